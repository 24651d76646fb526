/*
 * A transaction inside a transaction: kept or undone, everything else as it
 * was; against a plain model of records, counters and sequences.
 */

#include "store_fixture.h"

#include <time.h>


#define MODEL_KEYS    64
#define MODEL_BYTES   40


typedef struct {
    bool      there[MODEL_KEYS];
    uint8_t   value[MODEL_KEYS];
    uint64_t  count[4];
    uint64_t  sequence;
    int64_t   stamp;
} model_t;


static const tkt_key_t *
number_key(unsigned n)
{
    char  text[16];

    (void) snprintf(text, sizeof(text), "key %04u", n);

    return key_of(text);
}


static void
model_put(model_t *m, tkt_txn_t *txn, unsigned n, uint8_t byte)
{
    uint8_t  value[MODEL_BYTES];

    memset(value, byte, sizeof(value));
    tkt_put(txn, TKT_DB_TICKET, number_key(n),
            (tkt_str_t) { value, sizeof(value) });
    m->there[n] = true;
    m->value[n] = byte;
}


static void
model_count(model_t *m, tkt_txn_t *txn, unsigned n, int64_t delta)
{
    char  name[2] = { (char) ('a' + n), '\0' };

    tkt_counter_add(txn, TKT_DB_COUNTER, key_of(name), 2, 1, delta);
    m->count[n] += (uint64_t) delta;
}


static void
model_check(const model_t *m, tkt_txn_t *txn)
{
    char       name[2] = "a";
    unsigned   n;
    uint64_t   v[2];
    tkt_str_t  value;

    for (n = 0; n < MODEL_KEYS; n++) {
        assert_int_equal(tkt_get(txn, TKT_DB_TICKET, number_key(n), &value),
                         m->there[n]);

        if (m->there[n]) {
            assert_int_equal(value.len, MODEL_BYTES);
            assert_int_equal(value.data[MODEL_BYTES - 1], m->value[n]);
        }
    }

    for (n = 0; n < 4; n++) {
        name[0] = (char) ('a' + n);
        tkt_counter_get(txn, TKT_DB_COUNTER, key_of(name), 2, v);
        assert_int_equal(v[1], m->count[n]);
    }

    assert_int_equal(tkt_txn_last(txn, TKT_SEQ_EVENT), m->sequence);
    assert_int_equal(tkt_txn_clock(txn, 0), m->stamp);
    assert_int_equal(tkt_txn_status(txn), TKT_OK);
}


static void
model_step(model_t *m, tkt_txn_t *txn, uint64_t *seed)
{
    unsigned  n = (unsigned) (next_random(seed) % MODEL_KEYS);

    switch (next_random(seed) % 5) {

    case 0:
        assert_int_equal(tkt_delete(txn, TKT_DB_TICKET, number_key(n)),
                         m->there[n]);
        m->there[n] = false;
        break;

    case 1:
        model_count(m, txn, n % 4, m->count[n % 4] > 0 && n % 2 ? -1 : 3);
        break;

    case 2:
        m->sequence++;
        assert_int_equal(tkt_txn_next(txn, TKT_SEQ_EVENT), m->sequence);
        m->stamp++;
        assert_int_equal(tkt_txn_stamp(txn, m->stamp), m->stamp);
        break;

    default:
        model_put(m, txn, n, (uint8_t) next_random(seed));
    }
}


