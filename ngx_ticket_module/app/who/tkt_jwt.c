/*
 * What a token says, if it is to be believed.  Nothing of its payload is read
 * before its signature was found right.
 */

#include "app/who/tkt_jwt_int.h"
#include "base/tkt_text.h"
#include "codec/tkt_json_walk.h"


/* The last second of the year 9999: a time beyond it is in another unit. */
#define TKT_JWT_TIME_MAX_S  UINT64_C(253402300799)


/* Claims while they are read. */
typedef struct {
    const tkt_jwt_conf_t  *conf;
    tkt_arena_t           *arena;
    tkt_jwt_facts_t       *facts;
    bool                   issuer;       /* is the one asked for             */
    bool                   audience;
} tkt_jwt_reading_t;


/* What is behind the first dot; false without one. */
static bool
tkt_jwt_after_dot(tkt_str_t *text)
{
    const uint8_t  *dot;

    dot = (text->len == 0) ? NULL : memchr(text->data, '.', text->len);

    if (dot == NULL) {
        return false;
    }

    text->len -= (size_t) (dot + 1 - text->data);
    text->data = dot + 1;

    return true;
}


bool
tkt_jwt_shaped(tkt_str_t text)
{
    return tkt_jwt_after_dot(&text) && tkt_jwt_after_dot(&text)
           && !tkt_jwt_after_dot(&text);
}


tkt_role_t
tkt_jwt_max_role(const tkt_jwt_conf_t *conf)
{
    return conf->rules.max_role == TKT_ROLE_NONE ? TKT_ROLE_USER
                                                 : conf->rules.max_role;
}


tkt_str_t
tkt_jwt_alg_name(tkt_jws_alg_t alg)
{
    return alg == TKT_JWS_HS256 ? tkt_str("HS256")
           : alg == TKT_JWS_EDDSA ? tkt_str("EdDSA") : tkt_str("");
}


/* A JSON object as canonical text; an empty slice for anything else. */
static tkt_str_t
tkt_jwt_object(tkt_str_t json, tkt_arena_t *arena)
{
    tkt_str_t     text;
    tkt_errors_t  errors;

    return tkt_json_canonical(json, TKT_JSON_STRING_MAX_BYTES, arena, &errors,
                              &text)
           == TKT_OK ? text : tkt_str("");
}


/* ---- header ---- */

/*
 * Checks `alg` and `crit` and finds `kid`.  False for a header that this
 * configuration does not take.
 */
static bool
tkt_jwt_header(const tkt_jwt_conf_t *conf, tkt_str_t json, tkt_str_t *kid,
    bool *has_kid, tkt_arena_t *arena)
{
    bool             alg;
    tkt_str_t        name, value, text;
    tkt_json_walk_t  walk;

    *has_kid = false;
    alg = false;

    (void) tkt_json_walk_open(&walk, tkt_jwt_object(json, arena));

    while (tkt_json_walk_next(&walk, &name, &value)) {

        if (tkt_json_name_is(name, tkt_str("alg"))) {
            alg = tkt_json_string(value, arena, &text)
                  && tkt_str_eq(text, tkt_jwt_alg_name(conf->rules.alg));

        } else if (tkt_json_name_is(name, tkt_str("crit"))) {
            return false;

        } else if (tkt_json_name_is(name, tkt_str("kid"))) {
            *has_kid = true;

            if (!tkt_json_string(value, arena, kid)) {
                return false;
            }
        }
    }

    return alg && !walk.bad;
}


/* Whether a key of the configuration has signed it. */
static bool
tkt_jwt_signed(const tkt_jwt_conf_t *conf, const tkt_jws_t *jws,
    tkt_arena_t *arena)
{
    bool       has_kid;
    size_t     i;
    tkt_str_t  kid;

    if (!tkt_jwt_header(conf, jws->header, &kid, &has_kid, arena)) {
        return false;
    }

    for (i = 0; i < conf->count; i++) {

        if (has_kid && !(conf->keys[i].has_kid
                         && tkt_str_eq(kid, conf->keys[i].kid)))
        {
            continue;
        }

        if (tkt_jws_verify(jws, conf->rules.alg, conf->keys[i].key)) {
            return true;
        }
    }

    return false;
}


