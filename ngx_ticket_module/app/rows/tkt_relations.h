/*
 * What belongs to whom: pairs in TKT_DB_RELATION.
 */

#ifndef TKT_RELATIONS_H
#define TKT_RELATIONS_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


/* Kinds, in keys: append only. */
typedef enum {
    TKT_RELATION_NONE = 0,
    TKT_RELATION_WATCHING,           /* principal → ticket                   */
    TKT_RELATION_MERGED,             /* ticket → those merged into it        */
    TKT_RELATION_FILE,               /* ticket → attachment                  */
    TKT_RELATION_UPLOADED,           /* principal → attachment, not bound    */
    TKT_RELATION_BROUGHT,            /* merged ticket → principal whom the
                                        merge made a watcher of its target   */
    TKT_RELATION_MAX
} tkt_relation_t;

void tkt_key_relation(tkt_key_t *k, uint32_t tenant, tkt_relation_t kind,
    uint64_t from, uint64_t to);
void tkt_key_relations(tkt_key_t *k, uint32_t tenant, tkt_relation_t kind,
    uint64_t from);

bool tkt_related(tkt_txn_t *txn, uint32_t tenant, tkt_relation_t kind,
    uint64_t from, uint64_t to);
void tkt_relate(tkt_txn_t *txn, uint32_t tenant, tkt_relation_t kind,
    uint64_t from, uint64_t to);
void tkt_unrelate(tkt_txn_t *txn, uint32_t tenant, tkt_relation_t kind,
    uint64_t from, uint64_t to);

/*
 * The second id of a walk over tkt_key_relations, opened by tkt_scan_open with
 * that prefix; false at the end.
 */
bool tkt_related_next(tkt_scan_t *scan, const tkt_key_t *prefix,
    uint64_t *to);


#endif /* TKT_RELATIONS_H */
