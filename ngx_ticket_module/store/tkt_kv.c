/*
 * Plain gets, puts and deletes.
 */

#include "store/tkt_store_int.h"


/* An over-long key was cut, so it would stand for another one. */
static bool
tkt_key_usable(const tkt_key_t *key)
{
    return key->len != 0 && key->len <= TKT_KEY_MAX_BYTES;
}


bool
tkt_get(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key, tkt_str_t *value)
{
    int      rc;
    MDB_val  k, v;

    assert((unsigned) db < TKT_DB_MAX);

    value->data = NULL;
    value->len = 0;

    if (txn->status != TKT_OK || !tkt_key_usable(key)) {
        return false;
    }

    k.mv_data = (void *) key->data;
    k.mv_size = key->len;

    rc = mdb_get(txn->mdb, txn->env->dbi[db], &k, &v);

    if (rc == 0) {
        *value = tkt_val_str(&v);
        return true;
    }

    if (rc != MDB_NOTFOUND) {
        tkt_store_fail(txn, rc);
    }

    return false;
}


static void
tkt_put_flags(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key,
    tkt_str_t value, unsigned flags)
{
    int      rc;
    MDB_val  k, v;

    assert((unsigned) db < TKT_DB_MAX);

    if (txn->status != TKT_OK) {
        return;
    }

    if (!txn->write || !tkt_key_usable(key)
        || value.len > TKT_RECORD_MAX_BYTES)
    {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return;
    }

    txn->changes++;
    txn->revision++;
    txn->touched |= tkt_bit(db);

    k.mv_data = (void *) key->data;
    k.mv_size = key->len;
    v.mv_data = (void *) value.data;
    v.mv_size = value.len;

    rc = mdb_put(txn->mdb, txn->env->dbi[db], &k, &v, flags);

    if (rc == MDB_KEYEXIST && flags == MDB_APPEND) {
        /* not the greatest after all: its place is inside the tree */
        rc = mdb_put(txn->mdb, txn->env->dbi[db], &k, &v, 0);
    }

    tkt_store_fail(txn, rc);
}


void
tkt_put(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key, tkt_str_t value)
{
    tkt_put_flags(txn, db, key, value, 0);
}


void
tkt_append(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key, tkt_str_t value)
{
    tkt_put_flags(txn, db, key, value, MDB_APPEND);
}


bool
tkt_delete(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key)
{
    int      rc;
    MDB_val  k;

    assert((unsigned) db < TKT_DB_MAX);

    if (txn->status != TKT_OK || !tkt_key_usable(key)) {
        return false;
    }

    if (!txn->write) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return false;
    }

    k.mv_data = (void *) key->data;
    k.mv_size = key->len;

    rc = mdb_del(txn->mdb, txn->env->dbi[db], &k, NULL);

    if (rc == 0) {
        txn->changes++;
        txn->revision++;
        txn->touched |= tkt_bit(db);
        return true;
    }

    if (rc != MDB_NOTFOUND) {
        tkt_store_fail(txn, rc);
    }

    return false;
}
