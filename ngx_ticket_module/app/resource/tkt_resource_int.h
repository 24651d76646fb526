/*
 * What the generic handlers of resources share.
 */

#ifndef TKT_RESOURCE_INT_H
#define TKT_RESOURCE_INT_H


#include "app/privacy/tkt_audit.h"
#include "app/resource/tkt_config.h"
#include "app/resource/tkt_resource.h"


#define TKT_RESOURCE_BYTES  512

/* Those of a list by position: of the tenant or a parent, and one's own. */
#define TKT_RESOURCE_PLACES_MAX  (TKT_CONFIG_PER_KIND_MAX + TKT_CONFIG_OWN_MAX)

/* One object; NULL, and answered, without memory. */
void *tkt_resource_room(tkt_call_t *c, const tkt_resource_t *r);

bool tkt_resource_unpack(tkt_call_t *c, const tkt_resource_t *r,
    tkt_str_t value, void *obj);

/* One that the caller may see, apart from whether it is active. */
bool tkt_resource_load(tkt_call_t *c, const tkt_resource_t *r, uint64_t id,
    void *obj);

/* Fills the rows that are not stored, and encodes. */
void tkt_resource_write(tkt_call_t *c, const tkt_resource_t *r, tkt_out_t *o,
    void *obj);

tkt_str_t tkt_resource_etag(tkt_call_t *c, const tkt_resource_t *r,
    const void *obj);

/* False, and answered, if its texts are together longer than may be. */
bool tkt_resource_fits(tkt_call_t *c, const tkt_resource_t *r,
    const void *obj);

/* By the resource's own saver, if it has one. */
void tkt_resource_save(tkt_call_t *c, const tkt_resource_t *r,
    const void *before, void *after);

/* The entry in the audit log. */
void tkt_resource_note(tkt_call_t *c, const tkt_resource_t *r,
    tkt_audit_act_t act, const void *before, const void *after,
    tkt_str_t reason);


#endif /* TKT_RESOURCE_INT_H */
