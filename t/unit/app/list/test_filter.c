/*
 * Ticket lists against a naive model: whatever index serves a filter and its
 * order, all pages together are what a look at every ticket gives, and a
 * count is the number of them.
 */

#define _GNU_SOURCE

#include "app/world.h"


#define QUERIES  600
#define MANY     5000


/* ---- pages ---- */

/* All pages of a list; the ids, and how many pages it took. */
static size_t
walk_pages(desk_t *d, const tkt_actor_t *actor, const char *path,
    const char *filter, unsigned limit, uint64_t *ids, size_t max,
    size_t *pages)
{
    char      target[2048], cursor[512];
    ask_t     a;
    size_t    i, n, count;

    cursor[0] = '\0';
    *pages = 0;
    count = 0;

    do {
        (void) snprintf(target, sizeof(target), "%s?fields=id&limit=%u%s%s%s%s",
                        path, limit, filter[0] != '\0' ? "&" : "", filter,
                        cursor[0] != '\0' ? "&cursor=" : "", cursor);

        if (ask_get(d, &a, actor, target) != 200) {
            fail_msg("%s: %.*s", target, (int) a.reply.body.len,
                     (const char *) a.reply.body.data);
        }

        n = length_at(a.json, "/data");
        assert_true(n <= limit);

        for (i = 0; i < n; i++) {
            assert_true(count < max);
            ids[count++] = (uint64_t) number_at(
                at(a.json, "/data")->u.array.values[i], "/id");
        }

        cursor[0] = '\0';

        if (is_true(a.json, "/page/has_more")) {
            (void) snprintf(cursor, sizeof(cursor), "%s",
                            text_at(a.json, "/page/next"));
            assert_true(a.reply.link.len > 0);

        } else {
            assert_string_equal(text_at(a.json, "/page/next"), "(null)");
            assert_int_equal(a.reply.link.len, 0);
        }

        ++*pages;
        ask_done(&a);

    } while (cursor[0] != '\0');

    return count;
}


static void
check_pages(desk_t *d, const tkt_actor_t *actor, const world_t *w,
    const question_t *q, unsigned limit)
{
    size_t    n, expected, pages;
    uint64_t  ids[TICKETS], model[TICKETS];

    expected = model_answer(w, q, model);
    n = walk_pages(d, actor, "/v1/tickets", q->text, limit, ids, TICKETS,
                   &pages);

    if (n != expected || memcmp(ids, model, n * sizeof(ids[0])) != 0) {
        fail_msg("%s: %zu tickets, expected %zu, or another order", q->text,
                 n, expected);
    }

    /* so few entries that every page but the last two is full */

    assert_true(pages <= n / limit + 2);
}


/* The count agrees with the model, or is refused for want of a counter. */
static void
check_count(desk_t *d, const tkt_actor_t *actor, const question_t *q,
    size_t expected, unsigned *counted)
{
    char      target[2048];
    ask_t     a;
    unsigned  http;

    (void) snprintf(target, sizeof(target),
                    "/v1/tickets?fields=id&limit=1&count=true&%s", q->text);
    http = ask_get(d, &a, actor, target);

    if (http == 200) {
        if (number_at(a.json, "/count") != (long long) expected) {
            fail_msg("%s: count %lld, not %zu", q->text,
                     number_at(a.json, "/count"), expected);
        }

        ++*counted;

    } else {
        assert_int_equal(http, 400);
        assert_string_equal(text_at(a.json, "/errors/0/parameter"), "count");
        assert_string_equal(text_at(a.json, "/errors/0/code"), "conflict");

        /* two kinds of counter cannot be combined */

        assert_true(!q->countable || q->requester != 0 || q->assignee != 0);
    }

    ask_done(&a);
}


static void
test_against_model(void **state)
{
    size_t          i, expected;
    uint64_t        model[TICKETS];
    unsigned        limit, counted, found;
    question_t      q;
    tkt_actor_t     boss = desk_actor(1, PEOPLE, TKT_ROLE_SUPERVISOR);
    static desk_t   d;
    static world_t  w;

    print_message("# seed %#llx\n", (unsigned long long) SEED);
    desk_open(&d);
    world_make(&w, &d);
    counted = found = 0;

    for (i = 0; i < QUERIES; i++) {
        random_question(&w, &q);
        q.now_ms = (uint64_t) d.now_ms;
        expected = model_answer(&w, &q, model);
        limit = 1 + (unsigned) dice(&w, 200);

        if (expected / limit > 20) {
            limit = 20;
        }

        check_pages(&d, &boss, &w, &q, limit);
        check_count(&d, &boss, &q, expected, &counted);
        found += expected > 0;
    }

    print_message("# %u of %u found something, %u were counted\n", found,
                  QUERIES, counted);
    assert_true(found > QUERIES / 2);
    assert_true(counted > QUERIES / 5);

    desk_close(&d);
    tkt_arena_done(&w.arena);
}


