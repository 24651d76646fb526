/*
 * Verification of what the router goes by: presence with its timers, seats,
 * the index of who is ready against presence, load and membership, the turns
 * of teams; and members and grants with their entries and counts.
 */

#include <stdio.h>

#include "app/tkt_config.h"
#include "app/tkt_effects.h"
#include "app/tkt_grants.h"
#include "app/tkt_members.h"
#include "app/tkt_ready.h"
#include "app/tkt_verify_int.h"


/* ---- looking things up ---- */

static bool
tkt_verify_route_get(tkt_verify_t *v, tkt_db_t db, const tkt_key_t *key,
    const tkt_schema_t *schema, void *obj)
{
    tkt_str_t  value;

    return tkt_get(v->txn, db, key, &value)
           && tkt_record_unpack(schema, value, obj);
}


static bool
tkt_verify_presence_get(tkt_verify_t *v, uint64_t tenant, uint64_t principal,
    tkt_presence_t *p)
{
    tkt_key_t  key;

    tkt_key_presence(&key, (uint32_t) tenant, principal);

    return tkt_verify_route_get(v, TKT_DB_ROUTE, &key, &tkt_presence_schema,
                                p);
}


static bool
tkt_verify_team_get(tkt_verify_t *v, uint64_t tenant, uint64_t team,
    tkt_team_t *record)
{
    tkt_key_t  key;

    tkt_key_config(&key, (uint32_t) tenant, TKT_CONFIG_TEAM, 0, team);

    return tkt_verify_route_get(v, TKT_DB_CONFIG, &key, &tkt_team_schema,
                                record);
}


static bool
tkt_verify_user_get(tkt_verify_t *v, uint64_t tenant, uint64_t principal,
    tkt_user_t *user)
{
    tkt_key_t  key;

    tkt_key_principal(&key, (uint32_t) tenant, principal);

    return tkt_verify_route_get(v, TKT_DB_PRINCIPAL, &key, &tkt_user_schema,
                                user);
}


static bool
tkt_verify_route_has(tkt_verify_t *v, tkt_db_t db, const tkt_key_t *key)
{
    tkt_str_t  value;

    return tkt_get(v->txn, db, key, &value);
}


