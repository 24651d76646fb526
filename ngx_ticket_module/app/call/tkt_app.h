/*
 * The application as its carriers see it (nginx's workers, ticketctl, jobs,
 * tests): a request is matched to a row of the operation table, its caller is
 * admitted, a query is answered from a read transaction, and anything that
 * changes the store becomes a command, plain data that is executed in a
 * batch by whoever owns the write transaction.
 *
 *     match → admit → query                       reads, in the event loop
 *     match → admit → (body) → command → queue    writes, in the event loop
 *     run(batch)                                  the writer's thread
 *
 * Nothing here reads a clock, a random source or configuration: carriers put
 * time and random bytes into the request.
 */

#ifndef TKT_APP_H
#define TKT_APP_H


#include "base/tkt_arena.h"
#include "base/tkt_limits.h"
#include "base/tkt_status.h"
#include "domain/tkt_people.h"
#include "store/tkt_store.h"


typedef enum {
    TKT_METHOD_OTHER = 0,
    TKT_METHOD_GET,
    TKT_METHOD_HEAD,
    TKT_METHOD_POST,
    TKT_METHOD_PUT,
    TKT_METHOD_PATCH,
    TKT_METHOD_DELETE,
    TKT_METHOD_OPTIONS
} tkt_method_t;


/* JSON Web Tokens that a location accepts (app/who/tkt_jwt.h). */
typedef struct tkt_jwt_conf_s  tkt_jwt_conf_t;

/* Tokens found valid before, of one thread (app/who/tkt_jwt.h). */
typedef struct tkt_jwt_cache_s  tkt_jwt_cache_t;

/* Master keys of confidential text (crypto/tkt_seal.h). */
typedef struct tkt_keyring_s  tkt_keyring_t;


/* What a location allows; constant for the life of its configuration. */
typedef struct {
    const tkt_jwt_conf_t  *jwt;             /* NULL: none                    */
    bool                   identity;        /* ticket_identity is given      */
    tkt_role_t             identity_max;    /* role; USER unless said        */
    bool                   guest;           /* ticket_guest                  */
    bool                   password_login;
    bool                   registration;
} tkt_site_t;


/* Who asks, as nginx found it: values of variables; empty user: nobody. */
typedef struct {
    tkt_str_t  user;
    tkt_str_t  name;
    tkt_str_t  email;
    tkt_str_t  role;
    tkt_str_t  tenant;
    tkt_str_t  groups;
} tkt_identity_t;


/*
 * A file that came in: complete, durable, under its own name below the store's
 * `files`.  It is the carrier's to remove unless the command took it.
 */
typedef struct {
    uint64_t   size;
    uint8_t    hash[32];            /* BLAKE2b-256 of the content            */
    tkt_str_t  head;                /* first bytes, TKT_MEDIA_HEAD_BYTES     */
    tkt_str_t  file;                /* "ab/…"                                */
} tkt_upload_t;


/* What came in.  All slices are borrowed until the reply was sent. */
typedef struct {
    tkt_method_t  method;
    tkt_str_t     path;             /* below the mount, decoded: "/v1/…"     */
    tkt_str_t     query;            /* raw, without '?'                      */
    tkt_str_t     mount;            /* prefix for links, "" or "/helpdesk"   */
    tkt_str_t     authorization;    /* header values; empty if absent        */
    tkt_str_t     if_match;
    tkt_str_t     if_none_match;
    tkt_str_t     idempotency_key;
    tkt_str_t     accept_language;
    tkt_str_t     content_type;
    tkt_str_t     request_id;       /* checked or made by the carrier        */
    int64_t       now_ms;
    bool          require_match;    /* ticket_require_match                  */
    bool          require_key;      /* ticket_require_idempotency_key        */
    bool          has_idempotency_key;

    const tkt_site_t     *site;     /* NULL: tokens and nothing else         */
    tkt_identity_t        identity;
    tkt_str_t             address;  /* of the client, as text                */
    bool                  foreign_origin;   /* Origin is of another site and
                                       not one of ticket_cors                */
    const tkt_keyring_t  *keyring;  /* NULL: nothing is sealed               */
    tkt_jwt_cache_t      *jwt_cache;        /* NULL: none                    */
    tkt_arena_blocks_t   *blocks;           /* for the command; NULL: malloc */
    const struct tkt_viewers_s  *viewers;   /* NULL: nobody is known         */
    const tkt_upload_t   *upload;   /* instead of a body; NULL: there is one */
} tkt_request_t;


