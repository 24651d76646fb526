/*
 * Who is told of a change; see the header.  Plain creates, claims and starts
 * tell nobody, and are found out by a mask before anything is looked up.
 */

#include <stdio.h>

#include "app/notice/tkt_notices.h"
#include "app/notice/tkt_watchers.h"
#include "app/resource/tkt_config.h"
#include "app/rows/tkt_items.h"
#include "app/ticket/tkt_complaints.h"
#include "app/who/tkt_caller.h"
#include "app/who/tkt_who.h"
#include "codec/tkt_json_walk.h"


#define S(name)  tkt_bit(TKT_STATE_##name)
#define A(name)  tkt_bit(TKT_ACTION_##name)

/* Events that may tell somebody, besides those of an approval. */
#define TKT_TOLD_ACTIONS                                                      \
    (A(REPLY) | A(MESSAGE) | A(NOTE) | A(COURTESY) | A(REQUEST_INFO)          \
     | A(RESOLVE) | A(CLOSE) | A(REJECT) | A(REOPEN) | A(TIMEOUT) | A(MERGE)  \
     | A(ASSIGN) | A(TRANSFER) | A(ESCALATE) | A(URGE))

#define TKT_TOLD_STATES  (S(RESOLVED) | S(CLOSED))

/* The urge at which supervisors hear of it. */
#define TKT_URGES_OF_SUPERVISORS  3


/* One event's telling. */
typedef struct {
    tkt_call_t          *call;
    const tkt_ticket_t  *t;
    uint64_t             actor;      /* 0: the desk itself                   */
    uint64_t             message;
    bool                 internal;   /* what is told of is for staff         */
    size_t               count;
    size_t               again;      /* of `told`, asked for once more       */
    uint64_t             told[TKT_TOLD_MAX];
} tkt_tell_t;


/* ---- one principal ---- */

bool
tkt_notify_sees(const tkt_call_t *c, const tkt_ticket_t *t,
    const tkt_user_t *user, bool internal)
{
    tkt_call_t    call = *c;
    tkt_actor_t   actor = { .tenant = (uint32_t) user->tenant };
    tkt_caller_t  caller;

    if (!tkt_who_principal(c->txn, user, tkt_str(""), &actor)
        || !(tkt_actor_permissions(&actor) & tkt_bit(TKT_PERM_TICKET_READ)))
    {
        return false;
    }

    actor.grants = user->grants;
    call.actor = &actor;
    caller = tkt_caller_of(&call, t);

    return tkt_workflow_visible(&caller)
           && (!internal || tkt_workflow_sees_internal(&caller));
}


static bool
tkt_tell_again(tkt_tell_t *x, uint64_t principal)
{
    size_t  i;

    for (i = 0; i < x->count; i++) {
        if (x->told[i] == principal) {
            x->again++;
            return true;
        }
    }

    return x->count == TKT_TOLD_MAX;
}


/* Whether he is among those who are told. */
static bool
tkt_tell(tkt_tell_t *x, uint64_t principal, tkt_notice_kind_t kind)
{
    tkt_call_t    *c = x->call;
    tkt_user_t     user;
    tkt_notice_t   notice = {
        .tenant = x->t->tenant, .principal = principal, .kind = kind,
        .ticket = x->t->id, .message = x->message, .actor = x->actor,
        .created_at = (uint64_t) c->now_ms,
    };

    if (principal == 0 || principal == x->actor || tkt_tell_again(x, principal)
        || !tkt_user_load(c->txn, (uint32_t) x->t->tenant, principal, &user,
                          c->arena)
        || !tkt_notify_sees(c, x->t, &user, x->internal))
    {
        return false;
    }

    x->told[x->count++] = principal;
    tkt_notice_put(c->txn, &notice);

    return true;
}


/* Those of a list of ids. */
static void
tkt_tell_list(tkt_tell_t *x, tkt_str_t list, tkt_notice_kind_t kind)
{
    uint64_t  id;

    while (tkt_watchers_next(&list, &id)) {
        (void) tkt_tell(x, id, kind);
    }
}


/* ---- leads and supervisors ---- */

/* A team's leads, or all of it; how many are told. */
static size_t
tkt_tell_team(tkt_tell_t *x, uint64_t team, bool leads,
    tkt_notice_kind_t kind)
{
    size_t        n;
    tkt_key_t     prefix;
    tkt_scan_t    scan;
    tkt_member_t  member;

    /* bounded: TKT_TEAM_MEMBERS_MAX */

    tkt_key_config_kind(&prefix, (uint32_t) x->t->tenant, TKT_CONFIG_MEMBER);
    tkt_key_u64(&prefix, team);
    tkt_scan_open(&scan, x->call->txn, TKT_DB_CONFIG, &prefix, NULL, false);

    for (n = 0; tkt_scan_next(&scan) && x->count < TKT_TOLD_MAX; /* void */) {
        if (tkt_record_unpack_integers(&tkt_member_schema, scan.value,
                                       &member)
            && (member.lead || !leads))
        {
            n += tkt_tell(x, member.head.id, kind);
        }
    }

    tkt_scan_close(&scan);

    return n;
}


