/*
 * What the tests of app/ share: a store in a directory of its own, requests
 * run as commands without a server, and the comparison of two stores.
 */

#ifndef DESK_H
#define DESK_H


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/call/tkt_app.h"
#include "app/call/tkt_command.h"
#include "app/verify/tkt_verify.h"
#include "app/who/tkt_tenants.h"
#include "crypto/tkt_crypto.h"


#define DESK_MAP_BYTES  ((size_t) 512 * 1024 * 1024)
#define DESK_EPOCH_MS   INT64_C(1790000000000)


typedef struct {
    char         dir[256];
    tkt_env_t   *env;
    tkt_txn_t   *read;
    tkt_arena_t  arena;          /* of the last request                      */
    int64_t      now_ms;
    uint16_t     http;           /* of the last reply                        */
    char         body[65536];    /* as a C string                            */
} desk_t;


static inline void
desk_open_env(desk_t *d, size_t map_bytes)
{
    const char         *tmp;
    tkt_fault_t         fault;
    tkt_env_options_t   options = { d->dir, map_bytes, false };

    tmp = getenv("TMPDIR");
    (void) snprintf(d->dir, sizeof(d->dir), "%s/tkt-desk-XXXXXX",
                    tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(d->dir));
    assert_true(tkt_crypto_init());

    if (tkt_env_open(&d->env, &options, &fault) != TKT_OK) {
        fail_msg("open: %s", fault.text);
    }

    assert_int_equal(tkt_txn_reader(d->env, &d->read), TKT_OK);
    tkt_arena_init(&d->arena, 16384);
    d->now_ms = DESK_EPOCH_MS;
}


/* A store without a tenant. */
static inline void
desk_open_empty(desk_t *d)
{
    desk_open_env(d, DESK_MAP_BYTES);
}


/* A store whose tenant 1 is "main". */
static inline void
desk_open_map(desk_t *d, size_t map_bytes)
{
    uint64_t  tenant;

    desk_open_env(d, map_bytes);

    assert_int_equal(tkt_app_tenant(d->env, tkt_str("main"), 0, true,
                                    d->now_ms, &tenant), TKT_OK);
    assert_int_equal(tenant, 1);
}


static inline void
desk_open(desk_t *d)
{
    desk_open_map(d, DESK_MAP_BYTES);
}


static inline void
desk_close(desk_t *d)
{
    size_t                    i;
    char                      path[300];
    static const char *const  files[] = { "data.mdb", "lock.mdb" };

    tkt_txn_reader_free(d->read);
    tkt_env_close(d->env);
    tkt_arena_done(&d->arena);

    for (i = 0; i < tkt_array_len(files); i++) {
        (void) snprintf(path, sizeof(path), "%s/%s", d->dir, files[i]);
        (void) unlink(path);
    }

    assert_int_equal(rmdir(d->dir), 0);
}


static inline tkt_actor_t
desk_actor(uint32_t tenant, uint64_t id, tkt_role_t role)
{
    tkt_actor_t  actor = { .tenant = tenant, .id = id, .role = role };

    (void) snprintf(actor.login, sizeof(actor.login), "p%u",
                    (unsigned) id);
    (void) snprintf(actor.tenant_name, sizeof(actor.tenant_name), "t%u",
                    (unsigned) tenant);

    return actor;
}


/* Makes a command; NULL if the request was refused before that. */
static inline tkt_command_t *
desk_command(desk_t *d, const tkt_actor_t *actor, const tkt_request_t *req,
    const char *body, const uint8_t random[32])
{
    tkt_match_t     match;
    tkt_reply_t     reply;
    tkt_command_t  *cmd;

    tkt_arena_done(&d->arena);

    if (!tkt_app_match(req, &match, &d->arena, &reply)) {
        fail_msg("no operation for %.*s", (int) req->path.len,
                 (const char *) req->path.data);
    }

    assert_true(tkt_app_is_command(&match));

    cmd = tkt_app_command(req, &match, actor, tkt_str_z(body), random,
                          &d->arena, &reply);
    if (cmd == NULL) {
        d->http = reply.http;
        (void) snprintf(d->body, sizeof(d->body), "%.*s",
                        (int) reply.body.len, (const char *) reply.body.data);
    }

    return cmd;
}


/* Runs a command in a transaction of its own, with the work before it. */
static inline void
desk_execute(desk_t *d, tkt_command_t *cmd)
{
    bool  go_on = true;

    if (tkt_command_needs_work(cmd)) {
        assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
        go_on = tkt_command_prepare(cmd, d->read);
        tkt_txn_reset(d->read);

        if (go_on) {
            tkt_command_work(cmd);
        }
    }

    if (go_on) {
        assert_int_equal(tkt_app_run(d->env, &cmd, 1, NULL, NULL), TKT_OK);
    }
}


