/*
 * JSON Web Tokens: what a true one says, and every false one that its forger
 * may think of.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/tkt_crypto.h"
#include "issuer.h"


#define NOW_S   INT64_C(1790000000)
#define NOW_MS  (NOW_S * 1000)
#define HS      "{\"alg\":\"HS256\"}"
#define ED      "{\"alg\":\"EdDSA\"}"

static const uint8_t  cache_key[16] = { 1, 2, 3 };


typedef struct {
    issuer_t          issuer;
    tkt_arena_t       arena;
    tkt_jwt_conf_t   *hs256, *eddsa;     /* a key without a name each        */
    tkt_identity_t    who;
    int64_t           expires_at_ms;
    char              token[ISSUER_TOKEN_BYTES];
} desk_t;


static int
setup(void **state)
{
    static desk_t  d;

    if (!tkt_crypto_init()) {
        return -1;
    }

    issuer_make(&d.issuer, 7);
    tkt_arena_init(&d.arena, 8192);
    d.arena.failed = false;
    d.hs256 = issuer_conf(&d.issuer, TKT_JWS_HS256, NULL);
    d.eddsa = issuer_conf(&d.issuer, TKT_JWS_EDDSA, NULL);
    *state = &d;

    return d.hs256 == NULL || d.eddsa == NULL;
}


static int
teardown(void **state)
{
    desk_t  *d = *state;

    tkt_jwt_conf_free(d->hs256);
    tkt_jwt_conf_free(d->eddsa);
    tkt_arena_done(&d->arena);

    return 0;
}


static bool
check(desk_t *d, const tkt_jwt_conf_t *conf, const char *token)
{
    memset(&d->who, 0, sizeof(d->who));

    return tkt_jwt_check(conf, NULL, tkt_str_z(token), NOW_MS, &d->who,
                         &d->expires_at_ms, &d->arena);
}


static const char *
signed_by(desk_t *d, const char *header, const char *claims)
{
    return issuer_hs256(d->token, d->issuer.secret, sizeof(d->issuer.secret),
                        header, claims);
}


static void
is(tkt_str_t text, const char *expected)
{
    if (!tkt_str_eq(text, tkt_str_z(expected))) {
        fail_msg("\"%.*s\" is not \"%s\"", (int) text.len,
                 (const char *) text.data, expected);
    }
}


/* ---- true ones ---- */

static void
test_claims(void **state)
{
    desk_t  *d = *state;

    assert_true(check(d, d->hs256, signed_by(d, HS,
        "{\"sub\":\"alice\",\"name\":\"\\u963fLi \\\"A\\\"\",\"email\":"
        "\"a@example.com\",\"role\":\"agent\",\"tenant\":\"acme\","
        "\"exp\":1790000001,\"nbf\":1790000000,\"iat\":1789999999.5,"
        "\"extra\":{\"deep\":[1,{\"a\":null}]},\"no\":true}")));
    is(d->who.user, "alice");
    is(d->who.name, "\xe9\x98\xbfLi \"A\"");
    is(d->who.email, "a@example.com");
    is(d->who.role, "agent");
    is(d->who.tenant, "acme");
    assert_int_equal(d->expires_at_ms, NOW_MS + 1000
                                       + TKT_JWT_LEEWAY_S * 1000);

    assert_true(check(d, d->eddsa, issuer_eddsa(d->token, &d->issuer,
        "{\"typ\":\"at+jwt\",\"alg\":\"EdDSA\",\"cty\":\"x\"}",
        "{\"sub\":\"bob\"}")));
    is(d->who.user, "bob");
    is(d->who.role, "");
    assert_int_equal(d->expires_at_ms, 0);
    assert_int_equal(tkt_jwt_max_role(d->hs256), TKT_ROLE_SUPERVISOR);
}


