/*
 * Views: see the header.
 */

#include "app/who/tkt_caller.h"
#include "app/resource/tkt_config.h"
#include "app/file/tkt_attachments.h"
#include "app/rows/tkt_items.h"
#include "app/ticket/tkt_parts.h"
#include "app/route/tkt_queue.h"
#include "app/ticket/tkt_view.h"
#include "app/notice/tkt_watchers.h"


/* Most are smaller, and a command's block has room for as much. */
#define TKT_TICKET_BYTES  4096


void
tkt_view_init(tkt_view_t *v, tkt_call_t *call)
{
    size_t  i;

    v->call = call;
    v->reader = call->actor->role;
    v->parts = TKT_VIEW_ALL;

    for (i = 0; i < TKT_VIEW_NAMES; i++) {
        v->names[i].id = 0;
    }

    for (i = 0; i < TKT_VIEW_TEAMS; i++) {
        v->teams[i].id = 0;
    }
}


static const tkt_view_name_t *
tkt_view_name(tkt_view_t *v, uint64_t id)
{
    tkt_user_t        user;
    tkt_view_name_t  *n;

    n = &v->names[id & (TKT_VIEW_NAMES - 1)];

    if (n->id == id) {
        return n;
    }

    n->id = id;
    n->kind = 0;
    n->name = tkt_str("");
    n->disabled = true;

    /* in a write transaction the name must survive later puts */

    if (tkt_user_load(v->call->txn, v->call->actor->tenant, id, &user,
                      tkt_txn_is_write(v->call->txn) ? v->call->arena : NULL))
    {
        n->name = user.name.len > 0 ? user.name : user.login;
        n->kind = user.kind;
        n->disabled = user.disabled;
    }

    return n;
}


tkt_str_t
tkt_view_person(tkt_view_t *v, uint64_t id)
{
    return tkt_view_name(v, id)->name;
}


static tkt_str_t
tkt_view_team(tkt_view_t *v, uint64_t id)
{
    tkt_team_t        team;
    tkt_view_team_t  *n;

    n = &v->teams[id & (TKT_VIEW_TEAMS - 1)];

    if (n->id == id) {
        return n->name;
    }

    n->id = id;
    n->name = tkt_str("");

    if (tkt_config_load(v->call->txn, v->call->actor->tenant,
                        TKT_CONFIG_TEAM, 0, id, &tkt_team_schema, &team,
                        tkt_txn_is_write(v->call->txn) ? v->call->arena
                                                       : NULL))
    {
        n->name = tkt_config_title(&team.head, v->call->lang);
    }

    return n->name;
}


tkt_role_t
tkt_view_reader(const tkt_call_t *c, const tkt_caller_t *caller)
{
    return (c->actor->role == TKT_ROLE_AGENT
            && !tkt_workflow_sees_internal(caller))
           ? TKT_ROLE_USER : c->actor->role;
}


static uint64_t
tkt_max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}


/* A rating after the end does not open the window to reopen again. */
static uint64_t
tkt_ended_at(const tkt_ticket_t *t)
{
    if (t->state == TKT_STATE_CLOSED) {
        return t->closed_at;
    }

    return tkt_max(tkt_max(t->resolved_at, t->confirmed_at), t->rated_at);
}


void
tkt_view_facts(tkt_view_t *v, const tkt_ticket_t *t, tkt_facts_t *facts)
{
    *facts = (tkt_facts_t) {
        .state = (tkt_state_t) t->state,
        .state_before = (tkt_state_t) t->state_before,
        .close_reason = (tkt_close_t) t->close_reason,
        .tier = (uint32_t) t->tier,
        .has_assignee = t->assignee != 0,
        .owner_away = t->assignee == 0
                      || tkt_view_name(v, t->assignee)->disabled,
        .verified = t->verified != 0,
        .rated = t->rated_at != 0,
        /* of a complaint there is none */
        .complaint_open = t->complaint_open != 0 || t->complaint_of != 0,
        .archived = t->archived != 0,
        .now_ms = v->call->now_ms,
        .ended_at_ms = (int64_t) tkt_ended_at(t),
        .confirmed_at_ms = (int64_t) t->confirmed_at,
        .closed_at_ms = (int64_t) t->closed_at,
        .last_urge_at_ms = (int64_t) t->last_urge_at,
        .merged_at_ms = (int64_t) t->merged_at,
    };
}


