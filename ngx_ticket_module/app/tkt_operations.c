/*
 * The operation table.  Rows that are asked for most come first.
 */

#include "app/tkt_ops.h"
#include "app/tkt_operation.h"


#define ROLE(name)     ((uint32_t) tkt_bit(TKT_ROLE_##name))
#define EVERYBODY      ((uint32_t) ((tkt_bit(TKT_ROLE_MAX) - 1)               \
                                    & ~tkt_bit(TKT_ROLE_NONE)))
#define PUBLIC         0
#define ADMIN          ROLE(ADMIN)

#define P(name)        ((uint32_t) tkt_bit(TKT_PARAM_##name))
#define PAGE           (P(LIMIT) | P(CURSOR))
#define FILTERS        (P(STATE) | P(BUCKET) | P(PRIORITY) | P(TYPE)          \
                        | P(FEATURE) | P(ASSIGNEE) | P(REQUESTER) | P(TAG)    \
                        | P(CHANNEL) | P(TIER) | P(CREATED_AFTER)             \
                        | P(CREATED_BEFORE) | P(SORT))

#define READ           .kind = TKT_OP_QUERY, .success = 200,                  \
                       .scope = TKT_SCOPE_READ | TKT_SCOPE_WRITE
#define WRITE(code)    .kind = TKT_OP_COMMAND, .success = code,               \
                       .scope = TKT_SCOPE_WRITE
#define ADMIN_READ     .kind = TKT_OP_QUERY, .success = 200,                  \
                       .scope = TKT_SCOPE_ADMIN, .roles = ADMIN
#define ADMIN_WRITE(code)                                                     \
                       .kind = TKT_OP_COMMAND, .success = code,               \
                       .scope = TKT_SCOPE_ADMIN, .roles = ADMIN
#define DOCUMENT       .kind = TKT_OP_QUERY, .success = 200,                  \
                       .shape = TKT_SHAPE_JSON, .roles = PUBLIC
#define HEALTH         .kind = TKT_OP_CARRIER, .success = 200,                \
                       .shape = TKT_SHAPE_JSON, .roles = PUBLIC

#define GET(text)      .method = TKT_METHOD_GET, .path = text
#define POST(text)     .method = TKT_METHOD_POST, .path = text
#define PATCH(text)    .method = TKT_METHOD_PATCH, .path = text
#define DELETE(text)   .method = TKT_METHOD_DELETE, .path = text

#define TICKET         .shape = TKT_SHAPE_TICKET, .output = &tkt_ticket_schema
#define OBJECT(name)   .shape = TKT_SHAPE_OBJECT,                             \
                       .output = &tkt_##name##_schema
#define LIST(name)     .shape = TKT_SHAPE_LIST, .output = &tkt_##name##_schema
#define INPUT(name, bit)                                                      \
                       .input = &tkt_##name##_schema, .use = bit

