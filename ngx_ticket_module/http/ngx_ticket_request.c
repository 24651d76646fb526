/*
 * nginx request → tkt_request_t.  Nothing is copied: all slices point into
 * the request's own memory.
 */

#include "http/ngx_ticket_http.h"


/* Of a name that is as long. */
#define ngx_ticket_is(h, name)                                                \
    (ngx_strncmp((h)->lowcase_key, name, sizeof(name) - 1) == 0)


typedef struct {
    ngx_uint_t  nginx;
    tkt_method_t  ticket;
} ngx_ticket_method_t;


static const ngx_ticket_method_t  ngx_ticket_methods[] = {
    { NGX_HTTP_GET, TKT_METHOD_GET },
    { NGX_HTTP_POST, TKT_METHOD_POST },
    { NGX_HTTP_HEAD, TKT_METHOD_HEAD },
    { NGX_HTTP_PATCH, TKT_METHOD_PATCH },
    { NGX_HTTP_PUT, TKT_METHOD_PUT },
    { NGX_HTTP_DELETE, TKT_METHOD_DELETE },
    { NGX_HTTP_OPTIONS, TKT_METHOD_OPTIONS }
};


static tkt_method_t
ngx_ticket_request_method(ngx_http_request_t *r)
{
    ngx_uint_t  i;

    for (i = 0; i < tkt_array_len(ngx_ticket_methods); i++) {
        if (r->method == ngx_ticket_methods[i].nginx) {
            return ngx_ticket_methods[i].ticket;
        }
    }

    return TKT_METHOD_OTHER;
}


static tkt_str_t
ngx_ticket_str(const ngx_str_t *s)
{
    tkt_str_t  t;

    t.data = s->data;
    t.len = s->len;

    return t;
}


static tkt_str_t
ngx_ticket_header(const ngx_table_elt_t *h)
{
    static const tkt_str_t  none = { NULL, 0 };

    return (h == NULL) ? none : ngx_ticket_str(&h->value);
}


/*
 * An id from outside goes into logs, answers and links, so it must be made of
 * harmless characters: letters, digits and ._~:+/=-
 */
static ngx_uint_t
ngx_ticket_request_id_valid(const ngx_str_t *id)
{
    size_t  i;
    u_char  ch;

    static const uint32_t  allowed[] = {
        0x00000000, /* 0000 0000 0000 0000  0000 0000 0000 0000 */

                    /* ?>=< ;:98 7654 3210  /.-, +*)( '&%$ #"!  */
        0x27ffe800, /* 0010 0111 1111 1111  1110 1000 0000 0000 */

                    /* _^]\ [ZYX WVUT SRQP  ONML KJIH GFED CBA@ */
        0x87fffffe, /* 1000 0111 1111 1111  1111 1111 1111 1110 */

                    /*  ~}| {zyx wvut srqp  onml kjih gfed cba` */
        0x47fffffe  /* 0100 0111 1111 1111  1111 1111 1111 1110 */
    };

    if (id->len == 0 || id->len > TKT_REQUEST_ID_MAX_BYTES) {
        return 0;
    }

    for (i = 0; i < id->len; i++) {
        ch = id->data[i];

        if (ch >= 0x80 || !(allowed[ch >> 5] & (1U << (ch & 0x1f)))) {
            return 0;
        }
    }

    return 1;
}


/* Two keys are no key: an empty value, refused, rather than a choice. */
static void
ngx_ticket_request_key(tkt_request_t *req, const ngx_str_t *value)
{
    if (req->has_idempotency_key) {
        req->idempotency_key = tkt_str("");
        return;
    }

    req->idempotency_key = ngx_ticket_str(value);
    req->has_idempotency_key = true;
}


