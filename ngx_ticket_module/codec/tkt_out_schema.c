/*
 * JSON Schema (2020-12) of a struct, from the same rows that decode and
 * encode it.
 *
 * What is answered lists as required the members that everybody always gets:
 * not those that some roles do not see, nor the long texts that lists leave
 * out, nor what is left out when it is empty.
 */

#include "codec/tkt_field_parse.h"
#include "codec/tkt_json_out.h"
#include "base/tkt_limits.h"


/*
 * Patterns reject what the decoder rejects, in words that ECMA 262, Perl and
 * Python read alike: no $, which lets a newline pass in some, and no \d or \s,
 * which mean more in some.
 */
#define TKT_END      "(?![\\s\\S])"
#define TKT_CONTROL  "\\x00-\\x1f\\x7f-\\x9f"

/* U+1680, U+2000 to U+200B, U+2028, U+2029, U+202F, U+205F, U+3000, U+FEFF */
#define TKT_BLANK                                                             \
    "\\x00-\\x20\\xa0\xe1\x9a\x80\xe2\x80\x80-\xe2\x80\x8b\xe2\x80\xa8"       \
    "\xe2\x80\xa9\xe2\x80\xaf\xe2\x81\x9f\xe3\x80\x80\xef\xbb\xbf"

/* anything but blanks is in it */
#define TKT_INK      "(?=[\\s\\S]*[^" TKT_BLANK "])"

#define TKT_PATTERN_LINE   "[^" TKT_CONTROL "]*" TKT_END
#define TKT_PATTERN_TEXT   "[^\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]*" TKT_END
#define TKT_PATTERN_SLUG   "^[a-z0-9][a-z0-9_.-]*" TKT_END
#define TKT_PATTERN_PHONE  "^(?=[^0-9]*[0-9])[0-9 +().x-]{3,32}" TKT_END
#define TKT_PATTERN_ID     "^[1-9][0-9]*" TKT_END
#define TKT_PATTERN_TAG    "^" TKT_INK "[^\"\\\\," TKT_CONTROL "]+" TKT_END
#define TKT_PATTERN_URL                                                       \
    "^https?://[^/?#:\\x7f-\\x9f" TKT_BLANK "][^\\x7f-\\x9f" TKT_BLANK "]*"   \
    TKT_END

#define TKT_ATOM           "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
#define TKT_LABEL          "[A-Za-z0-9-]+"
#define TKT_PATTERN_EMAIL                                                     \
    "^(?=[^@]{1,64}@)(?![\\s\\S]{255})(?![\\s\\S]*-" TKT_END ")"              \
    TKT_ATOM "(\\." TKT_ATOM ")*@(?!-)" TKT_LABEL "(\\." TKT_LABEL ")*"       \
    TKT_END

/* RFC 3339 from 1970-01-02 to 9999-12-30, which no time zone leaves */
#define TKT_LEAP                                                              \
    "(?:19(?:7[26]|8[048]|9[26])|[2-9][0-9](?:0[48]|[2468][048]"              \
    "|[13579][26])|(?:[2468][048]|[3579][26])00)"
#define TKT_DATE                                                              \
    "(?:(?:19[7-9][0-9]|[2-9][0-9]{3})-(?:(?:0[13578]|1[02])-(?:0[1-9]"       \
    "|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]"    \
    "|1[0-9]|2[0-8]))|" TKT_LEAP "-02-29)"
#define TKT_PATTERN_TIME                                                      \
    "^(?!1970-01-01|9999-12-31)" TKT_DATE "[Tt](?:[01][0-9]|2[0-3])"          \
    ":[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?(?:[Zz]|[+-](?:[01][0-9]"        \
    "|2[0-3]):[0-5][0-9])" TKT_END


/* Which side the document is for; 0 as `use`: what is answered. */
typedef struct {
    uint32_t  use;
    bool      merge;
} tkt_side_t;


