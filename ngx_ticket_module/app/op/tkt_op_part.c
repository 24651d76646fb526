/*
 * Members of a ticket that commute: tags, watchers, links, steps.  Each is
 * put and taken away by itself, so that two people who change different ones
 * at once do not undo each other's work.  Who repeats a request changes
 * nothing and leaves no trace.
 */

#include "app/call/tkt_ops.h"
#include "app/notice/tkt_notices.h"
#include "app/notice/tkt_watchers.h"
#include "app/rows/tkt_items.h"
#include "app/ticket/tkt_links.h"
#include "app/ticket/tkt_merged.h"
#include "app/ticket/tkt_ticket.h"
#include "app/ticket/tkt_view.h"
#include "app/who/tkt_caller.h"
#include "base/tkt_text.h"
#include "codec/tkt_field_parse.h"


/* The ticket of the path, which the caller works on as staff. */
static bool
tkt_part_find(tkt_call_t *c, tkt_ticket_t *t)
{
    tkt_caller_t    caller;
    tkt_decision_t  decision;

    if (!tkt_ticket_find(c, t, true)) {
        return false;
    }

    caller = tkt_caller_of(c, t);

    if (!tkt_workflow_sees_internal(&caller)) {
        tkt_call_fail(c, TKT_FORBIDDEN, NULL);
        return false;
    }

    return tkt_ticket_decide(c, t, TKT_ACTION_EDIT, &decision);
}


/* Commits what has changed, if anything has, and answers. */
static void
tkt_part_store(tkt_call_t *c, const tkt_ticket_t *before, tkt_ticket_t *t,
    bool internal)
{
    tkt_event_t  event = {
        .action = TKT_ACTION_EDIT + 1, .internal = internal
    };

    if (!tkt_str_eq(before->tags, t->tags)
        || !tkt_str_eq(before->watcher_ids, t->watcher_ids)
        || !tkt_str_eq(before->link_list, t->link_list)
        || !tkt_str_eq(before->steps_done, t->steps_done))
    {
        tkt_ticket_commit(c, before, t, &event);
    }

    tkt_view_answer_ticket(c, t);
}


/* ---- tags ---- */

void
tkt_op_tag_put(tkt_call_t *c)
{
    tkt_str_t      tag = c->segments[1];
    tkt_ticket_t   before, t;
    tkt_refusal_t  refusal;

    if (!tkt_part_find(c, &before)) {
        return;
    }

    if (!tkt_field_tag(tag, &refusal)) {
        tkt_call_fail(c, TKT_INVALID_REQUEST, "%s", refusal.detail);
        return;
    }

    t = before;
    t.tags = tkt_items_add(before.tags, tag, c->arena);

    if (tkt_items_count(t.tags) > TKT_TAGS_MAX
        || t.tags.len > TKT_TAGS_MAX_BYTES)
    {
        tkt_call_fail(c, TKT_CONFLICT, "a ticket has at most %d tags of %d "
                      "bytes together: take one off first", TKT_TAGS_MAX,
                      TKT_TAGS_MAX_BYTES);
        return;
    }

    tkt_part_store(c, &before, &t, false);
}


void
tkt_op_tag_delete(tkt_call_t *c)
{
    tkt_ticket_t  before, t;

    if (tkt_part_find(c, &before)) {
        t = before;
        t.tags = tkt_items_remove(before.tags, c->segments[1], c->arena);
        tkt_part_store(c, &before, &t, false);
    }
}


/* ---- watchers ---- */

/* `me` or an id; 0: neither. */
static uint64_t
tkt_watcher_named(tkt_call_t *c)
{
    uint64_t  id;

    if (tkt_str_eq(c->segments[1], tkt_str("me"))) {
        return c->actor->id;
    }

    return tkt_u64_parse(c->segments[1], &id) ? id : 0;
}


