/*
 * The audit log: see the header.
 *
 * The newest entry of a tenant is both the number to go on from and the hash
 * to go on with, so nothing else is kept of a chain: an append is a look at
 * the last key and one put.
 */

#include "app/privacy/tkt_audit.h"


static const tkt_schema_t *const  tkt_audit_schemas[TKT_OBJECT_MAX] = {
    [TKT_OBJECT_USER]   = &tkt_user_schema,
    [TKT_OBJECT_TOKEN]  = &tkt_token_schema,
    [TKT_OBJECT_ROLE]   = &tkt_role_schema,
    [TKT_OBJECT_TENANT] = &tkt_tenant_schema,
    [TKT_OBJECT_TYPE]   = &tkt_type_schema,
    [TKT_OBJECT_FEATURE] = &tkt_feature_schema,
    [TKT_OBJECT_FORM_FIELD] = &tkt_form_field_schema,
    [TKT_OBJECT_TEAM]   = &tkt_team_schema,
    [TKT_OBJECT_MEMBER] = &tkt_member_schema,
    [TKT_OBJECT_GRANT]  = &tkt_grant_schema,
    [TKT_OBJECT_MACRO]  = &tkt_macro_schema,
    [TKT_OBJECT_VIEW]   = &tkt_view_schema,
    [TKT_OBJECT_VERIFICATION] = &tkt_verification_schema
};


const tkt_schema_t *
tkt_audit_schema_of(tkt_object_t object)
{
    return (unsigned) object < TKT_OBJECT_MAX ? tkt_audit_schemas[object]
                                              : NULL;
}


bool
tkt_audit_load(tkt_txn_t *txn, uint32_t tenant, uint64_t number,
    tkt_audit_t *entry, tkt_arena_t *arena)
{
    tkt_key_t  key;
    tkt_str_t  value;

    tkt_key_audit(&key, tenant, number);

    if (!tkt_get(txn, TKT_DB_AUDIT, &key, &value)) {
        return false;
    }

    if (arena != NULL) {
        value = tkt_arena_copy(arena, value);
    }

    if (!tkt_record_unpack(&tkt_audit_schema, value, entry)) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return false;
    }

    return true;
}


uint64_t
tkt_audit_last(tkt_txn_t *txn, uint32_t tenant)
{
    uint64_t     number;
    tkt_key_t    prefix;
    tkt_scan_t   scan;
    tkt_unkey_t  u;

    number = 0;
    tkt_key_tenant(&prefix, tenant);
    tkt_scan_open(&scan, txn, TKT_DB_AUDIT, &prefix, NULL, true);

    if (tkt_scan_next(&scan)) {
        tkt_unkey_start(&u, scan.key);
        (void) tkt_unkey_u32(&u);
        number = tkt_unkey_u64(&u);
    }

    tkt_scan_close(&scan);

    return number;
}


void
tkt_audit_heads(tkt_txn_t *txn, tkt_arena_t *arena,
    void (*each)(void *ctx, const tkt_audit_t *newest), void *ctx)
{
    uint32_t     tenant;
    uint64_t     last;
    tkt_key_t    all;
    tkt_scan_t   scan;
    tkt_audit_t  newest;
    tkt_unkey_t  u;

    tkt_key_start(&all);
    tkt_scan_open(&scan, txn, TKT_DB_TENANT, &all, NULL, false);

    while (tkt_scan_next(&scan)) {
        tkt_unkey_start(&u, scan.key);
        tenant = tkt_unkey_u32(&u);
        last = tkt_audit_last(txn, tenant);

        if (last > 0 && tkt_audit_load(txn, tenant, last, &newest, arena)) {
            each(ctx, &newest);
        }
    }

    tkt_scan_close(&scan);
}


