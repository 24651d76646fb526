/*
 * Whoever was admitted before something was taken from him, by an earlier
 * command of his batch or by one that was stored while his waited: he is
 * refused, and the others of the batch are not.  The commands carry the
 * snapshot of a real admission, as in a server.
 */

#include "app/desks.h"
#include "app/enter.h"


#define SUBMIT  "{\"subject\":\"s\",\"description\":\"d\"}"


/* Each in the shop; the platform's operator does what is done to them. */
typedef struct {
    desk_t   desk;
    char     bearer[SID + 1][128];
} shop_t;


static int
setup(void **state)
{
    char           path[64], *token;
    unsigned       id;
    static shop_t  s;
    tkt_actor_t    operator;

    memset(&s, 0, sizeof(s));
    people_make(&s.desk);

    for (id = SAM; id <= SID; id++) {
        operator = desk_actor(SHOP, 0, TKT_ROLE_ADMIN);
        (void) snprintf(path, sizeof(path), "/v1/users/%u/tokens", id);
        desk_post(&s.desk, &operator, path, "{}");

        token = strstr(s.desk.body, "\"token\":\"tk_");
        assert_non_null(token);
        token += sizeof("\"token\":\"") - 1;
        (void) snprintf(s.bearer[id], sizeof(s.bearer[id]), "Bearer %.*s",
                        (int) strcspn(token, "\""), token);
    }

    *state = &s;

    return 0;
}


static int
teardown(void **state)
{
    shop_t  *s = *state;

    desk_verify_clean(&s->desk);
    desk_close(&s->desk);

    return 0;
}


/* Admitted by his token, and not yet run. */
static tkt_command_t *
waiting(shop_t *s, enter_t *e, unsigned who, const char *path,
    const char *body)
{
    tkt_command_t  *cmd;

    *e = enter_make(&s->desk, NULL, TKT_METHOD_POST, path);
    e->req.authorization = tkt_str_z(s->bearer[who]);
    cmd = enter_command(&s->desk, e, body);
    assert_non_null(cmd);
    tkt_arena_done(&e->a.arena);

    return cmd;
}


/* What is done to the agent SAM, who has a role of the shop's own or none. */
typedef struct {
    uint32_t      tenant;        /* of the operator who does it              */
    tkt_method_t  method;
    const char   *path;
    const char   *body;
    unsigned      http;          /* what SAM is told …                       */
    unsigned      other;         /* … and a colleague                        */
} blow_t;

static const blow_t  blows[] = {
    { SHOP, TKT_METHOD_PATCH, "/v1/users/5", "{\"disabled\":true}", 401, 201 },
    { SHOP, TKT_METHOD_DELETE, "/v1/users/5/tokens/1", "", 401, 201 },
    { SHOP, TKT_METHOD_PATCH, "/v1/users/5", "{\"role\":\"user\"}", 403, 201 },
    { SHOP, TKT_METHOD_PATCH, "/v1/roles/1", "{\"permissions\":[]}", 403, 201 },
    { ACME, TKT_METHOD_PATCH, "/v1/tenants/3", "{\"disabled\":true}", 401,
      401 },
    { PLATFORM, TKT_METHOD_PATCH, "/v1/tenants/2", "{\"disabled\":true}",
      401, 401 },

    /* and what takes nothing from him */

    { SHOP, TKT_METHOD_PATCH, "/v1/users/7", "{\"disabled\":true}", 201, 201 },
    { SHOP, TKT_METHOD_PATCH, "/v1/users/5", "{\"name\":\"Sam\"}", 201, 201 },
    { SHOP, TKT_METHOD_POST, "/v1/tickets", SUBMIT, 201, 201 },
};


/* Gives SAM the role of the shop's own that one of the blows is at. */
static void
give_role(shop_t *s)
{
    tkt_actor_t  operator = desk_actor(SHOP, 0, TKT_ROLE_ADMIN);

    desk_post(&s->desk, &operator, "/v1/roles",
              "{\"name\":\"clerk\",\"base\":\"agent\"}");
    desk_ok(&s->desk, &operator, TKT_METHOD_PATCH, "/v1/users/5",
            "{\"role\":\"clerk\"}");
}


