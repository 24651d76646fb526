/*
 * The table of statuses has no gap and no duplicate; the choice of language
 * follows RFC 9110.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/tkt_status.h"
#include "base/tkt_text.h"
#include "exact.h"


typedef struct {
    const char  *value;
    tkt_lang_t   lang;
} accept_case_t;


#define EN  TKT_LANG_EN
#define ZH  TKT_LANG_ZH

static const accept_case_t  accept_cases[] = {

    /* plain ones */
    { "", EN }, { "en", EN }, { "zh", ZH }, { "zh-CN", ZH }, { "ZH-cn", ZH },
    { "zh-Hans", ZH }, { "zh-Hans-CN", ZH }, { "zh-Hant-TW", ZH },
    { "en-GB", EN }, { "EN", EN }, { "fr", EN }, { "fr, de", EN },
    { "zhx", EN }, { "z", EN }, { "english", EN },

    /* the first of equals, wherever the unknown ones stand */
    { "zh, en", ZH }, { "en, zh", EN }, { "fr, zh, en", ZH },
    { "zh-CN,zh;q=0.9,en;q=0.8", ZH }, { "en-US,en;q=0.9,zh-CN;q=0.8", EN },
    { "zh;q=0.5, en;q=0.5", ZH }, { "en;q=0.5, zh;q=0.5", EN },

    /* weights */
    { "en;q=0.5, zh", ZH }, { "en;q=0.9, zh;q=0.91", ZH },
    { "en;q=0.901, zh;q=0.9", EN }, { "en;q=0.900, zh;q=0.901", ZH },
    { "fr, zh;q=0.001", ZH }, { "zh;q=1.000, en;q=0.999", ZH },
    { "en;q=0.999, zh;q=1.", ZH }, { "en;q=0., zh;q=0.1", ZH },
    { "en;Q=0.1, zh;Q=0.2", ZH }, { "en;q=0.5, en-GB;q=0.9, zh;q=0.8", EN },
    { "zh;q=0.2, en;q=0.3, zh-CN;q=0.4", ZH },
    { "zh-CN;q=0.4, zh;q=0.2, en;q=0.3", ZH },

    /* refused */
    { "zh;q=0", EN }, { "zh;q=0.000", EN }, { "en;q=0", EN },
    { "en;q=0, zh;q=0.1", ZH }, { "en;q=0, *", ZH },
    { "zh;q=0, *", EN }, { "en;q=0, *;q=0", EN }, { "*;q=0", EN },
    { "zh;q=0.1, *;q=0", ZH },

    /* any */
    { "*", EN }, { "zh, *", ZH }, { "*, zh", ZH }, { "en;q=0.2, *", ZH },
    { "zh;q=0.5, *", EN }, { "zh;q=0.5, *;q=0.1", ZH },
    { "*;q=0.5, zh;q=0.4", EN }, { "fr;q=0.9, *;q=0.3", EN },

    /* white space and empty elements */
    { " zh ", ZH }, { "\tzh\t", ZH }, { ",,zh,,", ZH }, { ", ,", EN },
    { ",", EN }, { "en ; q=0.1 , zh ;\tq=0.2 ", ZH }, { " ", EN },

    /* an element that is not well formed is as if it were absent */
    { "zh;q=2", EN }, { "zh;q=1.001", EN }, { "zh;q=1.0000", EN },
    { "zh;q=0.1234", EN }, { "zh;q=-1", EN }, { "zh;q=.5", EN },
    { "zh;q=", EN }, { "zh;q", EN }, { "zh;", EN }, { "zh;;q=1", EN },
    { "zh;q=1;x=2", EN }, { "zh;level=1", EN }, { "zh;q =1", EN },
    { "zh;q= 1", EN }, { "zh;q=1e0", EN }, { "zh;q=01", EN },
    { "zh_CN", EN }, { "zh-", EN }, { "-zh", EN }, { "zh--CN", EN },
    { "zh CN", EN }, { "zh-*", EN }, { "*-CN, zh;q=0.1", ZH },
    { "zh-abcdefghi", EN }, { "zh-abcdefgh", ZH }, { "1zh", EN },
    { "zh-12", ZH }, { "\"zh\"", EN }, { "zh\n", EN }, { "=zh", EN },
    { "\xe4\xb8\xad\xe6\x96\x87", EN }, { "zh\xff", EN }, { "q=1", EN },
    { "en;q=x, zh;q=0.1", ZH }, { "zh;q=2, en;q=0.1", EN },
    { "zh;q=", EN }, { ";", EN }, { ";q=1", EN }, { "@h", EN }, { "**", EN },
};


static void
test_rows(void **state)
{
    unsigned                 i, j;
    const tkt_status_row_t  *row, *other;

    assert_int_equal(tkt_status_row(TKT_OK)->http, 200);
    assert_int_equal(tkt_status_row(TKT_OK)->code.len, 0);

    for (i = TKT_OK + 1; i < TKT_STATUS_MAX; i++) {
        row = tkt_status_row((tkt_status_t) i);

        assert_in_range(row->http, 400, 599);
        assert_true(row->code.len > 0);
        assert_true(row->help.len > 0);

        for (j = 0; j < TKT_LANG_MAX; j++) {
            assert_true(row->title[j].len > 0);
            assert_int_equal(tkt_text_check(row->title[j], NULL), TKT_TEXT_OK);
        }

        assert_int_equal(tkt_text_check(row->help, NULL), TKT_TEXT_OK);
        assert_true(row->title[TKT_LANG_EN].data[0] < 0x80);
        assert_true(row->title[TKT_LANG_ZH].data[0] >= 0xe4);

        for (j = 0; j < row->code.len; j++) {
            assert_true((row->code.data[j] >= 'a' && row->code.data[j] <= 'z')
                        || row->code.data[j] == '-');
        }

        for (j = TKT_OK + 1; j < i; j++) {
            other = tkt_status_row((tkt_status_t) j);
            assert_false(tkt_str_eq(row->code, other->code));
            assert_false(tkt_str_eq(row->title[0], other->title[0]));
            assert_false(tkt_str_eq(row->title[1], other->title[1]));
        }
    }
}


