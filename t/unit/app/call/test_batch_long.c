/*
 * Batches about a ticket as long as they come: what is answered, and what is
 * kept to be answered again, ends.
 */

#define _GNU_SOURCE

#include "app/ask.h"
#include "app/traffic.h"


#define LONG_BYTES  60000
#define MANY        100


static const tkt_actor_t  user = { .tenant = 1, .id = 1,
                                   .role = TKT_ROLE_USER };


static void
long_open(desk_t *d)
{
    char    *body, *text;
    ask_t    a;
    size_t   i;

    traffic_open(d);

    text = calloc(1, LONG_BYTES + 1);
    assert_non_null(text);

    /* as long as a description may be: 20,000 characters */

    for (i = 0; i < LONG_BYTES; i += 3) {
        memcpy(text + i, "\xe6\xb1\x89", 3);
    }

    assert_true(asprintf(&body, "{\"subject\":\"s\",\"description\":\"%s\"}",
                         text) > 0);
    assert_int_equal(ask_send(d, &a, &user, TKT_METHOD_POST, "/v1/tickets",
                              body), 201);
    ask_done(&a);
    free(body);
    free(text);
}


/*
 * The operations from first to last, each a change of the ticket, in a batch;
 * the last of all is about a ticket that is not there.
 */
static void
long_batch(desk_t *d, ask_t *a, const char *mode, bool keys, size_t first,
    size_t last)
{
    char    *body, *at, key[32];
    size_t   i;

    body = malloc(64 + MANY * 160);
    assert_non_null(body);
    at = body + sprintf(body, "{%s\"operations\":[", mode);

    for (i = first; i <= last; i++) {
        (void) snprintf(key, sizeof(key), "\"idempotency_key\":\"k%zu\",", i);
        at += sprintf(at, "%s{\"method\":\"PATCH\",%s\"path\":"
                      "\"/v1/tickets/%d\",\"body\":{\"subject\":\"%zu\"}}",
                      i > first ? "," : "", keys ? key : "",
                      i == MANY - 1 ? 99 : 1, i);
    }

    sprintf(at, "]}");
    assert_int_equal(ask_send(d, a, &user, TKT_METHOD_POST, "/v1/batch", body),
                     200);
    free(body);
}


static size_t
count_with(ask_t *a)
{
    char    pointer[64];
    size_t  i, with;

    for (with = 0, i = 0; i < MANY - 1; i++) {
        (void) snprintf(pointer, sizeof(pointer), "/data/%zu/status", i);
        assert_int_equal(number_at(a->json, pointer), 200);
        (void) snprintf(pointer, sizeof(pointer), "/data/%zu/body", i);
        with += strcmp(text_at(a->json, pointer), "(null)") != 0;
        (void) snprintf(pointer, sizeof(pointer), "/data/%zu/etag", i);
        assert_non_null(strstr(text_at(a->json, pointer), "\"t1."));
    }

    return with;
}


/* Bodies of successes are left out when they come to too much together. */
static void
bodies_end(void **state)
{
    ask_t          a;
    static desk_t  d;

    long_open(&d);

    long_batch(&d, &a, "", false, 0, MANY - 1);
    assert_in_range(a.reply.body.len, TKT_BATCH_BODIES_BYTES - LONG_BYTES,
                    TKT_BATCH_BODIES_BYTES + MANY * 128);
    assert_in_range(count_with(&a), MANY / 2, MANY - 2);

    /* a problem is always told */

    assert_int_equal(number_at(a.json, "/data/99/status"), 404);
    assert_string_equal(text_at(a.json, "/data/99/body/title"),
                        "There is no such resource");
    ask_done(&a);

    desk_verify_clean(&d);
    desk_close(&d);
}


static size_t
kept_bytes(desk_t *d)
{
    size_t      bytes;
    tkt_key_t   all;
    tkt_scan_t  scan;

    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    tkt_key_start(&all);
    tkt_scan_open(&scan, d->read, TKT_DB_IDEMPOTENCY, &all, NULL, false);

    for (bytes = 0; tkt_scan_next(&scan); /* void */) {
        bytes += scan.value.len;
    }

    tkt_scan_close(&scan);
    tkt_txn_reset(d->read);

    return bytes;
}


/* And so is what is kept under the operations' own keys, told or not. */
static void
kept_ends(void **state)
{
    size_t         before;
    ask_t          a;
    static desk_t  d;

    long_open(&d);

    long_batch(&d, &a, "\"return\":\"minimal\",", true, 0, MANY - 1);
    assert_int_equal(count_with(&a), 0);
    ask_done(&a);

    before = kept_bytes(&d);
    assert_in_range(before, TKT_BATCH_BODIES_BYTES - LONG_BYTES,
                    TKT_BATCH_BODIES_BYTES + MANY * 256);

    /* what was kept is replayed, and what was not is not done again */

    long_batch(&d, &a, "", true, 0, 0);
    assert_string_equal(text_at(a.json, "/data/0/body/subject"), "0");
    ask_done(&a);

    long_batch(&d, &a, "", true, MANY - 2, MANY - 2);
    assert_int_equal(number_at(a.json, "/data/0/status"), 200);
    assert_string_equal(text_at(a.json, "/data/0/body"), "(null)");
    assert_string_equal(text_at(a.json, "/data/0/etag"), "\"t1.100\"");
    ask_done(&a);

    assert_int_equal(kept_bytes(&d), before);

    desk_verify_clean(&d);
    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(bodies_end),
        cmocka_unit_test(kept_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
