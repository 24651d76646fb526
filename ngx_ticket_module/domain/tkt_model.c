/*
 * The schemas of messages and events; `stored` as in tkt_model_ticket.c.
 */

#include "base/tkt_limits.h"
#include "domain/tkt_model.h"


#define NAMES(table)  { table, tkt_array_len(table) }


static const tkt_str_t  tkt_kinds[] = {
    tkt_lit(""), tkt_lit("reply"), tkt_lit("question"), tkt_lit("solution"),
    tkt_lit("next_step"), tkt_lit("note"), tkt_lit("courtesy")
};

static const tkt_str_t  tkt_visibilities[] = {
    tkt_lit(""), tkt_lit("public"), tkt_lit("internal")
};

static const tkt_str_t  tkt_event_actions[] = {
    tkt_lit(""),
#define X(name, verb, is_route, doc)  tkt_lit(verb),
    TKT_ACTION_TABLE(X)
#undef X
};

const tkt_names_t  tkt_kind_names = NAMES(tkt_kinds);
const tkt_names_t  tkt_visibility_names = NAMES(tkt_visibilities);
const tkt_names_t  tkt_event_action_names = NAMES(tkt_event_actions);


/* ---- message ---- */

static const tkt_field_t  tkt_author_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_message_t, author), .stored = 3,
      .doc = "principal" },
    { TKT_NAME("name"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_message_t, author_name),
      .max = TKT_LINE_MAX_CHARS, .doc = "display name" },
    { TKT_NAME("role"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_message_t, author_role), .stored = 4,
      .names = &tkt_role_names, .doc = "role at that time" },
};

static const tkt_schema_t  tkt_author_schema = {
    .name = "Author", .fields = tkt_author_fields,
    .count = tkt_array_len(tkt_author_fields),
    .size = sizeof(tkt_message_t), .version = 1
};


static const tkt_field_t  tkt_message_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID, .offset = offsetof(tkt_message_t, id),
      .stored = 1, .doc = "number within the ticket" },
    { TKT_NAME("ticket"), .type = TKT_T_ID,
      .offset = offsetof(tkt_message_t, ticket), .stored = 2,
      .doc = "ticket" },
    { TKT_NAME("author"), .type = TKT_T_OBJECT,
      .offset = offsetof(tkt_message_t, author), .flags = TKT_F_NULL_IF_ZERO,
      .sub = &tkt_author_schema, .doc = "who wrote it" },
    { TKT_NAME("kind"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_message_t, kind), .stored = 5,
      .names = &tkt_kind_names, .doc = "what it is" },
    { TKT_NAME("visibility"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_message_t, visibility), .stored = 6,
      .names = &tkt_visibility_names, .doc = "who sees it" },
    { TKT_NAME("created_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_message_t, created_at), .stored = 7,
      .doc = "when it was written" },
    { TKT_NAME("long_text"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_message_t, long_text), .stored = 8,
      .flags = TKT_F_INTERNAL, .doc = "the body is in chunks" },
    { TKT_NAME("body"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_message_t, body), .stored = 1,
      .flags = TKT_F_BIG | TKT_F_PERSONAL, .max = TKT_TEXT_MAX_CHARS,
      .doc = "the text" },
    { TKT_NAME("attachment_count"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_message_t, attachment_count), .stored = 9,
      .flags = TKT_F_INTERNAL, .max = UINT32_MAX, .doc = "its files" },
    { TKT_NAME("mentions"), .type = TKT_T_TAGS,
      .offset = offsetof(tkt_message_t, mentions), .stored = 2,
      .flags = TKT_F_OMIT_EMPTY, .max = TKT_MENTIONS_MAX,
      .readers = (uint32_t) TKT_ROLES_STAFF, .doc = "logins of who is told" },
    { TKT_NAME("attachments"), .type = TKT_T_LIST,
      .offset = offsetof(tkt_message_t, attachments),
      .sub = &tkt_attachment_schema, .doc = "its files" },
};

const tkt_schema_t  tkt_message_schema = {
    .name = "Message", .fields = tkt_message_fields,
    .count = tkt_array_len(tkt_message_fields),
    .size = sizeof(tkt_message_t), .version = 1
};


/* ---- event ---- */

static const tkt_field_t  tkt_actor_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_event_t, actor), .stored = 6,
      .doc = "principal" },
    { TKT_NAME("name"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_event_t, actor_name), .max = TKT_LINE_MAX_CHARS,
      .doc = "display name" },
    { TKT_NAME("role"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_event_t, actor_role), .stored = 7,
      .names = &tkt_role_names, .doc = "role at that time" },
};

