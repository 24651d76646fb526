/*
 * Approval of requests.
 */

#include "app/tkt_ops.h"
#include "app/tkt_resource.h"


void
tkt_op_approval_put(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}
