/*
 * The verification tells about every kind of damage.  Each is done in a write
 * transaction that is aborted after the look at it, so all begin from the
 * same store.
 */

#include "app/damage.h"


/* ---- bytes put in a place ---- */

typedef struct {
    const char  *name;
    tkt_db_t     db;
    tkt_str_t    key;
    tkt_str_t    value;
    const char  *says;
} put_row_t;

#define T1         "\0\0\0\1"
#define N(byte)    "\0\0\0\0\0\0\0" byte
#define N_COUNTS   "\xff\xff\xff\xff\xff\xff\xff\xff"
#define N_999      "\0\0\0\0\0\0\3\xe7"
#define M(byte)    "\0\0\0" byte
#define FIRST      "\0\0"
#define SECOND     "\0\1"

static const put_row_t  puts_rows[] = {
    { "unknown key", TKT_DB_META, tkt_lit("extra"), tkt_lit("1"),
      "meta: unknown key of 5 bytes" },
    { "short sequences", TKT_DB_META, tkt_lit("sequences"),
      tkt_lit("1234567"), "record of sequences has 7 bytes" },
    { "login of another", TKT_DB_LOGIN, tkt_lit(T1 "p3"), tkt_lit(N("\4")),
      "login 1/p3: leads to no" },
    { "principal whose login is another's", TKT_DB_LOGIN, tkt_lit(T1 "p3"),
      tkt_lit(N("\4")), "principal 1/3: its login leads to another" },
    { "login of nobody", TKT_DB_LOGIN, tkt_lit(T1 "ghost"),
      tkt_lit(N("\4")), "login 1/ghost: leads to no" },
    { "broken ticket", TKT_DB_TICKET, tkt_lit(T1 N("\1")),
      tkt_lit("\1\5zzz"), "ticket 1/1: the record does not decode" },
    { "short piece", TKT_DB_MESSAGE, tkt_lit(T1 N("\2") M("\0") SECOND),
      tkt_lit("xyz"), "has a wrong length" },
    { "stray piece", TKT_DB_MESSAGE, tkt_lit(T1 N("\3") M("\0") FIRST),
      tkt_lit("text"), "ticket 1/3: long_text is 0" },
    { "message of no ticket", TKT_DB_MESSAGE,
      tkt_lit(T1 N("\x63") M("\1") FIRST), tkt_lit("text"),
      "message 1/99/1: its ticket does not exist" },
    { "message without a record", TKT_DB_MESSAGE,
      tkt_lit(T1 N("\1") M("\7") SECOND), tkt_lit("text"),
      "message 1/1/7: its record is missing" },
    { "broken event", TKT_DB_EVENT, tkt_lit(N("\3")), tkt_lit("\1\5zzz"),
      "event 3: the record does not decode" },
    { "broken event in a chain", TKT_DB_EVENT, tkt_lit(N("\3")),
      tkt_lit("\1\5zzz"), "event 3: of its chain is missing" },

    { "change list in pieces without leave", TKT_DB_EVENT,
      tkt_lit(N("\3") FIRST), tkt_lit("xyz"),
      "event 3: long_text is 0, with" },
    { "pieces of no event", TKT_DB_EVENT, tkt_lit(N("\x63") FIRST),
      tkt_lit("xyz"), "event 99: a piece is there without its record" },

    { "stray by_state", TKT_DB_BY_STATE,
      tkt_lit(T1 "\2" "\1" "\xfd" N("\1")), tkt_lit(""),
      "by_state: an entry of ticket 1/1 is not as the ticket" },
    { "stray by_requester", TKT_DB_BY_REQUESTER,
      tkt_lit(T1 N("\2") N("\1")), tkt_lit("\1\1"),
      "by_requester: an entry of ticket 1/1 is not as the ticket" },
    { "stray by_assignee", TKT_DB_BY_ASSIGNEE,
      tkt_lit(T1 N("\x0b") "\7" "\xfd" N("\1")), tkt_lit("\1\1"),
      "by_assignee: an entry of ticket 1/1 is not as the ticket" },
    { "entries without counts", TKT_DB_BY_ASSIGNEE,
      tkt_lit(T1 N("\x0b") "\7" "\xfd" N("\1")), tkt_lit("\1\1"),
      "by_assignee 1/11: there are none" },
    { "row of an assignee that is none", TKT_DB_BY_ASSIGNEE,
      tkt_lit(T1 N("\x0a") "\1" "\xfd" N("\1")), tkt_lit(""),
      "by_assignee 1/10: the row at 1 is none" },
    { "row of a requester that is none", TKT_DB_BY_REQUESTER,
      tkt_lit(T1 N("\1") N("\1")), tkt_lit("x"),
      "by_requester 1/1: the row at 1 is none" },
    { "row under less than its own", TKT_DB_BY_REQUESTER,
      tkt_lit(T1 N("\2") N("\1")), tkt_lit("\1\2"),
      "by_requester 1/2: the row at 1 is none" },
    { "row that is not before the next", TKT_DB_BY_REQUESTER,
      tkt_lit(T1 N("\1") N("\1")), tkt_lit("\1\1"),
      "by_requester 1/1: the row at 18446744073709551614 is none" },
    { "notices without an open row", TKT_DB_NOTICE,
      tkt_lit(T1 N("\5") N("\1")), tkt_lit("\1\1\1\6\1\1\1"),
      "notices of 1/5: there is no count of them" },
    { "notices that are not before the next", TKT_DB_NOTICE,
      tkt_lit(T1 N("\1") N("\1")), tkt_lit("\1\1\1\6\1\1\1"),
      "notices of 1/1: the row that ends at 4 is not behind 1" },
    { "notices under another number", TKT_DB_NOTICE,
      tkt_lit(T1 N("\1") N("\2")), tkt_lit("\1\1\1\6\1\1\1"),
      "notices of 1/1: the row at 2 is none" },
    { "open row that is none", TKT_DB_NOTICE,
      tkt_lit(T1 N("\0") N("\1")), tkt_lit("\0\0\0"),
      "notices of 1/1: the open row is none" },
    { "notices of nobody", TKT_DB_NOTICE, tkt_lit(T1 N("\0") N_999),
      tkt_lit("\1\1\0\1\1\1\6\1\1\1"),
      "notices of 1/999: there is no such principal" },
    { "counts of a requester", TKT_DB_BY_REQUESTER,
      tkt_lit(T1 N("\1") N_COUNTS), tkt_lit("\x9"),
      "by_requester 1/1: cell 0 says 9" },
    { "counts of an assignee", TKT_DB_BY_ASSIGNEE,
      tkt_lit(T1 N("\0") "\0" "\0" N("\x0a")), tkt_lit("\x9"),
      "by_assignee 1/10: cell 0 says 9" },
    { "counts without tickets", TKT_DB_BY_REQUESTER,
      tkt_lit(T1 N("\5") N_COUNTS), tkt_lit(""),
      "by_requester 1/5: are of a requester without tickets" },
    { "counts of nobody", TKT_DB_BY_ASSIGNEE,
      tkt_lit(T1 N("\0") "\0" "\0" N_999), tkt_lit(""),
      "by_assignee 1/999: there is no such principal" },
    { "broken counts", TKT_DB_BY_REQUESTER, tkt_lit(T1 N("\1") N_COUNTS),
      tkt_lit("\xff"), "by_requester 1/1: the counts do not decode" },
    { "counter", TKT_DB_COUNTER, tkt_lit(T1 "\1"), tkt_lit("\x9"),
      "counter 1: cell 0 says 9" },
    { "count of principals", TKT_DB_COUNTER, tkt_lit(T1 "\2"),
      tkt_lit("\x9"), "counter 1: it says 9 principals, there are 16" },
    { "stray by_queue", TKT_DB_BY_QUEUE,
      tkt_lit(T1 N("\0") "\0" "\xfd" "\0\0\0\1" "\xff" N("\1")),
      tkt_lit(""), "by_queue: an entry of ticket 1/1 is not as the ticket" },
    { "by_queue of no ticket", TKT_DB_BY_QUEUE,
      tkt_lit(T1 N("\0") "\0" "\xfd" "\0\0\0\1" "\xff" N_999),
      tkt_lit(""), "by_queue: an entry of ticket 1/999 is not as" },
    { "short key of by_queue", TKT_DB_BY_QUEUE, tkt_lit(T1 N("\0") "\0"),
      tkt_lit(""), "by_queue: a key of 13 bytes is none" },
    { "counter of a team", TKT_DB_COUNTER, tkt_lit(T1 "\3" N("\7")),
      tkt_lit("\0\x9"), "counter 1, team 7: cell 1 says 9, there are 0" },
    { "broken counter of a team", TKT_DB_COUNTER, tkt_lit(T1 "\3" N("\7")),
      tkt_lit("\xff"), "counter 1, team 7: the counts do not decode" },
    { "counter of complaints", TKT_DB_COUNTER, tkt_lit(T1 "\4" N("\0")),
      tkt_lit("\1"),
      "counter 1, complaints of team 0: cell 0 says 1, there are 0" },
    { "counter of a team of no tenant", TKT_DB_COUNTER,
      tkt_lit("\0\0\0\7" "\3" N("\7")), tkt_lit("\1"),
      "counter 7: kind 3 is no row of a tenant" },
    { "counts of a team without tenant's tickets", TKT_DB_COUNTER,
      tkt_lit("\0\0\0\7" "\3" N("\7")), tkt_lit("\1"),
      "counter 7, team 7: cell 0 says 1, there are 0" },
    { "long key of a counter", TKT_DB_COUNTER, tkt_lit(T1 "\1" N("\7")),
      tkt_lit("\1"), "counter: a key of 13 bytes is none" },
    { "unknown counter", TKT_DB_COUNTER, tkt_lit(T1 "\7"), tkt_lit("\1"),
      "counter 1: kind 7 is no row of a tenant" },
    { "counter of no tenant", TKT_DB_COUNTER, tkt_lit("\0\0\0\7" "\1"),
      tkt_lit("\1"), "counter 7: kind 1 is no row of a tenant" },
};


