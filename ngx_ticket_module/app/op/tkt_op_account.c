/*
 * One's own account: logging in, registering, passwords.
 */

#include "app/call/tkt_ops.h"
#include "app/privacy/tkt_audit.h"
#include "app/ticket/tkt_forward.h"
#include "app/who/tkt_accounts.h"
#include "app/who/tkt_roles.h"


/* ---- passwords ---- */

/*
 * A token that is good for some things only must not make a password, which
 * is good for all; nor somebody of whom his location makes less than his
 * record does.
 */
static bool
tkt_password_first_allowed(tkt_call_t *c, const tkt_account_t *account)
{
    tkt_token_record_t  token;

    if (!tkt_account_may_have_password(account)) {
        tkt_call_fail(c, TKT_FORBIDDEN,
                      "your site identifies you: there is no password here");
        return false;
    }

    if (!tkt_actor_may_rule(c->txn, c->actor, &account->user)) {
        tkt_call_fail(c, TKT_FORBIDDEN, "a password would give you more than "
                      "you have at this place");
        return false;
    }

    if (c->actor->token != 0
        && tkt_token_load(c->txn, c->actor->tenant, c->actor->id,
                          c->actor->token, &token, c->arena)
        && token.scopes != 0)
    {
        tkt_call_fail(c, TKT_FORBIDDEN,
                      "a token with scopes does not set a first password");
        return false;
    }

    return true;
}


/*
 * Whether the password that was compared is still the account's; version and
 * principal were read before the work.
 */
static bool
tkt_password_current(const tkt_call_t *c, const tkt_account_t *account)
{
    return c->secret != NULL && account->user.id == c->secret->principal
           && account->credential.version == c->secret->version;
}


/*
 * Whether there is a hash of the new password: no memory, or a code that came
 * between the work and this, may be why not.
 */
static bool
tkt_password_made(tkt_call_t *c)
{
    if (c->secret != NULL && c->secret->made[0] != '\0') {
        return true;
    }

    c->reply->retry_after_s = TKT_RETRY_AFTER_S;
    tkt_call_fail(c, TKT_BUSY, NULL);

    return false;
}


void
tkt_op_password(tkt_call_t *c)
{
    tkt_account_t  account;

    if (!tkt_account_load(c->txn, c->actor->tenant, c->actor->id, &account,
                          c->arena))
    {
        tkt_call_fail(c, TKT_UNAUTHORIZED, NULL);
        return;
    }

    if (account.credential.password.len == 0) {

        if (!tkt_password_first_allowed(c, &account)) {
            return;
        }

    } else if (!tkt_password_current(c, &account) || !c->secret->right) {
        tkt_call_invalid(c, "/password", "wrong",
                         "this is not the present password");
        return;
    }

    if (!tkt_password_made(c)) {
        return;
    }

    tkt_password_store(c, account.tenant, account.user.id,
                       &account.credential);
    tkt_sessions_end(c, account.tenant, account.user.id, c->actor->token);

    c->reply->http = c->op->success;
}


void
tkt_op_password_reset(tkt_call_t *c)
{
    uint32_t                  tenant;
    tkt_code_t                record;
    tkt_account_t             account;
    tkt_code_id_t             id;
    const tkt_credentials_t  *in = c->input;

    tenant = tkt_account_tenant(c->txn, in->tenant, c->arena);
    tkt_code_id(&id, tenant, in->tenant, TKT_PURPOSE_RESET, in->login);

    /* the code of a login that nobody has was sent to nobody */

    if (!tkt_code_right(c->txn, &id, in->code, c->now_ms, &record, c->arena)
        || record.principal == 0
        || !tkt_account_load(c->txn, tenant, record.principal, &account,
                             c->arena)
        || !tkt_account_may_have_password(&account))
    {
        tkt_code_refuse(c, &id, "/code");
        return;
    }

    if (!tkt_password_made(c)) {
        return;
    }

    tkt_account_act_as(c, &account.user, (tkt_role_t) account.user.role);

    tkt_code_spend(c->txn, &id, &record);
    tkt_password_store(c, tenant, account.user.id, &account.credential);
    tkt_sessions_end(c, tenant, account.user.id, 0);

    c->reply->http = c->op->success;
}


