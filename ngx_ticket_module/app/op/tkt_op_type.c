/*
 * Types, features and the fields of forms: the resources and their rules, the
 * ready-made set, and forms as JSON Schema.
 */

#include <stdio.h>

#include "app/call/tkt_ops.h"
#include "app/form/tkt_form_fields.h"
#include "app/form/tkt_ready_made.h"
#include "app/resource/tkt_config.h"
#include "app/resource/tkt_resource.h"
#include "app/route/tkt_grants.h"
#include "app/rows/tkt_items.h"


/* Between two that stand one after the other, for others to be put there. */
#define TKT_POSITION_STEP  10

#define tkt_is_staff(c)                                                       \
    ((TKT_ROLES_STAFF & tkt_bit((c)->actor->role)) != 0)


/* ---- rules ---- */

static bool
tkt_type_team(tkt_call_t *c, uint64_t before, uint64_t after)
{
    tkt_team_t  team;

    if (after == 0 || after == before
        || tkt_config_load(c->txn, c->actor->tenant, TKT_CONFIG_TEAM, 0,
                           after, &tkt_team_schema, &team, c->arena))
    {
        return true;
    }

    tkt_call_invalid(c, "/team", "choice", "there is no such team");

    return false;
}


/* Whether a part of a path can say it: servers resolve dots and slashes. */
static bool
tkt_step_sayable(tkt_str_t step)
{
    return memchr(step.data, '/', step.len) == NULL
           && !tkt_str_eq(step, tkt_str("."))
           && !tkt_str_eq(step, tkt_str(".."));
}


/* A step that no request can name would keep its tickets open for ever. */
static bool
tkt_type_steps(tkt_call_t *c, tkt_str_t before, tkt_str_t after)
{
    char       pointer[32];
    size_t     i;
    tkt_str_t  step;

    if (tkt_str_eq(before, after)) {
        return true;
    }

    for (i = 0; tkt_items_next(&after, &step); i++) {

        if (tkt_step_sayable(step)) {
            continue;
        }

        (void) snprintf(pointer, sizeof(pointer), "/steps/%zu", i);
        tkt_call_invalid(c, pointer, "format", "a step is named in a path: it "
                         "has no slash, and is not \".\" or \"..\"");
        return false;
    }

    return true;
}


static bool
tkt_type_check(tkt_call_t *c, const void *old, void *new)
{
    const tkt_ticket_type_t  *before = old, *after = new;

    if (after->steps_zh.len > 0
        && tkt_items_count(after->steps_zh) != tkt_items_count(after->steps))
    {
        tkt_call_invalid(c, "/steps_zh", "range",
                         "one for each of steps, in the same order");
        return false;
    }

    return tkt_type_team(c, before == NULL ? 0 : before->team, after->team)
           && tkt_type_steps(c, before == NULL ? tkt_str("") : before->steps,
                             after->steps);
}


static bool
tkt_feature_check(tkt_call_t *c, const void *old, void *new)
{
    const tkt_feature_t  *before = old, *after = new;

    return tkt_type_team(c, before == NULL ? 0 : before->team, after->team);
}


/* What only staff may submit nobody else is shown. */
static bool
tkt_type_load(tkt_call_t *c, uint64_t id, void *obj)
{
    const tkt_ticket_type_t  *type = obj;

    return tkt_config_load(c->txn, c->actor->tenant, TKT_CONFIG_TYPE, 0, id,
                           &tkt_type_schema, obj,
                           tkt_txn_is_write(c->txn) ? c->arena : NULL)
           && (!type->internal || tkt_is_staff(c));
}


/* ---- the ready-made set ---- */

static void
tkt_seed_head(tkt_call_t *c, tkt_config_t *head, uint64_t parent,
    uint64_t place, tkt_str_t name, tkt_str_t en, tkt_str_t zh)
{
    head->id = tkt_txn_next(c->txn, TKT_SEQ_CONFIG);
    head->tenant = c->actor->tenant;
    head->parent = parent;
    head->position = place * TKT_POSITION_STEP;
    head->active = 1;
    head->name = name;
    head->title_en = en;
    head->title_zh = zh;
}


static void
tkt_seed_parts(tkt_call_t *c, const tkt_ready_type_t *ready, uint64_t type)
{
    size_t                      i;
    tkt_feature_t               feature;
    tkt_form_field_t            field;
    const tkt_ready_field_t    *d;
    const tkt_ready_feature_t  *f;

    for (i = 0; i < ready->feature_count; i++) {
        f = &ready->features[i];
        memset(&feature, 0, sizeof(feature));
        tkt_seed_head(c, &feature.head, type, i + 1, f->name, f->en, f->zh);
        feature.keywords = f->keywords;
        tkt_resource_store(c, &tkt_resource_feature, NULL, &feature,
                           TKT_AUDIT_CREATE, tkt_str(""));
    }

    for (i = 0; i < ready->field_count; i++) {
        d = &ready->fields[i];
        memset(&field, 0, sizeof(field));
        tkt_seed_head(c, &field.head, type, i + 1, d->name, d->en, d->zh);
        field.kind = d->kind;
        field.required = d->required;
        field.required_to_resolve = d->to_resolve;
        field.staff_only = d->staff_only;
        field.choices = d->choices;
        field.choices_zh = d->choices_zh;
        field.prompt_en = d->prompt_en;
        field.prompt_zh = d->prompt_zh;
        tkt_resource_store(c, &tkt_resource_form_field, NULL, &field,
                           TKT_AUDIT_CREATE, tkt_str(""));
    }
}


