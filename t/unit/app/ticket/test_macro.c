/*
 * Macros: whose they are, what they may say, and that applying one is the
 * same as doing its steps, all or none.
 */

#define _GNU_SOURCE

#include "app/ask.h"
#include "app/ticket/tkt_placeholder.h"
#include "app/traffic.h"


static const tkt_actor_t  user = { .tenant = 1, .id = 1,
                                   .role = TKT_ROLE_USER };
static const tkt_actor_t  agent = { .tenant = 1, .id = TRAFFIC_USERS + 1,
                                    .role = TKT_ROLE_AGENT };
static const tkt_actor_t  other = { .tenant = 1, .id = TRAFFIC_USERS + 2,
                                    .role = TKT_ROLE_AGENT };
static const tkt_actor_t  supervisor = { .tenant = 1,
                                         .id = TRAFFIC_SUPERVISOR,
                                         .role = TKT_ROLE_SUPERVISOR };


/* Makes a macro; its id. */
static unsigned long long
make(desk_t *d, const tkt_actor_t *who, const char *members)
{
    ask_t               a;
    char                body[2048];
    unsigned long long  id;
    static unsigned     number;

    (void) snprintf(body, sizeof(body), "{\"name\":\"m%u\",%s}", ++number,
                    members);

    if (ask_send(d, &a, who, TKT_METHOD_POST, "/v1/macros", body) != 201) {
        fail_msg("%s: %.*s", body, (int) a.reply.body.len,
                 (const char *) a.reply.body.data);
    }

    id = (unsigned long long) number_at(a.json, "/id");
    ask_done(&a);

    return id;
}


static unsigned
apply(desk_t *d, ask_t *a, const tkt_actor_t *who, unsigned ticket,
    unsigned long long macro, const char *more)
{
    char  path[64], body[512];

    (void) snprintf(path, sizeof(path), "/v1/tickets/%u/apply", ticket);
    (void) snprintf(body, sizeof(body), "{\"macro\":%llu%s}", macro, more);

    return ask_send(d, a, who, TKT_METHOD_POST, path, body);
}


static void
submit(desk_t *d, const char *members)
{
    char  body[512];

    (void) snprintf(body, sizeof(body), "{\"subject\":\"s\","
                    "\"description\":\"d\"%s}", members);
    desk_post(d, &user, "/v1/tickets", body);
}


/* ---- who sees and changes which ---- */

static void
owners(void **state)
{
    ask_t               a;
    char                path[64];
    unsigned long long  own, shared;
    static desk_t       d;

    traffic_open(&d);
    own = make(&d, &agent, "\"body\":\"hello\"");
    shared = make(&d, &supervisor, "\"body\":\"hello\",\"shared\":true");

    ask_refused(&d, &agent, TKT_METHOD_POST, "/v1/macros", "{\"name\":\"x\","
                "\"body\":\"b\",\"shared\":true}", 403, "/shared",
                "forbidden");

    assert_int_equal(ask_get(&d, &a, &agent, "/v1/macros"), 200);
    assert_int_equal(length_at(a.json, "/data"), 2);
    ask_done(&a);
    assert_int_equal(ask_get(&d, &a, &other, "/v1/macros"), 200);
    assert_int_equal(length_at(a.json, "/data"), 1);
    assert_string_equal(text_at(a.json, "/data/0/owner"), "(null)");
    ask_done(&a);

    (void) snprintf(path, sizeof(path), "/v1/macros/%llu", own);
    assert_int_equal(desk_run(&d, &agent, TKT_METHOD_PATCH, path,
                              "{\"body\":\"new\"}"), 200);
    assert_int_equal(desk_run(&d, &other, TKT_METHOD_PATCH, path,
                              "{\"body\":\"mine\"}"), 404);
    assert_int_equal(desk_run(&d, &supervisor, TKT_METHOD_DELETE, path, ""),
                     404);

    submit(&d, "");
    assert_int_equal(apply(&d, &a, &other, 1, own, ""), 400);
    assert_string_equal(text_at(a.json, "/errors/0/pointer"), "/macro");
    ask_done(&a);

    (void) snprintf(path, sizeof(path), "/v1/macros/%llu", shared);
    assert_int_equal(desk_run(&d, &agent, TKT_METHOD_PATCH, path,
                              "{\"body\":\"new\"}"), 403);
    assert_int_equal(desk_run(&d, &agent, TKT_METHOD_DELETE, path, ""), 403);
    assert_int_equal(desk_run(&d, &supervisor, TKT_METHOD_PATCH, path,
                              "{\"active\":false}"), 200);
    assert_int_equal(apply(&d, &a, &agent, 1, shared, ""), 400);
    ask_done(&a);
    assert_int_equal(desk_run(&d, &supervisor, TKT_METHOD_DELETE, path, ""),
                     204);

    desk_verify_clean(&d);
    desk_close(&d);
}


