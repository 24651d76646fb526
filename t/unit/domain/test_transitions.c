/*
 * The transition table and the policy as tables: no gap, no dead row, no
 * unintended overlap, and no row that contradicts itself.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "domain/tkt_transitions.h"
#include "situations.h"


#define ROWS_MAX  128
#define LAST_ROW  37         /* of the requirements */

#define ACTIVE  (tkt_bit(TKT_STATE_NEW) | tkt_bit(TKT_STATE_OPEN)             \
                 | tkt_bit(TKT_STATE_IN_PROGRESS)                             \
                 | tkt_bit(TKT_STATE_WAITING_USER)                            \
                 | tkt_bit(TKT_STATE_ON_HOLD) | tkt_bit(TKT_STATE_FOLLOW_UP))

/* every stored state: all but NONE */
#define ANY     (tkt_bit(TKT_STATE_MAX) - 2)


static const tkt_transition_t *
table(size_t *rows)
{
    const tkt_transition_t  *t;

    t = tkt_workflow_table(rows);
    assert_true(*rows > 0 && *rows <= ROWS_MAX);

    return t;
}


static void
every_requirements_row_is_there(void **state)
{
    int                      row;
    bool                     seen[LAST_ROW + 1];
    size_t                   i, rows;
    const tkt_transition_t  *t;

    memset(seen, 0, sizeof(seen));
    t = table(&rows);

    for (i = 0; i < rows; i++) {
        assert_in_range(t[i].row, 1, LAST_ROW);
        seen[t[i].row] = true;
    }

    for (row = 1; row <= LAST_ROW; row++) {
        if (!seen[row]) {
            fail_msg("row %d is missing", row);
        }
    }
}


static void
rows_hold_values_in_range(void **state)
{
    size_t                   i, rows;
    const tkt_transition_t  *t;

    t = table(&rows);

    for (i = 0; i < rows; i++) {
        assert_in_range(t[i].action, 0, TKT_ACTION_MAX - 1);
        assert_true(t[i].to == TKT_TO_SAME || t[i].to == TKT_TO_BEFORE
                    || (t[i].to > TKT_STATE_NONE && t[i].to < TKT_STATE_MAX));
        assert_true(t[i].actors != 0);
        assert_int_equal(t[i].actors >> tkt_actor_names.count, 0);
        assert_int_equal(t[i].guards >> tkt_guard_names.count, 0);
        assert_int_equal(t[i].effects >> tkt_effect_names.count, 0);
        assert_true(t[i].note != NULL && t[i].note[0] != '\0');
        assert_in_range(t[i].close_reason, 0, TKT_CLOSE_MAX - 1);

        /* only submit comes from nothing, and it from nothing else */
        assert_true(t[i].from != 0);
        assert_int_equal(t[i].from & ~ANY,
                         t[i].action == TKT_ACTION_SUBMIT
                         ? tkt_bit(TKT_STATE_NONE) : 0);
    }
}


/* The times and reasons of an end follow the state that is entered. */
static void
effects_fit_the_new_state(void **state)
{
    size_t                   i, rows;
    uint32_t                 choices;
    const tkt_transition_t  *t;

    t = table(&rows);

    for (i = 0; i < rows; i++) {
        choices = tkt_workflow_close_choices(&t[i]);

        if (t[i].to == TKT_STATE_CLOSED) {
            assert_true(t[i].effects & TKT_FX_CLOSED_AT);
            assert_true((t[i].close_reason != TKT_CLOSE_NONE)
                        != (choices != 0));
            assert_int_equal(choices & 1, 0);
            assert_int_equal(choices >> TKT_CLOSE_MAX, 0);

        } else {
            assert_false(t[i].effects & TKT_FX_CLOSED_AT);
            assert_int_equal(t[i].close_reason, TKT_CLOSE_NONE);
            assert_int_equal(choices, 0);
        }

        assert_int_equal((t[i].effects & TKT_FX_RESOLVED_AT) != 0,
                         t[i].to == TKT_STATE_RESOLVED);

        if (t[i].to == TKT_STATE_CONFIRMED) {
            assert_true(t[i].effects & TKT_FX_CONFIRMED_AT);
        }

        if (t[i].to == TKT_STATE_RATED) {
            assert_true(t[i].effects & TKT_FX_RATING);
        }

        /* back from an end to work */
        if (t[i].to < TKT_STATE_MAX && (ACTIVE & tkt_bit(t[i].to))
            && (t[i].from & ANY & ~ACTIVE))
        {
            assert_int_equal(t[i].from & ACTIVE, 0);
            assert_true(t[i].effects & (TKT_FX_REOPEN | TKT_FX_FOLLOW_UP));
        }

        /* what a merge has set is cleared by going back, and only then */
        assert_int_equal((t[i].effects & TKT_FX_UNMERGE) != 0,
                         t[i].to == TKT_TO_BEFORE);

        /* only a person of the staff can own a ticket */
        if (t[i].effects & TKT_FX_ASSIGN_SELF) {
            assert_int_equal(t[i].actors & ~TKT_ACTOR_AGENT, 0);
        }

        /* only the desk itself acts by timer */
        if (t[i].effects & TKT_FX_AUTO) {
            assert_int_equal(t[i].actors, TKT_ACTOR_SYSTEM);
        }

        if (t[i].status != TKT_OK) {
            assert_int_equal(t[i].to, TKT_TO_SAME);
            assert_int_equal(t[i].effects, 0);
        }
    }
}


