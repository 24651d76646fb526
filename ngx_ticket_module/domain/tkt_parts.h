/*
 * What belongs to a ticket besides its record: links to other tickets,
 * watchers, drafts, who is looking at it, attachments, and what people are
 * told about it.
 */

#ifndef TKT_PARTS_H
#define TKT_PARTS_H


#include "domain/tkt_desk.h"


/* Uses of rows of tkt_part_input_schema, and of a link's. */
#define TKT_USE_LINK     0x1         /* PUT …/links/{other}                  */
#define TKT_USE_SPLIT    0x2         /* POST …/split                         */
#define TKT_USE_APPROVE  0x4         /* PUT …/approval                       */
#define TKT_USE_DRAFT    0x8         /* PUT …/draft                          */
#define TKT_USE_APPLY    0x10        /* POST …/apply                         */
#define TKT_USE_READ     0x20        /* POST /v1/notifications/read          */


/*
 * What another ticket is to the one at hand.  Links are kept at both ends, as
 * "KIND:ID" in the row `link_list`; the other end has the inverse kind.
 */
typedef enum {
    TKT_LINK_NONE = 0,
    TKT_LINK_RELATED,
    TKT_LINK_DUPLICATE,              /* … is a duplicate of this one         */
    TKT_LINK_DUPLICATED_BY,
    TKT_LINK_PARENT,
    TKT_LINK_CHILD,                  /* blocks: resolve waits for it         */
    TKT_LINK_FOLLOW_UP_OF,
    TKT_LINK_FOLLOWED_UP_BY,
    TKT_LINK_SPLIT_FROM,
    TKT_LINK_SPLIT_INTO,
    TKT_LINK_COMPLAINT_OF,
    TKT_LINK_COMPLAINT,
    TKT_LINK_MERGED_FROM,
    TKT_LINK_MERGED_INTO,
    TKT_LINK_MAX
} tkt_link_kind_t;

typedef struct {
    uint64_t   ticket;
    uint64_t   kind;                 /* tkt_link_kind_t                      */
    uint64_t   state;                /* 0: the caller does not see it        */
    tkt_str_t  number;
} tkt_link_t;

extern const tkt_schema_t  tkt_link_schema;

typedef struct {
    uint64_t   id;
    tkt_str_t  name;
} tkt_watcher_t;

extern const tkt_schema_t  tkt_watcher_schema;


/* What operations on parts of a ticket take. */
typedef struct {
    uint64_t   message;
    uint64_t   approved;
    uint64_t   macro;
    uint64_t   until;
    tkt_str_t  subject;
    tkt_str_t  reason;
    tkt_str_t  body;
} tkt_part_input_t;

extern const tkt_schema_t  tkt_part_input_schema;


typedef enum {
    TKT_APPROVAL_NONE = 0,           /* none is needed                       */
    TKT_APPROVAL_PENDING,
    TKT_APPROVAL_APPROVED,
    TKT_APPROVAL_DECLINED,
    TKT_APPROVAL_MAX
} tkt_approval_t;


/* A message that is being written; one a principal and ticket. */
typedef struct {
    uint64_t   ticket;
    uint64_t   principal;
    uint64_t   updated_at;
    tkt_str_t  body;
} tkt_draft_t;

extern const tkt_schema_t  tkt_draft_schema;


/* Who has a ticket open: in shared memory, never stored. */
typedef struct {
    uint64_t   id;
    uint64_t   typing;
    uint64_t   seen_at;
    tkt_str_t  name;
} tkt_viewer_t;

extern const tkt_schema_t  tkt_viewer_schema;


typedef enum {
    TKT_NOTICE_NONE = 0,
    TKT_NOTICE_ASSIGNED,             /* by a person, not by the router       */
    TKT_NOTICE_MENTIONED,
    TKT_NOTICE_ESCALATED,
    TKT_NOTICE_URGED,
    TKT_NOTICE_COMPLAINT,
    TKT_NOTICE_MESSAGE,              /* to the requester and watchers        */
    TKT_NOTICE_STATE,
    TKT_NOTICE_APPROVAL,
    TKT_NOTICE_WATCHED,              /* made a watcher                       */
    TKT_NOTICE_UNROUTED,             /* no team takes the ticket             */
    TKT_NOTICE_MAX
} tkt_notice_kind_t;

/* What a principal is told inside the desk. */
typedef struct {
    uint64_t   id;
    uint64_t   tenant;
    uint64_t   principal;
    uint64_t   kind;                 /* tkt_notice_kind_t                    */
    uint64_t   ticket;
    uint64_t   message;
    uint64_t   actor;
    uint64_t   created_at;
    uint64_t   read;                 /* view                                 */
    tkt_str_t  number;               /* view                                 */
    tkt_str_t  actor_name;           /* view                                 */
} tkt_notice_t;

extern const tkt_schema_t  tkt_notice_schema;


typedef struct {
    uint64_t   id;
    uint64_t   tenant;
    uint64_t   uploader;
    uint64_t   ticket;               /* 0: not bound yet                     */
    uint64_t   message;              /* 0: of the ticket itself              */
    uint64_t   internal;
    uint64_t   size;
    uint64_t   blob;
    uint64_t   created_at;
    uint64_t   expires_at;           /* 0 once it is bound                   */
    tkt_str_t  token;                /* random; the address                  */
    tkt_str_t  name;
    tkt_str_t  type;
    tkt_str_t  digest;               /* of the content, hexadecimal          */
} tkt_attachment_t;

extern const tkt_schema_t  tkt_attachment_schema;

/* Content on disk, shared by the attachments that have it; stored only. */
typedef struct {
    uint64_t   id;
    uint64_t   size;
    uint64_t   refs;
    uint64_t   created_at;
    tkt_str_t  file;
} tkt_blob_t;

extern const tkt_schema_t  tkt_blob_schema;


extern const tkt_names_t  tkt_link_names;
extern const tkt_names_t  tkt_notice_names;
extern const tkt_names_t  tkt_approval_names;


#endif /* TKT_PARTS_H */
