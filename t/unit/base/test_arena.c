/*
 * The arena: alignment, no overlap, sizes around a block's, lenders, and
 * failure that stays.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <wchar.h>

#include <cmocka.h>

#include "base/tkt_arena.h"


#define LENT_MAX  64

typedef struct {
    void    *blocks[LENT_MAX];
    size_t   sizes[LENT_MAX];
    size_t   count;
    size_t   allowed;
    size_t   skew;
} lender_t;


static void *
lend(void *data, size_t bytes)
{
    lender_t  *l;

    l = data;

    if (l->count == l->allowed) {
        return NULL;
    }

    l->blocks[l->count] = malloc(bytes + l->skew);
    l->sizes[l->count] = bytes;
    assert_non_null(l->blocks[l->count]);

    return (uint8_t *) l->blocks[l->count++] + l->skew;
}


static void
lender_free(lender_t *l)
{
    while (l->count > 0) {
        free(l->blocks[--l->count]);
    }
}


/* Many allocations of all kinds, filled, and all still intact at the end. */
static void
check_mixture(tkt_arena_t *a)
{
    enum { N = 3000 };

    size_t     i, j;
    uint8_t   *p[N];
    size_t     n[N];
    tkt_str_t  text;

    for (i = 0; i < N; i++) {
        n[i] = (i * 7919) % (i % 50 == 0 ? 3000 : 90);

        switch (i % 4) {

        case 0:
            p[i] = tkt_arena_alloc(a, n[i]);
            assert_int_equal((uintptr_t) p[i] % 8, 0);
            break;

        case 1:
            p[i] = tkt_arena_bytes(a, n[i]);
            break;

        case 2:
            p[i] = tkt_arena_zalloc(a, n[i]);
            assert_int_equal((uintptr_t) p[i] % 8, 0);

            for (j = 0; j < n[i]; j++) {
                assert_int_equal(p[i][j], 0);
            }

            break;

        default:
            text = tkt_arena_printf(a, "%0*zu", (int) n[i] + 1, i);
            p[i] = (uint8_t *) (uintptr_t) text.data;
            assert_true(text.len > n[i]);
            n[i] = text.len;
        }

        assert_non_null(p[i]);
        memset(p[i], (int) (i & 0xff), n[i]);
    }

    for (i = 0; i < N; i++) {
        for (j = 0; j < n[i]; j++) {
            assert_int_equal(p[i][j], i & 0xff);
        }
    }

    assert_false(a->failed);
}


static void
test_own_blocks(void **state)
{
    size_t       i;
    tkt_arena_t  a;

    static const size_t  sizes[] = { 0, 1, 64, 100, 1024, 4096, 65536 };

    for (i = 0; i < tkt_array_len(sizes); i++) {
        tkt_arena_init(&a, sizes[i]);
        assert_null(a.blocks);
        check_mixture(&a);
        tkt_arena_done(&a);
    }
}


static void
test_done_twice_and_again(void **state)
{
    tkt_arena_t  a;

    tkt_arena_init(&a, 128);
    tkt_arena_done(&a);
    assert_non_null(tkt_arena_alloc(&a, 40));
    tkt_arena_done(&a);
    tkt_arena_done(&a);
    assert_non_null(tkt_arena_alloc(&a, 4000));
    assert_non_null(tkt_arena_bytes(&a, 1));
    tkt_arena_done(&a);
}


static void
test_created(void **state)
{
    uint8_t      *p;
    tkt_arena_t  *a;

    a = tkt_arena_create(1024);
    assert_non_null(a);

    /* the first 1024 bytes come from the arena's own block */

    p = tkt_arena_alloc(a, 1000);
    assert_ptr_equal(p, (uint8_t *) a + sizeof(tkt_arena_t));
    memset(p, 1, 1000);
    p = tkt_arena_bytes(a, 24);
    memset(p, 2, 24);
    assert_null(a->blocks);

    assert_non_null(tkt_arena_bytes(a, 1));
    assert_non_null(a->blocks);

    check_mixture(a);
    tkt_arena_destroy(a);

    a = tkt_arena_create(0);
    check_mixture(a);
    tkt_arena_destroy(a);

    tkt_arena_destroy(NULL);
}


