/*
 * Sets of numbers in rows of an index: under a prefix of keys stand rows of up
 * to TKT_PACKED_ROW_MAX numbers, each under a number that is not less than its
 * own and less than those of the next row; the last row is under
 * TKT_PACKED_OPEN, and is the one that a new greatest number changes.
 *
 * An entry a number would do as well, but would make the index ten times as
 * large, and the pages that the submissions of a moment change as many more:
 * they are of different requesters and given to different agents.
 */

#ifndef TKT_PACKED_H
#define TKT_PACKED_H


#include "store/tkt_store.h"


#define TKT_PACKED_ROW_MAX  64

/* In keys, where numbers stand; behind the rows there may be one of counts. */
#define TKT_PACKED_OPEN     (UINT64_MAX - 1)
#define TKT_PACKED_COUNTS   UINT64_MAX


/* A row: numbers, the greatest first. */
typedef struct {
    size_t    count;
    uint64_t  ids[TKT_PACKED_ROW_MAX];
} tkt_packed_row_t;


/* A walk; it holds nothing of the transaction's, which may go on writing. */
typedef struct {
    tkt_txn_t         *txn;
    tkt_db_t           db;
    tkt_key_t          prefix;
    uint64_t           from;
    uint64_t           key;          /* of the row at hand; 0: none yet      */
    bool               reverse;
    bool               broken;       /* met a row that does not decode       */
    size_t             used;         /* of the row                           */
    tkt_packed_row_t   row;
} tkt_packed_t;


/*
 * Starts with the greatest number not above `from`, or with the least not
 * below it, as `reverse` says; 0 is the end where it starts.
 */
void tkt_packed_open(tkt_packed_t *p, tkt_txn_t *txn, tkt_db_t db,
    const tkt_key_t *prefix, uint64_t from, bool reverse);

/* The next number; false at the end or after a failure. */
bool tkt_packed_next(tkt_packed_t *p, uint64_t *id);

/* Whether the number is there, in a store that may be damaged. */
bool tkt_packed_has(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *prefix,
    uint64_t id);

/* Adds a number that is not there; takes one out that is. */
void tkt_packed_add(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *prefix,
    uint64_t id);
void tkt_packed_remove(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *prefix,
    uint64_t id);

/* False: the bytes are no row, or its numbers do not fall. */
bool tkt_packed_row(tkt_str_t value, tkt_packed_row_t *row);


#endif /* TKT_PACKED_H */
