/*
 * What a worker process has of a configured store and lends to the layers
 * above: the environment, the cached read transaction, the write queue with
 * its thread, random bytes and request ids.
 *
 * A store is configuration and belongs to the cycle.  A desk is the running
 * state of one store in one process: allocated when the process starts, from
 * the heap, because the writer's thread and the requests in flight outlive
 * every pool.  The master has no desk and never opens the environment.
 */

#ifndef NGX_TICKET_WORKER_H
#define NGX_TICKET_WORKER_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "app/call/tkt_answers.h"
#include "app/call/tkt_app.h"
#include "worker/ngx_ticket_crew.h"
#include "worker/ngx_ticket_shared.h"
#include "worker/ngx_ticket_viewers.h"
#include "worker/ngx_ticket_uses.h"
#include "worker/ngx_ticket_writer.h"


#define NGX_TICKET_OPEN_RETRY_FIRST_MS  500
#define NGX_TICKET_OPEN_RETRY_MS        2000
#define NGX_TICKET_OPEN_INSIST_MS       3
#define NGX_TICKET_OPEN_INSIST_MAX      150
#define NGX_TICKET_TICK_MS              1000
#define NGX_TICKET_LIVE_MIN_MS          1000
#define NGX_TICKET_LEAVE_MAX_MS         5000
#define NGX_TICKET_FULL_LOG_MS          10000
#define NGX_TICKET_MAP_LOG_MS           3600000
#define NGX_TICKET_STOP_MAX_MS          2000
#define NGX_TICKET_RANDOM_POOL_BYTES    4096
#define NGX_TICKET_REQUEST_ID_MAX       40
#define NGX_TICKET_BLOCK_BYTES          8192

/* Under AddressSanitizer none is kept, so that a use after free is seen. */
#ifdef __SANITIZE_ADDRESS__
#define NGX_TICKET_BLOCKS_KEPT_MAX      0
#define NGX_TICKET_COMMANDS_KEPT_MAX    0
#else
#define NGX_TICKET_BLOCKS_KEPT_MAX      512
#define NGX_TICKET_COMMANDS_KEPT_MAX    256
#endif


typedef struct ngx_ticket_desk_s  ngx_ticket_desk_t;


/* One ticket_store directive. */
typedef struct {
    ngx_str_t               name;
    ngx_str_t               path;         /* canonical, NUL-terminated       */
    ngx_str_t               key_file;     /* full name, or empty             */
    tkt_keyring_t          *keyring;      /* NULL: no key_file               */
    ngx_uint_t              cores;        /* core dumps in spite of keys     */
    size_t                  map_bytes;
    ngx_ticket_writer_conf_t  writer;
    size_t                  shared_bytes;
    ngx_shm_zone_t         *shared;
    ngx_shm_zone_t         *viewers;

    u_char                 *file;         /* where the directive stands      */
    ngx_uint_t              line;

    ngx_ticket_desk_t      *desk;         /* NULL outside workers            */
} ngx_ticket_store_t;


typedef enum {
    NGX_TICKET_DESK_CLOSED = 0,           /* not open yet, being tried       */
    NGX_TICKET_DESK_OPEN,
    NGX_TICKET_DESK_FAILED                /* the process leaves              */
} ngx_ticket_desk_state_t;


struct ngx_ticket_desk_s {
    ngx_ticket_desk_state_t  state;
    tkt_env_t               *env;         /* may be open while CLOSED        */
    tkt_txn_t               *reader;
    ngx_ticket_writer_t     *writer;
    ngx_ticket_crew_t       *hasher;      /* passwords; NULL without memory  */
    ngx_ticket_crew_t       *filer;       /* files; NULL without memory      */
    ngx_ticket_zone_t       *shared;      /* NULL: nothing is counted        */
    tkt_viewers_t            viewers;     /* data is NULL: nobody is known   */
    const tkt_keyring_t     *keyring;     /* the store's                     */
    tkt_answers_t           *answers;     /* NULL: none are kept             */
    struct ngx_ticket_jobs_s  *jobs;      /* of jobs/; NULL: none            */
    tkt_jwt_cache_t         *jwt_cache;   /* NULL: none                      */
    ngx_log_t               *log;

    ngx_event_t              open_timer;
    ngx_event_t              tick_timer;
    ngx_event_t              leave_timer;

