/*
 * Eight bytes at a time: where in a run of text the first byte stands that
 * JSON does not copy as it is.  Used on the way in and on the way out.
 */

#ifndef TKT_WORD_H
#define TKT_WORD_H


#include "base/tkt_utf8.h"


/*
 * The high bit of each byte that is a quote, a backslash or below space is
 * set.  Borrows may set bits above the first hit, never below it; so only
 * whether there is one, and which is first, can be told.
 */
static inline uint64_t
tkt_word_escapes(uint64_t w)
{
    uint64_t  quote, slash, below;

    quote = w ^ TKT_WORD_EACH('"');
    slash = w ^ TKT_WORD_EACH('\\');

    quote = (quote - TKT_WORD_EACH(1)) & ~quote;
    slash = (slash - TKT_WORD_EACH(1)) & ~slash;
    below = (w - TKT_WORD_EACH(' ')) & ~w;

    return (quote | slash | below) & TKT_WORD_HIGH;
}


/* The index of the byte that the lowest bit of a non-zero mask is in. */
static inline size_t
tkt_word_first(uint64_t mask)
{
    return (size_t) __builtin_ctzll(mask) / 8;
}


#endif /* TKT_WORD_H */
