/*
 * Text rules: strict UTF-8 (RFC 3629: no overlong form, no surrogate, none
 * above U+10FFFF), control characters, decimal numbers, base64url.
 */

#ifndef TKT_TEXT_H
#define TKT_TEXT_H


#include "base/tkt_base.h"


typedef enum {
    TKT_TEXT_OK = 0,
    TKT_TEXT_BAD_UTF8,
    TKT_TEXT_CONTROL        /* C0 other than tab and newline, DEL, or C1 */
} tkt_text_fault_t;


/*
 * Checks s and counts its code points into *chars (may be NULL); returns the
 * first fault, and *chars is then the code points before it.  A CR is a
 * control character too: clients send newline alone.
 */
tkt_text_fault_t tkt_text_check(tkt_str_t s, size_t *chars);

/* True if s is strict UTF-8, controls allowed. */
bool tkt_utf8_valid(tkt_str_t s);

/* Writes s as a C string into out, of size bytes; what does not fit is cut. */
void tkt_text_keep(char *out, size_t size, tkt_str_t s);

/*
 * Reads all of s as an unsigned decimal without sign, space or leading zero
 * ("0" is fine); false if it is anything else or exceeds UINT64_MAX, and
 * *value is then unchanged.
 */
bool tkt_u64_parse(tkt_str_t s, uint64_t *value);

/* "00" to "99", for whoever writes decimals two digits at a time. */
extern const char  tkt_two_digits[201];

#define TKT_U64_MAX_CHARS  20

/*
 * Writes value in decimal, at most TKT_U64_MAX_CHARS bytes; returns the bytes
 * written.
 */
size_t tkt_u64_format(uint8_t *out, uint64_t value);

#define tkt_base64_bytes(n)  (((n) * 8 + 5) / 6)

/*
 * base64url without padding (RFC 4648, section 5): writes exactly
 * tkt_base64_bytes(in_bytes).
 */
void tkt_base64_encode(uint8_t *out, const uint8_t *in, size_t in_bytes);

/*
 * Strict inverse: false on a foreign character, a length no encoder makes, or
 * non-zero unused bits; out may then be partly written and *out_bytes is
 * unchanged.  *out_bytes is at most in.len * 3 / 4.
 */
bool tkt_base64_decode(tkt_str_t in, uint8_t *out, size_t *out_bytes);


#endif /* TKT_TEXT_H */
