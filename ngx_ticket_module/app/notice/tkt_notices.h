/*
 * What principals are told inside the desk: a notice each, newest last, the
 * TKT_NOTICES_MAX newest of a principal kept, and at times a few more.  Nobody
 * is told what he did himself, nor of what he may not see.
 */

#ifndef TKT_NOTICES_H
#define TKT_NOTICES_H


#include "app/call/tkt_call.h"
#include "app/notice/tkt_notice_rows.h"
#include "app/ticket/tkt_view.h"


/* ---- who is told: tkt_notify.c ---- */

/*
 * Whether a principal could enter and see the ticket, or with `internal` what
 * is for staff in it.
 */
bool tkt_notify_sees(const tkt_call_t *c, const tkt_ticket_t *t,
    const tkt_user_t *user, bool internal);

/* Tells a principal about a ticket; message: its number, or 0. */
void tkt_notify(tkt_call_t *c, uint64_t principal, tkt_notice_kind_t kind,
    const tkt_ticket_t *t, uint64_t message);

/* The same for the leads of a team, or without any its members. */
void tkt_notify_leads(tkt_call_t *c, uint64_t team, tkt_notice_kind_t kind,
    const tkt_ticket_t *t);

/*
 * The same for who answers for the desk, the first of these of whom somebody
 * may see the ticket: the leads of its team, the leads of the team that takes
 * complaints, TKT_SUPERVISORS_TOLD_MAX supervisors, as many admins.  The last
 * two are looked for among the tenant's TKT_SUPERVISOR_STEPS_MAX first
 * principals.
 */
void tkt_notify_supervisors(tkt_call_t *c, tkt_notice_kind_t kind,
    const tkt_ticket_t *t);

/*
 * Called by tkt_ticket_commit: tells the requester of messages and ends, the
 * watchers, an owner given by somebody else, whom a message mentions, leads of
 * escalations and urges.  One event tells nobody twice.
 */
void tkt_notices_follow(tkt_call_t *c, const tkt_ticket_t *before,
    const tkt_ticket_t *t, const tkt_event_t *event);

/*
 * Whether a message may mention these people (canonical JSON array of logins):
 * active staff of the tenant who may see the ticket.  Answers if not; else
 * *people has their ids instead: no login is kept where it outlives its owner.
 */
bool tkt_mentions_check(tkt_call_t *c, const tkt_ticket_t *t,
    tkt_str_t *people);


/* ---- one by one: tkt_notices.c; as kept: tkt_notice_rows.h ---- */

/* Tells the owner of a ticket that the router gave it to him. */
void tkt_notice_given(tkt_call_t *c, const tkt_ticket_t *t);

/* Adds a notice of n->tenant and n->principal: its id is set here. */
void tkt_notice_put(tkt_txn_t *txn, tkt_notice_t *n);

/* Fills the view members of one of the caller's, who has read up to there. */
void tkt_notice_view(tkt_view_t *v, tkt_notice_t *n, uint64_t read);


#endif /* TKT_NOTICES_H */
