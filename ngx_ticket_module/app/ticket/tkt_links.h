/*
 * Links between tickets of a tenant.  Each is kept at both ends as an item
 * "KIND:ID" of `link_list`; the kind says what the other ticket is to the one
 * that has the item, and the other end has the inverse.
 */

#ifndef TKT_LINKS_H
#define TKT_LINKS_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


/* Takes the first link off *rest, a link_list; false at the end. */
bool tkt_links_next(tkt_str_t *rest, tkt_link_kind_t *kind,
    uint64_t *ticket);

/* What this ticket is to the other one. */
tkt_link_kind_t tkt_link_inverse(tkt_link_kind_t kind);

/* Kinds that people put and take away; the others follow from what is done. */
bool tkt_link_by_hand(tkt_link_kind_t kind);

bool tkt_links_have(const tkt_ticket_t *t, tkt_link_kind_t kind,
    uint64_t other);

/* Whether t may have one link more. */
bool tkt_links_room(const tkt_ticket_t *t);

/* Change t->link_list in the call's arena; the rest is the caller's. */
void tkt_links_add(tkt_call_t *c, tkt_ticket_t *t, tkt_link_kind_t kind,
    uint64_t other);
void tkt_links_remove(tkt_call_t *c, tkt_ticket_t *t, tkt_link_kind_t kind,
    uint64_t other);

/*
 * Whether `child` may become a child of `parent`: it has no other parent, and
 * the parent is not among those below it.  Answers 409 if not.
 */
bool tkt_links_child(tkt_call_t *c, const tkt_ticket_t *parent,
    const tkt_ticket_t *child);

/* The active ones among the children of t: the first; 0: there is none. */
uint64_t tkt_links_blocker(tkt_call_t *c, const tkt_ticket_t *t);

/*
 * Puts or takes away the other end of a link that t has, or has no more, and
 * commits that ticket with an event for staff; `reason` may be empty.
 */
void tkt_links_other(tkt_call_t *c, const tkt_ticket_t *t, uint64_t other,
    tkt_link_kind_t kind, bool put, tkt_str_t reason);


#endif /* TKT_LINKS_H */
