/*
 * What the files of store/ share: the structs behind the handles, the one
 * translation of LMDB's codes and the one recovery from its quirks.
 */

#ifndef TKT_STORE_INT_H
#define TKT_STORE_INT_H


#include <assert.h>
#include <lmdb.h>
#include <stdatomic.h>

#include "store/tkt_store.h"


_Static_assert(TKT_DB_MAX <= 64, "a set of databases fits the bits of a word");

/* Cursors that a reader keeps for the next scan, of each database. */
#define TKT_CURSORS_IDLE_MAX       12

/* Counter rows kept in a write transaction until its commit. */
#define TKT_COUNTER_ROWS_MAX       512
#define TKT_COUNTER_MEMORY_BYTES   (256 * 1024)

/* Sequences a record in `meta` may hold, those of later versions included. */
#define TKT_SEQ_STORED_MAX         32

/* Records of the free list looked at before a full map is believed. */
#define TKT_FREELIST_STEPS_MAX     4096


typedef struct tkt_counters_s  tkt_counters_t;


/*
 * What the writing thread knows of the past: the last transactions up to
 * `last` were its own, one after the other, since `since`; changed_at has the
 * last of them that changed a database.
 */
typedef struct {
    uint64_t      since;
    uint64_t      last;
    uint64_t      changed_at[TKT_DB_MAX];
} tkt_past_t;


/*
 * `failed` is set by either thread and read by both; all else is written at
 * open only, and `writer` and `past` belong to the writing thread.
 */
struct tkt_env_s {
    MDB_env      *mdb;
    MDB_dbi       dbi[TKT_DB_MAX];
    size_t        page_bytes;
    bool          read_only;
    atomic_bool   failed;
    tkt_txn_t    *writer;
    tkt_past_t    past;
};


/* values[0] is the last stamp, then one number a sequence. */
typedef struct {
    uint64_t      values[TKT_SEQ_STORED_MAX];
    size_t        count;
    bool          loaded;
    bool          changed;
} tkt_sequences_t;


/* What a write transaction was when another began inside it. */
typedef struct {
    MDB_txn          *mdb;              /* NULL: none is open inside */
    uint64_t          changes;
    tkt_sequences_t   sequences;
} tkt_outer_t;


/* One of a reader's notes: the name, then the value. */
typedef struct {
    uint64_t      snapshot;             /* for which it holds; 0: none */
    uint8_t       about_len;
    uint8_t       value_len;
    uint8_t       bytes[TKT_NOTE_MAX_BYTES];
} tkt_note_t;


struct tkt_txn_s {
    tkt_env_t        *env;
    MDB_txn          *mdb;
    tkt_status_t      status;
    bool              write;
    bool              active;
    uint64_t          changes;          /* what the caller has asked for */
    uint64_t          revision;         /* of the trees, for open scans  */
    uint64_t          touched;          /* tkt_bit(tkt_db_t) it has changed */
    tkt_sequences_t   sequences;
    tkt_outer_t       outer;            /* of the nest, if there is one */
    tkt_counters_t   *counters;         /* NULL in a reader */
    tkt_note_t       *notes;            /* TKT_NOTES_MAX; NULL in a writer */
    uint8_t           idle_count[TKT_DB_MAX];
    MDB_cursor       *idle[TKT_DB_MAX][TKT_CURSORS_IDLE_MAX];
};


/*
 * An LMDB code, or errno out of LMDB, as a status.  Marks the environment as
 * failed when nothing further can be done with it in this process.
 */
tkt_status_t tkt_store_status(tkt_env_t *env, int rc);

/*
 * The one place that knows what can be done about READERS_FULL, MAP_RESIZED
 * and MAP_FULL.  True: the call may be repeated, once.
 */
bool tkt_store_recover(tkt_env_t *env, int rc);

/*
 * Whether every page of the file is there that its newest snapshot needs:
 * for a file that is shorter than its last page number says.
 */
bool tkt_file_is_whole(tkt_env_t *env);

/* Makes the status of an LMDB code sticky; nothing for 0. */
void tkt_store_fail(tkt_txn_t *txn, int rc);


/* Where to place a cursor. */
typedef enum {
    TKT_SEEK_GE = 0,       /* the first not less than the key    */
    TKT_SEEK_GT,           /* the first greater than the key     */
    TKT_SEEK_LE,           /* the last not greater than the key  */
    TKT_SEEK_LT            /* the last less than the key         */
} tkt_seek_t;

/*
 * A cursor of the transaction, NULL after a failure (then the status is
 * sticky); given back before the transaction ends.
 */
MDB_cursor *tkt_cursor_take(tkt_txn_t *txn, tkt_db_t db);
void tkt_cursor_give(tkt_txn_t *txn, tkt_db_t db, MDB_cursor *cursor);

/* Frees the idle cursors of a reader. */
void tkt_cursors_free(tkt_txn_t *txn);

/*
 * Place a cursor; v may be NULL.  LMDB's code: 0, MDB_NOTFOUND, or an error.
 * tkt_cursor_end goes to the last key that begins with the prefix, or to a
 * smaller one if there is none.
 */
int tkt_cursor_seek(MDB_cursor *cursor, const uint8_t *key, size_t len,
    tkt_seek_t how, MDB_val *k, MDB_val *v);
int tkt_cursor_end(MDB_cursor *cursor, const uint8_t *prefix, size_t len,
    MDB_val *k, MDB_val *v);


/* Counter rows: memory of a writer, its flush at commit, its emptying. */
tkt_counters_t *tkt_counters_create(void);
void tkt_counters_free(tkt_counters_t *c);
void tkt_counters_flush(tkt_txn_t *txn);
void tkt_counters_clear(tkt_counters_t *c);


/* Writes the sequences back, if they changed. */
void tkt_sequences_flush(tkt_txn_t *txn);


/*
 * Opens the named databases of an environment that is open, creating what is
 * missing, and checks or writes the format record.
 */
tkt_status_t tkt_format_open(tkt_env_t *env, bool fresh, tkt_fault_t *fault);

/* Notes that the environment is of no further use to this process. */
static inline void
tkt_env_mark_failed(tkt_env_t *env)
{
    atomic_store(&env->failed, true);
}


/* The descriptor of the data file, for fstat and fstatvfs only. */
int tkt_env_fd(tkt_env_t *env);

/* Writes the words and returns the status. */
tkt_status_t tkt_refuse(tkt_fault_t *fault, tkt_status_t status,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));


static inline tkt_str_t
tkt_val_str(const MDB_val *v)
{
    return (tkt_str_t) { v->mv_data, v->mv_size };
}


static inline int
tkt_bytes_compare(const uint8_t *a, size_t a_len, const uint8_t *b,
    size_t b_len)
{
    int     rc;
    size_t  len;

    len = (a_len < b_len) ? a_len : b_len;
    rc = (len == 0) ? 0 : memcmp(a, b, len);

    return (rc != 0) ? rc : (a_len > b_len) - (a_len < b_len);
}


#endif /* TKT_STORE_INT_H */
