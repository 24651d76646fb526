/*
 * Principals whom the site vouches for and the store has not seen: they have
 * nothing, their first command that succeeds makes their record, and one that
 * is refused makes none.
 */

#include "app/enter.h"
#include "app/traffic.h"

#include "base/tkt_time.h"


#define TEST(name)                                                            \
    cmocka_unit_test_setup_teardown(name, traffic_setup, traffic_teardown)


#define SUBMIT  "{\"subject\":\"s\",\"description\":\"d\"}"

static const tkt_actor_t  admin = {
    .tenant = 1, .id = TRAFFIC_ADMIN, .role = TKT_ROLE_ADMIN,
    .tenant_name = "main"
};
static const tkt_site_t  users = { .identity = true };
static const tkt_site_t  staff = { .identity = true,
                                   .identity_max = TKT_ROLE_ADMIN };


/* Sends in the name of somebody; the status. */
static unsigned
as(desk_t *d, enter_t *e, const tkt_site_t *site, tkt_identity_t who,
    tkt_method_t method, const char *target, const char *body)
{
    *e = enter_make(d, site, method, target);
    e->req.identity = who;

    return enter_send(d, e, body);
}


/* How many principals there are, as the store counts them. */
static uint64_t
people(desk_t *d)
{
    uint64_t   count;
    tkt_key_t  key;

    tkt_key_principal_count(&key, 1);
    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    tkt_counter_get(d->read, TKT_DB_COUNTER, &key, 1, &count);
    tkt_txn_reset(d->read);

    return count;
}


static tkt_identity_t
carol(void)
{
    tkt_identity_t  who = enter_who("carol", "", "");

    who.name = tkt_str("Carol");
    who.email = tkt_str("carol@example.com");

    return who;
}


static bool
find(desk_t *d, const char *login, tkt_user_t *user)
{
    bool  found;

    tkt_arena_done(&d->arena);
    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    found = tkt_user_by_login(d->read, 1, tkt_str_z(login), user, &d->arena);
    tkt_txn_reset(d->read);

    return found;
}


/* ---- reading ---- */

static void
test_reads_as_nobody(void **state)
{
    desk_t      *d = *state;
    enter_t      e;
    tkt_user_t   user;

    desk_post(d, &(tkt_actor_t) { .tenant = 1, .id = 1,
                                  .role = TKT_ROLE_USER },
              "/v1/tickets", SUBMIT);

    assert_int_equal(as(d, &e, &users, carol(), TKT_METHOD_GET, "/v1/me", ""),
                     200);
    assert_string_equal(text_at(e.a.json, "/id"), "(null)");
    assert_string_equal(text_at(e.a.json, "/login"), "carol");
    assert_string_equal(text_at(e.a.json, "/name"), "Carol");
    assert_string_equal(text_at(e.a.json, "/email"), "carol@example.com");
    assert_string_equal(text_at(e.a.json, "/role"), "user");
    assert_string_equal(text_at(e.a.json, "/tenant"), "main");
    assert_string_equal(text_at(e.a.json, "/origin"), "identity");
    assert_string_equal(text_at(e.a.json, "/created_at"), "(null)");
    assert_int_equal(e.a.reply.etag.len, 0);
    ask_done(&e.a);

    assert_int_equal(as(d, &e, &users, carol(), TKT_METHOD_GET,
                        "/v1/tickets?count=true", ""), 200);
    assert_int_equal(length_at(e.a.json, "/data"), 0);
    assert_int_equal(number_at(e.a.json, "/count"), 0);
    ask_done(&e.a);

    assert_int_equal(as(d, &e, &users, carol(), TKT_METHOD_GET,
                        "/v1/me/tickets?count=true", ""), 200);
    assert_int_equal(length_at(e.a.json, "/data"), 0);
    assert_int_equal(number_at(e.a.json, "/counts/submitted"), 0);
    ask_done(&e.a);

    assert_int_equal(as(d, &e, &users, carol(), TKT_METHOD_GET,
                        "/v1/tickets/1", ""), 404);
    ask_done(&e.a);

    assert_false(find(d, "carol", &user));
    assert_int_equal(people(d), TRAFFIC_PEOPLE);
}


/* ---- the first command ---- */

