/*
 * Long values as pieces that stay in their pages: a value of several pages
 * needs a contiguous run of them, which LMDB looks for page by page.
 */

#include "store/tkt_store_int.h"


static bool
tkt_chunk_key(tkt_key_t *out, const tkt_key_t *key, uint16_t piece)
{
    if (key->len + sizeof(piece) > TKT_KEY_MAX_BYTES) {
        return false;
    }

    memcpy(out->data, key->data, key->len);
    out->len = key->len;
    tkt_key_u16(out, piece);

    return true;
}


/* Whether the scan stands on a piece of the key, and on which. */
static bool
tkt_chunk_number(const tkt_scan_t *s, uint16_t *piece)
{
    tkt_unkey_t  u;

    if (s->key.len != s->prefix.len + sizeof(*piece)) {
        return false;
    }

    tkt_unkey_start(&u, (tkt_str_t) { s->key.data + s->prefix.len,
                                      sizeof(*piece) });
    *piece = tkt_unkey_u16(&u);

    return true;
}


void
tkt_chunks_delete(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key,
    uint16_t first)
{
    uint16_t    piece;
    tkt_key_t   at;
    tkt_scan_t  scan;

    if (!tkt_chunk_key(&at, key, first)) {
        return;
    }

    tkt_scan_open(&scan, txn, db, key, &at, false);

    while (tkt_scan_next(&scan)) {
        if (tkt_chunk_number(&scan, &piece)
            && tkt_chunk_key(&at, key, piece))
        {
            (void) tkt_delete(txn, db, &at);
        }
    }

    tkt_scan_close(&scan);
}


void
tkt_chunks_put(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key,
    uint16_t first, tkt_str_t value)
{
    size_t     pieces, len;
    tkt_key_t  at;

    pieces = (value.len + TKT_CHUNK_MAX_BYTES - 1) / TKT_CHUNK_MAX_BYTES;

    if (pieces > TKT_CHUNKS_MAX || first + pieces > UINT16_MAX
        || !tkt_chunk_key(&at, key, first))
    {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return;
    }

    while (value.len != 0) {
        len = (value.len < TKT_CHUNK_MAX_BYTES) ? value.len
                                                : TKT_CHUNK_MAX_BYTES;

        (void) tkt_chunk_key(&at, key, first++);
        tkt_put(txn, db, &at, (tkt_str_t) { value.data, len });

        value.data += len;
        value.len -= len;
    }

    tkt_chunks_delete(txn, db, key, first);
}


/* All pieces from `first` on; 0 if there is none or they are not sound. */
static size_t
tkt_chunks_collect(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key,
    uint16_t first, tkt_str_t pieces[TKT_CHUNKS_MAX], size_t *total)
{
    size_t      count;
    uint16_t    piece;
    tkt_key_t   at;
    tkt_scan_t  scan;

    count = 0;
    *total = 0;

    if (!tkt_chunk_key(&at, key, first)) {
        return 0;
    }

    tkt_scan_open(&scan, txn, db, key, &at, false);

    while (tkt_scan_next(&scan)) {
        if (!tkt_chunk_number(&scan, &piece)) {
            continue;
        }

        if (count == TKT_CHUNKS_MAX || piece != first + count) {
            tkt_txn_fail(txn, TKT_INTERNAL);
            count = 0;
            break;
        }

        pieces[count++] = scan.value;
        *total += scan.value.len;
    }

    tkt_scan_close(&scan);

    return count;
}


bool
tkt_chunks_get(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key,
    uint16_t first, tkt_arena_t *arena, tkt_str_t *value)
{
    size_t     i, count, total;
    uint8_t   *pos;
    tkt_str_t  pieces[TKT_CHUNKS_MAX];

    value->data = NULL;
    value->len = 0;

    count = tkt_chunks_collect(txn, db, key, first, pieces, &total);

    if (count == 0) {
        return false;
    }

    pos = tkt_arena_bytes(arena, total);

    if (pos == NULL) {
        tkt_txn_fail(txn, TKT_BUSY);
        return false;
    }

    value->data = pos;
    value->len = total;

    for (i = 0; i < count; i++) {
        memcpy(pos, pieces[i].data, pieces[i].len);
        pos += pieces[i].len;
    }

    return true;
}
