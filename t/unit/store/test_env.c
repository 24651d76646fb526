/*
 * The environment: creation, refusals, handles, copies.
 */

#include "store_fixture.h"

#include <sys/file.h>
#include <sys/syscall.h>

#include "store/tkt_store_int.h"


/* This stands before the one of the C library and counts directories. */
static int  dir_syncs;


int
fsync(int fd)
{
    struct stat  st;

    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        dir_syncs++;
    }

    return (int) syscall(SYS_fsync, fd);
}


static void
path_in(char *out, size_t size, const char *dir, const char *name)
{
    (void) snprintf(out, size, "%s/%s", dir, name);
}


static void
write_file(const char *dir, const char *name, size_t bytes)
{
    int   fd;
    char  path[512];

    path_in(path, sizeof(path), dir, name);
    fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, (off_t) bytes), 0);
    close(fd);
}


static off_t
file_size(const char *dir, const char *name)
{
    char         path[512];
    struct stat  st;

    path_in(path, sizeof(path), dir, name);

    return stat(path, &st) == 0 ? st.st_size : -1;
}


/* Opening must be refused with this status and these words. */
static void
assert_refused(const char *dir, bool read_only, tkt_status_t status,
    const char *words)
{
    tkt_env_t          *env;
    tkt_fault_t         fault;
    tkt_env_options_t   options = { dir, FIXTURE_MAP_BYTES, read_only };

    assert_int_equal(tkt_env_open(&env, &options, &fault), status);
    assert_null(env);

    if (strstr(fault.text, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", fault.text, words);
    }
}


/* Something in LMDB that is not made by us. */
static void
make_raw(const char *dir, const char *db, const char *key, tkt_str_t value)
{
    MDB_env  *env;
    MDB_txn  *txn;
    MDB_dbi   dbi;
    MDB_val   k, v;

    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_maxdbs(env, 4), 0);
    assert_int_equal(mdb_env_open(env, dir, 0, 0600), 0);

    if (db != NULL) {
        assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
        assert_int_equal(mdb_dbi_open(txn, db, MDB_CREATE, &dbi), 0);
        k.mv_data = (void *) key;
        k.mv_size = strlen(key);
        v.mv_data = (void *) value.data;
        v.mv_size = value.len;
        assert_int_equal(mdb_put(txn, dbi, &k, &v, 0), 0);
        assert_int_equal(mdb_txn_commit(txn), 0);
    }

    mdb_env_close(env);
}


/* ---- creation ---- */

static void
created_with_the_right_modes_and_flags(void **state)
{
    char                path[512];
    mode_t              mask;
    unsigned            flags;
    tkt_env_t          *env;
    struct stat         st;
    const char         *dir = *state;

    mask = umask(0);
    dir_syncs = 0;
    env = fixture_open(dir, FIXTURE_MAP_BYTES);
    umask(mask);

    /* the directory and its parent */
    assert_int_equal(dir_syncs, 2);

    path_in(path, sizeof(path), dir, "data.mdb");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    path_in(path, sizeof(path), dir, "lock.mdb");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);

    assert_int_equal(mdb_env_get_flags(env->mdb, &flags), 0);
    assert_int_equal(flags & 0x3FFFFFF, MDB_NOTLS);
    tkt_env_close(env);
}


static void
opened_again_and_read_only(void **state)
{
    tkt_env_t          *env;
    tkt_txn_t          *txn;
    tkt_str_t           v;
    tkt_fault_t         fault;
    const char         *dir = *state;
    tkt_env_options_t   options = { dir, 0, true };

    env = fixture_open(dir, FIXTURE_MAP_BYTES);
    assert_int_equal(tkt_txn_begin(env, &txn, false), TKT_OK);
    tkt_put(txn, TKT_DB_TICKET, key_of("a"), tkt_str("value"));
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    tkt_env_close(env);

    assert_int_equal(tkt_env_open(&env, &options, &fault), TKT_OK);
    assert_int_equal(tkt_txn_begin(env, &txn, false), TKT_INTERNAL);
    assert_int_equal(tkt_txn_begin(env, &txn, true), TKT_INTERNAL);
    assert_int_equal(tkt_txn_reader(env, &txn), TKT_OK);
    assert_int_equal(tkt_txn_renew(txn), TKT_OK);
    assert_true(tkt_get(txn, TKT_DB_TICKET, key_of("a"), &v));
    assert_str_is(v, "value");
    tkt_txn_reset(txn);
    tkt_txn_reader_free(txn);
    tkt_env_close(env);
    tkt_env_close(NULL);
}


