/*
 * Keys of a location: a JSON Web Key Set (RFC 7517) of `oct` keys (RFC 7518,
 * section 6.4) for HS256 or Ed25519 `OKP` keys (RFC 8037, section 2) for
 * EdDSA, read once, when the configuration is.  Members that nobody knows are
 * passed over (RFC 7517, section 4); keys that cannot serve are not, because a
 * key left out by mistake is found by its users.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/who/tkt_jwt_int.h"
#include "codec/tkt_json_walk.h"
#include "crypto/tkt_crypto.h"


/* Of one key, as the file has it; empty: not there. */
typedef struct {
    tkt_str_t  kty;
    tkt_str_t  crv;
    tkt_str_t  alg;
    tkt_str_t  use;
    tkt_str_t  kid;
    tkt_str_t  k;
    tkt_str_t  x;
    tkt_str_t  d;
} tkt_jwk_t;

static const struct {
    tkt_str_t  name;
    size_t     offset;
} tkt_jwk_members[] = {
    { tkt_lit("kty"), offsetof(tkt_jwk_t, kty) },
    { tkt_lit("crv"), offsetof(tkt_jwk_t, crv) },
    { tkt_lit("alg"), offsetof(tkt_jwk_t, alg) },
    { tkt_lit("use"), offsetof(tkt_jwk_t, use) },
    { tkt_lit("kid"), offsetof(tkt_jwk_t, kid) },
    { tkt_lit("k"), offsetof(tkt_jwk_t, k) },
    { tkt_lit("x"), offsetof(tkt_jwk_t, x) },
    { tkt_lit("d"), offsetof(tkt_jwk_t, d) },
};


/* While a file is read. */
typedef struct {
    tkt_jwt_conf_t  *conf;
    tkt_arena_t      arena;              /* holds secrets: wiped             */
    tkt_str_t        keys[TKT_JWT_KEYS_MAX];
    char            *fault;
    size_t           fault_bytes;
} tkt_jwt_loading_t;


/* Says why; returns false, so that a check can end with it. */
static bool __attribute__((format(printf, 2, 3)))
tkt_jwt_refuse(tkt_jwt_loading_t *l, const char *text, ...)
{
    va_list  args;

    va_start(args, text);
    (void) vsnprintf(l->fault, l->fault_bytes, text, args);
    va_end(args);

    return false;
}


static bool
tkt_jwk_read(tkt_jwt_loading_t *l, size_t n, tkt_str_t text, tkt_jwk_t *jwk)
{
    size_t           i;
    tkt_str_t        name, value, *member;
    tkt_json_walk_t  walk;

    memset(jwk, 0, sizeof(tkt_jwk_t));

    if (!tkt_json_walk_open(&walk, text) || !walk.object) {
        return tkt_jwt_refuse(l, "key %zu is no object", n);
    }

    while (tkt_json_walk_next(&walk, &name, &value)) {

        for (i = 0; i < tkt_array_len(tkt_jwk_members); i++) {

            if (!tkt_json_name_is(name, tkt_jwk_members[i].name)) {
                continue;
            }

            member = (tkt_str_t *) (void *) ((uint8_t *) jwk
                                             + tkt_jwk_members[i].offset);

            if (!tkt_json_string(value, &l->arena, member)
                || member->len == 0)
            {
                return tkt_jwt_refuse(l, "\"%s\" of key %zu is not a string "
                                      "with something in it",
                            (const char *) tkt_jwk_members[i].name.data, n);
            }
        }
    }

    return !walk.bad || tkt_jwt_refuse(l, "key %zu cannot be read", n);
}


