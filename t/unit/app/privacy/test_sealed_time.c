/*
 * Confidential text as time goes by: destroyed when its ticket has been closed
 * for some days, and kept while master keys come and go.
 */

#define _GNU_SOURCE

#include "app/sealed_desk.h"

#include "app/call/tkt_due.h"
#include "app/privacy/tkt_audit.h"


#define DAY_MS  (86400 * 1000LL)


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
    tkt_tenant_t          before, tenant;
    static sealed_desk_t  s;

    sealed_open_desk(&s);
    id = sealed_ticket(&s, CANARY);
    sealed_end(&s, id);
    closed = s.d.now_ms;

    tkt_arena_init(&arena, 4096);
    assert_int_equal(tkt_txn_begin(s.d.env, &txn, false), TKT_OK);
    assert_true(tkt_tenant_load(txn, 1, &before, &arena));
    tenant = before;
    tenant.shred_grace_s = 30 * 86400;
    tkt_tenant_save(txn, &before, &tenant, &arena);
    tkt_due_set(txn, closed, TKT_DUE_SHRED, 1, id + 1);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    tkt_arena_done(&arena);

    (void) sealed_faults(&s, "due: kind 1 for 1/2");

    /* one at another time is as good, none is a fault */

    assert_int_equal(tkt_txn_begin(s.d.env, &txn, false), TKT_OK);
    tkt_due_clear(txn, closed + 7 * DAY_MS, TKT_DUE_SHRED, 1, id);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    (void) sealed_faults(&s, "and no timer will destroy its");
    assert_int_equal(tkt_txn_begin(s.d.env, &txn, false), TKT_OK);
    tkt_due_set(txn, closed + 7 * DAY_MS, TKT_DUE_SHRED, 1, id);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    assert_int_equal(sealed_faults(&s, "due: kind 1 for 1/2"), 1);

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


/* The newest entry of the platform's audit log is of this key. */
/* What stays due, because it fails, keeps nothing behind it from its turn. */
static void
test_turns(void **state)
{
    size_t                i, n;
    uint8_t               random[32 * 2] = { 3 };
    uint64_t              at, seen;
    tkt_key_t             after;
    tkt_txn_t            *txn;
    tkt_command_t        *commands[2];
    const tkt_job_t      *job;
    static sealed_desk_t  s;

    sealed_open_desk(&s);
    assert_int_equal(tkt_txn_begin(s.d.env, &txn, false), TKT_OK);

    for (at = 1; at <= 5; at++) {
        tkt_due_set(txn, (int64_t) at, TKT_DUE_SHRED, 1, at);
    }

    tkt_due_set(txn, s.d.now_ms + 1, TKT_DUE_SHRED, 1, 6);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    assert_int_equal(tkt_txn_renew(s.d.read), TKT_OK);
    tkt_key_start(&after);

    for (seen = 0, at = 0; at < 3; at++) {
        n = tkt_app_due(s.d.read, s.d.now_ms, random, s.ring, commands, 2,
                        &after);
        assert_int_equal(n, at < 2 ? 2 : 1);
        assert_int_equal(after.len == 0, at == 2);

        for (i = 0; i < n; i++) {
            job = commands[i]->input;
            seen = seen * 10 + job->id;
            tkt_command_free(commands[i]);
        }
    }

    assert_int_equal(seen, 12345);
    tkt_txn_reset(s.d.read);
    sealed_close_desk(&s);
}


static void
logged(sealed_desk_t *s, tkt_audit_act_t act, uint64_t id)
{
    tkt_audit_t  e;

    assert_int_equal(tkt_txn_renew(s->d.read), TKT_OK);
    assert_true(tkt_audit_load(s->d.read, 1, tkt_audit_last(s->d.read, 1), &e,
                               NULL));
    assert_int_equal(e.object, TKT_OBJECT_KEY);
    assert_int_equal(e.object_id, id);
    assert_int_equal(e.act, act);
    tkt_txn_reset(s->d.read);
}


