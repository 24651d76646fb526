/*
 * Nobody gets above himself by a detour: a token or password of one's own
 * where the location makes less of its bearer, a tenant's first
 * administrator.
 */

#define _GNU_SOURCE

#include "app/enter.h"
#include "app/rulers.h"

#include "app/privacy/tkt_audit.h"


#define CLERKS                                                                \
    "{\"name\":\"clerk\",\"base\":\"admin\",\"permissions\":[\"self\","       \
    "\"ticket.read\",\"tenant.read\",\"tenant.write\"]}"

#define TICKET  "{\"subject\":\"s\",\"description\":\"d\"}"

static const tkt_site_t  users = { .identity = true };
static const tkt_site_t  staff = { .identity = true,
                                   .identity_max = TKT_ROLE_ADMIN };


/* Sends in the name of whom the site vouches for; the status. */
static unsigned
vouched(desk_t *d, const tkt_site_t *site, const char *login,
    const char *role, tkt_method_t method, const char *path,
    const char *body)
{
    enter_t   e = enter_make(d, site, method, path);
    unsigned  http;

    e.req.identity = enter_who(login, role, "");
    http = enter_send(d, &e, body);
    ask_done(&e.a);

    return http;
}


/* The numbers of a principal. */
static tkt_user_t
principal(desk_t *d, const char *login)
{
    tkt_user_t  user;

    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    assert_true(tkt_user_by_login(d->read, 1, tkt_str_z(login), &user, NULL));
    tkt_txn_reset(d->read);

    return user;
}


