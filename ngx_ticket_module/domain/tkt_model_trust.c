/*
 * The schemas of the audit log, notifications, credentials and codes as they
 * are stored, and revealed text; `stored` as in tkt_model_ticket.c.
 */

#include "base/tkt_limits.h"
#include "domain/tkt_model.h"


#define NAMES(table)  { table, tkt_array_len(table) }


static const tkt_str_t  tkt_audit_acts[] = {
    tkt_lit(""), tkt_lit("create"), tkt_lit("change"), tkt_lit("delete"),
    tkt_lit("reveal"), tkt_lit("shred"), tkt_lit("erase"),
    tkt_lit("password"), tkt_lit("forward")
};

static const tkt_str_t  tkt_objects[] = {
    tkt_lit(""), tkt_lit("user"), tkt_lit("token"), tkt_lit("role"),
    tkt_lit("tenant"), tkt_lit("ticket"), tkt_lit("key"), tkt_lit("type"),
    tkt_lit("feature"), tkt_lit("form_field"), tkt_lit("team"),
    tkt_lit("member"), tkt_lit("grant"), tkt_lit("macro"), tkt_lit("view"),
    tkt_lit("verification")
};

const tkt_names_t  tkt_audit_act_names = NAMES(tkt_audit_acts);
const tkt_names_t  tkt_object_names = NAMES(tkt_objects);


/* ---- audit ---- */

static const tkt_field_t  tkt_audit_actor_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_audit_t, actor), .stored = 4,
      .doc = "principal" },
    { TKT_NAME("login"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_audit_t, actor_login),
      .max = TKT_LOGIN_MAX_CHARS,
      .doc = "login; null: of another tenant" },
    { TKT_NAME("role"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_audit_t, actor_role), .stored = 5,
      .names = &tkt_role_names, .doc = "base role at that time" },
};

static const tkt_schema_t  tkt_audit_actor_schema = {
    .name = "AuditActor", .fields = tkt_audit_actor_fields,
    .count = tkt_array_len(tkt_audit_actor_fields),
    .size = sizeof(tkt_audit_t), .version = 1
};


