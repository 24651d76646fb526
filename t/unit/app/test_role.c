/*
 * Roles that a tenant makes: their rules, what their holders may do, that
 * nobody gives more than he has nor rules over who stands above him; one's
 * own record and one's own tokens; the limit on principals.
 */

#define _GNU_SOURCE

#include "ask.h"
#include "traffic.h"

#include "app/tkt_roles.h"


static const tkt_actor_t  admin = {
    .tenant = 1, .id = TRAFFIC_ADMIN, .role = TKT_ROLE_ADMIN,
    .tenant_name = "main"
};
static const tkt_actor_t  operator = {
    .tenant = 1, .id = 0, .role = TKT_ROLE_ADMIN, .tenant_name = "main"
};
static const tkt_actor_t  far_admin = {
    .tenant = 2, .id = 0, .role = TKT_ROLE_ADMIN, .tenant_name = "far"
};


static void
open_desk(desk_t *d)
{
    desk_open(d);
    traffic_make_people(d);
}


static void
refused(desk_t *d, const tkt_actor_t *actor, tkt_method_t method,
    const char *path, const char *body, unsigned http, const char *pointer)
{
    ask_t  a;

    (void) ask_send(d, &a, actor, method, path, body);

    if (a.reply.http != http
        || (pointer != NULL
            && strcmp(text_at(a.json, "/errors/0/pointer"), pointer) != 0))
    {
        fail_msg("%s %.200s: %u %.*s", path, body, a.reply.http,
                 (int) a.reply.body.len, (const char *) a.reply.body.data);
    }

    ask_done(&a);
}


/* A principal as he is admitted now. */
static tkt_actor_t
admitted(desk_t *d, uint64_t id)
{
    tkt_user_t   user;
    tkt_actor_t  actor = { .tenant = 1, .id = id, .tenant_name = "main" };

    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    assert_true(tkt_user_load(d->read, 1, id, &user, NULL));
    tkt_actor_role(d->read, &user, &actor);
    tkt_txn_reset(d->read);

    return actor;
}


/* ---- the resource ---- */

static void
test_life(void **state)
{
    ask_t           a;
    tkt_request_t   req;
    static desk_t   d;

    open_desk(&d);

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

    /* tags, and a patch that changes nothing */

    req = ask_make(&d, TKT_METHOD_GET, "/v1/roles/1");
    req.if_none_match = tkt_str("\"r1.1\"");
    ask_request(&d, &a, &admin, &req, "");
    assert_int_equal(a.reply.http, 304);
    ask_done(&a);

    req = ask_make(&d, TKT_METHOD_PATCH, "/v1/roles/1");
    req.if_match = tkt_str("\"r1.7\"");
    ask_request(&d, &a, &admin, &req, "{\"title\":\"x\"}");
    assert_int_equal(a.reply.http, 412);
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

    req = ask_make(&d, TKT_METHOD_DELETE, "/v1/roles/1");
    req.if_match = tkt_str("\"r1.1\"");
    ask_request(&d, &a, &admin, &req, "");
    assert_int_equal(a.reply.http, 412);
    ask_done(&a);
    desk_ok(&d, &admin, TKT_METHOD_DELETE, "/v1/roles/1", "");
    refused(&d, &admin, TKT_METHOD_DELETE, "/v1/roles/1", "", 404, NULL);
    refused(&d, &admin, TKT_METHOD_GET, "/v1/roles/1", "", 404, NULL);

    desk_verify_clean(&d);
    desk_close(&d);
}


