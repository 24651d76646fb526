/*
 * Verification of confidential text: entries have their tickets and tickets
 * their entries, envelopes are well-formed, the count of each master key is
 * the number of data keys it has wrapped; with the master keys at hand also
 * that every text opens.  No text gets into a report.
 */

#include <stdio.h>

#include "app/privacy/tkt_sealed.h"
#include "app/verify/tkt_verify_int.h"
#include "crypto/tkt_crypto.h"


/* More master keys than one store ever has at a time. */
#define TKT_VERIFY_MASTERS_MAX  256


typedef struct {
    uint32_t  id;
    uint64_t  count;
} tkt_verify_master_t;

typedef struct {
    tkt_verify_t         *v;
    size_t                count;
    tkt_verify_master_t   masters[TKT_VERIFY_MASTERS_MAX];
} tkt_verify_masters_t;


static tkt_verify_master_t *
tkt_verify_master(tkt_verify_masters_t *m, uint32_t id)
{
    size_t  i;

    for (i = 0; i < m->count; i++) {
        if (m->masters[i].id == id) {
            return &m->masters[i];
        }
    }

    if (m->count == TKT_VERIFY_MASTERS_MAX) {
        return NULL;
    }

    m->masters[m->count] = (tkt_verify_master_t) { id, 0 };

    return &m->masters[m->count++];
}


static bool
tkt_verify_envelope_get(tkt_verify_t *v, const tkt_ticket_t *t,
    uint8_t field, tkt_str_t *envelope)
{
    tkt_key_t  key;

    tkt_key_sealed(&key, (uint32_t) t->tenant, t->id, field);

    return tkt_get(v->txn, TKT_DB_SEALED, &key, envelope);
}


/* Whether a timer at this time is the ticket's. */
static bool
tkt_verify_timer_at(tkt_verify_t *v, const tkt_ticket_t *t, uint64_t at_ms)
{
    tkt_key_t  key;
    tkt_str_t  value;

    tkt_key_due(&key, (int64_t) at_ms, TKT_DUE_SHRED, (uint32_t) t->tenant,
                t->id);

    return tkt_get(v->txn, TKT_DB_DUE, &key, &value);
}


/*
 * A timer that will destroy the text of a closed ticket: at the tenant's time
 * after closing or, since that may have been changed, at any.
 */
static bool
tkt_verify_timer(tkt_verify_t *v, const tkt_ticket_t *t)
{
    bool          found;
    uint64_t      grace_s;
    tkt_key_t     key;
    tkt_str_t     value;
    tkt_scan_t    scan;
    tkt_unkey_t   u;
    tkt_tenant_t  tenant;

    grace_s = 0;
    tkt_key_tenant(&key, (uint32_t) t->tenant);

    if (tkt_get(v->txn, TKT_DB_TENANT, &key, &value)
        && tkt_record_unpack(&tkt_tenant_schema, value, &tenant))
    {
        grace_s = tenant.shred_grace_s;
    }

    grace_s = grace_s != 0 ? grace_s : TKT_SHRED_GRACE_S;

    if (tkt_verify_timer_at(v, t, t->closed_at + grace_s * 1000)) {
        return true;
    }

    found = false;
    tkt_verify_open(v, &scan, TKT_DB_DUE);

    while (!found && tkt_scan_next(&scan)) {
        tkt_unkey_start(&u, scan.key);
        found = tkt_verify_timer_at(v, t, tkt_unkey_u64(&u));
    }

    tkt_scan_close(&scan);

    return found;
}