/* Bounds in time at each ticket, and next to it, on every kind of walk. */
static void
test_times(void **state)
{
    size_t          i, k;
    question_t      q;
    tkt_actor_t     boss = desk_actor(1, PEOPLE, TKT_ROLE_SUPERVISOR);
    static desk_t   d;
    static world_t  w;

    static const question_t  walks[] = {
        { .text = "sort=created_at", .sort = 1 },
        { .text = "requester=2", .requester = 2 },
        { .text = "requester=2&sort=created_at", .requester = 2, .sort = 1 },
        { .text = "priority=low,normal,high,urgent&sort=created_at",
          .priorities = 0x1e, .sort = 1 },
        { .text = "priority=low,normal,high,urgent", .priorities = 0x1e },
        { .text = "assignee=7&sort=created_at", .assignee = 7, .sort = 1 },
        { .text = "assignee=none", .unassigned = true },
        { .text = "sort=queue", .sort = 2 },
    };

    desk_open(&d);
    world_make(&w, &d);

    for (i = 0; i < w.count; i += 1 + (i > 8 && i < w.count - 8) * 6) {
        for (k = 0; k < 2 * tkt_array_len(walks); k++) {
            q = walks[k / 2];

            if (k % 2 == 0) {
                q.after = w.tickets[i].created_at + i % 2;
                add_time(&q, "created_after", q.after);

            } else {
                q.before = w.tickets[i].created_at + i % 2;
                add_time(&q, "created_before", q.before);
            }

            check_pages(&d, &boss, &w, &q, 200);
        }
    }

    desk_close(&d);
    tkt_arena_done(&w.arena);
}


/* Users see their own, whatever they ask for, and count them by bucket. */
static void
test_own_tickets(void **state)
{
    size_t          n, expected, pages, all;
    unsigned        b, s;
    uint64_t        ids[TICKETS], model[TICKETS];
    ask_t           a;
    char            pointer[64];
    question_t      q;
    tkt_actor_t     user = desk_actor(1, 3, TKT_ROLE_USER);
    tkt_actor_t     nobody = desk_actor(1, 99, TKT_ROLE_USER);
    static desk_t   d;
    static world_t  w;

    desk_open(&d);
    world_make(&w, &d);
    memset(&q, 0, sizeof(q));
    q.requester = 3;
    expected = model_answer(&w, &q, model);
    assert_true(expected > 10);

    n = walk_pages(&d, &user, "/v1/tickets", "", 7, ids, TICKETS, &pages);
    assert_int_equal(n, expected);
    assert_memory_equal(ids, model, n * sizeof(ids[0]));

    n = walk_pages(&d, &user, "/v1/me/tickets", "", 200, ids, TICKETS,
                   &pages);
    assert_int_equal(n, expected);
    assert_int_equal(pages, 1);

    n = walk_pages(&d, &nobody, "/v1/tickets", "", 7, ids, TICKETS, &pages);
    assert_int_equal(n, 0);

    assert_int_equal(ask_get(&d, &a, &user, "/v1/me/tickets?count=true"),
                     200);
    assert_int_equal(number_at(a.json, "/count"), expected);

    for (all = 0, b = 1; b < TKT_BUCKET_MAX; b++) {
        q.states = 0;

        for (s = TKT_STATE_NEW; s < TKT_STATE_MAX; s++) {
            if (tkt_workflow_bucket((tkt_state_t) s) == (tkt_bucket_t) b) {
                q.states |= 1U << s;
            }
        }

        (void) snprintf(pointer, sizeof(pointer), "/counts/%s",
                        (const char *) tkt_bucket_names.names[b].data);
        expected = model_answer(&w, &q, model);
        assert_int_equal(number_at(a.json, pointer), expected);
        all += expected;
    }

    assert_int_equal(number_at(a.json, "/count"), all);
    ask_done(&a);

    ask_refused(&d, &user, TKT_METHOD_GET, "/v1/tickets?requester=4", "", 403,
                NULL, NULL);
    ask_refused(&d, &user, TKT_METHOD_GET, "/v1/tickets?sort=queue", "", 400,
                "sort", "conflict");

    assert_int_equal(ask_get(&d, &a, &user, "/v1/tickets?requester=me"), 200);
    ask_done(&a);

    desk_close(&d);
    tkt_arena_done(&w.arena);
}


