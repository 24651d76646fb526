/*
 * What lists leave out and who sees what of them: exercises, complaints,
 * grants, what one watches, what is overdue, what is alike.
 */

#define _GNU_SOURCE

#include "app/queue_desk.h"


/* Exercises: not counted, in no list but that of exercises and one's own. */
static void
test_drills(void **state)
{
    static desk_t  d;

    traffic_open(&d);
    (void) submit(&d, &user, PLAIN);
    (void) submit(&d, &agent, "{\"subject\":\"s\",\"description\":\"d\","
                              "\"drill\":true}");

    assert_string_equal(ids_of(&d, &boss, "/v1/tickets", NULL), "1");
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?sort=queue", NULL),
                        "1");
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?drill=true", NULL),
                        "2");
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?drill=true&sort=queue",
                               NULL), "2");
    assert_string_equal(ids_of(&d, &agent, "/v1/me/tickets", NULL), "2");
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?requester=9", NULL),
                        "2");
    assert_int_equal(counted(&d, &boss, "/v1/tickets?count=true"), 1);
    assert_int_equal(counted(&d, &agent, "/v1/me/tickets?count=true"), 1);

    CHANGE(&d, 2, t.assignee = TRAFFIC_USERS + 2, t.team = 1);
    assert_int_equal(counted(&d, &boss,
                             "/v1/tickets?assignee=10&count=true"), 0);
    assert_int_equal(counted(&d, &boss, "/v1/tickets?team=1&count=true"), 0);
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?drill=true&sort=queue",
                               NULL), "2");
    check_indexes(&d);

    ask_refused(&d, &boss, TKT_METHOD_GET,
                "/v1/tickets?drill=true&count=true", "", 400, "count",
                "conflict");

    desk_close(&d);
}


/* Complaints are for supervisors, and for whom they were given to. */
static void
test_complaints(void **state)
{
    static desk_t      d;
    static const char *bound[] = {
        "/v1/tickets", "/v1/tickets?sort=queue", "/v1/tickets?complaint=true",
        "/v1/tickets?complaint=true&sort=queue", "/v1/tickets/2/similar",
    };
    size_t             i;

    traffic_open(&d);
    (void) submit(&d, &user, "{\"subject\":\"lost password again\","
                             "\"description\":\"d\",\"type\":\"login\"}");
    (void) submit(&d, &user, "{\"subject\":\"lost password again\","
                             "\"description\":\"d\",\"type\":\"login\"}");
    CHANGE(&d, 1, t.complaint_of = 2);

    assert_string_equal(ids_of(&d, &boss, bound[0], NULL), "2 1");
    assert_string_equal(ids_of(&d, &boss, bound[2], NULL), "1");
    assert_string_equal(ids_of(&d, &boss, bound[4], NULL), "1");
    assert_string_equal(ids_of(&d, &user, "/v1/me/tickets", NULL), "2 1");
    assert_int_equal(counted(&d, &boss, "/v1/tickets?count=true"), 2);
    assert_int_equal(counted(&d, &agent, "/v1/tickets?count=true"), 1);

    for (i = 0; i < tkt_array_len(bound); i++) {
        assert_string_equal(ids_of(&d, &agent, bound[i], NULL),
                            i < 2 ? "2" : "");
    }

    ask_refused(&d, &agent, TKT_METHOD_GET, "/v1/tickets/1", "", 404, NULL,
                NULL);

    CHANGE(&d, 1, t.assignee = agent.id);
    assert_string_equal(ids_of(&d, &agent, "/v1/tickets?assignee=me", NULL),
                        "1");
    assert_int_equal(counted(&d, &agent,
                             "/v1/tickets?assignee=me&count=true"), 1);
    assert_string_equal(ids_of(&d, &agent, bound[2], NULL), "1");
    ask_refused(&d, &agent, TKT_METHOD_GET, "/v1/tickets/1", "", 200, NULL,
                NULL);

    check_indexes(&d);
    desk_close(&d);
}