static void
map_never_shrinks(void **state)
{
    tkt_env_t       *env;
    tkt_env_info_t   info;
    const char      *dir = *state;

    static const size_t  mib = 1024 * 1024;

    env = fixture_open(dir, 8 * mib);
    tkt_env_info(env, &info);
    assert_int_equal(info.map_bytes, 8 * mib);
    tkt_env_close(env);

    env = fixture_open(dir, 2 * mib);
    tkt_env_info(env, &info);
    assert_int_equal(info.map_bytes, 8 * mib);
    tkt_env_close(env);

    env = fixture_open(dir, 16 * mib + 100);
    tkt_env_info(env, &info);
    assert_int_equal(info.map_bytes, 16 * mib);
    tkt_env_close(env);
}


static void
creation_that_was_cut_off_is_completed(void **state)
{
    char         path[512];
    tkt_env_t   *env;
    const char  *dir = *state;

    make_raw(dir, NULL, NULL, tkt_str(""));
    assert_int_equal(file_size(dir, "data.mdb"), 2 * sysconf(_SC_PAGESIZE));
    assert_refused(dir, true, TKT_INTERNAL, "never opened for writing");

    /* the first commit wrote pages, but not yet the meta page */
    path_in(path, sizeof(path), dir, "data.mdb");
    assert_int_equal(truncate(path, 6 * sysconf(_SC_PAGESIZE)), 0);

    env = fixture_open(dir, FIXTURE_MAP_BYTES);
    tkt_env_close(env);
    env = fixture_open(dir, FIXTURE_MAP_BYTES);
    tkt_env_close(env);
}


static void
databases_of_a_later_release_are_added(void **state)
{
    tkt_env_t   *env;
    tkt_txn_t   *txn;
    tkt_str_t    v;
    const char  *dir = *state;

    make_raw(dir, "meta", "format", tkt_str("\0\0\0\5ngx_ticket_module"));
    assert_refused(dir, true, TKT_INTERNAL, "never opened for writing");

    env = fixture_open(dir, FIXTURE_MAP_BYTES);
    assert_int_equal(tkt_txn_begin(env, &txn, false), TKT_OK);
    tkt_put(txn, TKT_DB_IDEMPOTENCY, key_of("a"), tkt_str("b"));
    assert_true(tkt_get(txn, TKT_DB_IDEMPOTENCY, key_of("a"), &v));
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    tkt_env_close(env);
}


/* ---- refusals ---- */

static void
missing_things_are_refused(void **state)
{
    char                path[512];
    tkt_env_t          *env;
    tkt_fault_t         fault;
    const char         *dir = *state;
    tkt_env_options_t   options = { dir, 0, false };

    assert_refused(dir, true, TKT_INTERNAL, "there is no store");
    assert_int_equal(file_size(dir, "data.mdb"), -1);
    assert_int_equal(file_size(dir, "lock.mdb"), -1);

    path_in(path, sizeof(path), dir, "none");
    assert_refused(path, false, TKT_INTERNAL, "No such file");
    assert_refused(path, true, TKT_INTERNAL, "No such file");

    assert_int_equal(tkt_env_open(&env, &options, &fault), TKT_INTERNAL);
    assert_non_null(strstr(fault.text, "map size"));
    assert_int_equal(file_size(dir, "data.mdb"), -1);
}


static void
short_files_are_refused_and_left_alone(void **state)
{
    size_t       i;
    char         path[512];
    const char  *dir = *state;

    static const size_t  sizes[] = { 0, 1, 4096, 8191 };

    for (i = 0; i < tkt_array_len(sizes); i++) {
        write_file(dir, "data.mdb", sizes[i]);
        assert_refused(dir, false, TKT_INTERNAL, "cannot be a store");
        assert_refused(dir, true, TKT_INTERNAL, "cannot be a store");
        assert_int_equal(file_size(dir, "data.mdb"), sizes[i]);
    }

    /* long enough, but no LMDB */
    write_file(dir, "data.mdb", 65536);
    assert_refused(dir, false, TKT_INTERNAL, "not a file of this version");
    assert_int_equal(file_size(dir, "data.mdb"), 65536);

    path_in(path, sizeof(path), dir, "data.mdb");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_refused(dir, false, TKT_INTERNAL, "cannot be a store");
    assert_int_equal(rmdir(path), 0);
}


