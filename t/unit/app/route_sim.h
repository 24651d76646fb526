/*
 * A simulated desk: its requests, run one by one and kept to be run again, and
 * the set-up of its teams, types and agents.
 */

#ifndef ROUTE_SIM_H
#define ROUTE_SIM_H


#include "route_model.h"


#define LOG_MAX    200000


/* A request of the run, to be sent again in other batches. */
typedef struct {
    uint8_t       method;            /* 0: look for what is due              */
    uint8_t       uses;              /* 1: agents were seen                  */
    uint16_t      actor;
    int64_t       now_ms;
    char          path[48];
    char          body[136];
} entry_t;

typedef struct {
    desk_t    d;
    model_t   m;
    uint64_t  seed;
    size_t    count;
    size_t    jobs;
    entry_t   log[LOG_MAX];
} sim_t;


static inline uint64_t
dice(sim_t *s, uint64_t bound)
{
    s->seed ^= s->seed >> 12;
    s->seed ^= s->seed << 25;
    s->seed ^= s->seed >> 27;

    return (s->seed * UINT64_C(0x2545F4914F6CDD1D) >> 16) % bound;
}


static inline tkt_role_t
role_of(unsigned who)
{
    return who == ADMIN ? TKT_ROLE_ADMIN : who == SUPERVISOR
           ? TKT_ROLE_SUPERVISOR : who == REQUESTER ? TKT_ROLE_USER
           : TKT_ROLE_AGENT;
}


/* ---- commands ---- */

static inline tkt_command_t *
entry_command(desk_t *d, const entry_t *e)
{
    size_t           i;
    uint8_t          random[32] = { 3 };
    tkt_actor_t      actor;
    tkt_command_t   *cmd;
    tkt_token_use_t  uses[64];

    memcpy(random + 8, &e->now_ms, 8);

    if (e->uses) {
        for (i = 0; i < 64; i++) {
            uses[i] = (tkt_token_use_t) {
                .tenant = 1, .agent = 1, .at_ms = e->now_ms,
                .principal = 1 + (e->actor + i * 3) % AGENTS,
            };
        }

        return tkt_app_token_uses(uses, 64, e->now_ms, random);
    }

    actor = desk_actor(1, e->actor, role_of(e->actor));
    cmd = desk_command(d, &actor, &(tkt_request_t) {
        .method = e->method, .path = tkt_str_z(e->path),
        .content_type = tkt_str("application/json"),
        .request_id = tkt_str("sim"), .now_ms = e->now_ms,
    }, e->body, random);

    if (cmd == NULL) {
        fail_msg("%s %s: %s", e->path, e->body, d->body);
    }

    return cmd;
}


static inline size_t
look(desk_t *d, int64_t now_ms, tkt_command_t **commands)
{
    size_t     n;
    uint8_t    random[32 * 32] = { 5 };
    tkt_key_t  after;

    tkt_key_start(&after);
    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    n = tkt_app_due(d->read, now_ms, random, NULL, commands, 32, &after);
    tkt_txn_reset(d->read);

    return n;
}


static inline unsigned
run_one(sim_t *s, tkt_command_t *cmd)
{
    unsigned  http;

    assert_int_equal(tkt_app_run(s->d.env, &cmd, 1, NULL, NULL), TKT_OK);
    http = tkt_command_reply(cmd)->http;

    if (http >= 500) {
        fail_msg("%s: %.*s", cmd->op->name,
                 (int) tkt_command_reply(cmd)->body.len,
                 (const char *) tkt_command_reply(cmd)->body.data);
    }

    (void) snprintf(s->d.body, sizeof(s->d.body), "%.*s",
                    (int) tkt_command_reply(cmd)->body.len,
                    (const char *) tkt_command_reply(cmd)->body.data);
    tkt_command_free(cmd);

    return http;
}


/* What is due, until nothing is. */
static inline void
run_due(sim_t *s)
{
    size_t          i, n;
    tkt_command_t  *commands[32];

    do {
        n = look(&s->d, s->d.now_ms, commands);

        if (n > 0) {
            assert_true(s->count < LOG_MAX);
            s->log[s->count++] = (entry_t) { .now_ms = s->d.now_ms };
        }

        for (i = 0; i < n; i++) {
            (void) run_one(s, commands[i]);
            model_read(&s->m, &s->d);
        }

        s->jobs += n;
    } while (n > 0);
}


