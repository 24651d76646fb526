/*
 * Tags, watchers, links, steps: put and taken away one by one, by whom, how
 * many, and what is in the way of a solution.
 */

#define _GNU_SOURCE         /* memmem */

#include "app/part_desk.h"

#include "app/rows/tkt_items.h"


static void
test_items(void **state)
{
    tkt_str_t    list, item;
    tkt_arena_t  arena;

    tkt_arena_init(&arena, 1024);

    list = tkt_items_add(tkt_str(""), tkt_str("a"), &arena);
    assert_true(tkt_str_eq(list, tkt_str("[\"a\"]")));
    list = tkt_items_add(list, tkt_str("b,]["), &arena);
    assert_true(tkt_str_eq(list, tkt_str("[\"a\",\"b,][\"]")));
    assert_true(tkt_str_eq(tkt_items_add(list, tkt_str("a"), &arena), list));
    assert_int_equal(tkt_items_count(list), 2);
    assert_true(tkt_items_has(list, tkt_str("b,][")));
    assert_false(tkt_items_has(list, tkt_str("b")));

    assert_true(tkt_str_eq(tkt_items_remove(list, tkt_str("x"), &arena),
                           list));
    list = tkt_items_remove(list, tkt_str("a"), &arena);
    assert_true(tkt_str_eq(list, tkt_str("[\"b,][\"]")));
    list = tkt_items_remove(list, tkt_str("b,]["), &arena);
    assert_int_equal(list.len, 0);
    assert_false(tkt_items_next(&list, &item));

    tkt_arena_done(&arena);
}


/* Idempotent, without a trace the second time, told in the timeline. */
static void
test_tags(void **state)
{
    char           path[64];
    ask_t          a;
    unsigned       i, id;
    static desk_t  d;

    part_open(&d);
    id = part_ticket(&d, USER_1);

    part_ask(&d, &a, 200, AGENT_1, PUT, "", "/v1/tickets/%u/tags/急", id);
    assert_true(lists(a.json, "/tags", "急"));
    assert_int_equal(number_at(a.json, "/version"), 2);
    ask_done(&a);

    part_do(&d, 200, AGENT_2, PUT, "", "/v1/tickets/%u/tags/vip", id);
    assert_int_equal(part_version(&d, id), 3);
    part_do(&d, 200, AGENT_2, PUT, "", "/v1/tickets/%u/tags/vip", id);
    assert_int_equal(part_version(&d, id), 3);

    part_ask(&d, &a, 200, USER_1, GET, "", "/v1/tickets/%u/timeline", id);
    assert_int_equal(length_at(a.json, "/data"), 3);
    assert_string_equal(text_at(a.json, "/data/0/action"), "edit");
    assert_int_equal(length_at(a.json, "/data/0/changes/tags/old"), 1);
    assert_int_equal(length_at(a.json, "/data/0/changes/tags/new"), 2);
    ask_done(&a);

    part_do(&d, 200, AGENT_1, DELETE, "", "/v1/tickets/%u/tags/vip", id);
    part_do(&d, 200, AGENT_1, DELETE, "", "/v1/tickets/%u/tags/vip", id);
    assert_int_equal(part_version(&d, id), 4);

    /* who may, and what is a tag */

    part_do(&d, 403, USER_1, PUT, "", "/v1/tickets/%u/tags/x", id);
    part_do(&d, 404, USER_2, PUT, "", "/v1/tickets/%u/tags/x", id);
    part_do(&d, 400, AGENT_1, PUT, "", "/v1/tickets/%u/tags/a\"b", id);

    for (i = 1; i < TKT_TAGS_MAX; i++) {
        (void) snprintf(path, sizeof(path), "/v1/tickets/%u/tags/t%u", id, i);
        part_do(&d, 200, AGENT_1, PUT, "", "%s", path);
    }

    part_do(&d, 409, AGENT_1, PUT, "", "/v1/tickets/%u/tags/more", id);
    part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/%u/tags/t1", id);

    part_close(&d);
}