static void
put_damage(damage_t *x, const void *row)
{
    const put_row_t  *put = row;
    tkt_key_t         key = raw_key((const char *) put->key.data,
                                    put->key.len);

    tkt_put(x->txn, put->db, &key, put->value);
}


/* ---- members of records changed ---- */

typedef enum {
    TENANT,            /* tenant 1                                           */
    USER,              /* principal `id`                                     */
    TOKEN,             /* token 1 of principal `id`                          */
    TICKET,            /* ticket `id`                                        */
    MESSAGE,           /* message `n` of ticket `id`                         */
    EVENT              /* of ticket `id`, the n-th before the newest         */
} record_t;

typedef struct {
    const char  *name;
    record_t     record;
    uint64_t     id;
    unsigned     n;
    size_t       offset;
    bool         add;          /* `value` is added; else it is the new one   */
    uint64_t     value;
    const char  *says;
} edit_row_t;

#define OF(record, member)  offsetof(tkt_##record##_t, member)
#define SET(value)          false, value
#define ADD(value)          true, (uint64_t) (value)

static const edit_row_t  edit_rows[] = {
    { "tenant of another number", TENANT, 1, 0, OF(tenant, id), SET(2),
      "tenant 1: the record is not of this tenant" },
    { "role out of range", USER, 1, 0, OF(user, role), SET(99),
      "principal 1/1: base_role has the value 99" },
    { "a role of nobody", USER, 1, 0, OF(user, role_id), SET(99),
      "principal 1/1: its role 99 is none" },
    { "no role", USER, 1, 0, OF(user, role), SET(0),
      "principal 1/1: the record is not of this principal" },
    { "renamed principal", USER, 1, 0, OF(user, login.len), ADD(-1),
      "principal 1/1: its login is not in the index" },
    { "token not given", USER, 1, 0, OF(user, last_token), SET(0),
      "token 1/1/1: the number was never given" },
    { "scope out of range", TOKEN, 1, 0, OF(token_record, scopes), SET(64),
      "token 1/1/1: scopes has the value 64" },
    { "token of another number", TOKEN, 1, 0, OF(token_record, id), SET(2),
      "token 1/1/1: the record is not of this token" },
    { "short digest", TOKEN, 1, 0, OF(token_record, digest.len), ADD(-1),
      "token 1/1/1: the record is not of this token" },

    { "requester of nobody", TICKET, 3, 0, OF(ticket, requester), SET(777),
      "ticket 1/3: its requester 777 does not exist" },
    { "assignee of nobody", TICKET, 1, 0, OF(ticket, assignee), SET(777),
      "ticket 1/1: its assignee 777 does not exist" },
    { "assignee left out of by_assignee", TICKET, 3, 0,
      OF(ticket, assignee), SET(9), "ticket 1/3: has no entry in by_assig" },
    { "ticket of another number", TICKET, 1, 0, OF(ticket, tenant), SET(2),
      "ticket 1/1: the record is not of this ticket" },
    { "state out of range", TICKET, 3, 0, OF(ticket, state), SET(99),
      "ticket 1/3: state has the value 99" },
    { "no state", TICKET, 3, 0, OF(ticket, state), SET(0),
      "ticket 1/3: the record is not of this ticket" },
    { "no priority", TICKET, 3, 0, OF(ticket, priority), SET(0),
      "ticket 1/3: the record is not of this ticket" },
    { "time out of range", TICKET, 3, 0, OF(ticket, wanted_by),
      SET(UINT64_C(1) << 60), "ticket 1/3: wanted_by has the value" },
    { "flag out of range", TICKET, 3, 0, OF(ticket, verified), SET(2),
      "ticket 1/3: verified has the value 2" },
    { "number out of range", TICKET, 3, 0, OF(ticket, tier), SET(9),
      "ticket 1/3: tier has the value 9" },
    { "row changed silently", TICKET, 1, 0, OF(ticket, tier), SET(2),
      "submitted the ticket with tier set" },
    { "string changed silently", TICKET, 1, 0, OF(ticket, account.len),
      ADD(-1), "its change of account does not lead" },
    { "time changed silently", TICKET, 1, 0, OF(ticket, resolved_at),
      ADD(1), "its change of resolved_at does not lead" },
    { "version ahead", TICKET, 1, 0, OF(ticket, version), ADD(1),
      "has version 8, not 9" },
    { "updated_at", TICKET, 1, 0, OF(ticket, updated_at), ADD(1),
      "is not of the time of the last change" },
    { "created_at", TICKET, 1, 0, OF(ticket, created_at), ADD(-1),
      "did not submit this ticket" },
    { "urged silently", TICKET, 3, 0, OF(ticket, urge_count), SET(7),
      "ticket 1/3: has no entry in by_queue" },
    { "due silently", TICKET, 3, 0, OF(ticket, due_at), SET(60000),
      "ticket 1/3: has no entry in by_queue" },
    { "another team silently", TICKET, 3, 0, OF(ticket, team), SET(2),
      "ticket 1/3: its team 2 has no counts of kind 3" },
    { "a complaint silently", TICKET, 3, 0, OF(ticket, complaint_of), SET(2),
      "ticket 1/3: its team 0 has no counts of kind 4" },
    { "an exercise silently", TICKET, 3, 0, OF(ticket, drill), SET(1),
      "by_queue: an entry of ticket 1/3 is not as the ticket" },
    { "no chain", TICKET, 1, 0, OF(ticket, last_event), SET(0),
      "event 0: of its chain is missing" },
    { "long_text lost", TICKET, 2, 0, OF(ticket, long_text), SET(0),
      "ticket 1/2: long_text is 0, and there are some" },
    { "long_text made up", TICKET, 3, 0, OF(ticket, long_text), SET(1),
      "ticket 1/3: long_text is 1, and there are no" },
    { "message_count", TICKET, 3, 0, OF(ticket, message_count), ADD(1),
      "ticket 1/3: its last message is 1, its message_count 2" },

    { "author of nobody", MESSAGE, 1, 2, OF(message, author), SET(888),
      "message 1/1/2: its author 888 does not exist" },
    { "message of another number", MESSAGE, 1, 2, OF(message, id), SET(3),
      "message 1/1/2: the record is not of this message" },
    { "message in the future", MESSAGE, 1, 2, OF(message, created_at),
      ADD(10000000), "message 1/1/2: was not written in the ticket's time" },
    { "message before the ticket", MESSAGE, 1, 2, OF(message, created_at),
      ADD(-10000000), "message 1/1/2: was not written in the ticket's" },
    { "long_text of a message", MESSAGE, 1, 2, OF(message, long_text),
      SET(1), "message 1/1/2: long_text is 1" },

    { "event version", EVENT, 1, 1, OF(event, version), ADD(1),
      "has version 8, not 7" },
    { "action without row", EVENT, 1, 2, OF(event, action),
      SET(TKT_ACTION_CONFIRM + 1), "no transition leads by action" },
    { "no action", EVENT, 1, 2, OF(event, action), SET(0),
      "no transition leads by action 0" },
    { "action out of range", EVENT, 1, 2, OF(event, action), SET(200),
      "action has the value 200" },
    { "refused transition", EVENT, 1, 0, OF(event, from), SET(99),
      "from has the value 99" },
    { "event from", EVENT, 1, 1, OF(event, from), SET(TKT_STATE_OPEN),
      "comes from state 2, its changes lead back to 7" },
    { "event to", EVENT, 3, 0, OF(event, to), SET(TKT_STATE_OPEN),
      "leads to state 2, what follows begins in 1" },
    { "event without its message", EVENT, 3, 0, OF(event, message), SET(0),
      "names message 0, while message_count goes from 0 to 1" },
    { "event with a message", EVENT, 3, 1, OF(event, message), SET(1),
      "names message 1, while message_count goes from 0 to 0" },
    { "broken change list", EVENT, 1, 1, OF(event, packed.len), ADD(-1),
      "its change list does not decode" },
    { "change list in no pieces", EVENT, 1, 1, OF(event, long_text), SET(1),
      "long_text is 1, with" },
    { "event in the future", EVENT, 1, 2, OF(event, at), ADD(10000000),
      "its time is not between" },
    { "event before the last one", EVENT, 1, 2, OF(event, at),
      ADD(-10000000), "its time is not between" },
    { "actor of nobody", EVENT, 1, 2, OF(event, actor), SET(999),
      "its actor 999 does not exist" },
    { "event of no ticket", EVENT, 1, 2, OF(event, ticket), SET(999),
      "its ticket 1/999 does not exist" },
    { "no submission", EVENT, 3, 1, OF(event, action),
      SET(TKT_ACTION_EDIT + 1), "begins a chain and is not a submission" },
    { "submitted twice", EVENT, 3, 0, OF(event, action),
      SET(TKT_ACTION_SUBMIT + 1), "submits a ticket that was there" },
    { "submitted in another state", EVENT, 3, 1, OF(event, from),
      SET(TKT_STATE_NEW), "did not submit this ticket" },
};