static void
other_formats_are_refused(void **state)
{
    size_t       i;
    const char  *dir = *state;

    static const struct {
        const char  *db, *key;
        tkt_str_t    value;
        const char  *words;
    } cases[] = {
        { "other", "a", tkt_lit("b"), "not a ticket store" },
        { "meta", "a", tkt_lit("b"), "not a ticket store" },
        { "meta", "format", tkt_lit(""), "not a ticket store" },
        { "meta", "format", tkt_lit("\0\0\0\2ngx_ticket"),
          "not a ticket store" },
        { "meta", "format", tkt_lit("\0\0\0\1ngx_ticket_module"),
          "format 1, this release knows format 5" },
    };

    for (i = 0; i < tkt_array_len(cases); i++) {
        make_raw(dir, cases[i].db, cases[i].key, cases[i].value);
        assert_refused(dir, false, TKT_INTERNAL, cases[i].words);
        assert_refused(dir, true, TKT_INTERNAL, cases[i].words);
    }
}


/* Cut to its meta pages, which speak of pages that are not there. */
static void
truncated_file_is_refused(void **state)
{
    char         path[512];
    tkt_env_t   *env;
    const char  *dir = *state;

    env = fixture_open(dir, FIXTURE_MAP_BYTES);
    tkt_env_close(env);

    path_in(path, sizeof(path), dir, "data.mdb");
    assert_int_equal(truncate(path, 2 * sysconf(_SC_PAGESIZE)), 0);
    assert_refused(dir, false, TKT_INTERNAL, "cut short");
    assert_refused(dir, true, TKT_INTERNAL, "cut short");
}


/* Where LMDB 0.9 on 64 bits keeps the last page number in a meta page. */
#define META_LAST_PAGE_OFFSET  136


static void
file_far_below_its_high_water_mark_is_refused(void **state)
{
    int          fd, i;
    char         path[512];
    uint64_t     pages;
    tkt_env_t   *env;
    const char  *dir = *state;

    env = fixture_open(dir, FIXTURE_MAP_BYTES);
    tkt_env_close(env);

    path_in(path, sizeof(path), dir, "data.mdb");
    fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    pages = 1000000;

    for (i = 0; i < 2; i++) {
        assert_int_equal(pwrite(fd, &pages, sizeof(pages),
                                i * sysconf(_SC_PAGESIZE)
                                + META_LAST_PAGE_OFFSET), sizeof(pages));
    }

    close(fd);
    assert_refused(dir, false, TKT_INTERNAL, "of 1000001: it was cut short");
}


/* An environment that once held something and now holds nothing. */
static void
emptied_environment_is_refused(void **state)
{
    MDB_env     *env;
    MDB_txn     *txn;
    MDB_dbi      dbi;
    const char  *dir = *state;

    make_raw(dir, "meta", "format", tkt_str("x"));

    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_maxdbs(env, 4), 0);
    assert_int_equal(mdb_env_open(env, dir, 0, 0600), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, "meta", 0, &dbi), 0);
    assert_int_equal(mdb_drop(txn, dbi, 1), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);

    assert_refused(dir, false, TKT_INTERNAL, "no records");
}


static void
file_systems(void **state)
{
    size_t       i;
    const char  *name;

    static const unsigned long  refused[] = {
        0x6969, 0x517B, 0xFF534D42, 0xFE534D42, 0x65735546, 0x01021997
    };
    static const unsigned long  fine[] = {
        0xEF53, 0x58465342, 0x9123683E, 0x01021994, 0x2FC12FC1, 0
    };

    (void) state;

    for (i = 0; i < tkt_array_len(refused); i++) {
        name = NULL;
        assert_true(tkt_env_fs_refused(refused[i], &name));
        assert_non_null(name);

        /* as a signed word of 32 bits comes out of struct statfs */
        assert_true(tkt_env_fs_refused(
                        (unsigned long) (long) (int) refused[i], &name));
    }

    for (i = 0; i < tkt_array_len(fine); i++) {
        assert_false(tkt_env_fs_refused(fine[i], &name));
    }
}


static void
busy_while_another_opens(void **state)
{
    int          fd;
    tkt_env_t   *env;
    const char  *dir = *state;

    fd = open(dir, O_RDONLY | O_DIRECTORY);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_SH), 0);
    assert_refused(dir, false, TKT_BUSY, "another process");
    assert_int_equal(file_size(dir, "data.mdb"), -1);
    assert_int_equal(flock(fd, LOCK_UN), 0);
    env = fixture_open(dir, FIXTURE_MAP_BYTES);
    tkt_env_close(env);

    /* an existing store is opened by many at once, but not half made */
    assert_int_equal(flock(fd, LOCK_SH), 0);
    env = fixture_open(dir, FIXTURE_MAP_BYTES);
    tkt_env_close(env);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_refused(dir, false, TKT_BUSY, "another process");
    close(fd);
}


