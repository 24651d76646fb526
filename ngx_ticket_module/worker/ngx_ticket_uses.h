/*
 * Uses of tokens that are to be remembered to the hour: each once, however
 * often it was used, until they are written together.
 */

#ifndef NGX_TICKET_USES_H
#define NGX_TICKET_USES_H


#include <ngx_config.h>
#include <ngx_core.h>

#include "app/call/tkt_app.h"


/* A set with open addressing, at a load of at most a half. */
#define NGX_TICKET_USES_SLOTS  (2 * TKT_TOKEN_USES_MAX)

typedef struct {
    ngx_uint_t       count;
    tkt_token_use_t  slots[NGX_TICKET_USES_SLOTS];   /* principal 0: empty   */
} ngx_ticket_uses_t;


/*
 * Notes the use of the token that an admitted caller brought, if what is
 * stored of it is older than TKT_TOKEN_USE_MS; and that an agent, by whatever
 * way he came, was seen.  A full set takes no more: the next use will do.
 */
void ngx_ticket_uses_note(ngx_ticket_uses_t *uses, const tkt_actor_t *actor,
    int64_t now_ms);

/* Copies all into out, room for TKT_TOKEN_USES_MAX; returns how many. */
size_t ngx_ticket_uses_list(const ngx_ticket_uses_t *uses,
    tkt_token_use_t *out);

void ngx_ticket_uses_clear(ngx_ticket_uses_t *uses);


#endif /* NGX_TICKET_USES_H */