static tkt_command_t *
strike(desk_t *d, const blow_t *b)
{
    uint8_t         random[32] = { 4 };
    tkt_actor_t     operator = desk_actor(b->tenant, 0, TKT_ROLE_ADMIN);
    tkt_request_t   req;
    tkt_command_t  *cmd;

    if (b->method == TKT_METHOD_POST) {
        operator = person(SID);
    }

    req = ask_make(d, b->method, b->path);
    cmd = desk_command(d, &operator, &req, b->body, random);
    assert_non_null(cmd);

    return cmd;
}


static void
strike_before(shop_t *s, const blow_t *b, bool same_batch)
{
    size_t          i, n;
    enter_t         e;
    desk_t         *d = &s->desk;
    tkt_command_t  *cmds[5];

    /* admitted all before anything happens */

    n = 0;
    cmds[n++] = waiting(s, &e, SAM, "/v1/tickets", SUBMIT);
    cmds[n++] = strike(d, b);
    cmds[n++] = waiting(s, &e, SAM, "/v1/tickets", SUBMIT);
    cmds[n++] = waiting(s, &e, SUE, "/v1/tickets", SUBMIT);
    cmds[n++] = waiting(s, &e, SAM, "/v1/tickets", SUBMIT);

    if (same_batch) {
        assert_int_equal(tkt_app_run(d->env, cmds, n, NULL, NULL), TKT_OK);

    } else {
        for (i = 0; i < n; i++) {
            assert_int_equal(tkt_app_run(d->env, &cmds[i], 1, NULL, NULL),
                             TKT_OK);
        }
    }

    assert_int_equal(tkt_command_reply(cmds[0])->http, 201);
    assert_int_equal(tkt_command_reply(cmds[1])->http / 100, 2);
    assert_int_equal(tkt_command_reply(cmds[2])->http, b->http);
    assert_int_equal(tkt_command_reply(cmds[3])->http, b->other);
    assert_int_equal(tkt_command_reply(cmds[4])->http, b->http);

    for (i = 0; i < n; i++) {
        tkt_command_free(cmds[i]);
    }
}


static void
test_earlier_in_the_batch(void **state)
{
    size_t  i;

    for (i = 0; i < tkt_array_len(blows); i++) {
        assert_int_equal(setup(state), 0);
        give_role(*state);
        print_message("# %s %s\n", blows[i].path, blows[i].body);
        strike_before(*state, &blows[i], true);
        assert_int_equal(teardown(state), 0);
    }
}


static void
test_while_it_waited(void **state)
{
    size_t  i;

    for (i = 0; i < tkt_array_len(blows); i++) {
        assert_int_equal(setup(state), 0);
        give_role(*state);
        strike_before(*state, &blows[i], false);
        assert_int_equal(teardown(state), 0);
    }
}


/* The store's clock ends a token that nobody has touched. */
static void
test_ended_meanwhile(void **state)
{
    enter_t         e;
    shop_t         *s;
    desk_t         *d;
    tkt_actor_t     stranger = desk_actor(SHOP, 99, TKT_ROLE_USER);
    tkt_command_t  *cmds[3];

    assert_int_equal(setup(state), 0);
    s = *state;
    d = &s->desk;

    cmds[0] = waiting(s, &e, SUE, "/v1/tickets", SUBMIT);
    cmds[1] = waiting(s, &e, SUE, "/v1/tickets", SUBMIT);
    cmds[2] = waiting(s, &e, SUE, "/v1/tickets", SUBMIT);
    cmds[0]->actor.expires_at_ms = cmds[0]->now_ms + 10;
    cmds[2]->actor.expires_at_ms = cmds[2]->now_ms + 10;
    cmds[1]->now_ms += 100;

    assert_int_equal(tkt_app_run(d->env, cmds, 3, NULL, NULL), TKT_OK);
    assert_int_equal(tkt_command_reply(cmds[0])->http, 201);
    assert_int_equal(tkt_command_reply(cmds[1])->http, 201);
    assert_int_equal(tkt_command_reply(cmds[2])->http, 401);

    tkt_command_free(cmds[0]);
    tkt_command_free(cmds[1]);
    tkt_command_free(cmds[2]);

    /* whoever has no snapshot is looked at in any case */

    stranger.by = TKT_BY_TOKEN;
    stranger.token = 1;
    assert_int_equal(desk_run(d, &stranger, TKT_METHOD_POST, "/v1/tickets",
                              SUBMIT), 401);
    assert_int_equal(teardown(state), 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_earlier_in_the_batch),
        cmocka_unit_test(test_while_it_waited),
        cmocka_unit_test(test_ended_meanwhile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
