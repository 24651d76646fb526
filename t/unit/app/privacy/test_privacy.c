/*
 * An erasure leaves nothing of a principal, in one command or in many, while
 * numbers stay true.
 */

#define _GNU_SOURCE         /* memmem */

#include <fcntl.h>

#include "app/privacy.h"

#include "app/call/tkt_due.h"
#include "app/privacy/tkt_audit.h"


/* ---- erasure ---- */

static void
nothing_is_left(void **state)
{
    ask_t        a;
    house_t      h;
    uint64_t     tickets_before;
    static char  kinds[2000], all[400000];

    begin(&h);
    assert_int_equal(ask_get(&h.d, &a, &h.agent, "/v1/tickets/1"), 200);
    assert_string_equal(text_at(a.json, "/phone_kind"), "mobile");
    ask_done(&a);
    assert_true(traces(&h.d, CANARY) > 20);
    desk_verify_clean(&h.d);
    tickets_before = entries(&h.d, TKT_DB_TICKET);
    assert_true(entries(&h.d, TKT_DB_IDEMPOTENCY) >= 3);

    assert_int_equal(ask_send(&h.d, &a, &h.admin, TKT_METHOD_POST,
                              "/v1/users/1/erase",
                              "{\"reason\":\"asked for it\"}"), 202);
    assert_string_equal(text_at(a.json, "/login"), "erased-1");
    assert_string_equal(text_at(a.json, "/name"), "(null)");
    assert_true(is_true(a.json, "/disabled"));
    ask_done(&a);
    desk_verify_clean(&h.d);
    (void) timers(&h.d);

    assert_int_equal(traces(&h.d, CANARY), 0);
    desk_verify_clean(&h.d);
    assert_int_equal(entries(&h.d, TKT_DB_TICKET), tickets_before);
    assert_int_equal(entries(&h.d, TKT_DB_IDEMPOTENCY), 1);
    assert_int_equal(entries(&h.d, TKT_DB_DUE), 0);

    /* a tombstone: who, when, which states, and no word */

    assert_int_equal(ask_get(&h.d, &a, &h.agent, "/v1/tickets/1"), 200);
    assert_string_equal(text_at(a.json, "/subject"), "[erased]");
    assert_string_equal(text_at(a.json, "/requester/name"), "erased-1");
    assert_string_equal(text_at(a.json, "/type"), "web");
    assert_null(at(a.json, "/phone_kind"));
    assert_string_equal(text_at(a.json, "/close_reason"), "satisfied");
    assert_int_equal(number_at(a.json, "/rating/speed"), 5);
    assert_true(is_true(a.json, "/archived"));
    ask_done(&a);

    assert_int_equal(ask_get(&h.d, &a, &h.agent, "/v1/tickets/3"), 200);
    assert_string_equal(text_at(a.json, "/state"), "closed");
    assert_string_equal(text_at(a.json, "/close_reason"), "admin");
    ask_done(&a);

    /* another's ticket is as it was */

    assert_int_equal(ask_get(&h.d, &a, &h.agent,
                             "/v1/tickets/4?include=messages"), 200);
    assert_string_equal(text_at(a.json, "/description"), "bystander");
    assert_true(traces(&h.d, "other.txt") > 0);
    ask_done(&a);

    /* the log says that it was done, why, and no more */

    assert_int_equal(ask_get(&h.d, &a, &h.admin,
                             "/v1/audit?object=user&object_id=1"), 200);
    assert_string_equal(text_at(a.json, "/data/0/act"), "erase");
    assert_string_equal(text_at(a.json, "/data/0/reason"), "asked for it");
    assert_true(is_true(a.json, "/data/1/erased"));
    ask_done(&a);

    export(&h, &h.admin, "/v1/users/1/export", 50, kinds, all);
    assert_null(strstr(all, CANARY));

    desk_close(&h.d);
}


