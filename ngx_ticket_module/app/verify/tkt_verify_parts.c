/*
 * Verification of what belongs to tickets besides their records: links with
 * both ends, watchers, merged tickets, drafts; and every relation, from its
 * own end.
 */

#include <stdio.h>

#include "app/notice/tkt_watchers.h"
#include "app/rows/tkt_items.h"
#include "app/rows/tkt_relations.h"
#include "app/ticket/tkt_drafts.h"
#include "app/ticket/tkt_links.h"
#include "app/verify/tkt_verify_int.h"


/* A ticket with its short texts, which point into the map. */
static bool
tkt_verify_ticket_row(tkt_verify_t *v, uint64_t tenant, uint64_t id,
    tkt_ticket_t *t)
{
    tkt_key_t  key;
    tkt_str_t  value;

    tkt_key_ticket(&key, (uint32_t) tenant, id);

    return tkt_get(v->txn, TKT_DB_TICKET, &key, &value)
           && tkt_record_unpack(&tkt_ticket_schema, value, t);
}


/* ---- from tickets ---- */

static void
tkt_verify_links(tkt_verify_t *v, const char *what, const tkt_ticket_t *t)
{
    size_t           n;
    uint64_t         id;
    tkt_str_t        rest = t->link_list;
    tkt_ticket_t     other;
    tkt_link_kind_t  kind;

    for (n = 0; tkt_links_next(&rest, &kind, &id); n++) {

        if (!tkt_verify_ticket_row(v, t->tenant, id, &other)) {
            tkt_verify_fault(v, "%s: is linked to ticket %llu, which does "
                             "not exist", what, tkt_ull(id));

        } else if (!tkt_links_have(&other, tkt_link_inverse(kind), t->id)) {
            tkt_verify_fault(v, "%s: ticket %llu does not have the other end "
                             "of its link %.*s", what, tkt_ull(id),
                             (int) tkt_link_names.names[kind].len,
                             (const char *) tkt_link_names.names[kind].data);
        }
    }

    if (n != tkt_items_count(t->link_list) || n > TKT_LINKS_MAX) {
        tkt_verify_fault(v, "%s: has %zu items in its list of links, of which "
                         "%zu are any", what, tkt_items_count(t->link_list),
                         n);
    }
}


static void
tkt_verify_watchers(tkt_verify_t *v, const char *what, const tkt_ticket_t *t)
{
    size_t     n;
    uint64_t   id;
    tkt_str_t  rest = t->watcher_ids;

    for (n = 0; tkt_watchers_next(&rest, &id); n++) {
        if (!tkt_related(v->txn, (uint32_t) t->tenant, TKT_RELATION_WATCHING,
                         id, t->id))
        {
            tkt_verify_fault(v, "%s: its watcher %llu has no entry for it",
                             what, tkt_ull(id));
        }
    }

    if (n != tkt_items_count(t->watcher_ids) || n > TKT_WATCHERS_MAX) {
        tkt_verify_fault(v, "%s: has %zu items in its list of watchers, of "
                         "which %zu are any", what,
                         tkt_items_count(t->watcher_ids), n);
    }
}


/* How many tickets were merged into it, by way of others, too. */
static uint64_t
tkt_verify_merged_below(tkt_verify_t *v, uint64_t tenant, uint64_t id,
    unsigned depth)
{
    uint64_t    n, below;
    tkt_key_t   prefix;
    tkt_scan_t  scan;

    if (depth > TKT_MERGED_MAX) {
        return 0;
    }

    n = 0;
    tkt_key_relations(&prefix, (uint32_t) tenant, TKT_RELATION_MERGED, id);
    tkt_scan_open(&scan, v->txn, TKT_DB_RELATION, &prefix, NULL, false);

    while (n <= TKT_MERGED_MAX && tkt_related_next(&scan, &prefix, &below)) {
        n += 1 + tkt_verify_merged_below(v, tenant, below, depth + 1);
    }

    tkt_scan_close(&scan);

    return n;
}


static void
tkt_verify_merge(tkt_verify_t *v, const char *what, const tkt_ticket_t *t)
{
    uint64_t  below;

    if (t->merged_into != 0
        && (!tkt_related(v->txn, (uint32_t) t->tenant, TKT_RELATION_MERGED,
                         t->merged_into, t->id)
            || t->state != TKT_STATE_CLOSED
            || t->close_reason != TKT_CLOSE_MERGED))
    {
        tkt_verify_fault(v, "%s: was merged into ticket %llu, which has no "
                         "entry for it, or is not closed as merged", what,
                         tkt_ull(t->merged_into));
    }

    below = t->merged_count == 0 ? 0
            : tkt_verify_merged_below(v, t->tenant, t->id, 0);

    if (below != t->merged_count) {
        tkt_verify_fault(v, "%s: counts %llu tickets merged into it, and has "
                         "%llu", what, tkt_ull(t->merged_count),
                         tkt_ull(below));
    }
}


void
tkt_verify_parts_ticket(tkt_verify_t *v, const char *what,
    const tkt_ticket_t *t)
{
    tkt_str_t  step, rest = t->steps_done;

    tkt_verify_links(v, what, t);
    tkt_verify_watchers(v, what, t);
    tkt_verify_merge(v, what, t);

    while (tkt_items_next(&rest, &step)) {
        if (!tkt_items_has(t->steps, step)) {
            tkt_verify_fault(v, "%s: a step is done that it does not have",
                             what);
        }
    }
}


/* ---- from relations ---- */

