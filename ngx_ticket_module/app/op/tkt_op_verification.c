/*
 * How submissions are scored: one record a tenant, which the first change
 * makes of the values that hold before it.
 */

#include "app/call/tkt_ops.h"
#include "app/resource/tkt_resource.h"
#include "app/ticket/tkt_genuine.h"


/* What is to be rejected must not be held for less. */
static bool
tkt_verification_check(tkt_call_t *c, const void *before, void *after)
{
    tkt_verification_t  *rules = after;

    if (rules->reject_at != 0 && rules->hold_at > rules->reject_at) {
        tkt_call_invalid(c, "/reject_at", "range",
                         "reject_at is not less than hold_at");
        return false;
    }

    if (rules->head.created_at == 0) {
        rules->head.created_at = (uint64_t) tkt_txn_clock(c->txn, c->now_ms);
    }

    return true;
}


const tkt_resource_t  tkt_resource_verification = {
    TKT_RESOURCE_CONFIG(VERIFICATION),
    .name = "verification",
    .path = "/v1/verification",
    .schema = &tkt_verification_schema,
    .etag = 'v',
    .check = tkt_verification_check,
};


void
tkt_op_verification_get(tkt_call_t *c)
{
    tkt_verification_t  rules;

    (void) tkt_genuine_rules(c, &rules);
    tkt_resource_show(c, &tkt_resource_verification, &rules);
}


void
tkt_op_verification_patch(tkt_call_t *c)
{
    tkt_verification_t  rules;

    (void) tkt_genuine_rules(c, &rules);
    tkt_resource_change(c, &tkt_resource_verification, &rules);
}
