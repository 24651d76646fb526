/*
 * The index of who is ready; see the header.
 */

#include "app/route/tkt_grants.h"
#include "app/route/tkt_ready.h"


/* ---- keys and values ---- */

static void
tkt_key_route(tkt_key_t *k, uint32_t tenant, tkt_route_kind_t kind,
    uint64_t id)
{
    tkt_key_tenant(k, tenant);
    tkt_key_u8(k, (uint8_t) kind);
    tkt_key_u64(k, id);
}


void
tkt_key_presence(tkt_key_t *k, uint32_t tenant, uint64_t principal)
{
    tkt_key_route(k, tenant, TKT_ROUTE_PRESENCE, principal);
}


void
tkt_key_seats(tkt_key_t *k, uint32_t tenant, uint64_t principal)
{
    tkt_key_route(k, tenant, TKT_ROUTE_SEAT, principal);
}


void
tkt_key_seat(tkt_key_t *k, uint32_t tenant, uint64_t principal, uint64_t team)
{
    tkt_key_seats(k, tenant, principal);
    tkt_key_u64(k, team);
}


void
tkt_key_ready_of(tkt_key_t *k, uint32_t tenant, uint64_t team)
{
    tkt_key_route(k, tenant, TKT_ROUTE_READY, team);
}


void
tkt_key_ready(tkt_key_t *k, uint32_t tenant, uint64_t team, uint64_t rank,
    uint64_t principal)
{
    tkt_key_ready_of(k, tenant, team);
    tkt_key_u64(k, rank);
    tkt_key_u64(k, principal);
}


void
tkt_key_turn(tkt_key_t *k, uint32_t tenant, uint64_t team)
{
    tkt_key_route(k, tenant, TKT_ROUTE_TURN, team);
}


bool
tkt_presence_load(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    tkt_presence_t *p)
{
    tkt_key_t  key;
    tkt_str_t  value;

    tkt_key_presence(&key, tenant, principal);

    if (!tkt_get(txn, TKT_DB_ROUTE, &key, &value)) {
        return false;
    }

    if (tkt_record_unpack(&tkt_presence_schema, value, p)) {
        return true;
    }

    tkt_txn_fail(txn, TKT_INTERNAL);

    return false;
}


void
tkt_presence_save(tkt_txn_t *txn, const tkt_presence_t *p,
    tkt_arena_t *arena)
{
    tkt_key_t  key;

    tkt_key_presence(&key, (uint32_t) p->tenant, p->user);
    tkt_put(txn, TKT_DB_ROUTE, &key,
            tkt_record_pack(&tkt_presence_schema, p, NULL, arena));
}


bool
tkt_seat_read(tkt_str_t value, tkt_seat_t *seat)
{
    tkt_unkey_t  u;

    tkt_unkey_start(&u, value);
    seat->strategy = tkt_unkey_u8(&u);
    seat->ready = tkt_unkey_u8(&u);
    seat->bound = tkt_unkey_u8(&u);
    seat->turn = tkt_unkey_u64(&u);
    seat->rank = tkt_unkey_u64(&u);

    return value.len == TKT_SEAT_BYTES;
}


bool
tkt_seat_load(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    uint64_t team, tkt_seat_t *seat)
{
    tkt_key_t  key;
    tkt_str_t  value;

    tkt_key_seat(&key, tenant, principal, team);

    if (!tkt_get(txn, TKT_DB_ROUTE, &key, &value)) {
        return false;
    }

    seat->team = team;

    if (tkt_seat_read(value, seat)) {
        return true;
    }

    tkt_txn_fail(txn, TKT_INTERNAL);

    return false;
}


void
tkt_seat_save(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    const tkt_seat_t *seat)
{
    tkt_key_t  key, value;

    tkt_key_seat(&key, tenant, principal, seat->team);

    tkt_key_start(&value);
    tkt_key_u8(&value, seat->strategy);
    tkt_key_u8(&value, seat->ready);
    tkt_key_u8(&value, seat->bound);
    tkt_key_u64(&value, seat->turn);
    tkt_key_u64(&value, seat->rank);

    tkt_put(txn, TKT_DB_ROUTE, &key, (tkt_str_t) { value.data, value.len });
}


