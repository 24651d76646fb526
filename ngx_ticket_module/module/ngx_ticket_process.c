/*
 * The module in the life of nginx's processes.
 *
 * The master makes the directory and does nothing else with it: an LMDB
 * environment must not be used across a fork, and closing any descriptor of
 * its files would lose the locks of this process.  Only what serves requests
 * opens it.
 */

#include "module/ngx_ticket_conf.h"

#include "jobs/ngx_ticket_jobs.h"


static ngx_ticket_main_conf_t *
ngx_ticket_process_conf(ngx_cycle_t *cycle)
{
    if (ngx_get_conf(cycle->conf_ctx, ngx_http_module) == NULL) {
        return NULL;
    }

    return ngx_http_cycle_get_module_main_conf(cycle, ngx_ticket_module);
}


/*
 * Whether `user` is who opens the stores: only a master of root starts its
 * workers as somebody else.
 */
static ngx_uint_t
ngx_ticket_process_user(ngx_core_conf_t *ccf)
{
    return geteuid() == 0 && ccf->master
           && ccf->user != (ngx_uid_t) NGX_CONF_UNSET_UINT;
}


/*
 * The directory must be the worker user's alone.  It is made so; one that is
 * there already is left as it is, with a warning if it is not.
 */
static void
ngx_ticket_process_mkdir(ngx_cycle_t *cycle, ngx_ticket_store_t *store)
{
    char             *path;
    ngx_core_conf_t  *ccf;
    ngx_file_info_t   fi;

    ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);
    path = (char *) store->path.data;

    if (ngx_create_dir(path, 0700) != NGX_FILE_ERROR) {

        if (ngx_ticket_process_user(ccf)
            && chown(path, ccf->user, ccf->group) == -1)
        {
            ngx_log_error(NGX_LOG_ERR, cycle->log, ngx_errno,
                          "chown(\"%s\") failed", path);
        }

        return;
    }

    if (ngx_errno != NGX_EEXIST) {
        ngx_log_error(NGX_LOG_ERR, cycle->log, ngx_errno,
                      ngx_create_dir_n " \"%s\" failed, the store \"%V\" "
                      "answers 503 until it is there", path, &store->name);
        return;
    }

    if (ngx_file_info(path, &fi) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_ERR, cycle->log, ngx_errno,
                      ngx_file_info_n " \"%s\" failed", path);
        return;
    }

    if (ngx_ticket_process_user(ccf) && fi.st_uid != ccf->user) {
        ngx_log_error(NGX_LOG_WARN, cycle->log, 0,
                      "the directory \"%s\" of store \"%V\" does not belong "
                      "to the user \"%s\" of the workers", path, &store->name,
                      ccf->username);
    }

    if (fi.st_mode & (S_IRWXG|S_IRWXO)) {
        ngx_log_error(NGX_LOG_WARN, cycle->log, 0,
                      "the directory \"%s\" of store \"%V\" is open to other "
                      "users, mode %ui%ui%ui, it should be 700", path,
                      &store->name, (ngx_uint_t) (fi.st_mode >> 6 & 7),
                      (ngx_uint_t) (fi.st_mode >> 3 & 7),
                      (ngx_uint_t) (fi.st_mode & 7));
    }
}


/*
 * Without a master the process goes on with the next cycle, and its
 * environments with it: opening one a second time is not allowed.
 */
static void
ngx_ticket_process_adopt(ngx_ticket_main_conf_t *mcf,
    ngx_ticket_main_conf_t *old)
{
    ngx_uint_t            i, k;
    ngx_ticket_store_t  **stores, **olds;

    stores = mcf->stores.elts;
    olds = old->stores.elts;

    /* one that is not declared any more loses the memory of its counts */

    for (k = 0; k < old->stores.nelts; k++) {
        if (olds[k]->desk) {
            olds[k]->desk->shared = NULL;
            olds[k]->desk->viewers.data = NULL;
        }
    }

    for (i = 0; i < mcf->stores.nelts; i++) {
        for (k = 0; k < old->stores.nelts; k++) {
            if (stores[i]->path.len == olds[k]->path.len
                && ngx_memcmp(stores[i]->path.data, olds[k]->path.data,
                              stores[i]->path.len) == 0)
            {
                stores[i]->desk = olds[k]->desk;

                if (stores[i]->desk) {
                    ngx_ticket_desk_share(stores[i]);
                }
            }
        }
    }
}


