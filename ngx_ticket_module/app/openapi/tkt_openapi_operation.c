/*
 * One operation of the OpenAPI document.  What it may be asked with and what
 * it may answer follows from its row in the operation table.
 */

#include "app/openapi/tkt_openapi.h"


/* Which operations can end in a status, or take a header. */
typedef enum {
    TKT_ALWAYS = 0,
    TKT_FOR_PROTECTED,          /* asks who calls                            */
    TKT_FOR_KNOWN,              /* must know or find out who it is           */
    TKT_FOR_NAMED,              /* of an object, or not offered everywhere   */
    TKT_FOR_COMMAND,
    TKT_FOR_STORE,              /* reads or writes the store                 */
    TKT_FOR_INPUT,              /* takes a JSON body                         */
    TKT_FOR_TRANSITION,         /* decided by the workflow                   */
    TKT_FOR_REOPENING,
    TKT_FOR_BATCH,
    TKT_FOR_RULED,              /* has rules of its own, not the workflow's  */
    TKT_FOR_VERSION,            /* compares If-Match when it is sent         */
    TKT_FOR_MATCH,              /* may demand If-Match                       */
    TKT_FOR_CONDITIONAL,        /* compares If-None-Match                    */
    TKT_FOR_LOCALISED,
    TKT_FOR_TAGGED,             /* answers with an ETag                      */
    TKT_FOR_MAYBE_TAGGED,       /* … unless the caller has no record yet     */
    TKT_FOR_LISTS,
    TKT_FOR_LOCATED,            /* answers with a Location                   */
    TKT_FOR_FILES,              /* answers with bytes                        */
    TKT_FOR_DIGESTED            /* … or with an ETag that is of the bytes    */
} tkt_when_t;


typedef struct {
    tkt_status_t  status;
    tkt_when_t    when;
} tkt_openapi_problem_t;

typedef struct {
    const char   *component;
    tkt_when_t    when;
    const char   *name;         /* NULL: as the component                    */
} tkt_openapi_header_t;


/*
 * What can go wrong.  Too large, too many and invalid requests are everybody's
 * because nginx refuses them before it is known what was asked for.
 */
static const tkt_openapi_problem_t  tkt_openapi_problems[] = {
    { TKT_INVALID_JSON,          TKT_FOR_INPUT },
    { TKT_INVALID_REQUEST,       TKT_ALWAYS },
    { TKT_UNKNOWN_PARAMETER,     TKT_FOR_STORE },
    { TKT_UNAUTHORIZED,          TKT_FOR_KNOWN },
    { TKT_FORBIDDEN,             TKT_FOR_PROTECTED },
    { TKT_NOT_FOUND,             TKT_FOR_NAMED },
    { TKT_INVALID_TRANSITION,    TKT_FOR_TRANSITION },
    { TKT_REOPEN_WINDOW_EXPIRED, TKT_FOR_REOPENING },
    { TKT_CONFLICT,              TKT_FOR_RULED },
    { TKT_BATCH_FAILED,          TKT_FOR_BATCH },
    { TKT_IDEMPOTENCY_IN_FLIGHT, TKT_FOR_COMMAND },
    { TKT_VERSION_MISMATCH,      TKT_FOR_VERSION },
    { TKT_TOO_LARGE,             TKT_ALWAYS },
    { TKT_UNSUPPORTED_MEDIA_TYPE, TKT_FOR_COMMAND },
    { TKT_RANGE_NOT_SATISFIABLE, TKT_FOR_FILES },
    { TKT_IDEMPOTENCY_MISMATCH,  TKT_FOR_COMMAND },
    { TKT_PRECONDITION_REQUIRED, TKT_FOR_MATCH },
    { TKT_QUOTA_EXCEEDED,        TKT_ALWAYS },
    { TKT_INTERNAL,              TKT_ALWAYS },
    { TKT_OUTCOME_UNKNOWN,       TKT_FOR_COMMAND },
    { TKT_BUSY,                  TKT_FOR_STORE },
    { TKT_STORAGE_FULL,          TKT_FOR_COMMAND },
};

/* Request headers, as parameters. */
static const tkt_openapi_header_t  tkt_openapi_asked[] = {
    { "Idempotency-Key", TKT_FOR_COMMAND, NULL },
    { "If-Match",        TKT_FOR_VERSION, NULL },
    { "If-None-Match",   TKT_FOR_CONDITIONAL, NULL },
    { "Accept-Language", TKT_FOR_LOCALISED, NULL },
};

