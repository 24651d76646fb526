/*
 * Kinds of telephone numbers: a mobile one, or a landline, whose area code
 * must be there.  A number of no kind is any text that looks like one.
 */

#ifndef TKT_PHONES_H
#define TKT_PHONES_H


#include "base/tkt_schema.h"


typedef enum {
    TKT_PHONE_NONE = 0,              /* nobody has said                      */
    TKT_PHONE_MOBILE,
    TKT_PHONE_LANDLINE,
    TKT_PHONE_MAX
} tkt_phone_t;

extern const tkt_names_t  tkt_phone_names;


/*
 * Whether a number is fit to be of a kind.  Spaces and . - ( ) may stand
 * anywhere.  Either kind: ITU-T E.164, which is + and 7 to 15 digits, the first
 * not 0.  Mobile: also 7 to 15 digits as dialled at home.  Landline: also
 * these, with the area code of 2 to 5 digits set apart; and behind either an
 * extension, x and 1 to 6 digits.
 */
bool tkt_phone_suits(tkt_phone_t kind, tkt_str_t number);

/* The same as a regular expression that ECMA-262, PCRE and Python read alike,
   with its backslashes doubled as in JSON; NULL: any. */
const char *tkt_phone_pattern(tkt_phone_t kind);

/* What is wrong with a number that is not. */
const char *tkt_phone_fault(tkt_phone_t kind);


#endif /* TKT_PHONES_H */
