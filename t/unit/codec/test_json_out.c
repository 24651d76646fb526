/*
 * JSON out: scalars, escapes, growth; objects by reader, rows and brevity.
 */

#include "sample.h"
#include "strict_json.h"


static tkt_arena_t *
fresh_arena(tkt_arena_t *a)
{
    tkt_arena_init(a, 1024);

    return a;
}


static void
check_string(tkt_str_t s, const char *expected)
{
    tkt_out_t    o;
    tkt_arena_t  arena;

    tkt_out_init(&o, fresh_arena(&arena), 0);
    tkt_out_string(&o, s);
    assert_text(tkt_out_text(&o), expected);
    tkt_arena_done(&arena);
}


static void
test_strings(void **state)
{
    int      c;
    size_t   len, at;
    char     expected[128];
    uint8_t  text[64];

    check_string(tkt_str(""), "\"\"");
    check_string((tkt_str_t) { NULL, 0 }, "\"\"");
    check_string(tkt_str("a\"b\\c/"), "\"a\\\"b\\\\c/\"");
    check_string(tkt_str("\b\t\n\f\r"), "\"\\b\\t\\n\\f\\r\"");
    check_string(tkt_str("\xe4\xb8\xad\xf0\x9f\x98\x80\xe2\x80\xa8"),
                 "\"\xe4\xb8\xad\xf0\x9f\x98\x80\xe2\x80\xa8\"");
    check_string(tkt_str("\x7f"), "\"\x7f\"");

    /* every byte below 128 at every place of short and long strings */

    for (c = 0; c < 128; c++) {
        for (len = 1; len < 20; len++) {
            for (at = 0; at < len; at++) {
                tkt_str_t  s = { text, len };
                char      *p;

                memset(text, 'x', len);
                text[at] = (uint8_t) c;

                p = expected;
                *p++ = '"';
                memset(p, 'x', at);
                p += at;

                if (c == '"' || c == '\\') {
                    p += sprintf(p, "\\%c", c);

                } else if (c >= 0x20) {
                    *p++ = (char) c;

                } else if (strchr("\b\t\n\f\r", c) != NULL && c != 0) {
                    p += sprintf(p, "\\%c", "btn_fr"[c - '\b']);

                } else {
                    p += sprintf(p, "\\u%04x", c);
                }

                memset(p, 'x', len - at - 1);
                p += len - at - 1;
                strcpy(p, "\"");

                check_string(s, expected);
            }
        }
    }

    /* two in one word: the first must not hide the second */

    check_string(tkt_str("a\"\"\\\n\x01zz"), "\"a\\\"\\\"\\\\\\n\\u0001zz\"");
    check_string(tkt_str("\x1f\x20\x1f\x21\x22\x23\x5b\x5c\x5d"),
                 "\"\\u001f \\u001f!\\\"#[\\\\]\"");
}


static void
test_scalars(void **state)
{
    tkt_out_t    o;
    tkt_arena_t  arena;

    tkt_out_init(&o, fresh_arena(&arena), 4);

    tkt_out_char(&o, '{');
    tkt_out_name(&o, "a");
    tkt_out_u64(&o, 0);
    tkt_out_name(&o, "b");
    tkt_out_u64(&o, UINT64_MAX);
    tkt_out_name(&o, "c");
    tkt_out_time(&o, 0);
    tkt_out_name(&o, "d");
    tkt_out_time(&o, INT64_C(1795248930123));
    tkt_out_name(&o, "e");
    tkt_out_char(&o, '[');
    tkt_out_comma(&o);
    tkt_out_u64(&o, 9);
    tkt_out_comma(&o);
    tkt_out_u64(&o, 10);
    tkt_out_comma(&o);
    tkt_out_char(&o, '{');
    tkt_out_comma(&o);
    tkt_out_char(&o, '}');
    tkt_out_char(&o, ']');
    tkt_out_name(&o, "f");
    tkt_out_string_z(&o, "z");
    tkt_out_lit(&o, "}");

    assert_text(tkt_out_text(&o),
                "{\"a\":0,\"b\":18446744073709551615,\"c\":null,"
                "\"d\":\"2026-11-21T08:15:30.123Z\",\"e\":[9,10,{}],"
                "\"f\":\"z\"}");
    tkt_arena_done(&arena);
}


static void *
no_lender(void *data, size_t bytes)
{
    size_t  *left = data;

    if (*left == 0) {
        return NULL;
    }

    --*left;

    return malloc(bytes);       /* freed below through the text's start */
}


