/*
 * From a request to its operation and its caller, the documents that anybody
 * may read, and the health of a store.
 */

#define _GNU_SOURCE

#include "app/ask.h"
#include "app/traffic.h"


static const tkt_actor_t  nobody = { .role = TKT_ROLE_NONE };
static const tkt_actor_t  admin = { .tenant = 1, .id = TRAFFIC_ADMIN,
                                    .role = TKT_ROLE_ADMIN };


/* ---- matching ---- */

static void
test_match(void **state)
{
    size_t         i;
    tkt_arena_t    arena;
    tkt_match_t    match;
    tkt_reply_t    reply;
    tkt_request_t  req;

    static const struct {
        tkt_method_t  method;
        const char   *path;
        const char   *name;          /* of the operation, or NULL            */
        unsigned      http;
        const char   *allow;
    } rows[] = {
        { TKT_METHOD_GET,  "/v1/tickets", "ticket.list", 0, NULL },
        { TKT_METHOD_HEAD, "/v1/tickets", "ticket.list", 0, NULL },
        { TKT_METHOD_POST, "/v1/tickets", "ticket.create", 0, NULL },
        { TKT_METHOD_GET,  "/v1/tickets/T-1", "ticket.get", 0, NULL },
        { TKT_METHOD_POST, "/v1/tickets/1/de-escalate", "ticket.de-escalate",
          0, NULL },
        { TKT_METHOD_GET,  "/v1/", "discovery.get", 0, NULL },
        { TKT_METHOD_GET,  "/v1", NULL, 404, NULL },
        { TKT_METHOD_GET,  "", NULL, 404, NULL },
        { TKT_METHOD_GET,  "/v1/tickets/", NULL, 404, NULL },
        { TKT_METHOD_GET,  "/v1/tickets/1/", NULL, 404, NULL },
        { TKT_METHOD_GET,  "/v1/tickets//messages", NULL, 404, NULL },
        { TKT_METHOD_POST, "/v1/tickets/1/submit", NULL, 404, NULL },
        { TKT_METHOD_GET,  "/v2/tickets", NULL, 404, NULL },
        { TKT_METHOD_PUT,  "/v1/tickets", NULL, 405,
          "GET, HEAD, POST, OPTIONS" },
        { TKT_METHOD_GET,  "/v1/tickets/1/claim", NULL, 405,
          "POST, OPTIONS" },
        { TKT_METHOD_OTHER, "/v1/tickets/1", NULL, 405,
          "GET, HEAD, PATCH, OPTIONS" },
        { TKT_METHOD_OPTIONS, "/v1/tickets/1", NULL, 204,
          "GET, HEAD, PATCH, OPTIONS" },
        { TKT_METHOD_OPTIONS, "/v1/nothing", NULL, 404, NULL },
    };

    for (i = 0; i < tkt_array_len(rows); i++) {
        tkt_arena_init(&arena, 4096);
        req = (tkt_request_t) { .method = rows[i].method,
                                .path = tkt_str_z(rows[i].path) };

        if (tkt_app_match(&req, &match, &arena, &reply)) {
            assert_non_null(rows[i].name);
            assert_true(tkt_str_eq(tkt_app_operation_name(&match),
                                   tkt_str_z(rows[i].name)));
            assert_int_equal(tkt_app_is_command(&match),
                             rows[i].method == TKT_METHOD_POST);

        } else if (rows[i].name != NULL || reply.http != rows[i].http
                   || !tkt_str_eq(reply.allow, tkt_str_z(rows[i].allow)))
        {
            fail_msg("%s: %u, Allow %.*s", rows[i].path, reply.http,
                     (int) reply.allow.len,
                     (const char *) reply.allow.data);
        }

        tkt_arena_done(&arena);
    }
}


/* ---- admission ---- */

