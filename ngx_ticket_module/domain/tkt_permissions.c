/*
 * Permissions of the roles that every tenant has, and the rules by which one
 * role may make another.
 */

#include "domain/tkt_permissions.h"
#include "domain/tkt_transitions.h"


#define USER        tkt_bit(TKT_ROLE_USER)
#define AGENT       tkt_bit(TKT_ROLE_AGENT)
#define SUPERVISOR  tkt_bit(TKT_ROLE_SUPERVISOR)
#define ADMIN       tkt_bit(TKT_ROLE_ADMIN)
#define BOT         tkt_bit(TKT_ROLE_BOT)
#define SYSTEM      tkt_bit(TKT_ROLE_SYSTEM)
#define EVERYBODY   (USER | AGENT | SUPERVISOR | ADMIN | BOT | SYSTEM)


static const tkt_str_t  tkt_perms[] = {
    [TKT_PERM_NONE] = tkt_lit(""),
#define X(name, verb, is_route, doc)                                          \
    [TKT_PERM_ACTION + TKT_ACTION_##name] = tkt_lit("ticket." verb),
    TKT_ACTION_TABLE(X)
#undef X
#define X(name, text, roles, doc)  [TKT_PERM_##name] = tkt_lit(text),
    TKT_PERM_TABLE(X)
#undef X
};

const tkt_names_t  tkt_perm_names = { tkt_perms, tkt_array_len(tkt_perms) };


static const tkt_str_t  tkt_perm_docs[TKT_PERM_MAX] = {
#define X(name, text, roles, doc)  [TKT_PERM_##name] = tkt_lit(doc),
    TKT_PERM_TABLE(X)
#undef X
};


/* The order of roles; who is not in it is beside it. */
static const uint8_t  tkt_ranks[TKT_ROLE_MAX] = {
    [TKT_ROLE_NONE]       = 0,
    [TKT_ROLE_USER]       = 1,
    [TKT_ROLE_BOT]        = 2,
    [TKT_ROLE_AGENT]      = 2,
    [TKT_ROLE_SUPERVISOR] = 3,
    [TKT_ROLE_ADMIN]      = 4,
    [TKT_ROLE_SYSTEM]     = 5
};


tkt_str_t
tkt_perm_doc(tkt_perm_t perm)
{
    if ((unsigned) perm >= TKT_PERM_MAX) {
        return tkt_str("");
    }

    if (perm >= TKT_PERM_ACTION && perm < TKT_PERM_ACTION + TKT_ACTION_MAX) {
        return tkt_action_doc((tkt_action_t) (perm - TKT_PERM_ACTION));
    }

    return tkt_perm_docs[perm];
}


/* Every request asks several times: no loop, and nothing is looked up. */
uint64_t
tkt_role_permissions(tkt_role_t role)
{
    uint64_t  actions;

    if (role == TKT_ROLE_NONE || (unsigned) role >= TKT_ROLE_MAX) {
        return 0;
    }

    actions = (role == TKT_ROLE_SYSTEM) ? tkt_bit(TKT_ACTION_MAX) - 1
                                        : tkt_policy_actions(role);

#define X(name, text, roles, doc)  | ((roles) >> role & 1) << TKT_PERM_##name
    return actions << TKT_PERM_ACTION TKT_PERM_TABLE(X);
#undef X
}


bool
tkt_role_may_give(tkt_role_t maker, uint64_t held, tkt_role_t base,
    uint64_t wanted)
{
    if (maker == TKT_ROLE_SYSTEM) {
        return true;
    }

    if (base == TKT_ROLE_NONE || base == TKT_ROLE_SYSTEM
        || tkt_ranks[base] > tkt_ranks[maker])
    {
        return false;
    }

    return (wanted & ~(held & tkt_role_permissions(base))) == 0;
}


uint64_t
tkt_perm_actions(uint64_t permissions)
{
    return (permissions >> TKT_PERM_ACTION) & (tkt_bit(TKT_ACTION_MAX) - 1);
}


tkt_role_t
tkt_role_cap(tkt_role_t role, tkt_role_t max)
{
    return tkt_ranks[role] > tkt_ranks[max] ? max : role;
}
