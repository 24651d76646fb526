/*
 * Kinds of telephone numbers; see the header.
 */

#include "domain/tkt_phones.h"


#define TKT_PHONE_DIGITS_MIN      7
#define TKT_PHONE_DIGITS_MAX      15
#define TKT_PHONE_AREA_MIN        2
#define TKT_PHONE_AREA_MAX        5
#define TKT_PHONE_EXTENSION_MAX   6

/* The numbers above as they stand in patterns. */
#define GAP     "[ ().-]*"
#define DIGIT   "[0-9]"
#define END     "(?![\\\\s\\\\S])"
#define E164    "\\\\+" GAP "[1-9](?:" GAP DIGIT "){6,14}"


/* What a number is made of. */
typedef struct {
    size_t   digits;
    size_t   area;               /* digits of the first group                */
    size_t   extension;          /* digits behind x                          */
    uint8_t  first;              /* digit                                    */
    bool     plus;
    bool     apart;              /* more digits stand behind the first group */
    bool     extended;           /* has an x                                 */
} tkt_phone_parts_t;


typedef struct {
    const char  *pattern;
    const char  *fault;
} tkt_phone_row_t;

static const tkt_phone_row_t  tkt_phone_rows[TKT_PHONE_MAX] = {
    [TKT_PHONE_MOBILE] = {
        "^" GAP "(?:" E164 "|" DIGIT "(?:" GAP DIGIT "){6,14})" GAP END,
        "a mobile number is + with country code, or 7 to 15 digits, and has "
        "no extension" },
    [TKT_PHONE_LANDLINE] = {
        "^" GAP "(?:" E164 "|(?=" DIGIT "(?:" GAP DIGIT "){6,14}" GAP
        "(?:x|" END "))" DIGIT "{2,5}[ ().-]+" DIGIT "[0-9 ().-]*)" GAP
        "(?:x" GAP DIGIT "(?:" GAP DIGIT "){0,5}" GAP ")?" END,
        "a landline number is + with country code, or 7 to 15 digits with "
        "the area code set apart" },
};


static const tkt_str_t  tkt_phone_kinds[] = {
    tkt_lit(""), tkt_lit("mobile"), tkt_lit("landline")
};

const tkt_names_t  tkt_phone_names = {
    tkt_phone_kinds, tkt_array_len(tkt_phone_kinds)
};


/* Takes the next character, whose place is `first` if it is a digit. */
static bool
tkt_phone_take(tkt_phone_parts_t *p, uint8_t c, bool *gap)
{
    if (c >= '0' && c <= '9') {

        if (p->extended) {
            p->extension++;
            return true;
        }

        if (p->digits++ == 0) {
            p->first = c;

        } else if (*gap) {
            p->apart = true;
        }

        p->area += !p->apart;
        *gap = false;

        return true;
    }

    if (c == '+') {
        if (p->plus || p->digits > 0 || p->extended) {
            return false;
        }

        p->plus = true;
        return true;
    }

    if (c == 'x') {
        if (p->extended || p->digits == 0) {
            return false;
        }

        p->extended = true;
        return true;
    }

    *gap = true;

    return c == ' ' || c == '(' || c == ')' || c == '.' || c == '-';
}


bool
tkt_phone_suits(tkt_phone_t kind, tkt_str_t number)
{
    bool               gap, good;
    size_t             i;
    tkt_phone_parts_t  p = { .plus = false };

    if (kind == TKT_PHONE_NONE) {
        return true;
    }

    for (gap = false, i = 0; i < number.len; i++) {
        if (!tkt_phone_take(&p, number.data[i], &gap)) {
            return false;
        }
    }

    good = p.digits >= TKT_PHONE_DIGITS_MIN
           && p.digits <= TKT_PHONE_DIGITS_MAX
           && (!p.plus || p.first != '0')
           && p.extended == (p.extension > 0)
           && p.extension <= TKT_PHONE_EXTENSION_MAX;

    if (kind == TKT_PHONE_MOBILE) {
        return good && !p.extended;
    }

    return good && (p.plus || (p.apart && p.area >= TKT_PHONE_AREA_MIN
                               && p.area <= TKT_PHONE_AREA_MAX));
}


const char *
tkt_phone_pattern(tkt_phone_t kind)
{
    return (unsigned) kind < TKT_PHONE_MAX ? tkt_phone_rows[kind].pattern
                                           : NULL;
}


const char *
tkt_phone_fault(tkt_phone_t kind)
{
    return (unsigned) kind < TKT_PHONE_MAX ? tkt_phone_rows[kind].fault
                                           : NULL;
}
