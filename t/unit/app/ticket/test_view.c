/*
 * What an answer shows: entity tags, chosen members, parts that come along,
 * what is hidden from whom, and problem documents.
 */

#define _GNU_SOURCE

#include "app/ask.h"
#include "app/traffic.h"

#include "app/call/tkt_call.h"


static const tkt_actor_t  user = {
    .tenant = 1, .id = 1, .role = TKT_ROLE_USER, .tenant_name = "main"
};
static const tkt_actor_t  agent = {
    .tenant = 1, .id = 9, .role = TKT_ROLE_AGENT, .tenant_name = "main"
};


static void
open_desk(desk_t *d)
{
    traffic_open(d);
    desk_post(d, &user, "/v1/tickets",
              "{\"subject\":\"s\",\"description\":\"d\"}");
}


/* ---- entity tags ---- */

static void
test_etag_lists(void **state)
{
    size_t  i;

    static const struct {
        const char  *list;
        bool         weak;
        bool         found;
    } rows[] = {
        { "\"t1.2\"",                  false, true },
        { "*",                         false, true },
        { "W/\"t1.2\"",                false, false },
        { "W/\"t1.2\"",                true,  true },
        { "\"a\", \"t1.2\"",           false, true },
        { "\"a\",\t\"b\" , \"t1.2\",", false, true },
        { ", ,\"t1.2\"",               false, true },
        { "W/\"t1.2\", \"t1.2\"",      false, true },
        { "W/\"a\",\"t1.2\"",          false, true },
        { "\"\",\"t1.2\"",             false, true },
        { "",                          true,  false },
        { " ",                         true,  false },
        { "\"t1.20\"",                 true,  false },
        { "\"t1.\"",                   true,  false },
        { "t1.2",                      true,  false },
        { "\"t1.2",                    true,  false },
        { "\"",                        true,  false },
        { "W/",                        true,  false },
        { "W/\"",                      true,  false },
        { "w/\"t1.2\"",                true,  false },
        { "**",                        true,  false },
        { "*, \"a\"",                  true,  false },
        { "\"a\", *",                  true,  false },
        { "\"a\" b \"t1.2\"",          true,  false },
    };

    for (i = 0; i < tkt_array_len(rows); i++) {
        if (tkt_etag_listed(tkt_str_z(rows[i].list), tkt_str("\"t1.2\""),
                            rows[i].weak) != rows[i].found)
        {
            fail_msg("%s, weak %d", rows[i].list, rows[i].weak);
        }
    }
}


static void
test_conditional_get(void **state)
{
    ask_t          a;
    static desk_t  d;
    tkt_request_t  req;

    open_desk(&d);

    assert_int_equal(ask_tagged(&d, &a, &user, TKT_METHOD_GET, "/v1/tickets/1",
                                "W/\"t1.1\"", ""), 304);
    assert_int_equal(a.reply.body.len, 0);
    assert_true(tkt_str_eq(a.reply.etag, tkt_str("\"t1.1\"")));
    assert_true(a.reply.localised);
    ask_done(&a);

    /* other members have no tag to compare with */

    assert_int_equal(ask_tagged(&d, &a, &user, TKT_METHOD_GET,
                                "/v1/tickets/1?fields=id", "\"t1.1\"",
                                ""), 200);
    ask_done(&a);

    desk_post(&d, &agent, "/v1/tickets/1/claim", "{}");
    req = ask_make(&d, TKT_METHOD_HEAD, "/v1/tickets/1");
    req.if_none_match = tkt_str("\"t1.1\"");
    ask_request(&d, &a, &user, &req, "");
    assert_int_equal(a.reply.http, 200);
    assert_true(tkt_str_eq(a.reply.etag, tkt_str("\"t1.2\"")));
    ask_done(&a);

    desk_close(&d);
}


