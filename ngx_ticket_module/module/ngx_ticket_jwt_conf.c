/*
 * ticket_jwt algorithm=HS256|EdDSA key_file=FILE [issuer=TEXT]
 *     [audience=TEXT] [user=sub] [name=name] [email=email] [role=role]
 *     [tenant=tenant] [max_role=user] [leeway=30s];
 *
 * One row a parameter.  The key file is read here, by the master, so that it
 * needs to be readable by root alone, and the keys are handed to the workers
 * in memory; a reload reads it again.
 */

#include "module/ngx_ticket_conf.h"

#include "app/who/tkt_jwt.h"
#include "crypto/tkt_crypto.h"


#define NGX_TICKET_KEYS_FILE_MAX_BYTES  (64 * 1024)
#define NGX_TICKET_LEEWAY_MAX_S         300


/* The directive, while it is read. */
typedef struct {
    tkt_jwt_rules_t   rules;
    ngx_str_t         key_file;       /* full name                           */
    ngx_uint_t        seen;           /* bits of rows                        */
} ngx_ticket_jwt_t;


typedef struct ngx_ticket_jwt_param_s  ngx_ticket_jwt_param_t;

/* Takes the value; 0: it is not what the row needs. */
typedef ngx_uint_t (*ngx_ticket_jwt_param_pt)(ngx_conf_t *cf, ngx_str_t *value,
    void *field);

struct ngx_ticket_jwt_param_s {
    ngx_str_t                name;    /* with '='                            */
    ngx_ticket_jwt_param_pt  set;
    size_t                   offset;
    const char              *needs;   /* what would be accepted              */
};


static ngx_uint_t
ngx_ticket_jwt_algorithm(ngx_conf_t *cf, ngx_str_t *value, void *field)
{
    tkt_jws_alg_t  *alg = field;

    if (value->len == 5 && ngx_strncmp(value->data, "HS256", 5) == 0) {
        *alg = TKT_JWS_HS256;
        return 1;
    }

    if (value->len == 5 && ngx_strncmp(value->data, "EdDSA", 5) == 0) {
        *alg = TKT_JWS_EDDSA;
        return 1;
    }

    return 0;
}


static ngx_uint_t
ngx_ticket_jwt_file(ngx_conf_t *cf, ngx_str_t *value, void *field)
{
    ngx_str_t  *path = field;

    *path = *value;

    return value->len && ngx_conf_full_name(cf->cycle, path, 0) == NGX_OK;
}


/* The text is in memory of the cycle, as long as what refers to it. */
static ngx_uint_t
ngx_ticket_jwt_any(ngx_conf_t *cf, ngx_str_t *value, void *field)
{
    tkt_str_t  *text = field;

    text->data = value->data;
    text->len = value->len;

    return 1;
}


static ngx_uint_t
ngx_ticket_jwt_text(ngx_conf_t *cf, ngx_str_t *value, void *field)
{
    return value->len && ngx_ticket_jwt_any(cf, value, field);
}


static ngx_uint_t
ngx_ticket_jwt_role(ngx_conf_t *cf, ngx_str_t *value, void *field)
{
    tkt_role_t  *role = field;

    *role = ngx_ticket_conf_role(value);

    return *role != TKT_ROLE_NONE;
}


static ngx_uint_t
ngx_ticket_jwt_leeway(ngx_conf_t *cf, ngx_str_t *value, void *field)
{
    uint32_t   *seconds = field;
    ngx_int_t   n;

    n = value->len ? ngx_parse_time(value, 1) : NGX_ERROR;
    *seconds = (uint32_t) n;

    return n >= 0 && n <= NGX_TICKET_LEEWAY_MAX_S;
}


#define ngx_ticket_jwt_rule(member)                                           \
    offsetof(ngx_ticket_jwt_t, rules) + offsetof(tkt_jwt_rules_t, member)

