/*
 * Verification of submissions: points, what they do, who is told why.
 */

#include "app/teams.h"


static void
rules(desk_t *d, const char *body)
{
    ask_t  a;

    act_sends(d, &a, ROOT, TKT_METHOD_PATCH, "/v1/verification", body, 200);
    ask_done(&a);
}


static void
timeline(desk_t *d, ask_t *a, unsigned who, unsigned id)
{
    char  path[64];

    (void) snprintf(path, sizeof(path), "/v1/tickets/%u/timeline", id);
    act_sends(d, a, who, TKT_METHOD_GET, path, "", 200);
}


static void
approve(desk_t *d, unsigned id, const char *body)
{
    char   path[64];
    ask_t  a;

    (void) snprintf(path, sizeof(path), "/v1/tickets/%u/approval", id);
    act_sends(d, &a, SUE, TKT_METHOD_PUT, path, body, 200);
    ask_done(&a);
}


/* Nothing gives points but what the body says. */
static void
rules_only(desk_t *d, const char *body)
{
    rules(d, "{\"enabled\":true,\"unverified_points\":0,"
          "\"duplicate_points\":0,\"rate_points\":0,\"word_points\":0}");
    rules(d, body);
}


static void
test_configuration(void **state)
{
    ask_t        a;
    desk_t       d;
    tkt_actor_t  root = act_actor(ROOT);

    acts_open(&d);

    /* what holds before anything is set, and stores nothing */

    act_sends(&d, &a, ROOT, TKT_METHOD_GET, "/v1/verification", "", 200);
    assert_false(is_true(a.json, "/enabled"));
    assert_int_equal(number_at(a.json, "/version"), 0);
    assert_int_equal(number_at(a.json, "/hold_at"), 60);
    assert_string_equal(text_at(a.json, "/created_at"), "(null)");
    ask_done(&a);

    ask_refused(&d, &root, TKT_METHOD_PATCH, "/v1/verification",
                "{\"hold_at\":50,\"reject_at\":40}", 400, "/reject_at",
                "range");
    ask_refused(&d, &root, TKT_METHOD_PATCH, "/v1/verification",
                "{\"rate\":1001}", 400, "/rate", "too-large");

    act_sends(&d, &a, ROOT, TKT_METHOD_PATCH, "/v1/verification",
              "{\"enabled\":true,\"blocked_words\":[\"加微信\"],"
              "\"reject_at\":null}", 200);
    assert_true(is_true(a.json, "/enabled"));
    assert_int_equal(number_at(a.json, "/version"), 1);
    assert_int_equal(number_at(a.json, "/duplicate_points"), 60);
    assert_string_not_equal(text_at(a.json, "/created_at"), "(null)");
    ask_done(&a);

    act_sends(&d, &a, ROOT, TKT_METHOD_GET, "/v1/audit?object=verification",
              "", 200);
    assert_int_equal(length_at(a.json, "/data"), 1);
    ask_done(&a);
    desk_verify_clean(&d);
    desk_close(&d);
}


static void
test_clean_and_off(void **state)
{
    desk_t        d;
    tkt_ticket_t  t;

    acts_open(&d);
    t = act_ticket(&d, act_submits(&d, ALICE));
    assert_false(t.verified);
    assert_int_equal(t.version, 1);

    rules_only(&d, "{}");
    t = act_ticket(&d, act_submits(&d, ALICE));
    assert_true(t.verified);
    assert_false(t.held);
    assert_int_equal(t.version, 1);

    /* staff is not scored */

    rules(&d, "{\"unverified_points\":100}");
    t = act_ticket(&d, act_submits(&d, ANN));
    assert_false(t.verified);
    assert_false(t.held);
    assert_int_equal(t.score, 0);
    desk_verify_clean(&d);
    desk_close(&d);
}


