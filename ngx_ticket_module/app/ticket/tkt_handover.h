/*
 * Handing a ticket to another team or agent: assign, transfer, escalate,
 * de-escalate.
 */

#ifndef TKT_HANDOVER_H
#define TKT_HANDOVER_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


/*
 * Checks the team and the assignee of an action's input, and fills in the team
 * that the chain of escalation leads to where none was named: up, to
 * `escalates_to` of the present one; down, to where the ticket came from by
 * its events, else the first team by id that escalates to the present one.
 * Without a chain in->team stays 0, and only the tier changes.  False, and
 * answered, if the input is refused.
 */
bool tkt_handover_settle(tkt_call_t *c, tkt_action_t action,
    const tkt_ticket_t *t, tkt_input_t *in);


#endif /* TKT_HANDOVER_H */
