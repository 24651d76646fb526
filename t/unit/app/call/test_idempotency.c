/*
 * Idempotency-Key: what a key may look like, what a replay answers, to whom
 * and for how long, and that answers of days gone by are swept.
 */

#define _GNU_SOURCE

#include "app/ask.h"
#include "app/traffic.h"


#define DAY_MS    (86400 * INT64_C(1000))
#define MIDNIGHT  (DESK_EPOCH_MS / DAY_MS * DAY_MS + DAY_MS)
#define TICKET    "{\"subject\":\"s\",\"description\":\"d\"}"


static const tkt_actor_t  user = { .tenant = 1, .id = 1,
                                   .role = TKT_ROLE_USER };
static const tkt_actor_t  other = { .tenant = 1, .id = 2,
                                    .role = TKT_ROLE_USER };
static const tkt_actor_t  admin = { .tenant = 1, .id = TRAFFIC_ADMIN,
                                    .role = TKT_ROLE_ADMIN };


/* A POST (or what `method` says) with a key, at a time. */
static unsigned
send_at(desk_t *d, ask_t *a, const tkt_actor_t *actor, tkt_method_t method,
    const char *path, const char *key, const char *body, int64_t at)
{
    tkt_request_t  req;

    req = ask_make(d, method, path);
    req.has_idempotency_key = true;
    req.idempotency_key = tkt_str_z(key);
    req.now_ms = at;
    d->now_ms = at;
    ask_request(d, a, actor, &req, body);

    return a->reply.http;
}


static unsigned
post_key(desk_t *d, ask_t *a, const tkt_actor_t *actor, const char *path,
    const char *key, const char *body)
{
    return send_at(d, a, actor, TKT_METHOD_POST, path, key, body,
                   d->now_ms + 1);
}


/* Submits with a key; true if it was replayed. */
static bool
replayed_at(desk_t *d, const char *key, int64_t at)
{
    ask_t  a;
    bool   replayed;

    assert_int_equal(send_at(d, &a, &user, TKT_METHOD_POST, "/v1/tickets",
                             key, TICKET, at), 201);
    replayed = a.reply.replayed;
    ask_done(&a);

    return replayed;
}


static size_t
kept_answers(desk_t *d)
{
    size_t      n;
    tkt_key_t   all;
    tkt_scan_t  scan;

    tkt_key_start(&all);
    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    tkt_scan_open(&scan, d->read, TKT_DB_IDEMPOTENCY, &all, NULL, false);

    for (n = 0; tkt_scan_next(&scan); n++) { /* void */ }

    tkt_scan_close(&scan);
    tkt_txn_reset(d->read);

    return n;
}


/* ---- keys ---- */

static void
test_key_forms(void **state)
{
    size_t         i;
    ask_t          a;
    char           longest[258], longer[259], quoted[260];
    tkt_request_t  req;
    static desk_t  d;

    static const char *const  bad[] = {
        "", "\"\"", "a b", "a\tb", "a\"b", "a\\b", "\"a", "a\"", "\"", "a\x7f",
        "caf\xc3\xa9", "\"a\"\"",
    };

    traffic_open(&d);

    for (i = 0; i < tkt_array_len(bad); i++) {
        if (post_key(&d, &a, &user, "/v1/tickets", bad[i], TICKET) != 400) {
            fail_msg("key %zu was taken", i);
        }

        assert_string_equal(text_at(a.json, "/errors/0/header"),
                            "Idempotency-Key");
        ask_done(&a);
    }

    memset(longest, 'k', 255);
    longest[255] = '\0';
    memset(longer, 'k', 256);
    longer[256] = '\0';
    (void) snprintf(quoted, sizeof(quoted), "\"%s\"", longest);

    assert_int_equal(post_key(&d, &a, &user, "/v1/tickets", longer, TICKET),
                     400);
    ask_done(&a);
    assert_int_equal(post_key(&d, &a, &user, "/v1/tickets", longest, TICKET),
                     201);
    assert_false(a.reply.replayed);
    ask_done(&a);

    /* quoted or bare: the same key */

    assert_int_equal(post_key(&d, &a, &user, "/v1/tickets", quoted, TICKET),
                     201);
    assert_true(a.reply.replayed);
    ask_done(&a);

    /* ticket_require_idempotency_key is about POST */

    req = ask_make(&d, TKT_METHOD_POST, "/v1/tickets");
    req.require_key = true;
    ask_request(&d, &a, &user, &req, TICKET);
    assert_int_equal(a.reply.http, 400);
    assert_string_equal(text_at(a.json, "/errors/0/code"), "required");
    ask_done(&a);

    req = ask_make(&d, TKT_METHOD_PATCH, "/v1/tickets/1");
    req.require_key = true;
    ask_request(&d, &a, &user, &req, "{\"account\":\"a\"}");
    assert_int_equal(a.reply.http, 200);
    ask_done(&a);

    desk_close(&d);
}


