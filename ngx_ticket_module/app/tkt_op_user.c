/*
 * Principals and their tokens, by the administrator of the tenant.
 */

#include "app/tkt_ops.h"
#include "app/tkt_patch.h"
#include "app/tkt_rows.h"
#include "base/tkt_text.h"
#include "crypto/tkt_token.h"


static void
tkt_user_write(tkt_call_t *c, tkt_out_t *o, tkt_user_t *user)
{
    user->tenant_name = tkt_str_z(c->actor->tenant_name);
    user->role_name = tkt_role_names.names[user->role];
    tkt_out_object(o, &tkt_user_schema, user,
                   (uint32_t) tkt_bit(c->actor->role), NULL, false);
}


static void
tkt_user_answer(tkt_call_t *c, tkt_user_t *user)
{
    tkt_out_t  o;

    tkt_out_init(&o, c->arena, 512);
    tkt_user_write(c, &o, user);
    tkt_call_answer(c, &o);

    c->reply->etag = tkt_call_etag(c, 'u', user->id, user->version);
}


/* The principal of the path; false, and answered 404. */
static bool
tkt_user_find(tkt_call_t *c, tkt_user_t *user)
{
    uint64_t  id;

    if (!tkt_call_path_id(c, 0, &id)) {
        return false;
    }

    if (tkt_user_load(c->txn, c->actor->tenant, id, user, c->arena)) {
        return true;
    }

    tkt_call_fail(c, TKT_NOT_FOUND, NULL);

    return false;
}


void
tkt_op_me(tkt_call_t *c)
{
    tkt_user_t  user;

    if (!tkt_user_load(c->txn, c->actor->tenant, c->actor->id, &user,
                       c->arena))
    {
        tkt_call_fail(c, TKT_NOT_FOUND, NULL);
        return;
    }

    if (!tkt_call_not_modified(c, tkt_call_etag(c, 'u', user.id,
                                                user.version)))
    {
        tkt_user_answer(c, &user);
    }
}


void
tkt_op_user_get(tkt_call_t *c)
{
    tkt_user_t  user;

    if (tkt_user_find(c, &user)
        && !tkt_call_not_modified(c, tkt_call_etag(c, 'u', user.id,
                                                   user.version)))
    {
        tkt_user_answer(c, &user);
    }
}


void
tkt_op_user_list(tkt_call_t *c)
{
    size_t       n, limit;
    uint8_t      last[TKT_U64_MAX_CHARS];
    uint64_t     from, id;
    tkt_out_t    o;
    tkt_key_t    prefix, start;
    tkt_str_t    filter, position;
    tkt_user_t   user;
    tkt_scan_t   scan;

    filter = tkt_arena_printf(c->arena, "users %u", c->actor->tenant);

    if (!tkt_call_limit(c, &limit) || !tkt_call_cursor(c, filter, &position)) {
        return;
    }

    from = 0;
    (void) tkt_u64_parse(position, &from);

    tkt_key_tenant(&prefix, c->actor->tenant);
    tkt_key_principal(&start, c->actor->tenant, from + 1);

    tkt_out_init(&o, c->arena, 512 + limit * 384);
    tkt_out_lit(&o, "{\"data\":[");
    tkt_scan_open(&scan, c->txn, TKT_DB_PRINCIPAL, &prefix, &start, false);

    for (id = 0, n = 0; tkt_scan_next(&scan); n++) {

        if (n == limit) {
            break;
        }

        if (!tkt_record_unpack(&tkt_user_schema, scan.value, &user)) {
            tkt_txn_fail(c->txn, TKT_INTERNAL);
            break;
        }

        id = user.id;
        tkt_out_comma(&o);
        tkt_user_write(c, &o, &user);
    }

    n = (n == limit && !scan.done) ? tkt_u64_format(last, id) : 0;
    tkt_scan_close(&scan);

    tkt_call_page(c, &o, filter, (tkt_str_t) { last, n });
    tkt_out_lit(&o, "}");
    tkt_call_answer(c, &o);
}


/*
 * Roles that an administrator may give; `system` is the operator's.  before:
 * the role until now.
 */
static bool
tkt_user_role_check(tkt_call_t *c, uint64_t before, const tkt_user_t *user)
{
    if (user->role == before && before != TKT_ROLE_NONE) {
        return true;
    }

    if (user->role == TKT_ROLE_SYSTEM && c->actor->role != TKT_ROLE_SYSTEM
        && c->actor->id != 0)
    {
        tkt_call_invalid(c, "/role", "choice",
                         "the role system is given by ticketctl only");
        return false;
    }

    if (user->role == TKT_ROLE_NONE) {
        tkt_call_invalid(c, "/role", "choice", "name a role");
        return false;
    }

    return true;
}


