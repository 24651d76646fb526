/*
 * Making a command of a request: headers, media type, body.
 */

#include "app/call/tkt_command.h"
#include "app/who/tkt_accounts.h"
#include "app/who/tkt_who.h"
#include "crypto/tkt_crypto.h"


static const tkt_schema_t  tkt_nothing_schema = { .name = "Nothing" };


/* The key in a bare token or in a quoted string (draft of the header). */
static bool
tkt_idempotency_key(tkt_str_t value, tkt_str_t *key)
{
    size_t  i;

    if (value.len >= 2 && value.data[0] == '"'
        && value.data[value.len - 1] == '"')
    {
        value.data++;
        value.len -= 2;
    }

    if (value.len == 0 || value.len > TKT_IDEMPOTENCY_KEY_MAX_BYTES) {
        return false;
    }

    for (i = 0; i < value.len; i++) {
        if (value.data[i] <= ' ' || value.data[i] > '~'
            || value.data[i] == '"' || value.data[i] == '\\')
        {
            return false;
        }
    }

    *key = value;

    return true;
}


static bool
tkt_command_header_fault(tkt_call_t *c, const char *name, const char *code,
    const char *detail)
{
    tkt_errors_t  *errors = tkt_call_errors(c);

    if (errors != NULL) {
        tkt_errors_add_header(errors, name, code, "%s", detail);
    }

    tkt_call_fail(c, TKT_INVALID_REQUEST, NULL);

    return false;
}


static bool
tkt_command_key(tkt_call_t *c, const tkt_request_t *req, tkt_str_t body,
    tkt_command_t *cmd)
{
    size_t     n;
    uint64_t   narrow[2];
    tkt_str_t  key, parts[6], *target = parts + 2;

    if (!req->has_idempotency_key) {

        if (req->require_key && req->method == TKT_METHOD_POST) {
            return tkt_command_header_fault(c, "Idempotency-Key", "required",
                "this location requires a key on every POST");
        }

        return true;
    }

    if (!tkt_idempotency_key(req->idempotency_key, &key)) {
        return tkt_command_header_fault(c, "Idempotency-Key", "format",
            "a key is 1 to 255 visible ASCII characters, bare or quoted");
    }

    /* what has a password is not replayed: only the password itself would
       tell whether a request is the same, and its traces are not kept */

    if (cmd->secret != NULL) {
        return true;
    }

    /* bodies may hold secrets that can be guessed: a fingerprint cannot be
       tried out without the key, of which only a digest is stored */

    parts[0] = key;
    parts[1] = body;
    parts[2] = tkt_str_z(c->op->name);
    parts[3] = req->path;

    /* an answer given to one role is not replayed to another */

    parts[4] = tkt_role_names.names[c->actor->role];
    n = 5;

    /* nor to less of a role, nor through the link to another ticket */

    narrow[0] = c->actor->withheld;
    narrow[1] = c->actor->ticket;

    if (narrow[0] != 0 || narrow[1] != 0) {
        parts[n++] = (tkt_str_t) { (const uint8_t *) narrow, sizeof(narrow) };
    }

    tkt_hash_parts(cmd->key, TKT_DIGEST_BYTES, &key, 1);
    tkt_hash_parts(cmd->fingerprint, TKT_DIGEST_BYTES, parts, n);
    tkt_hash_parts(cmd->target, TKT_DIGEST_BYTES, target, n - 2);
    cmd->has_key = true;

    return true;
}


static bool
tkt_media_type_is(tkt_str_t value, tkt_str_t type)
{
    size_t  i;

    if (value.len < type.len) {
        return false;
    }

    for (i = 0; i < type.len; i++) {
        if ((value.data[i] | 0x20) != type.data[i]) {
            return false;
        }
    }

    return value.len == type.len || value.data[i] == ';'
           || value.data[i] == ' ' || value.data[i] == '\t';
}


static bool
tkt_command_media_type(tkt_call_t *c, const tkt_request_t *req,
    tkt_str_t body)
{
    if (body.len == 0 || req->content_type.len == 0
        || tkt_media_type_is(req->content_type, tkt_str("application/json"))
        || ((c->op->flags & TKT_OP_MERGE)
            && tkt_media_type_is(req->content_type,
                                 tkt_str("application/merge-patch+json"))))
    {
        return true;
    }

    tkt_call_fail(c, TKT_UNSUPPORTED_MEDIA_TYPE, NULL);

    return false;
}


