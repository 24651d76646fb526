/*
 * Structs as records.  Packing gathers the members in one walk over the rows
 * and writes them; unpacking takes the bytes apart first and then hands them
 * out in one walk, which the rule of tkt_record_schema_ok() allows.
 *
 * There is one encoding of a struct: no over-long varint, no trailing zero
 * or empty string, nothing behind the last member.  Other bytes are refused.
 */

#include "store/tkt_record.h"

#include <assert.h>
#include <endian.h>


#define TKT_VARINT_MAX_BYTES  10


/* What a record holds, in stored order. */
typedef struct {
    size_t     integers;
    size_t     strings;
    uint64_t   u64[TKT_ROWS_MAX];
    tkt_str_t  str[TKT_ROWS_MAX];
} tkt_members_t;


/* The types stand in runs, so that a kind is told by one comparison. */
_Static_assert(TKT_T_UINT == 1 && TKT_T_TIME == 7 && TKT_T_LINE == 8
               && TKT_T_JSON == 15 && TKT_T_OBJECT == 16,
               "kinds of members are runs of tkt_type_t");


static inline bool
tkt_row_is_u64(const tkt_field_t *f)
{
    return f->type <= TKT_T_TIME;
}


size_t
tkt_varint_put(uint8_t *out, uint64_t value)
{
    size_t  n;

    for (n = 0; value >= 0x80; n++) {
        out[n] = (uint8_t) (value | 0x80);
        value >>= 7;
    }

    out[n++] = (uint8_t) value;

    return n;
}


static bool
tkt_varint_get_slow(const uint8_t **pos, const uint8_t *end, uint64_t *value)
{
    size_t          n;
    uint64_t        v;
    const uint8_t  *p;

    v = 0;
    p = *pos;

    for (n = 0; n < TKT_VARINT_MAX_BYTES && p + n != end; n++) {
        v |= (uint64_t) (p[n] & 0x7F) << (7 * n);

        if ((p[n] & 0x80) == 0) {

            /* a last byte of zero adds nothing; the tenth holds one bit */
            if ((n != 0 && p[n] == 0)
                || (n == TKT_VARINT_MAX_BYTES - 1 && p[n] > 1))
            {
                return false;
            }

            *value = v;
            *pos = p + n + 1;

            return true;
        }
    }

    return false;
}


/*
 * Times take six bytes and every record has several: up to eight bytes are
 * taken as one word, whose groups of seven bits are then pushed together.
 */
static bool
tkt_varint_get_long(const uint8_t **pos, const uint8_t *end, uint64_t *value)
{
    unsigned  bits;
    uint64_t  w, stops;

    if ((size_t) (end - *pos) < sizeof(w)) {
        return tkt_varint_get_slow(pos, end, value);
    }

    memcpy(&w, *pos, sizeof(w));
    w = le64toh(w);
    stops = ~w & UINT64_C(0x8080808080808080);

    if (stops == 0) {
        return tkt_varint_get_slow(pos, end, value);
    }

    /* keep the bytes up to the first that is the last of its number */
    bits = (unsigned) __builtin_ctzll(stops) + 1;
    w &= UINT64_MAX >> (64 - bits);

    if (bits > 8 && w >> (bits - 8) == 0) {
        return false;
    }

    w = (w & UINT64_C(0x7F007F007F007F00)) >> 1
        | (w & UINT64_C(0x007F007F007F007F));
    w = (w & UINT64_C(0x3FFF00003FFF0000)) >> 2
        | (w & UINT64_C(0x00003FFF00003FFF));
    w = (w & UINT64_C(0x0FFFFFFF00000000)) >> 4
        | (w & UINT64_C(0x000000000FFFFFFF));

    *value = w;
    *pos += bits / 8;

    return true;
}


static inline bool
tkt_varint_take(const uint8_t **pos, const uint8_t *end, uint64_t *value)
{
    if (*pos != end && **pos < 0x80) {
        *value = *(*pos)++;
        return true;
    }

    return tkt_varint_get_long(pos, end, value);
}


bool
tkt_varint_get(const uint8_t **pos, const uint8_t *end, uint64_t *value)
{
    return tkt_varint_take(pos, end, value);
}


