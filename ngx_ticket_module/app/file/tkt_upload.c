/*
 * Files on their way in: the name in the query, and what may come at all.
 */

#include "app/call/tkt_command.h"
#include "app/file/tkt_attachments.h"
#include "app/file/tkt_blobs.h"
#include "app/file/tkt_upload.h"
#include "base/tkt_text.h"
#include "domain/tkt_media.h"


static bool
tkt_upload_name_fault(tkt_call_t *c, const char *code, const char *detail)
{
    tkt_errors_t  *errors = tkt_call_errors(c);

    if (errors != NULL) {
        tkt_errors_add_parameter(errors, "name", code, "%s", detail);
    }

    tkt_call_fail(c, TKT_UNKNOWN_PARAMETER, NULL);

    return false;
}


static bool
tkt_upload_name(tkt_call_t *c, const tkt_params_t *params, tkt_str_t *name)
{
    tkt_str_t  text;

    if (!tkt_params_get(params, "name", &text) || text.len == 0) {
        return tkt_upload_name_fault(c, "required",
                                     "say what the file is called: ?name=");
    }

    if (!tkt_utf8_valid(text)) {
        return tkt_upload_name_fault(c, "format", "a name is UTF-8");
    }

    *name = tkt_file_name(text, c->arena);

    return true;
}


bool
tkt_upload_input(tkt_call_t *c, const tkt_request_t *req,
    const tkt_params_t *params, tkt_command_t *cmd)
{
    tkt_str_t             name;
    tkt_file_input_t     *in;
    const tkt_upload_t   *upload = req->upload;

    if (!tkt_upload_name(c, params, &name)) {
        return false;
    }

    if (upload == NULL || upload->size == 0) {
        tkt_call_fail(c, TKT_INVALID_REQUEST,
                      "the body is the content of the file: there is none");
        return false;
    }

    in = tkt_arena_zalloc(cmd->arena, sizeof(tkt_file_input_t));

    if (in == NULL) {
        tkt_call_fail(c, TKT_BUSY, NULL);
        return false;
    }

    in->upload = *upload;
    in->upload.head = tkt_str("");
    in->upload.file = tkt_arena_copy(cmd->arena, upload->file);
    in->name = tkt_arena_copy(cmd->arena, name);
    in->type = tkt_media_sniff(upload->head,
                               upload->head.len == upload->size);
    cmd->input = in;

    return true;
}


tkt_str_t
tkt_upload_print(tkt_call_t *c, const tkt_command_t *cmd)
{
    uint8_t                *p;
    const tkt_file_input_t  *in = cmd->input;

    p = tkt_arena_bytes(c->arena, sizeof(in->upload.hash) + in->name.len);

    if (p == NULL) {
        return tkt_str("");
    }

    memcpy(p, in->upload.hash, sizeof(in->upload.hash));
    memcpy(p + sizeof(in->upload.hash), in->name.data, in->name.len);

    return (tkt_str_t) { p, sizeof(in->upload.hash) + in->name.len };
}


bool
tkt_upload_room(tkt_call_t *c, uint64_t bytes)
{
    if (tkt_uploads_unbound(c->txn, c->actor->tenant, c->actor->id)
        >= TKT_UPLOADS_UNBOUND_MAX)
    {
        tkt_call_fail(c, TKT_CONFLICT, "you have %d files that are bound to "
                      "nothing: use or delete some", TKT_UPLOADS_UNBOUND_MAX);
        return false;
    }

    return tkt_upload_fits(c, bytes);
}


bool
tkt_upload_fits(tkt_call_t *c, uint64_t bytes)
{
    uint64_t      counts[TKT_FILE_CELLS];
    tkt_key_t     key;
    tkt_tenant_t  tenant;

    if (!tkt_tenant_load(c->txn, c->actor->tenant, &tenant, c->arena)
        || tenant.attachment_bytes == 0)
    {
        return true;
    }

    tkt_key_file_counts(&key, c->actor->tenant);
    tkt_counter_get(c->txn, TKT_DB_COUNTER, &key, TKT_FILE_CELLS, counts);

    if (counts[TKT_FILE_BYTES] <= tenant.attachment_bytes
        && bytes <= tenant.attachment_bytes - counts[TKT_FILE_BYTES])
    {
        return true;
    }

    c->reply->retry_after_s = TKT_QUOTA_RETRY_AFTER_S;
    tkt_call_fail(c, TKT_QUOTA_EXCEEDED, "your desk has no room for this "
                  "file: its files may have %llu bytes",
                  (unsigned long long) tenant.attachment_bytes);

    return false;
}


bool
tkt_app_upload(tkt_txn_t *read, const tkt_request_t *req,
    const tkt_match_t *match, const tkt_actor_t *actor, uint64_t bytes,
    tkt_arena_t *arena, tkt_reply_t *reply)
{
    tkt_str_t     name;
    tkt_call_t    c;
    tkt_params_t  params;

    memset(reply, 0, sizeof(tkt_reply_t));

    c = (tkt_call_t) {
        .txn = read, .arena = arena, .reply = reply, .op = match->op,
        .actor = actor, .mount = req->mount, .request_id = req->request_id,
        .lang = tkt_actor_lang(actor, req->accept_language),
        .now_ms = req->now_ms, .params = &params,
    };

    /* one that was done already is answered, whatever there is room for */

    return tkt_call_query(&c, req->query, &params)
           && tkt_upload_name(&c, &params, &name)
           && (req->has_idempotency_key || tkt_upload_room(&c, bytes));
}


bool
tkt_command_keeps_file(const tkt_command_t *cmd)
{
    const tkt_file_input_t  *in = cmd->input;

    return cmd->reply.status == TKT_OUTCOME_UNKNOWN
           || (cmd->reply.http == 201 && !cmd->reply.replayed && in->taken);
}
