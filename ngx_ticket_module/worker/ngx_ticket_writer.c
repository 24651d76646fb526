/*
 * The write queue: jobs, hand-over to the thread and back.
 *
 * A job is a slot of a slab that is as large as the queue, so that posting
 * allocates nothing and a full queue is an empty free list.  It goes
 *
 *     free → pending → queue → (thread) → done → ready → free
 *
 * pending, ready and free are the event loop's; queue and done are shared
 * under the mutex.  Commands of one turn of the event loop are handed over
 * together at its end, and answers of one batch come back together: two lock
 * operations and one wake-up a batch, not a command.
 */

#include "worker/ngx_ticket_writer.h"
#include "worker/ngx_ticket_writer_int.h"


#define NGX_TICKET_PENDING_MAX  32


static void ngx_ticket_writer_flush(ngx_ticket_writer_t *w);
static void ngx_ticket_writer_flush_handler(ngx_event_t *ev);
static void ngx_ticket_writer_wake_handler(ngx_event_t *ev);
static void ngx_ticket_writer_slice_handler(ngx_event_t *ev);
static void ngx_ticket_writer_hold_handler(ngx_event_t *ev);


static void
ngx_ticket_jobs_append(ngx_ticket_jobs_t *to, ngx_ticket_jobs_t *from)
{
    if (from->first == NULL) {
        return;
    }

    if (to->first == NULL) {
        to->first = from->first;

    } else {
        to->last->next = from->first;
    }

    to->last = from->last;
    to->count += from->count;

    from->first = NULL;
    from->last = NULL;
    from->count = 0;
}


static void
ngx_ticket_jobs_push(ngx_ticket_jobs_t *to, ngx_ticket_job_t *job)
{
    job->next = NULL;

    if (to->first == NULL) {
        to->first = job;

    } else {
        to->last->next = job;
    }

    to->last = job;
    to->count++;
}


static ngx_ticket_job_t *
ngx_ticket_jobs_pop(ngx_ticket_jobs_t *from)
{
    ngx_ticket_job_t  *job;

    job = from->first;

    if (job) {
        from->first = job->next;
        from->count--;
    }

    return job;
}


/* ---- start and stop ---- */


static void
ngx_ticket_writer_event(ngx_ticket_writer_t *w, ngx_event_t *ev,
    ngx_event_handler_pt handler)
{
    ev->handler = handler;
    ev->data = w;
    ev->log = w->log;
}


static void
ngx_ticket_writer_free(ngx_ticket_writer_t *w)
{
    ngx_ticket_job_t  *job;

    ngx_ticket_jobs_append(&w->pending, &w->queue);
    ngx_ticket_jobs_append(&w->pending, &w->done);
    ngx_ticket_jobs_append(&w->pending, &w->ready);

    while ((job = ngx_ticket_jobs_pop(&w->pending)) != NULL) {
        tkt_command_free(job->cmd);
    }

    ngx_ticket_wake_close(&w->wake);
    ngx_ticket_inflight_done(&w->keys);
    ngx_free(w->batch);
    ngx_free(w->slab);
    ngx_free(w);
}


static ngx_int_t
ngx_ticket_writer_alloc(ngx_ticket_writer_t *w)
{
    ngx_uint_t  i;

    w->slab = ngx_calloc(w->conf.queue * sizeof(ngx_ticket_job_t), w->log);
    w->batch = ngx_calloc(w->conf.batch * sizeof(tkt_command_t *), w->log);

    if (w->slab == NULL
        || w->batch == NULL
        || ngx_ticket_inflight_init(&w->keys, w->conf.queue, w->log) != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < w->conf.queue; i++) {
        ngx_ticket_jobs_push(&w->free, &w->slab[i]);
    }

    return ngx_ticket_wake_open(&w->wake, ngx_ticket_writer_wake_handler, w,
                                w->log);
}


