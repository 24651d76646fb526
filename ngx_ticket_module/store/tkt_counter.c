/*
 * Counter rows.  A write transaction keeps the rows it touched and writes
 * them in key order at its commit, so a batch puts a hot row once; when there
 * are too many, all are written early.  The bytes of a row depend on its
 * counts alone (trailing zeros are left out, a row of zeros is kept as an
 * empty value), so they are the same for batches of any size.
 */

#include "store/tkt_record.h"
#include "store/tkt_store_int.h"

#include <stdlib.h>


#define TKT_COUNTER_SLOTS          (2 * TKT_COUNTER_ROWS_MAX)
#define TKT_COUNTER_VARINT_BYTES   10

_Static_assert((TKT_COUNTER_SLOTS & (TKT_COUNTER_SLOTS - 1)) == 0,
               "slots are found by a mask");
_Static_assert(TKT_COUNTER_MEMORY_BYTES
               >= TKT_COUNTER_CELLS_MAX * 8 + TKT_KEY_MAX_BYTES + 8,
               "one row must fit");


/* values and, behind them, the key lie in the memory of the table. */
typedef struct {
    uint64_t   *values;
    uint8_t    *key;
    uint32_t    hash;
    uint16_t    key_len;
    uint16_t    cells;
    uint8_t     db;
    bool        changed;
} tkt_counter_row_t;


struct tkt_counters_s {
    size_t             count;
    size_t             used;                       /* of memory, in words  */
    uint16_t           slots[TKT_COUNTER_SLOTS];   /* row + 1, 0 = empty   */
    tkt_counter_row_t  rows[TKT_COUNTER_ROWS_MAX];
    uint64_t           memory[TKT_COUNTER_MEMORY_BYTES / 8];
};


tkt_counters_t *
tkt_counters_create(void)
{
    return calloc(1, sizeof(tkt_counters_t));
}


void
tkt_counters_free(tkt_counters_t *c)
{
    free(c);
}


void
tkt_counters_clear(tkt_counters_t *c)
{
    if (c->count != 0) {
        memset(c->slots, 0, sizeof(c->slots));
        c->count = 0;
        c->used = 0;
    }
}


/* FNV-1a; keys are ours and short, so nobody can aim at the table. */
static uint32_t
tkt_counter_hash(tkt_db_t db, const tkt_key_t *key)
{
    size_t    i;
    uint64_t  h;

    h = UINT64_C(0xcbf29ce484222325) ^ (uint64_t) db;

    for (i = 0; i < key->len; i++) {
        h = (h ^ key->data[i]) * UINT64_C(0x100000001b3);
    }

    return (uint32_t) (h ^ h >> 32);
}


/* The row, or the empty slot where it would be. */
static tkt_counter_row_t *
tkt_counter_find(tkt_counters_t *c, tkt_db_t db, const tkt_key_t *key,
    uint32_t hash, uint16_t **slot)
{
    size_t              i;
    tkt_counter_row_t  *row;

    for (i = hash; /* void */ ; i++) {
        *slot = &c->slots[i & (TKT_COUNTER_SLOTS - 1)];

        if (**slot == 0) {
            return NULL;
        }

        row = &c->rows[**slot - 1];

        if (row->hash == hash && row->db == db && row->key_len == key->len
            && memcmp(row->key, key->data, key->len) == 0)
        {
            return row;
        }
    }
}


/* The cells of a stored row; false if it is none. */
static bool
tkt_counter_decode(tkt_str_t record, uint64_t *values, size_t *cells)
{
    const uint8_t  *pos, *end;

    pos = record.data;
    end = (record.len == 0) ? pos : pos + record.len;

    for (*cells = 0; pos != end; (*cells)++) {
        if (*cells == TKT_COUNTER_CELLS_MAX
            || !tkt_varint_get(&pos, end, &values[*cells]))
        {
            return false;
        }
    }

    return true;
}


/* The stored cells; none is 0 cells.  False makes the status sticky. */
static bool
tkt_counter_load(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key,
    uint64_t *values, size_t *cells)
{
    tkt_str_t  record;

    *cells = 0;

    if (!tkt_get(txn, db, key, &record)) {
        return txn->status == TKT_OK;
    }

    if (!tkt_counter_decode(record, values, cells)) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return false;
    }

    return true;
}


static void
tkt_counter_store(tkt_txn_t *txn, const tkt_counter_row_t *row)
{
    size_t     i, cells, len;
    uint8_t    out[TKT_COUNTER_CELLS_MAX * TKT_COUNTER_VARINT_BYTES];
    tkt_key_t  key;

    cells = row->cells;

    while (cells != 0 && row->values[cells - 1] == 0) {
        cells--;
    }

    len = 0;

    for (i = 0; i < cells; i++) {
        len += tkt_varint_put(out + len, row->values[i]);
    }

    memcpy(key.data, row->key, row->key_len);
    key.len = row->key_len;

    tkt_put(txn, (tkt_db_t) row->db, &key, (tkt_str_t) { out, len });
}


