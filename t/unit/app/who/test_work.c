/*
 * Passwords on their way through a command: what was true before the work is
 * looked at again, nothing is kept for replays, attempts are told apart, and
 * nothing of a password is left in memory.
 */

#define _GNU_SOURCE

#include "app/accounts.h"

#include <fcntl.h>


/* A command that was worked on, not yet run. */
static tkt_command_t *
worked(desk_t *d, const tkt_actor_t *actor, tkt_method_t method,
    const char *path, const char *body)
{
    uint8_t         random[32] = { 1 };
    tkt_request_t   req = ask_make(d, method, path);
    tkt_command_t  *cmd;

    req.site = &everything;
    req.address = tkt_str("192.0.2.7");
    cmd = desk_command(d, actor, &req, body, random);
    assert_non_null(cmd);
    assert_true(tkt_command_needs_work(cmd));
    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    assert_true(tkt_command_prepare(cmd, d->read));
    tkt_txn_reset(d->read);
    tkt_command_work(cmd);
    assert_false(tkt_command_needs_work(cmd));

    return cmd;
}


static unsigned
run(desk_t *d, tkt_command_t *cmd)
{
    unsigned  http;

    assert_int_equal(tkt_app_run(d->env, &cmd, 1, NULL, NULL), TKT_OK);
    http = tkt_command_reply(cmd)->http;
    tkt_command_free(cmd);

    return http;
}


/* What was true before the work is looked at again after it. */
static void
test_between(void **state)
{
    tkt_command_t  *login, *change;
    static desk_t   d;

    open_desk(&d);

    login = worked(&d, &nobody, TKT_METHOD_POST, "/v1/session", LOGIN);
    change = worked(&d, &ann, TKT_METHOD_PUT, "/v1/me/password",
                    "{\"password\":\"" PASSWORD "\",\"new_password\":\""
                    "yet another one\"}");

    desk_ok(&d, &ann, TKT_METHOD_PUT, "/v1/me/password",
            "{\"password\":\"" PASSWORD "\",\"new_password\":\""
            NEW_PASSWORD "\"}");

    assert_int_equal(run(&d, login), 401);
    assert_int_equal(run(&d, change), 400);
    nobody_gets(&d, "/v1/session", LOGIN, 401);
    nobody_gets(&d, "/v1/session", "{\"login\":\"ann\",\"password\":\""
                NEW_PASSWORD "\"}", 201);
    close_desk(&d);
}


/* ---- keys, attempts ---- */

/* A key does not make the desk remember a login or a password. */
static void
test_no_replay(void **state)
{
    ask_t          a;
    unsigned       i;
    static desk_t  d;
    tkt_request_t  req;

    open_desk(&d);

    for (i = 0; i < 2; i++) {
        req = ask_make(&d, TKT_METHOD_POST, "/v1/session");
        req.site = &everything;
        req.has_idempotency_key = true;
        req.idempotency_key = tkt_str("k-1");
        ask_request(&d, &a, &nobody, &req, LOGIN);
        assert_int_equal(a.reply.http, 201);
        assert_false(a.reply.replayed);
        assert_int_equal(tkt_command_key_digest(a.cmd), 0);
        ask_done(&a);
    }

    assert_int_equal(entries(&d, TKT_DB_IDEMPOTENCY), 0);
    close_desk(&d);
}


static tkt_attempt_t
attempt_of(desk_t *d, const char *address, const char *body)
{
    uint8_t         random[32] = { 1 };
    tkt_attempt_t   attempt;
    tkt_request_t   req = ask_make(d, TKT_METHOD_POST, "/v1/session");
    tkt_command_t  *cmd;

    req.site = &everything;
    req.address = tkt_str_z(address);
    cmd = desk_command(d, &nobody, &req, body, random);
    assert_non_null(cmd);
    assert_false(tkt_command_attempt(cmd, &attempt));
    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    assert_true(tkt_command_prepare(cmd, d->read));
    tkt_txn_reset(d->read);
    assert_true(tkt_command_attempt(cmd, &attempt));
    assert_int_not_equal(attempt.account, 0);
    tkt_command_free(cmd);

    return attempt;
}


