/*
 * The saving of a principal, with all that goes by it: the tenant's count, the
 * holders of a role, a code on its way, whether he is there.
 */

#include "app/route/tkt_presence.h"
#include "app/rows/tkt_rows.h"
#include "app/who/tkt_codes.h"


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
        tkt_presence_leave(txn, user, (int64_t) user->updated_at, arena);
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
