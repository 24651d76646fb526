/*
 * Cursors, and the walk over the keys of one prefix.
 *
 * A reader keeps its cursors for the next scan; those of a write transaction
 * are LMDB's to track and end with the scan.
 */

#include "store/tkt_store_int.h"


MDB_cursor *
tkt_cursor_take(tkt_txn_t *txn, tkt_db_t db)
{
    int          rc;
    MDB_cursor  *cursor;

    assert((unsigned) db < TKT_DB_MAX);

    if (txn->status != TKT_OK) {
        return NULL;
    }

    if (txn->idle_count[db] != 0) {
        cursor = txn->idle[db][--txn->idle_count[db]];
        rc = mdb_cursor_renew(txn->mdb, cursor);

        if (rc == 0) {
            return cursor;
        }

        mdb_cursor_close(cursor);

    } else {
        rc = mdb_cursor_open(txn->mdb, txn->env->dbi[db], &cursor);

        if (rc == 0) {
            return cursor;
        }
    }

    tkt_store_fail(txn, rc);

    return NULL;
}


void
tkt_cursor_give(tkt_txn_t *txn, tkt_db_t db, MDB_cursor *cursor)
{
    if (!txn->write && txn->idle_count[db] < TKT_CURSORS_IDLE_MAX) {
        txn->idle[db][txn->idle_count[db]++] = cursor;
        return;
    }

    mdb_cursor_close(cursor);
}


void
tkt_cursors_free(tkt_txn_t *txn)
{
    size_t  db;

    for (db = 0; db < TKT_DB_MAX; db++) {
        while (txn->idle_count[db] != 0) {
            mdb_cursor_close(txn->idle[db][--txn->idle_count[db]]);
        }
    }
}


int
tkt_cursor_seek(MDB_cursor *cursor, const uint8_t *key, size_t len,
    tkt_seek_t how, MDB_val *k, MDB_val *v)
{
    int   rc;
    bool  equal;

    if (len == 0) {
        /* nothing is less than the empty key, and no key equals it */
        return (how == TKT_SEEK_GE || how == TKT_SEEK_GT)
               ? mdb_cursor_get(cursor, k, v, MDB_FIRST) : MDB_NOTFOUND;
    }

    k->mv_data = (void *) key;
    k->mv_size = len;

    rc = mdb_cursor_get(cursor, k, v, MDB_SET_RANGE);

    if (rc == MDB_NOTFOUND && how >= TKT_SEEK_LE) {
        return mdb_cursor_get(cursor, k, v, MDB_LAST);
    }

    if (rc != 0 || how == TKT_SEEK_GE) {
        return rc;
    }

    if (how == TKT_SEEK_LT) {
        return mdb_cursor_get(cursor, k, v, MDB_PREV);
    }

    equal = k->mv_size == len && memcmp(k->mv_data, key, len) == 0;

    if (how == TKT_SEEK_GT) {
        return equal ? mdb_cursor_get(cursor, k, v, MDB_NEXT) : 0;
    }

    return equal ? 0 : mdb_cursor_get(cursor, k, v, MDB_PREV);
}


int
tkt_cursor_end(MDB_cursor *cursor, const uint8_t *prefix, size_t len,
    MDB_val *k, MDB_val *v)
{
    uint8_t  after[TKT_KEY_MAX_BYTES + 1];

    /* the least key greater than all that begin with the prefix */
    while (len != 0 && prefix[len - 1] == 0xFF) {
        len--;
    }

    if (len == 0) {
        return mdb_cursor_get(cursor, k, v, MDB_LAST);
    }

    memcpy(after, prefix, len);
    after[len - 1]++;

    return tkt_cursor_seek(cursor, after, len, TKT_SEEK_LT, k, v);
}


static void
tkt_key_copy(tkt_key_t *dst, const uint8_t *data, size_t len)
{
    if (len != 0) {
        memcpy(dst->data, data, len);
    }

    dst->len = (uint16_t) len;
}


void
tkt_scan_open(tkt_scan_t *s, tkt_txn_t *txn, tkt_db_t db,
    const tkt_key_t *prefix, const tkt_key_t *from, bool reverse)
{
    int  order;

    s->txn = txn;
    s->db = db;
    s->reverse = reverse;
    s->started = false;
    s->key = (tkt_str_t) { NULL, 0 };
    s->value = (tkt_str_t) { NULL, 0 };
    s->revision = 0;

    tkt_key_copy(&s->prefix, prefix->data, prefix->len);
    s->from.len = 0;

    s->cursor = tkt_cursor_take(txn, db);
    s->done = (s->cursor == NULL);

    if (from == NULL) {
        return;
    }

    if (from->len >= prefix->len
        && memcmp(from->data, prefix->data, prefix->len) == 0)
    {
        tkt_key_copy(&s->from, from->data, from->len);
        return;
    }

    /* outside: the whole range lies on one side of it */
    order = tkt_bytes_compare(from->data, from->len, prefix->data,
                              prefix->len);

    if ((order < 0) == reverse) {
        s->done = true;
    }
}


/* The first step, or one after the writer changed something. */
static int
tkt_scan_seek(tkt_scan_t *s, MDB_val *k, MDB_val *v)
{
    tkt_seek_t  how;

    if (s->started) {
        how = s->reverse ? TKT_SEEK_LT : TKT_SEEK_GT;

    } else if (s->from.len != 0) {
        how = s->reverse ? TKT_SEEK_LE : TKT_SEEK_GE;

    } else {
        return s->reverse
               ? tkt_cursor_end(s->cursor, s->prefix.data, s->prefix.len, k,
                                v)
               : tkt_cursor_seek(s->cursor, s->prefix.data, s->prefix.len,
                                 TKT_SEEK_GE, k, v);
    }

    return tkt_cursor_seek(s->cursor, s->from.data, s->from.len, how, k, v);
}


bool
tkt_scan_next(tkt_scan_t *s)
{
    int        rc;
    MDB_val    k, v;
    tkt_txn_t  *txn;

    txn = s->txn;

    if (s->done || txn->status != TKT_OK) {
        return false;
    }

    if (!s->started || s->revision != txn->revision) {
        rc = tkt_scan_seek(s, &k, &v);

    } else {
        rc = mdb_cursor_get(s->cursor, &k, &v,
                            s->reverse ? MDB_PREV : MDB_NEXT);
    }

    if (rc != 0) {
        s->done = true;

        if (rc != MDB_NOTFOUND) {
            tkt_store_fail(txn, rc);
        }

        return false;
    }

    if (k.mv_size < s->prefix.len
        || memcmp(k.mv_data, s->prefix.data, s->prefix.len) != 0)
    {
        s->done = true;
        return false;
    }

    if (txn->write) {
        /* where to go on from, should the tree change before the next step */
        tkt_key_copy(&s->from, k.mv_data, k.mv_size);
    }

    s->started = true;
    s->revision = txn->revision;
    s->key = tkt_val_str(&k);
    s->value = tkt_val_str(&v);

    return true;
}


void
tkt_scan_close(tkt_scan_t *s)
{
    if (s->cursor != NULL) {
        tkt_cursor_give(s->txn, s->db, s->cursor);
        s->cursor = NULL;
    }

    s->done = true;
}


bool
tkt_scan_any(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *prefix)
{
    bool        any;
    tkt_scan_t  scan;

    tkt_scan_open(&scan, txn, db, prefix, NULL, false);
    any = tkt_scan_next(&scan);
    tkt_scan_close(&scan);

    return any;
}