static void
tkt_seed_type(tkt_call_t *c, const tkt_ready_type_t *ready, size_t place,
    tkt_ticket_type_t *type)
{
    memset(type, 0, sizeof(tkt_ticket_type_t));
    tkt_seed_head(c, &type->head, 0, place, ready->name, ready->en,
                  ready->zh);

    type->category = ready->category;
    type->priority = ready->priority;
    type->approval = ready->approval;
    type->needs = ready->needs;
    type->keywords = ready->keywords;
    type->steps = ready->steps;
    type->steps_zh = ready->steps_zh;
    type->prompt_en = ready->prompt_en;
    type->prompt_zh = ready->prompt_zh;

    tkt_resource_store(c, &tkt_resource_type, NULL, type, TKT_AUDIT_CREATE,
                       tkt_str(""));
    tkt_seed_parts(c, ready, type->head.id);

    type->head.title = tkt_config_title(&type->head, c->lang);
}


/* A type that the tenant has by this name stays as it is. */
static bool
tkt_seed_lacks(tkt_call_t *c, const tkt_ready_type_t *ready)
{
    return tkt_config_by_name(c->txn, c->actor->tenant, TKT_CONFIG_TYPE, 0,
                              ready->name) == 0;
}


void
tkt_op_type_seed(tkt_call_t *c)
{
    size_t                   i, count, more;
    tkt_out_t                o;
    tkt_ticket_type_t        type;
    const tkt_ready_type_t  *ready;

    ready = tkt_ready_made(&count);

    for (more = 0, i = 0; i < count; i++) {
        more += tkt_seed_lacks(c, &ready[i]);
    }

    if (!tkt_resource_has_room(c, &tkt_resource_type, 0, more)) {
        return;
    }

    tkt_out_init(&o, c->arena, 8192);
    tkt_out_lit(&o, "{\"data\":[");

    for (i = 0; i < count; i++) {
        if (!tkt_seed_lacks(c, &ready[i])) {
            continue;
        }

        tkt_seed_type(c, &ready[i], i + 1, &type);
        tkt_out_comma(&o);
        tkt_out_object(&o, &tkt_type_schema, &type,
                       (uint32_t) tkt_bit(c->actor->role), NULL, false);
    }

    tkt_call_page(c, &o, tkt_str(""), tkt_str(""));
    tkt_out_lit(&o, "}");
    tkt_call_answer(c, &o);
}


/* What was granted stays, until the grants are taken away or it is retired. */
static bool
tkt_type_granted(tkt_call_t *c, uint64_t type, uint64_t feature)
{
    if (!tkt_grants_name(c->txn, c->actor->tenant, type, feature)) {
        return false;
    }

    tkt_call_fail(c, TKT_CONFLICT, "agents have grants for it: take those "
                  "away first, or retire it (\"active\": false)");

    return true;
}


static bool
tkt_type_may_delete(tkt_call_t *c, const void *obj)
{
    const tkt_ticket_type_t  *type = obj;

    return !tkt_type_granted(c, type->head.id, 0);
}


static bool
tkt_feature_may_delete(tkt_call_t *c, const void *obj)
{
    const tkt_feature_t  *feature = obj;

    return !tkt_type_granted(c, feature->head.parent, feature->head.id);
}


const tkt_resource_t  tkt_resource_type = {
    TKT_RESOURCE_CONFIG(TYPE),
    .name = "types",
    .path = "/v1/types",
    .schema = &tkt_type_schema,
    .etag = 'y',
    .named = true,
    .ordered = true,
    .load = tkt_type_load,
    .check = tkt_type_check,
    .may_delete = tkt_type_may_delete,
};


const tkt_resource_t  tkt_resource_feature = {
    TKT_RESOURCE_CONFIG(FEATURE),
    .name = "features",
    .path = "/v1/types/{id}/features",
    .schema = &tkt_feature_schema,
    .etag = 'f',
    .named = true,
    .ordered = true,
    .above = &tkt_resource_type,
    .check = tkt_feature_check,
    .may_delete = tkt_feature_may_delete,
};


const tkt_resource_t  tkt_resource_form_field = {
    TKT_RESOURCE_CONFIG(FORM_FIELD),
    .name = "fields",
    .path = "/v1/types/{id}/fields",
    .schema = &tkt_form_field_schema,
    .etag = 'd',
    .named = true,
    .ordered = true,
    .most = TKT_FORM_FIELDS_MAX,
    .above = &tkt_resource_type,
    .check = tkt_form_field_check,
};
