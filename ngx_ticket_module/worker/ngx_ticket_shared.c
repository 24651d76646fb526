/*
 * The table: buckets of four cache lines, each with its lock and ten entries.
 * A key's hash chooses the bucket; within it the entries are looked through.
 */

#include "worker/ngx_ticket_lock.h"
#include "worker/ngx_ticket_shared.h"


#define NGX_TICKET_BUCKET_ENTRIES  10

/* An address stands for many people: so many times the tries of one. */
#define NGX_TICKET_ADDRESS_TRIES   10

/* Failures are forgotten so long after the delay that they led to. */
#define NGX_TICKET_FORGET_MS       (2 * TKT_LOGIN_DELAY_MAX_S * 1000)

#define NGX_TICKET_WINDOW_MS       (TKT_QUOTA_WINDOW_S * 1000)


/* What a key counts: kept apart, also where two keys are the same. */
typedef enum {
    NGX_TICKET_COUNT_NONE = 0,             /* an empty entry                 */
    NGX_TICKET_COUNT_QUOTA,
    NGX_TICKET_COUNT_ACCOUNT,
    NGX_TICKET_COUNT_ADDRESS
} ngx_ticket_count_t;


typedef struct {
    uint64_t           key;
    int64_t            at_ms;              /* window's begin; delay's end    */
    uint32_t           n;                  /* requests; failures             */
    uint32_t           kind;
} ngx_ticket_entry_t;


typedef struct {
    ngx_atomic_t       lock;               /* pid of who has it; 0: free     */
    uint64_t           spare;
    ngx_ticket_entry_t entries[NGX_TICKET_BUCKET_ENTRIES];
} ngx_ticket_bucket_t;

_Static_assert(sizeof(ngx_ticket_bucket_t) == 256,
               "a bucket is four cache lines");


/* How long an entry is of use after at_ms, and how many tries are free. */
static const struct {
    int64_t   live_ms;
    uint32_t  free_tries;
} ngx_ticket_counts[] = {
    [NGX_TICKET_COUNT_QUOTA] = { NGX_TICKET_WINDOW_MS, 0 },
    [NGX_TICKET_COUNT_ACCOUNT] = { NGX_TICKET_FORGET_MS,
                                   TKT_LOGIN_FREE_TRIES },
    [NGX_TICKET_COUNT_ADDRESS] = { NGX_TICKET_FORGET_MS,
                                   TKT_LOGIN_FREE_TRIES
                                   * NGX_TICKET_ADDRESS_TRIES },
};


/* ---- the zone ---- */


static const ngx_ticket_zone_kind_t  ngx_ticket_shared_kind = {
    ngx_string("ticket_store "), sizeof(ngx_ticket_bucket_t)
};


ngx_shm_zone_t *
ngx_ticket_shared_add(ngx_conf_t *cf, ngx_str_t *store, size_t bytes)
{
    return ngx_ticket_zone_add(cf, &ngx_ticket_shared_kind, store, bytes);
}


/* ---- entries ---- */


static int64_t
ngx_ticket_entry_end(const ngx_ticket_entry_t *e)
{
    return e->kind == NGX_TICKET_COUNT_NONE
           ? INT64_MIN : e->at_ms + ngx_ticket_counts[e->kind].live_ms;
}


/*
 * The entry of a key.  Workers read the clock at different moments, so that
 * an entry may begin a little in the future; one that begins far in it is of
 * a clock that was set back, and worth nothing.  Called with the lock held.
 */
static ngx_ticket_entry_t *
ngx_ticket_bucket_find(ngx_ticket_bucket_t *b, uint64_t key,
    ngx_ticket_count_t kind, int64_t now_ms)
{
    ngx_uint_t           i;
    ngx_ticket_entry_t  *e;

    for (i = 0; i < NGX_TICKET_BUCKET_ENTRIES; i++) {

        e = &b->entries[i];

        if (e->key == key && e->kind == kind) {
            return now_ms < ngx_ticket_entry_end(e)
                   && now_ms >= e->at_ms - ngx_ticket_counts[kind].live_ms
                   ? e : NULL;
        }
    }

    return NULL;
}


/*
 * An entry for a key that has none that holds: its own, or that which ended
 * longest ago or will end first.  Called with the lock held.
 */
static ngx_ticket_entry_t *
ngx_ticket_bucket_make(ngx_ticket_bucket_t *b, uint64_t key,
    ngx_ticket_count_t kind)
{
    ngx_uint_t           i;
    ngx_ticket_entry_t  *e, *oldest;

    oldest = &b->entries[0];

    for (i = 0; i < NGX_TICKET_BUCKET_ENTRIES; i++) {

        e = &b->entries[i];

        if (e->key == key && e->kind == kind) {
            oldest = e;
            break;
        }

        if (ngx_ticket_entry_end(e) < ngx_ticket_entry_end(oldest)) {
            oldest = e;
        }
    }

    oldest->key = key;
    oldest->kind = kind;
    oldest->n = 0;

    return oldest;
}


