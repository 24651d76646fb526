/*
 * Tickets between the desks of three tenants: platform, provider, customer.
 */

#include "app/desks.h"


static void
refused(desk_t *d, unsigned who, const char *path, const char *body,
    unsigned http)
{
    uint64_t     before;
    tkt_actor_t  actor = person(who);

    before = desk_last_txn(d);

    if (desk_run(d, &actor, TKT_METHOD_POST, path, body) != http) {
        fail_msg("%s: %u %s", path, d->http, d->body);
    }

    assert_int_equal(desk_last_txn(d), before);
}


/* The state of a ticket as somebody sees it. */
static void
state_is(desk_t *d, unsigned who, const char *path, const char *state)
{
    ask_t        a;
    tkt_actor_t  actor = person(who);

    if (ask_get(d, &a, &actor, path) != 200
        || strcmp(text_at(a.json, "/state"), state) != 0)
    {
        fail_msg("%s: %u %s, not %s", path, a.reply.http,
                 text_at(a.json, "/state"), state);
    }

    ask_done(&a);
}


/* Whether a text is in what somebody gets. */
static bool
shown(desk_t *d, unsigned who, const char *path, const char *text)
{
    bool         found;
    char         body[65536];
    ask_t        a;
    tkt_actor_t  actor = person(who);

    assert_int_equal(ask_get(d, &a, &actor, path), 200);
    (void) snprintf(body, sizeof(body), "%.*s", (int) a.reply.body.len,
                    (const char *) a.reply.body.data);
    found = strstr(body, text) != NULL;
    ask_done(&a);

    return found;
}


/* A ticket of the customer, forwarded twice: 1 shop, 2 acme, 3 platform. */
static void
chain_make(desk_t *d)
{
    people_make(d);
    does(d, SUE, "/v1/tickets", NEW_TICKET);
    does(d, SAM, "/v1/tickets/1/claim", "{}");
    does(d, SAM, "/v1/tickets/1/forward",
         "{\"subject\":\"from the shop\",\"description\":\"told-once\"}");
    does(d, ADA, "/v1/tickets/2/forward", "{\"description\":\"told-twice\"}");
}


static void
test_first(void **state)
{
    ask_t          a;
    tkt_actor_t    sam = person(SAM), ada = person(ADA);
    static desk_t  d;

    chain_make(&d);

    assert_int_equal(ask_get(&d, &a, &sam, "/v1/tickets/1"), 200);
    assert_int_equal(number_at(a.json, "/forwarded_to"), 2);
    ask_done(&a);

    assert_int_equal(ask_get(&d, &a, &ada, "/v1/tickets/2"), 200);
    assert_string_equal(text_at(a.json, "/subject"), "from the shop");
    assert_string_equal(text_at(a.json, "/requester/name"), "shop");
    assert_string_equal(text_at(a.json, "/state"), "new");
    assert_int_equal(number_at(a.json, "/forwarded_to"), 3);
    assert_null(at(a.json, "/forwarded_from"));
    ask_done(&a);

    assert_false(shown(&d, ADA, "/v1/tickets/2?include=messages,timeline",
                       "canary"));
    assert_true(shown(&d, PIA, "/v1/tickets/3", "from the shop"));
    assert_true(shown(&d, PIA, "/v1/tickets/3", "Acme Ltd"));
    assert_false(shown(&d, PIA, "/v1/tickets/3?include=messages,timeline",
                       "told-once"));

    /* the requester is told nothing */
    assert_false(shown(&d, SUE, "/v1/tickets/1?include=messages,timeline",
                       "forward"));
    assert_false(shown(&d, SUE, "/v1/tickets/1?include=messages,timeline",
                       "told-once"));
    assert_true(shown(&d, SAM, "/v1/tickets/1?include=messages,timeline",
                      "told-once"));

    desk_verify_clean(&d);
    desk_close(&d);
}


