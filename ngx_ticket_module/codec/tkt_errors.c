/*
 * The list of members at fault.
 */

#include <stdarg.h>
#include <stdio.h>

#include "codec/tkt_json_in.h"


#define TKT_DETAIL_MAX_BYTES  512


void
tkt_errors_init(tkt_errors_t *e, tkt_arena_t *arena)
{
    e->count = 0;
    e->detail.data = NULL;
    e->detail.len = 0;
    e->prefix.data = NULL;
    e->prefix.len = 0;
    e->arena = arena;
}


/* The bytes of a valid text that was cut somewhere, without half characters. */
static size_t
tkt_whole_characters(const char *text, size_t len)
{
    size_t   last, need;
    uint8_t  lead;

    for (last = len; last > 0; last--) {
        lead = (uint8_t) text[last - 1];

        if ((lead & 0xc0) != 0x80) {
            need = (lead < 0x80) ? 1 : (lead < 0xe0) ? 2 : (lead < 0xf0) ? 3
                                                                         : 4;
            return (len - (last - 1) < need) ? last - 1 : len;
        }
    }

    return 0;
}


/* Adds one with formatted detail; NULL when the list is full. */
static tkt_error_t *
tkt_errors_append(tkt_errors_t *e, tkt_str_t pointer, const char *code,
    const char *detail, va_list args)
{
    int           n;
    char          text[TKT_DETAIL_MAX_BYTES];
    tkt_error_t  *error;

    if (e->count == TKT_JSON_ERRORS_MAX) {
        return NULL;
    }

    n = vsnprintf(text, sizeof(text), detail, args);

    if (n < 0) {
        n = 0;
    }

    if ((size_t) n >= sizeof(text)) {
        n = (int) tkt_whole_characters(text, sizeof(text) - 1);
    }

    error = &e->list[e->count++];

    error->pointer = tkt_arena_copy(e->arena, pointer);
    error->code = tkt_str_z(code);
    error->detail.data = (const uint8_t *) text;
    error->detail.len = (size_t) n;
    error->detail = tkt_arena_copy(e->arena, error->detail);
    error->parameter = false;
    error->header = false;

    return error;
}


void
tkt_errors_add(tkt_errors_t *e, tkt_str_t pointer, const char *code,
    const char *detail, ...)
{
    va_list  args;

    if (e->prefix.len != 0) {
        pointer = tkt_arena_printf(e->arena, "%.*s%.*s", (int) e->prefix.len,
                                   (const char *) e->prefix.data,
                                   (int) pointer.len,
                                   (const char *) pointer.data);
    }

    va_start(args, detail);
    (void) tkt_errors_append(e, pointer, code, detail, args);
    va_end(args);
}


void
tkt_errors_add_parameter(tkt_errors_t *e, const char *name, const char *code,
    const char *detail, ...)
{
    va_list       args;
    tkt_error_t  *error;

    va_start(args, detail);
    error = tkt_errors_append(e, tkt_str_z(name), code, detail, args);
    va_end(args);

    if (error != NULL) {
        error->parameter = true;
    }
}


void
tkt_errors_add_header(tkt_errors_t *e, const char *name, const char *code,
    const char *detail, ...)
{
    va_list       args;
    tkt_error_t  *error;

    va_start(args, detail);
    error = tkt_errors_append(e, tkt_str_z(name), code, detail, args);
    va_end(args);

    if (error != NULL) {
        error->header = true;
    }
}
