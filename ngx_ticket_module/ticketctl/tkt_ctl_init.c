/*
 * init and tenant set: what there is before the first request.
 */

#include <stdio.h>

#include "app/who/tkt_tenants.h"
#include "ticketctl/tkt_ctl.h"


#define TKT_CTL_DEFAULT_ADMIN  "admin"


/* The value of --profile as it is stored, 0 without one; an exit code. */
static int
tkt_ctl_profile(tkt_ctl_t *ctl, uint64_t *profile)
{
    *profile = 0;

    if (!tkt_ctl_has(ctl, PROFILE)
        || (tkt_names_find(&tkt_tenant_profile_names,
                           tkt_ctl_value(ctl, PROFILE), profile)
            && *profile != 0))
    {
        return TKT_CTL_OK;
    }

    (void) tkt_ctl_error("--profile is one of canonical, s000, s001, s002");

    return TKT_CTL_USAGE;
}


static int
tkt_ctl_tenant_failed(tkt_ctl_t *ctl, tkt_status_t status)
{
    switch (status) {

    case TKT_NOT_FOUND:
        return tkt_ctl_error("there is no such tenant; name one with "
                             "--tenant");

    case TKT_INVALID_REQUEST:
        return tkt_ctl_error("--tenant is of a-z, 0-9, '_', '.' and '-'");

    default:
        return tkt_ctl_status(status);
    }
}


/* {"id":…,"login":…,"role":"admin","tenant":…,"token":…} */
static int
tkt_ctl_init_answer(tkt_ctl_t *ctl, const char *login, tkt_str_t id,
    tkt_str_t token)
{
    tkt_out_t  *o = &ctl->out;

    if (!tkt_ctl_has(ctl, JSON)) {

        if (token.len == 0) {
            (void) printf("%s has the administrator %s\n",
                          ctl->values[TKT_CTL_STORE], login);
            return TKT_CTL_OK;
        }

        (void) printf("store   %s\ntenant  %s\nadmin   %s\ntoken   %.*s\n"
                      "The token is shown this once.\n",
                      ctl->values[TKT_CTL_STORE], ctl->actor.tenant_name,
                      login, (int) token.len, (const char *) token.data);
        return TKT_CTL_OK;
    }

    tkt_out_init(o, &ctl->arena, 256);
    tkt_out_lit(o, "{");
    tkt_out_name(o, "id");
    tkt_out_raw(o, id);
    tkt_out_name(o, "login");
    tkt_out_string_z(o, login);
    tkt_out_name(o, "role");
    tkt_out_lit(o, "\"admin\"");
    tkt_out_name(o, "tenant");
    tkt_out_string_z(o, ctl->actor.tenant_name);
    tkt_out_name(o, "token");

    if (token.len > 0) {
        tkt_out_string(o, token);
    } else {
        tkt_out_lit(o, "null");
    }

    tkt_out_lit(o, "}");

    return tkt_ctl_print(tkt_out_text(o)) ? TKT_CTL_OK : TKT_CTL_FAILED;
}


/* The principal and his token, by the commands that HTTP has for them. */
static int
tkt_ctl_init_admin(tkt_ctl_t *ctl, const char *login)
{
    tkt_str_t    made, token, id;
    tkt_out_t   *o = &ctl->out;
    tkt_user_t   user;
    uint64_t     number;

    tkt_out_init(o, &ctl->arena, 256);
    tkt_out_lit(o, "{");
    tkt_out_name(o, "login");
    tkt_out_string_z(o, login);
    tkt_out_lit(o, ",\"role\":\"admin\"}");

    if (!tkt_ctl_send(ctl, TKT_METHOD_POST, tkt_str("/v1/users"),
                      tkt_out_text(o), &made)
        || tkt_ctl_user(ctl, &user) != TKT_CTL_OK)
    {
        return TKT_CTL_FAILED;
    }

    id = tkt_ctl_member(made, "id");
    number = user.id;

    if (!tkt_ctl_token_make(ctl, number, &token)) {
        return TKT_CTL_FAILED;
    }

    return tkt_ctl_init_answer(ctl, login, id,
                               tkt_ctl_member(token, "token"));
}


