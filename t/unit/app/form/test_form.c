/*
 * What a ticket gets from its type, and its custom fields against the form:
 * values at their bounds, what a patch looks at, keywords, retired ones.
 */

#define _GNU_SOURCE

#include "app/rulers.h"


static const tkt_actor_t  user = {
    .tenant = 1, .id = 1, .role = TKT_ROLE_USER, .tenant_name = "main"
};
static const tkt_actor_t  agent = {
    .tenant = 1, .id = 9, .role = TKT_ROLE_AGENT, .tenant_name = "main"
};


/* Type 1 "t" with one field "f" of a kind. */
static void
open_form(desk_t *d, const char *field)
{
    char  body[512];

    traffic_open(d);
    desk_post(d, &admin, "/v1/types", "{\"name\":\"t\"}");
    (void) snprintf(body, sizeof(body), "{\"name\":\"f\",%s}", field);
    desk_post(d, &admin, "/v1/types/1/fields", body);
}


static unsigned
submit(desk_t *d, const tkt_actor_t *actor, const char *more)
{
    char  body[4096];

    (void) snprintf(body, sizeof(body), "{\"subject\":\"s\",\"description\":"
                    "\"d\",%s}", more);

    return desk_run(d, actor, TKT_METHOD_POST, "/v1/tickets", body);
}


/* ---- values ---- */

static const struct {
    const char  *field;
    const char  *value;
    const char  *code;           /* NULL: taken                              */
    const char  *below;          /* of "/custom/f"                           */
} values[] = {
    { "\"kind\":\"text\"", "\"\"", NULL, NULL },
    { "\"kind\":\"text\"", "\"a\\nb\"", NULL, NULL },
    { "\"kind\":\"text\"", "null", NULL, NULL },
    { "\"kind\":\"text\"", "1", "type", "" },
    { "\"kind\":\"text\",\"max\":2", "\"字字\"", NULL, NULL },
    { "\"kind\":\"text\",\"max\":2", "\"字字字\"", "too-long", "" },
    { "\"kind\":\"text\",\"min\":2", "\"x\"", "too-short", "" },
    { "\"kind\":\"text\",\"required\":true", "\" \"", "too-short", "" },
    { "\"kind\":\"text\",\"required\":true", "null", "required", "" },
    { "\"kind\":\"number\"", "-12.5e3", NULL, NULL },
    { "\"kind\":\"number\"", "1000000000000000", NULL, NULL },
    { "\"kind\":\"number\"", "1000000000000001", "too-large", "" },
    { "\"kind\":\"number\"", "\"1\"", "type", "" },
    { "\"kind\":\"number\"", "true", "type", "" },
    { "\"kind\":\"number\",\"min\":2,\"max\":3", "2", NULL, NULL },
    { "\"kind\":\"number\",\"min\":2,\"max\":3", "3.01", "too-large", "" },
    { "\"kind\":\"number\",\"min\":2,\"max\":3", "1.99", "too-small", "" },
    { "\"kind\":\"money\"", "{\"amount\":\"0\",\"currency\":\"XTS\"}", NULL,
      NULL },
    { "\"kind\":\"money\"", "{\"amount\":\"00\",\"currency\":\"XTS\"}",
      "format", "/amount" },
    { "\"kind\":\"money\"", "{\"amount\":\"1.\",\"currency\":\"XTS\"}",
      "format", "/amount" },
    { "\"kind\":\"money\"", "{\"amount\":\"1\",\"currency\":\"xts\"}",
      "format", "/currency" },
    { "\"kind\":\"money\",\"currencies\":[\"EUR\"]",
      "{\"amount\":\"1\",\"currency\":\"XTS\"}", "choice", "/currency" },
    { "\"kind\":\"money\"", "{\"amount\":\"1\"}", "required", "/currency" },
    { "\"kind\":\"money\"", "\"12 EUR\"", "type", "" },
    { "\"kind\":\"datetime\"", "\"2026-11-22T01:02:03+08:00\"", NULL, NULL },
    { "\"kind\":\"datetime\"", "\"2026-11-22\"", "format", "" },
    { "\"kind\":\"datetime\"", "\"1970-01-01T05:00:00Z\"", "format", "" },
    { "\"kind\":\"choice\",\"choices\":[\"a b\",\"c\"]", "\"a b\"", NULL,
      NULL },
    { "\"kind\":\"choice\",\"choices\":[\"a b\",\"c\"]", "\"a\"", "choice",
      "" },
    { "\"kind\":\"multi_choice\",\"choices\":[\"a\",\"b\"]",
      "[\"b\",\"a\"]", NULL, NULL },
    { "\"kind\":\"multi_choice\",\"choices\":[\"a\",\"b\"]",
      "[\"b\",\"a\",\"b\"]", "duplicate", "/2" },
    { "\"kind\":\"multi_choice\",\"choices\":[\"a\",\"b\"],\"max\":1",
      "[\"b\",\"a\"]", "too-long", "" },
    { "\"kind\":\"multi_choice\",\"choices\":[\"a\"],\"required\":true",
      "[]", "too-short", "" },
    { "\"kind\":\"account\"", "\"a\\nb\"", "control", "" },
    { "\"kind\":\"url\"", "\"https://x.y/?z\"", NULL, NULL },
    { "\"kind\":\"url\"", "\"ftp://x.y\"", "format", "" },
    { "\"kind\":\"list\"", "[\"a\",\"a\"]", NULL, NULL },
    { "\"kind\":\"list\"", "[\"a\",\"\"]", "too-short", "/1" },
    { "\"kind\":\"list\"", "[\"a\",1]", "type", "/1" },
    { "\"kind\":\"list\"", "{}", "type", "" },
};


