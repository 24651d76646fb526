/*
 * The raw scan.  It runs over the whole body once, eight bytes at a time in
 * plain text, so that yajl need not validate strings again.
 */

#include "base/tkt_limits.h"
#include "codec/tkt_json_check.h"
#include "codec/tkt_word.h"


_Static_assert(TKT_JSON_STRING_MAX_BYTES == 81920,
               "the text of the fault below names the limit");


typedef struct {
    const uint8_t     *start;
    const uint8_t     *end;
    tkt_json_fault_t  *fault;
} tkt_scan_t;


static const uint8_t *
tkt_scan_fault(const tkt_scan_t *scan, const uint8_t *p, const char *reason)
{
    scan->fault->offset = (size_t) (p - scan->start);
    scan->fault->reason = reason;

    return NULL;
}


/* Over bytes that are not ASCII; NULL and the fault if one is wrong. */
static const uint8_t *
tkt_scan_text(const tkt_scan_t *scan, const uint8_t *p)
{
    size_t  n;

    do {
        while (scan->end - p >= TKT_WORD_BYTES
               && tkt_utf8_pair(tkt_word_load(p)))
        {
            p += TKT_PAIR_BYTES;
        }

        if (p == scan->end || *p < 0x80) {
            break;
        }

        n = tkt_utf8_length(p, scan->end);

        if (n == 0) {
            return tkt_scan_fault(scan, p, "this is not valid UTF-8");
        }

        p += n;

    } while (p < scan->end && *p >= 0x80);

    return p;
}


/* The value of \uXXXX at p; false if it is not one. */
static bool
tkt_scan_unit(const tkt_scan_t *scan, const uint8_t *p, uint32_t *unit)
{
    size_t    i;
    uint8_t   c;
    uint32_t  v;

    if (scan->end - p < 6 || p[0] != '\\' || p[1] != 'u') {
        return false;
    }

    for (v = 0, i = 2; i < 6; i++) {
        c = p[i];

        if (c >= '0' && c <= '9') {
            v = v << 4 | (uint32_t) (c - '0');
            continue;
        }

        c |= 0x20;

        if (c < 'a' || c > 'f') {
            return false;
        }

        v = v << 4 | (uint32_t) (c - 'a' + 10);
    }

    *unit = v;

    return true;
}


/*
 * Over an escape; *saved grows by the bytes that decoding takes away.
 */
static const uint8_t *
tkt_scan_escape(const tkt_scan_t *scan, const uint8_t *p, size_t *saved)
{
    uint32_t  unit, low;

    if (scan->end - p < 2) {
        return tkt_scan_fault(scan, scan->end,
                              "the text ends inside a string");
    }

    if (p[1] != 'u') {
        if (p[1] == '\0' || strchr("\"\\/bfnrt", p[1]) == NULL) {
            return tkt_scan_fault(scan, p, "there is no such escape");
        }

        *saved += 1;
        return p + 2;
    }

    if (!tkt_scan_unit(scan, p, &unit)) {
        return tkt_scan_fault(scan, p, "\\u must have four hex digits");
    }

    if (unit >= 0xdc00 && unit <= 0xdfff) {
        return tkt_scan_fault(scan, p, "a low surrogate stands alone");
    }

    if (unit < 0xd800 || unit > 0xdbff) {
        *saved += (unit < 0x80) ? 5 : (unit < 0x800) ? 4 : 3;
        return p + 6;
    }

    if (!tkt_scan_unit(scan, p + 6, &low) || low < 0xdc00 || low > 0xdfff) {
        return tkt_scan_fault(scan, p, "a high surrogate stands alone");
    }

    *saved += 8;

    return p + 12;
}


/* Over a string, from after its opening quote to after its closing one. */
static const uint8_t *
tkt_scan_string(const tkt_scan_t *scan, const uint8_t *p)
{
    size_t          saved;
    uint64_t        w, mask;
    const uint8_t  *first;

    first = p;
    saved = 0;

    while (p != NULL) {

        while (scan->end - p >= TKT_WORD_BYTES) {
            w = tkt_word_load(p);
            mask = tkt_word_escapes(w) | (w & TKT_WORD_HIGH);

            if (mask != 0) {
                p += tkt_word_first(mask);
                break;
            }

            p += TKT_WORD_BYTES;
        }

        if (p == scan->end) {
            return tkt_scan_fault(scan, p, "the text ends inside a string");
        }

        if (*p >= 0x80) {
            p = tkt_scan_text(scan, p);

        } else if (*p == '\\') {
            p = tkt_scan_escape(scan, p, &saved);

        } else if (*p < ' ') {
            return tkt_scan_fault(scan, p,
                           "a control character in a string must be escaped");

        } else if (*p == '"') {
            if ((size_t) (p - first) - saved > TKT_JSON_STRING_MAX_BYTES) {
                return tkt_scan_fault(scan, first - 1,
                                      "this string is longer than 81920 bytes");
            }

            return p + 1;

        } else {
            p++;
        }
    }

    return NULL;
}


