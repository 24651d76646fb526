/*
 * The audit log: every tenant's chain from its first entry on.  What was cut
 * off its end leaves no trace in here, so the heads are given to the caller
 * to be kept elsewhere.
 */

#include <stdio.h>

#include "app/privacy/tkt_audit.h"
#include "app/verify/tkt_verify_int.h"


/* One tenant's chain under way. */
typedef struct {
    tkt_verify_t  *v;
    uint64_t       tenant;
    uint64_t       expected;
    uint64_t       at_ms;                 /* of the entry before             */
    uint8_t        hash[TKT_HASH_BYTES];  /* of the entry before             */
    char           what[64];
} tkt_audit_walk_t;


/* Values go with the person that they are about, and for nothing else. */
static bool
tkt_audit_may_lack(tkt_verify_t *v, const tkt_audit_t *e)
{
    tkt_ticket_t  t;

    switch (e->object) {

    case TKT_OBJECT_USER:
        return tkt_verify_is_erased(v, e->tenant, e->object_id);

    case TKT_OBJECT_TOKEN:
        return tkt_verify_is_erased(v, e->tenant, e->parent_id);

    case TKT_OBJECT_TICKET:
        return tkt_verify_ticket_integers(v, e->tenant, e->object_id, &t)
               && t.erased_at != 0;

    default:
        return false;
    }
}


static bool
tkt_audit_known(tkt_verify_t *v, const tkt_audit_t *e)
{
    tkt_ticket_t  t;

    switch (e->object) {

    case TKT_OBJECT_USER:
        return e->object_id != 0
               && e->object_id <= v->last[TKT_SEQ_PRINCIPAL];

    case TKT_OBJECT_TOKEN:
        return e->parent_id != 0
               && e->parent_id <= v->last[TKT_SEQ_PRINCIPAL];

    case TKT_OBJECT_ROLE:
        return e->object_id <= v->last[TKT_SEQ_ROLE];

    case TKT_OBJECT_TENANT:
        return e->object_id <= v->last[TKT_SEQ_TENANT];

    case TKT_OBJECT_TICKET:
        return tkt_verify_ticket_integers(v, e->tenant, e->object_id, &t);

    case TKT_OBJECT_KEY:
        return e->object_id != 0 && e->object_id <= UINT32_MAX;

    default:
        return tkt_verify_config_known(v, e->tenant, e->object, e->object_id);
    }
}


/* What an entry says, apart from the chain. */
static void
tkt_audit_entry(tkt_audit_walk_t *w, const tkt_audit_t *e)
{
    tkt_verify_t  *v = w->v;

    (void) tkt_verify_values(v, &tkt_audit_schema, e, w->what);

    if (e->act == TKT_AUDIT_NONE || !tkt_audit_known(v, e)) {
        tkt_verify_fault(v, "%s: is of an object that there never was",
                         w->what);
    }

    if (e->at < w->at_ms || e->at > v->stamp_ms) {
        tkt_verify_fault(v, "%s: its time is not between that of the entry "
                         "before it and the last stamp", w->what);
    }

    if (e->actor != 0
        && !tkt_verify_has_principal(v, e->actor_tenant, e->actor))
    {
        tkt_verify_fault(v, "%s: its actor %llu does not exist", w->what,
                         tkt_ull(e->actor));
    }

    w->at_ms = e->at;
}


static void
tkt_audit_lists(tkt_audit_walk_t *w, const tkt_audit_t *e, tkt_str_t packed)
{
    tkt_change_t         change;
    tkt_changes_t        changes;
    const tkt_schema_t  *s = tkt_audit_schema_of((tkt_object_t) e->object);

    if (packed.len == 0) {
        return;
    }

    if (s != NULL) {
        tkt_changes_start(&changes, s, packed);

        while (tkt_changes_next(&changes, &change)) { /* void */ }
    }

    if (s == NULL || changes.bad) {
        tkt_verify_fault(w->v, "%s: its change list does not decode",
                         w->what);
    }
}


/* Reason and personal values are as they were, or were erased. */
static void
tkt_audit_values(tkt_audit_walk_t *w, const tkt_audit_t *e)
{
    bool     had;
    uint8_t  hash[TKT_HASH_BYTES];

    had = e->values_hash.len > 0;

    if (!tkt_audit_has_values(e)) {
        if (had && !tkt_audit_may_lack(w->v, e)) {
            tkt_verify_fault(w->v, "%s: its values are gone, and nobody was "
                             "erased", w->what);
        }

        return;
    }

    tkt_audit_values_hash(hash, e);

    if (!tkt_str_eq(e->values_hash, (tkt_str_t) { hash, sizeof(hash) })) {
        tkt_verify_fault(w->v, "%s: its reason or personal values are not "
                         "those that were recorded", w->what);
    }

    tkt_audit_lists(w, e, e->personal);
}


static void
tkt_audit_link(tkt_audit_walk_t *w, const tkt_audit_t *e)
{
    uint8_t  hash[TKT_HASH_BYTES];

    if (!tkt_audit_hash(hash, w->hash, e, &w->v->lists)) {
        tkt_txn_fail(w->v->txn, TKT_BUSY);
        return;
    }

    tkt_arena_done(&w->v->lists);

    if (!tkt_str_eq(e->hash, (tkt_str_t) { hash, sizeof(hash) })) {
        tkt_verify_fault(w->v, "%s: its hash is not that of its record and "
                         "the entry before it", w->what);
    }

    /* from here on it is believed: one damage is told of once or twice */

    memset(w->hash, 0, sizeof(w->hash));

    if (e->hash.len == sizeof(w->hash)) {
        memcpy(w->hash, e->hash.data, sizeof(w->hash));
    }
}


static void
tkt_audit_step(tkt_audit_walk_t *w, uint64_t number, tkt_str_t value)
{
    tkt_audit_t   e;
    tkt_verify_t *v = w->v;

    (void) snprintf(w->what, sizeof(w->what), "audit %llu/%llu",
                    tkt_ull(w->tenant), tkt_ull(number));

    if (number != w->expected) {
        tkt_verify_fault(v, "%s: stands where %llu should", w->what,
                         tkt_ull(w->expected));
    }

    w->expected = number + 1;

    if (!tkt_record_unpack(&tkt_audit_schema, value, &e)) {
        tkt_verify_fault(v, "%s: the record does not decode", w->what);
        memset(w->hash, 0, sizeof(w->hash));
        return;
    }

    if (e.id != number || e.tenant != w->tenant) {
        tkt_verify_fault(v, "%s: the record is of another entry", w->what);
    }

    tkt_audit_entry(w, &e);
    tkt_audit_lists(w, &e, e.packed);
    tkt_audit_values(w, &e);
    tkt_audit_link(w, &e);
}


void
tkt_verify_audit(tkt_verify_t *v)
{
    uint64_t          part[2];
    tkt_scan_t        scan;
    tkt_audit_walk_t  w = { .v = v };

    tkt_verify_open(v, &scan, TKT_DB_AUDIT);

    while (tkt_verify_next(v, &scan, "48", part)) {

        if (w.tenant != part[0]) {
            w = (tkt_audit_walk_t) { .v = v, .tenant = part[0],
                                     .expected = 1 };

            if (!tkt_verify_has_tenant(v, part[0])) {
                tkt_verify_fault(v, "audit %llu: there is no such tenant",
                                 tkt_ull(part[0]));
            }
        }

        tkt_audit_step(&w, part[1], scan.value);
    }

    tkt_scan_close(&scan);
}
