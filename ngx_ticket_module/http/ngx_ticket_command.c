/*
 * A command between its request and the writer; one with a password is worked
 * on by the hasher's thread before.
 *
 * While either has it, the request is pinned twice: by the reference that
 * reading the body took (r->main->count), which is given up by the final
 * ngx_http_finalize_request, and by r->main->blocked, because nginx resets
 * the count when it terminates a request but never frees one that is blocked.
 * The command's memory is its own, so neither the writer's thread nor the
 * commit depends on the request: a client that goes away does not undo its
 * write.
 */

#include "http/ngx_ticket_http.h"

#include "crypto/tkt_crypto.h"


static void
ngx_ticket_command_free_handler(void *data)
{
    ngx_ticket_ctx_t  *ctx = data;

    if (ctx->cmd) {
        tkt_command_free(ctx->cmd);
        ctx->cmd = NULL;
    }
}


/* Runs when nginx terminates the request or has finished it. */
static void
ngx_ticket_command_dead_handler(void *data)
{
    ngx_ticket_ctx_t  *ctx = data;

    if (ctx->in_flight) {
        ctx->dead = 1;
    }
}


ngx_int_t
ngx_ticket_command_cleanups(ngx_ticket_ctx_t *ctx)
{
    ngx_pool_cleanup_t  *memory;
    ngx_http_cleanup_t  *request;

    if (ctx->guarded) {
        return NGX_OK;
    }

    memory = ngx_pool_cleanup_add(ctx->r->pool, 0);
    request = ngx_http_cleanup_add(ctx->r, 0);

    if (memory == NULL || request == NULL) {
        return NGX_ERROR;
    }

    memory->handler = ngx_ticket_command_free_handler;
    memory->data = ctx;
    request->handler = ngx_ticket_command_dead_handler;
    request->data = ctx;
    ctx->guarded = 1;

    return NGX_OK;
}


static void
ngx_ticket_command_answer(ngx_ticket_ctx_t *ctx)
{
    ngx_int_t           rc;
    const tkt_reply_t  *reply;

    reply = tkt_command_reply(ctx->cmd);

    rc = ngx_ticket_send(ctx, reply);

    ngx_http_finalize_request(ctx->r, rc);
}


/* From here to the writer or a crew, until one of them calls back. */
void
ngx_ticket_command_pin(ngx_ticket_ctx_t *ctx)
{
    ngx_http_request_t  *r;

    r = ctx->r;

    r->main->blocked++;
    ctx->in_flight = 1;

    /* a disconnect is noticed when the answer is sent, not before */

    r->read_event_handler = ngx_http_block_reading;
    r->write_event_handler = ngx_http_request_empty_handler;
}


ngx_uint_t
ngx_ticket_command_gone(ngx_ticket_ctx_t *ctx)
{
    return ctx->dead || ctx->r->connection->error;
}


void
ngx_ticket_command_unpin(ngx_ticket_ctx_t *ctx)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = ctx->r;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    r->main->blocked--;
    ctx->in_flight = 0;

#if (NGX_HTTP_V2)

    if (r->stream) {
        /*
         * processing must reach the main connection, so that a stream that
         * was reset in between is closed
         */
        c->write->ready = 1;
        c->write->active = 0;
    }

#endif

    if (ngx_ticket_command_gone(ctx)) {
        /*
         * Nothing can be sent.  The main request is finalized, not ours: it
         * may be a subrequest whose parent has been told already, and the
         * connection's own write handler would reach whichever subrequest is
         * active.
         */

        ngx_http_finalize_request(r->main, NGX_ERROR);
        ngx_http_run_posted_requests(c);
    }
}