typedef struct tkt_operation_s  tkt_operation_t;


/*
 * Who has a ticket open, as the carrier keeps it for all its processes: never
 * stored, forgotten after TKT_VIEWER_TTL_MS, and a guess at worst.
 */
typedef struct {
    uint64_t  principal;
    int64_t   seen_ms;
    bool      typing;
} tkt_seen_t;

typedef struct tkt_viewers_s {
    void    *data;

    /* notes or forgets (typing is then of no use) one who has it open */
    void   (*put)(void *data, uint32_t tenant, uint64_t ticket,
                  const tkt_seen_t *who);
    void   (*drop)(void *data, uint32_t tenant, uint64_t ticket,
                   uint64_t principal);

    /* those seen since now_ms - TKT_VIEWER_TTL_MS but for `except`; if there
       are more than `room`, the ones seen last */
    size_t (*list)(void *data, uint32_t tenant, uint64_t ticket,
                   uint64_t except, int64_t now_ms, tkt_seen_t *out,
                   size_t room);
} tkt_viewers_t;


/* The row of a request, and the values in its path. */
typedef struct {
    const tkt_operation_t  *op;
    tkt_str_t               segments[2];    /* of {…}, in order              */
    size_t                  count;
} tkt_match_t;


/* The way a caller was identified. */
typedef enum {
    TKT_BY_NOBODY = 0,
    TKT_BY_TOKEN,
    TKT_BY_JWT,
    TKT_BY_IDENTITY                 /* variables of nginx                    */
} tkt_by_t;

/*
 * Who asks, after admission; plain data, copied into commands.  id is 0 for
 * the anonymous, whose role is NONE, and for the operator.  A principal whom
 * the site vouches for and the store has no record of has the id
 * TKT_PRINCIPAL_UNSEEN; his first command makes the record from login and what
 * the command carries of his identity.
 */
typedef struct {
    uint32_t    tenant;
    uint64_t    id;                 /* principal; see above                  */
    tkt_role_t  role;               /* base role, capped by the location     */
    uint64_t    withheld;           /* tkt_bit(tkt_perm_t) of the base role
                                       that his own role leaves out          */
    uint64_t    role_id;            /* the tenant's own role; 0: the base    */
    uint64_t    ticket;             /* the only one he may see; 0: any       */
    uint64_t    grants;             /* how many he has; 0: not bound         */
    uint32_t    profile;            /* tkt_profile_t of the tenant           */
    uint32_t    languages;          /* TKT_LANGUAGE_* of the tenant; 0: all  */
    uint32_t    token;              /* number of his token; 0: none          */
    uint32_t    scopes;             /* TKT_SCOPE_* of it; 0: all             */
    uint32_t    quota;              /* requests a minute; 0: the location's  */
    uint32_t    tenant_quota;       /* of all principals; 0: none            */
    tkt_by_t    by;
    tkt_role_t  max_role;           /* cap of the location; NONE: none       */
    int64_t     expires_at_ms;      /* of the token; 0: never                */
    int64_t     token_used_ms;      /* as stored; to be told when it is old  */
    uint64_t    snapshot;           /* that told it all; 0: none             */
    char        login[TKT_LOGIN_MAX_CHARS * 4 + 1];
    char        tenant_name[TKT_SLUG_MAX_CHARS + 1];
    char        prefix[9];          /* of ticket numbers                     */
} tkt_actor_t;


