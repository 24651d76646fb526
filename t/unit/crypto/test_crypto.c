/*
 * Hashes against values computed by another implementation of BLAKE2b, parts
 * that cannot be confused, comparison and randomness.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "crypto/tkt_crypto.h"


static void
assert_hex(const uint8_t *got, size_t n, const char *want)
{
    size_t  i;
    char    hex[2 * TKT_HASH_MAX_BYTES + 1];

    static const char  digits[] = "0123456789abcdef";

    for (i = 0; i < n; i++) {
        hex[2 * i] = digits[got[i] >> 4];
        hex[2 * i + 1] = digits[got[i] & 15];
    }

    hex[2 * n] = '\0';
    assert_string_equal(hex, want);
}


static int
setup(void **state)
{
    return tkt_crypto_init() ? 0 : -1;
}


static void
test_init_again(void **state)
{
    assert_true(tkt_crypto_init());
    assert_true(tkt_crypto_init());
}


static void
test_hash(void **state)
{
    uint8_t  out[TKT_HASH_BYTES + 1];

    out[TKT_HASH_BYTES] = '!';

    tkt_hash(out, tkt_str("abc"));
    assert_hex(out, TKT_HASH_BYTES,
               "bddd813c634239723171ef3fee98579b"
               "94964e3bb1cb3e427262c8c068d52319");

    tkt_hash(out, tkt_str_z(NULL));
    assert_hex(out, TKT_HASH_BYTES,
               "0e5751c026e543b2e8ab2eb06099daa1"
               "d1e5df47778f7787faab45cdf12fe3a8");

    assert_int_equal(out[TKT_HASH_BYTES], '!');
}


static void
test_hash_parts(void **state)
{
    uint8_t    out[TKT_HASH_MAX_BYTES + 1], *big;
    tkt_str_t  two[2];

    static const tkt_str_t  parts[] = {
        tkt_lit("abc"), { NULL, 0 }, tkt_lit("d")
    };

    tkt_hash_parts(out, 32, parts, 3);
    assert_hex(out, 32,
               "c856977c773e0c201ef2391ca3421905"
               "dbedcbe24ce32ea46f9d233b6065900c");

    out[16] = '!';
    tkt_hash_parts(out, 16, parts, 3);
    assert_hex(out, 16, "adfaf98d171d82c13e62cf7c368f8b40");
    assert_int_equal(out[16], '!');

    out[64] = '!';
    tkt_hash_parts(out, 64, parts, 3);
    assert_hex(out, 64,
               "06f57fe22b6d88fa92fd1b3b3c204300"
               "788b7a449f43304aef71dd1ee1625675"
               "90643964c920d47c4cd2de572f98c261"
               "a34a20b4712d30a10dc863acf42f7816");
    assert_int_equal(out[64], '!');

    /* lengths that take two and three bytes */

    big = malloc(70300);
    assert_non_null(big);
    memset(big, 'a', 300);
    memset(big + 300, 'b', 70000);
    two[0].data = big;
    two[0].len = 300;
    two[1].data = big + 300;
    two[1].len = 70000;
    tkt_hash_parts(out, 32, two, 2);
    assert_hex(out, 32,
               "e997b7e1aecd2b7c40f45e18a97d79b5"
               "3af82b8ac50b802a50af5ea4a79c05df");
    free(big);
}


/* Lists that hold the same bytes all told are hashed differently. */
static void
test_parts_not_confused(void **state)
{
    size_t   i, j, n;
    uint8_t  hash[16][TKT_HASH_BYTES];

    static const tkt_str_t  lists[][3] = {
        { tkt_lit("abc"), tkt_lit(""), tkt_lit("") },
        { tkt_lit(""), tkt_lit("abc"), tkt_lit("") },
        { tkt_lit(""), tkt_lit(""), tkt_lit("abc") },
        { tkt_lit("ab"), tkt_lit("c"), tkt_lit("") },
        { tkt_lit("a"), tkt_lit("bc"), tkt_lit("") },
        { tkt_lit("a"), tkt_lit("b"), tkt_lit("c") },
        { tkt_lit("ab"), tkt_lit(""), tkt_lit("c") },
        { tkt_lit("abc\0\0\0\0\0\0\0"), tkt_lit(""), tkt_lit("") },
        { tkt_lit("c"), tkt_lit("b"), tkt_lit("a") },
    };

    n = tkt_array_len(lists);

    for (i = 0; i < n; i++) {
        tkt_hash_parts(hash[i], TKT_HASH_BYTES, lists[i], 3);
    }

    tkt_hash_parts(hash[n++], TKT_HASH_BYTES, lists[0], 2);
    tkt_hash_parts(hash[n++], TKT_HASH_BYTES, lists[0], 1);
    tkt_hash_parts(hash[n++], TKT_HASH_BYTES, NULL, 0);
    tkt_hash(hash[n++], tkt_str("abc"));

    for (i = 0; i < n; i++) {
        for (j = 0; j < i; j++) {
            assert_memory_not_equal(hash[i], hash[j], TKT_HASH_BYTES);
        }
    }
}


