/*
 * Ticket lists against a naive model: whatever index serves a filter and its
 * order, all pages together are what a look at every ticket gives, and a
 * count is the number of them.
 */

#define _GNU_SOURCE

#include "ask.h"

#include "base/tkt_time.h"


#define SEED         UINT64_C(0x66696c746572)
#define TICKETS      400
#define QUERIES      600
#define PEOPLE       10          /* 1..6 users, 7..9 agents, 10 a supervisor */
#define MANY         5000


typedef struct {
    uint64_t      seed;
    size_t        count;
    tkt_ticket_t  tickets[TICKETS];
    tkt_arena_t   arena;
} world_t;

/* A question, and what it asks for. */
typedef struct {
    uint32_t     states;
    uint32_t     priorities;
    bool         unassigned;
    uint64_t     assignee;
    uint64_t     requester;
    uint64_t     channel;
    uint64_t     tier;           /* + 1                                      */
    uint64_t     after;
    uint64_t     before;
    const char  *type;
    const char  *feature;
    const char  *tag;
    bool         countable;
    unsigned     sort;           /* 0 newest, 1 oldest, 2 queue              */
    char         text[1024];     /* as parameters                            */
} question_t;


static const char *const  types[] = { "web", "printer", "login" };
static const char *const  tags[] = { "vip", "新", "a-b", "vi" };


static uint64_t
dice(world_t *w, uint64_t bound)
{
    w->seed ^= w->seed >> 12;
    w->seed ^= w->seed << 25;
    w->seed ^= w->seed >> 27;

    return (w->seed * UINT64_C(0x2545F4914F6CDD1D) >> 16) % bound;
}


/* ---- tickets ---- */

static tkt_str_t
random_tags(world_t *w)
{
    size_t       i;
    unsigned     bits;
    const char  *comma;
    tkt_str_t    s = tkt_str("");

    bits = (unsigned) dice(w, 16);

    for (comma = "[", i = 0; i < tkt_array_len(tags); i++) {
        if (bits & (1U << i)) {
            s = tkt_arena_printf(&w->arena, "%.*s%s\"%s\"", (int) s.len,
                                 (const char *) s.data, comma, tags[i]);
            comma = ",";
        }
    }

    return s.len == 0 ? s
           : tkt_arena_printf(&w->arena, "%.*s]", (int) s.len,
                              (const char *) s.data);
}


static void
random_place(world_t *w, tkt_ticket_t *t)
{
    t->state = TKT_STATE_NEW + dice(w, TKT_STATE_MAX - 1);
    t->priority = TKT_PRIORITY_LOW + dice(w, 4);
    t->assignee = dice(w, 3) == 0 ? 0 : 7 + dice(w, 3);
    t->tier = dice(w, TKT_TIER_MAX + 1);
}


static void
ticket_add(tkt_txn_t *txn, tkt_ticket_t *t, tkt_arena_t *arena)
{
    tkt_event_t  e = { .action = TKT_ACTION_SUBMIT + 1, .at = t->created_at };

    t->id = tkt_txn_next(txn, TKT_SEQ_TICKET);
    t->version = 1;
    (void) tkt_txn_stamp(txn, (int64_t) t->created_at);
    tkt_event_append(txn, NULL, t, &e, arena);
    tkt_ticket_save(txn, NULL, t, arena);
}


static void
ticket_change(tkt_txn_t *txn, tkt_ticket_t *t, const tkt_ticket_t *before,
    tkt_arena_t *arena)
{
    tkt_event_t  e = { .action = TKT_ACTION_EDIT + 1, .at = t->created_at };

    t->version++;
    tkt_event_append(txn, before, t, &e, arena);
    tkt_ticket_save(txn, before, t, arena);
}


/* Random tickets, some of them in another tenant, and then moved about. */
static void
world_make(world_t *w, desk_t *d)
{
    size_t        i;
    int64_t       at;
    uint64_t      other;
    tkt_txn_t    *txn;
    tkt_ticket_t  t, before;

    memset(w, 0, sizeof(*w));
    w->seed = SEED;
    at = d->now_ms;
    tkt_arena_init(&w->arena, 65536);
    assert_int_equal(tkt_app_tenant(d->env, tkt_str("other"), 0, true, at,
                                    &other), TKT_OK);
    assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);

    while (w->count < TICKETS) {
        at += (int64_t) dice(w, 3);       /* several in one millisecond */

        t = (tkt_ticket_t) {
            .tenant = dice(w, 5) == 0 ? other : 1, .created_at = (uint64_t) at,
            .requester = 1 + dice(w, 6), .channel = 1 + dice(w, 3),
            .subject = tkt_lit("s"), .description = tkt_lit("d"),
            .type = tkt_str_z(types[dice(w, 3)]),
            .feature = dice(w, 2) ? tkt_str_z(types[dice(w, 3)])
                                  : tkt_str(""),
            .tags = random_tags(w),
        };
        random_place(w, &t);
        ticket_add(txn, &t, &w->arena);

        if (t.tenant == 1) {
            w->tickets[w->count++] = t;
        }
    }

    for (i = 0; i < w->count; i++) {
        before = w->tickets[i];

        if (dice(w, 2) == 0) {
            random_place(w, &w->tickets[i]);
            ticket_change(txn, &w->tickets[i], &before, &w->arena);
        }
    }

    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    d->now_ms = at + 1000;
}