uint64_t
tkt_view_allowed(const tkt_facts_t *facts, const tkt_caller_t *caller)
{
    tkt_action_t  other;

    other = (tkt_workflow_message_action(caller, facts->state, false, false,
                                         false) == TKT_ACTION_REPLY)
            ? TKT_ACTION_MESSAGE : TKT_ACTION_REPLY;

    return tkt_workflow_allowed(facts, caller) & ~tkt_bit(other);
}


/* What a requester is asked to do, said in `next`. */
static tkt_next_t
tkt_view_next(const tkt_ticket_t *t, const tkt_caller_t *caller)
{
    if (!(caller->relation & TKT_REL_REQUESTER)) {
        return TKT_NEXT_NONE;
    }

    if (t->state == TKT_STATE_WAITING_USER) {
        return TKT_NEXT_ANSWER;
    }

    if (t->allowed_actions & tkt_bit(TKT_ACTION_CONFIRM)) {
        return TKT_NEXT_CONFIRM;
    }

    if (t->allowed_actions & tkt_bit(TKT_ACTION_RATING)) {
        return TKT_NEXT_RATE;
    }

    return TKT_NEXT_NONE;
}


void
tkt_view_fresh(tkt_call_t *c, int64_t until_ms)
{
    if (until_ms != 0
        && (c->reply->fresh_until_ms == 0
            || until_ms < c->reply->fresh_until_ms))
    {
        c->reply->fresh_until_ms = until_ms;
    }
}


static void
tkt_view_named(tkt_view_t *v, tkt_ticket_t *t)
{
    t->requester_name = tkt_view_name(v, t->requester)->name;
    t->requester_kind = tkt_view_name(v, t->requester)->kind;

    if (t->assignee != 0) {
        t->assignee_name = tkt_view_name(v, t->assignee)->name;
    }

    if (t->team != 0) {
        t->team_name = tkt_view_team(v, t->team);
    }
}


static void
tkt_view_decided(tkt_view_t *v, tkt_ticket_t *t, const tkt_caller_t *caller)
{
    tkt_facts_t  facts;

    tkt_view_facts(v, t, &facts);
    t->allowed_actions = tkt_view_allowed(&facts, caller);
    tkt_view_fresh(v->call, tkt_workflow_next_change(&facts));
    t->next = tkt_view_next(t, caller);
}


void
tkt_view_ticket(tkt_view_t *v, tkt_ticket_t *t)
{
    tkt_call_t    *c = v->call;
    tkt_caller_t   caller;

    caller = tkt_caller_of(c, t);
    v->reader = tkt_view_reader(c, &caller);

    if (!tkt_workflow_sees_internal(&caller)) {
        t->attachment_count -= t->note_file_count;
    }

    t->number = tkt_ticket_number(c->actor->prefix, t->id, c->arena);
    t->tenant_name = tkt_str_z(c->actor->tenant_name);
    t->state_label = tkt_workflow_label((tkt_profile_t) c->actor->profile,
                                        (tkt_state_t) t->state, c->lang);

    /* what was withdrawn or merged keeps it for when it comes back */

    if (!(TKT_STATES_ACTIVE & tkt_bit(t->state))) {
        t->held = 0;
    }

    if (v->parts & TKT_VIEW_NAMED) {
        tkt_view_named(v, t);
    }

    if (v->parts & TKT_VIEW_LINKED) {
        tkt_parts_view(c, t);
        tkt_parts_labels(c, t);
    }

    if (v->parts & TKT_VIEW_ALLOWED) {
        tkt_view_decided(v, t, &caller);
    }
}


