/*
 * Confidential text: kept only as ciphertext, read by few and never unseen,
 * destroyed in time, and of no use out of its place or time.
 */

#define _GNU_SOURCE

#include "sealed_desk.h"

#include "app/tkt_due.h"


#define DAY_MS  (86400 * 1000LL)


/* ---- writing ---- */

static void
test_without_keys(void **state)
{
    unsigned              id;
    static sealed_desk_t  s;
    tkt_keyring_t        *ring;
    tkt_actor_t           alice = as(ALICE, USER);

    sealed_open_desk(&s);
    id = sealed_ticket(&s, CANARY);

    ring = s.ring;
    s.ring = NULL;

    ask_refused(&s.d, &alice, TKT_METHOD_POST, "/v1/tickets",
                "{\"subject\":\"s\",\"description\":\"d\","
                "\"confidential\":\"" CANARY "\"}", 400, "/confidential",
                "unsupported");
    ask_refused(&s.d, &alice, TKT_METHOD_PATCH, sealed_path(id, ""),
                "{\"confidential\":\"" CANARY "\"}", 400, "/confidential",
                "unsupported");

    /* what is there does not open, and can be destroyed */

    sealed_expect(&s, id, NULL);
    assert_int_equal(sealed_do(&s, alice, TKT_METHOD_DELETE,
                               sealed_path(id, "/confidential"), ""), 204);
    assert_int_equal(sealed_entries(&s, TKT_DB_SEALED), 0);
    (void) sealed_faults(&s, NULL);

    s.ring = ring;
    sealed_close_desk(&s);
}


static void
test_nowhere(void **state)
{
    size_t                i;
    ask_t                 a;
    unsigned              id;
    static sealed_desk_t  s;

    static const char *const  paths[] = {
        "", "?include=messages,timeline", "/timeline", "/messages"
    };

    sealed_open_desk(&s);
    s.key = "key-1";
    id = sealed_ticket(&s, CANARY);
    s.key = NULL;

    assert_int_equal(sealed_entries(&s, TKT_DB_SEALED), 2);
    assert_int_equal(sealed_under(&s, 1), 1);
    assert_int_equal(sealed_look(&s, CANARY), 0);
    assert_int_equal(sealed_look(&s, "sealed_version"), 0);

    for (i = 0; i < tkt_array_len(paths); i++) {
        (void) sealed_ask(&s, &a, as(ROOT, ADMIN), TKT_METHOD_GET,
                          sealed_path(id, paths[i]), "");
        assert_int_equal(a.reply.http, 200);
        assert_null(memmem(a.reply.body.data, a.reply.body.len, CANARY,
                           strlen(CANARY)));
        assert_null(memmem(a.reply.body.data, a.reply.body.len,
                           "\"confidential\"", 14));
        ask_done(&a);
    }

    (void) sealed_faults(&s, NULL);
    sealed_close_desk(&s);
}


