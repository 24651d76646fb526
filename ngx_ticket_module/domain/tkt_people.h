/*
 * The resources about people: principals, tokens, tenants, roles, and what is
 * sent to log in, register and prove an address.
 */

#ifndef TKT_PEOPLE_H
#define TKT_PEOPLE_H


#include "domain/tkt_permissions.h"


/* Uses of rows of configuration resources. */
#define TKT_USE_NEW    0x1           /* POST                                 */
#define TKT_USE_CHANGE 0x2           /* PATCH                                */
#define TKT_USE_SELF   0x4           /* PATCH of one's own account           */

#define TKT_USE_USER_CREATE  TKT_USE_NEW
#define TKT_USE_USER_PATCH   TKT_USE_CHANGE


/* What a principal is outside the desk. */
typedef enum {
    TKT_PERSON_NONE = 0,
    TKT_PERSON_USER,
    TKT_PERSON_CUSTOMER,
    TKT_PERSON_PARTNER,
    TKT_PERSON_EMPLOYEE,
    TKT_PERSON_GUEST,                /* has a ticket and no account          */
    TKT_PERSON_ORGANISATION,         /* stands for another tenant            */
    TKT_PERSON_MAX
} tkt_person_t;

/* How a principal came to be. */
typedef enum {
    TKT_ORIGIN_NONE = 0,
    TKT_ORIGIN_LOCAL,                /* by an administrator                  */
    TKT_ORIGIN_ACCOUNT,              /* registered himself                   */
    TKT_ORIGIN_IDENTITY,             /* ticket_identity                      */
    TKT_ORIGIN_JWT,
    TKT_ORIGIN_GUEST,
    TKT_ORIGIN_TENANT,               /* forwarding made it                   */
    TKT_ORIGIN_MAX
} tkt_origin_t;


/*
 * The id of a principal known to the site and not yet to the store: it has
 * nothing.  Above every id that JSON can carry; never stored.
 */
#define TKT_PRINCIPAL_UNSEEN  (UINT64_C(1) << 53)


typedef struct {
    uint64_t   id;
    uint64_t   tenant;
    uint64_t   role;                 /* base                                 */
    uint64_t   disabled;
    uint64_t   version;
    uint64_t   created_at;
    uint64_t   updated_at;
    uint64_t   last_token;           /* number of the newest token           */
    uint64_t   role_id;              /* of the tenant's own; 0: the base     */
    uint64_t   kind;                 /* tkt_person_t                         */
    uint64_t   origin;               /* tkt_origin_t                         */
    uint64_t   quota;                /* requests a minute; 0: the role's     */
    uint64_t   email_verified;
    uint64_t   phone_verified;
    uint64_t   erased_at;
    uint64_t   peer_tenant;          /* of an organisation: whom it stands
                                        for                                  */
    uint64_t   grants;               /* how many he has; they bind agents    */
    tkt_str_t  login;
    tkt_str_t  name;
    tkt_str_t  email;
    tkt_str_t  phone;
    tkt_str_t  role_name;            /* input and view: base or own role     */
    tkt_str_t  tenant_name;          /* view                                 */
} tkt_user_t;

extern const tkt_schema_t  tkt_user_schema;


/* Scopes of a token; none = everything its owner may do. */
#define TKT_SCOPE_READ    0x2
#define TKT_SCOPE_WRITE   0x4
#define TKT_SCOPE_ADMIN   0x8

typedef enum {
    TKT_TOKEN_NONE = 0,
    TKT_TOKEN_ACCESS,
    TKT_TOKEN_SESSION,
    TKT_TOKEN_LINK,                  /* to one ticket                        */
    TKT_TOKEN_KIND_MAX
} tkt_token_kind_t;

typedef struct {
    uint64_t   id;                   /* number within the principal          */
    uint64_t   scopes;
    uint64_t   created_at;
    uint64_t   expires_at;
    uint64_t   last_used_at;         /* coarse: TKT_TOKEN_USE_MS             */
    uint64_t   kind;                 /* tkt_token_kind_t                     */
    uint64_t   ticket;               /* the only one it opens; 0: any        */
    uint64_t   ttl;                  /* input only, seconds                  */
    tkt_str_t  label;
    tkt_str_t  digest;               /* of the secret                        */
    tkt_str_t  token;                /* view: once, at its creation          */
} tkt_token_record_t;

extern const tkt_schema_t  tkt_token_schema;


typedef enum {
    TKT_TENANT_NONE = 0,
    TKT_TENANT_PLATFORM,             /* the root                             */
    TKT_TENANT_PROVIDER,
    TKT_TENANT_CUSTOMER,
    TKT_TENANT_KIND_MAX
} tkt_tenant_kind_t;