/* What a claim of another type than a string is worth. */
static void
test_types(void **state)
{
    size_t   i;
    desk_t  *d = *state;

    static const struct {
        const char  *claims;
        bool         taken;
        const char  *user, *name, *role;
    } rows[] = {
        { "{\"sub\":17}", true, "17", "", "" },
        { "{\"sub\":0}", true, "0", "", "" },
        { "{\"sub\":1.5}", false, "", "", "" },
        { "{\"sub\":-1}", false, "", "", "" },
        { "{\"sub\":\"\"}", false, "", "", "" },
        { "{\"sub\":null}", false, "", "", "" },
        { "{\"sub\":true}", false, "", "", "" },
        { "{\"sub\":[\"a\"]}", false, "", "", "" },
        { "{\"sub\":{\"a\":1}}", false, "", "", "" },
        { "{}", false, "", "", "" },
        { "{\"Sub\":\"a\"}", false, "", "", "" },
        { "{\"sub\":\"a\",\"name\":5}", true, "a", "", "" },
        { "{\"sub\":\"a\",\"name\":null,\"role\":null,\"tenant\":null}", true,
          "a", "", "" },
        { "{\"sub\":\"a\",\"role\":[\"admin\"]}", true, "a", "",
          "[\"admin\"]" },
        { "{\"sub\":\"a\",\"role\":5}", true, "a", "", "5" },
        { "{\"sub\":\"a\",\"tenant\":5}", false, "", "", "" },
        { "{\"sub\":\"a\",\"tenant\":[\"main\"]}", false, "", "", "" },
        { "{\"s\\u0075b\":\"a\"}", true, "a", "", "" },
    };

    for (i = 0; i < tkt_array_len(rows); i++) {

        if (check(d, d->hs256, signed_by(d, HS, rows[i].claims))
            != rows[i].taken)
        {
            fail_msg("%s", rows[i].claims);
        }

        if (rows[i].taken) {
            is(d->who.user, rows[i].user);
            is(d->who.name, rows[i].name);
            is(d->who.role, rows[i].role);
        }
    }
}


/* ---- times ---- */

static void
test_times(void **state)
{
    size_t   i;
    char     claims[256];
    desk_t  *d = *state;

    static const struct {
        const char  *member;
        long         at;             /* seconds from now                     */
        bool         taken;
    } rows[] = {
        { "exp", 1, true }, { "exp", 0, true }, { "exp", -29, true },
        { "exp", -30, false }, { "exp", -31, false }, { "exp", -NOW_S, false },
        { "nbf", -1, true }, { "nbf", 0, true }, { "nbf", 30, true },
        { "nbf", 31, false }, { "nbf", 100000, false },
        { "iat", -1, true }, { "iat", 30, true }, { "iat", 31, false },
    };
    static const char *const  bad[] = {
        "\"1790000100\"", "null", "-1", "1e12", "true", "[1790000100]", "{}",
        "1790000100000", "99999999999999999999", "1790000100.",
        "\"never\"", "253402300800",
    };

    for (i = 0; i < tkt_array_len(rows); i++) {
        (void) snprintf(claims, sizeof(claims), "{\"sub\":\"a\",\"%s\":%ld}",
                        rows[i].member, (long) NOW_S + rows[i].at);

        if (check(d, d->hs256, signed_by(d, HS, claims)) != rows[i].taken) {
            fail_msg("%s", claims);
        }
    }

    for (i = 0; i < tkt_array_len(bad); i++) {
        (void) snprintf(claims, sizeof(claims), "{\"sub\":\"a\",\"exp\":%s}",
                        bad[i]);

        if (check(d, d->hs256, signed_by(d, HS, claims))) {
            fail_msg("%s", claims);
        }
    }

    /* the later of the two says when it begins, whatever their order */

    assert_false(check(d, d->hs256, signed_by(d, HS,
                       "{\"sub\":\"a\",\"nbf\":1790000100,\"iat\":1}")));
    assert_false(check(d, d->hs256, signed_by(d, HS,
                       "{\"sub\":\"a\",\"iat\":1790000100,\"nbf\":1}")));
}


