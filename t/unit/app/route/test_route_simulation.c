/*
 * 200 agents in several teams and 20,000 tickets, with presence, capacity,
 * grants, members and strategies that change at random: the router against a
 * naive model of it.
 */

#include "app/route_sim.h"


#define SEED       UINT64_C(0x726f7574696e67)
#define CHECK_EACH 50


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
