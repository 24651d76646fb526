/*
 * All that is kept about a principal, found piece by piece: what an export
 * writes out and an erasure takes away.  A walk goes on where the last one
 * stopped, and each step looks at a bounded number of records, so a page or a
 * command bounds its work by counting steps.
 *
 * His tickets are those that he requested.  What he wrote on the tickets of
 * others is found in the log of events, which is walked from the time he was
 * made; there is no index for it, since nothing else asks that question.
 */

#ifndef TKT_KEPT_H
#define TKT_KEPT_H


#include "app/rows/tkt_rows.h"


/* In the order of the walk. */
typedef enum {
    TKT_KEPT_NONE = 0,         /* nothing at this step                       */
    TKT_KEPT_PRINCIPAL,
    TKT_KEPT_TOKEN,            /* number: of the token                       */
    TKT_KEPT_TICKET,           /* ticket                                     */
    TKT_KEPT_MESSAGE,          /* of his tickets: ticket and number          */
    TKT_KEPT_EVENT,            /* of his tickets: ticket, number in the log  */
    TKT_KEPT_WRITTEN,          /* message on another's ticket                */
    TKT_KEPT_AUDIT,            /* number in the tenant's audit log           */
    TKT_KEPT_NOTICE,           /* number of the notification                 */
    TKT_KEPT_WATCHED,          /* ticket that he watches                     */
    TKT_KEPT_DRAFT,            /* ticket of what he is writing               */
    TKT_KEPT_TOLD,             /* number of the notice inside the desk       */
    TKT_KEPT_FILE,             /* of his tickets: ticket and place           */
    TKT_KEPT_UPLOAD,           /* bound to nothing: place                    */
    TKT_KEPT_VIEW,             /* number of a view of his own                */
    TKT_KEPT_MACRO,            /* number of a macro of his own               */
    TKT_KEPT_MEMBER,           /* number of a team that he belongs to        */
    TKT_KEPT_PRESENCE,
    TKT_KEPT_MAX
} tkt_kept_kind_t;


/* Where a walk is; plain numbers, kept in cursors and timers. */
typedef struct {
    uint64_t  kind;            /* 0: at the beginning                        */
    uint64_t  a;
    uint64_t  b;
} tkt_kept_place_t;


typedef struct {
    tkt_txn_t         *txn;
    tkt_arena_t       *arena;          /* of one step                        */
    uint32_t           tenant;
    uint64_t           principal;
    uint32_t           kinds;          /* tkt_bit(kind) of those wanted      */
    tkt_kept_place_t   place;

    /* found by the last step */
    tkt_kept_kind_t    found;
    uint64_t           ticket;
    uint64_t           number;
} tkt_kept_t;


/*
 * Whether a place is one of this walk, for those that a client has sent.
 */
bool tkt_kept_place_valid(tkt_kept_t *k);

/* The next step; false at the end of the walk, or on a failure of the store. */
bool tkt_kept_step(tkt_kept_t *k);


#endif /* TKT_KEPT_H */
