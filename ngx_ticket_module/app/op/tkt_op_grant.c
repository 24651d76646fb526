/*
 * Grants: an agent, a type, perhaps one feature of it, and how well he knows
 * it.
 */

#include "app/call/tkt_ops.h"
#include "app/resource/tkt_config.h"
#include "app/resource/tkt_resource.h"
#include "app/route/tkt_grants.h"
#include "app/route/tkt_presence.h"
#include "app/route/tkt_route.h"
#include "app/ticket/tkt_effects.h"
#include "base/tkt_text.h"


/* Of who says nothing of it. */
#define TKT_GRANT_LEVEL_DEFAULT  3


static bool
tkt_grant_fault(tkt_call_t *c, const char *pointer, const char *detail)
{
    tkt_call_invalid(c, pointer, "choice", detail);

    return false;
}


static bool
tkt_grant_check_object(tkt_call_t *c, const tkt_grant_t *g)
{
    tkt_feature_t      feature;
    tkt_ticket_type_t  type;

    if (!tkt_config_load(c->txn, c->actor->tenant, TKT_CONFIG_TYPE, 0,
                         g->type, &tkt_type_schema, &type, c->arena))
    {
        return tkt_grant_fault(c, "/type", "there is no such type");
    }

    if (g->feature != 0
        && !tkt_config_load(c->txn, c->actor->tenant, TKT_CONFIG_FEATURE,
                            g->type, g->feature, &tkt_feature_schema,
                            &feature, c->arena))
    {
        return tkt_grant_fault(c, "/feature",
                               "the type has no such feature");
    }

    return true;
}


static bool
tkt_grant_check(tkt_call_t *c, const void *before, void *after)
{
    tkt_key_t     key;
    tkt_str_t     value;
    tkt_user_t    user;
    tkt_grant_t  *g = after;

    if (g->level == 0) {
        g->level = TKT_GRANT_LEVEL_DEFAULT;
    }

    if (before != NULL) {
        return true;                         /* the level is all that moves */
    }

    if (!tkt_user_load(c->txn, c->actor->tenant, g->user, &user, c->arena)
        || user.disabled || !(TKT_ROLES_ASSIGNABLE & tkt_bit(user.role)))
    {
        return tkt_grant_fault(c, "/user", "there is no such active agent");
    }

    if (!tkt_grant_check_object(c, g)) {
        return false;
    }

    tkt_key_grant_of(&key, c->actor->tenant, g->user, g->type, g->feature);

    if (tkt_get(c->txn, TKT_DB_CONFIG, &key, &value)) {
        tkt_call_fail(c, TKT_CONFLICT, "he has this grant already");
        return false;
    }

    if (user.grants >= TKT_GRANTS_PER_AGENT_MAX) {
        tkt_call_fail(c, TKT_CONFLICT, "an agent has at most %d grants",
                      TKT_GRANTS_PER_AGENT_MAX);
        return false;
    }

    return true;
}


/* His record shows how many he has, so it is another version. */
static void
tkt_grant_count(tkt_call_t *c, uint64_t principal, int delta)
{
    tkt_user_t  before, user;

    if (!tkt_user_load(c->txn, c->actor->tenant, principal, &before,
                       c->arena))
    {
        tkt_txn_fail(c->txn, TKT_INTERNAL);
        return;
    }

    user = before;
    user.grants += (uint64_t) (int64_t) delta;
    user.version++;
    user.updated_at = (uint64_t) tkt_txn_stamp(c->txn, c->now_ms);
    tkt_user_save(c->txn, &before, &user, c->arena);
    tkt_presence_bind(c->txn, c->actor->tenant, principal,
                      tkt_grants_bind(&user), c->arena);
}


static void
tkt_grant_save(tkt_call_t *c, const void *old, void *new)
{
    const tkt_grant_t  *before = old, *after = new;

    tkt_resource_put(c, &tkt_resource_grant, old, new);
    tkt_grant_index(c->txn, before, after);

    if (before == NULL) {
        tkt_grant_count(c, after->user, 1);

    } else if (after == NULL) {
        tkt_grant_count(c, before->user, -1);
    }

    tkt_route_agent(c, after != NULL ? after->user : before->user);
}


/* ---- the list, all or of one agent ---- */

/* The least id above `id` of those that he has: they are few. */
static uint64_t
tkt_grant_next_of(tkt_call_t *c, uint64_t user, uint64_t id)
{
    uint64_t     is, least;
    tkt_key_t    prefix;
    tkt_scan_t   scan;
    tkt_unkey_t  u;

    least = 0;
    tkt_key_grants_of(&prefix, c->actor->tenant, user);
    tkt_scan_open(&scan, c->txn, TKT_DB_CONFIG, &prefix, NULL, false);

    while (tkt_scan_next(&scan)) {
        tkt_unkey_start(&u, scan.value);
        (void) tkt_unkey_u8(&u);
        is = tkt_unkey_u64(&u);

        if (is > id && (least == 0 || is < least)) {
            least = is;
        }
    }

    tkt_scan_close(&scan);

    return least;
}


static uint64_t
tkt_grant_next(tkt_call_t *c, uint64_t id)
{
    uint64_t     user, next;
    tkt_key_t    prefix, from;
    tkt_str_t    text;
    tkt_scan_t   scan;
    tkt_unkey_t  u;

    if (tkt_params_get(c->params, tkt_param_name(TKT_PARAM_USER), &text)) {
        return tkt_u64_parse(text, &user) ? tkt_grant_next_of(c, user, id)
                                          : 0;
    }

    next = 0;
    tkt_key_config_kind(&prefix, c->actor->tenant, TKT_CONFIG_GRANT);
    tkt_key_config(&from, c->actor->tenant, TKT_CONFIG_GRANT, 0, id + 1);
    tkt_scan_open(&scan, c->txn, TKT_DB_CONFIG, &prefix, &from, false);

    if (tkt_scan_next(&scan)) {
        tkt_unkey_start(&u, (tkt_str_t) { scan.key.data + prefix.len,
                                          scan.key.len - prefix.len });
        (void) tkt_unkey_u64(&u);
        next = tkt_unkey_u64(&u);
    }

    tkt_scan_close(&scan);

    return next;
}


const tkt_resource_t  tkt_resource_grant = {
    TKT_RESOURCE_CONFIG(GRANT),
    .name = "grants",
    .path = "/v1/grants",
    .schema = &tkt_grant_schema,
    .etag = 'g',
    .next = tkt_grant_next,
    .check = tkt_grant_check,
    .save = tkt_grant_save,
};
