/*
 * Reading a batch; see the header.
 *
 * The body is read twice: once as any JSON object, with all the checks of a
 * body, into canonical text; then the text of each operation's body by the
 * schema of that operation.  What is wrong with the list is answered for the
 * whole request; what is wrong with an operation is that operation's answer.
 */

#include <stdio.h>

#include "app/call/tkt_batch.h"
#include "app/who/tkt_accounts.h"
#include "app/who/tkt_roles.h"
#include "base/tkt_text.h"
#include "codec/tkt_json_walk.h"


#define TKT_BATCH_POINTER_BYTES  48


/* ---- the schema, for documents ---- */

static const tkt_str_t  tkt_batch_returns[] = {
    tkt_lit(""), tkt_lit("full"), tkt_lit("minimal")
};

static const tkt_str_t  tkt_batch_methods[] = {
    tkt_lit(""), tkt_lit("POST"), tkt_lit("PUT"), tkt_lit("PATCH"),
    tkt_lit("DELETE")
};

static const tkt_method_t  tkt_batch_method[] = {
    TKT_METHOD_OTHER, TKT_METHOD_POST, TKT_METHOD_PUT, TKT_METHOD_PATCH,
    TKT_METHOD_DELETE
};

static const tkt_names_t  tkt_batch_return_names = {
    tkt_batch_returns, tkt_array_len(tkt_batch_returns)
};

static const tkt_names_t  tkt_batch_method_names = {
    tkt_batch_methods, tkt_array_len(tkt_batch_methods)
};


/* An operation as it is sent. */
typedef struct {
    uint64_t   method;               /* place in tkt_batch_methods           */
    tkt_str_t  path;
    tkt_str_t  body;                 /* canonical text                       */
    tkt_str_t  if_match;
    tkt_str_t  idempotency_key;
} tkt_batch_line_t;


static const tkt_field_t  tkt_batch_line_fields[] = {
    { TKT_NAME("method"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_batch_line_t, method), .in = TKT_USE_BATCH,
      .required = TKT_USE_BATCH, .names = &tkt_batch_method_names,
      .doc = "of the operation" },
    { TKT_NAME("path"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_batch_line_t, path), .in = TKT_USE_BATCH,
      .required = TKT_USE_BATCH, .min = 1, .max = 1000,
      .doc = "below the mounted location, \"/v1/tickets/7/claim\"; $0 stands "
             "for the id that the first operation gave" },
    { TKT_NAME("body"), .type = TKT_T_JSON,
      .offset = offsetof(tkt_batch_line_t, body), .in = TKT_USE_BATCH,
      .max = TKT_BODY_MAX_BYTES, .doc = "as the operation takes it" },
    { TKT_NAME("if_match"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_batch_line_t, if_match), .in = TKT_USE_BATCH,
      .max = 1000, .doc = "If-Match of the operation" },
    { TKT_NAME("idempotency_key"), .type = TKT_T_LINE,
      .offset = offsetof(tkt_batch_line_t, idempotency_key),
      .in = TKT_USE_BATCH, .max = TKT_IDEMPOTENCY_KEY_MAX_BYTES,
      .doc = "Idempotency-Key of the operation" },
};

static const tkt_schema_t  tkt_batch_line_schema = {
    .name = "BatchOperation", .fields = tkt_batch_line_fields,
    .count = tkt_array_len(tkt_batch_line_fields),
    .size = sizeof(tkt_batch_line_t), .version = 1
};

static const tkt_field_t  tkt_batch_fields[] = {
    { TKT_NAME("atomic"), .type = TKT_T_BOOL,
      .offset = offsetof(tkt_batch_t, atomic), .in = TKT_USE_BATCH,
      .doc = "all or nothing (false: each for itself)" },
    { TKT_NAME("return"), .type = TKT_T_ENUM,
      .offset = offsetof(tkt_batch_t, whole), .in = TKT_USE_BATCH,
      .names = &tkt_batch_return_names,
      .doc = "minimal: bodies of problems alone (full)" },
    { TKT_NAME("operations"), .type = TKT_T_LIST,
      .offset = offsetof(tkt_batch_t, operations), .in = TKT_USE_BATCH,
      .required = TKT_USE_BATCH, .min = 1, .max = TKT_BATCH_MAX,
      .sub = &tkt_batch_line_schema, .doc = "in order; at most 500" },
};

