/*
 * Answers kept for as long as they are true: a worker's memory of what it
 * answered to GET, valid for one snapshot of the store.  A poller that asks
 * again while nothing was committed gets the same bytes without a lookup; the
 * first commit by any worker makes every answer stale at once, because the
 * snapshot's transaction id is compared each time.
 *
 * A request is known by a keyed 128-bit hash of everything its answer depends
 * on: what the location allows, mount, path, query, languages, credentials and
 * what the location's variables say of the caller.  Credentials themselves are
 * not kept.  An answer is stored when it is asked for a second time in the
 * same snapshot, so that traffic that never repeats costs a hash.
 *
 * If-None-Match is not part of that name, since it only chooses between two
 * forms of one answer: from a 200 both can be given.  A 304 is kept too, for
 * pollers who never ask for the body, and is of use to those alone whose
 * If-None-Match lists its tag; a 200 then takes its place.
 *
 * Owned and used by one thread.  Answers are counted: one that is being sent
 * outlives its place here.
 */

#ifndef TKT_ANSWERS_H
#define TKT_ANSWERS_H


#include "app/call/tkt_app.h"


typedef struct tkt_answers_s  tkt_answers_t;

typedef struct {
    uint64_t  hash[2];
    bool      usable;           /* false: too long to be remembered          */
} tkt_answer_id_t;

typedef struct tkt_answer_s  tkt_answer_t;

struct tkt_answer_s {
    unsigned      refs;
    size_t        bytes;
    uint64_t      snapshot;
    int64_t       made_at_ms;
    tkt_actor_t   actor;
    tkt_match_t   match;        /* the operation; no segments                */
    tkt_reply_t   reply;        /* its slices are in this answer             */
};


/* key: 16 random bytes of this process.  NULL without memory. */
tkt_answers_t *tkt_answers_create(const uint8_t key[16]);

/* Answers still held elsewhere live on until they are released. */
void tkt_answers_destroy(tkt_answers_t *a);

void tkt_answers_id(const tkt_answers_t *a, const tkt_request_t *req,
    tkt_answer_id_t *id);

/*
 * The answer of this snapshot, held for the caller, or NULL.  now_ms: answers
 * also end when a time in them has come (an expiring token, a window), and
 * are not given out before the time they were made, by a clock set back.  One
 * with the status 304 may be sent only if tkt_answer_not_modified.
 */
tkt_answer_t *tkt_answers_find(tkt_answers_t *a, const tkt_answer_id_t *id,
    uint64_t snapshot, int64_t now_ms);

/* Offers an answer to GET or HEAD made at now_ms; only 200 and 304 are kept. */
void tkt_answers_offer(tkt_answers_t *a, const tkt_answer_id_t *id,
    uint64_t snapshot, int64_t now_ms, const tkt_match_t *match,
    const tkt_actor_t *actor, const tkt_reply_t *reply);

void tkt_answer_release(tkt_answer_t *answer);

/* Whether If-None-Match lists the answer's entity tag. */
bool tkt_answer_not_modified(const tkt_answer_t *answer,
    tkt_str_t if_none_match);


#endif /* TKT_ANSWERS_H */
