/*
 * POST /v1/users/{id}/erase.  At once: nobody enters as this principal any
 * more, and nothing names him.  Then piece by piece, by a timer: his tickets
 * and what else tkt_erase.c knows of.
 */

#include "app/call/tkt_due.h"
#include "app/call/tkt_ops.h"
#include "app/notice/tkt_notices.h"
#include "app/privacy/tkt_audit.h"
#include "app/privacy/tkt_erase.h"
#include "app/resource/tkt_resource.h"
#include "app/route/tkt_members.h"
#include "app/who/tkt_codes.h"
#include "app/who/tkt_roles.h"


#define TKT_ERASE_LOGIN_TRIES  100


/* ---- may he be ---- */

/*
 * Whether somebody else could still administer the tenant.  An administrator
 * who asks is one himself; so the look at all principals is for the operator
 * and for administrators from above.
 */
static bool
tkt_erase_leaves_admin(tkt_call_t *c, const tkt_user_t *user)
{
    bool         found;
    tkt_key_t    prefix;
    tkt_user_t   other;
    tkt_scan_t   scan;

    if (user->role != TKT_ROLE_ADMIN || user->disabled
        || (c->actor->role == TKT_ROLE_ADMIN && c->actor->id != 0))
    {
        return true;
    }

    found = false;
    tkt_key_tenant(&prefix, c->actor->tenant);
    tkt_scan_open(&scan, c->txn, TKT_DB_PRINCIPAL, &prefix, NULL, false);

    while (!found && tkt_scan_next(&scan)) {
        found = tkt_record_unpack_integers(&tkt_user_schema, scan.value,
                                           &other)
                && other.role == TKT_ROLE_ADMIN && !other.disabled
                && other.id != user->id;
    }

    tkt_scan_close(&scan);

    return found;
}


/* False, and answered, if this principal is not to be erased by this one. */
static bool
tkt_erase_allowed(tkt_call_t *c, const tkt_user_t *user)
{
    if (!tkt_actor_may_rule(c->txn, c->actor, user)) {
        tkt_call_fail(c, TKT_FORBIDDEN, "this principal is above you");
        return false;
    }

    if (user->id == c->actor->id) {
        tkt_call_fail(c, TKT_CONFLICT, "nobody erases himself");
        return false;
    }

    if (user->peer_tenant != 0) {
        tkt_call_fail(c, TKT_CONFLICT,
                      "this principal is a tenant and no person");
        return false;
    }

    if (!tkt_erase_leaves_admin(c, user)) {
        tkt_call_fail(c, TKT_CONFLICT,
                      "the tenant has no other administrator");
        return false;
    }

    return true;
}


/* A login that nobody has, so that the old one may be taken again. */
static tkt_str_t
tkt_erase_login(tkt_call_t *c, const tkt_user_t *user)
{
    unsigned   i;
    tkt_key_t  key;
    tkt_str_t  login, value;

    for (i = 0; i < TKT_ERASE_LOGIN_TRIES; i++) {
        login = (i == 0)
            ? tkt_arena_printf(c->arena, "erased-%llu",
                               (unsigned long long) user->id)
            : tkt_arena_printf(c->arena, "erased-%llu.%u",
                               (unsigned long long) user->id, i);

        tkt_key_login(&key, (uint32_t) user->tenant, login);

        if (!tkt_get(c->txn, TKT_DB_LOGIN, &key, &value)) {
            return login;
        }
    }

    return tkt_str("");
}


/* ---- at once ---- */

static void
tkt_erase_tokens(tkt_call_t *c, const tkt_user_t *user)
{
    tkt_key_t   prefix, key;
    tkt_scan_t  scan;

    /* bounded: TKT_TOKENS_PER_USER_MAX */

    tkt_key_principal(&prefix, (uint32_t) user->tenant, user->id);
    tkt_scan_open(&scan, c->txn, TKT_DB_TOKEN, &prefix, NULL, false);

    while (tkt_scan_next(&scan)) {
        tkt_key_start(&key);
        tkt_key_bytes(&key, scan.key);
        (void) tkt_delete(c->txn, TKT_DB_TOKEN, &key);
    }

    tkt_scan_close(&scan);
}


