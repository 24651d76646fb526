/*
 * Bearer tokens: "tk_" NAME "." SECRET, both parts base64url.  NAME says where
 * the token's record is (16 bytes: tenant, principal and number, big-endian),
 * so that it is found by key; SECRET proves it.  The store keeps a digest of
 * the secret, never the secret, and the digest is what gets compared.
 */

#ifndef TKT_TOKEN_H
#define TKT_TOKEN_H


#include "base/tkt_base.h"


#define TKT_TOKEN_SECRET_BYTES  32
#define TKT_TOKEN_DIGEST_BYTES  32

/* Of the text: 3 + 22 + 1 + 43. */
#define TKT_TOKEN_TEXT_BYTES    69


typedef struct {
    uint32_t  tenant;
    uint64_t  principal;
    uint32_t  number;           /* among the principal's tokens */
    uint8_t   secret[TKT_TOKEN_SECRET_BYTES];
} tkt_token_t;


/*
 * Writes the token's text, without a NUL; returns TKT_TOKEN_TEXT_BYTES, the
 * bytes written.  The secret is the caller's random bytes.
 */
size_t tkt_token_make(uint8_t *text, uint32_t tenant, uint64_t principal,
    uint32_t number, const uint8_t secret[TKT_TOKEN_SECRET_BYTES]);

/*
 * Reads what tkt_token_make wrote; false for any other text, and *out then is
 * not to be read.  That a text can be read says nothing of its being valid.
 */
bool tkt_token_parse(tkt_str_t text, tkt_token_t *out);

/* What is stored of a secret: BLAKE2b-256 personalised to this one use. */
void tkt_token_digest(uint8_t out[TKT_TOKEN_DIGEST_BYTES],
    const uint8_t secret[TKT_TOKEN_SECRET_BYTES]);


#endif /* TKT_TOKEN_H */
