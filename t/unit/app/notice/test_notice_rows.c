/*
 * The rows of notices against a plain array: every start, both ways, around
 * the ends of rows; reading and trimming; what is no row; neighbours left
 * alone.
 */

#include "app/desk.h"

#include "app/notice/tkt_notice_rows.h"


#define TENANT   7
#define NUMBERS  (TKT_NOTICES_MAX + 4 * TKT_NOTICES_ROW_MAX)
#define BEFORE   40
#define HIS      41
#define AFTER    42


/* All that was ever told; those before `first` are gone. */
typedef struct {
    size_t        first;
    size_t        count;
    uint64_t      read;
    tkt_notice_t  n[NUMBERS];
} model_t;


static uint64_t
model_unread(const model_t *m)
{
    size_t    i;
    uint64_t  unread;

    for (unread = 0, i = m->first; i < m->count; i++) {
        unread += m->n[i].id > m->read;
    }

    return unread;
}


/* Tells him something, and now and then his neighbours. */
static void
add(desk_t *d, model_t *m, uint64_t id)
{
    tkt_txn_t     *txn;
    tkt_notice_t   n = {
        .id = id, .tenant = TENANT, .principal = HIS,
        .kind = 1 + id % (TKT_NOTICE_MAX - 1), .ticket = id * id % 100000,
        .message = id % 200, .actor = id % 3,

        /* time may stand still and go back */
        .created_at = 1790000000000 + id * 700 % 100000,
    };

    assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);
    tkt_notice_add(txn, &n);
    m->n[m->count++] = n;

    if (id % 5 == 0) {
        n.principal = BEFORE;
        tkt_notice_add(txn, &n);
        n.principal = AFTER;
        tkt_notice_add(txn, &n);
    }

    assert_int_equal(tkt_txn_commit(txn), TKT_OK);

    /* full rows go with the one that begins */

    while (m->count % TKT_NOTICES_ROW_MAX == 1
           && m->count - m->first >= TKT_NOTICES_MAX + TKT_NOTICES_ROW_MAX)
    {
        m->first += TKT_NOTICES_ROW_MAX;
    }

    assert_true(m->count - m->first
                <= TKT_NOTICES_MAX + TKT_NOTICES_SLACK);
}


static void
same(const tkt_notice_t *got, const tkt_notice_t *want)
{
    assert_memory_equal(got, want, sizeof(*got));
}


/* All that the walk gives from a start, and what stands there. */
static void
walk_from(desk_t *d, const model_t *m, uint64_t from)
{
    bool               found;
    size_t             i;
    tkt_notice_t       n;
    tkt_notice_walk_t  w;

    assert_true(tkt_notice_walk(&w, d->read, TENANT, HIS, from));
    assert_int_equal(w.state.kept, m->count - m->first);
    assert_int_equal(w.state.read, m->read);
    assert_int_equal(w.state.unread, model_unread(m));

    for (i = m->count; i > m->first; i--) {

        if (m->n[i - 1].id > from) {
            continue;
        }

        assert_true(tkt_notice_walk_next(&w, &n));
        same(&n, &m->n[i - 1]);
    }

    assert_false(tkt_notice_walk_next(&w, &n));
    assert_false(tkt_notice_walk_next(&w, &n));

    for (i = m->first; i < m->count && m->n[i].id < from; i++) { /* void */ }

    found = tkt_notice_at(d->read, TENANT, HIS, from, &n);
    assert_int_equal(found, i < m->count);

    if (found) {
        same(&n, &m->n[i]);
    }

    assert_int_equal(tkt_txn_status(d->read), TKT_OK);
}


static void
every_start(desk_t *d, const model_t *m)
{
    size_t  i;

    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);

    for (i = 0; i < m->count; i++) {
        walk_from(d, m, m->n[i].id - 1);
        walk_from(d, m, m->n[i].id);
        walk_from(d, m, m->n[i].id + 1);
    }

    walk_from(d, m, 0);
    walk_from(d, m, UINT64_MAX);
    tkt_txn_reset(d->read);
}


