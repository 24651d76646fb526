/*
 * Saved views: whose they are, what may stand in them, who they are resolved
 * for, their tickets and counts.
 */

#define _GNU_SOURCE

#include "app/rulers.h"
#include "lender.h"

#include "app/resource/tkt_config.h"


#define MANY  6000
#define OF_ONE  3000
#define PAGE  200


static const tkt_actor_t  user = {
    .tenant = 1, .id = 1, .role = TKT_ROLE_USER, .tenant_name = "main"
};
static const tkt_actor_t  agent = {
    .tenant = 1, .id = TRAFFIC_USERS + 1, .role = TKT_ROLE_AGENT,
    .tenant_name = "main"
};
static const tkt_actor_t  second = {
    .tenant = 1, .id = TRAFFIC_USERS + 2, .role = TKT_ROLE_AGENT,
    .tenant_name = "main"
};
static const tkt_actor_t  boss = {
    .tenant = 1, .id = TRAFFIC_SUPERVISOR, .role = TKT_ROLE_SUPERVISOR,
    .tenant_name = "main"
};


static void
make_view(desk_t *d, const tkt_actor_t *actor, const char *name,
    const char *filter, const char *more)
{
    char  body[1024];

    (void) snprintf(body, sizeof(body),
                    "{\"name\":\"%s\",\"filter\":\"%s\"%s}", name, filter,
                    more);
    desk_post(d, actor, "/v1/views", body);
}


/* "name=count name~count": exact, or at least; names alone without counts. */
static const char *
views_of(desk_t *d, const tkt_actor_t *actor, const char *target)
{
    ask_t        a;
    char         pointer[32];
    size_t       i, n;
    yajl_val     v;
    static char  text[8192];

    n = ask_list(d, &a, actor, target);
    text[0] = '\0';

    for (i = 0; i < n; i++) {
        (void) snprintf(pointer, sizeof(pointer), "/data/%zu", i);
        v = at(a.json, pointer);
        (void) snprintf(text + strlen(text), sizeof(text) - strlen(text),
                        "%s%s", i > 0 ? " " : "", text_at(v, "/name"));

        if (at(v, "/count") != NULL) {
            (void) snprintf(text + strlen(text), sizeof(text) - strlen(text),
                            "%s%lld",
                            strcmp(text_at(v, "/count_is"), "exact") == 0
                            ? "=" : "~", number_at(v, "/count"));
        }
    }

    ask_done(&a);

    return text;
}


static const char *
ids_of(desk_t *d, const tkt_actor_t *actor, const char *target)
{
    ask_t        a;
    static char  text[8192];

    (void) ask_list(d, &a, actor, target);
    list_ids(a.json, text, sizeof(text));
    ask_done(&a);

    return text;
}


/* Others' own are not there; shared ones need a permission to be made. */
static void
test_whose(void **state)
{
    static desk_t  d;

    traffic_open(&d);
    make_view(&d, &agent, "mine", "assignee=me", "");
    make_view(&d, &second, "mine", "state=new", "");
    make_view(&d, &boss, "all", "sort=queue", ",\"shared\":true");
    make_view(&d, &boss, "first", "", ",\"shared\":true,\"position\":0");

    assert_string_equal(views_of(&d, &agent, "/v1/views"), "mine all first");
    assert_string_equal(views_of(&d, &second, "/v1/views"),
                        "mine all first");
    assert_string_equal(views_of(&d, &boss, "/v1/views"), "all first");

    refused(&d, &second, TKT_METHOD_GET, "/v1/views/1", "", 404, NULL);
    refused(&d, &boss, TKT_METHOD_GET, "/v1/views/1", "", 404, NULL);
    refused(&d, &boss, TKT_METHOD_GET, "/v1/views/1/tickets", "", 404, NULL);
    refused(&d, &admin, TKT_METHOD_PATCH, "/v1/views/1",
            "{\"filter\":\"\"}", 404, NULL);
    refused(&d, &admin, TKT_METHOD_DELETE, "/v1/views/1", "", 404, NULL);
    refused(&d, &agent, TKT_METHOD_POST, "/v1/views",
            "{\"name\":\"x\",\"filter\":\"\",\"shared\":true}", 403,
            "/shared");
    refused(&d, &agent, TKT_METHOD_PATCH, "/v1/views/3",
            "{\"filter\":\"state=new\"}", 403, "/shared");
    refused(&d, &agent, TKT_METHOD_DELETE, "/v1/views/3", "", 403, NULL);

    desk_ok(&d, &agent, TKT_METHOD_PATCH, "/v1/views/1",
            "{\"filter\":\"assignee=me&state=open\"}");
    desk_ok(&d, &boss, TKT_METHOD_PATCH, "/v1/views/3",
            "{\"filter\":\"state=open\",\"position\":9}");
    assert_string_equal(views_of(&d, &boss, "/v1/views"), "first all");
    desk_ok(&d, &agent, TKT_METHOD_DELETE, "/v1/views/1", "");
    desk_ok(&d, &boss, TKT_METHOD_DELETE, "/v1/views/3", "");
    assert_string_equal(views_of(&d, &agent, "/v1/views"), "first");

    desk_verify_clean(&d);
    desk_close(&d);
}


