/*
 * The queue and the counts that are kept by team.  Entries are looked at one
 * by one; counts are made from the tickets, since those that are done stand
 * in no index by team: the rows of one tenant are held in memory at a time.
 */

#include <stdio.h>

#include "app/verify/tkt_verify_int.h"


/* A row of a team, or of the complaints of a team. */
typedef struct {
    uint64_t  kind;
    uint64_t  team;
    bool      bad;                       /* reported; not compared           */
    uint64_t  stored[TKT_TENANT_CELLS];
    uint64_t  counted[TKT_TENANT_CELLS];
} tkt_team_row_t;

/* The rows of a tenant in the order of their keys. */
typedef struct {
    tkt_verify_t    *v;
    bool             open;
    uint64_t         tenant;
    size_t           count;
    tkt_team_row_t  *rows;
} tkt_team_rows_t;


void
tkt_verify_by_queue(tkt_verify_t *v)
{
    uint64_t      part[7];
    tkt_key_t     key;
    tkt_scan_t    scan;
    tkt_ticket_t  t;

    tkt_verify_open(v, &scan, TKT_DB_BY_QUEUE);

    while (tkt_verify_next(v, &scan, "4811418", part)) {

        if (tkt_verify_ticket_integers(v, part[0], part[6], &t)
            && tkt_queue_has(&t) && scan.value.len == 0)
        {
            tkt_key_by_queue(&key, &t);

            if (tkt_str_eq(scan.key, (tkt_str_t) { key.data, key.len })) {
                continue;
            }
        }

        tkt_verify_fault(v, "by_queue: an entry of ticket %llu/%llu is not "
                         "as the ticket", tkt_ull(part[0]), tkt_ull(part[6]));
    }

    tkt_scan_close(&scan);
}


/* ---- counts ---- */

static void
tkt_team_row_name(const tkt_team_rows_t *x, const tkt_team_row_t *row,
    char *what, size_t size)
{
    (void) snprintf(what, size, "counter %llu, %s %llu", tkt_ull(x->tenant),
                    row->kind == TKT_COUNTS_TEAM ? "team"
                                                 : "complaints of team",
                    tkt_ull(row->team));
}


/* Counts the tenant's rows (rows NULL), or reads them. */
static size_t
tkt_team_rows_read(tkt_team_rows_t *x, tkt_team_row_t *rows)
{
    char             what[96];
    size_t           n;
    unsigned         kind;
    tkt_key_t        prefix;
    tkt_scan_t       scan;
    tkt_unkey_t      u;
    tkt_team_row_t  *row;

    for (n = 0, kind = TKT_COUNTS_TEAM; kind <= TKT_COUNTS_COMPLAINT; kind++) {

        tkt_key_tenant(&prefix, (uint32_t) x->tenant);
        tkt_key_u8(&prefix, (uint8_t) kind);
        tkt_scan_open(&scan, x->v->txn, TKT_DB_COUNTER, &prefix, NULL, false);

        while (tkt_scan_next(&scan)) {

            if (scan.key.len != 4 + 1 + 8) {
                continue;
            }

            if (rows == NULL) {
                n++;
                continue;
            }

            tkt_unkey_start(&u, scan.key);
            (void) tkt_unkey_u32(&u);
            (void) tkt_unkey_u8(&u);

            row = &rows[n++];
            memset(row, 0, sizeof(*row));
            row->kind = kind;
            row->team = tkt_unkey_u64(&u);
            tkt_team_row_name(x, row, what, sizeof(what));
            row->bad = !tkt_verify_counts(x->v, what, scan.value,
                                          TKT_TENANT_CELLS, row->stored);
        }

        tkt_scan_close(&scan);
    }

    return n;
}


static void
tkt_team_rows_close(tkt_team_rows_t *x)
{
    char                   what[96];
    size_t                 i, cell;
    const tkt_team_row_t  *row;

    for (i = 0; i < x->count; i++) {
        row = &x->rows[i];
        tkt_team_row_name(x, row, what, sizeof(what));

        for (cell = 0; cell < TKT_TENANT_CELLS && !row->bad; cell++) {
            if (row->stored[cell] != row->counted[cell]) {
                tkt_verify_fault(x->v, "%s: cell %zu says %llu, there are "
                                 "%llu", what, cell,
                                 tkt_ull(row->stored[cell]),
                                 tkt_ull(row->counted[cell]));
            }
        }
    }

    tkt_arena_done(&x->v->lists);
    x->count = 0;
    x->rows = NULL;
}


