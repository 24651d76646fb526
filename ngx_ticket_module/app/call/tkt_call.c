/*
 * Answers, problems, entity tags, cursors: what every handler shares.
 */

#include <stdarg.h>
#include <stdio.h>

#include "app/call/tkt_call.h"
#include "app/file/tkt_blobs.h"
#include "base/tkt_text.h"
#include "crypto/tkt_crypto.h"


tkt_errors_t *
tkt_call_errors(tkt_call_t *c)
{
    if (c->errors == NULL) {
        c->errors = tkt_arena_alloc(c->arena, sizeof(tkt_errors_t));

        if (c->errors != NULL) {
            tkt_errors_init(c->errors, c->arena);
            c->errors->prefix = c->pointer;
        }
    }

    return c->errors;
}


static void
tkt_call_problem(tkt_call_t *c, tkt_problem_t *p)
{
    tkt_out_t  o;

    p->lang = c->lang;
    p->mount = c->mount;
    p->request_id = c->request_id;
    p->errors = c->errors;
    p->retry_after_s = c->reply->retry_after_s;

    if (p->detail.len == 0 && c->errors != NULL) {
        p->detail = c->errors->detail;
    }

    tkt_out_init(&o, c->arena, 512);
    tkt_problem_encode(&o, p);

    c->reply->status = p->status;
    c->reply->http = tkt_status_row(p->status)->http;
    c->reply->body = tkt_out_text(&o);
    c->reply->challenge = (p->status == TKT_UNAUTHORIZED);
    c->reply->localised = true;
    c->reply->cacheable = false;
}


void
tkt_call_fail(tkt_call_t *c, tkt_status_t status, const char *detail, ...)
{
    char           text[512];
    va_list        args;
    tkt_problem_t  p = { .status = status };

    if (detail != NULL) {
        va_start(args, detail);
        (void) vsnprintf(text, sizeof(text), detail, args);
        va_end(args);

        p.detail = tkt_arena_copy(c->arena, tkt_str_z(text));
    }

    tkt_call_problem(c, &p);
}


void
tkt_call_invalid(tkt_call_t *c, const char *pointer, const char *code,
    const char *detail)
{
    tkt_errors_t  *errors = tkt_call_errors(c);

    if (errors != NULL) {
        tkt_errors_add(errors, tkt_str_z(pointer), code, "%s", detail);
    }

    tkt_call_fail(c, TKT_INVALID_REQUEST, NULL);
}


void
tkt_call_forbid(tkt_call_t *c, const char *pointer)
{
    tkt_errors_t  *errors = tkt_call_errors(c);

    if (errors != NULL) {
        tkt_errors_add(errors, tkt_str_z(pointer), "forbidden",
                       "your role may not send this member");
    }

    tkt_call_fail(c, TKT_FORBIDDEN, NULL);
}


bool
tkt_call_may_send(tkt_call_t *c)
{
    char                 pointer[64];
    size_t               i, number;
    const tkt_field_t   *f;
    const tkt_schema_t  *s = c->op->input;

    for (i = 0, number = 0; i < s->count; i++) {
        f = &s->fields[i];

        if (f->writers != 0 && !(f->writers & tkt_bit(c->actor->role))
            && tkt_present_has(c->present, number))
        {
            (void) snprintf(pointer, sizeof(pointer), "/%s", f->name);
            tkt_call_forbid(c, pointer);
            return false;
        }

        /* with every submission: most rows are one */

        number += (f->sub == NULL) ? 1 : tkt_field_span(f);
    }

    return true;
}


void
tkt_call_refuse(tkt_call_t *c, const tkt_decision_t *decision,
    tkt_state_t state, uint64_t allowed)
{
    tkt_problem_t  p = { .status = decision->status };

    if (tkt_status_row(decision->status)->http == 409) {
        p.state = tkt_state_names.names[state];
        p.action_names = &tkt_action_names;
        p.allowed_actions = allowed;
    }

    c->reply->retry_after_s = decision->retry_after_s;
    tkt_call_problem(c, &p);
}


