/*
 * What the kinds of form fields take; see the header.
 */

#define _GNU_SOURCE                     /* memmem */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/form/tkt_form_int.h"
#include "base/tkt_text.h"
#include "base/tkt_time.h"
#include "codec/tkt_text_form.h"


static void tkt_form_text(tkt_form_at_t *at, tkt_str_t value);
static void tkt_form_number(tkt_form_at_t *at, tkt_str_t value);
static void tkt_form_money(tkt_form_at_t *at, tkt_str_t value);
static void tkt_form_datetime(tkt_form_at_t *at, tkt_str_t value);
static void tkt_form_choice(tkt_form_at_t *at, tkt_str_t value);
static void tkt_form_choices(tkt_form_at_t *at, tkt_str_t value);
static void tkt_form_account(tkt_form_at_t *at, tkt_str_t value);
static void tkt_form_url(tkt_form_at_t *at, tkt_str_t value);
static void tkt_form_list(tkt_form_at_t *at, tkt_str_t value);


static const tkt_form_row_t  tkt_form_rows[TKT_FORM_MAX] = {
    [TKT_FORM_TEXT] = { TKT_FORM_TEXT_MAX_CHARS, true, false,
                        tkt_form_text, tkt_form_schema_text },
    [TKT_FORM_NUMBER] = { TKT_FORM_BOUND_MAX, false, false,
                          tkt_form_number, tkt_form_schema_number },
    [TKT_FORM_MONEY] = { 0, false, false,
                         tkt_form_money, tkt_form_schema_money },
    [TKT_FORM_DATETIME] = { 0, false, false,
                            tkt_form_datetime, tkt_form_schema_datetime },
    [TKT_FORM_CHOICE] = { 0, false, true,
                          tkt_form_choice, tkt_form_schema_choice },
    [TKT_FORM_MULTI_CHOICE] = { TKT_TAGS_MAX, true, true,
                                tkt_form_choices, tkt_form_schema_choices },
    [TKT_FORM_ACCOUNT] = { TKT_LINE_MAX_CHARS, true, false,
                           tkt_form_account, tkt_form_schema_account },
    [TKT_FORM_URL] = { TKT_FORM_TEXT_MAX_CHARS, true, false,
                       tkt_form_url, tkt_form_schema_url },
    [TKT_FORM_LIST] = { TKT_TAGS_MAX, true, false,
                        tkt_form_list, tkt_form_schema_list },
};


const tkt_form_row_t *
tkt_form_row(uint64_t kind)
{
    return &tkt_form_rows[kind < TKT_FORM_MAX ? kind : TKT_FORM_NONE];
}


uint64_t
tkt_form_min(const tkt_form_field_t *f)
{
    uint64_t  min = (uint64_t) tkt_int_value(f->min, 0);

    return (min == 0 && f->required && tkt_form_row(f->kind)->counts)
           ? 1 : min;
}


uint64_t
tkt_form_max(const tkt_form_field_t *f)
{
    return (uint64_t) tkt_int_value(f->max, tkt_form_row(f->kind)->most);
}


/* ---- values ---- */

static void tkt_form_fault(tkt_form_at_t *at, const char *below,
    const char *code, const char *detail, ...)
    __attribute__((format(printf, 4, 5)));


/* `below`: "" or the rest of the pointer. */
static void
tkt_form_fault(tkt_form_at_t *at, const char *below, const char *code,
    const char *detail, ...)
{
    char       text[256];
    va_list    args;
    tkt_str_t  pointer;

    va_start(args, detail);
    (void) vsnprintf(text, sizeof(text), detail, args);
    va_end(args);

    pointer = tkt_form_pointer(at->call, at->name);
    pointer = tkt_arena_printf(at->call->arena, "%.*s%s", (int) pointer.len,
                               (const char *) pointer.data, below);
    tkt_errors_add(at->errors, pointer, code, "%s", text);
}


/* Reads a string; false, and told, for anything else. */
static bool
tkt_form_string(tkt_form_at_t *at, const char *below, tkt_str_t value,
    tkt_str_t *text)
{
    if (tkt_json_string(value, at->call->arena, text)) {
        return true;
    }

    tkt_form_fault(at, below, "type", "This must be a string.");

    return false;
}


