/*
 * Complaints: tickets of their own, in the supervisors' queue.
 */

#ifndef TKT_COMPLAINTS_H
#define TKT_COMPLAINTS_H


#include "app/tkt_call.h"
#include "app/tkt_rows.h"


/*
 * Makes the complaint about t, with the reason as its text, linked both ways;
 * t is changed only.  Called by the action complain.
 */
void tkt_complaint_open(tkt_call_t *c, tkt_ticket_t *t, tkt_str_t reason);

/* Called by tkt_ticket_commit: an ended complaint frees the ticket. */
void tkt_complaint_follow(tkt_call_t *c, const tkt_ticket_t *before,
    const tkt_ticket_t *t);


#endif /* TKT_COMPLAINTS_H */