/* Points below the mark are told to staff, and hold nothing up. */
static void
test_pass_with_points(void **state)
{
    ask_t         a;
    desk_t        d;
    unsigned      id;
    tkt_ticket_t  t;

    acts_open(&d);
    rules(&d, "{\"enabled\":true}");
    id = act_submits(&d, ALICE);
    t = act_ticket(&d, id);
    assert_int_equal(t.score, 20);
    assert_true(t.verified);
    assert_false(t.held);

    timeline(&d, &a, ANN, id);
    assert_string_equal(text_at(a.json, "/data/0/reason"),
                        "score 20: contact not proved 20");
    assert_string_equal(text_at(a.json, "/data/0/action"), "verify");
    ask_done(&a);
    timeline(&d, &a, ALICE, id);
    assert_int_equal(length_at(a.json, "/data"), 1);
    assert_string_equal(text_at(a.json, "/data/0/action"), "submit");
    ask_done(&a);

    /* who has proved his address has no points */

    act_sends(&d, &a, ROOT, TKT_METHOD_PATCH, "/v1/users/2",
              "{\"email\":\"bob@example.com\"}", 200);
    ask_done(&a);
    assert_int_equal(act_ticket(&d, act_submits(&d, BOB)).score, 20);
    assert_int_equal(act_told_all(&d), 0);
    desk_verify_clean(&d);
    desk_close(&d);
}


static void
test_duplicates(void **state)
{
    char      big[20600];
    ask_t     a;
    desk_t    d;
    unsigned  id, again;

    acts_open(&d);
    rules_only(&d, "{\"duplicate_points\":60,"
          "\"duplicate_window_s\":600}");

    id = act_submits(&d, ALICE);
    assert_int_equal(act_ticket(&d, id).score, 0);
    assert_int_equal(act_ticket(&d, act_submits(&d, BOB)).score, 0);

    again = act_submits(&d, ALICE);
    assert_true(act_ticket(&d, again).held);
    assert_false(act_ticket(&d, again).verified);
    timeline(&d, &a, ANN, again);
    assert_string_equal(text_at(a.json, "/data/0/reason"),
                        "score 60: same as T-1 60");
    ask_done(&a);

    assert_int_equal(act_ticket(&d, act_makes(&d, ALICE, "/v1/tickets",
        "{\"subject\":\"Printer\",\"description\":\"Another.\"}")).score, 0);

    d.now_ms += 600 * 1000;
    assert_int_equal(act_ticket(&d, act_submits(&d, ALICE)).score, 0);

    /* texts that are kept apart from the record */

    (void) snprintf(big, sizeof(big), "{\"subject\":\"s\",\"description\":"
                    "\"%020000d\"}", 7);
    id = act_makes(&d, ALICE, "/v1/tickets", big);
    assert_int_equal(act_ticket(&d, id).score, 0);
    assert_true(act_ticket(&d, id).long_text);
    assert_int_equal(act_ticket(&d, act_makes(&d, ALICE, "/v1/tickets",
                                              big)).score, 60);
    desk_verify_clean(&d);
    desk_close(&d);
}


static void
test_rate(void **state)
{
    desk_t    d;
    unsigned  i;

    acts_open(&d);
    rules_only(&d, "{\"rate\":3,\"rate_points\":40}");

    for (i = 0; i < 3; i++) {
        assert_int_equal(act_ticket(&d, act_submits(&d, ALICE)).score, 0);
        d.now_ms += 60000;
    }

    assert_int_equal(act_ticket(&d, act_submits(&d, ALICE)).score, 40);
    assert_int_equal(act_ticket(&d, act_submits(&d, BOB)).score, 0);
    d.now_ms += 3600 * 1000;
    assert_int_equal(act_ticket(&d, act_submits(&d, ALICE)).score, 0);

    rules(&d, "{\"rate\":0}");
    assert_int_equal(act_ticket(&d, act_submits(&d, BOB)).score, 40);
    desk_verify_clean(&d);
    desk_close(&d);
}