static void
tkt_team_rows_open(tkt_team_rows_t *x, uint64_t tenant)
{
    size_t  n;

    if (x->open && x->tenant == tenant) {
        return;
    }

    tkt_team_rows_close(x);
    x->open = true;
    x->tenant = tenant;

    n = tkt_team_rows_read(x, NULL);

    if (n == 0) {
        return;
    }

    x->rows = tkt_arena_alloc(&x->v->lists, n * sizeof(tkt_team_row_t));

    if (x->rows == NULL) {
        tkt_txn_fail(x->v->txn, TKT_BUSY);
        return;
    }

    x->count = tkt_team_rows_read(x, x->rows);
}


static void
tkt_team_rows_count(tkt_team_rows_t *x, uint64_t kind, const tkt_ticket_t *t)
{
    size_t           low, high, mid, cell;
    tkt_team_row_t  *row;

    for (low = 0, high = x->count; low < high; /* void */) {
        mid = low + (high - low) / 2;
        row = &x->rows[mid];

        if (row->kind < kind || (row->kind == kind && row->team < t->team)) {
            low = mid + 1;

        } else {
            high = mid;
        }
    }

    row = (low < x->count) ? &x->rows[low] : NULL;

    if (row == NULL || row->kind != kind || row->team != t->team) {
        tkt_verify_fault(x->v, "ticket %llu/%llu: its team %llu has no "
                         "counts of kind %llu", tkt_ull(t->tenant),
                         tkt_ull(t->id), tkt_ull(t->team), tkt_ull(kind));
        return;
    }

    cell = tkt_tenant_cell(t->state, t->assignee != 0, t->priority);

    if (cell < TKT_TENANT_CELLS) {
        row->counted[cell]++;
    }
}


/* Rows of tenants that have no ticket. */
static void
tkt_team_rows_idle(tkt_team_rows_t *x)
{
    uint64_t      tenant;
    tkt_key_t     all, prefix;
    tkt_scan_t    scan, ticket;
    tkt_unkey_t   u;

    tkt_key_start(&all);
    tkt_scan_open(&scan, x->v->txn, TKT_DB_COUNTER, &all, NULL, false);

    while (tkt_scan_next(&scan)) {

        if (scan.key.len != 4 + 1 + 8) {
            continue;
        }

        tkt_unkey_start(&u, scan.key);
        tenant = tkt_unkey_u32(&u);
        tkt_key_tenant(&prefix, (uint32_t) tenant);
        tkt_scan_open(&ticket, x->v->txn, TKT_DB_TICKET, &prefix, NULL,
                      false);

        if (!tkt_scan_next(&ticket)) {
            tkt_team_rows_open(x, tenant);
        }

        tkt_scan_close(&ticket);
    }

    tkt_scan_close(&scan);
    tkt_team_rows_close(x);
}


void
tkt_verify_team_counts(tkt_verify_t *v)
{
    tkt_key_t        all;
    tkt_scan_t       scan;
    tkt_ticket_t     t;
    tkt_unkey_t      u;
    tkt_team_rows_t  x = { .v = v };

    tkt_key_start(&all);
    tkt_scan_open(&scan, v->txn, TKT_DB_TICKET, &all, NULL, false);

    while (tkt_scan_next(&scan)) {

        /* what does not decode was reported with the tickets */

        if (!tkt_record_unpack_integers(&tkt_ticket_schema, scan.value, &t)
            || t.state == TKT_STATE_NONE || t.priority == TKT_PRIORITY_NONE)
        {
            continue;
        }

        tkt_unkey_start(&u, scan.key);
        t.tenant = tkt_unkey_u32(&u);
        t.id = tkt_unkey_u64(&u);
        tkt_team_rows_open(&x, t.tenant);

        if (t.drill) {
            continue;
        }

        if (t.team != 0) {
            tkt_team_rows_count(&x, TKT_COUNTS_TEAM, &t);
        }

        if (t.complaint_of != 0) {
            tkt_team_rows_count(&x, TKT_COUNTS_COMPLAINT, &t);
        }
    }

    tkt_scan_close(&scan);
    tkt_team_rows_close(&x);
    tkt_team_rows_idle(&x);
}
