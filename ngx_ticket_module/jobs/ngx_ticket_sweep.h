/*
 * Files that the store does not need: those whose last use has gone are
 * removed before the timer that says so is answered, and orphans, which a
 * crash between file and record leaves, a day after nobody has touched them.
 * What a process that has ended was still writing goes soon after the start.
 *
 * Orphans are looked for in small pieces, by one worker.  Names found are
 * looked up twice with a pause in between, and removed only if the store knows
 * them neither time: a file is complete for a moment before its record is.
 */

#ifndef NGX_TICKET_SWEEP_H
#define NGX_TICKET_SWEEP_H


#include "worker/ngx_ticket_files.h"


#define NGX_TICKET_SWEEP_MS       10000
#define NGX_TICKET_SWEEP_NEXT_MS  1000      /* after one that found nothing   */
#define NGX_TICKET_SWEEP_REST_MS  3600000


typedef struct {
    ngx_ticket_desk_t  *desk;
    ngx_ticket_file_t  *found;      /* old files that the store did not know */
    ngx_uint_t          busy;       /* a thread is listing                   */
    ngx_ticket_files_place_t  place;  /* where to go on                      */
    ngx_msec_t          next_ms;    /* of ngx_current_msec                   */
} ngx_ticket_sweep_t;


void ngx_ticket_sweep_init(ngx_ticket_sweep_t *s, ngx_ticket_desk_t *desk);

/* To be called about once a second. */
void ngx_ticket_sweep(ngx_ticket_sweep_t *s);

/* For a process that ends. */
void ngx_ticket_sweep_done(ngx_ticket_sweep_t *s);


#endif /* NGX_TICKET_SWEEP_H */