void
tkt_op_watcher_put(tkt_call_t *c)
{
    uint64_t      id;
    tkt_user_t    user;
    tkt_ticket_t  before, t;

    if (!tkt_part_find(c, &before)) {
        return;
    }

    id = tkt_watcher_named(c);

    if (id == 0
        || !tkt_user_load(c->txn, c->actor->tenant, id, &user, c->arena)
        || user.disabled)
    {
        tkt_call_fail(c, TKT_NOT_FOUND, "there is no such active principal");
        return;
    }

    t = before;

    if (!tkt_watches(&before, id)) {

        if (!tkt_watchers_room(&before, 1)) {
            tkt_call_fail(c, TKT_CONFLICT, "a ticket has at most %d "
                          "watchers: take one away first", TKT_WATCHERS_MAX);
            return;
        }

        tkt_watchers_add(c, &t, id);
    }

    tkt_part_store(c, &before, &t, true);

    if (t.version != before.version) {
        tkt_notify(c, id, TKT_NOTICE_WATCHED, &t, 0);
    }
}


/* Everybody may end it for himself. */
static bool
tkt_watcher_leaves(tkt_call_t *c, tkt_ticket_t *t, uint64_t id)
{
    if (!tkt_ticket_find(c, t, true)) {
        return false;
    }

    if (id == 0 || id != c->actor->id) {
        return tkt_part_find(c, t);
    }

    if (!tkt_call_if_match(c, tkt_call_etag(c, 't', t->id, t->version))) {
        return false;
    }

    if (t->archived) {
        tkt_call_fail(c, TKT_CONFLICT, "the ticket is archived");
        return false;
    }

    return true;
}


void
tkt_op_watcher_delete(tkt_call_t *c)
{
    uint64_t      id;
    tkt_ticket_t  before, t;

    id = tkt_watcher_named(c);

    if (!tkt_watcher_leaves(c, &before, id)) {
        return;
    }

    t = before;

    if (tkt_watches(&before, id)) {
        tkt_watchers_remove(c, &t, id);
        tkt_merged_left(c, &t, id);
    }

    tkt_part_store(c, &before, &t, true);
}


/* ---- links ---- */

/* The other ticket: one that the caller sees. */
static bool
tkt_link_find(tkt_call_t *c, const tkt_ticket_t *t, tkt_ticket_t *other)
{
    uint64_t      id;
    tkt_caller_t  caller;

    if (tkt_ticket_number_parse(c->segments[1], c->actor->prefix, &id)
        && tkt_ticket_load(c->txn, c->actor->tenant, id, other, false,
                           c->arena))
    {
        caller = tkt_caller_of(c, other);

        if (tkt_workflow_visible(&caller)) {

            if (id != t->id) {
                return true;
            }

            tkt_call_fail(c, TKT_CONFLICT, "a ticket is not linked to itself");
            return false;
        }
    }

    tkt_call_fail(c, TKT_NOT_FOUND, NULL);

    return false;
}


/* Both ends are changed, so the caller works on both as staff. */
static bool
tkt_link_works_on(tkt_call_t *c, const tkt_ticket_t *other)
{
    tkt_caller_t  caller = tkt_caller_of(c, other);

    if (tkt_workflow_sees_internal(&caller)) {
        return true;
    }

    tkt_call_fail(c, TKT_FORBIDDEN, "you do not work on ticket %llu",
                  (unsigned long long) other->id);

    return false;
}


