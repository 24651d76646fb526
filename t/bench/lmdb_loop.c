/*
 * The floor under a durable create: the LMDB writes of one create and
 * nothing else, no HTTP, no JSON, no rules, in a bare loop with full sync.
 * The store's share of a create cannot be cheaper than this, so the measure
 * "create at 256 connections" is told as a share of it.
 *
 *     lmdb_loop DIR SECONDS [BATCH [REQUESTERS [RECORD_BYTES]]]
 *
 * A create is: ticket (append), event (append), the requester's row of up to
 * ROW_MAX tickets and, beside it, his counter (random), by-state and by-queue
 * (nearly appending), the tenant's counter.  A batch is one transaction.
 *
 * DIR must exist; records found there are continued.  Prints
 * "creates=N us=N rate=N".
 */

#include <lmdb.h>

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAP_SIZE_BYTES      (64ull << 30)
#define DATABASES_MAX       8
#define BATCH_MAX           65536
#define RECORD_MAX_BYTES    1900
#define EVENT_BYTES         120
#define SECONDS_MAX         3600

#define ROW_MAX             64
#define ROW_OPEN            (UINT64_MAX - 1)
#define ROW_COUNTER         UINT64_MAX

#define TENANT              1
#define STATE_NEW           1


enum {
    DB_TICKET,
    DB_EVENT,
    DB_BY_REQUESTER,
    DB_BY_STATE,
    DB_BY_QUEUE,
    DB_COUNTER,
    DB_MAX
};


typedef struct {
    MDB_env   *env;
    MDB_txn   *txn;
    MDB_dbi    dbi[DB_MAX];
    uint64_t   last;            /* id of the newest ticket */
    uint64_t   random;
    uint64_t   requesters;
    size_t     record_bytes;
    char       record[RECORD_MAX_BYTES];
    char       event[EVENT_BYTES];
} loop_t;


static const char  *names[DB_MAX] = {
    "ticket", "event", "by_requester", "by_state", "by_queue",
    "counter"
};


static void
check(int rc, const char *what)
{
    if (rc != MDB_SUCCESS) {
        fprintf(stderr, "lmdb_loop: %s: %s\n", what, mdb_strerror(rc));
        exit(1);
    }
}


static unsigned char *
put_be(unsigned char *p, uint64_t n, unsigned bytes)
{
    while (bytes--) {
        *p++ = (unsigned char) (n >> (8 * bytes));
    }

    return p;
}


static uint64_t
get_be(const unsigned char *p, unsigned bytes)
{
    uint64_t  n = 0;

    while (bytes--) {
        n = n << 8 | *p++;
    }

    return n;
}


/* xorshift64: the requester must be random, not good. */
static uint64_t
next_random(loop_t *loop)
{
    uint64_t  x = loop->random;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;

    loop->random = x;
    return x;
}


static void
put(loop_t *loop, int db, const unsigned char *key, const unsigned char *end,
    const void *data, size_t size, unsigned flags)
{
    MDB_val  k = { (size_t) (end - key), (void *) key };
    MDB_val  v = { size, (void *) data };

    check(mdb_put(loop->txn, loop->dbi[db], &k, &v, flags), names[db]);
}


/* What stands under a key; its size is 0 if there is nothing. */
static MDB_val
get(loop_t *loop, int db, const unsigned char *key, const unsigned char *end)
{
    MDB_val  k = { (size_t) (end - key), (void *) key }, v = { 0, NULL };
    int      rc;

    rc = mdb_get(loop->txn, loop->dbi[db], &k, &v);

    if (rc != MDB_NOTFOUND) {
        check(rc, names[db]);
    }

    return v;
}


static void
count_up(loop_t *loop, int db, const unsigned char *key,
    const unsigned char *end)
{
    unsigned char  value[8];
    MDB_val        v = get(loop, db, key, end);

    put_be(value, (v.mv_size == 8 ? get_be(v.mv_data, 8) : 0) + 1, 8);
    put(loop, db, key, end, value, sizeof(value), 0);
}


/*
 * A row: how many, then two bytes a ticket, which is what differences of
 * tickets of one requester take.  A full row is put away under its newest.
 */
static void
row_add(loop_t *loop, uint64_t requester, uint64_t id)
{
    unsigned char  key[32], *start, row[3 + 2 * ROW_MAX];
    size_t         n = 0;
    MDB_val        v;

    start = put_be(put_be(key, TENANT, 4), requester, 8);
    v = get(loop, DB_BY_REQUESTER, key, put_be(start, ROW_OPEN, 8));

    if (v.mv_size > 0) {
        n = ((unsigned char *) v.mv_data)[0];
        memcpy(row + 2, v.mv_data, v.mv_size);
    }

    if (n == ROW_MAX) {
        put(loop, DB_BY_REQUESTER, key, put_be(start, id - 1, 8), row + 2,
            1 + 2 * n, 0);
        n = 0;
    }

    row[0] = (unsigned char) (n + 1);
    put_be(row + 1, id & 0xffff, 2);
    put(loop, DB_BY_REQUESTER, key, put_be(start, ROW_OPEN, 8), row,
        1 + 2 * (n + 1), 0);
    count_up(loop, DB_BY_REQUESTER, key, put_be(start, ROW_COUNTER, 8));
}


