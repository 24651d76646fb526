/*
 * A naive model of the router's world, fed with the events of the store: who
 * owns what, who is ready, and what each command may have done to that.
 */

#ifndef ROUTE_MODEL_H
#define ROUTE_MODEL_H


#include "desk.h"

#include "app/call/tkt_due.h"
#include "app/resource/tkt_config.h"
#include "app/route/tkt_ready.h"


#define AGENTS     200
#define TEAMS      8
#define TYPES      3
#define FEATURES   TEAMS            /* each of a type goes to a team */
#define TICKETS    20000
#define SUPERVISOR (AGENTS + 1)
#define ADMIN      (AGENTS + 2)
#define REQUESTER  (AGENTS + 3)


typedef struct {
    uint64_t  team, type, feature, assignee, state;
} model_ticket_t;

typedef struct {
    uint64_t  presence, capacity, load, grants;
    uint8_t   level[TYPES + 1][FEATURES + 1];
} model_agent_t;

typedef struct {
    uint64_t  id, strategy, active;
    bool      member[AGENTS + 1];
    bool      ready[AGENTS + 1];
    int       lead[AGENTS + 1][AGENTS + 1];  /* got more, both being ready   */
} model_team_t;

typedef struct {
    uint64_t        type[TYPES + 1];         /* ids in the store             */
    uint64_t        feature[TYPES + 1][FEATURES + 1];
    uint64_t        tickets;
    uint64_t        seen;                    /* events                       */
    uint64_t        given, returned, unfair, over, blocked;
    unsigned        lead_max;
    model_ticket_t  ticket[TICKETS + 1];
    model_agent_t   agent[AGENTS + 1];
    model_team_t    team[TEAMS + 1];
} model_t;


static inline bool
model_gives(const model_team_t *t)
{
    return t->active && t->strategy > TKT_STRATEGY_MANUAL;
}


static inline bool
model_ready(const model_t *m, unsigned team, unsigned agent)
{
    const model_agent_t  *a = &m->agent[agent];

    return model_gives(&m->team[team]) && m->team[team].member[agent]
           && a->presence == TKT_PRESENCE_ONLINE && a->load < a->capacity;
}


static inline bool
model_suits(const model_t *m, unsigned agent, const model_ticket_t *t)
{
    const model_agent_t  *a = &m->agent[agent];

    return a->grants == 0
           || (t->type != 0 && (a->level[t->type][t->feature]
                                || a->level[t->type][0]));
}


static inline bool
model_waits(const model_ticket_t *t)
{
    return t->assignee == 0 && t->team != 0
           && (t->state == TKT_STATE_NEW || t->state == TKT_STATE_OPEN
               || t->state == TKT_STATE_IN_PROGRESS
               || t->state == TKT_STATE_FOLLOW_UP);
}


/* What is counted between two begins when both of them are ready. */
static inline void
model_forget(model_team_t *t, unsigned agent)
{
    unsigned  k;

    for (k = 1; k <= AGENTS; k++) {
        t->lead[agent][k] = t->lead[k][agent] = 0;
    }
}


static inline void
model_follow(model_t *m, unsigned agent)
{
    bool      ready;
    unsigned  team;

    for (team = 1; team <= TEAMS; team++) {
        ready = model_ready(m, team, agent);

        if (ready && !m->team[team].ready[agent]) {
            model_forget(&m->team[team], agent);
        }

        m->team[team].ready[agent] = ready;
    }
}


