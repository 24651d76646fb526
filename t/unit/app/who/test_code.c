/*
 * Codes: to whom they go, what bounds guessing, that nobody learns from them
 * who has an account, and that nothing piles up.
 */

#define _GNU_SOURCE

#include "app/accounts.h"

#include "app/who/tkt_codes.h"


#define RESET_OF(login)  "{\"purpose\":\"reset\",\"login\":\"" login "\"}"

static const char  for_ann[] =
    "{\"purpose\":\"register\",\"email\":\"ann@example.com\"}";

static const tkt_actor_t  admin = {
    .tenant = 1, .id = 1, .role = TKT_ROLE_ADMIN, .tenant_name = "main"
};


static void
cool_down(desk_t *d)
{
    d->now_ms += TKT_CODE_COOL_DOWN_S * 1000;
}


static void
test_sent(void **state)
{
    size_t         i;
    ask_t          a;
    tkt_outbox_t   note;
    static desk_t  d;

    desk_open(&d);

    assert_int_equal(nobody_asks(&d, &a, TKT_METHOD_POST, "/v1/codes",
                                 for_ann), 202);
    assert_string_equal(text_at(a.json, "/purpose"), "register");
    assert_null(at(a.json, "/code"));
    ask_done(&a);

    assert_int_equal(outbox(&d, &note), 1);
    assert_true(tkt_str_eq(note.email, tkt_str("ann@example.com")));
    assert_int_equal(note.phone.len, 0);
    assert_int_equal(note.principal, 0);
    assert_int_equal(note.code.len, TKT_CODE_DIGITS);

    for (i = 0; i < note.code.len; i++) {
        assert_true(note.code.data[i] >= '0' && note.code.data[i] <= '9');
    }

    /* the one after takes its place */

    cool_down(&d);
    nobody_gets(&d, "/v1/codes", for_ann, 202);
    assert_int_equal(entries(&d, TKT_DB_CODE), 1);
    assert_int_equal(entries(&d, TKT_DB_OUTBOX), 1);
    close_desk(&d);
}


/* What nobody has is answered like what somebody has, also the second time. */
static void
test_nobody_learns(void **state)
{
    size_t         i, n;
    ask_t          a, b;
    static desk_t  d;
    static const char *const  others[] = {
        RESET_OF("nobody"), RESET_OF("bare"), RESET_OF("unproved"),
        RESET_OF("off"),
        "{\"purpose\":\"reset\",\"login\":\"ann\",\"tenant\":\"nowhere\"}",
    };

    desk_open(&d);
    register_ann(&d);
    desk_post(&d, &operator, "/v1/users", "{\"login\":\"bare\"}");
    desk_post(&d, &operator, "/v1/users",
              "{\"login\":\"unproved\",\"email\":\"u@example.com\"}");
    desk_post(&d, &operator, "/v1/users", "{\"login\":\"off\"}");
    desk_ok(&d, &operator, TKT_METHOD_PATCH, "/v1/users/4",
            "{\"disabled\":true}");

    for (i = 0; i < tkt_array_len(others); i++) {

        /* both in the same millisecond, so that even times are the same */

        cool_down(&d);
        n = entries(&d, TKT_DB_OUTBOX);
        (void) nobody_asks(&d, &b, TKT_METHOD_POST, "/v1/codes", others[i]);
        assert_int_equal(entries(&d, TKT_DB_OUTBOX), n);

        d.now_ms--;
        (void) nobody_asks(&d, &a, TKT_METHOD_POST, "/v1/codes",
                           RESET_OF("ann"));
        assert_int_equal(a.reply.http, 202);
        assert_int_equal(b.reply.http, 202);
        assert_int_equal(a.reply.body.len, b.reply.body.len);
        assert_memory_equal(a.reply.body.data, b.reply.body.data,
                            a.reply.body.len);
        ask_done(&a);
        ask_done(&b);

        (void) nobody_asks(&d, &b, TKT_METHOD_POST, "/v1/codes", others[i]);
        d.now_ms--;
        (void) nobody_asks(&d, &a, TKT_METHOD_POST, "/v1/codes",
                           RESET_OF("ann"));
        assert_int_equal(a.reply.http, 429);
        assert_int_equal(b.reply.http, 429);
        assert_int_equal(a.reply.retry_after_s, TKT_CODE_COOL_DOWN_S);
        assert_int_equal(b.reply.retry_after_s, TKT_CODE_COOL_DOWN_S);
        assert_int_equal(a.reply.body.len, b.reply.body.len);
        assert_memory_equal(a.reply.body.data, b.reply.body.data,
                            a.reply.body.len);
        ask_done(&a);
        ask_done(&b);
    }

    close_desk(&d);
}


