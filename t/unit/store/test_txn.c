/*
 * Transactions: the sticky status, sequences and stamps, batches of any
 * size.
 */

#include "store_fixture.h"


/* ---- status ---- */

static void
first_failure_sticks(void **state)
{
    uint64_t    v;
    fixture_t  *f = *state;
    tkt_txn_t  *txn;
    tkt_str_t   s;

    txn = fixture_begin(f);
    assert_true(tkt_txn_is_write(txn));
    tkt_put(txn, TKT_DB_TICKET, key_of("a"), tkt_str("1"));
    tkt_txn_fail(txn, TKT_CONFLICT);
    tkt_txn_fail(txn, TKT_INTERNAL);
    assert_int_equal(tkt_txn_status(txn), TKT_CONFLICT);

    tkt_put(txn, TKT_DB_TICKET, key_of("b"), tkt_str("1"));
    tkt_append(txn, TKT_DB_TICKET, key_of("b"), tkt_str("1"));
    assert_false(tkt_delete(txn, TKT_DB_TICKET, key_of("a")));
    assert_false(tkt_get(txn, TKT_DB_TICKET, key_of("a"), &s));
    assert_int_equal(tkt_txn_next(txn, TKT_SEQ_TICKET), 0);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 1, 0, 1);
    assert_int_equal(tkt_txn_changes(txn), 1);
    assert_int_equal(tkt_txn_commit(txn), TKT_CONFLICT);

    txn = fixture_begin(f);
    assert_int_equal(tkt_txn_status(txn), TKT_OK);
    assert_int_equal(tkt_txn_changes(txn), 0);
    assert_false(tkt_get(txn, TKT_DB_TICKET, key_of("a"), &s));
    tkt_counter_get(txn, TKT_DB_COUNTER, key_of("a"), 1, &v);
    assert_int_equal(v, 0);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
}


/* ---- sequences and the clock ---- */

static void
sequences_run_from_one(void **state)
{
    int         i, round;
    fixture_t  *f = *state;
    tkt_txn_t  *txn;

    for (round = 0; round < 3; round++) {
        txn = fixture_begin(f);
        assert_int_equal(tkt_txn_last(txn, TKT_SEQ_EVENT), round * 10);

        for (i = 1; i <= 10; i++) {
            assert_int_equal(tkt_txn_next(txn, TKT_SEQ_EVENT),
                             round * 10 + i);
        }

        assert_int_equal(tkt_txn_next(txn, TKT_SEQ_TICKET), round + 1);
        assert_int_equal(tkt_txn_last(txn, TKT_SEQ_EVENT), round * 10 + 10);
        assert_int_equal(tkt_txn_changes(txn), 11);
        assert_int_equal(tkt_txn_commit(txn), TKT_OK);

        /* what an abort took is given again */
        txn = fixture_begin(f);
        assert_int_equal(tkt_txn_next(txn, TKT_SEQ_EVENT), round * 10 + 11);
        tkt_txn_abort(txn);

        txn = fixture_read(f);
        assert_int_equal(tkt_txn_last(txn, TKT_SEQ_EVENT), round * 10 + 10);
        assert_int_equal(tkt_txn_last(txn, TKT_SEQ_TENANT), 0);
        tkt_txn_reset(txn);
    }
}


static void
stamps_never_go_back(void **state)
{
    fixture_t  *f = *state;
    tkt_txn_t  *txn;

    txn = fixture_begin(f);
    assert_int_equal(tkt_txn_clock(txn, 1000), 1000);
    assert_int_equal(tkt_txn_changes(txn), 0);
    assert_int_equal(tkt_txn_stamp(txn, 1000), 1000);
    assert_int_equal(tkt_txn_stamp(txn, 900), 1000);
    assert_int_equal(tkt_txn_stamp(txn, 1000), 1000);
    assert_int_equal(tkt_txn_clock(txn, 999), 1000);
    assert_int_equal(tkt_txn_clock(txn, 5000), 5000);
    assert_int_equal(tkt_txn_stamp(txn, 1001), 1001);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    txn = fixture_read(f);
    assert_int_equal(tkt_txn_clock(txn, 500), 1001);
    assert_int_equal(tkt_txn_clock(txn, 5000), 5000);
    assert_int_equal(tkt_txn_clock(txn, 500), 1001);
    tkt_txn_reset(txn);

    txn = fixture_begin(f);
    assert_int_equal(tkt_txn_stamp(txn, 9000), 9000);
    tkt_txn_abort(txn);
    txn = fixture_begin(f);
    assert_int_equal(tkt_txn_stamp(txn, 1), 1001);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
}


