/*
 * Actions and messages: inputs that the schema alone cannot check, reasons to
 * close, and what messages do to a ticket.
 */

#define _GNU_SOURCE

#include "app/ask.h"
#include "app/traffic.h"


static const tkt_actor_t  user = { .tenant = 1, .id = 1,
                                   .role = TKT_ROLE_USER };
static const tkt_actor_t  agent = { .tenant = 1, .id = 9,
                                    .role = TKT_ROLE_AGENT };
static const tkt_actor_t  boss = { .tenant = 1, .id = TRAFFIC_SUPERVISOR,
                                   .role = TKT_ROLE_SUPERVISOR };
static const tkt_actor_t  admin = { .tenant = 1, .id = TRAFFIC_ADMIN,
                                    .role = TKT_ROLE_ADMIN };
static const tkt_actor_t  machine = { .tenant = 1, .id = TRAFFIC_SYSTEM,
                                      .role = TKT_ROLE_SYSTEM };


/* People 1 to 16, and 17 in a tenant of its own. */
static void
open_desk(desk_t *d)
{
    uint64_t     other;
    tkt_actor_t  operator = { .role = TKT_ROLE_ADMIN };

    traffic_open(d);
    assert_int_equal(tkt_app_tenant(d->env, tkt_str("other"), 0, true,
                                    d->now_ms, &other), TKT_OK);
    operator.tenant = (uint32_t) other;
    desk_post(d, &operator, "/v1/users",
              "{\"login\":\"far\",\"role\":\"agent\"}");
}


/* Submits a ticket of the requester; its number. */
static unsigned
submit(desk_t *d, const tkt_actor_t *requester)
{
    ask_t     a;
    unsigned  id;

    assert_int_equal(ask_send(d, &a, requester, TKT_METHOD_POST,
                              "/v1/tickets", "{\"subject\":\"s\","
                              "\"description\":\"d\"}"), 201);
    id = (unsigned) number_at(a.json, "/id");
    ask_done(&a);

    return id;
}


/* Acts, and leaves the answer in a. */
static unsigned
act(desk_t *d, ask_t *a, const tkt_actor_t *actor, unsigned id,
    const char *verb, const char *body)
{
    char  path[64];

    (void) snprintf(path, sizeof(path), "/v1/tickets/%u/%s", id, verb);

    return ask_send(d, a, actor, TKT_METHOD_POST, path, body);
}


static void
must(desk_t *d, const tkt_actor_t *actor, unsigned id, const char *verb,
    const char *body)
{
    ask_t  a;

    if (act(d, &a, actor, id, verb, body) / 100 != 2) {
        fail_msg("%s %s: %.*s", verb, body, (int) a.reply.body.len,
                 (const char *) a.reply.body.data);
    }

    ask_done(&a);
}


static void
refused(desk_t *d, const tkt_actor_t *actor, unsigned id, const char *verb,
    const char *body, unsigned http, const char *pointer, const char *code)
{
    char  path[64];

    (void) snprintf(path, sizeof(path), "/v1/tickets/%u/%s", id, verb);
    ask_refused(d, actor, TKT_METHOD_POST, path, body, http, pointer, code);
}


/* ---- inputs ---- */

static void
test_hold(void **state)
{
    ask_t          a;
    unsigned       id;
    static desk_t  d;

    open_desk(&d);
    id = submit(&d, &user);
    must(&d, &agent, id, "start", "");

    refused(&d, &agent, id, "hold", "{}", 400, "/reason", "required");
    refused(&d, &agent, id, "hold", "{\"reason\":\" \"}", 400, "/reason",
            "too-short");
    refused(&d, &agent, id, "hold",
            "{\"resume_at\":\"2020-01-01T00:00:00Z\"}", 400, "/resume_at",
            "range");
    must(&d, &agent, id, "hold", "{\"resume_at\":\"2099-01-01T00:00:00Z\"}");

    assert_int_equal(act(&d, &a, &machine, id, "resume", ""), 200);
    assert_string_equal(text_at(a.json, "/state"), "in_progress");
    assert_string_equal(text_at(a.json, "/resume_at"), "(null)");
    ask_done(&a);

    must(&d, &agent, id, "hold", "{\"reason\":\"parts\"}");
    desk_verify_clean(&d);
    desk_close(&d);
}


