/*
 * Every situation of a ticket that the rules can tell apart: all states, all
 * combinations of the yes/no facts, and for tier, close reason and times both
 * sides of each limit, to the millisecond.
 */

#ifndef SITUATIONS_H
#define SITUATIONS_H


#include "domain/tkt_workflow.h"


#define MINUTE_MS  INT64_C(60000)
#define HOUR_MS    INT64_C(3600000)
#define DAY_MS     INT64_C(86400000)
#define NOW_MS     INT64_C(1763700000123)
#define NEVER      INT64_MIN

#define RELATIONS_ALL  32        /* every set of the five TKT_REL_* bits */
#define FLAGS_ALL      33        /* five yes/no facts, then archived alone */


typedef struct {
    uint32_t     tier;
    tkt_close_t  reason;
    int64_t      ended_ago_ms;
    int64_t      confirmed_ago_ms;
    int64_t      closed_ago_ms;
    int64_t      urged_ago_ms;
    int64_t      merged_ago_ms;      /* 0: never */
    tkt_state_t  before;
} situation_t;


static const situation_t  situations[] = {
    { 0, TKT_CLOSE_NONE, HOUR_MS, HOUR_MS, HOUR_MS, NEVER,
      0, TKT_STATE_NONE },
    { 1, TKT_CLOSE_SATISFIED, 14 * DAY_MS, 30 * DAY_MS,
      30 * DAY_MS, 30 * MINUTE_MS, 0, TKT_STATE_NONE },
    { 2, TKT_CLOSE_COMPLETED, 14 * DAY_MS + 1, 30 * DAY_MS + 1,
      30 * DAY_MS + 1, 30 * MINUTE_MS - 1, 0, TKT_STATE_NONE },
    { 3, TKT_CLOSE_MERGED, HOUR_MS, HOUR_MS, HOUR_MS, 1,
      DAY_MS, TKT_STATE_WAITING_USER },
    { 3, TKT_CLOSE_MERGED, 15 * DAY_MS, 31 * DAY_MS, 31 * DAY_MS, DAY_MS,
      DAY_MS + 1, TKT_STATE_OPEN },
    { 1, TKT_CLOSE_SPAM, 14 * DAY_MS + 1, HOUR_MS, HOUR_MS, DAY_MS,
      0, TKT_STATE_NONE },
    { 2, TKT_CLOSE_REJECTED, HOUR_MS, 31 * DAY_MS, HOUR_MS, 1001,
      HOUR_MS, TKT_STATE_OPEN },
    /* merged before there was an undo */
    { 2, TKT_CLOSE_MERGED, HOUR_MS, HOUR_MS, HOUR_MS, NEVER,
      1, TKT_STATE_NONE },
    { 0, TKT_CLOSE_WITHDRAWN, 15 * DAY_MS, 1, 31 * DAY_MS, 1000,
      0, TKT_STATE_NONE },
    { 0, TKT_CLOSE_DUPLICATE, 14 * DAY_MS - 1, 31 * DAY_MS, DAY_MS, 999,
      0, TKT_STATE_NONE },
    /* the clock was set back */
    { 4, TKT_CLOSE_ADMIN, -HOUR_MS, -HOUR_MS, -HOUR_MS, -HOUR_MS,
      0, TKT_STATE_NONE }
};


static inline int64_t
ago(int64_t passed_ms)
{
    return passed_ms == NEVER ? 0 : NOW_MS - passed_ms;
}


static inline tkt_facts_t
facts_of(tkt_state_t state, const situation_t *s, unsigned flags)
{
    tkt_facts_t  facts;

    memset(&facts, 0, sizeof(facts));

    facts.state = state;
    facts.close_reason = s->reason;
    facts.tier = s->tier;
    facts.has_assignee = flags & 1;
    facts.owner_away = flags & 2;
    facts.verified = flags & 4;
    facts.rated = flags & 8;
    facts.complaint_open = flags & 16;
    facts.archived = flags & 32;
    facts.now_ms = NOW_MS;
    facts.ended_at_ms = ago(s->ended_ago_ms);
    facts.confirmed_at_ms = ago(s->confirmed_ago_ms);
    facts.closed_at_ms = ago(s->closed_ago_ms);
    facts.last_urge_at_ms = ago(s->urged_ago_ms);
    facts.merged_at_ms = s->merged_ago_ms == 0 ? 0 : ago(s->merged_ago_ms);
    facts.state_before = s->before;

    return facts;
}


typedef void (*situation_visit_t)(void *ctx, const tkt_facts_t *facts,
    const tkt_caller_t *caller);


/* Calls visit for every state, situation, set of flags, role and relation. */
static inline void
situations_walk(situation_visit_t visit, void *ctx)
{
    size_t        i;
    unsigned      state, flags, role, relation;
    tkt_facts_t   facts;
    tkt_caller_t  caller;

    for (state = 0; state < TKT_STATE_MAX; state++) {
        for (i = 0; i < tkt_array_len(situations); i++) {
            for (flags = 0; flags < FLAGS_ALL; flags++) {
                facts = facts_of(state, &situations[i], flags);

                for (role = 0; role < TKT_ROLE_MAX; role++) {
                    for (relation = 0; relation < RELATIONS_ALL; relation++) {
                        caller = (tkt_caller_t) { .role = role,
                                                  .relation = relation };
                        visit(ctx, &facts, &caller);
                    }
                }
            }
        }
    }
}


#endif /* SITUATIONS_H */
