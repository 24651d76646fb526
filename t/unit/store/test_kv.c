/*
 * Gets, puts, deletes and chunks, at their limits.
 */

#include "store_fixture.h"


static void
put_get_delete(void **state)
{
    fixture_t  *f = *state;
    tkt_txn_t  *txn;
    tkt_str_t   v;

    txn = fixture_begin(f);

    assert_false(tkt_get(txn, TKT_DB_TICKET, key_of("a"), &v));
    assert_int_equal(v.len, 0);
    assert_false(tkt_delete(txn, TKT_DB_TICKET, key_of("a")));
    assert_int_equal(tkt_txn_changes(txn), 0);
    assert_int_equal(tkt_txn_status(txn), TKT_OK);

    tkt_put(txn, TKT_DB_TICKET, key_of("a"), tkt_str("one"));
    tkt_put(txn, TKT_DB_TICKET, key_of("b"), tkt_str(""));
    assert_int_equal(tkt_txn_changes(txn), 2);

    assert_true(tkt_get(txn, TKT_DB_TICKET, key_of("a"), &v));
    assert_str_is(v, "one");
    assert_false(tkt_get(txn, TKT_DB_EVENT, key_of("a"), &v));

    tkt_put(txn, TKT_DB_TICKET, key_of("a"), tkt_str("two!"));
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    txn = fixture_read(f);
    assert_false(tkt_txn_is_write(txn));
    assert_true(tkt_get(txn, TKT_DB_TICKET, key_of("a"), &v));
    assert_str_is(v, "two!");
    assert_true(tkt_get(txn, TKT_DB_TICKET, key_of("b"), &v));
    assert_int_equal(v.len, 0);
    tkt_txn_reset(txn);

    txn = fixture_begin(f);
    assert_true(tkt_delete(txn, TKT_DB_TICKET, key_of("a")));
    assert_false(tkt_get(txn, TKT_DB_TICKET, key_of("a"), &v));
    tkt_txn_abort(txn);

    txn = fixture_begin(f);
    assert_true(tkt_get(txn, TKT_DB_TICKET, key_of("a"), &v));
    assert_true(tkt_delete(txn, TKT_DB_TICKET, key_of("a")));
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    txn = fixture_read(f);
    assert_false(tkt_get(txn, TKT_DB_TICKET, key_of("a"), &v));
    tkt_txn_reset(txn);
}


static void
reader_cannot_write(void **state)
{
    fixture_t  *f = *state;
    tkt_txn_t  *txn;

    txn = fixture_read(f);
    tkt_put(txn, TKT_DB_TICKET, key_of("a"), tkt_str("x"));
    assert_int_equal(tkt_txn_status(txn), TKT_INTERNAL);
    tkt_txn_reset(txn);

    txn = fixture_read(f);
    assert_int_equal(tkt_txn_status(txn), TKT_OK);
    assert_false(tkt_delete(txn, TKT_DB_TICKET, key_of("a")));
    assert_int_equal(tkt_txn_status(txn), TKT_INTERNAL);
    tkt_txn_reset(txn);

    txn = fixture_read(f);
    tkt_counter_add(txn, TKT_DB_COUNTER, key_of("a"), 1, 0, 1);
    assert_int_equal(tkt_txn_status(txn), TKT_INTERNAL);
    tkt_txn_reset(txn);

    txn = fixture_read(f);
    assert_int_equal(tkt_txn_next(txn, TKT_SEQ_EVENT), 0);
    assert_int_equal(tkt_txn_status(txn), TKT_INTERNAL);
    tkt_txn_reset(txn);
}


static void
append_anywhere(void **state)
{
    char         text[16];
    int          i;
    size_t       n;
    uint64_t     seed;
    fixture_t   *f = *state;
    tkt_txn_t   *txn;
    tkt_key_t    none;
    tkt_str_t    v;
    tkt_scan_t   scan;

    txn = fixture_begin(f);
    seed = 3;

    for (i = 0; i < 2000; i++) {
        (void) snprintf(text, sizeof(text), "%05u",
                        (unsigned) (next_random(&seed) % 1000));
        tkt_append(txn, TKT_DB_EVENT, key_of(text), tkt_str_z(text));
        assert_true(tkt_get(txn, TKT_DB_EVENT, key_of(text), &v));
        assert_str_is(v, text);
    }

    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    txn = fixture_read(f);
    tkt_key_start(&none);
    tkt_scan_open(&scan, txn, TKT_DB_EVENT, &none, NULL, false);
    text[0] = '\0';

    for (n = 0; tkt_scan_next(&scan); n++) {
        assert_true(memcmp(scan.key.data, text, 5) > 0);
        memcpy(text, scan.key.data, 5);
        assert_true(tkt_str_eq(scan.key, scan.value));
    }

    tkt_scan_close(&scan);
    tkt_txn_reset(txn);

    assert_in_range(n, 700, 1000);
}