/* The record of a row: its database, schema and key. */
static const tkt_schema_t *
edit_place(damage_t *x, const edit_row_t *e, tkt_db_t *db, tkt_key_t *key)
{
    switch (e->record) {

    case TENANT:
        *db = TKT_DB_TENANT;
        tkt_key_tenant(key, 1);
        return &tkt_tenant_schema;

    case USER:
        *db = TKT_DB_PRINCIPAL;
        tkt_key_principal(key, 1, e->id);
        return &tkt_user_schema;

    case TOKEN:
        *db = TKT_DB_TOKEN;
        tkt_key_token(key, 1, e->id, 1);
        return &tkt_token_schema;

    case TICKET:
        *db = TKT_DB_TICKET;
        tkt_key_ticket(key, 1, e->id);
        return &tkt_ticket_schema;

    case MESSAGE:
        *db = TKT_DB_MESSAGE;
        *key = message_key(e->id, e->n, 0);
        return &tkt_message_schema;

    default:
        *db = TKT_DB_EVENT;
        tkt_key_event(key, event_of(x, e->id, e->n).id);
        return &tkt_event_schema;
    }
}


static void
edit_damage(damage_t *x, const void *row)
{
    union {
        tkt_ticket_t        ticket;
        tkt_event_t         event;
        tkt_message_t       message;
        tkt_user_t          user;
        tkt_tenant_t        tenant;
        tkt_token_record_t  token;
    } u;

    uint64_t             *member;
    tkt_db_t              db;
    tkt_key_t             key;
    const edit_row_t     *e = row;
    const tkt_schema_t   *schema;

    schema = edit_place(x, e, &db, &key);
    load(x, db, &key, schema, &u);

    member = (uint64_t *) (void *) ((uint8_t *) &u + e->offset);
    *member = e->add ? *member + e->value : e->value;

    save(x, db, &key, schema, &u);
}


