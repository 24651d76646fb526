/*
 * Who asks, and may his role call this operation at all.  Rights on an object
 * are decided later, by the workflow.
 */

#include "app/tkt_call.h"
#include "app/tkt_roles.h"
#include "crypto/tkt_crypto.h"
#include "crypto/tkt_token.h"


/* The credentials of "Bearer CREDENTIALS" (RFC 6750, section 2.1). */
static bool
tkt_bearer(tkt_str_t header, tkt_str_t *token)
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


/*
 * Finds the principal of a token and the token's record.  Every failure is
 * answered alike.
 */
static bool
tkt_admit_token(tkt_txn_t *txn, tkt_str_t text, int64_t now_ms,
    tkt_user_t *user, tkt_token_record_t *record)
{
    uint8_t      digest[32];
    tkt_token_t  token;

    if (!tkt_token_parse(text, &token)
        || !tkt_token_load(txn, token.tenant, token.principal, token.number,
                           record, NULL)
        || record->digest.len != sizeof(digest))
    {
        return false;
    }

    tkt_token_digest(digest, token.secret);

    if (!tkt_same(digest, record->digest.data, sizeof(digest))) {
        return false;
    }

    if (record->expires_at != 0 && record->expires_at <= (uint64_t) now_ms) {
        return false;
    }

    return tkt_user_load(txn, token.tenant, token.principal, user, NULL)
           && !user->disabled;
}


static void
tkt_text_keep(char *out, size_t size, tkt_str_t text)
{
    size_t  n = text.len < size ? text.len : size - 1;

    if (n > 0) {
        memcpy(out, text.data, n);
    }

    out[n] = '\0';
}


static void
tkt_admit_actor(tkt_txn_t *txn, const tkt_user_t *user, tkt_actor_t *actor)
{
    tkt_tenant_t  tenant;

    actor->tenant = (uint32_t) user->tenant;
    actor->id = user->id;
    actor->by = TKT_BY_TOKEN;
    tkt_actor_role(txn, user, actor);
    actor->profile = TKT_PROFILE_CANONICAL;
    actor->tenant_name[0] = '\0';
    tkt_text_keep(actor->login, sizeof(actor->login), user->login);

    if (tkt_tenant_load(txn, actor->tenant, &tenant, NULL)) {
        tkt_text_keep(actor->tenant_name, sizeof(actor->tenant_name),
                      tenant.name);

        if (tenant.profile > 0) {
            actor->profile = (uint32_t) tenant.profile - 1;
        }
    }
}


bool
tkt_app_admit(tkt_txn_t *read, const tkt_request_t *req,
    const tkt_match_t *match, tkt_actor_t *actor, tkt_arena_t *arena,
    tkt_reply_t *reply)
{
    tkt_str_t               text;
    tkt_user_t              user;
    tkt_token_record_t      token;
    const tkt_operation_t  *op = match->op;

    memset(actor, 0, sizeof(tkt_actor_t));

    if (op->permission == TKT_PERM_NONE) {
        return true;
    }

    memset(reply, 0, sizeof(tkt_reply_t));

    if (!tkt_bearer(req->authorization, &text)
        || !tkt_admit_token(read, text, req->now_ms, &user, &token))
    {
        tkt_app_problem(req, tkt_txn_status(read) == TKT_OK
                             ? TKT_UNAUTHORIZED : TKT_INTERNAL,
                        tkt_str(""), 0, arena, reply);
        return false;
    }

    tkt_admit_actor(read, &user, actor);
    actor->token = (uint32_t) token.id;
    actor->expires_at_ms = (int64_t) token.expires_at;

    if (!tkt_actor_may_call(actor, op)) {
        tkt_app_problem(req, TKT_FORBIDDEN,
                        tkt_str("your role may not call this operation"), 0,
                        arena, reply);
        return false;
    }

    if (token.scopes != 0 && !(token.scopes & op->scope)) {
        tkt_app_problem(req, TKT_FORBIDDEN,
                        tkt_str("the token's scopes do not cover this "
                                "operation"), 0, arena, reply);
        return false;
    }

    return true;
}
