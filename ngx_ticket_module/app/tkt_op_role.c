/*
 * Roles that a tenant makes, and permissions.
 */

#include "app/tkt_ops.h"


void
tkt_op_permission_list(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}
