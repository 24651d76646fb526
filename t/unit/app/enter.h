/*
 * Requests that go the whole way: matched, admitted by whatever they carry,
 * then answered or run.
 */

#ifndef ENTER_H
#define ENTER_H


#include "ask.h"
#include "issuer.h"


typedef struct {
    tkt_request_t   req;
    tkt_actor_t     actor;       /* after admission                          */
    ask_t           a;           /* the answer, or why there is none         */
} enter_t;


/* A request for a site, to add who asks to. */
static inline enter_t
enter_make(desk_t *d, const tkt_site_t *site, tkt_method_t method,
    const char *target)
{
    enter_t  e = { .req = ask_make(d, method, target) };

    e.req.site = site;

    return e;
}


static inline tkt_identity_t
enter_who(const char *user, const char *role, const char *tenant)
{
    return (tkt_identity_t) {
        .user = tkt_str_z(user), .role = tkt_str_z(role),
        .tenant = tkt_str_z(tenant),
    };
}


/* Admits it alone; 0, or the status of the refusal. */
static inline unsigned
enter_admit(desk_t *d, enter_t *e, tkt_match_t *match)
{
    bool  admitted;

    memset(&e->a, 0, sizeof(e->a));
    tkt_arena_init(&e->a.arena, 16384);

    if (!tkt_app_match(&e->req, match, &e->a.arena, &e->a.reply)) {
        fail_msg("no operation");
    }

    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    admitted = tkt_app_admit(d->read, &e->req, match, &e->actor, &e->a.arena,
                             &e->a.reply);
    tkt_txn_reset(d->read);

    if (admitted) {
        return 0;
    }

    assert_int_equal(e->a.reply.challenge, e->a.reply.http == 401);
    ask_parse(&e->a);

    return e->a.reply.http;
}


/* As a command that is still to be run; NULL if it was refused. */
static inline tkt_command_t *
enter_command(desk_t *d, enter_t *e, const char *body)
{
    uint8_t      random[32] = { 5 };
    tkt_match_t  match;

    memcpy(random + 1, &d->now_ms, sizeof(d->now_ms));

    if (enter_admit(d, e, &match) != 0) {
        return NULL;
    }

    return tkt_app_command(&e->req, &match, &e->actor, tkt_str_z(body),
                           random, &e->a.arena, &e->a.reply);
}


/* The HTTP status of the whole; then ask_done(&e->a). */
static inline unsigned
enter_send(desk_t *d, enter_t *e, const char *body)
{
    tkt_match_t  match;

    if (e->req.method == TKT_METHOD_GET) {

        if (enter_admit(d, e, &match) != 0) {
            return e->a.reply.http;
        }

        assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
        tkt_app_query(d->read, &e->req, &match, &e->actor, &e->a.arena,
                      &e->a.reply);
        tkt_txn_reset(d->read);

    } else {
        e->a.cmd = enter_command(d, e, body);

        if (e->a.cmd == NULL) {
            return e->a.reply.http;
        }

        assert_int_equal(tkt_app_run(d->env, &e->a.cmd, 1, NULL, NULL),
                         TKT_OK);
        e->a.reply = *tkt_command_reply(e->a.cmd);
    }

    ask_parse(&e->a);

    return e->a.reply.http;
}


#endif /* ENTER_H */
