/*
 * Merging by reference and its undo, splits, drafts.
 */

#include "app/part_desk.h"


#define MERGE(id)   "{\"into\":" #id "}"


static void
test_messages_in_order_of_time(void **state)
{
    unsigned       limit;
    static desk_t  d;

    part_open(&d);
    (void) part_ticket(&d, USER_1);
    (void) part_ticket(&d, USER_1);
    (void) part_ticket(&d, USER_1);

    part_writes(&d, USER_1, 1, "a");
    part_writes(&d, USER_1, 2, "b");
    part_writes(&d, USER_1, 3, "c");
    part_do(&d, 201, AGENT_1, POST, "{\"body\":\"N\",\"kind\":\"note\"}",
            "/v1/tickets/3/messages");
    part_writes(&d, USER_1, 1, "d");
    part_writes(&d, USER_1, 3, "e");

    /* 3 into 2, 2 into 1: both show in 1 */

    part_do(&d, 200, AGENT_1, POST, MERGE(2), "/v1/tickets/3/merge");
    part_messages(&d, USER_1, 2, 50, "b c e");
    part_do(&d, 200, AGENT_1, POST, MERGE(1), "/v1/tickets/2/merge");

    for (limit = 1; limit <= 6; limit++) {
        part_messages(&d, USER_1, 1, limit, "a b c d e");
        part_messages(&d, AGENT_1, 1, limit, "a b c N d e");
        part_messages(&d, USER_1, 3, limit, "c e");
    }

    part_links(&d, USER_1, 1, "merged_from:2");
    part_links(&d, USER_1, 2, "merged_from:3 merged_into:1");
    part_do(&d, 409, AGENT_1, DELETE, "", "/v1/tickets/1/links/2");

    /* the one in the middle goes back to where it was */

    part_do(&d, 200, AGENT_1, POST, "{}", "/v1/tickets/2/unmerge");
    part_messages(&d, USER_1, 1, 2, "a d");
    part_messages(&d, USER_1, 2, 2, "b c e");
    part_do(&d, 200, AGENT_1, POST, "{}", "/v1/tickets/3/unmerge");
    part_messages(&d, USER_1, 2, 2, "b");

    part_close(&d);
}


/* Undo below a target that was itself merged meanwhile. */
static void
test_undo_below(void **state)
{
    static desk_t  d;

    part_open(&d);
    (void) part_ticket(&d, USER_1);
    (void) part_ticket(&d, USER_1);
    (void) part_ticket(&d, USER_1);
    part_writes(&d, USER_1, 3, "c");
    part_writes(&d, USER_1, 2, "b");

    part_do(&d, 200, AGENT_1, POST, MERGE(2), "/v1/tickets/3/merge");
    part_do(&d, 200, AGENT_1, POST, MERGE(1), "/v1/tickets/2/merge");
    part_messages(&d, USER_1, 1, 50, "c b");
    part_do(&d, 200, AGENT_1, POST, "{}", "/v1/tickets/3/unmerge");
    part_messages(&d, USER_1, 1, 50, "b");
    part_state(&d, 3, "new");
    desk_verify_clean(&d);
    part_do(&d, 200, AGENT_1, POST, "{}", "/v1/tickets/2/unmerge");
    part_messages(&d, USER_1, 1, 50, "");

    part_close(&d);
}


