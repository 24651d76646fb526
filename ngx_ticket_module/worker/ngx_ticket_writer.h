/*
 * The write queue of a desk.  Commands posted by the event loop are executed
 * by the writer's own thread, many in one transaction, and come back to the
 * event loop when their commit has returned.
 *
 * The thread is our own and not one of nginx's thread pools: a pool's task
 * goes back through the event loop before the next one can be posted, so the
 * writer would idle while a batch of answers goes out.  Here the next batch
 * starts as soon as the last has committed.
 *
 * The event loop owns every job; the thread sees those handed over under the
 * mutex and touches nothing of nginx, no request, no pool, no log.
 */

#ifndef NGX_TICKET_WRITER_H
#define NGX_TICKET_WRITER_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "app/call/tkt_app.h"


#define NGX_TICKET_QUEUE_MAX           65536
#define NGX_TICKET_QUEUE_MAX_BYTES     (64 * 1024 * 1024)
#define NGX_TICKET_BATCH_MAX           4096
#define NGX_TICKET_BATCH_BYTES_MIN     65536
#define NGX_TICKET_IN_FLIGHT_MAX_MS    60000
#define NGX_TICKET_DONE_SLICE_MAX      64
#define NGX_TICKET_STUCK_KILL_FACTOR   6


typedef struct ngx_ticket_writer_s  ngx_ticket_writer_t;


typedef struct {
    ngx_uint_t  queue;             /* commands accepted and not answered     */
    ngx_uint_t  batch;             /* commands in a transaction              */
    size_t      batch_bytes;       /* of commands in a transaction           */
} ngx_ticket_writer_conf_t;


/*
 * Called in the event loop when cmd has its reply.  cmd belongs to the
 * callee.  commit_us: what the commit of its batch took.
 */
typedef void (*ngx_ticket_done_pt)(tkt_command_t *cmd, void *data,
    ngx_uint_t commit_us);

/* Called in the event loop, once, when the environment cannot go on. */
typedef void (*ngx_ticket_broken_pt)(void *data);


/*
 * Starts the thread; env must stay open until ngx_ticket_writer_stop has
 * returned NGX_OK.  NULL on failure, which is logged.
 */
ngx_ticket_writer_t *ngx_ticket_writer_start(ngx_cycle_t *cycle,
    const ngx_ticket_writer_conf_t *conf, tkt_env_t *env,
    ngx_ticket_broken_pt broken, void *data);

/*
 * Ends the thread after the batch that runs; queued commands are freed
 * unexecuted.  NGX_AGAIN if it has not ended in timeout_ms: then nothing was
 * freed, and nothing that the writer uses may be.
 */
ngx_int_t ngx_ticket_writer_stop(ngx_ticket_writer_t *w, ngx_msec_t timeout_ms);

/*
 * Queues a command.  TKT_OK: cmd belongs to the writer until done is called,
 * never before this returns.  TKT_BUSY: the queue is as full as commands of
 * this lane may make it, by number or by NGX_TICKET_QUEUE_MAX_BYTES of memory
 * (an empty one takes any command), or the writer broken;
 * TKT_IDEMPOTENCY_IN_FLIGHT: one with the same key is in flight; cmd then
 * still belongs to the caller.
 */
tkt_status_t ngx_ticket_writer_post(ngx_ticket_writer_t *w,
    tkt_command_t *cmd, tkt_lane_t lane, ngx_ticket_done_pt done, void *data);

/*
 * The watchdog, to be called about once a second: logs a transaction that
 * takes longer than TKT_WRITE_STUCK_MS, and aborts the process when one has
 * been held for NGX_TICKET_STUCK_KILL_FACTOR times as long without reaching
 * its commit, so that other workers get the lock.  Neither waiting for the
 * lock nor a slow device is a reason to abort.
 */
void ngx_ticket_writer_watch(ngx_ticket_writer_t *w);


#endif /* NGX_TICKET_WRITER_H */