/* Round robin: between two who can take anything. */
static inline void
model_give(model_t *m, unsigned team, unsigned agent, unsigned from)
{
    unsigned       k, lead;
    model_team_t  *t = &m->team[team];

    m->given++;
    m->over += m->agent[agent].load >= m->agent[agent].capacity;
    m->blocked += !t->ready[agent];

    if (from != 0) {
        model_forget(t, from);       /* he gave it away himself */
    }

    if (t->strategy != TKT_STRATEGY_ROUND_ROBIN
        || m->agent[agent].grants != 0)
    {
        return;
    }

    for (k = 1; k <= AGENTS; k++) {
        if (k != agent && t->ready[k] && m->agent[k].grants == 0) {
            t->lead[k][agent]--;
            lead = (unsigned) ++t->lead[agent][k];
            m->unfair += (int) lead > 1;
            m->lead_max = (int) lead > (int) m->lead_max ? lead : m->lead_max;
        }
    }
}


static inline bool
model_active(uint64_t state)
{
    return (TKT_STATES_ACTIVE & tkt_bit(state)) != 0;
}


static inline unsigned
model_team_of(const model_t *m, uint64_t id)
{
    unsigned  team;

    for (team = TEAMS; team > 0 && m->team[team].id != id; team--) { /**/ }

    return team;
}


static inline void
model_event(model_t *m, const tkt_event_t *e)
{
    uint64_t         had, has, team;
    tkt_change_t     change;
    tkt_changes_t    changes;
    model_ticket_t  *t = &m->ticket[e->ticket];

    had = model_active(t->state) ? t->assignee : 0;
    team = t->team;
    tkt_changes_start(&changes, &tkt_ticket_schema, e->packed);

    while (tkt_changes_next(&changes, &change)) {
        if (!tkt_field_is_u64(change.field)) {
            continue;
        }

        if (change.field->offset == offsetof(tkt_ticket_t, team)) {
            t->team = model_team_of(m, change.new_u64);

        } else if (change.field->offset == offsetof(tkt_ticket_t, assignee)) {
            t->assignee = change.new_u64;
        }
    }

    t->state = e->to;
    has = model_active(t->state) ? t->assignee : 0;

    if (e->automatic && e->action == TKT_ACTION_ASSIGN + 1) {
        model_give(m, (unsigned) t->team, (unsigned) has,
                   0);
    }

    m->returned += e->automatic && e->action == TKT_ACTION_TRANSFER + 1;

    if (had != has) {
        if (had != 0) {
            m->agent[had].load--;
            model_follow(m, (unsigned) had);

            /* the router asks him last, which is no turn of his */

            for (team = 1; team <= TEAMS && e->action
                 == TKT_ACTION_TRANSFER + 1; team++)
            {
                model_forget(&m->team[team], (unsigned) had);
            }
        }

        if (has != 0) {
            m->agent[has].load++;
            model_follow(m, (unsigned) has);
        }
    }
}


/* Everything that was written since the last look. */
static inline void
model_read(model_t *m, desk_t *d)
{
    uint64_t        last;
    unsigned        a;
    tkt_event_t     e;
    tkt_presence_t  p;

    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);

    for (a = 1; a <= AGENTS; a++) {
        if (tkt_presence_load(d->read, 1, a, &p)
            && (p.presence != m->agent[a].presence
                || p.capacity != m->agent[a].capacity))
        {
            m->agent[a].presence = p.presence;
            m->agent[a].capacity = p.capacity;
            model_follow(m, a);
        }
    }

    last = tkt_txn_last(d->read, TKT_SEQ_EVENT);

    while (m->seen < last) {
        assert_true(tkt_event_load(d->read, ++m->seen, &e, &d->arena));
        model_event(m, &e);
    }

    tkt_txn_reset(d->read);
}


/* Tickets that wait although somebody ready may have them. */
static inline unsigned
model_stuck(const model_t *m)
{
    unsigned               stuck, a;
    uint64_t               id;
    const model_ticket_t  *t;

    for (stuck = 0, id = 1; id <= m->tickets; id++) {
        t = &m->ticket[id];

        for (a = 1; model_waits(t) && a <= AGENTS; a++) {
            if (m->team[t->team].ready[a] && model_suits(m, a, t)) {
                stuck++;
                break;
            }
        }
    }

    return stuck;
}


#endif /* ROUTE_MODEL_H */
