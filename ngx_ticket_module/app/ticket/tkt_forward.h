/*
 * Tickets that a tenant has filed with the tenant above it: one ticket here,
 * one there, linked both ways.  Between the two desks stand two principals
 * that no person enters as: "tenant:NAME" in the tenant above is the requester
 * there, "tenant:NAME" in the tenant below writes down what comes back.
 *
 * Down goes what a requester may see: public texts and states, as internal
 * notes and events of the ticket below.  Up goes what an agent forwards, and
 * that the ticket below was confirmed or ended.  All of it is written in the
 * transaction of the change that it follows.
 */

#ifndef TKT_FORWARD_H
#define TKT_FORWARD_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


/*
 * Whether a login is of those that such principals have, which begin with
 * "tenant:": no other principal is to be given one.
 */
bool tkt_standin_login(tkt_str_t login);


/* A call in the name of a principal that stands for a tenant. */
typedef struct {
    tkt_call_t   call;
    tkt_actor_t  actor;
    tkt_reply_t  reply;              /* goes nowhere                         */
} tkt_deputy_t;

/* Copies what c has; user is borrowed for this call only. */
void tkt_deputy_init(tkt_deputy_t *d, const tkt_call_t *c,
    const tkt_user_t *user);

/*
 * The principal of `tenant` that stands for `peer`.  find: false if there is
 * none yet, and user then has the login it is to have.  get: makes it with
 * this role, with an entry in the audit log of `tenant`.
 */
bool tkt_standin_find(tkt_call_t *c, uint32_t tenant, uint32_t peer,
    tkt_user_t *user);
void tkt_standin_get(tkt_call_t *c, uint32_t tenant, uint32_t peer,
    tkt_role_t role, tkt_user_t *user);

/*
 * Decides an action on a ticket of d's tenant; nothing is answered.  True if
 * the workflow allows it.
 */
bool tkt_deputy_decide(tkt_deputy_t *d, const tkt_ticket_t *t,
    tkt_action_t action, tkt_decision_t *decision);

/* Carries out what was decided; `in` as a client would have sent it. */
void tkt_deputy_act(tkt_deputy_t *d, const tkt_ticket_t *before,
    tkt_action_t action, const tkt_decision_t *decision,
    const tkt_input_t *in);

/*
 * Called after every change of a ticket was written, from before to t by
 * event: carries it to the linked tickets.  What they answer may change t
 * again, which then is as stored.
 */
void tkt_forward_follow(tkt_call_t *c, const tkt_ticket_t *before,
    tkt_ticket_t *t, const tkt_event_t *event);


#endif /* TKT_FORWARD_H */
