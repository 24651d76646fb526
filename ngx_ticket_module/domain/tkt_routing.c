/*
 * The rules of the router; see the header.
 */

#include "base/tkt_limits.h"
#include "domain/tkt_routing.h"


#define TKT_RANK_TURN_BITS  48

/* A pause in which nobody worked tells little of the pace. */
#define TKT_PACE_INTERVAL_MAX_MS  (3600 * 1000U)
#define TKT_PACE_UNIT             16

static const uint32_t  tkt_routed_states =
    (uint32_t) (tkt_bit(TKT_STATE_NEW) | tkt_bit(TKT_STATE_OPEN)
                | tkt_bit(TKT_STATE_IN_PROGRESS)
                | tkt_bit(TKT_STATE_FOLLOW_UP));


bool
tkt_routing_waits(const tkt_ticket_t *t)
{
    return t->team != 0 && t->assignee == 0 && !t->held && !t->drill
           && t->approval != TKT_APPROVAL_PENDING
           && (tkt_routed_states & tkt_bit(t->state)) != 0;
}


bool
tkt_routing_untouched(const tkt_ticket_t *t)
{
    return t->assignee != 0 && t->state == TKT_STATE_OPEN;
}


bool
tkt_routing_ready(const tkt_presence_t *p, uint64_t load)
{
    return p->presence == TKT_PRESENCE_ONLINE && load < p->capacity;
}


bool
tkt_routing_gives(uint64_t strategy)
{
    return strategy > TKT_STRATEGY_MANUAL && strategy < TKT_STRATEGY_MAX;
}


uint64_t
tkt_routing_rank(uint64_t strategy, uint64_t load, uint64_t turn)
{
    if (strategy == TKT_STRATEGY_ROUND_ROBIN) {
        return turn;
    }

    return (load << TKT_RANK_TURN_BITS) | turn;
}


bool
tkt_routing_consider(tkt_choice_t *c, uint64_t agent, uint64_t level)
{
    c->looked++;

    if (level == 0) {
        return true;
    }

    if (agent == c->avoid) {
        c->spare = agent;
        return true;
    }

    /* of equals the first in the order */

    if (level > c->level) {
        c->agent = agent;
        c->level = level;
    }

    return c->strategy == TKT_STRATEGY_MOST_SUITABLE
           && c->level < TKT_GRANT_LEVEL_MAX
           && c->looked < TKT_ROUTE_LOOK_MAX;
}


uint64_t
tkt_routing_chosen(const tkt_choice_t *c)
{
    return c->agent != 0 ? c->agent : c->spare;
}


uint64_t
tkt_routing_pace(uint64_t pace, uint64_t interval_ms)
{
    if (interval_ms > TKT_PACE_INTERVAL_MAX_MS) {
        interval_ms = TKT_PACE_INTERVAL_MAX_MS;
    }

    interval_ms *= TKT_PACE_UNIT;

    if (pace == 0) {
        return interval_ms;
    }

    return (pace * 7 + interval_ms) / 8;
}


uint64_t
tkt_routing_wait_s(uint64_t pace, uint64_t position)
{
    uint64_t  ms;

    if (pace == 0 || position == 0) {
        return 0;
    }

    ms = pace * position / TKT_PACE_UNIT;

    return ms < 1000 ? 1 : ms / 1000;
}
