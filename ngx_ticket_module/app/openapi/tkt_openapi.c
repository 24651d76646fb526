/*
 * GET /v1/openapi.json: the document and its paths.
 */

#include "app/call/tkt_ops.h"
#include "app/openapi/tkt_openapi.h"


#define TKT_OPENAPI_BYTES  (192 * 1024)


typedef struct {
    const char   *name;
    const char   *path;         /* of the operation begins so                */
    const char   *schema;
    const char   *doc;
} tkt_openapi_segment_t;

typedef struct {
    const char   *name;
    const char   *doc;
} tkt_openapi_tag_t;


static const tkt_openapi_segment_t  tkt_openapi_segments[] = {
    { "id", "/v1/tickets/",
      "{\"type\":\"string\",\"pattern\":\"^([Tt]-)?[1-9][0-9]*$\"}",
      "the ticket's id, or its number: 17 or T-17" },
    { "id", "/v1/users/",
      "{\"type\":\"integer\",\"minimum\":1}", "the principal's id" },
    { "number", "/v1/users/",
      "{\"type\":\"integer\",\"minimum\":1}",
      "the token's number within its principal" },
    { "number", "/v1/me/tokens/",
      "{\"type\":\"integer\",\"minimum\":1}", "the token's number" },
    { "id", "/v1/roles/",
      "{\"type\":\"integer\",\"minimum\":1}", "the role's id" },
    { "id", "/v1/tenants/",
      "{\"type\":\"integer\",\"minimum\":1}", "the tenant's id" },
    { "id", "/v1/types/",
      "{\"type\":\"integer\",\"minimum\":1}", "the type's id" },
    { "number", "/v1/types/",
      "{\"type\":\"integer\",\"minimum\":1}",
      "the id of the feature or field" },
    { "id", "/v1/teams/",
      "{\"type\":\"integer\",\"minimum\":1}", "the team's id" },
    { "user", "/v1/teams/",
      "{\"type\":\"integer\",\"minimum\":1}", "the principal's id" },
    { "id", "/v1/grants/",
      "{\"type\":\"integer\",\"minimum\":1}", "the grant's id" },
    { "id", "/v1/macros/",
      "{\"type\":\"integer\",\"minimum\":1}", "the macro's id" },
    { "id", "/v1/views/",
      "{\"type\":\"integer\",\"minimum\":1}", "the view's id" },
    { "tag", "/v1/tickets/", "{\"type\":\"string\"}", "the tag" },
    { "user", "/v1/tickets/",
      "{\"type\":\"string\",\"pattern\":\"^(me|[1-9][0-9]*)$\"}",
      "the principal's id, or me" },
    { "other", "/v1/tickets/",
      "{\"type\":\"string\",\"pattern\":\"^([Tt]-)?[1-9][0-9]*$\"}",
      "the other ticket's id or number" },
    { "step", "/v1/tickets/", "{\"type\":\"string\"}", "the step" },
    { "token", "/v1/attachments/", "{\"type\":\"string\"}",
      "the attachment's token" },
    { "code", "/v1/problems/",
      "{\"type\":\"string\"}", "the last part of a problem's type" },
};

/* An operation belongs to the one that its name begins with, or the last. */
static const tkt_openapi_tag_t  tkt_openapi_tags[] = {
    { "ticket",     "Tickets and what can be done with them." },
    { "message",    "What is said about a ticket." },
    { "attachment", "Files of tickets and messages." },
    { "me",         "The caller." },
    { "my-token",   "The caller's own tokens." },
    { "session",    "Logging in with a password, and out." },
    { "account",    "Registering." },
    { "code",       "Codes that prove a mail address or a number." },
    { "password",   "Setting passwords." },
    { "workflow",   "States, actions and transitions." },
    { "user",       "Principals: users, agents, bots." },
    { "token",      "Access tokens of principals." },
    { "role",       "Roles that a tenant makes." },
    { "permission", "What roles are made of." },
    { "tenant",     "Providers and customers, as a tree." },
    { "type",       "What a ticket can be about, and its form." },
    { "feature",    "What of it: the features of a type." },
    { "field",      "The fields of a type's form." },
    { "team",       "Who works on what." },
    { "member",     "Who belongs to a team." },
    { "grant",      "What agents are bound to." },
    { "presence",   "Whether one is there." },
    { "verification", "Whether submissions are genuine." },
    { "macro",      "Replies and actions that are used again." },
    { "view",       "Saved lists of tickets." },
    { "batch",      "Several operations at once." },
    { "tag",        "Tags of a ticket." },
    { "watcher",    "Who follows a ticket." },
    { "link",       "Tickets that have to do with each other." },
    { "step",       "What is to be done for a ticket." },
    { "approval",   "Whether what a ticket asks for may be done." },
    { "draft",      "Messages being written." },
    { "viewer",     "Who else has a ticket open." },
    { "notification", "What principals are told." },
    { "attachment", "Files." },
    { "audit",      "What administrators did." },
    { "outbox",     "Notifications that wait to be sent." },
    { "service",    "Documents and health." },
};


