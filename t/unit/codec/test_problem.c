/*
 * Problem documents.
 */

#include "sample.h"
#include "strict_json.h"

#include "codec/tkt_problem.h"


static const tkt_str_t  action_list[] = {
    tkt_lit("submit"), tkt_lit("claim"), tkt_lit("close")
};

static const tkt_names_t  action_names = { action_list, 3 };


static void
check_problem(const tkt_problem_t *p, const char *expected)
{
    tkt_out_t    o;
    tkt_arena_t  arena;

    tkt_arena_init(&arena, 1024);
    tkt_out_init(&o, &arena, 0);
    tkt_problem_encode(&o, p);

    assert_text(tkt_out_text(&o), expected);
    assert_true(strict_json(o.start, tkt_out_text(&o).len));
    tkt_arena_done(&arena);
}


static void
test_documents(void **state)
{
    tkt_arena_t    arena;
    tkt_errors_t   errors;
    tkt_problem_t  p;

    tkt_arena_init(&arena, 1024);
    tkt_errors_init(&errors, &arena);
    memset(&p, 0, sizeof(p));

    p.status = TKT_NOT_FOUND;
    p.mount = tkt_str("/help\"desk");
    p.detail = tkt_str("No ticket \"7\".");
    p.request_id = tkt_str("r-1");
    p.errors = &errors;

    check_problem(&p,
        "{\"type\":\"/help\\\"desk/v1/problems/not-found\","
        "\"title\":\"There is no such resource\",\"status\":404,"
        "\"detail\":\"No ticket \\\"7\\\".\",\"request_id\":\"r-1\"}");

    p.status = TKT_INVALID_REQUEST;
    p.lang = TKT_LANG_ZH;
    p.mount = tkt_str("");

    tkt_errors_add(&errors, tkt_str("/a~1b"), "unknown", "Not %s.", "known");
    tkt_errors_add_parameter(&errors, "lim\"it", "range", "%c", 'd');
    tkt_errors_add_header(&errors, "If-Match", "format", "%s", "e");

    check_problem(&p,
        "{\"type\":\"/v1/problems/invalid-request\","
        "\"title\":\"\xe8\xaf\xb7\xe6\xb1\x82\xe4\xb8\xad\xe6\x9c\x89"
        "\xe6\x97\xa0\xe6\x95\x88\xe7\x9a\x84\xe5\xad\x97\xe6\xae\xb5\","
        "\"status\":400,\"detail\":\"No ticket \\\"7\\\".\","
        "\"request_id\":\"r-1\",\"errors\":["
        "{\"pointer\":\"/a~1b\",\"code\":\"unknown\","
        "\"detail\":\"Not known.\"},"
        "{\"pointer\":\"\",\"parameter\":\"lim\\\"it\",\"code\":\"range\","
        "\"detail\":\"d\"},"
        "{\"pointer\":\"\",\"header\":\"If-Match\",\"code\":\"format\","
        "\"detail\":\"e\"}]}");

    tkt_arena_done(&arena);
}


static void
test_state(void **state)
{
    tkt_problem_t  p;

    memset(&p, 0, sizeof(p));
    p.status = TKT_INVALID_TRANSITION;
    p.detail = tkt_str("d");
    p.state = tkt_str("open");
    p.action_names = &action_names;
    p.allowed_actions = tkt_bit(0) | tkt_bit(2);
    p.retry_after_s = 60;

    check_problem(&p,
        "{\"type\":\"/v1/problems/invalid-transition\","
        "\"title\":\"The ticket's state does not allow this action\","
        "\"status\":409,\"detail\":\"d\",\"request_id\":\"\","
        "\"state\":\"open\",\"allowed_actions\":[\"submit\",\"close\"],"
        "\"retry_after\":60}");

    p.allowed_actions = 0;
    p.retry_after_s = 0;

    check_problem(&p,
        "{\"type\":\"/v1/problems/invalid-transition\","
        "\"title\":\"The ticket's state does not allow this action\","
        "\"status\":409,\"detail\":\"d\",\"request_id\":\"\","
        "\"state\":\"open\",\"allowed_actions\":[]}");
}


