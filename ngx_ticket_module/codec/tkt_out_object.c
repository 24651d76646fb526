/*
 * A struct as a JSON object, row by row of its schema.
 */

#include "base/tkt_text.h"
#include "base/tkt_time.h"
#include "codec/tkt_json_out.h"


/* What an object is written for; the same for all its rows. */
typedef struct {
    const void           *obj;
    uint32_t              reader;
    const tkt_present_t  *only;
    bool                  brief;
} tkt_out_view_t;


/* The longest name and short value of a row, with room for a whole copy. */
#define TKT_OUT_ROW_BYTES  (2 * TKT_KEY_BYTES + TKT_TIME_TEXT_BYTES + 2)

_Static_assert(TKT_U64_MAX_CHARS <= TKT_TIME_TEXT_BYTES + 2,
               "a number is no longer than a time");


static void tkt_out_rows(tkt_out_t *o, const tkt_schema_t *s,
    const tkt_out_view_t *view, size_t *number);


/* Whether a row says nothing: what is written would be null, [] or {}. */
static bool
tkt_out_empty(const tkt_field_t *f, const void *obj)
{
    if (tkt_field_is_str(f)) {
        return tkt_field_str(f, obj)->len == 0;
    }

    switch (f->type) {

    case TKT_T_BOOL:
        return false;

    case TKT_T_UINT:
    case TKT_T_OBJECT:
        return (f->flags & TKT_F_NULL_IF_ZERO) != 0
               && *tkt_field_u64(f, obj) == 0;

    default:
        return *tkt_field_u64(f, obj) == 0;
    }
}


/* Most rows have neither flag: one test tells. */
static inline bool
tkt_out_left_out(const tkt_field_t *f, const void *obj)
{
    return (f->flags & (TKT_F_INTERNAL | TKT_F_OMIT_EMPTY)) != 0
           && ((f->flags & TKT_F_INTERNAL) != 0 || tkt_out_empty(f, obj));
}


static inline bool
tkt_out_hidden(const tkt_field_t *f, const tkt_out_view_t *view)
{
    return tkt_out_left_out(f, view->obj)
           || (f->readers != 0 && (f->readers & view->reader) == 0)
           || (view->brief && (f->flags & TKT_F_BIG) != 0);
}


static inline void
tkt_out_null(tkt_out_t *o)
{
    if (tkt_out_room(o, 4)) {
        memcpy(o->pos, "null", 4);
        o->pos += 4;
    }
}


/* A name of a table: our own text, with nothing to escape. */
static inline uint8_t *
tkt_out_plain(uint8_t *p, tkt_str_t name)
{
    *p++ = '"';
    memcpy(p, name.data, name.len);
    p += name.len;
    *p++ = '"';

    return p;
}


static void
tkt_out_set(tkt_out_t *o, const tkt_names_t *names, uint64_t bits)
{
    size_t     i;
    tkt_str_t  name;

    tkt_out_char(o, '[');

    if (names->count < 64) {
        bits &= tkt_bit(names->count) - 1;
    }

    for (/* void */; bits != 0; bits &= bits - 1) {
        i = (size_t) __builtin_ctzll(bits);
        name = names->names[i];

        if (name.len != 0 && tkt_out_room(o, name.len + 3)) {
            tkt_out_comma(o);
            o->pos = tkt_out_plain(o->pos, name);
        }
    }

    tkt_out_char(o, ']');
}


static void
tkt_out_number(tkt_out_t *o, const tkt_field_t *f, uint64_t v)
{
    switch (f->type) {

    case TKT_T_TIME:
        tkt_out_time(o, (int64_t) v);
        return;

    case TKT_T_BOOL:
        tkt_out_raw(o, v ? tkt_str("true") : tkt_str("false"));
        return;

    case TKT_T_ENUM:
        if (v >= f->names->count || f->names->names[v].len == 0) {
            tkt_out_null(o);
            return;
        }

        if (tkt_out_room(o, f->names->names[v].len + 2)) {
            o->pos = tkt_out_plain(o->pos, f->names->names[v]);
        }

        return;

    case TKT_T_SET:
        tkt_out_set(o, f->names, v);
        return;

    case TKT_T_INT:
        if (v != 0) {
            tkt_out_i64(o, tkt_int_value(v, 0));
            return;
        }
        break;

    case TKT_T_ID:
        break;

    default:
        if ((f->flags & TKT_F_NULL_IF_ZERO) == 0) {
            tkt_out_u64(o, v);
            return;
        }
    }

    if (v == 0) {
        tkt_out_null(o);
        return;
    }

    tkt_out_u64(o, v);
}


