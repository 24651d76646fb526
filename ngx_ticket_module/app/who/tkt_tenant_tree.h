/*
 * The tree of tenants: platform, providers, customers.  Each but the root has
 * a parent; an administrator's realm is his own tenant and all below it.
 * Paths to the root have at most TKT_TENANT_DEPTH_MAX tenants.
 */

#ifndef TKT_TENANT_TREE_H
#define TKT_TENANT_TREE_H


#include "app/call/tkt_app.h"
#include "app/rows/tkt_rows.h"


/* The numbers of a tenant, without its texts; false if there is none. */
bool tkt_tenant_head(tkt_txn_t *txn, uint64_t id, tkt_tenant_t *tenant);

/*
 * The number of tenants from this one to the root, both counted, 1 for the
 * root itself; 0 if there is no such tenant.
 */
unsigned tkt_tenant_depth(tkt_txn_t *txn, uint32_t tenant);

/* The kind of a tenant so many tenants down. */
tkt_tenant_kind_t tkt_tenant_kind(unsigned depth);

/* Whether `tenant` exists and is `top` or below it. */
bool tkt_tenant_within(tkt_txn_t *txn, uint32_t tenant, uint32_t top);

/*
 * The tenant after `tenant` in a walk of the tree from `top` down, parents
 * before children, siblings by number; 0 at the end.  `tenant` is within top.
 * Costs some lookups of the child index, whatever the size of the tree.
 */
uint32_t tkt_tenant_next(tkt_txn_t *txn, uint32_t top, uint32_t tenant);

/*
 * Whether anybody of the tenant may enter: it exists, and neither it nor one
 * above it is disabled.  Asked at admission and again before a command runs.
 */
bool tkt_tenant_open(tkt_txn_t *txn, uint32_t tenant);

/*
 * Fills what an actor has from his tenant: profile, languages, tenant_quota,
 * prefix, tenant_name.  False, with these filled as far as they are known, if
 * the tenant is not open: nobody of it enters.
 */
bool tkt_actor_tenant(tkt_txn_t *txn, uint32_t tenant, tkt_actor_t *actor);


#endif /* TKT_TENANT_TREE_H */
