/*
 * A lock in shared memory; see the header.
 */

#include "worker/ngx_ticket_lock.h"

#include <sched.h>
#include <signal.h>


/* Before a lock is looked at more closely; before it is taken over. */
#define NGX_TICKET_LOCK_SPINS      2048
#define NGX_TICKET_LOCK_YIELDS_MAX 2000


/*
 * A worker that was killed while it had the lock leaves it behind; what it
 * was writing is a count or a time, of which a wrong value does little.  So
 * the lock is taken over from a process that is not there any more, and,
 * rather than let an event loop stand still, from one that was not given a
 * processor for very long.  Such a one finds in unlocking that the lock is not
 * its own.
 */
void
ngx_ticket_lock(ngx_atomic_t *lock)
{
    ngx_uint_t         i, yields;
    ngx_atomic_uint_t  holder;

    for (yields = 0; /* void */ ; yields++) {

        for (i = 0; i < NGX_TICKET_LOCK_SPINS; i++) {

            if (*lock == 0
                && ngx_atomic_cmp_set(lock, 0, (ngx_atomic_uint_t) ngx_pid))
            {
                return;
            }

            if (ngx_ncpu == 1) {
                break;
            }

            ngx_cpu_pause();
        }

        holder = *lock;

        if (holder != 0
            && (yields >= NGX_TICKET_LOCK_YIELDS_MAX
                || (kill((ngx_pid_t) holder, 0) == -1 && ngx_errno == ESRCH))
            && ngx_atomic_cmp_set(lock, holder, (ngx_atomic_uint_t) ngx_pid))
        {
            return;
        }

        (void) sched_yield();
    }
}


void
ngx_ticket_unlock(ngx_atomic_t *lock)
{
    ngx_memory_barrier();
    (void) ngx_atomic_cmp_set(lock, (ngx_atomic_uint_t) ngx_pid, 0);
}
