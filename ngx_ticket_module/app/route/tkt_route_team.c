/*
 * Which team a ticket goes to when its own is retired: nothing waits where
 * nobody is given anything.
 */

#include "app/notice/tkt_notices.h"
#include "app/resource/tkt_config.h"
#include "app/route/tkt_route_int.h"
#include "app/ticket/tkt_ticket.h"


/* What a ticket's feature and type name, in the order in which they go. */
enum { TKT_NAMED_BY_FEATURE, TKT_NAMED_BY_TYPE, TKT_NAMED_MAX };


/* A record's numbers alone: this is looked up with every submission. */
static bool
tkt_route_numbers(tkt_txn_t *txn, uint32_t tenant, tkt_config_kind_t kind,
    uint64_t parent, uint64_t id, const tkt_schema_t *schema, void *obj)
{
    tkt_key_t  key;
    tkt_str_t  value;

    if (id == 0) {
        return false;
    }

    tkt_key_config(&key, tenant, (uint8_t) kind, parent, id);

    return tkt_get(txn, TKT_DB_CONFIG, &key, &value)
           && tkt_record_unpack_integers(schema, value, obj);
}


bool
tkt_route_takes(tkt_txn_t *txn, uint32_t tenant, uint64_t id)
{
    tkt_team_t  team;

    return tkt_route_numbers(txn, tenant, TKT_CONFIG_TEAM, 0, id,
                             &tkt_team_schema, &team)
           && team.head.active;
}


uint64_t
tkt_route_above(tkt_txn_t *txn, uint32_t tenant, uint64_t id)
{
    size_t      steps;
    tkt_team_t  team;

    /* the tiers grow along it */

    for (steps = 0; steps <= TKT_TIER_MAX; steps++) {

        if (!tkt_route_numbers(txn, tenant, TKT_CONFIG_TEAM, 0, id,
                               &tkt_team_schema, &team)
            || team.escalates_to == 0)
        {
            break;
        }

        id = team.escalates_to;

        if (tkt_route_takes(txn, tenant, id)) {
            return id;
        }
    }

    return 0;
}


static void
tkt_route_named(tkt_txn_t *txn, const tkt_ticket_t *t,
    uint64_t named[TKT_NAMED_MAX])
{
    uint32_t           tenant = (uint32_t) t->tenant;
    tkt_feature_t      feature;
    tkt_ticket_type_t  type;

    named[TKT_NAMED_BY_FEATURE] =
        tkt_route_numbers(txn, tenant, TKT_CONFIG_FEATURE, t->type_id,
                          t->feature_id, &tkt_feature_schema, &feature)
        ? feature.team : 0;

    named[TKT_NAMED_BY_TYPE] =
        tkt_route_numbers(txn, tenant, TKT_CONFIG_TYPE, 0, t->type_id,
                          &tkt_type_schema, &type)
        ? type.team : 0;
}


/*
 * Who takes the place of the ticket's team; 0: nobody.  What was handed on
 * from the teams of its matter goes on upwards first.
 */
static uint64_t
tkt_route_instead(tkt_txn_t *txn, const tkt_ticket_t *t)
{
    size_t    i;
    uint64_t  team, named[TKT_NAMED_MAX];
    uint32_t  tenant = (uint32_t) t->tenant;

    tkt_route_named(txn, t, named);

    if (t->team != named[TKT_NAMED_BY_FEATURE]
        && t->team != named[TKT_NAMED_BY_TYPE])
    {
        team = tkt_route_above(txn, tenant, t->team);

        if (team != 0) {
            return team;
        }
    }

    for (i = 0; i < TKT_NAMED_MAX; i++) {
        if (tkt_route_takes(txn, tenant, named[i])) {
            return named[i];
        }
    }

    for (team = 0, i = 0; team == 0 && i < TKT_NAMED_MAX; i++) {
        team = tkt_route_above(txn, tenant, named[i]);
    }

    return team;
}


/* The ticket's team, or if nobody owns it there, the one in its place. */
static uint64_t
tkt_route_team_of(tkt_txn_t *txn, const tkt_ticket_t *t)
{
    if (t->team == 0 || t->assignee != 0
        || !(TKT_STATES_ACTIVE & tkt_bit(t->state))
        || tkt_route_takes(txn, (uint32_t) t->tenant, t->team))
    {
        return t->team;
    }

    return tkt_route_instead(txn, t);
}


/* The event of the desk that says where it has come to. */
static tkt_event_t
tkt_route_team_event(const tkt_call_t *c, uint64_t team)
{
    return (tkt_event_t) {
        .action = TKT_ACTION_EDIT + 1, .automatic = 1, .internal = 1,
        .at = (uint64_t) c->now_ms, .actor_role = TKT_ROLE_SYSTEM,
        .reason = team != 0
                  ? tkt_str("its team is retired")
                  : tkt_str("its team is retired, and no other takes it"),
    };
}


void
tkt_route_lead(tkt_call_t *c, tkt_ticket_t *t)
{
    uint64_t      team;
    tkt_event_t   event;
    tkt_ticket_t  retired;

    team = tkt_route_team_of(c->txn, t);

    if (team == t->team) {
        return;
    }

    retired = *t;

    t->team = team;
    t->version++;

    event = tkt_route_team_event(c, team);
    tkt_event_append(c->txn, &retired, t, &event, c->arena);

    if (team == 0) {
        tkt_notify_supervisors(c, TKT_NOTICE_UNROUTED, t);
    }
}


/* ---- what waits in a team that is being retired ---- */

bool
tkt_route_leave(tkt_call_t *c, uint32_t tenant, uint64_t id)
{
    tkt_event_t   event;
    tkt_ticket_t  before, t;

    if (!tkt_ticket_load(c->txn, tenant, id, &before, true, c->arena)) {
        tkt_txn_fail(c->txn, TKT_INTERNAL);
        return true;
    }

    t = before;
    t.team = tkt_route_team_of(c->txn, &t);
    event = tkt_route_team_event(c, t.team);
    tkt_route_commit(c, &before, &t, &event);

    return t.team != 0;
}
