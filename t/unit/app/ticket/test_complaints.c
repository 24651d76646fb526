/*
 * Complaints: a ticket of their own, linked, one open at a time; and the
 * approval of requests.
 */

#include "app/teams.h"


/* Leaves the answer in a. */
static void
shows(desk_t *d, ask_t *a, unsigned who, unsigned id)
{
    char  path[64];

    (void) snprintf(path, sizeof(path), "/v1/tickets/%u", id);
    act_sends(d, a, who, TKT_METHOD_GET, path, "", 200);
}


static void
test_complaint(void **state)
{
    ask_t         a;
    desk_t        d;
    unsigned      id, complaint, team;
    tkt_ticket_t  t;

    acts_open(&d);
    (void) team_make(&d, "first", "");
    team = team_make(&d, "complaints", ",\"complaints\":true");
    (void) team_make(&d, "later", ",\"complaints\":true");
    id = act_submits(&d, ALICE);
    act_does(&d, ANN, id, "start", "{}");
    act_does(&d, ALICE, id, "complain", "{\"reason\":\"Nobody helps.\"}");

    t = act_ticket(&d, id);
    assert_true(t.complaint_open);
    assert_int_equal(t.state, TKT_STATE_IN_PROGRESS);
    complaint = (unsigned) t.complaint;
    assert_int_equal(complaint, id + 1);

    t = act_ticket(&d, complaint);
    assert_int_equal(t.complaint_of, id);
    assert_int_equal(t.requester, ALICE);
    assert_int_equal(t.state, TKT_STATE_NEW);
    assert_int_equal(t.priority, TKT_PRIORITY_HIGH);
    assert_int_equal(t.team, team);

    shows(&d, &a, ALICE, complaint);
    assert_string_equal(text_at(a.json, "/subject"),
                        "Complaint about T-1: Printer");
    assert_string_equal(text_at(a.json, "/description"), "Nobody helps.");
    assert_false(lists(a.json, "/allowed_actions", "complain"));
    ask_done(&a);

    /* supervisors hear of it; neither who complains nor who is complained of */

    assert_int_equal(act_told(&d, SUE, "complaint", complaint), 1);
    assert_int_equal(act_told_all(&d), 1);

    /* one at a time, and none about a complaint */

    act_tries(&d, &a, ALICE, id, "complain", "{\"reason\":\"r\"}", 409);
    ask_done(&a);
    act_tries(&d, &a, ALICE, complaint, "complain", "{\"reason\":\"r\"}",
              409);
    ask_done(&a);

    /* reopening what it is about does not end it */

    act_does(&d, ANN, id, "resolve", "{\"solution\":\"s\"}");
    act_does(&d, ALICE, id, "reopen", "{\"reason\":\"r\"}");
    assert_true(act_ticket(&d, id).complaint_open);
    desk_verify_clean(&d);
    desk_close(&d);
}


/* Its end makes room for another, its reopening takes the room again. */
static void
test_complaint_ends(void **state)
{
    char      path[64];
    ask_t     a;
    desk_t    d;
    unsigned  id, first, second;

    acts_open(&d);
    id = act_submits(&d, ALICE);
    act_does(&d, ANN, id, "reject", "{\"reason\":\"Spam.\"}");

    /* an appeal */

    act_does(&d, ALICE, id, "complain", "{\"reason\":\"It is none.\"}");
    first = (unsigned) act_ticket(&d, id).complaint;
    act_does(&d, SUE, id, "reopen", "{\"reason\":\"Right.\"}");
    act_does(&d, SUE, first, "start", "{}");
    act_does(&d, SUE, first, "resolve", "{\"solution\":\"Reopened.\"}");
    assert_true(act_ticket(&d, id).complaint_open);
    act_does(&d, ALICE, first, "confirm", "{}");
    assert_false(act_ticket(&d, id).complaint_open);

    /* an event for staff alone, of nobody's doing */

    (void) snprintf(path, sizeof(path), "/v1/tickets/%u/timeline", id);
    act_sends(&d, &a, ANN, TKT_METHOD_GET, path, "", 200);
    assert_string_equal(text_at(a.json, "/data/0/action"), "edit");
    assert_true(is_true(a.json, "/data/0/automatic"));
    ask_done(&a);
    act_sends(&d, &a, ALICE, TKT_METHOD_GET, path, "", 200);
    assert_string_equal(text_at(a.json, "/data/0/action"), "reopen");
    ask_done(&a);

    act_does(&d, ALICE, first, "reopen", "{\"reason\":\"r\"}");
    assert_true(act_ticket(&d, id).complaint_open);
    act_does(&d, ALICE, first, "close", "{}");
    assert_false(act_ticket(&d, id).complaint_open);

    act_does(&d, ALICE, id, "complain", "{\"reason\":\"Again.\"}");
    second = (unsigned) act_ticket(&d, id).complaint;
    assert_true(second > first);

    /* the old one has nothing to say any more */

    act_does(&d, ALICE, first, "reopen", "{\"reason\":\"r\"}");
    act_does(&d, ALICE, first, "close", "{}");
    assert_true(act_ticket(&d, id).complaint_open);
    desk_verify_clean(&d);
    desk_close(&d);
}