/* What goes out. Slices live in the arena given with the call. */
typedef struct {
    uint16_t      http;             /* status code                           */
    tkt_status_t  status;           /* TKT_OK or the problem it tells        */
    tkt_str_t     body;             /* JSON; empty with 204, 304             */
    tkt_str_t     file;             /* instead: a name below `files`, with … */
    uint64_t      file_bytes;       /* … its size, as it must be             */
    int64_t       file_made_ms;     /* … when it came                        */
    tkt_str_t     file_type;        /* … and values of header fields         */
    tkt_str_t     disposition;
    tkt_str_t     etag;             /* header values; empty: not sent        */
    tkt_str_t     location;
    tkt_str_t     link;
    tkt_str_t     allow;
    uint32_t      retry_after_s;    /* 0: not sent                           */
    bool          replayed;         /* Idempotency-Replayed: true            */
    bool          challenge;        /* WWW-Authenticate: Bearer              */
    bool          cacheable;        /* public document: max-age, else
                                       private, no-cache                     */
    bool          localised;        /* Vary: Accept-Language                 */
    bool          moves;            /* the body changes while its tag stays:
                                       no 304 is made of it                  */

    /* when the answer ends by time alone: a token expires, a window closes;
       0: it is true for as long as the snapshot is the newest */
    int64_t       fresh_until_ms;

    /* for variables: zero if the request did not get that far */
    uint64_t      ticket_id;
    tkt_state_t   state;
    tkt_priority_t priority;
} tkt_reply_t;


/*
 * Finds the operation of req.  False: reply is complete (not-found,
 * method-not-allowed with Allow, or the 204 of OPTIONS).  HEAD matches GET.
 */
bool tkt_app_match(const tkt_request_t *req, tkt_match_t *match,
    tkt_arena_t *arena, tkt_reply_t *reply);

/* Whether the operation changes the store (and so has a body to read). */
bool tkt_app_is_command(const tkt_match_t *match);

/* Whether its body is a file: tkt_app_upload comes before it is read. */
bool tkt_app_is_upload(const tkt_match_t *match);

/* Whether its body or answer may hold a secret: their memory is overwritten. */
bool tkt_app_is_secret(const tkt_match_t *match);

/* The operation's id, "ticket.create", for variables and logs. */
tkt_str_t tkt_app_operation_name(const tkt_match_t *match);

/*
 * Identifies the caller and checks that his role may call the operation at
 * all.  The first of these that is there decides, and alone: a bearer token
 * that begins with "tk_"; one that looks like a JWT, where the location takes
 * JWTs; the variables of the location.  False: reply is complete
 * (unauthorized, forbidden; not-found for ways in that the location has not).
 * Public operations admit the anonymous and look at no credentials; so does a
 * guest's submission where there are none.
 */
bool tkt_app_admit(tkt_txn_t *read, const tkt_request_t *req,
    const tkt_match_t *match, tkt_actor_t *actor, tkt_arena_t *arena,
    tkt_reply_t *reply);

/* Answers an operation that changes nothing. */
void tkt_app_query(tkt_txn_t *read, const tkt_request_t *req,
    const tkt_match_t *match, const tkt_actor_t *actor, tkt_arena_t *arena,
    tkt_reply_t *reply);


/* ---- commands ---- */

typedef struct tkt_command_s  tkt_command_t;

/*
 * Makes a command of a request and its whole body: checks headers, decodes
 * and validates the body.  The command owns its memory (one malloc as a
 * rule) and copies all it needs, so the request may die.  random: 32 bytes.
 * NULL: reply is complete, its slices are in arena.
 */
tkt_command_t *tkt_app_command(const tkt_request_t *req,
    const tkt_match_t *match, const tkt_actor_t *actor, tkt_str_t body,
    const uint8_t random[32], tkt_arena_t *arena, tkt_reply_t *reply);

