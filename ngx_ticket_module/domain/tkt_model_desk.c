/*
 * The schemas of what a ticket can be about: types, features and the fields
 * of forms; `stored` as in tkt_model_ticket.c.  All resources of a tenant's
 * configuration begin with the same rows, over tkt_config_t.
 */

#include "base/tkt_limits.h"
#include "domain/tkt_model.h"


#define NEW       TKT_USE_NEW
#define CHANGE    TKT_USE_CHANGE

#define NAMES(table)  { table, tkt_array_len(table) }


static const tkt_str_t  tkt_categories[] = {
    tkt_lit(""), tkt_lit("problem"), tkt_lit("question"), tkt_lit("bug"),
    tkt_lit("suggestion"), tkt_lit("requirement"), tkt_lit("consultation"),
    tkt_lit("request"), tkt_lit("complaint")
};

static const tkt_str_t  tkt_form_kinds[] = {
    tkt_lit(""), tkt_lit("text"), tkt_lit("number"), tkt_lit("money"),
    tkt_lit("datetime"), tkt_lit("choice"), tkt_lit("multi_choice"),
    tkt_lit("account"), tkt_lit("url"), tkt_lit("list")
};

static const tkt_str_t  tkt_needs[] = {
    tkt_lit(""), tkt_lit("account"), tkt_lit("contact"),
    tkt_lit("error_message"), tkt_lit("wanted_by"), tkt_lit("frequency"),
    tkt_lit("attachments"), tkt_lit("feature")
};

const tkt_names_t  tkt_category_names = NAMES(tkt_categories);
const tkt_names_t  tkt_form_kind_names = NAMES(tkt_form_kinds);
const tkt_names_t  tkt_need_names = NAMES(tkt_needs);


/* ---- what they all have ---- */

static const tkt_field_t  tkt_titles_fields[] = {
    { TKT_NAME("en"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_config_t, title_en), .stored = 2,
      .in = NEW | CHANGE, .max = TKT_LINE_MAX_CHARS, .doc = "in English" },
    { TKT_NAME("zh-CN"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_config_t, title_zh), .stored = 3,
      .in = NEW | CHANGE, .max = TKT_LINE_MAX_CHARS, .doc = "in Chinese" },
};

const tkt_schema_t  tkt_titles_schema = {
    .name = "Titles", .fields = tkt_titles_fields,
    .count = tkt_array_len(tkt_titles_fields),
    .size = sizeof(tkt_config_t), .version = 1
};


/* ---- Type ---- */