static inline size_t
tkt_varint_size(uint64_t value)
{
    return (size_t) (63 - __builtin_clzll(value | 1)) / 7 + 1;
}


/* Whether what follows holds a string: its length, then its bytes. */
static inline bool
tkt_string_take(const uint8_t **pos, const uint8_t *end, tkt_str_t *s)
{
    uint64_t  len;

    if (!tkt_varint_take(pos, end, &len) || len > (size_t) (end - *pos)) {
        return false;
    }

    s->data = *pos;
    s->len = (size_t) len;
    *pos += len;

    return true;
}


typedef struct {
    size_t  size;
    size_t  integers;
    size_t  strings;
} tkt_schema_check_t;


static bool
tkt_record_row_ok(void *ctx, const tkt_field_t *f, size_t number)
{
    size_t               bytes, *last;
    tkt_schema_check_t  *check;

    check = ctx;

    if (number >= TKT_ROWS_MAX) {
        return false;
    }

    if (tkt_field_is_u64(f)) {
        last = &check->integers;
        bytes = sizeof(uint64_t);

    } else if (tkt_field_is_str(f)) {
        last = &check->strings;
        bytes = sizeof(tkt_str_t);

    } else {
        return f->stored == 0;
    }

    if (f->stored != 0 && f->stored != ++*last) {
        return false;
    }

    return f->offset % sizeof(uint64_t) == 0
           && f->offset + bytes <= check->size;
}


bool
tkt_record_schema_ok(const tkt_schema_t *s)
{
    tkt_schema_check_t  check;

    check.size = s->size;
    check.integers = 0;
    check.strings = 0;

    return s->version != 0 && tkt_schema_walk(s, tkt_record_row_ok, &check);
}


/* ---- packing ---- */

static size_t
tkt_members_gather(const tkt_schema_t *s, const void *obj,
    const tkt_present_t *leave_out, size_t number, tkt_members_t *m)
{
    const tkt_field_t  *f, *end;

    end = s->fields + s->count;

    for (f = s->fields; f != end; f++, number++) {

        if (f->type == TKT_T_OBJECT) {
            if (f->sub != NULL) {
                number = tkt_members_gather(f->sub, obj, leave_out,
                                            number + 1, m) - 1;
            }

            continue;
        }

        if (f->stored == 0) {
            continue;
        }

        if (tkt_row_is_u64(f)) {
            assert(m->integers + 1 == f->stored);
            m->u64[m->integers++] = *tkt_field_u64(f, obj);

        } else if (leave_out != NULL && (f->flags & TKT_F_BIG) != 0
                   && tkt_present_has(leave_out, number))
        {
            m->str[m->strings++] = (tkt_str_t) { NULL, 0 };

        } else {
            assert(m->strings + 1 == f->stored);
            m->str[m->strings++] = *tkt_field_str(f, obj);
        }
    }

    return number;
}


static size_t
tkt_members_size(const tkt_members_t *m)
{
    size_t  i, size;

    size = 1 + tkt_varint_size(m->integers) + tkt_varint_size(m->strings);

    for (i = 0; i < m->integers; i++) {
        size += tkt_varint_size(m->u64[i]);
    }

    for (i = 0; i < m->strings; i++) {
        size += tkt_varint_size(m->str[i].len) + m->str[i].len;
    }

    return size;
}


static uint8_t *
tkt_string_put(uint8_t *pos, tkt_str_t s)
{
    pos += tkt_varint_put(pos, s.len);

    if (s.len != 0) {
        memcpy(pos, s.data, s.len);
    }

    return pos + s.len;
}