static const tkt_schema_t  tkt_actor_schema = {
    .name = "Actor", .fields = tkt_actor_fields,
    .count = tkt_array_len(tkt_actor_fields),
    .size = sizeof(tkt_event_t), .version = 1
};


static const tkt_field_t  tkt_event_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID, .offset = offsetof(tkt_event_t, id),
      .doc = "sequence number in the store" },
    { TKT_NAME("at"), .type = TKT_T_TIME, .offset = offsetof(tkt_event_t, at),
      .stored = 1, .doc = "when" },
    { TKT_NAME("tenant_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_event_t, tenant), .stored = 2,
      .flags = TKT_F_INTERNAL, .doc = "tenant" },
    { TKT_NAME("ticket"), .type = TKT_T_ID,
      .offset = offsetof(tkt_event_t, ticket), .stored = 3, .doc = "ticket" },
    { TKT_NAME("version"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_event_t, version), .stored = 4,
      .max = UINT32_MAX, .doc = "version of the ticket after it" },
    { TKT_NAME("previous"), .type = TKT_T_ID,
      .offset = offsetof(tkt_event_t, previous), .stored = 5,
      .flags = TKT_F_INTERNAL, .doc = "the event before it on this ticket" },
    { TKT_NAME("actor"), .type = TKT_T_OBJECT,
      .offset = offsetof(tkt_event_t, actor), .flags = TKT_F_NULL_IF_ZERO,
      .sub = &tkt_actor_schema, .doc = "who did it" },
    { TKT_NAME("action"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_event_t, action), .stored = 8,
      .names = &tkt_event_action_names, .doc = "what was done" },
    { TKT_NAME("from"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_event_t, from), .stored = 9,
      .names = &tkt_state_names, .doc = "state before; null at submission" },
    { TKT_NAME("to"), .type = TKT_T_ENUM, .offset = offsetof(tkt_event_t, to),
      .stored = 10, .names = &tkt_state_names, .doc = "state after" },
    { TKT_NAME("automatic"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_event_t, automatic), .stored = 11,
      .doc = "done by a timer" },
    { TKT_NAME("internal"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_event_t, internal), .stored = 12,
      .flags = TKT_F_INTERNAL, .doc = "only staff sees it" },
    { TKT_NAME("message"), .type = TKT_T_ID,
      .offset = offsetof(tkt_event_t, message), .stored = 13,
      .doc = "number of the message that it brought" },
    { TKT_NAME("reason"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_event_t, reason), .stored = 1,
      .flags = TKT_F_PERSONAL,
      .max = TKT_REASON_MAX_CHARS, .doc = "as given" },
    { TKT_NAME("long_text"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_event_t, long_text), .stored = 14,
      .flags = TKT_F_INTERNAL, .doc = "the change list is in chunks" },
    { TKT_NAME("packed"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_event_t, packed), .stored = 2,
      .flags = TKT_F_INTERNAL, .doc = "change list" },
    { TKT_NAME("changes"), .type = TKT_T_JSON,
      .offset = offsetof(tkt_event_t, changes), .max = TKT_RECORD_MAX_BYTES,
      .doc = "old and new value of each changed field" },
};

const tkt_schema_t  tkt_event_schema = {
    .name = "Event", .fields = tkt_event_fields,
    .count = tkt_array_len(tkt_event_fields),
    .size = sizeof(tkt_event_t), .version = 1
};


static const tkt_schema_t *const  tkt_schemas[] = {
    &tkt_ticket_schema, &tkt_input_schema, &tkt_message_schema,
    &tkt_event_schema, &tkt_user_schema, &tkt_token_schema,
    &tkt_tenant_schema, &tkt_role_schema, &tkt_credentials_schema,
    &tkt_session_schema, &tkt_code_schema, &tkt_audit_schema,
    &tkt_outbox_schema, &tkt_reveal_schema, &tkt_credential_schema,
    &tkt_code_record_schema, &tkt_type_schema, &tkt_feature_schema,
    &tkt_form_field_schema, &tkt_team_schema, &tkt_member_schema,
    &tkt_grant_schema, &tkt_macro_schema, &tkt_view_schema,
    &tkt_verification_schema, &tkt_presence_schema, &tkt_link_schema,
    &tkt_watcher_schema, &tkt_part_input_schema, &tkt_draft_schema,
    &tkt_viewer_schema, &tkt_notice_schema, &tkt_attachment_schema,
    &tkt_blob_schema
};


const tkt_schema_t *const *
tkt_model_schemas(size_t *count)
{
    *count = tkt_array_len(tkt_schemas);

    return tkt_schemas;
}
