/*
 * How badly a command is needed when more come than can be done.
 *
 * What staff do takes work away, so it goes first; what requesters do about
 * the tickets that they have comes before new tickets, of which there is no
 * end.  Complaints, and submissions of a type that the tenant calls urgent, go
 * as if staff had made them.
 */

#include "app/call/tkt_batch.h"
#include "app/list/tkt_filter.h"
#include "app/rows/tkt_rows.h"


/* Of what a role does, submissions apart: those of staff may be by phone. */
static const struct {
    tkt_lane_t  submit;
    tkt_lane_t  other;
} tkt_lanes[TKT_ROLE_MAX] = {
    [TKT_ROLE_NONE]       = { TKT_LANE_BULK, TKT_LANE_NORMAL },
    [TKT_ROLE_USER]       = { TKT_LANE_BULK, TKT_LANE_NORMAL },
    [TKT_ROLE_BOT]        = { TKT_LANE_BULK, TKT_LANE_NORMAL },
    [TKT_ROLE_AGENT]      = { TKT_LANE_URGENT, TKT_LANE_URGENT },
    [TKT_ROLE_SUPERVISOR] = { TKT_LANE_URGENT, TKT_LANE_URGENT },
    [TKT_ROLE_ADMIN]      = { TKT_LANE_URGENT, TKT_LANE_URGENT },
    [TKT_ROLE_SYSTEM]     = { TKT_LANE_URGENT, TKT_LANE_URGENT },
};


/* Whether a batch submits tickets, among other things. */
static bool
tkt_lane_submits(const tkt_batch_t *b)
{
    size_t  i;

    for (i = 0; i < b->count; i++) {
        if (b->items[i].op != NULL
            && b->items[i].op->permission
               == tkt_perm_action(TKT_ACTION_SUBMIT))
        {
            return true;
        }
    }

    return false;
}


tkt_lane_t
tkt_command_lane(const tkt_command_t *cmd)
{
    tkt_role_t  role = cmd->actor.role;

    if (cmd->op->kind == TKT_OP_JOB) {
        /* it comes again when it was refused */
        return TKT_LANE_NORMAL;
    }

    if (cmd->batch != NULL && tkt_lane_submits(cmd->batch)) {
        return tkt_lanes[role].submit;
    }

    switch (cmd->op->permission) {

    case tkt_perm_action(TKT_ACTION_SUBMIT):
        return tkt_lanes[role].submit;

    case tkt_perm_action(TKT_ACTION_COMPLAIN):
        return TKT_LANE_URGENT;

    default:
        return tkt_lanes[role].other;
    }
}


bool
tkt_command_urgent(const tkt_command_t *cmd, tkt_txn_t *read)
{
    tkt_tenant_t         tenant;
    const tkt_ticket_t  *ticket = cmd->input;

    return cmd->op->permission == tkt_perm_action(TKT_ACTION_SUBMIT)
           && cmd->op->input == &tkt_ticket_schema
           && ticket->type.len > 0
           && tkt_tenant_load(read, cmd->actor.tenant, &tenant, NULL)
           && tkt_has_tag(tenant.urgent_types, ticket->type);
}
