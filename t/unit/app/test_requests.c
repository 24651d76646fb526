/*
 * The rows of a requester's tickets against a plain array: every start, both
 * ways, around the ends of rows; what is no row; neighbours left alone.
 */

#include "desk.h"

#include "app/tkt_requests.h"


#define TENANT    7
#define NUMBERS   (3 * TKT_REQUESTS_ROW_MAX + 5)
#define BEFORE    40
#define HIS       41
#define AFTER     42


typedef struct {
    size_t    count;
    uint64_t  ids[NUMBERS];
} model_t;


/* Adds the next number to his, and now and then one to his neighbours. */
static void
add(desk_t *d, model_t *m, uint64_t id)
{
    tkt_txn_t  *txn;

    assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);
    tkt_requests_add(txn, TENANT, HIS, id);

    if (id % 5 == 0) {
        tkt_requests_add(txn, TENANT, BEFORE, id + 1);
        tkt_requests_add(txn, TENANT, AFTER, id + 2);
    }

    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    m->ids[m->count++] = id;
}


/* All that the walk gives from a start, against the model. */
static void
walk_from(desk_t *d, const model_t *m, uint64_t from, bool reverse)
{
    size_t          i;
    uint64_t        id;
    tkt_requests_t  r;

    tkt_requests_open(&r, d->read, TENANT, HIS, from, reverse);

    for (i = 0; i < m->count; i++) {
        uint64_t  want = m->ids[reverse ? m->count - 1 - i : i];

        if (from != 0 && (reverse ? want > from : want < from)) {
            continue;
        }

        assert_true(tkt_requests_next(&r, &id));
        assert_int_equal(id, want);
    }

    assert_false(tkt_requests_next(&r, &id));
    assert_false(tkt_requests_next(&r, &id));
    assert_int_equal(tkt_txn_status(d->read), TKT_OK);
}


static void
every_start_both_ways(void **state)
{
    size_t    i;
    desk_t    d;
    model_t   m = { 0 };
    uint64_t  id, from;

    (void) state;
    desk_open(&d);

    for (id = 3, i = 0; i < NUMBERS; i++, id += 1 + i * i % 300) {
        add(&d, &m, id);

        /* every length around the end of a row, and some others */

        if ((i + 2) % TKT_REQUESTS_ROW_MAX > 3 && i % 17 != 0) {
            continue;
        }

        assert_int_equal(tkt_txn_renew(d.read), TKT_OK);

        for (from = 0; from <= m.count; from++) {
            uint64_t  at = (from == m.count) ? UINT64_MAX - 2 : m.ids[from];

            walk_from(&d, &m, at, false);
            walk_from(&d, &m, at, true);
            walk_from(&d, &m, at - 1, false);
            walk_from(&d, &m, at - 1, true);
            walk_from(&d, &m, at + 1, false);
            walk_from(&d, &m, at + 1, true);
        }

        walk_from(&d, &m, 0, false);
        walk_from(&d, &m, 0, true);
        tkt_txn_reset(d.read);
    }

    assert_int_equal(tkt_txn_renew(d.read), TKT_OK);

    for (from = 1; from <= m.ids[m.count - 1] + 2; from++) {
        bool  has = false;

        for (i = 0; i < m.count; i++) {
            has |= m.ids[i] == from;
        }

        assert_int_equal(tkt_requests_has(d.read, TENANT, HIS, from), has);
    }

    assert_false(tkt_requests_has(d.read, TENANT, HIS + 100, 3));
    assert_false(tkt_requests_has(d.read, TENANT + 1, HIS, 3));
    tkt_txn_reset(d.read);
    desk_close(&d);
}


static void
numbers_rise(void **state)
{
    desk_t      d;
    tkt_txn_t  *txn;

    (void) state;
    desk_open(&d);

    assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);
    tkt_requests_add(txn, TENANT, HIS, 9);
    assert_int_equal(tkt_txn_status(txn), TKT_OK);
    tkt_requests_add(txn, TENANT, HIS, 9);
    assert_int_equal(tkt_txn_status(txn), TKT_INTERNAL);
    tkt_txn_abort(txn);
    desk_close(&d);
}


/* What is no row is refused, wherever it is met. */
static void
rows_that_are_none(void **state)
{
    size_t              i;
    desk_t              d;
    uint64_t            id;
    tkt_key_t           key;
    tkt_txn_t          *txn;
    tkt_requests_t      r;
    tkt_requests_row_t  row;

    static const tkt_str_t  none[] = {
        tkt_lit(""), tkt_lit("\0"), tkt_lit("\1"), tkt_lit("\1\0"),
        tkt_lit("\1\5\1"), tkt_lit("\2\5"), tkt_lit("\2\5\0"),
        tkt_lit("\2\5\5"), tkt_lit("\2\5\6"), tkt_lit("\1\x85"),
        tkt_lit("\101\5"), tkt_lit("\xff\5\1"),
    };

    (void) state;
    desk_open(&d);
    tkt_key_by_requester(&key, TENANT, HIS, TKT_REQUESTS_OPEN);

    for (i = 0; i < tkt_array_len(none); i++) {
        assert_false(tkt_requests_row(none[i], &row));

        assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);
        tkt_put(txn, TKT_DB_BY_REQUESTER, &key, none[i]);
        tkt_requests_open(&r, txn, TENANT, HIS, 0, true);
        assert_false(tkt_requests_has(txn, TENANT, HIS, 5));
        assert_int_equal(tkt_txn_status(txn), TKT_OK);
        assert_false(tkt_requests_next(&r, &id));
        assert_int_equal(tkt_txn_status(txn), TKT_INTERNAL);
        tkt_txn_abort(txn);
    }

    assert_true(tkt_requests_row(tkt_str("\2\5\4"), &row));
    assert_int_equal(row.count, 2);
    assert_int_equal(row.ids[0], 5);
    assert_int_equal(row.ids[1], 1);
    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(every_start_both_ways),
        cmocka_unit_test(numbers_rise),
        cmocka_unit_test(rows_that_are_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
