/*
 * Tenants with the indexes of names and of the tree, and the links between
 * tickets of two of them.
 */

#include <stdio.h>

#include "app/verify/tkt_verify_int.h"
#include "app/who/tkt_tenant_tree.h"


/* The record of a tenant; false if there is none that decodes. */
static bool
tkt_verify_tenant_load(tkt_verify_t *v, uint64_t id, tkt_tenant_t *tenant)
{
    tkt_key_t  key;
    tkt_str_t  value;

    tkt_key_tenant(&key, (uint32_t) id);

    return id <= UINT32_MAX
           && tkt_get(v->txn, TKT_DB_TENANT, &key, &value)
           && tkt_record_unpack(&tkt_tenant_schema, value, tenant);
}


/* ---- tenants ---- */

/* Its place in the tree, and its entries in both indexes. */
static void
tkt_verify_tenant_place(tkt_verify_t *v, const char *what,
    const tkt_tenant_t *t)
{
    unsigned     depth;
    tkt_key_t    key;
    tkt_str_t    value;
    tkt_unkey_t  u;

    depth = tkt_tenant_depth(v->txn, (uint32_t) t->id);

    if (depth == 0 || t->kind != (uint64_t) tkt_tenant_kind(depth)
        || !tkt_tenant_within(v->txn, (uint32_t) t->id, 1))
    {
        tkt_verify_fault(v, "%s: has no place in the tree of tenants", what);
    }

    tkt_key_tenant_name(&key, t->name);

    if (!tkt_get(v->txn, TKT_DB_TENANT_NAME, &key, &value)) {
        tkt_verify_fault(v, "%s: its name is not in the index", what);

    } else {
        tkt_unkey_start(&u, value);

        if (tkt_unkey_u32(&u) != t->id) {
            tkt_verify_fault(v, "%s: its name leads to another tenant", what);
        }
    }

    tkt_key_tenant_child(&key, (uint32_t) t->parent, (uint32_t) t->id);

    if (t->parent != 0
        && !tkt_get(v->txn, TKT_DB_TENANT_CHILD, &key, &value))
    {
        tkt_verify_fault(v, "%s: is not among the children of tenant %llu",
                         what, tkt_ull(t->parent));
    }
}


void
tkt_verify_tenants(tkt_verify_t *v)
{
    char          what[64];
    uint64_t      id;
    tkt_scan_t    scan;
    tkt_tenant_t  tenant;

    tkt_verify_open(v, &scan, TKT_DB_TENANT);

    while (tkt_verify_next(v, &scan, "4", &id)) {

        (void) snprintf(what, sizeof(what), "tenant %llu", tkt_ull(id));

        if (!tkt_record_unpack(&tkt_tenant_schema, scan.value, &tenant)) {
            tkt_verify_fault(v, "%s: the record does not decode", what);
            continue;
        }

        (void) tkt_verify_values(v, &tkt_tenant_schema, &tenant, what);

        if (tenant.id != id || tenant.name.len == 0) {
            tkt_verify_fault(v, "%s: the record is not of this tenant", what);
        }

        if (id == 0 || id > v->last[TKT_SEQ_TENANT]) {
            tkt_verify_fault(v, "%s: the number was never given", what);
        }

        if (tenant.id == id) {
            tkt_verify_tenant_place(v, what, &tenant);
        }
    }

    tkt_scan_close(&scan);
}


void
tkt_verify_tenant_names(tkt_verify_t *v)
{
    uint64_t      id;
    tkt_scan_t    scan;
    tkt_unkey_t   u;
    tkt_tenant_t  t;

    tkt_verify_open(v, &scan, TKT_DB_TENANT_NAME);

    while (tkt_scan_next(&scan)) {
        v->figures->entries[TKT_DB_TENANT_NAME]++;

        tkt_unkey_start(&u, scan.value);
        id = tkt_unkey_u32(&u);

        if (u.bad || u.pos != u.end || !tkt_verify_tenant_load(v, id, &t)
            || !tkt_str_eq(t.name, scan.key))
        {
            tkt_verify_fault(v, "tenant_name %.*s: leads to no tenant of "
                             "this name", (int) scan.key.len,
                             (const char *) scan.key.data);
        }
    }

    tkt_scan_close(&scan);
}


void
tkt_verify_tenant_children(tkt_verify_t *v)
{
    uint64_t      part[2];
    tkt_scan_t    scan;
    tkt_tenant_t  t;

    tkt_verify_open(v, &scan, TKT_DB_TENANT_CHILD);

    while (tkt_verify_next(v, &scan, "44", part)) {

        if (!tkt_verify_tenant_load(v, part[1], &t) || t.parent != part[0]
            || scan.value.len != 0)
        {
            tkt_verify_fault(v, "tenant_child %llu/%llu: is no child of it",
                             tkt_ull(part[0]), tkt_ull(part[1]));
        }
    }

    tkt_scan_close(&scan);
}


/* ---- links between desks ---- */

/* The requester of a forwarded ticket stands for the tenant below. */
static void
tkt_verify_standin(tkt_verify_t *v, const char *what, const tkt_ticket_t *t)
{
    tkt_key_t   key;
    tkt_str_t   value;
    tkt_user_t  user;

    tkt_key_principal(&key, (uint32_t) t->tenant, t->requester);

    if (!tkt_get(v->txn, TKT_DB_PRINCIPAL, &key, &value)
        || !tkt_record_unpack(&tkt_user_schema, value, &user)
        || user.origin != TKT_ORIGIN_TENANT
        || user.peer_tenant != t->forwarded_tenant)
    {
        tkt_verify_fault(v, "%s: its requester %llu does not stand for "
                         "tenant %llu", what, tkt_ull(t->requester),
                         tkt_ull(t->forwarded_tenant));
    }
}


void
tkt_verify_forward(tkt_verify_t *v, const char *what, const tkt_ticket_t *t)
{
    tkt_ticket_t  other;
    tkt_tenant_t  tenant;

    if (t->forwarded_to != 0
        && (!tkt_verify_tenant_load(v, t->tenant, &tenant)
            || !tkt_verify_ticket_integers(v, tenant.parent, t->forwarded_to,
                                           &other)
            || other.forwarded_from != t->id
            || other.forwarded_tenant != t->tenant))
    {
        tkt_verify_fault(v, "%s: was forwarded to %llu, which says otherwise",
                         what, tkt_ull(t->forwarded_to));
    }

    if (t->forwarded_from == 0 && t->forwarded_tenant == 0) {
        return;
    }

    if (!tkt_verify_tenant_load(v, t->forwarded_tenant, &tenant)
        || tenant.parent != t->tenant
        || !tkt_verify_ticket_integers(v, t->forwarded_tenant,
                                       t->forwarded_from, &other)
        || other.forwarded_to != t->id)
    {
        tkt_verify_fault(v, "%s: was forwarded from %llu/%llu, which says "
                         "otherwise", what, tkt_ull(t->forwarded_tenant),
                         tkt_ull(t->forwarded_from));
    }

    tkt_verify_standin(v, what, t);
}