static void
as_the_model(void **state)
{
    size_t      i;
    desk_t      d;
    model_t    *m = calloc(1, sizeof(*m));
    uint64_t    id, until;
    tkt_txn_t  *txn;

    assert_non_null(m);
    desk_open(&d);
    every_start(&d, m);

    for (id = 3, i = 0; i < NUMBERS; i++, id += 1 + i * i % 300) {
        add(&d, m, id);

        /* now and then he reads: all, some, what is gone, less than before */

        if (i % 37 == 36) {
            until = (i % 2 == 0) ? m->n[i - i % 30].id : i % 3;

            assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);
            tkt_notice_read(txn, TENANT, HIS, until);
            assert_int_equal(tkt_txn_commit(txn), TKT_OK);

            until = (until == 0) ? id : until;
            m->read = (until > m->read) ? until : m->read;
        }

        /* every length around the end of a row, and some others */

        if ((i + 2) % TKT_NOTICES_ROW_MAX <= 3 || i % 17 == 0) {
            every_start(&d, m);
        }
    }

    assert_true(m->first > TKT_NOTICES_ROW_MAX);

    /* what he forgets his neighbours do not */

    assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);
    tkt_notices_forget(txn, TENANT, HIS);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    m->first = m->count;
    m->read = 0;
    every_start(&d, m);
    free(m);
    desk_close(&d);
}


/* Rows, those that are open and the others, of all principals. */
static size_t
rows_of(desk_t *d, uint64_t principal)
{
    size_t      n;
    tkt_key_t   prefix;
    tkt_scan_t  scan;

    tkt_key_principal(&prefix, TENANT, principal);
    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    tkt_scan_open(&scan, d->read, TKT_DB_NOTICE, &prefix, NULL, false);

    for (n = 0; tkt_scan_next(&scan); n++) { /* void */ }

    tkt_scan_close(&scan);
    tkt_txn_reset(d->read);

    return n;
}


/* Of one who reads the oldest alone: most of what goes was not read. */
static void
rows_and_their_ends(void **state)
{
    size_t      i;
    desk_t      d;
    model_t    *m = calloc(1, sizeof(*m));
    tkt_txn_t  *txn;

    assert_non_null(m);
    desk_open(&d);

    for (i = 0; i < NUMBERS; i++) {
        add(&d, m, 5 * i + 1);
        assert_int_equal(rows_of(&d, 0), 1);
        assert_int_equal(rows_of(&d, HIS),
                         (m->count - m->first - 1) / TKT_NOTICES_ROW_MAX);

        if (i == TKT_NOTICES_ROW_MAX / 2) {
            m->read = m->n[2].id;
            assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);
            tkt_notice_read(txn, TENANT, HIS, m->read);
            assert_int_equal(tkt_txn_commit(txn), TKT_OK);
        }

        assert_int_equal(tkt_txn_renew(d.read), TKT_OK);
        walk_from(&d, m, UINT64_MAX);
        tkt_txn_reset(d.read);
    }

    add(&d, &(model_t) { .count = 0 }, 5 * i);
    assert_int_equal(rows_of(&d, 0), 3);

    assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);
    tkt_notices_forget(txn, TENANT, HIS);
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    assert_int_equal(rows_of(&d, 0), 2);
    assert_int_equal(rows_of(&d, HIS), 0);
    free(m);
    desk_close(&d);
}


static void
numbers_rise(void **state)
{
    desk_t        d;
    tkt_txn_t    *txn;
    tkt_notice_t  n = { .id = 9, .tenant = TENANT, .principal = HIS };

    desk_open(&d);
    assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);
    tkt_notice_add(txn, &n);
    assert_int_equal(tkt_txn_status(txn), TKT_OK);
    tkt_notice_add(txn, &n);
    assert_int_equal(tkt_txn_status(txn), TKT_INTERNAL);
    tkt_txn_abort(txn);
    desk_close(&d);
}


/* The greatest of everything has room, and comes back. */
static void
greatest(void **state)
{
    size_t             i;
    desk_t             d;
    tkt_txn_t         *txn;
    tkt_notice_t       n, got;
    tkt_notice_walk_t  w;
    const size_t       count = 3 * TKT_NOTICES_ROW_MAX;

    desk_open(&d);
    assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);

    for (i = 0; i < count; i++) {
        n = (tkt_notice_t) {
            .id = UINT64_MAX - count + i, .tenant = TENANT, .principal = HIS,
            .kind = UINT64_MAX, .ticket = UINT64_MAX, .message = UINT64_MAX,
            .actor = UINT64_MAX, .created_at = (i % 2) ? 0 : UINT64_MAX,
        };
        tkt_notice_add(txn, &n);
    }

    assert_true(tkt_notice_walk(&w, txn, TENANT, HIS, UINT64_MAX));

    while (i-- > 0) {
        n.id = UINT64_MAX - count + i;
        n.created_at = (i % 2) ? 0 : UINT64_MAX;
        assert_true(tkt_notice_walk_next(&w, &got));
        same(&got, &n);
    }

    assert_false(tkt_notice_walk_next(&w, &got));
    assert_int_equal(tkt_txn_status(txn), TKT_OK);
    tkt_txn_abort(txn);
    desk_close(&d);
}


