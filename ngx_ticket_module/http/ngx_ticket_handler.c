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
 * Admits the caller and answers a query, in one read transaction that ends
 * here: the answer is in the request's memory by then.  True: a command was
 * admitted and its body is to be read; else ctx->reply is complete.
 */
static ngx_uint_t
ngx_ticket_handler_read(ngx_ticket_ctx_t *ctx, ngx_uint_t command)
{
    tkt_txn_t     *txn;
    tkt_status_t   status;

    status = TKT_BUSY;
    txn = (ctx->desk == NULL) ? NULL
                              : ngx_ticket_read_begin(ctx->desk, &status);

    if (txn == NULL) {
        ngx_ticket_problem(ctx, status, NULL);
        return 0;
    }

    if (tkt_app_admit(txn, &ctx->req, &ctx->match, &ctx->actor, &ctx->arena,
                      &ctx->reply))
    {
        ctx->admitted = 1;

        if (!command) {
            tkt_app_query(txn, &ctx->req, &ctx->match, &ctx->actor,
                          &ctx->arena, &ctx->reply);
        }
    }

    ngx_ticket_read_end(ctx->desk);

    return command && ctx->admitted;
}


ngx_int_t
ngx_ticket_handler(ngx_http_request_t *r)
{
    ngx_int_t               rc;
    ngx_uint_t              command;
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

    if (tkt_app_match(&ctx->req, &ctx->match, &ctx->arena, &ctx->reply)) {
        ctx->matched = 1;
        command = tkt_app_is_command(&ctx->match);

        if (ngx_ticket_handler_read(ctx, command)) {
            return ngx_ticket_body_read(ctx);
        }
    }

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_ticket_send(ctx, &ctx->reply);
}
