/*
 * The rules of each type, through the entry for plain text and through JSON.
 */

#include "sample.h"
#include "lender.h"


typedef struct {
    size_t       row;        /* among the top-level rows                     */
    const char  *text;
    const char  *code;       /* NULL: accepted                               */
} field_case_t;


static void
check_field(const tkt_field_t *f, tkt_str_t text, const char *code)
{
    sample_t      obj;
    tkt_arena_t   arena;
    tkt_errors_t  errors;
    tkt_status_t  status;

    tkt_arena_init(&arena, 1024);
    tkt_errors_init(&errors, &arena);
    memset(&obj, 0, sizeof(obj));

    status = tkt_field_parse(f, text, &obj, tkt_str("p"), &errors);

    if ((code == NULL) != (status == TKT_OK)
        || errors.count != (code == NULL ? 0 : 1))
    {
        fail_msg("%s \"%.*s\": status %d", f->name, (int) text.len,
                 (const char *) text.data, status);
    }

    if (code != NULL) {
        assert_int_equal(status, TKT_INVALID_REQUEST);
        assert_text(errors.list[0].pointer, "p");
        assert_text(errors.list[0].code, code);
        assert_false(errors.list[0].parameter || errors.list[0].header);
    }

    tkt_arena_done(&arena);
}