ngx_ticket_writer_t *
ngx_ticket_writer_start(ngx_cycle_t *cycle,
    const ngx_ticket_writer_conf_t *conf, tkt_env_t *env,
    ngx_ticket_broken_pt broken, void *data)
{
    ngx_ticket_writer_t  *w;

    w = ngx_calloc(sizeof(ngx_ticket_writer_t), cycle->log);
    if (w == NULL) {
        return NULL;
    }

    w->conf = *conf;
    w->env = env;
    w->log = cycle->log;
    w->broken_handler = broken;
    w->broken_data = data;
    w->want = 1;

    ngx_ticket_writer_event(w, &w->flush, ngx_ticket_writer_flush_handler);
    ngx_ticket_writer_event(w, &w->slice, ngx_ticket_writer_slice_handler);
    ngx_ticket_writer_event(w, &w->hold, ngx_ticket_writer_hold_handler);

    if (ngx_ticket_writer_alloc(w) != NGX_OK
        || ngx_ticket_writer_thread_start(w) != NGX_OK)
    {
        ngx_ticket_writer_free(w);
        return NULL;
    }

    return w;
}


ngx_int_t
ngx_ticket_writer_stop(ngx_ticket_writer_t *w, ngx_msec_t timeout_ms)
{
    if (w->hold.timer_set) {
        ngx_del_timer(&w->hold);
    }

    if (w->flush.posted) {
        ngx_delete_posted_event(&w->flush);
    }

    if (w->slice.posted) {
        ngx_delete_posted_event(&w->slice);
    }

    if (ngx_ticket_writer_thread_stop(w, timeout_ms) != NGX_OK) {
        return NGX_AGAIN;
    }

    ngx_ticket_writer_free(w);

    return NGX_OK;
}


/* ---- to the thread ---- */


/*
 * How much of the queue the commands of a lane may fill, with all that are in
 * it: the rest is kept for those that are needed more.
 */
static const ngx_uint_t  ngx_ticket_lane_percent[TKT_LANE_MAX] = {
    [TKT_LANE_URGENT] = 100,
    [TKT_LANE_NORMAL] = 80,
    [TKT_LANE_BULK] = 60
};


static ngx_uint_t
ngx_ticket_writer_has_room(ngx_ticket_writer_t *w, tkt_lane_t lane,
    size_t bytes)
{
    ngx_uint_t  percent, queue;

    percent = ngx_ticket_lane_percent[lane];

    /* rounded up, so that each lane has a place in the smallest queue */

    queue = (w->conf.queue * percent + 99) / 100;

    return w->conf.queue - w->free.count < queue
           && (w->bytes == 0
               || w->bytes + bytes
                  <= NGX_TICKET_QUEUE_MAX_BYTES / 100 * percent);
}


tkt_status_t
ngx_ticket_writer_post(ngx_ticket_writer_t *w, tkt_command_t *cmd,
    tkt_lane_t lane, ngx_ticket_done_pt done, void *data)
{
    size_t             bytes;
    uint64_t           digest;
    ngx_ticket_job_t  *job;

    bytes = tkt_command_bytes(cmd);

    if (w->broken || !ngx_ticket_writer_has_room(w, lane, bytes)) {
        return TKT_BUSY;
    }

    digest = tkt_command_key_digest(cmd);

    if (digest && !ngx_ticket_inflight_add(&w->keys, digest)) {
        return TKT_IDEMPOTENCY_IN_FLIGHT;
    }

    job = ngx_ticket_jobs_pop(&w->free);

    job->cmd = cmd;
    job->bytes = bytes;
    job->digest = digest;
    job->done = done;
    job->data = data;
    job->commit_us = 0;

    w->bytes += bytes;
    ngx_ticket_jobs_push(&w->pending, job);

    /*
     * A worker that shuts down leaves as soon as only cancelable timers are
     * left; this one keeps it until the last command has its answer.
     */

    if (!w->hold.timer_set) {
        ngx_add_timer(&w->hold, NGX_TICKET_IN_FLIGHT_MAX_MS);
    }

    if (!w->flush.posted) {
        ngx_post_event(&w->flush, &ngx_posted_events);

    } else if (w->pending.count >= NGX_TICKET_PENDING_MAX) {
        ngx_ticket_writer_flush(w);
    }

    return TKT_OK;
}


