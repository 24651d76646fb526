/*
 * The writer's thread: takes what has gathered, runs it in one transaction,
 * hands the answered commands back.  And the watchdog over it.
 *
 * The thread does not log, since nginx's log is not made for a second
 * thread; what is to be said is said by the event loop.
 */

#include "worker/ngx_ticket_writer_int.h"

#include <time.h>


#define NGX_TICKET_GATHER_MAX_US   2000
#define NGX_TICKET_GATHER_LOAD_MIN 4


uint64_t
ngx_ticket_clock_us(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}


/*
 * The gathering policy: how many commands the next batch should have, and how
 * long to wait for them at most.  The clients that were just answered send
 * their next commands one by one; beginning with the first of them would
 * spend a whole commit on it while all the others wait.  Half of those that
 * are about to come is the best size: while it commits the other half
 * arrives, so that neither device nor event loop idles.  Waiting longer than
 * half of what a batch takes cannot pay.  Called with the mutex held.
 */
static ngx_uint_t
ngx_ticket_writer_gather(ngx_ticket_writer_t *w, uint64_t *wait_us)
{
    *wait_us = ngx_min(w->run_mean_us / 2, NGX_TICKET_GATHER_MAX_US);

    if (w->load_mean < NGX_TICKET_GATHER_LOAD_MIN) {
        return 1;
    }

    return ngx_min(w->load_mean / 2, w->conf.batch);
}


/*
 * Waits until there are `want` commands, until `until_us` has passed (0: no
 * limit) or the thread is to stop.  Called with the mutex held.
 */
static void
ngx_ticket_writer_wait(ngx_ticket_writer_t *w, ngx_uint_t want,
    uint64_t until_us)
{
    struct timespec  ts;

    ts.tv_sec = until_us / 1000000;
    ts.tv_nsec = until_us % 1000000 * 1000;

    w->want = want;
    w->waiting = 1;

    while (w->queue.count < want && !w->stop) {

        if (until_us == 0) {
            (void) pthread_cond_wait(&w->cond, &w->mutex);

        } else if (pthread_cond_timedwait(&w->cond, &w->mutex, &ts) != 0) {
            break;
        }
    }

    w->waiting = 0;
}


/* Takes one batch off the queue. Called with the mutex held. */
static void
ngx_ticket_writer_take(ngx_ticket_writer_t *w, ngx_ticket_jobs_t *jobs)
{
    size_t             bytes;
    ngx_ticket_job_t  *job, *last;

    jobs->first = w->queue.first;
    jobs->count = 0;

    bytes = 0;
    last = NULL;

    for (job = jobs->first; job; job = job->next) {

        bytes += tkt_command_bytes(job->cmd);

        if (jobs->count == w->conf.batch
            || (jobs->count && bytes > w->conf.batch_bytes))
        {
            break;
        }

        w->batch[jobs->count++] = job->cmd;
        last = job;
    }

    jobs->last = last;
    last->next = NULL;

    w->queue.first = job;
    w->queue.count -= jobs->count;
}


/* Runs a batch; returns whether the environment can go on. */
static ngx_uint_t
ngx_ticket_writer_run(ngx_ticket_writer_t *w, ngx_ticket_jobs_t *jobs)
{
    uint64_t           start;
    tkt_status_t       status;
    ngx_ticket_job_t  *job;

    start = ngx_ticket_clock_us();
    __atomic_store_n(&w->run_started_us, start, __ATOMIC_RELEASE);

    status = tkt_app_run(w->env, w->batch, jobs->count, ngx_ticket_clock_us,
                         &w->times);

    __atomic_store_n(&w->run_started_us, 0, __ATOMIC_RELEASE);

    for (job = jobs->first; job; job = job->next) {
        job->commit_us = w->times.commit_us;
    }

    w->run_mean_us += (int64_t) (ngx_ticket_clock_us() - start
                                 - w->run_mean_us) / 8;

    return status != TKT_OUTCOME_UNKNOWN && !tkt_env_failed(w->env);
}


static void
ngx_ticket_writer_refuse(ngx_ticket_jobs_t *jobs)
{
    ngx_ticket_job_t  *job;

    for (job = jobs->first; job; job = job->next) {
        tkt_command_refuse(job->cmd, TKT_BUSY, TKT_RETRY_AFTER_S);
    }
}


/* Hands answered commands over and wakes the event loop if it does not come. */
static void
ngx_ticket_writer_answer(ngx_ticket_writer_t *w, ngx_ticket_jobs_t *jobs,
    ngx_uint_t failed)
{
    ngx_uint_t  notify;

    (void) pthread_mutex_lock(&w->mutex);

    if (w->done.first == NULL) {
        w->done = *jobs;

    } else {
        w->done.last->next = jobs->first;
        w->done.last = jobs->last;
        w->done.count += jobs->count;
    }

    /* those that wait now and those that will be back: the load */

    w->load_mean = (w->load_mean * 3 + w->queue.count + jobs->count) / 4;

    w->failed |= failed;
    notify = !w->notified;
    w->notified = 1;

    (void) pthread_mutex_unlock(&w->mutex);

    if (notify) {
        ngx_ticket_wake_up(&w->wake);
    }
}


