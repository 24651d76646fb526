/*
 * Names, labels and buckets: complete, distinct where clients rely on it, and
 * in the words of the four profiles.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "domain/tkt_workflow.h"


/* Numbers of JSON enums: `first` is the first value that has a name. */
static const struct {
    const tkt_names_t  *names;
    size_t              first;
    size_t              count;
    const char         *all;
} enums[] = {
    { &tkt_state_names, 1, TKT_STATE_MAX,
      "new open in_progress waiting_user on_hold follow_up resolved confirmed "
      "rated closed" },
    { &tkt_role_names, 1, TKT_ROLE_MAX,
      "user agent supervisor admin bot system" },
    { &tkt_priority_names, 1, TKT_PRIORITY_MAX, "low normal high urgent" },
    { &tkt_close_names, 1, TKT_CLOSE_MAX,
      "satisfied completed withdrawn timeout duplicate merged spam rejected "
      "admin" },
    { &tkt_bucket_names, 1, TKT_BUCKET_MAX,
      "submitted pending completed closed" },
    { &tkt_profile_names, 0, TKT_PROFILE_MAX, "canonical s000 s001 s002" },
    { &tkt_action_names, 0, TKT_ACTION_MAX,
      "submit verify reject claim assign start assess transfer escalate "
      "de-escalate request-info hold resume resolve confirm rating close "
      "reopen urge complain merge reply message note courtesy edit reveal "
      "timeout archive forward shred unmerge" }
};


static void
assert_str(tkt_str_t got, const char *want)
{
    if (!tkt_str_eq(got, tkt_str_z(want))) {
        fail_msg("got \"%.*s\", want \"%s\"", (int) got.len,
                 (const char *) got.data, want);
    }
}


static void
names_are_those_of_the_api(void **state)
{
    char         name[64];
    size_t       i, value, len;
    const char  *p;

    for (i = 0; i < tkt_array_len(enums); i++) {
        assert_int_equal(enums[i].names->count, enums[i].count);

        for (value = 0; value < enums[i].first; value++) {
            assert_int_equal(enums[i].names->names[value].len, 0);
        }

        for (p = enums[i].all; *p != '\0'; p += len + (p[len] == ' ')) {
            len = strcspn(p, " ");
            memcpy(name, p, len);
            name[len] = '\0';

            assert_in_range(value, 0, enums[i].count - 1);
            assert_str(enums[i].names->names[value++], name);
        }

        assert_int_equal(value, enums[i].count);
    }
}


static void
names_are_distinct(const tkt_names_t *n, size_t first)
{
    size_t  i, j;

    for (i = first; i < n->count; i++) {
        assert_true(n->names[i].len > 0);

        for (j = first; j < i; j++) {
            assert_false(tkt_str_eq(n->names[i], n->names[j]));
        }
    }
}


static void
names_tell_values_apart(void **state)
{
    size_t  i;

    for (i = 0; i < tkt_array_len(enums); i++) {
        names_are_distinct(enums[i].names, enums[i].first);
    }

    names_are_distinct(&tkt_actor_names, 0);
    names_are_distinct(&tkt_guard_names, 0);
    names_are_distinct(&tkt_effect_names, 0);
}


static void
names_round_trip(void **state)
{
    size_t              i, value;
    uint64_t            found;
    const tkt_names_t  *n;

    for (i = 0; i < tkt_array_len(enums); i++) {
        n = enums[i].names;

        for (value = enums[i].first; value < n->count; value++) {
            assert_true(tkt_names_find(n, n->names[value], &found));
            assert_int_equal(found, value);
        }

        assert_false(tkt_names_find(n, tkt_str("nonsense"), &found));
        assert_false(tkt_names_find(n, tkt_str(""), &found));
    }
}


/* Bits of the stored masks keep their names. */
static void
effects_are_named_by_bit(void **state)
{
    assert_int_equal(tkt_effect_names.count, 25);
    assert_str(tkt_effect_names.names[0], "assign_self");
    assert_str(tkt_effect_names.names[5], "first_response");
    assert_str(tkt_effect_names.names[13], "reopen");
    assert_str(tkt_effect_names.names[19], "auto");
    assert_str(tkt_effect_names.names[23], "rating_optional");
    assert_str(tkt_effect_names.names[24], "unmerge");
}


static void
docs_are_complete(void **state)
{
    size_t  i;

    for (i = 0; i < TKT_ACTION_MAX; i++) {
        assert_true(tkt_action_doc(i).len > 0);
    }

    for (i = 0; i < tkt_actor_names.count; i++) {
        assert_true(tkt_actor_doc(i).len > 0);
    }

    for (i = 0; i < tkt_guard_names.count; i++) {
        assert_true(tkt_guard_doc(i).len > 0);
    }

    for (i = 0; i < tkt_effect_names.count; i++) {
        assert_true(tkt_effect_doc(i).len > 0);
    }

    assert_int_equal(tkt_action_doc(TKT_ACTION_MAX).len, 0);
    assert_int_equal(tkt_actor_doc(tkt_actor_names.count).len, 0);
    assert_int_equal(tkt_guard_doc(tkt_guard_names.count).len, 0);
    assert_int_equal(tkt_effect_doc(tkt_effect_names.count).len, 0);
}


/* Chinese labels hold no ASCII at all, English ones nothing else. */
static void
assert_written_in(tkt_str_t s, tkt_lang_t lang)
{
    size_t  i;

    assert_true(s.len > 0);

    for (i = 0; i < s.len; i++) {
        assert_int_equal(s.data[i] >= 0x80, lang == TKT_LANG_ZH);
    }
}


