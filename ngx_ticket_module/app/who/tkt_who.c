/*
 * Principals by their tenant, login and role: see the header.
 */

#include "app/ticket/tkt_forward.h"
#include "app/who/tkt_guest.h"
#include "app/who/tkt_jwt.h"
#include "app/who/tkt_roles.h"
#include "app/who/tkt_tenant_tree.h"
#include "app/who/tkt_tenants.h"
#include "app/route/tkt_grants.h"
#include "app/who/tkt_who.h"
#include "base/tkt_text.h"
#include "codec/tkt_field_parse.h"
#include "codec/tkt_text_form.h"


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

/*
 * Straight from the index to the actor; the rest, which loads the record, is
 * for stores whose only tenant has another name than the default.
 */
bool
tkt_who_tenant(tkt_txn_t *txn, tkt_str_t name, tkt_actor_t *actor,
    tkt_arena_t *arena)
{
    tkt_key_t     key;
    tkt_str_t     value;
    tkt_unkey_t   u;
    tkt_tenant_t  tenant;

    if (name.len > TKT_SLUG_MAX_CHARS) {
        return false;
    }

    tkt_key_tenant_name(&key, name.len > 0 ? name
                                           : tkt_str(TKT_TENANT_DEFAULT));

    if (tkt_get(txn, TKT_DB_TENANT_NAME, &key, &value)) {
        tkt_unkey_start(&u, value);
        return tkt_actor_tenant(txn, tkt_unkey_u32(&u), actor);
    }

    return tkt_tenant_by_name(txn, name, &tenant, arena)
           && tkt_actor_tenant(txn, (uint32_t) tenant.id, actor);
}


static bool
tkt_who_begins(tkt_str_t text, tkt_str_t with)
{
    return text.len >= with.len && memcmp(text.data, with.data, with.len) == 0;
}


bool
tkt_who_login(tkt_str_t login)
{
    size_t  chars;

    return tkt_text_check(login, &chars) == TKT_TEXT_OK
           && chars <= TKT_LOGIN_MAX_CHARS && tkt_has_ink(login)
           && memchr(login.data, '\n', login.len) == NULL
           && memchr(login.data, '\t', login.len) == NULL
           && !tkt_standin_login(login)
           && !tkt_who_begins(login, tkt_str(TKT_GUEST_LOGIN));
}


/* ---- role ---- */

/*
 * The role that a site asserts: one of the five, or one of the tenant's own.
 * What no role is called, `system` among it, is worth no more than a user.
 */
static void
tkt_who_role(tkt_txn_t *txn, uint32_t tenant, tkt_str_t asserted,
    tkt_user_t *user)
{
    tkt_role_of_t  own;

    user->role_id = 0;

    if (tkt_names_find(&tkt_role_names, asserted, &user->role)
        && user->role != TKT_ROLE_SYSTEM)
    {
        return;
    }

    user->role = TKT_ROLE_USER;

    if (tkt_role_by_name(txn, tenant, asserted, &own)) {
        user->role = own.base;
        user->role_id = own.id;
    }
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
        actor->role_id = 0;
    }

    actor->role = role;
}


bool
tkt_who_principal(tkt_txn_t *txn, const tkt_user_t *user, tkt_str_t asserted,
    tkt_actor_t *actor)
{
    tkt_user_t  who = {
        .id = TKT_PRINCIPAL_UNSEEN, .tenant = actor->tenant,
        .role = TKT_ROLE_USER,
    };

    if (user != NULL) {

        /* who stands for another tenant is nobody who could enter */

        if (user->disabled || user->erased_at != 0
            || user->origin == TKT_ORIGIN_TENANT)
        {
            return false;
        }

        who = *user;
        tkt_text_keep(actor->login, sizeof(actor->login), user->login);
    }

    if (asserted.len > 0) {
        tkt_who_role(txn, actor->tenant, asserted, &who);
    }

    actor->id = who.id;
    actor->grants = tkt_grants_bind(&who) ? who.grants : 0;
    tkt_actor_role(txn, &who, actor);
    tkt_who_cap(actor);

    return tkt_txn_status(txn) == TKT_OK;
}


/*
 * What a role of the tenant's own leaves of a lesser one is no role that a
 * record could have.
 */
bool
tkt_who_has_role(const tkt_actor_t *actor)
{
    return actor->withheld == 0 || actor->role_id != 0;
}


void
tkt_who_record(const tkt_actor_t *actor, const tkt_identity_t *who,
    tkt_user_t *user)
{
    bool  has = tkt_who_has_role(actor);

    *user = (tkt_user_t) {
        .tenant = actor->tenant, .role = has ? actor->role : TKT_ROLE_USER,
        .role_id = actor->role_id, .kind = TKT_PERSON_USER,
        .origin = (actor->by == TKT_BY_JWT) ? TKT_ORIGIN_JWT
                                            : TKT_ORIGIN_IDENTITY,
        .login = tkt_str_z(actor->login), .name = who->name,
        .email = who->email,
    };
}
