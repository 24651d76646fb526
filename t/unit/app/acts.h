/*
 * A desk with teams, for the tests of what agents and requesters do.
 */

#ifndef ACTS_H
#define ACTS_H


#include "ask.h"

#include "app/notice/tkt_notices.h"
#include "app/resource/tkt_config.h"


/* Principals of tenant 1, in the order in which acts_open makes them. */
typedef struct {
    tkt_role_t   role;
    const char  *login;
    const char  *role_name;
} act_person_t;

static const act_person_t  act_people[] = {
    { TKT_ROLE_USER, "alice", "user" },              /* 1 */
    { TKT_ROLE_USER, "bob", "user" },
    { TKT_ROLE_AGENT, "ann", "agent" },              /* 3 */
    { TKT_ROLE_AGENT, "andy", "agent" },
    { TKT_ROLE_AGENT, "ada", "agent" },
    { TKT_ROLE_SUPERVISOR, "sue", "supervisor" },    /* 6 */
    { TKT_ROLE_ADMIN, "root", "admin" },
    { TKT_ROLE_BOT, "robo", "bot" },
};

enum { NOBODY = 0, ALICE, BOB, ANN, ANDY, ADA, SUE, ROOT, ROBO };


static inline tkt_actor_t
act_actor(unsigned who)
{
    return desk_actor(1, who, act_people[who - 1].role);
}


static inline void
acts_open(desk_t *d)
{
    char         body[128];
    size_t       i;
    tkt_actor_t  operator = desk_actor(1, 0, TKT_ROLE_ADMIN);

    desk_open(d);

    for (i = 0; i < tkt_array_len(act_people); i++) {
        (void) snprintf(body, sizeof(body),
                        "{\"login\":\"%s\",\"name\":\"%s\",\"role\":\"%s\"}",
                        act_people[i].login, act_people[i].login,
                        act_people[i].role_name);
        desk_post(d, &operator, "/v1/users", body);
    }
}


/* Sends, and expects that status; the answer is in a. */
static inline void
act_sends(desk_t *d, ask_t *a, unsigned who, tkt_method_t method,
    const char *path, const char *body, unsigned http)
{
    tkt_actor_t  actor = act_actor(who);

    if (ask_send(d, a, &actor, method, path, body) != http) {
        fail_msg("%s by %s: %u, not %u: %.*s", path,
                 act_people[who - 1].login, a->reply.http, http,
                 (int) a->reply.body.len, (const char *) a->reply.body.data);
    }
}


/* POST /v1/tickets/{id}/VERB; the answer is in a. */
static inline void
act_tries(desk_t *d, ask_t *a, unsigned who, unsigned ticket,
    const char *verb, const char *body, unsigned http)
{
    char  path[80];

    (void) snprintf(path, sizeof(path), "/v1/tickets/%u/%s", ticket, verb);
    act_sends(d, a, who, TKT_METHOD_POST, path, body, http);
}


static inline void
act_does(desk_t *d, unsigned who, unsigned ticket, const char *verb,
    const char *body)
{
    ask_t  a;

    act_tries(d, &a, who, ticket, verb, body,
              strcmp(verb, "messages") == 0 ? 201 : 200);
    ask_done(&a);
}


/* The number of a new one. */
static inline unsigned
act_makes(desk_t *d, unsigned who, const char *path, const char *body)
{
    ask_t     a;
    unsigned  id;

    act_sends(d, &a, who, TKT_METHOD_POST, path, body, 201);
    id = (unsigned) number_at(a.json, "/id");
    ask_done(&a);

    return id;
}


#define ACT_TICKET  "{\"subject\":\"Printer\",\"description\":\"It jams.\"}"

static inline unsigned
act_submits(desk_t *d, unsigned who)
{
    return act_makes(d, who, "/v1/tickets", ACT_TICKET);
}


/* The stored ticket. */
static inline tkt_ticket_t
act_ticket(desk_t *d, unsigned id)
{
    tkt_ticket_t  t;

    assert_int_equal(tkt_txn_renew(d->read), TKT_OK);
    assert_true(tkt_ticket_load_head(d->read, 1, id, &t));
    tkt_txn_reset(d->read);

    return t;
}


/* ---- notices ---- */

/* How many a principal was told, and whether the newest is of this kind. */
static inline unsigned
act_told(desk_t *d, unsigned who, const char *kind, unsigned ticket)
{
    ask_t     a;
    unsigned  n;

    act_sends(d, &a, who, TKT_METHOD_GET, "/v1/notifications?limit=200", "",
              200);
    n = (unsigned) length_at(a.json, "/data");

    if (n > 0 && kind != NULL) {
        if (strcmp(text_at(a.json, "/data/0/kind"), kind) != 0
            || number_at(a.json, "/data/0/ticket") != (long long) ticket)
        {
            fail_msg("%s: %.*s", act_people[who - 1].login,
                     (int) a.reply.body.len,
                     (const char *) a.reply.body.data);
        }
    }

    ask_done(&a);

    return n;
}


/* All principals' numbers of notices together. */
static inline unsigned
act_told_all(desk_t *d)
{
    unsigned  who, n;

    for (n = 0, who = ALICE; who <= ROBO; who++) {
        n += act_told(d, who, NULL, 0);
    }

    return n;
}


#endif /* ACTS_H */
