/*
 * Carrying out what the workflow decided, on the struct of a ticket.
 */

#ifndef TKT_EFFECTS_H
#define TKT_EFFECTS_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


/* Roles that may own tickets. */
#define TKT_ROLES_ASSIGNABLE                                                  \
    (tkt_bit(TKT_ROLE_AGENT) | tkt_bit(TKT_ROLE_SUPERVISOR)                   \
     | tkt_bit(TKT_ROLE_ADMIN))


/*
 * Sets the state and applies every effect of the decision.  An effect
 * TKT_FX_MESSAGE appends the text of `in` (body, question or solution) as a
 * message, if there is one, and notes it in the event.  The event's
 * `automatic` and `internal` are set too.  Nothing else is written.
 */
void tkt_effects_apply(tkt_call_t *c, const tkt_decision_t *d,
    const tkt_input_t *in, tkt_ticket_t *t, tkt_event_t *event);


#endif /* TKT_EFFECTS_H */
