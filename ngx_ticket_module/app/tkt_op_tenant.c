/*
 * Tenants: the rules of the resource.
 */

#include "app/tkt_resource.h"


const tkt_resource_t  tkt_resource_tenant = {
    .name = "tenants",
    .path = "/v1/tenants",
    .schema = &tkt_tenant_schema,
    .db = TKT_DB_TENANT,
    .seq = TKT_SEQ_TENANT,
    .object = TKT_OBJECT_TENANT,
    .etag = 'n',
    .id = offsetof(tkt_tenant_t, id),
    .version = offsetof(tkt_tenant_t, version),
    .created_at = offsetof(tkt_tenant_t, created_at),
    .updated_at = offsetof(tkt_tenant_t, updated_at)
};
