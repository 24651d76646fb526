/*
 * The ways in: which of them decides, what each gives, and what none does.
 */

#include "app/enter.h"
#include "app/traffic.h"

#include "base/tkt_time.h"


#define TEST(name)  cmocka_unit_test_setup_teardown(name, setup, teardown)


static const tkt_actor_t  admin = {
    .tenant = 1, .id = TRAFFIC_ADMIN, .role = TKT_ROLE_ADMIN,
    .tenant_name = "main"
};

static issuer_t         issuer;
static tkt_jwt_conf_t  *jwt;

static const tkt_site_t  by_identity = { .identity = true };


static int
setup(void **state)
{
    static desk_t  d;
    uint64_t       tenant;

    traffic_open(&d);
    assert_int_equal(tkt_app_tenant(d.env, tkt_str("acme"), 0, true, d.now_ms,
                                    &tenant), TKT_OK);
    assert_int_equal(tenant, 2);

    issuer_make(&issuer, 3);
    jwt = issuer_conf(&issuer, TKT_JWS_HS256, NULL);
    assert_non_null(jwt);
    *state = &d;

    return 0;
}


static int
teardown(void **state)
{
    tkt_jwt_conf_free(jwt);
    desk_verify_clean(*state);
    desk_close(*state);

    return 0;
}


/* "Bearer TOKEN" of a new token of a principal. */
static const char *
token_of(desk_t *d, unsigned id, const char *body, char out[128])
{
    char   path[64];
    ask_t  a;

    (void) snprintf(path, sizeof(path), "/v1/users/%u/tokens", id);
    assert_int_equal(ask_send(d, &a, &admin, TKT_METHOD_POST, path, body),
                     201);
    (void) snprintf(out, 128, "Bearer %s", text_at(a.json, "/token"));
    ask_done(&a);

    return out;
}


static const char *
jwt_of(const char *claims, char *out)
{
    (void) memcpy(out, "Bearer ", 7);
    (void) issuer_hs256(out + 7, issuer.secret, 32, "{\"alg\":\"HS256\"}",
                        claims);

    return out;
}


/* GET /v1/me of somebody; the status, 0 if he came in, and who he is. */
static unsigned
me(desk_t *d, const tkt_site_t *site, const char *authorization,
    tkt_identity_t who, tkt_actor_t *actor)
{
    enter_t      e = enter_make(d, site, TKT_METHOD_GET, "/v1/me");
    unsigned     http;
    tkt_match_t  match;

    e.req.authorization = tkt_str_z(authorization);
    e.req.identity = who;
    http = enter_admit(d, &e, &match);
    *actor = e.actor;
    ask_done(&e.a);

    return http;
}


/* ---- which way ---- */

