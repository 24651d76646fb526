/*
 * Scans against a sorted array.
 */

#include "store_fixture.h"


#define KEYS_MAX       1200
#define KEY_MAX_BYTES  6


typedef struct {
    uint8_t  data[KEY_MAX_BYTES];
    size_t   len;
} model_key_t;

typedef struct {
    size_t       count;
    model_key_t  keys[KEYS_MAX];
} model_t;


static int
compare_keys(const void *a, const void *b)
{
    const model_key_t  *x = a, *y = b;

    return compare_bytes(x->data, x->len, y->data, y->len);
}


/* Short keys of few different bytes, the greatest byte among them. */
static void
random_key(model_key_t *k, uint64_t *seed)
{
    size_t                i;
    static const uint8_t  alphabet[] = { 0x00, 0x01, 0x7F, 0xFE, 0xFF };

    k->len = next_random(seed) % KEY_MAX_BYTES + 1;

    for (i = 0; i < k->len; i++) {
        k->data[i] = alphabet[next_random(seed) % sizeof(alphabet)];
    }
}


static void
to_key(tkt_key_t *out, const model_key_t *k)
{
    tkt_key_start(out);
    tkt_key_bytes(out, (tkt_str_t) { k->data, k->len });
}


static void
fill(tkt_txn_t *txn, tkt_db_t db, model_t *m, uint64_t *seed)
{
    size_t     i, n;
    tkt_key_t  key;

    for (i = 0; i < KEYS_MAX; i++) {
        random_key(&m->keys[i], seed);
        to_key(&key, &m->keys[i]);
        tkt_put(txn, db, &key, (tkt_str_t) { key.data, key.len });
    }

    qsort(m->keys, KEYS_MAX, sizeof(m->keys[0]), compare_keys);

    for (n = 1, i = 1; i < KEYS_MAX; i++) {
        if (compare_keys(&m->keys[i], &m->keys[n - 1]) != 0) {
            m->keys[n++] = m->keys[i];
        }
    }

    m->count = n;
}


static bool
in_range(const model_key_t *k, const model_key_t *prefix,
    const model_key_t *from, bool reverse)
{
    int  order;

    if (k->len < prefix->len
        || memcmp(k->data, prefix->data, prefix->len) != 0)
    {
        return false;
    }

    if (from == NULL) {
        return true;
    }

    order = compare_keys(k, from);

    return reverse ? order <= 0 : order >= 0;
}


static size_t
check_scan(tkt_txn_t *txn, tkt_db_t db, const model_t *m,
    const model_key_t *prefix, const model_key_t *from, bool reverse)
{
    size_t      i, at, n;
    tkt_key_t   p, f;
    tkt_scan_t  scan;

    to_key(&p, prefix);

    if (from != NULL) {
        to_key(&f, from);
    }

    tkt_scan_open(&scan, txn, db, &p, from ? &f : NULL, reverse);
    n = 0;

    for (i = 0; i < m->count; i++) {
        at = reverse ? m->count - 1 - i : i;

        if (in_range(&m->keys[at], prefix, from, reverse)) {
            assert_true(tkt_scan_next(&scan));
            assert_int_equal(scan.key.len, m->keys[at].len);
            assert_memory_equal(scan.key.data, m->keys[at].data,
                                scan.key.len);
            assert_true(tkt_str_eq(scan.key, scan.value));
            n++;
        }
    }

    assert_false(tkt_scan_next(&scan));
    assert_false(tkt_scan_next(&scan));
    tkt_scan_close(&scan);
    assert_int_equal(tkt_txn_status(txn), TKT_OK);

    return n;
}


