/*
 * Tickets and what stands below them.  Tickets and messages are sorted alike,
 * so both are walked once, side by side: what the message walk meets between
 * two tickets belongs to none.
 */

#include <stdio.h>

#include "app/rows/tkt_assigned.h"
#include "app/verify/tkt_verify_int.h"


/* The walk over the pieces of messages; `more`: it stands on one. */
typedef struct {
    tkt_verify_t  *v;
    tkt_scan_t     scan;
    bool           more;
    uint64_t       tenant;
    uint64_t       ticket;
    uint64_t       number;
    uint64_t       piece;
    uint64_t       note_files;       /* of the ticket's messages so far      */
} tkt_pieces_t;


static void
tkt_pieces_next(tkt_pieces_t *p)
{
    uint64_t  part[4];

    p->more = tkt_verify_next(p->v, &p->scan, "4842", part);

    if (p->more) {
        p->tenant = part[0];
        p->ticket = part[1];
        p->number = part[2];
        p->piece = part[3];
    }
}


static bool
tkt_pieces_of(const tkt_pieces_t *p, uint64_t tenant, uint64_t ticket)
{
    return p->more && p->tenant == tenant && p->ticket == ticket;
}


/* Passes over what lies before a ticket, reporting each message once. */
static void
tkt_pieces_orphans(tkt_pieces_t *p, uint64_t tenant, uint64_t ticket)
{
    bool      first;
    uint64_t  last[3] = { 0, 0, 0 };

    first = true;

    while (p->more
           && (p->tenant < tenant
               || (p->tenant == tenant && p->ticket < ticket)))
    {
        if (first || p->tenant != last[0] || p->ticket != last[1]
            || p->number != last[2])
        {
            tkt_verify_fault(p->v, "message %llu/%llu/%llu: its ticket does "
                             "not exist", tkt_ull(p->tenant),
                             tkt_ull(p->ticket), tkt_ull(p->number));
        }

        first = false;
        last[0] = p->tenant;
        last[1] = p->ticket;
        last[2] = p->number;

        tkt_pieces_next(p);
    }
}


/*
 * Reads the pieces of one message from `first` on into v->text; returns how
 * many there were.
 */
static uint64_t
tkt_pieces_join(tkt_pieces_t *p, const char *what, uint64_t first)
{
    size_t    last;
    uint64_t  tenant, ticket, number, count;

    tenant = p->tenant;
    ticket = p->ticket;
    number = p->number;
    last = TKT_CHUNK_MAX_BYTES;
    p->v->text_len = 0;

    for (count = 0;
         tkt_pieces_of(p, tenant, ticket) && p->number == number;
         count++)
    {
        tkt_verify_piece(p->v, what, first + count, p->piece, p->scan.value,
                         &last);
        tkt_pieces_next(p);
    }

    return count;
}


/* ---- messages ---- */

static void
tkt_verify_message(tkt_pieces_t *p, const char *what,
    const tkt_ticket_t *ticket, const tkt_message_t *m, uint64_t number)
{
    tkt_verify_t  *v = p->v;

    (void) tkt_verify_values(v, &tkt_message_schema, m, what);

    if (m->id != number || m->ticket != ticket->id
        || m->kind == TKT_KIND_NONE || m->visibility == TKT_VISIBILITY_NONE)
    {
        tkt_verify_fault(v, "%s: the record is not of this message", what);
    }

    if (!tkt_verify_has_principal(v, ticket->tenant, m->author)) {
        tkt_verify_fault(v, "%s: its author %llu does not exist", what,
                         tkt_ull(m->author));
    }

    if (m->created_at < ticket->created_at || m->created_at > v->stamp_ms) {
        tkt_verify_fault(v, "%s: was not written in the ticket's time", what);
    }

    tkt_verify_message_files(v, what, ticket->tenant, m);

    if (m->visibility == TKT_VISIBILITY_INTERNAL) {
        p->note_files += m->attachment_count;
    }
}