/* A header field that nginx may not keep a pointer to. */
static void
ngx_ticket_request_field(ngx_ticket_ctx_t *ctx, const ngx_table_elt_t *h)
{
    tkt_request_t  *req = &ctx->req;

    switch (h->key.len) {

    case sizeof("origin") - 1:

        if (ngx_ticket_is(h, "origin")) {
            ctx->many_origins = (ctx->origin != NULL);
            ctx->origin = &h->value;
        }

        break;

    case sizeof("x-request-id") - 1:

        if (req->request_id.len == 0
            && ngx_ticket_is(h, "x-request-id")
            && ngx_ticket_request_id_valid(&h->value))
        {
            req->request_id = ngx_ticket_str(&h->value);
        }

        break;

    case sizeof("accept-language") - 1:    /* and "idempotency-key" */

        if (ngx_ticket_is(h, "idempotency-key")) {
            ngx_ticket_request_key(req, &h->value);

        } else if (req->accept_language.len == 0
                   && ngx_ticket_is(h, "accept-language"))
        {
            req->accept_language = ngx_ticket_str(&h->value);
        }

        break;

    case sizeof("access-control-request-method") - 1:

        if (ngx_ticket_is(h, "access-control-request-method")) {
            ctx->preflight = (req->method == TKT_METHOD_OPTIONS);
        }

        break;
    }
}


static void
ngx_ticket_request_scan(ngx_ticket_ctx_t *ctx)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    part = &ctx->r->headers_in.headers.part;
    h = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                break;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        ngx_ticket_request_field(ctx, &h[i]);
    }
}


/* Bytes that may stand in a URI reference as they are. */
static ngx_uint_t
ngx_ticket_mount_plain(const u_char *p, size_t len)
{
    while (len--) {
        if (*p <= ' ' || *p >= 0x7f
            || *p == '"' || *p == '%' || *p == '<' || *p == '>'
            || *p == '?' || *p == '#' || *p == '\\')
        {
            return 0;
        }

        p++;
    }

    return 1;
}


/*
 * A location whose name says nothing about the URI (a regular expression, a
 * name, a rewritten URI): what precedes the first /v1 is the mount.  It comes
 * from the client and goes into links, so it is escaped.
 */
