/*
 * The parts of the configuration code, for each other.
 */

#ifndef NGX_TICKET_CONF_H
#define NGX_TICKET_CONF_H


#include "http/ngx_ticket_http.h"


/* ---- ngx_ticket_store_conf.c ---- */

/* The directive ticket_store. */
char *ngx_ticket_conf_store(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* The store of that name, or NULL. */
ngx_ticket_store_t *ngx_ticket_conf_find(ngx_ticket_main_conf_t *mcf,
    ngx_str_t *name);

/*
 * The directory's name without links, "." and "//", in memory of the pool and
 * NUL-terminated.  What does not exist below an existing directory is kept as
 * it is.  NGX_DECLINED: its parent does not exist or is no directory, errno
 * in *err; NGX_ERROR: no memory.
 */
ngx_int_t ngx_ticket_conf_canonical(ngx_pool_t *pool, ngx_str_t *path,
    ngx_str_t *canonical, ngx_err_t *err);


/* ---- ngx_ticket_keys.c ---- */

/* Reads the store's key file, if it has one, into store->keyring. */
char *ngx_ticket_conf_keys(ngx_conf_t *cf, ngx_ticket_store_t *store);

/*
 * Locks the keys into the memory of this process, with a warning where that
 * is not permitted, and keeps them out of core dumps.
 */
void ngx_ticket_keys_process(ngx_cycle_t *cycle,
    ngx_ticket_main_conf_t *mcf);


/* ---- ngx_ticket_quota_conf.c ---- */

/* The directive ticket_quota. */
char *ngx_ticket_conf_quota(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);


/* ---- ngx_ticket_identity_conf.c ---- */

/* The directives ticket_identity, ticket_identity_max_role, ticket_cors. */
char *ngx_ticket_conf_identity(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_ticket_conf_max_role(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_ticket_conf_cors(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/*
 * 1 if the directive's only argument is `off`, 0 without one; NGX_ERROR, and
 * said so, if it stands among others.
 */
ngx_int_t ngx_ticket_conf_off(ngx_conf_t *cf);

/* The role of that name that a site may give; TKT_ROLE_NONE: there is none. */
tkt_role_t ngx_ticket_conf_role(const ngx_str_t *name);

#define NGX_TICKET_ROLES_GIVEN                                                \
    "one of user, agent, supervisor, admin and bot"

/* All of these at once, for create_loc_conf and merge_loc_conf. */
void ngx_ticket_conf_site_unset(ngx_ticket_loc_conf_t *conf);
void ngx_ticket_conf_site_merge(ngx_ticket_loc_conf_t *conf,
    ngx_ticket_loc_conf_t *prev);


/* ---- ngx_ticket_jwt_conf.c ---- */

/* The directive ticket_jwt. */
char *ngx_ticket_conf_jwt(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);


/* ---- ngx_ticket_check.c ---- */

/* The directive ticket_attachment_max_size. */
char *ngx_ticket_conf_attachment_max(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/*
 * The location's own limits on bodies; called when it is merged.  What nginx
 * goes by is raised to that of uploads, and the location's kept in body_max.
 */
char *ngx_ticket_check_body(ngx_conf_t *cf, ngx_ticket_loc_conf_t *conf);

/* No location may show the files of a store; called for each location. */
char *ngx_ticket_check_root(ngx_conf_t *cf, ngx_ticket_main_conf_t *mcf);


/* ---- ngx_ticket_process.c ---- */

ngx_int_t ngx_ticket_init_module(ngx_cycle_t *cycle);
ngx_int_t ngx_ticket_init_process(ngx_cycle_t *cycle);
void ngx_ticket_exit_process(ngx_cycle_t *cycle);


/* ---- ngx_ticket_variables.c ---- */

ngx_int_t ngx_ticket_add_variables(ngx_conf_t *cf);


#endif /* NGX_TICKET_CONF_H */
