/*
 * Rows: how they are numbered, walked, found, copied and compared.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/tkt_schema.h"


typedef struct {
    uint64_t   id;
    tkt_str_t  subject;
    uint64_t   state;
    uint64_t   owner;
    tkt_str_t  owner_name;
    uint64_t   place;
    tkt_str_t  street;
    uint64_t   house;
    uint64_t   flags;
    tkt_str_t  tags;
    uint64_t   at;
    tkt_str_t  links;
} thing_t;


#define ROW(n, t, m)                                                          \
    { TKT_NAME(n), .type = t, .offset = offsetof(thing_t, m) }
#define SUB(n, m, s)                                                          \
    { TKT_NAME(n), .type = TKT_T_OBJECT, .offset = offsetof(thing_t, m),      \
      .sub = s, .flags = TKT_F_NULL_IF_ZERO }
#define SCHEMA(n, rows) { n, rows, tkt_array_len(rows), sizeof(thing_t), 1 }

static const tkt_field_t  place_rows[] = {
    ROW("street", TKT_T_LINE, street),          /* 6 */
    ROW("house", TKT_T_UINT, house),            /* 7 */
};

static const tkt_schema_t  place_schema = SCHEMA("Place", place_rows);

static const tkt_field_t  owner_rows[] = {
    ROW("id", TKT_T_ID, owner),                 /* 3 */
    ROW("name", TKT_T_LINE, owner_name),        /* 4 */
    SUB("place", place, &place_schema),         /* 5 */
};

static const tkt_schema_t  owner_schema = SCHEMA("Owner", owner_rows);

static const tkt_field_t  rows[] = {
    ROW("id", TKT_T_ID, id),                    /* 0 */
    ROW("subject", TKT_T_LINE, subject),        /* 1 */
    SUB("owner", owner, &owner_schema),         /* 2 */
    ROW("state", TKT_T_ENUM, state),            /* 8 */
    ROW("links", TKT_T_LIST, links),            /* 9 */
    ROW("flags", TKT_T_SET, flags),             /* 10 */
    ROW("tags", TKT_T_TAGS, tags),              /* 11 */
    ROW("at", TKT_T_TIME, at),                  /* 12 */
};

static const tkt_schema_t  schema = SCHEMA("Thing", rows);

/* Depth first. */
static const char *const  numbered[] = {
    "id", "subject", "owner", "id", "name", "place", "street", "house",
    "state", "links", "flags", "tags", "at"
};


typedef struct {
    size_t              seen;
    size_t              stop_at;
    const tkt_field_t  *rows[TKT_ROWS_MAX];
} visits_t;


static thing_t
sample(uint64_t k)
{
    thing_t  t;

    static const tkt_str_t  words[] = { tkt_lit("one"), tkt_lit("two") };

    t.id = 10 * k + 1;
    t.subject = words[k & 1];
    t.state = 10 * k + 2;
    t.owner = 10 * k + 3;
    t.owner_name = words[k & 1];
    t.place = 10 * k + 4;
    t.street = words[k & 1];
    t.house = 10 * k + 5;
    t.flags = 10 * k + 6;
    t.tags = words[k & 1];
    t.at = 10 * k + 7;
    t.links = words[k & 1];

    return t;
}


static bool
visit(void *ctx, const tkt_field_t *f, size_t number)
{
    visits_t  *v;

    v = ctx;
    assert_int_equal(number, v->seen);
    v->rows[v->seen++] = f;

    return v->seen != v->stop_at;
}


static void
test_walk(void **state)
{
    size_t    i;
    visits_t  v;

    v.seen = 0;
    v.stop_at = 0;
    assert_true(tkt_schema_walk(&schema, visit, &v));
    assert_int_equal(v.seen, tkt_array_len(numbered));

    for (i = 0; i < tkt_array_len(numbered); i++) {
        assert_string_equal(v.rows[i]->name, numbered[i]);
    }

    assert_ptr_equal(v.rows[0], &rows[0]);
    assert_ptr_equal(v.rows[3], &owner_rows[0]);
    assert_ptr_equal(v.rows[7], &place_rows[1]);
    assert_ptr_equal(v.rows[12], &rows[7]);
}


static void
test_walk_stops(void **state)
{
    size_t    i;
    visits_t  v;

    for (i = 1; i <= tkt_array_len(numbered); i++) {
        v.seen = 0;
        v.stop_at = i;
        assert_false(tkt_schema_walk(&schema, visit, &v));
        assert_int_equal(v.seen, i);
    }
}


static void
test_span(void **state)
{
    size_t  i, sum;

    assert_int_equal(tkt_field_span(&rows[0]), 1);
    assert_int_equal(tkt_field_span(&rows[4]), 1);
    assert_int_equal(tkt_field_span(&owner_rows[2]), 3);
    assert_int_equal(tkt_field_span(&rows[2]), 6);

    for (sum = 0, i = 0; i < schema.count; i++) {
        sum += tkt_field_span(&schema.fields[i]);
    }

    assert_int_equal(sum, tkt_array_len(numbered));
}


static void
test_kinds(void **state)
{
    int          type;
    tkt_field_t  f;

    memset(&f, 0, sizeof(f));

    for (type = 0; type < 256; type++) {
        f.type = (uint8_t) type;

        assert_int_equal(tkt_field_is_u64(&f),
                         type >= TKT_T_UINT && type <= TKT_T_TIME);
        assert_int_equal(tkt_field_is_str(&f),
                         (type >= TKT_T_LINE && type <= TKT_T_JSON)
                         || type == TKT_T_LIST);
    }
}


