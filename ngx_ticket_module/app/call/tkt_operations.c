/*
 * The operation table.  Rows that are asked for most come first.
 */

#include "app/call/tkt_batch.h"
#include "app/call/tkt_ops.h"
#include "app/call/tkt_operation.h"
#include "app/resource/tkt_resource.h"


#define PUBLIC         .permission = TKT_PERM_NONE
#define NEEDS(name)    .permission = TKT_PERM_##name
#define DOES(name)                                                            \
                       .permission = TKT_PERM_ACTION + TKT_ACTION_##name

#define P(name)        ((uint32_t) tkt_bit(TKT_PARAM_##name))
#define PAGE           (P(LIMIT) | P(CURSOR))
#define FILTERS        (P(STATE) | P(BUCKET) | P(PRIORITY) | P(TYPE)          \
                        | P(FEATURE) | P(ASSIGNEE) | P(REQUESTER) | P(TAG)    \
                        | P(CHANNEL) | P(TIER) | P(CREATED_AFTER)             \
                        | P(CREATED_BEFORE) | P(SORT) | P(TEAM) | P(WATCHER)  \
                        | P(HELD) | P(DRILL) | P(COMPLAINT) | P(OVERDUE)      \
                        | P(COMPLEXITY))

#define READ           .kind = TKT_OP_QUERY, .success = 200,                  \
                       .scope = TKT_SCOPE_READ | TKT_SCOPE_WRITE
#define WRITE(code)    .kind = TKT_OP_COMMAND, .success = code,               \
                       .scope = TKT_SCOPE_WRITE
#define ADMIN_READ     .kind = TKT_OP_QUERY, .success = 200,                  \
                       .scope = TKT_SCOPE_ADMIN
#define ADMIN_WRITE(code)                                                     \
                       .kind = TKT_OP_COMMAND, .success = code,               \
                       .scope = TKT_SCOPE_ADMIN
#define DOCUMENT       .kind = TKT_OP_QUERY, .success = 200,                  \
                       .shape = TKT_SHAPE_JSON, PUBLIC
#define HEALTH         .kind = TKT_OP_CARRIER, .success = 200,                \
                       .shape = TKT_SHAPE_JSON, PUBLIC

#define PUT(text)      .method = TKT_METHOD_PUT, .path = text
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
#define LOGIN(offered) .ways = offered
#define OF(name)       .resource = &tkt_resource_##name

/*
 * The five rows of a configuration resource, which differ in names alone.
 * lister and getter are the generic handlers but where one adds something.
 */
#define CONFIGURED(id, what, at, one, reads, writes, lister, list_params,     \
                   getter, get_params, doc_list, doc_create, doc_get,         \
                   doc_patch, doc_delete)                                     \
    { .name = id ".list", GET(at), READ, NEEDS(reads), LIST(what), OF(what),  \
      .run = lister, .params = list_params,                                   \
      .flags = TKT_OP_LOCALISED | TKT_OP_DIGEST, .doc = doc_list },           \
                                                                              \
    { .name = id ".create", POST(at), WRITE(201), NEEDS(writes),              \
      OBJECT(what), OF(what), .run = tkt_resource_create,                     \
      INPUT(what, TKT_USE_NEW), .flags = TKT_OP_LOCALISED,                    \
      .doc = doc_create },                                                    \
                                                                              \
    { .name = id ".get", GET(one), READ, NEEDS(reads), OBJECT(what),          \
      OF(what), .run = getter, .params = get_params,                          \
      .flags = TKT_OP_LOCALISED, .doc = doc_get },                            \
                                                                              \
    { .name = id ".patch", PATCH(one), WRITE(200), NEEDS(writes),             \
      OBJECT(what), OF(what), .run = tkt_resource_patch,                      \
      INPUT(what, TKT_USE_CHANGE),                                            \
      .flags = TKT_OP_IF_MATCH | TKT_OP_MERGE | TKT_OP_LOCALISED,             \
      .doc = doc_patch },                                                     \
                                                                              \
    { .name = id ".delete", DELETE(one), WRITE(204), NEEDS(writes),           \
      .shape = TKT_SHAPE_NONE, OF(what), .run = tkt_resource_delete,          \
      .flags = TKT_OP_IF_MATCH, .doc = doc_delete },


