/*
 * What a caller sees of a list; see the header.
 */

#include "app/list/tkt_sight.h"
#include "app/route/tkt_grants.h"
#include "app/who/tkt_caller.h"


bool
tkt_sight_is_bound(const tkt_call_t *c)
{
    return c->actor->role == TKT_ROLE_AGENT && c->actor->grants != 0;
}


void
tkt_sight_init(tkt_sight_t *s, tkt_call_t *c)
{
    memset(s, 0, sizeof(*s));
    s->call = c;
    s->bound = tkt_sight_is_bound(c);
}


static bool
tkt_sight_allows(tkt_sight_t *s, uint64_t type, uint64_t feature)
{
    size_t  i;

    i = (size_t) (type * 31 + feature) & (TKT_SIGHT_KINDS - 1);

    if (!s->kinds[i].known || s->kinds[i].type != type
        || s->kinds[i].feature != feature)
    {
        s->kinds[i].known = true;
        s->kinds[i].type = type;
        s->kinds[i].feature = feature;
        s->kinds[i].allowed = tkt_grants_allow(s->call, type, feature);
    }

    return s->kinds[i].allowed;
}


bool
tkt_sight_sees(tkt_sight_t *s, const tkt_ticket_t *t)
{
    tkt_role_t    role = s->call->actor->role;
    tkt_caller_t  caller;

    if (role != TKT_ROLE_USER
        && (role != TKT_ROLE_AGENT
            || (t->complaint_of == 0
                && (!s->bound
                    || tkt_sight_allows(s, t->type_id, t->feature_id)))))
    {
        return true;
    }

    /* his own, what he watches, and nothing else */

    if (t->requester == s->call->actor->id) {
        return true;
    }

    caller = tkt_caller_of(s->call, t);

    return tkt_workflow_visible(&caller);
}