#define ACTION_0(id, verb, text)
#define ACTION_1(id, verb, text)                                              \
    { .name = "ticket." verb, POST("/v1/tickets/{id}/" verb), WRITE(200),     \
      .roles = EVERYBODY, TICKET, .run = tkt_op_action,                       \
      INPUT(input, tkt_action_use(TKT_ACTION_##id)),                          \
      .action = TKT_ACTION_##id,                                              \
      .flags = TKT_OP_IF_MATCH | TKT_OP_LOCALISED, .doc = text },


static const tkt_operation_t  tkt_operation_rows[] = {

    { .name = "ticket.get", GET("/v1/tickets/{id}"), READ,
      .roles = EVERYBODY, TICKET, .run = tkt_op_ticket_get,
      .params = P(INCLUDE) | P(FIELDS), .flags = TKT_OP_LOCALISED,
      .doc = "One ticket, by id or number." },

    { .name = "ticket.create", POST("/v1/tickets"), WRITE(201),
      .roles = EVERYBODY, TICKET, .run = tkt_op_ticket_create,
      INPUT(ticket, TKT_USE_CREATE), .action = TKT_ACTION_SUBMIT,
      .flags = TKT_OP_LOCALISED, .doc = "Submit a ticket." },

    { .name = "ticket.list", GET("/v1/tickets"), READ,
      .roles = EVERYBODY, .shape = TKT_SHAPE_COUNTS,
      .output = &tkt_ticket_schema, .run = tkt_op_ticket_list,
      .params = FILTERS | PAGE | P(COUNT) | P(FIELDS),
      .flags = TKT_OP_LOCALISED,
      .doc = "Tickets: staff see the tenant's, users their own." },

    { .name = "me.tickets", GET("/v1/me/tickets"), READ,
      .roles = EVERYBODY, .shape = TKT_SHAPE_COUNTS,
      .output = &tkt_ticket_schema, .run = tkt_op_my_tickets,
      .params = P(BUCKET) | P(STATE) | P(SORT) | PAGE | P(COUNT) | P(FIELDS),
      .flags = TKT_OP_LOCALISED,
      .doc = "The caller's own tickets, newest first." },

    { .name = "message.create", POST("/v1/tickets/{id}/messages"),
      WRITE(201), .roles = EVERYBODY, OBJECT(message),
      .run = tkt_op_message_create, .action = TKT_ACTION_MESSAGE,
      INPUT(input, tkt_action_use(TKT_ACTION_MESSAGE)),
      .doc = "Add a message; it moves the ticket as the workflow says." },

    { .name = "message.list", GET("/v1/tickets/{id}/messages"), READ,
      .roles = EVERYBODY, LIST(message), .run = tkt_op_message_list,
      .params = PAGE,
      .doc = "The ticket's messages, oldest first." },

    { .name = "ticket.timeline", GET("/v1/tickets/{id}/timeline"), READ,
      .roles = EVERYBODY, LIST(event), .run = tkt_op_timeline,
      .params = PAGE, .doc = "The ticket's events, newest first." },

    { .name = "ticket.patch", PATCH("/v1/tickets/{id}"), WRITE(200),
      .roles = EVERYBODY, TICKET, .run = tkt_op_ticket_patch,
      INPUT(ticket, TKT_USE_PATCH), .action = TKT_ACTION_EDIT,
      .flags = TKT_OP_IF_MATCH | TKT_OP_LOCALISED | TKT_OP_MERGE,
      .doc = "Change fields (RFC 7396): requesters while it is active." },

#define X(id, verb, is_route, text)  ACTION_##is_route(id, verb, text)
    TKT_ACTION_TABLE(X)
#undef X

    { .name = "me.get", GET("/v1/me"), READ, .roles = EVERYBODY,
      OBJECT(user), .run = tkt_op_me, .doc = "Who the caller is." },

    { .name = "workflow.get", GET("/v1/workflow"), DOCUMENT,
      .run = tkt_op_workflow, .flags = TKT_OP_CACHEABLE,
      .doc = "States, actions, transitions and labels of every profile." },

    { .name = "user.list", GET("/v1/users"), ADMIN_READ, LIST(user),
      .run = tkt_op_user_list, .params = PAGE,
      .doc = "The tenant's principals." },

    { .name = "user.create", POST("/v1/users"), ADMIN_WRITE(201),
      OBJECT(user), .run = tkt_op_user_create,
      INPUT(user, TKT_USE_USER_CREATE), .doc = "Make a principal." },

    { .name = "user.get", GET("/v1/users/{id}"), ADMIN_READ, OBJECT(user),
      .run = tkt_op_user_get, .doc = "One principal." },

    { .name = "user.patch", PATCH("/v1/users/{id}"), ADMIN_WRITE(200),
      OBJECT(user), .run = tkt_op_user_patch,
      INPUT(user, TKT_USE_USER_PATCH),
      .flags = TKT_OP_IF_MATCH | TKT_OP_MERGE,
      .doc = "Change or disable a principal." },

    { .name = "token.list", GET("/v1/users/{id}/tokens"), ADMIN_READ,
      LIST(token), .run = tkt_op_token_list,
      .doc = "A principal's tokens, without their secrets." },

    { .name = "token.create", POST("/v1/users/{id}/tokens"),
      ADMIN_WRITE(201), OBJECT(token), .run = tkt_op_token_create,
      INPUT(token, TKT_USE_USER_CREATE),
      .doc = "Make a token; it is shown this once." },

    { .name = "token.revoke", DELETE("/v1/users/{id}/tokens/{number}"),
      ADMIN_WRITE(204), .shape = TKT_SHAPE_NONE,
      .run = tkt_op_token_revoke, .doc = "End a token." },

    { .name = "discovery.get", GET("/v1/"), DOCUMENT,
      .run = tkt_op_discovery, .flags = TKT_OP_CACHEABLE,
      .doc = "Where everything is." },

    { .name = "openapi.get", GET("/v1/openapi.json"), DOCUMENT,
      .run = tkt_op_openapi, .flags = TKT_OP_CACHEABLE,
      .doc = "This description." },

    { .name = "problem.get", GET("/v1/problems/{code}"), DOCUMENT,
      .run = tkt_op_problem, .flags = TKT_OP_CACHEABLE | TKT_OP_LOCALISED,
      .doc = "What a problem code means." },

    { .name = "health.get", GET("/v1/healthz"), HEALTH,
      .doc = "Whether the worker serves." },

    { .name = "ready.get", GET("/v1/readyz"), HEALTH,
      .doc = "Whether the store takes writes, with figures." },
};


const tkt_operation_t *
tkt_operations(size_t *count)
{
    *count = tkt_array_len(tkt_operation_rows);

    return tkt_operation_rows;
}


static const struct {
    const char  *name;
    const char  *schema;
    const char  *doc;
} tkt_param_rows[] = {
#define X(id, text, json, prose)  { text, json, prose },
    TKT_PARAM_TABLE(X)
#undef X
};


const char *
tkt_param_name(tkt_param_id_t id)
{
    return tkt_param_rows[id].name;
}


const char *
tkt_param_schema(tkt_param_id_t id)
{
    return tkt_param_rows[id].schema;
}


const char *
tkt_param_doc(tkt_param_id_t id)
{
    return tkt_param_rows[id].doc;
}


const char *
tkt_method_name(tkt_method_t method)
{
    static const char *const  names[] = {
        "", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"
    };

    return names[method];
}
