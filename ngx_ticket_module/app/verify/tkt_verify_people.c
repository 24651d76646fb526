/*
 * Principals with what belongs to them: roles and how many hold them, logins,
 * tokens, and how many principals a tenant has.
 */

#include <stdio.h>

#include "app/verify/tkt_verify_int.h"
#include "crypto/tkt_token.h"


/* The principals of one tenant, under way. */
typedef struct {
    tkt_verify_t       *v;
    bool                open;
    uint64_t            tenant;
    uint64_t            count;
    size_t              roles;
    tkt_role_record_t   role[TKT_ROLES_PER_TENANT_MAX];
    uint64_t            held[TKT_ROLES_PER_TENANT_MAX];
} tkt_people_t;


/* ---- roles ---- */

/* Whether a role of a lower number has the name. */
static bool
tkt_verify_role_twice(tkt_verify_t *v, const tkt_role_record_t *role)
{
    bool               twice;
    tkt_key_t          prefix;
    tkt_scan_t         scan;
    tkt_role_record_t  other;

    tkt_key_tenant(&prefix, (uint32_t) role->tenant);
    tkt_scan_open(&scan, v->txn, TKT_DB_ROLE, &prefix, NULL, false);

    for (twice = false; !twice && tkt_scan_next(&scan); /* void */) {

        if (!tkt_record_unpack(&tkt_role_schema, scan.value, &other)) {
            continue;
        }

        if (other.id >= role->id) {
            break;
        }

        twice = tkt_str_eq(other.name, role->name);
    }

    tkt_scan_close(&scan);

    return twice;
}


static void
tkt_verify_role(tkt_verify_t *v, const char *what, const uint64_t *part,
    const tkt_role_record_t *role)
{
    uint64_t  built_in;

    (void) tkt_verify_values(v, &tkt_role_schema, role, what);

    if (role->tenant != part[0] || role->id != part[1]
        || role->name.len == 0 || role->version == 0)
    {
        tkt_verify_fault(v, "%s: the record is not of this role", what);
    }

    if (role->base == TKT_ROLE_NONE || role->base >= TKT_ROLE_SYSTEM) {
        tkt_verify_fault(v, "%s: no role is made from its base", what);
    }

    if (part[1] == 0 || part[1] > v->last[TKT_SEQ_ROLE]) {
        tkt_verify_fault(v, "%s: the number was never given", what);
    }

    if (!tkt_verify_has_tenant(v, part[0])) {
        tkt_verify_fault(v, "%s: there is no such tenant", what);
    }

    if (tkt_names_find(&tkt_role_names, role->name, &built_in)
        || tkt_verify_role_twice(v, role))
    {
        tkt_verify_fault(v, "%s: another role has its name", what);
    }
}


void
tkt_verify_roles(tkt_verify_t *v)
{
    char               what[64];
    uint64_t           part[2];
    tkt_key_t          prefix;
    tkt_scan_t         scan;
    tkt_role_record_t  role;

    tkt_verify_open(v, &scan, TKT_DB_ROLE);

    while (tkt_verify_next(v, &scan, "48", part)) {

        (void) snprintf(what, sizeof(what), "role %llu/%llu",
                        tkt_ull(part[0]), tkt_ull(part[1]));

        if (!tkt_record_unpack(&tkt_role_schema, scan.value, &role)) {
            tkt_verify_fault(v, "%s: the record does not decode", what);
            continue;
        }

        tkt_verify_role(v, what, part, &role);

        /* where there are principals their walk counts the holders */

        tkt_key_tenant(&prefix, (uint32_t) part[0]);

        if (role.holders != 0
            && !tkt_scan_any(v->txn, TKT_DB_PRINCIPAL, &prefix))
        {
            tkt_verify_fault(v, "%s: it has %llu holders, the tenant has no "
                             "principal", what, tkt_ull(role.holders));
        }
    }

    tkt_scan_close(&scan);
}


/* ---- principals ---- */

