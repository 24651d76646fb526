/*
 * The resources of trust: the audit log, notifications to be sent, sealed
 * text and stored credentials.
 */

#ifndef TKT_TRUST_H
#define TKT_TRUST_H


#include "domain/tkt_people.h"


/* What was done, stored: append only. */
typedef enum {
    TKT_AUDIT_NONE = 0,
    TKT_AUDIT_CREATE,
    TKT_AUDIT_CHANGE,
    TKT_AUDIT_DELETE,
    TKT_AUDIT_REVEAL,
    TKT_AUDIT_SHRED,
    TKT_AUDIT_ERASE,
    TKT_AUDIT_PASSWORD,
    TKT_AUDIT_FORWARD,
    TKT_AUDIT_ACT_MAX
} tkt_audit_act_t;

/* To what, stored: append only. */
typedef enum {
    TKT_OBJECT_NONE = 0,
    TKT_OBJECT_USER,
    TKT_OBJECT_TOKEN,
    TKT_OBJECT_ROLE,
    TKT_OBJECT_TENANT,
    TKT_OBJECT_TICKET,
    TKT_OBJECT_KEY,                  /* a master key of the store            */
    TKT_OBJECT_TYPE,
    TKT_OBJECT_FEATURE,
    TKT_OBJECT_FORM_FIELD,
    TKT_OBJECT_TEAM,
    TKT_OBJECT_MEMBER,
    TKT_OBJECT_GRANT,
    TKT_OBJECT_MACRO,
    TKT_OBJECT_VIEW,
    TKT_OBJECT_VERIFICATION,
    TKT_OBJECT_MAX
} tkt_object_t;

/*
 * An entry of the audit log.  `hash` is BLAKE2b-256 over the hash of the entry
 * before it (32 zero bytes for the first of a tenant) and the packed record
 * with hash and values left empty, so that no entry can be changed, left out
 * or put elsewhere without all later ones telling.
 *
 * What is said of a person stands apart from the rest: the values are reason,
 * personal and salt, and the chain holds `values_hash`, BLAKE2b-256 over salt,
 * reason and personal (each preceded by its length as 4 bytes, least
 * significant first), instead of them.  So they can be taken away when the
 * person is erased, and the chain still holds; without the salt nobody can
 * find them again by trying.
 */
typedef struct {
    uint64_t   id;                   /* 1, 2, 3 … within the tenant          */
    uint64_t   tenant;
    uint64_t   at;
    uint64_t   actor;                /* 0: the operator                      */
    uint64_t   actor_role;
    uint64_t   act;                  /* tkt_audit_act_t                      */
    uint64_t   object;               /* tkt_object_t                         */
    uint64_t   object_id;
    uint64_t   parent_id;            /* of a token: its principal            */
    uint64_t   actor_tenant;
    tkt_str_t  request_id;
    tkt_str_t  packed;               /* change list over the object's schema */
    tkt_str_t  values_hash;          /* 32 bytes; empty: there were none     */
    tkt_str_t  hash;                 /* 32 bytes                             */
    tkt_str_t  reason;
    tkt_str_t  personal;             /* change list of the personal rows     */
    tkt_str_t  salt;                 /* 16 bytes                             */
    tkt_str_t  actor_login;          /* view                                 */
    tkt_str_t  hash_text;            /* view: hexadecimal                    */
    tkt_str_t  changes;              /* view: JSON object                    */
    uint64_t   erased;               /* view: the values were taken away     */
} tkt_audit_t;

extern const tkt_schema_t  tkt_audit_schema;


/* A notification that waits to be sent. */
typedef struct {
    uint64_t   id;
    uint64_t   tenant;
    uint64_t   created_at;
    uint64_t   expires_at;
    uint64_t   purpose;              /* tkt_purpose_t                        */
    uint64_t   principal;            /* 0: none yet                          */
    tkt_str_t  email;                /* one of the two                       */
    tkt_str_t  phone;
    tkt_str_t  code;
} tkt_outbox_t;

extern const tkt_schema_t  tkt_outbox_schema;


/* Stored only. */
typedef struct {
    uint64_t   version;
    uint64_t   changed_at;
    uint64_t   reveal_hour;          /* hours since 1970 of the count below  */
    uint64_t   reveals;
    tkt_str_t  password;             /* argon2id, or empty: none             */
} tkt_credential_t;

extern const tkt_schema_t  tkt_credential_schema;

/* Stored only: a code that was sent. */
typedef struct {
    uint64_t   created_at;
    uint64_t   expires_at;
    uint64_t   tries;
    uint64_t   principal;            /* for TKT_PURPOSE_RESET                */
    uint64_t   outbox;
    tkt_str_t  digest;
} tkt_code_t;

extern const tkt_schema_t  tkt_code_record_schema;


/* The answer of POST /v1/tickets/{id}/reveal. */
typedef struct {
    uint64_t   ticket;
    uint64_t   revealed_at;
    tkt_str_t  confidential;
} tkt_reveal_t;

extern const tkt_schema_t  tkt_reveal_schema;


/* Kinds of timers, in keys: append only. */
typedef enum {
    TKT_DUE_NONE = 0,
    TKT_DUE_SHRED,                   /* id: ticket                           */
    TKT_DUE_ERASE,                   /* id: principal                        */
    TKT_DUE_PRESENCE,                /* id: principal; not heard of          */
    TKT_DUE_RETURN,                  /* id: principal; is offline            */
    TKT_DUE_ROUTE,                   /* id: team; more to hand out           */
    TKT_DUE_COLLECT,                 /* id: attachment; was not bound        */
    TKT_DUE_UNLINK,                  /* id: blob that was; value: its file   */
    TKT_DUE_MAX
} tkt_due_t;


extern const tkt_names_t  tkt_audit_act_names;
extern const tkt_names_t  tkt_object_names;


#endif /* TKT_TRUST_H */