static void
test_precedence(void **state)
{
    char            token[128], made[ISSUER_TOKEN_BYTES];
    desk_t         *d = *state;
    tkt_actor_t     who;
    tkt_site_t      all = { .jwt = jwt, .identity = true };
    tkt_site_t      no_jwt = { .identity = true };
    tkt_identity_t  p1 = enter_who("p1", "", "main");
    tkt_identity_t  none = { .user = tkt_str("") };

    (void) token_of(d, 9, "{}", token);

    assert_int_equal(me(d, &all, token, p1, &who), 0);
    assert_int_equal(who.id, 9);
    assert_int_equal(who.by, TKT_BY_TOKEN);
    assert_int_equal(who.role, TKT_ROLE_AGENT);
    assert_int_equal(who.max_role, TKT_ROLE_NONE);

    assert_int_equal(me(d, &all, jwt_of("{\"sub\":\"p2\",\"tenant\":\"main\"}",
                                        made), p1, &who), 0);
    assert_int_equal(who.id, 2);
    assert_int_equal(who.by, TKT_BY_JWT);

    assert_int_equal(me(d, &all, "", p1, &who), 0);
    assert_int_equal(who.id, 1);
    assert_int_equal(who.by, TKT_BY_IDENTITY);
    assert_string_equal(who.login, "p1");
    assert_string_equal(who.tenant_name, "main");

    /* what is there and not good is not passed over */

    token[strlen(token) - 2] ^= 1;
    assert_int_equal(me(d, &all, token, p1, &who), 401);
    assert_int_equal(who.role, TKT_ROLE_NONE);
    assert_int_equal(who.id, 0);
    assert_int_equal(me(d, &all, "Bearer tk_", p1, &who), 401);
    assert_int_equal(me(d, &all, "Bearer tk_a.b.c", p1, &who), 401);
    assert_int_equal(me(d, &all, "Bearer a.b.c", p1, &who), 401);
    assert_int_equal(me(d, &all, jwt_of("{\"sub\":\"p2\",\"exp\":1}", made),
                        p1, &who), 401);

    /* what is none of ours is */

    assert_int_equal(me(d, &all, "Bearer opaque", p1, &who), 0);
    assert_int_equal(who.id, 1);
    assert_int_equal(me(d, &all, "Basic cDI6eA==", p1, &who), 0);
    assert_int_equal(who.id, 1);
    assert_int_equal(me(d, &no_jwt, jwt_of("{\"sub\":\"p2\"}", made), p1,
                        &who), 0);
    assert_int_equal(who.id, 1);

    /* nobody */

    assert_int_equal(me(d, &all, "", none, &who), 401);
    assert_int_equal(me(d, NULL, "", p1, &who), 401);
    assert_int_equal(me(d, &(tkt_site_t) { .jwt = jwt }, "", p1, &who), 401);
    assert_int_equal(me(d, NULL, jwt_of("{\"sub\":\"p2\"}", made), none,
                        &who), 401);
    assert_int_equal(me(d, &(tkt_site_t) { .guest = true }, "", none, &who),
                     401);
}


/* ---- what it gives ---- */

static void
test_tenants(void **state)
{
    ask_t        a;
    desk_t      *d = *state;
    tkt_actor_t  who;

    /* of several tenants none is the default, unless it is called so */

    assert_int_equal(me(d, &by_identity, "", enter_who("p1", "", ""), &who),
                     401);
    assert_int_equal(me(d, &by_identity, "", enter_who("p1", "", "none"),
                        &who), 401);
    assert_int_equal(me(d, &by_identity, "", enter_who("p1", "", "Main"),
                        &who), 401);
    assert_int_equal(me(d, &by_identity, "", enter_who("p1", "", "acme"),
                        &who), 0);
    assert_int_equal(who.tenant, 2);
    assert_int_equal(who.id, TKT_PRINCIPAL_UNSEEN);
    assert_string_equal(who.login, "p1");

    assert_int_equal(ask_send(d, &a, &admin, TKT_METHOD_PATCH,
                              "/v1/tenants/2", "{\"disabled\":true}"), 200);
    ask_done(&a);
    assert_int_equal(me(d, &by_identity, "", enter_who("p1", "", "acme"),
                        &who), 401);
    assert_int_equal(me(d, &by_identity, "", enter_who("p1", "", "main"),
                        &who), 0);
}


static void
test_logins(void **state)
{
    size_t       i;
    char         text[512];
    desk_t      *d = *state;
    tkt_actor_t  who;

    static const struct {
        const char  *login;
        unsigned     http;
    } rows[] = {
        { "alice@example.com", 0 }, { "CN=Alice,O=Acme", 0 }, { "17", 0 },
        { "\xe5\xbc\xa0\xe4\xb8\x89", 0 }, { "a b", 0 }, { "A", 0 },
        { " ", 401 }, { "\xe3\x80\x80", 401 }, { "a\nb", 401 },
        { "a\tb", 401 }, { "a\x7f", 401 }, { "\xc2\x85", 401 },
        { "\xff", 401 }, { "\xc0\xaf", 401 }, { "\xed\xa0\x80", 401 },
        { "tenant:acme", 401 }, { "guest:17", 401 }, { "guests:17", 0 },
    };

    for (i = 0; i < tkt_array_len(rows); i++) {

        if (me(d, &by_identity, "", enter_who(rows[i].login, "", "main"),
               &who) != rows[i].http)
        {
            fail_msg("%s", rows[i].login);
        }

        assert_int_equal(who.id == TKT_PRINCIPAL_UNSEEN, rows[i].http == 0);
    }

    /* characters are counted, not bytes */

    for (i = 0; i < 101; i++) {
        (void) memcpy(text + 4 * i, "\xf0\x9f\x98\x80", 5);
        assert_int_equal(me(d, &by_identity, "", enter_who(text, "", "main"),
                            &who), i < TKT_LOGIN_MAX_CHARS ? 0 : 401);
    }
}