/* Logins in place of ids: of somebody erased, what is left of his. */
static tkt_str_t
tkt_view_mentions(tkt_call_t *c, tkt_str_t ids)
{
    uint64_t    id;
    tkt_str_t   logins = tkt_str("");
    tkt_user_t  user;

    while (tkt_watchers_next(&ids, &id)) {
        if (tkt_user_load(c->txn, c->actor->tenant, id, &user, c->arena)) {
            logins = tkt_items_add(logins, user.login, c->arena);
        }
    }

    return logins;
}


void
tkt_view_message(tkt_view_t *v, tkt_message_t *m)
{
    m->author_name = tkt_view_name(v, m->author)->name;

    if (m->mentions.len > 0) {
        m->mentions = tkt_view_mentions(v->call, m->mentions);
    }

    if (m->attachment_count > 0) {
        m->attachments = tkt_attachments_text(v->call, m->ticket, m->id);
    }
}


/* "priority", or "contact.email" for a row of a nested object. */
static void
tkt_view_change_name(tkt_out_t *o, const tkt_schema_t *s, size_t row)
{
    size_t              i, number, span;
    const tkt_field_t  *f;

    for (i = 0, number = 0; i < s->count; i++) {
        f = &s->fields[i];
        span = tkt_field_span(f);

        if (row < number + span) {
            tkt_out_comma(o);
            tkt_out_lit(o, "\"");
            tkt_out_raw(o, tkt_str_z(f->name));

            if (row > number) {
                tkt_out_lit(o, ".");
                tkt_out_raw(o,
                            tkt_str_z(f->sub->fields[row - number - 1].name));
            }

            tkt_out_lit(o, "\":");
            return;
        }

        number += span;
    }
}


bool
tkt_view_changes(tkt_out_t *o, const tkt_schema_t *s, tkt_str_t packed,
    unsigned hidden, tkt_role_t role)
{
    tkt_change_t   change;
    tkt_changes_t  changes;

    tkt_changes_start(&changes, s, packed);

    while (tkt_changes_next(&changes, &change)) {

        /* a hidden row that names its readers is told to them */

        if (change.field->readers == 0
            ? (change.field->flags & hidden) != 0
            : !(change.field->readers & tkt_bit(role)))
        {
            continue;
        }

        tkt_view_change_name(o, s, change.row);
        tkt_out_lit(o, "{\"old\":");
        tkt_out_value(o, change.field, change.old_u64, change.old_str);
        tkt_out_lit(o, ",\"new\":");
        tkt_out_value(o, change.field, change.new_u64, change.new_str);
        tkt_out_lit(o, "}");
    }

    return !changes.bad;
}


void
tkt_view_event(tkt_view_t *v, tkt_event_t *e)
{
    tkt_out_t  o;

    e->actor_name = e->actor == 0 ? tkt_str("")
                                  : tkt_view_name(v, e->actor)->name;

    if (e->packed.len == 0) {
        return;
    }

    tkt_out_init(&o, v->call->arena, 256);
    tkt_out_lit(&o, "{");

    if (!tkt_view_changes(&o, &tkt_ticket_schema, e->packed,
                          TKT_F_INTERNAL, v->reader))
    {
        tkt_txn_fail(v->call->txn, TKT_INTERNAL);
        return;
    }

    tkt_out_lit(&o, "}");
    e->changes = tkt_out_text(&o);
}


void
tkt_view_answer_ticket(tkt_call_t *c, tkt_ticket_t *t)
{
    tkt_out_t   o;
    tkt_view_t  v;

    tkt_view_init(&v, c);
    tkt_view_ticket(&v, t);
    tkt_queue_view(c, t);

    tkt_out_init(&o, c->arena, TKT_TICKET_BYTES);
    tkt_out_object(&o, &tkt_ticket_schema, t,
                   (uint32_t) tkt_bit(v.reader), NULL, false);
    tkt_call_answer(c, &o);

    c->reply->etag = tkt_call_etag(c, 't', t->id, t->version);
    c->reply->ticket_id = t->id;
    c->reply->state = (tkt_state_t) t->state;
    c->reply->priority = (tkt_priority_t) t->priority;
}
