/*
 * Which tickets of a list its caller may see.  Most see all that a filter
 * lets pass; agents who are bound by grants are looked up once for each kind
 * of ticket.
 */

#ifndef TKT_SIGHT_H
#define TKT_SIGHT_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


#define TKT_SIGHT_KINDS  32      /* slots, a power of two                    */

/* One list's memory; stack object. */
typedef struct {
    tkt_call_t  *call;
    bool         bound;          /* by grants                                */
    struct {
        uint64_t  type;
        uint64_t  feature;
        bool      known;
        bool      allowed;
    } kinds[TKT_SIGHT_KINDS];
} tkt_sight_t;


/* Whether the caller sees a part of the desk only. */
bool tkt_sight_is_bound(const tkt_call_t *c);

void tkt_sight_init(tkt_sight_t *s, tkt_call_t *c);
bool tkt_sight_sees(tkt_sight_t *s, const tkt_ticket_t *t);


#endif /* TKT_SIGHT_H */
