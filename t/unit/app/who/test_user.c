/*
 * Principals and tokens: roles that may be given, what nobody does to
 * himself, how many tokens there may be and when they end.
 */

#define _GNU_SOURCE

#include "app/ask.h"
#include "app/traffic.h"

#include "base/tkt_time.h"


static const tkt_actor_t  user = { .tenant = 1, .id = 1,
                                   .role = TKT_ROLE_USER };
static const tkt_actor_t  admin = {
    .tenant = 1, .id = TRAFFIC_ADMIN, .role = TKT_ROLE_ADMIN,
    .tenant_name = "main"
};
static const tkt_actor_t  operator = {
    .tenant = 1, .id = 0, .role = TKT_ROLE_ADMIN, .tenant_name = "main"
};


static void
refused(desk_t *d, const tkt_actor_t *actor, const char *path,
    const char *body, unsigned http, const char *pointer, const char *code)
{
    ask_refused(d, actor, TKT_METHOD_POST, path, body, http, pointer, code);
}


static void
refused_patch(desk_t *d, const tkt_actor_t *actor, const char *path,
    const char *body, unsigned http, const char *pointer, const char *code)
{
    ask_refused(d, actor, TKT_METHOD_PATCH, path, body, http, pointer, code);
}


/* ---- principals ---- */

static void
test_create(void **state)
{
    ask_t          a;
    unsigned       role;
    char           body[128];
    const char    *name;
    static desk_t  d;

    traffic_open(&d);

    assert_int_equal(ask_send(&d, &a, &admin, TKT_METHOD_POST, "/v1/users",
                              "{\"login\":\"new\",\"name\":\"Neu 新\","
                              "\"email\":\"n@example.com\"}"), 201);
    assert_int_equal(number_at(a.json, "/id"), TRAFFIC_PEOPLE + 1);
    assert_string_equal(text_at(a.json, "/role"), "user");
    assert_string_equal(text_at(a.json, "/tenant"), "main");
    assert_int_equal(number_at(a.json, "/version"), 1);
    assert_false(is_true(a.json, "/disabled"));
    assert_true(tkt_str_eq(a.reply.location, tkt_str("/v1/users/17")));
    assert_true(tkt_str_eq(a.reply.etag, tkt_str("\"u17.1\"")));
    ask_done(&a);

    /* every role but that of the desk itself, which the operator gives */

    for (role = TKT_ROLE_USER; role < TKT_ROLE_MAX; role++) {
        name = (const char *) tkt_role_names.names[role].data;
        (void) snprintf(body, sizeof(body),
                        "{\"login\":\"r-%s\",\"role\":\"%s\"}", name, name);

        if (role == TKT_ROLE_SYSTEM) {
            refused(&d, &admin, "/v1/users", body, 400, "/role", "choice");
            desk_post(&d, &operator, "/v1/users", body);

        } else {
            desk_post(&d, &admin, "/v1/users", body);
        }
    }

    refused(&d, &admin, "/v1/users", "{\"login\":\"new\"}", 409, NULL, NULL);
    desk_post(&d, &admin, "/v1/users", "{\"login\":\"Neu 新@x\"}");
    refused(&d, &admin, "/v1/users", "{\"login\":\"a\\nb\"}", 400, "/login",
            "control");
    refused(&d, &admin, "/v1/users", "{\"login\":\" \"}", 400, "/login",
            "too-short");
    refused(&d, &admin, "/v1/users", "{}", 400, "/login", "required");
    refused(&d, &admin, "/v1/users", "{\"login\":\"b\",\"role\":\"god\"}",
            400, "/role", "choice");

    /* the same login in another tenant is somebody else's */

    desk_post(&d, &(tkt_actor_t) { .tenant = 2, .role = TKT_ROLE_ADMIN },
              "/v1/users", "{\"login\":\"new\"}");
    desk_close(&d);
}


