/*
 * What timers ask for.
 */

#include "app/tkt_ops.h"


size_t
tkt_app_due(tkt_txn_t *read, int64_t now_ms, const uint8_t *random,
    const tkt_keyring_t *keyring, tkt_command_t **commands, size_t room)
{
    return 0;
}


tkt_command_t *
tkt_app_token_uses(const tkt_token_use_t *uses, size_t count, int64_t now_ms,
    const uint8_t random[32])
{
    return NULL;
}


void
tkt_job_token_uses(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}
