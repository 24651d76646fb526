/*
 * Kept answers: they are true for one snapshot and one asker, end with time,
 * stay within their memory, and outlive their place while they are sent.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "app/call/tkt_answers.h"
#include "app/call/tkt_operation.h"


static const uint8_t  key[16] = "0123456789abcde";


static const tkt_operation_t  plain = { .name = "plain" };
static const tkt_operation_t  secret = {
    .name = "secret", .flags = TKT_OP_SECRET
};


static tkt_request_t
request(const char *token, const char *path, const char *query)
{
    return (tkt_request_t) {
        .method = TKT_METHOD_GET, .authorization = tkt_str_z(token),
        .mount = tkt_str("/desk"), .path = tkt_str_z(path),
        .query = tkt_str_z(query),
    };
}


/* A cache with nothing in it, and the name of a ticket in it. */
static tkt_answers_t *
begin(tkt_answer_id_t *id)
{
    tkt_answers_t  *a = tkt_answers_create(key);
    tkt_request_t   r = request("Bearer t", "/v1/tickets/1", "");

    tkt_answers_id(a, &r, id);
    assert_true(id->usable);

    return a;
}


static void
offer(tkt_answers_t *a, const tkt_answer_id_t *id, uint64_t snapshot,
    const char *body, int64_t until)
{
    tkt_actor_t  actor = { .id = 7, .login = "alice" };
    tkt_match_t  match = { .op = &plain };
    tkt_reply_t  reply = {
        .http = 200, .body = tkt_str_z(body), .etag = tkt_lit("\"t1.1\""),
        .fresh_until_ms = until,
    };

    tkt_answers_offer(a, id, snapshot, 1, &match, &actor, &reply);
}


/* Asked for twice in one snapshot, then kept. */
static void
keep(tkt_answers_t *a, const tkt_answer_id_t *id, uint64_t snapshot,
    const char *body, int64_t until)
{
    offer(a, id, snapshot, body, until);
    offer(a, id, snapshot, body, until);
}


static void
test_kept_at_second_time(void **state)
{
    tkt_answer_t     *answer;
    tkt_answer_id_t   id;
    tkt_answers_t    *a = begin(&id);

    offer(a, &id, 5, "one", 0);
    assert_null(tkt_answers_find(a, &id, 5, 1));

    offer(a, &id, 5, "one", 0);
    answer = tkt_answers_find(a, &id, 5, 1);
    assert_non_null(answer);
    assert_int_equal(answer->reply.body.len, 3);
    assert_memory_equal(answer->reply.body.data, "one", 3);
    assert_string_equal(answer->actor.login, "alice");
    assert_true(tkt_answer_not_modified(answer, tkt_str("\"t1.1\"")));
    assert_false(tkt_answer_not_modified(answer, tkt_str("\"t1.2\"")));
    assert_false(tkt_answer_not_modified(answer, tkt_str("")));

    /* a body that changes while its tag stays is always sent */

    answer->reply.moves = true;
    assert_false(tkt_answer_not_modified(answer, tkt_str("\"t1.1\"")));
    assert_false(tkt_answer_not_modified(answer, tkt_str("*")));

    tkt_answer_release(answer);
    tkt_answers_destroy(a);
}


static void
test_a_commit_ends_all(void **state)
{
    tkt_answer_id_t   id;
    tkt_answers_t    *a = begin(&id);

    keep(a, &id, 5, "one", 0);

    assert_null(tkt_answers_find(a, &id, 6, 1));
    assert_null(tkt_answers_find(a, &id, 4, 1));

    /* and the first offer of the new snapshot drops the old one */

    offer(a, &id, 6, "two", 0);
    assert_null(tkt_answers_find(a, &id, 5, 1));
    assert_null(tkt_answers_find(a, &id, 6, 1));

    tkt_answers_destroy(a);
}


static void
test_time_ends_it(void **state)
{
    tkt_answer_t     *answer;
    tkt_answer_id_t   id;
    tkt_answers_t    *a = begin(&id);

    keep(a, &id, 5, "one", 1000);

    answer = tkt_answers_find(a, &id, 5, 999);
    assert_non_null(answer);
    tkt_answer_release(answer);
    assert_null(tkt_answers_find(a, &id, 5, 1000));

    tkt_answers_destroy(a);
}


static void
offer_not_modified(tkt_answers_t *a, const tkt_answer_id_t *id, int64_t now_ms)
{
    tkt_actor_t  actor = { .id = 7 };
    tkt_match_t  match = { .op = &plain };
    tkt_reply_t  reply = { .http = 304, .etag = tkt_lit("\"t1.1\"") };

    tkt_answers_offer(a, id, 5, now_ms, &match, &actor, &reply);
}


