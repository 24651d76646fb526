/*
 * Who may do what at all: the classes a caller is in, and for each action the
 * classes that have a right to it in some state.  What the state allows is
 * the transition table's matter; a test holds the two together.
 */

#include "domain/tkt_transitions.h"


#define REQUESTER   TKT_ACTOR_ANY_REQUESTER
#define PERSON      TKT_ACTOR_REQUESTER
#define AGENT       TKT_ACTOR_AGENT
#define SUPERVISOR  TKT_ACTOR_SUPERVISOR
#define ADMIN       TKT_ACTOR_ADMIN
#define BOT         TKT_ACTOR_BOT
#define SYSTEM      TKT_ACTOR_SYSTEM
#define WATCHER     TKT_ACTOR_WATCHER


static const uint32_t  tkt_rights[TKT_ACTION_MAX] = {
    [TKT_ACTION_SUBMIT]       = TKT_ACTOR_PRINCIPAL,
    [TKT_ACTION_VERIFY]       = AGENT | BOT | SYSTEM,
    [TKT_ACTION_REJECT]       = AGENT | SYSTEM,
    [TKT_ACTION_CLAIM]        = AGENT,
    [TKT_ACTION_ASSIGN]       = SUPERVISOR | SYSTEM,
    [TKT_ACTION_START]        = AGENT,
    [TKT_ACTION_ASSESS]       = AGENT,
    [TKT_ACTION_TRANSFER]     = AGENT,
    [TKT_ACTION_ESCALATE]     = AGENT | SYSTEM,
    [TKT_ACTION_DEESCALATE]   = SUPERVISOR,
    [TKT_ACTION_REQUEST_INFO] = AGENT,
    [TKT_ACTION_HOLD]         = AGENT,
    [TKT_ACTION_RESUME]       = AGENT | SYSTEM,
    [TKT_ACTION_RESOLVE]      = AGENT,
    [TKT_ACTION_CONFIRM]      = REQUESTER,
    [TKT_ACTION_RATING]       = REQUESTER,
    [TKT_ACTION_CLOSE]        = REQUESTER | SUPERVISOR | ADMIN | SYSTEM,
    [TKT_ACTION_REOPEN]       = PERSON | AGENT,
    [TKT_ACTION_URGE]         = REQUESTER,
    [TKT_ACTION_COMPLAIN]     = REQUESTER,
    [TKT_ACTION_MERGE]        = AGENT,
    [TKT_ACTION_REPLY]        = AGENT | BOT,
    [TKT_ACTION_MESSAGE]      = REQUESTER | WATCHER,
    [TKT_ACTION_NOTE]         = AGENT,
    [TKT_ACTION_COURTESY]     = REQUESTER | AGENT | BOT | WATCHER,
    [TKT_ACTION_EDIT]         = REQUESTER | AGENT,
    [TKT_ACTION_REVEAL]       = TKT_ACTOR_ASSIGNEE | SUPERVISOR,
    [TKT_ACTION_TIMEOUT]      = SYSTEM,
    [TKT_ACTION_ARCHIVE]      = ADMIN | SYSTEM,
    [TKT_ACTION_FORWARD]      = AGENT,
    [TKT_ACTION_SHRED]        = REQUESTER | SUPERVISOR | SYSTEM,
    [TKT_ACTION_UNMERGE]      = AGENT
};


/* Classes by role alone: each higher role is in those below it. */
static const uint32_t  tkt_role_actors[TKT_ROLE_MAX] = {
    [TKT_ROLE_NONE]       = 0,
    [TKT_ROLE_USER]       = TKT_ACTOR_PRINCIPAL,
    [TKT_ROLE_AGENT]      = TKT_ACTOR_PRINCIPAL | AGENT,
    [TKT_ROLE_SUPERVISOR] = TKT_ACTOR_PRINCIPAL | AGENT | SUPERVISOR,
    [TKT_ROLE_ADMIN]      = TKT_ACTOR_PRINCIPAL | AGENT | SUPERVISOR | ADMIN,
    [TKT_ROLE_BOT]        = TKT_ACTOR_PRINCIPAL | BOT,
    [TKT_ROLE_SYSTEM]     = TKT_ACTOR_PRINCIPAL | SYSTEM
};


uint32_t
tkt_policy_rights(tkt_action_t action)
{
    return (unsigned) action < TKT_ACTION_MAX ? tkt_rights[action] : 0;
}


/*
 * Whether the caller's grants keep him from being an agent of this ticket.
 * They bind agents alone, and nobody in what has been given to him.
 */
static bool
tkt_policy_bound(const tkt_caller_t *caller)
{
    return caller->role == TKT_ROLE_AGENT
           && (caller->relation & TKT_REL_UNGRANTED)
           && !(caller->relation & TKT_REL_ASSIGNEE);
}


uint32_t
tkt_policy_actors(const tkt_caller_t *caller)
{
    uint32_t  actors;

    if ((unsigned) caller->role >= TKT_ROLE_MAX
        || (caller->relation & TKT_REL_FOREIGN))
    {
        return 0;
    }

    actors = tkt_role_actors[tkt_policy_bound(caller) ? TKT_ROLE_USER
                                                      : caller->role];

    if (caller->relation & TKT_REL_REQUESTER) {
        actors |= (actors & (BOT | SYSTEM)) ? TKT_ACTOR_AUTO_REQUESTER
                                            : TKT_ACTOR_REQUESTER;

    } else if ((caller->relation & TKT_REL_WATCHER)
               && !(actors & (AGENT | BOT | SYSTEM)))
    {
        actors |= TKT_ACTOR_WATCHER;
    }

    /* who has ceased to be an agent keeps no right from old assignments */
    if ((caller->relation & TKT_REL_ASSIGNEE) && (actors & AGENT)) {
        actors |= TKT_ACTOR_ASSIGNEE;
    }

    return actors;
}


bool
tkt_workflow_has_right(tkt_action_t action, const tkt_caller_t *caller)
{
    if ((caller->relation & TKT_REL_FOREIGN)
        || (caller->denied & tkt_bit(action)))
    {
        return false;
    }

    return (tkt_policy_rights(action) & tkt_policy_actors(caller)) != 0;
}


bool
tkt_workflow_visible(const tkt_caller_t *caller)
{
    if (caller->relation & TKT_REL_FOREIGN) {
        return false;
    }

    return (caller->relation & (TKT_REL_REQUESTER | TKT_REL_WATCHER))
           || tkt_workflow_sees_internal(caller);
}


bool
tkt_workflow_sees_internal(const tkt_caller_t *caller)
{
    if ((unsigned) caller->role >= TKT_ROLE_MAX
        || (caller->relation & TKT_REL_FOREIGN))
    {
        return false;
    }

    return (TKT_ROLES_STAFF & tkt_bit(caller->role))
           && !tkt_policy_bound(caller);
}