static void
test_undo_restores(void **state)
{
    ask_t          a;
    static desk_t  d;

    part_open(&d);
    (void) part_ticket(&d, USER_1);
    (void) part_ticket(&d, USER_1);
    part_do(&d, 200, AGENT_1, POST, "{}", "/v1/tickets/2/claim");
    part_do(&d, 200, AGENT_1, POST, "{\"resume_at\":"
            "\"2030-01-01T00:00:00Z\"}", "/v1/tickets/2/hold");
    part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/2/watchers/2");
    part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/2/watchers/4");
    part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/1/watchers/4");

    part_do(&d, 409, AGENT_1, POST, "{}", "/v1/tickets/2/unmerge");
    part_ask(&d, &a, 200, AGENT_1, POST, MERGE(1), "/v1/tickets/2/merge");
    assert_string_equal(text_at(a.json, "/close_reason"), "merged");
    assert_int_equal(number_at(a.json, "/merged_into"), 1);
    assert_true(lists(a.json, "/allowed_actions", "unmerge"));
    ask_done(&a);

    part_watchers(&d, AGENT_1, 1, "4 2");
    part_do(&d, 200, USER_2, GET, "", "/v1/tickets/1");

    /* posts go to the target, and stay there */

    part_ask(&d, &a, 201, USER_1, POST, "{\"body\":\"later\"}",
             "/v1/tickets/2/messages");
    assert_int_equal(number_at(a.json, "/ticket"), 1);
    assert_true(tkt_str_eq(a.reply.location,
                           tkt_str("/v1/tickets/1/messages")));
    ask_done(&a);

    part_do(&d, 403, USER_1, POST, "{}", "/v1/tickets/2/unmerge");
    part_ask(&d, &a, 200, AGENT_2, POST, "{\"reason\":\"wrong\"}",
             "/v1/tickets/2/unmerge");
    assert_string_equal(text_at(a.json, "/state"), "on_hold");
    assert_string_equal(text_at(a.json, "/resume_at"),
                        "2030-01-01T00:00:00.000Z");
    assert_string_equal(text_at(a.json, "/merged_into"), "(null)");
    assert_string_equal(text_at(a.json, "/closed_at"), "(null)");
    assert_int_equal(length_at(a.json, "/links"), 0);
    ask_done(&a);

    part_watchers(&d, AGENT_1, 1, "4");
    part_watchers(&d, AGENT_1, 2, "2 4");
    part_links(&d, AGENT_1, 1, "");
    part_do(&d, 404, USER_2, GET, "", "/v1/tickets/1");
    part_messages(&d, USER_1, 1, 50, "later");
    part_messages(&d, USER_1, 2, 50, "");

    /* the window */

    part_do(&d, 200, AGENT_1, POST, MERGE(1), "/v1/tickets/2/merge");
    d.now_ms += TKT_UNMERGE_WINDOW_MS;
    part_do(&d, 409, AGENT_1, POST, "{}", "/v1/tickets/2/unmerge");

    part_close(&d);
}


/* Who came with two of them stays while one of them is there. */
static void
test_watchers_of_two(void **state)
{
    unsigned       i;
    static desk_t  d;

    part_open(&d);

    for (i = 1; i <= 3; i++) {
        (void) part_ticket(&d, USER_1);
    }

    for (i = 2; i <= 3; i++) {
        part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/%u/watchers/2", i);
        part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/%u/watchers/4", i);
        part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/%u/watchers/3", i);
    }

    part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/1/watchers/3");
    part_do(&d, 200, AGENT_1, POST, MERGE(1), "/v1/tickets/2/merge");
    part_do(&d, 200, AGENT_1, POST, MERGE(1), "/v1/tickets/3/merge");
    part_watchers(&d, AGENT_1, 1, "3 2 4");

    part_do(&d, 200, AGENT_1, POST, "{}", "/v1/tickets/2/unmerge");
    part_watchers(&d, AGENT_1, 1, "3 2 4");
    desk_verify_clean(&d);
    part_do(&d, 200, AGENT_1, POST, MERGE(1), "/v1/tickets/2/merge");
    part_do(&d, 200, AGENT_1, POST, "{}", "/v1/tickets/3/unmerge");
    part_watchers(&d, AGENT_1, 1, "3 2 4");
    part_do(&d, 200, AGENT_1, POST, "{}", "/v1/tickets/2/unmerge");
    part_watchers(&d, AGENT_1, 1, "3");

    part_close(&d);
}


