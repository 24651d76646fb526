/*
 * A pass: the tickets that wait in a team's queue, in order, each given to
 * whoever is ready and may have it.  A command looks at a piece; a timer goes
 * on behind it at once.  What changes meanwhile in favour of somebody makes
 * the pass begin another lap, up to where it was then.
 */

#include "app/call/tkt_due.h"
#include "app/call/tkt_ops.h"
#include "app/notice/tkt_notices.h"
#include "app/route/tkt_route_int.h"


typedef struct {
    uint32_t     tenant;
    uint64_t     team;
    tkt_turn_t   turn;
    size_t       count;
    bool         end;                          /* nothing is behind these    */
    tkt_place_t *places;
    size_t       given;
    size_t       steps;                        /* tickets and agents seen    */
} tkt_route_pass_t;


static void
tkt_pass_timer(tkt_call_t *c, uint32_t tenant, uint64_t team,
    tkt_turn_t *turn)
{
    if (turn->timer_at == 0) {
        turn->timer_at = (uint64_t) c->now_ms;
        tkt_due_set(c->txn, c->now_ms, TKT_DUE_ROUTE, tenant, team);
    }
}


void
tkt_route_go_on(tkt_call_t *c, uint32_t tenant, uint64_t team,
    const uint8_t *place, tkt_pass_t pass)
{
    tkt_turn_t  turn;

    tkt_turn_load(c->txn, tenant, team, &turn);

    if (turn.pass == TKT_PASS_NONE) {
        memset(turn.at, 0, sizeof(turn.at));

        if (place != NULL) {
            memcpy(turn.at, place, sizeof(turn.at));
        }

    } else {
        memcpy(turn.stop, turn.at, sizeof(turn.stop));
        turn.lap = 1;
        turn.last = 0;
    }

    if (pass > turn.pass) {
        turn.pass = (uint8_t) pass;
    }

    tkt_pass_timer(c, tenant, team, &turn);
    tkt_turn_save(c->txn, tenant, team, &turn);
}


/* ---- a piece ---- */

/* The next places, as many as one command may look at. */
static bool
tkt_pass_gather(tkt_call_t *c, tkt_route_pass_t *p)
{
    tkt_key_t   prefix, from;
    tkt_str_t   place;
    tkt_scan_t  scan;

    p->places = tkt_arena_alloc(c->arena,
                                TKT_ROUTE_STEPS_MAX * sizeof(tkt_place_t));
    if (p->places == NULL) {
        tkt_txn_fail(c->txn, TKT_BUSY);
        return false;
    }

    /* behind the place: no key stands between it and the same with a 0 more */

    tkt_key_queue(&prefix, p->tenant, p->team, TKT_LINE_UNASSIGNED);
    from = prefix;
    tkt_key_bytes(&from, (tkt_str_t) { p->turn.at, sizeof(p->turn.at) });
    tkt_key_u8(&from, 0);

    tkt_scan_open(&scan, c->txn, TKT_DB_BY_QUEUE, &prefix, &from, false);

    for (p->end = true; tkt_scan_next(&scan); p->count++) {
        place = (tkt_str_t) { scan.key.data + prefix.len,
                              scan.key.len - prefix.len };

        if (place.len != TKT_QUEUE_PLACE_BYTES) {
            tkt_txn_fail(c->txn, TKT_INTERNAL);
            break;
        }

        if (p->turn.last
            && memcmp(place.data, p->turn.stop, place.len) > 0)
        {
            break;
        }

        if (p->count == TKT_ROUTE_STEPS_MAX) {
            p->end = false;
            break;
        }

        memcpy(p->places[p->count], place.data, place.len);
    }

    tkt_scan_close(&scan);

    return tkt_txn_status(c->txn) == TKT_OK;
}


/* One ticket; false if nobody is ready any more. */
static bool
tkt_pass_one(tkt_call_t *c, tkt_route_pass_t *p, uint64_t id)
{
    size_t        looked = 0;
    uint64_t      agent;
    tkt_ticket_t  t;

    p->steps++;

    if (!tkt_ticket_load_head(c->txn, p->tenant, id, &t)
        || !tkt_routing_waits(&t))
    {
        return true;
    }

    agent = tkt_ready_choose(c->txn, &t, 0, &looked);
    p->steps += looked;

    if (agent == 0) {
        return looked > 0;
    }

    if (!tkt_ticket_load(c->txn, p->tenant, id, &t, true, c->arena)) {
        tkt_txn_fail(c->txn, TKT_INTERNAL);
        return false;
    }

    p->given++;
    tkt_route_hand(c, &t, agent);

    return true;
}


/* What is left to do after a piece: goes on, begins the last lap, or ends. */
static void
tkt_pass_settle(tkt_call_t *c, tkt_route_pass_t *p, bool idle, bool done)
{
    tkt_turn_t  *turn = &p->turn;

    if (!idle && done && turn->lap && !turn->last) {
        turn->last = 1;
        memset(turn->at, 0, sizeof(turn->at));

    } else if (idle || done) {
        turn->pass = TKT_PASS_NONE;
        turn->lap = turn->last = 0;
        memset(turn->at, 0, sizeof(turn->at));
        memset(turn->stop, 0, sizeof(turn->stop));
        tkt_turn_save(c->txn, p->tenant, p->team, turn);
        return;
    }

    turn->pass = (p->given == TKT_ROUTE_BATCH_MAX) ? TKT_PASS_HAND
                                                   : TKT_PASS_LOOK;
    tkt_pass_timer(c, p->tenant, p->team, turn);
    tkt_turn_save(c->txn, p->tenant, p->team, turn);
}


