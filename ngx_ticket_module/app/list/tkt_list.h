/*
 * Lists of tickets by a filter: pages of them, and how many there are.
 */

#ifndef TKT_LIST_H
#define TKT_LIST_H


#include "app/list/tkt_filter.h"


/* What `count` adds to a list. */
typedef enum {
    TKT_LIST_PLAIN = 0,         /* the number, or a refusal without counters */
    TKT_LIST_BUCKETS,           /* and that of every bucket of the caller's  */
    TKT_LIST_VIEW               /* the number, counted one by one if need be */
} tkt_list_kind_t;

/*
 * Answers with a page of the list, `limit`, `cursor`, `fields` and `count`
 * being the call's parameters.  What the caller may not ask for is refused.
 */
void tkt_list_answer(tkt_call_t *c, tkt_filter_t *f, tkt_list_kind_t kind);

/*
 * How many tickets of the list the caller sees: from counters, or else one by
 * one in at most *steps steps, which are taken off.  Returns whether that is
 * all of them; if not, there are this many or more.
 */
bool tkt_list_tally(tkt_call_t *c, const tkt_filter_t *f, size_t *steps,
    uint64_t *count);


#endif /* TKT_LIST_H */
