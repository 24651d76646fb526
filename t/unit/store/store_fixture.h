/*
 * What the tests of store/ share: a store in a directory of its own, short
 * ways to make keys, random bytes from a seed.
 */

#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/tkt_text.h"
#include "store/tkt_store.h"


#define FIXTURE_MAP_BYTES  ((size_t) 256 * 1024 * 1024)


typedef struct {
    char         dir[256];
    tkt_env_t   *env;
    tkt_txn_t   *read;
    tkt_arena_t  arena;
} fixture_t;


static inline void
fixture_dir(char *dir, size_t size)
{
    const char  *tmp;

    tmp = getenv("TMPDIR");
    (void) snprintf(dir, size, "%s/tkt-store-XXXXXX", tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(dir));
}


/* Removes a directory of plain files. */
static inline void
fixture_dir_remove(const char *dir)
{
    int             fd;
    DIR            *d;
    struct dirent  *e;

    d = opendir(dir);
    assert_non_null(d);
    fd = dirfd(d);

    while ((e = readdir(d)) != NULL) {
        if (e->d_name[0] != '.') {
            assert_int_equal(unlinkat(fd, e->d_name, 0), 0);
        }
    }

    closedir(d);
    assert_int_equal(rmdir(dir), 0);
}


static inline int
dir_setup(void **state)
{
    char  *dir;

    dir = test_malloc(256);
    fixture_dir(dir, 256);
    *state = dir;

    return 0;
}


static inline int
dir_teardown(void **state)
{
    fixture_dir_remove(*state);
    test_free(*state);

    return 0;
}


static inline tkt_env_t *
fixture_open(const char *dir, size_t map_bytes)
{
    tkt_env_t          *env;
    tkt_fault_t         fault;
    tkt_env_options_t   options = { dir, map_bytes, false };

    if (tkt_env_open(&env, &options, &fault) != TKT_OK) {
        fail_msg("open: %s", fault.text);
    }

    assert_non_null(env);

    return env;
}


static inline int
fixture_setup_map(void **state, size_t map_bytes)
{
    fixture_t  *f;

    f = calloc(1, sizeof(fixture_t));
    assert_non_null(f);

    fixture_dir(f->dir, sizeof(f->dir));
    f->env = fixture_open(f->dir, map_bytes);
    assert_int_equal(tkt_txn_reader(f->env, &f->read), TKT_OK);
    tkt_arena_init(&f->arena, 4096);

    *state = f;

    return 0;
}


static inline int
fixture_setup(void **state)
{
    return fixture_setup_map(state, FIXTURE_MAP_BYTES);
}


static inline int
fixture_teardown(void **state)
{
    fixture_t  *f;

    f = *state;

    tkt_txn_reader_free(f->read);
    tkt_env_close(f->env);
    tkt_arena_done(&f->arena);
    fixture_dir_remove(f->dir);
    free(f);

    return 0;
}


static inline tkt_txn_t *
fixture_begin(fixture_t *f)
{
    tkt_txn_t  *txn;

    assert_int_equal(tkt_txn_begin(f->env, &txn, false), TKT_OK);

    return txn;
}


static inline tkt_txn_t *
fixture_read(fixture_t *f)
{
    assert_int_equal(tkt_txn_renew(f->read), TKT_OK);

    return f->read;
}


/* The key of a text; lives until the next call but seven. */
static inline const tkt_key_t *
key_of(const char *text)
{
    static tkt_key_t  keys[8];
    static unsigned   next;
    tkt_key_t        *k;

    k = &keys[next++ % 8];
    tkt_key_start(k);
    tkt_key_bytes(k, tkt_str_z(text));

    return k;
}


static inline void
assert_str_is(tkt_str_t s, const char *text)
{
    assert_int_equal(s.len, strlen(text));
    assert_memory_equal(s.data, text, s.len);
}


/* xorshift64*, so that a failure can be repeated from its seed. */
static inline uint64_t
next_random(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;

    return *seed * UINT64_C(0x2545F4914F6CDD1D);
}


static inline int
compare_bytes(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    int  rc;

    rc = memcmp(a, b, a_len < b_len ? a_len : b_len);

    return rc ? rc : (a_len > b_len) - (a_len < b_len);
}


#endif /* STORE_FIXTURE_H */
