/*
 * A copy of exactly the bytes, so that ASan sees a read past them.
 */

#ifndef EXACT_H
#define EXACT_H


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/tkt_base.h"


static inline tkt_str_t
exact_copy(const void *data, size_t len)
{
    uint8_t  *copy;

    copy = malloc(len == 0 ? 1 : len);
    assert_non_null(copy);
    memcpy(copy, data, len);

    return (tkt_str_t) { copy, len };
}


static inline void
exact_free(tkt_str_t s)
{
    free((void *) (uintptr_t) s.data);
}


#endif /* EXACT_H */
