/*
 * ticket_store NAME path=DIR [map_size=64g] [key_file=FILE] [queue=1024]
 *     [batch=256] [batch_bytes=4m] [shared=1m] [cores=off];
 *
 * One row a parameter.  Nothing is opened or made here: the directory comes
 * into being when the configuration is put to use, so that `nginx -t` leaves
 * no trace.
 */

#include "module/ngx_ticket_conf.h"

#include <stdlib.h>


#define NGX_TICKET_NAME_MAX_CHARS     64
#define NGX_TICKET_MAP_MIN_BYTES      (1024 * 1024)
#define NGX_TICKET_MAP_DEFAULT_BYTES  ((off_t) 64 << 30)
#define NGX_TICKET_MAP_MAX_BYTES      ((off_t) 16 << 40)
#define NGX_TICKET_BATCH_BYTES_MAX    (1024 * 1024 * 1024)
#define NGX_TICKET_SHARED_MAX_BYTES   (1024 * 1024 * 1024)


typedef struct ngx_ticket_param_s  ngx_ticket_param_t;

/* Sets the value, whose text is given; NULL or the words of what it needs. */
typedef const char *(*ngx_ticket_param_pt)(ngx_conf_t *cf,
    const ngx_ticket_param_t *param, ngx_str_t *value, void *field);

struct ngx_ticket_param_s {
    ngx_str_t            name;            /* with '='                        */
    ngx_ticket_param_pt  set;
    size_t               offset;
    off_t                min;
    off_t                max;
    const char          *needs;           /* what would be accepted          */
};


static const char *ngx_ticket_param_path(ngx_conf_t *cf,
    const ngx_ticket_param_t *param, ngx_str_t *value, void *field);
static const char *ngx_ticket_param_size(ngx_conf_t *cf,
    const ngx_ticket_param_t *param, ngx_str_t *value, void *field);
static const char *ngx_ticket_param_number(ngx_conf_t *cf,
    const ngx_ticket_param_t *param, ngx_str_t *value, void *field);
static const char *ngx_ticket_param_switch(ngx_conf_t *cf,
    const ngx_ticket_param_t *param, ngx_str_t *value, void *field);


static const ngx_ticket_param_t  ngx_ticket_params[] = {

    { ngx_string("path="), ngx_ticket_param_path,
      offsetof(ngx_ticket_store_t, path), 0, 0,
      "the name of a directory" },

    { ngx_string("map_size="), ngx_ticket_param_size,
      offsetof(ngx_ticket_store_t, map_bytes),
      NGX_TICKET_MAP_MIN_BYTES, NGX_TICKET_MAP_MAX_BYTES,
      "a size from 1m to 16384g, a multiple of the page size" },

    { ngx_string("key_file="), ngx_ticket_param_path,
      offsetof(ngx_ticket_store_t, key_file), 0, 0,
      "the name of a file" },

    { ngx_string("queue="), ngx_ticket_param_number,
      offsetof(ngx_ticket_store_t, writer)
      + offsetof(ngx_ticket_writer_conf_t, queue),
      1, NGX_TICKET_QUEUE_MAX,
      "a number of commands from 1 to 65536" },

    { ngx_string("batch="), ngx_ticket_param_number,
      offsetof(ngx_ticket_store_t, writer)
      + offsetof(ngx_ticket_writer_conf_t, batch),
      1, NGX_TICKET_BATCH_MAX,
      "a number of commands from 1 to 4096" },

    { ngx_string("batch_bytes="), ngx_ticket_param_size,
      offsetof(ngx_ticket_store_t, writer)
      + offsetof(ngx_ticket_writer_conf_t, batch_bytes),
      NGX_TICKET_BATCH_BYTES_MIN, NGX_TICKET_BATCH_BYTES_MAX,
      "a size from 64k to 1g" },

    { ngx_string("shared="), ngx_ticket_param_size,
      offsetof(ngx_ticket_store_t, shared_bytes),
      NGX_TICKET_SHARED_MIN_BYTES, NGX_TICKET_SHARED_MAX_BYTES,
      "a size from 64k to 1g" },

    { ngx_string("cores="), ngx_ticket_param_switch,
      offsetof(ngx_ticket_store_t, cores), 0, 0,
      "\"on\" or \"off\"" }
};


static const char *
ngx_ticket_param_path(ngx_conf_t *cf, const ngx_ticket_param_t *param,
    ngx_str_t *value, void *field)
{
    ngx_str_t  *path = field;

    if (value->len == 0) {
        return param->needs;
    }

    *path = *value;

    if (ngx_conf_full_name(cf->cycle, path, 0) != NGX_OK) {
        return "memory";
    }

    return NULL;
}


