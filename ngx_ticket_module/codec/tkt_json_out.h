/*
 * JSON out: a growing buffer in an arena, and the encoder of a schema's
 * struct.  Output is compact UTF-8; strings are taken to be valid (they were
 * checked on the way in) and are escaped as RFC 8259 demands, with
 * U+2028/U+2029 left as they are.
 */

#ifndef TKT_JSON_OUT_H
#define TKT_JSON_OUT_H


#include "base/tkt_arena.h"
#include "base/tkt_schema.h"
#include "base/tkt_status.h"


typedef struct {
    uint8_t      *start;
    uint8_t      *pos;
    uint8_t      *end;
    tkt_arena_t  *arena;
    bool          failed;     /* no memory: the text is not to be used       */
} tkt_out_t;


/* Starts with room for `bytes`. */
void tkt_out_init(tkt_out_t *o, tkt_arena_t *arena, size_t bytes);

/* What was written; {NULL, 0} if it failed. */
tkt_str_t tkt_out_text(const tkt_out_t *o);

/* The same; room that was not needed goes back to the arena. */
tkt_str_t tkt_out_close(tkt_out_t *o);

/* How much was written. */
#define tkt_out_bytes(o)  ((size_t) ((o)->pos - (o)->start))

/* Ensures room for n more bytes; false and `failed` if there is no memory. */
bool tkt_out_room(tkt_out_t *o, size_t n);

void tkt_out_raw(tkt_out_t *o, tkt_str_t s);
#define tkt_out_lit(o, lit)  tkt_out_raw(o, tkt_str(lit))
void tkt_out_char(tkt_out_t *o, char c);
void tkt_out_string(tkt_out_t *o, tkt_str_t s);     /* quoted, escaped       */
void tkt_out_string_z(tkt_out_t *o, const char *z);
void tkt_out_u64(tkt_out_t *o, uint64_t v);
void tkt_out_i64(tkt_out_t *o, int64_t v);
void tkt_out_time(tkt_out_t *o, int64_t ms);        /* quoted; null when 0   */

/*
 * "name": with a comma before it unless the last byte is '{'.  Names are
 * trusted ASCII.
 */
void tkt_out_name(tkt_out_t *o, const char *name);

/* A comma unless the last byte is '[' or '{'. */
void tkt_out_comma(tkt_out_t *o);


/*
 * Encodes obj as an object: every row that is not TKT_F_INTERNAL, whose
 * `readers` is 0 or has a bit of `reader` (one role bit), in table order.
 * With `only` (may be NULL) just those rows (numbers as in
 * tkt_schema_walk; an OBJECT row that is marked without any row inside it
 * stands for all of it); rows with TKT_F_BIG are left out when `brief`, those
 * with TKT_F_OMIT_EMPTY when they would be null, [] or {}.  Other rows whose
 * `type` has no value write null, [] or {} as their type says.
 */
void tkt_out_object(tkt_out_t *o, const tkt_schema_t *s, const void *obj,
    uint32_t reader, const tkt_present_t *only, bool brief);

/* The value of one row, as in the object. */
void tkt_out_field(tkt_out_t *o, const tkt_field_t *f, const void *obj,
    uint32_t reader);

/* The value of a change list's side: u64 or str by the row's type. */
void tkt_out_value(tkt_out_t *o, const tkt_field_t *f, uint64_t u64,
    tkt_str_t str);


/*
 * The schema of a row or struct for OpenAPI 3.1 (JSON Schema 2020-12), as
 * what the server answers (use 0: readable rows; required are those that
 * every answer has, so none with `readers`, TKT_F_BIG or TKT_F_OMIT_EMPTY) or
 * accepts (one bit of `in`; a secret that is never told is writeOnly).  Objects
 * say additionalProperties: false.
 */
void tkt_out_schema(tkt_out_t *o, const tkt_schema_t *s, uint32_t use,
    bool merge);

/*
 * The schema of one row as accepted in `use`, and what of it stands between
 * the braces (of any row but an OBJECT).
 */
void tkt_out_schema_row(tkt_out_t *o, const tkt_field_t *f, uint32_t use);
void tkt_out_schema_words(tkt_out_t *o, const tkt_field_t *f, uint32_t use);


#endif /* TKT_JSON_OUT_H */
