/*
 * Indexes and counters.  Entries are sorted so that those of one counter row
 * stand together: one row of counts is all the memory this takes.
 */

#include <stdio.h>

#include "app/verify/tkt_verify_int.h"
#include "store/tkt_packed.h"


/* The entries of one principal, or of one tenant, under way. */
typedef struct {
    tkt_verify_t  *v;
    tkt_db_t       db;
    size_t         cells;
    bool           open;
    bool           has_row;
    uint64_t       tenant;
    uint64_t       principal;
    uint64_t       entries;
    uint64_t       drills;       /* exercises: entries that are not counted  */
    uint64_t       stored[TKT_TENANT_CELLS];
    uint64_t       counted[TKT_TENANT_CELLS];
} tkt_group_t;


static void
tkt_group_name(const tkt_group_t *g, char *what, size_t size)
{
    (void) snprintf(what, size, "counts %s %llu/%llu", tkt_verify_db(g->db),
                    tkt_ull(g->tenant), tkt_ull(g->principal));
}


static void
tkt_group_compare(const tkt_group_t *g, const char *what)
{
    size_t  i;

    for (i = 0; i < g->cells; i++) {
        if (g->stored[i] != g->counted[i]) {
            tkt_verify_fault(g->v, "%s: cell %zu says %llu, there are %llu",
                             what, i, tkt_ull(g->stored[i]),
                             tkt_ull(g->counted[i]));
        }
    }
}


/* The end of a principal's entries. */
static void
tkt_group_close(tkt_group_t *g)
{
    char  what[96];

    if (!g->open) {
        return;
    }

    tkt_group_name(g, what, sizeof(what));

    if (!g->has_row && g->entries == 0 && g->drills != 0) {
        /* of an assignee of exercises alone */

    } else if (!g->has_row) {
        tkt_verify_fault(g->v, "%s: there are none for %llu entries", what,
                         tkt_ull(g->entries));

    } else if (g->entries == 0 && g->db == TKT_DB_BY_REQUESTER) {

        /* tickets leave an assignee, and never a requester */

        tkt_verify_fault(g->v, "%s: are of a requester without tickets",
                         what);
    }

    if (!tkt_verify_has_principal(g->v, g->tenant, g->principal)) {
        tkt_verify_fault(g->v, "%s: there is no such principal", what);
    }

    if (g->has_row) {
        tkt_group_compare(g, what);
    }
}


static void
tkt_group_switch(tkt_group_t *g, uint64_t tenant, uint64_t principal)
{
    if (g->open && g->tenant == tenant && g->principal == principal) {
        return;
    }

    tkt_group_close(g);

    g->open = true;
    g->has_row = false;
    g->tenant = tenant;
    g->principal = principal;
    g->entries = 0;
    g->drills = 0;
    memset(g->counted, 0, sizeof(g->counted));
}


static void
tkt_group_row(tkt_group_t *g, tkt_str_t value)
{
    char  what[96];

    tkt_group_name(g, what, sizeof(what));
    g->has_row = true;
    (void) tkt_verify_counts(g->v, what, value, g->cells, g->stored);
}


static void
tkt_group_count(tkt_group_t *g, uint64_t cell)
{
    g->entries++;

    if (cell < g->cells) {
        g->counted[cell]++;
    }
}


/* ---- indexes ---- */

static void
tkt_entry_fault(tkt_verify_t *v, const tkt_scan_t *scan, uint64_t tenant,
    uint64_t ticket)
{
    tkt_verify_fault(v, "%s: an entry of ticket %llu/%llu is not as the "
                     "ticket", tkt_verify_db(scan->db), tkt_ull(tenant),
                     tkt_ull(ticket));
}


/* Where a walk over rows of numbers stands. */
typedef struct {
    tkt_verify_t        *v;
    tkt_group_t         *group;
    const tkt_scan_t    *scan;
    uint64_t             tenant;
    uint64_t             last;       /* the greatest number of the set yet   */
    tkt_packed_row_t     row;
} tkt_rows_t;


/*
 * The row at `number`: its numbers are greater than those of the row before
 * it in its set, and not above its own.  The first row of a set is `fresh`.
 */
static bool
tkt_rows_take(tkt_rows_t *r, uint64_t number, bool fresh)
{
    uint64_t  last = fresh ? 0 : r->last;

    if (!tkt_packed_row(r->scan->value, &r->row)
        || r->row.ids[r->row.count - 1] <= last || r->row.ids[0] > number)
    {
        tkt_verify_fault(r->v, "%s %llu/%llu: the row at %llu is none",
                         tkt_verify_db(r->scan->db), tkt_ull(r->tenant),
                         tkt_ull(r->group->principal), tkt_ull(number));
        return false;
    }

    r->last = number;

    return true;
}