static const struct {
    const char  *body;
    unsigned     score;
} wordy[] = {
    { "{\"subject\":\"Hello\",\"description\":\"World\"}", 0 },
    { "{\"subject\":\"FREE Money\",\"description\":\"x\"}", 30 },
    { "{\"subject\":\"x\",\"description\":\"请加微信哦\"}", 30 },
    { "{\"subject\":\"ＦＲＥＥ money\",\"description\":\"加微信\"}", 60 },
    { "{\"subject\":\"free money\",\"description\":\"free money\"}", 30 },
    { "{\"subject\":\"x\",\"description\":\"x\","
      "\"custom\":{\"note\":\"Free Money\",\"n\":[\"a\",\"加微信\"]}}", 60 },
    { "{\"subject\":\"x\",\"description\":\"x\","
      "\"custom\":{\"free money\":\"y\"}}", 0 },
    { "{\"subject\":\"free  money\",\"description\":\"加 微信\"}", 0 },
};


static void
test_blocked_words(void **state)
{
    desk_t  d;
    size_t  i;

    acts_open(&d);
    rules_only(&d, "{\"word_points\":30,\"hold_at\":60,"
          "\"blocked_words\":[\"Free money\",\"加微信\"]}");

    for (i = 0; i < tkt_array_len(wordy); i++) {
        tkt_ticket_t  t = act_ticket(&d, act_makes(&d, ALICE, "/v1/tickets",
                                                   wordy[i].body));

        if (t.score != wordy[i].score || t.held != (t.score >= 60)) {
            fail_msg("%s: %u", wordy[i].body, (unsigned) t.score);
        }
    }

    desk_verify_clean(&d);
    desk_close(&d);
}


/* An agent lets it pass, or takes it in hand, or closes it. */
static void
test_held(void **state)
{
    desk_t        d;
    unsigned      id;
    tkt_ticket_t  t;

    acts_open(&d);
    rules_only(&d, "{\"unverified_points\":70}");

    id = act_submits(&d, ALICE);
    assert_true(act_ticket(&d, id).held);
    act_does(&d, ALICE, id, "messages", "{\"body\":\"b\"}");
    assert_true(act_ticket(&d, id).held);
    act_does(&d, ANN, id, "verify", "{}");
    t = act_ticket(&d, id);
    assert_true(t.verified && !t.held && t.state == TKT_STATE_NEW);

    id = act_submits(&d, ALICE);
    act_does(&d, ANN, id, "start", "{}");
    t = act_ticket(&d, id);
    assert_true(!t.held && t.state == TKT_STATE_IN_PROGRESS);

    id = act_submits(&d, ALICE);
    act_does(&d, ANN, id, "reject", "{\"reason\":\"r\"}");
    t = act_ticket(&d, id);
    assert_true(!t.held && t.state == TKT_STATE_CLOSED);
    desk_verify_clean(&d);
    desk_close(&d);
}


/* What its requester and programs say of it is no look of an agent's. */
static void
test_held_again(void **state)
{
    desk_t    d;
    unsigned  id;

    acts_open(&d);
    rules_only(&d, "{}");

    id = act_submits(&d, ALICE);
    act_does(&d, ANN, id, "reject", "{\"reason\":\"r\"}");
    act_does(&d, ALICE, id, "reopen", "{\"reason\":\"r\"}");
    assert_true(act_ticket(&d, id).held);

    act_does(&d, ALICE, id, "messages", "{\"body\":\"b\"}");
    assert_true(act_ticket(&d, id).held);
    act_does(&d, ALICE, id, "urge", "{}");
    assert_true(act_ticket(&d, id).held);
    act_does(&d, ALICE, id, "complain", "{\"reason\":\"r\"}");
    assert_true(act_ticket(&d, id).held);
    act_does(&d, ROBO, id, "messages", "{\"body\":\"b\"}");
    assert_true(act_ticket(&d, id).held);

    act_does(&d, ANN, id, "start", "{}");
    assert_false(act_ticket(&d, id).held);
    desk_verify_clean(&d);
    desk_close(&d);
}


