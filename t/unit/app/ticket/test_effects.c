/*
 * The table of effects has no gap, and each effect does what its name says.
 * The file under test is included, for its table is its own.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "app/ticket/tkt_effects.c"


#define NOW  5000


static const tkt_actor_t  agent = { .tenant = 1, .id = 9,
                                    .role = TKT_ROLE_AGENT };


static void
test_one_function_an_effect(void **state)
{
    size_t                   i, bit, rows, found;
    uint32_t                 used;
    const tkt_transition_t  *t;

    t = tkt_workflow_table(&rows);

    for (used = 0, i = 0; i < rows; i++) {
        used |= t[i].effects;
    }

    for (bit = 0; bit < 32; bit++) {

        for (found = 0, i = 0; i < tkt_array_len(tkt_effects); i++) {
            found += (tkt_effects[i].effect >> bit & 1) != 0;
        }

        if (found != (bit < tkt_effect_names.count)
            || (used >> bit & 1) != (bit < tkt_effect_names.count))
        {
            fail_msg("effect %zu: %zu functions, used %u", bit, found,
                     used >> bit & 1);
        }
    }
}


/*
 * Each effect alone, on a ticket of zeros and with an input that has
 * everything: exactly these members change, to these values.
 */
static const struct {
    uint32_t  effect;
    struct {
        size_t    offset;
        uint64_t  value;
    }         changes[6];
} singles[] = {
#define TO(member, value)  { offsetof(tkt_ticket_t, member), value }
    { TKT_FX_ASSIGN_SELF,     { TO(assignee, 9), TO(assigned_at, NOW) } },
    { TKT_FX_ASSIGN_TARGET,   { TO(assignee, 10), TO(assigned_at, NOW) } },
    { TKT_FX_UNASSIGN,        { TO(assignee, 10), TO(assigned_at, NOW) } },
    { TKT_FX_VERIFIED,        { TO(verified, 1) } },
    { TKT_FX_FIRST_VIEWED,    { TO(first_viewed_at, NOW) } },
    { TKT_FX_FIRST_RESPONSE,  { TO(first_response_at, NOW) } },
    { TKT_FX_ASSESSMENT,      { TO(complexity, 4), TO(eta, 6000) } },
    { TKT_FX_TIER_UP,         { TO(tier, 2) } },
    { TKT_FX_TIER_DOWN,       { TO(tier, 0) } },
    { TKT_FX_RESOLVED_AT,     { TO(resolved_at, NOW) } },
    { TKT_FX_CONFIRMED_AT,    { TO(confirmed_at, NOW) } },
    { TKT_FX_RATING,          { TO(speed, 1), TO(attitude, 2), TO(result, 3),
                                TO(rated_at, NOW) } },
    { TKT_FX_RATING_OPTIONAL, { TO(speed, 1), TO(attitude, 2), TO(result, 3),
                                TO(rated_at, NOW) } },
    { TKT_FX_CLOSED_AT,       { TO(closed_at, NOW),
                                TO(close_reason, TKT_CLOSE_SPAM) } },
    { TKT_FX_REOPEN,          { TO(reopen_count, 1) } },
    { TKT_FX_FOLLOW_UP,       { TO(follow_up_count, 1) } },
    { TKT_FX_URGE,            { TO(urge_count, 1), TO(last_urge_at, NOW) } },
    { TKT_FX_COMPLAINT,       { TO(complaint_open, 1) } },
    { TKT_FX_RESUME_AT,       { TO(resume_at, 7000) } },
    { TKT_FX_MERGED_INTO,     { TO(merged_into, 3), TO(merged_at, NOW),
                                TO(state_before, TKT_STATE_NEW) } },
    { TKT_FX_UNMERGE,         { { 0, 0 } } },
    { TKT_FX_AUTO,            { { 0, 0 } } },
    { TKT_FX_ARCHIVED,        { TO(archived, 1) } },
    { TKT_FX_PRIORITY_FLOOR,  { TO(priority, TKT_PRIORITY_HIGH) } },
    { TKT_FX_MESSAGE,         { { 0, 0 } } },
#undef TO
};


