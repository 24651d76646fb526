/*
 * Pairs of ids; see the header.
 */

#include "app/rows/tkt_relations.h"


void
tkt_key_relations(tkt_key_t *k, uint32_t tenant, tkt_relation_t kind,
    uint64_t from)
{
    tkt_key_tenant(k, tenant);
    tkt_key_u8(k, (uint8_t) kind);
    tkt_key_u64(k, from);
}


void
tkt_key_relation(tkt_key_t *k, uint32_t tenant, tkt_relation_t kind,
    uint64_t from, uint64_t to)
{
    tkt_key_relations(k, tenant, kind, from);
    tkt_key_u64(k, to);
}


bool
tkt_related(tkt_txn_t *txn, uint32_t tenant, tkt_relation_t kind,
    uint64_t from, uint64_t to)
{
    tkt_key_t  key;
    tkt_str_t  value;

    tkt_key_relation(&key, tenant, kind, from, to);

    return tkt_get(txn, TKT_DB_RELATION, &key, &value);
}


void
tkt_relate(tkt_txn_t *txn, uint32_t tenant, tkt_relation_t kind,
    uint64_t from, uint64_t to)
{
    tkt_key_t  key;

    tkt_key_relation(&key, tenant, kind, from, to);
    tkt_put(txn, TKT_DB_RELATION, &key, tkt_str(""));
}


void
tkt_unrelate(tkt_txn_t *txn, uint32_t tenant, tkt_relation_t kind,
    uint64_t from, uint64_t to)
{
    tkt_key_t  key;

    tkt_key_relation(&key, tenant, kind, from, to);
    (void) tkt_delete(txn, TKT_DB_RELATION, &key);
}


bool
tkt_related_next(tkt_scan_t *scan, const tkt_key_t *prefix, uint64_t *to)
{
    tkt_unkey_t  u;

    if (!tkt_scan_next(scan)) {
        return false;
    }

    tkt_unkey_start(&u, (tkt_str_t) { scan->key.data + prefix->len,
                                      scan->key.len - prefix->len });
    *to = tkt_unkey_u64(&u);

    return true;
}
