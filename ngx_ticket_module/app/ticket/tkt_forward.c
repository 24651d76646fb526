/*
 * Between the desks of two tenants; see the header.
 */

#include <stdio.h>

#include "app/privacy/tkt_audit.h"
#include "app/ticket/tkt_effects.h"
#include "app/ticket/tkt_forward.h"
#include "app/ticket/tkt_ticket.h"
#include "app/ticket/tkt_view.h"
#include "app/who/tkt_caller.h"
#include "base/tkt_text.h"


#define TKT_STANDIN_LOGIN  "tenant:"


/* ---- principals that stand for tenants ---- */

bool
tkt_standin_login(tkt_str_t login)
{
    tkt_str_t  first = tkt_str(TKT_STANDIN_LOGIN);

    return login.len >= first.len
           && memcmp(login.data, first.data, first.len) == 0;
}


void
tkt_deputy_init(tkt_deputy_t *d, const tkt_call_t *c, const tkt_user_t *user)
{
    memset(d, 0, sizeof(*d));

    d->call = *c;
    d->call.actor = &d->actor;
    d->call.reply = &d->reply;
    d->call.errors = NULL;
    d->call.if_match = tkt_str("");

    d->actor.tenant = (uint32_t) user->tenant;
    d->actor.id = user->id;
    d->actor.role = (tkt_role_t) user->role;
    tkt_text_keep(d->actor.login, sizeof(d->actor.login), user->login);
}


bool
tkt_standin_find(tkt_call_t *c, uint32_t tenant, uint32_t peer,
    tkt_user_t *user)
{
    tkt_str_t     login;
    tkt_tenant_t  t;

    memset(user, 0, sizeof(*user));

    if (!tkt_tenant_load(c->txn, peer, &t, c->arena)) {
        tkt_txn_fail(c->txn, TKT_INTERNAL);
        return false;
    }

    login = tkt_arena_printf(c->arena, TKT_STANDIN_LOGIN "%.*s",
                             (int) t.name.len, (const char *) t.name.data);

    if (tkt_user_by_login(c->txn, tenant, login, user, c->arena)) {

        /* nobody else is given such a login, and no other tenant the name */

        if (user->origin != TKT_ORIGIN_TENANT || user->peer_tenant != peer) {
            tkt_txn_fail(c->txn, TKT_INTERNAL);
        }

        return true;
    }

    *user = (tkt_user_t) {
        .tenant = tenant, .peer_tenant = peer, .login = login,
        .name = t.title.len > 0 ? t.title : t.name,
        .kind = TKT_PERSON_ORGANISATION, .origin = TKT_ORIGIN_TENANT,
    };

    return false;
}


void
tkt_standin_get(tkt_call_t *c, uint32_t tenant, uint32_t peer,
    tkt_role_t role, tkt_user_t *user)
{
    tkt_deputy_t      d;
    tkt_audit_note_t  note = {
        .act = TKT_AUDIT_CREATE, .object = TKT_OBJECT_USER, .after = user
    };

    if (tkt_standin_find(c, tenant, peer, user)
        || tkt_txn_status(c->txn) != TKT_OK)
    {
        return;
    }

    user->id = tkt_txn_next(c->txn, TKT_SEQ_PRINCIPAL);
    user->role = role;
    user->version = 1;
    user->created_at = (uint64_t) tkt_txn_stamp(c->txn, c->now_ms);
    user->updated_at = user->created_at;

    tkt_user_save(c->txn, NULL, user, c->arena);

    note.object_id = user->id;
    tkt_deputy_init(&d, c, user);
    tkt_audit_append(&d.call, tenant, &note);
}


/* ---- what they do ---- */

