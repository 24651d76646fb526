/*
 * Who of a team can be given a ticket, in the order in which its members are
 * asked: an index in TKT_DB_ROUTE, so that a choice reads its first entry.
 *
 *   presence  tenant, kind, principal              tkt_presence_schema
 *   seat      tenant, kind, principal, team        a member's place there
 *   ready     tenant, kind, team, rank, principal  whether grants bind him
 *   turn      tenant, kind, team                   a team's turn and pace
 *
 * There is a seat for every membership, and an entry of `ready` for each seat
 * of an online agent with room in a team that gives tickets out; the seat
 * says under which rank.  tkt_ready_refresh makes it true again after
 * anything that it follows from has changed.
 */

#ifndef TKT_READY_H
#define TKT_READY_H


#include "app/rows/tkt_rows.h"
#include "domain/tkt_routing.h"


/* Kinds, in keys: append only. */
typedef enum {
    TKT_ROUTE_NONE = 0,
    TKT_ROUTE_PRESENCE,
    TKT_ROUTE_SEAT,
    TKT_ROUTE_READY,
    TKT_ROUTE_TURN,
    TKT_ROUTE_MAX
} tkt_route_kind_t;

/* Values of fixed size, integers big-endian in the order of the structs. */
typedef struct {
    uint64_t  team;                  /* of the key                           */
    uint8_t   strategy;              /* of the team; MANUAL: it is retired   */
    uint8_t   ready;                 /* 1: has an entry, under rank          */
    uint8_t   bound;                 /* 1: grants bind him                   */
    uint64_t  turn;                  /* of the team, when he was given one   */
    uint64_t  rank;
} tkt_seat_t;

#define TKT_SEAT_BYTES  19

/* In BY_QUEUE, after tenant, team and assigned. */
#define TKT_QUEUE_PLACE_BYTES  14

typedef enum {
    TKT_PASS_NONE = 0,
    TKT_PASS_LOOK,                   /* on through tickets that nobody takes */
    TKT_PASS_HAND                    /* there is more to give out            */
} tkt_pass_t;

typedef struct {
    uint64_t  turn;                  /* the last one taken                   */
    uint64_t  given;                 /* the ticket given out last            */
    uint64_t  given_at;              /* 0: none                              */
    uint64_t  pace;                  /* tkt_routing_pace                     */
    uint64_t  timer_at;              /* of the pass; 0: none is under way    */
    uint8_t   pass;                  /* tkt_pass_t                           */
    uint8_t   lap;                   /* 1: to the end, then up to stop       */
    uint8_t   last;                  /* 1: from the beginning up to stop     */
    uint8_t   at[TKT_QUEUE_PLACE_BYTES];     /* looked at; 0: the beginning  */
    uint8_t   stop[TKT_QUEUE_PLACE_BYTES];
} tkt_turn_t;

#define TKT_TURN_BYTES  (5 * 8 + 3 + 2 * TKT_QUEUE_PLACE_BYTES)


/* ---- keys and values ---- */

void tkt_key_presence(tkt_key_t *k, uint32_t tenant, uint64_t principal);
void tkt_key_seats(tkt_key_t *k, uint32_t tenant, uint64_t principal);
void tkt_key_seat(tkt_key_t *k, uint32_t tenant, uint64_t principal,
    uint64_t team);
void tkt_key_ready_of(tkt_key_t *k, uint32_t tenant, uint64_t team);
void tkt_key_ready(tkt_key_t *k, uint32_t tenant, uint64_t team,
    uint64_t rank, uint64_t principal);
void tkt_key_turn(tkt_key_t *k, uint32_t tenant, uint64_t team);

/* False if there is none; a value of a wrong size is TKT_INTERNAL. */
bool tkt_presence_load(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    tkt_presence_t *p);
void tkt_presence_save(tkt_txn_t *txn, const tkt_presence_t *p,
    tkt_arena_t *arena);

bool tkt_seat_read(tkt_str_t value, tkt_seat_t *seat);
bool tkt_seat_load(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    uint64_t team, tkt_seat_t *seat);
void tkt_seat_save(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    const tkt_seat_t *seat);

/* Zeroed if there is none yet. */
bool tkt_turn_read(tkt_str_t value, tkt_turn_t *turn);
void tkt_turn_load(tkt_txn_t *txn, uint32_t tenant, uint64_t team,
    tkt_turn_t *turn);
void tkt_turn_save(tkt_txn_t *txn, uint32_t tenant, uint64_t team,
    const tkt_turn_t *turn);

/* His active tickets, from the maintained counts. */
uint64_t tkt_agent_load(tkt_txn_t *txn, uint32_t tenant, uint64_t principal);


/* ---- the index ---- */

/* Makes the entries of an agent true again; whether he is ready somewhere. */
bool tkt_ready_refresh(tkt_txn_t *txn, uint32_t tenant, uint64_t principal);

/* A member joins, at the end of the line, or leaves. */
void tkt_ready_join(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    uint64_t team, uint64_t strategy);
void tkt_ready_part(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    uint64_t team);

/* The team's strategy has changed: for one of its members. */
void tkt_ready_strategy(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    uint64_t team, uint64_t strategy);

/* Whether anybody of the team is ready. */
bool tkt_ready_any(tkt_txn_t *txn, uint32_t tenant, uint64_t team);

/*
 * Who of the ticket's team is to have it; 0: nobody who is ready may.  avoid
 * gets it only if nobody else can.  *looked grows by the agents considered.
 */
uint64_t tkt_ready_choose(tkt_txn_t *txn, const tkt_ticket_t *t,
    uint64_t avoid, size_t *looked);


#endif /* TKT_READY_H */
