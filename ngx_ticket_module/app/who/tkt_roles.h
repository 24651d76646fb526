/*
 * Roles at work: what a principal may do by his role, built in or his
 * tenant's own, and whom he may rule.
 */

#ifndef TKT_ROLES_H
#define TKT_ROLES_H


#include "app/call/tkt_operation.h"
#include "app/rows/tkt_rows.h"


/* A role by its name: one of the five, or one that the tenant made. */
typedef struct {
    tkt_role_t  base;
    uint64_t    id;                  /* 0: the base itself                   */
    uint64_t    permissions;         /* tkt_bit(tkt_perm_t) of its holders   */
    uint64_t    quota;               /* requests a minute; 0: none           */
} tkt_role_of_t;


/*
 * The role of a principal.  One whose record is not there or does not fit the
 * principal gives no permission at all; false then, and if the store failed.
 */
bool tkt_role_of(tkt_txn_t *txn, const tkt_user_t *user, tkt_role_of_t *role);

/* Fills role, role_id, withheld and quota of actor from the principal. */
void tkt_actor_role(tkt_txn_t *txn, const tkt_user_t *user,
    tkt_actor_t *actor);

/*
 * Whether actor has the operation's permission.  Of actions on a ticket the
 * workflow says it, which knows whether he sees the ticket at all: what is
 * hidden is not found, and only what is seen is forbidden.
 */
bool tkt_actor_may_call(const tkt_actor_t *actor, const tkt_operation_t *op);

/*
 * Why somebody who came in may not call an operation, for want of role, scope
 * or because his link opens one ticket; NULL: he may.
 */
const char *tkt_actor_refused(const tkt_actor_t *actor,
    const tkt_operation_t *op);

/* The tenant's role of that name; false if there is none. */
bool tkt_role_by_name(tkt_txn_t *txn, uint32_t tenant, tkt_str_t name,
    tkt_role_of_t *role);

/* What the role of a principal is called; strings as tkt_user_load has them. */
tkt_str_t tkt_user_role_name(tkt_txn_t *txn, const tkt_user_t *user,
    tkt_arena_t *arena);

/* The operator, to whom nothing is above; commands of timers and ticketctl. */
#define tkt_actor_is_operator(actor)                                          \
    ((actor)->id == 0 && (actor)->role != TKT_ROLE_NONE)

/* Whether actor may give a role: none above his own, by tkt_role_may_give. */
bool tkt_actor_may_give(const tkt_actor_t *actor, tkt_role_t base,
    uint64_t permissions);

/*
 * Whether actor may change a principal, or enter as him with a token: nobody
 * whose role he could not give.
 */
bool tkt_actor_may_rule(tkt_txn_t *txn, const tkt_actor_t *actor,
    const tkt_user_t *user);


#endif /* TKT_ROLES_H */