static const ngx_ticket_jwt_param_t  ngx_ticket_jwt_params[] = {

    { ngx_string("algorithm="), ngx_ticket_jwt_algorithm,
      ngx_ticket_jwt_rule(alg), "HS256 or EdDSA" },

    { ngx_string("key_file="), ngx_ticket_jwt_file,
      offsetof(ngx_ticket_jwt_t, key_file), "the name of a file" },

    { ngx_string("issuer="), ngx_ticket_jwt_text,
      ngx_ticket_jwt_rule(issuer), "a text, or leave it out for any issuer" },

    { ngx_string("audience="), ngx_ticket_jwt_text,
      ngx_ticket_jwt_rule(audience),
      "a text, or leave it out for tokens without one" },

    { ngx_string("user="), ngx_ticket_jwt_text,
      ngx_ticket_jwt_rule(claims.user), "the name of a claim" },

    { ngx_string("name="), ngx_ticket_jwt_any,
      ngx_ticket_jwt_rule(claims.name), NULL },

    { ngx_string("email="), ngx_ticket_jwt_any,
      ngx_ticket_jwt_rule(claims.email), NULL },

    { ngx_string("role="), ngx_ticket_jwt_any,
      ngx_ticket_jwt_rule(claims.role), NULL },

    { ngx_string("tenant="), ngx_ticket_jwt_any,
      ngx_ticket_jwt_rule(claims.tenant), NULL },

    { ngx_string("max_role="), ngx_ticket_jwt_role,
      ngx_ticket_jwt_rule(max_role), NGX_TICKET_ROLES_GIVEN },

    { ngx_string("leeway="), ngx_ticket_jwt_leeway,
      ngx_ticket_jwt_rule(leeway_s), "a time from 0s to 300s" }
};


static char *
ngx_ticket_jwt_param(ngx_conf_t *cf, ngx_ticket_jwt_t *jwt, ngx_str_t *arg)
{
    ngx_str_t                      value;
    ngx_uint_t                     i;
    const ngx_ticket_jwt_param_t  *param;

    for (i = 0; i < tkt_array_len(ngx_ticket_jwt_params); i++) {

        param = &ngx_ticket_jwt_params[i];

        if (arg->len < param->name.len
            || ngx_memcmp(arg->data, param->name.data, param->name.len) != 0)
        {
            continue;
        }

        if (jwt->seen & ((ngx_uint_t) 1 << i)) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%V\" is given twice, once is enough", arg);
            return NGX_CONF_ERROR;
        }

        jwt->seen |= (ngx_uint_t) 1 << i;

        value.data = arg->data + param->name.len;
        value.len = arg->len - param->name.len;

        if (!param->set(cf, &value, (u_char *) jwt + param->offset)) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid value \"%V\" of \"%V\", it needs %s",
                               &value, &param->name, param->needs);
            return NGX_CONF_ERROR;
        }

        return NGX_CONF_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\", accepted are algorithm=, "
                       "key_file=, issuer=, audience=, user=, name=, email=, "
                       "role=, tenant=, max_role=, leeway= and off", arg);

    return NGX_CONF_ERROR;
}


/*
 * A secret that others can read is none, and whoever can write the file can
 * be everybody.
 */
static void
ngx_ticket_jwt_mode(ngx_conf_t *cf, ngx_ticket_jwt_t *jwt, ngx_file_info_t *fi)
{
    if (jwt->rules.alg == TKT_JWS_HS256 && (fi->st_mode & S_IROTH)) {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "the secrets in \"%V\" are readable by every user, "
                           "its mode should be 600", &jwt->key_file);
    }

    if (fi->st_mode & (S_IWGRP|S_IWOTH)) {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "the keys in \"%V\" can be changed by other users, "
                           "its mode should be 600", &jwt->key_file);
    }
}


/*
 * The file's text in `size` bytes at buf, its length; NGX_ERROR, and said so,
 * if it cannot be had.
 */
static ssize_t
ngx_ticket_jwt_read(ngx_conf_t *cf, ngx_ticket_jwt_t *jwt, u_char *buf,
    size_t size)
{
    ssize_t          n;
    ngx_fd_t         fd;
    ngx_file_info_t  fi;

    fd = ngx_open_file(jwt->key_file.data, NGX_FILE_RDONLY|NGX_FILE_NONBLOCK,
                       NGX_FILE_OPEN, 0);

    if (fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           "\"key_file=%V\" cannot be opened, it needs a JSON "
                           "Web Key Set", &jwt->key_file);
        return NGX_ERROR;
    }

    if (ngx_fd_info(fd, &fi) == NGX_FILE_ERROR || !ngx_is_file(&fi)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"key_file=%V\" is not a regular file, it needs a "
                           "JSON Web Key Set", &jwt->key_file);
        n = NGX_ERROR;

    } else if (ngx_file_size(&fi) > (off_t) size) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"key_file=%V\" has %O bytes, it needs a JSON Web "
                           "Key Set of at most %uz", &jwt->key_file,
                           ngx_file_size(&fi), size);
        n = NGX_ERROR;

    } else {
        ngx_ticket_jwt_mode(cf, jwt, &fi);
        n = ngx_read_fd(fd, buf, size);

        if (n == NGX_ERROR) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                               ngx_read_fd_n " \"%V\" failed",
                               &jwt->key_file);
        }
    }

    (void) ngx_close_file(fd);

    return n;
}


