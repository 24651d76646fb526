/*
 * The operation table: one const row an endpoint.  Matching, admission,
 * decoding, the OpenAPI document and the tests that look for gaps all read
 * it; a new endpoint is a new row.
 */

#ifndef TKT_OPERATION_H
#define TKT_OPERATION_H


#include "app/call/tkt_app.h"
#include "codec/tkt_json_in.h"
#include "codec/tkt_query.h"
#include "domain/tkt_model.h"


typedef struct tkt_call_s  tkt_call_t;


typedef enum {
    TKT_OP_QUERY = 0,
    TKT_OP_COMMAND,
    TKT_OP_CARRIER,          /* answered by the carrier: health              */
    TKT_OP_JOB               /* a command of timers, without a route         */
} tkt_op_kind_t;


/* What a successful answer's body is. */
typedef enum {
    TKT_SHAPE_NONE = 0,
    TKT_SHAPE_OBJECT,        /* one `output`                                 */
    TKT_SHAPE_LIST,          /* {"data":[output…],"page":{…}}                */
    TKT_SHAPE_TICKET,        /* a ticket with what `include` adds            */
    TKT_SHAPE_COUNTS,        /* a list with counts on request                */
    TKT_SHAPE_JSON,          /* a document described in prose                */
    TKT_SHAPE_FILE           /* bytes of any media type                      */
} tkt_shape_t;


/* Query parameters.  X(NAME, "name", JSON Schema of the value, doc). */
#define TKT_PARAM_TABLE(X)                                                    \
    X(STATE, "state", "{\"type\":\"string\"}",                                \
      "states, separated by commas")                                          \
    X(BUCKET, "bucket", "{\"type\":\"string\"}",                              \
      "submitted, pending, completed, closed; separated by commas")           \
    X(PRIORITY, "priority", "{\"type\":\"string\"}",                          \
      "priorities, separated by commas")                                      \
    X(TYPE, "type", "{\"type\":\"string\"}", "one type")                      \
    X(FEATURE, "feature", "{\"type\":\"string\"}", "one feature")             \
    X(ASSIGNEE, "assignee", "{\"type\":\"string\"}",                          \
      "me, none or a principal's id")                                         \
    X(REQUESTER, "requester", "{\"type\":\"string\"}",                        \
      "me or a principal's id")                                               \
    X(TAG, "tag", "{\"type\":\"string\"}", "one tag")                         \
    X(CHANNEL, "channel", "{\"type\":\"string\"}", "one channel")             \
    X(TIER, "tier", "{\"type\":\"integer\"}", "level of escalation")          \
    X(CREATED_AFTER, "created_after",                                         \
      "{\"type\":\"string\",\"format\":\"date-time\"}",                       \
      "submitted at this time or later")                                      \
    X(CREATED_BEFORE, "created_before",                                       \
      "{\"type\":\"string\",\"format\":\"date-time\"}",                       \
      "submitted before this time")                                           \
    X(SORT, "sort", "{\"type\":\"string\"}",                                  \
      "created_at, -created_at, or queue: urgent first, then oldest")         \
    X(LIMIT, "limit",                                                         \
      "{\"type\":\"integer\",\"minimum\":1,\"maximum\":200}",                 \
      "entries a page (50)")                                                  \
    X(CURSOR, "cursor", "{\"type\":\"string\"}",                              \
      "page.next of the page before, with the same filter")                   \
    X(COUNT, "count", "{\"type\":\"boolean\"}",                               \
      "add counts from maintained counters")                                  \
    X(ACTOR, "actor", "{\"type\":\"integer\",\"minimum\":1}",                 \
      "what this principal did")                                              \
    X(OBJECT, "object", "{\"type\":\"string\"}",                              \
      "user, token, role, tenant, ticket, key, type, feature, form_field, "   \
      "team, member, grant, macro, view or verification")                     \
    X(OBJECT_ID, "object_id", "{\"type\":\"integer\",\"minimum\":1}",         \
      "what was done to this one")                                            \
    X(TEAM, "team", "{\"type\":\"string\"}", "none or a team's id")            \
    X(WATCHER, "watcher", "{\"type\":\"string\"}", "me: what one watches")     \
    X(HELD, "held", "{\"type\":\"boolean\"}",                                 \
      "waits for an agent to find it genuine")                                \
    X(DRILL, "drill", "{\"type\":\"boolean\"}",                               \
      "exercises alone (without it: none)")                                   \
    X(COMPLAINT, "complaint", "{\"type\":\"boolean\"}",                       \
      "complaints, or none")                                                  \
    X(OVERDUE, "overdue", "{\"type\":\"boolean\"}",                           \
      "active and past due_at")                                               \
    X(COMPLEXITY, "complexity",                                               \
      "{\"type\":\"integer\",\"minimum\":1,\"maximum\":5}",                   \
      "as assessed")                                                          \
    X(USER, "user", "{\"type\":\"integer\",\"minimum\":1}",                   \
      "a principal's id")                                                     \
    X(TYPING, "typing", "{\"type\":\"boolean\"}", "the caller is writing")    \
    X(NAME, "name", "{\"type\":\"string\"}", "name of the file")              \
    X(FIELDS, "fields", "{\"type\":\"string\"}",                              \
      "members to answer with, separated by commas")                          \
    X(INCLUDE, "include", "{\"type\":\"string\"}",                            \
      "messages, timeline: their first page inside the ticket")