/* Every parameter with values that it does not take. */
static void
test_bad_values(void **state)
{
    size_t         i;
    char           target[256];
    tkt_actor_t    boss = desk_actor(1, PEOPLE, TKT_ROLE_SUPERVISOR);
    static desk_t  d;

    static const struct {
        const char  *name;
        const char  *value;
        const char  *code;
    } bad[] = {
        { "state", "", "choice" }, { "state", "new,odd", "choice" },
        { "state", ",", "choice" }, { "state", "New", "choice" },
        { "bucket", "", "choice" }, { "bucket", "open", "choice" },
        { "priority", "high,", NULL }, { "priority", "hi", "choice" },
        { "type", "", "choice" }, { "feature", "", "choice" },
        { "assignee", "", "choice" }, { "assignee", "0", "choice" },
        { "assignee", "-1", "choice" }, { "assignee", "you", "choice" },
        { "requester", "none", "choice" }, { "requester", "0", "choice" },
        { "tag", "", "choice" }, { "tag", "a%22b", "choice" },
        { "tag", "a%5Cb", "choice" },
        { "channel", "", "choice" }, { "channel", "fax", "choice" },
        { "tier", "4", "choice" }, { "tier", "-1", "choice" },
        { "tier", "", "choice" },
        { "team", "", "choice" }, { "team", "0", "choice" },
        { "team", "me", "choice" }, { "watcher", "", "choice" },
        { "watcher", "7", "choice" }, { "held", "1", "choice" },
        { "drill", "", "choice" }, { "complaint", "yes", "choice" },
        { "overdue", "TRUE", "choice" },
        { "created_after", "2026-11-21", "choice" },
        { "created_after", "1970-01-01T00:00:00Z", "choice" },
        { "created_before", "yesterday", "choice" },
        { "sort", "id", "choice" }, { "sort", "", "choice" },
        { "limit", "0", "range" }, { "limit", "201", "range" },
        { "limit", "ten", "range" }, { "count", "1", "choice" },
        { "count", "", "choice" }, { "fields", "id,secret", "unknown" },
        { "fields", "tenant_id", "unknown" }, { "colour", "red", "unknown" },
        { "include", "messages", "unknown" }, { "cursor", "", "cursor" },
        { "cursor", "abc", "cursor" },
    };

    desk_open(&d);

    for (i = 0; i < tkt_array_len(bad); i++) {
        (void) snprintf(target, sizeof(target), "/v1/tickets?%s=%s",
                        bad[i].name, bad[i].value);

        if (bad[i].code == NULL) {
            ask_refused(&d, &boss, TKT_METHOD_GET, target, "", 200, NULL,
                        NULL);
        } else {
            ask_refused(&d, &boss, TKT_METHOD_GET, target, "", 400,
                        bad[i].name, bad[i].code);
        }
    }

    /* several at once are all told; a query that cannot be read is refused */

    ask_refused(&d, &boss, TKT_METHOD_GET, "/v1/tickets?state=x&tier=9", "",
                400, "state", "choice");
    ask_refused(&d, &boss, TKT_METHOD_GET, "/v1/tickets?state=x&tier=9", "",
                400, "tier", "choice");
    ask_refused(&d, &boss, TKT_METHOD_GET, "/v1/tickets?state=%zz", "", 400,
                NULL, NULL);
    ask_refused(&d, &boss, TKT_METHOD_GET, "/v1/me/tickets?assignee=me", "",
                400, "assignee", "unknown");

    desk_close(&d);
}


/* A cursor belongs to one filter, one order, one caller. */
static void
test_cursors(void **state)
{
    ask_t           a;
    char            cursor[512], target[1024];
    size_t          i;
    tkt_actor_t     boss = desk_actor(1, PEOPLE, TKT_ROLE_SUPERVISOR);
    tkt_actor_t     agent = desk_actor(1, 7, TKT_ROLE_AGENT);
    static desk_t   d;
    static world_t  w;

    static const char *const  others[] = {
        "state=new", "state=open,in_progress", "priority=high&state=open",
        "state=open&sort=queue", "state=open&sort=created_at",
        "state=open&assignee=none", "state=open&tag=vip",
        "state=open&created_after=2026-01-01T00:00:00Z", "",
        "state=open&team=none", "state=open&team=1", "state=open&held=false",
        "state=open&drill=true", "state=open&complaint=false",
        "state=open&overdue=false", "state=open&watcher=me",
    };

    desk_open(&d);
    world_make(&w, &d);

    assert_int_equal(ask_get(&d, &a, &boss, "/v1/tickets?state=open&limit=2"),
                     200);
    (void) snprintf(cursor, sizeof(cursor), "%s",
                    text_at(a.json, "/page/next"));
    ask_done(&a);

    for (i = 0; i < tkt_array_len(others); i++) {
        (void) snprintf(target, sizeof(target), "/v1/tickets?%s%scursor=%s",
                        others[i], others[i][0] != '\0' ? "&" : "", cursor);
        ask_refused(&d, &boss, TKT_METHOD_GET, target, "", 400, "cursor",
                    "cursor");
    }

    (void) snprintf(target, sizeof(target), "/v1/tickets?state=open&cursor=%s",
                    cursor);
    ask_refused(&d, &agent, TKT_METHOD_GET, target, "", 400, "cursor",
                "cursor");

    /* the same filter in other words, and another page size, go on */

    (void) snprintf(target, sizeof(target),
                    "/v1/tickets?limit=9&cursor=%s&state=open,open", cursor);
    assert_int_equal(ask_get(&d, &a, &boss, target), 200);
    assert_int_equal(length_at(a.json, "/data"), 9);

    /* the link has the other parameters, and one cursor */

    assert_non_null(memmem(a.reply.link.data, a.reply.link.len,
                           "</v1/tickets?limit=9&state=open,open&cursor=",
                           43));
    ask_done(&a);

    desk_close(&d);
    tkt_arena_done(&w.arena);
}


