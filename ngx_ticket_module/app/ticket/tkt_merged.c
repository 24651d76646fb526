/*
 * Merged tickets; see the header.
 */

#include "app/notice/tkt_notices.h"
#include "app/notice/tkt_watchers.h"
#include "app/rows/tkt_relations.h"
#include "app/ticket/tkt_links.h"
#include "app/ticket/tkt_merged.h"
#include "app/ticket/tkt_parts.h"
#include "app/ticket/tkt_ticket.h"
#include "app/who/tkt_caller.h"


/*
 * Whether someone of t may watch its target: staff who see the target anyway,
 * others when both have one requester.  A merge shows nobody what grants, or
 * its being a complaint, keep from him.
 */
static bool
tkt_merged_may(tkt_call_t *c, const tkt_ticket_t *t,
    const tkt_ticket_t *into, uint64_t principal)
{
    tkt_user_t  user;

    if (principal == into->requester) {
        return false;
    }

    if (!tkt_user_load(c->txn, (uint32_t) t->tenant, principal, &user,
                       c->arena)
        || user.disabled)
    {
        return false;
    }

    return (TKT_ROLES_STAFF & tkt_bit(user.role))
           ? tkt_notify_sees(c, into, &user, true)
           : t->requester == into->requester;
}


/* Whether he comes along as a new one. */
static bool
tkt_merged_comes(tkt_call_t *c, const tkt_ticket_t *t,
    const tkt_ticket_t *into, uint64_t principal)
{
    return !tkt_watches(into, principal)
           && tkt_merged_may(c, t, into, principal);
}


static size_t
tkt_merged_newcomers(tkt_call_t *c, const tkt_ticket_t *t,
    const tkt_ticket_t *into)
{
    size_t     n;
    uint64_t   id;
    tkt_str_t  rest = t->watcher_ids;

    n = !tkt_watches(t, t->requester)
        && tkt_merged_comes(c, t, into, t->requester);

    while (tkt_watchers_next(&rest, &id)) {
        n += tkt_merged_comes(c, t, into, id);
    }

    return n;
}


/* ---- decisions ---- */

static bool
tkt_merged_into_found(tkt_call_t *c, const tkt_ticket_t *t, uint64_t id,
    tkt_ticket_t *into)
{
    tkt_caller_t  caller;

    if (id != t->id && c->actor->ticket == 0
        && tkt_ticket_load(c->txn, c->actor->tenant, id, into, false,
                           c->arena)
        && into->state != TKT_STATE_CLOSED
        && (into->requester == t->requester
            || c->actor->role != TKT_ROLE_AGENT))
    {
        caller = tkt_caller_of(c, into);

        if (tkt_workflow_sees_internal(&caller)) {
            return true;
        }
    }

    tkt_call_invalid(c, "/into", "choice",
                     "name another ticket of the same requester that is not "
                     "closed");

    return false;
}


bool
tkt_merged_check(tkt_call_t *c, const tkt_ticket_t *t, uint64_t into)
{
    tkt_ticket_t  o;

    if (!tkt_merged_into_found(c, t, into, &o)) {
        return false;
    }

    if (t->merged_count + o.merged_count + 1 > TKT_MERGED_MAX) {
        tkt_call_fail(c, TKT_CONFLICT, "ticket %llu would show the messages "
                      "of more than %d tickets", (unsigned long long) o.id,
                      TKT_MERGED_MAX);
        return false;
    }

    if (!tkt_links_room(t) || !tkt_links_room(&o)) {
        tkt_call_fail(c, TKT_CONFLICT, "ticket %llu has %d links, as many as "
                      "it may", (unsigned long long)
                      (tkt_links_room(t) ? o.id : t->id), TKT_LINKS_MAX);
        return false;
    }

    if (!tkt_watchers_room(&o, tkt_merged_newcomers(c, t, &o))) {
        tkt_call_fail(c, TKT_CONFLICT, "ticket %llu would have more than %d "
                      "watchers", (unsigned long long) o.id,
                      TKT_WATCHERS_MAX);
        return false;
    }

    return true;
}


