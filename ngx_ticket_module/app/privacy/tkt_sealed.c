/*
 * Entries of confidential text; see the header.
 */

#include <stdio.h>

#include "app/privacy/tkt_audit.h"
#include "app/privacy/tkt_sealed.h"
#include "app/who/tkt_caller.h"
#include "crypto/tkt_crypto.h"


/* ---- entries ---- */

tkt_seal_place_t
tkt_sealed_place(const tkt_ticket_t *t, uint8_t field)
{
    return (tkt_seal_place_t) {
        .tenant = (uint32_t) t->tenant, .ticket = t->id, .field = field,
        .version = t->sealed_version,
    };
}


static bool
tkt_sealed_get(tkt_txn_t *txn, const tkt_ticket_t *t, uint8_t field,
    tkt_str_t *envelope)
{
    tkt_key_t  key;

    tkt_key_sealed(&key, (uint32_t) t->tenant, t->id, field);

    return tkt_get(txn, TKT_DB_SEALED, &key, envelope);
}


static void
tkt_sealed_by(tkt_txn_t *txn, uint32_t id, uint64_t row[TKT_SEALED_BY_CELLS])
{
    tkt_key_t  key;

    tkt_key_sealed_by(&key, id);
    tkt_counter_get(txn, TKT_DB_SEALED_BY, &key, TKT_SEALED_BY_CELLS, row);
}


static void
tkt_sealed_by_add(tkt_txn_t *txn, uint32_t id, size_t cell, int64_t delta)
{
    tkt_key_t  key;

    tkt_key_sealed_by(&key, id);
    tkt_counter_add(txn, TKT_DB_SEALED_BY, &key, TKT_SEALED_BY_CELLS, cell,
                    delta);
}


uint64_t
tkt_sealed_count(tkt_txn_t *txn, uint32_t id)
{
    uint64_t  row[TKT_SEALED_BY_CELLS];

    tkt_sealed_by(txn, id, row);

    return row[TKT_SEALED_BY_COUNT];
}


bool
tkt_sealed_differs(tkt_txn_t *txn, const tkt_keyring_t *ring, uint32_t id)
{
    uint64_t  mark, row[TKT_SEALED_BY_CELLS];

    tkt_sealed_by(txn, id, row);
    mark = tkt_keyring_mark(ring, id);

    return mark != 0 && row[TKT_SEALED_BY_MARK] != 0
           && mark != row[TKT_SEALED_BY_MARK];
}


void
tkt_sealed_count_add(tkt_txn_t *txn, const tkt_keyring_t *ring, uint32_t id,
    int64_t delta)
{
    uint64_t  row[TKT_SEALED_BY_CELLS];

    tkt_sealed_by(txn, id, row);

    if (row[TKT_SEALED_BY_MARK] == 0) {
        tkt_sealed_by_add(txn, id, TKT_SEALED_BY_MARK,
                          (int64_t) tkt_keyring_mark(ring, id));
    }

    tkt_sealed_by_add(txn, id, TKT_SEALED_BY_COUNT, delta);
}


uint32_t
tkt_sealed_greatest(tkt_txn_t *txn)
{
    uint32_t     id;
    tkt_key_t    all;
    tkt_scan_t   scan;
    tkt_unkey_t  u;

    id = 0;
    tkt_key_start(&all);
    tkt_scan_open(&scan, txn, TKT_DB_SEALED_BY, &all, NULL, true);

    if (tkt_scan_next(&scan)) {
        tkt_unkey_start(&u, scan.key);
        id = tkt_unkey_u32(&u);
    }

    tkt_scan_close(&scan);

    return id;
}


/* ---- sealing ---- */

bool
tkt_sealed_behind(tkt_call_t *c)
{
    if (tkt_sealed_greatest(c->txn) <= tkt_keyring_newest(c->keyring)) {
        return false;
    }

    c->reply->retry_after_s = TKT_RETRY_AFTER_S;
    tkt_call_fail(c, TKT_BUSY, "newer keys are in use than this process has");

    return true;
}


bool
tkt_sealed_foreign(tkt_call_t *c, uint32_t id)
{
    if (!tkt_sealed_differs(c->txn, c->keyring, id)) {
        return false;
    }

    tkt_call_fail(c, TKT_INTERNAL, "the key file's key %u is not the one this "
                  "store was sealed with", (unsigned) id);

    return true;
}