static const char *
ngx_ticket_param_size(ngx_conf_t *cf, const ngx_ticket_param_t *param,
    ngx_str_t *value, void *field)
{
    off_t    n;
    size_t  *size = field;

    n = ngx_parse_offset(value);

    if (n == NGX_ERROR || n < param->min || n > param->max) {
        return param->needs;
    }

    if (param->offset == offsetof(ngx_ticket_store_t, map_bytes)
        && n % ngx_pagesize != 0)
    {
        return param->needs;
    }

    *size = (size_t) n;

    return NULL;
}


static const char *
ngx_ticket_param_number(ngx_conf_t *cf, const ngx_ticket_param_t *param,
    ngx_str_t *value, void *field)
{
    ngx_int_t    n;
    ngx_uint_t  *number = field;

    n = ngx_atoi(value->data, value->len);

    if (n == NGX_ERROR || n < param->min || n > param->max) {
        return param->needs;
    }

    *number = (ngx_uint_t) n;

    return NULL;
}


static const char *
ngx_ticket_param_switch(ngx_conf_t *cf, const ngx_ticket_param_t *param,
    ngx_str_t *value, void *field)
{
    ngx_uint_t  *on = field;

    *on = (value->len == 2 && ngx_strncmp(value->data, "on", 2) == 0);

    if (*on || (value->len == 3 && ngx_strncmp(value->data, "off", 3) == 0)) {
        return NULL;
    }

    return param->needs;
}


ngx_ticket_store_t *
ngx_ticket_conf_find(ngx_ticket_main_conf_t *mcf, ngx_str_t *name)
{
    ngx_uint_t            i;
    ngx_ticket_store_t  **stores;

    stores = mcf->stores.elts;

    for (i = 0; i < mcf->stores.nelts; i++) {
        if (stores[i]->name.len == name->len
            && ngx_memcmp(stores[i]->name.data, name->data, name->len) == 0)
        {
            return stores[i];
        }
    }

    return NULL;
}


static char *
ngx_ticket_conf_param(ngx_conf_t *cf, ngx_ticket_store_t *store,
    ngx_str_t *arg, ngx_uint_t *seen)
{
    ngx_str_t                  value;
    ngx_uint_t                 i;
    const char                *needs;
    const ngx_ticket_param_t  *param;

    for (i = 0; i < tkt_array_len(ngx_ticket_params); i++) {

        param = &ngx_ticket_params[i];

        if (arg->len < param->name.len
            || ngx_memcmp(arg->data, param->name.data, param->name.len) != 0)
        {
            continue;
        }

        if (*seen & ((ngx_uint_t) 1 << i)) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%V\" is given twice, once is enough", arg);
            return NGX_CONF_ERROR;
        }

        *seen |= (ngx_uint_t) 1 << i;

        value.data = arg->data + param->name.len;
        value.len = arg->len - param->name.len;

        needs = param->set(cf, param, &value,
                           (u_char *) store + param->offset);

        if (needs != NULL) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid value \"%V\" of \"%V\", it needs %s",
                               &value, &param->name, needs);
            return NGX_CONF_ERROR;
        }

        return NGX_CONF_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\", accepted are path=, "
                       "map_size=, key_file=, queue=, batch=, batch_bytes=, "
                       "shared= and cores=", arg);

    return NGX_CONF_ERROR;
}


