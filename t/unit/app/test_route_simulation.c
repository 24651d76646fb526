/*
 * 200 agents in several teams and 20,000 tickets, with presence, capacity,
 * grants, members and strategies that change at random: the router against a
 * naive model of it.
 */

#include "route_model.h"


#define SEED       UINT64_C(0x726f7574696e67)
#define LOG_MAX    200000
#define CHECK_EACH 50


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


static uint64_t
dice(sim_t *s, uint64_t bound)
{
    s->seed ^= s->seed >> 12;
    s->seed ^= s->seed << 25;
    s->seed ^= s->seed >> 27;

    return (s->seed * UINT64_C(0x2545F4914F6CDD1D) >> 16) % bound;
}


static tkt_role_t
role_of(unsigned who)
{
    return who == ADMIN ? TKT_ROLE_ADMIN : who == SUPERVISOR
           ? TKT_ROLE_SUPERVISOR : who == REQUESTER ? TKT_ROLE_USER
           : TKT_ROLE_AGENT;
}


/* ---- commands ---- */

static tkt_command_t *
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


static size_t
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


static unsigned
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
static void
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


static entry_t *
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


static unsigned
entry_run(sim_t *s, const entry_t *e)
{
    return run_one(s, entry_command(&s->d, e));
}


/* ---- the desk ---- */

static uint64_t
made(sim_t *s, const entry_t *e)
{
    const char  *id;

    if (entry_run(s, e) / 100 != 2) {
        fail_msg("%s %s: %s", e->path, e->body, s->d.body);
    }

    id = strstr(s->d.body, "\"id\":");

    return id == NULL ? 0 : strtoull(id + 5, NULL, 10);
}


static void
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


static void
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


/* ---- what happens ---- */

static void
do_create(sim_t *s)
{
    char             named[32];
    unsigned         team, type, feature;
    entry_t         *e;
    model_ticket_t  *t;

    if (s->m.tickets == TICKETS) {
        return;
    }

    static const char *const  priorities[] = { "low", "normal", "urgent" };

    type = 1 + (unsigned) dice(s, TYPES);
    feature = (unsigned) dice(s, FEATURES + 1);
    team = (feature != 0) ? feature : type;
    (void) snprintf(named, sizeof(named), "\"feature\":\"f%u\",", feature);

    e = entry_new(s, TKT_METHOD_POST, REQUESTER, "/v1/tickets");
    (void) snprintf(e->body, sizeof(e->body), "{\"subject\":\"s\","
                    "\"description\":\"d\",\"type\":\"t%u\",%s"
                    "\"priority\":\"%s\"}", type,
                    feature != 0 ? named : "", priorities[dice(s, 3)]);

    t = &s->m.ticket[++s->m.tickets];
    *t = (model_ticket_t) { team, type, feature, 0, TKT_STATE_NEW };
    (void) made(s, e);
}


/* One of an agent's tickets; 0: he has none. */
static uint64_t
owned(sim_t *s, unsigned agent)
{
    uint64_t  id, n;

    if (s->m.agent[agent].load == 0) {
        return 0;
    }

    n = 1 + dice(s, s->m.agent[agent].load);

    for (id = s->m.tickets; id > 0; id--) {
        if (s->m.ticket[id].assignee == agent
            && model_active(s->m.ticket[id].state) && --n == 0)
        {
            return id;
        }
    }

    return 0;
}


static void
do_work(sim_t *s)
{
    unsigned  agent;
    uint64_t  id;
    entry_t  *e;

    agent = 1 + (unsigned) dice(s, AGENTS);
    id = owned(s, agent);

    if (id == 0) {
        return;
    }

    switch (dice(s, 8)) {

    case 0:
        e = entry_new(s, TKT_METHOD_POST, agent, "/v1/tickets/%llu/start",
                      (unsigned long long) id);
        break;

    case 1:
        e = entry_new(s, TKT_METHOD_POST, agent, "/v1/tickets/%llu/transfer",
                      (unsigned long long) id);
        (void) snprintf(e->body, sizeof(e->body), "{\"team\":%llu,"
                        "\"reason\":\"r\"}", (unsigned long long)
                        s->m.team[1 + dice(s, TEAMS)].id);
        break;

    default:
        e = entry_new(s, TKT_METHOD_POST, agent, "/v1/tickets/%llu/resolve",
                      (unsigned long long) id);
        (void) snprintf(e->body, sizeof(e->body), "{\"solution\":\"done\"}");
    }

    (void) entry_run(s, e);
}


