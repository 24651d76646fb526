/*
 * Notices, each of a principal and a ticket that exist, counted as the state
 * behind them says; and both ends of complaints.
 */

#include <stdio.h>

#include "app/tkt_notices.h"
#include "app/tkt_verify_int.h"


/* A principal's notices under way. */
typedef struct {
    char                what[96];
    uint64_t            tenant;
    uint64_t            principal;
    bool                open;
    tkt_notice_state_t  state;       /* as stored                            */
    uint64_t            kept;        /* as found                             */
    uint64_t            unread;
} tkt_verify_told_t;


static void
tkt_verify_told_end(tkt_verify_t *v, const tkt_verify_told_t *x)
{
    if (!x->open) {
        return;
    }

    if (x->kept != x->state.kept || x->unread != x->state.unread
        || x->kept > TKT_NOTICES_MAX + TKT_NOTICES_SLACK)
    {
        tkt_verify_fault(v, "%s: %llu are there and %llu of them not read, "
                         "counted are %llu and %llu", x->what,
                         tkt_ull(x->kept), tkt_ull(x->unread),
                         tkt_ull(x->state.kept), tkt_ull(x->state.unread));
    }
}


/* The first entry of a principal. */
static void
tkt_verify_told_begin(tkt_verify_t *v, tkt_verify_told_t *x,
    const uint64_t *part)
{
    tkt_key_t  key;
    tkt_str_t  value;

    *x = (tkt_verify_told_t) {
        .tenant = part[0], .principal = part[1], .open = true,
    };
    (void) snprintf(x->what, sizeof(x->what), "notices of %llu/%llu",
                    tkt_ull(part[0]), tkt_ull(part[1]));

    if (!tkt_verify_has_principal(v, part[0], part[1])) {
        tkt_verify_fault(v, "%s: there is no such principal", x->what);
    }

    tkt_key_notice(&key, (uint32_t) part[0], part[1], TKT_NOTICE_SEQ_STATE);

    if (!tkt_get(v->txn, TKT_DB_NOTICE, &key, &value)) {
        tkt_verify_fault(v, "%s: there is no count of them", x->what);
    }

    if (!tkt_notice_state(v->txn, (uint32_t) part[0], part[1], &x->state)) {
        tkt_verify_fault(v, "%s: their count does not decode", x->what);
    }
}


static void
tkt_verify_notice(tkt_verify_t *v, tkt_verify_told_t *x, uint64_t seq,
    tkt_str_t value)
{
    tkt_notice_t  n;
    tkt_ticket_t  t;

    x->kept++;
    x->unread += seq > x->state.read;

    if (!tkt_record_unpack(&tkt_notice_schema, value, &n)) {
        tkt_verify_fault(v, "%s: %llu does not decode", x->what,
                         tkt_ull(seq));
        return;
    }

    (void) tkt_verify_values(v, &tkt_notice_schema, &n, x->what);

    if (n.id != seq || n.tenant != x->tenant || n.principal != x->principal
        || n.kind == TKT_NOTICE_NONE || seq > v->last[TKT_SEQ_NOTICE])
    {
        tkt_verify_fault(v, "%s: %llu is not of this place", x->what,
                         tkt_ull(seq));
    }

    if (!tkt_verify_ticket_integers(v, x->tenant, n.ticket, &t)
        || n.message > t.message_count)
    {
        tkt_verify_fault(v, "%s: %llu is of message %llu of ticket %llu, "
                         "which there is not", x->what, tkt_ull(seq),
                         tkt_ull(n.message), tkt_ull(n.ticket));
    }
}


void
tkt_verify_notices(tkt_verify_t *v)
{
    uint64_t           part[3];
    tkt_scan_t         scan;
    tkt_verify_told_t  x = { .open = false };

    tkt_verify_open(v, &scan, TKT_DB_NOTICE);

    while (tkt_verify_next(v, &scan, "488", part)) {

        if (!x.open || part[0] != x.tenant || part[1] != x.principal) {
            tkt_verify_told_end(v, &x);
            tkt_verify_told_begin(v, &x, part);
        }

        if (part[2] != TKT_NOTICE_SEQ_STATE) {
            tkt_verify_notice(v, &x, part[2], scan.value);
        }
    }

    tkt_scan_close(&scan);
    tkt_verify_told_end(v, &x);
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
