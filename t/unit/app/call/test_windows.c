/*
 * What time does to tickets and stored answers over weeks: windows that do
 * not open again, answers that do not pile up, callers who lost their rights
 * between the queue and the transaction.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "app/ask.h"
#include "app/traffic.h"


#define DAY_MS  INT64_C(86400000)


static const tkt_actor_t  user = { .tenant = 1, .id = 1,
                                   .role = TKT_ROLE_USER };
static const tkt_actor_t  agent = { .tenant = 1, .id = TRAFFIC_USERS + 1,
                                    .role = TKT_ROLE_AGENT };


/* A rating after the end is no end: the window to reopen stays shut. */
static void
test_late_rating_reopens_nothing(void **state)
{
    int64_t        closed;
    static desk_t  d;

    traffic_open(&d);

    desk_post(&d, &user, "/v1/tickets",
              "{\"subject\":\"s\",\"description\":\"d\"}");
    desk_post(&d, &agent, "/v1/tickets/1/start", "{}");
    desk_post(&d, &agent, "/v1/tickets/1/resolve", "{\"solution\":\"x\"}");
    desk_post(&d, &user, "/v1/tickets/1/close", "{}");
    closed = d.now_ms;

    d.now_ms = closed + 20 * DAY_MS;
    assert_int_equal(desk_run(&d, &user, TKT_METHOD_POST,
                              "/v1/tickets/1/reopen", "{\"reason\":\"r\"}"),
                     409);

    d.now_ms = closed + 29 * DAY_MS;
    desk_post(&d, &user, "/v1/tickets/1/rating",
              "{\"speed\":1,\"attitude\":2,\"result\":3}");

    d.now_ms = closed + 42 * DAY_MS;
    assert_int_equal(desk_run(&d, &user, TKT_METHOD_POST,
                              "/v1/tickets/1/reopen", "{\"reason\":\"r\"}"),
                     409);
    assert_non_null(strstr(d.body, "reopen-window-expired"));

    desk_verify_clean(&d);
    desk_close(&d);
}


static uint64_t
stored_pieces(desk_t *d)
{
    tkt_env_info_t  info;

    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    assert_int_equal(tkt_env_stat(d->read, &info), TKT_OK);
    tkt_txn_reset(d->read);

    return info.entries[TKT_DB_IDEMPOTENCY];
}


/* Long answers take many pieces each; a day sweeps what a day has stored. */
static void
test_long_answers_do_not_pile_up(void **state)
{
    int            day, i;
    char          *body, key[32];
    size_t         n;
    ask_t          a;
    uint64_t       after[8];
    tkt_request_t  req;
    static desk_t  d;

    traffic_open(&d);

    body = malloc(20000);
    assert_non_null(body);
    n = (size_t) sprintf(body, "{\"subject\":\"s\",\"description\":\"");
    memset(body + n, 'x', 19000);
    (void) strcpy(body + n + 19000, "\"}");

    for (day = 0; day < 8; day++) {

        for (i = 0; i < 10; i++) {
            (void) snprintf(key, sizeof(key), "k%d-%d", day, i);
            req = ask_make(&d, TKT_METHOD_POST, "/v1/tickets");
            req.idempotency_key = tkt_str_z(key);
            req.has_idempotency_key = true;
            ask_request(&d, &a, &user, &req, body);
            assert_int_equal(a.reply.http, 201);
            ask_done(&a);
        }

        after[day] = stored_pieces(&d);
        d.now_ms += DAY_MS;
    }

    assert_true(after[0] > 10 * TKT_IDEMPOTENCY_SWEEP_MAX);

    for (day = 3; day < 8; day++) {
        assert_true(after[day] <= after[2]);
    }

    free(body);
    desk_verify_clean(&d);
    desk_close(&d);
}


static unsigned
run_as(desk_t *d, const tkt_actor_t *actor)
{
    return desk_run(d, actor, TKT_METHOD_POST, "/v1/tickets",
                    "{\"subject\":\"s\",\"description\":\"d\"}");
}


/*
 * Commands are made when the caller was admitted and run later: what he lost
 * in between counts.
 */
static void
test_rights_lost_in_the_queue(void **state)
{
    tkt_actor_t    actor = user;
    tkt_actor_t    chief = { .tenant = 1, .role = TKT_ROLE_ADMIN };
    static desk_t  d;

    traffic_open(&d);

    assert_int_equal(run_as(&d, &actor), 201);

    actor.token = 7;
    assert_int_equal(run_as(&d, &actor), 401);

    desk_post(&d, &chief, "/v1/users/1/tokens", "{}");
    actor.token = 1;
    assert_int_equal(run_as(&d, &actor), 201);

    desk_ok(&d, &chief, TKT_METHOD_PATCH, "/v1/users/1",
            "{\"role\":\"agent\"}");
    assert_int_equal(run_as(&d, &actor), 201);
    actor.role = TKT_ROLE_AGENT;
    assert_int_equal(run_as(&d, &actor), 201);

    desk_ok(&d, &chief, TKT_METHOD_PATCH, "/v1/users/1",
            "{\"role\":\"user\"}");
    assert_int_equal(run_as(&d, &actor), 403);
    actor.role = TKT_ROLE_USER;

    desk_ok(&d, &chief, TKT_METHOD_PATCH, "/v1/users/1",
            "{\"disabled\":true}");
    assert_int_equal(run_as(&d, &actor), 401);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* So does a token that ends, also by a clock that is set back afterwards. */
static void
test_token_ends_in_the_queue(void **state)
{
    tkt_actor_t    actor = user;
    tkt_actor_t    chief = { .tenant = 1, .role = TKT_ROLE_ADMIN };
    static desk_t  d;

    traffic_open(&d);

    desk_post(&d, &chief, "/v1/users/1/tokens", "{\"ttl\":60}");
    actor.token = 1;
    actor.expires_at_ms = d.now_ms + 60000;
    assert_int_equal(run_as(&d, &actor), 201);

    d.now_ms = actor.expires_at_ms - 2;
    assert_int_equal(run_as(&d, &actor), 201);

    d.now_ms = actor.expires_at_ms;
    assert_int_equal(run_as(&d, &actor), 401);
    assert_int_equal(run_as(&d, &agent), 201);

    d.now_ms = actor.expires_at_ms - 30000;
    assert_int_equal(run_as(&d, &actor), 401);

    /* the end of what is no token of the store is the admission's */

    actor.token = 0;
    assert_int_equal(run_as(&d, &actor), 201);

    desk_verify_clean(&d);
    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_late_rating_reopens_nothing),
        cmocka_unit_test(test_long_answers_do_not_pile_up),
        cmocka_unit_test(test_rights_lost_in_the_queue),
        cmocka_unit_test(test_token_ends_in_the_queue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
