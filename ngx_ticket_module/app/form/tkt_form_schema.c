/*
 * Form fields as JSON Schema (2020-12): what tkt_form_values.c takes, and
 * nothing else.  Texts, lines, URLs and times are those of the schemas of
 * resources.
 */

#include "app/form/tkt_form_int.h"
#include "app/resource/tkt_config.h"


#define TKT_FORM_USE        1
#define TKT_FORM_END        "(?![\\s\\S])"
#define TKT_FORM_CURRENCY   "^[A-Z]{3}" TKT_FORM_END
#define TKT_FORM_AMOUNT                                                       \
    "^(?:0|[1-9][0-9]{0,14})(?:\\.[0-9]{1,4})?" TKT_FORM_END


/* ---- kinds ---- */

/* As a row of a resource that takes the same. */
static void
tkt_form_as_row(tkt_out_t *o, const tkt_form_field_t *f, tkt_type_t type)
{
    tkt_field_t  row = {
        .type = (uint8_t) type, .in = TKT_FORM_USE,
        .required = f->required ? TKT_FORM_USE : 0,
        .min = (uint32_t) tkt_form_min(f), .max = (uint32_t) tkt_form_max(f),
    };

    if (row.min > 0) {
        row.flags = TKT_F_NOT_EMPTY;
    }

    tkt_out_schema_words(o, &row, TKT_FORM_USE);
}


void
tkt_form_schema_text(tkt_out_t *o, const tkt_form_field_t *f)
{
    tkt_form_as_row(o, f, TKT_T_TEXT);
}


void
tkt_form_schema_account(tkt_out_t *o, const tkt_form_field_t *f)
{
    tkt_form_as_row(o, f, TKT_T_LINE);
}


void
tkt_form_schema_url(tkt_out_t *o, const tkt_form_field_t *f)
{
    tkt_form_as_row(o, f, TKT_T_URL);
}


void
tkt_form_schema_datetime(tkt_out_t *o, const tkt_form_field_t *f)
{
    tkt_form_as_row(o, f, TKT_T_TIME);
}


static void
tkt_form_type(tkt_out_t *o, const tkt_form_field_t *f, const char *type)
{
    tkt_out_name(o, "type");

    if (f->required) {
        tkt_out_string_z(o, type);
        return;
    }

    tkt_out_lit(o, "[");
    tkt_out_string_z(o, type);
    tkt_out_lit(o, ",\"null\"]");
}


void
tkt_form_schema_number(tkt_out_t *o, const tkt_form_field_t *f)
{
    tkt_form_type(o, f, "number");
    tkt_out_name(o, "minimum");
    tkt_out_i64(o, tkt_int_value(f->min, -TKT_FORM_NUMBER_MAX));
    tkt_out_name(o, "maximum");
    tkt_out_i64(o, tkt_int_value(f->max, TKT_FORM_NUMBER_MAX));
}


/* A list of tags as an enumeration; with null where that may stand. */
static void
tkt_form_enum(tkt_out_t *o, tkt_str_t list, bool null)
{
    tkt_str_t        name, item;
    tkt_json_walk_t  w;

    tkt_out_name(o, "enum");
    tkt_out_lit(o, "[");

    if (tkt_json_walk_open(&w, list)) {
        while (tkt_json_walk_next(&w, &name, &item)) {
            tkt_out_comma(o);
            tkt_out_raw(o, item);
        }
    }

    if (null) {
        tkt_out_lit(o, ",null");
    }

    tkt_out_lit(o, "]");
}


/* The choices, with their words in Chinese where it has been given them. */
static void
tkt_form_options(tkt_out_t *o, const tkt_form_field_t *f, bool null)
{
    tkt_str_t        name, item, title;
    tkt_json_walk_t  w, titles;

    if (f->choices_zh.len == 0 || !tkt_json_walk_open(&w, f->choices)
        || !tkt_json_walk_open(&titles, f->choices_zh))
    {
        tkt_form_enum(o, f->choices, null);
        return;
    }

    tkt_out_name(o, "oneOf");
    tkt_out_lit(o, "[");

    while (tkt_json_walk_next(&w, &name, &item)
           && tkt_json_walk_next(&titles, &name, &title))
    {
        tkt_out_comma(o);
        tkt_out_lit(o, "{\"const\":");
        tkt_out_raw(o, item);
        tkt_out_lit(o, ",\"title\":");
        tkt_out_raw(o, title);
        tkt_out_lit(o, "}");
    }

    if (null) {
        tkt_out_lit(o, ",{\"type\":\"null\"}");
    }

    tkt_out_lit(o, "]");
}


