/*
 * Problem documents for what nginx itself refuses at our locations: a body
 * that is too large, a method or client that `limit_except`, `limit_req`,
 * `auth_basic` or `deny` turned away, a file that is not that of If-Match.
 * nginx answers these with its HTML page, before or beside the content
 * handler; the page is replaced on its way out.  An `error_page` of the
 * operator for such a code goes first.
 */

#include "http/ngx_ticket_http.h"


typedef struct {
    ngx_uint_t    http;
    tkt_status_t  status;
} ngx_ticket_page_t;


static const ngx_ticket_page_t  ngx_ticket_pages[] = {
    { NGX_HTTP_BAD_REQUEST, TKT_INVALID_REQUEST },
    { NGX_HTTP_UNAUTHORIZED, TKT_UNAUTHORIZED },
    { NGX_HTTP_FORBIDDEN, TKT_FORBIDDEN },
    { NGX_HTTP_NOT_FOUND, TKT_NOT_FOUND },
    { NGX_HTTP_NOT_ALLOWED, TKT_METHOD_NOT_ALLOWED },
    { NGX_HTTP_PRECONDITION_FAILED, TKT_VERSION_MISMATCH },
    { NGX_HTTP_REQUEST_ENTITY_TOO_LARGE, TKT_TOO_LARGE },
    { NGX_HTTP_UNSUPPORTED_MEDIA_TYPE, TKT_UNSUPPORTED_MEDIA_TYPE },
    { NGX_HTTP_TOO_MANY_REQUESTS, TKT_QUOTA_EXCEEDED },
    { NGX_HTTP_INTERNAL_SERVER_ERROR, TKT_INTERNAL },
    { NGX_HTTP_SERVICE_UNAVAILABLE, TKT_BUSY }
};


/* The problem that stands for nginx's page; TKT_OK: the page stays. */
static tkt_status_t
ngx_ticket_filter_status(ngx_http_request_t *r)
{
    ngx_uint_t  i;

    for (i = 0; i < tkt_array_len(ngx_ticket_pages); i++) {
        if (ngx_ticket_pages[i].http == r->err_status) {
            return ngx_ticket_pages[i].status;
        }
    }

    return TKT_OK;
}


static ngx_int_t
ngx_ticket_filter_replace(ngx_http_request_t *r, ngx_ticket_loc_conf_t *conf)
{
    tkt_status_t       status;
    ngx_ticket_ctx_t  *ctx;

    status = ngx_ticket_filter_status(r);

    if (status == TKT_OK) {
        return NGX_OK;
    }

    /* what failed may be what the request's state is made of */

    ctx = ngx_ticket_request_ctx(r, conf);

    if (ctx == NULL || ctx->replied) {
        return NGX_OK;
    }

    /* what failed may have been the memory in it */

    ctx->arena.failed = false;

    ngx_memzero(&ctx->reply, sizeof(tkt_reply_t));
    ngx_ticket_problem(ctx, status, NULL);

    if (ctx->arena.failed) {
        return NGX_OK;
    }

    /*
     * The challenge is that of the module that refused; ours if it made none,
     * because a 401 has one (RFC 9110, section 15.5.2).
     */

    ctx->reply.challenge = (status == TKT_UNAUTHORIZED
                            && r->headers_out.www_authenticate == NULL);

    ctx->replied = 1;
    ctx->replace = 1;

    r->headers_out.content_length_n = ctx->reply.body.len;

    return ngx_ticket_reply_headers(ctx, &ctx->reply);
}


static ngx_int_t
ngx_ticket_header_filter(ngx_http_request_t *r)
{
    ngx_ticket_loc_conf_t   *conf;
    ngx_ticket_main_conf_t  *mcf;

    if (r->err_status >= NGX_HTTP_BAD_REQUEST && r == r->main) {

        conf = ngx_http_get_module_loc_conf(r, ngx_ticket_module);

        if ((conf->store || conf->health)
            && ngx_ticket_filter_replace(r, conf) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_ticket_module);

    return mcf->next_header_filter(r);
}


static ngx_int_t
ngx_ticket_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_buf_t               *b;
    ngx_ticket_ctx_t        *ctx;
    ngx_ticket_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_ticket_module);

    if (in == NULL || r->err_status == 0) {
        return mcf->next_body_filter(r, in);
    }

    ctx = ngx_http_get_module_ctx(r, ngx_ticket_module);

    if (ctx == NULL || !ctx->replace) {
        return mcf->next_body_filter(r, in);
    }

    b = &ctx->buf;

    if (b->pos != NULL) {
        /* the page came in pieces: ours has left with the first */
        return mcf->next_body_filter(r, NULL);
    }

    b->pos = (u_char *) ctx->reply.body.data;
    b->last = b->pos + ctx->reply.body.len;
    b->start = b->pos;
    b->end = b->last;
    b->memory = 1;
    b->last_buf = 1;
    b->last_in_chain = 1;

    ctx->out.buf = b;
    ctx->out.next = NULL;

    return mcf->next_body_filter(r, &ctx->out);
}


/*
 * The next filters are kept in the configuration: it changes with it, and a
 * process may serve two at a time.
 */
void
ngx_ticket_filter_init(ngx_ticket_main_conf_t *mcf)
{
    mcf->next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_ticket_header_filter;

    mcf->next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_ticket_body_filter;
}