static void
numbers_of_a_later_release_are_carried_along(void **state)
{
    int         i;
    tkt_key_t   record;
    fixture_t  *f = *state;
    tkt_txn_t  *txn;
    tkt_str_t   s;

    tkt_key_start(&record);

    for (i = 0; i < TKT_SEQ_MAX + 3; i++) {
        tkt_key_u64(&record, 100u + (unsigned) i);
    }

    txn = fixture_begin(f);
    tkt_put(txn, TKT_DB_META, key_of("sequences"),
            (tkt_str_t) { record.data, record.len });
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    txn = fixture_begin(f);
    assert_int_equal(tkt_txn_next(txn, TKT_SEQ_TICKET), 102);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    record.data[15] = 102;
    txn = fixture_read(f);
    assert_true(tkt_get(txn, TKT_DB_META, key_of("sequences"), &s));
    assert_int_equal(s.len, record.len);
    assert_memory_equal(s.data, record.data, s.len);
    tkt_txn_reset(txn);

    txn = fixture_begin(f);
    tkt_put(txn, TKT_DB_META, key_of("sequences"), tkt_str("seven b"));
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    txn = fixture_begin(f);
    assert_int_equal(tkt_txn_next(txn, TKT_SEQ_TICKET), 0);
    assert_int_equal(tkt_txn_commit(txn), TKT_INTERNAL);
}


/* ---- batches ---- */

#define SCRIPT_COMMANDS  1800
#define SCRIPT_ROWS      900


/* What a command writes depends on its number and on what it reads. */
static void
script_command(tkt_txn_t *txn, unsigned number, uint64_t *counts)
{
    size_t      i, row;
    uint8_t     value[200];
    uint64_t    seed, ticket, cells[6];
    tkt_key_t   k;

    seed = number + 1;
    memset(value, (int) number, sizeof(value));

    tkt_key_start(&k);
    tkt_key_u64(&k, tkt_txn_next(txn, TKT_SEQ_EVENT));
    tkt_key_u64(&k, (uint64_t) tkt_txn_stamp(txn,
                        (int64_t) (next_random(&seed) % 1000 + number)));
    tkt_append(txn, TKT_DB_EVENT, &k, (tkt_str_t) { value, number % 200 });

    if (number % 3 == 0) {
        ticket = tkt_txn_next(txn, TKT_SEQ_TICKET);
        tkt_key_start(&k);
        tkt_key_u64(&k, ticket);
        tkt_append(txn, TKT_DB_TICKET, &k, (tkt_str_t) { value, 150 });
    }

    for (i = 0; i < 4; i++) {
        row = next_random(&seed) % SCRIPT_ROWS;
        tkt_key_start(&k);
        tkt_key_u32(&k, (uint32_t) row);

        tkt_counter_get(txn, TKT_DB_BY_REQUESTER, &k, 6, cells);
        assert_int_equal(cells[row % 6], counts[row]);

        if (counts[row] == 0) {
            tkt_counter_add(txn, TKT_DB_BY_REQUESTER, &k, 6, row % 6, 1);
            counts[row] = 1;
        } else {
            tkt_counter_add(txn, TKT_DB_BY_REQUESTER, &k, 6, row % 6, -1);
            counts[row] = 0;
        }
    }

    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("hot"), 3, number % 3, 1);

    tkt_key_start(&k);
    tkt_key_u64(&k, next_random(&seed) % 300);

    if (number % 2 == 0) {
        tkt_put(txn, TKT_DB_BY_STATE, &k, tkt_str(""));
    } else {
        (void) tkt_delete(txn, TKT_DB_BY_STATE, &k);
    }

    if (number % 10 == 0) {
        tkt_chunks_put(txn, TKT_DB_MESSAGE, &k, 0,
                       (tkt_str_t) { value, number % 200 });
    }
}


