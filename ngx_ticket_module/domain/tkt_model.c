/*
 * The schemas of messages, events, users, tokens and tenants; `stored` as in
 * tkt_model_ticket.c.
 */

#include "base/tkt_limits.h"
#include "domain/tkt_model.h"


#define USER_CREATE  TKT_USE_USER_CREATE
#define USER_PATCH   TKT_USE_USER_PATCH

#define NAMES(table)  { table, tkt_array_len(table) }


static const tkt_str_t  tkt_kinds[] = {
    tkt_lit(""), tkt_lit("reply"), tkt_lit("question"), tkt_lit("solution"),
    tkt_lit("next_step"), tkt_lit("note"), tkt_lit("courtesy")
};

static const tkt_str_t  tkt_visibilities[] = {
    tkt_lit(""), tkt_lit("public"), tkt_lit("internal")
};

static const tkt_str_t  tkt_scopes[] = {
    tkt_lit(""), tkt_lit("read"), tkt_lit("write"), tkt_lit("admin")
};

static const tkt_str_t  tkt_event_actions[] = {
    tkt_lit(""),
#define X(name, verb, is_route, doc)  tkt_lit(verb),
    TKT_ACTION_TABLE(X)
#undef X
};

static const tkt_str_t  tkt_tenant_profiles[] = {
    tkt_lit(""), tkt_lit("canonical"), tkt_lit("s000"), tkt_lit("s001"),
    tkt_lit("s002")
};

const tkt_names_t  tkt_kind_names = NAMES(tkt_kinds);
const tkt_names_t  tkt_visibility_names = NAMES(tkt_visibilities);
const tkt_names_t  tkt_scope_names = NAMES(tkt_scopes);
const tkt_names_t  tkt_event_action_names = NAMES(tkt_event_actions);
const tkt_names_t  tkt_tenant_profile_names = NAMES(tkt_tenant_profiles);


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
      .flags = TKT_F_BIG, .max = TKT_TEXT_MAX_CHARS, .doc = "the text" },
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


/* ---- user ---- */

static const tkt_field_t  tkt_user_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID, .offset = offsetof(tkt_user_t, id),
      .stored = 1, .doc = "number of the principal" },
    { TKT_NAME("tenant_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_user_t, tenant), .stored = 2,
      .flags = TKT_F_INTERNAL, .doc = "tenant" },
    { TKT_NAME("tenant"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_user_t, tenant_name), .max = TKT_SLUG_MAX_CHARS,
      .doc = "name of the tenant" },
    { TKT_NAME("login"), .type = TKT_T_SLUG,
      .offset = offsetof(tkt_user_t, login), .stored = 1, .in = USER_CREATE,
      .required = USER_CREATE, .min = 1, .max = TKT_SLUG_MAX_CHARS,
      .doc = "unique name within the tenant" },
    { TKT_NAME("name"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_user_t, name), .stored = 2,
      .in = USER_CREATE | USER_PATCH, .max = TKT_LINE_MAX_CHARS,
      .doc = "display name" },
    { TKT_NAME("email"), .type = TKT_T_EMAIL,
      .offset = offsetof(tkt_user_t, email), .stored = 3,
      .in = USER_CREATE | USER_PATCH, .max = 254, .doc = "mail address" },
    { TKT_NAME("role"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_user_t, role), .stored = 3,
      .in = USER_CREATE | USER_PATCH, .names = &tkt_role_names,
      .doc = "what the principal is" },
    { TKT_NAME("disabled"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_user_t, disabled), .stored = 4,
      .in = USER_CREATE | USER_PATCH, .doc = "may no longer enter" },
    { TKT_NAME("version"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_user_t, version), .stored = 5, .max = UINT32_MAX,
      .doc = "grows by one with every change" },
    { TKT_NAME("created_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_user_t, created_at), .stored = 6,
      .doc = "when it was made" },
    { TKT_NAME("updated_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_user_t, updated_at), .stored = 7,
      .doc = "when it last changed" },
    { TKT_NAME("last_token"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_user_t, last_token), .stored = 8,
      .flags = TKT_F_INTERNAL, .max = UINT32_MAX,
      .doc = "number of the newest token" },
};

const tkt_schema_t  tkt_user_schema = {
    .name = "User", .fields = tkt_user_fields,
    .count = tkt_array_len(tkt_user_fields),
    .size = sizeof(tkt_user_t), .version = 1
};


/* ---- token ---- */

static const tkt_field_t  tkt_token_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_token_record_t, id), .stored = 1,
      .doc = "number within the principal" },
    { TKT_NAME("label"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_token_record_t, label), .stored = 1,
      .in = USER_CREATE, .max = TKT_LINE_MAX_CHARS, .doc = "what it is for" },
    { TKT_NAME("scopes"), .type = TKT_T_SET,
      .offset = offsetof(tkt_token_record_t, scopes), .stored = 2,
      .in = USER_CREATE, .names = &tkt_scope_names,
      .doc = "what it is good for; none: all its owner may do" },
    { TKT_NAME("created_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_token_record_t, created_at), .stored = 3,
      .doc = "when it was made" },
    { TKT_NAME("expires_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_token_record_t, expires_at), .stored = 4,
      .in = USER_CREATE, .doc = "when it ends; null: never" },
    { TKT_NAME("ttl"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_token_record_t, ttl), .flags = TKT_F_INTERNAL,
      .in = USER_CREATE, .min = 1, .max = UINT32_MAX,
      .doc = "seconds until it ends" },
    { TKT_NAME("digest"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_token_record_t, digest), .stored = 2,
      .flags = TKT_F_INTERNAL | TKT_F_SECRET, .doc = "hash of the secret" },
    { TKT_NAME("token"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_token_record_t, token), .flags = TKT_F_SECRET,
      .max = TKT_TOKEN_MAX_BYTES,
      .doc = "the token itself, shown once, at its creation" },
};

const tkt_schema_t  tkt_token_schema = {
    .name = "Token", .fields = tkt_token_fields,
    .count = tkt_array_len(tkt_token_fields),
    .size = sizeof(tkt_token_record_t), .version = 1
};


/* ---- tenant ---- */

static const tkt_field_t  tkt_tenant_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID, .offset = offsetof(tkt_tenant_t, id),
      .stored = 1, .doc = "number of the tenant" },
    { TKT_NAME("name"), .type = TKT_T_SLUG,
      .offset = offsetof(tkt_tenant_t, name), .stored = 1,
      .max = TKT_SLUG_MAX_CHARS, .doc = "unique name" },
    { TKT_NAME("profile"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_tenant_t, profile), .stored = 2,
      .names = &tkt_tenant_profile_names, .doc = "words used for states" },
    { TKT_NAME("created_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_tenant_t, created_at), .stored = 3,
      .doc = "when it was made" },
};

const tkt_schema_t  tkt_tenant_schema = {
    .name = "Tenant", .fields = tkt_tenant_fields,
    .count = tkt_array_len(tkt_tenant_fields),
    .size = sizeof(tkt_tenant_t), .version = 1
};


static const tkt_schema_t *const  tkt_schemas[] = {
    &tkt_ticket_schema, &tkt_input_schema, &tkt_message_schema,
    &tkt_event_schema, &tkt_user_schema, &tkt_token_schema,
    &tkt_tenant_schema
};


const tkt_schema_t *const *
tkt_model_schemas(size_t *count)
{
    *count = tkt_array_len(tkt_schemas);

    return tkt_schemas;
}
