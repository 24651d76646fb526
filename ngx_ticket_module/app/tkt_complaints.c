/*
 * Complaints; see the header.
 */

#include "app/tkt_complaints.h"


void
tkt_complaint_open(tkt_call_t *c, tkt_ticket_t *t, tkt_str_t reason)
{
}


void
tkt_complaint_follow(tkt_call_t *c, const tkt_ticket_t *before,
    const tkt_ticket_t *t)
{
}