static void
value_lengths(void **state)
{
    size_t      i;
    uint8_t     bytes[TKT_RECORD_MAX_BYTES + 1];
    fixture_t  *f = *state;
    tkt_txn_t  *txn;
    tkt_key_t   k;
    tkt_str_t   v;

    /* 2,026 bytes under a key of 4 stay in their page, 2,027 do not */
    static const size_t  lengths[] = {
        0, 1, TKT_VALUE_INLINE_MAX_BYTES, 2025, 2026, 2027, 2028, 4079, 4080,
        4081, TKT_RECORD_MAX_BYTES
    };

    for (i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t) (i * 31);
    }

    txn = fixture_begin(f);

    for (i = 0; i < tkt_array_len(lengths); i++) {
        tkt_key_start(&k);
        tkt_key_u32(&k, (uint32_t) i);
        tkt_put(txn, TKT_DB_TICKET, &k, (tkt_str_t) { bytes, lengths[i] });
    }

    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    txn = fixture_read(f);

    for (i = 0; i < tkt_array_len(lengths); i++) {
        tkt_key_start(&k);
        tkt_key_u32(&k, (uint32_t) i);
        assert_true(tkt_get(txn, TKT_DB_TICKET, &k, &v));
        assert_int_equal(v.len, lengths[i]);
        assert_memory_equal(v.data, bytes, v.len);
    }

    tkt_txn_reset(txn);

    txn = fixture_begin(f);
    tkt_put(txn, TKT_DB_TICKET, key_of("long"),
            (tkt_str_t) { bytes, sizeof(bytes) });
    assert_int_equal(tkt_txn_status(txn), TKT_INTERNAL);
    assert_int_equal(tkt_txn_commit(txn), TKT_INTERNAL);
}


static void
key_lengths(void **state)
{
    uint8_t     bytes[TKT_KEY_MAX_BYTES + 1];
    fixture_t  *f = *state;
    tkt_txn_t  *txn;
    tkt_key_t   longest, over, none;
    tkt_str_t   v;

    memset(bytes, 'k', sizeof(bytes));
    tkt_key_start(&longest);
    tkt_key_bytes(&longest, (tkt_str_t) { bytes, TKT_KEY_MAX_BYTES });
    tkt_key_start(&over);
    tkt_key_bytes(&over, (tkt_str_t) { bytes, sizeof(bytes) });
    tkt_key_start(&none);

    txn = fixture_begin(f);
    tkt_put(txn, TKT_DB_LOGIN, &longest, tkt_str("v"));
    assert_int_equal(tkt_txn_status(txn), TKT_OK);

    /* no such key can exist, which is no failure when it is looked for */
    assert_false(tkt_get(txn, TKT_DB_LOGIN, &over, &v));
    assert_false(tkt_delete(txn, TKT_DB_LOGIN, &over));
    assert_false(tkt_get(txn, TKT_DB_LOGIN, &none, &v));
    assert_int_equal(tkt_txn_status(txn), TKT_OK);

    tkt_put(txn, TKT_DB_LOGIN, &over, tkt_str("v"));
    assert_int_equal(tkt_txn_status(txn), TKT_INTERNAL);
    tkt_txn_abort(txn);

    txn = fixture_begin(f);
    tkt_put(txn, TKT_DB_LOGIN, &none, tkt_str("v"));
    assert_int_equal(tkt_txn_status(txn), TKT_INTERNAL);
    tkt_txn_abort(txn);

    txn = fixture_begin(f);
    tkt_put(txn, TKT_DB_LOGIN, &longest, tkt_str("v"));
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    txn = fixture_read(f);
    assert_true(tkt_get(txn, TKT_DB_LOGIN, &longest, &v));
    tkt_txn_reset(txn);
}


static size_t
count_keys(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *prefix)
{
    size_t      n;
    tkt_scan_t  scan;

    tkt_scan_open(&scan, txn, db, prefix, NULL, false);

    for (n = 0; tkt_scan_next(&scan); n++) {
        assert_in_range(scan.value.len, 0, TKT_CHUNK_MAX_BYTES);
    }

    tkt_scan_close(&scan);

    return n;
}


#define CHUNKED_MAX_BYTES  ((size_t) TKT_CHUNKS_MAX * TKT_CHUNK_MAX_BYTES)


