/*
 * Grants; see the header.
 */

#include "app/tkt_grants.h"


bool
tkt_grants_allow(const tkt_call_t *c, uint64_t type, uint64_t feature)
{
    return true;
}


uint64_t
tkt_grants_level(tkt_txn_t *txn, uint32_t tenant, uint64_t agent,
    uint64_t grants, uint64_t type, uint64_t feature)
{
    return 0;
}
