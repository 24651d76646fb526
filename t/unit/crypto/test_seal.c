/*
 * Sealed text: it opens where it belongs and nowhere else, and key files are
 * read as written or not at all.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/tkt_crypto.h"
#include "crypto/tkt_seal.h"


#define A  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define B  "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="

static const tkt_seal_place_t  place = { 3, 77, 1, 5 };
static const uint8_t           nonce[24] = { 1, 2, 3 };
static const uint8_t           random_1[32] = { 1 };


static tkt_keyring_t *
ring_of(const char *text)
{
    char            fault[200];
    tkt_keyring_t  *ring;

    ring = tkt_keyring_parse(tkt_str_z(text), fault, sizeof(fault));

    if (ring == NULL) {
        fail_msg("%s", fault);
    }

    return ring;
}


/* ---- key files ---- */

static void
test_files(void **state)
{
    size_t          i;
    char            fault[200];
    tkt_keyring_t  *ring;

    static const struct {
        const char  *text;
        const char  *fault;          /* or NULL                              */
        unsigned     count, newest;
    } rows[] = {
        { "1:" A, NULL, 1, 1 },
        { "1:" A "\n", NULL, 1, 1 },
        { "# made today\n\n2:" A "\r\n1:" B "  \n", NULL, 2, 2 },
        { "4294967295:" A "\n7:" B, NULL, 2, 4294967295U },
        { "", "no key", 0, 0 },
        { "# 1:" A "\n", "no key", 0, 0 },
        { "0:" A, "line 1 is not", 0, 0 },
        { "4294967296:" A, "line 1 is not", 0, 0 },
        { "01:" A, "line 1 is not", 0, 0 },
        { " 1:" A, "line 1 is not", 0, 0 },
        { "1 :" A, "line 1 is not", 0, 0 },
        { "1:" A "=", "line 1 is not", 0, 0 },
        { "1: " A, "line 1 is not", 0, 0 },
        { "1:AAAA", "line 1 is not", 0, 0 },
        { "1:" A A, "line 1 is not", 0, 0 },
        { "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-=", "line 1", 0, 0 },
        { "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=", "line 1", 0, 0 },
        { "1:" A "\n# x\n1:" B, "line 3 has an id", 0, 0 },
        { "1:" A "\nnonsense", "line 2 is not", 0, 0 },
        { "1" A, "line 1 is not", 0, 0 },
        { ":" A, "line 1 is not", 0, 0 },
    };

    for (i = 0; i < tkt_array_len(rows); i++) {
        fault[0] = '\0';
        ring = tkt_keyring_parse(tkt_str_z(rows[i].text), fault,
                                 sizeof(fault));

        if (rows[i].fault != NULL) {
            assert_null(ring);

            if (strstr(fault, rows[i].fault) == NULL
                || strstr(fault, "AAAA") != NULL)
            {
                fail_msg("%s: %s", rows[i].text, fault);
            }

            continue;
        }

        if (ring == NULL) {
            fail_msg("%s: %s", rows[i].text, fault);
        }

        assert_int_equal(tkt_keyring_count(ring), rows[i].count);
        assert_int_equal(tkt_keyring_newest(ring), rows[i].newest);
        assert_true(tkt_keyring_has(ring, rows[i].newest));
        assert_false(tkt_keyring_has(ring, rows[i].newest - 1)
                     && rows[i].count == 1);
        tkt_keyring_free(ring);
    }

    tkt_keyring_free(NULL);
}


static void
test_lines(void **state)
{
    size_t          i, n;
    char            text[20 * TKT_SEAL_LINE_BYTES], fault[200];
    uint8_t         key[32];
    tkt_keyring_t  *ring;

    for (n = 0, i = 17; i > 0; i--) {
        tkt_random(key, sizeof(key));
        n += tkt_keyring_line(text + n, (uint32_t) i, key);

        ring = tkt_keyring_parse((tkt_str_t) { (uint8_t *) text, n }, fault,
                                 sizeof(fault));
        assert_int_equal(ring != NULL, i > 1);

        if (ring == NULL) {
            assert_non_null(strstr(fault, "line 17 is one key too many"));
            break;
        }

        assert_int_equal(tkt_keyring_count(ring), 18 - i);
        assert_int_equal(tkt_keyring_newest(ring), 17);
        assert_int_equal(tkt_keyring_id(ring, 0), i);
        tkt_keyring_free(ring);
    }

    assert_int_equal(tkt_keyring_line_id(tkt_str("12:xyz\r")), 12);
    assert_int_equal(tkt_keyring_line_id(tkt_str("#12:xyz")), 0);
    assert_int_equal(tkt_keyring_line_id(tkt_str("")), 0);
    assert_int_equal(tkt_keyring_line_id(tkt_str("12")), 0);
}


