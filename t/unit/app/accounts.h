/*
 * What the tests of accounts, codes and guests share: requests of nobody at a
 * location that offers everything, and a look into the outbox.
 */

#ifndef ACCOUNTS_H
#define ACCOUNTS_H


#include "ask.h"

#include "app/rows/tkt_rows.h"


#define PASSWORD      "correct horse battery"
#define NEW_PASSWORD  "staple in a haystack"

static const tkt_site_t  everything = {
    .guest = true, .password_login = true, .registration = true
};

static const tkt_actor_t  nobody = { .role = TKT_ROLE_NONE };

static const tkt_actor_t  operator = {
    .tenant = 1, .role = TKT_ROLE_SYSTEM, .tenant_name = "main"
};


static const tkt_actor_t  ann = {
    .tenant = 1, .id = 1, .role = TKT_ROLE_USER, .by = TKT_BY_TOKEN,
    .login = "ann", .tenant_name = "main"
};

#define LOGIN  "{\"login\":\"ann\",\"password\":\"" PASSWORD "\"}"


/* A request of nobody. */
static inline unsigned
nobody_asks(desk_t *d, ask_t *a, tkt_method_t method, const char *path,
    const char *body)
{
    tkt_request_t  req = ask_make(d, method, path);

    req.site = &everything;
    req.address = tkt_str("192.0.2.7");
    ask_request(d, a, &nobody, &req, body);

    return a->reply.http;
}


static inline void
nobody_gets(desk_t *d, const char *path, const char *body, unsigned http)
{
    ask_t  a;

    if (nobody_asks(d, &a, TKT_METHOD_POST, path, body) != http) {
        fail_msg("%s %s: %u %.*s", path, body, a.reply.http,
                 (int) a.reply.body.len, (const char *) a.reply.body.data);
    }

    ask_done(&a);
}


/* Notifications of tenant 1; the newest is in *note, in the desk's arena. */
static inline size_t
outbox(desk_t *d, tkt_outbox_t *note)
{
    size_t      n;
    tkt_key_t   prefix;
    tkt_scan_t  scan;

    tkt_key_tenant(&prefix, 1);
    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    tkt_scan_open(&scan, d->read, TKT_DB_OUTBOX, &prefix, NULL, false);

    for (n = 0; tkt_scan_next(&scan); n++) {
        assert_true(tkt_record_unpack(&tkt_outbox_schema,
                                      tkt_arena_copy(&d->arena, scan.value),
                                      note));
    }

    tkt_scan_close(&scan);
    tkt_txn_reset(d->read);

    return n;
}


/* Has a code sent and returns it. */
static inline const char *
code_for(desk_t *d, const char *body)
{
    static char   code[TKT_CODE_DIGITS + 1];
    tkt_outbox_t  note;

    d->now_ms += TKT_CODE_COOL_DOWN_S * 1000;
    nobody_gets(d, "/v1/codes", body, 202);
    assert_true(outbox(d, &note) > 0);
    assert_int_equal(note.code.len, TKT_CODE_DIGITS);
    memcpy(code, note.code.data, note.code.len);

    return code;
}


/* Text of a body made with printf. */
static inline const char *
body_of(const char *fmt, const char *a)
{
    static char  text[1024];

    (void) snprintf(text, sizeof(text), fmt, a);

    return text;
}


/* Registers "ann" with PASSWORD and ann@example.com. */
static inline void
register_ann(desk_t *d)
{
    const char  *code;

    code = code_for(d, "{\"purpose\":\"register\","
                       "\"email\":\"ann@example.com\"}");
    nobody_gets(d, "/v1/accounts",
                body_of("{\"login\":\"ann\",\"password\":\"" PASSWORD "\","
                        "\"email\":\"Ann@example.com\",\"name\":\"Ann\","
                        "\"code\":\"%s\"}", code), 201);
}


/* A desk with ann, and its end. */
static inline void
open_desk(desk_t *d)
{
    desk_open(d);
    register_ann(d);
}


static inline void
close_desk(desk_t *d)
{
    desk_verify_clean(d);
    desk_close(d);
}


static inline size_t
entries(desk_t *d, tkt_db_t db)
{
    size_t      n;
    tkt_key_t   all;
    tkt_scan_t  scan;

    tkt_key_start(&all);
    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    tkt_scan_open(&scan, d->read, db, &all, NULL, false);

    for (n = 0; tkt_scan_next(&scan); n++) { /* void */ }

    tkt_scan_close(&scan);
    tkt_txn_reset(d->read);

    return n;
}


/* The kind of a token of ann's; 0 if there is none of this number. */
static inline uint64_t
token_kind(desk_t *d, uint64_t principal, uint32_t number)
{
    bool                there;
    tkt_token_record_t  token;

    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    there = tkt_token_load(d->read, 1, principal, number, &token, NULL);
    tkt_txn_reset(d->read);

    return there ? token.kind : 0;
}


#endif /* ACCOUNTS_H */
