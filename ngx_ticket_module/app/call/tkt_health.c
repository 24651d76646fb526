/*
 * The health of a store.
 */

#include "app/call/tkt_call.h"


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
        full = ready && tkt_env_full(env);
    }

    if (why.len == 0 && env == NULL) {
        why = tkt_str("the store is not open");
    }

    if (why.len == 0 && full) {
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
