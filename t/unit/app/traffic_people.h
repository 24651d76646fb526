/*
 * Requests about people: by the administrator, and by each about himself.
 */

#ifndef TRAFFIC_PEOPLE_H
#define TRAFFIC_PEOPLE_H


#include "traffic_scripts.h"


/* The administrator's requests. */
static inline void
traffic_people(traffic_t *t)
{
    unsigned long long  extra;

    t->method = TKT_METHOD_POST;
    t->actor = TRAFFIC_ADMIN;
    extra = TRAFFIC_PEOPLE + 1 + traffic_random(t, 30);

    switch (traffic_random(t, 5)) {

    case 0:
    case 1:
        (void) snprintf(t->path, sizeof(t->path), "/v1/users");
        (void) snprintf(t->body, sizeof(t->body),
                        "{\"login\":\"x%llu\",\"name\":\"李 %llu\"}", extra,
                        extra);
        return;

    case 2:
        t->method = TKT_METHOD_PATCH;
        (void) snprintf(t->path, sizeof(t->path), "/v1/users/%llu", extra);
        (void) snprintf(t->body, sizeof(t->body), "{\"disabled\":%s,"
                        "\"email\":\"e%llu@example.com\"}",
                        traffic_random(t, 2) == 0 ? "true" : "false", extra);
        return;

    case 3:
        (void) snprintf(t->path, sizeof(t->path), "/v1/users/%llu/tokens",
                        extra);
        (void) snprintf(t->body, sizeof(t->body), "{\"ttl\":86400,"
                        "\"scopes\":[\"read\"],\"label\":\"phone\"}");
        return;

    default:
        t->method = TKT_METHOD_DELETE;
        (void) snprintf(t->path, sizeof(t->path), "/v1/users/%llu/tokens/"
                        "%llu", extra,
                        (unsigned long long) (1 + traffic_random(t, 2)));
        t->body[0] = '\0';
    }
}


/* Roles that are made, given, changed and deleted, held or not. */
static inline void
traffic_roles(traffic_t *t)
{
    unsigned long long        role, user;
    static const char *const  sets[] = {
        "\"self\"", "\"self\",\"ticket.read\"", "\"message.write\"", ""
    };

    t->method = TKT_METHOD_POST;
    t->actor = TRAFFIC_ADMIN;
    role = 1 + traffic_random(t, 50);
    user = TRAFFIC_PEOPLE + 1 + traffic_random(t, 40);

    switch (traffic_random(t, 8)) {

    case 0:
    case 1:
        (void) snprintf(t->path, sizeof(t->path), "/v1/roles");
        (void) snprintf(t->body, sizeof(t->body), "{\"name\":\"r%llu\","
                        "\"base\":\"agent\",\"title\":\"角色 %llu\"}", role,
                        role);
        return;

    case 2:
    case 3:
        t->method = TKT_METHOD_PATCH;
        (void) snprintf(t->path, sizeof(t->path), "/v1/roles/%llu", role);
        (void) snprintf(t->body, sizeof(t->body), "{\"permissions\":[%s],"
                        "\"quota\":%llu}", sets[traffic_random(t, 4)],
                        1 + (unsigned long long) traffic_random(t, 2));
        return;

    case 4:
        t->method = TKT_METHOD_PATCH;
        (void) snprintf(t->path, sizeof(t->path), "/v1/users/%llu", user);
        (void) snprintf(t->body, sizeof(t->body), "{\"role\":\"r%llu\"}",
                        role);
        return;

    default:
        t->method = TKT_METHOD_DELETE;
        (void) snprintf(t->path, sizeof(t->path), "/v1/roles/%llu", role);
        t->body[0] = '\0';
    }
}


/* What people do about themselves. */
static inline void
traffic_self(traffic_t *t)
{
    t->actor = 1 + traffic_random(t, TRAFFIC_USERS);

    switch (traffic_random(t, 5)) {

    case 4:
        t->method = TKT_METHOD_POST;
        (void) snprintf(t->path, sizeof(t->path), "/v1/notifications/read");
        (void) snprintf(t->body, sizeof(t->body),
                        traffic_random(t, 2) == 0 ? "{}" : "{\"until\":%llu}",
                        (unsigned long long) (1 + traffic_random(t, 999)));
        return;

    case 0:
        t->method = TKT_METHOD_PATCH;
        (void) snprintf(t->path, sizeof(t->path), "/v1/me");
        (void) snprintf(t->body, sizeof(t->body), "{\"name\":\"名 %llu\"}",
                        (unsigned long long) traffic_random(t, 3));
        return;

    case 1:
        t->method = TKT_METHOD_POST;
        (void) snprintf(t->path, sizeof(t->path), "/v1/me/tokens");
        (void) snprintf(t->body, sizeof(t->body), "{\"scopes\":[\"read\"]}");
        return;

    default:
        t->method = TKT_METHOD_DELETE;
        (void) snprintf(t->path, sizeof(t->path), "/v1/me/tokens/%llu",
                        (unsigned long long) (1 + traffic_random(t, 7)));
        t->body[0] = '\0';
    }
}


#endif /* TRAFFIC_PEOPLE_H */