static void
test_no_memory(void **state)
{
    int          i;
    size_t       left;
    uint8_t     *start;
    sample_t     obj;
    tkt_out_t    o;
    tkt_arena_t  arena;

    memset(&obj, 0, sizeof(obj));
    obj.line = tkt_str("line");

    left = 0;
    tkt_arena_init_lent(&arena, 64, no_lender, &left);
    tkt_out_init(&o, &arena, 100);
    assert_true(o.failed);
    tkt_out_object(&o, &sample_schema, &obj, ROLE_USER, NULL, false);
    tkt_out_string_z(&o, "x\n");
    tkt_out_u64(&o, 10);
    assert_int_equal(tkt_out_text(&o).len, 0);
    assert_null(tkt_out_text(&o).data);

    left = 1;
    tkt_arena_init_lent(&arena, 64, no_lender, &left);
    tkt_out_init(&o, &arena, 100);
    assert_false(o.failed);
    start = o.start;

    for (i = 0; i < 100; i++) {
        tkt_out_object(&o, &sample_schema, &obj, ROLE_USER, NULL, false);
        tkt_out_comma(&o);
        tkt_out_name(&o, "name");
        tkt_out_time(&o, 1);
    }

    assert_true(o.failed);
    assert_null(tkt_out_text(&o).data);
    assert_false(tkt_out_room(&o, 1));

    /* a size that no memory can have */

    free(start);
    left = 1;
    tkt_arena_init_lent(&arena, 64, no_lender, &left);
    tkt_out_init(&o, &arena, 100);
    start = o.start;
    assert_false(tkt_out_room(&o, SIZE_MAX - 10));
    assert_true(o.failed);
    free(start);
}


static void
check_object(const sample_t *obj, uint32_t reader, const tkt_present_t *only,
    bool brief, const char *expected)
{
    tkt_out_t    o;
    tkt_arena_t  arena;

    tkt_out_init(&o, fresh_arena(&arena), 16);
    tkt_out_object(&o, &sample_schema, obj, reader, only, brief);
    assert_text(tkt_out_text(&o), expected);
    assert_true(strict_json(o.start, tkt_out_text(&o).len));
    tkt_arena_done(&arena);
}


#define EMPTY_MIDDLE                                                          \
    "\"count\":0,\"big\":0,\"score\":null,\"level\":null,"               \
    "\"other\":null,\"flag\":false,"                                          \
    "\"color\":null,\"rights\":[],\"at\":null,\"slug\":null,\"email\":null,"  \
    "\"phone\":null,\"url\":null,\"tags\":[],\"custom\":{},\"secret\":null,"  \
    "\"owner\":null,\"later\":[]"


static void
test_object(void **state)
{
    sample_t       obj;
    tkt_present_t  only;

    memset(&obj, 0, sizeof(obj));

    check_object(&obj, ROLE_USER, NULL, false,
                 "{\"id\":null,\"line\":null,\"text\":null," EMPTY_MIDDLE "}");
    check_object(&obj, ROLE_USER, NULL, true,
                 "{\"id\":null,\"line\":null," EMPTY_MIDDLE "}");
    check_object(&obj, ROLE_AGENT, NULL, true,
                 "{\"id\":null,\"line\":null," EMPTY_MIDDLE
                 ",\"staff\":null}");

    obj.id = 5;
    obj.score = 4;
    obj.level = tkt_int_keep(-7);
    obj.other = 6;
    obj.flag = 1;
    obj.color = 2;
    obj.rights = 0xa;
    obj.at = 1;
    obj.owner = 7;
    obj.owner_name = tkt_str("\"o\"");
    obj.weight = 3;
    obj.tags = tkt_str("[\"a\"]");
    obj.custom = tkt_str("{\"a\":1}");
    obj.staff = tkt_str("s");
    obj.hidden = 99;

    check_object(&obj, ROLE_AGENT, NULL, false,
        "{\"id\":5,\"line\":null,\"text\":null,\"count\":0,\"big\":0,"
        "\"score\":4,\"level\":-7,\"other\":6,\"flag\":true,"
        "\"color\":\"green\",\"rights\":[\"read\",\"admin\"],"
        "\"at\":\"1970-01-01T00:00:00.001Z\",\"slug\":null,\"email\":null,"
        "\"phone\":null,\"url\":null,\"tags\":[\"a\"],\"custom\":{\"a\":1},"
        "\"secret\":null,\"owner\":{\"id\":7,\"name\":\"\\\"o\\\"\","
        "\"inner\":{\"text\":null,\"weight\":3},\"fixed\":7},\"later\":[],"
        "\"staff\":\"s\"}");

    /* chosen rows; an object's mark alone stands for all of it */

    memset(&only, 0, sizeof(only));
    check_object(&obj, ROLE_AGENT, &only, false, "{}");

    tkt_present_set(&only, N_OWNER);
    tkt_present_set(&only, N_STAFF);
    tkt_present_set(&only, N_HIDDEN);
    check_object(&obj, ROLE_AGENT, &only, false,
        "{\"owner\":{\"id\":7,\"name\":\"\\\"o\\\"\",\"inner\":{\"text\":null,"
        "\"weight\":3},\"fixed\":7},\"staff\":\"s\"}");
    check_object(&obj, ROLE_USER, &only, false,
        "{\"owner\":{\"id\":7,\"name\":\"\\\"o\\\"\",\"inner\":{\"text\":null,"
        "\"weight\":3},\"fixed\":7}}");

    tkt_present_set(&only, N_OWNER_INNER);
    tkt_present_set(&only, N_INNER_WEIGHT);
    check_object(&obj, ROLE_USER, &only, false,
                 "{\"owner\":{\"inner\":{\"weight\":3}}}");

    /* values that no name has are null, never a number or garbage */

    obj.color = 44;
    memset(&only, 0, sizeof(only));
    tkt_present_set(&only, N_COLOR);
    check_object(&obj, ROLE_USER, &only, false, "{\"color\":null}");
}


