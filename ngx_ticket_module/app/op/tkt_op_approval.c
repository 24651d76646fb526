/*
 * PUT /v1/tickets/{id}/approval: the word of a supervisor on a request whose
 * type asks for it.  Until then nobody is given the ticket.
 */

#include "app/call/tkt_ops.h"
#include "app/ticket/tkt_effects.h"
#include "app/ticket/tkt_ticket.h"
#include "app/who/tkt_caller.h"


/* What becomes of a request that is declined. */
static const tkt_decision_t  tkt_declined = {
    .to = TKT_STATE_CLOSED, .effects = TKT_FX_CLOSED_AT,
    .close_reason = TKT_CLOSE_REJECTED,
};


/*
 * To decline is to close, which takes the right to close.  False, and
 * answered, if he has not.
 */
static bool
tkt_approval_right(tkt_call_t *c, const tkt_ticket_t *t, bool approved)
{
    tkt_caller_t  caller;

    if (approved) {
        return true;
    }

    caller = tkt_caller_of(c, t);

    if (tkt_workflow_has_right(TKT_ACTION_CLOSE, &caller)) {
        return true;
    }

    tkt_call_fail(c, TKT_FORBIDDEN, "to decline is to close the ticket");

    return false;
}


/* False, and answered, if there is nothing that he may approve. */
static bool
tkt_approval_check(tkt_call_t *c, const tkt_ticket_t *t)
{
    if (t->requester == c->actor->id) {
        tkt_call_fail(c, TKT_FORBIDDEN, "nobody approves his own request");
        return false;
    }

    if (t->approval != TKT_APPROVAL_PENDING
        || !(TKT_STATES_ACTIVE & tkt_bit(t->state)))
    {
        tkt_call_fail(c, TKT_CONFLICT, "no approval is pending");
        return false;
    }

    return true;
}


void
tkt_op_approval_put(tkt_call_t *c)
{
    tkt_input_t              none;
    tkt_event_t              event = { .action = TKT_ACTION_EDIT + 1 };
    tkt_ticket_t             before, t;
    tkt_decision_t           edit;
    const tkt_part_input_t  *in = c->input;

    if (!tkt_ticket_find(c, &before, true)
        || !tkt_approval_right(c, &before, in->approved)
        || !tkt_ticket_decide(c, &before, TKT_ACTION_EDIT, &edit)
        || !tkt_approval_check(c, &before))
    {
        return;
    }

    t = before;
    event.reason = in->reason;
    t.approval = in->approved ? TKT_APPROVAL_APPROVED : TKT_APPROVAL_DECLINED;

    if (!in->approved) {
        memset(&none, 0, sizeof(none));
        event.action = TKT_ACTION_CLOSE + 1;
        tkt_effects_apply(c, &tkt_declined, &none, &t, &event);
    }

    tkt_ticket_commit(c, &before, &t, &event);
    tkt_view_answer_ticket(c, &t);
}
