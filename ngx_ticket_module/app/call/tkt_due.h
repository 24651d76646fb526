/*
 * Jobs: commands that nobody has sent, in the name of the operator, without a
 * route.  A kind of timer is a row of the table in tkt_due.c.
 */

#ifndef TKT_DUE_H
#define TKT_DUE_H


#include "app/call/tkt_command.h"
#include "domain/tkt_trust.h"


/*
 * What the handler of a timer gets as its input: the entry that has come due.
 * It takes the entry away, tkt_due_clear(txn, at_ms, kind, actor->tenant,
 * id), or the same is done again; and finds out by itself whether there is
 * anything left to do.
 */
typedef struct {
    int64_t    at_ms;
    tkt_due_t  kind;
    uint64_t   id;
    tkt_str_t  value;                /* of the entry                         */
} tkt_job_t;


/*
 * A command of a job for a tenant, its input zeroed, input_bytes long, for
 * the caller to fill; NULL without memory.  op outlives it.  random: 32
 * bytes.
 */
tkt_command_t *tkt_job_command(const tkt_operation_t *op, uint32_t tenant,
    int64_t now_ms, const uint8_t random[32], size_t input_bytes);


#endif /* TKT_DUE_H */
