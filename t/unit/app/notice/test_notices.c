/*
 * Notices: who is told of what, and how far they were read.
 */

#include "app/teams.h"


/* Nothing of a plain ticket's beginning is worth a notice. */
static void
test_silence(void **state)
{
    desk_t    d;
    unsigned  id;

    acts_open(&d);
    id = act_submits(&d, ALICE);
    act_does(&d, ANN, id, "claim", "{}");
    act_does(&d, ANN, id, "start", "{}");
    act_does(&d, ANN, id, "assess", "{\"complexity\":2}");
    act_does(&d, ANN, id, "messages",
             "{\"kind\":\"note\",\"body\":\"a note\"}");
    assert_int_equal(act_told_all(&d), 0);
    desk_verify_clean(&d);
    desk_close(&d);
}


static void
test_requester_and_owner(void **state)
{
    char      body[64];
    desk_t    d;
    unsigned  id;

    acts_open(&d);
    id = act_submits(&d, ALICE);

    (void) snprintf(body, sizeof(body), "{\"assignee\":%u}", ANN);
    act_does(&d, SUE, id, "assign", body);
    assert_int_equal(act_told(&d, ANN, "assigned", id), 1);

    act_does(&d, ANN, id, "messages", "{\"body\":\"On it.\"}");
    assert_int_equal(act_told(&d, ALICE, "message", id), 1);
    act_does(&d, ANN, id, "request-info", "{\"question\":\"Which?\"}");
    assert_int_equal(act_told(&d, ALICE, "message", id), 2);
    act_does(&d, ALICE, id, "messages", "{\"body\":\"That one.\"}");
    assert_int_equal(act_told(&d, ANN, "message", id), 2);
    act_does(&d, ALICE, id, "urge", "{}");
    assert_int_equal(act_told(&d, ANN, "urged", id), 3);

    (void) snprintf(body, sizeof(body), "{\"assignee\":%u,\"reason\":\"r\"}",
                    ANDY);
    act_does(&d, ANN, id, "transfer", body);
    assert_int_equal(act_told(&d, ANDY, "assigned", id), 1);
    assert_int_equal(act_told(&d, ANN, NULL, 0), 3);

    act_does(&d, ANDY, id, "start", "{}");
    act_does(&d, ANDY, id, "resolve", "{\"solution\":\"Done.\"}");
    assert_int_equal(act_told(&d, ALICE, "state", id), 3);
    act_does(&d, ALICE, id, "reopen", "{\"reason\":\"Again.\"}");
    assert_int_equal(act_told(&d, ANDY, "state", id), 2);
    act_does(&d, SUE, id, "close", "{\"reason\":\"Enough.\"}");
    assert_int_equal(act_told(&d, ALICE, "state", id), 4);

    assert_int_equal(act_told_all(&d), 4 + 3 + 2);
    desk_verify_clean(&d);
    desk_close(&d);
}


/* Whose ticket was merged into a stranger's is heard by its owner, once. */
static void
test_merged_requester(void **state)
{
    char      body[64], path[64];
    ask_t     a;
    desk_t    d;
    unsigned  id, his;

    acts_open(&d);
    id = act_submits(&d, ALICE);
    his = act_submits(&d, BOB);
    act_does(&d, ANN, id, "claim", "{}");
    (void) snprintf(body, sizeof(body), "{\"into\":%u}", id);
    act_does(&d, SUE, his, "merge", body);
    assert_int_equal(act_told(&d, ANN, NULL, 0), 0);

    act_does(&d, BOB, his, "messages", "{\"body\":\"Hello?\"}");
    assert_int_equal(act_told(&d, ANN, "message", id), 1);
    assert_int_equal(act_told(&d, ALICE, "message", id), 1);

    (void) snprintf(path, sizeof(path), "/v1/tickets/%u/watchers/me", id);
    act_sends(&d, &a, ANN, TKT_METHOD_PUT, path, "", 200);
    ask_done(&a);
    act_does(&d, BOB, his, "messages", "{\"body\":\"Well?\"}");
    assert_int_equal(act_told(&d, ANN, "message", id), 2);
    desk_verify_clean(&d);
    desk_close(&d);
}


