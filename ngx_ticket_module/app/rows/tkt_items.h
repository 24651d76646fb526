/*
 * Lists of short texts as a ticket keeps them: canonical JSON arrays of
 * strings without escapes, ["a","b"]; the empty slice is the empty list.
 */

#ifndef TKT_ITEMS_H
#define TKT_ITEMS_H


#include "base/tkt_arena.h"


/* Takes the first item off *rest; false at the end.  Both are slices. */
bool tkt_items_next(tkt_str_t *rest, tkt_str_t *item);

bool tkt_items_has(tkt_str_t list, tkt_str_t item);
size_t tkt_items_count(tkt_str_t list);

/*
 * The list with the item at its end, or without it, in the arena; the list
 * itself if nothing changes.  Without memory the arena has failed and the
 * list is empty.
 */
tkt_str_t tkt_items_add(tkt_str_t list, tkt_str_t item, tkt_arena_t *arena);
tkt_str_t tkt_items_remove(tkt_str_t list, tkt_str_t item,
    tkt_arena_t *arena);

/* An id as an item, in the arena. */
tkt_str_t tkt_items_id(uint64_t id, tkt_arena_t *arena);


#endif /* TKT_ITEMS_H */
