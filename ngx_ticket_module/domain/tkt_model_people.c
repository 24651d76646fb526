/*
 * The schemas of principals, tokens, tenants, roles and credentials; `stored`
 * as in tkt_model_ticket.c.
 */

#include "base/tkt_limits.h"
#include "domain/tkt_model.h"


#define NEW       TKT_USE_NEW
#define CHANGE    TKT_USE_CHANGE
#define SELF      TKT_USE_SELF
#define SESSION   TKT_USE_SESSION
#define CODE      TKT_USE_CODE
#define ACCOUNT   TKT_USE_ACCOUNT
#define PASSWORD  TKT_USE_PASSWORD
#define RESET     TKT_USE_RESET
#define PASSWD    TKT_USE_PASSWD

#define NAMES(table)  { table, tkt_array_len(table) }


static const tkt_str_t  tkt_scopes[] = {
    tkt_lit(""), tkt_lit("read"), tkt_lit("write"), tkt_lit("admin")
};

static const tkt_str_t  tkt_tenant_profiles[] = {
    tkt_lit(""), tkt_lit("canonical"), tkt_lit("s000"), tkt_lit("s001"),
    tkt_lit("s002")
};

static const tkt_str_t  tkt_tenant_kinds[] = {
    tkt_lit(""), tkt_lit("platform"), tkt_lit("provider"), tkt_lit("customer")
};

static const tkt_str_t  tkt_languages[] = {
    tkt_lit(""), tkt_lit("zh-CN"), tkt_lit("en")
};

static const tkt_str_t  tkt_persons[] = {
    tkt_lit(""), tkt_lit("user"), tkt_lit("customer"), tkt_lit("partner"),
    tkt_lit("employee"), tkt_lit("guest"), tkt_lit("organisation")
};

static const tkt_str_t  tkt_origins[] = {
    tkt_lit(""), tkt_lit("local"), tkt_lit("account"), tkt_lit("identity"),
    tkt_lit("jwt"), tkt_lit("guest"), tkt_lit("tenant")
};

static const tkt_str_t  tkt_token_kinds[] = {
    tkt_lit(""), tkt_lit("access"), tkt_lit("session"), tkt_lit("link")
};

static const tkt_str_t  tkt_purposes[] = {
    tkt_lit(""), tkt_lit("register"), tkt_lit("reset"), tkt_lit("guest")
};

const tkt_names_t  tkt_scope_names = NAMES(tkt_scopes);
const tkt_names_t  tkt_tenant_profile_names = NAMES(tkt_tenant_profiles);
const tkt_names_t  tkt_tenant_kind_names = NAMES(tkt_tenant_kinds);
const tkt_names_t  tkt_language_names = NAMES(tkt_languages);
const tkt_names_t  tkt_person_names = NAMES(tkt_persons);
const tkt_names_t  tkt_origin_names = NAMES(tkt_origins);
const tkt_names_t  tkt_token_kind_names = NAMES(tkt_token_kinds);
const tkt_names_t  tkt_purpose_names = NAMES(tkt_purposes);


/* ---- principal ---- */

