/*
 * The configuration of a tenant as the generic handlers keep it, by types and
 * features: order, what is retired, languages, names, parents, isolation,
 * pages, limits, the audit log and verification.
 */

#define _GNU_SOURCE

#include "app/rulers.h"

#include "app/resource/tkt_config.h"


static const tkt_actor_t  user = {
    .tenant = 1, .id = 1, .role = TKT_ROLE_USER, .tenant_name = "main"
};


static void
make_type(desk_t *d, const char *name, unsigned position)
{
    char  body[256];

    (void) snprintf(body, sizeof(body), "{\"name\":\"%s\",\"position\":%u}",
                    name, position);
    desk_post(d, &admin, "/v1/types", body);
}


/* The names of a list, joined. */
static const char *
names_of(desk_t *d, const tkt_actor_t *actor, const char *target)
{
    ask_t        a;
    size_t       i, n;
    static char  text[1024];

    assert_int_equal(ask_get(d, &a, actor, target), 200);
    n = length_at(a.json, "/data");
    text[0] = '\0';

    for (i = 0; i < n; i++) {
        char  pointer[32];

        (void) snprintf(pointer, sizeof(pointer), "/data/%zu/name", i);
        (void) snprintf(text + strlen(text), sizeof(text) - strlen(text),
                        "%s%s", i > 0 ? " " : "", text_at(a.json, pointer));
    }

    ask_done(&a);

    return text;
}


