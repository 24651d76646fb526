/*
 * JSON Web Signatures: the examples of RFC 7515 and RFC 8037, and whatever is
 * one bit, one character or one part away from them.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/tkt_text.h"
#include "crypto/tkt_crypto.h"
#include "crypto/tkt_jws.h"


/* RFC 7515, appendix A.1 */
static const char  hs256[] =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
static const char  hs256_key[] =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4h"
    "cgUuTwjAzZr1Z9CAow";

/* RFC 8037, appendix A.4, with the key of A.2 */
static const char  eddsa[] =
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
    ".hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsP"
    "t9g7sVvpAr_MuM0KAg";
static const char  eddsa_key[] =
    "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";


static int
setup(void **state)
{
    tkt_arena_t  *arena = malloc(sizeof(tkt_arena_t));

    tkt_arena_init(arena, 4096);
    *state = arena;

    return tkt_crypto_init() ? 0 : -1;
}


static int
teardown(void **state)
{
    tkt_arena_done(*state);
    free(*state);

    return 0;
}


static tkt_str_t
key_of(const char *text, tkt_arena_t *arena)
{
    tkt_str_t  key;

    assert_true(tkt_base64url_decode(tkt_str_z(text), &key, arena));

    return key;
}


static bool
valid(const char *text, tkt_jws_alg_t alg, tkt_str_t key, tkt_arena_t *arena)
{
    tkt_jws_t  jws;

    return tkt_jws_parse(tkt_str_z(text), &jws, arena)
           && tkt_jws_verify(&jws, alg, key);
}


static void
test_examples(void **state)
{
    tkt_jws_t  jws;

    assert_true(tkt_jws_parse(tkt_str_z(hs256), &jws, *state));
    assert_true(tkt_str_eq(jws.header, tkt_str("{\"typ\":\"JWT\",\r\n"
                                               " \"alg\":\"HS256\"}")));
    assert_int_equal(jws.signature.len, 32);
    assert_true(tkt_jws_verify(&jws, TKT_JWS_HS256,
                               key_of(hs256_key, *state)));

    assert_true(tkt_jws_parse(tkt_str_z(eddsa), &jws, *state));
    assert_true(tkt_str_eq(jws.header, tkt_str("{\"alg\":\"EdDSA\"}")));
    assert_true(tkt_str_eq(jws.payload,
                           tkt_str("Example of Ed25519 signing")));
    assert_true(tkt_jws_verify(&jws, TKT_JWS_EDDSA,
                               key_of(eddsa_key, *state)));
}


/* Any character changed, any cut, anything added. */
static void
test_altered(void **state)
{
    char          text[512];
    size_t        i, row;
    tkt_arena_t  *arena = *state;

    static const struct {
        const char     *text, *key;
        tkt_jws_alg_t   alg;
    } rows[] = {
        { hs256, hs256_key, TKT_JWS_HS256 },
        { eddsa, eddsa_key, TKT_JWS_EDDSA },
    };

    for (row = 0; row < tkt_array_len(rows); row++) {

        for (i = 0; i < strlen(rows[row].text); i++) {

            (void) snprintf(text, sizeof(text), "%s", rows[row].text);
            text[i] = (text[i] == 'B') ? 'C' : 'B';
            assert_false(valid(text, rows[row].alg,
                               key_of(rows[row].key, arena), arena));

            text[i] = '\0';
            assert_false(valid(text, rows[row].alg,
                               key_of(rows[row].key, arena), arena));
        }

        for (i = 0; i < 8; i++) {
            (void) snprintf(text, sizeof(text), "%s%s", rows[row].text,
                            (const char *[]) { "=", "A", ".", ".AA", " ",
                                               "\n", "==", "&" }[i]);
            assert_false(valid(text, rows[row].alg,
                               key_of(rows[row].key, arena), arena));
            (void) snprintf(text, sizeof(text), "%s%s",
                            (const char *[]) { "=", "A", ".", "AA.", " ",
                                               "\n", "==", "&" }[i],
                            rows[row].text);
            assert_false(valid(text, rows[row].alg,
                               key_of(rows[row].key, arena), arena));
        }
    }
}


