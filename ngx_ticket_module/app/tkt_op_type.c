/*
 * Types: the ready-made set, and forms as JSON Schema.
 */

#include "app/tkt_ops.h"
#include "app/tkt_resource.h"


void
tkt_op_type_seed(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


void
tkt_op_type_form(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


const tkt_resource_t  tkt_resource_type = {
    TKT_RESOURCE_CONFIG(TYPE),
    .name = "types",
    .path = "/v1/types",
    .schema = &tkt_type_schema,
    .etag = 'y',
    .named = true,
    .ordered = true,
};


const tkt_resource_t  tkt_resource_feature = {
    TKT_RESOURCE_CONFIG(FEATURE),
    .name = "features",
    .path = "/v1/types/{id}/features",
    .schema = &tkt_feature_schema,
    .etag = 'f',
    .named = true,
    .ordered = true,
    .above = &tkt_resource_type,
};


const tkt_resource_t  tkt_resource_form_field = {
    TKT_RESOURCE_CONFIG(FORM_FIELD),
    .name = "fields",
    .path = "/v1/types/{id}/fields",
    .schema = &tkt_form_field_schema,
    .etag = 'd',
    .named = true,
    .ordered = true,
    .above = &tkt_resource_type,
};
