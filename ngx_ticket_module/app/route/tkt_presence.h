/*
 * Presence of agents: what they say, that use of the desk keeps it alive, and
 * what happens to the tickets of those who stay away.  The records are in
 * TKT_DB_ROUTE (tkt_ready.h).
 */

#ifndef TKT_PRESENCE_H
#define TKT_PRESENCE_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


/* A principal's, or what holds of one who never said anything. */
void tkt_presence_of(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    tkt_presence_t *p);

/*
 * Stores what has changed at now_ms, with the timers that follow from it, and
 * takes the agent into or out of the index of who is ready.
 */
void tkt_presence_store(tkt_txn_t *txn, tkt_presence_t *p, int64_t now_ms,
    tkt_arena_t *arena);

/*
 * He was disabled or enabled, or is in another role: he is not there.  Who
 * never said where he is stays as he was, unless he works here no more.
 */
void tkt_presence_leave(tkt_txn_t *txn, const tkt_user_t *user, int64_t now_ms,
    tkt_arena_t *arena);

/* He has used the desk; written at most every TKT_PRESENCE_SEEN_MS. */
void tkt_presence_seen(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    int64_t at_ms, tkt_arena_t *arena);

/* A ticket not begun is its owner's: if he is offline, it is not to stay. */
void tkt_presence_mind(tkt_call_t *c, const tkt_ticket_t *t);

/* Grants bind him from now on, or no more. */
void tkt_presence_bind(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    bool bound, tkt_arena_t *arena);

/* Takes the record away, with its timers. */
void tkt_presence_forget(tkt_txn_t *txn, uint32_t tenant, uint64_t principal);


#endif /* TKT_PRESENCE_H */
