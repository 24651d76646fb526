/*
 * Shared by the two halves of the writer: ngx_ticket_writer.c, which runs in
 * the event loop, and ngx_ticket_writer_thread.c.  Nobody else includes it.
 */

#ifndef NGX_TICKET_WRITER_INT_H
#define NGX_TICKET_WRITER_INT_H


#include <ngx_config.h>
#include <ngx_core.h>

#include "worker/ngx_ticket_inflight.h"
#include "worker/ngx_ticket_wake.h"
#include "worker/ngx_ticket_writer.h"


typedef struct ngx_ticket_job_s  ngx_ticket_job_t;

struct ngx_ticket_job_s {
    ngx_ticket_job_t    *next;
    tkt_command_t       *cmd;
    size_t               bytes;
    uint64_t             digest;
    ngx_ticket_done_pt   done;
    void                *data;
    ngx_uint_t           commit_us;
};


typedef struct {
    ngx_ticket_job_t    *first;
    ngx_ticket_job_t    *last;
    ngx_uint_t           count;
} ngx_ticket_jobs_t;


struct ngx_ticket_writer_s {
    ngx_ticket_writer_conf_t  conf;
    tkt_env_t                *env;
    ngx_log_t                *log;

    /* the event loop's */

    ngx_ticket_job_t         *slab;
    ngx_ticket_jobs_t         free;
    ngx_ticket_jobs_t         pending;
    ngx_ticket_jobs_t         ready;
    size_t                    bytes;       /* of commands not yet answered   */
    ngx_ticket_inflight_t     keys;
    ngx_event_t               flush;
    ngx_event_t               slice;
    ngx_event_t               hold;
    ngx_ticket_wake_t         wake;
    ngx_ticket_broken_pt      broken_handler;
    void                     *broken_data;
    ngx_uint_t                broken;
    ngx_uint_t                stuck_logged;

    /* shared under the mutex */

    pthread_mutex_t           mutex;
    pthread_cond_t            cond;
    ngx_ticket_jobs_t         queue;
    ngx_ticket_jobs_t         done;
    ngx_uint_t                waiting;     /* the thread waits for `want`    */
    ngx_uint_t                want;
    ngx_uint_t                notified;    /* the event loop will come       */
    ngx_uint_t                failed;
    ngx_uint_t                stop;

    /* written by the thread, looked at by the watchdog without a lock */

    uint64_t                  run_started_us;    /* 0: no run                */
    tkt_run_times_t           times;

    /* the thread's */

    pthread_t                 thread;
    tkt_command_t           **batch;
    uint64_t                  run_mean_us;
    ngx_uint_t                load_mean;
};


/* Microseconds of the monotonic clock. */
uint64_t ngx_ticket_clock_us(void);

ngx_int_t ngx_ticket_writer_thread_start(ngx_ticket_writer_t *w);

/* NGX_AGAIN if it has not ended in timeout_ms. */
ngx_int_t ngx_ticket_writer_thread_stop(ngx_ticket_writer_t *w,
    ngx_msec_t timeout_ms);


#endif /* NGX_TICKET_WRITER_INT_H */
