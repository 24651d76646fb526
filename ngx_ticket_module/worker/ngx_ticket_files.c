/*
 * Files of attachments; see the header.
 */

#include "worker/ngx_ticket_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>


#define NGX_TICKET_FILE_MODE  0600
#define NGX_TICKET_DIR_MODE   0700
#define NGX_TICKET_TMP_DIR    "tmp/"


static void ngx_ticket_file_work(void *obj);
static void ngx_ticket_file_drop(void *obj);


const ngx_ticket_crew_kind_t  ngx_ticket_file_crew = {
    "files", 0, ngx_ticket_file_work, ngx_ticket_file_drop
};


/* ---- memory and names ---- */


static ngx_ticket_file_t *
ngx_ticket_file_alloc(ngx_ticket_desk_t *desk)
{
    size_t              n;
    ngx_ticket_file_t  *file;

    n = sizeof(ngx_ticket_file_t) + ngx_strlen(desk->path)
        + sizeof("/" NGX_TICKET_FILES_DIR) + TKT_BLOB_FILE_MAX_BYTES;

    if (posix_memalign((void **) &file, _Alignof(ngx_ticket_file_t), n) != 0) {
        return NULL;
    }

    ngx_memzero(file, n);

    file->fd = -1;
    file->root_len = ngx_sprintf((u_char *) file->root, "%s/%s", desk->path,
                                 NGX_TICKET_FILES_DIR)
                     - (u_char *) file->root;

    return file;
}


void
ngx_ticket_files_leave(ngx_ticket_files_place_t *place)
{
    if (place->stream != NULL) {
        (void) closedir(place->stream);
        place->stream = NULL;
    }
}


void
ngx_ticket_file_free(ngx_ticket_file_t *file)
{
    if (file->fd != -1) {
        (void) close(file->fd);
    }

    ngx_ticket_files_leave(&file->place);

    free(file->names);
    free(file);
}


/* The full name; valid until the next one is asked for. */
static const char *
ngx_ticket_file_path(ngx_ticket_file_t *file, const char *name)
{
    (void) ngx_cpystrn((u_char *) file->root + file->root_len,
                       (u_char *) name, TKT_BLOB_FILE_MAX_BYTES);

    return file->root;
}


static ngx_int_t
ngx_ticket_file_fail(ngx_ticket_file_t *file, const char *call)
{
    file->err = ngx_errno;
    file->failed = call;

    return NGX_ERROR;
}


/* ---- in the event loop ---- */


static ngx_int_t
ngx_ticket_file_open(ngx_ticket_file_t *file)
{
    file->fd = open(ngx_ticket_file_path(file, file->name),
                    O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC|O_NOFOLLOW,
                    NGX_TICKET_FILE_MODE);

    return (file->fd == -1) ? NGX_ERROR : NGX_OK;
}