static void
test_rules(void **state)
{
    size_t         i;
    char           body[128];
    static desk_t  d;

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

    open_desk(&d);
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

    open_desk(&d);
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

    open_desk(&d);
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

    open_desk(&d);
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


/* ---- nobody above himself ---- */

static void
test_never_above(void **state)
{
    tkt_actor_t    lesser, super;
    static desk_t  d;

    open_desk(&d);

    /* one who administers people, and may do what users may, not more */

    desk_post(&d, &admin, "/v1/roles", "{\"name\":\"people\",\"base\":"
        "\"admin\",\"permissions\":[\"self\",\"ticket.read\","
        "\"message.write\",\"user.read\",\"user.write\",\"token.read\","
        "\"token.write\",\"role.read\",\"role.write\",\"ticket.submit\","
        "\"ticket.confirm\",\"ticket.rating\",\"ticket.close\","
        "\"ticket.reopen\",\"ticket.urge\",\"ticket.complain\","
        "\"ticket.message\",\"ticket.courtesy\",\"ticket.edit\","
        "\"ticket.shred\"]}");
    desk_post(&d, &admin, "/v1/roles", "{\"name\":\"boss\",\"base\":"
        "\"admin\",\"permissions\":[\"audit.read\"]}");
    desk_ok(&d, &admin, TKT_METHOD_PATCH, "/v1/users/1",
            "{\"role\":\"people\"}");
    desk_ok(&d, &admin, TKT_METHOD_PATCH, "/v1/users/2",
            "{\"role\":\"boss\"}");
    lesser = admitted(&d, 1);

    desk_post(&d, &lesser, "/v1/users", "{\"login\":\"m\",\"role\":"
              "\"user\"}");
    desk_post(&d, &lesser, "/v1/users", "{\"login\":\"m2\",\"role\":"
              "\"people\"}");
    desk_post(&d, &lesser, "/v1/users/3/tokens", "{}");
    desk_ok(&d, &lesser, TKT_METHOD_PATCH, "/v1/users/3",
            "{\"disabled\":true}");

    /* not what he has not: agents' work, all of an admin's, the audit */

    refused(&d, &lesser, TKT_METHOD_POST, "/v1/users",
            "{\"login\":\"x\",\"role\":\"agent\"}", 403, "/role");
    refused(&d, &lesser, TKT_METHOD_POST, "/v1/users",
            "{\"login\":\"x\",\"role\":\"admin\"}", 403, "/role");
    refused(&d, &lesser, TKT_METHOD_POST, "/v1/users",
            "{\"login\":\"x\",\"role\":\"boss\"}", 403, "/role");
    refused(&d, &lesser, TKT_METHOD_PATCH, "/v1/users/4",
            "{\"role\":\"supervisor\"}", 403, "/role");
    refused(&d, &lesser, TKT_METHOD_POST, "/v1/roles",
            "{\"name\":\"x\",\"base\":\"admin\"}", 403, NULL);
    refused(&d, &lesser, TKT_METHOD_POST, "/v1/roles",
            "{\"name\":\"x\",\"base\":\"agent\",\"permissions\":"
            "[\"ticket.claim\"]}", 403, NULL);
    desk_post(&d, &lesser, "/v1/roles", "{\"name\":\"x\",\"base\":"
              "\"admin\",\"permissions\":[\"user.read\",\"ticket.read\"]}");
    refused(&d, &lesser, TKT_METHOD_PATCH, "/v1/roles/3",
            "{\"permissions\":[\"audit.read\"]}", 403, NULL);
    refused(&d, &lesser, TKT_METHOD_PATCH, "/v1/roles/2",
            "{\"permissions\":[]}", 403, NULL);
    refused(&d, &lesser, TKT_METHOD_DELETE, "/v1/roles/2", "", 403, NULL);

    /* nor over those who have it: the name, the token, the entry */

    refused(&d, &lesser, TKT_METHOD_PATCH, "/v1/users/14",
            "{\"email\":\"mine@example.com\"}", 403, NULL);
    refused(&d, &lesser, TKT_METHOD_PATCH, "/v1/users/2",
            "{\"disabled\":true}", 403, NULL);
    refused(&d, &lesser, TKT_METHOD_POST, "/v1/users/14/tokens", "{}", 403,
            NULL);
    refused(&d, &lesser, TKT_METHOD_POST, "/v1/users/9/tokens", "{}", 403,
            NULL);
    desk_post(&d, &admin, "/v1/users/9/tokens", "{}");
    refused(&d, &lesser, TKT_METHOD_DELETE, "/v1/users/9/tokens/1", "", 403,
            NULL);

    /* his own role stays as it is */

    refused(&d, &lesser, TKT_METHOD_PATCH, "/v1/users/1",
            "{\"role\":\"user\"}", 400, "/role");
    desk_ok(&d, &lesser, TKT_METHOD_PATCH, "/v1/users/1",
            "{\"role\":\"people\",\"name\":\"N\"}");

    /* the operator stands above all */

    desk_ok(&d, &operator, TKT_METHOD_PATCH, "/v1/users/2",
            "{\"role\":\"system\"}");
    super = admitted(&d, 2);
    assert_int_equal(super.role, TKT_ROLE_SYSTEM);
    refused(&d, &admin, TKT_METHOD_PATCH, "/v1/users/2", "{\"name\":\"x\"}",
            403, NULL);
    desk_verify_clean(&d);
    desk_close(&d);
}


/* ---- oneself ---- */

static void
test_me(void **state)
{
    ask_t          a;
    tkt_request_t  req;
    tkt_actor_t    user = { .tenant = 1, .id = 1, .role = TKT_ROLE_USER,
                            .tenant_name = "main" };
    tkt_actor_t    unseen = { .tenant = 1, .id = TKT_PRINCIPAL_UNSEEN,
                              .role = TKT_ROLE_USER, .login = "新人",
                              .tenant_name = "main" };
    static desk_t  d;

    open_desk(&d);

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

    req = ask_make(&d, TKT_METHOD_PATCH, "/v1/me");
    req.if_match = tkt_str("\"u1.1\"");
    ask_request(&d, &a, &user, &req, "{\"name\":null}");
    assert_int_equal(a.reply.http, 412);
    ask_done(&a);

    /* whom the store does not know has nothing, and is who he is */

    assert_int_equal(ask_get(&d, &a, &unseen, "/v1/me"), 200);
    assert_string_equal(text_at(a.json, "/login"), "新人");
    assert_string_equal(text_at(a.json, "/id"), "(null)");
    assert_string_equal(text_at(a.json, "/role"), "user");
    ask_done(&a);
    assert_int_equal(ask_get(&d, &a, &unseen, "/v1/me/tokens"), 200);
    assert_int_equal(length_at(a.json, "/data"), 0);
    ask_done(&a);

    desk_close(&d);
}


static void
test_my_tokens(void **state)
{
    size_t         i;
    ask_t          a;
    tkt_actor_t    user = { .tenant = 1, .id = 1, .role = TKT_ROLE_USER };
    static desk_t  d;

    static const struct {
        const char  *with;            /* scopes of the token asked with      */
        const char  *wanted;
        unsigned     http;
    } cases[] = {
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

    open_desk(&d);

    for (i = 0; i < tkt_array_len(cases); i++) {
        char  body[128];

        (void) snprintf(body, sizeof(body), "{\"scopes\":[%s]}",
                        cases[i].with);
        user.token = 0;
        assert_int_equal(ask_send(&d, &a, &user, TKT_METHOD_POST,
                                  "/v1/me/tokens", body), 201);
        user.token = (uint32_t) number_at(a.json, "/id");
        ask_done(&a);

        (void) ask_send(&d, &a, &user, TKT_METHOD_POST, "/v1/me/tokens",
                        cases[i].wanted);

        if (a.reply.http != cases[i].http) {
            fail_msg("with %s for %s: %u", cases[i].with, cases[i].wanted,
                     a.reply.http);
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

    open_desk(&d);

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


/* As many as the tenant may have, also where no count was kept before. */
static void
test_limit(void **state)
{
    tkt_key_t      key;
    tkt_txn_t     *txn;
    tkt_tenant_t   tenant;
    static desk_t  d;

    open_desk(&d);

    assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);
    assert_true(tkt_tenant_load(txn, 1, &tenant, &d.arena));
    tenant.max_principals = TRAFFIC_PEOPLE + 2;
    tkt_tenant_save(txn, &tenant, &d.arena);
    tkt_key_principal_count(&key, 1);
    assert_true(tkt_delete(txn, TKT_DB_COUNTER, &key));
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    assert_int_equal(tkt_app_prepare(d.env, d.now_ms), TKT_OK);
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

    open_desk(&d);
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
        cmocka_unit_test(test_life),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_holders),
        cmocka_unit_test(test_withheld),
        cmocka_unit_test(test_lost),
        cmocka_unit_test(test_never_above),
        cmocka_unit_test(test_me),
        cmocka_unit_test(test_my_tokens),
        cmocka_unit_test(test_kinds_and_proofs),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_permissions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
