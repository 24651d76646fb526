/*
 * Tokens: those of a principal, by who administers him, and one's own.
 */

#include "app/call/tkt_ops.h"
#include "app/privacy/tkt_audit.h"
#include "app/who/tkt_roles.h"
#include "base/tkt_text.h"
#include "crypto/tkt_token.h"


/* Whether the operation is on the caller's own: its path names nobody. */
static bool
tkt_token_is_own(const tkt_call_t *c)
{
    return c->op->permission == TKT_PERM_SELF;
}


/* The principal meant; false, and answered 404. */
static bool
tkt_token_owner(tkt_call_t *c, tkt_user_t *user)
{
    uint64_t  id;

    if (tkt_token_is_own(c)) {
        id = c->actor->id;

    } else if (!tkt_call_path_id(c, 0, &id)) {
        return false;
    }

    if (tkt_user_load(c->txn, c->actor->tenant, id, user, c->arena)) {
        return true;
    }

    /* whom the store does not know yet has no tokens */

    if (id == TKT_PRINCIPAL_UNSEEN && tkt_token_is_own(c)
        && c->op->kind == TKT_OP_QUERY)
    {
        *user = (tkt_user_t) { .id = id };
        return true;
    }

    tkt_call_fail(c, TKT_NOT_FOUND, NULL);

    return false;
}


/* The same for a change, which must not reach above the caller. */
static bool
tkt_token_owner_ruled(tkt_call_t *c, tkt_user_t *user)
{
    if (!tkt_token_owner(c, user)) {
        return false;
    }

    if (user->erased_at != 0) {
        tkt_call_fail(c, TKT_CONFLICT, "this principal was erased");
        return false;
    }

    if (user->id == c->actor->id
        || tkt_actor_may_rule(c->txn, c->actor, user))
    {
        return true;
    }

    tkt_call_fail(c, TKT_FORBIDDEN,
                  "the role of this principal is above yours");

    return false;
}


static void
tkt_token_write(tkt_call_t *c, tkt_out_t *o, const tkt_token_record_t *token)
{
    tkt_out_object(o, &tkt_token_schema, token,
                   (uint32_t) tkt_bit(c->actor->role), NULL, false);
}


static void
tkt_token_note(tkt_call_t *c, const tkt_user_t *user,
    const tkt_token_record_t *before, const tkt_token_record_t *after)
{
    tkt_audit_note_t  note = {
        .act = after != NULL ? TKT_AUDIT_CREATE : TKT_AUDIT_DELETE,
        .object = TKT_OBJECT_TOKEN,
        .object_id = after != NULL ? after->id : before->id,
        .parent_id = user->id,
        .before = before,
        .after = after,
    };

    tkt_audit_append(c, c->actor->tenant, &note);
}