/* ---- the model ---- */

static bool
model_has_tag(const tkt_ticket_t *t, const char *tag)
{
    char   quoted[64], text[256];

    (void) snprintf(quoted, sizeof(quoted), "\"%s\"", tag);
    (void) snprintf(text, sizeof(text), "%.*s", (int) t->tags.len,
                    t->tags.len > 0 ? (const char *) t->tags.data : "");

    return strstr(text, quoted) != NULL;
}


static bool
model_passes(const question_t *q, const tkt_ticket_t *t)
{
    if (q->states != 0 && !(q->states >> t->state & 1)) {
        return false;
    }

    /* the queue is of active tickets unless states were named */

    if (q->sort == 2 && q->states == 0
        && (t->state < TKT_STATE_NEW || t->state > TKT_STATE_FOLLOW_UP))
    {
        return false;
    }

    if (q->priorities != 0 && !(q->priorities >> t->priority & 1)) {
        return false;
    }

    if ((q->unassigned && t->assignee != 0)
        || (q->assignee != 0 && t->assignee != q->assignee)
        || (q->requester != 0 && t->requester != q->requester)
        || (q->channel != 0 && t->channel != q->channel)
        || (q->tier != 0 && t->tier != q->tier - 1))
    {
        return false;
    }

    if ((q->after != 0 && t->created_at < q->after)
        || (q->before != 0 && t->created_at >= q->before))
    {
        return false;
    }

    return (q->type == NULL || tkt_str_eq(t->type, tkt_str_z(q->type)))
           && (q->feature == NULL
               || tkt_str_eq(t->feature, tkt_str_z(q->feature)))
           && (q->tag == NULL || model_has_tag(t, q->tag));
}


static bool
model_before(const question_t *q, const tkt_ticket_t *a,
    const tkt_ticket_t *b)
{
    if (q->sort == 2 && a->priority != b->priority) {
        return a->priority > b->priority;
    }

    return q->sort == 0 ? a->id > b->id : a->id < b->id;
}


static size_t
model_answer(const world_t *w, const question_t *q, uint64_t *ids)
{
    size_t               i, k, n;
    const tkt_ticket_t  *t, *passed[TICKETS];

    for (n = 0, i = 0; i < w->count; i++) {
        t = &w->tickets[i];

        if (!model_passes(q, t)) {
            continue;
        }

        for (k = n++; k > 0 && model_before(q, t, passed[k - 1]); k--) {
            passed[k] = passed[k - 1];
        }

        passed[k] = t;
    }

    for (i = 0; i < n; i++) {
        ids[i] = passed[i]->id;
    }

    return n;
}


/* ---- random questions ---- */

static void
add(question_t *q, const char *name, const char *value)
{
    size_t  n = strlen(q->text);

    (void) snprintf(q->text + n, sizeof(q->text) - n, "%s%s=%s",
                    n > 0 ? "&" : "", name, value);
}


static void
add_number(question_t *q, const char *name, uint64_t value)
{
    char  text[32];

    (void) snprintf(text, sizeof(text), "%llu", (unsigned long long) value);
    add(q, name, text);
}


static void
add_time(question_t *q, const char *name, uint64_t ms)
{
    char  text[TKT_TIME_TEXT_BYTES + 1] = { 0 };

    tkt_time_format((uint8_t *) text, (int64_t) ms);
    add(q, name, text);
}


/* One, two or three names, separated by commas. */
static uint32_t
add_names(world_t *w, question_t *q, const char *parameter,
    const tkt_names_t *names)
{
    char      text[256];
    size_t    i, n;
    uint32_t  bits;
    uint64_t  v;

    bits = 0;
    text[0] = '\0';

    for (i = 0; i < 1 + dice(w, 3); i++) {
        v = 1 + dice(w, names->count - 1);
        bits |= 1U << v;
        n = strlen(text);
        (void) snprintf(text + n, sizeof(text) - n, "%s%s", n > 0 ? "," : "",
                        (const char *) names->names[v].data);
    }

    add(q, parameter, text);

    return bits;
}


static void
add_states(world_t *w, question_t *q)
{
    unsigned  s;
    uint32_t  states, buckets, of_buckets;

    states = of_buckets = 0;

    if (dice(w, 2) == 0) {
        states = add_names(w, q, "state", &tkt_state_names);
    }

    if (dice(w, 3) == 0) {
        buckets = add_names(w, q, "bucket", &tkt_bucket_names);

        for (s = TKT_STATE_NEW; s < TKT_STATE_MAX; s++) {
            if (buckets >> tkt_workflow_bucket((tkt_state_t) s) & 1) {
                of_buckets |= 1U << s;
            }
        }
    }

    q->states = states == 0 ? of_buckets
                : of_buckets == 0 ? states : states & of_buckets;

    /* those that exclude each other: no ticket is in state 0 */

    if (q->states == 0 && states != 0) {
        q->states = 1;
    }
}


