/*
 * Merges against a sorted array.
 */

#include "store_fixture.h"


#define ENTRIES_MAX   3000
#define SUFFIX_BYTES  9

typedef struct {
    uint8_t  data[SUFFIX_BYTES];
    size_t   len;
    size_t   prefix;
} entry_t;


static int
compare_entries(const void *a, const void *b)
{
    const entry_t  *x = a, *y = b;

    return compare_bytes(x->data, x->len, y->data, y->len);
}


static void
merge_prefix(tkt_key_t *k, size_t number)
{
    tkt_key_start(k);
    tkt_key_u32(k, 7);
    tkt_key_u8(k, (uint8_t) (number * 5));
}


/* Suffixes of different length and no two the same, in up to 51 ranges. */
static size_t
fill_merge(tkt_txn_t *txn, size_t ranges, entry_t *entries, uint64_t *seed)
{
    size_t     i, n;
    tkt_key_t  key;

    for (i = 0; i < ENTRIES_MAX; i++) {
        entries[i].len = next_random(seed) % (SUFFIX_BYTES - 2) + 3;
        entries[i].prefix = next_random(seed) % ranges;
        memset(entries[i].data, 0, SUFFIX_BYTES);
        entries[i].data[entries[i].len - 1]
            = (uint8_t) next_random(seed);
        entries[i].data[1] = (uint8_t) (next_random(seed) % 3);
        entries[i].data[0] = (uint8_t) (0xFF - next_random(seed) % 8);
    }

    qsort(entries, ENTRIES_MAX, sizeof(entries[0]), compare_entries);

    for (n = 1, i = 1; i < ENTRIES_MAX; i++) {
        if (compare_entries(&entries[i], &entries[n - 1]) != 0) {
            entries[n++] = entries[i];
        }
    }

    for (i = 0; i < n; i++) {
        merge_prefix(&key, entries[i].prefix);
        tkt_key_bytes(&key, (tkt_str_t) { entries[i].data, entries[i].len });
        tkt_put(txn, TKT_DB_BY_STATE, &key, tkt_str(""));
    }

    return n;
}


static void
check_merge(fixture_t *f, tkt_txn_t *txn, const entry_t *entries, size_t n,
    size_t ranges, uint64_t subset, const entry_t *from, bool exclusive,
    bool reverse, size_t limit)
{
    int           order;
    size_t        i, at, count, given;
    tkt_key_t     prefixes[64], suffix;
    tkt_str_t     s;
    tkt_merge_t  *merge;

    count = 0;

    for (i = ranges; i-- != 0; /* void */ ) {
        if (subset >> i & 1) {
            merge_prefix(&prefixes[count++], i);
        }
    }

    if (from != NULL) {
        tkt_key_start(&suffix);
        tkt_key_bytes(&suffix, (tkt_str_t) { from->data, from->len });
    }

    merge = tkt_merge_open(txn, TKT_DB_BY_STATE, prefixes, count,
                           from ? &suffix : NULL, exclusive, reverse,
                           &f->arena);
    assert_non_null(merge);
    given = 0;

    for (i = 0; i < n && given < limit; i++) {
        at = reverse ? n - 1 - i : i;

        if ((subset >> entries[at].prefix & 1) == 0) {
            continue;
        }

        if (from != NULL) {
            order = compare_entries(&entries[at], from);

            if ((order == 0) ? exclusive : (order < 0) != reverse) {
                continue;
            }
        }

        assert_true(tkt_merge_next(merge, &s));
        assert_int_equal(s.len, entries[at].len);
        assert_memory_equal(s.data, entries[at].data, s.len);
        given++;
    }

    if (given < limit) {
        assert_false(tkt_merge_next(merge, &s));
        assert_false(tkt_merge_next(merge, &s));
    }

    tkt_merge_close(merge);
    assert_int_equal(tkt_txn_status(txn), TKT_OK);
}


