/*
 * What principals are told inside the desk.
 */

#ifndef TKT_NOTICES_H
#define TKT_NOTICES_H


#include "app/tkt_call.h"
#include "app/tkt_rows.h"


/*
 * Tells a principal about a ticket; nobody is told what he did himself.  The
 * oldest beyond TKT_NOTICES_MAX goes.
 */
void tkt_notify(tkt_call_t *c, uint64_t principal, tkt_notice_kind_t kind,
    const tkt_ticket_t *t, uint64_t message);

/* The same for the leads of a team, or without any its members. */
void tkt_notify_leads(tkt_call_t *c, uint64_t team, tkt_notice_kind_t kind,
    const tkt_ticket_t *t);

/*
 * Called by tkt_ticket_commit: tells the requester of messages and ends, the
 * watchers, an owner given by somebody else, leads of escalations.
 */
void tkt_notices_follow(tkt_call_t *c, const tkt_ticket_t *before,
    const tkt_ticket_t *t, const tkt_event_t *event);


#endif /* TKT_NOTICES_H */
