/*
 * Grants: which types and features an agent may work on.
 */

#ifndef TKT_GRANTS_H
#define TKT_GRANTS_H


#include "app/tkt_call.h"
#include "app/tkt_rows.h"


/*
 * Whether the caller may work on tickets of this type and feature: true for
 * who has no grants, and for everybody but agents.
 */
bool tkt_grants_allow(const tkt_call_t *c, uint64_t type, uint64_t feature);

/* The level of an agent's grant; 0: he has grants, and none for this. */
uint64_t tkt_grants_level(tkt_txn_t *txn, uint32_t tenant, uint64_t agent,
    uint64_t grants, uint64_t type, uint64_t feature);


#endif /* TKT_GRANTS_H */
