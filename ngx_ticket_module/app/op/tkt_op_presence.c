/*
 * Presence of agents, as they say it themselves.
 */

#include "app/call/tkt_ops.h"
#include "app/route/tkt_grants.h"
#include "app/route/tkt_presence.h"
#include "app/route/tkt_ready.h"
#include "app/route/tkt_route.h"
#include "app/ticket/tkt_effects.h"


static void
tkt_presence_answer(tkt_call_t *c, tkt_presence_t *p)
{
    tkt_out_t  o;

    p->load = tkt_agent_load(c->txn, c->actor->tenant, p->user);

    tkt_out_init(&o, c->arena, 512);
    tkt_out_object(&o, &tkt_presence_schema, p,
                   (uint32_t) tkt_bit(c->actor->role), NULL, false);
    tkt_call_answer(c, &o);
}


/* Those who may own tickets are there or not; a program always is. */
static bool
tkt_presence_allowed(tkt_call_t *c)
{
    if (TKT_ROLES_ASSIGNABLE & tkt_bit(c->actor->role)) {
        return true;
    }

    tkt_call_fail(c, TKT_FORBIDDEN, "your role cannot own tickets");

    return false;
}


void
tkt_op_presence_get(tkt_call_t *c)
{
    tkt_presence_t  p;

    if (tkt_presence_allowed(c)) {
        tkt_presence_of(c->txn, c->actor->tenant, c->actor->id, &p);
        tkt_presence_answer(c, &p);
    }
}


static bool
tkt_presence_capacity_sent(const tkt_call_t *c)
{
    const tkt_field_t  *f;

    f = tkt_schema_find(&tkt_presence_schema, tkt_str("capacity"));

    return tkt_present_has(c->present,
                           (size_t) (f - tkt_presence_schema.fields));
}


void
tkt_op_presence_put(tkt_call_t *c)
{
    tkt_user_t             user;
    tkt_presence_t         p;
    const tkt_presence_t  *in = c->input;

    if (!tkt_presence_allowed(c)) {
        return;
    }

    if (!tkt_user_load(c->txn, c->actor->tenant, c->actor->id, &user,
                       c->arena)
        || !(TKT_ROLES_ASSIGNABLE & tkt_bit(user.role)))
    {
        tkt_call_fail(c, TKT_FORBIDDEN, "your role cannot own tickets");
        return;
    }

    tkt_presence_of(c->txn, c->actor->tenant, c->actor->id, &p);

    if (p.presence != in->presence || p.since == 0) {
        p.presence = in->presence;
        p.since = (uint64_t) c->now_ms;
    }

    if (tkt_presence_capacity_sent(c)) {
        p.capacity = in->capacity;
    }

    p.seen_at = (uint64_t) c->now_ms;
    p.bound = tkt_grants_bind(&user);

    tkt_presence_store(c->txn, &p, c->now_ms, c->arena);
    tkt_route_agent(c, c->actor->id);
    tkt_presence_answer(c, &p);
}
