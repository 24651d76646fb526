/*
 * A job is a slot of a small slab and goes
 *
 *     free → queue → (thread) → done → free
 *
 * free is the event loop's; queue and done are shared under the mutex.  A
 * hash takes some ten milliseconds, so one lock and one wake-up a job are
 * nothing here.
 */

#include "worker/ngx_ticket_hasher.h"
#include "worker/ngx_ticket_wake.h"
#include "worker/ngx_ticket_writer.h"

#include <sys/resource.h>


/*
 * argon2 takes its memory from the heap.  A thread gives way to the event
 * loops, which answer in microseconds what it would hold up for the length of
 * a time slice; of a processor that is never idle it gets the least share.
 */
#define NGX_TICKET_HASHER_STACK_BYTES  (512 * 1024)
#define NGX_TICKET_HASHER_NICE         19

/*
 * A hash that is under way when a worker is to end may take long on a busy
 * machine; its thread can be left, while the writer's must not be kept from
 * its end until the master sends SIGKILL.
 */
#define NGX_TICKET_HASHER_STOP_MAX_MS  500


typedef struct {
    ngx_queue_t           link;
    tkt_command_t        *cmd;
    ngx_ticket_hashed_pt  done;
    void                 *data;
} ngx_ticket_hash_t;


struct ngx_ticket_hasher_s {
    ngx_log_t            *log;

    /* the event loop's */

    ngx_queue_t           free;
    ngx_uint_t            in_flight;
    ngx_event_t           hold;
    ngx_ticket_wake_t     wake;
    ngx_uint_t            threads;         /* started                        */
    pthread_t             thread[NGX_TICKET_HASHER_THREADS];

    /* shared under the mutex */

    pthread_mutex_t       mutex;
    pthread_cond_t        cond;
    ngx_queue_t           queue;
    ngx_queue_t           done;
    ngx_uint_t            stop;

    ngx_ticket_hash_t     slab[NGX_TICKET_HASHER_QUEUE_MAX];
};


static void ngx_ticket_hasher_wake_handler(ngx_event_t *ev);
static void ngx_ticket_hasher_hold_handler(ngx_event_t *ev);


static ngx_ticket_hash_t *
ngx_ticket_hasher_pop(ngx_queue_t *from)
{
    ngx_queue_t  *q;

    if (ngx_queue_empty(from)) {
        return NULL;
    }

    q = ngx_queue_head(from);
    ngx_queue_remove(q);

    return ngx_queue_data(q, ngx_ticket_hash_t, link);
}


/* ---- the thread ---- */