static void
ngx_ticket_writer_flush(ngx_ticket_writer_t *w)
{
    ngx_uint_t  wake;

    if (w->pending.first == NULL) {
        return;
    }

    (void) pthread_mutex_lock(&w->mutex);

    ngx_ticket_jobs_append(&w->queue, &w->pending);
    wake = w->waiting && w->queue.count >= w->want;

    (void) pthread_mutex_unlock(&w->mutex);

    if (wake) {
        (void) pthread_cond_signal(&w->cond);
    }
}


static void
ngx_ticket_writer_flush_handler(ngx_event_t *ev)
{
    ngx_ticket_writer_flush(ev->data);
}


static void
ngx_ticket_writer_hold_handler(ngx_event_t *ev)
{
    ngx_ticket_writer_t  *w = ev->data;

    ngx_log_error(NGX_LOG_ERR, w->log, 0,
                  "ticket: %ui writes are in flight and none was answered "
                  "for %d s", w->conf.queue - w->free.count,
                  NGX_TICKET_IN_FLIGHT_MAX_MS / 1000);

    /* a worker that leaves has waited long enough */

    if (!ngx_exiting) {
        ngx_add_timer(ev, NGX_TICKET_IN_FLIGHT_MAX_MS);
    }
}


/* ---- and back ---- */


static void
ngx_ticket_writer_complete(ngx_ticket_writer_t *w)
{
    void                *data;
    ngx_uint_t           n, commit_us;
    tkt_command_t       *cmd;
    ngx_ticket_job_t    *job;
    ngx_ticket_done_pt   done;

    for (n = 0; n < NGX_TICKET_DONE_SLICE_MAX; n++) {

        job = ngx_ticket_jobs_pop(&w->ready);
        if (job == NULL) {
            break;
        }

        if (job->digest) {
            ngx_ticket_inflight_remove(&w->keys, job->digest);
        }

        cmd = job->cmd;
        data = job->data;
        done = job->done;
        commit_us = job->commit_us;

        /* free before the handler, which may post the next command */

        w->bytes -= job->bytes;
        ngx_ticket_jobs_push(&w->free, job);

        done(cmd, data, commit_us);
    }

    if (n && w->hold.timer_set) {
        /* it goes on: the time counts from here */
        ngx_add_timer(&w->hold, NGX_TICKET_IN_FLIGHT_MAX_MS);
    }

    if (w->ready.first) {
        /* reads that wait must not wait for all answers of a large batch */
        ngx_post_event(&w->slice, &ngx_posted_next_events);
        return;
    }

    if (w->free.count == w->conf.queue && w->hold.timer_set) {
        ngx_del_timer(&w->hold);
    }
}


static void
ngx_ticket_writer_wake_handler(ngx_event_t *ev)
{
    ngx_uint_t            failed;
    ngx_connection_t     *c;
    ngx_ticket_writer_t  *w;

    c = ev->data;
    w = c->data;

    ngx_ticket_wake_seen(&w->wake);

    (void) pthread_mutex_lock(&w->mutex);

    ngx_ticket_jobs_append(&w->ready, &w->done);
    w->notified = 0;
    failed = w->failed;

    (void) pthread_mutex_unlock(&w->mutex);

    if (failed && !w->broken) {
        w->broken = 1;
        w->broken_handler(w->broken_data);
    }

    if (!w->slice.posted) {
        ngx_ticket_writer_complete(w);
    }
}


static void
ngx_ticket_writer_slice_handler(ngx_event_t *ev)
{
    ngx_ticket_writer_complete(ev->data);
}
