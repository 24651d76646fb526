/*
 * Used by the event loop alone.
 */

#include "worker/ngx_ticket_uses.h"


void
ngx_ticket_uses_note(ngx_ticket_uses_t *uses, const tkt_actor_t *actor,
    int64_t now_ms)
{
    uint64_t          hash;
    ngx_uint_t        i, agent, stale;
    tkt_token_use_t  *use;

    agent = actor->role == TKT_ROLE_AGENT || actor->role == TKT_ROLE_SUPERVISOR
            || actor->role == TKT_ROLE_ADMIN;
    stale = actor->token != 0
            && now_ms - actor->token_used_ms >= TKT_TOKEN_USE_MS;

    if ((!agent && !stale) || actor->id == 0
        || actor->id == TKT_PRINCIPAL_UNSEEN
        || uses->count == TKT_TOKEN_USES_MAX)
    {
        return;
    }

    hash = (actor->id ^ ((uint64_t) actor->tenant << 40))
           * UINT64_C(0x9e3779b97f4a7c15) + actor->token;

    for (i = (hash >> 32) % NGX_TICKET_USES_SLOTS;
         uses->slots[i].principal != 0;
         i = (i + 1) % NGX_TICKET_USES_SLOTS)
    {
        use = &uses->slots[i];

        if (use->number == actor->token && use->principal == actor->id
            && use->tenant == actor->tenant)
        {
            use->at_ms = now_ms;
            return;
        }
    }

    uses->slots[i] = (tkt_token_use_t) {
        .tenant = actor->tenant, .number = actor->token,
        .agent = (uint32_t) agent, .principal = actor->id, .at_ms = now_ms
    };

    uses->count++;
}


size_t
ngx_ticket_uses_list(const ngx_ticket_uses_t *uses, tkt_token_use_t *out)
{
    size_t      n;
    ngx_uint_t  i;

    for (n = 0, i = 0; i < NGX_TICKET_USES_SLOTS; i++) {
        if (uses->slots[i].principal != 0) {
            out[n++] = uses->slots[i];
        }
    }

    return n;
}


void
ngx_ticket_uses_clear(ngx_ticket_uses_t *uses)
{
    ngx_memzero(uses, sizeof(ngx_ticket_uses_t));
}
