/*
 * Times against the C library's calendar, and the grammar of RFC 3339.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/tkt_time.h"
#include "exact.h"


typedef struct {
    const char  *text;
    int64_t      ms;
} time_case_t;


static const time_case_t  good[] = {
    { "1970-01-01T00:00:00Z", 0 },
    { "1970-01-01T00:00:00.001Z", 1 },
    { "1970-01-01T00:00:01z", 1000 },
    { "1970-01-01t00:00:01Z", 1000 },
    { "2026-11-21T08:15:30.123Z", INT64_C(1795248930123) },
    { "2026-11-21T16:15:30.123+08:00", INT64_C(1795248930123) },
    { "2026-11-21T03:45:30.123-04:30", INT64_C(1795248930123) },
    { "2026-11-20T08:16:30.123-23:59", INT64_C(1795248930123) },
    { "2026-11-22T08:14:30.123+23:59", INT64_C(1795248930123) },
    { "2026-11-21T08:15:30.123-00:00", INT64_C(1795248930123) },
    { "2026-11-21T08:15:30.1Z", INT64_C(1795248930100) },
    { "2026-11-21T08:15:30.12Z", INT64_C(1795248930120) },
    { "2026-11-21T08:15:30.1239Z", INT64_C(1795248930123) },
    { "2026-11-21T08:15:30.123999999Z", INT64_C(1795248930123) },
    { "2026-11-21T08:15:30.000000000+00:00", INT64_C(1795248930000) },
    { "2000-02-29T00:00:00Z", INT64_C(951782400000) },
    { "2024-02-29T23:59:59.999Z", INT64_C(1709251199999) },
    { "2100-02-28T23:59:59Z", INT64_C(4107542399000) },
    { "1969-12-31T23:59:59-00:01", INT64_C(59000) },
    { "1969-12-31T00:01:00.500-23:59", 500 },
    { "9999-12-31T23:59:59.999Z", TKT_TIME_MAX_MS },
};

static const char *const  bad[] = {

    /* lengths and punctuation */
    "", "2", "2026-11-21", "2026-11-21T08:15Z", "2026-11-21T08:15:30",
    "2026-11-21T08:15:30.", "2026-11-21T08:15:30.Z", "2026-11-21 08:15:30Z",
    "2026-11-21_08:15:30Z", "2026/11/21T08:15:30Z", "2026-11-21T08.15.30Z",
    "20261121T081530Z00000", "2026-11-21T08:15:30,123Z",
    "2026-11-21T08:15:30ZZ", "2026-11-21T08:15:30Z ", " 2026-11-21T08:15:30Z",
    "2026-11-21T08:15:30.1234567890Z", "2026-11-21T08:15:30.123.4Z",
    "2026-11-21T08:15:30.12 Z", "2026-11-21T08:15:30X",
    "2026-11-21T08:15:30:Z", "2026-11-21T08:15:30\nZ",

    /* digits */
    "+026-11-21T08:15:30Z", "-026-11-21T08:15:30Z", "2o26-11-21T08:15:30Z",
    "2026-1a-21T08:15:30Z", "2026-11-:1T08:15:30Z", "2026-11-21T/8:15:30Z",
    "2026-11-21T08: 5:30Z", "2026-11-21T08:15:3 Z", "2026-11-21T08:15:30.1aZ",
    "12026-11-21T08:15:30Z", "2026-1-21T08:15:30.0Z",
    "\xef\xbc\x92\x30\x32\x36-11-21T08:15:30Z",

    /* ranges */
    "2026-00-21T08:15:30Z", "2026-13-21T08:15:30Z", "2026-11-00T08:15:30Z",
    "2026-01-32T00:00:00Z", "2026-02-29T00:00:00Z", "2024-02-30T00:00:00Z",
    "2100-02-29T00:00:00Z", "2200-02-29T00:00:00Z", "2026-03-32T00:00:00Z",
    "2026-04-31T00:00:00Z", "2026-05-32T00:00:00Z", "2026-06-31T00:00:00Z",
    "2026-07-32T00:00:00Z", "2026-08-32T00:00:00Z", "2026-09-31T00:00:00Z",
    "2026-10-32T00:00:00Z", "2026-11-31T00:00:00Z", "2026-12-32T00:00:00Z",
    "2026-11-21T24:00:00Z", "2026-11-21T08:60:00Z", "2026-11-21T08:15:61Z",
    "2016-12-31T23:59:60Z", "2026-11-21T99:15:30Z",

    /* offsets */
    "2026-11-21T08:15:30+8:00", "2026-11-21T08:15:30+0800",
    "2026-11-21T08:15:30+08", "2026-11-21T08:15:30+08:0",
    "2026-11-21T08:15:30+08:000", "2026-11-21T08:15:30+24:00",
    "2026-11-21T08:15:30+08:60", "2026-11-21T08:15:30 08:00",
    "2026-11-21T08:15:30+08-00", "2026-11-21T08:15:30+",
    "2026-11-21T08:15:30Z08:00", "2026-11-21T08:15:30+08:00Z",
    "2026-11-21T08:15:30+-8:00", "2026-11-21T08:15:30.+08:00",

    /* outside 1970..9999 in UTC */
    "1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00+00:01",
    "1970-01-01T00:59:59.999+01:00", "1969-12-31T23:59:59+00:00",
    "0000-01-01T00:00:00Z", "0000-03-01T00:00:00Z", "0001-01-01T00:00:00Z",
    "1969-12-31T00:00:59.999-23:59",
    "1968-12-31T23:59:59-23:59", "1900-02-28T00:00:00Z",
    "9999-12-31T23:59:59.999-00:01", "9999-12-31T01:00:00-23:59",
};