void
tkt_verify_sealed_ticket(tkt_verify_t *v, const char *what,
    const tkt_ticket_t *t)
{
    uint8_t    field;
    tkt_str_t  envelope;

    if ((t->has_confidential != 0) != (t->sealed_version != 0)
        || t->sealed_version > t->version)
    {
        tkt_verify_fault(v, "%s: has_confidential is %llu and sealed_version "
                         "%llu at version %llu", what,
                         tkt_ull(t->has_confidential),
                         tkt_ull(t->sealed_version), tkt_ull(t->version));
    }

    if (t->has_confidential && t->state == TKT_STATE_CLOSED
        && !tkt_verify_timer(v, t))
    {
        tkt_verify_fault(v, "%s: is closed, and no timer will destroy its "
                         "confidential text", what);
    }

    for (field = TKT_SEALED_KEY; field <= TKT_SEALED_TEXT; field++) {
        if (t->has_confidential
            && !tkt_verify_envelope_get(v, t, field, &envelope))
        {
            tkt_verify_fault(v, "%s: has confidential text and no entry %u "
                             "in %s", what, (unsigned) field,
                             tkt_verify_db(TKT_DB_SEALED));
        }
    }
}


/* Whether data key and text of a ticket open. */
static void
tkt_verify_opens(tkt_verify_t *v, const char *what, const tkt_ticket_t *t,
    tkt_str_t wrapped)
{
    uint8_t           data_key[TKT_SEAL_KEY_BYTES];
    tkt_str_t         sealed, text;
    tkt_arena_t       arena;
    tkt_seal_place_t  place;

    place = tkt_sealed_place(t, TKT_SEALED_KEY);

    if (!tkt_keyring_has(v->ring, tkt_seal_key_id(wrapped))) {
        tkt_verify_fault(v, "%s: its data key is wrapped by master key %u, "
                         "which is not in the key file", what,
                         (unsigned) tkt_seal_key_id(wrapped));
        return;
    }

    if (!tkt_seal_unwrap(v->ring, &place, wrapped, data_key)) {
        tkt_verify_fault(v, "%s: its data key does not open", what);
        return;
    }

    tkt_arena_init(&arena, 4096);
    tkt_arena_keep_secrets(&arena);
    place = tkt_sealed_place(t, TKT_SEALED_TEXT);

    if (tkt_verify_envelope_get(v, t, TKT_SEALED_TEXT, &sealed)
        && !tkt_seal_open(data_key, &place, sealed, &text, &arena))
    {
        tkt_verify_fault(v, "%s: its confidential text does not open", what);
    }

    tkt_arena_done(&arena);
    tkt_wipe(data_key, sizeof(data_key));
}


static void
tkt_verify_sealed_entry(tkt_verify_masters_t *m, const uint64_t *part,
    tkt_str_t value)
{
    char                  what[80];
    uint32_t              id;
    tkt_verify_t         *v = m->v;
    tkt_ticket_t          t;
    tkt_verify_master_t  *master;

    (void) snprintf(what, sizeof(what), "sealed %llu/%llu/%llu",
                    tkt_ull(part[0]), tkt_ull(part[1]), tkt_ull(part[2]));

    id = tkt_seal_key_id(value);

    if (id == 0 || part[2] > TKT_SEALED_TEXT
        || (part[2] == TKT_SEALED_KEY
            && value.len != TKT_SEAL_OVERHEAD_BYTES + TKT_SEAL_KEY_BYTES))
    {
        tkt_verify_fault(v, "%s: %zu bytes that are no envelope", what,
                         value.len);
    }

    if (!tkt_verify_ticket_integers(v, part[0], part[1], &t)
        || !t.has_confidential)
    {
        tkt_verify_fault(v, "%s: there is no ticket with confidential text",
                         what);
        t.has_confidential = 0;
    }

    if (part[2] != TKT_SEALED_KEY || id == 0) {
        return;
    }

    master = tkt_verify_master(m, id);
    if (master != NULL) {
        master->count++;
    }

    if (v->ring != NULL && t.has_confidential) {
        tkt_verify_opens(v, what, &t, value);
    }
}


/* Marks of master keys, without which a wrong key file would go unseen. */
static void
tkt_verify_mark(tkt_verify_t *v, uint32_t id,
    const uint64_t row[TKT_SEALED_BY_CELLS])
{
    if (row[TKT_SEALED_BY_COUNT] > 0 && row[TKT_SEALED_BY_MARK] == 0) {
        tkt_verify_fault(v, "sealed_by %u: has no mark of this master key",
                         (unsigned) id);
    }

    if (v->ring != NULL && tkt_sealed_differs(v->txn, v->ring, id)) {
        tkt_verify_fault(v, "sealed_by %u: the key file's key %u is not the "
                         "one this store was sealed with", (unsigned) id,
                         (unsigned) id);
    }
}