static void
chunks_at_every_limit(void **state)
{
    size_t      i, len;
    uint8_t    *bytes;
    fixture_t  *f = *state;
    tkt_txn_t  *txn;
    tkt_key_t   other;
    tkt_str_t   v;

    /* growing and shrinking, so that pieces are left over to be removed */
    static const size_t  lengths[] = {
        1, TKT_CHUNK_MAX_BYTES - 1, TKT_CHUNK_MAX_BYTES,
        TKT_CHUNK_MAX_BYTES + 1, CHUNKED_MAX_BYTES, 2 * TKT_CHUNK_MAX_BYTES,
        CHUNKED_MAX_BYTES - 1, 3, 0
    };

    bytes = test_malloc(CHUNKED_MAX_BYTES + 1);

    for (i = 0; i <= CHUNKED_MAX_BYTES; i++) {
        bytes[i] = (uint8_t) (i * 7 + i / 1900);
    }

    tkt_key_start(&other);
    tkt_key_bytes(&other, tkt_str("kez"));

    txn = fixture_begin(f);
    tkt_chunks_put(txn, TKT_DB_MESSAGE, &other, 0, tkt_str("neighbour"));

    for (i = 0; i < tkt_array_len(lengths); i++) {
        len = lengths[i];
        tkt_chunks_put(txn, TKT_DB_MESSAGE, key_of("key"), 0,
                       (tkt_str_t) { bytes, len });
        assert_int_equal(tkt_txn_commit(txn), TKT_OK);

        txn = fixture_read(f);
        assert_int_equal(tkt_chunks_get(txn, TKT_DB_MESSAGE, key_of("key"),
                                        0, &f->arena, &v), len != 0);
        assert_int_equal(v.len, len);
        assert_true(len == 0 || memcmp(v.data, bytes, len) == 0);
        assert_int_equal(count_keys(txn, TKT_DB_MESSAGE, key_of("key")),
                         (len + TKT_CHUNK_MAX_BYTES - 1)
                         / TKT_CHUNK_MAX_BYTES);
        assert_true(tkt_chunks_get(txn, TKT_DB_MESSAGE, &other, 0, &f->arena,
                                   &v));
        assert_str_is(v, "neighbour");
        tkt_txn_reset(txn);

        txn = fixture_begin(f);
    }

    tkt_chunks_put(txn, TKT_DB_MESSAGE, key_of("key"), 0,
                   (tkt_str_t) { bytes, CHUNKED_MAX_BYTES + 1 });
    assert_int_equal(tkt_txn_commit(txn), TKT_INTERNAL);

    test_free(bytes);
}


static void
chunks_from_a_piece_on(void **state)
{
    fixture_t  *f = *state;
    tkt_txn_t  *txn;
    tkt_key_t   piece;
    tkt_str_t   v;

    txn = fixture_begin(f);
    tkt_key_start(&piece);
    tkt_key_bytes(&piece, tkt_str("key"));
    tkt_key_u16(&piece, 0);
    tkt_put(txn, TKT_DB_MESSAGE, &piece, tkt_str("head"));

    tkt_chunks_put(txn, TKT_DB_MESSAGE, key_of("key"), 1, tkt_str("rest"));
    assert_true(tkt_chunks_get(txn, TKT_DB_MESSAGE, key_of("key"), 1,
                               &f->arena, &v));
    assert_str_is(v, "rest");

    tkt_chunks_delete(txn, TKT_DB_MESSAGE, key_of("key"), 1);
    assert_false(tkt_chunks_get(txn, TKT_DB_MESSAGE, key_of("key"), 1,
                                &f->arena, &v));
    assert_true(tkt_get(txn, TKT_DB_MESSAGE, &piece, &v));
    assert_str_is(v, "head");

    /* the last number there is */
    tkt_chunks_put(txn, TKT_DB_MESSAGE, key_of("end"), UINT16_MAX - 1,
                   tkt_str("x"));
    assert_true(tkt_chunks_get(txn, TKT_DB_MESSAGE, key_of("end"),
                               UINT16_MAX - 1, &f->arena, &v));
    assert_int_equal(tkt_txn_status(txn), TKT_OK);
    tkt_chunks_put(txn, TKT_DB_MESSAGE, key_of("end"), UINT16_MAX,
                   tkt_str("x"));
    assert_int_equal(tkt_txn_status(txn), TKT_INTERNAL);
    tkt_txn_abort(txn);
}


static void
chunks_with_a_gap_are_damage(void **state)
{
    fixture_t  *f = *state;
    tkt_txn_t  *txn;
    tkt_key_t   piece;
    tkt_str_t   v;

    txn = fixture_begin(f);
    tkt_key_start(&piece);
    tkt_key_bytes(&piece, tkt_str("key"));
    tkt_key_u16(&piece, 1);
    tkt_put(txn, TKT_DB_MESSAGE, &piece, tkt_str("second"));

    assert_false(tkt_chunks_get(txn, TKT_DB_MESSAGE, key_of("key"), 0,
                                &f->arena, &v));
    assert_int_equal(tkt_txn_status(txn), TKT_INTERNAL);
    assert_int_equal(tkt_txn_commit(txn), TKT_INTERNAL);
}


int
main(void)
{
#define T(name)                                                               \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

    const struct CMUnitTest  tests[] = {
        T(put_get_delete),
        T(reader_cannot_write),
        T(append_anywhere),
        T(value_lengths),
        T(key_lengths),
        T(chunks_at_every_limit),
        T(chunks_from_a_piece_on),
        T(chunks_with_a_gap_are_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
