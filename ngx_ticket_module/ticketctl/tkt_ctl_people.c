/*
 * Principals and their tokens.
 */

#include <stdio.h>

#include "app/who/tkt_roles.h"
#include "base/tkt_text.h"
#include "base/tkt_time.h"
#include "ticketctl/tkt_ctl.h"


int
tkt_ctl_begin(tkt_ctl_t *ctl, tkt_ctl_purpose_t purpose, tkt_user_t *user)
{
    int  rc;

    rc = tkt_ctl_open(ctl, purpose);

    if (rc == TKT_CTL_OK) {
        rc = tkt_ctl_tenant(ctl);
    }

    if (rc == TKT_CTL_OK && user != NULL) {
        rc = tkt_ctl_user(ctl, user);
    }

    return rc;
}


static tkt_str_t
tkt_ctl_path(tkt_ctl_t *ctl, uint64_t user, const char *rest)
{
    return tkt_arena_printf(&ctl->arena, "/v1/users/%llu%s",
                            (unsigned long long) user, rest);
}


int
tkt_ctl_answer(tkt_ctl_t *ctl, tkt_str_t json, tkt_str_t line)
{
    return tkt_ctl_print(tkt_ctl_has(ctl, JSON) ? json : line)
           ? TKT_CTL_OK : TKT_CTL_FAILED;
}


void
tkt_ctl_out_text(tkt_out_t *o, const char *name, tkt_str_t value)
{
    if (value.data != NULL) {
        tkt_out_name(o, name);
        tkt_out_string(o, value);
    }
}


int
tkt_ctl_texts(tkt_ctl_t *ctl)
{
    size_t  i;

    for (i = 0; i < TKT_CTL_OPTION_MAX; i++) {
        if (ctl->values[i] != NULL && i != TKT_CTL_STORE
            && !tkt_utf8_valid(tkt_str_z(ctl->values[i])))
        {
            (void) tkt_ctl_error("an argument is not valid UTF-8");
            return TKT_CTL_USAGE;
        }
    }

    return TKT_CTL_OK;
}


int
tkt_ctl_begin_texts(tkt_ctl_t *ctl, tkt_user_t *user)
{
    int  rc;

    rc = tkt_ctl_texts(ctl);

    return rc == TKT_CTL_OK ? tkt_ctl_begin(ctl, TKT_CTL_CHANGE, user) : rc;
}


/* ---- principals ---- */

int
tkt_ctl_user_add(tkt_ctl_t *ctl)
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
    tkt_ctl_out_text(o, "login", tkt_ctl_value(ctl, LOGIN));
    tkt_ctl_out_text(o, "role", tkt_ctl_value(ctl, ROLE));
    tkt_ctl_out_text(o, "name", tkt_ctl_value(ctl, NAME));
    tkt_ctl_out_text(o, "email", tkt_ctl_value(ctl, EMAIL));
    tkt_out_lit(o, "}");

    if (!tkt_ctl_send(ctl, TKT_METHOD_POST, tkt_str("/v1/users"),
                      tkt_out_text(o), &made))
    {
        return TKT_CTL_FAILED;
    }

    return tkt_ctl_answer(ctl, made, tkt_arena_printf(&ctl->arena,
        "principal %.*s: %s", (int) tkt_ctl_member(made, "id").len,
        (const char *) tkt_ctl_member(made, "id").data,
        ctl->values[TKT_CTL_LOGIN]));
}


int
tkt_ctl_user_disable(tkt_ctl_t *ctl)
{
    int         rc;
    tkt_str_t   made;
    tkt_user_t  user;

    rc = tkt_ctl_begin(ctl, TKT_CTL_CHANGE, &user);
    if (rc != TKT_CTL_OK) {
        return rc;
    }

    if (!tkt_ctl_send(ctl, TKT_METHOD_PATCH, tkt_ctl_path(ctl, user.id, ""),
                      tkt_str("{\"disabled\":true}"), &made))
    {
        return TKT_CTL_FAILED;
    }

    return tkt_ctl_answer(ctl, made, tkt_arena_printf(&ctl->arena,
        "principal %llu: %s is disabled", (unsigned long long) user.id,
        ctl->values[TKT_CTL_LOGIN]));
}


/*
 * The server's timer goes on with what is too much for one command; without a
 * server it begins when there is one.
 */
