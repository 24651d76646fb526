/*
 * Permissions and the roles that have them: who has what from the start, as
 * written down by hand; that no action is without a policy; and, over every
 * pair of roles and every permission, who may give what.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "domain/tkt_permissions.h"
#include "domain/tkt_transitions.h"


/* n none, u user, a agent, s supervisor, x admin, b bot, y system */
static const char  letters[] = "nuasxby";

/* By hand: how high each of them stands. */
static const int  heights[] = { 0, 1, 2, 3, 4, 2, 5 };


/* Every number that is a permission, one by one. */
static bool
is_permission(unsigned perm)
{
    return (perm >= TKT_PERM_ACTION && perm < TKT_PERM_ACTION + TKT_ACTION_MAX)
           || (perm >= TKT_PERM_FIRST && perm < TKT_PERM_MAX);
}


static void
permissions_have_names_and_words(void **state)
{
    uint64_t   found;
    unsigned   perm;
    tkt_str_t  name;

    assert_true(TKT_PERM_MAX <= 64);
    assert_int_equal(tkt_perm_names.count, TKT_PERM_MAX);

    for (perm = 0; perm < TKT_PERM_MAX; perm++) {
        name = tkt_perm_names.names[perm];

        if (!is_permission(perm)) {
            assert_int_equal(name.len, 0);
            assert_int_equal(tkt_perm_doc(perm).len, 0);
            continue;
        }

        if (name.len == 0 || tkt_perm_doc(perm).len == 0) {
            fail_msg("permission %u has no name or no words", perm);
        }

        /* the first of a name is the only one */
        assert_true(tkt_names_find(&tkt_perm_names, name, &found));
        assert_int_equal(found, perm);
    }

    assert_int_equal(tkt_perm_doc(TKT_PERM_MAX).len, 0);
    assert_true(tkt_str_eq(tkt_perm_names.names[tkt_perm_action(
                               TKT_ACTION_REVEAL)],
                           tkt_str("ticket.reveal")));
}


/* Deny by default: what the policy does not name nobody may do. */
static void
every_action_has_a_policy(void **state)
{
    unsigned  action;
    uint64_t  bit;

    for (action = 0; action < TKT_ACTION_MAX; action++) {
        bit = tkt_bit(tkt_perm_action(action));

        if (tkt_policy_rights(action) == 0) {
            fail_msg("action %u has no policy", action);
        }

        assert_true(tkt_role_permissions(TKT_ROLE_SYSTEM) & bit);
        assert_int_equal(tkt_perm_actions(bit), tkt_bit(action));
    }

    /* and what has no row at all has no right either */
    assert_int_equal(tkt_policy_rights(TKT_ACTION_MAX), 0);
    assert_int_equal(tkt_perm_actions(~UINT64_C(0)),
                     tkt_bit(TKT_ACTION_MAX) - 1);
    assert_int_equal(tkt_perm_actions(tkt_bit(TKT_PERM_USER_READ)
                                      | tkt_bit(TKT_PERM_NONE)), 0);
}


