/*
 * Tickets: read one, submit, change fields.
 */

#include <stdio.h>

#include "app/call/tkt_ops.h"
#include "app/file/tkt_attachments.h"
#include "app/form/tkt_form.h"
#include "app/privacy/tkt_sealed.h"
#include "app/resource/tkt_patch.h"
#include "app/route/tkt_queue.h"
#include "app/ticket/tkt_contact.h"
#include "app/ticket/tkt_genuine.h"
#include "app/ticket/tkt_parts.h"
#include "app/ticket/tkt_ticket.h"
#include "app/ticket/tkt_view.h"
#include "app/who/tkt_caller.h"
#include "app/who/tkt_guest.h"
#include "app/who/tkt_tenant_tree.h"
#include "base/tkt_text.h"


/* ---- GET ---- */

/*
 * "Nothing has changed" is said by owner and version, before any text is
 * looked at.  False: the ticket is to be answered, or there is none.
 */
static bool
tkt_ticket_unchanged(tkt_call_t *c)
{
    uint64_t      id;
    tkt_caller_t  caller;
    tkt_ticket_t  t;

    if (c->if_none_match.len == 0 || c->params->count > 0
        || !tkt_ticket_number_parse(c->segments[0], c->actor->prefix, &id)
        || !tkt_ticket_load_head(c->txn, c->actor->tenant, id, &t))
    {
        return false;
    }

    caller = tkt_caller_of(c, &t);

    /* its place in the queue may be another one with the same version */

    if (!tkt_workflow_visible(&caller) || tkt_queue_waits(&t)
        || !tkt_call_not_modified(c, tkt_call_etag(c, 't', t.id, t.version)))
    {
        return false;
    }

    tkt_ticket_note(c, &t);

    return true;
}


void
tkt_op_ticket_get(tkt_call_t *c)
{
    tkt_str_t     text;
    tkt_ticket_t  t;
    tkt_fields_t  fields;

    if (tkt_ticket_unchanged(c) || !tkt_ticket_find(c, &t, false)) {
        return;
    }

    if (t.long_text && !tkt_ticket_load_big(c->txn, &t, c->arena)) {
        return;
    }

    if (c->params->count == 0) {
        tkt_view_answer_ticket(c, &t);
        return;
    }

    if (!tkt_fields_parse(c, &fields)) {
        return;
    }

    text = tkt_str("");
    (void) tkt_params_get(c->params, "include", &text);
    tkt_include_answer(c, &t, &fields, text);
}


/*
 * Tags stay in the record, which must fit a page or two: their bytes are
 * bounded, since a character may take four.
 */
static bool
tkt_tags_check(tkt_call_t *c, const tkt_ticket_t *t)
{
    if (t->tags.len <= TKT_TAGS_MAX_BYTES) {
        return true;
    }

    tkt_call_invalid(c, "/tags", "too-long",
                     "all tags together are longer than 2048 bytes");

    return false;
}


/* ---- POST ---- */

/* Whom the ticket is for; 0 when answered. */
static uint64_t
tkt_create_requester(tkt_call_t *c, const tkt_ticket_t *in)
{
    tkt_user_t  user;

    if (in->on_behalf_of == 0 || in->on_behalf_of == c->actor->id) {
        return c->actor->id;
    }

    if (!(TKT_ROLES_STAFF & tkt_bit(c->actor->role))) {
        tkt_call_forbid(c, "/on_behalf_of");
        return 0;
    }

    if (!tkt_user_load(c->txn, c->actor->tenant, in->on_behalf_of, &user,
                       c->arena)
        || user.disabled)
    {
        tkt_call_invalid(c, "/on_behalf_of", "choice",
                         "there is no such active principal");
        return 0;
    }

    return user.id;
}


/*
 * The tenant may bound how many tickets a requester has under way.  Staff may
 * go beyond it for him, and other tenants' desks are no single requester.
 */
