/*
 * Guests: an address that is proved, a principal of their own, a token for
 * one ticket that is shown once.
 */

#define _GNU_SOURCE

#include "app/accounts.h"

#include "crypto/tkt_token.h"


static const tkt_actor_t  guest = {
    .tenant = 1, .role = TKT_ROLE_NONE, .tenant_name = "main"
};

static const char  ask_for[] =
    "{\"purpose\":\"guest\",\"email\":\"Eve@example.com\"}";

#define TICKET(contact, code)                                                 \
    "{\"subject\":\"s\",\"description\":\"d\",\"contact\":{" contact "},"     \
    "\"code\":\"" code "\"}"


static unsigned
submit(desk_t *d, ask_t *a, const char *body, const char *key)
{
    tkt_request_t  req = ask_make(d, TKT_METHOD_POST, "/v1/tickets");

    req.site = &everything;

    if (key != NULL) {
        req.has_idempotency_key = true;
        req.idempotency_key = tkt_str_z(key);
    }

    ask_request(d, a, &guest, &req, body);

    return a->reply.http;
}


static void
test_submit(void **state)
{
    ask_t               a;
    char                body[512];
    tkt_user_t          user;
    tkt_token_t         parsed;
    static desk_t       d;
    tkt_token_record_t  token;

    desk_open(&d);

    (void) snprintf(body, sizeof(body), TICKET("\"name\":\"Eve\","
                    "\"email\":\"eve@EXAMPLE.com\"", "%s"),
                    code_for(&d, ask_for));
    assert_int_equal(submit(&d, &a, body, NULL), 201);
    assert_true(tkt_token_parse(tkt_str_z(text_at(a.json, "/access_token")),
                                &parsed));
    assert_int_equal(number_at(a.json, "/requester/id"), 1);
    assert_false(is_true(a.json, "/verified"));
    assert_null(at(a.json, "/code"));
    ask_done(&a);

    assert_int_equal(parsed.principal, 1);
    assert_int_equal(tkt_txn_renew(d.read), TKT_OK);
    assert_true(tkt_user_load(d.read, 1, 1, &user, NULL));
    assert_true(tkt_str_eq(user.login, tkt_str("guest:eve@example.com")));
    assert_true(tkt_str_eq(user.name, tkt_str("Eve")));
    assert_int_equal(user.kind, TKT_PERSON_GUEST);
    assert_int_equal(user.origin, TKT_ORIGIN_GUEST);
    assert_int_equal(user.role, TKT_ROLE_USER);
    assert_true(user.email_verified && !user.phone_verified);

    assert_true(tkt_token_load(d.read, 1, 1, 1, &token, NULL));
    assert_int_equal(token.kind, TKT_TOKEN_LINK);
    assert_int_equal(token.ticket, 1);
    assert_int_equal(token.expires_at,
                     (uint64_t) d.now_ms + TKT_LINK_TTL_S * 1000ULL);
    tkt_txn_reset(d.read);

    /* the code is used up */

    assert_int_equal(submit(&d, &a, body, NULL), 400);
    ask_done(&a);

    /* the same person again, and another token */

    (void) snprintf(body, sizeof(body), TICKET("\"email\":"
                    "\"eve@example.com\"", "%s"), code_for(&d, ask_for));
    assert_int_equal(submit(&d, &a, body, NULL), 201);
    assert_int_equal(number_at(a.json, "/requester/id"), 1);
    ask_done(&a);
    assert_int_equal(entries(&d, TKT_DB_PRINCIPAL), 1);
    assert_int_equal(token_kind(&d, 1, 2), TKT_TOKEN_LINK);
    close_desk(&d);
}


static void
test_replay(void **state)
{
    ask_t          a;
    char           body[512], first[128];
    static desk_t  d;

    desk_open(&d);

    (void) snprintf(body, sizeof(body), TICKET("\"email\":"
                    "\"eve@example.com\"", "%s"), code_for(&d, ask_for));

    assert_int_equal(submit(&d, &a, body, "key-1"), 201);
    (void) snprintf(first, sizeof(first), "%s",
                    text_at(a.json, "/access_token"));
    assert_int_equal(strlen(first), TKT_TOKEN_TEXT_BYTES);
    ask_done(&a);

    assert_int_equal(submit(&d, &a, body, "key-1"), 201);
    assert_true(a.reply.replayed);
    assert_int_equal(number_at(a.json, "/id"), 1);
    assert_null(at(a.json, "/access_token"));
    ask_done(&a);

    assert_int_equal(entries(&d, TKT_DB_TICKET), 1);
    close_desk(&d);
}


static void
refused(desk_t *d, const char *body, unsigned http, const char *pointer,
    const char *code)
{
    ask_t  a;

    assert_int_equal(submit(d, &a, body, NULL), http);

    if (pointer != NULL) {
        assert_string_equal(text_at(a.json, "/errors/0/pointer"), pointer);
        assert_string_equal(text_at(a.json, "/errors/0/code"), code);
    }

    ask_done(&a);
}


