/*
 * Notices of the caller: the list, and how far it was read.
 */

#include "app/tkt_notices.h"
#include "app/tkt_ops.h"
#include "app/tkt_view.h"
#include "base/tkt_text.h"


#define TKT_NOTICE_BYTES  256


/* The next older one. */
static bool
tkt_notice_next(tkt_call_t *c, tkt_scan_t *scan, tkt_notice_t *n)
{
    if (!tkt_scan_next(scan)) {
        return false;
    }

    if (tkt_record_unpack(&tkt_notice_schema, scan->value, n)) {
        return true;
    }

    tkt_txn_fail(c->txn, TKT_INTERNAL);

    return false;
}


/*
 * One page of those older than `from`, of all if it is 0; the number that the
 * next page goes on below, 0 if there is none.
 */
static uint64_t
tkt_notice_page(tkt_call_t *c, tkt_out_t *o, uint64_t read, uint64_t from,
    size_t limit)
{
    bool          more;
    size_t        n;
    uint64_t      last;
    tkt_key_t     prefix, start;
    tkt_scan_t    scan;
    tkt_view_t    view;
    tkt_notice_t  notice;

    tkt_view_init(&view, c);
    tkt_key_principal(&prefix, c->actor->tenant, c->actor->id);
    tkt_key_notice(&start, c->actor->tenant, c->actor->id,
                   (from == 0 ? TKT_NOTICE_SEQ_STATE : from) - 1);
    tkt_scan_open(&scan, c->txn, TKT_DB_NOTICE, &prefix, &start, true);

    more = false;
    last = 0;

    for (n = 0; tkt_notice_next(c, &scan, &notice); n++) {

        if (n == limit) {
            more = true;
            break;
        }

        last = notice.id;
        tkt_notice_view(&view, &notice, read);
        tkt_out_comma(o);
        tkt_out_object(o, &tkt_notice_schema, &notice,
                       (uint32_t) tkt_bit(c->actor->role), NULL, false);
    }

    tkt_scan_close(&scan);

    return more ? last : 0;
}


void
tkt_op_notices(tkt_call_t *c)
{
    bool                counted;
    size_t              n, limit;
    uint8_t             text[TKT_U64_MAX_CHARS];
    uint64_t            from;
    tkt_out_t           o;
    tkt_str_t           filter, position;
    tkt_notice_state_t  state;

    filter = tkt_arena_printf(c->arena, "notices %u %llu", c->actor->tenant,
                              (unsigned long long) c->actor->id);

    if (!tkt_call_limit(c, &limit) || !tkt_call_flag(c, "count", &counted)
        || !tkt_call_cursor(c, filter, &position))
    {
        return;
    }

    from = 0;

    if (position.len > 0 && (!tkt_u64_parse(position, &from) || from == 0)) {
        tkt_call_bad_cursor(c);
        return;
    }

    if (!tkt_notice_state(c->txn, c->actor->tenant, c->actor->id, &state)) {
        tkt_txn_fail(c->txn, TKT_INTERNAL);
        return;
    }

    tkt_out_init(&o, c->arena, 512 + limit * TKT_NOTICE_BYTES);
    tkt_out_lit(&o, "{\"data\":[");
    from = tkt_notice_page(c, &o, state.read, from, limit);

    n = (from > 0) ? tkt_u64_format(text, from) : 0;
    tkt_call_page(c, &o, filter, (tkt_str_t) { text, n });

    if (counted) {
        tkt_out_lit(&o, ",\"count\":");
        tkt_out_u64(&o, state.kept);
        tkt_out_lit(&o, ",\"unread\":");
        tkt_out_u64(&o, state.unread);
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
