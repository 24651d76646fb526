/*
 * Whether a submission is genuine: points by the rules of the tenant.  Only
 * what requesters submit themselves is looked at; what staff submits for
 * somebody, forwards or makes of a complaint is not.
 */

#ifndef TKT_GENUINE_H
#define TKT_GENUINE_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


/* What was found, between the two calls. */
typedef struct {
    bool         rejected;
    tkt_close_t  close_reason;       /* of a rejected one                    */
    tkt_str_t    why;                /* for staff; empty: nothing            */
} tkt_genuine_t;


/* The tenant's rules, or those that are there before any were set. */
bool tkt_genuine_rules(tkt_call_t *c, tkt_verification_t *rules);

/*
 * Scores a ticket that is about to be submitted, with its id and requester
 * set, if the tenant asks for it: sets score and verified or held.  Without
 * rules one lookup, and nothing else.
 */
void tkt_genuine_judge(tkt_call_t *c, tkt_ticket_t *t, tkt_genuine_t *found);

/*
 * After the submission was committed: tells staff in an event of their own
 * what spoke against it, and closes what was rejected, both in the name of the
 * desk.
 */
void tkt_genuine_settle(tkt_call_t *c, tkt_ticket_t *t,
    const tkt_genuine_t *found);


#endif /* TKT_GENUINE_H */