/* Who came to the top by way of what is undone below leaves the top, too. */
static void
test_watchers_leave_the_top(void **state)
{
    unsigned       i;
    static desk_t  d;

    part_open(&d);

    for (i = 1; i <= 3; i++) {
        (void) part_ticket(&d, USER_1);
    }

    part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/3/watchers/2");
    part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/3/watchers/4");
    part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/1/watchers/4");
    part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/2/watchers/3");
    part_do(&d, 200, AGENT_1, POST, MERGE(2), "/v1/tickets/3/merge");
    part_do(&d, 200, AGENT_1, POST, MERGE(1), "/v1/tickets/2/merge");
    part_watchers(&d, AGENT_1, 1, "4 3 2");

    part_do(&d, 200, AGENT_1, POST, "{}", "/v1/tickets/3/unmerge");
    part_watchers(&d, AGENT_1, 3, "2 4");
    part_watchers(&d, AGENT_1, 2, "3");
    part_watchers(&d, AGENT_1, 1, "4 3");
    part_do(&d, 404, USER_2, GET, "", "/v1/tickets/1");
    desk_verify_clean(&d);
    part_do(&d, 200, AGENT_1, POST, "{}", "/v1/tickets/2/unmerge");
    part_watchers(&d, AGENT_1, 1, "4");

    part_close(&d);
}


/* Who leaves the ticket in the middle leaves the top, to which it led him. */
static void
test_watcher_leaves_the_middle(void **state)
{
    unsigned       i;
    static desk_t  d;

    part_open(&d);

    for (i = 1; i <= 3; i++) {
        (void) part_ticket(&d, USER_1);
    }

    part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/3/watchers/2");
    part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/3/watchers/4");
    part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/1/watchers/4");
    part_do(&d, 200, AGENT_1, POST, MERGE(2), "/v1/tickets/3/merge");
    part_do(&d, 200, AGENT_1, POST, MERGE(1), "/v1/tickets/2/merge");
    part_watchers(&d, AGENT_1, 1, "4 2");

    part_do(&d, 200, USER_2, DELETE, "", "/v1/tickets/2/watchers/me");
    part_do(&d, 200, AGENT_1, DELETE, "", "/v1/tickets/2/watchers/4");
    part_watchers(&d, AGENT_1, 1, "4");
    part_do(&d, 404, USER_2, GET, "", "/v1/tickets/1");
    part_do(&d, 200, AGENT_1, POST, "{}", "/v1/tickets/3/unmerge");
    part_watchers(&d, AGENT_1, 3, "2 4");
    part_watchers(&d, AGENT_1, 1, "4");

    part_close(&d);
}


/* Who has left and come back by himself was not brought by the merge. */
static void
test_undo_leaves_who_came(void **state)
{
    static desk_t  d;

    part_open(&d);
    (void) part_ticket(&d, USER_1);
    (void) part_ticket(&d, USER_1);
    part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/2/watchers/me");
    part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/2/watchers/4");
    part_do(&d, 200, AGENT_1, POST, MERGE(1), "/v1/tickets/2/merge");
    part_watchers(&d, AGENT_1, 1, "3 4");

    part_do(&d, 200, AGENT_2, DELETE, "", "/v1/tickets/1/watchers/me");
    part_watchers(&d, AGENT_1, 1, "3");
    part_do(&d, 200, AGENT_2, PUT, "", "/v1/tickets/1/watchers/me");
    part_do(&d, 200, AGENT_1, POST, "{}", "/v1/tickets/2/unmerge");
    part_watchers(&d, AGENT_1, 1, "4");
    part_watchers(&d, AGENT_1, 2, "3 4");

    part_close(&d);
}


