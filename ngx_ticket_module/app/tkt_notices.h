/*
 * What principals are told inside the desk: a notice each, newest last, the
 * TKT_NOTICES_MAX newest of a principal kept, and at times a few more.  Nobody
 * is told what he did himself, nor of what he may not see.
 */

#ifndef TKT_NOTICES_H
#define TKT_NOTICES_H


#include "app/tkt_call.h"
#include "app/tkt_rows.h"
#include "app/tkt_view.h"


/* ---- who is told: app/tkt_notify.c ---- */

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


/* ---- what is kept: app/tkt_notices.c ---- */

/*
 * Of a principal, behind his notices, where a seq stands: three u64.  The page
 * of the newest then has it, too.
 */
#define TKT_NOTICE_SEQ_STATE  UINT64_MAX

typedef struct {
    uint64_t  read;                  /* the newest that was read             */
    uint64_t  kept;                  /* how many there are                   */
    uint64_t  unread;                /* of those                             */
} tkt_notice_state_t;

void tkt_key_notice(tkt_key_t *k, uint32_t tenant, uint64_t principal,
    uint64_t seq);

/* Zeros if he was never told anything; false: the bytes are none. */
bool tkt_notice_state(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    tkt_notice_state_t *state);

/* Tells the owner of a ticket that the router gave it to him. */
void tkt_notice_given(tkt_call_t *c, const tkt_ticket_t *t);

/* Adds a notice of n->tenant and n->principal: its id is set here. */
void tkt_notice_put(tkt_txn_t *txn, tkt_notice_t *n, tkt_arena_t *arena);

/* Marks everything up to a number as read (0: all); less changes nothing. */
void tkt_notice_read(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    uint64_t until);

/* Fills the view members of one of the caller's, who has read up to there. */
void tkt_notice_view(tkt_view_t *v, tkt_notice_t *n, uint64_t read);

/* Takes away all that he was told: at most TKT_NOTICES_MAX and the state. */
void tkt_notices_forget(tkt_txn_t *txn, uint32_t tenant, uint64_t principal);


#endif /* TKT_NOTICES_H */
