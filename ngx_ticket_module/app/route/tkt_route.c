/*
 * The router at work on one ticket, and on what waits for one agent.
 */

#include "app/route/tkt_grants.h"
#include "app/route/tkt_presence.h"
#include "app/route/tkt_route_int.h"
#include "app/ticket/tkt_forward.h"
#include "app/ticket/tkt_ticket.h"


uint64_t
tkt_place_ticket(const uint8_t *place)
{
    tkt_unkey_t  u;

    tkt_unkey_start(&u, (tkt_str_t) { place + TKT_QUEUE_PLACE_BYTES - 8, 8 });

    return tkt_unkey_u64(&u);
}


/* ---- turns and pace ---- */

static void
tkt_route_pace(tkt_call_t *c, tkt_turn_t *turn, const tkt_ticket_t *t)
{
    uint64_t  now = (uint64_t) c->now_ms;

    if (turn->given_at != 0) {
        turn->pace = tkt_routing_pace(turn->pace, now > turn->given_at
                                                  ? now - turn->given_at : 0);
    }

    turn->given_at = now;
    turn->given = t->id;
}


/* The team has given the ticket to him: his turn is over. */
static void
tkt_route_given(tkt_call_t *c, tkt_turn_t *turn, const tkt_ticket_t *t,
    uint64_t agent)
{
    uint32_t    tenant = (uint32_t) t->tenant;
    tkt_seat_t  seat;

    turn->turn++;
    tkt_route_pace(c, turn, t);
    tkt_turn_save(c->txn, tenant, t->team, turn);

    /* his entry moves when the ticket is saved and his load has grown */

    if (tkt_seat_load(c->txn, tenant, agent, t->team, &seat)) {
        seat.turn = turn->turn;
        tkt_seat_save(c->txn, tenant, agent, &seat);
    }
}


/* Somebody took it himself, or was given it by hand: that is pace, too. */
static void
tkt_route_taken(tkt_call_t *c, const tkt_ticket_t *before,
    const tkt_ticket_t *t)
{
    tkt_turn_t  turn;

    if (before == NULL || before->team == 0 || before->assignee != 0
        || before->team != t->team)
    {
        return;
    }

    tkt_turn_load(c->txn, (uint32_t) t->tenant, t->team, &turn);

    if (turn.given == t->id && turn.given_at == (uint64_t) c->now_ms) {
        return;                                  /* by the router, just now */
    }

    tkt_route_pace(c, &turn, t);
    tkt_turn_save(c->txn, (uint32_t) t->tenant, t->team, &turn);
}


uint64_t
tkt_route_expected_wait(tkt_txn_t *txn, uint32_t tenant, uint64_t team,
    uint64_t position, int64_t now_ms)
{
    tkt_turn_t  turn;

    tkt_turn_load(txn, tenant, team, &turn);

    return tkt_routing_wait_s(turn.pace, position);
}


/* ---- one ticket ---- */

uint64_t
tkt_route_owner(tkt_call_t *c, const tkt_ticket_t *before,
    const tkt_ticket_t *t)
{
    size_t      looked = 0;
    uint64_t    agent;
    tkt_turn_t  turn;

    if (!tkt_routing_waits(t)) {
        return 0;
    }

    agent = tkt_ready_choose(c->txn, t,
                             before == NULL ? 0 : before->assignee, &looked);

    if (looked == 0) {
        return 0;                                /* nobody is ready */
    }

    /* while what has waited longer is being given out, it waits with it */

    tkt_turn_load(c->txn, (uint32_t) t->tenant, t->team, &turn);

    if (turn.pass == TKT_PASS_HAND) {
        tkt_route_go_on(c, (uint32_t) t->tenant, t->team, NULL,
                        TKT_PASS_HAND);
        return 0;
    }

    if (agent != 0) {
        tkt_route_given(c, &turn, t, agent);
    }

    return agent;
}


