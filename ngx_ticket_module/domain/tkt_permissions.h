/*
 * What a principal may be allowed to do, one row a permission.  An operation
 * names the one it needs; a role is a set of them.  The five roles that every
 * tenant has are rows of a const table; a tenant's own roles are records with
 * a base, one of those five, and a subset of its permissions.
 *
 * Permissions of actions on tickets are the actions themselves: number
 * TKT_PERM_ACTION + action, named "ticket.VERB".  What an action needs besides
 * (whose ticket it is, in which state) remains the workflow's matter.
 */

#ifndef TKT_PERMISSIONS_H
#define TKT_PERMISSIONS_H


#include "domain/tkt_workflow.h"


/*
 * X(NAME, "name", roles that have it from the start, doc).  Stored as bits of
 * roles' sets: append only.
 */
#define TKT_PERM_TABLE(X)                                                     \
    X(TICKET_READ,   "ticket.read",    EVERYBODY,                             \
      "see own tickets, and with a staff role the tenant's")                  \
    X(TICKET_EXPORT, "ticket.export",  ADMIN,                                 \
      "read all that is kept about a principal")                              \
    X(MESSAGE_WRITE, "message.write",  EVERYBODY,                             \
      "write messages on tickets that one sees")                              \
    X(SELF,          "self",           EVERYBODY,                             \
      "see and change one's own account")                                     \
    X(USER_READ,     "user.read",      ADMIN,                                 \
      "see the tenant's principals")                                          \
    X(USER_WRITE,    "user.write",     ADMIN,                                 \
      "make, change and disable principals")                                  \
    X(TOKEN_READ,    "token.read",     ADMIN, "list a principal's tokens")    \
    X(TOKEN_WRITE,   "token.write",    ADMIN,                                 \
      "make and revoke a principal's tokens")                                 \
    X(ROLE_READ,     "role.read",      ADMIN | SUPERVISOR,                    \
      "see the tenant's roles")                                               \
    X(ROLE_WRITE,    "role.write",     ADMIN, "make and change roles")        \
    X(TENANT_READ,   "tenant.read",    ADMIN,                                 \
      "see one's tenant and those below it")                                  \
    X(TENANT_WRITE,  "tenant.write",   ADMIN,                                 \
      "make tenants below one's own and change them")                         \
    X(AUDIT_READ,    "audit.read",     ADMIN, "read the audit log")           \
    X(OUTBOX_READ,   "outbox.read",    ADMIN,                                 \
      "read notifications that wait to be sent, codes among them")            \
    X(ERASE,         "user.erase",     ADMIN,                                 \
      "erase a principal's personal data")                                    \
    X(CONFIG_WRITE,  "config.write",   ADMIN,                                 \
      "set up types, forms and verification")                                 \
    X(TEAM_READ,     "team.read",      AGENT | SUPERVISOR | ADMIN | BOT,      \
      "see teams, members, grants and presence")                              \
    X(TEAM_WRITE,    "team.write",     SUPERVISOR | ADMIN,                    \
      "set up teams, members and grants")                                     \
    X(DESK_WORK,     "desk.work",      AGENT | SUPERVISOR | ADMIN,            \
      "presence, drafts, macros, views and what else agents work with")       \
    X(DESK_SHARE,    "desk.share",     SUPERVISOR | ADMIN,                    \
      "make macros and views for everybody")                                  \
    X(BATCH,         "batch",          EVERYBODY,                             \
      "send several operations at once")                                      \
    X(ATTACH,        "attachment.write", EVERYBODY, "upload files")

typedef enum {
    TKT_PERM_NONE = 0,               /* public                               */
    TKT_PERM_ACTION = 1,             /* .. TKT_PERM_ACTION + 34              */
    TKT_PERM_FIRST = 36,
    TKT_PERM_BASE = TKT_PERM_FIRST - 1,
#define X(name, text, roles, doc)  TKT_PERM_##name,
    TKT_PERM_TABLE(X)
#undef X
    TKT_PERM_MAX
} tkt_perm_t;

#define tkt_perm_action(action)  ((tkt_perm_t) (TKT_PERM_ACTION + (action)))

_Static_assert(TKT_PERM_ACTION + TKT_ACTION_MAX <= TKT_PERM_FIRST
               && TKT_PERM_MAX <= 64, "permissions fit the bits of a set");


/* Names by number, for sets in JSON; index = tkt_perm_t. */
extern const tkt_names_t  tkt_perm_names;

/* One English sentence on a permission, empty if there is none. */
tkt_str_t tkt_perm_doc(tkt_perm_t perm);

/*
 * tkt_bit(permission) of each that the role has from the start.  For actions:
 * whether the policy gives it to any relation that the role can stand in.
 * TKT_ROLE_SYSTEM has every action and what everybody has: the desk works on
 * tickets, people are administered by people.
 */
uint64_t tkt_role_permissions(tkt_role_t role);

/*
 * Whether a principal of role `maker` with `held` permissions may make or
 * give a role of base `base` with `wanted` permissions: no base above his own
 * (user < agent < supervisor < admin; bot counts as agent; system makes
 * everything), and no permission that he or the base has not.
 */
bool tkt_role_may_give(tkt_role_t maker, uint64_t held, tkt_role_t base,
    uint64_t wanted);

/* Bits of actions among permissions, for tkt_caller_t.denied. */
uint64_t tkt_perm_actions(uint64_t permissions);

/* The lesser of two roles by the order above; NONE is below all. */
tkt_role_t tkt_role_cap(tkt_role_t role, tkt_role_t max);


#endif /* TKT_PERMISSIONS_H */