/* Runs one request in a transaction of its own; the HTTP status. */
static inline unsigned
desk_run(desk_t *d, const tkt_actor_t *actor, tkt_method_t method,
    const char *path, const char *body)
{
    uint8_t             random[32] = { 7 };
    tkt_command_t      *cmd;
    const tkt_reply_t  *reply;
    tkt_request_t       req = {
        .method = method, .path = tkt_str_z(path), .now_ms = ++d->now_ms,
        .content_type = tkt_str("application/json"),
        .request_id = tkt_str("test"),
    };

    memcpy(random + 1, &d->now_ms, sizeof(d->now_ms));

    cmd = desk_command(d, actor, &req, body, random);
    if (cmd == NULL) {
        return d->http;
    }

    desk_execute(d, cmd);

    reply = tkt_command_reply(cmd);
    d->http = reply->http;
    (void) snprintf(d->body, sizeof(d->body), "%.*s", (int) reply->body.len,
                    reply->body.len > 0 ? (const char *) reply->body.data
                                        : "");
    tkt_command_free(cmd);

    return d->http;
}


/* The same, which must succeed. */
static inline void
desk_ok(desk_t *d, const tkt_actor_t *actor, tkt_method_t method,
    const char *path, const char *body)
{
    if (desk_run(d, actor, method, path, body) / 100 != 2) {
        fail_msg("%s %s: %u %s", tkt_method_name(method), path, d->http,
                 d->body);
    }
}


/* Runs the first command that a timer asks for now; false if none does. */
static inline bool
desk_timer(desk_t *d)
{
    size_t          n;
    uint8_t         random[32] = { 1 };
    tkt_command_t  *cmd;

    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    n = tkt_app_due(d->read, d->now_ms, random, NULL, &cmd, 1, NULL);
    tkt_txn_reset(d->read);

    if (n == 0) {
        return false;
    }

    desk_execute(d, cmd);
    assert_int_equal(tkt_command_reply(cmd)->http, 204);
    tkt_command_free(cmd);

    return true;
}


static inline void
desk_post(desk_t *d, const tkt_actor_t *actor, const char *path,
    const char *body)
{
    desk_ok(d, actor, TKT_METHOD_POST, path, body);
}


/* ---- faults ---- */

typedef struct {
    unsigned  lines;
    char      text[16384];       /* all lines, as far as they fit            */
} desk_faults_t;


static inline void
desk_fault(void *ctx, const char *line)
{
    size_t          len;
    desk_faults_t  *f = ctx;

    f->lines++;
    len = strlen(f->text);
    (void) snprintf(f->text + len, sizeof(f->text) - len, "%s\n", line);
}


static inline void
desk_verify(tkt_txn_t *txn, desk_faults_t *f)
{
    tkt_verify_figures_t  figures;

    f->lines = 0;
    f->text[0] = '\0';

    assert_int_equal(tkt_app_verify(txn, desk_fault, f, &figures), TKT_OK);
    assert_int_equal(figures.faults, f->lines);
}


static inline void
desk_verify_clean(desk_t *d)
{
    desk_faults_t  faults;

    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    desk_verify(d->read, &faults);
    tkt_txn_reset(d->read);

    if (faults.lines != 0) {
        fail_msg("%u faults:\n%s", faults.lines, faults.text);
    }
}


/* ---- comparison ---- */

/* Number of the first database that differs, or -1; entries are counted. */
static inline int
desk_compare(desk_t *a, desk_t *b, uint64_t *entries)
{
    int         db;
    bool        more, same;
    tkt_key_t   all;
    tkt_scan_t  x, y;

    *entries = 0;
    same = true;
    tkt_key_start(&all);
    assert_int_equal(tkt_txn_renew(a->read), TKT_OK);
    assert_int_equal(tkt_txn_renew(b->read), TKT_OK);

    for (db = 0; db < TKT_DB_MAX && same; db++) {
        tkt_scan_open(&x, a->read, (tkt_db_t) db, &all, NULL, false);
        tkt_scan_open(&y, b->read, (tkt_db_t) db, &all, NULL, false);

        do {
            more = tkt_scan_next(&x);
            same = tkt_scan_next(&y) == more
                   && (!more || (tkt_str_eq(x.key, y.key)
                                 && tkt_str_eq(x.value, y.value)));
            *entries += more;
        } while (more && same);

        tkt_scan_close(&x);
        tkt_scan_close(&y);
    }

    tkt_txn_reset(a->read);
    tkt_txn_reset(b->read);

    return same ? -1 : db - 1;
}


static inline uint64_t
desk_last_txn(desk_t *d)
{
    tkt_env_info_t  info;

    tkt_env_info(d->env, &info);

    return info.last_txn;
}


#endif /* DESK_H */