static void *
ngx_ticket_hasher_cycle(void *data)
{
    ngx_ticket_hash_t    *job;
    ngx_ticket_hasher_t  *h = data;

    /* with Linux this is the thread's own, and lowering it always allowed */

    (void) setpriority(PRIO_PROCESS, 0, NGX_TICKET_HASHER_NICE);

    (void) pthread_mutex_lock(&h->mutex);

    for ( ;; ) {

        while (!h->stop && ngx_queue_empty(&h->queue)) {
            (void) pthread_cond_wait(&h->cond, &h->mutex);
        }

        if (h->stop) {
            break;
        }

        job = ngx_ticket_hasher_pop(&h->queue);

        (void) pthread_mutex_unlock(&h->mutex);

        tkt_command_work(job->cmd);

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


ngx_ticket_hasher_t *
ngx_ticket_hasher_create(ngx_cycle_t *cycle)
{
    ngx_uint_t            i;
    ngx_ticket_hasher_t  *h;

    h = ngx_calloc(sizeof(ngx_ticket_hasher_t), cycle->log);
    if (h == NULL) {
        return NULL;
    }

    h->log = cycle->log;

    ngx_queue_init(&h->free);
    ngx_queue_init(&h->queue);
    ngx_queue_init(&h->done);

    for (i = 0; i < NGX_TICKET_HASHER_QUEUE_MAX; i++) {
        ngx_queue_insert_tail(&h->free, &h->slab[i].link);
    }

    (void) pthread_mutex_init(&h->mutex, NULL);
    (void) pthread_cond_init(&h->cond, NULL);

    h->hold.handler = ngx_ticket_hasher_hold_handler;
    h->hold.data = h;
    h->hold.log = h->log;

    return h;
}


/* Threads that cannot be started are tried again with the next password. */
static ngx_int_t
ngx_ticket_hasher_start(ngx_ticket_hasher_t *h)
{
    if (h->wake.connection == NULL
        && ngx_ticket_wake_open(&h->wake, ngx_ticket_hasher_wake_handler, h,
                                h->log)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    while (h->threads < NGX_TICKET_HASHER_THREADS) {

        if (ngx_ticket_thread_start(&h->thread[h->threads],
                                    NGX_TICKET_HASHER_STACK_BYTES,
                                    ngx_ticket_hasher_cycle, h, h->log)
            != NGX_OK)
        {
            break;
        }

        h->threads++;
    }

    return h->threads ? NGX_OK : NGX_ERROR;
}


static void
ngx_ticket_hasher_drop(ngx_queue_t *jobs)
{
    ngx_ticket_hash_t  *job;

    while ((job = ngx_ticket_hasher_pop(jobs)) != NULL) {
        tkt_command_free(job->cmd);
    }
}


void
ngx_ticket_hasher_destroy(ngx_ticket_hasher_t *h)
{
    ngx_err_t  err;

    if (h->hold.timer_set) {
        ngx_del_timer(&h->hold);
    }

    (void) pthread_mutex_lock(&h->mutex);
    h->stop = 1;
    ngx_ticket_hasher_drop(&h->queue);
    (void) pthread_mutex_unlock(&h->mutex);
    (void) pthread_cond_broadcast(&h->cond);

    while (h->threads) {

        err = ngx_ticket_thread_join(h->thread[h->threads - 1],
                                     NGX_TICKET_HASHER_STOP_MAX_MS);
        if (err != 0) {
            ngx_log_error(NGX_LOG_NOTICE, h->log, err,
                          "ticket: a thread for passwords has not ended in "
                          "%d ms, it is left", NGX_TICKET_HASHER_STOP_MAX_MS);
            return;
        }

        h->threads--;
    }

    ngx_ticket_hasher_drop(&h->done);
    ngx_ticket_wake_close(&h->wake);

    (void) pthread_cond_destroy(&h->cond);
    (void) pthread_mutex_destroy(&h->mutex);

    ngx_free(h);
}


/* ---- to the threads and back ---- */


tkt_status_t
ngx_ticket_hasher_post(ngx_ticket_hasher_t *h, tkt_command_t *cmd,
    ngx_ticket_hashed_pt done, void *data)
{
    ngx_ticket_hash_t  *job;

    if (h->threads < NGX_TICKET_HASHER_THREADS
        && ngx_ticket_hasher_start(h) != NGX_OK)
    {
        return TKT_BUSY;
    }

    job = ngx_ticket_hasher_pop(&h->free);

    if (job == NULL) {
        return TKT_BUSY;
    }

    job->cmd = cmd;
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
ngx_ticket_hasher_wake_handler(ngx_event_t *ev)
{
    void                  *data;
    tkt_command_t         *cmd;
    ngx_connection_t      *c;
    ngx_ticket_hash_t     *job;
    ngx_ticket_hasher_t   *h;
    ngx_ticket_hashed_pt   done;

    c = ev->data;
    h = c->data;

    ngx_ticket_wake_seen(&h->wake);

    for ( ;; ) {

        (void) pthread_mutex_lock(&h->mutex);
        job = ngx_ticket_hasher_pop(&h->done);
        (void) pthread_mutex_unlock(&h->mutex);

        if (job == NULL) {
            return;
        }

        cmd = job->cmd;
        done = job->done;
        data = job->data;

        /* free before the handler, which may post the next command */

        ngx_queue_insert_tail(&h->free, &job->link);

        /* the handler queues for the writer, which then holds the worker */

        done(cmd, data);

        if (--h->in_flight) {
            ngx_add_timer(&h->hold, NGX_TICKET_IN_FLIGHT_MAX_MS);

        } else if (h->hold.timer_set) {
            ngx_del_timer(&h->hold);
        }
    }
}


static void
ngx_ticket_hasher_hold_handler(ngx_event_t *ev)
{
    ngx_ticket_hasher_t  *h = ev->data;

    ngx_log_error(NGX_LOG_ERR, h->log, 0,
                  "ticket: %ui passwords are being worked on and none was "
                  "done for %d s", h->in_flight,
                  NGX_TICKET_IN_FLIGHT_MAX_MS / 1000);

    /* a worker that leaves has waited long enough */

    if (!ngx_exiting) {
        ngx_add_timer(ev, NGX_TICKET_IN_FLIGHT_MAX_MS);
    }
}