/* The memory is read-only, and can be locked again by a child. */
static void
test_memory(void **state)
{
    int             status;
    pid_t           pid;
    tkt_keyring_t  *ring = ring_of("1:" A "\n");

    assert_true(tkt_keyring_lock(ring));

    pid = fork();
    assert_true(pid >= 0);

    if (pid == 0) {
        _exit(tkt_keyring_lock(ring) && tkt_keyring_newest(ring) == 1 ? 0 : 1);
    }

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);

    pid = fork();

    if (pid == 0) {
        /* neither cmocka nor a sanitizer is to catch it */
        (void) signal(SIGSEGV, SIG_DFL);
        *(volatile uint8_t *) ring = 9;
        _exit(0);
    }

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);

    tkt_keyring_free(ring);
}


/* ---- envelopes ---- */

/* Tries a wrapped key at every other place; none may open it. */
static void
closed_elsewhere(const tkt_keyring_t *ring, tkt_str_t envelope)
{
    size_t            i;
    uint8_t           key[32];
    tkt_seal_place_t  p;

    for (i = 0; i < 4; i++) {
        p = place;
        p.tenant += (i == 0);
        p.ticket += (i == 1);
        p.field += (i == 2);
        p.version += (i == 3);

        memset(key, 7, sizeof(key));
        assert_false(tkt_seal_unwrap(ring, &p, envelope, key));
        assert_int_equal(key[0] | key[31], 0);
    }
}


static void
test_wrap(void **state)
{
    size_t          i;
    uint8_t         key[32], again[32], bytes[200];
    tkt_str_t       e, cut;
    tkt_arena_t     arena;
    tkt_keyring_t  *ring = ring_of("1:" A "\n2:" B "\n");
    tkt_keyring_t  *old = ring_of("1:" A "\n");
    tkt_keyring_t  *other = ring_of("2:" A "\n");

    tkt_arena_init(&arena, 1024);
    tkt_derive(key, sizeof(key), random_1, "data key");

    e = tkt_seal_wrap(ring, &place, key, nonce, &arena);
    assert_int_equal(e.len, TKT_SEAL_OVERHEAD_BYTES + 32);
    assert_int_equal(tkt_seal_key_id(e), 2);
    assert_true(tkt_seal_unwrap(ring, &place, e, again));
    assert_memory_equal(key, again, sizeof(key));

    closed_elsewhere(ring, e);

    /* no such key; another key of the same id */

    assert_false(tkt_seal_unwrap(old, &place, e, again));
    assert_false(tkt_seal_unwrap(other, &place, e, again));

    /* every byte, the key's id among them, and every length */

    for (i = 0; i < e.len; i++) {
        memcpy(bytes, e.data, e.len);
        bytes[i] ^= (uint8_t) (1U << (i % 8));
        cut = (tkt_str_t) { bytes, e.len };
        assert_false(tkt_seal_unwrap(ring, &place, cut, again));

        cut = (tkt_str_t) { e.data, i };
        assert_false(tkt_seal_unwrap(ring, &place, cut, again));
    }

    memcpy(bytes, e.data, e.len);
    bytes[e.len] = 0;
    cut = (tkt_str_t) { bytes, e.len + 1 };
    assert_false(tkt_seal_unwrap(ring, &place, cut, again));

    tkt_keyring_free(ring);
    tkt_keyring_free(old);
    tkt_keyring_free(other);
    tkt_arena_done(&arena);
}