static void
do_claim(sim_t *s)
{
    uint64_t  id;
    unsigned  agent, tries;

    if (s->m.tickets == 0) {
        return;
    }

    agent = 1 + (unsigned) dice(s, AGENTS);

    for (tries = 0; tries < 20; tries++) {
        id = 1 + dice(s, s->m.tickets);

        if (model_waits(&s->m.ticket[id])) {
            (void) entry_run(s, entry_new(s, TKT_METHOD_POST, agent,
                                          "/v1/tickets/%llu/claim",
                                          (unsigned long long) id));
            return;
        }
    }
}


static void
do_presence(sim_t *s)
{
    unsigned  agent;
    uint64_t  n;
    entry_t  *e;

    agent = 1 + (unsigned) dice(s, AGENTS);
    n = dice(s, 10);
    e = entry_new(s, TKT_METHOD_PUT, agent, "/v1/me/presence");
    (void) snprintf(e->body, sizeof(e->body), "{\"presence\":\"%s\","
                    "\"capacity\":%llu}",
                    n < 6 ? "online" : n < 8 ? "away" : "offline",
                    (unsigned long long) (dice(s, 40) == 0
                                          ? 100 : dice(s, 12)));
    (void) made(s, e);
}


static void
do_grant(sim_t *s)
{
    unsigned        agent, type, feature;
    uint64_t        id;
    entry_t        *e;
    model_agent_t  *a;

    /* one in four: the others can take anything */

    agent = 4 * (1 + (unsigned) dice(s, AGENTS / 4));
    type = 1 + (unsigned) dice(s, TYPES);
    feature = (unsigned) dice(s, FEATURES + 1);
    a = &s->m.agent[agent];

    if (!a->level[type][feature]) {
        e = entry_new(s, TKT_METHOD_POST, ADMIN, "/v1/grants");

        if (feature == 0) {
            (void) snprintf(e->body, sizeof(e->body), "{\"user\":%u,"
                            "\"type\":%llu,\"level\":%u}", agent,
                            (unsigned long long) s->m.type[type],
                            1 + agent % 5);
        } else {
            (void) snprintf(e->body, sizeof(e->body), "{\"user\":%u,"
                            "\"type\":%llu,\"feature\":%llu}", agent,
                            (unsigned long long) s->m.type[type],
                            (unsigned long long)
                            s->m.feature[type][feature]);
        }

        a->level[type][feature] = 1;
        a->grants++;
        (void) made(s, e);
        return;
    }

    /* by the entry of who has what */

    {
        tkt_key_t    key;
        tkt_str_t    value;
        tkt_unkey_t  u;

        tkt_key_start(&key);
        tkt_key_config_kind(&key, 1, TKT_CONFIG_GRANT_OF);
        tkt_key_u64(&key, agent);
        tkt_key_u64(&key, s->m.type[type]);
        tkt_key_u64(&key, s->m.feature[type][feature]);
        assert_int_equal(tkt_txn_renew(s->d.read), TKT_OK);
        assert_true(tkt_get(s->d.read, TKT_DB_CONFIG, &key, &value));
        tkt_unkey_start(&u, value);
        (void) tkt_unkey_u8(&u);
        id = tkt_unkey_u64(&u);
        tkt_txn_reset(s->d.read);
    }

    e = entry_new(s, TKT_METHOD_DELETE, ADMIN, "/v1/grants/%llu",
                  (unsigned long long) id);
    e->body[0] = '\0';
    a->level[type][feature] = 0;
    a->grants--;
    (void) made(s, e);
}


static void
do_member(sim_t *s)
{
    unsigned  team, agent;

    team = 1 + (unsigned) dice(s, TEAMS);
    agent = 1 + (unsigned) dice(s, AGENTS);
    member(s, team, agent, !s->m.team[team].member[agent]);
}


static void
do_team(sim_t *s)
{
    unsigned       i, a;
    entry_t       *e;
    model_team_t  *t;

    i = 1 + (unsigned) dice(s, TEAMS);
    t = &s->m.team[i];
    e = entry_new(s, TKT_METHOD_PATCH, ADMIN, "/v1/teams/%llu",
                  (unsigned long long) t->id);

    if (dice(s, 3) == 0 || !t->active) {
        t->active = !t->active;
        (void) snprintf(e->body, sizeof(e->body), "{\"active\":%s}",
                        t->active ? "true" : "false");
    } else {
        t->strategy = TKT_STRATEGY_MANUAL + dice(s, 4);
        (void) snprintf(e->body, sizeof(e->body), "{\"strategy\":\"%s\"}",
                        (const char *)
                        tkt_strategy_names.names[t->strategy].data);
    }

    for (a = 1; a <= AGENTS; a++) {
        model_forget(t, a);
        model_follow(&s->m, a);
    }

    (void) made(s, e);
}