static int
tkt_counter_order(const void *a, const void *b)
{
    const tkt_counter_row_t  *x, *y;

    x = *(const tkt_counter_row_t *const *) a;
    y = *(const tkt_counter_row_t *const *) b;

    if (x->db != y->db) {
        return (int) x->db - (int) y->db;
    }

    return tkt_bytes_compare(x->key, x->key_len, y->key, y->key_len);
}


void
tkt_counters_flush(tkt_txn_t *txn)
{
    size_t                    i, count;
    uint64_t                  changes;
    tkt_counters_t           *c;
    const tkt_counter_row_t  *order[TKT_COUNTER_ROWS_MAX];

    c = txn->counters;
    count = 0;

    for (i = 0; i < c->count; i++) {
        if (c->rows[i].changed) {
            c->rows[i].changed = false;
            order[count++] = &c->rows[i];
        }
    }

    qsort(order, count, sizeof(order[0]), tkt_counter_order);

    /* they were counted when they were asked for */
    changes = txn->changes;

    for (i = 0; i < count; i++) {
        tkt_counter_store(txn, order[i]);
    }

    txn->changes = changes;
}


/* A new row with its stored counts; NULL makes the status sticky. */
static tkt_counter_row_t *
tkt_counter_insert(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key,
    size_t cells, uint32_t hash)
{
    size_t              stored, words;
    uint16_t           *slot;
    uint64_t            values[TKT_COUNTER_CELLS_MAX];
    tkt_counters_t     *c;
    tkt_counter_row_t  *row;

    if (!tkt_counter_load(txn, db, key, values, &stored)) {
        return NULL;
    }

    c = txn->counters;
    cells = (stored > cells) ? stored : cells;
    words = cells + (key->len + 7u) / 8;

    if (c->count == TKT_COUNTER_ROWS_MAX
        || words > tkt_array_len(c->memory) - c->used)
    {
        tkt_counters_flush(txn);
        tkt_counters_clear(c);
    }

    (void) tkt_counter_find(c, db, key, hash, &slot);

    row = &c->rows[c->count++];
    *slot = (uint16_t) c->count;

    row->values = &c->memory[c->used];
    row->key = (uint8_t *) &c->memory[c->used + cells];
    row->hash = hash;
    row->key_len = key->len;
    row->cells = (uint16_t) cells;
    row->db = (uint8_t) db;
    row->changed = false;

    c->used += words;

    memcpy(row->values, values, stored * sizeof(uint64_t));
    memset(row->values + stored, 0, (cells - stored) * sizeof(uint64_t));
    memcpy(row->key, key->data, key->len);

    return row;
}


void
tkt_counter_add(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key,
    size_t cells, size_t cell, int64_t delta)
{
    uint32_t            hash;
    uint16_t           *slot;
    uint64_t            value;
    tkt_counter_row_t  *row;

    assert(cells <= TKT_COUNTER_CELLS_MAX && cell < cells);

    if (txn->status != TKT_OK || delta == 0) {
        return;
    }

    if (!txn->write || key->len == 0 || key->len > TKT_KEY_MAX_BYTES) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return;
    }

    hash = tkt_counter_hash(db, key);
    row = tkt_counter_find(txn->counters, db, key, hash, &slot);

    if (row != NULL && row->cells < cells) {
        /* the same row, asked for with more cells than before */
        tkt_counters_flush(txn);
        tkt_counters_clear(txn->counters);
        row = NULL;
    }

    if (row == NULL) {
        row = tkt_counter_insert(txn, db, key, cells, hash);

        if (row == NULL) {
            return;
        }
    }

    value = row->values[cell];

    if (delta < 0 ? value < -(uint64_t) delta
                  : value > UINT64_MAX - (uint64_t) delta)
    {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return;
    }

    row->values[cell] = value + (uint64_t) delta;
    row->changed = true;
    txn->changes++;
}


void
tkt_counter_drop(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key)
{
    uint16_t           *slot;
    tkt_counter_row_t  *row;

    row = tkt_counter_find(txn->counters, db, key, tkt_counter_hash(db, key),
                           &slot);

    if (row != NULL) {
        memset(row->values, 0, row->cells * sizeof(uint64_t));
        row->changed = false;
    }

    /* it may have been written early */

    (void) tkt_delete(txn, db, key);
}


void
tkt_counter_get(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key,
    size_t cells, uint64_t *values)
{
    size_t              count;
    uint16_t           *slot;
    uint64_t            stored[TKT_COUNTER_CELLS_MAX];
    const uint64_t     *from;
    tkt_counter_row_t  *row;

    assert(cells <= TKT_COUNTER_CELLS_MAX);

    row = txn->write
          ? tkt_counter_find(txn->counters, db, key,
                             tkt_counter_hash(db, key), &slot)
          : NULL;

    if (row != NULL) {
        count = row->cells;
        from = row->values;

    } else {
        if (!tkt_counter_load(txn, db, key, stored, &count)) {
            count = 0;
        }

        from = stored;
    }

    count = (count < cells) ? count : cells;

    memcpy(values, from, count * sizeof(uint64_t));
    memset(values + count, 0, (cells - count) * sizeof(uint64_t));
}
