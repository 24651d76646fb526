/*
 * A device that fails while a commit is written, and a map that is full.
 */

#define _GNU_SOURCE

#include "store_fixture.h"

#include <errno.h>
#include <sys/syscall.h>
#include <sys/uio.h>


/* ---- a device that fails: these stand before those of the C library ---- */

typedef enum {
    FAULT_NONE = 0,
    FAULT_PAGES,           /* writing dirty pages         */
    FAULT_SYNC,            /* fdatasync                   */
    FAULT_META             /* writing the meta page       */
} fault_t;

static fault_t  fault;
static int      fault_errno;
static int      fault_hits;

#define META_PAGES_BYTES  (2 * 4096)


ssize_t
pwrite(int fd, const void *data, size_t bytes, off_t offset)
{
    if ((fault == FAULT_PAGES && offset >= META_PAGES_BYTES)
        || (fault == FAULT_META && offset < META_PAGES_BYTES))
    {
        fault_hits++;
        errno = fault_errno;
        return -1;
    }

    return syscall(SYS_pwrite64, fd, data, bytes, offset);
}


ssize_t
writev(int fd, const struct iovec *iov, int count)
{
    if (fault == FAULT_PAGES) {
        fault_hits++;
        errno = fault_errno;
        return -1;
    }

    return syscall(SYS_writev, fd, iov, count);
}


int
fdatasync(int fd)
{
    if (fault == FAULT_SYNC) {
        fault_hits++;
        errno = fault_errno;
        return -1;
    }

    return (int) syscall(SYS_fdatasync, fd);
}


/* A commit of one put that meets the fault. */
static tkt_status_t
commit_with(fixture_t *f, fault_t what, int error, const char *key)
{
    tkt_txn_t     *txn;
    tkt_status_t   status;

    txn = fixture_begin(f);
    tkt_put(txn, TKT_DB_TICKET, key_of(key), tkt_str("value"));
    assert_int_equal(tkt_txn_status(txn), TKT_OK);

    fault = what;
    fault_errno = error;
    fault_hits = 0;
    status = tkt_txn_commit(txn);
    fault = FAULT_NONE;

    assert_true(fault_hits != 0 || what == FAULT_NONE);

    return status;
}


static bool
is_stored(fixture_t *f, const char *key)
{
    bool        found;
    tkt_str_t   v;
    tkt_txn_t  *txn;

    txn = fixture_read(f);
    found = tkt_get(txn, TKT_DB_TICKET, key_of(key), &v);
    tkt_txn_reset(txn);

    return found;
}


static void
no_space_for_pages_stores_nothing(void **state)
{
    fixture_t  *f = *state;

    assert_int_equal(commit_with(f, FAULT_NONE, 0, "a"), TKT_OK);
    assert_int_equal(commit_with(f, FAULT_PAGES, ENOSPC, "b"),
                     TKT_STORAGE_FULL);
    assert_int_equal(commit_with(f, FAULT_PAGES, EDQUOT, "b"),
                     TKT_STORAGE_FULL);
    assert_false(tkt_env_failed(f->env));
    assert_false(is_stored(f, "b"));
    assert_true(is_stored(f, "a"));

    assert_int_equal(commit_with(f, FAULT_NONE, 0, "c"), TKT_OK);
    assert_true(is_stored(f, "c"));
}


static void
failed_page_write_is_unknown(void **state)
{
    fixture_t  *f = *state;

    assert_int_equal(commit_with(f, FAULT_PAGES, EIO, "a"),
                     TKT_OUTCOME_UNKNOWN);
    assert_true(tkt_env_failed(f->env));
}


static void
failed_sync_is_unknown(void **state)
{
    fixture_t  *f = *state;

    assert_int_equal(commit_with(f, FAULT_SYNC, EIO, "a"),
                     TKT_OUTCOME_UNKNOWN);
    assert_true(tkt_env_failed(f->env));
}


static void
failed_meta_write_is_unknown_and_the_end(void **state)
{
    size_t      i;
    fixture_t  *f = *state;
    tkt_txn_t  *txn;

    static const int  errors[] = { EIO, ENOSPC };

    for (i = 0; i < tkt_array_len(errors); i++) {
        assert_int_equal(commit_with(f, FAULT_META, errors[i], "a"),
                         TKT_OUTCOME_UNKNOWN);
        assert_true(tkt_env_failed(f->env));
        assert_int_equal(tkt_txn_begin(f->env, &txn, false), TKT_INTERNAL);
        assert_null(txn);
        assert_int_equal(tkt_txn_renew(f->read), TKT_INTERNAL);

        tkt_txn_reader_free(f->read);
        tkt_env_close(f->env);
        f->env = fixture_open(f->dir, FIXTURE_MAP_BYTES);
        assert_int_equal(tkt_txn_reader(f->env, &f->read), TKT_OK);
        assert_false(tkt_env_failed(f->env));
    }
}


