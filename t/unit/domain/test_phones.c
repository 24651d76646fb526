/*
 * Kinds of telephone numbers: what suits each.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/tkt_phones.h"


#define M  1
#define L  2

static const struct {
    const char  *number;
    unsigned     suits;
} numbers[] = {
    { "+8613812345678", M | L },
    { "+86 138 1234 5678", M | L },
    { "(+86) 10-1234 5678", M | L },
    { "13812345678", M },
    { "138 1234 5678", M | L },
    { "07700 900123", M | L },
    { "010-12345678", M | L },
    { "(010) 1234-5678", M | L },
    { "01012345678", M },
    { "0 1012345678", M },
    { "(010) 1234-5678 x12", L },
    { "+49 30 123456x123456", L },
    { "+49 30 123456x1234567", 0 },
    { "+49 30 123456x", 0 },
    { "138 1234 5678x1", L },
    { "13812345678x1", 0 },
    { "0123456 78901", M },
    { "01234 5678901", M | L },
    { "12 34567", M | L },
    { "1234567", M },
    { "123456", 0 },
    { "+123456", 0 },
    { "+1234567", M | L },
    { "123456789012345", M },
    { "+123456789012345", M | L },
    { "1234567890123456", 0 },
    { "+1234567890123456", 0 },
    { "+0381234567", 0 },
    { "++49301234567", 0 },
    { "49+301234567", 0 },
    { "x12 3456789", 0 },
    { "010-1234567xx1", 0 },
    { "010-1234567x+1", 0 },
    { "+-", 0 },
    { "123", 0 },
    { "", 0 },
};


static void
test_kinds(void **state)
{
    size_t     i;
    unsigned   suits;
    tkt_str_t  s;

    for (i = 0; i < tkt_array_len(numbers); i++) {
        s = tkt_str_z(numbers[i].number);
        suits = (tkt_phone_suits(TKT_PHONE_MOBILE, s) ? M : 0)
                | (tkt_phone_suits(TKT_PHONE_LANDLINE, s) ? L : 0);

        if (suits != numbers[i].suits) {
            fail_msg("%s: %u", numbers[i].number, suits);
        }

        assert_true(tkt_phone_suits(TKT_PHONE_NONE, s));
    }
}


static void
test_words(void **state)
{
    assert_non_null(tkt_phone_pattern(TKT_PHONE_MOBILE));
    assert_non_null(tkt_phone_fault(TKT_PHONE_LANDLINE));
    assert_null(tkt_phone_pattern(TKT_PHONE_NONE));
    assert_null(tkt_phone_fault(TKT_PHONE_MAX));
    assert_int_equal(tkt_phone_names.count, TKT_PHONE_MAX);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