static void
test_attempts(void **state)
{
    tkt_attempt_t  a, b;
    static desk_t  d;

    open_desk(&d);

    a = attempt_of(&d, "192.0.2.7", LOGIN);
    b = attempt_of(&d, "192.0.2.8", "{\"login\":\"ann\",\"tenant\":\"main\","
                                    "\"password\":\"other\"}");
    assert_true(a.account == b.account);
    assert_true(a.address != b.address && a.address != 0);

    b = attempt_of(&d, "192.0.2.7", "{\"login\":\"nobody\","
                                    "\"password\":\"other\"}");
    assert_true(a.account != b.account);
    assert_true(a.address == b.address);

    /* a network of IPv6 is one address; one of IPv4 in disguise is not */

    a = attempt_of(&d, "2001:db8:1:2::1", LOGIN);
    b = attempt_of(&d, "2001:db8:1:2:ffff::9", LOGIN);
    assert_true(a.address == b.address);
    b = attempt_of(&d, "2001:db8:1:3::1", LOGIN);
    assert_true(a.address != b.address);
    a = attempt_of(&d, "::ffff:192.0.2.1", LOGIN);
    b = attempt_of(&d, "::ffff:192.0.2.2", LOGIN);
    assert_true(a.address != b.address);

    assert_int_equal(attempt_of(&d, "", LOGIN).address, 0);
    close_desk(&d);
}


/* ---- memory ---- */

/* How often the text, each byte xored with `mask`, is in writable memory. */
static size_t
count_in_memory(const uint8_t *masked, size_t n, uint8_t mask)
{
    int            fd;
    char           line[512], perms[8];
    FILE          *maps;
    size_t         found, i, k;
    uint8_t       *copy;
    ssize_t        got;
    unsigned long  from, to, at;

    found = 0;
    maps = fopen("/proc/self/maps", "r");
    fd = open("/proc/self/mem", O_RDONLY);
    copy = malloc(65536 + 64);
    assert_true(maps != NULL && fd >= 0 && copy != NULL);

    while (fgets(line, sizeof(line), maps) != NULL) {
        if (sscanf(line, "%lx-%lx %7s", &from, &to, perms) != 3
            || perms[1] != 'w' || to - from > 64UL * 1024 * 1024)
        {
            continue;
        }

        for (at = from; at < to; at += 65536) {
            got = pread(fd, copy, 65536 + 64, (off_t) at);

            for (i = 0; got > 0 && i + n <= (size_t) got && i < 65536; i++) {
                for (k = 0; k < n && (copy[i + k] ^ mask) == masked[k]; k++) {
                    /* void */
                }

                found += (k == n);
            }
        }
    }

    /* the copy itself was looked at too, at most once a piece */

    memset(copy, 0, 65536 + 64);
    free(copy);
    (void) close(fd);
    (void) fclose(maps);

    return found;
}


/*
 * Nothing of a password is left when the command is queued: its own memory,
 * the reader's stack, the decoder's copies of what has escapes.
 */
static void
test_nothing_left(void **state)
{
    char           *body;
    size_t          i, n;
    uint8_t         random[32] = { 1 }, masked[17];
    tkt_match_t     match;
    tkt_reply_t     reply;
    static desk_t   d;
    tkt_request_t   req;
    tkt_command_t  *cmd;
    static const char  before[] = "{\"login\":\"ann\",\"password\":\"";
    static const char  after[] = "\\u0041\\n\"}";

    open_desk(&d);

    for (i = 0; i < sizeof(masked); i++) {
        masked[i] = (uint8_t) ((uint8_t) ('a' + i) ^ 0xa5);
    }

    n = sizeof(before) - 1 + sizeof(masked) + sizeof(after) - 1;
    body = malloc(n);
    assert_non_null(body);
    memcpy(body, before, sizeof(before) - 1);

    for (i = 0; i < sizeof(masked); i++) {
        body[sizeof(before) - 1 + i] = (char) (masked[i] ^ 0xa5);
    }

    memcpy(body + n - (sizeof(after) - 1), after, sizeof(after) - 1);

    req = ask_make(&d, TKT_METHOD_POST, "/v1/session");
    req.site = &everything;
    assert_true(tkt_app_match(&req, &match, &d.arena, &reply));
    cmd = tkt_app_command(&req, &match, &nobody,
                          (tkt_str_t) { (uint8_t *) body, n }, random,
                          &d.arena, &reply);
    assert_non_null(cmd);
    tkt_wipe(body, n);
    free(body);

    /* the look can see: it is there before the work */

    assert_true(count_in_memory(masked, sizeof(masked), 0xa5) > 0);

    assert_int_equal(tkt_txn_renew(d.read), TKT_OK);
    assert_true(tkt_command_prepare(cmd, d.read));
    tkt_txn_reset(d.read);
    tkt_command_work(cmd);

    assert_int_equal(count_in_memory(masked, sizeof(masked), 0xa5), 0);
    tkt_command_free(cmd);
    close_desk(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_between),
        cmocka_unit_test(test_no_replay),
        cmocka_unit_test(test_attempts),
        cmocka_unit_test(test_nothing_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
