/*
 * Between nginx's request and the application's: the location's
 * configuration, the state of a request, and the steps in between.
 *
 * The state and the arena's first memory lie in one block of the desk, which
 * goes back when the request's pool is destroyed; whatever else a request
 * needs comes from that pool.  Everything runs in the event loop.
 */

#ifndef NGX_TICKET_HTTP_H
#define NGX_TICKET_HTTP_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "app/call/tkt_answers.h"
#include "app/call/tkt_app.h"
#include "worker/ngx_ticket_worker.h"


/* What an arena takes from the request's pool when its first is full. */
#define NGX_TICKET_ARENA_BLOCK_BYTES  4096

/*
 * Writes in flight of one client request and its subrequests: nginx counts
 * them in 8 bits.
 */
#define NGX_TICKET_BLOCKED_MAX        64

/* The two header fields of quotas. */
#define NGX_TICKET_QUOTA_TEXT_BYTES   160


/* A web origin (RFC 6454): scheme://host[:port]. */
typedef struct {
    ngx_str_t             scheme;
    ngx_str_t             host;           /* an IPv6 address with its []     */
    ngx_uint_t            port;           /* 0: none, and the scheme has no
                                             default                         */
} ngx_ticket_origin_t;


/* A parameter of ticket_identity. */
typedef struct {
    ngx_str_t             name;           /* with '='                        */
    size_t                offset;         /* in tkt_identity_t               */
} ngx_ticket_identity_part_t;

#define NGX_TICKET_IDENTITY_PARTS     6

extern const ngx_ticket_identity_part_t
    ngx_ticket_identity_parts[NGX_TICKET_IDENTITY_PARTS];

/* One ticket_identity directive: a value for each part, NULL: not given. */
typedef struct {
    ngx_http_complex_value_t  *values[NGX_TICKET_IDENTITY_PARTS];
} ngx_ticket_identity_t;


typedef struct {
    ngx_array_t                       stores;    /* ngx_ticket_store_t *     */
    ngx_uint_t                        jwt_secrets;   /* 1: some ticket_jwt
                                                    has keys that sign, too  */
    ngx_http_output_header_filter_pt  next_header_filter;
    ngx_http_output_body_filter_pt    next_body_filter;
} ngx_ticket_main_conf_t;


/* One ticket_quota directive: requests a minute. */
typedef struct {
    ngx_uint_t            off;            /* nothing is counted              */
    uint32_t              limits[TKT_ROLE_MAX];  /* 0: none; of NONE: the
                                             anonymous, each address         */
} ngx_ticket_quotas_t;


typedef struct {
    ngx_ticket_store_t   *store;          /* of `ticket`, NULL: none         */
    ngx_ticket_store_t   *health;         /* of `ticket_health`              */
    ngx_ticket_quotas_t  *quotas;         /* NULL: those of records hold     */
    ngx_flag_t            require_match;
    ngx_flag_t            require_key;
    size_t                attachment_max; /* bytes of an upload              */
    off_t                 body_max;       /* of any other body: the location's
                                             client_max_body_size            */

    ngx_ticket_identity_t  *identity;     /* NULL: off                       */
    ngx_uint_t            identity_max;   /* tkt_role_t                      */
    tkt_jwt_conf_t       *jwt;            /* NULL: off                       */
    ngx_array_t          *origins;        /* of `ticket_cors`, of
                                             ngx_ticket_origin_t; NULL: off  */
    ngx_flag_t            guest;
    ngx_flag_t            password_login;
    ngx_flag_t            registration;
    tkt_site_t            site;           /* the above, for the application  */

    ngx_str_t             mount;          /* escaped, no trailing slash      */
    ngx_uint_t            mount_len;      /* of the location's name, unescaped,
                                             that precedes the path          */
    unsigned              mount_fixed:1;  /* the location's name is a prefix */

    ngx_str_t             store_name;     /* as given; resolved later        */
    ngx_str_t             health_name;
    u_char               *file;           /* where `ticket` stands           */
    ngx_uint_t            line;
} ngx_ticket_loc_conf_t;


/* A quota that a request was counted in: its caller's, and the tenant's. */
#define NGX_TICKET_QUOTAS_MAX  2

typedef struct {
    tkt_str_t               name;
    ngx_ticket_quota_t      left;
} ngx_ticket_counted_t;