static void
test_zero_bytes(void **state)
{
    uint8_t      *p, *q;
    tkt_str_t     s;
    tkt_arena_t   a;

    tkt_arena_init(&a, 64);

    assert_non_null(tkt_arena_alloc(&a, 0));
    assert_non_null(tkt_arena_bytes(&a, 0));
    assert_non_null(tkt_arena_zalloc(&a, 0));

    s = tkt_arena_copy(&a, tkt_str_z(NULL));
    assert_non_null(s.data);
    assert_int_equal(s.len, 0);

    s = tkt_arena_printf(&a, "%s", "");
    assert_non_null(s.data);
    assert_int_equal(s.len, 0);

    p = tkt_arena_alloc(&a, 8);
    q = tkt_arena_alloc(&a, 8);
    assert_true(p != q);
    assert_false(a.failed);

    tkt_arena_done(&a);
}


static void
test_lent(void **state)
{
    size_t       i;
    lender_t     l = { .allowed = LENT_MAX };
    tkt_arena_t  a;

    tkt_arena_init_lent(&a, 100000, lend, &l);
    check_mixture(&a);
    assert_true(l.count > 1);
    assert_null(a.blocks);

    for (i = 0; i < l.count; i++) {
        assert_true(l.sizes[i] >= 100000);
    }

    tkt_arena_done(&a);
    lender_free(&l);
}


static void
test_exact_fit(void **state)
{
    uint8_t      *p;
    lender_t      l = { .allowed = 2 };
    tkt_arena_t   a;

    tkt_arena_init_lent(&a, 128, lend, &l);

    p = tkt_arena_bytes(&a, 1);
    *p = 1;
    memset(tkt_arena_alloc(&a, 120), 2, 120);
    assert_int_equal(l.count, 1);
    assert_ptr_equal(a.pos, a.end);

    memset(tkt_arena_bytes(&a, 119), 3, 119);
    assert_int_equal(l.count, 2);
    memset(tkt_arena_bytes(&a, 9), 4, 9);
    assert_int_equal(l.count, 2);
    assert_ptr_equal(a.pos, a.end);
    assert_false(a.failed);

    assert_null(tkt_arena_bytes(&a, 1));
    assert_true(a.failed);

    lender_free(&l);
}


static void
test_big_keeps_the_rest(void **state)
{
    uint8_t      *p, *q;
    lender_t      l = { .allowed = LENT_MAX };
    tkt_arena_t   a;

    tkt_arena_init_lent(&a, 128, lend, &l);

    p = tkt_arena_alloc(&a, 16);
    memset(tkt_arena_alloc(&a, 5000), 1, 5000);
    q = tkt_arena_alloc(&a, 16);

    assert_ptr_equal(q, p + 16);
    assert_int_equal(l.count, 2);

    lender_free(&l);
}


static void
test_failure_stays(void **state)
{
    lender_t     l = { .allowed = 1 };
    tkt_str_t    s;
    tkt_arena_t  a;

    tkt_arena_init_lent(&a, 64, lend, &l);

    assert_non_null(tkt_arena_alloc(&a, 40));
    assert_null(tkt_arena_alloc(&a, 40));
    assert_true(a.failed);

    /* what still fits may be had, but the arena remembers */

    assert_non_null(tkt_arena_alloc(&a, 8));
    assert_true(a.failed);

    assert_null(tkt_arena_zalloc(&a, 4000));

    s = tkt_arena_copy(&a, tkt_str("a text that is longer than the rest"));
    assert_null(s.data);
    assert_int_equal(s.len, 0);

    s = tkt_arena_printf(&a, "%040d", 1);
    assert_null(s.data);
    assert_int_equal(s.len, 0);

    assert_true(a.failed);
    lender_free(&l);
}


static void
test_absurd_sizes(void **state)
{
    size_t        i;
    tkt_arena_t   a;

    static const size_t  sizes[] = {
        SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 7, SIZE_MAX - 8, SIZE_MAX / 2 + 1
    };

    for (i = 0; i < tkt_array_len(sizes); i++) {
        tkt_arena_init(&a, 64);
        assert_null(tkt_arena_alloc(&a, sizes[i]));
        assert_true(a.failed);
        tkt_arena_done(&a);

        tkt_arena_init(&a, 64);
        assert_non_null(tkt_arena_bytes(&a, 3));
        assert_null(tkt_arena_bytes(&a, sizes[i]));
        assert_null(tkt_arena_zalloc(&a, sizes[i]));
        assert_true(a.failed);
        tkt_arena_done(&a);
    }
}


