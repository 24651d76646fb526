/*
 * Several prefixes of one database read as one sequence: a cursor on each,
 * in a binary heap ordered by what follows the prefix.
 */

#include "store/tkt_store_int.h"


/* suffix points into the map; head is its first bytes, to compare fast. */
typedef struct {
    MDB_cursor  *cursor;
    uint64_t     head;
    tkt_str_t    suffix;
    size_t       prefix;
} tkt_merge_range_t;


/* ranges[0 .. live) is the heap; prefixes lie one after another. */
struct tkt_merge_s {
    tkt_txn_t          *txn;
    tkt_db_t            db;
    bool                reverse;
    bool                started;
    size_t              prefix_len;
    size_t              live;
    const uint8_t      *prefixes;
    tkt_merge_range_t   ranges[];
};


static uint64_t
tkt_merge_head(tkt_str_t suffix)
{
    size_t    i;
    uint64_t  head;

    if (suffix.len >= sizeof(head)) {
        memcpy(&head, suffix.data, sizeof(head));
        return __builtin_bswap64(head);
    }

    head = 0;

    for (i = 0; i < sizeof(head); i++) {
        head = head << 8 | (i < suffix.len ? suffix.data[i] : 0);
    }

    return head;
}


static bool
tkt_merge_before(const tkt_merge_t *m, const tkt_merge_range_t *a,
    const tkt_merge_range_t *b)
{
    int  order;

    if (a->head != b->head) {
        return (a->head < b->head) != m->reverse;
    }

    order = tkt_bytes_compare(a->suffix.data, a->suffix.len, b->suffix.data,
                              b->suffix.len);

    return m->reverse ? order > 0 : order < 0;
}


static void
tkt_merge_sink(tkt_merge_t *m, size_t i)
{
    size_t             child;
    tkt_merge_range_t  moving;

    moving = m->ranges[i];

    for ( /* void */ ; (child = 2 * i + 1) < m->live; i = child) {

        if (child + 1 < m->live
            && tkt_merge_before(m, &m->ranges[child + 1],
                                &m->ranges[child]))
        {
            child++;
        }

        if (!tkt_merge_before(m, &m->ranges[child], &moving)) {
            break;
        }

        m->ranges[i] = m->ranges[child];
    }

    m->ranges[i] = moving;
}


/* Takes what the cursor has found; false if the range has no more. */
static bool
tkt_merge_accept(tkt_merge_t *m, tkt_merge_range_t *r, int rc,
    const MDB_val *k)
{
    const uint8_t  *data;

    if (rc != 0) {
        if (rc != MDB_NOTFOUND) {
            tkt_store_fail(m->txn, rc);
        }

        return false;
    }

    data = k->mv_data;

    if (k->mv_size < m->prefix_len
        || memcmp(data, m->prefixes + r->prefix, m->prefix_len) != 0)
    {
        return false;
    }

    r->suffix.data = data + m->prefix_len;
    r->suffix.len = k->mv_size - m->prefix_len;
    r->head = tkt_merge_head(r->suffix);

    return true;
}


static int
tkt_merge_place(const tkt_merge_t *m, const tkt_merge_range_t *r,
    const tkt_key_t *from_suffix, bool exclusive, MDB_val *k)
{
    tkt_key_t       key;
    tkt_seek_t      how;
    const uint8_t  *prefix;

    prefix = m->prefixes + r->prefix;

    if (from_suffix == NULL) {
        return m->reverse
               ? tkt_cursor_end(r->cursor, prefix, m->prefix_len, k, NULL)
               : tkt_cursor_seek(r->cursor, prefix, m->prefix_len,
                                 TKT_SEEK_GE, k, NULL);
    }

    tkt_key_start(&key);
    tkt_key_bytes(&key, (tkt_str_t) { prefix, m->prefix_len });
    tkt_key_bytes(&key, (tkt_str_t) { from_suffix->data, from_suffix->len });

    how = m->reverse ? (exclusive ? TKT_SEEK_LT : TKT_SEEK_LE)
                     : (exclusive ? TKT_SEEK_GT : TKT_SEEK_GE);

    return tkt_cursor_seek(r->cursor, key.data, key.len, how, k, NULL);
}


