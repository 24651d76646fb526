/*
 * The messages of a ticket as a list, those of tickets that were merged into
 * it among its own: ordered by time, ticket and number.  Within a ticket that
 * is the order of numbers, so each source is walked by number and the one
 * whose next message is oldest goes first.
 */

#include "app/ticket/tkt_merged.h"
#include "app/ticket/tkt_ticket.h"
#include "app/ticket/tkt_view.h"
#include "app/who/tkt_caller.h"
#include "base/tkt_text.h"


/* Where a list goes on: after this message. */
typedef struct {
    uint64_t  at;
    uint64_t  ticket;
    uint64_t  number;
} tkt_message_place_t;

typedef struct {
    tkt_merged_source_t  what;
    tkt_message_t        head;       /* integers of the next message         */
    bool                 ended;
} tkt_message_source_t;

typedef struct {
    tkt_call_t            *call;
    uint32_t               tenant;
    size_t                 count;
    tkt_message_source_t   sources[TKT_MERGED_SOURCES_MAX];
} tkt_message_walk_t;


static bool
tkt_message_head(tkt_message_walk_t *w, uint64_t ticket, uint64_t number,
    tkt_message_t *m)
{
    tkt_key_t  key;
    tkt_str_t  value;

    tkt_key_message(&key, w->tenant, ticket, (uint32_t) number);
    tkt_key_u16(&key, 0);

    if (tkt_get(w->call->txn, TKT_DB_MESSAGE, &key, &value)
        && tkt_record_unpack_integers(&tkt_message_schema, value, m))
    {
        /* it is known by its key */

        m->ticket = ticket;
        m->id = number;
        return true;
    }

    tkt_txn_fail(w->call->txn, TKT_INTERNAL);

    return false;
}


static int
tkt_message_order(const tkt_message_t *m, uint64_t at, uint64_t ticket,
    uint64_t number)
{
    if (m->created_at != at) {
        return m->created_at < at ? -1 : 1;
    }

    if (m->ticket != ticket) {
        return m->ticket < ticket ? -1 : 1;
    }

    return m->id == number ? 0 : m->id < number ? -1 : 1;
}


static void
tkt_message_step(tkt_message_walk_t *w, tkt_message_source_t *s,
    uint64_t number)
{
    s->ended = number > s->what.count
               || !tkt_message_head(w, s->what.ticket, number, &s->head);
}


/* The first message after the place: times grow with numbers. */
static void
tkt_message_seek(tkt_message_walk_t *w, tkt_message_source_t *s,
    const tkt_message_place_t *place)
{
    uint64_t       low, high, middle;
    tkt_message_t  m;

    low = 1;
    high = place->at == 0 ? 0 : s->what.count;

    while (low <= high) {
        middle = low + (high - low) / 2;

        if (!tkt_message_head(w, s->what.ticket, middle, &m)) {
            s->ended = true;
            return;
        }

        if (tkt_message_order(&m, place->at, place->ticket, place->number)
            <= 0)
        {
            low = middle + 1;

        } else {
            high = middle - 1;
        }
    }

    tkt_message_step(w, s, low);
}


static void
tkt_message_walk(tkt_message_walk_t *w, tkt_call_t *c, const tkt_ticket_t *t,
    const tkt_message_place_t *place)
{
    size_t               i;
    tkt_merged_source_t  sources[TKT_MERGED_SOURCES_MAX];

    w->call = c;
    w->tenant = (uint32_t) t->tenant;
    w->count = tkt_merged_sources(c, t, sources);

    for (i = 0; i < w->count; i++) {
        w->sources[i].what = sources[i];
        tkt_message_seek(w, &w->sources[i], place);
    }
}


/* The source whose next message is the oldest; NULL at the end. */
static tkt_message_source_t *
tkt_message_oldest(tkt_message_walk_t *w)
{
    size_t                 i;
    tkt_message_source_t  *s, *oldest;

    for (oldest = NULL, i = 0; i < w->count; i++) {
        s = &w->sources[i];

        if (!s->ended
            && (oldest == NULL
                || tkt_message_order(&s->head, oldest->head.created_at,
                                     oldest->head.ticket,
                                     oldest->head.id) < 0))
        {
            oldest = s;
        }
    }

    return oldest;
}


