/*
 * What an export of all about a principal holds, and that its cursors lead to
 * nobody else.
 */

#define _GNU_SOURCE         /* memmem */

#include "app/privacy.h"


/* Whether no kind comes back after another one. */
static bool
one_after_another(const char *kinds)
{
    size_t                   i;
    const char              *at;
    static const char *const  order[] = {
        "pr", "to", "ti", "me", "ev", "me", "au", "no", "wa", "dr", "no",
        "at", "vi"
    };

    for (i = 0, at = kinds; i < tkt_array_len(order); i++) {
        while (strncmp(at, order[i], 2) == 0) {
            at += 2;
        }
    }

    return *at == '\0';
}


static void
exports_hold_what_one_may_see(void **state)
{
    static char  kinds[2000], again[2000], all[400000];
    house_t      h;

    begin(&h);

    export(&h, &h.victim, "/v1/me/export", 200, kinds, all);
    assert_int_equal(strncmp(kinds, "prtotitititime", 14), 0);
    assert_int_equal(count(kinds, "ti"), 4);
    assert_int_equal(count(all, MESSAGE), 4);
    assert_non_null(strstr(all, "Dear " CANARY));
    assert_non_null(strstr(all, CANARY " phone"));
    assert_non_null(strstr(all, CANARY " thanks"));
    assert_null(strstr(all, "rude"));
    assert_null(strstr(all, "bystander"));
    assert_null(strstr(all, "\"login\":\"admin\""));
    assert_true(count(all, "\"kind\":\"audit\",") >= 3);
    assert_non_null(strstr(all, "\"name\":\"" CANARY ".txt\""));
    assert_non_null(strstr(all, "\"name\":\"" CANARY ".md\""));
    assert_null(strstr(all, "other.txt"));
    assert_non_null(strstr(all, "\"watched\":{\"ticket\":4}"));

    /* in the order of the walk: each kind once */

    assert_true(one_after_another(kinds));

    /* the same however it is cut */

    export(&h, &h.victim, "/v1/me/export", 1, again, all);
    assert_string_equal(kinds, again);

    /* an administrator's holds what staff sees too */

    export(&h, &h.admin, "/v1/users/1/export", 7, kinds, all);
    assert_int_equal(count(all, MESSAGE), 5);
    assert_non_null(strstr(all, "rude"));
    assert_non_null(strstr(all, "\"login\":\"admin\""));

    /* what an agent wrote on the tickets of others is his too */

    export(&h, &h.agent, "/v1/me/export", 200, kinds, all);
    assert_int_equal(count(all, "\"kind\":\"ticket\","), 0);
    assert_int_equal(count(all, MESSAGE), 4);
    assert_non_null(strstr(all, "stays"));

    desk_close(&h.d);
}


static void
cursors_do_not_lead_to_others(void **state)
{
    ask_t              a;
    size_t             i;
    house_t            h;
    char               path[512], place[64];
    tkt_str_t          cursor;
    tkt_arena_t        arena;
    tkt_ticket_t       t;

    /* 1 is a ticket of his, 4 is not; %llu is an event of that one */

    static const struct {
        const char  *place;
        unsigned     http;
    } places[] = {
        { "", 200 }, { "4,1,0", 200 }, { "5,1,0", 200 }, { "12,1,0", 200 },
        { "4,4,0", 400 }, { "5,4,0", 400 }, { "5,4,%llu", 400 },
        { "5,1,%llu", 400 }, { "12,4,0", 400 }, { "99,0,0", 400 },
        { "4,99,0", 400 }, { "x", 400 }, { "4,1", 400 }, { "4,1,0,1", 400 },
        { "4,0,7", 400 }, { "12,0,7", 400 },
    };

    begin(&h);
    tkt_arena_init(&arena, 4096);
    assert_int_equal(tkt_txn_renew(h.d.read), TKT_OK);
    assert_true(tkt_ticket_load_head(h.d.read, 1, 4, &t));
    tkt_txn_reset(h.d.read);

    for (i = 0; i < tkt_array_len(places); i++) {
        (void) snprintf(place, sizeof(place), places[i].place,
                        (unsigned long long) t.last_event);
        cursor = tkt_cursor_make(tkt_str("export 1 1 1"), tkt_str_z(place),
                                 &arena);
        (void) snprintf(path, sizeof(path), "/v1/me/export?cursor=%.*s",
                        (int) cursor.len, (const char *) cursor.data);

        if (ask_get(&h.d, &a, &h.victim, path) != places[i].http) {
            fail_msg("\"%s\": %u", place, a.reply.http);
        }

        ask_done(&a);
    }

    tkt_arena_done(&arena);
    desk_close(&h.d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(exports_hold_what_one_may_see),
        cmocka_unit_test(cursors_do_not_lead_to_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
