/*
 * Members of teams: records of TKT_DB_CONFIG below the team, the teams of a
 * principal (TKT_CONFIG_MEMBER_OF), and their seats with the router.
 */

#ifndef TKT_MEMBERS_H
#define TKT_MEMBERS_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


void tkt_key_member_of(tkt_key_t *k, uint32_t tenant, uint64_t principal,
    uint64_t team);
void tkt_key_members_of(tkt_key_t *k, uint32_t tenant, uint64_t principal);

/* What the router goes by: a retired team gives nothing out. */
uint64_t tkt_team_strategy(const tkt_team_t *team);

/* Visits the members of a team: their principals, in order. */
typedef void (*tkt_member_visit_t)(tkt_call_t *c, uint64_t principal,
    const tkt_team_t *team);
void tkt_members_visit(tkt_call_t *c, const tkt_team_t *team,
    tkt_member_visit_t visit);

/* Takes an erased principal out of his teams, and his grants away. */
void tkt_members_forget(tkt_call_t *c, uint32_t tenant, uint64_t principal);


#endif /* TKT_MEMBERS_H */
