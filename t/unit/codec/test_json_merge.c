/*
 * Merge patches of canonical objects: the RFC's examples, a model over trees
 * that follows the RFC's pseudo-code, the bounds, and damaged text.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "codec/tkt_json_merge.h"
#include "strict_json.h"
#include "lender.h"


#define ROUNDS      20000
#define SEED        UINT64_C(0x6d65726765)
#define NODES_MAX   400
#define TEXT_MAX    16384


/* ---- one merge ---- */

static tkt_status_t
merge_status(const char *target, const char *patch, size_t max)
{
    tkt_str_t     merged;
    tkt_arena_t   arena;
    tkt_status_t  status;

    tkt_arena_init(&arena, 4096);
    status = tkt_json_merge_patch(tkt_str_z(target), tkt_str_z(patch), max,
                                  &arena, &merged);
    tkt_arena_done(&arena);

    return status;
}


/* "{}" stands for the empty slice on both sides. */
static void
check(const char *target, const char *patch, const char *expected)
{
    tkt_str_t    t, p, merged;
    tkt_arena_t  arena;

    t = tkt_str_z(strcmp(target, "{}") == 0 ? "" : target);
    p = tkt_str_z(strcmp(patch, "{}") == 0 ? "" : patch);
    expected = strcmp(expected, "{}") == 0 ? "" : expected;

    tkt_arena_init(&arena, 4096);
    assert_int_equal(tkt_json_merge_patch(t, p, TEXT_MAX, &arena, &merged),
                     TKT_OK);

    if (!tkt_str_eq(merged, tkt_str_z(expected))) {
        fail_msg("%s + %s = %.*s, not %s", target, patch, (int) merged.len,
                 (const char *) merged.data, expected);
    }

    tkt_arena_done(&arena);
}


/* Appendix A, the examples with an object on both sides; and section 3. */
static void
test_examples(void **state)
{
    check("{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}");
    check("{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}");
    check("{\"a\":\"b\"}", "{\"a\":null}", "{}");
    check("{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}");
    check("{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}");
    check("{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}");
    check("{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}",
          "{\"a\":{\"b\":\"d\"}}");
    check("{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}");
    check("{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}");
    check("{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}");

    check("{\"title\":\"Goodbye!\",\"author\":{\"givenName\":\"John\","
          "\"familyName\":\"Doe\"},\"tags\":[\"example\",\"sample\"],"
          "\"content\":\"This will be unchanged\"}",
          "{\"title\":\"Hello!\",\"phoneNumber\":\"+01-123-456-7890\","
          "\"author\":{\"familyName\":null},\"tags\":[\"example\"]}",
          "{\"title\":\"Hello!\",\"author\":{\"givenName\":\"John\"},"
          "\"tags\":[\"example\"],\"content\":\"This will be unchanged\","
          "\"phoneNumber\":\"+01-123-456-7890\"}");
}


static void
test_more(void **state)
{
    /* order: the target's, then that of the patch */

    check("{\"z\":1,\"a\":2,\"m\":3}", "{\"q\":4,\"a\":5,\"b\":6}",
          "{\"z\":1,\"a\":5,\"m\":3,\"q\":4,\"b\":6}");

    /* an object takes the place of what is none, and the other way */

    check("{\"a\":1}", "{\"a\":{\"b\":null,\"c\":2}}", "{\"a\":{\"c\":2}}");
    check("{\"a\":[{\"c\":1}]}", "{\"a\":{\"b\":2}}", "{\"a\":{\"b\":2}}");
    check("{\"a\":{\"b\":2}}", "{\"a\":7}", "{\"a\":7}");
    check("{\"a\":{\"b\":2}}", "{\"a\":{}}", "{\"a\":{\"b\":2}}");
    check("{\"a\":1}", "{\"a\":{}}", "{\"a\":{}}");
    check("{\"a\":{\"b\":{\"c\":1}}}", "{\"a\":{\"b\":null}}", "{\"a\":{}}");

    /* null inside an array is a value; null in the target stays */

    check("{}", "{\"a\":[null,{\"b\":null}]}", "{\"a\":[null,{\"b\":null}]}");
    check("{\"a\":null,\"b\":{\"c\":null}}", "{\"b\":{\"d\":1}}",
          "{\"a\":null,\"b\":{\"c\":null,\"d\":1}}");

    check("{}", "{\"a\":null}", "{}");
    check("{}", "{}", "{}");

    /* a prefix is not a name; text in strings is no structure */

    check("{\"a\":1,\"ab\":2}", "{\"ab\":3}", "{\"a\":1,\"ab\":3}");
    check("{\"\":\"}\"}", "{\"\\\"}\":\"{\\\\\"}",
          "{\"\":\"}\",\"\\\"}\":\"{\\\\\"}");
    check("{\"a\":\"null\"}", "{\"b\":\"null\"}",
          "{\"a\":\"null\",\"b\":\"null\"}");
}