static bool
parse_exact(const char *text, size_t len, int64_t *ms)
{
    bool       ok;
    tkt_str_t  s = exact_copy(text, len);

    ok = tkt_time_parse(s, ms);
    exact_free(s);

    return ok;
}


/* Formats, compares with the C library's and reads back. */
static void
check_time(int64_t ms)
{
    char       want[64];
    time_t     seconds;
    int64_t    back;
    uint8_t    text[TKT_TIME_TEXT_BYTES + 1];
    struct tm  tm;

    seconds = (time_t) (ms / 1000);
    assert_non_null(gmtime_r(&seconds, &tm));
    (void) snprintf(want, sizeof(want), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
                    tm.tm_min, tm.tm_sec, (int) (ms % 1000));

    text[TKT_TIME_TEXT_BYTES] = '!';
    tkt_time_format(text, ms);
    assert_memory_equal(text, want, TKT_TIME_TEXT_BYTES);
    assert_int_equal(text[TKT_TIME_TEXT_BYTES], '!');

    assert_true(parse_exact((char *) text, TKT_TIME_TEXT_BYTES, &back));
    assert_int_equal(back, ms);
}


static void
test_every_day(void **state)
{
    int64_t  day;

    /* the first four centuries, a whole cycle of the calendar, and the last */

    for (day = 0; day < 146097; day++) {
        check_time(day * 86400000);
        check_time(day * 86400000 + 86399999);
    }

    for (day = TKT_TIME_MAX_MS / 86400000 - 146097;
         day <= TKT_TIME_MAX_MS / 86400000;
         day++)
    {
        check_time(day * 86400000);
    }
}


static void
test_every_second_of_a_day(void **state)
{
    int64_t  second;

    for (second = 0; second < 86400; second++) {
        check_time(INT64_C(1709164800000) + second * 1000 + second % 1000);
    }
}


static void
test_every_millisecond(void **state)
{
    int64_t  ms;

    for (ms = 0; ms < 1000; ms++) {
        check_time(INT64_C(1795248930000) + ms);
    }
}


