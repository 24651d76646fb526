/*
 * Ways around what keeps somebody from something, and that they are shut: what
 * grants, approvals and the supervisors' complaints keep is not had by being a
 * requester, by a merge, a link, another type or a count.
 */

#define _GNU_SOURCE         /* strstr of bodies */

#include "app/teams.h"


/* As `who` whom grants bind; commands look them up themselves. */
static void
bound_sends(desk_t *d, ask_t *a, unsigned who, tkt_method_t method,
    const char *path, const char *body, unsigned http)
{
    tkt_actor_t  actor = act_actor(who);

    actor.grants = 1;

    if (ask_send(d, a, &actor, method, path, body) != http) {
        fail_msg("%s: %u, not %u: %.*s", path, a->reply.http, http,
                 (int) a->reply.body.len, (const char *) a->reply.body.data);
    }
}


static void
bound_does(desk_t *d, unsigned who, tkt_method_t method, const char *path,
    const char *body, unsigned http)
{
    ask_t  a;

    bound_sends(d, &a, who, method, path, body, http);
    ask_done(&a);
}


/* Types 1 "plain" and 2 "other"; ann may work on the first alone. */
static void
open_bound(desk_t *d)
{
    acts_open(d);
    (void) act_makes(d, ROOT, "/v1/types", "{\"name\":\"plain\"}");
    (void) act_makes(d, ROOT, "/v1/types", "{\"name\":\"other\"}");
    (void) act_makes(d, ROOT, "/v1/types/2/fields",
                     "{\"name\":\"secret\",\"kind\":\"text\","
                     "\"staff_only\":true}");
    (void) act_makes(d, ROOT, "/v1/grants", "{\"user\":3,\"type\":1}");
}


#define OF(type)  "{\"subject\":\"s\",\"description\":\"d\",\"type\":\"" type \
                  "\"}"


/* ---- the requester who is an agent elsewhere ---- */

static bool
shows(desk_t *d, unsigned who, const char *path, const char *member)
{
    char   body[65536];
    ask_t  a;

    bound_sends(d, &a, who, TKT_METHOD_GET, path, "", 200);
    (void) snprintf(body, sizeof(body), "%.*s", (int) a.reply.body.len,
                    (const char *) a.reply.body.data);
    ask_done(&a);

    return strstr(body, member) != NULL;
}


