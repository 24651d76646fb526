/*
 * Parts of tickets; see the header.
 */

#include "app/tkt_parts.h"


void
tkt_parts_view(tkt_call_t *c, tkt_ticket_t *t)
{
}


bool
tkt_parts_resolvable(tkt_call_t *c, const tkt_ticket_t *t)
{
    return true;
}


bool
tkt_parts_link(tkt_call_t *c, tkt_ticket_t *t, uint64_t other,
    tkt_link_kind_t kind)
{
    return true;
}


void
tkt_parts_merged(tkt_call_t *c, const tkt_ticket_t *before,
    const tkt_ticket_t *t)
{
}


bool
tkt_parts_target(tkt_call_t *c, tkt_ticket_t *t)
{
    return true;
}