/* Whether the link may be made; what is there already may. */
static bool
tkt_link_allowed(tkt_call_t *c, const tkt_ticket_t *t,
    const tkt_ticket_t *other, tkt_link_kind_t kind)
{
    const tkt_ticket_t  *full;

    if (!tkt_link_by_hand(kind)) {
        tkt_call_invalid(c, "/kind", "choice", "such links follow from what "
                         "is done; they are not put by hand");
        return false;
    }

    if (tkt_links_have(t, kind, other->id)) {
        return true;
    }

    if (other->archived) {
        tkt_call_fail(c, TKT_CONFLICT, "ticket %llu is archived",
                      (unsigned long long) other->id);
        return false;
    }

    full = !tkt_links_room(t) ? t : !tkt_links_room(other) ? other : NULL;

    if (full != NULL) {
        tkt_call_fail(c, TKT_CONFLICT, "ticket %llu has %d links, as many as "
                      "it may: take one away first",
                      (unsigned long long) full->id, TKT_LINKS_MAX);
        return false;
    }

    return (kind != TKT_LINK_CHILD || tkt_links_child(c, t, other))
           && (kind != TKT_LINK_PARENT || tkt_links_child(c, other, t));
}


void
tkt_op_link_put(tkt_call_t *c)
{
    tkt_ticket_t       before, other, t;
    tkt_link_kind_t    kind;
    const tkt_link_t  *in = c->input;

    kind = in->kind != 0 ? (tkt_link_kind_t) in->kind : TKT_LINK_RELATED;

    if (!tkt_part_find(c, &before) || !tkt_link_find(c, &before, &other)
        || !tkt_link_works_on(c, &other)
        || !tkt_link_allowed(c, &before, &other, kind))
    {
        return;
    }

    t = before;

    if (!tkt_links_have(&before, kind, other.id)) {
        tkt_links_add(c, &t, kind, other.id);
        tkt_links_other(c, &t, other.id, kind, true, tkt_str(""));
    }

    tkt_part_store(c, &before, &t, true);
}


void
tkt_op_link_delete(tkt_call_t *c)
{
    bool             kept;
    uint64_t         id;
    tkt_str_t        rest;
    tkt_ticket_t     before, other, t;
    tkt_link_kind_t  kind;

    if (!tkt_part_find(c, &before) || !tkt_link_find(c, &before, &other)
        || !tkt_link_works_on(c, &other))
    {
        return;
    }

    t = before;
    kept = false;
    rest = before.link_list;

    while (tkt_links_next(&rest, &kind, &id)) {
        if (id == other.id && tkt_link_by_hand(kind)) {
            tkt_links_remove(c, &t, kind, id);

        } else if (id == other.id) {
            kept = true;
        }
    }

    if (tkt_str_eq(t.link_list, before.link_list)) {

        if (kept) {
            tkt_call_fail(c, TKT_CONFLICT, "the link follows from what was "
                          "done; it is not taken away by hand");
            return;
        }

    } else if (other.archived) {
        tkt_call_fail(c, TKT_CONFLICT, "ticket %llu is archived",
                      (unsigned long long) other.id);
        return;
    }

    for (rest = before.link_list; tkt_links_next(&rest, &kind, &id); ) {
        if (id == other.id && tkt_link_by_hand(kind)) {
            tkt_links_other(c, &t, id, kind, false, tkt_str(""));
        }
    }

    tkt_part_store(c, &before, &t, true);
}


/* ---- steps ---- */

static bool
tkt_step_find(tkt_call_t *c, tkt_ticket_t *t)
{
    if (!tkt_part_find(c, t)) {
        return false;
    }

    if (!tkt_items_has(t->steps, c->segments[1])) {
        tkt_call_fail(c, TKT_NOT_FOUND, "the ticket has no such step");
        return false;
    }

    return true;
}


void
tkt_op_step_put(tkt_call_t *c)
{
    tkt_ticket_t  before, t;

    if (tkt_step_find(c, &before)) {
        t = before;
        t.steps_done = tkt_items_add(before.steps_done, c->segments[1],
                                     c->arena);
        tkt_part_store(c, &before, &t, false);
    }
}


void
tkt_op_step_delete(tkt_call_t *c)
{
    tkt_ticket_t  before, t;

    if (tkt_step_find(c, &before)) {
        t = before;
        t.steps_done = tkt_items_remove(before.steps_done, c->segments[1],
                                        c->arena);
        tkt_part_store(c, &before, &t, false);
    }
}