static void
test_values(void **state)
{
    static const struct {
        size_t     row;
        uint64_t   u64;
        tkt_str_t  str;
    } values[] = {
        { N_COLOR, 3, tkt_lit("") }, { N_SCORE, 0, tkt_lit("") },
        { N_LEVEL, TKT_INT_NOT_POSITIVE, tkt_lit("") },
        { N_LINE, 0, tkt_lit("x") }, { N_LINE, 0, tkt_lit("") },
        { N_RIGHTS, 2, tkt_lit("") }, { N_OWNER, 2, tkt_lit("") },
    };

    size_t       i;
    sample_t     obj;
    tkt_out_t    o;
    tkt_arena_t  arena;

    memset(&obj, 0, sizeof(obj));
    obj.owner = 7;
    obj.color = 1;

    tkt_out_init(&o, fresh_arena(&arena), 16);
    tkt_out_field(&o, &sample_fields[N_COLOR], &obj, ROLE_USER);
    tkt_out_char(&o, ' ');
    tkt_out_field(&o, &sample_fields[N_OWNER], &obj, ROLE_USER);

    for (i = 0; i < tkt_array_len(values); i++) {
        tkt_out_char(&o, ' ');
        tkt_out_value(&o, &sample_fields[values[i].row], values[i].u64,
                      values[i].str);
    }

    for (i = 0; i < tkt_array_len(sample_fields); i++) {
        if (sample_fields[i].type == TKT_T_LIST) {
            tkt_out_value(&o, &sample_fields[i], 0, tkt_str(""));
        }
    }

    assert_text(tkt_out_text(&o),
                "\"red\" {\"id\":7,\"name\":null,\"inner\":{\"text\":null,"
                "\"weight\":0},\"fixed\":7} \"blue\" null 0 \"x\" null "
                "[\"read\"] null[]");
    tkt_arena_done(&arena);
}


/* A text grows where it is while nothing is behind it, and moves else. */
static void
test_place(void **state)
{
    int             i;
    tkt_out_t       o, other;
    tkt_str_t       text;
    tkt_arena_t     arena;
    const uint8_t  *start;

    tkt_arena_init(&arena, 65536);
    tkt_out_init(&o, &arena, 16);
    start = o.start;

    for (i = 0; i < 2000; i++) {
        tkt_out_char(&o, 'a');
    }

    assert_ptr_equal(o.start, start);
    assert_true(o.pos <= o.end && o.end == arena.pos);

    /* what comes in between drives it away, and stays as it is */

    tkt_out_init(&other, &arena, 8);
    tkt_out_lit(&other, "12345678");

    for (i = 0; i < 6000; i++) {
        tkt_out_char(&o, 'b');
    }

    assert_true(o.start > start);
    assert_text(tkt_out_close(&other), "12345678");
    text = tkt_out_close(&o);
    assert_int_equal(text.len, 8000);
    assert_int_equal(text.data[1999], 'a');
    assert_int_equal(text.data[7999], 'b');

    /* the rest of its place is the next one's, and writing on moves it */

    assert_ptr_equal(arena.pos, text.data + text.len);
    memset(tkt_arena_bytes(&arena, 100), 'x', 100);
    tkt_out_char(&o, 'c');
    assert_int_equal(text.data[8000], 'x');
    assert_int_equal(tkt_out_close(&o).data[8000], 'c');
    assert_int_equal(tkt_out_close(&o).len, 8001);
    assert_false(o.failed);
    tkt_arena_done(&arena);

    /* no more room than the block has */

    tkt_arena_init(&arena, 512);
    tkt_out_init(&o, &arena, 100);

    for (i = 0; i < 3000; i++) {
        tkt_out_char(&o, (char) ('a' + i % 26));
    }

    for (text = tkt_out_close(&o), i = 0; i < 3000; i++) {
        assert_int_equal(text.data[i], 'a' + i % 26);
    }

    tkt_arena_done(&arena);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_scalars),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_place),
        cmocka_unit_test(test_object),
        cmocka_unit_test(test_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
