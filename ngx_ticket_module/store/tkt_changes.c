/*
 * The difference of two structs as the change list of an event.
 */

#include "store/tkt_record.h"


/* The rows that differ, and how many bytes they take in the list. */
typedef struct {
    const void         *before;
    const void         *after;
    size_t              size;
    size_t              count;
    const tkt_field_t  *rows[TKT_ROWS_MAX];
    uint8_t             numbers[TKT_ROWS_MAX];
} tkt_changed_t;

_Static_assert(TKT_ROWS_MAX <= UINT8_MAX + 1, "a row's number is a byte");


static size_t
tkt_changes_u64_bytes(uint64_t value)
{
    uint8_t  bytes[10];

    return tkt_varint_put(bytes, value);
}


static size_t
tkt_changes_str_bytes(tkt_str_t s)
{
    return tkt_changes_u64_bytes(s.len) + s.len;
}


static uint8_t *
tkt_changes_put_str(uint8_t *pos, tkt_str_t s)
{
    pos += tkt_varint_put(pos, s.len);

    if (s.len != 0) {
        memcpy(pos, s.data, s.len);
    }

    return pos + s.len;
}


static void
tkt_changes_add(tkt_changed_t *w, const tkt_field_t *f, size_t number)
{
    w->rows[w->count] = f;
    w->numbers[w->count++] = (uint8_t) number;
    w->size += tkt_changes_u64_bytes(number);

    if (tkt_field_is_u64(f)) {
        w->size += tkt_changes_u64_bytes(*tkt_field_u64(f, w->before));
        w->size += tkt_changes_u64_bytes(*tkt_field_u64(f, w->after));

    } else {
        w->size += tkt_changes_str_bytes(*tkt_field_str(f, w->before));
        w->size += tkt_changes_str_bytes(*tkt_field_str(f, w->after));
    }
}


/* With every event, so without a call for each row. */
static size_t
tkt_changes_gather(tkt_changed_t *w, const tkt_schema_t *s, size_t number)
{
    const tkt_field_t  *f, *end;

    end = s->fields + s->count;

    for (f = s->fields; f != end; f++, number++) {

        if (f->type == TKT_T_OBJECT) {
            if (f->sub != NULL) {
                number = tkt_changes_gather(w, f->sub, number + 1) - 1;
            }

        } else if (f->stored != 0 && (f->flags & TKT_F_NO_TRACK) == 0
                   && !tkt_field_same(f, w->before, w->after))
        {
            tkt_changes_add(w, f, number);
        }
    }

    return number;
}


tkt_str_t
tkt_changes_pack(const tkt_schema_t *s, const void *before, const void *after,
    tkt_arena_t *arena)
{
    size_t               i;
    uint8_t             *out, *pos;
    const tkt_field_t   *f;
    tkt_changed_t        w;

    w.before = before;
    w.after = after;
    w.size = 0;
    w.count = 0;

    (void) tkt_changes_gather(&w, s, 0);

    if (w.size == 0) {
        return (tkt_str_t) { NULL, 0 };
    }

    out = tkt_arena_bytes(arena, w.size);
    if (out == NULL) {
        return (tkt_str_t) { NULL, 0 };
    }

    for (pos = out, i = 0; i < w.count; i++) {
        f = w.rows[i];
        pos += tkt_varint_put(pos, w.numbers[i]);

        if (tkt_field_is_u64(f)) {
            pos += tkt_varint_put(pos, *tkt_field_u64(f, before));
            pos += tkt_varint_put(pos, *tkt_field_u64(f, after));

        } else {
            pos = tkt_changes_put_str(pos, *tkt_field_str(f, before));
            pos = tkt_changes_put_str(pos, *tkt_field_str(f, after));
        }
    }

    return (tkt_str_t) { out, w.size };
}


void
tkt_changes_start(tkt_changes_t *c, const tkt_schema_t *s, tkt_str_t packed)
{
    c->schema = s;
    c->pos = packed.data;
    c->end = (packed.len == 0) ? packed.data : packed.data + packed.len;
    c->bad = false;
}


typedef struct {
    size_t              number;
    const tkt_field_t  *field;
} tkt_changes_find_t;


static bool
tkt_changes_find(void *ctx, const tkt_field_t *f, size_t number)
{
    tkt_changes_find_t  *find;

    find = ctx;

    if (number != find->number) {
        return true;
    }

    find->field = f;

    return false;
}


static bool
tkt_changes_take_str(tkt_changes_t *c, tkt_str_t *s)
{
    uint64_t  len;

    if (!tkt_varint_get(&c->pos, c->end, &len)
        || len > (size_t) (c->end - c->pos))
    {
        return false;
    }

    s->data = c->pos;
    s->len = (size_t) len;
    c->pos += len;

    return true;
}


static bool
tkt_changes_take(tkt_changes_t *c, tkt_change_t *change)
{
    uint64_t            number;
    tkt_changes_find_t  find;

    if (!tkt_varint_get(&c->pos, c->end, &number) || number >= TKT_ROWS_MAX) {
        return false;
    }

    find.number = (size_t) number;
    find.field = NULL;

    (void) tkt_schema_walk(c->schema, tkt_changes_find, &find);

    if (find.field == NULL || find.field->stored == 0) {
        return false;
    }

    change->row = find.number;
    change->field = find.field;

    if (tkt_field_is_u64(find.field)) {
        return tkt_varint_get(&c->pos, c->end, &change->old_u64)
               && tkt_varint_get(&c->pos, c->end, &change->new_u64);
    }

    return tkt_changes_take_str(c, &change->old_str)
           && tkt_changes_take_str(c, &change->new_str);
}


bool
tkt_changes_next(tkt_changes_t *c, tkt_change_t *change)
{
    memset(change, 0, sizeof(*change));

    if (c->bad || c->pos == c->end) {
        return false;
    }

    if (!tkt_changes_take(c, change)) {
        c->bad = true;
        return false;
    }

    return true;
}
