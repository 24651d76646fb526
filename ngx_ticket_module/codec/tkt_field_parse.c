/*
 * The rules of each type.  Lengths are code points; an upper bound of 0 on a
 * text means that only the bound of JSON strings holds.
 */

#include <stdarg.h>
#include <stdio.h>

#include "base/tkt_text.h"
#include "base/tkt_time.h"
#include "codec/tkt_field_parse.h"
#include "codec/tkt_json_reader.h"
#include "codec/tkt_query.h"
#include "codec/tkt_text_form.h"


#define TKT_CHOICES_MAX_BYTES  160


bool
tkt_reject(tkt_refusal_t *r, const char *code, const char *detail, ...)
{
    va_list  args;

    r->code = code;

    va_start(args, detail);
    (void) vsnprintf(r->detail, sizeof(r->detail), detail, args);
    va_end(args);

    return false;
}


bool
tkt_reject_type(tkt_refusal_t *r, const tkt_field_t *f)
{
    const char  *what;

    switch (f->type) {

    case TKT_T_UINT:
    case TKT_T_INT:
        what = "an integer";
        break;

    case TKT_T_ID:
        what = "an integer or a decimal string";
        break;

    case TKT_T_BOOL:
        what = "true or false";
        break;

    case TKT_T_SET:
    case TKT_T_TAGS:
        what = "an array of strings";
        break;

    case TKT_T_LIST:
        what = "an empty array";
        break;

    case TKT_T_JSON:
    case TKT_T_OBJECT:
        what = "an object";
        break;

    default:
        what = "a string";
    }

    return tkt_reject(r, "type", "This must be %s.", what);
}


/* UTF-8, controls and length: what all texts have in common. */
static bool
tkt_check_text(const tkt_field_t *f, tkt_str_t s, tkt_refusal_t *r)
{
    size_t  chars;

    switch (tkt_text_check(s, &chars)) {

    case TKT_TEXT_OK:
        break;

    case TKT_TEXT_BAD_UTF8:
        return tkt_reject(r, "utf8", "This is not valid UTF-8.");

    case TKT_TEXT_CONTROL:
        return tkt_reject(r, "control",
                          "Control characters are not allowed here.");
    }

    if (f->type != TKT_T_TEXT && s.len != 0
        && (memchr(s.data, '\n', s.len) != NULL
            || memchr(s.data, '\t', s.len) != NULL))
    {
        return tkt_reject(r, "control",
                          "Newlines and tabs are not allowed here.");
    }

    if (f->max != 0 && chars > f->max) {
        return tkt_reject(r, "too-long",
                          "At most %u characters are allowed, these are %zu.",
                          f->max, chars);
    }

    if (chars < f->min) {
        return tkt_reject(r, "too-short",
                          "At least %u characters are needed.", f->min);
    }

    if ((f->flags & TKT_F_NOT_EMPTY) != 0 && !tkt_has_ink(s)) {
        return tkt_reject(r, "too-short", "This must not be blank.");
    }

    return true;
}


static bool
tkt_parse_text(const tkt_field_t *f, tkt_str_t s, void *obj, tkt_refusal_t *r)
{
    if (!tkt_check_text(f, s, r)) {
        return false;
    }

    switch (f->type) {

    case TKT_T_SLUG:
        if (!tkt_is_slug(s)) {
            return tkt_reject(r, "format", "This must be of a-z, 0-9, '_', "
                              "'.' and '-', beginning with a letter or "
                              "digit.");
        }
        break;

    case TKT_T_EMAIL:
        if (!tkt_is_email(s)) {
            return tkt_reject(r, "format",
                              "This must be an address like name@example.com.");
        }
        break;

    case TKT_T_PHONE:
        if (!tkt_is_phone(s)) {
            return tkt_reject(r, "format", "This must be %d to %d digits, "
                              "spaces and + - ( ) . x.", TKT_PHONE_MIN_CHARS,
                              TKT_PHONE_MAX_CHARS);
        }
        break;

    case TKT_T_URL:
        if (!tkt_is_url(s)) {
            return tkt_reject(r, "format", "This must begin with http:// or "
                              "https:// and hold no white space.");
        }
        break;

    default:
        break;
    }

    *tkt_field_str(f, obj) = s;

    return true;
}


/* Reads an integer, telling the ways in which it can be none. */
static bool
tkt_parse_integer(tkt_str_t s, uint64_t *value, tkt_refusal_t *r)
{
    size_t  i, first;
    bool    zeros;

    if (tkt_u64_parse(s, value)) {
        return true;
    }

    first = (s.len > 1 && s.data[0] == '-') ? 1 : 0;
    zeros = true;

    for (i = first; i < s.len; i++) {
        if (s.data[i] < '0' || s.data[i] > '9') {
            break;
        }

        zeros = zeros && s.data[i] == '0';
    }

    if (i < s.len || s.len == 0) {
        return tkt_reject(r, "type", "This must be an integer, without "
                          "fraction or exponent.");
    }

    if (s.data[first] == '0' && (first == 0 || zeros)) {
        return tkt_reject(r, "format", "This must be written without %s.",
                          first == 0 ? "leading zeros" : "a sign");
    }

    return (first == 0)
           ? tkt_reject(r, "too-large", "This number is too large.")
           : tkt_reject(r, "too-small", "This must not be negative.");
}