static void
do_seen(sim_t *s)
{
    entry_t  *e;

    e = entry_new(s, TKT_METHOD_POST, (unsigned) dice(s, AGENTS), "uses");
    e->uses = 1;
    (void) entry_run(s, e);
}


static void
step(sim_t *s)
{
    uint64_t  n;

    s->d.now_ms += (int64_t) dice(s, 800);
    n = dice(s, 1000);

    if (n < 400) {
        do_create(s);

    } else if (n < 800) {
        do_work(s);

    } else if (n < 870) {
        do_presence(s);

    } else if (n < 900) {
        do_claim(s);

    } else if (n < 910) {
        do_grant(s);

    } else if (n < 918) {
        do_member(s);

    } else if (n < 920) {
        do_team(s);

    } else {
        do_seen(s);
    }

    model_read(&s->m, &s->d);
    run_due(s);
}


/* ---- the tests ---- */

static sim_t  *sim;


static void
test_simulation(void **state)
{
    size_t  i;

    sim = calloc(1, sizeof(sim_t));
    assert_non_null(sim);
    sim->seed = SEED;
    desk_open(&sim->d);
    set_up(sim);
    print_message("# seed %#llx\n", (unsigned long long) SEED);

    for (i = 1; sim->m.tickets < TICKETS; i++) {
        step(sim);

        if (i % CHECK_EACH == 0) {
            assert_int_equal(model_stuck(&sim->m), 0);
            assert_int_equal(sim->m.over, 0);
            assert_int_equal(sim->m.blocked, 0);
            assert_int_equal(sim->m.unfair, 0);
        }
    }

    print_message("# %zu steps, %zu commands of timers, %llu given out, "
                  "%llu returned, round robin apart by %u at most\n", i,
                  sim->jobs, (unsigned long long) sim->m.given,
                  (unsigned long long) sim->m.returned, sim->m.lead_max);

    assert_true(sim->m.given > TICKETS / 2);
    assert_true(sim->m.returned > 50);
    assert_int_equal(sim->m.lead_max, 1);
    desk_verify_clean(&sim->d);
}


/* The same commands in other batches. */
static void
replay(desk_t *d, size_t batch)
{
    size_t          i, k, n;
    tkt_command_t  *commands[300];

    for (i = 0, n = 0; i < sim->count; i++) {

        if (sim->log[i].method != 0 || sim->log[i].uses) {
            commands[n++] = entry_command(d, &sim->log[i]);

        } else {
            if (n > 0) {
                assert_int_equal(tkt_app_run(d->env, commands, n, NULL, NULL),
                                 TKT_OK);
            }

            for (k = 0; k < n; k++) {
                tkt_command_free(commands[k]);
            }

            n = look(d, sim->log[i].now_ms, commands);
            assert_true(n > 0);
        }

        if (n >= batch || i + 1 == sim->count) {
            assert_int_equal(tkt_app_run(d->env, commands, n, NULL, NULL),
                             TKT_OK);

            for (k = 0; k < n; k++) {
                tkt_command_free(commands[k]);
            }

            n = 0;
        }
    }
}


static void
test_batches(void **state)
{
    int            db;
    size_t         i;
    uint64_t       entries;
    static desk_t  d;

    static const size_t  batches[] = { 7, 256 };

    for (i = 0; i < 2; i++) {
        desk_open(&d);
        replay(&d, batches[i]);
        db = desk_compare(&sim->d, &d, &entries);

        if (db >= 0) {
            fail_msg("batches of %zu: database %d differs after %llu entries",
                     batches[i], db, (unsigned long long) entries);
        }

        assert_true(entries > 3 * TICKETS);
        desk_close(&d);
    }

    desk_close(&sim->d);
    free(sim);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_simulation),
        cmocka_unit_test(test_batches),
    };

    /* it is not the disk that is tested, with 50,000 commits */

    if (access("/dev/shm", W_OK) == 0) {
        (void) setenv("TMPDIR", "/dev/shm", 0);
    }

    return cmocka_run_group_tests(tests, NULL, NULL);
}