static void tkt_schema_struct(tkt_out_t *o, const tkt_schema_t *s,
    const tkt_side_t *side, bool null, const char *doc);


static void
tkt_schema_number(tkt_out_t *o, const char *name, uint64_t v)
{
    tkt_out_name(o, name);
    tkt_out_u64(o, v);
}


static void
tkt_schema_string(tkt_out_t *o, const char *name, const char *value)
{
    tkt_out_name(o, name);
    tkt_out_string_z(o, value);
}


/* "type":"integer" or "type":["integer","null"]. */
static void
tkt_schema_type(tkt_out_t *o, const char *type, bool null)
{
    tkt_out_name(o, "type");

    if (!null) {
        tkt_out_string_z(o, type);
        return;
    }

    tkt_out_char(o, '[');
    tkt_out_string_z(o, type);
    tkt_out_lit(o, ",\"null\"]");
}


/* Whether null may stand in the row's place. */
static bool
tkt_schema_null(const tkt_field_t *f, const tkt_side_t *side)
{
    if (side->use != 0) {
        return (side->merge ? f->required : f->required & side->use) == 0;
    }

    if (f->flags & TKT_F_OMIT_EMPTY) {
        return false;
    }

    switch (f->type) {

    case TKT_T_UINT:
    case TKT_T_OBJECT:
        return (f->flags & TKT_F_NULL_IF_ZERO) != 0;

    case TKT_T_BOOL:
    case TKT_T_SET:
    case TKT_T_TAGS:
    case TKT_T_JSON:
    case TKT_T_LIST:
        return false;

    default:
        return true;
    }
}


static void
tkt_schema_names(tkt_out_t *o, const tkt_names_t *names, bool null)
{
    size_t  i;

    tkt_out_name(o, "enum");
    tkt_out_char(o, '[');

    for (i = 0; i < names->count; i++) {
        if (names->names[i].len != 0) {
            tkt_out_comma(o);
            tkt_out_string(o, names->names[i]);
        }
    }

    if (null) {
        tkt_out_comma(o);
        tkt_out_lit(o, "null");
    }

    tkt_out_char(o, ']');
}


/* What a client may send; NULL: any text. */
static const char *
tkt_schema_pattern(const tkt_field_t *f)
{
    bool  ink = (f->flags & TKT_F_NOT_EMPTY) != 0;

    switch (f->type) {

    case TKT_T_LINE:
        return ink ? "^" TKT_INK TKT_PATTERN_LINE : "^" TKT_PATTERN_LINE;

    case TKT_T_TEXT:
        return ink ? "^" TKT_INK TKT_PATTERN_TEXT : "^" TKT_PATTERN_TEXT;

    case TKT_T_SLUG:
        return TKT_PATTERN_SLUG;

    case TKT_T_EMAIL:
        return TKT_PATTERN_EMAIL;

    case TKT_T_PHONE:
        return TKT_PATTERN_PHONE;

    case TKT_T_URL:
        return TKT_PATTERN_URL;

    default:
        return NULL;
    }
}


/* What an answer looks like. */
static const char *
tkt_schema_look(const tkt_field_t *f)
{
    switch (f->type) {

    case TKT_T_LINE:
        return "^[^\\n\\t]*$";

    case TKT_T_SLUG:
        return "^[a-z0-9][a-z0-9_.-]*$";

    case TKT_T_PHONE:
        return "^[0-9 +().x-]{3,32}$";

    case TKT_T_URL:
        return "^https?://[^\\s]+$";

    default:
        return NULL;
    }
}