static bool
tkt_verify_timer(tkt_verify_t *v, uint64_t at, tkt_due_t kind,
    uint64_t tenant, uint64_t id)
{
    tkt_key_t  key;

    tkt_key_due(&key, (int64_t) at, kind, (uint32_t) tenant, id);

    return at == 0 || tkt_verify_route_has(v, TKT_DB_DUE, &key);
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

    if (seat->ready && !tkt_verify_route_has(v, TKT_DB_ROUTE, &key)) {
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

    if (!tkt_verify_route_has(v, TKT_DB_CONFIG, &key)
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


/* ---- members and grants ---- */

static uint64_t
tkt_verify_count(tkt_verify_t *v, const tkt_key_t *prefix)
{
    uint64_t    n;
    tkt_scan_t  scan;

    tkt_scan_open(&scan, v->txn, TKT_DB_CONFIG, prefix, NULL, false);
    for (n = 0; tkt_scan_next(&scan); n++) { /* void */ }
    tkt_scan_close(&scan);

    return n;
}


static void
tkt_verify_team_count(tkt_verify_t *v, uint64_t tenant, tkt_unkey_t *u,
    tkt_str_t value)
{
    uint64_t    n;
    tkt_key_t   prefix;
    tkt_team_t  team;

    if (!tkt_record_unpack(&tkt_team_schema, value, &team)) {
        return;                                 /* told with the record */
    }

    tkt_key_config_kind(&prefix, (uint32_t) tenant, TKT_CONFIG_MEMBER);
    tkt_key_u64(&prefix, team.head.id);
    n = tkt_verify_count(v, &prefix);

    if (n != team.members) {
        tkt_verify_fault(v, "team %llu/%llu: counts %llu members, has %llu",
                         tkt_ull(tenant), tkt_ull(team.head.id),
                         tkt_ull(team.members), tkt_ull(n));
    }
}


/* A member has both entries that lead from him to the team. */
static void
tkt_verify_member(tkt_verify_t *v, uint64_t tenant, tkt_unkey_t *u,
    tkt_str_t value)
{
    uint64_t   team, principal;
    tkt_key_t  of, seat;

    team = tkt_unkey_u64(u);
    principal = tkt_unkey_u64(u);
    tkt_key_member_of(&of, (uint32_t) tenant, principal, team);
    tkt_key_seat(&seat, (uint32_t) tenant, principal, team);

    if (!tkt_verify_route_has(v, TKT_DB_CONFIG, &of)
        || !tkt_verify_route_has(v, TKT_DB_ROUTE, &seat))
    {
        tkt_verify_fault(v, "member %llu/%llu of team %llu: has no entry of "
                         "his teams, or no seat", tkt_ull(tenant),
                         tkt_ull(principal), tkt_ull(team));
    }
}


static void
tkt_verify_member_of(tkt_verify_t *v, uint64_t tenant, tkt_unkey_t *u,
    tkt_str_t value)
{
    uint64_t   team, principal;
    tkt_key_t  key;

    principal = tkt_unkey_u64(u);
    team = tkt_unkey_u64(u);
    tkt_key_config(&key, (uint32_t) tenant, TKT_CONFIG_MEMBER, team,
                   principal);

    if (u->pos != u->end || !tkt_verify_route_has(v, TKT_DB_CONFIG, &key)) {
        tkt_verify_fault(v, "config: an entry says that %llu/%llu belongs to "
                         "team %llu, which he does not", tkt_ull(tenant),
                         tkt_ull(principal), tkt_ull(team));
    }
}


static void
tkt_verify_grant(tkt_verify_t *v, uint64_t tenant, tkt_unkey_t *u,
    tkt_str_t value)
{
    uint8_t      level;
    tkt_key_t    of, by;
    tkt_str_t    entry;
    tkt_grant_t  g;
    tkt_unkey_t  w;

    if (!tkt_record_unpack(&tkt_grant_schema, value, &g)) {
        return;                                 /* told with the record */
    }

    tkt_key_grant_of(&of, (uint32_t) tenant, g.user, g.type, g.feature);
    tkt_key_grant_for(&by, (uint32_t) tenant, g.type, g.feature, g.user);

    if (tkt_verify_route_has(v, TKT_DB_CONFIG, &by)
        && tkt_get(v->txn, TKT_DB_CONFIG, &of, &entry))
    {
        tkt_unkey_start(&w, entry);
        level = tkt_unkey_u8(&w);

        if (level == g.level && tkt_unkey_u64(&w) == g.head.id
            && w.pos == w.end && !w.bad)
        {
            return;
        }
    }

    tkt_verify_fault(v, "grant %llu/%llu: is not found by whom it is of and "
                     "what it is for", tkt_ull(tenant), tkt_ull(g.head.id));
}


/* An entry leads to a grant that is for this. */
static void
tkt_verify_grant_of(tkt_verify_t *v, uint64_t tenant, tkt_unkey_t *u,
    tkt_str_t value)
{
    uint64_t     user, type, feature, id;
    tkt_key_t    key;
    tkt_grant_t  g;
    tkt_unkey_t  w;

    user = tkt_unkey_u64(u);
    type = tkt_unkey_u64(u);
    feature = tkt_unkey_u64(u);
    tkt_unkey_start(&w, value);
    (void) tkt_unkey_u8(&w);
    id = tkt_unkey_u64(&w);
    tkt_key_config(&key, (uint32_t) tenant, TKT_CONFIG_GRANT, 0, id);

    if (u->pos != u->end
        || !tkt_verify_route_get(v, TKT_DB_CONFIG, &key, &tkt_grant_schema,
                                 &g)
        || g.user != user || g.type != type || g.feature != feature)
    {
        tkt_verify_fault(v, "config: an entry says that %llu/%llu has grant "
                         "%llu, which he has not", tkt_ull(tenant),
                         tkt_ull(user), tkt_ull(id));
    }
}


static void
tkt_verify_grant_for(tkt_verify_t *v, uint64_t tenant, tkt_unkey_t *u,
    tkt_str_t value)
{
    uint64_t   user, type, feature;
    tkt_key_t  key;

    type = tkt_unkey_u64(u);
    feature = tkt_unkey_u64(u);
    user = tkt_unkey_u64(u);
    tkt_key_grant_of(&key, (uint32_t) tenant, user, type, feature);

    if (u->pos != u->end || !tkt_verify_route_has(v, TKT_DB_CONFIG, &key)) {
        tkt_verify_fault(v, "config: an entry says that somebody was granted "
                         "type %llu/%llu, and there is no such grant",
                         tkt_ull(tenant), tkt_ull(type));
    }
}


typedef void (*tkt_verify_desk_t)(tkt_verify_t *v, uint64_t tenant,
    tkt_unkey_t *u, tkt_str_t value);

/* By the kind in the key. */
static const struct {
    uint8_t            kind;
    tkt_verify_desk_t  look;
} tkt_verify_desks[] = {
    { TKT_CONFIG_TEAM,      tkt_verify_team_count },
    { TKT_CONFIG_MEMBER,    tkt_verify_member },
    { TKT_CONFIG_GRANT,     tkt_verify_grant },
    { TKT_CONFIG_MEMBER_OF, tkt_verify_member_of },
    { TKT_CONFIG_GRANT_OF,  tkt_verify_grant_of },
    { TKT_CONFIG_GRANT_FOR, tkt_verify_grant_for },
};


/* How many grants everybody has who says that he has some. */
static void
tkt_verify_grant_counts(tkt_verify_t *v)
{
    uint64_t     n;
    tkt_key_t    prefix;
    tkt_scan_t   scan;
    tkt_user_t   user;

    tkt_scan_open(&scan, v->txn, TKT_DB_PRINCIPAL, &(tkt_key_t) { .len = 0 },
                  NULL, false);

    while (tkt_scan_next(&scan)) {

        if (!tkt_record_unpack(&tkt_user_schema, scan.value, &user)) {
            continue;                           /* told with the record */
        }

        tkt_key_grants_of(&prefix, (uint32_t) user.tenant, user.id);
        n = tkt_verify_count(v, &prefix);

        if (n != user.grants) {
            tkt_verify_fault(v, "principal %llu/%llu: counts %llu grants, has "
                             "%llu", tkt_ull(user.tenant), tkt_ull(user.id),
                             tkt_ull(user.grants), tkt_ull(n));
        }
    }

    tkt_scan_close(&scan);
}


/* Entries are counted, and keys taken apart, in tkt_verify_config.c. */
void
tkt_verify_desk(tkt_verify_t *v)
{
    size_t       i;
    uint8_t      kind;
    uint64_t     tenant;
    tkt_scan_t   scan;
    tkt_unkey_t  u;

    tkt_scan_open(&scan, v->txn, TKT_DB_CONFIG, &(tkt_key_t) { .len = 0 },
                  NULL, false);

    while (tkt_scan_next(&scan)) {
        tkt_unkey_start(&u, scan.key);
        tenant = tkt_unkey_u32(&u);
        kind = tkt_unkey_u8(&u);

        for (i = 0; i < tkt_array_len(tkt_verify_desks); i++) {
            if (tkt_verify_desks[i].kind == kind) {
                tkt_verify_desks[i].look(v, tenant, &u, scan.value);
                break;
            }
        }
    }

    tkt_scan_close(&scan);

    tkt_verify_grant_counts(v);
}