static void
check_many_scans(tkt_txn_t *txn, tkt_db_t db, const model_t *m,
    uint64_t *seed)
{
    int          i;
    size_t       found;
    model_key_t  prefix, from;

    found = 0;

    for (i = 0; i < 600; i++) {
        random_key(&prefix, seed);
        prefix.len = next_random(seed) % 4;
        random_key(&from, seed);

        if (i % 3 == 0 && m->count != 0) {
            from = m->keys[next_random(seed) % m->count];

        } else if (i % 3 == 1) {
            memcpy(from.data, prefix.data, prefix.len);

            if (from.len < prefix.len) {
                from.len = prefix.len;
            }
        }

        found += check_scan(txn, db, m, &prefix, NULL, i & 1);
        found += check_scan(txn, db, m, &prefix, &from, i & 1);
    }

    assert_true(m->count == 0 || found > 600);
}


static void
scans_agree_with_a_sorted_array(void **state)
{
    uint64_t    seed;
    fixture_t  *f = *state;
    tkt_txn_t  *txn;
    model_t     m;

    seed = 5;
    txn = fixture_begin(f);
    fill(txn, TKT_DB_TICKET, &m, &seed);
    check_many_scans(txn, TKT_DB_TICKET, &m, &seed);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    txn = fixture_read(f);
    check_many_scans(txn, TKT_DB_TICKET, &m, &seed);
    tkt_txn_reset(txn);

    /* cursors kept by the reader see the new snapshot */
    txn = fixture_begin(f);
    fill(txn, TKT_DB_EVENT, &m, &seed);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    txn = fixture_read(f);
    check_many_scans(txn, TKT_DB_EVENT, &m, &seed);
    tkt_txn_reset(txn);
}


static void
scans_of_nothing(void **state)
{
    uint64_t    seed;
    fixture_t  *f = *state;
    tkt_txn_t  *txn;
    model_t     m;

    seed = 6;
    m.count = 0;

    txn = fixture_read(f);
    check_many_scans(txn, TKT_DB_TICKET, &m, &seed);
    tkt_txn_reset(txn);
}


static void
failed_transaction_scans_nothing(void **state)
{
    fixture_t    *f = *state;
    tkt_txn_t    *txn;
    tkt_scan_t    scan;
    tkt_str_t     suffix;
    tkt_merge_t  *merge;

    txn = fixture_begin(f);
    tkt_put(txn, TKT_DB_TICKET, key_of("a"), tkt_str("1"));
    tkt_scan_open(&scan, txn, TKT_DB_TICKET, key_of(""), NULL, false);
    tkt_txn_fail(txn, TKT_INTERNAL);
    assert_false(tkt_scan_next(&scan));
    tkt_scan_close(&scan);
    tkt_scan_open(&scan, txn, TKT_DB_TICKET, key_of(""), NULL, false);
    assert_false(tkt_scan_next(&scan));
    tkt_scan_close(&scan);

    merge = tkt_merge_open(txn, TKT_DB_TICKET, key_of("a"), 1, NULL, false,
                           false, &f->arena);
    assert_false(tkt_merge_next(merge, &suffix));
    tkt_merge_close(merge);
    tkt_txn_abort(txn);
}


/* Deletes, puts before and behind, while walking. */
static void
writer_may_change_what_it_walks(void **state)
{
    int          reverse;
    size_t       i, at;
    uint64_t     seed;
    fixture_t   *f = *state;
    tkt_txn_t   *txn;
    tkt_key_t    key, none;
    tkt_scan_t   scan;
    model_t      m;

    seed = 7;
    tkt_key_start(&none);

    for (reverse = 0; reverse < 2; reverse++) {
        txn = fixture_begin(f);
        fill(txn, TKT_DB_TICKET, &m, &seed);
        tkt_scan_open(&scan, txn, TKT_DB_TICKET, &none, NULL, reverse);

        for (i = 0; i < m.count; i++) {
            at = reverse ? m.count - 1 - i : i;

            assert_true(tkt_scan_next(&scan));
            assert_int_equal(scan.key.len, m.keys[at].len);
            assert_memory_equal(scan.key.data, m.keys[at].data,
                                scan.key.len);

            if (i % 3 != 0) {
                to_key(&key, &m.keys[at]);
                assert_true(tkt_delete(txn, TKT_DB_TICKET, &key));
            }

            if (i % 5 == 0) {
                /* behind the walk, so it must not be met */
                to_key(&key, &m.keys[reverse ? m.count - 1 : 0]);
                tkt_put(txn, TKT_DB_TICKET, &key, tkt_str("again"));
            }
        }

        assert_false(tkt_scan_next(&scan));
        tkt_scan_close(&scan);
        tkt_txn_abort(txn);
    }

    /* delete all, in both directions */
    for (reverse = 0; reverse < 2; reverse++) {
        txn = fixture_begin(f);
        fill(txn, TKT_DB_TICKET, &m, &seed);
        tkt_scan_open(&scan, txn, TKT_DB_TICKET, &none, NULL, reverse);

        for (i = 0; tkt_scan_next(&scan); i++) {
            tkt_key_start(&key);
            tkt_key_bytes(&key, scan.key);
            assert_true(tkt_delete(txn, TKT_DB_TICKET, &key));
        }

        tkt_scan_close(&scan);
        assert_int_equal(i, m.count);
        tkt_scan_open(&scan, txn, TKT_DB_TICKET, &none, NULL, reverse);
        assert_false(tkt_scan_next(&scan));
        tkt_scan_close(&scan);
        tkt_txn_abort(txn);
    }
}