static void
test_patch(void **state)
{
    ask_t          a;
    static desk_t  d;

    traffic_open(&d);

    assert_int_equal(ask_send(&d, &a, &admin, TKT_METHOD_PATCH,
                              "/v1/users/1", "{\"name\":\"Ann\",\"role\":"
                              "\"agent\",\"disabled\":true}"), 200);
    assert_string_equal(text_at(a.json, "/name"), "Ann");
    assert_string_equal(text_at(a.json, "/role"), "agent");
    assert_true(is_true(a.json, "/disabled"));
    assert_int_equal(number_at(a.json, "/version"), 2);
    ask_done(&a);

    assert_int_equal(ask_send(&d, &a, &admin, TKT_METHOD_PATCH,
                              "/v1/users/1", "{\"name\":null,"
                              "\"disabled\":null}"), 200);
    assert_string_equal(text_at(a.json, "/name"), "(null)");
    assert_false(is_true(a.json, "/disabled"));
    ask_done(&a);

    refused_patch(&d, &admin, "/v1/users/1", "{\"role\":null}", 400, "/role",
                  "choice");
    refused_patch(&d, &admin, "/v1/users/1", "{\"role\":\"system\"}", 400,
                  "/role", "choice");
    refused_patch(&d, &admin, "/v1/users/1", "{\"login\":\"x\"}", 400,
                  "/login", "unknown");
    refused_patch(&d, &admin, "/v1/users/99", "{}", 404, NULL, NULL);
    refused_patch(&d, &admin, "/v1/users/x", "{}", 404, NULL, NULL);

    /* what stands above an administrator is the operator's to change */

    refused_patch(&d, &admin, "/v1/users/16", "{\"disabled\":true}", 403,
                  NULL, NULL);
    desk_ok(&d, &operator, TKT_METHOD_PATCH, "/v1/users/16",
            "{\"role\":\"system\",\"disabled\":true}");
    desk_ok(&d, &operator, TKT_METHOD_PATCH, "/v1/users/16",
            "{\"disabled\":false}");

    /* nor may he enter as it */

    assert_int_equal(ask_send(&d, &a, &admin, TKT_METHOD_POST,
                              "/v1/users/16/tokens", "{}"), 403);
    ask_done(&a);
    assert_int_equal(ask_send(&d, &a, &admin, TKT_METHOD_POST,
                              "/v1/users/1/tokens", "{}"), 201);
    ask_done(&a);

    desk_close(&d);
}


/* An administrator may not lock himself out. */
static void
test_self(void **state)
{
    static desk_t  d;

    traffic_open(&d);

    refused_patch(&d, &admin, "/v1/users/14", "{\"disabled\":true}", 400,
                  "/disabled", "conflict");
    refused_patch(&d, &admin, "/v1/users/14", "{\"role\":\"supervisor\"}",
                  400, "/role", "conflict");
    desk_ok(&d, &admin, TKT_METHOD_PATCH, "/v1/users/14",
            "{\"name\":\"Chief\",\"role\":\"admin\",\"disabled\":false}");

    /* the operator, who is nobody there, may */

    desk_ok(&d, &operator, TKT_METHOD_PATCH, "/v1/users/14",
            "{\"disabled\":true}");
    desk_close(&d);
}


static void
test_read(void **state)
{
    ask_t          a;
    char           target[256];
    size_t         n, pages;
    long long      last;
    static desk_t  d;

    traffic_open(&d);

    assert_int_equal(ask_tagged(&d, &a, &admin, TKT_METHOD_GET, "/v1/users/3",
                                "\"u3.1\"", ""), 304);
    ask_done(&a);

    assert_int_equal(ask_tagged(&d, &a, &admin, TKT_METHOD_PATCH,
                                "/v1/users/3", "\"u3.2\"",
                                "{\"name\":\"x\"}"), 412);
    ask_done(&a);

    assert_int_equal(ask_get(&d, &a, &user, "/v1/me"), 200);
    assert_string_equal(text_at(a.json, "/login"), "p1");
    ask_done(&a);
    assert_int_equal(ask_get(&d, &a, &operator, "/v1/me"), 404);
    ask_done(&a);
    assert_int_equal(ask_get(&d, &a, &admin, "/v1/users/0"), 404);
    ask_done(&a);

    /* page by page, in the order of ids, none of another tenant */

    desk_post(&d, &(tkt_actor_t) { .tenant = 2, .role = TKT_ROLE_ADMIN },
              "/v1/users", "{\"login\":\"far\"}");
    (void) snprintf(target, sizeof(target), "/v1/users?limit=4");
    last = 0;
    pages = 0;

    for (n = 0; target[0] != '\0'; pages++) {
        assert_int_equal(ask_get(&d, &a, &admin, target), 200);
        assert_int_equal(length_at(a.json, "/data"), 4);
        assert_int_equal(number_at(a.json, "/data/0/id"), last + 1);
        n += length_at(a.json, "/data");
        last = number_at(a.json, "/data/3/id");
        target[0] = '\0';

        if (is_true(a.json, "/page/has_more")) {
            (void) snprintf(target, sizeof(target),
                            "/v1/users?limit=4&cursor=%s",
                            text_at(a.json, "/page/next"));
        }

        ask_done(&a);
    }

    assert_int_equal(n, TRAFFIC_PEOPLE);
    assert_int_equal(pages, 4);
    ask_refused(&d, &admin, TKT_METHOD_GET, "/v1/users?cursor=x", "", 400,
                "cursor", "cursor");
    ask_refused(&d, &admin, TKT_METHOD_GET, "/v1/users?limit=0", "", 400,
                "limit", "range");
    desk_close(&d);
}


/* ---- tokens ---- */