static void
test_refused(void **state)
{
    char           body[512], wrong[600];
    unsigned       i;
    static desk_t  d;
    tkt_actor_t    user = { .tenant = 1, .id = 1, .role = TKT_ROLE_USER };

    desk_open(&d);

    refused(&d, "{\"subject\":\"s\",\"description\":\"d\"}", 400,
            "/contact/email", "required");
    refused(&d, "{\"subject\":\"s\",\"description\":\"d\","
            "\"contact\":{\"email\":\"eve@example.com\"}}", 400, "/code",
            "required");
    refused(&d, TICKET("\"email\":\"eve@example.com\"", "12345678"), 400,
            "/code", "wrong");
    assert_int_equal(entries(&d, TKT_DB_PRINCIPAL), 0);
    assert_int_equal(entries(&d, TKT_DB_TICKET), 0);

    /* what is wrong elsewhere does not cost the code */

    (void) snprintf(body, sizeof(body), TICKET("\"email\":"
                    "\"eve@example.com\"", "%s"), code_for(&d, ask_for));
    (void) snprintf(wrong, sizeof(wrong), "%.*s,\"follow_up_of\":99}",
                    (int) strlen(body) - 1, body);
    refused(&d, wrong, 400, "/follow_up_of", "choice");
    assert_int_equal(entries(&d, TKT_DB_PRINCIPAL), 0);
    refused(&d, body, 201, NULL, NULL);

    /* guessing ends the code, by mail or telephone */

    (void) snprintf(body, sizeof(body), TICKET("\"phone\":\"+1 234\","
                    "\"email\":\"x@y.z\"", "%s"), code_for(&d,
                    "{\"purpose\":\"guest\",\"phone\":\"+1234\"}"));

    for (i = 0; i < TKT_CODE_TRIES_MAX; i++) {
        refused(&d, TICKET("\"phone\":\"+1234\",\"email\":\"x@y.z\"", "no"),
                400, "/code", "wrong");
    }

    refused(&d, body, 400, "/code", "wrong");

    /* who is known proves nothing */

    ask_refused(&d, &user, TKT_METHOD_POST, "/v1/tickets",
                TICKET("\"email\":\"x@y.z\"", "1"), 400, "/code", "conflict");

    /* one who was disabled stays so */

    desk_ok(&d, &operator, TKT_METHOD_PATCH, "/v1/users/1",
            "{\"disabled\":true}");
    (void) snprintf(body, sizeof(body), TICKET("\"email\":"
                    "\"eve@example.com\"", "%s"), code_for(&d, ask_for));
    refused(&d, body, 403, NULL, NULL);
    close_desk(&d);
}


/* A guest has no password, cannot get one, and stays apart from accounts. */
static void
test_no_account(void **state)
{
    ask_t          a;
    char           body[512];
    size_t         n;
    static desk_t  d;

    desk_open(&d);

    (void) snprintf(body, sizeof(body), TICKET("\"email\":"
                    "\"ann@example.com\"", "%s"), code_for(&d,
                    "{\"purpose\":\"guest\",\"email\":\"ann@example.com\"}"));
    assert_int_equal(submit(&d, &a, body, NULL), 201);
    ask_done(&a);

    n = entries(&d, TKT_DB_OUTBOX);
    d.now_ms += TKT_CODE_COOL_DOWN_S * 1000;
    nobody_gets(&d, "/v1/codes", "{\"purpose\":\"reset\","
                "\"login\":\"guest:ann@example.com\"}", 202);
    assert_int_equal(entries(&d, TKT_DB_OUTBOX), n);

    register_ann(&d);
    assert_int_equal(entries(&d, TKT_DB_PRINCIPAL), 2);
    close_desk(&d);
}


/* An address longer than a login may be. */
static void
test_long_address(void **state)
{
    ask_t          a;
    char           mail[200], body[600], ask[300];
    static desk_t  d;

    desk_open(&d);

    memset(mail, 'a', 150);
    (void) snprintf(mail + 60, sizeof(mail) - 60, "@%s", "example.com");
    memset(mail + 72, '\0', 1);
    (void) snprintf(mail + 72, sizeof(mail) - 72,
                    ".bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.org");
    (void) snprintf(ask, sizeof(ask),
                    "{\"purpose\":\"guest\",\"email\":\"%s\"}", mail);
    (void) snprintf(body, sizeof(body), TICKET("\"email\":\"%s\"", "%s"),
                    mail, code_for(&d, ask));
    assert_int_equal(submit(&d, &a, body, NULL), 201);
    ask_done(&a);

    assert_int_equal(ask_get(&d, &a, &operator, "/v1/users/1"), 200);
    assert_int_equal(strlen(text_at(a.json, "/login")), 6 + 1 + 32);
    assert_string_equal(text_at(a.json, "/email"), mail);
    ask_done(&a);
    close_desk(&d);
}


/* What was queued when the tenant was shut is refused, of guests too. */
static void
test_shut(void **state)
{
    ask_t          a;
    char           body[512];
    tkt_txn_t     *txn;
    static desk_t  d;
    tkt_tenant_t   before, tenant;

    desk_open(&d);
    (void) snprintf(body, sizeof(body), TICKET("\"email\":\"eve@example.com\"",
                    "%s"), code_for(&d, ask_for));

    assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);
    assert_true(tkt_tenant_load(txn, 1, &before, &d.arena));
    tenant = before;
    tenant.disabled = 1;
    tkt_tenant_save(txn, &before, &tenant, &d.arena);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    assert_int_equal(submit(&d, &a, body, NULL), 401);
    ask_done(&a);
    assert_int_equal(entries(&d, TKT_DB_TICKET), 0);
    close_desk(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_submit),
        cmocka_unit_test(test_replay),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_no_account),
        cmocka_unit_test(test_long_address),
        cmocka_unit_test(test_shut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
