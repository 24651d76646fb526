/*
 * Drafts of messages.
 */

#include "app/tkt_ops.h"
#include "app/tkt_resource.h"


void
tkt_op_draft_get(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


void
tkt_op_draft_put(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


void
tkt_op_draft_delete(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}
