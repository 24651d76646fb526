/*
 * Inside the walk over what is kept about a principal.
 */

#ifndef TKT_KEPT_INT_H
#define TKT_KEPT_INT_H


#include "app/privacy/tkt_kept.h"


/*
 * The first key under a prefix from `from` on: the number behind the prefix,
 * and its value, copied, unless `value` is NULL.  False: there is none.
 */
bool tkt_kept_next(tkt_kept_t *k, tkt_db_t db, const tkt_key_t *prefix,
    const tkt_key_t *from, uint64_t *number, tkt_str_t *value);

/*
 * The same as a step of a kind whose pieces are numbered: a becomes the number
 * and is given.  False: there is none.
 */
bool tkt_kept_give(tkt_kept_t *k, tkt_db_t db, const tkt_key_t *prefix,
    const tkt_key_t *from, tkt_kept_kind_t kind);

/* Steps of kinds that are of the desk: app/privacy/tkt_kept_desk.c. */
bool tkt_kept_view(tkt_kept_t *k);
bool tkt_kept_macro(tkt_kept_t *k);
bool tkt_kept_member(tkt_kept_t *k);
bool tkt_kept_presence(tkt_kept_t *k);


#endif /* TKT_KEPT_INT_H */
