/*
 * Tenants: found by name, made, named anew, given a profile; their tree; what
 * an actor has from his.
 */

#include "app/ask.h"

#include "app/privacy/tkt_audit.h"
#include "app/who/tkt_tenant_tree.h"


typedef struct {
    const char    *name;
    uint64_t       profile;
    bool           create;
    tkt_status_t   status;
    uint64_t       id;
} tenant_row_t;

/* One after the other, in a store whose tenant 1 is "main". */
static const tenant_row_t  tenant_rows[] = {
    { "main",    0, false, TKT_OK, 1 },
    { "",        0, false, TKT_OK, 1 },
    { "",        0, true,  TKT_OK, 1 },
    { "acme",    0, false, TKT_NOT_FOUND, 0 },
    { "Acme",    0, true,  TKT_INVALID_REQUEST, 0 },
    { "a b",     0, true,  TKT_INVALID_REQUEST, 0 },
    { "acme",    3, true,  TKT_OK, 2 },
    { "acme",    3, true,  TKT_OK, 2 },
    { "acme",    0, false, TKT_OK, 2 },
    { "",        0, false, TKT_NOT_FOUND, 0 },
    { "",        0, true,  TKT_NOT_FOUND, 0 },
    { "default", 0, true,  TKT_OK, 3 },
    { "",        0, false, TKT_OK, 3 },
    { "main",    2, false, TKT_OK, 1 },
};


static void
tenant_is(desk_t *d, const char *name, uint64_t id, uint64_t profile)
{
    tkt_tenant_t  tenant;

    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    assert_true(tkt_tenant_by_name(d->read, tkt_str_z(name), &tenant,
                                   &d->arena));
    assert_int_equal(tenant.id, id);
    assert_int_equal(tenant.profile, profile);
    assert_true(tenant.created_at >= (uint64_t) DESK_EPOCH_MS);
    tkt_txn_reset(d->read);
}


static void
test_by_name(void **state)
{
    size_t               i;
    uint64_t             id;
    static desk_t        d;
    const tenant_row_t  *row;

    desk_open(&d);

    for (i = 0; i < tkt_array_len(tenant_rows); i++) {
        row = &tenant_rows[i];
        id = 0;

        assert_int_equal(tkt_app_tenant(d.env, tkt_str_z(row->name),
                                        row->profile, row->create, d.now_ms,
                                        &id), row->status);
        assert_int_equal(id, row->id);
    }

    tenant_is(&d, "main", 1, 2);
    tenant_is(&d, "acme", 2, 3);
    tenant_is(&d, "", 3, TKT_PROFILE_CANONICAL + 1);
    desk_verify_clean(&d);
    desk_close(&d);
}


/* What a server made at its first start takes the first name given. */
static void
test_unused_default(void **state)
{
    uint64_t       id;
    static desk_t  d;
    tkt_actor_t    operator = desk_actor(1, 0, TKT_ROLE_ADMIN);

    desk_open(&d);

    /* not while another name was given to it */
    assert_int_equal(tkt_app_tenant(d.env, tkt_str("second"), 0, true,
                                    d.now_ms, &id), TKT_OK);
    assert_int_equal(id, 2);
    desk_close(&d);

    desk_open_empty(&d);
    assert_int_equal(tkt_app_prepare(d.env, d.now_ms), TKT_OK);
    tenant_is(&d, "default", 1, TKT_PROFILE_CANONICAL + 1);
    assert_int_equal(tkt_app_tenant(d.env, tkt_str("named"), 4, true,
                                    d.now_ms, &id), TKT_OK);
    assert_int_equal(id, 1);
    tenant_is(&d, "", 1, 4);
    tenant_is(&d, "named", 1, 4);

    /* the server finds its tenant again */
    assert_int_equal(tkt_app_prepare(d.env, d.now_ms), TKT_OK);
    tenant_is(&d, "", 1, 4);
    desk_close(&d);

    desk_open_empty(&d);
    assert_int_equal(tkt_app_prepare(d.env, d.now_ms), TKT_OK);
    desk_post(&d, &operator, "/v1/users", "{\"login\":\"first\"}");
    assert_int_equal(tkt_app_tenant(d.env, tkt_str("named"), 0, true,
                                    d.now_ms, &id), TKT_OK);
    assert_int_equal(id, 2);
    desk_close(&d);
}