/* A lead to whom the same event gives the ticket has heard of it. */
static void
tkt_tell_leads(tkt_tell_t *x, uint64_t team, tkt_notice_kind_t kind)
{
    x->again = 0;

    if (tkt_tell_team(x, team, true, kind) == 0 && x->again == 0) {
        (void) tkt_tell_team(x, team, false, kind);
    }
}


/* The first few of a role; how many are told. */
static size_t
tkt_tell_role(tkt_tell_t *x, tkt_role_t role, tkt_notice_kind_t kind)
{
    size_t      n, steps;
    tkt_key_t   prefix;
    tkt_user_t  user;
    tkt_scan_t  scan;

    n = 0;
    tkt_key_tenant(&prefix, (uint32_t) x->t->tenant);
    tkt_scan_open(&scan, x->call->txn, TKT_DB_PRINCIPAL, &prefix, NULL,
                  false);

    for (steps = 0; steps < TKT_SUPERVISOR_STEPS_MAX
                    && n < TKT_SUPERVISORS_TOLD_MAX
                    && tkt_scan_next(&scan); steps++)
    {
        if (tkt_record_unpack_integers(&tkt_user_schema, scan.value, &user)
            && user.role == role && !user.disabled)
        {
            n += tkt_tell(x, user.id, kind);
        }
    }

    tkt_scan_close(&scan);

    return n;
}


static void
tkt_tell_supervisors(tkt_tell_t *x, tkt_notice_kind_t kind)
{
    uint64_t  team;

    if (x->t->team != 0 && tkt_tell_team(x, x->t->team, true, kind) > 0) {
        return;
    }

    team = tkt_complaints_team(x->call->txn, (uint32_t) x->t->tenant);
    x->again = 0;

    /* admins do not stand in for a supervisor who has heard of it before */

    if ((team == 0 || tkt_tell_team(x, team, true, kind) == 0)
        && tkt_tell_role(x, TKT_ROLE_SUPERVISOR, kind) == 0 && x->again == 0)
    {
        (void) tkt_tell_role(x, TKT_ROLE_ADMIN, kind);
    }
}


/*
 * The owner; false if there is none, or one who can do nothing about it: what
 * he has begun stays his when he is disabled or leaves the staff.
 */
static bool
tkt_tell_owner(tkt_tell_t *x, tkt_notice_kind_t kind)
{
    uint64_t  owner = x->t->assignee;

    return owner != 0
           && (owner == x->actor || tkt_tell_again(x, owner)
               || tkt_tell(x, owner, kind));
}


/* ---- for others ---- */

static tkt_tell_t
tkt_tell_open(tkt_call_t *c, const tkt_ticket_t *t)
{
    return (tkt_tell_t) { .call = c, .t = t, .actor = c->actor->id };
}


void
tkt_notify(tkt_call_t *c, uint64_t principal, tkt_notice_kind_t kind,
    const tkt_ticket_t *t, uint64_t message)
{
    tkt_tell_t  x = tkt_tell_open(c, t);

    x.message = message;
    (void) tkt_tell(&x, principal, kind);
}


void
tkt_notify_leads(tkt_call_t *c, uint64_t team, tkt_notice_kind_t kind,
    const tkt_ticket_t *t)
{
    tkt_tell_t  x = tkt_tell_open(c, t);

    tkt_tell_leads(&x, team, kind);
}


void
tkt_notify_supervisors(tkt_call_t *c, tkt_notice_kind_t kind,
    const tkt_ticket_t *t)
{
    tkt_tell_t  x = tkt_tell_open(c, t);

    tkt_tell_supervisors(&x, kind);
}


bool
tkt_mentions_check(tkt_call_t *c, const tkt_ticket_t *t, tkt_str_t *people)
{
    char             pointer[40];
    size_t           i;
    tkt_str_t        name, value, login, ids;
    tkt_user_t       user;
    tkt_json_walk_t  walk;

    if (people->len == 0 || !tkt_json_walk_open(&walk, *people)) {
        return true;
    }

    ids = tkt_str("");

    for (i = 0; tkt_json_walk_next(&walk, &name, &value); i++) {

        if (tkt_json_string(value, c->arena, &login)
            && tkt_user_by_login(c->txn, c->actor->tenant, login, &user,
                                 c->arena)
            && tkt_notify_sees(c, t, &user, true))
        {
            ids = tkt_items_add(ids, tkt_items_id(user.id, c->arena),
                                c->arena);
            continue;
        }

        (void) snprintf(pointer, sizeof(pointer), "/mentions/%zu", i);
        tkt_call_invalid(c, pointer, "choice",
                         "there is no such active member of staff who sees "
                         "this ticket");
        return false;
    }

    *people = ids;

    return true;
}


