/*
 * Attachments and contents: each record is where its key says and is led to
 * by what it is bound to, or by its uploader and a timer; contents have the
 * uses that they count.  Whether the files are there is ticketctl's to see.
 */

#include <stdio.h>

#include "app/file/tkt_attachments.h"
#include "app/file/tkt_blobs.h"
#include "app/verify/tkt_verify_int.h"


/* ---- what a relation or a timer leads to ---- */

static bool
tkt_verify_attachment_at(tkt_verify_t *v, uint64_t tenant, tkt_str_t key,
    tkt_attachment_t *a)
{
    tkt_key_t  row;
    tkt_str_t  value;

    if (key.len != TKT_ATTACHMENT_KEY_BYTES) {
        return false;
    }

    tkt_key_attachment(&row, (uint32_t) tenant, key.data);

    return tkt_get(v->txn, TKT_DB_ATTACHMENT, &row, &value)
           && tkt_record_unpack(&tkt_attachment_schema, value, a);
}


bool
tkt_verify_due_attachment(tkt_verify_t *v, uint64_t at_ms, uint64_t tenant,
    uint64_t id, tkt_str_t value)
{
    tkt_attachment_t  a;

    return tkt_verify_attachment_at(v, tenant, value, &a) && a.id == id
           && a.ticket == 0 && a.expires_at == at_ms;
}


void
tkt_verify_file_relation(tkt_verify_t *v, const char *what,
    const uint64_t *part, tkt_str_t value)
{
    bool              bound;
    tkt_attachment_t  a;

    bound = part[1] == TKT_RELATION_FILE;

    if (!tkt_verify_attachment_at(v, part[0], value, &a)
        || a.tenant != part[0]
        || (bound ? a.ticket == 0 || a.ticket != part[2]
                    || tkt_file_place(a.message, a.id) != part[3]
                  : a.ticket != 0 || a.uploader != part[2]
                    || a.id != part[3]))
    {
        tkt_verify_fault(v, "%s: its file is not there", what);
    }
}


/*
 * How many relations to files a ticket has from one second id to another;
 * whether each leads anywhere is seen where all relations are.
 */
static uint64_t
tkt_verify_files(tkt_verify_t *v, uint64_t tenant, uint64_t ticket,
    uint64_t from, uint64_t to)
{
    uint64_t    n, place;
    tkt_key_t   prefix, start;
    tkt_scan_t  scan;

    tkt_key_relations(&prefix, (uint32_t) tenant, TKT_RELATION_FILE, ticket);
    tkt_key_relation(&start, (uint32_t) tenant, TKT_RELATION_FILE, ticket,
                     from);
    tkt_scan_open(&scan, v->txn, TKT_DB_RELATION, &prefix, &start, false);

    n = 0;

    while (tkt_related_next(&scan, &prefix, &place) && place <= to) {
        n++;
    }

    tkt_scan_close(&scan);

    return n;
}


void
tkt_verify_ticket_files(tkt_verify_t *v, const char *what,
    const tkt_ticket_t *t)
{
    uint64_t  n;

    n = tkt_verify_files(v, t->tenant, t->id, 0, UINT64_MAX);

    if (n != t->attachment_count) {
        tkt_verify_fault(v, "%s: counts %llu files, there are %llu", what,
                         tkt_ull(t->attachment_count), tkt_ull(n));
    }
}


void
tkt_verify_message_files(tkt_verify_t *v, const char *what, uint64_t tenant,
    const tkt_message_t *m)
{
    uint64_t  n;

    n = tkt_verify_files(v, tenant, m->ticket,
                         tkt_file_place(m->id, 0),
                         tkt_file_place(m->id + 1, 0) - 1);

    if (n != m->attachment_count) {
        tkt_verify_fault(v, "%s: counts %llu files, there are %llu", what,
                         tkt_ull(m->attachment_count), tkt_ull(n));
    }
}


/* ---- attachments ---- */

/*
 * Uses of contents, by records and by what contents count, summed up under a
 * mixing of their numbers: no list of them has to be kept.
 */