/*
 * Of an operation without input.  Many clients send {} with whatever has a
 * body in general: it says as much as none.  Members are faults, each.
 */
static bool
tkt_command_nothing(tkt_call_t *c, tkt_str_t body)
{
    char            none;
    tkt_errors_t   *errors;
    tkt_status_t    status;
    tkt_present_t   present;

    errors = tkt_call_errors(c);

    status = (errors == NULL) ? TKT_BUSY
             : tkt_json_decode(&tkt_nothing_schema, 0, false, body, &none,
                               &present, c->arena, errors);
    if (status != TKT_OK) {
        tkt_call_fail(c, status, NULL);
    }

    return status == TKT_OK;
}


/* The body into the operation's input; it is copied first, slices stay. */
static bool
tkt_command_input(tkt_call_t *c, const tkt_request_t *req, tkt_str_t body,
    tkt_command_t *cmd)
{
    tkt_arena_t   *arena;
    tkt_status_t   status;
    tkt_errors_t  *errors;

    if (c->op->decode != NULL) {
        return c->op->decode(c, req, body, cmd);
    }

    if (c->op->input == NULL) {
        return tkt_command_nothing(c, body);
    }

    arena = cmd->secret != NULL ? cmd->secret->plain : cmd->arena;
    cmd->input = tkt_arena_zalloc(cmd->arena, c->op->input->size);
    body = tkt_arena_copy(arena, body);
    errors = tkt_call_errors(c);

    if (cmd->input == NULL || errors == NULL || arena->failed) {
        tkt_call_fail(c, TKT_BUSY, NULL);
        return false;
    }

    status = tkt_json_decode(c->op->input, c->op->use,
                             (c->op->flags & TKT_OP_MERGE) != 0, body,
                             cmd->input, &cmd->present, arena, errors);
    if (status != TKT_OK) {
        tkt_call_fail(c, status, NULL);
        return false;
    }

    if (cmd->secret != NULL) {
        tkt_secret_part(cmd);
    }

    return true;
}


/* What the site says of its bearer goes along: it may be news. */
static bool
tkt_command_identity(tkt_call_t *c, const tkt_request_t *req,
    tkt_command_t *cmd)
{
    tkt_identity_t  who;

    if (cmd->actor.by != TKT_BY_IDENTITY && cmd->actor.by != TKT_BY_JWT) {
        return true;
    }

    if (!tkt_who_asserted(req, &cmd->actor, &who, c->arena)) {
        tkt_call_fail(c, TKT_UNAUTHORIZED, NULL);
        return false;
    }

    cmd->identity = (tkt_identity_t) {
        .name = tkt_arena_copy(cmd->arena, who.name),
        .email = tkt_arena_copy(cmd->arena, who.email),
        .role = tkt_arena_copy(cmd->arena, who.role),
    };
    cmd->unseen = cmd->actor.id == TKT_PRINCIPAL_UNSEEN;

    return true;
}


/* What the location leaves out and only the body tells. */
static bool
tkt_command_offered(tkt_call_t *c, const tkt_request_t *req,
    const tkt_command_t *cmd)
{
    const tkt_credentials_t  *in = cmd->input;

    return c->op->input != &tkt_credentials_schema
           || c->op->use != TKT_USE_CODE
           || tkt_code_offered(c, req->site, (tkt_purpose_t) in->purpose);
}


bool
tkt_command_take(tkt_call_t *c, const tkt_request_t *req, tkt_str_t body,
    tkt_command_t *cmd)
{
    tkt_params_t  params;

    if (!tkt_call_query(c, req->query, &params)) {
        return false;
    }

    if (body.len > TKT_BODY_MAX_BYTES) {
        tkt_call_fail(c, TKT_TOO_LARGE, NULL);
        return false;
    }

    if (req->require_match && (c->op->flags & TKT_OP_IF_MATCH)
        && req->if_match.len == 0)
    {
        tkt_call_fail(c, TKT_PRECONDITION_REQUIRED, NULL);
        return false;
    }

    if (tkt_secret_taken(c->op)) {

        cmd->attempt.address = tkt_attempt_address(req->address);

        if (!tkt_secret_open(cmd, body.len)) {
            tkt_call_fail(c, TKT_BUSY, NULL);
            return false;
        }
    }

    if (c->op->flags & TKT_OP_UPLOAD) {
        return tkt_upload_input(c, req, &params, cmd)
               && tkt_command_key(c, req, tkt_upload_print(c, cmd), cmd);
    }

    return tkt_command_media_type(c, req, body)
           && tkt_command_key(c, req, body, cmd)
           && tkt_command_input(c, req, body, cmd)
           && tkt_command_offered(c, req, cmd);
}


