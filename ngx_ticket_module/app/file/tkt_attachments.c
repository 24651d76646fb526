/*
 * Attachments; see the header.
 */

#include <stdio.h>

#include "app/file/tkt_attachments.h"
#include "app/file/tkt_blobs.h"
#include "base/tkt_text.h"
#include "crypto/tkt_crypto.h"


/* ---- records ---- */

void
tkt_attachment_key(uint8_t key[TKT_ATTACHMENT_KEY_BYTES], tkt_str_t token)
{
    tkt_hash_parts(key, TKT_ATTACHMENT_KEY_BYTES, &token, 1);
}


bool
tkt_attachment_load(tkt_txn_t *txn, uint32_t tenant, tkt_str_t key,
    tkt_attachment_t *a, tkt_arena_t *arena)
{
    tkt_key_t  row;
    tkt_str_t  value;

    if (key.len != TKT_ATTACHMENT_KEY_BYTES) {
        return false;
    }

    tkt_key_attachment(&row, tenant, key.data);

    if (!tkt_get(txn, TKT_DB_ATTACHMENT, &row, &value)) {
        return false;
    }

    if (!tkt_record_unpack(&tkt_attachment_schema,
                           tkt_arena_copy(arena, value), a))
    {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return false;
    }

    return true;
}


void
tkt_attachment_save(tkt_txn_t *txn, const tkt_attachment_t *a,
    tkt_arena_t *arena)
{
    uint8_t    key[TKT_ATTACHMENT_KEY_BYTES];
    tkt_key_t  row;

    tkt_attachment_key(key, a->token);
    tkt_key_attachment(&row, (uint32_t) a->tenant, key);
    tkt_put(txn, TKT_DB_ATTACHMENT, &row,
            tkt_record_pack(&tkt_attachment_schema, a, NULL, arena));
}


static void
tkt_attachment_count(tkt_txn_t *txn, const tkt_attachment_t *a, int64_t sign)
{
    tkt_key_t  key;

    tkt_key_file_counts(&key, (uint32_t) a->tenant);
    tkt_counter_add(txn, TKT_DB_COUNTER, &key, TKT_FILE_CELLS, TKT_FILE_COUNT,
                    sign);
    tkt_counter_add(txn, TKT_DB_COUNTER, &key, TKT_FILE_CELLS, TKT_FILE_BYTES,
                    sign * (int64_t) a->size);
}


/* Puts the record's key under a key that leads to it. */
static void
tkt_attachment_point(tkt_txn_t *txn, tkt_db_t db, const tkt_key_t *from,
    const tkt_attachment_t *a)
{
    uint8_t  key[TKT_ATTACHMENT_KEY_BYTES];

    tkt_attachment_key(key, a->token);
    tkt_put(txn, db, from, (tkt_str_t) { key, sizeof(key) });
}


static void
tkt_attachment_timer(tkt_key_t *key, const tkt_attachment_t *a)
{
    tkt_key_due(key, (int64_t) a->expires_at, TKT_DUE_COLLECT,
                (uint32_t) a->tenant, a->id);
}


void
tkt_attachment_add(tkt_txn_t *txn, const tkt_attachment_t *a,
    tkt_arena_t *arena)
{
    tkt_key_t  key;

    tkt_attachment_save(txn, a, arena);
    tkt_attachment_count(txn, a, 1);

    tkt_key_relation(&key, (uint32_t) a->tenant, TKT_RELATION_UPLOADED,
                     a->uploader, a->id);
    tkt_attachment_point(txn, TKT_DB_RELATION, &key, a);

    tkt_attachment_timer(&key, a);
    tkt_attachment_point(txn, TKT_DB_DUE, &key, a);
}


/* It is bound, or goes: its uploader has it no longer. */
static void
tkt_attachment_leave(tkt_txn_t *txn, const tkt_attachment_t *a)
{
    tkt_key_t  key;

    tkt_unrelate(txn, (uint32_t) a->tenant, TKT_RELATION_UPLOADED,
                 a->uploader, a->id);
    tkt_attachment_timer(&key, a);
    (void) tkt_delete(txn, TKT_DB_DUE, &key);
}


static void
tkt_attachment_release(tkt_call_t *c, const tkt_attachment_t *a)
{
    uint8_t  hash[32];

    if (!tkt_hash_from_hex(a->digest, hash)) {
        tkt_txn_fail(c->txn, TKT_INTERNAL);
        return;
    }

    tkt_attachment_count(c->txn, a, -1);
    tkt_blob_release(c, a->blob, hash);
}


