/*
 * Several processes over one store: creating at once, dying, enlarging.
 */

#define _GNU_SOURCE

#include "store_fixture.h"

#include <signal.h>
#include <sys/wait.h>


/* A child that ends with what the function returns. */
static pid_t
child(int (*run)(const char *dir, int fd), const char *dir, int fd)
{
    pid_t  pid;

    pid = fork();
    assert_true(pid >= 0);

    if (pid == 0) {
        _exit(run(dir, fd));
    }

    return pid;
}


static int
exit_of(pid_t pid)
{
    int  status;

    assert_int_equal(waitpid(pid, &status, 0), pid);

    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}


static tkt_env_t *
open_patiently(const char *dir, size_t map_bytes)
{
    int                 i;
    tkt_env_t          *env;
    tkt_fault_t         fault;
    tkt_status_t        status;
    tkt_env_options_t   options = { dir, map_bytes, false };

    for (i = 0; i < 5000; i++) {
        status = tkt_env_open(&env, &options, &fault);

        if (status != TKT_BUSY) {
            break;
        }

        usleep((useconds_t) (500 + rand() % 1000));
    }

    return env;
}


/* ---- creating at once ---- */

static int
race(const char *dir, int fd)
{
    char        go;
    tkt_env_t  *env;
    tkt_txn_t  *txn;
    tkt_key_t   k;

    /* all begin when the other end is closed */
    if (read(fd, &go, 1) != 0) {
        return 1;
    }

    srand((unsigned) getpid());
    env = open_patiently(dir, FIXTURE_MAP_BYTES);

    if (env == NULL) {
        return 2;
    }

    if (tkt_txn_begin(env, &txn, false) != TKT_OK) {
        return 3;
    }

    tkt_key_start(&k);
    tkt_key_u64(&k, tkt_txn_next(txn, TKT_SEQ_TICKET));
    tkt_append(txn, TKT_DB_TICKET, &k, tkt_str("x"));

    if (tkt_txn_commit(txn) != TKT_OK) {
        return 4;
    }

    tkt_env_close(env);

    return 0;
}


#define RACERS  8
#define RACES   5


static void
racing_creators(void **state)
{
    int              i, n, ends[2];
    char             dir[256];
    pid_t            pids[RACERS];
    tkt_env_t       *env;
    tkt_txn_t       *txn;
    tkt_env_info_t   info;

    (void) state;

    for (n = 0; n < RACES; n++) {
        fixture_dir(dir, sizeof(dir));
        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);

        for (i = 0; i < RACERS; i++) {
            pids[i] = fork();
            assert_true(pids[i] >= 0);

            if (pids[i] == 0) {
                close(ends[1]);
                _exit(race(dir, ends[0]));
            }
        }

        close(ends[0]);
        close(ends[1]);

        for (i = 0; i < RACERS; i++) {
            assert_int_equal(exit_of(pids[i]), 0);
        }

        env = fixture_open(dir, FIXTURE_MAP_BYTES);
        assert_int_equal(tkt_txn_begin(env, &txn, false), TKT_OK);
        assert_int_equal(tkt_env_stat(txn, &info), TKT_OK);
        assert_int_equal(info.entries[TKT_DB_TICKET], RACERS);
        assert_int_equal(tkt_txn_last(txn, TKT_SEQ_TICKET), RACERS);
        tkt_txn_abort(txn);
        tkt_env_close(env);
        fixture_dir_remove(dir);
    }
}


/* ---- dying ---- */

/* Says that it got there, then waits to be killed. */
static int
say_and_wait(int fd)
{
    if (write(fd, "x", 1) == 1) {
        pause();
    }

    return 1;
}


static int
hold_write(const char *dir, int fd)
{
    tkt_env_t  *env;
    tkt_txn_t  *txn;

    env = open_patiently(dir, FIXTURE_MAP_BYTES);

    if (env == NULL || tkt_txn_begin(env, &txn, false) != TKT_OK) {
        return 2;
    }

    tkt_put(txn, TKT_DB_TICKET, key_of("lost"), tkt_str("x"));

    return say_and_wait(fd);
}


static int
hold_reads(const char *dir, int fd)
{
    int         i;
    tkt_env_t  *env;
    tkt_txn_t  *txn;

    env = open_patiently(dir, FIXTURE_MAP_BYTES);

    if (env == NULL) {
        return 2;
    }

    for (i = 0; i < TKT_READERS_MAX - 6; i++) {
        if (tkt_txn_reader(env, &txn) != TKT_OK
            || tkt_txn_renew(txn) != TKT_OK)
        {
            return 3;
        }
    }

    return say_and_wait(fd);
}


