/*
 * Canonical text of what is kept as JSON: free objects (TKT_T_JSON) and tags
 * (TKT_T_TAGS).  Compact, members in the order given, escapes only where
 * needed, so equal values of one spelling have equal bytes.
 */

#ifndef TKT_KEEP_H
#define TKT_KEEP_H


#include "codec/tkt_field_parse.h"
#include "codec/tkt_json_out.h"


/* A name (or tag) in the text, to find it again. */
typedef struct {
    uint32_t  hash;
    uint32_t  offset;
    uint32_t  bytes;
} tkt_keep_name_t;


typedef struct {
    tkt_out_t         out;
    size_t            max_bytes;
    tkt_keep_name_t  *names;       /* of all open objects, innermost last   */
    size_t            count;
    size_t            room;
} tkt_keep_t;


/* Begins a text of at most max_bytes. */
void tkt_keep_init(tkt_keep_t *k, tkt_arena_t *arena, size_t max_bytes);

/* False once the text is longer than it may be. */
bool tkt_keep_fits(const tkt_keep_t *k);

/* A value; where it stands decides on the comma. */
void tkt_keep_raw(tkt_keep_t *k, tkt_str_t text);
void tkt_keep_string(tkt_keep_t *k, tkt_str_t s);

/* An opening bracket; returns what tkt_keep_name and _close want. */
size_t tkt_keep_open(tkt_keep_t *k, char bracket);
void tkt_keep_close(tkt_keep_t *k, char bracket, size_t first);

/* A member's name and colon; false if the open object has it already. */
bool tkt_keep_name(tkt_keep_t *k, size_t first, tkt_str_t name);

/* Checks and adds one tag of a list that was opened with '['. */
bool tkt_keep_tag(tkt_keep_t *k, tkt_str_t tag, tkt_refusal_t *r);

/* The text; empty for "{}" and "[]", and if there was no memory. */
tkt_str_t tkt_keep_text(const tkt_keep_t *k);


#endif /* TKT_KEEP_H */