static void
tkt_op_passwd(tkt_call_t *c)
{
    tkt_user_t                user;
    tkt_credential_t          before;
    const tkt_credentials_t  *in = c->input;

    if (!tkt_user_by_login(c->txn, c->actor->tenant, in->login, &user,
                           c->arena))
    {
        tkt_call_fail(c, TKT_NOT_FOUND, NULL);
        return;
    }

    if (user.erased_at != 0 || user.origin == TKT_ORIGIN_TENANT) {
        tkt_call_fail(c, TKT_CONFLICT, "nobody enters as this principal");
        return;
    }

    if (!tkt_password_made(c)) {
        return;
    }

    if (!tkt_credential_load(c->txn, c->actor->tenant, user.id, &before,
                             c->arena))
    {
        before = (tkt_credential_t) { .version = 0 };
    }

    tkt_password_store(c, c->actor->tenant, user.id, &before);
    tkt_sessions_end(c, c->actor->tenant, user.id, 0);

    c->reply->http = c->op->success;
}


const tkt_operation_t  tkt_operation_passwd = {
    .name = "user.passwd", .method = TKT_METHOD_PUT, .kind = TKT_OP_JOB,
    .success = 204, .path = "", .run = tkt_op_passwd,
    .input = &tkt_credentials_schema, .use = TKT_USE_PASSWD,
    .flags = TKT_OP_SECRET,
    .doc = "Set a principal's password; ends his sessions."
};


/* ---- sessions ---- */

static void
tkt_session_answer(tkt_call_t *c, const tkt_account_t *account,
    const tkt_token_record_t *token, tkt_str_t text)
{
    tkt_out_t      o;
    tkt_tenant_t   tenant;
    tkt_session_t  session = {
        .expires_at = token->expires_at, .user = account->user.id,
        .role = account->user.role, .token = text,
        .login = account->user.login,
    };

    if (tkt_tenant_load(c->txn, account->tenant, &tenant, c->arena)) {
        session.tenant_name = tenant.name;
    }

    tkt_out_init(&o, c->arena, 512);
    tkt_out_object(&o, &tkt_session_schema, &session,
                   (uint32_t) tkt_bit(account->user.role), NULL, false);
    tkt_call_answer(c, &o);

    c->reply->location = tkt_arena_printf(c->arena, "%.*s/v1/session",
                                          (int) c->mount.len,
                                          (const char *) c->mount.data);
}


void
tkt_op_session_create(tkt_call_t *c)
{
    tkt_str_t                 text;
    tkt_account_t             account;
    tkt_token_room_t          room;
    tkt_token_record_t        token = { .kind = TKT_TOKEN_SESSION };
    const tkt_credentials_t  *in = c->input;

    /* one answer whatever was wrong */

    if (!tkt_account_find(c->txn, in->tenant, in->login, &account, c->arena)
        || !tkt_password_current(c, &account) || !c->secret->right)
    {
        tkt_call_fail(c, TKT_UNAUTHORIZED, "login or password is wrong");
        return;
    }

    if (!tkt_token_room(c, account.tenant, account.user.id,
                        TKT_TOKEN_SESSION, &room))
    {
        tkt_call_fail(c, TKT_CONFLICT, "a principal has at most %d tokens",
                      TKT_TOKENS_PER_USER_MAX);
        return;
    }

    if (c->secret->made[0] != '\0') {

        /* the same password, hashed with the costs of today */

        account.credential.password = tkt_str_z(c->secret->made);
        tkt_credential_save(c->txn, account.tenant, account.user.id,
                            &account.credential, c->arena);
    }

    token.expires_at = (uint64_t) c->now_ms
                       + (in->ttl != 0 ? in->ttl : TKT_SESSION_TTL_S) * 1000;

    text = tkt_token_issue(c, &account.user, &token, c->random, &room);
    tkt_session_answer(c, &account, &token, text);
}