/* Everybody has room for his own, whatever others have made. */
static void
test_as_many(void **state)
{
    int            i;
    ask_t          a;
    static desk_t  d;

    traffic_open(&d);

    for (i = 0; i < TKT_CONFIG_OWN_MAX; i++) {
        make_view(&d, &agent, "mine", "", "");
    }

    refused(&d, &agent, TKT_METHOD_POST, "/v1/views",
            "{\"name\":\"mine\",\"filter\":\"\"}", 409, NULL);
    make_view(&d, &second, "mine", "", "");
    make_view(&d, &boss, "all", "", ",\"shared\":true");

    assert_int_equal(ask_list(&d, &a, &agent, "/v1/views?limit=200"),
                     TKT_CONFIG_OWN_MAX + 1);
    ask_done(&a);
    assert_string_equal(views_of(&d, &second, "/v1/views"), "mine all");

    desk_ok(&d, &agent, TKT_METHOD_DELETE, "/v1/views/7", "");
    make_view(&d, &agent, "mine", "", "");

    desk_verify_clean(&d);
    desk_close(&d);
}


static void
add_member(desk_t *d, uint64_t team, uint64_t id)
{
    tkt_key_t     key;
    tkt_txn_t    *txn;
    tkt_arena_t   arena;
    tkt_member_t  m = { .head = { .id = id, .tenant = 1, .parent = team,
                                  .version = 1, .active = 1 } };

    tkt_arena_init(&arena, 4096);
    assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);
    tkt_key_config(&key, 1, TKT_CONFIG_MEMBER, team, id);
    tkt_put(txn, TKT_DB_CONFIG, &key,
            tkt_record_pack(&tkt_member_schema, &m, NULL, &arena));
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    tkt_arena_done(&arena);
}


/* A view whose team is gone can still be changed, and retired. */
static void
test_team_gone(void **state)
{
    desk_t  d;

    traffic_open(&d);
    desk_post(&d, &admin, "/v1/teams", "{\"name\":\"first\"}");
    make_view(&d, &boss, "ours", "", ",\"shared\":true,\"team\":1");
    desk_ok(&d, &admin, TKT_METHOD_DELETE, "/v1/teams/1", "");

    ask_refused(&d, &boss, TKT_METHOD_PATCH, "/v1/views/2", "{\"team\":9}",
                400, "/team", "choice");
    desk_ok(&d, &boss, TKT_METHOD_PATCH, "/v1/views/2",
            "{\"active\":false}");

    desk_verify_clean(&d);
    desk_close(&d);
}


/* Shared with a team: for its members, and for who may share. */
static void
test_of_a_team(void **state)
{
    static desk_t  d;

    traffic_open(&d);
    desk_post(&d, &admin, "/v1/teams", "{\"name\":\"first\"}");
    add_member(&d, 1, agent.id);

    make_view(&d, &boss, "ours", "team=1", ",\"shared\":true,\"team\":1");
    assert_string_equal(views_of(&d, &agent, "/v1/views"), "ours");
    assert_string_equal(views_of(&d, &second, "/v1/views"), "");
    assert_string_equal(views_of(&d, &boss, "/v1/views"), "ours");
    refused(&d, &second, TKT_METHOD_GET, "/v1/views/2/tickets", "", 404,
            NULL);

    refused(&d, &boss, TKT_METHOD_POST, "/v1/views",
            "{\"name\":\"x\",\"filter\":\"\",\"shared\":true,\"team\":7}",
            400, "/team");
    refused(&d, &boss, TKT_METHOD_POST, "/v1/views",
            "{\"name\":\"x\",\"filter\":\"\",\"team\":1}", 400, "/team");

    desk_close(&d);
}