static void
test_patch(void **state)
{
    ask_t                 a;
    unsigned              id, plain;
    static sealed_desk_t  s;

    sealed_open_desk(&s);
    id = sealed_ticket(&s, "first");
    plain = sealed_ticket(&s, NULL);

    /* the requester and staff replace it, and nobody else */

    assert_int_equal(sealed_do(&s, as(ALICE, USER), TKT_METHOD_PATCH,
                               sealed_path(id, ""),
                               "{\"confidential\":\"second\"}"), 200);
    sealed_expect(&s, id, "second");
    assert_int_equal(sealed_do(&s, as(ANDY, AGENT), TKT_METHOD_PATCH,
                               sealed_path(id, ""),
                               "{\"confidential\":\"third\"}"), 200);
    sealed_expect(&s, id, "third");
    assert_int_equal(sealed_do(&s, as(BOB, USER), TKT_METHOD_PATCH,
                               sealed_path(id, ""),
                               "{\"confidential\":\"x\"}"), 404);
    assert_int_equal(sealed_under(&s, 1), 1);

    /* the change list says that there is some, and not even which version */

    assert_int_equal(sealed_ask(&s, &a, as(ALICE, USER), TKT_METHOD_PATCH,
                                sealed_path(plain, ""),
                                "{\"confidential\":\"" CANARY "\"}"), 200);
    assert_true(is_true(a.json, "/has_confidential"));
    ask_done(&a);
    (void) sealed_ask(&s, &a, as(ALICE, USER), TKT_METHOD_GET,
                      sealed_path(plain, "/timeline"), "");
    assert_true(is_true(a.json, "/data/0/changes/has_confidential/new"));
    assert_null(at(a.json, "/data/0/changes/sealed_version"));
    ask_done(&a);
    assert_int_equal(sealed_look(&s, CANARY), 0);

    /* null destroys: an agent may not, the requester may */

    assert_int_equal(sealed_do(&s, as(ANN, AGENT), TKT_METHOD_PATCH,
                               sealed_path(id, ""),
                               "{\"confidential\":null}"), 403);
    sealed_expect(&s, id, "third");
    assert_int_equal(sealed_ask(&s, &a, as(ALICE, USER), TKT_METHOD_PATCH,
                                sealed_path(id, ""),
                                "{\"confidential\":null}"), 200);
    assert_false(is_true(a.json, "/has_confidential"));
    ask_done(&a);
    assert_int_equal(sealed_do(&s, as(SUE, SUPERVISOR), TKT_METHOD_PATCH,
                               sealed_path(plain, ""),
                               "{\"confidential\":null}"), 200);
    assert_int_equal(sealed_entries(&s, TKT_DB_SEALED), 0);
    assert_int_equal(sealed_under(&s, 1), 0);

    (void) sealed_faults(&s, NULL);
    sealed_close_desk(&s);
}


/* ---- reveal ---- */

static void
test_rights(void **state)
{
    size_t                i;
    ask_t                 a;
    unsigned              id, http;
    static sealed_desk_t  s;

    static const struct {
        unsigned    who;
        tkt_role_t  role;
        unsigned    reveal;
        unsigned    shred;       /* of a text that is not there: 404         */
    } rows[] = {
        { ALICE, TKT_ROLE_USER, 403, 404 },
        { BOB, TKT_ROLE_USER, 404, 404 },
        { ANN, TKT_ROLE_AGENT, 200, 403 },
        { ANDY, TKT_ROLE_AGENT, 403, 403 },
        { SUE, TKT_ROLE_SUPERVISOR, 200, 404 },
        { ROOT, TKT_ROLE_ADMIN, 200, 404 },
        { ROBO, TKT_ROLE_BOT, 403, 403 },
    };

    sealed_open_desk(&s);
    id = sealed_ticket(&s, CANARY);

    for (i = 0; i < tkt_array_len(rows); i++) {
        http = sealed_reveal(&s, desk_actor(1, rows[i].who, rows[i].role), id,
                             &a);
        assert_int_equal(http, rows[i].reveal);

        if (http == 200) {
            assert_string_equal(text_at(a.json, "/confidential"), CANARY);
            assert_int_equal(number_at(a.json, "/ticket"), id);

        } else {
            assert_null(memmem(a.reply.body.data, a.reply.body.len, CANARY,
                               strlen(CANARY)));
        }

        ask_done(&a);
    }

    /* a reason is needed, and the requester reads it */

    assert_int_equal(sealed_do(&s, as(ANN, AGENT), TKT_METHOD_POST,
                               sealed_path(id, "/reveal"), "{}"), 400);
    (void) sealed_ask(&s, &a, as(ALICE, USER), TKT_METHOD_GET,
                      sealed_path(id, "/timeline"), "");
    assert_int_equal(length_at(a.json, "/data"), 5);
    assert_string_equal(text_at(a.json, "/data/2/action"), "reveal");
    assert_string_equal(text_at(a.json, "/data/2/reason"), "to log in");
    assert_int_equal(number_at(a.json, "/data/2/actor/id"), ANN);
    ask_done(&a);

    assert_int_equal(sealed_look(&s, CANARY), 0);

    assert_int_equal(sealed_do(&s, as(ROOT, ADMIN), TKT_METHOD_DELETE,
                               sealed_path(id, "/confidential"), ""), 204);

    for (i = 0; i < tkt_array_len(rows); i++) {
        assert_int_equal(sealed_do(&s, desk_actor(1, rows[i].who,
                                                  rows[i].role),
                                   TKT_METHOD_DELETE,
                                   sealed_path(id, "/confidential"), ""),
                         rows[i].shred);
    }

    assert_int_equal(sealed_reveal(&s, as(ANN, AGENT), id, &a), 404);
    ask_done(&a);

    (void) sealed_faults(&s, NULL);
    sealed_close_desk(&s);
}