/* Bits of tkt_language_names. */
#define TKT_LANGUAGE_ZH_CN  0x2
#define TKT_LANGUAGE_EN     0x4

typedef struct {
    uint64_t   id;
    uint64_t   profile;              /* tkt_profile_t + 1                    */
    uint64_t   created_at;
    uint64_t   parent;               /* 0: the root                          */
    uint64_t   kind;                 /* tkt_tenant_kind_t                    */
    uint64_t   version;
    uint64_t   updated_at;
    uint64_t   disabled;
    uint64_t   languages;            /* TKT_LANGUAGE_*; 0: all               */
    uint64_t   max_principals;       /* limits; 0: none                      */
    uint64_t   max_active_tickets;   /* of one requester                     */
    uint64_t   quota;                /* requests a minute                    */
    uint64_t   attachment_bytes;     /* of all its files                     */
    uint64_t   shred_grace_s;        /* 0: TKT_SHRED_GRACE_S                 */
    tkt_str_t  name;
    tkt_str_t  title;
    tkt_str_t  number_prefix;        /* empty: "T"                           */
    tkt_str_t  urgent_types;         /* canonical JSON array, as tags        */
    tkt_str_t  admin;                /* input only: login of the first admin */
    tkt_str_t  admin_token;          /* view: once, at its creation          */
} tkt_tenant_t;

extern const tkt_schema_t  tkt_tenant_schema;


/* A role that a tenant made. */
typedef struct {
    uint64_t   id;
    uint64_t   tenant;
    uint64_t   base;                 /* tkt_role_t                           */
    uint64_t   permissions;          /* tkt_bit(tkt_perm_t)                  */
    uint64_t   quota;                /* requests a minute; 0: the base's     */
    uint64_t   version;
    uint64_t   created_at;
    uint64_t   updated_at;
    uint64_t   holders;              /* how many principals have it          */
    tkt_str_t  name;
    tkt_str_t  title;
} tkt_role_record_t;

extern const tkt_schema_t  tkt_role_schema;


/* Why a code is sent. */
typedef enum {
    TKT_PURPOSE_NONE = 0,
    TKT_PURPOSE_REGISTER,
    TKT_PURPOSE_RESET,
    TKT_PURPOSE_GUEST,
    TKT_PURPOSE_MAX
} tkt_purpose_t;

/* What logging in, registering and proving an address take; a bit each. */
#define TKT_USE_SESSION   0x1        /* POST /v1/session                     */
#define TKT_USE_CODE      0x2        /* POST /v1/codes                       */
#define TKT_USE_ACCOUNT   0x4        /* POST /v1/accounts                    */
#define TKT_USE_PASSWORD  0x8        /* PUT /v1/me/password                  */
#define TKT_USE_RESET     0x10       /* POST /v1/password-reset              */
#define TKT_USE_PASSWD    0x20       /* by the operator: no route            */

typedef struct {
    uint64_t   purpose;              /* tkt_purpose_t                        */
    uint64_t   ttl;                  /* seconds                              */
    tkt_str_t  tenant;               /* name; empty: "default"               */
    tkt_str_t  login;
    tkt_str_t  password;
    tkt_str_t  new_password;
    tkt_str_t  code;
    tkt_str_t  name;
    tkt_str_t  email;
    tkt_str_t  phone;
} tkt_credentials_t;

extern const tkt_schema_t  tkt_credentials_schema;


/* The answer of POST /v1/session: a token and whose it is. */
typedef struct {
    uint64_t   expires_at;
    uint64_t   user;                 /* principal                            */
    uint64_t   role;
    tkt_str_t  token;
    tkt_str_t  login;
    tkt_str_t  tenant_name;
} tkt_session_t;

extern const tkt_schema_t  tkt_session_schema;

/* The answer of POST /v1/codes: the same whether anything was sent. */
typedef struct {
    uint64_t   purpose;
    uint64_t   expires_at;
} tkt_code_answer_t;

extern const tkt_schema_t  tkt_code_schema;


extern const tkt_names_t  tkt_scope_names;
extern const tkt_names_t  tkt_tenant_profile_names; /* index profile + 1     */
extern const tkt_names_t  tkt_tenant_kind_names;
extern const tkt_names_t  tkt_language_names;
extern const tkt_names_t  tkt_person_names;
extern const tkt_names_t  tkt_origin_names;
extern const tkt_names_t  tkt_token_kind_names;
extern const tkt_names_t  tkt_purpose_names;


#endif /* TKT_PEOPLE_H */
