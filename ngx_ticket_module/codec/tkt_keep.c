/*
 * The names of an object are remembered as places in the text itself: their
 * canonical spelling is there, so a name written with escapes equals the
 * same name written without.
 */

#include "base/tkt_limits.h"
#include "codec/tkt_keep.h"


#define TKT_KEEP_BYTES  256     /* at first */
#define TKT_KEEP_NAMES  32


void
tkt_keep_init(tkt_keep_t *k, tkt_arena_t *arena, size_t max_bytes)
{
    tkt_out_init(&k->out, arena, TKT_KEEP_BYTES);

    k->max_bytes = max_bytes;
    k->names = NULL;
    k->count = 0;
    k->room = 0;
}


static inline size_t
tkt_keep_used(const tkt_keep_t *k)
{
    return (size_t) (k->out.pos - k->out.start);
}


bool
tkt_keep_fits(const tkt_keep_t *k)
{
    return tkt_keep_used(k) <= k->max_bytes;
}


/* Before a value or a name. */
static void
tkt_keep_comma(tkt_keep_t *k)
{
    if (tkt_keep_used(k) != 0 && k->out.pos[-1] != ':') {
        tkt_out_comma(&k->out);
    }
}


void
tkt_keep_raw(tkt_keep_t *k, tkt_str_t text)
{
    tkt_keep_comma(k);
    tkt_out_raw(&k->out, text);
}


void
tkt_keep_string(tkt_keep_t *k, tkt_str_t s)
{
    tkt_keep_comma(k);
    tkt_out_string(&k->out, s);
}


size_t
tkt_keep_open(tkt_keep_t *k, char bracket)
{
    tkt_keep_comma(k);
    tkt_out_char(&k->out, bracket);

    return k->count;
}


void
tkt_keep_close(tkt_keep_t *k, char bracket, size_t first)
{
    tkt_out_char(&k->out, bracket);
    k->count = first;
}


static tkt_keep_name_t *
tkt_keep_push(tkt_keep_t *k)
{
    size_t            room;
    tkt_keep_name_t  *names;

    if (k->count == k->room) {
        room = (k->room == 0) ? TKT_KEEP_NAMES : 2 * k->room;

        names = tkt_arena_alloc(k->out.arena, room * sizeof(tkt_keep_name_t));
        if (names == NULL) {
            k->out.failed = true;
            return NULL;
        }

        if (k->count != 0) {
            memcpy(names, k->names, k->count * sizeof(tkt_keep_name_t));
        }

        k->names = names;
        k->room = room;
    }

    return &k->names[k->count++];
}


/* FNV-1a; a collision costs a comparison. */
static uint32_t
tkt_keep_hash(const uint8_t *p, size_t len)
{
    size_t    i;
    uint32_t  h;

    for (h = 2166136261U, i = 0; i < len; i++) {
        h = (h ^ p[i]) * 16777619U;
    }

    return h;
}


/*
 * Remembers the string that was just written from `offset` on; false if it
 * is among those from `first` on.
 */
static bool
tkt_keep_remember(tkt_keep_t *k, size_t first, size_t offset)
{
    size_t                  i;
    const uint8_t          *text;
    tkt_keep_name_t         name, *place;
    const tkt_keep_name_t  *old;

    if (k->out.failed) {
        return true;
    }

    text = k->out.start;
    name.offset = (uint32_t) offset;
    name.bytes = (uint32_t) (tkt_keep_used(k) - offset);
    name.hash = tkt_keep_hash(text + offset, name.bytes);

    for (i = first; i < k->count; i++) {
        old = &k->names[i];

        if (old->hash == name.hash && old->bytes == name.bytes
            && memcmp(text + old->offset, text + offset, name.bytes) == 0)
        {
            return false;
        }
    }

    place = tkt_keep_push(k);
    if (place != NULL) {
        *place = name;
    }

    return true;
}


bool
tkt_keep_name(tkt_keep_t *k, size_t first, tkt_str_t name)
{
    bool    fresh;
    size_t  offset;

    tkt_keep_comma(k);
    offset = tkt_keep_used(k);
    tkt_out_string(&k->out, name);

    fresh = tkt_keep_remember(k, first, offset);
    tkt_out_char(&k->out, ':');

    return fresh;
}


bool
tkt_keep_tag(tkt_keep_t *k, tkt_str_t tag, tkt_refusal_t *r)
{
    size_t  offset;

    if (!tkt_field_tag(tag, r)) {
        return false;
    }

    if (k->count == TKT_TAGS_MAX) {
        return tkt_reject(r, "too-long", "At most %d tags are allowed.",
                          TKT_TAGS_MAX);
    }

    tkt_keep_comma(k);
    offset = tkt_keep_used(k);
    tkt_out_string(&k->out, tag);

    return tkt_keep_remember(k, 0, offset)
           || tkt_reject(r, "duplicate", "This tag is listed twice.");
}


tkt_str_t
tkt_keep_text(const tkt_keep_t *k)
{
    tkt_str_t  s;

    s = tkt_out_text(&k->out);

    if (s.len <= 2) {
        s.data = NULL;
        s.len = 0;
    }

    return s;
}
