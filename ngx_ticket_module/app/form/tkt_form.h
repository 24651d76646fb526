/*
 * What a ticket is about: its type and feature, and the type's form.
 */

#ifndef TKT_FORM_H
#define TKT_FORM_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


/*
 * Settles type and feature of a new or changed ticket and checks it against
 * the type's form: finds the records (from keywords, if no type was given),
 * fills type_id and feature_id, and for a new one team, steps and approval and
 * the priority that the type gives at least.  before is NULL for a new one.
 * False, and answered with every fault by JSON Pointer.  Tenants without
 * types take any word as type and any object as custom.
 */
bool tkt_form_settle(tkt_call_t *c, const tkt_ticket_t *before,
    tkt_ticket_t *t);

/* Whether all that the form requires to resolve is there; answers if not. */
bool tkt_form_resolvable(tkt_call_t *c, const tkt_ticket_t *t);


#endif /* TKT_FORM_H */
