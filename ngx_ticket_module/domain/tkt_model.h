/*
 * The resources: C structs and their schema tables.  A member with a row in
 * the table is decoded, checked, stored, compared and encoded by that row
 * alone; members without `stored` are filled for one answer ("view").
 */

#ifndef TKT_MODEL_H
#define TKT_MODEL_H


#include "base/tkt_schema.h"
#include "domain/tkt_parts.h"


/* Uses of the ticket's rows (tkt_field_t.in). */
#define TKT_USE_CREATE       0x1
#define TKT_USE_PATCH_USER   0x2    /* the requester, while active           */
#define TKT_USE_PATCH        0x4    /* staff                                 */


typedef struct {
    uint64_t   id;
    uint64_t   tenant;
    uint64_t   state;
    uint64_t   priority;
    uint64_t   channel;
    uint64_t   requester;
    uint64_t   assignee;
    uint64_t   team;
    uint64_t   tier;
    uint64_t   wanted_by;
    uint64_t   complexity;
    uint64_t   eta;
    uint64_t   verified;
    uint64_t   has_confidential;
    uint64_t   version;
    uint64_t   created_at;
    uint64_t   updated_at;
    uint64_t   assigned_at;
    uint64_t   first_viewed_at;
    uint64_t   first_response_at;
    uint64_t   resolved_at;
    uint64_t   confirmed_at;
    uint64_t   rated_at;
    uint64_t   closed_at;
    uint64_t   close_reason;
    uint64_t   reopen_count;
    uint64_t   follow_up_count;
    uint64_t   urge_count;
    uint64_t   speed;
    uint64_t   attitude;
    uint64_t   result;
    uint64_t   follow_up_of;
    uint64_t   merged_into;
    uint64_t   resume_at;
    uint64_t   message_count;
    uint64_t   complaint_open;
    uint64_t   archived;
    uint64_t   last_urge_at;
    uint64_t   last_event;         /* head of the ticket's chain of events   */
    uint64_t   long_text;          /* 1: the TKT_F_BIG rows are in chunks    */
    uint64_t   forwarded_to;       /* ticket of the tenant above             */
    uint64_t   forwarded_from;     /* ticket of a tenant below, and which    */
    uint64_t   forwarded_tenant;
    uint64_t   sealed_version;     /* of the confidential text; 0: none      */
    uint64_t   erased_at;
    uint64_t   type_id;            /* of `type`; 0: no record of it          */
    uint64_t   feature_id;
    uint64_t   due_at;             /* when staff wants it done               */
    uint64_t   score;              /* of the verification                    */
    uint64_t   held;               /* an agent has to look: not routed       */
    uint64_t   drill;              /* exercise: not counted, not routed      */
    uint64_t   complaint_of;       /* the ticket complained about            */
    uint64_t   complaint;          /* the newest complaint about this one    */
    uint64_t   merged_at;
    uint64_t   state_before;       /* of a merged one: what undo restores    */
    uint64_t   approval;           /* tkt_approval_t                         */
    uint64_t   queued_at;          /* since when it waits for an owner; 0    */
    uint64_t   attachment_count;
    uint64_t   note_file_count;    /* of these, those of internal messages   */
    uint64_t   merged_count;       /* tickets whose messages it shows        */
    uint64_t   phone_kind;         /* tkt_phone_t: of contact_phone          */
    uint64_t   on_behalf_of;       /* input only                             */
    uint64_t   next;               /* view: tkt_next_t                       */
    uint64_t   allowed_actions;    /* view                                   */
    uint64_t   requester_kind;     /* view: tkt_person_t                     */
    uint64_t   queue_position;     /* view: 1 is next; 0: does not wait      */
    uint64_t   expected_wait_s;    /* view                                   */

    tkt_str_t  subject;
    tkt_str_t  description;
    tkt_str_t  type;
    tkt_str_t  feature;
    tkt_str_t  account;
    tkt_str_t  contact_name;
    tkt_str_t  contact_email;
    tkt_str_t  contact_phone;
    tkt_str_t  contact_site_url;
    tkt_str_t  error_message;
    tkt_str_t  frequency;
    tkt_str_t  custom;
    tkt_str_t  tags;
    tkt_str_t  plan;
    tkt_str_t  comment;            /* of the rating                          */
    tkt_str_t  watcher_ids;        /* as tags: ["12","15"]                   */
    tkt_str_t  link_list;          /* as tags: ["related:7"]                 */
    tkt_str_t  steps;              /* of its type, as tags                   */
    tkt_str_t  steps_done;
    tkt_str_t  attachment_tokens;  /* input only, as tags                    */
    tkt_str_t  confidential;       /* input only                             */
    tkt_str_t  code;               /* input only: proves a guest's contact   */

    tkt_str_t  number;             /* view                                   */
    tkt_str_t  tenant_name;        /* view                                   */
    tkt_str_t  state_label;        /* view                                   */
    tkt_str_t  requester_name;     /* view                                   */
    tkt_str_t  assignee_name;      /* view                                   */
    tkt_str_t  access_token;       /* view: a guest's, once                  */
    tkt_str_t  team_name;          /* view                                   */
    tkt_str_t  links;              /* view: JSON array of tkt_link_schema    */
    tkt_str_t  watchers;           /* view: JSON array of tkt_watcher_schema */
    tkt_str_t  notice;             /* view: that many wait                   */
    tkt_str_t  step_labels;        /* view: of steps, as tags                */
} tkt_ticket_t;

