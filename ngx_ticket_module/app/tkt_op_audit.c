/*
 * GET /v1/audit.
 */

#include "app/tkt_ops.h"


void
tkt_op_audit_list(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}
