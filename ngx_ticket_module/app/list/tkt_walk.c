/*
 * Which index a list walks:
 *
 *     watched by the caller relation, by principal          one range
 *     requester given       by_requester                    his set
 *     queue order           by_queue, by team, assigned     merged ranges
 *     assignee given        by_assignee, active and done    his sets
 *     state, priority, …    by_state, by state, assigned    merged ranges
 *     nothing               the tickets themselves          one range
 *
 * In order of submission the urgency belongs to the range and ranges are
 * merged by id.  The queue has active tickets alone: what else is asked for in
 * its order (tickets that are done, those of one assignee) is merged from the
 * other indexes by (urgency, id).
 */

#include "app/list/tkt_walk.h"
#include "app/route/tkt_queue.h"
#include "app/rows/tkt_relations.h"


#define TKT_STATES_ALL                                                        \
    ((uint32_t) (tkt_bit(TKT_STATE_MAX) - 1) & ~1U)
#define TKT_PRIORITIES_ALL                                                    \
    ((uint32_t) (tkt_bit(TKT_PRIORITY_MAX) - 1) & ~1U)


typedef struct {
    tkt_key_t            *prefixes;
    size_t                count;
    const tkt_filter_t   *filter;
    uint32_t              priorities;   /* 0: urgency is in the suffix       */
} tkt_ranges_t;


/* Adds the range that begins with `base`, or one for each urgency. */
static void
tkt_ranges_add(tkt_ranges_t *r, const tkt_key_t *base)
{
    unsigned    p;
    tkt_key_t  *k;

    for (p = TKT_PRIORITY_URGENT; p >= TKT_PRIORITY_LOW; p--) {

        if (r->priorities != 0 && !(r->priorities & tkt_bit(p))) {
            continue;
        }

        if (r->count == TKT_MERGE_RANGES_MAX) {
            return;
        }

        k = &r->prefixes[r->count++];
        tkt_key_start(k);
        tkt_key_bytes(k, (tkt_str_t) { base->data, base->len });

        if (r->priorities == 0) {
            return;
        }

        tkt_key_u8(k, tkt_urgency(p));
    }
}


static void
tkt_ranges_fill(tkt_ranges_t *r, tkt_call_t *c, uint32_t states)
{
    unsigned   s, assigned;
    tkt_key_t  base;

    for (s = TKT_STATE_NEW; s < TKT_STATE_MAX; s++) {

        if (!(states & tkt_bit(s))) {
            continue;
        }

        for (assigned = 0; assigned < 2; assigned++) {

            if (assigned == 1
                && r->filter->assigned == TKT_ASSIGNEE_UNASSIGNED)
            {
                break;
            }

            tkt_key_tenant(&base, c->actor->tenant);
            tkt_key_u8(&base, (uint8_t) s);
            tkt_key_u8(&base, (uint8_t) assigned);
            tkt_ranges_add(r, &base);
        }
    }
}


/*
 * The first ticket of the tenant submitted at `ms` or later, or one more than
 * the last id.  Times grow with ids, so this is a binary search.
 */
static uint64_t
tkt_first_at(tkt_call_t *c, uint64_t ms)
{
    uint64_t      low, high, mid;
    tkt_key_t     prefix, from;
    tkt_scan_t    scan;
    tkt_ticket_t  t;

    low = 1;
    high = tkt_txn_last(c->txn, TKT_SEQ_TICKET) + 1;
    tkt_key_tenant(&prefix, c->actor->tenant);

    while (low < high) {
        mid = low + (high - low) / 2;

        tkt_key_ticket(&from, c->actor->tenant, mid);
        tkt_scan_open(&scan, c->txn, TKT_DB_TICKET, &prefix, &from, false);

        if (!tkt_scan_next(&scan)
            || !tkt_record_unpack_integers(&tkt_ticket_schema, scan.value, &t)
            || t.created_at >= ms)
        {
            high = mid;

        } else {
            low = t.id + 1;
        }

        tkt_scan_close(&scan);
    }

    return low;
}


/* The bound in time that the walk can begin at, as a position; 0: none. */
static uint64_t
tkt_walk_bound(tkt_call_t *c, const tkt_filter_t *f)
{
    if (f->sort == TKT_SORT_OLDEST && f->after != 0) {
        return tkt_first_at(c, f->after);
    }

    if (f->sort == TKT_SORT_NEWEST && f->before != 0) {
        return tkt_first_at(c, f->before);
    }

    return 0;
}


