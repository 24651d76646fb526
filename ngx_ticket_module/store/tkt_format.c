/*
 * The named databases and the format record of a store.
 *
 * `meta`, key "format": version u32 big-endian, then the product's name.  A
 * store of another version is refused, never converted on the way; databases
 * that a later release added to TKT_DB_TABLE are created where they miss,
 * which changes nothing for processes of the release before.
 */

#include "store/tkt_store_int.h"

#include <errno.h>


#define TKT_FORMAT_VERSION  5


typedef enum {
    TKT_FORMAT_GOOD = 0,
    TKT_FORMAT_EMPTY,          /* no record of anything: a fresh file    */
    TKT_FORMAT_MISSES_DB,      /* written by a release with fewer        */
    TKT_FORMAT_FOREIGN,        /* LMDB, but none of ours                 */
    TKT_FORMAT_OTHER_VERSION
} tkt_format_t;


static const tkt_str_t  tkt_format_name = tkt_lit("ngx_ticket_module");

static const char *const  tkt_db_names[] = {
#define X(name, text, key, doc)  text,
    TKT_DB_TABLE(X)
#undef X
};


static void
tkt_format_key(tkt_key_t *key)
{
    tkt_key_start(key);
    tkt_key_bytes(key, tkt_str("format"));
}


/* What the open database `meta` says; a code of LMDB in *rc if it fails. */
static tkt_format_t
tkt_format_check(MDB_txn *mdb, MDB_dbi meta, uint32_t *version, int *rc)
{
    MDB_val      k, v;
    tkt_key_t    key;
    tkt_unkey_t  u;

    tkt_format_key(&key);

    k.mv_data = key.data;
    k.mv_size = key.len;

    *rc = mdb_get(mdb, meta, &k, &v);

    if (*rc != 0) {
        *rc = (*rc == MDB_NOTFOUND) ? 0 : *rc;
        return TKT_FORMAT_FOREIGN;
    }

    tkt_unkey_start(&u, tkt_val_str(&v));
    *version = tkt_unkey_u32(&u);

    if (u.bad || !tkt_str_eq((tkt_str_t) { u.pos, (size_t) (u.end - u.pos) },
                             tkt_format_name))
    {
        return TKT_FORMAT_FOREIGN;
    }

    return (*version == TKT_FORMAT_VERSION) ? TKT_FORMAT_GOOD
                                            : TKT_FORMAT_OTHER_VERSION;
}


/* Opens what is there, in a read transaction. */
static tkt_format_t
tkt_format_read(tkt_env_t *env, uint32_t *version, int *rc)
{
    size_t        i;
    MDB_txn      *mdb;
    MDB_stat      stat;
    tkt_format_t  format;

    *rc = mdb_txn_begin(env->mdb, NULL, MDB_RDONLY, &mdb);
    if (*rc != 0) {
        return TKT_FORMAT_FOREIGN;
    }

    format = TKT_FORMAT_GOOD;

    for (i = 0; i < TKT_DB_MAX && format == TKT_FORMAT_GOOD; i++) {
        *rc = mdb_dbi_open(mdb, tkt_db_names[i], 0, &env->dbi[i]);

        if (*rc == MDB_NOTFOUND) {
            *rc = (i == TKT_DB_META) ? mdb_env_stat(env->mdb, &stat) : 0;
            format = (i != TKT_DB_META) ? TKT_FORMAT_MISSES_DB
                     : (stat.ms_entries == 0) ? TKT_FORMAT_EMPTY
                                              : TKT_FORMAT_FOREIGN;
        }

        if (*rc != 0) {
            format = TKT_FORMAT_FOREIGN;

        } else if (i == TKT_DB_META && format == TKT_FORMAT_GOOD) {
            format = tkt_format_check(mdb, env->dbi[i], version, rc);
        }
    }

    if (format == TKT_FORMAT_GOOD) {
        /* handles opened in it become the environment's by a commit */
        *rc = mdb_txn_commit(mdb);
    } else {
        mdb_txn_abort(mdb);
    }

    return format;
}


static int
tkt_format_put(MDB_txn *mdb, MDB_dbi meta)
{
    MDB_val    k, v;
    tkt_key_t  key, record;

    tkt_format_key(&key);
    tkt_key_start(&record);
    tkt_key_u32(&record, TKT_FORMAT_VERSION);
    tkt_key_bytes(&record, tkt_format_name);

    k.mv_data = key.data;
    k.mv_size = key.len;
    v.mv_data = record.data;
    v.mv_size = record.len;

    return mdb_put(mdb, meta, &k, &v, 0);
}


/* Creates what misses.  Another process may have done it meanwhile. */
static int
tkt_format_write(tkt_env_t *env)
{
    int       rc;
    size_t    i;
    uint32_t  version;
    MDB_txn  *mdb;

    rc = mdb_txn_begin(env->mdb, NULL, 0, &mdb);
    if (rc != 0) {
        return rc;
    }

    for (i = 0; i < TKT_DB_MAX && rc == 0; i++) {
        rc = mdb_dbi_open(mdb, tkt_db_names[i], MDB_CREATE, &env->dbi[i]);
    }

    if (rc == 0
        && tkt_format_check(mdb, env->dbi[TKT_DB_META], &version, &rc)
           == TKT_FORMAT_FOREIGN
        && rc == 0)
    {
        rc = tkt_format_put(mdb, env->dbi[TKT_DB_META]);
    }

    if (rc != 0) {
        mdb_txn_abort(mdb);
        return rc;
    }

    return mdb_txn_commit(mdb);
}


tkt_status_t
tkt_format_open(tkt_env_t *env, bool fresh, tkt_fault_t *fault)
{
    int           rc;
    uint32_t      version;
    tkt_format_t  format;

    version = 0;
    format = tkt_format_read(env, &version, &rc);

    if (rc == 0 && format == TKT_FORMAT_EMPTY && !fresh) {
        return tkt_refuse(fault, TKT_INTERNAL,
            "data.mdb holds pages but no records: it is damaged, or not a "
            "ticket store; restore a backup, or move the file away to begin "
            "an empty store");
    }

    if (rc == 0 && env->read_only
        && (format == TKT_FORMAT_EMPTY || format == TKT_FORMAT_MISSES_DB))
    {
        return tkt_refuse(fault, TKT_INTERNAL,
            "the store was never opened for writing by this release");
    }

    if (rc == 0
        && (format == TKT_FORMAT_EMPTY || format == TKT_FORMAT_MISSES_DB))
    {
        rc = tkt_format_write(env);

        if (rc == 0) {
            format = TKT_FORMAT_GOOD;
        }
    }

    if (rc != 0) {
        /* a disk may be given room, a map that is too small may not */
        return tkt_refuse(fault, (tkt_store_status(env, rc) == TKT_INTERNAL
                                  || rc == MDB_MAP_FULL)
                                 ? TKT_INTERNAL : TKT_BUSY,
            "%s%s", mdb_strerror(rc),
            rc == EAGAIN ? ": a process of another pid namespace (container) "
                           "uses this store; one container a store" : "");
    }

    if (format == TKT_FORMAT_OTHER_VERSION) {
        return tkt_refuse(fault, TKT_INTERNAL,
            "the store has format %u, this release knows format %u",
            (unsigned) version, TKT_FORMAT_VERSION);
    }

    if (format == TKT_FORMAT_FOREIGN) {
        return tkt_refuse(fault, TKT_INTERNAL,
            "data.mdb is not a ticket store");
    }

    return TKT_OK;
}
