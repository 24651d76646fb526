/*
 * The health document: at a location of its own (`ticket_health`), and at
 * /v1/healthz and /v1/readyz of every mount.  It answers also when the store
 * does not.
 */

#include "http/ngx_ticket_http.h"


static ngx_int_t
ngx_ticket_health_send(ngx_ticket_ctx_t *ctx, ngx_uint_t ready)
{
    ngx_int_t            rc;
    tkt_env_t           *env;
    ngx_ticket_desk_t   *desk;

    rc = ngx_http_discard_request_body(ctx->r);
    if (rc != NGX_OK) {
        return rc;
    }

    desk = ctx->desk;

    if (ctx->req.method == TKT_METHOD_GET
        || ctx->req.method == TKT_METHOD_HEAD)
    {
        env = (desk && desk->state == NGX_TICKET_DESK_OPEN) ? desk->env : NULL;

        tkt_app_health(env, ngx_ticket_desk_why(desk), ready, &ctx->arena,
                       &ctx->reply);

    } else {
        ngx_ticket_problem(ctx, TKT_METHOD_NOT_ALLOWED, NULL);
        ctx->reply.allow = tkt_str("GET, HEAD");
    }

    return ngx_ticket_send(ctx, &ctx->reply);
}


ngx_int_t
ngx_ticket_health_routes(ngx_ticket_ctx_t *ctx)
{
    tkt_str_t  path = ctx->req.path;

    if (ctx->req.method != TKT_METHOD_GET
        && ctx->req.method != TKT_METHOD_HEAD)
    {
        return NGX_DECLINED;
    }

    if (path.len == sizeof("/v1/readyz") - 1
        && ngx_memcmp(path.data, "/v1/readyz", path.len) == 0)
    {
        return ngx_ticket_health_send(ctx, 1);
    }

    if (path.len == sizeof("/v1/healthz") - 1
        && ngx_memcmp(path.data, "/v1/healthz", path.len) == 0)
    {
        return ngx_ticket_health_send(ctx, 0);
    }

    return NGX_DECLINED;
}


ngx_int_t
ngx_ticket_health_handler(ngx_http_request_t *r)
{
    ngx_ticket_ctx_t       *ctx;
    ngx_ticket_loc_conf_t  *conf;

    conf = ngx_http_get_module_loc_conf(r, ngx_ticket_module);

    ctx = ngx_ticket_request_ctx(r, conf);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_ticket_health_send(ctx, 1);
}
