/*
 * See the header.  Verification only: nothing here makes a signature.
 */

#include <sodium.h>

#include "base/tkt_text.h"
#include "crypto/tkt_crypto.h"
#include "crypto/tkt_jws.h"


_Static_assert(TKT_JWS_EDDSA_KEY_BYTES == crypto_sign_PUBLICKEYBYTES,
               "a key of EdDSA is the library's");


bool
tkt_base64url_decode(tkt_str_t text, tkt_str_t *out, tkt_arena_t *arena)
{
    size_t    n;
    uint8_t  *p;

    p = tkt_arena_bytes(arena, text.len * 3 / 4 + 1);

    if (p == NULL || !tkt_base64_decode(text, p, &n)) {
        return false;
    }

    *out = (tkt_str_t) { p, n };

    return true;
}


/* Cuts the part before the first dot off; false without a dot. */
static bool
tkt_jws_cut(tkt_str_t *text, tkt_str_t *part)
{
    const uint8_t  *dot;

    dot = text->len == 0 ? NULL : memchr(text->data, '.', text->len);

    if (dot == NULL) {
        return false;
    }

    *part = (tkt_str_t) { text->data, (size_t) (dot - text->data) };
    text->data = dot + 1;
    text->len -= part->len + 1;

    return true;
}


bool
tkt_jws_parse(tkt_str_t text, tkt_jws_t *jws, tkt_arena_t *arena)
{
    size_t     i;
    tkt_str_t  rest = text, parts[3];
    tkt_str_t *out[3] = { &jws->header, &jws->payload, &jws->signature };

    if (!tkt_jws_cut(&rest, &parts[0]) || !tkt_jws_cut(&rest, &parts[1])) {
        return false;
    }

    /* a fourth part has a dot, which is no digit of base64url */

    parts[2] = rest;
    jws->signed_part = (tkt_str_t) { text.data, text.len - rest.len - 1 };

    for (i = 0; i < tkt_array_len(parts); i++) {
        if (parts[i].len == 0
            || !tkt_base64url_decode(parts[i], out[i], arena))
        {
            return false;
        }
    }

    return true;
}


static bool
tkt_jws_hs256(const tkt_jws_t *jws, tkt_str_t key)
{
    bool                         same;
    uint8_t                      mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;

    if (key.len < TKT_JWS_HS256_MIN_BYTES
        || jws->signature.len != sizeof(mac))
    {
        return false;
    }

    (void) crypto_auth_hmacsha256_init(&state, key.data, key.len);
    (void) crypto_auth_hmacsha256_update(&state, jws->signed_part.data,
                                         jws->signed_part.len);
    (void) crypto_auth_hmacsha256_final(&state, mac);

    same = tkt_same(mac, jws->signature.data, sizeof(mac));

    /* the state knows the key, the code is a forger's wish */

    tkt_wipe(&state, sizeof(state));
    tkt_wipe(mac, sizeof(mac));

    return same;
}


static bool
tkt_jws_eddsa(const tkt_jws_t *jws, tkt_str_t key)
{
    return key.len == TKT_JWS_EDDSA_KEY_BYTES
           && jws->signature.len == crypto_sign_BYTES
           && crypto_sign_verify_detached(jws->signature.data,
                                          jws->signed_part.data,
                                          jws->signed_part.len, key.data)
              == 0;
}


bool
tkt_jws_verify(const tkt_jws_t *jws, tkt_jws_alg_t alg, tkt_str_t key)
{
    switch (alg) {

    case TKT_JWS_HS256:
        return tkt_jws_hs256(jws, key);

    case TKT_JWS_EDDSA:
        return tkt_jws_eddsa(jws, key);

    default:
        return false;
    }
}
