/*
 * Envelopes and the ring of master keys; see the header.
 *
 * A master key itself is used for nothing: keys for each purpose are derived
 * from it when the file is read, and it is forgotten.  The ring lies in memory
 * of sodium_malloc's: between guard pages, locked, kept out of core dumps, and
 * read-only once it is filled.
 */

#include <sodium.h>
#include <stdio.h>

#include "base/tkt_limits.h"
#include "base/tkt_text.h"
#include "crypto/tkt_crypto.h"
#include "crypto/tkt_seal.h"


#define TKT_SEAL_VERSION      1
#define TKT_SEAL_KEY_ID_AT    1
#define TKT_SEAL_NONCE_AT     (TKT_SEAL_KEY_ID_AT + 4)
#define TKT_SEAL_NONCE_BYTES  24
#define TKT_SEAL_TEXT_AT      (TKT_SEAL_NONCE_AT + TKT_SEAL_NONCE_BYTES)
#define TKT_SEAL_AAD_BYTES    (1 + 4 + 8 + 1 + 8 + 4)
#define TKT_SEAL_BASE64_CHARS 44


_Static_assert(TKT_SEAL_KEY_BYTES
               == crypto_aead_xchacha20poly1305_ietf_KEYBYTES
               && TKT_SEAL_KEY_BYTES == crypto_kdf_KEYBYTES
               && TKT_SEAL_NONCE_BYTES
               == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
               && TKT_SEAL_OVERHEAD_BYTES
               == TKT_SEAL_TEXT_AT + crypto_aead_xchacha20poly1305_ietf_ABYTES,
               "the envelope is made of the library's lengths");
_Static_assert(TKT_SEAL_BASE64_CHARS + 1
               == sodium_base64_ENCODED_LEN(TKT_SEAL_KEY_BYTES,
                                            sodium_base64_VARIANT_ORIGINAL),
               "a key's text is base64 with padding");


typedef struct {
    uint32_t  id;
    uint8_t   wrap[TKT_SEAL_KEY_BYTES];
    uint8_t   tag[TKT_SEAL_KEY_BYTES];
} tkt_master_t;

struct tkt_keyring_s {
    size_t        count;
    tkt_master_t  keys[TKT_MASTER_KEYS_MAX];      /* by id                   */
};


/* What a key is derived for; changing one makes what was sealed unreadable. */
static const char  tkt_seal_for_wrap[] = "tkt wrap";
static const char  tkt_seal_for_tag[] = "tkt tag ";

_Static_assert(sizeof(tkt_seal_for_wrap) == crypto_kdf_CONTEXTBYTES + 1
               && sizeof(tkt_seal_for_tag) == crypto_kdf_CONTEXTBYTES + 1,
               "a purpose has a fixed length");


/* ---- key files ---- */

static tkt_str_t
tkt_line_trim(tkt_str_t line)
{
    while (line.len > 0 && (line.data[line.len - 1] == '\r'
                            || line.data[line.len - 1] == ' '
                            || line.data[line.len - 1] == '\t'))
    {
        line.len--;
    }

    return line;
}


static bool
tkt_line_skipped(tkt_str_t line)
{
    return line.len == 0 || line.data[0] == '#';
}


/* Splits off the next line. */
static tkt_str_t
tkt_line_next(tkt_str_t *text)
{
    tkt_str_t  line = { text->data, 0 };

    while (line.len < text->len && text->data[line.len] != '\n') {
        line.len++;
    }

    text->data += line.len + (line.len < text->len);
    text->len -= line.len + (line.len < text->len);

    return tkt_line_trim(line);
}


/* "17:", and what follows it; 0: it does not begin so. */
static uint32_t
tkt_line_split(tkt_str_t line, tkt_str_t *rest)
{
    size_t     n;
    uint64_t   id;
    tkt_str_t  number;

    for (n = 0; n < line.len && line.data[n] != ':'; n++) { /* void */ }

    number = (tkt_str_t) { line.data, n };

    if (n == line.len || !tkt_u64_parse(number, &id) || id > UINT32_MAX) {
        return 0;
    }

    *rest = (tkt_str_t) { line.data + n + 1, line.len - n - 1 };

    return (uint32_t) id;
}


