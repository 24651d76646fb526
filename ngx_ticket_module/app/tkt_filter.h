/*
 * The filter of a ticket list: parsed from parameters, written canonically
 * for the cursor, and tested against a ticket.
 */

#ifndef TKT_FILTER_H
#define TKT_FILTER_H


#include "app/tkt_call.h"
#include "app/tkt_rows.h"


typedef enum {
    TKT_SORT_NEWEST = 0,        /* -created_at */
    TKT_SORT_OLDEST,            /* created_at */
    TKT_SORT_QUEUE              /* urgent first, then oldest */
} tkt_sort_t;

typedef enum {
    TKT_ASSIGNEE_ANY = 0,
    TKT_ASSIGNEE_UNASSIGNED,
    TKT_ASSIGNEE_ONE
} tkt_assignee_filter_t;

typedef struct {
    uint32_t               states;       /* bits; 0 = all                    */
    uint32_t               priorities;   /* bits; 0 = all                    */
    tkt_assignee_filter_t  assigned;
    uint64_t               assignee;
    uint64_t               requester;    /* 0 = all                          */
    uint64_t               channel;      /* 0 = all                          */
    uint64_t               tier;         /* tier + 1; 0 = all                */
    uint64_t               after;        /* ms; 0 = no bound                 */
    uint64_t               before;
    tkt_str_t              type;
    tkt_str_t              feature;
    tkt_str_t              tag;
    tkt_sort_t             sort;
} tkt_filter_t;


/*
 * Reads the parameters; every faulty one is reported.  False when answered.
 */
bool tkt_filter_parse(tkt_call_t *c, tkt_filter_t *f);

/* Who asks and what he asks for, as one text: a cursor belongs to it. */
tkt_str_t tkt_filter_text(const tkt_call_t *c, const tkt_filter_t *f);

/* Whether a ticket passes every condition of the filter. */
bool tkt_filter_passes(const tkt_filter_t *f, const tkt_ticket_t *t);

/* Whether tags as they are stored have this one among them. */
bool tkt_has_tag(tkt_str_t tags, tkt_str_t tag);

/*
 * The number of tickets that pass, from maintained counters.  False if a
 * condition has no counter.
 */
bool tkt_filter_count(tkt_call_t *c, const tkt_filter_t *f, uint64_t *count);


#endif /* TKT_FILTER_H */
