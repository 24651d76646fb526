/*
 * The queue of work: its order while tickets move, places in it, what is left
 * out of it and who sees what of it.
 */

#define _GNU_SOURCE

#include "rulers.h"

#include "app/tkt_rows.h"


#define SEED     UINT64_C(0x7175657565)
#define TICKETS  120
#define TEAMS    3
#define MOVES    1500


static const tkt_actor_t  user = {
    .tenant = 1, .id = 1, .role = TKT_ROLE_USER, .tenant_name = "main"
};
static const tkt_actor_t  agent = {
    .tenant = 1, .id = TRAFFIC_USERS + 1, .role = TKT_ROLE_AGENT,
    .tenant_name = "main"
};
static const tkt_actor_t  boss = {
    .tenant = 1, .id = TRAFFIC_SUPERVISOR, .role = TKT_ROLE_SUPERVISOR,
    .tenant_name = "main"
};


static uint64_t
dice(uint64_t *seed, uint64_t bound)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;

    return (*seed * UINT64_C(0x2545F4914F6CDD1D) >> 16) % bound;
}


/* Three teams, with the ids 1 to 3. */
static void
make_teams(desk_t *d)
{
    desk_post(d, &admin, "/v1/teams", "{\"name\":\"first\","
              "\"titles\":{\"en\":\"First line\",\"zh-CN\":\"一线\"},"
              "\"peak_length\":3,\"peak_notice\":\"many wait\","
              "\"peak_notice_zh\":\"排队较多\"}");
    desk_post(d, &admin, "/v1/teams", "{\"name\":\"second\"}");
    desk_post(d, &admin, "/v1/teams", "{\"name\":\"third\"}");
}


static tkt_ticket_t
ticket_at(tkt_txn_t *txn, uint64_t id, tkt_arena_t *arena)
{
    tkt_ticket_t  t;

    assert_true(tkt_ticket_load(txn, 1, id, &t, true, arena));

    return t;
}


/* Changes a ticket past the rules, with its event. */
static void
ticket_set(tkt_txn_t *txn, const tkt_ticket_t *before, tkt_ticket_t *t,
    tkt_arena_t *arena)
{
    tkt_event_t  e = { .action = TKT_ACTION_EDIT + 1,
                       .at = before->updated_at, .actor = TRAFFIC_ADMIN,
                       .actor_role = TKT_ROLE_ADMIN };

    t->version++;
    tkt_event_append(txn, before, t, &e, arena);
    tkt_ticket_save(txn, before, t, arena);
}


#define CHANGE(d, id, ...)                                                    \
    do {                                                                      \
        tkt_txn_t     *txn_;                                                  \
        tkt_arena_t    arena_;                                                \
        tkt_ticket_t   before_, t;                                            \
                                                                              \
        tkt_arena_init(&arena_, 16384);                                       \
        assert_int_equal(tkt_txn_begin((d)->env, &txn_, false), TKT_OK);      \
        before_ = t = ticket_at(txn_, id, &arena_);                           \
        __VA_ARGS__;                                                          \
        ticket_set(txn_, &before_, &t, &arena_);                              \
        assert_int_equal(tkt_txn_commit(txn_), TKT_OK);                       \
        tkt_arena_done(&arena_);                                              \
    } while (0)


static uint64_t
submit(desk_t *d, const tkt_actor_t *actor, const char *body)
{
    ask_t     a;
    uint64_t  id;

    assert_int_equal(ask_send(d, &a, actor, TKT_METHOD_POST, "/v1/tickets",
                              body), 201);
    id = (uint64_t) number_at(a.json, "/id");
    ask_done(&a);

    return id;
}


/* The changes here keep no rules: what is said of indexes and counts alone. */
static void
index_fault(void *ctx, const char *line)
{
    char  *kept = ctx;

    if (strncmp(line, "by_", 3) == 0 || strncmp(line, "count", 5) == 0
        || strstr(line, "no entry") != NULL
        || strstr(line, "no counts") != NULL)
    {
        (void) snprintf(kept, 512, "%s", line);
    }
}


static void
check_indexes(desk_t *d)
{
    char                  line[512] = "";
    tkt_verify_figures_t  figures;

    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    assert_int_equal(tkt_app_verify(d->read, index_fault, line, &figures),
                     TKT_OK);
    tkt_txn_reset(d->read);
    assert_string_equal(line, "");
}


#define PLAIN  "{\"subject\":\"s\",\"description\":\"d\"}"


