/*
 * Members of teams.
 */

#include "app/call/tkt_ops.h"
#include "app/resource/tkt_config.h"
#include "app/resource/tkt_resource.h"
#include "app/route/tkt_grants.h"
#include "app/route/tkt_members.h"
#include "app/route/tkt_presence.h"
#include "app/route/tkt_ready.h"
#include "app/route/tkt_route.h"
#include "app/ticket/tkt_effects.h"


/* ---- joining and leaving ---- */

/* The team shows how many belong to it, so it is another version. */
static void
tkt_member_count(tkt_call_t *c, tkt_team_t *team, int delta)
{
    tkt_key_t  key;

    team->members += (uint64_t) (int64_t) delta;
    team->head.version++;
    team->head.updated_at = (uint64_t) tkt_txn_stamp(c->txn, c->now_ms);

    tkt_key_config(&key, (uint32_t) team->head.tenant, TKT_CONFIG_TEAM, 0,
                   team->head.id);
    tkt_put(c->txn, TKT_DB_CONFIG, &key,
            tkt_record_pack(&tkt_team_schema, team, NULL, c->arena));
}


static bool
tkt_member_team(tkt_call_t *c, const tkt_member_t *m, tkt_team_t *team)
{
    return tkt_config_load(c->txn, (uint32_t) m->head.tenant, TKT_CONFIG_TEAM,
                           0, m->head.parent, &tkt_team_schema, team,
                           c->arena);
}


/* Everything that goes with the record; before or after is NULL. */
static void
tkt_member_index(tkt_call_t *c, const tkt_member_t *before,
    const tkt_member_t *after)
{
    tkt_key_t            key;
    tkt_team_t           team;
    const tkt_member_t  *m = (after != NULL) ? after : before;
    uint32_t             tenant = (uint32_t) m->head.tenant;

    if (!tkt_member_team(c, m, &team)) {
        tkt_txn_fail(c->txn, TKT_INTERNAL);
        return;
    }

    tkt_key_member_of(&key, tenant, m->head.id, team.head.id);

    if (after == NULL) {
        (void) tkt_delete(c->txn, TKT_DB_CONFIG, &key);
        tkt_ready_part(c->txn, tenant, m->head.id, team.head.id);
        tkt_member_count(c, &team, -1);

    } else if (before == NULL) {
        tkt_put(c->txn, TKT_DB_CONFIG, &key, tkt_str(""));
        tkt_member_count(c, &team, 1);
        tkt_ready_join(c->txn, tenant, m->head.id, team.head.id,
                       tkt_team_strategy(&team));
        tkt_route_agent(c, m->head.id);
    }
}


static void
tkt_member_save(tkt_call_t *c, const void *before, void *after)
{
    tkt_resource_put(c, &tkt_resource_member, before, after);
    tkt_member_index(c, before, after);
}


static void
tkt_member_view(tkt_call_t *c, void *obj)
{
    tkt_user_t      user;
    tkt_member_t   *m = obj;
    tkt_presence_t  p;

    tkt_presence_of(c->txn, c->actor->tenant, m->head.id, &p);
    m->presence = p.presence;
    m->capacity = p.capacity;
    m->load = tkt_agent_load(c->txn, c->actor->tenant, m->head.id);

    if (tkt_user_load(c->txn, c->actor->tenant, m->head.id, &user,
                      tkt_txn_is_write(c->txn) ? c->arena : NULL))
    {
        m->user_name = user.name.len > 0 ? user.name : user.login;
    }
}


/* The principal of the path as a member; false when answered. */
static bool
tkt_member_check(tkt_call_t *c, uint64_t id, const tkt_team_t *team)
{
    tkt_user_t  user;

    if (!tkt_user_load(c->txn, c->actor->tenant, id, &user, c->arena)) {
        tkt_call_fail(c, TKT_NOT_FOUND, "there is no such principal");
        return false;
    }

    if (user.disabled || !(TKT_ROLES_ASSIGNABLE & tkt_bit(user.role))) {
        tkt_call_fail(c, TKT_CONFLICT, "only agents, supervisors and admins "
                      "who are not disabled can be members");
        return false;
    }

    if (team->members >= TKT_TEAM_MEMBERS_MAX) {
        tkt_call_fail(c, TKT_CONFLICT, "a team has at most %d members",
                      TKT_TEAM_MEMBERS_MAX);
        return false;
    }

    return true;
}