/* Of a store that has none yet; another process may do the same. */
static ngx_int_t
ngx_ticket_file_make_dirs(ngx_ticket_file_t *file)
{
    if (mkdir(ngx_ticket_file_path(file, ""), NGX_TICKET_DIR_MODE) == -1
        && ngx_errno != NGX_EEXIST)
    {
        return NGX_ERROR;
    }

    if (mkdir(ngx_ticket_file_path(file, NGX_TICKET_TMP_DIR),
              NGX_TICKET_DIR_MODE)
        == -1
        && ngx_errno != NGX_EEXIST)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_ticket_file_t *
ngx_ticket_file_create(ngx_ticket_desk_t *desk, ngx_err_t *err)
{
    u_char             *p;
    ngx_ticket_file_t  *file;

    *err = NGX_ENOMEM;

    file = ngx_ticket_file_alloc(desk);
    if (file == NULL) {
        return NULL;
    }

    ngx_ticket_random(desk, file->random, sizeof(file->random));

    p = ngx_sprintf((u_char *) file->name, NGX_TICKET_TMP_DIR "%P.",
                    ngx_pid);
    p = ngx_hex_dump(p, file->random, sizeof(file->random));
    *p = '\0';

    tkt_hash_begin(&file->hash);

    if (ngx_ticket_file_open(file) == NGX_OK
        || (ngx_errno == NGX_ENOENT
            && ngx_ticket_file_make_dirs(file) == NGX_OK
            && ngx_ticket_file_open(file) == NGX_OK))
    {
        return file;
    }

    *err = ngx_errno;
    ngx_ticket_file_free(file);

    return NULL;
}


ngx_int_t
ngx_ticket_file_write(ngx_ticket_file_t *file, u_char *p, size_t n)
{
    size_t   part;
    ssize_t  done;

    part = ngx_min(n, sizeof(file->head) - file->head_len);
    ngx_memcpy(file->head + file->head_len, p, part);
    file->head_len += part;

    tkt_hash_add(&file->hash, (tkt_str_t) { p, n });
    file->size += n;

    while (n > 0) {
        done = write(file->fd, p, n);

        if (done == -1) {
            if (ngx_errno == NGX_EINTR) {
                continue;
            }

            return ngx_ticket_file_fail(file, "write");
        }

        p += done;
        n -= done;
    }

    return NGX_OK;
}


tkt_status_t
ngx_ticket_file_seal(ngx_ticket_desk_t *desk, ngx_ticket_file_t *file,
    ngx_ticket_crew_done_pt done, void *data)
{
    tkt_hash_end(&file->hash, file->digest);

    file->job = NGX_TICKET_FILE_SEAL;

    return (desk->filer == NULL)
           ? TKT_BUSY : ngx_ticket_crew_post(desk->filer, file, done, data);
}


static void
ngx_ticket_file_removed(void *obj, void *data)
{
    ngx_ticket_file_free(obj);
}


void
ngx_ticket_file_discard(ngx_ticket_desk_t *desk, ngx_ticket_file_t *file)
{
    file->job = NGX_TICKET_FILE_REMOVE;

    if (desk->filer
        && ngx_ticket_crew_post(desk->filer, file, ngx_ticket_file_removed,
                                NULL)
           == TKT_OK)
    {
        return;
    }

    /* rather a moment of the event loop's than a file nobody wants */

    (void) unlink(ngx_ticket_file_path(file, file->name));
    ngx_ticket_file_free(file);
}


tkt_status_t
ngx_ticket_file_remove(ngx_ticket_desk_t *desk, tkt_str_t name,
    ngx_ticket_crew_done_pt done, void *data)
{
    tkt_status_t        status;
    ngx_ticket_file_t  *file;

    if (desk->filer == NULL || name.len >= TKT_BLOB_FILE_MAX_BYTES) {
        return TKT_BUSY;
    }

    file = ngx_ticket_file_alloc(desk);
    if (file == NULL) {
        return TKT_BUSY;
    }

    ngx_memcpy(file->name, name.data, name.len);
    file->job = NGX_TICKET_FILE_REMOVE;

    status = ngx_ticket_crew_post(desk->filer, file,
                                  done ? done : ngx_ticket_file_removed,
                                  data);
    if (status != TKT_OK) {
        ngx_ticket_file_free(file);
    }

    return status;
}


tkt_status_t
ngx_ticket_file_list(ngx_ticket_desk_t *desk, ngx_ticket_files_place_t *place,
    time_t before, ngx_ticket_crew_done_pt done, void *data)
{
    tkt_status_t        status;
    ngx_ticket_file_t  *file;

    file = (desk->filer == NULL) ? NULL : ngx_ticket_file_alloc(desk);
    if (file == NULL) {
        return TKT_BUSY;
    }

    file->names = malloc(NGX_TICKET_FILES_LIST_MAX * TKT_BLOB_FILE_MAX_BYTES);
    file->place = *place;
    file->before = before;
    file->job = NGX_TICKET_FILE_LIST;

    status = (file->names == NULL)
             ? TKT_BUSY
             : ngx_ticket_crew_post(desk->filer, file, done, data);

    if (status != TKT_OK) {
        file->place.stream = NULL;
        ngx_ticket_file_free(file);
        return status;
    }

    place->stream = NULL;

    return TKT_OK;
}


/* ---- in a thread ---- */


static ngx_int_t
ngx_ticket_file_sync_dir(ngx_ticket_file_t *file, const char *path)
{
    int  fd, rc;

    fd = open(path, O_RDONLY|O_DIRECTORY|O_CLOEXEC);
    if (fd == -1) {
        return ngx_ticket_file_fail(file, "open of a directory");
    }

    rc = fsync(fd);

    if (rc == -1) {
        (void) ngx_ticket_file_fail(file, "fsync of a directory");
    }

    (void) close(fd);

    return (rc == -1) ? NGX_ERROR : NGX_OK;
}


/* The directory of its name and those above, of which any may be new. */
static ngx_int_t
ngx_ticket_file_sync_dirs(ngx_ticket_file_t *file, const char *dir)
{
    char       *store;
    ngx_int_t   rc;

    if (ngx_ticket_file_sync_dir(file, ngx_ticket_file_path(file, dir))
        != NGX_OK
        || ngx_ticket_file_sync_dir(file, ngx_ticket_file_path(file, ""))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* whole again at once: what has failed is removed by its name */

    store = file->root + file->root_len - (sizeof(NGX_TICKET_FILES_DIR) - 1);
    *store = '\0';
    rc = ngx_ticket_file_sync_dir(file, file->root);
    *store = NGX_TICKET_FILES_DIR[0];

    return rc;
}


/*
 * The content first, then the name, then the directories: whoever finds the
 * name after a power cut finds all of the content.
 */
static void
ngx_ticket_file_do_seal(ngx_ticket_file_t *file)
{
    char    dir[4], to[TKT_BLOB_FILE_MAX_BYTES], *from;
    u_char  *p;

    if (fsync(file->fd) == -1) {
        (void) ngx_ticket_file_fail(file, "fsync");
        return;
    }

    if (close(file->fd) == -1) {
        file->fd = -1;
        (void) ngx_ticket_file_fail(file, "close");
        return;
    }

    file->fd = -1;

    p = ngx_hex_dump((u_char *) dir, file->digest, 1);
    *p++ = '/';
    *p = '\0';

    p = ngx_cpymem((u_char *) to, dir, 3);
    p = ngx_hex_dump(p, file->digest, TKT_HASH_BYTES);
    *p++ = '.';
    p = ngx_hex_dump(p, file->random, sizeof(file->random));
    *p = '\0';

    if (mkdir(ngx_ticket_file_path(file, dir), NGX_TICKET_DIR_MODE) == -1
        && ngx_errno != NGX_EEXIST)
    {
        (void) ngx_ticket_file_fail(file, "mkdir");
        return;
    }

    from = strdup(ngx_ticket_file_path(file, file->name));

    if (from == NULL || rename(from, ngx_ticket_file_path(file, to)) == -1) {
        (void) ngx_ticket_file_fail(file, "rename");
        free(from);
        return;
    }

    free(from);

    (void) ngx_cpystrn((u_char *) file->name, (u_char *) to, sizeof(to));
    file->sealed = 1;

    (void) ngx_ticket_file_sync_dirs(file, dir);
}


static void
ngx_ticket_file_do_remove(ngx_ticket_file_t *file)
{
    if (file->fd != -1) {
        (void) close(file->fd);
        file->fd = -1;
    }

    if (unlink(ngx_ticket_file_path(file, file->name)) == -1
        && ngx_errno != NGX_ENOENT)
    {
        (void) ngx_ticket_file_fail(file, "unlink");
    }
}


/* Below files/, with a slash. */
static const char *
ngx_ticket_file_dir(ngx_uint_t dir, char name[8])
{
    if (dir == 0) {
        return NGX_TICKET_TMP_DIR;
    }

    (void) snprintf(name, 8, "%02x/", (unsigned) dir - 1);

    return name;
}


/*
 * Whether it is named after a process that is not there any more; which is
 * not known of a process whose number another has got.
 */
static ngx_uint_t
ngx_ticket_file_abandoned(const char *name)
{
    char  *end;
    long   pid;

    pid = strtol(name, &end, 10);

    return end != name && *end == '.' && pid > 0 && pid == (pid_t) pid
           && kill((pid_t) pid, 0) == -1 && ngx_errno == NGX_ESRCH;
}


static ngx_uint_t
ngx_ticket_file_listed(ngx_ticket_file_t *file, int dir, const char *name)
{
    struct stat  st;

    if (name[0] == '.'
        || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1
        || !S_ISREG(st.st_mode))
    {
        return 0;
    }

    /* the time of the inode: a rename is a sign of life, too */

    return (st.st_mtime < file->before && st.st_ctime < file->before)
           || (file->place.dir == 0 && ngx_ticket_file_abandoned(name));
}


/* Of the directory at hand, what is left of it and fits; 1: all of it. */
static ngx_uint_t
ngx_ticket_file_list_dir(ngx_ticket_file_t *file, const char *name,
    ngx_uint_t *looks)
{
    int             n;
    DIR            *dir = file->place.stream;
    struct dirent  *de;

    while (*looks < NGX_TICKET_FILES_LOOK_MAX
           && file->count < NGX_TICKET_FILES_LIST_MAX)
    {
        de = readdir(dir);
        if (de == NULL) {
            return 1;
        }

        (*looks)++;

        if (!ngx_ticket_file_listed(file, dirfd(dir), de->d_name)) {
            continue;
        }

        n = snprintf(file->names[file->count], TKT_BLOB_FILE_MAX_BYTES,
                     "%s%s", name, de->d_name);

        if (n > 0 && n < TKT_BLOB_FILE_MAX_BYTES) {
            file->count++;
        }
    }

    return 0;
}


/* A directory that is left in the middle stays open, to go on there. */
static void
ngx_ticket_file_do_list(ngx_ticket_file_t *file)
{
    char                       room[8];
    const char                *name;
    ngx_uint_t                 looks;
    ngx_ticket_files_place_t  *place = &file->place;

    for (looks = 0; place->dir < NGX_TICKET_FILES_DIRS; place->dir++) {

        name = ngx_ticket_file_dir(place->dir, room);

        if (place->stream == NULL) {
            place->stream = opendir(ngx_ticket_file_path(file, name));
        }

        if (place->stream != NULL
            && !ngx_ticket_file_list_dir(file, name, &looks))
        {
            return;
        }

        ngx_ticket_files_leave(place);
    }
}


static void (*const  ngx_ticket_file_jobs[])(ngx_ticket_file_t *file) = {
    [NGX_TICKET_FILE_SEAL] = ngx_ticket_file_do_seal,
    [NGX_TICKET_FILE_REMOVE] = ngx_ticket_file_do_remove,
    [NGX_TICKET_FILE_LIST] = ngx_ticket_file_do_list
};


static void
ngx_ticket_file_work(void *obj)
{
    ngx_ticket_file_t  *file = obj;

    ngx_ticket_file_jobs[file->job](file);
}


/* What was to be sealed nobody waits for any more. */
static void
ngx_ticket_file_drop(void *obj)
{
    ngx_ticket_file_t  *file = obj;

    if (file->job != NGX_TICKET_FILE_LIST) {
        ngx_ticket_file_do_remove(file);
    }

    ngx_ticket_file_free(file);
}
