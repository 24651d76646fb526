/*
 * Who asks, and may his role call this operation at all.  Rights on an object
 * are decided later, by the workflow.
 */

#include "app/who/tkt_jwt.h"
#include "app/who/tkt_roles.h"
#include "app/who/tkt_tenant_tree.h"
#include "app/who/tkt_who.h"
#include "crypto/tkt_crypto.h"
#include "crypto/tkt_token.h"


/* An admission under way. */
typedef struct {
    tkt_txn_t              *txn;
    const tkt_request_t    *req;
    const tkt_operation_t  *op;
    tkt_actor_t            *actor;
    tkt_arena_t            *arena;
    bool                    has_bearer;
    tkt_str_t               bearer;
    tkt_status_t            status;      /* if it is refused                 */
    const char             *detail;
} tkt_admission_t;


static const tkt_site_t  tkt_site_plain = { .password_login = true };


/* What the location allows. */
static const tkt_site_t *
tkt_admit_site(const tkt_admission_t *a)
{
    return a->req->site == NULL ? &tkt_site_plain : a->req->site;
}


static bool
tkt_admit_refuse(tkt_admission_t *a, tkt_status_t status, const char *detail)
{
    a->status = status;
    a->detail = detail;

    return false;
}


/* ---- opaque tokens ---- */

static bool
tkt_token_given(const tkt_admission_t *a)
{
    return a->has_bearer && a->bearer.len >= 3
           && memcmp(a->bearer.data, "tk_", 3) == 0;
}


/* Every failure is answered alike. */
static bool
tkt_token_enter(tkt_admission_t *a)
{
    uint8_t             digest[TKT_TOKEN_DIGEST_BYTES];
    tkt_user_t          user;
    tkt_token_t         token;
    tkt_token_record_t  record;
    tkt_actor_t        *actor = a->actor;

    if (!tkt_token_parse(a->bearer, &token)
        || !tkt_token_load(a->txn, token.tenant, token.principal,
                           token.number, &record, NULL)
        || record.digest.len != sizeof(digest))
    {
        return false;
    }

    tkt_token_digest(digest, token.secret);

    if (!tkt_same(digest, record.digest.data, sizeof(digest))) {
        return false;
    }

    if (record.expires_at != 0
        && record.expires_at <= (uint64_t) a->req->now_ms)
    {
        return false;
    }

    actor->by = TKT_BY_TOKEN;
    actor->token = (uint32_t) record.id;
    actor->ticket = record.ticket;
    actor->expires_at_ms = (int64_t) record.expires_at;
    actor->token_used_ms = (int64_t) record.last_used_at;
    actor->scopes = (uint32_t) record.scopes;

    return tkt_user_load(a->txn, token.tenant, token.principal, &user, NULL)
           && tkt_actor_tenant(a->txn, token.tenant, actor)
           && tkt_who_principal(a->txn, &user, tkt_str(""), actor);
}


/* ---- who the site vouches for ---- */

static bool
tkt_site_enter(tkt_admission_t *a, const tkt_identity_t *who)
{
    bool          found;
    tkt_user_t    user;
    tkt_actor_t  *actor = a->actor;

    if (!tkt_who_login(who->user)) {
        return tkt_admit_refuse(a, TKT_UNAUTHORIZED, "the name that you are "
                                "known by here cannot be a login");
    }

    if (!tkt_who_tenant(a->txn, who->tenant, actor, a->arena)) {
        return false;
    }

    found = tkt_user_by_login(a->txn, actor->tenant, who->user, &user, NULL);

    if (!found) {
        memcpy(actor->login, who->user.data, who->user.len);
        actor->login[who->user.len] = '\0';
    }

    return tkt_who_principal(a->txn, found ? &user : NULL, who->role, actor);
}


static bool
tkt_jwt_given(const tkt_admission_t *a)
{
    return a->has_bearer && tkt_admit_site(a)->jwt != NULL
           && tkt_jwt_shaped(a->bearer);
}


static bool
tkt_jwt_enter(tkt_admission_t *a)
{
    tkt_identity_t         who;
    const tkt_jwt_conf_t  *jwt = tkt_admit_site(a)->jwt;

    a->actor->by = TKT_BY_JWT;
    a->actor->max_role = tkt_jwt_max_role(jwt);

    return tkt_jwt_check(jwt, a->req->jwt_cache, a->bearer, a->req->now_ms,
                         &who, &a->actor->expires_at_ms, a->arena)
           && tkt_site_enter(a, &who);
}


static bool
tkt_identity_given(const tkt_admission_t *a)
{
    return tkt_admit_site(a)->identity && a->req->identity.user.len > 0;
}


/*
 * A browser sends cookies, passwords and certificates by itself, so a page of
 * another site could have a form sent in its reader's name; a bearer token it
 * would have to know.
 */
