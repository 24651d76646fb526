/*
 * The rows of the store as structs: principals, tenants, tokens, tickets with
 * their indexes and counters, messages and events.  Every write of a ticket
 * goes through tkt_ticket_save, so record, indexes and counters cannot part.
 *
 * Loaded strings are slices of `arena` copies: they survive later puts.
 */

#ifndef TKT_ROWS_H
#define TKT_ROWS_H


#include "domain/tkt_model.h"
#include "store/tkt_record.h"
#include "store/tkt_store.h"


/* Cells of the counter rows. */
#define TKT_STATE_CELLS   TKT_STATE_CLOSED
#define TKT_BUCKET_CELLS  TKT_BUCKET_CLOSED
#define TKT_TENANT_CELLS  (TKT_STATE_CELLS * 2 * 4)

#define tkt_state_cell(state)  ((size_t) (state) - 1)
#define tkt_bucket_cell(state)                                                \
    ((size_t) tkt_workflow_bucket((tkt_state_t) (state)) - 1)
#define tkt_tenant_cell(state, assigned, priority)                            \
    ((tkt_state_cell(state) * 2 + ((assigned) ? 1 : 0)) * 4                   \
     + (size_t) (priority) - 1)

/* Of a tenant's files: how many, and their bytes. */
#define TKT_FILE_CELLS    2
#define TKT_FILE_COUNT    0
#define TKT_FILE_BYTES    1


/* In queue keys, so that urgent sorts before low. */
#define tkt_urgency(priority)  ((uint8_t) (255 - (priority)))


/*
 * Kinds of rows in TKT_DB_COUNTER, in keys: append only.  Those of teams and
 * complaints have a team behind them, and TKT_TENANT_CELLS as the tenant's.
 */
typedef enum {
    TKT_COUNTS_NONE = 0,
    TKT_COUNTS_TENANT,
    TKT_COUNTS_PRINCIPALS,
    TKT_COUNTS_TEAM,
    TKT_COUNTS_COMPLAINT,
    TKT_COUNTS_FILES,
    TKT_COUNTS_TOLD,                 /* principals who have notices          */
    TKT_COUNTS_MAX
} tkt_counts_t;

/*
 * Lines of the queue.  The minute that counts is that of due_at, else that of
 * the submission.
 */
#define TKT_LINE_UNASSIGNED  0
#define TKT_LINE_ASSIGNED    1
#define TKT_LINE_DRILL       2      /* added for exercises                   */
#define tkt_queue_line(t)                                                     \
    (((t)->assignee != 0 ? TKT_LINE_ASSIGNED : TKT_LINE_UNASSIGNED)           \
     + ((t)->drill != 0 ? TKT_LINE_DRILL : 0))
#define tkt_queue_minute(t)                                                   \
    ((uint32_t) (((t)->due_at != 0 ? (t)->due_at : (t)->created_at) / 60000))


/* Work is still to be done: the queue, when no states are asked for. */
#define TKT_STATES_ACTIVE                                                     \
    ((uint32_t) (tkt_bit(TKT_STATE_NEW) | tkt_bit(TKT_STATE_OPEN)             \
                 | tkt_bit(TKT_STATE_IN_PROGRESS)                             \
                 | tkt_bit(TKT_STATE_WAITING_USER)                            \
                 | tkt_bit(TKT_STATE_ON_HOLD)                                 \
                 | tkt_bit(TKT_STATE_FOLLOW_UP)))

/* Whether it stands in the queue; of a damaged record, too. */
#define tkt_queue_has(t)                                                      \
    ((t)->state < TKT_STATE_MAX                                               \
     && (TKT_STATES_ACTIVE & tkt_bit((t)->state)) != 0)

/*
 * In an assignee's keys: active before done.  States within a class are not
 * told apart there, so that work on a ticket does not move its entry.
 */
#define TKT_CLASS_ACTIVE  1
#define TKT_CLASS_DONE    2
#define tkt_class(state)                                                      \
    ((uint8_t) ((state) < TKT_STATE_RESOLVED ? TKT_CLASS_ACTIVE               \
                                             : TKT_CLASS_DONE))


/* ---- keys ---- */

