/*
 * Types, features and forms of tickets; see the header.
 */

#include "app/form/tkt_form.h"
#include "app/form/tkt_form_fields.h"
#include "app/form/tkt_form_guess.h"
#include "app/resource/tkt_config.h"
#include "app/rows/tkt_items.h"
#include "app/who/tkt_caller.h"
#include "base/tkt_text.h"
#include "domain/tkt_parts.h"


/* A ticket whose type is being settled. */
typedef struct {
    tkt_call_t          *call;
    const tkt_ticket_t  *before;     /* NULL: a new one                      */
    tkt_ticket_t        *t;
    tkt_errors_t        *errors;
    bool                 staff;
    bool                 fresh;      /* the type is new to the ticket        */
    bool                 asks;       /* … and was chosen, not guessed        */
    tkt_ticket_type_t    type;       /* head.id 0: none                      */
    tkt_feature_t        feature;
} tkt_form_settle_t;


/* Whether the tenant has types at all. */
static bool
tkt_form_tenant_has(tkt_call_t *c)
{
    tkt_key_t  prefix;

    tkt_key_config_kind(&prefix, c->actor->tenant, TKT_CONFIG_TYPE);

    return tkt_scan_any(c->txn, TKT_DB_CONFIG, &prefix);
}


static bool
tkt_form_load_type(tkt_form_settle_t *x, uint64_t id)
{
    tkt_call_t  *c = x->call;

    if (id != 0
        && tkt_config_load(c->txn, c->actor->tenant, TKT_CONFIG_TYPE, 0, id,
                           &tkt_type_schema, &x->type, c->arena))
    {
        return true;
    }

    x->type.head.id = 0;

    return false;
}


static bool
tkt_form_load_feature(tkt_form_settle_t *x, uint64_t id)
{
    tkt_call_t  *c = x->call;

    if (id != 0
        && tkt_config_load(c->txn, c->actor->tenant, TKT_CONFIG_FEATURE,
                           x->type.head.id, id, &tkt_feature_schema,
                           &x->feature, c->arena))
    {
        return true;
    }

    x->feature.head.id = 0;

    return false;
}


/* ---- custom ---- */

static void
tkt_form_custom(tkt_form_settle_t *x)
{
    tkt_form_fields_t  fields;

    if (tkt_form_fields_load(x->call, x->type.head.id, &fields)) {
        tkt_form_fields_check(x->call, &fields,
                              x->fresh ? NULL : &x->before->custom,
                              x->t->custom, x->staff, x->asks, x->errors);
    }
}


/* ---- type ---- */

/* By its words, if what else was filled in goes with it. */
static void
tkt_form_guess_type(tkt_form_settle_t *x)
{
    tkt_errors_t   faults;
    tkt_errors_t  *errors = x->errors;

    x->asks = false;

    if (!tkt_form_load_type(x, tkt_form_guess(x->call, TKT_CONFIG_TYPE, 0,
                                              x->t, x->staff)))
    {
        return;
    }

    tkt_errors_init(&faults, x->call->arena);
    x->errors = &faults;
    tkt_form_custom(x);
    x->errors = errors;

    if (faults.count > 0) {
        x->type.head.id = 0;
    }
}


static void
tkt_form_find_type(tkt_form_settle_t *x)
{
    uint64_t      id;
    tkt_call_t   *c = x->call;
    tkt_ticket_t *t = x->t;

    t->type_id = t->feature_id = 0;

    if (t->type.len == 0) {
        if (x->before == NULL && t->feature.len == 0
            && tkt_form_tenant_has(c))
        {
            tkt_form_guess_type(x);
        }

    } else {
        id = tkt_config_by_name(c->txn, c->actor->tenant, TKT_CONFIG_TYPE, 0,
                                t->type);

        if (tkt_form_load_type(x, id)
            && (!x->type.head.active || (x->type.internal && !x->staff)))
        {
            x->type.head.id = 0;
        }

        if (x->type.head.id == 0 && tkt_form_tenant_has(c)) {
            tkt_errors_add(x->errors, tkt_str("/type"), "choice",
                           "There is no such type to choose.");
        }
    }

    if (x->type.head.id != 0) {
        t->type = x->type.head.name;
        t->type_id = x->type.head.id;
    }
}


/* ---- feature ---- */

