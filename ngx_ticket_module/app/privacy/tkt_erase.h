/*
 * Taking away what was kept about a principal.  Records stay as tombstones:
 * numbers, states, times and who did what are needed for counts and for the
 * tickets of others; every row with TKT_F_PERSONAL goes.
 */

#ifndef TKT_ERASE_H
#define TKT_ERASE_H


#include "app/call/tkt_call.h"
#include "app/privacy/tkt_kept.h"


/* What stands where a text is required. */
#define TKT_ERASED_TEXT  "[erased]"


/* Empties the rows with TKT_F_PERSONAL; those that may not be empty get
   TKT_ERASED_TEXT. */
void tkt_erase_rows(const tkt_schema_t *s, void *obj);

/*
 * A bounded piece of the work on a principal's tickets, audit entries,
 * notifications and stored answers.  Goes on where the timer `at_ms` (0: none
 * yet) says; sets it anew, or takes it away when nothing is left.
 */
void tkt_erase_some(tkt_call_t *c, uint32_t tenant, uint64_t principal,
    int64_t at_ms);


#endif /* TKT_ERASE_H */
