/*
 * A small store with one of everything, made by commands.
 */

#ifndef SMALL_STORE_H
#define SMALL_STORE_H


#include "traffic.h"


/*
 * Ticket 1: claimed, answered, noted, resolved, then edited; 2: long texts,
 * changed once; 3: a long message; 4: was assigned, lies in the queue again;
 * 5: of the second tenant.
 */
static inline void
small_store(desk_t *d)
{
    uint64_t             other;
    uint8_t              random[32] = { 1 };
    tkt_actor_t          user = desk_actor(1, 1, TKT_ROLE_USER);
    tkt_actor_t          agent = desk_actor(1, 9, TKT_ROLE_AGENT);
    tkt_actor_t          boss = desk_actor(1, 13, TKT_ROLE_SUPERVISOR);
    tkt_actor_t          admin = desk_actor(1, 14, TKT_ROLE_ADMIN);
    tkt_command_t       *cmd;
    static char          text[30000], body[40000];

    memset(text, 'x', 9000);

    traffic_make_people(d);
    assert_int_equal(tkt_app_tenant(d->env, tkt_str("other"), 2, true,
                                    d->now_ms, &other), TKT_OK);

    desk_post(d, &user, "/v1/tickets",
              "{\"subject\":\"打印机\",\"description\":\"没有反应\"}");
    desk_post(d, &agent, "/v1/tickets/1/claim", "{}");
    desk_post(d, &agent, "/v1/tickets/1/start", "{}");
    desk_post(d, &agent, "/v1/tickets/1/messages", "{\"body\":\"Hello.\"}");
    desk_post(d, &agent, "/v1/tickets/1/messages",
              "{\"body\":\"Rude.\",\"kind\":\"note\"}");
    desk_post(d, &agent, "/v1/tickets/1/resolve", "{\"solution\":\"Plug.\"}");
    desk_ok(d, &agent, TKT_METHOD_PATCH, "/v1/tickets/1",
            "{\"account\":\"a-17\"}");

    (void) snprintf(body, sizeof(body),
                    "{\"subject\":\"s\",\"description\":\"%s\"}", text);
    desk_post(d, &user, "/v1/tickets", body);
    (void) snprintf(body, sizeof(body), "{\"description\":\"y%.4000s\"}",
                    text);
    desk_ok(d, &user, TKT_METHOD_PATCH, "/v1/tickets/2", body);

    desk_post(d, &user, "/v1/tickets",
              "{\"subject\":\"s\",\"description\":\"d\"}");
    (void) snprintf(body, sizeof(body), "{\"body\":\"%s\"}", text);
    desk_post(d, &user, "/v1/tickets/3/messages", body);

    desk_post(d, &user, "/v1/tickets",
              "{\"subject\":\"s\",\"description\":\"d\"}");
    desk_post(d, &boss, "/v1/tickets/4/assign", "{\"assignee\":10}");
    desk_post(d, &boss, "/v1/tickets/4/transfer", "{\"reason\":\"no\"}");

    user = desk_actor((uint32_t) other, 0, TKT_ROLE_ADMIN);
    desk_post(d, &user, "/v1/users", "{\"login\":\"far\"}");
    user = desk_actor((uint32_t) other, 17, TKT_ROLE_USER);
    desk_post(d, &user, "/v1/tickets",
              "{\"subject\":\"s\",\"description\":\"d\"}");

    desk_post(d, &admin, "/v1/users/1/tokens", "{}");

    cmd = desk_command(d, &admin, &(tkt_request_t) {
        .method = TKT_METHOD_POST, .path = tkt_str("/v1/tickets/1/messages"),
        .has_idempotency_key = true, .idempotency_key = tkt_str("k"),
        .now_ms = ++d->now_ms,
    }, "{\"body\":\"Thanks.\",\"kind\":\"courtesy\"}", random);
    assert_non_null(cmd);
    assert_int_equal(tkt_app_run(d->env, &cmd, 1, NULL, NULL), TKT_OK);
    assert_int_equal(tkt_command_reply(cmd)->http, 201);
    tkt_command_free(cmd);
}


static inline int
small_store_setup(void **state)
{
    static desk_t  d;

    desk_open(&d);
    small_store(&d);
    *state = &d;

    return 0;
}


static inline int
small_store_teardown(void **state)
{
    desk_close(*state);

    return 0;
}


#endif /* SMALL_STORE_H */
