/*
 * The walk over what is kept about a principal: one row a kind.
 */

#include "app/file/tkt_attachments.h"
#include "app/notice/tkt_notice_rows.h"
#include "app/privacy/tkt_audit.h"
#include "app/privacy/tkt_kept_int.h"
#include "app/rows/tkt_relations.h"
#include "app/ticket/tkt_drafts.h"
#include "store/tkt_packed.h"


bool
tkt_kept_next(tkt_kept_t *k, tkt_db_t db, const tkt_key_t *prefix,
    const tkt_key_t *from, uint64_t *number, tkt_str_t *value)
{
    bool         found;
    tkt_scan_t   scan;
    tkt_unkey_t  u;

    tkt_scan_open(&scan, k->txn, db, prefix, from, false);
    found = tkt_scan_next(&scan);

    if (found) {
        tkt_unkey_start(&u, (tkt_str_t) { scan.key.data + prefix->len,
                                          scan.key.len - prefix->len });
        *number = (u.end - u.pos == sizeof(uint32_t)) ? tkt_unkey_u32(&u)
                                                      : tkt_unkey_u64(&u);
        if (value != NULL) {
            *value = tkt_arena_copy(k->arena, scan.value);
        }
    }

    tkt_scan_close(&scan);

    return found;
}


bool
tkt_kept_give(tkt_kept_t *k, tkt_db_t db, const tkt_key_t *prefix,
    const tkt_key_t *from, tkt_kept_kind_t kind)
{
    if (!tkt_kept_next(k, db, prefix, from, &k->place.a, NULL)) {
        return false;
    }

    k->found = kind;
    k->number = k->place.a;

    return true;
}


static bool
tkt_kept_principal(tkt_kept_t *k)
{
    if (k->place.a++ > 0) {
        return false;
    }

    k->found = TKT_KEPT_PRINCIPAL;

    return true;
}


static bool
tkt_kept_token(tkt_kept_t *k)
{
    tkt_key_t  prefix, from;

    tkt_key_principal(&prefix, k->tenant, k->principal);
    tkt_key_token(&from, k->tenant, k->principal, (uint32_t) k->place.a + 1);

    return tkt_kept_give(k, TKT_DB_TOKEN, &prefix, &from, TKT_KEPT_TOKEN);
}


/* ---- tickets ---- */

/* The next of his tickets after a; false if there is none. */
static bool
tkt_kept_next_ticket(tkt_kept_t *k)
{
    tkt_key_t     prefix;
    tkt_packed_t  his;

    tkt_key_principal(&prefix, k->tenant, k->principal);
    tkt_packed_open(&his, k->txn, TKT_DB_BY_REQUESTER, &prefix,
                    k->place.a + 1, false);

    return tkt_packed_next(&his, &k->place.a);
}


static bool
tkt_kept_ticket(tkt_kept_t *k)
{
    if (!tkt_kept_next_ticket(k)) {
        return false;
    }

    k->found = TKT_KEPT_TICKET;
    k->ticket = k->place.a;

    return true;
}


/* The ticket at hand: the integers of its record. */
static bool
tkt_kept_head(tkt_kept_t *k, tkt_ticket_t *t)
{
    if (tkt_ticket_load_head(k->txn, k->tenant, k->place.a, t)
        && t->requester == k->principal)
    {
        return true;
    }

    tkt_txn_fail(k->txn, TKT_INTERNAL);

    return false;
}


/* a: ticket; b: the number of the message given last. */
static bool
tkt_kept_message(tkt_kept_t *k)
{
    tkt_ticket_t  t;

    if (k->place.a != 0) {

        if (!tkt_kept_head(k, &t)) {
            return false;
        }

        if (k->place.b < t.message_count) {
            k->found = TKT_KEPT_MESSAGE;
            k->ticket = k->place.a;
            k->number = ++k->place.b;
            return true;
        }
    }

    k->place.b = 0;

    return tkt_kept_next_ticket(k);
}


/* a: ticket; b: the event to be given next, 0 if there is none any more. */
static bool
tkt_kept_event(tkt_kept_t *k)
{
    tkt_event_t   e;
    tkt_ticket_t  t;

    if (k->place.b == 0) {

        if (!tkt_kept_next_ticket(k) || !tkt_kept_head(k, &t)) {
            return false;
        }

        k->place.b = t.last_event;
        return true;
    }

    if (!tkt_event_load(k->txn, k->place.b, &e, k->arena)
        || e.ticket != k->place.a || e.tenant != k->tenant)
    {
        tkt_txn_fail(k->txn, TKT_INTERNAL);
        return false;
    }

    k->found = TKT_KEPT_EVENT;
    k->ticket = k->place.a;
    k->number = k->place.b;
    k->place.b = e.previous;

    return true;
}


/* ---- what he wrote elsewhere ---- */

