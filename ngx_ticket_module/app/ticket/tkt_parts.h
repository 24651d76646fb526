/*
 * Watchers, links, steps and merged tickets, as the rest of the desk asks.
 */

#ifndef TKT_PARTS_APP_H
#define TKT_PARTS_APP_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


/* Fills the view members links and watchers. */
void tkt_parts_view(tkt_call_t *c, tkt_ticket_t *t);

/*
 * Fills the view member step_labels: the words that the ticket's type has for
 * each of its steps now, the step itself where it has none.
 */
void tkt_parts_labels(tkt_call_t *c, tkt_ticket_t *t);

/*
 * Whether nothing of the ticket's parts is in the way of its solution: no
 * child that is active, no step undone, no approval pending; answers if not.
 */
bool tkt_parts_resolvable(tkt_call_t *c, const tkt_ticket_t *t);

/*
 * Links two tickets at both ends, each with its event; `other` is loaded,
 * changed and committed here, `t` is changed only: its commit is the caller's.
 * False if one of them has no room for it.
 */
bool tkt_parts_link(tkt_call_t *c, tkt_ticket_t *t, uint64_t other,
    tkt_link_kind_t kind);

/* Follows a merge or its undo: the messages go with it. */
void tkt_parts_merged(tkt_call_t *c, const tkt_ticket_t *before,
    const tkt_ticket_t *t);

/* The ticket that posts to a merged one go to: t itself if it is none. */
bool tkt_parts_target(tkt_call_t *c, tkt_ticket_t *t);


#endif /* TKT_PARTS_APP_H */
