/*
 * A job is a slot of a small slab and goes
 *
 *     free → queue → (thread) → done → free
 *
 * free is the event loop's; queue and done are shared under the mutex.  A
 * job takes some milliseconds, so one lock and one wake-up a job are nothing
 * here.
 */

#include "worker/ngx_ticket_crew.h"
#include "worker/ngx_ticket_wake.h"
#include "worker/ngx_ticket_writer.h"

#include <sys/resource.h>


/* argon2 takes its memory from the heap. */
#define NGX_TICKET_CREW_STACK_BYTES  (512 * 1024)

/*
 * Work that is under way when a worker is to end may take long on a busy
 * machine; its thread can be left, while the writer's must not be kept from
 * its end until the master sends SIGKILL.
 */
#define NGX_TICKET_CREW_STOP_MAX_MS  500


typedef struct {
    ngx_queue_t               link;
    void                     *obj;
    ngx_ticket_crew_done_pt   done;
    void                     *data;
} ngx_ticket_crew_job_t;


struct ngx_ticket_crew_s {
    const ngx_ticket_crew_kind_t  *kind;
    ngx_log_t            *log;

    /* the event loop's */

    ngx_queue_t           free;
    ngx_uint_t            in_flight;
    ngx_event_t           hold;
    ngx_ticket_wake_t     wake;
    ngx_uint_t            threads;         /* started                        */
    pthread_t             thread[NGX_TICKET_CREW_THREADS];

    /* shared under the mutex */

    pthread_mutex_t       mutex;
    pthread_cond_t        cond;
    ngx_queue_t           queue;
    ngx_queue_t           done;
    ngx_uint_t            stop;

    ngx_ticket_crew_job_t     slab[NGX_TICKET_CREW_QUEUE_MAX];
};


static void ngx_ticket_crew_wake_handler(ngx_event_t *ev);
static void ngx_ticket_crew_hold_handler(ngx_event_t *ev);


static ngx_ticket_crew_job_t *
ngx_ticket_crew_pop(ngx_queue_t *from)
{
    ngx_queue_t  *q;

    if (ngx_queue_empty(from)) {
        return NULL;
    }

    q = ngx_queue_head(from);
    ngx_queue_remove(q);

    return ngx_queue_data(q, ngx_ticket_crew_job_t, link);
}


/* ---- the thread ---- */


static void *
ngx_ticket_crew_cycle(void *data)
{
    ngx_ticket_crew_job_t    *job;
    ngx_ticket_crew_t  *h = data;

    /* with Linux this is the thread's own, and lowering it always allowed */

    if (h->kind->nice) {
        (void) setpriority(PRIO_PROCESS, 0, h->kind->nice);
    }

    (void) pthread_mutex_lock(&h->mutex);

    for ( ;; ) {

        while (!h->stop && ngx_queue_empty(&h->queue)) {
            (void) pthread_cond_wait(&h->cond, &h->mutex);
        }

        if (h->stop) {
            break;
        }

        job = ngx_ticket_crew_pop(&h->queue);

        (void) pthread_mutex_unlock(&h->mutex);

        h->kind->work(job->obj);

        (void) pthread_mutex_lock(&h->mutex);

        ngx_queue_insert_tail(&h->done, &job->link);

        /*
         * Not with the mutex: whom it wakes may take this thread's processor,
         * and would then wait for the mutex as long as a thread with the least
         * share waits for its turn.
         */

        (void) pthread_mutex_unlock(&h->mutex);

        ngx_ticket_wake_up(&h->wake);

        (void) pthread_mutex_lock(&h->mutex);
    }

    (void) pthread_mutex_unlock(&h->mutex);

    return NULL;
}


/* ---- start and stop ---- */


ngx_ticket_crew_t *
ngx_ticket_crew_create(ngx_cycle_t *cycle, const ngx_ticket_crew_kind_t *kind)
{
    ngx_uint_t            i;
    ngx_ticket_crew_t  *h;

    h = ngx_calloc(sizeof(ngx_ticket_crew_t), cycle->log);
    if (h == NULL) {
        return NULL;
    }

    h->kind = kind;
    h->log = cycle->log;

    ngx_queue_init(&h->free);
    ngx_queue_init(&h->queue);
    ngx_queue_init(&h->done);

    for (i = 0; i < NGX_TICKET_CREW_QUEUE_MAX; i++) {
        ngx_queue_insert_tail(&h->free, &h->slab[i].link);
    }

    (void) pthread_mutex_init(&h->mutex, NULL);
    (void) pthread_cond_init(&h->cond, NULL);

    h->hold.handler = ngx_ticket_crew_hold_handler;
    h->hold.data = h;
    h->hold.log = h->log;

    return h;
}