static bool
tkt_create_room(tkt_call_t *c, uint64_t requester)
{
    uint64_t      active, cells[TKT_BUCKET_CELLS];
    tkt_key_t     key;
    tkt_tenant_t  tenant;

    if ((TKT_ROLES_STAFF & tkt_bit(c->actor->role))
        || !tkt_tenant_head(c->txn, c->actor->tenant, &tenant)
        || tenant.max_active_tickets == 0)
    {
        return true;
    }

    tkt_key_requester_counts(&key, c->actor->tenant, requester);
    tkt_counter_get(c->txn, TKT_DB_BY_REQUESTER, &key, TKT_BUCKET_CELLS,
                    cells);

    active = cells[tkt_bucket_cell(TKT_STATE_NEW)]
             + cells[tkt_bucket_cell(TKT_STATE_IN_PROGRESS)];

    if (active < tenant.max_active_tickets) {
        return true;
    }

    tkt_call_fail(c, TKT_CONFLICT, "you have %llu tickets under way, as many "
                  "as you may: end one first", (unsigned long long) active);

    return false;
}


static bool
tkt_create_follow_up(tkt_call_t *c, const tkt_ticket_t *in)
{
    tkt_ticket_t  old;
    tkt_caller_t  caller;

    if (in->follow_up_of == 0) {
        return true;
    }

    if (tkt_ticket_load(c->txn, c->actor->tenant, in->follow_up_of, &old,
                        false, c->arena))
    {
        caller = tkt_caller_of(c, &old);

        if (tkt_workflow_visible(&caller)) {
            return true;
        }
    }

    tkt_call_invalid(c, "/follow_up_of", "choice", "there is no such ticket");

    return false;
}


/* printf costs as much as the ticket's record, and this is every create's. */
static tkt_str_t
tkt_create_location(tkt_call_t *c, uint64_t id)
{
    size_t           len;
    uint8_t         *p;
    const tkt_str_t  way = tkt_str("/v1/tickets/");

    p = tkt_arena_bytes(c->arena, c->mount.len + way.len + TKT_U64_MAX_CHARS);
    if (p == NULL) {
        return tkt_str("");
    }

    len = c->mount.len;

    if (len > 0) {
        memcpy(p, c->mount.data, len);
    }

    memcpy(p + len, way.data, way.len);
    len += way.len;

    return (tkt_str_t) { p, len + tkt_u64_format(p + len, id) };
}


/* Whether he submits at all, and may say all that he says. */
static bool
tkt_create_decide(tkt_call_t *c, tkt_decision_t *decision)
{
    tkt_facts_t   facts = { .state = TKT_STATE_NONE };
    tkt_caller_t  caller = {
        .role = c->actor->role, .relation = TKT_REL_REQUESTER,
        .denied = tkt_perm_actions(c->actor->withheld),
    };

    tkt_workflow_decide(TKT_ACTION_SUBMIT, &facts, &caller, decision);

    if (decision->status != TKT_OK) {
        tkt_call_fail(c, decision->status, NULL);
        return false;
    }

    return tkt_call_may_send(c);
}


/* The ticket has its number from here on: all that follows is stored. */
static void
tkt_create_begin(tkt_call_t *c, tkt_ticket_t *t)
{
    t->id = tkt_txn_next(c->txn, TKT_SEQ_TICKET);
    t->tenant = c->actor->tenant;
    t->on_behalf_of = 0;
    t->created_at = (uint64_t) c->now_ms;

    if (t->priority == 0) {
        t->priority = TKT_PRIORITY_NORMAL;
    }

    if (t->channel == 0) {
        t->channel = TKT_CHANNEL_API;
    }

    if (t->confidential.len > 0) {
        tkt_sealed_put(c, t, t->confidential);
    }

    /* an old ticket that has no room for a link is named all the same */

    if (t->follow_up_of != 0) {
        (void) tkt_parts_link(c, t, t->follow_up_of, TKT_LINK_FOLLOW_UP_OF);
    }
}