/* Nests kept and undone at random, with work before, inside and after. */
static void
as_the_model_says(void **state)
{
    int         round, nest, step;
    bool        keep;
    uint64_t    changes, seed = 42;
    model_t     m, before;
    fixture_t  *f = *state;
    tkt_txn_t  *txn;

    memset(&m, 0, sizeof(m));

    for (round = 0; round < 60; round++) {

        txn = fixture_begin(f);

        for (nest = 0; nest < 6; nest++) {

            for (step = 0; step < 5; step++) {
                model_step(&m, txn, &seed);
            }

            before = m;
            changes = tkt_txn_changes(txn);
            keep = next_random(&seed) % 2 == 0;

            assert_true(tkt_txn_nest(txn));
            assert_true(tkt_txn_nested(txn));
            model_check(&m, txn);
            assert_int_equal(tkt_txn_changes(txn), changes);

            for (step = 0; step < 12; step++) {
                model_step(&m, txn, &seed);
            }

            model_check(&m, txn);
            assert_int_equal(tkt_txn_nest_end(txn, keep), keep);
            assert_false(tkt_txn_nested(txn));

            if (!keep) {
                m = before;
                assert_int_equal(tkt_txn_changes(txn), changes);
            }

            model_check(&m, txn);
        }

        assert_int_equal(tkt_txn_commit(txn), TKT_OK);
        txn = fixture_read(f);
        model_check(&m, txn);
        tkt_txn_reset(txn);
    }
}


static void
one_level(void **state)
{
    fixture_t  *f = *state;
    tkt_str_t   value;
    tkt_txn_t  *txn;

    txn = fixture_begin(f);
    assert_false(tkt_txn_nested(txn));
    assert_true(tkt_txn_nest(txn));
    assert_false(tkt_txn_nest(txn));
    assert_int_equal(tkt_txn_status(txn), TKT_OK);
    tkt_put(txn, TKT_DB_TICKET, key_of("x"), tkt_str("1"));
    assert_true(tkt_txn_nest_end(txn, true));

    /* an abort ends both */

    assert_true(tkt_txn_nest(txn));
    tkt_txn_abort(txn);

    txn = fixture_begin(f);
    assert_false(tkt_txn_nested(txn));
    assert_false(tkt_get(txn, TKT_DB_TICKET, key_of("x"), &value));
    tkt_txn_fail(txn, TKT_CONFLICT);
    assert_false(tkt_txn_nest(txn));
    assert_int_equal(tkt_txn_commit(txn), TKT_CONFLICT);
}


/* A status stays, also where the nest was to be kept. */
static void
failure_inside(void **state)
{
    fixture_t  *f = *state;
    tkt_str_t   value;
    tkt_txn_t  *txn;

    txn = fixture_begin(f);
    tkt_put(txn, TKT_DB_TICKET, key_of("a"), tkt_str("1"));
    assert_true(tkt_txn_nest(txn));
    tkt_put(txn, TKT_DB_TICKET, key_of("b"), tkt_str("1"));
    tkt_txn_fail(txn, TKT_INTERNAL);
    assert_false(tkt_txn_nest_end(txn, true));
    assert_int_equal(tkt_txn_status(txn), TKT_INTERNAL);
    assert_int_equal(tkt_txn_changes(txn), 1);
    assert_int_equal(tkt_txn_commit(txn), TKT_INTERNAL);

    txn = fixture_begin(f);
    assert_false(tkt_get(txn, TKT_DB_TICKET, key_of("a"), &value));
    tkt_txn_abort(txn);
}


