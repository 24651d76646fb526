/*
 * Operations inside a command: those of a batch, the steps of a macro.  Each
 * runs as it would alone, of the same caller and at the same time, in the
 * transaction of the command that it is part of.
 */

#ifndef TKT_INNER_H
#define TKT_INNER_H


#include "app/call/tkt_command.h"


typedef struct {
    const tkt_operation_t  *op;            /* NULL: refused before, `reply`
                                              says why                       */
    tkt_str_t               segments[2];   /* values in the path             */
    tkt_str_t               if_match;
    void                   *input;         /* struct of op->input            */
    tkt_present_t           present;
    tkt_str_t               pointer;       /* of its input in the body       */
    bool                    has_key;
    uint8_t                 key[TKT_DIGEST_BYTES];
    uint8_t                 fingerprint[TKT_DIGEST_BYTES];
    uint8_t                 target[TKT_DIGEST_BYTES];
    size_t                  room;          /* bytes; the body of a success that
                                              is longer is left out          */
    size_t                  kept_room;     /* bytes that may be kept of the
                                              answers under their own keys:
                                              a longer one is kept as null;
                                              out: what is left              */
    tkt_reply_t             reply;         /* its slices live as long as the
                                              command                        */
} tkt_inner_t;


/*
 * Runs one; `number` tells it from the others of the command: its random bytes
 * are made of the command's and of it.  What it needs of memory it gives back;
 * the answer alone stays.
 */
void tkt_inner_run(tkt_call_t *c, tkt_inner_t *in, unsigned number);

#define tkt_inner_done(in)  ((in)->reply.http / 100 == 2)

/* The row of an operation; NULL if there is none of this name. */
const tkt_operation_t *tkt_operation_named(tkt_str_t name);

/*
 * A problem with more members at its end: `problem` is an object, `members`
 * text such as "\"failed\":3".
 */
tkt_str_t tkt_problem_with(tkt_arena_t *arena, tkt_str_t problem,
    tkt_str_t members);


#endif /* TKT_INNER_H */
