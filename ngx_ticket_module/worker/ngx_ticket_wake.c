/*
 * Threads and the way back from them.
 */

#include "worker/ngx_ticket_wake.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <time.h>


/*
 * The descriptor is marked as a channel, as those between master and workers
 * are, so that a leaving worker does not take it for a forgotten connection.
 */
ngx_int_t
ngx_ticket_wake_open(ngx_ticket_wake_t *wake, ngx_event_handler_pt handler,
    void *data, ngx_log_t *log)
{
    ngx_connection_t  *c;

    wake->fd = eventfd(0, EFD_NONBLOCK|EFD_CLOEXEC);

    if (wake->fd == -1) {
        ngx_log_error(NGX_LOG_ERR, log, ngx_errno, "eventfd() failed");
        return NGX_ERROR;
    }

    c = ngx_get_connection(wake->fd, log);

    if (c == NULL) {
        (void) close(wake->fd);
        return NGX_ERROR;
    }

    c->data = data;
    c->log = log;
    c->read->log = log;
    c->write->log = log;
    c->read->channel = 1;
    c->write->channel = 1;
    c->read->handler = handler;

    if (ngx_add_event(c->read, NGX_READ_EVENT, NGX_CLEAR_EVENT) != NGX_OK) {
        ngx_free_connection(c);
        (void) close(wake->fd);
        return NGX_ERROR;
    }

    wake->connection = c;

    return NGX_OK;
}


void
ngx_ticket_wake_close(ngx_ticket_wake_t *wake)
{
    if (wake->connection) {
        ngx_close_connection(wake->connection);
        wake->connection = NULL;
    }
}


void
ngx_ticket_wake_up(const ngx_ticket_wake_t *wake)
{
    uint64_t  one = 1;

    (void) !write(wake->fd, &one, sizeof(one));
}


void
ngx_ticket_wake_seen(const ngx_ticket_wake_t *wake)
{
    uint64_t  count;

    /* with edge-triggered events the count need not be read */

    if (!(ngx_event_flags & NGX_USE_CLEAR_EVENT)) {
        (void) !read(wake->fd, &count, sizeof(count));
    }
}


ngx_int_t
ngx_ticket_thread_start(pthread_t *thread, size_t stack_bytes,
    void *(*run)(void *data), void *data, ngx_log_t *log)
{
    int             err;
    sigset_t        all, old;
    pthread_attr_t  attr;

    (void) pthread_attr_init(&attr);

    if (stack_bytes) {
        (void) pthread_attr_setstacksize(&attr, stack_bytes);
    }

    /* signals are the event loop's: a thread inherits the mask */

    (void) sigfillset(&all);
    (void) pthread_sigmask(SIG_SETMASK, &all, &old);

    err = pthread_create(thread, &attr, run, data);

    (void) pthread_sigmask(SIG_SETMASK, &old, NULL);
    (void) pthread_attr_destroy(&attr);

    if (err != 0) {
        ngx_log_error(NGX_LOG_ERR, log, err, "pthread_create() failed");
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_err_t
ngx_ticket_thread_join(pthread_t thread, ngx_msec_t timeout_ms)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_REALTIME, &ts);
    ts.tv_sec += timeout_ms / 1000;
    ts.tv_nsec += timeout_ms % 1000 * 1000000;

    if (ts.tv_nsec >= 1000000000) {
        ts.tv_nsec -= 1000000000;
        ts.tv_sec++;
    }

    return pthread_timedjoin_np(thread, NULL, &ts);
}
