/*
 * Erasing, step by step along the walk of tkt_kept.h.  The place reached is
 * the value of the timer's entry, so that the work goes on after a restart.
 *
 * The audit log keeps its entries without reason and personal values, which
 * its chain allows for.  What was written on the tickets of others stays: it
 * is part of their record, and its author's name is gone.
 */

#include "app/call/tkt_command.h"
#include "app/file/tkt_attachments.h"
#include "app/notice/tkt_watchers.h"
#include "app/privacy/tkt_audit.h"
#include "app/privacy/tkt_erase.h"
#include "app/privacy/tkt_sealed.h"
#include "app/resource/tkt_config.h"
#include "app/route/tkt_route.h"
#include "app/ticket/tkt_drafts.h"
#include "app/ticket/tkt_effects.h"
#include "app/ticket/tkt_forward.h"


/* Records that one command rewrites, and looks at. */
#define TKT_ERASE_ITEMS_MAX  (16 * TKT_JOB_BATCH_MAX)
#define TKT_ERASE_STEPS_MAX  TKT_LIST_STEPS_MAX

#define TKT_ERASE_KINDS                                                       \
    ((uint32_t) (tkt_bit(TKT_KEPT_TICKET) | tkt_bit(TKT_KEPT_MESSAGE)         \
                 | tkt_bit(TKT_KEPT_EVENT) | tkt_bit(TKT_KEPT_AUDIT)          \
                 | tkt_bit(TKT_KEPT_NOTICE) | tkt_bit(TKT_KEPT_WATCHED)       \
                 | tkt_bit(TKT_KEPT_DRAFT) | tkt_bit(TKT_KEPT_VIEW)           \
                 | tkt_bit(TKT_KEPT_FILE) | tkt_bit(TKT_KEPT_UPLOAD)          \
                 | tkt_bit(TKT_KEPT_MACRO)))


/* One command's piece of work. */
typedef struct {
    tkt_call_t   *call;
    tkt_kept_t    kept;
    tkt_key_t     answers;     /* after the walk: where those go on          */
    size_t        items;
    size_t        steps;
} tkt_erase_t;


static bool
tkt_erase_row(void *ctx, const tkt_field_t *f, size_t number)
{
    if (!(f->flags & TKT_F_PERSONAL)) {
        return true;
    }

    if (tkt_field_is_str(f)) {
        *tkt_field_str(f, ctx) = (f->flags & TKT_F_NOT_EMPTY)
                                 ? tkt_str(TKT_ERASED_TEXT) : tkt_str("");

    } else if (tkt_field_is_u64(f)) {
        *tkt_field_u64(f, ctx) = 0;
    }

    return true;
}


void
tkt_erase_rows(const tkt_schema_t *s, void *obj)
{
    (void) tkt_schema_walk(s, tkt_erase_row, obj);
}


/* ---- tickets ---- */

/*
 * An event of the desk itself, from `before` to `t`: what has changed is no
 * text.
 */
static void
tkt_erase_event(tkt_erase_t *x, const tkt_ticket_t *before, tkt_ticket_t *t,
    tkt_action_t action)
{
    tkt_event_t  e = {
        .action = action + 1U, .automatic = 1, .actor_role = TKT_ROLE_SYSTEM,
        .at = (uint64_t) x->call->now_ms,
    };

    t->version++;
    t->updated_at = e.at;
    (void) tkt_txn_stamp(x->call->txn, x->call->now_ms);
    tkt_event_append(x->call->txn, before, t, &e, x->kept.arena);
}


/*
 * The ticket ends, whatever its state, since there is nobody left to help and
 * nothing to go by; then it is archived, so that nothing can follow.  The
 * texts are taken out of both sides of the changes: no event may hold them.
 */
