/*
 * The slow side of the arena: taking blocks.  A malloc'ed block starts with
 * its link in the list that done walks; a lent one has no header, because
 * its lender frees it, unless it must be found again to be overwritten.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/tkt_arena.h"


#define TKT_ARENA_ALIGN_BYTES      8
#define TKT_ARENA_BLOCK_MIN_BYTES  64


struct tkt_arena_block_s {
    tkt_arena_block_t  *next;
    uint64_t            bytes;
};

_Static_assert(sizeof(tkt_arena_block_t) % TKT_ARENA_ALIGN_BYTES == 0,
               "what follows a block's header must be aligned");
_Static_assert(sizeof(tkt_arena_t) % TKT_ARENA_ALIGN_BYTES == 0,
               "what follows a created arena must be aligned");
_Static_assert(TKT_ARENA_KEPT_BYTES % TKT_ARENA_ALIGN_BYTES == 0,
               "so must be its end");


static size_t
tkt_arena_round(size_t bytes)
{
    return (bytes + TKT_ARENA_ALIGN_BYTES - 1)
           & ~(size_t) (TKT_ARENA_ALIGN_BYTES - 1);
}


void
tkt_arena_init_lent(tkt_arena_t *a, size_t block_bytes, tkt_arena_lend_t lend,
    void *lender)
{
    if (block_bytes < TKT_ARENA_BLOCK_MIN_BYTES) {
        block_bytes = TKT_ARENA_BLOCK_MIN_BYTES;
    }

    a->pos = NULL;
    a->end = NULL;
    a->lend = lend;
    a->lender = lender;
    a->blocks = NULL;
    a->first = NULL;
    a->first_end = NULL;
    a->home = NULL;
    a->block_bytes = tkt_arena_round(block_bytes);
    a->failed = false;
    a->wipe = false;
}


void
tkt_arena_init(tkt_arena_t *a, size_t block_bytes)
{
    tkt_arena_init_lent(a, block_bytes, NULL, NULL);
}


tkt_arena_t *
tkt_arena_create(size_t block_bytes)
{
    return tkt_arena_create_kept(block_bytes, NULL);
}


static void *
tkt_arena_block(size_t bytes, tkt_arena_blocks_t *home)
{
    void  *block;

    if (home == NULL || home->count == 0) {
        return malloc(bytes);
    }

    block = home->first;
    home->first = *(void **) block;
    home->count--;

    return block;
}


tkt_arena_t *
tkt_arena_create_kept(size_t block_bytes, tkt_arena_blocks_t *blocks)
{
    size_t        bytes;
    tkt_arena_t  *a, init;

    tkt_arena_init(&init, block_bytes);
    bytes = sizeof(tkt_arena_t) + init.block_bytes;

    if (bytes > TKT_ARENA_KEPT_BYTES) {
        blocks = NULL;

    } else if (blocks != NULL) {
        bytes = TKT_ARENA_KEPT_BYTES;
    }

    a = tkt_arena_block(bytes, blocks);
    if (a == NULL) {
        return NULL;
    }

    *a = init;
    a->home = blocks;
    a->pos = (uint8_t *) a + sizeof(tkt_arena_t);
    a->end = (uint8_t *) a + bytes;
    a->first = a->pos;
    a->first_end = a->end;

    return a;
}


void
tkt_arena_keep_secrets(tkt_arena_t *a)
{
    if (a->wipe) {
        return;
    }

    a->wipe = true;

    /* the rest of a lent block would be filled and never found again */

    if (a->lend != NULL) {
        a->first = a->pos;
        a->first_end = a->end;
    }
}


void
tkt_arena_overwrite(void *p, size_t n)
{
    explicit_bzero(p, n);
}


/*
 * The block in use is overwritten as far as it was handed out: most of it was
 * never touched, and need not be fetched into the cache for this.
 */
static void
tkt_arena_wipe_block(const tkt_arena_t *a, uint8_t *start, uint8_t *end)
{
    if (end == a->end) {
        end = a->pos;
    }

    tkt_arena_overwrite(start, (size_t) (end - start));
}


void
tkt_arena_wipe(tkt_arena_t *a)
{
    uint8_t            *start;
    tkt_arena_block_t  *block;

    if (!a->wipe) {
        return;
    }

    if (a->first != NULL) {
        tkt_arena_wipe_block(a, a->first, a->first_end);
    }

    for (block = a->blocks; block != NULL; block = block->next) {
        start = (uint8_t *) (block + 1);
        tkt_arena_wipe_block(a, start, start + block->bytes);
    }
}


