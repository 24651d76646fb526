/*
 * Idempotency-Key: key, fingerprint of the request and answer are stored in
 * the transaction of the change.  Random keys cost a page each, so they are
 * bucketed by day: a lookup asks two days, and the days that have passed are
 * swept a few entries at a time by the commands that store new ones.
 *
 * Only successes are kept: a refused command has written nothing and may be
 * decided anew.
 */

#include "app/call/tkt_command.h"
#include "app/rows/tkt_rows.h"
#include "crypto/tkt_seal.h"


#define TKT_DAY_MS  (86400 * 1000LL)

/* A tagged fingerprint: digest without the body, id of the master key, tag. */
#define TKT_PRINT_ID_AT   TKT_DIGEST_BYTES
#define TKT_PRINT_TAG_AT  (TKT_PRINT_ID_AT + 4)
#define TKT_PRINT_BYTES   (TKT_PRINT_TAG_AT + TKT_SEAL_TAG_BYTES)


typedef struct {
    uint64_t   at;
    uint64_t   http;
    uint64_t   ticket;
    uint64_t   state;
    uint64_t   priority;
    uint64_t   localised;
    tkt_str_t  fingerprint;
    tkt_str_t  etag;
    tkt_str_t  location;
    tkt_str_t  body;
} tkt_stored_reply_t;