static void
test_first_command(void **state)
{
    desk_t      *d = *state;
    enter_t      e;
    tkt_user_t   user;

    assert_int_equal(as(d, &e, &users, carol(), TKT_METHOD_POST,
                        "/v1/tickets", SUBMIT), 201);
    assert_int_equal(number_at(e.a.json, "/requester/id"),
                     TRAFFIC_PEOPLE + 1);
    assert_string_equal(text_at(e.a.json, "/requester/name"), "Carol");
    ask_done(&e.a);

    assert_true(find(d, "carol", &user));
    assert_int_equal(user.id, TRAFFIC_PEOPLE + 1);
    assert_int_equal(user.role, TKT_ROLE_USER);
    assert_int_equal(user.kind, TKT_PERSON_USER);
    assert_int_equal(user.origin, TKT_ORIGIN_IDENTITY);
    assert_int_equal(user.version, 1);
    assert_int_equal(user.created_at, d->now_ms);
    assert_int_equal(user.email_verified, 0);
    assert_true(tkt_str_eq(user.name, tkt_str("Carol")));
    assert_int_equal(people(d), TRAFFIC_PEOPLE + 1);

    /* from now on she has what she has */

    assert_int_equal(as(d, &e, &users, carol(), TKT_METHOD_GET,
                        "/v1/tickets/1", ""), 200);
    ask_done(&e.a);
    assert_int_equal(as(d, &e, &users, carol(), TKT_METHOD_GET, "/v1/me", ""),
                     200);
    assert_int_equal(number_at(e.a.json, "/id"), TRAFFIC_PEOPLE + 1);
    ask_done(&e.a);
    assert_int_equal(as(d, &e, &users, carol(), TKT_METHOD_POST,
                        "/v1/tickets", SUBMIT), 201);
    ask_done(&e.a);
    assert_int_equal(people(d), TRAFFIC_PEOPLE + 1);

    /* and the log says how she came */

    assert_int_equal(ask_get(d, &e.a, &admin,
                             "/v1/audit?object=user&object_id=17"), 200);
    assert_int_equal(length_at(e.a.json, "/data"), 1);
    assert_string_equal(text_at(e.a.json, "/data/0/act"), "create");
    ask_done(&e.a);
}


/* By a token with other claims for it; numbers for users. */
static void
test_first_by_jwt(void **state)
{
    char             token[ISSUER_TOKEN_BYTES] = "Bearer ";
    desk_t          *d = *state;
    enter_t          e;
    issuer_t         issuer;
    tkt_user_t       user;
    tkt_site_t       site = { .identity = false };
    tkt_jwt_conf_t  *jwt;

    static const uint8_t  key[16];

    issuer_make(&issuer, 4);
    site.jwt = jwt = issuer_conf(&issuer, TKT_JWS_EDDSA, NULL);
    (void) issuer_eddsa(token + 7, &issuer, "{\"alg\":\"EdDSA\"}",
                        "{\"sub\":4711,\"name\":\"Bad\\u000aname\",\"email\":"
                        "\"no address\",\"role\":\"agent\"}");

    e = enter_make(d, &site, TKT_METHOD_POST, "/v1/tickets");
    e.req.authorization = tkt_str_z(token);
    e.req.jwt_cache = tkt_jwt_cache_create(key);
    assert_int_equal(enter_send(d, &e, SUBMIT), 201);
    assert_string_equal(text_at(e.a.json, "/requester/name"), "4711");
    ask_done(&e.a);
    tkt_jwt_cache_destroy(e.req.jwt_cache);

    assert_true(find(d, "4711", &user));
    assert_int_equal(user.role, TKT_ROLE_AGENT);
    assert_int_equal(user.origin, TKT_ORIGIN_JWT);
    assert_int_equal(user.name.len, 0);
    assert_int_equal(user.email.len, 0);
    tkt_jwt_conf_free(jwt);
}


