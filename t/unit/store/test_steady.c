/*
 * What a write transaction knows to be as it was in an earlier snapshot: its
 * own changes, those of its predecessors, and that another process has
 * written, also where that one took the number of a transaction of ours.
 */

#define _GNU_SOURCE

#include "store_fixture.h"

#include <sys/wait.h>


#define PEOPLE   tkt_bit(TKT_DB_PRINCIPAL)
#define TICKETS  tkt_bit(TKT_DB_TICKET)


static uint64_t
snapshot(fixture_t *f)
{
    uint64_t  id;

    id = tkt_txn_snapshot(fixture_read(f));
    tkt_txn_reset(f->read);

    return id;
}


static void
commit_one(fixture_t *f, tkt_db_t db)
{
    tkt_txn_t  *txn = fixture_begin(f);

    tkt_put(txn, db, key_of("a"), tkt_str("1"));
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
}


/* Whether it is as in the snapshot, seen from a transaction of its own. */
static bool
steady(fixture_t *f, uint64_t since, uint64_t dbs)
{
    bool        is;
    tkt_txn_t  *txn = fixture_begin(f);

    is = tkt_txn_steady(txn, since, dbs);
    tkt_txn_abort(txn);

    return is;
}


static void
own_changes_are_seen(void **state)
{
    uint64_t    s;
    fixture_t  *f = *state;
    tkt_txn_t  *txn;

    s = snapshot(f);
    txn = fixture_begin(f);
    assert_true(tkt_txn_steady(txn, s, PEOPLE | TICKETS));

    tkt_put(txn, TKT_DB_TICKET, key_of("a"), tkt_str("1"));
    assert_true(tkt_txn_steady(txn, s, PEOPLE));
    assert_false(tkt_txn_steady(txn, s, TICKETS));
    assert_false(tkt_txn_steady(txn, s, PEOPLE | TICKETS));

    tkt_append(txn, TKT_DB_PRINCIPAL, key_of("a"), tkt_str("1"));
    assert_false(tkt_txn_steady(txn, s, PEOPLE));
    tkt_txn_abort(txn);

    /* what was given up has changed nothing */

    assert_true(steady(f, s, PEOPLE | TICKETS));

    commit_one(f, TKT_DB_PRINCIPAL);
    s = snapshot(f);
    txn = fixture_begin(f);
    assert_false(tkt_delete(txn, TKT_DB_PRINCIPAL, key_of("b")));
    assert_true(tkt_txn_steady(txn, s, PEOPLE));
    assert_true(tkt_delete(txn, TKT_DB_PRINCIPAL, key_of("a")));
    assert_false(tkt_txn_steady(txn, s, PEOPLE));
    tkt_txn_abort(txn);
}


static void
predecessors_are_remembered(void **state)
{
    int         i;
    uint64_t    before, between;
    fixture_t  *f = *state;

    before = snapshot(f);
    commit_one(f, TKT_DB_TICKET);
    between = snapshot(f);

    assert_false(steady(f, before, TICKETS));
    assert_true(steady(f, between, TICKETS));
    assert_true(steady(f, before, PEOPLE));

    for (i = 0; i < 20; i++) {
        commit_one(f, TKT_DB_TICKET);
    }

    assert_true(steady(f, before, PEOPLE));
    commit_one(f, TKT_DB_PRINCIPAL);
    assert_false(steady(f, before, PEOPLE));
    assert_false(steady(f, between, PEOPLE));
    assert_true(steady(f, snapshot(f), PEOPLE));
}


/* No snapshot, or a transaction that writes nothing. */
static void
nothing_to_compare_is_not_steady(void **state)
{
    uint64_t    s;
    fixture_t  *f = *state;

    commit_one(f, TKT_DB_TICKET);
    s = snapshot(f);

    assert_true(steady(f, s, PEOPLE));
    assert_true(steady(f, s, 0));
    assert_false(steady(f, 0, PEOPLE));
    assert_false(tkt_txn_steady(fixture_read(f), s, PEOPLE));
    tkt_txn_reset(f->read);
}