tkt_str_t
tkt_audit_hash_text(const tkt_audit_t *entry, tkt_arena_t *arena)
{
    size_t             i;
    uint8_t           *text;
    tkt_str_t          bytes = entry->hash;
    static const char  digits[] = "0123456789abcdef";

    text = tkt_arena_bytes(arena, 2 * bytes.len);
    if (text == NULL) {
        return tkt_str("");
    }

    for (i = 0; i < bytes.len; i++) {
        text[2 * i] = (uint8_t) digits[bytes.data[i] >> 4];
        text[2 * i + 1] = (uint8_t) digits[bytes.data[i] & 15];
    }

    return (tkt_str_t) { text, 2 * bytes.len };
}


/* ---- hashes ---- */

bool
tkt_audit_hash(uint8_t out[TKT_HASH_BYTES],
    const uint8_t before[TKT_HASH_BYTES], const tkt_audit_t *entry,
    tkt_arena_t *arena)
{
    uint8_t      *bytes;
    tkt_str_t     record;
    tkt_audit_t   bare;

    bare = *entry;
    bare.hash = bare.reason = bare.personal = bare.salt = tkt_str("");

    record = tkt_record_pack(&tkt_audit_schema, &bare, NULL, arena);
    bytes = tkt_arena_bytes(arena, TKT_HASH_BYTES + record.len);

    if (record.len == 0 || bytes == NULL) {
        return false;
    }

    memcpy(bytes, before, TKT_HASH_BYTES);
    memcpy(bytes + TKT_HASH_BYTES, record.data, record.len);
    tkt_hash(out, (tkt_str_t) { bytes, TKT_HASH_BYTES + record.len });

    return true;
}


void
tkt_audit_values_hash(uint8_t out[TKT_HASH_BYTES], const tkt_audit_t *entry)
{
    const tkt_str_t  parts[] = { entry->salt, entry->reason,
                                 entry->personal };

    tkt_hash_parts(out, TKT_HASH_BYTES, parts, tkt_array_len(parts));
}


bool
tkt_audit_has_values(const tkt_audit_t *entry)
{
    return entry->salt.len + entry->reason.len + entry->personal.len > 0;
}


/* ---- what changed ---- */

/*
 * The changes are told by two lists, one of the personal rows and one of the
 * others: each is the difference from a copy in which only such rows change.
 */
typedef struct {
    const uint8_t  *after;
    uint8_t        *other;
    uint8_t        *personal;
} tkt_audit_split_t;


static bool
tkt_audit_split_row(void *ctx, const tkt_field_t *f, size_t number)
{
    size_t              bytes;
    uint8_t            *to;
    tkt_audit_split_t  *x = ctx;

    if (f->stored == 0 || (f->flags & TKT_F_SECRET)) {
        return true;
    }

    to = (f->flags & TKT_F_PERSONAL) ? x->personal : x->other;
    bytes = tkt_field_is_u64(f) ? sizeof(uint64_t) : sizeof(tkt_str_t);
    memcpy(to + f->offset, x->after + f->offset, bytes);

    return true;
}


static void
tkt_audit_changes(tkt_call_t *c, const tkt_audit_note_t *note,
    tkt_audit_t *entry)
{
    void                *none;
    const void          *before;
    tkt_audit_split_t    x;
    const tkt_schema_t  *schema = tkt_audit_schema_of(note->object);

    if (schema == NULL || (note->before == NULL && note->after == NULL)) {
        return;
    }

    none = tkt_arena_zalloc(c->arena, schema->size);
    x.other = tkt_arena_alloc(c->arena, schema->size);
    x.personal = tkt_arena_alloc(c->arena, schema->size);

    if (none == NULL || x.other == NULL || x.personal == NULL) {
        tkt_txn_fail(c->txn, TKT_BUSY);
        return;
    }

    before = (note->before == NULL) ? none : note->before;
    x.after = (note->after == NULL) ? none : note->after;
    memcpy(x.other, before, schema->size);
    memcpy(x.personal, before, schema->size);

    (void) tkt_schema_walk(schema, tkt_audit_split_row, &x);

    entry->packed = tkt_changes_pack(schema, before, x.other, c->arena);
    entry->personal = tkt_changes_pack(schema, before, x.personal, c->arena);
}


