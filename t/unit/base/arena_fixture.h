/*
 * What the tests of the arena share: many allocations from a lender.
 */

#ifndef ARENA_FIXTURE_H
#define ARENA_FIXTURE_H


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <wchar.h>

#include <cmocka.h>

#include "base/tkt_arena.h"
#include "lender.h"


/* Many allocations of all kinds, filled, and all still intact at the end. */
static inline void
check_mixture(tkt_arena_t *a)
{
    enum { N = 3000 };

    size_t     i, j;
    uint8_t   *p[N];
    size_t     n[N];
    tkt_str_t  text;

    for (i = 0; i < N; i++) {
        n[i] = (i * 7919) % (i % 50 == 0 ? 3000 : 90);

        switch (i % 4) {

        case 0:
            p[i] = tkt_arena_alloc(a, n[i]);
            assert_int_equal((uintptr_t) p[i] % 8, 0);
            break;

        case 1:
            p[i] = tkt_arena_bytes(a, n[i]);
            break;

        case 2:
            p[i] = tkt_arena_zalloc(a, n[i]);
            assert_int_equal((uintptr_t) p[i] % 8, 0);

            for (j = 0; j < n[i]; j++) {
                assert_int_equal(p[i][j], 0);
            }

            break;

        default:
            text = tkt_arena_printf(a, "%0*zu", (int) n[i] + 1, i);
            p[i] = (uint8_t *) (uintptr_t) text.data;
            assert_true(text.len > n[i]);
            n[i] = text.len;
        }

        assert_non_null(p[i]);
        memset(p[i], (int) (i & 0xff), n[i]);
    }

    for (i = 0; i < N; i++) {
        for (j = 0; j < n[i]; j++) {
            assert_int_equal(p[i][j], i & 0xff);
        }
    }

    assert_false(a->failed);
}


#endif /* ARENA_FIXTURE_H */