static void
test_token_times(void **state)
{
    ask_t          a;
    char           body[128], text[TKT_TIME_TEXT_BYTES + 1] = { 0 };
    static desk_t  d;

    traffic_open(&d);

    assert_int_equal(ask_send(&d, &a, &admin, TKT_METHOD_POST,
                              "/v1/users/1/tokens", "{\"ttl\":60,\"label\":"
                              "\"phone\",\"scopes\":[\"write\",\"read\"]}"),
                     201);
    tkt_time_format((uint8_t *) text, d.now_ms + 60000);
    assert_string_equal(text_at(a.json, "/expires_at"), text);
    assert_string_equal(text_at(a.json, "/label"), "phone");
    assert_int_equal(length_at(a.json, "/scopes"), 2);
    assert_null(at(a.json, "/ttl"));
    assert_null(at(a.json, "/digest"));
    assert_true(tkt_str_eq(a.reply.location,
                           tkt_str("/v1/users/1/tokens/1")));
    ask_done(&a);

    /* without an end; with one given */

    assert_int_equal(ask_send(&d, &a, &admin, TKT_METHOD_POST,
                              "/v1/users/1/tokens", "{}"), 201);
    assert_string_equal(text_at(a.json, "/expires_at"), "(null)");
    assert_int_equal(length_at(a.json, "/scopes"), 0);
    ask_done(&a);

    tkt_time_format((uint8_t *) text, d.now_ms + 2);
    (void) snprintf(body, sizeof(body), "{\"expires_at\":\"%s\"}", text);
    desk_post(&d, &admin, "/v1/users/1/tokens", body);
    tkt_time_format((uint8_t *) text, d.now_ms + 1);
    (void) snprintf(body, sizeof(body), "{\"expires_at\":\"%s\"}", text);
    refused(&d, &admin, "/v1/users/1/tokens", body, 400, "/expires_at",
            "range");

    refused(&d, &admin, "/v1/users/1/tokens", "{\"ttl\":60,\"expires_at\":"
            "\"2099-01-01T00:00:00Z\"}", 400, "/ttl", "conflict");
    refused(&d, &admin, "/v1/users/1/tokens", "{\"ttl\":0}", 400, "/ttl",
            "too-small");
    refused(&d, &admin, "/v1/users/1/tokens", "{\"scopes\":[\"all\"]}", 400,
            "/scopes/0", "choice");
    refused(&d, &admin, "/v1/users/99/tokens", "{}", 404, NULL, NULL);

    desk_verify_clean(&d);
    desk_close(&d);
}


static void
test_token_limit(void **state)
{
    size_t         i;
    ask_t          a;
    static desk_t  d;

    traffic_open(&d);

    for (i = 0; i < TKT_TOKENS_PER_USER_MAX; i++) {
        desk_post(&d, &admin, "/v1/users/1/tokens", "{}");
    }

    refused(&d, &admin, "/v1/users/1/tokens", "{}", 409, NULL, NULL);
    desk_post(&d, &admin, "/v1/users/2/tokens", "{}");

    assert_int_equal(ask_get(&d, &a, &admin, "/v1/users/1/tokens"), 200);
    assert_int_equal(length_at(a.json, "/data"), TKT_TOKENS_PER_USER_MAX);
    assert_string_equal(text_at(a.json, "/data/0/token"), "(null)");
    assert_null(at(a.json, "/data/0/digest"));
    assert_false(is_true(a.json, "/page/has_more"));
    ask_done(&a);

    /* one that goes makes room; its number is never given again */

    desk_ok(&d, &admin, TKT_METHOD_DELETE, "/v1/users/1/tokens/100", "");
    assert_int_equal(ask_send(&d, &a, &admin, TKT_METHOD_POST,
                              "/v1/users/1/tokens", "{}"), 201);
    assert_int_equal(number_at(a.json, "/id"), 101);
    ask_done(&a);

    desk_verify_clean(&d);
    desk_close(&d);
}


static void
test_revoke(void **state)
{
    size_t         i;
    static desk_t  d;

    static const char *const  none[] = {
        "/v1/users/1/tokens/1", "/v1/users/1/tokens/0",
        "/v1/users/1/tokens/x", "/v1/users/2/tokens/2",
        "/v1/users/99/tokens/1", "/v1/users/1/tokens/4294967298",
    };

    traffic_open(&d);
    desk_post(&d, &admin, "/v1/users/1/tokens", "{}");
    desk_post(&d, &admin, "/v1/users/1/tokens", "{}");
    desk_ok(&d, &admin, TKT_METHOD_DELETE, "/v1/users/1/tokens/1", "");

    for (i = 0; i < tkt_array_len(none); i++) {
        ask_refused(&d, &admin, TKT_METHOD_DELETE, none[i], "", 404, NULL,
                    NULL);
    }

    ask_refused(&d, &admin, TKT_METHOD_GET, "/v1/users/99/tokens", "", 404,
                NULL, NULL);
    desk_ok(&d, &admin, TKT_METHOD_DELETE, "/v1/users/1/tokens/2", "");
    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_create),
        cmocka_unit_test(test_patch),
        cmocka_unit_test(test_self),
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_token_times),
        cmocka_unit_test(test_token_limit),
        cmocka_unit_test(test_revoke),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
