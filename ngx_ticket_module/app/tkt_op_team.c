/*
 * Teams, members and grants.
 */

#include "app/tkt_ops.h"
#include "app/tkt_resource.h"


void
tkt_op_member_put(tkt_call_t *c)
{
    tkt_call_fail(c, TKT_INTERNAL, NULL);
}


const tkt_resource_t  tkt_resource_team = {
    TKT_RESOURCE_CONFIG(TEAM),
    .name = "teams",
    .path = "/v1/teams",
    .schema = &tkt_team_schema,
    .etag = 'm',
    .named = true,
    .ordered = true,
};


const tkt_resource_t  tkt_resource_member = {
    TKT_RESOURCE_CONFIG(MEMBER),
    .name = "members",
    .path = "/v1/teams/{id}/members",
    .schema = &tkt_member_schema,
    .etag = 'b',
    .above = &tkt_resource_team,
};


const tkt_resource_t  tkt_resource_grant = {
    TKT_RESOURCE_CONFIG(GRANT),
    .name = "grants",
    .path = "/v1/grants",
    .schema = &tkt_grant_schema,
    .etag = 'g',
};
