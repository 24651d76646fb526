/*
 * The arena: alignment, no overlap, sizes around a block's, lenders, and
 * failure that stays.
 */

#include "arena_fixture.h"


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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
