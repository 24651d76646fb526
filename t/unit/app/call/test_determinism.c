/*
 * The same commands in the same order give byte-identical stores, whatever
 * the batches they come in; and a refused command leaves no trace.
 */

#include "app/traffic.h"


#define COMMANDS    30000
#define BATCH_MAX   256
#define SEED        UINT64_C(0x7469636B657473)

/* Successes that each operation must have had for the run to prove much. */
#define SHARE_MIN   25


typedef struct {
    const tkt_operation_t  *op;
    unsigned                done;
    unsigned                refused;
} tally_row_t;

typedef struct {
    tally_row_t  rows[96];
    size_t       count;
    unsigned     replayed;
    unsigned     mismatched;     /* key used with another body               */
    unsigned     stale;          /* If-Match                                 */
    unsigned     failed;         /* answers of 500 and above                 */
} tally_t;


static void
tally_add(tally_t *t, const tkt_command_t *cmd)
{
    size_t              i;
    const tkt_reply_t  *reply = tkt_command_reply(cmd);

    for (i = 0; i < t->count && t->rows[i].op != cmd->op; i++) { /* void */ }

    assert_true(i < tkt_array_len(t->rows));

    if (i == t->count) {
        t->rows[t->count++] = (tally_row_t) { cmd->op, 0, 0 };
    }

    if (reply->http >= 500) {
        print_message("# %s: %.*s\n", cmd->op->name, (int) reply->body.len,
                      (const char *) reply->body.data);
        t->failed++;
    }

    if (reply->replayed) {
        t->replayed++;

    } else if (reply->http / 100 == 2) {
        t->rows[i].done++;

    } else {
        t->rows[i].refused++;
    }

    t->mismatched += reply->status == TKT_IDEMPOTENCY_MISMATCH;
    t->stale += reply->status == TKT_VERSION_MISMATCH;
}


/* Runs the whole traffic in batches of one size. */
static void
traffic_run(desk_t *d, size_t batch, tally_t *tally)
{
    size_t          i, n, done;
    traffic_t      *t;
    tkt_command_t  *commands[BATCH_MAX];

    t = malloc(sizeof(traffic_t));
    assert_non_null(t);
    memset(tally, 0, sizeof(*tally));

    traffic_start(t, SEED);
    traffic_make_people(d);
    traffic_make_desk(d);

    for (done = 0; done < COMMANDS; done += n) {

        n = (COMMANDS - done < batch) ? COMMANDS - done : batch;

        if (done % TRAFFIC_SYNC == 0) {
            traffic_sync(t, d);
        }

        for (i = 0; i < n; i++) {
            commands[i] = traffic_next(t, d);
        }

        assert_int_equal(tkt_app_run(d->env, commands, n, NULL, NULL),
                         TKT_OK);

        for (i = 0; i < n; i++) {
            tally_add(tally, commands[i]);
            tkt_command_free(commands[i]);
        }
    }

    assert_int_equal(t->undecoded, 0);
    free(t);
}


/*
 * Operations that need more than a store and its people: a tenant above, keys,
 * passwords, codes that were sent.
 */
static bool
elsewhere(const char *name)
{
    size_t                    i;
    static const char *const  names[] = {
        "ticket.forward", "ticket.reveal", "ticket.shred", "user.erase",
        "session.create", "session.delete", "code.create", "account.create",
        "password.change", "password.reset", "tenant.create", "tenant.patch",
    };

    for (i = 0; i < tkt_array_len(names); i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }

    return false;
}