/* What the operator changes is in the log of the tenant above, or its own. */
static void
test_audited(void **state)
{
    uint64_t       id;
    tkt_audit_t    e;
    static desk_t  d;

    desk_open(&d);
    assert_int_equal(tkt_app_tenant(d.env, tkt_str("main"), 2, false,
                                    d.now_ms, &id), TKT_OK);
    assert_int_equal(tkt_app_tenant(d.env, tkt_str("main"), 2, false,
                                    d.now_ms, &id), TKT_OK);
    assert_int_equal(tkt_app_tenant(d.env, tkt_str("second"), 0, true,
                                    d.now_ms, &id), TKT_OK);

    assert_int_equal(tkt_txn_renew(d.read), TKT_OK);
    assert_int_equal(tkt_audit_last(d.read, 1), 2);
    assert_int_equal(tkt_audit_last(d.read, 2), 0);
    assert_true(tkt_audit_load(d.read, 1, 1, &e, NULL));
    assert_int_equal(e.act, TKT_AUDIT_CHANGE);
    assert_int_equal(e.object_id, 1);
    assert_int_equal(e.actor, 0);
    assert_true(tkt_audit_load(d.read, 1, 2, &e, NULL));
    assert_int_equal(e.act, TKT_AUDIT_CREATE);
    assert_int_equal(e.object_id, 2);
    tkt_txn_reset(d.read);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* ---- the tree ---- */

/* 1 main; below it 2 acme with 3 and 5; 4 bolt with 6. */
static void
tree_make(desk_t *d)
{
    tkt_actor_t  operator = desk_actor(1, 0, TKT_ROLE_ADMIN);

    desk_open(d);
    desk_post(d, &operator, "/v1/tenants", "{\"name\":\"acme\"}");
    desk_post(d, &operator, "/v1/tenants",
              "{\"name\":\"acme.shop\",\"parent\":2}");
    desk_post(d, &operator, "/v1/tenants", "{\"name\":\"bolt\"}");
    desk_post(d, &operator, "/v1/tenants",
              "{\"name\":\"acme.bar\",\"parent\":2}");
    desk_post(d, &operator, "/v1/tenants",
              "{\"name\":\"bolt.inn\",\"parent\":4}");
}


/* Everything that is within `top`, in the order of the walk. */
static void
tree_walk_is(desk_t *d, uint32_t top, const char *expected)
{
    char      text[64] = "";
    size_t    n;
    uint32_t  id;

    for (id = top; id != 0; id = tkt_tenant_next(d->read, top, id)) {
        n = strlen(text);
        (void) snprintf(text + n, sizeof(text) - n, "%u", (unsigned) id);
    }

    assert_string_equal(text, expected);
}


static void
test_tree(void **state)
{
    uint32_t         i, k;
    static desk_t    d;

    static const char  within[7][7] = {
        "", "1111111", "0011010", "0001000", "0000101", "0000010", "0000001"
    };

    tree_make(&d);
    assert_int_equal(tkt_txn_renew(d.read), TKT_OK);

    tree_walk_is(&d, 1, "123546");
    tree_walk_is(&d, 2, "235");
    tree_walk_is(&d, 4, "46");
    tree_walk_is(&d, 6, "6");

    for (i = 1; i <= 6; i++) {
        for (k = 1; k <= 6; k++) {
            assert_int_equal(tkt_tenant_within(d.read, k, i),
                             within[i][k] == '1');
        }
    }

    assert_false(tkt_tenant_within(d.read, 7, 1));
    assert_false(tkt_tenant_within(d.read, 0, 1));
    assert_false(tkt_tenant_within(d.read, 1, 2));

    assert_int_equal(tkt_tenant_depth(d.read, 1), 1);
    assert_int_equal(tkt_tenant_depth(d.read, 4), 2);
    assert_int_equal(tkt_tenant_depth(d.read, 6), 3);
    assert_int_equal(tkt_tenant_depth(d.read, 7), 0);

    tkt_txn_reset(d.read);
    desk_verify_clean(&d);
    desk_close(&d);
}


static bool
opens(desk_t *d, uint32_t tenant, tkt_actor_t *actor)
{
    bool  open;

    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    open = tkt_actor_tenant(d->read, tenant, actor);
    assert_int_equal(tkt_tenant_open(d->read, tenant), open);
    tkt_txn_reset(d->read);

    return open;
}


/* No request disables the root. */
static void
shut(desk_t *d, uint32_t tenant)
{
    tkt_txn_t     *txn;
    tkt_tenant_t   t;

    assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);
    assert_true(tkt_tenant_load(txn, tenant, &t, &d->arena));
    t.disabled = 1;
    tkt_tenant_save(txn, &t, &t, &d->arena);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
}


