/*
 * Files of tickets and messages.  An attachment is a record under the digest
 * of its token; it is its uploader's alone (TKT_RELATION_UPLOADED, and a timer
 * that collects it) until a ticket or message names it, which binds it in
 * that transaction (TKT_RELATION_FILE).  Its content is a blob
 * (app/file/tkt_blobs.h).  Both relations have the record's key as their value.
 */

#ifndef TKT_ATTACHMENTS_H
#define TKT_ATTACHMENTS_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_relations.h"
#include "app/rows/tkt_rows.h"


#define TKT_ATTACHMENT_KEY_BYTES  16

/*
 * The second id of a relation from a ticket to a file: files of one message
 * stand together, in the order of their uploads.
 */
#define TKT_FILE_ID_BITS  40
#define tkt_file_place(message, id)                                           \
    ((uint64_t) (message) << TKT_FILE_ID_BITS                                 \
     | ((id) & (tkt_bit(TKT_FILE_ID_BITS) - 1)))


/* The key of a token's record, without the tenant. */
void tkt_attachment_key(uint8_t key[TKT_ATTACHMENT_KEY_BYTES],
    tkt_str_t token);

/* False if there is none; strings are copied to the arena. */
bool tkt_attachment_load(tkt_txn_t *txn, uint32_t tenant, tkt_str_t key,
    tkt_attachment_t *a, tkt_arena_t *arena);
void tkt_attachment_save(tkt_txn_t *txn, const tkt_attachment_t *a,
    tkt_arena_t *arena);

/*
 * A new one that nothing names yet: record, relation, timer and counts.  Its
 * blob is counted already.
 */
void tkt_attachment_add(tkt_txn_t *txn, const tkt_attachment_t *a,
    tkt_arena_t *arena);

/* Takes away one that is bound to nothing, with its content. */
void tkt_attachment_drop(tkt_call_t *c, const tkt_attachment_t *a);

/*
 * Leaves of one nothing but that it was there: its content and name go, and
 * so does what it counted.
 */
void tkt_attachment_erase(tkt_call_t *c, tkt_attachment_t *a);

/* How many of a principal's are bound to nothing, up to one more than may. */
size_t tkt_uploads_unbound(tkt_txn_t *txn, uint32_t tenant,
    uint64_t principal);

/*
 * Of the values of a relation: the first from `*place` on, which becomes its
 * second id; false if there is none.
 */
bool tkt_attachment_next(tkt_txn_t *txn, uint32_t tenant, tkt_relation_t kind,
    uint64_t from, uint64_t *place, tkt_attachment_t *a, tkt_arena_t *arena);


/* ---- for whoever takes tokens ---- */

/*
 * Whether each of `tokens` (as tags) is a file that the caller uploaded and
 * that is bound to nothing yet; false, and answered at /attachments/N.
 */
bool tkt_attachments_check(tkt_call_t *c, tkt_str_t tokens);

/*
 * Binds them, which have been checked, to a ticket (message NULL) or to the
 * message that is appended next, and counts them in both.
 */
void tkt_attachments_bind(tkt_call_t *c, tkt_ticket_t *t,
    tkt_message_t *message, bool internal, tkt_str_t tokens);

/* The bytes of all files of a message. */
uint64_t tkt_attachments_bytes(tkt_call_t *c, uint64_t ticket,
    uint64_t message);

/*
 * Gives a new ticket the files of another one's message, which keeps its own:
 * records and tokens of their own over the same content.
 */
void tkt_attachments_copy(tkt_call_t *c, uint64_t ticket, uint64_t message,
    tkt_ticket_t *t);

/*
 * Writes the files of a message (0: of the ticket itself) as a JSON array;
 * for a caller who sees the message.
 */
tkt_str_t tkt_attachments_text(tkt_call_t *c, uint64_t ticket,
    uint64_t message);


#endif /* TKT_ATTACHMENTS_H */