/* Every operation that changes something, with its share. */
static void
tally_check(const tally_t *t)
{
    size_t                  i, k, count;
    unsigned                done, refused;
    const tkt_operation_t  *ops;

    ops = tkt_operations(&count);

    for (i = 0; i < count; i++) {

        if (ops[i].kind != TKT_OP_COMMAND || elsewhere(ops[i].name)) {
            continue;
        }

        done = refused = 0;

        for (k = 0; k < t->count; k++) {
            if (t->rows[k].op == &ops[i]) {
                done = t->rows[k].done;
                refused = t->rows[k].refused;
            }
        }

        print_message("# %-20s %5u done %5u refused\n", ops[i].name, done,
                      refused);

        if (done < SHARE_MIN) {
            fail_msg("%s succeeded %u times only", ops[i].name, done);
        }
    }

    print_message("# %u replayed, %u mismatched, %u stale\n", t->replayed,
                  t->mismatched, t->stale);

    assert_true(t->replayed >= SHARE_MIN);
    assert_true(t->mismatched >= SHARE_MIN);
    assert_true(t->stale >= SHARE_MIN);
    assert_int_equal(t->failed, 0);
}


/* Tickets that the router gave to somebody. */
static unsigned
given_out(desk_t *d)
{
    unsigned     n;
    tkt_key_t    all;
    tkt_scan_t   scan;
    tkt_event_t  e;

    n = 0;
    tkt_key_start(&all);
    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    tkt_scan_open(&scan, d->read, TKT_DB_EVENT, &all, NULL, false);

    while (tkt_scan_next(&scan)) {
        n += scan.key.len == 8
             && tkt_record_unpack(&tkt_event_schema, scan.value, &e)
             && e.automatic && e.action == TKT_ACTION_ASSIGN + 1;
    }

    tkt_scan_close(&scan);
    tkt_txn_reset(d->read);

    return n;
}


static void
test_batches_agree(void **state)
{
    size_t               i;
    int                  db;
    uint64_t             entries;
    static desk_t        desks[3];
    static tally_t       tallies[3];
    static const size_t  batches[] = { 1, 7, 256 };

    print_message("# seed %#llx\n", (unsigned long long) SEED);

    for (i = 0; i < 3; i++) {
        desk_open(&desks[i]);
        traffic_run(&desks[i], batches[i], &tallies[i]);
    }

    tally_check(&tallies[0]);
    print_message("# %u given out by the router\n", given_out(&desks[0]));
    assert_true(given_out(&desks[0]) >= SHARE_MIN);

    for (i = 1; i < 3; i++) {
        assert_int_equal(tallies[i].failed, 0);

        db = desk_compare(&desks[0], &desks[i], &entries);
        if (db >= 0) {
            fail_msg("batches of %zu: database %d differs after %llu entries",
                     batches[i], db, (unsigned long long) entries);
        }

        assert_true(entries > COMMANDS / 2);
    }

    desk_verify_clean(&desks[0]);

    for (i = 0; i < 3; i++) {
        desk_close(&desks[i]);
    }
}


/* The comparison sees one byte. */
static void
test_comparison_can_fail(void **state)
{
    uint64_t       entries;
    static desk_t  a, b;
    tkt_actor_t    operator = desk_actor(1, 0, TKT_ROLE_ADMIN);

    desk_open(&a);
    desk_open(&b);
    assert_int_equal(desk_compare(&a, &b, &entries), -1);

    desk_post(&a, &operator, "/v1/users", "{\"login\":\"anna\"}");
    desk_post(&b, &operator, "/v1/users", "{\"login\":\"anna\"}");
    assert_int_equal(desk_compare(&a, &b, &entries), -1);

    desk_post(&a, &operator, "/v1/users", "{\"login\":\"bert\"}");
    assert_int_equal(desk_compare(&a, &b, &entries), TKT_DB_META);

    b.now_ms++;
    desk_post(&b, &operator, "/v1/users", "{\"login\":\"bert\"}");
    assert_true(desk_compare(&a, &b, &entries) >= 0);

    desk_close(&a);
    desk_close(&b);
}


/*
 * A transaction without a change is not committed, so its number tells
 * whether a command left a trace.
 */
