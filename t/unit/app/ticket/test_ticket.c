/*
 * Submitting and changing a ticket: who may send what, merge patches, and
 * long texts that lie apart from their records.
 */

#define _GNU_SOURCE

#include "app/ask.h"
#include "app/traffic.h"


#define LONG_CHARS  20000


static const tkt_actor_t  user = { .tenant = 1, .id = 1,
                                   .role = TKT_ROLE_USER };
static const tkt_actor_t  other = { .tenant = 1, .id = 2,
                                    .role = TKT_ROLE_USER };
static const tkt_actor_t  agent = { .tenant = 1, .id = 9,
                                    .role = TKT_ROLE_AGENT };
static const tkt_actor_t  stranger = { .tenant = 2, .id = 17,
                                       .role = TKT_ROLE_ADMIN };


static void
ticket(desk_t *d, const char *more)
{
    char  body[4096];

    (void) snprintf(body, sizeof(body),
                    "{\"subject\":\"s\",\"description\":\"d\"%s}", more);
    desk_post(d, &user, "/v1/tickets", body);
}


/* The text of one member of an answer, as it was sent. */
static void
check_member(desk_t *d, const tkt_actor_t *actor, const char *target,
    const char *expected)
{
    ask_t  a;

    assert_int_equal(ask_get(d, &a, actor, target), 200);

    if (!tkt_str_eq(a.reply.body, tkt_str_z(expected))) {
        fail_msg("%s: %.*s, not %s", target, (int) a.reply.body.len,
                 (const char *) a.reply.body.data, expected);
    }

    ask_done(&a);
}


/* ---- submitting ---- */

static void
test_create(void **state)
{
    ask_t          a;
    static desk_t  d;

    traffic_open(&d);

    assert_int_equal(ask_send(&d, &a, &agent, TKT_METHOD_POST, "/v1/tickets",
                              "{\"subject\":\"s\",\"description\":\"d\","
                              "\"on_behalf_of\":1,\"channel\":\"phone\","
                              "\"priority\":\"low\"}"), 201);
    assert_int_equal(number_at(a.json, "/requester/id"), 1);
    assert_string_equal(text_at(a.json, "/channel"), "phone");
    assert_string_equal(text_at(a.json, "/priority"), "low");
    assert_string_equal(text_at(a.json, "/state"), "new");
    assert_int_equal(number_at(a.json, "/version"), 1);
    assert_true(tkt_str_eq(a.reply.location, tkt_str("/v1/tickets/1")));
    assert_true(tkt_str_eq(a.reply.etag, tkt_str("\"t1.1\"")));
    assert_int_equal(a.reply.ticket_id, 1);
    ask_done(&a);

    ticket(&d, "");
    assert_int_equal(ask_get(&d, &a, &user, "/v1/tickets/T-2"), 200);
    assert_string_equal(text_at(a.json, "/priority"), "normal");
    assert_string_equal(text_at(a.json, "/channel"), "api");
    assert_string_equal(text_at(a.json, "/number"), "T-2");
    ask_done(&a);

    /* for oneself by name; others only by staff; only for who is active */

    assert_int_equal(desk_run(&d, &user, TKT_METHOD_POST, "/v1/tickets",
                              "{\"subject\":\"s\",\"description\":\"d\","
                              "\"on_behalf_of\":1}"), 201);
    ask_refused(&d, &user, TKT_METHOD_POST, "/v1/tickets",
                "{\"subject\":\"s\",\"description\":\"d\","
                "\"on_behalf_of\":2}", 403, "/on_behalf_of", "forbidden");
    ask_refused(&d, &agent, TKT_METHOD_POST, "/v1/tickets",
                "{\"subject\":\"s\",\"description\":\"d\","
                "\"on_behalf_of\":99}", 400, "/on_behalf_of", "choice");

    desk_ok(&d, &(tkt_actor_t) { .tenant = 1, .role = TKT_ROLE_ADMIN },
            TKT_METHOD_PATCH, "/v1/users/2", "{\"disabled\":true}");
    ask_refused(&d, &agent, TKT_METHOD_POST, "/v1/tickets",
                "{\"subject\":\"s\",\"description\":\"d\","
                "\"on_behalf_of\":2}", 400, "/on_behalf_of", "choice");

    desk_verify_clean(&d);
    desk_close(&d);
}


