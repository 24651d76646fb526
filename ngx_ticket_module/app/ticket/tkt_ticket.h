/*
 * What the handlers of tickets share.
 */

#ifndef TKT_TICKET_H
#define TKT_TICKET_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"
#include "app/ticket/tkt_view.h"


/* Tells the reply which ticket it is about: for variables and logs. */
void tkt_ticket_note(tkt_call_t *c, const tkt_ticket_t *t);

/*
 * The ticket of the path, by id or number.  False, and answered 404, if there
 * is none or the caller may not see it.
 */
bool tkt_ticket_find(tkt_call_t *c, tkt_ticket_t *t, bool big);

/*
 * Decides an action and checks If-Match, in the order of refusals that the
 * contract gives: 404, 403, 412, 409.  False when answered.
 */
bool tkt_ticket_decide(tkt_call_t *c, const tkt_ticket_t *t,
    tkt_action_t action, tkt_decision_t *decision);

/* The same for a caller in a relation that is not looked up. */
bool tkt_ticket_decide_as(tkt_call_t *c, const tkt_ticket_t *t,
    tkt_action_t action, const tkt_caller_t *caller,
    tkt_decision_t *decision);

/*
 * Writes a change: version, updated_at, event, record, indexes, counters, and
 * what follows from it for the tickets of other tenants that it is linked to;
 * their answer may change t again.  The event's action, reason and message
 * are the caller's; nothing else of the ticket may be written before this.
 */
void tkt_ticket_commit(tkt_call_t *c, const tkt_ticket_t *before,
    tkt_ticket_t *t, tkt_event_t *event);


/* ---- parts of an answer ---- */

/* `fields`: which rows to show; all without the parameter. */
typedef struct {
    bool           given;
    bool           big;        /* a row kept out of lists was asked for     */
    unsigned       parts;      /* TKT_VIEW_… of the rows                     */
    tkt_present_t  rows;
} tkt_fields_t;

/* False, and answered, for a name that is no member of a ticket. */
bool tkt_fields_parse(tkt_call_t *c, tkt_fields_t *fields);

/* Answers with the ticket and the parts that `include` names. */
void tkt_include_answer(tkt_call_t *c, tkt_ticket_t *t,
    const tkt_fields_t *fields, tkt_str_t include);

/*
 * Writes {"data":[…],"page":{…}} of the ticket's messages or events from a
 * position on, which was found good; an empty one is the beginning.
 */
bool tkt_messages_write(tkt_call_t *c, tkt_out_t *o, const tkt_ticket_t *t,
    tkt_str_t position, size_t limit, tkt_str_t filter);
bool tkt_timeline_write(tkt_call_t *c, tkt_out_t *o, const tkt_ticket_t *t,
    tkt_str_t position, size_t limit, tkt_str_t filter);

/* Whether the list may go on from there. */
bool tkt_messages_from(tkt_call_t *c, const tkt_ticket_t *t,
    tkt_str_t position);
bool tkt_timeline_from(tkt_call_t *c, const tkt_ticket_t *t,
    tkt_str_t position);

/* Whether a list may go on from this position, which a client sent. */
typedef bool (*tkt_part_from_t)(tkt_call_t *c, const tkt_ticket_t *t,
    tkt_str_t position);

/* Writes {"data":[…],"page":{…}}, as above. */
typedef bool (*tkt_part_write_t)(tkt_call_t *c, tkt_out_t *o,
    const tkt_ticket_t *t, tkt_str_t position, size_t limit,
    tkt_str_t filter);

/* Answers a list below the ticket of the path, continued at a position. */
void tkt_part_list(tkt_call_t *c, const char *name, tkt_part_from_t valid,
    tkt_part_write_t write);

/* One event; what staff say among themselves is not for the requester. */
void tkt_timeline_entry(tkt_view_t *view, tkt_out_t *o, tkt_event_t *e,
    bool internal);


#endif /* TKT_TICKET_H */
