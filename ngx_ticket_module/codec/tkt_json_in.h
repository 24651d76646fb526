/*
 * JSON in: one contiguous body, read once by yajl's SAX parser into the
 * struct of a schema, with every rule of the contract checked on the way:
 * strict UTF-8 in raw bytes and in decoded escapes, no unpaired surrogate, no
 * control character but tab and newline, depth, members, items, string and
 * number bounds, duplicates, unknown members, types, ranges, one top-level
 * object, nothing after it, no BOM.  Nothing is stored from a body with a
 * fault.  yajl is included in this folder only.
 */

#ifndef TKT_JSON_IN_H
#define TKT_JSON_IN_H


#include "base/tkt_arena.h"
#include "base/tkt_limits.h"
#include "base/tkt_schema.h"
#include "base/tkt_status.h"


/* One member at fault.  Pointer per RFC 6901. */
typedef struct {
    tkt_str_t  pointer;      /* "/contact/email"; for a parameter its name   */
    tkt_str_t  code;         /* required unknown duplicate type too-long
                                too-short too-large too-small format choice
                                null control utf8 forbidden conflict ...     */
    tkt_str_t  detail;       /* English, one sentence                        */
    bool       parameter;    /* the pointer is a query parameter's name      */
    bool       header;       /* or a header's                                */
} tkt_error_t;


typedef struct {
    tkt_error_t   list[TKT_JSON_ERRORS_MAX];
    size_t        count;     /* further ones are dropped                     */
    tkt_str_t     detail;    /* for the whole problem                        */
    tkt_str_t     prefix;    /* before every pointer; empty at first         */
    tkt_arena_t  *arena;     /* for pointers and details                     */
} tkt_errors_t;


void tkt_errors_init(tkt_errors_t *e, tkt_arena_t *arena);

/* Appends an error; the detail is printf text. */
void tkt_errors_add(tkt_errors_t *e, tkt_str_t pointer, const char *code,
    const char *detail, ...) __attribute__((format(printf, 4, 5)));


/* The same for a query parameter, and for a request header. */
void tkt_errors_add_parameter(tkt_errors_t *e, const char *name,
    const char *code, const char *detail, ...)
    __attribute__((format(printf, 4, 5)));
void tkt_errors_add_header(tkt_errors_t *e, const char *name,
    const char *code, const char *detail, ...)
    __attribute__((format(printf, 4, 5)));


/*
 * Decodes body into obj (a zeroed struct of the schema).  `use` is one bit of
 * the rows' `in` and `required`; with `merge` (RFC 7396) nothing is required
 * and null clears a member that is not required in any use.  Without merge,
 * null is the same as absent for a member that is not required.
 *
 * present gets the rows that the body held (also those cleared by null).
 * Strings are slices of the body where it holds no escape, of the arena
 * otherwise; both must outlive obj.
 *
 * TKT_OK; TKT_INVALID_JSON with errors->detail (line, column, reason); or
 * TKT_INVALID_REQUEST with every faulty member in errors (all are reported up
 * to the bound, not the first alone).  An empty body reads as {} when no row
 * is required in this use.  TKT_INTERNAL if there was no memory.
 *
 * With merge the member of a free object (TKT_T_JSON) gets the patch to it,
 * null members included: tkt_json_merge_patch applies it.  A marked row with
 * an empty text was cleared by null; {} changes nothing and is not marked.
 */
tkt_status_t tkt_json_decode(const tkt_schema_t *schema, uint32_t use,
    bool merge, tkt_str_t body, void *obj, tkt_present_t *present,
    tkt_arena_t *arena, tkt_errors_t *errors);

/*
 * The checks of one text or number as a row asks for, for values that come
 * from a query, a command line or another reader.  A SET and TAGS are taken
 * as "a,b,c", a free object as JSON, a BOOL as "true" or "false".  TKT_OK, or
 * TKT_INVALID_REQUEST and an error under `pointer`, or TKT_INTERNAL if there
 * was no memory.
 */
tkt_status_t tkt_field_parse(const tkt_field_t *f, tkt_str_t text, void *obj,
    tkt_str_t pointer, tkt_errors_t *errors);


#endif /* TKT_JSON_IN_H */
