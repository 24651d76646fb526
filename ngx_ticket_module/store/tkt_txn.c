/*
 * Transactions: the cached reader, the one writer, the sticky status, and
 * what LMDB's codes mean to everybody else.
 *
 * The writer's struct is allocated at the first begin and used again by the
 * next ones: one write transaction at a time is LMDB's own law.
 */

#include "store/tkt_store_int.h"

#include <errno.h>
#include <stdlib.h>


tkt_status_t
tkt_store_status(tkt_env_t *env, int rc)
{
    switch (rc) {

    case 0:
        return TKT_OK;

    case MDB_MAP_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return TKT_STORAGE_FULL;

    case MDB_READERS_FULL:
    case ENOMEM:
    case EAGAIN:
        return TKT_BUSY;

    case MDB_MAP_RESIZED:
        /* another process runs with a greater map: ours is of no use */
        tkt_env_mark_failed(env);
        return TKT_BUSY;

    case MDB_PANIC:
    case MDB_BAD_RSLOT:
        /* a failed meta write, or a lock table that somebody emptied */
        tkt_env_mark_failed(env);
        return TKT_INTERNAL;

    default:
        return TKT_INTERNAL;
    }
}


bool
tkt_store_recover(tkt_env_t *env, int rc)
{
    switch (rc) {

    case MDB_READERS_FULL:
        return tkt_env_reader_check(env) != 0;

    case MDB_MAP_RESIZED:
        /*
         * Adopting the new size is legal only while no transaction is open
         * in this process, which one thread cannot know of the other.
         */
    case MDB_MAP_FULL:
        /* the map is fixed; only a purge makes room */
    default:
        return false;
    }
}


void
tkt_store_fail(tkt_txn_t *txn, int rc)
{
    if (rc != 0) {
        tkt_txn_fail(txn, tkt_store_status(txn->env, rc));
    }
}


void
tkt_txn_fail(tkt_txn_t *txn, tkt_status_t status)
{
    if (txn->status == TKT_OK) {
        txn->status = status;
    }
}


tkt_status_t
tkt_txn_status(const tkt_txn_t *txn)
{
    return txn->status;
}


bool
tkt_txn_is_write(const tkt_txn_t *txn)
{
    return txn->write;
}


uint64_t
tkt_txn_snapshot(const tkt_txn_t *txn)
{
    return mdb_txn_id(txn->mdb);
}


uint64_t
tkt_txn_changes(const tkt_txn_t *txn)
{
    return txn->changes;
}


static int
tkt_txn_begin_mdb(tkt_env_t *env, unsigned flags, MDB_txn **mdb)
{
    int  rc;

    rc = mdb_txn_begin(env->mdb, NULL, flags, mdb);

    if (rc != 0 && tkt_store_recover(env, rc)) {
        rc = mdb_txn_begin(env->mdb, NULL, flags, mdb);
    }

    return rc;
}


static void
tkt_txn_start(tkt_txn_t *txn)
{
    txn->status = TKT_OK;
    txn->changes = 0;
    txn->revision = 0;
    txn->touched = 0;
    txn->sequences.loaded = false;
    txn->sequences.changed = false;
    txn->active = true;
}


tkt_status_t
tkt_txn_reader(tkt_env_t *env, tkt_txn_t **txn)
{
    int         rc;
    tkt_txn_t  *t;

    *txn = NULL;

    t = calloc(1, sizeof(tkt_txn_t));
    if (t == NULL) {
        return TKT_BUSY;
    }

    t->env = env;

    t->notes = calloc(TKT_NOTES_MAX, sizeof(tkt_note_t));
    if (t->notes == NULL) {
        free(t);
        return TKT_BUSY;
    }

    rc = tkt_txn_begin_mdb(env, MDB_RDONLY, &t->mdb);
    if (rc != 0) {
        free(t->notes);
        free(t);
        return tkt_store_status(env, rc);
    }

    mdb_txn_reset(t->mdb);

    *txn = t;

    return TKT_OK;
}


tkt_status_t
tkt_txn_renew(tkt_txn_t *txn)
{
    int  rc;

    assert(!txn->write && !txn->active);

    rc = mdb_txn_renew(txn->mdb);
    if (rc != 0) {
        return tkt_store_status(txn->env, rc);
    }

    tkt_txn_start(txn);

    return TKT_OK;
}


void
tkt_txn_reset(tkt_txn_t *txn)
{
    assert(!txn->write);

    if (txn->active) {
        mdb_txn_reset(txn->mdb);
        txn->active = false;
    }
}


void
tkt_txn_reader_free(tkt_txn_t *txn)
{
    if (txn == NULL) {
        return;
    }

    tkt_cursors_free(txn);
    mdb_txn_abort(txn->mdb);
    free(txn->notes);
    free(txn);
}


/*
 * Whether the free list holds at least this many pages.  Looks no further
 * than needed, and at a bounded number of its records.
 */
static bool
tkt_freelist_has(tkt_env_t *env, uint64_t pages)
{
    int          rc, steps;
    size_t       count;
    uint64_t     sum;
    MDB_txn     *mdb;
    MDB_val      k, v;
    MDB_cursor  *cursor;

    if (tkt_txn_begin_mdb(env, MDB_RDONLY, &mdb) != 0) {
        return false;
    }

    sum = 0;

    /* database 0 is the free list: each value is a count and page numbers */
    if (mdb_cursor_open(mdb, 0, &cursor) == 0) {

        for (steps = 0; sum < pages && steps < TKT_FREELIST_STEPS_MAX;
             steps++)
        {
            rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);

            if (rc != 0 || v.mv_size < sizeof(count)) {
                break;
            }

            memcpy(&count, v.mv_data, sizeof(count));
            sum += count;
        }

        mdb_cursor_close(cursor);
    }

    mdb_txn_abort(mdb);

    return sum >= pages;
}


