/*
 * Drafts; see the header.
 */

#include "app/ticket/tkt_drafts.h"


void
tkt_key_draft(tkt_key_t *k, uint32_t tenant, uint64_t ticket,
    uint64_t principal)
{
    tkt_key_ticket(k, tenant, ticket);
    tkt_key_u64(k, principal);
}


bool
tkt_draft_load(tkt_txn_t *txn, uint32_t tenant, uint64_t ticket,
    uint64_t principal, tkt_draft_t *draft, tkt_arena_t *arena)
{
    tkt_key_t  key, record;
    tkt_str_t  value;

    tkt_key_draft(&key, tenant, ticket, principal);
    record = key;
    tkt_key_u16(&record, 0);

    if (!tkt_get(txn, TKT_DB_DRAFT, &record, &value)) {
        return false;
    }

    if (!tkt_record_unpack(&tkt_draft_schema, tkt_arena_copy(arena, value),
                           draft))
    {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return false;
    }

    /* an empty text is not kept: this one is in pieces */

    if (draft->body.len == 0
        && !tkt_chunks_get(txn, TKT_DB_DRAFT, &key, 1, arena, &draft->body))
    {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return false;
    }

    return true;
}


void
tkt_draft_drop(tkt_txn_t *txn, uint32_t tenant, uint64_t ticket,
    uint64_t principal)
{
    tkt_key_t  key;

    tkt_key_draft(&key, tenant, ticket, principal);
    tkt_chunks_delete(txn, TKT_DB_DRAFT, &key, 0);
}


void
tkt_draft_save(tkt_txn_t *txn, uint32_t tenant, const tkt_draft_t *draft,
    tkt_arena_t *arena)
{
    tkt_key_t    key;
    tkt_str_t    record;
    tkt_draft_t  head = *draft;

    tkt_draft_drop(txn, tenant, draft->ticket, draft->principal);

    if (draft->body.len == 0) {
        return;
    }

    tkt_key_draft(&key, tenant, draft->ticket, draft->principal);
    record = tkt_record_pack(&tkt_draft_schema, &head, NULL, arena);

    if (record.len > TKT_VALUE_INLINE_MAX_BYTES) {
        tkt_chunks_put(txn, TKT_DB_DRAFT, &key, 1, draft->body);
        head.body = tkt_str("");
        record = tkt_record_pack(&tkt_draft_schema, &head, NULL, arena);
    }

    if (record.len == 0) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return;
    }

    tkt_key_u16(&key, 0);
    tkt_put(txn, TKT_DB_DRAFT, &key, record);
}


/* The first of a key at or after `from` under the prefix. */
static bool
tkt_draft_first(tkt_txn_t *txn, const tkt_key_t *prefix,
    const tkt_key_t *from, uint64_t *ticket, uint64_t *principal)
{
    bool         found;
    tkt_scan_t   scan;
    tkt_unkey_t  u;

    tkt_scan_open(&scan, txn, TKT_DB_DRAFT, prefix, from, false);
    found = tkt_scan_next(&scan);

    if (found) {
        tkt_unkey_start(&u, scan.key);
        (void) tkt_unkey_u32(&u);
        *ticket = tkt_unkey_u64(&u);
        *principal = tkt_unkey_u64(&u);
    }

    tkt_scan_close(&scan);

    return found;
}


bool
tkt_drafts_next(tkt_txn_t *txn, uint32_t tenant, uint64_t *ticket,
    uint64_t *principal)
{
    tkt_key_t  prefix, from;

    tkt_key_tenant(&prefix, tenant);
    tkt_key_draft(&from, tenant, *ticket, *principal + 1);

    return tkt_draft_first(txn, &prefix, &from, ticket, principal);
}


void
tkt_drafts_end(tkt_txn_t *txn, const tkt_ticket_t *t)
{
    uint64_t   ticket, principal;
    tkt_key_t  prefix;

    tkt_key_ticket(&prefix, (uint32_t) t->tenant, t->id);

    while (tkt_draft_first(txn, &prefix, NULL, &ticket, &principal)) {
        tkt_draft_drop(txn, (uint32_t) t->tenant, ticket, principal);

        if (tkt_txn_status(txn) != TKT_OK) {
            return;
        }
    }
}