/* The order of refusals: hidden, no right, stale, wrong state. */
static void
test_if_match(void **state)
{
    size_t         i;
    ask_t          a;
    static desk_t  d;
    tkt_request_t  req;
    tkt_actor_t    hidden = { .tenant = 1, .id = 2, .role = TKT_ROLE_USER };

    const struct {
        const tkt_actor_t  *actor;
        const char         *path;
        const char         *if_match;
        unsigned            http;
    } rows[] = {
        { &hidden, "/v1/tickets/1/claim",   "\"t1.9\"", 404 },
        { &user,   "/v1/tickets/1/claim",   "\"t1.9\"", 403 },
        { &agent,  "/v1/tickets/1/resume",  "\"t1.9\"", 412 },
        { &agent,  "/v1/tickets/1/resume",  "\"t1.1\"", 409 },
        { &agent,  "/v1/tickets/1/claim",   "W/\"t1.1\"", 412 },
        { &agent,  "/v1/tickets/1/claim",   "\"x\", \"t1.1\"", 200 },
        { &agent,  "/v1/tickets/1/start",   "*", 200 },
    };

    open_desk(&d);

    for (i = 0; i < tkt_array_len(rows); i++) {
        req = ask_make(&d, TKT_METHOD_POST, rows[i].path);
        req.if_match = tkt_str_z(rows[i].if_match);
        ask_request(&d, &a, rows[i].actor, &req, "{}");

        if (a.reply.http != rows[i].http) {
            fail_msg("row %zu: %u", i, a.reply.http);
        }

        assert_int_equal(a.reply.etag.len > 0, rows[i].http == 412
                                               || rows[i].http == 200);
        ask_done(&a);
    }

    /* ticket_require_match */

    req = ask_make(&d, TKT_METHOD_POST, "/v1/tickets/1/assess");
    req.require_match = true;
    ask_request(&d, &a, &agent, &req, "{\"complexity\":1}");
    assert_int_equal(a.reply.http, 428);
    ask_done(&a);

    desk_close(&d);
}


/* ---- members ---- */

/* Each member alone is what the whole answer has there. */
static void
test_fields(void **state)
{
    ask_t          whole, one;
    char           target[128];
    size_t         i;
    const char    *name;
    static desk_t  d;

    open_desk(&d);
    assert_int_equal(ask_get(&d, &whole, &user, "/v1/tickets/1"), 200);
    assert_true(whole.json->u.object.len > 40);

    for (i = 0; i < whole.json->u.object.len; i++) {
        name = whole.json->u.object.keys[i];
        (void) snprintf(target, sizeof(target), "/v1/tickets/1?fields=%s",
                        name);
        assert_int_equal(ask_get(&d, &one, &user, target), 200);
        assert_int_equal(one.json->u.object.len, 1);
        assert_string_equal(one.json->u.object.keys[0], name);
        assert_int_equal(one.json->u.object.values[0]->type,
                         whole.json->u.object.values[i]->type);
        ask_done(&one);
    }

    ask_done(&whole);

    /* in the order of the ticket, whatever the order asked for; none at all */

    assert_int_equal(ask_get(&d, &one, &user,
                             "/v1/tickets/1?fields=version,id,requester"),
                     200);
    assert_true(tkt_str_eq(one.reply.body, tkt_str(
        "{\"id\":1,\"requester\":{\"id\":1,\"name\":\"p1\"},"
        "\"version\":1}")));
    ask_done(&one);

    ask_refused(&d, &user, TKT_METHOD_GET, "/v1/tickets/1?fields=id,last_event",
                "", 400, "fields", "unknown");
    ask_refused(&d, &user, TKT_METHOD_GET, "/v1/tickets/1?fields=ID", "", 400,
                "fields", "unknown");
    ask_refused(&d, &user, TKT_METHOD_GET, "/v1/tickets/1?include=messages,x",
                "", 400, "include", "choice");

    desk_close(&d);
}


static void
test_names_and_labels(void **state)
{
    ask_t          a;
    static desk_t  d;
    tkt_actor_t    zh = agent;
    tkt_request_t  req;

    open_desk(&d);
    desk_ok(&d, &(tkt_actor_t) { .tenant = 1, .role = TKT_ROLE_ADMIN },
            TKT_METHOD_PATCH, "/v1/users/9", "{\"name\":\"安妮\"}");
    desk_post(&d, &agent, "/v1/tickets/1/claim", "{}");

    req = ask_make(&d, TKT_METHOD_GET, "/v1/tickets/1");
    req.accept_language = tkt_str("zh-CN, en;q=0.5");
    zh.profile = TKT_PROFILE_S001;
    ask_request(&d, &a, &zh, &req, "");
    assert_string_equal(text_at(a.json, "/assignee/name"), "安妮");
    assert_string_equal(text_at(a.json, "/requester/name"), "p1");
    assert_string_equal(text_at(a.json, "/tenant"), "main");
    assert_string_equal(text_at(a.json, "/number"), "T-1");
    assert_true(tkt_str_eq(tkt_str_z(text_at(a.json, "/state_label")),
                           tkt_workflow_label(TKT_PROFILE_S001,
                                              TKT_STATE_OPEN, TKT_LANG_ZH)));
    ask_done(&a);

    desk_close(&d);
}