static void
tkt_walk_scan(tkt_walk_t *w, const tkt_filter_t *f, tkt_str_t position,
    uint64_t bound)
{
    bool        reverse = f->sort != TKT_SORT_OLDEST;
    uint64_t    id;
    tkt_db_t    db;
    tkt_key_t   prefix, from;
    tkt_unkey_t u;

    id = bound;

    if (position.len == 8) {
        tkt_unkey_start(&u, position);
        id = tkt_unkey_u64(&u);
        id = reverse ? id : id + 1;
    }

    /* ids below `id` in reverse */

    if (id == 0) {
        id = reverse ? UINT64_MAX : 1;
    }

    id = reverse ? id - 1 : id;

    if (f->requester != 0 && !f->watching) {
        w->kind = TKT_WALK_REQUESTER;
        tkt_key_principal(&prefix, w->call->actor->tenant, f->requester);
        tkt_packed_open(&w->by.requester, w->call->txn, TKT_DB_BY_REQUESTER,
                        &prefix, id, reverse);
        return;
    }

    w->kind = TKT_WALK_SCAN;

    if (f->watching) {
        db = TKT_DB_RELATION;
        tkt_key_relations(&prefix, w->call->actor->tenant,
                          TKT_RELATION_WATCHING, w->call->actor->id);

    } else {
        db = TKT_DB_TICKET;
        tkt_key_tenant(&prefix, w->call->actor->tenant);
    }

    tkt_key_start(&from);
    tkt_key_bytes(&from, (tkt_str_t) { prefix.data, prefix.len });
    tkt_key_u64(&from, id);
    tkt_scan_open(&w->by.scan, w->call->txn, db, &prefix, &from, reverse);
}


/* ---- the queue ---- */

static bool
tkt_is_queue(const tkt_filter_t *f)
{
    return f->sort == TKT_SORT_QUEUE && f->assigned != TKT_ASSIGNEE_ONE
           && (f->states & ~TKT_STATES_ACTIVE) == 0;
}


/* Whether a line has what the filter asks for; what is done is in none. */
static bool
tkt_queue_any(const tkt_filter_t *f, const uint64_t *cells, unsigned line)
{
    unsigned  s, p;
    uint32_t  states, priorities;

    states = (f->states == 0) ? TKT_STATES_ACTIVE
                              : f->states & TKT_STATES_ACTIVE;
    priorities = (f->priorities == 0) ? TKT_PRIORITIES_ALL : f->priorities;

    for (s = TKT_STATE_NEW; s < TKT_STATE_MAX; s++) {

        if (!(states & tkt_bit(s))) {
            continue;
        }

        for (p = TKT_PRIORITY_LOW; p < TKT_PRIORITY_MAX; p++) {
            if ((priorities & tkt_bit(p))
                && cells[tkt_tenant_cell(s, line == TKT_LINE_ASSIGNED, p)]
                   != 0)
            {
                return true;
            }
        }
    }

    return false;
}


/*
 * The lines of a team that the filter asks for, but for those that are empty
 * by its counts; NULL: they are not known.  False if there is no room.
 */
static bool
tkt_queue_lines(tkt_ranges_t *r, tkt_call_t *c, uint64_t team,
    const uint64_t *cells)
{
    unsigned   line, first;
    tkt_key_t  base;

    first = (r->filter->drill == TKT_ONLY) ? TKT_LINE_DRILL : 0;

    for (line = TKT_LINE_UNASSIGNED; line <= TKT_LINE_ASSIGNED; line++) {

        if (line == TKT_LINE_ASSIGNED
            && r->filter->assigned == TKT_ASSIGNEE_UNASSIGNED)
        {
            break;
        }

        if (cells != NULL && !tkt_queue_any(r->filter, cells, line)) {
            continue;
        }

        if (r->count == TKT_MERGE_RANGES_MAX) {
            return false;
        }

        tkt_key_queue(&base, c->actor->tenant, team, first + line);
        tkt_ranges_add(r, &base);
    }

    return true;
}


/*
 * Those of teams that have tickets of what is asked for.  False if they are
 * too many to be merged.
 */
