/*
 * Files of attachments, in the directory `files` of a store:
 *
 *     files/tmp/PID.RANDOM         being written, by this process
 *     files/ab/abcd….RANDOM        complete, durable: hash of its content
 *
 * The random part makes every name one of its own, so that removing a file
 * that is not needed any more cannot hit a new one with the same content.
 * Whether a complete file is in use is for the store's records to say: a file
 * without one is an orphan, and swept a day later.  One whose writer is not
 * there any more is one at once.
 *
 * Writing is the event loop's and goes to the page cache; what waits for the
 * device (sync, rename, remove, listing) is a crew's.  Nobody here logs from
 * a thread.
 */

#ifndef NGX_TICKET_FILES_H
#define NGX_TICKET_FILES_H


#include "worker/ngx_ticket_worker.h"

#include "crypto/tkt_crypto.h"


#define NGX_TICKET_FILES_DIR          "files/"
#define NGX_TICKET_FILE_RANDOM_BYTES  8
#define NGX_TICKET_FILES_LIST_MAX     128

/* Entries that one look at the directories asks the time of. */
#define NGX_TICKET_FILES_LOOK_MAX     20000

/* files/tmp, files/00 … files/ff */
#define NGX_TICKET_FILES_DIRS         257


/* Where a look at all files is; zeroes: at the beginning. */
typedef struct {
    ngx_uint_t  dir;          /* the directory; _DIRS: all were looked at    */
    void       *stream;       /* DIR * of one that is begun; NULL: none is   */
} ngx_ticket_files_place_t;


typedef enum {
    NGX_TICKET_FILE_SEAL = 0,     /* make it durable under its own name      */
    NGX_TICKET_FILE_REMOVE,
    NGX_TICKET_FILE_LIST          /* names of old files                      */
} ngx_ticket_file_job_t;


/* A file, or some; in memory of its own, because threads work on it. */
typedef struct ngx_ticket_file_s  ngx_ticket_file_t;

struct ngx_ticket_file_s {
    ngx_ticket_file_job_t  job;
    int                    fd;             /* -1: not open                   */
    ngx_err_t              err;            /* 0: the job succeeded           */
    const char            *failed;         /* the call that has not          */
    ngx_uint_t             sealed;         /* `name` is where it is          */

    /* while it is written */
    tkt_hash_state_t       hash;
    off_t                  size;
    size_t                 head_len;
    u_char                 head[TKT_MEDIA_HEAD_BYTES];
    u_char                 digest[TKT_HASH_BYTES];
    u_char                 random[NGX_TICKET_FILE_RANDOM_BYTES];

    /* list: where to look, then where it stopped, and what was found */
    ngx_ticket_files_place_t  place;       /* its stream is the file's       */
    time_t                 before;         /* unchanged since                */
    ngx_uint_t             count;
    char                   (*names)[TKT_BLOB_FILE_MAX_BYTES];

    char                   name[TKT_BLOB_FILE_MAX_BYTES];  /* below files/   */
    size_t                 root_len;
    char                   root[];         /* "STORE/files/", with room for
                                              a name behind it               */
};


extern const ngx_ticket_crew_kind_t  ngx_ticket_file_crew;


/*
 * Creates an empty file to be written; its directories are made when they
 * are not there.  NULL: errno in *err.
 */
ngx_ticket_file_t *ngx_ticket_file_create(ngx_ticket_desk_t *desk,
    ngx_err_t *err);

/* Appends and hashes; NGX_ERROR: errno in file->err. */
ngx_int_t ngx_ticket_file_write(ngx_ticket_file_t *file, u_char *p, size_t n);

/*
 * Has the file made durable under the name that its content and `random` give
 * it.  TKT_BUSY: not now, and file is still the caller's.
 */
tkt_status_t ngx_ticket_file_seal(ngx_ticket_desk_t *desk,
    ngx_ticket_file_t *file, ngx_ticket_crew_done_pt done, void *data);

/* Removes a file that is not needed, soon and silently, and frees the rest. */
void ngx_ticket_file_discard(ngx_ticket_desk_t *desk,
    ngx_ticket_file_t *file);

/* Frees the rest; the file stays. */
void ngx_ticket_file_free(ngx_ticket_file_t *file);

/*
 * Has the file of this name removed; it need not exist.  TKT_BUSY: not now.
 * done may be NULL; it is given a file to free.
 */
tkt_status_t ngx_ticket_file_remove(ngx_ticket_desk_t *desk, tkt_str_t name,
    ngx_ticket_crew_done_pt done, void *data);

/*
 * Has at most NGX_TICKET_FILES_LIST_MAX names found, from *place on, of files
 * that have not changed since `before` or whose writer is dead.  TKT_OK: the
 * stream of *place is the job's, and done gets one in file->place, to go on
 * with or to be closed with the file.
 */
tkt_status_t ngx_ticket_file_list(ngx_ticket_desk_t *desk,
    ngx_ticket_files_place_t *place, time_t before,
    ngx_ticket_crew_done_pt done, void *data);

/* Ends a look before its end. */
void ngx_ticket_files_leave(ngx_ticket_files_place_t *place);


#endif /* NGX_TICKET_FILES_H */