/* The last character of the text holds unused bits, which must be zero. */
static void
test_one_text_a_signature(void **state)
{
    char    text[512];
    char    digit;
    size_t  n, taken;

    static const char  digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
                                  "mnopqrstuvwxyz0123456789-_";

    (void) snprintf(text, sizeof(text), "%s", hs256);

    for (taken = 0, n = 0; n < 64; n++) {
        digit = digits[n];
        text[strlen(hs256) - 1] = digit;
        taken += valid(text, TKT_JWS_HS256, key_of(hs256_key, *state), *state);
    }

    assert_int_equal(taken, 1);
}


static void
test_forms(void **state)
{
    size_t     i;
    tkt_jws_t  jws;

    static const char *const  bad[] = {
        "", ".", "..", "...", "a", "a.b", "e30.e30", "e30.e30.", ".e30.e30",
        "e30..e30", "e30.e30.e30.e30", "e3=.e30.e30", "e30=.e30.e30",
        "e3+.e30.e30", "e3/.e30.e30", "e30 .e30.e30", "e30.e30.e30 ",
        "e.e30.e30", "e31.e30.e30", "e30.e30.e\xc3\xa9", "{}.{}.{}",
    };

    for (i = 0; i < tkt_array_len(bad); i++) {
        if (tkt_jws_parse(tkt_str_z(bad[i]), &jws, *state)) {
            fail_msg("\"%s\" was taken", bad[i]);
        }
    }

    assert_true(tkt_jws_parse(tkt_str("e30.e30.e30"), &jws, *state));
    assert_false(tkt_jws_parse((tkt_str_t) { NULL, 0 }, &jws, *state));
    assert_false(tkt_jws_parse((tkt_str_t) { (const uint8_t *)
                                             "e30.e30.e\0" "0", 11 },
                               &jws, *state));
}


/* A key is of one algorithm, and long enough for it. */
static void
test_keys(void **state)
{
    size_t     n;
    tkt_jws_t  jws;
    tkt_str_t  secret = key_of(hs256_key, *state);
    tkt_str_t  public = key_of(eddsa_key, *state);

    assert_true(tkt_jws_parse(tkt_str_z(hs256), &jws, *state));
    assert_false(tkt_jws_verify(&jws, TKT_JWS_NONE, secret));
    assert_false(tkt_jws_verify(&jws, TKT_JWS_EDDSA, secret));
    assert_false(tkt_jws_verify(&jws, TKT_JWS_HS256, public));
    assert_false(tkt_jws_verify(&jws, (tkt_jws_alg_t) 9, secret));

    for (n = 0; n < secret.len; n++) {
        assert_false(tkt_jws_verify(&jws, TKT_JWS_HS256,
                                    (tkt_str_t) { secret.data, n }));
    }

    assert_true(tkt_jws_parse(tkt_str_z(eddsa), &jws, *state));
    assert_false(tkt_jws_verify(&jws, TKT_JWS_NONE, public));
    assert_false(tkt_jws_verify(&jws, TKT_JWS_HS256, public));

    for (n = 0; n < public.len; n++) {
        assert_false(tkt_jws_verify(&jws, TKT_JWS_EDDSA,
                                    (tkt_str_t) { public.data, n }));
    }

    /* a key of small order would make one signature everybody's */

    assert_false(tkt_jws_verify(&jws, TKT_JWS_EDDSA,
                                (tkt_str_t) { (const uint8_t[32]) { 1 },
                                              32 }));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_examples, setup, teardown),
        cmocka_unit_test_setup_teardown(test_altered, setup, teardown),
        cmocka_unit_test_setup_teardown(test_one_text_a_signature, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_forms, setup, teardown),
        cmocka_unit_test_setup_teardown(test_keys, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
