/*
 * A transaction inside the write transaction, over LMDB's nested ones.
 *
 * LMDB keeps the pages; what this layer keeps in memory is put back here:
 * sequences and the number of changes are copied, and the counter rows are
 * written before the nest begins, so that dropping them is all it takes to
 * see the old counts again.
 */

#include "store/tkt_store_int.h"


bool
tkt_txn_nested(const tkt_txn_t *txn)
{
    return txn->outer.mdb != NULL;
}


bool
tkt_txn_nest(tkt_txn_t *txn)
{
    int       rc;
    MDB_txn  *inner;

    assert(txn->write && txn->active);

    if (tkt_txn_nested(txn)) {
        return false;
    }

    tkt_counters_flush(txn);

    if (txn->status != TKT_OK) {
        return false;
    }

    rc = mdb_txn_begin(txn->env->mdb, txn->mdb, 0, &inner);

    if (rc != 0) {
        tkt_store_fail(txn, rc);
        return false;
    }

    txn->outer.mdb = txn->mdb;
    txn->outer.changes = txn->changes;
    txn->outer.sequences = txn->sequences;
    txn->mdb = inner;
    txn->revision++;

    return true;
}


bool
tkt_txn_nest_end(tkt_txn_t *txn, bool keep)
{
    int       rc;
    MDB_txn  *inner;

    assert(txn->write && txn->active && tkt_txn_nested(txn));

    inner = txn->mdb;
    txn->mdb = txn->outer.mdb;
    txn->outer.mdb = NULL;

    /* open scans seek anew: their cursors are the outer one's again */

    txn->revision++;

    if (keep && txn->status == TKT_OK) {

        rc = mdb_txn_commit(inner);

        if (rc == 0) {
            return true;
        }

        tkt_store_fail(txn, rc);

    } else {
        mdb_txn_abort(inner);
    }

    txn->changes = txn->outer.changes;
    txn->sequences = txn->outer.sequences;
    tkt_counters_clear(txn->counters);

    return false;
}
