/*
 * The tree of tenants; see the header.
 */

#include "app/call/tkt_call.h"
#include "app/who/tkt_tenant_tree.h"
#include "base/tkt_text.h"


bool
tkt_tenant_head(tkt_txn_t *txn, uint64_t id, tkt_tenant_t *tenant)
{
    tkt_key_t  key;
    tkt_str_t  value;

    tkt_key_tenant(&key, (uint32_t) id);

    return id <= UINT32_MAX && tkt_get(txn, TKT_DB_TENANT, &key, &value)
           && tkt_record_unpack_integers(&tkt_tenant_schema, value, tenant);
}


unsigned
tkt_tenant_depth(tkt_txn_t *txn, uint32_t tenant)
{
    unsigned      depth;
    uint64_t      id;
    tkt_tenant_t  t;

    id = tenant;

    for (depth = 0; id != 0 && depth < TKT_TENANT_DEPTH_MAX; depth++) {

        if (!tkt_tenant_head(txn, id, &t)) {
            return 0;
        }

        id = t.parent;
    }

    return depth;
}


tkt_tenant_kind_t
tkt_tenant_kind(unsigned depth)
{
    static const tkt_tenant_kind_t  kinds[] = {
        TKT_TENANT_NONE, TKT_TENANT_PLATFORM, TKT_TENANT_PROVIDER,
        TKT_TENANT_CUSTOMER
    };

    _Static_assert(sizeof(kinds) / sizeof(kinds[0])
                   == TKT_TENANT_DEPTH_MAX + 1, "a kind for each depth");

    return depth <= TKT_TENANT_DEPTH_MAX ? kinds[depth] : TKT_TENANT_NONE;
}


bool
tkt_tenant_within(tkt_txn_t *txn, uint32_t tenant, uint32_t top)
{
    unsigned      depth;
    uint64_t      id;
    tkt_tenant_t  t;

    id = tenant;

    for (depth = 0; depth < TKT_TENANT_DEPTH_MAX; depth++) {

        if (!tkt_tenant_head(txn, id, &t)) {
            return false;
        }

        if (id == top) {
            return true;
        }

        id = t.parent;
    }

    return false;
}


/* The first child of `parent` numbered `from` or more; 0: there is none. */
static uint32_t
tkt_tenant_child(tkt_txn_t *txn, uint32_t parent, uint32_t from)
{
    uint32_t     child;
    tkt_key_t    prefix, start;
    tkt_scan_t   scan;
    tkt_unkey_t  u;

    tkt_key_tenant(&prefix, parent);
    tkt_key_tenant_child(&start, parent, from);
    tkt_scan_open(&scan, txn, TKT_DB_TENANT_CHILD, &prefix, &start, false);

    child = 0;

    if (tkt_scan_next(&scan)) {
        tkt_unkey_start(&u, scan.key);
        (void) tkt_unkey_u32(&u);
        child = tkt_unkey_u32(&u);
    }

    tkt_scan_close(&scan);

    return child;
}


uint32_t
tkt_tenant_next(tkt_txn_t *txn, uint32_t top, uint32_t tenant)
{
    unsigned      depth;
    uint32_t      next;
    tkt_tenant_t  t;

    next = tkt_tenant_child(txn, tenant, 0);

    for (depth = 0; next == 0 && tenant != top
                    && depth < TKT_TENANT_DEPTH_MAX; depth++)
    {
        if (!tkt_tenant_head(txn, tenant, &t) || tenant == UINT32_MAX) {
            return 0;
        }

        next = tkt_tenant_child(txn, (uint32_t) t.parent, tenant + 1);
        tenant = (uint32_t) t.parent;
    }

    return next;
}


bool
tkt_tenant_open(tkt_txn_t *txn, uint32_t tenant)
{
    unsigned      depth;
    uint64_t      id;
    tkt_tenant_t  t;

    id = tenant;

    for (depth = 0; depth < TKT_TENANT_DEPTH_MAX; depth++) {

        if (!tkt_tenant_head(txn, id, &t) || t.disabled) {
            return false;
        }

        if (t.parent == 0) {
            return true;
        }

        id = t.parent;
    }

    return false;
}


bool
tkt_actor_tenant(tkt_txn_t *txn, uint32_t tenant, tkt_actor_t *actor)
{
    tkt_key_t     key;
    tkt_str_t     value;
    tkt_tenant_t  t;

    actor->tenant = tenant;
    actor->profile = TKT_PROFILE_CANONICAL;
    actor->languages = 0;
    actor->tenant_quota = 0;
    actor->prefix[0] = '\0';
    actor->tenant_name[0] = '\0';

    tkt_key_tenant(&key, tenant);

    if (!tkt_get(txn, TKT_DB_TENANT, &key, &value)
        || !tkt_record_unpack(&tkt_tenant_schema, value, &t))
    {
        return false;
    }

    if (t.profile > 0) {
        actor->profile = (uint32_t) t.profile - 1;
    }

    actor->languages = (uint32_t) t.languages;
    actor->tenant_quota = (uint32_t) t.quota;
    tkt_text_keep(actor->prefix, sizeof(actor->prefix), t.number_prefix);
    tkt_text_keep(actor->tenant_name, sizeof(actor->tenant_name), t.name);

    return !t.disabled
           && (t.parent == 0 || tkt_tenant_open(txn, (uint32_t) t.parent));
}


tkt_lang_t
tkt_actor_lang(const tkt_actor_t *actor, tkt_str_t accept_language)
{
    switch (actor->languages) {

    case TKT_LANGUAGE_ZH_CN:
        return TKT_LANG_ZH;

    case TKT_LANGUAGE_EN:
        return TKT_LANG_EN;

    default:
        return tkt_lang_accept(accept_language);
    }
}
