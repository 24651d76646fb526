/*
 * Roles at work; see the header.
 */

#include "app/who/tkt_roles.h"
#include "app/call/tkt_call.h"


/* What a record gives: never more than its base has in this release. */
static void
tkt_role_of_record(const tkt_role_record_t *record, tkt_role_of_t *role)
{
    role->base = (tkt_role_t) record->base;
    role->id = record->id;
    role->quota = record->quota;
    role->permissions = record->permissions
                        & tkt_role_permissions(role->base);
}


bool
tkt_role_of(tkt_txn_t *txn, const tkt_user_t *user, tkt_role_of_t *role)
{
    tkt_key_t          key;
    tkt_str_t          value;
    tkt_role_record_t  record;

    *role = (tkt_role_of_t) { .base = (tkt_role_t) user->role,
                              .id = user->role_id };

    if (user->role_id == 0) {
        role->permissions = tkt_role_permissions(role->base);
        return true;
    }

    tkt_key_role(&key, (uint32_t) user->tenant, user->role_id);

    if (!tkt_get(txn, TKT_DB_ROLE, &key, &value)
        || !tkt_record_unpack_integers(&tkt_role_schema, value, &record)
        || record.base != user->role)
    {
        return false;
    }

    tkt_role_of_record(&record, role);

    return true;
}


void
tkt_actor_role(tkt_txn_t *txn, const tkt_user_t *user, tkt_actor_t *actor)
{
    tkt_role_of_t  role;

    (void) tkt_role_of(txn, user, &role);

    actor->role = role.base;
    actor->role_id = role.id;
    actor->withheld = tkt_role_permissions(role.base) & ~role.permissions;
    actor->quota = (uint32_t) (user->quota != 0 ? user->quota : role.quota);
}


bool
tkt_actor_may_call(const tkt_actor_t *actor, const tkt_operation_t *op)
{
    if (op->action != TKT_ACTION_SUBMIT
        && op->permission == tkt_perm_action(op->action))
    {
        return true;
    }

    return op->permission == TKT_PERM_NONE
           || (tkt_actor_permissions(actor) & tkt_bit(op->permission)) != 0;
}


bool
tkt_role_by_name(tkt_txn_t *txn, uint32_t tenant, tkt_str_t name,
    tkt_role_of_t *role)
{
    bool               found;
    tkt_key_t          prefix;
    tkt_scan_t         scan;
    tkt_role_record_t  record;

    tkt_key_tenant(&prefix, tenant);
    tkt_scan_open(&scan, txn, TKT_DB_ROLE, &prefix, NULL, false);

    /* bounded: a tenant has at most TKT_ROLES_PER_TENANT_MAX */

    for (found = false; !found && tkt_scan_next(&scan); /* void */) {

        if (!tkt_record_unpack(&tkt_role_schema, scan.value, &record)) {
            tkt_txn_fail(txn, TKT_INTERNAL);
            break;
        }

        found = tkt_str_eq(record.name, name);
    }

    tkt_scan_close(&scan);

    if (found) {
        tkt_role_of_record(&record, role);
    }

    return found;
}


tkt_str_t
tkt_user_role_name(tkt_txn_t *txn, const tkt_user_t *user,
    tkt_arena_t *arena)
{
    tkt_role_record_t  role;

    if (user->role_id != 0
        && tkt_role_load(txn, (uint32_t) user->tenant, user->role_id, &role,
                         arena))
    {
        return role.name;
    }

    return user->role < tkt_role_names.count ? tkt_role_names.names[user->role]
                                             : tkt_str("");
}


bool
tkt_actor_may_give(const tkt_actor_t *actor, tkt_role_t base,
    uint64_t permissions)
{
    return tkt_actor_is_operator(actor)
           || tkt_role_may_give(actor->role, tkt_actor_permissions(actor),
                                base, permissions);
}


bool
tkt_actor_may_rule(tkt_txn_t *txn, const tkt_actor_t *actor,
    const tkt_user_t *user)
{
    tkt_role_of_t  role;

    (void) tkt_role_of(txn, user, &role);

    return tkt_actor_may_give(actor, role.base, role.permissions);
}