void
tkt_form_schema_money(tkt_out_t *o, const tkt_form_field_t *f)
{
    tkt_form_type(o, f, "object");
    tkt_out_lit(o, ",\"properties\":{\"amount\":{\"type\":\"string\"");
    tkt_out_name(o, "pattern");
    tkt_out_string_z(o, TKT_FORM_AMOUNT);
    tkt_out_lit(o, "},\"currency\":{\"type\":\"string\"");

    if (f->currencies.len > 0) {
        tkt_form_enum(o, f->currencies, false);

    } else {
        tkt_out_name(o, "pattern");
        tkt_out_string_z(o, TKT_FORM_CURRENCY);
    }

    tkt_out_lit(o, "}},\"required\":[\"amount\",\"currency\"],"
                "\"additionalProperties\":false");
}


void
tkt_form_schema_choice(tkt_out_t *o, const tkt_form_field_t *f)
{
    tkt_form_type(o, f, "string");
    tkt_form_options(o, f, !f->required);
}


static void
tkt_form_array(tkt_out_t *o, const tkt_form_field_t *f)
{
    tkt_form_type(o, f, "array");
    tkt_out_name(o, "minItems");
    tkt_out_u64(o, tkt_form_min(f));
    tkt_out_name(o, "maxItems");
    tkt_out_u64(o, tkt_form_max(f));
}


void
tkt_form_schema_choices(tkt_out_t *o, const tkt_form_field_t *f)
{
    tkt_form_array(o, f);
    tkt_out_lit(o, ",\"uniqueItems\":true,\"items\":{\"type\":\"string\"");
    tkt_form_options(o, f, false);
    tkt_out_lit(o, "}");
}


void
tkt_form_schema_list(tkt_out_t *o, const tkt_form_field_t *f)
{
    static const tkt_field_t  line = {
        .type = TKT_T_LINE, .flags = TKT_F_NOT_EMPTY, .in = TKT_FORM_USE,
        .required = TKT_FORM_USE, .min = 1, .max = TKT_LINE_MAX_CHARS
    };

    tkt_form_array(o, f);
    tkt_out_name(o, "items");
    tkt_out_schema_row(o, &line, TKT_FORM_USE);
}


/* ---- the whole of `custom` ---- */

/* A text in the caller's language, else in the other. */
static tkt_str_t
tkt_form_words(const tkt_call_t *c, tkt_str_t en, tkt_str_t zh)
{
    if (c->lang == TKT_LANG_ZH) {
        return zh.len > 0 ? zh : en;
    }

    return en.len > 0 ? en : zh;
}


static void
tkt_form_annotate(tkt_out_t *o, const char *name, tkt_str_t text)
{
    if (text.len > 0) {
        tkt_out_name(o, name);
        tkt_out_string(o, text);
    }
}


static void
tkt_form_field_schema_out(tkt_call_t *c, tkt_out_t *o,
    const tkt_form_field_t *f)
{
    tkt_form_field_t  said = *f;

    if (c->lang != TKT_LANG_ZH) {
        said.choices_zh.len = 0;
    }

    tkt_out_comma(o);
    tkt_out_string(o, f->head.name);
    tkt_out_lit(o, ":{");

    tkt_form_row(f->kind)->schema(o, &said);

    tkt_form_annotate(o, "title", tkt_config_title(&f->head, c->lang));
    tkt_form_annotate(o, "description",
                      tkt_form_words(c, f->help_en, f->help_zh));
    tkt_form_annotate(o, "x-prompt",
                      tkt_form_words(c, f->prompt_en, f->prompt_zh));
    tkt_form_annotate(o, "x-kind", tkt_form_kind_names.names[f->kind]);

    tkt_out_name(o, "x-order");
    tkt_out_u64(o, f->head.position);

    if (f->required_to_resolve) {
        tkt_out_lit(o, ",\"x-required-to-resolve\":true");
    }

    tkt_out_lit(o, "}");
}


void
tkt_form_fields_schema(tkt_call_t *c, tkt_out_t *o,
    const tkt_form_fields_t *fields, bool staff)
{
    size_t                   i;
    bool                     required;
    const tkt_form_field_t  *f;

    if (fields->count == 0) {
        tkt_out_lit(o, "{\"type\":[\"object\",\"null\"]}");
        return;
    }

    for (required = false, i = 0; i < fields->count; i++) {
        f = &fields->list[i];
        required |= f->required && (staff || !f->staff_only);
    }

    tkt_out_raw(o, required ? tkt_str("{\"type\":\"object\"")
                            : tkt_str("{\"type\":[\"object\",\"null\"]"));
    tkt_out_lit(o, ",\"properties\":{");

    for (i = 0; i < fields->count; i++) {
        f = &fields->list[i];

        if (staff || !f->staff_only) {
            tkt_form_field_schema_out(c, o, f);
        }
    }

    tkt_out_lit(o, "},\"required\":[");

    for (i = 0; i < fields->count; i++) {
        f = &fields->list[i];

        if (f->required && (staff || !f->staff_only)) {
            tkt_out_comma(o);
            tkt_out_string(o, f->head.name);
        }
    }

    tkt_out_lit(o, "],\"additionalProperties\":false}");
}
