/*
 * POST /v1/batch: several operations in one transaction, each for itself or
 * all or nothing.
 *
 * A refused operation has written nothing, so one that fails for itself needs
 * no undoing.  All or nothing does: those before the one that fails have
 * written, and the transaction is shared with other commands.
 */

#include "app/call/tkt_batch.h"
#include "app/call/tkt_ops.h"
#include "base/tkt_text.h"


#define TKT_BATCH_ANSWER_BYTES  96


/* ---- references ---- */

/*
 * What an operation has made or changed: the last part of its Location if
 * that is a number, or else its ticket.  0: nothing.
 */
static uint64_t
tkt_batch_made(const tkt_reply_t *r)
{
    size_t     at;
    uint64_t   id;
    tkt_str_t  last = r->location;

    for (at = last.len; at > 0 && last.data[at - 1] != '/'; at--) {
        /* void */
    }

    last.data += at;
    last.len -= at;

    return last.len > 0 && tkt_u64_parse(last, &id) ? id : r->ticket_id;
}


/* Ids in place of references; false, and answered, if there is none. */
static bool
tkt_batch_resolve(tkt_call_t *c, const tkt_batch_t *b, tkt_inner_t *in)
{
    size_t      i;
    uint64_t    number, id;
    tkt_call_t  call = *c;

    for (i = 0; i < tkt_array_len(in->segments); i++) {

        if (!tkt_batch_reference(in->segments[i], &number)) {
            continue;
        }

        id = tkt_inner_done(&b->items[number])
             ? tkt_batch_made(&b->items[number].reply) : 0;

        if (id == 0) {
            call.reply = &in->reply;
            tkt_call_fail(&call, TKT_FAILED_DEPENDENCY,
                          "operation %llu has no result to go on with",
                          (unsigned long long) number);
            return false;
        }

        in->segments[i] = tkt_arena_printf(c->arena, "%llu",
                                           (unsigned long long) id);
    }

    return true;
}


/* ---- the run ---- */

static void
tkt_batch_one(tkt_call_t *c, tkt_batch_t *b, size_t place)
{
    tkt_inner_t  in = b->items[place];

    /* a batch may run again: what is in the list stays as it was sent */

    memset(&in.reply, 0, sizeof(in.reply));
    in.room = b->room;
    in.kept_room = b->kept_room;

    if (tkt_batch_resolve(c, b, &in)) {
        tkt_inner_run(c, &in, (unsigned) place);
    }

    if (tkt_inner_done(&in)) {
        b->room -= in.reply.body.len;
    }

    b->kept_room = in.kept_room;
    b->items[place].reply = in.reply;
}


/* The place of the first that failed, or their number. */
static size_t
tkt_batch_run(tkt_call_t *c, tkt_batch_t *b)
{
    size_t  i;

    b->room = (b->whole == TKT_RETURN_MINIMAL) ? 0 : TKT_BATCH_BODIES_BYTES;
    b->kept_room = TKT_BATCH_BODIES_BYTES;

    for (i = 0; i < b->count && tkt_txn_status(c->txn) == TKT_OK; i++) {

        if (b->items[i].op != NULL) {
            tkt_batch_one(c, b, i);
        }

        if (b->atomic && !tkt_inner_done(&b->items[i])) {
            return i;
        }
    }

    return b->count;
}


/* The first that was refused before it could run, or their number. */
static size_t
tkt_batch_refused(const tkt_batch_t *b)
{
    size_t  i;

    for (i = 0; i < b->count && b->items[i].op != NULL; i++) { /* void */ }

    return i;
}


/* ---- answers ---- */

static void
tkt_batch_member(tkt_out_t *o, const char *name, tkt_str_t text)
{
    tkt_out_name(o, name);

    if (text.len > 0) {
        tkt_out_string(o, text);

    } else {
        tkt_out_lit(o, "null");
    }
}


