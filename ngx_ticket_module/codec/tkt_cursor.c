/*
 * Cursors.  The check guards against mistakes (a cursor of another list, a
 * cut or mistyped one), not against forgery: a position is no secret, and
 * whoever reads with it checks it as he would any other input.
 */

#include "base/tkt_text.h"
#include "codec/tkt_query.h"


#define TKT_CURSOR_VERSION     1
#define TKT_CURSOR_HEAD_BYTES  5
#define TKT_CURSOR_RAW_BYTES   (TKT_CURSOR_MAX_BYTES * 3 / 4)


/* FNV-1a of 64 bits (RFC 9923), continued. */
static uint64_t
tkt_cursor_hash(uint64_t h, const uint8_t *p, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        h = (h ^ p[i]) * UINT64_C(0x100000001b3);
    }

    return h;
}


static void
tkt_cursor_head(uint8_t *head, tkt_str_t filter, tkt_str_t position)
{
    uint8_t   bytes[8];
    uint64_t  h;
    size_t    i;

    /* the filter's length keeps its end apart from the position's start */

    for (i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t) ((uint64_t) filter.len >> 8 * i);
    }

    h = tkt_cursor_hash(UINT64_C(0xcbf29ce484222325), bytes, sizeof(bytes));
    h = tkt_cursor_hash(h, filter.data, filter.len);
    h = tkt_cursor_hash(h, position.data, position.len);

    /* the last byte of FNV stirs the high bits little: finish as MurmurHash3 */

    h ^= h >> 33;
    h *= UINT64_C(0xff51afd7ed558ccd);
    h ^= h >> 33;
    h *= UINT64_C(0xc4ceb9fe1a85ec53);
    h ^= h >> 33;

    head[0] = TKT_CURSOR_VERSION;
    head[1] = (uint8_t) (h >> 24);
    head[2] = (uint8_t) (h >> 16);
    head[3] = (uint8_t) (h >> 8);
    head[4] = (uint8_t) h;
}


tkt_str_t
tkt_cursor_make(tkt_str_t filter, tkt_str_t position, tkt_arena_t *arena)
{
    uint8_t     raw[TKT_CURSOR_RAW_BYTES];
    uint8_t    *text;
    size_t      len;
    tkt_str_t   cursor = { NULL, 0 };

    len = TKT_CURSOR_HEAD_BYTES + position.len;

    if (position.len > sizeof(raw) - TKT_CURSOR_HEAD_BYTES) {
        return cursor;
    }

    tkt_cursor_head(raw, filter, position);

    if (position.len != 0) {
        memcpy(raw + TKT_CURSOR_HEAD_BYTES, position.data, position.len);
    }

    text = tkt_arena_bytes(arena, tkt_base64_bytes(len));
    if (text == NULL) {
        return cursor;
    }

    tkt_base64_encode(text, raw, len);

    cursor.data = text;
    cursor.len = tkt_base64_bytes(len);

    return cursor;
}


bool
tkt_cursor_read(tkt_str_t cursor, tkt_str_t filter, tkt_arena_t *arena,
    tkt_str_t *position)
{
    size_t    len;
    uint8_t   head[TKT_CURSOR_HEAD_BYTES];
    uint8_t  *raw;

    if (cursor.len > TKT_CURSOR_MAX_BYTES) {
        return false;
    }

    raw = tkt_arena_bytes(arena, TKT_CURSOR_RAW_BYTES);

    if (raw == NULL || !tkt_base64_decode(cursor, raw, &len)
        || len < TKT_CURSOR_HEAD_BYTES)
    {
        return false;
    }

    position->data = raw + TKT_CURSOR_HEAD_BYTES;
    position->len = len - TKT_CURSOR_HEAD_BYTES;

    tkt_cursor_head(head, filter, *position);

    return memcmp(head, raw, sizeof(head)) == 0;
}
