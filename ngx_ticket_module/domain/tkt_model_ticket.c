/*
 * The ticket's schema and the input of its actions and messages.  `stored`
 * numbers are positions in the record, integers and strings counted apart,
 * ascending in table order: a new row takes the next number and goes to the
 * end of its table.
 */

#include "base/tkt_limits.h"
#include "domain/tkt_model.h"


#define CREATE       TKT_USE_CREATE
#define ALL_USES     (CREATE | TKT_USE_PATCH_USER | TKT_USE_PATCH)
#define DESK_USES    (CREATE | TKT_USE_PATCH)
#define STAFF_ROLES  ((uint32_t) TKT_ROLES_STAFF)

/* Uses of the input's rows: one bit an action. */
#define USE(name)    tkt_action_use(TKT_ACTION_##name)
#define EVERY_ACTION ((uint32_t) (tkt_bit(TKT_ACTION_MAX) - 1)                \
                      & ~(USE(SUBMIT) | USE(MESSAGE)))

#define NAMES(table)  { table, tkt_array_len(table) }


static const tkt_str_t  tkt_channels[] = {
    tkt_lit(""), tkt_lit("api"), tkt_lit("web"), tkt_lit("mobile"),
    tkt_lit("email"), tkt_lit("phone"), tkt_lit("chat"), tkt_lit("social"),
    tkt_lit("community")
};

static const tkt_str_t  tkt_nexts[] = {
    tkt_lit(""), tkt_lit("answer"), tkt_lit("confirm"), tkt_lit("rate")
};

const tkt_names_t  tkt_channel_names = NAMES(tkt_channels);
const tkt_names_t  tkt_next_names = NAMES(tkt_nexts);


/* ---- ticket ---- */

static const tkt_field_t  tkt_requester_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_ticket_t, requester), .stored = 6,
      .flags = TKT_F_NO_TRACK, .doc = "principal" },
    { TKT_NAME("name"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_ticket_t, requester_name),
      .max = TKT_LINE_MAX_CHARS, .doc = "display name" },
};

static const tkt_schema_t  tkt_requester_schema = {
    .name = "Requester", .fields = tkt_requester_fields,
    .count = tkt_array_len(tkt_requester_fields),
    .size = sizeof(tkt_ticket_t), .version = 1
};


static const tkt_field_t  tkt_assignee_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_ticket_t, assignee), .stored = 7,
      .doc = "principal" },
    { TKT_NAME("name"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_ticket_t, assignee_name),
      .max = TKT_LINE_MAX_CHARS, .doc = "display name" },
};

static const tkt_schema_t  tkt_assignee_schema = {
    .name = "Assignee", .fields = tkt_assignee_fields,
    .count = tkt_array_len(tkt_assignee_fields),
    .size = sizeof(tkt_ticket_t), .version = 1
};


static const tkt_field_t  tkt_contact_fields[] = {
    { TKT_NAME("name"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_ticket_t, contact_name), .stored = 6,
      .in = ALL_USES, .max = TKT_LINE_MAX_CHARS, .doc = "whom to ask for" },
    { TKT_NAME("email"), .type = TKT_T_EMAIL,
      .offset = offsetof(tkt_ticket_t, contact_email), .stored = 7,
      .in = ALL_USES, .max = 254, .doc = "mail address" },
    { TKT_NAME("phone"), .type = TKT_T_PHONE,
      .offset = offsetof(tkt_ticket_t, contact_phone), .stored = 8,
      .in = ALL_USES, .max = 32, .doc = "mobile or landline number" },
    { TKT_NAME("site_url"), .type = TKT_T_URL,
      .offset = offsetof(tkt_ticket_t, contact_site_url), .stored = 9,
      .in = ALL_USES, .max = 500, .doc = "address of the site in question" },
};

static const tkt_schema_t  tkt_contact_schema = {
    .name = "Contact", .fields = tkt_contact_fields,
    .count = tkt_array_len(tkt_contact_fields),
    .size = sizeof(tkt_ticket_t), .version = 1
};


