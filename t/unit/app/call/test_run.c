/*
 * Running commands: answers of a batch, a batch that the store cannot take as
 * a whole and runs again one by one, a full store, and a device that fails.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <time.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "app/ask.h"
#include "app/traffic.h"


#define META_PAGES_BYTES  (2 * 4096)
#define SMALL_MAP_BYTES   ((size_t) 4 * 1024 * 1024)
#define TICKET            "{\"subject\":\"s\",\"description\":\"d\"}"


/* ---- a device that fails: these stand before those of the C library ---- */

static int  pages_to_fail;         /* writes of dirty pages: no space left   */
static int  metas_to_pass = -1;    /* meta pages, before one fails; -1: none */


static bool
page_fails(void)
{
    if (pages_to_fail == 0) {
        return false;
    }

    pages_to_fail--;
    errno = ENOSPC;

    return true;
}


ssize_t
pwrite(int fd, const void *data, size_t bytes, off_t offset)
{
    if (offset >= META_PAGES_BYTES && page_fails()) {
        return -1;
    }

    if (offset < META_PAGES_BYTES && metas_to_pass >= 0
        && metas_to_pass-- == 0)
    {
        errno = EIO;
        return -1;
    }

    return syscall(SYS_pwrite64, fd, data, bytes, offset);
}


ssize_t
writev(int fd, const struct iovec *iov, int count)
{
    return page_fails() ? -1 : syscall(SYS_writev, fd, iov, count);
}


/* ---- commands ---- */

static const tkt_actor_t  user = { .tenant = 1, .id = 1,
                                   .role = TKT_ROLE_USER };
static const tkt_actor_t  agent = { .tenant = 1, .id = 9,
                                    .role = TKT_ROLE_AGENT };
static const tkt_actor_t  admin = { .tenant = 1, .id = TRAFFIC_ADMIN,
                                    .role = TKT_ROLE_ADMIN };


static tkt_command_t *
command(desk_t *d, const tkt_actor_t *actor, const char *path,
    const char *body)
{
    uint8_t         random[32] = { 3 };
    tkt_command_t  *cmd;

    cmd = desk_command(d, actor, &(tkt_request_t) {
        .method = TKT_METHOD_POST, .path = tkt_str_z(path),
        .content_type = tkt_str("application/json"),
        .request_id = tkt_str("run"), .now_ms = ++d->now_ms,
    }, body, random);
    assert_non_null(cmd);

    return cmd;
}


static uint64_t
clock_us(void)
{
    struct timespec  t;

    (void) clock_gettime(CLOCK_MONOTONIC, &t);

    return (uint64_t) t.tv_sec * 1000000 + (uint64_t) t.tv_nsec / 1000;
}


static uint64_t
tickets_stored(desk_t *d)
{
    uint64_t  n;

    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    n = tkt_txn_last(d->read, TKT_SEQ_TICKET);
    tkt_txn_reset(d->read);

    return n;
}


/* ---- a batch ---- */

/* Each gets its own answer, and sees what those before it did. */
static void
test_batch(void **state)
{
    size_t            i;
    uint64_t          txn, since;
    static desk_t     d;
    tkt_command_t    *cmds[5];
    tkt_run_times_t   times;

    static const unsigned  expected[] = { 201, 409, 200, 404, 409 };

    traffic_open(&d);

    cmds[0] = command(&d, &user, "/v1/tickets", TICKET);
    cmds[1] = command(&d, &agent, "/v1/tickets/1/resume", "");
    cmds[2] = command(&d, &agent, "/v1/tickets/1/claim", "");
    cmds[3] = command(&d, &agent, "/v1/tickets/2/claim", "");
    cmds[4] = command(&d, &agent, "/v1/tickets/1/claim", "");

    txn = desk_last_txn(&d);
    since = clock_us();
    assert_int_equal(tkt_app_run(d.env, cmds, 5, clock_us, &times), TKT_OK);
    assert_int_equal(desk_last_txn(&d), txn + 1);
    assert_true(times.commit_us > 0);
    assert_in_range(times.since_us, since, clock_us());

    for (i = 0; i < 5; i++) {
        assert_int_equal(tkt_command_reply(cmds[i])->http, expected[i]);
        assert_true(tkt_command_bytes(cmds[i]) > sizeof(tkt_command_t));
    }

    /* the same once more, all refused now: no transaction is committed */

    for (i = 1; i < 5; i++) {
        tkt_command_free(cmds[i]);
        cmds[i] = command(&d, &agent, "/v1/tickets/9/claim", "");
    }

    assert_int_equal(tkt_app_run(d.env, cmds + 1, 4, NULL, NULL), TKT_OK);
    assert_int_equal(desk_last_txn(&d), txn + 1);

    for (i = 0; i < 5; i++) {
        tkt_command_free(cmds[i]);
    }

    desk_verify_clean(&d);
    desk_close(&d);
}


