/*
 * The store: one LMDB environment a process, its transactions, typed keys
 * and plain puts and gets.  lmdb.h is included in this folder only, and its
 * codes are translated here once.
 *
 * A write transaction carries a sticky status: after the first failure every
 * further put or delete is a no-op, and the status tells why.  Absence is not
 * a failure.  Values that a get returns point into the map and are valid
 * until the transaction ends or, in a write transaction, until the next put.
 *
 * Threads: an environment may be used by one reading thread (with one cached
 * read transaction) and one writing thread at the same time.  Flags: full
 * sync, MDB_NOTLS, nothing else.
 */

#ifndef TKT_STORE_H
#define TKT_STORE_H


#include "base/tkt_arena.h"
#include "base/tkt_limits.h"
#include "base/tkt_status.h"


/*
 * Named databases.  X(NAME, "name", key layout, what it holds).
 * All integers in keys are big-endian.  Append only.
 */
#define TKT_DB_TABLE(X)                                                       \
    X(META,         "meta",         "name",                                   \
      "format version and sequences")                                         \
    X(TENANT,       "tenant",       "tenant u32",                             \
      "tenants")                                                              \
    X(PRINCIPAL,    "principal",    "tenant u32, principal u64",              \
      "users, agents, bots")                                                  \
    X(LOGIN,        "login",        "tenant u32, login text",                 \
      "login to principal")                                                   \
    X(TOKEN,        "token",        "tenant u32, principal u64, number u32",  \
      "digests of tokens")                                                    \
    X(TICKET,       "ticket",       "tenant u32, ticket u64",                 \
      "tickets")                                                              \
    X(MESSAGE,      "message",                                                \
      "tenant u32, ticket u64, message u32, chunk u16",                       \
      "messages; message 0 is the rest of a long description")                \
    X(EVENT,        "event",        "seq u64, or seq u64, chunk u16",         \
      "the log: every change, oldest first; pieces of a long change list")    \
    X(BY_REQUESTER, "by_requester", "tenant u32, principal u64, ticket u64",  \
      "tickets of a requester, 64 a row; behind them their counts by bucket") \
    X(BY_STATE,     "by_state",                                               \
      "tenant u32, state u8, assigned u8, urgency u8, ticket u64",            \
      "the queue: urgency is 255 - priority")                                 \
    X(BY_ASSIGNEE,  "by_assignee",                                            \
      "tenant u32, principal u64, class u8, urgency u8, ticket u64",          \
      "assigned tickets, active and done; principal 0 holds the counts")      \
    X(COUNTER,      "counter",      "tenant u32, kind u8",                    \
      "a tenant's counts")                                                    \
    X(IDEMPOTENCY,  "idempotency",                                            \
      "day u32, tenant u32, principal u64, key digest 16 bytes, chunk u16",   \
      "answers to replay")                                                    \
    X(TENANT_NAME,  "tenant_name",  "name text",                              \
      "name to tenant")                                                       \
    X(TENANT_CHILD, "tenant_child", "parent u32, tenant u32",                 \
      "the tree of tenants, downwards")                                       \
    X(ROLE,         "role",         "tenant u32, role u64",                   \
      "roles that a tenant has made")                                         \
    X(CREDENTIAL,   "credential",   "tenant u32, principal u64",              \
      "password hashes, apart from what is read with every request")          \
    X(CODE,         "code",         "tenant u32, digest 16 bytes",            \
      "codes sent to prove an address: digest of purpose and address")        \
    X(OUTBOX,       "outbox",       "tenant u32, seq u64",                    \
      "notifications to be sent")                                             \
    X(SEALED,       "sealed",       "tenant u32, ticket u64, field u8",       \
      "confidential text as ciphertext; field 0 is the wrapped data key")     \
    X(SEALED_BY,    "sealed_by",    "master key id u32",                      \
      "how many data keys a master key has wrapped")                          \
    X(DUE,          "due",          "time u64, kind u8, tenant u32, id u64",  \
      "timers")                                                               \
    X(AUDIT,        "audit",        "tenant u32, number u64",                 \
      "what administrators did, each entry chained to the one before by hash") \
    X(CONFIG,       "config",                                                 \
      "tenant u32, kind u8, parent u64, id u64, or name text",                \
      "types, forms, teams, members, grants, macros, views; by id and name")  \
    X(BY_QUEUE,     "by_queue",                                               \
      "tenant u32, team u64, assigned u8, urgency u8, minute u32, urges u8, " \
      "ticket u64",                                                           \
      "active tickets as they are to be worked on: most urgent first, then "  \
      "by the minute of due_at or submission, then urged most")               \
    X(RELATION,     "relation",     "tenant u32, kind u8, from u64, to u64",  \
      "who watches what, what was merged into what, files of a ticket")       \
    X(ROUTE,        "route",        "tenant u32, kind u8, …",                 \
      "presence of agents, who of a team is ready, the turn of a team")       \
    X(NOTICE,       "notice",       "tenant u32, principal u64, seq u64",     \
      "what principals are told, 16 a row; in the last how far they read")    \
    X(DRAFT,        "draft",                                                  \
      "tenant u32, ticket u64, principal u64, chunk u16",                     \
      "messages being written")                                               \
    X(ATTACHMENT,   "attachment",   "tenant u32, token digest 16 bytes",      \
      "attachments: what was uploaded by whom, and where it is bound")        \
    X(BLOB,         "blob",         "hash 32 bytes, or 0, blob u64",          \
      "content of attachments: file, size, how often it is used; by id")

