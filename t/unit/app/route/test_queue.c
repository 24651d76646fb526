/*
 * The queue of work: its order while tickets move, and places in it.
 */

#define _GNU_SOURCE

#include "app/queue_desk.h"


#define SEED     UINT64_C(0x7175657565)
#define TICKETS  120
#define TEAMS    3
#define MOVES    1500


static uint64_t
dice(uint64_t *seed, uint64_t bound)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;

    return (*seed * UINT64_C(0x2545F4914F6CDD1D) >> 16) % bound;
}


/* Priority, then the minute due or submitted, then urges, then the id. */
static void
test_order(void **state)
{
    unsigned       i;
    static desk_t  d;

    traffic_open(&d);

    for (i = 1; i <= 6; i++) {
        assert_int_equal(submit(&d, &user, PLAIN), i);
        d.now_ms += 60000;
    }

    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?sort=queue", NULL),
                        "1 2 3 4 5 6");

    /* due before all were submitted; the more urgent; the others stay */

    CHANGE(&d, 5, t.due_at = (uint64_t) DESK_EPOCH_MS - 60000);
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?sort=queue", NULL),
                        "5 1 2 3 4 6");
    CHANGE(&d, 6, t.priority = TKT_PRIORITY_URGENT);
    CHANGE(&d, 3, t.priority = TKT_PRIORITY_HIGH);
    CHANGE(&d, 1, t.priority = TKT_PRIORITY_LOW);
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?sort=queue", NULL),
                        "6 3 5 2 4 1");

    /* of the same minute: the most urged; 255 and more are equal */

    CHANGE(&d, 2, t.due_at = UINT64_C(1800000000000));
    CHANGE(&d, 4, t.due_at = UINT64_C(1800000059999), t.urge_count = 1);
    CHANGE(&d, 5, t.due_at = UINT64_C(1800000030000), t.urge_count = 255);
    CHANGE(&d, 3, t.due_at = UINT64_C(1800000030000), t.urge_count = 4000,
           t.priority = TKT_PRIORITY_NORMAL);
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?sort=queue", NULL),
                        "6 3 5 4 2 1");
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?sort=queue"
                               "&priority=normal,low", NULL), "3 5 4 2 1");
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?sort=queue"
                               "&priority=normal", NULL), "3 5 4 2");

    /* an owner, a team and an end move them, too */

    CHANGE(&d, 5, t.team = 2);
    CHANGE(&d, 4, t.assignee = agent.id, t.team = 9);
    CHANGE(&d, 6, t.state = TKT_STATE_RESOLVED, t.resolved_at = 1);
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?sort=queue", NULL),
                        "3 5 4 2 1");
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?sort=queue&team=2",
                               NULL), "5");
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?sort=queue&team=none",
                               NULL), "3 2 1");
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?sort=queue"
                               "&assignee=none", NULL), "3 5 2 1");

    check_indexes(&d);
    desk_close(&d);
}


/* A random change of what the queue goes by. */
static void
random_move(desk_t *d, uint64_t *seed, uint64_t id)
{
    CHANGE(d, id,
        switch (dice(seed, 8)) {
        case 0:  t.priority = 1 + dice(seed, 4); break;
        case 1:  t.team = dice(seed, TEAMS + 1); break;
        case 2:  t.assignee = dice(seed, 2) ? agent.id : 0; break;
        case 3:  t.state = 1 + dice(seed, TKT_STATE_MAX - 1); break;
        case 4:  t.due_at = dice(seed, 2)
                            ? t.created_at + dice(seed, 900000) : 0; break;
        case 5:  t.urge_count += dice(seed, 100); break;
        case 6:  t.drill = !t.drill; break;
        default: t.complaint_of = t.complaint_of ? 0 : 1;
        });
}