/* ---- positions ---- */

static bool
tkt_message_number(tkt_str_t *rest, uint64_t *number)
{
    size_t          n;
    const uint8_t  *dot;

    dot = rest->len == 0 ? NULL : memchr(rest->data, '.', rest->len);
    n = (dot == NULL) ? rest->len : (size_t) (dot - rest->data);

    if (!tkt_u64_parse((tkt_str_t) { rest->data, n }, number)) {
        return false;
    }

    rest->data += n + (dot != NULL);
    rest->len -= n + (dot != NULL);

    return true;
}


/* "TIME.TICKET.NUMBER"; empty: the beginning. */
static bool
tkt_message_place(tkt_str_t position, tkt_message_place_t *place)
{
    *place = (tkt_message_place_t) { .at = 0 };

    return position.len == 0
           || (tkt_message_number(&position, &place->at)
               && tkt_message_number(&position, &place->ticket)
               && tkt_message_number(&position, &place->number)
               && position.len == 0 && place->at != 0);
}


bool
tkt_messages_from(tkt_call_t *c, const tkt_ticket_t *t, tkt_str_t position)
{
    tkt_message_place_t  place;

    return tkt_message_place(position, &place)
           && (place.ticket != t->id || place.number <= t->message_count);
}


/* ---- a page ---- */

static bool
tkt_message_shown(const tkt_message_source_t *s, bool internal)
{
    if (s->head.visibility == TKT_VISIBILITY_INTERNAL && !internal) {
        return false;
    }

    return s->what.author == 0 || s->head.author == s->what.author;
}


static void
tkt_message_write(tkt_view_t *view, tkt_out_t *o,
    const tkt_message_source_t *s)
{
    tkt_call_t     *c = view->call;
    tkt_message_t   m;

    if (tkt_message_get(c->txn, c->actor->tenant, s->head.ticket, s->head.id,
                        &m, c->arena))
    {
        tkt_view_message(view, &m);
        tkt_out_comma(o);
        tkt_out_object(o, &tkt_message_schema, &m,
                       (uint32_t) tkt_bit(view->reader), NULL, false);
    }
}


bool
tkt_messages_write(tkt_call_t *c, tkt_out_t *o, const tkt_ticket_t *t,
    tkt_str_t position, size_t limit, tkt_str_t filter)
{
    bool                   internal;
    size_t                 n, steps, begin;
    tkt_view_t             view;
    tkt_caller_t           caller;
    tkt_message_walk_t     walk;
    tkt_message_place_t    place;
    tkt_message_source_t  *s;

    caller = tkt_caller_of(c, t);
    internal = tkt_workflow_sees_internal(&caller);

    (void) tkt_message_place(position, &place);
    tkt_view_init(&view, c);
    view.reader = tkt_view_reader(c, &caller);
    tkt_message_walk(&walk, c, t, &place);

    tkt_out_lit(o, "{\"data\":[");
    begin = tkt_out_bytes(o);
    n = 0;

    /* a next page is one with something to see for this caller */

    for (steps = 0; (s = tkt_message_oldest(&walk)) != NULL; steps++) {

        if (steps == TKT_LIST_STEPS_MAX) {
            break;
        }

        if (tkt_message_shown(s, internal)) {

            if (tkt_call_page_full(o, begin, n, limit)) {
                break;
            }

            tkt_message_write(&view, o, s);
            n++;
        }

        place = (tkt_message_place_t) { s->head.created_at, s->head.ticket,
                                        s->head.id };
        tkt_message_step(&walk, s, s->head.id + 1);
    }

    position = (s == NULL) ? tkt_str("")
               : tkt_arena_printf(c->arena, "%llu.%llu.%llu",
                                  (unsigned long long) place.at,
                                  (unsigned long long) place.ticket,
                                  (unsigned long long) place.number);
    tkt_call_page(c, o, filter, position);
    tkt_out_lit(o, "}");

    return tkt_txn_status(c->txn) == TKT_OK;
}