/* ---- the model ---- */

typedef struct node_s  node_t;

struct node_s {
    const char  *name;            /* in its quotes                           */
    const char  *word;            /* of a scalar or array, else NULL         */
    node_t      *first;           /* members of an object                    */
    node_t      *next;
};

typedef struct {
    uint64_t  seed;
    size_t    used;
    node_t    nodes[NODES_MAX];
} model_t;

static const char *const  names[] = {
    "\"a\"", "\"b\"", "\"\"", "\"a\\\"\"", "\"\\\\\"", "\"{\"", "\"],\"",
    "\"\xe4\xb8\xad\"", "\"a:\"", "\"null\""
};

static const char *const  words[] = {
    "null", "null", "1", "-0.5e3", "true", "\"x\"", "\"}\\\\\"", "[]",
    "[null,{\"a\":null}]", "[\"]\",[{}]]", "\"\"", "\"null\""
};


static uint64_t
next_random(uint64_t *seed, uint64_t bound)
{
    uint64_t  z;

    z = (*seed += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);

    return (z ^ z >> 31) % bound;
}


static node_t *
node_new(model_t *m)
{
    assert_true(m->used < NODES_MAX);
    m->nodes[m->used] = (node_t) { .name = NULL };

    return &m->nodes[m->used++];
}


static node_t *
node_find(node_t *object, const char *name)
{
    node_t  *n;

    for (n = object->first; n != NULL && n->name != name; n = n->next) {
        /* void */
    }

    return n;
}


static void
node_append(node_t *object, node_t *member)
{
    node_t  **end;

    for (end = &object->first; *end != NULL; end = &(*end)->next) { /**/ }

    member->next = NULL;
    *end = member;
}


static void
node_remove(node_t *object, const node_t *member)
{
    node_t  **at;

    for (at = &object->first; *at != member; at = &(*at)->next) { /* void */ }

    *at = member->next;
}


static node_t *
random_object(model_t *m, unsigned depth)
{
    size_t       i, count;
    node_t      *object, *member;
    const char  *name;

    object = node_new(m);
    count = next_random(&m->seed, 6);

    for (i = 0; i < count; i++) {
        name = names[next_random(&m->seed, tkt_array_len(names))];

        if (node_find(object, name) != NULL) {
            continue;
        }

        if (depth < 4 && next_random(&m->seed, 3) == 0) {
            member = random_object(m, depth + 1);

        } else {
            member = node_new(m);
            member->word = words[next_random(&m->seed,
                                             tkt_array_len(words))];
        }

        member->name = name;
        node_append(object, member);
    }

    return object;
}


/* MergePatch of RFC 7396, section 2, with an object for Patch. */
static void
model_merge(model_t *m, node_t *target, const node_t *patch)
{
    node_t        *old;
    const node_t  *set;

    if (target->word != NULL) {
        target->word = NULL;
        target->first = NULL;
    }

    for (set = patch->first; set != NULL; set = set->next) {

        old = node_find(target, set->name);

        if (set->word != NULL && strcmp(set->word, "null") == 0) {
            if (old != NULL) {
                node_remove(target, old);
            }

            continue;
        }

        if (old == NULL) {
            old = node_new(m);
            old->name = set->name;
            node_append(target, old);
        }

        if (set->word != NULL) {
            old->word = set->word;
            old->first = NULL;

        } else {
            model_merge(m, old, set);
        }
    }
}