/* ---- handles and copies ---- */

static void
handles_outlive_aborted_transactions(void **state)
{
    int          i;
    MDB_dbi      before[TKT_DB_MAX];
    tkt_env_t   *env;
    tkt_txn_t   *txn;
    tkt_str_t    v;
    const char  *dir = *state;

    env = fixture_open(dir, FIXTURE_MAP_BYTES);
    memcpy(before, env->dbi, sizeof(before));

    for (i = 0; i < 100; i++) {
        assert_int_equal(tkt_txn_begin(env, &txn, false), TKT_OK);
        tkt_put(txn, (tkt_db_t) (i % TKT_DB_MAX), key_of("a"), tkt_str("b"));
        tkt_txn_abort(txn);
    }

    assert_memory_equal(before, env->dbi, sizeof(before));
    assert_int_equal(tkt_txn_begin(env, &txn, false), TKT_OK);

    for (i = 0; i < TKT_DB_MAX; i++) {
        assert_false(tkt_get(txn, (tkt_db_t) i, key_of("a"), &v));
        tkt_put(txn, (tkt_db_t) i, key_of("a"), tkt_str("c"));
        assert_true(tkt_get(txn, (tkt_db_t) i, key_of("a"), &v));
    }

    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    tkt_env_close(env);
}


static void
copies_open_as_stores(void **state)
{
    int          fd, compact, i;
    off_t        sizes[2];
    char         copy[256], path[512];
    tkt_env_t   *env, *other;
    tkt_txn_t   *txn;
    tkt_key_t    k;
    const char  *dir = *state;

    env = fixture_open(dir, FIXTURE_MAP_BYTES);
    assert_int_equal(tkt_txn_begin(env, &txn, false), TKT_OK);
    assert_int_equal(tkt_txn_next(txn, TKT_SEQ_TICKET), 1);

    for (i = 0; i < 2000; i++) {
        tkt_key_start(&k);
        tkt_key_u32(&k, (uint32_t) i);
        tkt_put(txn, TKT_DB_TICKET, &k, tkt_str("to be deleted"));
    }

    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    assert_int_equal(tkt_txn_begin(env, &txn, false), TKT_OK);

    for (i = 0; i < 2000; i++) {
        tkt_key_start(&k);
        tkt_key_u32(&k, (uint32_t) i);
        assert_true(tkt_delete(txn, TKT_DB_TICKET, &k));
    }

    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    for (compact = 0; compact < 2; compact++) {
        fixture_dir(copy, sizeof(copy));
        path_in(path, sizeof(path), copy, "data.mdb");
        fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);
        assert_true(fd >= 0);
        assert_int_equal(tkt_env_copy(env, fd, compact), TKT_OK);
        close(fd);
        sizes[compact] = file_size(copy, "data.mdb");

        other = fixture_open(copy, 0);
        assert_int_equal(tkt_txn_begin(other, &txn, false), TKT_OK);
        assert_int_equal(tkt_txn_next(txn, TKT_SEQ_TICKET), 2);
        assert_int_equal(tkt_txn_commit(txn), TKT_OK);
        tkt_env_close(other);
        fixture_dir_remove(copy);
    }

    assert_true(sizes[1] < sizes[0]);

    fd = open("/dev/full", O_WRONLY);

    if (fd >= 0) {
        assert_int_equal(tkt_env_copy(env, fd, false), TKT_STORAGE_FULL);
        close(fd);
    }

    tkt_env_close(env);
}


int
main(void)
{
#define T(name)                                                               \
    cmocka_unit_test_setup_teardown(name, dir_setup, dir_teardown)

    const struct CMUnitTest  tests[] = {
        T(created_with_the_right_modes_and_flags),
        T(opened_again_and_read_only),
        T(map_never_shrinks),
        T(creation_that_was_cut_off_is_completed),
        T(databases_of_a_later_release_are_added),
        T(missing_things_are_refused),
        T(short_files_are_refused_and_left_alone),
        T(other_formats_are_refused),
        T(truncated_file_is_refused),
        T(file_far_below_its_high_water_mark_is_refused),
        T(emptied_environment_is_refused),
        cmocka_unit_test(file_systems),
        T(busy_while_another_opens),
        T(handles_outlive_aborted_transactions),
        T(copies_open_as_stores),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
