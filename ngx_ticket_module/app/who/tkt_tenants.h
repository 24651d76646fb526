/*
 * Tenants by name, and what the operator does with them.
 */

#ifndef TKT_TENANTS_H
#define TKT_TENANTS_H


#include "app/rows/tkt_rows.h"


/* What tenant 1 is called when nobody gave it a name. */
#define TKT_TENANT_DEFAULT  "default"


/*
 * Finds a tenant by name; an empty name means the only one, or the one named
 * "default" when there are several.  False if there is none, or on failure
 * (then the transaction's status says so).  Strings are slices of `arena`,
 * which may be NULL in a read transaction.
 */
bool tkt_tenant_by_name(tkt_txn_t *txn, tkt_str_t name, tkt_tenant_t *tenant,
    tkt_arena_t *arena);

/*
 * Finds the tenant of a name as above and gives it the profile, which is a
 * tkt_profile_t + 1, or 0 to leave it as it is.
 *
 * With `create`, makes it if there is none, with the canonical profile unless
 * another is given.  A store whose only tenant is a "default" without
 * principals, as a server makes at its first start, gives that one the name
 * instead of making a second.  The first tenant is the root of the tree, any
 * other made here a provider below it.
 *
 * *id is its number.  TKT_NOT_FOUND; TKT_INVALID_REQUEST: the name is no
 * slug; else as the store says.
 */
tkt_status_t tkt_app_tenant(tkt_env_t *env, tkt_str_t name, uint64_t profile,
    bool create, int64_t now_ms, uint64_t *id);


#endif /* TKT_TENANTS_H */
