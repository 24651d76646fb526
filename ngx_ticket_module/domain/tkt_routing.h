/*
 * The rules of the router: which tickets wait, in what order agents are asked,
 * who is chosen, at what pace a team's queue moves.  Pure: the router in app/
 * gives the facts, one agent at a time.
 */

#ifndef TKT_ROUTING_H
#define TKT_ROUTING_H


#include "domain/tkt_model.h"


/* What an agent without grants counts as: he may do anything, and whoever was
   granted the matter comes first. */
#define TKT_ROUTING_LEVEL_FREE  1


/*
 * Whether the router may give the ticket to somebody: active, of a team,
 * without an owner; neither held for a look, nor a drill, nor without the
 * approval it needs, nor put aside (waiting_user, on_hold).
 */
bool tkt_routing_waits(const tkt_ticket_t *t);

/*
 * Whether the owner has not begun: what he was given is then taken back when
 * he stays away.
 */
bool tkt_routing_untouched(const tkt_ticket_t *t);

/* Whether somebody takes tickets: online, and with room. */
bool tkt_routing_ready(const tkt_presence_t *p, uint64_t load);

/* Whether teams of this strategy give tickets out. */
bool tkt_routing_gives(uint64_t strategy);

/*
 * The place in the order in which the members of a team are asked, lowest
 * first: by turn, or by load and then turn.  load: below 2^15; turn: below
 * 2^48.
 */
uint64_t tkt_routing_rank(uint64_t strategy, uint64_t load, uint64_t turn);


/* A choice under way: zeroed but for strategy and avoid. */
typedef struct {
    uint64_t  strategy;
    uint64_t  avoid;           /* who has just given it away: the last resort */
    uint64_t  agent;           /* the best so far; 0: none                   */
    uint64_t  level;           /* his                                        */
    uint64_t  spare;           /* avoid, if he could take it                 */
    unsigned  looked;
} tkt_choice_t;

/*
 * Considers the next agent, in the order of ranks; level 0: he may not have
 * it.  True: the one after him may be better.
 */
bool tkt_routing_consider(tkt_choice_t *c, uint64_t agent, uint64_t level);

/* Whom the choice fell on; 0: nobody. */
uint64_t tkt_routing_chosen(const tkt_choice_t *c);


/*
 * The pace after one more hand-out, interval_ms after the last one: a moving
 * average in sixteenths of a millisecond, the last one an eighth of it.
 * pace 0: there was none yet.
 */
uint64_t tkt_routing_pace(uint64_t pace, uint64_t interval_ms);

/* Seconds until so many tickets have been given out; 0: not known. */
uint64_t tkt_routing_wait_s(uint64_t pace, uint64_t position);


#endif /* TKT_ROUTING_H */