static const struct {
    const char  *login;          /* p1 user, p9 agent, p13 supervisor,
                                    p14 admin, p15 bot, p16 system       */
    const char  *asserted;
    tkt_role_t   max;
    tkt_role_t   role;
} role_rows[] = {
    { "p1", "", TKT_ROLE_NONE, TKT_ROLE_USER },
    { "p1", "", TKT_ROLE_ADMIN, TKT_ROLE_USER },
    { "p9", "", TKT_ROLE_NONE, TKT_ROLE_USER },
    { "p9", "", TKT_ROLE_USER, TKT_ROLE_USER },
    { "p9", "", TKT_ROLE_AGENT, TKT_ROLE_AGENT },
    { "p9", "", TKT_ROLE_ADMIN, TKT_ROLE_AGENT },
    { "p14", "", TKT_ROLE_SUPERVISOR, TKT_ROLE_SUPERVISOR },
    { "p14", "", TKT_ROLE_ADMIN, TKT_ROLE_ADMIN },
    { "p15", "", TKT_ROLE_AGENT, TKT_ROLE_BOT },
    { "p16", "", TKT_ROLE_ADMIN, TKT_ROLE_ADMIN },
    { "p16", "", TKT_ROLE_SYSTEM, TKT_ROLE_ADMIN },
    { "p1", "agent", TKT_ROLE_ADMIN, TKT_ROLE_AGENT },
    { "p1", "admin", TKT_ROLE_SUPERVISOR, TKT_ROLE_SUPERVISOR },
    { "p1", "admin", TKT_ROLE_NONE, TKT_ROLE_USER },
    { "p14", "user", TKT_ROLE_ADMIN, TKT_ROLE_USER },
    { "p14", "boss", TKT_ROLE_ADMIN, TKT_ROLE_USER },
    { "p14", "Admin", TKT_ROLE_ADMIN, TKT_ROLE_USER },
    { "p1", "system", TKT_ROLE_ADMIN, TKT_ROLE_USER },
    { "p1", "system", TKT_ROLE_SYSTEM, TKT_ROLE_USER },
    { "new", "", TKT_ROLE_ADMIN, TKT_ROLE_USER },
    { "new", "agent", TKT_ROLE_ADMIN, TKT_ROLE_AGENT },
    { "new", "agent", TKT_ROLE_NONE, TKT_ROLE_USER },
    { "new", "[\"admin\"]", TKT_ROLE_ADMIN, TKT_ROLE_USER },
    { "new", "night", TKT_ROLE_ADMIN, TKT_ROLE_AGENT },
    { "new", "night", TKT_ROLE_USER, TKT_ROLE_USER },
};


static void
test_roles(void **state)
{
    size_t       i;
    ask_t        a;
    desk_t      *d = *state;
    tkt_site_t   site = { .identity = true };
    tkt_actor_t  who;

    assert_int_equal(ask_send(d, &a, &admin, TKT_METHOD_POST, "/v1/roles",
                              "{\"name\":\"night\",\"base\":\"agent\","
                              "\"permissions\":[\"ticket.read\","
                              "\"ticket.claim\"]}"), 201);
    ask_done(&a);

    for (i = 0; i < tkt_array_len(role_rows); i++) {

        site.identity_max = role_rows[i].max;

        /* /v1/me needs a permission that the night has not */

        if (strcmp(role_rows[i].asserted, "night") == 0) {
            assert_int_equal(me(d, &site, "", enter_who(role_rows[i].login,
                                role_rows[i].asserted, "main"), &who), 403);
            assert_int_equal(who.role_id != 0,
                             role_rows[i].role == TKT_ROLE_AGENT);
            assert_false(tkt_actor_permissions(&who)
                         & tkt_bit(TKT_PERM_MESSAGE_WRITE));
            assert_true(tkt_actor_permissions(&who)
                        & tkt_bit(TKT_PERM_TICKET_READ));

        } else {
            assert_int_equal(me(d, &site, "", enter_who(role_rows[i].login,
                                role_rows[i].asserted, "main"), &who), 0);
            assert_int_equal(who.role_id, 0);
        }

        if (who.role != role_rows[i].role) {
            fail_msg("%zu: %s %s", i, role_rows[i].login,
                     role_rows[i].asserted);
        }
    }
}


