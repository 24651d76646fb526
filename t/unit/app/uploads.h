/*
 * Uploads over a desk: what a carrier hands over of a body that it has
 * written into a file.
 */

#ifndef UPLOADS_H
#define UPLOADS_H


#include "desk.h"

#include "app/file/tkt_attachments.h"
#include "app/file/tkt_blobs.h"


#define TOKEN_BYTES  (TKT_ATTACHMENT_TOKEN_CHARS + 1)


typedef struct {
    tkt_upload_t  upload;
    char          file[TKT_BLOB_FILE_MAX_BYTES];
} upload_t;


/* Bytes as if they were in a file that no other upload has. */
static inline void
upload_make(upload_t *u, const char *bytes, int64_t now_ms)
{
    uint8_t  hex[TKT_HASH_HEX_CHARS];

    tkt_hash(u->upload.hash, tkt_str_z(bytes));
    tkt_hash_to_hex(u->upload.hash, hex);
    (void) snprintf(u->file, sizeof(u->file), "%.2s/%.64s.%016llx",
                    (const char *) hex, (const char *) hex,
                    (unsigned long long) now_ms);
    u->upload.size = strlen(bytes);
    u->upload.file = tkt_str_z(u->file);
    u->upload.head = tkt_str_z(bytes);
}


/*
 * Uploads bytes in a transaction of its own; the HTTP status.  `kept`:
 * whether the store now names the file.
 */
static inline unsigned
upload_run(desk_t *d, const tkt_actor_t *actor, const char *query,
    const char *bytes, char token[TOKEN_BYTES], bool *kept)
{
    uint8_t         random[32] = { 5 };
    upload_t        u;
    const char     *at;
    tkt_command_t  *cmd;
    tkt_request_t   req = {
        .method = TKT_METHOD_POST, .path = tkt_str("/v1/attachments"),
        .query = tkt_str_z(query), .now_ms = ++d->now_ms,
        .request_id = tkt_str("test"), .upload = &u.upload,
    };

    upload_make(&u, bytes, d->now_ms);
    memcpy(random + 1, &d->now_ms, sizeof(d->now_ms));

    cmd = desk_command(d, actor, &req, "", random);
    if (cmd == NULL) {
        return d->http;
    }

    desk_execute(d, cmd);
    d->http = tkt_command_reply(cmd)->http;
    (void) snprintf(d->body, sizeof(d->body), "%.*s",
                    (int) tkt_command_reply(cmd)->body.len,
                    (const char *) tkt_command_reply(cmd)->body.data);
    *kept = tkt_command_keeps_file(cmd);
    tkt_command_free(cmd);

    at = strstr(d->body, "\"token\":\"");

    if (d->http == 201) {
        assert_non_null(at);
        memcpy(token, at + 9, TKT_ATTACHMENT_TOKEN_CHARS);
        token[TKT_ATTACHMENT_TOKEN_CHARS] = '\0';
    }

    return d->http;
}


#endif /* UPLOADS_H */
