/*
 * Random tickets, random questions after them, and a naive model that answers
 * by a look at every ticket.
 */

#ifndef WORLD_H
#define WORLD_H


#include "ask.h"

#include "base/tkt_time.h"


#define SEED         UINT64_C(0x66696c746572)
#define TICKETS      400
#define TEAMS        5
#define PEOPLE       10          /* 1..6 users, 7..9 agents, 10 a supervisor */


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
    bool         no_team;
    uint64_t     team;
    int          held;           /* 1 only, -1 without                       */
    int          drill;
    int          complaint;
    int          overdue;
    uint64_t     now_ms;
    bool         countable;
    unsigned     sort;           /* 0 newest, 1 oldest, 2 queue              */
    char         text[1024];     /* as parameters                            */
} question_t;


static const char *const  types[] = { "web", "printer", "login" };
static const char *const  tags[] = { "vip", "新", "a-b", "vi" };


static inline uint64_t
dice(world_t *w, uint64_t bound)
{
    w->seed ^= w->seed >> 12;
    w->seed ^= w->seed << 25;
    w->seed ^= w->seed >> 27;

    return (w->seed * UINT64_C(0x2545F4914F6CDD1D) >> 16) % bound;
}


/* ---- tickets ---- */

static inline tkt_str_t
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


static inline void
random_place(world_t *w, tkt_ticket_t *t)
{
    t->state = TKT_STATE_NEW + dice(w, TKT_STATE_MAX - 1);
    t->priority = TKT_PRIORITY_LOW + dice(w, 4);
    t->assignee = dice(w, 3) == 0 ? 0 : 7 + dice(w, 3);
    t->tier = dice(w, TKT_TIER_MAX + 1);
    t->team = dice(w, 2) == 0 ? 0 : 1 + dice(w, TEAMS);
    t->due_at = dice(w, 3) != 0 ? 0
                : t->created_at - 300000 + dice(w, 600000);
    t->urge_count = dice(w, 4) != 0 ? 0 : dice(w, 400);
    t->held = dice(w, 8) == 0;
}


static inline void
ticket_add(tkt_txn_t *txn, tkt_ticket_t *t, tkt_arena_t *arena)
{
    tkt_event_t  e = { .action = TKT_ACTION_SUBMIT + 1, .at = t->created_at };

    t->id = tkt_txn_next(txn, TKT_SEQ_TICKET);
    t->version = 1;
    (void) tkt_txn_stamp(txn, (int64_t) t->created_at);
    tkt_event_append(txn, NULL, t, &e, arena);
    tkt_ticket_save(txn, NULL, t, arena);
}


static inline void
ticket_change(tkt_txn_t *txn, tkt_ticket_t *t, const tkt_ticket_t *before,
    tkt_arena_t *arena)
{
    tkt_event_t  e = { .action = TKT_ACTION_EDIT + 1, .at = t->created_at };

    t->version++;
    tkt_event_append(txn, before, t, &e, arena);
    tkt_ticket_save(txn, before, t, arena);
}