const tkt_schema_t  tkt_batch_schema = {
    .name = "Batch", .fields = tkt_batch_fields,
    .count = tkt_array_len(tkt_batch_fields),
    .size = sizeof(tkt_batch_t), .version = 1
};


/* ---- members ---- */

/* A value of canonical text into the row's member. */
static void
tkt_batch_value(const tkt_field_t *f, tkt_str_t value, void *obj,
    tkt_str_t pointer, tkt_errors_t *errors)
{
    bool       is_string = value.data[0] == '"';
    tkt_str_t  text = value;

    if (tkt_str_eq(value, tkt_str("null"))) {
        return;
    }

    if (is_string && !tkt_json_string(value, errors->arena, &text)) {
        return;
    }

    if (f->type == TKT_T_JSON || f->type == TKT_T_LIST) {

        if (value.data[0] != (f->type == TKT_T_JSON ? '{' : '[')) {
            tkt_errors_add(errors, pointer, "type", "this is an %s",
                           f->type == TKT_T_JSON ? "object" : "array");
            return;
        }

        *tkt_field_str(f, obj) = value;
        return;
    }

    if (is_string == (f->type == TKT_T_BOOL)
        || (!is_string && !tkt_str_eq(value, tkt_str("true"))
            && !tkt_str_eq(value, tkt_str("false"))))
    {
        tkt_errors_add(errors, pointer, "type", "this is a %s",
                       f->type == TKT_T_BOOL ? "boolean" : "string");
        return;
    }

    (void) tkt_field_parse(f, text, obj, pointer, errors);
}


/* Members are few and named in plain ASCII. */
static const tkt_field_t *
tkt_batch_row(const tkt_schema_t *s, tkt_str_t quoted, size_t *number)
{
    for (*number = 0; *number < s->count; ++*number) {
        if (tkt_json_name_is(quoted, tkt_str_z(s->fields[*number].name))) {
            return &s->fields[*number];
        }
    }

    return NULL;
}


/* The name without its quotes, for a pointer (RFC 6901, section 3). */
static tkt_str_t
tkt_batch_name(tkt_arena_t *arena, tkt_str_t prefix, tkt_str_t quoted)
{
    size_t     i;
    tkt_out_t  o;
    tkt_str_t  name;

    if (!tkt_json_string(quoted, arena, &name)) {
        name = tkt_str("");
    }

    tkt_out_init(&o, arena, prefix.len + 2 * name.len + 1);
    tkt_out_raw(&o, prefix);
    tkt_out_lit(&o, "/");

    for (i = 0; i < name.len; i++) {
        if (name.data[i] == '~' || name.data[i] == '/') {
            tkt_out_char(&o, '~');
            tkt_out_char(&o, name.data[i] == '~' ? '0' : '1');

        } else {
            tkt_out_char(&o, (char) name.data[i]);
        }
    }

    return tkt_out_text(&o);
}


/* An object of canonical text into the struct of a schema of plain rows. */
static void
tkt_batch_object(const tkt_schema_t *s, tkt_str_t text, void *obj,
    tkt_str_t prefix, tkt_errors_t *errors)
{
    size_t              number;
    tkt_str_t           name, value, pointer;
    tkt_present_t       seen = { { 0 } };
    tkt_json_walk_t     w;
    const tkt_field_t  *f;

    if (text.data[0] != '{' || !tkt_json_walk_open(&w, text)) {
        tkt_errors_add(errors, prefix, "type", "this is an object");
        return;
    }

    while (tkt_json_walk_next(&w, &name, &value)) {

        f = tkt_batch_row(s, name, &number);

        if (f != NULL) {
            /* the pointer is wanted for faults alone, which are few */
            pointer = tkt_batch_name(errors->arena, prefix, name);

            if (!tkt_str_eq(value, tkt_str("null"))) {
                tkt_present_set(&seen, number);
            }

            tkt_batch_value(f, value, obj, pointer, errors);
            continue;
        }

        tkt_errors_add(errors, tkt_batch_name(errors->arena, prefix, name),
                       "unknown", "there is no such member");
    }

    for (number = 0; number < s->count; number++) {

        f = &s->fields[number];

        if (f->required != 0 && !tkt_present_has(&seen, number)) {
            tkt_errors_add(errors, tkt_arena_printf(errors->arena, "%.*s/%s",
                                                    (int) prefix.len,
                                                    (const char *) prefix.data,
                                                    f->name),
                           "required", "this member is required");
        }
    }
}