static void
test_rotate(void **state)
{
    ask_t                 a;
    unsigned              i, id, batches;
    uint64_t              count;
    tkt_keyring_t        *old, *both;
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

    both = s.ring;
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
    logged(&s, TKT_AUDIT_CHANGE, 2);
    assert_int_equal(rewrap(&s, &rw, &batches), 0);
    assert_int_equal(sealed_under(&s, 1), 0);
    assert_int_equal(sealed_under(&s, 2), 151);
    (void) sealed_faults(&s, NULL);

    assert_int_equal(tkt_app_retire(s.d.env, 1, 2, &count), TKT_OK);
    assert_int_equal(count, 0);
    logged(&s, TKT_AUDIT_DELETE, 1);
    assert_int_equal(sealed_entries(&s, TKT_DB_SEALED_BY), 1);

    tkt_keyring_free(s.ring);
    s.ring = sealed_ring(KEY_2);
    sealed_expect(&s, id, CANARY);
    (void) sealed_faults(&s, NULL);

    /* the old one opens nothing any more */

    tkt_keyring_free(s.ring);
    s.ring = old;
    assert_int_equal(sealed_reveal(&s, as(SUE, SUPERVISOR), id, &a), 503);
    ask_done(&a);

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


/* A process that has not yet the keys in use says so. */
static void
test_behind(void **state)
{
    ask_t                 a;
    unsigned              id;
    tkt_keyring_t        *old;
    static sealed_desk_t  s;

    sealed_open_desk(&s);
    old = s.ring;
    s.ring = sealed_ring(KEY_2 KEY_1);
    id = sealed_ticket(&s, CANARY);
    tkt_keyring_free(s.ring);
    s.ring = old;

    assert_int_equal(sealed_reveal(&s, as(ANN, AGENT), id, &a), 503);
    assert_true(a.reply.retry_after_s > 0);
    ask_done(&a);
    sealed_close_desk(&s);
}


/* Another key of the same id: nothing is sealed that is lost afterwards. */
static void
test_foreign(void **state)
{
    ask_t                 a;
    unsigned              id, plain;
    tkt_rewrap_t          rw = { .done = false };
    static sealed_desk_t  s;
    tkt_keyring_t        *right, *wrong;
    static const uint8_t  random[32] = { 5 };

    static const char  told[] = "the key file's key 1 is not the one this "
                                "store was sealed with";

    sealed_open_desk(&s);
    id = sealed_ticket(&s, CANARY);
    plain = sealed_ticket(&s, NULL);
    right = s.ring;
    wrong = sealed_ring("1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n");
    s.ring = wrong;

    assert_int_equal(sealed_ask(&s, &a, as(ALICE, USER), TKT_METHOD_POST,
        "/v1/tickets", "{\"subject\":\"s\",\"description\":\"d\","
        "\"confidential\":\"x\"}"), 500);
    assert_string_equal(text_at(a.json, "/detail"), told);
    ask_done(&a);
    assert_int_equal(sealed_do(&s, as(ALICE, USER), TKT_METHOD_PATCH,
                               sealed_path(plain, ""),
                               "{\"confidential\":\"x\"}"), 500);
    assert_int_equal(sealed_reveal(&s, as(SUE, SUPERVISOR), id, &a), 500);
    assert_string_equal(text_at(a.json, "/detail"), told);
    ask_done(&a);

    (void) sealed_faults(&s, told);
    assert_int_equal(sealed_entries(&s, TKT_DB_SEALED), 2);

    /* what has no secret in it goes on */

    assert_int_equal(sealed_do(&s, as(ALICE, USER), TKT_METHOD_PATCH,
                               sealed_path(plain, ""),
                               "{\"subject\":\"t\"}"), 200);

    /* nor is anything wrapped anew under it */

    assert_int_equal(tkt_app_rewrap(s.d.env, s.ring, &rw, s.d.now_ms, random),
                     TKT_OK);
    assert_true(rw.done);
    assert_int_equal(rw.foreign, 1);
    assert_int_equal(rw.rewrapped + rw.failed, 0);

    s.ring = right;
    sealed_expect(&s, id, CANARY);
    assert_int_equal(sealed_do(&s, as(ALICE, USER), TKT_METHOD_PATCH,
                               sealed_path(plain, ""),
                               "{\"confidential\":\"x\"}"), 200);
    sealed_expect(&s, plain, "x");
    (void) sealed_faults(&s, NULL);

    /* the mark stays when there is no text any more */

    assert_int_equal(sealed_do(&s, as(ALICE, USER), TKT_METHOD_DELETE,
                               sealed_path(id, "/confidential"), ""), 204);
    assert_int_equal(sealed_do(&s, as(ALICE, USER), TKT_METHOD_DELETE,
                               sealed_path(plain, "/confidential"), ""), 204);
    s.ring = wrong;
    assert_int_equal(sealed_do(&s, as(ALICE, USER), TKT_METHOD_PATCH,
                               sealed_path(plain, ""),
                               "{\"confidential\":\"x\"}"), 500);
    tkt_keyring_free(right);
    sealed_close_desk(&s);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_timer),
        cmocka_unit_test(test_timer_stale),
        cmocka_unit_test(test_turns),
        cmocka_unit_test(test_rotate),
        cmocka_unit_test(test_rotate_damaged),
        cmocka_unit_test(test_fence),
        cmocka_unit_test(test_behind),
        cmocka_unit_test(test_foreign),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