/* Who is given a ticket is active staff of the tenant, and no program. */
static void
test_targets(void **state)
{
    ask_t          a;
    unsigned       id;
    size_t         i;
    char           body[64];
    static desk_t  d;

    static const unsigned  bad[] = { 1, 10, TRAFFIC_BOT, TRAFFIC_SYSTEM, 17,
                                     99 };

    open_desk(&d);
    desk_ok(&d, &admin, TKT_METHOD_PATCH, "/v1/users/10",
            "{\"disabled\":true}");
    id = submit(&d, &user);

    for (i = 0; i < tkt_array_len(bad); i++) {
        (void) snprintf(body, sizeof(body), "{\"assignee\":%u}", bad[i]);
        refused(&d, &boss, id, "assign", body, 400, "/assignee", "choice");
    }

    refused(&d, &agent, id, "assign", "{\"assignee\":9}", 403, NULL, NULL);
    refused(&d, &boss, id, "assign", "{}", 400, "/assignee", "required");
    must(&d, &boss, id, "assign", "{\"assignee\":9}");
    must(&d, &agent, id, "transfer", "{\"assignee\":11,\"reason\":\"r\"}");
    refused(&d, &agent, id, "transfer", "{\"reason\":\"mine?\"}", 409, NULL,
            NULL);

    /* up with a name, and an urgency below the floor */

    assert_int_equal(act(&d, &a, &boss, id, "escalate", "{\"reason\":\"r\","
                         "\"assignee\":13,\"priority\":\"low\"}"), 200);
    assert_int_equal(number_at(a.json, "/tier"), 1);
    assert_int_equal(number_at(a.json, "/assignee/id"), 13);
    assert_string_equal(text_at(a.json, "/priority"), "high");
    ask_done(&a);

    assert_int_equal(act(&d, &a, &agent, id, "escalate", "{\"reason\":"
                         "\"r\",\"priority\":\"urgent\"}"), 200);
    assert_string_equal(text_at(a.json, "/assignee"), "(null)");
    assert_string_equal(text_at(a.json, "/assigned_at"), "(null)");
    assert_string_equal(text_at(a.json, "/priority"), "urgent");
    ask_done(&a);

    assert_int_equal(act(&d, &a, &boss, id, "de-escalate", ""), 200);
    assert_int_equal(number_at(a.json, "/tier"), 1);
    ask_done(&a);

    desk_verify_clean(&d);
    desk_close(&d);
}


static void
test_ratings(void **state)
{
    ask_t          a;
    unsigned       id;
    static desk_t  d;

    open_desk(&d);
    id = submit(&d, &user);
    must(&d, &agent, id, "start", "");

    /* all scores or none; none for what was not resolved */

    refused(&d, &user, id, "close", "{\"speed\":5,\"attitude\":5,"
            "\"result\":5}", 400, "/speed", "unknown");
    must(&d, &agent, id, "resolve", "{\"solution\":\"x\"}");
    refused(&d, &user, id, "close", "{\"attitude\":5,\"result\":5}", 400,
            "/speed", "required");
    refused(&d, &user, id, "close", "{\"speed\":5,\"result\":5}", 400,
            "/attitude", "required");
    refused(&d, &user, id, "close", "{\"speed\":5,\"attitude\":5}", 400,
            "/result", "required");
    refused(&d, &user, id, "close", "{\"comment\":\"thanks\"}", 400, "/speed",
            "required");
    refused(&d, &user, id, "close", "{\"speed\":6,\"attitude\":5,"
            "\"result\":5}", 400, "/speed", "too-large");

    assert_int_equal(act(&d, &a, &user, id, "close", "{\"speed\":5,"
                         "\"attitude\":4,\"result\":3,\"comment\":\"ok\"}"),
                     200);
    assert_string_equal(text_at(a.json, "/state"), "closed");
    assert_string_equal(text_at(a.json, "/close_reason"), "satisfied");
    assert_int_equal(number_at(a.json, "/rating/attitude"), 4);
    assert_string_equal(text_at(a.json, "/rating/comment"), "ok");
    ask_done(&a);

    refused(&d, &user, id, "rating", "{\"speed\":5,\"attitude\":5,"
            "\"result\":5}", 409, NULL, NULL);

    /* closed without: rated afterwards, once */

    id = submit(&d, &user);
    must(&d, &user, id, "close", "{}");
    must(&d, &user, id, "rating", "{\"speed\":1,\"attitude\":1,"
         "\"result\":1}");
    refused(&d, &user, id, "rating", "{\"speed\":1,\"attitude\":1,"
            "\"result\":1}", 409, NULL, NULL);

    desk_verify_clean(&d);
    desk_close(&d);
}