/* Whether it is a key of the algorithm, and made to check signatures. */
static bool
tkt_jwk_fits(tkt_jwt_loading_t *l, size_t n, const tkt_jwk_t *jwk)
{
    bool        secret;
    tkt_str_t   alg;

    alg = tkt_jwt_alg_name(l->conf->rules.alg);
    secret = l->conf->rules.alg == TKT_JWS_HS256;

    if (!tkt_str_eq(jwk->kty, tkt_str("oct"))
        && !tkt_str_eq(jwk->kty, tkt_str("OKP")))
    {
        return tkt_jwt_refuse(l, "key %zu is of no type known here: \"kty\" "
                              "is \"oct\" with HS256 and \"OKP\" with EdDSA",
                              n);
    }

    if (tkt_str_eq(jwk->kty, tkt_str("oct")) != secret) {
        return tkt_jwt_refuse(l, "key %zu is of type %.3s, which does not go "
                              "with %s", n, (const char *) jwk->kty.data,
                              (const char *) alg.data);
    }

    if (!secret && !tkt_str_eq(jwk->crv, tkt_str("Ed25519"))) {
        return tkt_jwt_refuse(l, "\"crv\" of key %zu is not \"Ed25519\"", n);
    }

    if (jwk->alg.len > 0 && !tkt_str_eq(jwk->alg, alg)) {
        return tkt_jwt_refuse(l, "\"alg\" of key %zu is not \"%s\"", n,
                              (const char *) alg.data);
    }

    if (jwk->use.len > 0 && !tkt_str_eq(jwk->use, tkt_str("sig"))) {
        return tkt_jwt_refuse(l, "\"use\" of key %zu is not \"sig\"", n);
    }

    if (!secret && jwk->d.len > 0) {
        return tkt_jwt_refuse(l, "key %zu has a private part, \"d\", which "
                              "belongs to the issuer alone", n);
    }

    return true;
}


static bool
tkt_jwk_key(tkt_jwt_loading_t *l, size_t n, const tkt_jwk_t *jwk)
{
    bool       secret = l->conf->rules.alg == TKT_JWS_HS256;
    tkt_str_t  text = secret ? jwk->k : jwk->x, *key = &l->keys[n - 1];

    if (text.len == 0 || !tkt_base64url_decode(text, key, &l->arena)) {
        return tkt_jwt_refuse(l, "\"%s\" of key %zu is not base64url without "
                              "padding", secret ? "k" : "x", n);
    }

    if (secret && (key->len < TKT_JWS_HS256_MIN_BYTES
                   || key->len > TKT_JWT_SECRET_MAX_BYTES))
    {
        return tkt_jwt_refuse(l, "key %zu has %zu bytes: HS256 takes %d to "
                              "%d", n, key->len, TKT_JWS_HS256_MIN_BYTES,
                              TKT_JWT_SECRET_MAX_BYTES);
    }

    if (!secret && key->len != TKT_JWS_EDDSA_KEY_BYTES) {
        return tkt_jwt_refuse(l, "key %zu has %zu bytes: Ed25519 has %d", n,
                              key->len, TKT_JWS_EDDSA_KEY_BYTES);
    }

    return true;
}


static bool
tkt_jwk_add(tkt_jwt_loading_t *l, tkt_str_t text)
{
    size_t           i, n;
    tkt_jwk_t        jwk;
    tkt_jwt_conf_t  *conf = l->conf;

    n = conf->count + 1;

    if (n > TKT_JWT_KEYS_MAX) {
        return tkt_jwt_refuse(l, "more than %d keys", TKT_JWT_KEYS_MAX);
    }

    if (!tkt_jwk_read(l, n, text, &jwk) || !tkt_jwk_fits(l, n, &jwk)
        || !tkt_jwk_key(l, n, &jwk))
    {
        return false;
    }

    if (jwk.kid.len > TKT_JWT_KID_MAX_BYTES) {
        return tkt_jwt_refuse(l, "\"kid\" of key %zu is longer than %d bytes",
                              n, TKT_JWT_KID_MAX_BYTES);
    }

    for (i = 0; i < conf->count; i++) {
        if (jwk.kid.len > 0 && tkt_str_eq(jwk.kid, conf->keys[i].kid)) {
            return tkt_jwt_refuse(l, "keys %zu and %zu have the same \"kid\"",
                                  i + 1, n);
        }
    }

    conf->keys[conf->count++] = (tkt_jwt_key_t) {
        .kid = tkt_arena_copy(&conf->arena, jwk.kid),
        .has_kid = jwk.kid.len > 0,
    };

    return true;
}