typedef enum {
#define X(name, text, key, doc)  TKT_DB_##name,
    TKT_DB_TABLE(X)
#undef X
    TKT_DB_MAX
} tkt_db_t;


typedef struct tkt_env_s  tkt_env_t;
typedef struct tkt_txn_s  tkt_txn_t;


typedef struct {
    const char  *path;             /* directory, must exist                  */
    size_t       map_bytes;        /* never less than the store has had; 0:
                                      that much, for a store that exists     */
    bool         read_only;        /* for inspection; never creates          */
} tkt_env_options_t;


/* A refusal in words for the operator's log. */
typedef struct {
    char  text[512];
} tkt_fault_t;


/*
 * Opens the environment of a directory, creating data.mdb (0600) when the
 * directory has none: the format record is committed, then directory and
 * parent are synced before this returns.  Refused with TKT_INTERNAL and a
 * text: empty or short data file, another format, network or FUSE file
 * system, not writable, no store when read_only.  TKT_OK may come with a text
 * too: a warning.  TKT_BUSY: another process is opening or closing it,
 * or its lock cannot be had; try again later.  Must be called after fork,
 * once a process and path.
 */
tkt_status_t tkt_env_open(tkt_env_t **env, const tkt_env_options_t *options,
    tkt_fault_t *fault);

/* Closes it; all its transactions must have ended. NULL is fine. */
void tkt_env_close(tkt_env_t *env);

/*
 * True when this process can do nothing more with the environment and must
 * leave: a commit's outcome is unknown, LMDB has declared it broken, another
 * process has enlarged the map, or its lock table was emptied.
 */
bool tkt_env_failed(const tkt_env_t *env);

/* Frees reader slots of dead processes; returns how many. */
unsigned tkt_env_reader_check(tkt_env_t *env);

/* True for a file system type (statfs f_type) on which LMDB is unsafe. */
bool tkt_env_fs_refused(unsigned long f_type, const char **name);

typedef struct {
    uint64_t  map_bytes;
    uint64_t  used_bytes;          /* high-water mark of pages               */
    uint64_t  disk_free_bytes;     /* by device and limit on the size of
                                      files; UINT64_MAX: cannot be told    */
    uint64_t  last_txn;            /* lock-free change signal (L20)          */
    uint32_t  readers;
    uint32_t  readers_max;
    uint64_t  entries[TKT_DB_MAX]; /* filled by tkt_env_stat only            */
} tkt_env_info_t;