uint32_t
tkt_keyring_line_id(tkt_str_t line)
{
    tkt_str_t  rest;

    line = tkt_line_trim(line);

    return tkt_line_skipped(line) ? 0 : tkt_line_split(line, &rest);
}


size_t
tkt_keyring_line(char *out, uint32_t id,
    const uint8_t key[TKT_SEAL_KEY_BYTES])
{
    size_t  n;
    char    text[TKT_SEAL_BASE64_CHARS + 1];

    n = tkt_u64_format((uint8_t *) out, id);
    out[n++] = ':';

    (void) sodium_bin2base64(text, sizeof(text), key, TKT_SEAL_KEY_BYTES,
                             sodium_base64_VARIANT_ORIGINAL);
    memcpy(out + n, text, TKT_SEAL_BASE64_CHARS);
    tkt_wipe(text, sizeof(text));

    n += TKT_SEAL_BASE64_CHARS;
    out[n++] = '\n';

    return n;
}


/* Derives the keys of a master key into its place. */
static void
tkt_master_fill(tkt_master_t *m, uint32_t id,
    const uint8_t key[TKT_SEAL_KEY_BYTES])
{
    m->id = id;

    (void) crypto_kdf_derive_from_key(m->wrap, sizeof(m->wrap), 1,
                                      tkt_seal_for_wrap, key);
    (void) crypto_kdf_derive_from_key(m->tag, sizeof(m->tag), 1,
                                      tkt_seal_for_tag, key);
}


/* NULL, or what is wrong with the line. */
static const char *
tkt_keyring_add(tkt_keyring_t *ring, tkt_str_t line)
{
    size_t     i, n;
    uint8_t    key[TKT_SEAL_KEY_BYTES];
    uint32_t   id;
    tkt_str_t  rest;

    id = tkt_line_split(line, &rest);

    if (id == 0 || rest.len != TKT_SEAL_BASE64_CHARS
        || sodium_base642bin(key, sizeof(key), (const char *) rest.data,
                             rest.len, NULL, &n, NULL,
                             sodium_base64_VARIANT_ORIGINAL) != 0
        || n != sizeof(key))
    {
        tkt_wipe(key, sizeof(key));
        return "is not ID:KEY with ID from 1 to 4294967295 and KEY 32 bytes "
               "in base64";
    }

    for (i = ring->count; i > 0 && ring->keys[i - 1].id > id; i--) {
        /* void */
    }

    if (i > 0 && ring->keys[i - 1].id == id) {
        tkt_wipe(key, sizeof(key));
        return "has an id that a line above has too";
    }

    if (ring->count == TKT_MASTER_KEYS_MAX) {
        tkt_wipe(key, sizeof(key));
        return "is one key too many";
    }

    memmove(&ring->keys[i + 1], &ring->keys[i],
            (ring->count - i) * sizeof(tkt_master_t));
    ring->count++;

    tkt_master_fill(&ring->keys[i], id, key);
    tkt_wipe(key, sizeof(key));

    return NULL;
}


tkt_keyring_t *
tkt_keyring_parse(tkt_str_t text, char *fault, size_t fault_bytes)
{
    size_t          number;
    tkt_str_t       line;
    const char     *wrong;
    tkt_keyring_t  *ring;

    ring = sodium_malloc(sizeof(tkt_keyring_t));

    if (ring == NULL) {
        (void) snprintf(fault, fault_bytes, "there is no memory for keys");
        return NULL;
    }

    memset(ring, 0, sizeof(tkt_keyring_t));
    wrong = NULL;

    for (number = 1; text.len > 0 && wrong == NULL; number++) {
        line = tkt_line_next(&text);

        if (!tkt_line_skipped(line)) {
            wrong = tkt_keyring_add(ring, line);
        }
    }

    if (wrong != NULL) {
        (void) snprintf(fault, fault_bytes, "line %zu %s", number - 1, wrong);

    } else if (ring->count == 0) {
        wrong = "";
        (void) snprintf(fault, fault_bytes, "there is no key in it");
    }

    if (wrong != NULL) {
        tkt_keyring_free(ring);
        return NULL;
    }

    (void) sodium_mprotect_readonly(ring);

    return ring;
}


