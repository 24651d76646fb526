/*
 * Verification of a tenant's configuration: every record is what its key
 * says, its parent exists, and it has its name as the name has it.
 */

#include <stdio.h>

#include "app/resource/tkt_config.h"
#include "app/resource/tkt_resource.h"
#include "app/verify/tkt_verify_int.h"


/* Room for one of any kind. */
typedef union {
    tkt_config_t        head;
    tkt_ticket_type_t   type;
    tkt_feature_t       feature;
    tkt_form_field_t    field;
    tkt_team_t          team;
    tkt_member_t        member;
    tkt_grant_t         grant;
    tkt_macro_t         macro;
    tkt_view_record_t   view;
    tkt_verification_t  verification;
} tkt_config_any_t;

/* The entry at hand. */
typedef struct {
    tkt_verify_t          *v;
    uint64_t               tenant;
    uint64_t               kind;
    uint64_t               parent;
    uint64_t               id;
    tkt_str_t              value;
    const tkt_resource_t  *resource;
    char                   what[96];
} tkt_config_entry_t;


static const tkt_resource_t *const  tkt_config_resources[] = {
    [TKT_CONFIG_TYPE] = &tkt_resource_type,
    [TKT_CONFIG_FEATURE] = &tkt_resource_feature,
    [TKT_CONFIG_FORM_FIELD] = &tkt_resource_form_field,
    [TKT_CONFIG_TEAM] = &tkt_resource_team,
    [TKT_CONFIG_MEMBER] = &tkt_resource_member,
    [TKT_CONFIG_GRANT] = &tkt_resource_grant,
    [TKT_CONFIG_MACRO] = &tkt_resource_macro,
    [TKT_CONFIG_VIEW] = &tkt_resource_view,
    [TKT_CONFIG_VERIFICATION] = &tkt_resource_verification,
};


static const tkt_resource_t *
tkt_verify_config_resource(uint64_t kind)
{
    return kind < tkt_array_len(tkt_config_resources)
           ? tkt_config_resources[kind] : NULL;
}


static bool
tkt_verify_config_given(tkt_verify_t *v, uint64_t tenant, uint64_t kind,
    uint64_t id)
{
    switch (kind) {

    case TKT_CONFIG_MEMBER:
        return tkt_verify_has_principal(v, tenant, id);

    case TKT_CONFIG_VERIFICATION:
        return id == 1;

    default:
        return id != 0 && id <= v->last[TKT_SEQ_CONFIG];
    }
}


bool
tkt_verify_config_known(tkt_verify_t *v, uint64_t tenant, uint64_t object,
    uint64_t id)
{
    size_t  kind;

    for (kind = 1; kind < tkt_array_len(tkt_config_resources); kind++) {
        if (tkt_config_resources[kind]->object == object) {
            return tkt_verify_config_given(v, tenant, kind, id);
        }
    }

    return false;
}


static bool
tkt_verify_config_has(tkt_verify_t *v, uint64_t tenant, uint64_t kind,
    uint64_t parent, uint64_t id)
{
    tkt_key_t  key;
    tkt_str_t  value;

    tkt_key_config(&key, (uint32_t) tenant, (uint8_t) kind, parent, id);

    return tkt_get(v->txn, TKT_DB_CONFIG, &key, &value);
}


/* ---- records ---- */

static void
tkt_verify_config_name(tkt_config_entry_t *e, const tkt_config_t *head)
{
    uint64_t  id;

    id = tkt_config_by_name(e->v->txn, (uint32_t) e->tenant,
                            (tkt_config_kind_t) e->kind, e->parent,
                            head->name);

    if (head->name.len == 0 || id != e->id) {
        tkt_verify_fault(e->v, "%s: has the name \"%.*s\", which is that of "
                         "%llu", e->what, (int) head->name.len,
                         (const char *) head->name.data, tkt_ull(id));
    }
}


/* What it belongs to. */
static void
tkt_verify_config_parent(tkt_config_entry_t *e)
{
    bool                   good;
    const tkt_resource_t  *above = e->resource->above;

    good = (above == NULL)
           ? e->parent == 0 || e->resource->owner != 0
           : tkt_verify_config_has(e->v, e->tenant, above->kind, 0,
                                   e->parent);

    if (!good) {
        tkt_verify_fault(e->v, "%s: what it belongs to does not exist",
                         e->what);
    }
}


static void
tkt_verify_config_owner(tkt_config_entry_t *e, uint64_t owner)
{
    if (owner != e->parent
        || (owner != 0 && !tkt_verify_has_principal(e->v, e->tenant, owner)))
    {
        tkt_verify_fault(e->v, "%s: is not of whom its key says", e->what);
    }
}