bool
tkt_sealed_check(tkt_call_t *c, const tkt_ticket_t *t)
{
    if (c->keyring == NULL) {
        tkt_call_invalid(c, "/confidential", "unsupported",
                         "confidential text cannot be kept here: the "
                         "operator has configured no key for it");
        return false;
    }

    if (t->state == TKT_STATE_CLOSED) {
        tkt_call_invalid(c, "/confidential", "conflict",
                         "a closed ticket takes no confidential text");
        return false;
    }

    /* a process that is about to end, with keys that may be given up */

    return !tkt_sealed_behind(c)
           && !tkt_sealed_foreign(c, tkt_keyring_newest(c->keyring));
}


/*
 * Bytes for one use in this one version of this ticket: a command that is run
 * a second time, for another version, has others.
 */
static void
tkt_sealed_derive(uint8_t *out, size_t n, const tkt_call_t *c,
    const tkt_ticket_t *t, const char *use)
{
    char  purpose[96];

    (void) snprintf(purpose, sizeof(purpose), "sealed %s %llu %llu %llu",
                    use, (unsigned long long) t->tenant,
                    (unsigned long long) t->id,
                    (unsigned long long) t->sealed_version);
    tkt_derive(out, n, c->random, purpose);
}


void
tkt_sealed_put(tkt_call_t *c, tkt_ticket_t *t, tkt_str_t text)
{
    uint8_t           data_key[TKT_SEAL_KEY_BYTES], nonce[24];
    uint32_t          master;
    tkt_key_t         key;
    tkt_str_t         wrapped, sealed;
    tkt_seal_place_t  place;

    tkt_sealed_destroy(c->txn, t);

    t->has_confidential = 1;
    t->sealed_version = t->version + 1;

    master = tkt_keyring_newest(c->keyring);
    tkt_sealed_derive(data_key, sizeof(data_key), c, t, "key");

    tkt_sealed_derive(nonce, sizeof(nonce), c, t, "wrap");
    place = tkt_sealed_place(t, TKT_SEALED_KEY);
    wrapped = tkt_seal_wrap(c->keyring, &place, data_key, nonce, c->arena);

    tkt_sealed_derive(nonce, sizeof(nonce), c, t, "text");
    place = tkt_sealed_place(t, TKT_SEALED_TEXT);
    sealed = tkt_seal_close(data_key, &place, master, text, nonce, c->arena);

    tkt_wipe(data_key, sizeof(data_key));

    if (wrapped.len == 0 || sealed.len == 0) {
        tkt_txn_fail(c->txn, TKT_BUSY);
        return;
    }

    tkt_key_sealed(&key, (uint32_t) t->tenant, t->id, TKT_SEALED_KEY);
    tkt_put(c->txn, TKT_DB_SEALED, &key, wrapped);
    tkt_key_sealed(&key, (uint32_t) t->tenant, t->id, TKT_SEALED_TEXT);
    tkt_put(c->txn, TKT_DB_SEALED, &key, sealed);

    tkt_sealed_count_add(c->txn, c->keyring, master, 1);
}


void
tkt_sealed_destroy(tkt_txn_t *txn, tkt_ticket_t *t)
{
    uint32_t   master;
    tkt_key_t  key;
    tkt_str_t  envelope;

    if (tkt_sealed_get(txn, t, TKT_SEALED_KEY, &envelope)) {
        master = tkt_seal_key_id(envelope);

        /* a damaged entry goes uncounted: nothing may keep it from going */

        if (master != 0 && tkt_sealed_count(txn, master) > 0) {
            tkt_sealed_by_add(txn, master, TKT_SEALED_BY_COUNT, -1);
        }

        tkt_key_sealed(&key, (uint32_t) t->tenant, t->id, TKT_SEALED_KEY);
        (void) tkt_delete(txn, TKT_DB_SEALED, &key);
    }

    if (t->has_confidential) {
        tkt_key_sealed(&key, (uint32_t) t->tenant, t->id, TKT_SEALED_TEXT);
        (void) tkt_delete(txn, TKT_DB_SEALED, &key);
    }

    t->has_confidential = 0;
    t->sealed_version = 0;
}


/* ---- patches ---- */

typedef struct {
    const tkt_call_t  *call;
    bool               given;
} tkt_sealed_walk_t;


static bool
tkt_sealed_given_row(void *ctx, const tkt_field_t *f, size_t number)
{
    tkt_sealed_walk_t  *w = ctx;

    if (f->type != TKT_T_TEXT
        || f->offset != offsetof(tkt_ticket_t, confidential))
    {
        return true;
    }

    w->given = tkt_present_has(w->call->present, number);

    return false;
}


