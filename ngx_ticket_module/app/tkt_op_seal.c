/*
 * Confidential text: reading and destroying it.
 */

#include "app/tkt_ops.h"


void
tkt_op_reveal(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


void
tkt_op_shred(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


void
tkt_job_shred(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}