void tkt_env_info(tkt_env_t *env, tkt_env_info_t *info);
tkt_status_t tkt_env_stat(tkt_txn_t *txn, tkt_env_info_t *info);

/*
 * Whether changes are refused now, but for purges: too little is free of the
 * device, or of the map, its free list included.
 */
bool tkt_env_full(tkt_env_t *env);

/*
 * Copies a snapshot online to fd and syncs it (L21).  It pins the snapshot,
 * so it belongs into a thread of its own; compact leaves free pages out.
 */
tkt_status_t tkt_env_copy(tkt_env_t *env, int fd, bool compact);


/* ---- transactions ---- */

/*
 * The cached read transaction of the event loop: create once, then renew …
 * reset inside one callback.  TKT_BUSY when there is no reader slot even
 * after a reader check; TKT_INTERNAL when the environment has failed.
 */
tkt_status_t tkt_txn_reader(tkt_env_t *env, tkt_txn_t **txn);
tkt_status_t tkt_txn_renew(tkt_txn_t *txn);
void tkt_txn_reset(tkt_txn_t *txn);
void tkt_txn_reader_free(tkt_txn_t *txn);

/*
 * Begins a write transaction; waits for the writer lock without limit.
 * TKT_STORAGE_FULL when the map is above TKT_MAP_REFUSE_PERCENT or the disk
 * below TKT_DISK_RESERVE_BYTES and `purge` is false.
 */
tkt_status_t tkt_txn_begin(tkt_env_t *env, tkt_txn_t **txn, bool purge);

/*
 * Makes it durable.  TKT_OK: it is on the device.  TKT_STORAGE_FULL: nothing
 * was stored and the environment goes on.  TKT_OUTCOME_UNKNOWN: nobody
 * knows; the process must leave (L9).  A transaction whose status is not
 * TKT_OK is aborted and its status returned.  Ends the transaction.
 */
tkt_status_t tkt_txn_commit(tkt_txn_t *txn);
void tkt_txn_abort(tkt_txn_t *txn);

/*
 * A transaction inside a write transaction: what is done from here on can be
 * undone without the rest.  One level; false, and nothing begun, when there is
 * one already or the status is not TKT_OK (without memory it becomes
 * TKT_BUSY).  Everything is called with the same handle meanwhile.  Scans that
 * were opened before it may go on inside and after it; those opened inside are
 * closed inside, and values that a get returned are valid only until either
 * call.  It costs some microseconds and the writing of the counter rows that
 * are kept.
 *
 * end: with `keep` and the status TKT_OK what was done becomes part of the
 * transaction, and true is returned; otherwise all is as it was before the
 * nest: records, sequences, stamp, counters, number of changes.  A status that
 * is not TKT_OK stays, since the same would happen again.
 */
bool tkt_txn_nest(tkt_txn_t *txn);
bool tkt_txn_nest_end(tkt_txn_t *txn, bool keep);

/* Whether one is open. */
bool tkt_txn_nested(const tkt_txn_t *txn);

/* The sticky status. */
tkt_status_t tkt_txn_status(const tkt_txn_t *txn);

/* Makes the status sticky from outside (a record that does not decode). */
void tkt_txn_fail(tkt_txn_t *txn, tkt_status_t status);

bool tkt_txn_is_write(const tkt_txn_t *txn);

/*
 * The id of the snapshot that a read transaction sees: two reads with the
 * same id see the same bytes.
 */
uint64_t tkt_txn_snapshot(const tkt_txn_t *txn);

/*
 * Whether none of the databases (tkt_bit of each) has changed from a snapshot
 * until now in this write transaction, so that what was read then would be
 * read again.  False also where this process cannot know it: it remembers its
 * own transactions, and forgets all when another process has written in
 * between.  snapshot: tkt_txn_snapshot of a read of the same environment; 0:
 * none.
 */
bool tkt_txn_steady(const tkt_txn_t *txn, uint64_t snapshot, uint64_t dbs);

/* Number of puts and deletes so far: a refused command must not move it. */
uint64_t tkt_txn_changes(const tkt_txn_t *txn);


