/*
 * The library's functions under our names and types.
 */

#include <assert.h>
#include <sodium.h>

#include "crypto/tkt_crypto.h"


_Static_assert(TKT_HASH_MIN_BYTES == crypto_generichash_BYTES_MIN
               && TKT_HASH_MAX_BYTES == crypto_generichash_BYTES_MAX,
               "lengths of a hash are the library's");
_Static_assert(sizeof(crypto_generichash_state) <= TKT_HASH_STATE_BYTES
               && _Alignof(crypto_generichash_state) <= 64,
               "a state of ours holds the library's");


bool
tkt_crypto_init(void)
{
    return sodium_init() >= 0;
}


void
tkt_random(uint8_t *out, size_t n)
{
    randombytes_buf(out, n);
}


void
tkt_hash(uint8_t out[TKT_HASH_BYTES], tkt_str_t s)
{
    (void) crypto_generichash(out, TKT_HASH_BYTES, s.data, s.len, NULL, 0);
}


void
tkt_hash_parts(uint8_t *out, size_t out_bytes, const tkt_str_t *parts,
    size_t n)
{
    size_t                    i;
    uint8_t                   length[4];
    crypto_generichash_state  state;

    assert(out_bytes >= TKT_HASH_MIN_BYTES && out_bytes <= TKT_HASH_MAX_BYTES);

    (void) crypto_generichash_init(&state, NULL, 0, out_bytes);

    for (i = 0; i < n; i++) {
        assert(parts[i].len <= UINT32_MAX);

        length[0] = (uint8_t) parts[i].len;
        length[1] = (uint8_t) (parts[i].len >> 8);
        length[2] = (uint8_t) (parts[i].len >> 16);
        length[3] = (uint8_t) (parts[i].len >> 24);

        (void) crypto_generichash_update(&state, length, sizeof(length));

        if (parts[i].len != 0) {
            (void) crypto_generichash_update(&state, parts[i].data,
                                             parts[i].len);
        }
    }

    (void) crypto_generichash_final(&state, out, out_bytes);
}


void
tkt_hash_begin(tkt_hash_state_t *h)
{
    (void) crypto_generichash_init((crypto_generichash_state *) h->state,
                                   NULL, 0, TKT_HASH_BYTES);
}


void
tkt_hash_add(tkt_hash_state_t *h, tkt_str_t s)
{
    (void) crypto_generichash_update((crypto_generichash_state *) h->state,
                                     s.data, s.len);
}


void
tkt_hash_end(tkt_hash_state_t *h, uint8_t out[TKT_HASH_BYTES])
{
    (void) crypto_generichash_final((crypto_generichash_state *) h->state,
                                    out, TKT_HASH_BYTES);
}


void
tkt_hash_keyed(uint64_t out[2], const uint8_t key[16], tkt_str_t s)
{
    uint8_t  digest[crypto_shorthash_siphashx24_BYTES];

    (void) crypto_shorthash_siphashx24(digest, s.data, s.len, key);
    memcpy(out, digest, sizeof(digest));
}


bool
tkt_same(const uint8_t *a, const uint8_t *b, size_t n)
{
    return sodium_memcmp(a, b, n) == 0;
}


void
tkt_wipe(void *p, size_t n)
{
    sodium_memzero(p, n);
}


void *
tkt_locked_alloc(size_t n)
{
    return sodium_malloc(n);
}


void
tkt_locked_free(void *p)
{
    sodium_free(p);
}