static bool
tkt_identity_enter(tkt_admission_t *a)
{
    const tkt_site_t  *site = tkt_admit_site(a);

    if (a->op->method != TKT_METHOD_GET && a->req->foreign_origin) {
        return tkt_admit_refuse(a, TKT_FORBIDDEN, "a page of another origin "
                                "may not act in your name here");
    }

    a->actor->by = TKT_BY_IDENTITY;
    a->actor->max_role = (site->identity_max == TKT_ROLE_NONE)
                         ? TKT_ROLE_USER : site->identity_max;

    return tkt_site_enter(a, &a->req->identity);
}


/* ---- guests ---- */

static bool
tkt_guest_given(const tkt_admission_t *a)
{
    return (a->op->flags & TKT_OP_GUEST) && tkt_admit_site(a)->guest
           && !a->has_bearer;
}


/* Of the tenant that the location names: nobody, who may do this one thing. */
static bool
tkt_guest_enter(tkt_admission_t *a)
{
    tkt_str_t  tenant;

    tenant = tkt_admit_site(a)->identity ? a->req->identity.tenant
                                         : tkt_str("");

    return tkt_who_tenant(a->txn, tenant, a->actor, a->arena);
}


/* In order: the first that is there decides, and alone. */
static const struct {
    bool  (*given)(const tkt_admission_t *a);
    bool  (*enter)(tkt_admission_t *a);
    bool    somebody;
} tkt_ways_in[] = {
    { tkt_token_given, tkt_token_enter, true },
    { tkt_jwt_given, tkt_jwt_enter, true },
    { tkt_identity_given, tkt_identity_enter, true },
    { tkt_guest_given, tkt_guest_enter, false },
};


const char *
tkt_actor_refused(const tkt_actor_t *actor, const tkt_operation_t *op)
{
    if (actor->ticket != 0 && !(op->flags & TKT_OP_LINK)) {
        return "this link opens one ticket and no more";
    }

    if (!tkt_actor_may_call(actor, op)) {
        return "your role may not call this operation";
    }

    if (actor->scopes != 0 && !(actor->scopes & op->scope)) {
        return "the token's scopes do not cover this operation";
    }

    return NULL;
}


/* Whether whoever came in may call this operation. */
static bool
tkt_admit_may(tkt_admission_t *a)
{
    const char  *why = tkt_actor_refused(a->actor, a->op);

    return why == NULL || tkt_admit_refuse(a, TKT_FORBIDDEN, why);
}


static bool
tkt_admit_identify(tkt_admission_t *a)
{
    size_t  i;

    a->has_bearer = tkt_who_bearer(a->req->authorization, &a->bearer);

    for (i = 0; i < tkt_array_len(tkt_ways_in); i++) {
        if (tkt_ways_in[i].given(a)) {
            return tkt_ways_in[i].enter(a)
                   && (!tkt_ways_in[i].somebody || tkt_admit_may(a));
        }
    }

    return false;
}


/*
 * A way to get credentials that the location does not offer is not there: it
 * answers as any path without an operation does.
 */
static bool
tkt_admit_public(tkt_admission_t *a)
{
    unsigned           offered;
    const tkt_site_t  *site = tkt_admit_site(a);

    if (!(a->op->flags & TKT_OP_LOGIN)) {
        return true;
    }

    offered = (site->password_login ? TKT_WAY_PASSWORD : 0u)
              | (site->registration ? TKT_WAY_REGISTER : 0u)
              | (site->guest ? TKT_WAY_GUEST : 0u);

    return (a->op->ways & offered) != 0
           || tkt_admit_refuse(a, TKT_NOT_FOUND, "");
}


bool
tkt_app_admit(tkt_txn_t *read, const tkt_request_t *req,
    const tkt_match_t *match, tkt_actor_t *actor, tkt_arena_t *arena,
    tkt_reply_t *reply)
{
    bool             admitted;
    tkt_admission_t  a = {
        .txn = read, .req = req, .op = match->op, .actor = actor,
        .arena = arena, .status = TKT_UNAUTHORIZED, .detail = "",
    };

    memset(actor, 0, sizeof(tkt_actor_t));
    actor->snapshot = tkt_txn_snapshot(read);

    admitted = (a.op->permission == TKT_PERM_NONE) ? tkt_admit_public(&a)
                                                   : tkt_admit_identify(&a);
    if (admitted) {
        return true;
    }

    /* whose role does not suffice is known, and his requests are counted */

    if (a.status != TKT_FORBIDDEN) {
        memset(actor, 0, sizeof(tkt_actor_t));
    }

    memset(reply, 0, sizeof(tkt_reply_t));

    if (tkt_txn_status(read) != TKT_OK) {
        a.status = TKT_INTERNAL;
        a.detail = "";
    }

    tkt_app_problem(req, a.status, tkt_str_z(a.detail), 0, arena, reply);

    return false;
}
