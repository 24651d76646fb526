/*
 * What the tests of JSON Web Tokens share: an issuer, its configurations, and
 * what a checked token said.
 */

#ifndef JWT_DESK_H
#define JWT_DESK_H


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

typedef struct {
    issuer_t          issuer;
    tkt_arena_t       arena;
    tkt_jwt_conf_t   *hs256, *eddsa;     /* a key without a name each        */
    tkt_identity_t    who;
    int64_t           expires_at_ms;
    char              token[ISSUER_TOKEN_BYTES];
} jwt_desk_t;


static inline int
setup(void **state)
{
    static jwt_desk_t  d;

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


static inline int
teardown(void **state)
{
    jwt_desk_t  *d = *state;

    tkt_jwt_conf_free(d->hs256);
    tkt_jwt_conf_free(d->eddsa);
    tkt_arena_done(&d->arena);

    return 0;
}


static inline bool
check(jwt_desk_t *d, const tkt_jwt_conf_t *conf, const char *token)
{
    memset(&d->who, 0, sizeof(d->who));

    return tkt_jwt_check(conf, NULL, tkt_str_z(token), NOW_MS, &d->who,
                         &d->expires_at_ms, &d->arena);
}


static inline const char *
signed_by(jwt_desk_t *d, const char *header, const char *claims)
{
    return issuer_hs256(d->token, d->issuer.secret, sizeof(d->issuer.secret),
                        header, claims);
}


static inline void
is(tkt_str_t text, const char *expected)
{
    if (!tkt_str_eq(text, tkt_str_z(expected))) {
        fail_msg("\"%.*s\" is not \"%s\"", (int) text.len,
                 (const char *) text.data, expected);
    }
}


#define TEST(name)  cmocka_unit_test_setup_teardown(name, setup, teardown)


#endif /* JWT_DESK_H */