/* Somebody of that name is there: fine for --if-missing if he is admin. */
static int
tkt_ctl_init_again(tkt_ctl_t *ctl, const char *login, const tkt_user_t *user)
{
    if (!tkt_ctl_has(ctl, IF_MISSING)) {
        return tkt_ctl_error("tenant \"%s\" has a principal \"%s\" already; "
                             "make another token with ticketctl token new",
                             ctl->actor.tenant_name, login);
    }

    if (user->role != TKT_ROLE_ADMIN || user->disabled) {
        return tkt_ctl_error("\"%s\" is there and no active administrator",
                             login);
    }

    return tkt_ctl_init_answer(ctl, login,
        tkt_arena_printf(&ctl->arena, "%llu",
                         (unsigned long long) user->id), tkt_str(""));
}


int
tkt_ctl_init(tkt_ctl_t *ctl)
{
    int           rc;
    uint64_t      id, profile;
    tkt_user_t    user;
    tkt_status_t  status;

    if (!tkt_ctl_has(ctl, ADMIN)) {
        ctl->values[TKT_CTL_ADMIN] = TKT_CTL_DEFAULT_ADMIN;
    }

    ctl->values[TKT_CTL_LOGIN] = ctl->values[TKT_CTL_ADMIN];

    rc = tkt_ctl_profile(ctl, &profile);
    if (rc == TKT_CTL_OK) {
        rc = tkt_ctl_open(ctl, TKT_CTL_CREATE);
    }

    if (rc != TKT_CTL_OK) {
        return rc;
    }

    status = tkt_app_tenant(ctl->env, tkt_ctl_value(ctl, TENANT), profile,
                            true, tkt_ctl_now_ms(), &id);
    if (status != TKT_OK) {
        return tkt_ctl_tenant_failed(ctl, status);
    }

    rc = tkt_ctl_tenant(ctl);
    if (rc != TKT_CTL_OK) {
        return rc;
    }

    status = tkt_txn_renew(ctl->read);
    if (status != TKT_OK) {
        return tkt_ctl_status(status);
    }

    rc = tkt_user_by_login(ctl->read, ctl->actor.tenant,
                           tkt_ctl_value(ctl, LOGIN), &user, &ctl->arena);
    tkt_txn_reset(ctl->read);

    return rc ? tkt_ctl_init_again(ctl, ctl->values[TKT_CTL_ADMIN], &user)
              : tkt_ctl_init_admin(ctl, ctl->values[TKT_CTL_ADMIN]);
}


int
tkt_ctl_tenant_set(tkt_ctl_t *ctl)
{
    int           rc;
    uint64_t      id, profile;
    tkt_out_t    *o = &ctl->out;
    tkt_status_t  status;

    rc = tkt_ctl_profile(ctl, &profile);
    if (rc == TKT_CTL_OK) {
        rc = tkt_ctl_open(ctl, TKT_CTL_CHANGE);
    }

    if (rc != TKT_CTL_OK) {
        return rc;
    }

    status = tkt_app_tenant(ctl->env, tkt_ctl_value(ctl, TENANT), profile,
                            false, tkt_ctl_now_ms(), &id);
    if (status != TKT_OK) {
        return tkt_ctl_tenant_failed(ctl, status);
    }

    rc = tkt_ctl_tenant(ctl);
    if (rc != TKT_CTL_OK) {
        return rc;
    }

    if (!tkt_ctl_has(ctl, JSON)) {
        (void) printf("%s: %s\n", ctl->actor.tenant_name,
                      ctl->values[TKT_CTL_PROFILE]);
        return TKT_CTL_OK;
    }

    tkt_out_init(o, &ctl->arena, 256);
    tkt_out_lit(o, "{");
    tkt_out_name(o, "id");
    tkt_out_u64(o, id);
    tkt_out_name(o, "name");
    tkt_out_string_z(o, ctl->actor.tenant_name);
    tkt_out_name(o, "profile");
    tkt_out_string_z(o, ctl->values[TKT_CTL_PROFILE]);
    tkt_out_lit(o, "}");

    return tkt_ctl_print(tkt_out_text(o)) ? TKT_CTL_OK : TKT_CTL_FAILED;
}