static const tkt_field_t  tkt_rating_fields[] = {
    { TKT_NAME("speed"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_ticket_t, speed), .stored = 29, .min = 1,
      .max = TKT_SCORE_MAX, .doc = "how fast, 1 to 5" },
    { TKT_NAME("attitude"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_ticket_t, attitude), .stored = 30, .min = 1,
      .max = TKT_SCORE_MAX, .doc = "service attitude, 1 to 5" },
    { TKT_NAME("result"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_ticket_t, result), .stored = 31, .min = 1,
      .max = TKT_SCORE_MAX, .doc = "the result, 1 to 5" },
    { TKT_NAME("comment"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_ticket_t, comment), .stored = 15,
      .flags = TKT_F_BIG, .max = TKT_REASON_MAX_CHARS,
      .doc = "in own words" },
};

static const tkt_schema_t  tkt_rating_schema = {
    .name = "Rating", .fields = tkt_rating_fields,
    .count = tkt_array_len(tkt_rating_fields),
    .size = sizeof(tkt_ticket_t), .version = 1
};


static const tkt_field_t  tkt_ticket_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID, .offset = offsetof(tkt_ticket_t, id),
      .stored = 1, .flags = TKT_F_NO_TRACK,
      .doc = "number of the ticket, unique in the store" },
    { TKT_NAME("number"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_ticket_t, number), .max = 32,
      .doc = "the number that people use" },
    { TKT_NAME("tenant"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_ticket_t, tenant_name),
      .max = TKT_SLUG_MAX_CHARS, .doc = "name of the tenant" },
    { TKT_NAME("tenant_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_ticket_t, tenant), .stored = 2,
      .flags = TKT_F_INTERNAL | TKT_F_NO_TRACK, .doc = "tenant" },
    { TKT_NAME("subject"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_ticket_t, subject), .stored = 1,
      .flags = TKT_F_NOT_EMPTY, .in = ALL_USES, .required = CREATE, .min = 1,
      .max = TKT_SUBJECT_MAX_CHARS, .doc = "the problem in one line" },
    { TKT_NAME("description"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_ticket_t, description), .stored = 2,
      .flags = TKT_F_NOT_EMPTY | TKT_F_BIG, .in = ALL_USES,
      .required = CREATE, .min = 1, .max = TKT_TEXT_MAX_CHARS,
      .doc = "the problem in full" },
    { TKT_NAME("state"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_ticket_t, state), .stored = 3,
      .names = &tkt_state_names, .doc = "canonical state" },
    { TKT_NAME("state_label"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_ticket_t, state_label),
      .max = TKT_LINE_MAX_CHARS,
      .doc = "the state in the tenant's profile and the caller's language" },
    { TKT_NAME("priority"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_ticket_t, priority), .stored = 4,
      .in = DESK_USES, .names = &tkt_priority_names,
      .doc = "how urgent it is" },
    { TKT_NAME("type"), .type = TKT_T_SLUG,
      .offset = offsetof(tkt_ticket_t, type), .stored = 3, .in = DESK_USES,
      .max = TKT_SLUG_MAX_CHARS, .doc = "kind of problem" },
    { TKT_NAME("feature"), .type = TKT_T_SLUG,
      .offset = offsetof(tkt_ticket_t, feature), .stored = 4, .in = DESK_USES,
      .max = TKT_SLUG_MAX_CHARS, .doc = "kind within the type" },
    { TKT_NAME("channel"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_ticket_t, channel), .stored = 5, .in = CREATE,
      .names = &tkt_channel_names, .doc = "the way it came in" },
    { TKT_NAME("requester"), .type = TKT_T_OBJECT,
      .offset = offsetof(tkt_ticket_t, requester),
      .flags = TKT_F_NULL_IF_ZERO, .sub = &tkt_requester_schema,
      .doc = "who needs help" },
    { TKT_NAME("assignee"), .type = TKT_T_OBJECT,
      .offset = offsetof(tkt_ticket_t, assignee), .flags = TKT_F_NULL_IF_ZERO,
      .sub = &tkt_assignee_schema, .doc = "the agent who owns it" },
    { TKT_NAME("team"), .type = TKT_T_ID,
      .offset = offsetof(tkt_ticket_t, team), .stored = 8,
      .doc = "the team it is queued for" },
    { TKT_NAME("tier"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_ticket_t, tier), .stored = 9,
      .max = TKT_TIER_MAX,
      .doc = "level of escalation, 0 is the first line" },
    { TKT_NAME("account"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_ticket_t, account), .stored = 5, .in = ALL_USES,
      .max = TKT_LINE_MAX_CHARS, .doc = "the account that is concerned" },
    { TKT_NAME("contact"), .type = TKT_T_OBJECT, .in = ALL_USES,
      .sub = &tkt_contact_schema,
      .doc = "how to reach somebody about this ticket" },
    { TKT_NAME("error_message"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_ticket_t, error_message), .stored = 10,
      .flags = TKT_F_BIG, .in = ALL_USES, .max = TKT_ERROR_TEXT_MAX_CHARS,
      .doc = "the error text as shown" },
    { TKT_NAME("wanted_by"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_ticket_t, wanted_by), .stored = 10,
      .in = ALL_USES, .doc = "when the requester needs it" },
    { TKT_NAME("frequency"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_ticket_t, frequency), .stored = 11,
      .in = ALL_USES, .max = TKT_LINE_MAX_CHARS,
      .doc = "how often it happens" },
    { TKT_NAME("custom"), .type = TKT_T_JSON,
      .offset = offsetof(tkt_ticket_t, custom), .stored = 12,
      .flags = TKT_F_BIG, .in = ALL_USES, .max = TKT_CUSTOM_MAX_BYTES,
      .doc = "fields of the site" },
    { TKT_NAME("tags"), .type = TKT_T_TAGS,
      .offset = offsetof(tkt_ticket_t, tags), .stored = 13, .in = DESK_USES,
      .max = TKT_TAGS_MAX, .doc = "labels" },
    { TKT_NAME("complexity"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_ticket_t, complexity), .stored = 11,
      .flags = TKT_F_NULL_IF_ZERO, .max = TKT_COMPLEXITY_MAX,
      .doc = "as assessed, 1 to 5" },
    { TKT_NAME("plan"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_ticket_t, plan), .stored = 14,
      .flags = TKT_F_BIG, .max = TKT_REASON_MAX_CHARS,
      .doc = "the way to the solution, as assessed" },
    { TKT_NAME("eta"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_ticket_t, eta), .stored = 12,
      .doc = "when it should be done, as assessed" },
    { TKT_NAME("verified"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_ticket_t, verified), .stored = 13,
      .doc = "the problem was found to be genuine" },
    { TKT_NAME("has_confidential"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_ticket_t, has_confidential), .stored = 14,
      .doc = "sealed text is attached" },
    { TKT_NAME("version"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_ticket_t, version), .stored = 15,
      .flags = TKT_F_NO_TRACK, .max = UINT32_MAX,
      .doc = "grows by one with every change" },
    { TKT_NAME("created_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_ticket_t, created_at), .stored = 16,
      .flags = TKT_F_NO_TRACK, .doc = "when it was submitted" },
    { TKT_NAME("updated_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_ticket_t, updated_at), .stored = 17,
      .flags = TKT_F_NO_TRACK, .doc = "when it last changed" },
    { TKT_NAME("assigned_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_ticket_t, assigned_at), .stored = 18,
      .doc = "when the present owner got it" },
    { TKT_NAME("first_viewed_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_ticket_t, first_viewed_at), .stored = 19,
      .doc = "when an agent began to look at it" },
    { TKT_NAME("first_response_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_ticket_t, first_response_at), .stored = 20,
      .doc = "when an agent first answered" },
    { TKT_NAME("resolved_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_ticket_t, resolved_at), .stored = 21,
      .doc = "when the solution was given" },
    { TKT_NAME("confirmed_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_ticket_t, confirmed_at), .stored = 22,
      .doc = "when the requester accepted it" },
    { TKT_NAME("rated_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_ticket_t, rated_at), .stored = 23,
      .doc = "when it was rated" },
    { TKT_NAME("closed_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_ticket_t, closed_at), .stored = 24,
      .doc = "when it ended" },
    { TKT_NAME("close_reason"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_ticket_t, close_reason), .stored = 25,
      .names = &tkt_close_names, .doc = "why it ended" },
    { TKT_NAME("reopen_count"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_ticket_t, reopen_count), .stored = 26,
      .max = UINT32_MAX, .doc = "times it was reopened" },
    { TKT_NAME("follow_up_count"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_ticket_t, follow_up_count), .stored = 27,
      .max = UINT32_MAX, .doc = "times the solution did not satisfy" },
    { TKT_NAME("urge_count"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_ticket_t, urge_count), .stored = 28,
      .max = UINT32_MAX, .doc = "times the requester urged" },
    { TKT_NAME("rating"), .type = TKT_T_OBJECT,
      .offset = offsetof(tkt_ticket_t, rated_at), .flags = TKT_F_NULL_IF_ZERO,
      .sub = &tkt_rating_schema, .doc = "the requester's verdict" },
    { TKT_NAME("links"), .type = TKT_T_EMPTY_LIST, .doc = "related tickets" },
    { TKT_NAME("watchers"), .type = TKT_T_EMPTY_LIST,
      .doc = "who else follows it" },
    { TKT_NAME("follow_up_of"), .type = TKT_T_ID,
      .offset = offsetof(tkt_ticket_t, follow_up_of), .stored = 32,
      .flags = TKT_F_NO_TRACK, .in = CREATE,
      .doc = "the ended ticket that this one continues" },
    { TKT_NAME("merged_into"), .type = TKT_T_ID,
      .offset = offsetof(tkt_ticket_t, merged_into), .stored = 33,
      .doc = "the ticket that this one was merged into" },
    { TKT_NAME("resume_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_ticket_t, resume_at), .stored = 34,
      .doc = "when a hold ends" },
    { TKT_NAME("complaint_open"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_ticket_t, complaint_open), .stored = 35,
      .doc = "a complaint is with the supervisors" },
    { TKT_NAME("archived"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_ticket_t, archived), .stored = 36,
      .doc = "its retention has ended" },
    { TKT_NAME("message_count"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_ticket_t, message_count), .stored = 37,
      .flags = TKT_F_INTERNAL, .max = UINT32_MAX,
      .doc = "messages of all kinds" },
    { TKT_NAME("last_urge_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_ticket_t, last_urge_at), .stored = 38,
      .flags = TKT_F_INTERNAL, .doc = "start of the cool-down" },
    { TKT_NAME("last_event"), .type = TKT_T_ID,
      .offset = offsetof(tkt_ticket_t, last_event), .stored = 39,
      .flags = TKT_F_INTERNAL | TKT_F_NO_TRACK,
      .doc = "head of the chain of events" },
    { TKT_NAME("long_text"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_ticket_t, long_text), .stored = 40,
      .flags = TKT_F_INTERNAL | TKT_F_NO_TRACK,
      .doc = "big rows are in chunks" },
    { TKT_NAME("on_behalf_of"), .type = TKT_T_ID,
      .offset = offsetof(tkt_ticket_t, on_behalf_of), .flags = TKT_F_INTERNAL,
      .in = CREATE, .writers = STAFF_ROLES,
      .doc = "the requester, when staff submits for him" },
    { TKT_NAME("next"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_ticket_t, next), .names = &tkt_next_names,
      .doc = "what the requester is asked to do" },
    { TKT_NAME("allowed_actions"), .type = TKT_T_SET,
      .offset = offsetof(tkt_ticket_t, allowed_actions),
      .names = &tkt_action_names, .doc = "what the caller may do now" },
};

const tkt_schema_t  tkt_ticket_schema = {
    .name = "Ticket", .fields = tkt_ticket_fields,
    .count = tkt_array_len(tkt_ticket_fields),
    .size = sizeof(tkt_ticket_t), .version = 1
};


/* ---- input of actions and messages ---- */

static const tkt_field_t  tkt_input_fields[] = {
    { TKT_NAME("reason"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_input_t, reason), .flags = TKT_F_NOT_EMPTY,
      .in = EVERY_ACTION,
      .required = USE(REJECT) | USE(TRANSFER) | USE(ESCALATE)
          | USE(COMPLAIN) | USE(REOPEN), .min = 1,
      .max = TKT_REASON_MAX_CHARS, .doc = "why; kept in the event" },
    { TKT_NAME("assignee"), .type = TKT_T_ID,
      .offset = offsetof(tkt_input_t, assignee),
      .in = USE(ASSIGN) | USE(TRANSFER) | USE(ESCALATE),
      .required = USE(ASSIGN), .doc = "principal who gets the ticket" },
    { TKT_NAME("question"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_input_t, question), .flags = TKT_F_NOT_EMPTY,
      .in = USE(REQUEST_INFO), .required = USE(REQUEST_INFO), .min = 1,
      .max = TKT_TEXT_MAX_CHARS,
      .doc = "what the requester is asked; becomes a public message" },
    { TKT_NAME("solution"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_input_t, solution), .flags = TKT_F_NOT_EMPTY,
      .in = USE(RESOLVE), .required = USE(RESOLVE), .min = 1,
      .max = TKT_TEXT_MAX_CHARS,
      .doc = "the solution; becomes a public message" },
    { TKT_NAME("complexity"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_input_t, complexity), .in = USE(ASSESS),
      .required = USE(ASSESS), .min = 1, .max = TKT_COMPLEXITY_MAX,
      .doc = "1 easy to 5 hard" },
    { TKT_NAME("plan"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_input_t, plan), .in = USE(ASSESS),
      .max = TKT_REASON_MAX_CHARS, .doc = "the way to the solution" },
    { TKT_NAME("eta"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_input_t, eta), .in = USE(ASSESS),
      .doc = "when it should be done" },
    { TKT_NAME("priority"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_input_t, priority),
      .in = USE(ASSESS) | USE(ESCALATE), .names = &tkt_priority_names,
      .doc = "new priority" },
    { TKT_NAME("resume_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_input_t, resume_at), .in = USE(HOLD),
      .doc = "when the hold ends; this or a reason is required" },
    { TKT_NAME("close_reason"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_input_t, close_reason),
      .in = USE(CLOSE) | USE(REJECT), .names = &tkt_close_names,
      .doc = "duplicate, spam, admin; with reject: spam, rejected" },
    { TKT_NAME("speed"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_input_t, speed), .in = USE(RATING) | USE(CLOSE),
      .required = USE(RATING), .min = 1, .max = TKT_SCORE_MAX,
      .doc = "how fast, 1 to 5" },
    { TKT_NAME("attitude"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_input_t, attitude),
      .in = USE(RATING) | USE(CLOSE), .required = USE(RATING), .min = 1,
      .max = TKT_SCORE_MAX, .doc = "service attitude, 1 to 5" },
    { TKT_NAME("result"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_input_t, result), .in = USE(RATING) | USE(CLOSE),
      .required = USE(RATING), .min = 1, .max = TKT_SCORE_MAX,
      .doc = "the result, 1 to 5" },
    { TKT_NAME("comment"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_input_t, comment),
      .in = USE(RATING) | USE(CLOSE), .max = TKT_REASON_MAX_CHARS,
      .doc = "in own words" },
    { TKT_NAME("into"), .type = TKT_T_ID,
      .offset = offsetof(tkt_input_t, into), .in = USE(MERGE),
      .required = USE(MERGE), .doc = "the ticket that goes on" },
    { TKT_NAME("body"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_input_t, body), .flags = TKT_F_NOT_EMPTY,
      .in = USE(MESSAGE), .required = USE(MESSAGE), .min = 1,
      .max = TKT_TEXT_MAX_CHARS, .doc = "the text of the message" },
    { TKT_NAME("kind"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_input_t, kind), .in = USE(MESSAGE),
      .names = &tkt_kind_names, .doc = "what the message is (reply)" },
    { TKT_NAME("visibility"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_input_t, visibility), .in = USE(MESSAGE),
      .names = &tkt_visibility_names,
      .doc = "who sees it (public; internal for notes)" },
    { TKT_NAME("reopen"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_input_t, reopen), .in = USE(MESSAGE),
      .doc = "reopen an ended ticket with this message" },
};

const tkt_schema_t  tkt_input_schema = {
    .name = "ActionInput", .fields = tkt_input_fields,
    .count = tkt_array_len(tkt_input_fields),
    .size = sizeof(tkt_input_t), .version = 1
};