void tkt_key_tenant(tkt_key_t *k, uint32_t tenant);
void tkt_key_principal(tkt_key_t *k, uint32_t tenant, uint64_t id);
void tkt_key_login(tkt_key_t *k, uint32_t tenant, tkt_str_t login);
void tkt_key_token(tkt_key_t *k, uint32_t tenant, uint64_t principal,
    uint32_t number);
void tkt_key_ticket(tkt_key_t *k, uint32_t tenant, uint64_t id);
void tkt_key_message(tkt_key_t *k, uint32_t tenant, uint64_t ticket,
    uint32_t number);
void tkt_key_event(tkt_key_t *k, uint64_t seq);
void tkt_key_requester_counts(tkt_key_t *k, uint32_t tenant,
    uint64_t principal);
void tkt_key_by_state(tkt_key_t *k, const tkt_ticket_t *t);
void tkt_key_assignee_counts(tkt_key_t *k, uint32_t tenant,
    uint64_t principal);
void tkt_key_queue(tkt_key_t *k, uint32_t tenant, uint64_t team,
    unsigned line);
void tkt_key_by_queue(tkt_key_t *k, const tkt_ticket_t *t);
void tkt_key_team_counts(tkt_key_t *k, uint32_t tenant, unsigned kind,
    uint64_t team);
void tkt_key_tenant_counts(tkt_key_t *k, uint32_t tenant);
void tkt_key_tenant_name(tkt_key_t *k, tkt_str_t name);
void tkt_key_tenant_child(tkt_key_t *k, uint32_t parent, uint32_t tenant);
void tkt_key_principal_count(tkt_key_t *k, uint32_t tenant);
void tkt_key_role(tkt_key_t *k, uint32_t tenant, uint64_t role);
void tkt_key_credential(tkt_key_t *k, uint32_t tenant, uint64_t principal);
void tkt_key_code(tkt_key_t *k, uint32_t tenant, const uint8_t digest[16]);
void tkt_key_outbox(tkt_key_t *k, uint32_t tenant, uint64_t seq);
void tkt_key_sealed(tkt_key_t *k, uint32_t tenant, uint64_t ticket,
    uint8_t field);
void tkt_key_sealed_by(tkt_key_t *k, uint32_t master);
void tkt_key_due(tkt_key_t *k, int64_t at_ms, tkt_due_t kind,
    uint32_t tenant, uint64_t id);
void tkt_key_audit(tkt_key_t *k, uint32_t tenant, uint64_t number);
void tkt_key_file_counts(tkt_key_t *k, uint32_t tenant);
void tkt_key_told_counts(tkt_key_t *k, uint32_t tenant);
void tkt_key_attachment(tkt_key_t *k, uint32_t tenant,
    const uint8_t digest[16]);
void tkt_key_blob(tkt_key_t *k, uint64_t id);
void tkt_key_blob_hash(tkt_key_t *k, const uint8_t hash[32]);


/*
 * Loaders: false if there is none, or it does not decode (then the
 * transaction's status is TKT_INTERNAL).  In a read transaction arena may be
 * NULL: strings then point into the map.  That of a message makes it of a key
 * and a value at hand.
 */
bool tkt_tenant_load(tkt_txn_t *txn, uint32_t id, tkt_tenant_t *tenant,
    tkt_arena_t *arena);
bool tkt_user_load(tkt_txn_t *txn, uint32_t tenant, uint64_t id,
    tkt_user_t *user, tkt_arena_t *arena);
bool tkt_user_by_login(tkt_txn_t *txn, uint32_t tenant, tkt_str_t login,
    tkt_user_t *user, tkt_arena_t *arena);
bool tkt_token_load(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    uint32_t number, tkt_token_record_t *token, tkt_arena_t *arena);
bool tkt_role_load(tkt_txn_t *txn, uint32_t tenant, uint64_t id,
    tkt_role_record_t *role, tkt_arena_t *arena);
bool tkt_credential_load(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    tkt_credential_t *credential, tkt_arena_t *arena);
bool tkt_code_load(tkt_txn_t *txn, uint32_t tenant, const uint8_t digest[16],
    tkt_code_t *code, tkt_arena_t *arena);
