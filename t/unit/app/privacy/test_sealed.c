/*
 * Confidential text: kept only as ciphertext, read by few and never unseen,
 * destroyed in time, and of no use out of its place or time.
 */

#define _GNU_SOURCE

#include "app/sealed_desk.h"


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


/* A reason is needed, and the requester reads it. */
static void
test_told(void **state)
{
    ask_t                 a;
    unsigned              id;
    static sealed_desk_t  s;

    sealed_open_desk(&s);
    id = sealed_ticket(&s, CANARY);

    assert_int_equal(sealed_do(&s, as(ANN, AGENT), TKT_METHOD_POST,
                               sealed_path(id, "/reveal"), "{}"), 400);
    assert_int_equal(sealed_reveal(&s, as(ANN, AGENT), id, &a), 200);
    ask_done(&a);

    (void) sealed_ask(&s, &a, as(ALICE, USER), TKT_METHOD_GET,
                      sealed_path(id, "/timeline"), "");
    assert_int_equal(length_at(a.json, "/data"), 3);
    assert_string_equal(text_at(a.json, "/data/0/action"), "reveal");
    assert_string_equal(text_at(a.json, "/data/0/reason"), "to log in");
    assert_int_equal(number_at(a.json, "/data/0/actor/id"), ANN);
    ask_done(&a);

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

    /* nor is one of another operation, which stores no tag, this one */

    assert_int_equal(sealed_do(&s, as(ALICE, USER), TKT_METHOD_POST,
        "/v1/tickets/2/messages", "{\"body\":\"b\"}"), 422);

    /* a retry that comes when the key of its tag is gone is still a retry */

    tkt_keyring_free(s.ring);
    s.ring = sealed_ring(KEY_2);
    assert_int_equal(sealed_ask(&s, &a, as(ALICE, USER), TKT_METHOD_POST,
        "/v1/tickets", "{\"subject\":\"s\",\"description\":\"d\","
        "\"confidential\":\"one\"}"), 201);
    assert_int_equal(number_at(a.json, "/id"), id);
    ask_done(&a);

    tkt_keyring_free(s.ring);
    s.ring = ring;
    (void) sealed_faults(&s, NULL);
    sealed_close_desk(&s);
}


static unsigned
replay_patch(sealed_desk_t *s, unsigned id)
{
    return sealed_do(s, as(ALICE, USER), TKT_METHOD_PATCH,
                     sealed_path(id, ""), "{\"confidential\":\"one\"}");
}


/* When the key of a tag is gone, another operation or path is still another. */
static void
test_replay_elsewhere(void **state)
{
    unsigned              id;
    static sealed_desk_t  s;

    sealed_open_desk(&s);
    s.key = "create-1";
    id = sealed_ticket(&s, "one");
    s.key = NULL;
    (void) sealed_ticket(&s, NULL);

    tkt_keyring_free(s.ring);
    s.ring = sealed_ring(KEY_2);
    s.key = "create-1";
    assert_int_equal(replay_patch(&s, id), 422);

    s.key = "patch-1";
    assert_int_equal(replay_patch(&s, id), 200);
    tkt_keyring_free(s.ring);
    s.ring = sealed_ring("3:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n");
    assert_int_equal(replay_patch(&s, id + 1), 422);
    assert_int_equal(replay_patch(&s, id), 200);

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
    unsigned              one, two;
    static sealed_desk_t  s;
    sealed_entry_t        key_1, key_2, text_1, text_2;

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

    /* missing */

    sealed_put(&s, two, 1, NULL);
    sealed_expect(&s, two, NULL);
    (void) sealed_faults(&s, "and no entry 1 in sealed");

    assert_int_equal(sealed_look(&s, "text one"), 0);
    sealed_close_desk(&s);
}


/* Every byte of both entries. */
static void
test_changed(void **state)
{
    size_t                i;
    uint8_t               field;
    unsigned              id;
    static sealed_desk_t  s;
    sealed_entry_t        good, bad;

    sealed_open_desk(&s);
    id = sealed_ticket(&s, CANARY);

    for (field = 0; field <= 1; field++) {
        good = sealed_get(&s, id, field);

        for (i = 0; i < good.len; i++) {
            bad = good;
            bad.data[i] ^= 1;
            sealed_put(&s, id, field, &bad);
            sealed_expect(&s, id, NULL);
        }

        sealed_put(&s, id, field, &good);
    }

    sealed_expect(&s, id, CANARY);
    (void) sealed_faults(&s, NULL);
    sealed_close_desk(&s);
}


/* Earlier versions, also after there was none in between. */
static void
test_rolled_back(void **state)
{
    unsigned              id;
    static sealed_desk_t  s;
    sealed_entry_t        key, text;

    sealed_open_desk(&s);
    id = sealed_ticket(&s, "text one");
    key = sealed_get(&s, id, 0);
    text = sealed_get(&s, id, 1);

    assert_int_equal(sealed_do(&s, as(ALICE, USER), TKT_METHOD_PATCH,
                               sealed_path(id, ""),
                               "{\"confidential\":\"text two\"}"), 200);
    sealed_put(&s, id, 1, &text);
    sealed_expect(&s, id, NULL);
    sealed_put(&s, id, 0, &key);
    sealed_expect(&s, id, NULL);

    assert_int_equal(sealed_do(&s, as(ALICE, USER), TKT_METHOD_PATCH,
                               sealed_path(id, ""),
                               "{\"confidential\":null}"), 200);
    assert_int_equal(sealed_do(&s, as(ALICE, USER), TKT_METHOD_PATCH,
                               sealed_path(id, ""),
                               "{\"confidential\":\"text three\"}"), 200);
    sealed_expect(&s, id, "text three");
    sealed_put(&s, id, 0, &key);
    sealed_put(&s, id, 1, &text);
    sealed_expect(&s, id, NULL);

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
        cmocka_unit_test(test_told),
        cmocka_unit_test(test_replay),
        cmocka_unit_test(test_replay_elsewhere),
        cmocka_unit_test(test_quota),
        cmocka_unit_test(test_moved),
        cmocka_unit_test(test_changed),
        cmocka_unit_test(test_rolled_back),
        cmocka_unit_test(test_verify),
        cmocka_unit_test(test_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
