/*
 * What the rules of form fields and their JSON Schema share.
 */

#ifndef TKT_FORM_INT_H
#define TKT_FORM_INT_H


#include "app/form/tkt_form_fields.h"
#include "codec/tkt_json_walk.h"


/* A value under way; the name is the member's, with its quotes. */
typedef struct {
    tkt_call_t              *call;
    const tkt_form_field_t  *field;
    tkt_str_t                name;
    tkt_errors_t            *errors;
} tkt_form_at_t;


/* What a kind of field takes. */
typedef struct {
    uint32_t  most;              /* bound of `max`; 0: has no min and max    */
    bool      counts;            /* what min and max count; false: the value */
    bool      choices;
    void    (*check)(tkt_form_at_t *at, tkt_str_t value);
    void    (*schema)(tkt_out_t *o, const tkt_form_field_t *f);
} tkt_form_row_t;

const tkt_form_row_t *tkt_form_row(uint64_t kind);

/* "/custom/NAME" of a name with its quotes, as RFC 6901 escapes it. */
tkt_str_t tkt_form_pointer(tkt_call_t *c, tkt_str_t quoted);

/* "CNY" with its quotes. */
bool tkt_form_is_currency(tkt_str_t value);

/* Lengths and numbers of items that a field takes. */
uint64_t tkt_form_min(const tkt_form_field_t *f);
uint64_t tkt_form_max(const tkt_form_field_t *f);

/* tkt_form_schema.c */
void tkt_form_schema_text(tkt_out_t *o, const tkt_form_field_t *f);
void tkt_form_schema_number(tkt_out_t *o, const tkt_form_field_t *f);
void tkt_form_schema_money(tkt_out_t *o, const tkt_form_field_t *f);
void tkt_form_schema_datetime(tkt_out_t *o, const tkt_form_field_t *f);
void tkt_form_schema_choice(tkt_out_t *o, const tkt_form_field_t *f);
void tkt_form_schema_choices(tkt_out_t *o, const tkt_form_field_t *f);
void tkt_form_schema_account(tkt_out_t *o, const tkt_form_field_t *f);
void tkt_form_schema_url(tkt_out_t *o, const tkt_form_field_t *f);
void tkt_form_schema_list(tkt_out_t *o, const tkt_form_field_t *f);


#endif /* TKT_FORM_INT_H */
