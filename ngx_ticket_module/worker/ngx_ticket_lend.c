/*
 * The small things a request takes from its worker.  All of it runs in the
 * event loop.
 */

#include "worker/ngx_ticket_worker.h"

#include "crypto/tkt_crypto.h"


tkt_txn_t *
ngx_ticket_read_begin(ngx_ticket_desk_t *desk, tkt_status_t *status)
{
    if (desk->state != NGX_TICKET_DESK_OPEN) {
        *status = TKT_BUSY;
        return NULL;
    }

    *status = tkt_txn_renew(desk->reader);

    if (*status == TKT_OK) {
        return desk->reader;
    }

    if (tkt_env_failed(desk->env)) {
        ngx_ticket_desk_fail(desk, "it cannot be read any more");
        *status = TKT_BUSY;
    }

    return NULL;
}


void
ngx_ticket_read_end(ngx_ticket_desk_t *desk)
{
    tkt_txn_reset(desk->reader);
}


int64_t
ngx_ticket_now_ms(void)
{
    ngx_time_t  *tp;

    tp = ngx_timeofday();

    return (int64_t) tp->sec * 1000 + tp->msec;
}


/*
 * The system's random source costs a call into the kernel; taken in pages it
 * costs a request next to nothing.  What was given out is wiped, since it
 * becomes tokens and keys.
 */
void
ngx_ticket_random(ngx_ticket_desk_t *desk, u_char *out, size_t n)
{
    u_char  *p;

    ngx_memzero(out, n);

    if (n > NGX_TICKET_RANDOM_POOL_BYTES) {
        tkt_random(out, n);
        return;
    }

    if (n > desk->random_left) {
        tkt_random(desk->random, NGX_TICKET_RANDOM_POOL_BYTES);
        desk->random_left = NGX_TICKET_RANDOM_POOL_BYTES;
    }

    desk->random_left -= n;
    p = desk->random + desk->random_left;

    ngx_memcpy(out, p, n);
    ngx_memzero(p, n);
}


/* A random prefix of the process and a count, least digit first. */
size_t
ngx_ticket_request_id(ngx_ticket_desk_t *desk, u_char *out)
{
    uint64_t  n;
    u_char   *p;
    static const u_char  hex[] = "0123456789abcdef";

    p = ngx_cpymem(out, desk->request_prefix, sizeof(desk->request_prefix));
    *p++ = '-';

    n = desk->request_count++;

    do {
        *p++ = hex[n & 0xf];
        n >>= 4;
    } while (n);

    return p - out;
}


void *
ngx_ticket_block_take(ngx_ticket_desk_t *desk)
{
    void  *block;

    block = desk->blocks;

    if (block == NULL) {
        return ngx_alloc(NGX_TICKET_BLOCK_BYTES, desk->log);
    }

    desk->blocks = *(void **) block;
    desk->blocks_kept--;

    return block;
}


void
ngx_ticket_block_give(ngx_ticket_desk_t *desk, void *block)
{
    if (desk->blocks_kept >= NGX_TICKET_BLOCKS_KEPT_MAX) {
        ngx_free(block);
        return;
    }

    *(void **) block = desk->blocks;
    desk->blocks = block;
    desk->blocks_kept++;
}


void *
ngx_ticket_lend_pool(void *pool, size_t bytes)
{
    return ngx_palloc(pool, bytes);
}