static void
tkt_erase_ticket(tkt_erase_t *x)
{
    tkt_call_t           *c = x->call;
    tkt_event_t           none;
    tkt_input_t           in;
    tkt_ticket_t          before, from, t;
    const tkt_decision_t  end = {
        .to = TKT_STATE_CLOSED, .effects = TKT_FX_CLOSED_AT,
        .close_reason = TKT_CLOSE_ADMIN,
    };

    if (!tkt_ticket_load(c->txn, x->kept.tenant, x->kept.ticket, &before,
                         true, x->kept.arena))
    {
        tkt_txn_fail(c->txn, TKT_INTERNAL);
        return;
    }

    if (before.erased_at != 0) {
        return;
    }

    t = before;
    tkt_erase_rows(&tkt_ticket_schema, &t);
    t.erased_at = (uint64_t) c->now_ms;
    memset(&none, 0, sizeof(none));

    if (t.state != TKT_STATE_CLOSED) {
        memset(&in, 0, sizeof(in));
        from = t;
        tkt_effects_apply(c, &end, &in, &t, &none);
        tkt_erase_event(x, &from, &t, TKT_ACTION_CLOSE);
    }

    from = t;
    t.archived = 1;
    tkt_sealed_destroy(c->txn, &t);
    tkt_erase_event(x, &from, &t, TKT_ACTION_ARCHIVE);
    tkt_sealed_timer(c, &before, &t);
    tkt_ticket_save(c->txn, &before, &t, x->kept.arena);
    tkt_drafts_end(c->txn, &t);

    /* the desk above is told that the work has ended, and no more */

    tkt_forward_follow(c, &before, &t, &none);
    tkt_route_follow(c, &before, &t);
}


static void
tkt_erase_message(tkt_erase_t *x)
{
    tkt_key_t      key;
    tkt_txn_t     *txn = x->call->txn;
    tkt_message_t  m;

    if (!tkt_message_get(txn, x->kept.tenant, x->kept.ticket, x->kept.number,
                         &m, x->kept.arena))
    {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return;
    }

    tkt_key_message(&key, x->kept.tenant, x->kept.ticket,
                    (uint32_t) x->kept.number);

    if (m.long_text) {
        tkt_chunks_delete(txn, TKT_DB_MESSAGE, &key, 1);
    }

    m.long_text = 0;
    m.body = tkt_str(TKT_ERASED_TEXT);
    tkt_key_u16(&key, 0);
    tkt_put(txn, TKT_DB_MESSAGE, &key,
            tkt_record_pack(&tkt_message_schema, &m, NULL, x->kept.arena));
}


/* A change list without the rows that hold texts. */
static tkt_str_t
tkt_erase_changes(tkt_erase_t *x, tkt_str_t packed)
{
    uint8_t        *out, *pos;
    tkt_change_t    change;
    tkt_changes_t   changes;
    const uint8_t  *start;

    if (packed.len == 0) {
        return packed;
    }

    pos = out = tkt_arena_bytes(x->kept.arena, packed.len);
    if (out == NULL) {
        tkt_txn_fail(x->call->txn, TKT_BUSY);
        return tkt_str("");
    }

    tkt_changes_start(&changes, &tkt_ticket_schema, packed);

    for (start = changes.pos; tkt_changes_next(&changes, &change);
         start = changes.pos)
    {
        if (!(change.field->flags & TKT_F_PERSONAL)) {
            memcpy(pos, start, (size_t) (changes.pos - start));
            pos += changes.pos - start;
        }
    }

    if (changes.bad) {
        tkt_txn_fail(x->call->txn, TKT_INTERNAL);
    }

    return (tkt_str_t) { out, (size_t) (pos - out) };
}


