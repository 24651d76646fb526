/*
 * Linear probing at a load of at most a half; removal moves followers back,
 * so that no tombstones gather in a process that lives for months.
 */

#include "worker/ngx_ticket_inflight.h"


#define NGX_TICKET_INFLIGHT_MIN  16


ngx_int_t
ngx_ticket_inflight_init(ngx_ticket_inflight_t *set, ngx_uint_t n,
    ngx_log_t *log)
{
    ngx_uint_t  slots;

    slots = NGX_TICKET_INFLIGHT_MIN;

    while (slots < n * 2) {
        slots *= 2;
    }

    set->slots = ngx_calloc(slots * sizeof(uint64_t), log);
    if (set->slots == NULL) {
        return NGX_ERROR;
    }

    set->mask = slots - 1;

    return NGX_OK;
}


void
ngx_ticket_inflight_done(ngx_ticket_inflight_t *set)
{
    ngx_free(set->slots);
    set->slots = NULL;
}


ngx_uint_t
ngx_ticket_inflight_add(ngx_ticket_inflight_t *set, uint64_t digest)
{
    ngx_uint_t  i;

    for (i = digest & set->mask; set->slots[i]; i = (i + 1) & set->mask) {
        if (set->slots[i] == digest) {
            return 0;
        }
    }

    set->slots[i] = digest;

    return 1;
}


void
ngx_ticket_inflight_remove(ngx_ticket_inflight_t *set, uint64_t digest)
{
    ngx_uint_t  i, hole, home;

    for (i = digest & set->mask; set->slots[i] != digest;
         i = (i + 1) & set->mask)
    {
        if (set->slots[i] == 0) {
            return;
        }
    }

    hole = i;

    for ( ;; ) {
        i = (i + 1) & set->mask;

        if (set->slots[i] == 0) {
            break;
        }

        home = set->slots[i] & set->mask;

        /* may stand in the hole if the hole lies between home and i */

        if (((hole - home) & set->mask) < ((i - home) & set->mask)) {
            set->slots[hole] = set->slots[i];
            hole = i;
        }
    }

    set->slots[hole] = 0;
}