static void
refused_when_saved(void **state)
{
    char           body[512];
    size_t         i;
    static desk_t  d;

    static const struct {
        const char  *members;
        const char  *pointer;
        const char  *code;
    } bad[] = {
        { "\"priority\":null", "/body", "required" },
        { "\"body\":\"{{ticket.secret}}\"", "/body", "choice" },
        { "\"body\":\"{{ticket.number\"", "/body", "choice" },
        { "\"body\":\"{{}}\"", "/body", "choice" },
        { "\"body\":\"b\",\"reason\":\"{{x}}\"", "/reason", "choice" },
        { "\"body\":\"b\",\"team\":99", "/team", "choice" },
        { "\"action\":\"merge\"", "/action", "choice" },
        { "\"action\":\"transfer\"", "/action", "choice" },
        { "\"action\":\"submit\"", "/action", "choice" },
        { "\"action\":\"hold\"", "/reason", "required" },
        { "\"action\":\"reject\",\"body\":\"b\"", "/reason", "required" },
    };

    traffic_open(&d);

    for (i = 0; i < tkt_array_len(bad); i++) {
        (void) snprintf(body, sizeof(body), "{\"name\":\"x\",%s}",
                        bad[i].members);
        ask_refused(&d, &agent, TKT_METHOD_POST, "/v1/macros", body, 400,
                    bad[i].pointer, bad[i].code);
    }

    desk_close(&d);
}


/* A macro whose team is gone can still be changed, and retired. */
static void
team_gone(void **state)
{
    ask_t               a;
    char                path[64];
    unsigned long long  id;
    static desk_t       d;

    static const tkt_actor_t  admin = { .tenant = 1, .id = TRAFFIC_ADMIN,
                                        .role = TKT_ROLE_ADMIN };

    traffic_open(&d);
    desk_post(&d, &admin, "/v1/teams", "{\"name\":\"x\"}");
    id = make(&d, &agent, "\"team\":1,\"reason\":\"r\"");
    desk_ok(&d, &admin, TKT_METHOD_DELETE, "/v1/teams/1", "");

    (void) snprintf(path, sizeof(path), "/v1/macros/%llu", id);
    ask_refused(&d, &agent, TKT_METHOD_PATCH, path, "{\"team\":9}", 400,
                "/team", "choice");
    desk_ok(&d, &agent, TKT_METHOD_PATCH, path, "{\"reason\":\"s\"}");
    submit(&d, "");
    assert_int_equal(apply(&d, &a, &agent, 1, id, ""), 400);
    assert_string_equal(text_at(a.json, "/step"), "ticket.transfer");
    ask_done(&a);
    desk_ok(&d, &agent, TKT_METHOD_PATCH, path, "{\"active\":false}");

    desk_verify_clean(&d);
    desk_close(&d);
}


/* ---- applying ---- */

static void
messages_of(desk_t *d, ask_t *a, unsigned ticket)
{
    char  path[64];

    (void) snprintf(path, sizeof(path), "/v1/tickets/%u/messages", ticket);
    assert_int_equal(ask_get(d, a, &agent, path), 200);
}