static void
test_watchers(void **state)
{
    ask_t          a;
    unsigned       id;
    tkt_actor_t    own = part_actor(USER_2);
    static desk_t  d;

    part_open(&d);
    id = part_ticket(&d, USER_1);
    part_do(&d, 404, USER_2, GET, "", "/v1/tickets/%u", id);

    part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/%u/watchers/me", id);
    part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/%u/watchers/2", id);
    part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/%u/watchers/2", id);
    assert_int_equal(part_version(&d, id), 3);
    part_watchers(&d, AGENT_2, id, "3 2");

    /* the requester does not learn of others, a watcher of himself alone */

    part_watchers(&d, USER_1, id, "");
    part_watchers(&d, USER_2, id, "2");

    part_do(&d, 404, AGENT_1, PUT, "", "/v1/tickets/%u/watchers/99", id);
    part_do(&d, 404, AGENT_1, PUT, "", "/v1/tickets/%u/watchers/x", id);
    part_do(&d, 403, USER_1, PUT, "", "/v1/tickets/%u/watchers/me", id);
    part_do(&d, 403, USER_1, DELETE, "", "/v1/tickets/%u/watchers/2", id);

    /* he may leave it, but no version that is not the newest */

    assert_int_equal(ask_tagged(&d, &a, &own, TKT_METHOD_DELETE,
                                "/v1/tickets/1/watchers/me", "\"t1.2\"", ""),
                     412);
    ask_done(&a);
    part_watchers(&d, USER_2, id, "2");
    assert_int_equal(ask_tagged(&d, &a, &own, TKT_METHOD_DELETE,
                                "/v1/tickets/1/watchers/me", "\"t1.3\"", ""),
                     200);
    ask_done(&a);
    part_watchers(&d, AGENT_2, id, "3");

    part_close(&d);
}


/* A watcher who is no staff: his messages are appended and move nothing. */
static void
test_what_watchers_may(void **state)
{
    ask_t          a;
    unsigned       id;
    static desk_t  d;

    part_open(&d);
    id = part_ticket(&d, USER_1);
    part_do(&d, 200, AGENT_1, POST, "{}", "/v1/tickets/%u/claim", id);
    part_do(&d, 200, AGENT_1, POST, "{\"question\":\"q\"}",
            "/v1/tickets/%u/request-info", id);
    part_do(&d, 201, AGENT_1, POST, "{\"body\":\"n\",\"kind\":\"note\"}",
            "/v1/tickets/%u/messages", id);
    part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/%u/watchers/2", id);

    part_ask(&d, &a, 200, USER_2, GET, "", "/v1/tickets/%u", id);
    assert_int_equal(length_at(a.json, "/allowed_actions"), 1);
    assert_true(lists(a.json, "/allowed_actions", "message"));
    ask_done(&a);

    part_writes(&d, USER_2, id, "w");
    part_state(&d, id, "waiting_user");
    part_messages(&d, USER_2, id, 50, "q w");
    part_messages(&d, AGENT_1, id, 50, "q n w");
    part_do(&d, 403, USER_2, POST, "{}", "/v1/tickets/%u/urge", id);
    part_do(&d, 403, USER_2, POST, "{\"body\":\"x\",\"kind\":\"note\","
            "\"visibility\":\"internal\"}", "/v1/tickets/%u/messages", id);
    part_do(&d, 403, USER_2, TKT_METHOD_PATCH, "{\"subject\":\"x\"}",
            "/v1/tickets/%u", id);

    part_writes(&d, USER_1, id, "answer");
    part_state(&d, id, "in_progress");

    /* he goes, and sees nothing any more */

    part_do(&d, 200, USER_2, DELETE, "", "/v1/tickets/%u/watchers/me", id);
    part_do(&d, 404, USER_2, GET, "", "/v1/tickets/%u", id);
    part_do(&d, 404, USER_2, POST, "{\"body\":\"x\"}",
            "/v1/tickets/%u/messages", id);
    part_watchers(&d, AGENT_1, id, "");

    part_close(&d);
}