/* ---- claims ---- */

/* NumericDate in whole seconds: digits, and a fraction that is dropped. */
static bool
tkt_jwt_time(tkt_str_t value, int64_t *ms)
{
    size_t     i;
    uint64_t   seconds;
    tkt_str_t  whole = value;

    for (whole.len = 0; whole.len < value.len; whole.len++) {
        if (value.data[whole.len] == '.') {
            break;
        }
    }

    for (i = whole.len + 1; i < value.len; i++) {
        if (value.data[i] < '0' || value.data[i] > '9') {
            return false;
        }
    }

    if (!tkt_u64_parse(whole, &seconds) || seconds > TKT_JWT_TIME_MAX_S) {
        return false;
    }

    *ms = (int64_t) seconds * 1000;

    return true;
}


static bool
tkt_jwt_exp(tkt_jwt_reading_t *r, tkt_str_t value)
{
    int64_t  ms;

    if (!tkt_jwt_time(value, &ms)) {
        return false;
    }

    r->facts->until_ms = ms + (int64_t) r->conf->rules.leeway_s * 1000;

    /* 0 is no end */

    if (r->facts->until_ms == 0) {
        r->facts->until_ms = 1;
    }

    return true;
}


/* `nbf`, and `iat`: what is not yet made is not yet valid. */
static bool
tkt_jwt_from(tkt_jwt_reading_t *r, tkt_str_t value)
{
    int64_t  ms;

    if (!tkt_jwt_time(value, &ms)) {
        return false;
    }

    ms -= (int64_t) r->conf->rules.leeway_s * 1000;

    if (ms > r->facts->from_ms) {
        r->facts->from_ms = ms;
    }

    return true;
}


static bool
tkt_jwt_iss(tkt_jwt_reading_t *r, tkt_str_t value)
{
    tkt_str_t  text;

    r->issuer = tkt_json_string(value, r->arena, &text)
                && tkt_str_eq(text, r->conf->rules.issuer);

    return true;
}


/*
 * One audience, or a list that ours must be in; who has no name is not meant
 * by any (RFC 7519, section 4.1.3).
 */
static bool
tkt_jwt_aud(tkt_jwt_reading_t *r, tkt_str_t value)
{
    tkt_str_t        name, item, text;
    tkt_json_walk_t  walk;

    if (r->conf->rules.audience.len == 0) {
        return false;
    }

    if (tkt_json_string(value, r->arena, &text)) {
        r->audience = tkt_str_eq(text, r->conf->rules.audience);
        return true;
    }

    if (!tkt_json_walk_open(&walk, value) || walk.object) {
        return false;
    }

    while (tkt_json_walk_next(&walk, &name, &item)) {

        if (!tkt_json_string(item, r->arena, &text)) {
            return false;
        }

        r->audience |= tkt_str_eq(text, r->conf->rules.audience);
    }

    return !walk.bad;
}


static const struct {
    tkt_str_t  name;
    bool     (*take)(tkt_jwt_reading_t *r, tkt_str_t value);
} tkt_jwt_registered[] = {
    { tkt_lit("exp"), tkt_jwt_exp },
    { tkt_lit("nbf"), tkt_jwt_from },
    { tkt_lit("iat"), tkt_jwt_from },
    { tkt_lit("iss"), tkt_jwt_iss },
    { tkt_lit("aud"), tkt_jwt_aud },
};


/* A string, or a whole number's digits: some issuers number their users. */
static bool
tkt_jwt_user(tkt_str_t value, tkt_arena_t *arena, tkt_str_t *user)
{
    uint64_t  number;

    if (tkt_u64_parse(value, &number)) {
        *user = value;
        return true;
    }

    return tkt_json_string(value, arena, user);
}


/*
 * The claims that the location has named.  Where somebody belongs is as
 * strict as who he is; a name or address of another type is left out; a role
 * of another type is kept as it is written, which no role is called.
 */