/* To withdraw and reopen it, or to merge it and undo that, is no look. */
static void
test_held_through_an_end(void **state)
{
    char      body[64];
    ask_t     a;
    desk_t    d;
    unsigned  id, other;

    acts_open(&d);
    rules_only(&d, "{\"unverified_points\":70}");

    other = act_submits(&d, ALICE);
    id = act_submits(&d, ALICE);
    act_does(&d, ALICE, id, "close", "{}");
    act_sends(&d, &a, ANN, TKT_METHOD_GET, "/v1/tickets?held=true", "", 200);
    assert_int_equal(length_at(a.json, "/data"), 1);
    assert_int_equal(number_at(a.json, "/data/0/id"), other);
    ask_done(&a);
    act_sends(&d, &a, ANN, TKT_METHOD_GET, "/v1/tickets/2", "", 200);
    assert_false(is_true(a.json, "/held"));
    ask_done(&a);
    act_does(&d, ALICE, id, "reopen", "{\"reason\":\"r\"}");
    assert_true(act_ticket(&d, id).held);

    (void) snprintf(body, sizeof(body), "{\"into\":%u}", id);
    act_does(&d, ANN, other, "merge", body);
    act_does(&d, ANN, other, "unmerge", "{}");
    assert_int_equal(act_ticket(&d, other).state, TKT_STATE_NEW);
    assert_true(act_ticket(&d, other).held);

    (void) snprintf(body, sizeof(body), "{\"into\":%u}", other);
    act_does(&d, ANN, id, "merge", body);
    act_does(&d, ANN, id, "unmerge", "{}");
    assert_int_equal(act_ticket(&d, id).state, TKT_STATE_FOLLOW_UP);
    assert_true(act_ticket(&d, id).held);

    /* who reopens it for him has looked */

    act_does(&d, ALICE, id, "close", "{}");
    act_does(&d, ANN, id, "reopen", "{\"reason\":\"r\"}");
    assert_false(act_ticket(&d, id).held);
    desk_verify_clean(&d);
    desk_close(&d);
}


/* An approval of what it asks for says nothing of its being rejected. */
static void
test_held_after_approval(void **state)
{
    desk_t    d;
    unsigned  id, i;

    acts_open(&d);
    rules_only(&d, "{}");
    (void) act_makes(&d, ROOT, "/v1/types", "{\"name\":\"licence\","
                     "\"approval\":true}");

    for (i = 0; i < 2; i++) {
        id = act_makes(&d, ALICE, "/v1/tickets", "{\"subject\":\"s\","
                       "\"description\":\"d\",\"type\":\"licence\"}");

        if (i == 0) {
            approve(&d, id, "{\"approved\":true,\"reason\":\"r\"}");
        }

        act_does(&d, ANN, id, "reject", "{\"reason\":\"r\"}");
        act_does(&d, ALICE, id, "reopen", "{\"reason\":\"r\"}");
        assert_true(act_ticket(&d, id).held);
    }

    /* nor does it take the place of the look */

    approve(&d, id, "{\"approved\":true,\"reason\":\"r\"}");
    assert_true(act_ticket(&d, id).held);

    /* what was declined is asked for again, and not held besides */

    id = act_makes(&d, ALICE, "/v1/tickets", "{\"subject\":\"s\","
                   "\"description\":\"d\",\"type\":\"licence\"}");
    approve(&d, id, "{\"approved\":false,\"reason\":\"r\"}");
    act_does(&d, ALICE, id, "reopen", "{\"reason\":\"r\"}");
    assert_false(act_ticket(&d, id).held);
    assert_int_equal(act_ticket(&d, id).approval, TKT_APPROVAL_PENDING);
    desk_verify_clean(&d);
    desk_close(&d);
}