static void
tkt_form_find_feature(tkt_form_settle_t *x)
{
    uint64_t       id;
    tkt_call_t    *c = x->call;
    tkt_ticket_t  *t = x->t;

    t->feature_id = 0;

    if (t->feature.len == 0) {
        if (x->before == NULL && x->type.head.id != 0
            && tkt_form_load_feature(x, tkt_form_guess(c, TKT_CONFIG_FEATURE,
                                                       x->type.head.id, t,
                                                       x->staff)))
        {
            t->feature = x->feature.head.name;
            t->feature_id = x->feature.head.id;
        }

        return;
    }

    if (x->type.head.id == 0) {
        if (t->type.len == 0 && tkt_form_tenant_has(c)) {
            tkt_errors_add(x->errors, tkt_str("/feature"), "choice",
                           "A feature is one of a type, and there is none.");
        }

        return;
    }

    id = tkt_config_by_name(c->txn, c->actor->tenant, TKT_CONFIG_FEATURE,
                            x->type.head.id, t->feature);

    if (tkt_form_load_feature(x, id) && x->feature.head.active) {
        t->feature_id = id;

    } else {
        x->feature.head.id = 0;
        tkt_errors_add(x->errors, tkt_str("/feature"), "choice",
                       "The type has no such feature to choose.");
    }
}


/* ---- standard fields that a type needs ---- */

static bool
tkt_form_lacks(const tkt_ticket_t *t, tkt_need_t need)
{
    switch (need) {

    case TKT_NEED_ACCOUNT:
        return t->account.len == 0;

    case TKT_NEED_CONTACT:
        return t->contact_email.len + t->contact_phone.len == 0;

    case TKT_NEED_ERROR_MESSAGE:
        return t->error_message.len == 0;

    case TKT_NEED_WANTED_BY:
        return t->wanted_by == 0;

    case TKT_NEED_FREQUENCY:
        return t->frequency.len == 0;

    case TKT_NEED_ATTACHMENTS:
        return t->attachment_tokens.len + t->attachment_count == 0;

    case TKT_NEED_FEATURE:
        return t->feature.len == 0;

    default:
        return false;
    }
}


/* Whether a patch takes away what a type may need. */
static bool
tkt_form_takes_away(const tkt_ticket_t *before, const tkt_ticket_t *t,
    tkt_need_t need)
{
    return tkt_form_lacks(t, need) && !tkt_form_lacks(before, need);
}


/* What a type needs is there when it is chosen, and stays. */
static void
tkt_form_needs(tkt_form_settle_t *x)
{
    char      pointer[40] = "/";
    unsigned  need;

    for (need = 1; need < TKT_NEED_MAX; need++) {
        if ((x->type.needs & tkt_bit(need))
            && (x->fresh ? tkt_form_lacks(x->t, (tkt_need_t) need)
                         : tkt_form_takes_away(x->before, x->t,
                                               (tkt_need_t) need)))
        {
            tkt_text_keep(pointer + 1, sizeof(pointer) - 1,
                          tkt_need_names.names[need]);
            tkt_errors_add(x->errors, tkt_str_z(pointer), "required",
                           "Tickets of this type need it.");
        }
    }
}


/* ---- settling ---- */

/* What a new ticket gets from type and feature. */
static void
tkt_form_give(tkt_form_settle_t *x)
{
    uint64_t       floor;
    tkt_ticket_t  *t = x->t;

    floor = x->type.priority;

    if (x->feature.head.id != 0 && x->feature.priority > floor) {
        floor = x->feature.priority;
    }

    /* without one it becomes normal, and a floor below that changes nothing */

    if (floor > (t->priority != 0 ? t->priority : TKT_PRIORITY_NORMAL)) {
        t->priority = floor;
    }

    if (t->team == 0) {
        t->team = (x->feature.head.id != 0 && x->feature.team != 0)
                  ? x->feature.team : x->type.team;
    }

    t->steps = x->type.steps;

    if (x->type.approval) {
        t->approval = TKT_APPROVAL_PENDING;
    }
}


/* Those of the steps done that are among the ticket's steps. */
static tkt_str_t
tkt_form_done(tkt_form_settle_t *x)
{
    tkt_str_t  step, done = tkt_str(""), rest = x->before->steps_done;

    while (tkt_items_next(&rest, &step)) {
        if (tkt_items_has(x->t->steps, step)) {
            done = tkt_items_add(done, step, x->call->arena);
        }
    }

    return done;
}


/*
 * Whether who sorts it anew may send it to another team: nobody has begun, it
 * is his, nobody's or he stands above agents, and he could transfer it.
 */