static void
test_links(void **state)
{
    char           target[32];
    ask_t          a;
    unsigned       i, x, y, z;
    static desk_t  d;

    part_open(&d);
    x = part_ticket(&d, USER_1);
    y = part_ticket(&d, USER_1);
    z = part_ticket(&d, USER_2);

    part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/%u/links/T-%u", x, y);
    part_do(&d, 200, AGENT_1, PUT, "{\"kind\":\"duplicate\"}",
            "/v1/tickets/%u/links/%u", x, z);
    part_do(&d, 200, AGENT_1, PUT, "{\"kind\":\"duplicate\"}",
            "/v1/tickets/%u/links/%u", x, z);
    part_links(&d, AGENT_1, x, "related:2 duplicate:3");
    part_links(&d, AGENT_1, y, "related:1");
    part_links(&d, AGENT_1, z, "duplicated_by:1");
    assert_int_equal(part_version(&d, x), 3);
    assert_int_equal(part_version(&d, z), 2);

    /* users see links to what they see, and put none */

    part_links(&d, USER_1, x, "related:2");
    part_links(&d, USER_2, z, "");
    part_do(&d, 403, USER_1, PUT, "", "/v1/tickets/%u/links/%u", x, y);

    part_do(&d, 404, AGENT_1, PUT, "", "/v1/tickets/%u/links/99", x);
    part_do(&d, 409, AGENT_1, PUT, "", "/v1/tickets/%u/links/%u", x, x);
    part_do(&d, 400, AGENT_1, PUT, "{\"kind\":\"merged_into\"}",
            "/v1/tickets/%u/links/%u", x, y);

    /* both ends are told */

    part_ask(&d, &a, 200, AGENT_1, GET, "", "/v1/tickets/%u/timeline", z);
    assert_int_equal(length_at(a.json, "/data/0/changes/link_list/new"), 1);
    ask_done(&a);
    part_ask(&d, &a, 200, USER_2, GET, "", "/v1/tickets/%u/timeline", z);
    assert_int_equal(length_at(a.json, "/data"), 1);
    ask_done(&a);

    part_do(&d, 200, AGENT_1, DELETE, "", "/v1/tickets/%u/links/%u", z, x);
    part_do(&d, 200, AGENT_1, DELETE, "", "/v1/tickets/%u/links/%u", z, x);
    part_links(&d, AGENT_1, x, "related:2");
    part_links(&d, AGENT_1, z, "");

    for (i = 1; i < TKT_LINKS_MAX; i++) {
        (void) snprintf(target, sizeof(target), "%u",
                        part_ticket(&d, USER_1));
        part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/%u/links/%s", x,
                target);
    }

    part_do(&d, 409, AGENT_1, PUT, "", "/v1/tickets/%u/links/%u", x, z);
    part_do(&d, 409, AGENT_1, PUT, "", "/v1/tickets/%u/links/%u", z, x);

    part_close(&d);
}


/* Children block, have one parent, and are not above their parents. */
static void
test_children(void **state)
{
    ask_t          a;
    unsigned       top, mid, low;
    static desk_t  d;

    part_open(&d);
    top = part_ticket(&d, USER_1);
    mid = part_ticket(&d, USER_1);
    low = part_ticket(&d, USER_2);

    part_do(&d, 200, AGENT_1, PUT, "{\"kind\":\"child\"}",
            "/v1/tickets/%u/links/%u", top, mid);
    part_do(&d, 200, AGENT_1, PUT, "{\"kind\":\"parent\"}",
            "/v1/tickets/%u/links/%u", low, mid);
    part_links(&d, AGENT_1, mid, "parent:1 child:3");

    part_do(&d, 409, AGENT_1, PUT, "{\"kind\":\"child\"}",
            "/v1/tickets/%u/links/%u", low, top);
    part_do(&d, 409, AGENT_1, PUT, "{\"kind\":\"child\"}",
            "/v1/tickets/%u/links/%u", top, low);

    part_do(&d, 200, AGENT_1, POST, "{}", "/v1/tickets/%u/claim", top);
    part_ask(&d, &a, 409, AGENT_1, POST, "{\"solution\":\"s\"}",
             "/v1/tickets/%u/resolve", top);
    assert_non_null(strstr(text_at(a.json, "/detail"), "T-2"));
    ask_done(&a);

    part_do(&d, 200, USER_1, POST, "{}", "/v1/tickets/%u/close", mid);
    part_do(&d, 200, AGENT_1, POST, "{\"solution\":\"s\"}",
            "/v1/tickets/%u/resolve", top);

    part_close(&d);
}


/* The new ticket and the old one it names are linked. */
static void
test_follow_up_is_linked(void **state)
{
    unsigned       id;
    static desk_t  d;

    part_open(&d);
    id = part_ticket(&d, USER_1);
    part_do(&d, 200, USER_1, POST, "{}", "/v1/tickets/%u/close", id);
    part_do(&d, 201, USER_1, POST, "{\"subject\":\"s\",\"description\":"
            "\"d\",\"follow_up_of\":1}", "/v1/tickets");
    part_links(&d, USER_1, 1, "followed_up_by:2");
    part_links(&d, USER_1, 2, "follow_up_of:1");
    part_close(&d);
}