bool
tkt_merged_undo_check(tkt_call_t *c, const tkt_ticket_t *t)
{
    uint64_t      id;
    tkt_ticket_t  o;

    /* all that it was merged into since are changed */

    for (id = t->merged_into; id != 0; id = o.merged_into) {

        if (!tkt_ticket_load_head(c->txn, c->actor->tenant, id, &o)) {
            tkt_txn_fail(c->txn, TKT_INTERNAL);
            return false;
        }

        if (o.archived) {
            tkt_call_fail(c, TKT_CONFLICT, "ticket %llu, into which it was "
                          "merged, is archived", (unsigned long long) id);
            return false;
        }
    }

    return true;
}


void
tkt_merged_link(tkt_call_t *c, const tkt_ticket_t *before, tkt_ticket_t *t)
{
    if (before->merged_into == t->merged_into) {
        return;
    }

    if (t->merged_into != 0) {
        tkt_links_add(c, t, TKT_LINK_MERGED_INTO, t->merged_into);

    } else {
        tkt_links_remove(c, t, TKT_LINK_MERGED_INTO, before->merged_into);
    }
}


/* ---- what a merge does to its target ---- */

static bool
tkt_merged_load(tkt_call_t *c, uint64_t tenant, uint64_t id,
    tkt_ticket_t *t)
{
    if (tkt_ticket_load(c->txn, (uint32_t) tenant, id, t, true, c->arena)) {
        return true;
    }

    tkt_txn_fail(c->txn, TKT_INTERNAL);

    return false;
}


/* Whether one of the tickets that were merged into it has brought him. */
static bool
tkt_merged_brought(tkt_call_t *c, const tkt_ticket_t *into,
    uint64_t principal)
{
    bool        found;
    uint64_t    source;
    tkt_key_t   prefix;
    tkt_scan_t  scan;

    /* bounded: TKT_MERGED_MAX */

    tkt_key_relations(&prefix, (uint32_t) into->tenant, TKT_RELATION_MERGED,
                      into->id);
    tkt_scan_open(&scan, c->txn, TKT_DB_RELATION, &prefix, NULL, false);

    for (found = false;
         !found && tkt_related_next(&scan, &prefix, &source);
         /* void */)
    {
        found = tkt_related(c->txn, (uint32_t) into->tenant,
                            TKT_RELATION_BROUGHT, source, principal);
    }

    tkt_scan_close(&scan);

    return found;
}


/* Who is there by another merge is there by this one, too. */
static void
tkt_merged_bring(tkt_call_t *c, const tkt_ticket_t *t, tkt_ticket_t *into,
    uint64_t principal)
{
    if (!tkt_merged_may(c, t, into, principal)) {
        return;
    }

    if (!tkt_watches(into, principal)) {
        tkt_watchers_add(c, into, principal);

    } else if (!tkt_merged_brought(c, into, principal)) {
        return;
    }

    tkt_relate(c->txn, (uint32_t) t->tenant, TKT_RELATION_BROUGHT, t->id,
               principal);
}


static void
tkt_merged_join(tkt_call_t *c, const tkt_ticket_t *t)
{
    uint64_t      id;
    tkt_str_t     rest = t->watcher_ids;
    tkt_event_t   event = { .action = TKT_ACTION_EDIT + 1, .internal = 1 };
    tkt_ticket_t  before, o;

    if (!tkt_merged_load(c, t->tenant, t->merged_into, &before)) {
        return;
    }

    o = before;
    o.merged_count += 1 + t->merged_count;
    tkt_links_add(c, &o, TKT_LINK_MERGED_FROM, t->id);
    tkt_merged_bring(c, t, &o, t->requester);

    while (tkt_watchers_next(&rest, &id)) {
        tkt_merged_bring(c, t, &o, id);
    }

    tkt_relate(c->txn, (uint32_t) t->tenant, TKT_RELATION_MERGED, o.id,
               t->id);
    tkt_ticket_commit(c, &before, &o, &event);
}


/* He came with the source: he goes, unless another one has brought him. */
static void
tkt_merged_leaves(tkt_call_t *c, uint64_t source, tkt_ticket_t *o,
    uint64_t principal)
{
    tkt_unrelate(c->txn, (uint32_t) o->tenant, TKT_RELATION_BROUGHT, source,
                 principal);

    if (!tkt_merged_brought(c, o, principal)) {
        tkt_watchers_remove(c, o, principal);
    }
}


