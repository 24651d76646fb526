/*
 * The verification's passes in order, and that over `meta`.
 */

#include "app/verify/tkt_verify_int.h"


/* ---- meta ---- */

static void
tkt_verify_sequences(tkt_verify_t *v, tkt_str_t record)
{
    size_t       i;
    tkt_unkey_t  u;

    if (record.len % sizeof(uint64_t) != 0
        || record.len < (1 + TKT_SEQ_MAX) * sizeof(uint64_t))
    {
        tkt_verify_fault(v, "meta: the record of sequences has %zu bytes",
                         record.len);
    }

    tkt_unkey_start(&u, record);
    v->stamp_ms = tkt_unkey_u64(&u);

    for (i = 0; i < TKT_SEQ_MAX; i++) {
        v->last[i] = tkt_unkey_u64(&u);
    }
}


static void
tkt_verify_meta(tkt_verify_t *v)
{
    bool        format;
    tkt_scan_t  scan;

    format = false;
    tkt_verify_open(v, &scan, TKT_DB_META);

    while (tkt_scan_next(&scan)) {
        v->figures->entries[TKT_DB_META]++;

        if (tkt_str_eq(scan.key, tkt_str("sequences"))) {
            tkt_verify_sequences(v, scan.value);

        } else if (tkt_str_eq(scan.key, tkt_str("format"))) {
            format = true;

        } else {
            tkt_verify_fault(v, "meta: unknown key of %zu bytes, \"%.*s\"",
                             scan.key.len, (int) scan.key.len,
                             (const char *) scan.key.data);
        }
    }

    tkt_scan_close(&scan);

    if (!format) {
        tkt_verify_fault(v, "meta: there is no record of the format");
    }
}


/* ---- all of it ---- */

static void (*const  tkt_verify_passes[])(tkt_verify_t *v) = {
    tkt_verify_meta,
    tkt_verify_tenants,
    tkt_verify_tenant_names,
    tkt_verify_tenant_children,
    tkt_verify_roles,
    tkt_verify_principals,
    tkt_verify_logins,
    tkt_verify_tokens,
    tkt_verify_credentials,
    tkt_verify_codes,
    tkt_verify_outbox,
    tkt_verify_notices,
    tkt_verify_tickets,
    tkt_verify_log,
    tkt_verify_by_requester,
    tkt_verify_by_state,
    tkt_verify_by_assignee,
    tkt_verify_by_queue,
    tkt_verify_team_counts,
    tkt_verify_counters,
    tkt_verify_relations,
    tkt_verify_drafts,
    tkt_verify_answers,
    tkt_verify_sealed,
    tkt_verify_due,
    tkt_verify_routes,
    tkt_verify_desk,
    tkt_verify_attachments,
    tkt_verify_audit,
    tkt_verify_config,
};


tkt_status_t
tkt_app_verify(tkt_txn_t *read, tkt_verify_report_t report, void *ctx,
    tkt_verify_figures_t *figures)
{
    return tkt_app_verify_keys(read, NULL, report, ctx, figures);
}


tkt_status_t
tkt_app_verify_keys(tkt_txn_t *read, const tkt_keyring_t *ring,
    tkt_verify_report_t report, void *ctx, tkt_verify_figures_t *figures)
{
    size_t        i;
    tkt_verify_t  v = {
        .txn = read, .report = report, .ctx = ctx, .figures = figures,
        .ring = ring,
    };

    memset(figures, 0, sizeof(*figures));
    tkt_arena_init(&v.arena, 4096);
    tkt_arena_init(&v.lists, 65536);

    for (i = 0; i < tkt_array_len(tkt_verify_passes); i++) {
        if (tkt_txn_status(read) == TKT_OK) {
            tkt_verify_passes[i](&v);
        }
    }

    tkt_arena_done(&v.arena);
    tkt_arena_done(&v.lists);

    return tkt_txn_status(read);
}