static void
test_text(void **state)
{
    size_t            i, n;
    uint8_t           key[32], wrong[32], bytes[4200];
    tkt_str_t         e, cut, text, opened;
    tkt_arena_t       arena;
    tkt_seal_place_t  p;

    static const size_t  lengths[] = { 0, 1, 63, 64, 4096 };

    tkt_arena_init(&arena, 8192);
    tkt_derive(key, sizeof(key), random_1, "data key");
    tkt_derive(wrong, sizeof(wrong), random_1, "data kez");

    for (n = 0; n < tkt_array_len(lengths); n++) {
        memset(bytes, 'p', sizeof(bytes));
        text = (tkt_str_t) { bytes, lengths[n] };

        e = tkt_seal_close(key, &place, 9, text, nonce, &arena);
        assert_int_equal(e.len, TKT_SEAL_OVERHEAD_BYTES + text.len);
        assert_int_equal(tkt_seal_key_id(e), 9);
        assert_true(tkt_seal_open(key, &place, e, &opened, &arena));
        assert_true(tkt_str_eq(text, opened));
        assert_false(tkt_seal_open(wrong, &place, e, &opened, &arena));
        assert_int_equal(opened.len, 0);

        for (i = 0; i < 4; i++) {
            p = place;
            p.tenant ^= (i == 0);
            p.ticket ^= (i == 1) ? UINT64_C(1) << 40 : 0;
            p.field ^= (i == 2);
            p.version -= (i == 3);
            assert_false(tkt_seal_open(key, &p, e, &opened, &arena));
        }

        for (i = 0; i < e.len; i++) {
            memcpy(bytes, e.data, e.len);
            bytes[i] ^= 0x80;
            cut = (tkt_str_t) { bytes, e.len };
            assert_false(tkt_seal_open(key, &place, cut, &opened, &arena));
            cut = (tkt_str_t) { e.data, i };
            assert_false(tkt_seal_open(key, &place, cut, &opened, &arena));
        }
    }

    tkt_arena_done(&arena);
}


/* ---- what is derived ---- */

static void
test_derive(void **state)
{
    uint8_t         a[64], b[64], tag[2][TKT_SEAL_TAG_BYTES];
    uint8_t         random_2[32] = { 2 };
    tkt_keyring_t  *other, *ring = ring_of("1:" A "\n2:" B "\n");

    tkt_derive(a, 32, random_1, "one");
    tkt_derive(b, 32, random_1, "one");
    assert_memory_equal(a, b, 32);
    tkt_derive(b, 32, random_1, "two");
    assert_memory_not_equal(a, b, 32);
    tkt_derive(b, 32, random_2, "one");
    assert_memory_not_equal(a, b, 32);
    tkt_derive(b, 16, random_1, "one");
    assert_memory_not_equal(a, b, 16);

    tkt_seal_tag(tag[0], ring, 0, tkt_str("digest"));
    tkt_seal_tag(tag[1], ring, 1, tkt_str("digest"));
    assert_memory_not_equal(tag[0], tag[1], sizeof(tag[0]));
    tkt_seal_tag(tag[1], ring, 0, tkt_str("digest"));
    assert_memory_equal(tag[0], tag[1], sizeof(tag[0]));

    /* a key is known by its bytes, and a mark can be added to a counter */

    other = ring_of("2:" A "\n");
    assert_int_equal(tkt_keyring_mark(ring, 3), 0);
    assert_int_not_equal(tkt_keyring_mark(ring, 1), 0);
    assert_true(tkt_keyring_mark(ring, 1) < UINT64_C(1) << 62);
    assert_int_not_equal(tkt_keyring_mark(ring, 1),
                         tkt_keyring_mark(ring, 2));
    assert_int_equal(tkt_keyring_mark(ring, 1), tkt_keyring_mark(other, 2));

    tkt_keyring_free(other);
    tkt_keyring_free(ring);
}


/* 100,000 nonces of as many commands: none twice. */
static int
nonce_order(const void *a, const void *b)
{
    return memcmp(a, b, 24);
}


static void
test_nonces(void **state)
{
    size_t    i;
    uint8_t  *all, random[32];

    enum { COUNT = 100000 };

    all = malloc(COUNT * 24);
    assert_non_null(all);

    for (i = 0; i < COUNT; i++) {
        tkt_random(random, sizeof(random));
        tkt_derive(all + 24 * i, 24, random, "nonce");
    }

    qsort(all, COUNT, 24, nonce_order);

    for (i = 1; i < COUNT; i++) {
        assert_memory_not_equal(all + 24 * i, all + 24 * (i - 1), 24);
    }

    free(all);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_wrap),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_derive),
        cmocka_unit_test(test_nonces),
    };

    if (!tkt_crypto_init()) {
        return 1;
    }

    return cmocka_run_group_tests(tests, NULL, NULL);
}
