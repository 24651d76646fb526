/*
 * Rows that are left out of an object when they say nothing, of every type
 * and at every place, and what the schema says of them; secrets that are
 * taken and never told.
 */

#include "sample.h"
#include "strict_json.h"


typedef struct {
    uint64_t   id;
    uint64_t   count;
    uint64_t   limit;
    uint64_t   flag;
    uint64_t   color;
    uint64_t   rights;
    uint64_t   at;
    uint64_t   part;
    tkt_str_t  line;
    tkt_str_t  tags;
    tkt_str_t  custom;
    tkt_str_t  inner;
    tkt_str_t  always;
    tkt_str_t  password;
    tkt_str_t  later;
} omit_t;


#define OMIT(member, kind)                                                    \
    TKT_NAME(#member), .type = kind, .offset = offsetof(omit_t, member)

static const tkt_field_t  part_fields[] = {
    { OMIT(inner, TKT_T_LINE), .flags = TKT_F_OMIT_EMPTY, .max = 9 },
};

static const tkt_schema_t  part_schema = {
    "Part", part_fields, tkt_array_len(part_fields), sizeof(omit_t), 1
};

static const tkt_field_t  omit_fields[] = {
    { OMIT(line, TKT_T_LINE), .flags = TKT_F_OMIT_EMPTY, .max = 99 },
    { OMIT(always, TKT_T_LINE), .max = 9 },
    { OMIT(id, TKT_T_ID), .flags = TKT_F_OMIT_EMPTY },
    { OMIT(count, TKT_T_UINT), .flags = TKT_F_OMIT_EMPTY, .max = 9 },
    { OMIT(limit, TKT_T_UINT), .max = 9,
      .flags = TKT_F_OMIT_EMPTY | TKT_F_NULL_IF_ZERO },
    { OMIT(flag, TKT_T_BOOL), .flags = TKT_F_OMIT_EMPTY },
    { OMIT(color, TKT_T_ENUM), .flags = TKT_F_OMIT_EMPTY,
      .names = &color_names },
    { OMIT(rights, TKT_T_SET), .flags = TKT_F_OMIT_EMPTY,
      .names = &right_names },
    { OMIT(at, TKT_T_TIME), .flags = TKT_F_OMIT_EMPTY },
    { OMIT(tags, TKT_T_TAGS), .flags = TKT_F_OMIT_EMPTY },
    { OMIT(custom, TKT_T_JSON), .flags = TKT_F_OMIT_EMPTY, .max = 99 },
    { OMIT(part, TKT_T_OBJECT), .sub = &part_schema,
      .flags = TKT_F_OMIT_EMPTY | TKT_F_NULL_IF_ZERO },
    { OMIT(later, TKT_T_LIST), .flags = TKT_F_OMIT_EMPTY },
    { OMIT(password, TKT_T_TEXT), .in = 1, .required = 1, .max = 9,
      .flags = TKT_F_INTERNAL | TKT_F_SECRET },
};

static const tkt_schema_t  omit_schema = {
    "Omit", omit_fields, tkt_array_len(omit_fields), sizeof(omit_t), 1
};


static void
check(const omit_t *obj, const tkt_present_t *only, const char *expected)
{
    tkt_out_t    o;
    tkt_arena_t  arena;

    tkt_arena_init(&arena, 1024);
    tkt_out_init(&o, &arena, 0);
    tkt_out_object(&o, &omit_schema, obj, ROLE_USER, only, false);

    assert_true(strict_json(o.start, tkt_out_bytes(&o)));
    assert_text(tkt_out_text(&o), expected);
    tkt_arena_done(&arena);
}


static void
test_object(void **state)
{
    omit_t         obj;
    tkt_present_t  only;

    /* what has a value although it is zero is not left out */

    memset(&obj, 0, sizeof(obj));
    check(&obj, NULL, "{\"always\":null,\"count\":0,\"flag\":false}");

    obj = (omit_t) {
        .id = 1, .count = 2, .limit = 3, .flag = 1, .color = 1, .rights = 2,
        .at = 1795248930123, .part = 1, .line = tkt_lit("l"),
        .tags = tkt_lit("[\"a\"]"), .custom = tkt_lit("{\"b\":1}"),
        .inner = tkt_lit("i"), .always = tkt_lit("x"),
        .password = tkt_lit("hush"),
    };

    check(&obj, NULL, "{\"line\":\"l\",\"always\":\"x\",\"id\":1,\"count\":2,"
          "\"limit\":3,\"flag\":true,\"color\":\"red\",\"rights\":[\"read\"],"
          "\"at\":\"2026-11-21T08:15:30.123Z\",\"tags\":[\"a\"],"
          "\"custom\":{\"b\":1},\"part\":{\"inner\":\"i\"}}");

    /* the first, the last, all inside another */

    obj.line = tkt_str("");
    obj.inner = tkt_str("");
    check(&obj, NULL, "{\"always\":\"x\",\"id\":1,\"count\":2,"
          "\"limit\":3,\"flag\":true,\"color\":\"red\",\"rights\":[\"read\"],"
          "\"at\":\"2026-11-21T08:15:30.123Z\",\"tags\":[\"a\"],"
          "\"custom\":{\"b\":1},\"part\":{}}");

    /* nor does it come when it is asked for by name */

    memset(&only, 0, sizeof(only));
    tkt_present_set(&only, 0);
    tkt_present_set(&only, 2);
    check(&obj, &only, "{\"id\":1}");
    obj.id = 0;
    check(&obj, &only, "{}");
}


static void
check_schema(uint32_t use, const char *part, bool has)
{
    bool         found;
    tkt_out_t    o;
    tkt_arena_t  arena;

    tkt_arena_init(&arena, 8192);
    tkt_out_init(&o, &arena, 0);
    tkt_out_schema(&o, &omit_schema, use, false);
    found = memmem(o.start, tkt_out_bytes(&o), part, strlen(part)) != NULL;

    if (found != has) {
        fail_msg("%s \"%s\" in %.*s", has ? "no" : "a", part,
                 (int) tkt_out_bytes(&o), (const char *) o.start);
    }

    tkt_arena_done(&arena);
}


static void
test_schema(void **state)
{
    /* what may be missing is not required, and never null */

    check_schema(0, "\"required\":[\"always\"]", true);
    check_schema(0, "\"id\":{\"type\":\"integer\",\"minimum\":1}", true);
    check_schema(0, "\"color\":{\"type\":\"string\",\"enum\":[\"red\","
                    "\"green\",\"blue\"]}", true);
    check_schema(0, "\"always\":{\"type\":[\"string\",\"null\"]", true);
    check_schema(0, "password", false);
    check_schema(0, "writeOnly", false);

    check_schema(1, "\"properties\":{\"password\":{\"type\":\"string\","
                    "\"maxLength\":9,\"pattern\":\"^[^\\\\x00-\\\\x08"
                    "\\\\x0b-\\\\x1f\\\\x7f-\\\\x9f]*(?![\\\\s\\\\S])\","
                    "\"writeOnly\":true}}", true);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_object),
        cmocka_unit_test(test_schema),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
