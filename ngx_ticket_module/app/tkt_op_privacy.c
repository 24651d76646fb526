/*
 * All about a principal: export and erasure.
 */

#include "app/tkt_ops.h"


void
tkt_op_export(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


void
tkt_op_erase(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


void
tkt_job_erase(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}
