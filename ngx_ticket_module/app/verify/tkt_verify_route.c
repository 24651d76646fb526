/*
 * Verification of what the router goes by: presence with its timers, seats,
 * the index of who is ready against presence, load and membership, the turns
 * of teams.
 */

#include <stdio.h>

#include "app/resource/tkt_config.h"
#include "app/route/tkt_grants.h"
#include "app/route/tkt_members.h"
#include "app/route/tkt_ready.h"
#include "app/ticket/tkt_effects.h"
#include "app/verify/tkt_verify_int.h"


/* ---- looking things up ---- */

static bool
tkt_verify_presence_get(tkt_verify_t *v, uint64_t tenant, uint64_t principal,
    tkt_presence_t *p)
{
    tkt_key_t  key;

    tkt_key_presence(&key, (uint32_t) tenant, principal);

    return tkt_verify_row(v, TKT_DB_ROUTE, &key, &tkt_presence_schema, p);
}


static bool
tkt_verify_team_get(tkt_verify_t *v, uint64_t tenant, uint64_t team,
    tkt_team_t *record)
{
    tkt_key_t  key;

    tkt_key_config(&key, (uint32_t) tenant, TKT_CONFIG_TEAM, 0, team);

    return tkt_verify_row(v, TKT_DB_CONFIG, &key, &tkt_team_schema, record);
}


static bool
tkt_verify_user_get(tkt_verify_t *v, uint64_t tenant, uint64_t principal,
    tkt_user_t *user)
{
    tkt_key_t  key;

    tkt_key_principal(&key, (uint32_t) tenant, principal);

    return tkt_verify_row(v, TKT_DB_PRINCIPAL, &key, &tkt_user_schema, user);
}


static bool
tkt_verify_timer(tkt_verify_t *v, uint64_t at, tkt_due_t kind,
    uint64_t tenant, uint64_t id)
{
    tkt_key_t  key;

    tkt_key_due(&key, (int64_t) at, kind, (uint32_t) tenant, id);

    return at == 0 || tkt_verify_has(v, TKT_DB_DUE, &key);
}


static uint64_t
tkt_verify_load(tkt_verify_t *v, uint64_t tenant, uint64_t principal)
{
    size_t     state;
    uint64_t   load, cells[TKT_STATE_CELLS];
    tkt_key_t  key;
    tkt_str_t  value;

    tkt_key_assignee_counts(&key, (uint32_t) tenant, principal);

    if (!tkt_get(v->txn, TKT_DB_BY_ASSIGNEE, &key, &value)
        || !tkt_verify_counts(v, "by_assignee", value, TKT_STATE_CELLS,
                              cells))
    {
        return 0;
    }

    for (load = 0, state = TKT_STATE_NONE + 1; state < TKT_STATE_MAX; state++) {
        if (TKT_STATES_ACTIVE & tkt_bit(state)) {
            load += cells[tkt_state_cell(state)];
        }
    }

    return load;
}


/* ---- presence ---- */

static void
tkt_verify_presence(tkt_verify_t *v, uint64_t tenant, uint64_t principal,
    tkt_str_t value)
{
    char            what[64];
    bool            there;
    tkt_user_t      user;
    tkt_presence_t  p;

    (void) snprintf(what, sizeof(what), "presence %llu/%llu",
                    tkt_ull(tenant), tkt_ull(principal));

    if (!tkt_record_unpack(&tkt_presence_schema, value, &p)
        || p.user != principal || p.tenant != tenant)
    {
        tkt_verify_fault(v, "%s: the record is not of this principal", what);
        return;
    }

    (void) tkt_verify_values(v, &tkt_presence_schema, &p, what);
    there = p.presence != TKT_PRESENCE_OFFLINE;

    if ((p.due_at != 0) != there || (p.return_at != 0 && there)
        || !tkt_verify_timer(v, p.due_at, TKT_DUE_PRESENCE, tenant, principal)
        || !tkt_verify_timer(v, p.return_at, TKT_DUE_RETURN, tenant,
                             principal))
    {
        tkt_verify_fault(v, "%s: its timers are not set as it says", what);
    }

    if (!tkt_verify_user_get(v, tenant, principal, &user)) {
        tkt_verify_fault(v, "%s: there is no such principal", what);

    } else if (there && (user.disabled || user.erased_at != 0
                         || !(TKT_ROLES_ASSIGNABLE & tkt_bit(user.role))))
    {
        tkt_verify_fault(v, "%s: is there, and may not own tickets", what);

    } else if (there && p.bound != tkt_grants_bind(&user)) {
        tkt_verify_fault(v, "%s: is wrong about whether grants bind him",
                         what);
    }
}


/* ---- seats and who is ready ---- */

static void
tkt_verify_seat_ready(tkt_verify_t *v, const char *what, uint64_t tenant,
    uint64_t principal, const tkt_seat_t *seat)
{
    bool            ready;
    uint64_t        load, rank;
    tkt_key_t       key;
    tkt_presence_t  p;

    load = tkt_verify_load(v, tenant, principal);
    ready = tkt_verify_presence_get(v, tenant, principal, &p)
            && tkt_routing_ready(&p, load)
            && tkt_routing_gives(seat->strategy);
    rank = ready ? tkt_routing_rank(seat->strategy, load, seat->turn) : 0;

    if (seat->ready != ready || seat->rank != rank
        || (ready && seat->bound != p.bound))
    {
        tkt_verify_fault(v, "%s: says %s at rank %llu, and is %s at %llu",
                         what, seat->ready ? "ready" : "not ready",
                         tkt_ull(seat->rank), ready ? "ready" : "not ready",
                         tkt_ull(rank));
    }

    tkt_key_ready(&key, (uint32_t) tenant, seat->team, seat->rank, principal);

    if (seat->ready && !tkt_verify_has(v, TKT_DB_ROUTE, &key)) {
        tkt_verify_fault(v, "%s: is not in the index of who is ready", what);
    }
}