/* Null destroys, so it needs the right to do that. */
static bool
tkt_sealed_null(tkt_call_t *c, const tkt_ticket_t *before, tkt_ticket_t *t)
{
    tkt_caller_t      caller;
    tkt_audit_note_t  note = {
        .act = TKT_AUDIT_SHRED, .object = TKT_OBJECT_TICKET,
        .object_id = before->id,
    };

    if (!before->has_confidential) {
        return true;
    }

    caller = tkt_caller_of(c, before);

    if (!tkt_workflow_has_right(TKT_ACTION_SHRED, &caller)) {
        tkt_call_forbid(c, "/confidential");
        return false;
    }

    tkt_sealed_destroy(c->txn, t);
    tkt_audit_append(c, (uint32_t) t->tenant, &note);

    return true;
}


bool
tkt_sealed_patch(tkt_call_t *c, const tkt_ticket_t *before, tkt_ticket_t *t)
{
    const tkt_ticket_t  *in = c->input;
    tkt_sealed_walk_t    w = { c, false };

    (void) tkt_schema_walk(&tkt_ticket_schema, tkt_sealed_given_row, &w);

    if (!w.given) {
        return true;
    }

    if (in->confidential.len == 0) {
        return tkt_sealed_null(c, before, t);
    }

    if (!tkt_sealed_check(c, before)) {
        return false;
    }

    tkt_sealed_put(c, t, in->confidential);

    return true;
}


/* ---- opening ---- */

bool
tkt_sealed_open(tkt_call_t *c, const tkt_ticket_t *t, tkt_str_t *text)
{
    bool              good;
    uint8_t           data_key[TKT_SEAL_KEY_BYTES];
    tkt_str_t         envelope;
    tkt_seal_place_t  place;

    *text = tkt_str("");
    place = tkt_sealed_place(t, TKT_SEALED_KEY);

    good = c->keyring != NULL
           && tkt_sealed_get(c->txn, t, TKT_SEALED_KEY, &envelope)
           && tkt_seal_unwrap(c->keyring, &place, envelope, data_key);

    if (!good) {
        return false;
    }

    place = tkt_sealed_place(t, TKT_SEALED_TEXT);
    good = tkt_sealed_get(c->txn, t, TKT_SEALED_TEXT, &envelope)
           && tkt_seal_open(data_key, &place, envelope, text, c->arena);

    tkt_wipe(data_key, sizeof(data_key));

    return good;
}


void
tkt_sealed_shut(tkt_call_t *c, const tkt_ticket_t *t)
{
    tkt_str_t  envelope;

    /* it may have been wrapped anew for the process that comes next */

    if (c->keyring != NULL
        && (tkt_sealed_behind(c)
            || (tkt_sealed_get(c->txn, t, TKT_SEALED_KEY, &envelope)
                && tkt_sealed_foreign(c, tkt_seal_key_id(envelope)))))
    {
        return;
    }

    tkt_call_fail(c, TKT_INTERNAL, "the confidential text cannot be opened");
}


/* ---- the timer ---- */

int64_t
tkt_sealed_until(tkt_txn_t *txn, const tkt_ticket_t *t, tkt_arena_t *arena)
{
    uint64_t      grace_s;
    tkt_tenant_t  tenant;

    grace_s = TKT_SHRED_GRACE_S;

    if (tkt_tenant_load(txn, (uint32_t) t->tenant, &tenant, arena)
        && tenant.shred_grace_s != 0)
    {
        grace_s = tenant.shred_grace_s;
    }

    return (int64_t) (t->closed_at + grace_s * 1000);
}


static bool
tkt_sealed_waits(const tkt_ticket_t *t)
{
    return t != NULL && t->has_confidential && t->state == TKT_STATE_CLOSED;
}


void
tkt_sealed_timer(tkt_call_t *c, const tkt_ticket_t *before,
    const tkt_ticket_t *t)
{
    uint32_t  tenant = (uint32_t) t->tenant;

    if (tkt_sealed_waits(before) == tkt_sealed_waits(t)) {
        return;
    }

    /* an entry of a time that was another grace finds nothing to do */

    if (tkt_sealed_waits(t)) {
        tkt_due_set(c->txn, tkt_sealed_until(c->txn, t, c->arena),
                    TKT_DUE_SHRED, tenant, t->id);

    } else {
        tkt_due_clear(c->txn, tkt_sealed_until(c->txn, before, c->arena),
                      TKT_DUE_SHRED, tenant, t->id);
    }
}