/* ---- after a change ---- */

/* Whom a message of staff mentions. */
static void
tkt_follow_mentions(tkt_tell_t *x, const tkt_event_t *event)
{
    tkt_key_t      key;
    tkt_str_t      value;
    tkt_message_t  m;

    if (event->message == 0
        || !(TKT_ROLES_STAFF & tkt_bit(event->actor_role)))
    {
        return;
    }

    tkt_key_message(&key, (uint32_t) x->t->tenant, x->t->id,
                    (uint32_t) event->message);
    tkt_key_u16(&key, 0);

    if (tkt_get(x->call->txn, TKT_DB_MESSAGE, &key, &value)
        && tkt_record_unpack(&tkt_message_schema, value, &m)
        && m.mentions.len > 0)
    {
        tkt_tell_list(x, tkt_arena_copy(x->call->arena, m.mentions),
                      TKT_NOTICE_MENTIONED);
    }
}


/* What an action asks of those who work on the ticket. */
static void
tkt_follow_staff(tkt_tell_t *x, const tkt_ticket_t *before,
    const tkt_event_t *event)
{
    const tkt_ticket_t  *t = x->t;

    /* an owner whom the router named after this event was told by it */

    if (t->assignee != before->assignee && t->last_event == event->id) {
        (void) tkt_tell(x, t->assignee, TKT_NOTICE_ASSIGNED);
    }

    if (event->action == TKT_ACTION_ESCALATE + 1) {

        if (t->team != 0) {
            tkt_tell_leads(x, t->team, TKT_NOTICE_ESCALATED);

        } else {
            tkt_tell_supervisors(x, TKT_NOTICE_ESCALATED);
        }
    }

    if (event->action == TKT_ACTION_URGE + 1) {

        if (!tkt_tell_owner(x, TKT_NOTICE_URGED)) {

            if (t->team != 0) {
                tkt_tell_leads(x, t->team, TKT_NOTICE_URGED);

            } else if (t->assignee != 0) {
                tkt_tell_supervisors(x, TKT_NOTICE_URGED);
            }
        }

        if (t->urge_count == TKT_URGES_OF_SUPERVISORS) {
            tkt_tell_supervisors(x, TKT_NOTICE_URGED);
        }
    }
}


/* Messages and ends, to whoever has to do with the ticket. */
static void
tkt_follow_news(tkt_tell_t *x, const tkt_ticket_t *before,
    const tkt_event_t *event)
{
    bool                 moved;
    tkt_notice_kind_t    kind;
    const tkt_ticket_t  *t = x->t;

    moved = t->state != before->state
            && ((TKT_TOLD_STATES & tkt_bit(t->state))
                || event->action == TKT_ACTION_REOPEN + 1);

    if (!moved && event->message == 0) {
        return;
    }

    kind = moved ? TKT_NOTICE_STATE : TKT_NOTICE_MESSAGE;

    (void) tkt_tell(x, t->requester, kind);
    tkt_tell_list(x, t->watcher_ids, kind);

    /* to the owner: what the requester says, or that of a ticket merged into
       it, and what comes back from the desk above */

    if (event->actor == t->requester || event->to_owner
        || (event->internal && event->actor_role == TKT_ROLE_BOT))
    {
        if (!tkt_tell_owner(x, kind) && t->assignee != 0) {
            tkt_tell_supervisors(x, kind);
        }
    }
}


void
tkt_notices_follow(tkt_call_t *c, const tkt_ticket_t *before,
    const tkt_ticket_t *t, const tkt_event_t *event)
{
    tkt_tell_t  x;

    if (before == NULL) {

        if (t->approval == TKT_APPROVAL_PENDING) {
            tkt_notify_supervisors(c, TKT_NOTICE_APPROVAL, t);
        }

        return;
    }

    if (t->approval == before->approval
        && !(TKT_TOLD_ACTIONS & tkt_bit(event->action - 1)))
    {
        return;
    }

    x = tkt_tell_open(c, t);
    x.message = event->message;
    x.internal = event->internal;

    tkt_follow_mentions(&x, event);
    tkt_follow_staff(&x, before, event);

    if (t->approval == TKT_APPROVAL_PENDING
        && before->approval != TKT_APPROVAL_PENDING)
    {
        tkt_tell_supervisors(&x, TKT_NOTICE_APPROVAL);

    } else if (t->approval != before->approval) {
        (void) tkt_tell(&x, t->requester, TKT_NOTICE_APPROVAL);
    }

    tkt_follow_news(&x, before, event);
}
