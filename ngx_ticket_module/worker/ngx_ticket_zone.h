/*
 * Memory that the workers of a store share: a fixed table of buckets, found
 * by a hash of what they are about.  Each bucket begins with a lock of its own
 * (worker/ngx_ticket_lock.h).  A table is kept over reloads; nothing in it is
 * durable, a restart forgets it.
 */

#ifndef NGX_TICKET_ZONE_H
#define NGX_TICKET_ZONE_H


#include <ngx_config.h>
#include <ngx_core.h>


/* One a kind of table, of static storage. */
typedef struct {
    ngx_str_t  name;                 /* of the zone, before that of the store */
    size_t     bucket_bytes;         /* a multiple of 64                      */
} ngx_ticket_zone_kind_t;


typedef struct ngx_ticket_zone_s  ngx_ticket_zone_t;


/*
 * The zone of a kind and a store, `bytes` long: called while the configuration
 * is read.  NULL, and it is logged, if there can be none.  Once the cycle is
 * initialised, zone->data is the ngx_ticket_zone_t, of empty buckets (all
 * zeros) when it is new.
 */
ngx_shm_zone_t *ngx_ticket_zone_add(ngx_conf_t *cf,
    const ngx_ticket_zone_kind_t *kind, ngx_str_t *store, size_t bytes);

/*
 * The bucket of a key; `space` keeps apart keys that are the same number.
 * Never NULL; not yet locked.
 */
void *ngx_ticket_zone_bucket(ngx_ticket_zone_t *zone, uint64_t key,
    uint32_t space);


#endif /* NGX_TICKET_ZONE_H */
