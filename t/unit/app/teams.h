/*
 * Teams and their members, made as an administrator makes them.
 */

#ifndef TEAMS_H
#define TEAMS_H


#include "acts.h"


static inline unsigned
team_make(desk_t *d, const char *name, const char *more)
{
    char  body[256];

    (void) snprintf(body, sizeof(body), "{\"name\":\"%s\"%s}", name, more);

    return act_makes(d, ROOT, "/v1/teams", body);
}


static inline void
team_patch(desk_t *d, unsigned team, const char *body)
{
    char   path[64];
    ask_t  a;

    (void) snprintf(path, sizeof(path), "/v1/teams/%u", team);
    act_sends(d, &a, ROOT, TKT_METHOD_PATCH, path, body, 200);
    ask_done(&a);
}


static inline void
team_join(desk_t *d, unsigned team, unsigned who, bool lead)
{
    char   path[64];
    ask_t  a;

    (void) snprintf(path, sizeof(path), "/v1/teams/%u/members/%u", team,
                    who);
    act_sends(d, &a, ROOT, TKT_METHOD_PUT, path,
              lead ? "{\"lead\":true}" : "{}", 200);
    ask_done(&a);
}


#endif /* TEAMS_H */