/* Headers of a successful answer. */
static const tkt_openapi_header_t  tkt_openapi_given[] = {
    { "X-Request-Id",         TKT_ALWAYS, NULL },
    { "ETag",                 TKT_FOR_TAGGED, NULL },
    { "ETagIfKnown",          TKT_FOR_MAYBE_TAGGED, "ETag" },
    { "Location",             TKT_FOR_LOCATED, NULL },
    { "Link",                 TKT_FOR_LISTS, NULL },
    { "ETagOfBytes",          TKT_FOR_DIGESTED, "ETag" },
    { "Content-Disposition",  TKT_FOR_FILES, NULL },
    { "Idempotency-Replayed", TKT_FOR_COMMAND, NULL },
    { "RateLimit-Policy",     TKT_FOR_STORE, NULL },
    { "RateLimit",            TKT_FOR_STORE, NULL },
};


static bool
tkt_openapi_is_resource(const tkt_operation_t *op)
{
    return op->shape == TKT_SHAPE_OBJECT || op->shape == TKT_SHAPE_TICKET;
}


/* The caller, who may be somebody that the store has no record of. */
static bool
tkt_openapi_is_oneself(const tkt_operation_t *op)
{
    return op->permission == TKT_PERM_SELF && op->kind == TKT_OP_QUERY;
}


/* Whether one object is answered that counts its versions. */
static bool
tkt_openapi_is_tagged(const tkt_operation_t *op)
{
    return tkt_openapi_is_resource(op)
           && tkt_schema_find(op->output, tkt_str("version")) != NULL;
}


static bool
tkt_openapi_is_ruled(const tkt_operation_t *op)
{
    return op->action == TKT_ACTION_FORWARD
           || (op->kind == TKT_OP_COMMAND
               && (op->action == TKT_ACTION_SUBMIT || op->resource != NULL));
}


static bool
tkt_openapi_is_reopening(const tkt_operation_t *op)
{
    return op->action == TKT_ACTION_REOPEN
           || op->action == TKT_ACTION_MESSAGE
           || op->action == TKT_ACTION_FORWARD;
}


/* What depends on the shape of the answer. */
static bool
tkt_openapi_answers(const tkt_operation_t *op, tkt_when_t when)
{
    switch (when) {

    case TKT_FOR_TAGGED:
        return tkt_openapi_is_tagged(op) && !tkt_openapi_is_oneself(op);

    case TKT_FOR_MAYBE_TAGGED:
        return tkt_openapi_is_tagged(op) && tkt_openapi_is_oneself(op);

    case TKT_FOR_LISTS:
        return op->shape == TKT_SHAPE_LIST || op->shape == TKT_SHAPE_COUNTS;

    case TKT_FOR_LOCATED:
        return op->success == 201 && tkt_openapi_is_resource(op)
               && tkt_schema_find(op->output, tkt_str("id")) != NULL;

    case TKT_FOR_FILES:
        return op->shape == TKT_SHAPE_FILE;

    case TKT_FOR_DIGESTED:
        return op->shape == TKT_SHAPE_FILE || (op->flags & TKT_OP_DIGEST);

    default:
        return false;
    }
}


static bool
tkt_openapi_applies(const tkt_operation_t *op, tkt_when_t when)
{
    bool  command = op->kind == TKT_OP_COMMAND;

    switch (when) {

    case TKT_ALWAYS:
        return true;

    case TKT_FOR_PROTECTED:
        return op->permission != TKT_PERM_NONE;

    case TKT_FOR_KNOWN:
        return op->permission != TKT_PERM_NONE
               || (op->flags & TKT_OP_LOGIN) != 0;

    case TKT_FOR_NAMED:
        return strchr(op->path, '{') != NULL
               || (op->flags & TKT_OP_LOGIN) != 0;

    case TKT_FOR_COMMAND:
        return command;

    case TKT_FOR_STORE:
        return op->kind != TKT_OP_CARRIER;

    case TKT_FOR_INPUT:
        return op->input != NULL;

    case TKT_FOR_TRANSITION:
        return op->action != TKT_ACTION_SUBMIT;

    case TKT_FOR_REOPENING:
        return tkt_openapi_is_reopening(op);

    case TKT_FOR_BATCH:
        return op->decode != NULL;

    case TKT_FOR_RULED:
        return tkt_openapi_is_ruled(op);

    case TKT_FOR_VERSION:
        return (op->flags & TKT_OP_IF_MATCH)
               || op->action != TKT_ACTION_SUBMIT;

    case TKT_FOR_MATCH:
        return (op->flags & TKT_OP_IF_MATCH) != 0;

    case TKT_FOR_CONDITIONAL:
        return op->shape == TKT_SHAPE_FILE || (op->flags & TKT_OP_DIGEST)
               || (!command && tkt_openapi_is_tagged(op));

    case TKT_FOR_LOCALISED:
        return (op->flags & TKT_OP_LOCALISED) != 0;

    default:
        return tkt_openapi_answers(op, when);
    }
}