static void
close_choices_are_by_row(void **state)
{
    size_t                   i, rows, found;
    uint32_t                 choices;
    const tkt_transition_t  *t;

    t = table(&rows);
    found = 0;

    for (i = 0; i < rows; i++) {
        choices = tkt_workflow_close_choices(&t[i]);

        if (t[i].row == 3) {
            assert_int_equal(choices, tkt_bit(TKT_CLOSE_SPAM)
                                      | tkt_bit(TKT_CLOSE_REJECTED));
            found++;

        } else if (t[i].row == 23) {
            assert_int_equal(choices, tkt_bit(TKT_CLOSE_DUPLICATE)
                                      | tkt_bit(TKT_CLOSE_SPAM)
                                      | tkt_bit(TKT_CLOSE_ADMIN));
            found++;

        } else {
            assert_int_equal(choices, 0);
        }
    }

    assert_int_equal(found, 2);
}


/* A right without a row, or a row without a right, is a gap. */
static void
policy_and_table_agree(void **state)
{
    size_t                   i, rows;
    unsigned                 action;
    uint32_t                 actors;
    const tkt_transition_t  *t;

    t = table(&rows);

    for (action = 0; action < TKT_ACTION_MAX; action++) {
        actors = 0;

        for (i = 0; i < rows; i++) {
            if (t[i].action == action) {
                actors |= t[i].actors;
            }
        }

        /* an admin is a supervisor: the higher class may be named too */
        if (actors & TKT_ACTOR_SUPERVISOR) {
            actors |= tkt_policy_rights(action) & TKT_ACTOR_ADMIN;
        }

        assert_true(actors != 0);
        assert_int_equal(tkt_policy_rights(action), actors);
    }

    assert_int_equal(tkt_policy_rights(TKT_ACTION_MAX), 0);
}


/* What a watcher has besides his role; an agent without a grant is a user. */
static void
follows_only(tkt_action_t action, tkt_role_t role, const char *by_role,
    const char *watcher)
{
    bool          has;
    char          letter = "nuasxby"[role];
    tkt_caller_t  caller = { .role = role, .relation = TKT_REL_WATCHER };

    has = strchr(by_role, letter) != NULL;
    assert_int_equal(tkt_workflow_has_right(action, &caller),
                     has || strchr(watcher, letter) != NULL);

    caller.relation = TKT_REL_UNGRANTED;

    if (role == TKT_ROLE_AGENT) {
        has = strchr(by_role, 'u') != NULL;
    }

    assert_int_equal(tkt_workflow_has_right(action, &caller), has);
}


/*
 * Rights by role, by hand: for each action the roles that have it without
 * any relation, then those that have it as requester or as assignee, then
 * those that gain it as watcher.  Without a grant an agent is as a user.
 */