static void
labels_are_complete(void **state)
{
    unsigned  profile, s, action, lang;

    for (lang = 0; lang < TKT_LANG_MAX; lang++) {
        for (profile = 0; profile < TKT_PROFILE_MAX; profile++) {
            for (s = TKT_STATE_NEW; s < TKT_STATE_MAX; s++) {
                assert_written_in(tkt_workflow_label(profile, s, lang), lang);
            }

            assert_int_equal(tkt_workflow_label(profile, TKT_STATE_NONE,
                                                lang).len, 0);
        }

        for (action = 0; action < TKT_ACTION_MAX; action++) {
            assert_written_in(tkt_action_label(action, lang), lang);
        }
    }
}


static void
labels_out_of_range_are_empty(void **state)
{
    assert_int_equal(tkt_workflow_label(TKT_PROFILE_MAX, TKT_STATE_NEW,
                                        TKT_LANG_EN).len, 0);
    assert_int_equal(tkt_workflow_label(TKT_PROFILE_S000, TKT_STATE_MAX,
                                        TKT_LANG_EN).len, 0);
    assert_int_equal(tkt_action_label(TKT_ACTION_MAX, TKT_LANG_EN).len, 0);

    /* an unknown language is answered in English */
    assert_str(tkt_workflow_label(TKT_PROFILE_CANONICAL, TKT_STATE_NEW,
                                  TKT_LANG_MAX), "New");
    assert_str(tkt_action_label(TKT_ACTION_CLAIM, TKT_LANG_MAX), "Claim");
}


/* The canonical profile tells all states apart, actions too. */
static void
canonical_labels_are_distinct(void **state)
{
    unsigned  a, b, lang;

    for (lang = 0; lang < TKT_LANG_MAX; lang++) {
        for (a = TKT_STATE_NEW; a < TKT_STATE_MAX; a++) {
            for (b = TKT_STATE_NEW; b < a; b++) {
                assert_false(tkt_str_eq(
                    tkt_workflow_label(TKT_PROFILE_CANONICAL, a, lang),
                    tkt_workflow_label(TKT_PROFILE_CANONICAL, b, lang)));
            }
        }

        for (a = 0; a < TKT_ACTION_MAX; a++) {
            for (b = 0; b < a; b++) {
                assert_false(tkt_str_eq(tkt_action_label(a, lang),
                                        tkt_action_label(b, lang)));
            }
        }
    }
}


static void
profiles_speak_their_manuals_words(void **state)
{
    unsigned  p, s;

    static const char *const  words[][TKT_STATE_MAX] = {
        { "", "已提交", "已提交",
          "待处理", "待处理", "待处理", "待处理", "待处理",
          "完成", "完成", "关闭" },
        { "", "已受理", "已受理",
          "处理中", "处理中", "处理中", "处理中", "已处理",
          "已确认", "已评价", "已关闭" },
        { "", "新的信息", "打开",
          "打开", "打开", "打开", "追问", "解决",
          "关闭", "关闭", "关闭" }
    };

    for (p = 0; p < tkt_array_len(words); p++) {
        for (s = 0; s < TKT_STATE_MAX; s++) {
            assert_str(tkt_workflow_label(TKT_PROFILE_S000 + p, s,
                                          TKT_LANG_ZH), words[p][s]);
        }
    }
}


static void
buckets_divide_the_states(void **state)
{
    unsigned  s, bucket;
    uint32_t  states, all;

    static const char  by_state[] = "-sspppppccx";

    all = 0;

    for (bucket = 0; bucket < TKT_BUCKET_MAX; bucket++) {
        states = tkt_workflow_bucket_states(bucket);
        assert_int_equal(all & states, 0);
        all |= states;
    }

    assert_int_equal(all, (1u << TKT_STATE_MAX) - 2);

    for (s = 0; s < TKT_STATE_MAX; s++) {
        bucket = tkt_workflow_bucket(s);
        assert_int_equal("-spcx"[bucket], by_state[s]);
        assert_int_equal((tkt_workflow_bucket_states(bucket) >> s) & 1, s > 0);
    }
}


/*
 * The actions that one handler serves, POST /v1/tickets/{id}/VERB, are those
 * of the API document; others have routes with handlers of their own.
 */
static void
routes_are_marked(void **state)
{
    unsigned  action;

    for (action = 0; action < TKT_ACTION_MAX; action++) {
        switch (action) {
        case TKT_ACTION_SUBMIT:
        case TKT_ACTION_REPLY:
        case TKT_ACTION_MESSAGE:
        case TKT_ACTION_NOTE:
        case TKT_ACTION_COURTESY:
        case TKT_ACTION_EDIT:
        case TKT_ACTION_REVEAL:
        case TKT_ACTION_FORWARD:
        case TKT_ACTION_SHRED:
            assert_false(tkt_action_is_route(action));
            break;
        default:
            assert_true(tkt_action_is_route(action));
        }
    }

    assert_false(tkt_action_is_route(TKT_ACTION_MAX));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(names_are_those_of_the_api),
        cmocka_unit_test(names_tell_values_apart),
        cmocka_unit_test(names_round_trip),
        cmocka_unit_test(effects_are_named_by_bit),
        cmocka_unit_test(docs_are_complete),
        cmocka_unit_test(labels_are_complete),
        cmocka_unit_test(labels_out_of_range_are_empty),
        cmocka_unit_test(canonical_labels_are_distinct),
        cmocka_unit_test(profiles_speak_their_manuals_words),
        cmocka_unit_test(buckets_divide_the_states),
        cmocka_unit_test(routes_are_marked)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
