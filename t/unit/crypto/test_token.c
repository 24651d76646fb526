/*
 * Tokens: a known one, round trips, and that one text only reads as each.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/tkt_text.h"
#include "crypto/tkt_crypto.h"
#include "crypto/tkt_token.h"
#include "exact.h"


static const char  known[] =
    "tk_AQIDBAUGBwgJCgsMDQ4PEA"
    ".AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";


static int
setup(void **state)
{
    return tkt_crypto_init() ? 0 : -1;
}


static void
known_secret(uint8_t secret[TKT_TOKEN_SECRET_BYTES])
{
    uint8_t  i;

    for (i = 0; i < TKT_TOKEN_SECRET_BYTES; i++) {
        secret[i] = i;
    }
}


static bool
parse_exact(const uint8_t *text, size_t len, tkt_token_t *t)
{
    bool       ok;
    tkt_str_t  s = exact_copy(text, len);

    ok = tkt_token_parse(s, t);
    exact_free(s);

    return ok;
}


static void
test_known(void **state)
{
    uint8_t      secret[TKT_TOKEN_SECRET_BYTES];
    uint8_t      text[TKT_TOKEN_TEXT_BYTES + 1];
    tkt_token_t  t;

    known_secret(secret);
    text[TKT_TOKEN_TEXT_BYTES] = '!';

    assert_int_equal(sizeof(known) - 1, TKT_TOKEN_TEXT_BYTES);
    assert_int_equal(tkt_token_make(text, 0x01020304,
                                    UINT64_C(0x05060708090a0b0c), 0x0d0e0f10,
                                    secret),
                     TKT_TOKEN_TEXT_BYTES);
    assert_memory_equal(text, known, TKT_TOKEN_TEXT_BYTES);
    assert_int_equal(text[TKT_TOKEN_TEXT_BYTES], '!');

    assert_true(parse_exact(text, TKT_TOKEN_TEXT_BYTES, &t));
    assert_int_equal(t.tenant, 0x01020304);
    assert_int_equal(t.principal, UINT64_C(0x05060708090a0b0c));
    assert_int_equal(t.number, 0x0d0e0f10);
    assert_memory_equal(t.secret, secret, sizeof(secret));
}


static void
test_round_trip(void **state)
{
    int          i;
    uint8_t      text[TKT_TOKEN_TEXT_BYTES];
    tkt_token_t  t, back;

    for (i = 0; i < 20000; i++) {
        memset(&t, 0, sizeof(t));

        if (i == 1) {
            memset(&t, 0xff, sizeof(t));

        } else if (i > 1) {
            tkt_random((uint8_t *) &t.tenant, sizeof(t.tenant));
            tkt_random((uint8_t *) &t.principal, sizeof(t.principal));
            tkt_random((uint8_t *) &t.number, sizeof(t.number));
            tkt_random(t.secret, sizeof(t.secret));
        }

        (void) tkt_token_make(text, t.tenant, t.principal, t.number, t.secret);
        assert_true(parse_exact(text, sizeof(text), &back));
        assert_int_equal(back.tenant, t.tenant);
        assert_true(back.principal == t.principal);
        assert_int_equal(back.number, t.number);
        assert_memory_equal(back.secret, t.secret, sizeof(t.secret));
    }
}


static void
test_lengths(void **state)
{
    size_t       n;
    uint8_t      text[2 * TKT_TOKEN_TEXT_BYTES];
    tkt_token_t  t;

    memset(text, 'A', sizeof(text));
    memcpy(text, known, TKT_TOKEN_TEXT_BYTES);

    for (n = 0; n <= sizeof(text); n++) {
        assert_int_equal(parse_exact(text, n, &t), n == TKT_TOKEN_TEXT_BYTES);
    }

    assert_false(tkt_token_parse(tkt_str_z(NULL), &t));
}


/*
 * Each byte changed to each other value: what is still taken is another token
 * and writes itself in the same way, so no token has two texts.
 */
static void
test_every_byte(void **state)
{
    int          byte;
    size_t       i, taken;
    uint8_t      text[TKT_TOKEN_TEXT_BYTES], again[TKT_TOKEN_TEXT_BYTES];
    tkt_token_t  t;

    taken = 0;

    for (i = 0; i < TKT_TOKEN_TEXT_BYTES; i++) {
        for (byte = 0; byte < 256; byte++) {
            memcpy(text, known, TKT_TOKEN_TEXT_BYTES);
            text[i] = (uint8_t) byte;

            if (!parse_exact(text, TKT_TOKEN_TEXT_BYTES, &t)) {
                assert_int_not_equal(byte, known[i]);
                continue;
            }

            taken++;
            (void) tkt_token_make(again, t.tenant, t.principal, t.number,
                                  t.secret);
            assert_memory_equal(again, text, TKT_TOKEN_TEXT_BYTES);
        }
    }

    /*
     * 4 fixed characters; 21 and 42 free ones; the last of the name has four
     * unused bits, that of the secret two.
     */

    assert_int_equal(taken, 4 + (21 + 42) * 64 + 4 + 16);
}


static void
test_rejects(void **state)
{
    size_t       i;
    tkt_str_t    s;
    tkt_token_t  t;

    static const char *const  bad[] = {
        "TK_AQIDBAUGBwgJCgsMDQ4PEA"
            ".AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "tk-AQIDBAUGBwgJCgsMDQ4PEA"
            ".AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "tk_AQIDBAUGBwgJCgsMDQ4PEA"
            "_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "tk_AQIDBAUGBwgJCgsMDQ4PE."
            "AAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "tk_AQIDBAUGBwgJCgsMDQ4PEB"
            ".AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "tk_AQIDBAUGBwgJCgsMDQ4PEA"
            ".AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9",
        "tk_AQIDBAUGBwgJCgsMDQ4PEA"
            ".AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh=",
        "tk_+QIDBAUGBwgJCgsMDQ4PEA"
            ".AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        " tk_AQIDBAUGBwgJCgsMDQ4PEA"
            ".AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh",
        "tk_AQIDBAUGBwgJCgsMDQ4PEA"
            ".AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8 ",
        "bearer tk_AQIDBAUGBwgJCgsMDQ4PEA"
            ".AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBka",
    };

    for (i = 0; i < tkt_array_len(bad); i++) {
        s = tkt_str_z(bad[i]);
        assert_false(parse_exact(s.data, s.len, &t));
    }
}


static void
test_digest(void **state)
{
    size_t     i;
    uint8_t    secret[TKT_TOKEN_SECRET_BYTES], digest[TKT_TOKEN_DIGEST_BYTES];
    uint8_t    other[TKT_TOKEN_DIGEST_BYTES], text[64];
    tkt_str_t  s;

    known_secret(secret);
    tkt_token_digest(digest, secret);

    /* BLAKE2b-256, person "tkt.token.digest", by another implementation */

    tkt_base64_encode(text, digest, sizeof(digest));
    assert_memory_equal(text, "32ia2foRjQVvoD3t-EPoef305pLrl9XpoadhmOIZhnY",
                        43);

    /* not the plain hash of the same bytes */

    s.data = secret;
    s.len = sizeof(secret);
    tkt_hash(other, s);
    assert_false(tkt_same(digest, other, sizeof(digest)));

    for (i = 0; i < 8 * sizeof(secret); i++) {
        secret[i / 8] ^= (uint8_t) (1 << i % 8);
        tkt_token_digest(other, secret);
        assert_false(tkt_same(digest, other, sizeof(digest)));
        secret[i / 8] ^= (uint8_t) (1 << i % 8);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_rejects),
        cmocka_unit_test(test_digest),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
