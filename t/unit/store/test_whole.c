/*
 * Files that were cut short: whatever is missing, opening either refuses or
 * everything can be read.  A page that is not there would kill the process.
 */

#include "store_fixture.h"


#define RECORDS  200


static void
number_key(tkt_key_t *key, uint64_t n)
{
    tkt_key_start(key);
    tkt_key_u64(key, n);
}


/* Records of all sizes, half of them deleted again, in several commits. */
static void
fill(tkt_env_t *env)
{
    unsigned    round;
    uint64_t    n;
    tkt_key_t   key;
    tkt_str_t   value;
    tkt_txn_t  *txn;

    static uint8_t  text[9000];

    memset(text, 'x', sizeof(text));
    value.data = text;

    for (round = 0; round < 4; round++) {
        assert_int_equal(tkt_txn_begin(env, &txn, false), TKT_OK);

        for (n = 0; n < RECORDS; n++) {
            number_key(&key, n * 4 + round);
            value.len = (n * 37 + round * 1009) % sizeof(text);
            tkt_put(txn, TKT_DB_TICKET, &key, value);

            if (n % 2 == 0 && round > 0) {
                number_key(&key, n * 4 + round - 1);
                (void) tkt_delete(txn, TKT_DB_TICKET, &key);
            }
        }

        assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    }
}


/* Takes pages from the end of the file and gives them up again. */
static void
take_and_give(tkt_env_t *env, unsigned round)
{
    uint64_t    n;
    tkt_key_t   key;
    tkt_str_t   value;
    tkt_txn_t  *txn;

    static uint8_t  text[15000];

    memset(text, 'y', sizeof(text));
    value.data = text;

    assert_int_equal(tkt_txn_begin(env, &txn, false), TKT_OK);

    number_key(&key, 1000000);
    value.len = 10 + round;
    tkt_put(txn, TKT_DB_EVENT, &key, value);
    tkt_put(txn, TKT_DB_TICKET, &key, value);
    value.len = sizeof(text);

    for (n = 1; n < 30; n++) {
        number_key(&key, 1000000 + n);
        tkt_put(txn, TKT_DB_TICKET, &key, value);
    }

    for (n = 1; n < 30; n++) {
        number_key(&key, 1000000 + n);
        assert_true(tkt_delete(txn, TKT_DB_TICKET, &key));
    }

    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
}


/* Reads every byte of every database; the number of records. */
static size_t
read_all(tkt_env_t *env)
{
    size_t       db, i, n;
    unsigned     sum;
    tkt_key_t    none;
    tkt_txn_t   *txn;
    tkt_scan_t   scan;

    assert_int_equal(tkt_txn_reader(env, &txn), TKT_OK);
    assert_int_equal(tkt_txn_renew(txn), TKT_OK);

    sum = 0;
    n = 0;
    tkt_key_start(&none);

    for (db = 0; db < TKT_DB_MAX; db++) {
        tkt_scan_open(&scan, txn, (tkt_db_t) db, &none, NULL, false);

        while (tkt_scan_next(&scan)) {
            for (i = 0; i < scan.value.len; i++) {
                sum += scan.value.data[i];
            }

            n++;
        }

        tkt_scan_close(&scan);
    }

    tkt_txn_reset(txn);
    tkt_txn_reader_free(txn);

    return sum == 0 ? 0 : n;
}


static tkt_status_t
open_in(const char *dir, tkt_env_t **env, tkt_fault_t *fault)
{
    tkt_env_options_t  options = { dir, FIXTURE_MAP_BYTES, false };

    return tkt_env_open(env, &options, fault);
}


static void
every_cut_is_refused_or_harmless(void **state)
{
    int           refused, taken;
    char          path[300];
    off_t         size, page;
    size_t        whole;
    tkt_env_t    *env;
    fixture_t     f;
    struct stat   st;
    tkt_fault_t   fault;

    (void) state;
    fixture_dir(f.dir, sizeof(f.dir));
    snprintf(path, sizeof(path), "%s/data.mdb", f.dir);

    assert_int_equal(open_in(f.dir, &env, &fault), TKT_OK);
    fill(env);
    whole = read_all(env);
    assert_true(whole > RECORDS);
    tkt_env_close(env);

    assert_int_equal(stat(path, &st), 0);
    page = (off_t) sysconf(_SC_PAGESIZE);
    refused = 0;
    taken = 0;

    for (size = st.st_size - page; size >= 2 * page; size -= page) {
        assert_int_equal(truncate(path, size), 0);

        if (open_in(f.dir, &env, &fault) != TKT_OK) {
            assert_non_null(strstr(fault.text, "cut short"));
            refused++;
            continue;
        }

        taken++;
        assert_int_equal(read_all(env), whole);
        tkt_env_close(env);
    }

    assert_true(refused > 100);
    print_message("%d cuts refused, %d harmless\n", refused, taken);
    fixture_dir_remove(f.dir);
}


/* Sound stores are shorter than their last page number says, too. */
static void
pages_never_written_are_no_fault(void **state)
{
    bool             short_once;
    char             path[300];
    unsigned         round;
    tkt_env_t       *env;
    fixture_t        f;
    struct stat      st;
    tkt_fault_t      fault;
    tkt_env_info_t   info;

    (void) state;
    fixture_dir(f.dir, sizeof(f.dir));
    snprintf(path, sizeof(path), "%s/data.mdb", f.dir);
    short_once = false;

    for (round = 0; round < 8; round++) {
        assert_int_equal(open_in(f.dir, &env, &fault), TKT_OK);
        take_and_give(env, round);
        tkt_env_info(env, &info);
        tkt_env_close(env);

        assert_int_equal(stat(path, &st), 0);
        short_once |= (uint64_t) st.st_size < info.used_bytes;
    }

    assert_true(short_once);
    assert_int_equal(open_in(f.dir, &env, &fault), TKT_OK);
    assert_true(read_all(env) > 0);
    tkt_env_close(env);
    fixture_dir_remove(f.dir);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(every_cut_is_refused_or_harmless),
        cmocka_unit_test(pages_never_written_are_no_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
