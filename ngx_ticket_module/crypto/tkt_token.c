/*
 * The text form of tokens.  A token is a secret of full entropy, so one fast
 * hash protects it; passwords need another kind.
 */

#include <sodium.h>

#include "base/tkt_limits.h"
#include "base/tkt_text.h"
#include "crypto/tkt_token.h"


#define TKT_TOKEN_NAME_BYTES      16
#define TKT_TOKEN_PREFIX_CHARS    3
#define TKT_TOKEN_NAME_CHARS      tkt_base64_bytes(TKT_TOKEN_NAME_BYTES)
#define TKT_TOKEN_SECRET_CHARS    tkt_base64_bytes(TKT_TOKEN_SECRET_BYTES)
#define TKT_TOKEN_NAME_AT         TKT_TOKEN_PREFIX_CHARS
#define TKT_TOKEN_DOT_AT          (TKT_TOKEN_NAME_AT + TKT_TOKEN_NAME_CHARS)
#define TKT_TOKEN_SECRET_AT       (TKT_TOKEN_DOT_AT + 1)


_Static_assert(TKT_TOKEN_SECRET_AT + TKT_TOKEN_SECRET_CHARS
               == TKT_TOKEN_TEXT_BYTES
               && TKT_TOKEN_TEXT_BYTES <= TKT_TOKEN_MAX_BYTES,
               "the text's length is the sum of its parts");
_Static_assert(TKT_TOKEN_DIGEST_BYTES == crypto_generichash_BYTES,
               "the digest is BLAKE2b-256");


static const char  tkt_token_prefix[TKT_TOKEN_PREFIX_CHARS + 1] = "tk_";

/* Changing it makes every stored token invalid. */
static const uint8_t
    tkt_token_personal[crypto_generichash_blake2b_PERSONALBYTES] =
    { 't', 'k', 't', '.', 't', 'o', 'k', 'e', 'n', '.', 'd', 'i', 'g', 'e',
      's', 't' };


static void
tkt_put_be(uint8_t *out, uint64_t value, size_t bytes)
{
    while (bytes-- > 0) {
        out[bytes] = (uint8_t) value;
        value >>= 8;
    }
}


static uint64_t
tkt_get_be(const uint8_t *p, size_t bytes)
{
    size_t    i;
    uint64_t  value;

    for (value = 0, i = 0; i < bytes; i++) {
        value = value << 8 | p[i];
    }

    return value;
}


size_t
tkt_token_make(uint8_t *text, uint32_t tenant, uint64_t principal,
    uint32_t number, const uint8_t secret[TKT_TOKEN_SECRET_BYTES])
{
    uint8_t  name[TKT_TOKEN_NAME_BYTES];

    tkt_put_be(name, tenant, 4);
    tkt_put_be(name + 4, principal, 8);
    tkt_put_be(name + 12, number, 4);

    memcpy(text, tkt_token_prefix, TKT_TOKEN_PREFIX_CHARS);
    tkt_base64_encode(text + TKT_TOKEN_NAME_AT, name, sizeof(name));
    text[TKT_TOKEN_DOT_AT] = '.';
    tkt_base64_encode(text + TKT_TOKEN_SECRET_AT, secret,
                      TKT_TOKEN_SECRET_BYTES);

    return TKT_TOKEN_TEXT_BYTES;
}


bool
tkt_token_parse(tkt_str_t text, tkt_token_t *out)
{
    size_t     n;
    uint8_t    name[TKT_TOKEN_NAME_BYTES];
    tkt_str_t  part;

    if (text.len != TKT_TOKEN_TEXT_BYTES
        || memcmp(text.data, tkt_token_prefix, TKT_TOKEN_PREFIX_CHARS) != 0
        || text.data[TKT_TOKEN_DOT_AT] != '.')
    {
        return false;
    }

    part.data = text.data + TKT_TOKEN_NAME_AT;
    part.len = TKT_TOKEN_NAME_CHARS;

    if (!tkt_base64_decode(part, name, &n)) {
        return false;
    }

    part.data = text.data + TKT_TOKEN_SECRET_AT;
    part.len = TKT_TOKEN_SECRET_CHARS;

    if (!tkt_base64_decode(part, out->secret, &n)) {
        return false;
    }

    out->tenant = (uint32_t) tkt_get_be(name, 4);
    out->principal = tkt_get_be(name + 4, 8);
    out->number = (uint32_t) tkt_get_be(name + 12, 4);

    return true;
}


void
tkt_token_digest(uint8_t out[TKT_TOKEN_DIGEST_BYTES],
    const uint8_t secret[TKT_TOKEN_SECRET_BYTES])
{
    (void) crypto_generichash_blake2b_salt_personal(out,
                                                    TKT_TOKEN_DIGEST_BYTES,
                                                    secret,
                                                    TKT_TOKEN_SECRET_BYTES,
                                                    NULL, 0, NULL,
                                                    tkt_token_personal);
}