static void
test_follow_up(void **state)
{
    ask_t          a;
    static desk_t  d;

    traffic_open(&d);
    ticket(&d, "");
    ticket(&d, ",\"follow_up_of\":1");

    assert_int_equal(ask_get(&d, &a, &user, "/v1/tickets/2"), 200);
    assert_int_equal(number_at(a.json, "/follow_up_of"), 1);
    ask_done(&a);

    /* another's ticket is as if it were not there */

    ask_refused(&d, &other, TKT_METHOD_POST, "/v1/tickets",
                "{\"subject\":\"s\",\"description\":\"d\","
                "\"follow_up_of\":1}", 400, "/follow_up_of", "choice");
    ask_refused(&d, &user, TKT_METHOD_POST, "/v1/tickets",
                "{\"subject\":\"s\",\"description\":\"d\","
                "\"follow_up_of\":77}", 400, "/follow_up_of", "choice");

    desk_close(&d);
}


static void
test_not_found(void **state)
{
    size_t         i;
    static desk_t  d;

    static const char *const  paths[] = {
        "/v1/tickets/1", "/v1/tickets/T-1", "/v1/tickets/1/messages",
        "/v1/tickets/1/timeline"
    };
    static const char *const  none[] = {
        "/v1/tickets/2", "/v1/tickets/0", "/v1/tickets/T-", "/v1/tickets/x",
        "/v1/tickets/18446744073709551616", "/v1/tickets/-1",
    };

    traffic_open(&d);
    ticket(&d, "");

    for (i = 0; i < tkt_array_len(paths); i++) {
        ask_refused(&d, &user, TKT_METHOD_GET, paths[i], "", 200, NULL, NULL);
        ask_refused(&d, &agent, TKT_METHOD_GET, paths[i], "", 200, NULL,
                    NULL);
        ask_refused(&d, &other, TKT_METHOD_GET, paths[i], "", 404, NULL,
                    NULL);
        ask_refused(&d, &stranger, TKT_METHOD_GET, paths[i], "", 404, NULL,
                    NULL);
    }

    for (i = 0; i < tkt_array_len(none); i++) {
        ask_refused(&d, &user, TKT_METHOD_GET, none[i], "", 404, NULL, NULL);
    }

    ask_refused(&d, &other, TKT_METHOD_PATCH, "/v1/tickets/1", "{}", 404,
                NULL, NULL);
    desk_close(&d);
}


/* ---- merge patches ---- */

static void
test_patch(void **state)
{
    ask_t          a;
    static desk_t  d;

    traffic_open(&d);
    ticket(&d, ",\"contact\":{\"name\":\"N\",\"phone\":\"123\"},"
               "\"account\":\"a\",\"priority\":\"high\",\"tags\":[\"x\"]");

    assert_int_equal(ask_send(&d, &a, &user, TKT_METHOD_PATCH,
                              "/v1/tickets/1",
                              "{\"contact\":{\"phone\":null,\"email\":"
                              "\"a@b.c\"},\"account\":null}"), 200);
    assert_string_equal(text_at(a.json, "/contact/name"), "N");
    assert_string_equal(text_at(a.json, "/contact/phone"), "(null)");
    assert_string_equal(text_at(a.json, "/contact/email"), "a@b.c");
    assert_string_equal(text_at(a.json, "/account"), "(null)");
    assert_int_equal(number_at(a.json, "/version"), 2);
    ask_done(&a);

    /* what is there already makes no version and no event */

    assert_int_equal(ask_send(&d, &a, &user, TKT_METHOD_PATCH,
                              "/v1/tickets/1", "{\"contact\":{\"name\":"
                              "\"N\"},\"custom\":{}}"), 200);
    assert_int_equal(number_at(a.json, "/version"), 2);
    ask_done(&a);

    /* staff's members; a ticket always has a priority */

    ask_refused(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1",
                "{\"priority\":\"low\",\"tags\":[]}", 403, "/priority",
                "forbidden");
    ask_refused(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1",
                "{\"priority\":\"low\",\"tags\":[]}", 403, "/tags",
                "forbidden");
    assert_int_equal(ask_send(&d, &a, &agent, TKT_METHOD_PATCH,
                              "/v1/tickets/1", "{\"priority\":null,"
                              "\"tags\":[\"y\"]}"), 200);
    assert_string_equal(text_at(a.json, "/priority"), "normal");
    assert_string_equal(text_at(a.json, "/tags/0"), "y");
    ask_done(&a);

    desk_post(&d, &user, "/v1/tickets/1/close", "{}");
    ask_refused(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1",
                "{\"account\":\"b\"}", 409, NULL, NULL);
    desk_ok(&d, &agent, TKT_METHOD_PATCH, "/v1/tickets/1",
            "{\"account\":\"b\"}");

    desk_verify_clean(&d);
    desk_close(&d);
}


