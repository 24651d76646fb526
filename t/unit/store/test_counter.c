/*
 * Counter rows against a plain array.
 */

#include "store_fixture.h"

#include "store/tkt_record.h"


static void
add_and_get(void **state)
{
    uint64_t    v[5];
    fixture_t  *f = *state;
    tkt_txn_t  *txn;

    txn = fixture_begin(f);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 4, 1, 5);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 4, 3, 1000);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 4, 1, -2);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 4, 0, 0);
    assert_int_equal(tkt_txn_changes(txn), 3);

    tkt_counter_get(txn, TKT_DB_COUNTER, key_of("a"), 5, v);
    assert_int_equal(v[0], 0);
    assert_int_equal(v[1], 3);
    assert_int_equal(v[2], 0);
    assert_int_equal(v[3], 1000);
    assert_int_equal(v[4], 0);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    txn = fixture_read(f);
    memset(v, 0xFF, sizeof(v));
    tkt_counter_get(txn, TKT_DB_COUNTER, key_of("a"), 2, v);
    assert_int_equal(v[0], 0);
    assert_int_equal(v[1], 3);
    assert_true(v[2] == UINT64_MAX);
    tkt_counter_get(txn, TKT_DB_COUNTER, key_of("none"), 2, v);
    assert_int_equal(v[1], 0);
    tkt_txn_reset(txn);
}


/* Whether a row of this key is stored. */
static bool
stored(fixture_t *f, const char *key)
{
    bool        there;
    tkt_str_t   value;
    tkt_txn_t  *txn = fixture_read(f);

    there = tkt_get(txn, TKT_DB_COUNTER, key_of(key), &value);
    tkt_txn_reset(txn);

    return there;
}


/* Zeros stay, what is dropped does not, and it may begin anew. */
static void
dropped_rows_were_never(void **state)
{
    uint64_t    v;
    fixture_t  *f = *state;
    tkt_txn_t  *txn;

    txn = fixture_begin(f);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 1, 0, 1);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 1, 0, -1);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("b"), 1, 0, 1);
    tkt_counter_drop(txn, TKT_DB_COUNTER, key_of("b"));
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("c"), 1, 0, 7);
    tkt_counter_drop(txn, TKT_DB_COUNTER, key_of("c"));
    tkt_counter_get(txn, TKT_DB_COUNTER, key_of("c"), 1, &v);
    assert_int_equal(v, 0);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("c"), 1, 0, 2);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("d"), 1, 0, 1);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    assert_true(stored(f, "a"));
    assert_false(stored(f, "b"));
    assert_true(stored(f, "c"));
    assert_true(stored(f, "d"));

    /* also one that was written before */

    txn = fixture_begin(f);
    tkt_counter_drop(txn, TKT_DB_COUNTER, key_of("c"));
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("d"), 1, 0, -1);
    tkt_counter_drop(txn, TKT_DB_COUNTER, key_of("d"));
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    assert_false(stored(f, "c"));
    assert_false(stored(f, "d"));
}


static void
aborted_counts_are_gone(void **state)
{
    uint64_t    v;
    fixture_t  *f = *state;
    tkt_txn_t  *txn;

    txn = fixture_begin(f);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 1, 0, 7);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    txn = fixture_begin(f);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 1, 0, 90);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("b"), 1, 0, 90);
    tkt_txn_abort(txn);

    txn = fixture_begin(f);
    tkt_counter_get(txn, TKT_DB_COUNTER, key_of("a"), 1, &v);
    assert_int_equal(v, 7);
    tkt_counter_get(txn, TKT_DB_COUNTER, key_of("b"), 1, &v);
    assert_int_equal(v, 0);

    /* a failed transaction is an aborted one */
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 1, 0, 90);
    tkt_txn_fail(txn, TKT_CONFLICT);
    assert_int_equal(tkt_txn_commit(txn), TKT_CONFLICT);

    txn = fixture_read(f);
    tkt_counter_get(txn, TKT_DB_COUNTER, key_of("a"), 1, &v);
    assert_int_equal(v, 7);
    tkt_txn_reset(txn);
}