static void
test_values(void **state)
{
    char           body[512], pointer[64];
    size_t         i;
    static desk_t  d;

    for (i = 0; i < tkt_array_len(values); i++) {
        open_form(&d, values[i].field);
        (void) snprintf(body, sizeof(body), "{\"subject\":\"s\","
                        "\"description\":\"d\",\"type\":\"t\",\"custom\":"
                        "{\"f\":%s}}", values[i].value);

        if (values[i].code == NULL) {
            desk_post(&d, &user, "/v1/tickets", body);

        } else {
            (void) snprintf(pointer, sizeof(pointer), "/custom/f%s",
                            values[i].below);
            ask_refused(&d, &user, TKT_METHOD_POST, "/v1/tickets", body, 400,
                        pointer, values[i].code);
        }

        desk_close(&d);
    }
}


#define LONG_FORM  20


/* More fields than there is room for at first, the last of them in front. */
static void
test_long_form(void **state)
{
    int            i, j;
    char           body[1024], pointer[32];
    size_t         n;
    static desk_t  d;

    traffic_open(&d);
    desk_post(&d, &admin, "/v1/types", "{\"name\":\"t\"}");

    for (i = 0; i < LONG_FORM; i++) {
        (void) snprintf(body, sizeof(body), "{\"name\":\"f%d\",\"kind\":"
                        "\"text\",\"required\":true,\"position\":%d}", i,
                        LONG_FORM - i);
        desk_post(&d, &admin, "/v1/types/1/fields", body);
    }

    /* one is missed each time, and in the end none */

    for (i = 0; i <= LONG_FORM; i++) {
        n = (size_t) snprintf(body, sizeof(body),
                              "\"type\":\"t\",\"custom\":{");

        for (j = 0; j < LONG_FORM; j++) {
            if (j != i) {
                n += (size_t) snprintf(body + n, sizeof(body) - n,
                                       "%s\"f%d\":\"x\"",
                                       body[n - 1] == '{' ? "" : ",", j);
            }
        }

        (void) snprintf(body + n, sizeof(body) - n, "}");
        (void) snprintf(pointer, sizeof(pointer), "\"/custom/f%d\"", i);

        assert_int_equal(submit(&d, &user, body), i < LONG_FORM ? 400 : 201);
        assert_true(i == LONG_FORM || strstr(d.body, pointer) != NULL);
    }

    desk_close(&d);
}


/* A type that needs a feature and has none is a form that takes nothing. */
static void
test_no_feature(void **state)
{
    ask_t          a;
    static desk_t  d;

    traffic_open(&d);
    desk_post(&d, &admin, "/v1/types",
              "{\"name\":\"t\",\"needs\":[\"feature\"]}");

    assert_int_equal(ask_get(&d, &a, &user, "/v1/types/1/form"), 200);
    assert_int_equal(length_at(a.json, "/properties/feature/oneOf"), 1);
    assert_false(is_true(a.json, "/properties/feature/oneOf/0"));
    ask_done(&a);

    assert_int_equal(submit(&d, &user, "\"type\":\"t\""), 400);
    desk_post(&d, &admin, "/v1/types/1/features", "{\"name\":\"f\"}");
    assert_int_equal(ask_get(&d, &a, &user, "/v1/types/1/form"), 200);
    assert_int_equal(length_at(a.json, "/properties/feature/oneOf"), 1);
    assert_string_equal(text_at(a.json, "/properties/feature/oneOf/0/const"),
                        "f");
    ask_done(&a);
    desk_close(&d);
}