static char *
node_print(char *p, const node_t *n)
{
    const node_t  *member;

    if (n->word != NULL) {
        return stpcpy(p, n->word);
    }

    *p++ = '{';

    for (member = n->first; member != NULL; member = member->next) {
        p = stpcpy(stpcpy(p, member->name), ":");
        p = node_print(p, member);

        if (member->next != NULL) {
            *p++ = ',';
        }
    }

    return stpcpy(p, "}");
}


static void
test_model(void **state)
{
    size_t          i, changed;
    node_t         *target, *patch;
    static model_t  m;
    static char     texts[3][TEXT_MAX];

    m.seed = SEED;
    print_message("# seed %#llx\n", (unsigned long long) m.seed);

    for (changed = 0, i = 0; i < ROUNDS; i++) {
        m.used = 0;
        target = random_object(&m, 1);
        patch = random_object(&m, 1);

        (void) node_print(texts[0], target);
        (void) node_print(texts[1], patch);

        model_merge(&m, target, patch);
        (void) node_print(texts[2], target);

        assert_true(strict_json((const uint8_t *) texts[2],
                                strlen(texts[2])));
        check(texts[0], texts[1], texts[2]);

        /* once more changes nothing, and neither does {} */

        check(texts[2], texts[1], texts[2]);
        check(texts[0], "{}", texts[0]);

        changed += strcmp(texts[0], texts[2]) != 0;
    }

    assert_true(changed > ROUNDS / 2);
}


/* ---- bounds ---- */

static void
test_size(void **state)
{
    const char  *target = "{\"a\":1}", *patch = "{\"b\":[2]}";
    size_t       size = strlen("{\"a\":1,\"b\":[2]}");

    assert_int_equal(merge_status(target, patch, size), TKT_OK);
    assert_int_equal(merge_status(target, patch, size - 1),
                     TKT_INVALID_REQUEST);

    /* what counts is the result */

    assert_int_equal(merge_status(target, "{\"a\":null}", 2), TKT_OK);
    assert_int_equal(merge_status(target, "", 0), TKT_OK);
}


/* An object of `count` members, numbered from `first`. */
static char *
wide(char *p, unsigned first, unsigned count)
{
    unsigned  i;

    *p++ = '{';

    for (i = 0; i < count; i++) {
        p += sprintf(p, "%s\"m%u\":%u", i ? "," : "", first + i, i);
    }

    return stpcpy(p, "}");
}


static void
test_members(void **state)
{
    char  *p;
    static char  target[TEXT_MAX], patch[TEXT_MAX];

    (void) wide(target, 0, 200);
    (void) wide(patch, 200, 56);
    assert_int_equal(merge_status(target, patch, TEXT_MAX), TKT_OK);

    (void) wide(patch, 200, 57);
    assert_int_equal(merge_status(target, patch, TEXT_MAX),
                     TKT_INVALID_REQUEST);

    /* inside too; one that goes makes room */

    p = wide(stpcpy(target, "{\"x\":"), 0, 256);
    (void) stpcpy(p, "}");
    assert_int_equal(merge_status(target, "{\"x\":{\"n\":0}}", TEXT_MAX),
                     TKT_INVALID_REQUEST);
    assert_int_equal(merge_status(target, "{\"x\":{\"n\":0,\"m7\":null}}",
                                  TEXT_MAX), TKT_OK);
}


static void
deep(char *p, unsigned levels, const char *name)
{
    unsigned  i;

    for (i = 1; i < levels; i++) {
        p += sprintf(p, "{\"%s\":", name);
    }

    p = stpcpy(p, "{}");

    for (i = 1; i < levels; i++) {
        *p++ = '}';
    }

    *p = '\0';
}