int
tkt_ctl_user_erase(tkt_ctl_t *ctl)
{
    int         rc;
    tkt_out_t  *o = &ctl->out;
    tkt_str_t   made;
    tkt_user_t  user;

    rc = tkt_ctl_begin(ctl, TKT_CTL_CHANGE, &user);
    if (rc != TKT_CTL_OK) {
        return rc;
    }

    tkt_out_init(o, &ctl->arena, 256);
    tkt_out_lit(o, "{\"reason\":");
    tkt_out_string(o, tkt_ctl_value(ctl, REASON));
    tkt_out_lit(o, "}");

    if (!tkt_ctl_send(ctl, TKT_METHOD_POST,
                      tkt_ctl_path(ctl, user.id, "/erase"), tkt_out_text(o),
                      &made))
    {
        return TKT_CTL_FAILED;
    }

    return tkt_ctl_answer(ctl, made, tkt_arena_printf(&ctl->arena,
        "principal %llu is being erased", (unsigned long long) user.id));
}


static bool
tkt_ctl_user_line(tkt_ctl_t *ctl, tkt_str_t value)
{
    tkt_str_t   role;
    tkt_user_t  user;

    if (!tkt_record_unpack(&tkt_user_schema, value, &user)) {
        return false;
    }

    role = tkt_user_role_name(ctl->read, &user, NULL);

    if (tkt_ctl_has(ctl, JSON)) {
        user.tenant_name = tkt_str_z(ctl->actor.tenant_name);
        user.role_name = role;
        tkt_out_comma(&ctl->out);
        tkt_out_object(&ctl->out, &tkt_user_schema, &user,
                       (uint32_t) tkt_bit(TKT_ROLE_ADMIN), NULL, false);
        return true;
    }

    (void) printf("%-8llu %-12.*s %-9s %.*s%s%.*s\n",
                  (unsigned long long) user.id, (int) role.len,
                  (const char *) role.data,
                  user.disabled ? "disabled" : "active",
                  (int) user.login.len, (const char *) user.login.data,
                  user.name.len > 0 ? "  " : "", (int) user.name.len,
                  user.name.len > 0 ? (const char *) user.name.data : "");

    return true;
}


static bool
tkt_ctl_token_line(tkt_ctl_t *ctl, tkt_str_t value)
{
    uint8_t             ends[TKT_TIME_TEXT_BYTES];
    tkt_token_record_t  token;

    if (!tkt_record_unpack(&tkt_token_schema, value, &token)) {
        return false;
    }

    if (tkt_ctl_has(ctl, JSON)) {
        tkt_out_comma(&ctl->out);
        tkt_out_object(&ctl->out, &tkt_token_schema, &token,
                       (uint32_t) tkt_bit(TKT_ROLE_ADMIN), NULL, false);
        return true;
    }

    tkt_time_format(ends, (int64_t) token.expires_at);

    (void) printf("%-4llu %s%.*s  %.*s\n", (unsigned long long) token.id,
                  token.expires_at == 0 ? "for ever" : "until ",
                  token.expires_at == 0 ? 0 : TKT_TIME_TEXT_BYTES,
                  (const char *) ends, (int) token.label.len,
                  token.label.len > 0 ? (const char *) token.label.data
                                      : "");

    return true;
}


int
tkt_ctl_list(tkt_ctl_t *ctl, tkt_db_t db, const tkt_key_t *prefix,
    bool (*line)(tkt_ctl_t *ctl, tkt_str_t value))
{
    tkt_scan_t    scan;
    tkt_status_t  status;

    status = tkt_txn_renew(ctl->read);
    if (status != TKT_OK) {
        return tkt_ctl_status(status);
    }

    tkt_out_init(&ctl->out, &ctl->arena, 4096);
    tkt_out_lit(&ctl->out, "{\"data\":[");
    tkt_scan_open(&scan, ctl->read, db, prefix, NULL, false);

    while (tkt_scan_next(&scan)) {
        if (!line(ctl, scan.value)) {
            tkt_txn_fail(ctl->read, TKT_INTERNAL);
        }
    }

    tkt_scan_close(&scan);
    status = tkt_txn_status(ctl->read);
    tkt_txn_reset(ctl->read);

    if (status != TKT_OK) {
        return tkt_ctl_status(status);
    }

    tkt_out_lit(&ctl->out, "]}");

    return !tkt_ctl_has(ctl, JSON) || tkt_ctl_print(tkt_out_text(&ctl->out))
           ? TKT_CTL_OK : TKT_CTL_FAILED;
}


int
tkt_ctl_user_list(tkt_ctl_t *ctl)
{
    int        rc;
    tkt_key_t  prefix;

    rc = tkt_ctl_begin(ctl, TKT_CTL_LOOK, NULL);
    if (rc != TKT_CTL_OK) {
        return rc;
    }

    tkt_key_tenant(&prefix, ctl->actor.tenant);

    return tkt_ctl_list(ctl, TKT_DB_PRINCIPAL, &prefix, tkt_ctl_user_line);
}


