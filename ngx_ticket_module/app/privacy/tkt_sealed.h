/*
 * Confidential text of tickets, as it lies in the store.  A ticket that has
 * some has has_confidential set, sealed_version tells since which version of
 * the ticket, and there are two entries in `sealed`: field 0, a data key of
 * this one text wrapped by the newest master key, and field 1, the text under
 * that data key.  Both are bound to sealed_version, which no other text of
 * the ticket ever has.  `sealed_by` counts the data keys of each master key and
 * keeps its mark, by which another key of the same id is told from it.
 *
 * All of these are called in the command's write transaction, before
 * tkt_ticket_commit.
 */

#ifndef TKT_SEALED_H
#define TKT_SEALED_H


#include "app/call/tkt_call.h"
#include "app/rows/tkt_rows.h"
#include "crypto/tkt_seal.h"


/* Of a row of `sealed_by`. */
enum { TKT_SEALED_BY_COUNT, TKT_SEALED_BY_MARK, TKT_SEALED_BY_CELLS };

#define TKT_SEALED_KEY   0
#define TKT_SEALED_TEXT  1


/*
 * Whether keys newer than this process's are in use: true, and answered with
 * 503, as the process is about to end.  It needs to have keys.
 */
bool tkt_sealed_behind(tkt_call_t *c);

/*
 * Whether the process's key of this id is another one than the store was
 * sealed with: true, and answered with 500, which the operator finds in the
 * log.  False for a key that one of them has not.  It needs to have keys.
 */
bool tkt_sealed_foreign(tkt_call_t *c, uint32_t id);

/*
 * Whether text can be sealed here and now; otherwise false, and answered: no
 * key is configured, the ticket is closed, keys newer than this process's are
 * in use, or its newest is not the one that was used before.
 */
bool tkt_sealed_check(tkt_call_t *c, const tkt_ticket_t *t);

/* Seals the ticket's text in place of what it had. */
void tkt_sealed_put(tkt_call_t *c, tkt_ticket_t *t, tkt_str_t text);

/*
 * What a patch says about confidential text: nothing, a new one, or null, to
 * destroy it.  False, and answered, if it may not.
 */
bool tkt_sealed_patch(tkt_call_t *c, const tkt_ticket_t *before,
    tkt_ticket_t *t);

/*
 * The text, in the call's arena.  False if it does not open, whatever the
 * reason: no such key, damaged, of another ticket, of another time.
 */
bool tkt_sealed_open(tkt_call_t *c, const tkt_ticket_t *t, tkt_str_t *text);

/* Answers for a text that does not open. */
void tkt_sealed_shut(tkt_call_t *c, const tkt_ticket_t *t);

/* Destroys key and text; no master key is needed.  Nothing if it has none. */
void tkt_sealed_destroy(tkt_txn_t *txn, tkt_ticket_t *t);

/*
 * Sets the timer when a ticket with confidential text closes, and takes it
 * away when it opens again or has no such text any more.  Called by
 * tkt_ticket_commit; before may be NULL.
 */
void tkt_sealed_timer(tkt_call_t *c, const tkt_ticket_t *before,
    const tkt_ticket_t *t);

/* When the text of a closed ticket is to be destroyed. */
int64_t tkt_sealed_until(tkt_txn_t *txn, const tkt_ticket_t *t,
    tkt_arena_t *arena);

/* Where an entry of a ticket belongs. */
tkt_seal_place_t tkt_sealed_place(const tkt_ticket_t *t, uint8_t field);


/*
 * Wraps data keys anew that are not under the newest master key, a batch of
 * at most TKT_REWRAP_BATCH_MAX in a transaction of its own, through the same
 * door as every command.  `from` is where to go on, empty at first; it is
 * set, and `done` when the end was reached.  random: 32 bytes.
 */
typedef struct {
    tkt_key_t  from;
    bool       done;
    uint64_t   rewrapped;          /* so far                                 */
    uint64_t   failed;             /* that no key opens                      */
    uint32_t   foreign;            /* the newest key, if it is not the one of
                                      this id that the store knows: nothing
                                      was done; else 0                       */
} tkt_rewrap_t;

tkt_status_t tkt_app_rewrap(tkt_env_t *env, const tkt_keyring_t *ring,
    tkt_rewrap_t *state, int64_t now_ms, const uint8_t random[32]);

/*
 * Closes a master key for good: afterwards no process whose newest key is
 * not at least `newest` seals anything.  False if `id` has still wrapped
 * data keys; their number is in *count.
 */
tkt_status_t tkt_app_retire(tkt_env_t *env, uint32_t id, uint32_t newest,
    uint64_t *count);

/* The greatest id that `sealed_by` knows, 0 if none. */
uint32_t tkt_sealed_greatest(tkt_txn_t *txn);

/* How many data keys a master key has wrapped. */
uint64_t tkt_sealed_count(tkt_txn_t *txn, uint32_t id);

/* Whether the key of this id has not the mark that the store keeps of it. */
bool tkt_sealed_differs(tkt_txn_t *txn, const tkt_keyring_t *ring,
    uint32_t id);

/* Counts data keys that the key has wrapped, with its mark. */
void tkt_sealed_count_add(tkt_txn_t *txn, const tkt_keyring_t *ring,
    uint32_t id, int64_t delta);


#endif /* TKT_SEALED_H */
