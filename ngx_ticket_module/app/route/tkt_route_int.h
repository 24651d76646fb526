/*
 * What the files of the router share.
 */

#ifndef TKT_ROUTE_INT_H
#define TKT_ROUTE_INT_H


#include "app/route/tkt_ready.h"
#include "app/route/tkt_route.h"


/* Places of waiting tickets in a team's queue; the number is at their end. */
typedef uint8_t  tkt_place_t[TKT_QUEUE_PLACE_BYTES];

uint64_t tkt_place_ticket(const uint8_t *place);

/*
 * Gives a waiting ticket to an agent: an event of its own in the name of the
 * desk.  `t` is as it was loaded, with its long texts.
 */
void tkt_route_hand(tkt_call_t *c, const tkt_ticket_t *t, uint64_t agent);

/* Commits a change in the name of the desk. */
void tkt_route_commit(tkt_call_t *c, const tkt_ticket_t *before,
    tkt_ticket_t *t, tkt_event_t *event);

/*
 * Takes a ticket that waits in a retired team to the one in its place; false
 * if there is none.
 */
bool tkt_route_leave(tkt_call_t *c, uint32_t tenant, uint64_t ticket);

/*
 * Has a pass go on behind `place` (NULL: from the beginning); one that is
 * under way looks at everything once more.
 */
void tkt_route_go_on(tkt_call_t *c, uint32_t tenant, uint64_t team,
    const uint8_t *place, tkt_pass_t pass);


#endif /* TKT_ROUTE_INT_H */