/* The command has its reply; nobody else has it or the request any more. */
static void
ngx_ticket_command_return(ngx_ticket_ctx_t *ctx, tkt_command_t *cmd)
{
    ngx_connection_t  *c;

    c = ctx->r->connection;

    if (ctx->file) {
        ngx_ticket_upload_settle(ctx, cmd);
    }

    if (ngx_ticket_command_gone(ctx)) {
        tkt_command_free(cmd);
        ngx_ticket_command_unpin(ctx);
        return;
    }

    ngx_ticket_command_unpin(ctx);

    ctx->cmd = cmd;

    ngx_ticket_command_answer(ctx);
    ngx_http_run_posted_requests(c);
}


/* The writer is through with the command. */
static void
ngx_ticket_command_done(tkt_command_t *cmd, void *data, ngx_uint_t commit_us)
{
    ngx_ticket_ctx_t  *ctx = data;

    ctx->commit_us = commit_us;
    ctx->committed = 1;

    ngx_ticket_command_return(ctx, cmd);
}


/* A submission that the queue has no room for may be one that is urgent. */
static ngx_uint_t
ngx_ticket_command_urgent(ngx_ticket_ctx_t *ctx, tkt_command_t *cmd)
{
    tkt_txn_t     *txn;
    ngx_uint_t     urgent;
    tkt_status_t   status;

    txn = ngx_ticket_read_begin(ctx->desk, &status);
    if (txn == NULL) {
        return 0;
    }

    urgent = tkt_command_urgent(cmd, txn);

    ngx_ticket_read_end(ctx->desk);

    return urgent;
}


static tkt_status_t
ngx_ticket_command_write(ngx_ticket_ctx_t *ctx, tkt_command_t *cmd)
{
    tkt_lane_t            lane;
    tkt_status_t          status;
    ngx_ticket_writer_t  *writer;

    if (ctx->desk->state != NGX_TICKET_DESK_OPEN) {
        return TKT_BUSY;
    }

    lane = tkt_command_lane(cmd);
    writer = ctx->desk->writer;

    status = ngx_ticket_writer_post(writer, cmd, lane,
                                    ngx_ticket_command_done, ctx);

    if (status == TKT_BUSY && lane == TKT_LANE_BULK
        && ngx_ticket_command_urgent(ctx, cmd))
    {
        status = ngx_ticket_writer_post(writer, cmd, TKT_LANE_URGENT,
                                        ngx_ticket_command_done, ctx);
    }

    return status;
}


/* ---- passwords ---- */


/*
 * Refuses a login whose account or address has failed too often, whatever its
 * password is.  True: it may go on.
 */
static ngx_uint_t
ngx_ticket_command_may_try(ngx_ticket_ctx_t *ctx, tkt_command_t *cmd,
    tkt_attempt_t *attempt)
{
    uint32_t  wait_s;

    if (ctx->desk->shared == NULL || !tkt_command_attempt(cmd, attempt)) {
        return 1;
    }

    wait_s = ngx_ticket_shared_delay(ctx->desk->shared, attempt,
                                     ngx_ticket_now_ms());

    if (wait_s == 0) {
        return 1;
    }

    tkt_command_refuse(cmd, TKT_QUOTA_EXCEEDED, wait_s);

    return 0;
}


/*
 * The hasher is through with the command.  Attempts that began together are
 * let through until so many of them have failed: the rest learn nothing.  An
 * attempt counts also when nobody waits for its answer any more, since it has
 * cost as much.
 */
static void
ngx_ticket_command_hashed(void *obj, void *data)
{
    tkt_status_t       status;
    tkt_attempt_t      attempt;
    tkt_command_t     *cmd = obj;
    ngx_ticket_ctx_t  *ctx = data;

    if (!ngx_ticket_command_may_try(ctx, cmd, &attempt)) {
        ngx_ticket_command_return(ctx, cmd);
        return;
    }

    if (ctx->desk->shared && tkt_command_attempt(cmd, &attempt)) {
        ngx_ticket_shared_attempted(ctx->desk->shared, &attempt,
                                    tkt_command_attempt_failed(cmd),
                                    ngx_ticket_now_ms());
    }

    if (ngx_ticket_command_gone(ctx)) {
        ngx_ticket_command_return(ctx, cmd);
        return;
    }

    status = ngx_ticket_command_write(ctx, cmd);

    if (status != TKT_OK) {
        tkt_command_refuse(cmd, status, TKT_RETRY_AFTER_S);
        ngx_ticket_command_return(ctx, cmd);
    }
}