static void
tkt_verify_seat(tkt_verify_t *v, uint64_t tenant, uint64_t principal,
    uint64_t team, tkt_str_t value)
{
    char        what[64];
    tkt_key_t   key;
    tkt_str_t   turn;
    tkt_seat_t  seat;
    tkt_team_t  record;
    tkt_turn_t  turns;

    (void) snprintf(what, sizeof(what), "seat %llu/%llu in team %llu",
                    tkt_ull(tenant), tkt_ull(principal), tkt_ull(team));

    if (!tkt_seat_read(value, &seat)) {
        tkt_verify_fault(v, "%s: has %zu bytes", what, value.len);
        return;
    }

    seat.team = team;
    tkt_key_config(&key, (uint32_t) tenant, TKT_CONFIG_MEMBER, team,
                   principal);

    if (!tkt_verify_has(v, TKT_DB_CONFIG, &key)
        || !tkt_verify_team_get(v, tenant, team, &record))
    {
        tkt_verify_fault(v, "%s: there is no such member", what);
        return;
    }

    if (seat.strategy != tkt_team_strategy(&record)) {
        tkt_verify_fault(v, "%s: has another strategy than the team", what);
    }

    tkt_key_turn(&key, (uint32_t) tenant, team);

    if (!tkt_get(v->txn, TKT_DB_ROUTE, &key, &turn)
        || !tkt_turn_read(turn, &turns) || seat.turn > turns.turn)
    {
        tkt_verify_fault(v, "%s: its turn was never given", what);
    }

    tkt_verify_seat_ready(v, what, tenant, principal, &seat);
}


static void
tkt_verify_ready(tkt_verify_t *v, uint64_t tenant, uint64_t team,
    uint64_t rank, uint64_t principal, tkt_str_t value)
{
    tkt_key_t   key;
    tkt_str_t   text;
    tkt_seat_t  seat;

    tkt_key_seat(&key, (uint32_t) tenant, principal, team);

    if (!tkt_get(v->txn, TKT_DB_ROUTE, &key, &text)
        || !tkt_seat_read(text, &seat) || !seat.ready || seat.rank != rank
        || value.len != 1 || value.data[0] != seat.bound)
    {
        tkt_verify_fault(v, "route: %llu/%llu is ready in team %llu at rank "
                         "%llu, and his seat does not say so",
                         tkt_ull(tenant), tkt_ull(principal), tkt_ull(team),
                         tkt_ull(rank));
    }
}


static void
tkt_verify_turn(tkt_verify_t *v, uint64_t tenant, uint64_t team,
    tkt_str_t value)
{
    tkt_team_t  record;
    tkt_turn_t  turn;

    if (!tkt_turn_read(value, &turn)
        || !tkt_verify_team_get(v, tenant, team, &record)
        || (turn.pass != TKT_PASS_NONE) != (turn.timer_at != 0)
        || !tkt_verify_timer(v, turn.timer_at, TKT_DUE_ROUTE, tenant, team))
    {
        tkt_verify_fault(v, "route: the turn of team %llu/%llu is not right",
                         tkt_ull(tenant), tkt_ull(team));
    }
}


void
tkt_verify_routes(tkt_verify_t *v)
{
    uint64_t     tenant, kind, a, b, c;
    tkt_scan_t   scan;
    tkt_unkey_t  u;

    tkt_verify_open(v, &scan, TKT_DB_ROUTE);

    while (tkt_scan_next(&scan)) {
        v->figures->entries[TKT_DB_ROUTE]++;

        tkt_unkey_start(&u, scan.key);
        tenant = tkt_unkey_u32(&u);
        kind = tkt_unkey_u8(&u);
        a = tkt_unkey_u64(&u);
        b = (u.pos != u.end) ? tkt_unkey_u64(&u) : 0;
        c = (u.pos != u.end) ? tkt_unkey_u64(&u) : 0;

        if (kind == TKT_ROUTE_PRESENCE) {
            tkt_verify_presence(v, tenant, a, scan.value);

        } else if (kind == TKT_ROUTE_SEAT) {
            tkt_verify_seat(v, tenant, a, b, scan.value);

        } else if (kind == TKT_ROUTE_READY) {
            tkt_verify_ready(v, tenant, a, b, c, scan.value);

        } else if (kind == TKT_ROUTE_TURN) {
            tkt_verify_turn(v, tenant, a, scan.value);

        } else {
            tkt_verify_fault(v, "route: a key of %zu bytes is none of this "
                             "database", scan.key.len);
        }
    }

    tkt_scan_close(&scan);
}


/* ---- timers ---- */

bool
tkt_verify_route_due(tkt_verify_t *v, uint64_t at, uint64_t kind,
    uint64_t tenant, uint64_t id)
{
    tkt_key_t       key;
    tkt_str_t       value;
    tkt_turn_t      turn;
    tkt_presence_t  p;

    if (kind == TKT_DUE_ROUTE) {
        tkt_key_turn(&key, (uint32_t) tenant, id);

        return tkt_get(v->txn, TKT_DB_ROUTE, &key, &value)
               && tkt_turn_read(value, &turn) && turn.timer_at == at;
    }

    return tkt_verify_presence_get(v, tenant, id, &p)
           && (kind == TKT_DUE_PRESENCE ? p.due_at : p.return_at) == at;
}
