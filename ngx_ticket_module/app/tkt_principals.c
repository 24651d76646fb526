/*
 * Rows of tenants, roles, principals and what belongs to them.
 */

#include "app/tkt_codes.h"
#include "app/tkt_presence.h"
#include "app/tkt_rows.h"


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


bool
tkt_tenant_load(tkt_txn_t *txn, uint32_t id, tkt_tenant_t *tenant,
    tkt_arena_t *arena)
{
    tkt_key_t  key;

    tkt_key_tenant(&key, id);

    return tkt_row_load(txn, TKT_DB_TENANT, &key, &tkt_tenant_schema, tenant,
                        arena);
}


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
    tkt_put(txn, TKT_DB_TENANT, &key,
            tkt_record_pack(&tkt_tenant_schema, tenant, NULL, arena));
    tkt_tenant_index(txn, before, tenant);
}


static uint64_t
tkt_user_count(tkt_txn_t *txn, uint32_t tenant)
{
    uint64_t   count;
    tkt_key_t  key;

    tkt_key_principal_count(&key, tenant);
    tkt_counter_get(txn, TKT_DB_COUNTER, &key, 1, &count);

    return count;
}


static void
tkt_user_count_add(tkt_txn_t *txn, uint64_t tenant, int64_t delta)
{
    tkt_key_t  key;

    tkt_key_principal_count(&key, (uint32_t) tenant);
    tkt_counter_add(txn, TKT_DB_COUNTER, &key, 1, 0, delta);
}


bool
tkt_user_has_room(tkt_txn_t *txn, uint32_t tenant)
{
    tkt_tenant_t  record;

    return !tkt_tenant_load(txn, tenant, &record, NULL)
           || record.max_principals == 0
           || tkt_user_count(txn, tenant) < record.max_principals;
}


/* One holder more or less of a role; 0: of none that is counted. */
static void
tkt_role_held(tkt_txn_t *txn, uint32_t tenant, uint64_t id, bool more,
    tkt_arena_t *arena)
{
    tkt_role_record_t  role;

    if (id == 0 || !tkt_role_load(txn, tenant, id, &role, arena)) {
        return;
    }

    if (!more && role.holders == 0) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return;
    }

    role.holders += more ? 1 : (uint64_t) -1;
    tkt_role_save(txn, &role, arena);
}


/*
 * A code to reset the password that is on its way to an address which is not
 * his any more, or not proved any more, opens nothing.
 */
static void
tkt_user_code_end(tkt_txn_t *txn, const tkt_user_t *before,
    const tkt_user_t *user, tkt_arena_t *arena)
{
    tkt_code_t     code;
    tkt_code_id_t  id;

    if (tkt_str_eq(before->email, user->email)
        && tkt_str_eq(before->phone, user->phone))
    {
        return;
    }

    tkt_code_id(&id, (uint32_t) before->tenant, tkt_str(""),
                TKT_PURPOSE_RESET, before->login);

    if (tkt_code_load(txn, id.tenant, id.digest, &code, arena)) {
        tkt_code_spend(txn, &id, &code);
    }
}


void
tkt_user_save(tkt_txn_t *txn, const tkt_user_t *before,
    const tkt_user_t *user, tkt_arena_t *arena)
{
    uint64_t   had;
    tkt_key_t  key, id;

    tkt_key_principal(&key, (uint32_t) user->tenant, user->id);
    tkt_put(txn, TKT_DB_PRINCIPAL, &key,
            tkt_record_pack(&tkt_user_schema, user, NULL, arena));

    if (before == NULL) {
        tkt_key_start(&id);
        tkt_key_u64(&id, user->id);
        tkt_key_login(&key, (uint32_t) user->tenant, user->login);
        tkt_put(txn, TKT_DB_LOGIN, &key, (tkt_str_t) { id.data, id.len });
        tkt_user_count_add(txn, user->tenant, 1);

    } else {
        tkt_user_code_end(txn, before, user, arena);
    }

    /* in another role, or none, he has to say anew that he is there */

    if (before != NULL
        && (before->role != user->role || before->role_id != user->role_id
            || before->disabled != user->disabled))
    {
        tkt_presence_leave(txn, (uint32_t) user->tenant, user->id,
                           (int64_t) user->updated_at, arena);
    }

    had = (before == NULL) ? 0 : before->role_id;

    if (had != user->role_id) {
        tkt_role_held(txn, (uint32_t) user->tenant, had, false, arena);
        tkt_role_held(txn, (uint32_t) user->tenant, user->role_id, true,
                      arena);
    }
}


void
tkt_user_take_back(tkt_txn_t *txn, const tkt_user_t *user, tkt_arena_t *arena)
{
    tkt_key_t  key;

    tkt_key_principal(&key, (uint32_t) user->tenant, user->id);
    (void) tkt_delete(txn, TKT_DB_PRINCIPAL, &key);
    tkt_key_login(&key, (uint32_t) user->tenant, user->login);
    (void) tkt_delete(txn, TKT_DB_LOGIN, &key);

    /* principals stay, so whoever comes first found no row */

    if (tkt_user_count(txn, (uint32_t) user->tenant) == 1) {
        tkt_key_principal_count(&key, (uint32_t) user->tenant);
        tkt_counter_drop(txn, TKT_DB_COUNTER, &key);

    } else {
        tkt_user_count_add(txn, user->tenant, -1);
    }

    tkt_role_held(txn, (uint32_t) user->tenant, user->role_id, false, arena);
}


void
tkt_token_save(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    const tkt_token_record_t *token, tkt_arena_t *arena)
{
    tkt_key_t  key;

    tkt_key_token(&key, tenant, principal, (uint32_t) token->id);
    tkt_put(txn, TKT_DB_TOKEN, &key,
            tkt_record_pack(&tkt_token_schema, token, NULL, arena));
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


bool
tkt_credential_load(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    tkt_credential_t *credential, tkt_arena_t *arena)
{
    tkt_key_t  key;

    tkt_key_credential(&key, tenant, principal);

    return tkt_row_load(txn, TKT_DB_CREDENTIAL, &key, &tkt_credential_schema,
                        credential, arena);
}


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
tkt_role_save(tkt_txn_t *txn, const tkt_role_record_t *role,
    tkt_arena_t *arena)
{
    tkt_key_t  key;

    tkt_key_role(&key, (uint32_t) role->tenant, role->id);
    tkt_put(txn, TKT_DB_ROLE, &key,
            tkt_record_pack(&tkt_role_schema, role, NULL, arena));
}


void
tkt_credential_save(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    const tkt_credential_t *credential, tkt_arena_t *arena)
{
    tkt_key_t  key;

    tkt_key_credential(&key, tenant, principal);
    tkt_put(txn, TKT_DB_CREDENTIAL, &key,
            tkt_record_pack(&tkt_credential_schema, credential, NULL, arena));
}


void
tkt_code_save(tkt_txn_t *txn, uint32_t tenant, const uint8_t digest[16],
    const tkt_code_t *code, tkt_arena_t *arena)
{
    tkt_key_t  key;

    tkt_key_code(&key, tenant, digest);
    tkt_put(txn, TKT_DB_CODE, &key,
            tkt_record_pack(&tkt_code_record_schema, code, NULL, arena));
}


void
tkt_outbox_save(tkt_txn_t *txn, const tkt_outbox_t *outbox,
    tkt_arena_t *arena)
{
    tkt_key_t  key;

    tkt_key_outbox(&key, (uint32_t) outbox->tenant, outbox->id);
    tkt_put(txn, TKT_DB_OUTBOX, &key,
            tkt_record_pack(&tkt_outbox_schema, outbox, NULL, arena));
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
