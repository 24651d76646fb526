/*
 * JSON Web Tokens (RFC 7519) as a way in: keys and rules of a location, and
 * what a valid token says about its bearer.  Keys are a JSON Web Key Set (RFC
 * 7517): `oct` keys for HS256, `OKP` keys with Ed25519 for EdDSA; a token
 * names its key by `kid`, or is tried with each if it has none.
 */

#ifndef TKT_JWT_H
#define TKT_JWT_H


#include "app/call/tkt_app.h"
#include "crypto/tkt_jws.h"


/* Names of the claims that say who the bearer is; empty: not looked at. */
typedef struct {
    tkt_str_t  user;                 /* "sub"                                */
    tkt_str_t  name;                 /* "name"                               */
    tkt_str_t  email;                /* "email"                              */
    tkt_str_t  role;                 /* "role"                               */
    tkt_str_t  tenant;               /* "tenant"                             */
} tkt_jwt_claims_t;

/* Rules of a location; keys are added by tkt_jwt_keys_load. */
typedef struct {
    tkt_jws_alg_t     alg;
    tkt_str_t         issuer;        /* empty: any                           */
    tkt_str_t         audience;      /* empty: none, of tokens without one   */
    tkt_jwt_claims_t  claims;
    tkt_role_t        max_role;
    uint32_t          leeway_s;      /* for exp and nbf                      */
} tkt_jwt_rules_t;


/*
 * The configuration from its rules, whose strings must outlive it, and the
 * text of a key file.  Keys of another algorithm, duplicate `kid`s, short
 * secrets, members twice and anything that is no key set are refused with a
 * reason in `fault`.  Secrets are copied into locked memory.  NULL: refused.
 */
tkt_jwt_conf_t *tkt_jwt_conf_create(const tkt_jwt_rules_t *rules,
    tkt_str_t key_file, char *fault, size_t fault_bytes);
void tkt_jwt_conf_free(tkt_jwt_conf_t *conf);

/* The most that a bearer may be here; user unless the rules say more. */
tkt_role_t tkt_jwt_max_role(const tkt_jwt_conf_t *conf);

/* Whether a bearer's credentials could be a JWT: three parts. */
bool tkt_jwt_shaped(tkt_str_t text);

/*
 * What a token says, strings in arena memory.  False if it is not valid now:
 * signature, algorithm, key, issuer, audience, time, form.  *expires_at_ms:
 * when it is taken no more, which is `exp` and the leeway; 0 without `exp`.
 * who->role may be a name that no role has, and is JSON text when the claim
 * is no string: whoever asserts something is not to get more than a user for
 * it.  cache may be NULL.
 *
 * Checked as RFC 7515, section 5.2, RFC 7519, section 7.2, and RFC 8725 ask:
 * the algorithm is the configured one and the key's; `crit` is refused
 * whatever it lists; members twice are refused; `typ` and other members of the
 * header are not looked at.
 */
bool tkt_jwt_check(const tkt_jwt_conf_t *conf, tkt_jwt_cache_t *cache,
    tkt_str_t text, int64_t now_ms, tkt_identity_t *who,
    int64_t *expires_at_ms, tkt_arena_t *arena);

/*
 * Tokens whose signature was found right before are known by a keyed hash of
 * their bytes, and by a hash of the configuration; times are looked at each
 * time.  At most TKT_JWT_CACHE_ENTRIES; key: 16 random bytes.  One thread.
 */
tkt_jwt_cache_t *tkt_jwt_cache_create(const uint8_t key[16]);
void tkt_jwt_cache_destroy(tkt_jwt_cache_t *cache);


#endif /* TKT_JWT_H */