bool tkt_message_load(tkt_txn_t *txn, tkt_str_t key, tkt_str_t value,
    tkt_message_t *message, tkt_arena_t *arena);
bool tkt_message_get(tkt_txn_t *txn, uint32_t tenant, uint64_t ticket,
    uint64_t number, tkt_message_t *message, tkt_arena_t *arena);
bool tkt_event_load(tkt_txn_t *txn, uint64_t seq, tkt_event_t *event,
    tkt_arena_t *arena);

/* big: also the rows that are kept in chunks. */
bool tkt_ticket_load(tkt_txn_t *txn, uint32_t tenant, uint64_t id,
    tkt_ticket_t *ticket, bool big, tkt_arena_t *arena);

/* The integers alone, for what is decided by version and owner. */
bool tkt_ticket_load_head(tkt_txn_t *txn, uint32_t tenant, uint64_t id,
    tkt_ticket_t *ticket);

/* Fills the rows in chunks of a ticket that was loaded without. */
bool tkt_ticket_load_big(tkt_txn_t *txn, tkt_ticket_t *ticket,
    tkt_arena_t *arena);


/* Whether the tenant may have one more principal. */
bool tkt_user_has_room(tkt_txn_t *txn, uint32_t tenant);

/*
 * Savers; `before` is NULL for a new one.  That of a principal also keeps the
 * count of the tenant's principals and of the holders of a role, and ends the
 * code that resets his password when an address of his changes.
 */
void tkt_tenant_save(tkt_txn_t *txn, const tkt_tenant_t *before,
    const tkt_tenant_t *tenant, tkt_arena_t *arena);
void tkt_user_save(tkt_txn_t *txn, const tkt_user_t *before,
    const tkt_user_t *user, tkt_arena_t *arena);

/* The inverse of saving one who has just been made and has nothing yet. */
void tkt_user_take_back(tkt_txn_t *txn, const tkt_user_t *user,
    tkt_arena_t *arena);

void tkt_token_save(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    const tkt_token_record_t *token, tkt_arena_t *arena);
void tkt_role_save(tkt_txn_t *txn, const tkt_role_record_t *role,
    tkt_arena_t *arena);
void tkt_credential_save(tkt_txn_t *txn, uint32_t tenant, uint64_t principal,
    const tkt_credential_t *credential, tkt_arena_t *arena);
void tkt_code_save(tkt_txn_t *txn, uint32_t tenant, const uint8_t digest[16],
    const tkt_code_t *code, tkt_arena_t *arena);
void tkt_outbox_save(tkt_txn_t *txn, const tkt_outbox_t *outbox,
    tkt_arena_t *arena);

/* Sets or takes away a timer. */
void tkt_due_set(tkt_txn_t *txn, int64_t at_ms, tkt_due_t kind,
    uint32_t tenant, uint64_t id);
void tkt_due_clear(tkt_txn_t *txn, int64_t at_ms, tkt_due_t kind,
    uint32_t tenant, uint64_t id);

void tkt_ticket_save(tkt_txn_t *txn, const tkt_ticket_t *before,
    const tkt_ticket_t *ticket, tkt_arena_t *arena);

/* Adds message number ticket->message_count + 1 and counts it. */
void tkt_message_append(tkt_txn_t *txn, tkt_ticket_t *ticket,
    tkt_message_t *message, tkt_arena_t *arena);

/*
 * Appends the event of a change from before (NULL: submitted) to ticket:
 * number, chain, version and change list are set here; at, actor, action,
 * reason and message by the caller.  ticket->last_event becomes its number.
 */
void tkt_event_append(tkt_txn_t *txn, const tkt_ticket_t *before,
    tkt_ticket_t *ticket, tkt_event_t *event, tkt_arena_t *arena);


/*
 * Reads "17", "T-17" or, with the tenant's own prefix, "ACME-17", in capital
 * or small letters; false for anything else and 0.  An empty prefix is "T".
 */
bool tkt_ticket_number_parse(tkt_str_t text, const char *prefix,
    uint64_t *id);

/* Writes "T-17"; at most 9 bytes more than the digits. */
tkt_str_t tkt_ticket_number(const char *prefix, uint64_t id,
    tkt_arena_t *arena);


#endif /* TKT_ROWS_H */