    ngx_msec_t               started_ms;  /* of ngx_current_msec             */
    ngx_msec_t               full_logged_ms;  /* 0: never                    */
    ngx_msec_t               map_logged_ms;   /* likewise                    */

    ngx_uint_t               open_tries;
    ngx_uint_t               ticks;
    tkt_fault_t              fault;       /* what was logged last            */

    ngx_ticket_uses_t        uses;        /* not yet written                 */

    void                    *blocks;      /* kept, linked by first word      */
    ngx_uint_t               blocks_kept;
    tkt_arena_blocks_t       commands;    /* the same, for commands          */

    size_t                   random_left;
    u_char                   random[NGX_TICKET_RANDOM_POOL_BYTES];

    uint64_t                 request_count;
    u_char                   request_prefix[16];

    size_t                   map_bytes;
    ngx_ticket_writer_conf_t writer_conf;
    char                     path[];      /* NUL-terminated                  */
};


/* ---- lifecycle (ngx_ticket_worker.c) ---- */

/*
 * Gives the store its desk in this process and begins to open the
 * environment; what fails is tried again from a timer.  NGX_ERROR only
 * without memory: the store then answers 503 for the life of the process.
 */
ngx_int_t ngx_ticket_desk_start(ngx_cycle_t *cycle, ngx_ticket_store_t *store);

/*
 * Ends the writer's thread and closes the environment.  Commands still
 * queued are not executed.  A writer that does not end within
 * NGX_TICKET_STOP_MAX_MS is left alone, with everything it uses.
 */
void ngx_ticket_desk_stop(ngx_ticket_desk_t *desk);

/*
 * Takes the desk out of service after a failure that only a new process can
 * mend: new requests get 503, those in flight are answered, and the process
 * ends with exit code 1, which makes the master start another (code 2 would
 * not).  It does not leave before it has lived for NGX_TICKET_LIVE_MIN_MS:
 * where every process fails at once, the master must not be kept busy with
 * starting them.
 */
void ngx_ticket_desk_fail(ngx_ticket_desk_t *desk, const char *reason);

/*
 * Lends the desk what belongs to the configuration of its store, the table of
 * counts and the keys: they may be others after the configuration was read
 * anew by the same process.  Answers are forgotten: they are known by the
 * address of a location's configuration, which may become another's.
 */
void ngx_ticket_desk_share(ngx_ticket_store_t *store);

/* True if the process must end with exit code 1. */
ngx_uint_t ngx_ticket_desk_failed(ngx_ticket_desk_t *desk);

/* Why the desk cannot serve, for the health document; empty if it can. */
tkt_str_t ngx_ticket_desk_why(const ngx_ticket_desk_t *desk);


/* ---- lending (ngx_ticket_lend.c) ---- */

/*
 * The read transaction at the newest snapshot; NULL if the desk cannot read
 * now, *status says why (TKT_BUSY or TKT_INTERNAL).  Must be given back with
 * ngx_ticket_read_end before the callback returns to the event loop: an open
 * snapshot keeps pages from being used again.
 */
tkt_txn_t *ngx_ticket_read_begin(ngx_ticket_desk_t *desk,
    tkt_status_t *status);
void ngx_ticket_read_end(ngx_ticket_desk_t *desk);

/* The time of day as nginx has it, in milliseconds. */
int64_t ngx_ticket_now_ms(void);

/* n random bytes, n <= NGX_TICKET_RANDOM_POOL_BYTES. */
void ngx_ticket_random(ngx_ticket_desk_t *desk, u_char *out, size_t n);

/*
 * Writes a request id that no other process or request has, at most
 * NGX_TICKET_REQUEST_ID_MAX bytes; returns its length.
 */
size_t ngx_ticket_request_id(ngx_ticket_desk_t *desk, u_char *out);

/*
 * A block of NGX_TICKET_BLOCK_BYTES for the state of a request, uninitialised;
 * NULL without memory.  Blocks are used again, last in first out, so that the
 * next request finds warm memory and the allocator is not asked.
 */
void *ngx_ticket_block_take(ngx_ticket_desk_t *desk);
void ngx_ticket_block_give(ngx_ticket_desk_t *desk, void *block);

/* The lender of an arena over an nginx pool. */
void *ngx_ticket_lend_pool(void *pool, size_t bytes);


#endif /* NGX_TICKET_WORKER_H */
