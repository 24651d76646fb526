/*
 * Sealed text.  A ticket's confidential text is encrypted under a data key of
 * its own; the data key is encrypted ("wrapped") under a master key.  Both by
 * XChaCha20-Poly1305 with the place where they belong as associated data, so
 * that no ciphertext opens anywhere else or after its time.
 *
 * Master keys come from a file that only root reads, in lines "ID:BASE64" of
 * 32 bytes each, ID from 1; empty lines and lines that begin with # are
 * skipped.  The greatest id seals, all of them open.  The keys lie in memory
 * of libsodium's that is locked, guarded and read-only.
 *
 * Envelope: version u8 (1), key id u32, nonce 24 bytes, ciphertext, tag 16
 * bytes; the numbers big-endian.
 */

#ifndef TKT_SEAL_H
#define TKT_SEAL_H


#include "base/tkt_arena.h"


#define TKT_SEAL_KEY_BYTES       32
#define TKT_SEAL_OVERHEAD_BYTES  (1 + 4 + 24 + 16)


/* A line of a key file: 10 digits, a colon, 44 characters, a newline. */
#define TKT_SEAL_LINE_BYTES      (10 + 1 + 44 + 1)

#define TKT_SEAL_TAG_BYTES       16


typedef struct tkt_keyring_s  tkt_keyring_t;


/* What a ciphertext is bound to, in this order and form. */
typedef struct {
    uint32_t  tenant;
    uint64_t  ticket;
    uint8_t   field;                /* 0: the data key itself                */
    uint64_t  version;              /* of the text                           */
} tkt_seal_place_t;


/*
 * Reads the lines of a key file.  NULL with a reason in `fault` (of
 * fault_bytes, NUL-terminated): a line that is none, an id twice or out of
 * range, more than TKT_MASTER_KEYS_MAX, no key, no memory.  The caller wipes
 * `text`.
 */
tkt_keyring_t *tkt_keyring_parse(tkt_str_t text, char *fault,
    size_t fault_bytes);

/* NULL is fine. */
void tkt_keyring_free(tkt_keyring_t *ring);

/* The newest key's id; whether there is a key of this id; how many. */
uint32_t tkt_keyring_newest(const tkt_keyring_t *ring);
bool tkt_keyring_has(const tkt_keyring_t *ring, uint32_t id);
size_t tkt_keyring_count(const tkt_keyring_t *ring);

/* The id of the key at a place, the places ordered by id. */
uint32_t tkt_keyring_id(const tkt_keyring_t *ring, size_t i);

/*
 * Writes the line of a key for a key file, at most TKT_SEAL_LINE_BYTES with
 * its newline and no NUL; returns its length.
 */
size_t tkt_keyring_line(char *out, uint32_t id,
    const uint8_t key[TKT_SEAL_KEY_BYTES]);

/* The id that a line without its newline begins with; 0: none. */
uint32_t tkt_keyring_line_id(tkt_str_t line);

/*
 * Locks the keys into memory again, for a process that inherited them by
 * fork, which drops locks.  False if the system did not permit it: the keys
 * can still be used, and may be swapped out.
 */
bool tkt_keyring_lock(const tkt_keyring_t *ring);

/*
 * Wraps a data key under the newest master key into arena memory; nonce: 24
 * bytes never used before.  Empty without memory.
 */
tkt_str_t tkt_seal_wrap(const tkt_keyring_t *ring,
    const tkt_seal_place_t *place,
    const uint8_t data_key[TKT_SEAL_KEY_BYTES], const uint8_t nonce[24],
    tkt_arena_t *arena);

/* The master key that an envelope names; 0 if the bytes are none. */
uint32_t tkt_seal_key_id(tkt_str_t envelope);

/*
 * The data key of an envelope.  False, and data_key is wiped, if it does not
 * open: damaged, moved, of an unknown key.
 */
bool tkt_seal_unwrap(const tkt_keyring_t *ring,
    const tkt_seal_place_t *place, tkt_str_t envelope,
    uint8_t data_key[TKT_SEAL_KEY_BYTES]);

/*
 * Text under a data key; key_id: of the master key that has wrapped it first,
 * bound too: it stays when the data key is wrapped anew.  Open: into arena
 * memory, which the caller wipes; false if it does not open.
 */
tkt_str_t tkt_seal_close(const uint8_t data_key[TKT_SEAL_KEY_BYTES],
    const tkt_seal_place_t *place, uint32_t key_id, tkt_str_t text,
    const uint8_t nonce[24], tkt_arena_t *arena);
bool tkt_seal_open(const uint8_t data_key[TKT_SEAL_KEY_BYTES],
    const tkt_seal_place_t *place, tkt_str_t envelope, tkt_str_t *text,
    tkt_arena_t *arena);

/*
 * A digest made useless to who has the store alone: tagged under a key made
 * of the master key at a place.
 */
void tkt_seal_tag(uint8_t tag[TKT_SEAL_TAG_BYTES], const tkt_keyring_t *ring,
    size_t i, tkt_str_t digest);

/*
 * A number by which the key of this id is known again, and that is of no other
 * use: bits of a tag under a key made of it, below 2^62.  0: no such key.
 */
uint64_t tkt_keyring_mark(const tkt_keyring_t *ring, uint32_t id);

/*
 * n bytes for one purpose from 32 random ones: BLAKE2b keyed with them over
 * the purpose's name.  n from 16 to 64.
 */
void tkt_derive(uint8_t *out, size_t n, const uint8_t random[32],
    const char *purpose);


#endif /* TKT_SEAL_H */