void
tkt_call_answer(tkt_call_t *c, tkt_out_t *o)
{
    tkt_str_t  body = tkt_out_close(o);

    if (body.data == NULL) {
        tkt_call_fail(c, TKT_INTERNAL, NULL);
        return;
    }

    c->reply->status = TKT_OK;
    c->reply->http = c->op->success;
    c->reply->body = body;
    c->reply->localised = (c->op->flags & TKT_OP_LOCALISED) != 0;
    c->reply->cacheable = (c->op->flags & TKT_OP_CACHEABLE) != 0;
}


tkt_str_t
tkt_call_etag(tkt_call_t *c, char kind, uint64_t id, uint64_t version)
{
    uint8_t  *p, *start;

    start = tkt_arena_bytes(c->arena, 48);
    if (start == NULL) {
        return tkt_str("");
    }

    p = start;
    *p++ = '"';
    *p++ = (uint8_t) kind;
    p += tkt_u64_format(p, id);
    *p++ = '.';
    p += tkt_u64_format(p, version);
    *p++ = '"';

    return (tkt_str_t) { start, (size_t) (p - start) };
}


bool
tkt_etag_listed(tkt_str_t list, tkt_str_t etag, bool weak)
{
    bool            is_weak;
    const uint8_t  *p, *end, *start;

    p = list.data;
    end = p + list.len;

    while (p < end) {

        if (*p == ' ' || *p == '\t' || *p == ',') {
            p++;
            continue;
        }

        if (*p == '*') {
            return list.len == 1;
        }

        is_weak = (end - p > 2 && p[0] == 'W' && p[1] == '/');
        if (is_weak) {
            p += 2;
        }

        if (*p != '"') {
            return false;
        }

        start = p++;
        while (p < end && *p != '"') {
            p++;
        }

        if (p == end) {
            return false;
        }

        p++;

        if ((weak || !is_weak)
            && tkt_str_eq(etag, (tkt_str_t) { start, (size_t) (p - start) }))
        {
            return true;
        }
    }

    return false;
}


bool
tkt_call_if_match(tkt_call_t *c, tkt_str_t etag)
{
    if (c->if_match.len == 0 || tkt_etag_listed(c->if_match, etag, false)) {
        return true;
    }

    c->reply->etag = etag;
    tkt_call_fail(c, TKT_VERSION_MISMATCH, NULL);

    return false;
}


bool
tkt_call_not_modified(tkt_call_t *c, tkt_str_t etag)
{
    if (c->if_none_match.len == 0
        || !tkt_etag_listed(c->if_none_match, etag, true))
    {
        return false;
    }

    c->reply->status = TKT_OK;
    c->reply->http = 304;
    c->reply->etag = etag;
    c->reply->localised = (c->op->flags & TKT_OP_LOCALISED) != 0;

    return true;
}


void
tkt_call_digest(tkt_call_t *c)
{
    uint8_t       *p;
    uint8_t        hash[TKT_HASH_BYTES];
    tkt_reply_t   *reply = c->reply;

    p = tkt_arena_bytes(c->arena, TKT_HASH_HEX_CHARS + 2);

    if (p == NULL || reply->status != TKT_OK) {
        return;
    }

    tkt_hash(hash, reply->body);
    tkt_hash_to_hex(hash, p + 1);
    p[0] = p[TKT_HASH_HEX_CHARS + 1] = '"';

    reply->etag = (tkt_str_t) { p, TKT_HASH_HEX_CHARS + 2 };

    if (tkt_call_not_modified(c, reply->etag)) {
        reply->body = tkt_str("");
    }
}


bool
tkt_call_path_id(tkt_call_t *c, size_t segment, uint64_t *id)
{
    if (tkt_u64_parse(c->segments[segment], id) && *id != 0) {
        return true;
    }

    tkt_call_fail(c, TKT_NOT_FOUND, NULL);

    return false;
}


bool
tkt_call_limit(tkt_call_t *c, size_t *limit)
{
    uint64_t       n;
    tkt_str_t      text;
    tkt_errors_t  *errors;

    *limit = TKT_LIST_LIMIT_DEFAULT;

    if (!tkt_params_get(c->params, "limit", &text)) {
        return true;
    }

    if (tkt_u64_parse(text, &n) && n >= 1 && n <= TKT_LIST_LIMIT_MAX) {
        *limit = (size_t) n;
        return true;
    }

    errors = tkt_call_errors(c);
    if (errors != NULL) {
        tkt_errors_add_parameter(errors, "limit", "range",
                                 "limit is a number from 1 to %d",
                                 TKT_LIST_LIMIT_MAX);
    }

    tkt_call_fail(c, TKT_UNKNOWN_PARAMETER, NULL);

    return false;
}