/* Whom grants bind: lists, queue, likenesses, single tickets and counts. */
static void
test_grants(void **state)
{
    size_t              i;
    tkt_actor_t         bound;
    static desk_t       d;
    static const char  *types[] = { "login", "transfer", "login", "" };
    static const struct {
        const char  *target, *ids;
    } seen[] = {
        { "/v1/tickets", "6 4 3 1" },
        { "/v1/tickets?sort=queue", "1 3 4 6" },
        { "/v1/tickets?sort=queue&type=transfer", "6" },
        { "/v1/tickets?type=1", "3 1" },
        { "/v1/tickets?state=new", "4 3 1" },
        { "/v1/tickets?assignee=me", "6" },
        { "/v1/tickets?requester=me", "4" },
        { "/v1/tickets?watcher=me", "3" },
        { "/v1/tickets/1/similar", "3 6 4" },
    };

    traffic_open(&d);
    desk_post(&d, &admin, "/v1/types", "{\"name\":\"login\"}");
    desk_post(&d, &admin, "/v1/types", "{\"name\":\"transfer\"}");
    desk_post(&d, &admin, "/v1/grants",
              "{\"user\":9,\"type\":1,\"level\":3}");
    bound = admitted(&d, agent.id);
    assert_true(bound.grants > 0);

    for (i = 0; i < 6; i++) {
        char  body[256];

        (void) snprintf(body, sizeof(body), "{\"subject\":\"cannot log in "
                        "today\",\"description\":\"d\"%s%s%s}",
                        types[i % 4][0] != '\0' ? ",\"type\":\"" : "",
                        types[i % 4], types[i % 4][0] != '\0' ? "\"" : "");
        assert_int_equal(submit(&d, i == 3 ? &bound : &user,
                                i == 4 ? PLAIN : body), i + 1);
    }

    CHANGE(&d, 6, t.assignee = agent.id, t.state = TKT_STATE_OPEN);
    desk_ok(&d, &bound, TKT_METHOD_PUT, "/v1/tickets/3/watchers/me", "");

    for (i = 0; i < tkt_array_len(seen); i++) {
        const char  *ids = ids_of(&d, &bound, seen[i].target, NULL);

        if (strcmp(ids, seen[i].ids) != 0) {
            fail_msg("%s: %s, not %s", seen[i].target, ids, seen[i].ids);
        }
    }

    assert_string_equal(ids_of(&d, &boss, "/v1/tickets", NULL),
                        "6 5 4 3 2 1");
    ask_refused(&d, &bound, TKT_METHOD_GET, "/v1/tickets/2", "", 404, NULL,
                NULL);
    ask_refused(&d, &bound, TKT_METHOD_GET, "/v1/tickets?count=true", "", 400,
                "count", "conflict");
    ask_refused(&d, &bound, TKT_METHOD_GET,
                "/v1/tickets?count=true&assignee=none", "", 400, "count",
                "conflict");
    assert_int_equal(counted(&d, &bound,
                             "/v1/tickets?count=true&assignee=me"), 1);
    assert_int_equal(counted(&d, &bound, "/v1/me/tickets?count=true"), 1);

    /* a view counts what he sees, one by one */

    desk_post(&d, &bound, "/v1/views", "{\"name\":\"all\",\"filter\":\"\"}");
    assert_int_equal(counted(&d, &bound, "/v1/views/4?count=true"), 4);

    desk_close(&d);
}


