/*
 * Links between tickets; see the header.
 */

#include "app/rows/tkt_items.h"
#include "app/ticket/tkt_links.h"
#include "app/ticket/tkt_ticket.h"
#include "base/tkt_text.h"


typedef struct {
    uint8_t  inverse;            /* tkt_link_kind_t                          */
    bool     by_hand;
} tkt_link_row_t;

static const tkt_link_row_t  tkt_link_rows[TKT_LINK_MAX] = {
    [TKT_LINK_RELATED]        = { TKT_LINK_RELATED,        true },
    [TKT_LINK_DUPLICATE]      = { TKT_LINK_DUPLICATED_BY,  true },
    [TKT_LINK_DUPLICATED_BY]  = { TKT_LINK_DUPLICATE,      true },
    [TKT_LINK_PARENT]         = { TKT_LINK_CHILD,          true },
    [TKT_LINK_CHILD]          = { TKT_LINK_PARENT,         true },
    [TKT_LINK_FOLLOW_UP_OF]   = { TKT_LINK_FOLLOWED_UP_BY, true },
    [TKT_LINK_FOLLOWED_UP_BY] = { TKT_LINK_FOLLOW_UP_OF,   true },
    [TKT_LINK_SPLIT_FROM]     = { TKT_LINK_SPLIT_INTO,     false },
    [TKT_LINK_SPLIT_INTO]     = { TKT_LINK_SPLIT_FROM,     false },
    [TKT_LINK_COMPLAINT_OF]   = { TKT_LINK_COMPLAINT,      false },
    [TKT_LINK_COMPLAINT]      = { TKT_LINK_COMPLAINT_OF,   false },
    [TKT_LINK_MERGED_FROM]    = { TKT_LINK_MERGED_INTO,    false },
    [TKT_LINK_MERGED_INTO]    = { TKT_LINK_MERGED_FROM,    false },
};


bool
tkt_links_next(tkt_str_t *rest, tkt_link_kind_t *kind, uint64_t *ticket)
{
    size_t          n;
    uint64_t        value;
    tkt_str_t       item;
    const uint8_t  *colon;

    while (tkt_items_next(rest, &item)) {
        colon = item.len == 0 ? NULL : memchr(item.data, ':', item.len);

        if (colon == NULL) {
            continue;
        }

        n = (size_t) (colon - item.data);

        if (tkt_names_find(&tkt_link_names, (tkt_str_t) { item.data, n },
                           &value)
            && tkt_u64_parse((tkt_str_t) { colon + 1, item.len - n - 1 },
                             ticket))
        {
            *kind = (tkt_link_kind_t) value;
            return true;
        }
    }

    return false;
}


tkt_link_kind_t
tkt_link_inverse(tkt_link_kind_t kind)
{
    return (tkt_link_kind_t) tkt_link_rows[kind].inverse;
}


bool
tkt_link_by_hand(tkt_link_kind_t kind)
{
    return tkt_link_rows[kind].by_hand;
}


bool
tkt_links_have(const tkt_ticket_t *t, tkt_link_kind_t kind, uint64_t other)
{
    uint64_t         id;
    tkt_str_t        rest = t->link_list;
    tkt_link_kind_t  k;

    while (tkt_links_next(&rest, &k, &id)) {
        if (k == kind && id == other) {
            return true;
        }
    }

    return false;
}


bool
tkt_links_room(const tkt_ticket_t *t)
{
    return tkt_items_count(t->link_list) < TKT_LINKS_MAX;
}


static tkt_str_t
tkt_link_item(tkt_call_t *c, tkt_link_kind_t kind, uint64_t other)
{
    return tkt_arena_printf(c->arena, "%.*s:%llu",
                            (int) tkt_link_names.names[kind].len,
                            (const char *) tkt_link_names.names[kind].data,
                            (unsigned long long) other);
}


void
tkt_links_add(tkt_call_t *c, tkt_ticket_t *t, tkt_link_kind_t kind,
    uint64_t other)
{
    t->link_list = tkt_items_add(t->link_list, tkt_link_item(c, kind, other),
                                 c->arena);
}


void
tkt_links_remove(tkt_call_t *c, tkt_ticket_t *t, tkt_link_kind_t kind,
    uint64_t other)
{
    t->link_list = tkt_items_remove(t->link_list,
                                    tkt_link_item(c, kind, other), c->arena);
}


/* ---- parents and children ---- */

static uint64_t
tkt_links_parent(const tkt_ticket_t *t)
{
    uint64_t         id;
    tkt_str_t        rest = t->link_list;
    tkt_link_kind_t  kind;

    while (tkt_links_next(&rest, &kind, &id)) {
        if (kind == TKT_LINK_PARENT) {
            return id;
        }
    }

    return 0;
}


bool
tkt_links_child(tkt_call_t *c, const tkt_ticket_t *parent,
    const tkt_ticket_t *child)
{
    unsigned      depth;
    uint64_t      above;
    tkt_ticket_t  t;

    above = tkt_links_parent(child);

    if (above != 0 && above != parent->id) {
        tkt_call_fail(c, TKT_CONFLICT, "ticket %llu is a child of %llu "
                      "already, and has one parent at most",
                      (unsigned long long) child->id,
                      (unsigned long long) above);
        return false;
    }

    /* each has one parent, so that the way up has no forks */

    t = *parent;

    for (depth = 0; depth < TKT_LINK_DEPTH_MAX; depth++) {

        if (t.id == child->id) {
            tkt_call_fail(c, TKT_CONFLICT, "ticket %llu is below ticket %llu "
                          "and cannot be above it, too",
                          (unsigned long long) parent->id,
                          (unsigned long long) child->id);
            return false;
        }

        above = tkt_links_parent(&t);

        if (above == 0
            || !tkt_ticket_load(c->txn, (uint32_t) parent->tenant, above, &t,
                                false, c->arena))
        {
            return true;
        }
    }

    tkt_call_fail(c, TKT_CONFLICT, "there are %d tickets above it already",
                  TKT_LINK_DEPTH_MAX);

    return false;
}


uint64_t
tkt_links_blocker(tkt_call_t *c, const tkt_ticket_t *t)
{
    uint64_t         id;
    tkt_str_t        rest = t->link_list;
    tkt_ticket_t     child;
    tkt_link_kind_t  kind;

    while (tkt_links_next(&rest, &kind, &id)) {
        if (kind == TKT_LINK_CHILD
            && tkt_ticket_load_head(c->txn, (uint32_t) t->tenant, id, &child)
            && (TKT_STATES_ACTIVE & tkt_bit(child.state)))
        {
            return id;
        }
    }

    return 0;
}


/* ---- the other end ---- */

void
tkt_links_other(tkt_call_t *c, const tkt_ticket_t *t, uint64_t other,
    tkt_link_kind_t kind, bool put, tkt_str_t reason)
{
    tkt_event_t   event = {
        .action = TKT_ACTION_EDIT + 1, .internal = 1, .reason = reason
    };
    tkt_ticket_t  before, o;

    if (!tkt_ticket_load(c->txn, (uint32_t) t->tenant, other, &before, true,
                         c->arena))
    {
        tkt_txn_fail(c->txn, TKT_INTERNAL);
        return;
    }

    o = before;

    if (put) {
        tkt_links_add(c, &o, tkt_link_inverse(kind), t->id);

    } else {
        tkt_links_remove(c, &o, tkt_link_inverse(kind), t->id);
    }

    if (!tkt_str_eq(o.link_list, before.link_list)) {
        tkt_ticket_commit(c, &before, &o, &event);
    }
}