/* Makes a token of a principal; its text. */
static void
make_token(desk_t *d, unsigned id, const char *body, char *token, size_t size)
{
    char   path[64];
    ask_t  a;

    (void) snprintf(path, sizeof(path), "/v1/users/%u/tokens", id);
    assert_int_equal(ask_send(d, &a, &admin, TKT_METHOD_POST, path, body),
                     201);
    (void) snprintf(token, size, "%s", text_at(a.json, "/token"));
    ask_done(&a);
}


/* Asks for admission; 0 if it was granted, and who came in. */
static unsigned
admit(desk_t *d, tkt_method_t method, const char *path, const char *scheme,
    const char *token, tkt_actor_t *actor)
{
    char           header[256];
    ask_t          a;
    bool           admitted;
    unsigned       http;
    tkt_match_t    match;
    tkt_request_t  req = ask_make(d, method, path);

    memset(&a, 0, sizeof(a));
    tkt_arena_init(&a.arena, 4096);
    (void) snprintf(header, sizeof(header), "%s%s", scheme, token);
    req.authorization = tkt_str_z(header);

    assert_true(tkt_app_match(&req, &match, &a.arena, &a.reply));
    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    admitted = tkt_app_admit(d->read, &req, &match, actor, &a.arena,
                             &a.reply);
    tkt_txn_reset(d->read);

    http = admitted ? 0 : a.reply.http;

    if (!admitted) {
        assert_int_equal(a.reply.challenge, http == 401);
        assert_true(a.reply.body.len > 0);
    }

    ask_done(&a);

    return http;
}


static void
test_admit(void **state)
{
    size_t         i;
    char           token[200], wrong[256];
    static desk_t  d;
    tkt_actor_t    actor;

    static const char *const  schemes[] = {
        "", "Basic ", "Bearer", "Bearer\t", "Bear ", "BearerX "
    };

    traffic_open(&d);
    make_token(&d, 9, "{}", token, sizeof(token));

    assert_int_equal(admit(&d, TKT_METHOD_GET, "/v1/me", "Bearer ", token,
                           &actor), 0);
    assert_int_equal(actor.tenant, 1);
    assert_int_equal(actor.id, 9);
    assert_int_equal(actor.role, TKT_ROLE_AGENT);
    assert_string_equal(actor.login, "p9");
    assert_string_equal(actor.tenant_name, "main");
    assert_int_equal(actor.expires_at_ms, 0);

    assert_int_equal(admit(&d, TKT_METHOD_GET, "/v1/me", "bEARER    ", token,
                           &actor), 0);

    for (i = 0; i < tkt_array_len(schemes); i++) {
        assert_int_equal(admit(&d, TKT_METHOD_GET, "/v1/me", schemes[i],
                               token, &actor), 401);
        assert_int_equal(actor.role, TKT_ROLE_NONE);
    }

    /* any character changed, any cut, and more after it */

    for (i = 0; i < strlen(token); i++) {
        (void) snprintf(wrong, sizeof(wrong), "%s", token);
        wrong[i] = (wrong[i] == 'B') ? 'C' : 'B';
        assert_int_equal(admit(&d, TKT_METHOD_GET, "/v1/me", "Bearer ",
                               wrong, &actor), 401);
        wrong[i] = '\0';
        assert_int_equal(admit(&d, TKT_METHOD_GET, "/v1/me", "Bearer ",
                               wrong, &actor), 401);
    }

    (void) snprintf(wrong, sizeof(wrong), "%sA", token);
    assert_int_equal(admit(&d, TKT_METHOD_GET, "/v1/me", "Bearer ", wrong,
                           &actor), 401);

    /* roles; and what is public asks nobody */

    assert_int_equal(admit(&d, TKT_METHOD_GET, "/v1/users", "Bearer ", token,
                           &actor), 403);
    assert_int_equal(admit(&d, TKT_METHOD_GET, "/v1/workflow", "", "",
                           &actor), 0);
    assert_int_equal(actor.id, 0);
    assert_int_equal(actor.role, TKT_ROLE_NONE);

    desk_close(&d);
}