void
tkt_op_ticket_create(tkt_call_t *c)
{
    uint64_t        requester;
    tkt_event_t     event = { .action = TKT_ACTION_SUBMIT + 1 };
    tkt_guest_t     guest;
    tkt_ticket_t    t;
    tkt_genuine_t   genuine;
    tkt_decision_t  decision;

    if (!tkt_guest_prove(c, c->input, &guest)
        || !tkt_create_decide(c, &decision))
    {
        return;
    }

    t = *(const tkt_ticket_t *) c->input;

    requester = tkt_create_requester(c, &t);
    if (requester == 0 || !tkt_create_room(c, requester)
        || !tkt_create_follow_up(c, &t)
        || !tkt_tags_check(c, &t)
        || !tkt_contact_settle(c, NULL, &t)
        || !tkt_form_settle(c, NULL, &t)
        || !tkt_attachments_check(c, t.attachment_tokens)
        || (t.confidential.len > 0 && !tkt_sealed_check(c, &t)))
    {
        return;
    }

    t.state = decision.to;
    t.requester = tkt_guest_settle(c, &guest, requester);
    tkt_create_begin(c, &t);
    tkt_genuine_judge(c, &t, &genuine);
    tkt_attachments_bind(c, &t, NULL, false, t.attachment_tokens);
    tkt_ticket_commit(c, NULL, &t, &event);
    tkt_genuine_settle(c, &t, &genuine);
    tkt_view_answer_ticket(c, &t);
    tkt_guest_answer(c, &guest, &t);

    c->reply->location = tkt_create_location(c, t.id);
}


/* ---- PATCH ---- */

typedef struct {
    tkt_call_t    *call;
    tkt_errors_t  *errors;
} tkt_patch_rights_t;


/* Members that only staff may change. */
static bool
tkt_patch_right(void *ctx, const tkt_field_t *f, size_t number)
{
    char                 pointer[64];
    tkt_patch_rights_t  *patch = ctx;

    if (tkt_present_has(patch->call->present, number)
        && !(f->in & TKT_USE_PATCH_USER) && patch->errors != NULL)
    {
        (void) snprintf(pointer, sizeof(pointer), "/%s", f->name);
        tkt_errors_add(patch->errors, tkt_str_z(pointer), "forbidden",
                       "only staff may change this member");
    }

    return true;
}


static bool
tkt_patch_allowed(tkt_call_t *c, const tkt_ticket_t *t)
{
    tkt_caller_t        caller = tkt_caller_of(c, t);
    tkt_patch_rights_t  patch = { c, NULL };

    if (tkt_workflow_sees_internal(&caller)) {
        return true;
    }

    patch.errors = tkt_call_errors(c);
    (void) tkt_schema_walk(&tkt_ticket_schema, tkt_patch_right, &patch);

    if (patch.errors == NULL || patch.errors->count == 0) {
        return true;
    }

    tkt_call_fail(c, TKT_FORBIDDEN, NULL);

    return false;
}


void
tkt_op_ticket_patch(tkt_call_t *c)
{
    tkt_event_t     event = { .action = TKT_ACTION_EDIT + 1 };
    tkt_ticket_t    before, t;
    tkt_decision_t  decision;

    if (!tkt_ticket_find(c, &before, true)
        || !tkt_ticket_decide(c, &before, TKT_ACTION_EDIT, &decision)
        || !tkt_patch_allowed(c, &before) || !tkt_patch_apply(c, &before, &t)
        || (!tkt_str_eq(before.tags, t.tags) && !tkt_tags_check(c, &t))
        || !tkt_contact_settle(c, &before, &t)
        || !tkt_form_settle(c, &before, &t)
        || !tkt_sealed_patch(c, &before, &t))
    {
        return;
    }

    if (t.priority == 0) {
        t.priority = TKT_PRIORITY_NORMAL;
    }

    /* a patch that changes nothing is answered, and leaves no trace */

    if (tkt_changes_pack(&tkt_ticket_schema, &before, &t, c->arena).len > 0) {
        tkt_ticket_commit(c, &before, &t, &event);
    }

    tkt_view_answer_ticket(c, &t);
}
