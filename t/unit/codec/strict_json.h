/*
 * A second reader of JSON, written from RFC 8259 alone and sharing nothing
 * with the codec: it tells whether a text is one valid JSON value in strict
 * UTF-8 with paired surrogates.
 */

#ifndef STRICT_JSON_H
#define STRICT_JSON_H


#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>


typedef struct {
    const uint8_t  *p;
    const uint8_t  *end;
    unsigned        depth;
} strict_t;


static bool strict_value(strict_t *s);


static inline int
strict_peek(const strict_t *s)
{
    return s->p < s->end ? *s->p : -1;
}


static inline bool
strict_take(strict_t *s, int c)
{
    if (strict_peek(s) != c) {
        return false;
    }

    s->p++;
    return true;
}


static inline void
strict_blank(strict_t *s)
{
    while (s->p < s->end && strchr(" \t\r\n", *s->p) && *s->p != 0) {
        s->p++;
    }
}


/* The code point of one UTF-8 sequence, decoded and compared with bounds. */
static inline bool
strict_utf8(strict_t *s)
{
    int       i, more;
    uint32_t  v, least;

    if (*s->p < 0x80) {
        s->p++;
        return true;
    }

    if ((*s->p & 0xe0) == 0xc0) {
        more = 1, least = 0x80, v = *s->p & 0x1f;

    } else if ((*s->p & 0xf0) == 0xe0) {
        more = 2, least = 0x800, v = *s->p & 0x0f;

    } else if ((*s->p & 0xf8) == 0xf0) {
        more = 3, least = 0x10000, v = *s->p & 0x07;

    } else {
        return false;
    }

    s->p++;

    for (i = 0; i < more; i++, s->p++) {
        if (s->p == s->end || (*s->p & 0xc0) != 0x80) {
            return false;
        }

        v = v << 6 | (*s->p & 0x3f);
    }

    return v >= least && v <= 0x10ffff && !(v >= 0xd800 && v <= 0xdfff);
}


static inline bool
strict_hex4(strict_t *s, uint32_t *v)
{
    int         i;
    const char *at, *hex = "0123456789abcdef0123456789ABCDEF";

    for (*v = 0, i = 0; i < 4; i++) {
        if (s->p == s->end || *s->p == 0) {
            return false;
        }

        at = strchr(hex, *s->p++);
        if (at == NULL) {
            return false;
        }

        *v = *v * 16 + (uint32_t) ((at - hex) % 16);
    }

    return true;
}


static inline bool
strict_string(strict_t *s)
{
    int       c;
    uint32_t  v, low;

    if (!strict_take(s, '"')) {
        return false;
    }

    for ( ;; ) {
        c = strict_peek(s);

        if (c < 0x20) {
            return false;
        }

        if (c == '"') {
            s->p++;
            return true;
        }

        if (c != '\\') {
            if (!strict_utf8(s)) {
                return false;
            }
            continue;
        }

        s->p++;
        c = strict_peek(s);

        if (c <= 0 || strchr("\"\\/bfnrtu", c) == NULL) {
            return false;
        }

        s->p++;

        if (c != 'u') {
            continue;
        }

        if (!strict_hex4(s, &v)) {
            return false;
        }

        if (v >= 0xdc00 && v <= 0xdfff) {
            return false;
        }

        if (v >= 0xd800 && v <= 0xdbff
            && !(strict_take(s, '\\') && strict_take(s, 'u')
                 && strict_hex4(s, &low) && low >= 0xdc00 && low <= 0xdfff))
        {
            return false;
        }
    }
}


static inline bool
strict_digits(strict_t *s)
{
    const uint8_t  *first = s->p;

    while (s->p < s->end && *s->p >= '0' && *s->p <= '9') {
        s->p++;
    }

    return s->p > first;
}


static inline bool
strict_number(strict_t *s)
{
    (void) strict_take(s, '-');

    if (!strict_take(s, '0') && !strict_digits(s)) {
        return false;
    }

    if (strict_take(s, '.') && !strict_digits(s)) {
        return false;
    }

    if (strict_take(s, 'e') || strict_take(s, 'E')) {
        (void) (strict_take(s, '+') || strict_take(s, '-'));
        return strict_digits(s);
    }

    return true;
}


static inline bool
strict_word(strict_t *s, const char *word)
{
    size_t  n = strlen(word);

    if ((size_t) (s->end - s->p) < n || memcmp(s->p, word, n) != 0) {
        return false;
    }

    s->p += n;
    return true;
}


/* The members or items of what was opened, up to its closing bracket. */
static inline bool
strict_inside(strict_t *s, bool map)
{
    int  close = map ? '}' : ']';

    strict_blank(s);

    if (strict_take(s, close)) {
        return true;
    }

    do {
        strict_blank(s);

        if (map) {
            if (!strict_string(s)) {
                return false;
            }

            strict_blank(s);

            if (!strict_take(s, ':')) {
                return false;
            }
        }

        if (!strict_value(s)) {
            return false;
        }

    } while (strict_take(s, ','));

    return strict_take(s, close);
}


static bool
strict_value(strict_t *s)
{
    bool  valid;

    strict_blank(s);

    switch (strict_peek(s)) {

    case '{':
    case '[':
        if (++s->depth > 500) {
            return false;
        }

        valid = strict_inside(s, *s->p++ == '{');
        s->depth--;
        break;

    case '"':
        valid = strict_string(s);
        break;

    case 't':
        valid = strict_word(s, "true");
        break;

    case 'f':
        valid = strict_word(s, "false");
        break;

    case 'n':
        valid = strict_word(s, "null");
        break;

    default:
        valid = strict_number(s);
    }

    strict_blank(s);

    return valid;
}


static inline bool
strict_json(const uint8_t *text, size_t len)
{
    strict_t  s = { text, text + len, 0 };

    return strict_value(&s) && s.p == s.end;
}


#endif /* STRICT_JSON_H */
