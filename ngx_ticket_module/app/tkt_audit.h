/*
 * The audit log: one chain of entries a tenant, each bound to the one before
 * it by a hash.
 */

#ifndef TKT_AUDIT_H
#define TKT_AUDIT_H


#include "app/tkt_call.h"
#include "app/tkt_rows.h"


/* What is to be recorded.  before and after are structs of the object's
   schema; either may be NULL; rows with TKT_F_SECRET are left out. */
typedef struct {
    tkt_audit_act_t      act;
    tkt_object_t         object;
    uint64_t             object_id;
    uint64_t             parent_id;
    const void          *before;
    const void          *after;
    tkt_str_t            reason;
} tkt_audit_note_t;


/*
 * Appends an entry to the log of `tenant` in the call's write transaction: who
 * (the call's actor), when (its time), its request id.  Called by everything
 * that changes configuration or principals, and by reveals.
 */
void tkt_audit_append(tkt_call_t *c, uint32_t tenant,
    const tkt_audit_note_t *note);

/* The schema of an object's changes; NULL if it has none. */
const tkt_schema_t *tkt_audit_schema_of(tkt_object_t object);

/* The entry at a number; false if there is none or it does not decode. */
bool tkt_audit_load(tkt_txn_t *txn, uint32_t tenant, uint64_t number,
    tkt_audit_t *entry, tkt_arena_t *arena);

/*
 * The hash of an entry whose predecessor has `before` (32 bytes); the entry's
 * own hash is not looked at.  False without memory.
 */
bool tkt_audit_hash(uint8_t out[32], const uint8_t before[32],
    const tkt_audit_t *entry, tkt_arena_t *arena);


#endif /* TKT_AUDIT_H */
