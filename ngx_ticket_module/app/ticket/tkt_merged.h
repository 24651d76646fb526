/*
 * Tickets that were merged into others.  Nothing is copied: a merged ticket
 * keeps its messages, and its target shows them among its own.
 *
 * Who is the requester of a merged ticket and not of its target sees his own
 * part only: what stands in his ticket, and what he has written since.
 */

#ifndef TKT_MERGED_H
#define TKT_MERGED_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"


/*
 * Whether t may be merged into the ticket `into`, or a merge be undone: the
 * other one is seen, not ended, of the same requester or the caller above
 * agents, and has room for links, watchers and messages.  Answers if not.
 */
bool tkt_merged_check(tkt_call_t *c, const tkt_ticket_t *t, uint64_t into);
bool tkt_merged_undo_check(tkt_call_t *c, const tkt_ticket_t *t);

/* The link of t to its target, to be committed with t. */
void tkt_merged_link(tkt_call_t *c, const tkt_ticket_t *before,
    tkt_ticket_t *t);


/* A ticket whose messages are shown with those of another. */
typedef struct {
    uint64_t  ticket;
    uint64_t  count;           /* of its messages                            */
    uint64_t  author;          /* only his; 0: all                           */
} tkt_merged_source_t;

#define TKT_MERGED_SOURCES_MAX  (TKT_MERGED_MAX + 2)

/*
 * t itself and all that were merged into it, directly or by way of another,
 * and of the targets of t each that the caller does not see, with his own
 * messages.  Returns how many: the last target counts all but itself, and no
 * more than TKT_MERGED_MAX.
 */
size_t tkt_merged_sources(tkt_call_t *c, const tkt_ticket_t *t,
    tkt_merged_source_t sources[TKT_MERGED_SOURCES_MAX]);

/*
 * He is a watcher of t no more, by himself or by somebody else: no merge has
 * brought him there, and he leaves what he came to by way of t.
 */
void tkt_merged_left(tkt_call_t *c, const tkt_ticket_t *t,
    uint64_t principal);

/*
 * Whether the caller sees what is in t by way of a merge: all of it in a
 * ticket that t was merged into (what is internal, if he sees that there), or
 * with `own`, what he has written himself, by a ticket that was merged into t.
 */
bool tkt_merged_sees(tkt_call_t *c, const tkt_ticket_t *t, bool internal,
    bool own);


#endif /* TKT_MERGED_H */
