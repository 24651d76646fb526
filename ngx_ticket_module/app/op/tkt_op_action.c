/*
 * POST /v1/tickets/{id}/ACTION: one handler for every action.  The workflow
 * decides, its effects are carried out here, one function a kind of effect.
 */

#include "app/call/tkt_ops.h"
#include "app/file/tkt_attachments.h"
#include "app/form/tkt_form.h"
#include "app/route/tkt_grants.h"
#include "app/ticket/tkt_complaints.h"
#include "app/ticket/tkt_effects.h"
#include "app/ticket/tkt_handover.h"
#include "app/ticket/tkt_merged.h"
#include "app/ticket/tkt_parts.h"
#include "app/ticket/tkt_ticket.h"
#include "app/ticket/tkt_view.h"


/* Whether grants let him work on it who takes it himself. */
static bool
tkt_self_check(tkt_call_t *c, const tkt_decision_t *d, const tkt_ticket_t *t)
{
    if (!(d->effects & TKT_FX_ASSIGN_SELF) || t->assignee != 0
        || tkt_grants_allow(c, t->type_id, t->feature_id))
    {
        return true;
    }

    tkt_call_fail(c, TKT_FORBIDDEN, "you have no grant for the type and "
                  "feature of this ticket");

    return false;
}


static bool
tkt_merge_check(tkt_call_t *c, const tkt_input_t *in, const tkt_ticket_t *t)
{
    switch (c->op->action) {

    case TKT_ACTION_MERGE:
        return tkt_merged_check(c, t, in->into);

    case TKT_ACTION_UNMERGE:
        return tkt_merged_undo_check(c, t);

    default:
        return true;
    }
}


/* The transition names the reason, or the caller one of its choices. */
static bool
tkt_close_reason_check(tkt_call_t *c, const tkt_input_t *in,
    const tkt_decision_t *d, tkt_close_t *reason)
{
    uint64_t  allowed;

    *reason = d->close_reason;
    allowed = tkt_workflow_close_choices(d->transition);

    if (allowed == 0) {
        allowed = tkt_bit(d->close_reason);

    } else if (in->reason.len == 0) {
        tkt_call_invalid(c, "/reason", "required",
                         "say why you end somebody's ticket");
        return false;

    } else {
        *reason = (c->op->action == TKT_ACTION_REJECT) ? TKT_CLOSE_REJECTED
                                                       : TKT_CLOSE_ADMIN;
    }

    if (in->close_reason == 0) {
        return true;
    }

    if (allowed & tkt_bit(in->close_reason)) {
        *reason = (tkt_close_t) in->close_reason;
        return true;
    }

    tkt_call_invalid(c, "/close_reason", "choice",
                     "this reason cannot be given here");

    return false;
}


/* What the schema cannot say. */
static bool
tkt_input_check(tkt_call_t *c, const tkt_input_t *in,
    const tkt_decision_t *d, const tkt_ticket_t *t)
{
    unsigned  scores;

    if (c->op->action == TKT_ACTION_HOLD && in->resume_at == 0
        && in->reason.len == 0)
    {
        tkt_call_invalid(c, "/reason", "required",
                         "say until when (resume_at) or why (reason)");
        return false;
    }

    if (c->op->action == TKT_ACTION_ASSIGN && t->assignee != 0
        && in->reason.len == 0)
    {
        tkt_call_invalid(c, "/reason", "required",
                         "say why the ticket changes hands");
        return false;
    }

    if (in->resume_at != 0 && (int64_t) in->resume_at <= c->now_ms) {
        tkt_call_invalid(c, "/resume_at", "range",
                         "resume_at must be in the future");
        return false;
    }

    scores = (in->speed != 0) + (in->attitude != 0) + (in->result != 0);

    if ((scores != 0 && scores != 3) || (scores == 0 && in->comment.len > 0)) {
        tkt_call_invalid(c, in->speed == 0 ? "/speed"
                            : in->attitude == 0 ? "/attitude" : "/result",
                         "required",
                         "a rating has all of speed, attitude and result");
        return false;
    }

    if (scores == 3
        && !(d->effects & (TKT_FX_RATING | TKT_FX_RATING_OPTIONAL)))
    {
        tkt_call_invalid(c, "/speed", "unknown",
                         "a ticket that was not resolved cannot be rated");
        return false;
    }

    return true;
}


void
tkt_op_action(tkt_call_t *c)
{
    tkt_close_t     reason;
    tkt_event_t     event = { .action = c->op->action + 1U };
    tkt_input_t     in = *(const tkt_input_t *) c->input;
    tkt_ticket_t    before, t;
    tkt_action_t    action = (tkt_action_t) c->op->action;
    tkt_decision_t  decision;

    if (!tkt_ticket_find(c, &before, true)
        || !tkt_ticket_decide(c, &before, action, &decision)
        || !tkt_input_check(c, &in, &decision, &before)
        || !tkt_close_reason_check(c, &in, &decision, &reason)
        || !tkt_handover_settle(c, action, &before, &in)
        || !tkt_self_check(c, &decision, &before)
        || !tkt_merge_check(c, &in, &before)
        || !tkt_attachments_check(c, in.attachment_tokens)
        || (action == TKT_ACTION_RESOLVE
            && (!tkt_form_resolvable(c, &before)
                || !tkt_parts_resolvable(c, &before))))
    {
        return;
    }

    t = before;
    decision.close_reason = reason;
    event.reason = in.reason;

    tkt_effects_apply(c, &decision, &in, &t, &event);

    if (decision.effects & TKT_FX_COMPLAINT) {
        tkt_complaint_open(c, &t, in.reason);
    }

    tkt_merged_link(c, &before, &t);
    tkt_ticket_commit(c, &before, &t, &event);
    tkt_view_answer_ticket(c, &t);
}