/* Without texts a change list always fits into the event's own record. */
static void
tkt_erase_log(tkt_erase_t *x)
{
    tkt_key_t    key;
    tkt_txn_t   *txn = x->call->txn;
    tkt_event_t  e;

    if (!tkt_event_load(txn, x->kept.number, &e, x->kept.arena)) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return;
    }

    tkt_key_event(&key, e.id);

    if (e.long_text) {
        tkt_chunks_delete(txn, TKT_DB_EVENT, &key, 0);
    }

    tkt_erase_rows(&tkt_event_schema, &e);
    e.long_text = 0;
    e.packed = tkt_erase_changes(x, e.packed);
    tkt_put(txn, TKT_DB_EVENT, &key,
            tkt_record_pack(&tkt_event_schema, &e, NULL, x->kept.arena));
}


/* ---- audit, notifications ---- */

/* Why he was erased stays: it is the proof that it was done. */
static void
tkt_erase_audit(tkt_erase_t *x)
{
    tkt_audit_t  e;

    if (tkt_audit_load(x->call->txn, x->kept.tenant, x->kept.number, &e,
                       x->kept.arena)
        && e.act != TKT_AUDIT_ERASE && tkt_audit_has_values(&e))
    {
        tkt_audit_redact(x->call->txn, &e, x->kept.arena);
    }
}


static void
tkt_erase_notice(tkt_erase_t *x)
{
    tkt_key_t  key;

    tkt_key_outbox(&key, x->kept.tenant, x->kept.number);
    (void) tkt_delete(x->call->txn, TKT_DB_OUTBOX, &key);
}


/* ---- watched tickets, drafts ---- */

static void
tkt_erase_watched(tkt_erase_t *x)
{
    tkt_ticket_t  before, t;

    if (!tkt_ticket_load(x->call->txn, x->kept.tenant, x->kept.ticket,
                         &before, true, x->kept.arena))
    {
        tkt_txn_fail(x->call->txn, TKT_INTERNAL);
        return;
    }

    t = before;
    tkt_watchers_remove(x->call, &t, x->kept.principal);
    tkt_erase_event(x, &before, &t, TKT_ACTION_EDIT);
    tkt_ticket_save(x->call->txn, &before, &t, x->kept.arena);
}


static void
tkt_erase_draft(tkt_erase_t *x)
{
    tkt_draft_drop(x->call->txn, x->kept.tenant, x->kept.ticket,
                   x->kept.principal);
}


/* A view or macro of his own; neither is found by its name. */
static void
tkt_erase_own(tkt_erase_t *x)
{
    tkt_key_t  key;

    tkt_key_config(&key, x->kept.tenant,
                   x->kept.found == TKT_KEPT_MACRO ? TKT_CONFIG_MACRO
                                                   : TKT_CONFIG_VIEW,
                   x->kept.principal, x->kept.number);
    (void) tkt_delete(x->call->txn, TKT_DB_CONFIG, &key);
}


/* Of his tickets, whoever has uploaded it: as with messages. */
static void
tkt_erase_file(tkt_erase_t *x)
{
    uint64_t          place = x->kept.number;
    tkt_attachment_t  a;

    if (tkt_attachment_next(x->call->txn, x->kept.tenant, TKT_RELATION_FILE,
                            x->kept.ticket, &place, &a, x->kept.arena)
        && place == x->kept.number)
    {
        tkt_attachment_erase(x->call, &a);
    }
}


static void
tkt_erase_upload(tkt_erase_t *x)
{
    uint64_t          place = x->kept.number;
    tkt_attachment_t  a;

    if (tkt_attachment_next(x->call->txn, x->kept.tenant,
                            TKT_RELATION_UPLOADED, x->kept.principal, &place,
                            &a, x->kept.arena)
        && place == x->kept.number)
    {
        tkt_attachment_drop(x->call, &a);
    }
}