static void
test_each_effect(void **state)
{
    size_t          i, k;
    tkt_arena_t     arena;
    tkt_event_t     event;
    tkt_ticket_t    t, expected;
    tkt_decision_t  decision;
    const tkt_call_t  no_call = { .actor = &agent, .now_ms = NOW };
    tkt_call_t      call;

    const tkt_input_t  in = {
        .assignee = 10, .complexity = 4, .eta = 6000, .resume_at = 7000,
        .speed = 1, .attitude = 2, .result = 3, .into = 3,
    };

    assert_int_equal(tkt_array_len(singles), tkt_effect_names.count);
    tkt_arena_init(&arena, 1024);

    for (i = 0; i < tkt_array_len(singles); i++) {
        decision = (tkt_decision_t) {
            .to = TKT_STATE_OPEN, .effects = singles[i].effect,
            .close_reason = TKT_CLOSE_SPAM,
        };
        t = (tkt_ticket_t) {
            .state = TKT_STATE_NEW, .priority = TKT_PRIORITY_LOW, .tier = 1,
        };
        event = (tkt_event_t) { 0 };
        call = no_call;
        call.arena = &arena;

        expected = t;
        expected.state = TKT_STATE_OPEN;

        for (k = 0; k < 6 && singles[i].changes[k].offset != 0; k++) {
            *(uint64_t *) (void *) ((uint8_t *) &expected
                                    + singles[i].changes[k].offset) =
                singles[i].changes[k].value;
        }

        tkt_effects_apply(&call, &decision, &in, &t, &event);

        if (memcmp(&t, &expected, sizeof(t)) != 0) {
            fail_msg("effect %s", (const char *)
                     tkt_effect_names.names[__builtin_ctz(
                         singles[i].effect)].data);
        }

        assert_int_equal(event.automatic, singles[i].effect == TKT_FX_AUTO);
        assert_int_equal(event.message, 0);     /* nothing was said */
    }

    tkt_arena_done(&arena);
}


/* First times stay; a reopened ticket begins anew; the rating stays. */
static void
test_effects_on_more(void **state)
{
    tkt_event_t     event = { 0 };
    tkt_ticket_t    t;
    tkt_decision_t  decision = { .to = TKT_STATE_OPEN };
    tkt_call_t      call = { .actor = &agent, .now_ms = NOW };
    tkt_input_t     in = { 0 };

    t = (tkt_ticket_t) {
        .assignee = 3, .assigned_at = 10, .first_viewed_at = 11,
        .first_response_at = 12, .priority = TKT_PRIORITY_URGENT,
        .plan = tkt_lit("p"), .eta = 13,
    };
    decision.effects = TKT_FX_ASSIGN_SELF | TKT_FX_FIRST_VIEWED
                       | TKT_FX_FIRST_RESPONSE | TKT_FX_PRIORITY_FLOOR
                       | TKT_FX_RATING_OPTIONAL | TKT_FX_ASSESSMENT;
    tkt_effects_apply(&call, &decision, &in, &t, &event);
    assert_int_equal(t.assignee, 3);
    assert_int_equal(t.assigned_at, 10);
    assert_int_equal(t.first_viewed_at, 11);
    assert_int_equal(t.first_response_at, 12);
    assert_int_equal(t.priority, TKT_PRIORITY_URGENT);
    assert_int_equal(t.rated_at, 0);
    assert_int_equal(t.plan.len, 1);
    assert_int_equal(t.eta, 13);

    decision.effects = TKT_FX_ASSIGN_TARGET;            /* to the queue */
    tkt_effects_apply(&call, &decision, &in, &t, &event);
    assert_int_equal(t.assignee, 0);
    assert_int_equal(t.assigned_at, 0);

    t = (tkt_ticket_t) {
        .resolved_at = 1, .confirmed_at = 2, .closed_at = 3, .rated_at = 4,
        .speed = 5, .close_reason = TKT_CLOSE_SATISFIED, .complaint_open = 1,
    };
    decision.effects = TKT_FX_REOPEN;
    tkt_effects_apply(&call, &decision, &in, &t, &event);
    assert_int_equal(t.resolved_at + t.confirmed_at + t.closed_at
                     + t.close_reason + t.complaint_open, 0);
    assert_int_equal(t.rated_at, 4);
    assert_int_equal(t.speed, 5);

    t = (tkt_ticket_t) { .state = TKT_STATE_ON_HOLD, .resume_at = 9 };
    decision.effects = 0;
    tkt_effects_apply(&call, &decision, &in, &t, &event);
    assert_int_equal(t.resume_at, 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_one_function_an_effect),
        cmocka_unit_test(test_each_effect),
        cmocka_unit_test(test_effects_on_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