typedef enum {
#define X(name, text, schema, doc)  TKT_PARAM_##name,
    TKT_PARAM_TABLE(X)
#undef X
    TKT_PARAM_MAX
} tkt_param_id_t;


/* Operation flags. */
#define TKT_OP_IF_MATCH     0x01   /* takes If-Match; 428 when required      */
#define TKT_OP_CACHEABLE    0x02   /* the same for everybody                 */
#define TKT_OP_LOCALISED    0x04   /* depends on Accept-Language             */
#define TKT_OP_MERGE        0x08   /* RFC 7396                               */
#define TKT_OP_SECRET       0x10   /* body or answer hold a secret: memory is
                                      wiped, replays leave the secret out    */
#define TKT_OP_LINK         0x20   /* a token for one ticket may call it     */
#define TKT_OP_LOGIN        0x40   /* public, if the location allows it      */
#define TKT_OP_GUEST        0x80   /* the anonymous too, with ticket_guest   */
#define TKT_OP_UPLOAD       0x100  /* the body is a file, streamed to disk   */
#define TKT_OP_ALONE        0x200  /* not inside a batch                     */
#define TKT_OP_VOLATILE     0x400  /* depends on more than the store: answers
                                      are not kept                           */
#define TKT_OP_DIGEST       0x800  /* the ETag is of the answer's bytes       */

/* What a location must offer for an operation with TKT_OP_LOGIN; any of. */
#define TKT_WAY_PASSWORD    0x1
#define TKT_WAY_REGISTER    0x2
#define TKT_WAY_GUEST       0x4


struct tkt_operation_s {
    const char          *name;      /* OpenAPI operationId                   */
    uint8_t              method;    /* tkt_method_t                          */
    uint8_t              kind;      /* tkt_op_kind_t                         */
    uint8_t              shape;     /* tkt_shape_t of the 2xx answer         */
    uint8_t              action;    /* tkt_action_t of a ticket action       */
    uint16_t             flags;
    uint8_t              ways;      /* TKT_WAY_* with TKT_OP_LOGIN           */
    uint16_t             success;   /* HTTP status                           */
    const char          *path;      /* "/v1/tickets/{id}"                    */
    uint8_t              permission;  /* tkt_perm_t; NONE = public           */
    uint32_t             scope;     /* TKT_SCOPE_* that a scoped token needs */
    uint32_t             params;    /* tkt_bit(tkt_param_id_t)               */
    const struct tkt_resource_s  *resource;   /* of the generic handlers     */
    void               (*run)(tkt_call_t *call);
    bool               (*decode)(tkt_call_t *call, const tkt_request_t *req,
                                 tkt_str_t body, tkt_command_t *cmd);
                                    /* a body that no schema can decode; NULL:
                                       `input` does                          */
    const tkt_schema_t  *input;
    uint32_t             use;       /* bit of the input's rows               */
    const tkt_schema_t  *output;
    const char          *doc;
};


/* The table, with the number of its rows. */
const tkt_operation_t *tkt_operations(size_t *count);

/* The name of a parameter, and its rows for documents. */
const char *tkt_param_name(tkt_param_id_t id);
const char *tkt_param_schema(tkt_param_id_t id);
const char *tkt_param_doc(tkt_param_id_t id);

/* "GET" and the like. */
const char *tkt_method_name(tkt_method_t method);


#endif /* TKT_OPERATION_H */
