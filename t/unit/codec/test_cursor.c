/*
 * Cursors: taken back as made, and in no other form or place.
 */

#include "sample.h"
#include "codec/tkt_query.h"
#include "lender.h"


#define HEAD_CHARS  6        /* of version and check, in base64 */


static bool
reads(tkt_str_t cursor, const char *filter)
{
    bool          read;
    uint8_t      *exact;
    tkt_str_t     position;
    tkt_arena_t   arena;

    exact = malloc(cursor.len + 1);
    assert_non_null(exact);
    memcpy(exact + 1, cursor.data, cursor.len);
    cursor.data = exact + 1;

    /* blocks of their own, so that ASan sees overruns */

    tkt_arena_init(&arena, 64);
    read = tkt_cursor_read(cursor, tkt_str_z(filter), &arena, &position);
    tkt_arena_done(&arena);
    free(exact);

    return read;
}


static void
test_back(void **state)
{
    size_t       n;
    uint8_t      bytes[300];
    tkt_str_t    cursor, position = { bytes, 0 }, back;
    tkt_arena_t  arena;

    tkt_arena_init(&arena, 1024);

    for (n = 0; n < sizeof(bytes); n++) {
        bytes[n] = (uint8_t) (n * 37 + 255);
    }

    for (n = 0; n <= 187; n++) {
        position.len = n;
        cursor = tkt_cursor_make(tkt_str("state=open"), position, &arena);

        assert_in_range(cursor.len, 1, TKT_CURSOR_MAX_BYTES);
        assert_true(tkt_cursor_read(cursor, tkt_str("state=open"), &arena,
                                    &back));
        assert_true(tkt_str_eq(back, position));
    }

    /* more does not fit, and then there is no cursor */

    for (n = 188; n < sizeof(bytes); n++) {
        position.len = n;
        cursor = tkt_cursor_make(tkt_str("state=open"), position, &arena);
        assert_int_equal(cursor.len, 0);
    }

    position.data = NULL;
    position.len = 0;
    cursor = tkt_cursor_make(tkt_str(""), position, &arena);
    assert_true(tkt_cursor_read(cursor, tkt_str(""), &arena, &back));
    assert_int_equal(back.len, 0);

    tkt_arena_done(&arena);
}


static void
test_wrong(void **state)
{
    int          c;
    char         text[TKT_CURSOR_MAX_BYTES + 8];
    size_t       i, len;
    tkt_str_t    cursor, copy;
    tkt_arena_t  arena;

    tkt_arena_init(&arena, 1024);
    cursor = tkt_cursor_make(tkt_str("state=open"), tkt_str("position"),
                             &arena);
    len = cursor.len;

    assert_true(reads(cursor, "state=open"));
    assert_false(reads(cursor, "state=ope"));
    assert_false(reads(cursor, "state=openp"));
    assert_false(reads(cursor, "state=opem"));
    assert_false(reads(cursor, "stbte=open"));
    assert_false(reads(cursor, ""));

    /* where the filter ends and the position begins is part of the check */

    copy = tkt_cursor_make(tkt_str("state=openp"), tkt_str("osition"),
                           &arena);
    assert_memory_not_equal(copy.data, cursor.data, HEAD_CHARS);

    copy.data = (const uint8_t *) text;

    for (i = 0; i < len; i++) {
        copy.len = len;
        memcpy(text, cursor.data, len);

        for (c = 0; c < 256; c++) {
            text[i] = (char) c;

            if (c != cursor.data[i] && reads(copy, "state=open")) {
                fail_msg("byte %zu as %02x was taken", i, c);
            }
        }

        memcpy(text, cursor.data, len);
        copy.len = i;
        assert_false(reads(copy, "state=open"));
    }

    for (i = len + 1; i < sizeof(text); i++) {
        memset(text, 'A', sizeof(text));
        memcpy(text, cursor.data, len);
        copy.len = i;
        assert_false(reads(copy, "state=open"));
    }

    tkt_arena_done(&arena);
}


static void
test_no_memory(void **state)
{
    tkt_str_t    position;
    tkt_arena_t  arena;

    tkt_arena_init_lent(&arena, 64, no_memory, NULL);

    assert_int_equal(tkt_cursor_make(tkt_str("a"), tkt_str("b"), &arena).len,
                     0);
    assert_false(tkt_cursor_read(tkt_str("AAAAAAAA"), tkt_str("a"), &arena,
                                 &position));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_back),
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
