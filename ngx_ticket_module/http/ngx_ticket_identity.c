/*
 * Who asks, as nginx found it before the content handler: variables that
 * auth_basic, auth_request, TLS, Lua or another module has set.  They are
 * evaluated for each request that brings no token of the desk's own, since a
 * kept answer is for one identity only.
 */

#include "http/ngx_ticket_http.h"

#include "app/who/tkt_jwt.h"


const ngx_ticket_identity_part_t  ngx_ticket_identity_parts[] = {
    { ngx_string("user="), offsetof(tkt_identity_t, user) },
    { ngx_string("name="), offsetof(tkt_identity_t, name) },
    { ngx_string("email="), offsetof(tkt_identity_t, email) },
    { ngx_string("role="), offsetof(tkt_identity_t, role) },
    { ngx_string("tenant="), offsetof(tkt_identity_t, tenant) },
    { ngx_string("groups="), offsetof(tkt_identity_t, groups) }
};


/*
 * Whether the Authorization header has a bearer that the desk judges itself:
 * a token of its own, or a JWT where it accepts them.  Any other (an access
 * token that auth_request has looked at, say) is no concern of ours.
 */
static ngx_uint_t
ngx_ticket_identity_bearer(ngx_ticket_ctx_t *ctx)
{
    tkt_str_t  text = ctx->req.authorization;

    if (text.len < sizeof("bearer x") - 1
        || ngx_strncasecmp((u_char *) text.data, (u_char *) "bearer ", 7) != 0)
    {
        return 0;
    }

    while (text.len && *text.data != ' ') {
        text.data++;
        text.len--;
    }

    while (text.len && *text.data == ' ') {
        text.data++;
        text.len--;
    }

    return (text.len >= 3 && ngx_memcmp(text.data, "tk_", 3) == 0)
           || (ctx->conf->site.jwt && tkt_jwt_shaped(text));
}


static ngx_int_t
ngx_ticket_identity_values(ngx_ticket_ctx_t *ctx)
{
    ngx_str_t               value;
    ngx_uint_t              i;
    tkt_str_t              *field;
    ngx_ticket_identity_t  *identity;

    identity = ctx->conf->identity;

    for (i = 0; i < NGX_TICKET_IDENTITY_PARTS; i++) {

        if (identity->values[i] == NULL) {
            continue;
        }

        if (ngx_http_complex_value(ctx->r, identity->values[i], &value)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        field = (tkt_str_t *) ((u_char *) &ctx->req.identity
                               + ngx_ticket_identity_parts[i].offset);
        field->data = value.data;
        field->len = value.len;
    }

    return NGX_OK;
}


ngx_int_t
ngx_ticket_identity_fill(ngx_ticket_ctx_t *ctx)
{
    ctx->req.site = &ctx->conf->site;
    ctx->req.jwt_cache = ctx->desk ? ctx->desk->jwt_cache : NULL;

    ngx_ticket_cors_judge(ctx);

    if (ctx->conf->identity == NULL || ngx_ticket_identity_bearer(ctx)) {
        return NGX_OK;
    }

    return ngx_ticket_identity_values(ctx);
}