static void
test_refused(void **state)
{
    ask_t          a;
    static desk_t  d;
    tkt_site_t     site = { .registration = true };
    tkt_request_t  req;

    desk_open(&d);

    nobody_gets(&d, "/v1/codes", "{\"purpose\":\"register\"}", 400);
    nobody_gets(&d, "/v1/codes", "{\"purpose\":\"register\","
                "\"email\":\"a@b.c\",\"phone\":\"12345\"}", 400);
    nobody_gets(&d, "/v1/codes", "{\"purpose\":\"register\","
                "\"login\":\"ann\"}", 400);
    nobody_gets(&d, "/v1/codes", "{\"purpose\":\"reset\","
                "\"email\":\"a@b.c\"}", 400);
    nobody_gets(&d, "/v1/codes", "{\"purpose\":\"guest\","
                "\"phone\":\"---\"}", 400);

    /* what the location does not offer */

    req = ask_make(&d, TKT_METHOD_POST, "/v1/codes");
    req.site = &site;
    ask_request(&d, &a, &nobody, &req, RESET_OF("ann"));
    assert_int_equal(a.reply.http, 400);
    assert_string_equal(text_at(a.json, "/errors/0/pointer"), "/purpose");
    ask_done(&a);

    assert_int_equal(entries(&d, TKT_DB_CODE), 0);
    close_desk(&d);
}


/* ---- guessing ---- */

/* Registers with a code; the HTTP status. */
static unsigned
try_code(desk_t *d, const char *code)
{
    ask_t     a;
    unsigned  http;

    http = nobody_asks(d, &a, TKT_METHOD_POST, "/v1/accounts",
        body_of("{\"login\":\"ann\",\"password\":\"" PASSWORD "\","
                "\"email\":\"ann@example.com\",\"code\":\"%s\"}", code));
    assert_true(http == 201 || tkt_command_attempt_failed(a.cmd));
    ask_done(&a);

    return http;
}


static void
test_guesses(void **state)
{
    char           code[16], wrong[16];
    unsigned       i;
    static desk_t  d;

    desk_open(&d);

    (void) snprintf(code, sizeof(code), "%s", code_for(&d, for_ann));
    (void) snprintf(wrong, sizeof(wrong), "%s", code);
    wrong[7] = (char) (wrong[7] == '9' ? '0' : wrong[7] + 1);

    for (i = 0; i < TKT_CODE_TRIES_MAX; i++) {
        assert_int_equal(try_code(&d, wrong), 400);
    }

    /* and now the right one is none any more */

    assert_int_equal(try_code(&d, code), 400);

    (void) snprintf(code, sizeof(code), "%s", code_for(&d, for_ann));

    for (i = 0; i < TKT_CODE_TRIES_MAX - 1; i++) {
        assert_int_equal(try_code(&d, wrong), 400);
    }

    assert_int_equal(try_code(&d, code), 201);
    close_desk(&d);
}


static void
test_ends(void **state)
{
    char           code[16];
    static desk_t  d;

    desk_open(&d);

    (void) snprintf(code, sizeof(code), "%s", code_for(&d, for_ann));
    d.now_ms += TKT_CODE_TTL_S * 1000 - 2;
    assert_int_equal(try_code(&d, "00000000"), 400);
    assert_int_equal(try_code(&d, code), 400);

    /* a code is for one purpose */

    (void) snprintf(code, sizeof(code), "%s", code_for(&d,
        "{\"purpose\":\"guest\",\"email\":\"ann@example.com\"}"));
    assert_int_equal(try_code(&d, code), 400);
    close_desk(&d);
}


