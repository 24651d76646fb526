/*
 * Teams that are retired: where their tickets go, at submission, later, and
 * when a team is retired while they wait in it.
 */

#include "app/teams.h"

#include "app/call/tkt_due.h"


/* A desk whose type names a team of a chain, and its feature another. */
typedef struct {
    desk_t    d;
    unsigned  above, typed, featured, other, type, feature;
} retired_t;


static void
patches(retired_t *x, const char *path, unsigned id, const char *body)
{
    char   target[96];
    ask_t  a;

    (void) snprintf(target, sizeof(target), "%s/%u", path, id);
    act_sends(&x->d, &a, ROOT, TKT_METHOD_PATCH, target, body, 200);
    ask_done(&a);
}


static void
retires(retired_t *x, unsigned team)
{
    patches(x, "/v1/teams", team, "{\"active\":false}");
}


static void
retired_open(retired_t *x)
{
    char  body[128], path[64];

    acts_open(&x->d);
    x->above = team_make(&x->d, "above", ",\"tier\":1");
    (void) snprintf(body, sizeof(body), ",\"escalates_to\":%u", x->above);
    x->typed = team_make(&x->d, "typed", body);
    x->featured = team_make(&x->d, "featured", "");
    x->other = team_make(&x->d, "other", body);

    (void) snprintf(body, sizeof(body), "{\"name\":\"t\",\"team\":%u}",
                    x->typed);
    x->type = act_makes(&x->d, ROOT, "/v1/types", body);
    (void) snprintf(path, sizeof(path), "/v1/types/%u/features", x->type);
    (void) snprintf(body, sizeof(body), "{\"name\":\"f\",\"team\":%u}",
                    x->featured);
    x->feature = act_makes(&x->d, ROOT, path, body);
}


static void
retired_close(retired_t *x)
{
    desk_verify_clean(&x->d);
    desk_close(&x->d);
}


#define OF_FEATURE  "{\"subject\":\"s\",\"description\":\"d\","               \
                    "\"type\":\"t\",\"feature\":\"f\"}"


/* A new one of the feature; the team that it has got. */
static unsigned
submits(retired_t *x, unsigned *id)
{
    *id = act_makes(&x->d, ALICE, "/v1/tickets", OF_FEATURE);

    return (unsigned) act_ticket(&x->d, *id).team;
}


static unsigned
team_of(retired_t *x, unsigned id)
{
    return (unsigned) act_ticket(&x->d, id).team;
}


/* Runs what is due now; how many. */
static unsigned
timers_run(desk_t *d)
{
    unsigned  all;

    d->now_ms += 1000;

    for (all = 0; desk_timer(d); all++) {
        assert_true(all < 100);
    }

    return all;
}


/* ---- at submission ---- */

static void
test_next_rule(void **state)
{
    ask_t      a;
    unsigned   id;
    retired_t  x;

    retired_open(&x);
    assert_int_equal(submits(&x, &id), x.featured);
    assert_int_equal(act_ticket(&x.d, id).version, 1);

    /* the feature's, the type's, the next of the chain */

    retires(&x, x.featured);
    assert_int_equal(submits(&x, &id), x.typed);
    assert_int_equal(act_told(&x.d, SUE, NULL, 0), 0);
    retires(&x, x.typed);
    assert_int_equal(submits(&x, &id), x.above);
    assert_int_equal(act_told(&x.d, SUE, NULL, 0), 0);

    /* none: it has no team, its timeline says why, supervisors are told */

    retires(&x, x.above);
    assert_int_equal(team_of(&x, id), 0);
    assert_int_equal(act_told(&x.d, SUE, "unrouted", 1), 1);
    assert_int_equal(submits(&x, &id), 0);
    assert_int_equal(act_ticket(&x.d, id).state, TKT_STATE_NEW);
    assert_int_equal(act_told(&x.d, SUE, "unrouted", id), 2);

    act_sends(&x.d, &a, SUE, TKT_METHOD_GET, "/v1/tickets/4/timeline", "",
              200);
    assert_string_equal(text_at(a.json, "/data/0/action"), "edit");
    assert_string_equal(text_at(a.json, "/data/0/reason"),
                        "its team is retired, and no other takes it");
    assert_string_equal(text_at(a.json, "/data/1/action"), "submit");
    ask_done(&a);
    act_sends(&x.d, &a, ALICE, TKT_METHOD_GET, "/v1/tickets/4/timeline", "",
              200);
    assert_int_equal(length_at(a.json, "/data"), 1);
    ask_done(&a);
    act_sends(&x.d, &a, SUE, TKT_METHOD_GET,
              "/v1/tickets?team=none&assignee=none&sort=queue&count=true", "",
              200);
    assert_int_equal(number_at(a.json, "/count"), 4);
    ask_done(&a);

    /* what is back takes what comes, and what is sorted anew */

    patches(&x, "/v1/teams", x.above, "{\"active\":true}");
    assert_int_equal(submits(&x, &id), x.above);
    retired_close(&x);
}


