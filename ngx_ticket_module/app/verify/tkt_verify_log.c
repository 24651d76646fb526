/*
 * The event log as a whole: every number, its pieces, what it says of others,
 * and that each event is in the chain of its ticket.
 */

#include <stdio.h>

#include "app/verify/tkt_verify_int.h"


/* Whether the links from the ticket's row come by this event. */
static bool
tkt_log_chained(tkt_verify_t *v, const tkt_event_t *e)
{
    uint64_t      seq;
    tkt_event_t   at;
    tkt_ticket_t  t;

    if (!tkt_verify_ticket_integers(v, e->tenant, e->ticket, &t)) {
        return true;
    }

    for (seq = t.last_event; seq > e->id; seq = at.previous) {
        if (!tkt_verify_event(v, seq, &at) || at.previous >= seq) {
            return false;
        }
    }

    return seq == e->id;
}


/* Names the events outside all chains, which the count has told of. */
static void
tkt_log_unchained(tkt_verify_t *v)
{
    uint64_t     seq;
    tkt_scan_t   scan;
    tkt_event_t  e;
    tkt_unkey_t  u;

    tkt_verify_open(v, &scan, TKT_DB_EVENT);

    while (tkt_scan_next(&scan)) {
        tkt_unkey_start(&u, scan.key);
        seq = tkt_unkey_u64(&u);

        if (scan.key.len == sizeof(seq)
            && tkt_record_unpack(&tkt_event_schema, scan.value, &e))
        {
            e.id = seq;

            if (!tkt_log_chained(v, &e)) {
                tkt_verify_fault(v, "event %llu: is not in the chain of its "
                                 "ticket %llu/%llu", tkt_ull(seq),
                                 tkt_ull(e.tenant), tkt_ull(e.ticket));
            }
        }
    }

    tkt_scan_close(&scan);
}


/* The walk over the log: the last event met and its pieces. */
typedef struct {
    tkt_verify_t  *v;
    tkt_event_t    e;
    uint64_t       expected;
    uint64_t       at_ms;          /* of the event before                    */
    uint64_t       pieces;
    size_t         last_bytes;
    char           what[64];
} tkt_log_t;


/* What an event says of others than its ticket's row. */
static void
tkt_log_event(tkt_log_t *l)
{
    tkt_verify_t       *v = l->v;
    const tkt_event_t  *e = &l->e;
    tkt_ticket_t        t;

    (void) tkt_verify_values(v, &tkt_event_schema, e, l->what);

    if (e->at < l->at_ms || e->at > v->stamp_ms) {
        tkt_verify_fault(v, "%s: its time is not between that of the event "
                         "before it and the last stamp", l->what);
    }

    if (e->actor != 0 && !tkt_verify_has_principal(v, e->tenant, e->actor)) {
        tkt_verify_fault(v, "%s: its actor %llu does not exist", l->what,
                         tkt_ull(e->actor));
    }

    if (!tkt_verify_ticket_integers(v, e->tenant, e->ticket, &t)) {
        tkt_verify_fault(v, "%s: its ticket %llu/%llu does not exist",
                         l->what, tkt_ull(e->tenant), tkt_ull(e->ticket));
    }

    l->at_ms = e->at;
}


/* The end of an event: its change list is in it or in pieces. */
static void
tkt_log_close(tkt_log_t *l)
{
    if (l->e.long_text > 1) {
        return;
    }

    if (l->e.long_text != (l->pieces > 0)
        || (l->pieces > 0 && l->e.packed.len > 0))
    {
        tkt_verify_fault(l->v, "%s: long_text is %llu, with %zu bytes in the "
                         "record and %llu pieces", l->what,
                         tkt_ull(l->e.long_text), l->e.packed.len,
                         tkt_ull(l->pieces));
    }
}


static void
tkt_log_open(tkt_log_t *l, uint64_t seq, tkt_str_t value)
{
    tkt_log_close(l);

    (void) snprintf(l->what, sizeof(l->what), "event %llu", tkt_ull(seq));
    l->pieces = 0;
    l->last_bytes = TKT_CHUNK_MAX_BYTES;

    if (seq != l->expected) {
        tkt_verify_fault(l->v, "%s: stands where %llu should", l->what,
                         tkt_ull(l->expected));
    }

    l->expected = seq + 1;
    l->v->figures->entries[TKT_DB_EVENT]++;

    if (!tkt_record_unpack(&tkt_event_schema, value, &l->e)) {
        tkt_verify_fault(l->v, "%s: the record does not decode", l->what);
        l->e.long_text = 2;
        return;
    }

    l->e.id = seq;
    tkt_log_event(l);
}


static void
tkt_log_piece(tkt_log_t *l, uint64_t seq, uint64_t number, tkt_str_t value)
{
    if (seq + 1 != l->expected) {
        tkt_verify_fault(l->v, "event %llu: a piece is there without its "
                         "record", tkt_ull(seq));
        return;
    }

    l->v->text_len = 0;
    tkt_verify_piece(l->v, l->what, l->pieces++, number, value,
                     &l->last_bytes);
}


void
tkt_verify_log(tkt_verify_t *v)
{
    uint64_t     seq;
    tkt_log_t    l = { .v = v, .expected = 1 };
    tkt_scan_t   scan;
    tkt_unkey_t  u;

    tkt_verify_open(v, &scan, TKT_DB_EVENT);

    while (tkt_scan_next(&scan)) {

        tkt_unkey_start(&u, scan.key);
        seq = tkt_unkey_u64(&u);

        if (!u.bad && u.pos == u.end) {
            tkt_log_open(&l, seq, scan.value);

        } else if (!u.bad && u.end - u.pos == sizeof(uint16_t)) {
            tkt_log_piece(&l, seq, tkt_unkey_u16(&u), scan.value);

        } else {
            tkt_verify_fault(v, "event: a key of %zu bytes is none of this "
                             "database", scan.key.len);
        }
    }

    tkt_log_close(&l);
    tkt_scan_close(&scan);

    if (l.expected != v->last[TKT_SEQ_EVENT] + 1) {
        tkt_verify_fault(v, "meta: the last event is %llu, the last number "
                         "given %llu", tkt_ull(l.expected - 1),
                         tkt_ull(v->last[TKT_SEQ_EVENT]));
    }

    if (v->chained != v->figures->entries[TKT_DB_EVENT]) {
        tkt_log_unchained(v);
    }
}
