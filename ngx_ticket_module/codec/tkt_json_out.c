/*
 * The text buffer and the scalar values.  Room is asked for once a value,
 * for the worst case of everything but escapes; a string asks again only
 * where it meets a character to escape.
 */

#include "base/tkt_text.h"
#include "base/tkt_time.h"
#include "codec/tkt_json_out.h"
#include "codec/tkt_word.h"


#define TKT_OUT_MIN_BYTES     256
#define TKT_OUT_ESCAPE_BYTES  6      /* \u001f */


/*
 * What follows the backslash in place of a character below space; 'u': the
 * long form.
 */
static const char  tkt_out_escapes[] = "uuuuuuuubtnufruuuuuuuuuuuuuuuuuu";


void
tkt_out_init(tkt_out_t *o, tkt_arena_t *arena, size_t bytes)
{
    o->arena = arena;
    o->start = tkt_arena_alloc(arena, bytes);
    o->pos = o->start;
    o->end = (o->start == NULL) ? NULL : o->start + bytes;
    o->failed = (o->start == NULL);
}


tkt_str_t
tkt_out_text(const tkt_out_t *o)
{
    tkt_str_t  s = { NULL, 0 };

    if (!o->failed) {
        s.data = o->start;
        s.len = (size_t) (o->pos - o->start);
    }

    return s;
}


tkt_str_t
tkt_out_close(tkt_out_t *o)
{
    if (!o->failed && o->end == o->arena->pos) {
        tkt_arena_give_back(o->arena, o->pos);
        o->end = o->pos;
    }

    return tkt_out_text(o);
}


/* Lets the text have up to `bytes` where it is, if nothing is behind it. */
static bool
tkt_out_stretch(tkt_out_t *o, size_t bytes)
{
    size_t        room;
    tkt_arena_t  *a = o->arena;

    if (o->start == NULL || o->end != a->pos) {
        return false;
    }

    room = (size_t) (a->end - o->start);
    o->end = o->start + (room < bytes ? room : bytes);
    a->pos = o->end;

    return true;
}


/*
 * Makes the text's place larger, or moves it to a larger one; the old one
 * stays with the arena.
 */
static bool __attribute__((noinline))
tkt_out_grow(tkt_out_t *o, size_t n)
{
    size_t    used, bytes;
    uint8_t  *start;

    used = (size_t) (o->pos - o->start);

    if (o->failed || n > SIZE_MAX / 4 - used) {
        o->failed = true;
        o->end = o->pos;
        return false;
    }

    bytes = 2 * (used + n);

    if (bytes < TKT_OUT_MIN_BYTES) {
        bytes = TKT_OUT_MIN_BYTES;
    }

    if (tkt_out_stretch(o, bytes) && (size_t) (o->end - o->pos) >= n) {
        return true;
    }

    start = tkt_arena_alloc(o->arena, bytes);
    if (start == NULL) {

        /* no room from now on, so nobody writes into the old place either */

        o->failed = true;
        o->end = o->pos;
        return false;
    }

    if (used != 0) {
        memcpy(start, o->start, used);
    }

    o->start = start;
    o->pos = start + used;
    o->end = start + bytes;

    return true;
}


bool
tkt_out_room(tkt_out_t *o, size_t n)
{
    if (__builtin_expect((size_t) (o->end - o->pos) >= n, 1)) {
        return true;
    }

    return tkt_out_grow(o, n);
}


void
tkt_out_raw(tkt_out_t *o, tkt_str_t s)
{
    if (s.len != 0 && tkt_out_room(o, s.len)) {
        memcpy(o->pos, s.data, s.len);
        o->pos += s.len;
    }
}


void
tkt_out_char(tkt_out_t *o, char c)
{
    if (tkt_out_room(o, 1)) {
        *o->pos++ = (uint8_t) c;
    }
}


