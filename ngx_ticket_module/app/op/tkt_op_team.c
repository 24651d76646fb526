/*
 * Teams.
 */

#include "app/call/tkt_ops.h"
#include "app/resource/tkt_config.h"
#include "app/resource/tkt_resource.h"
#include "app/route/tkt_members.h"
#include "app/route/tkt_ready.h"
#include "app/route/tkt_route.h"


uint64_t
tkt_team_strategy(const tkt_team_t *team)
{
    return (team->head.active && tkt_routing_gives(team->strategy))
           ? team->strategy : TKT_STRATEGY_MANUAL;
}


static bool
tkt_team_fault(tkt_call_t *c, const char *pointer, const char *detail)
{
    tkt_call_invalid(c, pointer, "choice", detail);

    return false;
}


/* ---- the chain of escalation ---- */

/* The tiers grow along it, so it cannot come back to where it was. */
static bool
tkt_team_check_next(tkt_call_t *c, const tkt_team_t *team)
{
    tkt_team_t  next;

    if (team->escalates_to == 0) {
        return true;
    }

    if (!tkt_config_load(c->txn, c->actor->tenant, TKT_CONFIG_TEAM, 0,
                         team->escalates_to, &tkt_team_schema, &next,
                         c->arena))
    {
        return tkt_team_fault(c, "/escalates_to", "there is no such team");
    }

    if (team->escalates_to == team->head.id || next.tier <= team->tier) {
        return tkt_team_fault(c, "/escalates_to",
                              "its tier must be above this team's");
    }

    return true;
}


/* Looks at the tenant's other teams; false if `test` refuses one. */
static bool
tkt_team_others(tkt_call_t *c, const tkt_team_t *team,
    bool (*test)(const tkt_team_t *other, const tkt_team_t *team))
{
    bool        good;
    tkt_key_t   prefix;
    tkt_scan_t  scan;
    tkt_team_t  other;

    tkt_key_config_kind(&prefix, c->actor->tenant, TKT_CONFIG_TEAM);
    tkt_scan_open(&scan, c->txn, TKT_DB_CONFIG, &prefix, NULL, false);

    for (good = true; good && tkt_scan_next(&scan); /* void */) {

        if (!tkt_record_unpack(&tkt_team_schema, scan.value, &other)) {
            tkt_txn_fail(c->txn, TKT_INTERNAL);
            break;
        }

        good = test(&other, team);
    }

    tkt_scan_close(&scan);

    return good;
}


static bool
tkt_team_is_below(const tkt_team_t *other, const tkt_team_t *team)
{
    return other->escalates_to != team->head.id || other->tier < team->tier;
}


static bool
tkt_team_is_not_next(const tkt_team_t *other, const tkt_team_t *team)
{
    return other->escalates_to != team->head.id;
}


static bool
tkt_team_check(tkt_call_t *c, const void *old, void *new)
{
    tkt_team_t        *after = new;
    const tkt_team_t  *before = old;

    if (after->strategy == TKT_STRATEGY_NONE) {
        after->strategy = TKT_STRATEGY_MANUAL;
    }

    if (!tkt_team_check_next(c, after)) {
        return false;
    }

    if (before != NULL && before->tier != after->tier
        && !tkt_team_others(c, after, tkt_team_is_below))
    {
        return tkt_team_fault(c, "/tier", "a team that escalates to this one "
                              "has this tier or a higher one");
    }

    return true;
}


/* ---- its end ---- */

/* Whether any ticket of the team is still worked on. */
static bool
tkt_team_busy(tkt_call_t *c, uint64_t team)
{
    tkt_key_t  prefix;

    tkt_key_principal(&prefix, c->actor->tenant, team);

    return tkt_scan_any(c->txn, TKT_DB_BY_QUEUE, &prefix);
}


/* Whether a type or feature sends its tickets there. */
static bool
tkt_team_named(tkt_call_t *c, uint64_t team)
{
    bool               any;
    tkt_key_t          prefix;
    tkt_scan_t         scan;
    tkt_feature_t      feature;
    tkt_ticket_type_t  type;

    any = false;
    tkt_key_config_kind(&prefix, c->actor->tenant, TKT_CONFIG_TYPE);
    tkt_scan_open(&scan, c->txn, TKT_DB_CONFIG, &prefix, NULL, false);

    while (!any && tkt_scan_next(&scan)) {
        any = tkt_record_unpack(&tkt_type_schema, scan.value, &type)
              && type.team == team;
    }

    tkt_scan_close(&scan);

    tkt_key_config_kind(&prefix, c->actor->tenant, TKT_CONFIG_FEATURE);
    tkt_scan_open(&scan, c->txn, TKT_DB_CONFIG, &prefix, NULL, false);

    while (!any && tkt_scan_next(&scan)) {
        any = tkt_record_unpack(&tkt_feature_schema, scan.value, &feature)
              && feature.team == team;
    }

    tkt_scan_close(&scan);

    return any;
}


static bool
tkt_team_may_delete(tkt_call_t *c, const void *obj)
{
    const char        *why;
    const tkt_team_t  *team = obj;

    why = tkt_team_busy(c, team->head.id)
          ? "it has active tickets: transfer or end them first"
          : !tkt_team_others(c, team, tkt_team_is_not_next)
          ? "another team escalates to it"
          : tkt_team_named(c, team->head.id)
          ? "a type or feature sends its tickets there" : NULL;

    if (why == NULL) {
        return true;
    }

    tkt_call_fail(c, TKT_CONFLICT, "%s", why);

    return false;
}


/* ---- saving ---- */

static void
tkt_team_reseat(tkt_call_t *c, uint64_t principal, const tkt_team_t *team)
{
    tkt_ready_strategy(c->txn, c->actor->tenant, principal, team->head.id,
                       tkt_team_strategy(team));
}


static void
tkt_team_save(tkt_call_t *c, const void *old, void *new)
{
    tkt_key_t          key;
    tkt_team_t        *after = new;
    const tkt_team_t  *before = old;

    tkt_resource_put(c, &tkt_resource_team, before, after);

    if (after == NULL) {
        tkt_key_turn(&key, c->actor->tenant, before->head.id);
        (void) tkt_delete(c->txn, TKT_DB_ROUTE, &key);

    } else if (before != NULL
               && (tkt_team_strategy(before) != tkt_team_strategy(after)
                   || before->head.active != after->head.active))
    {
        tkt_members_visit(c, after, tkt_team_reseat);
        tkt_route_team(c, after->head.id);
    }
}


const tkt_resource_t  tkt_resource_team = {
    TKT_RESOURCE_CONFIG(TEAM),
    .name = "teams",
    .path = "/v1/teams",
    .schema = &tkt_team_schema,
    .etag = 'm',
    .named = true,
    .ordered = true,
    .most = TKT_TEAMS_MAX,
    .check = tkt_team_check,
    .may_delete = tkt_team_may_delete,
    .save = tkt_team_save,
};