static void
tkt_verify_sealed_by(tkt_verify_masters_t *m)
{
    size_t                i;
    uint64_t              id, count, cells[TKT_SEALED_BY_CELLS];
    tkt_key_t             key;
    tkt_str_t             row;
    tkt_scan_t            scan;
    tkt_verify_t         *v = m->v;
    tkt_verify_master_t  *master;

    tkt_verify_open(v, &scan, TKT_DB_SEALED_BY);

    while (tkt_verify_next(v, &scan, "4", &id)) {
        tkt_key_sealed_by(&key, (uint32_t) id);
        tkt_counter_get(v->txn, TKT_DB_SEALED_BY, &key, TKT_SEALED_BY_CELLS,
                        cells);
        count = cells[TKT_SEALED_BY_COUNT];
        master = tkt_verify_master(m, (uint32_t) id);

        if (id == 0 || (master != NULL && master->count != count)) {
            tkt_verify_fault(v, "sealed_by %llu: counts %llu data keys of "
                             "this master key, there are %llu", tkt_ull(id),
                             tkt_ull(count),
                             tkt_ull(master == NULL ? 0 : master->count));
        }

        tkt_verify_mark(v, (uint32_t) id, cells);
    }

    tkt_scan_close(&scan);

    for (i = 0; i < m->count; i++) {
        tkt_key_sealed_by(&key, m->masters[i].id);

        if (!tkt_get(v->txn, TKT_DB_SEALED_BY, &key, &row)) {
            tkt_verify_fault(v, "sealed_by: does not count master key %u, "
                             "which has wrapped %llu data keys",
                             (unsigned) m->masters[i].id,
                             tkt_ull(m->masters[i].count));
        }
    }
}


void
tkt_verify_sealed(tkt_verify_t *v)
{
    uint64_t              part[3];
    tkt_scan_t            scan;
    tkt_verify_masters_t  m = { .v = v };

    tkt_verify_open(v, &scan, TKT_DB_SEALED);

    while (tkt_verify_next(v, &scan, "481", part)) {
        tkt_verify_sealed_entry(&m, part, scan.value);
    }

    tkt_scan_close(&scan);
    tkt_verify_sealed_by(&m);
}


/* An entry may be too much, since it is looked at when its time has come. */
void
tkt_verify_due(tkt_verify_t *v)
{
    bool          good;
    uint64_t      part[4];
    tkt_scan_t    scan;
    tkt_ticket_t  t;

    tkt_verify_open(v, &scan, TKT_DB_DUE);

    while (tkt_verify_next(v, &scan, "8148", part)) {

        switch (part[1]) {

        case TKT_DUE_SHRED:
            good = tkt_verify_ticket_integers(v, part[2], part[3], &t);
            break;

        case TKT_DUE_ERASE:
            good = tkt_verify_has_principal(v, part[2], part[3]);
            break;

        case TKT_DUE_PRESENCE:
        case TKT_DUE_RETURN:
        case TKT_DUE_ROUTE:
            good = tkt_verify_route_due(v, part[0], part[1], part[2], part[3]);
            break;

        case TKT_DUE_COLLECT:
            good = tkt_verify_due_attachment(v, part[0], part[2], part[3],
                                             scan.value);
            break;

        case TKT_DUE_UNLINK:
            good = scan.value.len > 0
                   && scan.value.len < TKT_BLOB_FILE_MAX_BYTES;
            break;

        default:
            good = false;
        }

        if (!good) {
            tkt_verify_fault(v, "due: kind %llu for %llu/%llu, which is not "
                             "there", tkt_ull(part[1]), tkt_ull(part[2]),
                             tkt_ull(part[3]));
        }
    }

    tkt_scan_close(&scan);
}