/* What one watches: newest first, whoever one is; others see nothing. */
static void
test_watched(void **state)
{
    size_t         i;
    tkt_actor_t    other = user;
    static desk_t  d;

    traffic_open(&d);
    other.id = 2;

    for (i = 0; i < 5; i++) {
        (void) submit(&d, &user, PLAIN);
    }

    desk_ok(&d, &agent, TKT_METHOD_PUT, "/v1/tickets/2/watchers/me", "");
    desk_ok(&d, &agent, TKT_METHOD_PUT, "/v1/tickets/5/watchers/me", "");
    desk_ok(&d, &agent, TKT_METHOD_PUT, "/v1/tickets/3/watchers/2", "");
    CHANGE(&d, 2, t.complaint_of = 4);

    assert_string_equal(ids_of(&d, &agent, "/v1/tickets?watcher=me", NULL),
                        "5 2");
    assert_string_equal(ids_of(&d, &agent, "/v1/tickets?watcher=me"
                               "&sort=created_at", NULL), "2 5");
    assert_string_equal(ids_of(&d, &agent, "/v1/tickets?watcher=me"
                               "&complaint=false", NULL), "5");
    assert_string_equal(ids_of(&d, &other, "/v1/tickets?watcher=me", NULL),
                        "3");
    assert_string_equal(ids_of(&d, &other, "/v1/tickets", NULL), "");
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?watcher=me", NULL),
                        "");

    desk_ok(&d, &agent, TKT_METHOD_DELETE, "/v1/tickets/5/watchers/me", "");
    assert_string_equal(ids_of(&d, &agent, "/v1/tickets?watcher=me", NULL),
                        "2");
    ask_refused(&d, &agent, TKT_METHOD_GET,
                "/v1/tickets?watcher=me&sort=queue", "", 400, "sort",
                "conflict");
    ask_refused(&d, &agent, TKT_METHOD_GET,
                "/v1/tickets?watcher=me&count=true", "", 400, "count",
                "conflict");

    desk_close(&d);
}


/* Overdue by the caller's time; the answer ends when one becomes so. */
static void
test_overdue(void **state)
{
    ask_t          a;
    int64_t        due;
    static desk_t  d;

    traffic_open(&d);
    (void) submit(&d, &user, PLAIN);
    (void) submit(&d, &user, PLAIN);
    due = d.now_ms + 5000;
    CHANGE(&d, 1, t.due_at = (uint64_t) due);

    assert_int_equal(ask_get(&d, &a, &boss, "/v1/tickets?overdue=true"), 200);
    assert_int_equal(length_at(a.json, "/data"), 0);
    assert_int_equal(a.reply.fresh_until_ms, due + 1);
    ask_done(&a);

    d.now_ms = due - 1;
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?overdue=true", NULL),
                        "");
    assert_int_equal(d.now_ms, due);
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?overdue=true", NULL),
                        "1");
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?overdue=false", NULL),
                        "2");

    CHANGE(&d, 1, t.state = TKT_STATE_RESOLVED);
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?overdue=true", NULL),
                        "");

    desk_close(&d);
}


/* The likest first; scripts without spaces are compared by pairs. */
static void
test_similar(void **state)
{
    size_t                    i;
    char                      body[256];
    static desk_t             d;
    static const char *const  subjects[] = {
        "Printer on floor two prints blank pages",
        "printer prints BLANK pages since monday",
        "无法登录网上银行系统",
        "网上银行系统登录失败",
        "holiday request",
        "The printer is out of paper",
        "我的邮箱满了",
    };

    traffic_open(&d);

    for (i = 0; i < tkt_array_len(subjects); i++) {
        (void) snprintf(body, sizeof(body), "{\"subject\":\"%s\","
                        "\"description\":\"d\"%s}", subjects[i],
                        i == 4 || i == 6 ? ",\"tags\":[\"vip\",\"hr\"]" : "");
        assert_int_equal(submit(&d, &agent, body), i + 1);
    }

    assert_string_equal(ids_of(&d, &agent, "/v1/tickets/1/similar", NULL),
                        "2");
    assert_string_equal(ids_of(&d, &agent, "/v1/tickets/3/similar", NULL),
                        "4");
    assert_string_equal(ids_of(&d, &agent, "/v1/tickets/5/similar", NULL),
                        "7");
    assert_string_equal(ids_of(&d, &agent, "/v1/tickets/6/similar", NULL),
                        "");

    /* no more than ten, the newest of equals first */

    for (i = 0; i < 14; i++) {
        (void) submit(&d, &user, "{\"subject\":\"coffee machine leaks\","
                                 "\"description\":\"d\"}");
    }

    assert_string_equal(ids_of(&d, &agent, "/v1/tickets/8/similar", NULL),
                        "21 20 19 18 17 16 15 14 13 12");

    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_drills),
        cmocka_unit_test(test_complaints),
        cmocka_unit_test(test_grants),
        cmocka_unit_test(test_watched),
        cmocka_unit_test(test_overdue),
        cmocka_unit_test(test_similar),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