/* The integers of an event; its change list is of no matter here. */
static bool
tkt_kept_log(tkt_kept_t *k, uint64_t seq, tkt_event_t *e)
{
    tkt_key_t  key;
    tkt_str_t  value;

    tkt_key_event(&key, seq);

    return tkt_get(k->txn, TKT_DB_EVENT, &key, &value)
           && tkt_record_unpack_integers(&tkt_event_schema, value, e);
}


/* The first event of a time at which he was there; times grow in the log. */
static uint64_t
tkt_kept_log_start(tkt_kept_t *k, uint64_t last)
{
    uint64_t     low, middle;
    tkt_user_t   user;
    tkt_event_t  e;

    if (!tkt_user_load(k->txn, k->tenant, k->principal, &user, k->arena)) {
        return last + 1;
    }

    for (low = 1; low <= last; /* void */) {
        middle = low + (last - low) / 2;

        if (!tkt_kept_log(k, middle, &e)) {
            tkt_txn_fail(k->txn, TKT_INTERNAL);
            return last + 1;
        }

        if (e.at < user.created_at) {
            low = middle + 1;

        } else {
            last = middle - 1;
        }
    }

    return low;
}


/* a: the event to be looked at next. */
static bool
tkt_kept_written(tkt_kept_t *k)
{
    uint64_t      last;
    tkt_event_t   e;
    tkt_ticket_t  t;

    last = tkt_txn_last(k->txn, TKT_SEQ_EVENT);

    if (k->place.a == 0) {
        k->place.a = tkt_kept_log_start(k, last);
        return tkt_txn_status(k->txn) == TKT_OK;
    }

    if (k->place.a > last) {
        return false;
    }

    if (!tkt_kept_log(k, k->place.a++, &e)) {
        tkt_txn_fail(k->txn, TKT_INTERNAL);
        return false;
    }

    if (e.tenant == k->tenant && e.actor == k->principal && e.message != 0
        && tkt_ticket_load_head(k->txn, k->tenant, e.ticket, &t)
        && t.requester != k->principal)
    {
        k->found = TKT_KEPT_WRITTEN;
        k->ticket = e.ticket;
        k->number = e.message;
    }

    return true;
}


/* ---- audit, notifications ---- */

static bool
tkt_kept_is_about(tkt_kept_t *k, const tkt_audit_t *e)
{
    tkt_ticket_t  t;

    switch (e->object) {

    case TKT_OBJECT_USER:
        return e->object_id == k->principal;

    case TKT_OBJECT_TOKEN:
        return e->parent_id == k->principal;

    case TKT_OBJECT_TICKET:
        return tkt_ticket_load_head(k->txn, k->tenant, e->object_id, &t)
               && t.requester == k->principal;

    default:
        return false;
    }
}


/* a: the number of the entry looked at last. */
static bool
tkt_kept_audit(tkt_kept_t *k)
{
    tkt_audit_t  e;

    if (!tkt_audit_load(k->txn, k->tenant, k->place.a + 1, &e, k->arena)) {
        return false;
    }

    k->place.a++;

    if (tkt_kept_is_about(k, &e)) {
        k->found = TKT_KEPT_AUDIT;
        k->number = e.id;
    }

    return true;
}


/* a: the number of the notification looked at last. */
static bool
tkt_kept_notice(tkt_kept_t *k)
{
    tkt_key_t     prefix, from;
    tkt_str_t     value;
    tkt_outbox_t  notice;

    tkt_key_tenant(&prefix, k->tenant);
    tkt_key_outbox(&from, k->tenant, k->place.a + 1);

    if (!tkt_kept_next(k, TKT_DB_OUTBOX, &prefix, &from, &k->place.a, &value))
    {
        return false;
    }

    if (!tkt_record_unpack(&tkt_outbox_schema, value, &notice)) {
        tkt_txn_fail(k->txn, TKT_INTERNAL);
        return false;
    }

    if (notice.principal == k->principal) {
        k->found = TKT_KEPT_NOTICE;
        k->number = k->place.a;
    }

    return true;
}


/* ---- watched tickets, drafts ---- */

/* a: the ticket given last. */
static bool
tkt_kept_watched(tkt_kept_t *k)
{
    tkt_key_t  prefix, from;

    tkt_key_relations(&prefix, k->tenant, TKT_RELATION_WATCHING,
                      k->principal);
    tkt_key_relation(&from, k->tenant, TKT_RELATION_WATCHING, k->principal,
                     k->place.a + 1);

    if (!tkt_kept_next(k, TKT_DB_RELATION, &prefix, &from, &k->place.a, NULL))
    {
        return false;
    }

    k->found = TKT_KEPT_WATCHED;
    k->ticket = k->place.a;

    return true;
}


