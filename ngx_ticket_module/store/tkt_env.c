/*
 * The environment: what must hold before LMDB may touch a directory, opening
 * and first creation, figures, copies.
 *
 * A flock on the directory is held while opening: shared over a store that
 * exists, exclusive over one that is being created, so nobody ever sees a
 * data file that is half made.  It is no lock of LMDB's and ends with open.
 */

#include "store/tkt_store_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>


#define TKT_DATA_FILE              "data.mdb"
#define TKT_DATA_FILE_MODE         0600
#define TKT_DATA_FILE_MIN_BYTES    (2 * 4096)   /* two meta pages */

/*
 * Pages that a transaction took from the end of the file and gave up again
 * are never written, so a sound file may end before its high-water mark: by
 * no more than the pages that fit into one transaction.
 */
#define TKT_UNWRITTEN_MAX_PAGES    131072

/* These destroy mutexes of others when one process closes (ITS#10095). */
#define TKT_LMDB_RACY_FIRST_PATCH  26
#define TKT_LMDB_RACY_LAST_PATCH   31


typedef struct {
    unsigned long   type;
    const char     *name;
} tkt_fs_t;


/* File systems without coherent mmap and fcntl locks (statfs(2)). */
static const tkt_fs_t  tkt_fs_refused[] = {
    { 0x6969,     "NFS" },
    { 0x517B,     "SMB" },
    { 0xFF534D42, "CIFS" },
    { 0xFE534D42, "SMB2" },
    { 0x65735546, "FUSE" },
    { 0x01021997, "9p" },
    { 0x00C36400, "Ceph" },
    { 0x0BD00BD0, "Lustre" },
    { 0x5346414F, "AFS" },
    { 0x6B414653, "AFS" },
    { 0x73757245, "Coda" },
    { 0x564C,     "NCP" },
    { 0x7461636F, "OCFS2" },
    { 0x01161970, "GFS2" },
    { 0x786F4256, "VirtualBox shared folder" },
};


tkt_status_t
tkt_refuse(tkt_fault_t *fault, tkt_status_t status, const char *fmt, ...)
{
    va_list  args;

    va_start(args, fmt);
    (void) vsnprintf(fault->text, sizeof(fault->text), fmt, args);
    va_end(args);

    return status;
}


bool
tkt_env_fs_refused(unsigned long f_type, const char **name)
{
    size_t  i;

    for (i = 0; i < tkt_array_len(tkt_fs_refused); i++) {
        if (tkt_fs_refused[i].type == (f_type & 0xFFFFFFFF)) {
            *name = tkt_fs_refused[i].name;
            return true;
        }
    }

    return false;
}


