/*
 * Blocked words in texts of people: without regard to case, to the width of
 * Latin letters as Chinese keyboards have them, or to where words begin.
 */

#ifndef TKT_WORDS_H
#define TKT_WORDS_H


#include "base/tkt_base.h"


/*
 * Writes UTF-8 text in a form in which two spellings of a word are the same:
 * Latin (ASCII, Latin-1, full width), Greek and Cyrillic letters small.  out
 * takes text.len bytes at most; returns how many were written.
 */
size_t tkt_words_fold(uint8_t *out, tkt_str_t text);

/* Whether one folded text holds another; an empty one is held by none. */
bool tkt_words_hold(tkt_str_t text, tkt_str_t word);


#endif /* TKT_WORDS_H */
