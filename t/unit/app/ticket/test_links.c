/*
 * Tokens that open one ticket: that one, and nothing beside it.
 */

#include "app/enter.h"
#include "app/traffic.h"

#include "base/tkt_time.h"
#include "crypto/tkt_token.h"


#define SUBMIT  "{\"subject\":\"s\",\"description\":\"d\"}"

static const tkt_site_t  by_identity = { .identity = true };


/* A token that opens one ticket, written as the desk writes it. */
static void
link_to(desk_t *d, uint64_t principal, uint64_t ticket, char out[128])
{
    size_t              n;
    uint8_t             secret[32] = { 77 }, digest[32], text[128];
    tkt_txn_t          *txn;
    tkt_arena_t         arena;
    tkt_token_record_t  token = { .id = 99, .kind = TKT_TOKEN_LINK,
                                  .ticket = ticket, .created_at = 1 };

    tkt_token_digest(digest, secret);
    token.digest = (tkt_str_t) { digest, 32 };
    tkt_arena_init(&arena, 4096);
    assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);
    tkt_token_save(txn, 1, principal, &token, &arena);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    tkt_arena_done(&arena);

    n = tkt_token_make(text, 1, principal, 99, secret);
    (void) snprintf(out, 128, "Bearer %.*s", (int) n, (const char *) text);
}


static void
unlink_of(desk_t *d, uint64_t principal)
{
    tkt_key_t   key;
    tkt_txn_t  *txn;

    tkt_key_token(&key, 1, principal, 99);
    assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);
    assert_true(tkt_delete(txn, TKT_DB_TOKEN, &key));
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
}


/* tickets 1 and 2 are of p1, ticket 3 of p2; p14 sees all of them */
static const struct {
    tkt_method_t  method;
    const char   *path, *body;
    unsigned      http;
} link_rows[] = {
    { TKT_METHOD_GET, "/v1/tickets/1", "", 200 },
    { TKT_METHOD_GET, "/v1/tickets/T-1?include=messages,timeline", "",
      200 },
    { TKT_METHOD_GET, "/v1/tickets/1/messages", "", 200 },
    { TKT_METHOD_GET, "/v1/tickets/1/timeline", "", 200 },
    { TKT_METHOD_POST, "/v1/tickets/1/messages", "{\"body\":\"m\"}", 201 },
    { TKT_METHOD_GET, "/v1/tickets/2", "", 404 },
    { TKT_METHOD_GET, "/v1/tickets/T-2", "", 404 },
    { TKT_METHOD_GET, "/v1/tickets/2/messages", "", 404 },
    { TKT_METHOD_GET, "/v1/tickets/2/timeline", "", 404 },
    { TKT_METHOD_POST, "/v1/tickets/2/messages", "{\"body\":\"m\"}", 404 },
    { TKT_METHOD_POST, "/v1/tickets/2/close", "{}", 404 },
    { TKT_METHOD_PATCH, "/v1/tickets/2", "{\"subject\":\"x\"}", 404 },
    { TKT_METHOD_GET, "/v1/tickets/3", "", 404 },
    { TKT_METHOD_GET, "/v1/tickets", "", 403 },
    { TKT_METHOD_GET, "/v1/me/tickets", "", 403 },
    { TKT_METHOD_GET, "/v1/me", "", 403 },
    { TKT_METHOD_GET, "/v1/me/export", "", 403 },
    { TKT_METHOD_GET, "/v1/me/tokens", "", 403 },
    { TKT_METHOD_POST, "/v1/me/tokens", "{}", 403 },
    { TKT_METHOD_POST, "/v1/tickets", SUBMIT, 403 },
    { TKT_METHOD_GET, "/v1/users", "", 403 },
};


static void
test_links(void **state)
{
    size_t         i, person;
    char           link[128];
    desk_t        *d;
    enter_t        e;
    static desk_t  desk;

    d = &desk;
    traffic_open(d);

    for (i = 0; i < 3; i++) {
        desk_post(d, &(tkt_actor_t) { .tenant = 1, .id = 1 + i / 2,
                                      .role = TKT_ROLE_USER },
                "/v1/tickets", SUBMIT);
    }

    for (person = 1; person <= TRAFFIC_ADMIN; person += TRAFFIC_ADMIN - 1) {

        link_to(d, person, 1, link);

        for (i = 0; i < tkt_array_len(link_rows); i++) {
            e = enter_make(d, &by_identity, link_rows[i].method,
                           link_rows[i].path);
            e.req.authorization = tkt_str_z(link);

            if (enter_send(d, &e, link_rows[i].body) != link_rows[i].http) {
                fail_msg("%s: %u %.*s", link_rows[i].path, e.a.reply.http,
                         (int) e.a.reply.body.len,
                         (const char *) e.a.reply.body.data);
            }

            ask_done(&e.a);
        }

        /* neither by its entity tag */

        e = enter_make(d, &by_identity, TKT_METHOD_GET, "/v1/tickets/2");
        e.req.authorization = tkt_str_z(link);
        e.req.if_none_match = tkt_str("\"t2.1\"");
        assert_int_equal(enter_send(d, &e, ""), 404);
        ask_done(&e.a);
        unlink_of(d, person);
    }

    desk_verify_clean(d);
    desk_close(d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_links),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
