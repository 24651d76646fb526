/*
 * New messages, and the lists below a ticket.
 */

#include "app/call/tkt_ops.h"
#include "app/file/tkt_attachments.h"
#include "app/notice/tkt_notices.h"
#include "app/ticket/tkt_drafts.h"
#include "app/ticket/tkt_effects.h"
#include "app/ticket/tkt_parts.h"
#include "app/ticket/tkt_ticket.h"
#include "app/ticket/tkt_view.h"
#include "app/who/tkt_caller.h"


/* ---- POST /v1/tickets/{id}/messages ---- */

/*
 * Settles kind and visibility: notes are internal, internal messages are
 * notes unless another kind was asked for, and only staff writes either.
 */
static bool
tkt_message_input(tkt_call_t *c, tkt_input_t *in)
{
    if (in->kind == TKT_KIND_NOTE && in->visibility == 0) {
        in->visibility = TKT_VISIBILITY_INTERNAL;
    }

    if (in->visibility == 0) {
        in->visibility = TKT_VISIBILITY_PUBLIC;
    }

    if (in->kind == 0) {
        in->kind = (in->visibility == TKT_VISIBILITY_INTERNAL)
                   ? TKT_KIND_NOTE : TKT_KIND_REPLY;
    }

    if (in->kind == TKT_KIND_NOTE
        && in->visibility != TKT_VISIBILITY_INTERNAL)
    {
        tkt_call_invalid(c, "/visibility", "conflict",
                         "a note is internal; use another kind in public");
        return false;
    }

    if (TKT_ROLES_STAFF & tkt_bit(c->actor->role)) {
        return true;
    }

    if (in->visibility == TKT_VISIBILITY_INTERNAL) {
        tkt_call_forbid(c, "/visibility");
        return false;
    }

    if (in->kind != TKT_KIND_REPLY && in->kind != TKT_KIND_COURTESY) {
        tkt_call_forbid(c, "/kind");
        return false;
    }

    return true;
}


static void
tkt_message_answer(tkt_call_t *c, const tkt_ticket_t *t,
    const tkt_input_t *in, uint64_t number)
{
    tkt_out_t      o;
    tkt_view_t     view;
    tkt_message_t  m = {
        .id = number, .ticket = t->id, .author = c->actor->id,
        .author_role = c->actor->role, .kind = in->kind,
        .visibility = in->visibility, .created_at = (uint64_t) c->now_ms,
        .body = in->body, .mentions = in->mentions,
        .attachment_count = in->attachment_tokens.len > 0,
    };

    tkt_view_init(&view, c);
    tkt_view_message(&view, &m);

    tkt_out_init(&o, c->arena, 512 + 2 * in->body.len);
    tkt_out_object(&o, &tkt_message_schema, &m,
                   (uint32_t) tkt_bit(c->actor->role), NULL, false);
    tkt_call_answer(c, &o);

    c->reply->location = tkt_arena_printf(c->arena,
        "%.*s/v1/tickets/%llu/messages", (int) c->mount.len,
        (const char *) c->mount.data, (unsigned long long) t->id);
    c->reply->state = (tkt_state_t) t->state;
}


/*
 * Where the message goes: what is posted to a merged ticket goes to the one
 * that it was merged into.  Who does not see that one writes there as if he
 * watched it.
 */
static bool
tkt_message_target(tkt_call_t *c, const tkt_ticket_t *named,
    tkt_ticket_t *target, tkt_caller_t *caller)
{
    *target = *named;

    if (named->merged_into == 0) {
        *caller = tkt_caller_of(c, named);
        return true;
    }

    /* the tag that the client knows is that of the ticket it has named */

    if (!tkt_call_if_match(c, tkt_call_etag(c, 't', named->id,
                                            named->version))
        || !tkt_parts_target(c, target))
    {
        return false;
    }

    c->if_match = tkt_str("");
    *caller = tkt_caller_of(c, target);

    if (!tkt_workflow_visible(caller)) {
        caller->relation = TKT_REL_WATCHER;

        if (c->actor->role == TKT_ROLE_AGENT) {
            caller->relation |= TKT_REL_UNGRANTED;
        }
    }

    return true;
}


void
tkt_op_message_create(tkt_call_t *c)
{
    tkt_input_t     in;
    tkt_event_t     event = { 0 };
    tkt_action_t    action;
    tkt_caller_t    caller;
    tkt_ticket_t    named, before, t;
    tkt_decision_t  decision;

    in = *(const tkt_input_t *) c->input;

    if (!tkt_ticket_find(c, &named, true) || !tkt_message_input(c, &in)
        || !tkt_call_may_send(c)
        || !tkt_message_target(c, &named, &before, &caller))
    {
        return;
    }

    action = tkt_workflow_message_action(&caller,
                                         (tkt_state_t) before.state,
                                         in.visibility
                                         == TKT_VISIBILITY_INTERNAL,
                                         in.kind == TKT_KIND_COURTESY,
                                         in.reopen != 0);

    if (!tkt_ticket_decide_as(c, &before, action, &caller, &decision)
        || !tkt_mentions_check(c, &before, &in.mentions)
        || !tkt_attachments_check(c, in.attachment_tokens))
    {
        return;
    }

    t = before;
    event.action = action + 1U;
    event.internal = in.visibility == TKT_VISIBILITY_INTERNAL;

    /* of the ticket he has named, which may have been merged into this one */

    event.to_owner = named.requester == c->actor->id;
    decision.effects |= TKT_FX_MESSAGE;

    if (action == TKT_ACTION_COURTESY) {
        in.kind = TKT_KIND_COURTESY;
    }

    tkt_effects_apply(c, &decision, &in, &t, &event);
    tkt_ticket_commit(c, &before, &t, &event);

    /* a draft on the merged ticket has served its purpose, too */

    if (named.id != t.id && (TKT_ROLES_STAFF & tkt_bit(c->actor->role))) {
        tkt_draft_drop(c->txn, c->actor->tenant, named.id, c->actor->id);
    }

    tkt_message_answer(c, &t, &in, event.message);
}


/* ---- lists below a ticket ---- */

void
tkt_part_list(tkt_call_t *c, const char *name, tkt_part_from_t valid,
    tkt_part_write_t write)
{
    size_t        limit;
    tkt_out_t     o;
    tkt_str_t     filter, position;
    tkt_ticket_t  t;

    if (!tkt_ticket_find(c, &t, false)) {
        return;
    }

    filter = tkt_arena_printf(c->arena, "%s %u %llu %llu", name,
                              c->actor->tenant,
                              (unsigned long long) c->actor->id,
                              (unsigned long long) t.id);

    if (!tkt_call_limit(c, &limit)
        || !tkt_call_cursor(c, filter, &position))
    {
        return;
    }

    if (position.len > 0 && !valid(c, &t, position)) {
        tkt_call_bad_cursor(c);
        return;
    }

    tkt_out_init(&o, c->arena, 4096);

    if (write(c, &o, &t, position, limit, filter)) {
        tkt_call_answer(c, &o);
    }
}


void
tkt_op_message_list(tkt_call_t *c)
{
    tkt_part_list(c, "messages", tkt_messages_from, tkt_messages_write);
}


void
tkt_op_timeline(tkt_call_t *c)
{
    tkt_part_list(c, "timeline", tkt_timeline_from, tkt_timeline_write);
}
