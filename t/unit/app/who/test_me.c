/*
 * One's own record and tokens; what principals are, how many there may be,
 * and the table of permissions.
 */

#define _GNU_SOURCE

#include "app/rulers.h"


/* ---- oneself ---- */

static void
test_me(void **state)
{
    ask_t          a;
    tkt_actor_t    user = { .tenant = 1, .id = 1, .role = TKT_ROLE_USER,
                            .tenant_name = "main" };
    tkt_actor_t    unseen = { .tenant = 1, .id = TKT_PRINCIPAL_UNSEEN,
                              .role = TKT_ROLE_USER, .login = "新人",
                              .tenant_name = "main" };
    static desk_t  d;

    traffic_open(&d);

    assert_int_equal(ask_send(&d, &a, &user, TKT_METHOD_PATCH, "/v1/me",
                              "{\"name\":\"名字\"}"), 200);
    assert_string_equal(text_at(a.json, "/name"), "名字");
    assert_int_equal(number_at(a.json, "/version"), 2);
    assert_string_equal(text_at(a.json, "/role"), "user");
    ask_done(&a);

    refused(&d, &user, TKT_METHOD_PATCH, "/v1/me", "{\"role\":\"admin\"}",
            400, "/role");
    refused(&d, &user, TKT_METHOD_PATCH, "/v1/me", "{\"email\":\"a@b.c\"}",
            400, "/email");
    refused(&d, &user, TKT_METHOD_PATCH, "/v1/me", "{\"quota\":1}", 400,
            "/quota");

    assert_int_equal(ask_tagged(&d, &a, &user, TKT_METHOD_PATCH, "/v1/me",
                                "\"u1.1\"", "{\"name\":null}"), 412);
    ask_done(&a);

    /* whom the store does not know has no tokens */

    assert_int_equal(ask_get(&d, &a, &unseen, "/v1/me/tokens"), 200);
    assert_int_equal(length_at(a.json, "/data"), 0);
    ask_done(&a);

    desk_close(&d);
}


static const struct {
    const char  *with;            /* scopes of the token asked with      */
    const char  *wanted;
    unsigned     http;
} asked_with[] = {
    { "", "{}", 201 },
    { "", "{\"scopes\":[\"read\",\"write\",\"admin\"]}", 201 },
    { "\"write\"", "{\"scopes\":[\"write\"]}", 201 },
    { "\"write\"", "{\"scopes\":[\"read\",\"write\"]}", 201 },
    { "\"write\"", "{\"scopes\":[\"read\"]}", 201 },
    { "\"write\"", "{}", 403 },
    { "\"write\"", "{\"scopes\":[]}", 403 },
    { "\"write\"", "{\"scopes\":[\"admin\"]}", 403 },
    { "\"write\"", "{\"scopes\":[\"write\",\"admin\"]}", 403 },
    { "\"write\",\"admin\"", "{\"scopes\":[\"admin\"]}", 201 },
    { "\"write\",\"admin\"", "{}", 403 },
};


static void
test_my_tokens(void **state)
{
    size_t         i;
    ask_t          a;
    tkt_actor_t    user = { .tenant = 1, .id = 1, .role = TKT_ROLE_USER };
    static desk_t  d;

    traffic_open(&d);

    for (i = 0; i < tkt_array_len(asked_with); i++) {
        char  body[128];

        (void) snprintf(body, sizeof(body), "{\"scopes\":[%s]}",
                        asked_with[i].with);
        user.token = 0;
        assert_int_equal(ask_send(&d, &a, &user, TKT_METHOD_POST,
                                  "/v1/me/tokens", body), 201);
        user.token = (uint32_t) number_at(a.json, "/id");
        ask_done(&a);

        (void) ask_send(&d, &a, &user, TKT_METHOD_POST, "/v1/me/tokens",
                        asked_with[i].wanted);

        if (a.reply.http != asked_with[i].http) {
            fail_msg("with %s for %s: %u", asked_with[i].with,
                     asked_with[i].wanted, a.reply.http);
        }

        ask_done(&a);
    }

    user.token = 0;
    assert_int_equal(ask_send(&d, &a, &user, TKT_METHOD_POST,
                              "/v1/me/tokens", "{\"ttl\":60}"), 201);
    assert_string_equal(text_at(a.json, "/kind"), "access");
    assert_true(tkt_str_eq(a.reply.location, tkt_str("/v1/me/tokens/18")));
    ask_done(&a);
    desk_ok(&d, &user, TKT_METHOD_DELETE, "/v1/me/tokens/18", "");
    refused(&d, &user, TKT_METHOD_DELETE, "/v1/me/tokens/18", "", 404, NULL);
    assert_int_equal(ask_get(&d, &a, &user, "/v1/me/tokens"), 200);
    assert_int_equal(length_at(a.json, "/data"), 17);
    assert_string_equal(text_at(a.json, "/data/0/token"), "(null)");
    ask_done(&a);

    /* one's own only */

    user.id = 2;
    refused(&d, &user, TKT_METHOD_DELETE, "/v1/me/tokens/1", "", 404, NULL);

    /* the desk's own principal gets tokens from the operator alone */

    user = (tkt_actor_t) { .tenant = 1, .id = TRAFFIC_SYSTEM,
                           .role = TKT_ROLE_SYSTEM };
    refused(&d, &user, TKT_METHOD_POST, "/v1/me/tokens", "{}", 403, NULL);
    desk_post(&d, &operator, "/v1/users/16/tokens", "{}");

    desk_verify_clean(&d);
    desk_close(&d);
}