void
tkt_route_commit(tkt_call_t *c, const tkt_ticket_t *before, tkt_ticket_t *t,
    tkt_event_t *event)
{
    tkt_deputy_t      desk;
    const tkt_user_t  nobody = { .tenant = before->tenant,
                                 .role = TKT_ROLE_SYSTEM,
                                 .login = tkt_lit("router") };

    tkt_deputy_init(&desk, c, &nobody);
    tkt_ticket_commit(&desk.call, before, t, event);
}


void
tkt_route_hand(tkt_call_t *c, const tkt_ticket_t *before, uint64_t agent)
{
    tkt_event_t   event = { .action = TKT_ACTION_ASSIGN + 1,
                            .automatic = 1 };
    tkt_turn_t    turn;
    tkt_ticket_t  t;

    t = *before;
    t.assignee = agent;
    t.assigned_at = (uint64_t) c->now_ms;
    t.state = TKT_STATE_OPEN;

    tkt_turn_load(c->txn, (uint32_t) t.tenant, t.team, &turn);
    tkt_route_given(c, &turn, &t, agent);
    tkt_route_commit(c, before, &t, &event);
}


/* ---- what follows from a change ---- */

/* Whose load the ticket is; 0: nobody's. */
static uint64_t
tkt_route_bearer(const tkt_ticket_t *t)
{
    if (t == NULL || !(TKT_STATES_ACTIVE & tkt_bit(t->state))) {
        return 0;
    }

    return t->assignee;
}


/* Whether it has come to somebody who has not begun, or back to that. */
static bool
tkt_route_unbegun(const tkt_ticket_t *before, const tkt_ticket_t *t)
{
    return tkt_routing_untouched(t)
           && (before == NULL || before->assignee != t->assignee
               || before->team != t->team || !tkt_routing_untouched(before));
}


static void  tkt_route_fill(tkt_call_t *c, uint32_t tenant, uint64_t agent);


void
tkt_route_follow(tkt_call_t *c, const tkt_ticket_t *before,
    const tkt_ticket_t *t)
{
    bool      ready;
    uint32_t  tenant = (uint32_t) t->tenant;
    uint64_t  had, has;

    had = tkt_route_bearer(before);
    has = tkt_route_bearer(t);

    if (tkt_txn_status(c->txn) != TKT_OK) {
        return;
    }

    ready = had != has && has != 0 && tkt_ready_refresh(c->txn, tenant, has);

    /* who is ready somewhere is not offline */

    if (!ready && tkt_route_unbegun(before, t)) {
        tkt_presence_mind(c, t);
    }

    if (had == has) {
        return;
    }

    if (has != 0) {
        tkt_route_taken(c, before, t);
    }

    if (had != 0 && tkt_ready_refresh(c->txn, tenant, had)) {
        tkt_route_fill(c, tenant, had);
    }
}


/* ---- one agent ---- */

/* A look at what waits in the teams of one agent, most urgent first. */
typedef struct {
    uint32_t        tenant;
    uint64_t        agent;
    tkt_presence_t  p;
    size_t          teams;
    tkt_key_t      *queues;                    /* of those teams             */
    size_t          wanted;                    /* how many he can be given   */
    size_t          count;
    uint64_t        found[TKT_ROUTE_BATCH_MAX];
    bool            more;
    tkt_place_t     place;                     /* looked at last             */
} tkt_fill_t;


/* The teams that may give him something now. */
static bool
tkt_fill_teams(tkt_call_t *c, tkt_fill_t *f)
{
    tkt_key_t    prefix;
    tkt_seat_t   seat;
    tkt_scan_t   scan;
    tkt_turn_t   turn;
    tkt_unkey_t  u;

    f->queues = tkt_arena_alloc(c->arena, TKT_TEAMS_MAX * sizeof(tkt_key_t));
    if (f->queues == NULL) {
        tkt_txn_fail(c->txn, TKT_BUSY);
        return false;
    }

    tkt_key_seats(&prefix, f->tenant, f->agent);
    tkt_scan_open(&scan, c->txn, TKT_DB_ROUTE, &prefix, NULL, false);

    while (f->teams < TKT_TEAMS_MAX && tkt_scan_next(&scan)) {
        tkt_unkey_start(&u, (tkt_str_t) { scan.key.data + prefix.len,
                                          scan.key.len - prefix.len });
        seat.team = tkt_unkey_u64(&u);

        if (!tkt_seat_read(scan.value, &seat) || !seat.ready) {
            continue;
        }

        tkt_turn_load(c->txn, f->tenant, seat.team, &turn);

        /* others of the team are ready too: the pass deals with them all */

        if (turn.pass == TKT_PASS_HAND) {
            tkt_route_go_on(c, f->tenant, seat.team, NULL, TKT_PASS_HAND);
            continue;
        }

        tkt_key_queue(&f->queues[f->teams++], f->tenant, seat.team,
                      TKT_LINE_UNASSIGNED);
    }

    tkt_scan_close(&scan);

    return f->teams > 0;
}


