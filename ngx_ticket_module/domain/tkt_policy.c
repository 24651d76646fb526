/*
 * Who may do what at all: the classes a caller is in, and for each action the
 * classes that have a right to it in some state.  What the state allows is
 * the transition table's matter; a test holds the two together.
 */

#include "domain/tkt_transitions.h"


#define REQUESTER   TKT_ACTOR_ANY_REQUESTER
#define PERSON      TKT_ACTOR_REQUESTER
#define AUTOMATON   TKT_ACTOR_AUTO_REQUESTER
#define ASSIGNEE    TKT_ACTOR_ASSIGNEE
#define AGENT       TKT_ACTOR_AGENT
#define SUPERVISOR  TKT_ACTOR_SUPERVISOR
#define ADMIN       TKT_ACTOR_ADMIN
#define BOT         TKT_ACTOR_BOT
#define SYSTEM      TKT_ACTOR_SYSTEM
#define WATCHER     TKT_ACTOR_WATCHER


/* X(ACTION, classes that have a right to it, anything) */
#define TKT_RIGHTS_TABLE(X, x)                                                \
    X(SUBMIT,       TKT_ACTOR_PRINCIPAL, x)                                   \
    X(VERIFY,       AGENT | BOT | SYSTEM, x)                                  \
    X(REJECT,       AGENT | SYSTEM, x)                                        \
    X(CLAIM,        AGENT, x)                                                 \
    X(ASSIGN,       SUPERVISOR | SYSTEM, x)                                   \
    X(START,        AGENT, x)                                                 \
    X(ASSESS,       AGENT, x)                                                 \
    X(TRANSFER,     AGENT, x)                                                 \
    X(ESCALATE,     AGENT | SYSTEM, x)                                        \
    X(DEESCALATE,   SUPERVISOR, x)                                            \
    X(REQUEST_INFO, AGENT, x)                                                 \
    X(HOLD,         AGENT, x)                                                 \
    X(RESUME,       AGENT | SYSTEM, x)                                        \
    X(RESOLVE,      AGENT, x)                                                 \
    X(CONFIRM,      REQUESTER, x)                                             \
    X(RATING,       REQUESTER, x)                                             \
    X(CLOSE,        REQUESTER | SUPERVISOR | ADMIN | SYSTEM, x)               \
    X(REOPEN,       PERSON | AGENT, x)                                        \
    X(URGE,         REQUESTER, x)                                             \
    X(COMPLAIN,     REQUESTER, x)                                             \
    X(MERGE,        AGENT, x)                                                 \
    X(REPLY,        AGENT | BOT, x)                                           \
    X(MESSAGE,      REQUESTER | WATCHER, x)                                   \
    X(NOTE,         AGENT, x)                                                 \
    X(COURTESY,     REQUESTER | AGENT | BOT | WATCHER, x)                     \
    X(EDIT,         REQUESTER | AGENT, x)                                     \
    X(REVEAL,       ASSIGNEE | SUPERVISOR, x)                                 \
    X(TIMEOUT,      SYSTEM, x)                                                \
    X(ARCHIVE,      ADMIN | SYSTEM, x)                                        \
    X(FORWARD,      AGENT, x)                                                 \
    X(SHRED,        REQUESTER | SUPERVISOR | SYSTEM, x)                       \
    X(UNMERGE,      AGENT, x)

static const uint32_t  tkt_rights[TKT_ACTION_MAX] = {
#define X(name, classes, x)  [TKT_ACTION_##name] = (classes),
    TKT_RIGHTS_TABLE(X, )
#undef X
};


/* Classes by role alone: each higher role is in those below it. */
#define OF_NONE        0
#define OF_USER        TKT_ACTOR_PRINCIPAL
#define OF_AGENT       (OF_USER | AGENT)
#define OF_SUPERVISOR  (OF_AGENT | SUPERVISOR)
#define OF_ADMIN       (OF_SUPERVISOR | ADMIN)
#define OF_BOT         (OF_USER | BOT)
#define OF_SYSTEM      (OF_USER | SYSTEM)

static const uint32_t  tkt_role_actors[TKT_ROLE_MAX] = {
    [TKT_ROLE_NONE]       = OF_NONE,
    [TKT_ROLE_USER]       = OF_USER,
    [TKT_ROLE_AGENT]      = OF_AGENT,
    [TKT_ROLE_SUPERVISOR] = OF_SUPERVISOR,
    [TKT_ROLE_ADMIN]      = OF_ADMIN,
    [TKT_ROLE_BOT]        = OF_BOT,
    [TKT_ROLE_SYSTEM]     = OF_SYSTEM
};


/*
 * What a role may do to some ticket: its own, and one that it is assigned.
 * Worked out by the compiler, since every request asks for it several times;
 * a test holds it against tkt_workflow_has_right.
 */
#define ACTION_OF(name, classes, actors)                                      \
    | (((classes) & (actors)) != 0 ? tkt_bit(TKT_ACTION_##name) : 0)
#define ACTIONS_OF(actors)  (0 TKT_RIGHTS_TABLE(ACTION_OF, actors))

static const uint64_t  tkt_role_actions[TKT_ROLE_MAX] = {
    [TKT_ROLE_NONE]       = 0,
    [TKT_ROLE_USER]       = ACTIONS_OF(OF_USER | PERSON),
    [TKT_ROLE_AGENT]      = ACTIONS_OF(OF_AGENT | PERSON | ASSIGNEE),
    [TKT_ROLE_SUPERVISOR] = ACTIONS_OF(OF_SUPERVISOR | PERSON | ASSIGNEE),
    [TKT_ROLE_ADMIN]      = ACTIONS_OF(OF_ADMIN | PERSON | ASSIGNEE),
    [TKT_ROLE_BOT]        = ACTIONS_OF(OF_BOT | AUTOMATON),
    [TKT_ROLE_SYSTEM]     = ACTIONS_OF(OF_SYSTEM | AUTOMATON)
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


uint64_t
tkt_policy_actions(tkt_role_t role)
{
    return (unsigned) role < TKT_ROLE_MAX ? tkt_role_actions[role] : 0;
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
