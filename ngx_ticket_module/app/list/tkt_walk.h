/*
 * Walking the index that serves a filter and its order best.
 */

#ifndef TKT_WALK_H
#define TKT_WALK_H


#include "app/list/tkt_filter.h"
#include "app/rows/tkt_assigned.h"


typedef enum {
    TKT_WALK_SCAN = 0,
    TKT_WALK_MERGE,
    TKT_WALK_REQUESTER,
    TKT_WALK_ASSIGNEE
} tkt_walk_kind_t;


/* Stack object. */
typedef struct {
    tkt_call_t      *call;
    tkt_walk_kind_t  kind;
    union {
        tkt_scan_t      scan;
        tkt_merge_t    *merge;
        tkt_packed_t    requester;
        tkt_assigned_t  assignee;
    } by;
    uint8_t          position[16];
    size_t           position_len;
    uint64_t         low;      /* ids that the walk ends at: those below     */
    uint64_t         high;     /* and those from here on; 0: no bound        */
    uint8_t          urgency;  /* in queue order: the last one asked for     */
} tkt_walk_t;


/*
 * Starts after `position` (empty: at the beginning).  The conditions that the
 * index does not cover are the caller's: tkt_filter_passes.
 */
void tkt_walk_open(tkt_walk_t *w, tkt_call_t *c, const tkt_filter_t *f,
    tkt_str_t position);

/* The next ticket's id; w->position is then where a next page goes on. */
bool tkt_walk_next(tkt_walk_t *w, uint64_t *id);
void tkt_walk_close(tkt_walk_t *w);


#endif /* TKT_WALK_H */