/* The parser of the list says what is wrong, in the member's words. */
static void
test_faults(void **state)
{
    size_t         i;
    char           body[512];
    ask_t          a;
    static desk_t  d;

    static const struct {
        const char  *filter, *code, *detail;
    } bad[] = {
        { "state=odd", "choice", "state: " },
        { "priority=", "choice", "priority: " },
        { "colour=red", "unknown", "colour: " },
        { "limit=5", "unknown", "limit: " },
        { "cursor=abc", "unknown", "cursor: " },
        { "count=true", "unknown", "count: " },
        { "sort=queue&requester=me", "conflict", "sort: " },
        { "sort=queue&watcher=me", "conflict", "sort: " },
        { "state=new&state=open", "query", "filter: " },
        { "state=%zz", "query", "filter: " },
        { "team=0", "choice", "team: " },
    };

    traffic_open(&d);

    for (i = 0; i < tkt_array_len(bad); i++) {
        (void) snprintf(body, sizeof(body),
                        "{\"name\":\"x\",\"filter\":\"%s\"}", bad[i].filter);
        assert_int_equal(ask_send(&d, &a, &agent, TKT_METHOD_POST,
                                  "/v1/views", body), 400);
        assert_string_equal(text_at(a.json, "/errors/0/pointer"), "/filter");
        assert_string_equal(text_at(a.json, "/errors/0/code"), bad[i].code);

        if (strncmp(text_at(a.json, "/errors/0/detail"), bad[i].detail,
                    strlen(bad[i].detail)) != 0)
        {
            fail_msg("%s: %s", bad[i].filter,
                     text_at(a.json, "/errors/0/detail"));
        }

        ask_done(&a);
    }

    assert_string_equal(views_of(&d, &agent, "/v1/views"), "");
    desk_close(&d);
}