static void *
ngx_ticket_writer_cycle(void *data)
{
    uint64_t              wait_us;
    ngx_uint_t            want, failed;
    ngx_ticket_jobs_t     jobs;
    ngx_ticket_writer_t  *w = data;

    failed = 0;

    for ( ;; ) {

        (void) pthread_mutex_lock(&w->mutex);

        ngx_ticket_writer_wait(w, 1, 0);

        want = ngx_ticket_writer_gather(w, &wait_us);

        if (w->queue.count < want && wait_us && !w->stop) {
            ngx_ticket_writer_wait(w, want, ngx_ticket_clock_us() + wait_us);
        }

        if (w->stop) {
            (void) pthread_mutex_unlock(&w->mutex);
            return NULL;
        }

        ngx_ticket_writer_take(w, &jobs);

        (void) pthread_mutex_unlock(&w->mutex);

        if (failed) {
            ngx_ticket_writer_refuse(&jobs);

        } else {
            failed = !ngx_ticket_writer_run(w, &jobs);
        }

        ngx_ticket_writer_answer(w, &jobs, failed);
    }
}


/* ---- start, stop, watch: called by the event loop ---- */


ngx_int_t
ngx_ticket_writer_thread_start(ngx_ticket_writer_t *w)
{
    pthread_condattr_t  attr;

    (void) pthread_mutex_init(&w->mutex, NULL);

    (void) pthread_condattr_init(&attr);
    (void) pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void) pthread_cond_init(&w->cond, &attr);
    (void) pthread_condattr_destroy(&attr);

    return ngx_ticket_thread_start(&w->thread, 0, ngx_ticket_writer_cycle, w,
                                   w->log);
}


ngx_int_t
ngx_ticket_writer_thread_stop(ngx_ticket_writer_t *w, ngx_msec_t timeout_ms)
{
    ngx_err_t  err;

    (void) pthread_mutex_lock(&w->mutex);
    w->stop = 1;
    (void) pthread_mutex_unlock(&w->mutex);
    (void) pthread_cond_signal(&w->cond);

    err = ngx_ticket_thread_join(w->thread, timeout_ms);

    if (err != 0) {
        ngx_log_error(NGX_LOG_ERR, w->log, err,
                      "ticket: the writer has not ended in %M ms, "
                      "it is left in its transaction", timeout_ms);
        return NGX_AGAIN;
    }

    (void) pthread_cond_destroy(&w->cond);
    (void) pthread_mutex_destroy(&w->mutex);

    return NGX_OK;
}


void
ngx_ticket_writer_watch(ngx_ticket_writer_t *w)
{
    uint64_t     started, since, now, begin, apply;
    const char  *doing;

    /*
     * The start is read last and stored first: what the phases say is of the
     * transaction that it is the start of, or of an older one.
     */

    started = __atomic_load_n(&w->run_started_us, __ATOMIC_ACQUIRE);
    begin = __atomic_load_n(&w->times.begin_us, __ATOMIC_ACQUIRE);
    apply = __atomic_load_n(&w->times.apply_us, __ATOMIC_ACQUIRE);
    since = __atomic_load_n(&w->times.since_us, __ATOMIC_ACQUIRE);

    /* a run that has just begun has not told its transaction's start yet */

    since = ngx_max(since, started);
    now = ngx_ticket_clock_us();

    if (started == 0 || now < since + TKT_WRITE_STUCK_MS * 1000) {
        w->stuck_logged = 0;
        return;
    }

    if (begin == 0) {
        doing = "waiting for the writer lock, which another process holds";

    } else if (apply == 0) {
        doing = "applying commands";

    } else {
        doing = "committing: the device is slow";
    }

    if (!w->stuck_logged) {
        w->stuck_logged = 1;
        ngx_log_error(NGX_LOG_ERR, w->log, 0,
                      "ticket: a write takes more than %d ms, %s",
                      TKT_WRITE_STUCK_MS, doing);
    }

    if (begin != 0 && apply == 0
        && now > since + begin + NGX_TICKET_STUCK_KILL_FACTOR
                                 * TKT_WRITE_STUCK_MS * 1000)
    {
        ngx_log_error(NGX_LOG_CRIT, w->log, 0,
                      "ticket: the writer holds the lock and does not go on; "
                      "aborting so that other workers can write");
        abort();
    }
}
