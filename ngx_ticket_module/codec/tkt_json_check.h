/*
 * The look at the raw bytes of a body before a parser sees them: everything
 * that yajl would let through or repair, and every bound that keeps its
 * memory small.  Grammar is left to yajl.
 */

#ifndef TKT_JSON_CHECK_H
#define TKT_JSON_CHECK_H


#include "base/tkt_base.h"


typedef struct {
    size_t       offset;     /* of the offending byte                        */
    const char  *reason;     /* a clause in English, static                  */
} tkt_json_fault_t;


/*
 * Checks strict UTF-8 (strings may hold it, nothing else may), that strings
 * end, hold no raw control character and only whole escapes, that surrogates
 * come in pairs, depth, decoded length of strings, length of numbers, and
 * that the text begins as an object.  False: fault is filled.
 */
bool tkt_json_check(tkt_str_t body, tkt_json_fault_t *fault);

/*
 * The offset of the first byte of the token that holds the byte before
 * `end`, for a parser that tells only how far it read.
 */
size_t tkt_json_token_start(tkt_str_t body, size_t end);

/* Line and column of an offset, from 1; a column is a code point. */
void tkt_json_place(tkt_str_t body, size_t offset, size_t *line,
    size_t *column);


#endif /* TKT_JSON_CHECK_H */