/* "me" is whoever looks; pages go on with a cursor of the view. */
static void
test_tickets(void **state)
{
    ask_t          a;
    char           target[512];
    unsigned       i;
    static desk_t  d;

    traffic_open(&d);

    for (i = 1; i <= 7; i++) {
        desk_post(&d, &user, "/v1/tickets",
                  "{\"subject\":\"s\",\"description\":\"d\"}");
        (void) snprintf(target, sizeof(target), "/v1/tickets/%u/claim", i);

        if (i != 4) {
            desk_post(&d, i % 2 ? &agent : &second, target, "{}");
        }
    }

    make_view(&d, &boss, "own", "assignee=me&sort=created_at",
              ",\"shared\":true");
    assert_string_equal(ids_of(&d, &agent, "/v1/views/1/tickets"), "1 3 5 7");
    assert_string_equal(ids_of(&d, &second, "/v1/views/1/tickets"), "2 6");
    assert_string_equal(ids_of(&d, &boss, "/v1/views/1/tickets"), "");
    assert_string_equal(views_of(&d, &agent, "/v1/views?count=true"),
                        "own=4");
    assert_string_equal(views_of(&d, &boss, "/v1/views?count=true"),
                        "own=0");
    assert_string_equal(views_of(&d, &boss, "/v1/views"), "own");

    assert_int_equal(ask_get(&d, &a, &agent, "/v1/views/1/tickets?limit=3"
                             "&count=true&fields=id"), 200);
    assert_int_equal(number_at(a.json, "/count"), 4);
    assert_null(at(a.json, "/count_is"));
    (void) snprintf(target, sizeof(target), "/v1/views/1/tickets?limit=3"
                    "&cursor=%s", text_at(a.json, "/page/next"));
    ask_done(&a);
    assert_string_equal(ids_of(&d, &agent, target), "7");

    /* another's cursor, and one of the plain list, are foreign */

    refused(&d, &second, TKT_METHOD_GET, target, "", 400, NULL);
    memmove(target + 4, target + 13, strlen(target + 13) + 1);
    refused(&d, &agent, TKT_METHOD_GET, target, "", 404, NULL);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* A count changes without the view: its tag says nothing of it. */
static void
test_count_is_not_kept(void **state)
{
    ask_t          a;
    static desk_t  d;

    traffic_open(&d);
    make_view(&d, &agent, "all", "state=new", "");

    assert_int_equal(ask_tagged(&d, &a, &agent, TKT_METHOD_GET, "/v1/views/1",
                                "\"w1.1\"", ""), 304);
    ask_done(&a);

    assert_int_equal(ask_tagged(&d, &a, &agent, TKT_METHOD_GET,
                                "/v1/views/1?count=true", "\"w1.1\"",
                                ""), 200);
    assert_true(a.reply.moves);
    assert_int_equal(number_at(a.json, "/count"), 0);
    assert_string_equal(text_at(a.json, "/count_is"), "exact");
    ask_done(&a);

    refused(&d, &agent, TKT_METHOD_GET, "/v1/views/1?count=1", "", 400, NULL);
    refused(&d, &agent, TKT_METHOD_GET, "/v1/views?count=", "", 400, NULL);

    desk_close(&d);
}


/* One's own views are told in an export, and go with who is erased. */
static void
test_erased(void **state)
{
    ask_t          a;
    size_t         i, n, views;
    char           pointer[32];
    static desk_t  d;

    traffic_open(&d);
    make_view(&d, &agent, "mine", "assignee=me", "");
    make_view(&d, &second, "his", "state=new", "");
    make_view(&d, &boss, "all", "", ",\"shared\":true");
    make_view(&d, &agent, "more", "", "");

    assert_int_equal(ask_get(&d, &a, &agent, "/v1/me/export"), 200);
    n = length_at(a.json, "/data");

    for (views = 0, i = 0; i < n; i++) {
        (void) snprintf(pointer, sizeof(pointer), "/data/%zu/kind", i);
        views += strcmp(text_at(a.json, pointer), "view") == 0;
    }

    assert_int_equal(views, 2);
    ask_done(&a);

    desk_post(&d, &admin, "/v1/users/9/erase", "{\"reason\":\"asked for\"}");
    assert_string_equal(views_of(&d, &agent, "/v1/views"), "all");
    assert_string_equal(views_of(&d, &second, "/v1/views"), "his all");

    desk_verify_clean(&d);
    desk_close(&d);
}


static void
make_tickets(desk_t *d, size_t count)
{
    size_t        i;
    tkt_txn_t    *txn;
    tkt_arena_t   arena;
    tkt_ticket_t  t;

    tkt_arena_init(&arena, 65536);
    assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);
    (void) tkt_txn_stamp(txn, d->now_ms);

    for (i = 0; i < count; i++) {
        tkt_event_t  e = { .action = TKT_ACTION_SUBMIT + 1,
                           .at = (uint64_t) d->now_ms, .actor = 1,
                           .actor_role = TKT_ROLE_USER };

        t = (tkt_ticket_t) {
            .id = tkt_txn_next(txn, TKT_SEQ_TICKET), .tenant = 1,
            .state = TKT_STATE_NEW, .priority = 1 + i % 4, .channel = 1,
            .requester = 1, .version = 1, .team = i % 3,
            .created_at = (uint64_t) d->now_ms,
            .updated_at = (uint64_t) d->now_ms,
            .subject = tkt_lit("s"), .description = tkt_lit("d"),
            .type = i % 100 == 0 ? tkt_str("rare") : tkt_str("often"),
        };
        tkt_event_append(txn, NULL, &t, &e, &arena);
        tkt_ticket_save(txn, NULL, &t, &arena);
    }

    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    tkt_arena_done(&arena);
}


/*
 * Counters where there are some, and else a bounded look for all views of a
 * page together, which is told.
 */
