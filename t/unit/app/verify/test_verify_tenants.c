/*
 * The verification tells when tenants, their indexes or the links between
 * desks do not fit together.
 */

#include "app/desks.h"


/* The ticket of the shop, 1, filed as 2 with acme and as 3 with main. */
static void
filed_make(desk_t *d)
{
    people_make(d);
    does(d, SUE, "/v1/tickets", NEW_TICKET);
    does(d, SAM, "/v1/tickets/1/forward", FORWARD);
    does(d, ADA, "/v1/tickets/2/forward", FORWARD);
}


typedef struct {
    tkt_txn_t    *txn;
    tkt_arena_t  *arena;
} damage_t;


static tkt_tenant_t
tenant(damage_t *x, uint32_t id)
{
    tkt_tenant_t  t;

    assert_true(tkt_tenant_load(x->txn, id, &t, x->arena));

    return t;
}


/* The record alone. */
static void
tenant_put(damage_t *x, const tkt_tenant_t *t)
{
    tkt_key_t  key;

    tkt_key_tenant(&key, (uint32_t) t->id);
    tkt_put(x->txn, TKT_DB_TENANT, &key,
            tkt_record_pack(&tkt_tenant_schema, t, NULL, x->arena));
}


static void
name_lost(damage_t *x)
{
    tkt_key_t  key;

    tkt_key_tenant_name(&key, tkt_str("acme"));
    assert_true(tkt_delete(x->txn, TKT_DB_TENANT_NAME, &key));
}


static void
name_twice(damage_t *x)
{
    tkt_key_t  key, id;

    tkt_key_tenant(&id, ACME);
    tkt_key_tenant_name(&key, tkt_str("other"));
    tkt_put(x->txn, TKT_DB_TENANT_NAME, &key,
            (tkt_str_t) { id.data, id.len });
}


static void
name_swapped(damage_t *x)
{
    tkt_key_t  key, id;

    tkt_key_tenant(&id, SHOP);
    tkt_key_tenant_name(&key, tkt_str("acme"));
    tkt_put(x->txn, TKT_DB_TENANT_NAME, &key,
            (tkt_str_t) { id.data, id.len });
}


static void
child_lost(damage_t *x)
{
    tkt_key_t  key;

    tkt_key_tenant_child(&key, ACME, SHOP);
    assert_true(tkt_delete(x->txn, TKT_DB_TENANT_CHILD, &key));
}


static void
child_twice(damage_t *x)
{
    tkt_key_t  key;

    tkt_key_tenant_child(&key, PLATFORM, SHOP);
    tkt_put(x->txn, TKT_DB_TENANT_CHILD, &key, tkt_str(""));
}


static void
kind_wrong(damage_t *x)
{
    tkt_tenant_t  t = tenant(x, SHOP);

    t.kind = TKT_TENANT_PROVIDER;
    tenant_put(x, &t);
}


static void
parent_ring(damage_t *x)
{
    tkt_tenant_t  t = tenant(x, ACME);

    t.parent = SHOP;
    tenant_put(x, &t);
}


static void
parent_lost(damage_t *x)
{
    tkt_tenant_t  t = tenant(x, ACME);

    t.parent = 77;
    tenant_put(x, &t);
}


/* A ticket's record alone, changed by a function. */
static void
ticket_change(damage_t *x, uint32_t owner, uint64_t id,
    void (*change)(tkt_ticket_t *t))
{
    tkt_key_t     key;
    tkt_ticket_t  t;

    assert_true(tkt_ticket_load(x->txn, owner, id, &t, true, x->arena));
    change(&t);
    tkt_key_ticket(&key, owner, id);
    tkt_put(x->txn, TKT_DB_TICKET, &key,
            tkt_record_pack(&tkt_ticket_schema, &t, NULL, x->arena));
}


static void
set_to(tkt_ticket_t *t)
{
    t->forwarded_to++;
}


static void
set_from(tkt_ticket_t *t)
{
    t->forwarded_from = 77;
}


static void
set_tenant(tkt_ticket_t *t)
{
    t->forwarded_tenant = PLATFORM;
}


static void
set_none(tkt_ticket_t *t)
{
    t->forwarded_from = 0;
    t->forwarded_tenant = 0;
}


static void
link_up(damage_t *x)
{
    ticket_change(x, SHOP, 1, set_to);
}


static void
link_down(damage_t *x)
{
    ticket_change(x, ACME, 2, set_from);
}


static void
link_tenant(damage_t *x)
{
    ticket_change(x, PLATFORM, 3, set_tenant);
}


static void
link_none(damage_t *x)
{
    ticket_change(x, PLATFORM, 3, set_none);
}


static void
standin_wrong(damage_t *x)
{
    tkt_key_t   key;
    tkt_user_t  user;

    assert_true(tkt_user_by_login(x->txn, PLATFORM, tkt_str("tenant:acme"),
                                  &user, x->arena));
    user.peer_tenant = SHOP;
    tkt_key_principal(&key, PLATFORM, user.id);
    tkt_put(x->txn, TKT_DB_PRINCIPAL, &key,
            tkt_record_pack(&tkt_user_schema, &user, NULL, x->arena));
}


static const struct {
    void       (*damage)(damage_t *x);
    const char  *line;
} rows[] = {
    { name_lost, "tenant 2: its name is not in the index" },
    { name_twice, "tenant_name other: leads to no tenant of this name" },
    { name_swapped, "tenant 2: its name leads to another tenant" },
    { name_swapped, "tenant_name acme: leads to no tenant of this name" },
    { child_lost, "tenant 3: is not among the children of tenant 2" },
    { child_twice, "tenant_child 1/3: is no child of it" },
    { kind_wrong, "tenant 3: has no place in the tree of tenants" },
    { parent_ring, "tenant 2: has no place in the tree of tenants" },
    { parent_ring, "tenant 3: has no place in the tree of tenants" },
    { parent_lost, "tenant 2: has no place in the tree of tenants" },
    { parent_lost, "tenant_child 1/2: is no child of it" },
    { link_up, "ticket 3/1: was forwarded to 3, which says otherwise" },
    { link_up, "ticket 2/2: was forwarded from 3/1, which says otherwise" },
    { link_down, "ticket 2/2: was forwarded from 3/77, which says otherwise" },
    { link_down, "ticket 3/1: was forwarded to 2, which says otherwise" },
    { link_tenant, "ticket 1/3: was forwarded from 1/2, which says "
                   "otherwise" },
    { link_tenant, "ticket 2/2: was forwarded to 3, which says otherwise" },
    { link_none, "ticket 2/2: was forwarded to 3, which says otherwise" },
    { standin_wrong, "does not stand for tenant 2" },
};


static void
test_damage(void **state)
{
    size_t                i;
    damage_t              x;
    static desk_t         d;
    static desk_faults_t  faults;

    filed_make(&d);
    desk_verify_clean(&d);
    x.arena = &d.arena;

    for (i = 0; i < tkt_array_len(rows); i++) {
        assert_int_equal(tkt_txn_begin(d.env, &x.txn, false), TKT_OK);
        rows[i].damage(&x);
        desk_verify(x.txn, &faults);
        tkt_txn_abort(x.txn);

        if (strstr(faults.text, rows[i].line) == NULL) {
            fail_msg("\"%s\" is not in:\n%s", rows[i].line, faults.text);
        }
    }

    desk_verify_clean(&d);
    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
