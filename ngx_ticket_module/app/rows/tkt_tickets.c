/*
 * Rows of tickets: the record, its long texts in chunks, the entries in the
 * indexes and the counters that go with them.
 */

#include "app/rows/tkt_assigned.h"
#include "base/tkt_text.h"


/* Of the numbers of a tenant without a prefix of its own. */
#define TKT_NUMBER_PREFIX  "T"


/* Strings with TKT_F_BIG, in the order in which the chunks hold them. */
static const size_t  tkt_big_offsets[] = {
    offsetof(tkt_ticket_t, description),
    offsetof(tkt_ticket_t, error_message),
    offsetof(tkt_ticket_t, custom),
    offsetof(tkt_ticket_t, plan),
    offsetof(tkt_ticket_t, comment),
};


static inline tkt_str_t *
tkt_big(const tkt_ticket_t *t, size_t i)
{
    return (tkt_str_t *) (void *) ((uint8_t *) (uintptr_t) t
                                   + tkt_big_offsets[i]);
}


bool
tkt_ticket_load_big(tkt_txn_t *txn, tkt_ticket_t *ticket, tkt_arena_t *arena)
{
    size_t          i;
    uint64_t        len;
    tkt_key_t       key;
    tkt_str_t       text;
    const uint8_t  *pos, *end;

    tkt_key_message(&key, (uint32_t) ticket->tenant, ticket->id, 0);

    if (!tkt_chunks_get(txn, TKT_DB_MESSAGE, &key, 0, arena, &text)) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return false;
    }

    pos = text.data;
    end = pos + text.len;

    for (i = 0; i < tkt_array_len(tkt_big_offsets); i++) {

        if (!tkt_varint_get(&pos, end, &len) || len > (size_t) (end - pos)) {
            tkt_txn_fail(txn, TKT_INTERNAL);
            return false;
        }

        *tkt_big(ticket, i) = (tkt_str_t) { pos, (size_t) len };
        pos += len;
    }

    return true;
}


bool
tkt_ticket_load_head(tkt_txn_t *txn, uint32_t tenant, uint64_t id,
    tkt_ticket_t *ticket)
{
    tkt_key_t  key;
    tkt_str_t  value;

    tkt_key_ticket(&key, tenant, id);

    return tkt_get(txn, TKT_DB_TICKET, &key, &value)
           && tkt_record_unpack_integers(&tkt_ticket_schema, value, ticket);
}


bool
tkt_ticket_load(tkt_txn_t *txn, uint32_t tenant, uint64_t id,
    tkt_ticket_t *ticket, bool big, tkt_arena_t *arena)
{
    tkt_key_t  key;
    tkt_str_t  value;

    tkt_key_ticket(&key, tenant, id);

    if (!tkt_get(txn, TKT_DB_TICKET, &key, &value)) {
        return false;
    }

    if (tkt_txn_is_write(txn)) {
        value = tkt_arena_copy(arena, value);
    }

    if (!tkt_record_unpack(&tkt_ticket_schema, value, ticket)) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return false;
    }

    if (big && ticket->long_text) {
        return tkt_ticket_load_big(txn, ticket, arena);
    }

    return true;
}


/* Keeps the long texts apart when the record would not stay in its page. */
static void
tkt_ticket_save_big(tkt_txn_t *txn, const tkt_ticket_t *ticket,
    tkt_arena_t *arena)
{
    size_t     i, bytes;
    uint8_t   *pos, *start;
    tkt_key_t  key;
    tkt_str_t *s;

    for (bytes = 0, i = 0; i < tkt_array_len(tkt_big_offsets); i++) {
        bytes += 10 + tkt_big(ticket, i)->len;
    }

    start = tkt_arena_bytes(arena, bytes);
    if (start == NULL) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return;
    }

    for (pos = start, i = 0; i < tkt_array_len(tkt_big_offsets); i++) {
        s = tkt_big(ticket, i);
        pos += tkt_varint_put(pos, s->len);

        if (s->len > 0) {
            memcpy(pos, s->data, s->len);
            pos += s->len;
        }
    }

    tkt_key_message(&key, (uint32_t) ticket->tenant, ticket->id, 0);
    tkt_chunks_put(txn, TKT_DB_MESSAGE, &key, 0,
                   (tkt_str_t) { start, (size_t) (pos - start) });
}