static void
test_issuer_audience(void **state)
{
    size_t            i;
    char              jwk[256], set[300], fault[256];
    desk_t           *d = *state;
    tkt_jwt_conf_t   *conf;
    tkt_jwt_rules_t   rules = issuer_rules(TKT_JWS_HS256);

    static const struct {
        const char  *claims;
        bool         taken;
    } rows[] = {
        { "\"iss\":\"https://id.example\",\"aud\":\"desk\"", true },
        { "\"iss\":\"https://id.example\",\"aud\":[\"x\",\"desk\"]", true },
        { "\"iss\":\"https://id.example\",\"aud\":[]", false },
        { "\"iss\":\"https://id.example\",\"aud\":[\"desk\",5]", false },
        { "\"iss\":\"https://id.example\",\"aud\":[[\"desk\"]]", false },
        { "\"iss\":\"https://id.example\",\"aud\":{\"desk\":1}", false },
        { "\"iss\":\"https://id.example\",\"aud\":\"Desk\"", false },
        { "\"iss\":\"https://id.example\",\"aud\":\"desk \"", false },
        { "\"iss\":\"https://id.example\",\"aud\":null", false },
        { "\"iss\":\"https://id.example\"", false },
        { "\"iss\":\"https://id.example/\",\"aud\":\"desk\"", false },
        { "\"iss\":[\"https://id.example\"],\"aud\":\"desk\"", false },
        { "\"aud\":\"desk\"", false },
    };

    rules.issuer = tkt_str("https://id.example");
    rules.audience = tkt_str("desk");
    issuer_jwk(&d->issuer, TKT_JWS_HS256, NULL, jwk, sizeof(jwk));
    (void) snprintf(set, sizeof(set), "{\"keys\":[%s]}", jwk);
    conf = tkt_jwt_conf_create(&rules, tkt_str_z(set), fault, sizeof(fault));
    assert_non_null(conf);

    for (i = 0; i < tkt_array_len(rows); i++) {
        (void) snprintf(set, sizeof(set), "{\"sub\":\"a\",%s}",
                        rows[i].claims);

        if (check(d, conf, signed_by(d, HS, set)) != rows[i].taken) {
            fail_msg("%s", set);
        }
    }

    tkt_jwt_conf_free(conf);
}


/* ---- false ones ---- */

static void
test_algorithms(void **state)
{
    size_t   i;
    desk_t  *d = *state;

    static const char *const  headers[] = {
        "{\"alg\":\"none\"}", "{\"alg\":\"None\"}", "{\"alg\":\"RS256\"}",
        "{\"alg\":\"ES256\"}", "{\"alg\":\"HS384\"}", "{\"alg\":\"hs256\"}",
        "{\"alg\":\"HS256 \"}", "{\"alg\":[\"HS256\"]}", "{\"alg\":null}",
        "{}", "{\"ALG\":\"HS256\"}", "{\"alg\":\"EdDSA\"}",
        "{\"alg\":\"none\",\"alg\":\"HS256\"}",
        "{\"alg\":\"HS256\",\"alg\":\"HS256\"}",
        "{\"alg\":\"HS256\",\"\\u0061lg\":\"HS256\"}",
        "{\"alg\":\"HS256\",\"crit\":[\"exp\"],\"exp\":1}",
        "{\"alg\":\"HS256\",\"crit\":[]}",
        "{\"alg\":\"HS256\",\"crit\":null}",
        "{\"alg\":\"HS256\",\"kid\":\"unknown\"}",
        "{\"alg\":\"HS256\",\"kid\":5}", "{\"alg\":\"HS256\",\"kid\":null}",
        "[\"HS256\"]", "\"HS256\"", "{\"alg\":\"HS256\"} ,",
        "{\"alg\":\"HS256\"}{}", "{\"alg\":\"HS256\",}", "\xff",
        "{\"alg\":\"HS256\",\"x\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}",
    };

    for (i = 0; i < tkt_array_len(headers); i++) {
        if (check(d, d->hs256, signed_by(d, headers[i], "{\"sub\":\"a\"}"))) {
            fail_msg("%s", headers[i]);
        }
    }

    /* no signature, and no part for one */

    (void) issuer_body(d->token, "{\"alg\":\"none\"}", "{\"sub\":\"a\"}");
    assert_false(check(d, d->hs256, d->token));
    assert_false(check(d, d->eddsa, d->token));
    d->token[strlen(d->token) - 1] = '\0';
    assert_false(tkt_jwt_shaped(tkt_str_z(d->token)));
    assert_false(check(d, d->hs256, d->token));
}