/* What was sent to an address is worth nothing when it is not his any more. */
static void
test_address_changes(void **state)
{
    char           reset[160];
    static desk_t  d;

    desk_open(&d);
    register_ann(&d);

    (void) snprintf(reset, sizeof(reset), "{\"login\":\"ann\","
                    "\"code\":\"%s\",\"new_password\":\"" NEW_PASSWORD "\"}",
                    code_for(&d, RESET_OF("ann")));
    desk_ok(&d, &operator, TKT_METHOD_PATCH, "/v1/users/1",
            "{\"name\":\"Anna\"}");
    assert_int_equal(entries(&d, TKT_DB_CODE), 1);
    desk_ok(&d, &operator, TKT_METHOD_PATCH, "/v1/users/1",
            "{\"email\":\"new@example.com\"}");
    assert_int_equal(entries(&d, TKT_DB_CODE), 0);
    assert_int_equal(entries(&d, TKT_DB_OUTBOX), 0);

    nobody_gets(&d, "/v1/password-reset", reset, 400);
    nobody_gets(&d, "/v1/session", LOGIN, 201);
    close_desk(&d);
}


/* Codes are as likely high as low, and each digit is any. */
static void
test_digits(void **state)
{
    char           body[128];
    size_t         i, k, ones[TKT_CODE_DIGITS][10] = { { 0 } };
    const char    *code;
    static desk_t  d;

    desk_open(&d);

    for (i = 0; i < 200; i++) {
        (void) snprintf(body, sizeof(body), "{\"purpose\":\"register\","
                        "\"email\":\"a%zu@example.com\"}", i);
        code = code_for(&d, body);

        for (k = 0; k < TKT_CODE_DIGITS; k++) {
            ones[k][code[k] - '0']++;
        }
    }

    /* the source is no random one here, so only that it is not constant */

    for (k = 1; k < TKT_CODE_DIGITS; k++) {
        for (i = 0; i < 10; i++) {
            assert_true(ones[k][i] < 120);
        }
    }

    /* what ended was swept on the way: a code lasts 15 of these minutes */

    assert_true(entries(&d, TKT_DB_OUTBOX) <= 20);
    assert_true(entries(&d, TKT_DB_CODE) <= 60);
    close_desk(&d);
}


/* ---- the outbox ---- */

static void
test_outbox(void **state)
{
    ask_t          a;
    char           target[256];
    static desk_t  d;

    desk_open(&d);
    desk_post(&d, &operator, "/v1/users",
              "{\"login\":\"root\",\"role\":\"admin\"}");

    (void) code_for(&d, "{\"purpose\":\"register\",\"email\":\"a@b.c\"}");
    d.now_ms += TKT_CODE_TTL_S * 1000;
    (void) code_for(&d, "{\"purpose\":\"register\",\"email\":\"b@b.c\"}");
    (void) code_for(&d, "{\"purpose\":\"guest\",\"phone\":\"+1 234\"}");

    /* the first has ended */

    assert_int_equal(ask_get(&d, &a, &admin, "/v1/outbox"), 200);
    assert_int_equal(length_at(a.json, "/data"), 2);
    assert_string_equal(text_at(a.json, "/data/0/email"), "b@b.c");
    assert_string_equal(text_at(a.json, "/data/0/purpose"), "register");
    assert_int_equal(strlen(text_at(a.json, "/data/0/code")),
                     TKT_CODE_DIGITS);
    assert_string_equal(text_at(a.json, "/data/1/phone"), "+1 234");
    assert_false(a.reply.cacheable);
    ask_done(&a);

    assert_int_equal(ask_get(&d, &a, &admin, "/v1/outbox?limit=1"), 200);
    assert_int_equal(length_at(a.json, "/data"), 1);
    assert_true(is_true(a.json, "/page/has_more"));
    (void) snprintf(target, sizeof(target), "/v1/outbox?limit=1&cursor=%s",
                    text_at(a.json, "/page/next"));
    ask_done(&a);

    assert_int_equal(ask_get(&d, &a, &admin, target), 200);
    assert_string_equal(text_at(a.json, "/data/0/purpose"), "guest");
    assert_false(is_true(a.json, "/page/has_more"));
    ask_done(&a);

    /* another tenant has its own */

    assert_int_equal(ask_get(&d, &a, &(tkt_actor_t) { .tenant = 2, .id = 9,
        .role = TKT_ROLE_ADMIN }, "/v1/outbox"), 200);
    assert_int_equal(length_at(a.json, "/data"), 0);
    ask_done(&a);
    close_desk(&d);
}