/* ---- what a patch looks at ---- */

static void
test_patch(void **state)
{
    static desk_t  d;

    open_form(&d, "\"kind\":\"text\",\"max\":5");
    assert_int_equal(submit(&d, &user, "\"type\":\"t\",\"custom\":{\"f\":"
                            "\"12345\"}"), 201);

    /* the form has changed since: what is there may stay, not come again */

    desk_ok(&d, &admin, TKT_METHOD_PATCH, "/v1/types/1/fields/2",
            "{\"max\":3}");
    desk_post(&d, &admin, "/v1/types/1/fields",
              "{\"name\":\"g\",\"kind\":\"text\",\"required\":true}");
    desk_ok(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1",
            "{\"subject\":\"other\"}");
    desk_ok(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1",
            "{\"custom\":{\"g\":\"x\"}}");
    ask_refused(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1",
                "{\"custom\":{\"f\":\"1234\"}}", 400, "/custom/f",
                "too-long");
    ask_refused(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1",
                "{\"custom\":{\"g\":null}}", 400, "/custom/g", "required");
    ask_refused(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1",
                "{\"custom\":{\"h\":1}}", 400, "/custom/h", "unknown");
    ask_refused(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1",
                "{\"custom\":null}", 400, "/custom/g", "required");

    /* retired or not */

    desk_ok(&d, &admin, TKT_METHOD_PATCH, "/v1/types/1", "{\"active\":false}");
    desk_ok(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1",
            "{\"custom\":{\"f\":\"123\"}}");
    ask_refused(&d, &user, TKT_METHOD_POST, "/v1/tickets", "{\"subject\":"
                "\"s\",\"description\":\"d\",\"type\":\"t\"}", 400, "/type",
                "choice");
    desk_close(&d);
}


/* What the type needs stays; what it needs only since then is not asked. */
static void
test_patch_needs(void **state)
{
    static desk_t  d;

    traffic_open(&d);
    desk_post(&d, &admin, "/v1/types", "{\"name\":\"t\",\"needs\":"
              "[\"account\",\"contact\",\"feature\"]}");
    desk_post(&d, &admin, "/v1/types/1/features", "{\"name\":\"f\"}");
    assert_int_equal(submit(&d, &user, "\"type\":\"t\",\"feature\":\"f\","
                            "\"account\":\"a\",\"contact\":{\"email\":"
                            "\"a@b.example\"}"), 201);

    ask_refused(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1",
                "{\"account\":null}", 400, "/account", "required");
    ask_refused(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1",
                "{\"contact\":null}", 400, "/contact", "required");
    ask_refused(&d, &agent, TKT_METHOD_PATCH, "/v1/tickets/1",
                "{\"feature\":null}", 400, "/feature", "required");
    desk_ok(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1",
            "{\"account\":\"b\",\"contact\":{\"email\":null,\"phone\":"
            "\"123\"}}");

    desk_ok(&d, &admin, TKT_METHOD_PATCH, "/v1/types/1",
            "{\"needs\":[\"error_message\"]}");
    desk_ok(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1",
            "{\"account\":null}");
    desk_ok(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1",
            "{\"custom\":{\"any\":1}}");
    desk_verify_clean(&d);
    desk_close(&d);
}


/* A null of the submission stays, and is not what the patch changes. */
static void
test_patch_beside_null(void **state)
{
    static desk_t  d;

    open_form(&d, "\"kind\":\"text\"");
    desk_post(&d, &admin, "/v1/types/1/fields",
              "{\"name\":\"note\",\"kind\":\"text\",\"staff_only\":true}");
    desk_post(&d, &admin, "/v1/types/1/fields",
              "{\"name\":\"old\",\"kind\":\"text\"}");
    assert_int_equal(submit(&d, &agent, "\"on_behalf_of\":1,\"type\":\"t\","
                            "\"custom\":{\"note\":null,\"old\":null}"), 201);
    desk_ok(&d, &admin, TKT_METHOD_PATCH, "/v1/types/1/fields/4",
            "{\"active\":false}");

    desk_ok(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1",
            "{\"custom\":{\"f\":\"x\"}}");
    ask_refused(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1",
                "{\"custom\":{\"note\":\"x\"}}", 400, "/custom/note",
                "forbidden");
    desk_ok(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1",
            "{\"custom\":null}");
    desk_verify_clean(&d);
    desk_close(&d);
}