/* Whether he may have the ticket. */
static bool
tkt_fill_suits(tkt_call_t *c, const tkt_fill_t *f, uint64_t ticket)
{
    tkt_ticket_t  t;

    return tkt_ticket_load_head(c->txn, f->tenant, ticket, &t)
           && tkt_routing_waits(&t)
           && (!f->p.bound
               || tkt_grants_level(c->txn, f->tenant, f->agent, 1, t.type_id,
                                   t.feature_id) > 0);
}


static void
tkt_fill_look(tkt_call_t *c, tkt_fill_t *f)
{
    size_t        steps;
    uint64_t      ticket;
    tkt_str_t     suffix;
    tkt_merge_t  *merge;

    merge = tkt_merge_open(c->txn, TKT_DB_BY_QUEUE, f->queues, f->teams, NULL,
                           false, false, c->arena);

    for (steps = 0; tkt_merge_next(merge, &suffix); steps++) {

        if (suffix.len != TKT_QUEUE_PLACE_BYTES) {
            tkt_txn_fail(c->txn, TKT_INTERNAL);
            break;
        }

        if (f->count == f->wanted || steps == TKT_ROUTE_STEPS_MAX) {
            f->more = true;
            break;
        }

        memcpy(f->place, suffix.data, sizeof(f->place));
        ticket = tkt_place_ticket(f->place);

        if (tkt_fill_suits(c, f, ticket)) {
            f->found[f->count++] = ticket;
        }
    }

    tkt_merge_close(merge);
}


static void
tkt_route_fill(tkt_call_t *c, uint32_t tenant, uint64_t agent)
{
    size_t        i;
    uint64_t      load;
    tkt_fill_t    f = { .tenant = tenant, .agent = agent };
    tkt_unkey_t   u;
    tkt_ticket_t  t;

    if (!tkt_presence_load(c->txn, tenant, agent, &f.p)) {
        return;
    }

    load = tkt_agent_load(c->txn, tenant, agent);

    if (!tkt_routing_ready(&f.p, load) || !tkt_fill_teams(c, &f)) {
        return;
    }

    f.wanted = (f.p.capacity - load < TKT_ROUTE_BATCH_MAX)
               ? (size_t) (f.p.capacity - load) : TKT_ROUTE_BATCH_MAX;
    tkt_fill_look(c, &f);

    for (i = 0; i < f.count; i++) {
        if (tkt_ticket_load(c->txn, tenant, f.found[i], &t, true, c->arena)
            && tkt_routing_waits(&t))
        {
            tkt_route_hand(c, &t, agent);
        }
    }

    if (!f.more || f.p.capacity - load == f.count) {
        return;
    }

    for (i = 0; i < f.teams; i++) {
        tkt_unkey_start(&u, (tkt_str_t) { f.queues[i].data + 4, 8 });
        tkt_route_go_on(c, tenant, tkt_unkey_u64(&u), f.place,
                        f.count == f.wanted ? TKT_PASS_HAND : TKT_PASS_LOOK);
    }
}


void
tkt_route_agent(tkt_call_t *c, uint64_t agent)
{
    if (tkt_ready_refresh(c->txn, c->actor->tenant, agent)) {
        tkt_route_fill(c, c->actor->tenant, agent);
    }
}
