/*
 * Macros.
 */

#include "app/tkt_ops.h"
#include "app/tkt_resource.h"


void
tkt_op_macro_apply(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


const tkt_resource_t  tkt_resource_macro = {
    TKT_RESOURCE_CONFIG(MACRO),
    .name = "macros",
    .path = "/v1/macros",
    .schema = &tkt_macro_schema,
    .etag = 'c',
    .named = true,
    .ordered = true,
};
