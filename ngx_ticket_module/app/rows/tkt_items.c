/*
 * Lists of short texts; see the header.
 */

#include "app/rows/tkt_items.h"
#include "base/tkt_text.h"


bool
tkt_items_next(tkt_str_t *rest, tkt_str_t *item)
{
    const uint8_t  *p, *end, *quote;

    p = rest->data;
    end = (p == NULL) ? NULL : p + rest->len;

    while (p != end && *p != '"') {
        p++;
    }

    if (p == end) {
        return false;
    }

    p++;
    quote = memchr(p, '"', (size_t) (end - p));

    if (quote == NULL) {
        return false;
    }

    *item = (tkt_str_t) { p, (size_t) (quote - p) };
    *rest = (tkt_str_t) { quote + 1, (size_t) (end - quote - 1) };

    return true;
}


bool
tkt_items_has(tkt_str_t list, tkt_str_t item)
{
    tkt_str_t  one;

    while (tkt_items_next(&list, &one)) {
        if (tkt_str_eq(one, item)) {
            return true;
        }
    }

    return false;
}


size_t
tkt_items_count(tkt_str_t list)
{
    size_t     n;
    tkt_str_t  one;

    for (n = 0; tkt_items_next(&list, &one); n++) { /* void */ }

    return n;
}


static uint8_t *
tkt_items_put(uint8_t *p, tkt_str_t item)
{
    *p++ = ',';
    *p++ = '"';
    memcpy(p, item.data, item.len);
    p += item.len;
    *p++ = '"';

    return p;
}


/* All items but `without`, then `with`; either may be empty. */
static tkt_str_t
tkt_items_copy(tkt_str_t list, tkt_str_t without, tkt_str_t with,
    tkt_arena_t *arena)
{
    uint8_t    *out, *p;
    tkt_str_t   one;

    p = out = tkt_arena_bytes(arena, list.len + with.len + 8);
    if (out == NULL) {
        return tkt_str("");
    }

    while (tkt_items_next(&list, &one)) {
        if (!tkt_str_eq(one, without)) {
            p = tkt_items_put(p, one);
        }
    }

    if (with.len > 0) {
        p = tkt_items_put(p, with);
    }

    if (p == out) {
        return tkt_str("");
    }

    out[0] = '[';
    *p++ = ']';

    return (tkt_str_t) { out, (size_t) (p - out) };
}


tkt_str_t
tkt_items_add(tkt_str_t list, tkt_str_t item, tkt_arena_t *arena)
{
    return tkt_items_has(list, item)
           ? list : tkt_items_copy(list, tkt_str(""), item, arena);
}


tkt_str_t
tkt_items_remove(tkt_str_t list, tkt_str_t item, tkt_arena_t *arena)
{
    return tkt_items_has(list, item)
           ? tkt_items_copy(list, item, tkt_str(""), arena) : list;
}


tkt_str_t
tkt_items_id(uint64_t id, tkt_arena_t *arena)
{
    uint8_t  *p;

    p = tkt_arena_bytes(arena, TKT_U64_MAX_CHARS);

    return (tkt_str_t) { p, p == NULL ? 0 : tkt_u64_format(p, id) };
}