/* ---- sequences and the store's clock, kept in `meta` ---- */

typedef enum {
    TKT_SEQ_TICKET = 0,
    TKT_SEQ_EVENT,
    TKT_SEQ_PRINCIPAL,
    TKT_SEQ_TENANT,
    TKT_SEQ_ROLE,
    TKT_SEQ_OUTBOX,
    TKT_SEQ_CONFIG,
    TKT_SEQ_NOTICE,
    TKT_SEQ_ATTACHMENT,
    TKT_SEQ_BLOB,
    TKT_SEQ_MAX
} tkt_seq_t;

/* The next number, from 1, taken in this write transaction. */
uint64_t tkt_txn_next(tkt_txn_t *txn, tkt_seq_t seq);

/*
 * Gives back the last number taken, after everything that was stored since
 * tkt_txn_changes was `changes` has been deleted again: the transaction is
 * then as it was.
 */
void tkt_txn_take_back(tkt_txn_t *txn, tkt_seq_t seq, uint64_t changes);

/* The last number taken as this transaction sees it. */
uint64_t tkt_txn_last(tkt_txn_t *txn, tkt_seq_t seq);

/*
 * The time to stamp a change with: now_ms, but never before a stamp already
 * given, so that times grow with sequence numbers.  In a read transaction:
 * the last stamp given, or now_ms if later; nothing is kept.
 * tkt_txn_stamp keeps it (a write); tkt_txn_clock only looks.
 */
int64_t tkt_txn_clock(tkt_txn_t *txn, int64_t now_ms);
int64_t tkt_txn_stamp(tkt_txn_t *txn, int64_t now_ms);


/* ---- keys: built and unmade by twins ---- */

typedef struct {
    uint8_t   data[TKT_KEY_MAX_BYTES + 1];
    uint16_t  len;
} tkt_key_t;

void tkt_key_start(tkt_key_t *k);
void tkt_key_u8(tkt_key_t *k, uint8_t v);
void tkt_key_u16(tkt_key_t *k, uint16_t v);
void tkt_key_u32(tkt_key_t *k, uint32_t v);
void tkt_key_u64(tkt_key_t *k, uint64_t v);
void tkt_key_bytes(tkt_key_t *k, tkt_str_t s);

/* Reader of a key; a short key reads as zeros and sets `bad`. */
typedef struct {
    const uint8_t  *pos;
    const uint8_t  *end;
    bool            bad;
} tkt_unkey_t;

void tkt_unkey_start(tkt_unkey_t *u, tkt_str_t key);
uint8_t tkt_unkey_u8(tkt_unkey_t *u);
uint16_t tkt_unkey_u16(tkt_unkey_t *u);
uint32_t tkt_unkey_u32(tkt_unkey_t *u);
uint64_t tkt_unkey_u64(tkt_unkey_t *u);


/* ---- notes of a reader ---- */

/*
 * What was dear to find out about a snapshot and will be asked again: kept by
 * the reader, found until it sees another snapshot, and forgotten whenever
 * there is no room, so that it must be possible to find it out anew.  Names of
 * notes are keys, of their own prefix each.  In a write transaction nothing is
 * kept or found.
 *
 * find: false: there is none.  *value is valid until the next keep.
 * keep: replaces one of the same name; nothing is kept when both together are
 * longer than TKT_NOTE_MAX_BYTES.
 */
bool tkt_note_find(const tkt_txn_t *txn, const tkt_key_t *about,
    tkt_str_t *value);
void tkt_note_keep(tkt_txn_t *txn, const tkt_key_t *about, tkt_str_t value);


/* ---- values ---- */

/*
 * An empty key, or one built beyond TKT_KEY_MAX_BYTES: no get or delete finds
 * it, and a put of it fails with TKT_INTERNAL, as does a put of a value above
 * TKT_RECORD_MAX_BYTES or of anything in a read transaction.  A value to put
 * must not point into the map: LMDB moves it while it makes room.
 */

/* False if there is none, or on failure (then the status is sticky). */
bool tkt_get(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key,
    tkt_str_t *value);

