/*
 * From a request to a row of the operation table.
 */

#include "app/call/tkt_call.h"


/*
 * Matches path against a template.  A {…} takes one non-empty segment.  A
 * final slash of the path is not ignored: one resource has one name.
 */
static bool
tkt_match_path(const char *t, tkt_str_t path, tkt_match_t *match)
{
    size_t          n;
    const uint8_t  *p, *end, *start;

    p = path.data;
    end = p + path.len;
    n = 0;

    while (*t != '\0') {

        if (*t != '{') {
            if (p == end || *p != (uint8_t) *t) {
                return false;
            }

            p++;
            t++;
            continue;
        }

        for (start = p; p < end && *p != '/'; p++) { /* void */ }

        if (p == start) {
            return false;
        }

        match->segments[n++] = (tkt_str_t) { start, (size_t) (p - start) };

        while (*t++ != '}') { /* void */ }
    }

    match->count = n;

    return p == end;
}


/*
 * Whether a row has this very path, so that a template does not mean it:
 * "/v1/types/ready-made" is no type.  Values that begin with a digit, which
 * nearly all do, are no words of a path.
 */
static bool
tkt_match_is_word(const tkt_match_t *match, tkt_str_t path)
{
    size_t                  i, count;
    const tkt_operation_t  *ops;

    if (match->count == 0 || (match->segments[0].data[0] >= '0'
                              && match->segments[0].data[0] <= '9'))
    {
        return false;
    }

    ops = tkt_operations(&count);

    for (i = 0; i < count; i++) {
        if (tkt_str_eq(path, tkt_str_z(ops[i].path))
            && strchr(ops[i].path, '{') == NULL)
        {
            return true;
        }
    }

    return false;
}


static bool
tkt_match_op(const tkt_operation_t *op, tkt_str_t path, tkt_match_t *match)
{
    return tkt_match_path(op->path, path, match)
           && !tkt_match_is_word(match, path);
}


/* The methods that a path has, as the value of Allow. */
static tkt_str_t
tkt_match_allow(tkt_str_t path, tkt_arena_t *arena)
{
    size_t                  i, count;
    unsigned                methods;
    tkt_out_t               o;
    tkt_match_t             m;
    const tkt_operation_t  *ops;

    ops = tkt_operations(&count);

    for (methods = 0, i = 0; i < count; i++) {
        if (tkt_match_op(&ops[i], path, &m)) {
            methods |= (unsigned) tkt_bit(ops[i].method);
        }
    }

    if (methods == 0) {
        return tkt_str("");
    }

    methods |= (unsigned) tkt_bit(TKT_METHOD_OPTIONS);

    if (methods & tkt_bit(TKT_METHOD_GET)) {
        methods |= (unsigned) tkt_bit(TKT_METHOD_HEAD);
    }

    tkt_out_init(&o, arena, 64);

    for (i = TKT_METHOD_GET; i <= TKT_METHOD_OPTIONS; i++) {
        if (methods & tkt_bit(i)) {
            if (o.pos > o.start) {
                tkt_out_lit(&o, ", ");
            }

            tkt_out_raw(&o, tkt_str_z(tkt_method_name((tkt_method_t) i)));
        }
    }

    return tkt_out_text(&o);
}


bool
tkt_app_match(const tkt_request_t *req, tkt_match_t *match,
    tkt_arena_t *arena, tkt_reply_t *reply)
{
    size_t                  i, count;
    unsigned                method;
    const tkt_operation_t  *ops;

    method = (req->method == TKT_METHOD_HEAD) ? TKT_METHOD_GET : req->method;
    ops = tkt_operations(&count);

    for (i = 0; i < count; i++) {
        if (ops[i].method == method
            && tkt_match_op(&ops[i], req->path, match))
        {
            match->op = &ops[i];
            return true;
        }
    }

    memset(reply, 0, sizeof(tkt_reply_t));
    reply->allow = tkt_match_allow(req->path, arena);

    if (reply->allow.len > 0 && method == TKT_METHOD_OPTIONS) {
        reply->http = 204;
        return false;
    }

    tkt_app_problem(req, reply->allow.len > 0 ? TKT_METHOD_NOT_ALLOWED
                                              : TKT_NOT_FOUND,
                    tkt_str(""), 0, arena, reply);
    return false;
}


bool
tkt_app_is_command(const tkt_match_t *match)
{
    return match->op->kind == TKT_OP_COMMAND;
}


bool
tkt_app_is_upload(const tkt_match_t *match)
{
    return (match->op->flags & TKT_OP_UPLOAD) != 0;
}


bool
tkt_app_is_secret(const tkt_match_t *match)
{
    return (match->op->flags & TKT_OP_SECRET) != 0;
}


tkt_str_t
tkt_app_operation_name(const tkt_match_t *match)
{
    return tkt_str_z(match->op->name);
}
