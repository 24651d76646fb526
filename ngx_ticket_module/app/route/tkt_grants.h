/*
 * Grants: which types and features an agent may work on.  Besides the record
 * of a grant TKT_DB_CONFIG holds who has it, and for what:
 *
 *   tenant, TKT_CONFIG_GRANT_OF, principal, type, feature → level, grant
 *   tenant, TKT_CONFIG_GRANT_FOR, type, feature, principal → nothing
 */

#ifndef TKT_GRANTS_H
#define TKT_GRANTS_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


/* Whether grants bind him at all: an agent who has some. */
bool tkt_grants_bind(const tkt_user_t *user);

/*
 * Whether the caller may work on tickets of this type and feature: true for
 * who has no grants, and for everybody but agents.
 */
bool tkt_grants_allow(const tkt_call_t *c, uint64_t type, uint64_t feature);

/* The level of an agent's grant; 0: he has grants, and none for this. */
uint64_t tkt_grants_level(tkt_txn_t *txn, uint32_t tenant, uint64_t agent,
    uint64_t grants, uint64_t type, uint64_t feature);

/*
 * Whether grants name the type, or of it this feature (0: any): then it is
 * not deleted.
 */
bool tkt_grants_name(tkt_txn_t *txn, uint32_t tenant, uint64_t type,
    uint64_t feature);

/* Keys; feature 0 in the first stands for the whole type. */
void tkt_key_grants_of(tkt_key_t *k, uint32_t tenant, uint64_t principal);
void tkt_key_grant_of(tkt_key_t *k, uint32_t tenant, uint64_t principal,
    uint64_t type, uint64_t feature);
void tkt_key_grant_for(tkt_key_t *k, uint32_t tenant, uint64_t type,
    uint64_t feature, uint64_t principal);

/*
 * Saves a grant with these entries; before or after is NULL.  What follows
 * for the agent is the caller's: the count in his record, and who is ready.
 */
void tkt_grant_index(tkt_txn_t *txn, const tkt_grant_t *before,
    const tkt_grant_t *after);


#endif /* TKT_GRANTS_H */