typedef struct {
    ngx_http_request_t     *r;
    ngx_ticket_loc_conf_t  *conf;
    ngx_ticket_desk_t      *desk;

    tkt_request_t           req;
    tkt_match_t             match;
    tkt_actor_t             actor;
    tkt_reply_t             reply;
    tkt_arena_t             arena;

    tkt_answer_t           *answer;       /* held while it is sent           */
    tkt_answer_id_t         answer_id;

    tkt_command_t          *cmd;          /* ours once it is done            */
    struct ngx_ticket_file_s  *file;      /* of an upload; NULL: none, or it
                                             is the store's                  */
    ngx_uint_t              commit_us;

    ngx_uint_t              quotas;       /* that the request was counted in */
    ngx_ticket_counted_t    quota[NGX_TICKET_QUOTAS_MAX];
    const ngx_str_t        *origin;       /* header value; NULL: absent      */

    u_char                 *body;         /* gathered from chunks            */
    size_t                  body_len;
    size_t                  body_size;

    ngx_buf_t               buf;
    ngx_chain_t             out;

    unsigned                in_flight:1;  /* the writer has the command, or
                                             a thread something else of it   */
    unsigned                guarded:1;    /* its cleanups are there          */
    unsigned                dead:1;       /* terminated while in flight      */
    unsigned                matched:1;
    unsigned                admitted:1;
    unsigned                committed:1;  /* commit_us is valid              */
    unsigned                secret:1;     /* its memory is overwritten       */
    unsigned                replied:1;
    unsigned                replace:1;    /* reply stands for nginx's page   */
    unsigned                many_origins:1;  /* more than one Origin came    */
    unsigned                allowed:1;    /* the origin is of ticket_cors    */
    unsigned                preflight:1;  /* Access-Control-Request-Method   */

    u_char                  request_id[NGX_TICKET_REQUEST_ID_MAX];
    u_char                  retry_after[NGX_INT_T_LEN];
    u_char                  quota_text[NGX_TICKET_QUOTA_TEXT_BYTES];
} ngx_ticket_ctx_t;


extern ngx_module_t  ngx_ticket_module;


/* The content handlers of `ticket` and `ticket_health`. */
ngx_int_t ngx_ticket_handler(ngx_http_request_t *r);
ngx_int_t ngx_ticket_health_handler(ngx_http_request_t *r);

/*
 * Answers GET and HEAD of /v1/healthz and /v1/readyz, which must work also
 * when nothing else does.  NGX_DECLINED: the request is for neither.
 */
ngx_int_t ngx_ticket_health_routes(ngx_ticket_ctx_t *ctx);


/* ---- ngx_ticket_request.c ---- */

/*
 * The state of a request, made at the first call, with req filled; NULL
 * without memory.
 */
ngx_ticket_ctx_t *ngx_ticket_request_ctx(ngx_http_request_t *r,
    ngx_ticket_loc_conf_t *conf);


/* ---- ngx_ticket_identity.c ---- */

/*
 * What the location allows and nginx knows of the caller: whether he comes from
 * a foreign site, and, unless he brings a token that the desk judges itself,
 * the values of ticket_identity.  NGX_ERROR: a variable could not be had.
 */
ngx_int_t ngx_ticket_identity_fill(ngx_ticket_ctx_t *ctx);


/* ---- ngx_ticket_cors.c ---- */

/*
 * Reads scheme://host[:port] and nothing more; slices point into text.  The
 * port is the scheme's own if none is given.  NGX_DECLINED: it is no origin.
 */
ngx_int_t ngx_ticket_origin_parse(const ngx_str_t *text,
    ngx_ticket_origin_t *origin);

/* Schemes and hosts are compared without regard to case. */
ngx_uint_t ngx_ticket_origin_same(const ngx_ticket_origin_t *a,
    const ngx_ticket_origin_t *b);

/*
 * Judges the Origin of a request: sets ctx->allowed if it is listed, and
 * req->foreign_origin if it is neither listed nor the site's own.
 */
void ngx_ticket_cors_judge(ngx_ticket_ctx_t *ctx);

/* Adds the header fields of CORS (Fetch Standard, section 3.3) to an answer. */
ngx_int_t ngx_ticket_cors_headers(ngx_ticket_ctx_t *ctx,
    const tkt_reply_t *reply);


/* ---- ngx_ticket_body.c ---- */

/*
 * Reads the body, then calls ngx_ticket_command with the whole of it.
 * Returns what a content handler returns.
 */
ngx_int_t ngx_ticket_body_read(ngx_ticket_ctx_t *ctx);


/*
 * Whether the body is said to be longer than this request may have; ctx->reply
 * is complete then.  nginx itself has let it pass: its own limit at our
 * locations is that of uploads.
 */
ngx_uint_t ngx_ticket_body_excess(ngx_ticket_ctx_t *ctx);

/* Answers with ctx->reply without a look at the body. */
ngx_int_t ngx_ticket_body_refuse(ngx_ticket_ctx_t *ctx);

/*
 * Asks for more of a body that is read unbuffered: NGX_OK, there may be
 * something to take; NGX_AGAIN, there is nothing yet; NGX_DONE, it could not
 * be read and the request has been ended.
 */
ngx_int_t ngx_ticket_body_more(ngx_http_request_t *r);

