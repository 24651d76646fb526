/*
 * The rules of the router: what waits, who is ready, the order, the choice,
 * the pace.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/tkt_limits.h"
#include "domain/tkt_routing.h"


static void
test_what_waits(void **state)
{
    uint64_t      s;
    tkt_ticket_t  t = { .team = 3, .state = TKT_STATE_NEW };

    assert_true(tkt_routing_waits(&t));

    for (s = TKT_STATE_NONE; s < TKT_STATE_MAX; s++) {
        t.state = s;
        assert_int_equal(tkt_routing_waits(&t),
                         s == TKT_STATE_NEW || s == TKT_STATE_OPEN
                         || s == TKT_STATE_IN_PROGRESS
                         || s == TKT_STATE_FOLLOW_UP);
    }

    t.state = TKT_STATE_OPEN;
    t.team = 0;
    assert_false(tkt_routing_waits(&t));
    t.team = 3;
    t.assignee = 9;
    assert_false(tkt_routing_waits(&t));
    assert_true(tkt_routing_untouched(&t));
    t.state = TKT_STATE_IN_PROGRESS;
    assert_false(tkt_routing_untouched(&t));
    t.assignee = 0;
    t.held = 1;
    assert_false(tkt_routing_waits(&t));
    t.held = 0;
    t.drill = 1;
    assert_false(tkt_routing_waits(&t));
    t.drill = 0;
    t.approval = TKT_APPROVAL_PENDING;
    assert_false(tkt_routing_waits(&t));
    t.approval = TKT_APPROVAL_APPROVED;
    assert_true(tkt_routing_waits(&t));
}


static void
test_who_is_ready(void **state)
{
    tkt_presence_t  p = { .presence = TKT_PRESENCE_ONLINE, .capacity = 2 };

    assert_true(tkt_routing_ready(&p, 1));
    assert_false(tkt_routing_ready(&p, 2));
    p.capacity = 0;
    assert_false(tkt_routing_ready(&p, 0));
    p.capacity = 2;
    p.presence = TKT_PRESENCE_AWAY;
    assert_false(tkt_routing_ready(&p, 0));

    assert_false(tkt_routing_gives(TKT_STRATEGY_NONE));
    assert_false(tkt_routing_gives(TKT_STRATEGY_MANUAL));
    assert_true(tkt_routing_gives(TKT_STRATEGY_ROUND_ROBIN));
    assert_true(tkt_routing_gives(TKT_STRATEGY_MOST_SUITABLE));
    assert_false(tkt_routing_gives(TKT_STRATEGY_MAX));
}


static void
test_order(void **state)
{
    const unsigned  least = TKT_STRATEGY_LEAST_LOADED;

    assert_int_equal(tkt_routing_rank(TKT_STRATEGY_ROUND_ROBIN, 5, 17), 17);
    assert_true(tkt_routing_rank(least, 1, 1)
                > tkt_routing_rank(least, 0, UINT64_C(0xffffffffffff)));
    assert_true(tkt_routing_rank(least, 1, 1) < tkt_routing_rank(least, 1, 2));
    assert_true(tkt_routing_rank(least, TKT_CAPACITY_MAX, 1)
                > tkt_routing_rank(least, TKT_CAPACITY_MAX - 1, 2));
}


/* The first who may; who gave it away only if there is nobody else. */
static void
test_choice(void **state)
{
    tkt_choice_t  c = { .strategy = TKT_STRATEGY_ROUND_ROBIN, .avoid = 7 };

    assert_int_equal(tkt_routing_chosen(&c), 0);
    assert_true(tkt_routing_consider(&c, 5, 0));
    assert_true(tkt_routing_consider(&c, 7, 4));
    assert_int_equal(tkt_routing_chosen(&c), 7);
    assert_false(tkt_routing_consider(&c, 8, 1));
    assert_int_equal(tkt_routing_chosen(&c), 8);
}


static void
test_most_suitable(void **state)
{
    unsigned      i;
    tkt_choice_t  c = { .strategy = TKT_STRATEGY_MOST_SUITABLE };

    assert_true(tkt_routing_consider(&c, 5, TKT_ROUTING_LEVEL_FREE));
    assert_true(tkt_routing_consider(&c, 6, 4));
    assert_true(tkt_routing_consider(&c, 7, 4));
    assert_int_equal(tkt_routing_chosen(&c), 6);
    assert_false(tkt_routing_consider(&c, 8, TKT_GRANT_LEVEL_MAX));
    assert_int_equal(tkt_routing_chosen(&c), 8);

    /* the look is bounded once there is somebody, and not before */

    c = (tkt_choice_t) { .strategy = TKT_STRATEGY_MOST_SUITABLE };

    for (i = 1; i <= 3 * TKT_ROUTE_LOOK_MAX; i++) {
        assert_true(tkt_routing_consider(&c, i, 0));
    }

    assert_false(tkt_routing_consider(&c, i, 2));
    assert_int_equal(tkt_routing_chosen(&c), i);
}


static void
test_pace(void **state)
{
    unsigned  i;
    uint64_t  pace;

    assert_int_equal(tkt_routing_wait_s(0, 5), 0);

    pace = tkt_routing_pace(0, 30000);
    assert_int_equal(tkt_routing_wait_s(pace, 4), 120);
    assert_int_equal(tkt_routing_wait_s(pace, 0), 0);

    for (i = 0; i < 100; i++) {
        pace = tkt_routing_pace(pace, 10000);
    }

    assert_in_range(tkt_routing_wait_s(pace, 10), 99, 101);

    /* a night does not make a week of it, and an instant is a second */

    assert_int_equal(tkt_routing_pace(0, 86400000),
                     tkt_routing_pace(0, 3600000));
    assert_int_equal(tkt_routing_wait_s(tkt_routing_pace(0, 2), 1), 1);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_what_waits),
        cmocka_unit_test(test_who_is_ready),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_choice),
        cmocka_unit_test(test_most_suitable),
        cmocka_unit_test(test_pace),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
