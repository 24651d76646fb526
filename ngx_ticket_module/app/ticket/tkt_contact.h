/*
 * Whom to ask about a ticket: what the members say together.
 */

#ifndef TKT_CONTACT_H
#define TKT_CONTACT_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


/*
 * Checks the kind of a new or changed ticket's number against the number;
 * before is NULL for a new one.  A patch that brings another number and says
 * nothing of its kind leaves it without.  False, and answered, if it does not
 * suit.
 */
bool tkt_contact_settle(tkt_call_t *c, const tkt_ticket_t *before,
    tkt_ticket_t *t);

/*
 * Writes the same as members of a JSON Schema of a submission: a list of
 * conditions that all hold.
 */
void tkt_contact_schema(tkt_out_t *o);


#endif /* TKT_CONTACT_H */
