/*
 * Logging in, registering, changing and resetting passwords: one answer for
 * whatever is wrong with a login, sessions that end.
 */

#define _GNU_SOURCE

#include "app/accounts.h"

#include "app/who/tkt_accounts.h"
#include "crypto/tkt_token.h"


/* Ann with the token of a number. */
static tkt_actor_t
ann_with(uint32_t token)
{
    tkt_actor_t  actor = ann;

    actor.token = token;

    return actor;
}


/* ---- registration ---- */

static void
test_register(void **state)
{
    ask_t          a;
    const char    *code;
    static desk_t  d;

    desk_open(&d);

    code = code_for(&d, "{\"purpose\":\"register\","
                        "\"phone\":\"+49 (30) 1234\"}");
    assert_int_equal(nobody_asks(&d, &a, TKT_METHOD_POST, "/v1/accounts",
        body_of("{\"login\":\"bob\",\"password\":\"" PASSWORD "\","
                "\"phone\":\"+49 30 12-34\",\"code\":\"%s\"}", code)), 201);

    assert_string_equal(text_at(a.json, "/login"), "bob");
    assert_string_equal(text_at(a.json, "/role"), "user");
    assert_string_equal(text_at(a.json, "/kind"), "user");
    assert_string_equal(text_at(a.json, "/origin"), "account");
    assert_string_equal(text_at(a.json, "/tenant"), "main");
    assert_true(is_true(a.json, "/phone_verified"));
    assert_false(is_true(a.json, "/email_verified"));
    assert_null(at(a.json, "/password"));
    assert_true(tkt_str_eq(a.reply.location, tkt_str("/v1/me")));
    ask_done(&a);

    /* the code is used up, and gone with its notification */

    assert_int_equal(entries(&d, TKT_DB_CODE), 0);
    assert_int_equal(entries(&d, TKT_DB_OUTBOX), 0);
    nobody_gets(&d, "/v1/accounts",
        body_of("{\"login\":\"bob2\",\"password\":\"" PASSWORD "\","
                "\"phone\":\"+493012 34\",\"code\":\"%s\"}", code), 400);

    close_desk(&d);
}


static void
register_refused(desk_t *d, const char *body, const char *pointer,
    const char *code)
{
    ask_t  a;

    assert_int_equal(nobody_asks(d, &a, TKT_METHOD_POST, "/v1/accounts",
                                 body), 400);
    assert_string_equal(text_at(a.json, "/errors/0/pointer"), pointer);
    assert_string_equal(text_at(a.json, "/errors/0/code"), code);
    ask_done(&a);
}


static void
test_register_refused(void **state)
{
    char           body[512];
    const char    *code;
    static desk_t  d;

    open_desk(&d);

    register_refused(&d, "{\"login\":\"bob\",\"password\":\"" PASSWORD "\","
                     "\"code\":\"1\"}", "/email", "required");
    register_refused(&d, "{\"login\":\"bob\",\"password\":\"" PASSWORD "\","
                     "\"email\":\"b@b.b\",\"phone\":\"12345\","
                     "\"code\":\"1\"}", "/phone", "required");
    register_refused(&d, "{\"login\":\"guest:x\",\"password\":\"" PASSWORD
                     "\",\"email\":\"b@b.b\",\"code\":\"1\"}", "/login",
                     "format");
    register_refused(&d, "{\"login\":\"bob\",\"password\":\"short\","
                     "\"email\":\"b@b.b\",\"code\":\"1\"}", "/password",
                     "too-short");
    register_refused(&d, "{\"login\":\"bob@example.com\",\"password\":"
                     "\"bob@example.com\",\"email\":\"b@b.b\","
                     "\"code\":\"1\"}", "/password", "common");
    register_refused(&d, "{\"login\":\"bob\",\"password\":\"" PASSWORD "\","
                     "\"email\":\"b@b.b\",\"code\":\"12345678\"}", "/code",
                     "wrong");

    /* a login that is taken does not cost the code */

    code = code_for(&d, "{\"purpose\":\"register\",\"email\":\"b@b.b\"}");
    (void) snprintf(body, sizeof(body), "{\"login\":\"ann\",\"password\":\""
                    PASSWORD "\",\"email\":\"b@b.b\",\"code\":\"%s\"}", code);
    nobody_gets(&d, "/v1/accounts", body, 409);
    body[12] = 'b';
    nobody_gets(&d, "/v1/accounts", body, 201);

    close_desk(&d);
}


/* ---- sessions ---- */