/* The ids of one page, joined; `more` gets the cursor, "" at the end. */
static const char *
ids_of(desk_t *d, const tkt_actor_t *actor, const char *target, char *more)
{
    ask_t        a;
    size_t       i, n;
    static char  text[4096];

    if (ask_get(d, &a, actor, target) != 200) {
        fail_msg("%s: %.*s", target, (int) a.reply.body.len,
                 (const char *) a.reply.body.data);
    }

    n = length_at(a.json, "/data");
    text[0] = '\0';

    for (i = 0; i < n; i++) {
        char  pointer[32];

        (void) snprintf(pointer, sizeof(pointer), "/data/%zu/id", i);
        (void) snprintf(text + strlen(text), sizeof(text) - strlen(text),
                        "%s%lld", i > 0 ? " " : "",
                        number_at(a.json, pointer));
    }

    if (more != NULL) {
        (void) snprintf(more, 256, "%s", is_true(a.json, "/page/has_more")
                                         ? text_at(a.json, "/page/next")
                                         : "");
    }

    ask_done(&a);

    return text;
}


static long long
counted(desk_t *d, const tkt_actor_t *actor, const char *target)
{
    ask_t      a;
    long long  n;

    if (ask_get(d, &a, actor, target) != 200) {
        fail_msg("%s: %.*s", target, (int) a.reply.body.len,
                 (const char *) a.reply.body.data);
    }

    n = number_at(a.json, "/count");
    ask_done(&a);

    return n;
}


/* Priority, then the minute due or submitted, then urges, then the id. */
static void
test_order(void **state)
{
    unsigned       i;
    static desk_t  d;

    open_desk(&d);

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

    open_desk(&d);

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

    open_desk(&d);
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

    open_desk(&d);
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

    open_desk(&d);
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

    open_desk(&d);
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


/* Exercises: not counted, in no list but that of exercises and one's own. */
static void
test_drills(void **state)
{
    static desk_t  d;

    open_desk(&d);
    (void) submit(&d, &user, PLAIN);
    (void) submit(&d, &agent, "{\"subject\":\"s\",\"description\":\"d\","
                              "\"drill\":true}");

    assert_string_equal(ids_of(&d, &boss, "/v1/tickets", NULL), "1");
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?sort=queue", NULL),
                        "1");
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?drill=true", NULL),
                        "2");
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?drill=true&sort=queue",
                               NULL), "2");
    assert_string_equal(ids_of(&d, &agent, "/v1/me/tickets", NULL), "2");
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?requester=9", NULL),
                        "2");
    assert_int_equal(counted(&d, &boss, "/v1/tickets?count=true"), 1);
    assert_int_equal(counted(&d, &agent, "/v1/me/tickets?count=true"), 1);

    CHANGE(&d, 2, t.assignee = TRAFFIC_USERS + 2, t.team = 1);
    assert_int_equal(counted(&d, &boss,
                             "/v1/tickets?assignee=10&count=true"), 0);
    assert_int_equal(counted(&d, &boss, "/v1/tickets?team=1&count=true"), 0);
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?drill=true&sort=queue",
                               NULL), "2");
    check_indexes(&d);

    ask_refused(&d, &boss, TKT_METHOD_GET,
                "/v1/tickets?drill=true&count=true", "", 400, "count",
                "conflict");

    desk_close(&d);
}


/* Complaints are for supervisors, and for whom they were given to. */
static void
test_complaints(void **state)
{
    static desk_t      d;
    static const char *bound[] = {
        "/v1/tickets", "/v1/tickets?sort=queue", "/v1/tickets?complaint=true",
        "/v1/tickets?complaint=true&sort=queue", "/v1/tickets/2/similar",
    };
    size_t             i;

    open_desk(&d);
    (void) submit(&d, &user, "{\"subject\":\"lost password again\","
                             "\"description\":\"d\",\"type\":\"login\"}");
    (void) submit(&d, &user, "{\"subject\":\"lost password again\","
                             "\"description\":\"d\",\"type\":\"login\"}");
    CHANGE(&d, 1, t.complaint_of = 2);

    assert_string_equal(ids_of(&d, &boss, bound[0], NULL), "2 1");
    assert_string_equal(ids_of(&d, &boss, bound[2], NULL), "1");
    assert_string_equal(ids_of(&d, &boss, bound[4], NULL), "1");
    assert_string_equal(ids_of(&d, &user, "/v1/me/tickets", NULL), "2 1");
    assert_int_equal(counted(&d, &boss, "/v1/tickets?count=true"), 2);
    assert_int_equal(counted(&d, &agent, "/v1/tickets?count=true"), 1);

    for (i = 0; i < tkt_array_len(bound); i++) {
        assert_string_equal(ids_of(&d, &agent, bound[i], NULL),
                            i < 2 ? "2" : "");
    }

    ask_refused(&d, &agent, TKT_METHOD_GET, "/v1/tickets/1", "", 404, NULL,
                NULL);

    CHANGE(&d, 1, t.assignee = agent.id);
    assert_string_equal(ids_of(&d, &agent, "/v1/tickets?assignee=me", NULL),
                        "1");
    assert_int_equal(counted(&d, &agent,
                             "/v1/tickets?assignee=me&count=true"), 1);
    assert_string_equal(ids_of(&d, &agent, bound[2], NULL), "1");
    ask_refused(&d, &agent, TKT_METHOD_GET, "/v1/tickets/1", "", 200, NULL,
                NULL);

    check_indexes(&d);
    desk_close(&d);
}


