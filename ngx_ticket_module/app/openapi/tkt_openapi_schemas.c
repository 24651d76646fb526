/*
 * Schemas of what is sent and answered, for the OpenAPI document.
 */

#include "app/openapi/tkt_openapi.h"


typedef struct {
    const char  *name;
    const char  *json;
} tkt_openapi_text_t;


/* Schemas that no table has; the problem's is written by its own function. */
static const tkt_openapi_text_t  tkt_openapi_own[] = {
    { "Document",
      "{\"type\":\"object\",\"description\":\"a document for people and "
      "tools; its members may grow\"}" },
    { "Health",
      "{\"type\":\"object\",\"properties\":{\"status\":{\"type\":\"string\","
      "\"description\":\"ok, or what is wrong\"}},\"required\":[\"status\"]}" },
    { "Page",
      "{\"type\":\"object\",\"properties\":{"
      "\"next\":{\"type\":[\"string\",\"null\"],"
      "\"description\":\"cursor of the next page\"},"
      "\"has_more\":{\"type\":\"boolean\"}},"
      "\"required\":[\"next\",\"has_more\"],\"additionalProperties\":false}" },
    { "MemberFault",
      "{\"type\":\"object\",\"description\":\"one member, parameter or header "
      "at fault\",\"properties\":{"
      "\"pointer\":{\"type\":\"string\",\"description\":\"JSON Pointer into "
      "the body; empty for parameters and headers\"},"
      "\"parameter\":{\"type\":\"string\",\"description\":\"name of the query "
      "parameter\"},"
      "\"header\":{\"type\":\"string\",\"description\":\"name of the request "
      "header\"},"
      "\"code\":{\"type\":\"string\",\"description\":\"kind of fault, for "
      "programs\"},"
      "\"detail\":{\"type\":\"string\",\"description\":\"the fault in words\"}"
      "},\"required\":[\"pointer\",\"code\",\"detail\"],"
      "\"additionalProperties\":false}" },
};

/* Members of a problem that need no table. */
static const char  tkt_openapi_problem_members[] =
    "\"title\":{\"type\":\"string\"},"
    "\"status\":{\"type\":\"integer\",\"minimum\":400,\"maximum\":599},"
    "\"detail\":{\"type\":\"string\"},"
    "\"request_id\":{\"type\":\"string\"},"
    "\"errors\":{\"type\":\"array\",\"minItems\":1,"
    "\"items\":{\"$ref\":\"#/components/schemas/MemberFault\"}},"
    "\"retry_after\":{\"type\":\"integer\",\"minimum\":1,"
    "\"description\":\"seconds\"},"
    "\"failed\":{\"type\":\"integer\",\"minimum\":0,"
    "\"description\":\"place of the operation that failed\"},"
    "\"committed\":{\"const\":false},"
    "\"data\":{\"type\":\"array\",\"items\":{\"type\":\"object\"},"
    "\"description\":\"what became of each operation\"},"
    "\"step\":{\"type\":\"string\","
    "\"description\":\"of a macro: the operation that failed\"}";

/* What `include` adds to a ticket. */
static const struct {
    const char          *name;
    const tkt_schema_t  *schema;
} tkt_openapi_includes[] = {
    { "messages", &tkt_message_schema },
    { "timeline", &tkt_event_schema },
};


/* ---- names ---- */

void
tkt_openapi_ref(tkt_out_t *o, const char *section, tkt_str_t name)
{
    tkt_out_lit(o, "{\"$ref\":\"#/components/");
    tkt_out_raw(o, tkt_str_z(section));
    tkt_out_lit(o, "/");
    tkt_out_raw(o, name);
    tkt_out_lit(o, "\"}");
}


void
tkt_openapi_names(tkt_out_t *o, const tkt_names_t *names, uint64_t bits)
{
    tkt_field_t  row;

    memset(&row, 0, sizeof(row));
    row.type = TKT_T_SET;
    row.names = names;

    tkt_out_value(o, &row, bits, tkt_str(""));
}


