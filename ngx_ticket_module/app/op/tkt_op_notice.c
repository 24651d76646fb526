/*
 * Notices of the caller: the list, and how far it was read.
 */

#include "app/call/tkt_ops.h"
#include "app/notice/tkt_notices.h"
#include "app/ticket/tkt_view.h"
#include "base/tkt_text.h"


#define TKT_NOTICE_JSON_BYTES  256


/*
 * One page of a walk; the number that the next page goes on below, 0 if there
 * is none.
 */
static uint64_t
tkt_notice_page(tkt_call_t *c, tkt_out_t *o, tkt_notice_walk_t *w,
    size_t limit)
{
    size_t        n;
    uint64_t      last;
    tkt_view_t    view;
    tkt_notice_t  notice;

    tkt_view_init(&view, c);
    last = 0;

    for (n = 0; tkt_notice_walk_next(w, &notice); n++) {

        if (n == limit) {
            return last;
        }

        last = notice.id;
        tkt_notice_view(&view, &notice, w->state.read);
        tkt_out_comma(o);
        tkt_out_object(o, &tkt_notice_schema, &notice,
                       (uint32_t) tkt_bit(c->actor->role), NULL, false);
    }

    return 0;
}


void
tkt_op_notices(tkt_call_t *c)
{
    bool               counted;
    size_t             n, limit;
    uint8_t            text[TKT_U64_MAX_CHARS];
    uint64_t           from;
    tkt_out_t          o;
    tkt_str_t          filter, position;
    tkt_notice_walk_t  w;

    filter = tkt_arena_printf(c->arena, "notices %u %llu", c->actor->tenant,
                              (unsigned long long) c->actor->id);

    if (!tkt_call_limit(c, &limit) || !tkt_call_flag(c, "count", &counted)
        || !tkt_call_cursor(c, filter, &position))
    {
        return;
    }

    /* 0: all, for nothing stands above the number before it */

    from = 0;

    if (position.len > 0 && (!tkt_u64_parse(position, &from) || from == 0)) {
        tkt_call_bad_cursor(c);
        return;
    }

    if (!tkt_notice_walk(&w, c->txn, c->actor->tenant, c->actor->id,
                         from - 1))
    {
        return;
    }

    tkt_out_init(&o, c->arena, 512 + limit * TKT_NOTICE_JSON_BYTES);
    tkt_out_lit(&o, "{\"data\":[");
    from = tkt_notice_page(c, &o, &w, limit);

    n = (from > 0) ? tkt_u64_format(text, from) : 0;
    tkt_call_page(c, &o, filter, (tkt_str_t) { text, n });

    if (counted) {
        tkt_out_lit(&o, ",\"count\":");
        tkt_out_u64(&o, w.state.kept);
        tkt_out_lit(&o, ",\"unread\":");
        tkt_out_u64(&o, w.state.unread);
    }

    tkt_out_lit(&o, "}");
    tkt_call_answer(c, &o);
}


void
tkt_op_notices_read(tkt_call_t *c)
{
    const tkt_part_input_t  *in = c->input;

    tkt_notice_read(c->txn, c->actor->tenant, c->actor->id, in->until);
    c->reply->http = c->op->success;
}
