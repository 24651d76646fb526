/*
 * Contents of attachments: a file each, found by hash, so that the same bytes
 * are kept once, whoever uploads them; counted, and gone with the last use.
 */

#ifndef TKT_BLOBS_H
#define TKT_BLOBS_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


bool tkt_blob_load(tkt_txn_t *txn, uint64_t id, tkt_blob_t *blob,
    tkt_arena_t *arena);

/* The blob of a hash; 0: there is none. */
uint64_t tkt_blob_find(tkt_txn_t *txn, const uint8_t hash[32]);

/*
 * Counts one more use of the content of an upload.  *taken: it was not there,
 * and the upload's file has become its file.  0, and the transaction has
 * failed, if it cannot be.
 */
uint64_t tkt_blob_use(tkt_call_t *c, const tkt_upload_t *upload, bool *taken);

/* Counts one more use of a content that is there. */
void tkt_blob_share(tkt_call_t *c, uint64_t id);

/*
 * Counts one use less.  After the last one the blob is gone, and a timer has
 * its file removed once that is durable.  hash: of the content.
 */
void tkt_blob_release(tkt_call_t *c, uint64_t id, const uint8_t hash[32]);

/* "ab0f…" to bytes and back; false for any other text. */
#define TKT_HASH_HEX_CHARS  64

bool tkt_hash_from_hex(tkt_str_t hex, uint8_t hash[32]);
void tkt_hash_to_hex(const uint8_t hash[32], uint8_t hex[TKT_HASH_HEX_CHARS]);


#endif /* TKT_BLOBS_H */
