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
    tkt_key_t     key;
    tkt_txn_t    *txn;
    tkt_arena_t   arena;
    tkt_member_t  m = {
        .head = { .id = who, .tenant = 1, .parent = team, .version = 1,
                  .active = 1 },
        .lead = lead,
    };

    tkt_arena_init(&arena, 1024);
    assert_int_equal(tkt_txn_begin(d->env, &txn, false), TKT_OK);
    tkt_key_config(&key, 1, TKT_CONFIG_MEMBER, team, who);
    tkt_put(txn, TKT_DB_CONFIG, &key,
            tkt_record_pack(&tkt_member_schema, &m, NULL, &arena));
    assert_int_equal(tkt_txn_commit(txn), TKT_OK);
    tkt_arena_done(&arena);
}


#endif /* TEAMS_H */
