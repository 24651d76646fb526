/*
 * Configurations that would work and do harm are refused when they are read.
 */

#include "module/ngx_ticket_conf.h"


#define NGX_TICKET_BODY_LIMIT_MAX_BYTES  (64 * 1024 * 1024)


char *
ngx_ticket_conf_attachment_max(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    off_t                   size;
    ngx_str_t              *value;
    ngx_ticket_loc_conf_t  *lcf = conf;

    if (lcf->attachment_max != NGX_CONF_UNSET_SIZE) {
        return "is duplicate";
    }

    value = cf->args->elts;
    size = ngx_parse_offset(&value[1]);

    if (size < 1 || size > TKT_ATTACHMENT_LIMIT_BYTES) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is \"%V\" where a size from 1 to %Om is "
                           "expected, \"100m\" for example", &cmd->name,
                           &value[1],
                           (off_t) (TKT_ATTACHMENT_LIMIT_BYTES >> 20));
        return NGX_CONF_ERROR;
    }

    lcf->attachment_max = (size_t) size;

    return NGX_CONF_OK;
}


char *
ngx_ticket_check_body(ngx_conf_t *cf, ngx_ticket_loc_conf_t *conf)
{
    ngx_http_core_loc_conf_t  *clcf;

    if (conf->store == NULL) {
        return NGX_CONF_OK;
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->client_max_body_size == 0
        || clcf->client_max_body_size > NGX_TICKET_BODY_LIMIT_MAX_BYTES)
    {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"client_max_body_size\" is %O bytes (0: no limit) "
                      "where \"ticket\" needs 1 to %d bytes in %s:%ui",
                      clcf->client_max_body_size,
                      NGX_TICKET_BODY_LIMIT_MAX_BYTES, conf->file, conf->line);
        return NGX_CONF_ERROR;
    }

    if (clcf->client_body_in_file_only != 0) {         /* on or clean */
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"client_body_in_file_only\" would write passwords and "
                      "tickets to files, it needs to be \"off\" where "
                      "\"ticket\" is in %s:%ui", conf->file, conf->line);
        return NGX_CONF_ERROR;
    }

    /*
     * A body that does not fit would be written to a temporary file, in plain
     * text and by the event loop.
     */

    if ((off_t) clcf->client_body_buffer_size < clcf->client_max_body_size) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"client_body_buffer_size\" is %uz bytes where "
                      "\"ticket\" needs at least \"client_max_body_size\", "
                      "%O bytes: raise the former or lower the latter "
                      "in %s:%ui",
                      clcf->client_body_buffer_size,
                      clcf->client_max_body_size, conf->file, conf->line);
        return NGX_CONF_ERROR;
    }

    /*
     * nginx checks its limit before anybody knows what a request is for, so it
     * has to let uploads pass; other bodies are judged when they are read.
     */

    conf->body_max = clcf->client_max_body_size;
    clcf->client_max_body_size = ngx_max(conf->body_max,
                                         (off_t) conf->attachment_max);

    return NGX_CONF_OK;
}


/* Whether path is dir or lies below it. */
static ngx_uint_t
ngx_ticket_check_below(ngx_str_t *path, ngx_str_t *dir)
{
    size_t  len;

    len = dir->len;

    if (len && dir->data[len - 1] == '/') {
        len--;
    }

    return path->len >= len
           && ngx_memcmp(path->data, dir->data, len) == 0
           && (path->len == len || path->data[len] == '/');
}


/*
 * Best effort: a root made of variables is not known before there is a
 * request.  Merely opening and closing the store's files in a process that
 * uses them loses its locks on them, so this is not only about secrecy.
 */
char *
ngx_ticket_check_root(ngx_conf_t *cf, ngx_ticket_main_conf_t *mcf)
{
    ngx_err_t                  err;
    ngx_str_t                  given, root;
    ngx_uint_t                 i;
    ngx_ticket_store_t       **stores;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (mcf->stores.nelts == 0 || clcf->root_lengths != NULL) {
        return NGX_CONF_OK;
    }

    given = clcf->root;

    if (given.len == 0) {
        /* what nginx leaves of "/" */
        ngx_str_set(&given, "/");
    }

    switch (ngx_ticket_conf_canonical(cf->pool, &given, &root, &err)) {

    case NGX_OK:
        break;

    case NGX_DECLINED:
        return NGX_CONF_OK;

    default:
        return NGX_CONF_ERROR;
    }

    stores = mcf->stores.elts;

    for (i = 0; i < mcf->stores.nelts; i++) {

        if (ngx_ticket_check_below(&stores[i]->path, &root)) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "the store directory \"%V\" lies below \"%V\", the "
                          "%s of %s%V, which would serve its files: put "
                          "one of them elsewhere in %s:%ui",
                          &stores[i]->path, &given,
                          clcf->alias ? "alias" : "root",
                          clcf->name.len ? "location " : "a server",
                          &clcf->name, stores[i]->file, stores[i]->line);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}