bool
tkt_turn_read(tkt_str_t value, tkt_turn_t *turn)
{
    tkt_unkey_t  u;

    memset(turn, 0, sizeof(*turn));

    if (value.len != TKT_TURN_BYTES) {
        return false;
    }

    tkt_unkey_start(&u, value);
    turn->turn = tkt_unkey_u64(&u);
    turn->given = tkt_unkey_u64(&u);
    turn->given_at = tkt_unkey_u64(&u);
    turn->pace = tkt_unkey_u64(&u);
    turn->timer_at = tkt_unkey_u64(&u);
    turn->pass = tkt_unkey_u8(&u);
    turn->lap = tkt_unkey_u8(&u);
    turn->last = tkt_unkey_u8(&u);
    memcpy(turn->at, u.pos, sizeof(turn->at));
    memcpy(turn->stop, u.pos + sizeof(turn->at), sizeof(turn->stop));

    return true;
}


void
tkt_turn_load(tkt_txn_t *txn, uint32_t tenant, uint64_t team,
    tkt_turn_t *turn)
{
    tkt_key_t  key;
    tkt_str_t  value;

    tkt_key_turn(&key, tenant, team);

    if (!tkt_get(txn, TKT_DB_ROUTE, &key, &value)) {
        memset(turn, 0, sizeof(*turn));

    } else if (!tkt_turn_read(value, turn)) {
        tkt_txn_fail(txn, TKT_INTERNAL);
    }
}


void
tkt_turn_save(tkt_txn_t *txn, uint32_t tenant, uint64_t team,
    const tkt_turn_t *turn)
{
    tkt_key_t  key, value;

    tkt_key_turn(&key, tenant, team);

    tkt_key_start(&value);
    tkt_key_u64(&value, turn->turn);
    tkt_key_u64(&value, turn->given);
    tkt_key_u64(&value, turn->given_at);
    tkt_key_u64(&value, turn->pace);
    tkt_key_u64(&value, turn->timer_at);
    tkt_key_u8(&value, turn->pass);
    tkt_key_u8(&value, turn->lap);
    tkt_key_u8(&value, turn->last);
    tkt_key_bytes(&value, (tkt_str_t) { turn->at, sizeof(turn->at) });
    tkt_key_bytes(&value, (tkt_str_t) { turn->stop, sizeof(turn->stop) });

    tkt_put(txn, TKT_DB_ROUTE, &key, (tkt_str_t) { value.data, value.len });
}


uint64_t
tkt_agent_load(tkt_txn_t *txn, uint32_t tenant, uint64_t principal)
{
    size_t     state;
    uint64_t   load, cells[TKT_STATE_CELLS];
    tkt_key_t  key;

    tkt_key_assignee_counts(&key, tenant, principal);
    tkt_counter_get(txn, TKT_DB_BY_ASSIGNEE, &key, TKT_STATE_CELLS, cells);

    for (load = 0, state = TKT_STATE_NONE + 1; state < TKT_STATE_MAX; state++) {
        if (TKT_STATES_ACTIVE & tkt_bit(state)) {
            load += cells[tkt_state_cell(state)];
        }
    }

    return load;
}


/* ---- the index ---- */

/* Takes a seat's entry from where it is to where it belongs. */
static void
tkt_ready_move(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    tkt_seat_t *seat, const tkt_presence_t *p, uint64_t load)
{
    uint8_t     mark;
    tkt_key_t   key;
    tkt_seat_t  was = *seat;

    seat->ready = p != NULL && tkt_routing_ready(p, load)
                  && tkt_routing_gives(seat->strategy);
    seat->bound = p != NULL && p->bound;
    seat->rank = seat->ready ? tkt_routing_rank(seat->strategy, load,
                                                seat->turn) : 0;

    if (was.ready == seat->ready && was.rank == seat->rank
        && was.bound == seat->bound)
    {
        return;
    }

    if (was.ready) {
        tkt_key_ready(&key, tenant, seat->team, was.rank, principal);
        (void) tkt_delete(txn, TKT_DB_ROUTE, &key);
    }

    if (seat->ready) {
        mark = seat->bound;
        tkt_key_ready(&key, tenant, seat->team, seat->rank, principal);
        tkt_put(txn, TKT_DB_ROUTE, &key, (tkt_str_t) { &mark, 1 });
    }

    tkt_seat_save(txn, tenant, principal, seat);
}


