/*
 * An issuer of JSON Web Tokens for tests, true and false ones: any header and
 * claims, signed with any of its keys or not at all.
 */

#ifndef ISSUER_H
#define ISSUER_H


#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/who/tkt_jwt.h"
#include "base/tkt_text.h"


#define ISSUER_TOKEN_BYTES  16384

typedef struct {
    uint8_t  secret[32];         /* of HS256                                 */
    uint8_t  public[32];         /* of EdDSA                                 */
    uint8_t  private[64];
} issuer_t;


static inline void
issuer_make(issuer_t *issuer, uint8_t number)
{
    uint8_t  seed[32];

    memset(seed, number, sizeof(seed));
    memset(issuer->secret, number ^ 0x5a, sizeof(issuer->secret));
    (void) crypto_sign_seed_keypair(issuer->public, issuer->private, seed);
}


static inline size_t
issuer_encode(char *out, const void *data, size_t n)
{
    tkt_base64_encode((uint8_t *) out, data, n);

    return tkt_base64_bytes(n);
}


/* "HEADER.CLAIMS." */
static inline size_t
issuer_body(char *out, const char *header, const char *claims)
{
    size_t  n;

    n = issuer_encode(out, header, strlen(header));
    out[n++] = '.';
    n += issuer_encode(out + n, claims, strlen(claims));
    out[n] = '\0';

    return n;
}


static inline char *
issuer_hs256(char *out, const void *key, size_t key_bytes,
    const char *header, const char *claims)
{
    size_t                        n;
    uint8_t                       mac[32];
    crypto_auth_hmacsha256_state  state;

    n = issuer_body(out, header, claims);
    (void) crypto_auth_hmacsha256_init(&state, key, key_bytes);
    (void) crypto_auth_hmacsha256_update(&state, (uint8_t *) out, n);
    (void) crypto_auth_hmacsha256_final(&state, mac);
    out[n++] = '.';
    n += issuer_encode(out + n, mac, sizeof(mac));
    out[n] = '\0';

    return out;
}


static inline char *
issuer_eddsa(char *out, const issuer_t *issuer, const char *header,
    const char *claims)
{
    size_t   n;
    uint8_t  signature[64];

    n = issuer_body(out, header, claims);
    (void) crypto_sign_detached(signature, NULL, (uint8_t *) out, n,
                                issuer->private);
    out[n++] = '.';
    n += issuer_encode(out + n, signature, sizeof(signature));
    out[n] = '\0';

    return out;
}


/* A member of a key set. */
static inline void
issuer_jwk(const issuer_t *issuer, tkt_jws_alg_t alg, const char *kid,
    char *out, size_t size)
{
    char    text[64];
    size_t  n;

    n = issuer_encode(text, alg == TKT_JWS_HS256 ? issuer->secret
                                                 : issuer->public, 32);
    (void) snprintf(out, size, "{%s%s%s\"kty\":\"%s\",\"%s\":\"%.*s\"%s}",
                    kid ? "\"kid\":\"" : "", kid ? kid : "", kid ? "\"," : "",
                    alg == TKT_JWS_HS256 ? "oct" : "OKP",
                    alg == TKT_JWS_HS256 ? "k" : "x", (int) n, text,
                    alg == TKT_JWS_HS256 ? "" : ",\"crv\":\"Ed25519\"");
}


static inline tkt_jwt_rules_t
issuer_rules(tkt_jws_alg_t alg)
{
    return (tkt_jwt_rules_t) {
        .alg = alg, .leeway_s = TKT_JWT_LEEWAY_S,
        .max_role = TKT_ROLE_SUPERVISOR,
        .claims = {
            .user = tkt_str("sub"), .name = tkt_str("name"),
            .email = tkt_str("email"), .role = tkt_str("role"),
            .tenant = tkt_str("tenant"),
        },
    };
}


/* The configuration for one key of the issuer; kid may be NULL. */
static inline tkt_jwt_conf_t *
issuer_conf(const issuer_t *issuer, tkt_jws_alg_t alg, const char *kid)
{
    char             jwk[512], set[600], fault[256];
    tkt_jwt_rules_t  rules = issuer_rules(alg);

    issuer_jwk(issuer, alg, kid, jwk, sizeof(jwk));
    (void) snprintf(set, sizeof(set), "{\"keys\":[%s]}", jwk);

    return tkt_jwt_conf_create(&rules, tkt_str_z(set), fault, sizeof(fault));
}


#endif /* ISSUER_H */
