/*
 * Files of tickets and messages: bound in the transaction that names them.
 */

#ifndef TKT_ATTACHMENTS_H
#define TKT_ATTACHMENTS_H


#include "app/tkt_call.h"
#include "app/tkt_rows.h"


/*
 * Whether each of `tokens` (as tags) is a file that the caller uploaded and
 * that is bound to nothing yet; false, and answered at /attachments/N.
 */
bool tkt_attachments_check(tkt_call_t *c, tkt_str_t tokens);

/*
 * Binds them, which have been checked, to a ticket (message 0) or to one of
 * its messages, and counts them in both.
 */
void tkt_attachments_bind(tkt_call_t *c, tkt_ticket_t *t,
    tkt_message_t *message, bool internal, tkt_str_t tokens);

/* Writes the files of a message (0: of the ticket itself) as a JSON array. */
tkt_str_t tkt_attachments_text(tkt_call_t *c, const tkt_ticket_t *t,
    uint64_t message);


#endif /* TKT_ATTACHMENTS_H */
