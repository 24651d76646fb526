/*
 * The verification sees what is wrong with presence, seats, the index of who
 * is ready, turns, members and grants.
 */

#include "app/acts.h"

#include "app/route/tkt_ready.h"


#define KINDS  TKT_ROUTE_MAX


static void
desk_with_router(desk_t *d)
{
    unsigned  team, type;
    ask_t     a;
    char      path[64], body[128];

    acts_open(d);
    team = act_makes(d, ROOT, "/v1/teams", "{\"name\":\"first\","
                     "\"strategy\":\"least_loaded\"}");
    (void) snprintf(body, sizeof(body), "{\"name\":\"fault\",\"team\":%u}",
                    team);
    type = act_makes(d, ROOT, "/v1/types", body);

    (void) snprintf(path, sizeof(path), "/v1/teams/%u/members/%u", team, ANN);
    act_sends(d, &a, ROOT, TKT_METHOD_PUT, path, "{}", 200);
    ask_done(&a);
    (void) snprintf(path, sizeof(path), "/v1/teams/%u/members/%u", team, ANDY);
    act_sends(d, &a, ROOT, TKT_METHOD_PUT, path, "{}", 200);
    ask_done(&a);

    (void) snprintf(body, sizeof(body), "{\"user\":%u,\"type\":%u}", ANN, type);
    (void) act_makes(d, ROOT, "/v1/grants", body);

    act_sends(d, &a, ANN, TKT_METHOD_PUT, "/v1/me/presence",
              "{\"presence\":\"online\"}", 200);
    ask_done(&a);
    act_sends(d, &a, ALICE, TKT_METHOD_POST, "/v1/tickets",
              "{\"subject\":\"s\",\"description\":\"d\",\"type\":\"fault\"}",
              201);
    ask_done(&a);
    act_sends(d, &a, ANDY, TKT_METHOD_PUT, "/v1/me/presence",
              "{\"presence\":\"away\",\"capacity\":3}", 200);
    ask_done(&a);
}


/* The n-th entry of a database; false behind the last. */
static bool
entry_at(tkt_txn_t *txn, tkt_db_t db, size_t n, tkt_key_t *key,
    tkt_key_t *value)
{
    bool        there;
    tkt_key_t   all;
    tkt_scan_t  scan;

    tkt_key_start(&all);
    tkt_scan_open(&scan, txn, db, &all, NULL, false);

    do {
        there = tkt_scan_next(&scan);
    } while (there && n-- > 0);

    if (there) {
        tkt_key_start(key);
        tkt_key_bytes(key, scan.key);
        tkt_key_start(value);
        tkt_key_bytes(value, scan.value);
    }

    tkt_scan_close(&scan);

    return there;
}


/* Every entry that is lost or cut short is told. */
static void
test_losses(void **state)
{
    int                   i;
    size_t                n, seen[KINDS] = { 0 };
    desk_t               *d = calloc(1, sizeof(desk_t));
    tkt_key_t             key, value;
    tkt_txn_t            *txn;
    static desk_faults_t  faults;

    assert_non_null(d);
    desk_with_router(d);
    desk_verify_clean(d);

    for (n = 0; ; n++) {

        for (i = 0; i < 2; i++) {
            assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);

            if (!entry_at(txn, TKT_DB_ROUTE, n, &key, &value)) {
                tkt_txn_abort(txn);
                goto done;
            }

            seen[key.data[4]]++;

            if (i == 0) {
                assert_true(tkt_delete(txn, TKT_DB_ROUTE, &key));

            } else {
                tkt_put(txn, TKT_DB_ROUTE, &key,
                        (tkt_str_t) { value.data, value.len - 1u });
            }

            desk_verify(txn, &faults);

            if (faults.lines == 0) {
                fail_msg("entry %zu of kind %u is %s, and nobody is told", n,
                         key.data[4], i == 0 ? "lost" : "cut short");
            }

            tkt_txn_abort(txn);
        }
    }

done:

    for (i = TKT_ROUTE_PRESENCE; i < KINDS; i++) {
        assert_true(seen[i] > 0);
    }

    desk_close(d);
    free(d);
}


/* Entries that lead from people to what they have are held against it. */
static void
test_config_entries(void **state)
{
    size_t                n, looked;
    desk_t               *d = calloc(1, sizeof(desk_t));
    tkt_key_t             key, value;
    tkt_txn_t            *txn;
    static desk_faults_t  faults;

    assert_non_null(d);
    desk_with_router(d);

    for (n = looked = 0; ; n++) {
        assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);

        if (!entry_at(txn, TKT_DB_CONFIG, n, &key, &value)) {
            tkt_txn_abort(txn);
            break;
        }

        looked += key.data[4] >= TKT_CONFIG_MEMBER_OF
                  && key.data[4] <= TKT_CONFIG_GRANT_FOR;
        assert_true(tkt_delete(txn, TKT_DB_CONFIG, &key));
        desk_verify(txn, &faults);

        if (faults.lines == 0) {
            fail_msg("config: the loss of a key of kind %#x is not told",
                     key.data[4]);
        }

        tkt_txn_abort(txn);

        /* and one too many */

        assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);
        key.data[key.len - 1] ^= 0x40;
        tkt_put(txn, TKT_DB_CONFIG, &key,
                (tkt_str_t) { value.data, value.len });
        desk_verify(txn, &faults);
        assert_true(faults.lines > 0);
        tkt_txn_abort(txn);
    }

    assert_int_equal(looked, 4);
    desk_close(d);
    free(d);
}


/* A load that the index does not know of, a timer that nobody waits for. */
static void
test_contradictions(void **state)
{
    desk_t               *d = calloc(1, sizeof(desk_t));
    tkt_txn_t            *txn;
    tkt_arena_t           arena;
    tkt_presence_t        p;
    static desk_faults_t  faults;

    assert_non_null(d);
    desk_with_router(d);
    tkt_arena_init(&arena, 1024);

    assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);
    assert_true(tkt_presence_load(txn, 1, ANN, &p));
    p.capacity = 1;
    tkt_presence_save(txn, &p, &arena);
    desk_verify(txn, &faults);
    assert_non_null(strstr(faults.text, "says ready"));
    tkt_txn_abort(txn);

    assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);
    assert_true(tkt_presence_load(txn, 1, ANN, &p));
    p.bound = 0;
    tkt_presence_save(txn, &p, &arena);
    desk_verify(txn, &faults);
    assert_non_null(strstr(faults.text, "whether grants bind him"));
    tkt_txn_abort(txn);

    assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);
    tkt_due_set(txn, d->now_ms + 5, TKT_DUE_RETURN, 1, ANDY);
    tkt_due_set(txn, d->now_ms + 5, TKT_DUE_ROUTE, 1, 1);
    desk_verify(txn, &faults);
    assert_int_equal(faults.lines, 2);
    tkt_txn_abort(txn);

    tkt_arena_done(&arena);
    desk_close(d);
    free(d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_losses),
        cmocka_unit_test(test_config_entries),
        cmocka_unit_test(test_contradictions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
