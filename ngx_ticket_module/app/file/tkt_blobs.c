/*
 * Contents of attachments; see the header.
 */

#include "app/file/tkt_attachments.h"
#include "app/file/tkt_blobs.h"


/* ---- hexadecimal ---- */

void
tkt_hash_to_hex(const uint8_t hash[32], uint8_t hex[TKT_HASH_HEX_CHARS])
{
    size_t             i;
    static const char  digits[] = "0123456789abcdef";

    for (i = 0; i < 32; i++) {
        hex[2 * i] = (uint8_t) digits[hash[i] >> 4];
        hex[2 * i + 1] = (uint8_t) digits[hash[i] & 15];
    }
}


static int
tkt_hex_digit(uint8_t ch)
{
    return ch >= '0' && ch <= '9' ? ch - '0'
           : ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}


bool
tkt_hash_from_hex(tkt_str_t hex, uint8_t hash[32])
{
    int     high, low;
    size_t  i;

    if (hex.len != TKT_HASH_HEX_CHARS) {
        return false;
    }

    for (i = 0; i < 32; i++) {
        high = tkt_hex_digit(hex.data[2 * i]);
        low = tkt_hex_digit(hex.data[2 * i + 1]);

        if (high < 0 || low < 0) {
            return false;
        }

        hash[i] = (uint8_t) (high << 4 | low);
    }

    return true;
}


/* ---- records ---- */

bool
tkt_blob_load(tkt_txn_t *txn, uint64_t id, tkt_blob_t *blob,
    tkt_arena_t *arena)
{
    tkt_key_t  key;
    tkt_str_t  value;

    tkt_key_blob(&key, id);

    if (!tkt_get(txn, TKT_DB_BLOB, &key, &value)) {
        return false;
    }

    if (tkt_txn_is_write(txn)) {
        value = tkt_arena_copy(arena, value);
    }

    if (!tkt_record_unpack(&tkt_blob_schema, value, blob)) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return false;
    }

    return true;
}


static void
tkt_blob_save(tkt_call_t *c, const tkt_blob_t *blob)
{
    tkt_key_t  key;

    tkt_key_blob(&key, blob->id);
    tkt_put(c->txn, TKT_DB_BLOB, &key,
            tkt_record_pack(&tkt_blob_schema, blob, NULL, c->arena));
}


uint64_t
tkt_blob_find(tkt_txn_t *txn, const uint8_t hash[32])
{
    tkt_key_t    key;
    tkt_str_t    value;
    tkt_unkey_t  u;

    tkt_key_blob_hash(&key, hash);

    if (!tkt_get(txn, TKT_DB_BLOB, &key, &value)) {
        return 0;
    }

    tkt_unkey_start(&u, value);

    return tkt_unkey_u64(&u);
}


uint64_t
tkt_blob_use(tkt_call_t *c, const tkt_upload_t *upload, bool *taken)
{
    uint64_t    id;
    tkt_key_t   key, value;
    tkt_blob_t  blob;

    *taken = false;
    id = tkt_blob_find(c->txn, upload->hash);

    if (id != 0) {

        /* two contents of one hash are not a thing that happens */

        if (!tkt_blob_load(c->txn, id, &blob, c->arena)
            || blob.size != upload->size)
        {
            tkt_txn_fail(c->txn, TKT_INTERNAL);
            return 0;
        }

        blob.refs++;
        tkt_blob_save(c, &blob);

        return id;
    }

    blob = (tkt_blob_t) {
        .id = tkt_txn_next(c->txn, TKT_SEQ_BLOB), .size = upload->size,
        .refs = 1, .created_at = (uint64_t) c->now_ms, .file = upload->file,
    };

    tkt_blob_save(c, &blob);

    tkt_key_blob_hash(&key, upload->hash);
    tkt_key_start(&value);
    tkt_key_u64(&value, blob.id);
    tkt_put(c->txn, TKT_DB_BLOB, &key, (tkt_str_t) { value.data, value.len });

    *taken = true;

    return blob.id;
}


void
tkt_blob_share(tkt_call_t *c, uint64_t id)
{
    tkt_blob_t  blob;

    if (!tkt_blob_load(c->txn, id, &blob, c->arena) || blob.refs == 0) {
        tkt_txn_fail(c->txn, TKT_INTERNAL);
        return;
    }

    blob.refs++;
    tkt_blob_save(c, &blob);
}


void
tkt_blob_release(tkt_call_t *c, uint64_t id, const uint8_t hash[32])
{
    tkt_key_t   key;
    tkt_blob_t  blob;

    if (!tkt_blob_load(c->txn, id, &blob, c->arena) || blob.refs == 0) {
        tkt_txn_fail(c->txn, TKT_INTERNAL);
        return;
    }

    if (--blob.refs > 0) {
        tkt_blob_save(c, &blob);
        return;
    }

    tkt_key_blob_hash(&key, hash);

    if (!tkt_delete(c->txn, TKT_DB_BLOB, &key)) {
        tkt_txn_fail(c->txn, TKT_INTERNAL);
        return;
    }

    tkt_key_blob(&key, id);
    (void) tkt_delete(c->txn, TKT_DB_BLOB, &key);

    tkt_key_due(&key, c->now_ms, TKT_DUE_UNLINK, 0, id);
    tkt_put(c->txn, TKT_DB_DUE, &key, blob.file);
}


/* ---- for carriers ---- */

/* "ab/HASH.RANDOM": the hash tells which blob it would be of. */
bool
tkt_app_file_used(tkt_txn_t *read, tkt_str_t file)
{
    uint8_t     hash[32];
    uint64_t    id;
    tkt_blob_t  blob;

    if (file.len <= 3 + TKT_HASH_HEX_CHARS
        || !tkt_hash_from_hex((tkt_str_t) { file.data + 3,
                                            TKT_HASH_HEX_CHARS }, hash))
    {
        return false;
    }

    id = tkt_blob_find(read, hash);

    return id != 0 && tkt_blob_load(read, id, &blob, NULL)
           && tkt_str_eq(blob.file, file);
}


tkt_status_t
tkt_app_files(tkt_txn_t *read, tkt_app_file_pt each, void *ctx)
{
    tkt_key_t   prefix;
    tkt_blob_t  blob;
    tkt_scan_t  scan;

    tkt_key_start(&prefix);
    tkt_key_u8(&prefix, 0);
    tkt_scan_open(&scan, read, TKT_DB_BLOB, &prefix, NULL, false);

    while (tkt_scan_next(&scan)) {

        /* a hash may begin with 0, too */

        if (scan.key.len != 1 + sizeof(uint64_t)) {
            continue;
        }

        if (tkt_record_unpack(&tkt_blob_schema, scan.value, &blob)
            && !each(ctx, blob.file, blob.size))
        {
            break;
        }
    }

    tkt_scan_close(&scan);

    return tkt_txn_status(read);
}
