/*
 * Principals: the rules of the resource, and one's own record.
 */

#include "app/call/tkt_ops.h"
#include "app/resource/tkt_resource.h"
#include "app/who/tkt_roles.h"
#include "app/who/tkt_who.h"


static bool
tkt_user_fault(tkt_call_t *c, const char *pointer, const char *code,
    const char *detail)
{
    tkt_call_invalid(c, pointer, code, detail);

    return false;
}


/* ---- roles ---- */

/* Whether `role` was sent, be it as null. */
static bool
tkt_user_role_sent(const tkt_call_t *c)
{
    const tkt_field_t  *f;

    f = tkt_schema_find(&tkt_user_schema, tkt_str("role"));

    return tkt_present_has(c->present, (size_t) (f - tkt_user_schema.fields));
}


/*
 * `role` as sent: a built-in one, or one of the tenant's own.  Nobody gives
 * one above his own.
 */
static bool
tkt_user_role_check(tkt_call_t *c, const tkt_user_t *before,
    tkt_user_t *after)
{
    uint64_t       base;
    tkt_role_of_t  role;

    if (!tkt_user_role_sent(c)
        || (before == NULL && after->role_name.len == 0))
    {
        return true;
    }

    if (tkt_names_find(&tkt_role_names, after->role_name, &base)) {
        role = (tkt_role_of_t) {
            .base = (tkt_role_t) base,
            .permissions = tkt_role_permissions((tkt_role_t) base),
        };

    } else if (after->role_name.len == 0
               || !tkt_role_by_name(c->txn, c->actor->tenant,
                                    after->role_name, &role))
    {
        return tkt_user_fault(c, "/role", "choice",
                              "user, agent, supervisor, admin, bot, or one "
                              "of the tenant's own roles");
    }

    if (before != NULL && role.base == before->role
        && role.id == before->role_id)
    {
        return true;
    }

    if (!tkt_actor_may_give(c->actor, role.base, role.permissions)) {

        if (role.base == TKT_ROLE_SYSTEM) {
            return tkt_user_fault(c, "/role", "choice",
                "the role system is given by ticketctl only");
        }

        tkt_call_forbid(c, "/role");
        return false;
    }

    after->role = role.base;
    after->role_id = role.id;

    return true;
}


/* Kinds that follow from how a principal came to be are not given by hand. */
static bool
tkt_user_kind_check(tkt_call_t *c, uint64_t was, uint64_t is)
{
    const uint64_t  made = tkt_bit(TKT_PERSON_GUEST)
                           | tkt_bit(TKT_PERSON_ORGANISATION);

    if (was == is || ((tkt_bit(was) | tkt_bit(is)) & made) == 0) {
        return true;
    }

    return tkt_user_fault(c, "/kind", "choice",
                          "guests and organisations are made, not named");
}


/* ---- new ones ---- */

static bool
tkt_user_check_new(tkt_call_t *c, tkt_user_t *user)
{
    tkt_user_t  other;

    if (!tkt_who_login(user->login)) {
        return tkt_user_fault(c, "/login", "choice",
                              "logins that begin with \"tenant:\" or "
                              "\"guest:\" are the desk's");
    }

    if (tkt_user_by_login(c->txn, c->actor->tenant, user->login, &other,
                          c->arena))
    {
        tkt_call_fail(c, TKT_CONFLICT, "this login is taken");
        return false;
    }

    if (!tkt_user_has_room(c->txn, c->actor->tenant)) {
        tkt_call_fail(c, TKT_CONFLICT,
                      "the tenant has as many principals as it may");
        return false;
    }

    user->origin = TKT_ORIGIN_LOCAL;

    return true;
}


/* ---- changes ---- */

/* An administrator may not lock himself out. */
static bool
tkt_user_check_self(tkt_call_t *c, const tkt_user_t *before,
    const tkt_user_t *after)
{
    if (before->id != c->actor->id) {
        return true;
    }

    if (after->disabled) {
        return tkt_user_fault(c, "/disabled", "conflict",
                              "nobody disables himself");
    }

    if (after->role != before->role || after->role_id != before->role_id) {
        return tkt_user_fault(c, "/role", "conflict",
                              "nobody changes his own role");
    }

    return true;
}