static void
test_find(void **state)
{
    size_t     i;
    tkt_str_t  s;

    for (i = 0; i < schema.count; i++) {
        assert_ptr_equal(tkt_schema_find(&schema, tkt_str_z(rows[i].name)),
                         &rows[i]);
    }

    assert_null(tkt_schema_find(&schema, tkt_str("street")));
    assert_null(tkt_schema_find(&schema, tkt_str("")));
    assert_null(tkt_schema_find(&schema, tkt_str_z(NULL)));
    assert_null(tkt_schema_find(&schema, tkt_str("i")));
    assert_null(tkt_schema_find(&schema, tkt_str("ID")));
    assert_null(tkt_schema_find(&schema, tkt_str("ids")));
    assert_null(tkt_schema_find(&schema, tkt_str("id\0")));
    assert_null(tkt_schema_find(&schema, tkt_str("id\0and more of it")));
    assert_null(tkt_schema_find(&schema, tkt_str("\0")));

    /* not NUL-terminated */

    s.data = (const uint8_t *) "stateless";
    s.len = 5;
    assert_ptr_equal(tkt_schema_find(&schema, s), &rows[3]);
}


/* One row marked: exactly its member is copied. */
static void
test_apply_one(void **state)
{
    size_t              i, j;
    thing_t             a, b, before;
    visits_t            v;
    tkt_present_t       p;
    const tkt_field_t  *f;

    v.seen = 0;
    v.stop_at = 0;
    (void) tkt_schema_walk(&schema, visit, &v);

    for (i = 0; i < v.seen; i++) {
        a = sample(0);
        b = sample(1);
        memset(&p, 0, sizeof(p));
        tkt_present_set(&p, i);
        tkt_schema_apply(&schema, &p, &a, &b);

        for (j = 0; j < v.seen; j++) {
            f = v.rows[j];

            if (tkt_field_is_u64(f) || tkt_field_is_str(f)) {
                assert_int_equal(tkt_field_same(f, &a, &b), i == j);
            }
        }

        /* nothing flows back */

        before = sample(1);
        assert_memory_equal(&b, &before, sizeof(b));
    }
}


static void
test_apply_all_and_none(void **state)
{
    size_t         i;
    thing_t        a, b, before;
    tkt_present_t  p;

    a = before = sample(0);
    b = sample(1);
    memset(&p, 0, sizeof(p));
    tkt_schema_apply(&schema, &p, &a, &b);
    assert_memory_equal(&a, &before, sizeof(a));

    for (i = 0; i < tkt_array_len(numbered); i++) {
        tkt_present_set(&p, i);
    }

    tkt_schema_apply(&schema, &p, &a, &b);

    for (i = 0; i < schema.count; i++) {
        assert_true(tkt_field_same(&rows[i], &a, &b));
    }

    /* `place` is no row of its own: it is not copied */

    assert_int_equal(a.place, before.place);
    assert_ptr_equal(a.street.data, b.street.data);
}


static void
test_present(void **state)
{
    size_t         i, j;
    tkt_present_t  p;

    for (i = 0; i < TKT_ROWS_MAX; i++) {
        memset(&p, 0, sizeof(p));
        tkt_present_set(&p, i);

        for (j = 0; j < TKT_ROWS_MAX; j++) {
            assert_int_equal(tkt_present_has(&p, j), i == j);
        }
    }
}


static void
test_same(void **state)
{
    char     text[] = "one";
    thing_t  a, b;

    a = sample(0);
    b = sample(0);
    b.subject.data = (const uint8_t *) text;
    assert_true(tkt_field_same(&rows[1], &a, &b));
    text[2] = 'c';
    assert_false(tkt_field_same(&rows[1], &a, &b));

    a.subject = tkt_str_z(NULL);
    b.subject = tkt_str("");
    assert_true(tkt_field_same(&rows[1], &a, &b));
    b.subject = tkt_str("o");
    assert_false(tkt_field_same(&rows[1], &a, &b));

    assert_true(tkt_field_same(&rows[2], &a, &b));
    b.house++;
    assert_false(tkt_field_same(&rows[2], &a, &b));
    assert_true(tkt_field_same(&rows[0], &a, &b));
    assert_true(tkt_field_same(&rows[4], &a, &b));

    b.id += UINT64_C(1) << 32;
    assert_false(tkt_field_same(&rows[0], &a, &b));
}


static void
test_names(void **state)
{
    uint64_t  value;

    static const tkt_str_t  words[] = {
        { NULL, 0 }, tkt_lit("low"), { NULL, 0 }, tkt_lit("high")
    };

    static const tkt_names_t  names = { words, tkt_array_len(words) };
    static const tkt_names_t  none = { NULL, 0 };

    assert_true(tkt_names_find(&names, tkt_str("low"), &value));
    assert_int_equal(value, 1);
    assert_true(tkt_names_find(&names, tkt_str("high"), &value));
    assert_int_equal(value, 3);

    value = 9;
    assert_false(tkt_names_find(&names, tkt_str("Low"), &value));
    assert_int_equal(value, 0);
    assert_false(tkt_names_find(&names, tkt_str("lo"), &value));
    assert_false(tkt_names_find(&names, tkt_str("low\0"), &value));
    assert_false(tkt_names_find(&none, tkt_str("low"), &value));

    value = 9;
    assert_false(tkt_names_find(&names, tkt_str(""), &value));
    assert_int_equal(value, 0);
    assert_false(tkt_names_find(&names, tkt_str_z(NULL), &value));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_walk),
        cmocka_unit_test(test_walk_stops),
        cmocka_unit_test(test_span),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_apply_one),
        cmocka_unit_test(test_apply_all_and_none),
        cmocka_unit_test(test_present),
        cmocka_unit_test(test_same),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
