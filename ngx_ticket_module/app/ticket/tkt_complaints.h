/*
 * Complaints: tickets of their own, in the supervisors' queue.  A ticket has
 * one open complaint at a time, and a complaint none; when it has ended there
 * may be another.
 */

#ifndef TKT_COMPLAINTS_H
#define TKT_COMPLAINTS_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


/*
 * Makes the complaint about t, with the reason as its text, linked both ways;
 * t is changed only: its commit is the caller's.  Called by the action
 * complain, once everything is decided.
 */
void tkt_complaint_open(tkt_call_t *c, tkt_ticket_t *t, tkt_str_t reason);

/*
 * Called by tkt_ticket_commit: the end of a complaint frees the ticket that it
 * is about, its reopening takes the place again unless there is another.
 */
void tkt_complaint_follow(tkt_call_t *c, const tkt_ticket_t *before,
    const tkt_ticket_t *t);

/*
 * The active team that takes complaints, the first by id if there are several;
 * 0: none.
 */
uint64_t tkt_complaints_team(tkt_txn_t *txn, uint32_t tenant);


#endif /* TKT_COMPLAINTS_H */