bool
tkt_ready_refresh(tkt_txn_t *txn, uint32_t tenant, uint64_t principal)
{
    bool            any;
    uint64_t        load;
    tkt_key_t       prefix;
    tkt_seat_t      seat;
    tkt_scan_t      scan;
    tkt_unkey_t     u;
    tkt_presence_t  p;

    /* who never said where he is never became ready */

    if (!tkt_presence_load(txn, tenant, principal, &p)) {
        return false;
    }

    any = false;
    load = tkt_agent_load(txn, tenant, principal);

    tkt_key_seats(&prefix, tenant, principal);
    tkt_scan_open(&scan, txn, TKT_DB_ROUTE, &prefix, NULL, false);

    while (tkt_scan_next(&scan)) {
        tkt_unkey_start(&u, (tkt_str_t) { scan.key.data + prefix.len,
                                          scan.key.len - prefix.len });
        seat.team = tkt_unkey_u64(&u);

        if (!tkt_seat_read(scan.value, &seat)) {
            tkt_txn_fail(txn, TKT_INTERNAL);
            break;
        }

        tkt_ready_move(txn, tenant, principal, &seat, &p, load);
        any = any || seat.ready;
    }

    tkt_scan_close(&scan);

    return any;
}


void
tkt_ready_join(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    uint64_t team, uint64_t strategy)
{
    tkt_seat_t  seat = { .team = team, .strategy = (uint8_t) strategy };
    tkt_turn_t  turn;

    tkt_turn_load(txn, tenant, team, &turn);
    seat.turn = ++turn.turn;
    tkt_turn_save(txn, tenant, team, &turn);
    tkt_seat_save(txn, tenant, principal, &seat);
    (void) tkt_ready_refresh(txn, tenant, principal);
}


void
tkt_ready_part(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    uint64_t team)
{
    tkt_key_t   key;
    tkt_seat_t  seat;

    if (!tkt_seat_load(txn, tenant, principal, team, &seat)) {
        return;
    }

    tkt_ready_move(txn, tenant, principal, &seat, NULL, 0);
    tkt_key_seat(&key, tenant, principal, team);
    (void) tkt_delete(txn, TKT_DB_ROUTE, &key);
}


void
tkt_ready_strategy(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    uint64_t team, uint64_t strategy)
{
    tkt_seat_t  seat;

    if (!tkt_seat_load(txn, tenant, principal, team, &seat)) {
        return;
    }

    seat.strategy = (uint8_t) strategy;
    tkt_seat_save(txn, tenant, principal, &seat);
    (void) tkt_ready_refresh(txn, tenant, principal);
}


bool
tkt_ready_any(tkt_txn_t *txn, uint32_t tenant, uint64_t team)
{
    tkt_key_t  prefix;

    tkt_key_ready_of(&prefix, tenant, team);

    return tkt_scan_any(txn, TKT_DB_ROUTE, &prefix);
}


uint64_t
tkt_ready_choose(tkt_txn_t *txn, const tkt_ticket_t *t, uint64_t avoid,
    size_t *looked)
{
    bool          more;
    uint64_t      agent, level;
    tkt_key_t     prefix;
    tkt_scan_t    scan;
    tkt_seat_t    seat;
    tkt_unkey_t   u;
    tkt_choice_t  choice = { .avoid = avoid };

    tkt_key_ready_of(&prefix, (uint32_t) t->tenant, t->team);
    tkt_scan_open(&scan, txn, TKT_DB_ROUTE, &prefix, NULL, false);

    for (more = true; more && tkt_scan_next(&scan); /* void */) {

        tkt_unkey_start(&u, (tkt_str_t) { scan.key.data + prefix.len,
                                          scan.key.len - prefix.len });
        (void) tkt_unkey_u64(&u);
        agent = tkt_unkey_u64(&u);
        level = TKT_ROUTING_LEVEL_FREE;

        if (scan.value.len == 1 && scan.value.data[0] != 0) {
            level = tkt_grants_level(txn, (uint32_t) t->tenant, agent, 1,
                                     t->type_id, t->feature_id);
        }

        /* the strategy is the team's, and every seat of it says which */

        if (choice.strategy == TKT_STRATEGY_NONE
            && tkt_seat_load(txn, (uint32_t) t->tenant, agent, t->team, &seat))
        {
            choice.strategy = seat.strategy;
        }

        more = tkt_routing_consider(&choice, agent, level);
    }

    tkt_scan_close(&scan);
    *looked += choice.looked;

    return tkt_routing_chosen(&choice);
}
