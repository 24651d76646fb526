/*
 * Tenants by name, for logins and the operator.
 */

#include "app/privacy/tkt_audit.h"
#include "app/who/tkt_tenant_tree.h"
#include "app/who/tkt_tenants.h"
#include "codec/tkt_json_in.h"


/* Number of the first tenant: the root of the tree. */
#define TKT_TENANT_ROOT  1


/* ---- by name ---- */

/* How many tenants there are, of which the first: 0, 1 or 2 for several. */
static unsigned
tkt_tenants_few(tkt_txn_t *txn, uint32_t *first)
{
    unsigned     n;
    tkt_key_t    all;
    tkt_scan_t   scan;
    tkt_unkey_t  u;

    tkt_key_start(&all);
    tkt_scan_open(&scan, txn, TKT_DB_TENANT, &all, NULL, false);

    for (n = 0; n < 2 && tkt_scan_next(&scan); n++) {
        if (n == 0) {
            tkt_unkey_start(&u, scan.key);
            *first = tkt_unkey_u32(&u);
        }
    }

    tkt_scan_close(&scan);

    return n;
}


bool
tkt_tenant_by_name(tkt_txn_t *txn, tkt_str_t name, tkt_tenant_t *tenant,
    tkt_arena_t *arena)
{
    uint32_t     id;
    tkt_key_t    key;
    tkt_str_t    value;
    tkt_unkey_t  u;

    if (name.len == 0) {

        if (tkt_tenants_few(txn, &id) == 1) {
            return tkt_tenant_load(txn, id, tenant, arena);
        }

        name = tkt_str(TKT_TENANT_DEFAULT);
    }

    if (name.len > TKT_SLUG_MAX_CHARS) {
        return false;
    }

    tkt_key_tenant_name(&key, name);

    if (!tkt_get(txn, TKT_DB_TENANT_NAME, &key, &value)) {
        return false;
    }

    tkt_unkey_start(&u, value);

    return tkt_tenant_load(txn, tkt_unkey_u32(&u), tenant, arena);
}


/* ---- the operator ---- */

/* A tenant to be named: the root, or one below it. */
static tkt_tenant_t
tkt_tenant_new(tkt_txn_t *txn, int64_t now_ms)
{
    uint64_t  id, at;

    id = tkt_txn_next(txn, TKT_SEQ_TENANT);
    at = (uint64_t) tkt_txn_stamp(txn, now_ms);

    return (tkt_tenant_t) {
        .id = id,
        .parent = (id == TKT_TENANT_ROOT) ? 0 : TKT_TENANT_ROOT,
        .kind = tkt_tenant_kind(id == TKT_TENANT_ROOT ? 1 : 2),
        .profile = TKT_PROFILE_CANONICAL + 1,
        .version = 1, .created_at = at, .updated_at = at,
    };
}


/* Whether the only tenant is one that a server made and nobody uses. */
static bool
tkt_tenant_unused(tkt_txn_t *txn, tkt_tenant_t *only, tkt_arena_t *arena)
{
    uint32_t   id;
    tkt_key_t  prefix;

    if (tkt_tenants_few(txn, &id) != 1
        || !tkt_tenant_load(txn, id, only, arena)
        || !tkt_str_eq(only->name, tkt_str(TKT_TENANT_DEFAULT)))
    {
        return false;
    }

    tkt_key_tenant(&prefix, id);

    return !tkt_scan_any(txn, TKT_DB_PRINCIPAL, &prefix);
}


/*
 * In the log of the tenant above, as when an administrator there does it; of
 * the root in its own.  That there is a root needs no saying.
 */
static void
tkt_tenant_note(tkt_txn_t *txn, const tkt_tenant_t *before,
    const tkt_tenant_t *tenant, int64_t now_ms, tkt_arena_t *arena)
{
    uint32_t          log;
    tkt_call_t        c = {
        .txn = txn, .arena = arena, .now_ms = now_ms,
        .request_id = tkt_str("ticketctl"),
    };
    tkt_actor_t       operator = { .role = TKT_ROLE_ADMIN };
    tkt_audit_note_t  note = {
        .act = before == NULL ? TKT_AUDIT_CREATE : TKT_AUDIT_CHANGE,
        .object = TKT_OBJECT_TENANT, .object_id = tenant->id,
        .before = before, .after = tenant,
    };

    log = (uint32_t) (tenant->parent != 0 ? tenant->parent : tenant->id);

    if (before != NULL || tenant->parent != 0) {
        operator.tenant = log;
        c.actor = &operator;
        tkt_audit_append(&c, log, &note);
    }
}


/* Finds or makes it and saves what changed. */
static void
tkt_tenant_settle(tkt_txn_t *txn, tkt_str_t name, uint64_t profile,
    bool create, int64_t now_ms, uint64_t *id, tkt_arena_t *arena)
{
    bool           found;
    uint32_t       first;
    tkt_tenant_t   before, tenant;

    memset(&before, 0, sizeof(before));
    found = tkt_tenant_by_name(txn, name, &before, arena);
    tenant = before;

    if (!found && (!create || (name.len == 0
                               && tkt_tenants_few(txn, &first) > 0)))
    {
        tkt_txn_fail(txn, TKT_NOT_FOUND);
        return;
    }

    if (!found) {
        found = tkt_tenant_unused(txn, &before, arena);
        tenant = found ? before : tkt_tenant_new(txn, now_ms);
        tenant.name = name.len > 0 ? name : tkt_str(TKT_TENANT_DEFAULT);
    }

    if (profile != 0) {
        tenant.profile = profile;
    }

    if (!found || tenant.profile != before.profile
        || !tkt_str_eq(tenant.name, before.name))
    {
        if (found) {
            tenant.version++;
            tenant.updated_at = (uint64_t) tkt_txn_stamp(txn, now_ms);
        }

        tkt_tenant_save(txn, found ? &before : NULL, &tenant, arena);
        tkt_tenant_note(txn, found ? &before : NULL, &tenant, now_ms, arena);
    }

    *id = tenant.id;
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


tkt_status_t
tkt_app_prepare(tkt_env_t *env, int64_t now_ms)
{
    bool           ready;
    uint64_t       id;
    tkt_txn_t     *txn;
    tkt_arena_t    arena;
    tkt_tenant_t   root;
    tkt_status_t   status;

    /* a look without the writer lock: every start but the first ends here */

    status = tkt_txn_reader(env, &txn);
    if (status != TKT_OK) {
        return status;
    }

    status = tkt_txn_renew(txn);
    ready = status == TKT_OK
            && tkt_tenant_load(txn, TKT_TENANT_ROOT, &root, NULL);
    tkt_txn_reset(txn);
    tkt_txn_reader_free(txn);

    if (status != TKT_OK || ready) {
        return status;
    }

    status = tkt_txn_begin(env, &txn, false);
    if (status != TKT_OK) {
        return status;
    }

    tkt_arena_init(&arena, 4096);

    /* another process may have been first */

    if (tkt_tenants_few(txn, &(uint32_t) { 0 }) == 0) {
        tkt_tenant_settle(txn, tkt_str(""), 0, true, now_ms, &id, &arena);
    }

    status = tkt_txn_commit(txn);
    tkt_arena_done(&arena);

    return status;
}