/* ---- operations ---- */

bool
tkt_batch_reference(tkt_str_t segment, uint64_t *number)
{
    return segment.len >= 2 && segment.data[0] == '$'
           && tkt_u64_parse((tkt_str_t) { segment.data + 1, segment.len - 1 },
                            number);
}


/* The path is at fault: pointers are not of the operation's own body. */
static bool
tkt_batch_fault(tkt_call_t *c, const char *code, const char *detail)
{
    c->errors->prefix.len -= sizeof("/body") - 1;
    tkt_call_invalid(c, "/path", code, detail);

    return false;
}


/* What can only be known while they run is checked then. */
static bool
tkt_batch_references(tkt_call_t *c, const tkt_match_t *match, size_t place)
{
    size_t    i;
    uint64_t  number;

    for (i = 0; i < match->count; i++) {
        if (tkt_batch_reference(match->segments[i], &number)
            && number >= place)
        {
            return tkt_batch_fault(c, "choice", "$ and a number name an "
                                   "operation before this one");
        }
    }

    return true;
}


/* Whether it may be part of a batch, and whether the caller may call it. */
static bool
tkt_batch_admit(tkt_call_t *c)
{
    const char             *why;
    const tkt_operation_t  *op = c->op;

    if (op->kind != TKT_OP_COMMAND || tkt_secret_taken(op)
        || (op->flags & (TKT_OP_ALONE | TKT_OP_LOGIN | TKT_OP_UPLOAD)))
    {
        return tkt_batch_fault(c, "choice",
                               "this operation is not part of a batch");
    }

    why = tkt_actor_refused(c->actor, op);

    if (why != NULL) {
        tkt_call_fail(c, TKT_FORBIDDEN, "%s", why);
        return false;
    }

    return true;
}


/* Path and query of a line; false, and answered, if the path is none. */
static bool
tkt_batch_target(tkt_call_t *c, const tkt_batch_line_t *line,
    tkt_request_t *req)
{
    const uint8_t  *mark;

    req->path = line->path;
    req->query = tkt_str("");
    mark = memchr(line->path.data, '?', line->path.len);

    if (mark != NULL) {
        req->path.len = (size_t) (mark - line->path.data);
        req->query.data = mark + 1;
        req->query.len = line->path.len - req->path.len - 1;
    }

    if (tkt_percent_decode(req->path, c->arena, &req->path)
        && memchr(req->path.data, '\0', req->path.len) == NULL)
    {
        return true;
    }

    return tkt_batch_fault(c, "format", "this is no path");
}


/*
 * One operation, as a request of the same caller.  Its problems are its
 * answer.
 */
static void
tkt_batch_item(tkt_call_t *outer, const tkt_request_t *req,
    const tkt_batch_line_t *line, size_t place, tkt_command_t *cmd,
    tkt_inner_t *in)
{
    tkt_call_t     c = *outer;
    tkt_match_t    match;
    tkt_request_t  one = *req;
    tkt_command_t  scratch = { .arena = cmd->arena, .actor = cmd->actor };

    in->pointer = tkt_arena_printf(cmd->arena, "/operations/%zu/body", place);

    c.reply = &in->reply;
    c.pointer = in->pointer;
    c.errors->prefix = in->pointer;

    one.method = tkt_batch_method[line->method];
    one.if_match = line->if_match;
    one.content_type = tkt_str("");
    one.has_idempotency_key = line->idempotency_key.len > 0;
    one.idempotency_key = line->idempotency_key;
    one.require_key = false;

    if (!tkt_batch_target(&c, line, &one)
        || !tkt_app_match(&one, &match, c.arena, &in->reply))
    {
        return;
    }

    c.op = match.op;
    scratch.op = match.op;

    if (!tkt_batch_admit(&c) || !tkt_batch_references(&c, &match, place)
        || !tkt_command_take(&c, &one, line->body, &scratch))
    {
        return;
    }

    in->op = match.op;
    memcpy(in->segments, match.segments, match.count * sizeof(tkt_str_t));
    in->if_match = line->if_match;
    in->input = scratch.input;
    in->present = scratch.present;
    in->has_key = scratch.has_key;
    memcpy(in->key, scratch.key, sizeof(in->key));
    memcpy(in->fingerprint, scratch.fingerprint, sizeof(in->fingerprint));
    memcpy(in->target, scratch.target, sizeof(in->target));
}


