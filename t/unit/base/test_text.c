/*
 * UTF-8 against a plain decoder written from RFC 3629's grammar, at every
 * place in and around the words that are checked at once.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/tkt_text.h"
#include "exact.h"


#define BUFFER_BYTES  64


static uint64_t
next_random(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;

    return *x;
}


/* The oracle: decodes by value and judges the value, one byte at a time. */
static tkt_text_fault_t
plain_check(const uint8_t *p, size_t len, bool controls, size_t *chars)
{
    size_t    i, j, n;
    uint32_t  code;

    static const uint32_t  least[] = { 0, 0, 0x80, 0x800, 0x10000 };

    *chars = 0;

    for (i = 0; i < len; i += n) {

        if (p[i] < 0x80) {
            n = 1;
            code = p[i];

        } else if (p[i] >> 5 == 6) {
            n = 2;
            code = p[i] & 31;

        } else if (p[i] >> 4 == 14) {
            n = 3;
            code = p[i] & 15;

        } else if (p[i] >> 3 == 30) {
            n = 4;
            code = p[i] & 7;

        } else {
            return TKT_TEXT_BAD_UTF8;
        }

        for (j = 1; j < n; j++) {
            if (i + j >= len || p[i + j] >> 6 != 2) {
                return TKT_TEXT_BAD_UTF8;
            }

            code = code << 6 | (p[i + j] & 63);
        }

        if (code < least[n] || code > 0x10ffff
            || (code >= 0xd800 && code <= 0xdfff))
        {
            return TKT_TEXT_BAD_UTF8;
        }

        if (!controls && code != 9 && code != 10
            && (code < 32 || (code >= 127 && code < 160)))
        {
            return TKT_TEXT_CONTROL;
        }

        (*chars)++;
    }

    return TKT_TEXT_OK;
}


/* Compares with the oracle on a copy whose end ASan watches. */
static void
check(const uint8_t *data, size_t len)
{
    size_t            chars, want_chars, i;
    tkt_str_t         s = exact_copy(data, len);
    tkt_text_fault_t  want;

    want = plain_check(data, len, false, &want_chars);

    if (tkt_text_check(s, &chars) != want || chars != want_chars
        || tkt_text_check(s, NULL) != want
        || tkt_utf8_valid(s)
           != (plain_check(data, len, true, &chars) == TKT_TEXT_OK))
    {
        for (i = 0; i < len; i++) {
            print_error("%02x ", data[i]);
        }

        fail_msg("judged wrongly, should be %d", want);
    }

    exact_free(s);
}


/* The sequence alone, then at every place among ASCII and among Chinese. */
static void
check_around(const uint8_t *seq, size_t len)
{
    size_t   at;
    uint8_t  text[BUFFER_BYTES];

    static const char  ascii[] = "abcdefghijklmnopqrstuvwxyz 0123456789";
    static const char  cjk[] = "\xe5\xb7\xa5\xe5\x8d\x95\xe7\xb3\xbb\xe7\xbb"
                               "\x9f\xe4\xb8\xad\xe6\x96\x87\xe3\x80\x82";

    check(seq, len);

    for (at = 0; at <= 17; at++) {
        memcpy(text, ascii, at);
        memcpy(text + at, seq, len);
        check(text, at + len);
        memcpy(text + at + len, ascii, 20);
        check(text, at + len + 20);
        check(text, at + len + 1);
    }

    for (at = 0; at <= 15; at += 3) {
        memcpy(text, cjk, at);
        memcpy(text + at, seq, len);
        check(text, at + len);
        memcpy(text + at + len, cjk, 21);
        check(text, at + len + 21);
        check(text, at + len + 3);
    }
}