/* A clock set back does not bring what was said later. */
static void
test_not_before_it_was_made(void **state)
{
    tkt_answer_t     *answer;
    tkt_answer_id_t   id;
    tkt_answers_t    *a = begin(&id);

    offer_not_modified(a, &id, 499);
    offer_not_modified(a, &id, 500);

    assert_null(tkt_answers_find(a, &id, 5, 499));
    answer = tkt_answers_find(a, &id, 5, 500);
    assert_non_null(answer);

    tkt_answer_release(answer);
    tkt_answers_destroy(a);
}


/* "Not modified" is kept for those who have the tag, until a 200 comes. */
static void
test_not_modified_is_kept(void **state)
{
    tkt_answer_t     *answer;
    tkt_answer_id_t   id;
    tkt_answers_t    *a = begin(&id);

    offer_not_modified(a, &id, 1);
    assert_null(tkt_answers_find(a, &id, 5, 1));
    offer_not_modified(a, &id, 1);

    answer = tkt_answers_find(a, &id, 5, 1);
    assert_non_null(answer);
    assert_int_equal(answer->reply.http, 304);
    assert_int_equal(answer->reply.body.len, 0);
    assert_true(tkt_answer_not_modified(answer, tkt_str("\"t1.1\"")));
    assert_false(tkt_answer_not_modified(answer, tkt_str("\"t1.0\"")));
    assert_false(tkt_answer_not_modified(answer, tkt_str("")));
    tkt_answer_release(answer);

    offer(a, &id, 5, "one", 0);
    answer = tkt_answers_find(a, &id, 5, 1);
    assert_non_null(answer);
    assert_int_equal(answer->reply.http, 200);
    assert_memory_equal(answer->reply.body.data, "one", 3);
    assert_true(tkt_answer_not_modified(answer, tkt_str("\"t1.1\"")));

    tkt_answer_release(answer);
    tkt_answers_destroy(a);
}


/* Everything that an answer depends on is part of its name. */
static void
check_names(tkt_answers_t *a, const tkt_request_t *rs, size_t n)
{
    size_t           i, k;
    tkt_answer_id_t  ids[16];

    memset(ids, 0, sizeof(ids));

    for (i = 0; i < n; i++) {
        tkt_answers_id(a, &rs[i], &ids[i]);
        assert_true(ids[i].usable);

        for (k = 0; k < i; k++) {
            if (ids[i].hash[0] == ids[k].hash[0]
                && ids[i].hash[1] == ids[k].hash[1])
            {
                fail_msg("%zu and %zu have one name", k, i);
            }
        }
    }

    keep(a, &ids[0], 5, "one", 0);

    for (i = 1; i < n; i++) {
        assert_null(tkt_answers_find(a, &ids[i], 5, 1));
    }
}


static void
test_names_differ(void **state)
{
    tkt_answers_t  *a = tkt_answers_create(key);
    tkt_request_t   rs[8];

    rs[0] = request("Bearer t", "/v1/tickets/1", "");
    rs[1] = request("Bearer u", "/v1/tickets/1", "");
    rs[2] = request("Bearer t", "/v1/tickets/2", "");
    rs[3] = request("Bearer t", "/v1/tickets/1", "fields=id");
    rs[4] = rs[0];
    rs[4].mount = tkt_str("/other");
    rs[5] = rs[0];
    rs[5].accept_language = tkt_str("zh-CN");
    rs[6] = request("Bearer t/v1", "/tickets/1", "");
    rs[7] = request("", "Bearer t/v1/tickets/1", "");

    check_names(a, rs, 8);
    tkt_answers_destroy(a);
}


/* What the site says of the asker, and what the location allows him. */
static void
test_askers_differ(void **state)
{
    size_t          i;
    char            token[3][3000];
    tkt_answers_t  *a = tkt_answers_create(key);
    tkt_request_t   rs[13];

    static const tkt_site_t  sites[2];

    for (i = 0; i < 13; i++) {
        rs[i] = request("", "/v1/me", "");
        rs[i].identity.user = tkt_str("alice");
        rs[i].site = &sites[0];
    }

    rs[1].site = &sites[1];
    rs[2].site = NULL;
    rs[3].identity.user = tkt_str("bob");
    rs[4].identity.user = tkt_str("");
    rs[5].identity.user = tkt_str("");
    rs[5].identity.name = tkt_str("alice");
    rs[6].identity.email = tkt_str("alice");
    rs[7].identity.role = tkt_str("alice");
    rs[8].identity.tenant = tkt_str("alice");
    rs[9].identity.groups = tkt_str("alice");

    /* long credentials are told apart at their ends and by their lengths */

    for (i = 0; i < 3; i++) {
        memset(token[i], 'a', sizeof(token[i]));
        rs[10 + i].authorization = (tkt_str_t) { (const uint8_t *) token[i],
                                                 sizeof(token[i]) };
    }

    token[1][2999] = 'b';
    rs[12].authorization.len--;

    check_names(a, rs, 13);
    tkt_answers_destroy(a);
}