/* ---- parameters ---- */

void
tkt_openapi_parameter(tkt_out_t *o, const char *component)
{
    tkt_out_comma(o);
    tkt_openapi_ref(o, "parameters", tkt_str_z(component));
}


static void
tkt_openapi_parameters(tkt_out_t *o, const tkt_operation_t *op)
{
    size_t  i;

    tkt_out_name(o, "parameters");
    tkt_out_lit(o, "[");

    for (i = 0; i < TKT_PARAM_MAX; i++) {
        if (op->params & tkt_bit(i)) {
            tkt_openapi_parameter(o, tkt_param_name((tkt_param_id_t) i));
        }
    }

    for (i = 0; i < tkt_array_len(tkt_openapi_asked); i++) {
        if (tkt_openapi_applies(op, tkt_openapi_asked[i].when)) {
            tkt_openapi_parameter(o, tkt_openapi_asked[i].component);
        }
    }

    tkt_out_lit(o, "]");
}


/* ---- request and response ---- */

static bool
tkt_openapi_body_required(const tkt_operation_t *op)
{
    size_t  i;

    if (op->flags & TKT_OP_MERGE) {
        return false;
    }

    for (i = 0; i < op->input->count; i++) {
        if (op->input->fields[i].required & op->use) {
            return true;
        }
    }

    return false;
}


static void
tkt_openapi_media(tkt_out_t *o, const char *type, tkt_str_t schema)
{
    tkt_out_name(o, type);
    tkt_out_lit(o, "{\"schema\":");
    tkt_openapi_ref(o, "schemas", schema);
    tkt_out_lit(o, "}");
}


static void
tkt_openapi_request(tkt_out_t *o, const tkt_operation_t *op)
{
    tkt_str_t  name;

    name = tkt_openapi_input(o, op);

    tkt_out_name(o, "requestBody");
    tkt_out_lit(o, "{\"required\":");
    tkt_out_raw(o, tkt_openapi_body_required(op) ? tkt_str("true")
                                                 : tkt_str("false"));
    tkt_out_lit(o, ",\"content\":{");

    if (op->flags & TKT_OP_MERGE) {
        tkt_openapi_media(o, "application/merge-patch+json", name);
    }

    tkt_openapi_media(o, "application/json", name);
    tkt_out_lit(o, "}}");
}


/* Bytes of any type: the desk looks at them by itself. */
static void
tkt_openapi_bytes(tkt_out_t *o)
{
    tkt_out_name(o, "content");
    tkt_out_lit(o, "{\"*/*\":{}}");
}


static void
tkt_openapi_status(tkt_out_t *o, unsigned http)
{
    tkt_out_comma(o);
    tkt_out_lit(o, "\"");
    tkt_out_u64(o, http);
    tkt_out_lit(o, "\":");
}


static void
tkt_openapi_success(tkt_out_t *o, const tkt_operation_t *op)
{
    size_t     i;
    tkt_str_t  schema;

    schema = tkt_openapi_output(o, op);

    tkt_openapi_status(o, op->success);
    tkt_out_lit(o, "{");
    tkt_out_name(o, "description");
    tkt_out_string(o, op->success == 201 ? tkt_str("made")
                      : op->success == 204 ? tkt_str("done") : tkt_str("OK"));
    tkt_out_name(o, "headers");
    tkt_out_lit(o, "{");

    for (i = 0; i < tkt_array_len(tkt_openapi_given); i++) {
        if (tkt_openapi_applies(op, tkt_openapi_given[i].when)) {
            tkt_out_name(o, tkt_openapi_given[i].name
                            ? tkt_openapi_given[i].name
                            : tkt_openapi_given[i].component);
            tkt_openapi_ref(o, "headers",
                            tkt_str_z(tkt_openapi_given[i].component));
        }
    }

    tkt_out_lit(o, "}");

    if (schema.len > 0) {
        tkt_out_name(o, "content");
        tkt_out_lit(o, "{");
        tkt_openapi_media(o, "application/json", schema);
        tkt_out_lit(o, "}");
    }

    if (op->shape == TKT_SHAPE_FILE) {
        tkt_openapi_bytes(o);
    }

    tkt_out_lit(o, "}");
}


