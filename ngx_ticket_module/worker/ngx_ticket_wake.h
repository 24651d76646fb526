/*
 * What a thread of ours needs of the event loop and the other way round: a
 * descriptor by which the thread wakes it, a start with signals left to the
 * event loop, an end within a time.
 */

#ifndef NGX_TICKET_WAKE_H
#define NGX_TICKET_WAKE_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <pthread.h>


typedef struct {
    int                fd;
    ngx_connection_t  *connection;     /* NULL: not open                     */
} ngx_ticket_wake_t;


/*
 * Opens the descriptor; handler is called in the event loop, with an event
 * whose data is a connection whose data is `data`.  NGX_ERROR is logged.
 */
ngx_int_t ngx_ticket_wake_open(ngx_ticket_wake_t *wake,
    ngx_event_handler_pt handler, void *data, ngx_log_t *log);
void ngx_ticket_wake_close(ngx_ticket_wake_t *wake);

/* Any thread: has the handler called soon. */
void ngx_ticket_wake_up(const ngx_ticket_wake_t *wake);

/* To be called by the handler before it looks for what there is. */
void ngx_ticket_wake_seen(const ngx_ticket_wake_t *wake);


/* stack_bytes: 0 for the system's default.  NGX_ERROR is logged. */
ngx_int_t ngx_ticket_thread_start(pthread_t *thread, size_t stack_bytes,
    void *(*run)(void *data), void *data, ngx_log_t *log);

/* Waits for the thread's end; what pthread_timedjoin_np returns. */
ngx_err_t ngx_ticket_thread_join(pthread_t thread, ngx_msec_t timeout_ms);


#endif /* NGX_TICKET_WAKE_H */