/* Merged by a supervisor into a stranger's: each requester keeps his own. */
static void
test_two_requesters(void **state)
{
    ask_t          a;
    static desk_t  d;

    part_open(&d);
    (void) part_ticket(&d, USER_1);
    (void) part_ticket(&d, USER_2);
    part_writes(&d, USER_1, 1, "one");
    part_writes(&d, USER_2, 2, "two");
    part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/2/watchers/me");

    part_do(&d, 400, AGENT_1, POST, MERGE(1), "/v1/tickets/2/merge");
    part_do(&d, 200, BOSS, POST, MERGE(1), "/v1/tickets/2/merge");
    part_watchers(&d, AGENT_1, 1, "3");

    part_messages(&d, USER_1, 1, 50, "one two");
    part_messages(&d, USER_2, 2, 50, "two");
    part_do(&d, 404, USER_2, GET, "", "/v1/tickets/1");
    part_links(&d, USER_2, 2, "");

    /* he still has a voice, and sees what he says */

    part_writes(&d, USER_2, 2, "three");
    part_writes(&d, USER_1, 1, "four");
    part_writes(&d, USER_2, 2, "five");
    part_messages(&d, USER_2, 2, 1, "two three five");
    part_messages(&d, AGENT_1, 1, 2, "one two three four five");
    part_state(&d, 1, "new");

    part_ask(&d, &a, 200, AGENT_1, GET, "", "/v1/tickets/1?include=messages");
    assert_int_equal(length_at(a.json, "/messages/data"), 5);
    assert_int_equal(number_at(a.json, "/messages/data/1/ticket"), 2);
    assert_int_equal(number_at(a.json, "/messages/data/2/ticket"), 1);
    ask_done(&a);

    part_close(&d);
}


/*
 * What one has written to a merged ticket is in it for good, wherever the
 * ticket that took it goes.
 */
static void
test_own_words_stay(void **state)
{
    static desk_t  d;

    part_open(&d);
    (void) part_ticket(&d, USER_2);
    (void) part_ticket(&d, USER_1);
    (void) part_ticket(&d, USER_1);

    part_do(&d, 200, BOSS, POST, MERGE(2), "/v1/tickets/1/merge");
    part_do(&d, 201, USER_2, POST, "{\"body\":\"mine\"}",
            "/v1/tickets/1/messages");
    part_messages(&d, USER_2, 1, 50, "mine");
    part_do(&d, 200, AGENT_1, POST, MERGE(3), "/v1/tickets/2/merge");
    part_messages(&d, USER_2, 1, 50, "mine");
    part_writes(&d, USER_2, 1, "more");
    part_messages(&d, USER_2, 1, 50, "mine more");

    part_close(&d);
}


static void
test_merge_has_bounds(void **state)
{
    unsigned       i;
    static desk_t  d;

    part_open(&d);
    (void) part_ticket(&d, USER_1);

    for (i = 0; i < TKT_MERGED_MAX; i++) {
        part_do(&d, 200, AGENT_1, POST, MERGE(1), "/v1/tickets/%u/merge",
                part_ticket(&d, USER_1));
    }

    i = part_ticket(&d, USER_1);
    part_do(&d, 409, AGENT_1, POST, MERGE(1), "/v1/tickets/%u/merge", i);
    part_do(&d, 409, AGENT_1, POST, MERGE(18), "/v1/tickets/1/merge");
    part_do(&d, 400, AGENT_1, POST, MERGE(2), "/v1/tickets/%u/merge", i);
    part_do(&d, 200, AGENT_1, POST, "{}", "/v1/tickets/2/unmerge");
    part_do(&d, 200, AGENT_1, POST, MERGE(1), "/v1/tickets/%u/merge", i);

    part_close(&d);
}


static void
test_split(void **state)
{
    ask_t          a;
    static desk_t  d;

    part_open(&d);
    (void) part_ticket(&d, USER_1);
    part_writes(&d, USER_1, 1, "and another thing");
    part_do(&d, 200, AGENT_1, POST, "{}", "/v1/tickets/1/claim");
    part_do(&d, 201, AGENT_1, POST, "{\"body\":\"reply\"}",
            "/v1/tickets/1/messages");

    part_do(&d, 400, AGENT_1, POST, "{\"message\":2}", "/v1/tickets/1/split");
    part_do(&d, 400, AGENT_1, POST, "{\"message\":9}", "/v1/tickets/1/split");
    part_do(&d, 400, AGENT_1, POST, "{}", "/v1/tickets/1/split");

    part_ask(&d, &a, 201, AGENT_1, POST, "{\"message\":1,\"subject\":"
             "\"Other\",\"reason\":\"two things\"}", "/v1/tickets/1/split");
    assert_int_equal(number_at(a.json, "/id"), 2);
    assert_string_equal(text_at(a.json, "/subject"), "Other");
    assert_string_equal(text_at(a.json, "/description"),
                        "and another thing");
    assert_int_equal(number_at(a.json, "/requester/id"), USER_1);
    assert_string_equal(text_at(a.json, "/state"), "new");
    assert_true(tkt_str_eq(a.reply.location, tkt_str("/v1/tickets/2")));
    ask_done(&a);

    part_links(&d, USER_1, 1, "split_into:2");
    part_links(&d, USER_1, 2, "split_from:1");
    part_messages(&d, USER_1, 1, 50, "and another thing reply");
    part_messages(&d, USER_1, 2, 50, "");

    part_ask(&d, &a, 200, AGENT_1, GET, "", "/v1/tickets/1/timeline");
    assert_string_equal(text_at(a.json, "/data/0/reason"),
                        "split: message=1 ticket=2\ntwo things");
    ask_done(&a);

    part_close(&d);
}