static void
tkt_people_roles(tkt_people_t *p)
{
    tkt_key_t   prefix;
    tkt_scan_t  scan;

    p->roles = 0;
    memset(p->held, 0, sizeof(p->held));

    tkt_key_tenant(&prefix, (uint32_t) p->tenant);
    tkt_scan_open(&scan, p->v->txn, TKT_DB_ROLE, &prefix, NULL, false);

    while (tkt_scan_next(&scan)) {

        if (p->roles == TKT_ROLES_PER_TENANT_MAX) {
            tkt_verify_fault(p->v, "tenant %llu: it has more than %d roles",
                             tkt_ull(p->tenant), TKT_ROLES_PER_TENANT_MAX);
            break;
        }

        p->roles += tkt_record_unpack_integers(&tkt_role_schema, scan.value,
                                               &p->role[p->roles]);
    }

    tkt_scan_close(&scan);
}


/* The end of a tenant's principals: what is kept of their number. */
static void
tkt_people_close(tkt_people_t *p)
{
    char       what[64];
    size_t     i;
    uint64_t   count;
    tkt_key_t  key;
    tkt_str_t  value;

    if (!p->open) {
        return;
    }

    for (i = 0; i < p->roles; i++) {
        if (p->role[i].holders != p->held[i]) {
            tkt_verify_fault(p->v, "role %llu/%llu: it says %llu holders, "
                             "there are %llu", tkt_ull(p->tenant),
                             tkt_ull(p->role[i].id),
                             tkt_ull(p->role[i].holders),
                             tkt_ull(p->held[i]));
        }
    }

    (void) snprintf(what, sizeof(what), "counter %llu", tkt_ull(p->tenant));
    tkt_key_principal_count(&key, (uint32_t) p->tenant);

    if (!tkt_get(p->v->txn, TKT_DB_COUNTER, &key, &value)) {
        tkt_verify_fault(p->v, "%s: there is none for %llu principals", what,
                         tkt_ull(p->count));

    } else if (tkt_verify_counts(p->v, what, value, 1, &count)
               && count != p->count)
    {
        tkt_verify_fault(p->v, "%s: it says %llu principals, there are %llu",
                         what, tkt_ull(count), tkt_ull(p->count));
    }
}


static void
tkt_people_switch(tkt_people_t *p, uint64_t tenant)
{
    if (p->open && p->tenant == tenant) {
        return;
    }

    tkt_people_close(p);

    p->open = true;
    p->tenant = tenant;
    p->count = 0;
    tkt_people_roles(p);
}


static void
tkt_people_role(tkt_people_t *p, const char *what, const tkt_user_t *user)
{
    size_t  i;

    if (user->role_id == 0) {
        return;
    }

    for (i = 0; i < p->roles; i++) {
        if (p->role[i].id == user->role_id) {
            p->held[i]++;

            if (p->role[i].base == user->role) {
                return;
            }
        }
    }

    tkt_verify_fault(p->v, "%s: its role %llu is none, or of another base",
                     what, tkt_ull(user->role_id));
}


static void
tkt_verify_principal(tkt_verify_t *v, const char *what, uint64_t tenant,
    uint64_t id, const tkt_user_t *user)
{
    tkt_key_t    key;
    tkt_str_t    value;
    tkt_unkey_t  u;

    (void) tkt_verify_values(v, &tkt_user_schema, user, what);

    if (user->id != id || user->tenant != tenant || user->login.len == 0
        || user->role == TKT_ROLE_NONE || user->version == 0)
    {
        tkt_verify_fault(v, "%s: the record is not of this principal", what);
    }

    if (user->erased_at != 0) {
        tkt_verify_erased_user(v, user, what);
    }

    if (id == 0 || id > v->last[TKT_SEQ_PRINCIPAL]) {
        tkt_verify_fault(v, "%s: the number was never given", what);
    }

    if (!tkt_verify_has_tenant(v, tenant)) {
        tkt_verify_fault(v, "%s: there is no such tenant", what);
    }

    tkt_key_login(&key, (uint32_t) tenant, user->login);

    if (!tkt_get(v->txn, TKT_DB_LOGIN, &key, &value)) {
        tkt_verify_fault(v, "%s: its login is not in the index", what);
        return;
    }

    tkt_unkey_start(&u, value);

    if (tkt_unkey_u64(&u) != id) {
        tkt_verify_fault(v, "%s: its login leads to another principal", what);
    }
}