static bool
tkt_queue_fill(tkt_ranges_t *r, tkt_call_t *c)
{
    bool         room;
    tkt_teams_t  teams;

    if (r->filter->drill == TKT_ONLY || r->filter->teams != TKT_TEAM_ANY) {

        /* exercises are in no team's lines */

        return tkt_queue_lines(r, c, r->filter->drill == TKT_ONLY
                                     ? 0 : r->filter->team, NULL);
    }

    room = tkt_queue_lines(r, c, 0, NULL);
    tkt_teams_open(&teams, c->txn, c->actor->tenant, TKT_COUNTS_TEAM);

    while (room && tkt_teams_next(&teams)) {
        room = tkt_queue_lines(r, c, teams.team, teams.cells);
    }

    tkt_teams_close(&teams);

    return room;
}


/* The ranges of the filter; the index that they are of. */
static tkt_db_t
tkt_walk_ranges(tkt_ranges_t *r, tkt_call_t *c, uint32_t states)
{
    if (tkt_is_queue(r->filter)) {

        if (tkt_queue_fill(r, c)) {
            return TKT_DB_BY_QUEUE;
        }

        r->count = 0;
    }

    tkt_ranges_fill(r, c, states);

    return TKT_DB_BY_STATE;
}


/*
 * Where the walk begins: after the last page, at a bound in time, or at the
 * most urgent that is asked for.
 */
static void
tkt_walk_from(const tkt_filter_t *f, tkt_str_t position, uint64_t bound,
    tkt_key_t *from, bool *exclusive)
{
    tkt_key_start(from);
    *exclusive = true;

    if (position.len > 0) {
        tkt_key_bytes(from, position);

    } else if (bound != 0) {
        tkt_key_u64(from, bound);
        *exclusive = f->sort == TKT_SORT_NEWEST;

    } else if (f->sort == TKT_SORT_QUEUE && f->priorities != 0) {
        tkt_key_u8(from, tkt_urgency(31 - __builtin_clz(f->priorities)));
        *exclusive = false;
    }
}


static void
tkt_walk_assignee(tkt_walk_t *w, const tkt_filter_t *f, tkt_str_t position,
    uint64_t bound)
{
    uint8_t               urgency;
    uint32_t              classes, states;
    uint64_t              id;
    tkt_unkey_t           u;
    tkt_assigned_order_t  order;

    order = (f->sort == TKT_SORT_QUEUE) ? TKT_ASSIGNED_URGENT
            : (f->sort == TKT_SORT_NEWEST) ? TKT_ASSIGNED_NEWEST
                                           : TKT_ASSIGNED_OLDEST;

    states = (f->states != 0) ? f->states : TKT_STATES_ALL;
    classes = ((states & TKT_STATES_ACTIVE) ? tkt_bit(TKT_CLASS_ACTIVE) : 0)
              | ((states & ~TKT_STATES_ACTIVE) ? tkt_bit(TKT_CLASS_DONE) : 0);

    tkt_unkey_start(&u, position);
    urgency = (position.len > 8) ? tkt_unkey_u8(&u) : 0;
    id = (position.len > 0) ? tkt_unkey_u64(&u) : bound;

    /* the bound from which the oldest begin is among them */

    if (position.len == 0 && id != 0 && order == TKT_ASSIGNED_OLDEST) {
        id--;
    }

    w->kind = TKT_WALK_ASSIGNEE;
    tkt_assigned_open(&w->by.assignee, w->call->txn, w->call->actor->tenant,
                      f->assignee, classes,
                      f->priorities != 0 ? f->priorities
                                         : TKT_PRIORITIES_ALL,
                      order, urgency, id, w->call->arena);
}


static void
tkt_walk_merge(tkt_walk_t *w, const tkt_filter_t *f, tkt_str_t position,
    uint64_t bound)
{
    bool          exclusive;
    size_t        n;
    uint32_t      states;
    tkt_db_t      db;
    tkt_key_t     from;
    tkt_ranges_t  r = { .filter = f };

    states = (f->states != 0) ? f->states : TKT_STATES_ALL;

    if (f->sort != TKT_SORT_QUEUE) {
        r.priorities = (f->priorities != 0) ? f->priorities
                                            : TKT_PRIORITIES_ALL;

    } else if (f->priorities != 0) {
        w->urgency = tkt_urgency(__builtin_ctz(f->priorities));
    }

    /* assigned and not; one range each, or one for each urgency */

    n = tkt_is_queue(f) ? TKT_MERGE_RANGES_MAX
        : (size_t) __builtin_popcount(states) * 2
          * (r.priorities ? (size_t) __builtin_popcount(r.priorities) : 1);

    r.prefixes = tkt_arena_alloc(w->call->arena, n * sizeof(tkt_key_t));
    if (r.prefixes == NULL) {
        tkt_txn_fail(w->call->txn, TKT_BUSY);
        return;
    }

    db = tkt_walk_ranges(&r, w->call, states);
    tkt_walk_from(f, position, bound, &from, &exclusive);

    w->kind = TKT_WALK_MERGE;
    w->by.merge = tkt_merge_open(w->call->txn, db, r.prefixes, r.count,
                                 from.len > 0 ? &from : NULL, exclusive,
                                 f->sort == TKT_SORT_NEWEST, w->call->arena);
}