static tkt_merge_t *
tkt_merge_create(tkt_txn_t *txn, const tkt_key_t *prefixes, size_t count,
    tkt_arena_t *arena)
{
    size_t        i, len;
    uint8_t      *copy;
    tkt_merge_t  *m;

    len = (count == 0) ? 0 : prefixes[0].len;

    m = tkt_arena_alloc(arena, sizeof(tkt_merge_t)
                               + count * sizeof(tkt_merge_range_t));
    copy = tkt_arena_bytes(arena, count * len + 1);

    if (m == NULL || copy == NULL) {
        tkt_txn_fail(txn, TKT_BUSY);
        return NULL;
    }

    m->prefixes = copy;
    m->prefix_len = len;

    for (i = 0; i < count; i++) {
        assert(prefixes[i].len == len);
        memcpy(copy + i * len, prefixes[i].data, len);
    }

    return m;
}


tkt_merge_t *
tkt_merge_open(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *prefixes,
    size_t count, const tkt_key_t *from_suffix, bool exclusive, bool reverse,
    tkt_arena_t *arena)
{
    int                 rc;
    size_t              i;
    MDB_val             k;
    tkt_merge_t        *m;
    tkt_merge_range_t  *r;

    if (txn->status != TKT_OK) {
        return NULL;
    }

    if (count > TKT_MERGE_RANGES_MAX) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return NULL;
    }

    m = tkt_merge_create(txn, prefixes, count, arena);
    if (m == NULL) {
        return NULL;
    }

    m->txn = txn;
    m->db = db;
    m->reverse = reverse;
    m->started = false;
    m->live = 0;

    for (i = 0; i < count; i++) {
        r = &m->ranges[m->live];
        r->prefix = i * m->prefix_len;
        r->cursor = tkt_cursor_take(txn, db);

        if (r->cursor == NULL) {
            break;
        }

        rc = tkt_merge_place(m, r, from_suffix, exclusive, &k);

        if (tkt_merge_accept(m, r, rc, &k)) {
            m->live++;
        } else {
            tkt_cursor_give(txn, db, r->cursor);
        }
    }

    for (i = m->live / 2; i-- != 0; /* void */ ) {
        tkt_merge_sink(m, i);
    }

    return m;
}


/* Moves the range that gave the last entry on. */
static void
tkt_merge_step(tkt_merge_t *m)
{
    int                 rc;
    MDB_val             k;
    tkt_merge_range_t  *r;

    r = &m->ranges[0];
    rc = mdb_cursor_get(r->cursor, &k, NULL,
                        m->reverse ? MDB_PREV : MDB_NEXT);

    if (!tkt_merge_accept(m, r, rc, &k)) {
        tkt_cursor_give(m->txn, m->db, r->cursor);
        *r = m->ranges[--m->live];
    }

    if (m->live > 1) {
        tkt_merge_sink(m, 0);
    }
}


bool
tkt_merge_next(tkt_merge_t *m, tkt_str_t *suffix)
{
    suffix->data = NULL;
    suffix->len = 0;

    if (m == NULL || m->live == 0 || m->txn->status != TKT_OK) {
        return false;
    }

    if (m->started) {
        tkt_merge_step(m);

        if (m->live == 0 || m->txn->status != TKT_OK) {
            return false;
        }
    }

    m->started = true;
    *suffix = m->ranges[0].suffix;

    return true;
}


void
tkt_merge_close(tkt_merge_t *m)
{
    if (m == NULL) {
        return;
    }

    while (m->live != 0) {
        tkt_cursor_give(m->txn, m->db, m->ranges[--m->live].cursor);
    }
}