static inline entry_t *
entry_new(sim_t *s, tkt_method_t method, unsigned actor, const char *fmt, ...)
{
    va_list   args;
    entry_t  *e;

    assert_true(s->count < LOG_MAX);
    e = &s->log[s->count++];
    *e = (entry_t) { .method = (uint8_t) method, .actor = (uint16_t) actor,
                     .now_ms = s->d.now_ms, .body = "{}" };
    va_start(args, fmt);
    (void) vsnprintf(e->path, sizeof(e->path), fmt, args);
    va_end(args);

    return e;
}


static inline unsigned
entry_run(sim_t *s, const entry_t *e)
{
    return run_one(s, entry_command(&s->d, e));
}


/* ---- the desk ---- */

static inline uint64_t
made(sim_t *s, const entry_t *e)
{
    const char  *id;

    if (entry_run(s, e) / 100 != 2) {
        fail_msg("%s %s: %s", e->path, e->body, s->d.body);
    }

    id = strstr(s->d.body, "\"id\":");

    return id == NULL ? 0 : strtoull(id + 5, NULL, 10);
}


static inline void
member(sim_t *s, unsigned team, unsigned agent, bool in)
{
    entry_t  *e;

    e = entry_new(s, in ? TKT_METHOD_PUT : TKT_METHOD_DELETE, ADMIN,
                  "/v1/teams/%llu/members/%u",
                  (unsigned long long) s->m.team[team].id, agent);

    if (!in) {
        e->body[0] = '\0';
    }

    s->m.team[team].member[agent] = in;
    model_follow(&s->m, agent);
    (void) made(s, e);
    model_read(&s->m, &s->d);
}


static inline void
set_up(sim_t *s)
{
    unsigned  i, k;
    entry_t  *e;

    static const unsigned  strategies[TEAMS + 1] = {
        0, TKT_STRATEGY_ROUND_ROBIN, TKT_STRATEGY_LEAST_LOADED,
        TKT_STRATEGY_MOST_SUITABLE, TKT_STRATEGY_ROUND_ROBIN,
        TKT_STRATEGY_LEAST_LOADED, TKT_STRATEGY_MOST_SUITABLE,
        TKT_STRATEGY_ROUND_ROBIN, TKT_STRATEGY_MANUAL
    };

    for (i = 1; i <= REQUESTER; i++) {
        e = entry_new(s, TKT_METHOD_POST, 0, "/v1/users");
        (void) snprintf(e->body, sizeof(e->body), "{\"login\":\"p%u\","
                        "\"role\":\"%s\"}", i,
                        (const char *) tkt_role_names.names[role_of(i)].data);
        (void) made(s, e);
    }

    for (i = 1; i <= TEAMS; i++) {
        e = entry_new(s, TKT_METHOD_POST, ADMIN, "/v1/teams");
        (void) snprintf(e->body, sizeof(e->body), "{\"name\":\"team%u\","
                        "\"strategy\":\"%s\",\"return_after_s\":%u}", i,
                        (const char *)
                        tkt_strategy_names.names[strategies[i]].data,
                        60 + 100 * i);
        s->m.team[i].id = made(s, e);
        s->m.team[i].strategy = strategies[i];
        s->m.team[i].active = 1;
    }

    for (i = 1; i <= TYPES; i++) {
        e = entry_new(s, TKT_METHOD_POST, ADMIN, "/v1/types");
        (void) snprintf(e->body, sizeof(e->body), "{\"name\":\"t%u\","
                        "\"team\":%llu}", i,
                        (unsigned long long) s->m.team[i].id);
        s->m.type[i] = made(s, e);

        for (k = 1; k <= FEATURES; k++) {
            e = entry_new(s, TKT_METHOD_POST, ADMIN, "/v1/types/%llu/features",
                          (unsigned long long) s->m.type[i]);
            (void) snprintf(e->body, sizeof(e->body), "{\"name\":\"f%u\","
                            "\"team\":%llu}", k,
                            (unsigned long long) s->m.team[k].id);
            s->m.feature[i][k] = made(s, e);
        }
    }

    for (i = 1; i <= AGENTS; i++) {
        s->m.agent[i].presence = TKT_PRESENCE_OFFLINE;
        member(s, 1 + i % TEAMS, i, true);

        if (i % 3 == 0) {
            member(s, 1 + (i / 3) % TEAMS, i, true);
        }
    }
}


#endif /* ROUTE_SIM_H */
