/*
 * What a tenant sets its desk up with: types with features and forms, teams,
 * members and grants, macros, views, verification.  Each is a configuration
 * resource (app/resource/tkt_resource.h) that begins with tkt_config_t; and
 * presence, which is none.
 */

#ifndef TKT_DESK_H
#define TKT_DESK_H


#include "domain/tkt_trust.h"


/* Kinds of configuration resources, in keys: append only. */
typedef enum {
    TKT_CONFIG_NONE = 0,             /* kept in a database of its own        */
    TKT_CONFIG_TYPE,
    TKT_CONFIG_FEATURE,              /* parent: type                         */
    TKT_CONFIG_FORM_FIELD,           /* parent: type                         */
    TKT_CONFIG_TEAM,
    TKT_CONFIG_MEMBER,               /* parent: team; id: principal          */
    TKT_CONFIG_GRANT,
    TKT_CONFIG_MACRO,
    TKT_CONFIG_VIEW,
    TKT_CONFIG_VERIFICATION,         /* one, id 1                            */
    TKT_CONFIG_MAX
} tkt_config_kind_t;

/* In keys, besides the records: their names, and other ways to find them. */
#define TKT_CONFIG_BY_NAME     0x80  /* + kind; parent, name → id            */
#define TKT_CONFIG_MEMBER_OF   0x60  /* principal, team                      */
#define TKT_CONFIG_GRANT_OF    0x61  /* principal, type, feature → level     */
#define TKT_CONFIG_GRANT_FOR   0x62  /* type, feature, principal             */


/* What all of them begin with; id 0: none. */
typedef struct {
    uint64_t   id;
    uint64_t   tenant;
    uint64_t   parent;               /* 0: stands alone                      */
    uint64_t   version;
    uint64_t   created_at;
    uint64_t   updated_at;
    uint64_t   position;
    uint64_t   active;
    tkt_str_t  name;
    tkt_str_t  title_en;
    tkt_str_t  title_zh;
    tkt_str_t  title;                /* view: in the caller's language       */
} tkt_config_t;

/* {"en":…,"zh-CN":…} */
extern const tkt_schema_t  tkt_titles_schema;


typedef enum {
    TKT_CATEGORY_NONE = 0,
    TKT_CATEGORY_PROBLEM,
    TKT_CATEGORY_QUESTION,
    TKT_CATEGORY_BUG,
    TKT_CATEGORY_SUGGESTION,
    TKT_CATEGORY_REQUIREMENT,
    TKT_CATEGORY_CONSULTATION,
    TKT_CATEGORY_REQUEST,            /* something to be carried out          */
    TKT_CATEGORY_COMPLAINT,
    TKT_CATEGORY_MAX
} tkt_category_t;

/* Bits of tkt_need_names: standard fields that a type may require. */
typedef enum {
    TKT_NEED_NONE = 0,
    TKT_NEED_ACCOUNT,
    TKT_NEED_CONTACT,                /* a mail address or a number           */
    TKT_NEED_ERROR_MESSAGE,
    TKT_NEED_WANTED_BY,
    TKT_NEED_FREQUENCY,
    TKT_NEED_ATTACHMENTS,
    TKT_NEED_FEATURE,
    TKT_NEED_MAX
} tkt_need_t;

typedef struct {
    tkt_config_t  head;
    uint64_t      category;
    uint64_t      priority;          /* floor; 0: none                       */
    uint64_t      team;
    uint64_t      internal;
    uint64_t      approval;
    uint64_t      needs;             /* tkt_bit(tkt_need_t)                  */
    tkt_str_t     keywords;          /* canonical JSON array, as tags        */
    tkt_str_t     steps;
    tkt_str_t     steps_zh;          /* none, or as many as steps            */
    tkt_str_t     prompt_en;
    tkt_str_t     prompt_zh;
} tkt_ticket_type_t;

extern const tkt_schema_t  tkt_type_schema;


typedef struct {
    tkt_config_t  head;              /* parent: type                         */
    uint64_t      team;
    uint64_t      priority;
    tkt_str_t     keywords;
} tkt_feature_t;

extern const tkt_schema_t  tkt_feature_schema;


typedef enum {
    TKT_FORM_NONE = 0,
    TKT_FORM_TEXT,
    TKT_FORM_NUMBER,
    TKT_FORM_MONEY,                  /* {"amount":"12.50","currency":"CNY"}  */
    TKT_FORM_DATETIME,               /* RFC 3339                             */
    TKT_FORM_CHOICE,
    TKT_FORM_MULTI_CHOICE,
    TKT_FORM_ACCOUNT,                /* one line                             */
    TKT_FORM_URL,
    TKT_FORM_LIST,                   /* of lines                             */
    TKT_FORM_MAX
} tkt_form_kind_t;

/* A field of a type's form: what may stand in a ticket's `custom`. */
typedef struct {
    tkt_config_t  head;              /* parent: type; name: of the member    */
    uint64_t      kind;              /* tkt_form_kind_t                      */
    uint64_t      required;
    uint64_t      required_to_resolve;
    uint64_t      staff_only;
    uint64_t      min;                   /* as tkt_int_keep() makes them     */
    uint64_t      max;
    tkt_str_t     choices;
    tkt_str_t     currencies;
    tkt_str_t     prompt_en;
    tkt_str_t     prompt_zh;
    tkt_str_t     help_en;
    tkt_str_t     help_zh;
    tkt_str_t     choices_zh;        /* none, or as many as choices          */
} tkt_form_field_t;

