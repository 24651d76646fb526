/*
 * Sequences and the last stamp: one record in `meta`, read at their first
 * use in a transaction and written back once, at its commit.
 *
 * Record: 64-bit big-endian numbers, first the stamp in ms, then each
 * sequence in the order of tkt_seq_t.  Numbers of a later version, behind
 * those known here, are carried along.
 */

#include "store/tkt_store_int.h"


#define TKT_SEQUENCES_KNOWN  (1 + TKT_SEQ_MAX)

_Static_assert(TKT_SEQUENCES_KNOWN <= TKT_SEQ_STORED_MAX,
               "the record of sequences is too small");


static void
tkt_sequences_key(tkt_key_t *key)
{
    tkt_key_start(key);
    tkt_key_bytes(key, tkt_str("sequences"));
}


static bool
tkt_sequences_load(tkt_txn_t *txn)
{
    size_t            i;
    tkt_key_t         key;
    tkt_str_t         record;
    tkt_unkey_t       u;
    tkt_sequences_t  *q;

    q = &txn->sequences;

    if (q->loaded) {
        return txn->status == TKT_OK;
    }

    tkt_sequences_key(&key);

    if (!tkt_get(txn, TKT_DB_META, &key, &record)
        && txn->status != TKT_OK)
    {
        return false;
    }

    q->count = record.len / sizeof(uint64_t);

    if (record.len % sizeof(uint64_t) != 0
        || q->count > TKT_SEQ_STORED_MAX)
    {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return false;
    }

    tkt_unkey_start(&u, record);

    for (i = 0; i < q->count; i++) {
        q->values[i] = tkt_unkey_u64(&u);
    }

    for ( /* void */ ; q->count < TKT_SEQUENCES_KNOWN; q->count++) {
        q->values[q->count] = 0;
    }

    q->loaded = true;

    return true;
}


void
tkt_sequences_flush(tkt_txn_t *txn)
{
    size_t            i;
    tkt_key_t         key, record;
    tkt_sequences_t  *q;

    _Static_assert(TKT_SEQ_STORED_MAX * sizeof(uint64_t) <= TKT_KEY_MAX_BYTES,
                   "the record of sequences is built in a key");

    q = &txn->sequences;

    if (!q->loaded || !q->changed) {
        return;
    }

    tkt_sequences_key(&key);
    tkt_key_start(&record);

    for (i = 0; i < q->count; i++) {
        tkt_key_u64(&record, q->values[i]);
    }

    tkt_put(txn, TKT_DB_META, &key, (tkt_str_t) { record.data, record.len });

    q->changed = false;
}


/* Where a sequence of this write transaction is kept; NULL on failure. */
static uint64_t *
tkt_sequences_change(tkt_txn_t *txn, size_t index)
{
    if (!txn->write) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return NULL;
    }

    if (!tkt_sequences_load(txn)) {
        return NULL;
    }

    txn->sequences.changed = true;
    txn->changes++;

    return &txn->sequences.values[index];
}


uint64_t
tkt_txn_next(tkt_txn_t *txn, tkt_seq_t seq)
{
    uint64_t  *value;

    assert((unsigned) seq < TKT_SEQ_MAX);

    value = tkt_sequences_change(txn, 1 + (size_t) seq);

    return (value == NULL) ? 0 : ++*value;
}


void
tkt_txn_take_back(tkt_txn_t *txn, tkt_seq_t seq, uint64_t changes)
{
    uint64_t  *value;

    assert((unsigned) seq < TKT_SEQ_MAX && changes <= txn->changes);

    value = tkt_sequences_change(txn, 1 + (size_t) seq);

    if (value != NULL && *value > 0) {
        (*value)--;
        txn->changes = changes;
    }
}


uint64_t
tkt_txn_last(tkt_txn_t *txn, tkt_seq_t seq)
{
    assert((unsigned) seq < TKT_SEQ_MAX);

    return tkt_sequences_load(txn) ? txn->sequences.values[1 + seq] : 0;
}


int64_t
tkt_txn_clock(tkt_txn_t *txn, int64_t now_ms)
{
    int64_t  last;

    last = tkt_sequences_load(txn) ? (int64_t) txn->sequences.values[0] : 0;

    return (now_ms > last) ? now_ms : last;
}


int64_t
tkt_txn_stamp(tkt_txn_t *txn, int64_t now_ms)
{
    uint64_t  *value;

    now_ms = tkt_txn_clock(txn, now_ms);
    value = tkt_sequences_change(txn, 0);

    if (value != NULL) {
        *value = (uint64_t) now_ms;
    }

    return now_ms;
}
