/*
 * What was given and not begun does not stay with somebody who is away,
 * however it came to him.
 */

#include "app/teams.h"

#include "app/rows/tkt_rows.h"


#define MINUTE_MS  60000
#define LOOK_MIN   5                    /* timers are looked at so often     */


static void
says(desk_t *d, unsigned who, const char *presence)
{
    char   body[64];
    ask_t  a;

    (void) snprintf(body, sizeof(body), "{\"presence\":\"%s\"}", presence);
    act_sends(d, &a, who, TKT_METHOD_PUT, "/v1/me/presence", body, 200);
    ask_done(&a);
}


/* To an agent, in a team unless that is 0. */
static void
assigns(desk_t *d, unsigned ticket, unsigned who, unsigned team)
{
    char  body[96];

    if (team == 0) {
        (void) snprintf(body, sizeof(body),
                        "{\"assignee\":%u,\"reason\":\"r\"}", who);

    } else {
        (void) snprintf(body, sizeof(body),
                        "{\"assignee\":%u,\"team\":%u,\"reason\":\"r\"}", who,
                        team);
    }

    act_does(d, SUE, ticket, "assign", body);
}


static unsigned
given(desk_t *d, unsigned who)
{
    unsigned  ticket = act_submits(d, ALICE);

    assigns(d, ticket, who, 0);

    return ticket;
}


static void
disables(desk_t *d, unsigned who)
{
    char   path[64];
    ask_t  a;

    (void) snprintf(path, sizeof(path), "/v1/users/%u", who);
    act_sends(d, &a, ROOT, TKT_METHOD_PATCH, path, "{\"disabled\":true}", 200);
    ask_done(&a);
}


static void
becomes(desk_t *d, unsigned who, const char *role)
{
    char   path[64], body[64];
    ask_t  a;

    (void) snprintf(path, sizeof(path), "/v1/users/%u", who);
    (void) snprintf(body, sizeof(body), "{\"role\":\"%s\"}", role);
    act_sends(d, &a, ROOT, TKT_METHOD_PATCH, path, body, 200);
    ask_done(&a);
}


static void
asks(desk_t *d, unsigned who, unsigned ticket)
{
    act_does(d, who, ticket, "request-info", "{\"question\":\"which?\"}");
}


static void
answers(desk_t *d, unsigned ticket)
{
    act_does(d, ALICE, ticket, "messages", "{\"body\":\"this\"}");
}


/* So many minutes go by. */
static void
passes(desk_t *d, unsigned minutes)
{
    unsigned  i, steps;

    for (i = 0; i < minutes; i += LOOK_MIN) {
        d->now_ms += LOOK_MIN * MINUTE_MS;

        for (steps = 0; desk_timer(d); steps++) {
            assert_true(steps < 1000);
        }
    }
}


static void
is_of(desk_t *d, unsigned ticket, unsigned who)
{
    assert_int_equal(act_ticket(d, ticket).assignee, who);
}


static void
done(desk_t *d)
{
    desk_verify_clean(d);
    desk_close(d);
}


static void
test_open_goes_back(void **state)
{
    unsigned       open, begun;
    static desk_t  d;

    acts_open(&d);
    says(&d, ANN, "online");
    open = given(&d, ANN);
    begun = given(&d, ANN);
    act_does(&d, ANN, begun, "start", "{}");

    says(&d, ANN, "offline");
    passes(&d, 10);
    is_of(&d, open, ANN);
    passes(&d, 10);
    is_of(&d, open, NOBODY);
    is_of(&d, begun, ANN);

    /* what was begun and is given anew is not begun */

    passes(&d, 60);
    assigns(&d, begun, ANN, 0);
    assert_int_equal(act_ticket(&d, begun).state, TKT_STATE_OPEN);
    passes(&d, 20);
    is_of(&d, begun, NOBODY);

    done(&d);
}


/* An answer opens what waited for it, when its owner has long gone. */
static void
test_answered(void **state)
{
    unsigned       i, ticket;
    static desk_t  d;

    for (i = 0; i < 2; i++) {
        acts_open(&d);

        if (i == 0) {
            says(&d, ANN, "online");
        }

        ticket = given(&d, ANN);
        asks(&d, ANN, ticket);
        disables(&d, ANN);
        passes(&d, 60);
        is_of(&d, ticket, ANN);

        answers(&d, ticket);
        assert_int_equal(act_ticket(&d, ticket).state, TKT_STATE_OPEN);
        passes(&d, 20);
        is_of(&d, ticket, NOBODY);

        done(&d);
    }
}