static bool
tkt_user_check_change(tkt_call_t *c, const tkt_user_t *before,
    tkt_user_t *after)
{
    if (before->erased_at != 0) {
        tkt_call_fail(c, TKT_CONFLICT, "this principal was erased");
        return false;
    }

    /* what was proved is the address, not the person */

    if (!tkt_str_eq(before->email, after->email)) {
        after->email_verified = 0;
    }

    if (!tkt_str_eq(before->phone, after->phone)) {
        after->phone_verified = 0;
    }

    return tkt_user_check_self(c, before, after);
}


static bool
tkt_user_check(tkt_call_t *c, const void *old, void *new)
{
    tkt_user_t        *after = new;
    const tkt_user_t  *before = old;

    if (before == NULL) {
        after->role = TKT_ROLE_USER;

    } else if (before->id != c->actor->id
               && !tkt_actor_may_rule(c->txn, c->actor, before))
    {
        tkt_call_fail(c, TKT_FORBIDDEN,
                      "the role of this principal is above yours");
        return false;
    }

    return tkt_user_role_check(c, before, after)
           && tkt_user_kind_check(c, before == NULL ? 0 : before->kind,
                                  after->kind)
           && (before == NULL ? tkt_user_check_new(c, after)
                              : tkt_user_check_change(c, before, after));
}


static void
tkt_user_put(tkt_call_t *c, const void *before, void *after)
{
    tkt_user_save(c->txn, before, after, c->arena);
}


static void
tkt_user_view(tkt_call_t *c, void *obj)
{
    tkt_user_t  *user = obj;

    user->tenant_name = tkt_str_z(c->actor->tenant_name);
    user->role_name = tkt_user_role_name(c->txn, user,
                          tkt_txn_is_write(c->txn) ? c->arena : NULL);
}


const tkt_resource_t  tkt_resource_user = {
    .name = "users",
    .path = "/v1/users",
    .schema = &tkt_user_schema,
    .db = TKT_DB_PRINCIPAL,
    .seq = TKT_SEQ_PRINCIPAL,
    .object = TKT_OBJECT_USER,
    .etag = 'u',
    .id = offsetof(tkt_user_t, id),
    .tenant = offsetof(tkt_user_t, tenant),
    .version = offsetof(tkt_user_t, version),
    .created_at = offsetof(tkt_user_t, created_at),
    .updated_at = offsetof(tkt_user_t, updated_at),
    .check = tkt_user_check,
    .save = tkt_user_put,
    .view = tkt_user_view
};


/* ---- one's own record ---- */

static bool
tkt_me_find(tkt_call_t *c, tkt_user_t *user)
{
    if (tkt_user_load(c->txn, c->actor->tenant, c->actor->id, user,
                      c->arena))
    {
        return true;
    }

    tkt_call_fail(c, TKT_NOT_FOUND, NULL);

    return false;
}


/* One whom the site knows and the store does not yet. */
static void
tkt_me_unseen(tkt_call_t *c)
{
    tkt_out_t   o;
    tkt_user_t  user;

    tkt_who_record(c->actor, c->identity, &user);
    tkt_user_view(c, &user);

    tkt_out_init(&o, c->arena, 512);
    tkt_out_object(&o, &tkt_user_schema, &user,
                   (uint32_t) tkt_bit(c->actor->role), NULL, false);
    tkt_call_answer(c, &o);
}


void
tkt_op_me(tkt_call_t *c)
{
    tkt_user_t  user;

    if (c->actor->id == TKT_PRINCIPAL_UNSEEN && c->identity != NULL) {
        tkt_me_unseen(c);
        return;
    }

    if (tkt_me_find(c, &user)) {
        tkt_resource_show(c, &tkt_resource_user, &user);
    }
}


void
tkt_op_me_patch(tkt_call_t *c)
{
    tkt_user_t  user;

    if (tkt_me_find(c, &user)) {
        tkt_resource_change(c, &tkt_resource_user, &user);
    }
}
