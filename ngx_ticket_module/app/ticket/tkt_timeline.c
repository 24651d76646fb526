/*
 * The timeline of a ticket: its events, newest first, along their chain.
 */

#include "app/ticket/tkt_ticket.h"
#include "app/ticket/tkt_view.h"
#include "app/who/tkt_caller.h"
#include "base/tkt_text.h"


/* A cursor is not secret: it may name an event of another ticket. */
bool
tkt_timeline_from(tkt_call_t *c, const tkt_ticket_t *t, tkt_str_t position)
{
    uint64_t     from;
    tkt_event_t  e;

    return tkt_u64_parse(position, &from) && from != 0
           && from <= t->last_event
           && tkt_event_load(c->txn, from, &e, c->arena)
           && e.ticket == t->id && e.tenant == t->tenant;
}


void
tkt_timeline_entry(tkt_view_t *view, tkt_out_t *o, tkt_event_t *e,
    bool internal)
{
    if (!internal
        && !tkt_workflow_reason_public((tkt_action_t) (e->action - 1)))
    {
        e->reason = tkt_str("");
    }

    tkt_view_event(view, e);
    tkt_out_object(o, &tkt_event_schema, e,
                   (uint32_t) tkt_bit(view->reader), NULL, false);
}


bool
tkt_timeline_write(tkt_call_t *c, tkt_out_t *o, const tkt_ticket_t *t,
    tkt_str_t position, size_t limit, tkt_str_t filter)
{
    bool          internal;
    size_t        n, steps, begin;
    uint8_t       last[TKT_U64_MAX_CHARS];
    uint64_t      seq;
    tkt_view_t    view;
    tkt_event_t   e;
    tkt_caller_t  caller;

    caller = tkt_caller_of(c, t);
    internal = tkt_workflow_sees_internal(&caller);

    tkt_view_init(&view, c);
    view.reader = tkt_view_reader(c, &caller);
    tkt_out_lit(o, "{\"data\":[");

    begin = tkt_out_bytes(o);
    seq = t->last_event;
    (void) tkt_u64_parse(position, &seq);
    n = 0;

    for (steps = 0; seq != 0 && steps < TKT_LIST_STEPS_MAX; steps++) {

        if (!tkt_event_load(c->txn, seq, &e, c->arena)
            || e.ticket != t->id || e.tenant != t->tenant)
        {
            tkt_txn_fail(c->txn, TKT_INTERNAL);
            return false;
        }

        if (!e.internal || internal) {

            if (tkt_call_page_full(o, begin, n, limit)) {
                break;
            }

            tkt_out_comma(o);
            tkt_timeline_entry(&view, o, &e, internal);
            n++;
        }

        seq = e.previous;
    }

    n = (seq != 0) ? tkt_u64_format(last, seq) : 0;
    tkt_call_page(c, o, filter, (tkt_str_t) { last, n });
    tkt_out_lit(o, "}");

    return tkt_txn_status(c->txn) == TKT_OK;
}
