/*
 * The life of a desk: opening the environment after fork, trying again while
 * that fails, the periodic chores, leaving after a failure, closing.
 *
 * Nothing here may fail the worker's start: nginx does not start a worker
 * again whose init_process has failed.  A desk that is not open answers 503.
 */

#include "worker/ngx_ticket_files.h"
#include "worker/ngx_ticket_worker.h"

#include "app/who/tkt_jwt.h"
#include "crypto/tkt_crypto.h"


static void ngx_ticket_desk_open_handler(ngx_event_t *ev);
static void ngx_ticket_desk_tick_handler(ngx_event_t *ev);
static void ngx_ticket_desk_leave_handler(ngx_event_t *ev);
static void ngx_ticket_desk_end_handler(ngx_event_t *ev);
static void ngx_ticket_desk_broken(void *data);
static void ngx_ticket_hash_work(void *obj);
static void ngx_ticket_hash_drop(void *obj);


/*
 * A thread that hashes gives way to the event loops, which answer in
 * microseconds what it would hold up for the length of a time slice; of a
 * processor that is never idle it gets the least share.
 */
static const ngx_ticket_crew_kind_t  ngx_ticket_hash_crew = {
    "passwords", 19, ngx_ticket_hash_work, ngx_ticket_hash_drop
};


/*
 * Cancelable, so that no timer of ours keeps a worker that shuts down; the
 * writer has its own that does while commands are in flight.
 */
static void
ngx_ticket_desk_timer(ngx_ticket_desk_t *desk, ngx_event_t *ev,
    ngx_event_handler_pt handler)
{
    ev->handler = handler;
    ev->data = desk;
    ev->log = desk->log;
    ev->cancelable = 1;
}


/* Says a fault once, and again only when it is another one. */
static void
ngx_ticket_desk_complain(ngx_ticket_desk_t *desk, const tkt_fault_t *fault)
{
    if (ngx_strcmp(desk->fault.text, fault->text) == 0) {
        return;
    }

    desk->fault = *fault;

    ngx_log_error(NGX_LOG_ERR, desk->log, 0,
                  "ticket: the store \"%s\" cannot be used and answers 503, "
                  "trying on: %s", desk->path, fault->text);
}


static tkt_status_t
ngx_ticket_desk_open_env(ngx_ticket_desk_t *desk, tkt_fault_t *fault)
{
    tkt_status_t       status;
    tkt_env_options_t  options;

    ngx_memzero(&options, sizeof(tkt_env_options_t));

    options.path = desk->path;
    options.map_bytes = desk->map_bytes;

    status = tkt_env_open(&desk->env, &options, fault);

    if (status != TKT_OK) {
        desk->env = NULL;
        return status;
    }

    if (fault->text[0] != '\0') {
        ngx_log_error(NGX_LOG_WARN, desk->log, 0,
                      "ticket: the store \"%s\": %s", desk->path, fault->text);
    }

    (void) tkt_env_reader_check(desk->env);

    return TKT_OK;
}


/*
 * Workers that start together keep each other from opening for a moment.
 * A worker that starts may wait: it has no requests yet, and waiting spares
 * its first ones a 503.
 */
static tkt_status_t
ngx_ticket_desk_insist(ngx_ticket_desk_t *desk, tkt_fault_t *fault)
{
    ngx_uint_t    i;
    tkt_status_t  status;

    status = TKT_BUSY;

    for (i = 0; status == TKT_BUSY && i < NGX_TICKET_OPEN_INSIST_MAX; i++) {
        ngx_msleep(NGX_TICKET_OPEN_INSIST_MS + (ngx_msec_t) ngx_pid % 7);
        fault->text[0] = '\0';
        status = ngx_ticket_desk_open_env(desk, fault);
    }

    return status;
}


/*
 * One step after the other, each kept once it has succeeded: an environment
 * may be opened once a process only.
 */
static ngx_int_t
ngx_ticket_desk_try(ngx_ticket_desk_t *desk)
{
    tkt_fault_t    fault;
    tkt_status_t   status;

    fault.text[0] = '\0';

    if (desk->env == NULL) {
        status = ngx_ticket_desk_open_env(desk, &fault);

        if (status == TKT_BUSY && desk->open_tries == 0) {
            status = ngx_ticket_desk_insist(desk, &fault);
        }

        if (status != TKT_OK) {
            ngx_ticket_desk_complain(desk, &fault);
            return NGX_AGAIN;
        }
    }

    if (tkt_app_prepare(desk->env, ngx_ticket_now_ms()) != TKT_OK) {
        (void) ngx_sprintf((u_char *) fault.text, "it cannot be prepared%Z");
        ngx_ticket_desk_complain(desk, &fault);
        return NGX_AGAIN;
    }

    if (desk->reader == NULL
        && tkt_txn_reader(desk->env, &desk->reader) != TKT_OK)
    {
        (void) ngx_sprintf((u_char *) fault.text, "it cannot be read%Z");
        ngx_ticket_desk_complain(desk, &fault);
        return NGX_AGAIN;
    }

    if (desk->writer == NULL) {
        desk->writer = ngx_ticket_writer_start((ngx_cycle_t *) ngx_cycle,
                                               &desk->writer_conf, desk->env,
                                               ngx_ticket_desk_broken, desk);
        if (desk->writer == NULL) {
            (void) ngx_sprintf((u_char *) fault.text,
                               "its writer cannot be started%Z");
            ngx_ticket_desk_complain(desk, &fault);
            return NGX_AGAIN;
        }
    }

    return NGX_OK;
}