#define ONE     "\1\1\1\1\1"             /* behind the id */
#define COUNTS  "\0\1\1"

/* Open rows that are none, nor are they without their counts. */
static const tkt_str_t  none[] = {
    tkt_lit(COUNTS), tkt_lit(COUNTS "\0"), tkt_lit(COUNTS "\1"),
    tkt_lit(COUNTS "\1\0" ONE), tkt_lit(COUNTS "\1\5\1\1\1\1"),
    tkt_lit(COUNTS "\1\5" ONE "\1"), tkt_lit(COUNTS "\2\5" ONE),
    tkt_lit(COUNTS "\2\5" ONE "\0" ONE),
    tkt_lit(COUNTS "\2\5" ONE "\5" ONE),
    tkt_lit(COUNTS "\2\5" ONE "\6" ONE),
    tkt_lit(COUNTS "\1\5\1\1\1\1\x85"),
    tkt_lit(COUNTS "\21\5" ONE), tkt_lit(COUNTS "\xff\5" ONE),
};


static tkt_txn_t *
begun(desk_t *d)
{
    tkt_txn_t  *txn;

    assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);

    return txn;
}


static void
failed(tkt_txn_t *txn)
{
    assert_int_equal(tkt_txn_status(txn), TKT_INTERNAL);
    tkt_txn_abort(txn);
}


/* What is no row is refused, wherever it is met. */
static void
rows_that_are_none(void **state)
{
    size_t             i;
    desk_t             d;
    tkt_key_t          open, sealed;
    tkt_txn_t         *txn;
    tkt_notice_t       got;
    tkt_notice_row_t   row;
    tkt_notice_walk_t  w;

    const tkt_notice_t  n = { .id = 9, .tenant = TENANT, .principal = HIS };

    desk_open(&d);
    tkt_key_notices_open(&open, TENANT, HIS);
    tkt_key_notices_row(&sealed, TENANT, HIS, 3);

    for (i = 0; i < tkt_array_len(none); i++) {
        tkt_str_t  bare = { none[i].data + 3, none[i].len - 3 };

        assert_false(tkt_notice_row(none[i], &w.state, &row));
        assert_false(tkt_notice_row(bare, NULL, &row));

        txn = begun(&d);
        tkt_put(txn, TKT_DB_NOTICE, &open, none[i]);
        assert_false(tkt_notice_walk(&w, txn, TENANT, HIS, 9));
        failed(txn);

        txn = begun(&d);
        tkt_notice_add(txn, &n);
        tkt_put(txn, TKT_DB_NOTICE, &sealed, bare);
        assert_true(tkt_notice_walk(&w, txn, TENANT, HIS, 9));
        assert_true(tkt_notice_walk_next(&w, &got));
        assert_int_equal(tkt_txn_status(txn), TKT_OK);
        assert_false(tkt_notice_walk_next(&w, &got));
        failed(txn);

        txn = begun(&d);
        tkt_put(txn, TKT_DB_NOTICE, &sealed, bare);
        assert_false(tkt_notice_at(txn, TENANT, HIS, 1, &got));
        failed(txn);
    }

    desk_close(&d);
}


static void
nothing_to_write_to(void **state)
{
    size_t              i;
    desk_t              d;
    tkt_key_t           open;
    tkt_txn_t          *txn;
    tkt_notice_row_t    row;
    tkt_notice_state_t  counts;

    const tkt_str_t     good = tkt_str(COUNTS "\2\5" ONE "\4" ONE);
    const tkt_notice_t  n = { .id = 9, .tenant = TENANT, .principal = HIS };

    desk_open(&d);
    tkt_key_notices_open(&open, TENANT, HIS);

    for (i = 0; i < 6; i++) {
        txn = begun(&d);
        tkt_put(txn, TKT_DB_NOTICE, &open, (tkt_str_t) { good.data, i });
        tkt_notice_add(txn, &n);
        failed(txn);
    }

    assert_true(tkt_notice_row(good, &counts, &row));
    assert_int_equal(row.count, 2);
    assert_int_equal(row.notices[0].id, 5);
    assert_int_equal(row.notices[1].id, 1);
    assert_int_equal(counts.kept, 1);
    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(as_the_model),
        cmocka_unit_test(rows_and_their_ends),
        cmocka_unit_test(numbers_rise),
        cmocka_unit_test(greatest),
        cmocka_unit_test(rows_that_are_none),
        cmocka_unit_test(nothing_to_write_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