static void
tkt_schema_text(tkt_out_t *o, const tkt_field_t *f, const tkt_side_t *side,
    bool null)
{
    size_t       min;
    const char  *pattern;

    tkt_schema_type(o, "string", null);

    min = f->min;

    if (min == 0 && (f->flags & TKT_F_NOT_EMPTY) != 0) {
        min = 1;
    }

    if (min != 0) {
        tkt_schema_number(o, "minLength", min);
    }

    if (f->max != 0) {
        tkt_schema_number(o, "maxLength", f->max);
    }

    if (f->type == TKT_T_EMAIL) {
        tkt_schema_string(o, "format", "email");
    }

    pattern = (side->use != 0) ? tkt_schema_pattern(f) : tkt_schema_look(f);

    if (pattern != NULL) {
        tkt_schema_string(o, "pattern", pattern);
    }
}


/* An id is taken as a number or as its decimal text, and given as a number. */
static void
tkt_schema_id(tkt_out_t *o, const tkt_side_t *side, bool null)
{
    if (side->use == 0) {
        tkt_schema_type(o, "integer", null);

    } else {
        tkt_out_name(o, "type");
        tkt_out_raw(o, null ? tkt_str("[\"integer\",\"string\",\"null\"]")
                            : tkt_str("[\"integer\",\"string\"]"));
        tkt_schema_string(o, "pattern", TKT_PATTERN_ID);
    }

    tkt_schema_number(o, "minimum", 1);
}


static void
tkt_schema_list(tkt_out_t *o, const tkt_field_t *f,
    const tkt_side_t *side, bool null)
{
    tkt_schema_type(o, "array", null);
    tkt_out_name(o, "items");

    if (f->type == TKT_T_LIST) {
        if (f->sub != NULL) {
            tkt_schema_struct(o, f->sub, side, false, NULL);

        } else {
            tkt_out_lit(o, "{}");
        }

        return;
    }

    tkt_out_char(o, '{');
    tkt_schema_type(o, "string", false);

    if (f->type == TKT_T_SET) {
        tkt_schema_names(o, f->names, false);

    } else {
        tkt_schema_number(o, "minLength", 1);
        tkt_schema_number(o, "maxLength", TKT_TAG_MAX_CHARS);
        tkt_schema_string(o, "pattern", side->use != 0 ? TKT_PATTERN_TAG
                                                       : "^[^\"\\\\,]+$");
    }

    tkt_out_char(o, '}');

    if (f->type == TKT_T_TAGS) {
        tkt_schema_number(o, "maxItems", TKT_TAGS_MAX);
    }

    tkt_out_name(o, "uniqueItems");
    tkt_out_lit(o, "true");
}


static void
tkt_schema_integer(tkt_out_t *o, const tkt_field_t *f, bool null)
{
    tkt_schema_type(o, "integer", null);

    if (f->type == TKT_T_INT) {
        tkt_out_name(o, "minimum");
        tkt_out_i64(o, -(int64_t) f->max);
        tkt_schema_number(o, "maximum", f->max);
        return;
    }

    tkt_schema_number(o, "minimum", tkt_field_uint_min(f));
    tkt_schema_number(o, "maximum", tkt_field_uint_max(f));
}


/* What stands in the braces of any row but an OBJECT. */
static void
tkt_schema_words(tkt_out_t *o, const tkt_field_t *f, const tkt_side_t *side)
{
    bool  null;

    null = tkt_schema_null(f, side);

    switch (f->type) {

    case TKT_T_UINT:
    case TKT_T_INT:
        tkt_schema_integer(o, f, null);
        break;

    case TKT_T_ID:
        tkt_schema_id(o, side, null);
        break;

    case TKT_T_BOOL:
        tkt_schema_type(o, "boolean", null);
        break;

    case TKT_T_ENUM:
        tkt_schema_type(o, "string", null);
        tkt_schema_names(o, f->names, null);
        break;

    case TKT_T_TIME:
        tkt_schema_type(o, "string", null);
        tkt_schema_string(o, "format", "date-time");

        if (side->use != 0) {
            tkt_schema_string(o, "pattern", TKT_PATTERN_TIME);
        }

        break;

    case TKT_T_SET:
    case TKT_T_TAGS:
    case TKT_T_LIST:
        tkt_schema_list(o, f, side, null);
        break;

    case TKT_T_JSON:
        tkt_schema_type(o, "object", null);
        break;

    default:
        tkt_schema_text(o, f, side, null);
    }

    if (f->doc != NULL) {
        tkt_schema_string(o, "description", f->doc);
    }

    /* a secret that is taken and never told */

    if (side->use != 0 && (f->flags & TKT_F_SECRET) != 0
        && (f->flags & TKT_F_INTERNAL) != 0)
    {
        tkt_out_name(o, "writeOnly");
        tkt_out_lit(o, "true");
    }
}


