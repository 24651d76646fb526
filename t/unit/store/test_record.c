/*
 * Records: exact bytes, round trips of random structs, and what becomes of
 * damaged bytes.
 */

#include "record_fixture.h"


static void
varint_round_trip(void **state)
{
    int             i, shift;
    size_t          n;
    uint8_t         bytes[16];
    uint64_t        v, got;
    const uint8_t  *pos;

    (void) state;

    for (shift = 0; shift < 64; shift++) {
        for (i = -1; i <= 1; i++) {
            v = (UINT64_C(1) << shift) + (uint64_t) (int64_t) i;

            /* followed by bytes that could be mistaken for more of it */
            memset(bytes, 0xFF, sizeof(bytes));
            n = tkt_varint_put(bytes, v);
            assert_in_range(n, 1, 10);

            pos = bytes;
            assert_true(tkt_varint_get(&pos, bytes + sizeof(bytes), &got));
            assert_true(got == v);
            assert_ptr_equal(pos, bytes + n);

            pos = bytes;
            assert_true(tkt_varint_get(&pos, bytes + n, &got));
            assert_true(got == v);

            pos = bytes;
            assert_false(tkt_varint_get(&pos, bytes + n - 1, &got));
        }
    }
}


static void
varint_refusals(void **state)
{
    size_t                i;
    uint64_t              v;
    const uint8_t        *pos;

    static const struct {
        uint8_t  bytes[12];
        size_t   len;
    } bad[] = {
        { { 0 }, 0 },
        { { 0x80 }, 1 },
        { { 0x80, 0x00 }, 2 },
        { { 0x80, 0x00, 1, 1, 1, 1, 1, 1, 1, 1 }, 10 },
        { { 0xFF, 0x80, 0x00 }, 3 },
        { { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 1 }, 9 },
        { { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02 },
          10 },
        { { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00 },
          10 },
        { { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x81,
            0x01 }, 11 },
    };

    (void) state;

    for (i = 0; i < tkt_array_len(bad); i++) {
        pos = bad[i].bytes;
        assert_false(tkt_varint_get(&pos, bad[i].bytes + bad[i].len, &v));
    }
}


static void
exact_bytes(void **state)
{
    tkt_arena_t  *a = *state;
    thing_t       t;
    tkt_str_t     r;

    static const uint8_t  want[] = {
        3,                       /* version */
        3, 0x01, 0xAC, 0x02, 1,  /* id 1, state 300, has_contact 1 */
        3, 2, 'h', 'i', 0, 1, 'n'
    };

    memset(&t, 0, sizeof(t));
    t.id = 1;
    t.state = 300;
    t.has_contact = 1;
    t.late = 1;
    t.subject = tkt_str("hi");
    t.name = tkt_str("n");

    r = tkt_record_pack(&thing_schema, &t, NULL, a);
    assert_int_equal(r.len, sizeof(want));
    assert_memory_equal(r.data, want, sizeof(want));

    memset(&t, 0, sizeof(t));
    r = tkt_record_pack(&thing_schema, &t, NULL, a);
    assert_int_equal(r.len, 3);
    assert_memory_equal(r.data, "\3\0\0", 3);
}


static void
round_trip(void **state)
{
    int           i;
    uint64_t      seed;
    tkt_arena_t  *a = *state;
    thing_t       t, u;
    tkt_str_t     r, again;

    seed = 10;

    for (i = 0; i < 5000; i++) {
        random_thing(&t, a, &seed);
        r = tkt_record_pack(&thing_schema, &t, NULL, a);

        memset(&u, 0xA5, sizeof(u));
        assert_true(tkt_record_unpack(&thing_schema, r, &u));
        assert_things_equal(&t, &u);

        again = tkt_record_pack(&thing_schema, &u, NULL, a);
        assert_true(tkt_str_eq(r, again));

        memset(&u, 0xA5, sizeof(u));
        assert_true(tkt_record_unpack_integers(&thing_schema, r, &u));
        assert_true(t.id == u.id && t.state == u.state
                    && t.created == u.created && t.score == u.score
                    && t.has_contact == u.has_contact);
        assert_int_equal(u.subject.len + u.text.len + u.name.len
                         + u.email.len + u.note.len, 0);
    }
}


