/*
 * Notices, each of a principal and a ticket that exist, counted as their open
 * row says; and both ends of complaints.
 */

#include <stdio.h>

#include "app/notice/tkt_notice_rows.h"
#include "app/verify/tkt_verify_int.h"


/* A principal's notices under way. */
typedef struct {
    char                what[96];
    uint64_t            tenant;
    uint64_t            principal;
    uint64_t            newest;      /* found so far                         */
    uint64_t            kept;        /* as found                             */
    uint64_t            unread;
    tkt_notice_state_t  state;       /* as stored                            */
} tkt_verify_told_t;


static void
tkt_verify_notice(tkt_verify_t *v, tkt_verify_told_t *x,
    const tkt_notice_t *n)
{
    tkt_ticket_t  t;

    x->kept++;
    x->unread += n->id > x->state.read;

    (void) tkt_verify_values(v, &tkt_notice_schema, n, x->what);

    if (n->kind == TKT_NOTICE_NONE || n->id > v->last[TKT_SEQ_NOTICE]) {
        tkt_verify_fault(v, "%s: %llu is of no kind or not yet given",
                         x->what, tkt_ull(n->id));
    }

    if (!tkt_verify_ticket_integers(v, x->tenant, n->ticket, &t)
        || n->message > t.message_count)
    {
        tkt_verify_fault(v, "%s: %llu is of message %llu of ticket %llu, "
                         "which there is not", x->what, tkt_ull(n->id),
                         tkt_ull(n->message), tkt_ull(n->ticket));
    }
}


/* The notices of a row, which are newer than those of the row before it. */
static void
tkt_verify_told_row(tkt_verify_t *v, tkt_verify_told_t *x,
    const tkt_notice_row_t *row)
{
    size_t  i;

    if (row->notices[row->count - 1].id <= x->newest) {
        tkt_verify_fault(v, "%s: the row that ends at %llu is not behind %llu",
                         x->what, tkt_ull(row->notices[0].id),
                         tkt_ull(x->newest));
    }

    x->newest = row->notices[0].id;

    for (i = row->count; i > 0; i--) {
        tkt_verify_notice(v, x, &row->notices[i - 1]);
    }
}


/* The rows that are full. */
static void
tkt_verify_told_sealed(tkt_verify_t *v, tkt_verify_told_t *x)
{
    uint64_t          newest;
    tkt_key_t         prefix;
    tkt_scan_t        scan;
    tkt_unkey_t       u;
    tkt_notice_row_t  row;

    tkt_key_principal(&prefix, (uint32_t) x->tenant, x->principal);
    tkt_scan_open(&scan, v->txn, TKT_DB_NOTICE, &prefix, NULL, false);

    while (tkt_scan_next(&scan)) {
        tkt_unkey_start(&u, (tkt_str_t) { scan.key.data + prefix.len,
                                          scan.key.len - prefix.len });
        newest = tkt_unkey_u64(&u);

        if (!tkt_notice_row(scan.value, NULL, &row)
            || row.notices[0].id != newest)
        {
            tkt_verify_fault(v, "%s: the row at %llu is none", x->what,
                             tkt_ull(newest));
            continue;
        }

        tkt_verify_told_row(v, x, &row);
    }

    tkt_scan_close(&scan);
}


/* All that a principal was told; `open`: his open row, NULL if he has none. */
static void
tkt_verify_told(tkt_verify_t *v, uint64_t tenant, uint64_t principal,
    const tkt_str_t *open)
{
    bool               good;
    tkt_notice_row_t   row;
    tkt_verify_told_t  x = { .tenant = tenant, .principal = principal };

    (void) snprintf(x.what, sizeof(x.what), "notices of %llu/%llu",
                    tkt_ull(tenant), tkt_ull(principal));

    if (!tkt_verify_has_principal(v, tenant, principal)) {
        tkt_verify_fault(v, "%s: there is no such principal", x.what);
        return;
    }

    good = open != NULL && tkt_notice_row(*open, &x.state, &row);

    if (open == NULL) {
        tkt_verify_fault(v, "%s: there is no count of them", x.what);

    } else if (!good) {
        tkt_verify_fault(v, "%s: the open row is none", x.what);
    }

    tkt_verify_told_sealed(v, &x);

    if (!good) {
        return;
    }

    tkt_verify_told_row(v, &x, &row);

    if (x.kept != x.state.kept || x.unread != x.state.unread
        || x.kept > TKT_NOTICES_MAX + TKT_NOTICES_SLACK)
    {
        tkt_verify_fault(v, "%s: %llu are there and %llu of them not read, "
                         "counted are %llu and %llu", x.what,
                         tkt_ull(x.kept), tkt_ull(x.unread),
                         tkt_ull(x.state.kept), tkt_ull(x.state.unread));
    }
}


/* A tenant's open rows have been counted. */
static void
tkt_verify_told_count(tkt_verify_t *v, uint64_t tenant, uint64_t counted)
{
    uint64_t   stored;
    tkt_key_t  key;

    if (tenant == 0) {
        return;
    }

    tkt_key_told_counts(&key, (uint32_t) tenant);
    tkt_counter_get(v->txn, TKT_DB_COUNTER, &key, 1, &stored);

    if (stored != counted) {
        tkt_verify_fault(v, "counter %llu: says that %llu principals have "
                         "notices, %llu have", tkt_ull(tenant),
                         tkt_ull(stored), tkt_ull(counted));
    }
}


/*
 * With the open rows, which come first in a tenant, all the others are looked
 * at; of those it remains to be found whether they have one.
 */
void
tkt_verify_notices(tkt_verify_t *v)
{
    uint64_t    part[3], tenant, principal, last, open;
    tkt_key_t   key;
    tkt_scan_t  scan;

    tenant = principal = last = open = 0;
    tkt_verify_open(v, &scan, TKT_DB_NOTICE);

    while (tkt_verify_next(v, &scan, "488", part)) {

        if (part[0] != last) {
            tkt_verify_told_count(v, last, open);
            last = part[0];
            open = 0;
        }

        if (part[1] == 0) {
            open++;
            tkt_verify_told(v, part[0], part[2], &scan.value);
            continue;
        }

        if (part[0] == tenant && part[1] == principal) {
            continue;
        }

        tenant = part[0];
        principal = part[1];
        tkt_key_notices_open(&key, (uint32_t) tenant, principal);

        if (!tkt_verify_has(v, TKT_DB_NOTICE, &key)) {
            tkt_verify_told(v, tenant, principal, NULL);
        }
    }

    tkt_scan_close(&scan);
    tkt_verify_told_count(v, last, open);
}


void
tkt_verify_complaint(tkt_verify_t *v, const char *what,
    const tkt_ticket_t *t)
{
    tkt_ticket_t  other;

    if (t->complaint_of != 0
        && (t->complaint_of >= t->id
            || !tkt_verify_ticket_integers(v, t->tenant, t->complaint_of,
                                           &other)
            || other.complaint < t->id))
    {
        tkt_verify_fault(v, "%s: complains about ticket %llu, which does not "
                         "know of it", what, tkt_ull(t->complaint_of));
    }

    if (t->complaint != 0
        && (!tkt_verify_ticket_integers(v, t->tenant, t->complaint, &other)
            || other.complaint_of != t->id))
    {
        tkt_verify_fault(v, "%s: its complaint %llu is not about it", what,
                         tkt_ull(t->complaint));
    }

    if (t->complaint_open && t->complaint == 0) {
        tkt_verify_fault(v, "%s: has a complaint open and none", what);
    }
}
