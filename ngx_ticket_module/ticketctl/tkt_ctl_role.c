/*
 * Roles that a tenant makes.
 */

#include <stdio.h>

#include "ticketctl/tkt_ctl.h"


/* "a,b" as ["a","b"]. */
static void
tkt_ctl_out_names(tkt_out_t *o, const char *name, const char *list)
{
    size_t  len;

    tkt_out_name(o, name);
    tkt_out_lit(o, "[");

    for (/* void */; *list != '\0'; list += len + (list[len] == ',')) {
        len = strcspn(list, ",");

        if (len > 0) {
            tkt_out_comma(o);
            tkt_out_string(o, (tkt_str_t) { (const uint8_t *) list, len });
        }
    }

    tkt_out_lit(o, "]");
}


int
tkt_ctl_role_add(tkt_ctl_t *ctl)
{
    int         rc;
    tkt_str_t   made;
    tkt_out_t  *o = &ctl->out;

    rc = tkt_ctl_begin_texts(ctl, NULL);
    if (rc != TKT_CTL_OK) {
        return rc;
    }

    tkt_out_init(o, &ctl->arena, 512);
    tkt_out_lit(o, "{");
    tkt_ctl_out_text(o, "name", tkt_ctl_value(ctl, ROLE));
    tkt_ctl_out_text(o, "base", tkt_ctl_value(ctl, BASE));
    tkt_ctl_out_text(o, "title", tkt_ctl_value(ctl, NAME));

    if (tkt_ctl_has(ctl, PERMISSIONS)) {
        tkt_ctl_out_names(o, "permissions", ctl->values[TKT_CTL_PERMISSIONS]);
    }

    tkt_out_lit(o, "}");

    if (!tkt_ctl_send(ctl, TKT_METHOD_POST, tkt_str("/v1/roles"),
                      tkt_out_text(o), &made))
    {
        return TKT_CTL_FAILED;
    }

    return tkt_ctl_answer(ctl, made, tkt_arena_printf(&ctl->arena,
        "role %.*s: %s", (int) tkt_ctl_member(made, "id").len,
        (const char *) tkt_ctl_member(made, "id").data,
        ctl->values[TKT_CTL_ROLE]));
}


static bool
tkt_ctl_role_line(tkt_ctl_t *ctl, tkt_str_t value)
{
    tkt_str_t          base;
    tkt_role_record_t  role;

    if (!tkt_record_unpack(&tkt_role_schema, value, &role)
        || role.base >= tkt_role_names.count)
    {
        return false;
    }

    if (tkt_ctl_has(ctl, JSON)) {
        tkt_out_comma(&ctl->out);
        tkt_out_object(&ctl->out, &tkt_role_schema, &role,
                       (uint32_t) tkt_bit(TKT_ROLE_ADMIN), NULL, false);
        return true;
    }

    base = tkt_role_names.names[role.base];

    (void) printf("%-8llu %-12.*s %-6llu %.*s%s%.*s\n",
                  (unsigned long long) role.id, (int) base.len,
                  (const char *) base.data,
                  (unsigned long long) role.holders, (int) role.name.len,
                  (const char *) role.name.data,
                  role.title.len > 0 ? "  " : "", (int) role.title.len,
                  role.title.len > 0 ? (const char *) role.title.data : "");

    return true;
}


int
tkt_ctl_role_list(tkt_ctl_t *ctl)
{
    int        rc;
    tkt_key_t  prefix;

    rc = tkt_ctl_begin(ctl, TKT_CTL_LOOK, NULL);
    if (rc != TKT_CTL_OK) {
        return rc;
    }

    tkt_key_tenant(&prefix, ctl->actor.tenant);

    return tkt_ctl_list(ctl, TKT_DB_ROLE, &prefix, tkt_ctl_role_line);
}