static void
test_counts(void **state)
{
    ask_t          a;
    static desk_t  d;

    traffic_open(&d);
    make_tickets(&d, MANY);

    make_view(&d, &agent, "a-all", "", "");
    make_view(&d, &agent, "b-urgent", "priority=urgent&assignee=none", "");
    make_view(&d, &agent, "c-team", "team=2&priority=high,low", "");
    make_view(&d, &agent, "d-none", "team=none", "");
    make_view(&d, &agent, "e-rare", "team=1&type=rare&state=new", "");
    make_view(&d, &agent, "f-often", "type=often", "");
    make_view(&d, &agent, "g-team", "team=1", "");
    make_view(&d, &agent, "h-rare", "type=rare", "");

    /* e takes the 2,000 of its team, f the 3,000 steps that are left */

    assert_string_equal(views_of(&d, &agent, "/v1/views?count=true"),
                        "a-all=6000 b-urgent=1500 c-team=1000 d-none=2000 "
                        "e-rare=20 f-often~2970 g-team=2000 h-rare~0");

    /* alone each has all the steps */

    assert_int_equal(ask_get(&d, &a, &agent, "/v1/views/8?count=true"), 200);
    assert_int_equal(number_at(a.json, "/count"), 50);
    assert_string_equal(text_at(a.json, "/count_is"), "at_least");
    ask_done(&a);

    assert_int_equal(ask_get(&d, &a, &agent,
                             "/v1/views/6/tickets?count=true"), 200);
    assert_int_equal(number_at(a.json, "/count"), 4950);
    assert_string_equal(text_at(a.json, "/count_is"), "at_least");
    ask_done(&a);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* What is looked at of one requester's tickets is taken from the same steps. */
static void
test_counts_of_one(void **state)
{
    static desk_t  d;

    traffic_open(&d);
    make_tickets(&d, OF_ONE);

    make_view(&d, &agent, "a", "requester=1&bucket=submitted", "");
    make_view(&d, &agent, "b", "requester=1&state=new", "");
    make_view(&d, &agent, "c", "requester=1&state=new,resolved", "");
    make_view(&d, &agent, "d", "requester=1&state=open", "");
    make_view(&d, &agent, "e", "requester=2&state=new", "");

    assert_string_equal(views_of(&d, &agent, "/v1/views?count=true"),
                        "a=3000 b=3000 c~2000 d~0 e=0");

    desk_close(&d);
}


/* With as many as may be looked at, a list of one requester has its count. */
static void
test_most_of_one(void **state)
{
    ask_t          a;
    static desk_t  d;

    traffic_open(&d);
    make_tickets(&d, TKT_COUNT_STEPS_MAX);

    assert_int_equal(ask_get(&d, &a, &agent, "/v1/tickets?requester=1"
                             "&state=new&count=true&limit=1"), 200);
    assert_int_equal(number_at(a.json, "/count"), TKT_COUNT_STEPS_MAX);
    ask_done(&a);

    make_tickets(&d, 1);
    refused(&d, &agent, TKT_METHOD_GET, "/v1/tickets?requester=1&state=new"
            "&count=true", "", 400, NULL);

    desk_close(&d);
}


/*
 * A page of views that are counted one by one keeps their answer, not what
 * each of them was walked with.
 */
static void
test_counts_are_small(void **state)
{
    size_t           i, bytes;
    char             name[8];
    tkt_match_t      match;
    tkt_reply_t      reply;
    tkt_arena_t      arena;
    tkt_request_t    req;
    static desk_t    d;
    static lender_t  l = { .allowed = LENT_MAX };

    traffic_open(&d);
    make_tickets(&d, PAGE);

    for (i = 0; i < PAGE; i++) {
        (void) snprintf(name, sizeof(name), "v%zu", i);
        make_view(&d, &boss, name, "state=new&type=often",
                  ",\"shared\":true");
    }

    req = ask_make(&d, TKT_METHOD_GET, "/v1/views?count=true&limit=200");
    tkt_arena_init_lent(&arena, 16384, lend, &l);
    assert_true(tkt_app_match(&req, &match, &arena, &reply));
    assert_int_equal(tkt_txn_renew(d.read), TKT_OK);
    tkt_app_query(d.read, &req, &match, &agent, &arena, &reply);
    tkt_txn_reset(d.read);
    assert_int_equal(reply.http, 200);

    for (bytes = 0, i = 0; i < l.count; i++) {
        bytes += l.sizes[i];
    }

    assert_in_range(bytes, reply.body.len, 1024 * 1024);

    tkt_arena_done(&arena);
    lender_free(&l);
    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_whose),
        cmocka_unit_test(test_as_many),
        cmocka_unit_test(test_team_gone),
        cmocka_unit_test(test_of_a_team),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_tickets),
        cmocka_unit_test(test_count_is_not_kept),
        cmocka_unit_test(test_erased),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_counts_of_one),
        cmocka_unit_test(test_most_of_one),
        cmocka_unit_test(test_counts_are_small),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
