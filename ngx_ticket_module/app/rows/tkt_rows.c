/*
 * Rows that are kept as they are: of tenants, principals, roles and what
 * belongs to them; and timers.
 */

#include "app/rows/tkt_rows.h"


/* Gets a record and unpacks it; with an arena from a copy of its bytes. */
static bool
tkt_row_load(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key,
    const tkt_schema_t *schema, void *obj, tkt_arena_t *arena)
{
    tkt_str_t  value;

    if (!tkt_get(txn, db, key, &value)) {
        return false;
    }

    if (arena != NULL) {
        value = tkt_arena_copy(arena, value);
    }

    if (!tkt_record_unpack(schema, value, obj)) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return false;
    }

    return true;
}


static void
tkt_row_save(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *key,
    const tkt_schema_t *schema, const void *obj, tkt_arena_t *arena)
{
    tkt_put(txn, db, key, tkt_record_pack(schema, obj, NULL, arena));
}


/* ---- tenants ---- */

bool
tkt_tenant_load(tkt_txn_t *txn, uint32_t id, tkt_tenant_t *tenant,
    tkt_arena_t *arena)
{
    tkt_key_t  key;

    tkt_key_tenant(&key, id);

    return tkt_row_load(txn, TKT_DB_TENANT, &key, &tkt_tenant_schema, tenant,
                        arena);
}


/* The name and the place in the tree; whoever saves a tenant saves these. */
static void
tkt_tenant_index(tkt_txn_t *txn, const tkt_tenant_t *before,
    const tkt_tenant_t *tenant)
{
    tkt_key_t  key, id;

    tkt_key_tenant(&id, (uint32_t) tenant->id);

    if (before != NULL && !tkt_str_eq(before->name, tenant->name)) {
        tkt_key_tenant_name(&key, before->name);
        (void) tkt_delete(txn, TKT_DB_TENANT_NAME, &key);
        before = NULL;
    }

    if (before == NULL) {
        tkt_key_tenant_name(&key, tenant->name);
        tkt_put(txn, TKT_DB_TENANT_NAME, &key,
                (tkt_str_t) { id.data, id.len });

        if (tenant->parent != 0) {
            tkt_key_tenant_child(&key, (uint32_t) tenant->parent,
                                 (uint32_t) tenant->id);
            tkt_put(txn, TKT_DB_TENANT_CHILD, &key, tkt_str(""));
        }
    }
}


void
tkt_tenant_save(tkt_txn_t *txn, const tkt_tenant_t *before,
    const tkt_tenant_t *tenant, tkt_arena_t *arena)
{
    tkt_key_t  key;

    tkt_key_tenant(&key, (uint32_t) tenant->id);
    tkt_row_save(txn, TKT_DB_TENANT, &key, &tkt_tenant_schema, tenant, arena);
    tkt_tenant_index(txn, before, tenant);
}


/* ---- principals ---- */

bool
tkt_user_load(tkt_txn_t *txn, uint32_t tenant, uint64_t id, tkt_user_t *user,
    tkt_arena_t *arena)
{
    tkt_key_t  key;

    tkt_key_principal(&key, tenant, id);

    return tkt_row_load(txn, TKT_DB_PRINCIPAL, &key, &tkt_user_schema, user,
                        arena);
}


bool
tkt_user_by_login(tkt_txn_t *txn, uint32_t tenant, tkt_str_t login,
    tkt_user_t *user, tkt_arena_t *arena)
{
    uint64_t     id;
    tkt_key_t    key;
    tkt_str_t    value;
    tkt_unkey_t  u;

    tkt_key_login(&key, tenant, login);

    if (!tkt_get(txn, TKT_DB_LOGIN, &key, &value)) {
        return false;
    }

    tkt_unkey_start(&u, value);
    id = tkt_unkey_u64(&u);

    return tkt_user_load(txn, tenant, id, user, arena);
}


