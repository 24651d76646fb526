/*
 * The schemas of what belongs to a ticket: links, watchers, drafts, viewers,
 * attachments with their content, notices; `stored` as in tkt_model_ticket.c.
 */

#include "base/tkt_limits.h"
#include "domain/tkt_model.h"


#define NAMES(table)  { table, tkt_array_len(table) }


static const tkt_str_t  tkt_links[] = {
    tkt_lit(""), tkt_lit("related"), tkt_lit("duplicate"),
    tkt_lit("duplicated_by"), tkt_lit("parent"), tkt_lit("child"),
    tkt_lit("follow_up_of"), tkt_lit("followed_up_by"), tkt_lit("split_from"),
    tkt_lit("split_into"), tkt_lit("complaint_of"), tkt_lit("complaint"),
    tkt_lit("merged_from"), tkt_lit("merged_into")
};

static const tkt_str_t  tkt_notices[] = {
    tkt_lit(""), tkt_lit("assigned"), tkt_lit("mentioned"),
    tkt_lit("escalated"), tkt_lit("urged"), tkt_lit("complaint"),
    tkt_lit("message"), tkt_lit("state"), tkt_lit("approval"),
    tkt_lit("watched"), tkt_lit("unrouted")
};

static const tkt_str_t  tkt_approvals[] = {
    tkt_lit(""), tkt_lit("pending"), tkt_lit("approved"), tkt_lit("declined")
};

const tkt_names_t  tkt_link_names = NAMES(tkt_links);
const tkt_names_t  tkt_notice_names = NAMES(tkt_notices);
const tkt_names_t  tkt_approval_names = NAMES(tkt_approvals);


/* ---- Link ---- */

static const tkt_field_t  tkt_link_fields[] = {
    { TKT_NAME("ticket"), .type = TKT_T_ID,
      .offset = offsetof(tkt_link_t, ticket), .doc = "the other ticket" },
    { TKT_NAME("number"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_link_t, number), .max = 32, .doc = "its number" },
    { TKT_NAME("kind"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_link_t, kind), .in = TKT_USE_LINK,
      .names = &tkt_link_names,
      .doc = "what the other ticket is to this one (related)" },
    { TKT_NAME("state"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_link_t, state), .names = &tkt_state_names,
      .doc = "its state; null: not for the caller" },
};

const tkt_schema_t  tkt_link_schema = {
    .name = "Link", .fields = tkt_link_fields,
    .count = tkt_array_len(tkt_link_fields),
    .size = sizeof(tkt_link_t), .version = 1
};


/* ---- Watcher ---- */

static const tkt_field_t  tkt_watcher_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID, .offset = offsetof(tkt_watcher_t, id),
      .doc = "principal" },
    { TKT_NAME("name"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_watcher_t, name), .max = TKT_LINE_MAX_CHARS,
      .doc = "display name" },
};

const tkt_schema_t  tkt_watcher_schema = {
    .name = "Watcher", .fields = tkt_watcher_fields,
    .count = tkt_array_len(tkt_watcher_fields),
    .size = sizeof(tkt_watcher_t), .version = 1
};


/* ---- PartInput ---- */

static const tkt_field_t  tkt_part_input_fields[] = {
    { TKT_NAME("message"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_part_input_t, message), .in = TKT_USE_SPLIT,
      .required = TKT_USE_SPLIT, .min = 1, .max = UINT32_MAX,
      .doc = "number of the message that becomes a ticket" },
    { TKT_NAME("subject"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_part_input_t, subject), .flags = TKT_F_NOT_EMPTY,
      .in = TKT_USE_SPLIT, .min = 1, .max = TKT_SUBJECT_MAX_CHARS,
      .doc = "of the new ticket (the old one's)" },
    { TKT_NAME("approved"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_part_input_t, approved), .in = TKT_USE_APPROVE,
      .required = TKT_USE_APPROVE,
      .doc = "false: the ticket is closed as rejected" },
    { TKT_NAME("reason"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_part_input_t, reason), .flags = TKT_F_NOT_EMPTY,
      .in = TKT_USE_APPROVE | TKT_USE_SPLIT, .required = TKT_USE_APPROVE,
      .min = 1, .max = TKT_REASON_MAX_CHARS, .doc = "why; kept in the event" },
    { TKT_NAME("body"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_part_input_t, body),
      .in = TKT_USE_DRAFT | TKT_USE_APPLY, .required = TKT_USE_DRAFT,
      .max = TKT_TEXT_MAX_CHARS,
      .doc = "text of the draft; of a macro: instead of its own" },
    { TKT_NAME("macro"), .type = TKT_T_ID,
      .offset = offsetof(tkt_part_input_t, macro), .in = TKT_USE_APPLY,
      .required = TKT_USE_APPLY, .doc = "the macro to apply" },
    { TKT_NAME("until"), .type = TKT_T_ID,
      .offset = offsetof(tkt_part_input_t, until), .in = TKT_USE_READ,
      .doc = "the newest notification that was read; without it all" },
};

