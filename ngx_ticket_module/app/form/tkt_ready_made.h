/*
 * Types that a desk can begin with.
 */

#ifndef TKT_READY_MADE_H
#define TKT_READY_MADE_H


#include "domain/tkt_desk.h"


/* Names, texts and lists only; lists as canonical JSON arrays. */
typedef struct {
    tkt_str_t  name;
    tkt_str_t  en;
    tkt_str_t  zh;
    tkt_str_t  keywords;
} tkt_ready_feature_t;

typedef struct {
    tkt_str_t  name;
    uint8_t    kind;             /* tkt_form_kind_t                          */
    bool       required;
    bool       to_resolve;
    bool       staff_only;
    tkt_str_t  en;
    tkt_str_t  zh;
    tkt_str_t  choices;
    tkt_str_t  choices_zh;
    tkt_str_t  prompt_en;
    tkt_str_t  prompt_zh;
} tkt_ready_field_t;

typedef struct {
    tkt_str_t                   name;
    uint8_t                     category;
    uint8_t                     priority;
    bool                        approval;
    uint32_t                    needs;
    tkt_str_t                   en;
    tkt_str_t                   zh;
    tkt_str_t                   keywords;
    tkt_str_t                   steps;
    tkt_str_t                   steps_zh;
    tkt_str_t                   prompt_en;
    tkt_str_t                   prompt_zh;
    const tkt_ready_feature_t  *features;
    size_t                      feature_count;
    const tkt_ready_field_t    *fields;
    size_t                      field_count;
} tkt_ready_type_t;


/* In the order in which they are to be listed. */
const tkt_ready_type_t *tkt_ready_made(size_t *count);


#endif /* TKT_READY_MADE_H */
