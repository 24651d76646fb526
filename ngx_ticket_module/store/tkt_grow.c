/*
 * The data file is kept a little longer than its pages, in blocks that are
 * written and not only reserved.  A commit whose pages lie beyond the end of
 * the file makes the file system commit its journal as well, to give them
 * blocks and the file a new size, and that may cost as much as the pages'
 * own sync.  So it is paid for many commits at once.
 */

#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "store/tkt_store_int.h"


/* What the pages of one transaction hardly exceed. */
#define TKT_GROW_ROOM_BYTES   (256 * 1024)

/* A small store grows by little: by an eighth, between these. */
#define TKT_GROW_MIN_BYTES    (256 * 1024)
#define TKT_GROW_MAX_BYTES    (1024 * 1024)
#define TKT_GROW_SHARE        8

#define TKT_GROW_PIECE_BYTES  4096


static uint64_t
tkt_grow_step(uint64_t bytes)
{
    uint64_t  step = bytes / TKT_GROW_SHARE;

    if (step < TKT_GROW_MIN_BYTES) {
        return TKT_GROW_MIN_BYTES;
    }

    return (step < TKT_GROW_MAX_BYTES) ? step : TKT_GROW_MAX_BYTES;
}


/*
 * Zeros from the end of the file on.  A full disk or a quota may refuse them:
 * then the commit itself will tell, as soon as it needs the room.
 */
static void
tkt_grow_write(int fd, uint64_t end, uint64_t bytes)
{
    int                   n;
    struct iovec          pieces[TKT_GROW_MAX_BYTES / TKT_GROW_PIECE_BYTES];
    static const uint8_t  zeros[TKT_GROW_PIECE_BYTES];

    for (n = 0; bytes >= TKT_GROW_PIECE_BYTES; n++) {
        pieces[n].iov_base = (void *) (uintptr_t) zeros;
        pieces[n].iov_len = TKT_GROW_PIECE_BYTES;
        bytes -= TKT_GROW_PIECE_BYTES;
    }

    if (n > 0 && pwritev(fd, pieces, n, (off_t) end) == -1) {
        return;
    }
}


void
tkt_grow_ahead(tkt_env_t *env)
{
    int          fd;
    uint64_t     used, end, room, limit;
    MDB_envinfo  info;
    struct stat  st;

    fd = tkt_env_fd(env);
    mdb_env_info(env->mdb, &info);

    if (fd == -1 || fstat(fd, &st) != 0) {
        return;
    }

    used = (info.me_last_pgno + 1) * env->page_bytes;
    end = (uint64_t) st.st_size;
    limit = info.me_mapsize;

    /* LMDB may have been refused the last page of a commit it gave up */

    if (end < used || end % env->page_bytes != 0) {
        return;
    }

    if (end - used >= TKT_GROW_ROOM_BYTES || end >= limit) {
        return;
    }

    room = tkt_grow_step(used);
    room = (room < limit - end) ? room : limit - end;

    tkt_grow_write(fd, end, room);
}
