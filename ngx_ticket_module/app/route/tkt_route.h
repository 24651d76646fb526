/*
 * The router: which agent gets a ticket.  It runs inside the transaction of
 * whatever changed, is given all it knows, and gives the same answer for the
 * same store: no clock of its own, no chance.
 *
 * What holds after every command, but for what a timer of a team (a pass) has
 * still to do: no ticket waits that somebody who is ready may have.  So a new
 * ticket asks who is ready, and who becomes ready looks at what waits; nobody
 * looks at everything.
 */

#ifndef TKT_ROUTE_H
#define TKT_ROUTE_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


/*
 * Called by tkt_ticket_commit before `t` is saved; before is NULL for a new
 * one.  Gives an unassigned active ticket of a team, which is neither held nor
 * a drill nor waits for approval, to the agent whom the team's strategy names:
 * his id; 0: nobody can take it now, and it waits.
 */
uint64_t tkt_route_owner(tkt_call_t *c, const tkt_ticket_t *before,
    const tkt_ticket_t *t);

/* Whether the team is there and active; 0 is none. */
bool tkt_route_takes(tkt_txn_t *txn, uint32_t tenant, uint64_t team);

/* The first active team above it, along `escalates_to`; 0: none. */
uint64_t tkt_route_above(tkt_txn_t *txn, uint32_t tenant, uint64_t team);

/*
 * Called by tkt_ticket_commit before that: takes what nobody owns out of a
 * retired team to the one in its place, which is its feature's, its type's, or
 * the next active one along the chain of escalation of these; for one that was
 * handed to another team, that team's chain before all.  If there is none it
 * has no team, and supervisors are told.  An event of its own, and the same
 * save.
 */
void tkt_route_lead(tkt_call_t *c, tkt_ticket_t *t);

/*
 * Called after the ticket was saved: keeps what is known of who is ready, and
 * gives an agent who has become free what waits for him.
 */
void tkt_route_follow(tkt_call_t *c, const tkt_ticket_t *before,
    const tkt_ticket_t *t);

/*
 * Gives an agent what waits for him, up to his capacity and to
 * TKT_ROUTE_BATCH_MAX tickets; a timer goes on with the rest.  For changes of
 * presence, capacity, grants and membership.
 */
void tkt_route_agent(tkt_call_t *c, uint64_t agent);

/*
 * The same for a team: after its strategy or members changed.  One that has
 * been retired gives away what waits in it.
 */
void tkt_route_team(tkt_call_t *c, uint64_t team);

/* Seconds until the ticket at this place of a team's queue gets an owner, at
   the pace of late; 0: not known. */
uint64_t tkt_route_expected_wait(tkt_txn_t *txn, uint32_t tenant,
    uint64_t team, uint64_t position, int64_t now_ms);


#endif /* TKT_ROUTE_H */