static const struct {
    tkt_action_t  action;
    const char   *by_role;
    const char   *requester;
    const char   *assignee;
    const char   *watcher;       /* who gains it so */
} rights[] = {
/* n none, u user, a agent, s supervisor, x admin, b bot, y system */
    { TKT_ACTION_SUBMIT,       "uasxby", "uasxby",  "uasxby", "" },
    { TKT_ACTION_VERIFY,       "asxby",  "asxby",   "asxby", "" },
    { TKT_ACTION_REJECT,       "asxy",   "asxy",    "asxy", "" },
    { TKT_ACTION_CLAIM,        "asx",    "asx",     "asx", "" },
    { TKT_ACTION_ASSIGN,       "sxy",    "sxy",     "sxy", "" },
    { TKT_ACTION_START,        "asx",    "asx",     "asx", "" },
    { TKT_ACTION_ASSESS,       "asx",    "asx",     "asx", "" },
    { TKT_ACTION_TRANSFER,     "asx",    "asx",     "asx", "" },
    { TKT_ACTION_ESCALATE,     "asxy",   "asxy",    "asxy", "" },
    { TKT_ACTION_DEESCALATE,   "sx",     "sx",      "sx", "" },
    { TKT_ACTION_REQUEST_INFO, "asx",    "asx",     "asx", "" },
    { TKT_ACTION_HOLD,         "asx",    "asx",     "asx", "" },
    { TKT_ACTION_RESUME,       "asxy",   "asxy",    "asxy", "" },
    { TKT_ACTION_RESOLVE,      "asx",    "asx",     "asx", "" },
    { TKT_ACTION_CONFIRM,      "",       "nuasxby", "", "" },
    { TKT_ACTION_RATING,       "",       "nuasxby", "", "" },
    { TKT_ACTION_CLOSE,        "sxy",    "nuasxby", "sxy", "" },
    { TKT_ACTION_REOPEN,       "asx",    "nuasx",   "asx", "" },
    { TKT_ACTION_URGE,         "",       "nuasxby", "", "" },
    { TKT_ACTION_COMPLAIN,     "",       "nuasxby", "", "" },
    { TKT_ACTION_MERGE,        "asx",    "asx",     "asx", "" },
    { TKT_ACTION_REPLY,        "asxb",   "asxb",    "asxb", "" },
    { TKT_ACTION_MESSAGE,      "",       "nuasxby", "", "nu" },
    { TKT_ACTION_NOTE,         "asx",    "asx",     "asx", "" },
    { TKT_ACTION_COURTESY,     "asxb",   "nuasxby", "asxb", "nu" },
    { TKT_ACTION_EDIT,         "asx",    "nuasxby", "asx", "" },
    { TKT_ACTION_REVEAL,       "sx",     "sx",      "asx", "" },
    { TKT_ACTION_TIMEOUT,      "y",      "y",       "y", "" },
    { TKT_ACTION_ARCHIVE,      "xy",     "xy",      "xy", "" },
    { TKT_ACTION_FORWARD,      "asx",    "asx",     "asx", "" },
    { TKT_ACTION_SHRED,        "sxy",    "nuasxby", "sxy", "" },
    { TKT_ACTION_UNMERGE,      "asx",    "asx",     "asx", "" }
};


static void
rights_are_as_written_down(void **state)
{
    size_t        i;
    tkt_caller_t  caller = { .denied = 0 };

    assert_int_equal(tkt_array_len(rights), TKT_ACTION_MAX);

    for (i = 0; i < tkt_array_len(rights); i++) {
        assert_int_equal(rights[i].action, i);

        for (caller.role = 0; caller.role < TKT_ROLE_MAX; caller.role++) {
            char  letter = "nuasxby"[caller.role];

#define RIGHT(bits, text)                                                     \
            caller.relation = (bits);                                         \
            if (tkt_workflow_has_right(i, &caller)                            \
                != (strchr(text, letter) != NULL))                            \
            {                                                                 \
                fail_msg("action %zu, role %c, relation %u", i, letter,       \
                         caller.relation);                                    \
            }

            RIGHT(0, rights[i].by_role)
            RIGHT(TKT_REL_REQUESTER, rights[i].requester)
            RIGHT(TKT_REL_ASSIGNEE, rights[i].assignee)
            RIGHT(TKT_REL_FOREIGN, "")
            RIGHT(TKT_REL_FOREIGN | TKT_REL_REQUESTER | TKT_REL_ASSIGNEE, "")
            RIGHT(TKT_REL_FOREIGN | TKT_REL_WATCHER, "")
            RIGHT(TKT_REL_UNGRANTED | TKT_REL_ASSIGNEE, rights[i].assignee)
#undef RIGHT

            follows_only(i, caller.role, rights[i].by_role,
                         rights[i].watcher);
        }
    }
}


typedef struct {
    bool  decided[ROWS_MAX];
    bool  beside[ROWS_MAX][ROWS_MAX];
} matches_t;


