/*
 * JSON Web Tokens: what a true one says, and every false one that its forger
 * may think of.
 */

#include "app/jwt_desk.h"


/* ---- true ones ---- */

static void
test_claims(void **state)
{
    jwt_desk_t  *d = *state;

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
    jwt_desk_t  *d = *state;

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
    jwt_desk_t  *d = *state;

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
    jwt_desk_t           *d = *state;
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


/* Who has no name is not meant by any audience (RFC 7519, section 4.1.3). */
static void
test_no_audience(void **state)
{
    jwt_desk_t  *d = *state;

    assert_true(check(d, d->hs256, signed_by(d, HS, "{\"sub\":\"a\"}")));
    assert_false(check(d, d->hs256, signed_by(d, HS,
        "{\"sub\":\"a\",\"aud\":\"desk\"}")));
    assert_false(check(d, d->hs256, signed_by(d, HS,
        "{\"aud\":\"\",\"sub\":\"a\"}")));
    assert_false(check(d, d->hs256, signed_by(d, HS,
        "{\"sub\":\"a\",\"aud\":[]}")));
    assert_false(check(d, d->hs256, signed_by(d, HS,
        "{\"sub\":\"a\",\"aud\":null}")));
}


/* ---- false ones ---- */

static void
test_algorithms(void **state)
{
    size_t   i;
    jwt_desk_t  *d = *state;

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
    jwt_desk_t  *d = *state;

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
    jwt_desk_t  *d = *state;

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
    jwt_desk_t  *d = *state;

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


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        TEST(test_claims),
        TEST(test_types),
        TEST(test_times),
        TEST(test_issuer_audience),
        TEST(test_no_audience),
        TEST(test_algorithms),
        TEST(test_key_confusion),
        TEST(test_claims_hostile),
        TEST(test_size),
        TEST(test_shape),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
