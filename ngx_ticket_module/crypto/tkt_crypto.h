/*
 * Random bytes, hashes, constant-time comparison and memory for keys, over
 * libsodium.  Only the last allocates and nothing keeps state; every function
 * may run on any thread once tkt_crypto_init has returned true in the process.
 */

#ifndef TKT_CRYPTO_H
#define TKT_CRYPTO_H


#include "base/tkt_base.h"


#define TKT_HASH_BYTES        32
#define TKT_HASH_MIN_BYTES    16
#define TKT_HASH_MAX_BYTES    64


/*
 * Prepares the library; may be called again, in any process.  False if it
 * cannot work here (no source of randomness): nothing else may then be used.
 */
bool tkt_crypto_init(void);

/* Fills out with n bytes from the system's source of randomness. */
void tkt_random(uint8_t *out, size_t n);

/* BLAKE2b-256 (RFC 7693) of s, without a key. */
void tkt_hash(uint8_t out[TKT_HASH_BYTES], tkt_str_t s);

/*
 * BLAKE2b of the n parts, each preceded by its length as 4 bytes, least
 * significant first, so that no two lists of parts are hashed alike.
 * out_bytes (TKT_HASH_MIN_BYTES to TKT_HASH_MAX_BYTES) is the hash's own
 * length: a shorter hash is not the beginning of a longer one.  A part is
 * shorter than 4 GiB.
 */
void tkt_hash_parts(uint8_t *out, size_t out_bytes, const tkt_str_t *parts,
    size_t n);

/*
 * The same hash of what comes in pieces: begin, add any number of times, end
 * (BLAKE2b-256 of all of it).  The state is aligned as the library wants it
 * and may be moved between threads, not between places.
 */
#define TKT_HASH_STATE_BYTES  384

typedef struct {
    _Alignas(64) uint8_t  state[TKT_HASH_STATE_BYTES];
} tkt_hash_state_t;

void tkt_hash_begin(tkt_hash_state_t *h);
void tkt_hash_add(tkt_hash_state_t *h, tkt_str_t s);
void tkt_hash_end(tkt_hash_state_t *h, uint8_t out[TKT_HASH_BYTES]);

/*
 * SipHash-2-4 with 128 bits of s under a secret key of 16 bytes: names a
 * request in a table that its sender must not be able to steer.
 */
void tkt_hash_keyed(uint64_t out[2], const uint8_t key[16], tkt_str_t s);

/* True if the n bytes are the same; the time it takes depends on n alone. */
bool tkt_same(const uint8_t *a, const uint8_t *b, size_t n);

/* Overwrites n bytes of a secret, also where a compiler would not bother. */
void tkt_wipe(void *p, size_t n);

/*
 * Memory for keys: not in core dumps, not swapped out as far as the system
 * lets the process lock it, between pages that must not be touched, wiped when
 * it is freed.  NULL without memory; free takes NULL.
 */
void *tkt_locked_alloc(size_t n);
void tkt_locked_free(void *p);


#endif /* TKT_CRYPTO_H */
