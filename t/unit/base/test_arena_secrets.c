/*
 * Arenas that hold secrets: what is overwritten and what is not; memory that
 * is given back, and blocks that are kept.
 */

#include "arena_fixture.h"


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
        cmocka_unit_test(test_secrets_wiped),
        cmocka_unit_test(test_secrets_lent),
        cmocka_unit_test(test_secrets_as_far_as_used),
        cmocka_unit_test(test_secrets_of_printf),
        cmocka_unit_test(test_given_back),
        cmocka_unit_test(test_kept_blocks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