void
tkt_op_session_delete(tkt_call_t *c)
{
    tkt_key_t  key;

    if (c->actor->token == 0) {
        tkt_call_fail(c, TKT_FORBIDDEN, "this identity is not a session of "
                      "the desk: it ends where it was given");
        return;
    }

    tkt_key_token(&key, c->actor->tenant, c->actor->id, c->actor->token);

    if (!tkt_delete(c->txn, TKT_DB_TOKEN, &key)) {
        tkt_call_fail(c, TKT_UNAUTHORIZED, NULL);
        return;
    }

    c->reply->http = c->op->success;
}


/* ---- registration ---- */

static void
tkt_account_make(tkt_call_t *c, uint32_t tenant, tkt_user_t *user)
{
    const tkt_credentials_t  *in = c->input;

    *user = (tkt_user_t) {
        .id = tkt_txn_next(c->txn, TKT_SEQ_PRINCIPAL), .tenant = tenant,
        .role = TKT_ROLE_USER, .version = 1, .kind = TKT_PERSON_USER,
        .origin = TKT_ORIGIN_ACCOUNT, .login = in->login, .name = in->name,
        .email = in->email, .phone = in->phone,
        .email_verified = in->email.len > 0,
        .phone_verified = in->phone.len > 0,
    };

    user->created_at = (uint64_t) tkt_txn_stamp(c->txn, c->now_ms);
    user->updated_at = user->created_at;

    tkt_user_save(c->txn, NULL, user, c->arena);
}


static void
tkt_account_answer(tkt_call_t *c, tkt_user_t *user)
{
    tkt_out_t     o;
    tkt_tenant_t  tenant;

    user->role_name = tkt_role_names.names[user->role];

    if (tkt_tenant_load(c->txn, (uint32_t) user->tenant, &tenant, c->arena)) {
        user->tenant_name = tenant.name;
    }

    tkt_out_init(&o, c->arena, 512);
    tkt_out_object(&o, &tkt_user_schema, user,
                   (uint32_t) tkt_bit(user->role), NULL, false);
    tkt_call_answer(c, &o);

    c->reply->etag = tkt_call_etag(c, 'u', user->id, user->version);
    c->reply->location = tkt_arena_printf(c->arena, "%.*s/v1/me",
                                          (int) c->mount.len,
                                          (const char *) c->mount.data);
}


void
tkt_op_account_create(tkt_call_t *c)
{
    uint32_t                  tenant;
    tkt_code_t                record;
    tkt_user_t                user, other;
    tkt_code_id_t             id;
    tkt_credential_t          none = { .version = 0 };
    tkt_audit_note_t          note = {
        .act = TKT_AUDIT_CREATE, .object = TKT_OBJECT_USER
    };
    const tkt_credentials_t  *in = c->input;

    tenant = tkt_account_tenant(c->txn, in->tenant, c->arena);
    tkt_code_id(&id, tenant, in->tenant, TKT_PURPOSE_REGISTER,
                tkt_code_address(in->email, in->phone, c->arena));

    if (tenant == 0
        || !tkt_code_right(c->txn, &id, in->code, c->now_ms, &record,
                           c->arena))
    {
        tkt_code_refuse(c, &id, "/code");
        return;
    }

    if (tkt_standin_login(in->login)
        || tkt_user_by_login(c->txn, tenant, in->login, &other, c->arena))
    {
        tkt_call_fail(c, TKT_CONFLICT, "this login is taken");
        return;
    }

    if (!tkt_user_has_room(c->txn, tenant)) {
        tkt_call_fail(c, TKT_CONFLICT, "this tenant takes no more principals");
        return;
    }

    if (!tkt_password_made(c)) {
        return;
    }

    tkt_code_spend(c->txn, &id, &record);
    tkt_account_make(c, tenant, &user);
    tkt_account_act_as(c, &user, TKT_ROLE_USER);

    note.object_id = user.id;
    note.after = &user;
    tkt_audit_append(c, tenant, &note);
    tkt_password_store(c, tenant, user.id, &none);
    tkt_account_answer(c, &user);
}