/* `role` as sent. */
static bool
tkt_user_role_resolve(tkt_call_t *c, tkt_user_t *user)
{
    if (user->role_name.len == 0) {
        return true;
    }

    if (tkt_names_find(&tkt_role_names, user->role_name, &user->role)) {
        return true;
    }

    tkt_call_invalid(c, "/role", "choice", "there is no such role");

    return false;
}


void
tkt_op_user_create(tkt_call_t *c)
{
    tkt_user_t  user, other;

    user = *(const tkt_user_t *) c->input;
    user.role = TKT_ROLE_USER;

    if (!tkt_user_role_resolve(c, &user) || !tkt_user_role_check(c, TKT_ROLE_NONE, &user)) {
        return;
    }

    if (tkt_user_by_login(c->txn, c->actor->tenant, user.login, &other,
                          c->arena))
    {
        tkt_call_fail(c, TKT_CONFLICT, "this login is taken");
        return;
    }

    user.id = tkt_txn_next(c->txn, TKT_SEQ_PRINCIPAL);
    user.tenant = c->actor->tenant;
    user.version = 1;
    user.created_at = (uint64_t) tkt_txn_stamp(c->txn, c->now_ms);
    user.updated_at = user.created_at;

    tkt_user_save(c->txn, NULL, &user, c->arena);
    tkt_user_answer(c, &user);

    c->reply->location = tkt_arena_printf(c->arena, "%.*s/v1/users/%llu",
                                          (int) c->mount.len,
                                          (const char *) c->mount.data,
                                          (unsigned long long) user.id);
}


/* An administrator may not lock himself out. */
static bool
tkt_user_self_check(tkt_call_t *c, const tkt_user_t *before,
    const tkt_user_t *user)
{
    if (before->id != c->actor->id) {
        return true;
    }

    if (user->disabled) {
        tkt_call_invalid(c, "/disabled", "conflict",
                         "nobody disables himself");
        return false;
    }

    if (user->role != before->role) {
        tkt_call_invalid(c, "/role", "conflict",
                         "nobody changes his own role");
        return false;
    }

    return true;
}


void
tkt_op_user_patch(tkt_call_t *c)
{
    tkt_user_t  before, user;

    if (!tkt_user_find(c, &before)
        || !tkt_call_if_match(c, tkt_call_etag(c, 'u', before.id,
                                               before.version))
        || !tkt_patch_apply(c, &before, &user))
    {
        return;
    }

    if (!tkt_user_role_resolve(c, &user)
        || !tkt_user_role_check(c, before.role, &user)
        || !tkt_user_self_check(c, &before, &user))
    {
        return;
    }

    /* as with tickets: what changes nothing leaves no trace */

    if (tkt_changes_pack(&tkt_user_schema, &before, &user, c->arena).len > 0) {
        user.version++;
        user.updated_at = (uint64_t) tkt_txn_stamp(c->txn, c->now_ms);
        tkt_user_save(c->txn, &before, &user, c->arena);
    }

    tkt_user_answer(c, &user);
}


/* ---- tokens ---- */

static void
tkt_token_write(tkt_call_t *c, tkt_out_t *o, const tkt_token_record_t *token)
{
    tkt_out_object(o, &tkt_token_schema, token,
                   (uint32_t) tkt_bit(c->actor->role), NULL, false);
}


void
tkt_op_token_list(tkt_call_t *c)
{
    tkt_out_t           o;
    tkt_key_t           prefix;
    tkt_user_t          user;
    tkt_scan_t          scan;
    tkt_token_record_t  token;

    if (!tkt_user_find(c, &user)) {
        return;
    }

    tkt_key_principal(&prefix, c->actor->tenant, user.id);

    tkt_out_init(&o, c->arena, 2048);
    tkt_out_lit(&o, "{\"data\":[");
    tkt_scan_open(&scan, c->txn, TKT_DB_TOKEN, &prefix, NULL, false);

    /* bounded: a principal has at most TKT_TOKENS_PER_USER_MAX */

    while (tkt_scan_next(&scan)) {

        if (!tkt_record_unpack(&tkt_token_schema, scan.value, &token)) {
            tkt_txn_fail(c->txn, TKT_INTERNAL);
            break;
        }

        tkt_out_comma(&o);
        tkt_token_write(c, &o, &token);
    }

    tkt_scan_close(&scan);
    tkt_call_page(c, &o, tkt_str(""), tkt_str(""));
    tkt_out_lit(&o, "}");
    tkt_call_answer(c, &o);
}


