/*
 * Timers of a desk that make commands: what has come due, and uses of tokens.
 * The commands go the way of all others, through the writer.
 */

#ifndef NGX_TICKET_JOBS_H
#define NGX_TICKET_JOBS_H


#include "worker/ngx_ticket_worker.h"


#define NGX_TICKET_DUE_MS    1000
#define NGX_TICKET_DUE_AGAIN_MS  5
#define NGX_TICKET_USES_MS   30000

/* A failure is logged so often at most. */
#define NGX_TICKET_FAILED_LOG_MS  60000


/*
 * Starts the timers of the store's desk in this process; they do nothing
 * while it is not open.  NGX_ERROR without memory.
 */
ngx_int_t ngx_ticket_jobs_start(ngx_ticket_store_t *store);

/* To be called before ngx_ticket_desk_stop. */
void ngx_ticket_jobs_stop(ngx_ticket_store_t *store);


#endif /* NGX_TICKET_JOBS_H */
