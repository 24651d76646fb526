/*
 * Placeholders in the texts of macros: "{{ticket.number}}".  What they stand
 * for is put in as it is; a value that looks like a placeholder is none.
 */

#ifndef TKT_PLACEHOLDER_H
#define TKT_PLACEHOLDER_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


/* Whether all placeholders of a text are known; else *bad is the first that
 * is not, or that does not end. */
bool tkt_placeholders_known(tkt_str_t text, tkt_str_t *bad);

/*
 * The text with values of this ticket and of the caller, in the call's arena;
 * placeholders that are not known stay as they are.  False without memory.
 */
bool tkt_placeholders_fill(tkt_call_t *c, const tkt_ticket_t *t,
    tkt_str_t text, tkt_str_t *filled);

/* The name of the i-th, for documents and tests; NULL at the end. */
const char *tkt_placeholder_name(size_t i);


#endif /* TKT_PLACEHOLDER_H */