/* In the caller's language, and no longer than a subject may be. */
static void
test_complaint_subject(void **state)
{
    ask_t          a;
    char           body[1024], path[64];
    desk_t         d;
    size_t         i, n;
    unsigned       id;
    tkt_actor_t    alice = act_actor(ALICE);
    tkt_request_t  req;

    acts_open(&d);
    n = (size_t) snprintf(body, sizeof(body), "{\"subject\":\"");

    for (i = 0; i < TKT_SUBJECT_MAX_CHARS; i++) {
        n += (size_t) snprintf(body + n, sizeof(body) - n, "码");
    }

    (void) snprintf(body + n, sizeof(body) - n,
                    "\",\"description\":\"d\"}");
    id = act_makes(&d, ALICE, "/v1/tickets", body);

    (void) snprintf(path, sizeof(path), "/v1/tickets/%u/complain", id);
    req = ask_make(&d, TKT_METHOD_POST, path);
    req.accept_language = tkt_str("zh-CN");
    ask_request(&d, &a, &alice, &req, "{\"reason\":\"r\"}");
    assert_int_equal(a.reply.http, 200);
    ask_done(&a);

    shows(&d, &a, ALICE, id + 1);
    assert_non_null(strstr(text_at(a.json, "/subject"),
                           "对工单 T-1 的投诉：码码"));
    assert_int_equal(strlen(text_at(a.json, "/subject")),
                     3 * TKT_SUBJECT_MAX_CHARS - 2 * (sizeof(" T-1 ") - 1));
    ask_done(&a);
    desk_verify_clean(&d);
    desk_close(&d);
}


/* ---- approval ---- */

/* A ticket whose type asks for it is pending; here it is made so. */
static unsigned
pending(desk_t *d, unsigned who)
{
    unsigned      id;
    tkt_txn_t    *txn;
    tkt_arena_t   arena;
    tkt_event_t   event = { .action = TKT_ACTION_EDIT + 1, .automatic = 1,
                            .actor_role = TKT_ROLE_SYSTEM };
    tkt_ticket_t  before, t;

    id = act_submits(d, who);
    tkt_arena_init(&arena, 4096);
    assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);
    assert_true(tkt_ticket_load(txn, 1, id, &before, true, &arena));
    t = before;
    t.approval = TKT_APPROVAL_PENDING;
    t.version++;
    event.at = t.updated_at;
    tkt_event_append(txn, &before, &t, &event, &arena);
    tkt_ticket_save(txn, &before, &t, &arena);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    tkt_arena_done(&arena);

    return id;
}


static void
decides(desk_t *d, unsigned who, unsigned id, const char *body,
    unsigned http)
{
    char   path[64];
    ask_t  a;

    (void) snprintf(path, sizeof(path), "/v1/tickets/%u/approval", id);
    act_sends(d, &a, who, TKT_METHOD_PUT, path, body, http);
    ask_done(&a);
}


#define YES  "{\"approved\":true,\"reason\":\"Go on.\"}"
#define NO   "{\"approved\":false,\"reason\":\"Too dear.\"}"


