/*
 * Keys: numbers big-endian, so that byte order is sort order.  A key that
 * grows past TKT_KEY_MAX_BYTES keeps its first bytes and the impossible
 * length TKT_KEY_MAX_BYTES + 1: no get finds it and no put takes it.
 */

#include "store/tkt_store.h"


void
tkt_key_start(tkt_key_t *k)
{
    k->len = 0;
}


/* A number's length is known where this is compiled in: a copy is a store. */
static inline __attribute__((always_inline)) void
tkt_key_add(tkt_key_t *k, const void *bytes, size_t len)
{
    size_t  room;

    room = sizeof(k->data) - k->len;

    if (len <= room) {
        memcpy(k->data + k->len, bytes, len);
        k->len = (uint16_t) (k->len + len);
        return;
    }

    memcpy(k->data + k->len, bytes, room);
    k->len = sizeof(k->data);
}


void
tkt_key_u8(tkt_key_t *k, uint8_t v)
{
    tkt_key_add(k, &v, 1);
}


void
tkt_key_u16(tkt_key_t *k, uint16_t v)
{
    v = __builtin_bswap16(v);
    tkt_key_add(k, &v, sizeof(v));
}


void
tkt_key_u32(tkt_key_t *k, uint32_t v)
{
    v = __builtin_bswap32(v);
    tkt_key_add(k, &v, sizeof(v));
}


void
tkt_key_u64(tkt_key_t *k, uint64_t v)
{
    v = __builtin_bswap64(v);
    tkt_key_add(k, &v, sizeof(v));
}


void
tkt_key_bytes(tkt_key_t *k, tkt_str_t s)
{
    if (s.len != 0) {
        tkt_key_add(k, s.data, s.len);
    }
}


void
tkt_unkey_start(tkt_unkey_t *u, tkt_str_t key)
{
    u->pos = key.data;
    u->end = (key.len == 0) ? key.data : key.data + key.len;
    u->bad = false;
}


static uint64_t
tkt_unkey_take(tkt_unkey_t *u, size_t bytes)
{
    size_t    i;
    uint64_t  v;

    if ((size_t) (u->end - u->pos) < bytes) {
        u->bad = true;
        u->pos = u->end;
        return 0;
    }

    v = 0;

    for (i = 0; i < bytes; i++) {
        v = v << 8 | u->pos[i];
    }

    u->pos += bytes;

    return v;
}


uint8_t
tkt_unkey_u8(tkt_unkey_t *u)
{
    return (uint8_t) tkt_unkey_take(u, sizeof(uint8_t));
}


uint16_t
tkt_unkey_u16(tkt_unkey_t *u)
{
    return (uint16_t) tkt_unkey_take(u, sizeof(uint16_t));
}


uint32_t
tkt_unkey_u32(tkt_unkey_t *u)
{
    return (uint32_t) tkt_unkey_take(u, sizeof(uint32_t));
}


uint64_t
tkt_unkey_u64(tkt_unkey_t *u)
{
    uint64_t  v;

    if ((size_t) (u->end - u->pos) < sizeof(v)) {
        return tkt_unkey_take(u, sizeof(v));
    }

    memcpy(&v, u->pos, sizeof(v));
    u->pos += sizeof(v);

    return __builtin_bswap64(v);
}
