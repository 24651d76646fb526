/*
 * Keys: layout, order, reading back, overflow.
 */

#include "store_fixture.h"


static void
layout_is_big_endian(void **state)
{
    tkt_key_t             k;
    static const uint8_t  want[] = {
        0x01,  0x02, 0x03,  0x04, 0x05, 0x06, 0x07,
        0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F,  'a', 'b'
    };

    (void) state;

    tkt_key_start(&k);
    tkt_key_u8(&k, 0x01);
    tkt_key_u16(&k, 0x0203);
    tkt_key_u32(&k, 0x04050607);
    tkt_key_u64(&k, UINT64_C(0x08090A0B0C0D0E0F));
    tkt_key_bytes(&k, tkt_str("ab"));
    tkt_key_bytes(&k, (tkt_str_t) { NULL, 0 });

    assert_int_equal(k.len, sizeof(want));
    assert_memory_equal(k.data, want, sizeof(want));
}


static void
twins_agree(void **state)
{
    int          i;
    uint64_t     seed, v;
    tkt_key_t    k;
    tkt_unkey_t  u;

    (void) state;
    seed = 1;

    for (i = 0; i < 1000; i++) {
        v = next_random(&seed) >> (i % 64);

        tkt_key_start(&k);
        tkt_key_u64(&k, v);
        tkt_key_u32(&k, (uint32_t) v);
        tkt_key_u16(&k, (uint16_t) v);
        tkt_key_u8(&k, (uint8_t) v);

        tkt_unkey_start(&u, (tkt_str_t) { k.data, k.len });
        assert_true(tkt_unkey_u64(&u) == v);
        assert_int_equal(tkt_unkey_u32(&u), (uint32_t) v);
        assert_int_equal(tkt_unkey_u16(&u), (uint16_t) v);
        assert_int_equal(tkt_unkey_u8(&u), (uint8_t) v);
        assert_false(u.bad);
        assert_ptr_equal(u.pos, u.end);
    }
}


static void
byte_order_is_number_order(void **state)
{
    int        i;
    uint64_t   seed, a, b;
    tkt_key_t  x, y;

    (void) state;
    seed = 2;

    for (i = 0; i < 10000; i++) {
        a = next_random(&seed) >> (next_random(&seed) % 64);
        b = next_random(&seed) >> (next_random(&seed) % 64);

        tkt_key_start(&x);
        tkt_key_u64(&x, a);
        tkt_key_start(&y);
        tkt_key_u64(&y, b);

        assert_int_equal(memcmp(x.data, y.data, 8) < 0, a < b);
    }
}


static void
short_key_reads_as_zero_and_bad(void **state)
{
    tkt_unkey_t           u;
    static const uint8_t  bytes[] = { 1, 2, 3 };

    (void) state;

    tkt_unkey_start(&u, (tkt_str_t) { bytes, sizeof(bytes) });
    assert_int_equal(tkt_unkey_u32(&u), 0);
    assert_true(u.bad);
    assert_int_equal(tkt_unkey_u8(&u), 0);
    assert_true(u.bad);

    tkt_unkey_start(&u, (tkt_str_t) { NULL, 0 });
    assert_false(u.bad);
    assert_int_equal(tkt_unkey_u8(&u), 0);
    assert_true(u.bad);
}


static void
overflow_is_kept_as_an_impossible_length(void **state)
{
    int        i;
    uint8_t    text[600];
    tkt_key_t  k;

    (void) state;
    memset(text, 'x', sizeof(text));

    tkt_key_start(&k);
    tkt_key_bytes(&k, (tkt_str_t) { text, TKT_KEY_MAX_BYTES });
    assert_int_equal(k.len, TKT_KEY_MAX_BYTES);

    for (i = 0; i < 3; i++) {
        tkt_key_u64(&k, 7);
        assert_int_equal(k.len, TKT_KEY_MAX_BYTES + 1);
    }

    tkt_key_start(&k);
    tkt_key_bytes(&k, (tkt_str_t) { text, sizeof(text) });
    assert_int_equal(k.len, TKT_KEY_MAX_BYTES + 1);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(layout_is_big_endian),
        cmocka_unit_test(twins_agree),
        cmocka_unit_test(byte_order_is_number_order),
        cmocka_unit_test(short_key_reads_as_zero_and_bad),
        cmocka_unit_test(overflow_is_kept_as_an_impossible_length),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
