/*
 * Orphans; see the header.
 */

#include "jobs/ngx_ticket_sweep.h"


void
ngx_ticket_sweep_init(ngx_ticket_sweep_t *s, ngx_ticket_desk_t *desk)
{
    s->desk = desk;
    s->next_ms = ngx_current_msec + NGX_TICKET_SWEEP_MS;
}


void
ngx_ticket_sweep_done(ngx_ticket_sweep_t *s)
{
    if (s->found) {
        ngx_ticket_file_free(s->found);
        s->found = NULL;
    }

    ngx_ticket_files_leave(&s->place);
}


/* Keeps of the names those that the store does not know. */
static void
ngx_ticket_sweep_unknown(ngx_ticket_sweep_t *s, ngx_ticket_file_t *list)
{
    tkt_txn_t     *txn;
    ngx_uint_t     i, n;
    tkt_status_t   status;

    txn = ngx_ticket_read_begin(s->desk, &status);

    if (txn == NULL) {
        list->count = 0;
        return;
    }

    for (n = 0, i = 0; i < list->count; i++) {

        if (tkt_app_file_used(txn, tkt_str_z(list->names[i]))) {
            continue;
        }

        if (n != i) {
            ngx_memcpy(list->names[n], list->names[i],
                       TKT_BLOB_FILE_MAX_BYTES);
        }

        n++;
    }

    /* a store that cannot be read knows nothing, which is no proof */

    list->count = (tkt_txn_status(txn) == TKT_OK) ? n : 0;

    ngx_ticket_read_end(s->desk);
}


static void
ngx_ticket_sweep_listed(void *obj, void *data)
{
    ngx_ticket_file_t   *list = obj;
    ngx_ticket_sweep_t  *s = data;

    s->busy = 0;
    s->place = list->place;
    list->place.stream = NULL;

    if (list->count && s->desk->state == NGX_TICKET_DESK_OPEN) {
        ngx_ticket_sweep_unknown(s, list);
    }

    if (list->count) {
        s->found = list;

    } else {
        ngx_ticket_file_free(list);
    }

    s->next_ms = ngx_current_msec
                 + (s->found ? NGX_TICKET_SWEEP_MS
                    : s->place.dir < NGX_TICKET_FILES_DIRS
                      ? NGX_TICKET_SWEEP_NEXT_MS : NGX_TICKET_SWEEP_REST_MS);
}


/* Those that have been unknown since the last look. */
static void
ngx_ticket_sweep_remove(ngx_ticket_sweep_t *s)
{
    ngx_uint_t          i, n;
    ngx_ticket_file_t  *list = s->found;

    s->found = NULL;

    ngx_ticket_sweep_unknown(s, list);

    for (n = 0, i = 0; i < list->count; i++) {

        /* what does not fit into the queue is found again */

        n += ngx_ticket_file_remove(s->desk, tkt_str_z(list->names[i]), NULL,
                                    NULL)
             == TKT_OK;
    }

    if (n) {
        ngx_log_error(NGX_LOG_NOTICE, s->desk->log, 0,
                      "ticket: %ui files without a record are removed from "
                      "the store \"%s\"", n, s->desk->path);
    }

    ngx_ticket_file_free(list);
}


void
ngx_ticket_sweep(ngx_ticket_sweep_t *s)
{
    time_t  before;

    if (ngx_worker != 0 || ngx_exiting || s->busy
        || (ngx_msec_int_t) (ngx_current_msec - s->next_ms) < 0)
    {
        return;
    }

    s->next_ms = ngx_current_msec + NGX_TICKET_SWEEP_MS;

    if (s->found) {
        ngx_ticket_sweep_remove(s);
    }

    if (s->place.dir >= NGX_TICKET_FILES_DIRS) {
        s->place.dir = 0;
    }

    before = (time_t) ((ngx_ticket_now_ms() - TKT_ORPHAN_AGE_MS) / 1000);

    if (ngx_ticket_file_list(s->desk, &s->place, before,
                             ngx_ticket_sweep_listed, s)
        == TKT_OK)
    {
        s->busy = 1;
    }
}