/* What is stored to be replayed is the answer without the text. */
static void
test_replay(void **state)
{
    ask_t                 a;
    unsigned              id;
    static sealed_desk_t  s;
    tkt_keyring_t        *ring;

    sealed_open_desk(&s);
    id = sealed_ticket(&s, CANARY);

    s.key = "reveal-1";
    assert_int_equal(sealed_reveal(&s, as(ANN, AGENT), id, &a), 200);
    assert_false(a.reply.replayed);
    assert_string_equal(text_at(a.json, "/confidential"), CANARY);
    ask_done(&a);

    assert_int_equal(sealed_reveal(&s, as(ANN, AGENT), id, &a), 200);
    assert_true(a.reply.replayed);
    assert_string_equal(text_at(a.json, "/confidential"), "(null)");
    assert_int_equal(number_at(a.json, "/ticket"), id);
    ask_done(&a);

    assert_int_equal(sealed_look(&s, CANARY), 0);

    /* the same request is known again after the keys have changed */

    s.key = "create-1";
    id = sealed_ticket(&s, "one");
    ring = s.ring;
    s.ring = sealed_ring(KEY_2 KEY_1);
    assert_int_equal(sealed_ask(&s, &a, as(ALICE, USER), TKT_METHOD_POST,
        "/v1/tickets", "{\"subject\":\"s\",\"description\":\"d\","
        "\"confidential\":\"one\"}"), 201);
    assert_true(a.reply.replayed);
    assert_int_equal(number_at(a.json, "/id"), id);
    ask_done(&a);

    /* and another secret is another request */

    assert_int_equal(sealed_do(&s, as(ALICE, USER), TKT_METHOD_POST,
        "/v1/tickets", "{\"subject\":\"s\",\"description\":\"d\","
        "\"confidential\":\"two\"}"), 422);

    tkt_keyring_free(ring);
    (void) sealed_faults(&s, NULL);
    sealed_close_desk(&s);
}


static void
test_quota(void **state)
{
    size_t                i;
    ask_t                 a;
    unsigned              id;
    int64_t               left;
    static sealed_desk_t  s;

    sealed_open_desk(&s);
    id = sealed_ticket(&s, CANARY);
    s.d.now_ms += 3600000 - s.d.now_ms % 3600000;

    for (i = 0; i < TKT_REVEALS_PER_HOUR_MAX; i++) {
        assert_int_equal(sealed_reveal(&s, as(ANN, AGENT), id, &a), 200);
        ask_done(&a);
    }

    assert_int_equal(sealed_reveal(&s, as(ANN, AGENT), id, &a), 429);
    left = 3600 - s.d.now_ms % 3600000 / 1000;
    assert_in_range(a.reply.retry_after_s, left - 1, left + 1);
    ask_done(&a);

    /* it is each one's own, and of the hour */

    sealed_expect(&s, id, CANARY);
    s.d.now_ms += 3600 * 1000;
    assert_int_equal(sealed_reveal(&s, as(ANN, AGENT), id, &a), 200);
    ask_done(&a);

    sealed_close_desk(&s);
}


