/*
 * The filter of a ticket list: parsed from parameters, written canonically
 * for the cursor, and tested against a ticket.
 */

#ifndef TKT_FILTER_H
#define TKT_FILTER_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


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

typedef enum {
    TKT_TEAM_ANY = 0,
    TKT_TEAM_NONE,
    TKT_TEAM_ONE
} tkt_team_filter_t;

/* Conditions that hold or do not. */
typedef enum {
    TKT_EITHER = 0,
    TKT_ONLY,
    TKT_WITHOUT
} tkt_whether_t;

typedef struct {
    uint32_t               states;       /* bits; 0 = all                    */
    uint32_t               priorities;   /* bits; 0 = all                    */
    tkt_assignee_filter_t  assigned;
    uint64_t               assignee;
    uint64_t               requester;    /* 0 = all                          */
    tkt_team_filter_t      teams;
    uint64_t               team;
    bool                   watching;     /* what the caller watches          */
    tkt_whether_t          held;
    tkt_whether_t          drill;
    tkt_whether_t          complaint;
    tkt_whether_t          overdue;      /* active, and due before now_ms    */
    uint64_t               now_ms;
    uint64_t               channel;      /* 0 = all                          */
    uint64_t               tier;         /* tier + 1; 0 = all                */
    uint64_t               complexity;   /* 0 = all                          */
    uint64_t               after;        /* ms; 0 = no bound                 */
    uint64_t               before;
    tkt_str_t              type;         /* name, or id as text              */
    tkt_str_t              feature;
    uint64_t               type_id;      /* 0: type is no number             */
    uint64_t               feature_id;
    tkt_str_t              tag;
    tkt_sort_t             sort;
} tkt_filter_t;


/*
 * Reads the parameters; every faulty one is reported.  False when answered.
 */
bool tkt_filter_parse(tkt_call_t *c, tkt_filter_t *f);

/*
 * The same from a query string that somebody has saved, with "me" and the
 * time those of this call.  False if it has faults, which are added to the
 * call's errors at `pointer` unless that is NULL; nothing is answered.
 */
bool tkt_filter_read(tkt_call_t *c, tkt_str_t query, const char *pointer,
    tkt_filter_t *f);

/*
 * What the role of the caller and the rest of the filter make of it:
 * exercises are left out of all lists but those of one requester, and
 * complaints out of an agent's unless they were asked for or the list is
 * about himself.
 */
void tkt_filter_settle(const tkt_call_t *c, tkt_filter_t *f);

/* Whether it asks for the caller's own: assigned, requested or watched. */
bool tkt_filter_is_own(const tkt_call_t *c, const tkt_filter_t *f);

/*
 * When the filter's look at this ticket will have another result by time
 * alone; 0: never.
 */
int64_t tkt_filter_until(const tkt_filter_t *f, const tkt_ticket_t *t);

/* Who asks and what he asks for, as one text: a cursor belongs to it. */
tkt_str_t tkt_filter_text(const tkt_call_t *c, const tkt_filter_t *f);

/* Whether a ticket passes every condition of the filter. */
bool tkt_filter_passes(const tkt_filter_t *f, const tkt_ticket_t *t);

/* Whether tags as they are stored have this one among them. */
bool tkt_has_tag(tkt_str_t tags, tkt_str_t tag);

/*
 * The number of tickets that pass, from maintained counters; where those of a
 * requester do not tell it, from a look at his tickets, if they are `most` at
 * most.  False if a condition has no counter.
 */
bool tkt_filter_count(tkt_call_t *c, const tkt_filter_t *f, size_t most,
    uint64_t *count);


/* How many of a row of TKT_TENANT_CELLS the filter's states, priorities and
   assignee (none or any) ask for. */
uint64_t tkt_filter_cells(const tkt_filter_t *f, const uint64_t *cells);


#endif /* TKT_FILTER_H */