/* ---- quotas ---- */


ngx_uint_t
ngx_ticket_shared_count(ngx_ticket_zone_t *zone, uint64_t key, uint32_t limit,
    uint32_t n, int64_t now_ms, ngx_ticket_quota_t *left)
{
    int64_t               wait_ms;
    ngx_uint_t            over;
    ngx_ticket_entry_t   *e;
    ngx_ticket_bucket_t  *b;

    b = ngx_ticket_zone_bucket(zone, key, NGX_TICKET_COUNT_QUOTA);

    ngx_ticket_lock(&b->lock);

    e = ngx_ticket_bucket_find(b, key, NGX_TICKET_COUNT_QUOTA, now_ms);

    if (e == NULL) {
        e = ngx_ticket_bucket_make(b, key, NGX_TICKET_COUNT_QUOTA);
        e->at_ms = now_ms;
    }

    over = e->n > limit || n > limit - e->n;

    if (!over) {
        e->n += n;
    }

    left->limit = limit;
    left->remaining = e->n > limit ? 0 : limit - e->n;
    wait_ms = e->at_ms + NGX_TICKET_WINDOW_MS - now_ms;

    ngx_ticket_unlock(&b->lock);

    wait_ms = ngx_min(wait_ms, NGX_TICKET_WINDOW_MS);
    left->reset_s = (uint32_t) ((wait_ms + 999) / 1000);

    return over;
}


/* ---- logins ---- */


static uint32_t
ngx_ticket_shared_wait(ngx_ticket_zone_t *zone, uint64_t key,
    ngx_ticket_count_t kind, int64_t now_ms)
{
    int64_t               wait_ms;
    ngx_ticket_entry_t   *e;
    ngx_ticket_bucket_t  *b;

    b = ngx_ticket_zone_bucket(zone, key, kind);

    ngx_ticket_lock(&b->lock);

    e = ngx_ticket_bucket_find(b, key, kind, now_ms);
    wait_ms = (e == NULL) ? 0 : e->at_ms - now_ms;

    ngx_ticket_unlock(&b->lock);

    wait_ms = ngx_min(wait_ms, TKT_LOGIN_DELAY_MAX_S * 1000);

    return wait_ms <= 0 ? 0 : (uint32_t) ((wait_ms + 999) / 1000);
}


uint32_t
ngx_ticket_shared_delay(ngx_ticket_zone_t *zone, const tkt_attempt_t *attempt,
    int64_t now_ms)
{
    uint32_t  account, address;

    account = ngx_ticket_shared_wait(zone, attempt->account,
                                     NGX_TICKET_COUNT_ACCOUNT, now_ms);
    address = (attempt->address == 0)
              ? 0 : ngx_ticket_shared_wait(zone, attempt->address,
                                           NGX_TICKET_COUNT_ADDRESS, now_ms);

    return ngx_max(account, address);
}


/* Milliseconds to wait after the n-th failure in a row. */
static int64_t
ngx_ticket_shared_punish(ngx_ticket_count_t kind, uint32_t n)
{
    uint32_t  over, seconds;

    if (n <= ngx_ticket_counts[kind].free_tries) {
        return 0;
    }

    over = n - ngx_ticket_counts[kind].free_tries - 1;
    seconds = (over < 16) ? (uint32_t) 1 << over : TKT_LOGIN_DELAY_MAX_S;

    return (int64_t) ngx_min(seconds, TKT_LOGIN_DELAY_MAX_S) * 1000;
}


static void
ngx_ticket_shared_settle(ngx_ticket_zone_t *zone, uint64_t key,
    ngx_ticket_count_t kind, ngx_uint_t failed, int64_t now_ms)
{
    ngx_ticket_entry_t   *e;
    ngx_ticket_bucket_t  *b;

    b = ngx_ticket_zone_bucket(zone, key, kind);

    ngx_ticket_lock(&b->lock);

    e = ngx_ticket_bucket_find(b, key, kind, now_ms);

    if (!failed) {

        if (e) {
            e->kind = NGX_TICKET_COUNT_NONE;
        }

    } else {

        if (e == NULL) {
            e = ngx_ticket_bucket_make(b, key, kind);
        }

        e->n++;
        e->at_ms = now_ms + ngx_ticket_shared_punish(kind, e->n);
    }

    ngx_ticket_unlock(&b->lock);
}


void
ngx_ticket_shared_attempted(ngx_ticket_zone_t *zone,
    const tkt_attempt_t *attempt, ngx_uint_t failed, int64_t now_ms)
{
    ngx_ticket_shared_settle(zone, attempt->account, NGX_TICKET_COUNT_ACCOUNT,
                             failed, now_ms);

    /* whoever has one right password may not use it to try many others */

    if (failed && attempt->address) {
        ngx_ticket_shared_settle(zone, attempt->address,
                                 NGX_TICKET_COUNT_ADDRESS, failed, now_ms);
    }
}
