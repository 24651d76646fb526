/*
 * The events of a ticket: its chain, walked from its row backward with every
 * change undone.
 */

#include <stdio.h>

#include "app/verify/tkt_verify_int.h"


/* One chain under way. `t` is the row as it was after the event at hand. */
typedef struct {
    tkt_verify_t   *v;
    tkt_ticket_t   *t;
    tkt_event_t     e;
    char            what[96];
    bool            replay;      /* the change lists could be undone so far  */
} tkt_chain_t;


bool
tkt_verify_event(tkt_verify_t *v, uint64_t seq, tkt_event_t *e)
{
    tkt_key_t  key;

    tkt_key_event(&key, seq);

    if (!tkt_verify_row(v, TKT_DB_EVENT, &key, &tkt_event_schema, e)) {
        return false;
    }

    e->id = seq;

    return true;
}


/*
 * The pieces of a long change list, joined in v->lists.  Whether they are
 * whole is asked in the log's own pass.
 */
static tkt_str_t
tkt_verify_list(tkt_verify_t *v, uint64_t seq)
{
    size_t      total;
    uint8_t    *start;
    tkt_key_t   key;
    tkt_scan_t  scan;

    total = 0;
    tkt_key_event(&key, seq);
    tkt_scan_open(&scan, v->txn, TKT_DB_EVENT, &key, NULL, false);

    while (tkt_scan_next(&scan)) {
        total += (scan.key.len > key.len) ? scan.value.len : 0;
    }

    tkt_scan_close(&scan);

    start = tkt_arena_bytes(&v->lists, total);
    if (start == NULL) {
        tkt_txn_fail(v->txn, TKT_BUSY);
        return tkt_str("");
    }

    total = 0;
    tkt_scan_open(&scan, v->txn, TKT_DB_EVENT, &key, NULL, false);

    while (tkt_scan_next(&scan)) {
        if (scan.key.len > key.len && scan.value.len > 0) {
            memcpy(start + total, scan.value.data, scan.value.len);
            total += scan.value.len;
        }
    }

    tkt_scan_close(&scan);

    return (tkt_str_t) { start, total };
}


/* Whether the transition table leads from there to there by this action. */
static bool
tkt_verify_transition(const tkt_event_t *e)
{
    size_t                   i, rows;
    uint64_t                 to;
    const tkt_transition_t  *table;

    if (e->action == 0 || e->from >= TKT_STATE_MAX) {
        return false;
    }

    table = tkt_workflow_table(&rows);

    for (i = 0; i < rows; i++) {
        to = (table[i].to == TKT_TO_SAME) ? e->from : table[i].to;

        /* which it was is in the change list, and checked there */

        if (to == TKT_TO_BEFORE && e->to > TKT_STATE_NONE
            && e->to < TKT_STATE_CLOSED)
        {
            to = e->to;
        }

        if (table[i].status == TKT_OK && table[i].action + 1U == e->action
            && (table[i].from & tkt_bit(e->from)) && to == e->to)
        {
            return true;
        }
    }

    return false;
}


/* ---- undoing ---- */

static void
tkt_chain_undo_row(tkt_chain_t *c, const tkt_change_t *change)
{
    bool                good;
    uint64_t           *u;
    tkt_str_t          *s;
    const tkt_field_t  *f = change->field;

    /* texts of a ticket that was erased lead nowhere any more */

    if (c->t->erased_at != 0 && (f->flags & TKT_F_PERSONAL)) {
        return;
    }

    if (tkt_field_is_u64(f)) {
        u = tkt_field_u64(f, c->t);
        good = *u == change->new_u64 && change->old_u64 != change->new_u64;
        *u = change->old_u64;

    } else {
        s = tkt_field_str(f, c->t);
        good = tkt_str_eq(*s, change->new_str)
               && !tkt_str_eq(change->old_str, change->new_str);
        *s = change->old_str;
    }

    if (!good || (f->flags & TKT_F_NO_TRACK)) {
        tkt_verify_fault(c->v, "%s: its change of %s does not lead to the "
                         "value that follows", c->what, f->name);
    }
}


/* The message that an event brought is the one it counted. */
static void
tkt_chain_message(tkt_chain_t *c, uint64_t after, uint64_t before)
{
    if (after == before ? c->e.message != 0
                        : after != before + 1 || c->e.message != after)
    {
        tkt_verify_fault(c->v, "%s: names message %llu, while message_count "
                         "goes from %llu to %llu", c->what,
                         tkt_ull(c->e.message), tkt_ull(before),
                         tkt_ull(after));
    }
}


static void
tkt_chain_undo(tkt_chain_t *c)
{
    uint64_t       messages;
    tkt_change_t   change;
    tkt_changes_t  changes;

    if (!c->replay) {
        return;
    }

    if (c->e.long_text) {
        c->e.packed = tkt_verify_list(c->v, c->e.id);
    }

    if (c->e.to != c->t->state) {
        tkt_verify_fault(c->v, "%s: leads to state %llu, what follows begins "
                         "in %llu", c->what, tkt_ull(c->e.to),
                         tkt_ull(c->t->state));
    }

    messages = c->t->message_count;
    tkt_changes_start(&changes, &tkt_ticket_schema, c->e.packed);

    while (tkt_changes_next(&changes, &change)) {
        tkt_chain_undo_row(c, &change);
    }

    if (changes.bad) {
        tkt_verify_fault(c->v, "%s: its change list does not decode",
                         c->what);
        c->replay = false;
        return;
    }

    tkt_chain_message(c, messages, c->t->message_count);

    if (c->e.previous != 0 && c->e.from != c->t->state) {
        tkt_verify_fault(c->v, "%s: comes from state %llu, its changes lead "
                         "back to %llu", c->what, tkt_ull(c->e.from),
                         tkt_ull(c->t->state));
    }
}


