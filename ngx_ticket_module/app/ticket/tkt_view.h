/*
 * Tickets, messages and events as an answer shows them: names, labels,
 * numbers and what the caller may do are filled in here.
 */

#ifndef TKT_VIEW_H
#define TKT_VIEW_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


#define TKT_VIEW_NAMES  64      /* slots, a power of two */
#define TKT_VIEW_TEAMS  16

typedef struct {
    uint64_t   id;
    uint64_t   kind;        /* tkt_person_t                                  */
    tkt_str_t  name;
    bool       disabled;
} tkt_view_name_t;


typedef struct {
    uint64_t   id;
    tkt_str_t  name;
} tkt_view_team_t;


/* What of a ticket has to be looked up or worked out. */
#define TKT_VIEW_LINKED   0x1   /* links, watchers, step_labels              */
#define TKT_VIEW_NAMED    0x2   /* requester, assignee, team                 */
#define TKT_VIEW_ALLOWED  0x4   /* allowed_actions, next                     */
#define TKT_VIEW_ALL      (TKT_VIEW_LINKED | TKT_VIEW_NAMED | TKT_VIEW_ALLOWED)


/* One answer's memory of names; stack object, one tenant. */
typedef struct {
    tkt_call_t       *call;
    tkt_role_t        reader;   /* tkt_view_reader of the ticket shown last  */
    unsigned          parts;    /* TKT_VIEW_…; ALL, unless the caller says   */
    tkt_view_name_t   names[TKT_VIEW_NAMES];
    tkt_view_team_t   teams[TKT_VIEW_TEAMS];
} tkt_view_t;


void tkt_view_init(tkt_view_t *v, tkt_call_t *call);

/* The name that a principal is shown by; valid as long as the answer. */
tkt_str_t tkt_view_person(tkt_view_t *v, uint64_t id);

/*
 * The role whose rows of a ticket the caller reads: an agent who may not work
 * on it sees it as its requesters and watchers do.
 */
tkt_role_t tkt_view_reader(const tkt_call_t *c, const tkt_caller_t *caller);

/* What the rules look at. */
void tkt_view_facts(tkt_view_t *v, const tkt_ticket_t *t,
    tkt_facts_t *facts);

/*
 * The actions to tell the caller of.  One request carries `reply` as well as
 * `message`: listed is the one that it would be decided as.
 */
uint64_t tkt_view_allowed(const tkt_facts_t *facts,
    const tkt_caller_t *caller);

/* The answer is true until the earliest of all times given; 0: none. */
void tkt_view_fresh(tkt_call_t *c, int64_t until_ms);

/* Fills the view members of the structs. */
void tkt_view_ticket(tkt_view_t *v, tkt_ticket_t *t);
void tkt_view_message(tkt_view_t *v, tkt_message_t *m);
void tkt_view_event(tkt_view_t *v, tkt_event_t *e);

/*
 * Writes a change list as members "field":{"old":…,"new":…}, those of rows
 * hidden from `role`, or hidden by a flag of `hidden` and without `readers`,
 * left out.  False if it does not decode.
 */
bool tkt_view_changes(tkt_out_t *o, const tkt_schema_t *s, tkt_str_t packed,
    unsigned hidden, tkt_role_t role);

/* Answers with the ticket: body, ETag, and the facts for variables. */
void tkt_view_answer_ticket(tkt_call_t *c, tkt_ticket_t *t);


#endif /* TKT_VIEW_H */
