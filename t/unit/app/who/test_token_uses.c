/*
 * The last use of tokens: many in one command, each at most once an hour.
 */

#include "app/enter.h"
#include "app/traffic.h"

#include "base/tkt_time.h"


#define TEST(name)                                                            \
    cmocka_unit_test_setup_teardown(name, traffic_setup, traffic_teardown)


static const tkt_actor_t  admin = {
    .tenant = 1, .id = TRAFFIC_ADMIN, .role = TKT_ROLE_ADMIN,
    .tenant_name = "main"
};


static void
make_token(desk_t *d, unsigned id, char out[128])
{
    char   path[64];
    ask_t  a;

    (void) snprintf(path, sizeof(path), "/v1/users/%u/tokens", id);
    assert_int_equal(ask_send(d, &a, &admin, TKT_METHOD_POST, path, "{}"),
                     201);
    (void) snprintf(out, 128, "Bearer %s", text_at(a.json, "/token"));
    assert_string_equal(text_at(a.json, "/kind"), "access");
    ask_done(&a);
}


static uint64_t
used(desk_t *d, uint64_t principal, uint32_t number)
{
    tkt_token_record_t  token;

    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    assert_true(tkt_token_load(d->read, 1, principal, number, &token, NULL));
    tkt_txn_reset(d->read);

    return token.last_used_at;
}


/* Runs one; whether anything was committed. */
static bool
tell(desk_t *d, const tkt_token_use_t *uses, size_t count)
{
    uint64_t        before;
    uint8_t         random[32] = { 1 };
    tkt_command_t  *cmd;

    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    before = tkt_txn_snapshot(d->read);
    tkt_txn_reset(d->read);

    cmd = tkt_app_token_uses(uses, count, d->now_ms, random);
    assert_non_null(cmd);
    assert_int_equal(tkt_app_run(d->env, &cmd, 1, NULL, NULL), TKT_OK);
    assert_int_equal(tkt_command_reply(cmd)->http, 204);
    tkt_command_free(cmd);

    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    before = tkt_txn_snapshot(d->read) - before;
    tkt_txn_reset(d->read);

    return before != 0;
}


static void
test_once_an_hour(void **state)
{
    size_t             i;
    char               text[128];
    desk_t            *d = *state;
    const int64_t      t = d->now_ms;
    tkt_token_use_t    use = { 1, 1, 0, 1, 0 };

    static const struct {
        int64_t  at_ms;              /* after the first                      */
        bool     told;
    } rows[] = {
        { 0, true }, { 1, false }, { TKT_TOKEN_USE_MS - 1, false },
        { -5000, false }, { TKT_TOKEN_USE_MS, true },
        { TKT_TOKEN_USE_MS, false }, { 2 * TKT_TOKEN_USE_MS - 1, false },
        { 10 * TKT_TOKEN_USE_MS, true },
    };

    make_token(d, 1, text);
    assert_int_equal(used(d, 1, 1), 0);

    for (i = 0; i < tkt_array_len(rows); i++) {

        use.at_ms = t + rows[i].at_ms;

        if (tell(d, &use, 1) != rows[i].told) {
            fail_msg("row %zu", i);
        }

        if (rows[i].told) {
            assert_int_equal(used(d, 1, 1), use.at_ms);
        }
    }
}


static void
test_many(void **state)
{
    size_t            i, n = 0;
    char              text[128];
    desk_t           *d = *state;
    tkt_token_use_t   uses[TKT_TOKEN_USES_MAX + 1];

    for (i = 1; i <= 8; i++) {
        make_token(d, (unsigned) i, text);
        make_token(d, (unsigned) i, text);
        uses[n++] = (tkt_token_use_t) { 1, 1, 0, i, d->now_ms };
        uses[n++] = (tkt_token_use_t) { 1, 2, 0, i, d->now_ms };
    }

    /* of tokens that are not there: revoked, or of nobody */

    desk_ok(d, &admin, TKT_METHOD_DELETE, "/v1/users/3/tokens/1", "");
    uses[n++] = (tkt_token_use_t) { 1, 3, 0, 1, d->now_ms };
    uses[n++] = (tkt_token_use_t) { 1, 1, 0, 99, d->now_ms };
    uses[n++] = (tkt_token_use_t) { 7, 1, 0, 1, d->now_ms };
    uses[n++] = (tkt_token_use_t) { 1, 1, 0, 1, 0 };
    uses[n++] = (tkt_token_use_t) { 1, 1, 0, 1, -1 };

    assert_true(tell(d, uses, n));
    assert_false(tell(d, uses, n));
    assert_false(tell(d, uses, 0));

    for (i = 1; i <= 8; i++) {
        assert_true(used(d, i, 2) > 0);
        assert_true(i == 3 || used(d, i, 1) > 0);
    }

    /* more than a command holds are left out, not written beyond it */

    for (i = 0; i <= TKT_TOKEN_USES_MAX; i++) {
        uses[i] = uses[0];
    }

    assert_false(tell(d, uses, TKT_TOKEN_USES_MAX + 1));
}


/* What the carrier needs to know whether to tell it. */
static void
test_actor(void **state)
{
    char             text[128];
    desk_t          *d = *state;
    enter_t          e;
    tkt_match_t      match;
    tkt_token_use_t  use = { 1, 1, 0, 1, 0 };

    make_token(d, 1, text);
    e = enter_make(d, NULL, TKT_METHOD_GET, "/v1/me");
    e.req.authorization = tkt_str_z(text);
    assert_int_equal(enter_admit(d, &e, &match), 0);
    assert_int_equal(e.actor.token, 1);
    assert_int_equal(e.actor.token_used_ms, 0);
    ask_done(&e.a);

    use.at_ms = d->now_ms;
    assert_true(tell(d, &use, 1));

    e = enter_make(d, NULL, TKT_METHOD_GET, "/v1/me/tokens");
    e.req.authorization = tkt_str_z(text);
    assert_int_equal(enter_send(d, &e, ""), 200);
    assert_int_equal(e.actor.token_used_ms, use.at_ms);
    assert_string_equal(text_at(e.a.json, "/data/0/last_used_at"),
                        "2026-09-21T14:13:20.018Z");
    ask_done(&e.a);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        TEST(test_once_an_hour),
        TEST(test_many),
        TEST(test_actor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
