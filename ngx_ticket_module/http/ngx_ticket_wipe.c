/*
 * Secrets in a request's memory: passwords, codes, confidential text.  What
 * came in is overwritten as soon as a command has been made of it, and before
 * the log phase, in which $request_body would show it; what was made of it,
 * and the answer, when the request's memory goes back.
 *
 * Not reached are copies that are not the request's: buffers of TLS, and of
 * HTTP/2 frames on their way to the request.
 */

#include "http/ngx_ticket_http.h"

#include "crypto/tkt_crypto.h"


static void
ngx_ticket_wipe_buf(ngx_buf_t *b)
{
    /* what is not temporary is somebody else's */

    if (b->temporary && b->start && b->last > b->start) {
        tkt_wipe(b->start, b->last - b->start);
    }
}


void
ngx_ticket_wipe_body(ngx_ticket_ctx_t *ctx)
{
    ngx_chain_t              *cl;
    ngx_http_request_body_t  *rb;

    rb = ctx->r->request_body;

    if (ctx->body) {
        tkt_wipe(ctx->body, ctx->body_len);
        ctx->body_len = 0;
    }

    if (rb == NULL) {
        return;
    }

    for (cl = rb->bufs; cl; cl = cl->next) {
        ngx_ticket_wipe_buf(cl->buf);
    }

    if (rb->buf) {
        ngx_ticket_wipe_buf(rb->buf);
    }

    /* nor its length: there is no body any more */

    rb->bufs = NULL;
}


/* Runs before the log phase, also when the request never got so far. */
static void
ngx_ticket_wipe_request_handler(void *data)
{
    ngx_ticket_wipe_body(data);
}


static void
ngx_ticket_wipe_pool_handler(void *data)
{
    ngx_ticket_ctx_t  *ctx = data;

    tkt_arena_wipe(&ctx->arena);
}


ngx_int_t
ngx_ticket_wipe_arm(ngx_ticket_ctx_t *ctx)
{
    ngx_pool_cleanup_t  *memory;
    ngx_http_cleanup_t  *request;

    memory = ngx_pool_cleanup_add(ctx->r->pool, 0);
    request = ngx_http_cleanup_add(ctx->r, 0);

    if (memory == NULL || request == NULL) {
        return NGX_ERROR;
    }

    memory->handler = ngx_ticket_wipe_pool_handler;
    memory->data = ctx;
    request->handler = ngx_ticket_wipe_request_handler;
    request->data = ctx;

    tkt_arena_keep_secrets(&ctx->arena);

    ctx->secret = 1;

    return NGX_OK;
}


ngx_int_t
ngx_ticket_wipe_discard(ngx_ticket_ctx_t *ctx)
{
    u_char     *body;
    ngx_buf_t  *b;
    ngx_int_t   rc;

    b = ctx->r->header_in;
    body = (b && ctx->r == ctx->r->main) ? b->pos : NULL;

    rc = ngx_http_discard_request_body(ctx->r);

    /* nginx has stepped over it, up to the next request */

    if (body && ctx->matched && tkt_app_is_secret(&ctx->match)
        && b->pos > body && b->pos <= b->last)
    {
        tkt_wipe(body, b->pos - body);
    }

    return rc;
}