static void
test_answered_after_erasure(void **state)
{
    ask_t          a;
    unsigned       open, waits;
    static desk_t  d;

    acts_open(&d);
    says(&d, ANN, "online");
    open = given(&d, ANN);
    waits = given(&d, ANN);
    asks(&d, ANN, waits);
    act_sends(&d, &a, ROOT, TKT_METHOD_POST, "/v1/users/3/erase",
              "{\"reason\":\"r\"}", 202);
    ask_done(&a);

    passes(&d, 60);
    is_of(&d, open, NOBODY);
    is_of(&d, waits, ANN);
    answers(&d, waits);
    passes(&d, 20);
    is_of(&d, waits, NOBODY);

    done(&d);
}


/* Who never said where he is keeps what people give him, while he is there. */
static void
test_never_said(void **state)
{
    unsigned       ticket;
    static desk_t  d;

    acts_open(&d);
    ticket = given(&d, ANN);
    passes(&d, 60);
    is_of(&d, ticket, ANN);

    disables(&d, ANN);
    passes(&d, 20);
    is_of(&d, ticket, NOBODY);

    done(&d);
}


/* The same in another role of the staff, but not in one that is none. */
static void
test_other_role(void **state)
{
    unsigned       open, ended;
    static desk_t  d;

    acts_open(&d);
    open = given(&d, ANN);
    becomes(&d, ANN, "supervisor");
    passes(&d, 60);
    is_of(&d, open, ANN);
    becomes(&d, ANN, "user");
    passes(&d, 20);
    is_of(&d, open, NOBODY);

    ended = given(&d, ANDY);
    act_does(&d, ANDY, ended, "start", "{}");
    act_does(&d, ANDY, ended, "resolve", "{\"solution\":\"Done.\"}");
    becomes(&d, ANDY, "user");
    act_does(&d, SUE, ended, "reopen", "{\"reason\":\"r\"}");
    assert_int_equal(act_ticket(&d, ended).state, TKT_STATE_OPEN);
    passes(&d, 20);
    is_of(&d, ended, NOBODY);

    done(&d);
}


/* Each by the time of its team, in whatever order they came. */
static void
test_times_of_teams(void **state)
{
    unsigned       patient, hasty, one, two;
    static desk_t  d;

    acts_open(&d);
    patient = team_make(&d, "patient", ",\"return_after_s\":604800");
    hasty = team_make(&d, "hasty", ",\"return_after_s\":60");
    says(&d, ANN, "online");
    one = act_submits(&d, ALICE);
    assigns(&d, one, ANN, patient);
    says(&d, ANN, "offline");
    passes(&d, 60);

    two = act_submits(&d, ALICE);
    assigns(&d, two, ANN, hasty);
    passes(&d, 10);
    is_of(&d, two, NOBODY);
    is_of(&d, one, ANN);

    passes(&d, 6 * 24 * 60);
    is_of(&d, one, ANN);
    passes(&d, 24 * 60);
    is_of(&d, one, NOBODY);

    done(&d);
}


/* More than goes back in one go, and an urgent one that comes in between. */
static void
test_in_pieces(void **state)
{
    ask_t          a;
    char           path[64];
    unsigned       i, first, urgent;
    static desk_t  d;

    acts_open(&d);
    says(&d, ANN, "online");
    first = given(&d, ANN);

    for (i = 1; i < TKT_ROUTE_BATCH_MAX + 8; i++) {
        (void) given(&d, ANN);
    }

    says(&d, ANN, "offline");
    d.now_ms += 16 * MINUTE_MS;

    while (act_ticket(&d, first).assignee != NOBODY) {
        assert_true(desk_timer(&d));
    }

    is_of(&d, first + TKT_ROUTE_BATCH_MAX + 7, ANN);

    urgent = act_submits(&d, ALICE);
    (void) snprintf(path, sizeof(path), "/v1/tickets/%u", urgent);
    act_sends(&d, &a, SUE, TKT_METHOD_PATCH, path, "{\"priority\":\"urgent\"}",
              200);
    ask_done(&a);
    assigns(&d, urgent, ANN, 0);

    passes(&d, 60);
    is_of(&d, first + TKT_ROUTE_BATCH_MAX + 7, NOBODY);
    is_of(&d, urgent, NOBODY);

    done(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_open_goes_back),
        cmocka_unit_test(test_answered),
        cmocka_unit_test(test_answered_after_erasure),
        cmocka_unit_test(test_never_said),
        cmocka_unit_test(test_other_role),
        cmocka_unit_test(test_times_of_teams),
        cmocka_unit_test(test_in_pieces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