static void
tkt_batch_item_write(tkt_out_t *o, unsigned status, tkt_str_t body,
    const tkt_reply_t *r)
{
    tkt_out_comma(o);
    tkt_out_lit(o, "{");
    tkt_out_name(o, "status");
    tkt_out_u64(o, status);
    tkt_out_name(o, "body");

    if (body.len > 0) {
        tkt_out_raw(o, body);

    } else {
        tkt_out_lit(o, "null");
    }

    tkt_batch_member(o, "etag", r->etag);
    tkt_batch_member(o, "location", r->location);
    tkt_out_lit(o, "}");
}


/* With bodies, or with those of problems alone. */
static void
tkt_batch_write(tkt_call_t *c, const tkt_batch_t *b, tkt_out_t *o, bool full)
{
    bool                with;
    size_t              i, bytes;
    const tkt_reply_t  *r;

    for (bytes = 0, i = 0; i < b->count; i++) {
        with = full || !tkt_inner_done(&b->items[i]);
        bytes += TKT_BATCH_ANSWER_BYTES
                 + (with ? b->items[i].reply.body.len : 0);
    }

    tkt_out_init(o, c->arena, bytes);
    tkt_out_lit(o, "{\"data\":[");

    for (i = 0; i < b->count; i++) {
        r = &b->items[i].reply;
        with = full || !tkt_inner_done(&b->items[i]);
        tkt_batch_item_write(o, r->http, with ? r->body : tkt_str(""), r);
    }

    tkt_out_lit(o, "],\"committed\":true");
}


static void
tkt_batch_answer(tkt_call_t *c, const tkt_batch_t *b)
{
    tkt_out_t  o;

    tkt_batch_write(c, b, &o, b->whole != TKT_RETURN_MINIMAL);
    tkt_out_lit(&o, "}");
    tkt_call_answer(c, &o);

    /* a replay tells what became of each, not what it was: that would be
       long, and may be secret */

    if (c->command->has_key) {
        tkt_batch_write(c, b, &o, false);
        tkt_out_lit(&o, ",\"compact\":true}");
        c->keep = tkt_out_text(&o);
    }
}


/* Nothing was done: 409, with the problem of the one and 424 for the rest. */
static void
tkt_batch_fail(tkt_call_t *c, const tkt_batch_t *b, size_t failed)
{
    size_t              i;
    tkt_out_t           o;
    const tkt_reply_t  *r = &b->items[failed].reply;

    static const tkt_reply_t  none;

    tkt_out_init(&o, c->arena, 256 + r->body.len
                               + b->count * TKT_BATCH_ANSWER_BYTES);

    tkt_out_lit(&o, "\"failed\":");
    tkt_out_u64(&o, failed);
    tkt_out_lit(&o, ",\"committed\":false,\"data\":[");

    for (i = 0; i < b->count; i++) {
        if (i == failed) {
            tkt_batch_item_write(&o, r->http, r->body, r);
        } else {
            tkt_batch_item_write(&o, 424, tkt_str(""), &none);
        }
    }

    tkt_out_lit(&o, "]");

    tkt_call_fail(c, TKT_BATCH_FAILED, "operation %zu failed with %u, and "
                  "nothing was done", failed, r->http);
    c->reply->body = tkt_problem_with(c->arena, c->reply->body,
                                      tkt_out_text(&o));
}


void
tkt_op_batch(tkt_call_t *c)
{
    size_t        failed;
    tkt_batch_t  *b = c->command->batch;

    if (!b->atomic) {
        (void) tkt_batch_run(c, b);
        tkt_batch_answer(c, b);
        return;
    }

    failed = tkt_batch_refused(b);

    if (failed == b->count) {

        if (!tkt_txn_nest(c->txn)) {
            tkt_call_fail(c, TKT_INTERNAL, NULL);
            return;
        }

        failed = tkt_batch_run(c, b);
        (void) tkt_txn_nest_end(c->txn, failed == b->count);
    }

    if (failed == b->count) {
        tkt_batch_answer(c, b);

    } else {
        tkt_batch_fail(c, b, failed);
    }
}