static void
add_people(world_t *w, question_t *q)
{
    switch (dice(w, 5)) {

    case 0:
        q->unassigned = true;
        add(q, "assignee", "none");
        break;

    case 1:
        q->assignee = 7 + dice(w, 4);
        add_number(q, "assignee", q->assignee);
        break;

    case 2:
        q->assignee = PEOPLE;             /* who asks */
        add(q, "assignee", "me");
        break;

    default:
        break;
    }

    if (dice(w, 4) == 0) {
        q->requester = 1 + dice(w, 7);
        add_number(q, "requester", q->requester);
    }
}


static void
add_uncounted(world_t *w, question_t *q)
{
    uint64_t  first, span;

    first = w->tickets[0].created_at - 2;
    span = w->tickets[w->count - 1].created_at - first + 4;

    if (dice(w, 4) == 0) {
        add(q, "type", q->type = types[dice(w, 3)]);
    }

    if (dice(w, 6) == 0) {
        add(q, "feature", q->feature = types[dice(w, 3)]);
    }

    if (dice(w, 4) == 0) {
        add(q, "tag", q->tag = tags[dice(w, 4)]);
    }

    if (dice(w, 6) == 0) {
        q->channel = 1 + dice(w, 4);
        add(q, "channel", (const char *)
            tkt_channel_names.names[q->channel].data);
    }

    if (dice(w, 6) == 0) {
        q->tier = 1 + dice(w, TKT_TIER_MAX + 1);
        add_number(q, "tier", q->tier - 1);
    }

    if (dice(w, 3) == 0) {
        q->after = first + dice(w, span);
        add_time(q, "created_after", q->after);
    }

    if (dice(w, 3) == 0) {
        q->before = first + dice(w, span);
        add_time(q, "created_before", q->before);
    }
}


static void
random_question(world_t *w, question_t *q)
{
    static const char *const  sorts[] = { "-created_at", "created_at",
                                          "queue" };

    memset(q, 0, sizeof(*q));
    add_states(w, q);
    add_people(w, q);

    if (dice(w, 3) == 0) {
        q->priorities = add_names(w, q, "priority", &tkt_priority_names);
    }

    q->countable = dice(w, 2) == 0;

    if (!q->countable) {
        add_uncounted(w, q);
    }

    q->sort = (unsigned) dice(w, q->requester != 0 ? 2 : 3);

    if (q->sort != 0 || dice(w, 2) == 0) {
        add(q, "sort", sorts[q->sort]);
    }
}


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
    size_t          i, n, expected, pages;
    uint64_t        ids[TICKETS], model[TICKETS];
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
        expected = model_answer(&w, &q, model);
        limit = 1 + (unsigned) dice(&w, 200);

        if (expected / limit > 20) {
            limit = 20;
        }

        n = walk_pages(&d, &boss, "/v1/tickets", q.text, limit, ids, TICKETS,
                       &pages);

        if (n != expected || memcmp(ids, model, n * sizeof(ids[0])) != 0) {
            fail_msg("%s: %zu tickets, expected %zu, or another order",
                     q.text, n, expected);
        }

        /* so few entries that every page but the last two is full */

        assert_true(pages <= n / limit + 2);
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


/* Few of many, where no index helps: short pages, and nothing is lost. */
static void
test_bounded_steps(void **state)
{
    size_t         i, k, n, pages;
    uint64_t       ids[16], expected[3];
    tkt_txn_t     *txn;
    tkt_actor_t    boss = desk_actor(1, PEOPLE, TKT_ROLE_SUPERVISOR);
    tkt_arena_t    arena;
    tkt_ticket_t   t;
    static desk_t  d;

    static const char *const  lists[] = {
        "tag=rare", "tag=rare&sort=created_at", "tag=rare&sort=queue",
        "tag=rare&requester=1", "tag=rare&state=new",
        "tag=rare&assignee=7", "tag=rare&assignee=7&sort=queue",
    };

    desk_open(&d);
    tkt_arena_init(&arena, 65536);
    assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);

    for (k = 0, i = 0; i < MANY; i++) {
        t = (tkt_ticket_t) {
            .tenant = 1, .requester = 1, .state = TKT_STATE_NEW,
            .priority = TKT_PRIORITY_NORMAL, .channel = 1, .assignee = 7,
            .subject = tkt_lit("s"), .description = tkt_lit("d"),
            .created_at = (uint64_t) d.now_ms + i,
        };

        if (i == 0 || i == MANY / 2 || i == MANY - 1) {
            t.tags = tkt_str("[\"x\",\"rare\"]");
        }

        ticket_add(txn, &t, &arena);

        if (t.tags.len > 0) {
            expected[k++] = t.id;
        }
    }

    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    tkt_arena_done(&arena);
    d.now_ms += MANY;

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


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_against_model),
        cmocka_unit_test(test_own_tickets),
        cmocka_unit_test(test_bad_values),
        cmocka_unit_test(test_cursors),
        cmocka_unit_test(test_bounded_steps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