ngx_int_t
ngx_ticket_conf_canonical(ngx_pool_t *pool, ngx_str_t *path,
    ngx_str_t *canonical, ngx_err_t *err)
{
    char    *real;
    u_char  *p, *copy, *base;
    size_t   len;

    copy = ngx_pnalloc(pool, path->len + 1);
    if (copy == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_cpystrn(copy, path->data, path->len + 1);

    real = realpath((char *) copy, NULL);
    base = NULL;

    if (real == NULL && ngx_errno == NGX_ENOENT) {

        len = path->len;

        while (len > 1 && copy[len - 1] == '/') {
            copy[--len] = '\0';
        }

        base = (u_char *) strrchr((char *) copy, '/');

        if (base == NULL) {
            *err = NGX_ENOENT;
            return NGX_DECLINED;
        }

        *base++ = '\0';
        real = realpath(copy[0] ? (char *) copy : "/", NULL);
    }

    if (real == NULL) {
        *err = ngx_errno;
        return NGX_DECLINED;
    }

    len = ngx_strlen(real) + 1 + (base ? ngx_strlen(base) : 0);

    canonical->data = ngx_pnalloc(pool, len + 1);

    if (canonical->data == NULL) {
        free(real);
        return NGX_ERROR;
    }

    p = ngx_sprintf(canonical->data, "%s", real);

    if (base) {
        p = ngx_sprintf(p, "%s%s", p[-1] == '/' ? "" : "/", base);
    }

    *p = '\0';
    canonical->len = p - canonical->data;

    free(real);

    return NGX_OK;
}


/* The directory itself may be missing; what it is to lie in may not. */
static char *
ngx_ticket_conf_path(ngx_conf_t *cf, ngx_ticket_store_t *store)
{
    ngx_err_t        err;
    ngx_str_t        given;
    ngx_file_info_t  fi;

    given = store->path;
    err = 0;

    switch (ngx_ticket_conf_canonical(cf->pool, &given, &store->path, &err)) {

    case NGX_OK:
        break;

    case NGX_DECLINED:
        ngx_conf_log_error(NGX_LOG_EMERG, cf, err,
                           "the directory that \"path=%V\" is to lie in must "
                           "exist and be searchable", &given);
        return NGX_CONF_ERROR;

    default:
        return NGX_CONF_ERROR;
    }

    if (ngx_file_info(store->path.data, &fi) != NGX_FILE_ERROR
        && !ngx_is_dir(&fi))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"path=%V\" is not a directory, it needs one that "
                           "is the store's alone", &given);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_ticket_conf_unique(ngx_conf_t *cf, ngx_ticket_main_conf_t *mcf,
    ngx_ticket_store_t *store)
{
    ngx_uint_t            i;
    ngx_ticket_store_t  **stores;

    stores = mcf->stores.elts;

    for (i = 0; i < mcf->stores.nelts; i++) {

        if (stores[i]->path.len == store->path.len
            && ngx_memcmp(stores[i]->path.data, store->path.data,
                          store->path.len) == 0)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "the directory \"%V\" is already that of store "
                               "\"%V\" (%s:%ui), each store needs its own",
                               &store->path, &stores[i]->name,
                               stores[i]->file, stores[i]->line);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


static ngx_ticket_store_t *
ngx_ticket_conf_store_create(ngx_conf_t *cf, ngx_ticket_main_conf_t *mcf,
    ngx_str_t *name)
{
    ngx_ticket_store_t  *store, *same;

    if (name->len == 0 || name->len > NGX_TICKET_NAME_MAX_CHARS
        || ngx_strlchr(name->data, name->data + name->len, '=') != NULL)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid store name \"%V\", it needs 1 to %d "
                           "characters without \"=\"", name,
                           NGX_TICKET_NAME_MAX_CHARS);
        return NULL;
    }

    same = ngx_ticket_conf_find(mcf, name);

    if (same) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the store \"%V\" is already declared in %s:%ui, "
                           "give this one another name", name,
                           same->file, same->line);
        return NULL;
    }

    store = ngx_pcalloc(cf->pool, sizeof(ngx_ticket_store_t));
    if (store == NULL) {
        return NULL;
    }

    store->name = *name;
    store->map_bytes = NGX_TICKET_MAP_DEFAULT_BYTES;
    store->writer.queue = 1024;
    store->writer.batch = 256;
    store->writer.batch_bytes = 4 * 1024 * 1024;
    store->shared_bytes = NGX_TICKET_SHARED_BYTES;
    store->file = cf->conf_file->file.name.data;
    store->line = cf->conf_file->line;

    return store;
}


char *
ngx_ticket_conf_store(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t                *value;
    ngx_uint_t                i, seen;
    ngx_ticket_store_t       *store, **slot;
    ngx_ticket_main_conf_t   *mcf = conf;

    value = cf->args->elts;

    store = ngx_ticket_conf_store_create(cf, mcf, &value[1]);
    if (store == NULL) {
        return NGX_CONF_ERROR;
    }

    seen = 0;

    for (i = 2; i < cf->args->nelts; i++) {
        if (ngx_ticket_conf_param(cf, store, &value[i], &seen)
            != NGX_CONF_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    if (store->path.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the store \"%V\" needs \"path=\" and the name of "
                           "a directory", &store->name);
        return NGX_CONF_ERROR;
    }

    if (ngx_ticket_conf_path(cf, store) != NGX_CONF_OK
        || ngx_ticket_conf_unique(cf, mcf, store) != NGX_CONF_OK
        || ngx_ticket_conf_keys(cf, store) != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    store->shared = ngx_ticket_shared_add(cf, &store->name,
                                          store->shared_bytes);
    store->viewers = ngx_ticket_viewers_add(cf, &store->name);
    slot = ngx_array_push(&mcf->stores);

    if (store->shared == NULL || store->viewers == NULL || slot == NULL) {
        return NGX_CONF_ERROR;
    }

    *slot = store;

    return NGX_CONF_OK;
}