void tkt_put(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key,
    tkt_str_t value);

/*
 * The same for a key that is the greatest (MDB_APPEND): appended to a full
 * page, half of which a plain put would leave empty.  Any other key is put.
 */
void tkt_append(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key,
    tkt_str_t value);

/* Returns whether there was one. */
bool tkt_delete(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key);


/*
 * Long values: pieces of at most TKT_CHUNK_MAX_BYTES under key + u16, from
 * piece `first`.  put replaces all pieces from there on, and an empty value
 * has none; get joins them into memory from the caller's arena (false: none);
 * delete removes them.  A value of more than TKT_CHUNKS_MAX pieces, and a gap
 * between pieces, are TKT_INTERNAL.
 */
void tkt_chunks_put(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key,
    uint16_t first, tkt_str_t value);
bool tkt_chunks_get(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key,
    uint16_t first, tkt_arena_t *arena, tkt_str_t *value);
void tkt_chunks_delete(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key,
    uint16_t first);


/* ---- scans ---- */

/*
 * Walks the keys that begin with `prefix` (which may be empty), in order or
 * in reverse, from `from` on (inclusive; NULL: the end of the range).  Stack
 * object; close in the same function.  key and value point into the map.
 * A write transaction may put and delete between the steps: the walk goes on
 * after the last key it gave.
 */
typedef struct {
    tkt_txn_t  *txn;
    void       *cursor;
    tkt_db_t    db;
    bool        reverse;
    bool        started;
    bool        done;
    uint64_t    revision;
    tkt_str_t   key;
    tkt_str_t   value;
    tkt_key_t   prefix;
    tkt_key_t   from;
} tkt_scan_t;

void tkt_scan_open(tkt_scan_t *s, tkt_txn_t *txn, tkt_db_t db,
    const tkt_key_t *prefix, const tkt_key_t *from, bool reverse);
bool tkt_scan_next(tkt_scan_t *s);
void tkt_scan_close(tkt_scan_t *s);

/* Whether there is any key that begins with `prefix`; false on failure too. */
bool tkt_scan_any(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *prefix);


/*
 * Walks several prefixes of one database as one sequence ordered by what
 * follows the prefix (all prefixes of equal length n, suffix compared as
 * bytes).  A position is the suffix alone, so a page can go on where the
 * last one ended although states changed in between.  At most
 * TKT_MERGE_RANGES_MAX prefixes, else TKT_INTERNAL.  NULL after a failure,
 * which next and close take.  Lives in arena memory; no put or delete may
 * come between open and close.
 */
typedef struct tkt_merge_s  tkt_merge_t;

tkt_merge_t *tkt_merge_open(tkt_txn_t *txn, tkt_db_t db,
    const tkt_key_t *prefixes, size_t count, const tkt_key_t *from_suffix,
    bool exclusive, bool reverse, tkt_arena_t *arena);

/* The next entry; suffix points into the map. False at the end. */
bool tkt_merge_next(tkt_merge_t *m, tkt_str_t *suffix);
void tkt_merge_close(tkt_merge_t *m);


/* ---- counters ---- */

/*
 * A row of `cells` uint64 counts stored as varints under a key of any
 * database.  add changes one cell (a count below zero makes the status
 * TKT_INTERNAL); get fills all cells, zeros if there is no row.  The rows
 * last touched are kept in the transaction and written at its commit, so a
 * batch puts a hot row once; tkt_counter_get sees them, tkt_get and scans in
 * the same transaction do not.  A row may be asked for with more cells than
 * it had (a later release) or fewer; it keeps the greater number.
 */
void tkt_counter_add(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key,
    size_t cells, size_t cell, int64_t delta);
void tkt_counter_get(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key,
    size_t cells, uint64_t *values);

/*
 * Takes a row away as if there had never been one.  For what is taken back
 * within a transaction: a row that has counted something otherwise stays, with
 * zeros.
 */
void tkt_counter_drop(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key);

#define TKT_COUNTER_CELLS_MAX  128


#endif /* TKT_STORE_H */
