/*
 * Damage to what belongs to tickets, one piece at a time: each is told.
 */

#include "app/part_desk.h"

#include "app/rows/tkt_relations.h"
#include "app/ticket/tkt_drafts.h"


static void
faults_open(desk_t *d)
{
    part_open(d);
    (void) part_ticket(d, USER_1);
    (void) part_ticket(d, USER_1);
    (void) part_ticket(d, USER_1);
    part_do(d, 200, AGENT_1, PUT, "", "/v1/tickets/3/links/2");
    part_do(d, 200, AGENT_1, PUT, "", "/v1/tickets/3/watchers/2");
    part_do(d, 200, AGENT_1, POST, "{\"into\":1}", "/v1/tickets/3/merge");
    part_do(d, 200, AGENT_1, PUT, "{\"body\":\"x\"}", "/v1/tickets/2/draft");
    desk_verify_clean(d);
}


/* Whether the verification says a word within this transaction. */
static void
told(desk_t *d, tkt_txn_t *txn, const char *word)
{
    desk_faults_t  faults;

    desk_verify(txn, &faults);

    if (strstr(faults.text, word) == NULL) {
        fail_msg("\"%s\" is not told:\n%s", word, faults.text);
    }

    tkt_txn_abort(txn);
}


/* No value belongs to a relation between tickets and people. */
static void
test_values(void **state)
{
    size_t         i;
    tkt_key_t      key;
    tkt_txn_t     *txn;
    static desk_t  d;

    static const struct {
        tkt_relation_t  kind;
        uint64_t        from, to;
    } rows[] = {
        { TKT_RELATION_WATCHING, 2, 3 },
        { TKT_RELATION_MERGED,   1, 3 },
        { TKT_RELATION_BROUGHT,  3, 2 },
    };

    faults_open(&d);

    for (i = 0; i < tkt_array_len(rows); i++) {
        assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);
        assert_true(tkt_related(txn, 1, rows[i].kind, rows[i].from,
                                rows[i].to));
        tkt_key_relation(&key, 1, rows[i].kind, rows[i].from, rows[i].to);
        tkt_put(txn, TKT_DB_RELATION, &key, tkt_str("x"));
        told(&d, txn, "has a value");
    }

    /* nor anything else to its key */

    assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);
    tkt_key_relation(&key, 1, TKT_RELATION_WATCHING, 2, 3);
    tkt_key_u8(&key, 1);
    tkt_put(txn, TKT_DB_RELATION, &key, tkt_str(""));
    told(&d, txn, "a key of");

    part_close(&d);
}


static void
test_relations(void **state)
{
    size_t         i;
    tkt_txn_t     *txn;
    static desk_t  d;

    static const struct {
        tkt_relation_t  kind;
        uint64_t        from, to;
        bool            there;
        const char     *word;
    } rows[] = {
        { TKT_RELATION_WATCHING, 2, 3, true,  "has no entry for it" },
        { TKT_RELATION_WATCHING, 2, 1, true,  "has no entry for it" },
        { TKT_RELATION_WATCHING, 2, 2, false, "does not name this watcher" },
        { TKT_RELATION_WATCHING, 99, 3, false, "no such principal" },
        { TKT_RELATION_MERGED,   1, 3, true,  "which has no entry for it" },
        { TKT_RELATION_MERGED,   1, 2, false, "was not merged into" },
        { TKT_RELATION_BROUGHT,  2, 2, false, "was not merged" },
        { TKT_RELATION_MAX,      2, 2, false, "no such kind" },
    };

    faults_open(&d);

    for (i = 0; i < tkt_array_len(rows); i++) {
        assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);
        assert_int_equal(tkt_related(txn, 1, rows[i].kind, rows[i].from,
                                     rows[i].to), rows[i].there);

        if (rows[i].there) {
            tkt_unrelate(txn, 1, rows[i].kind, rows[i].from, rows[i].to);

        } else {
            tkt_relate(txn, 1, rows[i].kind, rows[i].from, rows[i].to);
        }

        told(&d, txn, rows[i].word);
    }

    part_close(&d);
}


/* A ticket whose record says something else; its chain tells it, too. */
static void
test_records(void **state)
{
    size_t         i;
    tkt_txn_t     *txn;
    tkt_arena_t    arena;
    tkt_ticket_t   before, t;
    static desk_t  d;

    static const char *const  words[] = {
        "does not have the other end", "counts 2 tickets merged",
        "which does not exist", "of which 1 are any",
        "does not name this watcher", "a step is done that"
    };

    faults_open(&d);

    for (i = 0; i < tkt_array_len(words); i++) {
        tkt_arena_init(&arena, 4096);
        assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);
        assert_true(tkt_ticket_load(txn, 1, i == 1 ? 1 : 3, &before, true,
                                    &arena));
        t = before;

        switch (i) {
        case 0: t.link_list = tkt_str("[\"child:2\"]");              break;
        case 1: t.merged_count = 2;                                  break;
        case 2: t.link_list = tkt_str("[\"related:77\"]");           break;
        case 3: t.link_list = tkt_str("[\"related:2\",\"odd:2\"]");  break;
        case 4: t.watcher_ids = tkt_str("");                         break;
        default: t.steps_done = tkt_str("[\"a\"]");                  break;
        }

        tkt_ticket_save(txn, &before, &t, &arena);
        told(&d, txn, words[i]);
        tkt_arena_done(&arena);
    }

    part_close(&d);
}


static void
test_drafts(void **state)
{
    size_t         i;
    tkt_key_t      key;
    tkt_txn_t     *txn;
    tkt_arena_t    arena;
    static desk_t  d;

    static const struct {
        tkt_draft_t  draft;
        const char  *word;
    } rows[] = {
        { { .ticket = 99, .principal = 3, .body = tkt_lit("x") },
          "its ticket does not exist" },
        { { .ticket = 2, .principal = 99, .body = tkt_lit("x") },
          "whose it is does not exist" },
    };

    faults_open(&d);
    tkt_arena_init(&arena, 4096);

    for (i = 0; i < tkt_array_len(rows); i++) {
        assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);
        tkt_draft_save(txn, 1, &rows[i].draft, &arena);
        told(&d, txn, rows[i].word);
    }

    assert_int_equal(tkt_txn_begin(d.env, &txn, false), TKT_OK);
    tkt_key_draft(&key, 1, 2, 3);
    tkt_key_u16(&key, 1);
    tkt_put(txn, TKT_DB_DRAFT, &key, tkt_str("piece"));
    told(&d, txn, "belongs to no draft");

    tkt_arena_done(&arena);
    part_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_relations),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_drafts)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