bool
tkt_deputy_decide(tkt_deputy_t *d, const tkt_ticket_t *t,
    tkt_action_t action, tkt_decision_t *decision)
{
    tkt_view_t    view;
    tkt_facts_t   facts;
    tkt_caller_t  caller;

    tkt_view_init(&view, &d->call);
    tkt_view_facts(&view, t, &facts);
    caller = tkt_caller_of(&d->call, t);

    tkt_workflow_decide(action, &facts, &caller, decision);

    return decision->status == TKT_OK;
}


void
tkt_deputy_act(tkt_deputy_t *d, const tkt_ticket_t *before,
    tkt_action_t action, const tkt_decision_t *decision,
    const tkt_input_t *in)
{
    tkt_event_t   event = { .action = action + 1U, .reason = in->reason };
    tkt_ticket_t  t = *before;

    tkt_effects_apply(&d->call, decision, in, &t, &event);
    tkt_ticket_commit(&d->call, before, &t, &event);
}


/* ---- down ---- */

/* The message that an event brought, in memory of the call. */
static bool
tkt_forward_message(tkt_call_t *c, const tkt_ticket_t *t, uint64_t number,
    tkt_message_t *m)
{
    tkt_key_t  key;
    tkt_str_t  value;

    tkt_key_message(&key, (uint32_t) t->tenant, t->id, (uint32_t) number);
    tkt_key_u16(&key, 0);

    return tkt_get(c->txn, TKT_DB_MESSAGE, &key, &value)
           && tkt_message_load(c->txn, (tkt_str_t) { key.data, key.len },
                               tkt_arena_copy(c->arena, value), m, c->arena);
}


/*
 * What the requester above was told by this event; m->kind is 0 for a reason
 * given in words.  An empty body: nothing, or his own words.
 */
static void
tkt_forward_told(tkt_call_t *c, const tkt_ticket_t *t,
    const tkt_event_t *event, tkt_message_t *m)
{
    memset(m, 0, sizeof(*m));

    if (event->internal || event->actor == t->requester) {
        return;
    }

    if (event->message != 0) {
        (void) tkt_forward_message(c, t, event->message, m);

    } else if (tkt_workflow_reason_public((tkt_action_t)
                                          (event->action - 1)))
    {
        m->body = event->reason;
    }
}


/* "above: message=question state=waiting_user" */
static tkt_str_t
tkt_forward_reason(tkt_call_t *c, const tkt_ticket_t *before,
    const tkt_ticket_t *t, const tkt_message_t *m)
{
    char    text[160];
    size_t  n;

    n = (size_t) snprintf(text, sizeof(text), "above:");

    if (m->kind != 0) {
        n += (size_t) snprintf(text + n, sizeof(text) - n, " message=%s",
            (const char *) tkt_kind_names.names[m->kind].data);
    }

    if (t->state != before->state) {
        n += (size_t) snprintf(text + n, sizeof(text) - n, " state=%s",
            (const char *) tkt_state_names.names[t->state].data);
    }

    if (t->close_reason != before->close_reason && t->close_reason != 0) {
        n += (size_t) snprintf(text + n, sizeof(text) - n,
            " close_reason=%s",
            (const char *) tkt_close_names.names[t->close_reason].data);
    }

    return tkt_arena_copy(c->arena, (tkt_str_t) { (const uint8_t *) text, n });
}


static void
tkt_forward_down(tkt_call_t *c, const tkt_ticket_t *before,
    const tkt_ticket_t *t, const tkt_event_t *event)
{
    uint32_t       tenant = (uint32_t) t->forwarded_tenant;
    tkt_user_t     peer;
    tkt_event_t    e = { .action = TKT_ACTION_NOTE + 1, .internal = 1 };
    tkt_deputy_t   d;
    tkt_ticket_t   was, now;
    tkt_message_t  told, m;

    tkt_forward_told(c, t, event, &told);

    if ((told.body.len == 0 && t->state == before->state)
        || !tkt_ticket_load(c->txn, tenant, t->forwarded_from, &was, true,
                            c->arena)
        || was.archived)
    {
        return;
    }

    tkt_standin_get(c, tenant, (uint32_t) t->tenant, TKT_ROLE_BOT, &peer);

    if (tkt_txn_status(c->txn) != TKT_OK) {
        return;
    }

    now = was;
    e.reason = tkt_forward_reason(c, before, t, &told);

    if (told.body.len > 0) {
        m = (tkt_message_t) {
            .author = peer.id, .author_role = peer.role,
            .kind = TKT_KIND_NOTE, .visibility = TKT_VISIBILITY_INTERNAL,
            .created_at = (uint64_t) c->now_ms, .body = told.body,
        };

        tkt_message_append(c->txn, &now, &m, c->arena);
        e.message = m.id;
    }

    tkt_deputy_init(&d, c, &peer);
    tkt_ticket_commit(&d.call, &was, &now, &e);
}