/* A public key is public: it must not do as a secret. */
static void
test_key_confusion(void **state)
{
    desk_t  *d = *state;

    assert_false(check(d, d->eddsa,
                       issuer_hs256(d->token, d->issuer.public, 32, HS,
                                    "{\"sub\":\"a\"}")));
    assert_false(check(d, d->eddsa,
                       issuer_hs256(d->token, d->issuer.public, 32, ED,
                                    "{\"sub\":\"a\"}")));
    assert_false(check(d, d->hs256,
                       issuer_eddsa(d->token, &d->issuer, HS,
                                    "{\"sub\":\"a\"}")));
    assert_false(check(d, d->eddsa,
                       issuer_eddsa(d->token, &d->issuer, HS,
                                    "{\"sub\":\"a\"}")));
    assert_true(check(d, d->eddsa,
                      issuer_eddsa(d->token, &d->issuer, ED,
                                   "{\"sub\":\"a\"}")));
}


/* Claims that are read only because they are signed must be sound as well. */
static void
test_claims_hostile(void **state)
{
    size_t   i;
    char     deep[256];
    desk_t  *d = *state;

    static const char *const  claims[] = {
        "{\"sub\":\"a\",\"sub\":\"b\"}", "{\"sub\":\"a\",\"su\\u0062\":\"b\"}",
        "{\"sub\":\"a\",\"x\":{\"y\":1,\"y\":2}}", "[\"a\"]", "\"a\"", "",
        "{\"sub\":\"a\"}x", "{\"sub\":\"a\"", "{\"sub\":\"\\ud800\"}",
        "{\"sub\":\"a\\u0000b\"}", "{\"sub\":\"\xc0\x80\"}",
        "\xef\xbb\xbf{\"sub\":\"a\"}", "{\"sub\":'a'}", "{sub:\"a\"}",
        "{\"sub\":\"a\"/**/}", "{\"sub\":\"a\",\"n\":NaN}",
    };

    for (i = 0; i < tkt_array_len(claims); i++) {
        if (check(d, d->hs256, signed_by(d, HS, claims[i]))) {
            fail_msg("%s", claims[i]);
        }
    }

    for (i = 1; i < 64; i++) {
        (void) snprintf(deep, sizeof(deep), "{\"sub\":\"a\",\"x\":%.*s1%.*s}",
                        (int) i, "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
                        "[[[[[[[[[[[[[[[[[[[[", (int) i,
                        "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
                        "]]]]]]]]]]]]");
        assert_int_equal(check(d, d->hs256, signed_by(d, HS, deep)),
                         i < TKT_JSON_DEPTH_MAX_LEVELS);
    }
}


static void
test_size(void **state)
{
    int      n;
    bool     taken;
    char     claims[9000];
    desk_t  *d = *state;

    for (n = 6000; n < 8000; n += 13) {
        (void) snprintf(claims, sizeof(claims), "{\"sub\":\"a\",\"x\":"
                        "\"%0*d\"}", n, 0);
        taken = check(d, d->hs256, signed_by(d, HS, claims));
        assert_int_equal(taken, strlen(d->token) <= TKT_BEARER_MAX_BYTES);
    }

    assert_true(strlen(d->token) > 9000);
}


static void
test_shape(void **state)
{
    assert_true(tkt_jwt_shaped(tkt_str("a.b.c")));
    assert_true(tkt_jwt_shaped(tkt_str("..")));
    assert_false(tkt_jwt_shaped(tkt_str("a.b")));
    assert_false(tkt_jwt_shaped(tkt_str("a.b.c.d.e")));
    assert_false(tkt_jwt_shaped(tkt_str("")));
}


/* ---- keys ---- */

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
    desk_t          *d = *state;
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