static void
tkt_rows_of_requester(tkt_rows_t *r)
{
    size_t        i;
    tkt_ticket_t  t;

    for (i = 0; i < r->row.count; i++) {

        if (tkt_verify_ticket_integers(r->v, r->tenant, r->row.ids[i], &t)
            && t.requester == r->group->principal)
        {
            tkt_group_count(r->group, tkt_bucket_cell(t.state));

        } else {
            tkt_entry_fault(r->v, r->scan, r->tenant, r->row.ids[i]);
        }
    }
}


void
tkt_verify_by_requester(tkt_verify_t *v)
{
    bool         fresh;
    uint64_t     part[3];
    tkt_scan_t   scan;
    tkt_group_t  g = { .v = v, .db = TKT_DB_BY_REQUESTER,
                       .cells = TKT_BUCKET_CELLS };
    tkt_rows_t   rows = { .v = v, .group = &g, .scan = &scan };

    tkt_verify_open(v, &scan, g.db);

    while (tkt_verify_next(v, &scan, "488", part)) {

        fresh = !g.open || g.tenant != part[0] || g.principal != part[1];
        tkt_group_switch(&g, part[0], part[1]);
        rows.tenant = part[0];

        if (part[2] == TKT_PACKED_COUNTS) {
            tkt_group_row(&g, scan.value);

        } else if (tkt_rows_take(&rows, part[2], fresh)) {
            tkt_rows_of_requester(&rows);
        }
    }

    tkt_group_close(&g);
    tkt_scan_close(&scan);
}


/* The counts of an assignee, for the group that has just been opened. */
static void
tkt_assignee_row(tkt_group_t *g)
{
    tkt_key_t  key;
    tkt_str_t  value;

    tkt_key_assignee_counts(&key, (uint32_t) g->tenant, g->principal);

    if (tkt_get(g->v->txn, g->db, &key, &value)) {
        tkt_group_row(g, value);
    }
}


/* A row of counts met by itself: of somebody without tickets, all zeros. */
static void
tkt_assignee_idle(tkt_verify_t *v, uint64_t tenant, uint64_t principal)
{
    tkt_key_t    prefix;
    tkt_group_t  g = { .v = v, .db = TKT_DB_BY_ASSIGNEE,
                       .cells = TKT_STATE_CELLS };

    tkt_key_principal(&prefix, (uint32_t) tenant, principal);

    if (!tkt_scan_any(v->txn, g.db, &prefix)) {
        tkt_group_switch(&g, tenant, principal);
        tkt_assignee_row(&g);
        tkt_group_close(&g);
    }
}


/* part: of the row's key. */
static void
tkt_rows_of_assignee(tkt_rows_t *r, const uint64_t *part)
{
    size_t        i;
    tkt_ticket_t  t;

    for (i = 0; i < r->row.count; i++) {

        if (!tkt_verify_ticket_integers(r->v, r->tenant, r->row.ids[i], &t)
            || t.assignee != part[1] || tkt_class(t.state) != part[2]
            || tkt_urgency(t.priority) != part[3])
        {
            tkt_entry_fault(r->v, r->scan, r->tenant, r->row.ids[i]);

        } else if (t.drill) {
            r->group->drills++;

        } else {
            tkt_group_count(r->group, t.state - 1);
        }
    }
}


void
tkt_verify_by_assignee(tkt_verify_t *v)
{
    bool         fresh;
    uint64_t     part[5], set;
    tkt_scan_t   scan;
    tkt_group_t  g = { .v = v, .db = TKT_DB_BY_ASSIGNEE,
                       .cells = TKT_STATE_CELLS };
    tkt_rows_t   rows = { .v = v, .group = &g, .scan = &scan };

    set = 0;
    tkt_verify_open(v, &scan, g.db);

    while (tkt_verify_next(v, &scan, "48118", part)) {

        if (part[1] == 0 && part[2] == 0 && part[3] == 0) {
            tkt_assignee_idle(v, part[0], part[4]);
            continue;
        }

        fresh = set != part[2] * 256 + part[3];
        set = part[2] * 256 + part[3];

        if (!g.open || g.tenant != part[0] || g.principal != part[1]) {
            fresh = true;
            tkt_group_switch(&g, part[0], part[1]);
            tkt_assignee_row(&g);
        }

        rows.tenant = part[0];

        if (tkt_rows_take(&rows, part[4], fresh)) {
            tkt_rows_of_assignee(&rows, part);
        }
    }

    tkt_group_close(&g);
    tkt_scan_close(&scan);
}


/* ---- a tenant's counts ---- */

/* The end of a tenant's entries: its row stands in another database. */
static void
tkt_tenant_close(tkt_group_t *g)
{
    char       what[64];
    tkt_key_t  key;
    tkt_str_t  value;

    if (!g->open) {
        return;
    }

    (void) snprintf(what, sizeof(what), "counter %llu", tkt_ull(g->tenant));
    tkt_key_tenant_counts(&key, (uint32_t) g->tenant);

    if (!tkt_get(g->v->txn, TKT_DB_COUNTER, &key, &value)) {

        if (g->entries == 0 && g->drills != 0) {
            return;
        }

        tkt_verify_fault(g->v, "%s: there is none for %llu tickets", what,
                         tkt_ull(g->entries));
        return;
    }

    if (tkt_verify_counts(g->v, what, value, g->cells, g->stored)) {
        tkt_group_compare(g, what);
    }
}


