/*
 * Drafts of messages: what staff is writing on a ticket, kept on the server
 * and seen by nobody else.  They are no part of the ticket: no event tells of
 * them and its version does not grow.
 */

#include "app/call/tkt_ops.h"
#include "app/ticket/tkt_drafts.h"
#include "app/ticket/tkt_ticket.h"


static void
tkt_draft_answer(tkt_call_t *c, const tkt_draft_t *draft)
{
    tkt_out_t  o;

    tkt_out_init(&o, c->arena, 128 + 2 * draft->body.len);
    tkt_out_object(&o, &tkt_draft_schema, draft,
                   (uint32_t) tkt_bit(c->actor->role), NULL, false);
    tkt_call_answer(c, &o);
}


void
tkt_op_draft_get(tkt_call_t *c)
{
    tkt_draft_t   draft;
    tkt_ticket_t  t;

    if (!tkt_ticket_find(c, &t, false)) {
        return;
    }

    if (!tkt_draft_load(c->txn, c->actor->tenant, t.id, c->actor->id, &draft,
                        c->arena))
    {
        tkt_call_fail(c, TKT_NOT_FOUND, "you have no draft on this ticket");
        return;
    }

    tkt_draft_answer(c, &draft);
}


void
tkt_op_draft_put(tkt_call_t *c)
{
    tkt_draft_t              draft;
    tkt_ticket_t             t;
    const tkt_part_input_t  *in = c->input;

    if (!tkt_ticket_find(c, &t, false)) {
        return;
    }

    if (t.archived) {
        tkt_call_fail(c, TKT_CONFLICT, "the ticket is archived");
        return;
    }

    draft = (tkt_draft_t) {
        .ticket = t.id, .principal = c->actor->id,
        .updated_at = (uint64_t) tkt_txn_stamp(c->txn, c->now_ms),
        .body = in->body,
    };

    tkt_draft_save(c->txn, c->actor->tenant, &draft, c->arena);
    tkt_draft_answer(c, &draft);
}


void
tkt_op_draft_delete(tkt_call_t *c)
{
    tkt_ticket_t  t;

    if (tkt_ticket_find(c, &t, false)) {
        tkt_draft_drop(c->txn, c->actor->tenant, t.id, c->actor->id);
        c->reply->http = c->op->success;
    }
}