bool
tkt_env_full(tkt_env_t *env)
{
    uint64_t        used, mark;
    tkt_env_info_t  info;

    tkt_env_info(env, &info);

    if (info.disk_free_bytes < TKT_DISK_RESERVE_BYTES) {
        return true;
    }

    used = info.used_bytes / env->page_bytes;
    mark = info.map_bytes / env->page_bytes * TKT_MAP_REFUSE_PERCENT / 100;

    return used > mark && !tkt_freelist_has(env, used - mark);
}


/* ---- what has changed since a snapshot ---- */

/* A write transaction begins: is it the next after the last that was ours? */
static void
tkt_past_begin(tkt_env_t *env, uint64_t id)
{
    if (id != env->past.last + 1) {
        env->past.since = id - 1;
    }
}


/*
 * Committed under this id.  One that has put nothing has not used it up: it
 * may be another process's next.
 */
static void
tkt_past_commit(tkt_txn_t *txn, uint64_t id)
{
    unsigned     db;
    tkt_past_t  *past = &txn->env->past;

    if (txn->touched == 0) {
        return;
    }

    for (db = 0; db < TKT_DB_MAX; db++) {
        if (txn->touched & tkt_bit(db)) {
            past->changed_at[db] = id;
        }
    }

    past->last = id;
}


bool
tkt_txn_steady(const tkt_txn_t *txn, uint64_t snapshot, uint64_t dbs)
{
    unsigned           db;
    const tkt_past_t  *past = &txn->env->past;

    if (!txn->write || snapshot == 0 || snapshot < past->since
        || (txn->touched & dbs) != 0)
    {
        return false;
    }

    for (db = 0; db < TKT_DB_MAX; db++) {
        if ((dbs & tkt_bit(db)) && past->changed_at[db] > snapshot) {
            return false;
        }
    }

    return true;
}


/* ---- the writer ---- */

static tkt_txn_t *
tkt_writer_create(tkt_env_t *env)
{
    tkt_txn_t  *txn;

    txn = calloc(1, sizeof(tkt_txn_t));
    if (txn == NULL) {
        return NULL;
    }

    txn->counters = tkt_counters_create();
    if (txn->counters == NULL) {
        free(txn);
        return NULL;
    }

    txn->env = env;
    txn->write = true;

    return txn;
}


tkt_status_t
tkt_txn_begin(tkt_env_t *env, tkt_txn_t **txn, bool purge)
{
    int         rc;
    tkt_txn_t  *t;

    *txn = NULL;

    if (env->read_only) {
        return TKT_INTERNAL;
    }

    if (env->writer == NULL) {
        env->writer = tkt_writer_create(env);
    }

    t = env->writer;

    if (t == NULL) {
        return TKT_BUSY;
    }

    assert(!t->active);

    if (!purge && tkt_env_full(env)) {
        return TKT_STORAGE_FULL;
    }

    rc = tkt_txn_begin_mdb(env, 0, &t->mdb);
    if (rc != 0) {
        return tkt_store_status(env, rc);
    }

    tkt_txn_start(t);
    tkt_past_begin(env, tkt_txn_snapshot(t));

    *txn = t;

    return TKT_OK;
}


static void
tkt_txn_finish(tkt_txn_t *txn)
{
    tkt_counters_clear(txn->counters);

    txn->mdb = NULL;
    txn->active = false;
}


void
tkt_txn_abort(tkt_txn_t *txn)
{
    assert(txn->write && txn->active);

    if (tkt_txn_nested(txn)) {
        (void) tkt_txn_nest_end(txn, false);
    }

    mdb_txn_abort(txn->mdb);
    tkt_txn_finish(txn);
}


/*
 * What a failed commit left behind.  No space, and the environment still
 * begins transactions: the pages were not written, so the old meta page
 * stands and nothing was stored.  If it was the meta page that could not be
 * written, LMDB has put back the old one through the unsynced descriptor and
 * refuses to go on (MDB_PANIC): after a power cut either may be found.  A
 * failed fdatasync says nothing about what reached the device.  Those two,
 * and all the rest (MDB_PROBLEM, MDB_CORRUPTED …), are unknown.
 */
static tkt_status_t
tkt_commit_failure(tkt_env_t *env, int rc)
{
    MDB_txn  *probe;

    if (tkt_store_status(env, rc) == TKT_STORAGE_FULL
        && mdb_txn_begin(env->mdb, NULL, 0, &probe) == 0)
    {
        mdb_txn_abort(probe);
        return TKT_STORAGE_FULL;
    }

    tkt_env_mark_failed(env);

    return TKT_OUTCOME_UNKNOWN;
}


tkt_status_t
tkt_txn_commit(tkt_txn_t *txn)
{
    int           rc;
    uint64_t      id;
    tkt_status_t  status;

    assert(txn->write && txn->active && !tkt_txn_nested(txn));

    tkt_counters_flush(txn);
    tkt_sequences_flush(txn);

    status = txn->status;

    if (status != TKT_OK) {
        tkt_txn_abort(txn);
        return status;
    }

    id = tkt_txn_snapshot(txn);
    rc = mdb_txn_commit(txn->mdb);

    if (rc == 0) {
        tkt_past_commit(txn, id);
    }

    tkt_txn_finish(txn);

    return (rc == 0) ? TKT_OK : tkt_commit_failure(txn->env, rc);
}
