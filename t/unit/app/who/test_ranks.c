/*
 * Nobody gives more than he has, nor rules over who stands above him.
 */

#define _GNU_SOURCE

#include "app/rulers.h"


/*
 * A desk where principal 1 administers people and may do what users may, not
 * more, and principal 2 reads the audit log; who he is.
 */
static tkt_actor_t
open_ranks(desk_t *d)
{
    traffic_open(d);

    desk_post(d, &admin, "/v1/roles", "{\"name\":\"people\",\"base\":"
        "\"admin\",\"permissions\":[\"self\",\"ticket.read\","
        "\"message.write\",\"user.read\",\"user.write\",\"token.read\","
        "\"token.write\",\"role.read\",\"role.write\",\"ticket.submit\","
        "\"ticket.confirm\",\"ticket.rating\",\"ticket.close\","
        "\"ticket.reopen\",\"ticket.urge\",\"ticket.complain\","
        "\"ticket.message\",\"ticket.courtesy\",\"ticket.edit\","
        "\"ticket.shred\",\"batch\",\"attachment.write\"]}");
    desk_post(d, &admin, "/v1/roles", "{\"name\":\"boss\",\"base\":"
        "\"admin\",\"permissions\":[\"audit.read\"]}");
    desk_ok(d, &admin, TKT_METHOD_PATCH, "/v1/users/1",
            "{\"role\":\"people\"}");
    desk_ok(d, &admin, TKT_METHOD_PATCH, "/v1/users/2",
            "{\"role\":\"boss\"}");

    return admitted(d, 1);
}


static void
test_giving(void **state)
{
    tkt_actor_t    lesser;
    static desk_t  d;

    lesser = open_ranks(&d);

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

    desk_verify_clean(&d);
    desk_close(&d);
}


/* Nor over those who have more: the address, the token, the entry. */
static void
test_ruling(void **state)
{
    tkt_actor_t    lesser, super;
    static desk_t  d;

    lesser = open_ranks(&d);

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


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_giving),
        cmocka_unit_test(test_ruling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