/* Whom grants bind: lists, queue, likenesses, single tickets and counts. */
static void
test_grants(void **state)
{
    size_t              i;
    tkt_actor_t         bound;
    static desk_t       d;
    static const char  *types[] = { "login", "transfer", "login", "" };
    static const struct {
        const char  *target, *ids;
    } seen[] = {
        { "/v1/tickets", "6 4 3 1" },
        { "/v1/tickets?sort=queue", "1 3 4 6" },
        { "/v1/tickets?sort=queue&type=transfer", "6" },
        { "/v1/tickets?type=1", "3 1" },
        { "/v1/tickets?state=new", "4 3 1" },
        { "/v1/tickets?assignee=me", "6" },
        { "/v1/tickets?requester=me", "4" },
        { "/v1/tickets?watcher=me", "3" },
        { "/v1/tickets/1/similar", "3 6 4" },
    };

    open_desk(&d);
    desk_post(&d, &admin, "/v1/types", "{\"name\":\"login\"}");
    desk_post(&d, &admin, "/v1/types", "{\"name\":\"transfer\"}");
    desk_post(&d, &admin, "/v1/grants",
              "{\"user\":9,\"type\":1,\"level\":3}");
    bound = admitted(&d, agent.id);
    assert_true(bound.grants > 0);

    for (i = 0; i < 6; i++) {
        char  body[256];

        (void) snprintf(body, sizeof(body), "{\"subject\":\"cannot log in "
                        "today\",\"description\":\"d\"%s%s%s}",
                        types[i % 4][0] != '\0' ? ",\"type\":\"" : "",
                        types[i % 4], types[i % 4][0] != '\0' ? "\"" : "");
        assert_int_equal(submit(&d, i == 3 ? &bound : &user,
                                i == 4 ? PLAIN : body), i + 1);
    }

    CHANGE(&d, 6, t.assignee = agent.id, t.state = TKT_STATE_OPEN);
    desk_ok(&d, &bound, TKT_METHOD_PUT, "/v1/tickets/3/watchers/me", "");

    for (i = 0; i < tkt_array_len(seen); i++) {
        const char  *ids = ids_of(&d, &bound, seen[i].target, NULL);

        if (strcmp(ids, seen[i].ids) != 0) {
            fail_msg("%s: %s, not %s", seen[i].target, ids, seen[i].ids);
        }
    }

    assert_string_equal(ids_of(&d, &boss, "/v1/tickets", NULL),
                        "6 5 4 3 2 1");
    ask_refused(&d, &bound, TKT_METHOD_GET, "/v1/tickets/2", "", 404, NULL,
                NULL);
    ask_refused(&d, &bound, TKT_METHOD_GET, "/v1/tickets?count=true", "", 400,
                "count", "conflict");
    ask_refused(&d, &bound, TKT_METHOD_GET,
                "/v1/tickets?count=true&assignee=none", "", 400, "count",
                "conflict");
    assert_int_equal(counted(&d, &bound,
                             "/v1/tickets?count=true&assignee=me"), 1);
    assert_int_equal(counted(&d, &bound, "/v1/me/tickets?count=true"), 1);

    /* a view counts what he sees, one by one */

    desk_post(&d, &bound, "/v1/views", "{\"name\":\"all\",\"filter\":\"\"}");
    assert_int_equal(counted(&d, &bound, "/v1/views/4?count=true"), 4);

    desk_close(&d);
}


