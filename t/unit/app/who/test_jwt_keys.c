/*
 * Key files of JSON Web Tokens: rotation, and what is refused with which words.
 */

#include "app/jwt_desk.h"


/* NULL, and why not, or the configuration. */
static tkt_jwt_conf_t *
load(tkt_jws_alg_t alg, const char *file, char fault[256])
{
    tkt_jwt_rules_t  rules = issuer_rules(alg);

    fault[0] = '\0';

    return tkt_jwt_conf_create(&rules, tkt_str_z(file), fault, 256);
}


static void
test_rotation(void **state)
{
    char             one[256], two[256], none[256], set[1024], fault[256];
    jwt_desk_t          *d = *state;
    issuer_t         second;
    tkt_jwt_conf_t  *conf;

    issuer_make(&second, 9);
    issuer_jwk(&d->issuer, TKT_JWS_HS256, "2025", one, sizeof(one));
    issuer_jwk(&second, TKT_JWS_HS256, "2026", two, sizeof(two));

    (void) snprintf(set, sizeof(set), "{\"keys\":[%s,%s]}", one, two);
    conf = load(TKT_JWS_HS256, set, fault);
    assert_non_null(conf);

    assert_true(check(d, conf, signed_by(d, "{\"alg\":\"HS256\",\"kid\":"
                                         "\"2025\"}", "{\"sub\":\"a\"}")));
    assert_true(check(d, conf, signed_by(d, HS, "{\"sub\":\"a\"}")));
    assert_true(check(d, conf, issuer_hs256(d->token, second.secret, 32,
                      "{\"kid\":\"2026\",\"alg\":\"HS256\"}",
                      "{\"sub\":\"a\"}")));
    assert_true(check(d, conf, issuer_hs256(d->token, second.secret, 32, HS,
                                            "{\"sub\":\"a\"}")));

    /* a name binds */

    assert_false(check(d, conf, signed_by(d, "{\"alg\":\"HS256\",\"kid\":"
                                          "\"2026\"}", "{\"sub\":\"a\"}")));
    tkt_jwt_conf_free(conf);

    /* the old one is taken out; a key without a name has none */

    issuer_jwk(&d->issuer, TKT_JWS_HS256, NULL, none, sizeof(none));
    (void) snprintf(set, sizeof(set), "{\"keys\":[%s,%s]}", none, two);
    conf = load(TKT_JWS_HS256, set, fault);
    assert_non_null(conf);
    assert_false(check(d, conf, signed_by(d, "{\"alg\":\"HS256\",\"kid\":"
                                          "\"2025\"}", "{\"sub\":\"a\"}")));
    assert_true(check(d, conf, signed_by(d, HS, "{\"sub\":\"a\"}")));
    tkt_jwt_conf_free(conf);
}