void
tkt_out_comma(tkt_out_t *o)
{
    if (o->pos == o->start || o->pos[-1] == '[' || o->pos[-1] == '{') {
        return;
    }

    tkt_out_char(o, ',');
}


void
tkt_out_name(tkt_out_t *o, const char *name)
{
    size_t    len;
    uint8_t  *p;

    len = strlen(name);

    if (!tkt_out_room(o, len + 4)) {
        return;
    }

    p = o->pos;

    if (p != o->start && p[-1] != '{') {
        *p++ = ',';
    }

    *p++ = '"';
    memcpy(p, name, len);
    p += len;
    *p++ = '"';
    *p++ = ':';

    o->pos = p;
}


static inline uint8_t *
tkt_out_escape(uint8_t *p, uint8_t c)
{
    static const char  hex[] = "0123456789abcdef";

    *p++ = '\\';

    if (c >= ' ') {
        *p++ = c;                       /* quote or backslash */
        return p;
    }

    *p++ = (uint8_t) tkt_out_escapes[c];

    if (tkt_out_escapes[c] == 'u') {
        *p++ = '0';
        *p++ = '0';
        *p++ = (uint8_t) hex[c >> 4];
        *p++ = (uint8_t) hex[c & 15];
    }

    return p;
}


/*
 * Copies s to p up to the first byte to escape; returns how many were copied.
 * p has room for s.len.
 */
static inline size_t
tkt_out_run(uint8_t *p, const uint8_t *s, size_t len)
{
    size_t    i;
    uint64_t  mask;

    for (i = 0; len - i >= TKT_WORD_BYTES; i += TKT_WORD_BYTES) {
        memcpy(p + i, s + i, TKT_WORD_BYTES);

        mask = tkt_word_escapes(tkt_word_load(s + i));
        if (mask != 0) {
            return i + tkt_word_first(mask);
        }
    }

    for ( ; i < len; i++) {
        if (s[i] < ' ' || s[i] == '"' || s[i] == '\\') {
            break;
        }

        p[i] = s[i];
    }

    return i;
}


void
tkt_out_string(tkt_out_t *o, tkt_str_t s)
{
    size_t  n;

    if (!tkt_out_room(o, s.len + 2)) {
        return;
    }

    *o->pos++ = '"';

    for ( ;; ) {
        n = tkt_out_run(o->pos, s.data, s.len);
        o->pos += n;

        if (n == s.len) {
            break;
        }

        s.data += n;
        s.len -= n;

        if (!tkt_out_room(o, TKT_OUT_ESCAPE_BYTES + s.len + 1)) {
            return;
        }

        o->pos = tkt_out_escape(o->pos, *s.data++);
        s.len--;
    }

    *o->pos++ = '"';
}


void
tkt_out_string_z(tkt_out_t *o, const char *z)
{
    tkt_out_string(o, tkt_str_z(z));
}


void
tkt_out_i64(tkt_out_t *o, int64_t v)
{
    if (v < 0) {
        tkt_out_char(o, '-');
    }

    tkt_out_u64(o, v < 0 ? -(uint64_t) v : (uint64_t) v);
}


void
tkt_out_u64(tkt_out_t *o, uint64_t v)
{
    if (!tkt_out_room(o, TKT_U64_MAX_CHARS)) {
        return;
    }

    if (v < 10) {
        *o->pos++ = (uint8_t) ('0' + v);
        return;
    }

    o->pos += tkt_u64_format(o->pos, v);
}


void
tkt_out_time(tkt_out_t *o, int64_t ms)
{
    if (ms == 0) {
        tkt_out_lit(o, "null");
        return;
    }

    if (!tkt_out_room(o, TKT_TIME_TEXT_BYTES + 2)) {
        return;
    }

    o->pos[0] = '"';
    tkt_time_format(o->pos + 1, ms);
    o->pos[TKT_TIME_TEXT_BYTES + 1] = '"';
    o->pos += TKT_TIME_TEXT_BYTES + 2;
}
