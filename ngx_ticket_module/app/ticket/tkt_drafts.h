/*
 * Messages being written, one a ticket and principal, whom alone they are
 * for.  The record is piece 0; a long text follows in pieces from 1 on.
 */

#ifndef TKT_DRAFTS_H
#define TKT_DRAFTS_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


void tkt_key_draft(tkt_key_t *k, uint32_t tenant, uint64_t ticket,
    uint64_t principal);

/* False if there is none. */
bool tkt_draft_load(tkt_txn_t *txn, uint32_t tenant, uint64_t ticket,
    uint64_t principal, tkt_draft_t *draft, tkt_arena_t *arena);

void tkt_draft_save(tkt_txn_t *txn, uint32_t tenant, const tkt_draft_t *draft,
    tkt_arena_t *arena);
void tkt_draft_drop(tkt_txn_t *txn, uint32_t tenant, uint64_t ticket,
    uint64_t principal);

/* All of a ticket's. */
void tkt_drafts_end(tkt_txn_t *txn, const tkt_ticket_t *t);

/*
 * The first draft after that of *principal on *ticket, in the order of keys;
 * false at the end.
 */
bool tkt_drafts_next(tkt_txn_t *txn, uint32_t tenant, uint64_t *ticket,
    uint64_t *principal);


#endif /* TKT_DRAFTS_H */