/* Freed pages keep old bytes; a copy without them does not. */
static void
copies_hold_nothing(void **state)
{
    int            fd;
    char           path[300];
    ssize_t        got;
    house_t        h;
    static char    bytes[4 * 1024 * 1024];

    begin(&h);
    desk_post(&h.d, &h.admin, "/v1/users/1/erase", "{\"reason\":\"r\"}");
    (void) timers(&h.d);

    (void) snprintf(path, sizeof(path), "%s/copy", h.d.dir);
    fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
    assert_true(fd != -1);
    assert_int_equal(tkt_env_copy(h.d.env, fd, true), TKT_OK);
    got = pread(fd, bytes, sizeof(bytes), 0);
    assert_true(got > 0 && (size_t) got < sizeof(bytes));
    assert_null(memmem(bytes, (size_t) got, CANARY, strlen(CANARY)));
    assert_non_null(memmem(bytes, (size_t) got, "bystander", 9));

    (void) close(fd);
    (void) unlink(path);
    desk_close(&h.d);
}


static void
logins_can_be_taken_again(void **state)
{
    house_t  h;

    begin(&h);
    desk_post(&h.d, &h.admin, "/v1/users/1/erase", "{\"reason\":\"r\"}");
    desk_post(&h.d, &h.admin, "/v1/users", "{\"login\":\"" CANARY
              "-login\"}");
    desk_verify_clean(&h.d);
    desk_close(&h.d);
}


static void
much_is_erased_piece_by_piece(void **state)
{
    unsigned  i, rounds;
    house_t   h;

    begin(&h);

    for (i = 0; i < 300; i++) {
        desk_post(&h.d, &h.victim, "/v1/tickets",
                  "{\"subject\":\"" CANARY "\",\"description\":\"d\"}");
    }

    desk_post(&h.d, &h.admin, "/v1/users/1/erase", "{\"reason\":\"r\"}");
    assert_true(traces(&h.d, CANARY) > 0);
    desk_verify_clean(&h.d);
    rounds = timers(&h.d);
    assert_true(rounds >= 2);
    assert_int_equal(traces(&h.d, CANARY), 0);

    /* asked again: the same answer, and nothing is done */

    desk_post(&h.d, &h.admin, "/v1/users/1/erase", "{\"reason\":\"r\"}");
    assert_int_equal(entries(&h.d, TKT_DB_DUE), 0);
    desk_verify_clean(&h.d);
    desk_close(&h.d);
}


/* Messages on the tickets of others name him by what is left of him. */
static void
mentions_hold_no_login(void **state)
{
    ask_t    a;
    house_t  h;

    begin(&h);
    desk_post(&h.d, &h.admin, "/v1/users",
              "{\"login\":\"spoor\",\"role\":\"agent\"}");
    desk_post(&h.d, &h.admin, "/v1/tickets/4/messages",
              "{\"body\":\"b\",\"kind\":\"note\","
              "\"mentions\":[\"spoor\",\"agent\"]}");
    assert_true(traces(&h.d, "spoor") > 0);
    assert_int_equal(ask_send(&h.d, &a, &h.admin, TKT_METHOD_POST,
                              "/v1/users/5/erase", "{\"reason\":\"r\"}"),
                     202);
    ask_done(&a);
    (void) timers(&h.d);
    assert_int_equal(traces(&h.d, "spoor"), 0);

    assert_int_equal(ask_send(&h.d, &a, &h.agent, TKT_METHOD_GET,
                              "/v1/tickets/4/messages?limit=200", ""), 200);
    assert_non_null(memmem(a.reply.body.data, a.reply.body.len,
                           "\"mentions\":[\"erased-5\",\"agent\"]", 31));
    ask_done(&a);

    desk_verify_clean(&h.d);
    desk_close(&h.d);
}


