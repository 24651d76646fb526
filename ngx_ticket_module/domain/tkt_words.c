/*
 * Blocked words: see the header.
 */

#include "domain/tkt_words.h"


/* Beyond ASCII: letters from first to last are `distance` below their small
   ones. */
static const struct {
    uint32_t  first;
    uint32_t  last;
    int32_t   distance;
} tkt_words_ranges[] = {
    { 0xc0, 0xd6, 0x20 },                /* Latin-1                          */
    { 0xd8, 0xde, 0x20 },
    { 0x391, 0x3a9, 0x20 },              /* Greek                            */
    { 0x400, 0x40f, 0x50 },              /* Cyrillic                         */
    { 0x410, 0x42f, 0x20 },
    { 0xff01, 0xff20, '!' - 0xff01 },    /* full width: digits and signs     */
    { 0xff21, 0xff3a, 'a' - 0xff21 },    /* … capital letters                */
    { 0xff3b, 0xff5e, '[' - 0xff3b },    /* … the rest                       */
};


/* Bytes of the character that begins with this one, which is not ASCII. */
static size_t
tkt_words_bytes(uint8_t first)
{
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}


static uint8_t
tkt_words_small_ascii(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') ? (uint8_t) (c + ('a' - 'A')) : c;
}


/* A character of two or three bytes. */
static uint32_t
tkt_words_decode(const uint8_t *p, size_t n)
{
    return n == 2 ? (uint32_t) (p[0] & 0x1f) << 6 | (p[1] & 0x3f)
                  : (uint32_t) (p[0] & 0x0f) << 12
                    | (uint32_t) (p[1] & 0x3f) << 6 | (p[2] & 0x3f);
}


static uint32_t
tkt_words_small(uint32_t c)
{
    size_t  i;

    for (i = 0; i < tkt_array_len(tkt_words_ranges); i++) {
        if (c >= tkt_words_ranges[i].first && c <= tkt_words_ranges[i].last) {
            return (uint32_t) ((int32_t) c + tkt_words_ranges[i].distance);
        }
    }

    return c;
}


size_t
tkt_words_fold(uint8_t *out, tkt_str_t text)
{
    size_t    i, n;
    uint8_t  *pos = out;
    uint32_t  c;

    for (i = 0; i < text.len; i += n) {

        /* most text is ASCII, for which the table is a long way */

        if (text.data[i] < 0x80) {
            *pos++ = tkt_words_small_ascii(text.data[i]);
            n = 1;
            continue;
        }

        n = tkt_words_bytes(text.data[i]);

        if (n > text.len - i || n == 4) {
            n = (n > text.len - i) ? text.len - i : n;
            memcpy(pos, text.data + i, n);
            pos += n;
            continue;
        }

        c = tkt_words_small(tkt_words_decode(text.data + i, n));

        /* no letter becomes longer by this */

        if (c < 0x80) {
            *pos++ = (uint8_t) c;

        } else if (c < 0x800) {
            *pos++ = (uint8_t) (0xc0 | c >> 6);
            *pos++ = (uint8_t) (0x80 | (c & 0x3f));

        } else {
            *pos++ = (uint8_t) (0xe0 | c >> 12);
            *pos++ = (uint8_t) (0x80 | (c >> 6 & 0x3f));
            *pos++ = (uint8_t) (0x80 | (c & 0x3f));
        }
    }

    return (size_t) (pos - out);
}


bool
tkt_words_hold(tkt_str_t text, tkt_str_t word)
{
    const uint8_t  *p, *end;

    if (word.len == 0 || word.len > text.len) {
        return false;
    }

    end = text.data + (text.len - word.len) + 1;

    for (p = text.data; p < end; p++) {

        p = memchr(p, word.data[0], (size_t) (end - p));

        if (p == NULL) {
            return false;
        }

        if (memcmp(p, word.data, word.len) == 0) {
            return true;
        }
    }

    return false;
}
