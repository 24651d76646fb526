/*
 * Blocked words: what is the same word, and where it is found.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "domain/tkt_words.h"


static const struct {
    const char  *text;
    const char  *folded;
} pairs[] = {
    { "", "" },
    { "FREE Money!", "free money!" },
    { "ÀÉÞ×ß", "àéþ×ß" },
    { "ΩΣ ЖЁЯ", "ωσ жёя" },
    { "ＦＲＥＥ　１２", "free　12" },
    { "加微信 VX", "加微信 vx" },
    { "🙂A", "🙂a" },
    { "\x80\xe4\xb8", "\x80\xe4\xb8" },     /* no text, and no harm */
};


static void
test_fold(void **state)
{
    size_t   i, n;
    uint8_t  out[64];

    for (i = 0; i < tkt_array_len(pairs); i++) {
        n = tkt_words_fold(out, tkt_str_z(pairs[i].text));
        assert_true(n <= strlen(pairs[i].text));

        if (i + 1 < tkt_array_len(pairs)) {
            assert_int_equal(n, strlen(pairs[i].folded));
            assert_memory_equal(out, pairs[i].folded, n);
        }
    }
}


static void
test_hold(void **state)
{
    assert_true(tkt_words_hold(tkt_str("abc"), tkt_str("abc")));
    assert_true(tkt_words_hold(tkt_str("xxabc"), tkt_str("abc")));
    assert_true(tkt_words_hold(tkt_str("aabaabc"), tkt_str("aabc")));
    assert_true(tkt_words_hold(tkt_str("请加微信"), tkt_str("微信")));
    assert_false(tkt_words_hold(tkt_str("ab"), tkt_str("abc")));
    assert_false(tkt_words_hold(tkt_str("abab"), tkt_str("abc")));
    assert_false(tkt_words_hold(tkt_str("abc"), tkt_str("")));
    assert_false(tkt_words_hold(tkt_str(""), tkt_str("")));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_fold),
        cmocka_unit_test(test_hold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
