/*
 * Notices.
 */

#include "app/tkt_ops.h"
#include "app/tkt_resource.h"


void
tkt_op_notices(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


void
tkt_op_notices_read(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}
