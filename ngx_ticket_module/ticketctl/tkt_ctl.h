/*
 * ticketctl: the operator's command.  It opens the store beside a running
 * server and sends the commands that HTTP sends, so the same checks and
 * events apply; what only looks reads without a lock.
 */

#ifndef TKT_CTL_H
#define TKT_CTL_H


#include "app/call/tkt_app.h"
#include "app/rows/tkt_rows.h"
#include "codec/tkt_json_out.h"


/* Exit codes. */
#define TKT_CTL_OK      0
#define TKT_CTL_FAILED  1      /* refused, or a fault was found              */
#define TKT_CTL_USAGE   2

#define TKT_CTL_SCOPES_MAX  4


/* Options.  X(NAME, "name", value or NULL for a flag, what it is). */
#define TKT_CTL_OPTION_TABLE(X)                                               \
    X(STORE, "store", "DIR", "directory of the store")                        \
    X(TENANT, "tenant", "NAME", "tenant (the only one, or \"default\")")      \
    X(PARENT, "parent", "NAME", "the tenant above (the first one)")           \
    X(PROFILE, "profile", "P", "words for states: canonical s000 s001 s002")  \
    X(ADMIN, "admin", "LOGIN", "login of the first administrator (admin)")    \
    X(OWNER, "owner", "USER", "owner of a new store, as root (www-data)")     \
    X(MAP_SIZE, "map-size", "SIZE", "greatest size of a new store (64g)")     \
    X(IF_MISSING, "if-missing", NULL, "succeed when it was made before")      \
    X(LOGIN, "login", "LOGIN", "whose")                                       \
    X(ROLE, "role", "ROLE",                                                   \
      "user agent supervisor admin bot system (user), or a tenant's own")     \
    X(BASE, "base", "ROLE", "the role that a new one is made from")           \
    X(PERMISSIONS, "permissions", "P,P",                                      \
      "what holders of the new role may do (all that its base may)")          \
    X(NAME, "name", "TEXT", "display name")                                   \
    X(EMAIL, "email", "ADDRESS", "mail address")                              \
    X(SCOPE, "scope", "SCOPE", "read write admin; may be given several times")\
    X(TTL, "ttl", "TIME", "how long it lasts: 90s 30m 12h 30d (for ever)")    \
    X(REASON, "reason", "TEXT", "why; kept in the audit log")                 \
    X(LABEL, "label", "TEXT", "what it is for")                               \
    X(NUMBER, "number", "N", "number of the token")                           \
    X(SINCE, "since", "SEQ", "only events after this number")                 \
    X(GENERATE, "generate", NULL, "make a password and show it this once")    \
    X(KEY_FILE, "key-file", "FILE", "file of master keys, which is root's")   \
    X(ID, "id", "N", "number of a master key")                                \
    X(AUDIT_HEAD, "audit-head", "HEAD", "one that verify has printed before") \
    X(HASHES, "hashes", NULL, "read attachments and compare their bytes, too") \
    X(JSON, "json", NULL, "print one JSON object")

typedef enum {
#define X(name, text, value, doc)  TKT_CTL_##name,
    TKT_CTL_OPTION_TABLE(X)
#undef X
    TKT_CTL_OPTION_MAX
} tkt_ctl_option_t;


/* One run.  Everything is released at its end by main. */
typedef struct {
    const char   *values[TKT_CTL_OPTION_MAX];   /* NULL: not given           */
    const char   *scopes[TKT_CTL_SCOPES_MAX];
    size_t        scope_count;

    tkt_env_t    *env;
    tkt_txn_t    *read;
    tkt_arena_t   arena;
    tkt_actor_t   actor;         /* in whose name commands are sent          */
    tkt_out_t     out;           /* for the answer                           */
} tkt_ctl_t;


/* What a directory is opened for. */
typedef enum {
    TKT_CTL_LOOK = 0,
    TKT_CTL_CHANGE,
    TKT_CTL_CREATE
} tkt_ctl_purpose_t;


/* One line on standard error; returns TKT_CTL_FAILED. */
int tkt_ctl_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The words of a status that the store gave; the same. */
int tkt_ctl_status(tkt_status_t status);

/* Whether an option was given. */
#define tkt_ctl_has(ctl, name)  ((ctl)->values[TKT_CTL_##name] != NULL)

/* Its value; empty if it was not given. */
#define tkt_ctl_value(ctl, name)  tkt_str_z((ctl)->values[TKT_CTL_##name])

/* Milliseconds since 1970. */
int64_t tkt_ctl_now_ms(void);

/* Prints text and a newline; false, and said, if that fails. */
bool tkt_ctl_print(tkt_str_t text);


/* ---- tkt_ctl_store.c ---- */

/*
 * Becomes the owner of the directory if run as root, and opens the store.
 * Returns an exit code.
 */
int tkt_ctl_open(tkt_ctl_t *ctl, tkt_ctl_purpose_t purpose);

