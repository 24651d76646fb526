/*
 * The texts were validated and written by this program, so nothing is parsed
 * again: brackets and quotes tell where values end, and equal names have equal
 * bytes, because canonical text spells each in one way.
 */

#include "codec/tkt_json_walk.h"


tkt_status_t
tkt_json_canonical(tkt_str_t text, size_t max_bytes, tkt_arena_t *arena,
    tkt_errors_t *errors, tkt_str_t *canonical)
{
    tkt_field_t   row = { .name = "", .type = TKT_T_JSON, .offset = 0,
                          .max = (uint32_t) max_bytes };
    tkt_status_t  status;

    *canonical = tkt_str("");
    tkt_errors_init(errors, arena);
    status = tkt_field_parse(&row, text, canonical, tkt_str(""), errors);

    if (canonical->len == 0) {
        *canonical = tkt_str("{}");
    }

    return status;
}


/* The byte after the string that begins at p, or NULL if it does not end. */
static const uint8_t *
tkt_json_skip_string(const uint8_t *p, const uint8_t *end)
{
    for (p++; p < end; p++) {

        if (*p == '"') {
            return p + 1;
        }

        if (*p == '\\' && ++p == end) {
            break;
        }
    }

    return NULL;
}


/*
 * The byte after the value that begins at p: a comma or bracket of what is
 * around it.  NULL if there is none.
 */
static const uint8_t *
tkt_json_skip_value(const uint8_t *p, const uint8_t *end)
{
    unsigned  depth;

    for (depth = 0; p != NULL && p < end; /* void */) {

        switch (*p) {

        case '"':
            p = tkt_json_skip_string(p, end);
            continue;

        case '{':
        case '[':
            depth++;
            break;

        case '}':
        case ']':
            if (depth == 0) {
                return p;
            }

            depth--;
            break;

        case ',':
            if (depth == 0) {
                return p;
            }

            break;

        default:
            break;
        }

        p++;
    }

    return NULL;
}


bool
tkt_json_walk_open(tkt_json_walk_t *w, tkt_str_t text)
{
    memset(w, 0, sizeof(tkt_json_walk_t));

    w->bad = text.len < 2
             || !((text.data[0] == '{' && text.data[text.len - 1] == '}')
                  || (text.data[0] == '[' && text.data[text.len - 1] == ']'));

    if (w->bad) {
        return false;
    }

    w->object = (text.data[0] == '{');
    w->pos = text.data + 1;
    w->end = text.data + text.len - 1;

    return true;
}


/* The name at p and its colon; NULL if there is none. */
static const uint8_t *
tkt_json_walk_name(tkt_json_walk_t *w, tkt_str_t *name)
{
    const uint8_t  *p;

    if (*w->pos != '"') {
        return NULL;
    }

    p = tkt_json_skip_string(w->pos, w->end);

    if (p == NULL || p == w->end || *p != ':') {
        return NULL;
    }

    *name = (tkt_str_t) { w->pos, (size_t) (p - w->pos) };

    return p + 1;
}


bool
tkt_json_walk_next(tkt_json_walk_t *w, tkt_str_t *name, tkt_str_t *value)
{
    const uint8_t  *p, *start;

    if (w->bad || w->pos == w->end) {
        return false;
    }

    *name = tkt_str("");
    start = w->object ? tkt_json_walk_name(w, name) : w->pos;
    p = (start == NULL) ? NULL : tkt_json_skip_value(start, w->end + 1);

    /* a comma has something behind it */

    if (p == NULL || p == start || (p < w->end && *p != ',')
        || (p < w->end && p + 1 == w->end))
    {
        w->bad = true;
        return false;
    }

    *value = (tkt_str_t) { start, (size_t) (p - start) };
    w->pos = p + (p < w->end);

    return true;
}


bool
tkt_json_name_is(tkt_str_t name, tkt_str_t text)
{
    return name.len == text.len + 2
           && memcmp(name.data + 1, text.data, text.len) == 0;
}


/* What stands behind a backslash in canonical text; 0 for anything else. */
static uint8_t
tkt_json_unescape(uint8_t c)
{
    switch (c) {

    case '"':
    case '\\':
        return c;

    case 'n':
        return '\n';

    case 't':
        return '\t';

    default:
        return 0;
    }
}


bool
tkt_json_string(tkt_str_t value, tkt_arena_t *arena, tkt_str_t *text)
{
    size_t    i, n;
    uint8_t  *p;

    if (value.len < 2 || value.data[0] != '"'
        || value.data[value.len - 1] != '"')
    {
        return false;
    }

    value = (tkt_str_t) { value.data + 1, value.len - 2 };

    if (value.len == 0 || memchr(value.data, '\\', value.len) == NULL) {
        *text = value;
        return true;
    }

    p = tkt_arena_bytes(arena, value.len);
    if (p == NULL) {
        return false;
    }

    for (n = 0, i = 0; i < value.len; i++) {

        if (value.data[i] != '\\') {
            p[n++] = value.data[i];
            continue;
        }

        if (++i == value.len) {
            return false;
        }

        p[n] = tkt_json_unescape(value.data[i]);

        if (p[n++] == 0) {
            return false;
        }
    }

    *text = (tkt_str_t) { p, n };

    return true;
}
