/*
 * Cross-origin requests: which sites' pages may call the desk (the Fetch
 * Standard's CORS protocol), and which requests come from a page of another
 * site at all.
 *
 * A listed origin is answered with itself and never with "*", so that answers
 * differ by Origin and say so in Vary.  An origin that is not listed gets no
 * such field and the browser keeps the answer from its page.
 */

#include "http/ngx_ticket_http.h"


#define NGX_TICKET_CORS_HEADERS                                               \
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, " \
    "X-Request-Id, Accept-Language"

#define NGX_TICKET_CORS_EXPOSED                                               \
    "ETag, Location, Link, Retry-After, Allow, Idempotency-Replayed, "        \
    "RateLimit, RateLimit-Policy, X-Request-Id"

/* Seconds that a browser need not ask again. */
#define NGX_TICKET_CORS_MAX_AGE_S  "600"


/* Default ports; others have none. */
static ngx_uint_t
ngx_ticket_origin_port(const ngx_str_t *scheme)
{
    if (scheme->len == 4 && ngx_strncasecmp(scheme->data, (u_char *) "http", 4)
                            == 0)
    {
        return 80;
    }

    if (scheme->len == 5
        && ngx_strncasecmp(scheme->data, (u_char *) "https", 5) == 0)
    {
        return 443;
    }

    return 0;
}


/* Letters and digits, and the bytes that are among `more`. */
static ngx_uint_t
ngx_ticket_origin_plain(const ngx_str_t *s, const char *more)
{
    size_t  i;
    u_char  ch;

    for (i = 0; i < s->len; i++) {
        ch = (u_char) (s->data[i] | 0x20);

        if ((ch < 'a' || ch > 'z')
            && (s->data[i] < '0' || s->data[i] > '9')
            && (s->data[i] == '\0' || ngx_strchr(more, s->data[i]) == NULL))
        {
            return 0;
        }
    }

    return s->len != 0;
}


/* host[:port], as in an origin and in the header field Host. */
static ngx_int_t
ngx_ticket_origin_host(const ngx_str_t *text, ngx_ticket_origin_t *origin)
{
    u_char     *p, *last;
    ngx_int_t   port;
    ngx_str_t   inside;

    last = text->data + text->len;
    origin->host = *text;
    origin->port = ngx_ticket_origin_port(&origin->scheme);

    if (text->len && text->data[0] == '[') {
        p = ngx_strlchr(text->data, last, ']');

        if (p == NULL) {
            return NGX_DECLINED;
        }

        inside.data = text->data + 1;
        inside.len = p - inside.data;

        if (!ngx_ticket_origin_plain(&inside, ":.")) {
            return NGX_DECLINED;
        }

        p++;

    } else {
        p = ngx_strlchr(text->data, last, ':');

        if (p == NULL) {
            p = last;
        }

        inside.data = text->data;
        inside.len = p - text->data;

        if (!ngx_ticket_origin_plain(&inside, "-._~")) {
            return NGX_DECLINED;
        }
    }

    origin->host.len = p - text->data;

    if (p == last) {
        return NGX_OK;
    }

    port = (*p == ':') ? ngx_atoi(p + 1, last - p - 1) : NGX_ERROR;

    if (port < 1 || port > 65535) {
        return NGX_DECLINED;
    }

    origin->port = (ngx_uint_t) port;

    return NGX_OK;
}


ngx_int_t
ngx_ticket_origin_parse(const ngx_str_t *text, ngx_ticket_origin_t *origin)
{
    u_char     *p;
    ngx_str_t   rest;

    ngx_memzero(origin, sizeof(ngx_ticket_origin_t));

    p = ngx_strlcasestrn(text->data, text->data + text->len,
                         (u_char *) "://", 3 - 1);
    if (p == NULL) {
        return NGX_DECLINED;
    }

    origin->scheme.data = text->data;
    origin->scheme.len = p - text->data;

    if (!ngx_ticket_origin_plain(&origin->scheme, "+-.")
        || (text->data[0] | 0x20) < 'a')
    {
        return NGX_DECLINED;
    }

    rest.data = p + 3;
    rest.len = text->data + text->len - rest.data;

    return ngx_ticket_origin_host(&rest, origin);
}