/* The counts of a filter are the entries of its list, page by page. */
static void
check_counts(desk_t *d, uint64_t *seed)
{
    size_t                    n;
    char                      filter[128], target[512], more[256];
    const char               *ids, *p;
    static const char *const  parts[] = {
        "state=new,open", "priority=high,urgent", "assignee=none",
        "complaint=true", "complaint=false", "team=1", "team=none", "team=3"
    };

    (void) snprintf(filter, sizeof(filter), "%s&%s", parts[dice(seed, 5)],
                    parts[5 + dice(seed, 3)]);
    (void) snprintf(target, sizeof(target), "/v1/tickets?fields=id&limit=50"
                    "&%s", filter);
    n = 0;

    do {
        ids = ids_of(d, &boss, target, more);

        for (p = ids; *p != '\0'; p++) {
            n += (p == ids || p[-1] == ' ');
        }

        (void) snprintf(target, sizeof(target), "/v1/tickets?fields=id"
                        "&limit=50&%s&cursor=%s", filter, more);
    } while (more[0] != '\0');

    (void) snprintf(target, sizeof(target), "/v1/tickets?count=true&%s",
                    filter);

    if (counted(d, &boss, target) != (long long) n) {
        fail_msg("%s: %lld, not %zu", target, counted(d, &boss, target), n);
    }
}


/*
 * While tickets move between the pages, whatever does not move is given once,
 * and index and counts stay right.
 */
static void
test_moves(void **state)
{
    char           target[512], more[256];
    bool           moved[TICKETS + 1];
    size_t         i, given[TICKETS + 1];
    uint64_t       id, seed = SEED;
    const char    *p;
    static desk_t  d;

    traffic_open(&d);

    for (i = 0; i < TICKETS; i++) {
        (void) submit(&d, &user, PLAIN);
        d.now_ms += 20000;
    }

    for (i = 0; i < MOVES; i++) {
        random_move(&d, &seed, 1 + dice(&seed, TICKETS));

        if (i % 50 == 0) {
            check_indexes(&d);
            check_counts(&d, &seed);
        }
    }

    memset(moved, 0, sizeof(moved));
    memset(given, 0, sizeof(given));
    (void) snprintf(target, sizeof(target), "/v1/tickets?sort=queue&limit=7");

    do {
        for (p = ids_of(&d, &boss, target, more); *p != '\0'; /* void */) {
            given[strtoul(p, (char **) (uintptr_t) &p, 10)]++;
            p += *p == ' ';
        }

        id = 1 + dice(&seed, TICKETS);
        random_move(&d, &seed, id);
        moved[id] = true;
        (void) snprintf(target, sizeof(target),
                        "/v1/tickets?sort=queue&limit=7&cursor=%s", more);
    } while (more[0] != '\0');

    for (p = ids_of(&d, &boss, "/v1/tickets?sort=queue&limit=200", NULL);
         *p != '\0'; p += *p == ' ')
    {
        id = strtoul(p, (char **) (uintptr_t) &p, 10);
        assert_true(moved[id] || given[id] == 1);
        given[id] = 0;
    }

    for (id = 1; id <= TICKETS; id++) {
        assert_true(moved[id] || given[id] == 0);
    }

    check_indexes(&d);
    desk_close(&d);
}


static long long
position_of(desk_t *d, const tkt_actor_t *actor, uint64_t id)
{
    ask_t      a;
    char       target[64];
    long long  n;

    (void) snprintf(target, sizeof(target), "/v1/tickets/%llu",
                    (unsigned long long) id);
    assert_int_equal(ask_get(d, &a, actor, target), 200);
    n = number_at(a.json, "/queue_position");
    ask_done(&a);

    return n;
}