static bool
tkt_command_fill(tkt_call_t *c, const tkt_request_t *req,
    const tkt_match_t *match, tkt_str_t body, tkt_command_t *cmd)
{
    size_t  i;

    if (!tkt_command_take(c, req, body, cmd)) {
        return false;
    }

    for (i = 0; i < match->count; i++) {
        cmd->segments[i] = tkt_arena_copy(cmd->arena, match->segments[i]);
    }

    if (!tkt_command_identity(c, req, cmd)) {
        return false;
    }

    cmd->mount = tkt_arena_copy(cmd->arena, req->mount);
    cmd->request_id = tkt_arena_copy(cmd->arena, req->request_id);
    cmd->if_match = tkt_arena_copy(cmd->arena, req->if_match);

    if (cmd->arena->failed) {
        tkt_call_fail(c, TKT_BUSY, NULL);
        return false;
    }

    return true;
}


tkt_command_t *
tkt_app_command(const tkt_request_t *req, const tkt_match_t *match,
    const tkt_actor_t *actor, tkt_str_t body, const uint8_t random[32],
    tkt_arena_t *arena, tkt_reply_t *reply)
{
    tkt_call_t      c;
    tkt_arena_t    *own;
    tkt_command_t  *cmd;

    memset(reply, 0, sizeof(tkt_reply_t));

    own = tkt_arena_create_kept(TKT_COMMAND_BLOCK_BYTES + 2 * body.len,
                                req->blocks);
    cmd = (own == NULL) ? NULL : tkt_arena_zalloc(own, sizeof(tkt_command_t));

    if (cmd == NULL) {
        tkt_app_problem(req, TKT_BUSY, tkt_str(""), TKT_RETRY_AFTER_S, arena,
                        reply);
        return NULL;
    }

    if (match->op->flags & TKT_OP_SECRET) {
        tkt_arena_keep_secrets(own);
    }

    cmd->arena = own;
    cmd->bytes = TKT_COMMAND_BLOCK_BYTES + 2 * body.len;
    cmd->keyring = req->keyring;
    cmd->op = match->op;
    cmd->actor = *actor;
    cmd->now_ms = req->now_ms;
    cmd->lang = tkt_actor_lang(actor, req->accept_language);
    memcpy(cmd->random, random, sizeof(cmd->random));

    c = (tkt_call_t) {
        .arena = arena, .reply = reply, .op = match->op, .actor = actor,
        .mount = req->mount, .request_id = req->request_id,
        .lang = cmd->lang, .now_ms = req->now_ms,
    };

    if (!tkt_command_fill(&c, req, match, body, cmd)) {
        tkt_command_free(cmd);
        return NULL;
    }

    return cmd;
}


void
tkt_command_free(tkt_command_t *cmd)
{
    tkt_secret_close(cmd);
    tkt_arena_destroy(cmd->arena);
}


const tkt_reply_t *
tkt_command_reply(const tkt_command_t *cmd)
{
    return &cmd->reply;
}


size_t
tkt_command_bytes(const tkt_command_t *cmd)
{
    return cmd->bytes;
}


uint64_t
tkt_command_key_digest(const tkt_command_t *cmd)
{
    uint64_t   digest, id;
    uint8_t    login[TKT_HASH_MIN_BYTES];
    tkt_str_t  text = tkt_str_z(cmd->actor.login);

    if (!cmd->has_key) {
        return 0;
    }

    id = cmd->actor.id;

    /* those without a number are told apart by their logins */

    if (cmd->unseen) {
        tkt_hash_parts(login, sizeof(login), &text, 1);
        memcpy(&id, login, sizeof(id));
    }

    /* the key's digest is uniform: mixing in the owner keeps it so */

    memcpy(&digest, cmd->key, sizeof(digest));
    digest ^= id * UINT64_C(0x9e3779b97f4a7c15);
    digest ^= (uint64_t) cmd->actor.tenant << 32;

    return digest == 0 ? 1 : digest;
}