/* Two with one digest must not be in flight together. */
static void
test_digests(void **state)
{
    size_t          i, k;
    uint64_t        digests[5];
    uint8_t         random[32] = { 0 };
    static desk_t   d;
    tkt_actor_t     far = user;
    tkt_command_t  *cmd;

    const struct {
        const tkt_actor_t  *actor;
        const char         *key;
    } rows[] = {
        { &user, "k" }, { &user, "l" }, { &other, "k" }, { &far, "k" },
        { &user, "\"k\"" },
    };

    traffic_open(&d);
    far.tenant = 2;

    for (i = 0; i < 5; i++) {
        cmd = desk_command(&d, rows[i].actor, &(tkt_request_t) {
            .method = TKT_METHOD_POST, .path = tkt_str("/v1/tickets"),
            .has_idempotency_key = true,
            .idempotency_key = tkt_str_z(rows[i].key), .now_ms = d.now_ms,
        }, TICKET, random);
        assert_non_null(cmd);
        digests[i] = tkt_command_key_digest(cmd);
        tkt_command_free(cmd);

        for (k = 0; k < i && i < 4; k++) {
            assert_true(digests[i] != digests[k]);
        }
    }

    assert_true(digests[4] == digests[0] && digests[0] != 0);

    cmd = desk_command(&d, &user, &(tkt_request_t) {
        .method = TKT_METHOD_POST, .path = tkt_str("/v1/tickets"),
        .now_ms = d.now_ms,
    }, TICKET, random);
    assert_int_equal(tkt_command_key_digest(cmd), 0);
    tkt_command_free(cmd);

    desk_close(&d);
}


/* ---- replays ---- */

static void
check_same(const ask_t *a, const ask_t *b)
{
    assert_true(b->reply.replayed && !a->reply.replayed);
    assert_int_equal(b->reply.http, a->reply.http);
    assert_int_equal(b->reply.status, TKT_OK);
    assert_true(tkt_str_eq(b->reply.body, a->reply.body));
    assert_true(tkt_str_eq(b->reply.etag, a->reply.etag));
    assert_true(tkt_str_eq(b->reply.location, a->reply.location));
    assert_int_equal(b->reply.localised, a->reply.localised);
    assert_int_equal(b->reply.ticket_id, a->reply.ticket_id);
    assert_int_equal(b->reply.state, a->reply.state);
    assert_int_equal(b->reply.priority, a->reply.priority);
}


