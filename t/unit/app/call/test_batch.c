/*
 * Several operations in one request: each for itself, or all or nothing.
 */

#define _GNU_SOURCE

#include "app/ask.h"
#include "app/traffic.h"


#define TICKET  "{\"subject\":\"s\",\"description\":\"d\"}"
#define CREATE  "{\"method\":\"POST\",\"path\":\"/v1/tickets\",\"body\":"    \
                TICKET "}"
#define BAD     "{\"method\":\"POST\",\"path\":\"/v1/tickets\",\"body\":{"   \
                "\"subject\":\"s\"}}"


static const tkt_actor_t  user = { .tenant = 1, .id = 1,
                                   .role = TKT_ROLE_USER };
static const tkt_actor_t  agent = { .tenant = 1, .id = TRAFFIC_USERS + 1,
                                    .role = TKT_ROLE_AGENT };
static const tkt_actor_t  admin = { .tenant = 1, .id = TRAFFIC_ADMIN,
                                    .role = TKT_ROLE_ADMIN };


static unsigned
batch(desk_t *d, ask_t *a, const tkt_actor_t *actor, const char *mode,
    const char *operations)
{
    char      *body;
    unsigned   http;

    assert_true(asprintf(&body, "{%s\"operations\":[%s]}", mode, operations)
                > 0);
    http = ask_send(d, a, actor, TKT_METHOD_POST, "/v1/batch", body);
    free(body);

    return http;
}


static uint64_t
last_ticket(desk_t *d)
{
    uint64_t  last;

    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    last = tkt_txn_last(d->read, TKT_SEQ_TICKET);
    tkt_txn_reset(d->read);

    return last;
}


