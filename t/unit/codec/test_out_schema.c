/*
 * The JSON Schema of a struct, for answers and for each way of sending it.
 */

#include "sample.h"
#include "strict_json.h"


typedef struct {
    tkt_arena_t  arena;
    tkt_str_t    text;
} schema_t;


static void
make(schema_t *m, uint32_t use, bool merge)
{
    tkt_out_t  o;

    tkt_arena_init(&m->arena, 8192);
    tkt_out_init(&o, &m->arena, 0);
    tkt_out_schema(&o, &sample_schema, use, merge);

    m->text = tkt_out_text(&o);
    assert_true(strict_json(m->text.data, m->text.len));
}


static void
check_has(const schema_t *m, const char *part, bool has)
{
    bool  found;

    found = memmem(m->text.data, m->text.len, part, strlen(part)) != NULL;

    if (found != has) {
        fail_msg("%s \"%s\" in %.*s", has ? "no" : "a", part,
                 (int) m->text.len, (const char *) m->text.data);
    }
}


static void
test_answer(void **state)
{
    size_t    i;
    schema_t  m;

    static const char *const  parts[] = {
        "\"id\":{\"type\":[\"integer\",\"null\"],\"minimum\":1}",
        "\"line\":{\"type\":[\"string\",\"null\"],\"minLength\":2,"
            "\"maxLength\":10,\"pattern\":\"^[^\\\\n\\\\t]*$\","
            "\"description\":\"one \\\"line\\\"\"}",
        "\"text\":{\"type\":[\"string\",\"null\"],\"maxLength\":20000}",
        "\"count\":{\"type\":\"integer\",\"minimum\":3,\"maximum\":100}",
        "\"big\":{\"type\":\"integer\",\"minimum\":0,"
            "\"maximum\":9007199254740991}",
        "\"score\":{\"type\":[\"integer\",\"null\"],\"minimum\":1,"
            "\"maximum\":5}",
        "\"level\":{\"type\":[\"integer\",\"null\"],\"minimum\":-50,"
            "\"maximum\":50}",
        "\"flag\":{\"type\":\"boolean\"}",
        "\"color\":{\"type\":[\"string\",\"null\"],\"enum\":[\"red\","
            "\"green\",\"blue\",null]}",
        "\"rights\":{\"type\":\"array\",\"items\":{\"type\":\"string\","
            "\"enum\":[\"read\",\"write\",\"admin\"]},\"uniqueItems\":true}",
        "\"at\":{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}",
        "\"email\":{\"type\":[\"string\",\"null\"],\"maxLength\":254,"
            "\"format\":\"email\"}",
        "\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\","
            "\"minLength\":1,\"maxLength\":64,"
            "\"pattern\":\"^[^\\\"\\\\\\\\,]+$\"},\"maxItems\":32,"
            "\"uniqueItems\":true}",
        "\"custom\":{\"type\":\"object\"}",
        "\"later\":{\"type\":\"array\",\"items\":{}}",
        "\"owner\":{\"type\":[\"object\",\"null\"],"
            "\"description\":\"whose it is\",\"properties\":{\"id\":",
        "\"inner\":{\"type\":\"object\",\"properties\":{\"text\":",
        "\"staff\":{\"type\":[\"string\",\"null\"],\"maxLength\":50}",
        "\"required\":[\"id\",\"name\",\"inner\",\"fixed\"],"
            "\"additionalProperties\":false}",
        "\"required\":[\"id\",\"line\",\"count\",\"big\",\"score\",\"level\","
            "\"other\",\"flag\",\"color\",\"rights\",\"at\",\"slug\",\"email\","
            "\"phone\",\"url\",\"tags\",\"custom\",\"secret\",\"owner\","
            "\"later\"],\"additionalProperties\":false}",
    };

    make(&m, 0, false);

    for (i = 0; i < tkt_array_len(parts); i++) {
        check_has(&m, parts[i], true);
    }

    check_has(&m, "hidden", false);
    tkt_arena_done(&m.arena);
}


static void
test_input(void **state)
{
    schema_t  m;

    make(&m, USE_CREATE, false);
    check_has(&m, "\"line\":{\"type\":\"string\",\"minLength\":2", true);
    check_has(&m, "\"required\":[\"line\"],\"additionalProperties\":false}",
              true);
    check_has(&m, "\"required\":[\"id\"],\"additionalProperties\":false}",
              true);
    check_has(&m, "\"flag\":{\"type\":[\"boolean\",\"null\"]}", true);
    check_has(&m, "\"tags\":{\"type\":[\"array\",\"null\"]", true);
    check_has(&m, "\"other\":{\"type\":[\"integer\",\"string\",\"null\"],"
                  "\"pattern\":\"^[1-9][0-9]*(?![\\\\s\\\\S])\","
                  "\"minimum\":1}", true);
    check_has(&m, "\"id\":{\"type\":[\"integer\",\"string\"],", true);
    check_has(&m, "hidden", false);
    check_has(&m, "later", false);
    check_has(&m, "fixed", false);
    check_has(&m, "\"staff\"", true);
    tkt_arena_done(&m.arena);

    /* a patch requires nothing, and cannot remove what creation requires */

    make(&m, USE_PATCH, true);
    check_has(&m, "\"required\"", false);
    check_has(&m, "\"line\":{\"type\":\"string\",\"minLength\":2", true);
    check_has(&m, "\"text\":{\"type\":[\"string\",\"null\"]", true);
    check_has(&m, "\"owner\":{\"type\":[\"object\",\"null\"]", true);
    tkt_arena_done(&m.arena);

    make(&m, USE_CREATE, true);
    check_has(&m, "\"required\"", false);
    tkt_arena_done(&m.arena);

    make(&m, USE_ACT, false);
    check_has(&m, "\"line\":{\"type\":[\"string\",\"null\"]", true);
    check_has(&m, "\"required\"", false);
    tkt_arena_done(&m.arena);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_answer),
        cmocka_unit_test(test_input),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
