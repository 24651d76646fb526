/*
 * What a location allows its callers to be:
 *
 * ticket_identity user=$var [name=$var] [email=$var] [role=$var]
 *     [tenant=$var] [groups=$var];
 * ticket_identity_max_role user|agent|supervisor|admin|bot;
 * ticket_cors ORIGIN...;
 *
 * `off` ends what would be inherited.
 */

#include "module/ngx_ticket_conf.h"


/* Origins of one ticket_cors: each request with an Origin is held to all. */
#define NGX_TICKET_ORIGINS_MAX  64


ngx_int_t
ngx_ticket_conf_off(ngx_conf_t *cf)
{
    ngx_str_t   *value;
    ngx_uint_t   i;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (value[i].len != 3 || ngx_strncmp(value[i].data, "off", 3) != 0) {
            continue;
        }

        if (cf->args->nelts == 2) {
            return 1;
        }

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"off\" of \"%V\" stands alone, without other "
                           "parameters", &value[0]);
        return NGX_ERROR;
    }

    return 0;
}


/* ---- ticket_identity ---- */


static char *
ngx_ticket_identity_value(ngx_conf_t *cf, ngx_uint_t part, ngx_str_t *arg,
    ngx_http_complex_value_t **slot)
{
    ngx_str_t                          value;
    const ngx_str_t                   *name;
    ngx_http_compile_complex_value_t   ccv;

    name = &ngx_ticket_identity_parts[part].name;

    if (*slot != NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is given twice, once is enough", arg);
        return NGX_CONF_ERROR;
    }

    value.data = arg->data + name->len;
    value.len = arg->len - name->len;

    if (value.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"\" of \"%V\", it needs a variable "
                           "or a text with variables", name);
        return NGX_CONF_ERROR;
    }

    *slot = ngx_palloc(cf->pool, sizeof(ngx_http_complex_value_t));
    if (*slot == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));

    ccv.cf = cf;
    ccv.value = &value;
    ccv.complex_value = *slot;

    if (ngx_http_compile_complex_value(&ccv) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (part == 0 && (*slot)->lengths == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\" of \"%V\", it needs a "
                           "variable, as \"$remote_user\": without one "
                           "everybody would be the same user", &value, name);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_ticket_identity_param(ngx_conf_t *cf, ngx_ticket_identity_t *identity,
    ngx_str_t *arg)
{
    ngx_uint_t        i;
    const ngx_str_t  *name;

    for (i = 0; i < NGX_TICKET_IDENTITY_PARTS; i++) {
        name = &ngx_ticket_identity_parts[i].name;

        if (arg->len >= name->len
            && ngx_memcmp(arg->data, name->data, name->len) == 0)
        {
            return ngx_ticket_identity_value(cf, i, arg,
                                             &identity->values[i]);
        }
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\", accepted are user=, name=, "
                       "email=, role=, tenant=, groups= and off", arg);

    return NGX_CONF_ERROR;
}


char *
ngx_ticket_conf_identity(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_int_t               off;
    ngx_str_t              *value;
    ngx_uint_t              i;
    ngx_ticket_identity_t  *identity;
    ngx_ticket_loc_conf_t  *lcf = conf;

    if (lcf->identity != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    off = ngx_ticket_conf_off(cf);

    if (off) {
        lcf->identity = NULL;
        return (off == NGX_ERROR) ? NGX_CONF_ERROR : NGX_CONF_OK;
    }

    identity = ngx_pcalloc(cf->pool, sizeof(ngx_ticket_identity_t));
    if (identity == NULL) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        if (ngx_ticket_identity_param(cf, identity, &value[i])
            != NGX_CONF_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    if (identity->values[0] == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"ticket_identity\" needs \"user=\" and a "
                           "variable, or \"off\"");
        return NGX_CONF_ERROR;
    }

    lcf->identity = identity;

    return NGX_CONF_OK;
}


tkt_role_t
ngx_ticket_conf_role(const ngx_str_t *name)
{
    tkt_role_t  role;
    tkt_str_t   known;

    for (role = TKT_ROLE_USER; role <= TKT_ROLE_BOT; role++) {
        known = tkt_role_names.names[role];

        if (known.len == name->len
            && ngx_memcmp(known.data, name->data, name->len) == 0)
        {
            return role;
        }
    }

    return TKT_ROLE_NONE;
}


char *
ngx_ticket_conf_max_role(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t              *value;
    ngx_ticket_loc_conf_t  *lcf = conf;

    if (lcf->identity_max != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;
    lcf->identity_max = ngx_ticket_conf_role(&value[1]);

    if (lcf->identity_max == TKT_ROLE_NONE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid role \"%V\", it needs "
                           NGX_TICKET_ROLES_GIVEN, &value[1]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* ---- ticket_cors ---- */


static char *
ngx_ticket_cors_origin(ngx_conf_t *cf, ngx_array_t *origins, ngx_str_t *text)
{
    ngx_uint_t            i;
    ngx_ticket_origin_t  *origin, *others;

    if (text->len == 1 && text->data[0] == '*') {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"*\" is refused, it would open the desk to every "
                           "site: name each origin, as "
                           "\"https://app.example.com\"");
        return NGX_CONF_ERROR;
    }

    if (origins->nelts == NGX_TICKET_ORIGINS_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is one origin too many, there may be %d",
                           text, NGX_TICKET_ORIGINS_MAX);
        return NGX_CONF_ERROR;
    }

    origin = ngx_array_push(origins);
    if (origin == NULL) {
        return NGX_CONF_ERROR;
    }

    if (ngx_ticket_origin_parse(text, origin) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid origin \"%V\", it needs "
                           "scheme://host[:port] without a path or wildcard, "
                           "as \"https://app.example.com\"", text);
        return NGX_CONF_ERROR;
    }

    others = origins->elts;

    for (i = 0; i < origins->nelts - 1; i++) {
        if (ngx_ticket_origin_same(&others[i], origin)) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "the origin \"%V\" is given twice, once is "
                               "enough", text);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


char *
ngx_ticket_conf_cors(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_int_t               off;
    ngx_str_t              *value;
    ngx_uint_t              i;
    ngx_ticket_loc_conf_t  *lcf = conf;

    if (lcf->origins != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    off = ngx_ticket_conf_off(cf);

    if (off) {
        lcf->origins = NULL;
        return (off == NGX_ERROR) ? NGX_CONF_ERROR : NGX_CONF_OK;
    }

    lcf->origins = ngx_array_create(cf->pool, cf->args->nelts - 1,
                                    sizeof(ngx_ticket_origin_t));
    if (lcf->origins == NULL) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        if (ngx_ticket_cors_origin(cf, lcf->origins, &value[i])
            != NGX_CONF_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


/* ---- all together ---- */


void
ngx_ticket_conf_site_unset(ngx_ticket_loc_conf_t *conf)
{
    conf->identity = NGX_CONF_UNSET_PTR;
    conf->identity_max = NGX_CONF_UNSET_UINT;
    conf->jwt = NGX_CONF_UNSET_PTR;
    conf->origins = NGX_CONF_UNSET_PTR;
    conf->guest = NGX_CONF_UNSET;
    conf->password_login = NGX_CONF_UNSET;
    conf->registration = NGX_CONF_UNSET;
}


void
ngx_ticket_conf_site_merge(ngx_ticket_loc_conf_t *conf,
    ngx_ticket_loc_conf_t *prev)
{
    ngx_conf_merge_ptr_value(conf->identity, prev->identity, NULL);
    ngx_conf_merge_uint_value(conf->identity_max, prev->identity_max,
                              TKT_ROLE_USER);
    ngx_conf_merge_ptr_value(conf->jwt, prev->jwt, NULL);
    ngx_conf_merge_ptr_value(conf->origins, prev->origins, NULL);
    ngx_conf_merge_value(conf->guest, prev->guest, 0);
    ngx_conf_merge_value(conf->password_login, prev->password_login, 1);
    ngx_conf_merge_value(conf->registration, prev->registration, 0);

    conf->site.jwt = conf->jwt;
    conf->site.identity = (conf->identity != NULL);
    conf->site.identity_max = (tkt_role_t) conf->identity_max;
    conf->site.guest = (conf->guest != 0);
    conf->site.password_login = (conf->password_login != 0);
    conf->site.registration = (conf->registration != 0);
}
