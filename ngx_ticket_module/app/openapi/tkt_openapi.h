/*
 * The parts of the OpenAPI document that its files share.  Everything is
 * written from the operation table, the schemas and the status table; only
 * shapes that no table has (a page, a problem) are given as text.
 */

#ifndef TKT_OPENAPI_H
#define TKT_OPENAPI_H


#include "app/call/tkt_call.h"


/* {"$ref":"#/components/SECTION/NAME"} */
void tkt_openapi_ref(tkt_out_t *o, const char *section, tkt_str_t name);

/* The names of the bits as an array of strings. */
void tkt_openapi_names(tkt_out_t *o, const tkt_names_t *names, uint64_t bits);

/*
 * Names of the schema components of an operation's body and of its successful
 * answer, in o->arena; empty: it has none.
 */
tkt_str_t tkt_openapi_input(const tkt_out_t *o, const tkt_operation_t *op);
tkt_str_t tkt_openapi_output(const tkt_out_t *o, const tkt_operation_t *op);

/* The name of a problem response's component, "Problem404". */
tkt_str_t tkt_openapi_problem(const tkt_out_t *o, unsigned http);

/* A reference to a parameter's component, in an array. */
void tkt_openapi_parameter(tkt_out_t *o, const char *component);

/* Writes the Operation Object of a row. */
void tkt_openapi_operation(tkt_out_t *o, const tkt_operation_t *op,
    const char *tag);

/* Writes the member `components`, and in it the member `schemas`. */
void tkt_openapi_components(tkt_out_t *o);
void tkt_openapi_schemas(tkt_out_t *o);


#endif /* TKT_OPENAPI_H */