/* Puts steps into a ticket as its type would have. */
static void
steps_put(desk_t *d, unsigned id)
{
    tkt_txn_t     *txn;
    tkt_arena_t    arena;
    tkt_event_t    e = { .action = TKT_ACTION_EDIT + 1 };
    tkt_ticket_t   before, t;

    tkt_arena_init(&arena, 4096);
    assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);
    assert_true(tkt_ticket_load(txn, 1, id, &before, true, &arena));
    t = before;
    t.steps = tkt_str("[\"check id\",\"转账\"]");
    t.version++;
    e.at = (uint64_t) tkt_txn_stamp(txn, d->now_ms);
    tkt_event_append(txn, &before, &t, &e, &arena);
    tkt_ticket_save(txn, &before, &t, &arena);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    tkt_arena_done(&arena);
}


static void
test_steps(void **state)
{
    ask_t          a;
    unsigned       id;
    static desk_t  d;

    part_open(&d);
    id = part_ticket(&d, USER_1);
    steps_put(&d, id);
    part_do(&d, 200, AGENT_1, POST, "{}", "/v1/tickets/%u/claim", id);

    part_do(&d, 404, AGENT_1, PUT, "", "/v1/tickets/%u/steps/other", id);
    part_do(&d, 403, USER_1, PUT, "", "/v1/tickets/%u/steps/转账", id);
    part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/%u/steps/转账", id);

    part_ask(&d, &a, 409, AGENT_1, POST, "{\"solution\":\"s\"}",
             "/v1/tickets/%u/resolve", id);
    assert_non_null(strstr(text_at(a.json, "/detail"), "check id"));
    ask_done(&a);

    part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/%u/steps/check id", id);
    part_do(&d, 200, AGENT_1, DELETE, "", "/v1/tickets/%u/steps/转账", id);
    part_do(&d, 409, AGENT_1, POST, "{\"solution\":\"s\"}",
            "/v1/tickets/%u/resolve", id);
    part_ask(&d, &a, 200, AGENT_1, PUT, "", "/v1/tickets/%u/steps/转账", id);
    assert_int_equal(length_at(a.json, "/steps_done"), 2);
    ask_done(&a);
    part_do(&d, 200, AGENT_1, POST, "{\"solution\":\"s\"}",
            "/v1/tickets/%u/resolve", id);

    part_close(&d);
}


/* The label at a place of the ticket's steps, for a Chinese reader. */
static void
labelled(desk_t *d, unsigned id, const char *pointer, const char *label)
{
    char           path[64];
    ask_t          a;
    tkt_actor_t    actor = part_actor(USER_1);
    tkt_request_t  req;

    (void) snprintf(path, sizeof(path), "/v1/tickets/%u", id);
    req = ask_make(d, TKT_METHOD_GET, path);
    req.accept_language = tkt_str("zh-CN");
    ask_request(d, &a, &actor, &req, "");
    assert_int_equal(a.reply.http, 200);
    assert_string_equal(text_at(a.json, pointer), label);
    ask_done(&a);
}


/* Tickets keep the steps; what their type calls them is looked up. */
static void
test_step_labels(void **state)
{
    ask_t          a;
    static desk_t  d;

    part_open(&d);
    part_do(&d, 400, ADMIN, POST, "{\"name\":\"t\",\"steps\":[\"a\",\"b\"],"
            "\"steps_zh\":[\"甲\"]}", "/v1/types");
    part_do(&d, 201, ADMIN, POST, "{\"name\":\"t\",\"steps\":[\"a\",\"b\"],"
            "\"steps_zh\":[\"甲\",\"乙\"]}", "/v1/types");
    part_ask(&d, &a, 201, USER_1, POST, "{\"subject\":\"s\",\"description\":"
             "\"d\",\"type\":\"t\"}", "/v1/tickets");
    assert_string_equal(text_at(a.json, "/step_labels/1"), "b");
    ask_done(&a);
    labelled(&d, 1, "/steps/1", "b");
    labelled(&d, 1, "/step_labels/0", "甲");
    labelled(&d, 1, "/step_labels/1", "乙");

    /* of what the type has no more the step itself is left */

    part_do(&d, 400, ADMIN, TKT_METHOD_PATCH, "{\"steps\":[\"b\"]}",
            "/v1/types/1");
    part_do(&d, 200, ADMIN, TKT_METHOD_PATCH, "{\"steps\":[\"b\"],"
            "\"steps_zh\":[\"丙\"]}", "/v1/types/1");
    labelled(&d, 1, "/step_labels/0", "a");
    labelled(&d, 1, "/step_labels/1", "丙");
    part_do(&d, 200, ADMIN, TKT_METHOD_PATCH, "{\"steps_zh\":null}",
            "/v1/types/1");
    labelled(&d, 1, "/step_labels/1", "b");

    part_close(&d);
}