static void
ngx_ticket_jwt_free(void *data)
{
    tkt_jwt_conf_free(data);
}


/* Reads the keys into what lives as long as the cycle. */
static tkt_jwt_conf_t *
ngx_ticket_jwt_create(ngx_conf_t *cf, ngx_ticket_jwt_t *jwt)
{
    char                 fault[256];
    u_char              *buf;
    ssize_t              n;
    tkt_str_t            text;
    tkt_jwt_conf_t      *conf;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    buf = ngx_alloc(NGX_TICKET_KEYS_FILE_MAX_BYTES, cf->log);

    if (cln == NULL || buf == NULL || !tkt_crypto_init()) {
        ngx_free(buf);
        return NULL;
    }

    conf = NULL;
    n = ngx_ticket_jwt_read(cf, jwt, buf, NGX_TICKET_KEYS_FILE_MAX_BYTES);

    if (n != NGX_ERROR) {
        text.data = buf;
        text.len = (size_t) n;
        fault[0] = '\0';

        conf = tkt_jwt_conf_create(&jwt->rules, text, fault, sizeof(fault));

        if (conf == NULL) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"key_file=%V\" is refused: %s",
                               &jwt->key_file, fault);
        }
    }

    tkt_wipe(buf, NGX_TICKET_KEYS_FILE_MAX_BYTES);
    ngx_free(buf);

    if (conf) {
        cln->handler = ngx_ticket_jwt_free;
        cln->data = conf;
    }

    return conf;
}


static char *
ngx_ticket_jwt_set(ngx_conf_t *cf, ngx_ticket_loc_conf_t *lcf)
{
    ngx_str_t               *value;
    ngx_uint_t               i;
    ngx_ticket_jwt_t         jwt;
    ngx_ticket_main_conf_t  *mcf;

    ngx_memzero(&jwt, sizeof(ngx_ticket_jwt_t));

    jwt.rules.claims.user = tkt_str("sub");
    jwt.rules.claims.name = tkt_str("name");
    jwt.rules.claims.email = tkt_str("email");
    jwt.rules.claims.role = tkt_str("role");
    jwt.rules.claims.tenant = tkt_str("tenant");
    jwt.rules.max_role = TKT_ROLE_USER;
    jwt.rules.leeway_s = TKT_JWT_LEEWAY_S;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        if (ngx_ticket_jwt_param(cf, &jwt, &value[i]) != NGX_CONF_OK) {
            return NGX_CONF_ERROR;
        }
    }

    if (jwt.rules.alg == TKT_JWS_NONE || jwt.key_file.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"ticket_jwt\" needs \"algorithm=\", HS256 or "
                           "EdDSA, and \"key_file=\" and the name of a file, "
                           "or \"off\"");
        return NGX_CONF_ERROR;
    }

    lcf->jwt = ngx_ticket_jwt_create(cf, &jwt);

    if (lcf->jwt == NULL) {
        return NGX_CONF_ERROR;
    }

    /* who has such a secret can sign with it: it must be in no dump */

    if (jwt.rules.alg == TKT_JWS_HS256) {
        mcf = ngx_http_conf_get_module_main_conf(cf, ngx_ticket_module);
        mcf->jwt_secrets = 1;
    }

    return NGX_CONF_OK;
}


char *
ngx_ticket_conf_jwt(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_int_t               off;
    ngx_ticket_loc_conf_t  *lcf = conf;

    if (lcf->jwt != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    off = ngx_ticket_conf_off(cf);

    if (off) {
        lcf->jwt = NULL;
        return (off == NGX_ERROR) ? NGX_CONF_ERROR : NGX_CONF_OK;
    }

    return ngx_ticket_jwt_set(cf, lcf);
}