static void
test_lender_without_alignment(void **state)
{
    lender_t     l = { .allowed = LENT_MAX, .skew = 4 };
    tkt_arena_t  a;

    tkt_arena_init_lent(&a, 64, lend, &l);
    assert_null(tkt_arena_alloc(&a, 8));
    assert_true(a.failed);
    lender_free(&l);
}


static void
test_copy(void **state)
{
    uint8_t      text[] = "abc\0def";
    tkt_str_t    s, copy;
    tkt_arena_t  a;

    tkt_arena_init(&a, 64);

    s.data = text;
    s.len = 7;
    copy = tkt_arena_copy(&a, s);
    assert_true(tkt_str_eq(copy, s));

    text[0] = 'x';
    assert_true(tkt_str_eq(copy, tkt_str("abc\0def")));

    tkt_arena_done(&a);
}


static void
test_printf(void **state)
{
    int          n;
    size_t       before;
    tkt_str_t    s;
    tkt_arena_t  a;

    tkt_arena_init(&a, 64);

    s = tkt_arena_printf(&a, "%s-%d", "t", 42);
    assert_true(tkt_str_eq(s, tkt_str("t-42")));

    /* the NUL takes no room */

    before = (size_t) (a.end - a.pos);
    s = tkt_arena_printf(&a, "%d", 7);
    assert_int_equal(before - (size_t) (a.end - a.pos), 1);

    for (n = 0; n < 300; n++) {
        s = tkt_arena_printf(&a, "%0*d", n, 0);
        assert_int_equal(s.len, n == 0 ? 1 : n);
        assert_int_equal(s.data[s.len - 1], '0');
    }

    assert_false(a.failed);

    /* printf itself may fail: no such wide character */

    s = tkt_arena_printf(&a, "%lc", (wint_t) 0x7fffffff);
    assert_null(s.data);
    assert_int_equal(s.len, 0);
    assert_true(a.failed);

    tkt_arena_done(&a);
}


/* ---- secrets ---- */

static bool
is_zero(const void *p, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        if (((const uint8_t *) p)[i] != 0) {
            return false;
        }
    }

    return true;
}


static uint8_t *
write_secret(tkt_arena_t *a, size_t n)
{
    uint8_t  *p = tkt_arena_bytes(a, n);

    assert_non_null(p);
    memset(p, 's', n);

    return p;
}


static void
test_secrets_wiped(void **state)
{
    uint8_t      *small, *big;
    tkt_arena_t   a;

    tkt_arena_init(&a, 256);
    tkt_arena_keep_secrets(&a);

    small = write_secret(&a, 100);
    big = write_secret(&a, 1000);
    (void) write_secret(&a, 200);

    tkt_arena_wipe(&a);
    assert_true(is_zero(small, 100));
    assert_true(is_zero(big, 1000));

    /* and still good to use */

    small = write_secret(&a, 10);
    assert_int_equal(small[9], 's');
    tkt_arena_done(&a);
}


/* What was lent is the lender's: it can be looked at after the end. */
static void
test_secrets_lent(void **state)
{
    uint8_t      *before, *small, *big;
    lender_t      l = { .allowed = LENT_MAX };
    tkt_arena_t   a;

    tkt_arena_init_lent(&a, 256, lend, &l);
    before = write_secret(&a, 16);

    tkt_arena_keep_secrets(&a);
    tkt_arena_keep_secrets(&a);
    small = write_secret(&a, 16);
    big = write_secret(&a, 4096);

    /* the rest of the block is used, and what was there before is not ours */

    assert_ptr_equal(small, before + 16);
    assert_int_equal(l.count, 2);

    tkt_arena_done(&a);
    assert_true(is_zero(small, 16));
    assert_true(is_zero(big, 4096));
    assert_int_equal(before[0], 's');
    assert_int_equal(before[15], 's');
    lender_free(&l);

    /* without secrets a block is as large as was asked for */

    l = (lender_t) { .allowed = LENT_MAX };
    tkt_arena_init_lent(&a, 256, lend, &l);
    (void) write_secret(&a, 1000);
    assert_int_equal(l.sizes[0], 1000);
    tkt_arena_wipe(&a);
    tkt_arena_done(&a);
    lender_free(&l);
}