#define WALKED_MAX  1000


/* Deletes and puts one key, near the walk or anywhere. */
static void
change_near(tkt_txn_t *txn, bool *there, int at, uint64_t *seed)
{
    int             q;
    tkt_key_t       k;
    static uint8_t  value[1500];

    q = (next_random(seed) % 2) ? (int) (next_random(seed) % WALKED_MAX)
                                : at + (int) (next_random(seed) % 9) - 4;

    if (q < 0 || q >= WALKED_MAX) {
        return;
    }

    tkt_key_start(&k);
    tkt_key_u32(&k, (uint32_t) q);

    if (there[q] && next_random(seed) % 2) {
        assert_true(tkt_delete(txn, TKT_DB_TICKET, &k));
        there[q] = false;

    } else {
        tkt_put(txn, TKT_DB_TICKET, &k,
                (tkt_str_t) { value, next_random(seed) % sizeof(value) });
        there[q] = true;
    }
}


/* Whatever changes, the next step goes to the nearest key ahead. */
static void
writer_may_change_anything_around_its_walk(void **state)
{
    int          round, at, step;
    bool         there[WALKED_MAX];
    uint64_t     seed;
    fixture_t   *f = *state;
    tkt_txn_t   *txn;
    tkt_key_t    none;
    tkt_scan_t   scan;
    tkt_unkey_t  u;

    seed = 9;
    tkt_key_start(&none);

    for (round = 0; round < 20; round++) {
        memset(there, 0, sizeof(there));
        step = (round & 1) ? -1 : 1;
        txn = fixture_begin(f);

        for (at = 0; at < WALKED_MAX; at++) {
            change_near(txn, there, at, &seed);
        }

        tkt_scan_open(&scan, txn, TKT_DB_TICKET, &none, NULL, step < 0);
        at = (step < 0) ? WALKED_MAX : -1;

        for ( ;; ) {
            do {
                at += step;
            } while (at >= 0 && at < WALKED_MAX && !there[at]);

            if (at < 0 || at >= WALKED_MAX) {
                break;
            }

            assert_true(tkt_scan_next(&scan));
            tkt_unkey_start(&u, scan.key);
            assert_int_equal(tkt_unkey_u32(&u), at);

            while (next_random(&seed) % 3 != 0) {
                change_near(txn, there, at, &seed);
            }
        }

        assert_false(tkt_scan_next(&scan));
        tkt_scan_close(&scan);
        assert_int_equal(tkt_txn_status(txn), TKT_OK);
        tkt_txn_abort(txn);
    }
}


int
main(void)
{
#define T(name)                                                               \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

    const struct CMUnitTest  tests[] = {
        T(scans_agree_with_a_sorted_array),
        T(scans_of_nothing),
        T(failed_transaction_scans_nothing),
        T(writer_may_change_what_it_walks),
        T(writer_may_change_anything_around_its_walk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