static const tkt_field_t  tkt_audit_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID, .offset = offsetof(tkt_audit_t, id),
      .stored = 1, .doc = "number within the tenant, without gaps" },
    { TKT_NAME("tenant_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_audit_t, tenant), .stored = 2,
      .flags = TKT_F_INTERNAL, .doc = "tenant" },
    { TKT_NAME("at"), .type = TKT_T_TIME, .offset = offsetof(tkt_audit_t, at),
      .stored = 3, .doc = "when" },
    { TKT_NAME("actor"), .type = TKT_T_OBJECT,
      .offset = offsetof(tkt_audit_t, actor), .flags = TKT_F_NULL_IF_ZERO,
      .sub = &tkt_audit_actor_schema,
      .doc = "who did it; null: the operator" },
    { TKT_NAME("act"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_audit_t, act), .stored = 6,
      .names = &tkt_audit_act_names, .doc = "what was done" },
    { TKT_NAME("object"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_audit_t, object), .stored = 7,
      .names = &tkt_object_names, .doc = "kind of what it was done to" },
    { TKT_NAME("object_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_audit_t, object_id), .stored = 8,
      .doc = "its id" },
    { TKT_NAME("parent_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_audit_t, parent_id), .stored = 9,
      .doc = "of a token: its principal; of what belongs to something: that" },
    { TKT_NAME("actor_tenant"), .type = TKT_T_ID,
      .offset = offsetof(tkt_audit_t, actor_tenant), .stored = 10,
      .flags = TKT_F_INTERNAL, .doc = "tenant of who did it" },
    { TKT_NAME("request_id"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_audit_t, request_id), .stored = 1,
      .max = TKT_REQUEST_ID_MAX_BYTES, .doc = "of the request" },
    { TKT_NAME("packed"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_audit_t, packed), .stored = 2,
      .flags = TKT_F_INTERNAL, .doc = "change list without personal rows" },
    { TKT_NAME("values_hash"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_audit_t, values_hash), .stored = 3,
      .flags = TKT_F_INTERNAL, .doc = "hash of reason and personal rows" },
    { TKT_NAME("digest"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_audit_t, hash), .stored = 4,
      .flags = TKT_F_INTERNAL, .doc = "hash" },
    { TKT_NAME("reason"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_audit_t, reason), .stored = 5,
      .flags = TKT_F_PERSONAL, .max = TKT_REASON_MAX_CHARS,
      .doc = "as given" },
    { TKT_NAME("personal"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_audit_t, personal), .stored = 6,
      .flags = TKT_F_INTERNAL | TKT_F_PERSONAL,
      .doc = "change list of the personal rows" },
    { TKT_NAME("salt"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_audit_t, salt), .stored = 7,
      .flags = TKT_F_INTERNAL | TKT_F_PERSONAL,
      .doc = "salt of the hash of the values" },
    { TKT_NAME("changes"), .type = TKT_T_JSON,
      .offset = offsetof(tkt_audit_t, changes), .max = TKT_RECORD_MAX_BYTES,
      .doc = "old and new value of each changed field" },
    { TKT_NAME("hash"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_audit_t, hash_text), .max = 64,
      .doc = "hash of the entry and of the one before it, hexadecimal" },
    { TKT_NAME("erased"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_audit_t, erased),
      .doc = "reason and personal values were erased with the person" },
};

const tkt_schema_t  tkt_audit_schema = {
    .name = "AuditEntry", .fields = tkt_audit_fields,
    .count = tkt_array_len(tkt_audit_fields),
    .size = sizeof(tkt_audit_t), .version = 1
};


/* ---- notification ---- */

static const tkt_field_t  tkt_outbox_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID, .offset = offsetof(tkt_outbox_t, id),
      .stored = 1, .doc = "number in the store" },
    { TKT_NAME("tenant_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_outbox_t, tenant), .stored = 2,
      .flags = TKT_F_INTERNAL, .doc = "tenant" },
    { TKT_NAME("created_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_outbox_t, created_at), .stored = 3,
      .doc = "when it was made" },
    { TKT_NAME("expires_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_outbox_t, expires_at), .stored = 4,
      .doc = "when it is of no use any more" },
    { TKT_NAME("purpose"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_outbox_t, purpose), .stored = 5,
      .names = &tkt_purpose_names, .doc = "why it is sent" },
    { TKT_NAME("principal"), .type = TKT_T_ID,
      .offset = offsetof(tkt_outbox_t, principal), .stored = 6,
      .doc = "to whom; null: nobody yet" },
    { TKT_NAME("email"), .type = TKT_T_EMAIL,
      .offset = offsetof(tkt_outbox_t, email), .stored = 1,
      .flags = TKT_F_PERSONAL, .max = 254,
      .doc = "mail address to send it to" },
    { TKT_NAME("phone"), .type = TKT_T_PHONE,
      .offset = offsetof(tkt_outbox_t, phone), .stored = 2,
      .flags = TKT_F_PERSONAL, .max = 32,
      .doc = "number to send it to" },
    { TKT_NAME("code"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_outbox_t, code), .stored = 3,
      .flags = TKT_F_SECRET, .max = 32, .doc = "the code it carries" },
};

const tkt_schema_t  tkt_outbox_schema = {
    .name = "Notification", .fields = tkt_outbox_fields,
    .count = tkt_array_len(tkt_outbox_fields),
    .size = sizeof(tkt_outbox_t), .version = 1
};


/* ---- credential ---- */

static const tkt_field_t  tkt_credential_fields[] = {
    { TKT_NAME("version"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_credential_t, version), .stored = 1,
      .flags = TKT_F_INTERNAL, .max = UINT32_MAX,
      .doc = "grows with every change of the password" },
    { TKT_NAME("changed_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_credential_t, changed_at), .stored = 2,
      .flags = TKT_F_INTERNAL, .doc = "when the password was set" },
    { TKT_NAME("reveal_hour"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_credential_t, reveal_hour), .stored = 3,
      .flags = TKT_F_INTERNAL, .max = UINT32_MAX,
      .doc = "hour that reveals are counted in" },
    { TKT_NAME("reveals"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_credential_t, reveals), .stored = 4,
      .flags = TKT_F_INTERNAL, .max = UINT32_MAX,
      .doc = "reveals in that hour" },
    { TKT_NAME("password"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_credential_t, password), .stored = 1,
      .flags = TKT_F_INTERNAL | TKT_F_SECRET, .doc = "argon2id" },
};

const tkt_schema_t  tkt_credential_schema = {
    .name = "Credential", .fields = tkt_credential_fields,
    .count = tkt_array_len(tkt_credential_fields),
    .size = sizeof(tkt_credential_t), .version = 1
};


/* ---- code ---- */

static const tkt_field_t  tkt_code_record_fields[] = {
    { TKT_NAME("created_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_code_t, created_at), .stored = 1,
      .flags = TKT_F_INTERNAL, .doc = "when it was sent" },
    { TKT_NAME("expires_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_code_t, expires_at), .stored = 2,
      .flags = TKT_F_INTERNAL, .doc = "when it ends" },
    { TKT_NAME("tries"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_code_t, tries), .stored = 3,
      .flags = TKT_F_INTERNAL, .max = UINT32_MAX, .doc = "wrong guesses" },
    { TKT_NAME("principal"), .type = TKT_T_ID,
      .offset = offsetof(tkt_code_t, principal), .stored = 4,
      .flags = TKT_F_INTERNAL, .doc = "whose password it resets" },
    { TKT_NAME("outbox"), .type = TKT_T_ID,
      .offset = offsetof(tkt_code_t, outbox), .stored = 5,
      .flags = TKT_F_INTERNAL, .doc = "the notification that carries it" },
    { TKT_NAME("digest"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_code_t, digest), .stored = 1,
      .flags = TKT_F_INTERNAL | TKT_F_SECRET, .doc = "hash of the code" },
};

const tkt_schema_t  tkt_code_record_schema = {
    .name = "CodeRecord", .fields = tkt_code_record_fields,
    .count = tkt_array_len(tkt_code_record_fields),
    .size = sizeof(tkt_code_t), .version = 1
};


/* ---- reveal ---- */

static const tkt_field_t  tkt_reveal_fields[] = {
    { TKT_NAME("ticket"), .type = TKT_T_ID,
      .offset = offsetof(tkt_reveal_t, ticket), .doc = "ticket" },
    { TKT_NAME("revealed_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_reveal_t, revealed_at),
      .doc = "when, as the requester is told" },
    { TKT_NAME("confidential"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_reveal_t, confidential), .flags = TKT_F_SECRET,
      .max = TKT_CONFIDENTIAL_MAX_CHARS, .doc = "the text" },
};

const tkt_schema_t  tkt_reveal_schema = {
    .name = "Reveal", .fields = tkt_reveal_fields,
    .count = tkt_array_len(tkt_reveal_fields),
    .size = sizeof(tkt_reveal_t), .version = 1
};
