/*
 * The bounds of a body: depth, members, items, strings, numbers, memory.
 */

#include "sample.h"
#include "lender.h"


static char *
repeat(char *p, const char *s, size_t times)
{
    while (times-- > 0) {
        p = stpcpy(p, s);
    }

    return p;
}


static void
test_depth(void **state)
{
    char    *text, *p;
    size_t   i, deep = 1000000;

    text = malloc(2 * deep + 64);
    assert_non_null(text);

    /* "custom" stands in level 1; 64 bytes are enough for 15 more */

    for (i = 14; i <= 17; i++) {
        p = stpcpy(text, "{\"custom\":{\"a\":");
        p = repeat(p, "[", i - 2);
        p = repeat(p, "]", i - 2);
        (void) stpcpy(p, "}}");

        assert_int_equal(read_text(text), i <= 16 ? TKT_OK
                                                  : TKT_INVALID_JSON);
    }

    p = repeat(stpcpy(text, "{\"bogus\":"), "[", deep);
    assert_int_equal(read_text(text), TKT_INVALID_JSON);

    p = repeat(p, "]", deep);
    (void) stpcpy(p, "}");
    assert_int_equal(read_text(text), TKT_INVALID_JSON);

    free(text);
}


static void
test_counts(void **state)
{
    char    *text, *p;
    size_t   i, n;

    text = malloc(64 * 1024);
    assert_non_null(text);

    for (n = 256; n <= 257; n++) {
        p = stpcpy(text, "{\"bogus\":{");

        for (i = 0; i < n; i++) {
            p += sprintf(p, "%s\"m%zu\":%zu", i ? "," : "", i, i);
        }

        (void) stpcpy(p, "}}");
        assert_int_equal(read_text(text), n == 256 ? TKT_INVALID_REQUEST
                                                   : TKT_INVALID_JSON);
    }

    for (n = 1000; n <= 1001; n++) {
        p = stpcpy(text, "{\"bogus\":[");

        for (i = 0; i < n; i++) {
            p += sprintf(p, "%s%s", i ? "," : "", i % 2 ? "1" : "{}");
        }

        (void) stpcpy(p, "]}");
        assert_int_equal(read_text(text), n == 1000 ? TKT_INVALID_REQUEST
                                                    : TKT_INVALID_JSON);
    }

    for (n = 1000; n <= 1001; n++) {
        p = repeat(stpcpy(text, "{\"tags\":[0"), ",0", n - 1);
        (void) stpcpy(p, "]}");
        assert_int_equal(read_text(text), n == 1000 ? TKT_INVALID_REQUEST
                                                    : TKT_INVALID_JSON);
    }

    free(text);
}


static void
test_string_bytes(void **state)
{
    char    *text, *p;
    size_t   n;

    text = malloc(6 * (TKT_JSON_STRING_MAX_BYTES + 100));
    assert_non_null(text);

    for (n = TKT_JSON_STRING_MAX_BYTES; n <= TKT_JSON_STRING_MAX_BYTES + 1;
         n++)
    {
        p = repeat(stpcpy(text, "{\"bogus\":\""), "x", n);
        (void) stpcpy(p, "\"}");
        assert_int_equal(read_text(text), n == TKT_JSON_STRING_MAX_BYTES
                         ? TKT_INVALID_REQUEST : TKT_INVALID_JSON);

        /* what counts is the decoded length */

        p = repeat(stpcpy(text, "{\"bogus\":\""), "\\u0041", n);
        (void) stpcpy(p, "\"}");
        assert_int_equal(read_text(text), n == TKT_JSON_STRING_MAX_BYTES
                         ? TKT_INVALID_REQUEST : TKT_INVALID_JSON);
    }

    p = repeat(stpcpy(text, "{\"bogus\":\""), "\\ud83d\\ude00",
               TKT_JSON_STRING_MAX_BYTES / 4);
    (void) stpcpy(p, "\"}");
    assert_int_equal(read_text(text), TKT_INVALID_REQUEST);

    p = repeat(stpcpy(text, "{\"text\":\""), "\\u4e2d", 20000);
    (void) stpcpy(p, "\"}");
    assert_int_equal(read_text(text), TKT_OK);

    p = repeat(stpcpy(text, "{\"text\":\""), "\xe4\xb8\xad", 20001);
    (void) stpcpy(p, "\"}");
    assert_int_equal(read_text(text), TKT_INVALID_REQUEST);

    free(text);
}


static void
test_number_chars(void **state)
{
    assert_int_equal(read_text("{\"custom\":{\"a\":1.234567890123456e10}}"),
                     TKT_OK);
    assert_int_equal(read_text("{\"custom\":{\"a\":12345678901234567890}}"),
                     TKT_OK);
    assert_int_equal(read_text("{\"custom\":{\"a\":123456789012345678901}}"),
                     TKT_INVALID_JSON);
    assert_int_equal(
        read_text("{\"custom\":{\"a\":123456789012345678901234567890}}"),
        TKT_INVALID_JSON);
    assert_int_equal(read_text("{\"custom\":{\"a\":-0.0}}"), TKT_OK);
    assert_int_equal(read_text("{\"custom\":{\"a\":1e400}}"), TKT_OK);
}


/* Want of memory at every point ends in a status, never in a crash. */
static void
test_no_memory(void **state)
{
    char           *text, *p;
    size_t          n;
    lender_t       *l;
    sample_t        obj;
    tkt_arena_t     arena;
    tkt_errors_t    errors;
    tkt_status_t    status;
    tkt_present_t   present;

    text = malloc(300000);
    l = calloc(1, sizeof(*l));
    assert_non_null(text);
    assert_non_null(l);

    p = repeat(stpcpy(text, "{\"text\":\""), "\\u4e2d", 19000);
    p = stpcpy(p, "\",\"line\":\"a\\u0062\",\"tags\":[\"a\",\"b\"],"
                  "\"custom\":{\"a\\u0062\":{\"c\":\"\\\"\"},\"d\":[1]},"
                  "\"bogus\":1,\"slug\":\"A\",\"owner\":{\"bogus\":2}}");

    for (n = 0, status = TKT_INTERNAL; status == TKT_INTERNAL; n++) {
        l->allowed = n;

        tkt_arena_init_lent(&arena, 64, lend, l);
        tkt_errors_init(&errors, &arena);
        memset(&obj, 0, sizeof(obj));

        status = tkt_json_decode(&sample_schema, USE_CREATE, false,
                                 tkt_str_z(text), &obj, &present, &arena,
                                 &errors);

        lender_free(l);

        assert_true(n < 1000);
    }

    assert_int_equal(status, TKT_INVALID_REQUEST);
    assert_true(n > 10);

    free(l);
    free(text);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_string_bytes),
        cmocka_unit_test(test_number_chars),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