static void
ngx_ticket_desk_open(ngx_ticket_desk_t *desk)
{
    ngx_msec_t  wait;

    if (ngx_ticket_desk_try(desk) == NGX_OK) {

        if (desk->fault.text[0] != '\0') {
            ngx_log_error(NGX_LOG_NOTICE, desk->log, 0,
                          "ticket: the store \"%s\" is in use now",
                          desk->path);
            desk->fault.text[0] = '\0';
        }

        desk->state = NGX_TICKET_DESK_OPEN;
        ngx_add_timer(&desk->tick_timer, NGX_TICKET_TICK_MS);
        return;
    }

    if (desk->env && tkt_env_failed(desk->env)) {
        ngx_ticket_desk_fail(desk, "it failed while it was opened");
        return;
    }

    wait = (desk->open_tries++ < TKT_OPEN_RETRY_MS
                                 / NGX_TICKET_OPEN_RETRY_FIRST_MS)
           ? NGX_TICKET_OPEN_RETRY_FIRST_MS : NGX_TICKET_OPEN_RETRY_MS;

    /* workers that failed together must not come back together */

    ngx_add_timer(&desk->open_timer, wait + (ngx_msec_t) ngx_pid % 97);
}


static void
ngx_ticket_desk_open_handler(ngx_event_t *ev)
{
    ngx_ticket_desk_open(ev->data);
}


static void
ngx_ticket_hash_work(void *obj)
{
    tkt_command_work(obj);
}


static void
ngx_ticket_hash_drop(void *obj)
{
    tkt_command_free(obj);
}


ngx_int_t
ngx_ticket_desk_start(ngx_cycle_t *cycle, ngx_ticket_store_t *store)
{
    u_char              key[16];
    uint64_t            random;
    ngx_ticket_desk_t  *desk;

    desk = ngx_calloc(sizeof(ngx_ticket_desk_t) + store->path.len + 1,
                      cycle->log);
    if (desk == NULL) {
        return NGX_ERROR;
    }

    desk->log = cycle->log;
    desk->commands.count_max = NGX_TICKET_COMMANDS_KEPT_MAX;
    desk->started_ms = ngx_current_msec;
    desk->map_bytes = store->map_bytes;
    desk->writer_conf = store->writer;
    ngx_memcpy(desk->path, store->path.data, store->path.len);

    ngx_ticket_desk_timer(desk, &desk->open_timer,
                          ngx_ticket_desk_open_handler);
    ngx_ticket_desk_timer(desk, &desk->tick_timer,
                          ngx_ticket_desk_tick_handler);
    ngx_ticket_desk_timer(desk, &desk->leave_timer,
                          ngx_ticket_desk_leave_handler);

    store->desk = desk;

    if (!tkt_crypto_init()) {
        desk->state = NGX_TICKET_DESK_FAILED;
        ngx_log_error(NGX_LOG_CRIT, desk->log, 0,
                      "ticket: there is no source of random numbers, "
                      "the store \"%s\" answers 503", desk->path);
        return NGX_OK;
    }

    ngx_ticket_random(desk, (u_char *) &random, sizeof(random));
    (void) ngx_hex_dump(desk->request_prefix, (u_char *) &random,
                        sizeof(random));

    desk->hasher = ngx_ticket_crew_create(cycle, &ngx_ticket_hash_crew);
    desk->filer = ngx_ticket_crew_create(cycle, &ngx_ticket_file_crew);

    ngx_ticket_desk_share(store);

    ngx_ticket_random(desk, key, sizeof(key));
    desk->jwt_cache = tkt_jwt_cache_create(key);

    ngx_ticket_desk_open(desk);

    return NGX_OK;
}


void
ngx_ticket_desk_stop(ngx_ticket_desk_t *desk)
{
    if (desk->open_timer.timer_set) {
        ngx_del_timer(&desk->open_timer);
    }

    if (desk->tick_timer.timer_set) {
        ngx_del_timer(&desk->tick_timer);
    }

    if (desk->leave_timer.timer_set) {
        ngx_del_timer(&desk->leave_timer);
    }

    tkt_answers_destroy(desk->answers);
    desk->answers = NULL;

    ngx_ticket_crew_destroy(desk->hasher);
    desk->hasher = NULL;
    ngx_ticket_crew_destroy(desk->filer);
    desk->filer = NULL;

    tkt_jwt_cache_destroy(desk->jwt_cache);
    desk->jwt_cache = NULL;

    if (desk->writer
        && ngx_ticket_writer_stop(desk->writer, NGX_TICKET_STOP_MAX_MS)
           != NGX_OK)
    {
        return;
    }

    tkt_txn_reader_free(desk->reader);
    tkt_env_close(desk->env);

    desk->writer = NULL;
    desk->reader = NULL;
    desk->env = NULL;

    if (desk->state == NGX_TICKET_DESK_OPEN) {
        desk->state = NGX_TICKET_DESK_CLOSED;
    }
}


