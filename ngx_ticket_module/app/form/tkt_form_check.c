/*
 * A ticket's `custom` against the fields of its type's form.
 */

#include "app/form/tkt_form_int.h"
#include "codec/tkt_text_form.h"


/* A check under way. */
typedef struct {
    tkt_call_t               *call;
    const tkt_form_fields_t  *fields;
    tkt_errors_t             *errors;
    bool                      staff;
} tkt_form_check_t;


static const tkt_form_field_t *
tkt_form_find(const tkt_form_fields_t *fields, tkt_str_t quoted)
{
    size_t  i;

    for (i = 0; i < fields->count; i++) {
        if (tkt_json_name_is(quoted, fields->list[i].head.name)) {
            return &fields->list[i];
        }
    }

    return NULL;
}


/* A name as it stands in the text, without the quotes. */
static tkt_str_t
tkt_form_bare(tkt_str_t quoted)
{
    return (tkt_str_t) { quoted.data + 1, quoted.len - 2 };
}


static bool
tkt_form_is_null(tkt_str_t value)
{
    return tkt_str_eq(value, tkt_str("null"));
}


/* What stands at a member of this bare name, null too; false: nothing. */
static bool
tkt_form_stands(tkt_str_t custom, tkt_str_t bare, tkt_str_t *value)
{
    tkt_str_t        name;
    tkt_json_walk_t  w;

    if (!tkt_json_walk_open(&w, custom)) {
        return false;
    }

    while (tkt_json_walk_next(&w, &name, value)) {
        if (tkt_json_name_is(name, bare)) {
            return true;
        }
    }

    return false;
}


/* The value of a member by its bare name; false: there is none, or null. */
static bool
tkt_form_value(tkt_str_t custom, tkt_str_t bare, tkt_str_t *value)
{
    return tkt_form_stands(custom, bare, value) && !tkt_form_is_null(*value);
}


tkt_str_t
tkt_form_pointer(tkt_call_t *c, tkt_str_t quoted)
{
    size_t     i;
    tkt_out_t  o;
    tkt_str_t  name;

    if (!tkt_json_string(quoted, c->arena, &name)) {
        name = tkt_str("");
    }

    tkt_out_init(&o, c->arena, 32 + 2 * name.len);
    tkt_out_lit(&o, "/custom/");

    for (i = 0; i < name.len; i++) {
        if (name.data[i] == '~') {
            tkt_out_lit(&o, "~0");

        } else if (name.data[i] == '/') {
            tkt_out_lit(&o, "~1");

        } else {
            tkt_out_char(&o, (char) name.data[i]);
        }
    }

    return tkt_out_text(&o);
}


static void
tkt_form_member(tkt_form_check_t *x, tkt_str_t name, tkt_str_t value)
{
    tkt_form_at_t  at = { .call = x->call, .errors = x->errors,
                          .name = name };

    at.field = tkt_form_find(x->fields, name);

    if (at.field == NULL || (at.field->staff_only && !x->staff)) {
        tkt_errors_add(x->errors, tkt_form_pointer(x->call, name),
                       at.field == NULL ? "unknown" : "forbidden",
                       "%s", at.field == NULL
                             ? "The form has no field of this name."
                             : "Only staff fills in this field.");

    } else if (!tkt_form_is_null(value)) {
        tkt_form_row(at.field->kind)->check(&at, value);
    }
}


/*
 * Members that are new or other than they were; null clears one, and is kept
 * where it stood in the submission.
 */
static void
tkt_form_members(tkt_form_check_t *x, const tkt_str_t *before,
    tkt_str_t custom)
{
    bool             had;
    tkt_str_t        name, value, old;
    tkt_json_walk_t  w;

    if (!tkt_json_walk_open(&w, custom)) {
        return;
    }

    while (tkt_json_walk_next(&w, &name, &value)) {
        had = before != NULL
              && tkt_form_stands(*before, tkt_form_bare(name), &old);

        if (!had || !tkt_str_eq(old, value)) {
            tkt_form_member(x, name, value);
        }
    }
}


/* Members for staff alone that somebody else has taken away. */
static void
tkt_form_removed(tkt_form_check_t *x, tkt_str_t before, tkt_str_t custom)
{
    tkt_str_t                name, value, now;
    tkt_json_walk_t          w;
    const tkt_form_field_t  *f;

    if (x->staff || !tkt_json_walk_open(&w, before)) {
        return;
    }

    while (tkt_json_walk_next(&w, &name, &value)) {
        f = tkt_form_find(x->fields, name);

        if (f != NULL && f->staff_only && !tkt_form_is_null(value)
            && !tkt_form_value(custom, tkt_form_bare(name), &now))
        {
            tkt_errors_add(x->errors, tkt_form_pointer(x->call, name),
                           "forbidden", "Only staff changes this field.");
        }
    }
}


static void
tkt_form_absent(tkt_call_t *c, const tkt_form_field_t *f,
    tkt_errors_t *errors)
{
    tkt_str_t  quoted;

    quoted = tkt_arena_printf(c->arena, "\"%.*s\"", (int) f->head.name.len,
                              (const char *) f->head.name.data);
    tkt_errors_add(errors, tkt_form_pointer(c, quoted), "required",
                   "This field must be filled in.");
}


void
tkt_form_fields_check(tkt_call_t *c, const tkt_form_fields_t *fields,
    const tkt_str_t *before, tkt_str_t custom, bool staff, bool asks,
    tkt_errors_t *errors)
{
    size_t                   i;
    tkt_str_t                value;
    tkt_form_check_t         x = { c, fields, errors, staff };
    const tkt_form_field_t  *f;

    if (fields->count == 0) {
        return;                     /* a type without a form takes anything */
    }

    tkt_form_members(&x, before, custom);

    if (before != NULL) {
        tkt_form_removed(&x, *before, custom);
    }

    for (i = 0; asks && i < fields->count; i++) {
        f = &fields->list[i];

        if (f->required && (staff || !f->staff_only)
            && (before == NULL
                || tkt_form_value(*before, f->head.name, &value))
            && !tkt_form_value(custom, f->head.name, &value))
        {
            tkt_form_absent(c, f, errors);
        }
    }
}


/* Whether somebody has filled it in: with more than blanks, or an item. */
static bool
tkt_form_filled(tkt_call_t *c, tkt_str_t custom, const tkt_form_field_t *f)
{
    tkt_str_t  value, text;

    if (!tkt_form_value(custom, f->head.name, &value)
        || tkt_str_eq(value, tkt_str("[]")))
    {
        return false;
    }

    return value.data[0] != '"'
           || (tkt_json_string(value, c->arena, &text) && tkt_has_ink(text));
}


void
tkt_form_fields_missing(tkt_call_t *c, const tkt_form_fields_t *fields,
    tkt_str_t custom, tkt_errors_t *errors)
{
    size_t                   i;
    const tkt_form_field_t  *f;

    for (i = 0; i < fields->count; i++) {
        f = &fields->list[i];

        if (f->required_to_resolve && !tkt_form_filled(c, custom, f)) {
            tkt_form_absent(c, f, errors);
        }
    }
}
