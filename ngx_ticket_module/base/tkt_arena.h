/*
 * A bump allocator over blocks from a lender (malloc, or an nginx pool).
 * Nothing is freed singly.  The first failure sets `failed`, which stays;
 * callers may check once at the end.
 */

#ifndef TKT_ARENA_H
#define TKT_ARENA_H


#include "base/tkt_base.h"


typedef void *(*tkt_arena_lend_t)(void *lender, size_t bytes);

typedef struct tkt_arena_block_s  tkt_arena_block_t;

/*
 * Blocks that were given back and wait for the next arena that is created, of
 * one thread: commands come and go by the thousand, and blocks as large as
 * theirs cost malloc much.
 */
typedef struct {
    void      *first;               /* linked by their first word */
    unsigned   count;
    unsigned   count_max;           /* more are freed             */
} tkt_arena_blocks_t;

/* Those of a command with a body of usual size, the arena included. */
#define TKT_ARENA_KEPT_BYTES  16384

typedef struct {
    uint8_t            *pos;
    uint8_t            *end;
    tkt_arena_lend_t    lend;       /* NULL: malloc */
    void               *lender;
    tkt_arena_block_t  *blocks;     /* malloc'ed blocks, freed by done, and
                                       lent ones that are to be wiped        */
    uint8_t            *first;      /* memory that is no block of the list,
                                       to be wiped: the own block of a created
                                       arena, the rest of a lent one         */
    uint8_t            *first_end;
    tkt_arena_blocks_t *home;       /* of a created arena; NULL: malloc */
    size_t              block_bytes;
    bool                failed;
    bool                wipe;       /* blocks hold secrets: overwritten before
                                       they are given back                   */
} tkt_arena_t;


/*
 * Prepares an arena that takes blocks of at least block_bytes from malloc;
 * nothing is allocated yet.  tkt_arena_done frees them all.
 */
void tkt_arena_init(tkt_arena_t *a, size_t block_bytes);

/*
 * The same over a lender that frees its blocks itself (a request pool) and
 * aligns them to 8.
 */
void tkt_arena_init_lent(tkt_arena_t *a, size_t block_bytes,
    tkt_arena_lend_t lend, void *lender);

/*
 * An arena that lives in its own first block, so that one malloc carries a
 * whole command; NULL if there is no memory.  Freed by tkt_arena_destroy.
 */
tkt_arena_t *tkt_arena_create(size_t block_bytes);
void tkt_arena_destroy(tkt_arena_t *a);

/*
 * The same from blocks, where they are not NULL and it fits one of them; to be
 * destroyed by the same thread, while they are still there.
 */
tkt_arena_t *tkt_arena_create_kept(size_t block_bytes,
    tkt_arena_blocks_t *blocks);

/*
 * Frees what was allocated; the arena may then be used again, but `failed`
 * stays as it is.
 */
void tkt_arena_done(tkt_arena_t *a);

/*
 * From now on the arena holds secrets: tkt_arena_done and tkt_arena_destroy
 * overwrite what was handed out before they give it back.  What was handed out
 * of lent memory before this is not known and stays as it is.
 */
void tkt_arena_keep_secrets(tkt_arena_t *a);

/*
 * Overwrites what was handed out by an arena that keeps secrets, for a lender
 * who frees it himself: to be called when nobody reads it any more (in the
 * cleanup of a request pool) and before it is freed.  What was never handed
 * out is left alone.
 */
void tkt_arena_wipe(tkt_arena_t *a);

/*
 * Gives back the end of the memory that was handed out last, from `end` on.  It
 * must hold no secret.
 */
static inline void
tkt_arena_give_back(tkt_arena_t *a, uint8_t *end)
{
    a->pos = end;
}


/* Overwrites n bytes, also where a compiler would not bother. */
void tkt_arena_overwrite(void *p, size_t n);

/* The slow path of the two functions at the end of this file. */
void *tkt_arena_grow(tkt_arena_t *a, size_t bytes);

/* bytes aligned to 8, zeroed; NULL and `failed` set if there is no memory. */
void *tkt_arena_zalloc(tkt_arena_t *a, size_t bytes);

/* A copy of s in the arena; empty (data NULL) if there is no memory. */
tkt_str_t tkt_arena_copy(tkt_arena_t *a, tkt_str_t s);

/* printf into the arena; empty (data NULL) if there is no memory. */
tkt_str_t tkt_arena_printf(tkt_arena_t *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));


/*
 * bytes aligned to 8, uninitialised; NULL and `failed` set if there is no
 * memory.  Zero bytes give a pointer too.
 */
static inline void *
tkt_arena_alloc(tkt_arena_t *a, size_t bytes)
{
    size_t    pad;
    uint8_t  *p;

    pad = -(uintptr_t) a->pos & 7;

    /* `end` is aligned, so the padding fits; 0 bytes wrap to the slow path */

    if (bytes - 1 < (size_t) (a->end - a->pos) - pad) {
        p = a->pos + pad;
        a->pos = p + bytes;
        return p;
    }

    return tkt_arena_grow(a, bytes);
}


/* bytes without alignment, for text; otherwise the same. */
static inline uint8_t *
tkt_arena_bytes(tkt_arena_t *a, size_t bytes)
{
    uint8_t  *p;

    if (bytes - 1 < (size_t) (a->end - a->pos)) {
        p = a->pos;
        a->pos = p + bytes;
        return p;
    }

    return tkt_arena_grow(a, bytes);
}


#endif /* TKT_ARENA_H */
