/*
 * Configuration resources: records of a tenant that are listed, read, made,
 * changed by merge patch and deleted by generic handlers.  A new resource is
 * a row: its schema, its database and, if it has rules or indexes of its own,
 * functions for them.  Every change grows the version, is stamped and leaves
 * an entry in the audit log.
 */

#ifndef TKT_RESOURCE_H
#define TKT_RESOURCE_H


#include "app/tkt_call.h"
#include "app/tkt_rows.h"


typedef struct tkt_resource_s {
    const char          *name;        /* in cursors, "roles"                 */
    const char          *path;        /* "/v1/roles"                         */
    const tkt_schema_t  *schema;
    tkt_db_t             db;          /* key: tenant u32, id u64 …           */
    tkt_seq_t            seq;         /* of ids                              */
    tkt_object_t         object;      /* in the audit log                    */
    char                 etag;        /* 'r'                                 */

    /* offsets of uint64_t members; 0 where there is no such member */
    uint16_t             id, tenant, version, created_at, updated_at;

    /* … of a tenant's own rules; each may be NULL */

    /* loads one the caller may see; false if there is none */
    bool               (*load)(tkt_call_t *c, uint64_t id, void *obj);

    /* what the schema cannot say; before is NULL for a new one; may complete
       `after`; false, and answered, if it is refused */
    bool               (*check)(tkt_call_t *c, const void *before,
                                void *after);

    /* false, and answered, if it may not be deleted */
    bool               (*may_delete)(tkt_call_t *c, const void *obj);

    /* saves record and indexes; after is NULL to delete */
    void               (*save)(tkt_call_t *c, const void *before,
                               const void *after);

    /* fills the rows that are not stored */
    void               (*view)(tkt_call_t *c, void *obj);
} tkt_resource_t;


extern const tkt_resource_t  tkt_resource_user;
extern const tkt_resource_t  tkt_resource_role;
extern const tkt_resource_t  tkt_resource_tenant;


void tkt_resource_list(tkt_call_t *c);
void tkt_resource_get(tkt_call_t *c);
void tkt_resource_create(tkt_call_t *c);
void tkt_resource_patch(tkt_call_t *c);
void tkt_resource_delete(tkt_call_t *c);


#endif /* TKT_RESOURCE_H */
