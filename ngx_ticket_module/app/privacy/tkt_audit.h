/*
 * The audit log: one chain of entries a tenant, each bound to the one before
 * it by a hash.
 */

#ifndef TKT_AUDIT_H
#define TKT_AUDIT_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"
#include "crypto/tkt_crypto.h"


#define TKT_AUDIT_SALT_BYTES  16


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
 * that changes configuration or principals, and by reveals.  A note of a
 * change (TKT_AUDIT_CHANGE) that changes no row leaves no entry.
 */
void tkt_audit_append(tkt_call_t *c, uint32_t tenant,
    const tkt_audit_note_t *note);

/* The schema of an object's changes; NULL if it has none. */
const tkt_schema_t *tkt_audit_schema_of(tkt_object_t object);

/* The entry at a number; false if there is none or it does not decode. */
bool tkt_audit_load(tkt_txn_t *txn, uint32_t tenant, uint64_t number,
    tkt_audit_t *entry, tkt_arena_t *arena);

/* The newest entry's number; 0 if there is none. */
uint64_t tkt_audit_last(tkt_txn_t *txn, uint32_t tenant);

/*
 * The hash of an entry whose predecessor has `before` (32 bytes); the entry's
 * own hash and its values (reason, personal, salt) are not looked at.  False
 * without memory.
 */
bool tkt_audit_hash(uint8_t out[TKT_HASH_BYTES],
    const uint8_t before[TKT_HASH_BYTES], const tkt_audit_t *entry,
    tkt_arena_t *arena);

/* The hash of an entry's values, for values_hash. */
void tkt_audit_values_hash(uint8_t out[TKT_HASH_BYTES],
    const tkt_audit_t *entry);

/* Whether an entry has values that an erasure would take away. */
bool tkt_audit_has_values(const tkt_audit_t *entry);

/*
 * Stores an entry without its values: its hash stays true.  For those about
 * somebody who is being erased.
 */
void tkt_audit_redact(tkt_txn_t *txn, tkt_audit_t *entry, tkt_arena_t *arena);

/* Calls `each` with the newest entry of every tenant that has one. */
void tkt_audit_heads(tkt_txn_t *txn, tkt_arena_t *arena,
    void (*each)(void *ctx, const tkt_audit_t *newest), void *ctx);

/* The hash in hexadecimal; empty without memory. */
tkt_str_t tkt_audit_hash_text(const tkt_audit_t *entry, tkt_arena_t *arena);

/* Fills the view members: login, changes, hash in hexadecimal. */
void tkt_audit_view(tkt_call_t *c, tkt_audit_t *entry);


#endif /* TKT_AUDIT_H */
