/*
 * Sets in rows against a plain array: every start, both ways, around the ends
 * of rows, grown at the end and anywhere, shrunk to nothing; what is no row;
 * neighbours left alone.
 */

#include "store_fixture.h"

#include "store/tkt_packed.h"


#define DB        TKT_DB_BY_REQUESTER
#define TENANT    7
#define NUMBERS   (3 * TKT_PACKED_ROW_MAX + 5)
#define BEFORE    40
#define HIS       41
#define AFTER     42


typedef struct {
    size_t    count;
    uint64_t  ids[NUMBERS];
} model_t;


static const tkt_key_t *
set_of(uint64_t who)
{
    static tkt_key_t  key;

    tkt_key_start(&key);
    tkt_key_u32(&key, TENANT);
    tkt_key_u64(&key, who);

    return &key;
}


/* Adds the next number to his, and now and then one to his neighbours. */
static void
add(fixture_t *f, model_t *m, uint64_t id)
{
    tkt_txn_t  *txn;

    assert_int_equal(tkt_txn_begin(f->env, &txn, false), TKT_OK);
    tkt_packed_add(txn, DB, set_of(HIS), id);

    if (id % 5 == 0) {
        tkt_packed_add(txn, DB, set_of(BEFORE), id + 1);
        tkt_packed_add(txn, DB, set_of(AFTER), id + 2);
    }

    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    m->ids[m->count++] = id;
}


/* All that the walk gives from a start, against the model. */
static void
walk_from(fixture_t *f, const model_t *m, uint64_t from, bool reverse)
{
    size_t        i;
    uint64_t      id;
    tkt_packed_t  r;

    tkt_packed_open(&r, f->read, DB, set_of(HIS), from, reverse);

    for (i = 0; i < m->count; i++) {
        uint64_t  want = m->ids[reverse ? m->count - 1 - i : i];

        if (from != 0 && (reverse ? want > from : want < from)) {
            continue;
        }

        assert_true(tkt_packed_next(&r, &id));
        assert_int_equal(id, want);
    }

    assert_false(tkt_packed_next(&r, &id));
    assert_false(tkt_packed_next(&r, &id));
    assert_int_equal(tkt_txn_status(f->read), TKT_OK);
}


static void
every_start_both_ways(void **state)
{
    size_t      i;
    fixture_t  *f = *state;
    model_t     m = { 0 };
    uint64_t    id, from;

    for (id = 3, i = 0; i < NUMBERS; i++, id += 1 + i * i % 300) {
        add(f, &m, id);

        /* every length around the end of a row, and some others */

        if ((i + 2) % TKT_PACKED_ROW_MAX > 3 && i % 17 != 0) {
            continue;
        }

        assert_int_equal(tkt_txn_renew(f->read), TKT_OK);

        for (from = 0; from <= m.count; from++) {
            uint64_t  at = (from == m.count) ? UINT64_MAX - 2 : m.ids[from];

            walk_from(f, &m, at, false);
            walk_from(f, &m, at, true);
            walk_from(f, &m, at - 1, false);
            walk_from(f, &m, at - 1, true);
            walk_from(f, &m, at + 1, false);
            walk_from(f, &m, at + 1, true);
        }

        walk_from(f, &m, 0, false);
        walk_from(f, &m, 0, true);
        tkt_txn_reset(f->read);
    }

    assert_int_equal(tkt_txn_renew(f->read), TKT_OK);

    for (from = 1; from <= m.ids[m.count - 1] + 2; from++) {
        bool  has = false;

        for (i = 0; i < m.count; i++) {
            has |= m.ids[i] == from;
        }

        assert_int_equal(tkt_packed_has(f->read, DB, set_of(HIS), from), has);
    }

    assert_false(tkt_packed_has(f->read, DB, set_of(HIS + 100), 3));
    tkt_txn_reset(f->read);
}


static void
a_number_is_there_once(void **state)
{
    fixture_t  *f = *state;
    tkt_txn_t  *txn;

    assert_int_equal(tkt_txn_begin(f->env, &txn, false), TKT_OK);
    tkt_packed_add(txn, DB, set_of(HIS), 9);
    assert_int_equal(tkt_txn_status(txn), TKT_OK);
    tkt_packed_add(txn, DB, set_of(HIS), 9);
    assert_int_equal(tkt_txn_status(txn), TKT_INTERNAL);
    tkt_txn_abort(txn);
}