static bool
tkt_form_movable(const tkt_form_settle_t *x)
{
    const uint32_t        begun = (uint32_t) ~(tkt_bit(TKT_STATE_NEW)
                                               | tkt_bit(TKT_STATE_OPEN));
    const tkt_actor_t    *actor = x->call->actor;
    const tkt_ticket_t   *t = x->before;

    return !(begun & tkt_bit(t->state))
           && !(tkt_perm_actions(actor->withheld)
                & tkt_bit(TKT_ACTION_TRANSFER))
           && (t->assignee == 0 || t->assignee == actor->id
               || actor->role != TKT_ROLE_AGENT);
}


/*
 * What a ticket gets from a type or feature that it did not have before.  An
 * approval that was asked for is not taken back: who has it in hand would be
 * the one to waive it; and one for another type is none for this.
 */
static void
tkt_form_give_again(tkt_form_settle_t *x)
{
    tkt_ticket_t        *t = x->t;
    const tkt_ticket_t  *before = x->before;

    if (TKT_STATES_ACTIVE & tkt_bit(t->state)) {

        t->team = 0;
        tkt_form_give(x);

        if (t->team == 0 || !tkt_form_movable(x)) {
            t->team = before->team;

        } else if (t->team != before->team) {
            t->assignee = 0;
            t->assigned_at = 0;
        }
    }

    t->steps = x->fresh ? x->type.steps : before->steps;
    t->steps_done = tkt_form_done(x);
    t->approval = (x->fresh && x->type.approval) ? TKT_APPROVAL_PENDING
                                                 : before->approval;
}


/* Whether the patch leaves all that the form has a say in. */
static bool
tkt_form_same(const tkt_ticket_t *before, const tkt_ticket_t *t)
{
    unsigned  need;

    for (need = 1; need < TKT_NEED_MAX; need++) {
        if (tkt_form_takes_away(before, t, (tkt_need_t) need)) {
            return false;
        }
    }

    return tkt_str_eq(before->type, t->type)
           && tkt_str_eq(before->feature, t->feature)
           && tkt_str_eq(before->custom, t->custom);
}


/* Who has no right to work on it fills in what its requester may. */
static bool
tkt_form_is_staff(tkt_call_t *c, const tkt_ticket_t *before)
{
    tkt_caller_t  caller;

    if (before == NULL) {
        return (TKT_ROLES_STAFF & tkt_bit(c->actor->role)) != 0;
    }

    caller = tkt_caller_of(c, before);

    return tkt_workflow_sees_internal(&caller);
}


bool
tkt_form_settle(tkt_call_t *c, const tkt_ticket_t *before, tkt_ticket_t *t)
{
    tkt_form_settle_t  x = { .call = c, .before = before, .t = t };

    if (before != NULL && tkt_form_same(before, t)) {
        return true;
    }

    x.errors = tkt_call_errors(c);
    if (x.errors == NULL) {
        tkt_call_fail(c, TKT_BUSY, NULL);
        return false;
    }

    x.staff = tkt_form_is_staff(c, before);
    x.fresh = before == NULL || !tkt_str_eq(before->type, t->type);
    x.asks = true;

    if (x.fresh) {
        tkt_form_find_type(&x);

    } else {
        (void) tkt_form_load_type(&x, t->type_id);
    }

    if (x.fresh || !tkt_str_eq(before->feature, t->feature)) {
        tkt_form_find_feature(&x);
    }

    if (x.type.head.id != 0 && x.asks) {
        tkt_form_needs(&x);
    }

    if (x.type.head.id != 0) {
        tkt_form_custom(&x);
    }

    if (x.errors->count > 0) {
        tkt_call_fail(c, TKT_INVALID_REQUEST, NULL);
        return false;
    }

    if (x.type.head.id == 0) {
        return true;
    }

    if (before == NULL) {
        tkt_form_give(&x);

    } else if (x.fresh || x.feature.head.id != 0) {
        tkt_form_give_again(&x);
    }

    return true;
}


bool
tkt_form_resolvable(tkt_call_t *c, const tkt_ticket_t *t)
{
    tkt_errors_t       *errors;
    tkt_form_fields_t   fields;

    if (t->type_id == 0) {
        return true;
    }

    errors = tkt_call_errors(c);

    if (errors == NULL || !tkt_form_fields_load(c, t->type_id, &fields)) {
        tkt_call_fail(c, TKT_BUSY, NULL);
        return false;
    }

    tkt_form_fields_missing(c, &fields, t->custom, errors);

    if (errors->count == 0) {
        return true;
    }

    tkt_call_fail(c, TKT_CONFLICT, "fields of its form are to be filled in "
                  "before it is resolved");

    return false;
}