/* sodium_free makes the memory writable and overwrites it. */
void
tkt_keyring_free(tkt_keyring_t *ring)
{
    sodium_free(ring);
}


bool
tkt_keyring_lock(const tkt_keyring_t *ring)
{
    return sodium_mlock((void *) (uintptr_t) ring, sizeof(tkt_keyring_t))
           == 0;
}


uint32_t
tkt_keyring_newest(const tkt_keyring_t *ring)
{
    return ring->keys[ring->count - 1].id;
}


static const tkt_master_t *
tkt_keyring_find(const tkt_keyring_t *ring, uint32_t id)
{
    size_t  i;

    for (i = 0; i < ring->count; i++) {
        if (ring->keys[i].id == id) {
            return &ring->keys[i];
        }
    }

    return NULL;
}


bool
tkt_keyring_has(const tkt_keyring_t *ring, uint32_t id)
{
    return tkt_keyring_find(ring, id) != NULL;
}


size_t
tkt_keyring_count(const tkt_keyring_t *ring)
{
    return ring->count;
}


uint32_t
tkt_keyring_id(const tkt_keyring_t *ring, size_t i)
{
    return ring->keys[i].id;
}


/* ---- envelopes ---- */

static uint8_t *
tkt_seal_be(uint8_t *out, uint64_t value, size_t bytes)
{
    size_t  i;

    for (i = bytes; i > 0; i--) {
        out[i - 1] = (uint8_t) value;
        value >>= 8;
    }

    return out + bytes;
}


/* Every part has a fixed width, so no two places are written alike. */
static void
tkt_seal_aad(uint8_t aad[TKT_SEAL_AAD_BYTES], const tkt_seal_place_t *place,
    uint32_t key_id)
{
    uint8_t  *p = aad;

    *p++ = TKT_SEAL_VERSION;
    p = tkt_seal_be(p, place->tenant, 4);
    p = tkt_seal_be(p, place->ticket, 8);
    *p++ = place->field;
    p = tkt_seal_be(p, place->version, 8);
    (void) tkt_seal_be(p, key_id, 4);
}


static tkt_str_t
tkt_envelope_make(const uint8_t key[TKT_SEAL_KEY_BYTES],
    const tkt_seal_place_t *place, uint32_t key_id, tkt_str_t text,
    const uint8_t *nonce, tkt_arena_t *arena)
{
    uint8_t   *p, aad[TKT_SEAL_AAD_BYTES];
    tkt_str_t  envelope;

    p = tkt_arena_bytes(arena, TKT_SEAL_OVERHEAD_BYTES + text.len);

    if (p == NULL) {
        return tkt_str("");
    }

    envelope = (tkt_str_t) { p, TKT_SEAL_OVERHEAD_BYTES + text.len };

    *p = TKT_SEAL_VERSION;
    (void) tkt_seal_be(p + TKT_SEAL_KEY_ID_AT, key_id, 4);
    memcpy(p + TKT_SEAL_NONCE_AT, nonce, TKT_SEAL_NONCE_BYTES);

    tkt_seal_aad(aad, place, key_id);
    (void) crypto_aead_xchacha20poly1305_ietf_encrypt(
        p + TKT_SEAL_TEXT_AT, NULL, text.data, text.len, aad, sizeof(aad),
        NULL, nonce, key);

    return envelope;
}


/* out has room for the text; false and overwritten if it does not open. */
static bool
tkt_envelope_open(const uint8_t key[TKT_SEAL_KEY_BYTES],
    const tkt_seal_place_t *place, tkt_str_t envelope, uint8_t *out)
{
    size_t   len;
    uint8_t  aad[TKT_SEAL_AAD_BYTES];

    len = envelope.len - TKT_SEAL_OVERHEAD_BYTES;

    tkt_seal_aad(aad, place, tkt_seal_key_id(envelope));

    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            out, NULL, NULL, envelope.data + TKT_SEAL_TEXT_AT,
            envelope.len - TKT_SEAL_TEXT_AT, aad, sizeof(aad),
            envelope.data + TKT_SEAL_NONCE_AT, key) == 0)
    {
        return true;
    }

    tkt_wipe(out, len);

    return false;
}


