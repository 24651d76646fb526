/*
 * The data file is kept longer than its pages, by zeros, within the map, and
 * a disk that has no room for zeros may still have room for a commit.
 */

#include <signal.h>
#include <sys/resource.h>

#include "store_fixture.h"


#define STEP_BYTES       (1024 * 1024)
#define VALUE_BYTES      1500
#define SMALL_MAP_BYTES  ((size_t) 8 * 1024 * 1024)


static uint64_t
file_bytes(const char *dir)
{
    char         path[300];
    struct stat  st;

    (void) snprintf(path, sizeof(path), "%s/data.mdb", dir);
    assert_int_equal(stat(path, &st), 0);

    return (uint64_t) st.st_size;
}


static uint64_t
used_bytes(tkt_env_t *env)
{
    tkt_env_info_t  info;

    tkt_env_info(env, &info);

    return info.used_bytes;
}


/* One commit of ten records. */
static tkt_status_t
put_ten(tkt_env_t *env, uint64_t round, bool purge)
{
    uint64_t      n;
    tkt_key_t     key;
    tkt_txn_t    *txn;
    tkt_status_t  status;

    static uint8_t  text[VALUE_BYTES];

    memset(text, 'x', sizeof(text));

    status = tkt_txn_begin(env, &txn, purge);
    if (status != TKT_OK) {
        return status;
    }

    for (n = 0; n < 10; n++) {
        tkt_key_start(&key);
        tkt_key_u64(&key, round * 10 + n);
        tkt_put(txn, TKT_DB_TICKET, &key,
                (tkt_str_t) { text, sizeof(text) });
    }

    return tkt_txn_commit(txn);
}


static void
file_is_ahead_of_its_pages(void **state)
{
    int             fd, grown;
    char            path[300];
    uint8_t         byte;
    uint64_t        round, before, now;
    tkt_env_t      *env;
    const char     *dir = *state;

    env = fixture_open(dir, FIXTURE_MAP_BYTES);
    now = file_bytes(dir);

    for (grown = 0, round = 0; round < 400; round++) {
        before = now;
        assert_int_equal(put_ten(env, round, false), TKT_OK);
        now = file_bytes(dir);

        if (now != before) {
            grown++;
            assert_true(now - before <= STEP_BYTES);
        }

        assert_true(now >= used_bytes(env));
        assert_true(now - used_bytes(env) <= 2 * STEP_BYTES);
    }

    /* 400 commits and 8 MB, in few steps */

    assert_in_range(grown, 5, 40);

    (void) snprintf(path, sizeof(path), "%s/data.mdb", dir);
    fd = open(path, O_RDONLY);
    assert_true(fd != -1);
    assert_int_equal(pread(fd, &byte, 1, (off_t) now - 1), 1);
    assert_int_equal(byte, 0);
    close(fd);

    tkt_env_close(env);
}


/* Every page of the map can be used, and the file ends with the map. */
static void
file_ends_with_the_map(void **state)
{
    uint64_t      round;
    tkt_env_t    *env;
    tkt_status_t  status;
    const char   *dir = *state;

    env = fixture_open(dir, SMALL_MAP_BYTES);

    for (round = 0, status = TKT_OK; status == TKT_OK; round++) {
        status = put_ten(env, round, false);
        assert_true(file_bytes(dir) <= SMALL_MAP_BYTES);
    }

    assert_int_equal(status, TKT_STORAGE_FULL);
    assert_true(used_bytes(env) > SMALL_MAP_BYTES * 85 / 100);

    tkt_env_close(env);
}


/*
 * What is refused beyond the pages is no refusal of the pages.  Only what makes
 * room goes so far: other changes end at the reserve.
 */
static void
no_room_for_zeros_is_no_fault(void **state)
{
    uint64_t       round, end;
    tkt_env_t     *env;
    struct rlimit  limit, old;
    const char    *dir = *state;

    env = fixture_open(dir, FIXTURE_MAP_BYTES);
    assert_int_equal(put_ten(env, 0, true), TKT_OK);

    end = file_bytes(dir);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    limit = old;
    limit.rlim_cur = end;
    (void) signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);

    for (round = 1; used_bytes(env) + 100 * 1024 < end; round++) {
        assert_int_equal(put_ten(env, round, true), TKT_OK);
        assert_int_equal(file_bytes(dir), end);
    }

    assert_true(round > 1);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(put_ten(env, round, true), TKT_OK);
    assert_true(file_bytes(dir) > end);

    tkt_env_close(env);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(file_is_ahead_of_its_pages,
                                        dir_setup, dir_teardown),
        cmocka_unit_test_setup_teardown(file_ends_with_the_map,
                                        dir_setup, dir_teardown),
        cmocka_unit_test_setup_teardown(no_room_for_zeros_is_no_fault,
                                        dir_setup, dir_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