/* What nginx makes of conditions and ranges. */
static void
tkt_openapi_ranges(tkt_out_t *o)
{
    tkt_openapi_status(o, 206);
    tkt_out_lit(o, "{");
    tkt_out_name(o, "description");
    tkt_out_string_z(o, "the part that Range asks for");
    tkt_openapi_bytes(o);
    tkt_out_lit(o, "}");

    tkt_openapi_status(o, 412);
    tkt_out_lit(o, "{");
    tkt_out_name(o, "description");
    tkt_out_string_z(o, "the file is not that of If-Match, or is newer than "
                        "If-Unmodified-Since");
    tkt_out_name(o, "content");
    tkt_out_lit(o, "{");
    tkt_openapi_media(o, "application/problem+json", tkt_str("Problem"));
    tkt_out_lit(o, "}}");
}


static bool
tkt_openapi_problem_applies(const tkt_operation_t *op, size_t i,
    unsigned http)
{
    return tkt_status_row(tkt_openapi_problems[i].status)->http == http
           && tkt_openapi_applies(op, tkt_openapi_problems[i].when);
}


/* One response for all problems of a status code, naming them. */
static void
tkt_openapi_failure(tkt_out_t *o, const tkt_operation_t *op, unsigned http)
{
    size_t     i;
    bool       any;
    tkt_out_t  codes;

    tkt_out_init(&codes, o->arena, 256);

    for (any = false, i = 0; i < tkt_array_len(tkt_openapi_problems); i++) {
        if (tkt_openapi_problem_applies(op, i, http)) {
            if (any) {
                tkt_out_lit(&codes, ", ");
            }

            tkt_out_raw(&codes,
                        tkt_status_row(tkt_openapi_problems[i].status)->code);
            any = true;
        }
    }

    if (!any) {
        return;
    }

    tkt_openapi_status(o, http);
    tkt_out_lit(o, "{");
    tkt_out_name(o, "description");
    tkt_out_string(o, tkt_out_text(&codes));
    tkt_out_name(o, "$ref");
    tkt_out_lit(o, "\"#/components/responses/");
    tkt_out_raw(o, tkt_openapi_problem(o, http));
    tkt_out_lit(o, "\"}");
}


static void
tkt_openapi_responses(tkt_out_t *o, const tkt_operation_t *op)
{
    size_t    i;
    unsigned  http, last;

    tkt_out_name(o, "responses");
    tkt_out_lit(o, "{");
    tkt_openapi_success(o, op);

    if (tkt_openapi_applies(op, TKT_FOR_CONDITIONAL)) {
        tkt_openapi_status(o, 304);
        tkt_openapi_ref(o, "responses", tkt_str("NotModified"));
    }

    if (op->shape == TKT_SHAPE_FILE) {
        tkt_openapi_ranges(o);
    }

    for (last = 0, i = 0; i < tkt_array_len(tkt_openapi_problems); i++) {
        http = tkt_status_row(tkt_openapi_problems[i].status)->http;

        if (http != last) {
            tkt_openapi_failure(o, op, http);
            last = http;
        }
    }

    if (op->kind == TKT_OP_CARRIER) {
        tkt_openapi_status(o, 503);
        tkt_openapi_ref(o, "responses", tkt_str("Unhealthy"));
    }

    tkt_out_lit(o, "}");
}


void
tkt_openapi_operation(tkt_out_t *o, const tkt_operation_t *op,
    const char *tag)
{
    tkt_out_lit(o, "{");
    tkt_out_name(o, "operationId");
    tkt_out_string_z(o, op->name);
    tkt_out_name(o, "tags");
    tkt_out_lit(o, "[");
    tkt_out_string_z(o, tag);
    tkt_out_lit(o, "]");
    tkt_out_name(o, "summary");
    tkt_out_string_z(o, op->doc);

    if (op->permission == TKT_PERM_NONE) {
        tkt_out_name(o, "security");
        tkt_out_lit(o, "[]");

    } else {
        tkt_out_name(o, "x-permission");
        tkt_out_string(o, tkt_perm_names.names[op->permission]);
        tkt_out_name(o, "x-scopes");
        tkt_openapi_names(o, &tkt_scope_names, op->scope);
    }

    tkt_openapi_parameters(o, op);

    if (op->input != NULL) {
        tkt_openapi_request(o, op);

    } else if (op->flags & TKT_OP_UPLOAD) {
        tkt_out_name(o, "requestBody");
        tkt_out_lit(o, "{\"required\":true");
        tkt_openapi_bytes(o);
        tkt_out_lit(o, "}");
    }

    tkt_openapi_responses(o, op);
    tkt_out_lit(o, "}");
}