/* What each is told that he may do, and what is asked of the requester. */
static void
test_actions_and_next(void **state)
{
    ask_t          a;
    static desk_t  d;
    tkt_actor_t    own_agent = agent;

    open_desk(&d);
    assert_int_equal(ask_get(&d, &a, &user, "/v1/tickets/1"), 200);
    assert_true(lists(a.json, "/allowed_actions", "message"));
    assert_true(lists(a.json, "/allowed_actions", "urge"));
    assert_false(lists(a.json, "/allowed_actions", "reply"));
    assert_false(lists(a.json, "/allowed_actions", "claim"));
    assert_string_equal(text_at(a.json, "/next"), "(null)");
    ask_done(&a);

    assert_int_equal(ask_get(&d, &a, &agent, "/v1/tickets/1"), 200);
    assert_true(lists(a.json, "/allowed_actions", "reply"));
    assert_true(lists(a.json, "/allowed_actions", "claim"));
    assert_false(lists(a.json, "/allowed_actions", "message"));
    assert_false(lists(a.json, "/allowed_actions", "confirm"));
    ask_done(&a);

    desk_post(&d, &agent, "/v1/tickets/1/claim", "");
    desk_post(&d, &agent, "/v1/tickets/1/request-info",
              "{\"question\":\"q\"}");
    assert_int_equal(ask_get(&d, &a, &user, "/v1/tickets/1"), 200);
    assert_string_equal(text_at(a.json, "/next"), "answer");
    ask_done(&a);
    assert_int_equal(ask_get(&d, &a, &agent, "/v1/tickets/1"), 200);
    assert_string_equal(text_at(a.json, "/next"), "(null)");
    ask_done(&a);

    desk_post(&d, &agent, "/v1/tickets/1/resolve", "{\"solution\":\"x\"}");
    assert_int_equal(ask_get(&d, &a, &user, "/v1/tickets/1"), 200);
    assert_string_equal(text_at(a.json, "/next"), "confirm");
    ask_done(&a);

    desk_post(&d, &user, "/v1/tickets/1/confirm", "");
    assert_int_equal(ask_get(&d, &a, &user, "/v1/tickets/1"), 200);
    assert_string_equal(text_at(a.json, "/next"), "rate");
    ask_done(&a);

    /* who submits a ticket and works on another's sees each as what he is */

    own_agent.id = 10;
    desk_post(&d, &own_agent, "/v1/tickets",
              "{\"subject\":\"s\",\"description\":\"d\"}");
    assert_int_equal(ask_get(&d, &a, &own_agent, "/v1/tickets/2"), 200);
    assert_true(lists(a.json, "/allowed_actions", "message"));
    assert_false(lists(a.json, "/allowed_actions", "reply"));
    ask_done(&a);

    desk_close(&d);
}


/* An answer that time alone makes false says until when it is true. */
static void
test_fresh_until(void **state)
{
    ask_t          a;
    int64_t        urged;
    static desk_t  d;
    tkt_actor_t    expiring = user;

    open_desk(&d);
    assert_int_equal(ask_get(&d, &a, &user, "/v1/tickets/1"), 200);
    assert_int_equal(a.reply.fresh_until_ms, 0);
    ask_done(&a);

    desk_post(&d, &user, "/v1/tickets/1/urge", "{}");
    urged = d.now_ms;
    assert_int_equal(ask_get(&d, &a, &user, "/v1/tickets?limit=1"), 200);
    assert_int_equal(a.reply.fresh_until_ms, urged + TKT_URGE_COOL_DOWN_MS);
    ask_done(&a);

    /* the token's end, when it comes first */

    expiring.expires_at_ms = urged + 60000;
    assert_int_equal(ask_get(&d, &a, &expiring, "/v1/tickets/1"), 200);
    assert_int_equal(a.reply.fresh_until_ms, urged + 60000);
    ask_done(&a);

    d.now_ms = urged + TKT_URGE_COOL_DOWN_MS;
    assert_int_equal(ask_get(&d, &a, &user, "/v1/tickets/1"), 200);
    assert_int_equal(a.reply.fresh_until_ms, 0);
    ask_done(&a);

    desk_close(&d);
}


/* ---- parts ---- */

