/*
 * Tenants: the rules of the resource.  A caller's realm is his own tenant and
 * those below it, at any depth; the rest does not exist for him.
 */

#include "app/privacy/tkt_audit.h"
#include "app/resource/tkt_resource.h"
#include "app/ticket/tkt_forward.h"
#include "app/who/tkt_roles.h"
#include "app/who/tkt_tenant_tree.h"
#include "app/who/tkt_tenants.h"
#include "crypto/tkt_token.h"


static bool
tkt_tenant_find(tkt_call_t *c, uint64_t id, void *obj)
{
    return id <= UINT32_MAX
           && tkt_tenant_within(c->txn, (uint32_t) id, c->actor->tenant)
           && tkt_tenant_load(c->txn, (uint32_t) id, obj, c->arena);
}


/* Parents before children; the first is one's own. */
static uint64_t
tkt_tenant_follow(tkt_call_t *c, uint64_t id)
{
    if (id == 0) {
        return c->actor->tenant;
    }

    /* a cursor is not secret: it may name a tenant of others */

    if (id > UINT32_MAX
        || !tkt_tenant_within(c->txn, (uint32_t) id, c->actor->tenant))
    {
        return 0;
    }

    return tkt_tenant_next(c->txn, c->actor->tenant, (uint32_t) id);
}


/* ---- what the schema cannot say ---- */