/* Tokens end by time, by being revoked, and with their owner. */
static void
test_token_ends(void **state)
{
    char           token[256];
    int64_t        made;
    static desk_t  d;
    tkt_actor_t    actor;

    traffic_open(&d);

    make_token(&d, 1, "{\"ttl\":60}", token, sizeof(token));
    made = d.now_ms;
    d.now_ms = made + 60000 - 2;
    assert_int_equal(admit(&d, TKT_METHOD_GET, "/v1/me", "Bearer ", token,
                           &actor), 0);
    assert_int_equal(actor.expires_at_ms, made + 60000);
    assert_int_equal(admit(&d, TKT_METHOD_GET, "/v1/me", "Bearer ", token,
                           &actor), 401);

    make_token(&d, 1, "{}", token, sizeof(token));
    desk_ok(&d, &admin, TKT_METHOD_DELETE, "/v1/users/1/tokens/2", "");
    assert_int_equal(admit(&d, TKT_METHOD_GET, "/v1/me", "Bearer ", token,
                           &actor), 401);

    make_token(&d, 1, "{}", token, sizeof(token));
    desk_ok(&d, &admin, TKT_METHOD_PATCH, "/v1/users/1",
            "{\"disabled\":true}");
    assert_int_equal(admit(&d, TKT_METHOD_GET, "/v1/me", "Bearer ", token,
                           &actor), 401);
    desk_ok(&d, &admin, TKT_METHOD_PATCH, "/v1/users/1",
            "{\"disabled\":false}");
    assert_int_equal(admit(&d, TKT_METHOD_GET, "/v1/me", "Bearer ", token,
                           &actor), 0);

    desk_close(&d);
}


static void
test_scopes(void **state)
{
    size_t         i, k;
    char           token[256];
    static desk_t  d;
    tkt_actor_t    actor;

    static const struct {
        const char  *body;
        unsigned     http[3];        /* to read, to write, to administrate   */
    } rows[] = {
        { "{}",                       { 0, 0, 0 } },
        { "{\"scopes\":[]}",          { 0, 0, 0 } },
        { "{\"scopes\":[\"read\"]}",  { 0, 403, 403 } },
        { "{\"scopes\":[\"write\"]}", { 0, 0, 403 } },
        { "{\"scopes\":[\"admin\"]}", { 403, 403, 0 } },
    };
    static const struct {
        tkt_method_t  method;
        const char   *path;
    } ops[] = {
        { TKT_METHOD_GET, "/v1/tickets" }, { TKT_METHOD_POST, "/v1/tickets" },
        { TKT_METHOD_GET, "/v1/users" },
    };

    traffic_open(&d);

    for (i = 0; i < tkt_array_len(rows); i++) {
        make_token(&d, TRAFFIC_ADMIN, rows[i].body, token, sizeof(token));

        for (k = 0; k < 3; k++) {
            if (admit(&d, ops[k].method, ops[k].path, "Bearer ", token,
                      &actor) != rows[i].http[k])
            {
                fail_msg("%s: %s", rows[i].body, ops[k].path);
            }
        }
    }

    desk_close(&d);
}


/* ---- documents ---- */

