/*
 * application/problem+json (RFC 9457).
 */

#ifndef TKT_PROBLEM_H
#define TKT_PROBLEM_H


#include "codec/tkt_json_in.h"
#include "codec/tkt_json_out.h"


typedef struct {
    tkt_status_t         status;
    tkt_lang_t           lang;
    tkt_str_t            mount;            /* prefix of the type URI:
                                              MOUNT/v1/problems/CODE         */
    tkt_str_t            detail;           /* may be empty                   */
    tkt_str_t            request_id;
    const tkt_errors_t  *errors;           /* may be NULL                    */
    tkt_str_t            state;            /* name; empty if none            */
    const tkt_names_t   *action_names;     /* with state                     */
    uint64_t             allowed_actions;  /* bits, with state               */
    uint64_t             retry_after_s;    /* 0: not said                    */
} tkt_problem_t;


/* Writes the document into o. */
void tkt_problem_encode(tkt_out_t *o, const tkt_problem_t *p);


#endif /* TKT_PROBLEM_H */