static void
test_login(void **state)
{
    ask_t          a;
    tkt_token_t    token;
    static desk_t  d;

    open_desk(&d);

    assert_int_equal(nobody_asks(&d, &a, TKT_METHOD_POST, "/v1/session",
                                 LOGIN), 201);
    assert_true(tkt_token_parse(tkt_str_z(text_at(a.json, "/token")),
                                &token));
    assert_int_equal(token.principal, 1);
    assert_int_equal(number_at(a.json, "/user"), 1);
    assert_string_equal(text_at(a.json, "/login"), "ann");
    assert_string_equal(text_at(a.json, "/role"), "user");
    assert_string_equal(text_at(a.json, "/tenant"), "main");
    ask_done(&a);

    assert_int_equal(token_kind(&d, 1, token.number), TKT_TOKEN_SESSION);

    /* and out */

    assert_int_equal(desk_run(&d, &(tkt_actor_t) { .tenant = 1, .id = 1,
        .role = TKT_ROLE_USER, .token = token.number }, TKT_METHOD_DELETE,
        "/v1/session", ""), 204);
    assert_int_equal(token_kind(&d, 1, token.number), 0);

    /* who came another way has nothing to end */

    assert_int_equal(desk_run(&d, &ann, TKT_METHOD_DELETE, "/v1/session",
                              ""), 403);
    close_desk(&d);
}


/* Unknown, wrong, disabled, without a password, of no tenant: the same. */
static void
test_one_answer(void **state)
{
    ask_t              a;
    size_t             i;
    char               first[2048];
    static desk_t      d;
    static const char *const  bodies[] = {
        "{\"login\":\"ann\",\"password\":\"wrong and wrong\"}",
        "{\"login\":\"nobody\",\"password\":\"" PASSWORD "\"}",
        "{\"login\":\"off\",\"password\":\"" PASSWORD "\"}",
        "{\"login\":\"bare\",\"password\":\"" PASSWORD "\"}",
        "{\"login\":\"ann\",\"tenant\":\"nowhere\",\"password\":\""
            PASSWORD "\"}",
    };

    open_desk(&d);
    desk_post(&d, &operator, "/v1/users", "{\"login\":\"bare\"}");
    desk_post(&d, &operator, "/v1/users", "{\"login\":\"off\"}");
    desk_ok(&d, &operator, TKT_METHOD_PATCH, "/v1/users/3",
            "{\"disabled\":true}");

    for (i = 0; i < tkt_array_len(bodies); i++) {
        assert_int_equal(nobody_asks(&d, &a, TKT_METHOD_POST, "/v1/session",
                                     bodies[i]), 401);
        assert_true(tkt_command_attempt_failed(a.cmd));
        assert_true(a.reply.body.len < sizeof(first));

        if (i == 0) {
            memcpy(first, a.reply.body.data, a.reply.body.len);
            first[a.reply.body.len] = '\0';

        } else {
            assert_int_equal(a.reply.body.len, strlen(first));
            assert_memory_equal(a.reply.body.data, first, strlen(first));
        }

        ask_done(&a);
    }

    /* disabled in the meantime: what was found before does not hold */

    desk_ok(&d, &operator, TKT_METHOD_PATCH, "/v1/users/1",
            "{\"disabled\":true}");
    nobody_gets(&d, "/v1/session", LOGIN, 401);
    close_desk(&d);
}


static void
test_session_ttl(void **state)
{
    ask_t               a;
    static desk_t       d;
    tkt_token_record_t  token;

    open_desk(&d);

    assert_int_equal(nobody_asks(&d, &a, TKT_METHOD_POST, "/v1/session",
        "{\"login\":\"ann\",\"ttl\":60,\"password\":\"" PASSWORD "\"}"), 201);
    ask_done(&a);

    assert_int_equal(tkt_txn_renew(d.read), TKT_OK);
    assert_true(tkt_token_load(d.read, 1, 1, 1, &token, NULL));
    assert_int_equal(token.expires_at, (uint64_t) d.now_ms + 60000);
    tkt_txn_reset(d.read);

    nobody_gets(&d, "/v1/session", "{\"login\":\"ann\",\"ttl\":59,"
                "\"password\":\"" PASSWORD "\"}", 400);

    /* the next login takes away what has ended */

    d.now_ms += 61000;
    nobody_gets(&d, "/v1/session", LOGIN, 201);
    assert_int_equal(token_kind(&d, 1, 1), 0);
    assert_int_equal(token_kind(&d, 1, 2), TKT_TOKEN_SESSION);
    close_desk(&d);
}


