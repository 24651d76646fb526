/*
 * A command: a request that changes the store, as plain data.  Everything
 * nondeterministic (time, random bytes, who asks, in which language) is fixed
 * before it is queued, so that the same commands in the same order give
 * byte-identical stores.  It lives in one arena of its own.
 */

#ifndef TKT_COMMAND_H
#define TKT_COMMAND_H


#include "app/call/tkt_call.h"
#include "crypto/tkt_password.h"


#define TKT_DIGEST_BYTES         16

/* What a command counts at least towards the bytes of a transaction. */
#define TKT_COMMAND_BLOCK_BYTES  12288


/*
 * A password on its way: what the store has of the account, copied in before
 * the work, and what the work found.  Passwords are never in the input, only
 * in the memory of `plain`, and not even there when the command is queued.
 */
typedef struct tkt_secret_s {
    tkt_arena_t  *plain;           /* NULL: the work is done                 */
    tkt_str_t     password;        /* in plain                               */
    tkt_str_t     new_password;

    uint32_t   tenant;             /* of the account                         */
    uint64_t   principal;          /* 0: there is none                       */
    uint64_t   version;            /* of its credential                      */
    tkt_str_t  stored;             /* its hash; empty: none                  */
    bool       check;              /* `password` is to be compared           */
    bool       hash;               /* `new_password` (or `password` of a new
                                      account) is to be hashed               */

    bool       right;              /* found: password is the account's       */
    bool       wrong;              /* found: a guess at a password or code   */
    char       made[TKT_PASSWORD_HASH_BYTES];   /* hashed; "" if not asked for
                                      and the stored one is still good       */
} tkt_secret_t;

struct tkt_batch_s;
/*
 * The input of a command that takes a file: what the carrier has of it, and
 * what the run found.
 */
typedef struct {
    tkt_upload_t  upload;          /* without `head`                         */
    tkt_str_t     name;            /* cleaned                                */
    tkt_str_t     type;            /* found in it                            */
    bool          taken;           /* its file is a new content's            */
} tkt_file_input_t;

struct tkt_command_s {
    tkt_arena_t            *arena;
    size_t                  bytes;

    const tkt_operation_t  *op;
    tkt_actor_t             actor;
    tkt_str_t               segments[2];
    int64_t                 now_ms;
    uint8_t                 random[32];
    tkt_lang_t              lang;
    tkt_str_t               mount;
    tkt_str_t               request_id;
    tkt_str_t               if_match;

    bool                    has_key;
    uint8_t                 key[TKT_DIGEST_BYTES];          /* of the key    */
    uint8_t                 fingerprint[TKT_DIGEST_BYTES];  /* of the request */
    uint8_t                 target[TKT_DIGEST_BYTES];   /* without its body  */

    void                   *input;
    tkt_present_t           present;
    struct tkt_batch_s     *batch;         /* NULL: one operation            */

    tkt_identity_t          identity;      /* as the site asserts it         */
    bool                    unseen;        /* actor.id is found by the run   */
    bool                    made;          /* the run has made his record:   */
    uint64_t                before;        /* tkt_txn_changes until then     */
    uint64_t                after;         /* … and then                     */
    uint64_t                version;       /* of the record, before the run  */
    const tkt_keyring_t    *keyring;       /* outlives the command           */
    tkt_secret_t           *secret;        /* NULL: no password in it        */
    tkt_attempt_t           attempt;

    tkt_reply_t             reply;
};


/* The call of a command in a transaction (NULL: to answer without one). */
void tkt_command_call(tkt_command_t *cmd, tkt_txn_t *txn, tkt_call_t *c);


/*
 * What an operation takes of its own request, alone or in a batch: query,
 * headers, key and body, checked and decoded into cmd, whose op, actor and
 * arena are set.  False, and answered, if something is wrong with them.
 */
bool tkt_command_take(tkt_call_t *c, const tkt_request_t *req, tkt_str_t body,
    tkt_command_t *cmd);

/*
 * Makes cmd->input of the file of a request; false, and answered, for a name
 * that cannot be one.  tkt_upload_print: what of it makes two requests the
 * same, in the call's arena.
 */
bool tkt_upload_input(tkt_call_t *c, const tkt_request_t *req,
    const tkt_params_t *params, tkt_command_t *cmd);
tkt_str_t tkt_upload_print(tkt_call_t *c, const tkt_command_t *cmd);


/*
 * The stored answer of a command with an Idempotency-Key: true if there was
 * one and the command's reply is complete (replayed or mismatch).
 */
bool tkt_idempotency_replay(tkt_txn_t *txn, tkt_command_t *cmd,
    tkt_call_t *c);

/* Stores the answer of a command that succeeded, in the same transaction. */
void tkt_idempotency_store(tkt_txn_t *txn, const tkt_command_t *cmd,
    tkt_str_t body);

/*
 * Takes away the stored answers to a principal and those about his tickets,
 * whoever got them: looks at no more than `steps` pieces from *place on (empty:
 * the first), and sets it.  False when all were looked at.
 */
bool tkt_idempotency_forget(tkt_txn_t *txn, uint32_t tenant,
    uint64_t principal, tkt_key_t *place, size_t steps);

/* Whether these bytes, its pieces joined, are a stored answer. */
bool tkt_idempotency_sound(tkt_str_t packed);


#endif /* TKT_COMMAND_H */