/* MANY of one requester and one owner, three of them rare. */
static void
make_many(desk_t *d, uint64_t rare[3])
{
    size_t         i, k;
    tkt_txn_t     *txn;
    tkt_arena_t    arena;
    tkt_ticket_t   t;

    tkt_arena_init(&arena, 65536);
    assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);

    for (k = 0, i = 0; i < MANY; i++) {
        t = (tkt_ticket_t) {
            .tenant = 1, .requester = 1, .state = TKT_STATE_NEW,
            .priority = TKT_PRIORITY_NORMAL, .channel = 1, .assignee = 7,
            .subject = tkt_lit("s"), .description = tkt_lit("d"),
            .created_at = (uint64_t) d->now_ms + i,
        };

        if (i == 0 || i == MANY / 2 || i == MANY - 1) {
            t.tags = tkt_str("[\"x\",\"rare\"]");
        }

        ticket_add(txn, &t, &arena);

        if (t.tags.len > 0) {
            rare[k++] = t.id;
        }
    }

    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    tkt_arena_done(&arena);
    d->now_ms += MANY;
}


/* Few of many, where no index helps: short pages, and nothing is lost. */
static void
test_bounded_steps(void **state)
{
    size_t         i, k, n, pages;
    uint64_t       ids[16], expected[3];
    tkt_actor_t    boss = desk_actor(1, PEOPLE, TKT_ROLE_SUPERVISOR);
    static desk_t  d;

    static const char *const  lists[] = {
        "tag=rare", "tag=rare&sort=created_at", "tag=rare&sort=queue",
        "tag=rare&requester=1", "tag=rare&state=new",
        "tag=rare&assignee=7", "tag=rare&assignee=7&sort=queue",
    };

    desk_open(&d);
    make_many(&d, expected);

    for (i = 0; i < tkt_array_len(lists); i++) {
        n = walk_pages(&d, &boss, "/v1/tickets", lists[i], 50, ids, 16,
                       &pages);
        assert_int_equal(n, 3);
        assert_int_equal(pages, MANY / TKT_LIST_STEPS_MAX + 1);

        for (k = 0; k < 3; k++) {
            assert_int_equal(ids[k], strstr(lists[i], "sort") != NULL
                                     ? expected[k] : expected[2 - k]);
        }
    }

    desk_close(&d);
}


/* Before the first and after the last there is nothing to look at. */
static void
test_out_of_time(void **state)
{
    size_t         i, pages;
    uint64_t       id, rare[3];
    tkt_actor_t    boss = desk_actor(1, PEOPLE, TKT_ROLE_SUPERVISOR);
    static desk_t  d;

    static const char *const  lists[] = {
        "created_before=2020-01-01T00:00:00Z",
        "created_before=2020-01-01T00:00:00Z&state=new",
        "created_before=2020-01-01T00:00:00Z&assignee=7",
        "created_before=2020-01-01T00:00:00Z&requester=1",
        "created_before=2020-01-01T00:00:00Z&requester=1&sort=created_at",
        "created_after=2099-01-01T00:00:00Z",
        "created_after=2099-01-01T00:00:00Z&requester=1",
        "created_after=2099-01-01T00:00:00Z&requester=1&sort=created_at",
    };

    desk_open(&d);
    make_many(&d, rare);

    for (i = 0; i < tkt_array_len(lists); i++) {
        assert_int_equal(walk_pages(&d, &boss, "/v1/tickets", lists[i], 50,
                                    &id, 1, &pages), 0);
        assert_int_equal(pages, 1);
    }

    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_against_model),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_own_tickets),
        cmocka_unit_test(test_bad_values),
        cmocka_unit_test(test_cursors),
        cmocka_unit_test(test_bounded_steps),
        cmocka_unit_test(test_out_of_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