void
tkt_verify_principals(tkt_verify_t *v)
{
    char          what[80];
    uint64_t      part[2];
    tkt_user_t    user;
    tkt_scan_t    scan;
    tkt_people_t  people = { .v = v };

    tkt_verify_open(v, &scan, TKT_DB_PRINCIPAL);

    while (tkt_verify_next(v, &scan, "48", part)) {

        tkt_people_switch(&people, part[0]);
        people.count++;

        (void) snprintf(what, sizeof(what), "principal %llu/%llu",
                        tkt_ull(part[0]), tkt_ull(part[1]));

        if (!tkt_record_unpack(&tkt_user_schema, scan.value, &user)) {
            tkt_verify_fault(v, "%s: the record does not decode", what);
            continue;
        }

        tkt_verify_principal(v, what, part[0], part[1], &user);
        tkt_people_role(&people, what, &user);
    }

    tkt_people_close(&people);
    tkt_scan_close(&scan);
}


/* The record of a principal; false if there is none that decodes. */
static bool
tkt_verify_user(tkt_verify_t *v, uint64_t tenant, uint64_t id,
    tkt_user_t *user)
{
    tkt_key_t  key;
    tkt_str_t  value;

    tkt_key_principal(&key, (uint32_t) tenant, id);

    return tkt_get(v->txn, TKT_DB_PRINCIPAL, &key, &value)
           && tkt_record_unpack(&tkt_user_schema, value, user);
}


void
tkt_verify_logins(tkt_verify_t *v)
{
    uint64_t     tenant, id;
    tkt_str_t    login;
    tkt_user_t   user;
    tkt_scan_t   scan;
    tkt_unkey_t  u, value;

    tkt_verify_open(v, &scan, TKT_DB_LOGIN);

    while (tkt_scan_next(&scan)) {
        v->figures->entries[TKT_DB_LOGIN]++;

        tkt_unkey_start(&u, scan.key);
        tenant = tkt_unkey_u32(&u);
        login = (tkt_str_t) { u.pos, (size_t) (u.end - u.pos) };

        tkt_unkey_start(&value, scan.value);
        id = tkt_unkey_u64(&value);

        if (u.bad || value.bad || value.pos != value.end
            || !tkt_verify_user(v, tenant, id, &user)
            || !tkt_str_eq(user.login, login))
        {
            tkt_verify_fault(v, "login %llu/%.*s: leads to no principal of "
                             "this login", tkt_ull(tenant), (int) login.len,
                             (const char *) login.data);
        }
    }

    tkt_scan_close(&scan);
}


void
tkt_verify_tokens(tkt_verify_t *v)
{
    char                what[96];
    uint64_t            part[3];
    tkt_user_t          owner;
    tkt_scan_t          scan;
    tkt_token_record_t  token;

    tkt_verify_open(v, &scan, TKT_DB_TOKEN);

    while (tkt_verify_next(v, &scan, "484", part)) {

        (void) snprintf(what, sizeof(what), "token %llu/%llu/%llu",
                        tkt_ull(part[0]), tkt_ull(part[1]), tkt_ull(part[2]));

        if (!tkt_record_unpack(&tkt_token_schema, scan.value, &token)) {
            tkt_verify_fault(v, "%s: the record does not decode", what);
            continue;
        }

        (void) tkt_verify_values(v, &tkt_token_schema, &token, what);

        if (token.id != part[2]
            || token.digest.len != TKT_TOKEN_DIGEST_BYTES)
        {
            tkt_verify_fault(v, "%s: the record is not of this token", what);
        }

        if (!tkt_verify_user(v, part[0], part[1], &owner)) {
            tkt_verify_fault(v, "%s: its owner does not exist", what);

        } else if (part[2] == 0 || part[2] > owner.last_token) {
            tkt_verify_fault(v, "%s: the number was never given", what);
        }
    }

    tkt_scan_close(&scan);
}
