/*
 * ticket_quota ROLE=REQUESTS... | off;
 *
 * The directive of an inner level replaces that of an outer one: a role that
 * it does not name has no quota.
 */

#include "module/ngx_ticket_conf.h"


#define NGX_TICKET_QUOTA_MAX  1000000000


/* By role; the system is the operator's own and not counted. */
static const ngx_str_t  ngx_ticket_quota_roles[TKT_ROLE_MAX] = {
    [TKT_ROLE_NONE] = ngx_string("guest="),
    [TKT_ROLE_USER] = ngx_string("user="),
    [TKT_ROLE_AGENT] = ngx_string("agent="),
    [TKT_ROLE_SUPERVISOR] = ngx_string("supervisor="),
    [TKT_ROLE_ADMIN] = ngx_string("admin="),
    [TKT_ROLE_BOT] = ngx_string("bot=")
};


static char *
ngx_ticket_quota_part(ngx_conf_t *cf, ngx_ticket_quotas_t *quotas,
    ngx_str_t *arg)
{
    ngx_int_t         n;
    ngx_uint_t        i;
    const ngx_str_t  *name;

    for (i = 0; i < TKT_ROLE_MAX; i++) {

        name = &ngx_ticket_quota_roles[i];

        if (name->len == 0 || arg->len < name->len
            || ngx_memcmp(arg->data, name->data, name->len) != 0)
        {
            continue;
        }

        if (quotas->limits[i]) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%V\" is given twice, once is enough", arg);
            return NGX_CONF_ERROR;
        }

        n = ngx_atoi(arg->data + name->len, arg->len - name->len);

        if (n < 1 || n > NGX_TICKET_QUOTA_MAX) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid quota \"%V\", it needs a number of "
                               "requests a minute from 1 to %d", arg,
                               NGX_TICKET_QUOTA_MAX);
            return NGX_CONF_ERROR;
        }

        quotas->limits[i] = (uint32_t) n;

        return NGX_CONF_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\", accepted are user=, agent=, "
                       "supervisor=, admin=, bot=, guest= and \"off\"", arg);

    return NGX_CONF_ERROR;
}


char *
ngx_ticket_conf_quota(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t              *value;
    ngx_uint_t              i;
    ngx_ticket_quotas_t    *quotas;
    ngx_ticket_loc_conf_t  *lcf = conf;

    if (lcf->quotas != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    quotas = ngx_pcalloc(cf->pool, sizeof(ngx_ticket_quotas_t));
    if (quotas == NULL) {
        return NGX_CONF_ERROR;
    }

    lcf->quotas = quotas;
    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        quotas->off = 1;
        return NGX_CONF_OK;
    }

    for (i = 1; i < cf->args->nelts; i++) {
        if (ngx_ticket_quota_part(cf, quotas, &value[i]) != NGX_CONF_OK) {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}
