/*
 * Memory that ends: a lender of so many blocks for an arena, and one of none.
 */

#ifndef LENDER_H
#define LENDER_H


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>


#define LENT_MAX  4096

/* `skew` moves each block off malloc's alignment. */
typedef struct {
    void    *blocks[LENT_MAX];
    size_t   sizes[LENT_MAX];
    size_t   count;
    size_t   allowed;
    size_t   skew;
} lender_t;


static inline void *
lend(void *data, size_t bytes)
{
    lender_t  *l = data;

    if (l->count == l->allowed) {
        return NULL;
    }

    assert_true(l->count < LENT_MAX);

    l->blocks[l->count] = malloc(bytes + l->skew);
    l->sizes[l->count] = bytes;
    assert_non_null(l->blocks[l->count]);

    return (uint8_t *) l->blocks[l->count++] + l->skew;
}


static inline void
lender_free(lender_t *l)
{
    while (l->count > 0) {
        free(l->blocks[--l->count]);
    }
}


static inline void *
no_memory(void *data, size_t bytes)
{
    return NULL;
}


#endif /* LENDER_H */