/* All entries of a part, page after page, as a list of one member's numbers. */
static size_t
part_pages(desk_t *d, const tkt_actor_t *actor, const char *part,
    unsigned limit, long long *numbers, size_t max)
{
    char    target[512], cursor[256];
    ask_t   a;
    size_t  i, n, count;

    cursor[0] = '\0';
    count = 0;

    do {
        (void) snprintf(target, sizeof(target),
                        "/v1/tickets/1/%s?limit=%u%s%s", part, limit,
                        cursor[0] != '\0' ? "&cursor=" : "", cursor);
        assert_int_equal(ask_get(d, &a, actor, target), 200);
        n = length_at(a.json, "/data");

        /* a page with more after it is full, and the next is not empty */

        assert_true(n == limit || !is_true(a.json, "/page/has_more"));
        assert_true(n > 0 || count == 0);

        for (i = 0; i < n; i++) {
            assert_true(count < max);
            numbers[count++] = number_at(
                at(a.json, "/data")->u.array.values[i], "/id");
        }

        cursor[0] = '\0';

        if (is_true(a.json, "/page/has_more")) {
            (void) snprintf(cursor, sizeof(cursor), "%s",
                            text_at(a.json, "/page/next"));
        }

        ask_done(&a);

    } while (cursor[0] != '\0');

    return count;
}


/* Notes are for staff: in messages, events, and in what pages there are. */
static void
test_internal(void **state)
{
    size_t         i, n, all;
    unsigned       limit;
    long long      ids[64];
    static char    body[4000];
    static desk_t  d;

    open_desk(&d);

    /* message i is a note but for every fourth; some are long */

    for (i = 1; i <= 24; i++) {
        (void) snprintf(body, sizeof(body), "{\"body\":\"%0*zu\",\"kind\":"
                        "\"%s\"}", i % 5 == 0 ? 3000 : 2, i,
                        i % 4 == 0 ? "reply" : "note");
        desk_post(&d, &agent, "/v1/tickets/1/messages", body);
    }

    for (limit = 1; limit <= 25; limit += 3) {
        n = part_pages(&d, &agent, "messages", limit, ids, 64);
        assert_int_equal(n, 24);

        n = part_pages(&d, &user, "messages", limit, ids, 64);
        assert_int_equal(n, 6);

        for (i = 0; i < n; i++) {
            assert_int_equal(ids[i], 4 * (i + 1));
        }

        all = part_pages(&d, &agent, "timeline", limit, ids, 64);
        assert_int_equal(all, 25);

        for (i = 1; i < all; i++) {
            assert_true(ids[i] < ids[i - 1]);
        }

        assert_int_equal(part_pages(&d, &user, "timeline", limit, ids, 64),
                         7);
    }

    desk_close(&d);
}


static void
test_include(void **state)
{
    size_t         i;
    ask_t          a;
    char           target[512];
    static desk_t  d;

    open_desk(&d);

    for (i = 0; i < TKT_INCLUDE_MAX_ITEMS + 3; i++) {
        desk_post(&d, &user, "/v1/tickets/1/messages", "{\"body\":\"m\"}");
    }

    assert_int_equal(ask_get(&d, &a, &user, "/v1/tickets/1?include=timeline,"
                             "messages&fields=id"), 200);
    assert_int_equal(a.json->u.object.len, 3);
    assert_int_equal(length_at(a.json, "/messages/data"),
                     TKT_INCLUDE_MAX_ITEMS);
    assert_int_equal(length_at(a.json, "/timeline/data"),
                     TKT_INCLUDE_MAX_ITEMS);
    assert_int_equal(a.reply.link.len, 0);
    assert_true(a.reply.etag.len > 0);

    /* the part's cursor goes on in its own list */

    (void) snprintf(target, sizeof(target), "/v1/tickets/1/messages?cursor=%s",
                    text_at(a.json, "/messages/page/next"));
    ask_done(&a);
    assert_int_equal(ask_get(&d, &a, &user, target), 200);
    assert_int_equal(length_at(a.json, "/data"), 3);
    assert_int_equal(number_at(a.json, "/data/0/id"),
                     TKT_INCLUDE_MAX_ITEMS + 1);
    ask_done(&a);

    /* but neither in the other part's nor for another caller */

    ask_refused(&d, &agent, TKT_METHOD_GET, target, "", 400, "cursor",
                "cursor");
    memcpy(strstr(target, "messages"), "timeline", 8);
    ask_refused(&d, &user, TKT_METHOD_GET, target, "", 400, "cursor",
                "cursor");
    ask_refused(&d, &user, TKT_METHOD_GET, "/v1/tickets/1/messages?limit=0",
                "", 400, "limit", "range");

    desk_close(&d);
}