uint64_t
tkt_field_uint_min(const tkt_field_t *f)
{
    /* 0 is kept for none: who sends it means something else */

    return (f->min == 0 && f->in != 0 && (f->flags & TKT_F_NULL_IF_ZERO) != 0)
           ? 1 : f->min;
}


uint64_t
tkt_field_uint_max(const tkt_field_t *f)
{
    return (f->max == UINT32_MAX) ? TKT_UINT_MAX : f->max;
}


static bool
tkt_field_signed(const tkt_field_t *f, tkt_str_t digits, void *obj,
    tkt_refusal_t *r)
{
    bool      minus;
    uint64_t  v;

    minus = digits.len > 1 && digits.data[0] == '-'
            && digits.data[1] > '0' && digits.data[1] <= '9';

    if (minus) {
        digits.data++;
        digits.len--;
    }

    if (!tkt_parse_integer(digits, &v, r)) {

        if (!minus || strcmp(r->code, "too-large") != 0) {
            return false;
        }

        v = UINT64_MAX;
    }

    if (v > f->max) {
        return minus ? tkt_reject(r, "too-small",
                                  "This must be at least -%u.", f->max)
                     : tkt_reject(r, "too-large",
                                  "This must be at most %u.", f->max);
    }

    *tkt_field_u64(f, obj) = tkt_int_keep(minus ? -(int64_t) v : (int64_t) v);

    return true;
}


bool
tkt_field_number(const tkt_field_t *f, tkt_str_t digits, void *obj,
    tkt_refusal_t *r)
{
    uint64_t  v, min, max;

    if (f->type == TKT_T_INT) {
        return tkt_field_signed(f, digits, obj, r);
    }

    if (f->type != TKT_T_UINT && f->type != TKT_T_ID) {
        return tkt_reject_type(r, f);
    }

    if (!tkt_parse_integer(digits, &v, r)) {
        return false;
    }

    min = (f->type == TKT_T_ID) ? 1 : tkt_field_uint_min(f);
    max = (f->type == TKT_T_ID) ? TKT_ID_MAX : tkt_field_uint_max(f);

    if (v < min) {
        return tkt_reject(r, "too-small", "This must be at least %llu.",
                          (unsigned long long) min);
    }

    if (v > max) {
        return tkt_reject(r, "too-large", "This must be at most %llu.",
                          (unsigned long long) max);
    }

    *tkt_field_u64(f, obj) = v;

    return true;
}


/* Refuses a name, listing those there are as far as they fit. */
static bool
tkt_reject_choice(tkt_refusal_t *r, const tkt_names_t *names)
{
    char    list[TKT_CHOICES_MAX_BYTES];
    size_t  i, used, need;

    used = 0;
    list[0] = '\0';

    for (i = 0; i < names->count; i++) {
        if (names->names[i].len == 0) {
            continue;
        }

        need = names->names[i].len + 2;

        if (used + need + sizeof(", ...") > sizeof(list)) {
            used += (size_t) sprintf(list + used, ", ...");
            break;
        }

        used += (size_t) sprintf(list + used, "%s%.*s", used ? ", " : "",
                                 (int) names->names[i].len,
                                 (const char *) names->names[i].data);
    }

    return tkt_reject(r, "choice", "This must be one of: %s.", list);
}


bool
tkt_field_set_add(const tkt_field_t *f, tkt_str_t name, uint64_t *bits,
    tkt_refusal_t *r)
{
    uint64_t  v;

    if (!tkt_names_find(f->names, name, &v) || v > 63) {
        return tkt_reject_choice(r, f->names);
    }

    if ((*bits & tkt_bit(v)) != 0) {
        return tkt_reject(r, "duplicate", "This is listed twice.");
    }

    *bits |= tkt_bit(v);

    return true;
}


bool
tkt_field_tag(tkt_str_t tag, tkt_refusal_t *r)
{
    size_t  i;

    static const tkt_field_t  row = {
        .type = TKT_T_LINE, .flags = TKT_F_NOT_EMPTY, .min = 1,
        .max = TKT_TAG_MAX_CHARS
    };

    if (!tkt_check_text(&row, tag, r)) {
        return false;
    }

    for (i = 0; i < tag.len; i++) {
        if (tag.data[i] == '"' || tag.data[i] == '\\' || tag.data[i] == ',') {
            return tkt_reject(r, "format", "A tag must not hold a quote, a "
                              "backslash or a comma.");
        }
    }

    return true;
}