/* Settles the tenant that is meant; an exit code. */
int tkt_ctl_tenant(tkt_ctl_t *ctl);

/* The principal of --login; an exit code. */
int tkt_ctl_user(tkt_ctl_t *ctl, tkt_user_t *user);


/* ---- tkt_ctl_send.c ---- */

/*
 * Sends a request as a command in the name of the operator.  True: answer is
 * the body, in ctl->arena; otherwise the problem was said.
 */
bool tkt_ctl_send(tkt_ctl_t *ctl, tkt_method_t method, tkt_str_t path,
    tkt_str_t body, tkt_str_t *answer);

/* The same with the operation found already. */
bool tkt_ctl_command(tkt_ctl_t *ctl, const tkt_request_t *req,
    const tkt_match_t *match, tkt_str_t body, tkt_str_t *answer);

/*
 * The value of a member of an object of ours, as it is written there; a
 * string without its quotes.  Empty if it is not there.
 */
tkt_str_t tkt_ctl_member(tkt_str_t object, const char *name);


/* ---- commands: each returns an exit code ---- */

/* tkt_ctl_init.c */
int tkt_ctl_init(tkt_ctl_t *ctl);
int tkt_ctl_tenant_set(tkt_ctl_t *ctl);

/* tkt_ctl_people.c */
int tkt_ctl_user_add(tkt_ctl_t *ctl);
int tkt_ctl_user_list(tkt_ctl_t *ctl);
int tkt_ctl_user_disable(tkt_ctl_t *ctl);
int tkt_ctl_user_erase(tkt_ctl_t *ctl);
int tkt_ctl_token_new(tkt_ctl_t *ctl);
int tkt_ctl_token_list(tkt_ctl_t *ctl);
int tkt_ctl_token_revoke(tkt_ctl_t *ctl);

/* tkt_ctl_type.c */
int tkt_ctl_type_seed(tkt_ctl_t *ctl);

/* tkt_ctl_account.c */
int tkt_ctl_user_passwd(tkt_ctl_t *ctl);
int tkt_ctl_outbox_list(tkt_ctl_t *ctl);

/* tkt_ctl_audit.c: the heads of the audit log; whether the one that was given
   is still there (false: it is no head at all) */
void tkt_ctl_audit_heads(tkt_ctl_t *ctl);
bool tkt_ctl_audit_kept(tkt_ctl_t *ctl, bool *there);

/* tkt_ctl_role.c */
int tkt_ctl_role_add(tkt_ctl_t *ctl);
int tkt_ctl_role_list(tkt_ctl_t *ctl);

/* tkt_ctl_look.c */
int tkt_ctl_verify(tkt_ctl_t *ctl);
int tkt_ctl_stat(tkt_ctl_t *ctl);
int tkt_ctl_export(tkt_ctl_t *ctl);

/* tkt_ctl_tenant.c */
int tkt_ctl_tenant_add(tkt_ctl_t *ctl);
int tkt_ctl_tenant_list(tkt_ctl_t *ctl);

/* tkt_ctl_key.c */
int tkt_ctl_key_new(tkt_ctl_t *ctl);
int tkt_ctl_key_list(tkt_ctl_t *ctl);
int tkt_ctl_key_rotate(tkt_ctl_t *ctl);
int tkt_ctl_key_retire(tkt_ctl_t *ctl);

/* "name":"value" into an object, unless value has no data. */
void tkt_ctl_out_text(tkt_out_t *o, const char *name, tkt_str_t value);

/*
 * Arguments are bytes of the terminal; what is written into JSON must be
 * text.  An exit code.
 */
int tkt_ctl_texts(tkt_ctl_t *ctl);

/* Opens, and settles tenant and, unless NULL, principal; an exit code. */
int tkt_ctl_begin(tkt_ctl_t *ctl, tkt_ctl_purpose_t purpose,
    tkt_user_t *user);

/* The same, to change something to what the arguments say: they are text. */
int tkt_ctl_begin_texts(tkt_ctl_t *ctl, tkt_user_t *user);

/* Prints the answer as it came with --json, else the line; an exit code. */
int tkt_ctl_answer(tkt_ctl_t *ctl, tkt_str_t json, tkt_str_t line);

/*
 * Prints the rows of a database under a prefix, as an object with --json:
 * line unpacks one and writes it, into ctl->out or on standard output; false
 * if it does not decode.  An exit code.
 */
int tkt_ctl_list(tkt_ctl_t *ctl, tkt_db_t db, const tkt_key_t *prefix,
    bool (*line)(tkt_ctl_t *ctl, tkt_str_t value));

/* Makes a token for a principal; the answer is in ctl->arena. */
bool tkt_ctl_token_make(tkt_ctl_t *ctl, uint64_t principal,
    tkt_str_t *answer);


#endif /* TKT_CTL_H */