extern const tkt_schema_t  tkt_form_field_schema;


typedef enum {
    TKT_STRATEGY_NONE = 0,           /* as manual                            */
    TKT_STRATEGY_MANUAL,             /* agents take tickets themselves       */
    TKT_STRATEGY_ROUND_ROBIN,
    TKT_STRATEGY_LEAST_LOADED,
    TKT_STRATEGY_MOST_SUITABLE,      /* by the level of the grant            */
    TKT_STRATEGY_MAX
} tkt_strategy_t;

typedef struct {
    tkt_config_t  head;
    uint64_t      strategy;
    uint64_t      tier;
    uint64_t      escalates_to;      /* team; 0: the end of the chain        */
    uint64_t      return_after_s;    /* 0: TKT_RETURN_AFTER_S                */
    uint64_t      peak_length;       /* 0: no notice                         */
    uint64_t      members;
    uint64_t      complaints;
    tkt_str_t     department;
    tkt_str_t     peak_notice_en;
    tkt_str_t     peak_notice_zh;
} tkt_team_t;

extern const tkt_schema_t  tkt_team_schema;


typedef enum {
    TKT_PRESENCE_NONE = 0,
    TKT_PRESENCE_OFFLINE,
    TKT_PRESENCE_AWAY,
    TKT_PRESENCE_ONLINE,
    TKT_PRESENCE_MAX
} tkt_presence_state_t;

typedef struct {
    tkt_config_t  head;              /* parent: team; id: principal          */
    uint64_t      lead;
    uint64_t      presence;          /* view                                 */
    uint64_t      load;              /* view                                 */
    uint64_t      capacity;          /* view                                 */
    tkt_str_t     user_name;         /* view                                 */
} tkt_member_t;

extern const tkt_schema_t  tkt_member_schema;


/*
 * Who has grants may work on what they name and on nothing else; who has none
 * is not bound.  They bind agents: supervisors and admins see everything.
 */
typedef struct {
    tkt_config_t  head;
    uint64_t      user;
    uint64_t      type;
    uint64_t      feature;           /* 0: the whole type                    */
    uint64_t      level;             /* 1 to TKT_GRANT_LEVEL_MAX             */
} tkt_grant_t;

extern const tkt_schema_t  tkt_grant_schema;


typedef struct {
    tkt_config_t  head;
    uint64_t      owner;             /* 0: shared                            */
    uint64_t      shared;            /* input                                */
    uint64_t      kind;              /* tkt_kind_t                           */
    uint64_t      visibility;
    uint64_t      priority;
    uint64_t      team;
    uint64_t      action;            /* tkt_action_t + 1; 0: none            */
    uint64_t      close_reason;
    tkt_str_t     add_tags;
    tkt_str_t     remove_tags;
    tkt_str_t     body;
    tkt_str_t     reason;
} tkt_macro_t;

extern const tkt_schema_t  tkt_macro_schema;


typedef enum {
    TKT_COUNT_NONE = 0,
    TKT_COUNT_EXACT,
    TKT_COUNT_AT_LEAST,              /* there was more than could be seen    */
    TKT_COUNT_MAX
} tkt_count_t;

typedef struct {
    tkt_config_t  head;
    uint64_t      owner;             /* 0: shared                            */
    uint64_t      shared;            /* input                                */
    uint64_t      team;              /* 0: shared with all staff             */
    uint64_t      count;             /* for documents: written on request    */
    uint64_t      count_is;          /* tkt_count_t                          */
    tkt_str_t     filter;            /* query of GET /v1/tickets             */
} tkt_view_record_t;

extern const tkt_schema_t  tkt_view_schema;


/* Points for what speaks against a submission. */
typedef struct {
    tkt_config_t  head;
    uint64_t      enabled;
    uint64_t      unverified_points;
    uint64_t      duplicate_points;
    uint64_t      duplicate_window_s;
    uint64_t      rate;
    uint64_t      rate_points;
    uint64_t      word_points;
    uint64_t      hold_at;           /* 0: never                             */
    uint64_t      reject_at;         /* 0: never                             */
    tkt_str_t     blocked_words;
} tkt_verification_t;

extern const tkt_schema_t  tkt_verification_schema;


typedef struct {
    uint64_t   user;
    uint64_t   tenant;
    uint64_t   presence;             /* tkt_presence_state_t                 */
    uint64_t   capacity;             /* 0: takes none                        */
    uint64_t   since;
    uint64_t   seen_at;              /* coarse: TKT_PRESENCE_SEEN_MS         */
    uint64_t   due_at;               /* timer TKT_DUE_PRESENCE; 0: none      */
    uint64_t   return_at;            /* timer TKT_DUE_RETURN; 0: none        */
    uint64_t   bound;                /* grants bind him                      */
    uint64_t   load;                 /* view                                 */
} tkt_presence_t;

extern const tkt_schema_t  tkt_presence_schema;


extern const tkt_names_t  tkt_category_names;
extern const tkt_names_t  tkt_need_names;
extern const tkt_names_t  tkt_form_kind_names;
extern const tkt_names_t  tkt_strategy_names;
extern const tkt_names_t  tkt_presence_names;
extern const tkt_names_t  tkt_count_names;


#endif /* TKT_DESK_H */