/* ---- up ---- */

/*
 * What the requester above does when the ticket below has come to this state;
 * SUBMIT: nothing.  Work that goes on above after the customer is content
 * ends with the provider's word, not his; a merged ticket's work goes on in
 * the other.
 */
static tkt_action_t
tkt_forward_echo(const tkt_ticket_t *below, const tkt_ticket_t *above)
{
    const uint64_t  unfinished =
        tkt_bit(TKT_CLOSE_WITHDRAWN) | tkt_bit(TKT_CLOSE_DUPLICATE)
        | tkt_bit(TKT_CLOSE_SPAM) | tkt_bit(TKT_CLOSE_REJECTED)
        | tkt_bit(TKT_CLOSE_ADMIN);

    if (below->close_reason == TKT_CLOSE_MERGED
        || (below->state != TKT_STATE_CONFIRMED
            && below->state != TKT_STATE_CLOSED))
    {
        return TKT_ACTION_SUBMIT;
    }

    if (above->state == TKT_STATE_RESOLVED) {
        return TKT_ACTION_CONFIRM;
    }

    if ((TKT_STATES_ACTIVE & tkt_bit(above->state))
        && (unfinished & tkt_bit(below->close_reason)))
    {
        return TKT_ACTION_CLOSE;
    }

    return TKT_ACTION_SUBMIT;
}


/* True if something was written above. */
static bool
tkt_forward_up(tkt_call_t *c, const tkt_ticket_t *t)
{
    uint32_t        parent;
    tkt_user_t      requester;
    tkt_input_t     in;
    tkt_tenant_t    tenant;
    tkt_action_t    action;
    tkt_deputy_t    d;
    tkt_ticket_t    above;
    tkt_decision_t  decision;

    memset(&in, 0, sizeof(in));

    if (!tkt_tenant_load(c->txn, (uint32_t) t->tenant, &tenant, c->arena)) {
        return false;
    }

    parent = (uint32_t) tenant.parent;

    if (!tkt_ticket_load(c->txn, parent, t->forwarded_to, &above, true,
                         c->arena)
        || !tkt_user_load(c->txn, parent, above.requester, &requester,
                          c->arena))
    {
        return false;
    }

    action = tkt_forward_echo(t, &above);
    tkt_deputy_init(&d, c, &requester);

    if (action == TKT_ACTION_SUBMIT
        || !tkt_deputy_decide(&d, &above, action, &decision))
    {
        return false;
    }

    tkt_deputy_act(&d, &above, action, &decision, &in);

    return true;
}


void
tkt_forward_follow(tkt_call_t *c, const tkt_ticket_t *before,
    tkt_ticket_t *t, const tkt_event_t *event)
{
    if (before == NULL || tkt_txn_status(c->txn) != TKT_OK) {
        return;
    }

    if (t->forwarded_from != 0) {
        tkt_forward_down(c, before, t, event);
    }

    /* the tenant above has answered on this ticket */

    if (t->forwarded_to != 0 && t->state != before->state
        && tkt_forward_up(c, t))
    {
        (void) tkt_ticket_load(c->txn, (uint32_t) t->tenant, t->id, t, true,
                               c->arena);
    }
}
