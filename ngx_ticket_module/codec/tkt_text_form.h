/*
 * What the text types of a schema look like beyond their characters and
 * lengths.
 */

#ifndef TKT_TEXT_FORM_H
#define TKT_TEXT_FORM_H


#include "base/tkt_base.h"


#define TKT_PHONE_MIN_CHARS         3
#define TKT_PHONE_MAX_CHARS         32
#define TKT_EMAIL_LOCAL_MAX_BYTES   64
#define TKT_EMAIL_MAX_BYTES         254      /* RFC 5321, section 4.5.3.1    */


/* True if there is anything but white space (Unicode's, and U+200B, U+FEFF). */
bool tkt_has_ink(tkt_str_t s);

/* [a-z0-9][a-z0-9_.-]* */
bool tkt_is_slug(tkt_str_t s);

/*
 * dot-atom "@" domain of RFC 5322, section 3.4.1, in ASCII; a domain is of
 * letters, digits, hyphens and dots.  No quoted local part, no literal.
 */
bool tkt_is_email(tkt_str_t s);

/* Digits, at least one, and space + - ( ) . x */
bool tkt_is_phone(tkt_str_t s);

/* http:// or https://, a host, no white space. */
bool tkt_is_url(tkt_str_t s);


#endif /* TKT_TEXT_FORM_H */