static void
below_zero_fails(void **state)
{
    fixture_t  *f = *state;
    tkt_txn_t  *txn;

    txn = fixture_begin(f);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 1, 0, 2);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 1, 0, -2);
    assert_int_equal(tkt_txn_status(txn), TKT_OK);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 1, 0, -1);
    assert_int_equal(tkt_txn_commit(txn), TKT_INTERNAL);

    txn = fixture_begin(f);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 1, 0, INT64_MAX);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 1, 0, INT64_MAX);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 1, 0, 1);
    assert_int_equal(tkt_txn_status(txn), TKT_OK);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 1, 0, INT64_MIN);
    assert_int_equal(tkt_txn_status(txn), TKT_OK);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 1, 0, INT64_MIN);
    assert_int_equal(tkt_txn_commit(txn), TKT_INTERNAL);

    txn = fixture_begin(f);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 1, 0, INT64_MAX);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 1, 0, INT64_MAX);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 1, 0, 2);
    assert_int_equal(tkt_txn_commit(txn), TKT_INTERNAL);
}


static void
cells_grow_and_are_kept(void **state)
{
    uint64_t    v[TKT_COUNTER_CELLS_MAX];
    fixture_t  *f = *state;
    tkt_txn_t  *txn;

    txn = fixture_begin(f);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 2, 1, 1);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), TKT_COUNTER_CELLS_MAX,
                    TKT_COUNTER_CELLS_MAX - 1, INT64_MAX);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 2, 1, 1);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    txn = fixture_begin(f);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 2, 0, 9);
    tkt_counter_get(txn, TKT_DB_COUNTER, key_of("a"), TKT_COUNTER_CELLS_MAX,
                    v);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    txn = fixture_read(f);
    tkt_counter_get(txn, TKT_DB_COUNTER, key_of("a"), TKT_COUNTER_CELLS_MAX,
                    v);
    assert_int_equal(v[0], 9);
    assert_int_equal(v[1], 2);
    assert_int_equal(v[2], 0);
    assert_true(v[TKT_COUNTER_CELLS_MAX - 1] == INT64_MAX);
    tkt_txn_reset(txn);
}


static void
row_of_zeros_is_kept_empty(void **state)
{
    fixture_t  *f = *state;
    tkt_txn_t  *txn;
    tkt_str_t   row;

    txn = fixture_begin(f);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 3, 2, 1);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 3, 2, -1);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    txn = fixture_read(f);
    assert_true(tkt_get(txn, TKT_DB_COUNTER, key_of("a"), &row));
    assert_int_equal(row.len, 0);
    tkt_txn_reset(txn);
}


static void
damaged_row_fails(void **state)
{
    uint64_t    v;
    uint8_t     many[TKT_COUNTER_CELLS_MAX + 1];
    fixture_t  *f = *state;
    tkt_txn_t  *txn;

    memset(many, 1, sizeof(many));

    txn = fixture_begin(f);
    tkt_put(txn, TKT_DB_COUNTER, key_of("a"), tkt_str("\x05\x80"));
    tkt_put(txn, TKT_DB_COUNTER, key_of("b"),
            (tkt_str_t) { many, sizeof(many) });
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    txn = fixture_read(f);
    tkt_counter_get(txn, TKT_DB_COUNTER, key_of("a"), 1, &v);
    assert_int_equal(v, 0);
    assert_int_equal(tkt_txn_status(txn), TKT_INTERNAL);
    tkt_txn_reset(txn);

    txn = fixture_begin(f);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("b"), 1, 0, 1);
    assert_int_equal(tkt_txn_commit(txn), TKT_INTERNAL);
}


/* Many rows, so that some are written before the commit. */
static void
changes_are_counted_once(void **state)
{
    unsigned    i;
    fixture_t  *f = *state;
    tkt_key_t   key;
    tkt_txn_t  *txn;

    txn = fixture_begin(f);

    for (i = 0; i < 3000; i++) {
        tkt_key_start(&key);
        tkt_key_u32(&key, i);
        tkt_counter_add(txn, TKT_DB_COUNTER, &key, 2, 1, 1);
    }

    assert_int_equal(tkt_txn_changes(txn), 3000);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
}


