/*
 * A desk whose tickets are changed past the rules, to be looked at in lists.
 */

#ifndef QUEUE_DESK_H
#define QUEUE_DESK_H


#include "rulers.h"

#include "app/rows/tkt_rows.h"


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


/* Three teams, with the ids 1 to 3. */
static inline void
make_teams(desk_t *d)
{
    desk_post(d, &admin, "/v1/teams", "{\"name\":\"first\","
              "\"titles\":{\"en\":\"First line\",\"zh-CN\":\"一线\"},"
              "\"peak_length\":3,\"peak_notice\":\"many wait\","
              "\"peak_notice_zh\":\"排队较多\"}");
    desk_post(d, &admin, "/v1/teams", "{\"name\":\"second\"}");
    desk_post(d, &admin, "/v1/teams", "{\"name\":\"third\"}");
}


static inline tkt_ticket_t
ticket_at(tkt_txn_t *txn, uint64_t id, tkt_arena_t *arena)
{
    tkt_ticket_t  t;

    assert_true(tkt_ticket_load(txn, 1, id, &t, true, arena));

    return t;
}


/* Changes a ticket past the rules, with its event. */
static inline void
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


static inline uint64_t
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
static inline void
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


static inline void
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
static inline const char *
ids_of(desk_t *d, const tkt_actor_t *actor, const char *target, char *more)
{
    ask_t        a;
    static char  text[4096];

    (void) ask_list(d, &a, actor, target);
    list_ids(a.json, text, sizeof(text));

    if (more != NULL) {
        (void) snprintf(more, 256, "%s", is_true(a.json, "/page/has_more")
                                         ? text_at(a.json, "/page/next")
                                         : "");
    }

    ask_done(&a);

    return text;
}


static inline long long
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


#endif /* QUEUE_DESK_H */
