/*
 * Passwords on their way through a command.  They are decoded into an arena
 * of their own, which is overwritten when the work is done: what is queued
 * for the writer has a hash at most.
 *
 *     prepare    event loop, read transaction: whose password, what is stored
 *     work       a thread that may take long: compare, hash, overwrite
 *     run        the writer's thread: what was found, if it is still true
 */

#include <arpa/inet.h>

#include "app/who/tkt_accounts.h"
#include "crypto/tkt_crypto.h"
#include "domain/tkt_password_rules.h"


/* What an operation does with passwords, by the use of its input. */
typedef struct {
    uint32_t    use;
    bool        check;               /* `password` is compared               */
    bool        hash;                /* a new one is hashed                  */
    bool      (*prepare)(tkt_command_t *cmd, tkt_call_t *c);
} tkt_work_row_t;

static bool tkt_prepare_session(tkt_command_t *cmd, tkt_call_t *c);
static bool tkt_prepare_account(tkt_command_t *cmd, tkt_call_t *c);
static bool tkt_prepare_password(tkt_command_t *cmd, tkt_call_t *c);
static bool tkt_prepare_reset(tkt_command_t *cmd, tkt_call_t *c);
static bool tkt_prepare_passwd(tkt_command_t *cmd, tkt_call_t *c);

static const tkt_work_row_t  tkt_work_rows[] = {
    { TKT_USE_SESSION, true, false, tkt_prepare_session },
    { TKT_USE_ACCOUNT, false, true, tkt_prepare_account },
    { TKT_USE_PASSWORD, true, true, tkt_prepare_password },
    { TKT_USE_RESET, false, true, tkt_prepare_reset },
    { TKT_USE_PASSWD, false, true, tkt_prepare_passwd },
};


static const tkt_work_row_t *
tkt_work_row(const tkt_operation_t *op)
{
    size_t  i;

    if (op->input != &tkt_credentials_schema) {
        return NULL;
    }

    for (i = 0; i < tkt_array_len(tkt_work_rows); i++) {
        if (op->use == tkt_work_rows[i].use) {
            return &tkt_work_rows[i];
        }
    }

    return NULL;
}


bool
tkt_secret_taken(const tkt_operation_t *op)
{
    return tkt_work_row(op) != NULL;
}


/* ---- the arena apart ---- */

bool
tkt_secret_open(tkt_command_t *cmd, size_t body_bytes)
{
    const tkt_work_row_t  *row = tkt_work_row(cmd->op);

    cmd->secret = tkt_arena_zalloc(cmd->arena, sizeof(tkt_secret_t));
    if (cmd->secret == NULL) {
        return false;
    }

    cmd->secret->check = row != NULL && row->check;
    cmd->secret->hash = row != NULL && row->hash;
    cmd->secret->plain = tkt_arena_create(512 + 2 * body_bytes);

    if (cmd->secret->plain == NULL) {
        return false;
    }

    tkt_arena_keep_secrets(cmd->secret->plain);

    return true;
}


void
tkt_secret_part(tkt_command_t *cmd)
{
    size_t              i;
    tkt_credentials_t  *in = cmd->input;
    tkt_str_t          *others[] = {
        &in->tenant, &in->login, &in->code, &in->name, &in->email, &in->phone
    };

    cmd->secret->password = in->password;
    cmd->secret->new_password = in->new_password;
    in->password = tkt_str("");
    in->new_password = tkt_str("");

    for (i = 0; i < tkt_array_len(others); i++) {
        *others[i] = tkt_arena_copy(cmd->arena, *others[i]);
    }
}


/* ---- attempts ---- */

static uint64_t
tkt_attempt_digest(const tkt_str_t *parts, size_t count)
{
    uint8_t   hash[TKT_DIGEST_BYTES];
    uint64_t  digest;

    tkt_hash_parts(hash, sizeof(hash), parts, count);
    memcpy(&digest, hash, sizeof(digest));

    return digest == 0 ? 1 : digest;
}


