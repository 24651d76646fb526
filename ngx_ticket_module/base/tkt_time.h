/*
 * Time is int64_t milliseconds since 1970-01-01T00:00:00Z; 0 means absent.
 * Text is RFC 3339 in UTC with milliseconds, "2026-11-21T08:15:30.123Z".
 */

#ifndef TKT_TIME_H
#define TKT_TIME_H


#include "base/tkt_base.h"


#define TKT_TIME_TEXT_BYTES  24

/* Largest time with a four-digit year: 9999-12-31T23:59:59.999Z. */
#define TKT_TIME_MAX_MS  INT64_C(253402300799999)


/*
 * Writes exactly TKT_TIME_TEXT_BYTES; ms outside 0..TKT_TIME_MAX_MS is
 * brought to the nearer of the two.
 */
void tkt_time_format(uint8_t *out, int64_t ms);

/*
 * Reads an RFC 3339 date-time with any offset and 0 to 9 fraction digits
 * (truncated to milliseconds).  False for anything else, leap seconds, and
 * times outside 1970..9999 in UTC; *ms is then unchanged.
 */
bool tkt_time_parse(tkt_str_t text, int64_t *ms);


#endif /* TKT_TIME_H */
