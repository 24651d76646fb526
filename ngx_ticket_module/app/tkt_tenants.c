/*
 * Tenants by name.
 */

#include "app/tkt_tenants.h"
#include "codec/tkt_json_in.h"


/* The walk's findings: the one asked for, how many there are. */
typedef struct {
    bool          found;
    size_t        count;
    tkt_tenant_t  tenant;
} tkt_tenant_walk_t;


static void
tkt_tenants_walk(tkt_txn_t *txn, tkt_str_t name, tkt_tenant_walk_t *w,
    tkt_arena_t *arena)
{
    bool          named;
    tkt_key_t     all;
    tkt_scan_t    scan;
    tkt_tenant_t  tenant;

    w->found = false;
    w->count = 0;

    tkt_key_start(&all);
    tkt_scan_open(&scan, txn, TKT_DB_TENANT, &all, NULL, false);

    while (tkt_scan_next(&scan)) {

        if (!tkt_record_unpack(&tkt_tenant_schema,
                               tkt_arena_copy(arena, scan.value), &tenant))
        {
            tkt_txn_fail(txn, TKT_INTERNAL);
            break;
        }

        named = tkt_str_eq(tenant.name, name.len > 0
                                        ? name : tkt_str(TKT_TENANT_DEFAULT));

        if (named || (w->count == 0 && name.len == 0)) {
            w->tenant = tenant;
            w->found = true;

        } else if (name.len == 0 && w->count == 1
                   && !tkt_str_eq(w->tenant.name,
                                  tkt_str(TKT_TENANT_DEFAULT)))
        {
            /* the first of several is nobody's default */
            w->found = false;
        }

        w->count++;
    }

    tkt_scan_close(&scan);
}


bool
tkt_tenant_by_name(tkt_txn_t *txn, tkt_str_t name, tkt_tenant_t *tenant,
    tkt_arena_t *arena)
{
    tkt_tenant_walk_t  w;

    tkt_tenants_walk(txn, name, &w, arena);

    if (tkt_txn_status(txn) != TKT_OK || !w.found) {
        return false;
    }

    *tenant = w.tenant;

    return true;
}


/* Whether the only tenant is one that a server made and nobody uses. */
static bool
tkt_tenant_unused(tkt_txn_t *txn, tkt_tenant_walk_t *w, tkt_arena_t *arena)
{
    bool        used;
    tkt_key_t   prefix;
    tkt_scan_t  scan;

    tkt_tenants_walk(txn, tkt_str(TKT_TENANT_DEFAULT), w, arena);

    if (!w->found || w->count != 1) {
        return false;
    }

    tkt_key_tenant(&prefix, (uint32_t) w->tenant.id);
    tkt_scan_open(&scan, txn, TKT_DB_PRINCIPAL, &prefix, NULL, false);
    used = tkt_scan_next(&scan);
    tkt_scan_close(&scan);

    return !used;
}


static void
tkt_tenant_make(tkt_txn_t *txn, tkt_str_t name, int64_t now_ms,
    tkt_tenant_walk_t *w, tkt_arena_t *arena)
{
    if (tkt_tenant_unused(txn, w, arena)) {
        w->tenant.name = name;
        return;
    }

    w->tenant = (tkt_tenant_t) {
        .id = tkt_txn_next(txn, TKT_SEQ_TENANT),
        .profile = TKT_PROFILE_CANONICAL + 1,
        .created_at = (uint64_t) tkt_txn_stamp(txn, now_ms),
        .name = name,
    };
}


/* The rules of the schema's row. */
static bool
tkt_tenant_name_ok(tkt_str_t name, tkt_arena_t *arena)
{
    tkt_errors_t        errors;
    tkt_tenant_t        tenant;
    const tkt_field_t  *f;

    f = tkt_schema_find(&tkt_tenant_schema, tkt_str("name"));
    tkt_errors_init(&errors, arena);

    return tkt_field_parse(f, name, &tenant, tkt_str("/name"), &errors)
           == TKT_OK;
}


/* Finds or makes it and saves what changed. */
static void
tkt_tenant_settle(tkt_txn_t *txn, tkt_str_t name, uint64_t profile,
    bool create, int64_t now_ms, uint64_t *id, tkt_arena_t *arena)
{
    bool               changed;
    tkt_tenant_walk_t  w;

    tkt_tenants_walk(txn, name, &w, arena);

    changed = !w.found;

    if (!w.found) {

        if (!create || (name.len == 0 && w.count > 0)) {
            tkt_txn_fail(txn, TKT_NOT_FOUND);
            return;
        }

        tkt_tenant_make(txn, name.len > 0 ? name
                                          : tkt_str(TKT_TENANT_DEFAULT),
                        now_ms, &w, arena);
    }

    if (profile != 0 && profile != w.tenant.profile) {
        w.tenant.profile = profile;
        changed = true;
    }

    if (changed) {
        tkt_tenant_save(txn, &w.tenant, arena);
    }

    *id = w.tenant.id;
}


tkt_status_t
tkt_app_tenant(tkt_env_t *env, tkt_str_t name, uint64_t profile, bool create,
    int64_t now_ms, uint64_t *id)
{
    tkt_txn_t     *txn;
    tkt_arena_t    arena;
    tkt_status_t   status;

    tkt_arena_init(&arena, 4096);

    if (name.len > 0 && !tkt_tenant_name_ok(name, &arena)) {
        tkt_arena_done(&arena);
        return TKT_INVALID_REQUEST;
    }

    status = tkt_txn_begin(env, &txn, false);

    if (status == TKT_OK) {
        tkt_tenant_settle(txn, name, profile, create, now_ms, id, &arena);
        status = tkt_txn_commit(txn);
    }

    tkt_arena_done(&arena);

    return status;
}