/* "ticket.request-info" as "TicketRequestInfo"; "create" is not said. */
static tkt_str_t
tkt_openapi_camel(const tkt_out_t *o, const char *name, const char *suffix)
{
    bool         up;
    size_t       len;
    uint8_t     *p, *start;
    const char  *end;

    end = strstr(name, ".create");
    len = (end != NULL) ? (size_t) (end - name) : strlen(name);

    start = tkt_arena_bytes(o->arena, len + strlen(suffix));
    if (start == NULL) {
        return tkt_str("");
    }

    for (up = true, p = start; len > 0; name++, len--) {

        if (*name == '.' || *name == '-') {
            up = true;
            continue;
        }

        *p++ = (uint8_t) ((up && *name >= 'a') ? *name - 'a' + 'A' : *name);
        up = false;
    }

    memcpy(p, suffix, strlen(suffix));
    p += strlen(suffix);

    return (tkt_str_t) { start, (size_t) (p - start) };
}


/*
 * Whether the operation is the resource's own, "user.patch" of User: others
 * that have its schema in and out, as "me.patch", take another part of it.
 */
static bool
tkt_openapi_is_own(const tkt_operation_t *op)
{
    size_t       i;
    const char  *name = op->input->name;

    if (op->input != op->output) {
        return false;
    }

    for (i = 0; name[i] != '\0'; i++) {
        if ((name[i] | 0x20) != op->name[i]) {
            return false;
        }
    }

    return op->name[i] == '.';
}


tkt_str_t
tkt_openapi_input(const tkt_out_t *o, const tkt_operation_t *op)
{
    if (op->input == NULL) {
        return tkt_str("");
    }

    if (tkt_openapi_is_own(op)) {
        return tkt_arena_printf(o->arena, "%s%s", op->input->name,
                                (op->flags & TKT_OP_MERGE) ? "Patch"
                                                           : "Input");
    }

    return tkt_openapi_camel(o, op->name, "Input");
}


/* A ticket that may come in part and with lists of its own. */
static bool
tkt_openapi_is_view(const tkt_operation_t *op)
{
    return op->shape == TKT_SHAPE_TICKET
           && (op->params & tkt_bit(TKT_PARAM_INCLUDE));
}


tkt_str_t
tkt_openapi_output(const tkt_out_t *o, const tkt_operation_t *op)
{
    const char  *suffix = "";

    switch (op->shape) {

    case TKT_SHAPE_NONE:
    case TKT_SHAPE_FILE:
        return tkt_str("");

    case TKT_SHAPE_JSON:
        return (op->kind == TKT_OP_CARRIER) ? tkt_str("Health")
                                            : tkt_str("Document");

    case TKT_SHAPE_LIST:
    case TKT_SHAPE_COUNTS:
        suffix = "List";
        break;

    default:
        if (tkt_openapi_is_view(op)) {
            suffix = "View";
        }
    }

    return tkt_arena_printf(o->arena, "%s%s", op->output->name, suffix);
}


/* ---- schemas ---- */

/* Opens the member `name` of what is being written; names from the arena. */
static void
tkt_openapi_member(tkt_out_t *o, tkt_str_t name)
{
    tkt_out_comma(o);
    tkt_out_string(o, name);
    tkt_out_lit(o, ":");
}


/*
 * The members of s, none required, each as in the whole object.  The object
 * is left open in its `properties`.
 */
static void
tkt_openapi_some(tkt_out_t *o, const tkt_schema_t *s)
{
    size_t              i;
    tkt_str_t           name;
    const tkt_field_t  *f;

    tkt_out_lit(o, "{\"type\":\"object\",\"properties\":{");

    for (i = 0; i < s->count; i++) {
        f = &s->fields[i];

        if (f->flags & TKT_F_INTERNAL) {
            continue;
        }

        name = tkt_arena_printf(o->arena, "%s/properties/%s", s->name,
                                f->name);
        tkt_out_name(o, f->name);
        tkt_openapi_ref(o, "schemas", name);
    }
}