/* A refused one leaves nothing: no record, no number, no name taken. */
static void
test_refused(void **state)
{
    size_t       i;
    desk_t      *d = *state;
    enter_t      e;
    uint64_t     snapshot;
    tkt_user_t   user;

    static const struct {
        tkt_method_t  method;
        const char   *path, *body;
        unsigned      http;
    } rows[] = {
        { TKT_METHOD_POST, "/v1/tickets/1/close", "{}", 404 },
        { TKT_METHOD_POST, "/v1/tickets/99/messages", "{\"body\":\"m\"}",
          404 },
        { TKT_METHOD_DELETE, "/v1/me/tokens/1", "", 404 },
        { TKT_METHOD_POST, "/v1/tickets", "{\"subject\":\"s\","
          "\"description\":\"d\",\"follow_up_of\":1}", 400 },
        { TKT_METHOD_POST, "/v1/users", "{\"login\":\"x\"}", 403 },
    };

    desk_post(d, &(tkt_actor_t) { .tenant = 1, .id = 1,
                                  .role = TKT_ROLE_USER },
              "/v1/tickets", SUBMIT);
    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    snapshot = tkt_txn_snapshot(d->read);
    tkt_txn_reset(d->read);

    for (i = 0; i < tkt_array_len(rows); i++) {
        assert_int_equal(as(d, &e, &users, carol(), rows[i].method,
                            rows[i].path, rows[i].body), rows[i].http);
        ask_done(&e.a);
        assert_false(find(d, "carol", &user));
    }

    /* not even a commit */

    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    assert_int_equal(tkt_txn_snapshot(d->read), snapshot);
    assert_int_equal(tkt_txn_last(d->read, TKT_SEQ_PRINCIPAL),
                     TRAFFIC_PEOPLE);
    tkt_txn_reset(d->read);
    assert_int_equal(people(d), TRAFFIC_PEOPLE);
}


/* Several in one batch, and one refused among them. */
static void
test_batch(void **state)
{
    size_t          i;
    desk_t         *d = *state;
    enter_t         e[5];
    tkt_user_t      user;
    tkt_command_t  *commands[5];

    static const struct {
        const char  *login, *path, *body;
        unsigned     http;
    } rows[] = {
        { "dave", "/v1/tickets/99/close", "{}", 404 },
        { "carol", "/v1/tickets", SUBMIT, 201 },
        { "carol", "/v1/tickets", SUBMIT, 201 },
        { "dave", "/v1/tickets/1/close", "{}", 404 },
        { "erin", "/v1/tickets", SUBMIT, 201 },
    };

    for (i = 0; i < 5; i++) {
        e[i] = enter_make(d, &users, TKT_METHOD_POST, rows[i].path);
        e[i].req.identity = enter_who(rows[i].login, "", "");
        commands[i] = enter_command(d, &e[i], rows[i].body);
        assert_non_null(commands[i]);
        assert_int_equal(e[i].actor.id, TKT_PRINCIPAL_UNSEEN);
    }

    assert_int_equal(tkt_app_run(d->env, commands, 5, NULL, NULL), TKT_OK);

    for (i = 0; i < 5; i++) {
        assert_int_equal(tkt_command_reply(commands[i])->http, rows[i].http);
        tkt_command_free(commands[i]);
        ask_done(&e[i].a);
    }

    assert_true(find(d, "carol", &user));
    assert_int_equal(user.id, TRAFFIC_PEOPLE + 1);
    assert_true(find(d, "erin", &user));
    assert_int_equal(user.id, TRAFFIC_PEOPLE + 2);
    assert_false(find(d, "dave", &user));
    assert_int_equal(people(d), TRAFFIC_PEOPLE + 2);
}


/* A tenant without anybody is as it was, in a batch with others too. */
static void
test_nobody_first(void **state)
{
    size_t              i, n;
    desk_t             *d;
    enter_t             e;
    static desk_t       desks[2];
    tkt_command_t      *commands[2];
    const tkt_actor_t   operator = desk_actor(1, 0, TKT_ROLE_ADMIN);

    for (i = 0; i < 2; i++) {
        desk_open(d = &desks[i]);
        e = enter_make(d, &users, TKT_METHOD_POST, "/v1/tickets/99/close");
        e.req.identity = enter_who("dave", "", "");
        commands[0] = enter_command(d, &e, "{}");
        ask_done(&e.a);
        e.req = ask_make(d, TKT_METHOD_POST, "/v1/roles");
        commands[1] = desk_command(d, &operator, &e.req, "{\"name\":\"r\","
                                   "\"base\":\"user\"}",
                                   (const uint8_t[32]) { 1 });

        for (n = 0; n < 2; n += 2 - i) {
            assert_int_equal(tkt_app_run(d->env, commands + n, 2 - i, NULL,
                                         NULL), TKT_OK);
        }

        assert_int_equal(tkt_command_reply(commands[0])->http, 404);
        assert_int_equal(tkt_command_reply(commands[1])->http, 201);
        tkt_command_free(commands[0]);
        tkt_command_free(commands[1]);
        desk_verify_clean(d);
    }

    assert_int_equal(desk_compare(&desks[0], &desks[1], &(uint64_t) { 0 }), -1);
    desk_close(&desks[0]);
    desk_close(&desks[1]);
}


