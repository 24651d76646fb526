/*
 * Whether a submission is genuine: points by the rules of the tenant.
 */

#ifndef TKT_GENUINE_H
#define TKT_GENUINE_H


#include "app/tkt_call.h"
#include "app/tkt_rows.h"


/*
 * Scores a ticket that is being submitted, if the tenant asks for it: sets
 * score, and by it verified, held, or the state closed with the reason spam
 * or rejected; what the event is to say, in *reason.
 */
void tkt_genuine_judge(tkt_call_t *c, tkt_ticket_t *t, tkt_str_t *reason);


#endif /* TKT_GENUINE_H */