static void
test_depth(void **state)
{
    char  a[512], b[512];

    deep(a, TKT_JSON_DEPTH_MAX_LEVELS, "a");
    deep(b, TKT_JSON_DEPTH_MAX_LEVELS, "b");
    check(a, a, a);
    assert_int_equal(merge_status(a, b, TEXT_MAX), TKT_OK);

    /* nothing deeper is ever stored, so it is a fault of the store */

    deep(b, TKT_JSON_DEPTH_MAX_LEVELS + 1, "b");
    assert_int_equal(merge_status(a, b, TEXT_MAX), TKT_INTERNAL);
}


/* ---- damage ---- */

static void
test_no_objects(void **state)
{
    size_t  i;

    static const char *const  bad[] = {
        "[", "{", "[]", "null", "\"a\"", "{]", "}{", "{\"a\"}", "{\"a\":}",
        "{\"a\":1,}", "{,}", "{\"a\":1", "{\"a\":1]}", "{\"a\":1}}",
        "{\"a\":\"}", "{\"a\":\"\\\"}", "{\"a}", "{\"a\":[1}", "{a:1}",
        "{\"a\" :1}", "{\"a\":1,,\"b\":2}", "{\"a\":{\"b\":1}",
    };

    for (i = 0; i < tkt_array_len(bad); i++) {
        if (merge_status(bad[i], "{\"a\":1}", TEXT_MAX) != TKT_INTERNAL) {
            fail_msg("target %s", bad[i]);
        }

        if (merge_status("{\"a\":1}", bad[i], TEXT_MAX) != TKT_INTERNAL) {
            fail_msg("patch %s", bad[i]);
        }
    }

    assert_int_equal(merge_status("{\"a\":{\"b\"}}", "{\"a\":{\"c\":1}}",
                                  TEXT_MAX), TKT_INTERNAL);
}


/* Every cut and many wrong bytes: never outside the text (under ASan). */
static void
test_damage(void **state)
{
    size_t        len, n, i;
    uint8_t      *copy;
    uint64_t      seed = SEED;
    tkt_str_t     merged;
    tkt_arena_t   arena;

    static const char  text[] = "{\"a\":{\"b\\\"\":[1,{\"c\":\"}\"}]},"
                                "\"d\":null,\"\\\\\":{\"e\":\"\\\\\"}}";

    len = sizeof(text) - 1;
    tkt_arena_init(&arena, 4096);

    for (n = 0; n < len * 50; n++) {
        i = n % len;
        copy = malloc(i + 1);
        assert_non_null(copy);
        memcpy(copy, text, i + 1);

        if (n >= len) {
            copy[next_random(&seed, i + 1)] =
                (uint8_t) "\"\\{}[],:a"[next_random(&seed, 9)];
        }

        (void) tkt_json_merge_patch((tkt_str_t) { copy, i + 1 },
                                    tkt_str(text), TEXT_MAX, &arena, &merged);
        (void) tkt_json_merge_patch(tkt_str(text),
                                    (tkt_str_t) { copy, i + 1 }, TEXT_MAX,
                                    &arena, &merged);
        tkt_arena_done(&arena);
        free(copy);
    }
}


static void
test_no_memory(void **state)
{
    size_t        n;
    lender_t     *l;
    tkt_str_t     merged;
    tkt_arena_t   arena;
    tkt_status_t  status;

    l = calloc(1, sizeof(*l));
    assert_non_null(l);

    for (n = 0, status = TKT_INTERNAL; status != TKT_OK; n++) {
        l->allowed = n;
        tkt_arena_init_lent(&arena, 16, lend, l);

        status = tkt_json_merge_patch(tkt_str("{\"a\":{\"b\":1}}"),
                                      tkt_str("{\"a\":{\"c\":2}}"), TEXT_MAX,
                                      &arena, &merged);

        lender_free(l);

        assert_true(status == TKT_OK || status == TKT_INTERNAL);
        assert_true(n < 64);
    }

    free(l);

    assert_true(n > 3);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_more),
        cmocka_unit_test(test_model),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_no_objects),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