/* ---- appending ---- */

/* Never the same for two entries, and nobody can tell it who has it not. */
static void
tkt_audit_salt(uint8_t out[TKT_AUDIT_SALT_BYTES], const tkt_call_t *c,
    const tkt_audit_t *entry)
{
    tkt_key_t        key;
    const tkt_str_t  parts[] = {
        tkt_lit("audit salt"), { c->random, c->random == NULL ? 0 : 32 },
        { key.data, sizeof(uint32_t) + sizeof(uint64_t) }
    };

    tkt_key_audit(&key, (uint32_t) entry->tenant, entry->id);
    tkt_hash_parts(out, TKT_AUDIT_SALT_BYTES, parts, tkt_array_len(parts));
}


static void
tkt_audit_put(tkt_txn_t *txn, const tkt_audit_t *entry, tkt_arena_t *arena)
{
    tkt_key_t  key;
    tkt_str_t  record;

    record = tkt_record_pack(&tkt_audit_schema, entry, NULL, arena);

    if (record.len == 0) {
        tkt_txn_fail(txn, TKT_BUSY);
        return;
    }

    tkt_key_audit(&key, (uint32_t) entry->tenant, entry->id);
    tkt_put(txn, TKT_DB_AUDIT, &key, record);
}


/* Number and hashes, by which it follows the tenant's newest entry. */
static void
tkt_audit_chain(tkt_call_t *c, tkt_audit_t *entry)
{
    uint8_t      salt[TKT_AUDIT_SALT_BYTES];
    uint8_t      values[TKT_HASH_BYTES], hash[TKT_HASH_BYTES];
    uint8_t      before[TKT_HASH_BYTES] = { 0 };
    tkt_audit_t  last;

    entry->id = tkt_audit_last(c->txn, (uint32_t) entry->tenant) + 1;

    if (entry->id > 1) {
        if (!tkt_audit_load(c->txn, (uint32_t) entry->tenant, entry->id - 1,
                            &last, c->arena)
            || last.hash.len != TKT_HASH_BYTES)
        {
            tkt_txn_fail(c->txn, TKT_INTERNAL);
            return;
        }

        memcpy(before, last.hash.data, TKT_HASH_BYTES);
    }

    if (tkt_audit_has_values(entry)) {
        tkt_audit_salt(salt, c, entry);
        entry->salt = tkt_arena_copy(c->arena, (tkt_str_t) { salt,
                                                             sizeof(salt) });
        tkt_audit_values_hash(values, entry);
        entry->values_hash = tkt_arena_copy(c->arena, (tkt_str_t) {
                                            values, sizeof(values) });
    }

    if (!tkt_audit_hash(hash, before, entry, c->arena)) {
        tkt_txn_fail(c->txn, TKT_BUSY);
        return;
    }

    entry->hash = (tkt_str_t) { hash, sizeof(hash) };
    tkt_audit_put(c->txn, entry, c->arena);
}


void
tkt_audit_append(tkt_call_t *c, uint32_t tenant, const tkt_audit_note_t *note)
{
    tkt_audit_t  entry = {
        .tenant = tenant, .actor = c->actor->id,
        .actor_role = c->actor->role, .actor_tenant = c->actor->tenant,
        .act = note->act, .object = note->object,
        .object_id = note->object_id, .parent_id = note->parent_id,
        .reason = note->reason, .request_id = c->request_id,
    };

    tkt_audit_changes(c, note, &entry);

    if (note->act == TKT_AUDIT_CHANGE && note->after != NULL
        && entry.packed.len + entry.personal.len == 0)
    {
        return;
    }

    entry.at = (uint64_t) tkt_txn_stamp(c->txn, c->now_ms);
    tkt_audit_chain(c, &entry);
}


void
tkt_audit_redact(tkt_txn_t *txn, tkt_audit_t *entry, tkt_arena_t *arena)
{
    entry->reason = entry->personal = entry->salt = tkt_str("");
    tkt_audit_put(txn, entry, arena);
}