static void
merges_agree_with_a_sorted_array(void **state)
{
    int             i, set;
    size_t          n, ranges;
    entry_t         from;
    uint64_t        seed, r;
    fixture_t      *f = *state;
    tkt_txn_t      *txn;
    static entry_t  entries[ENTRIES_MAX];

    static const size_t  sets[] = { 1, 2, 6, 10, 51 };

    seed = 8;

    for (set = 0; set < (int) tkt_array_len(sets); set++) {
        ranges = sets[set];
        txn = fixture_begin(f);
        n = fill_merge(txn, ranges, entries, &seed);
        check_merge(f, txn, entries, n, ranges, UINT64_MAX >> 13, NULL, false,
                    false, SIZE_MAX);
        tkt_txn_abort(txn);

        txn = fixture_begin(f);
        n = fill_merge(txn, ranges, entries, &seed);
        assert_int_equal(tkt_txn_commit(txn), TKT_OK);
        txn = fixture_read(f);

        for (i = 0; i < 200; i++) {
            r = next_random(&seed);
            from = entries[next_random(&seed) % n];

            if (i % 5 == 0) {
                /* a place between entries */
                from.data[from.len - 1]++;
            }

            check_merge(f, txn, entries, n, ranges, r,
                        (i % 4) ? &from : NULL, i & 1, i & 2,
                        (i % 7) ? 50 : SIZE_MAX);
        }

        tkt_txn_reset(txn);
        txn = fixture_begin(f);

        for (i = 0; i < (int) n; i++) {
            tkt_key_t  key;

            merge_prefix(&key, entries[i].prefix);
            tkt_key_bytes(&key, (tkt_str_t) { entries[i].data,
                                              entries[i].len });
            assert_true(tkt_delete(txn, TKT_DB_BY_STATE, &key));
        }

        assert_int_equal(tkt_txn_commit(txn), TKT_OK);
        tkt_arena_done(&f->arena);
        tkt_arena_init(&f->arena, 4096);
    }
}


static void
merge_limits(void **state)
{
    size_t       i;
    fixture_t   *f = *state;
    tkt_txn_t   *txn;
    tkt_key_t   *prefixes;
    tkt_str_t    s;
    tkt_merge_t *merge;

    prefixes = test_calloc(TKT_MERGE_RANGES_MAX + 1, sizeof(tkt_key_t));
    txn = fixture_begin(f);

    for (i = 0; i <= TKT_MERGE_RANGES_MAX; i++) {
        tkt_key_start(&prefixes[i]);
        tkt_key_u16(&prefixes[i], (uint16_t) i);
        tkt_key_u16(&prefixes[i], (uint16_t) (TKT_MERGE_RANGES_MAX - i));
        tkt_put(txn, TKT_DB_BY_STATE, &prefixes[i], tkt_str(""));
        prefixes[i].len = 2;
    }

    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    txn = fixture_read(f);

    merge = tkt_merge_open(txn, TKT_DB_BY_STATE, prefixes,
                           TKT_MERGE_RANGES_MAX, NULL, false, false,
                           &f->arena);

    for (i = 0; i < TKT_MERGE_RANGES_MAX; i++) {
        assert_true(tkt_merge_next(merge, &s));
        assert_int_equal(s.len, 2);
        assert_int_equal(s.data[0] << 8 | s.data[1], i + 1);
    }

    assert_false(tkt_merge_next(merge, &s));
    tkt_merge_close(merge);

    merge = tkt_merge_open(txn, TKT_DB_BY_STATE, prefixes, 0, NULL, false,
                           false, &f->arena);
    assert_false(tkt_merge_next(merge, &s));
    tkt_merge_close(merge);
    assert_int_equal(tkt_txn_status(txn), TKT_OK);

    merge = tkt_merge_open(txn, TKT_DB_BY_STATE, prefixes,
                           TKT_MERGE_RANGES_MAX + 1, NULL, false, false,
                           &f->arena);
    assert_false(tkt_merge_next(merge, &s));
    tkt_merge_close(merge);
    assert_int_equal(tkt_txn_status(txn), TKT_INTERNAL);
    tkt_txn_reset(txn);

    test_free(prefixes);
}


int
main(void)
{
#define T(name)                                                               \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

    const struct CMUnitTest  tests[] = {
        T(merges_agree_with_a_sorted_array),
        T(merge_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
