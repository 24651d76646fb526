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
