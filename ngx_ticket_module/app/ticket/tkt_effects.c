/*
 * Effects of a transition: a table of bit and function, walked in order.
 */

#include "app/file/tkt_attachments.h"
#include "app/ticket/tkt_drafts.h"
#include "app/ticket/tkt_effects.h"


typedef struct {
    tkt_call_t            *call;
    const tkt_decision_t  *decision;
    const tkt_input_t     *in;
    tkt_ticket_t          *t;
    tkt_event_t           *event;
    uint64_t               now;
    bool                   moved;      /* to another team                    */
} tkt_effect_ctx_t;

typedef struct {
    uint32_t   effect;
    void     (*apply)(tkt_effect_ctx_t *x);
} tkt_effect_t;


static void
tkt_set_assignee(tkt_effect_ctx_t *x, uint64_t id)
{
    if (x->t->assignee == id) {
        return;
    }

    x->t->assignee = id;
    x->t->assigned_at = (id == 0) ? 0 : x->now;
}


static void
tkt_fx_assign_self(tkt_effect_ctx_t *x)
{
    if (x->t->assignee == 0) {
        tkt_set_assignee(x, x->call->actor->id);
    }
}


static void
tkt_fx_assign_target(tkt_effect_ctx_t *x)
{
    tkt_set_assignee(x, x->in->assignee);
}


/* An escalation may name who takes over at the higher tier. */
static void
tkt_fx_unassign(tkt_effect_ctx_t *x)
{
    tkt_set_assignee(x, x->in->assignee);
}


static void
tkt_fx_verified(tkt_effect_ctx_t *x)
{
    x->t->verified = 1;
    x->t->held = 0;
}


static void
tkt_fx_first_viewed(tkt_effect_ctx_t *x)
{
    if (x->t->first_viewed_at == 0) {
        x->t->first_viewed_at = x->now;
    }
}


static void
tkt_fx_first_response(tkt_effect_ctx_t *x)
{
    if (x->t->first_response_at == 0) {
        x->t->first_response_at = x->now;
    }
}


static void
tkt_fx_assessment(tkt_effect_ctx_t *x)
{
    x->t->complexity = x->in->complexity;

    if (x->in->plan.len > 0) {
        x->t->plan = x->in->plan;
    }

    if (x->in->eta != 0) {
        x->t->eta = x->in->eta;
    }
}


static void
tkt_fx_tier_up(tkt_effect_ctx_t *x)
{
    x->t->tier++;
}


/* Who owns it goes on with it, unless it goes to others. */
static void
tkt_fx_tier_down(tkt_effect_ctx_t *x)
{
    x->t->tier--;

    if (x->moved) {
        tkt_set_assignee(x, 0);
    }
}


static void
tkt_fx_resolved(tkt_effect_ctx_t *x)
{
    x->t->resolved_at = x->now;
}


static void
tkt_fx_confirmed(tkt_effect_ctx_t *x)
{
    x->t->confirmed_at = x->now;
}


static void
tkt_fx_rating(tkt_effect_ctx_t *x)
{
    if (x->in->speed == 0) {
        return;
    }

    x->t->speed = x->in->speed;
    x->t->attitude = x->in->attitude;
    x->t->result = x->in->result;
    x->t->comment = x->in->comment;
    x->t->rated_at = x->now;
}


static void
tkt_fx_closed(tkt_effect_ctx_t *x)
{
    x->t->closed_at = x->now;
    x->t->close_reason = x->decision->close_reason;
}


/*
 * A new cycle: the old ending times stay in the events.  A rating stays, and
 * so does a complaint until it has ended itself.  What was rejected and is
 * brought back by its requester is looked at before anybody is given it.
 */
static void
tkt_fx_reopen(tkt_effect_ctx_t *x)
{
    if (x->decision->to == TKT_STATE_FOLLOW_UP
        && x->t->approval != TKT_APPROVAL_DECLINED
        && (x->t->close_reason == TKT_CLOSE_SPAM
            || x->t->close_reason == TKT_CLOSE_REJECTED))
    {
        x->t->held = 1;
    }

    x->t->reopen_count++;
    x->t->resolved_at = 0;
    x->t->confirmed_at = 0;
    x->t->closed_at = 0;
    x->t->close_reason = TKT_CLOSE_NONE;

    if (x->t->complaint == 0) {
        x->t->complaint_open = 0;
    }

    /* what was declined is asked for again, not granted */

    if (x->t->approval == TKT_APPROVAL_DECLINED) {
        x->t->approval = TKT_APPROVAL_PENDING;
    }
}


static void
tkt_fx_follow_up(tkt_effect_ctx_t *x)
{
    x->t->follow_up_count++;
    x->t->resolved_at = 0;
}


static void
tkt_fx_urge(tkt_effect_ctx_t *x)
{
    x->t->urge_count++;
    x->t->last_urge_at = x->now;
}


static void
tkt_fx_complaint(tkt_effect_ctx_t *x)
{
    x->t->complaint_open = 1;
}


static void
tkt_fx_resume_at(tkt_effect_ctx_t *x)
{
    x->t->resume_at = x->in->resume_at;
}


static void
tkt_fx_merged_into(tkt_effect_ctx_t *x)
{
    x->t->merged_into = x->in->into;
    x->t->merged_at = x->now;
    x->t->state_before = x->t->state;
}


static void
tkt_fx_unmerge(tkt_effect_ctx_t *x)
{
    x->t->merged_into = 0;
    x->t->merged_at = 0;
    x->t->state_before = TKT_STATE_NONE;
    x->t->closed_at = 0;
    x->t->close_reason = TKT_CLOSE_NONE;
}


static void
tkt_fx_auto(tkt_effect_ctx_t *x)
{
    x->event->automatic = 1;
}