/*
 * One command of ten meets a damaged ticket: the batch is aborted, and run
 * again one command a transaction, so that only this one is refused.
 */
static void
test_error_in_mid_command(void **state)
{
    size_t           i;
    uint64_t         txn;
    tkt_txn_t       *write;
    tkt_key_t        key;
    static desk_t    d;
    tkt_command_t   *cmds[10];

    traffic_open(&d);
    desk_post(&d, &user, "/v1/tickets", TICKET);

    assert_int_equal(tkt_txn_begin(d.env, &write, false), TKT_OK);
    tkt_key_ticket(&key, 1, 1);
    tkt_put(write, TKT_DB_TICKET, &key, tkt_str("\x01\xff\xff"));
    assert_int_equal(tkt_txn_commit(write), TKT_OK);

    for (i = 0; i < 10; i++) {
        cmds[i] = (i == 5) ? command(&d, &agent, "/v1/tickets/1/claim", "")
                           : command(&d, &user, "/v1/tickets", TICKET);
    }

    txn = desk_last_txn(&d);
    assert_int_equal(tkt_app_run(d.env, cmds, 10, NULL, NULL), TKT_OK);
    assert_int_equal(desk_last_txn(&d), txn + 9);
    assert_int_equal(tickets_stored(&d), 10);

    for (i = 0; i < 10; i++) {
        assert_int_equal(tkt_command_reply(cmds[i])->http,
                         i == 5 ? 500 : 201);
        assert_int_equal(tkt_command_reply(cmds[i])->status,
                         i == 5 ? TKT_INTERNAL : TKT_OK);
        tkt_command_free(cmds[i]);
    }

    desk_close(&d);
}


/* Tickets that are answered 201 must be there, all others not. */
static size_t
count_created(tkt_command_t **cmds, size_t count, unsigned other)
{
    size_t    i, n;
    unsigned  http;

    for (n = 0, i = 0; i < count; i++) {
        http = tkt_command_reply(cmds[i])->http;

        if (http != 201 && http != other) {
            fail_msg("command %zu: %u", i, http);
        }

        n += http == 201;
        tkt_command_free(cmds[i]);
    }

    return n;
}


/* ---- a full store ---- */

static const char *
big_ticket(void)
{
    size_t       i;
    static char  body[70000];
    char        *p;

    p = stpcpy(body, "{\"subject\":\"s\",\"description\":\"");

    for (i = 0; i < 20000; i++) {
        p = stpcpy(p, "长");
    }

    (void) stpcpy(p, "\"}");

    return body;
}


/*
 * A batch that does not fit as a whole: the map is full in the middle of it.
 * Alone, those that still fit are done; then the store takes nothing more.
 */
