/*
 * Master keys: key_file= of ticket_store, read by the master while it reads
 * the configuration, which as a rule it does as root; and what a process that
 * has keys in its memory does to keep them there.
 *
 * The text of the file stays in no memory of nginx's: it is read into one
 * buffer, parsed into memory of the library's and overwritten.
 */

#include "module/ngx_ticket_conf.h"

#include "crypto/tkt_crypto.h"
#include "crypto/tkt_seal.h"

#include <sys/prctl.h>
#include <sys/resource.h>


/*
 * The master, and a process without one, goes on without the cycle.  A worker
 * ends with it, and its writer may still be at work: there the memory goes
 * back with the process.
 */
static void
ngx_ticket_keys_free(void *data)
{
    if (ngx_process != NGX_PROCESS_WORKER) {
        tkt_keyring_free(data);
    }
}


/* Whether the file is fit to hold keys. */
static char *
ngx_ticket_keys_check(ngx_conf_t *cf, ngx_ticket_store_t *store,
    ngx_file_info_t *fi)
{
    if (!ngx_is_file(fi)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"key_file=%V\" is not a regular file",
                           &store->key_file);
        return NGX_CONF_ERROR;
    }

    if (fi->st_mode & (S_IRWXG|S_IRWXO)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"key_file=%V\" has mode %ui%ui%ui, it needs one "
                           "that is closed to group and others, as 600",
                           &store->key_file,
                           (ngx_uint_t) (fi->st_mode >> 6 & 7),
                           (ngx_uint_t) (fi->st_mode >> 3 & 7),
                           (ngx_uint_t) (fi->st_mode & 7));
        return NGX_CONF_ERROR;
    }

    if (fi->st_uid != 0 && fi->st_uid != geteuid()) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"key_file=%V\" belongs to user %ui, it needs to "
                           "be root's or the user's who starts nginx",
                           &store->key_file, (ngx_uint_t) fi->st_uid);
        return NGX_CONF_ERROR;
    }

    if (fi->st_size > TKT_KEY_FILE_MAX_BYTES) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"key_file=%V\" has %O bytes, it needs at most %d",
                           &store->key_file, (off_t) fi->st_size,
                           TKT_KEY_FILE_MAX_BYTES);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_ticket_keys_parse(ngx_conf_t *cf, ngx_ticket_store_t *store,
    tkt_str_t text)
{
    char                 fault[256];
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(cf->cycle->pool, 0);

    if (cln == NULL) {
        return NGX_CONF_ERROR;
    }

    store->keyring = tkt_keyring_parse(text, fault, sizeof(fault));

    if (store->keyring == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"key_file=%V\": %s",
                           &store->key_file, fault);
        return NGX_CONF_ERROR;
    }

    cln->handler = ngx_ticket_keys_free;
    cln->data = store->keyring;

    return NGX_CONF_OK;
}


static char *
ngx_ticket_keys_read(ngx_conf_t *cf, ngx_ticket_store_t *store, ngx_fd_t fd)
{
    char             *rv;
    u_char            text[TKT_KEY_FILE_MAX_BYTES];
    ssize_t           n;
    ngx_file_info_t   fi;

    if (ngx_fd_info(fd, &fi) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_fd_info_n " \"%V\" failed", &store->key_file);
        return NGX_CONF_ERROR;
    }

    if (ngx_ticket_keys_check(cf, store, &fi) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    n = ngx_read_fd(fd, text, sizeof(text));

    if (n == -1) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_read_fd_n " \"%V\" failed", &store->key_file);
        return NGX_CONF_ERROR;
    }

    rv = ngx_ticket_keys_parse(cf, store,
                               (tkt_str_t) { text, (size_t) n });

    tkt_wipe(text, sizeof(text));

    return rv;
}


/* A backup of the store must not be one of its keys. */
static char *
ngx_ticket_keys_place(ngx_conf_t *cf, ngx_ticket_store_t *store)
{
    if (store->key_file.len > store->path.len
        && ngx_memcmp(store->key_file.data, store->path.data,
                      store->path.len) == 0
        && store->key_file.data[store->path.len] == '/')
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"key_file=%V\" lies in the store's directory, "
                           "it needs to be elsewhere: who copies the store "
                           "would have the keys to it", &store->key_file);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_ticket_conf_keys(ngx_conf_t *cf, ngx_ticket_store_t *store)
{
    char      *rv;
    ngx_fd_t   fd;

    if (store->key_file.len == 0) {
        return NGX_CONF_OK;
    }

    if (ngx_ticket_keys_place(cf, store) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    if (!tkt_crypto_init()) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "there is no source of randomness");
        return NGX_CONF_ERROR;
    }

    /* not to wait for the other end of a pipe */

    fd = ngx_open_file(store->key_file.data, NGX_FILE_RDONLY|NGX_FILE_NONBLOCK,
                       NGX_FILE_OPEN, 0);

    if (fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_open_file_n " \"%V\" failed",
                           &store->key_file);
        return NGX_CONF_ERROR;
    }

    rv = ngx_ticket_keys_read(cf, store, fd);

    if (ngx_close_file(fd) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_ALERT, cf->log, ngx_errno,
                      ngx_close_file_n " \"%V\" failed", &store->key_file);
    }

    return rv;
}


/*
 * nginx has just made its worker dumpable again, which also lets other
 * processes of the same user read its memory.
 */
static void
ngx_ticket_keys_no_cores(ngx_cycle_t *cycle)
{
    struct rlimit  none = { 0, 0 };

    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1
        || setrlimit(RLIMIT_CORE, &none) == -1)
    {
        ngx_log_error(NGX_LOG_WARN, cycle->log, ngx_errno,
                      "ticket: core dumps cannot be switched off, they would "
                      "have keys in them");
    }
}


void
ngx_ticket_keys_process(ngx_cycle_t *cycle, ngx_ticket_main_conf_t *mcf)
{
    ngx_uint_t            i, cores, keys;
    ngx_ticket_store_t  **stores;

    stores = mcf->stores.elts;
    keys = mcf->jwt_secrets;
    cores = 1;

    for (i = 0; i < mcf->stores.nelts; i++) {

        if (stores[i]->keyring == NULL) {
            continue;
        }

        keys = 1;
        cores &= stores[i]->cores;

        if (!tkt_keyring_lock(stores[i]->keyring)) {
            ngx_log_error(NGX_LOG_WARN, cycle->log, ngx_errno,
                          "ticket: the keys of store \"%V\" cannot be locked "
                          "into memory and may be swapped out, raise the "
                          "limit of locked memory", &stores[i]->name);
        }
    }

    if (keys && !cores) {
        ngx_ticket_keys_no_cores(cycle);
    }
}