/* ---- pasted, swapped, rolled back ---- */

static void
test_moved(void **state)
{
    size_t                i;
    unsigned              one, two;
    static sealed_desk_t  s;
    sealed_entry_t        key_1, key_2, text_1, text_2, bad;

    sealed_open_desk(&s);
    one = sealed_ticket(&s, "text one");
    two = sealed_ticket(&s, "text two");

    key_1 = sealed_get(&s, one, 0);
    key_2 = sealed_get(&s, two, 0);
    text_1 = sealed_get(&s, one, 1);
    text_2 = sealed_get(&s, two, 1);

    /* of another ticket: the text, the key, both */

    sealed_put(&s, one, 1, &text_2);
    sealed_expect(&s, one, NULL);
    (void) sealed_faults(&s, "its confidential text does not open");
    sealed_put(&s, one, 0, &key_2);
    sealed_expect(&s, one, NULL);
    (void) sealed_faults(&s, "its data key does not open");
    sealed_put(&s, one, 1, &text_1);
    sealed_expect(&s, one, NULL);
    sealed_put(&s, one, 0, &key_1);
    sealed_expect(&s, one, "text one");

    /* one in the other's field */

    sealed_put(&s, one, 0, &text_1);
    sealed_expect(&s, one, NULL);
    sealed_put(&s, one, 0, &key_1);
    sealed_put(&s, one, 1, &key_1);
    sealed_expect(&s, one, NULL);
    sealed_put(&s, one, 1, &text_1);

    /* every byte */

    for (i = 0; i < text_1.len; i++) {
        bad = text_1;
        bad.data[i] ^= 1;
        sealed_put(&s, one, 1, &bad);
        sealed_expect(&s, one, NULL);
    }

    sealed_put(&s, one, 1, &text_1);

    for (i = 0; i < key_1.len; i++) {
        bad = key_1;
        bad.data[i] ^= 1;
        sealed_put(&s, one, 0, &bad);
        sealed_expect(&s, one, NULL);
    }

    sealed_put(&s, one, 0, &key_1);
    sealed_expect(&s, one, "text one");

    /* earlier versions, also after there was none in between */

    assert_int_equal(sealed_do(&s, as(ALICE, USER), TKT_METHOD_PATCH,
                               sealed_path(one, ""),
                               "{\"confidential\":\"text three\"}"), 200);
    sealed_put(&s, one, 1, &text_1);
    sealed_expect(&s, one, NULL);
    sealed_put(&s, one, 0, &key_1);
    sealed_expect(&s, one, NULL);

    assert_int_equal(sealed_do(&s, as(ALICE, USER), TKT_METHOD_PATCH,
                               sealed_path(one, ""),
                               "{\"confidential\":null}"), 200);
    assert_int_equal(sealed_do(&s, as(ALICE, USER), TKT_METHOD_PATCH,
                               sealed_path(one, ""),
                               "{\"confidential\":\"text four\"}"), 200);
    sealed_put(&s, one, 0, &key_1);
    sealed_put(&s, one, 1, &text_1);
    sealed_expect(&s, one, NULL);

    /* missing */

    sealed_put(&s, two, 1, NULL);
    sealed_expect(&s, two, NULL);
    (void) sealed_faults(&s, "and no entry 1 in sealed");

    /* none of these got into a ticket's events */

    assert_int_equal(sealed_look(&s, "text one"), 0);
    sealed_close_desk(&s);
}


/* ---- shredding in time ---- */

static void
sealed_end(sealed_desk_t *s, unsigned id)
{
    assert_int_equal(sealed_do(s, as(ALICE, USER), TKT_METHOD_POST,
                               sealed_path(id, "/close"), "{}"), 200);
}