/*
 * Gives the command what the store has of the account and queues it for the
 * hasher.  True: it is on its way; else it has its reply.
 */
static ngx_uint_t
ngx_ticket_command_hash(ngx_ticket_ctx_t *ctx, tkt_command_t *cmd)
{
    tkt_txn_t      *txn;
    ngx_uint_t      prepared;
    tkt_status_t    status;
    tkt_attempt_t   attempt;

    txn = ngx_ticket_read_begin(ctx->desk, &status);

    if (txn != NULL) {
        prepared = tkt_command_prepare(cmd, txn);
        ngx_ticket_read_end(ctx->desk);

        /* whose attempt it is, is known from here on */

        if (!prepared || !ngx_ticket_command_may_try(ctx, cmd, &attempt)) {
            return 0;
        }

        status = (ctx->desk->hasher == NULL)
                 ? TKT_BUSY
                 : ngx_ticket_crew_post(ctx->desk->hasher, cmd,
                                        ngx_ticket_command_hashed, ctx);
    }

    if (status != TKT_OK) {
        tkt_command_refuse(cmd, status, TKT_RETRY_AFTER_S);
    }

    return status == TKT_OK;
}


/* ---- from the request ---- */


/* Sends the command on its way; false: it has its reply. */
static ngx_uint_t
ngx_ticket_command_post(ngx_ticket_ctx_t *ctx, tkt_command_t *cmd)
{
    tkt_status_t  status;

    status = TKT_BUSY;

    if (ctx->r->main->blocked < NGX_TICKET_BLOCKED_MAX) {

        if (tkt_command_needs_work(cmd)) {
            return ngx_ticket_command_hash(ctx, cmd);
        }

        status = ngx_ticket_command_write(ctx, cmd);
    }

    if (status != TKT_OK) {
        tkt_command_refuse(cmd, status, TKT_RETRY_AFTER_S);
    }

    return status == TKT_OK;
}


/* A batch was counted as one request: the rest of it. */
static ngx_uint_t
ngx_ticket_command_count(ngx_ticket_ctx_t *ctx, const tkt_command_t *cmd)
{
    size_t  n;

    n = tkt_command_operations(cmd);

    return n == 1 || ngx_ticket_quota_admit(ctx, (uint32_t) n - 1);
}


void
ngx_ticket_command(ngx_ticket_ctx_t *ctx, tkt_str_t body)
{
    u_char               random[32];
    tkt_command_t       *cmd;
    ngx_http_request_t  *r;

    r = ctx->r;

    ngx_ticket_random(ctx->desk, random, sizeof(random));

    cmd = tkt_app_command(&ctx->req, &ctx->match, &ctx->actor, body, random,
                          &ctx->arena, &ctx->reply);

    tkt_wipe(random, sizeof(random));

    /* another module that has yet to read the body sends it on, wiped later */

    if (ctx->secret && !r->preserve_body) {
        ngx_ticket_wipe_body(ctx);
    }

    if (cmd && !ngx_ticket_command_count(ctx, cmd)) {
        tkt_command_free(cmd);
        cmd = NULL;
    }

    if (cmd == NULL) {
        ngx_http_finalize_request(r, ngx_ticket_send(ctx, &ctx->reply));
        return;
    }

    if (ngx_ticket_command_cleanups(ctx) != NGX_OK) {
        tkt_command_free(cmd);
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    if (ngx_ticket_command_post(ctx, cmd)) {
        ngx_ticket_command_pin(ctx);
        return;
    }

    ctx->cmd = cmd;

    ngx_ticket_command_answer(ctx);
}