static const field_case_t  cases[] = {
    { N_COUNT, "3", NULL },            { N_COUNT, "100", NULL },
    { N_COUNT, "2", "too-small" },     { N_COUNT, "101", "too-large" },
    { N_COUNT, "0", "too-small" },     { N_COUNT, "-5", "too-small" },
    { N_COUNT, "-0", "format" },       { N_COUNT, "01", "format" },
    { N_COUNT, "-01", "too-small" },   { N_COUNT, "5.0", "type" },
    { N_COUNT, "5e0", "type" },        { N_COUNT, "", "type" },
    { N_COUNT, "-", "type" },          { N_COUNT, "+5", "type" },
    { N_COUNT, " 5", "type" },         { N_COUNT, "5 ", "type" },
    { N_COUNT, "1e400", "type" },
    { N_SCORE, "1", NULL },            { N_SCORE, "0", "too-small" },
    { N_LEVEL, "0", NULL },            { N_LEVEL, "-1", NULL },
    { N_LEVEL, "50", NULL },           { N_LEVEL, "-50", NULL },
    { N_LEVEL, "51", "too-large" },    { N_LEVEL, "-51", "too-small" },
    { N_LEVEL, "-18446744073709551616", "too-small" },
    { N_LEVEL, "18446744073709551616", "too-large" },
    { N_LEVEL, "-0", "format" },       { N_LEVEL, "07", "format" },
    { N_LEVEL, "--1", "type" },        { N_LEVEL, "-1.0", "type" },
    { N_LEVEL, "-", "type" },          { N_LEVEL, "", "type" },
    { N_BIG, "0", NULL },
    { N_BIG, "9007199254740991", NULL },
    { N_BIG, "9007199254740992", "too-large" },
    { N_BIG, "9223372036854775807", "too-large" },
    { N_BIG, "18446744073709551615", "too-large" },
    { N_BIG, "18446744073709551616", "too-large" },
    { N_BIG, "123456789012345678901234567890", "too-large" },
    { N_OTHER, "1", NULL },
    { N_OTHER, "9007199254740993", NULL },
    { N_OTHER, "9223372036854775807", NULL },
    { N_OTHER, "9223372036854775808", "too-large" },
    { N_OTHER, "18446744073709551616", "too-large" },
    { N_OTHER, "-9223372036854775808", "too-small" },
    { N_OTHER, "0", "too-small" },     { N_OTHER, "007", "format" },
    { N_OTHER, "x", "type" },          { N_OTHER, "1.5", "type" },
    { N_FLAG, "true", NULL },          { N_FLAG, "false", NULL },
    { N_FLAG, "TRUE", "type" },        { N_FLAG, "1", "type" },
    { N_FLAG, "", "type" },
    { N_COLOR, "red", NULL },          { N_COLOR, "Red", "choice" },
    { N_COLOR, "", "choice" },         { N_COLOR, "re", "choice" },
    { N_RIGHTS, "read,write", NULL },  { N_RIGHTS, "", NULL },
    { N_RIGHTS, "read,read", "duplicate" },
    { N_RIGHTS, "read,,write", "choice" },
    { N_RIGHTS, "run", "choice" },
    { N_AT, "2026-11-21T08:15:30Z", NULL },
    { N_AT, "2026-11-21T08:15:30.5-08:00", NULL },
    { N_AT, "2026-11-21 08:15:30Z", "format" },
    { N_AT, "2026-11-21", "format" },  { N_AT, "1969-12-31T00:00:00Z",
                                         "format" },
    { N_AT, "1970-01-01T00:00:00Z", "too-small" },
    { N_AT, "", "format" },
    { N_LINE, "ab", NULL },            { N_LINE, "abcdefghij", NULL },
    { N_LINE, "\xe4\xb8\xad\xe6\x96\x87", NULL },
    { N_LINE, "a", "too-short" },      { N_LINE, "\xe4\xb8\xad", "too-short" },
    { N_LINE, "", "too-short" },       { N_LINE, "abcdefghijk", "too-long" },
    { N_LINE, "  ", "too-short" },
    { N_LINE, " \xe3\x80\x80\xc2\xa0\xe2\x80\x8b", "too-short" },
    { N_LINE, "\xe1\x9a\x80\xe2\x80\xa8\xe2\x80\xaf\xe2\x81\x9f\xef\xbb\xbf",
      "too-short" },
    { N_LINE, " \xc3\xa0", NULL },     { N_LINE, "\xe3\x80\x81 ", NULL },
    { N_LINE, "a\nb", "control" },     { N_LINE, "a\tb", "control" },
    { N_LINE, "a\rb", "control" },     { N_LINE, "a\x7f" "b", "control" },
    { N_LINE, "a\xc2\x85", "control" },{ N_LINE, "a\xff", "utf8" },
    { N_LINE, "\xed\xa0\x80", "utf8" },
    { N_TEXT, "", NULL },              { N_TEXT, "a\nb\tc", NULL },
    { N_TEXT, "a\r\n", "control" },    { N_TEXT, "\x1b[0m", "control" },
    { N_SLUG, "a", NULL },             { N_SLUG, "0a_.-", NULL },
    { N_SLUG, "", "format" },          { N_SLUG, "-a", "format" },
    { N_SLUG, "A", "format" },         { N_SLUG, "a b", "format" },
    { N_SLUG, "a/", "format" },        { N_SLUG, "\xc3\xa9", "format" },
    { N_SLUG, "abcdefghijklm", "too-long" },
    { N_EMAIL, "a@b", NULL },          { N_EMAIL, "a.b+c@d-e.example", NULL },
    { N_EMAIL, "", "format" },         { N_EMAIL, "a", "format" },
    { N_EMAIL, "@b", "format" },       { N_EMAIL, "a@", "format" },
    { N_EMAIL, "a@b@c", "format" },    { N_EMAIL, "a b@c", "format" },
    { N_EMAIL, ".a@b", "format" },     { N_EMAIL, "a.@b", "format" },
    { N_EMAIL, "a..b@c", "format" },   { N_EMAIL, "a@.b", "format" },
    { N_EMAIL, "a@b.", "format" },     { N_EMAIL, "a@b..c", "format" },
    { N_EMAIL, "a@-b", "format" },     { N_EMAIL, "a@b-", "format" },
    { N_EMAIL, "a@b_c", "format" },    { N_EMAIL, "a@b\n", "control" },
    { N_EMAIL, "\xe4\xb8\xad@b", "format" },
    { N_EMAIL, "a<x>@b", "format" },
    { N_EMAIL, "0123456789012345678901234567890123456789012345678901234567890"
               "123@b", NULL },
    { N_EMAIL, "0123456789012345678901234567890123456789012345678901234567890"
               "1234@b", "format" },
    { N_PHONE, "110", NULL },          { N_PHONE, "+86 (0)10.1-2x3", NULL },
    { N_PHONE, "12", "format" },       { N_PHONE, "abc", "format" },
    { N_PHONE, "+ ()", "format" },     { N_PHONE, "12#", "format" },
    { N_PHONE, "", "format" },
    { N_PHONE, "123456789012345678901234567890123", "too-long" },
    { N_URL, "http://a", NULL },       { N_URL, "https://a/b?c#d", NULL },
    { N_URL, "http://", "format" },    { N_URL, "https://", "format" },
    { N_URL, "https:///a", "format" }, { N_URL, "http://?a", "format" },
    { N_URL, "ftp://a", "format" },    { N_URL, "javascript:alert(1)",
                                         "format" },
    { N_URL, "http://a b", "format" }, { N_URL, "http://a\xe3\x80\x80",
                                         "format" },
    { N_URL, "http://a\nb", "control" },
    { N_URL, "", "format" },           { N_URL, "//a", "format" },
    { N_TAGS, "", NULL },              { N_TAGS, "a,b", NULL },
    { N_TAGS, "a,a", "duplicate" },    { N_TAGS, "a,,b", "too-short" },
    { N_TAGS, "a\\", "format" },       { N_TAGS, "\"", "format" },
    { N_TAGS, "\t", "control" },
    { N_CUSTOM, "{\"a\":[1]}", NULL }, { N_CUSTOM, "[1]", "format" },
    { N_CUSTOM, "{", "format" },       { N_CUSTOM, "", "format" },
    { N_OWNER, "x", "type" },
};