static void
roles_have_what_is_written_down(void **state)
{
    size_t    i;
    unsigned  role;
    uint64_t  held;

    static const struct {
        tkt_perm_t   perm;
        const char  *roles;
    } rows[] = {
        { TKT_PERM_TICKET_READ,   "uasxby" },
        { TKT_PERM_TICKET_EXPORT, "x" },
        { TKT_PERM_MESSAGE_WRITE, "uasxby" },
        { TKT_PERM_SELF,          "uasxby" },
        { TKT_PERM_USER_READ,     "x" },
        { TKT_PERM_USER_WRITE,    "x" },
        { TKT_PERM_TOKEN_READ,    "x" },
        { TKT_PERM_TOKEN_WRITE,   "x" },
        { TKT_PERM_ROLE_READ,     "sx" },
        { TKT_PERM_ROLE_WRITE,    "x" },
        { TKT_PERM_TENANT_READ,   "x" },
        { TKT_PERM_TENANT_WRITE,  "x" },
        { TKT_PERM_AUDIT_READ,    "x" },
        { TKT_PERM_OUTBOX_READ,   "x" },
        { TKT_PERM_ERASE,         "x" },
        { TKT_PERM_CONFIG_WRITE,  "x" },
        { TKT_PERM_TEAM_READ,     "asxb" },
        { TKT_PERM_TEAM_WRITE,    "sx" },
        { TKT_PERM_DESK_WORK,     "asx" },
        { TKT_PERM_DESK_SHARE,    "sx" },
        { TKT_PERM_BATCH,         "uasxby" },
        { TKT_PERM_ATTACH,        "uasxby" },
        { TKT_PERM_ACTION + TKT_ACTION_SUBMIT,  "uasxby" },
        { TKT_PERM_ACTION + TKT_ACTION_VERIFY,  "asxby" },
        { TKT_PERM_ACTION + TKT_ACTION_CLAIM,   "asxy" },
        { TKT_PERM_ACTION + TKT_ACTION_ASSIGN,  "sxy" },
        { TKT_PERM_ACTION + TKT_ACTION_CONFIRM, "uasxby" },
        { TKT_PERM_ACTION + TKT_ACTION_REOPEN,  "uasxy" },
        { TKT_PERM_ACTION + TKT_ACTION_EDIT,    "uasxby" },
        { TKT_PERM_ACTION + TKT_ACTION_REVEAL,  "asxy" },
        { TKT_PERM_ACTION + TKT_ACTION_ARCHIVE, "xy" },
        { TKT_PERM_ACTION + TKT_ACTION_FORWARD, "asxy" },
        { TKT_PERM_ACTION + TKT_ACTION_SHRED,   "uasxby" },
        { TKT_PERM_ACTION + TKT_ACTION_TIMEOUT, "y" },
    };

    /* all that is no action stands above */
    for (role = i = 0; i < tkt_array_len(rows); i++) {
        role += rows[i].perm >= TKT_PERM_FIRST;
    }

    assert_int_equal(role, TKT_PERM_MAX - TKT_PERM_FIRST);

    for (role = 0; role < TKT_ROLE_MAX; role++) {
        held = tkt_role_permissions(role);
        assert_int_equal(held & tkt_bit(TKT_PERM_NONE), 0);

        for (i = 0; i < tkt_array_len(rows); i++) {
            if (((held & tkt_bit(rows[i].perm)) != 0)
                != (strchr(rows[i].roles, letters[role]) != NULL))
            {
                fail_msg("permission %u, role %c", rows[i].perm,
                         letters[role]);
            }
        }
    }

    assert_int_equal(tkt_role_permissions(TKT_ROLE_NONE), 0);
    assert_int_equal(tkt_role_permissions(TKT_ROLE_MAX), 0);
    assert_int_equal(tkt_role_permissions(200), 0);
}


/* What the compiler has worked out is what the policy says of each action. */
static void
role_actions_follow_the_policy(void **state)
{
    bool          right;
    unsigned      role, action;
    tkt_caller_t  caller = {
        .relation = TKT_REL_REQUESTER | TKT_REL_ASSIGNEE,
    };

    for (role = TKT_ROLE_USER; role < TKT_ROLE_MAX; role++) {
        caller.role = role;

        for (action = 0; action < TKT_ACTION_MAX; action++) {
            right = tkt_workflow_has_right(action, &caller);

            if (((tkt_policy_actions(role) & tkt_bit(action)) != 0) != right) {
                fail_msg("action %u, role %c", action, letters[role]);
            }
        }

        assert_int_equal(tkt_policy_actions(role) >> TKT_ACTION_MAX, 0);
    }

    assert_int_equal(tkt_policy_actions(TKT_ROLE_NONE), 0);
    assert_int_equal(tkt_policy_actions(TKT_ROLE_MAX), 0);
}


