/*
 * The verification: silent on what commands have made, and telling when an
 * entry is lost or is none of its database.
 */

#include "app/small_store.h"

#include "app/verify/tkt_verify_int.h"


static void
test_clean(void **state)
{
    desk_verify_clean(*state);
}


/* Deletes entry number n of a database; false if it has fewer. */
static bool
delete_entry(tkt_txn_t *txn, tkt_db_t db, size_t n)
{
    bool        there;
    tkt_key_t   all, key;
    tkt_scan_t  scan;

    tkt_key_start(&all);
    tkt_key_start(&key);
    tkt_scan_open(&scan, txn, db, &all, NULL, false);

    do {
        there = tkt_scan_next(&scan);
    } while (there && n-- > 0);

    if (there) {
        tkt_key_bytes(&key, scan.key);
    }

    tkt_scan_close(&scan);

    return there && tkt_delete(txn, db, &key);
}


/*
 * Any single entry that is lost is missed, but for tokens and answers, which
 * come and go by themselves; the last piece of the one long message, as nothing
 * says how long a message was; the counts of an assignee whom all tickets have
 * left, which say zero; and the newest entry of each tenant's audit log, which
 * only somebody who kept its hash can miss.
 */
static void
test_every_loss_is_told(void **state)
{
    bool                  there;
    size_t                n, losses, untold;
    int                   db;
    desk_t               *d = *state;
    tkt_txn_t            *txn;
    static desk_faults_t  faults;

    losses = untold = 0;

    for (db = 0; db < TKT_DB_MAX; db++) {

        if (db == TKT_DB_TOKEN || db == TKT_DB_IDEMPOTENCY) {
            continue;
        }

        for (there = true, n = 0; there; n++) {
            assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);
            there = delete_entry(txn, (tkt_db_t) db, n);

            if (there) {
                losses++;
                desk_verify(txn, &faults);

                if (faults.lines == 0) {
                    print_message("# the loss of entry %zu of %s is not "
                                  "told\n", n,
                                  tkt_verify_db((tkt_db_t) db));
                    untold++;
                }
            }

            tkt_txn_abort(txn);
        }
    }

    assert_true(losses > 80);
    assert_int_equal(untold, 2 + 2);
}


/* A key that is none of its database, and a value cut short. */
static void
test_strange_entries_are_told(void **state)
{
    int                   db;
    desk_t               *d = *state;
    tkt_key_t             all, key;
    tkt_str_t             value;
    tkt_txn_t            *txn;
    tkt_scan_t            scan;
    static uint8_t        bytes[65536];
    static desk_faults_t  faults;

    tkt_key_start(&all);

    for (db = 0; db < TKT_DB_MAX; db++) {

        tkt_key_start(&key);
        tkt_key_bytes(&key, tkt_str("zz"));

        assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);
        tkt_put(txn, (tkt_db_t) db, &key, tkt_str("zz"));
        desk_verify(txn, &faults);
        assert_true(faults.lines > 0);
        tkt_txn_abort(txn);

        assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);
        tkt_scan_open(&scan, txn, (tkt_db_t) db, &all, NULL, false);

        if (!tkt_scan_next(&scan)) {

            /* the store has no such thing: others look at short values */

            tkt_scan_close(&scan);
            tkt_txn_abort(txn);
            continue;
        }

        tkt_key_start(&key);
        tkt_key_bytes(&key, scan.key);
        value = (tkt_str_t) { bytes, scan.value.len };
        assert_true(value.len < sizeof(bytes));

        if (value.len > 0) {
            memcpy(bytes, scan.value.data, value.len);
        }

        tkt_scan_close(&scan);

        /* the record of the format is looked at when a store is opened */

        if (value.len > 0 && db != TKT_DB_META) {
            value.len--;
            tkt_put(txn, (tkt_db_t) db, &key, value);
            desk_verify(txn, &faults);

            if (faults.lines == 0) {
                fail_msg("a short value of %s is not told",
                         tkt_verify_db((tkt_db_t) db));
            }
        }

        tkt_txn_abort(txn);
    }
}


/* What a busy desk leaves is sound all the way. */
static void
test_traffic_is_clean(void **state)
{
    size_t          i;
    traffic_t      *t;
    static desk_t   d;
    tkt_command_t  *cmd;

    t = malloc(sizeof(traffic_t));
    assert_non_null(t);

    desk_open(&d);
    traffic_start(t, 4711);
    traffic_make_people(&d);
    desk_verify_clean(&d);

    for (i = 0; i < 1200; i++) {
        cmd = traffic_next(t, &d);
        assert_int_equal(tkt_app_run(d.env, &cmd, 1, NULL, NULL), TKT_OK);
        tkt_command_free(cmd);

        if (i % 100 == 0) {
            desk_verify_clean(&d);
        }
    }

    desk_verify_clean(&d);
    desk_close(&d);
    free(t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_clean),
        cmocka_unit_test(test_every_loss_is_told),
        cmocka_unit_test(test_strange_entries_are_told),
        cmocka_unit_test(test_traffic_is_clean),
    };

    return cmocka_run_group_tests(tests, small_store_setup,
                                  small_store_teardown);
}