void
tkt_arena_done(tkt_arena_t *a)
{
    tkt_arena_block_t  *block, *next;

    tkt_arena_wipe(a);

    for (block = a->blocks; block != NULL && a->lend == NULL; block = next) {
        next = block->next;
        free(block);
    }

    a->blocks = NULL;
    a->first = NULL;
    a->first_end = NULL;
    a->pos = NULL;
    a->end = NULL;
}


void
tkt_arena_destroy(tkt_arena_t *a)
{
    tkt_arena_blocks_t  *home;

    if (a == NULL) {
        return;
    }

    tkt_arena_done(a);
    home = a->home;

    if (home == NULL || home->count >= home->count_max) {
        free(a);
        return;
    }

    *(void **) (void *) a = home->first;
    home->first = a;
    home->count++;
}


/* A fresh block of exactly bytes, a multiple of the alignment. */
static uint8_t *
tkt_arena_take(tkt_arena_t *a, size_t bytes)
{
    tkt_arena_block_t  *block;

    if (a->lend == NULL) {
        block = malloc(sizeof(tkt_arena_block_t) + bytes);

    } else {
        block = a->lend(a->lender,
                        bytes + (a->wipe ? sizeof(tkt_arena_block_t) : 0));

        /* the fast path counts on it, so no memory is better than odd one */

        if ((uintptr_t) block % TKT_ARENA_ALIGN_BYTES != 0) {
            return NULL;
        }

        if (!a->wipe) {
            return (uint8_t *) block;
        }
    }

    if (block == NULL) {
        return NULL;
    }

    block->next = a->blocks;
    block->bytes = bytes;
    a->blocks = block;

    return (uint8_t *) block + sizeof(tkt_arena_block_t);
}


void *
tkt_arena_grow(tkt_arena_t *a, size_t bytes)
{
    size_t    need;
    uint8_t  *p;

    if (bytes > SIZE_MAX / 2) {
        a->failed = true;
        return NULL;
    }

    /* nothing fits anywhere, and `end` is aligned */

    if (bytes == 0 && a->pos != NULL) {
        return a->pos + (-(uintptr_t) a->pos & (TKT_ARENA_ALIGN_BYTES - 1));
    }

    need = tkt_arena_round(bytes == 0 ? 1 : bytes);

    if (need >= a->block_bytes) {

        /* a block of its own, so that the rest of this one is not lost */

        p = tkt_arena_take(a, need);
        if (p == NULL) {
            a->failed = true;
        }

        return p;
    }

    p = tkt_arena_take(a, a->block_bytes);
    if (p == NULL) {
        a->failed = true;
        return NULL;
    }

    a->pos = p + bytes;
    a->end = p + a->block_bytes;

    return p;
}


void *
tkt_arena_zalloc(tkt_arena_t *a, size_t bytes)
{
    void  *p;

    p = tkt_arena_alloc(a, bytes);
    if (p != NULL) {
        memset(p, 0, bytes);
    }

    return p;
}


tkt_str_t
tkt_arena_copy(tkt_arena_t *a, tkt_str_t s)
{
    uint8_t    *p;
    tkt_str_t   copy;

    p = tkt_arena_bytes(a, s.len);

    if (p != NULL && s.len != 0) {
        memcpy(p, s.data, s.len);
    }

    copy.data = p;
    copy.len = (p == NULL) ? 0 : s.len;

    return copy;
}


tkt_str_t
tkt_arena_printf(tkt_arena_t *a, const char *fmt, ...)
{
    int         n;
    size_t      room;
    va_list     args;
    uint8_t    *p;
    tkt_str_t   s = { NULL, 0 };

    room = (size_t) (a->end - a->pos);

    va_start(args, fmt);
    n = vsnprintf((char *) a->pos, room, fmt, args);
    va_end(args);

    if (n < 0) {
        a->failed = true;
        return s;
    }

    if ((size_t) n < room) {
        s.data = a->pos;
        s.len = (size_t) n;
        a->pos += n;
        return s;
    }

    /* what it has written as far as there was room was not handed out */

    if (a->wipe && room > 0) {
        tkt_arena_overwrite(a->pos, room);
    }

    /* the NUL that printf writes needs a byte too */

    p = tkt_arena_bytes(a, (size_t) n + 1);
    if (p == NULL) {
        return s;
    }

    va_start(args, fmt);
    (void) vsnprintf((char *) p, (size_t) n + 1, fmt, args);
    va_end(args);

    s.data = p;
    s.len = (size_t) n;

    return s;
}