static void
test_cases(void **state)
{
    size_t  i;

    for (i = 0; i < tkt_array_len(cases); i++) {
        check_field(&sample_fields[cases[i].row], tkt_str_z(cases[i].text),
                    cases[i].code);
    }

    check_field(&sample_fields[N_LINE], (tkt_str_t) tkt_lit("a\0b"),
                "control");
    check_field(&sample_fields[N_EMAIL], (tkt_str_t) tkt_lit("a\0@b"),
                "control");
    check_field(&sample_fields[N_COUNT], (tkt_str_t) tkt_lit("5\0"), "type");
    check_field(&sample_fields[N_COLOR], (tkt_str_t) tkt_lit("red\0"),
                "choice");
}


/* The same verdicts when the value comes as a JSON string or number. */
static void
test_cases_in_json(void **state)
{
    size_t              i, k;
    char                text[512], *p, faults[256], expected[64];
    decoded_t           d;
    const tkt_field_t  *f;

    for (i = 0; i < tkt_array_len(cases); i++) {
        f = &sample_fields[cases[i].row];

        if (f->type == TKT_T_TAGS || f->type == TKT_T_JSON
            || f->type == TKT_T_SET || f->type == TKT_T_BOOL
            || f->type == TKT_T_OBJECT || f->type == TKT_T_UINT
            || f->type == TKT_T_INT
            || (cases[i].code != NULL && !strcmp(cases[i].code, "utf8")))
        {
            continue;
        }

        p = text + sprintf(text, "{\"%s\":\"", f->name);

        for (k = 0; cases[i].text[k] != '\0'; k++) {
            if ((uint8_t) cases[i].text[k] < 0x20) {
                p += sprintf(p, "\\u%04x", cases[i].text[k]);

            } else {
                *p++ = cases[i].text[k];
            }
        }

        strcpy(p, "\"}");
        expected[0] = '\0';

        if (cases[i].code != NULL) {
            sprintf(expected, "/%s %s", f->name, cases[i].code);
        }

        decode(&d, tkt_str_z(text), USE_ACT, false);
        faults_text(&d.errors, faults, sizeof(faults));
        assert_string_equal(faults, expected);
        decoded_done(&d);
    }
}


static void
test_json_numbers(void **state)
{
    size_t     i;
    char       text[128], faults[128];
    decoded_t  d;

    static const struct {
        const char  *text;
        const char  *faults;      /* NULL: not JSON */
    } rows[] = {
        { "\"big\":9007199254740991",    "" },
        { "\"big\":9007199254740992",    "/big too-large" },
        { "\"big\":9223372036854775807", "/big too-large" },
        { "\"big\":9223372036854775808", "/big too-large" },
        { "\"big\":18446744073709551616", "/big too-large" },
        { "\"big\":-9223372036854775808", "/big too-small" },
        { "\"big\":1e400",               "/big type" },
        { "\"big\":1e2",                 "/big type" },
        { "\"big\":100.0",               "/big type" },
        { "\"big\":-0",                  "/big format" },
        { "\"big\":0",                   "" },
        { "\"big\":01",                  NULL },
        { "\"big\":-",                   NULL },
        { "\"big\":123456789012345678901234567890", NULL },
        { "\"other\":9007199254740993",  "" },
        { "\"other\":9223372036854775807", "" },
        { "\"other\":9223372036854775808", "/other too-large" },
        { "\"other\":-1",                "/other too-small" },
        { "\"other\":0",                 "/other too-small" },
        { "\"other\":1.0",               "/other type" },
    };

    for (i = 0; i < tkt_array_len(rows); i++) {
        sprintf(text, "{%s}", rows[i].text);
        decode(&d, tkt_str_z(text), USE_ACT, false);

        if (rows[i].faults == NULL) {
            assert_int_equal(d.status, TKT_INVALID_JSON);

        } else {
            faults_text(&d.errors, faults, sizeof(faults));
            assert_string_equal(faults, rows[i].faults);
        }

        decoded_done(&d);
    }
}