/* ---- another process ---- */

typedef struct {
    pid_t  pid;
    int    orders;             /* a byte: commit once                        */
    int    reports;            /* a byte: done                               */
} other_t;


/* One who writes to a principal whenever he is told to; made before `f`. */
static void
other_run(const char *dir, int orders, int reports)
{
    char        byte;
    tkt_env_t  *env;
    tkt_txn_t  *txn;

    while (read(orders, &byte, 1) == 1) {
        env = fixture_open(dir, FIXTURE_MAP_BYTES);

        if (tkt_txn_begin(env, &txn, false) != TKT_OK) {
            _exit(1);
        }

        tkt_put(txn, TKT_DB_PRINCIPAL, key_of("x"), tkt_str("2"));

        if (tkt_txn_commit(txn) != TKT_OK || write(reports, "", 1) != 1) {
            _exit(2);
        }

        tkt_env_close(env);
    }

    _exit(0);
}


static void
other_writes(const other_t *o)
{
    char  byte;

    assert_int_equal(write(o->orders, "", 1), 1);
    assert_int_equal(read(o->reports, &byte, 1), 1);
}


/* Forked before the store is opened here, as LMDB wants it. */
static void
other_start(other_t *o, const char *dir)
{
    int  orders[2], reports[2];

    assert_int_equal(pipe2(orders, O_CLOEXEC), 0);
    assert_int_equal(pipe2(reports, O_CLOEXEC), 0);

    o->pid = fork();
    assert_true(o->pid >= 0);

    if (o->pid == 0) {
        close(orders[1]);
        close(reports[0]);
        other_run(dir, orders[0], reports[1]);
    }

    close(orders[0]);
    close(reports[1]);
    o->orders = orders[1];
    o->reports = reports[0];
}


static void
other_stop(other_t *o)
{
    int  status;

    close(o->orders);
    assert_int_equal(waitpid(o->pid, &status, 0), o->pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(o->reports);
}


static void
others_are_noticed(void **state)
{
    uint64_t    before, after;
    other_t     o;
    fixture_t   f;
    tkt_txn_t  *txn;

    fixture_dir(f.dir, sizeof(f.dir));
    other_start(&o, f.dir);
    f.env = fixture_open(f.dir, FIXTURE_MAP_BYTES);
    assert_int_equal(tkt_txn_reader(f.env, &f.read), TKT_OK);

    commit_one(&f, TKT_DB_TICKET);
    before = snapshot(&f);
    assert_true(steady(&f, before, PEOPLE));
    other_writes(&o);
    after = snapshot(&f);

    assert_false(steady(&f, before, PEOPLE));
    assert_false(steady(&f, before, TICKETS));
    assert_true(steady(&f, after, PEOPLE));

    /* a commit of nothing leaves its number to the other one */

    commit_one(&f, TKT_DB_TICKET);
    before = snapshot(&f);
    txn = fixture_begin(&f);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    other_writes(&o);
    assert_int_equal(snapshot(&f), before + 1);
    assert_false(steady(&f, before, PEOPLE));

    /* and so does one that was given up */

    commit_one(&f, TKT_DB_TICKET);
    before = snapshot(&f);
    txn = fixture_begin(&f);
    tkt_put(txn, TKT_DB_TICKET, key_of("b"), tkt_str("1"));
    tkt_txn_abort(txn);
    other_writes(&o);
    assert_false(steady(&f, before, PEOPLE));
    assert_true(steady(&f, snapshot(&f), PEOPLE));

    tkt_txn_reader_free(f.read);
    tkt_env_close(f.env);
    other_stop(&o);
    fixture_dir_remove(f.dir);
}


int
main(void)
{
#define T(name)                                                               \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

    const struct CMUnitTest  tests[] = {
        T(own_changes_are_seen),
        T(predecessors_are_remembered),
        T(nothing_to_compare_is_not_steady),
        cmocka_unit_test(others_are_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