static void
test_refusals(void **state)
{
    tkt_actor_t    operator = desk_actor(ACME, 0, TKT_ROLE_ADMIN);
    static desk_t  d;

    people_make(&d);
    does(&d, PAUL, "/v1/tickets", NEW_TICKET);
    does(&d, SUE, "/v1/tickets", NEW_TICKET);
    does(&d, ALF, "/v1/tickets", NEW_TICKET);

    refused(&d, PIA, "/v1/tickets/1/forward", FORWARD, 409);
    refused(&d, SUE, "/v1/tickets/2/forward", FORWARD, 403);
    refused(&d, SAM, "/v1/tickets/3/forward", FORWARD, 404);
    refused(&d, ADA, "/v1/tickets/2/forward", FORWARD, 404);
    refused(&d, SAM, "/v1/tickets/2/forward", "{}", 400);
    refused(&d, SAM, "/v1/tickets/2/forward",
            "{\"description\":\"d\",\"to\":1}", 400);

    does(&d, SUE, "/v1/tickets/2/close", "{}");
    refused(&d, SAM, "/v1/tickets/2/forward", FORWARD, 409);

    /* a provider that takes nothing from this customer */

    does(&d, SUE, "/v1/tickets", NEW_TICKET);
    does(&d, SAM, "/v1/tickets/4/forward", FORWARD);
    desk_ok(&d, &operator, TKT_METHOD_PATCH, "/v1/users/8",
            "{\"disabled\":true}");
    refused(&d, SAM, "/v1/tickets/4/forward", FORWARD, 409);
    does(&d, SUE, "/v1/tickets", NEW_TICKET);
    refused(&d, SAM, "/v1/tickets/6/forward", FORWARD, 409);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* Questions, answers and solutions on their way through three desks. */
static void
test_life(void **state)
{
    static desk_t  d;

    chain_make(&d);

    does(&d, PIA, "/v1/tickets/3/start", "{}");
    does(&d, PIA, "/v1/tickets/3/messages",
         "{\"body\":\"among-us\",\"kind\":\"note\"}");
    does(&d, PIA, "/v1/tickets/3/request-info",
         "{\"question\":\"which-version\"}");

    assert_true(shown(&d, ADA, "/v1/tickets/2/messages", "which-version"));
    assert_false(shown(&d, ADA, "/v1/tickets/2/messages", "among-us"));
    assert_false(shown(&d, ADA, "/v1/tickets/2?include=timeline,messages",
                       "pia"));
    assert_true(shown(&d, ADA, "/v1/tickets/2/timeline",
                      "above: message=question state=waiting_user"));
    assert_true(shown(&d, ADA, "/v1/tickets/2/timeline", "\"main\""));

    /* a note of the provider is not the customer's */
    assert_false(shown(&d, SAM, "/v1/tickets/1/messages", "which-version"));

    does(&d, ADA, "/v1/tickets/2/forward", "{\"description\":\"version-7\"}");
    state_is(&d, PIA, "/v1/tickets/3", "in_progress");
    assert_true(shown(&d, PIA, "/v1/tickets/3/messages", "version-7"));
    refused(&d, ADA, "/v1/tickets/2/forward",
            "{\"subject\":\"s\",\"description\":\"d\"}", 400);

    does(&d, PIA, "/v1/tickets/3/resolve", "{\"solution\":\"plug-it\"}");
    assert_true(shown(&d, ADA, "/v1/tickets/2/messages", "plug-it"));
    state_is(&d, ADA, "/v1/tickets/2", "new");

    /* not so: the ticket above goes on */

    does(&d, ADA, "/v1/tickets/2/forward", "{\"description\":\"no-use\"}");
    state_is(&d, PIA, "/v1/tickets/3", "follow_up");
    does(&d, PIA, "/v1/tickets/3/resolve", "{\"solution\":\"pull-it\"}");

    does(&d, ADA, "/v1/tickets/2/start", "{}");
    does(&d, ADA, "/v1/tickets/2/resolve", "{\"solution\":\"pull-slowly\"}");
    assert_true(shown(&d, SAM, "/v1/tickets/1/messages", "pull-slowly"));
    does(&d, SAM, "/v1/tickets/1/resolve", "{\"solution\":\"pull-please\"}");
    assert_true(shown(&d, SUE, "/v1/tickets/1/messages", "pull-please"));
    assert_false(shown(&d, SUE, "/v1/tickets/1/messages", "pull-slowly"));

    /* the customer's word goes all the way up */

    does(&d, SUE, "/v1/tickets/1/confirm", "{}");
    state_is(&d, SAM, "/v1/tickets/1", "confirmed");
    state_is(&d, ADA, "/v1/tickets/2", "confirmed");
    state_is(&d, PIA, "/v1/tickets/3", "confirmed");

    desk_verify_clean(&d);
    desk_close(&d);
}


/* The answer of an action has the version that its tag will be asked for. */
static void
test_version(void **state)
{
    ask_t           a;
    tkt_str_t       tag;
    tkt_actor_t     sue = person(SUE), sam = person(SAM);
    tkt_request_t   req;
    static desk_t   d;
    char            etag[64];

    people_make(&d);
    does(&d, SUE, "/v1/tickets", NEW_TICKET);
    does(&d, SAM, "/v1/tickets/1/start", "{}");
    does(&d, SAM, "/v1/tickets/1/forward", FORWARD);
    does(&d, ADA, "/v1/tickets/2/start", "{}");
    does(&d, ADA, "/v1/tickets/2/resolve", "{\"solution\":\"s\"}");
    does(&d, SAM, "/v1/tickets/1/resolve", "{\"solution\":\"s\"}");

    assert_int_equal(ask_send(&d, &a, &sue, TKT_METHOD_POST,
                              "/v1/tickets/1/confirm", "{}"), 200);
    (void) snprintf(etag, sizeof(etag), "%.*s", (int) a.reply.etag.len,
                    (const char *) a.reply.etag.data);
    assert_string_equal(text_at(a.json, "/subject"), "canary-subject");
    assert_string_equal(text_at(a.json, "/description"), "canary-text");
    ask_done(&a);

    req = ask_make(&d, TKT_METHOD_PATCH, "/v1/tickets/1");
    tag = tkt_str_z(etag);
    req.if_match = tag;
    ask_request(&d, &a, &sam, &req, "{\"account\":\"x\"}");
    assert_int_equal(a.reply.http, 200);
    ask_done(&a);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* How the end below is told above: what is there, what is done, what comes. */
typedef struct {
    const char  *above[3];       /* by the provider's agent                  */
    const char  *below;
    const char  *body;
    unsigned     who;
    const char  *state;          /* above, afterwards                        */
} end_row_t;

static const end_row_t  end_rows[] = {
    { { NULL }, "close", "{}", SUE, "closed" },
    { { "start" }, "close", "{}", SUE, "closed" },
    { { "start", "resolve" }, "close", "{}", SUE, "confirmed" },
    { { "start" }, "reject", "{\"reason\":\"no\"}", SAM, "closed" },
    { { "start", "resolve" }, "reject", "{\"reason\":\"no\"}", SAM,
      "confirmed" },
};


static void
test_ends(void **state)
{
    char           path[64], body[64];
    size_t         i, k;
    unsigned       id;
    static desk_t  d;

    people_make(&d);

    for (id = 1, i = 0; i < tkt_array_len(end_rows); i++, id += 2) {
        does(&d, SUE, "/v1/tickets", NEW_TICKET);
        (void) snprintf(path, sizeof(path), "/v1/tickets/%u/forward", id);
        does(&d, SAM, path, FORWARD);

        for (k = 0; k < 3 && end_rows[i].above[k] != NULL; k++) {
            (void) snprintf(path, sizeof(path), "/v1/tickets/%u/%s", id + 1,
                            end_rows[i].above[k]);
            (void) snprintf(body, sizeof(body), "%s",
                            k == 1 ? "{\"solution\":\"s\"}" : "{}");
            does(&d, ADA, path, body);
        }

        (void) snprintf(path, sizeof(path), "/v1/tickets/%u/%s", id,
                        end_rows[i].below);
        does(&d, end_rows[i].who, path, end_rows[i].body);

        (void) snprintf(path, sizeof(path), "/v1/tickets/%u", id + 1);
        state_is(&d, ADA, path, end_rows[i].state);
        (void) snprintf(path, sizeof(path), "/v1/tickets/%u", id);
        state_is(&d, SAM, path, "closed");
    }

    desk_verify_clean(&d);
    desk_close(&d);
}


/* Above it has ended, below not: more reopens it, for as long as one may. */
static void
test_reopen(void **state)
{
    static desk_t  d;

    people_make(&d);
    does(&d, SUE, "/v1/tickets", NEW_TICKET);
    does(&d, SAM, "/v1/tickets/1/forward", FORWARD);
    does(&d, ADA, "/v1/tickets/2/reject",
         "{\"reason\":\"not-ours\",\"close_reason\":\"rejected\"}");
    assert_true(shown(&d, SAM, "/v1/tickets/1/messages", "not-ours"));
    assert_true(shown(&d, SAM, "/v1/tickets/1/timeline",
                      "above: state=closed close_reason=rejected"));
    assert_false(shown(&d, SUE, "/v1/tickets/1?include=messages,timeline",
                       "not-ours"));

    does(&d, SAM, "/v1/tickets/1/forward", "{\"description\":\"it-is\"}");
    state_is(&d, ADA, "/v1/tickets/2", "follow_up");
    assert_true(shown(&d, ADA, "/v1/tickets/2/messages", "it-is"));

    does(&d, SUE, "/v1/tickets", NEW_TICKET);
    does(&d, SAM, "/v1/tickets/3/forward", FORWARD);
    does(&d, ADA, "/v1/tickets/4/reject", "{\"reason\":\"again\"}");
    d.now_ms += TKT_REOPEN_WINDOW_MS + 1000;
    refused(&d, SAM, "/v1/tickets/3/forward", FORWARD, 409);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* Long texts, and a login that nobody is given. */
static void
test_oddities(void **state)
{
    static char    text[9001], body[9100];
    tkt_actor_t    operator = desk_actor(ACME, 0, TKT_ROLE_ADMIN);
    static desk_t  d;

    people_make(&d);
    assert_int_equal(desk_run(&d, &operator, TKT_METHOD_POST, "/v1/users",
                              "{\"login\":\"tenant:x\"}"), 400);
    assert_int_equal(desk_run(&d, &operator, TKT_METHOD_POST, "/v1/users",
                              "{\"login\":\"guest:a@b.c\"}"), 400);

    memset(text, 'x', 9000);
    (void) snprintf(body, sizeof(body), "{\"description\":\"%s-end\"}", text);

    does(&d, SUE, "/v1/tickets", NEW_TICKET);
    does(&d, SAM, "/v1/tickets/1/forward", body);
    assert_true(shown(&d, ADA, "/v1/tickets/2", "xxx-end"));
    does(&d, SAM, "/v1/tickets/1/forward", body);
    assert_true(shown(&d, ADA, "/v1/tickets/2/messages", "xxx-end"));

    (void) snprintf(body, sizeof(body), "{\"body\":\"%s-back\"}", text);
    does(&d, ADA, "/v1/tickets/2/messages", body);
    assert_true(shown(&d, SAM, "/v1/tickets/1/messages", "xxx-back"));

    desk_verify_clean(&d);
    desk_close(&d);
}


static const struct {
    unsigned     who;
    const char  *path;
    const char  *body;
} batch_steps[] = {
    { SUE, "/v1/tickets", NEW_TICKET },
    { SAM, "/v1/tickets/1/forward", FORWARD },
    { SID, "/v1/tickets/1/forward", FORWARD },
    { ADA, "/v1/tickets/2/forward", FORWARD },
    { PIA, "/v1/tickets/3/start", "{}" },
    { PIA, "/v1/tickets/3/messages", "{\"body\":\"b\"}" },
    { PIA, "/v1/tickets/3/forward", FORWARD },
    { PIA, "/v1/tickets/3/resolve", "{\"solution\":\"s\"}" },
    { ADA, "/v1/tickets/2/start", "{}" },
    { ADA, "/v1/tickets/2/resolve", "{\"solution\":\"s\"}" },
    { SUE, "/v1/tickets/1/forward", FORWARD },
    { SAM, "/v1/tickets/1/start", "{}" },
    { SAM, "/v1/tickets/1/resolve", "{\"solution\":\"s\"}" },
    { SUE, "/v1/tickets/1/confirm", "{}" },
    { SAM, "/v1/tickets/1/reopen", "{\"reason\":\"r\"}" },
    { SID, "/v1/tickets/1/forward", FORWARD },
};


static void
batch_run(desk_t *d, size_t size)
{
    size_t          i, n, done;
    tkt_actor_t     actor;
    tkt_command_t  *commands[16];

    people_make(d);

    for (done = 0; done < tkt_array_len(batch_steps); done += n) {
        n = tkt_array_len(batch_steps) - done < size
            ? tkt_array_len(batch_steps) - done : size;

        for (i = 0; i < n; i++) {
            actor = person(batch_steps[done + i].who);

            commands[i] = desk_command(d, &actor, &(tkt_request_t) {
                .method = TKT_METHOD_POST, .now_ms = ++d->now_ms,
                .path = tkt_str_z(batch_steps[done + i].path),
            }, batch_steps[done + i].body, (uint8_t [32]) { 1 });
            assert_non_null(commands[i]);
        }

        assert_int_equal(tkt_app_run(d->env, commands, n, NULL, NULL),
                         TKT_OK);

        for (i = 0; i < n; i++) {
            tkt_command_free(commands[i]);
        }
    }
}


/* The same in batches of any size gives the same bytes. */
static void
test_batches(void **state)
{
    uint64_t       entries;
    static desk_t  x, y, z;

    batch_run(&x, 1);
    batch_run(&y, 3);
    batch_run(&z, 16);

    assert_int_equal(desk_compare(&x, &y, &entries), -1);
    assert_int_equal(desk_compare(&x, &z, &entries), -1);
    assert_true(entries > 60);

    state_is(&x, PIA, "/v1/tickets/3", "confirmed");
    state_is(&x, ADA, "/v1/tickets/2", "follow_up");
    desk_verify_clean(&x);

    desk_close(&x);
    desk_close(&y);
    desk_close(&z);
}


/* The requester was erased: the work ends above, and nothing comes back. */
static void
what_is_erased_ends_above(void **state)
{
    desk_t       d;
    tkt_actor_t  operator = desk_actor(SHOP, 0, TKT_ROLE_ADMIN);

    chain_make(&d);
    desk_post(&d, &operator, "/v1/users/6/erase", "{\"reason\":\"r\"}");
    state_is(&d, SAM, "/v1/tickets/1", "closed");
    state_is(&d, ADA, "/v1/tickets/2", "closed");
    state_is(&d, PIA, "/v1/tickets/3", "closed");
    desk_verify_clean(&d);

    does(&d, ADA, "/v1/tickets/2/messages",
         "{\"body\":\"to-whom\",\"kind\":\"courtesy\"}");
    assert_false(shown(&d, SAM, "/v1/tickets/1/messages", "to-whom"));
    desk_verify_clean(&d);
    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(what_is_erased_ends_above),
        cmocka_unit_test(test_first),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_life),
        cmocka_unit_test(test_version),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_reopen),
        cmocka_unit_test(test_oddities),
        cmocka_unit_test(test_batches),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