/*
 * What the store says now: turn and pace have moved with each hand-out, and
 * one of them may have asked for another lap.
 */
static void
tkt_pass_reload(tkt_call_t *c, tkt_route_pass_t *p)
{
    tkt_turn_t  now;

    tkt_turn_load(c->txn, p->tenant, p->team, &now);

    if (now.pass != p->turn.pass || now.lap != p->turn.lap
        || memcmp(now.stop, p->turn.stop, sizeof(now.stop)) != 0)
    {
        now.lap = 1;
        now.last = 0;
        memcpy(now.stop, p->turn.at, sizeof(now.stop));

    } else {
        now.last = p->turn.last;
    }

    memcpy(now.at, p->turn.at, sizeof(now.at));
    p->turn = now;
}


/* Ends what is under way of a pass, and its timer. */
static void
tkt_pass_begin(tkt_call_t *c, tkt_route_pass_t *p)
{
    tkt_turn_t  *turn = &p->turn;

    if (turn->timer_at != 0) {
        tkt_due_clear(c->txn, (int64_t) turn->timer_at, TKT_DUE_ROUTE,
                      p->tenant, p->team);
        turn->timer_at = 0;
    }

    turn->pass = TKT_PASS_NONE;
    turn->lap = turn->last = 0;
    memset(turn->at, 0, sizeof(turn->at));
    memset(turn->stop, 0, sizeof(turn->stop));
}


/*
 * A piece of what waits in a retired team, from the beginning: what was looked
 * at is gone.  One notice tells supervisors of all that nobody takes.
 */
static void
tkt_pass_leave(tkt_call_t *c, tkt_route_pass_t *p)
{
    size_t        i;
    uint64_t      id, stays;
    tkt_ticket_t  t;

    tkt_pass_begin(c, p);

    if (!tkt_pass_gather(c, p)) {
        return;
    }

    for (stays = 0, i = 0;
         i < p->count && i < TKT_ROUTE_BATCH_MAX
         && tkt_txn_status(c->txn) == TKT_OK; i++)
    {
        id = tkt_place_ticket(p->places[i]);

        if (!tkt_route_leave(c, p->tenant, id) && stays == 0) {
            stays = id;
        }
    }

    if (stays != 0
        && tkt_ticket_load(c->txn, p->tenant, stays, &t, false, c->arena))
    {
        tkt_notify_supervisors(c, TKT_NOTICE_UNROUTED, &t);
    }

    tkt_pass_settle(c, p, false, i == p->count && p->end);
}


static void
tkt_pass_run(tkt_call_t *c, tkt_route_pass_t *p)
{
    bool    idle;
    size_t  i;

    if (!tkt_route_takes(c->txn, p->tenant, p->team)) {
        tkt_pass_leave(c, p);
        return;
    }

    idle = !tkt_ready_any(c->txn, p->tenant, p->team);

    if (!idle && !tkt_pass_gather(c, p)) {
        return;
    }

    for (i = 0; i < p->count && !idle && p->given < TKT_ROUTE_BATCH_MAX
                && p->steps < 4 * TKT_ROUTE_STEPS_MAX; i++)
    {
        idle = !tkt_pass_one(c, p, tkt_place_ticket(p->places[i]));
        memcpy(p->turn.at, p->places[i], sizeof(tkt_place_t));
    }

    tkt_pass_reload(c, p);
    tkt_pass_settle(c, p, idle, i == p->count && p->end);
}


void
tkt_route_team(tkt_call_t *c, uint64_t team)
{
    tkt_route_pass_t  p = { .tenant = c->actor->tenant, .team = team };

    tkt_turn_load(c->txn, p.tenant, team, &p.turn);

    if (!tkt_route_takes(c->txn, p.tenant, team)) {
        tkt_pass_leave(c, &p);
        return;
    }

    /* one that is under way gets to everything; else this is its beginning */

    if (p.turn.pass != TKT_PASS_NONE) {
        tkt_route_go_on(c, p.tenant, team, NULL, TKT_PASS_LOOK);
        return;
    }

    if (tkt_ready_any(c->txn, p.tenant, team)) {
        tkt_pass_run(c, &p);
    }
}


void
tkt_job_route(tkt_call_t *c)
{
    const tkt_job_t   *job = c->input;
    tkt_route_pass_t   p = { .tenant = c->actor->tenant, .team = job->id };

    tkt_due_clear(c->txn, job->at_ms, TKT_DUE_ROUTE, p.tenant, p.team);
    tkt_turn_load(c->txn, p.tenant, p.team, &p.turn);

    if (p.turn.timer_at == (uint64_t) job->at_ms) {
        p.turn.timer_at = 0;
        tkt_turn_save(c->txn, p.tenant, p.team, &p.turn);
        tkt_pass_run(c, &p);
    }

    c->reply->http = c->op->success;
}
