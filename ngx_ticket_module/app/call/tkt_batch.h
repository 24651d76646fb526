/*
 * Several operations in one request: {"atomic":…,"return":…,"operations":[
 * {"method","path","body","if_match","idempotency_key"}…]}.  Each is matched,
 * admitted and decoded as if it had come alone, when the command is made; they
 * run one after the other in the transaction of the one command.
 *
 * A path may name the result of an operation before it: "$0" as a part of it
 * stands for the id of what the first one made or changed.
 */

#ifndef TKT_BATCH_H
#define TKT_BATCH_H


#include "app/call/tkt_inner.h"


/* Use of the rows of tkt_batch_schema. */
#define TKT_USE_BATCH  0x1


typedef struct tkt_batch_s {
    uint64_t      atomic;            /* all or nothing                       */
    uint64_t      whole;             /* tkt_batch_return_t                   */
    tkt_str_t     operations;        /* canonical text of the list           */
    size_t        count;
    tkt_inner_t  *items;
    size_t        room;              /* bytes left for bodies of successes   */
    size_t        kept_room;         /* and for those under keys of their own*/
} tkt_batch_t;

typedef enum {
    TKT_RETURN_NONE = 0,             /* as full                              */
    TKT_RETURN_FULL,
    TKT_RETURN_MINIMAL,              /* bodies of problems alone             */
    TKT_RETURN_MAX
} tkt_batch_return_t;

/* For documents: the body is read by tkt_batch_decode. */
extern const tkt_schema_t  tkt_batch_schema;


/* tkt_operation_t.decode of POST /v1/batch. */
bool tkt_batch_decode(tkt_call_t *c, const tkt_request_t *req, tkt_str_t body,
    tkt_command_t *cmd);

/* The number in a "$12" that a path has in place of an id; false: none. */
bool tkt_batch_reference(tkt_str_t segment, uint64_t *number);


#endif /* TKT_BATCH_H */