/* Length, and for one line that it is one. */
static bool
tkt_form_length(tkt_form_at_t *at, const char *below, tkt_str_t text,
    uint64_t min, uint64_t max, bool line)
{
    size_t  chars;

    (void) tkt_text_check(text, &chars);

    if (line && text.len > 0
        && (memchr(text.data, '\n', text.len) != NULL
            || memchr(text.data, '\t', text.len) != NULL))
    {
        tkt_form_fault(at, below, "control",
                       "Newlines and tabs are not allowed here.");
        return false;
    }

    if (chars > max) {
        tkt_form_fault(at, below, "too-long", "At most %llu characters are "
                       "allowed, these are %zu.", (unsigned long long) max,
                       chars);
        return false;
    }

    if (chars < min || (min > 0 && !tkt_has_ink(text))) {
        tkt_form_fault(at, below, "too-short", "At least %llu characters are "
                       "needed, and not blanks alone.",
                       (unsigned long long) min);
        return false;
    }

    return true;
}


static void
tkt_form_text(tkt_form_at_t *at, tkt_str_t value)
{
    tkt_str_t  text;

    if (tkt_form_string(at, "", value, &text)) {
        (void) tkt_form_length(at, "", text, tkt_form_min(at->field),
                               tkt_form_max(at->field), false);
    }
}


static void
tkt_form_account(tkt_form_at_t *at, tkt_str_t value)
{
    tkt_str_t  text;

    if (tkt_form_string(at, "", value, &text)) {
        (void) tkt_form_length(at, "", text, tkt_form_min(at->field),
                               tkt_form_max(at->field), true);
    }
}


static void
tkt_form_url(tkt_form_at_t *at, tkt_str_t value)
{
    tkt_str_t  text;

    if (!tkt_form_string(at, "", value, &text)
        || !tkt_form_length(at, "", text, tkt_form_min(at->field),
                            tkt_form_max(at->field), true))
    {
        return;
    }

    if (!tkt_is_url(text)) {
        tkt_form_fault(at, "", "format", "This must begin with http:// or "
                       "https:// and hold no white space.");
    }
}


static void
tkt_form_number(tkt_form_at_t *at, tkt_str_t value)
{
    char    text[TKT_JSON_NUMBER_MAX_CHARS + 1];
    double  number;
    int64_t  min, max;

    if (value.len == 0 || value.len >= sizeof(text)
        || (value.data[0] != '-'
            && (value.data[0] < '0' || value.data[0] > '9')))
    {
        tkt_form_fault(at, "", "type", "This must be a number.");
        return;
    }

    memcpy(text, value.data, value.len);
    text[value.len] = '\0';
    number = strtod(text, NULL);

    min = tkt_int_value(at->field->min, -TKT_FORM_NUMBER_MAX);
    max = tkt_int_value(at->field->max, TKT_FORM_NUMBER_MAX);

    if (number < (double) min) {
        tkt_form_fault(at, "", "too-small", "This must be at least %lld.",
                       (long long) min);

    } else if (number > (double) max) {
        tkt_form_fault(at, "", "too-large", "This must be at most %lld.",
                       (long long) max);
    }
}


/* Up to 15 digits without leading zeros, and up to 4 behind a point. */
static bool
tkt_form_is_amount(tkt_str_t s)
{
    size_t  i, n;

    for (i = 0; i < s.len && s.data[i] >= '0' && s.data[i] <= '9'; i++) {
        /* void */
    }

    if (i == 0 || i > 15 || (i > 1 && s.data[0] == '0')) {
        return false;
    }

    if (i == s.len) {
        return true;
    }

    if (s.data[i++] != '.') {
        return false;
    }

    for (n = i; i < s.len && s.data[i] >= '0' && s.data[i] <= '9'; i++) {
        /* void */
    }

    return i == s.len && i > n && i - n <= 4;
}


/* Whether a value, with its quotes, is in a list of tags. */
static bool
tkt_form_listed(tkt_str_t list, tkt_str_t value)
{
    tkt_str_t        name, item;
    tkt_json_walk_t  w;

    if (!tkt_json_walk_open(&w, list)) {
        return false;
    }

    while (tkt_json_walk_next(&w, &name, &item)) {
        if (tkt_str_eq(item, value)) {
            return true;
        }
    }

    return false;
}


bool
tkt_form_is_currency(tkt_str_t value)
{
    size_t  i;

    for (i = 1; i + 1 < value.len; i++) {
        if (value.data[i] < 'A' || value.data[i] > 'Z') {
            return false;
        }
    }

    return value.len == 3 + 2;
}


static void
tkt_form_currency(tkt_form_at_t *at, tkt_str_t value)
{
    tkt_str_t  list = at->field->currencies;

    if (list.len > 0 && !tkt_form_listed(list, value)) {
        tkt_form_fault(at, "/currency", "choice", "This must be one of "
                       "%.*s.", (int) (list.len < 150 ? list.len : 150),
                       (const char *) list.data);

    } else if (list.len == 0 && !tkt_form_is_currency(value)) {
        tkt_form_fault(at, "/currency", "format", "This must be three capital "
                       "letters (ISO 4217).");
    }
}


