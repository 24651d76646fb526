/*
 * Principals by their tenant, login and role: see the header.
 */

#include "app/tkt_jwt.h"
#include "app/tkt_tenants.h"
#include "app/tkt_who.h"
#include "base/tkt_text.h"
#include "codec/tkt_field_parse.h"


bool
tkt_who_bearer(tkt_str_t header, tkt_str_t *token)
{
    size_t                i;
    static const uint8_t  scheme[] = "bearer ";

    if (header.len < sizeof(scheme)) {
        return false;
    }

    for (i = 0; i < sizeof(scheme) - 1; i++) {
        if ((header.data[i] | 0x20) != scheme[i]) {
            return false;
        }
    }

    while (i < header.len && header.data[i] == ' ') {
        i++;
    }

    *token = (tkt_str_t) { header.data + i, header.len - i };

    return true;
}


/* Leaves a value out that the row of a principal would not take. */
static void
tkt_who_fit(const char *row, tkt_str_t *value)
{
    tkt_user_t          user;
    tkt_refusal_t       refusal;
    const tkt_field_t  *f;

    f = tkt_schema_find(&tkt_user_schema, tkt_str_z(row));

    if (value->len > 0 && !tkt_field_string(f, *value, &user, &refusal)) {
        *value = tkt_str("");
    }
}


void
tkt_who_clean(tkt_identity_t *who)
{
    tkt_who_fit("name", &who->name);
    tkt_who_fit("email", &who->email);

    /* one byte more than a role's name may have is no role's name either */

    if (who->role.len > TKT_SLUG_MAX_CHARS + 1) {
        who->role.len = TKT_SLUG_MAX_CHARS + 1;
    }
}


bool
tkt_who_asserted(const tkt_request_t *req, const tkt_actor_t *actor,
    tkt_identity_t *who, tkt_arena_t *arena)
{
    int64_t    expires_at_ms;
    tkt_str_t  text;

    if (actor->by == TKT_BY_IDENTITY) {
        *who = req->identity;

    } else if (actor->by != TKT_BY_JWT
               || !tkt_who_bearer(req->authorization, &text)
               || !tkt_jwt_check(req->site->jwt, req->jwt_cache, text,
                                 req->now_ms, who, &expires_at_ms, arena))
    {
        return false;
    }

    tkt_who_clean(who);

    return true;
}


/* ---- tenant ---- */

static void
tkt_text_keep(char *out, size_t size, tkt_str_t text)
{
    size_t  n = text.len < size ? text.len : size - 1;

    if (n > 0) {
        memcpy(out, text.data, n);
    }

    out[n] = '\0';
}


static bool
tkt_who_of_tenant(const tkt_tenant_t *tenant, tkt_actor_t *actor)
{
    if (tenant->disabled) {
        return false;
    }

    actor->tenant = (uint32_t) tenant->id;
    actor->profile = (tenant->profile > 0) ? (uint32_t) tenant->profile - 1
                                           : TKT_PROFILE_CANONICAL;
    actor->languages = (uint32_t) tenant->languages;
    actor->tenant_quota = (uint32_t) tenant->quota;
    tkt_text_keep(actor->tenant_name, sizeof(actor->tenant_name),
                  tenant->name);
    tkt_text_keep(actor->prefix, sizeof(actor->prefix),
                  tenant->number_prefix);

    return true;
}


bool
tkt_who_tenant(tkt_txn_t *txn, uint32_t id, tkt_actor_t *actor)
{
    tkt_tenant_t  tenant;

    return tkt_tenant_load(txn, id, &tenant, NULL)
           && tkt_who_of_tenant(&tenant, actor);
}


bool
tkt_who_tenant_named(tkt_txn_t *txn, tkt_str_t name, tkt_actor_t *actor,
    tkt_arena_t *arena)
{
    tkt_tenant_t  tenant;

    return tkt_tenant_by_name(txn, name, &tenant, arena)
           && tkt_who_of_tenant(&tenant, actor);
}


/* ---- role ---- */

/*
 * The role that a site asserts.  What no role is called, `system` among it,
 * is worth no more than a user.
 */
static void
tkt_who_role(tkt_txn_t *txn, tkt_str_t asserted, tkt_user_t *user)
{
    if (!tkt_names_find(&tkt_role_names, asserted, &user->role)
        || user->role == TKT_ROLE_SYSTEM)
    {
        user->role = TKT_ROLE_USER;
    }

    user->role_id = 0;
}


/*
 * No more than the location gives.  Of a role of the tenant's own, what the
 * lesser role has and it has not is withheld too.
 */
static void
tkt_who_cap(tkt_actor_t *actor)
{
    uint64_t    held;
    tkt_role_t  role, max;

    if (actor->max_role == TKT_ROLE_NONE) {
        return;
    }

    max = (actor->max_role == TKT_ROLE_SYSTEM) ? TKT_ROLE_ADMIN
                                               : actor->max_role;
    role = tkt_role_cap(actor->role, max);

    if (role != actor->role && actor->role_id != 0) {
        held = tkt_actor_permissions(actor);
        actor->withheld = tkt_role_permissions(role) & ~held;
    }

    actor->role = role;
}


/* What a record's role gives. */
static void
tkt_who_rights(tkt_txn_t *txn, const tkt_user_t *user, tkt_actor_t *actor)
{
    actor->role = (tkt_role_t) user->role;
    actor->role_id = user->role_id;
    actor->withheld = 0;
    actor->quota = (uint32_t) user->quota;
}


bool
tkt_who_principal(tkt_txn_t *txn, const tkt_user_t *user, tkt_str_t asserted,
    tkt_actor_t *actor)
{
    tkt_user_t  who = { .id = TKT_PRINCIPAL_UNSEEN, .role = TKT_ROLE_USER };

    if (user != NULL) {

        if (user->disabled || user->erased_at != 0) {
            return false;
        }

        who = *user;
        tkt_text_keep(actor->login, sizeof(actor->login), user->login);
    }

    if (asserted.len > 0) {
        tkt_who_role(txn, asserted, &who);
    }

    actor->id = who.id;
    tkt_who_rights(txn, &who, actor);
    tkt_who_cap(actor);

    return tkt_txn_status(txn) == TKT_OK;
}


void
tkt_who_record(const tkt_actor_t *actor, const tkt_identity_t *who,
    tkt_user_t *user)
{
    *user = (tkt_user_t) {
        .tenant = actor->tenant, .role = actor->role,
        .role_id = actor->role_id, .kind = TKT_PERSON_USER,
        .origin = (actor->by == TKT_BY_JWT) ? TKT_ORIGIN_JWT
                                            : TKT_ORIGIN_IDENTITY,
        .login = tkt_str_z(actor->login), .name = who->name,
        .email = who->email,
    };
}