static void
tkt_fx_archived(tkt_effect_ctx_t *x)
{
    x->t->archived = 1;
}


static void
tkt_fx_priority_floor(tkt_effect_ctx_t *x)
{
    if (x->t->priority < TKT_PRIORITY_HIGH) {
        x->t->priority = TKT_PRIORITY_HIGH;
    }
}


/* The text of an action and the kind of message it becomes. */
static void
tkt_fx_message(tkt_effect_ctx_t *x)
{
    const tkt_input_t  *in = x->in;
    tkt_message_t       m = {
        .author = x->call->actor->id,
        .author_role = x->call->actor->role,
        .visibility = TKT_VISIBILITY_PUBLIC,
        .created_at = x->now,
    };

    if (in->question.len > 0) {
        m.kind = TKT_KIND_QUESTION;
        m.body = in->question;

    } else if (in->solution.len > 0) {
        m.kind = TKT_KIND_SOLUTION;
        m.body = in->solution;

    } else if (in->body.len > 0) {
        m.kind = in->kind != 0 ? in->kind : TKT_KIND_REPLY;
        m.body = in->body;
        m.mentions = in->mentions;

        if (in->visibility != 0) {
            m.visibility = in->visibility;
        }

    } else {
        return;
    }

    tkt_attachments_bind(x->call, x->t, &m,
                         m.visibility == TKT_VISIBILITY_INTERNAL,
                         in->attachment_tokens);
    tkt_message_append(x->call->txn, x->t, &m, x->call->arena);
    x->event->message = m.id;

    /* what he was writing has served its purpose; only staff has drafts */

    if (TKT_ROLES_STAFF & tkt_bit(x->call->actor->role)) {
        tkt_draft_drop(x->call->txn, (uint32_t) x->t->tenant, x->t->id,
                       x->call->actor->id);
    }
}


static const tkt_effect_t  tkt_effects[] = {
    { TKT_FX_ASSIGN_SELF,     tkt_fx_assign_self },
    { TKT_FX_ASSIGN_TARGET,   tkt_fx_assign_target },
    { TKT_FX_UNASSIGN,        tkt_fx_unassign },
    { TKT_FX_VERIFIED,        tkt_fx_verified },
    { TKT_FX_FIRST_VIEWED,    tkt_fx_first_viewed },
    { TKT_FX_FIRST_RESPONSE,  tkt_fx_first_response },
    { TKT_FX_ASSESSMENT,      tkt_fx_assessment },
    { TKT_FX_TIER_UP,         tkt_fx_tier_up },
    { TKT_FX_TIER_DOWN,       tkt_fx_tier_down },
    { TKT_FX_RESOLVED_AT,     tkt_fx_resolved },
    { TKT_FX_CONFIRMED_AT,    tkt_fx_confirmed },
    { TKT_FX_REOPEN,          tkt_fx_reopen },
    { TKT_FX_RATING | TKT_FX_RATING_OPTIONAL, tkt_fx_rating },
    { TKT_FX_CLOSED_AT,       tkt_fx_closed },
    { TKT_FX_FOLLOW_UP,       tkt_fx_follow_up },
    { TKT_FX_URGE,            tkt_fx_urge },
    { TKT_FX_COMPLAINT,       tkt_fx_complaint },
    { TKT_FX_RESUME_AT,       tkt_fx_resume_at },
    { TKT_FX_MERGED_INTO,     tkt_fx_merged_into },
    { TKT_FX_UNMERGE,         tkt_fx_unmerge },
    { TKT_FX_AUTO,            tkt_fx_auto },
    { TKT_FX_ARCHIVED,        tkt_fx_archived },
    { TKT_FX_PRIORITY_FLOOR,  tkt_fx_priority_floor },
    { TKT_FX_MESSAGE,         tkt_fx_message },
};


/*
 * Whoever has taken a held ticket in hand, or ended it, need not look first.
 * What leaves it where it is, its requester's words before all, is no look;
 * nor is what he withdraws and reopens, and a merge that is undone.
 */
static bool
tkt_effects_looked(const tkt_decision_t *d, const tkt_ticket_t *t)
{
    const uint64_t  unseen = tkt_bit(TKT_CLOSE_WITHDRAWN)
                             | tkt_bit(TKT_CLOSE_MERGED);

    if (d->to == TKT_STATE_NEW || d->to == t->state) {
        return false;
    }

    if (t->state == TKT_STATE_CLOSED) {
        return d->to != TKT_STATE_FOLLOW_UP;
    }

    return d->to != TKT_STATE_CLOSED
           || !(unseen & tkt_bit(d->close_reason));
}


void
tkt_effects_apply(tkt_call_t *c, const tkt_decision_t *d,
    const tkt_input_t *in, tkt_ticket_t *t, tkt_event_t *event)
{
    size_t            i;
    tkt_effect_ctx_t  x = {
        .call = c, .decision = d, .in = in, .t = t, .event = event,
        .now = (uint64_t) c->now_ms,
    };

    /* a priority given with assess or escalate is what the caller wants */

    if (in->priority != 0) {
        t->priority = in->priority;
    }

    if (in->team != 0 && in->team != t->team) {
        t->team = in->team;
        x.moved = true;
    }

    /* a merged ticket may have to go back to its hold */

    if (t->state == TKT_STATE_ON_HOLD && d->to != TKT_STATE_ON_HOLD
        && !(d->effects & TKT_FX_MERGED_INTO))
    {
        t->resume_at = 0;
    }

    if (tkt_effects_looked(d, t)) {
        t->held = 0;
    }

    for (i = 0; i < tkt_array_len(tkt_effects); i++) {
        if (d->effects & tkt_effects[i].effect) {
            tkt_effects[i].apply(&x);
        }
    }

    t->state = d->to;
}
