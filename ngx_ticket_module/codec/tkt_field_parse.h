/*
 * One value against one row: the rules of every type, whatever brought the
 * value.
 */

#ifndef TKT_FIELD_PARSE_H
#define TKT_FIELD_PARSE_H


#include "base/tkt_arena.h"
#include "base/tkt_schema.h"
#include "codec/tkt_json_in.h"


/* Why a value is not taken; never holds the value itself. */
typedef struct {
    const char  *code;
    char         detail[256];
} tkt_refusal_t;


/* Fills it; returns false, so that a check can end with it. */
bool tkt_reject(tkt_refusal_t *r, const char *code, const char *detail, ...)
    __attribute__((format(printf, 3, 4)));

/* Refuses a value of the wrong JSON type, saying what the row takes. */
bool tkt_reject_type(tkt_refusal_t *r, const tkt_field_t *f);

/*
 * Stores a string's text, of a row of any type that JSON writes as a string:
 * texts, ID, ENUM, TIME.  False: refusal is filled, obj unchanged.  The
 * member of a text row becomes the slice itself.
 */
bool tkt_field_string(const tkt_field_t *f, tkt_str_t s, void *obj,
    tkt_refusal_t *r);

/* The same for the text of a JSON number: UINT, ID. */
bool tkt_field_number(const tkt_field_t *f, tkt_str_t digits, void *obj,
    tkt_refusal_t *r);

/* Adds one name to the bits of a SET. */
bool tkt_field_set_add(const tkt_field_t *f, tkt_str_t name, uint64_t *bits,
    tkt_refusal_t *r);

/* Checks the text of one tag. */
bool tkt_field_tag(tkt_str_t tag, tkt_refusal_t *r);

/* The values that a UINT row takes; 0 is none where that is null. */
uint64_t tkt_field_uint_min(const tkt_field_t *f);
uint64_t tkt_field_uint_max(const tkt_field_t *f);


#define TKT_UINT_MAX           ((UINT64_C(1) << 53) - 1)
#define TKT_ID_MAX             ((uint64_t) INT64_MAX)


#endif /* TKT_FIELD_PARSE_H */
