/*
 * Rows of notices: a byte with their number, then each as varints, the newest
 * first: id, time, kind, ticket, message, actor.  Behind the newest, id and
 * time are what they are less than those of the one before, modulo 2^64.
 * Three varints precede an open row: read, kept, unread.
 */

#include "app/notice/tkt_notice_rows.h"


#define TKT_VARINT_BYTES         10
#define TKT_NOTICE_BYTES         (6 * TKT_VARINT_BYTES)
#define TKT_NOTICE_STATE_BYTES   (3 * TKT_VARINT_BYTES)
#define TKT_NOTICE_ROW_BYTES     (1 + TKT_NOTICES_ROW_MAX * TKT_NOTICE_BYTES)
#define TKT_NOTICE_VALUE_BYTES                                                \
    (TKT_NOTICE_STATE_BYTES + TKT_NOTICE_ROW_BYTES)


void
tkt_key_notices_open(tkt_key_t *k, uint32_t tenant, uint64_t principal)
{
    tkt_key_principal(k, tenant, 0);
    tkt_key_u64(k, principal);
}


void
tkt_key_notices_row(tkt_key_t *k, uint32_t tenant, uint64_t principal,
    uint64_t newest)
{
    tkt_key_principal(k, tenant, principal);
    tkt_key_u64(k, newest);
}


/* ---- bytes ---- */

/* Takes the counts off the beginning of an open row. */
static bool
tkt_notice_state_take(tkt_str_t *value, tkt_notice_state_t *state)
{
    const uint8_t  *pos = value->data, *end = value->data + value->len;

    if (!tkt_varint_get(&pos, end, &state->read)
        || !tkt_varint_get(&pos, end, &state->kept)
        || !tkt_varint_get(&pos, end, &state->unread)
        || pos == end)
    {
        return false;
    }

    *value = (tkt_str_t) { pos, (size_t) (end - pos) };

    return true;
}


static size_t
tkt_notice_state_bytes(uint8_t *out, const tkt_notice_state_t *state)
{
    size_t  len;

    len = tkt_varint_put(out, state->read);
    len += tkt_varint_put(out + len, state->kept);
    len += tkt_varint_put(out + len, state->unread);

    return len;
}


bool
tkt_notice_row(tkt_str_t value, tkt_notice_state_t *state,
    tkt_notice_row_t *row)
{
    size_t          i;
    uint64_t        id, at;
    tkt_notice_t   *n;
    const uint8_t  *pos, *end;

    row->count = 0;

    if ((state != NULL && !tkt_notice_state_take(&value, state))
        || value.len == 0 || value.data[0] == 0
        || value.data[0] > TKT_NOTICES_ROW_MAX)
    {
        return false;
    }

    pos = value.data + 1;
    end = value.data + value.len;

    for (i = 0; i < value.data[0]; i++) {
        n = &row->notices[i];
        *n = (tkt_notice_t) { .id = 0 };

        if (!tkt_varint_get(&pos, end, &id) || !tkt_varint_get(&pos, end, &at)
            || !tkt_varint_get(&pos, end, &n->kind)
            || !tkt_varint_get(&pos, end, &n->ticket)
            || !tkt_varint_get(&pos, end, &n->message)
            || !tkt_varint_get(&pos, end, &n->actor)
            || id == 0 || (i > 0 && id >= n[-1].id))
        {
            return false;
        }

        n->id = (i == 0) ? id : n[-1].id - id;
        n->created_at = (i == 0) ? at : n[-1].created_at - at;
    }

    row->count = i;

    return pos == end;
}


/* The row that a notice has been put before; 0: `old` is none. */
static size_t
tkt_notice_before(uint8_t *out, const tkt_notice_t *n, tkt_str_t old)
{
    size_t          len;
    uint64_t        id, at;
    const uint8_t  *pos, *end;

    out[0] = 1;
    len = 1 + tkt_varint_put(out + 1, n->id);
    len += tkt_varint_put(out + len, n->created_at);
    len += tkt_varint_put(out + len, n->kind);
    len += tkt_varint_put(out + len, n->ticket);
    len += tkt_varint_put(out + len, n->message);
    len += tkt_varint_put(out + len, n->actor);

    if (old.len == 0) {
        return len;
    }

    pos = old.data + 1;
    end = old.data + old.len;

    if (old.data[0] == 0 || old.len > TKT_NOTICE_ROW_BYTES
        || !tkt_varint_get(&pos, end, &id) || !tkt_varint_get(&pos, end, &at)
        || id >= n->id || pos == end)
    {
        return 0;
    }

    out[0] = (uint8_t) (old.data[0] + 1);
    len += tkt_varint_put(out + len, n->id - id);
    len += tkt_varint_put(out + len, n->created_at - at);
    memcpy(out + len, pos, (size_t) (end - pos));

    return len + (size_t) (end - pos);
}


/* ---- reading ---- */

/*
 * The first row at or behind a number, or the last at or before it; the open
 * row is none of these.
 */