static void
test_not_let_in(void **state)
{
    char         token[128];
    desk_t      *d = *state;
    tkt_actor_t  who;

    (void) token_of(d, 3, "{}", token);
    desk_ok(d, &admin, TKT_METHOD_PATCH, "/v1/users/3", "{\"disabled\":true}");
    assert_int_equal(me(d, &by_identity, "", enter_who("p3", "", "main"),
                        &who), 401);
    assert_int_equal(me(d, &by_identity, "", enter_who("p3", "admin", "main"),
                        &who), 401);
    assert_int_equal(me(d, &by_identity, token, enter_who("p1", "", "main"),
                        &who), 401);
}


/* ---- what others make one send ---- */

static void
test_foreign_origin(void **state)
{
    size_t    i;
    char      token[128], made[ISSUER_TOKEN_BYTES];
    desk_t   *d = *state;
    enter_t   e;

    const tkt_site_t  site = { .identity = true, .jwt = jwt };

    const struct {
        tkt_method_t  method;
        const char   *path, *authorization;
        unsigned      http;
    } rows[] = {
        { TKT_METHOD_GET, "/v1/me", "", 200 },
        { TKT_METHOD_POST, "/v1/tickets", "", 403 },
        { TKT_METHOD_PATCH, "/v1/me", "", 403 },
        { TKT_METHOD_DELETE, "/v1/me/tokens/1", "", 403 },
        { TKT_METHOD_POST, "/v1/tickets", "Basic cDE6eA==", 403 },
        { TKT_METHOD_POST, "/v1/tickets", "Bearer other", 403 },
        { TKT_METHOD_POST, "/v1/tickets", token_of(d, 1, "{}", token), 201 },
        { TKT_METHOD_POST, "/v1/tickets",
          jwt_of("{\"sub\":\"p1\",\"tenant\":\"main\"}", made), 201 },
    };

    for (i = 0; i < tkt_array_len(rows); i++) {
        e = enter_make(d, &site, rows[i].method, rows[i].path);
        e.req.authorization = tkt_str_z(rows[i].authorization);
        e.req.identity = enter_who("p1", "", "main");
        e.req.foreign_origin = true;
        assert_int_equal(enter_send(d, &e, "{\"subject\":\"s\","
                                    "\"description\":\"d\"}"),
                         rows[i].http);
        ask_done(&e.a);
    }
}


/* ---- what needs nobody ---- */

static void
test_login_operations(void **state)
{
    size_t       i, k;
    desk_t      *d = *state;
    enter_t      e;
    tkt_match_t  match;

    static const char *const  paths[] = {
        "/v1/session", "/v1/password-reset", "/v1/accounts", "/v1/codes"
    };
    static const struct {
        tkt_site_t  site;
        bool        open[4];
    } rows[] = {
        { { .identity = true }, { false, false, false, false } },
        { { .password_login = true }, { true, true, false, true } },
        { { .registration = true }, { false, false, true, true } },
        { { .guest = true }, { false, false, false, true } },
        { { .registration = true, .password_login = true },
          { true, true, true, true } },
    };

    for (i = 0; i < tkt_array_len(rows); i++) {
        for (k = 0; k < tkt_array_len(paths); k++) {
            e = enter_make(d, &rows[i].site, TKT_METHOD_POST, paths[k]);
            e.req.authorization = tkt_str("Bearer tk_nonsense");
            assert_int_equal(enter_admit(d, &e, &match),
                             rows[i].open[k] ? 0 : 404);
            assert_int_equal(e.actor.id, 0);
            assert_int_equal(e.actor.role, TKT_ROLE_NONE);
            ask_done(&e.a);
        }
    }

    /* a carrier that says nothing: as before there was anything to say */

    for (k = 0; k < tkt_array_len(paths); k++) {
        e = enter_make(d, NULL, TKT_METHOD_POST, paths[k]);
        assert_int_equal(enter_admit(d, &e, &match),
                         rows[1].open[k] ? 0 : 404);
        ask_done(&e.a);
    }
}


