/*
 * UTF-8, decimal numbers and base64url.  Text is checked eight bytes at a
 * time where it is plain ASCII or a run of three-byte characters (Chinese,
 * Japanese, Korean), which is most of what comes in.
 */

#include "base/tkt_text.h"
#include "base/tkt_utf8.h"


#define TKT_BASE64_FOREIGN    0xff
#define xx                    TKT_BASE64_FOREIGN


const char  tkt_two_digits[201] =
    "00010203040506070809101112131415161718192021222324"
    "25262728293031323334353637383940414243444546474849"
    "50515253545556575859606162636465666768697071727374"
    "75767778798081828384858687888990919293949596979899";

static const uint64_t  tkt_powers_of_ten[] = {
    UINT64_C(1), UINT64_C(10), UINT64_C(100), UINT64_C(1000), UINT64_C(10000),
    UINT64_C(100000), UINT64_C(1000000), UINT64_C(10000000),
    UINT64_C(100000000), UINT64_C(1000000000), UINT64_C(10000000000),
    UINT64_C(100000000000), UINT64_C(1000000000000),
    UINT64_C(10000000000000), UINT64_C(100000000000000),
    UINT64_C(1000000000000000), UINT64_C(10000000000000000),
    UINT64_C(100000000000000000), UINT64_C(1000000000000000000),
    UINT64_C(10000000000000000000)
};

static const uint8_t  tkt_base64_digits[64] =
    { 'A','B','C','D','E','F','G','H','I','J','K','L','M','N','O','P',
      'Q','R','S','T','U','V','W','X','Y','Z','a','b','c','d','e','f',
      'g','h','i','j','k','l','m','n','o','p','q','r','s','t','u','v',
      'w','x','y','z','0','1','2','3','4','5','6','7','8','9','-','_' };

static const uint8_t  tkt_base64_values[256] = {
    xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx,
    xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx,
    xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, 62, xx, xx,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, xx, xx, xx, xx, xx, xx,
    xx,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, xx, xx, xx, xx, 63,
    xx, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, xx, xx, xx, xx, xx,
    xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx,
    xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx,
    xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx,
    xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx,
    xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx,
    xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx,
    xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx,
    xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx, xx
};

#undef xx


/*
 * True if all eight bytes are ASCII and, when controls is false, none is a
 * control character other than tab and newline.
 */
static inline bool
tkt_word_plain(uint64_t w, bool controls)
{
    uint64_t  seen, newline, tab;

    if (w & TKT_WORD_HIGH) {
        return false;
    }

    if (controls) {
        return true;
    }

    /* no byte carries into the next: all are below 0x80 */

    seen = (w + TKT_WORD_EACH(0x60)) & ~(w + TKT_WORD_EACH(0x01));

    if ((seen & TKT_WORD_HIGH) == TKT_WORD_HIGH) {
        return true;
    }

    newline = ~((w ^ TKT_WORD_EACH('\n')) + TKT_WORD_EACH(0x7f));
    tab = ~((w ^ TKT_WORD_EACH('\t')) + TKT_WORD_EACH(0x7f));

    return ((seen | newline | tab) & TKT_WORD_HIGH) == TKT_WORD_HIGH;
}


/*
 * Reads one character, sets *length to its bytes.  C1 controls are U+0080 to
 * U+009F, that is C2 80 to C2 9F.
 */
static inline tkt_text_fault_t
tkt_text_char(const uint8_t *p, const uint8_t *end, bool controls,
    size_t *length)
{
    if (*p < 0x80) {
        *length = 1;

        if (!controls
            && ((*p < 0x20 && *p != '\t' && *p != '\n') || *p == 0x7f))
        {
            return TKT_TEXT_CONTROL;
        }

        return TKT_TEXT_OK;
    }

    *length = tkt_utf8_length(p, end);

    if (*length == 0) {
        return TKT_TEXT_BAD_UTF8;
    }

    if (!controls && p[0] == 0xc2 && p[1] < 0xa0) {
        return TKT_TEXT_CONTROL;
    }

    return TKT_TEXT_OK;
}


static inline __attribute__((always_inline)) tkt_text_fault_t
tkt_text_scan(tkt_str_t s, bool controls, size_t *chars)
{
    size_t             n, length;
    uint64_t           w;
    const uint8_t     *p, *end;
    tkt_text_fault_t   fault;

    n = 0;
    p = s.data;
    end = p + s.len;
    fault = TKT_TEXT_OK;

    while (p < end) {

        while (end - p >= 16 && tkt_word_plain(tkt_word_load(p), controls)
               && tkt_word_plain(tkt_word_load(p + 8), controls))
        {
            p += 16;
            n += 16;
        }

        while (end - p >= 14 && tkt_utf8_pair(tkt_word_load(p))
               && tkt_utf8_pair(tkt_word_load(p + 6)))
        {
            p += 12;
            n += 4;
        }

        if (end - p >= 8) {
            w = tkt_word_load(p);

            if (tkt_word_plain(w, controls)) {
                p += 8;
                n += 8;
                continue;
            }

            if (tkt_utf8_pair(w)) {
                p += 6;
                n += 2;
                continue;
            }
        }

        if (p < end) {
            fault = tkt_text_char(p, end, controls, &length);

            if (fault != TKT_TEXT_OK) {
                break;
            }

            p += length;
            n++;
        }
    }

    *chars = n;

    return fault;
}


