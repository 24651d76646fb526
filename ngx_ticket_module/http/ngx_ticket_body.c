/*
 * The whole body in one piece.
 *
 * A body with a length is read by nginx into one buffer, since the location's
 * client_body_buffer_size is at least its client_max_body_size (checked when
 * the configuration is read), and is used where it lies.  One without a
 * length would be written to a temporary file by nginx as soon as chunks and
 * their framing have filled that buffer once; it is read unbuffered instead
 * and gathered here.  The limit is enforced here in both cases: what nginx
 * takes for client_max_body_size at our locations has been raised to the limit
 * of uploads, which do not come this way.
 */

#include "http/ngx_ticket_http.h"

#include "crypto/tkt_crypto.h"


#define NGX_TICKET_BODY_FIRST_BYTES  4096


static void ngx_ticket_body_ready(ngx_http_request_t *r);
static void ngx_ticket_body_go_on(ngx_http_request_t *r);


ngx_uint_t
ngx_ticket_body_excess(ngx_ticket_ctx_t *ctx)
{
    off_t                max;
    ngx_http_request_t  *r;

    r = ctx->r;
    max = ctx->conf->body_max;

    if (ctx->matched && tkt_app_is_upload(&ctx->match)) {
        max = (off_t) ctx->conf->attachment_max;
    }

    if (r->headers_in.content_length_n <= max) {
        return 0;
    }

    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                  "client intended to send too large body: %O bytes",
                  r->headers_in.content_length_n);

    /*
     * As nginx does: a client that asks is not told to go on, and one that
     * sends all the same may not take the connection for its next request.
     */

    r->expect_tested = 1;
    r->keepalive = 0;

    ngx_ticket_problem(ctx, TKT_TOO_LARGE, NULL);

    return 1;
}


ngx_int_t
ngx_ticket_body_refuse(ngx_ticket_ctx_t *ctx)
{
    ngx_int_t            rc;
    ngx_http_request_t  *r;

    r = ctx->r;

    /* a hundred megabytes are not asked for to be thrown away */

    if (ctx->matched && tkt_app_is_upload(&ctx->match)
        && r->headers_in.expect && !r->expect_tested)
    {
        r->expect_tested = 1;
        r->keepalive = 0;
    }

    rc = ngx_ticket_wipe_discard(ctx);

    return (rc != NGX_OK) ? rc : ngx_ticket_send(ctx, &ctx->reply);
}


void
ngx_ticket_body_fail(ngx_http_request_t *r, ngx_int_t rc)
{
    r->read_event_handler = ngx_http_block_reading;

    ngx_http_finalize_request(r, rc);
}


ngx_int_t
ngx_ticket_body_more(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    rc = ngx_http_read_unbuffered_request_body(r);

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        ngx_ticket_body_fail(r, rc);
        return NGX_DONE;
    }

    return (rc == NGX_AGAIN && r->request_body->bufs == NULL)
           ? NGX_AGAIN : NGX_OK;
}