static void
test_key_files(void **state)
{
    size_t           i;
    char             fault[256];
    tkt_jwt_conf_t  *conf;

    static const struct {
        tkt_jws_alg_t  alg;
        const char    *file;
        const char    *why;          /* part of the fault; NULL: it is taken */
    } rows[] = {
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

    for (i = 0; i < tkt_array_len(rows); i++) {

        conf = load(rows[i].alg, rows[i].file, fault);

        if ((conf != NULL) != (rows[i].why == NULL)
            || (conf == NULL && strstr(fault, rows[i].why) == NULL)
            || strstr(fault, "AAAA") != NULL)
        {
            fail_msg("%s: \"%s\"", rows[i].file, fault);
        }

        tkt_jwt_conf_free(conf);
    }
}


static void
test_too_many_keys(void **state)
{
    size_t           i, n;
    char             set[8192], jwk[256], kid[8], fault[256];
    desk_t          *d = *state;
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


/* ---- the cache ---- */

static bool
check_cached(desk_t *d, const tkt_jwt_conf_t *conf, tkt_jwt_cache_t *cache,
    const char *token, int64_t now_ms)
{
    memset(&d->who, 0, sizeof(d->who));

    return tkt_jwt_check(conf, cache, tkt_str_z(token), now_ms, &d->who,
                         &d->expires_at_ms, &d->arena);
}


/* A token known to be right still begins and ends. */
static void
test_cache_times(void **state)
{
    int               n;
    char              token[512];
    desk_t           *d = *state;
    tkt_jwt_cache_t  *cache = tkt_jwt_cache_create(cache_key);

    (void) issuer_eddsa(token, &d->issuer, ED, "{\"sub\":\"a\",\"name\":\"A\","
                        "\"email\":\"e@x.yz\",\"role\":\"agent\",\"tenant\":"
                        "\"t\",\"nbf\":1790000100,\"exp\":1790000200}");

    for (n = 0; n < 3; n++) {
        assert_false(check_cached(d, d->eddsa, cache, token,
                                  (NOW_S + 70) * 1000 - 1));
        assert_true(check_cached(d, d->eddsa, cache, token,
                                 (NOW_S + 70) * 1000));
        assert_true(check_cached(d, d->eddsa, cache, token,
                                 (NOW_S + 230) * 1000 - 1));
        is(d->who.user, "a");
        is(d->who.name, "A");
        is(d->who.email, "e@x.yz");
        is(d->who.role, "agent");
        is(d->who.tenant, "t");
        assert_int_equal(d->expires_at_ms, (NOW_S + 230) * 1000);
        assert_false(check_cached(d, d->eddsa, cache, token,
                                  (NOW_S + 230) * 1000));
    }

    tkt_jwt_cache_destroy(cache);
}


/* What one configuration takes says nothing to another. */
static void
test_cache_configurations(void **state)
{
    char              token[512];
    desk_t           *d = *state;
    issuer_t          other;
    tkt_jwt_conf_t   *conf;
    tkt_jwt_cache_t  *cache = tkt_jwt_cache_create(cache_key);

    issuer_make(&other, 9);
    conf = issuer_conf(&other, TKT_JWS_EDDSA, NULL);
    (void) issuer_eddsa(token, &d->issuer, ED, "{\"sub\":\"a\"}");

    assert_true(check_cached(d, d->eddsa, cache, token, NOW_MS));
    assert_false(check_cached(d, conf, cache, token, NOW_MS));
    assert_false(check_cached(d, d->hs256, cache, token, NOW_MS));
    assert_true(check_cached(d, d->eddsa, cache, token, NOW_MS));

    /* nor one token to another */

    token[strlen(token) - 4] ^= 1;
    assert_false(check_cached(d, d->eddsa, cache, token, NOW_MS));

    tkt_jwt_conf_free(conf);
    tkt_jwt_cache_destroy(cache);
}


/* More tokens than there is room for: each is answered right. */
static void
test_cache_bounded(void **state)
{
    int               n, round;
    char              claims[64];
    desk_t           *d = *state;
    tkt_jwt_cache_t  *cache = tkt_jwt_cache_create(cache_key);

    for (round = 0; round < 2; round++) {
        for (n = 0; n < 3 * TKT_JWT_CACHE_ENTRIES; n++) {
            (void) snprintf(claims, sizeof(claims), "{\"sub\":\"u%d\"}", n);
            assert_true(check_cached(d, d->hs256, cache,
                                     signed_by(d, HS, claims), NOW_MS));
            claims[strlen(claims) - 2] = '\0';
            is(d->who.user, claims + 8);
        }

        tkt_arena_done(&d->arena);
    }

    tkt_jwt_cache_destroy(cache);
    tkt_jwt_cache_destroy(NULL);
}


#define TEST(name)  cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest  tests[] = {
        TEST(test_claims),
        TEST(test_types),
        TEST(test_times),
        TEST(test_issuer_audience),
        TEST(test_algorithms),
        TEST(test_key_confusion),
        TEST(test_claims_hostile),
        TEST(test_size),
        TEST(test_shape),
        TEST(test_rotation),
        TEST(test_key_files),
        TEST(test_too_many_keys),
        TEST(test_cache_times),
        TEST(test_cache_configurations),
        TEST(test_cache_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