tkt_text_fault_t
tkt_text_check(tkt_str_t s, size_t *chars)
{
    size_t            n;
    tkt_text_fault_t  fault;

    n = 0;
    fault = TKT_TEXT_OK;

    if (s.len != 0) {
        fault = tkt_text_scan(s, false, &n);
    }

    if (chars != NULL) {
        *chars = n;
    }

    return fault;
}


bool
tkt_utf8_valid(tkt_str_t s)
{
    size_t  chars;

    return s.len == 0 || tkt_text_scan(s, true, &chars) == TKT_TEXT_OK;
}


void
tkt_text_keep(char *out, size_t size, tkt_str_t s)
{
    size_t  n = s.len < size ? s.len : size - 1;

    if (n > 0) {
        memcpy(out, s.data, n);
    }

    out[n] = '\0';
}


bool
tkt_u64_parse(tkt_str_t s, uint64_t *value)
{
    size_t    i;
    uint8_t   digit;
    uint64_t  v;

    if (s.len == 0 || s.len > TKT_U64_MAX_CHARS
        || (s.data[0] == '0' && s.len > 1))
    {
        return false;
    }

    v = 0;

    for (i = 0; i < s.len; i++) {
        digit = (uint8_t) (s.data[i] - '0');

        if (digit > 9 || v > UINT64_MAX / 10) {
            return false;
        }

        v *= 10;

        if (v > UINT64_MAX - digit) {
            return false;
        }

        v += digit;
    }

    *value = v;

    return true;
}


static inline size_t
tkt_u64_digits(uint64_t value)
{
    size_t  n;

    /* log10(2) is 1233 / 4096 as far as 64 bits go, or one digit less */

    n = (size_t) (64 - __builtin_clzll(value | 1)) * 1233 >> 12;

    return n + (value >= tkt_powers_of_ten[n]) + (value == 0);
}


size_t
tkt_u64_format(uint8_t *out, uint64_t value)
{
    size_t    n;
    uint8_t  *p;

    n = tkt_u64_digits(value);
    p = out + n;

    while (value >= 100) {
        p -= 2;
        memcpy(p, tkt_two_digits + 2 * (value % 100), 2);
        value /= 100;
    }

    if (value >= 10) {
        memcpy(out, tkt_two_digits + 2 * value, 2);

    } else {
        *out = (uint8_t) ('0' + value);
    }

    return n;
}


void
tkt_base64_encode(uint8_t *out, const uint8_t *in, size_t in_bytes)
{
    uint32_t  bits;

    for ( /* void */ ; in_bytes >= 3; in_bytes -= 3, in += 3) {
        bits = (uint32_t) in[0] << 16 | (uint32_t) in[1] << 8 | in[2];

        *out++ = tkt_base64_digits[bits >> 18];
        *out++ = tkt_base64_digits[bits >> 12 & 63];
        *out++ = tkt_base64_digits[bits >> 6 & 63];
        *out++ = tkt_base64_digits[bits & 63];
    }

    if (in_bytes == 2) {
        bits = (uint32_t) in[0] << 8 | in[1];

        *out++ = tkt_base64_digits[bits >> 10];
        *out++ = tkt_base64_digits[bits >> 4 & 63];
        *out = tkt_base64_digits[bits << 2 & 63];

    } else if (in_bytes == 1) {
        *out++ = tkt_base64_digits[in[0] >> 2];
        *out = tkt_base64_digits[in[0] << 4 & 63];
    }
}


/* The last two or three digits, which must leave no bit over. */
static bool
tkt_base64_decode_rest(const uint8_t *p, size_t digits, uint8_t *out)
{
    uint8_t  a, b, c;

    a = tkt_base64_values[p[0]];
    b = tkt_base64_values[p[1]];

    if (digits == 2) {
        if ((a | b) > 63 || (b & 15) != 0) {
            return false;
        }

        out[0] = (uint8_t) (a << 2 | b >> 4);
        return true;
    }

    c = tkt_base64_values[p[2]];

    if ((a | b | c) > 63 || (c & 3) != 0) {
        return false;
    }

    out[0] = (uint8_t) (a << 2 | b >> 4);
    out[1] = (uint8_t) (b << 4 | c >> 2);

    return true;
}


bool
tkt_base64_decode(tkt_str_t in, uint8_t *out, size_t *out_bytes)
{
    size_t          left;
    uint8_t         a, b, c, d;
    uint32_t        bits;
    const uint8_t  *p;

    if (in.len % 4 == 1) {
        return false;
    }

    p = in.data;

    for (left = in.len; left >= 4; left -= 4, p += 4) {
        a = tkt_base64_values[p[0]];
        b = tkt_base64_values[p[1]];
        c = tkt_base64_values[p[2]];
        d = tkt_base64_values[p[3]];

        if ((a | b | c | d) > 63) {
            return false;
        }

        bits = (uint32_t) a << 18 | (uint32_t) b << 12
               | (uint32_t) c << 6 | d;

        *out++ = (uint8_t) (bits >> 16);
        *out++ = (uint8_t) (bits >> 8);
        *out++ = (uint8_t) bits;
    }

    if (left != 0 && !tkt_base64_decode_rest(p, left, out)) {
        return false;
    }

    *out_bytes = in.len / 4 * 3 + (left == 0 ? 0 : left - 1);

    return true;
}