/* ---- the list ---- */

static size_t
tkt_batch_count(tkt_str_t list)
{
    size_t           n;
    tkt_str_t        name, value;
    tkt_json_walk_t  w;

    n = 0;

    if (tkt_json_walk_open(&w, list)) {
        while (tkt_json_walk_next(&w, &name, &value)) {
            n++;
        }
    }

    return n;
}


/* All lines of the list; faults of any are faults of the request. */
static tkt_batch_line_t *
tkt_batch_lines(tkt_batch_t *b, tkt_errors_t *errors)
{
    char               prefix[TKT_BATCH_POINTER_BYTES];
    size_t             i;
    tkt_str_t          name, value;
    tkt_json_walk_t    w;
    tkt_batch_line_t  *lines;

    b->count = tkt_batch_count(b->operations);

    if (b->count == 0 || b->count > TKT_BATCH_MAX) {
        tkt_errors_add(errors, tkt_str("/operations"),
                       b->count == 0 ? "too-short" : "too-long",
                       "there are 1 to %d operations", TKT_BATCH_MAX);
        return NULL;
    }

    lines = tkt_arena_zalloc(errors->arena, b->count * sizeof(lines[0]));

    if (lines == NULL || !tkt_json_walk_open(&w, b->operations)) {
        return NULL;
    }

    for (i = 0; tkt_json_walk_next(&w, &name, &value); i++) {
        (void) snprintf(prefix, sizeof(prefix), "/operations/%zu", i);
        tkt_batch_object(&tkt_batch_line_schema, value, &lines[i],
                         tkt_str_z(prefix), errors);
    }

    return lines;
}


/* The envelope; NULL, and answered, if something is wrong with it. */
static tkt_batch_line_t *
tkt_batch_open(tkt_call_t *c, tkt_str_t body, tkt_command_t *cmd,
    tkt_batch_t *b)
{
    tkt_str_t          text;
    tkt_status_t       status;
    tkt_errors_t      *errors;
    tkt_batch_line_t  *lines;

    errors = tkt_call_errors(c);

    if (errors == NULL) {
        tkt_call_fail(c, TKT_BUSY, NULL);
        return NULL;
    }

    status = tkt_json_canonical(body, TKT_BODY_MAX_BYTES, cmd->arena, errors,
                                &text);
    if (status != TKT_OK) {
        tkt_call_fail(c, status == TKT_INTERNAL ? TKT_BUSY : status, NULL);
        return NULL;
    }

    tkt_batch_object(&tkt_batch_schema, text, b, tkt_str(""), errors);

    lines = (errors->count == 0) ? tkt_batch_lines(b, errors) : NULL;

    if (errors->count > 0) {
        tkt_call_fail(c, TKT_INVALID_REQUEST, NULL);
        return NULL;
    }

    if (lines == NULL) {
        tkt_call_fail(c, TKT_BUSY, NULL);
    }

    return lines;
}


bool
tkt_batch_decode(tkt_call_t *c, const tkt_request_t *req, tkt_str_t body,
    tkt_command_t *cmd)
{
    size_t             i;
    tkt_call_t         inner;
    tkt_batch_t       *b;
    tkt_errors_t       errors;
    tkt_batch_line_t  *lines;

    b = tkt_arena_zalloc(cmd->arena, sizeof(tkt_batch_t));

    if (b == NULL) {
        tkt_call_fail(c, TKT_BUSY, NULL);
        return false;
    }

    lines = tkt_batch_open(c, body, cmd, b);
    if (lines == NULL) {
        return false;
    }

    b->items = tkt_arena_zalloc(cmd->arena, b->count * sizeof(tkt_inner_t));

    if (b->items == NULL) {
        tkt_call_fail(c, TKT_BUSY, NULL);
        return false;
    }

    /* answers of operations that are refused here live with the command */

    inner = *c;
    inner.arena = cmd->arena;
    inner.errors = &errors;

    for (i = 0; i < b->count; i++) {
        tkt_errors_init(&errors, cmd->arena);
        tkt_batch_item(&inner, req, &lines[i], i, cmd, &b->items[i]);
    }

    cmd->batch = b;
    cmd->bytes += b->count * TKT_COMMAND_BLOCK_BYTES;

    return true;
}


size_t
tkt_command_operations(const tkt_command_t *cmd)
{
    return cmd->batch == NULL ? 1 : cmd->batch->count;
}