static void
tkt_out_str(tkt_out_t *o, const tkt_field_t *f, tkt_str_t s)
{
    switch (f->type) {

    case TKT_T_TAGS:
    case TKT_T_LIST:
        tkt_out_raw(o, s.len == 0 ? tkt_str("[]") : s);
        return;

    case TKT_T_JSON:
        tkt_out_raw(o, s.len == 0 ? tkt_str("{}") : s);
        return;

    default:
        if (s.len == 0) {
            tkt_out_null(o);
            return;
        }

        tkt_out_string(o, s);
    }
}


void
tkt_out_value(tkt_out_t *o, const tkt_field_t *f, uint64_t u64, tkt_str_t str)
{
    if (tkt_field_is_str(f)) {
        tkt_out_str(o, f, str);

    } else if (tkt_field_is_u64(f)) {
        tkt_out_number(o, f, u64);

    } else {
        tkt_out_raw(o, tkt_str("null"));
    }
}


/* number: of the first row of f's `sub`. */
static void
tkt_out_row_value(tkt_out_t *o, const tkt_field_t *f,
    const tkt_out_view_t *view, size_t number)
{
    switch (f->type) {

    case TKT_T_LINE:
    case TKT_T_TEXT:
    case TKT_T_SLUG:
    case TKT_T_EMAIL:
    case TKT_T_PHONE:
    case TKT_T_URL:
    case TKT_T_TAGS:
    case TKT_T_JSON:
    case TKT_T_LIST:
        tkt_out_str(o, f, *tkt_field_str(f, view->obj));
        return;

    case TKT_T_OBJECT:
        break;

    default:
        tkt_out_number(o, f, *tkt_field_u64(f, view->obj));
        return;
    }

    if ((f->flags & TKT_F_NULL_IF_ZERO) != 0
        && *tkt_field_u64(f, view->obj) == 0)
    {
        tkt_out_null(o);
        return;
    }

    tkt_out_rows(o, f->sub, view, &number);
}


/*
 * The mark of an OBJECT row stands for all of it, unless rows inside are
 * marked too; then they are what is wanted.
 */
static bool
tkt_out_marks_inside(const tkt_present_t *only, size_t number, size_t span)
{
    size_t  i;

    for (i = number + 1; i < number + span; i++) {
        if (tkt_present_has(only, i)) {
            return true;
        }
    }

    return false;
}


static void
tkt_out_row_only(tkt_out_t *o, const tkt_field_t *f,
    const tkt_out_view_t *view, size_t number, size_t span)
{
    tkt_out_view_t  whole;

    if (!tkt_present_has(view->only, number)) {
        return;
    }

    whole = *view;

    if (!tkt_out_marks_inside(view->only, number, span)) {
        whole.only = NULL;
    }

    tkt_out_name(o, f->name);
    tkt_out_row_value(o, f, &whole, number + 1);
}


/* The rows that `only` marks; numbers count on through nested objects. */
static void
tkt_out_rows_marked(tkt_out_t *o, const tkt_schema_t *s,
    const tkt_out_view_t *view, size_t *number)
{
    size_t              i, span;
    const tkt_field_t  *f;

    tkt_out_char(o, '{');

    for (i = 0; i < s->count; i++) {
        f = &s->fields[i];
        span = tkt_field_span(f);

        if (!tkt_out_hidden(f, view)) {
            tkt_out_row_only(o, f, view, *number, span);
        }

        *number += span;
    }

    tkt_out_char(o, '}');
}


static inline uint8_t *
tkt_out_short_null(uint8_t *p)
{
    memcpy(p, "null", 4);

    return p + 4;
}