static void
tkt_openapi_view(tkt_out_t *o, const tkt_schema_t *s)
{
    size_t  i;

    tkt_openapi_some(o, s);

    for (i = 0; i < tkt_array_len(tkt_openapi_includes); i++) {
        tkt_out_name(o, tkt_openapi_includes[i].name);
        tkt_openapi_ref(o, "schemas",
                        tkt_arena_printf(o->arena, "%sList",
                                         tkt_openapi_includes[i].schema->name));
    }

    tkt_out_lit(o, "},\"additionalProperties\":false}");
}


/* Numbers of a list, given on request. */
static void
tkt_openapi_counts(tkt_out_t *o)
{
    size_t  i;

    tkt_out_lit(o, ",\"count\":{\"type\":\"integer\",\"minimum\":0,"
        "\"description\":\"how many there are, with count=true\"},"
        "\"count_is\":{\"type\":\"string\",\"enum\":[\"at_least\"],"
        "\"description\":\"of a view: there may be more than count\"},"
        "\"counts\":{\"type\":\"object\",\"description\":\"how many the "
        "caller has in each bucket, with count=true\",\"properties\":{");

    for (i = 0; i < tkt_bucket_names.count; i++) {
        if (tkt_bucket_names.names[i].len > 0) {
            tkt_openapi_member(o, tkt_bucket_names.names[i]);
            tkt_out_lit(o, "{\"type\":\"integer\",\"minimum\":0}");
        }
    }

    tkt_out_lit(o, "},\"additionalProperties\":false}");
}


/* Of a list that counts its entries and is cut to nothing. */
static void
tkt_openapi_unread(tkt_out_t *o)
{
    tkt_out_lit(o, ",\"count\":{\"type\":\"integer\",\"minimum\":0,"
        "\"description\":\"how many there are, with count=true\"},"
        "\"unread\":{\"type\":\"integer\",\"minimum\":0,"
        "\"description\":\"how many of them are not read, with "
        "count=true\"}");
}


/* Entries of lists with counts are short, and cut to `fields`. */
static void
tkt_openapi_list(tkt_out_t *o, const tkt_operation_t *op)
{
    tkt_out_lit(o, "{\"type\":\"object\",\"properties\":{"
        "\"data\":{\"type\":\"array\",\"items\":");

    if (op->shape == TKT_SHAPE_COUNTS) {
        tkt_openapi_some(o, op->output);
        tkt_out_lit(o, "},\"additionalProperties\":false}");

    } else {
        tkt_openapi_ref(o, "schemas", tkt_str_z(op->output->name));
    }

    tkt_out_lit(o, "},\"page\":");
    tkt_openapi_ref(o, "schemas", tkt_str("Page"));

    if (op->shape == TKT_SHAPE_COUNTS) {
        tkt_openapi_counts(o);

    } else if (op->params & tkt_bit(TKT_PARAM_COUNT)) {
        tkt_openapi_unread(o);
    }

    tkt_out_lit(o, "},\"required\":[\"data\",\"page\"],"
        "\"additionalProperties\":false}");
}


/* Whether a row before has the same component already. */
static bool
tkt_openapi_written(const tkt_out_t *o, const tkt_operation_t *ops, size_t i,
    tkt_str_t name)
{
    size_t  n;

    for (n = 0; n < i; n++) {
        if (tkt_str_eq(tkt_openapi_output(o, &ops[n]), name)) {
            return true;
        }
    }

    return false;
}


static void
tkt_openapi_answer(tkt_out_t *o, const tkt_operation_t *op, tkt_str_t name)
{
    tkt_openapi_member(o, name);

    if (op->shape == TKT_SHAPE_LIST || op->shape == TKT_SHAPE_COUNTS) {
        tkt_openapi_list(o, op);

    } else if (tkt_openapi_is_view(op)) {
        tkt_openapi_view(o, op->output);

    } else {
        tkt_out_schema(o, op->output, 0, false);
    }
}


