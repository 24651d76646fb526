/*
 * What the files about JSON Web Tokens share.
 */

#ifndef TKT_JWT_INT_H
#define TKT_JWT_INT_H


#include "app/who/tkt_jwt.h"


#define TKT_JWT_DIGEST_BYTES    32
#define TKT_JWT_SET_MAX_BYTES   65536    /* of a key file                    */
#define TKT_JWT_KID_MAX_BYTES   256
#define TKT_JWT_SECRET_MAX_BYTES  1024


typedef struct {
    tkt_str_t  kid;
    bool       has_kid;
    tkt_str_t  key;                      /* in locked memory                 */
} tkt_jwt_key_t;

struct tkt_jwt_conf_s {
    tkt_jwt_rules_t  rules;
    uint8_t          digest[TKT_JWT_DIGEST_BYTES];   /* of rules and keys    */
    tkt_arena_t      arena;              /* of kids                          */
    uint8_t         *locked;
    size_t           count;
    tkt_jwt_key_t    keys[TKT_JWT_KEYS_MAX];
};


/* What holds of a token at any time, and when it is valid. */
typedef struct {
    tkt_identity_t  who;
    int64_t         from_ms;             /* nbf or iat, less the leeway      */
    int64_t         until_ms;            /* exp and the leeway; 0: no end    */
} tkt_jwt_facts_t;

typedef struct {
    uint64_t  hash[2];
} tkt_jwt_name_t;


/* "HS256" or "EdDSA". */
tkt_str_t tkt_jwt_alg_name(tkt_jws_alg_t alg);

void tkt_jwt_cache_name(const tkt_jwt_cache_t *cache, tkt_str_t text,
    tkt_jwt_name_t *name);

/* Strings are the cache's, until something is added to it. */
bool tkt_jwt_cache_find(tkt_jwt_cache_t *cache, const tkt_jwt_conf_t *conf,
    const tkt_jwt_name_t *name, tkt_jwt_facts_t *facts);
void tkt_jwt_cache_add(tkt_jwt_cache_t *cache, const tkt_jwt_conf_t *conf,
    const tkt_jwt_name_t *name, const tkt_jwt_facts_t *facts);


#endif /* TKT_JWT_INT_H */