static void
tkt_verify_watching(tkt_verify_t *v, const char *what, uint64_t tenant,
    uint64_t principal, uint64_t ticket)
{
    tkt_ticket_t  t;

    if (!tkt_verify_has_principal(v, tenant, principal)) {
        tkt_verify_fault(v, "%s: there is no such principal", what);
    }

    if (!tkt_verify_ticket_row(v, tenant, ticket, &t)
        || !tkt_watches(&t, principal))
    {
        tkt_verify_fault(v, "%s: the ticket does not name this watcher",
                         what);
    }
}


static void
tkt_verify_merged(tkt_verify_t *v, const char *what, const uint64_t *part)
{
    tkt_ticket_t  t;

    if (!tkt_verify_ticket_integers(v, part[0], part[3], &t)
        || t.merged_into != part[2])
    {
        tkt_verify_fault(v, "%s: the ticket was not merged into that one",
                         what);
    }

    if (!tkt_verify_ticket_integers(v, part[0], part[2], &t)
        || t.merged_count == 0)
    {
        tkt_verify_fault(v, "%s: the target counts no merged tickets", what);
    }
}


static void
tkt_verify_brought(tkt_verify_t *v, const char *what, const uint64_t *part)
{
    tkt_ticket_t  t;

    if (!tkt_verify_ticket_integers(v, part[0], part[2], &t)
        || t.merged_into == 0
        || !tkt_verify_has_principal(v, part[0], part[3]))
    {
        tkt_verify_fault(v, "%s: the ticket was not merged, or the principal "
                         "does not exist", what);
    }
}


/* Only what leads to files has a value: the key of a record. */
static void
tkt_verify_relation(tkt_verify_t *v, const uint64_t *part, tkt_str_t value)
{
    char  what[96];

    (void) snprintf(what, sizeof(what), "relation %llu/%llu/%llu/%llu",
                    tkt_ull(part[0]), tkt_ull(part[1]), tkt_ull(part[2]),
                    tkt_ull(part[3]));

    switch (part[1]) {

    case TKT_RELATION_FILE:
    case TKT_RELATION_UPLOADED:
        tkt_verify_file_relation(v, what, part, value);
        return;

    case TKT_RELATION_WATCHING:
        tkt_verify_watching(v, what, part[0], part[2], part[3]);
        break;

    case TKT_RELATION_MERGED:
        tkt_verify_merged(v, what, part);
        break;

    case TKT_RELATION_BROUGHT:
        tkt_verify_brought(v, what, part);
        break;

    default:
        tkt_verify_fault(v, "%s: there is no such kind", what);
    }

    if (value.len != 0) {
        tkt_verify_fault(v, "%s: has a value", what);
    }
}


void
tkt_verify_relations(tkt_verify_t *v)
{
    uint64_t    part[4];
    tkt_scan_t  scan;

    tkt_verify_open(v, &scan, TKT_DB_RELATION);

    while (tkt_verify_next(v, &scan, "4188", part)) {
        tkt_verify_relation(v, part, scan.value);
    }

    tkt_scan_close(&scan);
}


/* ---- drafts ---- */

/* The record of a draft, which is piece 0; `rest`: whether pieces follow. */
static bool
tkt_verify_draft(tkt_verify_t *v, const char *what, const uint64_t *part,
    tkt_str_t value)
{
    tkt_draft_t   draft;
    tkt_ticket_t  t;

    if (!tkt_record_unpack(&tkt_draft_schema, value, &draft)) {
        tkt_verify_fault(v, "%s: the record does not decode", what);
        return true;
    }

    if (draft.ticket != part[1] || draft.principal != part[2]) {
        tkt_verify_fault(v, "%s: the record is of another draft", what);
    }

    (void) tkt_verify_values(v, &tkt_draft_schema, &draft, what);

    if (!tkt_verify_ticket_integers(v, part[0], part[1], &t) || t.archived) {
        tkt_verify_fault(v, "%s: its ticket does not exist, or is archived",
                         what);
    }

    if (!tkt_verify_has_principal(v, part[0], part[2])) {
        tkt_verify_fault(v, "%s: whose it is does not exist", what);
    }

    return draft.body.len == 0;
}


void
tkt_verify_drafts(tkt_verify_t *v)
{
    bool        open;
    char        what[80];
    size_t      last;
    uint64_t    part[4], next;
    tkt_scan_t  scan;

    open = false;           /* the record at hand has its text in pieces     */
    next = 0;
    last = 0;
    tkt_verify_open(v, &scan, TKT_DB_DRAFT);

    while (tkt_verify_next(v, &scan, "4882", part)) {
        (void) snprintf(what, sizeof(what), "draft %llu/%llu/%llu",
                        tkt_ull(part[0]), tkt_ull(part[1]),
                        tkt_ull(part[2]));

        if (part[3] == 0) {

            if (open && next == 1) {
                tkt_verify_fault(v, "%s: the draft before it has no text",
                                 what);
            }

            open = tkt_verify_draft(v, what, part, scan.value);
            v->text_len = 0;
            last = TKT_CHUNK_MAX_BYTES;
            next = 1;
            continue;
        }

        if (!open) {
            tkt_verify_fault(v, "%s: piece %llu belongs to no draft", what,
                             tkt_ull(part[3]));
        }

        tkt_verify_piece(v, what, next++, part[3], scan.value, &last);
    }

    tkt_scan_close(&scan);

    if (open && next == 1) {
        tkt_verify_fault(v, "draft: the last one has no text");
    }
}