static void
test_approval(void **state)
{
    char      path[64];
    ask_t     a;
    desk_t    d;
    unsigned  yes, no, own;

    acts_open(&d);
    yes = pending(&d, ALICE);
    no = pending(&d, BOB);
    own = pending(&d, SUE);

    /* `pending` is no way that tells anybody */

    decides(&d, SUE, own, YES, 403);
    decides(&d, SUE, act_submits(&d, ALICE), YES, 409);
    decides(&d, SUE, yes, "{\"approved\":true}", 400);

    decides(&d, SUE, yes, YES, 200);
    assert_int_equal(act_ticket(&d, yes).approval, TKT_APPROVAL_APPROVED);
    assert_int_equal(act_ticket(&d, yes).state, TKT_STATE_NEW);
    assert_int_equal(act_told(&d, ALICE, "approval", yes), 1);
    decides(&d, SUE, yes, NO, 409);

    decides(&d, ROOT, no, NO, 200);
    assert_int_equal(act_ticket(&d, no).approval, TKT_APPROVAL_DECLINED);
    assert_int_equal(act_ticket(&d, no).state, TKT_STATE_CLOSED);
    assert_int_equal(act_ticket(&d, no).close_reason, TKT_CLOSE_REJECTED);
    assert_int_equal(act_told(&d, BOB, "approval", no), 1);

    (void) snprintf(path, sizeof(path), "/v1/tickets/%u/timeline", no);
    act_sends(&d, &a, BOB, TKT_METHOD_GET, path, "", 200);
    assert_string_equal(text_at(a.json, "/data/0/reason"), "Too dear.");
    ask_done(&a);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* To decline is to close: who may share, but not close, only approves. */
static void
test_decline_takes_close(void **state)
{
    ask_t        a;
    desk_t       d;
    unsigned     id;
    tkt_actor_t  sue = act_actor(SUE);

    acts_open(&d);
    id = pending(&d, ALICE);
    sue.withheld = tkt_bit(tkt_perm_action(TKT_ACTION_CLOSE));

    assert_int_equal(ask_send(&d, &a, &sue, TKT_METHOD_PUT,
                              "/v1/tickets/1/approval", NO), 403);
    ask_done(&a);
    assert_int_equal(act_ticket(&d, id).state, TKT_STATE_NEW);
    assert_int_equal(act_ticket(&d, id).approval, TKT_APPROVAL_PENDING);

    assert_int_equal(ask_send(&d, &a, &sue, TKT_METHOD_PUT,
                              "/v1/tickets/1/approval", YES), 200);
    ask_done(&a);

    /* another right to end a ticket does not matter */

    id = pending(&d, ALICE);
    sue.withheld = tkt_bit(tkt_perm_action(TKT_ACTION_REJECT));
    assert_int_equal(ask_send(&d, &a, &sue, TKT_METHOD_PUT,
                              "/v1/tickets/2/approval", NO), 200);
    ask_done(&a);
    assert_int_equal(act_ticket(&d, id).state, TKT_STATE_CLOSED);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* ---- the tickets that a requester may have under way ---- */

static void
test_complaint_at_the_limit(void **state)
{
    ask_t     a;
    desk_t    d;
    unsigned  id, complaint;

    acts_open(&d);
    act_sends(&d, &a, ROOT, TKT_METHOD_PATCH, "/v1/tenants/1",
              "{\"limits\":{\"active_tickets\":1}}", 200);
    ask_done(&a);
    id = act_submits(&d, ALICE);
    act_sends(&d, &a, ALICE, TKT_METHOD_POST, "/v1/tickets", ACT_TICKET, 409);
    ask_done(&a);

    /* it is always possible, once a ticket */

    act_does(&d, ALICE, id, "complain", "{\"reason\":\"r\"}");
    complaint = (unsigned) act_ticket(&d, id).complaint;
    act_tries(&d, &a, ALICE, id, "complain", "{\"reason\":\"r\"}", 409);
    ask_done(&a);
    act_tries(&d, &a, ALICE, complaint, "complain", "{\"reason\":\"r\"}",
              409);
    ask_done(&a);

    /* and is one of those under way: it makes no room for a submission */

    act_does(&d, ALICE, id, "close", "{}");
    act_sends(&d, &a, ALICE, TKT_METHOD_POST, "/v1/tickets", ACT_TICKET, 409);
    ask_done(&a);
    act_does(&d, ALICE, complaint, "close", "{}");
    (void) act_submits(&d, ALICE);

    desk_verify_clean(&d);
    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_complaint),
        cmocka_unit_test(test_complaint_ends),
        cmocka_unit_test(test_complaint_subject),
        cmocka_unit_test(test_approval),
        cmocka_unit_test(test_decline_takes_close),
        cmocka_unit_test(test_complaint_at_the_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
