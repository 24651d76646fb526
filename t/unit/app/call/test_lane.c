/*
 * Lanes: what a full queue still takes, by role and operation, and by the
 * types that a tenant calls urgent.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "app/desk.h"


static tkt_lane_t
lane_of(desk_t *d, tkt_role_t role, const char *path, const char *body,
    bool *urgent)
{
    tkt_arena_t     arena;
    tkt_txn_t      *txn;
    tkt_lane_t      lane;
    tkt_actor_t     actor;
    tkt_reply_t     reply;
    tkt_match_t     match;
    tkt_command_t  *cmd;

    static const uint8_t  random[32] = { 1 };

    tkt_request_t  req = {
        .method = TKT_METHOD_POST, .path = tkt_str_z(path),
        .mount = tkt_lit(""), .request_id = tkt_lit("r"), .now_ms = 1000,
    };

    tkt_arena_init(&arena, 4096);
    actor = desk_actor(1, 1, role);

    assert_true(tkt_app_match(&req, &match, &arena, &reply));
    cmd = tkt_app_command(&req, &match, &actor, tkt_str_z(body), random,
                          &arena, &reply);
    assert_non_null(cmd);

    lane = tkt_command_lane(cmd);

    assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);
    *urgent = tkt_command_urgent(cmd, txn);
    tkt_txn_abort(txn);

    tkt_command_free(cmd);
    tkt_arena_done(&arena);

    return lane;
}


static void
roles_have_their_lanes(void **state)
{
    bool    urgent;
    desk_t  d;
    size_t  i;

    static const char  create[] = "{\"subject\":\"s\",\"description\":\"d\"}";
    static const char  message[] = "{\"body\":\"b\"}";

    static const struct {
        tkt_role_t   role;
        tkt_lane_t   submit;
        tkt_lane_t   other;
    } rows[] = {
        { TKT_ROLE_USER, TKT_LANE_BULK, TKT_LANE_NORMAL },
        { TKT_ROLE_BOT, TKT_LANE_BULK, TKT_LANE_NORMAL },
        { TKT_ROLE_AGENT, TKT_LANE_URGENT, TKT_LANE_URGENT },
        { TKT_ROLE_SUPERVISOR, TKT_LANE_URGENT, TKT_LANE_URGENT },
        { TKT_ROLE_ADMIN, TKT_LANE_URGENT, TKT_LANE_URGENT },
        { TKT_ROLE_SYSTEM, TKT_LANE_URGENT, TKT_LANE_URGENT },
    };

    desk_open(&d);

    for (i = 0; i < tkt_array_len(rows); i++) {
        assert_int_equal(lane_of(&d, rows[i].role, "/v1/tickets", create,
                                 &urgent), rows[i].submit);
        assert_false(urgent);
        assert_int_equal(lane_of(&d, rows[i].role, "/v1/tickets/1/messages",
                                 message, &urgent), rows[i].other);
        assert_false(urgent);
    }

    assert_int_equal(lane_of(&d, TKT_ROLE_USER, "/v1/tickets/1/complain",
                             "{\"reason\":\"r\"}", &urgent), TKT_LANE_URGENT);
    assert_int_equal(lane_of(&d, TKT_ROLE_USER, "/v1/tickets/1/close", "",
                             &urgent), TKT_LANE_NORMAL);

    desk_close(&d);
}


static void
a_tenant_has_urgent_types(void **state)
{
    bool          urgent;
    desk_t        d;
    size_t        i;
    tkt_txn_t    *txn;
    tkt_arena_t   arena;
    tkt_tenant_t  tenant, before;

    static const struct {
        const char  *body;
        bool         urgent;
    } rows[] = {
        { "{\"subject\":\"s\",\"description\":\"d\",\"type\":\"outage\"}",
          true },
        { "{\"subject\":\"s\",\"description\":\"d\",\"type\":\"out\"}",
          false },
        { "{\"subject\":\"s\",\"description\":\"d\",\"type\":\"theft\"}",
          true },
        { "{\"subject\":\"s\",\"description\":\"d\"}", false },
    };

    desk_open(&d);
    tkt_arena_init(&arena, 4096);

    assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);
    assert_true(tkt_tenant_load(txn, 1, &tenant, &arena));
    before = tenant;
    tenant.urgent_types = tkt_str("[\"outage\",\"theft\"]");
    tkt_tenant_save(txn, &before, &tenant, &arena);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    for (i = 0; i < tkt_array_len(rows); i++) {
        assert_int_equal(lane_of(&d, TKT_ROLE_USER, "/v1/tickets",
                                 rows[i].body, &urgent), TKT_LANE_BULK);
        assert_int_equal(urgent, rows[i].urgent);
    }

    tkt_arena_done(&arena);
    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(roles_have_their_lanes),
        cmocka_unit_test(a_tenant_has_urgent_types),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