/* Every key and value of every database, one after another. */
static tkt_str_t
dump(fixture_t *f)
{
    size_t       db, len;
    uint8_t     *out;
    tkt_key_t    none;
    tkt_txn_t   *txn;
    tkt_scan_t   scan;

    out = tkt_arena_alloc(&f->arena, 4 * 1024 * 1024);
    assert_non_null(out);

    tkt_key_start(&none);
    txn = fixture_read(f);
    len = 0;

    for (db = 0; db < TKT_DB_MAX; db++) {
        tkt_scan_open(&scan, txn, (tkt_db_t) db, &none, NULL, false);

        while (tkt_scan_next(&scan)) {
            out[len++] = (uint8_t) db;
            out[len++] = (uint8_t) scan.key.len;
            memcpy(out + len, scan.key.data, scan.key.len);
            len += scan.key.len;
            out[len++] = (uint8_t) scan.value.len;

            if (scan.value.len != 0) {
                memcpy(out + len, scan.value.data, scan.value.len);
                len += scan.value.len;
            }

            assert_true(len < 4 * 1024 * 1024 - 2048);
        }

        tkt_scan_close(&scan);
    }

    tkt_txn_reset(txn);

    return (tkt_str_t) { out, len };
}


static void
batches_of_any_size_give_the_same_bytes(void **state)
{
    int         n;
    size_t      i;
    unsigned    number, size;
    uint64_t    counts[SCRIPT_ROWS];
    tkt_str_t   dumps[4];
    fixture_t  *f, *fixtures[4];
    tkt_txn_t  *txn;

    static const unsigned  sizes[4] = { 1, 7, 256, SCRIPT_COMMANDS };

    (void) state;

    for (i = 0; i < tkt_array_len(sizes); i++) {
        assert_int_equal(fixture_setup((void **) &fixtures[i]), 0);
        f = fixtures[i];
        size = sizes[i];
        memset(counts, 0, sizeof(counts));

        for (number = 0; number < SCRIPT_COMMANDS; /* void */ ) {
            txn = fixture_begin(f);

            for (n = 0; n < (int) size && number < SCRIPT_COMMANDS; n++) {
                script_command(txn, number++, counts);
            }

            assert_int_equal(tkt_txn_commit(txn), TKT_OK);
        }

        dumps[i] = dump(f);
        assert_true(dumps[i].len > 100 * 1024);
        assert_int_equal(dumps[i].len, dumps[0].len);
        assert_memory_equal(dumps[i].data, dumps[0].data, dumps[0].len);
    }

    for (i = 0; i < tkt_array_len(sizes); i++) {
        assert_int_equal(fixture_teardown((void **) &fixtures[i]), 0);
    }
}


/* ---- figures ---- */

static void
info_and_stat(void **state)
{
    uint64_t         last;
    fixture_t       *f = *state;
    tkt_txn_t       *txn;
    tkt_env_info_t   info;

    tkt_env_info(f->env, &info);
    last = info.last_txn;
    assert_int_equal(info.map_bytes, FIXTURE_MAP_BYTES);
    assert_int_equal(info.readers_max, TKT_READERS_MAX);
    assert_true(info.readers >= 1);
    assert_true(info.disk_free_bytes > 0);
    assert_true(info.used_bytes > 0 && info.used_bytes < 1024 * 1024);

    txn = fixture_begin(f);
    tkt_put(txn, TKT_DB_TICKET, key_of("a"), tkt_str("1"));
    tkt_put(txn, TKT_DB_TICKET, key_of("b"), tkt_str("2"));
    assert_int_equal(tkt_env_stat(txn, &info), TKT_OK);
    assert_int_equal(info.entries[TKT_DB_TICKET], 2);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    txn = fixture_read(f);
    assert_int_equal(tkt_env_stat(txn, &info), TKT_OK);
    assert_int_equal(info.entries[TKT_DB_TICKET], 2);
    assert_int_equal(info.entries[TKT_DB_META], 1);
    assert_int_equal(info.entries[TKT_DB_EVENT], 0);
    assert_int_equal(info.last_txn, last + 1);
    tkt_txn_reset(txn);
}


