/*
 * Decimal numbers up to the limits of 64 bits, and strict base64url.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/tkt_text.h"


static uint64_t
next_random(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;

    return *x;
}


static void
test_u64_round_trip(void **state)
{
    int        n, shift;
    size_t     i, len;
    char       want[32];
    uint8_t    text[TKT_U64_MAX_CHARS + 1];
    uint64_t   x, value, back, power;
    tkt_str_t  s;

    x = 88172645463325252u;
    power = 1;

    for (i = 0; i < 200000; i++) {
        shift = (int) (i & 63);
        value = next_random(&x) >> shift;

        if (i < 60) {
            value = power + i % 3 - 1;      /* 10^n - 1, 10^n, 10^n + 1 */
            power *= i % 3 == 2 ? 10 : 1;

        } else if (i < 1200) {
            value = i - 60;

        } else if (i < 1264) {
            value = UINT64_MAX - (i - 1200);
        }

        text[TKT_U64_MAX_CHARS] = '!';
        len = tkt_u64_format(text, value);
        n = snprintf(want, sizeof(want), "%llu", (unsigned long long) value);
        assert_int_equal(len, n);
        assert_memory_equal(text, want, len);
        assert_int_equal(text[TKT_U64_MAX_CHARS], '!');

        s.data = text;
        s.len = len;
        assert_true(tkt_u64_parse(s, &back));
        assert_int_equal(back, value);
    }
}


static void
test_u64_rejects(void **state)
{
    size_t    i;
    uint64_t  value;

    static const tkt_str_t  bad[] = {
        tkt_lit(""), tkt_lit("-1"), tkt_lit("+1"), tkt_lit(" 1"),
        tkt_lit("1 "), tkt_lit("00"), tkt_lit("01"), tkt_lit("0x1"),
        tkt_lit("1.0"), tkt_lit("1e3"), tkt_lit("a"), tkt_lit("1a"),
        tkt_lit("/"), tkt_lit(":"), tkt_lit("1/"), tkt_lit("1:"),
        tkt_lit("1\0"), tkt_lit("\0"), tkt_lit("\xef\xbc\x91"),
        tkt_lit("1_000"), tkt_lit("18446744073709551616"),
        tkt_lit("18446744073709551617"), tkt_lit("18446744073709551620"),
        tkt_lit("18446744073709551709"), tkt_lit("20000000000000000000"),
        tkt_lit("99999999999999999999"), tkt_lit("100000000000000000000"),
        tkt_lit("018446744073709551615"), tkt_lit("1844674407370955161 "),
    };

    for (i = 0; i < tkt_array_len(bad); i++) {
        value = 42;
        assert_false(tkt_u64_parse(bad[i], &value));
        assert_int_equal(value, 42);
    }

    assert_false(tkt_u64_parse(tkt_str_z(NULL), &value));

    assert_true(tkt_u64_parse(tkt_str("0"), &value));
    assert_int_equal(value, 0);
    assert_true(tkt_u64_parse(tkt_str("18446744073709551615"), &value));
    assert_true(value == UINT64_MAX);
    assert_true(tkt_u64_parse(tkt_str("18446744073709551609"), &value));
    assert_true(value == UINT64_MAX - 6);
}


