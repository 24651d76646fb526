/*
 * A command between its request and the writer.
 *
 * While the writer has it, the request is pinned twice: by the reference that
 * reading the body took (r->main->count), which is given up by the final
 * ngx_http_finalize_request, and by r->main->blocked, because nginx resets
 * the count when it terminates a request but never frees one that is blocked.
 * The command's memory is its own, so neither the writer's thread nor the
 * commit depends on the request: a client that goes away does not undo its
 * write.
 */

#include "http/ngx_ticket_http.h"


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


static ngx_int_t
ngx_ticket_command_cleanups(ngx_ticket_ctx_t *ctx)
{
    ngx_pool_cleanup_t  *memory;
    ngx_http_cleanup_t  *request;

    memory = ngx_pool_cleanup_add(ctx->r->pool, 0);
    request = ngx_http_cleanup_add(ctx->r, 0);

    if (memory == NULL || request == NULL) {
        return NGX_ERROR;
    }

    memory->handler = ngx_ticket_command_free_handler;
    memory->data = ctx;
    request->handler = ngx_ticket_command_dead_handler;
    request->data = ctx;

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


/* The writer is through with the command. */
static void
ngx_ticket_command_done(tkt_command_t *cmd, void *data, ngx_uint_t commit_us)
{
    ngx_connection_t    *c;
    ngx_ticket_ctx_t    *ctx = data;
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

    if (ctx->dead || c->error) {
        tkt_command_free(cmd);

        /*
         * Nothing can be sent.  The main request is finalized, not ours: it
         * may be a subrequest whose parent has been told already, and the
         * connection's own write handler would reach whichever subrequest is
         * active.
         */

        ngx_http_finalize_request(r->main, NGX_ERROR);
        ngx_http_run_posted_requests(c);
        return;
    }

    ctx->cmd = cmd;
    ctx->commit_us = commit_us;
    ctx->committed = 1;

    ngx_ticket_command_answer(ctx);
    ngx_http_run_posted_requests(c);
}


static tkt_status_t
ngx_ticket_command_post(ngx_ticket_ctx_t *ctx, tkt_command_t *cmd)
{
    ngx_http_request_t  *r;

    r = ctx->r;

    if (ctx->desk->state != NGX_TICKET_DESK_OPEN
        || r->main->blocked >= NGX_TICKET_BLOCKED_MAX)
    {
        return TKT_BUSY;
    }

    return ngx_ticket_writer_post(ctx->desk->writer, cmd,
                                  ngx_ticket_command_done, ctx);
}


void
ngx_ticket_command(ngx_ticket_ctx_t *ctx, tkt_str_t body)
{
    u_char               random[32];
    tkt_status_t         status;
    tkt_command_t       *cmd;
    ngx_http_request_t  *r;

    r = ctx->r;

    ngx_ticket_random(ctx->desk, random, sizeof(random));

    cmd = tkt_app_command(&ctx->req, &ctx->match, &ctx->actor, body, random,
                          &ctx->arena, &ctx->reply);

    if (cmd == NULL) {
        ngx_http_finalize_request(r, ngx_ticket_send(ctx, &ctx->reply));
        return;
    }

    if (ngx_ticket_command_cleanups(ctx) != NGX_OK) {
        tkt_command_free(cmd);
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    status = ngx_ticket_command_post(ctx, cmd);

    if (status == TKT_OK) {
        r->main->blocked++;
        ctx->in_flight = 1;

        /* a disconnect is noticed when the answer is sent, not before */

        r->read_event_handler = ngx_http_block_reading;
        r->write_event_handler = ngx_http_request_empty_handler;
        return;
    }

    tkt_command_refuse(cmd, status, TKT_RETRY_AFTER_S);
    ctx->cmd = cmd;

    ngx_ticket_command_answer(ctx);
}
