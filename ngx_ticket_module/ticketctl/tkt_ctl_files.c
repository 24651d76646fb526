/*
 * Files of attachments beside their records: each content has its file, of
 * the right size and, when that is asked for, the right bytes; what has no
 * record is told of and is no fault, since a server removes it after a day.
 *
 * Other than the store's own two files these may be opened: LMDB holds no
 * locks on them.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/file/tkt_blobs.h"
#include "crypto/tkt_crypto.h"
#include "ticketctl/tkt_ctl.h"
#include "ticketctl/tkt_ctl_files.h"


#define TKT_CTL_READ_BYTES   65536

/* Missing ones that are looked up again; more are faults at once. */
#define TKT_CTL_MISSING_MAX  64


typedef struct {
    tkt_ctl_t             *ctl;
    tkt_verify_report_t    report;
    tkt_verify_figures_t  *figures;
    int                    dir;             /* of files; -1: there is none   */
    size_t                 missing_count;
    char                   missing[TKT_CTL_MISSING_MAX]
                                  [TKT_BLOB_FILE_MAX_BYTES];
} tkt_ctl_files_t;


static void
tkt_ctl_file_fault(tkt_ctl_files_t *f, const char *name, const char *why)
{
    char  line[TKT_BLOB_FILE_MAX_BYTES + 160];

    (void) snprintf(line, sizeof(line), "files: %s %s", name, why);
    f->figures->faults++;
    f->report(f->ctl, line);
}


/* Whether its bytes are those that its name tells of. */
static bool
tkt_ctl_file_hash(int fd, tkt_str_t name)
{
    uint8_t           bytes[TKT_CTL_READ_BYTES], found[TKT_HASH_BYTES];
    uint8_t           named[TKT_HASH_BYTES];
    ssize_t           n;
    tkt_hash_state_t  hash;

    tkt_hash_begin(&hash);

    while ((n = read(fd, bytes, sizeof(bytes))) > 0) {
        tkt_hash_add(&hash, (tkt_str_t) { bytes, (size_t) n });
    }

    tkt_hash_end(&hash, found);

    return n == 0 && name.len > 3 + TKT_HASH_HEX_CHARS
           && tkt_hash_from_hex((tkt_str_t) { name.data + 3,
                                              TKT_HASH_HEX_CHARS }, named)
           && memcmp(found, named, sizeof(found)) == 0;
}


/* A server may have removed it since the snapshot was taken. */
static void
tkt_ctl_file_missing(tkt_ctl_files_t *f, const char *name)
{
    if (f->missing_count == TKT_CTL_MISSING_MAX) {
        tkt_ctl_file_fault(f, name, "is missing");
        return;
    }

    (void) snprintf(f->missing[f->missing_count++], TKT_BLOB_FILE_MAX_BYTES,
                    "%s", name);
}


static tkt_status_t
tkt_ctl_file_again(tkt_ctl_files_t *f)
{
    size_t        i;
    tkt_status_t  status;

    tkt_txn_reset(f->ctl->read);
    status = tkt_txn_renew(f->ctl->read);

    for (i = 0; i < f->missing_count && status == TKT_OK; i++) {
        if (tkt_app_file_used(f->ctl->read, tkt_str_z(f->missing[i]))) {
            tkt_ctl_file_fault(f, f->missing[i], "is missing");
        }
    }

    return status;
}


/* The file of a content. */
static bool
tkt_ctl_file_check(void *ctx, tkt_str_t file, uint64_t bytes)
{
    int               fd;
    char              name[TKT_BLOB_FILE_MAX_BYTES];
    struct stat       st;
    tkt_ctl_files_t  *f = ctx;

    (void) snprintf(name, sizeof(name), "%.*s", (int) file.len,
                    (const char *) file.data);

    fd = (f->dir == -1) ? -1 : openat(f->dir, name,
                                      O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

    if (fd == -1 || fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
        tkt_ctl_file_missing(f, name);

    } else if ((uint64_t) st.st_size != bytes) {
        tkt_ctl_file_fault(f, name, "has another size than its record says");

    } else if (tkt_ctl_has(f->ctl, HASHES) && !tkt_ctl_file_hash(fd, file)) {
        tkt_ctl_file_fault(f, name, "has other bytes than were uploaded");
    }

    if (fd != -1) {
        (void) close(fd);
    }

    return true;
}


/* Files of one directory that no content has. */
static uint64_t
tkt_ctl_orphans_in(tkt_ctl_files_t *f, const char *dir)
{
    int             fd;
    DIR            *d;
    char            name[2 * NAME_MAX + 4];
    uint64_t        n;
    struct dirent  *de;

    fd = openat(f->dir, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    d = (fd == -1) ? NULL : fdopendir(fd);

    if (d == NULL) {
        return 0;
    }

    for (n = 0; (de = readdir(d)) != NULL; /* void */) {

        if (de->d_name[0] == '.') {
            continue;
        }

        (void) snprintf(name, sizeof(name), "%s/%s", dir, de->d_name);
        n += !tkt_app_file_used(f->ctl->read, tkt_str_z(name));
    }

    (void) closedir(d);

    return n;
}


static uint64_t
tkt_ctl_orphans(tkt_ctl_files_t *f)
{
    int             fd;
    DIR            *d;
    uint64_t        n;
    struct dirent  *de;

    fd = (f->dir == -1) ? -1 : dup(f->dir);
    d = (fd == -1) ? NULL : fdopendir(fd);

    if (d == NULL) {
        return 0;
    }

    for (n = 0; (de = readdir(d)) != NULL; /* void */) {
        if (de->d_name[0] != '.') {
            n += tkt_ctl_orphans_in(f, de->d_name);
        }
    }

    (void) closedir(d);

    return n;
}


tkt_status_t
tkt_ctl_verify_files(tkt_ctl_t *ctl, tkt_verify_report_t report,
    tkt_verify_figures_t *figures, uint64_t *orphans)
{
    char             path[PATH_MAX];
    tkt_status_t     status;
    tkt_ctl_files_t  f = {
        .ctl = ctl, .report = report, .figures = figures, .dir = -1,
    };

    *orphans = 0;

    if (snprintf(path, sizeof(path), "%s/files",
                 ctl->values[TKT_CTL_STORE]) < (int) sizeof(path))
    {
        f.dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }

    status = tkt_app_files(ctl->read, tkt_ctl_file_check, &f);

    if (status == TKT_OK) {
        *orphans = tkt_ctl_orphans(&f);
        status = tkt_ctl_file_again(&f);
    }

    if (f.dir != -1) {
        (void) close(f.dir);
    }

    return status;
}