/* ---- the rest ---- */

static void
meta_low(damage_t *x)
{
    size_t       i;
    tkt_key_t    key = raw_key("sequences", 9), low;
    tkt_str_t    value;
    tkt_unkey_t  u;

    assert_true(tkt_get(x->txn, TKT_DB_META, &key, &value));
    tkt_unkey_start(&u, value);
    tkt_key_start(&low);

    for (i = 0; i < 1 + TKT_SEQ_MAX; i++) {
        tkt_key_u64(&low, tkt_unkey_u64(&u) - (i == 1 + TKT_SEQ_TICKET));
    }

    tkt_put(x->txn, TKT_DB_META, &key, (tkt_str_t) { low.data, low.len });
}


static void
token_put(damage_t *x, uint64_t principal, uint32_t number, size_t digest)
{
    tkt_key_t           key;
    tkt_token_record_t  token;

    tkt_key_token(&key, 1, 1, 1);
    load(x, TKT_DB_TOKEN, &key, &tkt_token_schema, &token);
    token.id = number;
    token.digest.len = digest;
    tkt_key_token(&key, 1, principal, number);
    save(x, TKT_DB_TOKEN, &key, &tkt_token_schema, &token);
}


static void
token_ownerless(damage_t *x)
{
    token_put(x, 999, 1, 32);
}