static void
test_documents(void **state)
{
    size_t                   i, n, rows;
    ask_t                    a;
    static desk_t            d;
    tkt_request_t            req;
    const tkt_transition_t  *t;

    desk_open(&d);

    req = ask_make(&d, TKT_METHOD_GET, "/v1/");
    req.mount = tkt_str("/helpdesk");
    ask_request(&d, &a, &nobody, &req, "");
    assert_int_equal(a.reply.http, 200);
    assert_true(a.reply.cacheable);
    assert_string_equal(text_at(a.json, "/links/workflow"),
                        "/helpdesk/v1/workflow");
    ask_done(&a);

    /* the workflow has every state, action and transition */

    t = tkt_workflow_table(&rows);

    for (n = 0, i = 0; i < rows; i++) {
        n += t[i].status == TKT_OK;
    }

    assert_int_equal(ask_get(&d, &a, &nobody, "/v1/workflow"), 200);
    assert_int_equal(length_at(a.json, "/states"), TKT_STATE_MAX - 1);
    assert_int_equal(length_at(a.json, "/actions"), TKT_ACTION_MAX);
    assert_int_equal(length_at(a.json, "/transitions"), n);
    assert_string_equal(text_at(a.json, "/transitions/0/action"), "submit");
    assert_string_equal(text_at(a.json, "/transitions/0/to"), "new");
    assert_string_equal(text_at(a.json, "/transitions/1/to"), "(null)");
    assert_string_equal(text_at(a.json, "/transitions/1/effects/0"),
                        "verified");
    assert_string_equal(text_at(a.json, "/states/0/bucket"), "submitted");
    assert_int_equal(at(a.json, "/profiles")->u.object.len, TKT_PROFILE_MAX);
    assert_true(tkt_str_eq(
        tkt_str_z(text_at(a.json, "/profiles/s002/closed/zh-CN")),
        tkt_workflow_label(TKT_PROFILE_S002, TKT_STATE_CLOSED,
                           TKT_LANG_ZH)));
    ask_done(&a);

    desk_close(&d);
}


/* Each problem has a page, in both languages. */
static void
test_problem_pages(void **state)
{
    unsigned                 s;
    char                     path[128];
    ask_t                    a;
    static desk_t            d;
    tkt_request_t            req;
    const tkt_status_row_t  *row;

    desk_open(&d);

    for (s = TKT_OK + 1; s < TKT_STATUS_MAX; s++) {
        row = tkt_status_row((tkt_status_t) s);
        (void) snprintf(path, sizeof(path), "/v1/problems/%.*s",
                        (int) row->code.len, (const char *) row->code.data);
        req = ask_make(&d, TKT_METHOD_GET, path);
        req.accept_language = tkt_str("zh-CN");
        ask_request(&d, &a, &nobody, &req, "");
        assert_int_equal(a.reply.http, 200);
        assert_int_equal(number_at(a.json, "/status"), row->http);
        assert_true(tkt_str_eq(tkt_str_z(text_at(a.json, "/title")),
                               row->title[TKT_LANG_ZH]));
        assert_true(a.reply.localised && a.reply.cacheable);
        ask_done(&a);
    }

    assert_int_equal(ask_get(&d, &a, &nobody, "/v1/problems/none"), 404);
    ask_done(&a);
    desk_close(&d);
}


/* ---- damage ---- */

/* A record that does not decode is the server's fault, and says no more. */
static void
test_damaged_records(void **state)
{
    size_t         i;
    char           token[256];
    tkt_key_t      keys[3];
    tkt_txn_t     *txn;
    ask_t          a;
    static desk_t  d;
    tkt_actor_t    actor;

    static const tkt_db_t  dbs[] = {
        TKT_DB_PRINCIPAL, TKT_DB_TICKET, TKT_DB_EVENT
    };
    static const char *const  paths[] = {
        "/v1/users/1", "/v1/users", "/v1/tickets/1", "/v1/tickets",
        "/v1/tickets/2/timeline"
    };

    traffic_open(&d);
    make_token(&d, 1, "{}", token, sizeof(token));
    desk_post(&d, &admin, "/v1/tickets",
              "{\"subject\":\"s\",\"description\":\"d\"}");
    desk_post(&d, &admin, "/v1/tickets",
              "{\"subject\":\"s\",\"description\":\"d\"}");

    tkt_key_principal(&keys[0], 1, 1);
    tkt_key_ticket(&keys[1], 1, 1);
    tkt_key_event(&keys[2], 2);
    assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);

    for (i = 0; i < 3; i++) {
        tkt_put(txn, dbs[i], &keys[i], tkt_str("\x01\xff\xff"));
    }

    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    for (i = 0; i < tkt_array_len(paths); i++) {
        if (ask_get(&d, &a, &admin, paths[i]) != 500) {
            fail_msg("%s: %u", paths[i], a.reply.http);
        }

        assert_int_equal(a.reply.status, TKT_INTERNAL);
        ask_done(&a);
    }

    assert_int_equal(admit(&d, TKT_METHOD_GET, "/v1/me", "Bearer ", token,
                           &actor), 500);
    desk_close(&d);
}