/* A row of a nested object is named by both names in a change. */
static void
test_changes(void **state)
{
    ask_t          a;
    static desk_t  d;

    open_desk(&d);
    desk_ok(&d, &user, TKT_METHOD_PATCH, "/v1/tickets/1",
            "{\"contact\":{\"email\":\"a@b.c\"}}");
    assert_int_equal(ask_get(&d, &a, &user, "/v1/tickets/1/timeline"), 200);
    assert_string_equal(text_at(a.json, "/data/0/changes/contact.email/new"),
                        "a@b.c");
    assert_string_equal(text_at(a.json, "/data/0/changes/contact.email/old"),
                        "(null)");
    assert_string_equal(text_at(a.json, "/data/0/action"), "edit");
    assert_string_equal(text_at(a.json, "/data/0/actor/name"), "p1");
    assert_string_equal(text_at(a.json, "/data/1/action"), "submit");
    assert_string_equal(text_at(a.json, "/data/1/from"), "(null)");
    assert_int_equal(at(a.json, "/data/1/changes")->u.object.len, 0);
    ask_done(&a);

    /* what is kept for the program is in no change */

    desk_post(&d, &user, "/v1/tickets/1/urge", "{\"reason\":\"now\"}");
    assert_int_equal(ask_get(&d, &a, &user, "/v1/tickets/1/timeline"), 200);
    assert_int_equal(number_at(a.json, "/data/0/changes/urge_count/new"), 1);
    assert_null(at(a.json, "/data/0/changes/last_urge_at"));
    assert_string_equal(text_at(a.json, "/data/0/reason"), "now");
    ask_done(&a);

    desk_close(&d);
}


/* ---- problems ---- */

static void
test_problems(void **state)
{
    ask_t          a;
    static desk_t  d;
    tkt_request_t  req;

    open_desk(&d);

    req = ask_make(&d, TKT_METHOD_POST, "/v1/tickets/1/resume");
    req.mount = tkt_str("/desk");
    req.request_id = tkt_str("r-17");
    req.accept_language = tkt_str("zh");
    ask_request(&d, &a, &agent, &req, "");
    assert_int_equal(a.reply.http, 409);
    assert_int_equal(a.reply.status, TKT_INVALID_TRANSITION);
    assert_string_equal(text_at(a.json, "/type"),
                        "/desk/v1/problems/invalid-transition");
    assert_string_equal(text_at(a.json, "/title"),
                        "工单当前状态不允许此操作");
    assert_string_equal(text_at(a.json, "/request_id"), "r-17");
    assert_string_equal(text_at(a.json, "/state"), "new");
    assert_true(lists(a.json, "/allowed_actions", "claim"));
    assert_false(lists(a.json, "/allowed_actions", "message"));
    assert_int_equal(number_at(a.json, "/status"), 409);
    ask_done(&a);

    /* too soon: when to come again */

    desk_post(&d, &user, "/v1/tickets/1/urge", "{}");
    req = ask_make(&d, TKT_METHOD_POST, "/v1/tickets/1/urge");
    ask_request(&d, &a, &user, &req, "");
    assert_int_equal(a.reply.http, 429);
    assert_int_equal(a.reply.retry_after_s, TKT_URGE_COOL_DOWN_MS / 1000);
    assert_int_equal(number_at(a.json, "/retry_after"),
                     TKT_URGE_COOL_DOWN_MS / 1000);
    ask_done(&a);

    /* what arose outside */

    req = ask_make(&d, TKT_METHOD_POST, "/v1/tickets");
    memset(&a, 0, sizeof(a));
    tkt_arena_init(&a.arena, 4096);
    tkt_app_problem(&req, TKT_BUSY, tkt_str("the queue is full"), 3, &a.arena,
                    &a.reply);
    ask_parse(&a);
    assert_int_equal(a.reply.http, 503);
    assert_int_equal(a.reply.retry_after_s, 3);
    assert_string_equal(text_at(a.json, "/detail"), "the queue is full");
    ask_done(&a);

    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_etag_lists),
        cmocka_unit_test(test_conditional_get),
        cmocka_unit_test(test_if_match),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_names_and_labels),
        cmocka_unit_test(test_actions_and_next),
        cmocka_unit_test(test_fresh_until),
        cmocka_unit_test(test_internal),
        cmocka_unit_test(test_include),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_problems),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
