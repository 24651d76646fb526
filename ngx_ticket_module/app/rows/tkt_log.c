/*
 * Rows of messages and events.  A ticket's events are chained by their
 * sequence numbers, newest first, so no index is needed to walk them.
 */

#include "app/rows/tkt_rows.h"


bool
tkt_message_load(tkt_txn_t *txn, tkt_str_t key, tkt_str_t value,
    tkt_message_t *message, tkt_arena_t *arena)
{
    tkt_key_t  k;

    if (!tkt_record_unpack(&tkt_message_schema, value, message)) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return false;
    }

    if (!message->long_text) {
        return true;
    }

    /* chunk 0 is the record, the body follows from chunk 1 */

    tkt_key_start(&k);
    tkt_key_bytes(&k, (tkt_str_t) { key.data, key.len - 2 });

    if (!tkt_chunks_get(txn, TKT_DB_MESSAGE, &k, 1, arena, &message->body)) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return false;
    }

    return true;
}


bool
tkt_message_get(tkt_txn_t *txn, uint32_t tenant, uint64_t ticket,
    uint64_t number, tkt_message_t *message, tkt_arena_t *arena)
{
    tkt_key_t  key;
    tkt_str_t  value;

    tkt_key_message(&key, tenant, ticket, (uint32_t) number);
    tkt_key_u16(&key, 0);

    return tkt_get(txn, TKT_DB_MESSAGE, &key, &value)
           && tkt_message_load(txn, (tkt_str_t) { key.data, key.len },
                               tkt_arena_copy(arena, value), message, arena);
}


void
tkt_message_append(tkt_txn_t *txn, tkt_ticket_t *ticket,
    tkt_message_t *message, tkt_arena_t *arena)
{
    tkt_key_t      key;
    tkt_str_t      record;
    tkt_message_t  head;

    ticket->message_count++;
    message->id = ticket->message_count;
    message->ticket = ticket->id;
    message->long_text = 0;

    tkt_key_message(&key, (uint32_t) ticket->tenant, ticket->id,
                    (uint32_t) message->id);
    record = tkt_record_pack(&tkt_message_schema, message, NULL, arena);

    if (record.len > TKT_VALUE_INLINE_MAX_BYTES) {
        tkt_chunks_put(txn, TKT_DB_MESSAGE, &key, 1, message->body);

        head = *message;
        head.body = tkt_str("");
        head.long_text = 1;
        record = tkt_record_pack(&tkt_message_schema, &head, NULL, arena);
    }

    if (record.len == 0) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return;
    }

    tkt_key_u16(&key, 0);
    tkt_put(txn, TKT_DB_MESSAGE, &key, record);
}


bool
tkt_event_load(tkt_txn_t *txn, uint64_t seq, tkt_event_t *event,
    tkt_arena_t *arena)
{
    tkt_key_t  key;
    tkt_str_t  value;

    tkt_key_event(&key, seq);

    if (!tkt_get(txn, TKT_DB_EVENT, &key, &value)) {
        return false;
    }

    if (arena != NULL && tkt_txn_is_write(txn)) {
        value = tkt_arena_copy(arena, value);
    }

    if (!tkt_record_unpack(&tkt_event_schema, value, event)
        || (event->long_text
            && !tkt_chunks_get(txn, TKT_DB_EVENT, &key, 0, arena,
                               &event->packed)))
    {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return false;
    }

    event->id = seq;

    return true;
}


void
tkt_event_append(tkt_txn_t *txn, const tkt_ticket_t *before,
    tkt_ticket_t *ticket, tkt_event_t *event, tkt_arena_t *arena)
{
    tkt_key_t  key;
    tkt_str_t  record, packed;

    event->id = tkt_txn_next(txn, TKT_SEQ_EVENT);
    event->tenant = ticket->tenant;
    event->ticket = ticket->id;
    event->version = ticket->version;
    event->previous = ticket->last_event;
    event->from = (before == NULL) ? TKT_STATE_NONE : before->state;
    event->to = ticket->state;

    if (before != NULL) {
        event->packed = tkt_changes_pack(&tkt_ticket_schema, before, ticket,
                                         arena);
    }

    ticket->last_event = event->id;

    record = tkt_record_pack(&tkt_event_schema, event, NULL, arena);
    packed = event->packed;

    if (record.len > TKT_VALUE_INLINE_MAX_BYTES && packed.len > 0) {
        event->packed = tkt_str("");
        event->long_text = 1;
        record = tkt_record_pack(&tkt_event_schema, event, NULL, arena);
    }

    if (record.len == 0) {
        tkt_txn_fail(txn, TKT_INTERNAL);
        return;
    }

    tkt_key_event(&key, event->id);
    tkt_append(txn, TKT_DB_EVENT, &key, record);

    /* pieces follow the event's own key, before the next event's */

    if (event->long_text) {
        tkt_chunks_put(txn, TKT_DB_EVENT, &key, 0, packed);
        event->packed = packed;
    }
}
