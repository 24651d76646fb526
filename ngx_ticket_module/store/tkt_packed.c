/*
 * A row's value: a byte with how many numbers, the greatest as a varint, then
 * from each to the next smaller one.
 */

#include "store/tkt_packed.h"
#include "store/tkt_record.h"


#define TKT_PACKED_ROW_BYTES  (1 + TKT_PACKED_ROW_MAX * 10)


bool
tkt_packed_row(tkt_str_t value, tkt_packed_row_t *row)
{
    size_t          i;
    uint64_t        n, id;
    const uint8_t  *pos, *end;

    row->count = 0;

    if (value.len == 0 || value.data[0] == 0
        || value.data[0] > TKT_PACKED_ROW_MAX)
    {
        return false;
    }

    pos = value.data + 1;
    end = value.data + value.len;
    id = 0;

    for (i = 0; i < value.data[0]; i++) {

        if (!tkt_varint_get(&pos, end, &n) || n == 0 || (i > 0 && n >= id)) {
            return false;
        }

        id = (i == 0) ? n : id - n;
        row->ids[i] = id;
    }

    row->count = i;

    return pos == end;
}


static void
tkt_packed_key(tkt_key_t *key, const tkt_key_t *prefix, uint64_t number)
{
    tkt_key_start(key);
    tkt_key_bytes(key, (tkt_str_t) { prefix->data, prefix->len });
    tkt_key_u64(key, number);
}


/* ---- reading ---- */

/* The first row at or behind a number, or the last at or before it. */
static bool
tkt_packed_load(tkt_packed_t *p, uint64_t number, bool reverse)
{
    bool         found;
    tkt_key_t    from;
    tkt_scan_t   scan;
    tkt_unkey_t  u;

    tkt_packed_key(&from, &p->prefix, number);
    tkt_scan_open(&scan, p->txn, p->db, &p->prefix, &from, reverse);

    found = tkt_scan_next(&scan);

    if (found) {
        tkt_unkey_start(&u, (tkt_str_t) { scan.key.data + p->prefix.len,
                                          scan.key.len - p->prefix.len });
        p->key = tkt_unkey_u64(&u);
        found = p->key != TKT_PACKED_COUNTS;
    }

    if (found && !tkt_packed_row(scan.value, &p->row)) {
        p->broken = true;
        found = false;
    }

    tkt_scan_close(&scan);
    p->used = 0;

    return found;
}


void
tkt_packed_open(tkt_packed_t *p, tkt_txn_t *txn, tkt_db_t db,
    const tkt_key_t *prefix, uint64_t from, bool reverse)
{
    p->txn = txn;
    p->db = db;
    p->prefix = *prefix;
    p->from = (from == 0 && reverse) ? TKT_PACKED_OPEN : from;
    p->key = 0;
    p->reverse = reverse;
    p->broken = false;
    p->used = 0;
    p->row.count = 0;
}


/* Rows are named by their upper ends: the first one is the same both ways. */
static bool
tkt_packed_row_next(tkt_packed_t *p)
{
    if (p->key == 0) {
        return tkt_packed_load(p, p->from, false)

               /* all rows may be below */

               || (p->reverse && !p->broken
                   && tkt_packed_load(p, TKT_PACKED_OPEN, true));
    }

    if (p->reverse) {
        return tkt_packed_load(p, p->key - 1, true);
    }

    return p->key != TKT_PACKED_OPEN
           && tkt_packed_load(p, p->key + 1, false);
}


static bool
tkt_packed_step(tkt_packed_t *p, uint64_t *id)
{
    for ( ;; ) {

        while (p->used < p->row.count) {
            *id = p->row.ids[p->reverse ? p->used
                                        : p->row.count - 1 - p->used];
            p->used++;

            if (p->reverse ? *id <= p->from : *id >= p->from) {
                return true;
            }
        }

        if (!tkt_packed_row_next(p)) {
            p->row.count = 0;
            return false;
        }
    }
}


bool
tkt_packed_next(tkt_packed_t *p, uint64_t *id)
{
    if (tkt_packed_step(p, id)) {
        return true;
    }

    if (p->broken) {
        tkt_txn_fail(p->txn, TKT_INTERNAL);
    }

    return false;
}


bool
tkt_packed_has(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *prefix,
    uint64_t id)
{
    uint64_t      found;
    tkt_packed_t  p;

    tkt_packed_open(&p, txn, db, prefix, id, false);

    return tkt_packed_step(&p, &found) && found == id;
}


/* ---- writing ---- */

/* Numbers of a row, from the i-th on. */
static void
tkt_packed_put(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *prefix,
    uint64_t number, const uint64_t *ids, size_t count)
{
    size_t     i, len;
    uint8_t    out[TKT_PACKED_ROW_BYTES];
    tkt_key_t  key;

    tkt_packed_key(&key, prefix, number);

    if (count == 0) {
        (void) tkt_delete(txn, db, &key);
        return;
    }

    out[0] = (uint8_t) count;
    len = 1 + tkt_varint_put(out + 1, ids[0]);

    for (i = 1; i < count; i++) {
        len += tkt_varint_put(out + len, ids[i - 1] - ids[i]);
    }

    tkt_put(txn, db, &key, (tkt_str_t) { out, len });
}


