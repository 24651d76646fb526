/*
 * The tickets of a requester: his numbers in rows of TKT_REQUESTS_ROW_MAX,
 * each under its newest, but the last row under TKT_REQUESTS_OPEN.  A
 * submission changes that one alone.  An entry a ticket would do as well, but
 * would make the index ten times as large, and the pages that the submissions
 * of a moment change as many more: they are of different requesters.
 */

#ifndef TKT_REQUESTS_H
#define TKT_REQUESTS_H


#include "app/tkt_rows.h"


#define TKT_REQUESTS_ROW_MAX  64


/* A row: numbers, the newest first. */
typedef struct {
    size_t    count;
    uint64_t  ids[TKT_REQUESTS_ROW_MAX];
} tkt_requests_row_t;


/* A walk, on the stack; it holds nothing of the transaction's. */
typedef struct {
    tkt_txn_t           *txn;
    uint32_t             tenant;
    uint64_t             principal;
    uint64_t             from;
    uint64_t             key;        /* of the row at hand; 0: none yet      */
    bool                 reverse;
    bool                 broken;     /* met a row that does not decode       */
    size_t               used;       /* of the row                           */
    tkt_requests_row_t   row;
} tkt_requests_t;


/*
 * Starts with the newest not above `from`, or with the oldest not below it,
 * as `reverse` says; 0 is the end where it starts.
 */
void tkt_requests_open(tkt_requests_t *r, tkt_txn_t *txn, uint32_t tenant,
    uint64_t principal, uint64_t from, bool reverse);

/* The next ticket's number; false at the end or after a failure. */
bool tkt_requests_next(tkt_requests_t *r, uint64_t *ticket);

/* Adds a ticket that is newer than all he has. */
void tkt_requests_add(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    uint64_t ticket);

/* Whether the ticket is among his, in a store that may be damaged. */
bool tkt_requests_has(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    uint64_t ticket);

/* False: the bytes are no row, or its numbers do not fall. */
bool tkt_requests_row(tkt_str_t value, tkt_requests_row_t *row);


#endif /* TKT_REQUESTS_H */