ngx_int_t
ngx_ticket_body_read(ngx_ticket_ctx_t *ctx)
{
    ngx_int_t            rc;
    ngx_http_request_t  *r;

    r = ctx->r;

    if (r != r->main
        && (r->header_only
            || (r->request_body && r->request_body == r->parent->request_body)))
    {
        /*
         * auth_request and mirror ask with their parent's body, which is not
         * meant for us.
         */

        ngx_ticket_problem(ctx, TKT_INVALID_REQUEST,
                           "A subrequest must bring a body of its own.");
        return ngx_ticket_send(ctx, &ctx->reply);
    }

    if (tkt_app_is_secret(&ctx->match)
        && ngx_ticket_wipe_arm(ctx) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->request_body_in_single_buf = 1;
    r->request_body_in_file_only = 0;
    r->request_body_in_persistent_file = 0;
    r->request_body_no_buffering = r->headers_in.chunked
                                   && r->request_body == NULL
                                   && r == r->main;

    rc = ngx_http_read_client_request_body(r, ngx_ticket_body_ready);

    return (rc >= NGX_HTTP_SPECIAL_RESPONSE) ? rc : NGX_DONE;
}


/* Room for n more bytes. */
static ngx_int_t
ngx_ticket_body_reserve(ngx_ticket_ctx_t *ctx, size_t n)
{
    size_t   size;
    u_char  *p;

    if (n <= ctx->body_size - ctx->body_len) {
        return NGX_OK;
    }

    size = ngx_max(ctx->body_size * 2, NGX_TICKET_BODY_FIRST_BYTES);

    if (size < ctx->body_len + n) {
        size = ctx->body_len + n;
    }

    p = ngx_pnalloc(ctx->r->pool, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    if (ctx->body_len) {
        ngx_memcpy(p, ctx->body, ctx->body_len);
        tkt_wipe(ctx->body, ctx->body_len);
        (void) ngx_pfree(ctx->r->pool, ctx->body);
    }

    ctx->body = p;
    ctx->body_size = size;

    return NGX_OK;
}


static ngx_int_t
ngx_ticket_body_append(ngx_ticket_ctx_t *ctx, ngx_buf_t *b)
{
    off_t    size;
    ssize_t  n;

    size = ngx_buf_size(b);

    if (size == 0) {
        return NGX_OK;              /* the last one, which has no memory */
    }

    if (size > ctx->conf->body_max - (off_t) ctx->body_len) {
        return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
    }

    if (size < 0 || ngx_ticket_body_reserve(ctx, (size_t) size) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (b->in_file) {
        n = ngx_read_file(b->file, ctx->body + ctx->body_len, (size_t) size,
                          b->file_pos);

        if (n != (ssize_t) size) {
            ngx_log_error(NGX_LOG_ERR, ctx->r->connection->log, 0,
                          "ticket: the body's temporary file cannot be read");
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

    } else {
        ngx_memcpy(ctx->body + ctx->body_len, b->pos, (size_t) size);

        if (ctx->secret && b->temporary) {
            tkt_wipe(b->pos, (size_t) size);
        }

        b->pos = b->last;
    }

    ctx->body_len += (size_t) size;

    return NGX_OK;
}


/* Moves what has been read into one piece; nginx may use its buffers again. */
static ngx_int_t
ngx_ticket_body_gather(ngx_ticket_ctx_t *ctx)
{
    ngx_int_t                 rc;
    ngx_chain_t              *cl;
    ngx_http_request_body_t  *rb;

    rb = ctx->r->request_body;

    while ((cl = rb->bufs) != NULL) {

        rc = ngx_ticket_body_append(ctx, cl->buf);
        if (rc != NGX_OK) {
            return rc;
        }

        rb->bufs = cl->next;
        ngx_free_chain(ctx->r->pool, cl);
    }

    return NGX_OK;
}


/* Called when the body is there, or with the first part of an unbuffered. */
static void
ngx_ticket_body_ready(ngx_http_request_t *r)
{
    ngx_int_t          rc;
    tkt_str_t          body = { NULL, 0 };
    ngx_buf_t         *b;
    ngx_chain_t       *cl;
    ngx_ticket_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_ticket_module);

    if (r->reading_body) {
        r->read_event_handler = ngx_ticket_body_go_on;
        ngx_ticket_body_go_on(r);
        return;
    }

    cl = r->request_body ? r->request_body->bufs : NULL;

    if (cl && cl->next == NULL && !cl->buf->in_file) {
        b = cl->buf;
        body.data = b->pos;
        body.len = b->last - b->pos;

    } else if (cl) {
        rc = ngx_ticket_body_gather(ctx);

        if (rc != NGX_OK) {
            ngx_http_finalize_request(r, rc);
            return;
        }

        body.data = ctx->body;
        body.len = ctx->body_len;
    }

    ngx_ticket_command(ctx, body);
}


/* Takes what an unbuffered body has and asks for more until it is complete. */
static void
ngx_ticket_body_go_on(ngx_http_request_t *r)
{
    ngx_int_t          rc;
    tkt_str_t          body;
    ngx_ticket_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_ticket_module);

    for ( ;; ) {

        rc = ngx_ticket_body_gather(ctx);

        if (rc != NGX_OK) {
            ngx_ticket_body_fail(r, rc);
            return;
        }

        if (!r->reading_body) {
            break;
        }

        if (ngx_ticket_body_more(r) != NGX_OK) {
            return;
        }
    }

    r->read_event_handler = ngx_http_block_reading;

    body.data = ctx->body;
    body.len = ctx->body_len;

    ngx_ticket_command(ctx, body);
}
