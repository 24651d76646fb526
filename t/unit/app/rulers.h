/*
 * Who rules whom: the people of the traffic's desk, what they are admitted
 * as, and refusals.
 */

#ifndef RULERS_H
#define RULERS_H


#include "ask.h"
#include "traffic.h"

#include "app/who/tkt_roles.h"


static const tkt_actor_t  admin = {
    .tenant = 1, .id = TRAFFIC_ADMIN, .role = TKT_ROLE_ADMIN,
    .tenant_name = "main"
};
static const tkt_actor_t  operator = {
    .tenant = 1, .id = 0, .role = TKT_ROLE_ADMIN, .tenant_name = "main"
};
static const tkt_actor_t  far_admin = {
    .tenant = 2, .id = 0, .role = TKT_ROLE_ADMIN, .tenant_name = "far"
};


static inline void
refused(desk_t *d, const tkt_actor_t *actor, tkt_method_t method,
    const char *path, const char *body, unsigned http, const char *pointer)
{
    ask_t  a;

    (void) ask_send(d, &a, actor, method, path, body);

    if (a.reply.http != http
        || (pointer != NULL
            && strcmp(text_at(a.json, "/errors/0/pointer"), pointer) != 0))
    {
        fail_msg("%s %.200s: %u %.*s", path, body, a.reply.http,
                 (int) a.reply.body.len, (const char *) a.reply.body.data);
    }

    ask_done(&a);
}


/* A principal as he is admitted now. */
static inline tkt_actor_t
admitted(desk_t *d, uint64_t id)
{
    tkt_user_t   user;
    tkt_actor_t  actor = { .tenant = 1, .id = id, .tenant_name = "main" };

    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    assert_true(tkt_user_load(d->read, 1, id, &user, NULL));
    tkt_actor_role(d->read, &user, &actor);
    actor.grants = user.grants;
    tkt_txn_reset(d->read);

    return actor;
}


#endif /* RULERS_H */