/*
 * The row that a number belongs to, and its place there.  False: there is no
 * row that it is not above.
 */
static bool
tkt_packed_find(tkt_packed_t *p, tkt_txn_t *txn, tkt_db_t db,
    const tkt_key_t *prefix, uint64_t id, size_t *place)
{
    tkt_packed_open(p, txn, db, prefix, id, false);

    if (!tkt_packed_load(p, id, false)) {

        if (p->broken) {
            tkt_txn_fail(txn, TKT_INTERNAL);
        }

        return false;
    }

    for (*place = 0; *place < p->row.count && p->row.ids[*place] > id;
         (*place)++)
    {
        /* void */
    }

    return true;
}


/* Into the middle of a row; a full one is parted. */
static void
tkt_packed_insert(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *prefix,
    uint64_t id)
{
    size_t        n, place;
    uint64_t      ids[TKT_PACKED_ROW_MAX + 1];
    tkt_packed_t  p;

    if (!tkt_packed_find(&p, txn, db, prefix, id, &place)) {
        tkt_packed_put(txn, db, prefix, TKT_PACKED_OPEN, &id, 1);
        return;
    }

    if (place < p.row.count && p.row.ids[place] == id) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return;
    }

    n = p.row.count + 1;
    memcpy(ids, p.row.ids, place * sizeof(ids[0]));
    ids[place] = id;
    memcpy(ids + place + 1, p.row.ids + place,
           (p.row.count - place) * sizeof(ids[0]));

    if (n > TKT_PACKED_ROW_MAX) {
        n = n / 2;
        tkt_packed_put(txn, db, prefix, ids[n], ids + n,
                       p.row.count + 1 - n);
    }

    tkt_packed_put(txn, db, prefix, p.key, ids, n);
}


/*
 * Before the greatest number of the open row, without decoding the others: the
 * length of the new row, or 0 if this is not the way to do it.
 */
static size_t
tkt_packed_prepend(uint8_t *out, uint64_t id, tkt_str_t old)
{
    size_t          len;
    uint64_t        greatest;
    const uint8_t  *pos, *end;

    if (old.len < 2 || old.len > TKT_PACKED_ROW_BYTES || old.data[0] == 0
        || old.data[0] >= TKT_PACKED_ROW_MAX)
    {
        return 0;
    }

    pos = old.data + 1;
    end = old.data + old.len;

    if (!tkt_varint_get(&pos, end, &greatest) || greatest >= id) {
        return 0;
    }

    out[0] = (uint8_t) (old.data[0] + 1);
    len = 1 + tkt_varint_put(out + 1, id);
    len += tkt_varint_put(out + len, id - greatest);

    if (pos != end) {
        memcpy(out + len, pos, (size_t) (end - pos));
    }

    return len + (size_t) (end - pos);
}


/* A full open row gets the name that it keeps; false if it is none such. */
static bool
tkt_packed_seal(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *prefix,
    tkt_str_t value, uint64_t id)
{
    tkt_packed_row_t  row;

    if (!tkt_packed_row(value, &row) || row.count < TKT_PACKED_ROW_MAX
        || row.ids[0] >= id)
    {
        return false;
    }

    tkt_packed_put(txn, db, prefix, row.ids[0], row.ids, row.count);
    tkt_packed_put(txn, db, prefix, TKT_PACKED_OPEN, &id, 1);

    return true;
}


void
tkt_packed_add(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *prefix,
    uint64_t id)
{
    size_t     len;
    uint8_t    out[TKT_PACKED_ROW_BYTES + 20];
    tkt_key_t  key;
    tkt_str_t  value;

    tkt_packed_key(&key, prefix, TKT_PACKED_OPEN);

    if (tkt_get(txn, db, &key, &value)) {

        len = tkt_packed_prepend(out, id, value);

        if (len > 0) {
            tkt_put(txn, db, &key, (tkt_str_t) { out, len });
            return;
        }

        if (tkt_packed_seal(txn, db, prefix, value, id)) {
            return;
        }
    }

    tkt_packed_insert(txn, db, prefix, id);
}


void
tkt_packed_remove(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *prefix,
    uint64_t id)
{
    size_t        place;
    tkt_packed_t  p;

    if (!tkt_packed_find(&p, txn, db, prefix, id, &place)
        || place == p.row.count || p.row.ids[place] != id)
    {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return;
    }

    memmove(p.row.ids + place, p.row.ids + place + 1,
            (p.row.count - 1 - place) * sizeof(p.row.ids[0]));

    tkt_packed_put(txn, db, prefix, p.key, p.row.ids, p.row.count - 1);
}