/* An owner who is gone swallows nothing, though he had watched the target. */
static void
test_merged_owner_is_gone(void **state)
{
    char      body[64], path[64];
    ask_t     a;
    desk_t    d;
    unsigned  id, his;

    acts_open(&d);
    id = act_submits(&d, ALICE);
    his = act_submits(&d, BOB);
    act_does(&d, ANN, id, "start", "{}");
    (void) snprintf(body, sizeof(body), "{\"into\":%u}", id);
    act_does(&d, SUE, his, "merge", body);
    (void) snprintf(path, sizeof(path), "/v1/tickets/%u/watchers/me", id);
    act_sends(&d, &a, ANN, TKT_METHOD_PUT, path, "", 200);
    ask_done(&a);
    act_sends(&d, &a, ROOT, TKT_METHOD_PATCH, "/v1/users/3",
              "{\"disabled\":true}", 200);
    ask_done(&a);

    act_does(&d, BOB, his, "messages", "{\"body\":\"Hello?\"}");
    assert_int_equal(act_told(&d, SUE, "message", id), 1);

    /* who hears of it as a watcher hears of it once */

    act_sends(&d, &a, SUE, TKT_METHOD_PUT, path, "", 200);
    ask_done(&a);
    act_does(&d, BOB, his, "messages", "{\"body\":\"Well?\"}");
    assert_int_equal(act_told(&d, SUE, "message", id), 2);
    assert_int_equal(act_told(&d, ROOT, NULL, 0), 0);
    desk_verify_clean(&d);
    desk_close(&d);
}


/* A rejection reaches the requester; what he does himself does not. */
static void
test_own_acts(void **state)
{
    desk_t    d;
    unsigned  id;

    acts_open(&d);
    id = act_submits(&d, ALICE);
    act_does(&d, ALICE, id, "messages", "{\"body\":\"More.\"}");
    act_does(&d, ALICE, id, "close", "{}");
    assert_int_equal(act_told_all(&d), 0);

    id = act_submits(&d, BOB);
    act_does(&d, ANN, id, "reject", "{\"reason\":\"Not for us.\"}");
    assert_int_equal(act_told(&d, BOB, "state", id), 1);

    /* staff who requests: told as a requester, once */

    id = act_submits(&d, ANN);
    act_does(&d, ANDY, id, "messages", "{\"body\":\"Hello.\"}");
    assert_int_equal(act_told(&d, ANN, "message", id), 1);
    desk_close(&d);
}