static void
test_timer(void **state)
{
    ask_t                 a;
    int64_t               closed;
    unsigned              id, other;
    static sealed_desk_t  s;

    sealed_open_desk(&s);
    id = sealed_ticket(&s, CANARY);
    other = sealed_ticket(&s, NULL);

    sealed_end(&s, id);
    closed = s.d.now_ms;
    sealed_end(&s, other);
    assert_int_equal(sealed_entries(&s, TKT_DB_DUE), 1);
    (void) sealed_faults(&s, NULL);

    /* a closed ticket takes no other text */

    assert_int_equal(sealed_do(&s, as(ANN, AGENT), TKT_METHOD_PATCH,
                               sealed_path(id, ""),
                               "{\"confidential\":\"more\"}"), 400);

    assert_int_equal(sealed_due(&s, closed + 7 * DAY_MS - 1), 0);

    /* opened again within the time: it is kept */

    assert_int_equal(sealed_do(&s, as(ALICE, USER), TKT_METHOD_POST,
                               sealed_path(id, "/reopen"),
                               "{\"reason\":\"again\"}"), 200);
    assert_int_equal(sealed_entries(&s, TKT_DB_DUE), 0);
    sealed_expect(&s, id, CANARY);

    s.d.now_ms += DAY_MS;
    sealed_end(&s, id);
    closed = s.d.now_ms;
    assert_int_equal(sealed_entries(&s, TKT_DB_DUE), 1);

    s.d.now_ms += 7 * DAY_MS;
    assert_int_equal(sealed_due(&s, closed + 7 * DAY_MS), 1);
    assert_int_equal(sealed_due(&s, closed + 7 * DAY_MS), 0);
    assert_int_equal(sealed_entries(&s, TKT_DB_SEALED), 0);
    assert_int_equal(sealed_entries(&s, TKT_DB_DUE), 0);
    assert_int_equal(sealed_under(&s, 1), 0);

    (void) sealed_ask(&s, &a, as(ALICE, USER), TKT_METHOD_GET,
                      sealed_path(id, "/timeline"), "");
    assert_string_equal(text_at(a.json, "/data/0/action"), "shred");
    assert_true(is_true(a.json, "/data/0/automatic"));
    ask_done(&a);

    (void) sealed_faults(&s, NULL);
    sealed_close_desk(&s);
}


/* Entries that came to nothing, or too early for a tenant that waits. */
static void
test_timer_stale(void **state)
{
    int64_t               closed;
    unsigned              id;
    tkt_txn_t            *txn;
    tkt_arena_t           arena;
    tkt_tenant_t          tenant;
    static sealed_desk_t  s;

    sealed_open_desk(&s);
    id = sealed_ticket(&s, CANARY);
    sealed_end(&s, id);
    closed = s.d.now_ms;

    tkt_arena_init(&arena, 4096);
    assert_int_equal(tkt_txn_begin(s.d.env, &txn, false), TKT_OK);
    assert_true(tkt_tenant_load(txn, 1, &tenant, &arena));
    tenant.shred_grace_s = 30 * 86400;
    tkt_tenant_save(txn, &tenant, &arena);
    tkt_due_set(txn, closed, TKT_DUE_SHRED, 1, id + 1);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    tkt_arena_done(&arena);

    (void) sealed_faults(&s, "due: kind 1 for 1/2");

    s.d.now_ms += 8 * DAY_MS;
    assert_int_equal(sealed_due(&s, s.d.now_ms), 2);
    assert_int_equal(sealed_entries(&s, TKT_DB_DUE), 1);
    assert_int_equal(sealed_entries(&s, TKT_DB_SEALED), 2);
    assert_int_equal(sealed_due(&s, closed + 30 * DAY_MS - 1), 0);
    assert_int_equal(sealed_due(&s, closed + 30 * DAY_MS), 1);
    assert_int_equal(sealed_entries(&s, TKT_DB_SEALED), 0);

    (void) sealed_faults(&s, NULL);
    sealed_close_desk(&s);
}