/* In capital letters, as it is shown. */
static bool
tkt_tenant_prefix(tkt_call_t *c, tkt_tenant_t *t)
{
    bool        good;
    size_t      i;
    uint8_t    *text, ch;
    tkt_str_t   given = t->number_prefix;

    if (given.len == 0) {
        return true;
    }

    text = tkt_arena_bytes(c->arena, given.len);
    if (text == NULL) {
        tkt_call_fail(c, TKT_BUSY, NULL);
        return false;
    }

    for (good = given.len <= 8, i = 0; good && i < given.len; i++) {
        ch = given.data[i];
        ch = (uint8_t) (ch >= 'a' && ch <= 'z' ? ch - 0x20 : ch);
        good = (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9' && i > 0);
        text[i] = ch;
    }

    if (!good) {
        tkt_call_invalid(c, "/number_prefix", "format",
                         "1 to 8 of A-Z and 0-9, a letter first");
        return false;
    }

    t->number_prefix = (tkt_str_t) { text, given.len };

    return true;
}


/* The place in the tree: below the caller's tenant or another of his realm. */
static bool
tkt_tenant_place(tkt_call_t *c, tkt_tenant_t *t)
{
    unsigned  depth;

    if (t->parent == 0) {
        t->parent = c->actor->tenant;
    }

    if (t->parent > UINT32_MAX
        || !tkt_tenant_within(c->txn, (uint32_t) t->parent,
                              c->actor->tenant))
    {
        tkt_call_invalid(c, "/parent", "choice", "there is no such tenant");
        return false;
    }

    depth = tkt_tenant_depth(c->txn, (uint32_t) t->parent);

    if (depth == 0 || depth >= TKT_TENANT_DEPTH_MAX) {
        tkt_call_invalid(c, "/parent", "range",
                         "a customer's tenant has none below it");
        return false;
    }

    t->kind = tkt_tenant_kind(depth + 1);

    return true;
}


/* Of the first administrator: nobody makes one above himself. */
static bool
tkt_tenant_admin(tkt_call_t *c, const tkt_tenant_t *t)
{
    if (tkt_standin_login(t->admin)) {
        tkt_call_invalid(c, "/admin", "choice",
                         "logins that begin with \"tenant:\" are the desk's");
        return false;
    }

    if (t->admin.len > 0
        && !tkt_actor_may_give(c->actor, TKT_ROLE_ADMIN,
                               tkt_role_permissions(TKT_ROLE_ADMIN)))
    {
        tkt_call_forbid(c, "/admin");
        return false;
    }

    return true;
}


static bool
tkt_tenant_check_new(tkt_call_t *c, tkt_tenant_t *t)
{
    tkt_tenant_t  other;

    if (!tkt_tenant_admin(c, t) || !tkt_tenant_place(c, t)) {
        return false;
    }

    if (tkt_tenant_by_name(c->txn, t->name, &other, c->arena)) {
        tkt_call_fail(c, TKT_CONFLICT, "this name is taken");
        return false;
    }

    return true;
}


/* What others decide about one's own tenant. */
static bool
tkt_tenant_check_own(tkt_call_t *c, const tkt_tenant_t *before,
    const tkt_tenant_t *t)
{
    if (t->id != c->actor->tenant) {
        return true;
    }

    if (t->disabled) {
        tkt_call_invalid(c, "/disabled", "conflict",
                         "nobody disables his own tenant");
        return false;
    }

    if (c->actor->id == 0) {
        return true;
    }

    if (t->parent != 0
        && (t->max_principals != before->max_principals
            || t->max_active_tickets != before->max_active_tickets
            || t->quota != before->quota
            || t->attachment_bytes != before->attachment_bytes))
    {
        tkt_call_forbid(c, "/limits");
        return false;
    }

    return true;
}


static bool
tkt_tenant_check(tkt_call_t *c, const void *before, void *after)
{
    tkt_tenant_t  *t = after;

    if (t->profile == 0) {
        t->profile = TKT_PROFILE_CANONICAL + 1;
    }

    if (!tkt_tenant_prefix(c, t)) {
        return false;
    }

    return before == NULL ? tkt_tenant_check_new(c, t)
                          : tkt_tenant_check_own(c, before, t);
}


/* ---- saving ---- */

/* The first administrator and his token, which the answer shows once. */
static void
tkt_tenant_first_admin(tkt_call_t *c, tkt_tenant_t *t)
{
    uint8_t             digest[TKT_TOKEN_DIGEST_BYTES], *text;
    tkt_user_t          user = {
        .tenant = t->id, .login = t->admin, .role = TKT_ROLE_ADMIN,
        .origin = TKT_ORIGIN_LOCAL, .version = 1, .last_token = 1,
        .created_at = t->created_at, .updated_at = t->created_at,
    };
    tkt_audit_note_t    note = {
        .act = TKT_AUDIT_CREATE, .object = TKT_OBJECT_USER, .after = &user,
    };
    tkt_token_record_t  token = {
        .id = 1, .kind = TKT_TOKEN_ACCESS, .created_at = t->created_at,
        .label = tkt_lit("first"), .digest = { digest, sizeof(digest) },
    };

    text = tkt_arena_bytes(c->arena, TKT_TOKEN_TEXT_BYTES);
    if (text == NULL) {
        tkt_txn_fail(c->txn, TKT_BUSY);
        return;
    }

    user.id = tkt_txn_next(c->txn, TKT_SEQ_PRINCIPAL);
    tkt_token_digest(digest, c->random);
    tkt_user_save(c->txn, NULL, &user, c->arena);
    tkt_token_save(c->txn, (uint32_t) t->id, user.id, &token, c->arena);

    t->admin_token = (tkt_str_t) {
        text, tkt_token_make(text, (uint32_t) t->id, user.id, 1, c->random)
    };

    /* in the log of his tenant, where he is found when he is erased */

    note.object_id = user.id;
    tkt_audit_append(c, (uint32_t) t->id, &note);

    note = (tkt_audit_note_t) {
        .act = TKT_AUDIT_CREATE, .object = TKT_OBJECT_TOKEN,
        .object_id = token.id, .parent_id = user.id, .after = &token,
    };
    tkt_audit_append(c, (uint32_t) t->id, &note);
}


static void
tkt_tenant_store(tkt_call_t *c, const void *before, void *after)
{
    tkt_tenant_t  *t = after;

    tkt_tenant_save(c->txn, before, t, c->arena);

    if (before == NULL && t->admin.len > 0) {
        tkt_tenant_first_admin(c, t);
    }
}


/* Who is above one's own tenant is not for its people to see. */
static void
tkt_tenant_view(tkt_call_t *c, void *obj)
{
    tkt_tenant_t  *t = obj;

    if (t->id == c->actor->tenant) {
        t->parent = 0;
    }
}


const tkt_resource_t  tkt_resource_tenant = {
    .name = "tenants",
    .path = "/v1/tenants",
    .schema = &tkt_tenant_schema,
    .db = TKT_DB_TENANT,
    .seq = TKT_SEQ_TENANT,
    .object = TKT_OBJECT_TENANT,
    .etag = 'n',
    .id = offsetof(tkt_tenant_t, id),
    .version = offsetof(tkt_tenant_t, version),
    .created_at = offsetof(tkt_tenant_t, created_at),
    .updated_at = offsetof(tkt_tenant_t, updated_at),
    .next = tkt_tenant_follow,
    .load = tkt_tenant_find,
    .check = tkt_tenant_check,
    .save = tkt_tenant_store,
    .view = tkt_tenant_view,
};