#define ACTION_0(id, verb, text)
#define ACTION_1(id, verb, text)                                              \
    { .name = "ticket." verb, POST("/v1/tickets/{id}/" verb), WRITE(200),     \
      DOES(id), TICKET, .run = tkt_op_action,                                 \
      INPUT(input, tkt_action_use(TKT_ACTION_##id)),                          \
      .action = TKT_ACTION_##id,                                              \
      .flags = TKT_OP_IF_MATCH | TKT_OP_LOCALISED | TKT_OP_LINK,              \
      .doc = text },


static const tkt_operation_t  tkt_operation_rows[] = {

    { .name = "ticket.get", GET("/v1/tickets/{id}"), READ,
      NEEDS(TICKET_READ), TICKET, .run = tkt_op_ticket_get,
      .params = P(INCLUDE) | P(FIELDS),
      .flags = TKT_OP_LOCALISED | TKT_OP_LINK,
      .doc = "One ticket, by id or number." },

    { .name = "ticket.create", POST("/v1/tickets"), WRITE(201),
      DOES(SUBMIT), TICKET, .run = tkt_op_ticket_create,
      INPUT(ticket, TKT_USE_CREATE), .action = TKT_ACTION_SUBMIT,
      .flags = TKT_OP_LOCALISED | TKT_OP_GUEST | TKT_OP_SECRET,
      .doc = "Submit a ticket." },

    { .name = "ticket.list", GET("/v1/tickets"), READ,
      NEEDS(TICKET_READ), .shape = TKT_SHAPE_COUNTS,
      .output = &tkt_ticket_schema, .run = tkt_op_ticket_list,
      .params = FILTERS | PAGE | P(COUNT) | P(FIELDS),
      .flags = TKT_OP_LOCALISED,
      .doc = "Tickets: staff see the tenant's, users their own." },

    { .name = "me.tickets", GET("/v1/me/tickets"), READ,
      NEEDS(TICKET_READ), .shape = TKT_SHAPE_COUNTS,
      .output = &tkt_ticket_schema, .run = tkt_op_my_tickets,
      .params = P(BUCKET) | P(STATE) | P(SORT) | PAGE | P(COUNT) | P(FIELDS),
      .flags = TKT_OP_LOCALISED,
      .doc = "The caller's own tickets, newest first." },

    { .name = "message.create", POST("/v1/tickets/{id}/messages"),
      WRITE(201), NEEDS(MESSAGE_WRITE), OBJECT(message),
      .run = tkt_op_message_create, .action = TKT_ACTION_MESSAGE,
      INPUT(input, tkt_action_use(TKT_ACTION_MESSAGE)),
      .flags = TKT_OP_LINK,
      .doc = "Add a message; it moves the ticket as the workflow says." },

    { .name = "message.list", GET("/v1/tickets/{id}/messages"), READ,
      NEEDS(TICKET_READ), LIST(message), .run = tkt_op_message_list,
      .params = PAGE, .flags = TKT_OP_LINK,
      .doc = "The ticket's messages, oldest first." },

    { .name = "ticket.timeline", GET("/v1/tickets/{id}/timeline"), READ,
      NEEDS(TICKET_READ), LIST(event), .run = tkt_op_timeline,
      .params = PAGE, .flags = TKT_OP_LINK,
      .doc = "The ticket's events, newest first." },

    { .name = "ticket.patch", PATCH("/v1/tickets/{id}"), WRITE(200),
      DOES(EDIT), TICKET, .run = tkt_op_ticket_patch,
      INPUT(ticket, TKT_USE_PATCH), .action = TKT_ACTION_EDIT,
      .flags = TKT_OP_IF_MATCH | TKT_OP_LOCALISED | TKT_OP_MERGE
               | TKT_OP_LINK | TKT_OP_SECRET,
      .doc = "Change fields (RFC 7396): requesters while it is active." },

#define X(id, verb, is_route, text)  ACTION_##is_route(id, verb, text)
    TKT_ACTION_TABLE(X)
#undef X

    { .name = "ticket.forward", POST("/v1/tickets/{id}/forward"), WRITE(200),
      DOES(FORWARD), TICKET, .run = tkt_op_forward,
      INPUT(input, tkt_action_use(TKT_ACTION_FORWARD)),
      .action = TKT_ACTION_FORWARD,
      .flags = TKT_OP_IF_MATCH | TKT_OP_LOCALISED,
      .doc = "File it with the tenant above, or tell that ticket more." },

    { .name = "ticket.reveal", POST("/v1/tickets/{id}/reveal"), WRITE(200),
      DOES(REVEAL), OBJECT(reveal), .run = tkt_op_reveal,
      INPUT(input, tkt_action_use(TKT_ACTION_REVEAL)),
      .action = TKT_ACTION_REVEAL, .flags = TKT_OP_IF_MATCH | TKT_OP_SECRET,
      .doc = "Read the confidential text; the requester is told." },

    { .name = "ticket.shred", DELETE("/v1/tickets/{id}/confidential"),
      WRITE(204), DOES(SHRED), .shape = TKT_SHAPE_NONE, .run = tkt_op_shred,
      .action = TKT_ACTION_SHRED, .flags = TKT_OP_IF_MATCH | TKT_OP_LINK,
      .doc = "Destroy the confidential text." },

    { .name = "me.get", GET("/v1/me"), READ, NEEDS(SELF),
      OBJECT(user), .run = tkt_op_me, .doc = "Who the caller is." },

    { .name = "me.patch", PATCH("/v1/me"), WRITE(200), NEEDS(SELF),
      OBJECT(user), .run = tkt_op_me_patch, INPUT(user, TKT_USE_SELF),
      .flags = TKT_OP_IF_MATCH | TKT_OP_MERGE,
      .doc = "Change one's own account." },

    { .name = "me.export", GET("/v1/me/export"), READ, NEEDS(SELF),
      .shape = TKT_SHAPE_JSON, .run = tkt_op_export, .params = PAGE,
      .doc = "All that is kept about the caller, page by page." },

    { .name = "password.change", PUT("/v1/me/password"), WRITE(204),
      NEEDS(SELF), .shape = TKT_SHAPE_NONE, .run = tkt_op_password,
      INPUT(credentials, TKT_USE_PASSWORD), .flags = TKT_OP_SECRET,
      .doc = "Set one's password; ends all other sessions." },

    { .name = "my-token.list", GET("/v1/me/tokens"), READ, NEEDS(SELF),
      LIST(token), .run = tkt_op_token_list, .doc = "One's own tokens." },

    { .name = "my-token.create", POST("/v1/me/tokens"), WRITE(201),
      NEEDS(SELF), OBJECT(token), .run = tkt_op_token_create,
      INPUT(token, TKT_USE_NEW), .flags = TKT_OP_SECRET,
      .doc = "Make a token for oneself; it is shown this once." },

    { .name = "my-token.revoke", DELETE("/v1/me/tokens/{number}"),
      WRITE(204), NEEDS(SELF), .shape = TKT_SHAPE_NONE,
      .run = tkt_op_token_revoke, .doc = "End one of one's tokens." },

    { .name = "session.create", POST("/v1/session"), WRITE(201), PUBLIC,
      OBJECT(session), .run = tkt_op_session_create,
      INPUT(credentials, TKT_USE_SESSION),
      .flags = TKT_OP_SECRET | TKT_OP_LOGIN,
      LOGIN(TKT_WAY_PASSWORD),
      .doc = "Log in with a password; the token is short-lived." },

    { .name = "session.delete", DELETE("/v1/session"), WRITE(204),
      NEEDS(SELF), .shape = TKT_SHAPE_NONE, .run = tkt_op_session_delete,
      .doc = "Log out: ends the token that the request was made with." },

    { .name = "code.create", POST("/v1/codes"), WRITE(202), PUBLIC,
      OBJECT(code), .run = tkt_op_code_create,
      INPUT(credentials, TKT_USE_CODE), .flags = TKT_OP_LOGIN,
      LOGIN(TKT_WAY_PASSWORD | TKT_WAY_REGISTER | TKT_WAY_GUEST),
      .doc = "Have a code sent that proves a mail address or number." },

    { .name = "account.create", POST("/v1/accounts"), WRITE(201), PUBLIC,
      OBJECT(user), .run = tkt_op_account_create,
      INPUT(credentials, TKT_USE_ACCOUNT),
      .flags = TKT_OP_SECRET | TKT_OP_LOGIN,
      LOGIN(TKT_WAY_REGISTER),
      .doc = "Register, with the code that was sent." },

    { .name = "password.reset", POST("/v1/password-reset"), WRITE(204),
      PUBLIC, .shape = TKT_SHAPE_NONE, .run = tkt_op_password_reset,
      INPUT(credentials, TKT_USE_RESET),
      .flags = TKT_OP_SECRET | TKT_OP_LOGIN,
      LOGIN(TKT_WAY_PASSWORD),
      .doc = "Set a new password, with the code that was sent." },

    { .name = "workflow.get", GET("/v1/workflow"), DOCUMENT,
      .run = tkt_op_workflow, .flags = TKT_OP_CACHEABLE,
      .doc = "States, actions, transitions and labels of every profile." },

    { .name = "user.list", GET("/v1/users"), ADMIN_READ,
      NEEDS(USER_READ), LIST(user), OF(user), .run = tkt_resource_list,
      .params = PAGE, .flags = TKT_OP_DIGEST,
      .doc = "The tenant's principals." },

    { .name = "user.create", POST("/v1/users"), ADMIN_WRITE(201),
      NEEDS(USER_WRITE), OBJECT(user), OF(user), .run = tkt_resource_create,
      INPUT(user, TKT_USE_NEW), .doc = "Make a principal." },

    { .name = "user.get", GET("/v1/users/{id}"), ADMIN_READ,
      NEEDS(USER_READ), OBJECT(user), OF(user), .run = tkt_resource_get,
      .doc = "One principal." },

    { .name = "user.patch", PATCH("/v1/users/{id}"), ADMIN_WRITE(200),
      NEEDS(USER_WRITE), OBJECT(user), OF(user), .run = tkt_resource_patch,
      INPUT(user, TKT_USE_CHANGE), .flags = TKT_OP_IF_MATCH | TKT_OP_MERGE,
      .doc = "Change or disable a principal." },

    { .name = "token.list", GET("/v1/users/{id}/tokens"), ADMIN_READ,
      NEEDS(TOKEN_READ), LIST(token), .run = tkt_op_token_list,
      .doc = "A principal's tokens, without their secrets." },

    { .name = "token.create", POST("/v1/users/{id}/tokens"),
      ADMIN_WRITE(201), NEEDS(TOKEN_WRITE), OBJECT(token),
      .run = tkt_op_token_create, INPUT(token, TKT_USE_NEW),
      .flags = TKT_OP_SECRET,
      .doc = "Make a token; it is shown this once." },

    { .name = "token.revoke", DELETE("/v1/users/{id}/tokens/{number}"),
      ADMIN_WRITE(204), NEEDS(TOKEN_WRITE), .shape = TKT_SHAPE_NONE,
      .run = tkt_op_token_revoke, .doc = "End a token." },

    { .name = "user.export", GET("/v1/users/{id}/export"), ADMIN_READ,
      NEEDS(TICKET_EXPORT), .shape = TKT_SHAPE_JSON, .run = tkt_op_export,
      .params = PAGE,
      .doc = "All that is kept about a principal, page by page." },

    { .name = "user.erase", POST("/v1/users/{id}/erase"), ADMIN_WRITE(202),
      NEEDS(ERASE), OBJECT(user), .run = tkt_op_erase,
      INPUT(input, tkt_action_use(TKT_ACTION_REJECT)),
      .doc = "Erase a principal's personal data, with a reason." },

    { .name = "role.list", GET("/v1/roles"), ADMIN_READ, NEEDS(ROLE_READ),
      LIST(role), OF(role), .run = tkt_resource_list, .params = PAGE,
      .flags = TKT_OP_DIGEST,
      .doc = "The roles that the tenant has made." },

    { .name = "role.create", POST("/v1/roles"), ADMIN_WRITE(201),
      NEEDS(ROLE_WRITE), OBJECT(role), OF(role), .run = tkt_resource_create,
      INPUT(role, TKT_USE_NEW), .doc = "Make a role." },

    { .name = "role.get", GET("/v1/roles/{id}"), ADMIN_READ,
      NEEDS(ROLE_READ), OBJECT(role), OF(role), .run = tkt_resource_get,
      .doc = "One role." },

    { .name = "role.patch", PATCH("/v1/roles/{id}"), ADMIN_WRITE(200),
      NEEDS(ROLE_WRITE), OBJECT(role), OF(role), .run = tkt_resource_patch,
      INPUT(role, TKT_USE_CHANGE), .flags = TKT_OP_IF_MATCH | TKT_OP_MERGE,
      .doc = "Change a role; it holds for its holders at once." },

    { .name = "role.delete", DELETE("/v1/roles/{id}"), ADMIN_WRITE(204),
      NEEDS(ROLE_WRITE), .shape = TKT_SHAPE_NONE, OF(role),
      .run = tkt_resource_delete, .flags = TKT_OP_IF_MATCH,
      .doc = "Delete a role that nobody has." },

    { .name = "tenant.list", GET("/v1/tenants"), ADMIN_READ,
      NEEDS(TENANT_READ), LIST(tenant), OF(tenant),
      .run = tkt_resource_list, .params = PAGE, .flags = TKT_OP_DIGEST,
      .doc = "The caller's tenant and those below it." },

    { .name = "tenant.create", POST("/v1/tenants"), ADMIN_WRITE(201),
      NEEDS(TENANT_WRITE), OBJECT(tenant), OF(tenant),
      .run = tkt_resource_create, INPUT(tenant, TKT_USE_NEW),
      .flags = TKT_OP_SECRET,
      .doc = "Make a tenant below one's own, with its first administrator." },

    { .name = "tenant.get", GET("/v1/tenants/{id}"), ADMIN_READ,
      NEEDS(TENANT_READ), OBJECT(tenant), OF(tenant),
      .run = tkt_resource_get, .doc = "One tenant." },

    { .name = "tenant.patch", PATCH("/v1/tenants/{id}"), ADMIN_WRITE(200),
      NEEDS(TENANT_WRITE), OBJECT(tenant), OF(tenant),
      .run = tkt_resource_patch, INPUT(tenant, TKT_USE_CHANGE),
      .flags = TKT_OP_IF_MATCH | TKT_OP_MERGE,
      .doc = "Change a tenant." },

    CONFIGURED("type", type, "/v1/types",
               "/v1/types/{id}", TICKET_READ, CONFIG_WRITE,
               tkt_resource_list, PAGE, tkt_resource_get,
               0,
               "What a ticket can be about, in order.",
               "Make a type.",
               "One type.",
               "Change a type, or retire it.",
               "Delete a type without features and fields; tickets keep its "
               "name.")

    { .name = "type.seed", POST("/v1/types/ready-made"), ADMIN_WRITE(201),
      NEEDS(CONFIG_WRITE), LIST(type), .run = tkt_op_type_seed,
      .flags = TKT_OP_LOCALISED,
      .doc = "Make the ready-made types that the tenant has not." },

    { .name = "type.form", GET("/v1/types/{id}/form"), READ,
      NEEDS(TICKET_READ), .shape = TKT_SHAPE_JSON, .run = tkt_op_type_form,
      .flags = TKT_OP_LOCALISED | TKT_OP_GUEST | TKT_OP_DIGEST,
      .doc = "JSON Schema of a submission of this type, with prompts." },

    CONFIGURED("feature", feature, "/v1/types/{id}/features",
               "/v1/types/{id}/features/{number}", TICKET_READ, CONFIG_WRITE,
               tkt_resource_list, PAGE, tkt_resource_get,
               0,
               "The features of a type, in order.",
               "Make a feature.",
               "One feature.",
               "Change a feature, or retire it.",
               "Delete a feature; tickets keep its name.")

    CONFIGURED("field", form_field, "/v1/types/{id}/fields",
               "/v1/types/{id}/fields/{number}", TICKET_READ, CONFIG_WRITE,
               tkt_resource_list, PAGE, tkt_resource_get,
               0,
               "The fields of a type's form, in order.",
               "Add a field to the form.",
               "One field.",
               "Change a field, or retire it.",
               "Take a field out; tickets keep what was filled in.")

    CONFIGURED("team", team, "/v1/teams",
               "/v1/teams/{id}", TEAM_READ, TEAM_WRITE,
               tkt_resource_list, PAGE, tkt_resource_get,
               0,
               "The teams, in order.",
               "Make a team.",
               "One team.",
               "Change a team.",
               "Delete a team without members and tickets.")

    { .name = "member.list", GET("/v1/teams/{id}/members"), READ,
      NEEDS(TEAM_READ), LIST(member), OF(member), .run = tkt_resource_list,
      .params = PAGE, .flags = TKT_OP_DIGEST,
      .doc = "Who belongs to a team, with presence and load." },

    { .name = "member.put", PUT("/v1/teams/{id}/members/{user}"), WRITE(200),
      NEEDS(TEAM_WRITE), OBJECT(member), OF(member),
      .run = tkt_op_member_put, INPUT(member, TKT_USE_NEW),
      .doc = "Put a principal into a team, or change whether he leads it." },

    { .name = "member.delete", DELETE("/v1/teams/{id}/members/{user}"),
      WRITE(204), NEEDS(TEAM_WRITE), .shape = TKT_SHAPE_NONE, OF(member),
      .run = tkt_resource_delete, .doc = "Take a principal out of a team." },

    CONFIGURED("grant", grant, "/v1/grants",
               "/v1/grants/{id}", TEAM_READ, TEAM_WRITE,
               tkt_resource_list, PAGE | P(USER), tkt_resource_get,
               0,
               "Who may work on what.",
               "Grant an agent a type, or a feature of it.",
               "One grant.",
               "Change the level of a grant.",
               "Take a grant away.")

    { .name = "presence.get", GET("/v1/me/presence"), READ,
      NEEDS(DESK_WORK), OBJECT(presence), .run = tkt_op_presence_get,
      .doc = "Whether the caller is there, and how much he takes." },

    { .name = "presence.put", PUT("/v1/me/presence"), WRITE(200),
      NEEDS(DESK_WORK), OBJECT(presence), .run = tkt_op_presence_put,
      INPUT(presence, TKT_USE_CHANGE),
      .doc = "Come, go, or change how much one takes." },

    { .name = "verification.get", GET("/v1/verification"), ADMIN_READ,
      NEEDS(CONFIG_WRITE), OBJECT(verification),
      .run = tkt_op_verification_get,
      .doc = "How submissions are scored." },

    { .name = "verification.patch", PATCH("/v1/verification"),
      ADMIN_WRITE(200), NEEDS(CONFIG_WRITE), OBJECT(verification),
      .run = tkt_op_verification_patch,
      INPUT(verification, TKT_USE_CHANGE),
      .flags = TKT_OP_IF_MATCH | TKT_OP_MERGE,
      .doc = "Change how submissions are scored." },

    CONFIGURED("macro", macro, "/v1/macros",
               "/v1/macros/{id}", DESK_WORK, DESK_WORK,
               tkt_resource_list, PAGE, tkt_resource_get,
               0,
               "One's own and the shared macros, in order.",
               "Make a macro; a shared one needs desk.share.",
               "One macro.",
               "Change a macro.",
               "Delete a macro.")

    { .name = "macro.apply", POST("/v1/tickets/{id}/apply"), WRITE(200),
      NEEDS(DESK_WORK), TICKET, .run = tkt_op_macro_apply,
      INPUT(part_input, TKT_USE_APPLY),
      .flags = TKT_OP_IF_MATCH | TKT_OP_LOCALISED,
      .doc = "Apply a macro: its text and its actions, all or nothing." },

    CONFIGURED("view", view, "/v1/views",
               "/v1/views/{id}", DESK_WORK, DESK_WORK,
               tkt_op_view_list, PAGE | P(COUNT), tkt_op_view_get,
               P(COUNT),
               "One's own and the shared views, in order.",
               "Save a view; a shared one needs desk.share.",
               "One view.",
               "Change a view.",
               "Delete a view.")

    { .name = "view.tickets", GET("/v1/views/{id}/tickets"), READ,
      NEEDS(DESK_WORK), .shape = TKT_SHAPE_COUNTS,
      .output = &tkt_ticket_schema, .run = tkt_op_view_tickets,
      .params = PAGE | P(COUNT) | P(FIELDS), .flags = TKT_OP_LOCALISED,
      .doc = "The tickets of a view." },

    { .name = "batch.create", POST("/v1/batch"), .kind = TKT_OP_COMMAND,
      .success = 200, .scope = TKT_SCOPE_WRITE | TKT_SCOPE_ADMIN,
      NEEDS(BATCH), .shape = TKT_SHAPE_JSON, .run = tkt_op_batch,
      INPUT(batch, TKT_USE_BATCH), .decode = tkt_batch_decode,
      .flags = TKT_OP_LOCALISED | TKT_OP_SECRET | TKT_OP_ALONE,
      .doc = "Up to 500 operations in one transaction." },

    { .name = "tag.put", PUT("/v1/tickets/{id}/tags/{tag}"), WRITE(200),
      DOES(EDIT), TICKET, .run = tkt_op_tag_put, .action = TKT_ACTION_EDIT,
      .flags = TKT_OP_LOCALISED, .doc = "Put a tag on." },

    { .name = "tag.delete", DELETE("/v1/tickets/{id}/tags/{tag}"), WRITE(200),
      DOES(EDIT), TICKET, .run = tkt_op_tag_delete,
      .action = TKT_ACTION_EDIT, .flags = TKT_OP_LOCALISED,
      .doc = "Take a tag off." },

    { .name = "watcher.put", PUT("/v1/tickets/{id}/watchers/{user}"),
      WRITE(200), DOES(EDIT), TICKET, .run = tkt_op_watcher_put,
      .action = TKT_ACTION_EDIT, .flags = TKT_OP_LOCALISED,
      .doc = "Let a principal follow the ticket; me: the caller." },

    { .name = "watcher.delete", DELETE("/v1/tickets/{id}/watchers/{user}"),
      WRITE(200), NEEDS(TICKET_READ), TICKET, .run = tkt_op_watcher_delete,
      .action = TKT_ACTION_EDIT, .flags = TKT_OP_LOCALISED,
      .doc = "End it; everybody may for himself." },

    { .name = "link.put", PUT("/v1/tickets/{id}/links/{other}"), WRITE(200),
      DOES(EDIT), TICKET, .run = tkt_op_link_put, INPUT(link, TKT_USE_LINK),
      .action = TKT_ACTION_EDIT, .flags = TKT_OP_LOCALISED,
      .doc = "Link another ticket: related, duplicate, child, follow_up_of." },

    { .name = "link.delete", DELETE("/v1/tickets/{id}/links/{other}"),
      WRITE(200), DOES(EDIT), TICKET, .run = tkt_op_link_delete,
      .action = TKT_ACTION_EDIT, .flags = TKT_OP_LOCALISED,
      .doc = "Take the links to another ticket away." },

    { .name = "step.put", PUT("/v1/tickets/{id}/steps/{step}"), WRITE(200),
      DOES(EDIT), TICKET, .run = tkt_op_step_put, .action = TKT_ACTION_EDIT,
      .flags = TKT_OP_LOCALISED, .doc = "A step is done." },

    { .name = "step.delete", DELETE("/v1/tickets/{id}/steps/{step}"),
      WRITE(200), DOES(EDIT), TICKET, .run = tkt_op_step_delete,
      .action = TKT_ACTION_EDIT, .flags = TKT_OP_LOCALISED,
      .doc = "A step is not done after all." },

    { .name = "approval.put", PUT("/v1/tickets/{id}/approval"), WRITE(200),
      NEEDS(DESK_SHARE), TICKET, .run = tkt_op_approval_put,
      INPUT(part_input, TKT_USE_APPROVE), .action = TKT_ACTION_EDIT,
      .flags = TKT_OP_IF_MATCH | TKT_OP_LOCALISED,
      .doc = "Approve or decline what a request asks for." },

    { .name = "ticket.split", POST("/v1/tickets/{id}/split"), WRITE(201),
      NEEDS(DESK_WORK), TICKET, .run = tkt_op_split,
      INPUT(part_input, TKT_USE_SPLIT),
      .flags = TKT_OP_IF_MATCH | TKT_OP_LOCALISED,
      .doc = "Make a message a ticket of its own." },

    { .name = "ticket.similar", GET("/v1/tickets/{id}/similar"), READ,
      NEEDS(DESK_WORK), .shape = TKT_SHAPE_COUNTS,
      .output = &tkt_ticket_schema, .run = tkt_op_similar,
      .flags = TKT_OP_LOCALISED,
      .doc = "Lately submitted tickets that are like it, likest first." },

    { .name = "draft.get", GET("/v1/tickets/{id}/draft"), READ,
      NEEDS(DESK_WORK), OBJECT(draft), .run = tkt_op_draft_get,
      .doc = "What the caller is writing." },

    { .name = "draft.put", PUT("/v1/tickets/{id}/draft"), WRITE(200),
      NEEDS(DESK_WORK), OBJECT(draft), .run = tkt_op_draft_put,
      INPUT(part_input, TKT_USE_DRAFT), .doc = "Keep what one is writing." },

    { .name = "draft.delete", DELETE("/v1/tickets/{id}/draft"), WRITE(204),
      NEEDS(DESK_WORK), .shape = TKT_SHAPE_NONE, .run = tkt_op_draft_delete,
      .doc = "Throw the draft away." },

    { .name = "viewer.list", GET("/v1/tickets/{id}/viewers"), READ,
      NEEDS(DESK_WORK), LIST(viewer), .run = tkt_op_viewers,
      .flags = TKT_OP_VOLATILE,
      .doc = "Who else has the ticket open." },

    { .name = "viewer.put", PUT("/v1/tickets/{id}/viewers"), READ,
      NEEDS(DESK_WORK), LIST(viewer), .run = tkt_op_viewers,
      .params = P(TYPING), .flags = TKT_OP_VOLATILE,
      .doc = "Tell that one has it open; holds for 30 seconds." },

    { .name = "viewer.delete", DELETE("/v1/tickets/{id}/viewers"), READ,
      NEEDS(DESK_WORK), LIST(viewer), .run = tkt_op_viewers,
      .flags = TKT_OP_VOLATILE,
      .doc = "Tell that one has it no longer open." },

    { .name = "notification.list", GET("/v1/notifications"), READ,
      NEEDS(SELF), LIST(notice), .run = tkt_op_notices,
      .params = PAGE | P(COUNT),
      .doc = "What the caller is told, newest first." },

    { .name = "notification.read", POST("/v1/notifications/read"), WRITE(204),
      NEEDS(SELF), .shape = TKT_SHAPE_NONE, .run = tkt_op_notices_read,
      INPUT(part_input, TKT_USE_READ),
      .doc = "Mark them as read, up to one of them." },

    { .name = "attachment.create", POST("/v1/attachments"), WRITE(201),
      NEEDS(ATTACH), OBJECT(attachment), .run = tkt_op_attachment_create,
      .params = P(NAME),
      .flags = TKT_OP_UPLOAD | TKT_OP_LINK | TKT_OP_ALONE,
      .doc = "Upload a file: the body is its content." },

    { .name = "attachment.get", GET("/v1/attachments/{token}"), READ,
      NEEDS(TICKET_READ), .shape = TKT_SHAPE_FILE,
      .run = tkt_op_attachment_get, .flags = TKT_OP_LINK,
      .doc = "Download a file." },

    { .name = "attachment.delete", DELETE("/v1/attachments/{token}"),
      WRITE(204), NEEDS(ATTACH), .shape = TKT_SHAPE_NONE,
      .run = tkt_op_attachment_delete, .flags = TKT_OP_LINK,
      .doc = "Throw away a file that one uploaded and did not bind." },

    { .name = "attachment.list", GET("/v1/tickets/{id}/attachments"), READ,
      NEEDS(TICKET_READ), LIST(attachment), .run = tkt_op_attachment_list,
      .params = PAGE, .flags = TKT_OP_LINK,
      .doc = "The files of a ticket and its messages, oldest first." },

    { .name = "audit.list", GET("/v1/audit"), ADMIN_READ, NEEDS(AUDIT_READ),
      LIST(audit), .run = tkt_op_audit_list,
      .params = PAGE | P(ACTOR) | P(OBJECT) | P(OBJECT_ID),
      .doc = "What administrators did, newest first." },

    { .name = "outbox.list", GET("/v1/outbox"), ADMIN_READ,
      NEEDS(OUTBOX_READ), LIST(outbox), .run = tkt_op_outbox_list,
      .params = PAGE, .flags = TKT_OP_SECRET,
      .doc = "Notifications that wait to be sent." },

    { .name = "permission.list", GET("/v1/permissions"), DOCUMENT,
      .run = tkt_op_permission_list, .flags = TKT_OP_CACHEABLE,
      .doc = "Permissions, and the roles that have them from the start." },

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
