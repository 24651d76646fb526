/*
 * Who a caller is to a ticket; see the header.
 */

#include "app/route/tkt_grants.h"
#include "app/rows/tkt_relations.h"
#include "app/rows/tkt_rows.h"
#include "app/who/tkt_caller.h"


/*
 * Whether an agent has to be its requester, assignee or watcher to see it:
 * complaints are the supervisors' matter, and grants bind.
 */
static bool
tkt_caller_ungranted(const tkt_call_t *c, const tkt_ticket_t *t)
{
    if (c->actor->role != TKT_ROLE_AGENT) {
        return false;
    }

    return t->complaint_of != 0
           || (c->actor->grants != 0
               && !tkt_grants_allow(c, t->type_id, t->feature_id));
}


tkt_caller_t
tkt_caller_of(const tkt_call_t *c, const tkt_ticket_t *t)
{
    tkt_caller_t  caller = {
        .role = c->actor->role,
        .denied = tkt_perm_actions(c->actor->withheld),
    };

    /* to a link for one ticket every other is a stranger's */

    if (t->tenant != c->actor->tenant
        || (c->actor->ticket != 0 && t->id != c->actor->ticket))
    {
        caller.relation = TKT_REL_FOREIGN;
        return caller;
    }

    if (t->requester == c->actor->id) {
        caller.relation |= TKT_REL_REQUESTER;
    }

    if (t->assignee == c->actor->id) {
        caller.relation |= TKT_REL_ASSIGNEE;
    }

    if (tkt_caller_ungranted(c, t)) {
        caller.relation |= TKT_REL_UNGRANTED;
    }

    /* looked up only where it would change what he sees */

    if (!tkt_workflow_visible(&caller)
        && tkt_related(c->txn, c->actor->tenant, TKT_RELATION_WATCHING,
                       c->actor->id, t->id))
    {
        caller.relation |= TKT_REL_WATCHER;
    }

    return caller;
}