/* Tokens by hand: a hundred logins would be a hundred hashes. */
static void
fill_tokens(desk_t *d, tkt_token_kind_t kind, uint32_t from, uint32_t to)
{
    uint8_t             digest[32] = { 1 };
    tkt_user_t          user, before;
    tkt_txn_t          *txn;
    tkt_token_record_t  token = {
        .kind = kind, .digest = { digest, sizeof(digest) }
    };

    assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);
    assert_true(tkt_user_load(txn, 1, 1, &user, &d->arena));

    for (token.id = from; token.id <= to; token.id++) {
        tkt_token_save(txn, 1, 1, &token, &d->arena);
    }

    before = user;
    user.last_token = to;
    tkt_user_save(txn, &before, &user, &d->arena);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
}


static void
test_too_many(void **state)
{
    static desk_t  d;

    open_desk(&d);

    fill_tokens(&d, TKT_TOKEN_ACCESS, 1, 3);
    fill_tokens(&d, TKT_TOKEN_SESSION, 4, TKT_TOKENS_PER_USER_MAX);

    /* the oldest session gives way, no token of another kind does */

    nobody_gets(&d, "/v1/session", LOGIN, 201);
    assert_int_equal(token_kind(&d, 1, 3), TKT_TOKEN_ACCESS);
    assert_int_equal(token_kind(&d, 1, 4), 0);
    assert_int_equal(token_kind(&d, 1, 5), TKT_TOKEN_SESSION);
    assert_int_equal(entries(&d, TKT_DB_TOKEN), TKT_TOKENS_PER_USER_MAX);

    fill_tokens(&d, TKT_TOKEN_ACCESS, 1, TKT_TOKENS_PER_USER_MAX + 1);
    nobody_gets(&d, "/v1/session", LOGIN, 409);
    close_desk(&d);
}


/* A hash of lesser costs is made anew with the first login. */
static void
test_rehash(void **state)
{
    tkt_txn_t         *txn;
    static desk_t      d;
    tkt_credential_t   c;
    static const char  cheap[] =
        "$argon2id$v=19$m=8192,t=1,p=1$90pyzI+/8Q7rIPaH3mPX+A"
        "$VC2h8BEgFV0PUG+RrLGkfzFghKNqSxTeXI90NA8CZZA";

    open_desk(&d);

    assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);
    assert_true(tkt_credential_load(txn, 1, 1, &c, &d.arena));
    c.password = tkt_str(cheap);
    tkt_credential_save(txn, 1, 1, &c, &d.arena);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    nobody_gets(&d, "/v1/session", "{\"login\":\"ann\","
                "\"password\":\"wrong and wrong\"}", 401);
    nobody_gets(&d, "/v1/session", LOGIN, 201);

    assert_int_equal(tkt_txn_renew(d.read), TKT_OK);
    assert_true(tkt_credential_load(d.read, 1, 1, &c, NULL));
    assert_memory_equal(c.password.data, "$argon2id$v=19$m=19456,t=2,", 27);
    assert_int_equal(c.version, 1);
    tkt_txn_reset(d.read);

    nobody_gets(&d, "/v1/session", LOGIN, 201);
    close_desk(&d);
}


/* ---- changes ---- */

static void
test_change(void **state)
{
    tkt_actor_t    with = ann_with(2);
    static desk_t  d;

    open_desk(&d);
    nobody_gets(&d, "/v1/session", LOGIN, 201);
    nobody_gets(&d, "/v1/session", LOGIN, 201);
    fill_tokens(&d, TKT_TOKEN_ACCESS, 3, 3);

    ask_refused(&d, &with, TKT_METHOD_PUT, "/v1/me/password",
                "{\"new_password\":\"" NEW_PASSWORD "\"}", 400, "/password",
                "required");
    ask_refused(&d, &with, TKT_METHOD_PUT, "/v1/me/password",
                "{\"password\":\"wrong and wrong\",\"new_password\":\""
                NEW_PASSWORD "\"}", 400, "/password", "wrong");
    ask_refused(&d, &with, TKT_METHOD_PUT, "/v1/me/password",
                "{\"password\":\"" PASSWORD "\",\"new_password\":\""
                PASSWORD "\"}", 400, "/new_password", "same");
    ask_refused(&d, &with, TKT_METHOD_PUT, "/v1/me/password",
                "{\"password\":\"" PASSWORD "\",\"new_password\":"
                "\"password1234\"}", 400, "/new_password", "common");
    assert_int_equal(token_kind(&d, 1, 1), TKT_TOKEN_SESSION);

    /* the other session ends, this one and the program's token do not */

    desk_ok(&d, &with, TKT_METHOD_PUT, "/v1/me/password",
            "{\"password\":\"" PASSWORD "\",\"new_password\":\""
            NEW_PASSWORD "\"}");
    assert_int_equal(token_kind(&d, 1, 1), 0);
    assert_int_equal(token_kind(&d, 1, 2), TKT_TOKEN_SESSION);
    assert_int_equal(token_kind(&d, 1, 3), TKT_TOKEN_ACCESS);
    close_desk(&d);
}