/* Of each kind: the first answer again, and nothing is done. */
static void
test_replay(void **state)
{
    size_t         i;
    ask_t          first, again;
    char           key[16];
    uint64_t       txn;
    static char    text[70000];
    static desk_t  d;
    tkt_actor_t    agent = { .tenant = 1, .id = 9, .role = TKT_ROLE_AGENT };

    const struct {
        const tkt_actor_t  *actor;
        tkt_method_t        method;
        const char         *path;
        const char         *body;
    } rows[] = {
        { &user,  TKT_METHOD_POST,  "/v1/tickets", TICKET },
        { &user,  TKT_METHOD_POST,  "/v1/tickets", text },
        { &agent, TKT_METHOD_POST,  "/v1/tickets/1/claim", "" },
        { &user,  TKT_METHOD_POST,  "/v1/tickets/1/messages",
          "{\"body\":\"b\"}" },
        { &user,  TKT_METHOD_PATCH, "/v1/tickets/1", "{\"account\":\"z\"}" },
        { &admin, TKT_METHOD_POST,  "/v1/users", "{\"login\":\"new\"}" },
    };

    /* more than a record holds: the answer is kept in pieces */

    memset(text, 'x', sizeof(text));
    i = (size_t) sprintf(text, "{\"subject\":\"s\",\"description\":\"");
    text[i] = 'x';
    memcpy(text + i + 20000, "\"}", 3);

    traffic_open(&d);

    for (i = 0; i < tkt_array_len(rows); i++) {
        (void) snprintf(key, sizeof(key), "k%zu", i);
        assert_int_equal(send_at(&d, &first, rows[i].actor, rows[i].method,
                                 rows[i].path, key, rows[i].body,
                                 d.now_ms + 1) / 100, 2);
        txn = desk_last_txn(&d);
        (void) send_at(&d, &again, rows[i].actor, rows[i].method,
                       rows[i].path, key, rows[i].body, d.now_ms + 1);
        check_same(&first, &again);
        assert_int_equal(desk_last_txn(&d), txn);
        ask_done(&first);
        ask_done(&again);
    }

    /* a key is its owner's */

    assert_int_equal(post_key(&d, &again, &other, "/v1/tickets", "k0",
                              TICKET), 201);
    assert_false(again.reply.replayed);
    ask_done(&again);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* A token's secret is shown once; its end has no body to show. */
static void
test_replay_token(void **state)
{
    ask_t          a;
    static desk_t  d;

    traffic_open(&d);
    assert_int_equal(post_key(&d, &a, &admin, "/v1/users/1/tokens", "t",
                              "{}"), 201);
    assert_true(strncmp(text_at(a.json, "/token"), "tk", 2) == 0);
    ask_done(&a);

    assert_int_equal(post_key(&d, &a, &admin, "/v1/users/1/tokens", "t",
                              "{}"), 201);
    assert_true(a.reply.replayed);
    assert_string_equal(text_at(a.json, "/token"), "(null)");
    assert_int_equal(number_at(a.json, "/id"), 1);
    ask_done(&a);

    assert_int_equal(send_at(&d, &a, &admin, TKT_METHOD_DELETE,
                             "/v1/users/1/tokens/1", "r", "",
                             d.now_ms + 1), 204);
    ask_done(&a);
    assert_int_equal(send_at(&d, &a, &admin, TKT_METHOD_DELETE,
                             "/v1/users/1/tokens/1", "r", "",
                             d.now_ms + 1), 204);
    assert_true(a.reply.replayed);
    assert_int_equal(a.reply.body.len, 0);
    ask_done(&a);

    desk_close(&d);
}


static void
test_mismatch(void **state)
{
    size_t         i;
    ask_t          a;
    static desk_t  d;

    static const struct {
        const char  *path;
        const char  *body;
    } others[] = {
        { "/v1/tickets", "{\"subject\":\"s\",\"description\":\"e\"}" },
        { "/v1/tickets", TICKET " " },
        { "/v1/tickets/1/urge", "{}" },
    };

    traffic_open(&d);
    assert_false(replayed_at(&d, "k", d.now_ms + 1));

    for (i = 0; i < tkt_array_len(others); i++) {
        assert_int_equal(post_key(&d, &a, &user, others[i].path, "k",
                                  others[i].body), 422);
        assert_int_equal(a.reply.status, TKT_IDEMPOTENCY_MISMATCH);
        ask_done(&a);
    }

    assert_true(replayed_at(&d, "k", d.now_ms + 1));

    desk_close(&d);
}


/* Only what was done is kept: a refusal may be decided anew. */
static void
test_refusals_are_not_kept(void **state)
{
    ask_t          a;
    static desk_t  d;
    tkt_actor_t    agent = { .tenant = 1, .id = 9, .role = TKT_ROLE_AGENT };

    traffic_open(&d);
    assert_false(replayed_at(&d, "k", d.now_ms + 1));
    assert_int_equal(kept_answers(&d), 1);

    assert_int_equal(post_key(&d, &a, &agent, "/v1/tickets/1/assess", "s",
                              "{\"complexity\":1}"), 409);
    ask_done(&a);
    assert_int_equal(kept_answers(&d), 1);

    desk_post(&d, &agent, "/v1/tickets/1/claim", "");
    assert_int_equal(post_key(&d, &a, &agent, "/v1/tickets/1/assess", "s",
                              "{\"complexity\":1}"), 200);
    assert_false(a.reply.replayed);
    ask_done(&a);
    assert_int_equal(kept_answers(&d), 2);

    desk_close(&d);
}


/* ---- time ---- */

static void
test_ttl(void **state)
{
    static desk_t  d;

    traffic_open(&d);

    /* within one day, then to the last millisecond of the 24 hours */

    assert_false(replayed_at(&d, "a", MIDNIGHT + 1000));
    assert_true(replayed_at(&d, "a", MIDNIGHT + 80000000));
    assert_true(replayed_at(&d, "a", MIDNIGHT + 1000 + DAY_MS - 1));
    assert_false(replayed_at(&d, "a", MIDNIGHT + 1000 + DAY_MS));

    /* it counts from its second use now */

    assert_true(replayed_at(&d, "a", MIDNIGHT + 1000 + 2 * DAY_MS - 1));
    assert_false(replayed_at(&d, "a", MIDNIGHT + 1000 + 2 * DAY_MS));

    /* over midnight */

    assert_false(replayed_at(&d, "b", MIDNIGHT + 3 * DAY_MS - 1));
    assert_true(replayed_at(&d, "b", MIDNIGHT + 3 * DAY_MS));
    assert_true(replayed_at(&d, "b", MIDNIGHT + 4 * DAY_MS - 2));
    assert_false(replayed_at(&d, "b", MIDNIGHT + 4 * DAY_MS - 1));

    /* a clock set back does not lose it: the store's time goes on */

    assert_false(replayed_at(&d, "c", MIDNIGHT + 5 * DAY_MS));
    assert_true(replayed_at(&d, "c", MIDNIGHT + 2 * DAY_MS));

    desk_verify_clean(&d);
    desk_close(&d);
}


/* A few pieces at a time, and never one that may still be asked for. */
static void
test_sweep(void **state)
{
    size_t         i, each, old, kept;
    char           key[16];
    static desk_t  d;

    traffic_open(&d);

    for (i = 0; i < 20; i++) {
        (void) snprintf(key, sizeof(key), "old%zu", i);
        assert_false(replayed_at(&d, key, MIDNIGHT + (int64_t) i));
    }

    old = kept_answers(&d);
    each = old / 20;
    assert_int_equal(old, 20 * each);

    /* the next day they are still looked for */

    assert_false(replayed_at(&d, "next", MIDNIGHT + DAY_MS + 10));
    assert_int_equal(kept_answers(&d), old + each);
    assert_true(replayed_at(&d, "old19", MIDNIGHT + DAY_MS + 15));

    for (kept = old + each, i = 0; i < 20; i++) {
        (void) snprintf(key, sizeof(key), "new%zu", i);
        assert_false(replayed_at(&d, key, MIDNIGHT + 2 * DAY_MS
                                          + (int64_t) i));
        kept += each;
        kept -= (old < TKT_IDEMPOTENCY_SWEEP_MAX)
                ? old : TKT_IDEMPOTENCY_SWEEP_MAX;
        old -= (old < TKT_IDEMPOTENCY_SWEEP_MAX)
               ? old : TKT_IDEMPOTENCY_SWEEP_MAX;
        assert_int_equal(kept_answers(&d), kept);
        desk_verify_clean(&d);
    }

    assert_int_equal(old, 0);
    assert_true(replayed_at(&d, "new0", MIDNIGHT + 2 * DAY_MS + 500));

    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_key_forms),
        cmocka_unit_test(test_digests),
        cmocka_unit_test(test_replay),
        cmocka_unit_test(test_replay_token),
        cmocka_unit_test(test_mismatch),
        cmocka_unit_test(test_refusals_are_not_kept),
        cmocka_unit_test(test_ttl),
        cmocka_unit_test(test_sweep),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