#define K32  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define K31  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static const struct {
    tkt_jws_alg_t  alg;
    const char    *file;
    const char    *why;          /* part of the fault; NULL: it is taken */
} key_files[] = {
    { TKT_JWS_HS256, "{\"keys\":[{\"kty\":\"oct\",\"k\":\"" K32 "\"}]}",
      NULL },
    { TKT_JWS_HS256, " {\"x\":[1],\"keys\":[{\"kty\":\"oct\",\"k\":\""
      K32 "\",\"alg\":\"HS256\",\"use\":\"sig\",\"key_ops\":[\"verify\"],"
      "\"x5c\":{\"a\":[]},\"n\":1}]}\n", NULL },
    { TKT_JWS_EDDSA, "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
      "\"x\":\"" K32 "\"}]}", NULL },
    { TKT_JWS_HS256, "", "no JSON object" },
    { TKT_JWS_HS256, "secret", "no JSON object" },
    { TKT_JWS_HS256, "[]", "no JSON object" },
    { TKT_JWS_HS256, "{}", "no key set" },
    { TKT_JWS_HS256, "{\"keys\":[]}", "no key set" },
    { TKT_JWS_HS256, "{\"keys\":{}}", "no array" },
    { TKT_JWS_HS256, "{\"keys\":[5]}", "no object" },
    { TKT_JWS_HS256, "{\"keys\":[[]]}", "no object" },
    { TKT_JWS_HS256, "{\"kty\":\"oct\",\"k\":\"" K32 "\"}",
      "no key set" },
    { TKT_JWS_HS256, "{\"keys\":[],\"keys\":[]}", "twice" },
    { TKT_JWS_HS256, "{\"keys\":[{\"kty\":\"oct\",\"k\":\"" K32 "\","
      "\"k\":\"" K32 "\"}]}", "twice" },
    { TKT_JWS_HS256, "{\"keys\":[{\"kty\":\"oct\",\"k\":\"" K31 "\"}]}",
      "31 bytes" },
    { TKT_JWS_HS256, "{\"keys\":[{\"kty\":\"oct\",\"k\":\"" K32 "=\"}]}",
      "base64url" },
    { TKT_JWS_HS256, "{\"keys\":[{\"kty\":\"oct\"}]}", "base64url" },
    { TKT_JWS_HS256, "{\"keys\":[{\"kty\":\"oct\",\"k\":5}]}",
      "\"k\" of key 1" },
    { TKT_JWS_HS256, "{\"keys\":[{\"kty\":\"oct\",\"k\":\"" K32 "\","
      "\"alg\":\"HS512\"}]}", "\"alg\" of key 1" },
    { TKT_JWS_HS256, "{\"keys\":[{\"kty\":\"oct\",\"k\":\"" K32 "\","
      "\"use\":\"enc\"}]}", "\"use\" of key 1" },
    { TKT_JWS_HS256, "{\"keys\":[{\"k\":\"" K32 "\"}]}", "no type" },
    { TKT_JWS_HS256, "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"" K32 "\"}]}",
      "no type" },
    { TKT_JWS_HS256, "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
      "\"x\":\"" K32 "\"}]}", "does not go with HS256" },
    { TKT_JWS_EDDSA, "{\"keys\":[{\"kty\":\"oct\",\"k\":\"" K32 "\"}]}",
      "does not go with EdDSA" },
    { TKT_JWS_EDDSA, "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"X25519\","
      "\"x\":\"" K32 "\"}]}", "\"crv\" of key 1" },
    { TKT_JWS_EDDSA, "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
      "\"x\":\"" K31 "\"}]}", "31 bytes" },
    { TKT_JWS_EDDSA, "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
      "\"x\":\"" K32 "\",\"d\":\"" K32 "\"}]}", "private" },
    { TKT_JWS_HS256, "{\"keys\":[{\"kty\":\"oct\",\"k\":\"" K32 "\","
      "\"kid\":\"a\"},{\"kty\":\"oct\",\"k\":\"" K32 "\",\"kid\":\"a\"}]}",
      "keys 1 and 2" },
    { TKT_JWS_NONE, "{\"keys\":[{\"kty\":\"oct\",\"k\":\"" K32 "\"}]}",
      "no algorithm" },
};


static void
test_key_files(void **state)
{
    size_t           i;
    char             fault[256];
    tkt_jwt_conf_t  *conf;

    for (i = 0; i < tkt_array_len(key_files); i++) {

        conf = load(key_files[i].alg, key_files[i].file, fault);

        if ((conf != NULL) != (key_files[i].why == NULL)
            || (conf == NULL && strstr(fault, key_files[i].why) == NULL)
            || strstr(fault, "AAAA") != NULL)
        {
            fail_msg("%s: \"%s\"", key_files[i].file, fault);
        }

        tkt_jwt_conf_free(conf);
    }
}


static void
test_too_many_keys(void **state)
{
    size_t           i, n;
    char             set[8192], jwk[256], kid[24], fault[256];
    jwt_desk_t          *d = *state;
    tkt_jwt_conf_t  *conf;

    for (n = TKT_JWT_KEYS_MAX; n <= TKT_JWT_KEYS_MAX + 1; n++) {

        (void) snprintf(set, sizeof(set), "{\"keys\":[");

        for (i = 0; i < n; i++) {
            (void) snprintf(kid, sizeof(kid), "%zu", i);
            issuer_jwk(&d->issuer, TKT_JWS_EDDSA, kid, jwk, sizeof(jwk));
            (void) strcat(strcat(set, i == 0 ? "" : ","), jwk);
        }

        conf = load(TKT_JWS_EDDSA, strcat(set, "]}"), fault);
        assert_int_equal(conf != NULL, n <= TKT_JWT_KEYS_MAX);
        tkt_jwt_conf_free(conf);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        TEST(test_rotation),
        TEST(test_key_files),
        TEST(test_too_many_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
