/*
 * The caller of an operation as the workflow sees him.
 */

#ifndef TKT_CALLER_H
#define TKT_CALLER_H


#include "app/call/tkt_call.h"


/* Who the caller is to a ticket. */
tkt_caller_t tkt_caller_of(const tkt_call_t *c, const tkt_ticket_t *t);


#endif /* TKT_CALLER_H */