static bool
tkt_notice_load(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    uint64_t from, bool reverse, uint64_t *key, tkt_notice_row_t *row)
{
    bool         found;
    tkt_key_t    prefix, start;
    tkt_scan_t   scan;
    tkt_unkey_t  u;

    row->count = 0;
    tkt_key_principal(&prefix, tenant, principal);
    tkt_key_notices_row(&start, tenant, principal, from);
    tkt_scan_open(&scan, txn, TKT_DB_NOTICE, &prefix, &start, reverse);

    found = tkt_scan_next(&scan);

    if (found) {
        tkt_unkey_start(&u, (tkt_str_t) { scan.key.data + prefix.len,
                                          scan.key.len - prefix.len });
        *key = tkt_unkey_u64(&u);

        if (!tkt_notice_row(scan.value, NULL, row)) {
            tkt_txn_fail(txn, TKT_INTERNAL);
            found = false;
        }
    }

    tkt_scan_close(&scan);

    return found;
}


/* The open row; false: it is none. */
static bool
tkt_notice_load_open(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    tkt_notice_state_t *state, tkt_notice_row_t *row)
{
    tkt_key_t  key;
    tkt_str_t  value;

    row->count = 0;
    *state = (tkt_notice_state_t) { .read = 0 };
    tkt_key_notices_open(&key, tenant, principal);

    if (!tkt_get(txn, TKT_DB_NOTICE, &key, &value)
        || tkt_notice_row(value, state, row))
    {
        return true;
    }

    row->count = 0;
    tkt_txn_fail(txn, TKT_INTERNAL);

    return false;
}


bool
tkt_notice_walk(tkt_notice_walk_t *w, tkt_txn_t *txn, uint32_t tenant,
    uint64_t principal, uint64_t from)
{
    w->txn = txn;
    w->tenant = tenant;
    w->principal = principal;
    w->from = from;
    w->key = 0;
    w->used = 0;

    return tkt_notice_load_open(txn, tenant, principal, &w->state, &w->row);
}


/* Rows are named by their newest: the first one may stand behind `from`. */
static bool
tkt_notice_row_next(tkt_notice_walk_t *w)
{
    w->used = 0;

    if (w->key != 0) {
        return tkt_notice_load(w->txn, w->tenant, w->principal, w->key - 1,
                               true, &w->key, &w->row);
    }

    if (w->row.count == 0) {
        return false;
    }

    if (w->row.notices[w->row.count - 1].id > w->from
        && tkt_notice_load(w->txn, w->tenant, w->principal, w->from, false,
                           &w->key, &w->row))
    {
        return true;
    }

    return tkt_notice_load(w->txn, w->tenant, w->principal, UINT64_MAX, true,
                           &w->key, &w->row);
}


bool
tkt_notice_walk_next(tkt_notice_walk_t *w, tkt_notice_t *n)
{
    while (tkt_txn_status(w->txn) == TKT_OK) {

        while (w->used < w->row.count) {
            *n = w->row.notices[w->used++];

            if (n->id <= w->from) {
                n->tenant = w->tenant;
                n->principal = w->principal;
                return true;
            }
        }

        if (!tkt_notice_row_next(w)) {
            w->row.count = 0;
            break;
        }
    }

    return false;
}


bool
tkt_notice_at(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    uint64_t from, tkt_notice_t *n)
{
    size_t              i;
    uint64_t            key;
    tkt_notice_row_t    row;
    tkt_notice_state_t  state;

    if (!tkt_notice_load(txn, tenant, principal, from, false, &key, &row)
        && (tkt_txn_status(txn) != TKT_OK
            || !tkt_notice_load_open(txn, tenant, principal, &state, &row)))
    {
        return false;
    }

    for (i = row.count; i > 0; i--) {

        if (row.notices[i - 1].id >= from) {
            *n = row.notices[i - 1];
            n->tenant = tenant;
            n->principal = principal;
            return true;
        }
    }

    return false;
}


/* ---- writing ---- */

/*
 * An open row holds its own counts, so its loss would be told by nothing but
 * how many there are.
 */
static void
tkt_notices_count(tkt_txn_t *txn, uint32_t tenant, int delta)
{
    tkt_key_t  key;

    tkt_key_told_counts(&key, tenant);
    tkt_counter_add(txn, TKT_DB_COUNTER, &key, 1, 0, delta);
}


/* Bytes of the open row, none if there is none yet; false: after a failure. */
static bool
tkt_notice_open_bytes(tkt_txn_t *txn, const tkt_key_t *key,
    tkt_notice_state_t *state, tkt_str_t *row)
{
    *state = (tkt_notice_state_t) { .read = 0 };

    if (!tkt_get(txn, TKT_DB_NOTICE, key, row)) {
        *row = tkt_str("");
        return true;
    }

    if (tkt_notice_state_take(row, state) && row->len <= TKT_NOTICE_ROW_BYTES)
    {
        return true;
    }

    tkt_txn_fail(txn, TKT_INTERNAL);

    return false;
}


