/*
 * A spin lock in shared memory that outlives its holder: what it guards may
 * be a little wrong after a process was killed with it, and must not harm.
 */

#ifndef NGX_TICKET_LOCK_H
#define NGX_TICKET_LOCK_H


#include <ngx_config.h>
#include <ngx_core.h>


/* Holds the pid of who has it; 0: free. */
void ngx_ticket_lock(ngx_atomic_t *lock);
void ngx_ticket_unlock(ngx_atomic_t *lock);


#endif /* NGX_TICKET_LOCK_H */
