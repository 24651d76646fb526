/*
 * Parts of tickets; see the header.
 */

#include "app/notice/tkt_watchers.h"
#include "app/resource/tkt_config.h"
#include "app/rows/tkt_items.h"
#include "app/ticket/tkt_links.h"
#include "app/ticket/tkt_parts.h"
#include "app/ticket/tkt_ticket.h"
#include "app/who/tkt_caller.h"


/* ---- what an answer shows ---- */

/*
 * Staff see that there is a link even where the other ticket is not for them;
 * others see those whose ticket they see.
 */
static void
tkt_parts_link_view(tkt_call_t *c, const tkt_ticket_t *t, tkt_out_t *o,
    tkt_link_t *link, bool staff)
{
    bool          seen;
    tkt_caller_t  caller;
    tkt_ticket_t  other;

    seen = false;
    link->state = TKT_STATE_NONE;

    if (tkt_ticket_load_head(c->txn, (uint32_t) t->tenant, link->ticket,
                             &other))
    {
        caller = tkt_caller_of(c, &other);
        seen = tkt_workflow_visible(&caller);
    }

    if (!seen && !staff) {
        return;
    }

    if (seen) {
        link->state = other.state;
    }

    link->number = tkt_ticket_number(c->actor->prefix, link->ticket,
                                     c->arena);
    tkt_out_comma(o);
    tkt_out_object(o, &tkt_link_schema, link,
                   (uint32_t) tkt_bit(c->actor->role), NULL, false);
}


static tkt_str_t
tkt_parts_links(tkt_call_t *c, const tkt_ticket_t *t, bool staff)
{
    tkt_out_t        o;
    tkt_str_t        rest = t->link_list;
    tkt_link_t       link;
    tkt_link_kind_t  kind;

    tkt_out_init(&o, c->arena, 256);
    tkt_out_lit(&o, "[");

    while (tkt_links_next(&rest, &kind, &link.ticket)) {
        link.kind = kind;
        tkt_parts_link_view(c, t, &o, &link, staff);
    }

    tkt_out_lit(&o, "]");

    return tkt_out_text(&o);
}


/* Who is no staff learns of himself alone. */
static tkt_str_t
tkt_parts_watchers(tkt_call_t *c, const tkt_ticket_t *t, bool staff)
{
    tkt_out_t      o;
    tkt_str_t      rest = t->watcher_ids;
    tkt_user_t     user;
    tkt_watcher_t  watcher;

    tkt_out_init(&o, c->arena, 256);
    tkt_out_lit(&o, "[");

    while (tkt_watchers_next(&rest, &watcher.id)) {

        if (!staff && watcher.id != c->actor->id) {
            continue;
        }

        watcher.name = tkt_str("");

        if (tkt_user_load(c->txn, (uint32_t) t->tenant, watcher.id, &user,
                          c->arena))
        {
            watcher.name = user.name.len > 0 ? user.name : user.login;
        }

        tkt_out_comma(&o);
        tkt_out_object(&o, &tkt_watcher_schema, &watcher,
                       (uint32_t) tkt_bit(c->actor->role), NULL, false);
    }

    tkt_out_lit(&o, "]");

    return tkt_out_text(&o);
}


void
tkt_parts_view(tkt_call_t *c, tkt_ticket_t *t)
{
    bool          staff;
    tkt_caller_t  caller;

    /* most tickets have neither */

    if (t->link_list.len == 0 && t->watcher_ids.len == 0) {
        return;
    }

    caller = tkt_caller_of(c, t);
    staff = tkt_workflow_sees_internal(&caller);

    if (t->link_list.len > 0) {
        t->links = tkt_parts_links(c, t, staff);
    }

    if (t->watcher_ids.len > 0) {
        t->watchers = tkt_parts_watchers(c, t, staff);
    }
}


/* ---- steps in the caller's language ---- */

/* The item of `words` that stands where `step` does in `steps`. */
static tkt_str_t
tkt_parts_label(tkt_str_t steps, tkt_str_t words, tkt_str_t step)
{
    tkt_str_t  one, word;

    while (tkt_items_next(&steps, &one) && tkt_items_next(&words, &word)) {
        if (tkt_str_eq(one, step)) {
            return word;
        }
    }

    return step;
}


void
tkt_parts_labels(tkt_call_t *c, tkt_ticket_t *t)
{
    tkt_out_t          o;
    tkt_str_t          step, rest = t->steps;
    tkt_ticket_type_t  type;

    t->step_labels = t->steps;

    if (t->steps.len == 0 || c->lang != TKT_LANG_ZH || t->type_id == 0
        || !tkt_config_load(c->txn, (uint32_t) t->tenant, TKT_CONFIG_TYPE, 0,
                            t->type_id, &tkt_type_schema, &type,
                            tkt_txn_is_write(c->txn) ? c->arena : NULL)
        || type.steps_zh.len == 0)
    {
        return;
    }

    tkt_out_init(&o, c->arena, 256);
    tkt_out_lit(&o, "[");

    while (tkt_items_next(&rest, &step)) {
        tkt_out_comma(&o);
        tkt_out_string(&o, tkt_parts_label(type.steps, type.steps_zh, step));
    }

    tkt_out_lit(&o, "]");
    t->step_labels = tkt_out_text(&o);
}


/* ---- in the way of a solution ---- */

static tkt_str_t
tkt_parts_step(const tkt_ticket_t *t)
{
    tkt_str_t  step, rest = t->steps;

    while (tkt_items_next(&rest, &step)) {
        if (!tkt_items_has(t->steps_done, step)) {
            return step;
        }
    }

    return tkt_str("");
}


bool
tkt_parts_resolvable(tkt_call_t *c, const tkt_ticket_t *t)
{
    uint64_t   child;
    tkt_str_t  step, number;

    if (t->approval == TKT_APPROVAL_PENDING) {
        tkt_call_fail(c, TKT_CONFLICT, "what it asks for is not approved "
                      "yet");
        return false;
    }

    step = tkt_parts_step(t);

    if (step.len > 0) {
        tkt_call_fail(c, TKT_CONFLICT, "the step \"%.*s\" is not done yet",
                      (int) step.len, (const char *) step.data);
        return false;
    }

    child = tkt_links_blocker(c, t);

    if (child != 0) {
        number = tkt_ticket_number(c->actor->prefix, child, c->arena);
        tkt_call_fail(c, TKT_CONFLICT, "its child %.*s is not done yet",
                      (int) number.len, (const char *) number.data);
        return false;
    }

    return true;
}


/* ---- links made by what is done ---- */

bool
tkt_parts_link(tkt_call_t *c, tkt_ticket_t *t, uint64_t other,
    tkt_link_kind_t kind)
{
    tkt_ticket_t  o;

    if (tkt_links_have(t, kind, other)) {
        return true;
    }

    if (!tkt_ticket_load(c->txn, (uint32_t) t->tenant, other, &o, false,
                         c->arena)
        || o.archived || !tkt_links_room(t) || !tkt_links_room(&o))
    {
        return false;
    }

    tkt_links_add(c, t, kind, other);
    tkt_links_other(c, t, other, kind, true, tkt_str(""));

    return true;
}