static ngx_uint_t
ngx_ticket_origin_equal(const ngx_str_t *a, const ngx_str_t *b)
{
    return a->len == b->len
           && ngx_strncasecmp(a->data, b->data, a->len) == 0;
}


ngx_uint_t
ngx_ticket_origin_same(const ngx_ticket_origin_t *a,
    const ngx_ticket_origin_t *b)
{
    return a->port == b->port
           && ngx_ticket_origin_equal(&a->scheme, &b->scheme)
           && ngx_ticket_origin_equal(&a->host, &b->host);
}


/* Whether it is the origin that the request itself was sent to. */
static ngx_uint_t
ngx_ticket_cors_own(ngx_http_request_t *r, const ngx_ticket_origin_t *origin)
{
    ngx_ticket_origin_t  own;

    if (r->headers_in.host == NULL) {
        return 0;
    }

    ngx_str_set(&own.scheme, "http");

#if (NGX_HTTP_SSL)

    if (r->connection->ssl) {
        ngx_str_set(&own.scheme, "https");
    }

#endif

    return ngx_ticket_origin_host(&r->headers_in.host->value, &own) == NGX_OK
           && ngx_ticket_origin_same(&own, origin);
}


static ngx_uint_t
ngx_ticket_cors_listed(ngx_array_t *origins, const ngx_ticket_origin_t *origin)
{
    ngx_uint_t            i;
    ngx_ticket_origin_t  *listed;

    if (origins == NULL) {
        return 0;
    }

    listed = origins->elts;

    for (i = 0; i < origins->nelts; i++) {
        if (ngx_ticket_origin_same(&listed[i], origin)) {
            return 1;
        }
    }

    return 0;
}


void
ngx_ticket_cors_judge(ngx_ticket_ctx_t *ctx)
{
    ngx_ticket_origin_t  origin;

    if (ctx->origin == NULL) {
        return;
    }

    /* "null", two origins and whatever else cannot be read are foreign */

    if (ctx->many_origins
        || ngx_ticket_origin_parse(ctx->origin, &origin) != NGX_OK)
    {
        ctx->req.foreign_origin = true;
        return;
    }

    ctx->allowed = ngx_ticket_cors_listed(ctx->conf->origins, &origin);

    ctx->req.foreign_origin = !ctx->allowed
                              && !ngx_ticket_cors_own(ctx->r, &origin);
}


ngx_int_t
ngx_ticket_cors_headers(ngx_ticket_ctx_t *ctx, const tkt_reply_t *reply)
{
    ngx_http_request_t  *r = ctx->r;

    if (!ctx->allowed) {
        return NGX_OK;
    }

    if (!ngx_ticket_push(r, "Access-Control-Allow-Origin", ctx->origin->data,
                         ctx->origin->len))
    {
        return NGX_ERROR;
    }

    /* credentials that a browser adds by itself count where nginx looks */

    if (ctx->conf->identity
        && !ngx_ticket_push_lit(r, "Access-Control-Allow-Credentials", "true"))
    {
        return NGX_ERROR;
    }

    if (!ctx->preflight || reply->http != NGX_HTTP_NO_CONTENT) {
        return ngx_ticket_push_lit(r, "Access-Control-Expose-Headers",
                                   NGX_TICKET_CORS_EXPOSED)
               ? NGX_OK : NGX_ERROR;
    }

    if (!ngx_ticket_push_str(r, "Access-Control-Allow-Methods", &reply->allow)
        || !ngx_ticket_push_lit(r, "Access-Control-Allow-Headers",
                                NGX_TICKET_CORS_HEADERS)
        || !ngx_ticket_push_lit(r, "Access-Control-Max-Age",
                                NGX_TICKET_CORS_MAX_AGE_S))
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}