/* What is to be filled in before a solution is not filled in with blanks. */
static void
test_resolve_blank(void **state)
{
    char           body[128];
    size_t         i;
    static desk_t  d;

    static const char *const  nothing[] = { "null", "\"\"", "\" \\n\"",
                                            "\"\\u3000\"" };

    open_form(&d, "\"kind\":\"text\",\"required_to_resolve\":true");
    assert_int_equal(submit(&d, &user, "\"type\":\"t\""), 201);
    desk_post(&d, &agent, "/v1/tickets/1/claim", "{}");
    desk_post(&d, &agent, "/v1/tickets/1/start", "{}");

    for (i = 0; i < tkt_array_len(nothing); i++) {
        (void) snprintf(body, sizeof(body), "{\"custom\":{\"f\":%s}}",
                        nothing[i]);
        desk_ok(&d, &agent, TKT_METHOD_PATCH, "/v1/tickets/1", body);
        ask_refused(&d, &agent, TKT_METHOD_POST, "/v1/tickets/1/resolve",
                    "{\"solution\":\"s\"}", 409, "/custom/f", "required");
    }

    desk_ok(&d, &agent, TKT_METHOD_PATCH, "/v1/tickets/1",
            "{\"custom\":{\"f\":\" 好\"}}");
    desk_post(&d, &agent, "/v1/tickets/1/resolve", "{\"solution\":\"s\"}");
    desk_verify_clean(&d);
    desk_close(&d);
}


/* ---- what a type gives ---- */

/* A step that no path can name could never be done. */
static void
test_steps_sayable(void **state)
{
    size_t         i;
    char           body[96];
    static desk_t  d;

    static const char *const  wrong[] = { "in/out", "/", ".", ".." };

    traffic_open(&d);
    desk_post(&d, &admin, "/v1/types",
              "{\"name\":\"t\",\"steps\":[\"one\",\"a.b\",\"...\"]}");

    for (i = 0; i < tkt_array_len(wrong); i++) {
        (void) snprintf(body, sizeof(body), "{\"steps\":[\"one\",\"%s\"]}",
                        wrong[i]);
        ask_refused(&d, &admin, TKT_METHOD_PATCH, "/v1/types/1", body, 400,
                    "/steps/1", "format");
    }

    ask_refused(&d, &admin, TKT_METHOD_POST, "/v1/types",
                "{\"name\":\"u\",\"steps\":[\"a/b\"]}", 400, "/steps/0",
                "format");
    desk_verify_clean(&d);
    desk_close(&d);
}


static void
test_given(void **state)
{
    ask_t          a;
    static desk_t  d;

    traffic_open(&d);
    desk_post(&d, &admin, "/v1/types", "{\"name\":\"t\",\"priority\":"
              "\"high\",\"steps\":[\"one\",\"two\"],\"approval\":true}");
    desk_post(&d, &admin, "/v1/types/1/features",
              "{\"name\":\"f\",\"priority\":\"urgent\"}");
    desk_post(&d, &admin, "/v1/types", "{\"name\":\"low\",\"priority\":"
              "\"low\"}");

    assert_int_equal(submit(&d, &user, "\"type\":\"t\""), 201);
    assert_int_equal(ask_get(&d, &a, &user, "/v1/tickets/1"), 200);
    assert_string_equal(text_at(a.json, "/priority"), "high");
    assert_string_equal(text_at(a.json, "/approval"), "pending");
    assert_int_equal(length_at(a.json, "/steps"), 2);
    ask_done(&a);

    assert_int_equal(submit(&d, &user, "\"type\":\"t\",\"feature\":\"f\""),
                     201);
    assert_int_equal(ask_get(&d, &a, &user, "/v1/tickets/2"), 200);
    assert_string_equal(text_at(a.json, "/priority"), "urgent");
    ask_done(&a);

    /* a floor below normal changes nothing */

    assert_int_equal(submit(&d, &user, "\"type\":\"low\""), 201);
    assert_int_equal(ask_get(&d, &a, &user, "/v1/tickets/3"), 200);
    assert_string_equal(text_at(a.json, "/priority"), "normal");
    ask_done(&a);

    ask_refused(&d, &user, TKT_METHOD_POST, "/v1/tickets", "{\"subject\":"
                "\"s\",\"description\":\"d\",\"type\":\"low\",\"feature\":"
                "\"f\"}", 400, "/feature", "choice");
    ask_refused(&d, &user, TKT_METHOD_POST, "/v1/tickets", "{\"subject\":"
                "\"s\",\"description\":\"d\",\"feature\":\"f\"}", 400,
                "/feature", "choice");
    desk_close(&d);
}