/* Again and again the same: only what changes something is stored. */
void
tkt_op_member_put(tkt_call_t *c)
{
    bool                 had;
    uint64_t             id;
    tkt_team_t           team;
    tkt_member_t         before, m;
    const tkt_member_t  *in = c->input;

    if (!tkt_resource_find(c, &tkt_resource_team, &team)
        || !tkt_call_path_id(c, 1, &id))
    {
        return;
    }

    had = tkt_config_load(c->txn, c->actor->tenant, TKT_CONFIG_MEMBER,
                          team.head.id, id, &tkt_member_schema, &before,
                          c->arena);

    if (had) {
        m = before;

    } else {
        if (!tkt_member_check(c, id, &team)) {
            return;
        }

        memset(&m, 0, sizeof(m));
        m.head.id = id;
        m.head.tenant = c->actor->tenant;
        m.head.parent = team.head.id;
    }

    m.lead = in->lead;

    if (!had || before.lead != m.lead) {
        tkt_resource_store(c, &tkt_resource_member, had ? &before : NULL, &m,
                           had ? TKT_AUDIT_CHANGE : TKT_AUDIT_CREATE,
                           tkt_str(""));
    }

    tkt_resource_answer(c, &tkt_resource_member, &m);
}


const tkt_resource_t  tkt_resource_member = {
    TKT_RESOURCE_CONFIG(MEMBER),
    .name = "members",
    .path = "/v1/teams/{id}/members",
    .schema = &tkt_member_schema,
    .etag = 'b',
    .above = &tkt_resource_team,
    .save = tkt_member_save,
    .view = tkt_member_view,
};


/* ---- an erased one ---- */

/* The first number behind the prefix in a key of TKT_DB_CONFIG; 0: none. */
static uint64_t
tkt_member_first(tkt_call_t *c, const tkt_key_t *prefix)
{
    uint64_t     id;
    tkt_scan_t   scan;
    tkt_unkey_t  u;

    id = 0;
    tkt_scan_open(&scan, c->txn, TKT_DB_CONFIG, prefix, NULL, false);

    if (tkt_scan_next(&scan)) {
        tkt_unkey_start(&u, (tkt_str_t) { scan.key.data + prefix->len,
                                          scan.key.len - prefix->len });
        id = tkt_unkey_u64(&u);
    }

    tkt_scan_close(&scan);

    return id;
}


static void
tkt_grants_forget(tkt_call_t *c, uint32_t tenant, uint64_t principal)
{
    tkt_key_t    prefix, key;
    tkt_scan_t   scan;
    tkt_unkey_t  u;
    tkt_grant_t  g;

    tkt_key_grants_of(&prefix, tenant, principal);
    tkt_scan_open(&scan, c->txn, TKT_DB_CONFIG, &prefix, NULL, false);

    while (tkt_scan_next(&scan)) {
        tkt_unkey_start(&u, scan.value);
        (void) tkt_unkey_u8(&u);
        g.head.id = tkt_unkey_u64(&u);
        tkt_key_config(&key, tenant, TKT_CONFIG_GRANT, 0, g.head.id);

        if (!tkt_config_load(c->txn, tenant, TKT_CONFIG_GRANT, 0, g.head.id,
                             &tkt_grant_schema, &g, c->arena))
        {
            tkt_txn_fail(c->txn, TKT_INTERNAL);
            break;
        }

        tkt_grant_index(c->txn, &g, NULL);
        (void) tkt_delete(c->txn, TKT_DB_CONFIG, &key);
    }

    tkt_scan_close(&scan);
}


void
tkt_members_forget(tkt_call_t *c, uint32_t tenant, uint64_t principal)
{
    uint64_t      team;
    tkt_key_t     prefix, key;
    tkt_member_t  m;

    tkt_key_members_of(&prefix, tenant, principal);

    for (team = tkt_member_first(c, &prefix);
         team != 0 && tkt_txn_status(c->txn) == TKT_OK;
         team = tkt_member_first(c, &prefix))
    {
        memset(&m, 0, sizeof(m));
        m.head.id = principal;
        m.head.tenant = tenant;
        m.head.parent = team;

        tkt_key_config(&key, tenant, TKT_CONFIG_MEMBER, team, principal);
        (void) tkt_delete(c->txn, TKT_DB_CONFIG, &key);
        tkt_member_index(c, &m, NULL);
    }

    tkt_grants_forget(c, tenant, principal);

    /* his tickets go back first: their timer takes the record with it */

    if (tkt_agent_load(c->txn, tenant, principal) == 0) {
        tkt_presence_forget(c->txn, tenant, principal);
    }
}