/* The place of every ticket is where the list has it, however it is found. */
static void
test_places(void **state)
{
    long long      place;
    size_t         i;
    uint64_t       id, seed = SEED;
    const char    *p;
    char           ids[4096];
    static desk_t  d;

    traffic_open(&d);
    make_teams(&d);

    for (i = 0; i < TICKETS; i++) {
        id = submit(&d, &user, PLAIN);
        CHANGE(&d, id, t.team = 1 + dice(&seed, 2),
               t.priority = 1 + dice(&seed, 4),
               t.assignee = dice(&seed, 4) == 0 ? agent.id : 0,
               t.drill = dice(&seed, 9) == 0);
        d.now_ms += (int64_t) dice(&seed, 50000);
    }

    (void) snprintf(ids, sizeof(ids), "%s",
                    ids_of(&d, &boss, "/v1/tickets?sort=queue&limit=200"
                           "&team=1&assignee=none", NULL));
    place = 0;

    for (p = ids; *p != '\0'; p += *p == ' ') {
        id = strtoul(p, (char **) (uintptr_t) &p, 10);
        assert_int_equal(position_of(&d, &user, id), ++place);
    }

    assert_true(place > 20);

    /* who has an owner, no team, is held, ended or an exercise waits not */

    id = submit(&d, &user, PLAIN);
    assert_int_equal(position_of(&d, &user, id), -1);
    CHANGE(&d, id, t.team = 1);
    assert_int_equal(position_of(&d, &user, id) > 0, 1);
    CHANGE(&d, id, t.held = 1);
    assert_int_equal(position_of(&d, &user, id), -1);
    CHANGE(&d, id, t.held = 0, t.drill = 1);
    assert_int_equal(position_of(&d, &user, id), -1);
    CHANGE(&d, id, t.drill = 0, t.assignee = agent.id);
    assert_int_equal(position_of(&d, &user, id), -1);
    CHANGE(&d, id, t.assignee = 0, t.state = TKT_STATE_CLOSED);
    assert_int_equal(position_of(&d, &user, id), -1);

    check_indexes(&d);
    desk_close(&d);
}


/* Beyond the bound the place is the bound; both ends of a line are exact. */
static void
test_long_line(void **state)
{
    size_t         i;
    uint64_t       first;
    tkt_txn_t     *txn;
    tkt_arena_t    arena;
    tkt_ticket_t   model, new;
    static desk_t  d;

    traffic_open(&d);
    make_teams(&d);
    first = submit(&d, &user, PLAIN);
    CHANGE(&d, first, t.team = 2);

    tkt_arena_init(&arena, 65536);
    assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);
    model = ticket_at(txn, first, &arena);

    for (i = 1; i < 2 * TKT_QUEUE_POSITION_MAX + 100; i++) {
        tkt_event_t  e = { .action = TKT_ACTION_SUBMIT + 1,
                           .at = model.created_at };

        new = model;
        new.id = tkt_txn_next(txn, TKT_SEQ_TICKET);
        new.version = 1;
        tkt_event_append(txn, NULL, &new, &e, &arena);
        tkt_ticket_save(txn, NULL, &new, &arena);
    }

    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    tkt_arena_done(&arena);

    assert_int_equal(position_of(&d, &boss, 1), 1);
    assert_int_equal(position_of(&d, &boss, 7), 7);
    assert_int_equal(position_of(&d, &boss, 999), 999);
    assert_int_equal(position_of(&d, &boss, 1050), 1000);
    assert_int_equal(position_of(&d, &boss, new.id), 1000);

    /* what is known of one says nothing of those before it */

    assert_int_equal(position_of(&d, &boss, 1049), 1000);
    assert_int_equal(position_of(&d, &boss, 1000), 1000);
    assert_int_equal(position_of(&d, &boss, 999), 999);
    assert_int_equal(position_of(&d, &boss, 1001), 1000);

    /* nor of what stands in another line, or is there when some have gone */

    CHANGE(&d, 1100, t.priority = TKT_PRIORITY_HIGH);
    assert_int_equal(position_of(&d, &boss, 1100), 1);
    assert_int_equal(position_of(&d, &boss, 999), 1000);
    CHANGE(&d, 1100, t.team = 1);
    assert_int_equal(position_of(&d, &boss, 1100), 1);
    assert_int_equal(position_of(&d, &boss, 1000), 1000);

    for (i = 1; i <= 60; i++) {
        CHANGE(&d, i, t.assignee = agent.id);
    }

    assert_int_equal(position_of(&d, &boss, 1050), 990);
    assert_int_equal(position_of(&d, &boss, 1060), 1000);
    assert_int_equal(position_of(&d, &boss, 1059), 999);

    check_indexes(&d);
    desk_close(&d);
}