static void
tkt_verify_config_record(tkt_config_entry_t *e)
{
    tkt_verify_t           *v = e->v;
    tkt_config_any_t        any;
    const tkt_config_t     *head = &any.head;
    const tkt_resource_t   *r = e->resource;

    if (!tkt_record_unpack(r->schema, e->value, &any)) {
        tkt_verify_fault(v, "%s: the record does not decode", e->what);
        return;
    }

    (void) tkt_verify_values(v, r->schema, &any, e->what);

    if (head->tenant != e->tenant || head->parent != e->parent
        || head->id != e->id || head->version == 0)
    {
        tkt_verify_fault(v, "%s: the record is not of this key", e->what);
    }

    if (!tkt_verify_config_given(v, e->tenant, e->kind, e->id)) {
        tkt_verify_fault(v, "%s: the number was never given", e->what);
    }

    if (!tkt_verify_has_tenant(v, e->tenant)) {
        tkt_verify_fault(v, "%s: there is no such tenant", e->what);
    }

    tkt_verify_config_parent(e);

    if (r->owner != 0) {
        tkt_verify_config_owner(e, tkt_resource_get_u64(&any, r->owner));
    }

    if (r->named) {
        tkt_verify_config_name(e, head);
    }
}


/* ---- names ---- */

static void
tkt_verify_config_by_name(tkt_config_entry_t *e, tkt_str_t name)
{
    tkt_key_t         key;
    tkt_str_t         value;
    tkt_unkey_t       u;
    tkt_verify_t     *v = e->v;
    tkt_config_any_t  any;

    tkt_unkey_start(&u, e->value);
    e->id = tkt_unkey_u64(&u);

    if (u.bad || u.pos != u.end) {
        tkt_verify_fault(v, "%s: name \"%.*s\": %zu bytes that are no number",
                         e->what, (int) name.len, (const char *) name.data,
                         e->value.len);
        return;
    }

    tkt_key_config(&key, (uint32_t) e->tenant, (uint8_t) e->kind, e->parent,
                   e->id);

    if (!e->resource->named || !tkt_get(v->txn, TKT_DB_CONFIG, &key, &value)
        || !tkt_record_unpack(e->resource->schema, value, &any)
        || !tkt_str_eq(any.head.name, name))
    {
        tkt_verify_fault(v, "%s: name \"%.*s\" is not that of %llu", e->what,
                         (int) name.len, (const char *) name.data,
                         tkt_ull(e->id));
    }
}


/* ---- all of them ---- */

/*
 * Names end with text, so keys are taken apart here.  What is kept of members
 * and grants besides is looked at with them.
 */
static void
tkt_verify_config_entry(tkt_config_entry_t *e, tkt_str_t key)
{
    bool         by_name;
    tkt_str_t    name;
    tkt_unkey_t  u;

    tkt_unkey_start(&u, key);
    e->tenant = tkt_unkey_u32(&u);
    e->kind = tkt_unkey_u8(&u);

    if (e->kind == TKT_CONFIG_MEMBER_OF || e->kind == TKT_CONFIG_GRANT_OF
        || e->kind == TKT_CONFIG_GRANT_FOR)
    {
        return;
    }

    by_name = (e->kind & TKT_CONFIG_BY_NAME) != 0;
    e->kind &= (uint64_t) ~TKT_CONFIG_BY_NAME;
    e->parent = tkt_unkey_u64(&u);
    name = (tkt_str_t) { u.pos, (size_t) (u.end - u.pos) };
    e->id = by_name ? 0 : tkt_unkey_u64(&u);
    e->resource = tkt_verify_config_resource(e->kind);

    if (e->resource == NULL || u.bad || (!by_name && u.pos != u.end)) {
        tkt_verify_fault(e->v, "config: a key of %zu bytes is none of this "
                         "database", key.len);
        return;
    }

    (void) snprintf(e->what, sizeof(e->what), "config %llu/%s/%llu/%llu",
                    tkt_ull(e->tenant), e->resource->name, tkt_ull(e->parent),
                    tkt_ull(e->id));

    if (by_name) {
        tkt_verify_config_by_name(e, name);

    } else {
        tkt_verify_config_record(e);
    }
}


void
tkt_verify_config(tkt_verify_t *v)
{
    tkt_scan_t          scan;
    tkt_config_entry_t  entry = { .v = v };

    tkt_verify_open(v, &scan, TKT_DB_CONFIG);

    while (tkt_scan_next(&scan)) {
        v->figures->entries[TKT_DB_CONFIG]++;
        entry.value = scan.value;
        tkt_verify_config_entry(&entry, scan.key);
    }

    tkt_scan_close(&scan);
}
