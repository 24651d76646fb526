/*
 * Counts of lists from the counters that are kept with every change.
 */

#include "app/list/tkt_filter.h"
#include "app/route/tkt_queue.h"
#include "store/tkt_packed.h"


static uint64_t
tkt_count_states(const uint64_t *cells, uint32_t states)
{
    unsigned  s;
    uint64_t  n;

    for (n = 0, s = TKT_STATE_NEW; s < TKT_STATE_MAX; s++) {
        if (states == 0 || (states & tkt_bit(s))) {
            n += cells[tkt_state_cell(s)];
        }
    }

    return n;
}


/*
 * The tickets of a requester.  Counters are kept by bucket; other sets of
 * states are counted one by one, if he has no more tickets than `most`.
 */
static bool
tkt_count_requester(tkt_call_t *c, const tkt_filter_t *f, size_t most,
    uint64_t *count)
{
    size_t        steps;
    unsigned      b;
    uint32_t      states, of_bucket;
    uint64_t      id, cells[TKT_BUCKET_CELLS];
    tkt_key_t     key;
    tkt_packed_t  r;
    tkt_ticket_t  t;

    tkt_key_requester_counts(&key, c->actor->tenant, f->requester);
    tkt_counter_get(c->txn, TKT_DB_BY_REQUESTER, &key, TKT_BUCKET_CELLS,
                    cells);

    *count = 0;
    states = f->states;

    for (b = TKT_BUCKET_SUBMITTED; b < TKT_BUCKET_MAX; b++) {
        of_bucket = tkt_workflow_bucket_states((tkt_bucket_t) b);

        if (f->states == 0 || (states & of_bucket) == of_bucket) {
            *count += cells[b - 1];
            states &= ~of_bucket;
        }
    }

    if (states == 0) {
        return true;
    }

    tkt_key_principal(&key, c->actor->tenant, f->requester);
    tkt_packed_open(&r, c->txn, TKT_DB_BY_REQUESTER, &key, 0, true);

    for (steps = 0; tkt_packed_next(&r, &id); steps++) {

        if (steps == most) {
            return false;
        }

        if (tkt_ticket_load_head(c->txn, c->actor->tenant, id, &t)
            && (states & tkt_bit(t.state)))
        {
            (*count)++;
        }
    }

    return true;
}


uint64_t
tkt_filter_cells(const tkt_filter_t *f, const uint64_t *cells)
{
    unsigned  s, p, assigned;
    uint64_t  n;

    n = 0;

    for (s = TKT_STATE_NEW; s < TKT_STATE_MAX; s++) {
        for (p = TKT_PRIORITY_LOW; p < TKT_PRIORITY_MAX; p++) {

            if ((f->states != 0 && !(f->states & tkt_bit(s)))
                || (f->priorities != 0 && !(f->priorities & tkt_bit(p))))
            {
                continue;
            }

            for (assigned = 0; assigned < 2; assigned++) {
                if (assigned == 0 || f->assigned == TKT_ASSIGNEE_ANY) {
                    n += cells[tkt_tenant_cell(s, assigned, p)];
                }
            }
        }
    }

    return n;
}


/* The rows of all teams, of one kind. */
static uint64_t
tkt_count_teams(tkt_call_t *c, const tkt_filter_t *f, unsigned kind)
{
    uint64_t     n;
    tkt_teams_t  teams;

    tkt_teams_open(&teams, c->txn, c->actor->tenant, kind);

    for (n = 0; tkt_teams_next(&teams); /* void */) {
        n += tkt_filter_cells(f, teams.cells);
    }

    tkt_teams_close(&teams);

    return n;
}


static uint64_t
tkt_count_team(tkt_call_t *c, const tkt_filter_t *f, unsigned kind,
    uint64_t team)
{
    uint64_t   cells[TKT_TENANT_CELLS];
    tkt_key_t  key;

    tkt_key_team_counts(&key, c->actor->tenant, kind, team);
    tkt_counter_get(c->txn, TKT_DB_COUNTER, &key, TKT_TENANT_CELLS, cells);

    return tkt_filter_cells(f, cells);
}


static uint64_t
tkt_count_complaints(tkt_call_t *c, const tkt_filter_t *f)
{
    return f->teams == TKT_TEAM_ANY
           ? tkt_count_teams(c, f, TKT_COUNTS_COMPLAINT)
           : tkt_count_team(c, f, TKT_COUNTS_COMPLAINT, f->team);
}


static uint64_t
tkt_count_tenant(tkt_call_t *c, const tkt_filter_t *f)
{
    uint64_t   n, cells[TKT_TENANT_CELLS];
    tkt_key_t  key;

    if (f->teams == TKT_TEAM_ONE) {
        return tkt_count_team(c, f, TKT_COUNTS_TEAM, f->team);
    }

    tkt_key_tenant_counts(&key, c->actor->tenant);
    tkt_counter_get(c->txn, TKT_DB_COUNTER, &key, TKT_TENANT_CELLS, cells);
    n = tkt_filter_cells(f, cells);

    return f->teams == TKT_TEAM_ANY ? n
           : n - tkt_count_teams(c, f, TKT_COUNTS_TEAM);
}


static uint64_t
tkt_count_desk(tkt_call_t *c, const tkt_filter_t *f)
{
    switch (f->complaint) {

    case TKT_ONLY:
        return tkt_count_complaints(c, f);

    case TKT_WITHOUT:
        return tkt_count_tenant(c, f) - tkt_count_complaints(c, f);

    default:
        return tkt_count_tenant(c, f);
    }
}


/* Complaints are not told apart in the counts of one person. */
static bool
tkt_count_apart(tkt_call_t *c, const tkt_filter_t *f)
{
    static const tkt_filter_t  all;

    return f->complaint == TKT_ONLY
           || (f->complaint == TKT_WITHOUT
               && tkt_count_teams(c, &all, TKT_COUNTS_COMPLAINT) != 0);
}


bool
tkt_filter_count(tkt_call_t *c, const tkt_filter_t *f, size_t most,
    uint64_t *count)
{
    uint64_t   cells[TKT_STATE_CELLS];
    tkt_key_t  key;

    if (f->type.len > 0 || f->feature.len > 0 || f->tag.len > 0
        || f->channel != 0 || f->tier != 0 || f->after != 0 || f->before != 0
        || f->watching || f->held != TKT_EITHER || f->overdue != TKT_EITHER
        || f->drill == TKT_ONLY || f->complexity != 0)
    {
        return false;
    }

    if (f->requester == 0 && f->assigned != TKT_ASSIGNEE_ONE) {
        *count = tkt_count_desk(c, f);
        return true;
    }

    if (f->priorities != 0 || f->teams != TKT_TEAM_ANY
        || (f->requester != 0 && (f->assigned != TKT_ASSIGNEE_ANY
                                  || f->drill != TKT_EITHER))
        || tkt_count_apart(c, f))
    {
        return false;
    }

    if (f->requester != 0) {
        return tkt_count_requester(c, f, most, count);
    }

    tkt_key_assignee_counts(&key, c->actor->tenant, f->assignee);
    tkt_counter_get(c->txn, TKT_DB_BY_ASSIGNEE, &key, TKT_STATE_CELLS, cells);

    *count = tkt_count_states(cells, f->states);

    return true;
}
