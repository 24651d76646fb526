/*
 * Attachments: upload, download, list, delete; and the timers that take away
 * what nobody has bound.
 */

#include "app/call/tkt_due.h"
#include "app/call/tkt_ops.h"
#include "app/file/tkt_attachments.h"
#include "app/file/tkt_blobs.h"
#include "app/file/tkt_upload.h"
#include "app/ticket/tkt_merged.h"
#include "app/ticket/tkt_ticket.h"
#include "app/who/tkt_caller.h"
#include "base/tkt_text.h"
#include "domain/tkt_media.h"


_Static_assert(tkt_base64_bytes(32) == TKT_ATTACHMENT_TOKEN_CHARS,
               "a token is 32 bytes");


/* ---- POST /v1/attachments ---- */

static void
tkt_attachment_answer(tkt_call_t *c, const tkt_attachment_t *a)
{
    tkt_out_t  o;

    tkt_out_init(&o, c->arena, 512);
    tkt_out_object(&o, &tkt_attachment_schema, a,
                   (uint32_t) tkt_bit(c->actor->role), NULL, false);
    tkt_call_answer(c, &o);

    c->reply->location = tkt_arena_printf(c->arena, "%.*s/v1/attachments/%.*s",
                                          (int) c->mount.len,
                                          (const char *) c->mount.data,
                                          (int) a->token.len,
                                          (const char *) a->token.data);
}


void
tkt_op_attachment_create(tkt_call_t *c)
{
    uint8_t           *hex;
    uint8_t           *token;
    tkt_attachment_t   a;
    tkt_file_input_t  *in = c->input;

    in->taken = false;          /* a batch may be run again */

    hex = tkt_arena_bytes(c->arena, TKT_HASH_HEX_CHARS);
    token = tkt_arena_bytes(c->arena, TKT_ATTACHMENT_TOKEN_CHARS);

    if (hex == NULL || token == NULL) {
        tkt_call_fail(c, TKT_BUSY, NULL);
        return;
    }

    if (!tkt_upload_room(c, in->upload.size)) {
        return;
    }

    tkt_hash_to_hex(in->upload.hash, hex);
    tkt_base64_encode(token, c->random, 32);

    a = (tkt_attachment_t) {
        .id = tkt_txn_next(c->txn, TKT_SEQ_ATTACHMENT),
        .tenant = c->actor->tenant, .uploader = c->actor->id,
        .size = in->upload.size,
        .blob = tkt_blob_use(c, &in->upload, &in->taken),
        .created_at = (uint64_t) c->now_ms,
        .expires_at = (uint64_t) (c->now_ms + TKT_ATTACHMENT_TTL_MS),
        .token = { token, TKT_ATTACHMENT_TOKEN_CHARS },
        .name = in->name, .type = in->type,
        .digest = { hex, TKT_HASH_HEX_CHARS },
    };

    tkt_attachment_add(c->txn, &a, c->arena);
    (void) tkt_txn_stamp(c->txn, c->now_ms);
    tkt_attachment_answer(c, &a);
}


/* ---- who may see one ---- */

/*
 * One that is bound is for those who see its ticket or message, by way of a
 * merge, too, and internal ones for those who see internal messages; one that
 * is not, for its uploader.
 */
static bool
tkt_attachment_visible(tkt_call_t *c, const tkt_attachment_t *a)
{
    tkt_caller_t  caller;
    tkt_ticket_t  t;

    if (a->ticket == 0) {
        return a->uploader == c->actor->id
               && (int64_t) a->expires_at > c->now_ms;
    }

    if (!tkt_ticket_load(c->txn, c->actor->tenant, a->ticket, &t, false,
                         c->arena))
    {
        return false;
    }

    caller = tkt_caller_of(c, &t);

    return (tkt_workflow_visible(&caller)
            && (!a->internal || tkt_workflow_sees_internal(&caller)))
           || tkt_merged_sees(c, &t, a->internal != 0,
                              a->message != 0
                              && a->uploader == c->actor->id);
}


/* That of the path; false, and answered 404, if the caller sees none. */
static bool
tkt_attachment_find(tkt_call_t *c, tkt_attachment_t *a)
{
    uint8_t  key[TKT_ATTACHMENT_KEY_BYTES];

    tkt_attachment_key(key, c->segments[0]);

    if (tkt_attachment_load(c->txn, c->actor->tenant,
                            (tkt_str_t) { key, sizeof(key) }, a, c->arena)
        && a->blob != 0 && tkt_attachment_visible(c, a))
    {
        return true;
    }

    tkt_call_fail(c, TKT_NOT_FOUND, NULL);

    return false;
}


/* ---- GET /v1/attachments/{token} ---- */