/* One message with its pieces; leaves the walk behind it. */
static void
tkt_verify_message_pieces(tkt_pieces_t *p, const tkt_ticket_t *ticket)
{
    char           what[96];
    uint64_t       number, pieces;
    tkt_verify_t  *v = p->v;
    tkt_message_t  m;

    number = p->number;
    (void) snprintf(what, sizeof(what), "message %llu/%llu/%llu",
                    tkt_ull(p->tenant), tkt_ull(p->ticket), tkt_ull(number));

    if (p->piece != 0) {
        tkt_verify_fault(v, "%s: its record is missing", what);
        (void) tkt_pieces_join(p, what, p->piece);
        return;
    }

    if (!tkt_record_unpack(&tkt_message_schema, p->scan.value, &m)) {
        tkt_verify_fault(v, "%s: the record does not decode", what);
        m.long_text = 2;

    } else {
        tkt_verify_message(p, what, ticket, &m, number);
    }

    tkt_pieces_next(p);

    pieces = 0;
    if (tkt_pieces_of(p, ticket->tenant, ticket->id) && p->number == number) {
        pieces = tkt_pieces_join(p, what, 1);
    }

    if (m.long_text <= 1
        && (m.long_text != (pieces > 0) || m.long_text != (m.body.len == 0)))
    {
        tkt_verify_fault(v, "%s: long_text is %llu, with %zu bytes in the "
                         "record and %llu pieces", what, tkt_ull(m.long_text),
                         m.body.len, tkt_ull(pieces));
    }
}


/* Messages 1, 2, 3 … of a ticket. */
static void
tkt_verify_messages(tkt_pieces_t *p, const char *what,
    const tkt_ticket_t *ticket)
{
    uint64_t  expected;

    expected = 1;
    p->note_files = 0;

    while (tkt_pieces_of(p, ticket->tenant, ticket->id)) {

        for ( /* void */ ; expected < p->number
                           && expected <= ticket->message_count; expected++)
        {
            tkt_verify_fault(p->v, "%s: message %llu is missing", what,
                             tkt_ull(expected));
        }

        expected = p->number + 1;
        tkt_verify_message_pieces(p, ticket);
    }

    if (expected != ticket->message_count + 1) {
        tkt_verify_fault(p->v, "%s: its last message is %llu, its "
                         "message_count %llu", what, tkt_ull(expected - 1),
                         tkt_ull(ticket->message_count));
    }

    if (p->note_files != ticket->note_file_count) {
        tkt_verify_fault(p->v, "%s: counts %llu files of internal messages, "
                         "there are %llu", what,
                         tkt_ull(ticket->note_file_count),
                         tkt_ull(p->note_files));
    }
}


/* ---- long texts of a ticket ---- */

typedef struct {
    void           *obj;
    const uint8_t  *pos;
    const uint8_t  *end;
    bool            bad;
    bool            clear;      /* the record holds none of these texts      */
} tkt_big_walk_t;


static bool
tkt_verify_big_row(void *ctx, const tkt_field_t *f, size_t number)
{
    uint64_t         len;
    tkt_str_t       *s;
    tkt_big_walk_t  *w = ctx;

    if (!(f->flags & TKT_F_BIG) || f->stored == 0) {
        return true;
    }

    s = tkt_field_str(f, w->obj);
    w->clear = w->clear && s->len == 0;

    if (!tkt_varint_get(&w->pos, w->end, &len)
        || len > (size_t) (w->end - w->pos))
    {
        w->bad = true;
        return false;
    }

    *s = (tkt_str_t) { w->pos, (size_t) len };
    w->pos += len;

    return true;
}


/*
 * The texts that are kept apart, put into the ticket as tkt_ticket_load_big
 * does.  False, and reported, if they are not what the record says.
 */
static bool
tkt_verify_big(tkt_pieces_t *p, const char *what, tkt_ticket_t *t)
{
    bool             apart;
    tkt_verify_t    *v = p->v;
    tkt_big_walk_t   w = { .obj = t, .clear = true };

    apart = tkt_pieces_of(p, t->tenant, t->id) && p->number == 0;

    if (apart) {
        (void) tkt_pieces_join(p, what, 0);
    }

    if (apart != (t->long_text != 0)) {
        tkt_verify_fault(v, "%s: long_text is %llu, and there are %s pieces "
                         "of text", what, tkt_ull(t->long_text),
                         apart ? "some" : "no");
        return false;
    }

    if (!apart) {
        return true;
    }

    w.pos = v->text;
    w.end = v->text + v->text_len;

    (void) tkt_schema_walk(&tkt_ticket_schema, tkt_verify_big_row, &w);

    if (w.bad || w.pos != w.end || !w.clear) {
        tkt_verify_fault(v, "%s: its pieces do not hold its texts", what);
        return false;
    }

    return true;
}


/* ---- tickets ---- */

static void
tkt_verify_entry(tkt_verify_t *v, const char *what, tkt_db_t db, bool there)
{
    if (!there) {
        tkt_verify_fault(v, "%s: has no entry in %s", what,
                         tkt_verify_db(db));
    }
}