static void
test_merge(void **state)
{
    char           body[64];
    ask_t          a;
    unsigned       one, two, three, foreign;
    static desk_t  d;
    tkt_actor_t    second = { .tenant = 1, .id = 2, .role = TKT_ROLE_USER };
    tkt_actor_t    far = { .tenant = 2, .id = 17, .role = TKT_ROLE_AGENT };

    open_desk(&d);
    one = submit(&d, &user);
    two = submit(&d, &user);
    three = submit(&d, &second);
    foreign = submit(&d, &far);

    (void) snprintf(body, sizeof(body), "{\"into\":%u}", one);
    refused(&d, &agent, one, "merge", body, 400, "/into", "choice");
    refused(&d, &agent, three, "merge", body, 400, "/into", "choice");
    refused(&d, &agent, one, "merge", "{\"into\":99}", 400, "/into",
            "choice");
    refused(&d, &agent, one, "merge", "{}", 400, "/into", "required");
    (void) snprintf(body, sizeof(body), "{\"into\":%u}", foreign);
    refused(&d, &boss, one, "merge", body, 400, "/into", "choice");

    (void) snprintf(body, sizeof(body), "{\"into\":%u}", one);
    assert_int_equal(act(&d, &a, &agent, two, "merge", body), 200);
    assert_int_equal(number_at(a.json, "/merged_into"), one);
    assert_string_equal(text_at(a.json, "/close_reason"), "merged");
    ask_done(&a);

    /* none into what is merged; supervisors over requesters */

    (void) snprintf(body, sizeof(body), "{\"into\":%u}", two);
    refused(&d, &agent, one, "merge", body, 400, "/into", "choice");
    refused(&d, &boss, three, "merge", body, 400, "/into", "choice");
    (void) snprintf(body, sizeof(body), "{\"into\":%u}", one);
    must(&d, &boss, three, "merge", body);
    refused(&d, &user, two, "reopen", "{\"reason\":\"r\"}", 409, NULL, NULL);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* Each reason for each way to close; what the caller may choose of them. */
static void
test_close_reasons(void **state)
{
    size_t         i;
    unsigned       id, r;
    ask_t          a;
    char           body[128];
    const char    *name;
    static desk_t  d;

    const struct {
        const tkt_actor_t  *actor;
        const char         *verb;
        const char         *none;        /* without one given                */
        const char         *allowed;
    } ways[] = {
        { &agent, "reject", "rejected",  "spam rejected" },
        { &boss,  "close",  "admin",     "duplicate spam admin" },
        { &user,  "close",  "withdrawn", "withdrawn" },
    };

    open_desk(&d);

    for (i = 0; i < tkt_array_len(ways); i++) {

        for (r = 0; r < TKT_CLOSE_MAX; r++) {
            id = submit(&d, &user);
            name = (const char *) tkt_close_names.names[r].data;
            (void) snprintf(body, sizeof(body), "{\"reason\":\"r\"%s%s%s}",
                            r != 0 ? ",\"close_reason\":\"" : "",
                            r != 0 ? name : "", r != 0 ? "\"" : "");

            if (r != 0 && strstr(ways[i].allowed, name) == NULL) {
                refused(&d, ways[i].actor, id, ways[i].verb, body, 400,
                        "/close_reason", "choice");
                continue;
            }

            assert_int_equal(act(&d, &a, ways[i].actor, id, ways[i].verb,
                                 body), 200);
            assert_string_equal(text_at(a.json, "/state"), "closed");
            assert_string_equal(text_at(a.json, "/close_reason"),
                                r != 0 ? name : ways[i].none);
            ask_done(&a);
        }
    }

    /* who ends another's ticket says why */

    id = submit(&d, &user);
    refused(&d, &boss, id, "close", "{}", 400, "/reason", "required");
    refused(&d, &agent, id, "reject", "{}", 400, "/reason", "required");

    /* where the transition is no end, no reason is set */

    id = submit(&d, &user);
    refused(&d, &agent, id, "claim", "{\"close_reason\":\"spam\"}", 400,
            "/close_reason", "unknown");
    desk_verify_clean(&d);
    desk_close(&d);
}


/* ---- messages ---- */

static void
test_message_kinds(void **state)
{
    size_t         i;
    ask_t          a;
    unsigned       id;
    static desk_t  d;

    const struct {
        const tkt_actor_t  *actor;
        const char         *body;
        unsigned            http;
        const char         *kind;        /* or the pointer at fault          */
        const char         *visibility;  /* or its code                      */
    } rows[] = {
        { &user,  "{\"body\":\"b\"}", 201, "reply", "public" },
        { &user,  "{\"body\":\"b\",\"kind\":\"courtesy\"}", 201, "courtesy",
          "public" },
        { &user,  "{\"body\":\"b\",\"visibility\":\"internal\"}", 403,
          "/visibility", "forbidden" },
        { &user,  "{\"body\":\"b\",\"kind\":\"note\"}", 403, "/visibility",
          "forbidden" },
        { &user,  "{\"body\":\"b\",\"kind\":\"solution\"}", 403, "/kind",
          "forbidden" },
        { &agent, "{\"body\":\"b\",\"kind\":\"note\"}", 201, "note",
          "internal" },
        { &agent, "{\"body\":\"b\",\"visibility\":\"internal\"}", 201, "note",
          "internal" },
        { &agent, "{\"body\":\"b\",\"kind\":\"next_step\","
          "\"visibility\":\"internal\"}", 201, "next_step", "internal" },
        { &agent, "{\"body\":\"b\",\"kind\":\"note\","
          "\"visibility\":\"public\"}", 400, "/visibility", "conflict" },
        { &agent, "{\"body\":\"b\",\"kind\":\"question\"}", 201, "question",
          "public" },
        { &agent, "{\"body\":\" \\n\"}", 400, "/body", "too-short" },
    };

    open_desk(&d);
    id = submit(&d, &user);

    for (i = 0; i < tkt_array_len(rows); i++) {

        if (rows[i].http != 201) {
            refused(&d, rows[i].actor, id, "messages", rows[i].body,
                    rows[i].http, rows[i].kind, rows[i].visibility);
            continue;
        }

        assert_int_equal(act(&d, &a, rows[i].actor, id, "messages",
                             rows[i].body), 201);
        assert_string_equal(text_at(a.json, "/kind"), rows[i].kind);
        assert_string_equal(text_at(a.json, "/visibility"),
                            rows[i].visibility);
        assert_int_equal(number_at(a.json, "/author/id"), rows[i].actor->id);
        assert_true(tkt_str_eq(a.reply.location,
                               tkt_str("/v1/tickets/1/messages")));
        ask_done(&a);
    }

    desk_verify_clean(&d);
    desk_close(&d);
}


/* Messages move the ticket; reopening by one is asked for expressly. */
static void
test_messages_move(void **state)
{
    ask_t          a;
    char           path[64];
    size_t         i;
    unsigned       id;
    static desk_t  d;

    const struct {
        const tkt_actor_t  *actor;
        const char         *verb;
        const char         *body;
        const char         *state;
    } steps[] = {
        { &agent, "messages", "{\"body\":\"b\"}", "in_progress" },
        { &agent, "request-info", "{\"question\":\"q\"}", "waiting_user" },
        { &agent, "messages", "{\"body\":\"b\"}", "waiting_user" },
        { &user,  "messages", "{\"body\":\"b\",\"kind\":\"courtesy\"}",
          "waiting_user" },
        { &user,  "messages", "{\"body\":\"b\"}", "in_progress" },
        { &agent, "resolve",  "{\"solution\":\"s\"}", "resolved" },
        { &user,  "messages", "{\"body\":\"b\"}", "follow_up" },
        { &agent, "resolve",  "{\"solution\":\"s\"}", "resolved" },
        { &user,  "confirm",  "", "confirmed" },
        { &user,  "messages", "{\"body\":\"b\"}", "confirmed" },
        { &user,  "messages", "{\"body\":\"b\",\"reopen\":true}",
          "follow_up" },
        { &agent, "resolve",  "{\"solution\":\"s\"}", "resolved" },
        { &user,  "confirm",  "", "confirmed" },
        { &agent, "messages", "{\"body\":\"b\",\"reopen\":true}", "open" },
    };

    open_desk(&d);
    id = submit(&d, &user);
    (void) snprintf(path, sizeof(path), "/v1/tickets/%u", id);

    for (i = 0; i < tkt_array_len(steps); i++) {
        must(&d, steps[i].actor, id, steps[i].verb, steps[i].body);
        assert_int_equal(ask_get(&d, &a, &user, path), 200);

        if (strcmp(text_at(a.json, "/state"), steps[i].state) != 0) {
            fail_msg("step %zu: %s", i, text_at(a.json, "/state"));
        }

        ask_done(&a);
    }

    assert_int_equal(ask_get(&d, &a, &user, path), 200);
    assert_int_equal(number_at(a.json, "/reopen_count"), 2);
    assert_int_equal(number_at(a.json, "/follow_up_count"), 1);
    ask_done(&a);

    must(&d, &user, id, "close", "");
    refused(&d, &user, id, "messages", "{\"body\":\"b\"}", 409, NULL, NULL);
    must(&d, &agent, id, "messages", "{\"body\":\"b\",\"kind\":\"note\"}");
    must(&d, &admin, id, "archive", "");
    refused(&d, &agent, id, "messages", "{\"body\":\"b\",\"kind\":\"note\"}",
            409, NULL, NULL);

    desk_verify_clean(&d);
    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_hold),
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_ratings),
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_close_reasons),
        cmocka_unit_test(test_message_kinds),
        cmocka_unit_test(test_messages_move),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
