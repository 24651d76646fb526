/*
 * Roles that a tenant makes, and permissions.
 */

#include "app/call/tkt_ops.h"
#include "app/resource/tkt_resource.h"
#include "app/who/tkt_roles.h"


static bool
tkt_role_refuse(tkt_call_t *c, const char *detail)
{
    tkt_call_fail(c, TKT_FORBIDDEN, "%s", detail);

    return false;
}


/* How many roles the caller's tenant has, up to the most it may have. */
static size_t
tkt_role_count(tkt_call_t *c)
{
    size_t      n;
    tkt_key_t   prefix;
    tkt_scan_t  scan;

    tkt_key_tenant(&prefix, c->actor->tenant);
    tkt_scan_open(&scan, c->txn, TKT_DB_ROLE, &prefix, NULL, false);

    for (n = 0; n < TKT_ROLES_PER_TENANT_MAX && tkt_scan_next(&scan); n++) {
        /* void */
    }

    tkt_scan_close(&scan);

    return n;
}


static bool
tkt_role_check_new(tkt_call_t *c, const tkt_role_record_t *role)
{
    uint64_t       base;
    tkt_role_of_t  other;

    if (role->base == TKT_ROLE_SYSTEM || role->base == TKT_ROLE_NONE) {
        tkt_call_invalid(c, "/base", "choice",
                         "user, agent, supervisor, admin or bot");
        return false;
    }

    if (tkt_names_find(&tkt_role_names, role->name, &base)
        || tkt_role_by_name(c->txn, c->actor->tenant, role->name, &other))
    {
        tkt_call_fail(c, TKT_CONFLICT, "this name is taken");
        return false;
    }

    if (tkt_role_count(c) >= TKT_ROLES_PER_TENANT_MAX) {
        tkt_call_fail(c, TKT_CONFLICT, "a tenant has at most %d roles",
                      TKT_ROLES_PER_TENANT_MAX);
        return false;
    }

    return true;
}


/* Whether `permissions` was sent, be it as null or empty. */
static bool
tkt_role_set_sent(const tkt_call_t *c)
{
    const tkt_field_t  *f;

    f = tkt_schema_find(&tkt_role_schema, tkt_str("permissions"));

    return tkt_present_has(c->present, (size_t) (f - tkt_role_schema.fields));
}


/* A permission that the base has not is a slip, and named. */
static bool
tkt_role_check_set(tkt_call_t *c, const tkt_role_record_t *role)
{
    uint64_t       beyond;
    tkt_str_t      name;
    tkt_errors_t  *errors;

    beyond = role->permissions
             & ~tkt_role_permissions((tkt_role_t) role->base);

    if (beyond == 0) {
        return true;
    }

    name = tkt_perm_names.names[__builtin_ctzll(beyond)];
    errors = tkt_call_errors(c);

    if (errors != NULL) {
        tkt_errors_add(errors, tkt_str("/permissions"), "choice",
                       "the base role has not %.*s", (int) name.len,
                       (const char *) name.data);
    }

    tkt_call_fail(c, TKT_INVALID_REQUEST, NULL);

    return false;
}


static bool
tkt_role_check(tkt_call_t *c, const void *old, void *new)
{
    tkt_role_record_t        *after = new;
    const tkt_role_record_t  *before = old;

    if (before == NULL && !tkt_role_check_new(c, after)) {
        return false;
    }

    if (before == NULL && !tkt_role_set_sent(c)) {
        after->permissions = tkt_role_permissions((tkt_role_t) after->base);
    }

    if (!tkt_role_check_set(c, after)) {
        return false;
    }

    if (before != NULL
        && !tkt_actor_may_give(c->actor, (tkt_role_t) before->base,
                               before->permissions))
    {
        return tkt_role_refuse(c, "this role is above yours");
    }

    if (!tkt_actor_may_give(c->actor, (tkt_role_t) after->base,
                            after->permissions))
    {
        return tkt_role_refuse(c, "nobody makes a role above his own: neither "
                               "its base nor one of its permissions");
    }

    return true;
}


static bool
tkt_role_may_delete(tkt_call_t *c, const void *obj)
{
    const tkt_role_record_t  *role = obj;

    if (!tkt_actor_may_give(c->actor, (tkt_role_t) role->base,
                            role->permissions))
    {
        return tkt_role_refuse(c, "this role is above yours");
    }

    if (role->holders == 0) {
        return true;
    }

    tkt_call_fail(c, TKT_CONFLICT, "%llu principals have this role",
                  (unsigned long long) role->holders);

    return false;
}


const tkt_resource_t  tkt_resource_role = {
    .name = "roles",
    .path = "/v1/roles",
    .schema = &tkt_role_schema,
    .db = TKT_DB_ROLE,
    .seq = TKT_SEQ_ROLE,
    .object = TKT_OBJECT_ROLE,
    .etag = 'r',
    .id = offsetof(tkt_role_record_t, id),
    .tenant = offsetof(tkt_role_record_t, tenant),
    .version = offsetof(tkt_role_record_t, version),
    .created_at = offsetof(tkt_role_record_t, created_at),
    .updated_at = offsetof(tkt_role_record_t, updated_at),
    .check = tkt_role_check,
    .may_delete = tkt_role_may_delete
};


/* ---- permissions ---- */

/* The five roles that hold it from the start. */
static uint64_t
tkt_permission_roles(tkt_perm_t perm)
{
    unsigned  role;
    uint64_t  roles;

    for (roles = 0, role = TKT_ROLE_USER; role < TKT_ROLE_SYSTEM; role++) {
        if (tkt_role_permissions((tkt_role_t) role) & tkt_bit(perm)) {
            roles |= tkt_bit(role);
        }
    }

    return roles;
}


void
tkt_op_permission_list(tkt_call_t *c)
{
    unsigned           perm;
    tkt_out_t          o;
    tkt_str_t          name;
    const tkt_field_t  roles = { .type = TKT_T_SET, .names = &tkt_role_names };

    tkt_out_init(&o, c->arena, 8192);
    tkt_out_lit(&o, "{\"data\":[");

    for (perm = TKT_PERM_NONE + 1; perm < TKT_PERM_MAX; perm++) {
        name = tkt_perm_names.names[perm];

        if (name.len == 0) {
            continue;                       /* kept for actions to come */
        }

        tkt_out_comma(&o);
        tkt_out_lit(&o, "{");
        tkt_out_name(&o, "name");
        tkt_out_string(&o, name);
        tkt_out_name(&o, "description");
        tkt_out_string(&o, tkt_perm_doc((tkt_perm_t) perm));
        tkt_out_name(&o, "roles");
        tkt_out_value(&o, &roles, tkt_permission_roles((tkt_perm_t) perm),
                      tkt_str(""));
        tkt_out_lit(&o, "}");
    }

    tkt_out_lit(&o, "]}");
    tkt_call_answer(c, &o);
}
