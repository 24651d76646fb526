/*
 * The generic handlers of configuration resources.
 */

#include "app/tkt_resource.h"


const tkt_resource_t  tkt_resource_role = { .name = "roles" };
const tkt_resource_t  tkt_resource_tenant = { .name = "tenants" };


void
tkt_resource_list(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


void
tkt_resource_get(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


void
tkt_resource_create(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


void
tkt_resource_patch(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


void
tkt_resource_delete(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}
