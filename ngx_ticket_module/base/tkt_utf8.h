/*
 * UTF-8 (RFC 3629, section 4), a character at a time and a word at a time:
 * for those who look through much text and for nobody else, so inline.
 */

#ifndef TKT_UTF8_H
#define TKT_UTF8_H


#include "base/tkt_base.h"


#define TKT_WORD_BYTES       8
#define TKT_WORD_EACH(byte)  (UINT64_C(0x0101010101010101) * (byte))
#define TKT_WORD_HIGH        TKT_WORD_EACH(0x80)

/*
 * Two characters of three bytes each in the low six bytes of a word: the
 * bits that mark lead and continuation bytes, and where the low four bits of
 * the leads are.
 */
#define TKT_PAIR_BYTES        6
#define TKT_PAIR_MASK         UINT64_C(0x0000c0c0f0c0c0f0)
#define TKT_PAIR_MARKS        UINT64_C(0x00008080e08080e0)
#define TKT_PAIR_LEADS(bits)  (UINT64_C(0x0000000001000001) * (bits))


/* The bytes at p, the first one lowest. */
static inline uint64_t
tkt_word_load(const uint8_t *p)
{
    uint64_t  w;

    memcpy(&w, p, TKT_WORD_BYTES);

    if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) {
        w = __builtin_bswap64(w);
    }

    return w;
}


/*
 * True if the low TKT_PAIR_BYTES of w are two characters of three bytes that
 * need no closer look: those led by E0 and ED do, whose second bytes have
 * narrower ranges (overlong forms, surrogates).
 */
static inline bool
tkt_utf8_pair(uint64_t w)
{
    uint64_t  leads, not_0, not_d;

    if ((w & TKT_PAIR_MASK) != TKT_PAIR_MARKS) {
        return false;
    }

    leads = w & TKT_PAIR_LEADS(0x0f);
    not_0 = leads + TKT_PAIR_LEADS(0x0f);
    not_d = (leads ^ TKT_PAIR_LEADS(0x0d)) + TKT_PAIR_LEADS(0x0f);

    return (not_0 & not_d & TKT_PAIR_LEADS(0x10)) == TKT_PAIR_LEADS(0x10);
}


static inline bool
tkt_utf8_tail(uint8_t c)
{
    return (c & 0xc0) == 0x80;
}


/*
 * Bytes of the character at p, which is not ASCII, or 0 if it is not one of
 * the well-formed sequences (Unicode, table 3-7).
 */
static inline size_t
tkt_utf8_length(const uint8_t *p, const uint8_t *end)
{
    uint8_t  lead;
    size_t   left;

    lead = p[0];
    left = (size_t) (end - p);

    if (lead >= 0xe0 && lead <= 0xef) {
        if (left < 3 || !tkt_utf8_tail(p[1]) || !tkt_utf8_tail(p[2])
            || (lead == 0xe0 && p[1] < 0xa0)
            || (lead == 0xed && p[1] > 0x9f))
        {
            return 0;
        }

        return 3;
    }

    if (lead >= 0xc2 && lead <= 0xdf) {
        return (left < 2 || !tkt_utf8_tail(p[1])) ? 0 : 2;
    }

    if (lead >= 0xf0 && lead <= 0xf4) {
        if (left < 4 || !tkt_utf8_tail(p[1]) || !tkt_utf8_tail(p[2])
            || !tkt_utf8_tail(p[3])
            || (lead == 0xf0 && p[1] < 0x90)
            || (lead == 0xf4 && p[1] > 0x8f))
        {
            return 0;
        }

        return 4;
    }

    return 0;
}


#endif /* TKT_UTF8_H */