void tkt_command_free(tkt_command_t *cmd);

/*
 * How many operations it asks for: 1, but for a batch.  Quotas count each.
 */
size_t tkt_command_operations(const tkt_command_t *cmd);

/*
 * Whether a file of this size (0: not known yet) would be taken, as far as it
 * can be told before it is there; the command decides again.  False: reply is
 * complete.
 */
bool tkt_app_upload(tkt_txn_t *read, const tkt_request_t *req,
    const tkt_match_t *match, const tkt_actor_t *actor, uint64_t bytes,
    tkt_arena_t *arena, tkt_reply_t *reply);

/*
 * After the run: whether the file that came with it is (or, where the outcome
 * is not known, may be) part of the store, and so not to be removed.
 */
bool tkt_command_keeps_file(const tkt_command_t *cmd);

/* The reply after the run; its slices live as long as the command. */
const tkt_reply_t *tkt_command_reply(const tkt_command_t *cmd);

/* Memory that the command holds, for the bound on a batch, in bytes. */
size_t tkt_command_bytes(const tkt_command_t *cmd);


/*
 * How badly a command is needed when more come than can be done: the queue
 * takes those of a lane while it is filled less than that lane may fill it.
 */
typedef enum {
    TKT_LANE_URGENT = 0,     /* staff, complaints; submissions of an urgent
                                type                                         */
    TKT_LANE_NORMAL,         /* what requesters do about their tickets       */
    TKT_LANE_BULK,           /* submissions                                  */
    TKT_LANE_MAX
} tkt_lane_t;

/*
 * By role and operation.  Whether a submission is of a type that its tenant
 * calls urgent is not looked at: that is asked for when it matters.
 */
tkt_lane_t tkt_command_lane(const tkt_command_t *cmd);

/* Whether cmd submits a ticket of one of its tenant's urgent types. */
bool tkt_command_urgent(const tkt_command_t *cmd, tkt_txn_t *read);


/*
 * Work before the writer: commands with a password are prepared from a read
 * transaction in the event loop (what is stored of the account is copied into
 * the command), hashed on a thread that may take long, and queued then.
 * needs_work: whether that is so.  prepare: false if the command was answered
 * instead.  work: on any one thread; touches nothing but cmd.
 */
bool tkt_command_needs_work(const tkt_command_t *cmd);
bool tkt_command_prepare(tkt_command_t *cmd, tkt_txn_t *read);
void tkt_command_work(tkt_command_t *cmd);

/*
 * Digests of whom a login attempt is for and where it comes from, for delays
 * after failures; known once cmd was prepared, false if it is none.  An
 * account has the same digest whether it exists; guesses at its password and
 * at a code for it are two.  failed: whether the attempt has just been
 * found wrong, after the work.
 */
typedef struct {
    uint64_t  account;
    uint64_t  address;
} tkt_attempt_t;

bool tkt_command_attempt(const tkt_command_t *cmd, tkt_attempt_t *attempt);
bool tkt_command_attempt_failed(const tkt_command_t *cmd);


/* ---- timers ---- */

/*
 * Makes commands of what is due at now_ms: at most `room`, each a command of
 * the operator that does a bounded piece of one job (destroys the sealed text
 * of a ticket, erases some of a principal's tickets).  Returns how many; they
 * are the caller's to queue and free.  random: 32 bytes for each.
 *
 * after: where the last look ended, with len 0 at first; NULL: look from the
 * beginning.  Entries that fail again and again stay in front, and must not
 * keep the others from their turn: a look that finds more than it has room for
 * is gone on with, one that comes to the end begins anew.
 */
size_t tkt_app_due(tkt_txn_t *read, int64_t now_ms, const uint8_t *random,
    const tkt_keyring_t *keyring, tkt_command_t **commands, size_t room,
    tkt_key_t *after);