void
tkt_verify_by_state(tkt_verify_t *v)
{
    uint64_t      part[5];
    tkt_scan_t    scan;
    tkt_group_t   g = { .v = v, .db = TKT_DB_BY_STATE,
                        .cells = TKT_TENANT_CELLS };
    tkt_ticket_t  t;

    tkt_verify_open(v, &scan, g.db);

    while (tkt_verify_next(v, &scan, "41118", part)) {

        if (!g.open || g.tenant != part[0]) {
            tkt_tenant_close(&g);
            g.open = true;
            g.tenant = part[0];
            g.entries = 0;
            g.drills = 0;
            memset(g.counted, 0, sizeof(g.counted));
        }

        if (!tkt_verify_ticket_integers(v, part[0], part[4], &t)
            || t.state != part[1] || (t.assignee != 0) != part[2]
            || tkt_urgency(t.priority) != part[3] || scan.value.len != 0)
        {
            tkt_entry_fault(v, &scan, part[0], part[4]);
            continue;
        }

        if (t.drill) {
            g.drills++;
            continue;
        }

        tkt_group_count(&g, tkt_tenant_cell(t.state, t.assignee != 0,
                                            t.priority));
    }

    tkt_tenant_close(&g);
    tkt_scan_close(&scan);
}


/* The kinds of a tenant's rows: what they count, and in how many cells. */
static const struct {
    tkt_db_t     db;
    size_t       cells;
    const char  *what;
} tkt_counter_kinds[TKT_COUNTS_MAX] = {
    [TKT_COUNTS_TENANT]     = { TKT_DB_BY_STATE, TKT_TENANT_CELLS, "ticket" },
    [TKT_COUNTS_PRINCIPALS] = { TKT_DB_PRINCIPAL, 1, "principal" },
    [TKT_COUNTS_FILES] = { TKT_DB_ATTACHMENT, TKT_FILE_CELLS, "attachment" },
    [TKT_COUNTS_TOLD] = { TKT_DB_NOTICE, 1, "notice" },
};


/*
 * The next row of a tenant; those of teams, whose keys are longer, are passed
 * over: they have been looked at with the tickets.
 */
static bool
tkt_verify_counter_next(tkt_verify_t *v, tkt_scan_t *scan, uint64_t *part)
{
    uint8_t      kind;
    tkt_unkey_t  u;

    while (tkt_scan_next(scan)) {
        v->figures->entries[TKT_DB_COUNTER]++;

        tkt_unkey_start(&u, scan->key);
        part[0] = tkt_unkey_u32(&u);
        part[1] = kind = tkt_unkey_u8(&u);

        if (!u.bad && u.pos == u.end) {
            return true;
        }

        if (u.bad || scan->key.len != 4 + 1 + 8
            || (kind != TKT_COUNTS_TEAM && kind != TKT_COUNTS_COMPLAINT))
        {
            tkt_verify_fault(v, "counter: a key of %zu bytes is none of this "
                             "database", scan->key.len);

        } else if (!tkt_verify_has_tenant(v, part[0])) {
            tkt_verify_fault(v, "counter %llu: kind %u is no row of a tenant",
                             tkt_ull(part[0]), kind);
        }
    }

    return false;
}


/* Rows of tenants without entries; the others were compared already. */
void
tkt_verify_counters(tkt_verify_t *v)
{
    char        what[64];
    size_t      i, kind;
    uint64_t    part[2], counts[TKT_TENANT_CELLS];
    tkt_key_t   prefix;
    tkt_scan_t  scan;

    tkt_verify_open(v, &scan, TKT_DB_COUNTER);

    while (tkt_verify_counter_next(v, &scan, part)) {

        (void) snprintf(what, sizeof(what), "counter %llu", tkt_ull(part[0]));

        kind = part[1];

        if (kind >= TKT_COUNTS_MAX || tkt_counter_kinds[kind].cells == 0
            || !tkt_verify_has_tenant(v, part[0]))
        {
            tkt_verify_fault(v, "%s: kind %llu is no row of a tenant", what,
                             tkt_ull(part[1]));
            continue;
        }

        tkt_key_tenant(&prefix, (uint32_t) part[0]);

        if (tkt_scan_any(v->txn, tkt_counter_kinds[kind].db, &prefix)
            || !tkt_verify_counts(v, what, scan.value,
                                       tkt_counter_kinds[kind].cells, counts))
        {
            continue;
        }

        for (i = 0; i < tkt_counter_kinds[kind].cells; i++) {
            if (counts[i] != 0) {
                tkt_verify_fault(v, "%s: cell %zu says %llu, there is no %s",
                                 what, i, tkt_ull(counts[i]),
                                 tkt_counter_kinds[kind].what);
            }
        }
    }

    tkt_scan_close(&scan);
}
