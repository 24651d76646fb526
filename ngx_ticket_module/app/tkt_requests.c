/*
 * Rows of a requester's tickets: a byte with their number, the newest as a
 * varint, then from each to the next older one.
 */

#include "app/tkt_requests.h"


#define TKT_REQUESTS_ROW_BYTES  (1 + TKT_REQUESTS_ROW_MAX * 10)


bool
tkt_requests_row(tkt_str_t value, tkt_requests_row_t *row)
{
    size_t          i;
    uint64_t        n, id;
    const uint8_t  *pos, *end;

    row->count = 0;

    if (value.len == 0 || value.data[0] == 0
        || value.data[0] > TKT_REQUESTS_ROW_MAX)
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


/* ---- reading ---- */

/*
 * The first row at or behind a key, or the last at or before it; the counts,
 * which stand behind all of them, are none.
 */
static bool
tkt_requests_load(tkt_requests_t *r, uint64_t key, bool reverse)
{
    bool         found;
    tkt_key_t    prefix, from;
    tkt_scan_t   scan;
    tkt_unkey_t  u;

    tkt_key_principal(&prefix, r->tenant, r->principal);
    tkt_key_by_requester(&from, r->tenant, r->principal, key);
    tkt_scan_open(&scan, r->txn, TKT_DB_BY_REQUESTER, &prefix, &from,
                  reverse);

    found = tkt_scan_next(&scan);

    if (found) {
        tkt_unkey_start(&u, (tkt_str_t) { scan.key.data + prefix.len,
                                          scan.key.len - prefix.len });
        r->key = tkt_unkey_u64(&u);
        found = r->key != TKT_REQUESTS_COUNTS;
    }

    if (found && !tkt_requests_row(scan.value, &r->row)) {
        r->broken = true;
        found = false;
    }

    tkt_scan_close(&scan);
    r->used = 0;

    return found;
}


void
tkt_requests_open(tkt_requests_t *r, tkt_txn_t *txn, uint32_t tenant,
    uint64_t principal, uint64_t from, bool reverse)
{
    r->txn = txn;
    r->tenant = tenant;
    r->principal = principal;
    r->from = (from == 0 && reverse) ? TKT_REQUESTS_OPEN : from;
    r->key = 0;
    r->reverse = reverse;
    r->broken = false;
    r->used = 0;
    r->row.count = 0;
}


/* Rows are named by their newest, so the first one is the same both ways. */
static bool
tkt_requests_row_next(tkt_requests_t *r)
{
    if (r->key == 0) {
        return tkt_requests_load(r, r->from, false);
    }

    if (r->reverse) {
        return tkt_requests_load(r, r->key - 1, true);
    }

    return r->key != TKT_REQUESTS_OPEN
           && tkt_requests_load(r, r->key + 1, false);
}


static bool
tkt_requests_step(tkt_requests_t *r, uint64_t *ticket)
{
    for ( ;; ) {

        while (r->used < r->row.count) {
            *ticket = r->row.ids[r->reverse ? r->used
                                            : r->row.count - 1 - r->used];
            r->used++;

            if (r->reverse ? *ticket <= r->from : *ticket >= r->from) {
                return true;
            }
        }

        if (!tkt_requests_row_next(r)) {
            r->row.count = 0;
            return false;
        }
    }
}


bool
tkt_requests_next(tkt_requests_t *r, uint64_t *ticket)
{
    if (tkt_requests_step(r, ticket)) {
        return true;
    }

    if (r->broken) {
        tkt_txn_fail(r->txn, TKT_INTERNAL);
    }

    return false;
}


bool
tkt_requests_has(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    uint64_t ticket)
{
    uint64_t        found;
    tkt_requests_t  r;

    tkt_requests_open(&r, txn, tenant, principal, ticket, false);

    return tkt_requests_step(&r, &found) && found == ticket;
}


/* ---- writing ---- */

/* The row that a number has been put before. */
static size_t
tkt_requests_before(uint8_t *out, uint64_t ticket, tkt_str_t old)
{
    size_t          len;
    uint64_t        newest;
    const uint8_t  *pos, *end;

    out[0] = 1;
    len = 1 + tkt_varint_put(out + 1, ticket);

    if (old.len == 0) {
        return len;
    }

    pos = old.data + 1;
    end = old.data + old.len;

    if (old.data[0] == 0 || old.len > TKT_REQUESTS_ROW_BYTES
        || !tkt_varint_get(&pos, end, &newest) || newest >= ticket)
    {
        return 0;
    }

    out[0] = (uint8_t) (old.data[0] + 1);
    len += tkt_varint_put(out + len, ticket - newest);

    if (pos != end) {
        memcpy(out + len, pos, (size_t) (end - pos));
    }

    return len + (size_t) (end - pos);
}


/* A full row gets the name that it keeps; false if it is none. */
static bool
tkt_requests_seal(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    tkt_str_t row)
{
    uint8_t         copy[TKT_REQUESTS_ROW_BYTES];
    uint64_t        newest;
    tkt_key_t       key;
    const uint8_t  *pos;

    pos = row.data + 1;

    if (row.len > sizeof(copy)
        || !tkt_varint_get(&pos, row.data + row.len, &newest))
    {
        return false;
    }

    memcpy(copy, row.data, row.len);
    tkt_key_by_requester(&key, tenant, principal, newest);
    tkt_put(txn, TKT_DB_BY_REQUESTER, &key,
            (tkt_str_t) { copy, row.len });

    return true;
}


void
tkt_requests_add(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    uint64_t ticket)
{
    size_t     len;
    uint8_t    out[TKT_REQUESTS_ROW_BYTES + 20];
    tkt_key_t  key;
    tkt_str_t  row;

    tkt_key_by_requester(&key, tenant, principal, TKT_REQUESTS_OPEN);

    if (!tkt_get(txn, TKT_DB_BY_REQUESTER, &key, &row)) {
        row = tkt_str("");

    } else if (row.len == 0) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return;

    } else if (row.data[0] >= TKT_REQUESTS_ROW_MAX) {

        if (!tkt_requests_seal(txn, tenant, principal, row)) {
            tkt_txn_fail(txn, TKT_INTERNAL);
            return;
        }

        row = tkt_str("");
    }

    len = tkt_requests_before(out, ticket, row);

    if (len == 0) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return;
    }

    tkt_put(txn, TKT_DB_BY_REQUESTER, &key, (tkt_str_t) { out, len });
}
