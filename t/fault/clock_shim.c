/*
 * LD_PRELOAD: the wall clock is ahead; monotonic clocks stay as they are.
 *
 *   CLOCK_SHIM_S=NUMBER   by so many seconds
 *
 * libfaketime does the same and more, but hangs under AddressSanitizer.
 */

#define _GNU_SOURCE

#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>


static time_t
ahead(void)
{
    const char  *text = getenv("CLOCK_SHIM_S");

    return text == NULL ? 0 : (time_t) strtol(text, NULL, 10);
}


/* By the system call: a lookup of the next function may itself ask the time. */
int
clock_gettime(clockid_t id, struct timespec *ts)
{
    int  rc = (int) syscall(SYS_clock_gettime, id, ts);

    if (rc == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) {
        ts->tv_sec += ahead();
    }

    return rc;
}


int
gettimeofday(struct timeval *tv, void *zone)
{
    struct timespec  ts;

    if (clock_gettime(CLOCK_REALTIME, &ts) != 0) {
        return -1;
    }

    tv->tv_sec = ts.tv_sec;
    tv->tv_usec = ts.tv_nsec / 1000;

    return 0;
}


time_t
time(time_t *out)
{
    struct timespec  ts;

    if (clock_gettime(CLOCK_REALTIME, &ts) != 0) {
        return (time_t) -1;
    }

    if (out != NULL) {
        *out = ts.tv_sec;
    }

    return ts.tv_sec;
}