static ngx_int_t
ngx_ticket_request_mount(ngx_ticket_ctx_t *ctx, const ngx_str_t *uri)
{
    size_t   i, len;
    u_char  *p;

    for (i = 0; i + 3 <= uri->len; i++) {
        if (ngx_strncmp(uri->data + i, "/v1", 3) == 0
            && (i + 3 == uri->len || uri->data[i + 3] == '/'))
        {
            break;
        }
    }

    if (i + 3 > uri->len) {
        ctx->req.path = ngx_ticket_str(uri);
        return NGX_OK;
    }

    ctx->req.path.data = uri->data + i;
    ctx->req.path.len = uri->len - i;
    ctx->req.mount.data = uri->data;
    ctx->req.mount.len = i;

    if (ngx_ticket_mount_plain(uri->data, i)) {
        return NGX_OK;
    }

    len = i + 2 * ngx_escape_uri(NULL, uri->data, i, NGX_ESCAPE_URI);

    p = ngx_pnalloc(ctx->r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_escape_uri(p, uri->data, i, NGX_ESCAPE_URI);

    ctx->req.mount.data = p;
    ctx->req.mount.len = len;

    return NGX_OK;
}


static ngx_int_t
ngx_ticket_request_path(ngx_ticket_ctx_t *ctx)
{
    ngx_str_t                 *uri;
    ngx_ticket_loc_conf_t     *conf;
    ngx_http_core_loc_conf_t  *clcf;

    uri = &ctx->r->uri;
    conf = ctx->conf;

    if (conf->mount_fixed) {
        clcf = ngx_http_get_module_loc_conf(ctx->r, ngx_http_core_module);

        if (uri->len >= conf->mount_len
            && ngx_memcmp(uri->data, clcf->name.data, conf->mount_len) == 0)
        {
            ctx->req.mount = ngx_ticket_str(&conf->mount);
            ctx->req.path.data = uri->data + conf->mount_len;
            ctx->req.path.len = uri->len - conf->mount_len;
            return NGX_OK;
        }
    }

    return ngx_ticket_request_mount(ctx, uri);
}


static ngx_int_t
ngx_ticket_request_fill(ngx_ticket_ctx_t *ctx)
{
    tkt_request_t       *req;
    ngx_http_request_t  *r;

    r = ctx->r;
    req = &ctx->req;

    if (ngx_ticket_request_path(ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    req->method = ngx_ticket_request_method(r);
    req->query = ngx_ticket_str(&r->args);
    req->authorization = ngx_ticket_header(r->headers_in.authorization);
    req->if_match = ngx_ticket_header(r->headers_in.if_match);
    req->if_none_match = ngx_ticket_header(r->headers_in.if_none_match);
    req->content_type = ngx_ticket_header(r->headers_in.content_type);
    req->address = ngx_ticket_str(&r->connection->addr_text);

    req->require_match = ctx->conf->require_match;
    req->require_key = ctx->conf->require_key;
    req->keyring = ctx->conf->store ? ctx->conf->store->keyring : NULL;
    req->viewers = (ctx->desk && ctx->desk->viewers.data)
                   ? &ctx->desk->viewers : NULL;

    req->blocks = ctx->desk ? &ctx->desk->commands : NULL;

    req->now_ms = ngx_ticket_now_ms();

    ngx_ticket_request_scan(ctx);

    if (req->request_id.len == 0 && ctx->desk) {
        req->request_id.data = ctx->request_id;
        req->request_id.len = ngx_ticket_request_id(ctx->desk,
                                                    ctx->request_id);
    }

    return ngx_ticket_identity_fill(ctx);
}


static void
ngx_ticket_request_give(void *data)
{
    ngx_ticket_ctx_t  *ctx = data;

    if (ctx->answer) {
        tkt_answer_release(ctx->answer);
    }

    ngx_ticket_block_give(ctx->desk, ctx);
}


/*
 * The block of a request and the arena in the rest of it.  A desk that could
 * not be made has no blocks: then the pool serves.
 */
static ngx_ticket_ctx_t *
ngx_ticket_request_alloc(ngx_http_request_t *r, ngx_ticket_desk_t *desk)
{
    u_char              *block;
    ngx_ticket_ctx_t    *ctx;
    ngx_pool_cleanup_t  *cln;

    _Static_assert(sizeof(ngx_ticket_ctx_t) % 8 == 0
                   && sizeof(ngx_ticket_ctx_t) < NGX_TICKET_BLOCK_BYTES / 4,
                   "most of a block is for the arena");

    if (desk == NULL) {
        block = ngx_palloc(r->pool, NGX_TICKET_BLOCK_BYTES);

    } else {
        cln = ngx_pool_cleanup_add(r->pool, 0);
        if (cln == NULL) {
            return NULL;
        }

        block = ngx_ticket_block_take(desk);

        if (block) {
            cln->handler = ngx_ticket_request_give;
            cln->data = block;
        }
    }

    if (block == NULL) {
        return NULL;
    }

    ctx = (ngx_ticket_ctx_t *) block;
    ngx_memzero(ctx, offsetof(ngx_ticket_ctx_t, request_id));

    ctx->r = r;
    ctx->desk = desk;

    tkt_arena_init_lent(&ctx->arena, NGX_TICKET_ARENA_BLOCK_BYTES,
                        ngx_ticket_lend_pool, r->pool);
    ctx->arena.pos = block + sizeof(ngx_ticket_ctx_t);
    ctx->arena.end = block + NGX_TICKET_BLOCK_BYTES;

    return ctx;
}


ngx_ticket_ctx_t *
ngx_ticket_request_ctx(ngx_http_request_t *r, ngx_ticket_loc_conf_t *conf)
{
    ngx_ticket_ctx_t    *ctx;
    ngx_ticket_store_t  *store;

    ctx = ngx_http_get_module_ctx(r, ngx_ticket_module);

    if (ctx) {
        return ctx;
    }

    store = conf->store ? conf->store : conf->health;

    ctx = ngx_ticket_request_alloc(r, store->desk);
    if (ctx == NULL) {
        return NULL;
    }

    ctx->conf = conf;

    if (ngx_ticket_request_fill(ctx) != NGX_OK) {
        return NULL;
    }

    ngx_http_set_ctx(r, ctx, ngx_ticket_module);

    return ctx;
}
