/*
 * Types, features and forms of tickets; see the header.
 */

#include "app/tkt_form.h"


bool
tkt_form_settle(tkt_call_t *c, const tkt_ticket_t *before, tkt_ticket_t *t)
{
    return true;
}


bool
tkt_form_resolvable(tkt_call_t *c, const tkt_ticket_t *t)
{
    return true;
}