/* Starts a child and returns when it holds what it should. */
static pid_t
holder(int (*run)(const char *dir, int fd), const char *dir)
{
    int    ends[2];
    char   c;
    pid_t  pid;

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid = child(run, dir, ends[1]);
    close(ends[1]);
    assert_int_equal(read(ends[0], &c, 1), 1);
    close(ends[0]);

    return pid;
}


static void
killed_writer_leaves_a_sound_store(void **state)
{
    pid_t        pid;
    tkt_env_t   *env;
    tkt_txn_t   *txn;
    tkt_str_t    v;
    const char  *dir = *state;

    pid = holder(hold_write, dir);
    env = open_patiently(dir, FIXTURE_MAP_BYTES);
    assert_non_null(env);

    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(exit_of(pid), 128 + SIGKILL);

    assert_int_equal(tkt_txn_begin(env, &txn, false), TKT_OK);
    assert_false(tkt_get(txn, TKT_DB_TICKET, key_of("lost"), &v));
    tkt_put(txn, TKT_DB_TICKET, key_of("kept"), tkt_str("x"));
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    assert_false(tkt_env_failed(env));
    tkt_env_close(env);
}


static void
dead_readers_are_cleared(void **state)
{
    int          i;
    pid_t        pid;
    tkt_env_t   *env;
    tkt_txn_t   *readers[16], *txn;
    const char  *dir = *state;

    pid = holder(hold_reads, dir);
    env = open_patiently(dir, FIXTURE_MAP_BYTES);
    assert_non_null(env);

    /* as long as the holder lives there is no clearing it */
    assert_int_equal(tkt_env_reader_check(env), 0);

    for (i = 0; i < 16; i++) {
        if (tkt_txn_reader(env, &readers[i]) != TKT_OK) {
            break;
        }
    }

    assert_int_equal(i, 6);
    assert_int_equal(tkt_txn_reader(env, &txn), TKT_BUSY);
    assert_null(txn);

    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(exit_of(pid), 128 + SIGKILL);

    /* the first to find the table full clears it */
    assert_int_equal(tkt_txn_reader(env, &readers[i++]), TKT_OK);
    assert_int_equal(tkt_env_reader_check(env), 0);

    while (i != 0) {
        tkt_txn_reader_free(readers[--i]);
    }

    pid = holder(hold_reads, dir);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(exit_of(pid), 128 + SIGKILL);
    assert_int_equal(tkt_env_reader_check(env), TKT_READERS_MAX - 6);
    tkt_env_close(env);
}


/* ---- enlarging ---- */

static int
enlarge(const char *dir, int fd)
{
    int         i;
    tkt_env_t  *env;
    tkt_txn_t  *txn;
    tkt_key_t   k;
    uint8_t     value[1900];

    (void) fd;
    memset(value, 'v', sizeof(value));
    env = open_patiently(dir, 64 * 1024 * 1024);

    if (env == NULL || tkt_txn_begin(env, &txn, false) != TKT_OK) {
        return 2;
    }

    for (i = 0; i < 2000; i++) {
        tkt_key_start(&k);
        tkt_key_u32(&k, (uint32_t) i);
        tkt_append(txn, TKT_DB_TICKET, &k,
                   (tkt_str_t) { value, sizeof(value) });
    }

    return tkt_txn_commit(txn);
}


static void
map_enlarged_by_another_process(void **state)
{
    tkt_env_t   *env;
    tkt_txn_t   *read, *txn;
    const char  *dir = *state;

    env = fixture_open(dir, 1024 * 1024);
    assert_int_equal(tkt_txn_reader(env, &read), TKT_OK);
    assert_int_equal(tkt_txn_renew(read), TKT_OK);
    tkt_txn_reset(read);
    assert_false(tkt_env_failed(env));

    assert_int_equal(exit_of(child(enlarge, dir, -1)), 0);

    assert_int_equal(tkt_txn_renew(read), TKT_BUSY);
    assert_true(tkt_env_failed(env));
    assert_int_equal(tkt_txn_begin(env, &txn, true), TKT_BUSY);
    tkt_txn_reader_free(read);
    tkt_env_close(env);

    env = fixture_open(dir, 1024 * 1024);
    assert_int_equal(tkt_txn_begin(env, &txn, false), TKT_OK);
    tkt_txn_abort(txn);
    tkt_env_close(env);
}


int
main(void)
{
#define T(name)                                                               \
    cmocka_unit_test_setup_teardown(name, dir_setup, dir_teardown)

    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(racing_creators),
        T(killed_writer_leaves_a_sound_store),
        T(dead_readers_are_cleared),
        T(map_enlarged_by_another_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