static void
tkt_schema_row(tkt_out_t *o, const tkt_field_t *f, const tkt_side_t *side)
{
    if (f->type == TKT_T_OBJECT) {
        tkt_schema_struct(o, f->sub, side, tkt_schema_null(f, side), f->doc);
        return;
    }

    tkt_out_char(o, '{');
    tkt_schema_words(o, f, side);
    tkt_out_char(o, '}');
}


static bool
tkt_schema_has(const tkt_field_t *f, const tkt_side_t *side)
{
    if (side->use != 0) {
        return (f->in & side->use) != 0;
    }

    return (f->flags & TKT_F_INTERNAL) == 0;
}


static bool
tkt_schema_requires(const tkt_field_t *f, const tkt_side_t *side)
{
    if (side->use != 0) {
        return !side->merge && (f->required & side->use) != 0;
    }

    return f->readers == 0
           && (f->flags & (TKT_F_BIG | TKT_F_OMIT_EMPTY)) == 0;
}


static void
tkt_schema_required(tkt_out_t *o, const tkt_schema_t *s,
    const tkt_side_t *side)
{
    size_t              i;
    bool                any;
    const tkt_field_t  *f;

    any = false;

    for (i = 0; i < s->count; i++) {
        f = &s->fields[i];

        if (!tkt_schema_has(f, side) || !tkt_schema_requires(f, side)) {
            continue;
        }

        if (!any) {
            tkt_out_name(o, "required");
            tkt_out_char(o, '[');
            any = true;
        }

        tkt_out_comma(o);
        tkt_out_string_z(o, f->name);
    }

    if (any) {
        tkt_out_char(o, ']');
    }
}


static void
tkt_schema_struct(tkt_out_t *o, const tkt_schema_t *s, const tkt_side_t *side,
    bool null, const char *doc)
{
    size_t              i;
    const tkt_field_t  *f;

    tkt_out_char(o, '{');
    tkt_schema_type(o, "object", null);

    if (doc != NULL) {
        tkt_schema_string(o, "description", doc);
    }

    tkt_out_name(o, "properties");
    tkt_out_char(o, '{');

    for (i = 0; i < s->count; i++) {
        f = &s->fields[i];

        if (tkt_schema_has(f, side)) {
            tkt_out_name(o, f->name);
            tkt_schema_row(o, f, side);
        }
    }

    tkt_out_char(o, '}');
    tkt_schema_required(o, s, side);

    tkt_out_name(o, "additionalProperties");
    tkt_out_lit(o, "false");
    tkt_out_char(o, '}');
}


void
tkt_out_schema(tkt_out_t *o, const tkt_schema_t *s, uint32_t use, bool merge)
{
    tkt_side_t  side;

    side.use = use;
    side.merge = merge;

    tkt_schema_struct(o, s, &side, false, NULL);
}


void
tkt_out_schema_row(tkt_out_t *o, const tkt_field_t *f, uint32_t use)
{
    tkt_side_t  side = { use, false };

    tkt_schema_row(o, f, &side);
}


void
tkt_out_schema_words(tkt_out_t *o, const tkt_field_t *f, uint32_t use)
{
    tkt_side_t  side = { use, false };

    tkt_schema_words(o, f, &side);
}
