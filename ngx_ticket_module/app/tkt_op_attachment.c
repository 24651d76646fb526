/*
 * Attachments.
 */

#include "app/tkt_ops.h"
#include "app/tkt_resource.h"


void
tkt_op_attachment_create(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


void
tkt_op_attachment_get(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


void
tkt_op_attachment_delete(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


void
tkt_op_attachment_list(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}