/* ---- verification ---- */

typedef struct {
    const char  *told;
    void       (*damage)(tkt_txn_t *txn, tkt_arena_t *arena);
} damage_t;


static void
damage_credential_of_nobody(tkt_txn_t *txn, tkt_arena_t *arena)
{
    tkt_credential_t  c = { .version = 1 };

    tkt_credential_save(txn, 1, 77, &c, arena);
}


static void
damage_plain_password(tkt_txn_t *txn, tkt_arena_t *arena)
{
    tkt_credential_t  c = { .version = 1, .password = tkt_lit("plain") };

    tkt_credential_save(txn, 1, 1, &c, arena);
}


static void
damage_code(tkt_txn_t *txn, tkt_arena_t *arena)
{
    uint8_t     digest[32] = { 1 };
    tkt_code_t  code = { .created_at = 2, .expires_at = 1,
                         .digest = { digest, sizeof(digest) } };

    tkt_code_save(txn, 1, digest, &code, arena);
}


static void
damage_code_of_tenant(tkt_txn_t *txn, tkt_arena_t *arena)
{
    uint8_t     digest[32] = { 1 };
    tkt_code_t  code = { .digest = { digest, sizeof(digest) } };

    tkt_code_save(txn, 77, digest, &code, arena);
}


static void
damage_code_alone(tkt_txn_t *txn, tkt_arena_t *arena)
{
    uint8_t     digest[32] = { 1 };
    tkt_code_t  code = { .outbox = 99, .expires_at = UINT64_C(1) << 42,
                         .digest = { digest, sizeof(digest) } };

    tkt_code_save(txn, 1, digest, &code, arena);
}


static void
damage_note(tkt_txn_t *txn, tkt_arena_t *arena)
{
    tkt_outbox_t  note = { .id = 1, .tenant = 1, .code = tkt_lit("1") };

    tkt_outbox_save(txn, &note, arena);
}


static void
damage_note_number(tkt_txn_t *txn, tkt_arena_t *arena)
{
    tkt_outbox_t  note = { .id = 99, .tenant = 1, .principal = 77,
                           .email = tkt_lit("a@b.c") };

    tkt_outbox_save(txn, &note, arena);
}


static const damage_t  damages[] = {
    { "credential 1/77: there is no such principal",
      damage_credential_of_nobody },
    { "credential 1/1: what is kept is no hash", damage_plain_password },
    { "code of tenant 1: the record is not of a code", damage_code },
    { "code of tenant 77: there is no such tenant", damage_code_of_tenant },
    { "code of tenant 1: the record is not of a code", damage_code_alone },
    { "notification 1/1: the record is not of this", damage_note },
    { "notification 1/99: the number was never given", damage_note_number },
    { "notification 1/99: there is no such principal", damage_note_number },
};


static void
test_verify(void **state)
{
    size_t          i;
    tkt_txn_t      *txn;
    static desk_t   d;
    desk_faults_t   faults;

    desk_open(&d);
    register_ann(&d);
    (void) code_for(&d, "{\"purpose\":\"register\",\"email\":\"b@b.c\"}");
    desk_verify_clean(&d);

    for (i = 0; i < tkt_array_len(damages); i++) {
        assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);
        damages[i].damage(txn, &d.arena);
        desk_verify(txn, &faults);
        tkt_txn_abort(txn);

        if (strstr(faults.text, damages[i].told) == NULL) {
            fail_msg("not told: %s; but:\n%s", damages[i].told, faults.text);
        }
    }

    close_desk(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_sent),
        cmocka_unit_test(test_nobody_learns),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_guesses),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_address_changes),
        cmocka_unit_test(test_digits),
        cmocka_unit_test(test_outbox),
        cmocka_unit_test(test_verify),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
