/*
 * Tokens found valid before: a set-associative table.  A token is known by a
 * keyed hash, so nobody can choose one that takes another's place, and what
 * was a secret to its bearer is not kept; and by the configuration that it is
 * valid under.  Facts hold as long as their times do, which whoever asks looks
 * at.
 */

#include <stdlib.h>

#include "app/who/tkt_jwt_int.h"
#include "crypto/tkt_crypto.h"


#define TKT_JWT_CACHE_WAYS  4
#define TKT_JWT_CACHE_SETS  (TKT_JWT_CACHE_ENTRIES / TKT_JWT_CACHE_WAYS)

_Static_assert((TKT_JWT_CACHE_SETS & (TKT_JWT_CACHE_SETS - 1)) == 0,
               "a set is chosen by a mask");


typedef struct {
    tkt_jwt_name_t   name;
    uint8_t          conf[TKT_JWT_DIGEST_BYTES];   /* under which it is      */
    uint64_t         used;               /* when, by the cache's own count   */
    tkt_jwt_facts_t  facts;
    uint8_t         *text;               /* of the facts; NULL: no entry     */
} tkt_jwt_entry_t;

struct tkt_jwt_cache_s {
    uint8_t          key[16];
    uint64_t         count;
    tkt_jwt_entry_t  entries[TKT_JWT_CACHE_ENTRIES];
};


tkt_jwt_cache_t *
tkt_jwt_cache_create(const uint8_t key[16])
{
    tkt_jwt_cache_t  *cache;

    cache = calloc(1, sizeof(tkt_jwt_cache_t));

    if (cache != NULL) {
        memcpy(cache->key, key, sizeof(cache->key));
    }

    return cache;
}


void
tkt_jwt_cache_destroy(tkt_jwt_cache_t *cache)
{
    size_t  i;

    if (cache == NULL) {
        return;
    }

    for (i = 0; i < TKT_JWT_CACHE_ENTRIES; i++) {
        free(cache->entries[i].text);
    }

    tkt_wipe(cache->key, sizeof(cache->key));
    free(cache);
}


void
tkt_jwt_cache_name(const tkt_jwt_cache_t *cache, tkt_str_t text,
    tkt_jwt_name_t *name)
{
    tkt_hash_keyed(name->hash, cache->key, text);
}


static bool
tkt_jwt_entry_is(const tkt_jwt_entry_t *e, const tkt_jwt_conf_t *conf,
    const tkt_jwt_name_t *name)
{
    return e->name.hash[0] == name->hash[0]
           && e->name.hash[1] == name->hash[1] && e->text != NULL
           && memcmp(e->conf, conf->digest, sizeof(e->conf)) == 0;
}


static tkt_jwt_entry_t *
tkt_jwt_cache_set(tkt_jwt_cache_t *cache, const tkt_jwt_name_t *name)
{
    return &cache->entries[(name->hash[0] & (TKT_JWT_CACHE_SETS - 1))
                           * TKT_JWT_CACHE_WAYS];
}


bool
tkt_jwt_cache_find(tkt_jwt_cache_t *cache, const tkt_jwt_conf_t *conf,
    const tkt_jwt_name_t *name, tkt_jwt_facts_t *facts)
{
    size_t            i;
    tkt_jwt_entry_t  *e;

    e = tkt_jwt_cache_set(cache, name);

    for (i = 0; i < TKT_JWT_CACHE_WAYS; i++, e++) {
        if (tkt_jwt_entry_is(e, conf, name)) {
            e->used = ++cache->count;
            *facts = e->facts;
            return true;
        }
    }

    return false;
}


static void
tkt_jwt_keep(uint8_t **pos, tkt_str_t *s)
{
    if (s->len > 0) {
        memcpy(*pos, s->data, s->len);
    }

    s->data = *pos;
    *pos += s->len;
}


void
tkt_jwt_cache_add(tkt_jwt_cache_t *cache, const tkt_jwt_conf_t *conf,
    const tkt_jwt_name_t *name, const tkt_jwt_facts_t *facts)
{
    size_t            i;
    uint8_t          *pos;
    tkt_jwt_entry_t  *set, *e;

    set = tkt_jwt_cache_set(cache, name);

    for (e = set, i = 1; i < TKT_JWT_CACHE_WAYS; i++) {
        if (set[i].used < e->used) {
            e = &set[i];
        }
    }

    free(e->text);
    e->facts = *facts;
    e->name = *name;
    memcpy(e->conf, conf->digest, sizeof(e->conf));
    e->used = ++cache->count;
    e->text = malloc(1 + facts->who.user.len + facts->who.name.len
                     + facts->who.email.len + facts->who.role.len
                     + facts->who.tenant.len);
    if (e->text == NULL) {
        return;
    }

    pos = e->text;
    tkt_jwt_keep(&pos, &e->facts.who.user);
    tkt_jwt_keep(&pos, &e->facts.who.name);
    tkt_jwt_keep(&pos, &e->facts.who.email);
    tkt_jwt_keep(&pos, &e->facts.who.role);
    tkt_jwt_keep(&pos, &e->facts.who.tenant);
}