static void
test_life(void **state)
{
    ask_t          a;
    static desk_t  d;

    traffic_open(&d);

    assert_int_equal(ask_send(&d, &a, &admin, TKT_METHOD_POST, "/v1/types",
        "{\"name\":\"login\",\"titles\":{\"en\":\"Login\",\"zh-CN\":\"登录\"},"
        "\"category\":\"problem\",\"keywords\":[\"password\"]}"), 201);
    assert_string_equal(text_at(a.json, "/name"), "login");
    assert_string_equal(text_at(a.json, "/titles/zh-CN"), "登录");
    assert_int_equal(number_at(a.json, "/version"), 1);
    assert_true(is_true(a.json, "/active"));
    assert_null(at(a.json, "/tenant_id"));
    assert_true(tkt_str_eq(a.reply.location, tkt_str("/v1/types/1")));
    assert_true(tkt_str_eq(a.reply.etag, tkt_str("\"y1.1\"")));
    assert_true(a.reply.localised);
    ask_done(&a);

    assert_int_equal(ask_send(&d, &a, &admin, TKT_METHOD_POST,
                              "/v1/types/1/features",
                              "{\"name\":\"app\",\"active\":false}"), 201);
    assert_true(tkt_str_eq(a.reply.location,
                           tkt_str("/v1/types/1/features/2")));
    assert_int_equal(number_at(a.json, "/type"), 1);
    assert_false(is_true(a.json, "/active"));
    ask_done(&a);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* Titles in the caller's language, else in the other, else the name. */
static void
test_languages(void **state)
{
    ask_t                  a;
    size_t                 i;
    tkt_request_t          req;
    static desk_t          d;
    static const struct {
        const char  *body;
        const char  *en, *zh;
    } types[] = {
        { "{\"name\":\"a\",\"titles\":{\"en\":\"A\",\"zh-CN\":\"甲\"}}",
          "A", "甲" },
        { "{\"name\":\"b\",\"titles\":{\"en\":\"B\"}}", "B", "B" },
        { "{\"name\":\"c\",\"titles\":{\"zh-CN\":\"丙\"}}", "丙", "丙" },
        { "{\"name\":\"d\"}", "d", "d" },
    };

    traffic_open(&d);

    for (i = 0; i < tkt_array_len(types); i++) {
        char  target[32];

        desk_post(&d, &admin, "/v1/types", types[i].body);
        (void) snprintf(target, sizeof(target), "/v1/types/%zu", i + 1);

        req = ask_make(&d, TKT_METHOD_GET, target);
        req.accept_language = tkt_str("en");
        ask_request(&d, &a, &user, &req, "");
        assert_string_equal(text_at(a.json, "/title"), types[i].en);
        ask_done(&a);

        req.accept_language = tkt_str("zh-CN");
        ask_request(&d, &a, &user, &req, "");
        assert_string_equal(text_at(a.json, "/title"), types[i].zh);
        assert_true(a.reply.localised);
        ask_done(&a);
    }

    /* merge patch of one language leaves the other */

    assert_int_equal(ask_send(&d, &a, &admin, TKT_METHOD_PATCH, "/v1/types/1",
                              "{\"titles\":{\"en\":\"AA\"}}"), 200);
    assert_string_equal(text_at(a.json, "/titles/en"), "AA");
    assert_string_equal(text_at(a.json, "/titles/zh-CN"), "甲");
    ask_done(&a);
    assert_int_equal(ask_send(&d, &a, &admin, TKT_METHOD_PATCH, "/v1/types/1",
                              "{\"titles\":{\"zh-CN\":null}}"), 200);
    assert_string_equal(text_at(a.json, "/titles/zh-CN"), "(null)");
    ask_done(&a);
    refused(&d, &admin, TKT_METHOD_PATCH, "/v1/types/1",
            "{\"titles\":{\"fr\":\"x\"}}", 400, "/titles/fr");

    desk_verify_clean(&d);
    desk_close(&d);
}


static void
test_order(void **state)
{
    ask_t          a;
    char           target[256];
    static desk_t  d;

    traffic_open(&d);
    make_type(&d, "late", 30);
    make_type(&d, "first", 10);
    make_type(&d, "second", 20);
    make_type(&d, "first-too", 10);

    assert_string_equal(names_of(&d, &user, "/v1/types"),
                        "first first-too second late");

    assert_int_equal(ask_get(&d, &a, &user, "/v1/types?limit=3"), 200);
    assert_true(is_true(a.json, "/page/has_more"));
    (void) snprintf(target, sizeof(target), "/v1/types?limit=3&cursor=%s",
                    text_at(a.json, "/page/next"));
    ask_done(&a);
    assert_string_equal(names_of(&d, &user, target), "late");

    /* the cursor is of this list: not of another tenant's nor another one */

    assert_int_equal(ask_get(&d, &a, &far_admin, target), 400);
    ask_done(&a);

    desk_ok(&d, &admin, TKT_METHOD_PATCH, "/v1/types/1", "{\"position\":0}");
    assert_string_equal(names_of(&d, &user, "/v1/types"),
                        "late first first-too second");

    desk_verify_clean(&d);
    desk_close(&d);
}


/* What is retired is there for those who may change it, and for nobody else. */
static void
test_retired(void **state)
{
    static desk_t  d;

    traffic_open(&d);
    make_type(&d, "old", 1);
    make_type(&d, "new", 2);
    desk_post(&d, &admin, "/v1/types/1/features", "{\"name\":\"f\"}");
    desk_ok(&d, &admin, TKT_METHOD_PATCH, "/v1/types/1", "{\"active\":false}");

    assert_string_equal(names_of(&d, &admin, "/v1/types"), "old new");
    assert_string_equal(names_of(&d, &user, "/v1/types"), "new");
    assert_string_equal(names_of(&d, &admin, "/v1/types/1/features"), "f");
    refused(&d, &user, TKT_METHOD_GET, "/v1/types/1", "", 404, NULL);
    refused(&d, &user, TKT_METHOD_GET, "/v1/types/1/features", "", 404, NULL);
    refused(&d, &user, TKT_METHOD_GET, "/v1/types/1/features/3", "", 404,
            NULL);

    desk_ok(&d, &admin, TKT_METHOD_PATCH, "/v1/types/1", "{\"active\":true}");
    assert_string_equal(names_of(&d, &user, "/v1/types"), "old new");
    desk_close(&d);
}


static void
test_names(void **state)
{
    ask_t          a;
    uint64_t       far;
    static desk_t  d;

    traffic_open(&d);
    assert_int_equal(tkt_app_tenant(d.env, tkt_str("far"), 0, true, d.now_ms,
                                    &far), TKT_OK);
    assert_int_equal(far, far_admin.tenant);
    make_type(&d, "one", 1);
    make_type(&d, "two", 2);
    refused(&d, &admin, TKT_METHOD_POST, "/v1/types", "{\"name\":\"one\"}",
            409, NULL);
    refused(&d, &admin, TKT_METHOD_POST, "/v1/types", "{\"name\":\"One\"}",
            400, "/name");
    refused(&d, &admin, TKT_METHOD_PATCH, "/v1/types/1", "{\"name\":\"x\"}",
            400, "/name");

    /* unique within the parent, of its kind */

    desk_post(&d, &admin, "/v1/types/1/features", "{\"name\":\"f\"}");
    desk_post(&d, &admin, "/v1/types/2/features", "{\"name\":\"f\"}");
    desk_post(&d, &admin, "/v1/types/1/fields",
              "{\"name\":\"f\",\"kind\":\"text\"}");
    refused(&d, &admin, TKT_METHOD_POST, "/v1/types/1/features",
            "{\"name\":\"f\"}", 409, NULL);

    /* another tenant's names are its own, and a name is free when deleted */

    assert_int_equal(ask_send(&d, &a, &far_admin, TKT_METHOD_POST,
                              "/v1/types", "{\"name\":\"one\"}"), 201);
    ask_done(&a);
    desk_ok(&d, &admin, TKT_METHOD_DELETE, "/v1/types/1/features/3", "");
    desk_post(&d, &admin, "/v1/types/1/features", "{\"name\":\"f\"}");

    desk_verify_clean(&d);
    desk_close(&d);
}


static void
test_parents(void **state)
{
    static desk_t             d;
    size_t                    i;
    static const char *const  nowhere[] = {
        "/v1/types/9/features", "/v1/types/x/features",
        "/v1/types/9/features/3", "/v1/types/2/features/3",
        "/v1/types/1/features/9", "/v1/types/1/features/x",
        "/v1/types/1/fields/3",
    };

    traffic_open(&d);
    make_type(&d, "one", 1);
    make_type(&d, "two", 2);
    desk_post(&d, &admin, "/v1/types/1/features", "{\"name\":\"f\"}");

    for (i = 0; i < tkt_array_len(nowhere); i++) {
        refused(&d, &admin, TKT_METHOD_GET, nowhere[i], "", 404, NULL);
    }

    refused(&d, &admin, TKT_METHOD_POST, "/v1/types/9/features",
            "{\"name\":\"g\"}", 404, NULL);
    refused(&d, &admin, TKT_METHOD_PATCH, "/v1/types/2/features/3",
            "{\"position\":3}", 404, NULL);
    refused(&d, &admin, TKT_METHOD_DELETE, "/v1/types/2/features/3", "", 404,
            NULL);

    /* nobody sees another tenant's, by whatever number */

    refused(&d, &far_admin, TKT_METHOD_GET, "/v1/types/1", "", 404, NULL);
    refused(&d, &far_admin, TKT_METHOD_GET, "/v1/types/1/features/3", "", 404,
            NULL);
    refused(&d, &far_admin, TKT_METHOD_PATCH, "/v1/types/1",
            "{\"position\":3}", 404, NULL);
    refused(&d, &far_admin, TKT_METHOD_POST, "/v1/types/1/features",
            "{\"name\":\"g\"}", 404, NULL);
    assert_string_equal(names_of(&d, &far_admin, "/v1/types"), "");

    /* what belongs to it goes first */

    refused(&d, &admin, TKT_METHOD_DELETE, "/v1/types/1", "", 409, NULL);
    desk_ok(&d, &admin, TKT_METHOD_DELETE, "/v1/types/1/features/3", "");
    desk_ok(&d, &admin, TKT_METHOD_DELETE, "/v1/types/1", "");
    refused(&d, &admin, TKT_METHOD_GET, "/v1/types/1", "", 404, NULL);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* Tags and versions as everywhere; who does nothing leaves no trace. */
static void
test_changes(void **state)
{
    ask_t          a;
    uint64_t       before;
    static desk_t  d;

    traffic_open(&d);
    make_type(&d, "one", 1);

    assert_int_equal(ask_tagged(&d, &a, &admin, TKT_METHOD_PATCH,
                                "/v1/types/1", "\"y1.9\"",
                                "{\"position\":5}"), 412);
    ask_done(&a);

    before = desk_last_txn(&d);
    assert_int_equal(ask_send(&d, &a, &admin, TKT_METHOD_PATCH, "/v1/types/1",
                              "{\"position\":1,\"active\":true}"), 200);
    assert_int_equal(number_at(a.json, "/version"), 1);
    ask_done(&a);
    assert_int_equal(desk_last_txn(&d), before);

    assert_int_equal(ask_send(&d, &a, &admin, TKT_METHOD_PATCH, "/v1/types/1",
                              "{\"position\":5}"), 200);
    assert_int_equal(number_at(a.json, "/version"), 2);
    ask_done(&a);

    assert_int_equal(ask_tagged(&d, &a, &user, TKT_METHOD_GET, "/v1/types/1",
                                "\"y1.2\"", ""), 304);
    ask_done(&a);

    desk_post(&d, &admin, "/v1/types/1/features", "{\"name\":\"f\"}");
    desk_ok(&d, &admin, TKT_METHOD_DELETE, "/v1/types/1/features/2", "");

    assert_int_equal(ask_get(&d, &a, &admin, "/v1/audit?object=type"), 200);
    assert_int_equal(length_at(a.json, "/data"), 2);
    assert_string_equal(text_at(a.json, "/data/0/act"), "change");
    assert_int_equal(number_at(a.json, "/data/0/changes/position/old"), 1);
    assert_int_equal(number_at(a.json, "/data/0/changes/position/new"), 5);
    ask_done(&a);
    assert_int_equal(ask_get(&d, &a, &admin, "/v1/audit?object=feature"),
                     200);
    assert_string_equal(text_at(a.json, "/data/0/act"), "delete");
    assert_int_equal(number_at(a.json, "/data/0/parent_id"), 1);
    ask_done(&a);

    desk_verify_clean(&d);
    desk_close(&d);
}


static void
test_limits(void **state)
{
    char           body[64];
    unsigned       i;
    static desk_t  d;

    traffic_open(&d);
    make_type(&d, "one", 1);

    for (i = 0; i < TKT_CONFIG_PER_KIND_MAX; i++) {
        (void) snprintf(body, sizeof(body), "{\"name\":\"f%u\"}", i);
        desk_post(&d, &admin, "/v1/types/1/features", body);
    }

    refused(&d, &admin, TKT_METHOD_POST, "/v1/types/1/features",
            "{\"name\":\"more\"}", 409, NULL);
    make_type(&d, "two", 2);
    desk_close(&d);
}


/* The ready-made ones count as others do: all that are not there, or none. */
static void
test_limit_of_seeds(void **state)
{
    char           name[16];
    unsigned       i;
    static desk_t  d;

    traffic_open(&d);
    make_type(&d, "login", 1);

    for (i = 1; i < TKT_CONFIG_PER_KIND_MAX - 8; i++) {
        (void) snprintf(name, sizeof(name), "t%u", i);
        make_type(&d, name, i);
    }

    refused(&d, &admin, TKT_METHOD_POST, "/v1/types/ready-made", "", 409,
            NULL);
    desk_ok(&d, &admin, TKT_METHOD_DELETE, "/v1/types/2", "");
    desk_post(&d, &admin, "/v1/types/ready-made", "");
    desk_post(&d, &admin, "/v1/types/ready-made", "");
    refused(&d, &admin, TKT_METHOD_POST, "/v1/types", "{\"name\":\"more\"}",
            409, NULL);
    desk_verify_clean(&d);
    desk_close(&d);
}


/* Each fault of the stored configuration is told. */
static void
test_verify(void **state)
{
    size_t                 i;
    tkt_key_t              key;
    tkt_txn_t             *txn;
    desk_faults_t          faults;
    static desk_t          d;
    static const uint8_t   id[8] = { 0, 0, 0, 0, 0, 0, 0, 1 };
    static const struct {
        unsigned     kind;
        uint64_t     parent;
        uint64_t     id;                   /* 0: by name */
        const char  *name;
        bool         del;
        const char  *fault;
    } rows[] = {
        { TKT_CONFIG_TYPE, 0, 0, "one", true, "has the name \"one\"" },
        { TKT_CONFIG_TYPE, 0, 0, "six", false, "\"six\" is not that of 1" },
        { TKT_CONFIG_TYPE, 0, 1, NULL, true, "belongs to does not exist" },
        { TKT_CONFIG_TYPE, 0, 1, NULL, false, "does not decode" },
        { TKT_CONFIG_FEATURE, 1, 2, NULL, true, "\"f\" is not that of 2" },
        { 77, 0, 1, NULL, false, "is none of this database" },
    };

    for (i = 0; i < tkt_array_len(rows); i++) {
        traffic_open(&d);
        make_type(&d, "one", 1);
        desk_post(&d, &admin, "/v1/types/1/features", "{\"name\":\"f\"}");
        desk_verify_clean(&d);

        if (rows[i].name != NULL) {
            tkt_key_config_name(&key, 1, (tkt_config_kind_t) rows[i].kind,
                                rows[i].parent, tkt_str_z(rows[i].name));
        } else {
            tkt_key_config(&key, 1, (uint8_t) rows[i].kind, rows[i].parent,
                           rows[i].id);
        }

        assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);

        if (rows[i].del) {
            assert_true(tkt_delete(txn, TKT_DB_CONFIG, &key));
        } else {
            tkt_put(txn, TKT_DB_CONFIG, &key, (tkt_str_t) { id, sizeof(id) });
        }

        assert_int_equal(tkt_txn_commit(txn), TKT_OK);
        assert_int_equal(tkt_txn_renew(d.read), TKT_OK);
        desk_verify(d.read, &faults);
        tkt_txn_reset(d.read);

        if (strstr(faults.text, rows[i].fault) == NULL) {
            fail_msg("%zu: %s", i, faults.text);
        }

        desk_close(&d);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_life),
        cmocka_unit_test(test_languages),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_retired),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_parents),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_limit_of_seeds),
        cmocka_unit_test(test_verify),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
