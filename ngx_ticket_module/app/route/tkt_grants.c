/*
 * Grants; see the header.
 */

#include "app/resource/tkt_config.h"
#include "app/route/tkt_grants.h"
#include "domain/tkt_routing.h"


void
tkt_key_grants_of(tkt_key_t *k, uint32_t tenant, uint64_t principal)
{
    tkt_key_config_kind(k, tenant, TKT_CONFIG_GRANT_OF);
    tkt_key_u64(k, principal);
}


void
tkt_key_grant_of(tkt_key_t *k, uint32_t tenant, uint64_t principal,
    uint64_t type, uint64_t feature)
{
    tkt_key_grants_of(k, tenant, principal);
    tkt_key_u64(k, type);
    tkt_key_u64(k, feature);
}


void
tkt_key_grant_for(tkt_key_t *k, uint32_t tenant, uint64_t type,
    uint64_t feature, uint64_t principal)
{
    tkt_key_config_kind(k, tenant, TKT_CONFIG_GRANT_FOR);
    tkt_key_u64(k, type);
    tkt_key_u64(k, feature);
    tkt_key_u64(k, principal);
}


bool
tkt_grants_bind(const tkt_user_t *user)
{
    return user->role == TKT_ROLE_AGENT && user->grants != 0;
}


/* The level for exactly this; 0: there is no such grant. */
static uint64_t
tkt_grant_level(tkt_txn_t *txn, uint32_t tenant, uint64_t agent,
    uint64_t type, uint64_t feature)
{
    tkt_key_t    key;
    tkt_str_t    value;
    tkt_unkey_t  u;

    tkt_key_grant_of(&key, tenant, agent, type, feature);

    if (!tkt_get(txn, TKT_DB_CONFIG, &key, &value)) {
        return 0;
    }

    tkt_unkey_start(&u, value);

    return tkt_unkey_u8(&u);
}


uint64_t
tkt_grants_level(tkt_txn_t *txn, uint32_t tenant, uint64_t agent,
    uint64_t grants, uint64_t type, uint64_t feature)
{
    uint64_t  level;

    if (grants == 0) {
        return TKT_ROUTING_LEVEL_FREE;
    }

    /* a ticket without a type is nothing that can be granted */

    if (type == 0) {
        return 0;
    }

    /* what is said of the feature goes before what is said of the type */

    level = (feature != 0)
            ? tkt_grant_level(txn, tenant, agent, type, feature) : 0;

    return level != 0 ? level : tkt_grant_level(txn, tenant, agent, type, 0);
}


bool
tkt_grants_allow(const tkt_call_t *c, uint64_t type, uint64_t feature)
{
    return c->actor->grants == 0 || c->actor->role != TKT_ROLE_AGENT
           || tkt_grants_level(c->txn, c->actor->tenant, c->actor->id,
                               c->actor->grants, type, feature) > 0;
}


bool
tkt_grants_name(tkt_txn_t *txn, uint32_t tenant, uint64_t type,
    uint64_t feature)
{
    tkt_key_t  prefix;

    tkt_key_config_kind(&prefix, tenant, TKT_CONFIG_GRANT_FOR);
    tkt_key_u64(&prefix, type);

    if (feature != 0) {
        tkt_key_u64(&prefix, feature);
    }

    return tkt_scan_any(txn, TKT_DB_CONFIG, &prefix);
}


void
tkt_grant_index(tkt_txn_t *txn, const tkt_grant_t *before,
    const tkt_grant_t *after)
{
    uint32_t            tenant;
    tkt_key_t           of, by, value;
    const tkt_grant_t  *g = (after != NULL) ? after : before;

    tenant = (uint32_t) g->head.tenant;
    tkt_key_grant_of(&of, tenant, g->user, g->type, g->feature);
    tkt_key_grant_for(&by, tenant, g->type, g->feature, g->user);

    if (after == NULL) {
        (void) tkt_delete(txn, TKT_DB_CONFIG, &of);
        (void) tkt_delete(txn, TKT_DB_CONFIG, &by);
        return;
    }

    tkt_key_start(&value);
    tkt_key_u8(&value, (uint8_t) g->level);
    tkt_key_u64(&value, g->head.id);
    tkt_put(txn, TKT_DB_CONFIG, &of, (tkt_str_t) { value.data, value.len });

    if (before == NULL) {
        tkt_put(txn, TKT_DB_CONFIG, &by, tkt_str(""));
    }
}