bool
tkt_call_flag(tkt_call_t *c, const char *name, bool *value)
{
    tkt_str_t      text;
    tkt_errors_t  *errors;

    *value = false;

    if (!tkt_params_get(c->params, name, &text)
        || tkt_str_eq(text, tkt_str("false")))
    {
        return true;
    }

    if (tkt_str_eq(text, tkt_str("true"))) {
        *value = true;
        return true;
    }

    errors = tkt_call_errors(c);
    if (errors != NULL) {
        tkt_errors_add_parameter(errors, name, "choice",
                                 "%s is true or false", name);
    }

    tkt_call_fail(c, TKT_UNKNOWN_PARAMETER, NULL);

    return false;
}


void
tkt_call_bad_cursor(tkt_call_t *c)
{
    tkt_errors_t  *errors = tkt_call_errors(c);

    if (errors != NULL) {
        tkt_errors_add_parameter(errors, "cursor", "cursor",
            "the cursor was not made by this list with this filter");
    }

    tkt_call_fail(c, TKT_UNKNOWN_PARAMETER, NULL);
}


bool
tkt_call_cursor(tkt_call_t *c, tkt_str_t filter, tkt_str_t *position)
{
    tkt_str_t  text;

    *position = tkt_str("");

    if (!tkt_params_get(c->params, "cursor", &text)
        || tkt_cursor_read(text, filter, c->arena, position))
    {
        return true;
    }

    tkt_call_bad_cursor(c);

    return false;
}


/* Whether a piece of a query is the cursor, however its name is written. */
static bool
tkt_call_is_cursor(tkt_call_t *c, tkt_str_t piece)
{
    tkt_str_t  name = piece;

    for (name.len = 0; name.len < piece.len; name.len++) {
        if (piece.data[name.len] == '=') {
            break;
        }
    }

    return tkt_percent_decode(name, c->arena, &name)
           && tkt_str_eq(name, tkt_str("cursor"));
}


/* <MOUNT/path?query with the new cursor>; rel="next" */
static void
tkt_call_link(tkt_call_t *c, tkt_str_t cursor)
{
    tkt_out_t  o;
    tkt_str_t  rest, piece;
    size_t     i;

    tkt_out_init(&o, c->arena, 256 + c->query.len + cursor.len);
    tkt_out_lit(&o, "<");
    tkt_out_raw(&o, c->mount);
    tkt_out_raw(&o, c->path);
    tkt_out_lit(&o, "?");

    for (rest = c->query; rest.len > 0; /* void */) {

        for (i = 0; i < rest.len && rest.data[i] != '&'; i++) { /* void */ }

        piece = (tkt_str_t) { rest.data, i };
        rest.data += i + (i < rest.len);
        rest.len -= i + (i < rest.len);

        if (piece.len > 0 && !tkt_call_is_cursor(c, piece)) {
            tkt_out_raw(&o, piece);
            tkt_out_lit(&o, "&");
        }
    }

    tkt_out_lit(&o, "cursor=");
    tkt_out_raw(&o, cursor);
    tkt_out_lit(&o, ">; rel=\"next\"");

    c->reply->link = tkt_out_text(&o);
}


bool
tkt_call_page_full(const tkt_out_t *o, size_t begin, size_t n, size_t limit)
{
    return n == limit
           || tkt_out_bytes(o) - begin > TKT_LIST_PAGE_MAX_BYTES;
}


void
tkt_call_page(tkt_call_t *c, tkt_out_t *o, tkt_str_t filter,
    tkt_str_t position)
{
    tkt_str_t  cursor;

    if (position.len == 0) {
        tkt_out_lit(o, "],\"page\":{\"next\":null,\"has_more\":false}");
        return;
    }

    cursor = tkt_cursor_make(filter, position, c->arena);

    tkt_out_lit(o, "],\"page\":{\"next\":");
    tkt_out_string(o, cursor);
    tkt_out_lit(o, ",\"has_more\":true}");

    tkt_call_link(c, cursor);
}