#define ROW_U64(member, number)                                               \
    { TKT_NAME(#member), .type = TKT_T_UINT, .max = UINT32_MAX,               \
      .offset = offsetof(tkt_stored_reply_t, member), .stored = number }
#define ROW_STR(member, number)                                               \
    { TKT_NAME(#member), .type = TKT_T_TEXT,                                  \
      .offset = offsetof(tkt_stored_reply_t, member), .stored = number }

static const tkt_field_t  tkt_stored_reply_fields[] = {
    ROW_U64(at, 1),
    ROW_U64(http, 2),
    ROW_U64(ticket, 3),
    ROW_U64(state, 4),
    ROW_U64(priority, 5),
    ROW_U64(localised, 6),
    ROW_STR(fingerprint, 1),
    ROW_STR(etag, 2),
    ROW_STR(location, 3),
    ROW_STR(body, 4),
};

static const tkt_schema_t  tkt_stored_reply_schema = {
    .name = "StoredReply", .fields = tkt_stored_reply_fields,
    .count = tkt_array_len(tkt_stored_reply_fields),
    .size = sizeof(tkt_stored_reply_t), .version = 1
};


static void
tkt_idempotency_row(tkt_key_t *k, const tkt_command_t *cmd, int64_t day)
{
    tkt_key_start(k);
    tkt_key_u32(k, (uint32_t) day);
    tkt_key_u32(k, cmd->actor.tenant);
    tkt_key_u64(k, cmd->actor.id);
    tkt_key_bytes(k, (tkt_str_t) { cmd->key, TKT_DIGEST_BYTES });
}


static bool
tkt_idempotency_find(tkt_txn_t *txn, const tkt_command_t *cmd,
    tkt_stored_reply_t *stored)
{
    int64_t    day, now;
    tkt_key_t  key;
    tkt_str_t  packed;

    now = tkt_txn_clock(txn, cmd->now_ms);

    for (day = now / TKT_DAY_MS; day >= now / TKT_DAY_MS - 1; day--) {

        tkt_idempotency_row(&key, cmd, day);

        if (!tkt_chunks_get(txn, TKT_DB_IDEMPOTENCY, &key, 0, cmd->arena,
                            &packed))
        {
            continue;
        }

        if (!tkt_record_unpack(&tkt_stored_reply_schema, packed, stored)) {
            tkt_txn_fail(txn, TKT_INTERNAL);
            return false;
        }

        return (int64_t) stored->at + TKT_IDEMPOTENCY_TTL_MS > now;
    }

    return false;
}


/*
 * What is stored of a request's fingerprint.  One with a secret in it is
 * tagged under a key that is not in the store, so that guesses cannot be
 * tried there; which of the master keys that was stands before the tag, and
 * first what holds when that key is gone.
 */
static tkt_str_t
tkt_idempotency_print(uint8_t out[TKT_PRINT_BYTES], const tkt_command_t *cmd,
    size_t place)
{
    uint8_t   *p = out + TKT_PRINT_ID_AT;
    uint32_t   id;
    tkt_str_t  digest = { cmd->fingerprint, TKT_DIGEST_BYTES };

    if (!(cmd->op->flags & TKT_OP_SECRET) || cmd->keyring == NULL) {
        return digest;
    }

    id = tkt_keyring_id(cmd->keyring, place);

    memcpy(out, cmd->target, TKT_DIGEST_BYTES);
    p[0] = (uint8_t) (id >> 24);
    p[1] = (uint8_t) (id >> 16);
    p[2] = (uint8_t) (id >> 8);
    p[3] = (uint8_t) id;
    tkt_seal_tag(out + TKT_PRINT_TAG_AT, cmd->keyring, place, digest);

    return (tkt_str_t) { out, TKT_PRINT_BYTES };
}


/*
 * Whether the request is the one that was stored.  Keys come and go: a tag of
 * one that is gone cannot be compared, and the Idempotency-Key must do, with
 * operation, path, and who asks as what.
 */
static bool
tkt_idempotency_same(const tkt_command_t *cmd, tkt_str_t stored)
{
    size_t     i, keys;
    uint8_t    out[TKT_PRINT_BYTES];
    tkt_str_t  print;

    keys = (cmd->keyring == NULL) ? 0 : tkt_keyring_count(cmd->keyring);

    if (stored.len == TKT_DIGEST_BYTES) {
        return tkt_str_eq(stored, (tkt_str_t) { cmd->fingerprint,
                                                TKT_DIGEST_BYTES });
    }

    if (stored.len != TKT_PRINT_BYTES
        || memcmp(stored.data, cmd->target, TKT_DIGEST_BYTES) != 0)
    {
        return false;
    }

    for (i = 0; i < keys; i++) {
        print = tkt_idempotency_print(out, cmd, i);

        if (print.len == stored.len
            && memcmp(print.data, stored.data, TKT_PRINT_TAG_AT) == 0)
        {
            return tkt_str_eq(print, stored);
        }
    }

    return true;
}


bool
tkt_idempotency_replay(tkt_txn_t *txn, tkt_command_t *cmd, tkt_call_t *c)
{
    tkt_reply_t         *reply = &cmd->reply;
    tkt_stored_reply_t   stored;

    if (!tkt_idempotency_find(txn, cmd, &stored)) {
        return false;
    }

    if (!tkt_idempotency_same(cmd, stored.fingerprint)) {
        tkt_call_fail(c, TKT_IDEMPOTENCY_MISMATCH, NULL);
        return true;
    }

    reply->status = TKT_OK;
    reply->http = (uint16_t) stored.http;
    reply->body = stored.body;
    reply->etag = stored.etag;
    reply->location = stored.location;
    reply->localised = stored.localised != 0;
    reply->ticket_id = stored.ticket;
    reply->state = (tkt_state_t) stored.state;
    reply->priority = (tkt_priority_t) stored.priority;
    reply->replayed = true;

    return true;
}


/*
 * Deletes up to `count` pieces of answers of days that nobody asks for any
 * more: more than a command stores, so that they do not pile up.
 */
static void
tkt_idempotency_sweep(tkt_txn_t *txn, int64_t now, size_t count)
{
    size_t       i;
    tkt_key_t    prefix, key;
    tkt_scan_t   scan;
    tkt_unkey_t  u;

    for (i = 0; i < count; i++) {

        tkt_key_start(&prefix);
        tkt_scan_open(&scan, txn, TKT_DB_IDEMPOTENCY, &prefix, NULL, false);

        if (!tkt_scan_next(&scan)) {
            tkt_scan_close(&scan);
            return;
        }

        tkt_unkey_start(&u, scan.key);
        tkt_key_start(&key);
        tkt_key_bytes(&key, scan.key);
        tkt_scan_close(&scan);

        if ((int64_t) tkt_unkey_u32(&u) >= now / TKT_DAY_MS - 1) {
            return;
        }

        (void) tkt_delete(txn, TKT_DB_IDEMPOTENCY, &key);
    }
}


void
tkt_idempotency_store(tkt_txn_t *txn, const tkt_command_t *cmd,
    tkt_str_t body)
{
    int64_t             now;
    uint8_t             print[TKT_PRINT_BYTES];
    tkt_key_t           key;
    tkt_str_t           packed;
    const tkt_reply_t  *r = &cmd->reply;
    tkt_stored_reply_t  stored;

    now = tkt_txn_clock(txn, cmd->now_ms);

    stored = (tkt_stored_reply_t) {
        .at = (uint64_t) now, .http = r->http, .ticket = r->ticket_id,
        .state = r->state, .priority = r->priority,
        .localised = r->localised,
        .fingerprint = tkt_idempotency_print(print, cmd,
            cmd->keyring == NULL ? 0 : tkt_keyring_count(cmd->keyring) - 1),
        .etag = r->etag, .location = r->location, .body = body,
    };

    packed = tkt_record_pack(&tkt_stored_reply_schema, &stored, NULL,
                             cmd->arena);
    if (packed.len == 0) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return;
    }

    tkt_idempotency_sweep(txn, now, TKT_IDEMPOTENCY_SWEEP_MAX
                                    + packed.len / TKT_CHUNK_MAX_BYTES);
    tkt_idempotency_row(&key, cmd, now / TKT_DAY_MS);
    tkt_chunks_put(txn, TKT_DB_IDEMPOTENCY, &key, 0, packed);
}


/* Whether the first piece of an answer is of a ticket of his. */
static bool
tkt_idempotency_about(tkt_txn_t *txn, tkt_str_t piece, uint32_t tenant,
    uint64_t principal)
{
    tkt_ticket_t        t;
    tkt_stored_reply_t  stored;

    return tkt_record_unpack_integers(&tkt_stored_reply_schema, piece,
                                      &stored)
           && stored.ticket != 0
           && tkt_ticket_load_head(txn, tenant, stored.ticket, &t)
           && t.requester == principal;
}


bool
tkt_idempotency_forget(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    tkt_key_t *place, size_t steps)
{
    uint64_t     owner;
    tkt_key_t    all, key;
    tkt_scan_t   scan;
    tkt_unkey_t  u;

    tkt_key_start(&all);
    tkt_scan_open(&scan, txn, TKT_DB_IDEMPOTENCY, &all,
                  place->len > 0 ? place : NULL, false);

    while (tkt_scan_next(&scan)) {

        tkt_key_start(place);
        tkt_key_bytes(place, scan.key);

        if (steps-- == 0) {
            tkt_scan_close(&scan);
            return true;
        }

        tkt_unkey_start(&u, scan.key);
        (void) tkt_unkey_u32(&u);

        if (tkt_unkey_u32(&u) != tenant) {
            continue;
        }

        owner = tkt_unkey_u64(&u);

        /* pieces after the first go with it */

        u.pos += u.bad ? 0 : TKT_DIGEST_BYTES;

        if (tkt_unkey_u16(&u) != 0
            || (owner != principal
                && !tkt_idempotency_about(txn, scan.value, tenant,
                                          principal)))
        {
            continue;
        }

        tkt_key_start(&key);
        tkt_key_bytes(&key, (tkt_str_t) { scan.key.data, scan.key.len - 2 });
        tkt_chunks_delete(txn, TKT_DB_IDEMPOTENCY, &key, 0);
    }

    tkt_scan_close(&scan);

    return false;
}


bool
tkt_idempotency_sound(tkt_str_t packed)
{
    tkt_stored_reply_t  stored;

    return tkt_record_unpack(&tkt_stored_reply_schema, packed, &stored)
           && (stored.fingerprint.len == TKT_DIGEST_BYTES
               || stored.fingerprint.len == TKT_PRINT_BYTES);
}