/* All that was handed out, whichever block it is in, and nothing else. */
static void
test_secrets_as_far_as_used(void **state)
{
    size_t        i, n;
    uint8_t      *p[40], *rest;
    lender_t      l = { .allowed = LENT_MAX };
    tkt_arena_t   a;

    tkt_arena_init_lent(&a, 512, lend, &l);
    (void) write_secret(&a, 8);
    tkt_arena_keep_secrets(&a);

    for (n = 0; n < tkt_array_len(p); n++) {
        p[n] = write_secret(&a, n == 20 ? 3000 : 24);
    }

    rest = a.pos;
    assert_true(a.end - rest > 8);
    rest[0] = 'r';

    tkt_arena_wipe(&a);

    for (i = 0; i < n; i++) {
        assert_true(is_zero(p[i], i == 20 ? 3000 : 24));
    }

    assert_int_equal(rest[0], 'r');
    tkt_arena_done(&a);
    lender_free(&l);
}


/* What printf could not finish was not handed out, and goes all the same. */
static void
test_secrets_of_printf(void **state)
{
    uint8_t      *room;
    lender_t      l = { .allowed = LENT_MAX };
    tkt_str_t     s;
    tkt_arena_t   a;

    tkt_arena_init_lent(&a, 64, lend, &l);
    tkt_arena_keep_secrets(&a);
    (void) write_secret(&a, 8);
    room = a.pos;

    s = tkt_arena_printf(&a, "%s%0*d", "secret", 500, 1);
    assert_int_equal(s.len, 506);
    assert_ptr_equal(a.pos, room);
    assert_true(is_zero(room, (size_t) (a.end - room)));

    tkt_arena_done(&a);
    assert_true(is_zero(s.data, s.len));
    lender_free(&l);
}


static void
test_given_back(void **state)
{
    uint8_t      *p;
    tkt_arena_t   a;

    tkt_arena_init(&a, 256);
    p = tkt_arena_bytes(&a, 100);
    tkt_arena_give_back(&a, p + 10);
    assert_ptr_equal(tkt_arena_bytes(&a, 1), p + 10);
    tkt_arena_done(&a);
}


/* ---- kept blocks ---- */

static void
test_kept_blocks(void **state)
{
    uint8_t             *p;
    tkt_arena_t         *a, *b, *c;
    tkt_arena_blocks_t   blocks = { .count_max = 2 };

    a = tkt_arena_create_kept(1000, &blocks);
    b = tkt_arena_create_kept(TKT_ARENA_KEPT_BYTES - sizeof(tkt_arena_t),
                              &blocks);
    c = tkt_arena_create_kept(2000, &blocks);
    check_mixture(a);
    check_mixture(b);
    check_mixture(c);

    tkt_arena_destroy(a);
    tkt_arena_destroy(b);
    assert_int_equal(blocks.count, 2);
    tkt_arena_destroy(c);
    assert_int_equal(blocks.count, 2);

    /* the last that came back is the warmest */

    c = tkt_arena_create_kept(64, &blocks);
    assert_ptr_equal(c, b);
    assert_int_equal(blocks.count, 1);
    assert_false(c->wipe);
    assert_null(c->blocks);
    check_mixture(c);

    /* what does not fit is malloc's */

    b = tkt_arena_create_kept(TKT_ARENA_KEPT_BYTES, &blocks);
    assert_int_equal(blocks.count, 1);
    check_mixture(b);
    tkt_arena_destroy(b);
    assert_int_equal(blocks.count, 1);

    /* one that holds a secret goes back without it */

    a = tkt_arena_create_kept(64, &blocks);
    tkt_arena_keep_secrets(a);
    p = write_secret(a, 9000);
    tkt_arena_destroy(a);
    assert_true(is_zero(p, 9000));
    tkt_arena_destroy(c);
    assert_int_equal(blocks.count, 2);

    while (blocks.count > 0) {
        a = tkt_arena_create_kept(64, &blocks);
        a->home = NULL;
        tkt_arena_destroy(a);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_own_blocks),
        cmocka_unit_test(test_done_twice_and_again),
        cmocka_unit_test(test_created),
        cmocka_unit_test(test_zero_bytes),
        cmocka_unit_test(test_lent),
        cmocka_unit_test(test_exact_fit),
        cmocka_unit_test(test_big_keeps_the_rest),
        cmocka_unit_test(test_failure_stays),
        cmocka_unit_test(test_absurd_sizes),
        cmocka_unit_test(test_lender_without_alignment),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_printf),
        cmocka_unit_test(test_secrets_wiped),
        cmocka_unit_test(test_secrets_lent),
        cmocka_unit_test(test_secrets_as_far_as_used),
        cmocka_unit_test(test_secrets_of_printf),
        cmocka_unit_test(test_given_back),
        cmocka_unit_test(test_kept_blocks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