static void
some_are_not_erased(void **state)
{
    house_t      h;
    tkt_actor_t  boss;

    begin(&h);

#define ERASE(who, id)                                                        \
    desk_run(&h.d, who, TKT_METHOD_POST, "/v1/users/" id "/erase",            \
             "{\"reason\":\"r\"}")

    assert_int_equal(ERASE(&h.admin, "3"), 409);      /* himself            */
    assert_int_equal(ERASE(&h.operator, "3"), 409);   /* the last one       */
    assert_int_equal(ERASE(&h.admin, "99"), 404);
    assert_int_equal(desk_run(&h.d, &h.admin, TKT_METHOD_POST,
                              "/v1/users/1/erase", "{}"), 400);

    desk_post(&h.d, &h.operator, "/v1/users",
              "{\"login\":\"sys\",\"role\":\"system\"}");
    assert_int_equal(ERASE(&h.admin, "5"), 403);
    desk_post(&h.d, &h.admin, "/v1/users",
              "{\"login\":\"boss\",\"role\":\"admin\"}");
    assert_int_equal(ERASE(&h.operator, "3"), 202);
    boss = desk_actor(1, 6, TKT_ROLE_ADMIN);

    /* somebody sits on the name that would be left */

    desk_post(&h.d, &boss, "/v1/users", "{\"login\":\"erased-1\"}");
    assert_int_equal(ERASE(&boss, "1"), 202);
    assert_non_null(strstr(h.d.body, "erased-1.1"));

    assert_int_equal(desk_run(&h.d, &boss, TKT_METHOD_PATCH, "/v1/users/1",
                              "{\"name\":\"again\"}"), 409);
    assert_int_equal(desk_run(&h.d, &boss, TKT_METHOD_POST,
                              "/v1/users/1/tokens", "{}"), 409);

    (void) timers(&h.d);
    desk_verify_clean(&h.d);
    desk_close(&h.d);
}


/* ---- the verification looks at tombstones ---- */

static void
tombstones_are_verified(void **state)
{
    house_t        h;
    tkt_key_t      key;
    tkt_txn_t     *txn;
    tkt_user_t     user;
    tkt_arena_t    arena;
    tkt_audit_t    e;
    tkt_ticket_t   t;
    desk_faults_t  faults;

    begin(&h);
    desk_post(&h.d, &h.admin, "/v1/users/1/erase", "{\"reason\":\"r\"}");
    (void) timers(&h.d);
    tkt_arena_init(&arena, 4096);
    assert_int_equal(tkt_txn_begin(h.d.env, &txn, false), TKT_OK);

    assert_true(tkt_user_load(txn, 1, VICTIM, &user, &arena));
    user.name = tkt_str("back");
    tkt_key_principal(&key, 1, VICTIM);
    tkt_put(txn, TKT_DB_PRINCIPAL, &key,
            tkt_record_pack(&tkt_user_schema, &user, NULL, &arena));

    assert_true(tkt_ticket_load(txn, 1, 5, &t, true, &arena));
    t.account = tkt_str("back");
    tkt_key_ticket(&key, 1, 5);
    tkt_put(txn, TKT_DB_TICKET, &key,
            tkt_record_pack(&tkt_ticket_schema, &t, NULL, &arena));

    /* values of somebody who was not erased */

    assert_true(tkt_audit_load(txn, 1, 2, &e, &arena));
    tkt_audit_redact(txn, &e, &arena);

    desk_verify(txn, &faults);
    assert_non_null(strstr(faults.text,
                           "principal 1/1: was erased, and still has its "
                           "name"));
    assert_non_null(strstr(faults.text,
                           "ticket 1/5: was erased, and still has its "
                           "account"));
    assert_non_null(strstr(faults.text,
                           "audit 1/2: its values are gone, and nobody was"));
    assert_int_equal(faults.lines, 3);

    tkt_txn_abort(txn);
    tkt_arena_done(&arena);
    desk_close(&h.d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(nothing_is_left),
        cmocka_unit_test(copies_hold_nothing),
        cmocka_unit_test(logins_can_be_taken_again),
        cmocka_unit_test(much_is_erased_piece_by_piece),
        cmocka_unit_test(mentions_hold_no_login),
        cmocka_unit_test(some_are_not_erased),
        cmocka_unit_test(tombstones_are_verified),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
