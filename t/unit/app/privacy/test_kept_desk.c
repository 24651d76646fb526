/*
 * What a desk keeps of those who work at it: told in an export, and gone with
 * who is erased.
 */

#define _GNU_SOURCE

#include "app/teams.h"


/* How many pieces of a kind are in ann's export. */
static unsigned
exported(desk_t *d, const char *kind, const char *pointer, const char *value)
{
    char      text[64];
    ask_t     a;
    size_t    i;
    unsigned  n;

    act_sends(d, &a, ANN, TKT_METHOD_GET, "/v1/me/export?limit=200", "", 200);

    for (n = 0, i = 0; i < length_at(a.json, "/data"); i++) {
        (void) snprintf(text, sizeof(text), "/data/%zu/kind", i);

        if (strcmp(text_at(a.json, text), kind) != 0) {
            continue;
        }

        (void) snprintf(text, sizeof(text), "/data/%zu/%s%s", i, kind,
                        pointer);

        if (value != NULL) {
            assert_string_equal(text_at(a.json, text), value);

        } else {
            assert_true(number_at(a.json, text) > 0);
        }

        n++;
    }

    ask_done(&a);

    return n;
}


static unsigned
macros_of(desk_t *d, unsigned who)
{
    ask_t     a;
    unsigned  n;

    act_sends(d, &a, who, TKT_METHOD_GET, "/v1/macros", "", 200);
    n = (unsigned) length_at(a.json, "/data");
    ask_done(&a);

    return n;
}


static void
test_export_and_erasure(void **state)
{
    ask_t          a;
    static desk_t  d;

    acts_open(&d);
    assert_int_equal(exported(&d, "presence", "/presence", "away"), 0);
    (void) team_make(&d, "first", "");
    (void) team_make(&d, "second", "");
    team_join(&d, 1, ANN, true);
    team_join(&d, 2, ANN, false);
    team_join(&d, 2, ANDY, false);
    (void) act_makes(&d, ANN, "/v1/macros",
                     "{\"name\":\"mine\",\"body\":\"b\"}");
    (void) act_makes(&d, ANDY, "/v1/macros",
                     "{\"name\":\"his\",\"body\":\"b\"}");
    (void) act_makes(&d, SUE, "/v1/macros",
                     "{\"name\":\"all\",\"body\":\"b\",\"shared\":true}");
    act_sends(&d, &a, ANN, TKT_METHOD_PUT, "/v1/me/presence",
              "{\"presence\":\"away\"}", 200);
    ask_done(&a);

    assert_int_equal(exported(&d, "presence", "/presence", "away"), 1);
    assert_int_equal(exported(&d, "macro", "/name", "mine"), 1);
    assert_int_equal(exported(&d, "member", "/team", NULL), 2);

    act_sends(&d, &a, ROOT, TKT_METHOD_POST, "/v1/users/3/erase",
              "{\"reason\":\"asked for\"}", 202);
    ask_done(&a);
    assert_int_equal(macros_of(&d, ANN), 1);
    assert_int_equal(macros_of(&d, ANDY), 2);
    assert_int_equal(exported(&d, "macro", "/name", ""), 0);
    assert_int_equal(exported(&d, "member", "/team", NULL), 0);
    assert_int_equal(exported(&d, "presence", "/presence", ""), 0);

    desk_verify_clean(&d);
    desk_close(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_export_and_erasure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
