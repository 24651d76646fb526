/*
 * Tables of buckets in shared memory.
 *
 * The hash starts from a random number made with the zone, so that nobody can
 * choose keys (addresses, say) that meet in one bucket.
 */

#include "worker/ngx_ticket_zone.h"

#include "crypto/tkt_crypto.h"


struct ngx_ticket_zone_s {
    uint64_t  salt;
    uint64_t  count;                 /* of buckets                           */
    uint64_t  bucket_bytes;
    uint64_t  spare[5];
};

_Static_assert(sizeof(ngx_ticket_zone_t) == 64,
               "memory begins with a page, buckets with a cache line");


/* Before it runs, zone->data is the kind; after it, the table. */
static ngx_int_t
ngx_ticket_zone_init(ngx_shm_zone_t *zone, void *data)
{
    size_t                         bytes;
    ngx_slab_pool_t               *pool;
    ngx_ticket_zone_t             *z;
    const ngx_ticket_zone_kind_t  *kind = zone->data;

    if (data) {
        /* the same zone in the next configuration */
        zone->data = data;
        return NGX_OK;
    }

    pool = (ngx_slab_pool_t *) zone->shm.addr;

    if (zone->shm.exists) {
        zone->data = pool->data;
        return NGX_OK;
    }

    bytes = pool->pfree * ngx_pagesize;

    z = ngx_slab_calloc(pool, bytes);
    if (z == NULL) {
        return NGX_ERROR;
    }

    z->bucket_bytes = kind->bucket_bytes;
    z->count = (bytes - sizeof(ngx_ticket_zone_t)) / kind->bucket_bytes;

    if (tkt_crypto_init()) {
        tkt_random((uint8_t *) &z->salt, sizeof(z->salt));
    }

    pool->data = z;
    zone->data = z;

    return NGX_OK;
}


ngx_shm_zone_t *
ngx_ticket_zone_add(ngx_conf_t *cf, const ngx_ticket_zone_kind_t *kind,
    ngx_str_t *store, size_t bytes)
{
    ngx_str_t        name;
    ngx_shm_zone_t  *zone;

    name.len = kind->name.len + store->len;
    name.data = ngx_pnalloc(cf->pool, name.len);
    if (name.data == NULL) {
        return NULL;
    }

    ngx_memcpy(ngx_cpymem(name.data, kind->name.data, kind->name.len),
               store->data, store->len);

    /* the tag tells our zones from others, and from those of another build */

    zone = ngx_shared_memory_add(cf, &name, bytes, (void *) kind);
    if (zone) {
        zone->init = ngx_ticket_zone_init;
        zone->data = (void *) kind;
    }

    return zone;
}


/* The finalizer of SplitMix64, over the key, its space and the salt. */
void *
ngx_ticket_zone_bucket(ngx_ticket_zone_t *zone, uint64_t key, uint32_t space)
{
    uint64_t  h;

    h = (key ^ zone->salt) + space * UINT64_C(0x9e3779b97f4a7c15);
    h = (h ^ (h >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    h = (h ^ (h >> 27)) * UINT64_C(0x94d049bb133111eb);
    h ^= h >> 31;

    return (u_char *) (zone + 1) + h % zone->count * zone->bucket_bytes;
}