/* a, b: ticket and principal of the draft looked at last. */
static bool
tkt_kept_draft(tkt_kept_t *k)
{
    if (!tkt_drafts_next(k->txn, k->tenant, &k->place.a, &k->place.b)) {
        return false;
    }

    if (k->place.b == k->principal) {
        k->found = TKT_KEPT_DRAFT;
        k->ticket = k->place.a;
    }

    return true;
}


/* a: the number of the notice given last. */
static bool
tkt_kept_told(tkt_kept_t *k)
{
    tkt_notice_t  n;

    if (!tkt_notice_at(k->txn, k->tenant, k->principal, k->place.a + 1, &n)) {
        return false;
    }

    k->found = TKT_KEPT_TOLD;
    k->number = k->place.a = n.id;

    return true;
}


/* ---- files ---- */

/* The next of a relation to files after b. */
static bool
tkt_kept_next_file(tkt_kept_t *k, tkt_relation_t kind, uint64_t from,
    uint64_t *place)
{
    tkt_key_t  prefix, start;

    tkt_key_relations(&prefix, k->tenant, kind, from);
    tkt_key_relation(&start, k->tenant, kind, from, *place + 1);

    return tkt_kept_next(k, TKT_DB_RELATION, &prefix, &start, place, NULL);
}


/* a: ticket; b: the place of the file given last. */
static bool
tkt_kept_file(tkt_kept_t *k)
{
    if (k->place.a != 0
        && tkt_kept_next_file(k, TKT_RELATION_FILE, k->place.a, &k->place.b))
    {
        k->found = TKT_KEPT_FILE;
        k->ticket = k->place.a;
        k->number = k->place.b;
        return true;
    }

    k->place.b = 0;

    return tkt_kept_next_ticket(k);
}


/* a: the place of the one given last. */
static bool
tkt_kept_upload(tkt_kept_t *k)
{
    if (!tkt_kept_next_file(k, TKT_RELATION_UPLOADED, k->principal,
                            &k->place.a))
    {
        return false;
    }

    k->found = TKT_KEPT_UPLOAD;
    k->number = k->place.a;

    return true;
}


/* ---- the walk ---- */

static bool (*const  tkt_kept_kinds[TKT_KEPT_MAX])(tkt_kept_t *k) = {
    [TKT_KEPT_PRINCIPAL] = tkt_kept_principal,
    [TKT_KEPT_TOKEN]     = tkt_kept_token,
    [TKT_KEPT_TICKET]    = tkt_kept_ticket,
    [TKT_KEPT_MESSAGE]   = tkt_kept_message,
    [TKT_KEPT_EVENT]     = tkt_kept_event,
    [TKT_KEPT_WRITTEN]   = tkt_kept_written,
    [TKT_KEPT_AUDIT]     = tkt_kept_audit,
    [TKT_KEPT_NOTICE]    = tkt_kept_notice,
    [TKT_KEPT_WATCHED]   = tkt_kept_watched,
    [TKT_KEPT_DRAFT]     = tkt_kept_draft,
    [TKT_KEPT_TOLD]      = tkt_kept_told,
    [TKT_KEPT_FILE]      = tkt_kept_file,
    [TKT_KEPT_UPLOAD]    = tkt_kept_upload,
    [TKT_KEPT_VIEW]      = tkt_kept_view,
    [TKT_KEPT_MACRO]     = tkt_kept_macro,
    [TKT_KEPT_MEMBER]    = tkt_kept_member,
    [TKT_KEPT_PRESENCE]  = tkt_kept_presence,
};


bool
tkt_kept_place_valid(tkt_kept_t *k)
{
    tkt_event_t              e;
    tkt_ticket_t             t;
    const tkt_kept_place_t  *p = &k->place;

    if (p->kind >= TKT_KEPT_MAX || !(k->kinds & tkt_bit(p->kind))) {
        return p->kind == TKT_KEPT_NONE;
    }

    if (p->kind != TKT_KEPT_MESSAGE && p->kind != TKT_KEPT_EVENT
        && p->kind != TKT_KEPT_FILE)
    {
        return p->a < UINT64_MAX;
    }

    /* nor may it lead into the tickets of others */

    if (p->a == 0) {
        return p->b == 0;
    }

    return tkt_ticket_load_head(k->txn, k->tenant, p->a, &t)
           && t.requester == k->principal
           && (p->kind != TKT_KEPT_EVENT || p->b == 0
               || (tkt_kept_log(k, p->b, &e) && e.ticket == p->a
                   && e.tenant == k->tenant));
}


bool
tkt_kept_step(tkt_kept_t *k)
{
    k->found = TKT_KEPT_NONE;

    while (k->place.kind < TKT_KEPT_MAX
           && tkt_txn_status(k->txn) == TKT_OK)
    {
        if ((k->kinds & tkt_bit(k->place.kind))
            && tkt_kept_kinds[k->place.kind](k))
        {
            return true;
        }

        k->place = (tkt_kept_place_t) { .kind = k->place.kind + 1 };
    }

    return false;
}