/* Runs in the master; a failure here would end it, also on a reload. */
ngx_int_t
ngx_ticket_init_module(ngx_cycle_t *cycle)
{
    ngx_uint_t                i;
    ngx_ticket_store_t      **stores;
    ngx_ticket_main_conf_t   *mcf, *old;

    mcf = ngx_ticket_process_conf(cycle);

    if (mcf == NULL || ngx_test_config) {
        return NGX_OK;
    }

    stores = mcf->stores.elts;

    for (i = 0; i < mcf->stores.nelts; i++) {
        ngx_ticket_process_mkdir(cycle, stores[i]);
    }

    if (ngx_process != NGX_PROCESS_SINGLE
        || ngx_is_init_cycle(cycle->old_cycle))
    {
        return NGX_OK;
    }

    old = ngx_ticket_process_conf(cycle->old_cycle);

    if (old) {
        ngx_ticket_process_adopt(mcf, old);
    }

    return ngx_ticket_init_process(cycle);
}


/*
 * A write beyond the limit on the size of files is to fail with EFBIG, which
 * is told as a full store.  Left alone the signal would end the worker, with
 * all it does for others, for one client's upload.
 */
static void
ngx_ticket_process_signals(ngx_cycle_t *cycle)
{
    struct sigaction  sa;

    if (sigaction(SIGXFSZ, NULL, &sa) == 0 && sa.sa_handler == SIG_DFL) {

        sa.sa_handler = SIG_IGN;

        if (sigaction(SIGXFSZ, &sa, NULL) == -1) {
            ngx_log_error(NGX_LOG_WARN, cycle->log, ngx_errno,
                          "sigaction(SIGXFSZ) failed");
        }
    }
}


static void
ngx_ticket_process_start(ngx_cycle_t *cycle, ngx_ticket_store_t *store)
{
    if (ngx_ticket_desk_start(cycle, store) == NGX_OK) {
        (void) ngx_ticket_jobs_start(store);
    }
}


/* Never fails: nginx does not start a worker again that failed here. */
ngx_int_t
ngx_ticket_init_process(ngx_cycle_t *cycle)
{
    ngx_uint_t                i;
    ngx_ticket_store_t      **stores;
    ngx_ticket_main_conf_t   *mcf;

    mcf = ngx_ticket_process_conf(cycle);

    if (mcf == NULL) {
        return NGX_OK;
    }

    /* nginx's helpers have the keys in their memory too */

    ngx_ticket_keys_process(cycle, mcf);

    if (ngx_process != NGX_PROCESS_WORKER
        && ngx_process != NGX_PROCESS_SINGLE)
    {
        return NGX_OK;
    }

    ngx_ticket_process_signals(cycle);

    stores = mcf->stores.elts;

    for (i = 0; i < mcf->stores.nelts; i++) {
        if (stores[i]->desk == NULL) {
            ngx_ticket_process_start(cycle, stores[i]);
        }
    }

    return NGX_OK;
}


void
ngx_ticket_exit_process(ngx_cycle_t *cycle)
{
    ngx_uint_t                i, failed;
    ngx_ticket_store_t      **stores;
    ngx_ticket_main_conf_t   *mcf;

    mcf = ngx_ticket_process_conf(cycle);

    if (mcf == NULL) {
        return;
    }

    stores = mcf->stores.elts;
    failed = 0;

    for (i = 0; i < mcf->stores.nelts; i++) {

        if (stores[i]->desk == NULL) {
            continue;
        }

        failed |= ngx_ticket_desk_failed(stores[i]->desk);
        ngx_ticket_jobs_stop(stores[i]);
        ngx_ticket_desk_stop(stores[i]->desk);
    }

    if (failed) {
        ngx_log_error(NGX_LOG_NOTICE, cycle->log, 0,
                      "ticket: exit with code 1 after a failed store");
        exit(1);
    }
}
