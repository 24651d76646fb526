/*
 * The schemas of who works on tickets and with what: teams, members, grants,
 * macros, views, verification, presence; `stored` as in tkt_model_ticket.c.
 */

#include "base/tkt_limits.h"
#include "domain/tkt_model.h"


#define NEW       TKT_USE_NEW
#define CHANGE    TKT_USE_CHANGE

#define NAMES(table)  { table, tkt_array_len(table) }


static const tkt_str_t  tkt_counts[] = {
    tkt_lit(""), tkt_lit("exact"), tkt_lit("at_least")
};

static const tkt_str_t  tkt_strategies[] = {
    tkt_lit(""), tkt_lit("manual"), tkt_lit("round_robin"),
    tkt_lit("least_loaded"), tkt_lit("most_suitable")
};

static const tkt_str_t  tkt_presences[] = {
    tkt_lit(""), tkt_lit("offline"), tkt_lit("away"), tkt_lit("online")
};

const tkt_names_t  tkt_strategy_names = NAMES(tkt_strategies);
const tkt_names_t  tkt_count_names = NAMES(tkt_counts);
const tkt_names_t  tkt_presence_names = NAMES(tkt_presences);


/* ---- Team ---- */

static const tkt_field_t  tkt_team_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_team_t, head.id), .stored = 1,
      .flags = TKT_F_NO_TRACK, .doc = "its number" },
    { TKT_NAME("tenant_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_team_t, head.tenant), .stored = 2,
      .flags = TKT_F_INTERNAL | TKT_F_NO_TRACK, .doc = "tenant" },
    { TKT_NAME("parent_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_team_t, head.parent), .stored = 3,
      .flags = TKT_F_INTERNAL | TKT_F_NO_TRACK, .doc = "what it belongs to" },
    { TKT_NAME("version"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_team_t, head.version), .stored = 4,
      .flags = TKT_F_NO_TRACK, .max = UINT32_MAX,
      .doc = "grows by one with every change" },
    { TKT_NAME("created_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_team_t, head.created_at), .stored = 5,
      .flags = TKT_F_NO_TRACK, .doc = "when it was made" },
    { TKT_NAME("updated_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_team_t, head.updated_at), .stored = 6,
      .flags = TKT_F_NO_TRACK, .doc = "when it last changed" },
    { TKT_NAME("position"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_team_t, head.position), .stored = 7,
      .in = NEW | CHANGE, .max = 1000000,
      .doc = "place in its list, lowest first" },
    { TKT_NAME("active"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_team_t, head.active), .stored = 8,
      .in = NEW | CHANGE,
      .doc = "false: retired; what refers to it keeps it" },
    { TKT_NAME("name"), .type = TKT_T_SLUG,
      .offset = offsetof(tkt_team_t, head.name), .stored = 1, .in = NEW,
      .required = NEW, .min = 1, .max = TKT_SLUG_MAX_CHARS,
      .doc = "unique short name, never changed" },
    { TKT_NAME("titles"), .type = TKT_T_OBJECT, .in = NEW | CHANGE,
      .sub = &tkt_titles_schema, .doc = "its name in each language" },
    { TKT_NAME("title"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_team_t, head.title), .max = TKT_LINE_MAX_CHARS,
      .doc = "its name in the caller's language" },
    { TKT_NAME("strategy"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_team_t, strategy), .stored = 9,
      .in = NEW | CHANGE, .names = &tkt_strategy_names,
      .doc = "who of it gets a ticket" },
    { TKT_NAME("tier"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_team_t, tier), .stored = 10, .in = NEW | CHANGE,
      .max = TKT_TIER_MAX, .doc = "0: first line" },
    { TKT_NAME("escalates_to"), .type = TKT_T_ID,
      .offset = offsetof(tkt_team_t, escalates_to), .stored = 11,
      .in = NEW | CHANGE, .doc = "team of the next tier" },
    { TKT_NAME("return_after_s"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_team_t, return_after_s), .stored = 12,
      .flags = TKT_F_NULL_IF_ZERO, .in = NEW | CHANGE, .max = 604800,
      .doc = "seconds until an offline owner's untouched tickets "
             "return to the queue" },
    { TKT_NAME("peak_length"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_team_t, peak_length), .stored = 13,
      .flags = TKT_F_NULL_IF_ZERO, .in = NEW | CHANGE, .max = UINT32_MAX,
      .doc = "waiting tickets from which the notice is shown" },
    { TKT_NAME("members"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_team_t, members), .stored = 14,
      .flags = TKT_F_NO_TRACK, .max = UINT32_MAX,
      .doc = "how many belong to it" },
    { TKT_NAME("complaints"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_team_t, complaints), .stored = 15,
      .in = NEW | CHANGE, .doc = "complaints go to this team" },
    { TKT_NAME("department"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_team_t, department), .stored = 4,
      .in = NEW | CHANGE, .max = TKT_LINE_MAX_CHARS,
      .doc = "part of the organisation" },
    { TKT_NAME("peak_notice"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_team_t, peak_notice_en), .stored = 5,
      .in = NEW | CHANGE, .max = TKT_LINE_MAX_CHARS,
      .doc = "shown to requesters who wait, in English" },
    { TKT_NAME("peak_notice_zh"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_team_t, peak_notice_zh), .stored = 6,
      .in = NEW | CHANGE, .max = TKT_LINE_MAX_CHARS,
      .doc = "the same in Chinese" },
};

const tkt_schema_t  tkt_team_schema = {
    .name = "Team", .fields = tkt_team_fields,
    .count = tkt_array_len(tkt_team_fields),
    .size = sizeof(tkt_team_t), .version = 1
};


/* ---- Member ---- */

static const tkt_field_t  tkt_member_fields[] = {
    { TKT_NAME("user"), .type = TKT_T_ID,
      .offset = offsetof(tkt_member_t, head.id), .stored = 1,
      .flags = TKT_F_NO_TRACK, .doc = "principal" },
    { TKT_NAME("tenant_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_member_t, head.tenant), .stored = 2,
      .flags = TKT_F_INTERNAL | TKT_F_NO_TRACK, .doc = "tenant" },
    { TKT_NAME("team"), .type = TKT_T_ID,
      .offset = offsetof(tkt_member_t, head.parent), .stored = 3,
      .flags = TKT_F_NO_TRACK, .doc = "team" },
    { TKT_NAME("version"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_member_t, head.version), .stored = 4,
      .flags = TKT_F_NO_TRACK, .max = UINT32_MAX,
      .doc = "grows by one with every change" },
    { TKT_NAME("created_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_member_t, head.created_at), .stored = 5,
      .flags = TKT_F_NO_TRACK, .doc = "when he joined" },
    { TKT_NAME("updated_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_member_t, head.updated_at), .stored = 6,
      .flags = TKT_F_NO_TRACK, .doc = "when it last changed" },
    { TKT_NAME("lead"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_member_t, lead), .stored = 7, .in = NEW,
      .doc = "leads the team: is told of escalations" },
    { TKT_NAME("name"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_member_t, user_name), .max = TKT_LINE_MAX_CHARS,
      .doc = "display name" },
    { TKT_NAME("presence"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_member_t, presence), .names = &tkt_presence_names,
      .doc = "whether he is there" },
    { TKT_NAME("load"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_member_t, load), .max = UINT32_MAX,
      .doc = "active tickets that he has" },
    { TKT_NAME("capacity"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_member_t, capacity), .max = TKT_CAPACITY_MAX,
      .doc = "active tickets that he takes" },
};

const tkt_schema_t  tkt_member_schema = {
    .name = "Member", .fields = tkt_member_fields,
    .count = tkt_array_len(tkt_member_fields),
    .size = sizeof(tkt_member_t), .version = 1
};


/* ---- Grant ---- */

static const tkt_field_t  tkt_grant_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_grant_t, head.id), .stored = 1,
      .flags = TKT_F_NO_TRACK, .doc = "its number" },
    { TKT_NAME("tenant_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_grant_t, head.tenant), .stored = 2,
      .flags = TKT_F_INTERNAL | TKT_F_NO_TRACK, .doc = "tenant" },
    { TKT_NAME("parent_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_grant_t, head.parent), .stored = 3,
      .flags = TKT_F_INTERNAL | TKT_F_NO_TRACK, .doc = "what it belongs to" },
    { TKT_NAME("version"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_grant_t, head.version), .stored = 4,
      .flags = TKT_F_NO_TRACK, .max = UINT32_MAX,
      .doc = "grows by one with every change" },
    { TKT_NAME("created_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_grant_t, head.created_at), .stored = 5,
      .flags = TKT_F_NO_TRACK, .doc = "when it was made" },
    { TKT_NAME("updated_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_grant_t, head.updated_at), .stored = 6,
      .flags = TKT_F_NO_TRACK, .doc = "when it last changed" },
    { TKT_NAME("position"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_grant_t, head.position), .stored = 7,
      .flags = TKT_F_INTERNAL, .max = 1000000,
      .doc = "place in its list, lowest first" },
    { TKT_NAME("active"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_grant_t, head.active), .stored = 8,
      .flags = TKT_F_INTERNAL,
      .doc = "false: retired; what refers to it keeps it" },
    { TKT_NAME("name"), .type = TKT_T_SLUG,
      .offset = offsetof(tkt_grant_t, head.name), .stored = 1,
      .flags = TKT_F_INTERNAL, .max = TKT_SLUG_MAX_CHARS,
      .doc = "unique short name, never changed" },
    { TKT_NAME("user"), .type = TKT_T_ID,
      .offset = offsetof(tkt_grant_t, user), .stored = 9, .in = NEW,
      .required = NEW, .doc = "agent who may work on it" },
    { TKT_NAME("type"), .type = TKT_T_ID,
      .offset = offsetof(tkt_grant_t, type), .stored = 10, .in = NEW,
      .required = NEW, .doc = "type" },
    { TKT_NAME("feature"), .type = TKT_T_ID,
      .offset = offsetof(tkt_grant_t, feature), .stored = 11, .in = NEW,
      .doc = "feature of the type; null: all of it" },
    { TKT_NAME("level"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_grant_t, level), .stored = 12, .in = NEW | CHANGE,
      .min = 1, .max = TKT_GRANT_LEVEL_MAX,
      .doc = "how well he knows it, 1 to 5 (3)" },
};

const tkt_schema_t  tkt_grant_schema = {
    .name = "Grant", .fields = tkt_grant_fields,
    .count = tkt_array_len(tkt_grant_fields),
    .size = sizeof(tkt_grant_t), .version = 1
};


/* ---- Macro ---- */

static const tkt_field_t  tkt_macro_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_macro_t, head.id), .stored = 1,
      .flags = TKT_F_NO_TRACK, .doc = "its number" },
    { TKT_NAME("tenant_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_macro_t, head.tenant), .stored = 2,
      .flags = TKT_F_INTERNAL | TKT_F_NO_TRACK, .doc = "tenant" },
    { TKT_NAME("parent_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_macro_t, head.parent), .stored = 3,
      .flags = TKT_F_INTERNAL | TKT_F_NO_TRACK, .doc = "what it belongs to" },
    { TKT_NAME("version"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_macro_t, head.version), .stored = 4,
      .flags = TKT_F_NO_TRACK, .max = UINT32_MAX,
      .doc = "grows by one with every change" },
    { TKT_NAME("created_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_macro_t, head.created_at), .stored = 5,
      .flags = TKT_F_NO_TRACK, .doc = "when it was made" },
    { TKT_NAME("updated_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_macro_t, head.updated_at), .stored = 6,
      .flags = TKT_F_NO_TRACK, .doc = "when it last changed" },
    { TKT_NAME("position"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_macro_t, head.position), .stored = 7,
      .in = NEW | CHANGE, .max = 1000000,
      .doc = "place in its list, lowest first" },
    { TKT_NAME("active"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_macro_t, head.active), .stored = 8,
      .in = NEW | CHANGE,
      .doc = "false: retired; what refers to it keeps it" },
    { TKT_NAME("name"), .type = TKT_T_SLUG,
      .offset = offsetof(tkt_macro_t, head.name), .stored = 1, .in = NEW,
      .required = NEW, .min = 1, .max = TKT_SLUG_MAX_CHARS,
      .doc = "unique short name, never changed" },
    { TKT_NAME("titles"), .type = TKT_T_OBJECT, .in = NEW | CHANGE,
      .sub = &tkt_titles_schema, .doc = "its name in each language" },
    { TKT_NAME("title"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_macro_t, head.title), .max = TKT_LINE_MAX_CHARS,
      .doc = "its name in the caller's language" },
    { TKT_NAME("owner"), .type = TKT_T_ID,
      .offset = offsetof(tkt_macro_t, owner), .stored = 9,
      .flags = TKT_F_NO_TRACK, .doc = "whose own it is; null: shared" },
    { TKT_NAME("shared"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_macro_t, shared), .stored = 10, .in = NEW,
      .doc = "for all staff" },
    { TKT_NAME("kind"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_macro_t, kind), .stored = 11, .in = NEW | CHANGE,
      .names = &tkt_kind_names, .doc = "of the message (reply)" },
    { TKT_NAME("visibility"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_macro_t, visibility), .stored = 12,
      .in = NEW | CHANGE, .names = &tkt_visibility_names,
      .doc = "of the message (public)" },
    { TKT_NAME("priority"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_macro_t, priority), .stored = 13,
      .in = NEW | CHANGE, .names = &tkt_priority_names,
      .doc = "priority to set" },
    { TKT_NAME("team"), .type = TKT_T_ID,
      .offset = offsetof(tkt_macro_t, team), .stored = 14, .in = NEW | CHANGE,
      .doc = "team to transfer to" },
    { TKT_NAME("action"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_macro_t, action), .stored = 15,
      .in = NEW | CHANGE, .names = &tkt_event_action_names,
      .doc = "action to take last" },
    { TKT_NAME("close_reason"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_macro_t, close_reason), .stored = 16,
      .in = NEW | CHANGE, .names = &tkt_close_names, .doc = "with close" },
    { TKT_NAME("add_tags"), .type = TKT_T_TAGS,
      .offset = offsetof(tkt_macro_t, add_tags), .stored = 4,
      .in = NEW | CHANGE, .max = TKT_TAGS_MAX, .doc = "tags to put on" },
    { TKT_NAME("remove_tags"), .type = TKT_T_TAGS,
      .offset = offsetof(tkt_macro_t, remove_tags), .stored = 5,
      .in = NEW | CHANGE, .max = TKT_TAGS_MAX, .doc = "tags to take off" },
    { TKT_NAME("body"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_macro_t, body), .stored = 6, .in = NEW | CHANGE,
      .max = TKT_MACRO_BODY_MAX_CHARS,
      .doc = "text with placeholders such as {{ticket.number}}" },
    { TKT_NAME("reason"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_macro_t, reason), .stored = 7, .in = NEW | CHANGE,
      .max = TKT_REASON_MAX_CHARS,
      .doc = "reason of the action, with placeholders" },
};

const tkt_schema_t  tkt_macro_schema = {
    .name = "Macro", .fields = tkt_macro_fields,
    .count = tkt_array_len(tkt_macro_fields),
    .size = sizeof(tkt_macro_t), .version = 1
};


/* ---- View ---- */

static const tkt_field_t  tkt_view_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_view_record_t, head.id), .stored = 1,
      .flags = TKT_F_NO_TRACK, .doc = "its number" },
    { TKT_NAME("tenant_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_view_record_t, head.tenant), .stored = 2,
      .flags = TKT_F_INTERNAL | TKT_F_NO_TRACK, .doc = "tenant" },
    { TKT_NAME("parent_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_view_record_t, head.parent), .stored = 3,
      .flags = TKT_F_INTERNAL | TKT_F_NO_TRACK, .doc = "what it belongs to" },
    { TKT_NAME("version"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_view_record_t, head.version), .stored = 4,
      .flags = TKT_F_NO_TRACK, .max = UINT32_MAX,
      .doc = "grows by one with every change" },
    { TKT_NAME("created_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_view_record_t, head.created_at), .stored = 5,
      .flags = TKT_F_NO_TRACK, .doc = "when it was made" },
    { TKT_NAME("updated_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_view_record_t, head.updated_at), .stored = 6,
      .flags = TKT_F_NO_TRACK, .doc = "when it last changed" },
    { TKT_NAME("position"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_view_record_t, head.position), .stored = 7,
      .in = NEW | CHANGE, .max = 1000000,
      .doc = "place in its list, lowest first" },
    { TKT_NAME("active"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_view_record_t, head.active), .stored = 8,
      .in = NEW | CHANGE,
      .doc = "false: retired; what refers to it keeps it" },
    { TKT_NAME("name"), .type = TKT_T_SLUG,
      .offset = offsetof(tkt_view_record_t, head.name), .stored = 1, .in = NEW,
      .required = NEW, .min = 1, .max = TKT_SLUG_MAX_CHARS,
      .doc = "unique short name, never changed" },
    { TKT_NAME("titles"), .type = TKT_T_OBJECT, .in = NEW | CHANGE,
      .sub = &tkt_titles_schema, .doc = "its name in each language" },
    { TKT_NAME("title"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_view_record_t, head.title),
      .max = TKT_LINE_MAX_CHARS, .doc = "its name in the caller's language" },
    { TKT_NAME("owner"), .type = TKT_T_ID,
      .offset = offsetof(tkt_view_record_t, owner), .stored = 9,
      .flags = TKT_F_NO_TRACK, .doc = "whose own it is; null: shared" },
    { TKT_NAME("shared"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_view_record_t, shared), .stored = 10, .in = NEW,
      .doc = "for all staff" },
    { TKT_NAME("team"), .type = TKT_T_ID,
      .offset = offsetof(tkt_view_record_t, team), .stored = 11,
      .in = NEW | CHANGE, .doc = "shared with this team alone" },
    { TKT_NAME("filter"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_view_record_t, filter), .stored = 4,
      .in = NEW | CHANGE, .required = NEW, .max = TKT_VIEW_FILTER_MAX_CHARS,
      .doc = "parameters of GET /v1/tickets: state=new&priority=urgent" },
    { TKT_NAME("count"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_view_record_t, count),
      .flags = TKT_F_OMIT_EMPTY | TKT_F_NULL_IF_ZERO, .max = UINT32_MAX,
      .doc = "tickets in it, when asked for" },
    { TKT_NAME("count_is"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_view_record_t, count_is),
      .flags = TKT_F_OMIT_EMPTY, .names = &tkt_count_names,
      .doc = "exact; or at_least, when there was more than could be looked "
             "at" },
};

const tkt_schema_t  tkt_view_schema = {
    .name = "View", .fields = tkt_view_fields,
    .count = tkt_array_len(tkt_view_fields),
    .size = sizeof(tkt_view_record_t), .version = 1
};


/* ---- Verification ---- */

static const tkt_field_t  tkt_verification_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_verification_t, head.id), .stored = 1,
      .flags = TKT_F_INTERNAL | TKT_F_NO_TRACK, .doc = "its number" },
    { TKT_NAME("tenant_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_verification_t, head.tenant), .stored = 2,
      .flags = TKT_F_INTERNAL | TKT_F_NO_TRACK, .doc = "tenant" },
    { TKT_NAME("version"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_verification_t, head.version), .stored = 3,
      .flags = TKT_F_NO_TRACK, .max = UINT32_MAX,
      .doc = "grows by one with every change" },
    { TKT_NAME("created_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_verification_t, head.created_at), .stored = 4,
      .flags = TKT_F_NO_TRACK, .doc = "when it was first set" },
    { TKT_NAME("updated_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_verification_t, head.updated_at), .stored = 5,
      .flags = TKT_F_NO_TRACK, .doc = "when it last changed" },
    { TKT_NAME("enabled"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_verification_t, enabled), .stored = 6,
      .in = CHANGE, .doc = "submissions are scored" },
    { TKT_NAME("unverified_points"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_verification_t, unverified_points), .stored = 7,
      .in = CHANGE, .max = 100,
      .doc = "points for a contact that is not proved" },
    { TKT_NAME("duplicate_points"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_verification_t, duplicate_points), .stored = 8,
      .in = CHANGE, .max = 100,
      .doc = "points for the same text within the window" },
    { TKT_NAME("duplicate_window_s"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_verification_t, duplicate_window_s), .stored = 9,
      .in = CHANGE, .max = 2592000,
      .doc = "seconds in which the same text is a duplicate" },
    { TKT_NAME("rate"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_verification_t, rate), .stored = 10, .in = CHANGE,
      .max = 1000,
      .doc = "submissions an hour of one requester without points" },
    { TKT_NAME("rate_points"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_verification_t, rate_points), .stored = 11,
      .in = CHANGE, .max = 100, .doc = "points beyond that rate" },
    { TKT_NAME("word_points"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_verification_t, word_points), .stored = 12,
      .in = CHANGE, .max = 100, .doc = "points for each blocked word" },
    { TKT_NAME("hold_at"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_verification_t, hold_at), .stored = 13,
      .flags = TKT_F_NULL_IF_ZERO, .in = CHANGE, .max = 1000,
      .doc = "points from which an agent has to look; null: never" },
    { TKT_NAME("reject_at"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_verification_t, reject_at), .stored = 14,
      .flags = TKT_F_NULL_IF_ZERO, .in = CHANGE, .max = 1000,
      .doc = "points from which it is rejected; null: never" },
    { TKT_NAME("blocked_words"), .type = TKT_T_TAGS,
      .offset = offsetof(tkt_verification_t, blocked_words), .stored = 1,
      .in = CHANGE, .max = TKT_TAGS_MAX, .doc = "words that give points" },
};

const tkt_schema_t  tkt_verification_schema = {
    .name = "Verification", .fields = tkt_verification_fields,
    .count = tkt_array_len(tkt_verification_fields),
    .size = sizeof(tkt_verification_t), .version = 1
};


/* ---- Presence ---- */

static const tkt_field_t  tkt_presence_fields[] = {
    { TKT_NAME("user"), .type = TKT_T_ID,
      .offset = offsetof(tkt_presence_t, user), .stored = 1,
      .doc = "principal" },
    { TKT_NAME("tenant_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_presence_t, tenant), .stored = 2,
      .flags = TKT_F_INTERNAL, .doc = "tenant" },
    { TKT_NAME("presence"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_presence_t, presence), .stored = 3, .in = CHANGE,
      .required = CHANGE, .names = &tkt_presence_names,
      .doc = "online, away or offline" },
    { TKT_NAME("capacity"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_presence_t, capacity), .stored = 4, .in = CHANGE,
      .max = TKT_CAPACITY_MAX, .doc = "active tickets that he takes" },
    { TKT_NAME("since"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_presence_t, since), .stored = 5,
      .doc = "when the presence last changed" },
    { TKT_NAME("seen_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_presence_t, seen_at), .stored = 6,
      .doc = "last use of the desk, to five minutes" },
    { TKT_NAME("due_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_presence_t, due_at), .stored = 7,
      .flags = TKT_F_INTERNAL, .doc = "timer that ends it unless used" },
    { TKT_NAME("return_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_presence_t, return_at), .stored = 8,
      .flags = TKT_F_INTERNAL, .doc = "timer that returns his tickets" },
    { TKT_NAME("bound"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_presence_t, bound), .stored = 9,
      .flags = TKT_F_INTERNAL, .doc = "grants bind him" },
    { TKT_NAME("load"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_presence_t, load), .max = UINT32_MAX,
      .doc = "active tickets that he has" },
};

const tkt_schema_t  tkt_presence_schema = {
    .name = "Presence", .fields = tkt_presence_fields,
    .count = tkt_array_len(tkt_presence_fields),
    .size = sizeof(tkt_presence_t), .version = 1
};