static void
test_refused_changes_nothing(void **state)
{
    bool                done;
    size_t              i;
    uint64_t            before, after;
    unsigned            refused;
    traffic_t          *t;
    static desk_t       d;
    tkt_command_t      *cmd;
    const tkt_reply_t  *reply;

    t = malloc(sizeof(traffic_t));
    assert_non_null(t);

    desk_open(&d);
    traffic_start(t, SEED + 1);
    traffic_make_people(&d);
    traffic_make_desk(&d);

    for (refused = 0, i = 0; i < COMMANDS / 4; i++) {

        if (i % TRAFFIC_SYNC == 0) {
            traffic_sync(t, &d);
        }

        cmd = traffic_next(t, &d);

        before = desk_last_txn(&d);
        assert_int_equal(tkt_app_run(d.env, &cmd, 1, NULL, NULL), TKT_OK);
        after = desk_last_txn(&d);

        reply = tkt_command_reply(cmd);
        done = reply->http / 100 == 2 && !reply->replayed;

        /* to ask for what is there already is the one silent success */

        if (!done) {
            refused++;
            assert_int_equal(after, before);

        } else if ((t->method == TKT_METHOD_POST
                    && strcmp(t->path, "/v1/notifications/read") != 0
                    && strcmp(t->path, "/v1/types/ready-made") != 0
                    && strcmp(t->path, "/v1/batch") != 0)
                   || (t->method == TKT_METHOD_DELETE
                       && strstr(t->path, "/members/") == NULL
                       && strstr(t->path, "/v1/tickets/") == NULL))
        {
            assert_int_equal(after, before + 1);
        }

        tkt_command_free(cmd);
    }

    assert_true(refused > COMMANDS / 20);
    desk_close(&d);
    free(t);
}


/* The same by the transaction's own account, in the middle of a batch. */
static void
test_refusal_inside_a_batch(void **state)
{
    size_t          i;
    uint64_t        before;
    uint8_t         random[32] = { 0 };
    tkt_txn_t      *txn;
    static desk_t   d;
    tkt_actor_t     user, agent;
    tkt_command_t  *cmd;
    tkt_call_t      c;

    static const char *const  paths[] = {
        "/v1/tickets/1/confirm", "/v1/tickets/1/resume",
        "/v1/tickets/1/rating", "/v1/tickets/9/urge",
        "/v1/tickets/1/claim",
    };

    traffic_open(&d);
    user = desk_actor(1, 1, TKT_ROLE_USER);
    agent = desk_actor(1, 9, TKT_ROLE_AGENT);
    desk_post(&d, &user, "/v1/tickets",
              "{\"subject\":\"s\",\"description\":\"d\"}");

    for (i = 0; i < tkt_array_len(paths); i++) {
        cmd = desk_command(&d, i == 1 ? &agent : &user, &(tkt_request_t) {
            .method = TKT_METHOD_POST, .path = tkt_str_z(paths[i]),
            .now_ms = d.now_ms,
        }, i == 2 ? "{\"speed\":1,\"attitude\":1,\"result\":1}" : "{}",
        random);
        assert_non_null(cmd);

        c = (tkt_call_t) {
            .arena = cmd->arena, .reply = &cmd->reply, .op = cmd->op,
            .actor = &cmd->actor, .segments = cmd->segments,
            .input = cmd->input, .present = &cmd->present,
            .now_ms = d.now_ms,
        };

        assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);
        (void) tkt_txn_stamp(txn, d.now_ms + 1);
        before = tkt_txn_changes(txn);

        c.txn = txn;
        cmd->op->run(&c);

        assert_true(cmd->reply.http >= 400 && cmd->reply.http < 500);
        assert_int_equal(tkt_txn_changes(txn), before);
        assert_int_equal(tkt_txn_status(txn), TKT_OK);
        tkt_txn_abort(txn);
        tkt_command_free(cmd);
    }

    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_comparison_can_fail),
        cmocka_unit_test(test_refusal_inside_a_batch),
        cmocka_unit_test(test_refused_changes_nothing),
        cmocka_unit_test(test_batches_agree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