static void
test_long_requests_are_not_kept(void **state)
{
    char              long_query[4000];
    tkt_answers_t    *a = tkt_answers_create(key);
    tkt_request_t     r;
    tkt_answer_id_t   id;

    memset(long_query, 'a', sizeof(long_query) - 1);
    long_query[sizeof(long_query) - 1] = '\0';

    r = request("Bearer t", "/v1/tickets", long_query);
    tkt_answers_id(a, &r, &id);
    assert_false(id.usable);

    keep(a, &id, 5, "one", 0);
    assert_null(tkt_answers_find(a, &id, 5, 1));

    /* every length up to and past the bound is safe */

    for (size_t n = 1850; n < 2050; n++) {
        r.query.len = n;
        tkt_answers_id(a, &r, &id);
        assert_int_equal(id.usable, n + 12 * 4 + sizeof(void *) + 8 + 5 + 11
                                    <= 2048);
    }

    tkt_answers_destroy(a);
}


static void
test_only_successes(void **state)
{
    tkt_answers_t    *a = tkt_answers_create(key);
    tkt_actor_t       actor = { .id = 7 };
    tkt_match_t       match = { .op = &plain };
    tkt_reply_t       reply = { .http = 404, .body = tkt_lit("{}") };
    tkt_request_t     r = request("Bearer t", "/v1/tickets/1", "");
    tkt_answer_id_t   id;

    tkt_answers_id(a, &r, &id);
    tkt_answers_offer(a, &id, 5, 1, &match, &actor, &reply);
    tkt_answers_offer(a, &id, 5, 1, &match, &actor, &reply);
    assert_null(tkt_answers_find(a, &id, 5, 1));

    tkt_answers_destroy(a);
}


/* Far more and larger answers than fit: bounded, and one held survives. */
static void
test_memory_is_bounded(void **state)
{
    char             *body, path[64];
    size_t            i, kept;
    const size_t      size = 200 * 1024;
    tkt_answer_t     *held, *answer;
    tkt_answers_t    *a = tkt_answers_create(key);
    tkt_request_t     r = request("Bearer t", "/v1/tickets/0", "");
    tkt_answer_id_t   id;

    body = malloc(size + 1);
    assert_non_null(body);
    memset(body, 'x', size);
    body[size] = '\0';

    tkt_answers_id(a, &r, &id);
    keep(a, &id, 5, "held", 0);
    held = tkt_answers_find(a, &id, 5, 1);
    assert_non_null(held);

    for (i = 1; i < 1000; i++) {
        (void) snprintf(path, sizeof(path), "/v1/tickets/%zu", i);
        r = request("Bearer t", path, "");
        tkt_answers_id(a, &r, &id);
        keep(a, &id, 5, body, 0);
    }

    for (kept = 0, i = 1; i < 1000; i++) {
        (void) snprintf(path, sizeof(path), "/v1/tickets/%zu", i);
        r = request("Bearer t", path, "");
        tkt_answers_id(a, &r, &id);
        answer = tkt_answers_find(a, &id, 5, 1);

        if (answer != NULL) {
            kept++;
            tkt_answer_release(answer);
        }
    }

    assert_true(kept > 10);
    assert_true(kept * size <= TKT_ANSWERS_MAX_BYTES);

    tkt_answers_destroy(a);

    assert_memory_equal(held->reply.body.data, "held", 4);
    tkt_answer_release(held);
    free(body);
}


static void
test_secrets_are_not_kept(void **state)
{
    tkt_actor_t       actor = { .id = 7 };
    tkt_match_t       match = { .op = &secret };
    tkt_reply_t       reply = { .http = 200, .body = tkt_lit("code") };
    tkt_answers_t    *a = tkt_answers_create(key);
    tkt_request_t     r = request("Bearer t", "/v1/outbox", "");
    tkt_answer_id_t   id;

    tkt_answers_id(a, &r, &id);
    tkt_answers_offer(a, &id, 5, 1, &match, &actor, &reply);
    tkt_answers_offer(a, &id, 5, 1, &match, &actor, &reply);
    assert_null(tkt_answers_find(a, &id, 5, 1));
    tkt_answers_destroy(a);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_kept_at_second_time),
        cmocka_unit_test(test_a_commit_ends_all),
        cmocka_unit_test(test_time_ends_it),
        cmocka_unit_test(test_not_before_it_was_made),
        cmocka_unit_test(test_not_modified_is_kept),
        cmocka_unit_test(test_names_differ),
        cmocka_unit_test(test_askers_differ),
        cmocka_unit_test(test_long_requests_are_not_kept),
        cmocka_unit_test(test_only_successes),
        cmocka_unit_test(test_memory_is_bounded),
        cmocka_unit_test(test_secrets_are_not_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