/* Grown and shrunk in any order, against the model, from a fixed seed. */
static void
random_order(void **state)
{
    bool        has;
    size_t      i, at, step;
    fixture_t  *f = *state;
    model_t     m = { 0 };
    uint64_t    id, seed;
    tkt_txn_t  *txn;

    seed = 42;

    for (step = 0; step < 6000; step++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        id = 1 + (seed >> 33) % 400;

        for (at = 0; at < m.count && m.ids[at] < id; at++) {
            /* void */
        }

        has = at < m.count && m.ids[at] == id;

        /* it fills up, is held, and empties */

        if (has != (step % 3 == 0 || step > 4000)
            || (!has && m.count == NUMBERS))
        {
            continue;
        }

        assert_int_equal(tkt_txn_begin(f->env, &txn, false), TKT_OK);

        if (has) {
            tkt_packed_remove(txn, DB, set_of(HIS), id);
            memmove(m.ids + at, m.ids + at + 1,
                    (--m.count - at) * sizeof(m.ids[0]));

        } else {
            tkt_packed_add(txn, DB, set_of(HIS), id);
            memmove(m.ids + at + 1, m.ids + at,
                    (m.count++ - at) * sizeof(m.ids[0]));
            m.ids[at] = id;
        }

        assert_int_equal(tkt_txn_commit(txn), TKT_OK);
        assert_int_equal(tkt_txn_renew(f->read), TKT_OK);
        walk_from(f, &m, 0, false);
        walk_from(f, &m, 0, true);
        walk_from(f, &m, id, step % 2 == 0);
        tkt_txn_reset(f->read);
    }

    assert_int_equal(tkt_txn_begin(f->env, &txn, false), TKT_OK);

    for (i = 0; i < m.count; i++) {
        tkt_packed_remove(txn, DB, set_of(HIS), m.ids[i]);
    }

    assert_false(tkt_scan_any(txn, DB, set_of(HIS)));
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
}


static void
what_is_not_there_is_not_removed(void **state)
{
    fixture_t  *f = *state;
    uint64_t    id;
    tkt_txn_t  *txn;

    for (id = 8; id <= 10; id++) {
        assert_int_equal(tkt_txn_begin(f->env, &txn, false), TKT_OK);
        tkt_packed_add(txn, DB, set_of(HIS), 9);
        tkt_packed_remove(txn, DB, set_of(HIS), id);
        assert_int_equal(tkt_txn_status(txn),
                         id == 9 ? TKT_OK : TKT_INTERNAL);
        tkt_txn_abort(txn);
    }

}


/* What is no row is refused, wherever it is met. */
static void
rows_that_are_none(void **state)
{
    size_t             i;
    uint64_t           id;
    fixture_t         *f = *state;
    tkt_key_t          key;
    tkt_txn_t         *txn;
    tkt_packed_t       r;
    tkt_packed_row_t   row;

    static const tkt_str_t  none[] = {
        tkt_lit(""), tkt_lit("\0"), tkt_lit("\1"), tkt_lit("\1\0"),
        tkt_lit("\1\5\1"), tkt_lit("\2\5"), tkt_lit("\2\5\0"),
        tkt_lit("\2\5\5"), tkt_lit("\2\5\6"), tkt_lit("\1\x85"),
        tkt_lit("\101\5"), tkt_lit("\xff\5\1"),
    };

    key = *set_of(HIS);
    tkt_key_u64(&key, TKT_PACKED_OPEN);

    for (i = 0; i < tkt_array_len(none); i++) {
        assert_false(tkt_packed_row(none[i], &row));

        assert_int_equal(tkt_txn_begin(f->env, &txn, false), TKT_OK);
        tkt_put(txn, DB, &key, none[i]);
        tkt_packed_open(&r, txn, DB, set_of(HIS), 0, true);
        assert_false(tkt_packed_has(txn, DB, set_of(HIS), 5));
        assert_int_equal(tkt_txn_status(txn), TKT_OK);
        assert_false(tkt_packed_next(&r, &id));
        assert_int_equal(tkt_txn_status(txn), TKT_INTERNAL);
        tkt_txn_abort(txn);
    }

    assert_true(tkt_packed_row(tkt_str("\2\5\4"), &row));
    assert_int_equal(row.count, 2);
    assert_int_equal(row.ids[0], 5);
    assert_int_equal(row.ids[1], 1);
}


#define T(test)                                                               \
    cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        T(every_start_both_ways),
        T(a_number_is_there_once),
        T(random_order),
        T(what_is_not_there_is_not_removed),
        T(rows_that_are_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
