/*
 * Macros: a text with placeholders, and what is to be done with a ticket
 * besides.  Applying one is the same as doing its steps one after the other,
 * all or none.
 */

#ifndef TKT_MACRO_H
#define TKT_MACRO_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


/*
 * Whether a macro may end with this action (tkt_macro_t.action), that is,
 * whether it can give all that the action requires; *needs_reason: it requires
 * one.
 */
bool tkt_macro_action(uint64_t action, bool *needs_reason);

/*
 * Applies one to a ticket that was found: body replaces the macro's text,
 * placeholders and all, unless it is empty.  Answers with the ticket, or with
 * the problem of the first step that fails, and then nothing was done.
 */
void tkt_macro_run(tkt_call_t *c, const tkt_macro_t *m, const tkt_ticket_t *t,
    tkt_str_t body);


#endif /* TKT_MACRO_H */