/* The number at `pointer` of the export's first entry of a kind; or -1. */
static long long
exported(desk_t *d, unsigned who, const char *kind, const char *pointer)
{
    char       entry[64];
    ask_t      a;
    size_t     i;
    long long  found;

    found = -1;
    part_ask(d, &a, 200, ADMIN, GET, "", "/v1/users/%u/export?limit=200",
             who);

    for (i = 0; i < length_at(a.json, "/data") && found == -1; i++) {
        (void) snprintf(entry, sizeof(entry), "/data/%zu", i);

        if (strcmp(text_at(at(a.json, entry), "/kind"), kind) == 0) {
            found = number_at(at(a.json, entry), pointer);
        }
    }

    ask_done(&a);

    return found;
}


/* An erased principal watches nothing, and his drafts are gone. */
static void
test_erased_people_leave(void **state)
{
    unsigned       id;
    static desk_t  d;

    part_open(&d);
    id = part_ticket(&d, USER_1);
    part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/%u/watchers/4", id);
    part_do(&d, 200, AGENT_2, PUT, "{\"body\":\"geheim\"}",
            "/v1/tickets/%u/draft", id);

    assert_int_equal(exported(&d, 4, "watched", "/watched/ticket"), 1);
    assert_int_equal(exported(&d, 4, "draft", "/draft/ticket"), 1);

    part_do(&d, 202, ADMIN, POST, "{\"reason\":\"asked\"}",
            "/v1/users/4/erase");
    part_watchers(&d, AGENT_1, id, "");
    part_do(&d, 404, AGENT_2, GET, "", "/v1/tickets/%u/draft", id);

    part_close(&d);
}


/* ---- brief lists ---- */

/*
 * A member that is asked for alone is as it is in the whole ticket, whatever
 * it takes to find it out.
 */
static void
test_brief_lists(void **state)
{
    ask_t               a, all;
    char                path[96], begin[] = "{\"data\":[{";
    size_t              i, from, len;
    static desk_t       d;
    const tkt_field_t  *f;

    part_open(&d);
    (void) part_ticket(&d, USER_1);
    (void) part_ticket(&d, USER_1);
    part_do(&d, 200, AGENT_1, PUT, "{\"kind\":\"related\"}",
            "/v1/tickets/2/links/1");
    part_do(&d, 200, AGENT_1, PUT, "", "/v1/tickets/2/watchers/2");
    part_do(&d, 200, AGENT_1, POST, "{}", "/v1/tickets/2/claim");

    part_ask(&d, &all, 200, AGENT_1, GET, "", "/v1/tickets?limit=1");
    assert_int_equal(length_at(all.json, "/data/0/links"), 1);
    assert_int_equal(length_at(all.json, "/data/0/watchers"), 1);
    from = strlen(begin);

    for (i = 0; i < tkt_ticket_schema.count; i++) {
        f = &tkt_ticket_schema.fields[i];

        if (f->flags & (TKT_F_INTERNAL | TKT_F_BIG)) {
            continue;
        }

        (void) snprintf(path, sizeof(path), "/v1/tickets?limit=1&fields=%s",
                        f->name);
        part_ask(&d, &a, 200, AGENT_1, GET, "", "%s", path);
        assert_memory_equal(a.reply.body.data, begin, from);

        for (len = 0; memcmp(a.reply.body.data + from + len, "}],\"page", 8);
             len++)
        {
            /* void */
        }

        if (len > 0 && memmem(all.reply.body.data, all.reply.body.len,
                              a.reply.body.data + from, len) == NULL)
        {
            fail_msg("%s: %.*s", f->name, (int) len,
                     (const char *) a.reply.body.data + from);
        }

        ask_done(&a);
    }

    ask_done(&all);
    part_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_items),
        cmocka_unit_test(test_tags),
        cmocka_unit_test(test_watchers),
        cmocka_unit_test(test_what_watchers_may),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_children),
        cmocka_unit_test(test_follow_up_is_linked),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_step_labels),
        cmocka_unit_test(test_erased_people_leave),
        cmocka_unit_test(test_brief_lists)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