static void
tkt_form_money(tkt_form_at_t *at, tkt_str_t value)
{
    bool             amount, currency;
    tkt_str_t        name, item, text;
    tkt_json_walk_t  w;

    if (!tkt_json_walk_open(&w, value) || !w.object) {
        tkt_form_fault(at, "", "type", "This must be an object like "
                       "{\"amount\":\"12.50\",\"currency\":\"CNY\"}.");
        return;
    }

    for (amount = currency = false; tkt_json_walk_next(&w, &name, &item);
         /* void */)
    {
        if (tkt_json_name_is(name, tkt_str("amount"))) {
            amount = true;

            if (tkt_form_string(at, "/amount", item, &text)
                && !tkt_form_is_amount(text))
            {
                tkt_form_fault(at, "/amount", "format", "This must be decimal "
                               "digits like \"12.50\".");
            }

        } else if (tkt_json_name_is(name, tkt_str("currency"))) {
            currency = true;
            tkt_form_currency(at, item);

        } else {
            tkt_form_fault(at, "", "unknown", "There is only amount and "
                           "currency.");
        }
    }

    if (!amount || !currency) {
        tkt_form_fault(at, amount ? "/currency" : "/amount", "required",
                       "This member is required.");
    }
}


static void
tkt_form_datetime(tkt_form_at_t *at, tkt_str_t value)
{
    int64_t    ms;
    tkt_str_t  text;

    if (!tkt_form_string(at, "", value, &text)) {
        return;
    }

    /* the first and the last day are out of reach in some time zones */

    if (!tkt_time_parse(text, &ms)
        || memcmp(text.data, "1970-01-01", 10) == 0
        || memcmp(text.data, "9999-12-31", 10) == 0)
    {
        tkt_form_fault(at, "", "format", "This must be a time like "
                       "2026-11-21T08:15:30Z (RFC 3339).");
    }
}


static void
tkt_form_choice(tkt_form_at_t *at, tkt_str_t value)
{
    tkt_str_t  list = at->field->choices;

    if (!tkt_form_listed(list, value)) {
        tkt_form_fault(at, "", "choice", "This must be one of %.*s.",
                       (int) (list.len < 150 ? list.len : 150),
                       (const char *) list.data);
    }
}


/* ---- arrays ---- */

/* The number of items is told when all were looked at. */
static void
tkt_form_items(tkt_form_at_t *at, size_t count)
{
    unsigned long long  min, max;

    min = tkt_form_min(at->field);
    max = tkt_form_max(at->field);

    if (count < min) {
        tkt_form_fault(at, "", "too-short", "At least %llu are needed.", min);

    } else if (count > max) {
        tkt_form_fault(at, "", "too-long", "At most %llu are allowed.", max);
    }
}


static bool
tkt_form_array(tkt_form_at_t *at, tkt_str_t value, tkt_json_walk_t *w)
{
    if (tkt_json_walk_open(w, value) && !w->object) {
        return true;
    }

    tkt_form_fault(at, "", "type", "This must be an array of strings.");

    return false;
}


static void
tkt_form_choices(tkt_form_at_t *at, tkt_str_t value)
{
    char             below[24];
    size_t           n;
    tkt_str_t        name, item, seen;
    tkt_json_walk_t  w;

    if (!tkt_form_array(at, value, &w)) {
        return;
    }

    for (n = 0; tkt_json_walk_next(&w, &name, &item); n++) {
        (void) snprintf(below, sizeof(below), "/%zu", n);

        seen = (tkt_str_t) { value.data, (size_t) (item.data - value.data) };

        if (!tkt_form_listed(at->field->choices, item)) {
            tkt_form_fault(at, below, "choice", "This is none of the "
                           "choices.");

        } else if (memmem(seen.data, seen.len, item.data, item.len) != NULL) {
            tkt_form_fault(at, below, "duplicate", "This is listed twice.");
        }
    }

    tkt_form_items(at, n);
}


static void
tkt_form_list(tkt_form_at_t *at, tkt_str_t value)
{
    char             below[24];
    size_t           n;
    tkt_str_t        name, item, text;
    tkt_json_walk_t  w;

    if (!tkt_form_array(at, value, &w)) {
        return;
    }

    for (n = 0; tkt_json_walk_next(&w, &name, &item); n++) {
        (void) snprintf(below, sizeof(below), "/%zu", n);

        if (tkt_form_string(at, below, item, &text)) {
            (void) tkt_form_length(at, below, text, 1, TKT_LINE_MAX_CHARS,
                                   true);
        }
    }

    tkt_form_items(at, n);
}