static void
test_first_password(void **state)
{
    tkt_actor_t    bob = { .tenant = 1, .id = 2, .role = TKT_ROLE_USER,
                           .login = "bob", .token = 1 };
    static desk_t  d;

    open_desk(&d);
    desk_post(&d, &operator, "/v1/users", "{\"login\":\"bob\"}");
    desk_post(&d, &operator, "/v1/users/2/tokens",
              "{\"scopes\":[\"write\"]}");
    desk_post(&d, &operator, "/v1/users/2/tokens", "{}");

    /* a token for some things is none for all */

    assert_int_equal(desk_run(&d, &bob, TKT_METHOD_PUT, "/v1/me/password",
                              "{\"new_password\":\"" NEW_PASSWORD "\"}"),
                     403);
    bob.token = 2;
    desk_ok(&d, &bob, TKT_METHOD_PUT, "/v1/me/password",
            "{\"new_password\":\"" NEW_PASSWORD "\"}");
    nobody_gets(&d, "/v1/session", "{\"login\":\"bob\",\"password\":\""
                NEW_PASSWORD "\"}", 201);
    close_desk(&d);
}


static void
test_reset(void **state)
{
    char           code[16];
    static desk_t  d;

    open_desk(&d);
    nobody_gets(&d, "/v1/session", LOGIN, 201);

    (void) snprintf(code, sizeof(code), "%s", code_for(&d,
                    "{\"purpose\":\"reset\",\"login\":\"ann\"}"));

    nobody_gets(&d, "/v1/password-reset", "{\"login\":\"ann\","
                "\"code\":\"x\",\"new_password\":\"" NEW_PASSWORD "\"}", 400);
    nobody_gets(&d, "/v1/password-reset",
                body_of("{\"login\":\"bob\",\"code\":\"%s\","
                        "\"new_password\":\"" NEW_PASSWORD "\"}", code), 400);
    nobody_gets(&d, "/v1/password-reset",
                body_of("{\"login\":\"ann\",\"code\":\"%s\","
                        "\"new_password\":\"" NEW_PASSWORD "\"}", code), 204);

    assert_int_equal(token_kind(&d, 1, 1), 0);
    nobody_gets(&d, "/v1/session", LOGIN, 401);
    nobody_gets(&d, "/v1/session", "{\"login\":\"ann\",\"password\":\""
                NEW_PASSWORD "\"}", 201);

    nobody_gets(&d, "/v1/password-reset",
                body_of("{\"login\":\"ann\",\"code\":\"%s\","
                        "\"new_password\":\"" PASSWORD "\"}", code), 400);
    close_desk(&d);
}


/* The operator sets a password; the status. */
static unsigned
passwd(desk_t *d, const char *login)
{
    uint8_t         random[32] = { 1 };
    unsigned        http;
    tkt_reply_t     reply;
    tkt_match_t     match = { .op = &tkt_operation_passwd };
    tkt_request_t   req;
    tkt_command_t  *cmd;

    req = ask_make(d, TKT_METHOD_PUT, "");
    cmd = tkt_app_command(&req, &match, &operator,
                          tkt_str_z(body_of("{\"login\":\"%s\","
                                            "\"new_password\":\""
                                            NEW_PASSWORD "\"}", login)),
                          random, &d->arena, &reply);
    assert_non_null(cmd);
    desk_execute(d, cmd);
    http = tkt_command_reply(cmd)->http;
    tkt_command_free(cmd);

    return http;
}


static void
test_passwd(void **state)
{
    static desk_t  d;

    open_desk(&d);
    nobody_gets(&d, "/v1/session", LOGIN, 201);
    assert_int_equal(passwd(&d, "ann"), 204);

    assert_int_equal(token_kind(&d, 1, 1), 0);
    nobody_gets(&d, "/v1/session", "{\"login\":\"ann\",\"password\":\""
                NEW_PASSWORD "\"}", 201);

    /* nobody enters as one who was erased: a tombstone gets no password */

    assert_int_equal(passwd(&d, "bob"), 404);
    assert_int_equal(desk_run(&d, &operator, TKT_METHOD_POST,
                              "/v1/users/1/erase", "{\"reason\":\"r\"}"),
                     202);
    assert_int_equal(passwd(&d, "erased-1"), 409);
    close_desk(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_register),
        cmocka_unit_test(test_register_refused),
        cmocka_unit_test(test_login),
        cmocka_unit_test(test_one_answer),
        cmocka_unit_test(test_session_ttl),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_rehash),
        cmocka_unit_test(test_change),
        cmocka_unit_test(test_first_password),
        cmocka_unit_test(test_reset),
        cmocka_unit_test(test_passwd),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