uint64_t
tkt_attempt_address(tkt_str_t address)
{
    char       text[64];
    uint8_t    bytes[16];
    tkt_str_t  parts[] = { tkt_lit("address"), address };

    if (address.len == 0) {
        return 0;
    }

    if (address.len < sizeof(text)) {
        memcpy(text, address.data, address.len);
        text[address.len] = '\0';

        /* who has one address of IPv6 has 2^64 of them, all in one network;
           those of IPv4 in disguise have zeros in front */

        if (inet_pton(AF_INET6, text, bytes) == 1
            && memcmp(bytes, "\0\0\0\0\0\0\0\0", 8) != 0)
        {
            parts[1] = (tkt_str_t) { bytes, 8 };
        }
    }

    return tkt_attempt_digest(parts, tkt_array_len(parts));
}


/*
 * The digest of an account, the same whether it exists; kind keeps guesses at
 * passwords and at codes apart.
 */
static uint64_t
tkt_attempt_account(const char *kind, uint32_t tenant, tkt_str_t name,
    tkt_str_t whom)
{
    uint8_t    number[4] = {
        (uint8_t) tenant, (uint8_t) (tenant >> 8), (uint8_t) (tenant >> 16),
        (uint8_t) (tenant >> 24)
    };
    tkt_str_t  parts[] = {
        tkt_str_z(kind), { number, sizeof(number) },
        tenant == 0 ? name : tkt_str(""), whom
    };

    return tkt_attempt_digest(parts, tkt_array_len(parts));
}


bool
tkt_command_attempt(const tkt_command_t *cmd, tkt_attempt_t *attempt)
{
    *attempt = (tkt_attempt_t) { .account = 0 };

    if (cmd->secret == NULL || cmd->attempt.account == 0) {
        return false;
    }

    *attempt = cmd->attempt;

    return true;
}


bool
tkt_command_attempt_failed(const tkt_command_t *cmd)
{
    return cmd->secret != NULL && cmd->secret->wrong;
}


/* ---- prepare ---- */

/* Whether a new password may be one; else answered. */
static bool
tkt_prepare_rules(tkt_call_t *c, const char *pointer, tkt_str_t password,
    tkt_str_t login, tkt_str_t email)
{
    tkt_password_fault_t  fault;

    if (tkt_password_allowed(password, login, email, &fault)) {
        return true;
    }

    tkt_call_invalid(c, pointer, fault.code, fault.detail);

    return false;
}


/* What is stored of the account, for the work. */
static void
tkt_prepare_stored(tkt_command_t *cmd, const tkt_account_t *account)
{
    tkt_secret_t  *s = cmd->secret;

    s->tenant = account->tenant;
    s->principal = account->user.id;
    s->version = account->credential.version;
    s->stored = account->credential.password;
}


static bool
tkt_prepare_session(tkt_command_t *cmd, tkt_call_t *c)
{
    tkt_account_t             account;
    const tkt_credentials_t  *in = cmd->input;

    if (tkt_account_find(c->txn, in->tenant, in->login, &account, c->arena)) {
        tkt_prepare_stored(cmd, &account);
    }

    cmd->attempt.account = tkt_attempt_account("password", account.tenant,
                                               in->tenant, in->login);

    return true;
}


/*
 * A new password is hashed if the code is right: nobody makes the desk work
 * by guessing.  The writer looks again and counts wrong guesses.
 */
static void
tkt_prepare_code(tkt_command_t *cmd, tkt_call_t *c, uint32_t tenant,
    tkt_purpose_t purpose, tkt_str_t whom)
{
    tkt_code_t                record;
    tkt_code_id_t             id;
    const tkt_credentials_t  *in = cmd->input;

    tkt_code_id(&id, tenant, in->tenant, purpose, whom);

    cmd->secret->wrong = !tkt_code_right(c->txn, &id, in->code, c->now_ms,
                                         &record, c->arena);
    cmd->secret->hash = !cmd->secret->wrong;

    cmd->attempt.account = tkt_attempt_account("code", tenant, in->tenant,
                                               whom);
}