static void
test_mentions(void **state)
{
    char         path[64];
    ask_t        a;
    desk_t       d;
    size_t       i;
    unsigned     id;
    tkt_actor_t  ann = act_actor(ANN), alice = act_actor(ALICE);

    static const char *const  wrong[] = { "alice", "nobody", "gone" };

    acts_open(&d);
    (void) act_makes(&d, ROOT, "/v1/users",
                     "{\"login\":\"gone\",\"role\":\"agent\"}");
    act_sends(&d, &a, ROOT, TKT_METHOD_PATCH, "/v1/users/9",
              "{\"disabled\":true}", 200);
    ask_done(&a);
    id = act_submits(&d, ALICE);
    (void) snprintf(path, sizeof(path), "/v1/tickets/%u/messages", id);

    for (i = 0; i < tkt_array_len(wrong); i++) {
        char  body[96];

        (void) snprintf(body, sizeof(body), "{\"kind\":\"note\",\"body\":"
                        "\"b\",\"mentions\":[\"andy\",\"%s\"]}", wrong[i]);
        ask_refused(&d, &ann, TKT_METHOD_POST, path, body, 400,
                    "/mentions/1", "choice");
    }

    ask_refused(&d, &alice, TKT_METHOD_POST, path,
                "{\"body\":\"b\",\"mentions\":[\"andy\"]}", 403, NULL, NULL);

    act_does(&d, ANN, id, "messages", "{\"kind\":\"note\",\"body\":\"b\","
             "\"mentions\":[\"andy\",\"sue\",\"ann\"]}");
    assert_int_equal(act_told(&d, ANDY, "mentioned", id), 1);
    assert_int_equal(act_told(&d, SUE, "mentioned", id), 1);
    assert_int_equal(act_told_all(&d), 2);

    /* in public: the requester is told of the message and of nobody else */

    act_does(&d, ANN, id, "messages",
             "{\"body\":\"See Andy.\",\"mentions\":[\"andy\"]}");
    assert_int_equal(act_told(&d, ANDY, "mentioned", id), 2);
    assert_int_equal(act_told(&d, ALICE, "message", id), 1);

    act_sends(&d, &a, ALICE, TKT_METHOD_GET, path, "", 200);
    assert_int_equal(length_at(a.json, "/data"), 1);
    assert_null(at(a.json, "/data/0/mentions"));
    ask_done(&a);
    act_sends(&d, &a, ANDY, TKT_METHOD_GET, path, "", 200);
    assert_true(lists(a.json, "/data/1/mentions", "andy"));
    ask_done(&a);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* An owner who can do nothing any more does not swallow what is said. */
static void
test_owner_is_gone(void **state)
{
    ask_t     a;
    desk_t    d;
    unsigned  id;

    acts_open(&d);
    id = act_submits(&d, ALICE);
    act_does(&d, ANN, id, "start", "{}");
    act_does(&d, ALICE, id, "messages", "{\"body\":\"One.\"}");
    assert_int_equal(act_told(&d, ANN, "message", id), 1);
    assert_int_equal(act_told(&d, SUE, NULL, 0), 0);

    act_sends(&d, &a, ROOT, TKT_METHOD_PATCH, "/v1/users/3",
              "{\"disabled\":true}", 200);
    ask_done(&a);
    act_does(&d, ALICE, id, "messages", "{\"body\":\"Two.\"}");
    assert_int_equal(act_told(&d, SUE, "message", id), 1);
    d.now_ms += 3600 * 1000;
    act_does(&d, ALICE, id, "urge", "{}");
    assert_int_equal(act_told(&d, SUE, "urged", id), 2);

    /* his own words are no news to an owner */

    id = act_submits(&d, ANDY);
    act_does(&d, ANDY, id, "start", "{}");
    act_does(&d, ANDY, id, "messages", "{\"body\":\"Three.\"}");
    assert_int_equal(act_told(&d, SUE, NULL, 0), 2);

    desk_verify_clean(&d);
    desk_close(&d);
}


static void
test_leads(void **state)
{
    char      more[64];
    desk_t    d;
    unsigned  id, i, high, low;

    acts_open(&d);
    high = team_make(&d, "high", ",\"tier\":1");
    (void) snprintf(more, sizeof(more), ",\"escalates_to\":%u", high);
    low = team_make(&d, "low", more);
    team_join(&d, low, ANN, true);
    team_join(&d, low, ANDY, false);
    team_join(&d, high, ADA, true);
    team_join(&d, high, ANDY, false);

    id = act_submits(&d, ALICE);
    (void) snprintf(more, sizeof(more), "{\"team\":%u}", low);
    act_does(&d, SUE, id, "assign", more);
    assert_int_equal(act_told_all(&d), 0);

    /* nobody owns it: the leads hear of urges, supervisors of the third one;
       those of the ticket's team come before others */

    for (i = 1; i <= 3; i++) {
        act_does(&d, ALICE, id, "urge", "{}");
        d.now_ms += TKT_URGE_COOL_DOWN_MS;
    }

    assert_int_equal(act_told(&d, ANN, "urged", id), 3);
    assert_int_equal(act_told_all(&d), 4);
    assert_int_equal(act_told(&d, SUE, "urged", id), 1);

    act_does(&d, ANDY, id, "escalate", "{\"reason\":\"r\"}");
    assert_int_equal(act_told(&d, ADA, "escalated", id), 1);
    assert_int_equal(act_told_all(&d), 5);
    desk_verify_clean(&d);
    desk_close(&d);
}


/* The only lead is told that it is his, and his team of nothing. */
static void
test_escalated_to_a_lead(void **state)
{
    char      body[96];
    desk_t    d;
    unsigned  id, high;

    acts_open(&d);
    high = team_make(&d, "high", ",\"tier\":1");
    team_join(&d, high, ADA, true);
    team_join(&d, high, ANDY, false);

    id = act_submits(&d, ALICE);
    act_does(&d, ANN, id, "claim", "{}");
    (void) snprintf(body, sizeof(body),
                    "{\"team\":%u,\"assignee\":%u,\"reason\":\"r\"}", high,
                    ADA);
    act_does(&d, ANN, id, "escalate", body);
    assert_int_equal(act_told(&d, ADA, "assigned", id), 1);
    assert_int_equal(act_told_all(&d), 1);
    desk_verify_clean(&d);
    desk_close(&d);
}


/* Whom the router has chosen is told, once, whenever it was. */
static void
test_router_tells(void **state)
{
    char      body[64];
    ask_t     a;
    desk_t    d;
    unsigned  waits, id, team;

    acts_open(&d);
    team = team_make(&d, "turns", ",\"strategy\":\"round_robin\"");
    team_join(&d, team, ANN, true);
    (void) snprintf(body, sizeof(body), "{\"team\":%u}", team);

    waits = act_submits(&d, ALICE);
    act_does(&d, SUE, waits, "assign", body);
    assert_int_equal(act_ticket(&d, waits).assignee, NOBODY);

    act_sends(&d, &a, ANN, TKT_METHOD_PUT, "/v1/me/presence",
              "{\"presence\":\"online\",\"capacity\":5}", 200);
    ask_done(&a);
    assert_int_equal(act_ticket(&d, waits).assignee, ANN);
    assert_int_equal(act_told(&d, ANN, "assigned", waits), 1);

    id = act_submits(&d, ALICE);
    act_does(&d, SUE, id, "assign", body);
    assert_int_equal(act_ticket(&d, id).assignee, ANN);
    assert_int_equal(act_told(&d, ANN, "assigned", id), 2);
    assert_int_equal(act_told_all(&d), 2);
    desk_verify_clean(&d);
    desk_close(&d);
}


static void
test_list_and_read(void **state)
{
    char       path[96], body[96];
    ask_t      a;
    desk_t     d;
    unsigned   id, i;
    long long  second, newest;

    acts_open(&d);
    id = act_submits(&d, ALICE);

    for (i = 0; i < 5; i++) {
        act_does(&d, ANN, id, "messages", "{\"body\":\"b\"}");
    }

    act_sends(&d, &a, ALICE, TKT_METHOD_GET,
              "/v1/notifications?limit=2&count=true", "", 200);
    assert_int_equal(length_at(a.json, "/data"), 2);
    assert_int_equal(number_at(a.json, "/count"), 5);
    assert_int_equal(number_at(a.json, "/unread"), 5);
    assert_string_equal(text_at(a.json, "/data/0/number"), "T-1");
    assert_string_equal(text_at(a.json, "/data/0/actor_name"), "ann");
    assert_int_equal(number_at(a.json, "/data/0/message"), 5);
    assert_false(is_true(a.json, "/data/0/read"));
    newest = number_at(a.json, "/data/0/id");
    second = number_at(a.json, "/data/1/id");
    assert_true(newest > second);
    (void) snprintf(path, sizeof(path), "/v1/notifications?limit=3&cursor=%s",
                    text_at(a.json, "/page/next"));
    ask_done(&a);

    act_sends(&d, &a, ALICE, TKT_METHOD_GET, path, "", 200);
    assert_int_equal(length_at(a.json, "/data"), 3);
    assert_true(number_at(a.json, "/data/0/id") < second);
    assert_false(is_true(a.json, "/page/has_more"));
    ask_done(&a);

    (void) snprintf(body, sizeof(body), "{\"until\":%lld}", second);
    act_sends(&d, &a, ALICE, TKT_METHOD_POST, "/v1/notifications/read", body,
              204);
    ask_done(&a);
    act_sends(&d, &a, ALICE, TKT_METHOD_GET, "/v1/notifications?count=true",
              "", 200);
    assert_int_equal(number_at(a.json, "/unread"), 1);
    assert_false(is_true(a.json, "/data/0/read"));
    assert_true(is_true(a.json, "/data/1/read"));
    ask_done(&a);
    desk_verify_clean(&d);

    /* what was read stays read; without a number all of them */

    act_sends(&d, &a, ALICE, TKT_METHOD_POST, "/v1/notifications/read",
              "{\"until\":1}", 204);
    ask_done(&a);
    act_sends(&d, &a, ALICE, TKT_METHOD_POST, "/v1/notifications/read", "{}",
              204);
    ask_done(&a);
    act_sends(&d, &a, ALICE, TKT_METHOD_GET, "/v1/notifications?count=true",
              "", 200);
    assert_int_equal(number_at(a.json, "/unread"), 0);
    assert_int_equal(number_at(a.json, "/count"), 5);
    ask_done(&a);

    act_sends(&d, &a, ALICE, TKT_METHOD_GET, "/v1/notifications?count=no", "",
              400);
    ask_done(&a);
    desk_verify_clean(&d);
    desk_close(&d);
}


/* The oldest row goes, read or not, and the counts with it. */
static void
test_trim(void **state)
{
    ask_t     a;
    desk_t    d;
    unsigned  id, i;

    /* so many that a row has just begun */

    const unsigned  before = (TKT_NOTICES_MAX / TKT_NOTICES_ROW_MAX + 2)
                             * TKT_NOTICES_ROW_MAX;
    const unsigned  left = before + 1 - TKT_NOTICES_ROW_MAX;

    acts_open(&d);
    id = act_submits(&d, ALICE);

    for (i = 0; i < before + 1; i++) {

        act_does(&d, ANN, id, "messages", "{\"body\":\"b\"}");

        if (i == TKT_NOTICES_ROW_MAX + 7) {
            act_sends(&d, &a, ALICE, TKT_METHOD_POST,
                      "/v1/notifications/read", "{}", 204);
            ask_done(&a);
        }
    }

    act_sends(&d, &a, ALICE, TKT_METHOD_GET,
              "/v1/notifications?count=true&limit=200", "", 200);
    assert_int_equal(number_at(a.json, "/count"), left);
    assert_int_equal(number_at(a.json, "/unread"), left - 8);
    assert_int_equal(length_at(a.json, "/data"), TKT_NOTICES_MAX);
    assert_int_equal(number_at(a.json, "/data/199/message"),
                     before + 1 - 199);
    ask_done(&a);
    desk_verify_clean(&d);
    desk_close(&d);
}


/* They are in the export, and go with the person. */
static void
test_export_and_erasure(void **state)
{
    ask_t     a;
    desk_t    d;
    size_t    i, n, found;
    unsigned  id;

    acts_open(&d);
    id = act_submits(&d, ALICE);
    act_does(&d, ANN, id, "messages", "{\"body\":\"b\"}");
    act_does(&d, ANN, id, "resolve", "{\"solution\":\"s\"}");

    act_sends(&d, &a, ALICE, TKT_METHOD_GET, "/v1/me/export?limit=200", "",
              200);
    n = length_at(a.json, "/data");

    for (found = 0, i = 0; i < n; i++) {
        char  pointer[48];

        (void) snprintf(pointer, sizeof(pointer), "/data/%zu/notice/ticket",
                        i);
        found += number_at(a.json, pointer) == (long long) id;
    }

    ask_done(&a);
    assert_int_equal(found, 2);

    act_sends(&d, &a, ROOT, TKT_METHOD_POST, "/v1/users/1/erase",
              "{\"reason\":\"asked for it\"}", 202);
    ask_done(&a);
    assert_int_equal(act_told_all(&d), 0);
    desk_verify_clean(&d);

    /* nobody writes to who is not there */

    act_does(&d, ANN, act_submits(&d, BOB), "messages", "{\"body\":\"b\"}");
    assert_int_equal(act_told_all(&d), 1);
    desk_close(&d);
}


static void
test_damage(void **state)
{
    size_t         i;
    desk_t         d;
    unsigned       id;
    tkt_key_t      key;
    tkt_txn_t     *txn;
    desk_faults_t  faults;

    /* of the one there is, of message 1 of ticket 1 by ANN at 0 */

    static const struct {
        const char  *fault;
        tkt_str_t    row;
    } rows[] = {
        { "1 are there and 1 of them not read, counted are 0 and 0",
          tkt_lit("\0\0\0\1\1\0\6\1\1\1") },
        { "1 are there and 0 of them not read, counted are 1 and 1",
          tkt_lit("\1\1\1\1\1\0\6\1\1\1") },
        { "2 is of no kind or not yet given",
          tkt_lit("\0\1\1\1\2\0\6\1\1\1") },
        { "1 is of no kind or not yet given",
          tkt_lit("\0\1\1\1\1\0\0\1\1\1") },
        { "kind has the value 99",
          tkt_lit("\0\1\1\1\1\0\143\1\1\1") },
        { "1 is of message 2 of ticket 1, which there is not",
          tkt_lit("\0\1\1\1\1\0\6\1\2\1") },
        { "the open row is none",
          tkt_lit("\0\1\1\1\1\0\6\1\1") },
    };

    acts_open(&d);
    id = act_submits(&d, ALICE);
    act_does(&d, ANN, id, "messages", "{\"body\":\"b\"}");
    desk_verify_clean(&d);
    tkt_key_notices_open(&key, 1, ALICE);

    for (i = 0; i < tkt_array_len(rows); i++) {
        assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);
        tkt_put(txn, TKT_DB_NOTICE, &key, rows[i].row);
        assert_int_equal(tkt_txn_commit(txn), TKT_OK);

        assert_int_equal(tkt_txn_renew(d.read), TKT_OK);
        desk_verify(d.read, &faults);
        tkt_txn_reset(d.read);
        assert_int_equal(faults.lines, 1);
        assert_non_null(strstr(faults.text, rows[i].fault));
    }

    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_requester_and_owner),
        cmocka_unit_test(test_merged_requester),
        cmocka_unit_test(test_merged_owner_is_gone),
        cmocka_unit_test(test_own_acts),
        cmocka_unit_test(test_mentions),
        cmocka_unit_test(test_owner_is_gone),
        cmocka_unit_test(test_leads),
        cmocka_unit_test(test_escalated_to_a_lead),
        cmocka_unit_test(test_router_tells),
        cmocka_unit_test(test_list_and_read),
        cmocka_unit_test(test_trim),
        cmocka_unit_test(test_export_and_erasure),
        cmocka_unit_test(test_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