static size_t
tkt_token_count(tkt_call_t *c, uint64_t principal)
{
    size_t      n;
    tkt_key_t   prefix;
    tkt_scan_t  scan;

    tkt_key_principal(&prefix, c->actor->tenant, principal);
    tkt_scan_open(&scan, c->txn, TKT_DB_TOKEN, &prefix, NULL, false);

    for (n = 0; n < TKT_TOKENS_PER_USER_MAX && tkt_scan_next(&scan); n++) {
        /* void */
    }

    tkt_scan_close(&scan);

    return n;
}


static bool
tkt_token_input_check(tkt_call_t *c, tkt_token_record_t *token)
{
    if (token->ttl != 0 && token->expires_at != 0) {
        tkt_call_invalid(c, "/ttl", "conflict",
                         "give expires_at or ttl, not both");
        return false;
    }

    if (token->ttl != 0) {
        token->expires_at = (uint64_t) c->now_ms + token->ttl * 1000;
        token->ttl = 0;
    }

    if (token->expires_at != 0 && token->expires_at <= (uint64_t) c->now_ms) {
        tkt_call_invalid(c, "/expires_at", "range",
                         "expires_at must be in the future");
        return false;
    }

    return true;
}


void
tkt_op_token_create(tkt_call_t *c)
{
    size_t              n;
    uint8_t             text[TKT_TOKEN_TEXT_BYTES];
    uint8_t             digest[TKT_TOKEN_DIGEST_BYTES];
    tkt_out_t           o;
    tkt_user_t          before, user;
    tkt_token_record_t  token;

    if (!tkt_user_find(c, &before)) {
        return;
    }

    /* who may not give this role may not enter with it either */

    if (before.role == TKT_ROLE_SYSTEM && c->actor->id != 0) {
        tkt_call_fail(c, TKT_FORBIDDEN,
                      "tokens of the role system are made by ticketctl only");
        return;
    }

    token = *(const tkt_token_record_t *) c->input;

    if (!tkt_token_input_check(c, &token)) {
        return;
    }

    if (tkt_token_count(c, before.id) >= TKT_TOKENS_PER_USER_MAX) {
        tkt_call_fail(c, TKT_CONFLICT, "a principal has at most %d tokens",
                      TKT_TOKENS_PER_USER_MAX);
        return;
    }

    user = before;
    user.last_token++;

    tkt_token_digest(digest, c->random);
    token.id = user.last_token;
    token.created_at = (uint64_t) tkt_txn_stamp(c->txn, c->now_ms);
    token.digest = (tkt_str_t) { digest, sizeof(digest) };

    tkt_user_save(c->txn, &before, &user, c->arena);
    tkt_token_save(c->txn, c->actor->tenant, user.id, &token, c->arena);

    /* what a replay of this request answers: all but the secret */

    tkt_out_init(&o, c->arena, 512);
    tkt_token_write(c, &o, &token);
    c->keep = tkt_out_text(&o);

    n = tkt_token_make(text, c->actor->tenant, user.id, (uint32_t) token.id,
                       c->random);
    token.token = (tkt_str_t) { text, n };

    tkt_out_init(&o, c->arena, 512);
    tkt_token_write(c, &o, &token);
    tkt_call_answer(c, &o);

    c->reply->location = tkt_arena_printf(c->arena,
        "%.*s/v1/users/%llu/tokens/%llu", (int) c->mount.len,
        (const char *) c->mount.data, (unsigned long long) user.id,
        (unsigned long long) token.id);
}


void
tkt_op_token_revoke(tkt_call_t *c)
{
    uint64_t    number;
    tkt_key_t   key;
    tkt_user_t  user;

    if (!tkt_user_find(c, &user) || !tkt_call_path_id(c, 1, &number)) {
        return;
    }

    tkt_key_token(&key, c->actor->tenant, user.id, (uint32_t) number);

    if (number > UINT32_MAX || !tkt_delete(c->txn, TKT_DB_TOKEN, &key)) {
        tkt_call_fail(c, TKT_NOT_FOUND, NULL);
        return;
    }

    c->reply->http = c->op->success;
}
