/*
 * Notices; see the header.
 */

#include "app/tkt_notices.h"


void
tkt_notify(tkt_call_t *c, uint64_t principal, tkt_notice_kind_t kind,
    const tkt_ticket_t *t, uint64_t message)
{
}


void
tkt_notify_leads(tkt_call_t *c, uint64_t team, tkt_notice_kind_t kind,
    const tkt_ticket_t *t)
{
}


void
tkt_notices_follow(tkt_call_t *c, const tkt_ticket_t *before,
    const tkt_ticket_t *t, const tkt_event_t *event)
{
}
