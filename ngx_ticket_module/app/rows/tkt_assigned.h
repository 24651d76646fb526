/*
 * The tickets of an assignee, in sets by class (active, done) and urgency.
 */

#ifndef TKT_ASSIGNED_H
#define TKT_ASSIGNED_H


#include "app/rows/tkt_rows.h"
#include "store/tkt_packed.h"


typedef enum {
    TKT_ASSIGNED_OLDEST = 0,
    TKT_ASSIGNED_NEWEST,
    TKT_ASSIGNED_URGENT              /* most urgent first, then oldest       */
} tkt_assigned_order_t;


typedef struct {
    uint64_t       id;               /* the next of the set                  */
    uint8_t        urgency;
    tkt_packed_t   set;
} tkt_assigned_set_t;


typedef struct {
    tkt_assigned_order_t   order;
    size_t                 count;    /* of sets that have more               */
    tkt_assigned_set_t    *sets;
} tkt_assigned_t;


/* The prefix of the set that a ticket belongs to. */
void tkt_key_assigned(tkt_key_t *k, uint32_t tenant, uint64_t assignee,
    unsigned class, unsigned urgency);

/*
 * Walks the sets of these classes and priorities (bits of TKT_CLASS_* and
 * tkt_priority_t), starting behind (urgency, id); id 0: from the start.  The
 * order of submission takes no account of the urgency.
 */
void tkt_assigned_open(tkt_assigned_t *a, tkt_txn_t *txn, uint32_t tenant,
    uint64_t assignee, uint32_t classes, uint32_t priorities,
    tkt_assigned_order_t order, unsigned urgency, uint64_t id,
    tkt_arena_t *arena);

/* The next ticket; false at the end or after a failure. */
bool tkt_assigned_next(tkt_assigned_t *a, uint8_t *urgency, uint64_t *id);

/* Takes a ticket from where it was (NULL: nowhere) to where it belongs. */
void tkt_assigned_move(tkt_txn_t *txn, const tkt_ticket_t *from,
    const tkt_ticket_t *to);

/* Whether a ticket stands where it belongs. */
bool tkt_assigned_has(tkt_txn_t *txn, const tkt_ticket_t *t);


#endif /* TKT_ASSIGNED_H */