/* The same key sent again: by one who is known by then. */
static void
test_replay(void **state)
{
    size_t    i;
    desk_t   *d = *state;
    enter_t   e;

    for (i = 0; i < 2; i++) {
        e = enter_make(d, &users, TKT_METHOD_POST, "/v1/tickets");
        e.req.identity = carol();
        e.req.idempotency_key = tkt_str("k1");
        e.req.has_idempotency_key = true;
        assert_int_equal(enter_send(d, &e, SUBMIT), 201);
        assert_int_equal(e.a.reply.replayed, i == 1);
        assert_int_equal(e.a.reply.ticket_id, 1);
        ask_done(&e.a);
    }

    /* of two who are not known, neither waits for the other */

    e = enter_make(d, &users, TKT_METHOD_POST, "/v1/tickets");
    e.req.idempotency_key = tkt_str("k2");
    e.req.has_idempotency_key = true;
    e.req.identity = enter_who("x", "", "");
    e.a.cmd = enter_command(d, &e, SUBMIT);
    i = tkt_command_key_digest(e.a.cmd);
    tkt_command_free(e.a.cmd);
    e.a.cmd = NULL;
    ask_done(&e.a);
    e.req.identity = enter_who("y", "", "");
    e.a.cmd = enter_command(d, &e, SUBMIT);
    assert_true(tkt_command_key_digest(e.a.cmd) != i);
    ask_done(&e.a);
}


/* ---- limits and what changes in between ---- */

static void
test_room(void **state)
{
    char         body[64];
    desk_t      *d = *state;
    enter_t      e;
    tkt_user_t   user;

    (void) snprintf(body, sizeof(body), "{\"limits\":{\"principals\":%d}}",
                    TRAFFIC_PEOPLE);
    desk_ok(d, &(tkt_actor_t) { .tenant = 1, .role = TKT_ROLE_SYSTEM },
            TKT_METHOD_PATCH, "/v1/tenants/1", body);

    assert_int_equal(as(d, &e, &users, carol(), TKT_METHOD_POST,
                        "/v1/tickets", SUBMIT), 409);
    ask_done(&e.a);
    assert_false(find(d, "carol", &user));

    assert_int_equal(as(d, &e, &users, enter_who("p1", "", ""),
                        TKT_METHOD_POST, "/v1/tickets", SUBMIT), 201);
    ask_done(&e.a);
}


/* Between admission and run somebody is made, disabled, or demoted. */
static void
test_between(void **state)
{
    size_t          i;
    desk_t         *d = *state;
    enter_t         e;
    tkt_command_t  *cmd;

    static const struct {
        const char    *login, *asserted;
        tkt_method_t   method;
        const char    *path, *body;
        unsigned       http;
    } rows[] = {
        { "new1", "", TKT_METHOD_POST, "/v1/users",
          "{\"login\":\"new1\",\"role\":\"agent\"}", 201 },
        { "new2", "", TKT_METHOD_POST, "/v1/users",
          "{\"login\":\"new2\",\"disabled\":true}", 401 },
        { "p9", "", TKT_METHOD_PATCH, "/v1/users/9", "{\"role\":\"user\"}",
          403 },
        { "p10", "agent", TKT_METHOD_PATCH, "/v1/users/10",
          "{\"role\":\"user\"}", 201 },
        { "p11", "", TKT_METHOD_PATCH, "/v1/users/11",
          "{\"disabled\":true}", 401 },
        { "p12", "", TKT_METHOD_PATCH, "/v1/users/12",
          "{\"role\":\"supervisor\"}", 201 },
    };

    for (i = 0; i < tkt_array_len(rows); i++) {
        e = enter_make(d, &staff, TKT_METHOD_POST, "/v1/tickets");
        e.req.identity = enter_who(rows[i].login, rows[i].asserted, "");
        cmd = enter_command(d, &e, SUBMIT);
        assert_non_null(cmd);

        desk_ok(d, &admin, rows[i].method, rows[i].path, rows[i].body);
        assert_int_equal(tkt_app_run(d->env, &cmd, 1, NULL, NULL), TKT_OK);

        if (tkt_command_reply(cmd)->http != rows[i].http) {
            fail_msg("%s: %u", rows[i].login, tkt_command_reply(cmd)->http);
        }

        tkt_command_free(cmd);
        ask_done(&e.a);
    }
}


