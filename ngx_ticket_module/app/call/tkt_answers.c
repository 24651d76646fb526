/*
 * A set-associative table of two ways; see the header.
 */

#include <stdlib.h>

#include "app/call/tkt_answers.h"
#include "app/call/tkt_call.h"
#include "crypto/tkt_crypto.h"


#define TKT_ANSWER_SETS       4096
#define TKT_ANSWER_WAYS       2
#define TKT_ANSWER_SLOTS      (TKT_ANSWER_SETS * TKT_ANSWER_WAYS)
#define TKT_ANSWER_ID_BYTES   2048
#define TKT_ANSWER_PART_BYTES 256
#define TKT_ANSWER_SWEEP_MAX  64


typedef struct {
    uint64_t       hash[2];
    uint64_t       snapshot;    /* in which it was last asked for            */
    tkt_answer_t  *answer;      /* NULL: only seen                           */
} tkt_answer_slot_t;

struct tkt_answers_s {
    uint8_t            key[16];
    size_t             bytes;
    size_t             hand;    /* where making room goes on                 */
    tkt_answer_slot_t  slots[TKT_ANSWER_SLOTS];
};


tkt_answers_t *
tkt_answers_create(const uint8_t key[16])
{
    tkt_answers_t  *a;

    a = calloc(1, sizeof(tkt_answers_t));

    if (a != NULL) {
        memcpy(a->key, key, sizeof(a->key));
    }

    return a;
}


void
tkt_answer_release(tkt_answer_t *answer)
{
    if (--answer->refs == 0) {
        free(answer);
    }
}


static void
tkt_answer_drop(tkt_answers_t *a, tkt_answer_slot_t *slot)
{
    if (slot->answer != NULL) {
        a->bytes -= slot->answer->bytes;
        tkt_answer_release(slot->answer);
        slot->answer = NULL;
    }
}


void
tkt_answers_destroy(tkt_answers_t *a)
{
    size_t  i;

    if (a == NULL) {
        return;
    }

    for (i = 0; i < TKT_ANSWER_SLOTS; i++) {
        tkt_answer_drop(a, &a->slots[i]);
    }

    tkt_wipe(a->key, sizeof(a->key));
    free(a);
}


/* Bytes that name a request, as far as there is room. */
typedef struct {
    size_t    len;
    bool      full;
    uint8_t   text[TKT_ANSWER_ID_BYTES];
} tkt_answer_text_t;


/* Lengths first, so that parts cannot be confused. */
static void
tkt_answer_part(tkt_answer_text_t *t, tkt_str_t part)
{
    uint32_t  len = (uint32_t) part.len;

    if (t->full || part.len > sizeof(t->text) - t->len
        || sizeof(len) > sizeof(t->text) - t->len - part.len)
    {
        t->full = true;
        return;
    }

    memcpy(t->text + t->len, &len, sizeof(len));
    t->len += sizeof(len);

    if (part.len > 0) {
        memcpy(t->text + t->len, part.data, part.len);
        t->len += part.len;
    }
}


/*
 * A long value by its hash, behind a length that no short one has; for
 * credentials, of which some are long.
 */
static void
tkt_answer_credential(const tkt_answers_t *a, tkt_answer_text_t *t,
    tkt_str_t part)
{
    uint64_t  hash[3];

    if (part.len <= TKT_ANSWER_PART_BYTES) {
        tkt_answer_part(t, part);
        return;
    }

    tkt_hash_keyed(hash, a->key, part);
    hash[2] = part.len;
    tkt_answer_part(t, tkt_str("long"));
    tkt_answer_part(t, (tkt_str_t) { (const uint8_t *) hash, sizeof(hash) });
}


void
tkt_answers_id(const tkt_answers_t *a, const tkt_request_t *req,
    tkt_answer_id_t *id)
{
    size_t             i;
    tkt_answer_text_t  t;
    tkt_str_t          parts[] = {
        { (const uint8_t *) &req->site, sizeof(req->site) },
        req->mount, req->path, req->query, req->accept_language
    };
    tkt_str_t          who[] = {
        req->identity.user, req->identity.name, req->identity.email,
        req->identity.role, req->identity.tenant, req->identity.groups
    };

    t.len = 0;
    t.full = false;

    for (i = 0; i < tkt_array_len(parts); i++) {
        tkt_answer_part(&t, parts[i]);
    }

    tkt_answer_credential(a, &t, req->authorization);

    for (i = 0; i < tkt_array_len(who); i++) {
        tkt_answer_credential(a, &t, who[i]);
    }

    id->usable = !t.full;

    if (id->usable) {
        tkt_hash_keyed(id->hash, a->key, (tkt_str_t) { t.text, t.len });
    }

    /* credentials among it */

    tkt_wipe(t.text, t.len);
}


static tkt_answer_slot_t *
tkt_answers_set(tkt_answers_t *a, const tkt_answer_id_t *id)
{
    return &a->slots[(id->hash[0] & (TKT_ANSWER_SETS - 1))
                     * TKT_ANSWER_WAYS];
}


