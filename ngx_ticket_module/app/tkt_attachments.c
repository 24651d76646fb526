/*
 * Attachments; see the header.
 */

#include "app/tkt_attachments.h"


bool
tkt_attachments_check(tkt_call_t *c, tkt_str_t tokens)
{
    return true;
}


void
tkt_attachments_bind(tkt_call_t *c, tkt_ticket_t *t, tkt_message_t *message,
    bool internal, tkt_str_t tokens)
{
}


tkt_str_t
tkt_attachments_text(tkt_call_t *c, const tkt_ticket_t *t, uint64_t message)
{
    return tkt_str("");
}