/*
 * Tells in time that the map will be full: of all workers the first, seldom,
 * and at a level that is logged unless the operator wants less than usual.
 */
static void
ngx_ticket_desk_watch_map(ngx_ticket_desk_t *desk)
{
    uint64_t        percent;
    tkt_env_info_t  info;

    if (ngx_worker != 0
        || (desk->map_logged_ms
            && ngx_current_msec - desk->map_logged_ms < NGX_TICKET_MAP_LOG_MS))
    {
        return;
    }

    tkt_env_info(desk->env, &info);

    percent = info.used_bytes * 100 / info.map_bytes;

    if (percent < TKT_MAP_WARN_PERCENT) {
        return;
    }

    desk->map_logged_ms = ngx_max(ngx_current_msec, 1);

    ngx_log_error(NGX_LOG_ERR, desk->log, 0,
                  "ticket: %uL%% of the map of the store \"%s\" is used, at "
                  "%d%% changes are refused unless pages are freed: "
                  "raise map_size=", percent, desk->path,
                  TKT_MAP_REFUSE_PERCENT);
}


static void
ngx_ticket_desk_tick_handler(ngx_event_t *ev)
{
    unsigned            freed;
    ngx_ticket_desk_t  *desk = ev->data;

    ngx_ticket_writer_watch(desk->writer);
    ngx_ticket_desk_watch_map(desk);

    if (++desk->ticks % (TKT_READER_CHECK_MS / NGX_TICKET_TICK_MS) == 0) {
        freed = tkt_env_reader_check(desk->env);

        if (freed) {
            ngx_log_error(NGX_LOG_NOTICE, desk->log, 0,
                          "ticket: freed %ud reader slots of dead processes",
                          freed);
        }
    }

    ngx_add_timer(ev, NGX_TICKET_TICK_MS);
}


/* ---- failure ---- */


void
ngx_ticket_desk_fail(ngx_ticket_desk_t *desk, const char *reason)
{
    ngx_msec_t  lived;

    if (desk->state == NGX_TICKET_DESK_FAILED) {
        return;
    }

    desk->state = NGX_TICKET_DESK_FAILED;

    ngx_log_error(NGX_LOG_CRIT, desk->log, 0,
                  "ticket: the store \"%s\" is out of service: %s; "
                  "this process answers what it has and leaves",
                  desk->path, reason);

    lived = ngx_current_msec - desk->started_ms;

    if (lived >= NGX_TICKET_LIVE_MIN_MS) {
        ngx_ticket_desk_leave_handler(&desk->leave_timer);
        return;
    }

    ngx_add_timer(&desk->leave_timer, NGX_TICKET_LIVE_MIN_MS - lived);
}


static void
ngx_ticket_desk_leave_handler(ngx_event_t *ev)
{
    if (ngx_exiting) {
        /* told so before, by somebody who gave its clients their time */
        return;
    }

    /* closes listening sockets, lets requests in flight end, then exits */

    ngx_quit = 1;

    ev->handler = ngx_ticket_desk_end_handler;
    ngx_add_timer(ev, NGX_TICKET_LEAVE_MAX_MS);
}


/* Slow clients of other locations are no reason to stay. */
static void
ngx_ticket_desk_end_handler(ngx_event_t *ev)
{
    ngx_terminate = 1;
}


static void
ngx_ticket_desk_broken(void *data)
{
    ngx_ticket_desk_fail(data, "the outcome of a commit is unknown, "
                               "or its environment failed");
}


void
ngx_ticket_desk_share(ngx_ticket_store_t *store)
{
    u_char              key[16];
    ngx_ticket_desk_t  *desk = store->desk;

    desk->shared = store->shared ? store->shared->data : NULL;
    ngx_ticket_viewers_lend(store->viewers, &desk->viewers);
    desk->keyring = store->keyring;

    tkt_answers_destroy(desk->answers);

    ngx_ticket_random(desk, key, sizeof(key));
    desk->answers = tkt_answers_create(key);
}


ngx_uint_t
ngx_ticket_desk_failed(ngx_ticket_desk_t *desk)
{
    return desk->state == NGX_TICKET_DESK_FAILED && desk->env != NULL;
}


tkt_str_t
ngx_ticket_desk_why(const ngx_ticket_desk_t *desk)
{
    if (desk == NULL) {
        return tkt_str_z("this process has no store");
    }

    switch (desk->state) {

    case NGX_TICKET_DESK_OPEN:
        return tkt_str_z(NULL);

    case NGX_TICKET_DESK_FAILED:
        return tkt_str_z("the store has failed, this process is leaving");

    default:
        return tkt_str_z("the store is not open yet");
    }
}
