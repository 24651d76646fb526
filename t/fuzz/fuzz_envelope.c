/*
 * Bytes as an envelope and as a key file.  No bytes that were not sealed here
 * may open, and what a key file gives is what its lines say.
 *
 * First byte of the input: what to read the rest as.
 */

#include <stdlib.h>

#include "base/tkt_limits.h"
#include "crypto/tkt_crypto.h"
#include "crypto/tkt_seal.h"


static const char  file[] =
    "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
    "2:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n";

static const tkt_seal_place_t  place = { 1, 2, 1, 3 };


static void
require(bool holds)
{
    if (!holds) {
        abort();
    }
}


static tkt_keyring_t *
ring_of(tkt_str_t text)
{
    char            fault[160];
    tkt_keyring_t  *ring;

    fault[0] = '\0';
    ring = tkt_keyring_parse(text, fault, sizeof(fault));
    require((ring == NULL) == (fault[0] != '\0'));

    return ring;
}


static void
read_file(tkt_str_t in)
{
    size_t          i, n;
    tkt_keyring_t  *ring = ring_of(in);

    if (ring == NULL) {
        return;
    }

    n = tkt_keyring_count(ring);
    require(n >= 1 && n <= TKT_MASTER_KEYS_MAX);

    for (i = 0; i < n; i++) {
        require(tkt_keyring_id(ring, i) != 0);
        require(tkt_keyring_has(ring, tkt_keyring_id(ring, i)));
        require(i == 0 || tkt_keyring_id(ring, i) > tkt_keyring_id(ring,
                                                                   i - 1));
    }

    require(tkt_keyring_newest(ring) == tkt_keyring_id(ring, n - 1));
    tkt_keyring_free(ring);
}


static void
read_envelope(tkt_str_t in, tkt_arena_t *arena)
{
    uint8_t         key[32] = { 1 };
    tkt_str_t       text;
    tkt_keyring_t  *ring = ring_of(tkt_str(file));

    require(ring != NULL);
    require(tkt_seal_key_id(in) == 0 || in.len >= TKT_SEAL_OVERHEAD_BYTES);
    require(!tkt_seal_unwrap(ring, &place, in, key));
    require(!tkt_seal_open(key, &place, in, &text, arena));
    require(text.len == 0);

    tkt_keyring_free(ring);
}


/* The input as differences to a sealed text: it opens if there are none. */
static void
read_changed(tkt_str_t in, tkt_arena_t *arena)
{
    bool       changed;
    size_t     i;
    uint8_t    bytes[256], key[32] = { 1 }, nonce[24] = { 2 };
    tkt_str_t  e, text;

    e = tkt_seal_close(key, &place, 2, tkt_str("secret"), nonce, arena);
    memcpy(bytes, e.data, e.len);
    changed = false;

    for (i = 0; i < in.len && i < e.len; i++) {
        bytes[i] ^= in.data[i];
        changed |= in.data[i] != 0;
    }

    e.data = bytes;
    require(tkt_seal_open(key, &place, e, &text, arena) == !changed);
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tkt_str_t    in;
    tkt_arena_t  arena;

    if (size == 0 || !tkt_crypto_init()) {
        return 0;
    }

    in.data = data + 1;
    in.len = size - 1;
    tkt_arena_init(&arena, 4096);

    switch (data[0] % 3) {
    case 0:
        read_file(in);
        break;
    case 1:
        read_envelope(in, &arena);
        break;
    default:
        read_changed(in, &arena);
    }

    tkt_arena_done(&arena);

    return 0;
}