/* ---- later ---- */

static void
test_owned_and_ended(void **state)
{
    unsigned   owned, ended, handed;
    char       body[64];
    retired_t  x;

    retired_open(&x);
    (void) submits(&x, &owned);
    (void) submits(&x, &ended);
    (void) submits(&x, &handed);
    act_does(&x.d, ANN, owned, "claim", "{}");
    act_does(&x.d, ALICE, ended, "close", "{}");
    (void) snprintf(body, sizeof(body), "{\"team\":%u,\"reason\":\"r\"}",
                    x.other);
    act_does(&x.d, ANN, handed, "transfer", body);

    /* what somebody owns stays, and what was handed on goes on upwards */

    retires(&x, x.featured);
    retires(&x, x.other);
    assert_int_equal(team_of(&x, owned), x.featured);
    assert_int_equal(team_of(&x, ended), x.featured);
    assert_int_equal(team_of(&x, handed), x.above);

    act_does(&x.d, ANN, owned, "transfer", "{\"reason\":\"r\"}");
    assert_int_equal(team_of(&x, owned), x.typed);
    act_does(&x.d, ALICE, ended, "reopen", "{\"reason\":\"r\"}");
    assert_int_equal(team_of(&x, ended), x.typed);
    retired_close(&x);
}


/* ---- retired while they wait ---- */

static void
test_many(void **state)
{
    char            path[64];
    ask_t           a;
    unsigned        id, i, moved;
    retired_t       x;
    const unsigned  many = 2 * TKT_ROUTE_BATCH_MAX + 6;

    retired_open(&x);

    for (i = 0; i < many; i++) {
        (void) submits(&x, &id);
    }

    team_join(&x.d, x.typed, ANN, false);
    act_sends(&x.d, &a, ANN, TKT_METHOD_PUT, "/v1/me/presence",
              "{\"presence\":\"online\",\"capacity\":5}", 200);
    ask_done(&a);
    patches(&x, "/v1/teams", x.typed, "{\"strategy\":\"round_robin\"}");

    /* a bounded piece at once, which is given out; timers do the rest */

    retires(&x, x.featured);
    desk_verify_clean(&x.d);

    for (moved = 0, i = 1; i <= many; i++) {
        moved += team_of(&x, i) == x.typed;
    }

    assert_int_equal(moved, TKT_ROUTE_BATCH_MAX);
    assert_int_equal(act_ticket(&x.d, 1).assignee, ANN);
    assert_int_equal(act_ticket(&x.d, 6).assignee, NOBODY);

    assert_int_equal(timers_run(&x.d), 2);

    for (i = 1; i <= many; i++) {
        assert_int_equal(team_of(&x, i), x.typed);
    }

    assert_int_equal(timers_run(&x.d), 0);
    desk_verify_clean(&x.d);

    /* nothing waits in it: it can be deleted, once nothing names it */

    (void) snprintf(path, sizeof(path), "/v1/types/%u/features", x.type);
    patches(&x, path, x.feature, "{\"team\":null}");
    (void) snprintf(path, sizeof(path), "/v1/teams/%u", x.featured);
    act_sends(&x.d, &a, ROOT, TKT_METHOD_DELETE, path, "", 204);
    ask_done(&a);
    retired_close(&x);
}


/* One notice for all that a piece of the work finds no team for. */
static void
test_many_without_team(void **state)
{
    unsigned   id, i;
    retired_t  x;

    retired_open(&x);
    retires(&x, x.above);
    retires(&x, x.typed);

    for (i = 0; i < TKT_ROUTE_BATCH_MAX + 1; i++) {
        assert_int_equal(submits(&x, &id), x.featured);
    }

    retires(&x, x.featured);
    assert_int_equal(act_told(&x.d, SUE, "unrouted", 1), 1);

    /* it comes back before the rest has gone */

    patches(&x, "/v1/teams", x.featured, "{\"active\":true}");
    (void) timers_run(&x.d);
    assert_int_equal(team_of(&x, id), x.featured);
    retires(&x, x.featured);
    assert_int_equal(team_of(&x, id), 0);
    assert_int_equal(act_told(&x.d, SUE, "unrouted", id), 2);
    assert_int_equal(timers_run(&x.d), 0);
    retired_close(&x);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_next_rule),
        cmocka_unit_test(test_owned_and_ended),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_many_without_team),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