static inline bool
tkt_scan_in_number(uint8_t c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.'
           || c == 'e' || c == 'E';
}


static const uint8_t *
tkt_scan_number(const tkt_scan_t *scan, const uint8_t *p)
{
    const uint8_t  *first;

    first = p;

    while (p < scan->end && tkt_scan_in_number(*p)) {
        p++;
    }

    if (p - first > TKT_JSON_NUMBER_MAX_CHARS) {
        return tkt_scan_fault(scan, first,
                              "this number has more than 20 characters");
    }

    return p;
}


static inline bool
tkt_scan_blank(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}


/* Anything outside strings; the depth is counted, not the kinds of bracket. */
static const uint8_t *
tkt_scan_other(const tkt_scan_t *scan, const uint8_t *p, size_t *depth)
{
    switch (*p) {

    case '{':
    case '[':
        if (++*depth > TKT_JSON_DEPTH_MAX_LEVELS) {
            return tkt_scan_fault(scan, p,
                                  "the nesting is deeper than 16 levels");
        }
        break;

    case '}':
    case ']':
        if (*depth == 0) {
            return tkt_scan_fault(scan, p, "this bracket closes nothing");
        }

        --*depth;
        break;

    case '/':
        return tkt_scan_fault(scan, p, "comments are not allowed");

    default:
        if (*p >= 0x80 || (*p < ' ' && !tkt_scan_blank(*p)) || *p == 0x7f) {
            return tkt_scan_fault(scan, p,
                                  "this byte may stand in a string only");
        }
    }

    return p + 1;
}


/* Over white space to the brace that must open the text. */
static const uint8_t *
tkt_scan_begin(const tkt_scan_t *scan)
{
    const uint8_t  *p;

    p = scan->start;

    if (scan->end - p >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
        return tkt_scan_fault(scan, p, "a byte order mark is not allowed");
    }

    while (p < scan->end && tkt_scan_blank(*p)) {
        p++;
    }

    if (p == scan->end) {
        return tkt_scan_fault(scan, p, "there is no JSON text");
    }

    if (*p != '{') {
        return tkt_scan_fault(scan, p, "the text must be one object");
    }

    return p;
}


bool
tkt_json_check(tkt_str_t body, tkt_json_fault_t *fault)
{
    size_t          depth;
    tkt_scan_t      scan;
    const uint8_t  *p;

    scan.start = body.data;
    scan.end = body.data + body.len;
    scan.fault = fault;

    depth = 0;
    p = tkt_scan_begin(&scan);

    while (p != NULL && p < scan.end) {
        if (*p == '"') {
            p = tkt_scan_string(&scan, p + 1);

        } else if ((*p >= '0' && *p <= '9') || *p == '-') {
            p = tkt_scan_number(&scan, p);

        } else {
            p = tkt_scan_other(&scan, p, &depth);
        }
    }

    return p != NULL;
}


static bool
tkt_scan_in_word(uint8_t c)
{
    return tkt_scan_in_number(c) || (c >= 'a' && c <= 'z')
           || (c >= 'A' && c <= 'Z');
}


/* The byte after the token at p; strings are known to end. */
static const uint8_t *
tkt_scan_token(const uint8_t *p, const uint8_t *end)
{
    if (*p == '"') {
        for (p++; p < end && *p != '"'; p++) {
            if (*p == '\\') {
                p++;
            }
        }

        return (p < end) ? p + 1 : end;
    }

    if (!tkt_scan_in_word(*p)) {
        return p + 1;
    }

    while (p < end && tkt_scan_in_word(*p)) {
        p++;
    }

    return p;
}


size_t
tkt_json_token_start(tkt_str_t body, size_t end)
{
    const uint8_t  *p, *next, *stop;

    p = body.data;
    stop = body.data + body.len;

    while (p < stop) {
        next = tkt_scan_token(p, stop);

        if (!tkt_scan_blank(*p) && (size_t) (next - body.data) >= end) {
            return (size_t) (p - body.data);
        }

        p = next;
    }

    return body.len;
}


void
tkt_json_place(tkt_str_t body, size_t offset, size_t *line, size_t *column)
{
    size_t  i;

    *line = 1;
    *column = 1;

    for (i = 0; i < offset && i < body.len; i++) {
        if (body.data[i] == '\n') {
            *line += 1;
            *column = 1;

        } else if (!tkt_utf8_tail(body.data[i])) {
            *column += 1;
        }
    }
}