/* ---- principals ---- */

static void
test_kinds_and_proofs(void **state)
{
    ask_t          a;
    tkt_txn_t     *txn;
    tkt_user_t     before, user;
    static desk_t  d;

    traffic_open(&d);

    assert_int_equal(ask_send(&d, &a, &admin, TKT_METHOD_PATCH,
        "/v1/users/1", "{\"kind\":\"customer\",\"phone\":\"+86 138\","
        "\"email\":\"a@example.com\"}"), 200);
    assert_string_equal(text_at(a.json, "/kind"), "customer");
    assert_string_equal(text_at(a.json, "/origin"), "local");
    ask_done(&a);
    refused(&d, &admin, TKT_METHOD_PATCH, "/v1/users/1",
            "{\"kind\":\"organisation\"}", 400, "/kind");
    refused(&d, &admin, TKT_METHOD_POST, "/v1/users",
            "{\"login\":\"g\",\"kind\":\"guest\"}", 400, "/kind");

    /* a proof is of one address */

    assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);
    assert_true(tkt_user_load(txn, 1, 1, &before, &d.arena));
    user = before;
    user.email_verified = user.phone_verified = 1;
    tkt_user_save(txn, &before, &user, &d.arena);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    assert_int_equal(ask_send(&d, &a, &admin, TKT_METHOD_PATCH,
        "/v1/users/1", "{\"email\":\"b@example.com\",\"phone\":"
        "\"+86 138\"}"), 200);
    assert_false(is_true(a.json, "/email_verified"));
    assert_true(is_true(a.json, "/phone_verified"));
    ask_done(&a);

    /* who was erased stays so */

    assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);
    assert_true(tkt_user_load(txn, 1, 2, &before, &d.arena));
    user = before;
    user.erased_at = 1;
    tkt_user_save(txn, &before, &user, &d.arena);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    refused(&d, &admin, TKT_METHOD_PATCH, "/v1/users/2", "{\"name\":\"x\"}",
            409, NULL);
    refused(&d, &admin, TKT_METHOD_POST, "/v1/users/2/tokens", "{}", 409,
            NULL);
    desk_close(&d);
}


/* As many as the tenant may have. */
static void
test_limit(void **state)
{
    tkt_txn_t     *txn;
    tkt_tenant_t   before, tenant;
    static desk_t  d;

    traffic_open(&d);

    assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);
    assert_true(tkt_tenant_load(txn, 1, &tenant, &d.arena));
    before = tenant;
    tenant.max_principals = TRAFFIC_PEOPLE + 2;
    tkt_tenant_save(txn, &before, &tenant, &d.arena);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    desk_verify_clean(&d);

    desk_post(&d, &admin, "/v1/users", "{\"login\":\"one\"}");
    desk_post(&d, &admin, "/v1/users", "{\"login\":\"two\"}");
    refused(&d, &admin, TKT_METHOD_POST, "/v1/users",
            "{\"login\":\"three\"}", 409, NULL);
    desk_ok(&d, &admin, TKT_METHOD_PATCH, "/v1/users/1", "{\"name\":\"x\"}");

    /* another tenant has its own */

    desk_post(&d, &far_admin, "/v1/users", "{\"login\":\"three\"}");
    desk_close(&d);
}


static void
test_permissions(void **state)
{
    size_t         i, n;
    ask_t          a;
    uint64_t       perm;
    static desk_t  d;
    tkt_actor_t    nobody = { .tenant = 0 };

    traffic_open(&d);
    assert_int_equal(ask_get(&d, &a, &nobody, "/v1/permissions"), 200);
    assert_true(a.reply.cacheable);
    n = length_at(a.json, "/data");
    assert_int_equal(n, TKT_ACTION_MAX + TKT_PERM_MAX - TKT_PERM_FIRST);

    for (i = 0; i < n; i++) {
        yajl_val  row = at(a.json, "/data")->u.array.values[i];

        assert_true(tkt_names_find(&tkt_perm_names,
                                   tkt_str_z(text_at(row, "/name")), &perm));
        assert_true(strlen(text_at(row, "/description")) > 5);
        assert_int_equal(lists(row, "/roles", "agent"),
                         (tkt_role_permissions(TKT_ROLE_AGENT) >> perm) & 1);
        assert_false(lists(row, "/roles", "system"));
    }

    ask_done(&a);
    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_me),
        cmocka_unit_test(test_my_tokens),
        cmocka_unit_test(test_kinds_and_proofs),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_permissions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