void
tkt_op_attachment_get(tkt_call_t *c)
{
    tkt_str_t         etag;
    tkt_blob_t        blob;
    tkt_attachment_t  a;

    if (!tkt_attachment_find(c, &a)) {
        return;
    }

    if (a.expires_at != 0 && (c->reply->fresh_until_ms == 0
                              || (int64_t) a.expires_at
                                 < c->reply->fresh_until_ms))
    {
        c->reply->fresh_until_ms = (int64_t) a.expires_at;
    }

    etag = tkt_arena_printf(c->arena, "\"%.*s\"", (int) a.digest.len,
                            (const char *) a.digest.data);

    if (tkt_call_not_modified(c, etag)) {
        return;
    }

    if (!tkt_blob_load(c->txn, a.blob, &blob, c->arena)) {
        tkt_txn_fail(c->txn, TKT_INTERNAL);
        return;
    }

    c->reply->status = TKT_OK;
    c->reply->http = c->op->success;
    c->reply->etag = etag;
    c->reply->file = blob.file;
    c->reply->file_bytes = blob.size;
    c->reply->file_made_ms = (int64_t) a.created_at;
    c->reply->file_type = a.type;
    c->reply->disposition = tkt_file_disposition(a.name,
                                                 tkt_media_inline(a.type),
                                                 c->arena);
    c->reply->file = tkt_arena_copy(c->arena, blob.file);
    c->reply->ticket_id = a.ticket;
}


/* ---- DELETE /v1/attachments/{token} ---- */

void
tkt_op_attachment_delete(tkt_call_t *c)
{
    tkt_attachment_t  a;

    if (!tkt_attachment_find(c, &a)) {
        return;
    }

    if (a.ticket != 0) {
        tkt_call_fail(c, TKT_CONFLICT,
                      "the file is part of a ticket and stays with it");
        return;
    }

    tkt_attachment_drop(c, &a);
    (void) tkt_txn_stamp(c->txn, c->now_ms);
    c->reply->http = c->op->success;
}


/* ---- GET /v1/tickets/{id}/attachments ---- */

static bool
tkt_files_from(tkt_call_t *c, const tkt_ticket_t *t, tkt_str_t position)
{
    uint64_t  from;

    return tkt_u64_parse(position, &from) && from < UINT64_MAX;
}


static bool
tkt_files_write(tkt_call_t *c, tkt_out_t *o, const tkt_ticket_t *t,
    tkt_str_t position, size_t limit, tkt_str_t filter)
{
    bool              internal, more;
    size_t            n, steps;
    uint8_t           last[TKT_U64_MAX_CHARS];
    uint64_t          place, next;
    tkt_caller_t      caller;
    tkt_attachment_t  a;

    caller = tkt_caller_of(c, t);
    internal = tkt_workflow_sees_internal(&caller);

    tkt_out_lit(o, "{\"data\":[");
    place = 0;
    (void) tkt_u64_parse(position, &place);
    more = false;

    for (n = 0, steps = 0; ; steps++) {

        next = place + 1;

        if (!tkt_attachment_next(c->txn, (uint32_t) t->tenant,
                                 TKT_RELATION_FILE, t->id, &next, &a,
                                 c->arena))
        {
            break;
        }

        if (steps == TKT_LIST_STEPS_MAX) {
            more = true;
            break;
        }

        if (!a.internal || internal) {

            more = (n == limit);
            if (more) {
                break;
            }

            tkt_out_comma(o);
            tkt_out_object(o, &tkt_attachment_schema, &a,
                           (uint32_t) tkt_bit(c->actor->role), NULL, false);
            n++;
        }

        place = next;
    }

    n = more ? tkt_u64_format(last, place) : 0;
    tkt_call_page(c, o, filter, (tkt_str_t) { last, n });
    tkt_out_lit(o, "}");

    return tkt_txn_status(c->txn) == TKT_OK;
}


void
tkt_op_attachment_list(tkt_call_t *c)
{
    tkt_part_list(c, "attachments", tkt_files_from, tkt_files_write);
}


/* ---- timers ---- */

void
tkt_job_collect(tkt_call_t *c)
{
    tkt_attachment_t  a;
    const tkt_job_t  *job = c->input;

    tkt_due_clear(c->txn, job->at_ms, job->kind, c->actor->tenant, job->id);
    c->reply->http = c->op->success;

    if (tkt_attachment_load(c->txn, c->actor->tenant, job->value, &a,
                            c->arena)
        && a.id == job->id && a.ticket == 0
        && (int64_t) a.expires_at == job->at_ms)
    {
        tkt_attachment_drop(c, &a);
    }
}


/* Its carrier has removed the file: tkt_command_file. */
void
tkt_job_unlink(tkt_call_t *c)
{
    const tkt_job_t  *job = c->input;

    tkt_due_clear(c->txn, job->at_ms, job->kind, c->actor->tenant, job->id);
    c->reply->http = c->op->success;
}
