/*
 * The module: its directives, their configuration, and how locations inherit
 * it.  What a store's directive means is in ngx_ticket_store_conf.c.
 */

#include "module/ngx_ticket_conf.h"


#if !(NGX_THREADS)
#error nginx must be configured --with-threads
#endif


static char *ngx_ticket_conf_mount(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static void *ngx_ticket_create_main_conf(ngx_conf_t *cf);
static void *ngx_ticket_create_loc_conf(ngx_conf_t *cf);
static char *ngx_ticket_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
static ngx_int_t ngx_ticket_postconfiguration(ngx_conf_t *cf);


static ngx_command_t  ngx_ticket_commands[] = {

    { ngx_string("ticket_store"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_2MORE,
      ngx_ticket_conf_store,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ticket_quota"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_ticket_conf_quota,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ticket"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_ticket_conf_mount,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_ticket_loc_conf_t, store_name),
      ngx_ticket_handler },

    { ngx_string("ticket_health"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_ticket_conf_mount,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_ticket_loc_conf_t, health_name),
      ngx_ticket_health_handler },

    { ngx_string("ticket_require_match"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_ticket_loc_conf_t, require_match),
      NULL },

    { ngx_string("ticket_require_idempotency_key"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_ticket_loc_conf_t, require_key),
      NULL },

    { ngx_string("ticket_attachment_max_size"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_ticket_conf_attachment_max,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ticket_identity"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_ticket_conf_identity,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ticket_identity_max_role"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_ticket_conf_max_role,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ticket_jwt"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_ticket_conf_jwt,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ticket_cors"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_ticket_conf_cors,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ticket_guest"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_ticket_loc_conf_t, guest),
      NULL },

    { ngx_string("ticket_password_login"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_ticket_loc_conf_t, password_login),
      NULL },

    { ngx_string("ticket_registration"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_ticket_loc_conf_t, registration),
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_ticket_module_ctx = {
    ngx_ticket_add_variables,              /* preconfiguration */
    ngx_ticket_postconfiguration,          /* postconfiguration */

    ngx_ticket_create_main_conf,           /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_ticket_create_loc_conf,            /* create location configuration */
    ngx_ticket_merge_loc_conf              /* merge location configuration */
};


ngx_module_t  ngx_ticket_module = {
    NGX_MODULE_V1,
    &ngx_ticket_module_ctx,                /* module context */
    ngx_ticket_commands,                   /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    ngx_ticket_init_module,                /* init module */
    ngx_ticket_init_process,               /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_ticket_exit_process,               /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


/*
 * `ticket NAME` and `ticket_health NAME`.  The store may be declared further
 * down, so that the name is resolved when the locations are merged; a wrong
 * one is then reported with this place.
 */
static char *
ngx_ticket_conf_mount(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t                 *value, *name;
    ngx_ticket_loc_conf_t     *lcf = conf;
    ngx_http_core_loc_conf_t  *clcf;

    name = (ngx_str_t *) ((u_char *) conf + cmd->offset);

    if (name->data != NULL) {
        return "is duplicate";
    }

    if (lcf->file != NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"ticket\" and \"ticket_health\" cannot share "
                           "a location, give each its own");
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;

    *name = value[1];
    lcf->file = cf->conf_file->file.name.data;
    lcf->line = cf->conf_file->line;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = (ngx_http_handler_pt) cmd->post;

    return NGX_CONF_OK;
}


static void *
ngx_ticket_create_main_conf(ngx_conf_t *cf)
{
    ngx_ticket_main_conf_t  *mcf;

    mcf = ngx_pcalloc(cf->pool, sizeof(ngx_ticket_main_conf_t));
    if (mcf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&mcf->stores, cf->pool, 2,
                       sizeof(ngx_ticket_store_t *))
        != NGX_OK)
    {
        return NULL;
    }

    return mcf;
}


static void *
ngx_ticket_create_loc_conf(ngx_conf_t *cf)
{
    ngx_ticket_loc_conf_t  *lcf;

    /* set by ngx_pcalloc(): stores, names, place and mount are not given */

    lcf = ngx_pcalloc(cf->pool, sizeof(ngx_ticket_loc_conf_t));
    if (lcf == NULL) {
        return NULL;
    }

    lcf->quotas = NGX_CONF_UNSET_PTR;
    lcf->require_match = NGX_CONF_UNSET;
    lcf->require_key = NGX_CONF_UNSET;
    lcf->attachment_max = NGX_CONF_UNSET_SIZE;

    ngx_ticket_conf_site_unset(lcf);

    return lcf;
}


static char *
ngx_ticket_merge_store(ngx_conf_t *cf, ngx_ticket_loc_conf_t *conf,
    ngx_str_t *name, ngx_ticket_store_t **store)
{
    ngx_uint_t                i;
    ngx_ticket_store_t      **stores;
    ngx_ticket_main_conf_t   *mcf;

    if (name->data == NULL) {
        return NGX_CONF_OK;
    }

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_ticket_module);

    *store = ngx_ticket_conf_find(mcf, name);

    if (*store != NULL) {
        return NGX_CONF_OK;
    }

    if (mcf->stores.nelts == 0) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "unknown store \"%V\": no \"ticket_store\" is declared "
                      "in %s:%ui", name, conf->file, conf->line);
        return NGX_CONF_ERROR;
    }

    stores = mcf->stores.elts;

    for (i = 0; i < mcf->stores.nelts; i++) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "unknown store \"%V\", declared is \"%V\" in %s:%ui",
                      name, &stores[i]->name, conf->file, conf->line);
    }

    return NGX_CONF_ERROR;
}


