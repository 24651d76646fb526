/*
 * POST /v1/tickets/{id}/forward: a ticket is filed with the tenant above, or
 * the ticket there is told more.  Nothing goes up but the text given.
 */

#include "app/call/tkt_ops.h"
#include "app/privacy/tkt_audit.h"
#include "app/ticket/tkt_forward.h"
#include "app/ticket/tkt_ticket.h"
#include "app/ticket/tkt_view.h"


/* The tenant above the caller's; 0, and answered, for the root. */
static uint32_t
tkt_forward_parent(tkt_call_t *c)
{
    tkt_tenant_t  tenant;

    if (tkt_tenant_load(c->txn, c->actor->tenant, &tenant, c->arena)
        && tenant.parent != 0)
    {
        return (uint32_t) tenant.parent;
    }

    tkt_call_fail(c, TKT_CONFLICT, "there is no tenant above yours");

    return 0;
}


/* The ticket below: the link, and what was told as an internal note. */
static void
tkt_forward_note(tkt_call_t *c, const tkt_ticket_t *before, uint64_t above)
{
    tkt_event_t         event = {
        .action = TKT_ACTION_FORWARD + 1, .internal = 1,
    };
    tkt_ticket_t        t = *before;
    tkt_message_t       m = {
        .author = c->actor->id, .author_role = c->actor->role,
        .kind = TKT_KIND_NOTE, .visibility = TKT_VISIBILITY_INTERNAL,
        .created_at = (uint64_t) c->now_ms,
    };
    tkt_audit_note_t    note = {
        .act = TKT_AUDIT_FORWARD, .object = TKT_OBJECT_TICKET,
        .object_id = before->id,
    };
    const tkt_input_t  *in = c->input;

    m.body = in->description;
    event.reason = in->reason;
    note.reason = in->reason;

    tkt_message_append(c->txn, &t, &m, c->arena);
    event.message = m.id;
    t.forwarded_to = above;

    tkt_ticket_commit(c, before, &t, &event);
    tkt_audit_append(c, c->actor->tenant, &note);
}


/* A new ticket above.  True unless answered. */
static bool
tkt_forward_first(tkt_call_t *c, const tkt_ticket_t *below, uint32_t parent)
{
    tkt_user_t          requester;
    tkt_event_t         event = { .action = TKT_ACTION_SUBMIT + 1 };
    tkt_deputy_t        d;
    tkt_ticket_t        t;
    const tkt_input_t  *in = c->input;

    if (tkt_standin_find(c, parent, c->actor->tenant, &requester)
        && requester.disabled)
    {
        tkt_call_fail(c, TKT_CONFLICT,
                      "the tenant above takes no tickets from yours");
        return false;
    }

    t = (tkt_ticket_t) {
        .id = tkt_txn_next(c->txn, TKT_SEQ_TICKET), .tenant = parent,
        .state = TKT_STATE_NEW, .priority = TKT_PRIORITY_NORMAL,
        .channel = TKT_CHANNEL_API, .created_at = (uint64_t) c->now_ms,
        .forwarded_from = below->id, .forwarded_tenant = c->actor->tenant,
        .subject = in->subject.len > 0 ? in->subject : below->subject,
        .description = in->description,
    };

    /* below first: what follows above finds the link */

    tkt_forward_note(c, below, t.id);
    tkt_standin_get(c, parent, c->actor->tenant, TKT_ROLE_USER, &requester);

    t.requester = requester.id;
    tkt_deputy_init(&d, c, &requester);
    tkt_ticket_commit(&d.call, NULL, &t, &event);

    return true;
}


/* Why the ticket above takes no more. */
static void
tkt_forward_refuse(tkt_call_t *c, const tkt_decision_t *decision,
    const tkt_ticket_t *above)
{
    if (decision->status == TKT_REOPEN_WINDOW_EXPIRED) {
        tkt_call_fail(c, TKT_REOPEN_WINDOW_EXPIRED,
                      "the ticket above has ended, and the time to reopen it "
                      "has passed");
        return;
    }

    tkt_call_fail(c, TKT_CONFLICT, "the ticket above takes no more: it is %s",
                  (const char *) tkt_state_names.names[above->state].data);
}


/*
 * More for the ticket above, as its requester would write it.  A ticket that
 * has ended is reopened by it, for as long as its requester may.
 */
static bool
tkt_forward_more(tkt_call_t *c, const tkt_ticket_t *below, uint32_t parent)
{
    tkt_user_t          requester;
    tkt_input_t         message;
    tkt_action_t        action;
    tkt_deputy_t        d;
    tkt_ticket_t        above;
    tkt_decision_t      decision;
    const tkt_input_t  *in = c->input;

    if (in->subject.len > 0) {
        tkt_call_invalid(c, "/subject", "conflict",
                         "the ticket above has its subject already");
        return false;
    }

    if (!tkt_ticket_load(c->txn, parent, below->forwarded_to, &above, true,
                         c->arena)
        || !tkt_user_load(c->txn, parent, above.requester, &requester,
                          c->arena)
        || requester.disabled)
    {
        tkt_call_fail(c, TKT_CONFLICT,
                      "the tenant above takes nothing from yours");
        return false;
    }

    action = (TKT_STATES_ACTIVE & tkt_bit(above.state))
             || above.state == TKT_STATE_RESOLVED
             ? TKT_ACTION_MESSAGE : TKT_ACTION_REOPEN;

    tkt_deputy_init(&d, c, &requester);

    if (!tkt_deputy_decide(&d, &above, action, &decision)) {
        tkt_forward_refuse(c, &decision, &above);
        return false;
    }

    memset(&message, 0, sizeof(message));
    message.body = in->description;
    decision.effects |= TKT_FX_MESSAGE;

    tkt_forward_note(c, below, below->forwarded_to);
    tkt_deputy_act(&d, &above, action, &decision, &message);

    return true;
}


void
tkt_op_forward(tkt_call_t *c)
{
    uint32_t        parent;
    tkt_ticket_t    t;
    tkt_decision_t  decision;

    if (!tkt_ticket_find(c, &t, true)
        || !tkt_ticket_decide(c, &t, TKT_ACTION_FORWARD, &decision))
    {
        return;
    }

    parent = tkt_forward_parent(c);

    if (parent == 0
        || !(t.forwarded_to == 0 ? tkt_forward_first(c, &t, parent)
                                 : tkt_forward_more(c, &t, parent)))
    {
        return;
    }

    /* the tenant above may have changed it in return */

    if (tkt_ticket_load(c->txn, c->actor->tenant, t.id, &t, true, c->arena)) {
        tkt_view_answer_ticket(c, &t);
    }
}