bool
tkt_token_load(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    uint32_t number, tkt_token_record_t *token, tkt_arena_t *arena)
{
    tkt_key_t  key;

    tkt_key_token(&key, tenant, principal, number);

    return tkt_row_load(txn, TKT_DB_TOKEN, &key, &tkt_token_schema, token,
                        arena);
}


void
tkt_token_save(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    const tkt_token_record_t *token, tkt_arena_t *arena)
{
    tkt_key_t  key;

    tkt_key_token(&key, tenant, principal, (uint32_t) token->id);
    tkt_row_save(txn, TKT_DB_TOKEN, &key, &tkt_token_schema, token, arena);
}


bool
tkt_role_load(tkt_txn_t *txn, uint32_t tenant, uint64_t id,
    tkt_role_record_t *role, tkt_arena_t *arena)
{
    tkt_key_t  key;

    tkt_key_role(&key, tenant, id);

    return tkt_row_load(txn, TKT_DB_ROLE, &key, &tkt_role_schema, role,
                        arena);
}


void
tkt_role_save(tkt_txn_t *txn, const tkt_role_record_t *role,
    tkt_arena_t *arena)
{
    tkt_key_t  key;

    tkt_key_role(&key, (uint32_t) role->tenant, role->id);
    tkt_row_save(txn, TKT_DB_ROLE, &key, &tkt_role_schema, role, arena);
}


bool
tkt_credential_load(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    tkt_credential_t *credential, tkt_arena_t *arena)
{
    tkt_key_t  key;

    tkt_key_credential(&key, tenant, principal);

    return tkt_row_load(txn, TKT_DB_CREDENTIAL, &key, &tkt_credential_schema,
                        credential, arena);
}


void
tkt_credential_save(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    const tkt_credential_t *credential, tkt_arena_t *arena)
{
    tkt_key_t  key;

    tkt_key_credential(&key, tenant, principal);
    tkt_row_save(txn, TKT_DB_CREDENTIAL, &key, &tkt_credential_schema,
                 credential, arena);
}


/* ---- codes, notifications, timers ---- */

bool
tkt_code_load(tkt_txn_t *txn, uint32_t tenant, const uint8_t digest[16],
    tkt_code_t *code, tkt_arena_t *arena)
{
    tkt_key_t  key;

    tkt_key_code(&key, tenant, digest);

    return tkt_row_load(txn, TKT_DB_CODE, &key, &tkt_code_record_schema, code,
                        arena);
}


void
tkt_code_save(tkt_txn_t *txn, uint32_t tenant, const uint8_t digest[16],
    const tkt_code_t *code, tkt_arena_t *arena)
{
    tkt_key_t  key;

    tkt_key_code(&key, tenant, digest);
    tkt_row_save(txn, TKT_DB_CODE, &key, &tkt_code_record_schema, code, arena);
}


void
tkt_outbox_save(tkt_txn_t *txn, const tkt_outbox_t *outbox,
    tkt_arena_t *arena)
{
    tkt_key_t  key;

    tkt_key_outbox(&key, (uint32_t) outbox->tenant, outbox->id);
    tkt_row_save(txn, TKT_DB_OUTBOX, &key, &tkt_outbox_schema, outbox, arena);
}


void
tkt_due_set(tkt_txn_t *txn, int64_t at_ms, tkt_due_t kind, uint32_t tenant,
    uint64_t id)
{
    tkt_key_t  key;

    tkt_key_due(&key, at_ms, kind, tenant, id);
    tkt_put(txn, TKT_DB_DUE, &key, tkt_str(""));
}


void
tkt_due_clear(tkt_txn_t *txn, int64_t at_ms, tkt_due_t kind, uint32_t tenant,
    uint64_t id)
{
    tkt_key_t  key;

    tkt_key_due(&key, at_ms, kind, tenant, id);
    (void) tkt_delete(txn, TKT_DB_DUE, &key);
}