static void
test_actor(void **state)
{
    ask_t          a;
    tkt_actor_t    actor, user;
    static desk_t  d;
    tkt_actor_t    operator = desk_actor(1, 0, TKT_ROLE_ADMIN);

    tree_make(&d);
    desk_ok(&d, &operator, TKT_METHOD_PATCH, "/v1/tenants/3",
            "{\"number_prefix\":\"sh0p\",\"profile\":\"s001\","
            "\"languages\":[\"zh-CN\"],\"limits\":{\"requests\":60}}");

    assert_true(opens(&d, 3, &actor));
    assert_string_equal(actor.prefix, "SH0P");
    assert_string_equal(actor.tenant_name, "acme.shop");
    assert_int_equal(actor.profile, TKT_PROFILE_S001);
    assert_int_equal(actor.languages, TKT_LANGUAGE_ZH_CN);
    assert_int_equal(actor.tenant_quota, 60);
    assert_true(opens(&d, 5, &actor));
    assert_string_equal(actor.prefix, "");

    /* below a disabled one everybody waits outside, beside it nobody */

    operator.tenant = 3;
    desk_post(&d, &operator, "/v1/users", "{\"login\":\"u\"}");
    user = desk_actor(3, 1, TKT_ROLE_USER);
    desk_post(&d, &user, "/v1/tickets",
              "{\"subject\":\"s\",\"description\":\"d\"}");

    operator.tenant = 1;
    desk_ok(&d, &operator, TKT_METHOD_PATCH, "/v1/tenants/2",
            "{\"disabled\":true}");
    assert_false(opens(&d, 2, &actor));
    assert_false(opens(&d, 3, &actor));
    assert_true(opens(&d, 4, &actor));
    assert_true(opens(&d, 1, &actor));
    assert_false(opens(&d, 9, &actor));

    shut(&d, 1);
    assert_false(opens(&d, 1, &actor));
    assert_false(opens(&d, 4, &actor));
    assert_false(opens(&d, 6, &actor));

    /* and whoever was let in before is stopped before his command runs */

    assert_int_equal(ask_send(&d, &a, &user, TKT_METHOD_POST, "/v1/tickets",
                              "{\"subject\":\"s\",\"description\":\"d\"}"),
                     401);
    ask_done(&a);
    desk_verify_clean(&d);
    desk_close(&d);
}


/* ---- numbers ---- */

static void
test_numbers(void **state)
{
    size_t       i;
    uint64_t     id;
    tkt_arena_t  arena;

    static const struct {
        const char  *text;
        const char  *prefix;
        uint64_t     id;
    } rows[] = {
        { "17", "", 17 }, { "T-17", "", 17 }, { "t-17", "ACME", 17 },
        { "ACME-17", "ACME", 17 }, { "acme-17", "ACME", 17 },
        { "aCmE-17", "ACME", 17 }, { "A1-9", "A1", 9 }, { "a1-9", "A1", 9 },
        { "ACME-17", "", 0 }, { "ACME-17", "ACM", 0 }, { "ACM-17", "ACME", 0 },
        { "T-ACME-17", "ACME", 0 }, { "ACME-T-17", "ACME", 0 },
        { "ACME-", "ACME", 0 }, { "ACME17", "ACME", 0 }, { "-17", "ACME", 0 },
        { "ACME-0", "ACME", 0 }, { "ACME--1", "ACME", 0 }, { "", "ACME", 0 },
        { "Q1-9", "A1", 0 }, { "A\x11-9", "A1", 0 },
    };

    for (i = 0; i < tkt_array_len(rows); i++) {
        id = 0;

        if (tkt_ticket_number_parse(tkt_str_z(rows[i].text), rows[i].prefix,
                                    &id) != (rows[i].id != 0)
            || (rows[i].id != 0 && id != rows[i].id))
        {
            fail_msg("%s, %s", rows[i].text, rows[i].prefix);
        }
    }

    tkt_arena_init(&arena, 256);
    assert_true(tkt_str_eq(tkt_ticket_number("", 17, &arena),
                           tkt_str("T-17")));
    assert_true(tkt_str_eq(tkt_ticket_number("ACMEACME", UINT64_MAX, &arena),
                           tkt_str("ACMEACME-18446744073709551615")));
    tkt_arena_done(&arena);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_by_name),
        cmocka_unit_test(test_unused_default),
        cmocka_unit_test(test_audited),
        cmocka_unit_test(test_tree),
        cmocka_unit_test(test_actor),
        cmocka_unit_test(test_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
