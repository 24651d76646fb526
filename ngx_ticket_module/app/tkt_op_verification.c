/*
 * How submissions are scored.
 */

#include "app/tkt_ops.h"
#include "app/tkt_resource.h"


void
tkt_op_verification_get(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


void
tkt_op_verification_patch(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


const tkt_resource_t  tkt_resource_verification = {
    TKT_RESOURCE_CONFIG(VERIFICATION),
    .name = "verification",
    .path = "/v1/verification",
    .schema = &tkt_verification_schema,
    .etag = 'v',
};
