/*
 * What the tests of records and of change lists share: a struct with rows of
 * every sort, nested ones among them, and random values for it.
 */

#ifndef RECORD_FIXTURE_H
#define RECORD_FIXTURE_H


#include "store_fixture.h"

#include "store/tkt_record.h"


typedef struct {
    uint64_t   id, state, created, has_contact, score, late;
    tkt_str_t  subject, text, name, email, note;
    tkt_str_t  links;
} thing_t;


#define ROW_U(member, number)                                                 \
    { TKT_NAME(#member), .type = TKT_T_UINT, .stored = number,                \
      .offset = offsetof(thing_t, member) }
#define ROW_S(member, number, bits)                                           \
    { TKT_NAME(#member), .type = TKT_T_LINE, .stored = number, .flags = bits, \
      .offset = offsetof(thing_t, member) }

static const tkt_field_t  contact_rows[] = {
    ROW_S(name, 3, 0),                      /* row 6 */
    ROW_S(email, 4, 0),                     /* row 7 */
    ROW_U(score, 4),                        /* row 8 */
};

static const tkt_schema_t  contact_schema = {
    "Contact", contact_rows, tkt_array_len(contact_rows), sizeof(thing_t), 1
};

static const tkt_field_t  thing_rows[] = {
    ROW_U(id, 1),                           /* row 0 */
    ROW_S(subject, 1, 0),                   /* row 1 */
    { TKT_NAME("state"), .type = TKT_T_ENUM, .stored = 2,
      .offset = offsetof(thing_t, state), .flags = TKT_F_NO_TRACK },
    ROW_S(text, 2, TKT_F_BIG),              /* row 3 */
    ROW_U(has_contact, 3),                  /* row 4 */
    { TKT_NAME("contact"), .type = TKT_T_OBJECT, .sub = &contact_schema,
      .offset = offsetof(thing_t, has_contact) },            /* row 5 */
    ROW_U(created, 5),                      /* row 9 */
    { TKT_NAME("late"), .type = TKT_T_BOOL,
      .offset = offsetof(thing_t, late) },  /* row 10, not stored */
    { TKT_NAME("links"), .type = TKT_T_LIST,
      .offset = offsetof(thing_t, links) },
    ROW_S(note, 5, TKT_F_BIG),              /* row 12 */
};

static const tkt_schema_t  thing_schema = {
    "Thing", thing_rows, tkt_array_len(thing_rows), sizeof(thing_t), 3
};


static inline int
arena_setup(void **state)
{
    tkt_arena_t  *a;

    a = test_malloc(sizeof(*a));
    tkt_arena_init(a, 65536);
    *state = a;

    return 0;
}


static inline int
arena_teardown(void **state)
{
    tkt_arena_done(*state);
    test_free(*state);

    return 0;
}


static inline tkt_str_t
random_text(tkt_arena_t *a, uint64_t *seed)
{
    size_t    i, len;
    uint8_t  *out;

    switch (next_random(seed) % 4) {
    case 0:
        return (tkt_str_t) { NULL, 0 };
    case 1:
        len = next_random(seed) % 5;
        break;
    case 2:
        len = 120 + next_random(seed) % 16;
        break;
    default:
        len = next_random(seed) % 300;
    }

    out = tkt_arena_bytes(a, len + 1);

    for (i = 0; i < len; i++) {
        out[i] = (uint8_t) next_random(seed);
    }

    return (tkt_str_t) { out, len };
}


static inline uint64_t
random_number(uint64_t *seed)
{
    return (next_random(seed) % 3 == 0)
           ? 0 : next_random(seed) >> (next_random(seed) % 64);
}


static inline void
random_thing(thing_t *t, tkt_arena_t *a, uint64_t *seed)
{
    t->id = random_number(seed);
    t->state = random_number(seed);
    t->created = random_number(seed);
    t->has_contact = random_number(seed);
    t->score = random_number(seed);
    t->late = 0;
    t->subject = random_text(a, seed);
    t->text = random_text(a, seed);
    t->name = random_text(a, seed);
    t->email = random_text(a, seed);
    t->note = random_text(a, seed);
}


static inline void
assert_things_equal(const thing_t *a, const thing_t *b)
{
    assert_true(a->id == b->id && a->state == b->state
                && a->created == b->created && a->score == b->score
                && a->has_contact == b->has_contact && a->late == b->late);
    assert_true(tkt_str_eq(a->subject, b->subject));
    assert_true(tkt_str_eq(a->text, b->text));
    assert_true(tkt_str_eq(a->name, b->name));
    assert_true(tkt_str_eq(a->email, b->email));
    assert_true(tkt_str_eq(a->note, b->note));
}


#endif /* RECORD_FIXTURE_H */
