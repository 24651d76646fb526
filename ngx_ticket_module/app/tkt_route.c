/*
 * The router; see the header.
 */

#include "app/tkt_route.h"


uint64_t
tkt_route_owner(tkt_call_t *c, const tkt_ticket_t *before,
    const tkt_ticket_t *t)
{
    return 0;
}


void
tkt_route_follow(tkt_call_t *c, const tkt_ticket_t *before,
    const tkt_ticket_t *t)
{
}


void
tkt_route_agent(tkt_call_t *c, uint64_t agent)
{
}


void
tkt_route_team(tkt_call_t *c, uint64_t team)
{
}


uint64_t
tkt_route_expected_wait(tkt_txn_t *txn, uint32_t tenant, uint64_t team,
    uint64_t position, int64_t now_ms)
{
    return 0;
}
