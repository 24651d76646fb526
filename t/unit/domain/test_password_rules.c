/*
 * Rules for passwords and registered logins.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/tkt_password_rules.h"


static const char *
fault_of(const char *password)
{
    tkt_password_fault_t  fault;

    return tkt_password_allowed(tkt_str_z(password), tkt_str("annabell@desk"),
                                tkt_str("ann@example.com"), &fault)
           ? "" : fault.code;
}


static void
test_passwords(void **state)
{
    assert_string_equal(fault_of("nine char"), "too-short");
    assert_string_equal(fault_of(""), "too-short");
    assert_string_equal(fault_of("ten chars!"), "");

    /* characters, not bytes */

    assert_string_equal(fault_of("密码密码密码密码密"), "too-short");
    assert_string_equal(fault_of("一二三四五六七八九十"), "");

    assert_string_equal(fault_of("AnnaBell@desk"), "common");
    assert_string_equal(fault_of("ann@EXAMPLE.com"), "common");
    assert_string_equal(fault_of("Password123"), "common");
    assert_string_equal(fault_of("woaini1314"), "common");
    assert_string_equal(fault_of("aaaaaaaaaaaaaaa"), "common");
    assert_string_equal(fault_of("12121212121212"), "common");
    assert_string_equal(fault_of("Password1234x"), "");
}


static void
test_logins(void **state)
{
    assert_true(tkt_login_allowed(tkt_str("ann")));
    assert_true(tkt_login_allowed(tkt_str("ann@example.com")));
    assert_true(tkt_login_allowed(tkt_str("张三")));
    assert_false(tkt_login_allowed(tkt_str("")));
    assert_false(tkt_login_allowed(tkt_str("Ann")));
    assert_false(tkt_login_allowed(tkt_str("ann b")));
    assert_false(tkt_login_allowed(tkt_str(" ann")));
    assert_false(tkt_login_allowed(tkt_str("guest:ann@example.com")));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_passwords),
        cmocka_unit_test(test_logins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