static void
note_matches(void *ctx, const tkt_facts_t *facts, const tkt_caller_t *caller)
{
    size_t                   i, j, rows;
    uint32_t                 actors, guards;
    matches_t               *m = ctx;
    tkt_decision_t           d;
    const tkt_transition_t  *t;

    t = tkt_workflow_table(&rows);
    actors = tkt_policy_actors(caller);
    guards = tkt_workflow_guards(facts, caller);

    if (facts->archived) {
        return;
    }

    for (i = 0; i < rows; i++) {
        if (!(t[i].from & tkt_bit(facts->state)) || !(t[i].actors & actors)
            || (t[i].guards & ~guards))
        {
            continue;
        }

        for (j = 0; j < i; j++) {
            if (t[j].action == t[i].action
                && (t[j].from & tkt_bit(facts->state))
                && (t[j].actors & actors) && !(t[j].guards & ~guards))
            {
                m->beside[j][i] = true;
                break;
            }
        }

        if (j == i) {
            tkt_workflow_decide(t[i].action, facts, caller, &d);
            assert_int_equal(d.status, t[i].status);

            if (d.status == TKT_OK) {
                assert_ptr_equal(d.transition, &t[i]);
            }

            m->decided[i] = true;
        }
    }
}


/*
 * Two rows may both match only where a caller is in two classes, and only
 * these pairs; the first named decides.
 */
static bool
may_overlap(const tkt_transition_t *first, const tkt_transition_t *second)
{
    size_t  i;

    static const struct {
        tkt_action_t  action;
        int           first, second;
    } pairs[] = {
        { TKT_ACTION_COURTESY, 10, 16 },   /* staff that is requester */
        { TKT_ACTION_EDIT,     31, 31 },
        { TKT_ACTION_CLOSE,    22, 23 },   /* one's own ticket: withdrawn */
        { TKT_ACTION_CLOSE,    21, 21 },   /* the system's own ticket */
        { TKT_ACTION_REOPEN,   25, 26 },   /* an agent's own ticket */
        { TKT_ACTION_REOPEN,   26, 27 }
    };

    for (i = 0; i < tkt_array_len(pairs); i++) {
        if (pairs[i].action == first->action && pairs[i].first == first->row
            && pairs[i].second == second->row)
        {
            return true;
        }
    }

    return false;
}


static void
no_row_is_dead_or_doubled(void **state)
{
    size_t                   i, j, rows;
    matches_t               *m;
    const tkt_transition_t  *t;

    t = table(&rows);
    m = calloc(1, sizeof(*m));
    assert_non_null(m);

    situations_walk(note_matches, m);

    for (i = 0; i < rows; i++) {
        if (!m->decided[i]) {
            fail_msg("row %d (table index %zu) never decides", t[i].row, i);
        }

        for (j = 0; j < rows; j++) {
            if (m->beside[i][j] && !may_overlap(&t[i], &t[j])) {
                fail_msg("rows %d and %d (table index %zu and %zu) both match",
                         t[i].row, t[j].row, i, j);
            }
        }
    }

    free(m);
}


/* Each guard holds in some situation, fails in another, and has a use. */
static void
note_guards(void *ctx, const tkt_facts_t *facts, const tkt_caller_t *caller)
{
    uint32_t  guards, *seen = ctx;

    guards = tkt_workflow_guards(facts, caller);
    seen[0] |= guards;
    seen[1] |= ~guards;
}


static void
every_guard_and_effect_has_a_use(void **state)
{
    size_t                   i, rows;
    uint32_t                 seen[2], all, guards, effects, actors;
    const tkt_transition_t  *t;

    memset(seen, 0, sizeof(seen));
    situations_walk(note_guards, seen);

    all = (1u << tkt_guard_names.count) - 1;
    assert_int_equal(seen[0], all);
    assert_int_equal(seen[1] & all, all);

    guards = effects = actors = 0;
    t = table(&rows);

    for (i = 0; i < rows; i++) {
        guards |= t[i].guards;
        effects |= t[i].effects;
        actors |= t[i].actors;
    }

    assert_int_equal(guards, all);
    assert_int_equal(effects, (1u << tkt_effect_names.count) - 1);
    assert_int_equal(actors, (1u << tkt_actor_names.count) - 1);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(every_requirements_row_is_there),
        cmocka_unit_test(rows_hold_values_in_range),
        cmocka_unit_test(effects_fit_the_new_state),
        cmocka_unit_test(close_choices_are_by_row),
        cmocka_unit_test(policy_and_table_agree),
        cmocka_unit_test(rights_are_as_written_down),
        cmocka_unit_test(no_row_is_dead_or_doubled),
        cmocka_unit_test(every_guard_and_effect_has_a_use)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
