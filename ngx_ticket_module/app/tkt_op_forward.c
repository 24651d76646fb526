/*
 * Tickets filed with the tenant above.
 */

#include "app/tkt_ops.h"


void
tkt_op_forward(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}
