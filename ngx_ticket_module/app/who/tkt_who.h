/*
 * From what a site says of somebody to the principal and his rights: at
 * admission, from a read transaction, and again when his command runs.
 */

#ifndef TKT_WHO_H
#define TKT_WHO_H


#include "app/call/tkt_command.h"
#include "app/rows/tkt_rows.h"


/*
 * Whom the location's variables or a valid JWT name, by actor->by; only values
 * that a record may hold: a name or address that it may not is left out.
 * False: the token is not valid any more.
 */
bool tkt_who_asserted(const tkt_request_t *req, const tkt_actor_t *actor,
    tkt_identity_t *who, tkt_arena_t *arena);

/* The same, from what was found already. */
void tkt_who_clean(tkt_identity_t *who);

/* The credentials of "Bearer CREDENTIALS" (RFC 6750, section 2.1). */
bool tkt_who_bearer(tkt_str_t header, tkt_str_t *token);

/*
 * Fills what the actor has from the tenant of this name, an empty one as of
 * tkt_tenant_by_name.  False if there is none or nobody of it may enter.
 */
bool tkt_who_tenant(tkt_txn_t *txn, tkt_str_t name, tkt_actor_t *actor,
    tkt_arena_t *arena);

/*
 * Whether a login is one that a site may give: any text that a principal's may
 * be, in any script, since sites call their users by numbers, addresses and
 * names; but none of those that the desk makes itself.
 */
bool tkt_who_login(tkt_str_t login);

/*
 * Fills id, login and rights from a record, NULL for somebody unseen, and from
 * the role that the site asserts (empty: none), capped by actor->max_role.
 * False if he may not enter.
 */
bool tkt_who_principal(tkt_txn_t *txn, const tkt_user_t *user,
    tkt_str_t asserted, tkt_actor_t *actor);

/*
 * Whether his role is one that a record can have; what the cap of a location
 * leaves of a tenant's own role is none.
 */
bool tkt_who_has_role(const tkt_actor_t *actor);

/*
 * The record of somebody unseen, as his first command would make it, but for
 * its number and times: a user's, if his role is none that it can have.
 */
void tkt_who_record(const tkt_actor_t *actor, const tkt_identity_t *who,
    tkt_user_t *user);


/* ---- in the run of a command ---- */

/*
 * The caller was admitted before the command was queued; what was taken from
 * him since then holds.  An unseen principal gets the record that somebody
 * else's command made in between, or a new one.  False when answered.
 */
bool tkt_who_enter(tkt_command_t *cmd, tkt_call_t *c);

/*
 * After the command: a new record stays if it succeeded and is taken back if
 * it was refused; one that differs from what the site asserts is brought up
 * to date.
 */
void tkt_who_leave(tkt_command_t *cmd, tkt_call_t *c);


#endif /* TKT_WHO_H */
