/*
 * Rows of a small store loaded and saved past all rules, to damage them.
 */

#ifndef DAMAGE_H
#define DAMAGE_H


#include "small_store.h"


typedef struct {
    tkt_txn_t    *txn;
    tkt_arena_t  *arena;
} damage_t;


static inline tkt_key_t
raw_key(const char *bytes, size_t len)
{
    tkt_key_t  key;

    tkt_key_start(&key);
    tkt_key_bytes(&key, (tkt_str_t) { (const uint8_t *) bytes, len });

    return key;
}


static inline void
load(damage_t *x, tkt_db_t db, const tkt_key_t *key, const tkt_schema_t *s,
    void *obj)
{
    tkt_str_t  value;

    assert_true(tkt_get(x->txn, db, key, &value));
    assert_true(tkt_record_unpack(s, tkt_arena_copy(x->arena, value), obj));
}


static inline void
save(damage_t *x, tkt_db_t db, const tkt_key_t *key, const tkt_schema_t *s,
    const void *obj)
{
    tkt_put(x->txn, db, key, tkt_record_pack(s, obj, NULL, x->arena));
}


static inline tkt_key_t
ticket_key(uint64_t id)
{
    tkt_key_t  key;

    tkt_key_ticket(&key, 1, id);

    return key;
}


static inline tkt_ticket_t
ticket_load(damage_t *x, uint64_t id)
{
    tkt_key_t     key = ticket_key(id);
    tkt_ticket_t  t;

    load(x, TKT_DB_TICKET, &key, &tkt_ticket_schema, &t);

    return t;
}


static inline void
ticket_save(damage_t *x, const tkt_ticket_t *t)
{
    tkt_key_t  key = ticket_key(t->id);

    save(x, TKT_DB_TICKET, &key, &tkt_ticket_schema, t);
}


static inline tkt_event_t
event_load(damage_t *x, uint64_t seq)
{
    tkt_key_t    key;
    tkt_event_t  e;

    tkt_key_event(&key, seq);
    load(x, TKT_DB_EVENT, &key, &tkt_event_schema, &e);
    e.id = seq;

    return e;
}


static inline void
event_save(damage_t *x, const tkt_event_t *e)
{
    tkt_key_t  key;

    tkt_key_event(&key, e->id);
    save(x, TKT_DB_EVENT, &key, &tkt_event_schema, e);
}


/* The n-th event, from the newest, of a ticket. */
static inline tkt_event_t
event_of(damage_t *x, uint64_t ticket, unsigned back)
{
    tkt_event_t  e;

    e = event_load(x, ticket_load(x, ticket).last_event);

    while (back-- > 0) {
        e = event_load(x, e.previous);
    }

    return e;
}


static inline tkt_key_t
message_key(uint64_t ticket, uint32_t number, uint16_t piece)
{
    tkt_key_t  key;

    tkt_key_message(&key, 1, ticket, number);
    tkt_key_u16(&key, piece);

    return key;
}


#endif /* DAMAGE_H */