static void (*const  tkt_erase_kinds[TKT_KEPT_MAX])(tkt_erase_t *x) = {
    [TKT_KEPT_TICKET]  = tkt_erase_ticket,
    [TKT_KEPT_MESSAGE] = tkt_erase_message,
    [TKT_KEPT_EVENT]   = tkt_erase_log,
    [TKT_KEPT_AUDIT]   = tkt_erase_audit,
    [TKT_KEPT_NOTICE]  = tkt_erase_notice,
    [TKT_KEPT_WATCHED] = tkt_erase_watched,
    [TKT_KEPT_DRAFT]   = tkt_erase_draft,
    [TKT_KEPT_FILE]    = tkt_erase_file,
    [TKT_KEPT_UPLOAD]  = tkt_erase_upload,
    [TKT_KEPT_VIEW]    = tkt_erase_own,
    [TKT_KEPT_MACRO]   = tkt_erase_own,
};


/* ---- a piece of work ---- */

/* False when there is nothing left to do. */
static bool
tkt_erase_walk(tkt_erase_t *x)
{
    bool          more;
    tkt_arena_t   arena, *own = x->call->arena;

    for ( /* void */ ; x->items < TKT_ERASE_ITEMS_MAX
                       && x->steps < TKT_ERASE_STEPS_MAX; x->steps++)
    {
        tkt_arena_init(&arena, 4096);
        x->kept.arena = x->call->arena = &arena;
        more = tkt_kept_step(&x->kept);

        if (more && x->kept.found != TKT_KEPT_NONE) {
            tkt_erase_kinds[x->kept.found](x);
            x->items++;
        }

        if (arena.failed) {
            tkt_txn_fail(x->call->txn, TKT_BUSY);
        }

        tkt_arena_done(&arena);
        x->call->arena = own;

        if (!more) {
            return tkt_idempotency_forget(x->call->txn, x->kept.tenant,
                                          x->kept.principal, &x->answers,
                                          TKT_ERASE_STEPS_MAX - x->steps);
        }

        if (tkt_txn_status(x->call->txn) != TKT_OK) {
            return true;
        }
    }

    return true;
}


/* ---- the timer and what it remembers ---- */

static void
tkt_erase_recall(tkt_erase_t *x, const tkt_key_t *timer)
{
    tkt_str_t    value;
    tkt_unkey_t  u;

    if (!tkt_get(x->call->txn, TKT_DB_DUE, timer, &value) || value.len == 0) {
        return;
    }

    tkt_unkey_start(&u, value);
    x->kept.place.kind = tkt_unkey_u64(&u);
    x->kept.place.a = tkt_unkey_u64(&u);
    x->kept.place.b = tkt_unkey_u64(&u);
    tkt_key_bytes(&x->answers, (tkt_str_t) { u.pos,
                                             (size_t) (u.end - u.pos) });
}


static void
tkt_erase_remember(tkt_erase_t *x, const tkt_key_t *timer)
{
    tkt_key_t  value;

    tkt_key_start(&value);
    tkt_key_u64(&value, x->kept.place.kind);
    tkt_key_u64(&value, x->kept.place.a);
    tkt_key_u64(&value, x->kept.place.b);
    tkt_key_bytes(&value, (tkt_str_t) { x->answers.data, x->answers.len });
    tkt_put(x->call->txn, TKT_DB_DUE, timer,
            (tkt_str_t) { value.data, value.len });
}


void
tkt_erase_some(tkt_call_t *c, uint32_t tenant, uint64_t principal,
    int64_t at_ms)
{
    tkt_key_t    timer;
    tkt_erase_t  x = {
        .call = c,
        .kept = { .txn = c->txn, .tenant = tenant, .principal = principal,
                  .kinds = TKT_ERASE_KINDS },
    };

    tkt_key_start(&x.answers);
    tkt_key_due(&timer, at_ms != 0 ? at_ms : c->now_ms, TKT_DUE_ERASE,
                tenant, principal);
    tkt_erase_recall(&x, &timer);

    if (tkt_erase_walk(&x)) {
        tkt_erase_remember(&x, &timer);

    } else {
        (void) tkt_delete(c->txn, TKT_DB_DUE, &timer);
    }
}
