/*
 * What callers see, and what their messages stand for.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "situations.h"


static void
visibility_is_by_role_and_relation(void **state)
{
    unsigned      role, relation;
    bool          own, foreign, watches, staff;
    tkt_caller_t  caller = { .denied = 0 };

    for (role = 0; role < TKT_ROLE_MAX; role++) {
        for (relation = 0; relation < RELATIONS_ALL; relation++) {
            caller.role = role;
            caller.relation = relation;
            own = relation & TKT_REL_REQUESTER;
            foreign = relation & TKT_REL_FOREIGN;
            watches = relation & TKT_REL_WATCHER;

            /* grants bind agents, but not in what is assigned to them */
            staff = role > TKT_ROLE_USER
                    && (role != TKT_ROLE_AGENT
                        || !(relation & TKT_REL_UNGRANTED)
                        || (relation & TKT_REL_ASSIGNEE));

            assert_int_equal(tkt_workflow_visible(&caller),
                             !foreign && (own || watches || staff));
            assert_int_equal(tkt_workflow_sees_internal(&caller),
                             !foreign && staff);
        }
    }
}


/*
 * What a message stands for, one letter a state: R reply, M message,
 * C courtesy, O reopen, N note.
 */
static void
messages_stand_for_actions(void **state)
{
    size_t        i;
    unsigned      s, flags;
    tkt_caller_t  caller = { .denied = 0 };
    tkt_action_t  want;

    enum { INTERNAL = 1, COURTESY = 2, REOPEN = 4 };

    static const struct {
        unsigned     flags;
        const char  *who;             /* roles: none user agent supervisor
                                         admin bot system */
        unsigned     relation;
        const char  *actions;
    } cases[] = {
    /*                                                  nopwhfrctx   */
        { 0,                 "nu",    TKT_REL_REQUESTER, "MMMMMMMCCM" },
        { 0,                 "asxby", 0,                 "RRRRRRRRRR" },
        { 0,                 "asx",   TKT_REL_ASSIGNEE,  "RRRRRRRRRR" },
        { 0,                 "asxby", TKT_REL_REQUESTER, "MMMMMMMCCM" },
        { 0,                 "asx",   TKT_REL_REQUESTER | TKT_REL_ASSIGNEE,
                                                         "RRRRRRRRRR" },
        { 0,                 "nu",    TKT_REL_REQUESTER | TKT_REL_ASSIGNEE,
                                                         "MMMMMMMCCM" },
        { COURTESY,          "nu",    TKT_REL_REQUESTER, "CCCCCCCCCC" },
        { COURTESY,          "asxby", 0,                 "CCCCCCCCCC" },
        { REOPEN,            "nu",    TKT_REL_REQUESTER, "MMMMMMOOOM" },
        { REOPEN,            "asx",   0,                 "RRRRRROOOR" },
        { REOPEN | COURTESY, "asx",   0,                 "CCCCCCOOOC" },
        { 0,                 "nu",    TKT_REL_WATCHER,   "MMMMMMMCCM" },
        { 0,                 "asxby", TKT_REL_WATCHER,   "RRRRRRRRRR" },
        { 0,                 "a",     TKT_REL_WATCHER | TKT_REL_UNGRANTED,
                                                         "MMMMMMMCCM" },
        { INTERNAL,          "nuasxby", 0,               "NNNNNNNNNN" },
        { INTERNAL | REOPEN | COURTESY, "asx", 0,        "NNNNNNNNNN" },
    };

    for (i = 0; i < tkt_array_len(cases); i++) {
        flags = cases[i].flags;

        for (caller.role = 0; caller.role < TKT_ROLE_MAX; caller.role++) {
            if (strchr(cases[i].who, "nuasxby"[caller.role]) == NULL) {
                continue;
            }

            caller.relation = cases[i].relation;

            for (s = TKT_STATE_NEW; s < TKT_STATE_MAX; s++) {
                switch (cases[i].actions[s - 1]) {
                case 'R': want = TKT_ACTION_REPLY;    break;
                case 'M': want = TKT_ACTION_MESSAGE;  break;
                case 'C': want = TKT_ACTION_COURTESY; break;
                case 'O': want = TKT_ACTION_REOPEN;   break;
                default:  want = TKT_ACTION_NOTE;     break;
                }

                assert_int_equal(
                    tkt_workflow_message_action(&caller, s, flags & INTERNAL,
                                                flags & COURTESY,
                                                flags & REOPEN), want);
            }
        }
    }
}


/* A bot or the system never wakes a ticket (rows 12, 16 and 25). */
static void
programs_never_wake_a_ticket(void **state)
{
    size_t          i;
    unsigned        s, action, relation;
    tkt_facts_t     facts;
    tkt_caller_t    caller;
    tkt_decision_t  d;

    static const tkt_role_t  roles[] = { TKT_ROLE_BOT, TKT_ROLE_SYSTEM };

    static const tkt_action_t  actions[] = {
        TKT_ACTION_MESSAGE, TKT_ACTION_REPLY, TKT_ACTION_COURTESY,
        TKT_ACTION_REOPEN
    };

    for (s = TKT_STATE_NEW; s < TKT_STATE_MAX; s++) {
        facts = facts_of(s, &situations[0], 1);

        for (i = 0; i < tkt_array_len(roles); i++) {
            for (action = 0; action < tkt_array_len(actions); action++) {
                for (relation = 0; relation < 4; relation++) {
                    caller.role = roles[i];
                    caller.relation = relation;
                    tkt_workflow_decide(actions[action], &facts, &caller, &d);
                    assert_int_equal(d.to, s);
                }
            }
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(visibility_is_by_role_and_relation),
        cmocka_unit_test(messages_stand_for_actions),
        cmocka_unit_test(programs_never_wake_a_ticket)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
