/*
 * Query strings, percent decoding and pieces of lists.
 */

#include "sample.h"
#include "codec/tkt_query.h"
#include "lender.h"


typedef struct {
    tkt_arena_t   arena;
    tkt_errors_t  errors;
    tkt_params_t  params;
    tkt_status_t  status;
    char         *text;          /* exact copy, so that ASan sees overruns   */
} parsed_t;


static void
parse(parsed_t *q, const char *query, size_t len)
{
    tkt_str_t  s;

    q->text = malloc(len + 1);
    assert_non_null(q->text);
    memcpy(q->text + 1, query, len);

    s.data = (const uint8_t *) q->text + 1;
    s.len = len;

    tkt_arena_init(&q->arena, 1024);
    tkt_errors_init(&q->errors, &q->arena);
    q->status = tkt_query_parse(s, &q->params, &q->arena, &q->errors);
}


static void
parsed_done(parsed_t *q)
{
    tkt_arena_done(&q->arena);
    free(q->text);
}


/* The parameters as "name=value|" pieces, the faults as lines. */
static void
check_query(const char *query, const char *params, const char *faults)
{
    char      text[4096], *p;
    size_t    i;
    parsed_t  q;

    parse(&q, query, strlen(query));

    p = text;
    *p = '\0';

    for (i = 0; i < q.params.count; i++) {
        p += sprintf(p, "%.*s=%.*s|", (int) q.params.list[i].name.len,
                     (const char *) q.params.list[i].name.data,
                     (int) q.params.list[i].value.len,
                     (const char *) q.params.list[i].value.data);
    }

    if (faults[0] == '\0') {
        assert_string_equal(text, params);
    }

    faults_text(&q.errors, text, sizeof(text));
    assert_string_equal(text, faults);
    assert_int_equal(q.status, faults[0] ? TKT_UNKNOWN_PARAMETER : TKT_OK);

    for (i = 0; i < q.errors.count; i++) {
        assert_true(q.errors.list[i].parameter);
        assert_false(q.errors.list[i].header);
    }

    parsed_done(&q);
}


static void
test_queries(void **state)
{
    check_query("", "", "");
    check_query("&&", "", "");
    check_query("a=1", "a=1|", "");
    check_query("a=1&&b=2&", "a=1|b=2|", "");
    check_query("a", "a=|", "");
    check_query("a=", "a=|", "");
    check_query("a=b=c", "a=b=c|", "");
    check_query("a+b=c+d", "a b=c d|", "");
    check_query("%61=%62%2B%26%3D%25", "a=b+&=%|", "");
    check_query("q=%E4%B8%AD%e6%96%87", "q=\xe4\xb8\xad\xe6\x96\x87|", "");
    check_query("q=\xe4\xb8\xad", "q=\xe4\xb8\xad|", "");
    check_query("a=1;b=2", "a=1;b=2|", "");

    check_query("=1", "", " format");
    check_query("=", "", " format");
    check_query("a=%", "", "a format");
    check_query("a=%4", "", "a format");
    check_query("a=%4g", "", "a format");
    check_query("a=%%41", "", "a format");
    check_query("a%zz=1", "", "a%zz format");
    check_query("a=%C0%80", "", "a utf8");
    check_query("a=\xff", "", "a utf8");
    check_query("a=%ED%A0%80", "", "a utf8");
    check_query("%FF=1", "", "%FF utf8");
    check_query("\xff=1", "", "? utf8");
    check_query("a=%00", "", "a control");
    check_query("a=%0A", "", "a control");
    check_query("a=x%09y", "", "a control");
    check_query("a=%7f", "", "a control");
    check_query("a=%C2%85", "", "a control");
    check_query("%00=1", "", "%00 control");
    check_query("a=1&a=2", "", "a duplicate");
    check_query("a=1&%61=2", "", "a duplicate");
    check_query("a=%&a=2&b=%zz", "", "a format\na duplicate\nb format");
    check_query("\xe4\xb8\xad=1&\xe4\xb8\xad=2", "", "??? duplicate");
    check_query("a123456789012345678901234567890123456789012345678901234567890"
                "12345=%", "",
                "a123456789012345678901234567890123456789012345678901234567890"
                "123 format");
}


