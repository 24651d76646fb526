/*
 * Roles that a tenant makes: the resource and its rules, their holders, and
 * what these may do.
 */

#define _GNU_SOURCE

#include "app/rulers.h"


/* ---- the resource ---- */

static void
test_life(void **state)
{
    ask_t          a;
    static desk_t  d;

    traffic_open(&d);

    assert_int_equal(ask_send(&d, &a, &admin, TKT_METHOD_POST, "/v1/roles",
        "{\"name\":\"first-line\",\"title\":\"一线客服\",\"base\":\"agent\","
        "\"permissions\":[\"ticket.read\",\"ticket.claim\",\"self\"],"
        "\"quota\":60}"), 201);
    assert_string_equal(text_at(a.json, "/name"), "first-line");
    assert_string_equal(text_at(a.json, "/title"), "一线客服");
    assert_string_equal(text_at(a.json, "/base"), "agent");
    assert_int_equal(length_at(a.json, "/permissions"), 3);
    assert_int_equal(number_at(a.json, "/version"), 1);
    assert_int_equal(number_at(a.json, "/quota"), 60);
    assert_null(at(a.json, "/holders"));
    assert_true(tkt_str_eq(a.reply.location, tkt_str("/v1/roles/1")));
    assert_true(tkt_str_eq(a.reply.etag, tkt_str("\"r1.1\"")));
    ask_done(&a);

    /* without permissions: all of the base's; with none: none */

    desk_post(&d, &admin, "/v1/roles", "{\"name\":\"all\",\"base\":\"user\"}");
    desk_post(&d, &admin, "/v1/roles", "{\"name\":\"nothing\",\"base\":"
              "\"admin\",\"permissions\":[]}");
    assert_int_equal(ask_get(&d, &a, &admin, "/v1/roles/2"), 200);
    assert_int_equal(length_at(a.json, "/permissions"),
        (size_t) __builtin_popcountll(tkt_role_permissions(TKT_ROLE_USER)));
    ask_done(&a);
    assert_int_equal(ask_get(&d, &a, &admin, "/v1/roles/3"), 200);
    assert_int_equal(length_at(a.json, "/permissions"), 0);
    ask_done(&a);

    assert_int_equal(ask_get(&d, &a, &admin, "/v1/roles?limit=2"), 200);
    assert_int_equal(length_at(a.json, "/data"), 2);
    assert_true(is_true(a.json, "/page/has_more"));
    ask_done(&a);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* Tags, a patch that changes nothing, and the end. */
static void
test_changes(void **state)
{
    ask_t           a;
    static desk_t   d;

    traffic_open(&d);
    desk_post(&d, &admin, "/v1/roles", "{\"name\":\"first-line\",\"base\":"
              "\"agent\",\"quota\":60,\"title\":\"一线\"}");

    assert_int_equal(ask_tagged(&d, &a, &admin, TKT_METHOD_GET, "/v1/roles/1",
                                "\"r1.1\"", ""), 304);
    ask_done(&a);

    assert_int_equal(ask_tagged(&d, &a, &admin, TKT_METHOD_PATCH,
                                "/v1/roles/1", "\"r1.7\"",
                                "{\"title\":\"x\"}"), 412);
    assert_true(tkt_str_eq(a.reply.etag, tkt_str("\"r1.1\"")));
    ask_done(&a);

    assert_int_equal(ask_send(&d, &a, &admin, TKT_METHOD_PATCH,
                              "/v1/roles/1", "{\"quota\":60}"), 200);
    assert_int_equal(number_at(a.json, "/version"), 1);
    ask_done(&a);
    assert_int_equal(ask_send(&d, &a, &admin, TKT_METHOD_PATCH,
                              "/v1/roles/1", "{\"quota\":null,\"title\":null,"
                              "\"permissions\":[\"self\"]}"), 200);
    assert_int_equal(number_at(a.json, "/version"), 2);
    assert_string_equal(text_at(a.json, "/quota"), "(null)");
    assert_string_equal(text_at(a.json, "/permissions/0"), "self");
    ask_done(&a);

    assert_int_equal(ask_tagged(&d, &a, &admin, TKT_METHOD_DELETE,
                                "/v1/roles/1", "\"r1.1\"", ""), 412);
    ask_done(&a);
    desk_ok(&d, &admin, TKT_METHOD_DELETE, "/v1/roles/1", "");
    refused(&d, &admin, TKT_METHOD_DELETE, "/v1/roles/1", "", 404, NULL);
    refused(&d, &admin, TKT_METHOD_GET, "/v1/roles/1", "", 404, NULL);

    desk_verify_clean(&d);
    desk_close(&d);
}


static const struct {
    const char  *body;
    unsigned     http;
    const char  *pointer;
} bad[] = {
    { "{}", 400, "/name" },
    { "{\"name\":\"x\"}", 400, "/base" },
    { "{\"name\":\"x\",\"base\":null}", 400, "/base" },
    { "{\"name\":\"x\",\"base\":\"system\"}", 400, "/base" },
    { "{\"name\":\"x\",\"base\":\"one\"}", 400, "/base" },
    { "{\"name\":\"X\",\"base\":\"user\"}", 400, "/name" },
    { "{\"name\":\"\",\"base\":\"user\"}", 400, "/name" },
    { "{\"name\":\"角色\",\"base\":\"user\"}", 400, "/name" },
    { "{\"name\":\"x\",\"base\":\"user\",\"id\":3}", 400, "/id" },
    { "{\"name\":\"x\",\"base\":\"user\",\"permissions\":[\"all\"]}", 400,
      "/permissions/0" },
    { "{\"name\":\"x\",\"base\":\"user\",\"permissions\":[\"self\","
      "\"user.write\"]}", 400, "/permissions" },
    { "{\"name\":\"x\",\"base\":\"admin\",\"permissions\":"
      "[\"ticket.timeout\"]}", 400, "/permissions" },
    { "{\"name\":\"x\",\"base\":\"user\",\"quota\":1000001}", 400,
      "/quota" },
    { "{\"name\":\"admin\",\"base\":\"user\"}", 409, NULL },
    { "{\"name\":\"system\",\"base\":\"user\"}", 409, NULL },
    { "{\"name\":\"taken\",\"base\":\"user\"}", 409, NULL },
};


static void
test_rules(void **state)
{
    size_t         i;
    char           body[128];
    static desk_t  d;

    traffic_open(&d);
    desk_post(&d, &admin, "/v1/roles", "{\"name\":\"taken\",\"base\":"
              "\"user\"}");

    for (i = 0; i < tkt_array_len(bad); i++) {
        refused(&d, &admin, TKT_METHOD_POST, "/v1/roles", bad[i].body,
                bad[i].http, bad[i].pointer);
    }

    refused(&d, &admin, TKT_METHOD_PATCH, "/v1/roles/1",
            "{\"permissions\":[\"user.read\"]}", 400, "/permissions");
    refused(&d, &admin, TKT_METHOD_PATCH, "/v1/roles/1",
            "{\"name\":\"new\"}", 400, "/name");
    refused(&d, &admin, TKT_METHOD_PATCH, "/v1/roles/1",
            "{\"base\":\"agent\"}", 400, "/base");

    /* a name is one tenant's; an id of another is none */

    desk_post(&d, &far_admin, "/v1/roles", "{\"name\":\"taken\",\"base\":"
              "\"user\"}");
    refused(&d, &far_admin, TKT_METHOD_GET, "/v1/roles/1", "", 404, NULL);
    refused(&d, &far_admin, TKT_METHOD_PATCH, "/v1/roles/1", "{}", 404, NULL);
    refused(&d, &far_admin, TKT_METHOD_DELETE, "/v1/roles/1", "", 404, NULL);
    refused(&d, &admin, TKT_METHOD_GET, "/v1/roles/2", "", 404, NULL);

    for (i = 1; i < TKT_ROLES_PER_TENANT_MAX; i++) {
        (void) snprintf(body, sizeof(body), "{\"name\":\"r%zu\",\"base\":"
                        "\"bot\"}", i);
        desk_post(&d, &admin, "/v1/roles", body);
    }

    refused(&d, &admin, TKT_METHOD_POST, "/v1/roles",
            "{\"name\":\"more\",\"base\":\"user\"}", 409, NULL);
    desk_ok(&d, &admin, TKT_METHOD_DELETE, "/v1/roles/1", "");
    desk_post(&d, &admin, "/v1/roles", "{\"name\":\"more\",\"base\":"
              "\"user\"}");

    desk_close(&d);
}


/* ---- holders ---- */

static void
test_holders(void **state)
{
    ask_t          a;
    static desk_t  d;

    traffic_open(&d);
    desk_post(&d, &admin, "/v1/roles", "{\"name\":\"a1\",\"base\":\"agent\","
              "\"permissions\":[\"self\",\"ticket.read\",\"ticket.claim\"],"
              "\"quota\":7}");
    desk_post(&d, &admin, "/v1/roles", "{\"name\":\"u1\",\"base\":\"user\"}");

    /* given with a new principal, and by a patch */

    assert_int_equal(ask_send(&d, &a, &admin, TKT_METHOD_POST, "/v1/users",
                              "{\"login\":\"n\",\"role\":\"a1\"}"), 201);
    assert_string_equal(text_at(a.json, "/role"), "a1");
    assert_string_equal(text_at(a.json, "/base_role"), "agent");
    ask_done(&a);
    desk_ok(&d, &admin, TKT_METHOD_PATCH, "/v1/users/1", "{\"role\":\"a1\"}");
    desk_ok(&d, &admin, TKT_METHOD_PATCH, "/v1/users/2", "{\"role\":\"u1\"}");
    desk_verify_clean(&d);

    assert_int_equal(ask_get(&d, &a, &admin, "/v1/users?limit=2"), 200);
    assert_string_equal(text_at(a.json, "/data/0/role"), "a1");
    assert_string_equal(text_at(a.json, "/data/1/role"), "u1");
    assert_string_equal(text_at(a.json, "/data/1/base_role"), "user");
    ask_done(&a);

    refused(&d, &admin, TKT_METHOD_PATCH, "/v1/users/3",
            "{\"role\":\"a2\"}", 400, "/role");
    refused(&d, &far_admin, TKT_METHOD_POST, "/v1/users",
            "{\"login\":\"n\",\"role\":\"a1\"}", 400, "/role");

    /* what is held is not deleted, until nobody has it */

    refused(&d, &admin, TKT_METHOD_DELETE, "/v1/roles/1", "", 409, NULL);
    desk_ok(&d, &admin, TKT_METHOD_PATCH, "/v1/users/1",
            "{\"role\":\"user\"}");
    refused(&d, &admin, TKT_METHOD_DELETE, "/v1/roles/1", "", 409, NULL);
    desk_ok(&d, &admin, TKT_METHOD_PATCH, "/v1/users/17",
            "{\"role\":\"u1\"}");
    desk_ok(&d, &admin, TKT_METHOD_DELETE, "/v1/roles/1", "");

    /* who was erased holds nothing */

    assert_int_equal(desk_run(&d, &admin, TKT_METHOD_POST,
                              "/v1/users/17/erase", "{\"reason\":\"r\"}"),
                     202);
    desk_ok(&d, &admin, TKT_METHOD_PATCH, "/v1/users/2",
            "{\"role\":\"user\"}");
    desk_ok(&d, &admin, TKT_METHOD_DELETE, "/v1/roles/2", "");
    desk_verify_clean(&d);
    desk_close(&d);
}


/* What is withheld holds at once, and for commands that are under way. */
static void
test_withheld(void **state)
{
    ask_t          a;
    tkt_actor_t    agent, stale;
    static desk_t  d;

    traffic_open(&d);
    desk_post(&d, &admin, "/v1/roles", "{\"name\":\"a1\",\"base\":\"agent\","
              "\"permissions\":[\"self\",\"ticket.read\",\"ticket.claim\","
              "\"ticket.note\",\"message.write\"],\"quota\":7}");
    desk_ok(&d, &admin, TKT_METHOD_PATCH, "/v1/users/9", "{\"role\":\"a1\"}");
    desk_post(&d, &(tkt_actor_t) { .tenant = 1, .id = 1,
                                   .role = TKT_ROLE_USER },
              "/v1/tickets", "{\"subject\":\"s\",\"description\":\"d\"}");

    agent = admitted(&d, 9);
    assert_int_equal(agent.role, TKT_ROLE_AGENT);
    assert_int_equal(agent.role_id, 1);
    assert_int_equal(agent.quota, 7);
    assert_int_equal(__builtin_popcountll(tkt_actor_permissions(&agent)), 5);

    /* seen as what he may do; the rest refused by the workflow as well */

    assert_int_equal(ask_get(&d, &a, &agent, "/v1/tickets/1"), 200);
    assert_int_equal(length_at(a.json, "/allowed_actions"), 2);
    assert_true(lists(a.json, "/allowed_actions", "claim"));
    assert_true(lists(a.json, "/allowed_actions", "note"));
    ask_done(&a);
    refused(&d, &agent, TKT_METHOD_POST, "/v1/tickets/1/start", "{}", 403,
            NULL);
    refused(&d, &agent, TKT_METHOD_POST, "/v1/tickets/1/messages",
            "{\"body\":\"b\"}", 403, NULL);
    desk_post(&d, &agent, "/v1/tickets/1/messages",
              "{\"body\":\"b\",\"kind\":\"note\"}");

    /* the quota of the principal goes before that of the role */

    desk_ok(&d, &admin, TKT_METHOD_PATCH, "/v1/users/9", "{\"quota\":3}");
    assert_int_equal(admitted(&d, 9).quota, 3);

    /* taken away: what was admitted before does not run any more */

    stale = agent;
    desk_ok(&d, &admin, TKT_METHOD_PATCH, "/v1/roles/1",
            "{\"permissions\":[\"self\",\"ticket.read\"]}");
    refused(&d, &stale, TKT_METHOD_POST, "/v1/tickets/1/claim", "{}", 403,
            NULL);

    /* given back: it does; more than then was asked for does no harm */

    desk_ok(&d, &admin, TKT_METHOD_PATCH, "/v1/roles/1",
            "{\"permissions\":[\"self\",\"ticket.read\",\"ticket.claim\","
            "\"ticket.note\",\"message.write\",\"ticket.start\"]}");
    assert_int_equal(ask_send(&d, &a, &stale, TKT_METHOD_POST,
                              "/v1/tickets/1/claim", "{}"), 200);
    ask_done(&a);

    /* another role, and a disabled principal */

    desk_ok(&d, &admin, TKT_METHOD_PATCH, "/v1/users/9",
            "{\"role\":\"user\"}");
    refused(&d, &stale, TKT_METHOD_POST, "/v1/tickets/1/messages",
            "{\"body\":\"b\",\"kind\":\"note\"}", 403, NULL);
    desk_ok(&d, &admin, TKT_METHOD_PATCH, "/v1/users/9",
            "{\"role\":\"a1\",\"disabled\":true}");
    refused(&d, &stale, TKT_METHOD_POST, "/v1/tickets/1/messages",
            "{\"body\":\"b\",\"kind\":\"note\"}", 401, NULL);
    desk_close(&d);
}


/* A role whose record is lost, or of another base, gives nothing. */
static void
test_lost(void **state)
{
    tkt_user_t     user = { .id = 1, .tenant = 1, .role = TKT_ROLE_ADMIN,
                            .role_id = 9 };
    tkt_actor_t    actor = { .id = 1 };
    static desk_t  d;

    traffic_open(&d);
    desk_post(&d, &admin, "/v1/roles", "{\"name\":\"u\",\"base\":\"user\"}");
    assert_int_equal(tkt_txn_renew(d.read), TKT_OK);

    tkt_actor_role(d.read, &user, &actor);
    assert_int_equal(tkt_actor_permissions(&actor), 0);

    user.role_id = 1;
    tkt_actor_role(d.read, &user, &actor);
    assert_int_equal(tkt_actor_permissions(&actor), 0);

    user.role = TKT_ROLE_USER;
    tkt_actor_role(d.read, &user, &actor);
    assert_true(tkt_actor_permissions(&actor)
                == tkt_role_permissions(TKT_ROLE_USER));

    tkt_txn_reset(d.read);
    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_life),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_holders),
        cmocka_unit_test(test_withheld),
        cmocka_unit_test(test_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