void
tkt_attachment_drop(tkt_call_t *c, const tkt_attachment_t *a)
{
    uint8_t    key[TKT_ATTACHMENT_KEY_BYTES];
    tkt_key_t  row;

    tkt_attachment_leave(c->txn, a);
    tkt_attachment_release(c, a);

    tkt_attachment_key(key, a->token);
    tkt_key_attachment(&row, (uint32_t) a->tenant, key);
    (void) tkt_delete(c->txn, TKT_DB_ATTACHMENT, &row);
}


void
tkt_attachment_erase(tkt_call_t *c, tkt_attachment_t *a)
{
    if (a->blob == 0) {
        return;
    }

    tkt_attachment_release(c, a);

    a->blob = 0;
    a->size = 0;
    a->name = tkt_str("");
    a->digest = tkt_str("");
    tkt_attachment_save(c->txn, a, c->arena);
}


size_t
tkt_uploads_unbound(tkt_txn_t *txn, uint32_t tenant, uint64_t principal)
{
    size_t      n;
    tkt_key_t   prefix;
    tkt_scan_t  scan;

    tkt_key_relations(&prefix, tenant, TKT_RELATION_UPLOADED, principal);
    tkt_scan_open(&scan, txn, TKT_DB_RELATION, &prefix, NULL, false);

    for (n = 0; n <= TKT_UPLOADS_UNBOUND_MAX && tkt_scan_next(&scan); n++) {
        /* void */
    }

    tkt_scan_close(&scan);

    return n;
}


bool
tkt_attachment_next(tkt_txn_t *txn, uint32_t tenant, tkt_relation_t kind,
    uint64_t from, uint64_t *place, tkt_attachment_t *a, tkt_arena_t *arena)
{
    bool         found;
    tkt_key_t    prefix, start;
    tkt_str_t    key = { NULL, 0 };
    tkt_scan_t   scan;
    tkt_unkey_t  u;

    tkt_key_relations(&prefix, tenant, kind, from);
    tkt_key_relation(&start, tenant, kind, from, *place);
    tkt_scan_open(&scan, txn, TKT_DB_RELATION, &prefix, &start, false);

    found = tkt_scan_next(&scan);

    if (found) {
        tkt_unkey_start(&u, (tkt_str_t) { scan.key.data + prefix.len,
                                          scan.key.len - prefix.len });
        *place = tkt_unkey_u64(&u);
        key = tkt_arena_copy(arena, scan.value);
    }

    tkt_scan_close(&scan);

    if (found && !tkt_attachment_load(txn, tenant, key, a, arena)) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return false;
    }

    return found;
}


/* ---- for whoever takes tokens ---- */

/* The next of ["a","b"], which has no escapes. */
static bool
tkt_attachment_token(tkt_str_t *rest, tkt_str_t *token)
{
    size_t  i;

    while (rest->len > 0 && rest->data[0] != '"') {
        rest->data++;
        rest->len--;
    }

    if (rest->len == 0) {
        return false;
    }

    for (i = 1; i < rest->len && rest->data[i] != '"'; i++) { /* void */ }

    *token = (tkt_str_t) { rest->data + 1, i - 1 };
    i += i < rest->len;
    rest->data += i;
    rest->len -= i;

    return true;
}


/* One that the caller may name: his own, bound to nothing, not overdue. */
static bool
tkt_attachment_usable(tkt_call_t *c, tkt_str_t token, tkt_attachment_t *a)
{
    uint8_t  key[TKT_ATTACHMENT_KEY_BYTES];

    tkt_attachment_key(key, token);

    return tkt_attachment_load(c->txn, c->actor->tenant,
                               (tkt_str_t) { key, sizeof(key) }, a, c->arena)
           && a->ticket == 0 && a->uploader == c->actor->id
           && (int64_t) a->expires_at > c->now_ms;
}


bool
tkt_attachments_check(tkt_call_t *c, tkt_str_t tokens)
{
    char              pointer[32];
    unsigned          n;
    tkt_str_t         token;
    tkt_errors_t     *errors;
    tkt_attachment_t  a;

    errors = NULL;

    for (n = 0; tkt_attachment_token(&tokens, &token); n++) {

        if (tkt_attachment_usable(c, token, &a)) {
            continue;
        }

        errors = tkt_call_errors(c);
        (void) snprintf(pointer, sizeof(pointer), "/attachments/%u", n);

        if (errors != NULL) {
            tkt_errors_add(errors, tkt_str_z(pointer), "choice",
                           "you have no such upload that is still free");
        }
    }

    if (errors == NULL) {
        return true;
    }

    tkt_call_fail(c, TKT_INVALID_REQUEST, NULL);

    return false;
}


