/*
 * Reading and replacing a file of master keys.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ticketctl/tkt_ctl_key.h"


#define TKT_CTL_KEY_PATH_BYTES  4096


/* A file of root's that is open to others has been read by them. */
static int
tkt_ctl_key_check(const char *path, const struct stat *st)
{
    if (!S_ISREG(st->st_mode)) {
        return tkt_ctl_error("\"%s\" is not a regular file", path);
    }

    if (st->st_mode & (S_IRWXG | S_IRWXO)) {
        return tkt_ctl_error("\"%s\" has mode %03o, it needs 600: a key that "
                             "others could read is to be replaced", path,
                             (unsigned) (st->st_mode & 0777));
    }

    if (st->st_size > TKT_KEY_FILE_MAX_BYTES) {
        return tkt_ctl_error("\"%s\" is too large for a key file", path);
    }

    return TKT_CTL_OK;
}


static int
tkt_ctl_key_parse(tkt_ctl_t *ctl, tkt_ctl_keys_t *k)
{
    char  fault[256];

    k->ring = tkt_keyring_parse(k->text, fault, sizeof(fault));

    return k->ring != NULL ? TKT_CTL_OK
                           : tkt_ctl_error("\"%s\": %s", k->path, fault);
}


int
tkt_ctl_key_read(tkt_ctl_t *ctl, tkt_ctl_keys_t *k)
{
    int          rc;
    ssize_t      n;
    uint8_t     *p;
    struct stat  st;

    *k = (tkt_ctl_keys_t) { .path = ctl->values[TKT_CTL_KEY_FILE], .fd = -1 };
    tkt_arena_keep_secrets(&ctl->arena);

    k->fd = open(k->path, O_RDWR | O_CLOEXEC | O_NONBLOCK);

    if (k->fd == -1 && (errno == EACCES || errno == EROFS)) {
        k->fd = open(k->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    }

    if (k->fd == -1 || fstat(k->fd, &st) != 0) {
        return tkt_ctl_error("cannot open \"%s\": %s", k->path,
                             strerror(errno));
    }

    rc = tkt_ctl_key_check(k->path, &st);
    if (rc != TKT_CTL_OK) {
        return rc;
    }

    p = tkt_arena_bytes(&ctl->arena, (size_t) st.st_size + 1);
    n = (p == NULL) ? -1 : read(k->fd, p, (size_t) st.st_size);

    if (n != st.st_size) {
        return tkt_ctl_error("cannot read \"%s\"", k->path);
    }

    k->text = (tkt_str_t) { p, (size_t) n };

    return tkt_ctl_key_parse(ctl, k);
}


void
tkt_ctl_key_done(tkt_ctl_keys_t *k)
{
    tkt_keyring_free(k->ring);

    if (k->fd != -1) {
        (void) close(k->fd);
    }
}


static bool
tkt_ctl_key_write_all(int fd, tkt_str_t text)
{
    return write(fd, text.data, text.len) == (ssize_t) text.len
           && fsync(fd) == 0;
}


/* Makes a rename in the directory of a path durable. */
static void
tkt_ctl_key_sync_dir(const char *path)
{
    int          fd;
    char         dir[TKT_CTL_KEY_PATH_BYTES];
    const char  *slash;

    slash = strrchr(path, '/');
    (void) snprintf(dir, sizeof(dir), "%.*s",
                    slash == NULL ? 1 : slash == path ? 1
                                                      : (int) (slash - path),
                    slash == NULL ? "." : path);

    fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd != -1) {
        (void) fsync(fd);
        (void) close(fd);
    }
}


int
tkt_ctl_key_replace(tkt_ctl_keys_t *k, tkt_str_t text)
{
    int          fd, err;
    bool         good;
    char         path[TKT_CTL_KEY_PATH_BYTES], made[TKT_CTL_KEY_PATH_BYTES];
    struct stat  st;

    if (realpath(k->path, path) == NULL) {
        (void) snprintf(path, sizeof(path), "%s", k->path);
    }

    if ((size_t) snprintf(made, sizeof(made), "%s.new", path)
        >= sizeof(made))
    {
        return tkt_ctl_error("the name \"%s\" is too long", path);
    }

    fd = open(made, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd == -1) {
        return tkt_ctl_error("cannot make \"%s\": %s%s", made,
                             strerror(errno), errno == EEXIST
                             ? "; another ticketctl is at work, or one was "
                               "ended in the middle: then remove it" : "");
    }

    good = (k->fd == -1 || (fstat(k->fd, &st) == 0
                            && fchown(fd, st.st_uid, st.st_gid) == 0))
           && tkt_ctl_key_write_all(fd, text) && rename(made, path) == 0;
    err = errno;
    (void) close(fd);

    if (!good) {
        (void) unlink(made);
        return tkt_ctl_error("cannot write \"%s\": %s", path, strerror(err));
    }

    tkt_ctl_key_sync_dir(path);

    return TKT_CTL_OK;
}


void
tkt_ctl_key_overwrite(tkt_ctl_keys_t *k)
{
    uint8_t    *zeros;
    tkt_str_t   text;

    zeros = calloc(1, k->text.len + 1);
    text = (tkt_str_t) { zeros, k->text.len };

    if (zeros == NULL || lseek(k->fd, 0, SEEK_SET) != 0
        || !tkt_ctl_key_write_all(k->fd, text))
    {
        (void) tkt_ctl_error("warning: the old file could not be "
                             "overwritten");
    }

    free(zeros);
}