static void
create_one(loop_t *loop)
{
    unsigned char  key[32], *p;
    uint64_t       id, requester;

    id = ++loop->last;
    requester = next_random(loop) % loop->requesters + 1;

    /* bytes that differ, so that nothing below can share or skip them */
    put_be((unsigned char *) loop->record, id, 8);
    put_be((unsigned char *) loop->event, id, 8);

    p = put_be(key, id, 8);
    put(loop, DB_TICKET, key, p, loop->record, loop->record_bytes,
        MDB_APPEND);
    put(loop, DB_EVENT, key, p, loop->event, sizeof(loop->event),
        MDB_APPEND);

    row_add(loop, requester, id);

    p = put_be(put_be(put_be(key, TENANT, 4), STATE_NEW, 3), id, 8);
    put(loop, DB_BY_STATE, key, p, "", 0, 0);

    p = put_be(put_be(put_be(key, TENANT, 4), 0, 8), STATE_NEW, 2);
    put(loop, DB_BY_QUEUE, key, put_be(put_be(p, id / 1000, 5), id, 8), "",
        0, 0);

    p = put_be(put_be(key, TENANT, 4), STATE_NEW, 1);
    count_up(loop, DB_COUNTER, key, p);
}


static void
open_store(loop_t *loop, const char *dir)
{
    MDB_cursor  *cursor;
    MDB_val      k, v;
    int          i, rc;

    check(mdb_env_create(&loop->env), "create");
    check(mdb_env_set_mapsize(loop->env, MAP_SIZE_BYTES), "map size");
    check(mdb_env_set_maxdbs(loop->env, DATABASES_MAX), "databases");
    check(mdb_env_open(loop->env, dir, MDB_NOTLS, 0600), dir);
    check(mdb_txn_begin(loop->env, NULL, 0, &loop->txn), "begin");

    for (i = 0; i < DB_MAX; i++) {
        check(mdb_dbi_open(loop->txn, names[i], MDB_CREATE, &loop->dbi[i]),
              names[i]);
    }

    check(mdb_cursor_open(loop->txn, loop->dbi[DB_TICKET], &cursor),
          "cursor");
    rc = mdb_cursor_get(cursor, &k, &v, MDB_LAST);

    if (rc == MDB_SUCCESS) {
        loop->last = get_be(k.mv_data, 8);

    } else if (rc != MDB_NOTFOUND) {
        check(rc, "last");
    }

    mdb_cursor_close(cursor);
    check(mdb_txn_commit(loop->txn), "commit");
}


static uint64_t
now_us(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t) ts.tv_sec * 1000000 + (uint64_t) ts.tv_nsec / 1000;
}


static uint64_t
number(const char *text, uint64_t most, const char *what)
{
    char      *end;
    uint64_t   n;

    n = strtoull(text, &end, 10);

    if (end == text || *end != '\0' || n < 1 || n > most) {
        fprintf(stderr, "lmdb_loop: %s must be 1 to %" PRIu64 ": %s\n",
                what, most, text);
        exit(2);
    }

    return n;
}


int
main(int argc, char **argv)
{
    static loop_t  loop;
    uint64_t       seconds, batch, i, begun, now, created = 0;

    if (argc < 3) {
        fputs("usage: lmdb_loop DIR SECONDS [BATCH [REQUESTERS "
              "[RECORD_BYTES]]]\n", stderr);
        return 2;
    }

    seconds = number(argv[2], SECONDS_MAX, "SECONDS");
    batch = argc > 3 ? number(argv[3], BATCH_MAX, "BATCH") : 256;
    loop.requesters = argc > 4 ? number(argv[4], UINT32_MAX, "REQUESTERS")
                               : 100000;
    loop.record_bytes = argc > 5
                        ? number(argv[5], RECORD_MAX_BYTES, "RECORD_BYTES")
                        : 900;

    open_store(&loop, argv[1]);

    loop.random = 88172645463325252ull + loop.last;
    memset(loop.record, 'r', sizeof(loop.record));
    memset(loop.event, 'e', sizeof(loop.event));

    begun = now_us();

    do {
        check(mdb_txn_begin(loop.env, NULL, 0, &loop.txn), "begin");

        for (i = 0; i < batch; i++) {
            create_one(&loop);
        }

        check(mdb_txn_commit(loop.txn), "commit");

        created += batch;
        now = now_us();

    } while (now - begun < seconds * 1000000);

    printf("creates=%" PRIu64 " us=%" PRIu64 " rate=%.0f\n", created,
           now - begun, (double) created * 1e6 / (double) (now - begun));

    mdb_env_close(loop.env);
    return 0;
}
