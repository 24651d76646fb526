/*
 * The vocabulary of the transition table: who may act and under which
 * conditions.  Private to domain/ and its tests; others read the names in
 * tkt_workflow.h.
 */

#ifndef TKT_TRANSITIONS_H
#define TKT_TRANSITIONS_H


#include "domain/tkt_workflow.h"


/*
 * Classes of callers.  A caller may be in several: a supervisor is an agent
 * too, an agent may be the requester of a ticket.  X(NAME, "name", doc).
 */
#define TKT_ACTOR_TABLE(X)                                                    \
    X(REQUESTER,      "requester",                                            \
      "the person whose ticket it is, whatever their role")                   \
    X(AUTO_REQUESTER, "automatic_requester",                                  \
      "a bot or the system, of a ticket it submitted itself")                 \
    X(PRINCIPAL,      "principal",                                            \
      "anybody who is known")                                                 \
    X(AGENT,          "agent",                                                \
      "an agent, supervisor or admin")                                        \
    X(ASSIGNEE,       "assignee",                                             \
      "the agent, supervisor or admin to whom the ticket is assigned")        \
    X(SUPERVISOR,     "supervisor",                                           \
      "a supervisor or admin")                                                \
    X(ADMIN,          "admin",                                                \
      "an admin")                                                             \
    X(BOT,            "bot",                                                  \
      "a program that answers or checks")                                     \
    X(SYSTEM,         "system",                                               \
      "the desk itself: router, timers, rules")                               \
    X(WATCHER,        "watcher",                                              \
      "who follows the ticket and is neither its requester nor staff for it")

enum {
#define X(name, text, doc)  TKT_ACTOR_BIT_##name,
    TKT_ACTOR_TABLE(X)
#undef X
    TKT_ACTOR_COUNT
};

enum {
#define X(name, text, doc)  TKT_ACTOR_##name = 1 << TKT_ACTOR_BIT_##name,
    TKT_ACTOR_TABLE(X)
#undef X
    TKT_ACTOR_ANY_REQUESTER = TKT_ACTOR_REQUESTER | TKT_ACTOR_AUTO_REQUESTER
};


/* Conditions on the ticket and on the caller's relation to it. */
#define TKT_GUARD_TABLE(X)                                                    \
    X(UNASSIGNED,          "unassigned",                                      \
      "nobody is assigned")                                                   \
    X(OWN_OR_UNASSIGNED,   "own_or_unassigned",                               \
      "the caller is the assignee, or nobody is")                             \
    X(HANDLER,             "handler",                                         \
      "the caller is the assignee or a supervisor, or nobody is assigned")    \
    X(OWNER_PRESENT,       "owner_present",                                   \
      "the assignee can go on with the ticket")                               \
    X(OWNER_AWAY,          "owner_away",                                      \
      "nobody is assigned, or the assignee is disabled")                      \
    X(NOT_VERIFIED,        "not_verified",                                    \
      "not yet verified")                                                     \
    X(NOT_RATED,           "not_rated",                                       \
      "no rating is stored")                                                  \
    X(RATED,               "rated",                                           \
      "a rating is stored")                                                   \
    X(CONFIRMED_LATELY,    "confirmed_lately",                                \
      "at most 30 days since the confirmation")                               \
    X(CLOSED_LATELY,       "closed_lately",                                   \
      "at most 30 days since the closing")                                    \
    X(RATABLE,             "ratable",                                         \
      "not closed as spam, rejected or merged")                               \
    X(NOT_MERGED,          "not_merged",                                      \
      "not closed as merged")                                                 \
    X(REOPEN_WINDOW_OPEN,  "reopen_window_open",                              \
      "at most 14 days since the end")                                        \
    X(REOPEN_WINDOW_PAST,  "reopen_window_past",                              \
      "more than 14 days since the end")                                      \
    X(NO_OPEN_COMPLAINT,   "no_open_complaint",                               \
      "no complaint is open")                                                 \
    X(TIER_BELOW_MAX,      "tier_below_max",                                  \
      "the tier is below the highest")                                        \
    X(TIER_ABOVE_ZERO,     "tier_above_zero",                                 \
      "the tier is above the lowest")                                         \
    X(URGE_COOLED_DOWN,    "urge_cooled_down",                                \
      "at least 30 minutes since the last urge")                              \
    X(URGE_TOO_SOON,       "urge_too_soon",                                   \
      "less than 30 minutes since the last urge")                             \
    X(MERGED_LATELY,       "merged_lately",                                   \
      "closed as merged, at most 24 hours ago")

enum {
#define X(name, text, doc)  TKT_GUARD_BIT_##name,
    TKT_GUARD_TABLE(X)
#undef X
    TKT_GUARD_COUNT
};

enum {
#define X(name, text, doc)  TKT_GUARD_##name = 1 << TKT_GUARD_BIT_##name,
    TKT_GUARD_TABLE(X)
#undef X
    TKT_GUARD_NONE = 0
};


/* TKT_ACTOR_* bits that have a right to the action in some state. */
uint32_t tkt_policy_rights(tkt_action_t action);

/*
 * tkt_bit(action) of each that the policy gives to the role in any relation
 * to a ticket that it can stand in.
 */
uint64_t tkt_policy_actions(tkt_role_t role);

/* TKT_ACTOR_* bits of the classes the caller is in. */
uint32_t tkt_policy_actors(const tkt_caller_t *caller);

/* TKT_GUARD_* bits of the conditions that hold. */
uint32_t tkt_workflow_guards(const tkt_facts_t *facts,
    const tkt_caller_t *caller);


#endif /* TKT_TRANSITIONS_H */