static void
token_early(damage_t *x)
{
    token_put(x, 1, 2, 32);
}


static void
ticket_foreign_chain(damage_t *x)
{
    tkt_ticket_t  t = ticket_load(x, 3);

    t.last_event = ticket_load(x, 4).last_event;
    ticket_save(x, &t);
}


static void
ticket_cut_chain(damage_t *x)
{
    tkt_ticket_t  t = ticket_load(x, 1);

    t.last_event = event_of(x, 1, 1).id;
    ticket_save(x, &t);
}


static void
ticket_piece(damage_t *x)
{
    tkt_key_t  key = message_key(2, 0, 0);
    tkt_str_t  value;

    assert_true(tkt_get(x->txn, TKT_DB_MESSAGE, &key, &value));
    value = tkt_arena_copy(x->arena, value);
    ((uint8_t *) (uintptr_t) value.data)[100] ^= 1;
    tkt_put(x->txn, TKT_DB_MESSAGE, &key, value);
}


static void
message_more(damage_t *x)
{
    tkt_key_t  from = message_key(1, 2, 0), to = message_key(1, 5, 0);
    tkt_str_t  value;

    assert_true(tkt_get(x->txn, TKT_DB_MESSAGE, &from, &value));
    tkt_put(x->txn, TKT_DB_MESSAGE, &to, tkt_arena_copy(x->arena, value));
}