/* Random tickets, some of them in another tenant, and then moved about. */
static inline void
world_make(world_t *w, desk_t *d)
{
    size_t        i;
    int64_t       at;
    uint64_t      other;
    tkt_txn_t    *txn;
    tkt_ticket_t  t, before;

    memset(w, 0, sizeof(*w));
    w->seed = SEED;
    at = d->now_ms - TICKETS * 1500;
    tkt_arena_init(&w->arena, 65536);
    assert_int_equal(tkt_app_tenant(d->env, tkt_str("other"), 0, true, at,
                                    &other), TKT_OK);
    assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);

    while (w->count < TICKETS) {
        /* several in one millisecond, and in one minute */

        at += (int64_t) (dice(w, 8) == 0 ? dice(w, 20000) : dice(w, 3));

        t = (tkt_ticket_t) {
            .tenant = dice(w, 5) == 0 ? other : 1, .created_at = (uint64_t) at,
            .requester = 1 + dice(w, 6), .channel = 1 + dice(w, 3),
            .subject = tkt_lit("s"), .description = tkt_lit("d"),
            .type = tkt_str_z(types[dice(w, 3)]),
            .feature = dice(w, 2) ? tkt_str_z(types[dice(w, 3)])
                                  : tkt_str(""),
            .tags = random_tags(w),
            .drill = dice(w, 10) == 0,
            .complaint_of = dice(w, 10) == 0,
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

static inline bool
model_has_tag(const tkt_ticket_t *t, const char *tag)
{
    char   quoted[64], text[256];

    (void) snprintf(quoted, sizeof(quoted), "\"%s\"", tag);
    (void) snprintf(text, sizeof(text), "%.*s", (int) t->tags.len,
                    t->tags.len > 0 ? (const char *) t->tags.data : "");

    return strstr(text, quoted) != NULL;
}


static inline bool
model_whether(int wanted, bool is)
{
    return wanted == 0 || (wanted > 0) == is;
}


static inline bool
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

    if ((q->no_team && t->team != 0) || (q->team != 0 && t->team != q->team)
        || !model_whether(q->held, t->held && (TKT_STATES_ACTIVE
                                               & tkt_bit(t->state)))
        || !model_whether(q->complaint, t->complaint_of != 0)
        || !model_whether(q->overdue, t->due_at != 0 && t->due_at < q->now_ms
                                      && t->state <= TKT_STATE_FOLLOW_UP)
        || (q->overdue > 0 && q->states == 0
            && t->state > TKT_STATE_FOLLOW_UP)
        || !model_whether(q->drill != 0 ? q->drill : q->requester ? 0 : -1,
                          t->drill))
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


static inline bool
model_before(const question_t *q, const tkt_ticket_t *a,
    const tkt_ticket_t *b)
{
    bool      queue;
    uint64_t  minute[2], urges[2];

    if (q->sort == 2 && a->priority != b->priority) {
        return a->priority > b->priority;
    }

    /* of active tickets; those of one assignee have no place in it */

    queue = q->sort == 2 && q->assignee == 0
            && (q->states >> TKT_STATE_RESOLVED) == 0 && !(q->states & 1);

    minute[0] = (a->due_at != 0 ? a->due_at : a->created_at) / 60000;
    minute[1] = (b->due_at != 0 ? b->due_at : b->created_at) / 60000;
    urges[0] = a->urge_count < 255 ? a->urge_count : 255;
    urges[1] = b->urge_count < 255 ? b->urge_count : 255;

    if (queue && minute[0] != minute[1]) {
        return minute[0] < minute[1];
    }

    if (queue && urges[0] != urges[1]) {
        return urges[0] > urges[1];
    }

    return q->sort == 0 ? a->id > b->id : a->id < b->id;
}


static inline size_t
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

static inline void
add(question_t *q, const char *name, const char *value)
{
    size_t  n = strlen(q->text);

    (void) snprintf(q->text + n, sizeof(q->text) - n, "%s%s=%s",
                    n > 0 ? "&" : "", name, value);
}


static inline void
add_number(question_t *q, const char *name, uint64_t value)
{
    char  text[32];

    (void) snprintf(text, sizeof(text), "%llu", (unsigned long long) value);
    add(q, name, text);
}


static inline void
add_time(question_t *q, const char *name, uint64_t ms)
{
    char  text[TKT_TIME_TEXT_BYTES + 1] = { 0 };

    tkt_time_format((uint8_t *) text, (int64_t) ms);
    add(q, name, text);
}


/* One, two or three names, separated by commas. */
static inline uint32_t
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


static inline void
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


static inline void
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


static inline void
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


/* One of three: true, false, or not asked for. */
static inline int
add_whether(world_t *w, question_t *q, const char *name)
{
    int  wanted;

    wanted = dice(w, 6) != 0 ? 0 : dice(w, 2) == 0 ? 1 : -1;

    if (wanted != 0) {
        add(q, name, wanted > 0 ? "true" : "false");
    }

    return wanted;
}


static inline void
add_place(world_t *w, question_t *q)
{
    switch (dice(w, 6)) {

    case 0:
        q->no_team = true;
        add(q, "team", "none");
        break;

    case 1:
        q->team = 1 + dice(w, TEAMS + 1);
        add_number(q, "team", q->team);
        break;

    default:
        break;
    }

    q->complaint = add_whether(w, q, "complaint");

    if (!q->countable) {
        q->held = add_whether(w, q, "held");
        q->drill = add_whether(w, q, "drill");
        q->overdue = add_whether(w, q, "overdue");
    }
}


static inline void
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

    add_place(w, q);

    if (!q->countable) {
        add_uncounted(w, q);
    }

    q->sort = (unsigned) dice(w, q->requester != 0 ? 2 : 3);

    if (q->sort != 0 || dice(w, 2) == 0) {
        add(q, "sort", sorts[q->sort]);
    }
}


#endif /* WORLD_H */
