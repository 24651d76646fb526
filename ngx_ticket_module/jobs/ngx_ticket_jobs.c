/*
 * What is due is looked for by one worker, the first; two would do no harm,
 * since a command finds in the store whether there is still something to do.
 * Every worker writes the uses of tokens that it has seen.  A timer may leave
 * another for what it had no room for: that one is looked for at once.
 */

#include "jobs/ngx_ticket_jobs.h"
#include "jobs/ngx_ticket_sweep.h"
#include "worker/ngx_ticket_wake.h"


struct ngx_ticket_jobs_s {
    ngx_ticket_desk_t  *desk;
    ngx_event_t         timer;
    ngx_ticket_wake_t   leave;         /* seen when the worker is to leave   */
    ngx_msec_t          failed_ms;     /* when it was logged; 0: never       */
    ngx_uint_t          in_flight;     /* commands of what is due            */
    ngx_uint_t          refused;       /* of those of the last look          */
    tkt_key_t           after;         /* where the last look at it ended    */
    ngx_uint_t          uses;          /* 1: their command is in flight      */
    ngx_msec_t          uses_ms;       /* when the next one is to be made    */
    ngx_ticket_sweep_t  sweep;
};


/* A command that waits for a file to be removed. */
typedef struct {
    struct ngx_ticket_jobs_s  *jobs;
    tkt_command_t             *cmd;
} ngx_ticket_unlink_t;


/* What cannot be done is tried anew every second, and told of seldom. */
static ngx_uint_t
ngx_ticket_jobs_may_log(struct ngx_ticket_jobs_s *jobs)
{
    if (jobs->failed_ms
        && ngx_current_msec - jobs->failed_ms < NGX_TICKET_FAILED_LOG_MS)
    {
        return 0;
    }

    jobs->failed_ms = ngx_max(ngx_current_msec, 1);

    return 1;
}


/* Such a command has no client: the log tells of what should not happen. */
static void
ngx_ticket_jobs_finish(struct ngx_ticket_jobs_s *jobs, tkt_command_t *cmd)
{
    tkt_status_t  status;

    status = tkt_command_reply(cmd)->status;

    if ((status == TKT_INTERNAL || status == TKT_OUTCOME_UNKNOWN)
        && ngx_ticket_jobs_may_log(jobs))
    {
        ngx_log_error(NGX_LOG_ERR, jobs->desk->log, 0,
                      "ticket: a timer's command failed in the store \"%s\"",
                      jobs->desk->path);
    }

    tkt_command_free(cmd);
}


static void
ngx_ticket_jobs_due_done(tkt_command_t *cmd, void *data, ngx_uint_t commit_us)
{
    struct ngx_ticket_jobs_s  *jobs = data;

    jobs->in_flight--;
    jobs->refused += tkt_command_reply(cmd)->status != TKT_OK;

    ngx_ticket_jobs_finish(jobs, cmd);

    /* what failed is tried again at its pace, not at once */

    if (jobs->in_flight == 0 && !jobs->refused && jobs->timer.timer_set) {
        ngx_add_timer(&jobs->timer, NGX_TICKET_DUE_AGAIN_MS);
    }
}


static void
ngx_ticket_jobs_uses_done(tkt_command_t *cmd, void *data,
    ngx_uint_t commit_us)
{
    struct ngx_ticket_jobs_s  *jobs = data;

    jobs->uses = 0;

    ngx_ticket_jobs_finish(jobs, cmd);
}


static ngx_uint_t
ngx_ticket_jobs_post(struct ngx_ticket_jobs_s *jobs, tkt_command_t *cmd,
    ngx_ticket_done_pt done)
{
    if (ngx_ticket_writer_post(jobs->desk->writer, cmd, tkt_command_lane(cmd),
                               done, jobs)
        == TKT_OK)
    {
        return 1;
    }

    tkt_command_free(cmd);

    return 0;
}


/*
 * The file is gone: so may be the timer that asked for it.  Else it is asked
 * for again.
 */
static void
ngx_ticket_jobs_unlinked(void *obj, void *data)
{
    ngx_ticket_file_t         *file = obj;
    ngx_ticket_unlink_t       *wait = data;
    struct ngx_ticket_jobs_s  *jobs = wait->jobs;

    if (file->err && ngx_ticket_jobs_may_log(jobs)) {
        ngx_log_error(NGX_LOG_ERR, jobs->desk->log, file->err,
                      "ticket: %s failed for the file \"%s\" of the store "
                      "\"%s\", trying on", file->failed, file->name,
                      jobs->desk->path);
    }

    if (file->err || jobs->desk->state != NGX_TICKET_DESK_OPEN) {
        tkt_command_free(wait->cmd);
        jobs->in_flight--;

    } else if (!ngx_ticket_jobs_post(jobs, wait->cmd,
                                     ngx_ticket_jobs_due_done))
    {
        jobs->in_flight--;
    }

    ngx_ticket_file_free(file);
    ngx_free(wait);
}


/* Sends a command on its way; 1: it is in flight. */
static ngx_uint_t
ngx_ticket_jobs_send(struct ngx_ticket_jobs_s *jobs, tkt_command_t *cmd)
{
    tkt_str_t             file;
    ngx_ticket_unlink_t  *wait;

    file = tkt_command_file(cmd);

    if (file.len == 0) {
        return ngx_ticket_jobs_post(jobs, cmd, ngx_ticket_jobs_due_done);
    }

    wait = ngx_alloc(sizeof(ngx_ticket_unlink_t), jobs->desk->log);

    if (wait) {
        wait->jobs = jobs;
        wait->cmd = cmd;

        if (ngx_ticket_file_remove(jobs->desk, file,
                                   ngx_ticket_jobs_unlinked, wait)
            == TKT_OK)
        {
            return 1;
        }

        ngx_free(wait);
    }

    tkt_command_free(cmd);

    return 0;
}