/* Values are data: what looks like a placeholder in one is none. */
static void
texts(void **state)
{
    ask_t               a;
    unsigned long long  id;
    static desk_t       d;

    traffic_open(&d);
    id = make(&d, &agent, "\"body\":\"{{ticket.number}}/{{ ticket.subject }}/"
              "{{ticket.type}}/{{date}} { {{tenant.title}} }}\"");

    desk_post(&d, &user, "/v1/tickets", "{\"subject\":\"{{date}} 你 \\\"\","
              "\"description\":\"d\",\"type\":\"fault\"}");
    assert_int_equal(apply(&d, &a, &agent, 1, id, ""), 200);
    assert_int_equal(number_at(a.json, "/id"), 1);
    ask_done(&a);

    messages_of(&d, &a, 1);
    assert_int_equal(length_at(a.json, "/data"), 1);
    assert_string_equal(text_at(a.json, "/data/0/body"),
                        "T-1/{{date}} 你 \"/fault/2026-09-21 { main }}");
    ask_done(&a);

    /* a text that is sent along is sent as it is */

    assert_int_equal(apply(&d, &a, &agent, 1, id,
                           ",\"body\":\"mine {{date}} {{x\""), 200);
    ask_done(&a);
    messages_of(&d, &a, 1);
    assert_string_equal(text_at(a.json, "/data/1/body"),
                        "mine {{date}} {{x");
    ask_done(&a);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* Blanks are no message, whether they are sent or left by placeholders. */
static void
blank_texts(void **state)
{
    ask_t               a;
    unsigned long long  text, empty, said, reason;
    static desk_t       d;

    traffic_open(&d);
    submit(&d, "");
    text = make(&d, &agent, "\"body\":\"b\"");
    empty = make(&d, &agent, "\"body\":\"{{ticket.type}}\"");
    said = make(&d, &agent, "\"body\":\"{{ticket.type}}\\n\"");
    reason = make(&d, &agent, "\"action\":\"hold\",\"reason\":"
                  "\" {{ticket.type}}\"");

    assert_int_equal(apply(&d, &a, &agent, 1, text, ",\"body\":\" \""), 400);
    assert_string_equal(text_at(a.json, "/errors/0/pointer"), "/body");
    ask_done(&a);
    assert_int_equal(apply(&d, &a, &agent, 1, empty, ""), 400);
    ask_done(&a);
    assert_int_equal(apply(&d, &a, &agent, 1, said, ""), 400);
    ask_done(&a);
    assert_int_equal(apply(&d, &a, &agent, 1, reason, ""), 400);
    assert_string_equal(text_at(a.json, "/errors/0/pointer"), "/macro");
    ask_done(&a);

    messages_of(&d, &a, 1);
    assert_int_equal(length_at(a.json, "/data"), 0);
    ask_done(&a);

    desk_verify_clean(&d);
    desk_close(&d);
}


static void
steps(void **state)
{
    ask_t               a;
    unsigned long long  id;
    static desk_t       d;

    traffic_open(&d);
    id = make(&d, &agent, "\"body\":\"Done, {{requester.name}}.\","
              "\"priority\":\"high\",\"add_tags\":[\"b\",\"vip\"],"
              "\"remove_tags\":[\"c\"],\"action\":\"resolve\"");
    submit(&d, ",\"tags\":[\"a\",\"b\",\"c\"]");
    desk_post(&d, &agent, "/v1/tickets/1/claim", "{}");
    desk_post(&d, &agent, "/v1/tickets/1/start", "{}");

    assert_int_equal(apply(&d, &a, &agent, 1, id, ""), 200);
    assert_string_equal(text_at(a.json, "/state"), "resolved");
    assert_string_equal(text_at(a.json, "/priority"), "high");
    assert_int_equal(length_at(a.json, "/tags"), 3);
    assert_true(lists(a.json, "/tags", "vip"));
    assert_false(lists(a.json, "/tags", "c"));
    ask_done(&a);

    /* one message: the solution; an event a step */

    messages_of(&d, &a, 1);
    assert_int_equal(length_at(a.json, "/data"), 1);
    assert_string_equal(text_at(a.json, "/data/0/kind"), "solution");
    ask_done(&a);
    assert_int_equal(ask_get(&d, &a, &agent, "/v1/tickets/1/timeline"), 200);
    assert_int_equal(length_at(a.json, "/data"), 6);
    assert_string_equal(text_at(a.json, "/data/0/action"), "resolve");
    assert_string_equal(text_at(a.json, "/data/1/action"), "edit");
    assert_string_equal(text_at(a.json, "/data/2/action"), "edit");
    ask_done(&a);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* The last step fails: nothing has happened, and the problem names it. */
static void
all_or_nothing(void **state)
{
    ask_t               a;
    unsigned long long  id;
    static desk_t       d;

    traffic_open(&d);
    submit(&d, "");

    id = make(&d, &agent, "\"body\":\"b\",\"priority\":\"urgent\","
              "\"add_tags\":[\"x\"],\"action\":\"resume\"");

    assert_int_equal(apply(&d, &a, &agent, 1, id, ""), 409);
    assert_string_equal(text_at(a.json, "/step"), "ticket.resume");
    assert_string_equal(text_at(a.json, "/state"), "in_progress");
    ask_done(&a);

    assert_int_equal(ask_get(&d, &a, &agent, "/v1/tickets/1"), 200);
    assert_int_equal(number_at(a.json, "/version"), 1);
    assert_int_equal(length_at(a.json, "/tags"), 0);
    ask_done(&a);

    /* so in a batch: with it all, or without it the others */

    assert_int_equal(ask_send(&d, &a, &agent, TKT_METHOD_POST, "/v1/batch",
        "{\"operations\":[{\"method\":\"POST\",\"path\":"
        "\"/v1/tickets/1/claim\",\"body\":{}},{\"method\":\"POST\",\"path\":"
        "\"/v1/tickets/1/apply\",\"body\":{\"macro\":1}}]}"), 200);
    assert_int_equal(number_at(a.json, "/data/0/status"), 200);
    assert_int_equal(number_at(a.json, "/data/1/status"), 409);
    ask_done(&a);
    assert_int_equal(ask_send(&d, &a, &agent, TKT_METHOD_POST, "/v1/batch",
        "{\"atomic\":true,\"operations\":[{\"method\":\"POST\",\"path\":"
        "\"/v1/tickets/1/start\",\"body\":{}},{\"method\":\"POST\",\"path\":"
        "\"/v1/tickets/1/apply\",\"body\":{\"macro\":1}}]}"), 409);
    assert_int_equal(number_at(a.json, "/failed"), 1);
    ask_done(&a);
    assert_int_equal(ask_get(&d, &a, &agent, "/v1/tickets/1"), 200);
    assert_string_equal(text_at(a.json, "/state"), "open");
    assert_int_equal(number_at(a.json, "/version"), 2);
    ask_done(&a);

    /* versions, rights, sight */

    assert_int_equal(ask_tagged(&d, &a, &agent, TKT_METHOD_POST,
                                "/v1/tickets/1/apply", "\"t1.1\"",
                                "{\"macro\":1}"), 412);
    ask_done(&a);
    assert_int_equal(apply(&d, &a, &agent, 99, id, ""), 404);
    ask_done(&a);
    assert_int_equal(apply(&d, &a, &agent, 1, 99, ""), 400);
    ask_done(&a);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* Every name of the table is taken, and means something. */
static void
every_placeholder(void **state)
{
    size_t       i;
    char         text[128];
    tkt_str_t    bad;

    for (i = 0; tkt_placeholder_name(i) != NULL; i++) {
        (void) snprintf(text, sizeof(text), "a {{%s}} b {{ %s }}",
                        tkt_placeholder_name(i), tkt_placeholder_name(i));
        assert_true(tkt_placeholders_known(tkt_str_z(text), &bad));
    }

    assert_int_equal(i, 8);
    assert_true(tkt_placeholders_known(tkt_str("{ } {a} }}"), &bad));
    assert_false(tkt_placeholders_known(tkt_str("{{"), &bad));
    assert_false(tkt_placeholders_known(tkt_str("{{date}"), &bad));
    assert_false(tkt_placeholders_known(tkt_str("{{{date}}}"), &bad));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(owners),
        cmocka_unit_test(refused_when_saved),
        cmocka_unit_test(team_gone),
        cmocka_unit_test(texts),
        cmocka_unit_test(blank_texts),
        cmocka_unit_test(steps),
        cmocka_unit_test(all_or_nothing),
        cmocka_unit_test(every_placeholder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