extern const tkt_schema_t  tkt_ticket_schema;


/* The first of tkt_channel_names: nothing else was said. */
#define TKT_CHANNEL_API  1


/* What the requester is asked to do next. */
typedef enum {
    TKT_NEXT_NONE = 0,
    TKT_NEXT_ANSWER,
    TKT_NEXT_CONFIRM,
    TKT_NEXT_RATE
} tkt_next_t;


/* What the actions and messages take; one use bit an action. */
typedef struct {
    uint64_t   assignee;
    uint64_t   complexity;
    uint64_t   eta;
    uint64_t   priority;
    uint64_t   resume_at;
    uint64_t   close_reason;
    uint64_t   speed;
    uint64_t   attitude;
    uint64_t   result;
    uint64_t   into;
    uint64_t   kind;
    uint64_t   visibility;
    uint64_t   reopen;
    uint64_t   team;
    tkt_str_t  reason;
    tkt_str_t  body;
    tkt_str_t  question;
    tkt_str_t  solution;
    tkt_str_t  plan;
    tkt_str_t  comment;
    tkt_str_t  subject;            /* of what is forwarded                   */
    tkt_str_t  description;
    tkt_str_t  mentions;           /* logins, as tags                        */
    tkt_str_t  attachment_tokens;  /* as tags                                */
} tkt_input_t;

extern const tkt_schema_t  tkt_input_schema;

/* The use bit of an action's input; TKT_ACTION_MESSAGE for messages. */
#define tkt_action_use(action)  ((uint32_t) tkt_bit(action))


typedef enum {
    TKT_KIND_NONE = 0,
    TKT_KIND_REPLY,
    TKT_KIND_QUESTION,
    TKT_KIND_SOLUTION,
    TKT_KIND_NEXT_STEP,
    TKT_KIND_NOTE,
    TKT_KIND_COURTESY,
    TKT_KIND_MAX
} tkt_kind_t;


typedef enum {
    TKT_VISIBILITY_NONE = 0,
    TKT_VISIBILITY_PUBLIC,
    TKT_VISIBILITY_INTERNAL,
    TKT_VISIBILITY_MAX
} tkt_visibility_t;


typedef struct {
    uint64_t   id;                 /* number within the ticket, from 1       */
    uint64_t   ticket;
    uint64_t   author;
    uint64_t   author_role;
    uint64_t   kind;
    uint64_t   visibility;
    uint64_t   created_at;
    uint64_t   long_text;
    uint64_t   attachment_count;
    tkt_str_t  body;
    tkt_str_t  mentions;           /* ids, as tags; view: logins             */
    tkt_str_t  author_name;        /* view                                   */
    tkt_str_t  attachments;        /* view: JSON array                       */
} tkt_message_t;

extern const tkt_schema_t  tkt_message_schema;


typedef struct {
    uint64_t   id;                 /* the store's sequence number            */
    uint64_t   at;
    uint64_t   tenant;
    uint64_t   ticket;
    uint64_t   version;            /* of the ticket after it                 */
    uint64_t   previous;           /* event of the same ticket; 0: first     */
    uint64_t   actor;
    uint64_t   actor_role;
    uint64_t   action;             /* tkt_action_t + 1                       */
    uint64_t   from;
    uint64_t   to;
    uint64_t   automatic;
    uint64_t   internal;
    uint64_t   message;            /* number of the message it brought       */
    uint64_t   long_text;          /* 1: the change list is in chunks        */
    tkt_str_t  reason;
    tkt_str_t  packed;             /* change list                            */
    uint64_t   to_owner;           /* not kept: its message is for the owner */
    tkt_str_t  actor_name;         /* view                                   */
    tkt_str_t  changes;            /* view: JSON object                      */
} tkt_event_t;

extern const tkt_schema_t  tkt_event_schema;


extern const tkt_names_t  tkt_channel_names;
extern const tkt_names_t  tkt_next_names;
extern const tkt_names_t  tkt_kind_names;
extern const tkt_names_t  tkt_visibility_names;
extern const tkt_names_t  tkt_event_action_names;   /* index action + 1      */


/* Every schema, for documents and tests. */
const tkt_schema_t *const *tkt_model_schemas(size_t *count);


#endif /* TKT_MODEL_H */
