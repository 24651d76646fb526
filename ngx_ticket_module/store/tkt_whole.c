/*
 * Is every page there that the store leads to?
 *
 * LMDB maps its file and trusts it: a page beyond the file's end kills the
 * process (SIGBUS), and the next one, and so on.  A file may well be shorter
 * than its last page number says, because pages that were taken and freed in
 * one transaction are never written; such pages stand in the list of free
 * ones.  So for a short file that list is read, with pread and not through
 * the map, and must name every page that is missing.
 *
 * The structs are those of LMDB's file format, version 1 (mdb.c, MDB_page,
 * MDB_meta, MDB_node), in the byte order and word size of the machine, which
 * LMDB has checked by then.
 */

#include "store/tkt_store_int.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>


#define TKT_WHOLE_TRIES       8
#define TKT_WHOLE_DEPTH_MAX   32

#define TKT_PAGE_BRANCH       0x01
#define TKT_PAGE_LEAF         0x02
#define TKT_PAGE_OVERFLOW     0x04
#define TKT_NODE_BIG          0x01
#define TKT_NO_PAGE           SIZE_MAX


typedef struct {
    size_t    pgno;
    uint16_t  pad;
    uint16_t  flags;
    uint16_t  lower;               /* end of the offsets that follow         */
    uint16_t  upper;
} tkt_disk_page_t;


typedef struct {
    uint16_t  words[3];            /* low, high, flags, or high, low, flags  */
    uint16_t  key_bytes;
} tkt_disk_node_t;


typedef struct {
    uint32_t  pad;
    uint16_t  flags;
    uint16_t  depth;
    size_t    branch_pages;
    size_t    leaf_pages;
    size_t    overflow_pages;
    size_t    entries;
    size_t    root;
} tkt_disk_db_t;


typedef struct {
    tkt_disk_page_t  head;
    uint32_t         magic;
    uint32_t         version;
    void            *address;
    size_t           map_bytes;
    tkt_disk_db_t    free_list;
    tkt_disk_db_t    main;
    size_t           last_page;
    size_t           txnid;
} tkt_disk_meta_t;


/* Pages from `first` on are missing; is_free[i] tells of page first + i. */
typedef struct {
    int       fd;
    size_t    page_bytes;
    size_t    first;
    size_t    count;
    bool     *is_free;
} tkt_whole_t;


static bool
tkt_whole_read(const tkt_whole_t *w, size_t pgno, size_t offset, void *to,
    size_t bytes)
{
    return pgno < w->first
           && pread(w->fd, to, bytes,
                    (off_t) (pgno * w->page_bytes + offset))
              == (ssize_t) bytes;
}


#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define tkt_node_low(node)   ((size_t) (node)->words[0])
#define tkt_node_high(node)  ((size_t) (node)->words[1])
#else
#define tkt_node_low(node)   ((size_t) (node)->words[1])
#define tkt_node_high(node)  ((size_t) (node)->words[0])
#endif


static size_t
tkt_node_child(const tkt_disk_node_t *node)
{
    size_t  pgno;

    pgno = tkt_node_low(node) | tkt_node_high(node) << 16;

#if SIZE_MAX > UINT32_MAX
    pgno |= (size_t) node->words[2] << 32;
#endif

    return pgno;
}


/* One record of the free list: a count, then so many page numbers. */
static bool
tkt_whole_record(tkt_whole_t *w, const uint8_t *data, size_t bytes)
{
    size_t  i, n, pgno;

    memcpy(&n, data, sizeof(n));

    if (n > bytes / sizeof(size_t) - 1) {
        return false;
    }

    for (i = 1; i <= n; i++) {
        memcpy(&pgno, data + i * sizeof(size_t), sizeof(pgno));

        if (pgno >= w->first && pgno - w->first < w->count) {
            w->is_free[pgno - w->first] = true;
        }
    }

    return true;
}


/* A record that has pages of its own. */
static bool
tkt_whole_big(tkt_whole_t *w, size_t pgno, size_t bytes)
{
    bool              good;
    uint8_t          *data;
    tkt_disk_page_t   head;

    if (!tkt_whole_read(w, pgno, 0, &head, sizeof(head))
        || (head.flags & TKT_PAGE_OVERFLOW) == 0
        || bytes > w->first * w->page_bytes)
    {
        return false;
    }

    data = malloc(bytes);

    good = data != NULL
           && tkt_whole_read(w, pgno, sizeof(head), data, bytes)
           && tkt_whole_record(w, data, bytes);

    free(data);

    return good;
}