/* A scan that was open before goes on inside, and after it was undone. */
static void
scans_go_on(void **state)
{
    unsigned    n, seen;
    fixture_t  *f = *state;
    tkt_key_t   all;
    tkt_scan_t  scan, inner;
    tkt_txn_t  *txn;
    model_t     m;

    memset(&m, 0, sizeof(m));
    tkt_key_start(&all);
    txn = fixture_begin(f);

    for (n = 0; n < 40; n++) {
        model_put(&m, txn, n, 1);
    }

    tkt_scan_open(&scan, txn, TKT_DB_TICKET, &all, NULL, false);

    for (n = 0; n < 10; n++) {
        assert_true(tkt_scan_next(&scan));
    }

    assert_true(tkt_txn_nest(txn));

    for (n = 5; n < 30; n++) {
        assert_true(tkt_delete(txn, TKT_DB_TICKET, number_key(n)));
    }

    tkt_scan_open(&inner, txn, TKT_DB_TICKET, &all, NULL, false);

    for (seen = 0; tkt_scan_next(&inner); seen++) { /* void */ }

    tkt_scan_close(&inner);
    assert_int_equal(seen, 15);

    assert_true(tkt_scan_next(&scan));
    assert_memory_equal(scan.key.data, "key 0030", 8);
    assert_false(tkt_txn_nest_end(txn, false));

    assert_true(tkt_scan_next(&scan));
    assert_memory_equal(scan.key.data, "key 0031", 8);
    tkt_scan_close(&scan);

    tkt_scan_open(&scan, txn, TKT_DB_TICKET, &all, NULL, false);

    for (seen = 0; tkt_scan_next(&scan); seen++) { /* void */ }

    tkt_scan_close(&scan);
    assert_int_equal(seen, 40);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
}


static int
small_setup(void **state)
{
    return fixture_setup_map(state, (size_t) 2 * 1024 * 1024);
}


/* The map is full inside: nothing is stored, and the next one works. */
static void
map_full_inside(void **state)
{
    char             key[32];
    unsigned         n;
    fixture_t       *f = *state;
    tkt_txn_t       *txn;
    static uint8_t   value[1800];

    txn = fixture_begin(f);
    tkt_put(txn, TKT_DB_TICKET, key_of("a"), tkt_str("1"));
    assert_true(tkt_txn_nest(txn));

    for (n = 0; n < 4000 && tkt_txn_status(txn) == TKT_OK; n++) {
        (void) snprintf(key, sizeof(key), "%08u", n);
        tkt_put(txn, TKT_DB_MESSAGE, key_of(key),
                (tkt_str_t) { value, sizeof(value) });
        tkt_counter_add(txn, TKT_DB_COUNTER, key_of("n"), 1, 0, 1);
    }

    assert_int_equal(tkt_txn_status(txn), TKT_STORAGE_FULL);
    assert_false(tkt_txn_nest_end(txn, true));
    assert_int_equal(tkt_txn_status(txn), TKT_STORAGE_FULL);
    assert_int_equal(tkt_txn_commit(txn), TKT_STORAGE_FULL);

    txn = fixture_begin(f);
    tkt_put(txn, TKT_DB_TICKET, key_of("a"), tkt_str("2"));
    assert_true(tkt_txn_nest(txn));
    tkt_put(txn, TKT_DB_TICKET, key_of("b"), tkt_str("2"));
    assert_true(tkt_txn_nest_end(txn, true));
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    assert_false(tkt_env_failed(f->env));
}


/* Not a check: what one costs, for who wants to use one an operation. */
static void
what_it_costs(void **state)
{
    int               i;
    double            us;
    fixture_t        *f = *state;
    tkt_txn_t        *txn;
    struct timespec   a, b;

    txn = fixture_begin(f);
    (void) clock_gettime(CLOCK_MONOTONIC, &a);

    for (i = 0; i < 1000; i++) {
        assert_true(tkt_txn_nest(txn));
        tkt_counter_add(txn, TKT_DB_COUNTER, key_of("n"), 1, 0, 1);
        tkt_put(txn, TKT_DB_TICKET, number_key((unsigned) i), tkt_str("1"));
        (void) tkt_txn_nest_end(txn, i % 2 == 0);
    }

    (void) clock_gettime(CLOCK_MONOTONIC, &b);
    tkt_txn_abort(txn);

    us = (double) (b.tv_sec - a.tv_sec) * 1e6
         + (double) (b.tv_nsec - a.tv_nsec) / 1e3;
    print_message("# a nest with one put: %.1f us\n", us / 1000);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(as_the_model_says, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(one_level, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(failure_inside, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(scans_go_on, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(map_full_inside, small_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(what_it_costs, fixture_setup,
                                        fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
