/*
 * Assign, transfer, escalate, de-escalate: to teams and along their chain.
 */

#include "app/teams.h"


/* first → second → third, and one that is retired. */
typedef struct {
    desk_t    d;
    unsigned  first, second, third, other, retired, ticket;
} chain_t;


static void
chain_open(chain_t *x)
{
    char  more[64];

    acts_open(&x->d);
    x->third = team_make(&x->d, "third", ",\"tier\":2");
    (void) snprintf(more, sizeof(more), ",\"tier\":1,\"escalates_to\":%u",
                    x->third);
    x->second = team_make(&x->d, "second", more);
    (void) snprintf(more, sizeof(more), ",\"escalates_to\":%u", x->second);
    x->other = team_make(&x->d, "other", more);
    x->first = team_make(&x->d, "first", more);
    x->retired = team_make(&x->d, "retired", ",\"active\":false");
    x->ticket = act_submits(&x->d, ALICE);
}


static void
chain_close(chain_t *x)
{
    desk_verify_clean(&x->d);
    desk_close(&x->d);
}


/* POST of a verb with {"team":N,"reason":"r"}; N 0: none. */
static void
moves(chain_t *x, unsigned who, const char *verb, unsigned team)
{
    char  body[64];

    if (team == 0) {
        (void) snprintf(body, sizeof(body), "{\"reason\":\"r\"}");

    } else {
        (void) snprintf(body, sizeof(body), "{\"team\":%u,\"reason\":\"r\"}",
                        team);
    }

    act_does(&x->d, who, x->ticket, verb, body);
}


static void
stands(chain_t *x, unsigned team, unsigned tier, unsigned assignee)
{
    tkt_ticket_t  t = act_ticket(&x->d, x->ticket);

    assert_int_equal(t.team, team);
    assert_int_equal(t.tier, tier);
    assert_int_equal(t.assignee, assignee);
}


static void
test_teams_as_targets(void **state)
{
    char         body[96], path[64];
    chain_t      x;
    tkt_actor_t  sue = act_actor(SUE);

    chain_open(&x);
    (void) snprintf(path, sizeof(path), "/v1/tickets/%u/assign", x.ticket);

    ask_refused(&x.d, &sue, TKT_METHOD_POST, path, "{}", 400, "/assignee",
                "required");
    ask_refused(&x.d, &sue, TKT_METHOD_POST, path, "{\"team\":99}", 400,
                "/team", "choice");
    (void) snprintf(body, sizeof(body), "{\"team\":%u}", x.retired);
    ask_refused(&x.d, &sue, TKT_METHOD_POST, path, body, 400, "/team",
                "choice");
    stands(&x, 0, 0, NOBODY);

    moves(&x, SUE, "assign", x.first);
    stands(&x, x.first, 0, NOBODY);
    assert_int_equal(act_ticket(&x.d, x.ticket).state, TKT_STATE_OPEN);
    assert_true(act_ticket(&x.d, x.ticket).queued_at > 0);

    /* another department: without the owner, in the open */

    act_does(&x.d, ANN, x.ticket, "start", "{}");
    stands(&x, x.first, 0, ANN);
    moves(&x, ANN, "transfer", x.other);
    stands(&x, x.other, 0, NOBODY);
    assert_int_equal(act_ticket(&x.d, x.ticket).state, TKT_STATE_OPEN);

    (void) snprintf(body, sizeof(body), "{\"team\":%u,\"assignee\":%u,"
                    "\"reason\":\"r\"}", x.first, ANDY);
    act_does(&x.d, ANN, x.ticket, "transfer", body);
    stands(&x, x.first, 0, ANDY);

    chain_close(&x);
}


static void
test_chain_up_and_down(void **state)
{
    chain_t  x;

    chain_open(&x);
    moves(&x, SUE, "assign", x.first);
    act_does(&x.d, ANN, x.ticket, "start", "{}");

    moves(&x, ANN, "escalate", 0);
    stands(&x, x.second, 1, NOBODY);
    assert_int_equal(act_ticket(&x.d, x.ticket).priority, TKT_PRIORITY_HIGH);
    moves(&x, ANN, "escalate", 0);
    stands(&x, x.third, 2, NOBODY);

    /* the end of the chain: the tier alone rises */

    moves(&x, ANN, "escalate", 0);
    stands(&x, x.third, 3, NOBODY);

    /* back to where it came from, not to the first that leads there */

    moves(&x, SUE, "de-escalate", 0);
    stands(&x, x.second, 2, NOBODY);
    moves(&x, SUE, "de-escalate", 0);
    stands(&x, x.first, 1, NOBODY);

    /* nothing is below: the tier alone falls, and its owner stays */

    act_does(&x.d, ANN, x.ticket, "claim", "{}");
    moves(&x, SUE, "de-escalate", 0);
    stands(&x, x.first, 0, ANN);

    chain_close(&x);
}


static void
test_named_teams_override(void **state)
{
    chain_t  x;

    chain_open(&x);

    /* without a team there is no chain to go along */

    moves(&x, ANN, "escalate", 0);
    stands(&x, 0, 1, NOBODY);

    moves(&x, SUE, "assign", x.second);
    moves(&x, ANN, "escalate", x.other);
    stands(&x, x.other, 2, NOBODY);

    /* it came to `second` by no escalation: the first by id below it */

    moves(&x, SUE, "transfer", x.second);
    act_does(&x.d, ANN, x.ticket, "claim", "{}");
    moves(&x, SUE, "de-escalate", 0);
    stands(&x, x.other, 1, NOBODY);
    moves(&x, SUE, "de-escalate", x.first);
    stands(&x, x.first, 0, NOBODY);

    /* a retired team is passed over, up and down; above it, the tier alone */

    team_patch(&x.d, x.second, "{\"active\":false}");
    moves(&x, ANN, "escalate", 0);
    stands(&x, x.third, 1, NOBODY);
    moves(&x, SUE, "de-escalate", 0);
    stands(&x, x.first, 0, NOBODY);
    team_patch(&x.d, x.third, "{\"active\":false}");
    moves(&x, ANN, "escalate", 0);
    stands(&x, x.first, 1, NOBODY);

    chain_close(&x);
}


/* Both teams stand in the event, and the reason is for staff. */
static void
test_events_of_a_move(void **state)
{
    char     path[64];
    ask_t    a;
    chain_t  x;

    chain_open(&x);
    moves(&x, SUE, "assign", x.first);
    moves(&x, ANN, "escalate", 0);

    (void) snprintf(path, sizeof(path), "/v1/tickets/%u/timeline", x.ticket);
    act_sends(&x.d, &a, ANN, TKT_METHOD_GET, path, "", 200);
    assert_string_equal(text_at(a.json, "/data/0/reason"), "r");
    assert_int_equal(number_at(a.json, "/data/0/changes/team.id/old"),
                     x.first);
    assert_int_equal(number_at(a.json, "/data/0/changes/team.id/new"),
                     x.second);
    ask_done(&a);

    act_sends(&x.d, &a, ALICE, TKT_METHOD_GET, path, "", 200);
    assert_string_equal(text_at(a.json, "/data/0/action"), "escalate");
    assert_string_equal(text_at(a.json, "/data/0/reason"), "(null)");
    ask_done(&a);

    chain_close(&x);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_teams_as_targets),
        cmocka_unit_test(test_chain_up_and_down),
        cmocka_unit_test(test_named_teams_override),
        cmocka_unit_test(test_events_of_a_move),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
