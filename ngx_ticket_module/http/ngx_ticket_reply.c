/*
 * tkt_reply_t → status line, header fields and body.
 *
 * Header and body leave in one write: nginx holds the header back until the
 * last buffer comes.
 */

#include "http/ngx_ticket_compat.h"
#include "http/ngx_ticket_http.h"


static const ngx_str_t  ngx_ticket_type_json = ngx_string("application/json");
static const ngx_str_t  ngx_ticket_type_problem =
                                       ngx_string("application/problem+json");


ngx_table_elt_t *
ngx_ticket_reply_push(ngx_http_request_t *r, const char *key, size_t key_len,
    const u_char *value, size_t value_len)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);

    if (h) {
        h->hash = 1;
        h->key.data = (u_char *) key;
        h->key.len = key_len;
        h->value.data = (u_char *) value;
        h->value.len = value_len;
        ngx_ticket_elt_alone(h);
    }

    return h;
}


/* What the answer depends on besides its address; by [localised][cors]. */
static const ngx_str_t  ngx_ticket_vary[2][2] = {
    { ngx_null_string, ngx_string("Origin") },
    { ngx_string("Accept-Language"), ngx_string("Accept-Language, Origin") }
};


/* The fields that few answers have. */
static ngx_int_t
ngx_ticket_reply_rare(ngx_ticket_ctx_t *ctx, const tkt_reply_t *reply)
{
    u_char              *p;
    const ngx_str_t     *vary;
    ngx_table_elt_t     *h;
    ngx_http_request_t  *r;

    r = ctx->r;
    vary = &ngx_ticket_vary[reply->localised][ctx->conf->origins != NULL];

    if (!ngx_ticket_push_str(r, "Location", &reply->location)
        || !ngx_ticket_push_str(r, "Link", &reply->link)
        || !ngx_ticket_push_str(r, "Allow", &reply->allow))
    {
        return NGX_ERROR;
    }

    if (reply->retry_after_s) {
        p = ngx_sprintf(ctx->retry_after, "%uD", reply->retry_after_s);

        if (!ngx_ticket_push(r, "Retry-After", ctx->retry_after,
                             p - ctx->retry_after))
        {
            return NGX_ERROR;
        }
    }

    if (reply->challenge) {
        h = ngx_ticket_push_lit(r, "WWW-Authenticate",
                                "Bearer realm=\"ticket\"");
        if (h == NULL) {
            return NGX_ERROR;
        }

        r->headers_out.www_authenticate = h;
    }

    if (reply->replayed
        && !ngx_ticket_push_lit(r, "Idempotency-Replayed", "true"))
    {
        return NGX_ERROR;
    }

    if (!ngx_ticket_push_str(r, "Vary", vary)) {
        return NGX_ERROR;
    }

    return ngx_ticket_cors_headers(ctx, reply);
}


