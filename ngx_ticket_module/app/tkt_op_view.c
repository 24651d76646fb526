/*
 * Saved views, and tickets like another.
 */

#include "app/tkt_ops.h"
#include "app/tkt_resource.h"


void
tkt_op_view_tickets(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


void
tkt_op_similar(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


const tkt_resource_t  tkt_resource_view = {
    TKT_RESOURCE_CONFIG(VIEW),
    .name = "views",
    .path = "/v1/views",
    .schema = &tkt_view_schema,
    .etag = 'w',
    .named = true,
    .ordered = true,
};
