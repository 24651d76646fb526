/*
 * Query strings and cursors: untrusted text in, plain values out.
 */

#ifndef TKT_QUERY_H
#define TKT_QUERY_H


#include "base/tkt_arena.h"
#include "base/tkt_limits.h"
#include "base/tkt_status.h"
#include "codec/tkt_json_in.h"


typedef struct {
    tkt_str_t  name;
    tkt_str_t  value;        /* percent-decoded, '+' is a space              */
} tkt_param_t;


typedef struct {
    tkt_param_t  list[TKT_QUERY_PARAMS_MAX];
    size_t       count;
} tkt_params_t;


/*
 * Splits and decodes `query` (without '?').  TKT_UNKNOWN_PARAMETER with an
 * error for: too many, a bad escape, invalid UTF-8, a control character, a
 * name given twice.  Empty pieces ("a=1&&b=2") are skipped.  TKT_INTERNAL if
 * there was no memory.
 */
tkt_status_t tkt_query_parse(tkt_str_t query, tkt_params_t *params,
    tkt_arena_t *arena, tkt_errors_t *errors);

/* Percent-decodes one path segment; false on a bad escape or bad UTF-8. */
bool tkt_percent_decode(tkt_str_t text, tkt_arena_t *arena, tkt_str_t *out);

/* The value of a parameter; false if it is not there. */
bool tkt_params_get(const tkt_params_t *params, const char *name,
    tkt_str_t *value);

/*
 * The next comma-separated piece of *rest, which may be empty; false at the
 * end.  A comma at the very end is not followed by a piece.
 */
bool tkt_query_piece(tkt_str_t *rest, tkt_str_t *piece);


/*
 * A cursor is base64url of: version u8, check u32 (over the filter and the
 * position, with FNV-1a or better), position bytes.  It is opaque, not secret.
 * Empty if the position is longer than TKT_CURSOR_MAX_BYTES can carry (187
 * bytes) or there is no memory.
 */
tkt_str_t tkt_cursor_make(tkt_str_t filter, tkt_str_t position,
    tkt_arena_t *arena);

/*
 * False unless it was made with the same filter text.  position points into
 * the arena.
 */
bool tkt_cursor_read(tkt_str_t cursor, tkt_str_t filter, tkt_arena_t *arena,
    tkt_str_t *position);


#endif /* TKT_QUERY_H */