/* An administrator can give all five; a higher role has all of a lower. */
static void
higher_roles_have_what_lower_ones_have(void **state)
{
    unsigned  high, low;

    for (high = TKT_ROLE_USER; high < TKT_ROLE_SYSTEM; high++) {
        for (low = TKT_ROLE_USER; low < TKT_ROLE_MAX; low++) {

            if (heights[low] < heights[high] && high != TKT_ROLE_BOT
                && (tkt_role_permissions(low) & ~tkt_role_permissions(high)))
            {
                fail_msg("%c has what %c has not", letters[low],
                         letters[high]);
            }
        }
    }
}


/* Every maker and base, each permission wanted, held, and both. */
static void
nobody_gives_what_he_has_not(void **state)
{
    bool      may, want;
    size_t    given;
    unsigned  maker, base, perm, how;
    uint64_t  bit, held, of_base, of_maker;

    for (given = maker = 0; maker < TKT_ROLE_MAX; maker++) {
        for (base = 0; base < TKT_ROLE_MAX; base++) {
            of_maker = tkt_role_permissions(maker);
            of_base = tkt_role_permissions(base);

            for (perm = 0; perm < 64; perm++) {
                for (how = 0; how < 4; how++) {
                    bit = tkt_bit(perm);
                    held = how == 0 ? 0 : how == 1 ? bit
                           : how == 2 ? of_maker : of_maker & ~bit;

                    want = heights[base] <= heights[maker]
                           && base != TKT_ROLE_NONE && base != TKT_ROLE_SYSTEM
                           && (held & bit) && (of_base & bit);

                    if (maker == TKT_ROLE_SYSTEM) {
                        want = true;
                    }

                    may = tkt_role_may_give(maker, held, base, bit);
                    given += may;

                    if (may != want) {
                        fail_msg("maker %c, base %c, permission %u, way %u: "
                                 "%d", letters[maker], letters[base], perm,
                                 how, may);
                    }
                }
            }

            /* a role that can do nothing is given by who stands as high */

            want = heights[base] <= heights[maker] && base != TKT_ROLE_NONE
                   && base != TKT_ROLE_SYSTEM;
            assert_int_equal(tkt_role_may_give(maker, 0, base, 0),
                             want || maker == TKT_ROLE_SYSTEM);

            /* a whole built-in role, by who has all of his own */

            assert_int_equal(tkt_role_may_give(maker, of_maker, base,
                                               of_base),
                             (want && (of_base & ~of_maker) == 0)
                             || maker == TKT_ROLE_SYSTEM);
        }
    }

    assert_true(given > 1000);

    for (base = TKT_ROLE_USER; base < TKT_ROLE_SYSTEM; base++) {
        assert_true(tkt_role_may_give(TKT_ROLE_ADMIN,
                                      tkt_role_permissions(TKT_ROLE_ADMIN),
                                      base, tkt_role_permissions(base)));
    }
}


static void
caps_are_the_lesser(void **state)
{
    unsigned    role, max;
    tkt_role_t  cap;

    for (role = 0; role < TKT_ROLE_MAX; role++) {
        for (max = 0; max < TKT_ROLE_MAX; max++) {
            cap = tkt_role_cap(role, max);

            if (cap != (heights[role] > heights[max] ? max : role)) {
                fail_msg("%c under %c: %c", letters[role], letters[max],
                         letters[cap]);
            }
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(permissions_have_names_and_words),
        cmocka_unit_test(every_action_has_a_policy),
        cmocka_unit_test(roles_have_what_is_written_down),
        cmocka_unit_test(role_actions_follow_the_policy),
        cmocka_unit_test(higher_roles_have_what_lower_ones_have),
        cmocka_unit_test(nobody_gives_what_he_has_not),
        cmocka_unit_test(caps_are_the_lesser)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