/* Rejected at once: politely, without the rules, and open to an appeal. */
static void
test_rejected(void **state)
{
    ask_t         a;
    desk_t        d;
    unsigned      id;
    tkt_actor_t   alice = act_actor(ALICE);

    acts_open(&d);
    rules_only(&d, "{\"word_points\":90,\"hold_at\":60,"
          "\"reject_at\":90,\"blocked_words\":[\"casino\"]}");

    assert_int_equal(ask_send(&d, &a, &alice, TKT_METHOD_POST, "/v1/tickets",
        "{\"subject\":\"Casino\",\"description\":\"x\"}"), 201);
    assert_string_equal(text_at(a.json, "/state"), "closed");
    assert_string_equal(text_at(a.json, "/close_reason"), "spam");
    assert_true(lists(a.json, "/allowed_actions", "complain"));
    assert_null(at(a.json, "/score"));
    assert_null(at(a.json, "/held"));
    id = (unsigned) number_at(a.json, "/id");
    ask_done(&a);

    timeline(&d, &a, ALICE, id);
    assert_int_equal(length_at(a.json, "/data"), 2);
    assert_string_equal(text_at(a.json, "/data/0/action"), "reject");
    assert_true(is_true(a.json, "/data/0/automatic"));
    assert_null(strstr(text_at(a.json, "/data/0/reason"), "casino"));
    assert_true(strlen(text_at(a.json, "/data/0/reason")) > 40);
    ask_done(&a);

    timeline(&d, &a, ANN, id);
    assert_string_equal(text_at(a.json, "/data/1/reason"),
                        "score 90: \"casino\" 90");
    ask_done(&a);
    assert_int_equal(act_told(&d, ALICE, "state", id), 1);

    act_does(&d, ALICE, id, "complain", "{\"reason\":\"A novel.\"}");
    act_does(&d, SUE, id, "reopen", "{\"reason\":\"Indeed.\"}");
    assert_int_equal(act_ticket(&d, id).state, TKT_STATE_OPEN);
    assert_int_equal(act_ticket(&d, id + 1).score, 0);
    desk_verify_clean(&d);
    desk_close(&d);
}


/* One that goes to somebody at once is open when its points are told. */
static void
test_given_out(void **state)
{
    ask_t     a;
    char      body[128];
    desk_t    d;
    unsigned  id, team;

    acts_open(&d);
    rules_only(&d, "{\"unverified_points\":5}");
    team = team_make(&d, "first", ",\"strategy\":\"round_robin\"");
    team_join(&d, team, ANN, false);
    act_sends(&d, &a, ANN, TKT_METHOD_PUT, "/v1/me/presence",
              "{\"presence\":\"online\"}", 200);
    ask_done(&a);
    (void) snprintf(body, sizeof(body), "{\"name\":\"fault\",\"team\":%u}",
                    team);
    (void) act_makes(&d, ROOT, "/v1/types", body);

    id = act_makes(&d, ALICE, "/v1/tickets", "{\"subject\":\"s\","
                   "\"description\":\"d\",\"type\":\"fault\"}");
    assert_int_equal(act_ticket(&d, id).state, TKT_STATE_OPEN);

    timeline(&d, &a, ROOT, id);
    assert_non_null(strstr((const char *) a.reply.body.data, "score 5: "));
    ask_done(&a);
    desk_verify_clean(&d);
    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_configuration),
        cmocka_unit_test(test_clean_and_off),
        cmocka_unit_test(test_pass_with_points),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_blocked_words),
        cmocka_unit_test(test_held),
        cmocka_unit_test(test_held_again),
        cmocka_unit_test(test_held_through_an_end),
        cmocka_unit_test(test_held_after_approval),
        cmocka_unit_test(test_rejected),
        cmocka_unit_test(test_given_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