/* Threads that cannot be started are tried again with the next job. */
static ngx_int_t
ngx_ticket_crew_start(ngx_ticket_crew_t *h)
{
    if (h->wake.connection == NULL
        && ngx_ticket_wake_open(&h->wake, ngx_ticket_crew_wake_handler, h,
                                h->log)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    while (h->threads < NGX_TICKET_CREW_THREADS) {

        if (ngx_ticket_thread_start(&h->thread[h->threads],
                                    NGX_TICKET_CREW_STACK_BYTES,
                                    ngx_ticket_crew_cycle, h, h->log)
            != NGX_OK)
        {
            break;
        }

        h->threads++;
    }

    return h->threads ? NGX_OK : NGX_ERROR;
}


static void
ngx_ticket_crew_drop(ngx_ticket_crew_t *h, ngx_queue_t *jobs)
{
    ngx_ticket_crew_job_t  *job;

    while ((job = ngx_ticket_crew_pop(jobs)) != NULL) {
        h->kind->drop(job->obj);
    }
}


void
ngx_ticket_crew_destroy(ngx_ticket_crew_t *h)
{
    ngx_err_t  err;

    if (h == NULL) {
        return;
    }

    if (h->hold.timer_set) {
        ngx_del_timer(&h->hold);
    }

    (void) pthread_mutex_lock(&h->mutex);
    h->stop = 1;
    ngx_ticket_crew_drop(h, &h->queue);
    (void) pthread_mutex_unlock(&h->mutex);
    (void) pthread_cond_broadcast(&h->cond);

    while (h->threads) {

        err = ngx_ticket_thread_join(h->thread[h->threads - 1],
                                     NGX_TICKET_CREW_STOP_MAX_MS);
        if (err != 0) {
            ngx_log_error(NGX_LOG_NOTICE, h->log, err,
                          "ticket: a thread for %s has not ended in "
                          "%d ms, it is left", h->kind->what,
                          NGX_TICKET_CREW_STOP_MAX_MS);
            return;
        }

        h->threads--;
    }

    ngx_ticket_crew_drop(h, &h->done);
    ngx_ticket_wake_close(&h->wake);

    (void) pthread_cond_destroy(&h->cond);
    (void) pthread_mutex_destroy(&h->mutex);

    ngx_free(h);
}


/* ---- to the threads and back ---- */


tkt_status_t
ngx_ticket_crew_post(ngx_ticket_crew_t *h, void *obj,
    ngx_ticket_crew_done_pt done, void *data)
{
    ngx_ticket_crew_job_t  *job;

    if (h->threads < NGX_TICKET_CREW_THREADS
        && ngx_ticket_crew_start(h) != NGX_OK)
    {
        return TKT_BUSY;
    }

    job = ngx_ticket_crew_pop(&h->free);

    if (job == NULL) {
        return TKT_BUSY;
    }

    job->obj = obj;
    job->done = done;
    job->data = data;

    /* as the writer's: keeps a worker that shuts down until all is answered */

    if (h->in_flight++ == 0) {
        ngx_add_timer(&h->hold, NGX_TICKET_IN_FLIGHT_MAX_MS);
    }

    (void) pthread_mutex_lock(&h->mutex);
    ngx_queue_insert_tail(&h->queue, &job->link);
    (void) pthread_mutex_unlock(&h->mutex);
    (void) pthread_cond_signal(&h->cond);

    return TKT_OK;
}


static void
ngx_ticket_crew_wake_handler(ngx_event_t *ev)
{
    void                     *obj, *data;
    ngx_connection_t         *c;
    ngx_ticket_crew_t        *h;
    ngx_ticket_crew_job_t    *job;
    ngx_ticket_crew_done_pt   done;

    c = ev->data;
    h = c->data;

    ngx_ticket_wake_seen(&h->wake);

    for ( ;; ) {

        (void) pthread_mutex_lock(&h->mutex);
        job = ngx_ticket_crew_pop(&h->done);
        (void) pthread_mutex_unlock(&h->mutex);

        if (job == NULL) {
            return;
        }

        obj = job->obj;
        done = job->done;
        data = job->data;

        /* free before the handler, which may post the next command */

        ngx_queue_insert_tail(&h->free, &job->link);

        /* the handler queues for the writer, which then holds the worker */

        done(obj, data);

        if (--h->in_flight) {
            ngx_add_timer(&h->hold, NGX_TICKET_IN_FLIGHT_MAX_MS);

        } else if (h->hold.timer_set) {
            ngx_del_timer(&h->hold);
        }
    }
}


static void
ngx_ticket_crew_hold_handler(ngx_event_t *ev)
{
    ngx_ticket_crew_t  *h = ev->data;

    ngx_log_error(NGX_LOG_ERR, h->log, 0,
                  "ticket: %ui %s are being worked on and none was "
                  "done for %d s", h->in_flight, h->kind->what,
                  NGX_TICKET_IN_FLIGHT_MAX_MS / 1000);

    /* a worker that leaves has waited long enough */

    if (!ngx_exiting) {
        ngx_add_timer(ev, NGX_TICKET_IN_FLIGHT_MAX_MS);
    }
}