static void
test_known_rows(void **state)
{
    const tkt_status_row_t  *row;

    row = tkt_status_row(TKT_VERSION_MISMATCH);
    assert_int_equal(row->http, 412);
    assert_true(tkt_str_eq(row->code, tkt_str("version-mismatch")));

    row = tkt_status_row(TKT_STORAGE_FULL);
    assert_int_equal(row->http, 507);
    assert_true(tkt_str_eq(row->code, tkt_str("storage-full")));

    row = tkt_status_row(TKT_INVALID_JSON);
    assert_int_equal(row->http, 400);
    assert_true(tkt_str_eq(row->title[TKT_LANG_EN],
                           tkt_str("The body is not valid JSON")));
}


static void
test_row_out_of_range(void **state)
{
    assert_ptr_equal(tkt_status_row(TKT_STATUS_MAX),
                     tkt_status_row(TKT_INTERNAL));
    assert_ptr_equal(tkt_status_row((tkt_status_t) -1),
                     tkt_status_row(TKT_INTERNAL));
}


static void
test_by_code(void **state)
{
    unsigned   i;
    tkt_str_t  code;

    for (i = TKT_OK + 1; i < TKT_STATUS_MAX; i++) {
        code = tkt_status_row((tkt_status_t) i)->code;
        assert_int_equal(tkt_status_by_code(code), i);

        code.len--;
        assert_int_equal(tkt_status_by_code(code), TKT_OK);
    }

    assert_int_equal(tkt_status_by_code(tkt_str("")), TKT_OK);
    assert_int_equal(tkt_status_by_code(tkt_str_z(NULL)), TKT_OK);
    assert_int_equal(tkt_status_by_code(tkt_str("Not-Found")), TKT_OK);
    assert_int_equal(tkt_status_by_code(tkt_str("no-such-code")), TKT_OK);
}


static tkt_lang_t
accept_exact(const uint8_t *data, size_t len)
{
    tkt_str_t   s = exact_copy(data, len);
    tkt_lang_t  lang;

    lang = tkt_lang_accept(s);
    exact_free(s);

    return lang;
}


static void
test_accept(void **state)
{
    size_t                i;
    tkt_str_t             s;
    const accept_case_t  *c;

    for (i = 0; i < tkt_array_len(accept_cases); i++) {
        c = &accept_cases[i];
        s = tkt_str_z(c->value);

        if (accept_exact(s.data, s.len) != c->lang) {
            fail_msg("\"%s\" did not choose %d", c->value, c->lang);
        }
    }

    assert_int_equal(tkt_lang_accept(tkt_str_z(NULL)), TKT_LANG_EN);
    assert_int_equal(accept_exact((const uint8_t *) "zh\0", 3), TKT_LANG_EN);
}


static void
test_accept_huge(void **state)
{
    size_t    i;
    uint8_t  *value;

    value = malloc(1 << 20);
    assert_non_null(value);

    memset(value, 'z', 1 << 20);
    assert_int_equal(accept_exact(value, 1 << 20), TKT_LANG_EN);

    memset(value, ',', 1 << 20);
    memcpy(value + (1 << 20) - 2, "zh", 2);
    assert_int_equal(accept_exact(value, 1 << 20), TKT_LANG_ZH);

    memset(value, ' ', 1 << 20);
    memcpy(value + (1 << 20) - 2, "zh", 2);
    assert_int_equal(accept_exact(value, 1 << 20), TKT_LANG_ZH);

    for (i = 0; i < 1 << 18; i++) {
        memcpy(value + 4 * i, i % 2 ? "zh,*" : "-en,", 4);
    }

    (void) accept_exact(value, 1 << 20);

    /* more languages named than there are places for */

    for (i = 0; i < 1 << 18; i++) {
        memcpy(value + 4 * i, i % 2 ? " en," : " zh,", 4);
    }

    assert_int_equal(accept_exact(value, 1 << 20), TKT_LANG_ZH);
    free(value);
}


static void
test_accept_garbage(void **state)
{
    size_t    i, j, n;
    uint8_t   value[48];
    uint64_t  x;

    static const char  letters[] = "zhenq=;,.*-01 \t5";

    x = 88172645463325252u;

    for (i = 0; i < 200000; i++) {
        n = i % (sizeof(value) + 1);

        for (j = 0; j < n; j++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            value[j] = (uint8_t) ((x >> 40 & 31) == 0 ? x >> 20
                                                      : (uint8_t)
                                                        letters[x >> 50 & 15]);
        }

        assert_in_range(accept_exact(value, n), 0, TKT_LANG_MAX - 1);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_known_rows),
        cmocka_unit_test(test_row_out_of_range),
        cmocka_unit_test(test_by_code),
        cmocka_unit_test(test_accept),
        cmocka_unit_test(test_accept_huge),
        cmocka_unit_test(test_accept_garbage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