/* One's own, gone when its message is sent or nothing can follow. */
static void
test_drafts(void **state)
{
    char           body[8192];
    ask_t          a;
    size_t         n;
    static desk_t  d;

    part_open(&d);
    (void) part_ticket(&d, USER_1);
    n = (size_t) snprintf(body, sizeof(body), "{\"body\":\"");
    memset(body + n, 'x', 6000);
    (void) snprintf(body + n + 6000, 8, "\"}");

    part_do(&d, 404, AGENT_1, GET, "", "/v1/tickets/1/draft");
    part_do(&d, 200, AGENT_1, PUT, body, "/v1/tickets/1/draft");
    part_do(&d, 200, AGENT_2, PUT, "{\"body\":\"mine\"}",
            "/v1/tickets/1/draft");
    desk_verify_clean(&d);
    part_ask(&d, &a, 200, AGENT_1, GET, "", "/v1/tickets/1/draft");
    assert_int_equal(strlen(text_at(a.json, "/body")), 6000);
    ask_done(&a);
    part_ask(&d, &a, 200, AGENT_2, GET, "", "/v1/tickets/1/draft");
    assert_string_equal(text_at(a.json, "/body"), "mine");
    ask_done(&a);
    part_do(&d, 404, BOSS, GET, "", "/v1/tickets/1/draft");
    assert_int_equal(part_version(&d, 1), 1);

    /* shorter, and the pieces of the longer one are gone */

    part_do(&d, 200, AGENT_1, PUT, "{\"body\":\"short\"}",
            "/v1/tickets/1/draft");
    desk_verify_clean(&d);

    part_do(&d, 201, AGENT_1, POST, "{\"body\":\"short\"}",
            "/v1/tickets/1/messages");
    part_do(&d, 404, AGENT_1, GET, "", "/v1/tickets/1/draft");
    part_do(&d, 200, AGENT_2, GET, "", "/v1/tickets/1/draft");
    part_do(&d, 204, AGENT_2, DELETE, "", "/v1/tickets/1/draft");
    part_do(&d, 204, AGENT_2, DELETE, "", "/v1/tickets/1/draft");

    part_do(&d, 200, AGENT_2, PUT, "{\"body\":\"left\"}",
            "/v1/tickets/1/draft");
    part_do(&d, 200, USER_1, POST, "{}", "/v1/tickets/1/close");
    part_do(&d, 200, ADMIN, POST, "{}", "/v1/tickets/1/archive");
    part_do(&d, 404, AGENT_2, GET, "", "/v1/tickets/1/draft");
    part_do(&d, 409, AGENT_2, PUT, "{\"body\":\"x\"}",
            "/v1/tickets/1/draft");

    part_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_messages_in_order_of_time),
        cmocka_unit_test(test_undo_below),
        cmocka_unit_test(test_undo_restores),
        cmocka_unit_test(test_watchers_of_two),
        cmocka_unit_test(test_watchers_leave_the_top),
        cmocka_unit_test(test_watcher_leaves_the_middle),
        cmocka_unit_test(test_undo_leaves_who_came),
        cmocka_unit_test(test_two_requesters),
        cmocka_unit_test(test_own_words_stay),
        cmocka_unit_test(test_merge_has_bounds),
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_drafts)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
