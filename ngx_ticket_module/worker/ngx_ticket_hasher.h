/*
 * Threads for passwords: commands that carry one are worked on here before
 * they are queued for the writer, so that neither the event loop nor the
 * writer's transaction waits for argon2.  A worker has few threads and a short
 * queue: what does not fit is refused at once, since waiting would only make
 * every login slow.  Started with the first password.
 */

#ifndef NGX_TICKET_HASHER_H
#define NGX_TICKET_HASHER_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "app/tkt_app.h"


#define NGX_TICKET_HASHER_THREADS     1
#define NGX_TICKET_HASHER_QUEUE_MAX   64


typedef struct ngx_ticket_hasher_s  ngx_ticket_hasher_t;

/* Called in the event loop when the work is done; cmd is the callee's. */
typedef void (*ngx_ticket_hashed_pt)(tkt_command_t *cmd, void *data);


ngx_ticket_hasher_t *ngx_ticket_hasher_create(ngx_cycle_t *cycle);

/*
 * Waits a moment for the work under way; what is queued is freed undone.  For
 * a process that ends: a thread that takes longer is left with its memory.
 */
void ngx_ticket_hasher_destroy(ngx_ticket_hasher_t *h);

/* TKT_BUSY: the queue is full, or no thread could be started. */
tkt_status_t ngx_ticket_hasher_post(ngx_ticket_hasher_t *h,
    tkt_command_t *cmd, ngx_ticket_hashed_pt done, void *data);


#endif /* NGX_TICKET_HASHER_H */