/* ---- the beginning of a chain ---- */

/* Set by what a submission brings: sealed text is of the first version. */
static bool
tkt_chain_fresh_sealed(const tkt_ticket_t *t)
{
    return t->sealed_version == t->has_confidential
           && t->has_confidential <= 1;
}


/*
 * Set by what is found of a submission, by its type, by a complaint about
 * another ticket, or by a split of one.
 */
static const size_t  tkt_chain_found[] = {
    offsetof(tkt_ticket_t, team),
    offsetof(tkt_ticket_t, approval),
    offsetof(tkt_ticket_t, steps),
    offsetof(tkt_ticket_t, verified),
    offsetof(tkt_ticket_t, score),
    offsetof(tkt_ticket_t, held),
    offsetof(tkt_ticket_t, complaint_of),
    offsetof(tkt_ticket_t, link_list),
};


static bool
tkt_chain_is_found(const tkt_field_t *f)
{
    size_t  i;

    for (i = 0; i < tkt_array_len(tkt_chain_found); i++) {
        if (f->type != TKT_T_OBJECT && f->offset == tkt_chain_found[i]) {
            return true;
        }
    }

    return false;
}


/* A row that nobody can set when a ticket is submitted. */
static bool
tkt_chain_fresh_row(void *ctx, const tkt_field_t *f, size_t number)
{
    bool          zero;
    tkt_chain_t  *c = ctx;

    if (f->stored == 0 || (f->flags & TKT_F_NO_TRACK)
        || (f->in & TKT_USE_CREATE)
        || f->offset == offsetof(tkt_ticket_t, state)
        || tkt_chain_is_found(f)
        || ((f->offset == offsetof(tkt_ticket_t, has_confidential)
             || f->offset == offsetof(tkt_ticket_t, sealed_version))
            && tkt_chain_fresh_sealed(c->t)))
    {
        return true;
    }

    zero = tkt_field_is_u64(f) ? *tkt_field_u64(f, c->t) == 0
                               : tkt_field_str(f, c->t)->len == 0;

    if (!zero) {
        tkt_verify_fault(c->v, "%s: submitted the ticket with %s set",
                         c->what, f->name);
    }

    return true;
}


static void
tkt_chain_fresh(tkt_chain_t *c)
{
    const tkt_ticket_t  *t = c->t;

    if (c->e.action != TKT_ACTION_SUBMIT + 1 || c->e.version != 1) {
        tkt_verify_fault(c->v, "%s: begins a chain and is not a submission",
                         c->what);
        return;
    }

    if (!c->replay) {
        return;
    }

    if (c->e.from != TKT_STATE_NONE || t->state != TKT_STATE_NEW
        || t->created_at != c->e.at)
    {
        tkt_verify_fault(c->v, "%s: did not submit this ticket", c->what);
    }

    (void) tkt_schema_walk(&tkt_ticket_schema, tkt_chain_fresh_row, c);
}


/* ---- a chain ---- */

/* What one event says by itself; false: it is of another ticket. */
static bool
tkt_chain_event(tkt_chain_t *c, uint64_t version)
{
    const tkt_event_t  *e = &c->e;

    if (e->tenant != c->t->tenant || e->ticket != c->t->id) {
        tkt_verify_fault(c->v, "%s: is an event of ticket %llu/%llu",
                         c->what, tkt_ull(e->tenant), tkt_ull(e->ticket));
        return false;
    }

    if (e->version != version) {
        tkt_verify_fault(c->v, "%s: has version %llu, not %llu", c->what,
                         tkt_ull(e->version), tkt_ull(version));
    }

    if (e->previous != 0 && e->action == TKT_ACTION_SUBMIT + 1) {
        tkt_verify_fault(c->v, "%s: submits a ticket that was there",
                         c->what);
    }

    if (!tkt_verify_transition(e)) {
        tkt_verify_fault(c->v, "%s: no transition leads by action %llu from "
                         "state %llu to %llu", c->what, tkt_ull(e->action),
                         tkt_ull(e->from), tkt_ull(e->to));
    }

    return true;
}


/*
 * Numbers fall along a chain, and an event names its ticket: so no event can
 * be met twice, and the chains together are the log if they are as long.
 */
static void
tkt_chain_walk(tkt_verify_t *v, tkt_ticket_t *t)
{
    uint64_t     seq, version;
    tkt_chain_t  c = { .v = v, .t = t, .replay = true };

    seq = t->last_event;
    version = t->version;

    for ( ;; ) {
        (void) snprintf(c.what, sizeof(c.what),
                        "ticket %llu/%llu: event %llu", tkt_ull(t->tenant),
                        tkt_ull(t->id), tkt_ull(seq));

        if (!tkt_verify_event(v, seq, &c.e)) {
            tkt_verify_fault(v, "%s: of its chain is missing", c.what);
            return;
        }

        if (seq == t->last_event && c.e.at != t->updated_at) {
            tkt_verify_fault(v, "%s: is not of the time of the last change",
                             c.what);
        }

        if (!tkt_chain_event(&c, version)) {
            return;
        }

        v->chained++;
        version--;
        tkt_chain_undo(&c);

        if (c.e.previous == 0) {
            break;
        }

        if (c.e.previous >= seq) {
            tkt_verify_fault(v, "%s: is not after the one before it",
                             c.what);
            return;
        }

        seq = c.e.previous;
    }

    tkt_chain_fresh(&c);
}


void
tkt_verify_chain(tkt_verify_t *v, tkt_ticket_t *t)
{
    tkt_chain_walk(v, t);
    tkt_arena_done(&v->lists);
}