void
tkt_walk_open(tkt_walk_t *w, tkt_call_t *c, const tkt_filter_t *f,
    tkt_str_t position)
{
    uint64_t  bound;

    w->call = c;
    w->kind = TKT_WALK_MERGE;
    w->by.merge = NULL;
    w->position_len = 0;
    w->urgency = UINT8_MAX;

    bound = (position.len == 0) ? tkt_walk_bound(c, f) : 0;

    /* the far bound in time ends the walk instead of filtering all the rest */

    w->low = (f->sort == TKT_SORT_NEWEST && f->after != 0)
             ? tkt_first_at(c, f->after) : 0;
    w->high = (f->sort == TKT_SORT_OLDEST && f->before != 0)
              ? tkt_first_at(c, f->before) : 0;

    /* before the first of all there is none; a place of 0 would be the end */

    if (f->sort == TKT_SORT_NEWEST && bound == 1) {
        w->low = UINT64_MAX;
    }

    if (f->sort != TKT_SORT_QUEUE
        && (f->requester != 0 || f->watching
            || (f->states == 0 && f->priorities == 0
                && f->assigned == TKT_ASSIGNEE_ANY)))
    {
        tkt_walk_scan(w, f, position, bound);

    } else if (f->assigned == TKT_ASSIGNEE_ONE) {
        tkt_walk_assignee(w, f, position, bound);

    } else {
        tkt_walk_merge(w, f, position, bound);
    }
}


/* The entry that the walk comes to: what follows a position's prefix. */
static bool
tkt_walk_step(tkt_walk_t *w, tkt_key_t *own, tkt_str_t *at)
{
    uint8_t   urgency;
    uint64_t  id;

    switch (w->kind) {

    case TKT_WALK_SCAN:
        if (!tkt_scan_next(&w->by.scan)) {
            return false;
        }

        *at = w->by.scan.key;
        at->data += at->len - 8;
        at->len = 8;
        return true;

    case TKT_WALK_MERGE:
        return tkt_merge_next(w->by.merge, at);

    case TKT_WALK_REQUESTER:
        if (!tkt_packed_next(&w->by.requester, &id)) {
            return false;
        }

        break;

    case TKT_WALK_ASSIGNEE:
        if (!tkt_assigned_next(&w->by.assignee, &urgency, &id)) {
            return false;
        }

        if (w->by.assignee.order == TKT_ASSIGNED_URGENT) {
            tkt_key_u8(own, urgency);
        }

        break;
    }

    tkt_key_u64(own, id);
    *at = (tkt_str_t) { own->data, own->len };

    return true;
}


bool
tkt_walk_next(tkt_walk_t *w, uint64_t *id)
{
    tkt_key_t    own;
    tkt_str_t    at;
    tkt_unkey_t  u;

    tkt_key_start(&own);

    /* urgency stands first in the positions of a queue */

    if (!tkt_walk_step(w, &own, &at)
        || (at.len > 8 && at.data[0] > w->urgency))
    {
        return false;
    }

    memcpy(w->position, at.data, at.len);
    w->position_len = at.len;

    at.data += at.len - 8;
    at.len = 8;
    tkt_unkey_start(&u, at);
    *id = tkt_unkey_u64(&u);

    return *id >= w->low && (w->high == 0 || *id < w->high);
}


void
tkt_walk_close(tkt_walk_t *w)
{
    if (w->kind == TKT_WALK_MERGE) {
        tkt_merge_close(w->by.merge);

    } else if (w->kind == TKT_WALK_SCAN) {
        tkt_scan_close(&w->by.scan);
    }
}
