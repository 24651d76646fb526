/*
 * Media types by looking, and names of files.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/tkt_text.h"
#include "domain/tkt_media.h"



static const struct {
    tkt_str_t    head;
    const char  *type;
} samples[] = {
    { tkt_lit("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "image/png" },
    { tkt_lit("\xff\xd8\xff\xdb"), "image/jpeg" },
    { tkt_lit("GIF87a\1\0"), "image/gif" },
    { tkt_lit("GIF89a\1\0"), "image/gif" },
    { tkt_lit("RIFF\1\2\3\4WEBPVP8L"), "image/webp" },
    { tkt_lit("RIFF\1\2\3\4WAVEfmt "), "application/octet-stream" },
    { tkt_lit("%PDF-1.4\n\xe2\xe3"), "application/pdf" },
    { tkt_lit("PK\3\4\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
              "word/document.xml"),
      "application/vnd.openxmlformats-officedocument.wordprocessingml"
      ".document" },
    { tkt_lit("PK\3\4\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
              "mimetypeapplication/vnd.oasis.opendocument.text"),
      "application/vnd.oasis.opendocument.text" },
    { tkt_lit("PK\3\4\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
              "a.txt"), "application/zip" },
    { tkt_lit("PK\5\6\0\0"), "application/zip" },
    { tkt_lit("\x1f\x8b\x08\0"), "application/gzip" },
    { tkt_lit("\0\0\0\x18" "ftypisom"), "video/mp4" },
    { tkt_lit("\0\0\0\x18" "ftypqt  "), "video/quicktime" },
    { tkt_lit("plain\r\n\ttext\f"), "text/plain; charset=utf-8" },
    { tkt_lit("日志:一切正常\n"), "text/plain; charset=utf-8" },
    { tkt_lit("<html><script>"), "text/plain; charset=utf-8" },
    { tkt_lit("<?xml version=\"1.0\"?><svg"), "text/plain; charset=utf-8" },
    { tkt_lit("a\0b"), "application/octet-stream" },
    { tkt_lit("a\x1b[31m"), "application/octet-stream" },
    { tkt_lit("a\x7f"), "application/octet-stream" },
    { tkt_lit("\xc0\x80"), "application/octet-stream" },
    { tkt_lit("caf\xe9"), "application/octet-stream" },
    { tkt_lit("cut \xe6\x97"), "application/octet-stream" },
    { tkt_lit("\xff\xfe" "a\0"), "application/octet-stream" },
    { tkt_lit("P"), "text/plain; charset=utf-8" },
    { tkt_lit("\x89PN"), "application/octet-stream" },
};


static void
test_sniff(void **state)
{
    size_t     i, n;
    uint8_t   *copy;
    tkt_str_t  type;

    for (i = 0; i < tkt_array_len(samples); i++) {

        /* of its own size, so that a look too far is seen */

        n = samples[i].head.len;
        copy = malloc(n);
        assert_non_null(copy);
        memcpy(copy, samples[i].head.data, n);

        type = tkt_media_sniff((tkt_str_t) { copy, n }, true);

        if (!tkt_str_eq(type, tkt_str_z(samples[i].type))) {
            fail_msg("sample %zu is %.*s, not %s", i, (int) type.len,
                     (const char *) type.data, samples[i].type);
        }

        free(copy);
    }
}


/* Where the look ends a character may be cut off; where the file ends, not. */
static void
test_sniff_end(void **state)
{
    uint8_t    text[TKT_MEDIA_HEAD_BYTES + 8];
    tkt_str_t  s = { text, TKT_MEDIA_HEAD_BYTES };

    memset(text, 'x', sizeof(text));
    memcpy(text + TKT_MEDIA_HEAD_BYTES - 2, "\xe6\x97\xa5", 3);

    assert_true(tkt_str_eq(tkt_media_sniff(s, false),
                           tkt_str("text/plain; charset=utf-8")));
    assert_true(tkt_str_eq(tkt_media_sniff(s, true),
                           tkt_str("application/octet-stream")));

    /* what comes after is not looked at */

    s.len = sizeof(text);
    text[sizeof(text) - 1] = '\0';
    assert_true(tkt_str_eq(tkt_media_sniff(s, true),
                           tkt_str("text/plain; charset=utf-8")));
}


