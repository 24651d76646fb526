/*
 * The table of viewers; see the header.
 */

#include "worker/ngx_ticket_lock.h"
#include "worker/ngx_ticket_viewers.h"
#include "worker/ngx_ticket_zone.h"


#define NGX_TICKET_VIEWER_ENTRIES  31


typedef struct {
    uint64_t            ticket;            /* 0: an empty entry              */
    uint64_t            principal;
    int64_t             seen_ms;
    uint32_t            tenant;
    uint32_t            typing;
} ngx_ticket_viewer_t;


typedef struct {
    ngx_atomic_t         lock;
    uint64_t             spare[3];
    ngx_ticket_viewer_t  entries[NGX_TICKET_VIEWER_ENTRIES];
} ngx_ticket_viewers_bucket_t;

_Static_assert(sizeof(ngx_ticket_viewers_bucket_t) == 1024,
               "a bucket is a quarter of a page");


/* ---- the zone ---- */


static const ngx_ticket_zone_kind_t  ngx_ticket_viewers_kind = {
    ngx_string("ticket_viewers "), sizeof(ngx_ticket_viewers_bucket_t)
};


ngx_shm_zone_t *
ngx_ticket_viewers_add(ngx_conf_t *cf, ngx_str_t *store)
{
    return ngx_ticket_zone_add(cf, &ngx_ticket_viewers_kind, store,
                               NGX_TICKET_VIEWERS_BYTES);
}


/* ---- entries ---- */


static ngx_uint_t
ngx_ticket_viewer_is(const ngx_ticket_viewer_t *e, uint32_t tenant,
    uint64_t ticket, uint64_t principal)
{
    return e->ticket == ticket && e->tenant == tenant
           && e->principal == principal;
}


static void
ngx_ticket_viewers_put(void *data, uint32_t tenant, uint64_t ticket,
    const tkt_seen_t *who)
{
    ngx_uint_t                    i;
    ngx_ticket_viewer_t          *e, *oldest;
    ngx_ticket_viewers_bucket_t  *b;

    b = ngx_ticket_zone_bucket(data, ticket, tenant);

    ngx_ticket_lock(&b->lock);

    oldest = &b->entries[0];

    for (i = 0; i < NGX_TICKET_VIEWER_ENTRIES; i++) {

        e = &b->entries[i];

        if (ngx_ticket_viewer_is(e, tenant, ticket, who->principal)) {
            oldest = e;
            break;
        }

        /* an empty one was never seen */

        if (e->seen_ms < oldest->seen_ms) {
            oldest = e;
        }
    }

    oldest->ticket = ticket;
    oldest->tenant = tenant;
    oldest->principal = who->principal;
    oldest->seen_ms = who->seen_ms;
    oldest->typing = who->typing;

    ngx_ticket_unlock(&b->lock);
}


static void
ngx_ticket_viewers_drop(void *data, uint32_t tenant, uint64_t ticket,
    uint64_t principal)
{
    ngx_uint_t                    i;
    ngx_ticket_viewers_bucket_t  *b;

    b = ngx_ticket_zone_bucket(data, ticket, tenant);

    ngx_ticket_lock(&b->lock);

    for (i = 0; i < NGX_TICKET_VIEWER_ENTRIES; i++) {
        if (ngx_ticket_viewer_is(&b->entries[i], tenant, ticket, principal)) {
            ngx_memzero(&b->entries[i], sizeof(ngx_ticket_viewer_t));
            break;
        }
    }

    ngx_ticket_unlock(&b->lock);
}


/* Where it goes among the n there are: at their end, in the oldest's place. */
static size_t
ngx_ticket_viewers_place(const tkt_seen_t *out, size_t n, size_t room,
    int64_t seen_ms)
{
    size_t  i, oldest;

    if (n < room) {
        return n;
    }

    for (oldest = 0, i = 1; i < n; i++) {
        if (out[i].seen_ms < out[oldest].seen_ms) {
            oldest = i;
        }
    }

    return out[oldest].seen_ms < seen_ms ? oldest : room;
}


/*
 * Workers read the clock at different moments, so an entry may lie a little in
 * the future; one far in it is of a clock that was set back.
 */
static size_t
ngx_ticket_viewers_list(void *data, uint32_t tenant, uint64_t ticket,
    uint64_t except, int64_t now_ms, tkt_seen_t *out, size_t room)
{
    size_t                        n, place;
    ngx_uint_t                    i;
    ngx_ticket_viewer_t          *e;
    ngx_ticket_viewers_bucket_t  *b;

    b = ngx_ticket_zone_bucket(data, ticket, tenant);

    ngx_ticket_lock(&b->lock);

    for (n = 0, i = 0; i < NGX_TICKET_VIEWER_ENTRIES; i++) {

        e = &b->entries[i];

        if (e->ticket != ticket || e->tenant != tenant
            || e->principal == except
            || e->seen_ms <= now_ms - TKT_VIEWER_TTL_MS
            || e->seen_ms >= now_ms + TKT_VIEWER_TTL_MS)
        {
            continue;
        }

        place = ngx_ticket_viewers_place(out, n, room, e->seen_ms);

        if (place < room) {
            out[place].principal = e->principal;
            out[place].seen_ms = e->seen_ms;
            out[place].typing = e->typing != 0;
            n = ngx_max(n, place + 1);
        }
    }

    ngx_ticket_unlock(&b->lock);

    return n;
}


void
ngx_ticket_viewers_lend(ngx_shm_zone_t *zone, tkt_viewers_t *viewers)
{
    viewers->data = zone ? zone->data : NULL;
    viewers->put = ngx_ticket_viewers_put;
    viewers->drop = ngx_ticket_viewers_drop;
    viewers->list = ngx_ticket_viewers_list;
}
