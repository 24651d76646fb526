/*
 * The fields of a type's form: what they take, as rules and as JSON Schema.
 * Both follow from one table, so that they agree.
 */

#ifndef TKT_FORM_FIELDS_H
#define TKT_FORM_FIELDS_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


/* Those of a form in their order. */
typedef struct {
    tkt_form_field_t  *list;         /* in the call's arena                  */
    size_t             count;
} tkt_form_fields_t;


/*
 * The active ones of a type.  False without memory, and when one does not
 * decode; the transaction's status tells.
 */
bool tkt_form_fields_load(tkt_call_t *c, uint64_t type,
    tkt_form_fields_t *fields);

/*
 * What the schema of a field's own record cannot say: bounds, choices and
 * currencies where its kind has them, and nowhere else.  False, and answered.
 */
bool tkt_form_field_check(tkt_call_t *c, const void *before, void *after);

/*
 * Adds every fault of `custom`, canonical text, to errors.  With `before` only
 * what differs from that is looked at, and only what was there is missed; NULL:
 * a new one.  staff: may fill in what is for staff alone.  asks: what is
 * required must be there.
 */
void tkt_form_fields_check(tkt_call_t *c, const tkt_form_fields_t *fields,
    const tkt_str_t *before, tkt_str_t custom, bool staff, bool asks,
    tkt_errors_t *errors);

/* Adds what is required to resolve and is not there. */
void tkt_form_fields_missing(tkt_call_t *c, const tkt_form_fields_t *fields,
    tkt_str_t custom, tkt_errors_t *errors);

/* The schema of `custom`; what is for staff only with `staff`. */
void tkt_form_fields_schema(tkt_call_t *c, tkt_out_t *o,
    const tkt_form_fields_t *fields, bool staff);


#endif /* TKT_FORM_FIELDS_H */