static void
test_bound_requester(void **state)
{
    size_t         i;
    ask_t          a;
    static desk_t  d;
    static const char *const  paths[] = {
        "/v1/tickets/1", "/v1/tickets/1?include=messages",
        "/v1/me/tickets?fields=id,held", "/v1/tickets/1/timeline",
    };

    open_bound(&d);
    assert_int_equal(act_makes(&d, ANN, "/v1/tickets", OF("other")), 1);
    act_sends(&d, &a, SUE, TKT_METHOD_PUT, "/v1/tickets/1/watchers/2", "",
              200);
    ask_done(&a);

    for (i = 0; i < tkt_array_len(paths); i++) {
        assert_false(shows(&d, ANN, paths[i], "\"held\""));
        assert_false(shows(&d, ANN, paths[i], "watcher_ids"));
    }

    assert_true(shows(&d, SUE, paths[0], "\"held\""));

    /* what an answer of a command shows, and what it takes */

    bound_sends(&d, &a, ANN, TKT_METHOD_PATCH, "/v1/tickets/1",
                "{\"subject\":\"new\"}", 200);
    assert_non_null(at(a.json, "/subject"));
    assert_null(at(a.json, "/held"));
    ask_done(&a);
    bound_does(&d, ANN, TKT_METHOD_PATCH, "/v1/tickets/1",
               "{\"custom\":{\"secret\":\"x\"}}", 400);
    bound_does(&d, ANN, TKT_METHOD_GET, "/v1/tickets/1/viewers", "", 403);

    /* a link changes both ends */

    assert_int_equal(act_makes(&d, ALICE, "/v1/tickets", OF("plain")), 2);
    bound_does(&d, ANN, TKT_METHOD_PUT, "/v1/tickets/2/links/1",
               "{\"kind\":\"parent\"}", 403);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* ---- merges ---- */

static void
test_merge_brings_nobody(void **state)
{
    ask_t          a;
    static desk_t  d;

    open_bound(&d);
    (void) act_makes(&d, ALICE, "/v1/tickets", OF("plain"));
    (void) act_makes(&d, ALICE, "/v1/tickets", OF("other"));
    bound_does(&d, ANN, TKT_METHOD_PUT, "/v1/tickets/1/watchers/me", "", 200);
    act_sends(&d, &a, ANDY, TKT_METHOD_PUT, "/v1/tickets/1/watchers/me", "",
              200);
    ask_done(&a);

    act_does(&d, SUE, 1, "merge", "{\"into\":2}");
    bound_does(&d, ANN, TKT_METHOD_GET, "/v1/tickets/2", "", 404);

    act_sends(&d, &a, SUE, TKT_METHOD_GET, "/v1/tickets/2", "", 200);
    assert_int_equal(length_at(a.json, "/watchers"), 1);
    assert_int_equal(number_at(a.json, "/watchers/0/id"), ANDY);
    ask_done(&a);

    act_does(&d, SUE, 1, "unmerge", "{}");
    desk_verify_clean(&d);
    desk_close(&d);
}


/* The first target is open to change, the one that it went into is not. */
static void
test_undo_below_the_archive(void **state)
{
    unsigned       i;
    ask_t          a;
    static desk_t  d;

    acts_open(&d);

    for (i = 0; i < 3; i++) {
        (void) act_submits(&d, ALICE);
    }

    act_does(&d, SUE, 3, "merge", "{\"into\":2}");
    act_does(&d, SUE, 2, "merge", "{\"into\":1}");
    act_does(&d, ROOT, 1, "close", "{\"reason\":\"r\"}");
    act_does(&d, ROOT, 1, "archive", "{}");
    act_tries(&d, &a, SUE, 3, "unmerge", "{}", 409);
    ask_done(&a);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* ---- another type ---- */

static void
open_types(desk_t *d)
{
    acts_open(d);
    assert_int_equal(team_make(d, "first", ""), 1);
    assert_int_equal(team_make(d, "second", ""), 2);
    (void) act_makes(d, ROOT, "/v1/types", "{\"name\":\"plain\",\"team\":1,"
                     "\"steps\":[\"look\",\"tell\"]}");
    (void) act_makes(d, ROOT, "/v1/types", "{\"name\":\"access\",\"team\":2,"
                     "\"approval\":true,\"priority\":\"high\","
                     "\"steps\":[\"tell\",\"grant\"]}");
    (void) act_makes(d, ROOT, "/v1/types/4/features",
                     "{\"name\":\"door\",\"priority\":\"urgent\","
                     "\"team\":1}");
}


static void
patches(desk_t *d, unsigned who, const char *body)
{
    ask_t  a;

    act_sends(d, &a, who, TKT_METHOD_PATCH, "/v1/tickets/1", body, 200);
    ask_done(&a);
}


static void
test_sorted_anew(void **state)
{
    ask_t          a;
    tkt_ticket_t   t;
    static desk_t  d;

    open_types(&d);
    (void) act_makes(&d, ALICE, "/v1/tickets", OF("plain"));
    act_sends(&d, &a, ANN, TKT_METHOD_PUT, "/v1/tickets/1/steps/tell", "",
              200);
    ask_done(&a);
    act_does(&d, SUE, 1, "assign", "{\"assignee\":3}");

    /* another agent may sort it, not take it from its owner */

    patches(&d, ANDY, "{\"type\":\"access\"}");
    t = act_ticket(&d, 1);
    assert_int_equal(t.team, 1);
    assert_int_equal(t.assignee, ANN);
    assert_int_equal(t.approval, TKT_APPROVAL_PENDING);
    assert_int_equal(t.priority, TKT_PRIORITY_HIGH);
    assert_int_equal(act_told(&d, SUE, "approval", 1), 1);
    assert_int_equal(act_told(&d, ALICE, NULL, 0), 0);

    act_sends(&d, &a, ANN, TKT_METHOD_GET, "/v1/tickets/1", "", 200);
    assert_string_equal(text_at(a.json, "/steps/1"), "grant");
    assert_int_equal(length_at(a.json, "/steps_done"), 1);
    assert_string_equal(text_at(a.json, "/steps_done/0"), "tell");
    ask_done(&a);

    /* and back: what was to be approved still is */

    patches(&d, ANN, "{\"type\":\"plain\"}");
    assert_int_equal(act_ticket(&d, 1).approval, TKT_APPROVAL_PENDING);
    assert_int_equal(act_ticket(&d, 1).assignee, ANN);

    patches(&d, ANN, "{\"type\":\"access\"}");
    t = act_ticket(&d, 1);
    assert_int_equal(t.team, 2);
    assert_int_equal(t.assignee, 0);
    assert_true(t.queued_at != 0);

    patches(&d, ANN, "{\"feature\":\"door\"}");
    t = act_ticket(&d, 1);
    assert_int_equal(t.team, 1);
    assert_int_equal(t.priority, TKT_PRIORITY_URGENT);

    /* an approval of one type is none of another; begun work stays */

    act_sends(&d, &a, SUE, TKT_METHOD_PUT, "/v1/tickets/1/approval",
              "{\"approved\":true,\"reason\":\"r\"}", 200);
    ask_done(&a);
    patches(&d, ANN, "{\"type\":\"plain\",\"feature\":null}");
    act_does(&d, ANN, 1, "claim", "{}");
    act_does(&d, ANN, 1, "start", "{}");
    patches(&d, ANN, "{\"type\":\"access\"}");
    t = act_ticket(&d, 1);
    assert_int_equal(t.team, 1);
    assert_int_equal(t.assignee, ANN);
    assert_int_equal(t.approval, TKT_APPROVAL_PENDING);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* Opened again it is asked for again. */
static void
test_declined(void **state)
{
    ask_t          a;
    static desk_t  d;

    open_types(&d);
    (void) act_makes(&d, ALICE, "/v1/tickets", OF("access"));
    act_sends(&d, &a, SUE, TKT_METHOD_PUT, "/v1/tickets/1/approval",
              "{\"approved\":false,\"reason\":\"no\"}", 200);
    ask_done(&a);
    act_does(&d, ROOT, 1, "reopen", "{\"reason\":\"again\"}");
    assert_int_equal(act_ticket(&d, 1).approval, TKT_APPROVAL_PENDING);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* ---- what answers tell ---- */

/* Whoever lets go of it is the only one there: it comes back to him. */
static void
test_answer_is_what_is_stored(void **state)
{
    char           path[80];
    ask_t          a;
    tkt_ticket_t   t;
    static desk_t  d;

    acts_open(&d);
    assert_int_equal(team_make(&d, "first", ",\"strategy\":\"round_robin\""),
                     1);
    team_join(&d, 1, ANN, false);
    act_sends(&d, &a, ANN, TKT_METHOD_PUT, "/v1/me/presence",
              "{\"presence\":\"online\",\"capacity\":1}", 200);
    ask_done(&a);
    (void) act_submits(&d, ALICE);
    act_does(&d, SUE, 1, "assign", "{\"team\":1}");
    assert_int_equal(act_ticket(&d, 1).assignee, ANN);

    (void) snprintf(path, sizeof(path), "{\"reason\":\"r\"}");
    act_tries(&d, &a, ANN, 1, "transfer", path, 200);
    t = act_ticket(&d, 1);
    assert_int_equal(t.assignee, ANN);
    assert_int_equal(number_at(a.json, "/version"), t.version);
    assert_int_equal(number_at(a.json, "/assignee/id"), ANN);
    ask_done(&a);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* Nobody finds a ticket by what he does not read of it. */
static void
test_hidden_filters(void **state)
{
    size_t         i;
    ask_t          a;
    static desk_t  d;
    static const char *const  queries[] = { "held=true", "held=false",
                                            "drill=true", "drill=false" };
    char           path[80];

    open_bound(&d);
    (void) act_submits(&d, ALICE);
    (void) act_makes(&d, ANN, "/v1/tickets", OF("other"));

    for (i = 0; i < tkt_array_len(queries); i++) {
        (void) snprintf(path, sizeof(path), "/v1/tickets?requester=me&%s",
                        queries[i]);
        act_sends(&d, &a, ALICE, TKT_METHOD_GET, path, "", 200);
        assert_int_equal(length_at(a.json, "/data"), 0);
        ask_done(&a);
        bound_sends(&d, &a, ANN, TKT_METHOD_GET, path, "", 200);
        assert_int_equal(length_at(a.json, "/data"), 0);
        ask_done(&a);
    }

    act_sends(&d, &a, ALICE, TKT_METHOD_GET, "/v1/me/tickets", "", 200);
    assert_int_equal(length_at(a.json, "/data"), 1);
    ask_done(&a);
    act_sends(&d, &a, SUE, TKT_METHOD_GET, "/v1/tickets?held=false", "", 200);
    assert_int_equal(length_at(a.json, "/data"), 2);
    ask_done(&a);

    desk_close(&d);
}


/* Names of others' macros are their own; complaints are not counted. */
static void
test_names_and_counts(void **state)
{
    ask_t          a;
    static desk_t  d;

    acts_open(&d);
    (void) act_makes(&d, ANN, "/v1/macros",
                     "{\"name\":\"leave\",\"body\":\"b\"}");
    (void) act_makes(&d, ANDY, "/v1/macros",
                     "{\"name\":\"leave\",\"body\":\"b\"}");

    act_sends(&d, &a, ANN, TKT_METHOD_GET,
              "/v1/tickets?complaint=true&count=true", "", 400);
    ask_done(&a);
    act_sends(&d, &a, SUE, TKT_METHOD_GET,
              "/v1/tickets?complaint=true&count=true", "", 200);
    ask_done(&a);
    act_sends(&d, &a, SUE, TKT_METHOD_GET, "/v1/tickets?count=1", "", 400);
    ask_done(&a);

    desk_verify_clean(&d);
    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_bound_requester),
        cmocka_unit_test(test_merge_brings_nobody),
        cmocka_unit_test(test_undo_below_the_archive),
        cmocka_unit_test(test_sorted_anew),
        cmocka_unit_test(test_declined),
        cmocka_unit_test(test_answer_is_what_is_stored),
        cmocka_unit_test(test_hidden_filters),
        cmocka_unit_test(test_names_and_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
