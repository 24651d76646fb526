/*
 * Tokens found valid before: they still begin and end, each under its own
 * configuration, and never take more room than there is.
 */

#include "app/jwt_desk.h"


static const uint8_t  cache_key[16] = { 1, 2, 3 };


static bool
check_cached(jwt_desk_t *d, const tkt_jwt_conf_t *conf, tkt_jwt_cache_t *cache,
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
    jwt_desk_t           *d = *state;
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
    jwt_desk_t           *d = *state;
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
    jwt_desk_t           *d = *state;
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


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        TEST(test_cache_times),
        TEST(test_cache_configurations),
        TEST(test_cache_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