static uint64_t
tkt_verify_mix(uint64_t id)
{
    id = (id ^ id >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    id = (id ^ id >> 27) * UINT64_C(0x94d049bb133111eb);

    return id ^ id >> 31;
}


static void
tkt_verify_points(tkt_verify_t *v, const char *what, tkt_db_t db,
    const tkt_key_t *from, tkt_str_t key)
{
    tkt_str_t  value;

    if (!tkt_get(v->txn, db, from, &value) || !tkt_str_eq(value, key)) {
        tkt_verify_fault(v, "%s: %s does not lead to it", what,
                         tkt_verify_db(db));
    }
}


/* Bound, or its uploader's and a timer's. */
static void
tkt_verify_bound(tkt_verify_t *v, const char *what, const tkt_attachment_t *a,
    tkt_str_t key)
{
    tkt_key_t     from;
    tkt_ticket_t  t;

    if (a->ticket != 0) {
        tkt_key_relation(&from, (uint32_t) a->tenant, TKT_RELATION_FILE,
                         a->ticket, tkt_file_place(a->message, a->id));
        tkt_verify_points(v, what, TKT_DB_RELATION, &from, key);

        if (a->expires_at != 0
            || !tkt_verify_ticket_integers(v, a->tenant, a->ticket, &t)
            || a->message > t.message_count)
        {
            tkt_verify_fault(v, "%s: is bound to what is not there", what);
        }

        return;
    }

    tkt_key_relation(&from, (uint32_t) a->tenant, TKT_RELATION_UPLOADED,
                     a->uploader, a->id);
    tkt_verify_points(v, what, TKT_DB_RELATION, &from, key);

    tkt_key_due(&from, (int64_t) a->expires_at, TKT_DUE_COLLECT,
                (uint32_t) a->tenant, a->id);
    tkt_verify_points(v, what, TKT_DB_DUE, &from, key);
}


static void
tkt_verify_content(tkt_verify_t *v, const char *what,
    const tkt_attachment_t *a)
{
    uint8_t     hash[32];
    tkt_key_t   key;
    tkt_str_t   value;
    tkt_blob_t  blob;

    tkt_key_blob(&key, a->blob);

    if (!tkt_get(v->txn, TKT_DB_BLOB, &key, &value)
        || !tkt_record_unpack(&tkt_blob_schema, value, &blob)
        || blob.size != a->size
        || !tkt_hash_from_hex(a->digest, hash)
        || tkt_blob_find(v->txn, hash) != a->blob)
    {
        tkt_verify_fault(v, "%s: its content %llu is not there", what,
                         tkt_ull(a->blob));
    }
}


static void
tkt_verify_attachment(tkt_verify_t *v, uint64_t tenant, tkt_str_t key,
    const tkt_attachment_t *a)
{
    char     what[64];
    uint8_t  own[TKT_ATTACHMENT_KEY_BYTES];

    (void) snprintf(what, sizeof(what), "attachment %llu/%llu",
                    tkt_ull(tenant), tkt_ull(a->id));

    (void) tkt_verify_values(v, &tkt_attachment_schema, a, what);
    tkt_attachment_key(own, a->token);

    if (a->tenant != tenant || a->id == 0
        || a->id > v->last[TKT_SEQ_ATTACHMENT]
        || !tkt_str_eq(key, (tkt_str_t) { own, sizeof(own) }))
    {
        tkt_verify_fault(v, "%s: the record is not of this key", what);
        return;
    }

    if (!tkt_verify_has_principal(v, tenant, a->uploader)) {
        tkt_verify_fault(v, "%s: its uploader %llu does not exist", what,
                         tkt_ull(a->uploader));
    }

    tkt_verify_bound(v, what, a, key);

    if (a->blob != 0) {
        tkt_verify_content(v, what, a);

    } else if (a->ticket == 0 || a->size != 0 || a->name.len != 0) {
        tkt_verify_fault(v, "%s: has no content, and is not erased", what);
    }
}


/* A tenant's files have been counted. */
static void
tkt_verify_file_counts(tkt_verify_t *v, uint64_t tenant,
    const uint64_t counted[TKT_FILE_CELLS])
{
    uint64_t   stored[TKT_FILE_CELLS];
    tkt_key_t  key;

    if (tenant == 0) {
        return;
    }

    tkt_key_file_counts(&key, (uint32_t) tenant);
    tkt_counter_get(v->txn, TKT_DB_COUNTER, &key, TKT_FILE_CELLS, stored);

    if (memcmp(stored, counted, sizeof(stored)) != 0) {
        tkt_verify_fault(v, "counter %llu: says %llu files of %llu bytes, "
                         "there are %llu of %llu", tkt_ull(tenant),
                         tkt_ull(stored[TKT_FILE_COUNT]),
                         tkt_ull(stored[TKT_FILE_BYTES]),
                         tkt_ull(counted[TKT_FILE_COUNT]),
                         tkt_ull(counted[TKT_FILE_BYTES]));
    }
}


/* Returns the sum of uses. */
static uint64_t
tkt_verify_attachment_records(tkt_verify_t *v)
{
    uint64_t          tenant, last, uses, counted[TKT_FILE_CELLS] = { 0 };
    tkt_scan_t        scan;
    tkt_attachment_t  a;

    uses = 0;
    last = 0;
    tkt_verify_open(v, &scan, TKT_DB_ATTACHMENT);

    while (tkt_verify_next(v, &scan, "4d", &tenant)) {

        if (!tkt_record_unpack(&tkt_attachment_schema, scan.value, &a)) {
            tkt_verify_fault(v, "attachment %llu: a record does not decode",
                             tkt_ull(tenant));
            continue;
        }

        if (tenant != last) {
            tkt_verify_file_counts(v, last, counted);
            memset(counted, 0, sizeof(counted));
            last = tenant;
        }

        tkt_verify_attachment(v, tenant,
                              (tkt_str_t) { scan.key.data + 4,
                                            TKT_ATTACHMENT_KEY_BYTES }, &a);

        if (a.blob != 0) {
            uses += tkt_verify_mix(a.blob);
            counted[TKT_FILE_COUNT]++;
            counted[TKT_FILE_BYTES] += a.size;
        }
    }

    tkt_scan_close(&scan);
    tkt_verify_file_counts(v, last, counted);

    return uses;
}


/* ---- contents ---- */

/* A hash leads to a content whose file is named by it. */
static void
tkt_verify_blob_hash(tkt_verify_t *v, const tkt_scan_t *scan)
{
    uint8_t      hex[TKT_HASH_HEX_CHARS];
    uint64_t     id;
    tkt_key_t    key;
    tkt_str_t    value;
    tkt_blob_t   blob;
    tkt_unkey_t  u;

    tkt_unkey_start(&u, scan->value);
    id = tkt_unkey_u64(&u);
    tkt_key_blob(&key, id);
    tkt_hash_to_hex(scan->key.data, hex);

    if (!tkt_get(v->txn, TKT_DB_BLOB, &key, &value)
        || !tkt_record_unpack(&tkt_blob_schema, value, &blob)
        || blob.file.len <= 3 + TKT_HASH_HEX_CHARS
        || memcmp(blob.file.data + 3, hex, sizeof(hex)) != 0)
    {
        tkt_verify_fault(v, "blob: a hash leads to %llu, which is another",
                         tkt_ull(id));
    }
}


/* The record; returns what it counts. */
static uint64_t
tkt_verify_blob(tkt_verify_t *v, const tkt_scan_t *scan)
{
    char         what[40];
    uint8_t      hash[32];
    uint64_t     id;
    tkt_blob_t   blob;
    tkt_unkey_t  u;

    tkt_unkey_start(&u, scan->key);
    (void) tkt_unkey_u8(&u);
    id = tkt_unkey_u64(&u);
    (void) snprintf(what, sizeof(what), "blob %llu", tkt_ull(id));

    if (!tkt_record_unpack(&tkt_blob_schema, scan->value, &blob)) {
        tkt_verify_fault(v, "%s: the record does not decode", what);
        return 0;
    }

    (void) tkt_verify_values(v, &tkt_blob_schema, &blob, what);

    if (blob.id != id || id > v->last[TKT_SEQ_BLOB] || blob.refs == 0
        || blob.file.len <= 3 + TKT_HASH_HEX_CHARS
        || blob.file.len >= TKT_BLOB_FILE_MAX_BYTES
        || !tkt_hash_from_hex((tkt_str_t) { blob.file.data + 3,
                                            TKT_HASH_HEX_CHARS }, hash)
        || tkt_blob_find(v->txn, hash) != id)
    {
        tkt_verify_fault(v, "%s: no hash leads to it", what);
    }

    return blob.refs * tkt_verify_mix(id);
}


void
tkt_verify_attachments(tkt_verify_t *v)
{
    uint64_t    uses, counted;
    tkt_scan_t  scan;

    uses = tkt_verify_attachment_records(v);
    counted = 0;
    tkt_verify_open(v, &scan, TKT_DB_BLOB);

    while (tkt_scan_next(&scan)) {
        v->figures->entries[TKT_DB_BLOB]++;

        switch (scan.key.len) {

        case 32:
            tkt_verify_blob_hash(v, &scan);
            break;

        case 1 + sizeof(uint64_t):
            counted += tkt_verify_blob(v, &scan);
            break;

        default:
            tkt_verify_fault(v, "blob: a key of %zu bytes is none of this "
                             "database", scan.key.len);
        }
    }

    tkt_scan_close(&scan);

    if (uses != counted) {
        tkt_verify_fault(v, "blob: the contents do not count the attachments "
                         "that have them");
    }
}