/* ---- the log ---- */

static void
event_extra(damage_t *x)
{
    tkt_event_t  e = event_of(x, 1, 0);

    e.id = tkt_txn_next(x->txn, TKT_SEQ_EVENT);
    event_save(x, &e);

}


static void
event_loop(damage_t *x)
{
    tkt_event_t  e = event_of(x, 1, 3);

    e.previous = event_of(x, 1, 0).id;
    event_save(x, &e);
}


static void
event_branch(damage_t *x)
{
    tkt_event_t  e = event_of(x, 1, 1);

    e.previous = event_load(x, e.previous).previous;
    event_save(x, &e);
}


static void
counter_idle(damage_t *x)
{
    tkt_key_t     key;
    tkt_tenant_t  idle = { .id = 3, .parent = 1, .kind = 2, .version = 1,
                           .name = tkt_lit("idle") };

    tkt_tenant_save(x->txn, NULL, &idle, x->arena);
    tkt_key_tenant_counts(&key, 3);
    tkt_put(x->txn, TKT_DB_COUNTER, &key, tkt_str("\x01"));
    tkt_key_principal_count(&key, 3);
    tkt_put(x->txn, TKT_DB_COUNTER, &key, tkt_str("\x02"));
}


/* ---- roles ---- */

static void
role_save(damage_t *x, tkt_role_record_t role)
{
    role.tenant = role.tenant != 0 ? role.tenant : 1;
    role.version = 1;
    role.base = role.base != 0 ? role.base : TKT_ROLE_AGENT;
    role.id = tkt_txn_next(x->txn, TKT_SEQ_ROLE);
    tkt_role_save(x->txn, &role, x->arena);
}