/* Two keys of one hash (32-bit FNV-1a of database and key) stay apart. */
static void
keys_of_one_hash(void **state)
{
    uint64_t    a, b;
    fixture_t  *f = *state;
    tkt_key_t   x, y;
    tkt_txn_t  *txn;

    tkt_key_start(&x);
    tkt_key_u32(&x, 134769);
    tkt_key_start(&y);
    tkt_key_u32(&y, 135110);

    txn = fixture_begin(f);
    tkt_counter_add(txn, TKT_DB_COUNTER, &x, 1, 0, 3);
    tkt_counter_add(txn, TKT_DB_COUNTER, &y, 1, 0, 4);
    tkt_counter_get(txn, TKT_DB_COUNTER, &x, 1, &a);
    tkt_counter_get(txn, TKT_DB_COUNTER, &y, 1, &b);
    assert_int_equal(a, 3);
    assert_int_equal(b, 4);
    tkt_txn_abort(txn);
}


#define MODEL_ROWS   1500
#define MODEL_CELLS  40


/* More rows than a transaction keeps, of unequal size, over many commits. */
static void
agrees_with_a_plain_array(void **state)
{
    int               round, i;
    size_t            row, cell, cells;
    uint64_t          seed, v[MODEL_CELLS];
    fixture_t        *f = *state;
    tkt_key_t         key;
    tkt_txn_t        *txn;
    static uint64_t   model[MODEL_ROWS][MODEL_CELLS];
    static uint64_t   saved[MODEL_ROWS][MODEL_CELLS];

    seed = 4;
    memset(model, 0, sizeof(model));

    for (round = 0; round < 20; round++) {
        txn = fixture_begin(f);
        memcpy(saved, model, sizeof(model));

        for (i = 0; i < 3000; i++) {
            row = next_random(&seed) % MODEL_ROWS;
            cells = row % MODEL_CELLS + 1;
            cell = next_random(&seed) % cells;

            tkt_key_start(&key);
            tkt_key_u64(&key, row);
            tkt_key_bytes(&key, (tkt_str_t) { key.data, row % 8 });

            if (i % 3 == 0 && model[row][cell] > 0) {
                tkt_counter_add(txn, TKT_DB_COUNTER, &key, cells, cell, -1);
                model[row][cell]--;

            } else {
                tkt_counter_add(txn, TKT_DB_COUNTER, &key, cells, cell,
                                (int64_t) row);
                model[row][cell] += row;
            }

            if (i % 10 == 0) {
                tkt_counter_get(txn, TKT_DB_COUNTER, &key, cells, v);
                assert_memory_equal(v, model[row], cells * sizeof(v[0]));
            }
        }

        if (round % 4 == 3) {
            tkt_txn_abort(txn);
            memcpy(model, saved, sizeof(model));
        } else {
            assert_int_equal(tkt_txn_commit(txn), TKT_OK);
        }
    }

    txn = fixture_read(f);

    for (row = 0; row < MODEL_ROWS; row++) {
        cells = row % MODEL_CELLS + 1;
        tkt_key_start(&key);
        tkt_key_u64(&key, row);
        tkt_key_bytes(&key, (tkt_str_t) { key.data, row % 8 });
        tkt_counter_get(txn, TKT_DB_COUNTER, &key, cells, v);
        assert_memory_equal(v, model[row], cells * sizeof(v[0]));
    }

    tkt_txn_reset(txn);
}


int
main(void)
{
#define T(name)                                                               \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

    const struct CMUnitTest  tests[] = {
        T(add_and_get),
        T(dropped_rows_were_never),
        T(aborted_counts_are_gone),
        T(below_zero_fails),
        T(cells_grow_and_are_kept),
        T(row_of_zeros_is_kept_empty),
        T(damaged_row_fails),
        T(changes_are_counted_once),
        T(keys_of_one_hash),
        T(agrees_with_a_plain_array),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
