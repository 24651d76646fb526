/*
 * The text of a body: grammar, UTF-8, escapes, controls, and where a fault is.
 */

#include "sample.h"
#include "strict_json.h"


#define WHOLE                                                                 \
    " {\"line\" : \"a\\u00e9\\n\\ud83d\\ude00\", \"count\":12,\n"             \
    "\t\"flag\":true,\"custom\":{\"a\":[1,-2.5e+3,null,{}],\"b\":\"\\\"\"}"   \
    ",\"rights\":[\"read\"],\"owner\":{\"id\":\"7\"},\"at\":null}\r\n"


/* A document with raw bytes as the string of a row that takes any text. */
static tkt_status_t
read_raw_string(const char *inside, size_t len)
{
    char          text[512];
    size_t        n;

    n = (size_t) sprintf(text, "{\"text\":\"");
    memcpy(text + n, inside, len);
    n += len;
    n += (size_t) sprintf(text + n, "\"}");

    return read_bytes(text, n, NULL, 0);
}


static const struct {
    const char  *text;
    int          line, column;
}  places[] = {
    { "{\"flag\":tru}",               1, 9 },
    { "{\"flag\":true,}",             1, 14 },
    { "{\"flag\" true}",              1, 9 },
    { "{\"flag\":true \"a\":1}",      1, 14 },
    { "{\"count\":-x}",               1, 10 },
    { "{\"count\":01}",               1, 10 },
    { "{\"count\":+1}",               1, 10 },
    { "{\"count\":.5}",               1, 10 },
    { "{\"count\":1.}",               1, 10 },
    { "{\"count\":1e}",               1, 10 },
    { "{\"count\":0x10}",             1, 10 },
    { "{\"count\":NaN}",              1, 10 },
    { "{\"count\":Infinity}",         1, 10 },
    { "{\"count\":123456789012345678901}", 1, 10 },
    { "{\"flag\":true}}",             1, 14 },
    { "{\"flag\":true} x",            1, 15 },
    { "{\"flag\":true}{}",            1, 14 },
    { "{\"flag\":true},",             1, 14 },
    { "{,}",                          1, 2 },
    { "{flag:1}",                     1, 2 },
    { "{'flag':1}",                   1, 2 },
    { "{1:2}",                        1, 2 },
    { "{\"flag\"}",                   1, 8 },
    { "{\"flag\":}",                  1, 9 },
    { "{\"rights\":[\"read\",]}",     1, 19 },
    { "{\"rights\":[\"read\"}",       1, 18 },
    { "{\"flag\":true]",              1, 13 },
    { "{\"flag\":/**/true}",          1, 9 },
    { "{\"flag\":true} // x",         1, 15 },
    { "[]",                           1, 1 },
    { "  \"x\"",                      1, 3 },
    { "1",                            1, 1 },
    { "null",                         1, 1 },
    { " \n \t ",                      2, 4 },
    { "\xef\xbb\xbf{}",               1, 1 },
    { "{\n \"line\": \"\xe4\xb8\xad\\q\"}", 2, 12 },
    { "{\r\n\"line\":\n\"\xe4\xb8\xad\x01\"}", 3, 3 },
    { "{\"line\":\"\xe4\xb8\xad\xe4\xb8\"}", 1, 11 },
    { "{\xe4\xb8\xad:1}",             1, 2 },
    { "{\"line\":\"ab",               1, 12 },
    { "{\"line\":\"ab\\",             1, 13 },
    { "{\"line\":12",                 1, 11 },
};


static void
test_places(void **state)
{
    size_t  i;
    char    detail[256], place[64];

    for (i = 0; i < tkt_array_len(places); i++) {
        if (read_bytes(places[i].text, strlen(places[i].text), detail,
                       sizeof(detail))
            != TKT_INVALID_JSON)
        {
            fail_msg("accepted: %s", places[i].text);
        }

        sprintf(place, "Line %d, column %d: ", places[i].line,
                places[i].column);

        if (strncmp(detail, place, strlen(place)) != 0) {
            fail_msg("%s: \"%s\", expected \"%s\"", places[i].text, detail,
                     place);
        }

        assert_false(strict_json((const uint8_t *) places[i].text,
                                 strlen(places[i].text))
                     && places[i].text[0] == '{'
                     && strstr(places[i].text, "1234567890") == NULL);
    }
}