static void
left_out_texts_are_stored_empty(void **state)
{
    tkt_arena_t    *a = *state;
    thing_t         t, u;
    tkt_str_t       r;
    tkt_present_t   out;

    memset(&t, 0, sizeof(t));
    t.subject = tkt_str("subject");
    t.text = tkt_str("long text");
    t.email = tkt_str("e@x");
    t.note = tkt_str("long note");

    /* subject is not big, so its mark means nothing */
    memset(&out, 0, sizeof(out));
    tkt_present_set(&out, 1);
    tkt_present_set(&out, 3);

    r = tkt_record_pack(&thing_schema, &t, &out, a);
    assert_true(tkt_record_unpack(&thing_schema, r, &u));
    assert_str_is(u.subject, "subject");
    assert_int_equal(u.text.len, 0);
    assert_str_is(u.email, "e@x");
    assert_str_is(u.note, "long note");

    memset(&out, 0, sizeof(out));
    tkt_present_set(&out, 12);
    r = tkt_record_pack(&thing_schema, &t, &out, a);
    assert_true(tkt_record_unpack(&thing_schema, r, &u));
    assert_str_is(u.text, "long text");
    assert_int_equal(u.note.len, 0);
}


static void
versions_and_missing_rows(void **state)
{
    uint8_t       bytes[64];
    thing_t       t;
    tkt_arena_t  *a = *state;
    tkt_str_t     r;

    /* a record of version 1 from before the rows of strings */
    assert_true(tkt_record_unpack(&thing_schema, tkt_str("\1\2\7\5\0"), &t));
    assert_int_equal(t.id, 7);
    assert_int_equal(t.state, 5);
    assert_int_equal(t.created, 0);

    memset(&t, 0, sizeof(t));
    t.id = 1;
    r = tkt_record_pack(&thing_schema, &t, NULL, a);
    memcpy(bytes, r.data, r.len);
    assert_true(tkt_record_unpack(&thing_schema, (tkt_str_t) { bytes, r.len },
                                  &t));
    bytes[0] = 4;
    assert_false(tkt_record_unpack(&thing_schema,
                                   (tkt_str_t) { bytes, r.len }, &t));
    bytes[0] = 0;
    assert_false(tkt_record_unpack(&thing_schema,
                                   (tkt_str_t) { bytes, r.len }, &t));
}


static void
refused_records(void **state)
{
    size_t   i;
    thing_t  t;

    static const tkt_str_t  bad[] = {
        tkt_lit(""),
        tkt_lit("\3"),
        tkt_lit("\3\0"),
        tkt_lit("\3\0\0\0"),                  /* something behind */
        tkt_lit("\3\1\0\0"),                  /* trailing zero */
        tkt_lit("\3\0\1\0"),                  /* trailing empty string */
        tkt_lit("\3\6\1\1\1\1\1\1\0"),        /* six integers, five rows */
        tkt_lit("\3\0\6\1a\1a\1a\1a\1a\1a"),  /* six strings, five rows */
        tkt_lit("\3\0\1\2a"),                 /* string beyond the end */
        tkt_lit("\3\1\x81\0\0"),              /* over-long varint */
        tkt_lit("\3\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\1\0"),
        tkt_lit("\3\0\1\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\1"),
        tkt_lit("\3\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\1"),
    };

    (void) state;

    for (i = 0; i < tkt_array_len(bad); i++) {
        if (tkt_record_unpack(&thing_schema, bad[i], &t)) {
            fail_msg("record %zu was taken", i);
        }
    }

    assert_true(tkt_record_unpack(&thing_schema, tkt_str("\3\0\0"), &t));
    assert_false(tkt_record_unpack_integers(&thing_schema,
                                            tkt_str("\3\6\1\1\1\1\1\1"), &t));
    assert_false(tkt_record_unpack_integers(&thing_schema, tkt_str("\4\0"),
                                            &t));
}


/* A copy of exactly this size, so that a sanitizer sees a read beyond. */
static void
damage_is_refused_or_harmless(void **state)
{
    int           i, m;
    size_t        len;
    uint64_t      seed;
    uint8_t      *copy;
    tkt_arena_t  *a = *state;
    thing_t       t, u;
    tkt_str_t     r, again;

    seed = 11;

    for (i = 0; i < 50; i++) {
        random_thing(&t, a, &seed);
        r = tkt_record_pack(&thing_schema, &t, NULL, a);

        for (len = 0; len < r.len; len++) {
            copy = malloc(len ? len : 1);
            memcpy(copy, r.data, len);
            assert_false(tkt_record_unpack(&thing_schema,
                                           (tkt_str_t) { copy, len }, &u));
            (void) tkt_record_unpack_integers(&thing_schema,
                                              (tkt_str_t) { copy, len }, &u);
            free(copy);
        }

        copy = malloc(r.len);

        for (m = 0; m < 400; m++) {
            memcpy(copy, r.data, r.len);
            copy[next_random(&seed) % r.len] ^= (uint8_t)
                                                next_random(&seed);

            if (m % 4 == 0) {
                copy[next_random(&seed) % r.len] = 0xFF;
            }

            if (!tkt_record_unpack(&thing_schema, (tkt_str_t) { copy, r.len },
                                   &u))
            {
                continue;
            }

            /* what is taken is the record of what it reads as */
            again = tkt_record_pack(&thing_schema, &u, NULL, a);
            assert_int_equal(again.len, r.len);
            assert_memory_equal(again.data + 1, copy + 1, r.len - 1);
        }

        free(copy);
    }
}