/* A full row gets the name that it keeps. */
static void
tkt_notice_seal(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    tkt_str_t row)
{
    uint8_t         copy[TKT_NOTICE_ROW_BYTES];
    uint64_t        newest;
    tkt_key_t       key;
    const uint8_t  *pos;

    pos = row.data + 1;

    if (!tkt_varint_get(&pos, row.data + row.len, &newest)) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return;
    }

    memcpy(copy, row.data, row.len);
    tkt_key_notices_row(&key, tenant, principal, newest);
    tkt_put(txn, TKT_DB_NOTICE, &key, (tkt_str_t) { copy, row.len });
}


/*
 * The oldest rows go.  Damage may have made the counts wrong: they stop at 0,
 * and `ticketctl verify` tells of it.
 */
static void
tkt_notice_trim(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    tkt_notice_state_t *state)
{
    size_t            i;
    uint64_t          newest;
    tkt_key_t         key;
    tkt_notice_row_t  row;

    while (state->kept >= TKT_NOTICES_MAX + TKT_NOTICES_ROW_MAX
           && tkt_notice_load(txn, tenant, principal, 0, false, &newest, &row))
    {
        tkt_key_notices_row(&key, tenant, principal, newest);
        (void) tkt_delete(txn, TKT_DB_NOTICE, &key);
        state->kept -= row.count;

        for (i = 0; i < row.count && row.notices[i].id > state->read; i++) {
            state->unread -= state->unread > 0;
        }
    }
}


void
tkt_notice_add(tkt_txn_t *txn, const tkt_notice_t *n)
{
    size_t              head, len;
    uint8_t             out[TKT_NOTICE_VALUE_BYTES + TKT_NOTICE_BYTES];
    uint32_t            tenant = (uint32_t) n->tenant;
    tkt_key_t           key;
    tkt_str_t           row;
    tkt_notice_state_t  state;

    tkt_key_notices_open(&key, tenant, n->principal);

    if (!tkt_notice_open_bytes(txn, &key, &state, &row)) {
        return;
    }

    state.kept++;
    state.unread++;

    if (row.len == 0) {
        tkt_notices_count(txn, tenant, 1);
    }

    /* in the page that the sealed row changes the oldest may stand, too */

    if (row.len > 0 && row.data[0] >= TKT_NOTICES_ROW_MAX) {
        tkt_notice_seal(txn, tenant, n->principal, row);
        tkt_notice_trim(txn, tenant, n->principal, &state);
        row = tkt_str("");
    }

    head = tkt_notice_state_bytes(out, &state);
    len = tkt_notice_before(out + head, n, row);

    if (len == 0) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return;
    }

    tkt_put(txn, TKT_DB_NOTICE, &key, (tkt_str_t) { out, head + len });
}


static void
tkt_notice_state_put(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    const tkt_notice_state_t *state)
{
    size_t              len;
    uint8_t             out[TKT_NOTICE_VALUE_BYTES];
    tkt_key_t           key;
    tkt_str_t           row;
    tkt_notice_state_t  old;

    tkt_key_notices_open(&key, tenant, principal);

    if (!tkt_notice_open_bytes(txn, &key, &old, &row)) {
        return;
    }

    len = tkt_notice_state_bytes(out, state);
    memcpy(out + len, row.data, row.len);
    tkt_put(txn, TKT_DB_NOTICE, &key, (tkt_str_t) { out, len + row.len });
}


void
tkt_notice_read(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    uint64_t until)
{
    uint64_t           unread;
    tkt_notice_t       n;
    tkt_notice_walk_t  w;

    if (!tkt_notice_walk(&w, txn, tenant, principal, UINT64_MAX)
        || w.state.unread == 0)
    {
        return;
    }

    /* bounded: TKT_NOTICES_MAX and the slack */

    for (unread = 0; tkt_notice_walk_next(&w, &n); unread++) {

        if (until == 0 || n.id <= until) {
            until = n.id;
            break;
        }
    }

    /* what was read stays read */

    if (until > w.state.read) {
        w.state.read = until;
        w.state.unread = unread;
        tkt_notice_state_put(txn, tenant, principal, &w.state);
    }
}


void
tkt_notices_forget(tkt_txn_t *txn, uint32_t tenant, uint64_t principal)
{
    tkt_key_t   prefix, key;
    tkt_scan_t  scan;

    tkt_key_principal(&prefix, tenant, principal);
    tkt_scan_open(&scan, txn, TKT_DB_NOTICE, &prefix, NULL, false);

    while (tkt_scan_next(&scan)) {
        tkt_key_start(&key);
        tkt_key_bytes(&key, scan.key);
        (void) tkt_delete(txn, TKT_DB_NOTICE, &key);
    }

    tkt_scan_close(&scan);

    tkt_key_notices_open(&key, tenant, principal);

    if (tkt_delete(txn, TKT_DB_NOTICE, &key)) {
        tkt_notices_count(txn, tenant, -1);
    }
}