static void
tkt_openapi_segment(tkt_out_t *o, const char *path, tkt_str_t name)
{
    size_t                        i;
    const tkt_openapi_segment_t  *s;

    for (i = 0; i < tkt_array_len(tkt_openapi_segments); i++) {
        s = &tkt_openapi_segments[i];

        if (tkt_str_eq(name, tkt_str_z(s->name))
            && strncmp(path, s->path, strlen(s->path)) == 0)
        {
            break;
        }
    }

    tkt_out_comma(o);
    tkt_out_lit(o, "{\"in\":\"path\",\"required\":true");
    tkt_out_name(o, "name");
    tkt_out_string(o, name);

    if (i < tkt_array_len(tkt_openapi_segments)) {
        tkt_out_name(o, "schema");
        tkt_out_raw(o, tkt_str_z(s->schema));
        tkt_out_name(o, "description");
        tkt_out_string_z(o, s->doc);
    }

    tkt_out_lit(o, "}");
}


/* Those of every method: the values in the path, and the request's id. */
static void
tkt_openapi_path_parameters(tkt_out_t *o, const char *path)
{
    const char  *open, *close;

    tkt_out_name(o, "parameters");
    tkt_out_lit(o, "[");

    for (open = strchr(path, '{'); open != NULL; open = strchr(close, '{')) {

        close = strchr(open, '}');
        tkt_openapi_segment(o, path, (tkt_str_t) {
                            (const uint8_t *) open + 1,
                            (size_t) (close - open) - 1 });
    }

    tkt_openapi_parameter(o, "X-Request-Id");
    tkt_out_lit(o, "]");
}


static const char *
tkt_openapi_tag(const tkt_operation_t *op)
{
    size_t  i, len;

    len = (size_t) (strchr(op->name, '.') - op->name);

    for (i = 0; i < tkt_array_len(tkt_openapi_tags) - 1; i++) {
        if (strlen(tkt_openapi_tags[i].name) == len
            && strncmp(tkt_openapi_tags[i].name, op->name, len) == 0)
        {
            break;
        }
    }

    return tkt_openapi_tags[i].name;
}


static const char *
tkt_openapi_method(const tkt_operation_t *op)
{
    switch (op->method) {

    case TKT_METHOD_POST:
        return "post";

    case TKT_METHOD_PUT:
        return "put";

    case TKT_METHOD_PATCH:
        return "patch";

    case TKT_METHOD_DELETE:
        return "delete";

    default:
        return "get";
    }
}


/* The operations of a path stand together, wherever their rows are. */
static void
tkt_openapi_path(tkt_out_t *o, const tkt_operation_t *ops, size_t count,
    size_t first)
{
    size_t  i;

    if (ops[first].kind == TKT_OP_JOB) {
        return;
    }

    for (i = 0; i < first; i++) {
        if (ops[i].kind != TKT_OP_JOB
            && strcmp(ops[i].path, ops[first].path) == 0)
        {
            return;
        }
    }

    tkt_out_name(o, ops[first].path);
    tkt_out_lit(o, "{");
    tkt_openapi_path_parameters(o, ops[first].path);

    for (i = first; i < count; i++) {
        if (ops[i].kind != TKT_OP_JOB
            && strcmp(ops[i].path, ops[first].path) == 0)
        {
            tkt_out_name(o, tkt_openapi_method(&ops[i]));
            tkt_openapi_operation(o, &ops[i], tkt_openapi_tag(&ops[i]));
        }
    }

    tkt_out_lit(o, "}");
}


static void
tkt_openapi_head(tkt_out_t *o, tkt_str_t mount)
{
    size_t  i;

    tkt_out_lit(o, "{\"openapi\":\"3.1.0\",\"info\":{"
        "\"title\":\"Helpdesk tickets\",\"version\":\"1\","
        "\"description\":\"Tickets, their messages and their workflow, kept "
        "by nginx. HEAD is answered wherever GET is, and OPTIONS everywhere; "
        "any other method is answered 405 with `Allow`.\"},\"servers\":[{");
    tkt_out_name(o, "url");
    tkt_out_string(o, mount.len > 0 ? mount : tkt_str("/"));
    tkt_out_lit(o, "}],\"security\":[{\"bearer\":[]}],\"tags\":[");

    for (i = 0; i < tkt_array_len(tkt_openapi_tags); i++) {
        tkt_out_comma(o);
        tkt_out_lit(o, "{");
        tkt_out_name(o, "name");
        tkt_out_string_z(o, tkt_openapi_tags[i].name);
        tkt_out_name(o, "description");
        tkt_out_string_z(o, tkt_openapi_tags[i].doc);
        tkt_out_lit(o, "}");
    }

    tkt_out_lit(o, "]");
}


void
tkt_op_openapi(tkt_call_t *c)
{
    size_t                  i, count;
    tkt_out_t               o;
    const tkt_operation_t  *ops;

    ops = tkt_operations(&count);

    tkt_out_init(&o, c->arena, TKT_OPENAPI_BYTES);
    tkt_openapi_head(&o, c->mount);

    tkt_out_name(&o, "paths");
    tkt_out_lit(&o, "{");

    for (i = 0; i < count; i++) {
        tkt_openapi_path(&o, ops, count, i);
    }

    tkt_out_lit(&o, "}");
    tkt_openapi_components(&o);
    tkt_out_lit(&o, "}");

    tkt_call_answer(c, &o);
}