tkt_str_t
tkt_record_pack(const tkt_schema_t *s, const void *obj,
    const tkt_present_t *leave_out, tkt_arena_t *arena)
{
    size_t          i, size;
    uint8_t        *out, *pos;
    tkt_members_t   m;

    m.integers = 0;
    m.strings = 0;

    (void) tkt_members_gather(s, obj, leave_out, 0, &m);

    while (m.integers != 0 && m.u64[m.integers - 1] == 0) {
        m.integers--;
    }

    while (m.strings != 0 && m.str[m.strings - 1].len == 0) {
        m.strings--;
    }

    size = tkt_members_size(&m);

    out = tkt_arena_bytes(arena, size);
    if (out == NULL) {
        return (tkt_str_t) { NULL, 0 };
    }

    pos = out;
    *pos++ = s->version;
    pos += tkt_varint_put(pos, m.integers);

    for (i = 0; i < m.integers; i++) {
        pos += tkt_varint_put(pos, m.u64[i]);
    }

    pos += tkt_varint_put(pos, m.strings);

    for (i = 0; i < m.strings; i++) {
        pos = tkt_string_put(pos, m.str[i]);
    }

    assert(pos == out + size);

    return (tkt_str_t) { out, size };
}


/* ---- unpacking ---- */

static bool
tkt_members_integers(tkt_members_t *m, const uint8_t **pos,
    const uint8_t *end)
{
    size_t    i;
    uint64_t  count;

    if (!tkt_varint_take(pos, end, &count) || count > TKT_ROWS_MAX) {
        return false;
    }

    for (i = 0; i < count; i++) {
        if (!tkt_varint_take(pos, end, &m->u64[i])) {
            return false;
        }
    }

    m->integers = (size_t) count;

    return count == 0 || m->u64[count - 1] != 0;
}


static bool
tkt_members_strings(tkt_members_t *m, const uint8_t **pos,
    const uint8_t *end)
{
    size_t    i;
    uint64_t  count;

    if (!tkt_varint_take(pos, end, &count) || count > TKT_ROWS_MAX) {
        return false;
    }

    for (i = 0; i < count; i++) {
        if (!tkt_string_take(pos, end, &m->str[i])) {
            return false;
        }
    }

    m->strings = (size_t) count;

    return *pos == end && (count == 0 || m->str[count - 1].len != 0);
}


/* The walk's place among the members that are left to hand out. */
typedef struct {
    const uint64_t   *u64, *u64_end;
    const tkt_str_t  *str, *str_end;
} tkt_members_left_t;


/* Stops as soon as nothing is left. */
static void
tkt_members_scatter(const tkt_schema_t *s, void *obj, tkt_members_left_t *m)
{
    const tkt_field_t  *f, *end;

    end = s->fields + s->count;

    for (f = s->fields; f != end; f++) {

        if (f->stored != 0) {

            if (tkt_row_is_u64(f)) {
                if (m->u64 != m->u64_end) {
                    *tkt_field_u64(f, obj) = *m->u64++;
                }

            } else if (m->str != m->str_end) {
                *tkt_field_str(f, obj) = *m->str++;
            }

        } else if (f->type == TKT_T_OBJECT && f->sub != NULL) {
            tkt_members_scatter(f->sub, obj, m);
        }

        if (m->u64 == m->u64_end && m->str == m->str_end) {
            return;
        }
    }
}


static bool
tkt_record_unpack_kinds(const tkt_schema_t *s, tkt_str_t record, void *obj,
    bool strings)
{
    const uint8_t       *pos, *end;
    tkt_members_t        m;
    tkt_members_left_t   left;

    memset(obj, 0, s->size);

    if (record.len == 0 || record.data[0] == 0
        || record.data[0] > s->version)
    {
        return false;
    }

    pos = record.data + 1;
    end = record.data + record.len;
    m.strings = 0;

    if (!tkt_members_integers(&m, &pos, end)
        || (strings && !tkt_members_strings(&m, &pos, end)))
    {
        return false;
    }

    left.u64 = m.u64;
    left.u64_end = m.u64 + m.integers;
    left.str = m.str;
    left.str_end = m.str + m.strings;

    tkt_members_scatter(s, obj, &left);

    /* more members than rows: a later release wrote it */
    return left.u64 == left.u64_end && left.str == left.str_end;
}


bool
tkt_record_unpack(const tkt_schema_t *s, tkt_str_t record, void *obj)
{
    return tkt_record_unpack_kinds(s, record, obj, true);
}


bool
tkt_record_unpack_integers(const tkt_schema_t *s, tkt_str_t record, void *obj)
{
    return tkt_record_unpack_kinds(s, record, obj, false);
}
