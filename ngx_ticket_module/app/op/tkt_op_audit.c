/*
 * GET /v1/audit.
 */

#include "app/call/tkt_ops.h"
#include "app/privacy/tkt_audit.h"
#include "app/ticket/tkt_view.h"
#include "base/tkt_text.h"


/* What is asked for; 0: any. */
typedef struct {
    uint64_t  actor;
    uint64_t  object;
    uint64_t  object_id;
} tkt_audit_filter_t;


/* ---- an entry as it is shown ---- */

/* Both lists as one object: which of them a row stands in is our matter. */
static void
tkt_audit_view_changes(tkt_call_t *c, tkt_audit_t *e)
{
    tkt_out_t            o;
    const tkt_schema_t  *s = tkt_audit_schema_of((tkt_object_t) e->object);

    if (s == NULL) {
        return;
    }

    tkt_out_init(&o, c->arena, 512);
    tkt_out_lit(&o, "{");

    if (!tkt_view_changes(&o, s, e->packed, TKT_F_SECRET, c->actor->role)
        || !tkt_view_changes(&o, s, e->personal, TKT_F_SECRET,
                             c->actor->role))
    {
        tkt_txn_fail(c->txn, TKT_INTERNAL);
        return;
    }

    tkt_out_lit(&o, "}");
    e->changes = tkt_out_text(&o);
}


void
tkt_audit_view(tkt_call_t *c, tkt_audit_t *e)
{
    tkt_user_t  actor;

    /* who acts from another tenant is not shown to this one */

    if (e->actor != 0 && e->actor_tenant == e->tenant
        && tkt_user_load(c->txn, (uint32_t) e->tenant, e->actor, &actor,
                         c->arena))
    {
        e->actor_login = actor.login;
    }

    e->hash_text = tkt_audit_hash_text(e, c->arena);
    e->erased = e->values_hash.len > 0 && !tkt_audit_has_values(e);
    tkt_audit_view_changes(c, e);
}


/* ---- the list ---- */

/* A number in a parameter; false, and answered, if it is none. */
static bool
tkt_audit_number(tkt_call_t *c, const char *name, uint64_t *value)
{
    tkt_str_t      text;
    tkt_errors_t  *errors;

    *value = 0;

    if (!tkt_params_get(c->params, name, &text)
        || (tkt_u64_parse(text, value) && *value != 0))
    {
        return true;
    }

    errors = tkt_call_errors(c);
    if (errors != NULL) {
        tkt_errors_add_parameter(errors, name, "range", "%s is an id", name);
    }

    tkt_call_fail(c, TKT_UNKNOWN_PARAMETER, NULL);

    return false;
}


static bool
tkt_audit_object(tkt_call_t *c, uint64_t *object)
{
    tkt_str_t      text;
    tkt_errors_t  *errors;

    *object = TKT_OBJECT_NONE;

    if (!tkt_params_get(c->params, "object", &text)
        || (tkt_names_find(&tkt_object_names, text, object)
            && *object != TKT_OBJECT_NONE))
    {
        return true;
    }

    errors = tkt_call_errors(c);
    if (errors != NULL) {
        tkt_errors_add_parameter(errors, "object", "choice",
            "object is user, token, role, tenant, ticket, key, type, feature, "
            "form_field, team, member, grant, macro, view or verification");
    }

    tkt_call_fail(c, TKT_UNKNOWN_PARAMETER, NULL);

    return false;
}


static bool
tkt_audit_passes(const tkt_audit_filter_t *f, const tkt_audit_t *e)
{
    return (f->actor == 0 || f->actor == e->actor)
           && (f->object == 0 || f->object == e->object)
           && (f->object_id == 0 || f->object_id == e->object_id);
}


/*
 * One page of entries below number `from`; returns the number that the next
 * page goes on below, 0 if there is none.
 */
static uint64_t
tkt_audit_page(tkt_call_t *c, tkt_out_t *o, const tkt_audit_filter_t *f,
    uint64_t from, size_t limit)
{
    size_t       n, steps;
    uint64_t     number;
    tkt_audit_t  e;

    n = 0;

    for (number = from - 1, steps = 0; number > 0; number--, steps++) {

        if (steps == TKT_LIST_STEPS_MAX
            || tkt_call_page_full(o, 0, n, limit))
        {
            return number + 1;
        }

        if (!tkt_audit_load(c->txn, c->actor->tenant, number, &e, NULL)) {
            tkt_txn_fail(c->txn, TKT_INTERNAL);
            return 0;
        }

        if (tkt_audit_passes(f, &e)) {
            tkt_audit_view(c, &e);
            tkt_out_comma(o);
            tkt_out_object(o, &tkt_audit_schema, &e,
                           (uint32_t) tkt_bit(c->actor->role), NULL, false);
            n++;
        }
    }

    return 0;
}


void
tkt_op_audit_list(tkt_call_t *c)
{
    size_t              n, limit;
    uint8_t             text[TKT_U64_MAX_CHARS];
    uint64_t            from, next;
    tkt_out_t           o;
    tkt_str_t           filter, position;
    tkt_audit_filter_t  f;

    if (!tkt_audit_number(c, "actor", &f.actor)
        || !tkt_audit_object(c, &f.object)
        || !tkt_audit_number(c, "object_id", &f.object_id)
        || !tkt_call_limit(c, &limit))
    {
        return;
    }

    filter = tkt_arena_printf(c->arena, "audit %u %llu %llu %llu",
                              c->actor->tenant, (unsigned long long) f.actor,
                              (unsigned long long) f.object,
                              (unsigned long long) f.object_id);

    if (!tkt_call_cursor(c, filter, &position)) {
        return;
    }

    from = tkt_audit_last(c->txn, c->actor->tenant) + 1;

    if (position.len > 0
        && (!tkt_u64_parse(position, &next) || next == 0 || next > from))
    {
        tkt_call_bad_cursor(c);
        return;
    }

    tkt_out_init(&o, c->arena, 512 + limit * 384);
    tkt_out_lit(&o, "{\"data\":[");
    next = tkt_audit_page(c, &o, &f, position.len > 0 ? next : from, limit);

    n = (next > 0) ? tkt_u64_format(text, next) : 0;
    tkt_call_page(c, &o, filter, (tkt_str_t) { text, n });
    tkt_out_lit(&o, "}");
    tkt_call_answer(c, &o);
}