/*
 * The location's name precedes the path of our resources if it is a prefix;
 * escaped, as it is used in links.
 */
static char *
ngx_ticket_merge_mount(ngx_conf_t *cf, ngx_ticket_loc_conf_t *conf,
    ngx_http_core_loc_conf_t *clcf)
{
    ngx_str_t  name;

    name = clcf->name;

#if (NGX_PCRE)
    if (clcf->regex) {
        return NGX_CONF_OK;
    }
#endif

    if (clcf->named || clcf->exact_match || name.len == 0
        || name.data[0] != '/')
    {
        return NGX_CONF_OK;
    }

    if (name.data[name.len - 1] == '/') {
        name.len--;
    }

    conf->mount_fixed = 1;
    conf->mount_len = name.len;

    conf->mount.len = name.len + 2 * ngx_escape_uri(NULL, name.data, name.len,
                                                    NGX_ESCAPE_URI);
    conf->mount.data = ngx_pnalloc(cf->pool, conf->mount.len + 1);
    if (conf->mount.data == NULL) {
        return NGX_CONF_ERROR;
    }

    (void) ngx_escape_uri(conf->mount.data, name.data, name.len,
                          NGX_ESCAPE_URI);

    return NGX_CONF_OK;
}


static char *
ngx_ticket_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_uint_t                 part;
    ngx_ticket_loc_conf_t     *prev = parent;
    ngx_ticket_loc_conf_t     *conf = child;
    ngx_ticket_main_conf_t    *mcf;
    ngx_http_core_loc_conf_t  *clcf;

    ngx_conf_merge_ptr_value(conf->quotas, prev->quotas, NULL);
    ngx_conf_merge_value(conf->require_match, prev->require_match, 0);
    ngx_conf_merge_value(conf->require_key, prev->require_key, 0);
    ngx_conf_merge_size_value(conf->attachment_max, prev->attachment_max,
                              TKT_ATTACHMENT_MAX_BYTES);

    ngx_ticket_conf_site_merge(conf, prev);

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_ticket_module);

    if (ngx_ticket_check_root(cf, mcf) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    /*
     * `if` and `limit_except` are locations too, and parts of theirs.  They
     * have its name, but do not tell whether that is a prefix.
     */

    part = clcf->noname && conf->file == NULL && clcf->handler == NULL
           && prev->file != NULL;

    if (part) {
        conf->store_name = prev->store_name;
        conf->health_name = prev->health_name;
        conf->file = prev->file;
        conf->line = prev->line;
        conf->mount = prev->mount;
        conf->mount_len = prev->mount_len;
        conf->mount_fixed = prev->mount_fixed;

        clcf->handler = conf->store_name.data ? ngx_ticket_handler
                                              : ngx_ticket_health_handler;
    }

    if (conf->file == NULL) {
        return NGX_CONF_OK;
    }

    if (ngx_ticket_merge_store(cf, conf, &conf->store_name, &conf->store)
        != NGX_CONF_OK
        || ngx_ticket_merge_store(cf, conf, &conf->health_name, &conf->health)
           != NGX_CONF_OK
        || (!part && ngx_ticket_merge_mount(cf, conf, clcf) != NGX_CONF_OK))
    {
        return NGX_CONF_ERROR;
    }

    return ngx_ticket_check_body(cf, conf);
}


static ngx_int_t
ngx_ticket_postconfiguration(ngx_conf_t *cf)
{
    ngx_ticket_main_conf_t  *mcf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_ticket_module);

    if (mcf->stores.nelts) {
        ngx_ticket_filter_init(mcf);
    }

    return NGX_OK;
}
