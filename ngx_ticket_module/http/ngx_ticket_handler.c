/*
 * The content handler of `ticket`: match, admit, then answer a query at once
 * or read the body of a command.
 *
 * Every way out reads or discards the body, so that its bytes are never taken
 * for the next request of the connection, and sends the answer itself, so
 * that `error_page` does not replace it.
 */

#include "http/ngx_ticket_http.h"


/*
 * What is done once for every request whose caller is known: one that was
 * admitted, or whose role does not suffice.
 */
static ngx_uint_t
ngx_ticket_handler_count(ngx_ticket_ctx_t *ctx)
{
    ngx_ticket_uses_note(&ctx->desk->uses, &ctx->actor, ctx->req.now_ms);

    return ngx_ticket_quota_admit(ctx, 1);
}


/*
 * An answer of the newest snapshot that was given before: the same bytes,
 * without a lookup.
 */
static ngx_uint_t
ngx_ticket_handler_kept(ngx_ticket_ctx_t *ctx)
{
    tkt_txn_t          *txn;
    ngx_uint_t          not_modified;
    tkt_answer_t       *answer;
    tkt_status_t        status;
    ngx_ticket_desk_t  *desk = ctx->desk;

    if (desk == NULL || desk->answers == NULL
        || ctx->r->headers_in.content_length_n > ctx->conf->body_max
        || (ctx->req.method != TKT_METHOD_GET
            && ctx->req.method != TKT_METHOD_HEAD))
    {
        return 0;
    }

    txn = ngx_ticket_read_begin(desk, &status);
    if (txn == NULL) {
        return 0;
    }

    tkt_answers_id(desk->answers, &ctx->req, &ctx->answer_id);
    answer = tkt_answers_find(desk->answers, &ctx->answer_id,
                              tkt_txn_snapshot(txn), ctx->req.now_ms);
    ngx_ticket_read_end(desk);

    if (answer == NULL) {
        return 0;
    }

    not_modified = tkt_answer_not_modified(answer, ctx->req.if_none_match);

    if (answer->reply.http == NGX_HTTP_NOT_MODIFIED && !not_modified) {
        /* it was made for somebody who has the body */
        tkt_answer_release(answer);
        return 0;
    }

    ctx->answer = answer;
    ctx->match = answer->match;
    ctx->actor = answer->actor;
    ctx->reply = answer->reply;
    ctx->matched = 1;
    ctx->admitted = 1;

    if (not_modified) {
        ctx->reply.http = NGX_HTTP_NOT_MODIFIED;
        ctx->reply.body = tkt_str("");
    }

    (void) ngx_ticket_handler_count(ctx);

    return 1;
}


/* Answers a query, and keeps the answer for the next who asks the same. */
static void
ngx_ticket_handler_query(ngx_ticket_ctx_t *ctx, tkt_txn_t *txn)
{
    tkt_answers_t  *answers = ctx->desk->answers;

    if (tkt_app_is_secret(&ctx->match) && ngx_ticket_wipe_arm(ctx) != NGX_OK) {
        ngx_ticket_problem(ctx, TKT_BUSY, NULL);
        return;
    }

    tkt_app_query(txn, &ctx->req, &ctx->match, &ctx->actor, &ctx->arena,
                  &ctx->reply);

    if (answers) {
        tkt_answers_offer(answers, &ctx->answer_id, tkt_txn_snapshot(txn),
                          ctx->req.now_ms, &ctx->match, &ctx->actor,
                          &ctx->reply);
    }
}


/*
 * Admits the caller and answers a query, in one read transaction that ends
 * here: the answer is in the request's memory by then.  True: a command was
 * admitted and its body is to be read; else ctx->reply is complete.
 */
static ngx_uint_t
ngx_ticket_handler_read(ngx_ticket_ctx_t *ctx, ngx_uint_t command)
{
    tkt_txn_t     *txn;
    ngx_uint_t     go_on;
    tkt_status_t   status;

    status = TKT_BUSY;
    txn = (ctx->desk == NULL) ? NULL
                              : ngx_ticket_read_begin(ctx->desk, &status);

    if (txn == NULL) {
        ngx_ticket_problem(ctx, status, NULL);
        return 0;
    }

    go_on = 0;

    if (tkt_app_admit(txn, &ctx->req, &ctx->match, &ctx->actor, &ctx->arena,
                      &ctx->reply))
    {
        ctx->admitted = 1;
        go_on = ngx_ticket_handler_count(ctx);

        if (go_on && !command) {
            ngx_ticket_handler_query(ctx, txn);
        }

    } else if (ctx->reply.status == TKT_FORBIDDEN
               && ctx->actor.role != TKT_ROLE_NONE)
    {
        (void) ngx_ticket_handler_count(ctx);
    }

    ngx_ticket_read_end(ctx->desk);

    return command && go_on;
}


/* Likewise, for a request that must be matched first. */
static ngx_uint_t
ngx_ticket_handler_match(ngx_ticket_ctx_t *ctx)
{
    if (!tkt_app_match(&ctx->req, &ctx->match, &ctx->arena, &ctx->reply)) {
        return 0;
    }

    ctx->matched = 1;

    if (ngx_ticket_body_excess(ctx)) {
        return 0;
    }

    return ngx_ticket_handler_read(ctx, tkt_app_is_command(&ctx->match));
}


ngx_int_t
ngx_ticket_handler(ngx_http_request_t *r)
{
    ngx_int_t               rc;
    ngx_ticket_ctx_t       *ctx;
    ngx_ticket_loc_conf_t  *conf;

    conf = ngx_http_get_module_loc_conf(r, ngx_ticket_module);

    ctx = ngx_ticket_request_ctx(r, conf);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_ticket_health_routes(ctx);
    if (rc != NGX_DECLINED) {
        return rc;
    }

    if (!ngx_ticket_handler_kept(ctx) && ngx_ticket_handler_match(ctx)) {
        return tkt_app_is_upload(&ctx->match) ? ngx_ticket_upload_read(ctx)
                                              : ngx_ticket_body_read(ctx);
    }

    return ngx_ticket_body_refuse(ctx);
}
