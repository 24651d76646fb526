/*
 * LD_PRELOAD: says that files lie on NFS.
 *
 *   STATFS_SHIM_TYPE=NUMBER   the f_type to answer (0x6969, NFS)
 *   STATFS_SHIM_FREE=NUMBER   free blocks to answer instead of the type; or
 *                             the path of a file that holds the number, as
 *                             long as there is one
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>


#define NFS_MAGIC  0x6969


typedef int (*statfs_t)(const char *path, struct statfs *st);
typedef int (*fstatfs_t)(int fd, struct statfs *st);
typedef int (*statvfs_t)(const char *path, struct statvfs *st);
typedef int (*fstatvfs_t)(int fd, struct statvfs *st);


int statfs64(const char *path, struct statfs64 *st);
int fstatfs64(int fd, struct statfs64 *st);
int statvfs64(const char *path, struct statvfs64 *st);
int fstatvfs64(int fd, struct statvfs64 *st);


/* False: the number is to be left as it is. */
static bool
free_blocks(const char *order, unsigned long *blocks)
{
    bool   told;
    FILE  *file;

    if (order[0] != '/') {
        *blocks = strtoul(order, NULL, 0);
        return true;
    }

    file = fopen(order, "re");
    if (file == NULL) {
        return false;
    }

    told = (fscanf(file, "%lu", blocks) == 1);
    fclose(file);

    return told;
}


static int
change(int rc, struct statfs *st)
{
    const char     *order, *type;
    unsigned long   blocks;

    order = getenv("STATFS_SHIM_FREE");
    type = getenv("STATFS_SHIM_TYPE");

    if (rc != 0) {
        return rc;
    }

    if (order != NULL) {
        if (free_blocks(order, &blocks)) {
            st->f_bavail = blocks;
            st->f_bfree = blocks;
        }

        return rc;
    }

    st->f_type = (type == NULL) ? NFS_MAGIC : strtol(type, NULL, 0);
    return rc;
}


static int
change_free(int rc, struct statvfs *st)
{
    const char     *order;
    unsigned long   blocks;

    order = getenv("STATFS_SHIM_FREE");
    if (rc == 0 && order != NULL && free_blocks(order, &blocks)) {
        st->f_bavail = blocks;
        st->f_bfree = blocks;
    }

    return rc;
}


int
statfs(const char *path, struct statfs *st)
{
    statfs_t  real;

    real = (statfs_t) (uintptr_t) dlsym(RTLD_NEXT, "statfs");
    return change(real(path, st), st);
}


int
fstatfs(int fd, struct statfs *st)
{
    fstatfs_t  real;

    real = (fstatfs_t) (uintptr_t) dlsym(RTLD_NEXT, "fstatfs");
    return change(real(fd, st), st);
}


/* On 64-bit Linux both structures are the same. */
int
statfs64(const char *path, struct statfs64 *st)
{
    return statfs(path, (struct statfs *) st);
}


int
fstatfs64(int fd, struct statfs64 *st)
{
    return fstatfs(fd, (struct statfs *) st);
}


int
statvfs(const char *path, struct statvfs *st)
{
    statvfs_t  real;

    real = (statvfs_t) (uintptr_t) dlsym(RTLD_NEXT, "statvfs");
    return change_free(real(path, st), st);
}


int
fstatvfs(int fd, struct statvfs *st)
{
    fstatvfs_t  real;

    real = (fstatvfs_t) (uintptr_t) dlsym(RTLD_NEXT, "fstatvfs");
    return change_free(real(fd, st), st);
}


int
statvfs64(const char *path, struct statvfs64 *st)
{
    return statvfs(path, (struct statvfs *) st);
}


int
fstatvfs64(int fd, struct statvfs64 *st)
{
    return fstatvfs(fd, (struct statvfs *) st);
}