static bool
tkt_big_same(const tkt_ticket_t *a, const tkt_ticket_t *b)
{
    size_t  i;

    for (i = 0; i < tkt_array_len(tkt_big_offsets); i++) {
        if (!tkt_str_eq(*tkt_big(a, i), *tkt_big(b, i))) {
            return false;
        }
    }

    return true;
}


static void
tkt_ticket_save_record(tkt_txn_t *txn, const tkt_ticket_t *before,
    const tkt_ticket_t *ticket, tkt_arena_t *arena)
{
    size_t        i;
    tkt_key_t     key;
    tkt_str_t     record;
    tkt_ticket_t  head;

    head = *ticket;
    head.long_text = 0;
    record = tkt_record_pack(&tkt_ticket_schema, &head, NULL, arena);

    /* once apart, long texts stay apart: no state to move back and forth */

    if (record.len > TKT_VALUE_INLINE_MAX_BYTES
        || (before != NULL && before->long_text))
    {
        if (before == NULL || !before->long_text
            || !tkt_big_same(before, ticket))
        {
            tkt_ticket_save_big(txn, ticket, arena);
        }

        for (i = 0; i < tkt_array_len(tkt_big_offsets); i++) {
            *tkt_big(&head, i) = tkt_str("");
        }

        head.long_text = 1;
        record = tkt_record_pack(&tkt_ticket_schema, &head, NULL, arena);
    }

    if (record.len == 0) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return;
    }

    tkt_key_ticket(&key, (uint32_t) ticket->tenant, ticket->id);

    if (before == NULL) {
        tkt_append(txn, TKT_DB_TICKET, &key, record);

    } else {
        tkt_put(txn, TKT_DB_TICKET, &key, record);
    }
}


/*
 * Takes the ticket into (+1) or out of (-1) the counts of its tenant, its
 * team and its assignee.  Exercises are in none of them.
 */
static void
tkt_ticket_count(tkt_txn_t *txn, const tkt_ticket_t *t, int delta)
{
    size_t     cell;
    tkt_key_t  key;

    if (t->drill) {
        return;
    }

    cell = tkt_tenant_cell(t->state, t->assignee != 0, t->priority);

    tkt_key_tenant_counts(&key, (uint32_t) t->tenant);
    tkt_counter_add(txn, TKT_DB_COUNTER, &key, TKT_TENANT_CELLS, cell, delta);

    if (t->team != 0) {
        tkt_key_team_counts(&key, (uint32_t) t->tenant, TKT_COUNTS_TEAM,
                            t->team);
        tkt_counter_add(txn, TKT_DB_COUNTER, &key, TKT_TENANT_CELLS, cell,
                        delta);
    }

    if (t->complaint_of != 0) {
        tkt_key_team_counts(&key, (uint32_t) t->tenant, TKT_COUNTS_COMPLAINT,
                            t->team);
        tkt_counter_add(txn, TKT_DB_COUNTER, &key, TKT_TENANT_CELLS, cell,
                        delta);
    }

    if (t->assignee != 0) {
        tkt_key_assignee_counts(&key, (uint32_t) t->tenant, t->assignee);
        tkt_counter_add(txn, TKT_DB_BY_ASSIGNEE, &key, TKT_STATE_CELLS,
                        tkt_state_cell(t->state), delta);
    }
}


/*
 * The requester's counts are by bucket, so that most of the work on a ticket
 * leaves them alone: requesters are many, and each has a page of his own.
 */
static void
tkt_ticket_count_requester(tkt_txn_t *txn, const tkt_ticket_t *before,
    const tkt_ticket_t *t)
{
    tkt_key_t  key;

    if (before != NULL
        && tkt_bucket_cell(before->state) == tkt_bucket_cell(t->state))
    {
        return;
    }

    tkt_key_requester_counts(&key, (uint32_t) t->tenant, t->requester);

    if (before != NULL) {
        tkt_counter_add(txn, TKT_DB_BY_REQUESTER, &key, TKT_BUCKET_CELLS,
                        tkt_bucket_cell(before->state), -1);
    }

    tkt_counter_add(txn, TKT_DB_BY_REQUESTER, &key, TKT_BUCKET_CELLS,
                    tkt_bucket_cell(t->state), 1);
}


typedef void (*tkt_ticket_key_t)(tkt_key_t *k, const tkt_ticket_t *t);


