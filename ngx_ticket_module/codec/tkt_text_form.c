/*
 * The written forms of addresses, numbers and names.  All take valid UTF-8
 * without control characters other than tab and newline.
 */

#include "codec/tkt_text_form.h"


/* Bytes of the white space character at p, which is valid UTF-8; or 0. */
static size_t
tkt_blank(const uint8_t *p, size_t left)
{
    uint32_t  three;

    if (*p <= ' ') {
        return 1;
    }

    if (left >= 2 && p[0] == 0xc2) {
        return (p[1] == 0xa0) ? 2 : 0;
    }

    if (left < 3 || p[0] < 0xe1) {
        return 0;
    }

    three = (uint32_t) p[0] << 16 | (uint32_t) p[1] << 8 | p[2];

    return (three == 0xe19a80                         /* U+1680         */
            || (three >= 0xe28080 && three <= 0xe2808b)  /* U+2000..200B */
            || three == 0xe280a8 || three == 0xe280a9
            || three == 0xe280af || three == 0xe2819f
            || three == 0xe38080                      /* ideographic    */
            || three == 0xefbbbf)
           ? 3 : 0;
}


bool
tkt_has_ink(tkt_str_t s)
{
    size_t  i, n;

    for (i = 0; i < s.len; i += n) {
        n = tkt_blank(s.data + i, s.len - i);

        if (n == 0) {
            return true;
        }
    }

    return false;
}


static inline bool
tkt_is_lower_or_digit(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}


static inline bool
tkt_is_alnum(uint8_t c)
{
    return tkt_is_lower_or_digit(c) || (c >= 'A' && c <= 'Z');
}


bool
tkt_is_slug(tkt_str_t s)
{
    size_t  i;

    if (s.len == 0 || !tkt_is_lower_or_digit(s.data[0])) {
        return false;
    }

    for (i = 1; i < s.len; i++) {
        if (!tkt_is_lower_or_digit(s.data[i])
            && memchr("_.-", s.data[i], 3) == NULL)
        {
            return false;
        }
    }

    return true;
}


/* Words of `also` and alphanumerics, with single dots between. */
static bool
tkt_is_dotted(const uint8_t *p, size_t len, const char *also)
{
    size_t  i;
    bool    word;

    word = false;

    for (i = 0; i < len; i++) {
        if (p[i] == '.') {
            if (!word) {
                return false;
            }

            word = false;
            continue;
        }

        if (!tkt_is_alnum(p[i]) && (p[i] == '\0' || !strchr(also, p[i]))) {
            return false;
        }

        word = true;
    }

    return word;
}


/* dot-atom "@" domain of RFC 5322, without quoted or foreign forms. */
bool
tkt_is_email(tkt_str_t s)
{
    size_t          local;
    const uint8_t  *at;

    if (s.len > TKT_EMAIL_MAX_BYTES || s.len == 0) {
        return false;
    }

    at = memchr(s.data, '@', s.len);
    if (at == NULL) {
        return false;
    }

    local = (size_t) (at - s.data);

    return local <= TKT_EMAIL_LOCAL_MAX_BYTES
           && tkt_is_dotted(s.data, local, "!#$%&'*+-/=?^_`{|}~")
           && at[1] != '-' && s.data[s.len - 1] != '-'
           && tkt_is_dotted(at + 1, s.len - local - 1, "-");
}


bool
tkt_is_phone(tkt_str_t s)
{
    size_t  i, digits;

    if (s.len < TKT_PHONE_MIN_CHARS || s.len > TKT_PHONE_MAX_CHARS) {
        return false;
    }

    for (digits = 0, i = 0; i < s.len; i++) {
        if (s.data[i] >= '0' && s.data[i] <= '9') {
            digits++;

        } else if (memchr(" +-().x", s.data[i], 7) == NULL) {
            return false;
        }
    }

    return digits != 0;
}


bool
tkt_is_url(tkt_str_t s)
{
    size_t  i, scheme;

    if (s.len > 8 && memcmp(s.data, "https://", 8) == 0) {
        scheme = 8;

    } else if (s.len > 7 && memcmp(s.data, "http://", 7) == 0) {
        scheme = 7;

    } else {
        return false;
    }

    if (memchr("/?#:", s.data[scheme], 4) != NULL) {
        return false;                   /* no host */
    }

    for (i = scheme; i < s.len; i++) {
        if (tkt_blank(s.data + i, s.len - i) != 0) {
            return false;
        }
    }

    return true;
}