/* Watchers whom the merge has brought go; each relation with them. */
static void
tkt_merged_send_back(tkt_call_t *c, uint64_t source, tkt_ticket_t *o)
{
    uint64_t    id;
    tkt_key_t   prefix;
    tkt_scan_t  scan;

    tkt_key_relations(&prefix, (uint32_t) o->tenant, TKT_RELATION_BROUGHT,
                      source);
    tkt_scan_open(&scan, c->txn, TKT_DB_RELATION, &prefix, NULL, false);

    while (tkt_related_next(&scan, &prefix, &id)) {
        tkt_merged_leaves(c, source, o, id);
    }

    tkt_scan_close(&scan);
}


/* Whoever has left the ticket below, and came by way of it, goes, too. */
static void
tkt_merged_send_on(tkt_call_t *c, const tkt_ticket_t *was,
    const tkt_ticket_t *below, tkt_ticket_t *o)
{
    uint64_t   id;
    tkt_str_t  rest = was->watcher_ids;

    while (tkt_watchers_next(&rest, &id)) {
        if (!tkt_watches(below, id)
            && tkt_related(c->txn, (uint32_t) o->tenant, TKT_RELATION_BROUGHT,
                           below->id, id))
        {
            tkt_merged_leaves(c, below->id, o, id);
        }
    }
}


/* Out of each above to which he came by way of the one below. */
static void
tkt_merged_left_above(tkt_call_t *c, const tkt_ticket_t *t,
    uint64_t principal)
{
    uint64_t      below;
    tkt_event_t   event;
    tkt_ticket_t  before, o = *t;

    while (o.merged_into != 0 && o.requester != principal
           && tkt_related(c->txn, (uint32_t) o.tenant, TKT_RELATION_BROUGHT,
                          o.id, principal)
           && tkt_merged_load(c, o.tenant, o.merged_into, &before)
           && !before.archived)
    {
        below = o.id;
        o = before;
        tkt_merged_leaves(c, below, &o, principal);

        if (tkt_watches(&o, principal)) {
            return;
        }

        event = (tkt_event_t) { .action = TKT_ACTION_EDIT + 1,
                                .internal = 1 };
        tkt_ticket_commit(c, &before, &o, &event);
    }
}


void
tkt_merged_left(tkt_call_t *c, const tkt_ticket_t *t, uint64_t principal)
{
    uint64_t    source;
    tkt_key_t   prefix;
    tkt_scan_t  scan;

    tkt_merged_left_above(c, t, principal);

    if (t->merged_count == 0) {
        return;
    }

    /* bounded: TKT_MERGED_MAX */

    tkt_key_relations(&prefix, (uint32_t) t->tenant, TKT_RELATION_MERGED,
                      t->id);
    tkt_scan_open(&scan, c->txn, TKT_DB_RELATION, &prefix, NULL, false);

    while (tkt_related_next(&scan, &prefix, &source)) {
        tkt_unrelate(c->txn, (uint32_t) t->tenant, TKT_RELATION_BROUGHT,
                     source, principal);
    }

    tkt_scan_close(&scan);
}


/*
 * The target, and all that it was merged into since, show fewer messages.
 * What was posted meanwhile stays with the target.
 */
static void
tkt_merged_part(tkt_call_t *c, const tkt_ticket_t *source)
{
    uint64_t      id;
    tkt_event_t   event;
    tkt_ticket_t  was, before, below, o;

    memset(&before, 0, sizeof(before));
    memset(&o, 0, sizeof(o));

    for (id = source->merged_into; id != 0; id = before.merged_into) {

        was = before;
        below = o;

        if (!tkt_merged_load(c, source->tenant, id, &before)) {
            return;
        }

        o = before;
        o.merged_count -= 1 + source->merged_count;

        if (id == source->merged_into) {
            tkt_links_remove(c, &o, TKT_LINK_MERGED_FROM, source->id);
            tkt_merged_send_back(c, source->id, &o);
            tkt_unrelate(c->txn, (uint32_t) o.tenant, TKT_RELATION_MERGED,
                         o.id, source->id);

        } else {
            tkt_merged_send_on(c, &was, &below, &o);
        }

        event = (tkt_event_t) { .action = TKT_ACTION_EDIT + 1,
                                .internal = 1 };
        tkt_ticket_commit(c, &before, &o, &event);
    }
}