/* ---- keywords ---- */

static const struct {
    const char  *subject;
    const char  *type;
} guesses[] = {
    { "the Printer is broken", "printer" },
    { "printers", "(null)" },
    { "reprinter", "(null)" },
    { "printer, and log in", "printer" },
    { "log in: password", "login" },
    { "打印机坏了", "printer" },
    { "nothing", "(null)" },
    { "nothing: nowhere, printer", "printer" },
};


static void
test_keywords(void **state)
{
    char           body[256];
    ask_t          a;
    size_t         i;
    static desk_t  d;

    traffic_open(&d);
    desk_post(&d, &admin, "/v1/types", "{\"name\":\"login\",\"position\":2,"
              "\"keywords\":[\"Log in\",\"password\"]}");
    desk_post(&d, &admin, "/v1/types", "{\"name\":\"printer\",\"position\":1,"
              "\"keywords\":[\"printer\",\"打印机\"]}");
    desk_post(&d, &admin, "/v1/types", "{\"name\":\"hidden\",\"position\":0,"
              "\"internal\":true,\"keywords\":[\"nothing\",\"nowhere\"]}");
    desk_post(&d, &admin, "/v1/types", "{\"name\":\"old\",\"active\":false,"
              "\"keywords\":[\"printer\",\"broken\"]}");

    for (i = 0; i < tkt_array_len(guesses); i++) {
        (void) snprintf(body, sizeof(body), "{\"subject\":\"%s\","
                        "\"description\":\"d\"}", guesses[i].subject);
        assert_int_equal(ask_send(&d, &a, &user, TKT_METHOD_POST,
                                  "/v1/tickets", body), 201);

        if (strcmp(text_at(a.json, "/type"), guesses[i].type) != 0) {
            fail_msg("%s: %s", guesses[i].subject, text_at(a.json, "/type"));
        }

        ask_done(&a);
    }

    assert_int_equal(ask_send(&d, &a, &agent, TKT_METHOD_POST, "/v1/tickets",
                              "{\"subject\":\"nothing: nowhere, printer\","
                              "\"description\":\"d\"}"), 201);
    assert_string_equal(text_at(a.json, "/type"), "hidden");
    ask_done(&a);
    desk_close(&d);
}


/* Tenants without types take what they took before. */
static void
test_without_types(void **state)
{
    static desk_t  d;

    traffic_open(&d);
    assert_int_equal(submit(&d, &user, "\"type\":\"any\",\"feature\":\"x\","
                            "\"custom\":{\"a\":{\"b\":[1]}}"), 201);
    assert_int_equal(submit(&d, &user, "\"feature\":\"x\""), 201);
    desk_verify_clean(&d);

    /* … and go on with those when there are types */

    desk_post(&d, &admin, "/v1/types", "{\"name\":\"t\"}");
    desk_ok(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1",
            "{\"custom\":{\"a\":2}}");
    desk_ok(&d, &agent, TKT_METHOD_PATCH, "/v1/tickets/1",
            "{\"feature\":\"y\"}");
    ask_refused(&d, &agent, TKT_METHOD_PATCH, "/v1/tickets/1",
                "{\"type\":\"other\"}", 400, "/type", "choice");
    desk_ok(&d, &agent, TKT_METHOD_PATCH, "/v1/tickets/1",
            "{\"type\":\"t\",\"feature\":null}");
    desk_verify_clean(&d);
    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_long_form),
        cmocka_unit_test(test_no_feature),
        cmocka_unit_test(test_patch),
        cmocka_unit_test(test_patch_needs),
        cmocka_unit_test(test_patch_beside_null),
        cmocka_unit_test(test_resolve_blank),
        cmocka_unit_test(test_given),
        cmocka_unit_test(test_steps_sayable),
        cmocka_unit_test(test_keywords),
        cmocka_unit_test(test_without_types),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
