/*
 * First use of a store, and its health.
 */

#include "app/tkt_call.h"
#include "app/tkt_rows.h"


/* What a release before this one did not keep. */
static void
tkt_prepare_counts(tkt_txn_t *txn)
{
    tkt_key_t    all;
    tkt_scan_t   scan;
    tkt_unkey_t  key;

    tkt_key_start(&all);
    tkt_scan_open(&scan, txn, TKT_DB_TENANT, &all, NULL, false);

    while (tkt_scan_next(&scan)) {
        tkt_unkey_start(&key, scan.key);
        tkt_user_count_all(txn, tkt_unkey_u32(&key));
    }

    tkt_scan_close(&scan);
}


tkt_status_t
tkt_app_prepare(tkt_env_t *env, int64_t now_ms)
{
    tkt_txn_t     *txn;
    tkt_arena_t    arena;
    tkt_status_t   status;
    tkt_tenant_t   tenant;

    /* a look without the writer lock: every start but the first ends here */

    status = tkt_txn_reader(env, &txn);
    if (status != TKT_OK) {
        return status;
    }

    status = tkt_txn_renew(txn);

    if (status == TKT_OK && tkt_tenant_load(txn, 1, &tenant, NULL)
        && tkt_user_counted(txn, 1))
    {
        tkt_txn_reset(txn);
        tkt_txn_reader_free(txn);
        return TKT_OK;
    }

    tkt_txn_reset(txn);
    tkt_txn_reader_free(txn);

    if (status != TKT_OK) {
        return status;
    }

    status = tkt_txn_begin(env, &txn, false);
    if (status != TKT_OK) {
        return status;
    }

    tkt_arena_init(&arena, 1024);

    if (!tkt_tenant_load(txn, 1, &tenant, &arena)) {
        tenant = (tkt_tenant_t) {
            .id = tkt_txn_next(txn, TKT_SEQ_TENANT),
            .profile = TKT_PROFILE_CANONICAL + 1,
            .created_at = (uint64_t) tkt_txn_stamp(txn, now_ms),
            .name = tkt_lit("default"),
        };

        tkt_tenant_save(txn, &tenant, &arena);

    } else if (!tkt_user_counted(txn, 1)) {
        tkt_prepare_counts(txn);
    }

    status = tkt_txn_commit(txn);
    tkt_arena_done(&arena);

    return status;
}


static unsigned
tkt_percent(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 0 : (unsigned) (part * 100 / whole);
}


void
tkt_app_health(tkt_env_t *env, tkt_str_t why, bool ready, tkt_arena_t *arena,
    tkt_reply_t *reply)
{
    bool            full;
    tkt_out_t       o;
    tkt_env_info_t  info;

    memset(reply, 0, sizeof(tkt_reply_t));
    memset(&info, 0, sizeof(info));

    full = false;

    if (env != NULL) {
        tkt_env_info(env, &info);
        full = tkt_percent(info.used_bytes, info.map_bytes)
               >= TKT_MAP_REFUSE_PERCENT
               || info.disk_free_bytes < TKT_DISK_RESERVE_BYTES;
    }

    if (why.len == 0 && env == NULL) {
        why = tkt_str("the store is not open");
    }

    if (why.len == 0 && ready && full) {
        why = tkt_str("the store is full");
    }

    tkt_out_init(&o, arena, 512);
    tkt_out_lit(&o, "{");
    tkt_out_name(&o, "status");
    tkt_out_string(&o, why.len == 0 ? tkt_str("ok") : tkt_str("failing"));

    if (why.len > 0) {
        tkt_out_name(&o, "reason");
        tkt_out_string(&o, why);
    }

    if (ready && env != NULL) {
        tkt_out_name(&o, "map_bytes");
        tkt_out_u64(&o, info.map_bytes);
        tkt_out_name(&o, "used_bytes");
        tkt_out_u64(&o, info.used_bytes);
        tkt_out_name(&o, "used_percent");
        tkt_out_u64(&o, tkt_percent(info.used_bytes, info.map_bytes));
        tkt_out_name(&o, "disk_free_bytes");
        tkt_out_u64(&o, info.disk_free_bytes);
        tkt_out_name(&o, "readers");
        tkt_out_u64(&o, info.readers);
        tkt_out_name(&o, "readers_max");
        tkt_out_u64(&o, info.readers_max);
        tkt_out_name(&o, "transactions");
        tkt_out_u64(&o, info.last_txn);
    }

    tkt_out_lit(&o, "}");

    reply->http = why.len == 0 ? 200 : 503;
    reply->status = TKT_OK;     /* a health document, not a problem */
    reply->body = tkt_out_text(&o);
    reply->retry_after_s = why.len == 0 ? 0 : TKT_RETRY_AFTER_S;
}