/* Takes the entry from where it was (NULL: nowhere) to where it belongs. */
static void
tkt_ticket_move(tkt_txn_t *txn, tkt_db_t db, tkt_ticket_key_t make,
    const tkt_ticket_t *from, const tkt_ticket_t *to)
{
    tkt_key_t  old, new;

    old.len = 0;
    new.len = 0;

    if (from != NULL) {
        make(&old, from);
    }

    if (to != NULL) {
        make(&new, to);
    }

    if (old.len == new.len && memcmp(old.data, new.data, new.len) == 0) {
        return;
    }

    if (from != NULL) {
        (void) tkt_delete(txn, db, &old);
    }

    if (to != NULL) {
        tkt_put(txn, db, &new, tkt_str(""));
    }
}


static void
tkt_ticket_index(tkt_txn_t *txn, const tkt_ticket_t *before,
    const tkt_ticket_t *t)
{
    if (before != NULL) {
        tkt_ticket_count(txn, before, -1);
    }

    tkt_ticket_count(txn, t, 1);
    tkt_ticket_count_requester(txn, before, t);

    tkt_ticket_move(txn, TKT_DB_BY_STATE, tkt_key_by_state, before, t);

    tkt_assigned_move(txn, before, t);
}


/* What its place in the queue goes by, besides what the indexes go by. */
static inline bool
tkt_queue_same(const tkt_ticket_t *a, const tkt_ticket_t *b)
{
    return a->team == b->team && a->due_at == b->due_at
           && a->urge_count == b->urge_count && a->drill == b->drill;
}


static void
tkt_ticket_queue(tkt_txn_t *txn, const tkt_ticket_t *before,
    const tkt_ticket_t *t)
{
    if (before != NULL && !tkt_queue_has(before)) {
        before = NULL;
    }

    if (before != NULL || tkt_queue_has(t)) {
        tkt_ticket_move(txn, TKT_DB_BY_QUEUE, tkt_key_by_queue, before,
                        tkt_queue_has(t) ? t : NULL);
    }
}


void
tkt_ticket_save(tkt_txn_t *txn, const tkt_ticket_t *before,
    const tkt_ticket_t *ticket, tkt_arena_t *arena)
{
    bool       moved;
    tkt_key_t  key;

    tkt_ticket_save_record(txn, before, ticket, arena);

    if (before == NULL) {
        tkt_key_principal(&key, (uint32_t) ticket->tenant, ticket->requester);
        tkt_packed_add(txn, TKT_DB_BY_REQUESTER, &key, ticket->id);
    }

    moved = before == NULL
            || before->state != ticket->state
            || before->assignee != ticket->assignee
            || before->priority != ticket->priority;

    if (moved
        || before->team != ticket->team
        || before->drill != ticket->drill
        || (before->complaint_of != 0) != (ticket->complaint_of != 0))
    {
        tkt_ticket_index(txn, before, ticket);
    }

    if (moved || !tkt_queue_same(before, ticket)) {
        tkt_ticket_queue(txn, before, ticket);
    }
}


/* Passes over "PREFIX-" in letters of any size; false if it is not there. */
static bool
tkt_number_after(tkt_str_t *text, const char *prefix)
{
    size_t   i, len;
    uint8_t  small;

    len = strlen(prefix);

    if (text->len <= len + 1 || text->data[len] != '-') {
        return false;
    }

    for (i = 0; i < len; i++) {
        small = (uint8_t) (prefix[i] >= 'A' ? prefix[i] | 0x20 : prefix[i]);

        if (text->data[i] != (uint8_t) prefix[i] && text->data[i] != small) {
            return false;
        }
    }

    text->data += len + 1;
    text->len -= len + 1;

    return true;
}


bool
tkt_ticket_number_parse(tkt_str_t text, const char *prefix, uint64_t *id)
{
    if (!tkt_number_after(&text, TKT_NUMBER_PREFIX) && prefix[0] != '\0') {
        (void) tkt_number_after(&text, prefix);
    }

    return tkt_u64_parse(text, id) && *id != 0;
}


tkt_str_t
tkt_ticket_number(const char *prefix, uint64_t id, tkt_arena_t *arena)
{
    size_t    len;
    uint8_t  *p;

    if (prefix[0] == '\0') {
        prefix = TKT_NUMBER_PREFIX;
    }

    len = strlen(prefix);

    p = tkt_arena_bytes(arena, len + 1 + TKT_U64_MAX_CHARS);
    if (p == NULL) {
        return tkt_str("");
    }

    memcpy(p, prefix, len);
    p[len] = '-';

    return (tkt_str_t) { p, len + 1 + tkt_u64_format(p + len + 1, id) };
}
