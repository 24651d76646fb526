/*
 * The words every layer shares: byte slices, bit helpers, assertions.
 * Nothing here allocates, logs or knows of nginx.
 */

#ifndef TKT_BASE_H
#define TKT_BASE_H


#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>


/* A borrowed slice of bytes, no NUL at its end; data may be NULL if len = 0. */
typedef struct {
    const uint8_t  *data;
    size_t          len;
} tkt_str_t;


#define tkt_lit(s)      { (const uint8_t *) (s), sizeof(s) - 1 }
#define tkt_str(s)      ((tkt_str_t) tkt_lit(s))
#define tkt_array_len(a)  (sizeof(a) / sizeof((a)[0]))
#define tkt_bit(n)      (UINT64_C(1) << (n))


static inline tkt_str_t
tkt_str_z(const char *z)
{
    tkt_str_t  s;

    s.data = (const uint8_t *) z;
    s.len = (z == NULL) ? 0 : strlen(z);

    return s;
}


static inline bool
tkt_str_eq(tkt_str_t a, tkt_str_t b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}


#endif /* TKT_BASE_H */
