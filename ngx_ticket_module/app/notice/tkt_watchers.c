/*
 * Watchers; see the header.
 */

#include "app/notice/tkt_watchers.h"
#include "app/rows/tkt_items.h"
#include "app/rows/tkt_relations.h"
#include "base/tkt_text.h"


bool
tkt_watchers_next(tkt_str_t *rest, uint64_t *principal)
{
    tkt_str_t  item;

    while (tkt_items_next(rest, &item)) {
        if (tkt_u64_parse(item, principal)) {
            return true;
        }
    }

    return false;
}


bool
tkt_watches(const tkt_ticket_t *t, uint64_t principal)
{
    uint64_t   id;
    tkt_str_t  rest = t->watcher_ids;

    while (tkt_watchers_next(&rest, &id)) {
        if (id == principal) {
            return true;
        }
    }

    return false;
}


bool
tkt_watchers_room(const tkt_ticket_t *t, size_t more)
{
    return tkt_items_count(t->watcher_ids) + more <= TKT_WATCHERS_MAX;
}


void
tkt_watchers_add(tkt_call_t *c, tkt_ticket_t *t, uint64_t principal)
{
    t->watcher_ids = tkt_items_add(t->watcher_ids,
                                   tkt_items_id(principal, c->arena),
                                   c->arena);
    tkt_relate(c->txn, (uint32_t) t->tenant, TKT_RELATION_WATCHING, principal,
               t->id);
}


void
tkt_watchers_remove(tkt_call_t *c, tkt_ticket_t *t, uint64_t principal)
{
    t->watcher_ids = tkt_items_remove(t->watcher_ids,
                                      tkt_items_id(principal, c->arena),
                                      c->arena);
    tkt_unrelate(c->txn, (uint32_t) t->tenant, TKT_RELATION_WATCHING,
                 principal, t->id);
}