static void
role_held(damage_t *x)
{
    role_save(x, (tkt_role_record_t) { .name = tkt_lit("a"), .holders = 2 });
}


static void
role_twice(damage_t *x)
{
    role_save(x, (tkt_role_record_t) { .name = tkt_lit("a") });
    role_save(x, (tkt_role_record_t) { .name = tkt_lit("a") });
}


static void
role_built_in(damage_t *x)
{
    role_save(x, (tkt_role_record_t) { .name = tkt_lit("bot") });
}


static void
role_base(damage_t *x)
{
    role_save(x, (tkt_role_record_t) { .name = tkt_lit("a"),
                                       .base = TKT_ROLE_SYSTEM });
}


static void
role_idle(damage_t *x)
{
    counter_idle(x);
    role_save(x, (tkt_role_record_t) { .name = tkt_lit("a"), .tenant = 3,
                                       .holders = 1 });
}


/* Right in number, and of another base than the principal. */
static void
role_other_base(damage_t *x)
{
    tkt_key_t   key;
    tkt_user_t  user;

    role_save(x, (tkt_role_record_t) { .name = tkt_lit("a"), .holders = 1 });
    tkt_key_principal(&key, 1, 1);
    load(x, TKT_DB_PRINCIPAL, &key, &tkt_user_schema, &user);
    user.role_id = 1;
    save(x, TKT_DB_PRINCIPAL, &key, &tkt_user_schema, &user);
}


/* ---- stored answers ---- */

static void
answer_copy(damage_t *x, uint64_t principal, size_t cut)
{
    tkt_key_t    all, key;
    tkt_str_t    value, rest;
    tkt_scan_t   scan;
    tkt_unkey_t  u;

    tkt_key_start(&all);
    tkt_scan_open(&scan, x->txn, TKT_DB_IDEMPOTENCY, &all, NULL, false);
    assert_true(tkt_scan_next(&scan));

    tkt_unkey_start(&u, scan.key);
    tkt_key_start(&key);
    tkt_key_u32(&key, tkt_unkey_u32(&u));
    tkt_key_u32(&key, tkt_unkey_u32(&u));
    (void) tkt_unkey_u64(&u);
    tkt_key_u64(&key, principal);
    rest = (tkt_str_t) { u.pos, (size_t) (u.end - u.pos) };
    tkt_key_bytes(&key, rest);
    value = tkt_arena_copy(x->arena, scan.value);
    tkt_scan_close(&scan);

    value.len -= cut;
    tkt_put(x->txn, TKT_DB_IDEMPOTENCY, &key, value);
}


static void
answer_broken(damage_t *x)
{
    answer_copy(x, 14, 1);
}


static void
answer_nobody(damage_t *x)
{
    answer_copy(x, 999, 0);
}


static void
ticket_length(damage_t *x)
{
    tkt_key_t  key = message_key(2, 0, 0);
    tkt_str_t  value;

    assert_true(tkt_get(x->txn, TKT_DB_MESSAGE, &key, &value));
    value = tkt_arena_copy(x->arena, value);
    ((uint8_t *) (uintptr_t) value.data)[1] = 0x7f;
    tkt_put(x->txn, TKT_DB_MESSAGE, &key, value);
}


