/*
 * Codes that prove an address, and the outbox they wait in.
 */

#include "app/tkt_ops.h"


void
tkt_op_code_create(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


void
tkt_op_outbox_list(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}