static void
test_full_map(void **state)
{
    size_t           i, created, before;
    ask_t            a;
    uint8_t          random[32] = { 5 };
    static desk_t    d;
    tkt_env_info_t   info;
    tkt_command_t   *cmds[16];

    desk_open_map(&d, SMALL_MAP_BYTES);
    traffic_make_people(&d);
    desk_post(&d, &admin, "/v1/users/1/tokens", "{}");

    do {
        desk_post(&d, &user, "/v1/tickets", big_ticket());
        tkt_env_info(d.env, &info);
    } while (info.used_bytes < info.map_bytes * 7 / 10);

    before = tickets_stored(&d);
    assert_true(before > 5);

    for (i = 0; i < 16; i++) {
        cmds[i] = command(&d, &user, "/v1/tickets",
                          i % 4 == 0 ? TICKET : big_ticket());
    }

    assert_int_equal(tkt_app_run(d.env, cmds, 16, NULL, NULL), TKT_OK);
    created = count_created(cmds, 16, 507);
    assert_true(created > 1 && created < 16);
    assert_int_equal(tickets_stored(&d), before + created);

    /* refused at the door from now on, with the word for it; reads go on */

    assert_int_equal(ask_send(&d, &a, &user, TKT_METHOD_POST, "/v1/tickets",
                              TICKET), 507);
    assert_int_equal(a.reply.status, TKT_STORAGE_FULL);
    assert_string_equal(text_at(a.json, "/type"), "/v1/problems/storage-full");
    ask_done(&a);
    assert_int_equal(ask_get(&d, &a, &user, "/v1/me/tickets?count=true"),
                     200);
    assert_int_equal(number_at(a.json, "/count"), before + created);
    ask_done(&a);

    /* what takes something away is done, beside what is refused too */

    cmds[0] = command(&d, &user, "/v1/tickets", TICKET);
    cmds[1] = desk_command(&d, &admin, &(tkt_request_t) {
        .method = TKT_METHOD_DELETE, .now_ms = d.now_ms,
        .path = tkt_str("/v1/users/1/tokens/1"),
    }, "", random);
    assert_non_null(cmds[1]);
    assert_int_equal(tkt_app_run(d.env, cmds, 2, NULL, NULL), TKT_OK);
    assert_int_equal(tkt_command_reply(cmds[0])->http, 507);
    assert_int_equal(tkt_command_reply(cmds[1])->http, 204);
    tkt_command_free(cmds[0]);
    tkt_command_free(cmds[1]);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* ---- a device that fails ---- */

static void
make_batch(desk_t *d, tkt_command_t **cmds, size_t count)
{
    size_t  i;

    for (i = 0; i < count; i++) {
        cmds[i] = command(d, &user, "/v1/tickets", TICKET);
    }
}


static void
test_no_space(void **state)
{
    static desk_t    d;
    tkt_command_t   *cmds[4];

    traffic_open(&d);

    /* for a moment: the second run is taken */

    make_batch(&d, cmds, 4);
    pages_to_fail = 1;
    assert_int_equal(tkt_app_run(d.env, cmds, 4, NULL, NULL), TKT_OK);
    assert_int_equal(count_created(cmds, 4, 0), 4);
    assert_int_equal(pages_to_fail, 0);

    /* for long: each is told, and nothing is stored */

    make_batch(&d, cmds, 4);
    pages_to_fail = 1000;
    assert_int_equal(tkt_app_run(d.env, cmds, 4, NULL, NULL), TKT_OK);
    assert_true(pages_to_fail < 996);
    pages_to_fail = 0;
    assert_int_equal(count_created(cmds, 4, 507), 0);
    assert_int_equal(tickets_stored(&d), 4);

    desk_post(&d, &user, "/v1/tickets", TICKET);
    desk_verify_clean(&d);
    desk_close(&d);
}


/* A command that runs a second time finds its input as it was. */
static void
test_second_run(void **state)
{
    ask_t            a;
    uint8_t          random[32] = { 4 };
    static desk_t    d;
    tkt_command_t   *cmds[2];

    traffic_open(&d);
    desk_post(&d, &user, "/v1/tickets", "{\"subject\":\"s\","
              "\"description\":\"d\",\"custom\":{\"a\":1,\"b\":2}}");

    cmds[0] = command(&d, &user, "/v1/tickets/1/messages",
                      "{\"body\":\"b\"}");
    cmds[1] = desk_command(&d, &user, &(tkt_request_t) {
        .method = TKT_METHOD_PATCH, .path = tkt_str("/v1/tickets/1"),
        .now_ms = ++d.now_ms,
    }, "{\"custom\":{\"a\":null,\"c\":3}}", random);
    assert_non_null(cmds[1]);

    pages_to_fail = 1;
    assert_int_equal(tkt_app_run(d.env, cmds, 2, NULL, NULL), TKT_OK);
    assert_int_equal(tkt_command_reply(cmds[0])->http, 201);
    assert_int_equal(tkt_command_reply(cmds[1])->http, 200);
    tkt_command_free(cmds[0]);
    tkt_command_free(cmds[1]);

    assert_int_equal(ask_get(&d, &a, &user, "/v1/tickets/1?fields=custom,"
                             "version"), 200);
    assert_true(tkt_str_eq(a.reply.body, tkt_str(
        "{\"custom\":{\"b\":2,\"c\":3},\"version\":3}")));
    ask_done(&a);
    assert_int_equal(ask_get(&d, &a, &user, "/v1/tickets/1/messages"), 200);
    assert_int_equal(length_at(a.json, "/data"), 1);
    ask_done(&a);

    desk_verify_clean(&d);
    desk_close(&d);
}


/* Nobody knows: all that is not settled is told so. */
static void
test_outcome_unknown(void **state)
{
    size_t                i;
    static desk_t         d;
    tkt_command_t        *cmds[4];
    const tkt_reply_t    *reply;

    traffic_open(&d);
    make_batch(&d, cmds, 4);

    metas_to_pass = 0;
    assert_int_equal(tkt_app_run(d.env, cmds, 4, NULL, NULL),
                     TKT_OUTCOME_UNKNOWN);
    metas_to_pass = -1;

    for (i = 0; i < 4; i++) {
        reply = tkt_command_reply(cmds[i]);
        assert_int_equal(reply->http, 500);
        assert_int_equal(reply->status, TKT_OUTCOME_UNKNOWN);
    }

    (void) count_created(cmds, 4, 500);
    assert_true(tkt_env_failed(d.env));

    /* the environment takes nothing more */

    make_batch(&d, cmds, 1);
    assert_int_equal(tkt_app_run(d.env, cmds, 1, NULL, NULL), TKT_OK);
    assert_int_equal(tkt_command_reply(cmds[0])->status, TKT_INTERNAL);
    tkt_command_free(cmds[0]);

    desk_close(&d);
}


/* In the second run: those before are settled, those after it are not run. */
static void
test_outcome_unknown_later(void **state)
{
    size_t           i;
    static desk_t    d;
    tkt_command_t   *cmds[4];

    traffic_open(&d);
    make_batch(&d, cmds, 4);

    pages_to_fail = 1;
    metas_to_pass = 2;
    assert_int_equal(tkt_app_run(d.env, cmds, 4, NULL, NULL),
                     TKT_OUTCOME_UNKNOWN);
    metas_to_pass = -1;

    for (i = 0; i < 4; i++) {
        assert_int_equal(tkt_command_reply(cmds[i])->status,
                         i < 2 ? TKT_OK : TKT_OUTCOME_UNKNOWN);
        tkt_command_free(cmds[i]);
    }

    desk_close(&d);
}


/* ---- commands that do not run ---- */

static void
test_refuse(void **state)
{
    static desk_t       d;
    tkt_command_t      *cmd;
    const tkt_reply_t  *reply;

    desk_open(&d);
    cmd = command(&d, &user, "/v1/tickets", TICKET);
    tkt_command_refuse(cmd, TKT_BUSY, 7);
    reply = tkt_command_reply(cmd);
    assert_int_equal(reply->http, 503);
    assert_int_equal(reply->retry_after_s, 7);
    assert_non_null(memmem(reply->body.data, reply->body.len,
                           "\"retry_after\":7", 15));
    tkt_command_free(cmd);
    desk_close(&d);
}


/* Requests that become no command: headers, media types, sizes, bodies. */
static void
test_no_command(void **state)
{
    size_t          i;
    ask_t           a;
    char           *large;
    static desk_t   d;
    tkt_request_t   req;

    static const struct {
        const char  *target;
        const char  *type;
        const char  *body;
        unsigned     http;
    } rows[] = {
        { "/v1/tickets?a=1", "application/json", TICKET, 400 },
        { "/v1/tickets", "text/plain", TICKET, 415 },
        { "/v1/tickets", "application/jsonp", TICKET, 415 },
        { "/v1/tickets", "application/merge-patch+json", TICKET, 415 },
        { "/v1/tickets", "Application/JSON; charset=utf-8", TICKET, 201 },
        { "/v1/tickets", "application/json\t", TICKET, 201 },
        { "/v1/tickets", "", TICKET, 201 },
        { "/v1/tickets", "application/json", "{\"subject\":1", 400 },
        { "/v1/tickets", "application/json", "", 400 },
        { "/v1/tickets/1/urge", "text/plain", "", 200 },
    };

    traffic_open(&d);

    for (i = 0; i < tkt_array_len(rows); i++) {
        req = ask_make(&d, TKT_METHOD_POST, rows[i].target);
        req.content_type = tkt_str_z(rows[i].type);
        ask_request(&d, &a, &user, &req, rows[i].body);

        if (a.reply.http != rows[i].http) {
            fail_msg("row %zu: %u", i, a.reply.http);
        }

        ask_done(&a);
    }

    large = malloc(TKT_BODY_MAX_BYTES + 2);
    assert_non_null(large);
    memset(large, ' ', TKT_BODY_MAX_BYTES + 1);
    large[TKT_BODY_MAX_BYTES + 1] = '\0';
    assert_int_equal(ask_send(&d, &a, &user, TKT_METHOD_POST, "/v1/tickets",
                              large), 413);
    ask_done(&a);
    free(large);

    /* a body where there is none to take; merge patches by their own type */

    assert_int_equal(ask_send(&d, &a, &(tkt_actor_t) { .tenant = 1, .id = 14,
                              .role = TKT_ROLE_ADMIN }, TKT_METHOD_DELETE,
                              "/v1/users/1/tokens/1", "{\"a\":1}"), 400);
    ask_done(&a);

    req = ask_make(&d, TKT_METHOD_PATCH, "/v1/tickets/1");
    req.content_type = tkt_str("application/merge-patch+json");
    ask_request(&d, &a, &user, &req, "{\"account\":\"a\"}");
    assert_int_equal(a.reply.http, 200);
    ask_done(&a);

    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_batch),
        cmocka_unit_test(test_error_in_mid_command),
        cmocka_unit_test(test_full_map),
        cmocka_unit_test(test_no_space),
        cmocka_unit_test(test_second_run),
        cmocka_unit_test(test_outcome_unknown),
        cmocka_unit_test(test_outcome_unknown_later),
        cmocka_unit_test(test_refuse),
        cmocka_unit_test(test_no_command),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