static void
test_guests(void **state)
{
    size_t       i;
    desk_t      *d = *state;
    enter_t      e;
    tkt_match_t  match;

    static const tkt_site_t  open = { .guest = true, .identity = true };
    static const tkt_site_t  closed = { .identity = true };

    static const struct {
        const tkt_site_t  *site;
        tkt_method_t       method;
        const char        *path, *authorization, *user;
        unsigned           http;
        uint64_t           id;
    } rows[] = {
        { &open, TKT_METHOD_POST, "/v1/tickets", "", "", 0, 0 },
        { &open, TKT_METHOD_POST, "/v1/tickets", "Basic eDp5", "", 0, 0 },
        { &open, TKT_METHOD_POST, "/v1/tickets", "", "p1", 0, 1 },
        { &open, TKT_METHOD_POST, "/v1/tickets", "Bearer tk_x", "", 401, 0 },
        { &open, TKT_METHOD_POST, "/v1/tickets", "Bearer x", "", 401, 0 },
        { &open, TKT_METHOD_GET, "/v1/tickets", "", "", 401, 0 },
        { &open, TKT_METHOD_GET, "/v1/tickets/1", "", "", 401, 0 },
        { &open, TKT_METHOD_POST, "/v1/tickets/1/messages", "", "", 401, 0 },
        { &open, TKT_METHOD_GET, "/v1/me", "", "", 401, 0 },
        { &closed, TKT_METHOD_POST, "/v1/tickets", "", "", 401, 0 },
    };

    for (i = 0; i < tkt_array_len(rows); i++) {

        e = enter_make(d, rows[i].site, rows[i].method, rows[i].path);
        e.req.authorization = tkt_str_z(rows[i].authorization);
        e.req.identity = enter_who(rows[i].user, "", "main");

        if (enter_admit(d, &e, &match) != rows[i].http) {
            fail_msg("row %zu: %u", i, e.a.reply.http);
        }

        assert_int_equal(e.actor.id, rows[i].id);
        assert_int_equal(e.actor.role, rows[i].id ? TKT_ROLE_USER
                                                  : TKT_ROLE_NONE);
        assert_int_equal(e.actor.tenant, rows[i].http == 0 ? 1 : 0);
        ask_done(&e.a);
    }
}


/* What is public looks at no credentials, good or bad. */
static void
test_public(void **state)
{
    size_t       i;
    desk_t      *d = *state;
    enter_t      e;
    tkt_match_t  match;

    static const char *const  paths[] = {
        "/v1/", "/v1/workflow", "/v1/openapi.json", "/v1/permissions"
    };

    for (i = 0; i < tkt_array_len(paths); i++) {
        e = enter_make(d, &by_identity, TKT_METHOD_GET, paths[i]);
        e.req.authorization = tkt_str("Bearer tk_nonsense");
        e.req.identity = enter_who("p1", "admin", "none");
        assert_int_equal(enter_admit(d, &e, &match), 0);
        assert_int_equal(e.actor.by, TKT_BY_NOBODY);
        ask_done(&e.a);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        TEST(test_precedence),
        TEST(test_tenants),
        TEST(test_logins),
        TEST(test_roles),
        TEST(test_not_let_in),
        TEST(test_foreign_origin),
        TEST(test_login_operations),
        TEST(test_guests),
        TEST(test_public),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
