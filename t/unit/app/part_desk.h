/*
 * A desk with people and tickets for the tests of what belongs to tickets:
 * users 1 and 2, agents 3 and 4, supervisor 5, admin 6.
 */

#ifndef PART_DESK_H
#define PART_DESK_H


#include <stdarg.h>

#include "ask.h"


#define USER_1  1
#define USER_2  2
#define AGENT_1 3
#define AGENT_2 4
#define BOSS    5
#define ADMIN   6
#define PEOPLE  6


static const tkt_role_t  part_roles[PEOPLE + 1] = {
    TKT_ROLE_NONE, TKT_ROLE_USER, TKT_ROLE_USER, TKT_ROLE_AGENT,
    TKT_ROLE_AGENT, TKT_ROLE_SUPERVISOR, TKT_ROLE_ADMIN
};


static inline tkt_actor_t
part_actor(unsigned who)
{
    return desk_actor(1, who, part_roles[who]);
}


static inline void
part_open(desk_t *d)
{
    char         body[128];
    unsigned     id;
    tkt_actor_t  operator = desk_actor(1, 0, TKT_ROLE_ADMIN);

    desk_open(d);

    for (id = 1; id <= PEOPLE; id++) {
        (void) snprintf(body, sizeof(body), "{\"login\":\"p%u\",\"role\":"
            "\"%s\"}", id,
            (const char *) tkt_role_names.names[part_roles[id]].data);
        desk_post(d, &operator, "/v1/users", body);
    }
}


static inline void
part_close(desk_t *d)
{
    desk_verify_clean(d);
    desk_close(d);
}


/* Sends it as `who`; the status must be `http`.  The answer is a's. */
static inline void
part_ask(desk_t *d, ask_t *a, unsigned http, unsigned who,
    tkt_method_t method, const char *body, const char *path, ...)
{
    char         text[256];
    va_list      args;
    tkt_actor_t  actor = part_actor(who);

    va_start(args, path);
    (void) vsnprintf(text, sizeof(text), path, args);
    va_end(args);

    if (ask_send(d, a, &actor, method, text, body) != http) {
        fail_msg("%u: %s %s: %u, not %u: %.*s", who, tkt_method_name(method),
                 text, a->reply.http, http, (int) a->reply.body.len,
                 (const char *) a->reply.body.data);
    }
}


/* The same without looking at the answer. */
#define part_do(d, ...)                                                       \
    do {                                                                      \
        ask_t  part_a;                                                        \
                                                                              \
        part_ask(d, &part_a, __VA_ARGS__);                                    \
        ask_done(&part_a);                                                    \
    } while (0)

#define PUT     TKT_METHOD_PUT
#define GET     TKT_METHOD_GET
#define POST    TKT_METHOD_POST
#define DELETE  TKT_METHOD_DELETE


/* A ticket of `who`; its number. */
static inline unsigned
part_ticket(desk_t *d, unsigned who)
{
    ask_t     a;
    unsigned  id;

    part_ask(d, &a, 201, who, POST, "{\"subject\":\"s\",\"description\":"
             "\"d\"}", "/v1/tickets");
    id = (unsigned) number_at(a.json, "/id");
    ask_done(&a);

    return id;
}


static inline void
part_writes(desk_t *d, unsigned who, unsigned ticket, const char *text)
{
    char  body[256];

    (void) snprintf(body, sizeof(body), "{\"body\":\"%s\"}", text);
    part_do(d, 201, who, POST, body, "/v1/tickets/%u/messages", ticket);
}


/* Of each row of a list that `who` sees: "word:number", or the number. */
static inline void
part_rows(desk_t *d, unsigned who, unsigned ticket, const char *list,
    const char *word, const char *number, const char *expected)
{
    char      text[512], pointer[64];
    ask_t     a;
    size_t    i, n;
    yajl_val  row;

    text[0] = '\0';
    part_ask(d, &a, 200, who, GET, "", "/v1/tickets/%u", ticket);

    for (i = 0; i < length_at(a.json, list); i++) {
        (void) snprintf(pointer, sizeof(pointer), "%s/%zu", list, i);
        row = at(a.json, pointer);
        n = strlen(text);
        (void) snprintf(text + n, sizeof(text) - n, "%s%s%s%lld",
                        i ? " " : "", word ? text_at(row, word) : "",
                        word ? ":" : "", number_at(row, number));
    }

    ask_done(&a);
    assert_string_equal(text, expected);
}


/* "k1:7 k2:8" of the links. */
static inline void
part_links(desk_t *d, unsigned who, unsigned ticket, const char *expected)
{
    part_rows(d, who, ticket, "/links", "/kind", "/ticket", expected);
}


/* The ids of the watchers. */
static inline void
part_watchers(desk_t *d, unsigned who, unsigned ticket, const char *expected)
{
    part_rows(d, who, ticket, "/watchers", NULL, "/id", expected);
}


/* The bodies of the messages that `who` sees, by pages of `limit`. */
static inline void
part_messages(desk_t *d, unsigned who, unsigned ticket, unsigned limit,
    const char *expected)
{
    char      text[4096], pointer[64], cursor[300];
    ask_t     a;
    size_t    i, n;
    bool      more;

    text[0] = cursor[0] = '\0';

    do {
        part_ask(d, &a, 200, who, GET, "",
                 "/v1/tickets/%u/messages?limit=%u%s", ticket, limit, cursor);

        for (i = 0; i < length_at(a.json, "/data"); i++) {
            n = strlen(text);
            (void) snprintf(pointer, sizeof(pointer), "/data/%zu/body", i);
            (void) snprintf(text + n, sizeof(text) - n, "%s%s",
                            n > 0 ? " " : "", text_at(a.json, pointer));
        }

        more = is_true(a.json, "/page/has_more");
        (void) snprintf(cursor, sizeof(cursor), "&cursor=%s",
                        text_at(a.json, "/page/next"));
        ask_done(&a);
    } while (more);

    assert_string_equal(text, expected);
}


static inline long long
part_version(desk_t *d, unsigned ticket)
{
    ask_t      a;
    long long  version;

    part_ask(d, &a, 200, ADMIN, GET, "", "/v1/tickets/%u", ticket);
    version = number_at(a.json, "/version");
    ask_done(&a);

    return version;
}


static inline void
part_state(desk_t *d, unsigned ticket, const char *expected)
{
    ask_t  a;

    part_ask(d, &a, 200, ADMIN, GET, "", "/v1/tickets/%u", ticket);
    assert_string_equal(text_at(a.json, "/state"), expected);
    ask_done(&a);
}


#endif /* PART_DESK_H */