/* The detail is the case's, else the reader's, else the status's prose. */
static void
test_detail(void **state)
{
    tkt_str_t      text;
    tkt_out_t      o;
    tkt_arena_t    arena;
    tkt_errors_t   errors;
    tkt_problem_t  p;

    tkt_arena_init(&arena, 1024);
    tkt_errors_init(&errors, &arena);
    errors.detail = tkt_str("Line 1, column 1: x.");

    memset(&p, 0, sizeof(p));
    p.status = TKT_INVALID_JSON;
    p.errors = &errors;

    tkt_out_init(&o, &arena, 0);
    tkt_problem_encode(&o, &p);
    text = tkt_out_text(&o);
    assert_non_null(memmem(text.data, text.len,
                           "\"detail\":\"Line 1, column 1: x.\"", 31));

    p.errors = NULL;
    tkt_out_init(&o, &arena, 0);
    tkt_problem_encode(&o, &p);
    text = tkt_out_text(&o);
    assert_non_null(memmem(text.data, text.len,
                           "\"detail\":\"The body must be one JSON object",
                           41));

    tkt_arena_done(&arena);
}


static void *
one_block(void *data, size_t bytes)
{
    void  **block = data;

    if (*block != NULL) {
        return NULL;
    }

    *block = malloc(bytes);

    return *block;
}


/* A document that could not be finished is none. */
static void
test_no_memory(void **state)
{
    void           *block;
    size_t          bytes;
    tkt_out_t       o;
    tkt_arena_t     arena;
    tkt_problem_t   p;

    memset(&p, 0, sizeof(p));
    p.status = TKT_BUSY;

    for (bytes = 0; bytes < 1500; bytes += 50) {
        block = NULL;
        tkt_arena_init_lent(&arena, bytes, one_block, &block);
        tkt_out_init(&o, &arena, bytes / 2);
        tkt_problem_encode(&o, &p);

        assert_true(o.failed == (tkt_out_text(&o).len == 0));
        assert_true(o.failed || strict_json(o.start, tkt_out_text(&o).len));
        assert_true(bytes > 100 || o.failed);
        free(block);
    }

    /* room for the text, none for the type's URI */

    block = NULL;
    tkt_arena_init_lent(&arena, 64, one_block, &block);
    tkt_out_init(&o, &arena, 4096);
    tkt_problem_encode(&o, &p);
    assert_true(o.failed);
    free(block);
}


/* Lists that are full take no more, and mark no other as theirs. */
static void
test_full_list(void **state)
{
    size_t        i;
    tkt_arena_t   arena;
    tkt_errors_t  errors;

    tkt_arena_init(&arena, 1024);
    tkt_errors_init(&errors, &arena);

    for (i = 0; i < TKT_JSON_ERRORS_MAX; i++) {
        tkt_errors_add(&errors, tkt_str("/a"), "x", "y");
    }

    tkt_errors_add_parameter(&errors, "a", "x", "y");
    tkt_errors_add_header(&errors, "a", "x", "y");

    assert_int_equal(errors.count, TKT_JSON_ERRORS_MAX);
    assert_false(errors.list[i - 1].parameter || errors.list[i - 1].header);

    tkt_arena_done(&arena);
}


/* Every status has a document, in both languages. */
static void
test_all(void **state)
{
    int            s, lang;
    tkt_out_t      o;
    tkt_arena_t    arena;
    tkt_problem_t  p;

    for (s = TKT_OK + 1; s < TKT_STATUS_MAX; s++) {
        for (lang = 0; lang < TKT_LANG_MAX; lang++) {
            memset(&p, 0, sizeof(p));
            p.status = (tkt_status_t) s;
            p.lang = (tkt_lang_t) lang;

            tkt_arena_init(&arena, 1024);
            tkt_out_init(&o, &arena, 0);
            tkt_problem_encode(&o, &p);

            assert_true(strict_json(o.start, tkt_out_text(&o).len));
            assert_non_null(memmem(o.start, tkt_out_text(&o).len,
                                   tkt_status_row(p.status)->title[lang].data,
                                   tkt_status_row(p.status)->title[lang].len));
            tkt_arena_done(&arena);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_state),
        cmocka_unit_test(test_detail),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_full_list),
        cmocka_unit_test(test_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
