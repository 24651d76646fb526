/*
 * Passwords: hashes of the library are understood, each is salted, nobody's
 * account costs a hash, costs of other days are noticed.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/tkt_crypto.h"
#include "crypto/tkt_password.h"


/* "correct horse battery" with today's costs and with lesser ones. */
static const char  known[] =
    "$argon2id$v=19$m=19456,t=2,p=1$yMatmhUS5iF5WoddQr2FQg"
    "$ao8ertlqZTts+StUWZi36LUpoJLRGnwJMfhDn9OLQi8";
static const char  cheap[] =
    "$argon2id$v=19$m=8192,t=1,p=1$90pyzI+/8Q7rIPaH3mPX+A"
    "$VC2h8BEgFV0PUG+RrLGkfzFghKNqSxTeXI90NA8CZZA";


static int
setup(void **state)
{
    return tkt_crypto_init() ? 0 : -1;
}


static void
test_known(void **state)
{
    bool  weak;

    assert_true(tkt_password_check(tkt_str(known),
                                   tkt_str("correct horse battery"), &weak));
    assert_false(weak);
    assert_false(tkt_password_check(tkt_str(known),
                                    tkt_str("correct horse batterz"), &weak));
    assert_false(tkt_password_check(tkt_str(known),
                                    tkt_str("correct horse batter"), &weak));
    assert_false(tkt_password_check(tkt_str(known), tkt_str(""), &weak));
}


static void
test_hash(void **state)
{
    bool  weak;
    char  a[TKT_PASSWORD_HASH_BYTES], b[TKT_PASSWORD_HASH_BYTES];

    assert_true(tkt_password_hash(a, tkt_str("one and the same")));
    assert_true(tkt_password_hash(b, tkt_str("one and the same")));
    assert_string_not_equal(a, b);

    assert_true(tkt_password_check(tkt_str_z(a), tkt_str("one and the same"),
                                   &weak));
    assert_false(weak);
    assert_true(tkt_password_check(tkt_str_z(b), tkt_str("one and the same"),
                                   &weak));

    /* a NUL is a character like others */

    assert_true(tkt_password_hash(a, tkt_str("one\0two")));
    assert_false(tkt_password_check(tkt_str_z(a), tkt_str("one"), &weak));
    assert_true(tkt_password_check(tkt_str_z(a), tkt_str("one\0two"), &weak));
}


static void
test_weak(void **state)
{
    bool  weak;

    assert_true(tkt_password_check(tkt_str(cheap),
                                   tkt_str("correct horse battery"), &weak));
    assert_true(weak);
}


static void
test_nobody(void **state)
{
    bool        weak;
    size_t      i;
    const char  *broken[] = {
        "x", "$argon2id$", "$2b$12$abcdefghijklmnopqrstuv",
        "$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA",
    };
    char        text[400];

    assert_false(tkt_password_check(tkt_str(""), tkt_str(""), &weak));
    assert_false(weak);
    assert_false(tkt_password_check(tkt_str(""), tkt_str("x"), &weak));
    assert_false(weak);

    for (i = 0; i < tkt_array_len(broken); i++) {
        assert_false(tkt_password_check(tkt_str_z(broken[i]), tkt_str("x"),
                                        &weak));
    }

    memset(text, 'A', sizeof(text));
    assert_false(tkt_password_check((tkt_str_t) { (uint8_t *) text,
                                                  sizeof(text) },
                                    tkt_str("x"), &weak));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_weak),
        cmocka_unit_test(test_nobody),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
