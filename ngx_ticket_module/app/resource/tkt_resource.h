/*
 * Configuration resources: records of a tenant that are listed, read, made,
 * changed by merge patch and deleted by generic handlers.  A new resource is
 * a row: its schema, its database and, if it has rules or indexes of its own,
 * functions for them.  Every change grows the version, is stamped and leaves
 * an entry in the audit log; a patch that changes nothing leaves none.
 */

#ifndef TKT_RESOURCE_H
#define TKT_RESOURCE_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


typedef struct tkt_resource_s {
    const char          *name;        /* in cursors, "roles"                 */
    const char          *path;        /* "/v1/roles"                         */
    const tkt_schema_t  *schema;
    tkt_db_t             db;          /* key: tenant u32, id u64             */
    tkt_seq_t            seq;         /* of ids                              */
    tkt_object_t         object;      /* in the audit log                    */
    char                 etag;        /* 'r'                                 */
    uint8_t              kind;        /* tkt_config_kind_t: kept in
                                         TKT_DB_CONFIG, by tkt_key_config    */
    bool                 named;       /* `head.name` is unique in its parent */
    bool                 ordered;     /* listed by position, then id; what is
                                         not active is for who may write     */
    uint16_t             most;        /* of an ordered one, in its parent; 0:
                                         TKT_CONFIG_PER_KIND_MAX             */
    const struct tkt_resource_s  *above;  /* of the first id in the path, when
                                         the second is this resource's       */

    /* offsets of uint64_t members; 0 where there is no such member, but for
       id, which every resource has */
    uint16_t             id, tenant, version, created_at, updated_at;

    /* … whose it is, 0: shared, which `check` says of a new one.  Each is kept
       below its owner, seen by him alone, and so are they counted; what is
       shared is deleted by who may share */
    uint16_t             owner;

    /* … of a resource's own rules; each may be NULL.  Those that get a call
       may answer it only where it is said */

    /* the id that follows `id` (0: the first) among those that the caller may
       list, 0 at the end; NULL: the order of keys in the caller's tenant */
    uint64_t           (*next)(tkt_call_t *c, uint64_t id);

    /* loads one that the caller may see; false if there is none; NULL: by its
       key in the caller's tenant, and below the parent that the path names.
       Strings outlive the transaction's puts */
    bool               (*load)(tkt_call_t *c, uint64_t id, void *obj);

    /* what the schema cannot say; before is NULL for a new one, which has no
       id yet; may complete `after`, must not write; false, and answered, if
       it is refused */
    bool               (*check)(tkt_call_t *c, const void *before,
                                void *after);

    /* false, and answered, if it may not be deleted; asked when nothing
       belongs to it */
    bool               (*may_delete)(tkt_call_t *c, const void *obj);

    /* saves record and indexes; before is NULL for a new one, after is NULL
       to delete; may fill rows of `after` that are not stored; NULL:
       tkt_resource_put */
    void               (*save)(tkt_call_t *c, const void *before,
                               void *after);

    /* fills the rows that are not stored */
    void               (*view)(tkt_call_t *c, void *obj);

    /* writes members that are there on request into the open object */
    void               (*more)(tkt_call_t *c, const void *obj, tkt_out_t *o);
} tkt_resource_t;


/* A uint64_t member by its offset. */
#define tkt_resource_u64(obj, offset)                                         \
    ((uint64_t *) (void *) ((uint8_t *) (obj) + (offset)))
#define tkt_resource_get_u64(obj, offset)                                     \
    (*(const uint64_t *) (const void *) ((const uint8_t *) (obj) + (offset)))


/* A resource whose struct begins with tkt_config_t. */
#define TKT_RESOURCE_CONFIG(name)                                             \
    .db = TKT_DB_CONFIG, .seq = TKT_SEQ_CONFIG,                               \
    .kind = TKT_CONFIG_##name, .object = TKT_OBJECT_##name,                   \
    .id = offsetof(tkt_config_t, id),                                         \
    .tenant = offsetof(tkt_config_t, tenant),                                 \
    .version = offsetof(tkt_config_t, version),                               \
    .created_at = offsetof(tkt_config_t, created_at),                         \
    .updated_at = offsetof(tkt_config_t, updated_at)


extern const tkt_resource_t  tkt_resource_user;
extern const tkt_resource_t  tkt_resource_role;
extern const tkt_resource_t  tkt_resource_tenant;
extern const tkt_resource_t  tkt_resource_type;
extern const tkt_resource_t  tkt_resource_feature;
extern const tkt_resource_t  tkt_resource_form_field;
extern const tkt_resource_t  tkt_resource_team;
extern const tkt_resource_t  tkt_resource_member;
extern const tkt_resource_t  tkt_resource_grant;
extern const tkt_resource_t  tkt_resource_macro;
extern const tkt_resource_t  tkt_resource_view;
extern const tkt_resource_t  tkt_resource_verification;


/* What rows of the operation table name; the resource is op->resource. */
void tkt_resource_list(tkt_call_t *c);
void tkt_resource_get(tkt_call_t *c);
void tkt_resource_create(tkt_call_t *c);
void tkt_resource_patch(tkt_call_t *c);
void tkt_resource_delete(tkt_call_t *c);


/* ---- for operations that are nearly one of those ---- */

/*
 * The object of the first id in the path, or of the second where the first is
 * its parent's; false, and answered 404, if the caller sees none or not its
 * parent.
 */
bool tkt_resource_find(tkt_call_t *c, const tkt_resource_t *r, void *obj);

/* Whether there is the parent that the path names; true: r needs none. */
bool tkt_resource_find_above(tkt_call_t *c, const tkt_resource_t *r);

/* The parent's id in the path; 0: r needs none. */
uint64_t tkt_resource_parent(const tkt_call_t *c, const tkt_resource_t *r);

/* Of one with an owner: whether he makes, changes and deletes shared ones. */
bool tkt_resource_may_share(const tkt_call_t *c);

/* Whether the caller has the permission that makes and changes them. */
bool tkt_resource_may_write(const tkt_call_t *c, const tkt_resource_t *r);

/*
 * Whether so many more of an ordered resource fit under its parent (0: it has
 * none); false, and answered 409, if not.
 */
bool tkt_resource_has_room(tkt_call_t *c, const tkt_resource_t *r,
    uint64_t parent, size_t more);

/*
 * Puts (after is NULL: deletes) the record and, of a named one, the entry of
 * its name: for resources that save indexes besides.
 */
void tkt_resource_put(tkt_call_t *c, const tkt_resource_t *r,
    const void *before, void *after);

/* Answers with obj and its tag, or 304. */
void tkt_resource_show(tkt_call_t *c, const tkt_resource_t *r, void *obj);

/* PATCH of what was found: If-Match, merge, check, save, answer. */
void tkt_resource_change(tkt_call_t *c, const tkt_resource_t *r,
    const void *before);

/* Answers with obj, which has just been stored. */
void tkt_resource_answer(tkt_call_t *c, const tkt_resource_t *r, void *obj);

/*
 * Makes `after` of `before` the newest version: grows it, stamps it, saves it
 * and leaves an audit entry of `act`.  For changes that are no merge patch.
 */
void tkt_resource_store(tkt_call_t *c, const tkt_resource_t *r,
    const void *before, void *after, tkt_audit_act_t act, tkt_str_t reason);

/* "MOUNT/v1/roles/7", "MOUNT/v1/types/3/fields/7" in the arena. */
tkt_str_t tkt_resource_location(tkt_call_t *c, const tkt_resource_t *r,
    uint64_t id);


#endif /* TKT_RESOURCE_H */