/* What one watches: newest first, whoever one is; others see nothing. */
static void
test_watched(void **state)
{
    size_t         i;
    tkt_actor_t    other = user;
    static desk_t  d;

    open_desk(&d);
    other.id = 2;

    for (i = 0; i < 5; i++) {
        (void) submit(&d, &user, PLAIN);
    }

    desk_ok(&d, &agent, TKT_METHOD_PUT, "/v1/tickets/2/watchers/me", "");
    desk_ok(&d, &agent, TKT_METHOD_PUT, "/v1/tickets/5/watchers/me", "");
    desk_ok(&d, &agent, TKT_METHOD_PUT, "/v1/tickets/3/watchers/2", "");
    CHANGE(&d, 2, t.complaint_of = 4);

    assert_string_equal(ids_of(&d, &agent, "/v1/tickets?watcher=me", NULL),
                        "5 2");
    assert_string_equal(ids_of(&d, &agent, "/v1/tickets?watcher=me"
                               "&sort=created_at", NULL), "2 5");
    assert_string_equal(ids_of(&d, &agent, "/v1/tickets?watcher=me"
                               "&complaint=false", NULL), "5");
    assert_string_equal(ids_of(&d, &other, "/v1/tickets?watcher=me", NULL),
                        "3");
    assert_string_equal(ids_of(&d, &other, "/v1/tickets", NULL), "");
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?watcher=me", NULL),
                        "");

    desk_ok(&d, &agent, TKT_METHOD_DELETE, "/v1/tickets/5/watchers/me", "");
    assert_string_equal(ids_of(&d, &agent, "/v1/tickets?watcher=me", NULL),
                        "2");
    ask_refused(&d, &agent, TKT_METHOD_GET,
                "/v1/tickets?watcher=me&sort=queue", "", 400, "sort",
                "conflict");
    ask_refused(&d, &agent, TKT_METHOD_GET,
                "/v1/tickets?watcher=me&count=true", "", 400, "count",
                "conflict");

    desk_close(&d);
}


/* Overdue by the caller's time; the answer ends when one becomes so. */
static void
test_overdue(void **state)
{
    ask_t          a;
    int64_t        due;
    static desk_t  d;

    open_desk(&d);
    (void) submit(&d, &user, PLAIN);
    (void) submit(&d, &user, PLAIN);
    due = d.now_ms + 5000;
    CHANGE(&d, 1, t.due_at = (uint64_t) due);

    assert_int_equal(ask_get(&d, &a, &boss, "/v1/tickets?overdue=true"), 200);
    assert_int_equal(length_at(a.json, "/data"), 0);
    assert_int_equal(a.reply.fresh_until_ms, due + 1);
    ask_done(&a);

    d.now_ms = due - 1;
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?overdue=true", NULL),
                        "");
    assert_int_equal(d.now_ms, due);
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?overdue=true", NULL),
                        "1");
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?overdue=false", NULL),
                        "2");

    CHANGE(&d, 1, t.state = TKT_STATE_RESOLVED);
    assert_string_equal(ids_of(&d, &boss, "/v1/tickets?overdue=true", NULL),
                        "");

    desk_close(&d);
}


/* The likest first; scripts without spaces are compared by pairs. */
static void
test_similar(void **state)
{
    size_t                    i;
    char                      body[256];
    static desk_t             d;
    static const char *const  subjects[] = {
        "Printer on floor two prints blank pages",
        "printer prints BLANK pages since monday",
        "无法登录网上银行系统",
        "网上银行系统登录失败",
        "holiday request",
        "The printer is out of paper",
        "我的邮箱满了",
    };

    open_desk(&d);

    for (i = 0; i < tkt_array_len(subjects); i++) {
        (void) snprintf(body, sizeof(body), "{\"subject\":\"%s\","
                        "\"description\":\"d\"%s}", subjects[i],
                        i == 4 || i == 6 ? ",\"tags\":[\"vip\",\"hr\"]" : "");
        assert_int_equal(submit(&d, &agent, body), i + 1);
    }

    assert_string_equal(ids_of(&d, &agent, "/v1/tickets/1/similar", NULL),
                        "2");
    assert_string_equal(ids_of(&d, &agent, "/v1/tickets/3/similar", NULL),
                        "4");
    assert_string_equal(ids_of(&d, &agent, "/v1/tickets/5/similar", NULL),
                        "7");
    assert_string_equal(ids_of(&d, &agent, "/v1/tickets/6/similar", NULL),
                        "");

    /* no more than ten, the newest of equals first */

    for (i = 0; i < 14; i++) {
        (void) submit(&d, &user, "{\"subject\":\"coffee machine leaks\","
                                 "\"description\":\"d\"}");
    }

    assert_string_equal(ids_of(&d, &agent, "/v1/tickets/8/similar", NULL),
                        "21 20 19 18 17 16 15 14 13 12");

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
        cmocka_unit_test(test_drills),
        cmocka_unit_test(test_complaints),
        cmocka_unit_test(test_grants),
        cmocka_unit_test(test_watched),
        cmocka_unit_test(test_overdue),
        cmocka_unit_test(test_similar),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
