/*
 * Confidential text: reading and destroying it.
 */

#include "app/call/tkt_due.h"
#include "app/call/tkt_ops.h"
#include "app/privacy/tkt_audit.h"
#include "app/privacy/tkt_sealed.h"
#include "app/ticket/tkt_ticket.h"


#define TKT_HOUR_MS  (3600 * 1000LL)


/*
 * The ticket of the path, if the caller may do `action` to its confidential
 * text and there is some; else false, and answered.
 */
static bool
tkt_seal_find(tkt_call_t *c, tkt_action_t action, tkt_ticket_t *t)
{
    tkt_decision_t  decision;

    if (!tkt_ticket_find(c, t, true)
        || !tkt_ticket_decide(c, t, action, &decision))
    {
        return false;
    }

    if (t->has_confidential) {
        return true;
    }

    tkt_call_fail(c, TKT_NOT_FOUND, "this ticket has no confidential text");

    return false;
}


/* Writes the change that a reveal or a shredding is. */
static void
tkt_seal_record(tkt_call_t *c, const tkt_ticket_t *before, tkt_ticket_t *t,
    tkt_action_t action, tkt_audit_act_t act, tkt_str_t reason)
{
    tkt_event_t       event = {
        .action = action + 1U, .reason = reason,
        .automatic = c->actor->role == TKT_ROLE_SYSTEM && c->actor->id == 0,
    };
    tkt_audit_note_t  note = {
        .act = act, .object = TKT_OBJECT_TICKET, .object_id = t->id,
        .reason = reason,
    };

    tkt_ticket_commit(c, before, t, &event);
    tkt_audit_append(c, (uint32_t) t->tenant, &note);
}


/* ---- reveal ---- */

/* Counts a reveal of this hour; false, and answered, if there are too many. */
static bool
tkt_reveal_quota(tkt_call_t *c, tkt_credential_t *credential)
{
    uint64_t  hour;

    hour = (uint64_t) (c->now_ms / TKT_HOUR_MS);

    if (!tkt_credential_load(c->txn, c->actor->tenant, c->actor->id,
                             credential, c->arena))
    {
        memset(credential, 0, sizeof(tkt_credential_t));
    }

    if (credential->reveal_hour != hour) {
        credential->reveal_hour = hour;
        credential->reveals = 0;
    }

    if (credential->reveals < TKT_REVEALS_PER_HOUR_MAX) {
        credential->reveals++;
        return true;
    }

    c->reply->retry_after_s = (uint32_t) (((int64_t) (hour + 1) * TKT_HOUR_MS
                                           - c->now_ms) / 1000 + 1);
    tkt_call_fail(c, TKT_QUOTA_EXCEEDED, "%d confidential texts were revealed "
                  "to you within this hour", TKT_REVEALS_PER_HOUR_MAX);

    return false;
}


static tkt_str_t
tkt_reveal_text(tkt_call_t *c, const tkt_reveal_t *reveal, tkt_out_t *o)
{
    tkt_out_init(o, c->arena, 128 + 2 * reveal->confidential.len);
    tkt_out_object(o, &tkt_reveal_schema, reveal,
                   (uint32_t) tkt_bit(c->actor->role), NULL, false);

    return tkt_out_text(o);
}


/*
 * The answer kept for replays says when, and not what: a replay comes without
 * a look at who may read the text by then, and the answer lies in the store.
 */
void
tkt_op_reveal(tkt_call_t *c)
{
    tkt_out_t           o;
    tkt_str_t           text;
    tkt_reveal_t        reveal;
    tkt_ticket_t        before, t;
    tkt_credential_t    credential;
    const tkt_input_t  *in = c->input;

    if (!tkt_seal_find(c, TKT_ACTION_REVEAL, &before)
        || !tkt_reveal_quota(c, &credential))
    {
        return;
    }

    if (!tkt_sealed_open(c, &before, &text)) {
        tkt_sealed_shut(c, &before);
        return;
    }

    t = before;
    tkt_credential_save(c->txn, c->actor->tenant, c->actor->id, &credential,
                        c->arena);
    tkt_seal_record(c, &before, &t, TKT_ACTION_REVEAL, TKT_AUDIT_REVEAL,
                    in->reason);

    reveal = (tkt_reveal_t) {
        .ticket = t.id, .revealed_at = (uint64_t) c->now_ms,
    };
    c->keep = tkt_reveal_text(c, &reveal, &o);

    reveal.confidential = text;
    (void) tkt_reveal_text(c, &reveal, &o);
    tkt_call_answer(c, &o);

    c->reply->etag = tkt_call_etag(c, 't', t.id, t.version);
}


/* ---- shredding ---- */

void
tkt_op_shred(tkt_call_t *c)
{
    tkt_ticket_t  before, t;

    if (!tkt_seal_find(c, TKT_ACTION_SHRED, &before)) {
        return;
    }

    t = before;
    tkt_sealed_destroy(c->txn, &t);
    tkt_seal_record(c, &before, &t, TKT_ACTION_SHRED, TKT_AUDIT_SHRED,
                    tkt_str(""));

    c->reply->http = c->op->success;
}


/*
 * The time after closing has passed.  What is left of an entry whose ticket
 * was opened again, or has no such text any more, is to go; one of a tenant
 * that has given itself more time comes again.
 */
void
tkt_job_shred(tkt_call_t *c)
{
    int64_t           until;
    uint32_t          tenant = c->actor->tenant;
    tkt_ticket_t      before, t;
    const tkt_job_t  *job = c->input;

    tkt_due_clear(c->txn, job->at_ms, TKT_DUE_SHRED, tenant, job->id);
    c->reply->http = c->op->success;

    if (!tkt_ticket_load(c->txn, tenant, job->id, &before, true, c->arena)
        || before.state != TKT_STATE_CLOSED || !before.has_confidential)
    {
        return;
    }

    until = tkt_sealed_until(c->txn, &before, c->arena);

    if (until > c->now_ms) {
        tkt_due_set(c->txn, until, TKT_DUE_SHRED, tenant, job->id);
        return;
    }

    t = before;
    tkt_sealed_destroy(c->txn, &t);
    tkt_seal_record(c, &before, &t, TKT_ACTION_SHRED, TKT_AUDIT_SHRED,
                    tkt_str("the time after closing has passed"));
}
