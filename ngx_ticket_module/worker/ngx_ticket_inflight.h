/*
 * The digests of idempotency keys whose commands are in flight in this
 * worker: a set with open addressing.  Used by the event loop alone.  Other
 * workers' commands are not seen here; the store decides between those.
 */

#ifndef NGX_TICKET_INFLIGHT_H
#define NGX_TICKET_INFLIGHT_H


#include <ngx_config.h>
#include <ngx_core.h>


typedef struct {
    uint64_t   *slots;             /* 0: empty                               */
    ngx_uint_t  mask;
} ngx_ticket_inflight_t;


/* Room for n digests, from the heap. */
ngx_int_t ngx_ticket_inflight_init(ngx_ticket_inflight_t *set, ngx_uint_t n,
    ngx_log_t *log);
void ngx_ticket_inflight_done(ngx_ticket_inflight_t *set);

/* False if it is there already; digest != 0; never more than n. */
ngx_uint_t ngx_ticket_inflight_add(ngx_ticket_inflight_t *set,
    uint64_t digest);

/* Removes one that was added. */
void ngx_ticket_inflight_remove(ngx_ticket_inflight_t *set, uint64_t digest);


#endif /* NGX_TICKET_INFLIGHT_H */
