/*
 * See the header.
 */

#include "app/rows/tkt_assigned.h"


#define TKT_ASSIGNED_SETS_MAX  (2 * TKT_PRIORITY_URGENT)


void
tkt_key_assigned(tkt_key_t *k, uint32_t tenant, uint64_t assignee,
    unsigned class, unsigned urgency)
{
    tkt_key_principal(k, tenant, assignee);
    tkt_key_u8(k, (uint8_t) class);
    tkt_key_u8(k, (uint8_t) urgency);
}


static void
tkt_key_assigned_of(tkt_key_t *k, const tkt_ticket_t *t)
{
    tkt_key_assigned(k, (uint32_t) t->tenant, t->assignee, tkt_class(t->state),
                     tkt_urgency(t->priority));
}


/* ---- reading ---- */

/* Where a set begins, by its number: behind the start, or 0 for its end. */
static uint64_t
tkt_assigned_from(tkt_assigned_order_t order, unsigned set, unsigned urgency,
    uint64_t id)
{
    if (id == 0 || (order == TKT_ASSIGNED_URGENT && set > urgency)) {
        return 0;
    }

    return (order == TKT_ASSIGNED_NEWEST) ? id - 1 : id + 1;
}


void
tkt_assigned_open(tkt_assigned_t *a, tkt_txn_t *txn, uint32_t tenant,
    uint64_t assignee, uint32_t classes, uint32_t priorities,
    tkt_assigned_order_t order, unsigned urgency, uint64_t id,
    tkt_arena_t *arena)
{
    uint8_t              at;
    unsigned             class, p;
    tkt_key_t            prefix;
    tkt_assigned_set_t  *s;

    a->order = order;
    a->count = 0;
    a->sets = tkt_arena_alloc(arena, TKT_ASSIGNED_SETS_MAX
                                     * sizeof(tkt_assigned_set_t));
    if (a->sets == NULL) {
        tkt_txn_fail(txn, TKT_BUSY);
        return;
    }

    for (class = TKT_CLASS_ACTIVE; class <= TKT_CLASS_DONE; class++) {
        for (p = TKT_PRIORITY_LOW; p <= TKT_PRIORITY_URGENT; p++) {
            at = tkt_urgency(p);

            if (!(classes & tkt_bit(class)) || !(priorities & tkt_bit(p))
                || (order == TKT_ASSIGNED_URGENT && id != 0 && at < urgency)
                || (order == TKT_ASSIGNED_NEWEST && id == 1))
            {
                continue;
            }

            s = &a->sets[a->count];
            s->urgency = at;
            tkt_key_assigned(&prefix, tenant, assignee, class, at);
            tkt_packed_open(&s->set, txn, TKT_DB_BY_ASSIGNEE, &prefix,
                            tkt_assigned_from(order, at, urgency, id),
                            order == TKT_ASSIGNED_NEWEST);

            a->count += tkt_packed_next(&s->set, &s->id);
        }
    }
}


static bool
tkt_assigned_before(const tkt_assigned_t *a, const tkt_assigned_set_t *x,
    const tkt_assigned_set_t *y)
{
    if (a->order == TKT_ASSIGNED_URGENT && x->urgency != y->urgency) {
        return x->urgency < y->urgency;
    }

    return (a->order == TKT_ASSIGNED_NEWEST) ? x->id > y->id : x->id < y->id;
}


bool
tkt_assigned_next(tkt_assigned_t *a, uint8_t *urgency, uint64_t *id)
{
    size_t               i;
    tkt_assigned_set_t  *s;

    if (a->count == 0) {
        return false;
    }

    s = a->sets;

    for (i = 1; i < a->count; i++) {
        if (tkt_assigned_before(a, &a->sets[i], s)) {
            s = &a->sets[i];
        }
    }

    *urgency = s->urgency;
    *id = s->id;

    if (!tkt_packed_next(&s->set, &s->id)) {
        *s = a->sets[--a->count];
    }

    return true;
}


bool
tkt_assigned_has(tkt_txn_t *txn, const tkt_ticket_t *t)
{
    tkt_key_t  prefix;

    tkt_key_assigned_of(&prefix, t);

    return tkt_packed_has(txn, TKT_DB_BY_ASSIGNEE, &prefix, t->id);
}


/* ---- writing ---- */

void
tkt_assigned_move(tkt_txn_t *txn, const tkt_ticket_t *from,
    const tkt_ticket_t *to)
{
    tkt_key_t  old, new;

    old.len = 0;
    new.len = 0;

    if (from != NULL && from->assignee != 0) {
        tkt_key_assigned_of(&old, from);
    }

    if (to->assignee != 0) {
        tkt_key_assigned_of(&new, to);
    }

    if (old.len == new.len && memcmp(old.data, new.data, new.len) == 0) {
        return;
    }

    if (old.len > 0) {
        tkt_packed_remove(txn, TKT_DB_BY_ASSIGNEE, &old, from->id);
    }

    if (new.len > 0) {
        tkt_packed_add(txn, TKT_DB_BY_ASSIGNEE, &new, to->id);
    }
}