static bool
tkt_prepare_account(tkt_command_t *cmd, tkt_call_t *c)
{
    tkt_str_t                 whom;
    const tkt_credentials_t  *in = cmd->input;

    if ((in->email.len == 0) == (in->phone.len == 0)) {
        tkt_call_invalid(c, in->email.len == 0 ? "/email" : "/phone",
                         "required", "give either email or phone: the one "
                         "that the code was sent to");
        return false;
    }

    if (!tkt_login_allowed(in->login)) {
        tkt_call_invalid(c, "/login", "format", "a login has no spaces, "
                         "capitals or colons");
        return false;
    }

    if (!tkt_prepare_rules(c, "/password", cmd->secret->password, in->login,
                           in->email))
    {
        return false;
    }

    whom = tkt_code_address(in->email, in->phone, c->arena);
    tkt_prepare_code(cmd, c, tkt_account_tenant(c->txn, in->tenant, c->arena),
                     TKT_PURPOSE_REGISTER, whom);

    return true;
}


static bool
tkt_prepare_password(tkt_command_t *cmd, tkt_call_t *c)
{
    tkt_secret_t   *s = cmd->secret;
    tkt_account_t   account;

    (void) tkt_account_load(c->txn, c->actor->tenant, c->actor->id, &account,
                            c->arena);
    tkt_prepare_stored(cmd, &account);

    if (!tkt_prepare_rules(c, "/new_password", s->new_password,
                           tkt_str_z(c->actor->login), account.user.email))
    {
        return false;
    }

    s->check = s->stored.len > 0;

    if (!s->check) {
        return true;
    }

    if (s->password.len == 0) {
        tkt_call_invalid(c, "/password", "required",
                         "the present password is needed");
        return false;
    }

    if (tkt_str_eq(s->password, s->new_password)) {
        tkt_call_invalid(c, "/new_password", "same",
                         "the new password is the present one");
        return false;
    }

    cmd->attempt.account = tkt_attempt_account("password", account.tenant,
                                               tkt_str(""),
                                               account.user.login);

    return true;
}


static bool
tkt_prepare_reset(tkt_command_t *cmd, tkt_call_t *c)
{
    const tkt_credentials_t  *in = cmd->input;

    if (!tkt_prepare_rules(c, "/new_password", cmd->secret->new_password,
                           in->login, tkt_str("")))
    {
        return false;
    }

    tkt_prepare_code(cmd, c, tkt_account_tenant(c->txn, in->tenant, c->arena),
                     TKT_PURPOSE_RESET, in->login);

    return true;
}


static bool
tkt_prepare_passwd(tkt_command_t *cmd, tkt_call_t *c)
{
    const tkt_credentials_t  *in = cmd->input;

    return tkt_prepare_rules(c, "/new_password", cmd->secret->new_password,
                             in->login, tkt_str(""));
}


bool
tkt_command_needs_work(const tkt_command_t *cmd)
{
    return cmd->secret != NULL && cmd->secret->plain != NULL;
}


bool
tkt_command_prepare(tkt_command_t *cmd, tkt_txn_t *read)
{
    bool                   go_on;
    tkt_call_t             c;
    const tkt_work_row_t  *row = tkt_work_row(cmd->op);

    tkt_command_call(cmd, read, &c);
    c.now_ms = tkt_txn_clock(read, cmd->now_ms);

    go_on = row == NULL || row->prepare(cmd, &c);

    if (tkt_txn_status(read) != TKT_OK || cmd->arena->failed) {
        tkt_call_fail(&c, cmd->arena->failed ? TKT_BUSY : TKT_INTERNAL, NULL);
        go_on = false;
    }

    if (!go_on) {
        tkt_secret_close(cmd);
    }

    return go_on;
}


/* ---- work ---- */

void
tkt_secret_close(tkt_command_t *cmd)
{
    if (cmd->secret == NULL) {
        return;
    }

    tkt_arena_destroy(cmd->secret->plain);
    cmd->secret->plain = NULL;
    cmd->secret->password = tkt_str("");
    cmd->secret->new_password = tkt_str("");
}


void
tkt_command_work(tkt_command_t *cmd)
{
    bool           weak;
    tkt_str_t      fresh;
    tkt_secret_t  *s = cmd->secret;

    fresh = s->new_password.len > 0 ? s->new_password : s->password;
    weak = false;

    if (s->check) {
        s->right = tkt_password_check(s->stored, s->password, &weak);
        s->wrong = !s->right;
    }

    /* of a right password the hash is made anew when its costs are not those
       of today */

    if ((s->check && !s->right) || !(s->hash || weak)
        || !tkt_password_hash(s->made, fresh))
    {
        s->made[0] = '\0';
    }

    tkt_secret_close(cmd);
}
