/*
 * What the operations about one's own account share: whom credentials mean,
 * whether he may have a password, his sessions.
 */

#ifndef TKT_ACCOUNTS_H
#define TKT_ACCOUNTS_H


#include "app/call/tkt_command.h"
#include "app/who/tkt_codes.h"


/* Whom a login means. */
typedef struct {
    bool              found;         /* and may enter                        */
    uint32_t          tenant;        /* 0: there is none that is open        */
    tkt_user_t        user;
    tkt_credential_t  credential;    /* zero if there is none                */
} tkt_account_t;

/*
 * The number of the tenant of that name ("default" or the only one if empty);
 * 0 if there is none or it is disabled.
 */
uint32_t tkt_account_tenant(tkt_txn_t *txn, tkt_str_t name,
    tkt_arena_t *arena);

/* Finds the account; false if nobody of this login may enter. */
bool tkt_account_find(tkt_txn_t *txn, tkt_str_t tenant, tkt_str_t login,
    tkt_account_t *account, tkt_arena_t *arena);

/* The same by number. */
bool tkt_account_load(tkt_txn_t *txn, uint32_t tenant, uint64_t id,
    tkt_account_t *account, tkt_arena_t *arena);

/*
 * Whether he may set a password himself: who has none and was brought by the
 * site (or is a guest, or stands for a tenant) is let in by others, and a
 * password would be a second way in that they do not know of.
 */
bool tkt_account_may_have_password(const tkt_account_t *account);

/*
 * What follows was asked for by nobody known, and is done in the name of him
 * who proved to be user.
 */
void tkt_account_act_as(tkt_call_t *c, const tkt_user_t *user,
    tkt_role_t role);


/* ---- tokens ---- */

/* The tokens of a principal that must give way to a new one. */
typedef struct {
    size_t    count;
    uint32_t  numbers[TKT_TOKENS_PER_USER_MAX];
} tkt_token_room_t;

/*
 * Finds room for one more of `kind`: sessions and links that have expired,
 * and if that is not enough the oldest of the kind.  False if there is none
 * to give way.  Stores nothing.
 */
bool tkt_token_room(tkt_call_t *c, uint32_t tenant, uint64_t principal,
    tkt_token_kind_t kind, tkt_token_room_t *room);

/*
 * Stores a token of user (whose last_token grows) and returns its text, in
 * the call's arena.  kind, ticket and expires_at are the caller's; room: as
 * found before.
 */
tkt_str_t tkt_token_issue(tkt_call_t *c, tkt_user_t *user,
    tkt_token_record_t *token, const uint8_t secret[32],
    const tkt_token_room_t *room);

/* Ends all sessions of a principal but the one with number `keep`. */
void tkt_sessions_end(tkt_call_t *c, uint32_t tenant, uint64_t principal,
    uint32_t keep);


/* ---- passwords ---- */

/*
 * Stores what the work made as the password of a principal, with an entry in
 * the audit log in the name of `actor`.
 */
void tkt_password_store(tkt_call_t *c, uint32_t tenant, uint64_t principal,
    const tkt_credential_t *before);


/* The operator sets a password: login and new_password.  Has no route. */
extern const tkt_operation_t  tkt_operation_passwd;


/* ---- secrets of commands (tkt_work.c) ---- */

/* Whether the operation's body holds a password. */
bool tkt_secret_taken(const tkt_operation_t *op);

/*
 * Before the body is decoded: gives the command memory of its own for what
 * is secret, overwritten after the work.  False without memory.
 */
bool tkt_secret_open(tkt_command_t *cmd, size_t body_bytes);

/*
 * After it: takes the passwords out of the input and everything else out of
 * the memory that will be overwritten.
 */
void tkt_secret_part(tkt_command_t *cmd);

/* Overwrites and frees that memory. */
void tkt_secret_close(tkt_command_t *cmd);

/* The digest of where an attempt comes from; 0 if that is not known. */
uint64_t tkt_attempt_address(tkt_str_t address);


#endif /* TKT_ACCOUNTS_H */
