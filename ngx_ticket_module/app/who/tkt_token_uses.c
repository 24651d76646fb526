/*
 * When tokens were used last, and agents were seen at the desk.  Readers never
 * write, so carriers remember uses and hand in many at once; a record is
 * written when what it says is older than TKT_TOKEN_USE_MS, at most once an
 * hour and token however often it is used, and a presence when it is older
 * than TKT_PRESENCE_SEEN_MS.
 */

#include "app/call/tkt_due.h"
#include "app/call/tkt_ops.h"
#include "app/route/tkt_presence.h"
#include "app/rows/tkt_rows.h"


typedef struct {
    size_t           count;
    tkt_token_use_t  list[TKT_TOKEN_USES_MAX];
} tkt_token_uses_t;


static const tkt_operation_t  tkt_token_uses_job = {
    .name = "job.token-uses", .kind = TKT_OP_JOB, .success = 204,
    .path = "", .run = tkt_job_token_uses,
    .doc = "Remember when tokens were used."
};


tkt_command_t *
tkt_app_token_uses(const tkt_token_use_t *uses, size_t count, int64_t now_ms,
    const uint8_t random[32])
{
    tkt_command_t     *cmd;
    tkt_token_uses_t  *input;

    cmd = tkt_job_command(&tkt_token_uses_job, 0, now_ms, random,
                          sizeof(tkt_token_uses_t));
    if (cmd == NULL) {
        return NULL;
    }

    input = cmd->input;
    input->count = count < TKT_TOKEN_USES_MAX ? count : TKT_TOKEN_USES_MAX;
    memcpy(input->list, uses, input->count * sizeof(tkt_token_use_t));

    return cmd;
}


void
tkt_job_token_uses(tkt_call_t *c)
{
    size_t                   i;
    tkt_token_record_t       token;
    const tkt_token_use_t   *use;
    const tkt_token_uses_t  *in = c->input;

    for (i = 0; i < in->count; i++) {

        use = &in->list[i];

        if (use->at_ms > 0 && use->agent) {
            tkt_presence_seen(c->txn, use->tenant, use->principal, use->at_ms,
                              c->arena);
        }

        /* revoked since, or told already, by another worker too */

        if (use->at_ms <= 0 || use->number == 0
            || !tkt_token_load(c->txn, use->tenant, use->principal,
                               use->number, &token, c->arena)
            || token.last_used_at + TKT_TOKEN_USE_MS > (uint64_t) use->at_ms)
        {
            continue;
        }

        token.last_used_at = (uint64_t) use->at_ms;
        tkt_token_save(c->txn, use->tenant, use->principal, &token, c->arena);
    }

    c->reply->http = c->op->success;
}
