/*
 * Accounts: who may enter, tokens that give way, the stored password.
 */

#include "app/privacy/tkt_audit.h"
#include "app/who/tkt_accounts.h"
#include "app/who/tkt_tenant_tree.h"
#include "app/who/tkt_tenants.h"
#include "base/tkt_text.h"
#include "crypto/tkt_token.h"


uint32_t
tkt_account_tenant(tkt_txn_t *txn, tkt_str_t name, tkt_arena_t *arena)
{
    tkt_tenant_t  tenant;

    if (!tkt_tenant_by_name(txn, name, &tenant, arena)
        || !tkt_tenant_open(txn, (uint32_t) tenant.id))
    {
        return 0;
    }

    return (uint32_t) tenant.id;
}


/* Whether he who was found may enter; with what is stored of him. */
static bool
tkt_account_settle(tkt_txn_t *txn, tkt_account_t *account,
    tkt_arena_t *arena)
{
    if (account->user.disabled || account->user.erased_at != 0
        || account->user.origin == TKT_ORIGIN_TENANT)
    {
        account->user = (tkt_user_t) { .id = 0 };
        return false;
    }

    account->found = true;

    if (!tkt_credential_load(txn, account->tenant, account->user.id,
                             &account->credential, arena))
    {
        account->credential = (tkt_credential_t) { .version = 0 };
    }

    return true;
}


bool
tkt_account_find(tkt_txn_t *txn, tkt_str_t tenant, tkt_str_t login,
    tkt_account_t *account, tkt_arena_t *arena)
{
    memset(account, 0, sizeof(*account));
    account->tenant = tkt_account_tenant(txn, tenant, arena);

    return account->tenant != 0
           && tkt_user_by_login(txn, account->tenant, login, &account->user,
                                arena)
           && tkt_account_settle(txn, account, arena);
}


bool
tkt_account_load(tkt_txn_t *txn, uint32_t tenant, uint64_t id,
    tkt_account_t *account, tkt_arena_t *arena)
{
    memset(account, 0, sizeof(*account));

    if (!tkt_tenant_open(txn, tenant)) {
        return false;
    }

    account->tenant = tenant;

    return tkt_user_load(txn, tenant, id, &account->user, arena)
           && tkt_account_settle(txn, account, arena);
}


bool
tkt_account_may_have_password(const tkt_account_t *account)
{
    switch (account->user.origin) {

    case TKT_ORIGIN_LOCAL:
    case TKT_ORIGIN_ACCOUNT:
        return true;

    default:
        return account->credential.password.len > 0;
    }
}


void
tkt_account_act_as(tkt_call_t *c, const tkt_user_t *user, tkt_role_t role)
{
    tkt_actor_t  *actor;

    actor = tkt_arena_alloc(c->arena, sizeof(tkt_actor_t));
    if (actor == NULL) {
        return;
    }

    *actor = *c->actor;
    actor->tenant = (uint32_t) user->tenant;
    actor->id = user->id;
    actor->role = role;
    tkt_text_keep(actor->login, sizeof(actor->login), user->login);

    c->actor = actor;
}


/* ---- tokens ---- */

bool
tkt_token_room(tkt_call_t *c, uint32_t tenant, uint64_t principal,
    tkt_token_kind_t kind, tkt_token_room_t *room)
{
    size_t              count;
    uint32_t            oldest;
    tkt_key_t           prefix;
    tkt_scan_t          scan;
    tkt_token_record_t  token;

    count = 0;
    oldest = 0;
    room->count = 0;

    tkt_key_principal(&prefix, tenant, principal);
    tkt_scan_open(&scan, c->txn, TKT_DB_TOKEN, &prefix, NULL, false);

    while (room->count < TKT_TOKENS_PER_USER_MAX && tkt_scan_next(&scan)) {

        if (!tkt_record_unpack(&tkt_token_schema, scan.value, &token)) {
            tkt_txn_fail(c->txn, TKT_INTERNAL);
            break;
        }

        count++;

        if (token.expires_at != 0 && token.kind > TKT_TOKEN_ACCESS
            && token.expires_at <= (uint64_t) c->now_ms)
        {
            room->numbers[room->count++] = (uint32_t) token.id;

        } else if (token.kind == kind && oldest == 0) {
            oldest = (uint32_t) token.id;
        }
    }

    tkt_scan_close(&scan);

    if (count - room->count < TKT_TOKENS_PER_USER_MAX) {
        return true;
    }

    if (oldest == 0) {
        return false;
    }

    room->numbers[room->count++] = oldest;

    return true;
}


tkt_str_t
tkt_token_issue(tkt_call_t *c, tkt_user_t *user, tkt_token_record_t *token,
    const uint8_t secret[32], const tkt_token_room_t *room)
{
    size_t      i;
    uint8_t     digest[TKT_TOKEN_DIGEST_BYTES], *text;
    tkt_key_t   key;
    tkt_user_t  before = *user;

    for (i = 0; i < room->count; i++) {
        tkt_key_token(&key, (uint32_t) user->tenant, user->id,
                      room->numbers[i]);
        (void) tkt_delete(c->txn, TKT_DB_TOKEN, &key);
    }

    user->last_token++;

    tkt_token_digest(digest, secret);
    token->id = user->last_token;
    token->created_at = (uint64_t) tkt_txn_stamp(c->txn, c->now_ms);
    token->digest = (tkt_str_t) { digest, sizeof(digest) };

    tkt_user_save(c->txn, &before, user, c->arena);
    tkt_token_save(c->txn, (uint32_t) user->tenant, user->id, token,
                   c->arena);
    token->digest = tkt_str("");

    text = tkt_arena_bytes(c->arena, TKT_TOKEN_TEXT_BYTES);
    if (text == NULL) {
        return tkt_str("");
    }

    return (tkt_str_t) {
        text, tkt_token_make(text, (uint32_t) user->tenant, user->id,
                             (uint32_t) token->id, secret)
    };
}


void
tkt_sessions_end(tkt_call_t *c, uint32_t tenant, uint64_t principal,
    uint32_t keep)
{
    tkt_key_t           prefix, key;
    tkt_scan_t          scan;
    tkt_token_record_t  token;

    tkt_key_principal(&prefix, tenant, principal);
    tkt_scan_open(&scan, c->txn, TKT_DB_TOKEN, &prefix, NULL, false);

    while (tkt_scan_next(&scan)) {

        if (!tkt_record_unpack(&tkt_token_schema, scan.value, &token)) {
            tkt_txn_fail(c->txn, TKT_INTERNAL);
            break;
        }

        if (token.kind == TKT_TOKEN_SESSION && token.id != keep) {
            tkt_key_token(&key, tenant, principal, (uint32_t) token.id);
            (void) tkt_delete(c->txn, TKT_DB_TOKEN, &key);
        }
    }

    tkt_scan_close(&scan);
}


/* ---- passwords ---- */

void
tkt_password_store(tkt_call_t *c, uint32_t tenant, uint64_t principal,
    const tkt_credential_t *before)
{
    tkt_credential_t  after = *before;
    tkt_audit_note_t  note = {
        .act = TKT_AUDIT_PASSWORD, .object = TKT_OBJECT_USER,
        .object_id = principal,
    };

    after.version++;
    after.changed_at = (uint64_t) tkt_txn_stamp(c->txn, c->now_ms);
    after.password = tkt_str_z(c->secret->made);

    tkt_credential_save(c->txn, tenant, principal, &after, c->arena);
    tkt_audit_append(c, tenant, &note);
}