/* Stores it as one of the ticket's. */
static void
tkt_attachment_place(tkt_call_t *c, tkt_ticket_t *t, tkt_attachment_t *a)
{
    tkt_key_t  key;

    a->ticket = t->id;
    tkt_attachment_save(c->txn, a, c->arena);
    tkt_key_relation(&key, (uint32_t) t->tenant, TKT_RELATION_FILE, t->id,
                     tkt_file_place(a->message, a->id));
    tkt_attachment_point(c->txn, TKT_DB_RELATION, &key, a);
    t->attachment_count++;
    t->note_file_count += a->internal;
}


void
tkt_attachments_bind(tkt_call_t *c, tkt_ticket_t *t, tkt_message_t *message,
    bool internal, tkt_str_t tokens)
{
    tkt_str_t         token;
    tkt_attachment_t  a;

    while (tkt_attachment_token(&tokens, &token)) {

        if (!tkt_attachment_usable(c, token, &a)) {
            tkt_txn_fail(c->txn, TKT_INTERNAL);
            return;
        }

        tkt_attachment_leave(c->txn, &a);

        a.message = (message == NULL) ? 0 : t->message_count + 1;
        a.internal = internal;
        a.expires_at = 0;
        tkt_attachment_place(c, t, &a);

        if (message != NULL) {
            message->attachment_count++;
        }
    }
}


/* ---- for a message that becomes a ticket ---- */

/* The message's next file from a place on; bounded by what it could name. */
static bool
tkt_attachment_of(tkt_call_t *c, uint64_t ticket, uint64_t message,
    uint64_t *place, tkt_attachment_t *a)
{
    return tkt_attachment_next(c->txn, c->actor->tenant, TKT_RELATION_FILE,
                               ticket, place, a, c->arena)
           && a->message == message;
}


uint64_t
tkt_attachments_bytes(tkt_call_t *c, uint64_t ticket, uint64_t message)
{
    uint64_t          place, bytes;
    tkt_attachment_t  a;

    bytes = 0;

    for (place = tkt_file_place(message, 0);
         tkt_attachment_of(c, ticket, message, &place, &a); place++)
    {
        bytes += a.size;
    }

    return bytes;
}


/* A token that nobody can know, of the command's random bytes. */
static tkt_str_t
tkt_attachment_new_token(tkt_call_t *c, uint64_t id)
{
    uint8_t    *token, secret[32];
    tkt_key_t   number;
    tkt_str_t   parts[3] = { tkt_str("attachment"), { c->random, 32 } };

    token = tkt_arena_bytes(c->arena, TKT_ATTACHMENT_TOKEN_CHARS);
    if (token == NULL) {
        tkt_txn_fail(c->txn, TKT_BUSY);
        return tkt_str("");
    }

    tkt_key_start(&number);
    tkt_key_u64(&number, id);
    parts[2] = (tkt_str_t) { number.data, number.len };
    tkt_hash_parts(secret, sizeof(secret), parts, tkt_array_len(parts));
    tkt_base64_encode(token, secret, sizeof(secret));

    return (tkt_str_t) { token, TKT_ATTACHMENT_TOKEN_CHARS };
}


void
tkt_attachments_copy(tkt_call_t *c, uint64_t ticket, uint64_t message,
    tkt_ticket_t *t)
{
    uint64_t          place;
    tkt_attachment_t  a;

    for (place = tkt_file_place(message, 0);
         tkt_attachment_of(c, ticket, message, &place, &a); place++)
    {
        if (a.blob == 0) {
            continue;                            /* erased */
        }

        a.id = tkt_txn_next(c->txn, TKT_SEQ_ATTACHMENT);
        a.token = tkt_attachment_new_token(c, a.id);
        a.message = 0;
        a.created_at = (uint64_t) c->now_ms;

        tkt_blob_share(c, a.blob);
        tkt_attachment_count(c->txn, &a, 1);
        tkt_attachment_place(c, t, &a);
    }
}


tkt_str_t
tkt_attachments_text(tkt_call_t *c, uint64_t ticket, uint64_t message)
{
    uint64_t          place;
    tkt_out_t         o;
    tkt_attachment_t  a;

    tkt_out_init(&o, c->arena, 512);
    tkt_out_lit(&o, "[");

    /* bounded: a message has no more than the tokens that one body can hold */

    for (place = tkt_file_place(message, 0);
         tkt_attachment_next(c->txn, c->actor->tenant, TKT_RELATION_FILE,
                             ticket, &place, &a, c->arena)
         && a.message == message;
         place++)
    {
        tkt_out_comma(&o);
        tkt_out_object(&o, &tkt_attachment_schema, &a,
                       (uint32_t) tkt_bit(c->actor->role), NULL, false);
    }

    tkt_out_lit(&o, "]");

    return tkt_out_text(&o);
}