static void
test_many(void **state)
{
    char      text[512], *p;
    size_t    i, n;
    parsed_t  q;

    for (n = 32; n <= 33; n++) {
        for (p = text, i = 0; i < n; i++) {
            p += sprintf(p, "&p%zu=%zu", i, i);
        }

        parse(&q, text, strlen(text));
        assert_int_equal(q.status, n == 32 ? TKT_OK : TKT_UNKNOWN_PARAMETER);
        assert_int_equal(q.params.count, 32);
        parsed_done(&q);
    }
}


static void
test_get(void **state)
{
    parsed_t   q;
    tkt_str_t  value;

    parse(&q, "ab=1&a=2&c", 10);
    assert_true(tkt_params_get(&q.params, "a", &value));
    assert_text(value, "2");
    assert_true(tkt_params_get(&q.params, "c", &value));
    assert_text(value, "");
    assert_false(tkt_params_get(&q.params, "b", &value));
    assert_false(tkt_params_get(&q.params, "", &value));
    parsed_done(&q);
}


static void
test_percent(void **state)
{
    size_t       i;
    tkt_str_t    out;
    tkt_arena_t  arena;

    static const struct {
        const char  *text;
        const char  *value;
    } rows[] = {
        { "", "" }, { "abc", "abc" }, { "a+b", "a+b" }, { "%2f%2F", "//" },
        { "%e4%b8%ad", "\xe4\xb8\xad" }, { "%41%42c", "ABc" },
        { "a+%41", "a+A" },
        { "%", NULL }, { "%4", NULL }, { "a%4", NULL }, { "%g1", NULL },
        { "%1g", NULL }, { "% 1", NULL }, { "%ff", NULL },
        { "%c0%80", NULL }, { "\x80", NULL },
    };

    tkt_arena_init(&arena, 64);

    for (i = 0; i < tkt_array_len(rows); i++) {
        if (rows[i].value == NULL) {
            assert_false(tkt_percent_decode(tkt_str_z(rows[i].text), &arena,
                                            &out));
            continue;
        }

        assert_true(tkt_percent_decode(tkt_str_z(rows[i].text), &arena,
                                       &out));
        assert_text(out, rows[i].value);
    }

    assert_true(tkt_percent_decode(tkt_str("%00"), &arena, &out));
    assert_int_equal(out.len, 1);

    tkt_arena_done(&arena);
}


static void
check_pieces(const char *text, const char *expected)
{
    char       joined[128], *p;
    tkt_str_t  rest, piece;

    rest = tkt_str_z(text);
    p = joined;
    *p = '\0';

    while (tkt_query_piece(&rest, &piece)) {
        p += sprintf(p, "[%.*s]", (int) piece.len,
                     (const char *) piece.data);
    }

    assert_string_equal(joined, expected);
    assert_false(tkt_query_piece(&rest, &piece));
}


static void
test_pieces(void **state)
{
    check_pieces("", "");
    check_pieces("a", "[a]");
    check_pieces("a,b", "[a][b]");
    check_pieces("a,", "[a]");
    check_pieces(",a", "[][a]");
    check_pieces(",", "[]");
    check_pieces("a,,b", "[a][][b]");
}


static void
test_no_memory(void **state)
{
    tkt_str_t     out;
    tkt_arena_t   arena;
    tkt_errors_t  errors;
    tkt_params_t  params;

    tkt_arena_init_lent(&arena, 64, no_memory, NULL);
    tkt_errors_init(&errors, &arena);

    assert_int_equal(tkt_query_parse(tkt_str("a=1"), &params, &arena,
                                     &errors), TKT_OK);
    assert_false(tkt_percent_decode(tkt_str("%41"), &arena, &out));
    assert_int_equal(tkt_query_parse(tkt_str("a=%41"), &params, &arena,
                                     &errors), TKT_INTERNAL);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_queries),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_get),
        cmocka_unit_test(test_percent),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
