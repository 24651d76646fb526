/*
 * Variables for logs and header fields: what our handler knows of the request
 * once it has answered.  They read the request's state and nothing else.
 */

#include "module/ngx_ticket_conf.h"


typedef struct {
    ngx_str_t                      name;
    ngx_http_get_variable_pt       get;
} ngx_ticket_variable_t;


static ngx_int_t
ngx_ticket_variable_none(ngx_http_variable_value_t *v)
{
    v->not_found = 1;

    return NGX_OK;
}


static ngx_int_t
ngx_ticket_variable_str(ngx_http_variable_value_t *v, tkt_str_t s)
{
    if (s.len == 0) {
        return ngx_ticket_variable_none(v);
    }

    v->len = s.len;
    v->data = (u_char *) s.data;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


static ngx_int_t
ngx_ticket_variable_name(ngx_http_variable_value_t *v,
    const tkt_names_t *names, ngx_uint_t n)
{
    return (n < names->count) ? ngx_ticket_variable_str(v, names->names[n])
                              : ngx_ticket_variable_none(v);
}


static ngx_int_t
ngx_ticket_variable_number(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uint64_t n)
{
    u_char     *p;
    tkt_str_t   s;

    p = ngx_pnalloc(r->pool, NGX_INT64_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    s.data = p;
    s.len = ngx_sprintf(p, "%uL", n) - p;

    return ngx_ticket_variable_str(v, s);
}


static ngx_int_t
ngx_ticket_variable_id(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    ngx_ticket_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_ticket_module);

    if (ctx == NULL || ctx->reply.ticket_id == 0) {
        return ngx_ticket_variable_none(v);
    }

    return ngx_ticket_variable_number(r, v, ctx->reply.ticket_id);
}


static ngx_int_t
ngx_ticket_variable_state(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    ngx_ticket_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_ticket_module);

    if (ctx == NULL || ctx->reply.state == TKT_STATE_NONE) {
        return ngx_ticket_variable_none(v);
    }

    return ngx_ticket_variable_name(v, &tkt_state_names, ctx->reply.state);
}


static ngx_int_t
ngx_ticket_variable_priority(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_ticket_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_ticket_module);

    if (ctx == NULL || ctx->reply.priority == TKT_PRIORITY_NONE) {
        return ngx_ticket_variable_none(v);
    }

    return ngx_ticket_variable_name(v, &tkt_priority_names,
                                    ctx->reply.priority);
}


/* The login; nothing for the anonymous. */
static ngx_int_t
ngx_ticket_variable_user(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    ngx_ticket_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_ticket_module);

    if (ctx == NULL || !ctx->admitted) {
        return ngx_ticket_variable_none(v);
    }

    return ngx_ticket_variable_str(v, tkt_str_z(ctx->actor.login));
}


static ngx_int_t
ngx_ticket_variable_role(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    ngx_ticket_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_ticket_module);

    if (ctx == NULL || !ctx->admitted || ctx->actor.role == TKT_ROLE_NONE) {
        return ngx_ticket_variable_none(v);
    }

    return ngx_ticket_variable_name(v, &tkt_role_names, ctx->actor.role);
}


static ngx_int_t
ngx_ticket_variable_tenant(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    ngx_ticket_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_ticket_module);

    if (ctx == NULL || !ctx->admitted) {
        return ngx_ticket_variable_none(v);
    }

    return ngx_ticket_variable_str(v, tkt_str_z(ctx->actor.tenant_name));
}


/* The operation's id, as in the API's description. */
static ngx_int_t
ngx_ticket_variable_action(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    ngx_ticket_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_ticket_module);

    if (ctx == NULL || !ctx->matched) {
        return ngx_ticket_variable_none(v);
    }

    return ngx_ticket_variable_str(v, tkt_app_operation_name(&ctx->match));
}


static ngx_int_t
ngx_ticket_variable_commit(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    ngx_ticket_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_ticket_module);

    if (ctx == NULL || !ctx->committed) {
        return ngx_ticket_variable_none(v);
    }

    return ngx_ticket_variable_number(r, v, ctx->commit_us);
}


static const ngx_ticket_variable_t  ngx_ticket_variables[] = {
    { ngx_string("ticket_id"), ngx_ticket_variable_id },
    { ngx_string("ticket_state"), ngx_ticket_variable_state },
    { ngx_string("ticket_priority"), ngx_ticket_variable_priority },
    { ngx_string("ticket_user"), ngx_ticket_variable_user },
    { ngx_string("ticket_role"), ngx_ticket_variable_role },
    { ngx_string("ticket_tenant"), ngx_ticket_variable_tenant },
    { ngx_string("ticket_action"), ngx_ticket_variable_action },
    { ngx_string("ticket_commit_us"), ngx_ticket_variable_commit }
};


ngx_int_t
ngx_ticket_add_variables(ngx_conf_t *cf)
{
    ngx_str_t             name;
    ngx_uint_t            i;
    ngx_http_variable_t  *var;

    for (i = 0; i < tkt_array_len(ngx_ticket_variables); i++) {

        name = ngx_ticket_variables[i].name;

        /* not cacheable: the handler answers after they may have been asked */

        var = ngx_http_add_variable(cf, &name, NGX_HTTP_VAR_NOCACHEABLE);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = ngx_ticket_variables[i].get;
    }

    return NGX_OK;
}