static const tkt_field_t  tkt_user_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID, .offset = offsetof(tkt_user_t, id),
      .stored = 1, .doc = "number of the principal" },
    { TKT_NAME("tenant_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_user_t, tenant), .stored = 2,
      .flags = TKT_F_INTERNAL, .doc = "tenant" },
    { TKT_NAME("tenant"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_user_t, tenant_name), .max = TKT_SLUG_MAX_CHARS,
      .doc = "name of the tenant" },
    { TKT_NAME("login"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_user_t, login), .stored = 1,
      .flags = TKT_F_NOT_EMPTY | TKT_F_PERSONAL, .in = NEW,
      .required = NEW, .min = 1, .max = TKT_LOGIN_MAX_CHARS,
      .doc = "unique name within the tenant" },
    { TKT_NAME("name"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_user_t, name), .stored = 2,
      .flags = TKT_F_PERSONAL,
      .in = NEW | CHANGE | SELF, .max = TKT_LINE_MAX_CHARS,
      .doc = "display name" },
    { TKT_NAME("email"), .type = TKT_T_EMAIL,
      .offset = offsetof(tkt_user_t, email), .stored = 3,
      .flags = TKT_F_PERSONAL, .in = NEW | CHANGE,
      .max = 254, .doc = "mail address" },
    { TKT_NAME("role"), .type = TKT_T_SLUG,
      .offset = offsetof(tkt_user_t, role_name), .in = NEW | CHANGE,
      .max = TKT_SLUG_MAX_CHARS,
      .doc = "user, agent, supervisor, admin, bot, or one of the tenant's "
             "own roles" },
    { TKT_NAME("base_role"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_user_t, role), .stored = 3,
      .names = &tkt_role_names,
      .doc = "the role that the role is made from" },
    { TKT_NAME("disabled"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_user_t, disabled), .stored = 4,
      .in = NEW | CHANGE, .doc = "may no longer enter" },
    { TKT_NAME("version"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_user_t, version), .stored = 5,
      .flags = TKT_F_NO_TRACK, .max = UINT32_MAX,
      .doc = "grows by one with every change" },
    { TKT_NAME("created_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_user_t, created_at), .stored = 6,
      .flags = TKT_F_NO_TRACK, .doc = "when it was made" },
    { TKT_NAME("updated_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_user_t, updated_at), .stored = 7,
      .flags = TKT_F_NO_TRACK, .doc = "when it last changed" },
    { TKT_NAME("last_token"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_user_t, last_token), .stored = 8,
      .flags = TKT_F_INTERNAL | TKT_F_NO_TRACK, .max = UINT32_MAX,
      .doc = "number of the newest token" },
    { TKT_NAME("role_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_user_t, role_id), .stored = 9,
      .flags = TKT_F_INTERNAL, .doc = "the tenant's own role" },
    { TKT_NAME("kind"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_user_t, kind), .stored = 10, .in = NEW | CHANGE,
      .names = &tkt_person_names,
      .doc = "what the principal is outside the desk" },
    { TKT_NAME("origin"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_user_t, origin), .stored = 11,
      .names = &tkt_origin_names, .doc = "how the principal came to be" },
    { TKT_NAME("quota"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_user_t, quota), .stored = 12,
      .flags = TKT_F_NULL_IF_ZERO, .in = NEW | CHANGE, .max = 1000000,
      .doc = "requests a minute; null: the role's" },
    { TKT_NAME("email_verified"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_user_t, email_verified), .stored = 13,
      .doc = "the mail address was proved" },
    { TKT_NAME("phone_verified"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_user_t, phone_verified), .stored = 14,
      .doc = "the number was proved" },
    { TKT_NAME("erased_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_user_t, erased_at), .stored = 15,
      .doc = "when personal data was erased" },
    { TKT_NAME("peer_tenant"), .type = TKT_T_ID,
      .offset = offsetof(tkt_user_t, peer_tenant), .stored = 16,
      .flags = TKT_F_INTERNAL,
      .doc = "the tenant that an organisation stands for" },
    { TKT_NAME("grants"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_user_t, grants), .stored = 17,
      .flags = TKT_F_NO_TRACK, .max = TKT_GRANTS_PER_AGENT_MAX,
      .doc = "how many grants he has; 0: works on everything" },
    { TKT_NAME("phone"), .type = TKT_T_PHONE,
      .offset = offsetof(tkt_user_t, phone), .stored = 4,
      .flags = TKT_F_PERSONAL, .in = NEW | CHANGE,
      .max = 32, .doc = "mobile or landline number" },
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
      .flags = TKT_F_PERSONAL, .in = NEW,
      .max = TKT_LINE_MAX_CHARS, .doc = "what it is for" },
    { TKT_NAME("scopes"), .type = TKT_T_SET,
      .offset = offsetof(tkt_token_record_t, scopes), .stored = 2, .in = NEW,
      .names = &tkt_scope_names,
      .doc = "what it is good for; none: all its owner may do" },
    { TKT_NAME("created_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_token_record_t, created_at), .stored = 3,
      .flags = TKT_F_NO_TRACK, .doc = "when it was made" },
    { TKT_NAME("expires_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_token_record_t, expires_at), .stored = 4,
      .in = NEW, .doc = "when it ends; null: never" },
    { TKT_NAME("ttl"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_token_record_t, ttl), .flags = TKT_F_INTERNAL,
      .in = NEW, .min = 1, .max = TKT_TOKEN_TTL_MAX_S,
      .doc = "seconds until it ends" },
    { TKT_NAME("digest"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_token_record_t, digest), .stored = 2,
      .flags = TKT_F_INTERNAL | TKT_F_SECRET | TKT_F_NO_TRACK,
      .doc = "hash of the secret" },
    { TKT_NAME("last_used_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_token_record_t, last_used_at), .stored = 5,
      .flags = TKT_F_NO_TRACK, .doc = "last use, to the hour" },
    { TKT_NAME("kind"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_token_record_t, kind), .stored = 6,
      .names = &tkt_token_kind_names, .doc = "how it was made" },
    { TKT_NAME("ticket"), .type = TKT_T_ID,
      .offset = offsetof(tkt_token_record_t, ticket), .stored = 7,
      .doc = "the only ticket it opens; null: any" },
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

static const tkt_field_t  tkt_limits_fields[] = {
    { TKT_NAME("principals"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_tenant_t, max_principals), .stored = 10,
      .flags = TKT_F_NULL_IF_ZERO, .in = NEW | CHANGE, .max = UINT32_MAX,
      .doc = "how many principals it may have; null: any" },
    { TKT_NAME("active_tickets"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_tenant_t, max_active_tickets), .stored = 11,
      .flags = TKT_F_NULL_IF_ZERO, .in = NEW | CHANGE, .max = UINT32_MAX,
      .doc = "of one requester; null: any" },
    { TKT_NAME("requests"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_tenant_t, quota), .stored = 12,
      .flags = TKT_F_NULL_IF_ZERO, .in = NEW | CHANGE, .max = 100000000,
      .doc = "of all its principals a minute; null: any" },
    { TKT_NAME("attachment_bytes"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_tenant_t, attachment_bytes), .stored = 13,
      .flags = TKT_F_NULL_IF_ZERO, .in = NEW | CHANGE,
      .max = UINT32_MAX,
      .doc = "of all its files together; null: any" },
};

static const tkt_schema_t  tkt_limits_schema = {
    .name = "TenantLimits", .fields = tkt_limits_fields,
    .count = tkt_array_len(tkt_limits_fields),
    .size = sizeof(tkt_tenant_t), .version = 1
};


static const tkt_field_t  tkt_tenant_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID, .offset = offsetof(tkt_tenant_t, id),
      .stored = 1, .doc = "number of the tenant" },
    { TKT_NAME("name"), .type = TKT_T_SLUG,
      .offset = offsetof(tkt_tenant_t, name), .stored = 1, .in = NEW,
      .required = NEW, .min = 1, .max = TKT_SLUG_MAX_CHARS,
      .doc = "unique name" },
    { TKT_NAME("profile"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_tenant_t, profile), .stored = 2,
      .in = NEW | CHANGE, .names = &tkt_tenant_profile_names,
      .doc = "words used for states" },
    { TKT_NAME("created_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_tenant_t, created_at), .stored = 3,
      .flags = TKT_F_NO_TRACK, .doc = "when it was made" },
    { TKT_NAME("parent"), .type = TKT_T_ID,
      .offset = offsetof(tkt_tenant_t, parent), .stored = 4, .in = NEW,
      .doc = "the tenant above; without it, the caller's" },
    { TKT_NAME("kind"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_tenant_t, kind), .stored = 5,
      .names = &tkt_tenant_kind_names, .doc = "its place in the tree" },
    { TKT_NAME("version"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_tenant_t, version), .stored = 6,
      .flags = TKT_F_NO_TRACK, .max = UINT32_MAX,
      .doc = "grows by one with every change" },
    { TKT_NAME("updated_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_tenant_t, updated_at), .stored = 7,
      .flags = TKT_F_NO_TRACK, .doc = "when it last changed" },
    { TKT_NAME("disabled"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_tenant_t, disabled), .stored = 8,
      .in = NEW | CHANGE, .doc = "nobody of it may enter" },
    { TKT_NAME("languages"), .type = TKT_T_SET,
      .offset = offsetof(tkt_tenant_t, languages), .stored = 9,
      .in = NEW | CHANGE, .names = &tkt_language_names,
      .doc = "languages it answers in, none: all" },
    { TKT_NAME("limits"), .type = TKT_T_OBJECT, .in = NEW | CHANGE,
      .sub = &tkt_limits_schema, .doc = "what it may use" },
    { TKT_NAME("shred_grace"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_tenant_t, shred_grace_s), .stored = 14,
      .flags = TKT_F_NULL_IF_ZERO, .in = NEW | CHANGE, .max = 31536000,
      .doc = "seconds after the end of a ticket until its confidential "
             "text is destroyed; null: seven days" },
    { TKT_NAME("title"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_tenant_t, title), .stored = 2,
      .in = NEW | CHANGE, .max = TKT_LINE_MAX_CHARS, .doc = "display name" },
    { TKT_NAME("number_prefix"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_tenant_t, number_prefix), .stored = 3,
      .in = NEW | CHANGE, .max = 8,
      .doc = "letters before ticket numbers, T without it" },
    { TKT_NAME("urgent_types"), .type = TKT_T_TAGS,
      .offset = offsetof(tkt_tenant_t, urgent_types), .stored = 4,
      .in = NEW | CHANGE, .max = TKT_TAGS_MAX,
      .doc = "types whose tickets are taken first under overload" },
    { TKT_NAME("admin"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_tenant_t, admin), .flags = TKT_F_INTERNAL,
      .in = NEW, .max = TKT_LOGIN_MAX_CHARS,
      .doc = "login of its first administrator" },
    { TKT_NAME("admin_token"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_tenant_t, admin_token),
      .flags = TKT_F_SECRET | TKT_F_OMIT_EMPTY, .max = TKT_TOKEN_MAX_BYTES,
      .doc = "the first administrator's token, shown once" },
};

const tkt_schema_t  tkt_tenant_schema = {
    .name = "Tenant", .fields = tkt_tenant_fields,
    .count = tkt_array_len(tkt_tenant_fields),
    .size = sizeof(tkt_tenant_t), .version = 1
};


/* ---- role ---- */

static const tkt_field_t  tkt_role_fields[] = {
    { TKT_NAME("id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_role_record_t, id), .stored = 1,
      .doc = "number of the role" },
    { TKT_NAME("tenant_id"), .type = TKT_T_ID,
      .offset = offsetof(tkt_role_record_t, tenant), .stored = 2,
      .flags = TKT_F_INTERNAL | TKT_F_NO_TRACK, .doc = "tenant" },
    { TKT_NAME("name"), .type = TKT_T_SLUG,
      .offset = offsetof(tkt_role_record_t, name), .stored = 1, .in = NEW,
      .required = NEW, .min = 1, .max = TKT_SLUG_MAX_CHARS,
      .doc = "unique name within the tenant" },
    { TKT_NAME("title"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_role_record_t, title), .stored = 2,
      .in = NEW | CHANGE, .max = TKT_LINE_MAX_CHARS, .doc = "display name" },
    { TKT_NAME("base"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_role_record_t, base), .stored = 3, .in = NEW,
      .required = NEW, .names = &tkt_role_names,
      .doc = "the role it is made from" },
    { TKT_NAME("permissions"), .type = TKT_T_SET,
      .offset = offsetof(tkt_role_record_t, permissions), .stored = 4,
      .in = NEW | CHANGE, .names = &tkt_perm_names,
      .doc = "what its holders may do, of what the base may; without it, "
             "all of the base's" },
    { TKT_NAME("quota"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_role_record_t, quota), .stored = 5,
      .flags = TKT_F_NULL_IF_ZERO, .in = NEW | CHANGE, .max = 1000000,
      .doc = "requests a minute; null: the base's" },
    { TKT_NAME("version"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_role_record_t, version), .stored = 6,
      .flags = TKT_F_NO_TRACK, .max = UINT32_MAX,
      .doc = "grows by one with every change" },
    { TKT_NAME("created_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_role_record_t, created_at), .stored = 7,
      .flags = TKT_F_NO_TRACK, .doc = "when it was made" },
    { TKT_NAME("updated_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_role_record_t, updated_at), .stored = 8,
      .flags = TKT_F_NO_TRACK, .doc = "when it last changed" },
    { TKT_NAME("holders"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_role_record_t, holders), .stored = 9,
      .flags = TKT_F_INTERNAL | TKT_F_NO_TRACK, .max = UINT32_MAX,
      .doc = "how many principals have it" },
};

const tkt_schema_t  tkt_role_schema = {
    .name = "Role", .fields = tkt_role_fields,
    .count = tkt_array_len(tkt_role_fields),
    .size = sizeof(tkt_role_record_t), .version = 1
};


/* ---- credentials ---- */

static const tkt_field_t  tkt_credentials_fields[] = {
    { TKT_NAME("purpose"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_credentials_t, purpose), .flags = TKT_F_INTERNAL,
      .in = CODE, .required = CODE, .names = &tkt_purpose_names,
      .doc = "what the code is for" },
    { TKT_NAME("ttl"), .type = TKT_T_UINT,
      .offset = offsetof(tkt_credentials_t, ttl), .flags = TKT_F_INTERNAL,
      .in = SESSION, .min = 60, .max = TKT_SESSION_TTL_MAX_S,
      .doc = "seconds that the session lasts" },
    { TKT_NAME("tenant"), .type = TKT_T_SLUG,
      .offset = offsetof(tkt_credentials_t, tenant), .flags = TKT_F_INTERNAL,
      .in = SESSION | CODE | ACCOUNT | RESET, .max = TKT_SLUG_MAX_CHARS,
      .doc = "name of the tenant (default)" },
    { TKT_NAME("login"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_credentials_t, login),
      .flags = TKT_F_INTERNAL | TKT_F_NOT_EMPTY,
      .in = SESSION | CODE | ACCOUNT | RESET | PASSWD,
      .required = SESSION | ACCOUNT | RESET | PASSWD, .min = 1,
      .max = TKT_LOGIN_MAX_CHARS, .doc = "login" },
    { TKT_NAME("password"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_credentials_t, password),
      .flags = TKT_F_INTERNAL | TKT_F_SECRET,
      .in = SESSION | ACCOUNT | PASSWORD, .required = SESSION | ACCOUNT,
      .min = 1, .max = TKT_PASSWORD_MAX_CHARS,
      .doc = "password; the present one when it is changed" },
    { TKT_NAME("new_password"), .type = TKT_T_TEXT,
      .offset = offsetof(tkt_credentials_t, new_password),
      .flags = TKT_F_INTERNAL | TKT_F_SECRET,
      .in = PASSWORD | RESET | PASSWD,
      .required = PASSWORD | RESET | PASSWD, .min = TKT_PASSWORD_MIN_CHARS,
      .max = TKT_PASSWORD_MAX_CHARS, .doc = "the password from now on" },
    { TKT_NAME("code"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_credentials_t, code),
      .flags = TKT_F_INTERNAL | TKT_F_SECRET, .in = ACCOUNT | RESET,
      .required = ACCOUNT | RESET, .max = TKT_LINE_MAX_CHARS,
      .doc = "the code that was sent" },
    { TKT_NAME("name"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_credentials_t, name), .flags = TKT_F_INTERNAL,
      .in = ACCOUNT, .max = TKT_LINE_MAX_CHARS, .doc = "display name" },
    { TKT_NAME("email"), .type = TKT_T_EMAIL,
      .offset = offsetof(tkt_credentials_t, email), .flags = TKT_F_INTERNAL,
      .in = CODE | ACCOUNT, .max = 254,
      .doc = "mail address; this or phone" },
    { TKT_NAME("phone"), .type = TKT_T_PHONE,
      .offset = offsetof(tkt_credentials_t, phone), .flags = TKT_F_INTERNAL,
      .in = CODE | ACCOUNT, .max = 32,
      .doc = "mobile number; this or email" },
};

const tkt_schema_t  tkt_credentials_schema = {
    .name = "Credentials", .fields = tkt_credentials_fields,
    .count = tkt_array_len(tkt_credentials_fields),
    .size = sizeof(tkt_credentials_t), .version = 1
};


/* ---- session ---- */

static const tkt_field_t  tkt_session_fields[] = {
    { TKT_NAME("token"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_session_t, token), .flags = TKT_F_SECRET,
      .max = TKT_TOKEN_MAX_BYTES, .doc = "sent as Authorization: Bearer" },
    { TKT_NAME("expires_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_session_t, expires_at), .doc = "when it ends" },
    { TKT_NAME("user"), .type = TKT_T_ID,
      .offset = offsetof(tkt_session_t, user), .doc = "principal" },
    { TKT_NAME("login"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_session_t, login), .max = TKT_LOGIN_MAX_CHARS,
      .doc = "login" },
    { TKT_NAME("role"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_session_t, role), .names = &tkt_role_names,
      .doc = "base role" },
    { TKT_NAME("tenant"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_session_t, tenant_name),
      .max = TKT_SLUG_MAX_CHARS, .doc = "name of the tenant" },
};

const tkt_schema_t  tkt_session_schema = {
    .name = "Session", .fields = tkt_session_fields,
    .count = tkt_array_len(tkt_session_fields),
    .size = sizeof(tkt_session_t), .version = 1
};


/* ---- code ---- */

static const tkt_field_t  tkt_code_fields[] = {
    { TKT_NAME("purpose"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_code_answer_t, purpose),
      .names = &tkt_purpose_names, .doc = "what the code is for" },
    { TKT_NAME("expires_at"), .type = TKT_T_TIME,
      .offset = offsetof(tkt_code_answer_t, expires_at),
      .doc = "when a code that was sent ends" },
};

const tkt_schema_t  tkt_code_schema = {
    .name = "Code", .fields = tkt_code_fields,
    .count = tkt_array_len(tkt_code_fields),
    .size = sizeof(tkt_code_answer_t), .version = 1
};