static void
test_nul_bytes(void **state)
{
    assert_int_equal(read_bytes("{}\0", 3, NULL, 0), TKT_INVALID_JSON);
    assert_int_equal(read_bytes("\0{}", 3, NULL, 0), TKT_INVALID_JSON);
    assert_int_equal(read_bytes("{\0}", 3, NULL, 0), TKT_INVALID_JSON);
    assert_int_equal(read_bytes("{}", 2, NULL, 0), TKT_OK);

    /* a name that holds a NUL is not the name before it */

    assert_int_equal(read_text("{\"flag\\u0000\":true}"),
                     TKT_INVALID_REQUEST);
}


static void
test_prefixes(void **state)
{
    size_t  i;

    assert_int_equal(read_text(WHOLE), TKT_INVALID_REQUEST);   /* newline */

    for (i = 1; i < strlen(WHOLE) - 2; i++) {
        if (read_bytes(WHOLE, i, NULL, 0) != TKT_INVALID_JSON) {
            fail_msg("accepted a prefix of %zu bytes", i);
        }
    }

    assert_int_equal(read_bytes(WHOLE, strlen(WHOLE) - 2, NULL, 0),
                     TKT_INVALID_REQUEST);
}


/* Every byte of a valid document replaced by every other: as strict says. */
static void
test_mutations(void **state)
{
    int           c;
    char          text[sizeof(WHOLE)];
    size_t        i, len;
    bool          valid, accepted;

    len = strlen(WHOLE);
    memcpy(text, WHOLE, len);

    for (i = 0; i < len; i++) {
        for (c = 0; c < 256; c++) {
            text[i] = (char) c;

            valid = strict_json((const uint8_t *) text, len);
            accepted = read_bytes(text, len, NULL, 0) != TKT_INVALID_JSON;

            if (valid != accepted) {
                fail_msg("byte %zu = %02x: strict %d, codec %d", i, c, valid,
                         accepted);
            }
        }

        text[i] = WHOLE[i];
    }
}


static void
test_utf8(void **state)
{
    size_t  i;

    static const char *const  good[] = {
        "\xc2\xa0", "\xdf\xbf", "\xe0\xa0\x80", "\xe1\x80\x80",
        "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80",
        "\xf4\x8f\xbf\xbf", "\xe4\xb8\xad\xe6\x96\x87",
        "\xe0\xa0\x80\xed\x9f\xbf\xe4\xb8\xad",
        "\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87\xef\xbc\x8c",
    };

    static const char *const  bad[] = {
        "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41",
        "\xc2\xc2", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xe0\xa0",
        "\xe4\xb8", "\xe4\x41\x80", "\xe4\xb8\x41", "\xed\xa0\x80",
        "\xed\xbf\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf",
        "\xf0\x90\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xf7\xbf\xbf\xbf", "\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80",
        "\xfe", "\xff", "\xff\xfe", "\xe4\xb8\xad\xe0\x80\x80",
        "\xe4\xb8\xad\xed\xa0\x80", "\xe0\x80\x80\xe4\xb8\xad",
        "\xed\xa0\x80\xed\xb0\x80", "\xe4\xb8\xad\xe4\xb8\x41\xe4\xb8\xad",
    };

    for (i = 0; i < tkt_array_len(good); i++) {
        assert_int_equal(read_raw_string(good[i], strlen(good[i])), TKT_OK);
    }

    for (i = 0; i < tkt_array_len(bad); i++) {
        size_t  pad, len;
        char    text[128];

        /* at every distance from a word's start, in a value and in a name */

        for (pad = 0; pad < 20; pad++) {
            memset(text, 'x', pad);
            strcpy(text + pad, bad[i]);
            len = pad + strlen(bad[i]);

            assert_int_equal(read_raw_string(text, len), TKT_INVALID_JSON);

            memset(text + len, 'y', 12);
            assert_int_equal(read_raw_string(text, len + 12),
                             TKT_INVALID_JSON);
        }

        sprintf(text, "{\"%s\":1}", bad[i]);
        assert_int_equal(read_text(text), TKT_INVALID_JSON);

        sprintf(text, "{\"custom\":{\"%s\":1}}", bad[i]);
        assert_int_equal(read_text(text), TKT_INVALID_JSON);
    }
}