/* Whether the schema is answered, but never as one whole object. */
static bool
tkt_openapi_in_lists_only(const tkt_operation_t *ops, size_t count,
    const tkt_schema_t *s)
{
    bool    listed;
    size_t  i;

    listed = false;

    for (i = 0; i < count; i++) {

        if (ops[i].output != s) {
            continue;
        }

        if (ops[i].shape == TKT_SHAPE_OBJECT
            || (ops[i].shape == TKT_SHAPE_TICKET
                && !tkt_openapi_is_view(&ops[i])))
        {
            return false;
        }

        listed = true;
    }

    return listed;
}


static void
tkt_openapi_tables(tkt_out_t *o)
{
    size_t                     i, count, schemas;
    tkt_str_t                  name;
    const tkt_operation_t     *ops;
    const tkt_schema_t *const *list;

    ops = tkt_operations(&count);

    for (i = 0; i < count; i++) {
        name = tkt_openapi_output(o, &ops[i]);

        if (ops[i].output != NULL
            && !tkt_openapi_written(o, ops, i, name))
        {
            tkt_openapi_answer(o, &ops[i], name);
        }

        if (ops[i].input != NULL) {
            tkt_openapi_member(o, tkt_openapi_input(o, &ops[i]));
            tkt_out_schema(o, ops[i].input, ops[i].use,
                           (ops[i].flags & TKT_OP_MERGE) != 0);
        }
    }

    /* lists refer to their entries, which then still want describing */

    list = tkt_model_schemas(&schemas);

    for (i = 0; i < schemas; i++) {
        if (tkt_openapi_in_lists_only(ops, count, list[i])) {
            tkt_openapi_member(o, tkt_str_z(list[i]->name));
            tkt_out_schema(o, list[i], 0, false);
        }
    }
}


/* The codes of the status table as alternatives of a pattern. */
static void
tkt_openapi_codes(tkt_out_t *o)
{
    unsigned  i;

    tkt_out_lit(o, "\"type\":{\"type\":\"string\","
        "\"format\":\"uri-reference\",\"pattern\":\"/v1/problems/(");

    for (i = TKT_OK + 1; i < TKT_STATUS_MAX; i++) {
        if (i > TKT_OK + 1) {
            tkt_out_lit(o, "|");
        }

        tkt_out_raw(o, tkt_status_row((tkt_status_t) i)->code);
    }

    tkt_out_lit(o, ")$\"}");
}


static void
tkt_openapi_problem_schema(tkt_out_t *o)
{
    uint64_t  all;

    all = tkt_bit(TKT_STATE_MAX) - 1;

    tkt_out_lit(o, "{\"type\":\"object\",\"description\":\"RFC 9457; the type "
        "leads to an explanation\",\"properties\":{");
    tkt_openapi_codes(o);
    tkt_out_lit(o, ",");
    tkt_out_raw(o, tkt_str_z(tkt_openapi_problem_members));
    tkt_out_lit(o, ",\"state\":{\"type\":\"string\",\"enum\":");
    tkt_openapi_names(o, &tkt_state_names, all);
    tkt_out_lit(o, "},\"allowed_actions\":{\"type\":\"array\",\"items\":"
        "{\"type\":\"string\",\"enum\":");

    all = tkt_bit(TKT_ACTION_MAX) - 1;

    tkt_openapi_names(o, &tkt_action_names, all);
    tkt_out_lit(o, "}}},\"required\":[\"type\",\"title\",\"status\","
        "\"detail\",\"request_id\"],\"additionalProperties\":false}");
}


void
tkt_openapi_schemas(tkt_out_t *o)
{
    size_t  i;

    tkt_out_name(o, "schemas");
    tkt_out_lit(o, "{");
    tkt_openapi_tables(o);

    for (i = 0; i < tkt_array_len(tkt_openapi_own); i++) {
        tkt_out_name(o, tkt_openapi_own[i].name);
        tkt_out_raw(o, tkt_str_z(tkt_openapi_own[i].json));
    }

    tkt_out_name(o, "Problem");
    tkt_openapi_problem_schema(o);
    tkt_out_lit(o, "}");
}
