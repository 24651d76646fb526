/*
 * Change lists: exact rows, from before to after, damaged bytes.
 */

#include "record_fixture.h"


static void
changes_exact(void **state)
{
    tkt_arena_t    *a = *state;
    thing_t         t, u;
    tkt_str_t       list;
    tkt_changes_t   c;
    tkt_change_t    change;

    memset(&t, 0, sizeof(t));
    t.id = 9;
    t.name = tkt_str("old");
    u = t;

    assert_int_equal(tkt_changes_pack(&thing_schema, &t, &u, a).len, 0);

    u.state = 7;       /* not tracked */
    u.late = 1;        /* not stored */
    assert_int_equal(tkt_changes_pack(&thing_schema, &t, &u, a).len, 0);

    u.name = tkt_str("new!");
    u.score = 300;
    u.created = 1;
    list = tkt_changes_pack(&thing_schema, &t, &u, a);

    tkt_changes_start(&c, &thing_schema, list);
    assert_true(tkt_changes_next(&c, &change));
    assert_int_equal(change.row, 6);
    assert_ptr_equal(change.field, &contact_rows[0]);
    assert_str_is(change.old_str, "old");
    assert_str_is(change.new_str, "new!");
    assert_true(tkt_changes_next(&c, &change));
    assert_int_equal(change.row, 8);
    assert_int_equal(change.old_u64, 0);
    assert_int_equal(change.new_u64, 300);
    assert_int_equal(change.new_str.len, 0);
    assert_true(tkt_changes_next(&c, &change));
    assert_int_equal(change.row, 9);
    assert_false(tkt_changes_next(&c, &change));
    assert_false(c.bad);
    assert_int_equal(list.len, 1 + 4 + 5 + 1 + 1 + 2 + 1 + 1 + 1);
}


/* Applying a list to `before` gives the tracked rows of `after`. */
static void
changes_lead_from_before_to_after(void **state)
{
    int             i;
    uint64_t        seed;
    tkt_arena_t    *a = *state;
    thing_t         t, u, v;
    tkt_str_t       list;
    tkt_changes_t   c;
    tkt_change_t    change;

    seed = 12;

    for (i = 0; i < 1000; i++) {
        random_thing(&t, a, &seed);
        random_thing(&u, a, &seed);
        u.state = t.state;
        v = t;

        list = tkt_changes_pack(&thing_schema, &t, &u, a);
        tkt_changes_start(&c, &thing_schema, list);

        while (tkt_changes_next(&c, &change)) {
            if (tkt_field_is_u64(change.field)) {
                assert_true(*tkt_field_u64(change.field, &v)
                            == change.old_u64);
                *tkt_field_u64(change.field, &v) = change.new_u64;
            } else {
                assert_true(tkt_str_eq(*tkt_field_str(change.field, &v),
                                       change.old_str));
                *tkt_field_str(change.field, &v) = change.new_str;
            }
        }

        assert_false(c.bad);
        assert_things_equal(&u, &v);
    }
}


static void
damaged_changes_are_harmless(void **state)
{
    int             i, m;
    size_t          n;
    uint64_t        seed;
    uint8_t        *copy;
    tkt_arena_t    *a = *state;
    thing_t         t, u;
    tkt_str_t       list;
    tkt_changes_t   c;
    tkt_change_t    change;

    static const tkt_str_t  bad[] = {
        tkt_lit("\x0D\0\1"),        /* no such row */
        tkt_lit("\x0A\0\1"),        /* not stored */
        tkt_lit("\x05\0\1"),        /* an object */
        tkt_lit("\x80\x80\x01\0\1"),
        tkt_lit("\0"),
        tkt_lit("\0\1"),
        tkt_lit("\1\1a\2a"),
    };

    for (i = 0; i < (int) tkt_array_len(bad); i++) {
        tkt_changes_start(&c, &thing_schema, bad[i]);
        assert_false(tkt_changes_next(&c, &change));
        assert_true(c.bad);
        assert_false(tkt_changes_next(&c, &change));
    }

    seed = 13;

    for (i = 0; i < 200; i++) {
        random_thing(&t, a, &seed);
        random_thing(&u, a, &seed);
        list = tkt_changes_pack(&thing_schema, &t, &u, a);

        for (m = 0; m < 20 && list.len != 0; m++) {
            n = next_random(&seed) % list.len + 1;
            copy = malloc(n);
            memcpy(copy, list.data, n);
            copy[next_random(&seed) % n] ^= (uint8_t) next_random(&seed);
            tkt_changes_start(&c, &thing_schema, (tkt_str_t) { copy, n });

            while (tkt_changes_next(&c, &change)) {
                assert_true(change.field->stored != 0);
            }

            free(copy);
        }
    }
}


int
main(void)
{
#define T(name)                                                               \
    cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)

    const struct CMUnitTest  tests[] = {
        T(changes_exact),
        T(changes_lead_from_before_to_after),
        T(damaged_changes_are_harmless),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