static void
tkt_verify_indexed(tkt_verify_t *v, const char *what, tkt_db_t db,
    const tkt_key_t *key)
{
    tkt_str_t  value;

    tkt_verify_entry(v, what, db, tkt_get(v->txn, db, key, &value));
}


static void
tkt_verify_entries(tkt_verify_t *v, const char *what, const tkt_ticket_t *t)
{
    tkt_key_t  key;

    tkt_key_principal(&key, (uint32_t) t->tenant, t->requester);
    tkt_verify_entry(v, what, TKT_DB_BY_REQUESTER,
                     tkt_packed_has(v->txn, TKT_DB_BY_REQUESTER, &key, t->id));

    tkt_key_by_state(&key, t);
    tkt_verify_indexed(v, what, TKT_DB_BY_STATE, &key);

    if (t->assignee != 0) {
        tkt_verify_entry(v, what, TKT_DB_BY_ASSIGNEE,
                         tkt_assigned_has(v->txn, t));
    }

    if (tkt_queue_has(t)) {
        tkt_key_by_queue(&key, t);
        tkt_verify_indexed(v, what, TKT_DB_BY_QUEUE, &key);
    }
}


/* What the record of a ticket says by itself and of principals. */
static void
tkt_verify_record(tkt_verify_t *v, const char *what, const tkt_ticket_t *t,
    const uint64_t *part)
{
    (void) tkt_verify_values(v, &tkt_ticket_schema, t, what);

    if (t->tenant != part[0] || t->id != part[1] || t->subject.len == 0
        || t->state == TKT_STATE_NONE || t->priority == TKT_PRIORITY_NONE)
    {
        tkt_verify_fault(v, "%s: the record is not of this ticket", what);
    }

    if (part[1] == 0 || part[1] > v->last[TKT_SEQ_TICKET]) {
        tkt_verify_fault(v, "%s: the number was never given", what);
    }

    if (!tkt_verify_has_tenant(v, part[0])) {
        tkt_verify_fault(v, "%s: there is no such tenant", what);
    }

    if (!tkt_verify_has_principal(v, part[0], t->requester)) {
        tkt_verify_fault(v, "%s: its requester %llu does not exist", what,
                         tkt_ull(t->requester));
    }

    if (t->assignee != 0
        && !tkt_verify_has_principal(v, part[0], t->assignee))
    {
        tkt_verify_fault(v, "%s: its assignee %llu does not exist", what,
                         tkt_ull(t->assignee));
    }
}


static void
tkt_verify_ticket(tkt_verify_t *v, tkt_pieces_t *p, const uint64_t *part,
    tkt_str_t value)
{
    char          what[80];
    tkt_ticket_t  t, row;

    (void) snprintf(what, sizeof(what), "ticket %llu/%llu", tkt_ull(part[0]),
                    tkt_ull(part[1]));

    if (!tkt_record_unpack(&tkt_ticket_schema, value, &t)) {
        tkt_verify_fault(v, "%s: the record does not decode", what);

        while (tkt_pieces_of(p, part[0], part[1])) {
            tkt_pieces_next(p);
        }

        return;
    }

    tkt_verify_record(v, what, &t, part);

    /* from here on it is known by its key */

    t.tenant = part[0];
    t.id = part[1];

    tkt_verify_entries(v, what, &t);
    tkt_verify_sealed_ticket(v, what, &t);
    tkt_verify_forward(v, what, &t);
    tkt_verify_complaint(v, what, &t);
    tkt_verify_parts_ticket(v, what, &t);
    tkt_verify_ticket_files(v, what, &t);

    /* the texts stay in v->text until the chain has been replayed */

    if (tkt_verify_big(p, what, &t)) {

        if (t.erased_at != 0) {
            tkt_verify_tombstone(v, &tkt_ticket_schema, &t, what);
        }

        row = t;
        tkt_verify_chain(v, &row);
    }

    tkt_verify_messages(p, what, &t);
}


void
tkt_verify_tickets(tkt_verify_t *v)
{
    uint64_t      part[2];
    tkt_scan_t    scan;
    tkt_pieces_t  pieces = { .v = v };

    tkt_verify_open(v, &pieces.scan, TKT_DB_MESSAGE);
    tkt_pieces_next(&pieces);
    tkt_verify_open(v, &scan, TKT_DB_TICKET);

    while (tkt_verify_next(v, &scan, "48", part)) {
        tkt_pieces_orphans(&pieces, part[0], part[1]);
        tkt_verify_ticket(v, &pieces, part, scan.value);
    }

    tkt_scan_close(&scan);
    tkt_pieces_orphans(&pieces, UINT64_MAX, 0);
    tkt_scan_close(&pieces.scan);
}