/* ---- a full map ---- */

#define SMALL_MAP_BYTES  ((size_t) 512 * 1024)


static int
small_setup(void **state)
{
    return fixture_setup_map(state, SMALL_MAP_BYTES);
}


static void
put_filler(tkt_txn_t *txn, unsigned number)
{
    uint8_t    value[1500];
    tkt_key_t  k;

    memset(value, (int) number, sizeof(value));
    tkt_key_start(&k);
    tkt_key_u32(&k, number);
    tkt_put(txn, TKT_DB_TICKET, &k, (tkt_str_t) { value, sizeof(value) });
}


static void
map_full_in_put(void **state)
{
    unsigned    i;
    fixture_t  *f = *state;
    tkt_txn_t  *txn;

    txn = fixture_begin(f);

    for (i = 0; i < 1000 && tkt_txn_status(txn) == TKT_OK; i++) {
        put_filler(txn, i);
    }

    assert_int_equal(tkt_txn_status(txn), TKT_STORAGE_FULL);
    assert_int_equal(tkt_txn_commit(txn), TKT_STORAGE_FULL);
    assert_false(tkt_env_failed(f->env));

    txn = fixture_begin(f);
    put_filler(txn, 1);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
}


static void
map_full_in_commit(void **state)
{
    unsigned    i, most;
    fixture_t  *f = *state;
    tkt_txn_t  *txn;
    tkt_str_t   v;
    tkt_key_t   k;

    /* the most puts that succeed leave no page for the free list */
    txn = fixture_begin(f);

    for (most = 0; tkt_txn_status(txn) == TKT_OK; most++) {
        put_filler(txn, most);
    }

    tkt_txn_abort(txn);
    most--;

    txn = fixture_begin(f);

    for (i = 0; i < most; i++) {
        put_filler(txn, i);
    }

    assert_int_equal(tkt_txn_status(txn), TKT_OK);
    assert_int_equal(tkt_txn_commit(txn), TKT_STORAGE_FULL);
    assert_false(tkt_env_failed(f->env));

    tkt_key_start(&k);
    tkt_key_u32(&k, 0);
    txn = fixture_read(f);
    assert_false(tkt_get(txn, TKT_DB_TICKET, &k, &v));
    tkt_txn_reset(txn);

    txn = fixture_begin(f);
    put_filler(txn, 0);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
}


static void
refused_when_nearly_full_until_purged(void **state)
{
    unsigned         i, filled;
    fixture_t       *f = *state;
    tkt_txn_t       *txn;
    tkt_key_t        k;
    tkt_str_t        v;
    tkt_status_t     status;
    tkt_env_info_t   info;

    for (filled = 0; filled < 1000; filled++) {
        status = tkt_txn_begin(f->env, &txn, false);

        if (status != TKT_OK) {
            break;
        }

        put_filler(txn, filled);
        assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    }

    assert_int_equal(status, TKT_STORAGE_FULL);
    assert_null(txn);
    tkt_env_info(f->env, &info);
    assert_in_range(info.used_bytes * 100 / info.map_bytes,
                    TKT_MAP_REFUSE_PERCENT, 99);

    /* reads go on, and so do purges, which make room again */
    tkt_key_start(&k);
    tkt_key_u32(&k, 0);
    txn = fixture_read(f);
    assert_true(tkt_get(txn, TKT_DB_TICKET, &k, &v));
    tkt_txn_reset(txn);

    for (i = 0; i < filled; i += 8) {
        unsigned  j;

        assert_int_equal(tkt_txn_begin(f->env, &txn, true), TKT_OK);

        for (j = i; j < i + 8 && j < filled; j++) {
            tkt_key_start(&k);
            tkt_key_u32(&k, j);
            assert_true(tkt_delete(txn, TKT_DB_TICKET, &k));
        }

        assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    }

    /* the high-water mark stays, but its pages are free */
    tkt_env_info(f->env, &info);
    assert_true(info.used_bytes * 100 / info.map_bytes
                >= TKT_MAP_REFUSE_PERCENT);

    txn = fixture_begin(f);
    put_filler(txn, 7);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
}


int
main(void)
{
#define T(name)                                                               \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
#define SMALL(name)                                                           \
    cmocka_unit_test_setup_teardown(name, small_setup, fixture_teardown)

    const struct CMUnitTest  tests[] = {
        T(no_space_for_pages_stores_nothing),
        T(failed_page_write_is_unknown),
        T(failed_sync_is_unknown),
        T(failed_meta_write_is_unknown_and_the_end),
        SMALL(map_full_in_put),
        SMALL(map_full_in_commit),
        SMALL(refused_when_nearly_full_until_purged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