static const tkt_field_t  tkt_type_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_ticket_type_t, head.id), .stored = 1,
      .flags = TKT_F_NO_TRACK, .doc = "its number" },
    { TKT_NAME("tenant_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_ticket_type_t, head.tenant), .stored = 2,
      .flags = TKT_F_INTERNAL | TKT_F_NO_TRACK, .doc = "tenant" },
    { TKT_NAME("parent_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_ticket_type_t, head.parent), .stored = 3,
      .flags = TKT_F_INTERNAL | TKT_F_NO_TRACK, .doc = "what it belongs to" },
    { TKT_NAME("version"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_ticket_type_t, head.version), .stored = 4,
      .flags = TKT_F_NO_TRACK, .max = UINT32_MAX,
      .doc = "grows by one with every change" },
    { TKT_NAME("created_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_ticket_type_t, head.created_at), .stored = 5,
      .flags = TKT_F_NO_TRACK, .doc = "when it was made" },
    { TKT_NAME("updated_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_ticket_type_t, head.updated_at), .stored = 6,
      .flags = TKT_F_NO_TRACK, .doc = "when it last changed" },
    { TKT_NAME("position"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_ticket_type_t, head.position), .stored = 7,
      .in = NEW | CHANGE, .max = 1000000,
      .doc = "place in its list, lowest first" },
    { TKT_NAME("active"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_ticket_type_t, head.active), .stored = 8,
      .in = NEW | CHANGE,
      .doc = "false: retired; what refers to it keeps it" },
    { TKT_NAME("name"), .type = TKT_T_SLUG,
      .offset = offsetof(tkt_ticket_type_t, head.name), .stored = 1, .in = NEW,
      .required = NEW, .min = 1, .max = TKT_SLUG_MAX_CHARS,
      .doc = "unique short name, never changed" },
    { TKT_NAME("titles"), .type = TKT_T_OBJECT, .in = NEW | CHANGE,
      .sub = &tkt_titles_schema, .doc = "its name in each language" },
    { TKT_NAME("title"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_ticket_type_t, head.title),
      .max = TKT_LINE_MAX_CHARS, .doc = "its name in the caller's language" },
    { TKT_NAME("category"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_ticket_type_t, category), .stored = 9,
      .in = NEW | CHANGE, .names = &tkt_category_names,
      .doc = "problem, question, bug and the like" },
    { TKT_NAME("priority"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_ticket_type_t, priority), .stored = 10,
      .in = NEW | CHANGE, .names = &tkt_priority_names,
      .doc = "its tickets have at least this priority" },
    { TKT_NAME("team"), .type = TKT_T_ID,
      .offset = offsetof(tkt_ticket_type_t, team), .stored = 11,
      .in = NEW | CHANGE, .doc = "team that its tickets go to" },
    { TKT_NAME("internal"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_ticket_type_t, internal), .stored = 12,
      .in = NEW | CHANGE, .doc = "only staff may submit it" },
    { TKT_NAME("approval"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_ticket_type_t, approval), .stored = 13,
      .in = NEW | CHANGE,
      .doc = "its tickets wait for a supervisor to approve them" },
    { TKT_NAME("needs"), .type = TKT_T_SET,
      .offset = offsetof(tkt_ticket_type_t, needs), .stored = 14,
      .in = NEW | CHANGE, .names = &tkt_need_names,
      .doc = "fields of the ticket that must be filled in" },
    { TKT_NAME("keywords"), .type = TKT_T_TAGS,
      .offset = offsetof(tkt_ticket_type_t, keywords), .stored = 4,
      .in = NEW | CHANGE, .max = TKT_TAGS_MAX,
      .doc = "words that give a ticket without a type this one" },
    { TKT_NAME("steps"), .type = TKT_T_TAGS,
      .offset = offsetof(tkt_ticket_type_t, steps), .stored = 5,
      .in = NEW | CHANGE, .max = TKT_TAGS_MAX,
      .doc = "what is to be done for each of its tickets" },
    { TKT_NAME("prompt"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_ticket_type_t, prompt_en), .stored = 6,
      .in = NEW | CHANGE, .max = TKT_REASON_MAX_CHARS,
      .doc = "what to fill in, in English" },
    { TKT_NAME("prompt_zh"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_ticket_type_t, prompt_zh), .stored = 7,
      .in = NEW | CHANGE, .max = TKT_REASON_MAX_CHARS,
      .doc = "the same in Chinese" },
    { TKT_NAME("steps_zh"), .type = TKT_T_TAGS,
      .offset = offsetof(tkt_ticket_type_t, steps_zh), .stored = 8,
      .in = NEW | CHANGE, .max = TKT_TAGS_MAX,
      .doc = "the steps in Chinese, one for each" },
};

const tkt_schema_t  tkt_type_schema = {
    .name = "Type", .fields = tkt_type_fields,
    .count = tkt_array_len(tkt_type_fields),
    .size = sizeof(tkt_ticket_type_t), .version = 1
};


/* ---- Feature ---- */

static const tkt_field_t  tkt_feature_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_feature_t, head.id), .stored = 1,
      .flags = TKT_F_NO_TRACK, .doc = "its number" },
    { TKT_NAME("tenant_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_feature_t, head.tenant), .stored = 2,
      .flags = TKT_F_INTERNAL | TKT_F_NO_TRACK, .doc = "tenant" },
    { TKT_NAME("type"), .type = TKT_T_ID,
      .offset = offsetof(tkt_feature_t, head.parent), .stored = 3,
      .flags = TKT_F_NO_TRACK, .doc = "what it belongs to" },
    { TKT_NAME("version"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_feature_t, head.version), .stored = 4,
      .flags = TKT_F_NO_TRACK, .max = UINT32_MAX,
      .doc = "grows by one with every change" },
    { TKT_NAME("created_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_feature_t, head.created_at), .stored = 5,
      .flags = TKT_F_NO_TRACK, .doc = "when it was made" },
    { TKT_NAME("updated_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_feature_t, head.updated_at), .stored = 6,
      .flags = TKT_F_NO_TRACK, .doc = "when it last changed" },
    { TKT_NAME("position"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_feature_t, head.position), .stored = 7,
      .in = NEW | CHANGE, .max = 1000000,
      .doc = "place in its list, lowest first" },
    { TKT_NAME("active"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_feature_t, head.active), .stored = 8,
      .in = NEW | CHANGE,
      .doc = "false: retired; what refers to it keeps it" },
    { TKT_NAME("name"), .type = TKT_T_SLUG,
      .offset = offsetof(tkt_feature_t, head.name), .stored = 1, .in = NEW,
      .required = NEW, .min = 1, .max = TKT_SLUG_MAX_CHARS,
      .doc = "unique short name, never changed" },
    { TKT_NAME("titles"), .type = TKT_T_OBJECT, .in = NEW | CHANGE,
      .sub = &tkt_titles_schema, .doc = "its name in each language" },
    { TKT_NAME("title"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_feature_t, head.title), .max = TKT_LINE_MAX_CHARS,
      .doc = "its name in the caller's language" },
    { TKT_NAME("team"), .type = TKT_T_ID,
      .offset = offsetof(tkt_feature_t, team), .stored = 9, .in = NEW | CHANGE,
      .doc = "team that its tickets go to; null: the type's" },
    { TKT_NAME("priority"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_feature_t, priority), .stored = 10,
      .in = NEW | CHANGE, .names = &tkt_priority_names,
      .doc = "its tickets have at least this priority" },
    { TKT_NAME("keywords"), .type = TKT_T_TAGS,
      .offset = offsetof(tkt_feature_t, keywords), .stored = 4,
      .in = NEW | CHANGE, .max = TKT_TAGS_MAX,
      .doc = "words that give a ticket of the type this feature" },
};

const tkt_schema_t  tkt_feature_schema = {
    .name = "Feature", .fields = tkt_feature_fields,
    .count = tkt_array_len(tkt_feature_fields),
    .size = sizeof(tkt_feature_t), .version = 1
};


/* ---- FormField ---- */

static const tkt_field_t  tkt_form_field_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_form_field_t, head.id), .stored = 1,
      .flags = TKT_F_NO_TRACK, .doc = "its number" },
    { TKT_NAME("tenant_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_form_field_t, head.tenant), .stored = 2,
      .flags = TKT_F_INTERNAL | TKT_F_NO_TRACK, .doc = "tenant" },
    { TKT_NAME("type"), .type = TKT_T_ID,
      .offset = offsetof(tkt_form_field_t, head.parent), .stored = 3,
      .flags = TKT_F_NO_TRACK, .doc = "what it belongs to" },
    { TKT_NAME("version"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_form_field_t, head.version), .stored = 4,
      .flags = TKT_F_NO_TRACK, .max = UINT32_MAX,
      .doc = "grows by one with every change" },
    { TKT_NAME("created_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_form_field_t, head.created_at), .stored = 5,
      .flags = TKT_F_NO_TRACK, .doc = "when it was made" },
    { TKT_NAME("updated_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_form_field_t, head.updated_at), .stored = 6,
      .flags = TKT_F_NO_TRACK, .doc = "when it last changed" },
    { TKT_NAME("position"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_form_field_t, head.position), .stored = 7,
      .in = NEW | CHANGE, .max = 1000000,
      .doc = "place in its list, lowest first" },
    { TKT_NAME("active"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_form_field_t, head.active), .stored = 8,
      .in = NEW | CHANGE,
      .doc = "false: retired; what refers to it keeps it" },
    { TKT_NAME("name"), .type = TKT_T_SLUG,
      .offset = offsetof(tkt_form_field_t, head.name), .stored = 1, .in = NEW,
      .required = NEW, .min = 1, .max = TKT_SLUG_MAX_CHARS,
      .doc = "unique short name, never changed" },
    { TKT_NAME("titles"), .type = TKT_T_OBJECT, .in = NEW | CHANGE,
      .sub = &tkt_titles_schema, .doc = "its name in each language" },
    { TKT_NAME("title"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_form_field_t, head.title),
      .max = TKT_LINE_MAX_CHARS, .doc = "its name in the caller's language" },
    { TKT_NAME("kind"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_form_field_t, kind), .stored = 9, .in = NEW,
      .required = NEW, .names = &tkt_form_kind_names,
      .doc = "what is filled in" },
    { TKT_NAME("required"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_form_field_t, required), .stored = 10,
      .in = NEW | CHANGE, .doc = "must be filled in to submit" },
    { TKT_NAME("required_to_resolve"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_form_field_t, required_to_resolve), .stored = 11,
      .in = NEW | CHANGE,
      .doc = "must be filled in before the ticket is resolved" },
    { TKT_NAME("staff_only"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_form_field_t, staff_only), .stored = 12,
      .in = NEW | CHANGE,
      .doc = "only staff fills it in and sees it in the form" },
    { TKT_NAME("min"), .type = TKT_T_INT,
      .offset = offsetof(tkt_form_field_t, min), .stored = 13,
      .in = NEW | CHANGE, .max = TKT_FORM_BOUND_MAX,
      .doc = "least length in characters, number of choices or value; "
             "null: none" },
    { TKT_NAME("max"), .type = TKT_T_INT,
      .offset = offsetof(tkt_form_field_t, max), .stored = 14,
      .in = NEW | CHANGE, .max = TKT_FORM_BOUND_MAX,
      .doc = "greatest; null: the limit of the kind" },
    { TKT_NAME("choices"), .type = TKT_T_TAGS,
      .offset = offsetof(tkt_form_field_t, choices), .stored = 4,
      .in = NEW | CHANGE, .max = TKT_TAGS_MAX,
      .doc = "of choice and multi_choice" },
    { TKT_NAME("currencies"), .type = TKT_T_TAGS,
      .offset = offsetof(tkt_form_field_t, currencies), .stored = 5,
      .in = NEW | CHANGE, .max = TKT_TAGS_MAX,
      .doc = "of money: ISO 4217 codes; none: any" },
    { TKT_NAME("prompt"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_form_field_t, prompt_en), .stored = 6,
      .in = NEW | CHANGE, .max = TKT_LINE_MAX_CHARS,
      .doc = "what to fill in, in English" },
    { TKT_NAME("prompt_zh"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_form_field_t, prompt_zh), .stored = 7,
      .in = NEW | CHANGE, .max = TKT_LINE_MAX_CHARS,
      .doc = "the same in Chinese" },
    { TKT_NAME("help"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_form_field_t, help_en), .stored = 8,
      .in = NEW | CHANGE, .max = TKT_REASON_MAX_CHARS,
      .doc = "a longer explanation, in English" },
    { TKT_NAME("help_zh"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_form_field_t, help_zh), .stored = 9,
      .in = NEW | CHANGE, .max = TKT_REASON_MAX_CHARS,
      .doc = "the same in Chinese" },
    { TKT_NAME("choices_zh"), .type = TKT_T_TAGS,
      .offset = offsetof(tkt_form_field_t, choices_zh), .stored = 10,
      .in = NEW | CHANGE, .max = TKT_TAGS_MAX,
      .doc = "the choices in Chinese, in the same order; tickets keep "
             "those of choices" },
};

const tkt_schema_t  tkt_form_field_schema = {
    .name = "FormField", .fields = tkt_form_field_fields,
    .count = tkt_array_len(tkt_form_field_fields),
    .size = sizeof(tkt_form_field_t), .version = 1
};