/* What does not fit into the queue is still due the next time. */
static void
ngx_ticket_jobs_due(struct ngx_ticket_jobs_s *jobs)
{
    u_char          random[TKT_JOB_BATCH_MAX * 32];
    size_t          i, n;
    tkt_txn_t      *txn;
    tkt_status_t    status;
    tkt_command_t  *commands[TKT_JOB_BATCH_MAX];

    if (ngx_worker != 0 || ngx_exiting || jobs->in_flight) {
        return;
    }

    txn = ngx_ticket_read_begin(jobs->desk, &status);
    if (txn == NULL) {
        return;
    }

    ngx_ticket_random(jobs->desk, random, sizeof(random));

    n = tkt_app_due(txn, ngx_ticket_now_ms(), random,
                    jobs->desk->keyring, commands, TKT_JOB_BATCH_MAX,
                    &jobs->after);

    ngx_ticket_read_end(jobs->desk);

    jobs->refused = 0;

    for (i = 0; i < n; i++) {
        jobs->in_flight += ngx_ticket_jobs_send(jobs, commands[i]);
    }
}


static void
ngx_ticket_jobs_uses(struct ngx_ticket_jobs_s *jobs)
{
    u_char              random[32];
    size_t              n;
    tkt_command_t      *cmd;
    ngx_ticket_desk_t  *desk = jobs->desk;
    tkt_token_use_t     list[TKT_TOKEN_USES_MAX];

    if (jobs->uses || desk->uses.count == 0
        || ((ngx_msec_int_t) (ngx_current_msec - jobs->uses_ms) < 0
            && desk->uses.count < TKT_TOKEN_USES_MAX && !ngx_exiting))
    {
        return;
    }

    n = ngx_ticket_uses_list(&desk->uses, list);
    ngx_ticket_random(desk, random, sizeof(random));

    cmd = tkt_app_token_uses(list, n, ngx_ticket_now_ms(), random);

    if (cmd && ngx_ticket_jobs_post(jobs, cmd, ngx_ticket_jobs_uses_done)) {
        jobs->uses = 1;
        ngx_ticket_uses_clear(&desk->uses);
    }

    jobs->uses_ms = ngx_current_msec + NGX_TICKET_USES_MS;
}


static void
ngx_ticket_jobs_handler(ngx_event_t *ev)
{
    struct ngx_ticket_jobs_s  *jobs = ev->data;

    if (jobs->desk->state == NGX_TICKET_DESK_OPEN) {
        ngx_ticket_jobs_due(jobs);
        ngx_ticket_jobs_uses(jobs);
        ngx_ticket_sweep(&jobs->sweep);
    }

    ngx_add_timer(ev, NGX_TICKET_DUE_MS);
}


/*
 * The worker has been told to leave and closes what is idle.  What is posted
 * now keeps it until it was written.
 */
static void
ngx_ticket_jobs_leave_handler(ngx_event_t *ev)
{
    ngx_connection_t          *c = ev->data;
    struct ngx_ticket_jobs_s  *jobs = c->data;

    if (ngx_exiting && jobs->desk->state == NGX_TICKET_DESK_OPEN) {
        ngx_ticket_jobs_uses(jobs);
    }
}


/*
 * nginx tells modules nothing when a worker is to leave, but calls the handler
 * of each connection that is idle.  Without it some uses are not written.
 */
static void
ngx_ticket_jobs_watch(struct ngx_ticket_jobs_s *jobs)
{
    if (ngx_ticket_wake_open(&jobs->leave, ngx_ticket_jobs_leave_handler, jobs,
                             jobs->desk->log)
        == NGX_OK)
    {
        jobs->leave.connection->idle = 1;
    }
}


ngx_int_t
ngx_ticket_jobs_start(ngx_ticket_store_t *store)
{
    ngx_ticket_desk_t         *desk = store->desk;
    struct ngx_ticket_jobs_s  *jobs;

    jobs = ngx_calloc(sizeof(struct ngx_ticket_jobs_s), desk->log);
    if (jobs == NULL) {
        return NGX_ERROR;
    }

    jobs->desk = desk;
    jobs->uses_ms = ngx_current_msec;
    ngx_ticket_sweep_init(&jobs->sweep, desk);

    jobs->timer.handler = ngx_ticket_jobs_handler;
    jobs->timer.data = jobs;
    jobs->timer.log = desk->log;
    jobs->timer.cancelable = 1;

    desk->jobs = jobs;

    ngx_ticket_jobs_watch(jobs);

    /* workers that start together do not tick together */

    ngx_add_timer(&jobs->timer, NGX_TICKET_DUE_MS + (ngx_msec_t) ngx_pid % 97);

    return NGX_OK;
}


void
ngx_ticket_jobs_stop(ngx_ticket_store_t *store)
{
    struct ngx_ticket_jobs_s  *jobs;

    jobs = store->desk->jobs;

    if (jobs == NULL) {
        return;
    }

    if (jobs->timer.timer_set) {
        ngx_del_timer(&jobs->timer);
    }

    ngx_ticket_wake_close(&jobs->leave);
    ngx_ticket_sweep_done(&jobs->sweep);
}