/* ---- tokens ---- */

int
tkt_ctl_token_list(tkt_ctl_t *ctl)
{
    int         rc;
    tkt_key_t   prefix;
    tkt_user_t  user;

    rc = tkt_ctl_begin(ctl, TKT_CTL_LOOK, &user);
    if (rc != TKT_CTL_OK) {
        return rc;
    }

    tkt_key_principal(&prefix, ctl->actor.tenant, user.id);

    return tkt_ctl_list(ctl, TKT_DB_TOKEN, &prefix, tkt_ctl_token_line);
}


/* "30d": seconds; false if it is anything else. */
static bool
tkt_ctl_seconds(const char *text, uint64_t *seconds)
{
    size_t    len;
    uint64_t  unit;

    len = strlen(text);

    switch (len > 0 ? text[len - 1] : 0) {

    case 's':
        unit = 1;
        break;

    case 'm':
        unit = 60;
        break;

    case 'h':
        unit = 3600;
        break;

    case 'd':
        unit = 86400;
        break;

    default:
        return false;
    }

    if (!tkt_u64_parse((tkt_str_t) { (const uint8_t *) text, len - 1 },
                       seconds)
        || *seconds == 0 || *seconds > UINT32_MAX / unit)
    {
        return false;
    }

    *seconds *= unit;

    return true;
}


bool
tkt_ctl_token_make(tkt_ctl_t *ctl, uint64_t principal, tkt_str_t *answer)
{
    size_t      i;
    uint64_t    ttl;
    tkt_out_t  *o = &ctl->out;

    tkt_out_init(o, &ctl->arena, 512);
    tkt_out_lit(o, "{");
    tkt_ctl_out_text(o, "label", tkt_ctl_value(ctl, LABEL));

    if (tkt_ctl_has(ctl, TTL)
        && tkt_ctl_seconds(ctl->values[TKT_CTL_TTL], &ttl))
    {
        tkt_out_name(o, "ttl");
        tkt_out_u64(o, ttl);
    }

    if (ctl->scope_count > 0) {
        tkt_out_name(o, "scopes");
        tkt_out_lit(o, "[");

        for (i = 0; i < ctl->scope_count; i++) {
            tkt_out_comma(o);
            tkt_out_string_z(o, ctl->scopes[i]);
        }

        tkt_out_lit(o, "]");
    }

    tkt_out_lit(o, "}");

    return tkt_ctl_send(ctl, TKT_METHOD_POST,
                        tkt_ctl_path(ctl, principal, "/tokens"),
                        tkt_out_text(o), answer);
}


int
tkt_ctl_token_new(tkt_ctl_t *ctl)
{
    int         rc;
    uint64_t    seconds;
    tkt_str_t   made;
    tkt_user_t  user;

    if (tkt_ctl_has(ctl, TTL)
        && !tkt_ctl_seconds(ctl->values[TKT_CTL_TTL], &seconds))
    {
        (void) tkt_ctl_error("--ttl is a number and s, m, h or d");
        return TKT_CTL_USAGE;
    }

    rc = tkt_ctl_begin_texts(ctl, &user);
    if (rc != TKT_CTL_OK) {
        return rc;
    }

    if (!tkt_ctl_token_make(ctl, user.id, &made)) {
        return TKT_CTL_FAILED;
    }

    return tkt_ctl_answer(ctl, made, tkt_ctl_member(made, "token"));
}


int
tkt_ctl_token_revoke(tkt_ctl_t *ctl)
{
    int         rc;
    char        rest[64];
    uint64_t    number;
    tkt_str_t   made;
    tkt_user_t  user;

    if (!tkt_u64_parse(tkt_ctl_value(ctl, NUMBER), &number)) {
        (void) tkt_ctl_error("--number is a number; see ticketctl token "
                             "list");
        return TKT_CTL_USAGE;
    }

    rc = tkt_ctl_begin(ctl, TKT_CTL_CHANGE, &user);
    if (rc != TKT_CTL_OK) {
        return rc;
    }

    (void) snprintf(rest, sizeof(rest), "/tokens/%llu",
                    (unsigned long long) number);

    if (!tkt_ctl_send(ctl, TKT_METHOD_DELETE,
                      tkt_ctl_path(ctl, user.id, rest), tkt_str(""), &made))
    {
        return TKT_CTL_FAILED;
    }

    return tkt_ctl_answer(ctl,
        tkt_arena_printf(&ctl->arena, "{\"id\":%llu,\"revoked\":true}",
                         (unsigned long long) number),
        tkt_arena_printf(&ctl->arena, "token %llu of %s is revoked",
                         (unsigned long long) number,
                         ctl->values[TKT_CTL_LOGIN]));
}