static size_t
encode(uint8_t *p, uint32_t code)
{
    if (code < 0x80) {
        p[0] = (uint8_t) code;
        return 1;
    }

    if (code < 0x800) {
        p[0] = (uint8_t) (0xc0 | code >> 6);
        p[1] = (uint8_t) (0x80 | (code & 63));
        return 2;
    }

    if (code < 0x10000) {
        p[0] = (uint8_t) (0xe0 | code >> 12);
        p[1] = (uint8_t) (0x80 | (code >> 6 & 63));
        p[2] = (uint8_t) (0x80 | (code & 63));
        return 3;
    }

    p[0] = (uint8_t) (0xf0 | code >> 18);
    p[1] = (uint8_t) (0x80 | (code >> 12 & 63));
    p[2] = (uint8_t) (0x80 | (code >> 6 & 63));
    p[3] = (uint8_t) (0x80 | (code & 63));
    return 4;
}


static void
test_empty(void **state)
{
    size_t  chars;

    chars = 7;
    assert_int_equal(tkt_text_check(tkt_str_z(NULL), &chars), TKT_TEXT_OK);
    assert_int_equal(chars, 0);
    assert_int_equal(tkt_text_check(tkt_str(""), NULL), TKT_TEXT_OK);
    assert_true(tkt_utf8_valid(tkt_str_z(NULL)));
}


static void
test_known(void **state)
{
    size_t  chars;

    assert_int_equal(tkt_text_check(tkt_str("plain\ttext\n"), &chars),
                     TKT_TEXT_OK);
    assert_int_equal(chars, 11);

    assert_int_equal(tkt_text_check(tkt_str("工单系统，请处理。"), &chars),
                     TKT_TEXT_OK);
    assert_int_equal(chars, 9);

    assert_int_equal(tkt_text_check(tkt_str("naïve 😀 工单"), &chars),
                     TKT_TEXT_OK);
    assert_int_equal(chars, 10);

    assert_int_equal(tkt_text_check(tkt_str("line\r\n"), &chars),
                     TKT_TEXT_CONTROL);
    assert_int_equal(chars, 4);

    /* the first fault decides */

    assert_int_equal(tkt_text_check(tkt_str("a\x01\xff"), &chars),
                     TKT_TEXT_CONTROL);
    assert_int_equal(tkt_text_check(tkt_str("a\xff\x01"), &chars),
                     TKT_TEXT_BAD_UTF8);
    assert_int_equal(chars, 1);

    assert_false(tkt_utf8_valid(tkt_str("\xed\xa0\x80")));
    assert_false(tkt_utf8_valid(tkt_str("\xc0\x80")));
    assert_true(tkt_utf8_valid(tkt_str("\x00\x1b\x7f\xc2\x80")));
}


static void
test_all_of_one_and_two_bytes(void **state)
{
    unsigned  i;
    uint8_t   seq[2];

    for (i = 0; i < 256; i++) {
        seq[0] = (uint8_t) i;
        check_around(seq, 1);
    }

    for (i = 0; i < 65536; i++) {
        seq[0] = (uint8_t) (i >> 8);
        seq[1] = (uint8_t) i;
        check(seq, 2);
    }
}


/* Every combination of bytes at which the grammar changes. */
static void
test_edges_of_three_and_four_bytes(void **state)
{
    size_t   a, b, c, d;
    uint8_t  seq[4];

    static const uint8_t  leads[] = {
        0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xe3, 0xe4,
        0xe9, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf7,
        0xf8, 0xfc, 0xfe, 0xff
    };

    static const uint8_t  tails[] = {
        0x00, 0x20, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xe4, 0xff
    };

    for (a = 0; a < sizeof(leads); a++) {
        for (b = 0; b < sizeof(tails); b++) {
            for (c = 0; c < sizeof(tails); c++) {

                seq[0] = leads[a];
                seq[1] = tails[b];
                seq[2] = tails[c];
                check_around(seq, 3);

                for (d = 0; d < sizeof(tails); d += 1 + (c & 1)) {
                    seq[3] = tails[d];
                    check(seq, 4);
                }
            }
        }
    }
}


static void
test_all_code_points(void **state)
{
    bool       surrogate;
    size_t     n;
    uint8_t    seq[8];
    uint32_t   code;
    tkt_str_t  s;

    for (code = 0; code < 0x120000; code++) {
        surrogate = code >= 0xd800 && code <= 0xdfff;

        s.data = seq;
        s.len = encode(seq, code);
        assert_int_equal(tkt_utf8_valid(s), !surrogate && code <= 0x10ffff);

        /* twice, and long enough for the pair to be read as one word */

        n = s.len;
        memcpy(seq + n, seq, n <= 4 ? n : 0);

        if (n == 3) {
            seq[6] = seq[7] = ' ';
            s.len = 8;
            assert_int_equal(tkt_utf8_valid(s), !surrogate);
        }
    }
}