/* ---- changing keys ---- */

static uint64_t
rewrap(sealed_desk_t *s, tkt_rewrap_t *state, unsigned *batches)
{
    uint8_t  random[32];

    memset(state, 0, sizeof(*state));

    for (*batches = 0; !state->done; (*batches)++) {
        tkt_random(random, sizeof(random));
        assert_int_equal(tkt_app_rewrap(s->d.env, s->ring, state, s->d.now_ms,
                                        random), TKT_OK);
    }

    return state->rewrapped;
}


static void
test_rotate(void **state)
{
    unsigned              i, id, batches;
    uint64_t              count;
    tkt_keyring_t        *old;
    tkt_rewrap_t          rw;
    static sealed_desk_t  s;

    sealed_open_desk(&s);

    for (i = 0, id = 0; i < 150; i++) {
        id = sealed_ticket(&s, CANARY);
    }

    assert_int_equal(sealed_under(&s, 1), 150);

    old = s.ring;
    s.ring = sealed_ring(KEY_1 KEY_2);
    (void) sealed_ticket(&s, CANARY);
    assert_int_equal(sealed_under(&s, 1), 150);
    assert_int_equal(sealed_under(&s, 2), 1);

    /* a process that knows the old key only may read, and not seal */

    tkt_keyring_t *both = s.ring;
    s.ring = old;
    sealed_expect(&s, id, CANARY);
    assert_int_equal(sealed_do(&s, as(ALICE, USER), TKT_METHOD_POST,
        "/v1/tickets", "{\"subject\":\"s\",\"description\":\"d\","
        "\"confidential\":\"x\"}"), 503);
    s.ring = both;

    assert_int_equal(tkt_app_retire(s.d.env, 1, 2, &count), TKT_OK);
    assert_int_equal(count, 150);

    assert_int_equal(rewrap(&s, &rw, &batches), 150);
    assert_int_equal(rw.failed, 0);
    assert_int_equal(batches, 3);
    assert_int_equal(rewrap(&s, &rw, &batches), 0);
    assert_int_equal(sealed_under(&s, 1), 0);
    assert_int_equal(sealed_under(&s, 2), 151);
    (void) sealed_faults(&s, NULL);

    assert_int_equal(tkt_app_retire(s.d.env, 1, 2, &count), TKT_OK);
    assert_int_equal(count, 0);
    assert_int_equal(sealed_entries(&s, TKT_DB_SEALED_BY), 1);

    tkt_keyring_free(s.ring);
    s.ring = sealed_ring(KEY_2);
    sealed_expect(&s, id, CANARY);
    (void) sealed_faults(&s, NULL);

    /* the old one opens nothing any more */

    tkt_keyring_free(s.ring);
    s.ring = old;
    sealed_expect(&s, id, NULL);

    sealed_close_desk(&s);
}


/* What no key opens is left alone, and keeps its master key. */
static void
test_rotate_damaged(void **state)
{
    unsigned              one, two, batches;
    uint64_t              count;
    tkt_rewrap_t          rw;
    sealed_entry_t        e;
    static sealed_desk_t  s;

    sealed_open_desk(&s);
    one = sealed_ticket(&s, CANARY);
    two = sealed_ticket(&s, CANARY);
    e = sealed_get(&s, one, 0);
    e.data[40] ^= 1;
    sealed_put(&s, one, 0, &e);

    tkt_keyring_free(s.ring);
    s.ring = sealed_ring(KEY_1 KEY_2);
    assert_int_equal(rewrap(&s, &rw, &batches), 1);
    assert_int_equal(rw.failed, 1);
    assert_int_equal(tkt_app_retire(s.d.env, 1, 2, &count), TKT_OK);
    assert_int_equal(count, 1);
    sealed_expect(&s, one, NULL);
    sealed_expect(&s, two, CANARY);

    /* counted down all the same when it is destroyed */

    assert_int_equal(sealed_do(&s, as(ALICE, USER), TKT_METHOD_DELETE,
                               sealed_path(one, "/confidential"), ""), 204);
    assert_int_equal(sealed_under(&s, 1), 0);
    (void) sealed_faults(&s, NULL);

    sealed_close_desk(&s);
}