static void
test_escapes(void **state)
{
    size_t  i;

    static const struct {
        const char  *text;
        const char  *value;       /* NULL: refused */
    } rows[] = {
        { "\\\"\\\\\\/",               "\"\\/" },
        { "\\n\\t",                    "\n\t" },
        { "\\u0041\\u00e9\\u4e2d",     "A\xc3\xa9\xe4\xb8\xad" },
        { "\\u00E9\\uAbCd",            "\xc3\xa9\xea\xaf\x8d" },
        { "\\ud83d\\ude00",            "\xf0\x9f\x98\x80" },
        { "\\uD800\\uDC00",            "\xf0\x90\x80\x80" },
        { "\\udbff\\udfff",            "\xf4\x8f\xbf\xbf" },
        { "\\ufffe\\uffff",            "\xef\xbf\xbe\xef\xbf\xbf" },
        { "\\ud7ff\\ue000",            "\xed\x9f\xbf\xee\x80\x80" },
        { "\\\\u0041",                 "\\u0041" },
        { "\\udc00",                   NULL },
        { "\\ud800",                   NULL },
        { "\\ud800x",                  NULL },
        { "\\ud800\\u0041",            NULL },
        { "\\ud800\\ud800",            NULL },
        { "\\ud800\\n",                NULL },
        { "\\ude00\\ud83d",            NULL },
        { "\\u12",                     NULL },
        { "\\u12g4",                   NULL },
        { "\\U0041",                   NULL },
        { "\\u 041",                   NULL },
        { "\\u+041",                   NULL },
        { "\\x41",                     NULL },
        { "\\'",                       NULL },
        { "\\0",                       NULL },
        { "\\a",                       NULL },
        { "\\v",                       NULL },
        { "\\",                        NULL },
    };

    for (i = 0; i < tkt_array_len(rows); i++) {
        char       text[128];
        decoded_t  d;

        sprintf(text, "{\"text\":\"%s\"}", rows[i].text);
        decode(&d, tkt_str_z(text), USE_ACT, false);

        if (rows[i].value == NULL) {
            assert_int_equal(d.status, TKT_INVALID_JSON);

        } else {
            assert_int_equal(d.status, TKT_OK);
            assert_text(d.obj.text, rows[i].value);
        }

        decoded_done(&d);
    }
}


/* Each control raw, escaped, and in the long rows and the short. */
static void
test_controls(void **state)
{
    int   c;
    char  text[128], raw;
    bool  tab_or_newline;

    for (c = 0; c < 0x20; c++) {
        raw = (char) c;
        tab_or_newline = (c == '\n' || c == '\t');

        assert_int_equal(read_raw_string(&raw, 1), TKT_INVALID_JSON);

        sprintf(text, "{\"text\":\"a\\u%04x\"}", c);
        assert_int_equal(read_text(text),
                         tab_or_newline ? TKT_OK : TKT_INVALID_REQUEST);

        sprintf(text, "{\"line\":\"ab\\u%04x\"}", c);
        assert_int_equal(read_text(text), TKT_INVALID_REQUEST);

        sprintf(text, "{\"custom\":{\"a\":\"\\u%04x\"}}", c);
        assert_int_equal(read_text(text),
                         tab_or_newline ? TKT_OK : TKT_INVALID_REQUEST);

        sprintf(text, "{\"custom\":{\"\\u%04x\":1}}", c);
        assert_int_equal(read_text(text),
                         tab_or_newline ? TKT_OK : TKT_INVALID_REQUEST);

        sprintf(text, "{\"tags\":[\"\\u%04x\"]}", c);
        assert_int_equal(read_text(text), TKT_INVALID_REQUEST);
    }

    /* DEL and C1 are no concern of JSON, but of our texts */

    for (c = 0x7f; c < 0xa0; c++) {
        sprintf(text, "{\"text\":\"a\\u%04x\"}", c);
        assert_int_equal(read_text(text), TKT_INVALID_REQUEST);
    }

    assert_int_equal(read_raw_string("\x7f", 1), TKT_INVALID_REQUEST);
    assert_int_equal(read_raw_string("\xc2\x85", 2), TKT_INVALID_REQUEST);
    assert_int_equal(read_raw_string("\xc2\xa0", 2), TKT_OK);
}


static void
test_empty_body(void **state)
{
    decoded_t  d;

    assert_int_equal(read_text(""), TKT_OK);

    decode(&d, tkt_str(""), USE_CREATE, false);
    assert_int_equal(d.status, TKT_INVALID_JSON);
    decoded_done(&d);

    decode(&d, tkt_str(""), USE_CREATE, true);
    assert_int_equal(d.status, TKT_OK);
    decoded_done(&d);

    decode(&d, tkt_str("{}"), USE_ACT, false);
    assert_int_equal(d.status, TKT_OK);
    assert_int_equal(d.present.bits[0] | d.present.bits[1], 0);
    decoded_done(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_nul_bytes),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_mutations),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_controls),
        cmocka_unit_test(test_empty_body),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
