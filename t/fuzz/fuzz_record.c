/*
 * Bytes as a record, as a change list and as a counter's varints: refused, or
 * taken as exactly what packing gives back.
 *
 * First byte of the input: what to read the rest as.
 */

#include <stdlib.h>

#include "store/tkt_record.h"


typedef struct {
    uint64_t   id, state, created, has_contact, score;
    tkt_str_t  subject, text, name, email;
} thing_t;


#define ROW_U(member, number)                                                 \
    { TKT_NAME(#member), .type = TKT_T_UINT, .stored = number,                \
      .offset = offsetof(thing_t, member) }
#define ROW_S(member, number)                                                 \
    { TKT_NAME(#member), .type = TKT_T_LINE, .stored = number,                \
      .offset = offsetof(thing_t, member) }

static const tkt_field_t  contact_rows[] = {
    ROW_S(name, 2), ROW_U(score, 4), ROW_S(email, 3)
};

static const tkt_schema_t  contact_schema = {
    "Contact", contact_rows, tkt_array_len(contact_rows), sizeof(thing_t), 1
};

static const tkt_field_t  thing_rows[] = {
    ROW_U(id, 1), ROW_S(subject, 1), ROW_U(state, 2), ROW_U(has_contact, 3),
    { TKT_NAME("contact"), .type = TKT_T_OBJECT, .sub = &contact_schema,
      .offset = offsetof(thing_t, has_contact) },
    ROW_S(text, 4), ROW_U(created, 5)
};

static const tkt_schema_t  thing_schema = {
    "Thing", thing_rows, tkt_array_len(thing_rows), sizeof(thing_t), 2
};


static void
require(bool holds)
{
    if (!holds) {
        abort();
    }
}


static void
read_record(tkt_str_t in, tkt_arena_t *arena)
{
    bool       integers;
    thing_t    whole, part;
    tkt_str_t  again;

    integers = tkt_record_unpack_integers(&thing_schema, in, &part);

    if (!tkt_record_unpack(&thing_schema, in, &whole)) {
        return;
    }

    require(integers && whole.id == part.id && whole.state == part.state
            && whole.created == part.created && whole.score == part.score
            && whole.has_contact == part.has_contact);

    again = tkt_record_pack(&thing_schema, &whole, NULL, arena);

    /* an older version is written anew as the present one */
    require(again.len == in.len
            && memcmp(again.data + 1, in.data + 1, in.len - 1) == 0);
}


static void
read_changes(tkt_str_t in)
{
    uint64_t        sum;
    size_t          i;
    tkt_change_t    change;
    tkt_changes_t   c;

    sum = 0;
    tkt_changes_start(&c, &thing_schema, in);

    while (tkt_changes_next(&c, &change)) {
        require(change.field != NULL && change.field->stored != 0);

        for (i = 0; i < change.new_str.len; i++) {
            sum += change.new_str.data[i];
        }

        for (i = 0; i < change.old_str.len; i++) {
            sum += change.old_str.data[i];
        }
    }

    require(c.bad || c.pos == c.end);
    require(sum <= UINT64_C(255) * in.len);
}


static void
read_varints(tkt_str_t in)
{
    size_t          n;
    uint8_t         out[10];
    uint64_t        v;
    const uint8_t  *pos, *start, *end;

    pos = in.data;
    end = in.data + in.len;

    for (start = pos; tkt_varint_get(&pos, end, &v); start = pos) {
        n = tkt_varint_put(out, v);
        require(n == (size_t) (pos - start) && memcmp(out, start, n) == 0);
    }
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tkt_str_t    in;
    tkt_arena_t  arena;

    if (size == 0) {
        return 0;
    }

    in.data = data + 1;
    in.len = size - 1;
    tkt_arena_init(&arena, 4096);

    switch (data[0] % 3) {
    case 0:
        read_record(in, &arena);
        break;
    case 1:
        read_changes(in);
        break;
    default:
        read_varints(in);
    }

    tkt_arena_done(&arena);

    return 0;
}