/* A number of any type at p; NULL: a name too long to be short, or a set. */
static inline uint8_t *
tkt_out_short_number(uint8_t *p, const tkt_field_t *f, uint64_t v)
{
    tkt_str_t  name;

    switch (f->type) {

    case TKT_T_TIME:
        if (v == 0) {
            return tkt_out_short_null(p);
        }

        *p++ = '"';
        tkt_time_format(p, (int64_t) v);
        p += TKT_TIME_TEXT_BYTES;
        *p++ = '"';
        return p;

    case TKT_T_UINT:
    case TKT_T_ID:
        if (v == 0 && (f->type == TKT_T_ID
                       || (f->flags & TKT_F_NULL_IF_ZERO) != 0))
        {
            return tkt_out_short_null(p);
        }

        return p + tkt_u64_format(p, v);

    case TKT_T_BOOL:
        name = v ? tkt_str("true") : tkt_str("false");
        memcpy(p, name.data, name.len);
        return p + name.len;

    case TKT_T_ENUM:
        if (v >= f->names->count || f->names->names[v].len == 0) {
            return tkt_out_short_null(p);
        }

        name = f->names->names[v];
        return name.len <= TKT_TIME_TEXT_BYTES ? tkt_out_plain(p, name) : NULL;

    default:
        return NULL;
    }
}


/*
 * A value of bounded length at p, for which there is room; NULL if this is
 * not the short one of its type (a text that is not empty).
 */
static inline uint8_t *
tkt_out_short(uint8_t *p, const tkt_field_t *f, const void *obj)
{
    switch (f->type) {

    case TKT_T_LINE:
    case TKT_T_TEXT:
    case TKT_T_SLUG:
    case TKT_T_EMAIL:
    case TKT_T_PHONE:
    case TKT_T_URL:
        return tkt_field_str(f, obj)->len == 0 ? tkt_out_short_null(p) : NULL;

    case TKT_T_OBJECT:
        return ((f->flags & TKT_F_NULL_IF_ZERO) != 0
                && *tkt_field_u64(f, obj) == 0)
               ? tkt_out_short_null(p) : NULL;

    case TKT_T_TAGS:
    case TKT_T_JSON:
    case TKT_T_LIST:
        return NULL;

    default:
        return tkt_out_short_number(p, f, *tkt_field_u64(f, obj));
    }
}


/*
 * All rows.  Room for every name and short value is asked for at once, so
 * that most rows cost a copy and a switch.
 */
static void
tkt_out_rows_all(tkt_out_t *o, const tkt_schema_t *s,
    const tkt_out_view_t *view)
{
    size_t              i, comma;
    uint8_t            *p, *end;
    const tkt_field_t  *f;

    if (!tkt_out_room(o, (s->count + 1) * TKT_OUT_ROW_BYTES)) {
        return;
    }

    p = o->pos;
    *p++ = '{';
    comma = 1;

    for (i = 0; i < s->count; i++) {
        f = &s->fields[i];

        if (tkt_out_hidden(f, view)) {
            continue;
        }

        /* without the comma before the first; bytes too many are overwritten */

        memcpy(p, f->key.data + comma, TKT_KEY_BYTES);
        p += f->key.len - comma;
        comma = 0;

        end = tkt_out_short(p, f, view->obj);

        if (end != NULL) {
            p = end;
            continue;
        }

        o->pos = p;
        tkt_out_row_value(o, f, view, 0);

        if (!tkt_out_room(o, (s->count - i) * TKT_OUT_ROW_BYTES)) {
            return;
        }

        p = o->pos;
    }

    *p++ = '}';
    o->pos = p;
}


static void
tkt_out_rows(tkt_out_t *o, const tkt_schema_t *s, const tkt_out_view_t *view,
    size_t *number)
{
    if (view->only != NULL) {
        tkt_out_rows_marked(o, s, view, number);

    } else {
        tkt_out_rows_all(o, s, view);
    }
}


void
tkt_out_object(tkt_out_t *o, const tkt_schema_t *s, const void *obj,
    uint32_t reader, const tkt_present_t *only, bool brief)
{
    size_t          number;
    tkt_out_view_t  view;

    view.obj = obj;
    view.reader = reader;
    view.only = only;
    view.brief = brief;

    number = 0;
    tkt_out_rows(o, s, &view, &number);
}


void
tkt_out_field(tkt_out_t *o, const tkt_field_t *f, const void *obj,
    uint32_t reader)
{
    tkt_out_view_t  view;

    view.obj = obj;
    view.reader = reader;
    view.only = NULL;
    view.brief = false;

    tkt_out_row_value(o, f, &view, 0);
}
