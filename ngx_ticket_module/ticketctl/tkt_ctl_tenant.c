/*
 * Tenants: made below one another, and listed.
 */

#include <stdio.h>

#include "app/who/tkt_tenants.h"
#include "ticketctl/tkt_ctl.h"


/* The tenant that is to be above: named, or the root; an exit code. */
static int
tkt_ctl_parent(tkt_ctl_t *ctl)
{
    tkt_str_t     name;
    tkt_tenant_t  root;
    tkt_status_t  status;

    if (!tkt_ctl_has(ctl, PARENT)) {

        status = tkt_txn_renew(ctl->read);
        if (status != TKT_OK) {
            return tkt_ctl_status(status);
        }

        name = tkt_tenant_load(ctl->read, 1, &root, NULL)
               ? tkt_arena_printf(&ctl->arena, "%.*s", (int) root.name.len,
                                  (const char *) root.name.data)
               : tkt_str("");
        status = tkt_txn_status(ctl->read);
        tkt_txn_reset(ctl->read);

        if (status != TKT_OK) {
            return tkt_ctl_status(status);
        }

        ctl->values[TKT_CTL_PARENT] = (const char *) name.data;
    }

    ctl->values[TKT_CTL_TENANT] = ctl->values[TKT_CTL_PARENT];

    return tkt_ctl_tenant(ctl);
}


int
tkt_ctl_tenant_add(tkt_ctl_t *ctl)
{
    int           rc;
    tkt_str_t     name, made, token;
    tkt_out_t    *o = &ctl->out;
    tkt_status_t  status;

    name = tkt_ctl_value(ctl, TENANT);

    rc = tkt_ctl_texts(ctl);
    if (rc == TKT_CTL_OK) {
        rc = tkt_ctl_open(ctl, TKT_CTL_CHANGE);
    }

    if (rc != TKT_CTL_OK) {
        return rc;
    }

    status = tkt_app_prepare(ctl->env, tkt_ctl_now_ms());
    if (status != TKT_OK) {
        return tkt_ctl_status(status);
    }

    rc = tkt_ctl_parent(ctl);
    if (rc != TKT_CTL_OK) {
        return rc;
    }

    tkt_out_init(o, &ctl->arena, 512);
    tkt_out_lit(o, "{");
    tkt_ctl_out_text(o, "name", name);
    tkt_ctl_out_text(o, "title", tkt_ctl_value(ctl, NAME));
    tkt_ctl_out_text(o, "profile", tkt_ctl_value(ctl, PROFILE));
    tkt_ctl_out_text(o, "admin", tkt_ctl_value(ctl, ADMIN));
    tkt_out_lit(o, "}");

    if (!tkt_ctl_send(ctl, TKT_METHOD_POST, tkt_str("/v1/tenants"),
                      tkt_out_text(o), &made))
    {
        return TKT_CTL_FAILED;
    }

    if (tkt_ctl_has(ctl, JSON)) {
        return tkt_ctl_print(made) ? TKT_CTL_OK : TKT_CTL_FAILED;
    }

    token = tkt_ctl_member(made, "admin_token");
    (void) printf("tenant %.*s: %.*s, below %s\n",
                  (int) tkt_ctl_member(made, "id").len,
                  (const char *) tkt_ctl_member(made, "id").data,
                  (int) name.len, (const char *) name.data,
                  ctl->actor.tenant_name);

    if (token.len > 0) {
        (void) printf("admin   %s\ntoken   %.*s\n"
                      "The token is shown this once.\n",
                      ctl->values[TKT_CTL_ADMIN], (int) token.len,
                      (const char *) token.data);
    }

    return TKT_CTL_OK;
}


static bool
tkt_ctl_tenant_line(tkt_ctl_t *ctl, tkt_str_t value)
{
    tkt_str_t     kind;
    tkt_tenant_t  t;

    if (!tkt_record_unpack(&tkt_tenant_schema, value, &t)) {
        return false;
    }

    if (tkt_ctl_has(ctl, JSON)) {
        tkt_out_comma(&ctl->out);
        tkt_out_object(&ctl->out, &tkt_tenant_schema, &t,
                       (uint32_t) tkt_bit(TKT_ROLE_ADMIN), NULL, false);
        return true;
    }

    kind = t.kind < tkt_tenant_kind_names.count
           ? tkt_tenant_kind_names.names[t.kind] : tkt_str("");

    (void) printf("%-6llu below %-6llu %-9.*s %-9s %.*s%s%.*s\n",
                  (unsigned long long) t.id, (unsigned long long) t.parent,
                  (int) kind.len, (const char *) kind.data,
                  t.disabled ? "disabled" : "active", (int) t.name.len,
                  (const char *) t.name.data, t.title.len > 0 ? "  " : "",
                  (int) t.title.len,
                  t.title.len > 0 ? (const char *) t.title.data : "");

    return true;
}


int
tkt_ctl_tenant_list(tkt_ctl_t *ctl)
{
    int        rc;
    tkt_key_t  all;

    rc = tkt_ctl_open(ctl, TKT_CTL_LOOK);
    if (rc != TKT_CTL_OK) {
        return rc;
    }

    tkt_key_start(&all);

    return tkt_ctl_list(ctl, TKT_DB_TENANT, &all, tkt_ctl_tenant_line);
}
