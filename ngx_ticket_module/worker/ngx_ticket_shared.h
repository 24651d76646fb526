/*
 * What the workers of a store share in memory: counts of requests for quotas,
 * and delays after failed logins.  A fixed table of small entries in buckets,
 * each bucket under its own spin lock; the entry that ended longest ago makes
 * room.  Nothing here is durable: a restart forgets it.
 */

#ifndef NGX_TICKET_SHARED_H
#define NGX_TICKET_SHARED_H


#include <ngx_config.h>
#include <ngx_core.h>

#include "app/call/tkt_app.h"
#include "worker/ngx_ticket_zone.h"


/* Default of ticket_store's `shared=`, and the least that makes sense. */
#define NGX_TICKET_SHARED_BYTES       (1024 * 1024)
#define NGX_TICKET_SHARED_MIN_BYTES   (64 * 1024)


/*
 * The zone of a store, kept over reloads: called while the configuration is
 * read.  The table is zone->data once the cycle is initialised.
 */
ngx_shm_zone_t *ngx_ticket_shared_add(ngx_conf_t *cf, ngx_str_t *store,
    size_t bytes);


/* What is left of a quota. */
typedef struct {
    uint32_t  limit;                 /* requests in a window                 */
    uint32_t  remaining;
    uint32_t  reset_s;               /* until the window ends                */
} ngx_ticket_quota_t;

/*
 * Counts n requests of `key` against `limit` requests in TKT_QUOTA_WINDOW_S;
 * 0 if they fit, 1 and none is counted if they do not; *left is filled.
 */
ngx_uint_t ngx_ticket_shared_count(ngx_ticket_zone_t *zone, uint64_t key,
    uint32_t limit, uint32_t n, int64_t now_ms, ngx_ticket_quota_t *left);

/*
 * Seconds that a login with these digests must still wait; 0: it may go on.
 */
uint32_t ngx_ticket_shared_delay(ngx_ticket_zone_t *zone,
    const tkt_attempt_t *attempt, int64_t now_ms);

/*
 * What came of it: a failure makes the next delay longer (nothing for
 * TKT_LOGIN_FREE_TRIES, then 1 s, doubling up to TKT_LOGIN_DELAY_MAX_S; an
 * address has ten times the tries of an account), a success forgets those of
 * the account.
 */
void ngx_ticket_shared_attempted(ngx_ticket_zone_t *zone,
    const tkt_attempt_t *attempt, ngx_uint_t failed, int64_t now_ms);


#endif /* NGX_TICKET_SHARED_H */
