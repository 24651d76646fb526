/*
 * JSON Web Signatures in compact form (RFC 7515): three parts of base64url
 * (RFC 4648, section 5, without padding, strict), HS256 (RFC 7518, section
 * 3.2) and EdDSA with Ed25519 (RFC 8037).  What the parts mean is the caller's
 * matter; here is only whether a signature is of a key.  The algorithm is the
 * key's and never the token's (RFC 8725, section 3.1).
 */

#ifndef TKT_JWS_H
#define TKT_JWS_H


#include "base/tkt_arena.h"


typedef enum {
    TKT_JWS_NONE = 0,
    TKT_JWS_HS256,
    TKT_JWS_EDDSA
} tkt_jws_alg_t;

#define TKT_JWS_HS256_MIN_BYTES   32      /* RFC 7518, section 3.2           */
#define TKT_JWS_EDDSA_KEY_BYTES   32      /* a public key                    */


/* Its parts; `signed_part` is what the signature is over. */
typedef struct {
    tkt_str_t  header;              /* decoded JSON                          */
    tkt_str_t  payload;             /* decoded                               */
    tkt_str_t  signature;           /* decoded                               */
    tkt_str_t  signed_part;
} tkt_jws_t;


/*
 * Splits and decodes a token into arena memory.  False for anything else than
 * three non-empty parts of strict base64url, and without memory.
 */
bool tkt_jws_parse(tkt_str_t text, tkt_jws_t *jws, tkt_arena_t *arena);

/*
 * True if the signature is of this key.  HS256: a secret of at least
 * TKT_JWS_HS256_MIN_BYTES; EdDSA: a public key.
 */
bool tkt_jws_verify(const tkt_jws_t *jws, tkt_jws_alg_t alg, tkt_str_t key);

/* Strict base64url into arena memory; false for anything else. */
bool tkt_base64url_decode(tkt_str_t text, tkt_str_t *out, tkt_arena_t *arena);


#endif /* TKT_JWS_H */