/* A retired key is fenced also when nothing was sealed under the new one. */
static void
test_fence(void **state)
{
    uint64_t              count;
    static sealed_desk_t  s;

    sealed_open_desk(&s);

    assert_int_equal(tkt_app_retire(s.d.env, 1, 2, &count), TKT_OK);
    assert_int_equal(count, 0);
    assert_int_equal(sealed_do(&s, as(ALICE, USER), TKT_METHOD_POST,
        "/v1/tickets", "{\"subject\":\"s\",\"description\":\"d\","
        "\"confidential\":\"x\"}"), 503);
    assert_int_equal(sealed_do(&s, as(ALICE, USER), TKT_METHOD_POST,
        "/v1/tickets", "{\"subject\":\"s\",\"description\":\"d\"}"), 201);
    (void) sealed_faults(&s, NULL);

    sealed_close_desk(&s);
}


/* ---- verification, determinism ---- */

static void
test_verify(void **state)
{
    unsigned              one;
    tkt_key_t             key;
    tkt_txn_t            *txn;
    sealed_entry_t        e;
    static sealed_desk_t  s;

    sealed_open_desk(&s);
    one = sealed_ticket(&s, CANARY);
    (void) sealed_ticket(&s, NULL);
    e = sealed_get(&s, one, 0);

    sealed_put(&s, one + 1, 0, &e);
    (void) sealed_faults(&s, "there is no ticket with confidential text");
    (void) sealed_faults(&s, "sealed_by 1: counts 1 data keys of this "
                         "master key, there are 2");
    sealed_put(&s, one + 1, 0, NULL);

    e.len--;
    sealed_put(&s, one, 0, &e);
    (void) sealed_faults(&s, "that are no envelope");
    e.len++;
    sealed_put(&s, one, 0, &e);

    tkt_key_sealed_by(&key, 1);
    assert_int_equal(tkt_txn_begin(s.d.env, &txn, false), TKT_OK);
    (void) tkt_delete(txn, TKT_DB_SEALED_BY, &key);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    (void) sealed_faults(&s, "does not count master key 1");

    tkt_keyring_free(s.ring);
    s.ring = sealed_ring(KEY_2);
    (void) sealed_faults(&s, "which is not in the key file");

    sealed_close_desk(&s);
}


static void
test_same(void **state)
{
    uint64_t              entries;
    static sealed_desk_t  a, b;

    sealed_open_desk(&a);
    sealed_open_desk(&b);

    (void) sealed_ticket(&a, CANARY);
    (void) sealed_ticket(&b, CANARY);
    sealed_expect(&a, 1, CANARY);
    sealed_expect(&b, 1, CANARY);
    assert_int_equal(desk_compare(&a.d, &b.d, &entries), -1);

    sealed_close_desk(&a);
    sealed_close_desk(&b);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_without_keys),
        cmocka_unit_test(test_nowhere),
        cmocka_unit_test(test_patch),
        cmocka_unit_test(test_rights),
        cmocka_unit_test(test_replay),
        cmocka_unit_test(test_quota),
        cmocka_unit_test(test_moved),
        cmocka_unit_test(test_timer),
        cmocka_unit_test(test_timer_stale),
        cmocka_unit_test(test_rotate),
        cmocka_unit_test(test_rotate_damaged),
        cmocka_unit_test(test_fence),
        cmocka_unit_test(test_verify),
        cmocka_unit_test(test_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