/* Codes on their way to him, with the notifications that carry them. */
static void
tkt_erase_codes(tkt_call_t *c, const tkt_user_t *user)
{
    size_t         i, k;
    tkt_code_t     code;
    tkt_code_id_t  id;
    tkt_purpose_t  purpose;
    tkt_str_t      whom[3];

    whom[0] = user->login;
    whom[1] = tkt_code_address(user->email, tkt_str(""), c->arena);
    whom[2] = tkt_code_address(tkt_str(""), user->phone, c->arena);

    for (purpose = TKT_PURPOSE_NONE + 1; purpose < TKT_PURPOSE_MAX; purpose++) {

        for (i = (purpose == TKT_PURPOSE_RESET) ? 0 : 1,
             k = (purpose == TKT_PURPOSE_RESET) ? 1 : 3; i < k; i++)
        {
            tkt_code_id(&id, (uint32_t) user->tenant, tkt_str(""), purpose,
                        whom[i]);

            if (whom[i].len > 0
                && tkt_code_load(c->txn, id.tenant, id.digest, &code,
                                 c->arena))
            {
                tkt_code_spend(c->txn, &id, &code);
            }
        }
    }
}


static void
tkt_erase_record(tkt_call_t *c, const tkt_user_t *before, tkt_user_t *user,
    tkt_str_t login)
{
    tkt_key_t  key, id;
    uint32_t   tenant = (uint32_t) before->tenant;

    *user = *before;
    tkt_erase_rows(&tkt_user_schema, user);
    user->login = login;
    user->disabled = 1;
    user->role_id = 0;          /* or the role could never be deleted */
    user->email_verified = user->phone_verified = 0;
    user->erased_at = (uint64_t) tkt_txn_stamp(c->txn, c->now_ms);
    user->updated_at = user->erased_at;
    user->version++;

    tkt_key_login(&key, tenant, before->login);
    (void) tkt_delete(c->txn, TKT_DB_LOGIN, &key);

    tkt_key_start(&id);
    tkt_key_u64(&id, user->id);
    tkt_key_login(&key, tenant, login);
    tkt_put(c->txn, TKT_DB_LOGIN, &key, (tkt_str_t) { id.data, id.len });

    tkt_user_save(c->txn, before, user, c->arena);
}


void
tkt_op_erase(tkt_call_t *c)
{
    tkt_key_t           key;
    tkt_str_t           login;
    tkt_user_t          before, user;
    const tkt_input_t  *in = c->input;

    if (!tkt_resource_find(c, &tkt_resource_user, &before)
        || !tkt_erase_allowed(c, &before))
    {
        return;
    }

    /* asked again: the work is done or under way */

    if (before.erased_at != 0) {
        tkt_resource_answer(c, &tkt_resource_user, &before);
        return;
    }

    login = tkt_erase_login(c, &before);

    if (login.len == 0) {
        tkt_call_fail(c, TKT_CONFLICT, "no login is left for what stays");
        return;
    }

    tkt_erase_codes(c, &before);
    tkt_erase_tokens(c, &before);
    tkt_notices_forget(c->txn, (uint32_t) before.tenant, before.id);
    tkt_key_credential(&key, (uint32_t) before.tenant, before.id);
    (void) tkt_delete(c->txn, TKT_DB_CREDENTIAL, &key);
    tkt_members_forget(c, (uint32_t) before.tenant, before.id);
    before.grants = 0;
    tkt_erase_record(c, &before, &user, login);

    tkt_audit_append(c, (uint32_t) before.tenant, &(tkt_audit_note_t) {
        .act = TKT_AUDIT_ERASE, .object = TKT_OBJECT_USER,
        .object_id = before.id, .reason = in->reason,
    });

    tkt_erase_some(c, (uint32_t) before.tenant, before.id, 0);
    tkt_resource_answer(c, &tkt_resource_user, &user);
}


void
tkt_job_erase(tkt_call_t *c)
{
    const tkt_job_t  *job = c->input;

    tkt_erase_some(c, c->actor->tenant, job->id, job->at_ms);
    c->reply->http = c->op->success;
}
