/*
 * Three tenants below one another, and their people.
 */

#ifndef DESKS_H
#define DESKS_H


#include "ask.h"


enum { PLATFORM = 1, ACME = 2, SHOP = 3 };

/* Principals, in the order in which people_make makes them. */
typedef struct {
    uint32_t     tenant;
    tkt_role_t   role;
    const char  *login;
    const char  *role_name;
} person_t;

static const person_t  people[] = {
    { PLATFORM, TKT_ROLE_AGENT, "pia",  "agent" },       /* 1 */
    { PLATFORM, TKT_ROLE_USER,  "paul", "user" },
    { ACME,     TKT_ROLE_AGENT, "ada",  "agent" },       /* 3 */
    { ACME,     TKT_ROLE_USER,  "alf",  "user" },
    { SHOP,     TKT_ROLE_AGENT, "sam",  "agent" },       /* 5 */
    { SHOP,     TKT_ROLE_USER,  "sue",  "user" },
    { SHOP,     TKT_ROLE_AGENT, "sid",  "agent" },
};

enum { PIA = 1, PAUL, ADA, ALF, SAM, SUE, SID };


static inline tkt_actor_t
person(unsigned id)
{
    const person_t  *p = &people[id - 1];

    return desk_actor(p->tenant, id, p->role);
}


static inline void
people_make(desk_t *d)
{
    char         body[128];
    size_t       i;
    tkt_actor_t  operator = desk_actor(PLATFORM, 0, TKT_ROLE_ADMIN);

    desk_open(d);
    desk_post(d, &operator, "/v1/tenants",
              "{\"name\":\"acme\",\"title\":\"Acme Ltd\"}");
    desk_post(d, &operator, "/v1/tenants",
              "{\"name\":\"shop\",\"parent\":2}");

    for (i = 0; i < tkt_array_len(people); i++) {
        operator.tenant = people[i].tenant;
        (void) snprintf(body, sizeof(body),
                        "{\"login\":\"%s\",\"role\":\"%s\"}",
                        people[i].login, people[i].role_name);
        desk_post(d, &operator, "/v1/users", body);
    }
}


static inline void
does(desk_t *d, unsigned who, const char *path, const char *body)
{
    tkt_actor_t  actor = person(who);

    desk_post(d, &actor, path, body);
}


#define NEW_TICKET  "{\"subject\":\"canary-subject\","                        \
                    "\"description\":\"canary-text\","                        \
                    "\"account\":\"canary-account\"}"
#define FORWARD     "{\"description\":\"told-once\"}"


#endif /* DESKS_H */
