/*
 * tkt_workflow_next_change: until the time it names, and not a millisecond
 * longer, every answer stays what it is.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "domain/tkt_workflow.h"


#define T0  INT64_C(1800000000000)


static uint64_t
allowed_at(tkt_facts_t facts, const tkt_caller_t *caller, int64_t now_ms)
{
    facts.now_ms = now_ms;

    return tkt_workflow_allowed(&facts, caller);
}


static void
test_nothing_pending(void **state)
{
    tkt_facts_t  facts = { .state = TKT_STATE_NEW, .now_ms = T0 };

    assert_int_equal(tkt_workflow_next_change(&facts), 0);

    facts.last_urge_at_ms = T0 - TKT_URGE_COOL_DOWN_MS;
    assert_int_equal(tkt_workflow_next_change(&facts), 0);
}


/* A closed ticket, a confirmed one, an urged one: where each flips. */
static void
test_flips_exactly_there(void **state)
{
    size_t        i;
    int64_t       next;
    tkt_caller_t  caller = { .role = TKT_ROLE_USER,
                             .relation = TKT_REL_REQUESTER };

    const tkt_facts_t  cases[] = {
        { .state = TKT_STATE_CLOSED, .close_reason = TKT_CLOSE_COMPLETED,
          .now_ms = T0, .ended_at_ms = T0 - 1000,
          .closed_at_ms = T0 - 1000 },
        { .state = TKT_STATE_CONFIRMED, .now_ms = T0,
          .ended_at_ms = T0 - TKT_REOPEN_WINDOW_MS - 5,
          .confirmed_at_ms = T0 - TKT_REOPEN_WINDOW_MS - 5 },
        { .state = TKT_STATE_OPEN, .now_ms = T0,
          .last_urge_at_ms = T0 - 1 },
        { .state = TKT_STATE_RESOLVED, .now_ms = T0, .ended_at_ms = T0 },
        { .state = TKT_STATE_CLOSED, .close_reason = TKT_CLOSE_MERGED,
          .now_ms = T0, .merged_at_ms = T0 - 7,
          .state_before = TKT_STATE_OPEN },
    };

    for (i = 0; i < tkt_array_len(cases); i++) {
        /* a merge is undone by agents alone */
        caller.role = cases[i].merged_at_ms != 0 ? TKT_ROLE_AGENT
                                                 : TKT_ROLE_USER;
        next = tkt_workflow_next_change(&cases[i]);
        assert_true(next > T0);

        assert_true(allowed_at(cases[i], &caller, T0)
                    == allowed_at(cases[i], &caller, next - 1));
        assert_false(allowed_at(cases[i], &caller, T0)
                     == allowed_at(cases[i], &caller, next));
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_nothing_pending),
        cmocka_unit_test(test_flips_exactly_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