/* ---- news of somebody known ---- */

static void
test_brought_up_to_date(void **state)
{
    desk_t          *d = *state;
    enter_t          e;
    tkt_user_t       user;
    tkt_identity_t   who = carol();

    assert_int_equal(as(d, &e, &staff, who, TKT_METHOD_POST, "/v1/tickets",
                        SUBMIT), 201);
    ask_done(&e.a);

    who.name = tkt_str("Carol Jones");
    who.role = tkt_str("agent");

    /* reading changes nothing, nor does what is refused */

    assert_int_equal(as(d, &e, &staff, who, TKT_METHOD_GET, "/v1/me", ""),
                     200);
    ask_done(&e.a);
    assert_int_equal(as(d, &e, &staff, who, TKT_METHOD_POST,
                        "/v1/tickets/99/close", "{}"), 404);
    ask_done(&e.a);
    assert_true(find(d, "carol", &user));
    assert_int_equal(user.version, 1);

    assert_int_equal(as(d, &e, &staff, who, TKT_METHOD_POST, "/v1/tickets",
                        SUBMIT), 201);
    ask_done(&e.a);
    assert_true(find(d, "carol", &user));
    assert_int_equal(user.version, 2);
    assert_int_equal(user.role, TKT_ROLE_AGENT);
    assert_true(tkt_str_eq(user.name, tkt_str("Carol Jones")));
    assert_true(tkt_str_eq(user.email, tkt_str("carol@example.com")));

    /* what is not said stays as it is; no news, no change */

    assert_int_equal(as(d, &e, &staff, enter_who("carol", "agent", ""),
                        TKT_METHOD_POST, "/v1/tickets", SUBMIT), 201);
    ask_done(&e.a);
    assert_true(find(d, "carol", &user));
    assert_int_equal(user.version, 2);

    /* the location's cap holds for the record too */

    assert_int_equal(as(d, &e, &users, enter_who("carol", "admin", ""),
                        TKT_METHOD_POST, "/v1/tickets", SUBMIT), 201);
    ask_done(&e.a);
    assert_true(find(d, "carol", &user));
    assert_int_equal(user.role, TKT_ROLE_USER);
}


/* Whom an administrator has made keeps the role that he was given. */
static void
test_local_role_stays(void **state)
{
    desk_t      *d = *state;
    enter_t      e;
    tkt_user_t   user;

    assert_int_equal(as(d, &e, &users, enter_who("p14", "user", ""),
                        TKT_METHOD_POST, "/v1/tickets", SUBMIT), 201);
    ask_done(&e.a);
    assert_true(find(d, "p14", &user));
    assert_int_equal(user.role, TKT_ROLE_ADMIN);
    assert_int_equal(user.version, 1);
}


/* What one changes oneself is not changed back by the same command. */
static void
test_own_change(void **state)
{
    desk_t      *d = *state;
    enter_t      e;
    tkt_user_t   user;

    assert_int_equal(as(d, &e, &users, carol(), TKT_METHOD_PATCH, "/v1/me",
                        "{\"name\":\"C.\"}"), 200);
    assert_string_equal(text_at(e.a.json, "/name"), "C.");
    ask_done(&e.a);
    assert_true(find(d, "carol", &user));
    assert_true(tkt_str_eq(user.name, tkt_str("C.")));
    assert_int_equal(user.version, 2);

    assert_int_equal(as(d, &e, &users, carol(), TKT_METHOD_PATCH, "/v1/me",
                        "{\"name\":\"C. J.\"}"), 200);
    assert_string_equal(text_at(e.a.json, "/name"), "C. J.");
    ask_done(&e.a);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        TEST(test_reads_as_nobody),
        TEST(test_first_command),
        TEST(test_first_by_jwt),
        TEST(test_refused),
        TEST(test_batch),
        cmocka_unit_test(test_nobody_first),
        TEST(test_replay),
        TEST(test_room),
        TEST(test_between),
        TEST(test_brought_up_to_date),
        TEST(test_local_role_stays),
        TEST(test_own_change),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