static bool
tkt_jwk_set(tkt_jwt_loading_t *l, tkt_str_t file)
{
    bool             found;
    tkt_str_t        text, name, value, key, why;
    tkt_errors_t     errors;
    tkt_json_walk_t  set, list;

    if (file.len > TKT_JWT_SET_MAX_BYTES) {
        return tkt_jwt_refuse(l, "longer than %d bytes",
                              TKT_JWT_SET_MAX_BYTES);
    }

    if (tkt_json_canonical(file, TKT_JSON_STRING_MAX_BYTES, &l->arena,
                           &errors, &text) != TKT_OK)
    {
        /* what is wrong, never what stands there */

        why = (errors.count > 0) ? errors.list[0].detail : errors.detail;

        return tkt_jwt_refuse(l, "no JSON object: %.*s", (int) why.len,
                              (const char *) why.data);
    }

    found = false;
    (void) tkt_json_walk_open(&set, text);

    while (tkt_json_walk_next(&set, &name, &value)) {

        if (!tkt_json_name_is(name, tkt_str("keys"))) {
            continue;
        }

        if (!tkt_json_walk_open(&list, value) || list.object) {
            return tkt_jwt_refuse(l, "\"keys\" is no array");
        }

        found = true;

        while (tkt_json_walk_next(&list, &name, &key)) {
            if (!tkt_jwk_add(l, key)) {
                return false;
            }
        }
    }

    if (!found || l->conf->count == 0) {
        return tkt_jwt_refuse(l, "no key set: an object with \"keys\", an "
                              "array with a key in it");
    }

    return true;
}


/* The keys into memory that is locked and not dumped. */
static bool
tkt_jwt_lock(tkt_jwt_loading_t *l)
{
    size_t           i, n;
    uint8_t         *pos;
    tkt_jwt_conf_t  *conf = l->conf;

    for (n = 0, i = 0; i < conf->count; i++) {
        n += l->keys[i].len;
    }

    conf->locked = tkt_locked_alloc(n);

    if (conf->locked == NULL || conf->arena.failed) {
        return tkt_jwt_refuse(l, "no memory for the keys");
    }

    for (pos = conf->locked, i = 0; i < conf->count; i++) {
        memcpy(pos, l->keys[i].data, l->keys[i].len);
        conf->keys[i].key = (tkt_str_t) { pos, l->keys[i].len };
        pos += l->keys[i].len;
    }

    return true;
}


/* What a token found valid was found valid under. */
static void
tkt_jwt_digest(tkt_jwt_conf_t *conf)
{
    size_t                  i, n;
    uint8_t                 numbers[2];
    tkt_str_t               parts[9 + 2 * TKT_JWT_KEYS_MAX];
    const tkt_jwt_rules_t  *r = &conf->rules;

    numbers[0] = (uint8_t) r->alg;
    numbers[1] = (uint8_t) conf->count;

    n = 0;
    parts[n++] = (tkt_str_t) { numbers, sizeof(numbers) };
    parts[n++] = (tkt_str_t) { (const uint8_t *) &r->leeway_s,
                               sizeof(r->leeway_s) };
    parts[n++] = r->issuer;
    parts[n++] = r->audience;
    parts[n++] = r->claims.user;
    parts[n++] = r->claims.name;
    parts[n++] = r->claims.email;
    parts[n++] = r->claims.role;
    parts[n++] = r->claims.tenant;

    for (i = 0; i < conf->count; i++) {
        parts[n++] = conf->keys[i].kid;
        parts[n++] = conf->keys[i].key;
    }

    tkt_hash_parts(conf->digest, sizeof(conf->digest), parts, n);
}


tkt_jwt_conf_t *
tkt_jwt_conf_create(const tkt_jwt_rules_t *rules, tkt_str_t key_file,
    char *fault, size_t fault_bytes)
{
    bool               loaded;
    tkt_jwt_loading_t  l = { .fault = fault, .fault_bytes = fault_bytes };

    if (tkt_jwt_alg_name(rules->alg).len == 0 || !tkt_crypto_init()) {
        (void) tkt_jwt_refuse(&l, "no algorithm");
        return NULL;
    }

    l.conf = calloc(1, sizeof(tkt_jwt_conf_t));

    if (l.conf == NULL) {
        (void) tkt_jwt_refuse(&l, "no memory for the keys");
        return NULL;
    }

    l.conf->rules = *rules;
    tkt_arena_init(&l.conf->arena, 512);
    tkt_arena_init(&l.arena, 4096);
    l.arena.wipe = true;

    loaded = tkt_jwk_set(&l, key_file) && tkt_jwt_lock(&l);
    tkt_arena_done(&l.arena);

    if (!loaded) {
        tkt_jwt_conf_free(l.conf);
        return NULL;
    }

    tkt_jwt_digest(l.conf);

    return l.conf;
}


void
tkt_jwt_conf_free(tkt_jwt_conf_t *conf)
{
    if (conf == NULL) {
        return;
    }

    tkt_locked_free(conf->locked);
    tkt_wipe(conf->digest, sizeof(conf->digest));
    tkt_arena_done(&conf->arena);
    free(conf);
}
