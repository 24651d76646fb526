/*
 * Calendar arithmetic on the proleptic Gregorian calendar, without the C
 * library's (its functions read the environment and lock).
 */

#include "base/tkt_text.h"
#include "base/tkt_time.h"


#define TKT_MS_PER_DAY        86400000
#define TKT_MS_PER_SECOND     1000
#define TKT_FRACTION_MAX      9

/* A date here may be in the first year to come through its offset. */
#define TKT_YEAR_MIN          1969

/* Days from 0000-03-01, where years are counted from, to 1970-01-01. */
#define TKT_EPOCH_DAYS        719468
#define TKT_DAYS_PER_400Y     146097


static inline void
tkt_put2(uint8_t *out, uint32_t value)
{
    memcpy(out, tkt_two_digits + 2 * value, 2);
}


/*
 * The date of a day since 1970-01-01, by multiplications instead of tables:
 * C. Neri, L. Schneider, "Euclidean affine functions and their application
 * to calendar algorithms", Software: Practice and Experience 53 (2023).
 */
static inline void
tkt_date_of_day(uint32_t day, uint32_t *year, uint32_t *month, uint32_t *mday)
{
    uint32_t  n, century, of_year, months, next;
    uint64_t  product;

    n = 4 * (day + TKT_EPOCH_DAYS) + 3;
    century = n / TKT_DAYS_PER_400Y;
    n = (n % TKT_DAYS_PER_400Y) | 3;

    product = UINT64_C(2939745) * n;
    of_year = (uint32_t) product / 2939745 / 4;

    months = 2141 * of_year + 197913;
    next = of_year >= 306;              /* January and February */

    *year = 100 * century + (uint32_t) (product >> 32) + next;
    *month = (months >> 16) - 12 * next;
    *mday = (months & 0xffff) / 2141 + 1;
}


void
tkt_time_format(uint8_t *out, int64_t ms)
{
    uint32_t  day, of_day, year, month, mday, seconds, minutes, millis;

    if (ms < 0) {
        ms = 0;

    } else if (ms > TKT_TIME_MAX_MS) {
        ms = TKT_TIME_MAX_MS;
    }

    day = (uint32_t) ((uint64_t) ms / TKT_MS_PER_DAY);
    of_day = (uint32_t) ((uint64_t) ms % TKT_MS_PER_DAY);

    tkt_date_of_day(day, &year, &month, &mday);

    seconds = of_day / TKT_MS_PER_SECOND;
    millis = of_day % TKT_MS_PER_SECOND;
    minutes = seconds / 60;

    memcpy(out, "0000-00-00T00:00:00.000Z", TKT_TIME_TEXT_BYTES);

    tkt_put2(out, year / 100);
    tkt_put2(out + 2, year % 100);
    tkt_put2(out + 5, month);
    tkt_put2(out + 8, mday);
    tkt_put2(out + 11, minutes / 60);
    tkt_put2(out + 14, minutes % 60);
    tkt_put2(out + 17, seconds % 60);
    out[20] = (uint8_t) ('0' + millis / 100);
    tkt_put2(out + 21, millis % 100);
}


/* The inverse, for a date since 0000-03-01; may be negative. */
static int64_t
tkt_day_of_date(uint32_t year, uint32_t month, uint32_t mday)
{
    uint32_t  of_year;

    /* years begin in March, so that the leap day comes last */

    if (month <= 2) {
        year--;
        month += 12;
    }

    of_year = (153 * (month - 3) + 2) / 5 + mday - 1;

    return (int64_t) 365 * year + year / 4 - year / 100 + year / 400
           + of_year - TKT_EPOCH_DAYS;
}


static uint32_t
tkt_days_in_month(uint32_t year, uint32_t month)
{
    if (month == 2) {
        return (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)) ? 29
                                                                       : 28;
    }

    /* 31, 30, 31 ... and once more from August */

    return 30 + ((month + (month >> 3)) & 1);
}


/* Reads exactly n digits. */
static inline bool
tkt_get_digits(const uint8_t *p, size_t n, uint32_t *value)
{
    size_t    i;
    uint32_t  v;

    for (v = 0, i = 0; i < n; i++) {
        if ((uint8_t) (p[i] - '0') > 9) {
            return false;
        }

        v = v * 10 + (p[i] - '0');
    }

    *value = v;

    return true;
}


/* Reads "YYYY-MM-DDTHH:MM:SS" as seconds since 1970, local to its offset. */
static bool
tkt_get_seconds(const uint8_t *p, int64_t *seconds)
{
    uint32_t  year, month, mday, hour, minute, second;

    if (!tkt_get_digits(p, 4, &year) || p[4] != '-'
        || !tkt_get_digits(p + 5, 2, &month) || p[7] != '-'
        || !tkt_get_digits(p + 8, 2, &mday) || (p[10] | 0x20) != 't'
        || !tkt_get_digits(p + 11, 2, &hour) || p[13] != ':'
        || !tkt_get_digits(p + 14, 2, &minute) || p[16] != ':'
        || !tkt_get_digits(p + 17, 2, &second))
    {
        return false;
    }

    if (year < TKT_YEAR_MIN || month < 1 || month > 12
        || mday < 1 || mday > tkt_days_in_month(year, month)
        || hour > 23 || minute > 59 || second > 59)
    {
        return false;
    }

    *seconds = tkt_day_of_date(year, month, mday) * 86400
               + hour * 3600 + minute * 60 + second;

    return true;
}


/* Reads "Z" or "+HH:MM" or "-HH:MM", which must fill p..end. */
static bool
tkt_get_offset(const uint8_t *p, const uint8_t *end, int64_t *seconds)
{
    uint32_t  hours, minutes;

    if (end - p == 1 && (*p | 0x20) == 'z') {
        *seconds = 0;
        return true;
    }

    if (end - p != 6 || (p[0] != '+' && p[0] != '-') || p[3] != ':'
        || !tkt_get_digits(p + 1, 2, &hours) || hours > 23
        || !tkt_get_digits(p + 4, 2, &minutes) || minutes > 59)
    {
        return false;
    }

    *seconds = hours * 3600 + minutes * 60;

    if (p[0] == '-') {
        *seconds = -*seconds;
    }

    return true;
}


bool
tkt_time_parse(tkt_str_t text, int64_t *ms)
{
    int64_t         seconds, offset, value;
    uint32_t        millis, unit;
    const uint8_t  *p, *end, *fraction;

    /* the shortest is "YYYY-MM-DDTHH:MM:SSZ" */

    if (text.len < 20 || !tkt_get_seconds(text.data, &seconds)) {
        return false;
    }

    p = text.data + 19;
    end = text.data + text.len;
    millis = 0;

    if (*p == '.') {
        fraction = ++p;

        for (unit = 100; p < end && (uint8_t) (*p - '0') <= 9; unit /= 10) {
            millis += (uint32_t) (*p++ - '0') * unit;
        }

        if (p == fraction || p - fraction > TKT_FRACTION_MAX) {
            return false;
        }
    }

    if (!tkt_get_offset(p, end, &offset)) {
        return false;
    }

    value = (seconds - offset) * TKT_MS_PER_SECOND + millis;

    if (value < 0 || value > TKT_TIME_MAX_MS) {
        return false;
    }

    *ms = value;

    return true;
}