/* A place changes without the ticket: no 304 while it waits. */
static void
test_not_kept(void **state)
{
    ask_t          a;
    uint64_t       id;
    tkt_request_t  req;
    static desk_t  d;

    traffic_open(&d);
    make_teams(&d);
    id = submit(&d, &user, PLAIN);
    assert_int_equal(id, 1);

    req = ask_make(&d, TKT_METHOD_GET, "/v1/tickets/1");
    req.if_none_match = tkt_str("\"t1.1\"");
    ask_request(&d, &a, &user, &req, "");
    assert_int_equal(a.reply.http, 304);
    assert_false(a.reply.moves);
    ask_done(&a);

    CHANGE(&d, 1, t.team = 1);
    req.if_none_match = tkt_str("\"t1.2\"");
    ask_request(&d, &a, &user, &req, "");
    assert_int_equal(a.reply.http, 200);
    assert_true(a.reply.moves);
    assert_true(a.reply.fresh_until_ms > 0
                && a.reply.fresh_until_ms <= req.now_ms + 60000);
    assert_int_equal(number_at(a.json, "/queue_position"), 1);
    assert_string_equal(text_at(a.json, "/team/name"), "First line");
    assert_true(tkt_str_eq(a.reply.etag, tkt_str("\"t1.2\"")));
    ask_done(&a);

    CHANGE(&d, 1, t.assignee = agent.id);
    req.if_none_match = tkt_str("\"t1.3\"");
    ask_request(&d, &a, &user, &req, "");
    assert_int_equal(a.reply.http, 304);
    ask_done(&a);

    desk_close(&d);
}


static void
test_peak(void **state)
{
    ask_t          a;
    tkt_request_t  req;
    unsigned       i;
    static desk_t  d;

    traffic_open(&d);
    make_teams(&d);

    for (i = 1; i <= 3; i++) {
        assert_int_equal(submit(&d, &user, PLAIN), i);
        CHANGE(&d, i, t.team = 1);
        assert_int_equal(ask_get(&d, &a, &user, "/v1/tickets/1"), 200);
        assert_string_equal(text_at(a.json, "/notice"),
                            i < 3 ? "(none)" : "many wait");
        ask_done(&a);
    }

    req = ask_make(&d, TKT_METHOD_GET, "/v1/tickets/1");
    req.accept_language = tkt_str("zh-CN");
    ask_request(&d, &a, &user, &req, "");
    assert_string_equal(text_at(a.json, "/notice"), "排队较多");
    assert_string_equal(text_at(a.json, "/team/name"), "一线");
    ask_done(&a);

    /* lists have names of teams, and no places */

    assert_int_equal(ask_get(&d, &a, &user, "/v1/tickets"), 200);
    assert_string_equal(text_at(a.json, "/data/0/team/name"), "First line");
    assert_string_equal(text_at(a.json, "/data/0/requester/kind"),
                        text_at(a.json, "/data/1/requester/kind"));
    assert_null(at(a.json, "/data/0/queue_position"));
    assert_null(at(a.json, "/data/0/notice"));
    ask_done(&a);

    /* an owner for one of them ends the peak */

    CHANGE(&d, 2, t.assignee = agent.id);
    assert_int_equal(ask_get(&d, &a, &user, "/v1/tickets/1"), 200);
    assert_string_equal(text_at(a.json, "/notice"), "(none)");
    ask_done(&a);

    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_moves),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_not_kept),
        cmocka_unit_test(test_peak),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