static tkt_status_t
tkt_dir_open(const char *path, int *dir, tkt_fault_t *fault)
{
    const char     *name;
    struct statfs   fs;

    *dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (*dir == -1) {
        return tkt_refuse(fault,
            (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
            ? TKT_BUSY : TKT_INTERNAL,
            "cannot open directory \"%s\": %s", path, strerror(errno));
    }

    if (fstatfs(*dir, &fs) != 0) {
        return tkt_refuse(fault, TKT_INTERNAL,
            "cannot tell the file system of \"%s\": %s", path,
            strerror(errno));
    }

    if (tkt_env_fs_refused((unsigned long) fs.f_type, &name)) {
        return tkt_refuse(fault, TKT_INTERNAL,
            "\"%s\" is on %s, where the store would be damaged; use a local "
            "file system such as ext4 or xfs", path, name);
    }

    return TKT_OK;
}


/* What stands in the directory; *exists tells of data.mdb. */
static tkt_status_t
tkt_dir_look(int dir, const char *path, bool *exists, tkt_fault_t *fault)
{
    struct stat  st;

    *exists = false;

    if (fstatat(dir, TKT_DATA_FILE, &st, 0) != 0) {
        return (errno == ENOENT)
               ? TKT_OK
               : tkt_refuse(fault, TKT_INTERNAL, "cannot stat \"%s/%s\": %s",
                            path, TKT_DATA_FILE, strerror(errno));
    }

    *exists = true;

    if (st.st_size < TKT_DATA_FILE_MIN_BYTES) {
        return tkt_refuse(fault, TKT_INTERNAL,
            "\"%s/%s\" has %lld bytes and cannot be a store; restore a "
            "backup, or move the file away to begin an empty store", path,
            TKT_DATA_FILE, (long long) st.st_size);
    }

    if (st.st_uid != geteuid()) {
        (void) tkt_refuse(fault, TKT_OK,
            "\"%s/%s\" belongs to user %u, this process runs as user %u",
            path, TKT_DATA_FILE, (unsigned) st.st_uid,
            (unsigned) geteuid());
    }

    return TKT_OK;
}


/*
 * Takes the lock that suits what is there, and looks again under it.  Whom
 * it is refused to tries again later; nobody waits here.
 */
static tkt_status_t
tkt_dir_lock(int dir, const tkt_env_options_t *options, bool *exists,
    tkt_fault_t *fault)
{
    bool  shared;

    /* a file may be half made as long as the lock is not held */
    shared = options->read_only
             || faccessat(dir, TKT_DATA_FILE, F_OK, AT_EACCESS) == 0;

    if (flock(dir, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0) {
        return tkt_refuse(fault,
            (errno == EWOULDBLOCK || errno == EINTR) ? TKT_BUSY
                                                     : TKT_INTERNAL,
            "cannot lock \"%s\": %s", options->path,
            errno == EWOULDBLOCK ? "another process is opening the store"
                                 : strerror(errno));
    }

    if (tkt_dir_look(dir, options->path, exists, fault) != TKT_OK) {
        return TKT_INTERNAL;
    }

    if (*exists) {
        return TKT_OK;
    }

    if (options->read_only) {
        return tkt_refuse(fault, TKT_INTERNAL, "there is no store in \"%s\"",
                          options->path);
    }

    if (shared) {
        return tkt_refuse(fault, TKT_BUSY,
            "the store in \"%s\" has just been removed", options->path);
    }

    if (options->map_bytes < TKT_DATA_FILE_MIN_BYTES) {
        return tkt_refuse(fault, TKT_INTERNAL,
            "a new store needs a map size");
    }

    return TKT_OK;
}


/* The words for a failed mdb_env_open(). */
static tkt_status_t
tkt_open_refuse(int rc, const char *path, tkt_fault_t *fault)
{
    switch (rc) {

    case ENOENT:
    case EINVAL:
    case EAGAIN:
    case EINTR:
        return tkt_refuse(fault, TKT_BUSY,
            "cannot open the store in \"%s\": %s: another process is opening "
            "or closing it", path, strerror(rc));

    case ENOMEM:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EMFILE:
    case ENFILE:
        return tkt_refuse(fault, TKT_BUSY,
            "cannot open the store in \"%s\": %s", path, strerror(rc));

    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
        return tkt_refuse(fault, TKT_INTERNAL,
            "\"%s/%s\" is not a file of this version of LMDB: %s", path,
            TKT_DATA_FILE, mdb_strerror(rc));

    default:
        return tkt_refuse(fault, TKT_INTERNAL,
            "cannot open the store in \"%s\": %s", path, mdb_strerror(rc));
    }
}


/* The greatest of what is asked for and what the store has already had. */
static int
tkt_env_map(tkt_env_t *env, size_t map_bytes)
{
    MDB_envinfo  info;

    mdb_env_info(env->mdb, &info);

    return (map_bytes > info.me_mapsize)
           ? mdb_env_set_mapsize(env->mdb, map_bytes) : 0;
}


static tkt_status_t
tkt_env_attach(tkt_env_t *env, const tkt_env_options_t *options, bool exists,
    tkt_fault_t *fault)
{
    int       rc;
    size_t    map_bytes, os_page;
    unsigned  flags;
    MDB_stat  stat;

    os_page = (size_t) sysconf(_SC_PAGESIZE);
    map_bytes = options->map_bytes / os_page * os_page;
    flags = MDB_NOTLS | (options->read_only ? MDB_RDONLY : 0);

    rc = mdb_env_create(&env->mdb);

    if (rc == 0) {
        rc = mdb_env_set_maxreaders(env->mdb, TKT_READERS_MAX);
    }

    if (rc == 0) {
        rc = mdb_env_set_maxdbs(env->mdb, TKT_DBS_MAX);
    }

    if (rc == 0 && !exists) {
        rc = mdb_env_set_mapsize(env->mdb, map_bytes);
    }

    if (rc == 0) {
        rc = mdb_env_open(env->mdb, options->path, flags,
                          TKT_DATA_FILE_MODE);
    }

    if (rc == 0) {
        rc = tkt_env_map(env, map_bytes);
    }

    if (rc != 0) {
        return tkt_open_refuse(rc, options->path, fault);
    }

    mdb_env_stat(env->mdb, &stat);
    env->page_bytes = stat.ms_psize;

    return TKT_OK;
}


/*
 * Compares the file with what its meta pages say.  Pages that they lead to
 * but that are not there would kill the process (SIGBUS), so this comes
 * before any transaction.  *fresh is set for a file that no transaction was
 * ever committed to: one that is new, or whose creation was cut off, perhaps
 * with pages of the first transaction behind the meta pages.
 */
static tkt_status_t
tkt_file_check(tkt_env_t *env, const char *path, bool *fresh,
    tkt_fault_t *fault)
{
    uint64_t     pages;
    MDB_envinfo  info;
    struct stat  st;

    if (fstat(tkt_env_fd(env), &st) != 0) {
        return tkt_refuse(fault, TKT_INTERNAL, "cannot stat \"%s/%s\": %s",
                          path, TKT_DATA_FILE, strerror(errno));
    }

    mdb_env_info(env->mdb, &info);

    pages = (uint64_t) st.st_size / env->page_bytes;
    *fresh = (info.me_last_txnid == 0);

    if ((pages == 2 && info.me_last_txnid != 0)
        || pages + TKT_UNWRITTEN_MAX_PAGES < info.me_last_pgno + 1
        || (pages < info.me_last_pgno + 1 && !tkt_file_is_whole(env)))
    {
        return tkt_refuse(fault, TKT_INTERNAL,
            "\"%s/%s\" has %llu pages of %llu: it was cut short; restore a "
            "backup", path, TKT_DATA_FILE, (unsigned long long) pages,
            (unsigned long long) info.me_last_pgno + 1);
    }

    return TKT_OK;
}


/* LMDB syncs what is in its file, but not the names that lead to it. */
static tkt_status_t
tkt_dir_sync(int dir, const char *path, tkt_fault_t *fault)
{
    int  rc, parent;

    parent = openat(dir, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    rc = (fsync(dir) == 0 && (parent == -1 || fsync(parent) == 0));

    if (!rc) {
        (void) tkt_refuse(fault, TKT_INTERNAL,
            "cannot sync directory \"%s\" after creating the store: %s",
            path, strerror(errno));
    }

    if (parent != -1) {
        close(parent);
    }

    return rc ? TKT_OK : TKT_INTERNAL;
}


static void
tkt_version_warn(tkt_fault_t *fault)
{
    int  major, minor, patch;

    (void) mdb_version(&major, &minor, &patch);

    if (major == 0 && minor == 9 && patch >= TKT_LMDB_RACY_FIRST_PATCH
        && patch <= TKT_LMDB_RACY_LAST_PATCH)
    {
        (void) tkt_refuse(fault, TKT_OK,
            "LMDB %d.%d.%d may damage its locks when a process closes the "
            "store; use 0.9.24, 0.9.25, or 0.9.32 and later", major, minor,
            patch);
    }
}


static tkt_status_t
tkt_env_open_locked(tkt_env_t *env, const tkt_env_options_t *options,
    int dir, tkt_fault_t *fault)
{
    bool          exists, fresh;
    tkt_status_t  status;

    fresh = false;
    status = tkt_dir_lock(dir, options, &exists, fault);

    if (status == TKT_OK) {
        status = tkt_env_attach(env, options, exists, fault);
    }

    if (status == TKT_OK) {
        status = tkt_file_check(env, options->path, &fresh, fault);
    }

    if (status == TKT_OK) {
        status = tkt_format_open(env, fresh, fault);
    }

    if (status == TKT_OK && fresh) {
        status = tkt_dir_sync(dir, options->path, fault);
    }

    return status;
}


tkt_status_t
tkt_env_open(tkt_env_t **env, const tkt_env_options_t *options,
    tkt_fault_t *fault)
{
    int           dir;
    tkt_env_t    *e;
    tkt_status_t  status;

    *env = NULL;
    fault->text[0] = '\0';
    dir = -1;

    e = calloc(1, sizeof(tkt_env_t));
    if (e == NULL) {
        return tkt_refuse(fault, TKT_BUSY, "no memory");
    }

    e->read_only = options->read_only;

    status = tkt_dir_open(options->path, &dir, fault);

    if (status == TKT_OK) {
        status = tkt_env_open_locked(e, options, dir, fault);
    }

    if (dir != -1) {
        close(dir);
    }

    if (status != TKT_OK) {
        tkt_env_close(e);
        return status;
    }

    tkt_version_warn(fault);
    *env = e;

    return TKT_OK;
}


void
tkt_env_close(tkt_env_t *env)
{
    if (env == NULL) {
        return;
    }

    if (env->writer != NULL) {
        assert(!env->writer->active);
        tkt_counters_free(env->writer->counters);
        free(env->writer);
    }

    if (env->mdb != NULL) {
        mdb_env_close(env->mdb);
    }

    free(env);
}


bool
tkt_env_failed(const tkt_env_t *env)
{
    return atomic_load(&env->failed);
}


unsigned
tkt_env_reader_check(tkt_env_t *env)
{
    int  dead;

    dead = 0;

    return (mdb_reader_check(env->mdb, &dead) == 0) ? (unsigned) dead : 0;
}


int
tkt_env_fd(tkt_env_t *env)
{
    int  fd;

    return (mdb_env_get_fd(env->mdb, &fd) == 0) ? fd : -1;
}


/* What the device has left, or a limit on the size of files (setrlimit(2)). */
static uint64_t
tkt_env_free(tkt_env_t *env)
{
    int             fd;
    uint64_t        left;
    struct stat     file;
    struct rlimit   limit;
    struct statvfs  disk;

    fd = tkt_env_fd(env);

    left = (fstatvfs(fd, &disk) == 0)
           ? (uint64_t) disk.f_bavail * disk.f_frsize : UINT64_MAX;

    if (getrlimit(RLIMIT_FSIZE, &limit) != 0
        || limit.rlim_cur == RLIM_INFINITY || fstat(fd, &file) != 0)
    {
        return left;
    }

    if (limit.rlim_cur <= (uint64_t) file.st_size) {
        return 0;
    }

    limit.rlim_cur -= (uint64_t) file.st_size;

    return limit.rlim_cur < left ? limit.rlim_cur : left;
}


void
tkt_env_info(tkt_env_t *env, tkt_env_info_t *info)
{
    MDB_envinfo  mdb;

    memset(info, 0, sizeof(*info));
    mdb_env_info(env->mdb, &mdb);

    info->map_bytes = mdb.me_mapsize;
    info->used_bytes = (mdb.me_last_pgno + 1) * (uint64_t) env->page_bytes;
    info->last_txn = mdb.me_last_txnid;
    info->readers = mdb.me_numreaders;
    info->readers_max = mdb.me_maxreaders;
    info->disk_free_bytes = tkt_env_free(env);
}


tkt_status_t
tkt_env_stat(tkt_txn_t *txn, tkt_env_info_t *info)
{
    int       rc;
    size_t    db;
    MDB_stat  stat;

    tkt_env_info(txn->env, info);

    for (db = 0; db < TKT_DB_MAX && txn->status == TKT_OK; db++) {
        rc = mdb_stat(txn->mdb, txn->env->dbi[db], &stat);
        tkt_store_fail(txn, rc);
        info->entries[db] = (rc == 0) ? stat.ms_entries : 0;
    }

    return txn->status;
}


tkt_status_t
tkt_env_copy(tkt_env_t *env, int fd, bool compact)
{
    int  rc;

    rc = mdb_env_copyfd2(env->mdb, fd, compact ? MDB_CP_COMPACT : 0);

    /* LMDB does not sync the copy; a pipe cannot be */
    if (rc == 0 && fsync(fd) != 0 && errno != EINVAL && errno != EROFS) {
        rc = errno;
    }

    return tkt_store_status(env, rc);
}