/* ---- health ---- */

static void
health(desk_t *d, ask_t *a, const char *why, bool ready)
{
    memset(a, 0, sizeof(*a));
    tkt_arena_init(&a->arena, 1024);
    tkt_app_health(d == NULL ? NULL : d->env, tkt_str_z(why), ready,
                   &a->arena, &a->reply);
    ask_parse(a);
}


static void
test_health(void **state)
{
    ask_t          a;
    static desk_t  d;

    desk_open_map(&d, 4 * 1024 * 1024);

    health(&d, &a, "", false);
    assert_int_equal(a.reply.http, 200);
    assert_string_equal(text_at(a.json, "/status"), "ok");
    assert_int_equal(a.json->u.object.len, 1);
    ask_done(&a);

    health(&d, &a, "", true);
    assert_int_equal(a.reply.http, 200);
    assert_int_equal(number_at(a.json, "/map_bytes"), 4 * 1024 * 1024);
    assert_true(number_at(a.json, "/used_percent") < 90);
    assert_int_equal(number_at(a.json, "/readers_max"), TKT_READERS_MAX);
    ask_done(&a);

    health(&d, &a, "stuck", false);
    assert_int_equal(a.reply.http, 503);
    assert_int_equal(a.reply.retry_after_s, TKT_RETRY_AFTER_S);
    assert_string_equal(text_at(a.json, "/reason"), "stuck");
    assert_string_equal(text_at(a.json, "/status"), "failing");
    ask_done(&a);

    health(NULL, &a, "", false);
    assert_int_equal(a.reply.http, 503);
    assert_string_equal(text_at(a.json, "/reason"), "the store is not open");
    ask_done(&a);

    desk_close(&d);
}


/* Full, it serves reads and is not ready, until something is freed. */
static void
test_health_full(void **state)
{
    ask_t           a;
    uint64_t        first, last;
    tkt_key_t       key;
    static desk_t   d;
    tkt_txn_t      *txn;
    tkt_status_t    status;
    static uint8_t  filler[16000];

    desk_open_map(&d, 4 * 1024 * 1024);

    for (first = last = 1; /* void */; last++) {
        status = tkt_txn_begin(d.env, &txn, false);

        if (status != TKT_OK) {
            break;
        }

        tkt_key_start(&key);
        tkt_key_u64(&key, last);
        tkt_put(txn, TKT_DB_META, &key,
                (tkt_str_t) { filler, sizeof(filler) });
        assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    }

    assert_int_equal(status, TKT_STORAGE_FULL);

    health(&d, &a, "", false);
    assert_int_equal(a.reply.http, 200);
    ask_done(&a);
    health(&d, &a, "", true);
    assert_int_equal(a.reply.http, 503);
    assert_string_equal(text_at(a.json, "/reason"), "the store is full");
    ask_done(&a);

    /* what was freed will do for changes, and so for being ready */

    for (/* void */; first < last; first++) {
        assert_int_equal(tkt_txn_begin(d.env, &txn, true), TKT_OK);
        tkt_key_start(&key);
        tkt_key_u64(&key, first);
        assert_true(tkt_delete(txn, TKT_DB_META, &key));
        assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    }

    health(&d, &a, "", true);
    assert_int_equal(a.reply.http, 200);
    assert_in_range(number_at(a.json, "/used_percent"),
                    TKT_MAP_REFUSE_PERCENT, 100);
    ask_done(&a);

    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_match),
        cmocka_unit_test(test_admit),
        cmocka_unit_test(test_token_ends),
        cmocka_unit_test(test_scopes),
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_problem_pages),
        cmocka_unit_test(test_damaged_records),
        cmocka_unit_test(test_health),
        cmocka_unit_test(test_health_full),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