static bool
tkt_whole_leaf(tkt_whole_t *w, const uint8_t *page, size_t offset)
{
    size_t           bytes, at, pgno;
    tkt_disk_node_t  node;

    memcpy(&node, page + offset, sizeof(node));

    at = offset + sizeof(node) + node.key_bytes;
    bytes = tkt_node_low(&node) | tkt_node_high(&node) << 16;

    if (bytes < sizeof(size_t) || at + sizeof(pgno) > w->page_bytes) {
        return false;
    }

    if (node.words[2] & TKT_NODE_BIG) {
        memcpy(&pgno, page + at, sizeof(pgno));
        return tkt_whole_big(w, pgno, bytes);
    }

    return at + bytes <= w->page_bytes
           && tkt_whole_record(w, page + at, bytes);
}


/* Walks the tree of the free list; false if it leads out of the file. */
static bool
tkt_whole_walk(tkt_whole_t *w, size_t pgno, unsigned depth)
{
    bool             good;
    size_t           i, n;
    uint8_t         *page;
    uint16_t         offset;
    tkt_disk_node_t  node;
    tkt_disk_page_t  head;

    page = malloc(w->page_bytes);

    if (page == NULL || depth == TKT_WHOLE_DEPTH_MAX
        || !tkt_whole_read(w, pgno, 0, page, w->page_bytes))
    {
        free(page);
        return false;
    }

    memcpy(&head, page, sizeof(head));

    good = head.pgno == pgno && head.lower >= sizeof(head)
           && head.lower <= w->page_bytes
           && (head.flags & (TKT_PAGE_BRANCH | TKT_PAGE_LEAF)) != 0;
    n = good ? (head.lower - sizeof(head)) / sizeof(offset) : 0;

    for (i = 0; i < n && good; i++) {
        memcpy(&offset, page + sizeof(head) + i * sizeof(offset),
               sizeof(offset));

        if (offset + sizeof(node) > w->page_bytes) {
            good = false;

        } else if (head.flags & TKT_PAGE_LEAF) {
            good = tkt_whole_leaf(w, page, offset);

        } else {
            memcpy(&node, page + offset, sizeof(node));
            good = tkt_whole_walk(w, tkt_node_child(&node), depth + 1);
        }
    }

    free(page);

    return good;
}


static bool
tkt_whole_missing(tkt_whole_t *w, const tkt_disk_meta_t *meta)
{
    bool    good;
    size_t  i;

    w->is_free = calloc(w->count, sizeof(bool));

    good = w->is_free != NULL
           && meta->free_list.root != TKT_NO_PAGE
           && tkt_whole_walk(w, meta->free_list.root, 0);

    for (i = 0; i < w->count && good; i++) {
        good = w->is_free[i];
    }

    free(w->is_free);

    return good;
}


/* The meta page of a transaction; false if it has been written over. */
static bool
tkt_whole_meta(int fd, size_t page_bytes, size_t txnid, tkt_disk_meta_t *meta)
{
    unsigned  i;

    for (i = 0; i < 2; i++) {
        if (pread(fd, meta, sizeof(*meta), (off_t) (i * page_bytes))
            == (ssize_t) sizeof(*meta)
            && meta->txnid == txnid)
        {
            return true;
        }
    }

    return false;
}


/*
 * A read transaction keeps the pages of its snapshot from being used again
 * while they are looked at.  Others that commit meanwhile are a sign of
 * health: when the meta page is overtaken again and again, all is well.
 */
bool
tkt_file_is_whole(tkt_env_t *env)
{
    bool             found, whole;
    MDB_txn         *txn;
    unsigned         i;
    tkt_whole_t      w;
    struct stat      st;
    tkt_disk_meta_t  meta;

    memset(&w, 0, sizeof(w));
    w.fd = tkt_env_fd(env);
    w.page_bytes = env->page_bytes;
    whole = true;
    found = false;

    for (i = 0; i < TKT_WHOLE_TRIES && !found; i++) {

        if (mdb_txn_begin(env->mdb, NULL, MDB_RDONLY, &txn) != 0) {
            return true;    /* whoever begins the next one tells why */
        }

        found = tkt_whole_meta(w.fd, w.page_bytes, mdb_txn_id(txn), &meta);

        if (found && fstat(w.fd, &st) == 0) {
            w.first = (size_t) st.st_size / w.page_bytes;

            if (w.first <= meta.last_page) {
                w.count = meta.last_page + 1 - w.first;
                whole = tkt_whole_missing(&w, &meta);
            }
        }

        mdb_txn_abort(txn);
    }

    return whole;
}
