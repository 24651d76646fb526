/*
 * Crews: threads for work that the event loop must not wait for and that is
 * no transaction.  One hashes passwords, before their commands are queued for
 * the writer; one makes files of uploads durable and removes files.  A crew
 * has few threads and a short queue: what does not fit is refused at once,
 * since waiting would only make everything slow.  Started with the first
 * piece of work.
 */

#ifndef NGX_TICKET_CREW_H
#define NGX_TICKET_CREW_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "base/tkt_status.h"


#define NGX_TICKET_CREW_THREADS     1
#define NGX_TICKET_CREW_QUEUE_MAX   64


typedef struct ngx_ticket_crew_s  ngx_ticket_crew_t;

/* What a crew does. */
typedef struct {
    const char   *what;                  /* "passwords", for the log         */
    int           nice;                  /* of its threads; 0: as the rest   */

    /* in a thread: touches nothing but obj */
    void        (*work)(void *obj);

    /* frees one that is not worked on, or whose end nobody learns of */
    void        (*drop)(void *obj);
} ngx_ticket_crew_kind_t;

/* Called in the event loop when the work is done; obj is the callee's. */
typedef void (*ngx_ticket_crew_done_pt)(void *obj, void *data);


/* NULL without memory.  kind outlives it. */
ngx_ticket_crew_t *ngx_ticket_crew_create(ngx_cycle_t *cycle,
    const ngx_ticket_crew_kind_t *kind);

/*
 * Waits a moment for the work under way; what is queued is dropped undone.
 * For a process that ends: a thread that takes longer is left with its
 * memory.  NULL is fine.
 */
void ngx_ticket_crew_destroy(ngx_ticket_crew_t *crew);

/*
 * TKT_OK: obj is the crew's until done is called, never before this returns.
 * TKT_BUSY: the queue is full, or no thread could be started.
 */
tkt_status_t ngx_ticket_crew_post(ngx_ticket_crew_t *crew, void *obj,
    ngx_ticket_crew_done_pt done, void *data);


#endif /* NGX_TICKET_CREW_H */
