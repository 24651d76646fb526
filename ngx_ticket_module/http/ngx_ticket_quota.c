/*
 * Quotas: requests a minute of a principal, and of all principals of a tenant
 * together.  A principal's is that of his record or his own role, or else what
 * the location gives his role; the anonymous are told apart by address.
 *
 * What is left is told with every answer, as draft-ietf-httpapi-ratelimit-
 * headers has it: RateLimit-Policy: "user";q=600;w=60 and RateLimit:
 * "user";r=599;t=60.
 */

#include "http/ngx_ticket_http.h"

#include "app/who/tkt_accounts.h"
#include "base/tkt_text.h"
#include "crypto/tkt_crypto.h"


/* Keys of tenants and of their principals lie far apart. */
#define NGX_TICKET_TENANT_KEY(tenant)                                         \
    ((uint64_t) (tenant) * UINT64_C(0x9e3779b97f4a7c15))


static uint64_t
ngx_ticket_quota_key(ngx_ticket_ctx_t *ctx)
{
    uint64_t            digest[2];
    const tkt_actor_t  *actor = &ctx->actor;

    static const uint8_t  key[16];

    if (actor->role == TKT_ROLE_NONE) {
        return tkt_attempt_address(ctx->req.address);
    }

    if (actor->id != TKT_PRINCIPAL_UNSEEN) {
        return NGX_TICKET_TENANT_KEY(actor->tenant) ^ actor->id;
    }

    tkt_hash_keyed(digest, key, tkt_str_z(actor->login));

    return NGX_TICKET_TENANT_KEY(actor->tenant) ^ digest[0];
}


static ngx_uint_t
ngx_ticket_quota_count(ngx_ticket_ctx_t *ctx, tkt_str_t name, uint64_t key,
    uint32_t limit, uint32_t n)
{
    ngx_ticket_counted_t  *quota;

    quota = &ctx->quota[ctx->quotas++];
    quota->name = name;

    if (ngx_ticket_shared_count(ctx->desk->shared, key, limit, n,
                                ctx->req.now_ms, &quota->left)
        == 0)
    {
        return 1;
    }

    tkt_app_problem(&ctx->req, TKT_QUOTA_EXCEEDED, tkt_str(""),
                    quota->left.reset_s, &ctx->arena, &ctx->reply);

    return 0;
}


ngx_uint_t
ngx_ticket_quota_admit(ngx_ticket_ctx_t *ctx, uint32_t n)
{
    uint32_t                    limit;
    const tkt_actor_t          *actor = &ctx->actor;
    const ngx_ticket_quotas_t  *quotas = ctx->conf->quotas;

    if (ctx->desk->shared == NULL || (quotas && quotas->off)) {
        return 1;
    }

    ctx->quotas = 0;
    limit = actor->quota;

    if (limit == 0 && quotas) {
        limit = quotas->limits[actor->role];
    }

    /* one who is over his own does not use up that of the others */

    if (limit
        && !ngx_ticket_quota_count(ctx,
                                   actor->role == TKT_ROLE_NONE
                                   ? tkt_str("guest")
                                   : tkt_role_names.names[actor->role],
                                   ngx_ticket_quota_key(ctx), limit, n))
    {
        return 0;
    }

    return actor->tenant_quota == 0
           || ngx_ticket_quota_count(ctx, tkt_str("tenant"),
                                     ~NGX_TICKET_TENANT_KEY(actor->tenant),
                                     actor->tenant_quota, n);
}


static u_char *
ngx_ticket_quota_item(u_char *p, tkt_str_t name, char a, uint32_t x, char b,
    uint32_t y)
{
    *p++ = '"';
    p = ngx_cpymem(p, name.data, name.len);
    *p++ = '"';
    *p++ = ';';
    *p++ = (u_char) a;
    *p++ = '=';
    p += tkt_u64_format(p, x);
    *p++ = ';';
    *p++ = (u_char) b;
    *p++ = '=';

    return p + tkt_u64_format(p, y);
}


ngx_int_t
ngx_ticket_quota_headers(ngx_ticket_ctx_t *ctx)
{
    u_char                *p, *policy, *left;
    ngx_uint_t             i;
    ngx_ticket_counted_t  *quota;

    /* two of the longest: a role of 10 letters, numbers of 10 and 2 digits */

    _Static_assert(sizeof("\"supervisor\";q=4294967295;w=60, ")
                   * NGX_TICKET_QUOTAS_MAX * 2 <= NGX_TICKET_QUOTA_TEXT_BYTES,
                   "there is room for both fields");

    policy = ctx->quota_text;

    for (p = policy, i = 0; i < ctx->quotas; i++) {

        quota = &ctx->quota[i];

        if (i) {
            *p++ = ',';
            *p++ = ' ';
        }

        p = ngx_ticket_quota_item(p, quota->name, 'q', quota->left.limit,
                                  'w', TKT_QUOTA_WINDOW_S);
    }

    left = p;

    for (i = 0; i < ctx->quotas; i++) {

        quota = &ctx->quota[i];

        if (i) {
            *p++ = ',';
            *p++ = ' ';
        }

        p = ngx_ticket_quota_item(p, quota->name, 'r', quota->left.remaining,
                                  't', quota->left.reset_s);
    }

    if (!ngx_ticket_push(ctx->r, "RateLimit-Policy", policy, left - policy)
        || !ngx_ticket_push(ctx->r, "RateLimit", left, p - left))
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}