static void
test_inline(void **state)
{
    static const char *const  shown[] = {
        "image/png", "image/jpeg", "image/gif", "image/webp",
        "text/plain; charset=utf-8",
    };
    static const char *const  stored[] = {
        "application/pdf", "text/html", "image/svg+xml", "text/plain", "",
        "application/octet-stream", "application/zip", "video/mp4",
    };
    size_t                    i;

    for (i = 0; i < tkt_array_len(shown); i++) {
        assert_true(tkt_media_inline(tkt_str_z(shown[i])));
    }

    for (i = 0; i < tkt_array_len(stored); i++) {
        assert_false(tkt_media_inline(tkt_str_z(stored[i])));
    }
}


static const struct {
    const char  *sent;
    const char  *kept;
    const char  *header;
} names[] = {
    { "a.txt", "a.txt", "a.txt\"; filename*=UTF-8''a.txt" },
    { "../../etc/passwd", "passwd", "passwd\"; filename*=UTF-8''passwd" },
    { "C:\\dir\\b.png", "b.png", "b.png\"; filename*=UTF-8''b.png" },
    { "..", "file", "file\"; filename*=UTF-8''file" },
    { "a/", "file", "file\"; filename*=UTF-8''file" },
    { "", "file", "file\"; filename*=UTF-8''file" },
    { " .hidden. ", "hidden", "hidden\"; filename*=UTF-8''hidden" },
    { "a\r\nSet-Cookie: b", "aSet-Cookie: b",
      "aSet-Cookie: b\"; filename*=UTF-8''aSet-Cookie%3A%20b" },
    { "a\"b\\", "file", "file\"; filename*=UTF-8''file" },
    { "a\";x=\"b", "a\";x=\"b", "a_;x=_b\"; filename*=UTF-8''a%22%3Bx%3D%22b" },
    { "50%.txt", "50%.txt", "50_.txt\"; filename*=UTF-8''50%25.txt" },
    { "x\xe2\x80\xaegpj.exe", "xgpj.exe",
      "xgpj.exe\"; filename*=UTF-8''xgpj.exe" },
    { "\xef\xbb\xbf" "a\xe2\x80\x8b" "b", "ab",
      "ab\"; filename*=UTF-8''ab" },
    { "日.txt", "日.txt", "_.txt\"; filename*=UTF-8''%E6%97%A5.txt" },
    { "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80",
      "_\"; filename*=UTF-8''%F0%9F%98%80" },
};


static void
test_names(void **state)
{
    char         want[300];
    size_t       i;
    tkt_str_t    name, value;
    tkt_arena_t  arena;

    tkt_arena_init(&arena, 4096);

    for (i = 0; i < tkt_array_len(names); i++) {
        name = tkt_file_name(tkt_str_z(names[i].sent), &arena);

        if (!tkt_str_eq(name, tkt_str_z(names[i].kept))) {
            fail_msg("name %zu is %.*s", i, (int) name.len,
                     (const char *) name.data);
        }

        value = tkt_file_disposition(name, i % 2 == 0, &arena);
        (void) snprintf(want, sizeof(want), "%s; filename=\"%s",
                        i % 2 == 0 ? "inline" : "attachment",
                        names[i].header);

        if (!tkt_str_eq(value, tkt_str_z(want))) {
            fail_msg("header %zu is %.*s", i, (int) value.len,
                     (const char *) value.data);
        }
    }

    tkt_arena_done(&arena);
}


/* The end of a name stays: it tells most people what it is. */
static void
test_long_names(void **state)
{
    char         sent[4 * TKT_FILE_NAME_MAX_CHARS];
    size_t       i, chars;
    tkt_str_t    name;
    tkt_arena_t  arena;

    tkt_arena_init(&arena, 4096);

    for (i = 0; i + 3 < sizeof(sent) - 8; i += 3) {
        memcpy(sent + i, "日", 3);
    }

    memcpy(sent + i, ".txt", 5);
    name = tkt_file_name(tkt_str_z(sent), &arena);

    assert_int_equal(tkt_text_check(name, &chars), TKT_TEXT_OK);
    assert_int_equal(chars, TKT_FILE_NAME_MAX_CHARS);
    assert_memory_equal(name.data + name.len - 4, ".txt", 4);

    tkt_arena_done(&arena);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_sniff),
        cmocka_unit_test(test_sniff_end),
        cmocka_unit_test(test_inline),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_long_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