static void
test_code_point_limits(void **state)
{
    size_t   i, n;
    uint8_t  seq[4];

    static const uint32_t  codes[] = {
        0, 8, 9, 10, 11, 12, 13, 14, 31, 32, 126, 127, 128, 133, 159, 160,
        0x7ff, 0x800, 0xfff, 0x1000, 0x2028, 0x4e00, 0x9fff, 0xd7ff, 0xd800,
        0xdbff, 0xdc00, 0xdfff, 0xe000, 0xfeff, 0xfffd, 0xfffe, 0xffff,
        0x10000, 0x1f600, 0x3ffff, 0x40000, 0xfffff, 0x100000, 0x10ffff,
        0x110000, 0x13ffff, 0x140000, 0x1fffff
    };

    for (i = 0; i < tkt_array_len(codes); i++) {
        n = encode(seq, codes[i]);
        check_around(seq, n);

        while (--n > 0) {
            check_around(seq, n);       /* cut short */
        }
    }
}


static void
test_overlong(void **state)
{
    size_t  i;

    static const tkt_str_t  forms[] = {
        tkt_lit("\xc0\x80"), tkt_lit("\xc0\xaf"), tkt_lit("\xc1\xbf"),
        tkt_lit("\xe0\x80\x80"), tkt_lit("\xe0\x80\xaf"),
        tkt_lit("\xe0\x9f\xbf"), tkt_lit("\xf0\x80\x80\x80"),
        tkt_lit("\xf0\x80\x80\xaf"), tkt_lit("\xf0\x8f\xbf\xbf"),
        tkt_lit("\xf8\x88\x80\x80\x80"), tkt_lit("\xfc\x84\x80\x80\x80\x80"),
        tkt_lit("\xed\xa0\x80\xed\xb0\x80"), tkt_lit("\xf4\x90\x80\x80"),
        tkt_lit("\xf7\xbf\xbf\xbf"), tkt_lit("\xfe\xff"),
        tkt_lit("\xe4\xb8\xad\xe0\x9f\xbf"), tkt_lit("\xed\xbf\xbf\xe4\xb8\xad")
    };

    for (i = 0; i < tkt_array_len(forms); i++) {
        assert_false(tkt_utf8_valid(forms[i]));
        check_around(forms[i].data, forms[i].len);
    }
}


/* Valid text of all lengths, then one byte of it changed. */
static void
test_random_text(void **state)
{
    size_t    len;
    uint8_t   text[BUFFER_BYTES];
    unsigned  i;
    uint64_t  x;

    x = 88172645463325252u;

    for (i = 0; i < 300000; i++) {
        len = 0;

        while (len < 40 + (i & 15)) {
            switch (next_random(&x) >> 20 & 7) {

            case 0:
                len += encode(text + len, 0x80 + (x >> 40) % 0x780);
                break;

            case 1:
                len += encode(text + len, 0x10000 + (x >> 40) % 0x100000);
                break;

            case 2:
                len += encode(text + len, (x >> 40) % 0x80);
                break;

            case 3:
            case 4:
            case 5:
                len += encode(text + len, 0x3000 + (x >> 40) % 0x7000);
                break;

            default:
                memcpy(text + len, "words wo", 8);
                len += 8;
            }
        }

        check(text, len);
        text[next_random(&x) % len] = (uint8_t) (x >> 32);
        check(text, len);
        check(text, next_random(&x) % len);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_all_of_one_and_two_bytes),
        cmocka_unit_test(test_edges_of_three_and_four_bytes),
        cmocka_unit_test(test_all_code_points),
        cmocka_unit_test(test_code_point_limits),
        cmocka_unit_test(test_overlong),
        cmocka_unit_test(test_random_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