static void
test_same(void **state)
{
    size_t   i;
    uint8_t  a[64], b[64];

    memset(a, 7, sizeof(a));
    memset(b, 7, sizeof(b));

    assert_true(tkt_same(a, b, sizeof(a)));
    assert_true(tkt_same(a, b, 0));

    for (i = 0; i < 8 * sizeof(a); i++) {
        b[i / 8] ^= (uint8_t) (1 << i % 8);
        assert_false(tkt_same(a, b, sizeof(a)));
        assert_true(tkt_same(a, b, i / 8));
        b[i / 8] ^= (uint8_t) (1 << i % 8);
    }
}


static void
test_random(void **state)
{
    int      bits;
    size_t   i, j;
    uint8_t  a[1024], b[1024], guarded[34];

    tkt_random(a, sizeof(a));
    tkt_random(b, sizeof(b));
    assert_memory_not_equal(a, b, sizeof(a));

    /* 4096 expected, one standard deviation is 45 */

    for (bits = 0, i = 0; i < sizeof(a); i++) {
        for (j = 0; j < 8; j++) {
            bits += a[i] >> j & 1;
        }
    }

    assert_in_range(bits, 4096 - 450, 4096 + 450);

    /* every asked byte is filled, and no other */

    memset(guarded, 0, sizeof(guarded));

    for (i = 0; i < 8; i++) {
        tkt_random(b, 32);

        for (j = 0; j < 32; j++) {
            guarded[1 + j] |= b[j];
        }
    }

    for (j = 0; j < 32; j++) {
        assert_int_not_equal(guarded[1 + j], 0);
    }

    memset(guarded, '!', sizeof(guarded));
    tkt_random(guarded + 1, 32);
    assert_int_equal(guarded[0], '!');
    assert_int_equal(guarded[33], '!');

    tkt_random(guarded, 0);
    assert_int_equal(guarded[0], '!');
}


static void
test_wipe(void **state)
{
    size_t   i;
    uint8_t  a[34];

    memset(a, '!', sizeof(a));
    tkt_wipe(a + 1, 32);
    assert_int_equal(a[0], '!');
    assert_int_equal(a[33], '!');

    for (i = 1; i < 33; i++) {
        assert_int_equal(a[i], 0);
    }
}


/* In whatever pieces it comes, the hash is that of the whole. */
static void
test_hash_in_pieces(void **state)
{
    size_t            i, n;
    uint8_t           bytes[1000], whole[TKT_HASH_BYTES];
    uint8_t           pieces[TKT_HASH_BYTES];
    tkt_hash_state_t  hash;

    for (i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t) (i * 7);
    }

    tkt_hash(whole, (tkt_str_t) { bytes, sizeof(bytes) });
    tkt_hash_begin(&hash);

    for (i = 0, n = 1; i < sizeof(bytes); i += n, n = n * 3 % 251) {
        n = (n < sizeof(bytes) - i) ? n : sizeof(bytes) - i;
        tkt_hash_add(&hash, (tkt_str_t) { bytes + i, n });
    }

    tkt_hash_end(&hash, pieces);
    assert_memory_equal(pieces, whole, sizeof(whole));

    tkt_hash_begin(&hash);
    tkt_hash_end(&hash, pieces);
    tkt_hash(whole, tkt_str(""));
    assert_memory_equal(pieces, whole, sizeof(whole));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_hash_in_pieces),
        cmocka_unit_test(test_init_again),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_hash_parts),
        cmocka_unit_test(test_parts_not_confused),
        cmocka_unit_test(test_same),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_wipe),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
