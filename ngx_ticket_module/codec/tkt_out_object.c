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


static void tkt_out_rows(tkt_out_t *o, const tkt_schema_t *s,
    const tkt_out_view_t *view, size_t *number);


static inline void
tkt_out_null(tkt_out_t *o)
{
    if (tkt_out_room(o, 4)) {
        memcpy(o->pos, "null", 4);
        o->pos += 4;
    }
}


static void
tkt_out_set(tkt_out_t *o, const tkt_names_t *names, uint64_t bits)
{
    size_t  i;

    tkt_out_char(o, '[');

    for (i = 0; i < names->count && i < 64; i++) {
        if ((bits & tkt_bit(i)) != 0 && names->names[i].len != 0) {
            tkt_out_comma(o);
            tkt_out_string(o, names->names[i]);
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

        tkt_out_string(o, f->names->names[v]);
        return;

    case TKT_T_SET:
        tkt_out_set(o, f->names, v);
        return;

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
        tkt_out_raw(o, f->type == TKT_T_EMPTY_LIST ? tkt_str("[]")
                                                   : tkt_str("null"));
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
        tkt_out_str(o, f, *tkt_field_str(f, view->obj));
        return;

    case TKT_T_EMPTY_LIST:
        tkt_out_lit(o, "[]");
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


/* The row's name as it was made with the table. */
static inline void
tkt_out_key(tkt_out_t *o, const tkt_field_t *f)
{
    size_t  comma;

    if (tkt_out_room(o, f->key.len)) {
        comma = (o->pos[-1] == '{');
        memcpy(o->pos, f->key.data + comma, f->key.len - comma);
        o->pos += f->key.len - comma;
    }
}


static void
tkt_out_rows(tkt_out_t *o, const tkt_schema_t *s, const tkt_out_view_t *view,
    size_t *number)
{
    size_t              i, span;
    const tkt_field_t  *f;

    tkt_out_char(o, '{');

    for (i = 0; i < s->count; i++) {
        f = &s->fields[i];
        span = 1;

        if (view->only != NULL) {
            span = tkt_field_span(f);
        }

        if ((f->flags & TKT_F_INTERNAL) != 0
            || (f->readers != 0 && (f->readers & view->reader) == 0)
            || (view->brief && (f->flags & TKT_F_BIG) != 0))
        {
            *number += span;
            continue;
        }

        if (view->only != NULL) {
            tkt_out_row_only(o, f, view, *number, span);

        } else {
            tkt_out_key(o, f);
            tkt_out_row_value(o, f, view, 0);
        }

        *number += span;
    }

    tkt_out_char(o, '}');
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
