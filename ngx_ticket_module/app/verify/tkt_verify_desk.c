/*
 * The desk's configuration against its indexes: members of teams, grants.
 */

#include "app/resource/tkt_config.h"
#include "app/route/tkt_grants.h"
#include "app/route/tkt_members.h"
#include "app/route/tkt_ready.h"
#include "app/verify/tkt_verify_int.h"


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

    if (!tkt_verify_has(v, TKT_DB_CONFIG, &of)
        || !tkt_verify_has(v, TKT_DB_ROUTE, &seat))
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

    if (u->pos != u->end || !tkt_verify_has(v, TKT_DB_CONFIG, &key)) {
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

    if (tkt_verify_has(v, TKT_DB_CONFIG, &by)
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
        || !tkt_verify_row(v, TKT_DB_CONFIG, &key, &tkt_grant_schema, &g)
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

    if (u->pos != u->end || !tkt_verify_has(v, TKT_DB_CONFIG, &key)) {
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