static void
test_stored(void **state)
{
    sample_t      obj;
    tkt_arena_t   arena;
    tkt_errors_t  errors;

    tkt_arena_init(&arena, 1024);
    tkt_errors_init(&errors, &arena);
    memset(&obj, 0, sizeof(obj));

#define PARSE(n, text)                                                        \
    assert_int_equal(tkt_field_parse(&sample_fields[n], tkt_str(text), &obj,  \
                                     tkt_str("p"), &errors), TKT_OK)

    PARSE(N_COUNT, "77");
    PARSE(N_FLAG, "true");
    PARSE(N_COLOR, "green");
    PARSE(N_RIGHTS, "write,read");
    PARSE(N_TAGS, "b,a");
    PARSE(N_CUSTOM, " { \"a\" : [ 1 , 2 ] } ");
    PARSE(N_AT, "1970-01-01T00:00:01Z");

    assert_int_equal(obj.count, 77);
    assert_int_equal(obj.flag, 1);
    assert_int_equal(obj.color, 2);
    assert_int_equal(obj.rights, 0x6);
    assert_text(obj.tags, "[\"b\",\"a\"]");
    assert_text(obj.custom, "{\"a\":[1,2]}");
    assert_int_equal(obj.at, 1000);

    /* the fault inside a free object has the pointer that was given */

    assert_int_equal(tkt_field_parse(&sample_fields[N_CUSTOM],
                                     tkt_str("{\"a\":{\"b\":1,\"b\":2}}"),
                                     &obj, tkt_str("/x"), &errors),
                     TKT_INVALID_REQUEST);
    assert_text(errors.list[0].pointer, "/x/a/b");

    tkt_arena_done(&arena);
}


/* Duplicates are found among any number of members, at any distance. */
static void
test_many_members(void **state)
{
    char          text[8192], pointer[16], *p;
    size_t        i, twice;
    sample_t      obj;
    tkt_arena_t   arena;
    tkt_errors_t  errors;
    tkt_field_t   f = { TKT_NAME("x"), .type = TKT_T_JSON, .max = 8192 };

    for (twice = 0; twice <= 255; twice++) {
        p = stpcpy(text, "{");

        for (i = 0; i < 255; i++) {
            p += sprintf(p, "\"m%zu\":{\"m%zu\":0},", i, i);
        }

        p += sprintf(p, "\"m%zu\":0}", twice);

        tkt_arena_init(&arena, 1024);
        tkt_errors_init(&errors, &arena);

        assert_int_equal(tkt_field_parse(&f, tkt_str_z(text), &obj,
                                         tkt_str(""), &errors),
                         twice == 255 ? TKT_OK : TKT_INVALID_REQUEST);

        if (twice != 255) {
            sprintf(pointer, "/m%zu", twice);
            assert_int_equal(errors.count, 1);
            assert_text(errors.list[0].pointer, pointer);
        }

        tkt_arena_done(&arena);
    }
}


static void
test_no_memory(void **state)
{
    sample_t      obj;
    tkt_arena_t   arena;
    tkt_errors_t  errors;

    tkt_arena_init_lent(&arena, 64, no_memory, NULL);
    tkt_errors_init(&errors, &arena);

    assert_int_equal(tkt_field_parse(&sample_fields[N_TAGS], tkt_str("a"),
                                     &obj, tkt_str("p"), &errors),
                     TKT_INTERNAL);
}


/* A long list of names ends in dots instead of being cut. */
static void
test_choice_list(void **state)
{
    size_t              i;
    char                names[40][8];
    sample_t            obj;
    tkt_str_t           list[41];
    tkt_names_t         table = { list, 41 };
    tkt_arena_t         arena;
    tkt_errors_t        errors;
    const tkt_field_t   f = { TKT_NAME("x"), .type = TKT_T_ENUM,
                              .names = &table };

    list[0] = tkt_str("");

    for (i = 0; i < 40; i++) {
        sprintf(names[i], "name%02zu", i);
        list[i + 1] = tkt_str_z(names[i]);
    }

    tkt_arena_init(&arena, 1024);
    tkt_errors_init(&errors, &arena);

    assert_int_equal(tkt_field_parse(&f, tkt_str("x"), &obj, tkt_str("p"),
                                     &errors), TKT_INVALID_REQUEST);
    assert_true(errors.list[0].detail.len < 200);
    assert_non_null(memmem(errors.list[0].detail.data,
                           errors.list[0].detail.len, ", ....", 6));

    tkt_arena_done(&arena);
}


/* A detail of any length is cut between characters. */
static void
test_detail_cut(void **state)
{
    size_t        i, n;
    char          text[1024];
    tkt_arena_t   arena;
    tkt_errors_t  errors;

    tkt_arena_init(&arena, 1024);

    for (n = 0; n < 3; n++) {
        tkt_errors_init(&errors, &arena);
        memset(text, 'x', n);

        for (i = n; i + 3 < sizeof(text); i += 3) {
            memcpy(text + i, "\xe4\xb8\xad", 3);
        }

        text[i] = '\0';
        tkt_errors_add(&errors, tkt_str("/a"), "x", "%s", text);

        assert_true(errors.list[0].detail.len <= 511);
        assert_int_equal((errors.list[0].detail.len - n) % 3, 0);
    }

    tkt_arena_done(&arena);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_cases_in_json),
        cmocka_unit_test(test_json_numbers),
        cmocka_unit_test(test_stored),
        cmocka_unit_test(test_many_members),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_choice_list),
        cmocka_unit_test(test_detail_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
