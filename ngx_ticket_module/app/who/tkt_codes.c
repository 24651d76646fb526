/*
 * What is stored of codes.
 */

#include "app/who/tkt_codes.h"
#include "crypto/tkt_crypto.h"


tkt_str_t
tkt_code_address(tkt_str_t email, tkt_str_t phone, tkt_arena_t *arena)
{
    size_t      i, n;
    uint8_t     c, *text;
    tkt_str_t   from = email.len > 0 ? email : phone;

    text = tkt_arena_bytes(arena, from.len);
    if (text == NULL) {
        return tkt_str("");
    }

    for (n = 0, i = 0; i < from.len; i++) {
        c = from.data[i];

        if (email.len > 0) {
            text[n++] = (c >= 'A' && c <= 'Z') ? (uint8_t) (c | 0x20) : c;

        } else if (c == '+' || c == 'x' || (c >= '0' && c <= '9')) {
            text[n++] = c;
        }
    }

    return (tkt_str_t) { text, n };
}


void
tkt_code_id(tkt_code_id_t *id, uint32_t tenant, tkt_str_t name,
    tkt_purpose_t purpose, tkt_str_t whom)
{
    uint8_t    byte = (uint8_t) purpose;
    tkt_str_t  parts[] = {
        { &byte, 1 }, tenant == 0 ? name : tkt_str(""), whom
    };

    id->tenant = tenant;
    tkt_hash_parts(id->digest, sizeof(id->digest), parts,
                   tkt_array_len(parts));
}


bool
tkt_code_offered(tkt_call_t *c, const tkt_site_t *site,
    tkt_purpose_t purpose)
{
    const bool  offered[TKT_PURPOSE_MAX] = {
        [TKT_PURPOSE_REGISTER] = site != NULL && site->registration,
        [TKT_PURPOSE_RESET] = site == NULL || site->password_login,
        [TKT_PURPOSE_GUEST] = site != NULL && site->guest,
    };

    if (offered[purpose]) {
        return true;
    }

    tkt_call_invalid(c, "/purpose", "choice",
                     "this location has no codes of this purpose");

    return false;
}


void
tkt_code_digest(uint8_t out[32], const tkt_code_id_t *id, tkt_str_t code)
{
    tkt_str_t  parts[] = { { id->digest, sizeof(id->digest) }, code };

    tkt_hash_parts(out, 32, parts, tkt_array_len(parts));
}


bool
tkt_code_right(tkt_txn_t *txn, const tkt_code_id_t *id, tkt_str_t code,
    int64_t now_ms, tkt_code_t *record, tkt_arena_t *arena)
{
    uint8_t  digest[32];

    tkt_code_digest(digest, id, code);

    return tkt_code_load(txn, id->tenant, id->digest, record, arena)
           && record->digest.len == sizeof(digest)
           && record->tries < TKT_CODE_TRIES_MAX
           && record->expires_at > (uint64_t) now_ms
           && tkt_same(record->digest.data, digest, sizeof(digest));
}


void
tkt_code_count(tkt_call_t *c, const tkt_code_id_t *id)
{
    tkt_code_t  record;

    if (tkt_code_load(c->txn, id->tenant, id->digest, &record, c->arena)
        && record.tries < TKT_CODE_TRIES_MAX)
    {
        record.tries++;
        tkt_code_save(c->txn, id->tenant, id->digest, &record, c->arena);
    }
}


void
tkt_code_refuse(tkt_call_t *c, const tkt_code_id_t *id, const char *pointer)
{
    tkt_code_count(c, id);
    tkt_call_invalid(c, pointer, "wrong",
                     "the code is wrong, used or too old; have another sent");
}


void
tkt_code_spend(tkt_txn_t *txn, const tkt_code_id_t *id,
    const tkt_code_t *record)
{
    tkt_key_t  key;

    tkt_key_code(&key, id->tenant, id->digest);
    (void) tkt_delete(txn, TKT_DB_CODE, &key);

    if (record->outbox != 0) {
        tkt_key_outbox(&key, id->tenant, record->outbox);
        (void) tkt_delete(txn, TKT_DB_OUTBOX, &key);
    }
}
