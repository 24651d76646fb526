/*
 * Records of a tenant's configuration; see the header.
 */

#include "app/resource/tkt_config.h"


void
tkt_key_config_kind(tkt_key_t *k, uint32_t tenant, uint8_t kind)
{
    tkt_key_tenant(k, tenant);
    tkt_key_u8(k, kind);
}


void
tkt_key_config(tkt_key_t *k, uint32_t tenant, uint8_t kind, uint64_t parent,
    uint64_t id)
{
    tkt_key_config_kind(k, tenant, kind);
    tkt_key_u64(k, parent);
    tkt_key_u64(k, id);
}


void
tkt_key_config_name(tkt_key_t *k, uint32_t tenant, tkt_config_kind_t kind,
    uint64_t parent, tkt_str_t name)
{
    tkt_key_config_kind(k, tenant, (uint8_t) (TKT_CONFIG_BY_NAME | kind));
    tkt_key_u64(k, parent);
    tkt_key_bytes(k, name);
}


bool
tkt_config_load(tkt_txn_t *txn, uint32_t tenant, tkt_config_kind_t kind,
    uint64_t parent, uint64_t id, const tkt_schema_t *schema, void *obj,
    tkt_arena_t *arena)
{
    tkt_key_t  key;
    tkt_str_t  value;

    tkt_key_config(&key, tenant, (uint8_t) kind, parent, id);

    if (!tkt_get(txn, TKT_DB_CONFIG, &key, &value)) {
        return false;
    }

    if (arena != NULL) {
        value = tkt_arena_copy(arena, value);
    }

    if (tkt_record_unpack(schema, value, obj)) {
        return true;
    }

    tkt_txn_fail(txn, TKT_INTERNAL);

    return false;
}


bool
tkt_config_load_own(tkt_call_t *c, tkt_config_kind_t kind, uint64_t id,
    const tkt_schema_t *schema, void *obj, tkt_arena_t *arena)
{
    uint32_t  tenant = c->actor->tenant;

    return (c->actor->id != 0
            && tkt_config_load(c->txn, tenant, kind, c->actor->id, id, schema,
                               obj, arena))
           || tkt_config_load(c->txn, tenant, kind, 0, id, schema, obj, arena);
}


uint64_t
tkt_config_by_name(tkt_txn_t *txn, uint32_t tenant, tkt_config_kind_t kind,
    uint64_t parent, tkt_str_t name)
{
    tkt_key_t    key;
    tkt_str_t    value;
    tkt_unkey_t  u;

    tkt_key_config_name(&key, tenant, kind, parent, name);

    if (!tkt_get(txn, TKT_DB_CONFIG, &key, &value)) {
        return 0;
    }

    tkt_unkey_start(&u, value);

    return tkt_unkey_u64(&u);
}


tkt_str_t
tkt_config_title(const tkt_config_t *head, tkt_lang_t lang)
{
    const tkt_str_t  *first, *second;

    first = (lang == TKT_LANG_ZH) ? &head->title_zh : &head->title_en;
    second = (lang == TKT_LANG_ZH) ? &head->title_en : &head->title_zh;

    if (first->len > 0) {
        return *first;
    }

    return second->len > 0 ? *second : head->name;
}