static void
each_for_itself(void **state)
{
    ask_t          a;
    static desk_t  d;

    traffic_open(&d);

    assert_int_equal(batch(&d, &a, &agent, "", CREATE "," BAD ","
        "{\"method\":\"POST\",\"path\":\"/v1/tickets/99/claim\"},"
        "{\"method\":\"POST\",\"path\":\"/v1/tickets/$0/claim\"},"
        "{\"method\":\"PATCH\",\"path\":\"/v1/tickets/$0\","
        "\"if_match\":\"\\\"t1.1\\\"\",\"body\":{\"priority\":\"high\"}},"
        "{\"method\":\"PATCH\",\"path\":\"/v1/tickets/$0\","
        "\"body\":{\"priority\":\"high\"}},"
        "{\"method\":\"POST\",\"path\":\"/v1/tickets/$1/claim\"}"), 200);

    assert_true(is_true(a.json, "/committed"));
    assert_int_equal(length_at(a.json, "/data"), 7);
    assert_int_equal(number_at(a.json, "/data/0/status"), 201);
    assert_string_equal(text_at(a.json, "/data/0/location"),
                        "/v1/tickets/1");
    assert_string_equal(text_at(a.json, "/data/0/etag"), "\"t1.1\"");
    assert_int_equal(number_at(a.json, "/data/0/body/id"), 1);
    assert_int_equal(number_at(a.json, "/data/1/status"), 400);
    assert_string_equal(text_at(a.json, "/data/1/body/errors/0/pointer"),
                        "/operations/1/body/description");
    assert_int_equal(number_at(a.json, "/data/2/status"), 404);
    assert_int_equal(number_at(a.json, "/data/3/status"), 200);
    assert_int_equal(number_at(a.json, "/data/4/status"), 412);
    assert_int_equal(number_at(a.json, "/data/5/status"), 200);
    assert_string_equal(text_at(a.json, "/data/5/body/priority"), "high");
    assert_int_equal(number_at(a.json, "/data/6/status"), 424);
    ask_done(&a);

    assert_int_equal(batch(&d, &a, &agent, "\"return\":\"minimal\",",
                           CREATE "," BAD), 200);
    assert_string_equal(text_at(a.json, "/data/0/body"), "(null)");
    assert_string_equal(text_at(a.json, "/data/1/body/title"),
                        "The request has invalid members");
    ask_done(&a);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* What fails undoes all before it, and those of others stay. */
static void
all_or_nothing(void **state)
{
    ask_t            a;
    uint64_t         entries;
    unsigned         i;
    tkt_command_t   *cmds[3];
    tkt_request_t    req;
    static desk_t    d, same;

    static const uint8_t  random[32] = { 5 };
    static const char     failing[] = "{\"atomic\":true,\"operations\":["
        CREATE "," CREATE ",{\"method\":\"POST\",\"path\":"
        "\"/v1/tickets/$0/claim\"},{\"method\":\"POST\",\"path\":"
        "\"/v1/tickets/$0/claim\"}," CREATE "]}";

    traffic_open(&d);
    traffic_open(&same);

    assert_int_equal(ask_send(&d, &a, &agent, TKT_METHOD_POST, "/v1/batch",
                              failing), 409);
    same.now_ms = d.now_ms;
    assert_int_equal(number_at(a.json, "/failed"), 3);
    assert_false(is_true(a.json, "/committed"));
    assert_int_equal(length_at(a.json, "/data"), 5);
    assert_int_equal(number_at(a.json, "/data/0/status"), 424);
    assert_int_equal(number_at(a.json, "/data/3/status"), 409);
    assert_string_equal(text_at(a.json, "/data/3/body/state"), "open");
    assert_int_equal(number_at(a.json, "/data/4/status"), 424);
    ask_done(&a);
    assert_int_equal(last_ticket(&d), 0);
    assert_int_equal(desk_compare(&d, &same, &entries), -1);

    /* between two others, in their transaction */

    for (i = 0; i < 3; i++) {
        req = ask_make(&d, TKT_METHOD_POST,
                       i == 1 ? "/v1/batch" : "/v1/tickets");
        cmds[i] = desk_command(&d, &agent, &req, i == 1 ? failing : TICKET,
                               random);
        assert_non_null(cmds[i]);
    }

    assert_int_equal(tkt_app_run(d.env, cmds, 3, NULL, NULL), TKT_OK);
    assert_int_equal(tkt_command_reply(cmds[0])->http, 201);
    assert_int_equal(tkt_command_reply(cmds[1])->http, 409);
    assert_int_equal(tkt_command_reply(cmds[2])->http, 201);
    assert_int_equal(tkt_command_reply(cmds[2])->ticket_id, 2);

    for (i = 0; i < 3; i++) {
        tkt_command_free(cmds[i]);
    }

    assert_int_equal(last_ticket(&d), 2);

    /* refused before it runs; and one that succeeds */

    assert_int_equal(batch(&d, &a, &agent, "\"atomic\":true,",
                           CREATE "," BAD), 409);
    assert_int_equal(number_at(a.json, "/failed"), 1);
    ask_done(&a);
    assert_int_equal(batch(&d, &a, &agent, "\"atomic\":true,",
                           CREATE "," CREATE), 200);
    assert_int_equal(number_at(a.json, "/data/1/body/id"), 4);
    ask_done(&a);

    desk_verify_clean(&d);
    desk_close(&d);
    desk_close(&same);
}


/* Every member at fault is named, and nothing is done. */
static void
envelopes(void **state)
{
    char           *many;
    size_t          i;
    static desk_t   d;

    static const struct {
        const char  *body;
        const char  *pointer;
        const char  *code;
    } bad[] = {
        { "{}", "/operations", "required" },
        { "{\"operations\":[]}", "/operations", "too-short" },
        { "{\"operations\":{}}", "/operations", "type" },
        { "{\"operations\":[" CREATE "],\"atomic\":\"yes\"}", "/atomic",
          "type" },
        { "{\"operations\":[" CREATE "],\"return\":\"all\"}", "/return",
          "choice" },
        { "{\"operations\":[" CREATE "],\"return\":true}", "/return",
          "type" },
        { "{\"operations\":[" CREATE "],\"more\":1}", "/more", "unknown" },
        { "{\"operations\":[" CREATE "],\"a/b~\":1}", "/a~1b~0", "unknown" },
        { "{\"operations\":[" CREATE ",7]}", "/operations/1", "type" },
        { "{\"operations\":[{}]}", "/operations/0/method", "required" },
        { "{\"operations\":[{}]}", "/operations/0/path", "required" },
        { "{\"operations\":null}", "/operations", "required" },
        { "{\"operations\":[" CREATE ",{\"method\":\"POST\",\"path\":null}]}",
          "/operations/1/path", "required" },
        { "{\"operations\":[{\"method\":null,\"path\":\"/v1/tickets\"}]}",
          "/operations/0/method", "required" },
        { "{\"operations\":[{\"method\":\"\",\"path\":\"/v1/tickets\"}]}",
          "/operations/0/method", "choice" },
        { "{\"operations\":[{\"method\":\"GET\",\"path\":\"/v1/me\"}]}",
          "/operations/0/method", "choice" },
        { "{\"operations\":[{\"method\":\"POST\",\"path\":7}]}",
          "/operations/0/path", "type" },
        { "{\"operations\":[{\"method\":\"POST\",\"path\":\"/v1\","
          "\"headers\":{}}]}", "/operations/0/headers", "unknown" },
        { "{\"operations\":[{\"method\":\"POST\",\"path\":\"/v1\","
          "\"body\":[]}]}", "/operations/0/body", "type" },
    };

    traffic_open(&d);

    for (i = 0; i < tkt_array_len(bad); i++) {
        ask_refused(&d, &agent, TKT_METHOD_POST, "/v1/batch", bad[i].body,
                    400, bad[i].pointer, bad[i].code);
    }

    ask_refused(&d, &agent, TKT_METHOD_POST, "/v1/batch",
                "{\"operations\":[" CREATE ",]}", 400, NULL, NULL);
    ask_refused(&d, &agent, TKT_METHOD_POST, "/v1/batch", "[]", 400, NULL,
                NULL);
    ask_refused(&d, &agent, TKT_METHOD_POST, "/v1/batch", "", 400, NULL,
                NULL);

    many = malloc(64 + (TKT_BATCH_MAX + 1) * sizeof(CREATE));
    strcpy(many, "{\"operations\":[");

    for (i = 0; i <= TKT_BATCH_MAX; i++) {
        strcat(many, i == 0 ? CREATE : "," CREATE);
    }

    strcat(many, "]}");
    ask_refused(&d, &agent, TKT_METHOD_POST, "/v1/batch", many, 400,
                "/operations", "too-long");
    free(many);

    assert_int_equal(last_ticket(&d), 0);
    desk_close(&d);
}


/* What is not for a batch, and what is not for this caller. */
static void
operations(void **state)
{
    ask_t          a;
    size_t         i;
    char           line[512], pointer[64];
    tkt_actor_t    scoped = user, linked = user;
    static desk_t  d;

    static const struct {
        const char  *line;
        unsigned     status;
    } bad[] = {
        { "\"POST\",\"path\":\"/v1/batch\",\"body\":{}", 400 },
        { "\"POST\",\"path\":\"/v1/session\",\"body\":{}", 400 },
        { "\"PUT\",\"path\":\"/v1/me/password\",\"body\":{}", 400 },
        { "\"POST\",\"path\":\"/v1/attachments\"", 400 },
        { "\"POST\",\"path\":\"/v1/codes\",\"body\":{}", 400 },
        { "\"PUT\",\"path\":\"/v1/tickets/1/viewers\"", 400 },
        { "\"POST\",\"path\":\"/v1/tickets/$0/urge\"", 400 },
        { "\"POST\",\"path\":\"/v1/tickets/%zz/urge\"", 400 },
        { "\"POST\",\"path\":\"/v1/tickets/%00/urge\"", 400 },
        { "\"POST\",\"path\":\"/v1/tickets/1/urge?x=1\"", 400 },
        { "\"POST\",\"path\":\"/v1/nothing\"", 404 },
        { "\"POST\",\"path\":\"v1/tickets\"", 404 },
        { "\"DELETE\",\"path\":\"/v1/tickets\"", 405 },
        { "\"POST\",\"path\":\"/v1/users\",\"body\":{\"login\":\"x\"}", 403 },
        { "\"POST\",\"path\":\"/v1/tickets/1/claim\"", 403 },
    };

    traffic_open(&d);
    assert_int_equal(batch(&d, &a, &user, "", CREATE), 200);
    ask_done(&a);

    for (i = 0; i < tkt_array_len(bad); i++) {
        (void) snprintf(line, sizeof(line), "{\"method\":%s}", bad[i].line);
        assert_int_equal(batch(&d, &a, &user, "", line), 200);

        if (number_at(a.json, "/data/0/status") != bad[i].status) {
            fail_msg("%s: %lld", line, number_at(a.json, "/data/0/status"));
        }

        (void) snprintf(pointer, sizeof(pointer), "%s",
                        text_at(a.json, "/data/0/body/errors/0/pointer"));

        if (i < 9 && bad[i].status == 400) {
            assert_string_equal(pointer, "/operations/0/path");
        }

        ask_done(&a);
    }

    /* scopes of the token and a link's ticket bind each operation */

    scoped = admin;
    scoped.scopes = TKT_SCOPE_WRITE;
    assert_int_equal(batch(&d, &a, &scoped, "", CREATE ",{\"method\":\"POST\","
        "\"path\":\"/v1/users\",\"body\":{\"login\":\"x\"}}"), 200);
    assert_int_equal(number_at(a.json, "/data/0/status"), 201);
    assert_int_equal(number_at(a.json, "/data/1/status"), 403);
    ask_done(&a);

    linked.ticket = 1;
    assert_int_equal(batch(&d, &a, &linked, "", CREATE), 200);
    assert_int_equal(number_at(a.json, "/data/0/status"), 403);
    ask_done(&a);

    desk_close(&d);
}


/* The caller ends his own token in the middle of his batch. */
static void
rights_end(void **state)
{
    ask_t          a;
    tkt_actor_t    bearer = user;
    static desk_t  d;

    traffic_open(&d);
    desk_post(&d, &user, "/v1/me/tokens", "{}");
    assert_non_null(strstr(d.body, "\"id\":1,"));
    bearer.by = TKT_BY_TOKEN;
    bearer.token = 1;

    assert_int_equal(batch(&d, &a, &bearer, "", CREATE ",{\"method\":"
        "\"DELETE\",\"path\":\"/v1/me/tokens/1\"}," CREATE), 200);
    assert_int_equal(number_at(a.json, "/data/0/status"), 201);
    assert_int_equal(number_at(a.json, "/data/1/status"), 204);
    assert_string_equal(text_at(a.json, "/data/1/body"), "(null)");
    assert_int_equal(number_at(a.json, "/data/2/status"), 401);
    ask_done(&a);
    assert_int_equal(last_ticket(&d), 1);

    /* what an operation makes, another may use */

    assert_int_equal(batch(&d, &a, &admin, "\"atomic\":true,",
        "{\"method\":\"POST\",\"path\":\"/v1/users\",\"body\":"
        "{\"login\":\"new\"}},"
        "{\"method\":\"POST\",\"path\":\"/v1/users/$0/tokens\","
        "\"body\":{}}"), 200);
    assert_int_equal(number_at(a.json, "/data/1/status"), 201);
    assert_true(strncmp(text_at(a.json, "/data/1/body/token"), "tk_", 3)
                == 0);
    ask_done(&a);

    desk_verify_clean(&d);
    desk_close(&d);
}


static unsigned
keyed(desk_t *d, ask_t *a, const char *key, const char *body)
{
    tkt_request_t  req = ask_make(d, TKT_METHOD_POST, "/v1/batch");

    req.has_idempotency_key = true;
    req.idempotency_key = tkt_str_z(key);
    ask_request(d, a, &agent, &req, body);

    return a->reply.http;
}


/* Sent again, it is not done again; and the answer tells no more than that. */
static void
replays(void **state)
{
    ask_t          a;
    static desk_t  d;

    static const char  body[] = "{\"operations\":[" CREATE "," BAD "]}";
    static const char  inner[] = "{\"operations\":[{\"method\":\"POST\","
        "\"path\":\"/v1/tickets\",\"idempotency_key\":\"one\",\"body\":"
        TICKET "}]}";

    traffic_open(&d);

    assert_int_equal(keyed(&d, &a, "k", body), 200);
    assert_false(a.reply.replayed);
    assert_int_equal(number_at(a.json, "/data/0/body/id"), 1);
    ask_done(&a);

    assert_int_equal(keyed(&d, &a, "k", body), 200);
    assert_true(a.reply.replayed);
    assert_true(is_true(a.json, "/compact"));
    assert_true(is_true(a.json, "/committed"));
    assert_int_equal(number_at(a.json, "/data/0/status"), 201);
    assert_string_equal(text_at(a.json, "/data/0/body"), "(null)");
    assert_string_equal(text_at(a.json, "/data/0/etag"), "\"t1.1\"");
    assert_int_equal(number_at(a.json, "/data/1/status"), 400);
    ask_done(&a);

    assert_int_equal(keyed(&d, &a, "k", inner), 422);
    ask_done(&a);
    assert_int_equal(last_ticket(&d), 1);

    /* an operation's own key */

    assert_int_equal(keyed(&d, &a, "l", inner), 200);
    assert_int_equal(number_at(a.json, "/data/0/body/id"), 2);
    ask_done(&a);
    assert_int_equal(keyed(&d, &a, "m", inner), 200);
    assert_int_equal(number_at(a.json, "/data/0/body/id"), 2);
    ask_done(&a);
    assert_int_equal(last_ticket(&d), 2);

    /* what was undone is forgotten with its key */

    assert_int_equal(keyed(&d, &a, "n", "{\"atomic\":true,\"operations\":["
        CREATE ",{\"method\":\"POST\",\"path\":\"/v1/tickets/9/claim\"}]}"),
        409);
    ask_done(&a);
    assert_int_equal(keyed(&d, &a, "n", body), 200);
    ask_done(&a);
    assert_int_equal(last_ticket(&d), 3);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* It counts as many operations, towards bytes and lanes. */
static void
weighs(void **state)
{
    uint8_t         random[32] = { 1 };
    tkt_request_t   req;
    tkt_command_t  *one, *two;
    static desk_t   d;

    traffic_open(&d);
    req = ask_make(&d, TKT_METHOD_POST, "/v1/batch");
    one = desk_command(&d, &user, &req, "{\"operations\":[" CREATE "]}",
                       random);
    two = desk_command(&d, &user, &req, "{\"operations\":[{\"method\":"
                       "\"POST\",\"path\":\"/v1/tickets/1/urge\"},"
                       "{\"method\":\"POST\",\"path\":\"/v1/tickets/1/urge\"}"
                       "]}", random);
    assert_int_equal(tkt_command_operations(one), 1);
    assert_int_equal(tkt_command_operations(two), 2);
    assert_true(tkt_command_bytes(two)
                > tkt_command_bytes(one) + TKT_COMMAND_BLOCK_BYTES);
    assert_int_equal(tkt_command_lane(one), TKT_LANE_BULK);
    assert_int_equal(tkt_command_lane(two), TKT_LANE_NORMAL);
    tkt_command_free(one);
    tkt_command_free(two);
    desk_close(&d);
}


/* The same batch gives the same store, however it shares a transaction. */
static void
determined(void **state)
{
    int             round, i;
    uint64_t        entries;
    tkt_request_t   req;
    tkt_command_t  *cmds[4];
    static desk_t   d[2];

    static const char  body[] = "{\"atomic\":true,\"operations\":[" CREATE
        ",{\"method\":\"POST\",\"path\":\"/v1/tickets/$0/claim\"},"
        "{\"method\":\"POST\",\"path\":\"/v1/me/tokens\",\"body\":{}}]}";
    static const char  undone[] = "{\"atomic\":true,\"operations\":[" CREATE
        ",{\"method\":\"POST\",\"path\":\"/v1/tickets/999/claim\"}]}";
    static const uint8_t  random[4][32] = { { 1 }, { 2 }, { 3 }, { 4 } };

    for (round = 0; round < 2; round++) {
        traffic_open(&d[round]);

        for (i = 0; i < 4; i++) {
            req = ask_make(&d[round], TKT_METHOD_POST,
                           i == 2 ? "/v1/tickets" : "/v1/batch");
            cmds[i] = desk_command(&d[round], &agent, &req,
                                   i == 1 ? undone : i == 2 ? TICKET : body,
                                   random[i]);
            assert_non_null(cmds[i]);

            if (round == 1) {
                assert_int_equal(tkt_app_run(d[1].env, &cmds[i], 1, NULL,
                                             NULL), TKT_OK);
            }
        }

        if (round == 0) {
            assert_int_equal(tkt_app_run(d[0].env, cmds, 4, NULL, NULL),
                             TKT_OK);
        }

        for (i = 0; i < 4; i++) {
            assert_int_equal(tkt_command_reply(cmds[i])->http,
                             i == 1 ? 409 : i == 2 ? 201 : 200);
            tkt_command_free(cmds[i]);
        }
    }

    assert_int_equal(desk_compare(&d[0], &d[1], &entries), -1);
    desk_verify_clean(&d[0]);
    desk_close(&d[0]);
    desk_close(&d[1]);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(each_for_itself),
        cmocka_unit_test(all_or_nothing),
        cmocka_unit_test(envelopes),
        cmocka_unit_test(operations),
        cmocka_unit_test(rights_end),
        cmocka_unit_test(replays),
        cmocka_unit_test(weighs),
        cmocka_unit_test(determined),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
