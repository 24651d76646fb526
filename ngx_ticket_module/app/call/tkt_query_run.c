/*
 * Queries: parameters are checked against the operation's row, then the
 * row's handler answers from the read transaction.
 */

#include "app/call/tkt_call.h"
#include "app/who/tkt_who.h"


static const tkt_actor_t  tkt_anonymous;


/* A name as a C string, cut between characters. */
static void
tkt_query_name(char *out, size_t size, tkt_str_t name)
{
    size_t  n = name.len;

    if (n >= size) {
        for (n = size - 1; n > 0 && (name.data[n] & 0xc0) == 0x80; n--) {
            /* void */
        }
    }

    memcpy(out, name.data, n);
    out[n] = '\0';
}


/* Every parameter must be one of the operation's. */
static bool
tkt_query_known(tkt_call_t *c, const tkt_params_t *params)
{
    char           name[64];
    size_t         i, p;
    tkt_errors_t  *errors;

    for (i = 0; i < params->count; i++) {

        for (p = 0; p < TKT_PARAM_MAX; p++) {
            if ((c->op->params & tkt_bit(p))
                && tkt_str_eq(params->list[i].name,
                              tkt_str_z(tkt_param_name((tkt_param_id_t) p))))
            {
                break;
            }
        }

        if (p < TKT_PARAM_MAX) {
            continue;
        }

        errors = tkt_call_errors(c);
        if (errors != NULL) {
            tkt_query_name(name, sizeof(name), params->list[i].name);
            tkt_errors_add_parameter(errors, name, "unknown",
                                     "this operation has no such parameter");
        }
    }

    if (c->errors != NULL && c->errors->count > 0) {
        tkt_call_fail(c, TKT_UNKNOWN_PARAMETER, NULL);
        return false;
    }

    return true;
}


bool
tkt_call_query(tkt_call_t *c, tkt_str_t query, tkt_params_t *params)
{
    tkt_errors_t  *errors;

    params->count = 0;

    if (query.len == 0) {
        return true;
    }

    errors = tkt_call_errors(c);

    if (errors == NULL
        || tkt_query_parse(query, params, c->arena, errors) != TKT_OK)
    {
        tkt_call_fail(c, TKT_UNKNOWN_PARAMETER, NULL);
        return false;
    }

    return tkt_query_known(c, params);
}


void
tkt_app_query(tkt_txn_t *read, const tkt_request_t *req,
    const tkt_match_t *match, const tkt_actor_t *actor, tkt_arena_t *arena,
    tkt_reply_t *reply)
{
    tkt_call_t      c;
    tkt_params_t    params;
    tkt_identity_t  who;

    memset(reply, 0, sizeof(tkt_reply_t));
    reply->fresh_until_ms = actor->expires_at_ms;

    c = (tkt_call_t) {
        .txn = read, .arena = arena, .reply = reply, .op = match->op,
        .actor = actor, .segments = match->segments, .mount = req->mount,
        .request_id = req->request_id, .now_ms = req->now_ms,
        .lang = tkt_actor_lang(actor, req->accept_language),
        .params = &params,
        .query = req->query, .path = req->path,
        .if_none_match = req->if_none_match, .viewers = req->viewers,
    };

    if (!tkt_call_query(&c, req->query, &params)) {
        return;
    }

    /* of whom there is no record, there is only what the site says */

    if (actor->id == TKT_PRINCIPAL_UNSEEN
        && tkt_who_asserted(req, actor, &who, arena))
    {
        c.identity = &who;
    }

    match->op->run(&c);

    if (tkt_txn_status(read) != TKT_OK) {
        tkt_call_fail(&c, TKT_INTERNAL, NULL);

    } else if (c.op->flags & TKT_OP_DIGEST) {
        tkt_call_digest(&c);
    }
}


void
tkt_app_problem(const tkt_request_t *req, tkt_status_t status,
    tkt_str_t detail, uint32_t retry_after_s, tkt_arena_t *arena,
    tkt_reply_t *reply)
{
    tkt_str_t   allow = tkt_str("");
    tkt_call_t  c = {
        .arena = arena, .reply = reply, .actor = &tkt_anonymous,
        .mount = req->mount, .request_id = req->request_id,
        .lang = tkt_lang_accept(req->accept_language),
    };

    if (status == TKT_METHOD_NOT_ALLOWED) {
        allow = reply->allow;
    }

    memset(reply, 0, sizeof(tkt_reply_t));
    reply->allow = allow;
    reply->retry_after_s = retry_after_s;

    if (detail.len > 0) {
        tkt_call_fail(&c, status, "%.*s", (int) detail.len,
                      (const char *) detail.data);
    } else {
        tkt_call_fail(&c, status, NULL);
    }
}
