/*
 * Who has which ticket open, in memory that the workers of a store share: a
 * fixed table of buckets, all viewers of a ticket in one, each bucket under a
 * lock.  An entry ends TKT_VIEWER_TTL_MS after it was last heard of; the one
 * that was heard of longest ago makes room.  Kept over reloads, forgotten by a
 * restart.
 */

#ifndef NGX_TICKET_VIEWERS_H
#define NGX_TICKET_VIEWERS_H


#include <ngx_config.h>
#include <ngx_core.h>

#include "app/call/tkt_app.h"


/* Some fifteen thousand at a time. */
#define NGX_TICKET_VIEWERS_BYTES  (512 * 1024)


/*
 * The zone of a store: called while the configuration is read.  The table is
 * zone->data once the cycle is initialised.
 */
ngx_shm_zone_t *ngx_ticket_viewers_add(ngx_conf_t *cf, ngx_str_t *store);

/* The table as app/ sees it; zone may be NULL, then nobody is known. */
void ngx_ticket_viewers_lend(ngx_shm_zone_t *zone, tkt_viewers_t *viewers);


#endif /* NGX_TICKET_VIEWERS_H */