/*
 * Ends a request whose body could not be read to its end, with nginx's own
 * page for rc.  What else the client sends is nobody's: `error_page` may have
 * the request go on elsewhere, where ctx is not.
 */
void ngx_ticket_body_fail(ngx_http_request_t *r, ngx_int_t rc);


/* ---- ngx_ticket_upload.c ---- */

/*
 * Reads the body into a file of the store, then calls ngx_ticket_command.
 * Returns what a content handler returns.
 */
ngx_int_t ngx_ticket_upload_read(ngx_ticket_ctx_t *ctx);

/* The command has its reply: the file that came with it stays or goes. */
void ngx_ticket_upload_settle(ngx_ticket_ctx_t *ctx, const tkt_command_t *cmd);


/* ---- ngx_ticket_download.c ---- */

/* Sends the file that ctx->reply names. */
ngx_int_t ngx_ticket_download(ngx_ticket_ctx_t *ctx);


/* ---- ngx_ticket_wipe.c ---- */

/*
 * To be called before the body of an operation with secrets is read, or its
 * answer made: sees to it that nothing of them remains, however the request
 * ends.
 */
ngx_int_t ngx_ticket_wipe_arm(ngx_ticket_ctx_t *ctx);

/* Overwrites the body, once a command has been made of it. */
void ngx_ticket_wipe_body(ngx_ticket_ctx_t *ctx);

/*
 * Discards the body of a request that is refused, and overwrites what has come
 * of it with the header if there may be secrets in it.  Returns what
 * ngx_http_discard_request_body does.
 */
ngx_int_t ngx_ticket_wipe_discard(ngx_ticket_ctx_t *ctx);


/* ---- ngx_ticket_quota.c ---- */

/*
 * Counts n requests of a caller who is known.  False: they are too many, none
 * of them is counted, and ctx->reply is the problem that tells so, whatever it
 * was.
 */
ngx_uint_t ngx_ticket_quota_admit(ngx_ticket_ctx_t *ctx, uint32_t n);

/* Adds what is left of the quotas that the request was counted in. */
ngx_int_t ngx_ticket_quota_headers(ngx_ticket_ctx_t *ctx);


/* ---- ngx_ticket_command.c ---- */

/*
 * Makes the command and queues it, or answers; finalizes the request then or
 * later.
 */
void ngx_ticket_command(ngx_ticket_ctx_t *ctx, tkt_str_t body);

/* ---- for whoever else has a request wait for a thread ---- */

/* Once, before the first pin. */
ngx_int_t ngx_ticket_command_cleanups(ngx_ticket_ctx_t *ctx);

/* The request must not go away: a thread has what is its. */
void ngx_ticket_command_pin(ngx_ticket_ctx_t *ctx);

/* Whether nothing can be sent any more. */
ngx_uint_t ngx_ticket_command_gone(ngx_ticket_ctx_t *ctx);

/*
 * Nobody else has the request any more.  One that is gone ends here: neither
 * it nor ctx may be used afterwards.
 */
void ngx_ticket_command_unpin(ngx_ticket_ctx_t *ctx);


/* ---- ngx_ticket_reply.c ---- */

/* Completes ctx->reply with a problem; detail may be NULL. */
void ngx_ticket_problem(ngx_ticket_ctx_t *ctx, tkt_status_t status,
    const char *detail);

/* Sends *reply, whose slices must live as long as the request. */
ngx_int_t ngx_ticket_send(ngx_ticket_ctx_t *ctx, const tkt_reply_t *reply);

/*
 * A header field of the answer, whose key and value must live as long as the
 * request; NULL without memory.
 */
ngx_table_elt_t *ngx_ticket_reply_push(ngx_http_request_t *r, const char *key,
    size_t key_len, const u_char *value, size_t value_len);

#define ngx_ticket_push(r, key, data, len)                                    \
    ngx_ticket_reply_push(r, key, sizeof(key) - 1, data, len)

#define ngx_ticket_push_lit(r, key, value)                                    \
    ngx_ticket_reply_push(r, key, sizeof(key) - 1,                            \
                          (const u_char *) value, sizeof(value) - 1)

/* Absent values are not sent and are no failure. */
#define ngx_ticket_push_str(r, key, s)                                        \
    ((s)->len == 0                                                            \
     || ngx_ticket_push(r, key, (s)->data, (s)->len) != NULL)

/* Adds the header fields of *reply, with the type if there is a body. */
ngx_int_t ngx_ticket_reply_headers(ngx_ticket_ctx_t *ctx,
    const tkt_reply_t *reply);


/* ---- ngx_ticket_filter.c ---- */

/* Puts the filters in; to be called in postconfiguration. */
void ngx_ticket_filter_init(ngx_ticket_main_conf_t *mcf);


#endif /* NGX_TICKET_HTTP_H */