/* ---- schemas ---- */

static void
schema_rule(void **state)
{
    size_t        i;
    tkt_field_t   rows[tkt_array_len(thing_rows)];
    tkt_field_t   many[TKT_ROWS_MAX + 1];
    tkt_schema_t  s;

    (void) state;

    assert_true(tkt_record_schema_ok(&thing_schema));

#define BROKEN(change)                                                        \
    memcpy(rows, thing_rows, sizeof(rows));                                   \
    s = thing_schema;                                                         \
    s.fields = rows;                                                          \
    assert_true(tkt_record_schema_ok(&s));                                    \
    change;                                                                   \
    assert_false(tkt_record_schema_ok(&s))

    BROKEN(rows[0].stored = 2);                      /* gap, then twice */
    BROKEN(rows[2].stored = 1);                      /* twice */
    BROKEN(rows[6].stored = 6);                      /* gap */
    BROKEN(rows[2].stored = 0);                      /* gap behind */
    BROKEN(rows[9].stored = 4);                      /* string twice */
    BROKEN(rows[5].sub = NULL);                      /* contact's misses */
    BROKEN(rows[5].stored = 1);                      /* object stored */
    BROKEN(rows[8].stored = 1);                      /* list stored */
    BROKEN(rows[0].offset = sizeof(thing_t) - 4);    /* beyond */
    BROKEN(rows[1].offset = sizeof(thing_t) - 8);
    BROKEN(rows[0].offset = 4);                      /* not aligned */
    BROKEN(s.size = sizeof(thing_t) - 8);
    BROKEN(s.version = 0);

    memset(many, 0, sizeof(many));

    for (i = 0; i < tkt_array_len(many); i++) {
        many[i].name = "x";
        many[i].type = TKT_T_UINT;
        many[i].stored = (uint16_t) (i + 1);
    }

    s = thing_schema;
    s.fields = many;
    s.count = TKT_ROWS_MAX;
    assert_true(tkt_record_schema_ok(&s));
    s.count = TKT_ROWS_MAX + 1;
    assert_false(tkt_record_schema_ok(&s));
}


/* Every type is packed as the kind that base says it has. */
static void
every_type_is_packed_as_its_kind(void **state)
{
    int           type;
    tkt_arena_t  *a = *state;
    tkt_field_t   row;
    tkt_schema_t  s;
    tkt_str_t     r;
    thing_t       t, u;

    memset(&row, 0, sizeof(row));
    row.name = "x";
    row.stored = 1;
    s = thing_schema;
    s.fields = &row;
    s.count = 1;

    for (type = TKT_T_UINT; type <= TKT_T_JSON; type++) {
        row.type = (uint8_t) type;
        memset(&t, 0, sizeof(t));

        if (tkt_field_is_u64(&row)) {
            row.offset = offsetof(thing_t, score);
            t.score = 5;
        } else {
            assert_true(tkt_field_is_str(&row));
            row.offset = offsetof(thing_t, note);
            t.note = tkt_str("five");
        }

        r = tkt_record_pack(&s, &t, NULL, a);
        assert_int_equal(r.len, tkt_field_is_u64(&row) ? 4 : 8);
        assert_true(tkt_record_unpack(&s, r, &u));
        assert_true(t.score == u.score && tkt_str_eq(t.note, u.note));
    }
}


int
main(void)
{
#define T(name)                                                               \
    cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)

    const struct CMUnitTest  tests[] = {
        T(varint_round_trip),
        T(varint_refusals),
        T(exact_bytes),
        T(round_trip),
        T(left_out_texts_are_stored_empty),
        T(versions_and_missing_rows),
        T(refused_records),
        T(damage_is_refused_or_harmless),
        T(schema_rule),
        T(every_type_is_packed_as_its_kind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