static void
test_base64_known(void **state)
{
    size_t     i, n;
    uint8_t    out[16], bytes[16];
    tkt_str_t  text;

    /* RFC 4648, section 10, without padding, and the two special digits */

    static const char *const  pairs[][2] = {
        { "", "" }, { "f", "Zg" }, { "fo", "Zm8" }, { "foo", "Zm9v" },
        { "foob", "Zm9vYg" }, { "fooba", "Zm9vYmE" },
        { "foobar", "Zm9vYmFy" }, { "\xfb\xff\xbf", "-_-_" },
        { "\xff\xff", "__8" }
    };

    for (i = 0; i < tkt_array_len(pairs); i++) {
        text = tkt_str_z(pairs[i][1]);
        n = strlen(pairs[i][0]);
        assert_int_equal(tkt_base64_bytes(n), text.len);

        memset(out, '!', sizeof(out));
        tkt_base64_encode(out, (const uint8_t *) pairs[i][0], n);
        assert_memory_equal(out, pairs[i][1], text.len);
        assert_int_equal(out[text.len], '!');

        memset(bytes, '!', sizeof(bytes));
        n = 99;
        assert_true(tkt_base64_decode(text, bytes, &n));
        assert_int_equal(n, strlen(pairs[i][0]));
        assert_memory_equal(bytes, pairs[i][0], n);
        assert_int_equal(bytes[n], '!');
    }
}


static void
test_base64_round_trip(void **state)
{
    size_t     n, i, back;
    uint8_t    in[100], decoded[100], *text;
    uint64_t   x;
    tkt_str_t  s;

    x = 88172645463325252u;

    for (n = 0; n < sizeof(in); n++) {
        for (i = 0; i < n; i++) {
            in[i] = (uint8_t) (next_random(&x) >> 24);
        }

        s.len = tkt_base64_bytes(n);
        text = malloc(s.len + 1);
        assert_non_null(text);
        text[s.len] = '!';
        s.data = text;

        tkt_base64_encode(text, in, n);
        assert_int_equal(text[s.len], '!');
        assert_true(tkt_base64_decode(s, decoded, &back));
        assert_int_equal(back, n);
        assert_memory_equal(in, decoded, n);
        free(text);
    }
}


/*
 * All texts of two bytes, and of three and four with the rest fixed: exactly
 * those are taken that encode to themselves again.
 */
static void
test_base64_strict(void **state)
{
    size_t     n, len;
    uint8_t    text[4], out[3], again[4];
    unsigned   i, taken[5];
    tkt_str_t  s;

    memset(taken, 0, sizeof(taken));

    for (len = 2; len <= 4; len++) {
        for (i = 0; i < 65536; i++) {
            memset(text, 'A', sizeof(text));
            text[len - 2] = (uint8_t) (i >> 8);
            text[len - 1] = (uint8_t) i;
            s.data = text;
            s.len = len;
            n = 99;

            if (!tkt_base64_decode(s, out, &n)) {
                assert_int_equal(n, 99);
                continue;
            }

            taken[len]++;
            assert_int_equal(n, len * 3 / 4);
            tkt_base64_encode(again, out, n);
            assert_memory_equal(again, text, len);
        }
    }

    assert_int_equal(taken[2], 256);
    assert_int_equal(taken[3], 64 * 16);
    assert_int_equal(taken[4], 64 * 64);
}


static void
test_base64_rejects(void **state)
{
    size_t   i, n;
    uint8_t  out[16];

    static const tkt_str_t  bad[] = {
        tkt_lit("A"), tkt_lit("AAAAA"), tkt_lit("AAAAAAAAA"),
        tkt_lit("Zg=="), tkt_lit("Zm8="), tkt_lit("Zm9v="), tkt_lit("+AAA"),
        tkt_lit("A/AA"), tkt_lit("AA A"), tkt_lit("AAA\n"), tkt_lit("AA\0A"),
        tkt_lit("Zh"), tkt_lit("Zm9"), tkt_lit("Zm9vYh"), tkt_lit("\xff\xff"),
        tkt_lit("AAAAZ="), tkt_lit("=AAA")
    };

    for (i = 0; i < tkt_array_len(bad); i++) {
        n = 99;
        assert_false(tkt_base64_decode(bad[i], out, &n));
        assert_int_equal(n, 99);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_u64_round_trip),
        cmocka_unit_test(test_u64_rejects),
        cmocka_unit_test(test_base64_known),
        cmocka_unit_test(test_base64_round_trip),
        cmocka_unit_test(test_base64_strict),
        cmocka_unit_test(test_base64_rejects),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