const tkt_schema_t  tkt_part_input_schema = {
    .name = "PartInput", .fields = tkt_part_input_fields,
    .count = tkt_array_len(tkt_part_input_fields),
    .size = sizeof(tkt_part_input_t), .version = 1
};


/* ---- Draft ---- */

static const tkt_field_t  tkt_draft_fields[] = {
    { TKT_NAME("ticket"), .type = TKT_T_ID,
      .offset = offsetof(tkt_draft_t, ticket), .stored = 1, .doc = "ticket" },
    { TKT_NAME("principal"), .type = TKT_T_ID,
      .offset = offsetof(tkt_draft_t, principal), .stored = 2,
      .flags = TKT_F_INTERNAL, .doc = "whose it is" },
    { TKT_NAME("updated_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_draft_t, updated_at), .stored = 3,
      .doc = "when it was saved" },
    { TKT_NAME("body"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_draft_t, body), .stored = 1,
      .flags = TKT_F_PERSONAL, .max = TKT_TEXT_MAX_CHARS, .doc = "the text" },
};

const tkt_schema_t  tkt_draft_schema = {
    .name = "Draft", .fields = tkt_draft_fields,
    .count = tkt_array_len(tkt_draft_fields),
    .size = sizeof(tkt_draft_t), .version = 1
};


/* ---- Viewer ---- */

static const tkt_field_t  tkt_viewer_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID, .offset = offsetof(tkt_viewer_t, id),
      .doc = "principal" },
    { TKT_NAME("name"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_viewer_t, name), .max = TKT_LINE_MAX_CHARS,
      .doc = "display name" },
    { TKT_NAME("typing"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_viewer_t, typing), .doc = "is writing" },
    { TKT_NAME("seen_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_viewer_t, seen_at), .doc = "when last heard of" },
};

const tkt_schema_t  tkt_viewer_schema = {
    .name = "Viewer", .fields = tkt_viewer_fields,
    .count = tkt_array_len(tkt_viewer_fields),
    .size = sizeof(tkt_viewer_t), .version = 1
};


/* ---- Notice ---- */

static const tkt_field_t  tkt_notice_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID, .offset = offsetof(tkt_notice_t, id),
      .stored = 1, .doc = "number, grows" },
    { TKT_NAME("tenant_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_notice_t, tenant), .stored = 2,
      .flags = TKT_F_INTERNAL, .doc = "tenant" },
    { TKT_NAME("principal"), .type = TKT_T_ID,
      .offset = offsetof(tkt_notice_t, principal), .stored = 3,
      .flags = TKT_F_INTERNAL, .doc = "who is told" },
    { TKT_NAME("kind"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_notice_t, kind), .stored = 4,
      .names = &tkt_notice_names, .doc = "what about" },
    { TKT_NAME("ticket"), .type = TKT_T_ID,
      .offset = offsetof(tkt_notice_t, ticket), .stored = 5, .doc = "ticket" },
    { TKT_NAME("message"), .type = TKT_T_ID,
      .offset = offsetof(tkt_notice_t, message), .stored = 6,
      .doc = "number of the message" },
    { TKT_NAME("actor"), .type = TKT_T_ID,
      .offset = offsetof(tkt_notice_t, actor), .stored = 7,
      .doc = "who did it; null: the desk" },
    { TKT_NAME("created_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_notice_t, created_at), .stored = 8,
      .doc = "when" },
    { TKT_NAME("number"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_notice_t, number), .max = 32,
      .doc = "number of the ticket" },
    { TKT_NAME("actor_name"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_notice_t, actor_name), .max = TKT_LINE_MAX_CHARS,
      .doc = "name of who did it" },
    { TKT_NAME("read"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_notice_t, read),
      .doc = "the principal has read it" },
};

const tkt_schema_t  tkt_notice_schema = {
    .name = "Notice", .fields = tkt_notice_fields,
    .count = tkt_array_len(tkt_notice_fields),
    .size = sizeof(tkt_notice_t), .version = 1
};


/* ---- Attachment ---- */

static const tkt_field_t  tkt_attachment_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_attachment_t, id), .stored = 1,
      .flags = TKT_F_INTERNAL, .doc = "number in the store" },
    { TKT_NAME("tenant_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_attachment_t, tenant), .stored = 2,
      .flags = TKT_F_INTERNAL, .doc = "tenant" },
    { TKT_NAME("uploader"), .type = TKT_T_ID,
      .offset = offsetof(tkt_attachment_t, uploader), .stored = 3,
      .flags = TKT_F_INTERNAL, .doc = "who uploaded it" },
    { TKT_NAME("ticket"), .type = TKT_T_ID,
      .offset = offsetof(tkt_attachment_t, ticket), .stored = 4,
      .doc = "ticket it is bound to; null: none yet" },
    { TKT_NAME("message"), .type = TKT_T_ID,
      .offset = offsetof(tkt_attachment_t, message), .stored = 5,
      .doc = "number of the message; null: the ticket itself" },
    { TKT_NAME("internal"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_attachment_t, internal), .stored = 6,
      .flags = TKT_F_INTERNAL, .doc = "only staff sees it" },
    { TKT_NAME("size"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_attachment_t, size), .stored = 7,
      .max = UINT32_MAX, .doc = "in bytes" },
    { TKT_NAME("blob"), .type = TKT_T_ID,
      .offset = offsetof(tkt_attachment_t, blob), .stored = 8,
      .flags = TKT_F_INTERNAL, .doc = "content" },
    { TKT_NAME("created_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_attachment_t, created_at), .stored = 9,
      .doc = "when it was uploaded" },
    { TKT_NAME("expires_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_attachment_t, expires_at), .stored = 10,
      .doc = "when it is collected unless it is bound" },
    { TKT_NAME("token"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_attachment_t, token), .stored = 1,
      .max = TKT_ATTACHMENT_TOKEN_CHARS,
      .doc = "its address: /v1/attachments/TOKEN" },
    { TKT_NAME("name"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_attachment_t, name), .stored = 2,
      .flags = TKT_F_PERSONAL, .max = TKT_FILE_NAME_MAX_CHARS,
      .doc = "name of the file" },
    { TKT_NAME("type"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_attachment_t, type), .stored = 3,
      .max = TKT_LINE_MAX_CHARS,
      .doc = "media type, found by looking at the content" },
    { TKT_NAME("digest"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_attachment_t, digest), .stored = 4, .max = 64,
      .doc = "BLAKE2b-256 of the content, hexadecimal" },
};

const tkt_schema_t  tkt_attachment_schema = {
    .name = "Attachment", .fields = tkt_attachment_fields,
    .count = tkt_array_len(tkt_attachment_fields),
    .size = sizeof(tkt_attachment_t), .version = 1
};


/* ---- Blob ---- */

static const tkt_field_t  tkt_blob_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID, .offset = offsetof(tkt_blob_t, id),
      .stored = 1, .flags = TKT_F_INTERNAL, .doc = "number in the store" },
    { TKT_NAME("size"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_blob_t, size), .stored = 2,
      .flags = TKT_F_INTERNAL, .max = UINT32_MAX, .doc = "in bytes" },
    { TKT_NAME("refs"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_blob_t, refs), .stored = 3,
      .flags = TKT_F_INTERNAL, .max = UINT32_MAX,
      .doc = "attachments that have it" },
    { TKT_NAME("created_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_blob_t, created_at), .stored = 4,
      .flags = TKT_F_INTERNAL, .doc = "when it came" },
    { TKT_NAME("file"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_blob_t, file), .stored = 1,
      .flags = TKT_F_INTERNAL, .max = 200, .doc = "name below files/" },
};

const tkt_schema_t  tkt_blob_schema = {
    .name = "Blob", .fields = tkt_blob_fields,
    .count = tkt_array_len(tkt_blob_fields),
    .size = sizeof(tkt_blob_t), .version = 1
};