void
tkt_op_token_list(tkt_call_t *c)
{
    tkt_out_t           o;
    tkt_key_t           prefix;
    tkt_user_t          user;
    tkt_scan_t          scan;
    tkt_token_record_t  token;

    if (!tkt_token_owner(c, &user)) {
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


/* ---- making ---- */

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
tkt_token_time_check(tkt_call_t *c, tkt_token_record_t *token)
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


/* Whether it ends no later than the one it is asked for with. */
static bool
tkt_token_within_time(const tkt_token_record_t *token,
    const tkt_token_record_t *asking)
{
    /* who has just logged in may make one that outlives the session */

    return asking->expires_at == 0 || asking->kind == TKT_TOKEN_SESSION
           || (token->expires_at != 0
               && token->expires_at <= asking->expires_at);
}


/*
 * A token for oneself, by whichever path, is good for no more than the one it
 * is asked for with; what writes also reads.
 */
static bool
tkt_token_scope_check(tkt_call_t *c, const tkt_user_t *owner,
    const tkt_token_record_t *token)
{
    uint64_t            scopes;
    tkt_token_record_t  asking;

    if (owner->id != c->actor->id || c->actor->token == 0) {
        return true;
    }

    if (!tkt_token_load(c->txn, c->actor->tenant, c->actor->id,
                        c->actor->token, &asking, c->arena))
    {
        tkt_call_fail(c, TKT_UNAUTHORIZED, NULL);
        return false;
    }

    scopes = asking.scopes;

    if (scopes & TKT_SCOPE_WRITE) {
        scopes |= TKT_SCOPE_READ;
    }

    if (!tkt_token_within_time(token, &asking)) {
        tkt_call_fail(c, TKT_FORBIDDEN, "the token would outlive the one that "
                      "it is asked for with; name when it ends");
        return false;
    }

    if (scopes == 0
        || (token->scopes != 0 && (token->scopes & ~scopes) == 0))
    {
        return true;
    }

    tkt_call_fail(c, TKT_FORBIDDEN, "the token would be good for more than "
                  "the one that it is asked for with; name its scopes");

    return false;
}


static bool
tkt_token_check(tkt_call_t *c, const tkt_user_t *owner,
    tkt_token_record_t *token)
{
    /* nobody but the operator gives this role, so nobody enters with it */

    if (owner->role == TKT_ROLE_SYSTEM && !tkt_actor_is_operator(c->actor)) {
        tkt_call_fail(c, TKT_FORBIDDEN,
                      "tokens of the role system are made by ticketctl only");
        return false;
    }

    if (owner->erased_at != 0) {
        tkt_call_fail(c, TKT_CONFLICT, "this principal was erased");
        return false;
    }

    /* the site, or the cap of its location, may make less of its bearer than
       his record does, which is what a token gives */

    if (owner->id == c->actor->id
        && !tkt_actor_may_rule(c->txn, c->actor, owner))
    {
        tkt_call_fail(c, TKT_FORBIDDEN, "the token would give you more than "
                      "you have at this place");
        return false;
    }

    if (!tkt_token_time_check(c, token)
        || !tkt_token_scope_check(c, owner, token))
    {
        return false;
    }

    if (tkt_token_count(c, owner->id) >= TKT_TOKENS_PER_USER_MAX) {
        tkt_call_fail(c, TKT_CONFLICT, "a principal has at most %d tokens",
                      TKT_TOKENS_PER_USER_MAX);
        return false;
    }

    return true;
}


static void
tkt_token_answer(tkt_call_t *c, const tkt_user_t *user,
    tkt_token_record_t *token)
{
    size_t     n;
    uint8_t    text[TKT_TOKEN_TEXT_BYTES];
    tkt_str_t  path;
    tkt_out_t  o;

    /* what a replay of this request answers: all but the secret */

    tkt_out_init(&o, c->arena, 512);
    tkt_token_write(c, &o, token);
    c->keep = tkt_out_text(&o);

    n = tkt_token_make(text, c->actor->tenant, user->id,
                       (uint32_t) token->id, c->random);
    token->token = (tkt_str_t) { text, n };

    tkt_out_init(&o, c->arena, 512);
    tkt_token_write(c, &o, token);
    tkt_call_answer(c, &o);

    path = tkt_token_is_own(c) ? tkt_str("/v1/me")
           : tkt_arena_printf(c->arena, "/v1/users/%llu",
                              (unsigned long long) user->id);

    c->reply->location = tkt_arena_printf(c->arena, "%.*s%.*s/tokens/%llu",
        (int) c->mount.len, (const char *) c->mount.data, (int) path.len,
        (const char *) path.data, (unsigned long long) token->id);
}


void
tkt_op_token_create(tkt_call_t *c)
{
    uint8_t             digest[TKT_TOKEN_DIGEST_BYTES];
    tkt_user_t          before, user;
    tkt_token_record_t  token;

    if (!tkt_token_owner_ruled(c, &before)) {
        return;
    }

    token = *(const tkt_token_record_t *) c->input;

    if (!tkt_token_check(c, &before, &token)) {
        return;
    }

    user = before;
    user.last_token++;

    tkt_token_digest(digest, c->random);
    token.id = user.last_token;
    token.kind = TKT_TOKEN_ACCESS;
    token.created_at = (uint64_t) tkt_txn_stamp(c->txn, c->now_ms);
    token.digest = (tkt_str_t) { digest, sizeof(digest) };

    tkt_user_save(c->txn, &before, &user, c->arena);
    tkt_token_save(c->txn, c->actor->tenant, user.id, &token, c->arena);
    tkt_token_note(c, &user, NULL, &token);

    tkt_token_answer(c, &user, &token);
}


/* ---- revoking ---- */

void
tkt_op_token_revoke(tkt_call_t *c)
{
    uint64_t            number;
    tkt_key_t           key;
    tkt_user_t          user;
    tkt_token_record_t  token;

    if (!tkt_token_owner_ruled(c, &user)
        || !tkt_call_path_id(c, tkt_token_is_own(c) ? 0 : 1, &number))
    {
        return;
    }

    if (number > UINT32_MAX
        || !tkt_token_load(c->txn, c->actor->tenant, user.id,
                           (uint32_t) number, &token, c->arena))
    {
        tkt_call_fail(c, TKT_NOT_FOUND, NULL);
        return;
    }

    tkt_key_token(&key, c->actor->tenant, user.id, (uint32_t) number);
    (void) tkt_delete(c->txn, TKT_DB_TOKEN, &key);
    tkt_token_note(c, &user, &token, NULL);

    c->reply->http = c->op->success;
}
