/*
 * Who follows a ticket: kept in its `watcher_ids`, and by principal in
 * TKT_RELATION_WATCHING.
 */

#ifndef TKT_WATCHERS_H
#define TKT_WATCHERS_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


bool tkt_watches(const tkt_ticket_t *t, uint64_t principal);

/* Takes the first watcher off *rest, a watcher_ids; false at the end. */
bool tkt_watchers_next(tkt_str_t *rest, uint64_t *principal);

/* Whether t may have `more` watchers more. */
bool tkt_watchers_room(const tkt_ticket_t *t, size_t more);

/*
 * Change t->watcher_ids, in the call's arena, and the relation; t must be
 * committed after it.
 */
void tkt_watchers_add(tkt_call_t *c, tkt_ticket_t *t, uint64_t principal);
void tkt_watchers_remove(tkt_call_t *c, tkt_ticket_t *t, uint64_t principal);


#endif /* TKT_WATCHERS_H */
