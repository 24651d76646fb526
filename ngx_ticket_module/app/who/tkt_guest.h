/*
 * Guests: who has proved an address and has no account may submit one ticket
 * and gets a link to it.  A guest is a principal like others, known by his
 * address within the tenant, made with his first ticket; he has no password,
 * and his tokens open one ticket each.
 */

#ifndef TKT_GUEST_H
#define TKT_GUEST_H


#include "app/who/tkt_accounts.h"


/* Logins of guests begin so; nobody can register one. */
#define TKT_GUEST_LOGIN  "guest:"


typedef struct {
    bool              here;          /* the caller is a guest                */
    bool              made;          /* … who was not here before            */
    tkt_user_t        user;
    tkt_code_id_t     id;
    tkt_code_t        code;
    tkt_token_room_t  room;
} tkt_guest_t;


/*
 * Looks who submits a ticket.  The anonymous must prove an address of its
 * contact with a code; from then on the call's actor is the guest.  Others
 * send no code.  False, and answered, if that is not so; stores nothing but
 * the count of wrong guesses.
 */
bool tkt_guest_prove(tkt_call_t *c, const tkt_ticket_t *in,
    tkt_guest_t *guest);

/*
 * When the ticket will be stored: makes the principal of a new guest and ends
 * the code.  Returns the requester: `requester` unless it is a new guest.
 */
uint64_t tkt_guest_settle(tkt_call_t *c, tkt_guest_t *guest,
    uint64_t requester);

/*
 * After the ticket was answered: the answer again with a token for this one
 * ticket, which replays leave out.
 */
void tkt_guest_answer(tkt_call_t *c, tkt_guest_t *guest, tkt_ticket_t *t);


#endif /* TKT_GUEST_H */