typedef struct {
    const char   *name;
    void        (*damage)(damage_t *x);
    const char   *says;
} other_row_t;

static const other_row_t  other_rows[] = {
    { "number not given", meta_low,
      "ticket 2/5: the number was never given" },
    { "token of nobody", token_ownerless, "token 1/999/1: its owner does" },
    { "token too many", token_early, "token 1/1/2: the number was never" },
    { "chain of another", ticket_foreign_chain, "is an event of ticket 1/4" },
    { "chain cut off", ticket_cut_chain, "is not in the chain of its" },
    { "long text changed", ticket_piece, "change of description does not" },
    { "long text that does not end", ticket_length, "do not hold its texts" },
    { "message too many", message_more, "last message is 5, its message_cou" },
    { "event outside a chain", event_extra, "is not in the chain of its" },
    { "loop", event_loop, "is not after the one before it" },
    { "branch", event_branch, "is not in the chain of its ticket 1/1" },
    { "counter of an idle tenant", counter_idle, "counter 3: cell 0 says 1" },
    { "principals of an idle tenant", counter_idle,
      "counter 3: cell 0 says 2, there is no principal" },
    { "holders", role_held, "role 1/1: it says 2 holders, there are 0" },
    { "a name twice", role_twice, "role 1/2: another role has its name" },
    { "a built-in name", role_built_in, "role 1/1: another role has its na" },
    { "base of the desk", role_base, "role 1/1: no role is made from its" },
    { "holders of an idle tenant", role_idle, "role 3/1: it has 1 holders" },
    { "another base", role_other_base, "principal 1/1: its role 1 is none" },
    { "broken answer", answer_broken, "the record does not decode" },
    { "answer of nobody", answer_nobody, "there is no such principal" },
};


static void
other_damage(damage_t *x, const void *row)
{
    ((const other_row_t *) row)->damage(x);
}


/* ---- tests ---- */

/* One case; whether what it should say was said. */
static bool
damage_is_told(desk_t *d, const char *name, const char *says,
    void (*damage)(damage_t *x, const void *row), const void *row)
{
    bool                  told;
    damage_t              x;
    tkt_arena_t           arena;
    static desk_faults_t  faults;

    tkt_arena_init(&arena, 65536);
    assert_int_equal(tkt_txn_begin(d->env, &x.txn, false), TKT_OK);
    x.arena = &arena;

    damage(&x, row);
    assert_int_equal(tkt_txn_status(x.txn), TKT_OK);

    desk_verify(x.txn, &faults);
    told = strstr(faults.text, says) != NULL;

    if (!told) {
        print_message("# %s: not \"%s\" in %u lines:\n%s", name, says,
                      faults.lines, faults.text);
    }

    tkt_txn_abort(x.txn);
    tkt_arena_done(&arena);

    return told;
}


static void
test_bytes(void **state)
{
    size_t            i, missed;
    const put_row_t  *row;

    for (missed = 0, i = 0; i < tkt_array_len(puts_rows); i++) {
        row = &puts_rows[i];
        missed += !damage_is_told(*state, row->name, row->says, put_damage,
                                  row);
    }

    assert_int_equal(missed, 0);
}


static void
test_members(void **state)
{
    size_t             i, missed;
    const edit_row_t  *row;

    for (missed = 0, i = 0; i < tkt_array_len(edit_rows); i++) {
        row = &edit_rows[i];
        missed += !damage_is_told(*state, row->name, row->says, edit_damage,
                                  row);
    }

    assert_int_equal(missed, 0);
}


static void
test_others(void **state)
{
    size_t              i, missed;
    const other_row_t  *row;

    for (missed = 0, i = 0; i < tkt_array_len(other_rows); i++) {
        row = &other_rows[i];
        missed += !damage_is_told(*state, row->name, row->says, other_damage,
                                  row);
    }

    assert_int_equal(missed, 0);
}


static void
test_nothing_is_left(void **state)
{
    desk_verify_clean(*state);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_others),
        cmocka_unit_test(test_nothing_is_left),
    };

    return cmocka_run_group_tests(tests, small_store_setup,
                                  small_store_teardown);
}