/*
 * The file that is to be removed, below `files`, before a command of a timer
 * is queued; empty: none.  Lives as long as the command.
 */
tkt_str_t tkt_command_file(const tkt_command_t *cmd);

/* Whether a file below `files` is the content of an attachment. */
bool tkt_app_file_used(tkt_txn_t *read, tkt_str_t file);

/*
 * Calls each with the file of every content, its size and how many use it,
 * until that returns false; for who compares them with the directory.
 */
typedef bool (*tkt_app_file_pt)(void *ctx, tkt_str_t file, uint64_t bytes);
tkt_status_t tkt_app_files(tkt_txn_t *read, tkt_app_file_pt each, void *ctx);

/*
 * A use of a token, to be remembered to the hour, or of the desk by somebody
 * who may own tickets, which keeps his presence alive.
 */
typedef struct {
    uint32_t  tenant;
    uint32_t  number;               /* of the token; 0: came without one     */
    uint32_t  agent;                /* 1: may own tickets                    */
    uint64_t  principal;
    int64_t   at_ms;
} tkt_token_use_t;

/* A command that stores them; NULL without memory. */
tkt_command_t *tkt_app_token_uses(const tkt_token_use_t *uses, size_t count,
    int64_t now_ms, const uint8_t random[32]);

/*
 * A digest of tenant, principal and Idempotency-Key, or 0 if the command has
 * no key: two with the same digest must not be in flight together.
 */
uint64_t tkt_command_key_digest(const tkt_command_t *cmd);

/* Completes the reply with a problem, for a command that will not run. */
void tkt_command_refuse(tkt_command_t *cmd, tkt_status_t status,
    uint32_t retry_after_s);


/*
 * When the last transaction of a run began and what it spent; each phase is
 * stored when it ends and is 0 until then, so that another thread can see
 * where a run is.
 */
typedef struct {
    uint64_t  since_us;        /* by the clock                               */
    uint64_t  begin_us;        /* waiting for the writer lock                */
    uint64_t  apply_us;
    uint64_t  commit_us;
} tkt_run_times_t;

/* Microseconds of a monotonic clock, for the times above only. */
typedef uint64_t (*tkt_run_clock_t)(void);

/*
 * Executes the commands in one transaction and commits it; every command has
 * its reply afterwards.  A refused command has written nothing.  A store
 * error in mid-command aborts the batch, which then runs again one command a
 * transaction.  Returns TKT_OUTCOME_UNKNOWN if a commit's outcome is
 * unknown: all commands not yet settled are answered so, and the process
 * must leave.  Any other trouble is in the replies, and TKT_OK is returned.
 * clock and times may be NULL.  Called by the thread that owns writing;
 * touches nothing but env and the commands.
 */
tkt_status_t tkt_app_run(tkt_env_t *env, tkt_command_t **commands,
    size_t count, tkt_run_clock_t clock, tkt_run_times_t *times);


/* ---- for carriers ---- */

/*
 * A problem reply that arose outside (body too large, unreadable store).
 * detail may be empty.
 */
void tkt_app_problem(const tkt_request_t *req, tkt_status_t status,
    tkt_str_t detail, uint32_t retry_after_s, tkt_arena_t *arena,
    tkt_reply_t *reply);

/*
 * The health document of a store: 200, or 503 when `why` is not empty or the
 * store is not fit to write.  env may be NULL (not open).  ready: the answer
 * of /v1/readyz with figures; else /v1/healthz.
 */
void tkt_app_health(tkt_env_t *env, tkt_str_t why, bool ready,
    tkt_arena_t *arena, tkt_reply_t *reply);

/*
 * First use of a store: creates the tenant "default" when there is none.
 * Called by every worker after opening; cheap when done already.
 */
tkt_status_t tkt_app_prepare(tkt_env_t *env, int64_t now_ms);


#endif /* TKT_APP_H */
