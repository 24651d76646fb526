/*
 * The queue of work: which teams have tickets, and where in its team's queue
 * a ticket stands.
 */

#ifndef TKT_QUEUE_H
#define TKT_QUEUE_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


/*
 * The counter rows of a tenant's teams, in the order of their ids: of every
 * team that has or has had tickets.  Stack object; close in the same function.
 */
typedef struct {
    tkt_scan_t  scan;
    uint64_t    team;
    uint64_t    cells[TKT_TENANT_CELLS];
} tkt_teams_t;

/* kind: TKT_COUNTS_TEAM or TKT_COUNTS_COMPLAINT (team 0: those without). */
void tkt_teams_open(tkt_teams_t *x, tkt_txn_t *txn, uint32_t tenant,
    unsigned kind);
bool tkt_teams_next(tkt_teams_t *x);
void tkt_teams_close(tkt_teams_t *x);


/* Whether the ticket waits in its team's queue for somebody to take it. */
bool tkt_queue_waits(const tkt_ticket_t *t);

/*
 * Fills queue_position, expected_wait_s and notice of a ticket that waits; for
 * answers with one ticket.  The answer is then marked as one that changes
 * without the ticket's version.
 */
void tkt_queue_view(tkt_call_t *c, tkt_ticket_t *t);


#endif /* TKT_QUEUE_H */
