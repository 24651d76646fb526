/*
 * LD_PRELOAD: makes write and sync calls on chosen files fail, wait, or kill
 * the process.
 *
 *   IO_SHIM=FILE        while FILE exists it says what happens:
 *       CALL ACTION VALUE [AFTER [TIMES]]
 *     CALL    fdatasync (with fsync), pwrite (pages), meta (pwrite of less
 *             than a page: LMDB's commit record), writev (with pwritev),
 *             write, any
 *     ACTION  errno  the call fails with this number
 *             short  only VALUE bytes are written (writev: one buffer)
 *             sleep  VALUE milliseconds before the call
 *             kill   the signal VALUE to the own process, before the call
 *     AFTER   so many calls pass unharmed first (0)
 *     TIMES   so many calls are harmed (no end); both are counted for each
 *             process anew whenever FILE changes
 *   IO_SHIM_PATH=TEXT   only files whose path ends in TEXT (data.mdb); with
 *                       a * in front of it, those that have it anywhere
 *
 * Example: echo "fdatasync errno 5 0 1" > FILE
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>


#define PAGE_BYTES  4096


typedef enum { PASS, FAIL, SHORT } verdict_t;


static pthread_mutex_t  lock = PTHREAD_MUTEX_INITIALIZER;
static struct timespec  seen;           /* mtime of the orders we count for */
static long             calls;


static bool
is_chosen(int fd)
{
    char         link[64], path[4096];
    size_t       n;
    ssize_t      len;
    const char  *tail;

    tail = getenv("IO_SHIM_PATH");
    tail = (tail == NULL) ? "data.mdb" : tail;
    n = strlen(tail);

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    len = readlink(link, path, sizeof(path) - 1);

    if (len > 0 && tail[0] == '*') {
        path[len] = '\0';
        return strstr(path, tail + 1) != NULL;
    }

    return len >= (ssize_t) n && memcmp(path + len - n, tail, n) == 0;
}


/* The number of this call among those of the same orders, from 0. */
static long
count_call(const struct timespec *mtime)
{
    long  n;

    pthread_mutex_lock(&lock);

    if (mtime->tv_sec != seen.tv_sec || mtime->tv_nsec != seen.tv_nsec) {
        seen = *mtime;
        calls = 0;
    }

    n = calls++;
    pthread_mutex_unlock(&lock);

    return n;
}


static verdict_t
act(const char *action, long value)
{
    struct timespec  pause;

    if (strcmp(action, "sleep") == 0) {
        pause.tv_sec = value / 1000;
        pause.tv_nsec = value % 1000 * 1000000;
        nanosleep(&pause, NULL);
        return PASS;
    }

    if (strcmp(action, "kill") == 0) {
        kill(getpid(), (int) value);
        return PASS;
    }

    if (strcmp(action, "short") == 0) {
        return SHORT;
    }

    errno = (int) value;
    return FAIL;
}


static verdict_t
judge(const char *call, int fd, long *value)
{
    int           fields;
    char          which[16], action[16];
    long          n, after, times;
    FILE         *file;
    const char   *path;
    struct stat   st;

    path = getenv("IO_SHIM");
    if (path == NULL || stat(path, &st) != 0 || !is_chosen(fd)) {
        return PASS;
    }

    file = fopen(path, "re");
    if (file == NULL) {
        return PASS;
    }

    after = 0;
    times = -1;
    fields = fscanf(file, "%15s %15s %ld %ld %ld", which, action, value,
                    &after, &times);
    fclose(file);

    if (fields < 3
        || (strcmp(which, "any") != 0 && strcmp(which, call) != 0))
    {
        return PASS;
    }

    n = count_call(&st.st_mtim);
    if (n < after || (times >= 0 && n >= after + times)) {
        return PASS;
    }

    return act(action, *value);
}


/* The next definition of the function, whatever its type. */
#define REAL(type, name)                                                      \
    ((type) (uintptr_t) dlsym(RTLD_NEXT, name))


typedef int (*sync_t)(int fd);
typedef ssize_t (*write_t)(int fd, const void *buf, size_t size);
typedef ssize_t (*pwrite_t)(int fd, const void *buf, size_t size, off_t at);
typedef ssize_t (*writev_t)(int fd, const struct iovec *iov, int count);
typedef ssize_t (*pwritev_t)(int fd, const struct iovec *iov, int count,
    off_t at);

int fdatasync(int fd);
int fsync(int fd);
ssize_t write(int fd, const void *buf, size_t size);
ssize_t pwrite(int fd, const void *buf, size_t size, off_t at);
ssize_t pwrite64(int fd, const void *buf, size_t size, off_t at);
ssize_t writev(int fd, const struct iovec *iov, int count);
ssize_t pwritev(int fd, const struct iovec *iov, int count, off_t at);
ssize_t pwritev64(int fd, const struct iovec *iov, int count, off_t at);


static int
shim_sync(int fd, const char *name)
{
    long  value;

    if (judge("fdatasync", fd, &value) == FAIL) {
        return -1;
    }

    return REAL(sync_t, name)(fd);
}


int
fdatasync(int fd)
{
    return shim_sync(fd, "fdatasync");
}


int
fsync(int fd)
{
    return shim_sync(fd, "fsync");
}


ssize_t
write(int fd, const void *buf, size_t size)
{
    long       value;
    verdict_t  verdict;

    verdict = judge("write", fd, &value);
    if (verdict == FAIL) {
        return -1;
    }

    if (verdict == SHORT && (size_t) value < size) {
        size = value;
    }

    return REAL(write_t, "write")(fd, buf, size);
}


ssize_t
pwrite(int fd, const void *buf, size_t size, off_t at)
{
    long       value;
    verdict_t  verdict;

    verdict = judge(size < PAGE_BYTES ? "meta" : "pwrite", fd, &value);
    if (verdict == FAIL) {
        return -1;
    }

    if (verdict == SHORT && (size_t) value < size) {
        size = value;
    }

    return REAL(pwrite_t, "pwrite")(fd, buf, size, at);
}


ssize_t
pwrite64(int fd, const void *buf, size_t size, off_t at)
{
    return pwrite(fd, buf, size, at);
}


ssize_t
writev(int fd, const struct iovec *iov, int count)
{
    long       value;
    verdict_t  verdict;

    verdict = judge("writev", fd, &value);
    if (verdict == FAIL) {
        return -1;
    }

    count = (verdict == SHORT) ? 1 : count;

    return REAL(writev_t, "writev")(fd, iov, count);
}


ssize_t
pwritev(int fd, const struct iovec *iov, int count, off_t at)
{
    long       value;
    verdict_t  verdict;

    verdict = judge("writev", fd, &value);
    if (verdict == FAIL) {
        return -1;
    }

    count = (verdict == SHORT) ? 1 : count;

    return REAL(pwritev_t, "pwritev")(fd, iov, count, at);
}


ssize_t
pwritev64(int fd, const struct iovec *iov, int count, off_t at)
{
    return pwritev(fd, iov, count, at);
}