static void
check_custom(desk_t *d, const char *patch, const char *expected)
{
    char  body[12000], answer[12000];

    (void) snprintf(body, sizeof(body), "{\"custom\":%s}", patch);
    (void) snprintf(answer, sizeof(answer), "{\"custom\":%s}", expected);
    desk_ok(d, &user, TKT_METHOD_PATCH, "/v1/tickets/1", body);
    check_member(d, &user, "/v1/tickets/1?fields=custom", answer);
}


/* A free object is merged member by member (RFC 7396, section 2). */
static void
test_patch_custom(void **state)
{
    ask_t          a;
    static desk_t  d;

    /* on submission it is a value, and null one of its values */

    traffic_open(&d);
    ticket(&d, ",\"custom\":{\"a\":1,\"n\":null,\"b\":{\"c\":2,\"d\":3}}");
    check_member(&d, &user, "/v1/tickets/1?fields=custom",
                 "{\"custom\":{\"a\":1,\"n\":null,\"b\":{\"c\":2,\"d\":3}}}");

    check_custom(&d, "{ \"e\" : [1] }",
                 "{\"a\":1,\"n\":null,\"b\":{\"c\":2,\"d\":3},\"e\":[1]}");
    check_custom(&d, "{\"a\":null,\"b\":{\"d\":{\"x\":null}}}",
                 "{\"n\":null,\"b\":{\"c\":2,\"d\":{}},\"e\":[1]}");
    check_custom(&d, "{\"\\u0065\":[2,null]}",
                 "{\"n\":null,\"b\":{\"c\":2,\"d\":{}},\"e\":[2,null]}");
    check_custom(&d, "{}",
                 "{\"n\":null,\"b\":{\"c\":2,\"d\":{}},\"e\":[2,null]}");
    check_custom(&d, "{\"n\":null,\"b\":null,\"e\":null}", "{}");
    check_custom(&d, "{\"a\":{\"b\":null}}", "{\"a\":{}}");
    check_custom(&d, "null", "{}");

    /* the event tells both values */

    check_custom(&d, "{\"k\":1}", "{\"k\":1}");
    check_custom(&d, "{\"l\":2}", "{\"k\":1,\"l\":2}");
    assert_int_equal(ask_get(&d, &a, &user, "/v1/tickets/1/timeline"), 200);
    assert_int_equal(number_at(a.json, "/data/0/changes/custom/old/k"), 1);
    assert_int_equal(number_at(a.json, "/data/0/changes/custom/new/l"), 2);
    assert_int_equal(number_at(a.json, "/data/0/changes/custom/new/k"), 1);
    ask_done(&a);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* The bound is on what is stored; a patch past it has changed nothing. */
static void
test_patch_custom_bound(void **state)
{
    size_t         i;
    char           text[TKT_CUSTOM_MAX_BYTES], body[12000], *p;
    static desk_t  d;

    traffic_open(&d);
    memset(text, 'x', sizeof(text));

    (void) snprintf(body, sizeof(body), ",\"custom\":{\"a\":\"%.*s\"}", 3000,
                    text);
    ticket(&d, body);

    /* {"a":"3000","b":""}: 15 bytes of its own */

    (void) snprintf(body, sizeof(body), "{\"custom\":{\"b\":\"%.*s\"}}",
                    TKT_CUSTOM_MAX_BYTES - 3000 - 15 + 1, text);
    ask_refused(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1", body, 400,
                "/custom", "too-long");

    (void) snprintf(body, sizeof(body), "{\"custom\":{\"b\":\"%.*s\"}}",
                    TKT_CUSTOM_MAX_BYTES - 3000 - 15, text);
    desk_ok(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1", body);

    ask_refused(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1",
                "{\"custom\":{\"c\":1},\"account\":\"z\"}", 400, "/custom",
                "too-long");
    check_member(&d, &user, "/v1/tickets/1?fields=account,version",
                 "{\"account\":null,\"version\":2}");

    /* members are bounded too, across patches */

    desk_ok(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1",
            "{\"custom\":null}");
    p = stpcpy(body, "{\"custom\":{");

    for (i = 0; i < TKT_JSON_MEMBERS_MAX; i++) {
        p += sprintf(p, "%s\"%zu\":0", i ? "," : "", i);
    }

    (void) stpcpy(p, "}}");
    desk_ok(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1", body);
    ask_refused(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1",
                "{\"custom\":{\"one more\":1}}", 400, "/custom", "too-long");

    desk_verify_clean(&d);
    desk_close(&d);
}


/* ---- long texts ---- */

/* Fills with one letter of three bytes, LONG_CHARS times. */
static const char *
long_text(char *text, const char *letter)
{
    size_t  i;

    for (i = 0; i < LONG_CHARS; i++) {
        memcpy(text + 3 * i, letter, 3);
    }

    text[3 * LONG_CHARS] = '\0';

    return text;
}


static void
check_change(desk_t *d, size_t event, const char *old, const char *new)
{
    ask_t  a;
    char   pointer[64];

    assert_int_equal(ask_get(d, &a, &user, "/v1/tickets/1/timeline"), 200);
    (void) snprintf(pointer, sizeof(pointer),
                    "/data/%zu/changes/description/old", event);
    assert_string_equal(text_at(a.json, pointer), old);
    (void) snprintf(pointer, sizeof(pointer),
                    "/data/%zu/changes/description/new", event);
    assert_string_equal(text_at(a.json, pointer), new);
    ask_done(&a);
}


/*
 * 60 kB become 60 kB others: the change list is far beyond what a record may
 * hold, and comes back whole, from the reads and from the timeline.
 */
static void
test_long_description(void **state)
{
    ask_t          a;
    static char    one[65536], two[65536], body[70000];
    static desk_t  d;

    traffic_open(&d);
    (void) long_text(one, "长");
    (void) long_text(two, "短");

    (void) snprintf(body, sizeof(body),
                    "{\"subject\":\"s\",\"description\":\"%s\"}", one);
    desk_post(&d, &user, "/v1/tickets", body);
    (void) snprintf(body, sizeof(body), "{\"description\":\"%s\"}", two);
    desk_ok(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1", body);
    check_change(&d, 0, one, two);

    /* an action keeps the text apart as it is */

    desk_post(&d, &agent, "/v1/tickets/1/claim", "{}");
    assert_int_equal(ask_get(&d, &a, &user, "/v1/tickets/1"), 200);
    assert_string_equal(text_at(a.json, "/description"), two);
    ask_done(&a);

    desk_ok(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1",
            "{\"description\":\"short\"}");
    check_change(&d, 0, two, "short");
    check_change(&d, 2, one, two);
    check_member(&d, &user, "/v1/tickets/1?fields=description",
                 "{\"description\":\"short\"}");

    /* lists leave it out, or give it when it is asked for */

    assert_int_equal(ask_get(&d, &a, &user, "/v1/tickets"), 200);
    assert_null(at(a.json, "/data/0/description"));
    ask_done(&a);
    assert_int_equal(ask_get(&d, &a, &user,
                             "/v1/tickets?fields=description"), 200);
    assert_string_equal(text_at(a.json, "/data/0/description"), "short");
    ask_done(&a);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* Every length around the bounds of a page, a piece and a record. */
static void
test_lengths(void **state)
{
    size_t         i;
    ask_t          a;
    char           text[20001], body[20100];
    static desk_t  d;

    static const unsigned  lengths[] = {
        1, 1600, 1700, 1750, 1800, 1850, 1898, 1899, 1900, 1901, 3799, 3800,
        3801, 16200, 16383, 16384, 16385, 20000
    };

    traffic_open(&d);
    ticket(&d, "");
    memset(text, 'x', sizeof(text));

    for (i = 0; i < tkt_array_len(lengths); i++) {
        (void) snprintf(body, sizeof(body), "{\"description\":\"%.*s\"}",
                        (int) lengths[i], text);
        desk_ok(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1", body);
        (void) snprintf(body, sizeof(body), "{\"body\":\"%.*s\"}",
                        (int) lengths[i], text);
        desk_post(&d, &user, "/v1/tickets/1/messages", body);

        assert_int_equal(ask_get(&d, &a, &user, "/v1/tickets/1?include="
                                 "messages,timeline"), 200);
        assert_int_equal(strlen(text_at(a.json, "/description")), lengths[i]);
        assert_int_equal(length_at(a.json, "/messages/data"), i + 1);
        assert_int_equal(strlen(text_at(
            at(a.json, "/messages/data")->u.array.values[i], "/body")),
            lengths[i]);
        assert_int_equal(length_at(a.json, "/timeline/data"), 2 * i + 3);
        ask_done(&a);
    }

    desk_verify_clean(&d);
    desk_close(&d);
}


/* Each tag is short enough, all together are too long: nobody puts them on. */
static void
test_tags_together(void **state)
{
    char           body[8192], tags[4096];
    ask_t          a;
    size_t         i, k, n;
    static desk_t  d;

    traffic_open(&d);
    ticket(&d, ",\"tags\":[\"x\"]");
    n = (size_t) snprintf(tags, sizeof(tags), "[\"x\"");

    for (i = 0; i < 11; i++) {
        n += (size_t) snprintf(tags + n, sizeof(tags) - n, ",\"%02zu", i);

        for (k = 0; k < 62; k++) {
            n += (size_t) snprintf(tags + n, sizeof(tags) - n, "急");
        }

        n += (size_t) snprintf(tags + n, sizeof(tags) - n, "\"");
    }

    (void) snprintf(body, sizeof(body), "{\"subject\":\"s\","
                    "\"description\":\"d\",\"tags\":%s]}", tags);
    ask_refused(&d, &agent, TKT_METHOD_POST, "/v1/tickets", body, 400,
                "/tags", "too-long");
    (void) snprintf(body, sizeof(body), "{\"tags\":%s]}", tags);
    ask_refused(&d, &agent, TKT_METHOD_PATCH, "/v1/tickets/1", body, 400,
                "/tags", "too-long");

    /* nor by way of a macro */

    (void) snprintf(body, sizeof(body), "{\"name\":\"m\",\"add_tags\":%s]}",
                    tags);
    assert_int_equal(ask_send(&d, &a, &agent, TKT_METHOD_POST, "/v1/macros",
                              body), 201);
    ask_done(&a);
    ask_refused(&d, &agent, TKT_METHOD_POST, "/v1/tickets/1/apply",
                "{\"macro\":1}", 400, "/macro/tags", "too-long");
    desk_verify_clean(&d);
    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_create),
        cmocka_unit_test(test_follow_up),
        cmocka_unit_test(test_not_found),
        cmocka_unit_test(test_patch),
        cmocka_unit_test(test_patch_custom),
        cmocka_unit_test(test_patch_custom_bound),
        cmocka_unit_test(test_long_description),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_tags_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