static bool
tkt_jwt_mapped(tkt_jwt_reading_t *r, tkt_str_t name, tkt_str_t value)
{
    tkt_identity_t          *who = &r->facts->who;
    const tkt_jwt_claims_t  *claims = &r->conf->rules.claims;

    if (tkt_str_eq(value, tkt_str("null"))) {
        return true;
    }

    if (tkt_json_name_is(name, claims->user)
        && !tkt_jwt_user(value, r->arena, &who->user))
    {
        return false;
    }

    if (tkt_json_name_is(name, claims->tenant)
        && !tkt_json_string(value, r->arena, &who->tenant))
    {
        return false;
    }

    if (tkt_json_name_is(name, claims->role)
        && !tkt_json_string(value, r->arena, &who->role))
    {
        who->role = value;
    }

    if (tkt_json_name_is(name, claims->name)) {
        (void) tkt_json_string(value, r->arena, &who->name);
    }

    if (tkt_json_name_is(name, claims->email)) {
        (void) tkt_json_string(value, r->arena, &who->email);
    }

    return true;
}


static bool
tkt_jwt_claims(tkt_jwt_reading_t *r, tkt_str_t json)
{
    size_t           i;
    tkt_str_t        name, value;
    tkt_json_walk_t  walk;

    (void) tkt_json_walk_open(&walk, tkt_jwt_object(json, r->arena));

    while (tkt_json_walk_next(&walk, &name, &value)) {

        for (i = 0; i < tkt_array_len(tkt_jwt_registered); i++) {
            if (tkt_json_name_is(name, tkt_jwt_registered[i].name)
                && !tkt_jwt_registered[i].take(r, value))
            {
                return false;
            }
        }

        if (!tkt_jwt_mapped(r, name, value)) {
            return false;
        }
    }

    return !walk.bad && r->facts->who.user.len > 0
           && (r->conf->rules.issuer.len == 0 || r->issuer)
           && (r->conf->rules.audience.len == 0 || r->audience);
}


/* All but the times, which are told. */
static bool
tkt_jwt_read(const tkt_jwt_conf_t *conf, tkt_str_t text,
    tkt_jwt_facts_t *facts, tkt_arena_t *arena)
{
    tkt_jws_t          jws;
    tkt_jwt_reading_t  r = { .conf = conf, .arena = arena, .facts = facts };

    memset(facts, 0, sizeof(tkt_jwt_facts_t));

    return tkt_jws_parse(text, &jws, arena)
           && tkt_jwt_signed(conf, &jws, arena)
           && tkt_jwt_claims(&r, jws.payload)
           && !arena->failed;
}


static void
tkt_jwt_copy(tkt_arena_t *arena, const tkt_identity_t *from,
    tkt_identity_t *to)
{
    *to = (tkt_identity_t) {
        .user = tkt_arena_copy(arena, from->user),
        .name = tkt_arena_copy(arena, from->name),
        .email = tkt_arena_copy(arena, from->email),
        .role = tkt_arena_copy(arena, from->role),
        .tenant = tkt_arena_copy(arena, from->tenant),
    };
}


bool
tkt_jwt_check(const tkt_jwt_conf_t *conf, tkt_jwt_cache_t *cache,
    tkt_str_t text, int64_t now_ms, tkt_identity_t *who,
    int64_t *expires_at_ms, tkt_arena_t *arena)
{
    bool             known;
    tkt_jwt_name_t   name;
    tkt_jwt_facts_t  facts;

    if (text.len > TKT_BEARER_MAX_BYTES) {
        return false;
    }

    known = false;

    if (cache != NULL) {
        tkt_jwt_cache_name(cache, text, &name);
        known = tkt_jwt_cache_find(cache, conf, &name, &facts);
    }

    if (!known && !tkt_jwt_read(conf, text, &facts, arena)) {
        return false;
    }

    if (now_ms < facts.from_ms
        || (facts.until_ms != 0 && now_ms >= facts.until_ms))
    {
        return false;
    }

    if (known) {
        tkt_jwt_copy(arena, &facts.who, who);

    } else {
        *who = facts.who;

        if (cache != NULL) {
            tkt_jwt_cache_add(cache, conf, &name, &facts);
        }
    }

    *expires_at_ms = facts.until_ms;

    return !arena->failed;
}
