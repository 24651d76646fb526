/*
 * The notices of a principal as they are kept: rows of TKT_NOTICES_ROW_MAX,
 * each under its newest, but the last row, which is open, stands with those of
 * all principals of the tenant, under principal 0, and has the counts before
 * it.  To tell somebody changes that row alone, in a page that some twenty of
 * them share: pages are what a commit costs, and the router tells many people
 * at once.
 */

#ifndef TKT_NOTICE_ROWS_H
#define TKT_NOTICE_ROWS_H


#include "app/rows/tkt_rows.h"


typedef struct {
    uint64_t  read;                  /* the newest that was read             */
    uint64_t  kept;                  /* how many there are                   */
    uint64_t  unread;                /* of those                             */
} tkt_notice_state_t;


/* A row: notices, the newest first, without tenant and principal. */
typedef struct {
    size_t        count;
    tkt_notice_t  notices[TKT_NOTICES_ROW_MAX];
} tkt_notice_row_t;


/* A walk, on the stack; it holds nothing of the transaction's. */
typedef struct {
    tkt_txn_t           *txn;
    uint32_t             tenant;
    uint64_t             principal;
    uint64_t             from;
    uint64_t             key;        /* of the row at hand; 0: the open one  */
    size_t               used;       /* of the row                           */
    tkt_notice_state_t   state;
    tkt_notice_row_t     row;
} tkt_notice_walk_t;


/* Keys of the open row, and of the row whose newest has a number. */
void tkt_key_notices_open(tkt_key_t *k, uint32_t tenant, uint64_t principal);
void tkt_key_notices_row(tkt_key_t *k, uint32_t tenant, uint64_t principal,
    uint64_t newest);

/*
 * The notices of a value; `state`: NULL, or the row is open and its counts go
 * there.  False: the bytes are no row, or its numbers do not fall.
 */
bool tkt_notice_row(tkt_str_t value, tkt_notice_state_t *state,
    tkt_notice_row_t *row);

/*
 * Starts with the newest not above `from`, and fills `state`: zeros if he was
 * never told anything.  False: the row is none, and the transaction failed.
 */
bool tkt_notice_walk(tkt_notice_walk_t *w, tkt_txn_t *txn, uint32_t tenant,
    uint64_t principal, uint64_t from);

/* The next older one; false at the end or after a failure. */
bool tkt_notice_walk_next(tkt_notice_walk_t *w, tkt_notice_t *n);

/* The oldest not below `from`; false: there is none, or a failure. */
bool tkt_notice_at(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    uint64_t from, tkt_notice_t *n);

/*
 * Adds one that is newer than all of n->principal.  With a row that begins
 * the oldest rows go, while TKT_NOTICES_MAX are left without them.
 */
void tkt_notice_add(tkt_txn_t *txn, const tkt_notice_t *n);

/* Marks everything up to a number as read (0: all); less changes nothing. */
void tkt_notice_read(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    uint64_t until);

/* Takes away all that he was told, and the counts. */
void tkt_notices_forget(tkt_txn_t *txn, uint32_t tenant, uint64_t principal);


#endif /* TKT_NOTICE_ROWS_H */
