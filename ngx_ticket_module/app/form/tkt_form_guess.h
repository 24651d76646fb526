/*
 * What a ticket is about, by the words in it.
 */

#ifndef TKT_FORM_GUESS_H
#define TKT_FORM_GUESS_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


/*
 * The active record of a kind (types, or the features of a type) that has
 * most of its keywords in subject and the beginning of the description; of
 * equals the first in their order.  0: none has one.  Internal types are for
 * staff alone.  Looks at no more than TKT_KEYWORD_RECORDS_MAX records and
 * TKT_KEYWORD_TEXT_MAX_BYTES bytes.
 */
uint64_t tkt_form_guess(tkt_call_t *c, tkt_config_kind_t kind,
    uint64_t parent, const tkt_ticket_t *t, bool staff);


#endif /* TKT_FORM_GUESS_H */