static bool
tkt_answer_slot_is(const tkt_answer_slot_t *slot, const tkt_answer_id_t *id)
{
    return slot->hash[0] == id->hash[0] && slot->hash[1] == id->hash[1];
}


tkt_answer_t *
tkt_answers_find(tkt_answers_t *a, const tkt_answer_id_t *id,
    uint64_t snapshot, int64_t now_ms)
{
    size_t              way;
    tkt_answer_t       *answer;
    tkt_answer_slot_t  *slot;

    if (!id->usable) {
        return NULL;
    }

    slot = tkt_answers_set(a, id);

    for (way = 0; way < TKT_ANSWER_WAYS; way++, slot++) {

        answer = slot->answer;

        if (answer != NULL && answer->snapshot == snapshot
            && tkt_answer_slot_is(slot, id)
            && now_ms >= answer->made_at_ms
            && (answer->reply.fresh_until_ms == 0
                || now_ms < answer->reply.fresh_until_ms))
        {
            answer->refs++;
            return answer;
        }
    }

    return NULL;
}


/* Drops answers, the stale ones' memory first met, until n bytes fit. */
static bool
tkt_answers_room(tkt_answers_t *a, size_t n)
{
    size_t  steps;

    for (steps = 0; a->bytes + n > TKT_ANSWERS_MAX_BYTES; steps++) {

        if (steps == TKT_ANSWER_SWEEP_MAX) {
            return false;
        }

        tkt_answer_drop(a, &a->slots[a->hand]);
        a->hand = (a->hand + 1) % TKT_ANSWER_SLOTS;
    }

    return true;
}


static tkt_str_t
tkt_answer_copy(uint8_t **pos, tkt_str_t s)
{
    tkt_str_t  copy = { *pos, s.len };

    if (s.len > 0) {
        memcpy(*pos, s.data, s.len);
        *pos += s.len;
    }

    return copy;
}


static size_t
tkt_answer_bytes(const tkt_reply_t *r)
{
    return sizeof(tkt_answer_t) + r->body.len + r->etag.len + r->link.len
           + r->file.len + r->file_type.len + r->disposition.len;
}


static tkt_answer_t *
tkt_answer_make(const tkt_match_t *match, const tkt_actor_t *actor,
    const tkt_reply_t *reply)
{
    size_t         n;
    uint8_t       *pos;
    tkt_answer_t  *answer;

    n = tkt_answer_bytes(reply);

    answer = malloc(n);
    if (answer == NULL) {
        return NULL;
    }

    answer->refs = 1;
    answer->bytes = n;
    answer->actor = *actor;
    answer->match = (tkt_match_t) { .op = match->op };
    answer->reply = *reply;

    pos = (uint8_t *) (answer + 1);
    answer->reply.body = tkt_answer_copy(&pos, reply->body);
    answer->reply.etag = tkt_answer_copy(&pos, reply->etag);
    answer->reply.link = tkt_answer_copy(&pos, reply->link);
    answer->reply.file = tkt_answer_copy(&pos, reply->file);
    answer->reply.file_type = tkt_answer_copy(&pos, reply->file_type);
    answer->reply.disposition = tkt_answer_copy(&pos, reply->disposition);

    return answer;
}


void
tkt_answers_offer(tkt_answers_t *a, const tkt_answer_id_t *id,
    uint64_t snapshot, int64_t now_ms, const tkt_match_t *match,
    const tkt_actor_t *actor, const tkt_reply_t *reply)
{
    tkt_answer_slot_t  *set, *slot;

    if (!id->usable || (reply->http != 200 && reply->http != 304)
        || reply->location.len > 0
        || (match->op->flags & (TKT_OP_SECRET | TKT_OP_VOLATILE))
        || reply->body.len > TKT_ANSWER_BODY_MAX_BYTES)
    {
        return;
    }

    /* its own slot, else the one that was asked for longer ago */

    set = tkt_answers_set(a, id);
    slot = tkt_answer_slot_is(&set[0], id) ? &set[0]
           : tkt_answer_slot_is(&set[1], id) ? &set[1]
           : set[0].snapshot <= set[1].snapshot ? &set[0] : &set[1];

    tkt_answer_drop(a, slot);

    if (tkt_answer_slot_is(slot, id) && slot->snapshot == snapshot
        && tkt_answers_room(a, tkt_answer_bytes(reply)))
    {
        slot->answer = tkt_answer_make(match, actor, reply);

        if (slot->answer != NULL) {
            slot->answer->snapshot = snapshot;
            slot->answer->made_at_ms = now_ms;
            a->bytes += slot->answer->bytes;
        }
    }

    slot->hash[0] = id->hash[0];
    slot->hash[1] = id->hash[1];
    slot->snapshot = snapshot;
}


bool
tkt_answer_not_modified(const tkt_answer_t *answer, tkt_str_t if_none_match)
{
    return if_none_match.len > 0 && !answer->reply.moves
           && answer->reply.etag.len > 0
           && tkt_etag_listed(if_none_match, answer->reply.etag, true);
}