void
tkt_parts_merged(tkt_call_t *c, const tkt_ticket_t *before,
    const tkt_ticket_t *t)
{
    if (before == NULL || before->merged_into == t->merged_into) {
        return;
    }

    if (t->merged_into != 0) {
        tkt_merged_join(c, t);

    } else {
        tkt_merged_part(c, before);
    }
}


/* ---- for readers and writers of messages ---- */

bool
tkt_parts_target(tkt_call_t *c, tkt_ticket_t *t)
{
    while (t->merged_into != 0) {
        if (!tkt_merged_load(c, t->tenant, t->merged_into, t)) {
            return false;
        }
    }

    return true;
}


/* Adds those that were merged into sources[i]. */
static size_t
tkt_merged_below(tkt_call_t *c, const tkt_ticket_t *t,
    tkt_merged_source_t *sources, size_t i, size_t n)
{
    uint64_t      id;
    tkt_key_t     prefix;
    tkt_scan_t    scan;
    tkt_ticket_t  source;

    tkt_key_relations(&prefix, (uint32_t) t->tenant, TKT_RELATION_MERGED,
                      sources[i].ticket);
    tkt_scan_open(&scan, c->txn, TKT_DB_RELATION, &prefix, NULL, false);

    while (n <= TKT_MERGED_MAX && tkt_related_next(&scan, &prefix, &id)) {
        if (tkt_ticket_load_head(c->txn, (uint32_t) t->tenant, id, &source)) {
            sources[n++] = (tkt_merged_source_t) {
                .ticket = id, .count = source.message_count
            };
        }
    }

    tkt_scan_close(&scan);

    return n;
}


size_t
tkt_merged_sources(tkt_call_t *c, const tkt_ticket_t *t,
    tkt_merged_source_t sources[TKT_MERGED_SOURCES_MAX])
{
    size_t        i, n;
    tkt_caller_t  caller;
    tkt_ticket_t  target;

    sources[0] = (tkt_merged_source_t) {
        .ticket = t->id, .count = t->message_count
    };
    n = 1;

    if (t->merged_count > 0) {
        for (i = 0; i < n; i++) {
            n = tkt_merged_below(c, t, sources, i, n);
        }
    }

    if (c->actor->id == 0) {
        return n;
    }

    /* what was posted to t stands in the one that took it at that time */

    target = *t;

    while (target.merged_into != 0 && n < TKT_MERGED_SOURCES_MAX
           && tkt_merged_load(c, t->tenant, target.merged_into, &target))
    {
        caller = tkt_caller_of(c, &target);

        if (!tkt_workflow_visible(&caller)) {
            sources[n++] = (tkt_merged_source_t) {
                .ticket = target.id, .count = target.message_count,
                .author = c->actor->id
            };
        }
    }

    return n;
}


static bool
tkt_merged_shows(tkt_call_t *c, const tkt_ticket_t *t, bool internal)
{
    tkt_caller_t  caller = tkt_caller_of(c, t);

    return tkt_workflow_visible(&caller)
           && (!internal || tkt_workflow_sees_internal(&caller));
}


bool
tkt_merged_sees(tkt_call_t *c, const tkt_ticket_t *t, bool internal, bool own)
{
    size_t               i, n;
    tkt_ticket_t         o = *t;
    tkt_merged_source_t  sources[TKT_MERGED_SOURCES_MAX];

    /* each target on the way shows it, even to who does not see the last */

    while (o.merged_into != 0
           && tkt_merged_load(c, t->tenant, o.merged_into, &o))
    {
        if (tkt_merged_shows(c, &o, internal)) {
            return true;
        }
    }

    if (!own || internal || t->merged_count == 0) {
        return false;
    }

    n = tkt_merged_sources(c, t, sources);

    for (i = 1; i < n; i++) {
        if (sources[i].author == 0
            && tkt_ticket_load_head(c->txn, (uint32_t) t->tenant,
                                    sources[i].ticket, &o)
            && tkt_merged_shows(c, &o, false))
        {
            return true;
        }
    }

    return false;
}
