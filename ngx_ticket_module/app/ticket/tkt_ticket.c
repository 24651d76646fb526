/*
 * A ticket found, an action on it decided, a change of it written.
 */

#include "app/notice/tkt_notices.h"
#include "app/privacy/tkt_sealed.h"
#include "app/route/tkt_route.h"
#include "app/ticket/tkt_complaints.h"
#include "app/ticket/tkt_drafts.h"
#include "app/ticket/tkt_forward.h"
#include "app/ticket/tkt_parts.h"
#include "app/ticket/tkt_ticket.h"
#include "app/who/tkt_caller.h"
#include "domain/tkt_routing.h"


void
tkt_ticket_note(tkt_call_t *c, const tkt_ticket_t *t)
{
    c->reply->ticket_id = t->id;
    c->reply->state = (tkt_state_t) t->state;
    c->reply->priority = (tkt_priority_t) t->priority;
}


bool
tkt_ticket_find(tkt_call_t *c, tkt_ticket_t *t, bool big)
{
    uint64_t      id;
    tkt_caller_t  caller;

    if (tkt_ticket_number_parse(c->segments[0], c->actor->prefix, &id)
        && tkt_ticket_load(c->txn, c->actor->tenant, id, t, big, c->arena))
    {
        caller = tkt_caller_of(c, t);

        if (tkt_workflow_visible(&caller)) {
            tkt_ticket_note(c, t);
            return true;
        }
    }

    tkt_call_fail(c, TKT_NOT_FOUND, NULL);

    return false;
}


bool
tkt_ticket_decide(tkt_call_t *c, const tkt_ticket_t *t, tkt_action_t action,
    tkt_decision_t *decision)
{
    tkt_caller_t  caller = tkt_caller_of(c, t);

    return tkt_ticket_decide_as(c, t, action, &caller, decision);
}


bool
tkt_ticket_decide_as(tkt_call_t *c, const tkt_ticket_t *t,
    tkt_action_t action, const tkt_caller_t *caller, tkt_decision_t *decision)
{
    tkt_view_t   view;
    tkt_facts_t  facts;

    tkt_view_init(&view, c);
    tkt_view_facts(&view, t, &facts);

    tkt_workflow_decide(action, &facts, caller, decision);

    if (decision->status != TKT_NOT_FOUND
        && decision->status != TKT_FORBIDDEN
        && !tkt_call_if_match(c, tkt_call_etag(c, 't', t->id, t->version)))
    {
        return false;
    }

    if (decision->status == TKT_OK) {
        return true;
    }

    tkt_call_refuse(c, decision, facts.state,
                    tkt_view_allowed(&facts, caller));

    return false;
}


/*
 * The router's part of a change: an event of its own, in the name of the desk,
 * and the same save.
 */
static void
tkt_ticket_give(tkt_call_t *c, const tkt_ticket_t *before, tkt_ticket_t *t)
{
    uint64_t      owner;
    tkt_event_t   event = { .action = TKT_ACTION_ASSIGN + 1, .automatic = 1 };
    tkt_ticket_t  unassigned;

    owner = tkt_route_owner(c, before, t);

    if (owner == 0) {
        return;
    }

    unassigned = *t;

    t->assignee = owner;
    t->assigned_at = (uint64_t) c->now_ms;
    t->state = TKT_STATE_OPEN;
    t->version++;

    event.at = (uint64_t) c->now_ms;
    event.actor_role = TKT_ROLE_SYSTEM;
    tkt_event_append(c->txn, &unassigned, t, &event, c->arena);
    tkt_notice_given(c, t);
}


/* Since when it waits for an owner in a team's queue. */
static void
tkt_ticket_wait(tkt_call_t *c, tkt_ticket_t *t)
{
    if (t->team == 0 || t->assignee != 0
        || !(TKT_STATES_ACTIVE & tkt_bit(t->state)))
    {
        t->queued_at = 0;

    } else if (t->queued_at == 0) {
        t->queued_at = (uint64_t) c->now_ms;
    }
}


/*
 * Whom a ticket has left is free again, and may be given what waits: the same
 * ticket, too, if nobody else is there.  The caller's copy follows.
 */
static void
tkt_ticket_back(tkt_call_t *c, const tkt_ticket_t *before, tkt_ticket_t *t)
{
    tkt_ticket_t  now;

    if (before != NULL && before->assignee != 0 && tkt_routing_waits(t)
        && tkt_ticket_load_head(c->txn, (uint32_t) t->tenant, t->id, &now)
        && now.version != t->version)
    {
        (void) tkt_ticket_load(c->txn, (uint32_t) t->tenant, t->id, t, true,
                               c->arena);
    }
}


void
tkt_ticket_commit(tkt_call_t *c, const tkt_ticket_t *before, tkt_ticket_t *t,
    tkt_event_t *event)
{
    t->version++;
    t->updated_at = (uint64_t) c->now_ms;

    event->at = (uint64_t) c->now_ms;
    event->actor = c->actor->id;
    event->actor_role = c->actor->role;

    (void) tkt_txn_stamp(c->txn, c->now_ms);
    tkt_sealed_timer(c, before, t);
    tkt_event_append(c->txn, before, t, event, c->arena);
    tkt_route_lead(c, t);
    tkt_ticket_give(c, before, t);
    tkt_ticket_wait(c, t);
    tkt_ticket_save(c->txn, before, t, c->arena);

    if (t->archived && before != NULL && !before->archived) {
        tkt_drafts_end(c->txn, t);
    }

    tkt_parts_merged(c, before, t);
    tkt_complaint_follow(c, before, t);
    tkt_notices_follow(c, before, t, event);

    /* a ticket with another tenant's at its other end tells that one */

    tkt_forward_follow(c, before, t, event);

    /* last: it may give the agent whom this made free other tickets */

    tkt_route_follow(c, before, t);
    tkt_ticket_back(c, before, t);
}