static bool
tkt_parse_time(const tkt_field_t *f, tkt_str_t s, void *obj, tkt_refusal_t *r)
{
    int64_t  ms;

    if (!tkt_time_parse(s, &ms)) {
        return tkt_reject(r, "format", "This must be a time like "
                          "2026-11-21T08:15:30Z (RFC 3339).");
    }

    /* 0 is kept for absence */

    if (ms == 0) {
        return tkt_reject(r, "too-small",
                          "This must be later than 1970-01-01T00:00:00Z.");
    }

    *tkt_field_u64(f, obj) = (uint64_t) ms;

    return true;
}


bool
tkt_field_string(const tkt_field_t *f, tkt_str_t s, void *obj,
    tkt_refusal_t *r)
{
    uint64_t  v;

    switch (f->type) {

    case TKT_T_LINE:
    case TKT_T_TEXT:
    case TKT_T_SLUG:
    case TKT_T_EMAIL:
    case TKT_T_PHONE:
    case TKT_T_URL:
        return tkt_parse_text(f, s, obj, r);

    case TKT_T_ENUM:
        if (!tkt_names_find(f->names, s, &v)) {
            return tkt_reject_choice(r, f->names);
        }

        *tkt_field_u64(f, obj) = v;
        return true;

    case TKT_T_TIME:
        return tkt_parse_time(f, s, obj, r);

    case TKT_T_ID:
        return tkt_field_number(f, s, obj, r);

    default:
        return tkt_reject_type(r, f);
    }
}


/* "a,b,c" as a SET or as TAGS. */
static bool
tkt_parse_list(const tkt_field_t *f, tkt_str_t text, void *obj,
    tkt_arena_t *arena, tkt_refusal_t *r)
{
    uint64_t    bits;
    tkt_str_t   piece;
    tkt_keep_t  keep;

    bits = 0;

    if (f->type == TKT_T_TAGS) {
        tkt_keep_init(&keep, arena, TKT_BODY_MAX_BYTES);
        (void) tkt_keep_open(&keep, '[');
    }

    while (tkt_query_piece(&text, &piece)) {
        if (f->type == TKT_T_SET) {
            if (!tkt_field_set_add(f, piece, &bits, r)) {
                return false;
            }

        } else if (!tkt_keep_tag(&keep, piece, r)) {
            return false;
        }
    }

    if (f->type == TKT_T_SET) {
        *tkt_field_u64(f, obj) = bits;
        return true;
    }

    tkt_keep_close(&keep, ']', 0);
    *tkt_field_str(f, obj) = tkt_keep_text(&keep);

    return true;
}


static bool
tkt_parse_bool(const tkt_field_t *f, tkt_str_t text, void *obj,
    tkt_refusal_t *r)
{
    bool  yes;

    yes = tkt_str_eq(text, tkt_str("true"));

    if (!yes && !tkt_str_eq(text, tkt_str("false"))) {
        return tkt_reject_type(r, f);
    }

    *tkt_field_u64(f, obj) = yes;

    return true;
}


/* Text of a JSON object into its canonical form. */
static tkt_status_t
tkt_parse_object(const tkt_field_t *f, tkt_str_t text, void *obj,
    tkt_str_t pointer, tkt_errors_t *errors)
{
    tkt_reader_t  r;
    tkt_status_t  status;

    tkt_reader_clear(&r);

    r.obj = obj;
    r.body = text;
    r.prefix = pointer;
    r.arena = errors->arena;
    r.errors = errors;
    r.kept = f;

    status = tkt_json_read(&r);

    if (status == TKT_INVALID_JSON) {
        tkt_errors_add(errors, pointer, "format", "%.*s",
                       (int) errors->detail.len,
                       (const char *) errors->detail.data);
        return TKT_INVALID_REQUEST;
    }

    return status;
}


tkt_status_t
tkt_field_parse(const tkt_field_t *f, tkt_str_t text, void *obj,
    tkt_str_t pointer, tkt_errors_t *errors)
{
    bool           taken;
    tkt_refusal_t  refusal;

    switch (f->type) {

    case TKT_T_JSON:
        return tkt_parse_object(f, text, obj, pointer, errors);

    case TKT_T_SET:
    case TKT_T_TAGS:
        taken = tkt_parse_list(f, text, obj, errors->arena, &refusal);
        break;

    case TKT_T_BOOL:
        taken = tkt_parse_bool(f, text, obj, &refusal);
        break;

    case TKT_T_UINT:
    case TKT_T_INT:
        taken = tkt_field_number(f, text, obj, &refusal);
        break;

    default:
        taken = tkt_field_string(f, text, obj, &refusal);
    }

    if (errors->arena->failed) {
        return TKT_INTERNAL;
    }

    if (!taken) {
        tkt_errors_add(errors, pointer, refusal.code, "%s", refusal.detail);
        return TKT_INVALID_REQUEST;
    }

    return TKT_OK;
}
