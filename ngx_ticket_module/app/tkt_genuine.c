/*
 * Verification of submissions; see the header.
 */

#include "app/tkt_genuine.h"


void
tkt_genuine_judge(tkt_call_t *c, tkt_ticket_t *t, tkt_str_t *reason)
{
}
