/*
 * What a reader has found out about its snapshot; see tkt_store.h.
 *
 * A note lies in one of the slots that the hash of its key names.  Each slot
 * says for which snapshot it holds, so that a new one costs nothing.
 */

#include "store/tkt_store_int.h"


#define TKT_NOTE_WAYS  4

_Static_assert((TKT_NOTES_MAX & (TKT_NOTES_MAX - 1)) == 0,
               "a mask of the hash is a place");


/* FNV-1a: keys of one desk differ in few bytes, and nobody chooses them. */
static size_t
tkt_note_place(const tkt_key_t *about)
{
    size_t    i;
    uint64_t  hash = 0xCBF29CE484222325u;

    for (i = 0; i < about->len; i++) {
        hash = (hash ^ about->data[i]) * 0x100000001B3u;
    }

    return (size_t) (hash ^ hash >> 32);
}


static bool
tkt_note_is(const tkt_note_t *n, uint64_t snapshot, const tkt_key_t *about)
{
    return n->snapshot == snapshot && n->about_len == about->len
           && memcmp(n->bytes, about->data, about->len) == 0;
}


bool
tkt_note_find(const tkt_txn_t *txn, const tkt_key_t *about, tkt_str_t *value)
{
    size_t             i, place;
    uint64_t           snapshot;
    const tkt_note_t  *n;

    if (txn->write) {
        return false;
    }

    snapshot = tkt_txn_snapshot(txn);
    place = tkt_note_place(about);

    for (i = 0; i < TKT_NOTE_WAYS; i++) {
        n = &txn->notes[(place + i) & (TKT_NOTES_MAX - 1)];

        if (tkt_note_is(n, snapshot, about)) {
            *value = (tkt_str_t) { n->bytes + n->about_len, n->value_len };
            return true;
        }
    }

    return false;
}


void
tkt_note_keep(tkt_txn_t *txn, const tkt_key_t *about, tkt_str_t value)
{
    size_t       i, place;
    uint64_t     snapshot;
    tkt_note_t  *n, *slot;

    if (txn->write || about->len + value.len > TKT_NOTE_MAX_BYTES) {
        return;
    }

    snapshot = tkt_txn_snapshot(txn);
    place = tkt_note_place(about);
    slot = NULL;

    for (i = 0; i < TKT_NOTE_WAYS; i++) {
        n = &txn->notes[(place + i) & (TKT_NOTES_MAX - 1)];

        if (tkt_note_is(n, snapshot, about)) {
            slot = n;
            break;
        }

        if (slot == NULL && n->snapshot != snapshot) {
            slot = n;
        }
    }

    if (slot == NULL) {
        slot = &txn->notes[place & (TKT_NOTES_MAX - 1)];
    }

    slot->snapshot = snapshot;
    slot->about_len = (uint8_t) about->len;
    slot->value_len = (uint8_t) value.len;

    memcpy(slot->bytes, about->data, about->len);
    memcpy(slot->bytes + about->len, value.data, value.len);
}
