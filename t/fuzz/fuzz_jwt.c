/*
 * Fuzz target: bearer tokens and key files.
 *
 * The first byte chooses what the rest is: a whole token; header and claims,
 * divided by a newline, that an issuer signs; a key file.  A token is checked
 * with and without the cache, twice, and must come out alike.  One that nobody
 * has signed is never taken.  What is taken says who, holds UTF-8 without
 * control characters, and was signed under a header that names the algorithm.
 */

#include "base/tkt_text.h"
#include "crypto/tkt_crypto.h"
#include "../unit/app/issuer.h"
#include "must.h"


#define FUZZ_NOW_MS      INT64_C(1790000000000)
#define FUZZ_INPUT_BYTES 5000


typedef struct {
    issuer_t          issuer;
    tkt_jwt_conf_t   *confs[2];
    tkt_jwt_cache_t  *cache;
} fuzz_desk_t;


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
desk_make(fuzz_desk_t *d)
{
    static const uint8_t  key[16] = { 1 };

    must(tkt_crypto_init());
    issuer_make(&d->issuer, 1);
    d->confs[0] = issuer_conf(&d->issuer, TKT_JWS_HS256, NULL);
    d->confs[1] = issuer_conf(&d->issuer, TKT_JWS_EDDSA, "k1");
    d->cache = tkt_jwt_cache_create(key);
    must(d->confs[0] != NULL && d->confs[1] != NULL && d->cache != NULL);
}


static void
check_value(tkt_str_t text)
{
    must(tkt_text_check(text, NULL) == TKT_TEXT_OK);
}


static bool
check_token(fuzz_desk_t *d, size_t conf, tkt_str_t token)
{
    int             i;
    bool            taken[3];
    int64_t         expires_at_ms;
    tkt_arena_t     arena;
    tkt_identity_t  who = { .user = tkt_str("") }, first = who;

    tkt_arena_init(&arena, 4096);

    for (i = 0; i < 3; i++) {

        taken[i] = tkt_jwt_check(d->confs[conf], i == 0 ? NULL : d->cache,
                                 token, FUZZ_NOW_MS, &who, &expires_at_ms,
                                 &arena);
        must(taken[i] == taken[0]);

        if (!taken[i]) {
            continue;
        }

        if (i == 0) {
            first = who;
        }

        must(who.user.len > 0 && tkt_str_eq(who.user, first.user)
             && tkt_str_eq(who.name, first.name)
             && tkt_str_eq(who.email, first.email)
             && tkt_str_eq(who.role, first.role)
             && tkt_str_eq(who.tenant, first.tenant));
        must(expires_at_ms == 0 || expires_at_ms > FUZZ_NOW_MS);
        check_value(who.user);
        check_value(who.name);
        check_value(who.email);
        check_value(who.role);
        check_value(who.tenant);
    }

    tkt_arena_done(&arena);

    return taken[0];
}


/* Whether the bytes hold the word: what is taken was asked for by name. */
static bool
holds(const char *text, const char *word)
{
    return strstr(text, word) != NULL || strchr(text, '\\') != NULL;
}


/*
 * Whether a header, valid and without escapes, has the member: a string of that
 * name at the outermost level with a colon behind it, and not a mere value.
 */
static bool
has_member(const char *json, const char *quoted)
{
    int          depth = 0;
    const char  *end;

    for (; *json != '\0'; json++) {

        if (*json == '"') {
            end = strchr(json + 1, '"');

            if (end == NULL) {
                return false;
            }

            end++;

            if (depth == 1 && (size_t) (end - json) == strlen(quoted)
                && memcmp(json, quoted, strlen(quoted)) == 0
                && end[strspn(end, " \t\r")] == ':')
            {
                return true;
            }

            json = end - 1;

        } else if (*json == '{' || *json == '[') {
            depth++;

        } else if (*json == '}' || *json == ']') {
            depth--;
        }
    }

    return false;
}


static void
check_signed(fuzz_desk_t *d, const uint8_t *data, size_t size)
{
    char         text[FUZZ_INPUT_BYTES + 1];
    char         token[ISSUER_TOKEN_BYTES];
    char        *claims;

    memcpy(text, data, size);
    text[size] = '\0';
    claims = strchr(text, '\n');

    if (claims == NULL) {
        return;
    }

    *claims++ = '\0';

    (void) issuer_hs256(token, d->issuer.secret, 32, text, claims);

    if (check_token(d, 0, tkt_str_z(token))) {
        must(holds(text, "HS256") && holds(text, "alg"));
        must(strchr(text, '\\') != NULL || !has_member(text, "\"crit\""));
        must(holds(claims, "sub"));
    }

    must(!check_token(d, 1, tkt_str_z(token)));

    (void) issuer_eddsa(token, &d->issuer, text, claims);

    if (check_token(d, 1, tkt_str_z(token))) {
        must(holds(text, "EdDSA"));
    }

    must(!check_token(d, 0, tkt_str_z(token)));
}


static void
check_keys(const uint8_t *data, size_t size)
{
    char             fault[64];
    unsigned         alg;
    tkt_jwt_conf_t  *conf;
    tkt_jwt_rules_t  rules;

    for (alg = TKT_JWS_HS256; alg <= TKT_JWS_EDDSA; alg++) {
        rules = issuer_rules((tkt_jws_alg_t) alg);
        fault[0] = '\0';
        conf = tkt_jwt_conf_create(&rules, (tkt_str_t) { data, size }, fault,
                                   sizeof(fault));
        must((conf == NULL) == (fault[0] != '\0'));
        tkt_jwt_conf_free(conf);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static fuzz_desk_t  d;

    if (d.cache == NULL) {
        desk_make(&d);
    }

    if (size < 2 || size > FUZZ_INPUT_BYTES) {
        return 0;
    }

    switch (data[0] % 3) {

    case 0:
        must(!check_token(&d, 0, (tkt_str_t) { data + 1, size - 1 }));
        must(!check_token(&d, 1, (tkt_str_t) { data + 1, size - 1 }));
        break;

    case 1:
        check_signed(&d, data + 1, size - 1);
        break;

    default:
        check_keys(data + 1, size - 1);
    }

    return 0;
}