ngx_int_t
ngx_ticket_reply_headers(ngx_ticket_ctx_t *ctx, const tkt_reply_t *reply)
{
    const ngx_str_t     *type;
    ngx_table_elt_t     *h;
    ngx_http_request_t  *r;

    r = ctx->r;

    if (reply->body.len) {
        type = (reply->status == TKT_OK) ? &ngx_ticket_type_json
                                         : &ngx_ticket_type_problem;
        r->headers_out.content_type = *type;
        r->headers_out.content_type_len = type->len;
        r->headers_out.content_type_lowcase = NULL;
    }

    h = reply->cacheable
        ? ngx_ticket_push_lit(r, "Cache-Control", "public, max-age=300")
        : ngx_ticket_push_lit(r, "Cache-Control", "private, no-cache");

    if (h == NULL
        || !ngx_ticket_push_lit(r, "X-Content-Type-Options", "nosniff")
        || !ngx_ticket_push_str(r, "X-Request-Id", &ctx->req.request_id))
    {
        return NGX_ERROR;
    }

    if (reply->etag.len) {
        h = ngx_ticket_push(r, "ETag", reply->etag.data, reply->etag.len);
        if (h == NULL) {
            return NGX_ERROR;
        }

        /* nginx's own filters look here, for example to weaken it */
        r->headers_out.etag = h;
    }

    if (ctx->quotas && ngx_ticket_quota_headers(ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_ticket_reply_rare(ctx, reply);
}


/* What the operator has to know of; the client is told less. */
static const char *
ngx_ticket_reply_trouble(ngx_ticket_ctx_t *ctx, tkt_status_t status)
{
    ngx_ticket_desk_t  *desk;

    switch (status) {

    case TKT_INTERNAL:
        return "the store is damaged or cannot be read";

    case TKT_OUTCOME_UNKNOWN:
        return "the outcome of its commit is unknown";

    case TKT_STORAGE_FULL:
        break;

    default:
        return NULL;
    }

    /* every write is refused until there is space: some tell it all */

    desk = ctx->desk;

    if (desk->full_logged_ms
        && ngx_current_msec - desk->full_logged_ms < NGX_TICKET_FULL_LOG_MS)
    {
        return NULL;
    }

    desk->full_logged_ms = ngx_max(ngx_current_msec, 1);

    return "the store is full";
}


static void
ngx_ticket_reply_log(ngx_ticket_ctx_t *ctx, tkt_status_t status)
{
    tkt_str_t    op, id;
    ngx_str_t    name, request_id;
    const char  *trouble;

    if (!ctx->matched || ctx->desk == NULL) {
        return;
    }

    trouble = ngx_ticket_reply_trouble(ctx, status);

    if (trouble == NULL) {
        return;
    }

    op = tkt_app_operation_name(&ctx->match);
    id = ctx->req.request_id;

    name.data = (u_char *) op.data;
    name.len = op.len;
    request_id.data = (u_char *) id.data;
    request_id.len = id.len;

    ngx_log_error(NGX_LOG_ERR, ctx->r->connection->log, 0,
                  "ticket: %V failed: %s, request id \"%V\"", &name, trouble,
                  &request_id);
}


ngx_int_t
ngx_ticket_send(ngx_ticket_ctx_t *ctx, const tkt_reply_t *reply)
{
    ngx_int_t            rc;
    ngx_buf_t           *b;
    ngx_http_request_t  *r;

    r = ctx->r;

    if (ctx->arena.failed) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (reply != &ctx->reply) {
        ctx->reply = *reply;
    }

    if (reply->file.len && reply->http == NGX_HTTP_OK) {
        return ngx_ticket_download(ctx);
    }

    ctx->replied = 1;

    ngx_ticket_reply_log(ctx, reply->status);

    r->headers_out.status = reply->http;
    r->headers_out.content_length_n = reply->body.len;

    /* If-Match and If-None-Match have been decided, by the version */
    r->disable_not_modified = 1;

    if (reply->http == NGX_HTTP_NO_CONTENT
        || reply->http == NGX_HTTP_NOT_MODIFIED)
    {
        r->headers_out.content_length_n = -1;
        r->header_only = 1;
    }

    if (ngx_ticket_reply_headers(ctx, reply) != NGX_OK) {
        return NGX_ERROR;
    }

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    if (reply->body.len == 0) {
        return ngx_http_send_special(r, NGX_HTTP_LAST);
    }

    b = &ctx->buf;

    b->pos = (u_char *) reply->body.data;
    b->last = b->pos + reply->body.len;
    b->start = b->pos;
    b->end = b->last;
    b->memory = 1;
    b->last_buf = (r == r->main);
    b->last_in_chain = 1;

    ctx->out.buf = b;
    ctx->out.next = NULL;

    return ngx_http_output_filter(r, &ctx->out);
}


void
ngx_ticket_problem(ngx_ticket_ctx_t *ctx, tkt_status_t status,
    const char *detail)
{
    uint32_t  retry_after_s;

    retry_after_s = (status == TKT_BUSY) ? TKT_RETRY_AFTER_S : 0;

    tkt_app_problem(&ctx->req, status, tkt_str_z(detail), retry_after_s,
                    &ctx->arena, &ctx->reply);
}