static void
test_random(void **state)
{
    int       i;
    uint64_t  x;

    x = 88172645463325252u;

    for (i = 0; i < 300000; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        check_time((int64_t) (x % (uint64_t) (TKT_TIME_MAX_MS + 1)));
    }
}


static void
test_limits(void **state)
{
    uint8_t  text[TKT_TIME_TEXT_BYTES];

    check_time(0);
    check_time(1);
    check_time(TKT_TIME_MAX_MS);

    tkt_time_format(text, TKT_TIME_MAX_MS);
    assert_memory_equal(text, "9999-12-31T23:59:59.999Z", 24);

    tkt_time_format(text, TKT_TIME_MAX_MS + 1);
    assert_memory_equal(text, "9999-12-31T23:59:59.999Z", 24);

    tkt_time_format(text, INT64_MAX);
    assert_memory_equal(text, "9999-12-31T23:59:59.999Z", 24);

    tkt_time_format(text, -1);
    assert_memory_equal(text, "1970-01-01T00:00:00.000Z", 24);

    tkt_time_format(text, INT64_MIN);
    assert_memory_equal(text, "1970-01-01T00:00:00.000Z", 24);
}


static void
test_good(void **state)
{
    size_t   i;
    int64_t  ms;

    for (i = 0; i < tkt_array_len(good); i++) {
        ms = -1;

        if (!parse_exact(good[i].text, strlen(good[i].text), &ms)
            || ms != good[i].ms)
        {
            fail_msg("\"%s\" gave %lld", good[i].text, (long long) ms);
        }
    }
}


static void
test_bad(void **state)
{
    size_t   i;
    int64_t  ms;

    for (i = 0; i < tkt_array_len(bad); i++) {
        ms = 42;

        if (parse_exact(bad[i], strlen(bad[i]), &ms) || ms != 42) {
            fail_msg("\"%s\" was taken or changed *ms", bad[i]);
        }
    }
}


static void
test_every_date(void **state)
{
    int        year, month, day;
    bool       ok;
    char       text[48];
    int64_t    ms, want;
    struct tm  tm;

    static const int  years[] =
        { 1970, 1972, 1999, 2000, 2023, 2024, 2100, 2400, 9996, 9999 };

    for (year = 0; year < (int) tkt_array_len(years); year++) {
        for (month = 0; month < 100; month++) {
            for (day = 0; day < 100; day++) {

                memset(&tm, 0, sizeof(tm));
                tm.tm_year = years[year] - 1900;
                tm.tm_mon = month - 1;
                tm.tm_mday = day;

                want = (int64_t) timegm(&tm) * 1000;
                ok = tm.tm_year == years[year] - 1900
                     && tm.tm_mon == month - 1 && tm.tm_mday == day;

                (void) snprintf(text, sizeof(text), "%04d-%02d-%02dT00:00:00Z",
                                years[year], month, day);

                assert_int_equal(parse_exact(text, 20, &ms), ok);

                if (ok) {
                    assert_int_equal(ms, want);
                }
            }
        }
    }
}


/* Every prefix and every single changed byte: nothing reads too far. */
static void
test_mutations(void **state)
{
    int      byte;
    char     text[64];
    size_t   i, len;
    int64_t  ms;

    static const char  sample[] = "2026-11-21T16:15:30.123456789+08:00";

    len = sizeof(sample) - 1;

    for (i = 0; i < len; i++) {
        assert_false(parse_exact(sample, i, &ms));
    }

    for (i = 0; i < len; i++) {
        for (byte = 0; byte < 256; byte++) {
            memcpy(text, sample, len);
            text[i] = (char) byte;

            if (parse_exact(text, len, &ms)) {
                assert_true((byte >= '0' && byte <= '9')
                            || text[i] == sample[i] || byte == '-'
                            || (i == 10 && byte == 't'));
            }
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_every_day),
        cmocka_unit_test(test_every_second_of_a_day),
        cmocka_unit_test(test_every_millisecond),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_every_date),
        cmocka_unit_test(test_mutations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