uint32_t
tkt_seal_key_id(tkt_str_t envelope)
{
    const uint8_t  *p = envelope.data;

    if (envelope.len < TKT_SEAL_OVERHEAD_BYTES || p[0] != TKT_SEAL_VERSION) {
        return 0;
    }

    return (uint32_t) p[1] << 24 | (uint32_t) p[2] << 16
           | (uint32_t) p[3] << 8 | p[4];
}


tkt_str_t
tkt_seal_wrap(const tkt_keyring_t *ring, const tkt_seal_place_t *place,
    const uint8_t data_key[TKT_SEAL_KEY_BYTES],
    const uint8_t nonce[TKT_SEAL_NONCE_BYTES], tkt_arena_t *arena)
{
    const tkt_master_t  *m = &ring->keys[ring->count - 1];

    return tkt_envelope_make(m->wrap, place, m->id,
                             (tkt_str_t) { data_key, TKT_SEAL_KEY_BYTES },
                             nonce, arena);
}


bool
tkt_seal_unwrap(const tkt_keyring_t *ring, const tkt_seal_place_t *place,
    tkt_str_t envelope, uint8_t data_key[TKT_SEAL_KEY_BYTES])
{
    const tkt_master_t  *m;

    m = tkt_keyring_find(ring, tkt_seal_key_id(envelope));

    if (m == NULL
        || envelope.len != TKT_SEAL_OVERHEAD_BYTES + TKT_SEAL_KEY_BYTES)
    {
        tkt_wipe(data_key, TKT_SEAL_KEY_BYTES);
        return false;
    }

    return tkt_envelope_open(m->wrap, place, envelope, data_key);
}


tkt_str_t
tkt_seal_close(const uint8_t data_key[TKT_SEAL_KEY_BYTES],
    const tkt_seal_place_t *place, uint32_t key_id, tkt_str_t text,
    const uint8_t nonce[TKT_SEAL_NONCE_BYTES], tkt_arena_t *arena)
{
    return tkt_envelope_make(data_key, place, key_id, text, nonce, arena);
}


bool
tkt_seal_open(const uint8_t data_key[TKT_SEAL_KEY_BYTES],
    const tkt_seal_place_t *place, tkt_str_t envelope, tkt_str_t *text,
    tkt_arena_t *arena)
{
    size_t    len;
    uint8_t  *out;

    *text = tkt_str("");

    if (tkt_seal_key_id(envelope) == 0) {
        return false;
    }

    len = envelope.len - TKT_SEAL_OVERHEAD_BYTES;
    out = tkt_arena_bytes(arena, len);

    if (out == NULL || !tkt_envelope_open(data_key, place, envelope, out)) {
        return false;
    }

    *text = (tkt_str_t) { out, len };

    return true;
}


/* ---- the rest ---- */

void
tkt_seal_tag(uint8_t tag[TKT_SEAL_TAG_BYTES], const tkt_keyring_t *ring,
    size_t i, tkt_str_t digest)
{
    (void) crypto_generichash(tag, TKT_SEAL_TAG_BYTES, digest.data,
                              digest.len, ring->keys[i].tag,
                              sizeof(ring->keys[i].tag));
}


uint64_t
tkt_keyring_mark(const tkt_keyring_t *ring, uint32_t id)
{
    size_t               i;
    uint8_t              tag[TKT_SEAL_TAG_BYTES];
    uint64_t             mark;
    const tkt_master_t  *m = tkt_keyring_find(ring, id);

    if (m == NULL) {
        return 0;
    }

    /* no digest is of this length */

    tkt_seal_tag(tag, ring, (size_t) (m - ring->keys),
                 tkt_str("the mark of this master key"));

    for (i = 0, mark = 0; i < sizeof(mark); i++) {
        mark = mark << 8 | tag[i];
    }

    return mark >> 2 | 1;
}


void
tkt_derive(uint8_t *out, size_t n, const uint8_t random[32],
    const char *purpose)
{
    (void) crypto_generichash(out, n, (const uint8_t *) purpose,
                              strlen(purpose), random, 32);
}
