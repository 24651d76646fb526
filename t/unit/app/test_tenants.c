/*
 * Tenants by name: found, made, named anew, given a profile.
 */

#include "desk.h"


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


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_by_name),
        cmocka_unit_test(test_unused_default),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
