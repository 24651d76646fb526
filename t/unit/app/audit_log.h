/*
 * A write transaction with a call in it, to append to an audit log, and what
 * there is to be recorded.
 */

#ifndef AUDIT_LOG_H
#define AUDIT_LOG_H


#include "ask.h"

#include "app/privacy/tkt_audit.h"


typedef struct {
    desk_t       d;
    tkt_txn_t   *txn;
    tkt_arena_t  arena;
    tkt_actor_t  actor;
    uint8_t      random[32];
    tkt_reply_t  reply;
    tkt_call_t   call;
} log_t;


static inline void
begin(log_t *l)
{
    memset(l, 0, sizeof(*l));
    desk_open(&l->d);
    tkt_arena_init(&l->arena, 16384);
    assert_int_equal(tkt_txn_begin(l->d.env, &l->txn, false), TKT_OK);

    l->actor = desk_actor(1, 7, TKT_ROLE_ADMIN);
    memset(l->random, 9, sizeof(l->random));
    l->call = (tkt_call_t) {
        .txn = l->txn, .arena = &l->arena, .reply = &l->reply,
        .actor = &l->actor, .request_id = tkt_str("r-1"),
        .now_ms = l->d.now_ms, .random = l->random,
    };
}


static inline void
end(log_t *l)
{
    tkt_txn_abort(l->txn);
    tkt_arena_done(&l->arena);
    desk_close(&l->d);
}


static inline tkt_user_t
someone(void)
{
    return (tkt_user_t) {
        .id = 5, .tenant = 1, .role = TKT_ROLE_USER, .version = 1,
        .login = tkt_lit("wang"), .name = tkt_lit("王芳"),
        .email = tkt_lit("wang@example.com"),
    };
}


static inline tkt_audit_t
entry(log_t *l, uint64_t number)
{
    tkt_audit_t  e;

    assert_true(tkt_audit_load(l->txn, 1, number, &e, &l->arena));

    return e;
}


/* A chain of ten about people there are; made by the operator. */
static inline void
begin_chain(log_t *l)
{
    unsigned     i;
    char         body[64];
    tkt_user_t   user;
    tkt_actor_t  operator = desk_actor(1, 0, TKT_ROLE_ADMIN);

    memset(l, 0, sizeof(*l));
    desk_open(&l->d);
    tkt_arena_init(&l->arena, 16384);

    for (i = 1; i <= 5; i++) {
        (void) snprintf(body, sizeof(body), "{\"login\":\"p%u\"}", i);
        desk_post(&l->d, &operator, "/v1/users", body);
    }

    assert_int_equal(tkt_txn_begin(l->d.env, &l->txn, false), TKT_OK);
    l->actor = operator;
    l->call = (tkt_call_t) {
        .txn = l->txn, .arena = &l->arena, .reply = &l->reply,
        .actor = &l->actor, .request_id = tkt_str("r-1"),
        .now_ms = l->d.now_ms, .random = l->random,
    };

    for (i = 0; i < 10; i++) {
        user = someone();
        tkt_audit_append(&l->call, 1, &(tkt_audit_note_t) {
            .act = TKT_AUDIT_CREATE, .object = TKT_OBJECT_USER,
            .object_id = 1 + i % 5, .after = &user, .reason = tkt_str("r"),
        });
    }
}


#endif /* AUDIT_LOG_H */
