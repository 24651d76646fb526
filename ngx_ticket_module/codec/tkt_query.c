/*
 * Query strings.  A query is refused as a whole, with every fault named.
 */

#include "base/tkt_text.h"
#include "codec/tkt_query.h"


#define TKT_PARAM_NAME_MAX_BYTES  64


static int
tkt_hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    c |= 0x20;

    return (c >= 'a' && c <= 'f') ? c - 'a' + 10 : -1;
}


/*
 * Decodes into the arena, or borrows the text if there is nothing to decode.
 * False on a bad escape.
 */
static bool
tkt_percent_bytes(tkt_str_t text, bool plus, tkt_arena_t *arena,
    tkt_str_t *out)
{
    int             high, low;
    uint8_t        *to, *start;
    const uint8_t  *p, *end;

    if (text.len == 0
        || (memchr(text.data, '%', text.len) == NULL
            && (!plus || memchr(text.data, '+', text.len) == NULL)))
    {
        *out = text;
        return true;
    }

    start = tkt_arena_bytes(arena, text.len);
    if (start == NULL) {
        return false;
    }

    to = start;
    end = text.data + text.len;

    for (p = text.data; p < end; p++) {
        if (*p != '%') {
            *to++ = (plus && *p == '+') ? ' ' : *p;
            continue;
        }

        if (end - p < 3) {
            return false;
        }

        high = tkt_hex_value(p[1]);
        low = tkt_hex_value(p[2]);

        if (high < 0 || low < 0) {
            return false;
        }

        *to++ = (uint8_t) (high << 4 | low);
        p += 2;
    }

    out->data = start;
    out->len = (size_t) (to - start);

    return true;
}


bool
tkt_percent_decode(tkt_str_t text, tkt_arena_t *arena, tkt_str_t *out)
{
    return tkt_percent_bytes(text, false, arena, out) && tkt_utf8_valid(*out);
}


/*
 * An error under a parameter's name as it was sent, which may be anything:
 * what is not plain ASCII becomes a question mark.
 */
static void
tkt_query_fault(tkt_errors_t *errors, tkt_str_t name, const char *code,
    const char *detail)
{
    size_t   i, before;
    uint8_t  shown[TKT_PARAM_NAME_MAX_BYTES];

    if (name.len > sizeof(shown)) {
        name.len = sizeof(shown);
    }

    for (i = 0; i < name.len; i++) {
        shown[i] = (name.data[i] > ' ' && name.data[i] < 0x7f) ? name.data[i]
                                                               : '?';
    }

    name.data = shown;
    before = errors->count;

    tkt_errors_add(errors, name, code, "%s", detail);

    if (errors->count > before) {
        errors->list[before].parameter = true;
    }
}


/* Decodes and checks one side of a pair; reports under `name`. */
static bool
tkt_query_text(tkt_str_t text, tkt_str_t name, tkt_arena_t *arena,
    tkt_errors_t *errors, tkt_str_t *out)
{
    if (!tkt_percent_bytes(text, true, arena, out)) {
        if (!arena->failed) {
            tkt_query_fault(errors, name, "format",
                            "A percent sign must be followed by two hex "
                            "digits.");
        }

        return false;
    }

    switch (tkt_text_check(*out, NULL)) {

    case TKT_TEXT_OK:
        break;

    case TKT_TEXT_BAD_UTF8:
        tkt_query_fault(errors, name, "utf8", "This is not valid UTF-8.");
        return false;

    case TKT_TEXT_CONTROL:
        tkt_query_fault(errors, name, "control",
                        "Control characters are not allowed here.");
        return false;
    }

    if (out->len != 0 && (memchr(out->data, '\n', out->len) != NULL
                          || memchr(out->data, '\t', out->len) != NULL))
    {
        tkt_query_fault(errors, name, "control",
                        "Newlines and tabs are not allowed here.");
        return false;
    }

    return true;
}


static bool
tkt_params_has(const tkt_params_t *params, tkt_str_t name)
{
    size_t  i;

    for (i = 0; i < params->count; i++) {
        if (tkt_str_eq(params->list[i].name, name)) {
            return true;
        }
    }

    return false;
}


/* One piece between ampersands, not empty. */
static bool
tkt_query_pair(tkt_str_t piece, tkt_params_t *params, tkt_arena_t *arena,
    tkt_errors_t *errors)
{
    bool            taken;
    tkt_str_t       name, value;
    tkt_param_t     param;
    const uint8_t  *equals;

    name = piece;
    value.data = piece.data + piece.len;
    value.len = 0;

    equals = memchr(piece.data, '=', piece.len);

    if (equals != NULL) {
        name.len = (size_t) (equals - piece.data);
        value.data = equals + 1;
        value.len = piece.len - name.len - 1;
    }

    if (!tkt_query_text(name, name, arena, errors, &param.name)) {
        return false;
    }

    if (param.name.len == 0) {
        tkt_query_fault(errors, name, "format", "A parameter has no name.");
        return false;
    }

    taken = tkt_query_text(value, param.name, arena, errors, &param.value);

    if (!taken) {
        param.value = tkt_str("");      /* kept to find a second one */
    }

    if (tkt_params_has(params, param.name)) {
        tkt_query_fault(errors, param.name, "duplicate",
                        "This parameter is given twice.");
        return false;
    }

    params->list[params->count++] = param;

    return taken;
}


tkt_status_t
tkt_query_parse(tkt_str_t query, tkt_params_t *params, tkt_arena_t *arena,
    tkt_errors_t *errors)
{
    bool            valid;
    tkt_str_t       piece;
    const uint8_t  *p, *end, *next;

    params->count = 0;
    valid = true;

    p = query.data;
    end = query.data + query.len;

    while (p < end) {
        next = memchr(p, '&', (size_t) (end - p));

        if (next == NULL) {
            next = end;
        }

        piece.data = p;
        piece.len = (size_t) (next - p);
        p = (next < end) ? next + 1 : end;

        if (piece.len == 0) {
            continue;
        }

        if (params->count == TKT_QUERY_PARAMS_MAX) {
            tkt_query_fault(errors, tkt_str(""), "too-many",
                            "There are more than 32 parameters.");
            valid = false;
            break;
        }

        if (!tkt_query_pair(piece, params, arena, errors)) {
            valid = false;
        }
    }

    if (arena->failed) {
        return TKT_INTERNAL;
    }

    return valid ? TKT_OK : TKT_UNKNOWN_PARAMETER;
}


bool
tkt_params_get(const tkt_params_t *params, const char *name, tkt_str_t *value)
{
    size_t     i;
    tkt_str_t  wanted;

    wanted = tkt_str_z(name);

    for (i = 0; i < params->count; i++) {
        if (tkt_str_eq(params->list[i].name, wanted)) {
            *value = params->list[i].value;
            return true;
        }
    }

    return false;
}


bool
tkt_query_piece(tkt_str_t *rest, tkt_str_t *piece)
{
    const uint8_t  *comma;

    if (rest->len == 0) {
        return false;
    }

    comma = memchr(rest->data, ',', rest->len);

    piece->data = rest->data;

    if (comma == NULL) {
        piece->len = rest->len;
        rest->len = 0;

    } else {
        piece->len = (size_t) (comma - rest->data);
        rest->data = comma + 1;
        rest->len -= piece->len + 1;
    }

    return true;
}