/* ---- notes ---- */

static long
note_of(tkt_txn_t *txn, const char *about)
{
    long       n;
    char       text[64];
    tkt_str_t  value;

    if (!tkt_note_find(txn, key_of(about), &value)) {
        return -1;
    }

    assert_true(value.len < sizeof(text));
    memcpy(text, value.data, value.len);
    text[value.len] = '\0';
    n = strtol(text, NULL, 10);

    return n;
}


static void
notes_end_with_the_snapshot(void **state)
{
    fixture_t  *f = *state;
    tkt_txn_t  *txn, *read;

    read = fixture_read(f);
    assert_int_equal(note_of(read, "a"), -1);
    tkt_note_keep(read, key_of("a"), tkt_str("1"));
    tkt_note_keep(read, key_of("b"), tkt_str("2"));
    tkt_note_keep(read, key_of("a"), tkt_str("31"));
    assert_int_equal(note_of(read, "a"), 31);
    assert_int_equal(note_of(read, "b"), 2);
    assert_int_equal(note_of(read, "ab"), -1);
    tkt_note_keep(read, key_of("longer than a note may"),
                  tkt_str("be, together"));
    assert_int_equal(note_of(read, "longer than a note may"), -1);
    tkt_txn_reset(read);

    /* the same snapshot once more */

    read = fixture_read(f);
    assert_int_equal(note_of(read, "a"), 31);
    tkt_txn_reset(read);

    /* who writes sees what changes: nothing of it holds */

    txn = fixture_begin(f);
    tkt_note_keep(txn, key_of("a"), tkt_str("5"));
    assert_int_equal(note_of(txn, "a"), -1);
    tkt_put(txn, TKT_DB_TICKET, key_of("a"), tkt_str("1"));
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    read = fixture_read(f);
    assert_int_equal(note_of(read, "a"), -1);
    assert_int_equal(note_of(read, "b"), -1);
    tkt_note_keep(read, key_of("a"), tkt_str("6"));
    assert_int_equal(note_of(read, "a"), 6);
    tkt_txn_reset(read);
}


/* Without room the older ones go; what is found is always what was kept. */
static void
notes_give_way(void **state)
{
    int         i, found;
    long        n;
    char        name[32], value[32];
    fixture_t  *f = *state;
    tkt_txn_t  *read;

    read = fixture_read(f);

    for (i = 0; i < 4 * TKT_NOTES_MAX; i++) {
        (void) snprintf(name, sizeof(name), "note %d", i);
        (void) snprintf(value, sizeof(value), "%d", i);
        tkt_note_keep(read, key_of(name), tkt_str_z(value));
        assert_int_equal(note_of(read, name), i);
    }

    for (i = 0, found = 0; i < 4 * TKT_NOTES_MAX; i++) {
        (void) snprintf(name, sizeof(name), "note %d", i);
        n = note_of(read, name);
        assert_true(n == i || n == -1);
        found += (n == i);
    }

    assert_true(found > TKT_NOTES_MAX / 2 && found <= TKT_NOTES_MAX);
    tkt_txn_reset(read);
}


int
main(void)
{
#define T(name)                                                               \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

    const struct CMUnitTest  tests[] = {
        T(first_failure_sticks),
        T(sequences_run_from_one),
        T(stamps_never_go_back),
        T(numbers_of_a_later_release_are_carried_along),
        cmocka_unit_test(batches_of_any_size_give_the_same_bytes),
        T(info_and_stat),
        T(notes_end_with_the_snapshot),
        T(notes_give_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
