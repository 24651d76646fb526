/*
 * A walk over canonical JSON text (codec/tkt_keep.h): members of an object or
 * items of an array, one after the other, for texts whose members no schema
 * knows.
 */

#ifndef TKT_JSON_WALK_H
#define TKT_JSON_WALK_H


#include "codec/tkt_json_in.h"


typedef struct {
    const uint8_t  *pos;
    const uint8_t  *end;         /* the closing bracket                      */
    bool            object;
    bool            bad;         /* the text is no canonical JSON            */
} tkt_json_walk_t;


/*
 * Any JSON object as canonical text of at most max_bytes, with all the checks
 * of a body (codec/tkt_json_in.h), members twice among them.  An empty object
 * becomes "{}".  Status and errors as of tkt_json_decode; text in arena.
 */
tkt_status_t tkt_json_canonical(tkt_str_t text, size_t max_bytes,
    tkt_arena_t *arena, tkt_errors_t *errors, tkt_str_t *canonical);

/* Begins at an object or array; false, and bad, for any other value. */
bool tkt_json_walk_open(tkt_json_walk_t *w, tkt_str_t text);

/*
 * The next member: its name with the quotes, its value as text.  The name of
 * an item is empty.  False at the end, or with `bad` where the text is
 * damaged: every step stays inside it.
 */
bool tkt_json_walk_next(tkt_json_walk_t *w, tkt_str_t *name,
    tkt_str_t *value);

/* Whether a name with its quotes is `text`, which needs no escapes. */
bool tkt_json_name_is(tkt_str_t name, tkt_str_t text);

/*
 * The text of a string, in `arena` if it holds escapes; false if the value is
 * no string, and without memory.
 */
bool tkt_json_string(tkt_str_t value, tkt_arena_t *arena, tkt_str_t *text);


#endif /* TKT_JSON_WALK_H */