/* p14 is an administrator, and a user at a location that gives no more. */
static void
test_token(void **state)
{
    static desk_t  d;

    traffic_open(&d);

    assert_int_equal(vouched(&d, &users, "p14", "", TKT_METHOD_POST,
                             "/v1/me/tokens", "{}"), 403);
    assert_int_equal(vouched(&d, &staff, "p14", "user", TKT_METHOD_POST,
                             "/v1/me/tokens", "{}"), 403);
    assert_int_equal(vouched(&d, &staff, "p14", "", TKT_METHOD_POST,
                             "/v1/me/tokens", "{}"), 201);

    /* what he has made elsewhere he may end here */

    assert_int_equal(vouched(&d, &users, "p14", "", TKT_METHOD_DELETE,
                             "/v1/me/tokens/1", ""), 204);

    /* who is no more elsewhere, and who comes for the first time */

    assert_int_equal(vouched(&d, &users, "p1", "", TKT_METHOD_POST,
                             "/v1/me/tokens", "{}"), 201);
    assert_int_equal(vouched(&d, &users, "dave", "admin", TKT_METHOD_POST,
                             "/v1/me/tokens", "{}"), 201);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* Nor longer, nor for more, by the path of those who rule. */
static void
test_token_of_token(void **state)
{
    ask_t          a;
    desk_t        *d;
    static desk_t  desk;
    tkt_actor_t    root = admin;

    d = &desk;
    traffic_open(d);

    assert_int_equal(ask_send(d, &a, &root, TKT_METHOD_POST,
                              "/v1/users/14/tokens",
                              "{\"scopes\":[\"admin\"],\"ttl\":600}"), 201);
    root.token = (uint32_t) number_at(a.json, "/id");
    ask_done(&a);

    refused(d, &root, TKT_METHOD_POST, "/v1/users/14/tokens",
            "{\"scopes\":[\"admin\"]}", 403, NULL);
    refused(d, &root, TKT_METHOD_POST, "/v1/users/14/tokens",
            "{\"scopes\":[\"admin\"],\"ttl\":700}", 403, NULL);
    refused(d, &root, TKT_METHOD_POST, "/v1/users/14/tokens",
            "{\"ttl\":60}", 403, NULL);
    desk_post(d, &root, "/v1/users/14/tokens",
              "{\"scopes\":[\"admin\"],\"ttl\":60}");
    desk_post(d, &root, "/v1/users/1/tokens", "{}");

    desk_verify_clean(d);
    desk_close(d);
}


static void
test_password(void **state)
{
    enter_t         e;
    static desk_t   d;
    unsigned        http;
    tkt_command_t  *cmd;

    traffic_open(&d);

    for (http = 403; http != 0; http = (http == 403) ? 204 : 0) {
        e = enter_make(&d, http == 403 ? &users : &staff, TKT_METHOD_PUT,
                       "/v1/me/password");
        e.req.identity = enter_who("p14", "", "");
        cmd = enter_command(&d, &e, "{\"new_password\":"
                                    "\"staple in a haystack\"}");
        assert_non_null(cmd);
        desk_execute(&d, cmd);
        assert_int_equal(tkt_command_reply(cmd)->http, http);
        tkt_command_free(cmd);
        tkt_arena_done(&e.a.arena);
    }

    desk_verify_clean(&d);
    desk_close(&d);
}


/*
 * A role of the tenant's own, above the location's cap: what is left of it is
 * no role that a record could have, and none is made up.
 */
static void
test_own_role(void **state)
{
    tkt_user_t        user;
    static desk_t     d;
    const tkt_site_t  agents = { .identity = true,
                                 .identity_max = TKT_ROLE_AGENT };

    traffic_open(&d);
    desk_post(&d, &admin, "/v1/roles", "{\"name\":\"lead\",\"base\":"
              "\"supervisor\",\"permissions\":[\"self\",\"ticket.read\","
              "\"ticket.submit\",\"ticket.claim\"]}");

    assert_int_equal(vouched(&d, &agents, "carol", "lead", TKT_METHOD_POST,
                             "/v1/tickets", TICKET), 201);
    user = principal(&d, "carol");
    assert_int_equal(user.role, TKT_ROLE_USER);
    assert_int_equal(user.role_id, 0);

    /* where it may be had it is noted, and stays where it may not */

    assert_int_equal(vouched(&d, &staff, "carol", "lead", TKT_METHOD_POST,
                             "/v1/tickets", TICKET), 201);
    assert_int_equal(vouched(&d, &agents, "carol", "lead", TKT_METHOD_POST,
                             "/v1/tickets", TICKET), 201);
    user = principal(&d, "carol");
    assert_int_equal(user.role, TKT_ROLE_SUPERVISOR);
    assert_int_equal(user.role_id, 1);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* Makes principal 1 a clerk: an administrator's role with less in it. */
static tkt_actor_t
clerk(desk_t *d)
{
    desk_post(d, &admin, "/v1/roles", CLERKS);
    desk_ok(d, &admin, TKT_METHOD_PATCH, "/v1/users/1",
            "{\"role\":\"clerk\"}");

    return admitted(d, 1);
}


static void
test_first_admin(void **state)
{
    ask_t          a;
    uint32_t       id;
    tkt_audit_t    e;
    static desk_t  d;
    tkt_actor_t    who;

    traffic_open(&d);
    who = clerk(&d);

    refused(&d, &who, TKT_METHOD_POST, "/v1/tenants",
            "{\"name\":\"below\",\"admin\":\"boss\"}", 403, "/admin");
    desk_post(&d, &who, "/v1/tenants", "{\"name\":\"below\"}");
    assert_int_equal(ask_send(&d, &a, &admin, TKT_METHOD_POST, "/v1/tenants",
                              "{\"name\":\"beside\",\"admin\":\"boss\"}"),
                     201);
    id = (uint32_t) number_at(a.json, "/id");
    ask_done(&a);

    /* his tenant's own log begins with him and his token */

    assert_int_equal(tkt_txn_renew(d.read), TKT_OK);
    assert_int_equal(tkt_audit_last(d.read, id), 2);
    assert_true(tkt_audit_load(d.read, id, 1, &e, NULL));
    assert_int_equal(e.object, TKT_OBJECT_USER);
    assert_int_equal(e.actor_tenant, 1);
    assert_true(tkt_audit_load(d.read, id, 2, &e, NULL));
    assert_int_equal(e.object, TKT_OBJECT_TOKEN);
    tkt_txn_reset(d.read);

    desk_verify_clean(&d);
    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_token),
        cmocka_unit_test(test_token_of_token),
        cmocka_unit_test(test_password),
        cmocka_unit_test(test_own_role),
        cmocka_unit_test(test_first_admin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
